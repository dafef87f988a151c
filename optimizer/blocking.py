"""Why there is no route: the fewest constraints that block it, and what lifting or loosening some of them gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from network.errors import N_NAMED, NoRouteError
from network.model import MODES, split_list
from optimizer.hitting import smallest_hitting_set
from optimizer.obedience import obeys
from optimizer.relaxing import SPARING, and_, in_words, rank, relax
from optimizer.report.document import number
from optimizer.report.routes import days, node_name
from optimizer.trip import best_arcs, route_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.errors import Relaxation
    from optimizer.route import Route
    from optimizer.trip import Constraint, Kind, Trip


def no_route(trip: Trip) -> NoRouteError:
    """Return the error for a trip without a route: what blocks it, and what helps, best first by the trip's weights.

    The vias of a round trip are part of the question and are never lifted, nor is a date of departure.

    Raises
    ------
    SolverError
        A relaxation did not verify: a defect of ours.
    """
    origin, destination = node_name(trip.data, trip.origin), node_name(trip.data, trip.destination)
    commodity = str(trip.data.commodities.text("commodity_id")[trip.commodity])
    if not trip.has_moves:
        return NoRouteError(
            f"origin and destination are the same node, {origin}; give another place with via for a round trip"
        )
    opening = f"no route from {origin} to {destination} for {commodity}"
    broken: list[frozenset[int]] = []
    blocking = smallest_blocking_set(trip, _others(trip, ()), broken)
    if not blocking:
        listed = split_list(trip.data.commodities.text("modes")[trip.commodity]) or MODES
        return NoRouteError(
            f"{opening}: the network of {trip.year} does not connect them by {_or(listed)}, all that "
            f"{commodity} may use; check transfers, closed links and years in the data"
        )
    # What opens a route alone is part of every set that blocks.
    alone = [at for at in blocking if _route_keeping(trip, _others(trip, (at,))) is not None]
    lifts: list[tuple[int, ...]] = [(at,) for at in alone] or [smallest_correction_set(trip, blocking, broken)]
    relaxed = [(lifted, relax(trip, lifted)) for lifted in lifts]
    relaxed.sort(key=lambda pair: rank(pair[1].trip, pair[1].route))
    relaxations = [in_words(trip, lifted, found) for lifted, found in relaxed]
    offers = [
        _offer(relaxation, [trip.constraints[at].kind for at in lifted])
        for relaxation, (lifted, _) in zip(relaxations, relaxed, strict=True)
    ]
    named = "; or ".join(offers[:N_NAMED]) + (f"; and {len(offers) - N_NAMED} more" if len(offers) > N_NAMED else "")
    helps = named if alone else f"giving up a single constraint is not enough: {named}"
    return NoRouteError(
        f"{opening}: {_blocks(trip, blocking)}; {helps}",
        blocking=[str(trip.constraints[at]) for at in blocking],
        relaxations=relaxations,
    )


def smallest_blocking_set(trip: Trip, among: Iterable[int], broken: list[frozenset[int]]) -> tuple[int, ...]:
    """Return the positions of the fewest constraints that together leave no route, the first such set in their order.

    Implicit hitting sets: a route that obeys some constraints shows that every set that blocks has one of those it
    breaks. The fewest constraints of which every route found so far breaks one are asked for together, until no route
    is left that obeys them. Exact, as no smaller set breaks the routes known, and as lifting a constraint never takes
    a route away.

    Parameters
    ----------
    among
        The positions to choose from; together they must leave no route. Empty is returned where there is none even
        without constraints.
    broken
        What each route known breaks, to start from; those found are added.

    Sources: Moreno-Centeno and Karp (2013), Operations Research 61:453, for implicit hitting sets; Ignatiev, Previti,
    Liffiton and Marques-Silva (2015), Smallest MUS extraction with minimal hitting set dualization, CP 2015.
    """
    places = frozenset(among)
    while True:
        asked = smallest_hitting_set([each & places for each in broken])
        route = _route_keeping(trip, asked)
        if route is None:
            return asked
        broken.append(frozenset(_others(trip, _all_obeyed(trip, route, asked))))


def smallest_correction_set(trip: Trip, blocking: Iterable[int], broken: list[frozenset[int]]) -> tuple[int, ...]:
    """Return the positions of the fewest constraints whose lifting opens a route, the first such set in their order.

    The dual of `smallest_blocking_set`: what is lifted must hit every set that blocks. `blocking` is one of them, and
    as long as the fewest that hit all those known open no route, the smallest that blocks without them is the next.
    `broken` is as for `smallest_blocking_set`.
    """
    blocks = [frozenset(blocking)]
    while True:
        lifted = smallest_hitting_set(blocks)
        kept = _others(trip, lifted)
        if _route_keeping(trip, kept) is not None:
            return lifted
        blocks.append(frozenset(smallest_blocking_set(trip, kept, broken)))


def _all_obeyed(trip: Trip, route: Route, asked: Iterable[int]) -> list[int]:
    """Return positions of constraints that a route obeys together, among them all it was asked to obey."""
    obeyed = list(asked)
    for at in _others(trip, obeyed):
        more = sorted([*obeyed, at])
        if obeys(trip.data, route, [trip.constraints[at] for at in more]):
            obeyed = more
    return obeyed


def _others(trip: Trip, positions: Iterable[int]) -> list[int]:
    """Return the positions of all constraints that may be lifted, without some."""
    given, positions = _given(trip), set(positions)
    return [at for at in range(len(trip.constraints)) if at not in given and at not in positions]


def _route_keeping(trip: Trip, positions: Iterable[int]) -> Route | None:
    """Return a route under the constraints at some positions and what is part of the question, None if there is none.

    Any route will do, so the easiest search is asked: under a limit for the route that spends least of it, and without
    one on time for a route on no date, as on every date each link opens some day.
    """
    kept = trip.keeping(trip.constraints[at] for at in sorted({*positions, *_given(trip)}))
    if not kept.has_moves:
        return None
    limited = next((constraint.kind for constraint in kept.constraints if constraint.kind in SPARING), None)
    weights = replace(trip.weights, p90_per_h=0.0) if limited is None else SPARING[limited]
    asked = replace(kept, weights=weights, depart=trip.depart if limited == "max time" else None)
    arcs = best_arcs(asked)
    return None if arcs is None else route_of(kept, arcs)


def _given(trip: Trip) -> set[int]:
    """Return the positions of what is part of the question itself: the vias of a round trip."""
    is_round = trip.origin == trip.destination
    return {at for at, constraint in enumerate(trip.constraints) if is_round and constraint.kind == "via"}


def _blocks(trip: Trip, blocking: Sequence[int]) -> str:
    """Say which constraints block; values of one kind share their words, and a place that is avoided is named."""
    constraints = [trip.constraints[at] for at in blocking]
    by_kind: dict[Kind, list[Constraint]] = {}
    for constraint in constraints:
        by_kind.setdefault(constraint.kind, []).append(constraint)
    words = [
        f"'{', '.join([str(same[0]), *(str(constraint.value) for constraint in same[1:])])}'"
        for same in by_kind.values()
    ]
    if len(constraints) > 1:
        return f"{and_(words)} together leave no route"
    places = [node_name(trip.data, node) for node in _ends_in(trip, constraints[0])]
    lies = f", as {and_(places)} {'lies' if len(places) == 1 else 'lie'} there" if places else ""
    return f"{words[0]} leaves no route{lies}"


def _ends_in(trip: Trip, constraint: Constraint) -> list[str]:
    """Return origin and destination where they lie in a country that is avoided."""
    nodes = trip.data.network.nodes
    if constraint.kind != "avoid country":
        return []
    ends = dict.fromkeys((trip.origin, trip.destination))
    return [node for node in ends if nodes.text("country")[nodes.row_of[node]] == constraint.value]


def _offer(relaxation: Relaxation, kinds: list[Kind]) -> str:
    """Return a relaxation with days, money and way; a limit that is told already is not told twice."""
    prices = []
    if "max time" not in kinds:
        prices.append(f"{days(relaxation.time_h)} days")
    if "max cost" not in kinds:
        prices.append(f"{number(relaxation.cost_usd)} USD")
    return f"{relaxation.action}{': ' if prices else ''}{', '.join(prices)} ({relaxation.way})"


def _or(modes: tuple[str, ...]) -> str:
    """Join modes with commas and a final or."""
    return f"{', '.join(modes[:-1])} or {modes[-1]}" if len(modes) > 1 else modes[0]
