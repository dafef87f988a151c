"""The routes worth choosing from: no other is at once no dearer, no slower and no dirtier, and better in one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import heappop, heappush
from math import floor, frexp, inf, ldexp, nextafter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.search import FREE, distances_to_sink
from optimizer.trip import digraph_of, plan_trip, route_of, slightly_above

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from network.model import Dataset
    from optimizer.route import Route
    from optimizer.search import Digraph
    from optimizer.trip import RouteOptions, Trip

SAME_BITS = 30
"""Totals are compared in steps of the least possible total, as a power of two, over 2^30: about one part in 10⁹."""

GRAIN_BITS = 10
"""Values of arcs are rounded to 2^-10 of a step, so that the sums of a thousand legs are right to half a step.

Sums up to 2^13 times the least possible total are then exact: a float has 53 bits.
"""


class Total(NamedTuple):
    """What one commodity unit pays along a route, in the three criteria."""

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


def staircase(most_x: float = inf) -> Staircase:
    """Return a staircase without pairs that covers all beyond `most_x`."""
    return Staircase([-inf, nextafter(most_x, inf)], [inf, -inf])


def find_pareto(data: Dataset, origin: str, destination: str, **options: Unpack[RouteOptions]) -> list[Route]:
    """Return every Pareto-optimal choice between money, time and CO2, one route for each, the cheapest first.

    A route is left out if another one costs no more, takes no longer and emits no more, and is better in one of them.
    Routes are those of `find_routes`, under the same constraints; limits on money and time are kept exactly. Weights
    play no part in which routes are found. They are sorted by money, then time, then CO2.

    Totals that agree to about one part in 10⁹ of the least possible total (of any route, in that criterion) are equal:
    each is rounded to a multiple of the same power of two before it is compared, so that rounding noise makes no
    choices. Of routes with the same sums the one with fewer legs is returned, then the one whose arcs come first in the
    input; where noise alone tells sums apart, either of them. On a date of departure, where a wait may make good for
    time lost, it is the one with more time to spare on its way. The values of the routes are their true sums.

    Raises
    ------
    UnknownIdError, NoRouteError, ValueError
        As in `find_routes`.

    Examples
    --------
    >>> from network import load
    >>> for route in find_pareto(load(), "Xi'an", "Duisburg", avoid_modes={"air"}):
    ...     print(f"{route.cost_usd:,.0f} USD, {route.time_h / 24:.1f} d, {route.co2_kg:,.0f} kg")  # doctest: +SKIP
    """
    trip = plan_trip(data, origin, destination, **options)
    found = _sequences(trip) if trip.has_moves else []
    if not found:
        # Only a refusal pays for looking into its reasons.
        from optimizer.blocking import no_route

        raise no_route(trip)
    routes = [route_of(trip, arcs) for arcs in found]
    return sorted(routes, key=lambda route: (route.cost_usd, route.time_h, route.co2_kg))


def _sequences(trip: Trip) -> list[tuple[int, ...]]:
    """Return the arcs of the Pareto-optimal routes of a trip."""
    network, clock = trip.network, trip.clock
    most_usd, most_h = trip.number("max cost"), trip.number("max time")
    return pareto_sequences(
        digraph_of(trip),
        (network.cost_usd, clock.travel_h, [*network.values.co2_kg.tolist(), 0.0]),
        most_cost=slightly_above(most_usd, trip.quantity),
        most_time=slightly_above(most_h),
        arrive_h=None if trip.depart is None else clock.arrive_h,
    )


def pareto_sequences(
    digraph: Digraph,
    values: Sequence[Sequence[float]],
    most_cost: float = inf,
    most_time: float = inf,
    arrive_h: Callable[[int, float], float] | None = None,
) -> list[tuple[int, ...]]:
    """Return one sequence of arcs for each Pareto-optimal total of money, time and CO2 from source to sink.

    `values` holds three lists, money, time and CO2, each with one number of at least 0 per arc and a final 0 for
    `FREE`. With `arrive_h`, the hour at the head of an arc given the arc and the hour at its tail, these are the least
    times: it must arrive no earlier than they do, and who starts later must not arrive earlier. The sequences are in
    the order of their rounded totals; see `find_pareto` for what counts as equal.

    Labels leave the heap in the lexicographic order of the least totals they can still reach, then of legs and arcs.
    With bounds exact for each criterion alone these never fall along a path, so a label needs to be compared only with
    those that left before it, in the last two criteria only, and one that is not dominated is final. It is dropped
    where a label of the same node has spent no more, or a route found is no worse than all it can still reach. Every
    closed loop is dropped by the first rule, a loop of zeros too.

    To start with some good routes would save no label: one that would prune one has left the heap before it anyway.

    Sources: Martins (1984), European Journal of Operational Research 16:236, for the labels; Mandow and Perez de la
    Cruz (2010), Journal of the ACM 57:27, for NAMOA* and its bounds; Pulido, Mandow and Perez de la Cruz (2015),
    Computers & Operations Research 64:60, for comparing one criterion less; Hernandez et al. (2023), Artificial
    Intelligence 314:103807, for leaving comparisons to the moment a label leaves the heap; Kung, Luccio and Preparata
    (1975), Journal of the ACM 22:469, for the staircase.
    """
    least = [distances_to_sink(digraph, numbers)[digraph.source] for numbers in values]
    steps = [ldexp(1.0, frexp(total)[1] - SAME_BITS) for total in least if total is not None]
    if len(steps) < len(values):
        return []
    grains = [ldexp(step, -GRAIN_BITS) for step in steps]
    cost, time, co2 = exact = [_whole(numbers, grain) for numbers, grain in zip(values, grains, strict=True)]
    _, grain_h, _ = grains
    ahead = list(zip(*(map(_or_inf, distances_to_sink(digraph, numbers)) for numbers in exact), strict=True))
    settled = [staircase() for _ in ahead]
    # Its pairs lie half a step below the totals found: what rounds up to such a total is no better.
    reached = reached_h, reached_kg = staircase(most_time)
    found: list[Found] = []
    heap = [(*ahead[digraph.source], 0, (), digraph.source)]
    while heap:
        least_usd, least_h, least_kg, n_legs, arcs, node = heappop(heap)
        usd_ahead, h_ahead, kg_ahead = ahead[node]
        usd, hours, kg = least_usd - usd_ahead, least_h - h_ahead, least_kg - kg_ahead
        if reached.covers(least_h, least_kg) or settled[node].covers(hours, kg):
            continue
        settled[node].add(hours, kg)
        if node == digraph.sink:
            total = Total(*map(_rounded, (usd, hours, kg), steps))
            reached.add(total.time_h - steps[1] / 2, total.co2_kg - steps[2] / 2)
            found.append((total, n_legs, arcs))
            continue
        for head, arc in digraph.out[node]:
            usd_ahead, h_ahead, kg_ahead = ahead[head]
            least_usd = usd + cost[arc] + usd_ahead
            if least_usd > most_cost:
                continue
            hours_there = hours + time[arc] if arrive_h is None else _rounded(arrive_h(arc, hours), grain_h)
            kg_there = kg + co2[arc]
            least_h, least_kg = hours_there + h_ahead, kg_there + kg_ahead
            # `Staircase.covers` spelled out, as calls would double the time of the search. A node that does not lead
            # to the sink is infinitely far, which no staircase leaves uncovered.
            if reached_kg[bisect_right(reached_h, least_h) - 1] <= least_kg:
                continue
            settled_h, settled_kg = settled[head]
            if settled_kg[bisect_right(settled_h, hours_there) - 1] <= kg_there:
                continue
            arcs_there = arcs if arc == FREE else (*arcs, arc)
            heappush(heap, (least_usd, least_h, least_kg, len(arcs_there), arcs_there, head))
    return _undominated(found)


def _undominated(found: list[Found]) -> list[tuple[int, ...]]:
    """Return the arcs of those whose rounded total no other one equals or dominates, the first by legs and arcs."""
    kept = []
    seen = staircase()
    for total, _, arcs in sorted(found):
        if not seen.covers(total.time_h, total.co2_kg):
            seen.add(total.time_h, total.co2_kg)
            kept.append(arcs)
    return kept


def _whole(numbers: Sequence[float], grain: float) -> list[float]:
    """Return numbers as multiples of a grain, which is a power of two."""
    whole: list[float] = (np.rint(np.array(numbers) / grain) * grain).tolist()
    return whole


def _rounded(total: float, step: float) -> float:
    """Return a total as a multiple of a step, half a step upward."""
    return floor(total / step + 0.5) * step


def _or_inf(distance: float | None) -> float:
    """Return a distance, infinity where there is none."""
    return inf if distance is None else distance
