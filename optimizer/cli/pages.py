"""Reports as pages: the options that ask for one, what must be installed, and how it is written."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from optimizer.cli.arguments import need
from optimizer.cli.output import emit_bytes, note
from optimizer.language import speaking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.language import Language
    from optimizer.plots.chart import Chart
    from optimizer.report.maps import MapForm
    from optimizer.report.page.subject import Subject
    from optimizer.result import Plan

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
        The name does not end in .html, its folder is not there, or a library of the extra ``report`` is missing.
    """
    if file is None:
        return
    if Path(file).suffix.lower() not in ENDINGS:
        raise click.UsageError(f"{file!r} is no name of a page; let it end in .html.")
    if not Path(file).resolve().parent.is_dir():
        raise click.UsageError(f"there is no folder for {file!r}; make it first.")
    for module, name in LIBRARIES.items():
        need(module, f"Reports need {name}")


def write_page(compose: Callable[[], Subject], file: str, lang: Language, charts: str | None = None) -> None:
    """Write the page of a subject to a file, whole or not at all, in a language; its charts and maps to a folder."""
    from optimizer.report.page import page_and_charts

    with speaking(lang):
        subject = compose()
        html, drawn = page_and_charts(subject)
        if charts is not None:
            _write_charts(subject, drawn, Path(charts))
    content = html.encode()
    emit_bytes(content, file)
    note(f"{file}: {len(content) / 1e6:.1f} MB")


def _write_charts(subject: Subject, drawn: Mapping[str, Chart], folder: Path) -> None:
    """Write every chart, and the maps of all views and of what each scenario changes, as SVG and PNG."""
    from optimizer.report.maps import draw_map, write_map

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(error.errno, f"cannot make the folder: {error.strerror}", str(folder)) from error
    for name, chart in drawn.items():
        emit_bytes(chart.svg().encode(), str(folder / f"{name}.svg"))
        emit_bytes(chart.png(), str(folder / f"{name}.png"))
    maps: dict[str, tuple[Plan, Plan | None]] = {
        f"map-{at}": (view.plan, None) for at, view in enumerate(subject.views) if view.plan.cost_usd is not None
    }
    for at, case in enumerate(subject.cases):
        if case.changed is not None:
            maps[f"map-difference-{at}"] = (subject.views[case.changed].plan, subject.views[case.base].plan)
    forms: tuple[MapForm, ...] = ("svg", "png")
    for name, (plan, base) in maps.items():
        figure = draw_map(plan.data, plan=plan, base=base)
        for form in forms:
            picture = io.BytesIO()
            write_map(figure, picture, form)
            emit_bytes(picture.getvalue(), str(folder / f"{name}.{form}"))
    note(f"{folder}: {len(drawn)} charts and {len(maps)} maps, each as SVG and PNG")
