"""Exact best paths where the measure is no plain sum: waits that depend on the hour, and the risk of being late.

A label remains at a node as long as no other label of the node has spent less or as much of everything.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from optimizer.search import FREE, Digraph, Limit, Path, Step, breaks, distances_to_sink, is_dominated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Set

Spent = tuple[float, ...]
"""Priced sum, hours, squared spread of the hours, and whatever else is limited, in this order."""

Measure = tuple[float, float, float]
"""What is minimized; ties go to less money, then to fewer hours. Lower bounds of all three bound their order."""

DIGITS = 9
"""Decimals of a measure that tell two paths apart; the rest is rounding of sums."""


class Price(NamedTuple):
    """USD per hour of a path's time and of the 90th percentile of its time."""

    time_per_h: float
    p90_per_h: float

    @property
    def hour(self) -> float:
        """USD of one certain hour more, which moves the percentile along with the time."""
        return self.time_per_h + self.p90_per_h

    def risk(self, variance_h2: float) -> float:
        """Return what the spread of the hours costs.

        The 90th percentile of the time is taken as the sum of medians plus the root of the summed squares of the
        spreads between median and 90th percentile: exact for independent normal times, as then spreads are 1.2816
        standard deviations, whose squares add up.
        """
        return self.p90_per_h * sqrt(variance_h2) if self.p90_per_h else 0.0


class LabelSearch:
    """Paths measured by a price on sums, in which the time of an arc may depend on the hour at its tail.

    Parameters
    ----------
    tallies
        What labels count, as for `Spent`; `least` of the hours must not exceed the hours from a node to the sink at
        any time of departure. Money breaks ties if it is the fourth, else the priced sum does.
    price
        What hours and their spread cost beside the priced sum.
    arrive_h
        Hour at the head of an arc, given the arc and the hour at its tail. Who starts later must not arrive earlier.

    Notes
    -----
    As the measure rises with every tally and no later start overtakes an earlier one, dropping dominated labels drops
    no optimum (Martins 1984, European Journal of Operational Research 16:236; Kaufman and Smith 1993, IVHS Journal
    1:1, for the rule on starts), and a label that closes a loop is dominated by its own earlier self.
    """

    def __init__(
        self, digraph: Digraph, tallies: Sequence[Limit], price: Price, arrive_h: Callable[[int, float], float]
    ) -> None:
        self.digraph, self.tallies, self.price, self.arrive_h = digraph, tallies, price, arrive_h
        self.priced, self.others = tallies[0].values, [tally.values for tally in tallies[2:]]
        self.money = 3 if len(tallies) > 3 else 0
        hours = zip(tallies[0].values, tallies[1].values, strict=True)
        self.least_sum = distances_to_sink(digraph, [priced + price.hour * hours_ for priced, hours_ in hours])

    def spent_along(self, path: Path) -> Sequence[Spent]:
        """Return the tallies before the first step of a path and after each."""
        spent: Spent = (0.0,) * len(self.tallies)
        along = [spent]
        for _, arc in path:
            spent = self._after(spent, arc)
            along.append(spent)
        return along

    def least(self, node: int, spent: Spent, banned: Set[Step]) -> Measure | None:
        """Return a lower bound of the `Measure` of any path that goes on from here, None where there is none."""
        if node == self.digraph.sink:
            return self._bound(spent, node)
        bounds = [
            bound
            for head, arc in self.digraph.out[node]
            if (head, arc) not in banned and (bound := self._bound(self._after(spent, arc), head)) is not None
        ]
        return min(bounds, default=None)

    def complete(self, prefix: Path, banned: Set[Step]) -> tuple[Measure, Path] | None:
        """Return the best path of a set and its `Measure`."""
        digraph = self.digraph
        node = prefix[-1][0] if prefix else digraph.source
        along = self.spent_along(prefix)
        settled: dict[int, list[Spent]] = {}
        for (passed, _), spent in zip(((digraph.source, FREE), *prefix), along, strict=True):
            settled.setdefault(passed, []).append(spent)
        spent = along[-1]
        bound = self._bound(spent, node)
        if node == digraph.sink:
            return None if bound is None else (bound, prefix)
        arcs: tuple[int, ...] = ()
        path: Path = ()
        heap: list[tuple[Measure, tuple[int, ...], Spent, Path]] = []
        while True:
            for step in digraph.out[node]:
                head, arc = step
                if step in banned or head in digraph.closed:
                    continue
                there = self._after(spent, arc)
                bound = self._bound(there, head)
                if bound is not None and not is_dominated(there, settled.get(head, ())):
                    heappush(heap, (bound, arcs if arc == FREE else (*arcs, arc), there, (*path, step)))
            banned = frozenset()
            while heap:
                measure, arcs, spent, path = heappop(heap)
                node = path[-1][0]
                if not is_dominated(spent, settled.get(node, ())):
                    break
            else:
                return None
            if node == digraph.sink:
                return measure, prefix + path
            settled.setdefault(node, []).append(spent)

    def _after(self, spent: Spent, arc: int) -> Spent:
        """Return the tallies after one more arc."""
        others = [so_far + values[arc] for so_far, values in zip(spent[2:], self.others, strict=True)]
        return (spent[0] + self.priced[arc], self.arrive_h(arc, spent[1]), *others)

    def _bound(self, spent: Spent, node: int) -> Measure | None:
        """Return the least measure of a path from here, None where none keeps within the limits."""
        tallies, money = self.tallies, self.money
        if breaks(spent, node, tallies):
            return None
        on, spread_on = self.least_sum[node] or 0.0, tallies[2].least[node] or 0.0
        certain = spent[0] + self.price.hour * spent[1] + on
        return (
            round(certain + self.price.risk(spent[2] + spread_on), DIGITS),
            round(spent[money] + (tallies[money].least[node] or 0.0), DIGITS),
            round(spent[1] + (tallies[1].least[node] or 0.0), DIGITS),
        )
