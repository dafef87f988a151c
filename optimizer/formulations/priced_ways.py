"""Cheapest ways of the demands of a plan, first without prices, then again and again with prices on capacities.

Prices of at least 0 only lengthen ways, so weights without them are lower bounds for ever. One search forward per block
(E. W. Dijkstra, *Numerische Mathematik* 1, 1959) gives the first ways and these bounds; later searches go back from a
destination and are led by them (P. E. Hart, N. J. Nilsson, B. Raphael, *IEEE Transactions on Systems Science and
Cybernetics* 4, 1968). They meet little more than the states on ways that are cheaper than the best one known.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.blocks import Block
    from optimizer.graph import ArcGraph
    from optimizer.search import Step

Way = tuple[int, ...]
"""Arcs of the graph from an origin to a destination."""


class Found(NamedTuple):
    """The cheapest way and its weight."""

    weight: float
    way: Way


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Steps out of and into every state of the graph as plain lists; not every block may take every arc."""

    out: list[list[Step]]
    into: list[list[Step]]
    tail: list[int]
    head: list[int]
    node: list[int]
    states_of: dict[int, list[int]]


def surroundings_of(graph: ArcGraph) -> Surroundings:
    """Return the lists of a graph; loops are left out."""
    out: list[list[Step]] = [[] for _ in range(graph.n_states)]
    into: list[list[Step]] = [[] for _ in range(graph.n_states)]
    tails, heads = graph.tail.tolist(), graph.head.tolist()
    for arc, (tail, head) in enumerate(zip(tails, heads, strict=True)):
        if tail != head:
            out[tail].append((head, arc))
            into[head].append((tail, arc))
    return Surroundings(out, into, tails, heads, graph.state_node.tolist(), graph.states_of)


def weights_for(block: Block) -> list[float]:
    """Return the weight of every arc for a block, inf where it may not go."""
    weight = np.full(len(block.values.weight), inf)
    weight[block.arcs] = block.values.weight[block.arcs]
    listed: list[float] = weight.tolist()
    return listed


def ways_from(
    around: Surroundings, origin: int, destinations: Sequence[int], weight: Sequence[float], limit: float = inf
) -> tuple[list[float], dict[int, Found]]:
    """Search forward: return lower bounds of the weight to every state, and the cheapest way to each destination.

    The search ends at the farthest destination, or where all ways weigh `limit` or more: what is nearer has its exact
    weight as its bound, all else this one. Destinations that it does not reach are left out.
    """
    out, node = around.out, around.node
    distance = [inf] * len(out)
    last = [-1] * len(out)
    heap = [(0.0, state) for state in around.states_of.get(origin, ())]
    for _, state in heap:
        distance[state] = 0.0
    missing = set(destinations)
    found: dict[int, Found] = {}
    farthest = inf
    while heap:
        so_far, state = heappop(heap)
        if so_far > distance[state]:
            continue
        if node[state] in missing and so_far < limit:
            missing.discard(node[state])
            found[node[state]] = Found(so_far, _back(around, last, state))
        if not missing or so_far >= limit:
            farthest = so_far
            break
        for head, arc in out[state]:
            offered = so_far + weight[arc]
            if offered < distance[head]:
                distance[head] = offered
                last[head] = arc
                heappush(heap, (offered, head))
    return [value if value < farthest else farthest for value in distance], found


def _back(around: Surroundings, last: Sequence[int], state: int) -> Way:
    """Return the way that ends at a state, by the last arc of every state on it."""
    way = []
    while last[state] >= 0:
        way.append(last[state])
        state = around.tail[last[state]]
    return tuple(reversed(way))


def way_back(
    around: Surroundings,
    origin: int,
    destination: int,
    weight: Sequence[float],
    bounds: Sequence[float],
    limit: float,
) -> tuple[Found | None, int]:
    """Search backward, led by bounds: return the cheapest way that weighs less than `limit`, and states met.

    Parameters
    ----------
    origin, destination
        Rows of nodes.
    weight
        Weight of every arc, at least 0, inf where the way may not lead.
    bounds
        Lower bounds of the weight from the origin to every state, 0 at those of the origin.
    """
    into, node = around.into, around.node
    known = dict.fromkeys(around.states_of.get(destination, ()), 0.0)
    heap = [(bounds[state], state) for state in known if bounds[state] < limit]
    heapify(heap)
    first: dict[int, int] = {}
    weight_of = known.get
    while heap:
        expected, state = heappop(heap)
        so_far = known[state]
        if node[state] == origin:
            way = []
            while state in first:
                way.append(first[state])
                state = around.head[first[state]]
            return Found(so_far, tuple(way)), len(known)
        if expected > so_far + bounds[state]:
            continue
        for tail, arc in into[state]:
            offered = so_far + weight[arc]
            if offered < weight_of(tail, inf):
                expected = offered + bounds[tail]
                if expected < limit:
                    known[tail] = offered
                    first[tail] = arc
                    heappush(heap, (expected, tail))
    return None, len(known)
