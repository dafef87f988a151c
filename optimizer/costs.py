"""Matrices of costs: what the best route of every origin to every destination takes, as arrays and without its legs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.fan import Fan
from optimizer.matrix import nodes_meant, openings_of
from optimizer.reach import NEAR
from optimizer.trip import plan_trip, route_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Unpack

    from network.model import Dataset, Numbers
    from optimizer.resources import Rows
    from optimizer.trip import RouteOptions
    from optimizer.ways import WaysOut

UNREACHED, LEFT_TO_KEYS = -1, -2


class Costs(NamedTuple):
    """Totals of best routes, each array of shape (n_origins, n_destinations), NaN where there is no route.

    Attributes
    ----------
    origins, destinations
        As given.
    cost_usd, co2_kg
        For the whole quantity.
    time_h, length_km
        For the shipment, whatever its quantity.
    """

    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    cost_usd: Numbers
    time_h: Numbers
    co2_kg: Numbers
    length_km: Numbers


def find_costs(
    data: Dataset,
    origins: Iterable[str],
    destinations: Iterable[str],
    *,
    on_progress: Callable[[int, int], None] | None = None,
    **options: Unpack[RouteOptions],
) -> Costs:
    """Return what the best route of every origin to every destination takes.

    The routes are those of `find_routes_many`, ties included. Nothing is kept of them but their totals, so that a
    million pairs on a network of 30,000 places are a matter of memory for four arrays and of one search per origin.

    Parameters
    ----------
    origins, destinations
        Nodes by node_id, name, alias or UN/LOCODE.
    on_progress
        Called with the number of origins done and of all of them.
    options
        As in `find_routes`.

    Raises
    ------
    UnknownIdError
        Names that fit nothing or several things, all of them at once.
    ValueError
        A number is out of range.

    Examples
    --------
    >>> from network import load
    >>> costs = find_costs(load(), ["Xi'an", "Almaty"], ["Duisburg", "Mumbai", "Almaty"])
    >>> costs.cost_usd.shape, bool(np.isnan(costs.time_h[1, 2]))
    ((2, 3), True)
    """
    from_names, to_names = ([names] if isinstance(names, str) else list(names) for names in (origins, destinations))
    node_of = nodes_meant(data.network, [*from_names, *to_names])
    found = np.full((4, len(from_names), len(to_names)), np.nan)
    if from_names and to_names:
        trip = plan_trip(data, node_of[from_names[0]], node_of[to_names[0]], **options)
        ends = list(dict.fromkeys(node_of[name] for name in to_names))
        column = [ends.index(node_of[name]) for name in to_names] if len(ends) < len(to_names) else slice(None)
        openings = openings_of(trip, len(from_names))
        for row, name in enumerate(from_names):
            fan = Fan(replace(trip, origin=node_of[name]), ends, openings)
            found[:, row] = _totals(fan, ends)[:, column]
            if on_progress is not None:
                on_progress(row + 1, len(from_names))
    cost_usd, time_h, co2_kg, length_km = found
    return Costs(tuple(from_names), tuple(to_names), cost_usd, time_h, co2_kg, length_km)


def _totals(fan: Fan, ends: Sequence[str]) -> Numbers:
    """Return the totals of the best routes to some nodes, shape (4, len(ends)), NaN where there is none."""
    totals = np.full((4, len(ends)), np.nan)
    left: Sequence[int] = range(len(ends))
    if fan.ways is not None and not fan.limits:
        states = _arrivals(fan, fan.ways, ends)
        values, quantity = fan.trip.network.values, fan.trip.quantity
        per_arc = (
            quantity * values.cost_usd,
            values.time_h,
            quantity * values.co2_kg,
            fan.trip.network.graph.length_km,
        )
        is_clear = states >= 0
        for row, total in enumerate(fan.ways.totals(per_arc)):
            totals[row, is_clear] = total[states[is_clear]]
        left = np.flatnonzero(states == LEFT_TO_KEYS).tolist()
    for at in left:
        arcs = fan.arcs_to(ends[at])
        if arcs is not None:
            route = route_of(replace(fan.trip, destination=ends[at]), arcs)
            totals[:, at] = route.cost_usd, route.time_h, route.co2_kg, route.length_km
    return totals


def _arrivals(fan: Fan, ways: WaysOut, ends: Sequence[str]) -> Rows:
    """Return the state in which the sole best route reaches each node, else `UNREACHED` or `LEFT_TO_KEYS`."""
    most_states = max(1, *(len(fan.targets[end]) for end in ends))
    # One more state that is never reached stands in for those that nodes have fewer of.
    nowhere = len(ways.sums)
    states = np.array([[*fan.targets[end], *[nowhere] * (most_states - len(fan.targets[end]))] for end in ends])
    sums = np.append(ways.sums, np.inf)[states]
    first = sums.argmin(axis=1)
    rows = np.arange(len(ends))
    least, arrival = sums[rows, first], states[rows, first]
    is_reached = np.isfinite(least)
    is_tied = (sums <= least[:, None] * (1.0 + NEAR)).sum(axis=1) > 1
    is_tied |= np.append(ways.is_tied, False)[arrival]
    # What it means to stay where one is depends on more than sums.
    is_tied |= np.array([end == fan.trip.origin for end in ends])
    return np.where(is_reached, np.where(is_tied, LEFT_TO_KEYS, arrival), UNREACHED)
