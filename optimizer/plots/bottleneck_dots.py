"""What one more unit of every scarce capacity is worth, and how much of it is used, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

from optimizer.language import _, n_, number_text, unit_text
from optimizer.phrases import capacity_name
from optimizer.plots.frame import MARGIN, TOP, Entry, Frame
from optimizer.plots.style import (
    AFTER,
    BEFORE,
    GRAY,
    GRID,
    INK,
    PALE,
    SMALL,
    WIDTH_INCHES,
    house_style,
    one_line,
    short_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from network.model import Dataset
    from optimizer.plots.chart import Chart
    from optimizer.result import Plan

    Row = Mapping[str, Any]


MOST_ROWS = 12
KEY = ("kind", "id", "from_node", "to_node")
ROW = 0.5
NAMES, WORTH, NUMBERS, USE = 3.1, 3.6, 1.75, 1.35
"""Inches of the names, the scale of worth, its numbers and the bars of use; what is left is for capacities."""
MOST_DECADES = 6
"""Powers of ten that each have a number on the axis; of more, every other one has."""
BAR = 0.15
BACKGROUND = {BEFORE: "#5F6368", AFTER: "#003F63"}
"""Color of traffic outside the model within the bar of a color."""


@dataclass(frozen=True)
class _Item:
    """A capacity with its rows of the ledgers, None where it does not bind."""

    name: str
    unit: str
    before: Row | None
    after: Row | None

    @property
    def prices(self) -> tuple[float, float]:
        """What one more unit saves before and after, 0 where the capacity does not bind."""
        before = 0.0 if self.after is None else self.after.get("price_before_usd_per_unit", 0.0)
        if self.before is not None:
            before = self.before["price_usd_per_unit"]
        return before, 0.0 if self.after is None else self.after["price_usd_per_unit"]

    @property
    def rows(self) -> list[Row]:
        """The rows that are there, the earlier first."""
        return [row for row in (self.before, self.after) if row is not None]

    @property
    def rank(self) -> float:
        """What all free units together are worth at most, which plans order their bottlenecks by."""
        return max(float(row["price_usd_per_unit"] * (row["capacity"] - row["background"])) for row in self.rows)

    @property
    def is_step(self) -> bool:
        """Whether it is a step of a price by volume."""
        return any(row["kind"] == "step" for row in self.rows)

    @property
    def is_exact(self) -> bool:
        """Whether the range is known in which its prices hold; of a price alone, less may be saved."""
        return all(row.get("holds_from") is not None for row in self.rows)


@house_style()
def ledger(
    data: Dataset,
    after: Sequence[Row],
    before: Sequence[Row] = (),
    *,
    called: tuple[str, str] | None = None,
    width: float = WIDTH_INCHES,
) -> Chart:
    """Return the bottlenecks of two plans: what the next unit saves in a year, and how much is used.

    Parameters
    ----------
    data
        The dataset, scenarios applied, for the names of capacities.
    after, before
        The values under ``bottlenecks`` and ``bottlenecks_before`` of a what-if. The twelve that are worth most in one
        of the two are drawn, price times free capacity; those of which one more unit saves nothing in both are not.
    called
        What the unchanged plan and the scenario are called.
    width
        In inches.

    Raises
    ------
    ValueError
        One more unit of no capacity saves anything.
    """
    rows = {tuple(row[name] for name in KEY): row for row in after}
    earlier = {tuple(row[name] for name in KEY): row for row in before}
    items = [_item(data, earlier.get(key), rows.get(key)) for key in dict.fromkeys((*rows, *earlier))]
    names = called or (_("before"), _("after"))
    return _chart(items, [(BEFORE, one_line(names[0])), (AFTER, one_line(names[1]))], width)


@house_style()
def plan_ledger(data: Dataset, plan: Plan, *, width: float = WIDTH_INCHES) -> Chart:
    """Return the bottlenecks of a plan: what the next unit saves in a year, and how much is used; see `ledger`.

    Raises
    ------
    ValueError
        One more unit of no capacity saves anything.
    """
    items = [_item(data, None, row.to_mapping()) for row in plan.bottlenecks()]
    return _chart(items, [(AFTER, "")], width)


def _item(data: Dataset, before: Row | None, after: Row | None) -> _Item:
    """Return a capacity with its name."""
    row = after if after is not None else before
    assert row is not None
    name = capacity_name(data, row["kind"], row["id"], row["from_node"], row["to_node"])
    return _Item(one_line(name), unit_text(row["unit"]), before, after)


def _chart(every: Sequence[_Item], views: Sequence[tuple[str, str]], width: float) -> Chart:
    """Draw the capacities that are worth most."""
    # A step of a price is no capacity that could be raised.
    worth = [item for item in every if max(item.prices) > 0.0 and not item.is_step]
    if not worth:
        raise ValueError("one more unit of no capacity saves anything: there are no bottlenecks to draw")
    items = sorted(worth, key=lambda item: (-item.rank, -max(item.prices), item.name))[:MOST_ROWS]
    top = TOP + 0.62
    frame = Frame(width, top + ROW * len(items) + 0.4)
    title = _("Bottlenecks: what one more unit is worth")
    count = n_("{n} of {all} capacity that binds", "{n} of {all} capacities that bind", len(worth))
    frame.headings(title, count.format(n=number_text(len(items)), all=number_text(len(worth))))
    entries = [Entry(color, name) for color, name in views if name]
    if any(row["background"] > 0.0 for item in items for row in item.rows):
        entries.append(Entry(BACKGROUND[views[-1][0]], _("used by traffic outside the model")))
    frame.legend(entries, TOP)
    left = MARGIN + NAMES
    is_exact = all(item.is_exact for item in items)
    worth_told = _("USD a year for one more unit") if is_exact else _("Up to so many USD a year for one more unit")
    frame.text(left, TOP + 0.36, worth_told, size=SMALL, color=GRAY, is_bold=True)
    right = left + WORTH + NUMBERS
    frame.text(right, TOP + 0.36, _("Capacity and its use"), size=SMALL, color=GRAY, is_bold=True)
    axes = frame.axes(left, top, WORTH, ROW * len(items))
    low = _draw_scale(axes, [price for item in items for price in item.prices if price > 0.0], len(items))
    frame.labels(left - 0.15, [top + ROW * (at + 0.5) for at in range(len(items))], [item.name for item in items])
    for at, item in enumerate(items):
        middle = top + ROW * (at + 0.5)
        _draw_worth(frame, axes, item, at, low, views)
        _write_worth(frame, item, left + WORTH + 0.15, middle, is_pair=len(views) > 1)
        _draw_use(frame, item, right, middle, views)
    return frame.chart(title, _description(items))


def _draw_scale(axes: Axes, prices: Sequence[float], n_rows: int) -> float:
    """Draw a logarithmic axis with a place for 0 at its left; return the power of ten that it begins with."""
    low, high = floor(log10(min(prices)) + 1e-9), max(ceil(log10(max(prices)) - 1e-9), floor(log10(min(prices))) + 1)
    powers = range(low, high + 1)
    every = 1 if len(powers) <= MOST_DECADES else 2
    ticks = [_place(0.0, low), *map(float, powers)]
    labels = [number_text(0), *(_usd(10.0**power) if (power - low) % every == 0 else "" for power in powers)]
    axes.set(xlim=(ticks[0] - 0.15, high + 0.1), ylim=(n_rows - 0.5, -0.5), yticks=[])
    axes.xaxis.set_ticks(ticks, labels=labels)
    axes.xaxis.set_tick_params(length=0)
    axes.xaxis.grid(visible=True)
    axes.spines[["left", "bottom"]].set_visible(False)
    return low


def _place(price: float, low: float) -> float:
    """Return where a price stands on the axis: its power of ten, and 0 a step before the first one."""
    return log10(price) if price > 0.0 else low - 0.6


def _draw_worth(frame: Frame, axes: Axes, item: _Item, row: int, low: float, views: Sequence[tuple[str, str]]) -> None:
    """Draw the worth before and after as two dots with a line between them, or the only one."""
    places = [_place(price, low) for price in item.prices]
    if len(views) > 1:
        axes.plot(places, [row, row], color=PALE, linewidth=2.5, zorder=2, clip_on=False)
    else:
        axes.plot([axes.get_xlim()[0], places[1]], [row, row], color=GRID, linewidth=2.5, zorder=2, clip_on=False)
    # The later one is smaller and above, so that both are seen where they agree.
    for (color, name), place, price, size in zip(
        views, places[-len(views) :], item.prices[-len(views) :], (11.0, 8.0), strict=False
    ):
        dot = frame.dot(axes, place, float(row), "o", color, size)
        whose = f"{item.name}, {name}" if name else item.name
        said = _("{usd} USD a year for one more {unit}").format(usd=_usd(price), unit=item.unit)
        frame.mark(dot, f"{whose}: {said}", "worth")


def _write_worth(frame: Frame, item: _Item, left: float, middle: float, *, is_pair: bool) -> None:
    """Write the numbers of a row with their unit below."""
    before, after = map(_usd, item.prices)
    frame.text(left, middle - 0.08, f"{before} → {after}" if is_pair else after, size=SMALL, room=NUMBERS - 0.2)
    unit = _("USD per {unit}").format(unit=item.unit)
    frame.text(left, middle + 0.1, unit, size=SMALL - 1.0, color=GRAY, room=NUMBERS - 0.2)


def _draw_use(frame: Frame, item: _Item, left: float, middle: float, views: Sequence[tuple[str, str]]) -> None:
    """Draw how much of a capacity is used, as wide as the larger of its capacities allows, and write the capacities."""
    rows = [(view, row) for view, row in zip(views, (item.before, item.after)[-len(views) :], strict=True) if row]
    # More than the capacity is used where traffic outside the model exceeds it.
    most = max(max(row["capacity"], row["used"]) for _view, row in rows) or 1.0
    for at, ((color, name), row) in enumerate(rows):
        y = middle + (at - (len(rows) - 1) / 2) * BAR * 1.15
        scale = USE / most
        frame.bar(frame.canvas, left, y, row["capacity"] * scale, BAR, GRID)
        used = frame.bar(frame.canvas, left, y, row["used"] * scale, BAR, color)
        taken = min(row["background"], row["used"])
        if taken > 0.0:
            frame.bar(frame.canvas, left, y, taken * scale, BAR, BACKGROUND[color])
        share = row["used"] / row["capacity"] if row["capacity"] else 1.0
        said = _("{used} of {capacity} {unit} used ({share} %)").format(
            used=short_text(row["used"]),
            capacity=short_text(row["capacity"]),
            unit=item.unit,
            share=number_text(100.0 * share),
        )
        frame.mark(used, f"{item.name}, {name}: {said}" if name else f"{item.name}: {said}", "use")
    capacities = list(dict.fromkeys(short_text(row["capacity"]) for _view, row in rows))
    room = frame.width - MARGIN - left - USE - 0.12
    x = left + USE + 0.12
    frame.text(x, middle - 0.08, " → ".join(capacities), size=SMALL, color=INK, room=room)
    frame.text(x, middle + 0.1, item.unit, size=SMALL - 1.0, color=GRAY, room=room)


def _usd(price: float) -> str:
    """Return an amount of USD, in millions where it has any."""
    return _("{n} m").format(n=short_text(price / 1e6)) if price >= 1e6 else short_text(price)


def _description(items: Sequence[_Item]) -> str:
    """Return the capacities that are worth most, with their numbers."""
    told = [
        _("{name}: {before} → {after} USD a year for one more {unit}").format(
            name=item.name, before=_usd(item.prices[0]), after=_usd(item.prices[1]), unit=item.unit
        )
        if item.before is not None or (item.after is not None and "price_before_usd_per_unit" in item.after)
        else _("{name}: {usd} USD a year for one more {unit}").format(
            name=item.name, usd=_usd(item.prices[1]), unit=item.unit
        )
        for item in items[:3]
    ]
    return f"{'; '.join(told)}."
