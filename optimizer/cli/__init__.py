"""The command line ``corridor``; the only place that prints, exits or imports click and rich."""

from optimizer.cli.entry import main, start

__all__ = ["main", "start"]
