"""At which price which route is best: exact thresholds of a price that all hours, or all emissions, pay alike."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Price = Fraction | float
"""A price of at least 0, exact; infinity is the only float."""

Interval = tuple[float, float]


class Line(NamedTuple):
    """The weight of a route as a price rises: ``base + price · slope``."""

    base: Fraction
    slope: Fraction
    arcs: tuple[int, ...]

    def at(self, price: Fraction) -> Fraction:
        """Return the weight at a price."""
        return self.base + price * self.slope


class Stretch(NamedTuple):
    """The prices from `low` to `high`, both included, at which no route weighs less than `line`."""

    low: Fraction
    high: Price
    line: Line


class Threshold(NamedTuple):
    """Where a route ties with the best one: it weighs less beyond `value`, in `direction`.

    `best` names the row of the best of all routes there, empty where that route is in no row: the route itself may
    still lose to a third one.
    """

    value: float
    direction: Literal["above", "below"]
    best: str = ""


def lower_envelope(best_at: Callable[[Price], Line]) -> list[Stretch]:
    """Return which line is lowest from price 0 to infinity, as stretches that meet, cheapest price first.

    Parameters
    ----------
    best_at
        Returns a line of least weight at a price: at 0 one of least slope among them, at infinity one of least slope
        and then of least base.

    Notes
    -----
    Two lines known to be lowest somewhere meet at a price. Either nothing is lower there, and it is a breakpoint, or
    what is lower there is a further line of the envelope, which splits the question in two. So an envelope of n lines
    takes 2 n queries at most. Arithmetic is exact: a breakpoint is the price itself, and a tie is a tie.

    Source: Eisner and Severance (1976), Journal of the ACM 23:619.
    """
    left, right = best_at(Fraction(0)), best_at(inf)
    stretches: list[Stretch] = []
    low = Fraction(0)
    waiting = [] if right.slope == left.slope else [right]
    while waiting:
        right = waiting[-1]
        price = (right.base - left.base) / (left.slope - right.slope)
        middle = best_at(price)
        if middle.at(price) < left.at(price):
            waiting.append(middle)
        else:
            stretches.append(Stretch(low, price, left))
            low, left = price, waiting.pop()
    return [*stretches, Stretch(low, inf, left)]


def intervals_of(stretches: Iterable[Stretch], name_of: Callable[[Line], str]) -> dict[str, tuple[Interval, ...]]:
    """Return the intervals of price in which the best line has a name, by name; neighbors of one name are joined."""
    found: dict[str, list[Interval]] = {}
    last = None
    for stretch in stretches:
        name = name_of(stretch.line)
        intervals = found.setdefault(name, [])
        high = float(stretch.high)
        if name == last:
            intervals[-1] = (intervals[-1][0], high)
        else:
            intervals.append((float(stretch.low), high))
        last = name
    return {name: tuple(intervals) for name, intervals in found.items()}


def tie(line: Line, best: Line, stretches: Sequence[Stretch], name_of: Callable[[Line], str]) -> Threshold | None:
    """Return where a line ties with the best one of another price, None where no price of at least 0 does that.

    `stretches` and `name_of` tell what is best there.
    """
    if line.slope == best.slope:
        return None
    value = (line.base - best.base) / (best.slope - line.slope)
    if value < 0:
        return None
    is_above = line.slope < best.slope
    beyond = next(
        stretch for stretch in stretches if (stretch.low <= value < stretch.high if is_above else value <= stretch.high)
    )
    return Threshold(float(value), "above" if is_above else "below", name_of(beyond.line))
