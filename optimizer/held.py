"""Routes held to a row of figures: the best or the shortest one that passes what the row names, in its order."""

from __future__ import annotations

from functools import lru_cache
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Literal

import numpy as np

from optimizer.adjacency import path_keys
from optimizer.oracle import MOST_FACTOR
from optimizer.search import FREE
from optimizer.trip import digraph_of, route_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from network.model import Mask
    from optimizer.adjacency import Adjacency
    from optimizer.route import Route
    from optimizer.search import Digraph
    from optimizer.trip import Trip

Measure = Literal["weight", "length"]
Passage = tuple[int, int, int]
"""The state left, the state reached and the arc taken from one stage to the next."""


def held_route(
    trip: Trip, gates: Sequence[Collection[str]], measure: Measure = "weight", foreign: Mask | None = None
) -> Route | None:
    """Return the best route of a trip that passes one node or link of every gate, in the order of the gates.

    Parameters
    ----------
    trip
        What is asked; its vias, date and limits play no part.
    gates
        Node and link ids; of each gate any one is passed, a link in any direction open to the trip. A route may pass
        the same state once before and once behind a gate, as with vias.
    measure
        What is minimized: the ``weight`` of the trip's weights, or the ``length`` in km.
    foreign
        Links, shape (n_links,), that count `MOST_FACTOR` times, so that they are used where nothing else leads on.

    Returns
    -------
    Route or None
        None where no route passes the gates. Ties: of weights money, then time; of lengths weight.
    """
    network = trip.network
    if foreign is not None:
        keys = _foreign_keys(network, foreign)
    else:
        keys = network.keys if measure == "weight" else _length_keys(network)
    digraph = digraph_of(trip)
    arcs = _least(digraph, keys, [_passages(trip, digraph, gate) for gate in gates])
    return route_of(trip, arcs) if arcs else None


def _passages(trip: Trip, digraph: Digraph, gate: Collection[str]) -> list[Passage]:
    """Return the passages of a gate: at its nodes a state stays what it is, for free; its links are their own arcs."""
    graph, tables = trip.network.graph, trip.data.network
    rows = [tables.nodes.row_of[node] for node in gate if node in tables.nodes.row_of]
    passages = [(state, state, FREE) for row in rows for state in graph.states_of.get(row, ())]
    links = [tables.links.row_of[link] for link in gate if link in tables.links.row_of]
    for arc in np.flatnonzero(np.isin(graph.link, links)).tolist():
        tail, head = int(graph.tail[arc]), int(graph.head[arc])
        # The digraph leaves out what the commodity or the trip may not use.
        if (head, arc) in digraph.out[tail]:
            passages.append((tail, head, arc))
    return passages


def _least(digraph: Digraph, keys: Sequence[int], gates: Sequence[Sequence[Passage]]) -> tuple[int, ...] | None:
    """Return the arcs of the path of least sum of keys through every gate, None where there is none.

    The network is searched once before the first gate, then once behind each, from all that its passages reach at once
    (Dijkstra 1959, with several sources).
    """
    entries: dict[int, tuple[int, int, int]] = {digraph.source: (0, -1, FREE)}
    stages = []
    for gate in (*gates, [(digraph.sink, digraph.sink, FREE)]):
        sums, before = _spread(digraph, keys, entries, {tail for tail, _, _ in gate})
        stages.append((entries, before))
        entries = _entered(gate, keys, sums, digraph.closed)
    if digraph.sink not in entries:
        return None
    arcs: list[int] = []
    node = digraph.sink
    for starts, before in reversed(stages):
        while node in before:
            node, arc = before[node]
            arcs.append(arc)
        _, node, arc = starts[node]
        arcs.append(arc)
    return tuple(arc for arc in reversed(arcs) if arc != FREE)


def _spread(
    digraph: Digraph, keys: Sequence[int], entries: Mapping[int, tuple[int, int, int]], wanted: set[int]
) -> tuple[dict[int, int], dict[int, tuple[int, int]]]:
    """Return the least sums from some entries to the wanted nodes and all nearer ones, and the step before each."""
    sums = {node: entry[0] for node, entry in entries.items()}
    before: dict[int, tuple[int, int]] = {}
    heap = sorted((entry[0], node) for node, entry in entries.items())
    settled: dict[int, int] = {}
    left = set(wanted)
    while heap and left:
        sum_, node = heappop(heap)
        if node in settled:
            continue
        settled[node] = sum_
        left.discard(node)
        for head, arc in digraph.out[node]:
            through = sum_ + keys[arc]
            if head not in digraph.closed and (head not in sums or through < sums[head]):
                sums[head] = through
                before[head] = (node, arc)
                heappush(heap, (through, head))
    return settled, before


def _entered(
    gate: Iterable[Passage], keys: Sequence[int], sums: Mapping[int, int], closed: Collection[int]
) -> dict[int, tuple[int, int, int]]:
    """Return the least sum behind a gate by the node reached, with the node and the arc come by."""
    entries: dict[int, tuple[int, int, int]] = {}
    for tail, head, arc in gate:
        if tail in sums and head not in closed:
            entry = (sums[tail] + keys[arc], tail, arc)
            if head not in entries or entry < entries[head]:
                entries[head] = entry
    return entries


@lru_cache(maxsize=8)
def _length_keys(network: Adjacency) -> list[int]:
    """Return keys that order paths by km, then by weight."""
    values = network.values
    return path_keys(network.graph.length_km, np.where(values.allowed, values.weight, 0.0))


def _foreign_keys(network: Adjacency, foreign: Mask) -> list[int]:
    """Return keys that order paths by weight, arcs of foreign links counted `MOST_FACTOR` times."""
    values, link = network.values, network.graph.link
    counted = np.where((link >= 0) & foreign[link], MOST_FACTOR, 1)
    return path_keys(np.where(values.allowed, values.weight * counted, 0.0))
