"""A curve in three panels over one axis: what a capacity saves, what passes, and the price of the next unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from matplotlib.ticker import MaxNLocator

from optimizer.language import _, number_text, unit_text
from optimizer.plots.frame import MARGIN, TOP, Frame
from optimizer.plots.style import (
    BLUE,
    GRAY,
    GREEN,
    PALE,
    SMALL,
    VERMILION,
    WIDTH_INCHES,
    even_text,
    house_style,
    short_text,
)
from optimizer.plots.units import Unit, usd_unit
from optimizer.report.curves import curve_title, price_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from network.model import Dataset
    from optimizer.curves import Curve, CurvePoint
    from optimizer.plots.chart import Chart

LEFT, RIGHT = 0.95, 0.4
PANELS = (2.3, 1.8, 1.8)
BETWEEN = 0.62
"""Inches between panels, where the heading of the lower one stands."""
LARGE = {"t-km/year": 1e9, "t/year": 1e6}
N_TICKS = 5
ROOM = 0.15
"""Part of the range of values that is left free above and below them."""


class _Panel(NamedTuple):
    """A heading, the values at the points, and the unit that they are drawn in."""

    heading: str
    values: list[float]
    unit: Unit
    color: str


@house_style()
def curve(data: Dataset, bends: Curve, *, width: float = WIDTH_INCHES) -> Chart:
    """Return three panels over the same axis: money against today, throughput, and the price of one more unit.

    Parameters
    ----------
    data
        The dataset, for the names of capacities.
    bends
        The curve; each of its points is a mark in every panel.
    width
        In inches.
    """
    present = next((point for point in bends.points if point.at == bends.present), None)
    panels = _panels(bends, present)
    frame = Frame(width, TOP + sum(PANELS) + BETWEEN * len(PANELS) + 0.25)
    title = curve_title(data, bends)
    told = _("Plan of {year}; between two points the money is a straight line")
    frame.headings(title, told.format(year=str(bends.year)))
    top = TOP
    for at, (panel, height) in enumerate(zip(panels, PANELS, strict=True)):
        frame.text(MARGIN, top + 0.2, panel.heading, size=SMALL, color=GRAY, is_bold=True)
        axes = frame.axes(LEFT, top + BETWEEN - 0.2, width - LEFT - RIGHT, height)
        top += height + BETWEEN
        _set_axes(axes, bends, panel, is_last=at == len(panels) - 1)
        if panel.color == VERMILION:
            _draw_steps(frame, axes, bends, panel)
        else:
            _draw_line(frame, axes, bends, panel)
        _draw_present(axes, bends, has_label=at == 0)
        if panel.color == GREEN and bends.kind == "capacity":
            _draw_full_use(axes, panel)
    return frame.chart(title, _description(bends, panels))


def _panels(bends: Curve, present: CurvePoint | None) -> list[_Panel]:
    """Return what is saved or added, what is used, and the price of the next unit."""
    reference = (present or bends.points[0]).objective_usd
    sign = -1.0 if bends.kind == "capacity" else 1.0
    usd = [sign * (point.objective_usd - reference) for point in bends.points]
    prices = [price_of(bends, point.price_right_usd_per_unit) or 0.0 for point in bends.points[:-1]]
    money = usd_unit(max(map(abs, usd)))
    used = [point.used for point in bends.points]
    # What is used of a capacity is told in the unit of the capacity, which is that of the axis below.
    size = 1.0 if bends.kind == "capacity" else LARGE.get(bends.used_unit, 1.0)
    return [
        _Panel(_money_heading(bends, money, is_today=present is not None), usd, money, BLUE),
        _Panel(_used_heading(bends), used, Unit(size, _used_unit(bends)), GREEN),
        _Panel(_price_heading(bends), prices, Unit(1.0, _("USD")), VERMILION),
    ]


def _money_heading(bends: Curve, money: Unit, *, is_today: bool) -> str:
    """Return what the first panel shows."""
    if bends.kind == "capacity":
        told = _("Saved against today, {unit} a year") if is_today else _("Saved against the left end, {unit} a year")
    else:
        told = _("More than today, {unit} a year") if is_today else _("More than at the left end, {unit} a year")
    return told.format(unit=money.name)


def _used_unit(bends: Curve) -> str:
    """Return the unit of what is used."""
    if bends.kind == "capacity":
        return unit_text(bends.used_unit)
    return _("bn t-km a year") if bends.kind == "cost" else _("Mt a year")


def _used_heading(bends: Curve) -> str:
    """Return what the second panel shows."""
    told = {"capacity": _("Used, {unit}"), "cost": _("On these links, {unit}"), "demand": _("Carried, {unit}")}
    return told[bends.kind].format(unit=_used_unit(bends))


def _price_heading(bends: Curve) -> str:
    """Return what the third panel shows."""
    if bends.kind == "capacity":
        return _("One {unit} more saves, USD a year").format(unit=unit_text(bends.unit))
    return _("One percent more adds, USD a year")


def _set_axes(axes: Axes, bends: Curve, panel: _Panel, *, is_last: bool) -> None:
    """Give both axes limits and round numbers; only the lowest panel has those below."""
    places = [point.at for point in bends.points]
    low, high = places[0], places[-1]
    _set_ticks(axes, "x", low, high, has_labels=is_last)
    axes.set_xlim(low, high)
    values = [value / panel.unit.size for value in panel.values]
    bottom, top = min(0.0, *values), max(0.0, *values)
    room = ROOM * (top - bottom) or 1.0
    bottom, top = bottom - (room if bottom < 0.0 else 0.0), top + room
    _set_ticks(axes, "y", bottom, top)
    axes.set_ylim(bottom, top)
    axes.yaxis.grid(visible=True)
    axes.spines["left"].set_visible(False)
    axes.axhline(0.0, color=PALE, linewidth=0.8)
    if is_last:
        is_capacity = bends.kind == "capacity"
        factor = _("Costs, times those of today") if bends.kind == "cost" else _("Volumes, times those of today")
        label = _("Capacity, {unit}").format(unit=unit_text(bends.unit)) if is_capacity else factor
        axes.set_xlabel(label, loc="right")


def _set_ticks(axes: Axes, along: str, low: float, high: float, *, has_labels: bool = True) -> None:
    """Put round numbers between the ends of an axis."""
    places = [
        float(place)
        for place in MaxNLocator(N_TICKS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        if low <= place <= high
    ]
    step = places[1] - places[0] if len(places) > 1 else 0.0
    axis = axes.xaxis if along == "x" else axes.yaxis
    axis.set_ticks(places, labels=[even_text(place, step) if has_labels else "" for place in places])
    axis.set_tick_params(length=3 if along == "x" else 0)


def _draw_line(frame: Frame, axes: Axes, bends: Curve, panel: _Panel) -> None:
    """Draw a line through the points, each a mark."""
    places = [point.at for point in bends.points]
    axes.plot(places, [value / panel.unit.size for value in panel.values], color=panel.color, linewidth=1.8)
    for point, value in zip(bends.points, panel.values, strict=True):
        dot = frame.dot(axes, point.at, value / panel.unit.size, "o", panel.color, 5.5)
        frame.mark(dot, f"{_at(bends, point.at)}: {short_text(value / panel.unit.size)} {panel.unit.name}", "point")


def _draw_steps(frame: Frame, axes: Axes, bends: Curve, panel: _Panel) -> None:
    """Draw the price as a stair, each step a mark."""
    places = [point.at for point in bends.points]
    axes.stairs(panel.values, places, color=panel.color, linewidth=1.8, fill=False, baseline=None)
    for low, high, price in zip(places[:-1], places[1:], panel.values, strict=True):
        step = frame.bar(axes, low, price / 2, high - low, price, panel.color)
        step.set_alpha(0.12)
        frame.mark(step, f"{_at(bends, low)} – {_at(bends, high)}: {short_text(price)} {panel.unit.name}", "step")


def _at(bends: Curve, place: float) -> str:
    """Return a place on the axis in words."""
    return f"{short_text(place)} {unit_text(bends.unit)}" if bends.kind == "capacity" else f"× {number_text(place, 3)}"


def _draw_present(axes: Axes, bends: Curve, *, has_label: bool) -> None:
    """Draw where the data stands, where that is within the curve."""
    if not bends.points[0].at <= bends.present <= bends.points[-1].at:
        return
    axes.axvline(bends.present, color=GRAY, linewidth=1.0, linestyle=(0, (4, 3)))
    if has_label:
        today = _("today {capacity}").format(capacity=short_text(bends.present))
        axes.annotate(
            today if bends.kind == "capacity" else _("today"),
            (bends.present, 1.0),
            (0, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
            color=GRAY,
        )


def _draw_full_use(axes: Axes, panel: _Panel) -> None:
    """Draw the line on which all of the capacity is used, with its name where it leaves the panel."""
    (low, high), top = axes.get_xlim(), axes.get_ylim()[1]
    axes.plot([low, high], [low, high], color=GRAY, linewidth=0.9, linestyle=":")
    end = min(high, top)
    label = axes.annotate(_("full use"), (end, end), (8, 0), textcoords="offset points", ha="left", va="top")
    label.set(fontsize=SMALL, color=GRAY)


def _description(bends: Curve, panels: Sequence[_Panel]) -> str:
    """Return the ends of the curve and the greatest price in words."""
    money, used, price = panels
    return _(
        "From {low} to {high}: {heading} {first} to {last}; {used} {least} to {most}; {price} at most {top}."
    ).format(
        low=_at(bends, bends.points[0].at),
        high=_at(bends, bends.points[-1].at),
        heading=money.heading,
        first=money.unit.text(money.values[0]),
        last=money.unit.text(money.values[-1]),
        used=used.heading,
        least=short_text(min(used.values) / used.unit.size),
        most=short_text(max(used.values) / used.unit.size),
        price=price.heading,
        top=short_text(max(price.values)),
    )
