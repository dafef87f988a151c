"""The best routes from one origin to many destinations, by one search under the constraints that all share."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, lru_cache
from heapq import heapify, heappop, heappush
from math import inf
from typing import TYPE_CHECKING

from optimizer.language import noted
from optimizer.search import FREE, Digraph, distances_to_sink
from optimizer.trip import arc_sequences, digraph_of, limits_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from optimizer.adjacency import Adjacency
    from optimizer.search import Limit
    from optimizer.trip import Trip
    from optimizer.ways import Openings

SAME_PLACE = noted("same place")
NOT_CONNECTED = noted("not connected")
CONSTRAINED = noted("no route obeys every constraint")

HAIR = 1e-12
"""Relative: sums this near to a ceiling are left to the search that adds them up in its own order."""

Label = tuple[int, tuple[int, ...]]
"""Sum of keys and arcs of the best path to a node."""


class Fan:
    """The best paths of one trip's origin to many destinations, which stand in for the trip's own.

    One search finds the optimum of every destination under all constraints but limits. Where that optimum obeys the
    limits it is the answer, and where not even the least possible does there is none; only pairs in between are
    searched for one by one, and all pairs where what is minimized is no sum over arcs.
    """

    def __init__(self, trip: Trip, ends: Iterable[str], openings: Openings | None = None) -> None:
        self.trip = trip
        network, row_of = trip.network, trip.data.network.nodes.row_of
        self.digraph = digraph_of(trip)
        last_stage = self.digraph.source - network.graph.n_states
        states_of = network.graph.states_of
        self.targets = {end: [last_stage + state for state in states_of.get(row_of[end], ())] for end in ends}
        wanted = {target for targets in self.targets.values() for target in targets}
        self.labels: dict[int, Label] = {}
        self.ways = None if openings is None else openings.ways_from(self.digraph)
        digraph = self.digraph
        if openings is not None and self.ways is not None:
            # What sums leave open is searched for by keys among the best ways alone.
            wanted = {target for target in wanted if self.ways.is_tied[target]}
            digraph = openings.best_only(digraph, self.ways, wanted)
        if wanted:
            self.labels = best_labels(digraph, network.keys, wanted, has_free_arcs=_has_free_arcs(network))
        self.limits = limits_of(trip, turned(self.digraph)) if trip.is_sum and _is_limited(trip) else []

    def arcs_to(self, end: str) -> tuple[int, ...] | None:
        """Return the arcs of the best route to a node, the first of `arc_sequences`, or None where there is none."""
        labels = [label for target in self.targets[end] if (label := self._label(target)) is not None]
        if not labels or self._is_here(end):
            return None
        if not self.trip.is_sum:
            return next(arc_sequences(replace(self.trip, destination=end)), None)
        _, arcs = min(labels)
        if all(_spent(limit, arcs) < limit.most * (1.0 - HAIR) for limit in self.limits):
            return arcs
        if any(self._least(limit, end) > limit.most * (1.0 + HAIR) for limit in self.limits):
            return None
        return next(arc_sequences(replace(self.trip, destination=end)), None)

    def _label(self, target: int) -> Label | None:
        """Return the best path to a state, None where there is none."""
        ways = self.ways
        if ways is None or ways.is_tied[target]:
            return self.labels.get(target)
        if ways.sums[target] == inf:
            return None
        way: list[int] = []
        while (arc := int(ways.arc[target])) != FREE:
            way.append(arc)
            target = int(ways.before[target])
        keys = self.trip.network.keys
        return sum(keys[arc] for arc in way), tuple(reversed(way))

    def reason(self, end: str) -> str:
        """Return why there is no route to a node."""
        if self._is_here(end):
            return SAME_PLACE
        return CONSTRAINED if self._is_connected(end) else NOT_CONNECTED

    def _is_here(self, end: str) -> bool:
        """Say whether a trip to a node would never leave the origin."""
        return end == self.trip.origin and not replace(self.trip, destination=end).has_moves

    def _is_connected(self, end: str) -> bool:
        """Say whether a node can be reached without constraints; the vias of a round trip are part of the question."""
        if end != self.trip.origin:
            return bool(self.trip.constraints) and end in self._connected
        vias = [constraint for constraint in self.trip.constraints if constraint.kind == "via"]
        return next(arc_sequences(replace(self.trip, destination=end).keeping(vias)), None) is not None

    @cached_property
    def _connected(self) -> frozenset[str]:
        """Nodes to which there is a path from the origin without any constraint."""
        free = self.trip.keeping(())
        digraph, graph = digraph_of(free), free.network.graph
        hours = distances_to_sink(turned(digraph), free.network.time_h)
        nodes = free.data.network.nodes.text("node_id")
        return frozenset(
            str(nodes[node]) for state, node in enumerate(graph.state_node.tolist()) if hours[state] is not None
        )

    def _least(self, limit: Limit, end: str) -> float:
        """Return the least that any path to a node spends of what is limited."""
        return min(least for target in self.targets[end] if (least := limit.least[target]) is not None)


def best_labels(
    digraph: Digraph, keys: Sequence[int], wanted: Collection[int], *, has_free_arcs: bool
) -> dict[int, Label]:
    """Return, for each wanted node that can be reached, the best path from the source: the first of `loopless_paths`.

    Best is the smallest sum of keys, then the smallest sequence of arcs. Labels of (sum, arcs) leave the heap in this
    order, and as a longer path never comes before the one it goes on from, the first label of a node is its best.

    Two first steps of the source have no arc to be told apart by. Where free arcs, of key 0, lead from the one on to
    the other, the longer sequence may turn out the smaller one later on, so that each first step has a search of its
    own then. Without free arcs sums tell such paths apart by themselves, and one search does for all.

    Source: Dijkstra (1959), Numerische Mathematik 1:269, over labels in lexicographic order.
    """
    starts = [head for head, _ in digraph.out[digraph.source]]
    best: dict[int, Label] = {}
    for group in [[start] for start in starts] if has_free_arcs else [starts]:
        for node, label in _labels_from(digraph, keys, group, wanted).items():
            if node not in best or label < best[node]:
                best[node] = label
    return best


def _labels_from(
    digraph: Digraph, keys: Sequence[int], starts: Iterable[int], wanted: Collection[int]
) -> dict[int, Label]:
    """Return the best label of each wanted node that can be reached from one of `starts`."""
    out = digraph.out
    reached: list[int | None] = [None] * len(out)
    is_done = bytearray(len(out))
    for node in digraph.closed:
        is_done[node] = 1
    labels: dict[int, Label] = {}
    heap: list[tuple[int, tuple[int, ...], int]] = [(0, (), start) for start in starts]
    heapify(heap)
    while heap and len(labels) < len(wanted):
        key, arcs, node = heappop(heap)
        if is_done[node]:
            continue
        is_done[node] = 1
        if node in wanted:
            labels[node] = key, arcs
        for head, arc in out[node]:
            if not is_done[head]:
                through = key + keys[arc]
                known = reached[head]
                if known is None or through <= known:
                    reached[head] = through
                    heappush(heap, (through, arcs if arc == FREE else (*arcs, arc), head))
    return labels


def turned(digraph: Digraph) -> Digraph:
    """Return the digraph with every step turned, so that distances to its sink are those from the source."""
    return Digraph(digraph.into, digraph.out, digraph.sink, digraph.source, digraph.closed)


def _spent(limit: Limit, arcs: Sequence[int]) -> float:
    """Return how much of what is limited a path spends."""
    return sum(limit.values[arc] for arc in arcs)


def _is_limited(trip: Trip) -> bool:
    """Say whether a trip has a limit."""
    return bool(trip.ids("max time", "max cost"))


@lru_cache(maxsize=8)
def _has_free_arcs(network: Adjacency) -> bool:
    """Say whether an arc the commodity may use adds nothing to the sum of keys; the last few networks are kept."""
    return not all(network.keys[arc] for steps in network.out for _, arc in steps)
