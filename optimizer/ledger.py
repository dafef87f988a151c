"""The ledger of bottlenecks: every price of a plan with the capacities between which it holds.

A price says what the next unit of a capacity saves, and nothing on how many units it is good for. Both are read off the
optimum as a function of that one capacity, all else as planned: the price is the slope of the piece that begins at the
present capacity, and it holds from one end of that piece to the other (`optimizer.envelope`, which names the sources).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.envelope import TOLERANCE, Line, Piece, piece_above, piece_below
from optimizer.feasible_range import feasible_from
from optimizer.flows import BOTTLENECK_COLUMNS
from optimizer.listing import FixedListing
from optimizer.one_number import CapacityQuestion, rounded
from optimizer.replanning import evaluate

if TYPE_CHECKING:
    from optimizer.flows import Bottleneck
    from optimizer.replanning import Prepared

FIRST_STEP, GROWTH = 0.05, 4.0
"""Share of the free capacity at which the first question is asked, and how much further away each next one is."""
ALIKE = 1e-7
"""Share by which two prices may differ and still be the same one."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A bottleneck with the range of its capacity in which its price holds, all else as planned.

    Attributes
    ----------
    bottleneck
        The capacity; its ``price_usd_per_unit`` is what one more unit saves in a year, exactly.
    holds_from, holds_to
        Capacities between which the price holds, in the bottleneck's unit; `holds_to` None = without limit.
    price_left_usd_per_unit
        The price below the present capacity; None where less of it would leave behind what must be carried. It is the
        price where that holds on both sides of the present capacity, and not below it, but where the present capacity
        is no larger than the background: then there is nothing to lose.
    one_more_usd
        USD that exactly one more unit saves in a year: the price where that holds for a whole unit, less where the
        unit is larger than what is left of it, as one train a day may be. None where it was not asked for.
    one_less_usd
        USD that exactly one unit less costs in a year. None where it was not asked for, where less than one unit is
        free, and where it would leave behind what must be carried.
    """

    bottleneck: Bottleneck
    holds_from: float
    holds_to: float | None
    price_left_usd_per_unit: float | None
    one_more_usd: float | None = None
    one_less_usd: float | None = None

    def to_mapping(self) -> dict[str, Any]:
        """Return the entry as plain values: the keys of the bottleneck and those of the range."""
        return {
            **self.bottleneck.to_mapping(),
            "holds_from": self.holds_from,
            "holds_to": self.holds_to,
            "price_left_usd_per_unit": self.price_left_usd_per_unit,
            "one_more_usd": self.one_more_usd,
            "one_less_usd": self.one_less_usd,
        }


LEDGER_COLUMNS = (
    *(f"bottleneck.{column}" for column in BOTTLENECK_COLUMNS),
    *("holds_from", "holds_to", "price_left_usd_per_unit", "one_more_usd", "one_less_usd"),
)
"""Columns of the table of a ledger: those of the bottlenecks and of their ranges."""


def ledger_of(prepared: Prepared, *, most: int | None = None) -> FixedListing[LedgerEntry]:
    """Return every bottleneck of a plan with the capacities between which its price holds.

    Parameters
    ----------
    prepared
        The plan, with what makes plans of changed data quick. A plan without an answer has no entries.
    most
        Entries at most, of the bottlenecks that earn most; None = all.

    Raises
    ------
    SolverError
        The solver fails, or its optima are not those of a convex function.
    """
    plan = prepared.plan
    if plan.objective_usd is None:
        return FixedListing((), LEDGER_COLUMNS)
    resources = plan.blocks.graph.resources
    # From the very function that the ranges are read off, so that rounding of another sum is no bend of it.
    objective = evaluate(prepared, free=resources.free).objective_usd
    row_of = {
        (resources.kind[at], resources.ids[at], resources.from_node[at] or None, resources.to_node[at] or None): at
        for at in np.flatnonzero(plan.price).tolist()
    }
    entries = (
        _entry(prepared, objective, bottleneck, row_of[_name(bottleneck)]) for bottleneck in plan.bottlenecks()[:most]
    )
    return FixedListing(entries, LEDGER_COLUMNS)


def _name(bottleneck: Bottleneck) -> tuple[str, str, str | None, str | None]:
    return bottleneck.kind, bottleneck.id, bottleneck.from_node, bottleneck.to_node


def _entry(prepared: Prepared, objective: float, bottleneck: Bottleneck, row: int) -> LedgerEntry:
    """Return the entry of a bottleneck."""
    capacity, background = bottleneck.capacity, bottleneck.background
    question = CapacityQuestion(prepared, np.array([row]))
    if capacity < background:
        idle = replace(bottleneck, price_usd_per_unit=0.0)
        saved = _one_more(question, Piece(capacity, background, objective, 0.0))
        return LedgerEntry(idle, 0.0, background, 0.0, one_more_usd=saved)
    here = Line(capacity, objective, -bottleneck.price_usd_per_unit)
    above = _piece_above(question, here)
    price = -above.slope if above.slope else 0.0
    entry = LedgerEntry(
        replace(bottleneck, price_usd_per_unit=price),
        holds_from=capacity,
        holds_to=max(capacity, rounded(above.high)) if isfinite(above.high) else None,
        price_left_usd_per_unit=0.0,
        one_more_usd=_one_more(question, above),
    )
    if capacity <= background:
        return entry
    least = feasible_from(question, background)
    if least >= capacity:
        return replace(entry, price_left_usd_per_unit=None)
    below = _piece_below(question, here, least)
    price_left = -below.slope
    entry = replace(entry, price_left_usd_per_unit=price_left, one_less_usd=_one_less(question, below, here, least))
    if price_left - price <= ALIKE * price_left:
        return replace(entry, holds_from=min(capacity, rounded(below.low)), price_left_usd_per_unit=price)
    return entry


def _one_more(question: CapacityQuestion, above: Piece) -> float:
    """Return what exactly one more unit saves; `above` is the piece that begins at the present capacity."""
    price = -above.slope if above.slope else 0.0
    place = above.low + 1.0
    # Where a unit more is still within the background there is nothing to ask: nothing is free there either.
    if place <= max(above.high, question.background):
        return price
    saved = above.value - question.line(place).value
    # A convex function saves no less than the first piece does, and beyond it no more than at its price.
    if above.low < question.background:
        return max(0.0, saved)
    return min(max(price * (above.high - above.low), saved), price)


def _one_less(question: CapacityQuestion, below: Piece, here: Line, least: float) -> float | None:
    """Return what exactly one unit less costs; `below` is the piece that ends at the present capacity."""
    place = here.at - 1.0
    if place < least:
        return None
    price = -below.slope if below.slope else 0.0
    return price if place >= below.low else max(price, question.line(place).value - here.value)


def _piece_above(question: CapacityQuestion, here: Line) -> Piece:
    """Return the piece that begins at the present capacity; the nearer its end, the less there is to ask."""
    step = FIRST_STEP * (here.at - question.background)
    while step > 0.0:
        there = question.line(here.at + step)
        if there.value >= here.value - TOLERANCE * abs(here.value):
            # What saves nothing here saves nothing further on.
            return Piece(here.at, float("inf"), here.value, 0.0)
        piece = piece_above(question.line, here, there)
        if piece.high < there.at:
            return piece
        step *= GROWTH
    top = question.unlimited()
    if top.value >= here.value - TOLERANCE * abs(here.value):
        return Piece(here.at, float("inf"), here.value, 0.0)
    return piece_above(question.line, here, top)


def _piece_below(question: CapacityQuestion, here: Line, least: float) -> Piece:
    """Return the piece that ends at the present capacity and begins at no less than `least`."""
    step = FIRST_STEP * (here.at - question.background)
    while True:
        place = max(least, here.at - step)
        piece = piece_below(question.line, here, question.line(place))
        if piece.low > place or place == least:
            return piece
        step *= GROWTH
