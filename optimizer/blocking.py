"""Why there is no route: which constraints block it, and what lifting one of them gives."""

from __future__ import annotations

from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from network.errors import NoRouteError
from network.model import MODES, split_list
from optimizer.trip import arc_sequences
from optimizer.weights import Weights

if TYPE_CHECKING:
    from optimizer.trip import Constraint, Trip


class Totals(NamedTuple):
    """Weight, money and hours of the best route of a trip, in the order in which they matter."""

    weight: float
    cost_usd: float
    time_h: float

    def __str__(self) -> str:
        return f"{self.time_h / 24:.1f} d, {self.cost_usd:,.0f} USD"


def no_route(trip: Trip) -> NoRouteError:
    """Return the error for a trip without a route.

    Every constraint is lifted on its own; those that open a route are `blocking`, the best route first. Where none is
    enough alone, constraints are given back one by one as long as a route is left, and the rest is named.
    """
    origin, destination = _name(trip, trip.origin), _name(trip, trip.destination)
    commodity = str(trip.data.commodities.text("commodity_id")[trip.commodity])
    if not trip.has_moves:
        return NoRouteError(
            f"origin and destination are the same node, {origin}; give another place with via for a round trip"
        )
    opening = f"no route from {origin} to {destination} for {commodity}"
    if _best(trip.keeping(_given(trip))) is None:
        listed = split_list(trip.data.commodities.text("modes")[trip.commodity]) or MODES
        return NoRouteError(
            f"{opening}: the network of {trip.year} does not connect them by {_or(listed)}, all that "
            f"{commodity} may use; check transfers, closed links and years in the data"
        )
    parts = [f"{opening} obeys every constraint", *_possible(trip)]
    alone = _lifted_alone(trip)
    if alone:
        parts += [f"without '{constraint}' there is a route: {totals}" for totals, constraint in alone]
    else:
        together, totals = _lifted_together(trip)
        names = " and ".join(f"'{constraint}'" for constraint in together)
        parts.append(f"lifting a single constraint is not enough; without {names} there is a route: {totals}")
    return NoRouteError("; ".join(parts), blocking=[str(constraint) for _, constraint in alone])


def _lifted_alone(trip: Trip) -> list[tuple[Totals, Constraint]]:
    """Return the constraints that alone open a route, with the best one each opens, best first."""
    found = []
    for lifted, constraint in enumerate(trip.constraints):
        totals = _best(trip.keeping(other for at, other in enumerate(trip.constraints) if at != lifted))
        if totals is not None:
            found.append((totals, constraint))
    return sorted(found, key=lambda pair: pair[0])


def _lifted_together(trip: Trip) -> tuple[list[Constraint], Totals]:
    """Return constraints that together open a route, none of which could be kept, and the best route then."""
    kept = _given(trip)
    lifted: list[Constraint] = []
    for constraint in [constraint for constraint in trip.constraints if constraint not in kept]:
        if _best(trip.keeping([*kept, constraint])) is None:
            lifted.append(constraint)
        else:
            kept.append(constraint)
    totals = _best(trip.keeping(kept))
    assert totals is not None, "the trip without constraints has a route"
    return lifted, totals


def _given(trip: Trip) -> list[Constraint]:
    """Return what is part of the question itself: the vias of a round trip."""
    is_round = trip.origin == trip.destination
    return [constraint for constraint in trip.constraints if is_round and constraint.kind == "via"]


def _possible(trip: Trip) -> list[str]:
    """Say the least time and money possible under the other constraints, for each of the two that is limited."""
    said = []
    for kind, weights in (("max time", Weights(cost=0.0, time_per_h=1.0)), ("max cost", Weights(time_per_h=0.0))):
        others = [constraint for constraint in trip.constraints if constraint.kind != kind]
        if len(others) < len(trip.constraints):
            totals = _best(replace(trip.keeping(others), weights=weights))
            if totals is not None:
                takes = f"fastest takes {totals.time_h:,.1f} h"
                costs = f"cheapest costs {totals.cost_usd:,.2f} USD"
                said.append(f"the {takes if kind == 'max time' else costs}")
    return said


def _best(trip: Trip) -> Totals | None:
    """Return the totals of the best route of a trip for its quantity, None where it has no route."""
    if not trip.has_moves:
        return None
    arcs = next(arc_sequences(trip), None)
    if arcs is None:
        return None
    values = trip.network.values
    rows = list(arcs)
    return Totals(
        fsum(values.weight[rows].tolist()),
        fsum(values.cost_usd[rows].tolist()) * trip.quantity,
        fsum(values.time_h[rows].tolist()),
    )


def _name(trip: Trip, node: str) -> str:
    """Return the name of a node, its id where it has none."""
    nodes = trip.data.network.nodes
    return str(nodes.text("name")[nodes.row_of[node]] or node)


def _or(modes: tuple[str, ...]) -> str:
    """Join modes with commas and a final or."""
    return f"{', '.join(modes[:-1])} or {modes[-1]}" if len(modes) > 1 else modes[0]
