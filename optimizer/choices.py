"""Choices between up to three criteria: which totals no other beats, and the exact search for all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.rounded_totals import grain_of, rounded, step_of, whole
from optimizer.search import FREE, complete, distances_to_sink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from network.model import Numbers
    from optimizer.search import Digraph


class Total(NamedTuple):
    """What one commodity unit pays along a route, in the three criteria; 0 in one that is not asked for."""

    cost_usd: float
    time_h: float
    co2_kg: float


Found = tuple[Total, int, tuple[int, ...]]
"""A rounded total, and the number of legs and the arcs of its route."""


class Staircase(NamedTuple):
    """Pairs none of which is no less than another in both: `x` rises, `y` falls, and the ends are out of reach."""

    x: list[float]
    y: list[float]

    def covers(self, x: float, y: float) -> bool:
        """Say whether a pair of the staircase is no greater in both."""
        return self.y[bisect_right(self.x, x) - 1] <= y

    def add(self, x: float, y: float) -> None:
        """Add a pair that is not covered, and drop those it covers."""
        start = end = bisect_left(self.x, x)
        while self.y[end] >= y:
            end += 1
        self.x[start:end] = [x]
        self.y[start:end] = [y]


class Choices(NamedTuple):
    """What a search has found: one route for each choice, in the order of their rounded totals.

    `within` is the epsilon proved: every route has one among the choices that is at most that much worse, as a share,
    in each criterion; infinity where nothing is proved. `n_labels` is how many labels were settled.
    """

    found: list[Found]
    n_labels: int
    within: float
    is_complete: bool

    @property
    def sequences(self) -> list[tuple[int, ...]]:
        """The arcs of the routes."""
        return [arcs for _, _, arcs in self.found]


def staircase() -> Staircase:
    """Return a staircase without pairs."""
    return Staircase([-inf, inf], [inf, -inf])


def search_choices(
    digraph: Digraph,
    values: Sequence[Sequence[float]],
    most_cost: float = inf,
    most_time: float = inf,
    arrive_h: Callable[[int, float], float] | None = None,
    epsilon: float = 0.0,
    max_labels: int | None = None,
) -> Choices:
    """Return one sequence of arcs for each Pareto-optimal total of money, time and CO2 from source to sink.

    `values` holds three lists, money, time and CO2, each with one number of at least 0 per arc and a final 0 for
    `FREE`; a criterion that does not count has zeros only. With `arrive_h`, the hour at the head of an arc given the
    arc and the hour at its tail, these are the least times: it must arrive no earlier than they do, and who starts
    later must not arrive earlier. The sequences are in the order of their rounded totals; see `find_pareto` for what
    counts as equal, for `epsilon` and for `max_labels`.

    Labels leave the heap in the lexicographic order of the least totals they can still reach, then of legs and arcs.
    With bounds exact for each criterion alone these never fall along a path, so a label needs to be compared only with
    those that left before it, in the last two criteria only, and one that is not dominated is final. It is dropped
    where a label of the same node has spent no more, or a route found is no worse than all it can still reach, or, with
    an epsilon, at most so much worse: routes found have no more money anyway, so this looks at two criteria too. Every
    closed loop is dropped by the first rule, a loop of zeros too.

    To start with some good routes would save no label: one that would prune one has left the heap before it anyway.

    Sources: Martins (1984), European Journal of Operational Research 16:236, for the labels; Mandow and Perez de la
    Cruz (2010), Journal of the ACM 57:27, for NAMOA* and its bounds; Pulido, Mandow and Perez de la Cruz (2015),
    Computers & Operations Research 64:60, for comparing one criterion less; Hernandez et al. (2023), Artificial
    Intelligence 314:103807, for leaving comparisons to the moment a label leaves the heap; Kung, Luccio and Preparata
    (1975), Journal of the ACM 22:469, for the staircase; Perny and Spanjaard (2008), ECAI, for an epsilon against
    routes found only, which does not add up along a path.
    """
    least = [distances_to_sink(digraph, numbers)[digraph.source] for numbers in values]
    steps = [step_of(total) for total in least if total is not None]
    if len(steps) < len(values):
        return Choices([], 0, epsilon, is_complete=True)
    cost, time, co2 = exact = [whole(np.array(each), step).tolist() for each, step in zip(values, steps, strict=True)]
    grain_h, spare = grain_of(steps[1]), 1.0 + epsilon
    ahead = list(zip(*(map(_or_inf, distances_to_sink(digraph, numbers)) for numbers in exact), strict=True))
    settled = [staircase() for _ in ahead]
    # Its pairs lie half a step below the totals found: what rounds up to such a total is no better.
    reached = reached_h, reached_kg = staircase()
    found: list[Found] = []
    heap = [(*ahead[digraph.source], 0, (), digraph.source)]
    n_labels, budget = 0, inf if max_labels is None else max_labels
    while heap:
        least_usd, least_h, least_kg, n_legs, arcs, node = heappop(heap)
        usd_ahead, h_ahead, kg_ahead = ahead[node]
        usd, hours, kg = least_usd - usd_ahead, least_h - h_ahead, least_kg - kg_ahead
        if reached.covers(least_h * spare, least_kg * spare) or settled[node].covers(hours, kg):
            continue
        if n_labels >= budget and found:
            if arrive_h is None and most_cost == most_time == inf:
                found += _best_alone(digraph, exact, steps)
            waiting = np.array([(least_usd, least_h, least_kg), *(label[:3] for label in heap)])
            totals = [total for total, _, _ in found]
            return Choices(undominated(found), n_labels, _proved(waiting, totals, epsilon), is_complete=False)
        n_labels += 1
        settled[node].add(hours, kg)
        if node == digraph.sink:
            total = Total(*map(rounded, (usd, hours, kg), steps))
            reached.add(total.time_h - steps[1] / 2, total.co2_kg - steps[2] / 2)
            found.append((total, n_legs, arcs))
            continue
        for head, arc in digraph.out[node]:
            usd_ahead, h_ahead, kg_ahead = ahead[head]
            least_usd = usd + cost[arc] + usd_ahead
            if least_usd > most_cost:
                continue
            hours_there = hours + time[arc] if arrive_h is None else rounded(arrive_h(arc, hours), grain_h)
            kg_there = kg + co2[arc]
            least_h, least_kg = hours_there + h_ahead, kg_there + kg_ahead
            # `Staircase.covers` spelled out, as calls would double the time of the search. A node that does not lead
            # to the sink is infinitely far, which no staircase leaves uncovered.
            if least_h > most_time or reached_kg[bisect_right(reached_h, least_h * spare) - 1] <= least_kg * spare:
                continue
            settled_h, settled_kg = settled[head]
            if settled_kg[bisect_right(settled_h, hours_there) - 1] <= kg_there:
                continue
            arcs_there = arcs if arc == FREE else (*arcs, arc)
            heappush(heap, (least_usd, least_h, least_kg, len(arcs_there), arcs_there, head))
    return Choices(undominated(found), n_labels, epsilon, is_complete=True)


def undominated(found: Iterable[Found]) -> list[Found]:
    """Return those whose rounded total no other one equals or dominates, the first by legs and arcs, in order."""
    kept = []
    seen = staircase()
    for total, n_legs, arcs in sorted(found):
        if not seen.covers(total.time_h, total.co2_kg):
            seen.add(total.time_h, total.co2_kg)
            kept.append((total, n_legs, arcs))
    return kept


def _best_alone(digraph: Digraph, values: Sequence[list[float]], steps: Sequence[float]) -> list[Found]:
    """Return the best route in each criterion alone."""
    found = []
    for numbers, step in zip(values, steps, strict=True):
        keys = [int(number / grain_of(step)) for number in numbers]
        path = complete(digraph, keys, distances_to_sink(digraph, keys))
        if path is not None:
            arcs = tuple(arc for _, arc in path if arc != FREE)
            sums = (sum(each[arc] for arc in arcs) for each in values)
            found.append((Total(*map(rounded, sums, steps)), len(arcs), arcs))
    return found


def _proved(waiting: Numbers, totals: Sequence[Total], epsilon: float) -> float:
    """Return the epsilon proved by totals for labels that wait, whose least totals have shape (n_labels, 3)."""
    more = np.full(len(waiting), inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        for total in totals:
            share = np.array(total) / waiting
            # What costs nothing is covered by what costs nothing only.
            share[np.isnan(share)] = 1.0
            np.minimum(more, share.max(axis=1), out=more)
    return max(epsilon, float(more.max()) - 1.0)


def _or_inf(distance: float | None) -> float:
    """Return a distance, infinity where there is none."""
    return inf if distance is None else distance
