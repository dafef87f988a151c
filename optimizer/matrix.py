"""Matrices of routes: the best one from every origin to every destination, by one search per origin, not per pair."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from network.errors import UnknownIdError
from network.places import nodes_named, resolve_node
from optimizer.fan import Fan
from optimizer.trip import digraph_of, plan_trip, route_of
from optimizer.ways import LEAST_STATES, Openings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Unpack

    import pandas as pd

    from network.model import Dataset, Network
    from optimizer.route import Route
    from optimizer.trip import RouteOptions, Trip

MOST_SUGGESTED = 20
"""Unknown names that are told with close matches; to look for these in every name of the data takes a while."""

Place = tuple[str, str]
"""A name as given and the node id it means."""


COLUMNS = (
    *("origin", "destination", "origin_node", "destination_node", "cost_usd", "time_h", "co2_kg", "length_km"),
    *("modes", "countries", "corridor", "n_borders", "n_gauge_changes", "reason"),
)
"""Columns of the frame and the CSV of a matrix."""


class Cell(NamedTuple):
    """The best route of one origin and destination, or why there is none.

    Attributes
    ----------
    origin, destination
        As given; `origin_node` and `destination_node` are the node ids they mean.
    route
        The route leg by leg, None where there is none.
    n_borders, n_gauge_changes
        Links of the route between two countries, and its transfers between rail of two gauges; None for no route.
    reason
        Why there is no route: ``same place``, ``not connected`` (not even without any constraint) or ``no route obeys
        every constraint``; empty where there is one.
    """

    origin: str
    destination: str
    origin_node: str
    destination_node: str
    route: Route | None
    n_borders: int | None = None
    n_gauge_changes: int | None = None
    reason: str = ""

    def to_mapping(self) -> dict[str, object]:
        """Return the values of `COLUMNS` by name, None for all those of a route where there is none."""
        cells: dict[str, object] = dict.fromkeys(COLUMNS)
        if self.route is not None:
            cells |= self.route.to_mapping()
        cells |= self._asdict()
        return {column: cells[column] for column in COLUMNS}

    def to_row(self) -> tuple[str | float | None, ...]:
        """Return the values of `COLUMNS`, modes and countries joined by ``;``; None for numbers of no route."""
        places = (self.origin, self.destination, self.origin_node, self.destination_node)
        route = self.route
        if route is None:
            return (*places, None, None, None, None, "", "", "", None, None, self.reason)
        numbers = (route.cost_usd, route.time_h, route.co2_kg, route.length_km)
        texts = (";".join(route.modes), ";".join(route.countries), route.corridor)
        return (*places, *numbers, *texts, self.n_borders, self.n_gauge_changes, self.reason)


def find_routes_many(
    data: Dataset,
    origins: Iterable[str],
    destinations: Iterable[str],
    *,
    on_progress: Callable[[int, int], None] | None = None,
    **options: Unpack[RouteOptions],
) -> pd.DataFrame:
    """Return the best route of every origin to every destination as a frame, one row per pair.

    Every row is what ``find_routes(data, origin, destination, k=1, **options)`` finds, ties included; a pair without a
    route is a row with a reason, not an error.

    Parameters
    ----------
    origins, destinations
        Places by any of their names, in the order of the rows: all destinations of the first origin, then of the next.
    on_progress
        Called after each pair with the number of pairs done and of all pairs.
    **options
        What `optimizer.find_routes` takes: commodity, quantity, weights, year, month, avoid lists, vias, limits.

    Returns
    -------
    pandas.DataFrame
        ``origin, destination`` as given, ``origin_node, destination_node``, ``cost_usd`` and ``co2_kg`` for the whole
        quantity, ``time_h``, ``length_km``, ``modes`` and ``countries`` joined by ``;``, ``corridor``, ``n_borders``,
        ``n_gauge_changes``, and the ``reason`` where there is no route: then numbers are NaN and texts empty.

    Raises
    ------
    UnknownIdError
        Names that fit nothing or several things, all of them at once, before any search.
    ValueError
        A number is out of range.

    Examples
    --------
    >>> from network import load
    >>> frame = find_routes_many(load(), ["Xi'an", "Almaty"], ["Duisburg", "Mumbai"], avoid_modes={"air"})
    >>> frame[["origin", "destination", "time_h", "cost_usd"]]  # doctest: +SKIP
    """
    import pandas as pd

    from_names, to_names = _each(origins), _each(destinations)
    n_pairs = len(from_names) * len(to_names)
    rows = []
    for done, cell in enumerate(iter_routes_many(data, from_names, to_names, **options), start=1):
        rows.append(cell.to_row())
        if on_progress is not None:
            on_progress(done, n_pairs)
    numbers = ("cost_usd", "time_h", "co2_kg", "length_km", "n_borders", "n_gauge_changes")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(numbers, "float64"))


def iter_routes_many(
    data: Dataset, origins: Iterable[str], destinations: Iterable[str], **options: Unpack[RouteOptions]
) -> Iterator[Cell]:
    """Yield the best route of every origin to every destination, or why there is none, each as soon as it is known.

    The order is all destinations of the first origin, then of the next. Memory does not grow with the number of pairs.
    See `find_routes_many` for the arguments.

    Raises
    ------
    UnknownIdError
        Names that fit nothing or several things, all of them at once, at the call and not at the first pair.
    ValueError
        A number is out of range.
    """
    from_names, to_names = _each(origins), _each(destinations)
    node_of = nodes_meant(data.network, [*from_names, *to_names])
    if not from_names or not to_names:
        return iter(())
    trip = plan_trip(data, node_of[from_names[0]], node_of[to_names[0]], **options)
    return _cells(trip, [(name, node_of[name]) for name in from_names], [(name, node_of[name]) for name in to_names])


def nodes_meant(network: Network, names: Iterable[str]) -> dict[str, str]:
    """Return the node id that each name means.

    Raises
    ------
    UnknownIdError
        Names that fit nothing or several things, all of them at once; the first ones with close matches.
    """
    found, problems = resolve_all(network, names)
    if len(problems) == 1:
        raise next(iter(problems.values()))
    if problems:
        listed = "\n".join(str(problem) for problem in problems.values())
        raise UnknownIdError(f"{len(problems)} names of places fit no single node\n{listed}", name=next(iter(problems)))
    return found


def resolve_all(network: Network, names: Iterable[str]) -> tuple[dict[str, str], dict[str, UnknownIdError]]:
    """Return node ids by name, and what is wrong with each name that means no single node."""
    found: dict[str, str] = {}
    problems: dict[str, UnknownIdError] = {}
    for name in dict.fromkeys(names):
        is_named = name in network.nodes.row_of or nodes_named(network.nodes, name)
        if not is_named and len(problems) >= MOST_SUGGESTED:
            problems[name] = UnknownIdError(f'unknown node "{name}"', name=name)
            continue
        try:
            found[name] = resolve_node(network, name)
        except UnknownIdError as error:
            problems[name] = error
    return found, problems


def _cells(trip: Trip, origins: Sequence[Place], destinations: Sequence[Place]) -> Iterator[Cell]:
    """Yield the cells of all origins and destinations; the ends of `trip` itself are any of them."""
    graph = trip.network.graph
    is_link, is_rail = graph.link >= 0, graph.bare_mode == "rail"
    is_border = (is_link & trip.data.network.is_crossing[graph.link]).tolist()
    is_gauge_change = (~is_link & is_rail[graph.tail] & is_rail[graph.head]).tolist()
    ends = list(dict.fromkeys(node for _, node in destinations))
    openings = openings_of(trip, len(origins))
    for origin, node in origins:
        fan = Fan(replace(trip, origin=node), ends, openings)
        for destination, end in destinations:
            arcs = fan.arcs_to(end)
            if arcs is None:
                yield Cell(origin, destination, node, end, None, reason=fan.reason(end))
            else:
                route = route_of(replace(fan.trip, destination=end), arcs)
                n_borders, n_gauge_changes = (sum(each[arc] for arc in arcs) for each in (is_border, is_gauge_change))
                yield Cell(origin, destination, node, end, route, n_borders, n_gauge_changes)


def openings_of(trip: Trip, n_origins: int) -> Openings | None:
    """Return the arcs that all origins of a large network search alike, None where each has a search by keys."""
    network = trip.network
    if network.graph.n_states < LEAST_STATES or not trip.is_sum or trip.ids("via"):
        return None
    return Openings(digraph_of(trip), network.weight, network.graph.n_states, n_origins)


def _each(names: Iterable[str]) -> list[str]:
    """Return names one by one, also where a single one was given as it is."""
    return [names] if isinstance(names, str) else list(names)
