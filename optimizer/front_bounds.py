"""What is left of a graph between two criteria: the steps that may be on a front, and what lies ahead of each node."""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizer.front_graph import by_tail
from optimizer.rounded_totals import step_of, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.model import Numbers
    from optimizer.front_graph import FrontGraph, Rows

N_PRICES = 5
"""Prices between the criteria at which the best ways ahead are known. Each takes a search and a column of bounds; three
to thirteen took the same time within a tenth, and more took longer."""

SLACK = 1e-8
"""Relative: room for the rounding of values, before sums of them are exact."""


class Field(NamedTuple):
    """The steps that may be on a front, by tail, and what lies ahead of each node.

    `x` and `y` are the two criteria of each step, rounded so that sums are exact; `most_x` and `most_y` are the most
    that a choice has of each. `least_x` and `least_y`, of shape (n_nodes,), are the least sums to the sink. Ahead of a
    node lies one way to the sink for each price in `prices`, of shape (n_prices, 2): the way is the best at that price,
    `least` is its sum at it, `way_x` and `way_y` are its sums, all of shape (n_nodes, n_prices), and `way_step` is its
    first step, -1 at the sink.
    """

    roots: Rows
    sink: int
    first: Rows
    head: Rows
    arc: Rows
    x: Numbers
    y: Numbers
    most_x: float
    most_y: float
    least_x: Numbers
    least_y: Numbers
    prices: Numbers
    least: Numbers
    way_x: Numbers
    way_y: Numbers
    way_step: Rows
    step_x: float
    step_y: float


class _Way(NamedTuple):
    """The best way to the sink from every node at one price: its sum at the price, its sums, its first step."""

    price: tuple[float, float]
    least: Numbers
    x: Numbers
    y: Numbers
    step: Rows


def field_of(
    graph: FrontGraph, x: Numbers, y: Numbers, most_x: float = inf, most_y: float = inf, n_prices: int = N_PRICES
) -> Field | None:
    """Return what may be on the front between two criteria of steps, None where no path keeps the limits.

    A choice has no more of one criterion than the best path of the other has, so a step is left out if the best path
    through it in one criterion has more. The prices are those of the corners of the hull of the front, found one by one
    where most of the plane between two of them is open.

    Sources: Dijkstra (1959), as in scipy; Aneja and Nair (1979), Management Science 25:73, for the corners.
    """
    n_nodes, roots, sink = graph.n_nodes, graph.roots, graph.sink
    into, first_into = by_tail(n_nodes, graph.head)
    out, first_out = by_tail(n_nodes, graph.tail)
    least_x, next_x = _tree(first_into, graph.tail[into], x[into], sink)
    least_y, next_y = _tree(first_into, graph.tail[into], y[into], sink)
    at_root_x, at_root_y = (least[roots].min(initial=inf) for least in (least_x, least_y))
    if at_root_x == inf or at_root_x > most_x or at_root_y > most_y:
        return None

    def other(least: Numbers, ahead: Rows, values: Numbers, others: Numbers) -> float:
        """Return the sum of the other criterion along the best path in one."""
        node, sum_ = int(roots[least[roots].argmin()]), 0.0
        while node != sink:
            steps = out[first_out[node] : first_out[node + 1]]
            steps = steps[graph.head[steps] == ahead[node]]
            sum_ += float(others[steps[values[steps].argmin()]])
            node = int(ahead[node])
        return sum_

    near_x = min(most_x, other(least_y, next_y, y, x)) * (1.0 + SLACK)
    near_y = min(most_y, other(least_x, next_x, x, y)) * (1.0 + SLACK)
    since_x = _distances(first_out, graph.head[out], x[out], roots, near_x)
    since_y = _distances(first_out, graph.head[out], y[out], roots, near_y)
    kept = out[
        (since_x[graph.tail[out]] + x[out] + least_x[graph.head[out]] <= near_x)
        & (since_y[graph.tail[out]] + y[out] + least_y[graph.head[out]] <= near_y)
    ]
    if not len(kept):
        return None
    # Nodes near the roots come first: labels of one time lie together in memory.
    is_met = np.zeros(n_nodes, dtype=bool)
    is_met[graph.tail[kept]] = is_met[graph.head[kept]] = is_met[sink] = True
    met = np.flatnonzero(is_met)
    met = met[np.argsort(since_x[met], kind="stable")]
    place = np.full(n_nodes, -1, dtype=np.intp)
    place[met] = np.arange(len(met))
    tail, head, arc = place[graph.tail[kept]], place[graph.head[kept]], graph.arc[kept]
    order, first = by_tail(len(met), tail)
    tail, head, arc, kept = tail[order], head[order], arc[order], kept[order]
    step_x, step_y = step_of(at_root_x), step_of(at_root_y)
    exact_x, exact_y = whole(x[kept], step_x), whole(y[kept], step_y)
    into, first_into = by_tail(len(met), head)
    at_roots = place[roots[is_met[roots]]]

    def way(price: tuple[float, float]) -> _Way:
        """Return the best way from every node at a price."""
        return _way(price, (into, first_into), tail, head, exact_x, exact_y, int(place[sink]))

    ways = _corner_ways(way, at_roots, n_prices)
    cheapest, fastest = ways[0], ways[1]
    best = fastest.least[at_roots].argmin(), cheapest.least[at_roots].argmin()
    return Field(
        roots=at_roots,
        sink=int(place[sink]),
        first=first,
        head=head,
        arc=arc,
        x=exact_x,
        y=exact_y,
        most_x=min(most_x, float(fastest.x[at_roots][best[0]])),
        most_y=min(most_y, float(cheapest.y[at_roots][best[1]])),
        least_x=cheapest.least,
        least_y=fastest.least,
        prices=np.array([way.price for way in ways]),
        least=np.stack([way.least for way in ways], axis=1),
        way_x=np.stack([way.x for way in ways], axis=1),
        way_y=np.stack([way.y for way in ways], axis=1),
        way_step=np.stack([way.step for way in ways], axis=1),
        step_x=step_x,
        step_y=step_y,
    )


