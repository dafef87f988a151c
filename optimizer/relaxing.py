"""What lifting or loosening constraints of a trip without a route gives, in money, hours and freight words."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from network.errors import Relaxation, SolverError
from optimizer.obedience import nodes_passed, obeys
from optimizer.report.routes import corridor_name, days, node_name
from optimizer.route import TransferLeg
from optimizer.trip import TOLERANCE, Constraint, best_arcs, measure_usd, route_of
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.model import Dataset
    from optimizer.route import Route
    from optimizer.trip import Kind, Trip

SPARING: dict[Kind, Weights] = {
    "max time": Weights(cost=0.0, time_per_h=1.0),
    "max cost": Weights(cost=1.0, time_per_h=0.0),
}
"""What to minimize in order to spend least of what a limit allows."""

N_PLACES = 3
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Relaxed(NamedTuple):
    """A trip after some of its constraints were lifted or loosened, and its best route.

    `months` are those in which there is a route; empty where the month was kept, or where no single month has one.
    """

    trip: Trip
    route: Route
    months: tuple[int, ...]


def best_route(trip: Trip) -> Route | None:
    """Return the best route of a trip, None where it has none."""
    arcs = best_arcs(trip) if trip.has_moves else None
    return None if arcs is None else route_of(trip, arcs)


def relax(trip: Trip, lifted: Sequence[int]) -> Relaxed:
    """Return the trip without the constraints at some positions, which must open a route, and its best route.

    An avoided thing and a via are lifted. A limit is loosened to the least value that leaves a route under the other
    constraints; two limits at once to what the best route without them takes. A month gives way to the one with the
    best route; to none at all where links of different months make up the only way. The route is that of the relaxed
    trip, solved anew, and is held against every constraint that remains.

    Raises
    ------
    SolverError
        The answer did not verify: a defect of ours.
    """
    gone = [trip.constraints[at] for at in lifted]
    others = trip.keeping(constraint for at, constraint in enumerate(trip.constraints) if at not in lifted)
    loosened = [constraint.kind for constraint in gone if constraint.kind in SPARING]
    aim = SPARING[loosened[0]] if len(loosened) == 1 else trip.weights
    found = []
    if any(constraint.kind == "month" for constraint in gone):
        monthly = [others.keeping((*others.constraints, Constraint("month", month))) for month in range(1, 13)]
        found = _solved(monthly, aim)
    months = tuple(int(season.number("month") or 0) for season, _ in found)
    found = found or _solved([others], aim)
    if not found:
        raise _defect(trip)
    season, route = min(found, key=lambda pair: rank(replace(pair[0], weights=aim), pair[1]))
    spent = {"max time": route.time_h, "max cost": route.cost_usd}
    relaxed = season.keeping((*season.constraints, *(Constraint(kind, spent[kind]) for kind in loosened)))
    best = best_route(relaxed) if loosened else route
    # The search adds the same numbers up in another order, so that it may differ in the last digits.
    if best is None or not obeys(relaxed.data, best, relaxed.constraints, tolerance=2.0 * TOLERANCE):
        raise _defect(relaxed)
    return Relaxed(relaxed, best, months)


def _solved(trips: Iterable[Trip], aim: Weights) -> list[tuple[Trip, Route]]:
    """Return the trips that have a route, each with the best one for other weights."""
    found = ((trip, best_route(replace(trip, weights=aim))) for trip in trips)
    return [(trip, route) for trip, route in found if route is not None]


def rank(trip: Trip, route: Route) -> tuple[float, float, float]:
    """Return what orders the routes of a trip: the weight for the quantity, then money, then hours."""
    return measure_usd(trip, route), route.cost_usd, route.time_h


def in_words(trip: Trip, lifted: Sequence[int], relaxed: Relaxed) -> Relaxation:
    """Return a relaxation of a trip in plain values and freight words."""
    gone = [trip.constraints[at] for at in lifted]
    route = relaxed.route
    return Relaxation(
        constraint=" and ".join(str(constraint) for constraint in gone),
        action=and_([_action(trip.data, constraint, relaxed) for constraint in gone]),
        cost_usd=route.cost_usd,
        time_h=route.time_h,
        co2_kg=route.co2_kg,
        modes=route.modes,
        corridor=route.corridor,
        way=_way(trip.data, route),
    )


def _action(data: Dataset, constraint: Constraint, relaxed: Relaxed) -> str:
    """Return what to do about a constraint; a limit is rounded up, so that it may be asked for as it is read."""
    kind, value, route = constraint.kind, str(constraint.value), relaxed.route
    if kind == "max time":
        hours = ceil(route.time_h * (1.0 - TOLERANCE) * 10.0) / 10.0
        return f"accept {days(hours)} days ({hours:,.1f} h)"
    if kind == "max cost":
        return f"accept {ceil(route.cost_usd * (1.0 - TOLERANCE)):,} USD"
    if kind == "month":
        if not relaxed.months:
            return "leave the month open (no single month has a route)"
        name = MONTHS[int(constraint.value) - 1]
        has = "has" if len(relaxed.months) == 1 else "have"
        return f"another month than {name} ({month_ranges(relaxed.months)} {has} a route)"
    if kind == "via":
        return f"drop the stop at {node_name(data, value)}"
    if kind == "avoid node":
        return f"allow node {node_name(data, value)}"
    return f"allow link {value}" if kind == "avoid link" else f"allow {value}"


def month_ranges(months: Sequence[int]) -> str:
    """Return some of the twelve months as ranges, which may wrap over the new year.

    Examples
    --------
    >>> month_ranges([1, 2, 5, 11, 12]), month_ranges([7])
    ('months 5, 11-2', 'month 7')
    """
    ranges = []
    for first in months:
        if (first - 2) % 12 + 1 not in months:
            last = first
            while last % 12 + 1 in months:
                last = last % 12 + 1
            ranges.append(f"{first}" if first == last else f"{first}-{last}")
    return f"month{'s' if len(months) > 1 else ''} {', '.join(ranges)}"


def and_(words: Sequence[str]) -> str:
    """Join words with commas and a final and."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _way(data: Dataset, route: Route) -> str:
    """Return the name of a route's corridor, else up to three places on its way, where it changes mode or gauge."""
    if route.corridor:
        return corridor_name(data, route.corridor)
    ends = (route.origin, route.destination)
    passed = [node for node in dict.fromkeys(nodes_passed(route)) if node not in ends]
    changed = [leg.node_id for leg in route.legs if isinstance(leg, TransferLeg)]
    # Without any change every place is as good as another.
    places = [node for node in passed if node in changed] or passed
    if not places:
        return "direct"
    if len(places) > N_PLACES:
        places = [places[0], places[len(places) // 2], places[-1]]
    return f"via {', '.join(node_name(data, node) for node in places)}"


def _defect(trip: Trip) -> SolverError:
    """Return the error for a relaxation that does not hold."""
    listed = ", ".join(str(constraint) for constraint in trip.constraints) or "none"
    return SolverError(
        f"the route found from {trip.origin} to {trip.destination} under relaxed constraints ({listed}) does not "
        "verify; please report it with the question you asked"
    )
