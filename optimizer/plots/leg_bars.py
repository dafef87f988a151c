"""What money, time and CO2 of routes are spent on: a bar for each route, in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.language import _, number_text
from optimizer.leg_parts import PARTS, parts_of_route
from optimizer.plots.frame import MARGIN, TOP, Entry, Frame
from optimizer.plots.style import (
    BLUE,
    GRAY,
    ORANGE,
    PALE,
    SKY,
    SMALL,
    TEXT,
    VERMILION,
    WIDTH_INCHES,
    cut,
    house_style,
    text_inches,
)
from optimizer.plots.units import Unit, co2_unit, draw_value_axis, usd_unit
from optimizer.report.routes import corridor_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Dataset
    from optimizer.leg_parts import Parts
    from optimizer.plots.chart import Chart
    from optimizer.route import Route

COLORS = {"moving": BLUE, "waiting": SKY, "border": VERMILION, "transfer": ORANGE}
ROW, BAR = 0.46, 0.62
"""Inches of a row, and the part of it that its bar takes."""
MOST_LABEL = 2.6
BEST = "#006D4E"


class _Panel(NamedTuple):
    """One measure: its heading, its unit, and its parts and total for each route."""

    title: str
    unit: Unit
    parts: list[Parts]
    totals: list[float]


@house_style()
def route_bars(
    data: Dataset, routes: Sequence[Route], labels: Sequence[str] | None = None, *, width: float = WIDTH_INCHES
) -> Chart:
    """Return money, days and CO2 of routes side by side: a bar for each, stacked by what it is spent on.

    Parameters
    ----------
    data
        The dataset that the routes were found in, scenarios applied.
    routes
        At least one.
    labels
        A name for each route; None = its number and corridor.
    width
        In inches.

    Raises
    ------
    ValueError
        There are no routes.
    """
    if not routes:
        raise ValueError("there are no routes to draw")
    names = list(labels) if labels is not None else [_label(data, at, route) for at, route in enumerate(routes, 1)]
    frame = Frame(width, TOP + 0.75 + ROW * len(routes) + 0.4)
    title = _("Money, time and CO2 of each route")
    frame.headings(title, _("By what they are spent on; the least of all routes in bold"))
    words = _words()
    frame.legend([Entry(COLORS[part], words[part]) for part in PARTS], TOP + 0.02)
    left = MARGIN + min(MOST_LABEL, max(text_inches(name) for name in names)) + 0.15
    frame.labels(left - 0.12, [TOP + 0.7 + ROW * (at + 0.5) for at in range(len(names))], names)
    panels = _panels(data, routes)
    across = (width - left - MARGIN) / len(panels)
    for at, panel in enumerate(panels):
        _draw_panel(frame, panel, names, left + at * across, across)
    return frame.chart(title, _description(panels, names))


def _label(data: Dataset, at: int, route: Route) -> str:
    """Return the number of a route with its corridor, or with its modes where it has none."""
    name = corridor_name(data, route.corridor) or " – ".join(route.modes)
    return f"{number_text(at)} · {name}"


def _words() -> dict[str, str]:
    """Return what the parts are called."""
    return {
        "moving": _("moving"),
        "waiting": _("waiting"),
        "border": _("at borders"),
        "transfer": _("transfers"),
    }


def _panels(data: Dataset, routes: Sequence[Route]) -> list[_Panel]:
    """Return money, time and CO2 of the routes."""
    parts = [parts_of_route(data, route) for route in routes]
    usd, kg = [route.cost_usd for route in routes], [route.co2_kg for route in routes]
    hours = [route.time_h for route in routes]
    days = Unit(24.0, _("days"), 1)
    return [
        _Panel(_("Money"), usd_unit(max(usd)), [part.cost_usd for part in parts], usd),
        _Panel(_("Time"), days, [part.time_h for part in parts], hours),
        _Panel(_("CO2"), co2_unit(max(kg)), [part.co2_kg for part in parts], kg),
    ]


def _draw_panel(frame: Frame, panel: _Panel, names: Sequence[str], left: float, across: float) -> None:
    """Draw the bars of one measure with their totals; the least total in bold."""
    frame.text(left, TOP + 0.45, f"{panel.title}, {panel.unit.name}", size=TEXT, is_bold=True)
    after = max(text_inches(panel.unit.text(total), SMALL) for total in panel.totals) * 1.15 + 0.2
    axes = frame.axes(left, TOP + 0.7, across - after - 0.1, ROW * len(names))
    draw_value_axis(axes, max(panel.totals) / panel.unit.size, "x", 3)
    axes.set(ylim=(len(names) - 0.5, -0.5), yticks=[])
    words = _words()
    best = min(panel.totals)
    for row, (name, parts, total) in enumerate(zip(names, panel.parts, panel.totals, strict=True)):
        start = 0.0
        for part in PARTS:
            value = getattr(parts, part)
            if value > 0.0:
                drawn = value / panel.unit.size
                bar = frame.bar(axes, start, row, drawn, BAR, COLORS[part])
                said = f"{cut(name, 6.0)}: {words[part]} {panel.unit.told(value)}"
                frame.mark(bar, said, "bar")
                start += drawn
        is_best = total == best < max(panel.totals)
        label = axes.annotate(
            panel.unit.text(total),
            (total / panel.unit.size, row),
            (5, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=SMALL,
            color=BEST if is_best else GRAY,
            fontweight="bold" if is_best else "normal",
        )
        frame.mark(label, f"{cut(name, 6.0)}: {panel.unit.told(total)}", "total")
    axes.axvline(0.0, color=PALE, linewidth=1.0)


def _description(panels: Sequence[_Panel], names: Sequence[str]) -> str:
    """Return the least money, time and CO2 in words."""
    least = [
        _("{measure}: least {value} by {name}, most {most}.").format(
            measure=panel.title,
            value=panel.unit.told(min(panel.totals)),
            name=cut(names[panel.totals.index(min(panel.totals))], 6.0),
            most=panel.unit.told(max(panel.totals)),
        )
        for panel in panels
    ]
    return " ".join(least)
