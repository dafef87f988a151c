"""The command line ``corridor``; the only place that prints, exits or imports click and rich."""

from optimizer.cli.entry import main

__all__ = ["main"]
