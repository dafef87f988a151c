"""Greenhouse gas emissions by mode: vehicles and their energy, hubs, and how plans differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.language import _, mode_text
from optimizer.plots.frame import LINE, MARGIN, TOP, Entry, Frame
from optimizer.plots.style import BLUE, GRAY, ORANGE, PALE, SKY, SMALL, WIDTH_INCHES, house_style, one_line, text_inches
from optimizer.plots.units import co2_unit, draw_value_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.emissions import Emissions
    from optimizer.plots.chart import Chart
    from optimizer.plots.units import Unit

COLORS = {"ttw": BLUE, "wtt": SKY, "wtw": "#7A8B99", "hub": ORANGE}
BAR = 0.24
"""Inches of the height of a bar."""
MOST_LABEL = 2.4
HUB = "hub"


class _Bar(NamedTuple):
    """The parts of one bar: kg CO2e by id of its kind."""

    parts: Mapping[str, float]

    @property
    def total(self) -> float:
        """All parts together."""
        return sum(self.parts.values())


@house_style()
def emissions(views: Sequence[tuple[str, Emissions]], *, width: float = WIDTH_INCHES) -> Chart:
    """Return emissions by mode: tank-to-wheel and well-to-tank, which sum to well-to-wheel, and hub operations.

    A mode for which the data does not tell the two apart has one bar for both.

    Parameters
    ----------
    views
        Name and emissions of each view, the unchanged plan first; differences are told against it.
    width
        In inches.

    Raises
    ------
    ValueError
        Nothing is emitted in any view, or there is none.
    """
    if not any(view.co2_kg for _name, view in views):
        raise ValueError("nothing is emitted: there are no bars to draw")
    called = [one_line(name) for name, _view in views]
    groups = _groups([view for _name, view in views])
    unit = co2_unit(max(bar.total for bars in groups.values() for bar in bars))
    title = _("Greenhouse gas emissions by mode")
    row = BAR * len(views) + 0.22
    top = TOP + LINE + 0.1
    frame = Frame(width, top + row * len(groups) + 0.4)
    frame.headings(title, _("{unit} a year, well-to-wheel").format(unit=unit.name))
    words = _words()
    kinds = [kind for kind in COLORS if any(kind in bar.parts for bars in groups.values() for bar in bars)]
    frame.legend([Entry(COLORS[kind], words[kind]) for kind in kinds], TOP)
    _draw(frame, top, row, groups, called, unit)
    said = (f"{name} {unit.told(view.co2_kg)}" for name, (_own, view) in zip(called, views, strict=True))
    largest = max(groups, key=lambda group: groups[group][0].total)
    most = _("most by {name}, {volume}").format(name=_group_text(largest), volume=unit.told(groups[largest][0].total))
    return frame.chart(title, f"{'; '.join(said)}; {most}.")


def _words() -> dict[str, str]:
    """Return what the parts are called."""
    return {
        "ttw": _("vehicles (tank-to-wheel)"),
        "wtt": _("energy provision (well-to-tank)"),
        "wtw": _("both, not told apart (well-to-wheel)"),
        "hub": _("hub operations"),
    }


def _group_text(group: str) -> str:
    """Return the name of a mode or of hub operations."""
    return _("hub operations") if group == HUB else mode_text(group)


def _groups(views: Sequence[Emissions]) -> dict[str, list[_Bar]]:
    """Return the bars of every mode and of the hubs, one for each view."""
    modes = dict.fromkeys(row.id for view in views for row in view.by_mode)
    groups: dict[str, list[_Bar]] = {mode: [] for mode in modes}
    for view in views:
        rows = {row.id: row for row in view.by_mode}
        for mode in modes:
            row = rows.get(mode)
            if row is None:
                groups[mode].append(_Bar({}))
            elif row.ttw_kg is None or row.wtt_kg is None:
                groups[mode].append(_Bar({"wtw": row.wtw_kg}))
            else:
                groups[mode].append(_Bar({"ttw": row.ttw_kg, "wtt": row.wtt_kg}))
    if any(view.hub.co2_kg for view in views):
        groups[HUB] = [_Bar({"hub": view.hub.co2_kg}) for view in views]
    return groups


def _draw(
    frame: Frame,
    top: float,
    row: float,
    groups: Mapping[str, Sequence[_Bar]],
    called: Sequence[str],
    unit: Unit,
) -> None:
    """Draw a group of bars for each mode."""
    names = [_group_text(group) for group in groups]
    is_several = len(called) > 1
    views = min(MOST_LABEL, max(text_inches(name, SMALL) for name in called)) + 0.15 if is_several else 0.0
    left = MARGIN + max(text_inches(name) for name in names) * 1.1 + 0.2 + views
    axes = frame.axes(left, top, frame.width - left - MARGIN - 1.5, row * len(groups))
    draw_value_axis(axes, max(bar.total for bars in groups.values() for bar in bars) / unit.size, "x")
    axes.set(ylim=(row * len(groups), 0.0), yticks=[])
    words = _words()
    for at, (name, bars) in enumerate(zip(names, groups.values(), strict=True)):
        frame.text(MARGIN, top + row * (at + 0.5), name, is_bold=True)
        for view, bar in enumerate(bars):
            place = row * at + 0.11 + BAR * (view + 0.5)
            if is_several:
                frame.text(left - 0.1, top + place, called[view], size=SMALL, color=GRAY, ha="right", room=views)
            start = 0.0
            for kind, kg in bar.parts.items():
                drawn = frame.bar(axes, start, place, kg / unit.size, BAR * 0.88, COLORS[kind])
                frame.mark(drawn, f"{name}, {called[view]}: {words[kind]} {unit.told(kg)}", "part")
                start += kg / unit.size
            difference = bar.total - bars[0].total
            change = f"   {unit.change(difference)}" if view and unit.is_seen(difference) else ""
            label = axes.annotate(f"{unit.text(bar.total)}{change}", (start, place), (5, 0), textcoords="offset points")
            label.set(va="center_baseline", fontsize=SMALL)
    axes.axvline(0.0, color=PALE, linewidth=1.0)
