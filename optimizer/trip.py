"""A trip: one question for routes, with every name resolved and every constraint listed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import islice
from math import inf, isnan
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict

import numpy as np

from network.places import check_country, check_mode, resolve_node, resolve_node_or_link
from optimizer.adjacency import Adjacency, adjacency
from optimizer.clock import Clock, clock_of
from optimizer.graph import commodity_row, time_per_h
from optimizer.labels import LabelSearch, Price
from optimizer.reach import Reach
from optimizer.route import build_route
from optimizer.search import FREE, Digraph, Limit, SumSearch, complete, distances_to_sink, loopless_paths
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Unpack

    from network.model import Dataset, Network
    from optimizer.route import Route
    from optimizer.search import Path, Search

Kind = Literal["avoid country", "avoid mode", "avoid node", "avoid link", "via", "month", "max time", "max cost"]
LEAST_SPLIT = 1_000
"""States of a network from which on it pays to look for several routes in a part of it first."""

TOLERANCE = 1e-9
"""Relative: a route's own time or cost, given as the limit, admits the route."""


class Constraint(NamedTuple):
    """One thing asked of a route, such as ``avoid country RU``; `value` is an id, a code or a number."""

    kind: Kind
    value: str | float

    def __str__(self) -> str:
        unit = {"max time": " h", "max cost": " USD"}.get(self.kind, "")
        value = self.value if isinstance(self.value, str) else f"{self.value:.10g}"
        return f"{self.kind} {value}{unit}"


class RouteOptions(TypedDict, total=False):
    """What may be asked of routes; `optimizer.find_routes` says what each means and what it is when not given."""

    commodity: str
    quantity: float
    weights: Weights
    year: int | None
    month: int | None
    depart: date | str | None
    avoid_countries: Iterable[str]
    avoid_modes: Iterable[str]
    avoid: Iterable[str]
    via: Iterable[str]
    max_time_h: float | None
    max_cost_usd: float | None


