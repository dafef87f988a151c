"""Write the generated part of ``validation.md`` anew: ``make validation``."""

from __future__ import annotations

from pathlib import Path

from network import load
from optimizer import validate
from optimizer.report.validation import with_results

PAGE = Path(__file__).with_name("validation.md")


def page() -> str:
    """Return the page with its results made anew."""
    data = load()
    return with_results(PAGE.read_text(encoding="utf-8"), data, validate(data))


if __name__ == "__main__":
    text = page()
    PAGE.write_text(text, encoding="utf-8")
