"""Benchmarks: what the optimizer takes, side by side with what a user would otherwise pick. Run ``make bench``."""