@dataclass(frozen=True, eq=False)
class Trip:
    """What is asked: `origin` and `destination` are node ids, `commodity` is a row, vias stand in their order."""

    data: Dataset
    origin: str
    destination: str
    commodity: int
    quantity: float
    weights: Weights
    year: int
    depart: datetime | None
    constraints: tuple[Constraint, ...]

    def ids(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the values of the constraints of some kinds, in order."""
        return tuple(str(constraint.value) for constraint in self.constraints if constraint.kind in kinds)

    def number(self, kind: Kind) -> float | None:
        """Return the value of the constraint of a kind, None where there is none."""
        return next((float(constraint.value) for constraint in self.constraints if constraint.kind == kind), None)

    def keeping(self, constraints: Iterable[Constraint]) -> Trip:
        """Return the trip with these constraints only."""
        return replace(self, constraints=tuple(constraints))

    @property
    def network(self) -> Adjacency:
        """The virtual network of the trip's year and month for its commodity and weights."""
        month = self.number("month")
        return adjacency(self.data, self.year, None if month is None else int(month), self.commodity, self.weights)

    @property
    def clock(self) -> Clock:
        """The hours of arcs on this trip; without a date of departure waits are expected ones."""
        network = self.network
        return Clock(datetime.min, {}, network.time_h) if self.depart is None else clock_of(network.graph, self.depart)

    @property
    def price(self) -> Price:
        """What hours cost a unit of the commodity on this trip."""
        return Price(time_per_h(self.data, self.commodity, self.weights), self.weights.p90_per_h)

    @property
    def priced(self) -> list[float]:
        """What every arc costs a unit apart from its hours, in USD of the objective, and a final 0.

        Raises
        ------
        CorridorError
            The calibration takes an arc below 0, as it may where hours, which are counted apart here, make up for it.
        """
        values, weights = self.network.values, self.weights
        priced = weights.cost * values.cost_usd + weights.co2_per_kg * values.co2_kg
        if weights.calibration:
            from optimizer.price_steps import calibrated_weight

            graph = self.network.graph
            priced = calibrated_weight(graph, self.commodity, priced, values.allowed, weights.calibration)
        return [*priced.tolist(), 0.0]

    @property
    def is_sum(self) -> bool:
        """Whether what is minimized is a sum over arcs: no date decides waits, and no percentile is priced."""
        return self.depart is None and not self.weights.p90_per_h

    @property
    def is_limited(self) -> bool:
        """Whether a limit on time or money is set."""
        return self.number("max time") is not None or self.number("max cost") is not None

    @property
    def has_moves(self) -> bool:
        """Whether the places named differ at all."""
        return len({self.origin, *self.ids("via"), self.destination}) > 1


def plan_trip(data: Dataset, origin: str, destination: str, **options: Unpack[RouteOptions]) -> Trip:
    """Return the trip meant by names and numbers as a person gives them.

    Raises
    ------
    UnknownIdError
        A name fits nothing or several things.
    ValueError
        A number is out of range.
    """
    quantity, month = options.get("quantity", 1.0), options.get("month")
    depart = _moment(options.get("depart"))
    max_time_h, max_cost_usd = options.get("max_time_h"), options.get("max_cost_usd")
    if not 0 < quantity < float("inf"):
        raise ValueError(f"quantity must be a finite number above 0, not {quantity}")
    if month is not None and month not in range(1, 13):
        raise ValueError(f"month must be 1 to 12, not {month}")
    if month is not None and depart is not None:
        raise ValueError("give month or depart, not both: a date of departure has its own months")
    for name, limit in (("max_time_h", max_time_h), ("max_cost_usd", max_cost_usd)):
        if limit is not None and (isnan(limit) or limit < 0):
            raise ValueError(f"{name} must be a number of at least 0, not {limit}")
    network, year = data.network, options.get("year")
    asked: list[tuple[Kind, str | float]] = []
    asked += [("avoid country", code) for code in sorted(map(check_country, _each(options.get("avoid_countries", ()))))]
    asked += [("avoid mode", mode) for mode in sorted(map(check_mode, _each(options.get("avoid_modes", ()))))]
    for kind, found in sorted(resolve_node_or_link(network, name) for name in _each(options.get("avoid", ()))):
        asked.append(("avoid node" if kind == "node" else "avoid link", found))
    # A set per kind, but vias may repeat: the order of travel is theirs.
    asked = list(dict.fromkeys(asked))
    asked += [("via", resolve_node(network, name)) for name in _each(options.get("via", ()))]
    if month is not None:
        asked.append(("month", month))
    if max_time_h is not None:
        asked.append(("max time", max_time_h))
    if max_cost_usd is not None:
        asked.append(("max cost", max_cost_usd))
    return Trip(
        data=data,
        origin=resolve_node(network, origin),
        destination=resolve_node(network, destination),
        commodity=commodity_row(data, options.get("commodity", "container")),
        quantity=quantity,
        weights=options.get("weights", Weights()),
        year=data.base_year if year is None else year,
        depart=depart,
        constraints=tuple(Constraint(kind, value) for kind, value in asked),
    )


def arc_sequences(trip: Trip) -> Iterator[tuple[int, ...]]:
    """Yield the arcs of every route of a trip, best first, each sequence once.

    No state is passed twice between two vias. A sequence that could move on to its next stage at several states of a
    via is one route all the same.
    """
    seen: set[tuple[int, ...]] = set()
    is_near = trip.is_sum and not trip.is_limited and trip.network.graph.n_states >= LEAST_SPLIT
    for path in _nearest_first(trip) if is_near else loopless_paths(search_of(trip)):
        arcs = tuple(arc for _, arc in path if arc != FREE)
        if arcs not in seen:
            seen.add(arcs)
            yield arcs


def _nearest_first(trip: Trip) -> Iterator[Path]:
    """Yield the paths of a trip whose measure is a sum over arcs as `loopless_paths` does, from a part of the network.

    The part grows where no path is left in it that is surely better than all outside.
    """
    weight, keys = trip.network.weight, trip.network.keys
    reach = reach_of(trip, digraph_of(trip))
    n_found = 0
    for most in reach.ceilings():
        for path in islice(loopless_paths(SumSearch(reach.part(most), keys)), n_found, None):
            if sum(weight[arc] for _, arc in path) > most:
                break
            n_found += 1
            yield path


def reach_of(trip: Trip, digraph: Digraph) -> Reach:
    """Return the reach of a trip by weight."""
    network, row_of = trip.network, trip.data.network.nodes.row_of
    return Reach(digraph, network.weight, network.lean(row_of[trip.origin], row_of[trip.destination], digraph))


def best_arcs(trip: Trip) -> tuple[int, ...] | None:
    """Return the arcs of the best route of a trip, the first of `arc_sequences`; None where it has no route."""
    if not trip.is_sum or trip.is_limited:
        return next(arc_sequences(trip), None)
    keys, reach = trip.network.keys, reach_of(trip, digraph_of(trip))
    sole = reach.sole_best()
    if sole is not None:
        return tuple(arc for _, arc in sole if arc != FREE)
    if reach.least == inf:
        return None
    # Ties by less than rounding are for exact keys, and all of them are in this part.
    digraph = reach.part(reach.least)
    bounds = distances_to_sink(digraph, keys)
    least = bounds[digraph.source]
    paths = (
        complete(digraph, keys, bounds, (), (step,)) for step in digraph.out[digraph.source] if bounds[step[0]] == least
    )
    return min(tuple(arc for _, arc in path if arc != FREE) for path in paths if path is not None)


def best_or_refuse(trip: Trip) -> tuple[int, ...]:
    """Return the arcs of the best route of a trip.

    Raises
    ------
    NoRouteError
        There is none; the message says what blocks and what lifting it gives.
    """
    best = best_arcs(trip) if trip.has_moves else None
    if best is None:
        # Only a refusal pays for looking into its reasons.
        from optimizer.blocking import no_route

        raise no_route(trip)
    return best


def search_of(trip: Trip) -> Search:
    """Return the search that measures the routes of a trip and keeps them within its limits."""
    network, digraph = trip.network, digraph_of(trip)
    if trip.is_sum:
        return SumSearch(digraph, network.keys, limits_of(trip, digraph))
    priced = trip.priced
    hours, spread, money = tallies_of(trip, digraph)
    tallies = [Limit(priced, distances_to_sink(digraph, priced), inf), hours, spread]
    if money.most < inf or not trip.weights.cost:
        # Money that has no weight still decides between routes of the same measure.
        tallies.append(money)
    return LabelSearch(digraph, tallies, trip.price, trip.clock.arrive_h)


def tallies_of(trip: Trip, digraph: Digraph) -> tuple[Limit, Limit, Limit]:
    """Return what labels of a trip count beside their priced sum: hours, squared spread, and money per commodity unit.

    The spread is 0 where no percentile has a price; without a limit on the trip the ceilings are infinite.
    """
    network, travel_h = trip.network, trip.clock.travel_h
    spread = (network.graph.spread_h**2).tolist() if trip.weights.p90_per_h else [0.0] * network.graph.n_arcs
    most_h, most_usd = trip.number("max time"), trip.number("max cost")
    counted = (
        (travel_h, slightly_above(most_h)),
        ([*spread, 0.0], inf),
        (network.cost_usd, slightly_above(most_usd, trip.quantity)),
    )
    hours, variance, money = (Limit(each, distances_to_sink(digraph, each), most) for each, most in counted)
    return hours, variance, money


def route_of(trip: Trip, arcs: Sequence[int]) -> Route:
    """Return the route of a trip that takes these arcs."""
    network = trip.network
    return build_route(
        network.graph,
        network.values,
        arcs,
        origin=trip.origin,
        destination=trip.destination,
        quantity=trip.quantity,
        clock=None if trip.depart is None else trip.clock,
    )


def measure_usd(trip: Trip, route: Route) -> float:
    """Return what the weights of a trip make of a route, in USD for its whole quantity."""
    weights, price = trip.weights, trip.price
    p90_h = route.time_h if route.time_p90_h is None else route.time_p90_h
    timed = (price.time_per_h * route.time_h + price.p90_per_h * p90_h) * trip.quantity
    adjusted = 0.0
    if weights.calibration:
        from optimizer.price_steps import route_adjustment_usd

        adjusted = weights.calibration * route_adjustment_usd(trip.network.graph, trip.commodity, route) * trip.quantity
    return weights.cost * route.cost_usd + timed + weights.co2_per_kg * route.co2_kg + adjusted


def keeps_limits(trip: Trip, route: Route) -> bool:
    """Say whether a route takes no longer and costs no more than its trip allows."""
    most_h, most_usd = trip.number("max time"), trip.number("max cost")
    return route.time_h <= slightly_above(most_h) and route.cost_usd <= slightly_above(most_usd)


def digraph_of(trip: Trip) -> Digraph:
    """Return the digraph of a trip, without what it avoids."""
    network, tables = trip.network, trip.data.network
    graph = network.graph
    row_of = tables.nodes.row_of
    links = [tables.links.row_of[link_id] for link_id in trip.ids("avoid link")]
    return network.between(
        row_of[trip.origin],
        [row_of[via] for via in trip.ids("via")],
        row_of[trip.destination],
        closed_states=_avoided_states(trip, network, tables),
        closed_arcs=frozenset(np.flatnonzero(np.isin(graph.link, links)).tolist()) if links else frozenset(),
    )


def _avoided_states(trip: Trip, network: Adjacency, tables: Network) -> frozenset[int]:
    """Return the states in avoided countries, of avoided modes and at avoided nodes."""
    graph = network.graph
    countries, modes, nodes = trip.ids("avoid country"), trip.ids("avoid mode"), trip.ids("avoid node")
    avoided: set[int] = set()
    if countries:
        of_node = np.isin(tables.nodes.text("country").astype(str), countries)
        avoided.update(np.flatnonzero(of_node[graph.state_node]).tolist())
    if modes:
        avoided.update(np.flatnonzero(np.isin(graph.bare_mode.astype(str), modes)).tolist())
    for node in nodes:
        avoided.update(graph.states_of.get(tables.nodes.row_of[node], ()))
    return frozenset(avoided)


def limits_of(trip: Trip, digraph: Digraph) -> list[Limit]:
    """Return the limits of a trip on sums over arcs, money per commodity unit."""
    network = trip.network
    max_time_h, max_cost_usd = trip.number("max time"), trip.number("max cost")
    asked: list[tuple[list[float], float]] = []
    if max_time_h is not None:
        asked.append((network.time_h, slightly_above(max_time_h)))
    if max_cost_usd is not None:
        asked.append((network.cost_usd, slightly_above(max_cost_usd, trip.quantity)))
    return [Limit(values, distances_to_sink(digraph, values), most) for values, most in asked]


def slightly_above(most: float | None, quantity: float = 1.0) -> float:
    """Return a limit per commodity unit with room for the rounding of sums; infinity for none."""
    return inf if most is None else most / quantity * (1.0 + TOLERANCE)


def _moment(depart: date | str | None) -> datetime | None:
    """Return the moment of departure; a date alone is its midnight.

    Raises
    ------
    ValueError
        A text is no date of ISO 8601, or the moment has a time zone, which the model's clocks have not.
    """
    if depart is None:
        return None
    if isinstance(depart, str):
        try:
            depart = datetime.fromisoformat(depart)
        except ValueError:
            raise ValueError(f'depart must be a date such as 2026-12-01, not "{depart}"') from None
    moment = depart if isinstance(depart, datetime) else datetime.combine(depart, time())
    if moment.tzinfo is not None:
        raise ValueError(f"depart must have no time zone, as the clocks of the model have none, not {moment}")
    return moment


def _each(names: Iterable[str]) -> Iterable[str]:
    """Return names one by one, also where a single one was given as it is."""
    return (names,) if isinstance(names, str) else names
