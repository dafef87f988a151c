"""The choices between money, time and CO2: a point for each route, and the stair below which there is none."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.ticker import NullLocator

from optimizer.language import _, n_, number_text
from optimizer.plots.frame import LINE, MARGIN, TOP, Frame
from optimizer.plots.style import (
    GRAY,
    INK,
    PALE,
    SMALL,
    WIDTH_INCHES,
    house_style,
    lines_of,
    one_line,
    palette,
    short_text,
)
from optimizer.plots.units import Unit, co2_unit, usd_unit
from optimizer.report.front import axis
from optimizer.report.routes import corridor_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from network.model import Dataset
    from optimizer.pareto import Criterion
    from optimizer.plots.chart import Chart
    from optimizer.route import Route

HEIGHT = 4.6
"""Inches of the inner part of the picture."""
LEFT, LEGEND = 0.75, 3.2
"""Inches for the numbers at the left and for the legend at the right."""
MARKERS = "osD^v<>hp*"
OTHER = (PALE, "8")
"""Color and shape of corridors beyond those that can be told apart."""
ABOVE, LINE_HEIGHT, NAME_WIDTH = 11.0, 15.0, 130.0
"""How far the name of the best route stands above its point, and the room it takes, in points."""
LEAST_POINT, MOST_POINT = 5.0, 17.0
"""Diameters of points in points."""


class _Measure(NamedTuple):
    """A criterion: its name, what the best in it is called, its unit, and its value for each route."""

    title: str
    best: str
    unit: Unit
    values: list[float]


@house_style()
def front(
    data: Dataset,
    routes: Sequence[Route],
    criteria: Sequence[Criterion] = ("cost", "time", "co2"),
    *,
    width: float = WIDTH_INCHES,
) -> Chart:
    """Return the routes of a Pareto front as points, colored and shaped by corridor.

    Two criteria have the axes: money and time where the choice is between all three, and then CO2 has the size of the
    points. The stair runs along the points that none is better than on both axes.

    Parameters
    ----------
    data
        The dataset that the routes were found in, scenarios applied.
    routes
        At least one, as `find_pareto` returns them.
    criteria
        What the choice is between, two or three.
    width
        In inches.

    Raises
    ------
    ValueError
        There are no routes, or fewer than two criteria.
    """
    measures = _measures(routes, criteria)
    across, up = measures[0], measures[1]
    size = measures[2] if len(measures) > 2 else None
    frame = Frame(width, TOP + HEIGHT + 0.75)
    heading = _heading(measures, criteria)
    frame.headings(
        heading,
        n_(
            "{n} route that no other beats in every respect",
            "{n} routes that no other beats in every respect",
            len(routes),
        ).format(n=number_text(len(routes))),
    )
    axes = frame.axes(LEFT, TOP + 0.25, width - LEFT - LEGEND, HEIGHT - 0.2)
    frame.text(MARGIN, TOP + 0.02, f"{up.title}, {up.unit.name}", size=SMALL, color=GRAY)
    axes.set_xlabel(f"{across.title}, {across.unit.name}", loc="right")
    _set_axis(axes, across, along="x")
    _set_axis(axes, up, along="y")
    _draw_stair(axes, across, up)
    looks = _looks(routes)
    _draw_points(frame, axes, data, routes, measures, looks)
    _name_best(axes, measures)
    _draw_legend(frame, data, looks, size)
    return frame.chart(heading, _description(measures))


def _measures(routes: Sequence[Route], criteria: Sequence[Criterion]) -> list[_Measure]:
    """Return the criteria asked for, in the order money, time, CO2."""
    if not routes:
        raise ValueError("there are no routes to draw")
    usd, kg = [route.cost_usd for route in routes], [route.co2_kg for route in routes]
    known: dict[Criterion, _Measure] = {
        "cost": _Measure(_("Money"), _("cheapest"), usd_unit(max(usd)), usd),
        "time": _Measure(_("Time"), _("fastest"), Unit(24.0, _("days"), 1), [route.time_h for route in routes]),
        "co2": _Measure(_("CO2"), _("cleanest"), co2_unit(max(kg)), kg),
    }
    chosen = [measure for name, measure in known.items() if name in criteria]
    if len(chosen) < 2:
        raise ValueError(f"a choice is between at least two of {', '.join(known)}, not {', '.join(criteria) or 'none'}")
    return chosen


def _heading(measures: Sequence[_Measure], criteria: Sequence[Criterion]) -> str:
    """Return what the choice is between."""
    if len(measures) > 2:
        return _("Choices between money, time and CO2")
    if "co2" not in criteria:
        return _("Choices between money and time")
    return _("Choices between money and CO2") if "cost" in criteria else _("Choices between time and CO2")


def _looks(routes: Sequence[Route]) -> Mapping[str, tuple[str, str]]:
    """Return color and shape of each corridor, in the order of the routes; those beyond the shapes share one look."""
    corridors = list(dict.fromkeys(route.corridor for route in routes))
    shown = corridors if len(corridors) <= len(MARKERS) else corridors[: len(MARKERS) - 1]
    colors = palette(shown)
    looks = {corridor: (colors[corridor], shape) for corridor, shape in zip(shown, MARKERS, strict=False)}
    return looks | dict.fromkeys(corridors[len(shown) :], OTHER)


def _set_axis(axes: Axes, measure: _Measure, along: str) -> None:
    """Give an axis round ends and numbers, logarithmic where the greatest value is many times the least."""
    drawn = axis([value / measure.unit.size for value in measure.values])
    if drawn.is_log:
        axes.set(**{f"{along}scale": "log"})
    of = axes.xaxis if along == "x" else axes.yaxis
    of.set_minor_locator(NullLocator())
    of.set_ticks(drawn.ticks, labels=[short_text(tick) for tick in drawn.ticks])
    of.set_tick_params(length=0, pad=7)
    of.grid(visible=True)
    axes.set(**{f"{along}lim": (drawn.ticks[0], drawn.ticks[-1])})


def _draw_stair(axes: Axes, across: _Measure, up: _Measure) -> None:
    """Draw the stair along the points that are best on both axes, as far as the axes go."""
    best: list[tuple[float, float]] = []
    for x, y in sorted(zip(across.values, up.values, strict=True)):
        if not best or y < best[-1][1]:
            best.append((x, y))
    right = [point[0] / across.unit.size for point in best]
    high = [point[1] / up.unit.size for point in best]
    most, top = axes.get_xlim()[1], axes.get_ylim()[1]
    steps = axes.step([right[0], *right, most], [top, *high, high[-1]], where="post", color=PALE)[0]
    steps.set(linewidth=1.2, zorder=2)
    steps.set_gid("stair")


def _draw_points(
    frame: Frame,
    axes: Axes,
    data: Dataset,
    routes: Sequence[Route],
    measures: Sequence[_Measure],
    looks: Mapping[str, tuple[str, str]],
) -> None:
    """Draw the routes, the large points first."""
    across, up, *rest = measures
    diameters = [_diameter(value, rest[0]) for value in rest[0].values] if rest else [8.0] * len(routes)
    for at in sorted(range(len(routes)), key=lambda at: -diameters[at]):
        color, shape = looks[routes[at].corridor]
        x, y = across.values[at] / across.unit.size, up.values[at] / up.unit.size
        point = frame.dot(axes, x, y, shape, color, diameters[at])
        point.set(markeredgewidth=0.7, alpha=0.9)
        numbers = ", ".join(measure.unit.told(measure.values[at]) for measure in measures)
        frame.mark(point, f"{_corridor(data, routes[at].corridor)}: {numbers}", "route")


def _diameter(value: float, measure: _Measure) -> float:
    """Return the diameter of a point whose area grows with a value."""
    most = max(measure.values)
    return LEAST_POINT + (MOST_POINT - LEAST_POINT) * sqrt(value / most) if most > 0.0 else LEAST_POINT


def _name_best(axes: Axes, measures: Sequence[_Measure]) -> None:
    """Write at the best routes what they are best in."""
    names: dict[int, list[str]] = {}
    for measure in measures:
        names.setdefault(measure.values.index(min(measure.values)), []).append(measure.best)
    across, up = measures[0], measures[1]
    taken: list[tuple[float, float]] = []
    for at, words in names.items():
        x, y = across.values[at] / across.unit.size, up.values[at] / up.unit.size
        left, bottom = axes.transData.transform((x, y)) / axes.figure.dpi * 72.0
        is_right = axes.transAxes.inverted().transform(axes.transData.transform((x, y)))[0] > 0.75
        # The best in two respects may be neighbors: their names stand one above the other.
        above = ABOVE
        while any(abs(left - other) < NAME_WIDTH and abs(bottom + above - top) < LINE_HEIGHT for other, top in taken):
            above += LINE_HEIGHT
        taken.append((left, bottom + above))
        label = axes.annotate(
            ", ".join(words),
            (x, y),
            (-8 if is_right else 8, above),
            textcoords="offset points",
            ha="right" if is_right else "left",
            fontweight="bold",
            color=INK,
            zorder=4,
        )
        label.set_bbox({"facecolor": "white", "alpha": 0.8, "linewidth": 0.0, "pad": 1.0})


def _draw_legend(frame: Frame, data: Dataset, looks: Mapping[str, tuple[str, str]], size: _Measure | None) -> None:
    """Write what colors, shapes and sizes mean, right of the picture."""
    left, y = frame.width - LEGEND + 0.35, TOP + 0.35
    room = frame.width - MARGIN - left - 0.2
    frame.text(left - 0.06, y, _("Corridor"), size=SMALL, color=GRAY, is_bold=True)
    named = {look: _corridor(data, corridor) for corridor, look in looks.items()}
    if len(looks) > len(named):
        named[OTHER] = _("other corridors")
    for (color, shape), name in named.items():
        y += LINE * 1.15
        frame.dot(frame.canvas, left, y, shape, color, 7.0)
        for at, line in enumerate(lines_of(name, room, SMALL)):
            y += LINE * 0.8 if at else 0.0
            frame.text(left + 0.15, y, line, size=SMALL)
    if size is None:
        return
    y += 0.4
    frame.text(left - 0.06, y, f"{size.title}, {size.unit.name}", size=SMALL, color=GRAY, is_bold=True)
    low, high = min(size.values), max(size.values)
    for value in dict.fromkeys((low, (low + high) / 2, high)):
        y += LINE * 1.25
        frame.dot(frame.canvas, left, y, "o", PALE, _diameter(value, size))
        frame.text(left + 0.2, y, size.unit.text(value), size=SMALL)


def _corridor(data: Dataset, corridor: str) -> str:
    """Return the name of a corridor, or that there is none."""
    return one_line(corridor_name(data, corridor)) or _("no corridor")


def _description(measures: Sequence[_Measure]) -> str:
    """Return how far apart the choices lie."""
    parts = [
        _("{measure}: from {least} to {most}.").format(
            measure=measure.title,
            least=measure.unit.text(min(measure.values)),
            most=measure.unit.told(max(measure.values)),
        )
        for measure in measures
    ]
    return " ".join(parts)
