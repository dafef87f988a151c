"""What the money of plans is paid for: a bar for each plan, and the numbers of every family below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language import _
from optimizer.plots.frame import CHIP, LINE, MARGIN, TOP, Frame
from optimizer.plots.style import (
    GRAY,
    MODE_FILLS,
    PALE,
    SMALL,
    WIDTH_INCHES,
    cut,
    house_style,
    letters_on,
    one_line,
    text_inches,
)
from optimizer.plots.units import draw_value_axis, usd_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from optimizer.cost_families import CostFamilies
    from optimizer.plots.chart import Chart
    from optimizer.plots.units import Unit

View = tuple[str, "CostFamilies"]

COLORS = {f"haul_{mode}": color for mode, color in MODE_FILLS.items()} | {
    "surcharge": "#999933",
    "border": "#E69F00",
    "port": "#56B4E9",
    "terminal": "#44AA99",
    "gauge": "#882255",
    "unmet": "#BBBBBB",
}
OTHER = "#DDCC77"
ROW, BAR = 0.5, 0.64
COLUMN = 1.35
"""Inches of a column of numbers."""


@house_style()
def cost_families(families: Sequence[tuple[str, CostFamilies]], *, width: float = WIDTH_INCHES) -> Chart:
    """Return what the money of plans is paid for: bars stacked by family, with a table of their numbers.

    Parameters
    ----------
    families
        Name and families of each view, the unchanged plan first; differences are told against it. A view without an
        answer has an empty row.
    width
        In inches.

    Raises
    ------
    ValueError
        No view has an answer.
    """
    views = [(one_line(name), view) for name, view in families]
    totals = [sum(row.usd for row in view.families) for _name, view in views]
    if not any(view.families for _name, view in views):
        raise ValueError("there is no money to draw: no plan has an answer")
    unit = usd_unit(max(totals))
    every = max((view.families for _name, view in views), key=len)
    listed = [row for row in every if any(view.usd(row.id) for _name, view in views)]
    frame = Frame(width, TOP + ROW * len(views) + 0.75 + LINE * 1.15 * (len(listed) + 2))
    title = _("What the money is paid for")
    frame.headings(title, _("{unit} a year").format(unit=unit.name))
    left = MARGIN + min(2.6, max(text_inches(name) for name, _view in views)) + 0.15
    after = max(text_inches(unit.text(total), SMALL) for total in totals) * 1.15 + 1.1
    axes = frame.axes(left, TOP, width - left - after, ROW * len(views))
    draw_value_axis(axes, max(totals) / unit.size, "x")
    axes.set(ylim=(len(views) - 0.5, -0.5), yticks=[])
    frame.labels(left - 0.12, [TOP + ROW * (row + 0.5) for row in range(len(views))], [name for name, _view in views])
    for row, (name, view) in enumerate(views):
        _draw_bar(frame, axes, row, name, view, unit)
        change = f"   {unit.change(totals[row] - totals[0])}" if row and views[0][1].families else ""
        _write_total(axes, row, totals[row] / unit.size, f"{unit.text(totals[row])}{change}")
    axes.axvline(0.0, color=PALE, linewidth=1.0)
    _write_table(frame, TOP + ROW * len(views) + 0.55, [(row.id, row.name) for row in listed], views, unit)
    return frame.chart(title, _description(views, totals, unit))


def _draw_bar(frame: Frame, axes: Axes, row: int, name: str, view: CostFamilies, unit: Unit) -> None:
    """Draw the bar of a view, with numbers in the parts that have room for them."""
    start = 0.0
    inches = axes.get_position().width * frame.width / axes.get_xlim()[1]
    for family in view.families:
        drawn = family.usd / unit.size
        if drawn <= 0.0:
            continue
        color = COLORS.get(family.id, OTHER)
        bar = frame.bar(axes, start, row, drawn, BAR, color)
        bar.set(edgecolor="white", linewidth=0.6)
        frame.mark(bar, f"{name}: {family.name} {unit.told(family.usd)}", "family")
        label = unit.text(family.usd)
        if text_inches(label, SMALL) + 0.1 < drawn * inches:
            axes.text(
                start + drawn / 2,
                row,
                label,
                ha="center",
                va="center_baseline",
                fontsize=SMALL,
                color=letters_on(color),
            )
        start += drawn


def _write_total(axes: Axes, row: int, at: float, label: str) -> None:
    """Write the total of a view at the end of its bar."""
    axes.annotate(
        label,
        (at, row),
        (5, 0),
        textcoords="offset points",
        va="center_baseline",
        fontsize=SMALL,
        fontweight="bold",
    )


def _write_table(
    frame: Frame,
    top: float,
    listed: Sequence[tuple[str, str]],
    views: Sequence[tuple[str, CostFamilies]],
    unit: Unit,
) -> None:
    """Write the numbers of every family under each other: the legend of the bars."""
    first = 3.6
    # Columns end here: one for each view, and one for the difference of each view from the first.
    n_columns = 2 * len(views) - 1
    across = min(COLUMN * 1.6, (frame.width - MARGIN - first) / n_columns)
    heads = [name for name, _view in views] + [
        _("difference") if len(views) == 2 else _("difference, {view}").format(view=name) for name, _view in views[1:]
    ]
    for at, head in enumerate(heads, 1):
        frame.text(first + at * across, top, head, size=SMALL, color=GRAY, ha="right", room=across - 0.15)
    total = (None, _("All"))
    for line, (family, name) in enumerate([*listed, total], 1):
        y = top + line * LINE * 1.15
        is_total = family is None
        if family is not None:
            frame.chip(MARGIN, y, COLORS.get(family, OTHER))
        frame.text(MARGIN + 1.7 * CHIP, y, cut(name, first - 0.5, SMALL), size=SMALL, is_bold=is_total)
        sums = [
            sum(row.usd for row in view.families if family in (None, row.id)) if view.families else None
            for _name, view in views
        ]
        cells = ["–" if usd is None else unit.text(usd) for usd in sums]
        cells += ["–" if usd is None or sums[0] is None else unit.change(usd - sums[0]) for usd in sums[1:]]
        for at, cell in enumerate(cells, 1):
            frame.text(first + at * across, y, cell, size=SMALL, ha="right", is_bold=is_total)


def _description(views: Sequence[tuple[str, CostFamilies]], totals: Sequence[float], unit: Unit) -> str:
    """Return the totals and the largest family of each view in words."""
    parts = []
    for (name, view), total in zip(views, totals, strict=True):
        if view.families:
            largest = max(view.families, key=lambda row: row.usd)
            parts.append(
                _("{view}: {total} a year, most for {family} ({usd}).").format(
                    view=name, total=unit.told(total), family=largest.name, usd=unit.told(largest.usd)
                )
            )
    return " ".join(parts)
