"""The best route of a trip at any prices, and what a route weighs: in exact sums, or by the hours of its date."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import inf
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from optimizer.labels import DIGITS, LabelSearch, Price
from optimizer.pricing import Totals, exact, measures_of
from optimizer.reach import Reach
from optimizer.search import FREE, Limit, complete, distances_to_sink
from optimizer.thresholds import EXACT
from optimizer.trip import limits_of, tallies_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from network.model import Numbers
    from optimizer.pricing import Measures, Prices
    from optimizer.route import Route
    from optimizer.search import Digraph, Path
    from optimizer.trip import Trip

Arcs = tuple[int, ...]

MOST_FACTOR = 1000
"""How many times an arc may count at most."""

ROUNDING = Fraction(1, 10**9)
"""Relative: weights found by floating-point sums are equal within it."""


class Best(Protocol):
    """A search at some prices."""

    def __call__(self, prices: Prices, factors: Sequence[int] | None = None) -> Arcs:
        """Return the route of least weight; ties by money, then by time.

        Each arc counts as many times as `factors` says, a whole number from 1 to `MOST_FACTOR` per arc and a final one.
        """


class Oracle(NamedTuple):
    """How the routes of a trip are found and weighed at any prices.

    Attributes
    ----------
    best
        The best route at some prices. There is one at any prices, as the trip must have a route.
    totals
        What a route of given arcs pays; its weight is `Totals.at` the prices.
    tolerance
        Relative: by how much the weight of the best route may be off, and weights that differ by less are equal.
    """

    best: Best
    totals: Callable[[Arcs], Totals]
    tolerance: Fraction


def oracle_of(trip: Trip, digraph: Digraph, route_of: Callable[[Arcs], Route]) -> Oracle:
    """Return the oracle of a trip on its digraph; `route_of` makes the route of some arcs.

    Where what is minimized is a sum over arcs, all is exact. Otherwise hours are those of the trip's date, with real
    waits, and the 90th percentile of the time is that of the route; an arc that counts f times pays f - 1 times its
    weight at expected waits on top, as how long one waits for it is known only on the way.
    """
    month = trip.number("month")
    measures = measures_of(trip.data, trip.year, None if month is None else int(month), trip.commodity)
    if trip.is_sum:
        return _of_sums(trip, digraph, measures)
    return _of_labels(trip, digraph, measures, route_of)


def _of_sums(trip: Trip, digraph: Digraph, measures: Measures) -> Oracle:
    """Return the oracle of a trip whose weight is a sum over arcs.

    A path that is clearly the only best one is found by floats; near ties, and limits, ask for exact keys.
    """
    limits, values = limits_of(trip, digraph), trip.network.values

    @cache
    def keys_at(prices: Prices) -> list[int]:
        return measures.keys((prices,), spare_bits=MOST_FACTOR.bit_length())

    @cache
    def weights_at(prices: Prices) -> Numbers:
        cost, per_h, per_kg, _ = (float(price / (max(prices) or 1)) for price in prices)
        return cost * values.cost_usd + per_h * values.time_h + per_kg * values.co2_kg

    def best(prices: Prices, factors: Sequence[int] | None = None) -> Arcs:
        if not limits:
            weights = weights_at(prices) if factors is None else weights_at(prices) * factors[:-1]
            sole = Reach(digraph, [*weights.tolist(), 0.0]).sole_best()
            if sole is not None:
                return _arcs(sole)
        keys = keys_at(prices)
        if factors is not None:
            keys = [key * factor for key, factor in zip(keys, factors, strict=True)]
        # Limits may ask for routes by places farther from the destination than the origin is.
        bounds = distances_to_sink(digraph, keys, enough=None if limits else digraph.source)
        return _arcs(complete(digraph, keys, bounds, limits))

    return Oracle(best, measures.totals, EXACT)


def _of_labels(trip: Trip, digraph: Digraph, measures: Measures, route_of: Callable[[Arcs], Route]) -> Oracle:
    """Return the oracle of a trip with a date of departure or a price of the 90th percentile."""
    values, arrive_h = trip.network.values, trip.clock.arrive_h
    hours, spread, money = tallies_of(trip, digraph)

    def best(prices: Prices, factors: Sequence[int] | None = None) -> Arcs:
        # The search tells measures apart by a fixed number of decimals, so prices must have an ordinary size.
        scale = max(prices) or Fraction(1)
        cost, per_h, per_kg, p90_per_h = (float(price / scale) for price in prices)
        priced = cost * values.cost_usd + per_kg * values.co2_kg
        if factors is not None:
            priced += (np.array(factors[:-1]) - 1.0) * (priced + (per_h + p90_per_h) * values.time_h)
        # No ceiling, so of the least sums to the sink it only matters that there are some.
        summed = Limit([*priced.tolist(), 0.0], hours.least, inf)
        search = LabelSearch(digraph, [summed, hours, spread, money], Price(per_h, p90_per_h), arrive_h)
        found = search.complete((), frozenset())
        return _arcs(None if found is None else found[1])

    @cache
    def totals(arcs: Arcs) -> Totals:
        route = route_of(arcs)
        p90_h = route.time_h if route.time_p90_h is None else route.time_p90_h
        sums = measures.totals(arcs)
        return sums._replace(time_h=_rounded(route.time_h), time_p90_h=_rounded(p90_h))

    return Oracle(best, totals, ROUNDING)


def _arcs(path: Path | None) -> Arcs:
    """Return the arcs of a path."""
    return tuple(arc for _, arc in path or () if arc != FREE)


def _rounded(hours: float) -> Fraction:
    """Return hours without the rounding of sums, so that two routes that end with one service take equally long."""
    return exact(round(hours, DIGITS))
