"""Reach: the part of a digraph that ways from source to sink within a ceiling can pass, and the best way through it."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf, nan
from typing import TYPE_CHECKING

from optimizer.search import Digraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.search import Path, Step

NEAR = 1e-11
"""Relative: sums this near to each other may differ by rounding only. Keys keep 13 digits, floats 15 to 17."""

ROUNDING = 10.0 * NEAR
"""Relative: what a ceiling is raised by, so that rounding leaves out no way that keeps it."""

FIRST_SLACK, SLACKER, MOST_SLACK = 0.005, 4.0, 0.5
"""How much more than the best path a ceiling admits at first, the factor to the next, and the last before none."""


class Reach:
    """Smallest sums of `values` out of the source and back from the sink, as far as ways within a ceiling lead.

    The two searches meet halfway and stop once no path through the nodes that neither has settled can be as good as the
    best one. Where a higher ceiling is asked for they go on, each into the half of the other, whose sums are then lower
    bounds, so that hardly more is settled than what lies on ways within the ceiling.

    `values` holds one number of at least 0 per arc and a final 0 for steps that are no arc. `lean`, one number per
    node, draws both searches towards each other: along every step it must fall by no more than the step's value.

    Sources: Nicholson (1966), The Computer Journal 9:275; Pohl (1971), Machine Intelligence 6:127, for the stop; Ikeda
    et al. (1994), Vehicle Navigation and Information Systems, 291, for one potential that serves both searches.

    Attributes
    ----------
    least
        The smallest sum of a path from source to sink, infinity where there is none.
    there, back
        Smallest sums from the source to each node and from each node to the sink, for nodes of a `part` that was asked
        for; of other nodes they say nothing.
    """

    def __init__(self, digraph: Digraph, values: Sequence[float], lean: Sequence[float] | None = None) -> None:
        n_nodes = len(digraph.out)
        self._digraph, self.values = digraph, values
        self._lean = lean = [0.0] * n_nodes if lean is None else lean
        self.there, self.back = [inf] * n_nodes, [inf] * n_nodes
        for node in digraph.closed:
            # No sum is less than this one, and no comparison with it holds.
            self.there[node] = self.back[node] = nan
        self.there[digraph.source] = self.back[digraph.sink] = 0.0
        self._steps_there: list[Step] = [(0, 0)] * n_nodes
        self._steps_back: list[Step] = [(0, 0)] * n_nodes
        self._out = [(lean[digraph.source], 0.0, digraph.source)]
        self._into = [(-lean[digraph.sink], 0.0, digraph.sink)]
        self._tied: tuple[set[int], set[int]] = (set(), set())
        self.least, self._meets = self._meet()
        self._reached: tuple[float, ...] | None = None

    def _meet(self) -> tuple[float, list[int]]:
        """Run both searches until they have met; return the least sum and where the paths meet that have it."""
        digraph, values, lean = self._digraph, self.values, self._lean
        out, into = self._out, self._into
        forward = (out, self.there, self._steps_there, self.back, digraph.out, self._tied[0], 1.0)
        backward = (into, self.back, self._steps_back, self.there, digraph.into, self._tied[1], -1.0)
        less, more = 1.0 - NEAR, 1.0 + NEAR
        least, most, meets = inf, inf, [-1]
        while out and into and out[0][0] + into[0][0] <= most:
            heap, sums, before, opposite, steps, ties, sign = backward if len(out) > len(into) else forward
            _, sum_, node = heappop(heap)
            if sum_ > sums[node]:
                continue
            for head, arc in steps[node]:
                through, known = sum_ + values[arc], sums[head]
                if through < known:
                    if through >= known * less:
                        ties.add(head)
                    else:
                        ties.discard(head)
                    sums[head] = through
                    before[head] = (node, arc)
                    heappush(heap, (through + sign * lean[head], through, head))
                    whole = through + opposite[head]
                    if whole < least * less:
                        least, most, meets = whole, whole * more, [head]
                    elif whole <= most < inf:
                        meets.append(head)
                elif through <= known * more:
                    ties.add(head)
        return least, meets

    def sole_best(self) -> Path | None:
        """Return the path of least sum if it is clearly the only one, None if there is none or a near tie.

        Where two ways to a node of the path, or two whole paths, differ by no more than rounding (`NEAR`), exact keys
        have to decide; ties elsewhere change no sum by more than that.
        """
        if self.least == inf:
            return None
        source, sink = self._digraph.source, self._digraph.sink
        path: list[Step] = []
        node = self._meets[0]
        while node != source:
            tail, arc = self._steps_there[node]
            path.append((node, arc))
            node = tail
        path.reverse()
        node = self._meets[0]
        while node != sink:
            path.append(self._steps_back[node])
            node = path[-1][0]
        on_path = {source, *(node for node, _ in path)}
        is_sole = on_path.issuperset(self._meets) and on_path.isdisjoint(self._tied[0] | self._tied[1])
        return tuple(path) if is_sole else None

    def ceilings(self) -> Iterator[float]:
        """Yield higher and higher ceilings, the last one infinite; none where there is no path."""
        slack = FIRST_SLACK
        while 0.0 < self.least < inf and slack <= MOST_SLACK:
            yield self.least * (1.0 + slack)
            slack *= SLACKER
        if self.least < inf:
            yield inf

    def part(self, most: float) -> Digraph:
        """Return the digraph without the steps that are on no way of a sum of at most `most`, with the same nodes.

        A way may pass nodes twice; the steps of every node keep their order.
        """
        digraph, values = self._digraph, self.values
        if most == inf:
            return digraph
        most *= 1.0 + ROUNDING
        self._widen(most)
        there, back, steps_of = self.there, self.back, digraph.out
        nothing: list[Step] = []
        out, into = [nothing] * len(there), [nothing] * len(there)
        out[digraph.source], into[digraph.source] = [], []
        found = [digraph.source]
        for node in found:
            kept, rest = out[node], most - there[node]
            for step in steps_of[node]:
                head, arc = step
                if values[arc] + back[head] <= rest:
                    kept.append(step)
                    if into[head] is nothing:
                        out[head], into[head] = [], []
                        found.append(head)
                    into[head].append((node, arc))
        return Digraph(out, into, digraph.source, digraph.sink, digraph.closed)

    def _widen(self, most: float) -> None:
        """Settle, on both sides, every node on a way of a sum of at most `most`.

        A sum of the other side that is not final yet is at least what that side had reached when both met.
        """
        lean, values = self._lean, self.values
        if self._reached is None:
            self._reached = tuple(heap[0][0] if heap else inf for heap in (self._out, self._into))
            is_new = True
        else:
            is_new = False
        sides = (
            (self._out, self.there, self.back, self._digraph.out, 1.0, self._reached[1]),
            (self._into, self.back, self.there, self._digraph.into, -1.0, self._reached[0]),
        )
        for heap, sums, opposite, steps, sign, reached in sides:
            if is_new:
                heap[:] = [
                    (sum_ + min(opposite[node], reached + sign * lean[node]), sum_, node)
                    for _, sum_, node in heap
                    if sum_ == sums[node]
                ]
                heapify(heap)
            while heap and heap[0][0] <= most:
                _, sum_, node = heappop(heap)
                if sum_ > sums[node]:
                    continue
                for head, arc in steps[node]:
                    through = sum_ + values[arc]
                    if through < sums[head]:
                        sums[head] = through
                        heappush(heap, (through + min(opposite[head], reached + sign * lean[head]), through, head))
