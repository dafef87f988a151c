"""Formulations: from demand blocks to the arrays of a solver and back to flows."""