def _corner_ways(way: Callable[[tuple[float, float]], _Way], roots: Rows, n_prices: int) -> list[_Way]:
    """Return the best ways in each criterion, and those at the prices between which most of the plane is open."""

    def corner(found: _Way) -> tuple[float, float]:
        at = int(roots[found.least[roots].argmin()])
        return float(found.x[at]), float(found.y[at])

    ways = [way((1.0, 0.0)), way((0.0, 1.0))]
    waiting: list[tuple[float, tuple[float, float], tuple[float, float]]] = []

    def wait(left: tuple[float, float], right: tuple[float, float]) -> None:
        if left[0] < right[0] and left[1] > right[1]:
            heappush(waiting, ((left[0] - right[0]) * (left[1] - right[1]), left, right))

    wait(corner(ways[0]), corner(ways[1]))
    while waiting and len(ways) < n_prices:
        _, left, right = heappop(waiting)
        whole_price = left[1] - right[1] + right[0] - left[0]
        price = (left[1] - right[1]) / whole_price, (right[0] - left[0]) / whole_price
        found = way(price)
        ways.append(found)
        between = corner(found)
        at_ends, at_corner = (price[0] * end[0] + price[1] * end[1] for end in (left, between))
        if at_corner < at_ends * (1.0 - SLACK):
            wait(left, between)
            wait(between, right)
    return ways


def _way(
    price: tuple[float, float],
    order: tuple[Rows, Rows],
    tail: Rows,
    head: Rows,
    x: Numbers,
    y: Numbers,
    sink: int,
) -> _Way:
    """Return the best way to the sink from every node at a price.

    Sums along the ways are doubled in length until all end at the sink (pointer jumping: Wyllie 1979, The Complexity of
    Parallel Computations, Cornell).
    """
    into, first_into = order
    values = (price[0] * x + price[1] * y)[into]
    tails, heads = tail[into], head[into]
    least, ahead = _tree(first_into, tails, values, sink)
    n_nodes = len(least)
    # Of parallel steps any will do that is as good as the tree's.
    tight = np.flatnonzero((ahead[tails] == heads) & (least[heads] + values <= least[tails]))
    step = np.full(n_nodes, -1, dtype=np.intp)
    step[tails[tight]] = into[tight]
    moves = step >= 0
    moves[sink] = False
    step[sink] = -1
    at = np.where(moves, head[step], np.arange(n_nodes))
    sum_x, sum_y = np.where(moves, x[step], 0.0), np.where(moves, y[step], 0.0)
    while not (at[at] == at).all():
        sum_x, sum_y = sum_x + sum_x[at], sum_y + sum_y[at]
        at = at[at]
    is_lost = at != sink
    sum_x[is_lost] = sum_y[is_lost] = inf
    return _Way(price, least, sum_x, sum_y, step)


def _tree(first: Rows, ends: Rows, values: Numbers, origin: int) -> tuple[Numbers, Rows]:
    """Return the least sums from a node to all others along steps, and the node before each, below 0 for none."""
    from scipy.sparse.csgraph import dijkstra

    least, before = dijkstra(_matrix(first, ends, values), indices=origin, return_predecessors=True)
    return least, before.astype(np.intp)


def _distances(first: Rows, ends: Rows, values: Numbers, origins: Rows, most: float) -> Numbers:
    """Return the least sums from the nearest of some nodes along steps, infinity beyond the most asked for."""
    from scipy.sparse.csgraph import dijkstra

    least: Numbers = dijkstra(_matrix(first, ends, values), indices=origins, limit=most, min_only=True)
    return least


def _matrix(first: Rows, ends: Rows, values: Numbers) -> Any:
    """Return steps in the form that scipy searches; parallel steps and zeros stay what they are in this form."""
    from scipy.sparse import csr_array

    n_nodes = len(first) - 1
    return csr_array((values, ends.astype(np.int32), first.astype(np.int32)), shape=(n_nodes, n_nodes))
