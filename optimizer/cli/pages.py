"""Reports as pages: the options that ask for one, what must be installed, and how it is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from optimizer.cli.arguments import need
from optimizer.cli.output import emit_bytes, note
from optimizer.language import speaking

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.language import Language
    from optimizer.report.page.subject import Subject

Function = TypeVar("Function", bound="Callable[..., Any]")
LIBRARIES = {"babel": "Babel", "jinja2": "Jinja2", "matplotlib": "matplotlib"}
ENDINGS = (".html", ".htm")


def report_option(function: Function) -> Function:
    """Add ``--report``."""
    return click.option(
        "--report", metavar="FILE", help="Write a report as well: one HTML page with map, charts and tables."
    )(function)


def check_page(file: str | None) -> None:
    """Refuse what cannot become a page, before anything is solved; None asks for no page.

    Raises
    ------
    click.UsageError
        The name does not end in .html, or a library of the extra ``report`` is missing.
    """
    if file is None:
        return
    if Path(file).suffix.lower() not in ENDINGS:
        raise click.UsageError(f"{file!r} is no name of a page; let it end in .html.")
    for module, name in LIBRARIES.items():
        need(module, f"Reports need {name}")


def write_page(compose: Callable[[], Subject], file: str, lang: Language) -> None:
    """Write the page of a subject to a file, whole or not at all, in a language."""
    from optimizer.report.page import page

    with speaking(lang):
        html = page(compose()).encode()
    emit_bytes(html, file)
    note(f"{file}: {len(html) / 1e6:.1f} MB")
