"""Find routes: the best one and others after it, under constraints that are obeyed or refused."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING

from optimizer.listing import Listing
from optimizer.route import ROUTE_COLUMNS
from optimizer.trip import arc_sequences, best_or_refuse, plan_trip, route_of
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from network.model import Dataset
    from optimizer.route import Route


def find_routes(
    data: Dataset,
    origin: str,
    destination: str,
    *,
    commodity: str = "container",
    quantity: float = 1.0,
    k: int = 3,
    plain: bool = False,
    weights: Weights = Weights(),
    year: int | None = None,
    month: int | None = None,
    depart: date | str | None = None,
    avoid_countries: Iterable[str] = frozenset(),
    avoid_modes: Iterable[str] = frozenset(),
    avoid: Iterable[str] = frozenset(),
    via: Iterable[str] = (),
    max_time_h: float | None = None,
    max_cost_usd: float | None = None,
) -> Listing[Route]:
    """Return up to `k` routes, the first of them the optimum, in order of weight; ties: money, time, order of input.

    A route is a sequence of links and transfers that passes no state (node, mode with gauge) twice between two vias.
    It leaves its origin and enters its destination in any state. Capacities other than 0 play no part. The list gives a
    pandas table of the routes too: ``find_routes(…).to_frame()``.

    Parameters
    ----------
    origin, destination, via
        Nodes by node_id, name, alias or UN/LOCODE; vias are passed in the given order, in any state.
    quantity
        Commodity units; scales money and CO2, never time or the choice.
    k
        Number of routes wanted; there may be fewer.
    plain
        False: routes after the first differ from every better one by the rules of `optimizer.alternatives`. True: the
        `k` best routes, however alike.
    weights
        What is minimized. A weight on the 90th percentile of the time (`Weights.p90_per_h`) is minimized exactly,
        given the independence of the legs that `Route.time_p90_h` states.
    year
        Links and transfers of this year; None takes the base year.
    month
        1 to 12: only links open in this month; None ignores months.
    depart
        Day (or moment) of departure, a date or its ISO 8601 text: a shipment waits for the next departure of a service
        with weekdays, and for a closed link to open; other services keep half their headway as expected wait.
    avoid_countries, avoid_modes
        ISO 3166-1 alpha-2 codes, in which no node of a route lies, ends included; bare modes.
    avoid
        Nodes, by any of their names, or link ids.
    max_time_h, max_cost_usd
        Ceilings on a route's hours, and on its USD for the whole quantity.

    Raises
    ------
    UnknownIdError
        A name, country, mode or commodity is unknown or ambiguous; the message has close matches.
    NoRouteError
        No route obeys every constraint; the message says which block it and what lifting one of them gives.
    ValueError
        A number is out of range, or a date is none.

    Examples
    --------
    >>> from network import load
    >>> for route in find_routes(load(), "Xi'an", "Duisburg", k=2, avoid_countries={"RU"}):
    ...     print(f"{route.time_h / 24:.1f} d, {route.cost_usd:,.0f} USD")  # doctest: +SKIP
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    trip = plan_trip(
        data,
        origin,
        destination,
        commodity=commodity,
        quantity=quantity,
        weights=weights,
        year=year,
        month=month,
        depart=depart,
        avoid_countries=avoid_countries,
        avoid_modes=avoid_modes,
        avoid=avoid,
        via=via,
        max_time_h=max_time_h,
        max_cost_usd=max_cost_usd,
    )
    found: list[tuple[int, ...]] = []
    if k > 1 and plain and trip.has_moves:
        found = list(islice(arc_sequences(trip), min(k, sys.maxsize)))
    if not found:
        found = [best_or_refuse(trip)]
    if k > 1 and not plain:
        from optimizer.alternatives import alternatives

        found = alternatives(trip, found[0], k)
    return Listing((route_of(trip, arcs) for arcs in found), ROUTE_COLUMNS)
