"""Run the command line as ``python -m optimizer``."""

from optimizer.cli import start

if __name__ == "__main__":
    start()
