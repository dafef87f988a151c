"""At which price which route is best: thresholds of a price that all hours, or all emissions, pay alike."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

from optimizer.pricing import Prices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from optimizer.oracle import Oracle

Price = Fraction | float
"""A price of at least 0, exact; infinity is the only float."""

Interval = tuple[float, float]

EXACT = Fraction(0)
"""Tolerance of weights that are exact: a tie is a tie."""


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


class Envelope(NamedTuple):
    """The best of all routes as one price rises, all else as asked: weight = base + price · slope."""

    oracle: Oracle
    base: Prices
    slope: Prices
    stretches: Sequence[Stretch] = ()

    def line(self, arcs: tuple[int, ...]) -> Line:
        """Return a route as a line over this price."""
        totals = self.oracle.totals(arcs)
        return Line(totals.at(self.base), totals.at(self.slope), arcs)

    def best_at(self, price: Price) -> Line:
        """Return a route of least weight at a price, at infinity one of least slope, as a line."""
        if isinstance(price, Fraction):
            weighed = zip(self.base, self.slope, strict=True)
            prices = Prices(*(fixed + price * rising for fixed, rising in weighed))
        else:
            prices = self.slope
        return self.line(self.oracle.best(prices))


def envelope_of(oracle: Oracle, base: Prices, slope: Prices) -> Envelope:
    """Return the best of all routes by the price of `slope`, all else at the prices of `base`."""
    envelope = Envelope(oracle, base, slope)
    return envelope._replace(stretches=lower_envelope(envelope.best_at, oracle.tolerance))


def lower_envelope(best_at: Callable[[Price], Line], tolerance: Fraction = EXACT) -> list[Stretch]:
    """Return which line is lowest from price 0 to infinity, as stretches that meet, cheapest price first.

    Parameters
    ----------
    best_at
        Returns a line of least weight at a price, at infinity one of least slope.
    tolerance
        Relative: weights, and slopes, that differ by less are equal. It must exceed the rounding of `best_at`; 0 where
        that is exact.

    Notes
    -----
    Two lines known to be lowest somewhere meet at a price. Either nothing is lower there, and it is a breakpoint, or
    what is lower there is a further line of the envelope, which splits the question in two. So an envelope of n lines
    takes 2 n queries, and two more where the ends tie. Arithmetic is exact: a breakpoint is the price itself.

    What is lower by the tolerance at most has no stretch of its own. For a fixed left line each line found lies below
    it at a lower price than the one before, so that each is found once and the search ends whatever rounding does.

    Source: Eisner and Severance (1976), Journal of the ACM 23:619.
    """
    less = 1 - tolerance
    low = Fraction(0)
    left, right = best_at(low), best_at(inf)
    stretches: list[Stretch] = []
    waiting = [right] if right.slope < left.slope * less else []
    while waiting:
        right = waiting[-1]
        if left.at(low) >= right.at(low) * less:
            # They tie at once, and the right one rises less.
            left = waiting.pop()
            continue
        price = (right.base - left.base) / (left.slope - right.slope)
        middle = best_at(price)
        if middle.slope < left.slope and middle.at(price) < left.at(price) * less:
            # Only a tie at infinity, or rounding, leaves lines waiting that do not rise less than this one.
            while waiting and waiting[-1].slope >= middle.slope * less:
                waiting.pop()
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
