"""What each corridor carries, before and after: bars in pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language import _
from optimizer.plots.frame import LINE, MARGIN, TOP, Entry, Frame
from optimizer.plots.style import AFTER, BEFORE, GRAY, PALE, SMALL, WIDTH_INCHES, house_style, one_line, text_inches
from optimizer.plots.units import draw_value_axis, tonne_unit
from optimizer.report.routes import corridor_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from optimizer.plots.chart import Chart
    from optimizer.plots.units import Unit
    from optimizer.result import Plan

MOST_CORRIDORS = 16
MOST_LABEL = 3.2
BAR = 0.19
"""Inches of the height of a bar."""
COLORS = (BEFORE, AFTER, "#E69F00", "#009E73", "#CC79A7")


@house_style()
def corridors(views: Sequence[tuple[str, Plan]], *, width: float = WIDTH_INCHES) -> Chart:
    """Return the tonnes that each corridor carries in a year: a bar for each plan, the corridors that carry most first.

    Parameters
    ----------
    views
        Name and plan of each view, the unchanged plan first; differences are told against it. At most five.
    width
        In inches.

    Raises
    ------
    ValueError
        There is no view, there are more than five, or nothing is carried.
    """
    if not 0 < len(views) <= len(COLORS):
        raise ValueError(f"one to {len(COLORS)} plans can be drawn, not {len(views)}")
    carried = [_tonnes(plan) for _name, plan in views]
    most = {corridor: max(t.get(corridor, 0.0) for t in carried) for t in carried for corridor in t}
    if not any(most.values()):
        raise ValueError("nothing is carried: there are no bars to draw")
    ranked = sorted(most, key=lambda corridor: (-most[corridor], corridor))
    shown, rest = ranked[:MOST_CORRIDORS], ranked[MOST_CORRIDORS:]
    data = views[0][1].data
    names = [one_line(corridor_name(data, corridor)) or _("outside corridors") for corridor in shown]
    amounts = [[t.get(corridor, 0.0) for t in carried] for corridor in shown]
    if rest:
        names.append(_("all others"))
        amounts.append([sum(t.get(corridor, 0.0) for corridor in rest) for t in carried])
    unit = tonne_unit(max(map(max, amounts)))
    called = [one_line(name) for name, _plan in views]
    title = _("What each corridor carries")
    row = BAR * len(views) + 0.16
    frame = Frame(width, TOP + LINE + 0.1 + row * len(names) + 0.4)
    frame.headings(title, _("{unit} a year").format(unit=unit.name))
    if len(views) > 1:
        frame.legend([Entry(color, name) for color, name in zip(COLORS, called, strict=False)], TOP)
    _draw(frame, row, names, amounts, called, unit)
    totals = "; ".join(f"{name} {unit.told(sum(t.values()))}" for name, t in zip(called, carried, strict=True))
    largest = _("most by {name}, {volume}").format(name=names[0], volume=unit.told(max(amounts[0])))
    return frame.chart(title, f"{totals}; {largest}.")


def _tonnes(plan: Plan) -> Mapping[str, float]:
    """Return the tonnes that each corridor carries, by id; those outside all of them under an empty one."""
    carried: dict[str, float] = {}
    for share in plan.by_corridor():
        carried[share.name] = carried.get(share.name, 0.0) + share.t
    return carried


def _draw(
    frame: Frame,
    row: float,
    names: Sequence[str],
    amounts: Sequence[Sequence[float]],
    called: Sequence[str],
    unit: Unit,
) -> None:
    """Draw a row of bars for each corridor."""
    left = MARGIN + min(MOST_LABEL, max(map(text_inches, names))) + 0.15
    top = TOP + LINE + 0.1
    most = max(map(max, amounts))
    axes = frame.axes(left, top, frame.width - left - MARGIN - 1.5, row * len(names))
    draw_value_axis(axes, most / unit.size, "x")
    axes.set(ylim=(row * len(names), 0.0), yticks=[])
    frame.labels(left - 0.12, [top + row * (at + 0.5) for at in range(len(names))], names)
    for at, (name, volumes) in enumerate(zip(names, amounts, strict=True)):
        for view, volume in enumerate(volumes):
            place = row * at + 0.08 + BAR * (view + 0.5)
            bar = frame.bar(axes, 0.0, place, volume / unit.size, BAR * 0.9, COLORS[view])
            frame.mark(bar, f"{name}, {called[view]}: {unit.told(volume)}", "corridor")
            is_changed = view > 0 and unit.is_seen(volume - volumes[0])
            change = f"   {unit.change(volume - volumes[0])}" if is_changed else ""
            _write(axes, volume / unit.size, place, f"{unit.text(volume)}{change}", is_changed=is_changed)
    axes.axvline(0.0, color=PALE, linewidth=1.0)


def _write(axes: Axes, x: float, y: float, label: str, *, is_changed: bool) -> None:
    """Write a number at the end of a bar."""
    text = axes.annotate(label, (x, y), (5, 0), textcoords="offset points", va="center_baseline", fontsize=SMALL)
    if not is_changed:
        text.set_color(GRAY)
