"""A page from its sections: one HTML file that needs nothing else."""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from network.model import MODES
from optimizer.language import _, as_written, language, mode_text, moment_text, unit_text
from optimizer.report import map_style
from optimizer.report.base_map import WHOLE
from optimizer.report.page.blocks import FigureBlock
from optimizer.report.page.bottleneck_blocks import bottleneck_section
from optimizer.report.page.flow_blocks import CHANGE_PART, flow_section, map_section
from optimizer.report.page.geography import frame_of
from optimizer.report.page.map_data import map_data
from optimizer.report.page.money_blocks import emission_section, money_section
from optimizer.report.page.overview import overview
from optimizer.report.page.route_blocks import route_section
from optimizer.report.page.source_blocks import rerun_section, source_section

if TYPE_CHECKING:
    from optimizer.plots.chart import Chart
    from optimizer.report.page.blocks import Section
    from optimizer.report.page.geography import Frame
    from optimizer.report.page.subject import Subject

SCRIPTS = ("numbers.js", "map.js", "grids.js", "page.js")
ROUTE_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#7a1712")
"""Of Okabe and Ito, "Color Universal Design" (2008), the last one ours."""
MARKS = 10
"""Bottlenecks that the map marks."""


def page(subject: Subject) -> str:
    """Return the page of a subject in the language spoken."""
    return page_and_charts(subject)[0]


def page_and_charts(subject: Subject) -> tuple[str, dict[str, Chart]]:
    """Return the page of a subject and the charts that it shows, by name, in the language spoken."""
    values = map_data(subject)
    frame = _frame(subject, values)
    sections = _sections(subject, values, frame)
    info = subject.data.info
    html: str = _template().render(
        _=_,
        lang=language(),
        title=subject.title,
        over=_("{dataset}, version {version} · {moment}").format(
            dataset=info.title_in(language()), version=info.version, moment=moment_text(subject.made)
        ),
        lead=_lead(subject),
        cases=[(str(at), case.name) for at, case in enumerate(subject.cases)],
        first_case=str(max(0, len(subject.cases) - 1)),
        sections=sections,
        footer=_footer(subject),
        generator=f"corridor {version('corridor-optimizer')}",
        css=Markup(f":root {{ --ratio: {frame.width} / {frame.height}; }}\n{_asset('report.css')}"),
        script=Markup("\n".join(_asset(name) for name in SCRIPTS)),
        data=_embedded(_script_values(values, frame)),
    )
    blocks = (block for section in sections for block in section.blocks)
    return html, {block.name: block.chart for block in blocks if isinstance(block, FigureBlock)}


def _sections(subject: Subject, values: dict[str, Any], frame: Frame) -> list[Section]:
    """Return the sections of a subject in order: routes come first where nothing was planned."""
    routes = route_section(subject)
    found = (
        overview(subject),
        map_section(subject, values, frame),
        None if subject.views else routes,
        flow_section(subject),
        bottleneck_section(subject),
        money_section(subject),
        emission_section(subject),
        routes if subject.views else None,
        source_section(subject),
        rerun_section(subject),
    )
    return [section for section in found if section is not None]


def _lead(subject: Subject) -> str:
    """Return what kind of figures these are."""
    if subject.views:
        return _(
            "A plan is the cheapest system that carries the demand within the capacities of these data. It is not a "
            "forecast. Every figure follows from the inputs named at the end."
        )
    return _(
        "Routes for one shipment, with the money, time and emissions of every leg. Every figure follows from the "
        "inputs named at the end."
    )


def _footer(subject: Subject) -> tuple[str, ...]:
    """Return remarks and credits."""
    return (
        *subject.notes,
        _("Made by corridor, an open-source corridor route-planning optimizer."),
        subject.data.info.license,
    )


def _frame(subject: Subject, values: dict[str, Any]) -> Frame:
    """Return the part of the map to begin with: that of the routes where nothing was planned, else of all places."""
    passed = {link for route in values["routes"] for link in route["links"]} if not subject.views else set()
    ends = {end for link in passed for end in values["links"][link][2:4]} or set(range(len(values["nodes"])))
    points = np.array([[values["nodes"][end][3], -values["nodes"][end][4]] for end in ends], dtype=np.float64)
    # Ships go round Africa, where the base map ends: a network that wide is shown as all Eurasia.
    is_wide = len(points) == 0 or float(np.ptp(points[:, 0])) > WHOLE.span[0]
    return frame_of(None if is_wide else points)


def _script_values(values: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """Return all that the scripts work with."""
    return {
        "lang": language(),
        "marks": {"thousands": as_written(","), "decimal": as_written(".")},
        "words": _words(values),
        "map": values,
        "frame": frame._asdict(),
        "style": {
            "shades": [[None if up_to > 1.0 else up_to, color] for up_to, color in map_style.SHADES],
            "none": map_style.NO_CAPACITY,
            "more": map_style.MORE,
            "less": map_style.LESS,
            "modes": map_style.MODE_COLORS,
            "least": map_style.LEAST_WIDTH,
            "most": map_style.MOST_WIDTH,
            "full": map_style.FULL_WIDTH_T,
            "changePart": CHANGE_PART,
            "marks": MARKS,
            "routes": ROUTE_COLORS,
        },
    }


def _words(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the scripts say."""
    units = dict.fromkeys(capacity[3] for capacity in values["capacities"])
    return {
        "modes": {mode: mode_text(mode) for mode in MODES},
        "units": {unit: unit_text(unit) for unit in units},
        "km": _("km"),
        "shownOn": _("{view}: {tkm} bn t-km a year on {links} links"),
        "changedOn": _("{view}: {tkm} bn t-km a year against the plan without it, other loads on {links} links"),
        "tonnes": _("{t} kt a year"),
        "tonnesBefore": _("{before} → {t} kt a year ({change})"),
        "containers": _("Containers, both ways"),
        "teu": _("{teu} TEU a year"),
        "use": _("{used} of {capacity} {unit} ({percent} %)"),
        "background": _("of this {t} {unit} by traffic outside the model"),
        "worth": _("One more {unit} saves up to {usd} {scale} USD a year"),
        "million": _("m"),
        "noCapacity": _("The data gives no capacity."),
        "source": _("Source"),
        "grade": _("grade"),
        "notFound": _("No place is called {name}."),
        "copy": _("Copy"),
        "copied": _("Copied"),
    }


def _embedded(values: dict[str, Any]) -> Markup:
    """Return values as JSON that no text in them can break out of."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


@cache
def _asset(name: str) -> str:
    """Return the text of a file of the page."""
    return files("optimizer.report.page").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    """Return the template; all that it sets is escaped but what is marked as safe."""
    environment = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=False, lstrip_blocks=True
    )
    environment.globals["zip"] = zip
    return environment.get_template("report.html.jinja")
