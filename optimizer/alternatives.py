"""Alternatives: routes that differ from every better one, none of them far dearer or with a needless detour.

The rules are those of Abraham, Delling, Goldberg and Werneck (2013), "Alternative routes in road networks", ACM
Journal of Experimental Algorithmics 18:1.3, with bounds for freight; the choice among the routes that keep them is
greedy, best first, as in Chondrogiannis, Bouros, Gamper, Leser and Blumenthal (2020), "Finding k-shortest paths with
limited overlap", VLDB Journal 29:1023.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from heapq import heapify, heappop, heappush
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.adjacency import whole_numbers
from optimizer.labels import DIGITS
from optimizer.reach import NEAR
from optimizer.search import FREE
from optimizer.trip import digraph_of, keeps_limits, measure_usd, reach_of, route_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.adjacency import Adjacency
    from optimizer.graph import ArcGraph
    from optimizer.reach import Reach
    from optimizer.search import Digraph, Path, Step
    from optimizer.trip import Trip

MOST_SHARED = 0.5
"""Of the kilometers of a better route, what an alternative may share with it (limited overlap; on roads 0.8).

At half, routes by another trunk line or another sea are other routes; another crossing of the same border, or another
port of the same coast, is not.
"""

MOST_STRETCH = 2.0
"""Weight of an alternative at most, as a multiple of the best route's (bounded stretch; on roads 1.25).

Trains, ships and trucks weigh far more unequally than two roads do.
"""

STRETCHES = (1.08, 1.2, 1.4, MOST_STRETCH)
"""Stretches up to which alternatives are looked for one after the other, as the part of the network grows with them."""

LEAST_PARTED = 5_000
"""States of a network from which on alternatives come from parts of it; smaller ones are searched as a whole."""

LOCAL = 0.25
"""Every part of an alternative that weighs at most this share of the best route is itself a best way between its ends
(local optimality, as on roads): no detour that serves no other end than to be different."""

TIE = 10**9
"""Ways that differ by less than one part in this weigh the same, and neither is better, whatever money or time says."""


def alternatives(trip: Trip, best: tuple[int, ...], k: int) -> list[tuple[int, ...]]:
    """Return the arcs of a trip's best route and of up to k - 1 alternatives to it, best first.

    Candidates are the best routes through each arc ("single-via" routes), found from one tree of best ways out of the
    origin and one into the destination. In order of weight, a candidate is taken that

    - shares at most `MOST_SHARED` of the kilometers of each route taken before, and does not pass the same links,
    - weighs at most `MOST_STRETCH` times the best route, and
    - is locally optimal in all parts of up to `LOCAL` times the weight of the best route.

    Under limits, on a date, or where the 90th percentile of the time has a price, best routes are no longer made of
    best parts. Candidates are then also the fastest and the cheapest route through each arc, each locally optimal in
    the first measure (weight, hours, money) that finds it; those that break a limit are dropped, and all are put in
    order by what they really weigh.
    """
    graph = trip.network.graph
    # The last one is the link of `FREE`.
    link_of = [*graph.link.tolist(), -1]
    taken, overlaps = [best], [_Overlap(_km_by_link(graph, best), link_of)]

    def skip(there: _Tree, back: _Tree, tail: int, arc: int, head: int) -> bool:
        # Tens of thousands are asked about, so no generator.
        for overlap in overlaps:  # noqa: SIM110
            if overlap.is_beyond(there, back, tail, arc, head):
                return True
        return False

    for candidate in ranked(trip, best, skip, STRETCHES):
        if len(taken) == k:
            break
        km = _km_by_link(graph, candidate.arcs)
        if not any(_is_alike(km, overlap.km) for overlap in overlaps) and candidate.is_locally_optimal():
            taken.append(candidate.arcs)
            overlaps.append(_Overlap(km, link_of))
    return taken


def ranked(
    trip: Trip, best: tuple[int, ...], skip: Skip | None = None, stretches: Sequence[float] = (MOST_STRETCH,)
) -> Iterator[Candidate]:
    """Yield the single-via routes of a trip within stretch and limits, best first; `best` are the arcs of its best.

    Those that `skip` does not want are left out before their paths are put together. With several rising `stretches`
    the routes within the first come from the part of the network that can hold them, and so on: who stops early never
    pays for the rest.
    """
    network, digraph = trip.network, digraph_of(trip)
    if trip.is_sum and not trip.is_limited:
        reach = reach_of(trip, digraph) if network.graph.n_states >= LEAST_PARTED else None
        above: float = -1
        key, ties = sum(network.keys[arc] for arc in best), _tie_bits(network)
        for stretch in stretches if reach is not None else stretches[-1:]:
            part, most = digraph if reach is None else reach.part(reach.least * stretch), _share(key, stretch, ties)
            trees = _trees(part, network.keys, reach)
            yield from _through_arcs(part, network.keys, trees, above, most, ties, skip)
            above = most
        return
    most_usd = MOST_STRETCH * measure_usd(trip, route_of(trip, best)) * (1.0 + 1.0 / TIE)
    most_per_unit, hours, hour = most_usd / trip.quantity, trip.clock.travel_h, trip.price.hour
    least = [priced + hour * time_h for priced, time_h in zip(trip.priced, hours, strict=True)]
    # An adjustment below 0 makes room for more hours and money than the measure alone.
    binding = not trip.weights.calibration
    most_h, most_cost = (most_per_unit / per if per and binding else inf for per in (hour, trip.weights.cost))
    found: dict[tuple[int, ...], Candidate] = {}
    # No sum is larger than what the route really takes, as waits and risk only add to it.
    for values, most in ((least, most_per_unit), (hours, most_h), (network.cost_usd, most_cost)):
        for candidate in _through_arcs(digraph, values, _trees(digraph, values), -1, most, skip=skip):
            found.setdefault(candidate.arcs, candidate)
    ranked = []
    for arcs in found:
        if sum(least[arc] for arc in arcs) <= most_per_unit:
            route = route_of(trip, arcs)
            measure = measure_usd(trip, route)
            if measure <= most_usd and keeps_limits(trip, route):
                totals = (measure, route.cost_usd, route.time_h)
                ranked.append(([round(total, DIGITS) for total in totals], arcs))
    yield from (found[arcs] for _, arcs in sorted(ranked))


@lru_cache(maxsize=8)
def _tie_bits(network: Adjacency) -> int:
    """Return how many low bits of a key only break ties by money and time; 0 where nothing has a weight."""
    values = network.values
    weights = whole_numbers(np.where(values.allowed, values.weight, 0.0))
    return next(
        (key.bit_length() - own.bit_length() for key, own in zip(network.keys, weights, strict=False) if own), 0
    )


def _km_by_link(graph: ArcGraph, arcs: Sequence[int]) -> dict[int, float]:
    """Return the kilometers of the links of a path, by row."""
    rows = list(arcs)
    pairs = zip(graph.link[rows].tolist(), graph.length_km[rows].tolist(), strict=True)
    return {link: km for link, km in pairs if link >= 0}


def _is_alike(ours: dict[int, float], theirs: dict[int, float]) -> bool:
    """Say whether two routes share too many of the kilometers of the second, or all links, which may have no length."""
    shared_km = sum(km for link, km in ours.items() if link in theirs)
    return shared_km > MOST_SHARED * sum(theirs.values()) or ours.keys() == theirs.keys()


class _Tree(NamedTuple):
    """Best ways from or to a root: the weight of each node's way, and its last step (node before it, arc)."""

    key: dict[int, float]
    step: dict[int, Step]


def _tree(steps: list[list[Step]], root: int, keys: Sequence[float], closed: frozenset[int]) -> _Tree:
    """Return the tree of best ways from a root along `steps`. Dijkstra (1959)."""
    key: dict[int, float] = {root: 0}
    step: dict[int, Step] = {}
    done = set(closed)
    heap: list[tuple[float, int]] = [(0, root)]
    while heap:
        so_far, node = heappop(heap)
        if node in done:
            continue
        done.add(node)
        for head, arc in steps[node]:
            if head in done:
                continue
            through = so_far + keys[arc]
            known = key.get(head)
            if known is None or through < known:
                key[head] = through
                step[head] = (node, arc)
                heappush(heap, (through, head))
    return _Tree(key, step)


def _trees(digraph: Digraph, keys: Sequence[float], reach: Reach | None = None) -> tuple[_Tree, _Tree]:
    """Return the trees of best ways out of the source and into the sink, by the sums of a reach where they decide."""
    out_tree = into_tree = None
    if reach is not None:
        out_tree = _tree_by_sums(digraph.into, digraph.source, keys, reach.there, reach.values)
        into_tree = _tree_by_sums(digraph.out, digraph.sink, keys, reach.back, reach.values)
    return (
        out_tree or _tree(digraph.out, digraph.source, keys, digraph.closed),
        into_tree or _tree(digraph.into, digraph.sink, keys, digraph.closed),
    )


def _tree_by_sums(
    before: list[list[Step]], root: int, keys: Sequence[float], sums: Sequence[float], values: Sequence[float]
) -> _Tree | None:
    """Return the tree that `_tree` returns, from the steps back and the least sums of `values` from the root.

    Sums that are clearly least name the step to a node without a search, and keys decide near ties. None where steps
    of no value leave open which node comes first.
    """
    key: dict[int, float] = {root: 0}
    step: dict[int, Step] = {}
    nodes = [node for node, steps in enumerate(before) if steps and node != root]
    for node in sorted(nodes, key=sums.__getitem__):
        near = sums[node] * (1.0 + NEAR)
        best: tuple[float, float, int, int] | None = None
        for tail, arc in before[node]:
            if sums[tail] + values[arc] <= near:
                known = key.get(tail)
                if known is None:
                    return None
                # Of steps as good as each other the search keeps that from the node which it settles first.
                way = (known + keys[arc], known, tail, arc)
                if best is None or way < best:
                    best = way
        if best is not None:
            key[node] = best[0]
            step[node] = best[2:]
    return _Tree(key, step)


Skip = Callable[[_Tree, _Tree, int, int, int], bool]
"""Says of a tree out of the source and one into the sink, and the tail, arc and head of a step between them, whether
the route they make is not wanted."""


class _Overlap:
    """What routes share with one that was taken, known from their trees before they are put together."""

    def __init__(self, km: dict[int, float], link_of: Sequence[int]) -> None:
        self.km = km
        self._link_of = link_of
        # Sums in another order differ by rounding; what is near the limit is left to the sum in order.
        self._most_km = MOST_SHARED * sum(km.values()) * (1.0 + 1.0 / TIE)
        # By identity; each tree is kept along, so that no other one is mistaken for it.
        self._shared_km: dict[int, tuple[_Tree, dict[int, float]]] = {}

    def is_beyond(self, there: _Tree, back: _Tree, tail: int, arc: int, head: int) -> bool:
        """Say whether the route by the step from `tail` to `head` surely shares too many kilometers."""
        shared_km = self.km.get(self._link_of[arc], 0.0)
        for tree, node in ((there, tail), (back, head)):
            _, known = self._shared_km.get(id(tree)) or self._shared_km.setdefault(id(tree), (tree, {}))
            along = known.get(node)
            shared_km += self._along(tree, node, known) if along is None else along
        return shared_km > self._most_km

    def _along(self, tree: _Tree, node: int, known: dict[int, float]) -> float:
        """Return the kilometers that the tree's way to a node shares; each node's are worked out once."""
        way = []
        while node not in known and node in tree.step:
            way.append(node)
            node, _ = tree.step[node]
        shared_km = known.get(node, 0.0)
        for at in reversed(way):
            shared_km += self.km.get(self._link_of[tree.step[at][1]], 0.0)
            known[at] = shared_km
        return shared_km


class Candidate(NamedTuple):
    """The best route through the arc that stands at `via` on its path."""

    arcs: tuple[int, ...]
    path: Path
    via: int
    digraph: Digraph
    keys: Sequence[float]
    ties: int
    there: _Tree
    back: _Tree

    def is_locally_optimal(self) -> bool:
        """Say whether every part that weighs no more than the share `LOCAL` of the best route is a best way.

        Both sides of the arc at `via` are parts of a tree of best ways, so only parts that contain it can be worse.
        For each start the longest such part is tried: its own parts are then best too.
        """
        path, via = self.path, self.via
        most = _share(self.back.key[self.digraph.source], LOCAL, self.ties)
        nodes = [self.digraph.source, *(node for node, _ in path)]
        keys = [self.keys[arc] for _, arc in path]
        first, part = via, keys[via]
        while first > 0 and part + keys[first - 1] <= most:
            first -= 1
            part += keys[first]
        last = via + 1
        parts = []
        for start in range(first, via + 1):
            while last < len(path) and part + keys[last] <= most:
                part += keys[last]
                last += 1
            if part <= most:
                parts.append((nodes[start], nodes[last], _slightly_less(part, self.ties)))
            part -= keys[start]
        # Most detours are seen from the trees, so that few are left to be searched for.
        return not (
            any(self._has_way_along_trees(*part) for part in parts)
            or any(self._has_better_way(*part) for part in parts)
        )

    def _has_way_along_trees(self, start: int, end: int, than: float) -> bool:
        """Say whether the best way from `start` to the sink meets that from the source to `end` at less than `than`."""
        from_source, to_sink = self.there.key, self.back.key
        node, least = start, to_sink[start] - than
        passed = {start}
        while node != self.digraph.sink and to_sink[node] > least:
            node, _ = self.back.step[node]
            passed.add(node)
        node, least = end, from_source[end] - than
        while node not in passed:
            if node == self.digraph.source or from_source[node] <= least:
                return False
            node, _ = self.there.step[node]
        return to_sink[start] - to_sink[node] + from_source[end] - from_source[node] < than

    def _has_better_way(self, start: int, end: int, than: float) -> bool:
        """Say whether a way from `start` to `end` weighs less than `than`.

        A* with the triangle inequality over the two trees as lower bound (landmarks at source and sink: Goldberg and
        Harrelson 2005, SODA, 156-165).
        """
        keys, digraph = self.keys, self.digraph
        from_source, to_sink = self.there.key, self.back.key
        end_there, end_back = from_source[end], to_sink[end]
        best: dict[int, float] = {start: 0}
        heap: list[tuple[float, float, int]] = [(0, 0, start)]
        while heap:
            _, so_far, node = heappop(heap)
            if node == end:
                return True
            if so_far > best[node]:
                continue
            for head, arc in digraph.out[node]:
                on, off = to_sink.get(head), from_source.get(head)
                if on is None or off is None or head in digraph.closed:
                    continue
                key = so_far + keys[arc]
                bound = key + max(on - end_back, end_there - off, 0)
                if bound < than and key < best.get(head, than):
                    best[head] = key
                    heappush(heap, (bound, key, head))
        return False


def _share(key: float, factor: float, ties: int) -> float:
    """Return the largest key that weighs at most a multiple of another; whole numbers may be beyond any float."""
    if isinstance(key, int):
        return (((key >> ties) * round(100 * factor) // 100 + 1) << ties) - 1
    return key * factor * (1.0 + 1.0 / TIE)


def _slightly_less(key: float, ties: int) -> float:
    """Return a key that ways must fall below to weigh less than another."""
    if isinstance(key, int):
        weight = key >> ties
        return (weight - weight // TIE) << ties
    return key - key / TIE


def _through_arcs(
    digraph: Digraph,
    keys: Sequence[float],
    trees: tuple[_Tree, _Tree],
    above: float,
    most: float,
    ties: int = 0,
    skip: Skip | None = None,
) -> Iterator[Candidate]:
    """Yield the best path through each arc if it is loopless, each once, best first, of sums of keys in some range.

    The lowest `ties` bits of whole-number keys tell paths of the same weight apart. A path is that of every arc on the
    stretch where its two trees run along each other, and is told by the one arc of them that is in no way of the tree
    out of the source, or that enters the sink.
    """
    there, back = trees
    for tail, arc, head in _in_order(digraph, keys, trees, above, most):
        if skip is not None and skip(there, back, tail, arc, head):
            continue
        path: list[Step] = [(head, arc)]
        node = tail
        while node != digraph.source:
            before, by = there.step[node]
            path.append((node, by))
            node = before
        path.reverse()
        via, node = len(path) - 1, head
        while node != digraph.sink:
            after, by = back.step[node]
            path.append((after, by))
            node = after
        if len({node for node, _ in path}) == len(path):
            arcs = tuple(by for _, by in path if by != FREE)
            yield Candidate(arcs, tuple(path), via, digraph, keys, ties, there, back)


def _in_order(
    digraph: Digraph, keys: Sequence[float], trees: tuple[_Tree, _Tree], above: float, most: float
) -> Iterator[tuple[int, int, int]]:
    """Yield tail, arc and head of the step that tells each path, by the path's sum of keys, then by its lowest arc."""
    there, back = trees
    to_sink, sink = back.key, digraph.sink
    through = []
    for tail, so_far in there.key.items():
        for step in digraph.out[tail]:
            head, arc = step
            # A step of the tree tells no path of its own, but the last one.
            if head in to_sink and (head == sink or there.step.get(head) != (tail, arc)):
                total = so_far + keys[arc] + to_sink[head]
                if above < total <= most:
                    through.append((total, arc, tail, head))
    heapify(through)
    while through:
        total, arc, tail, head = heappop(through)
        if not through or through[0][0] != total:
            yield tail, arc, head
            continue
        tied = [(_first_arc(there, back, tail, arc), arc, tail, head)]
        while through and through[0][0] == total:
            _, arc, tail, head = heappop(through)
            tied.append((_first_arc(there, back, tail, arc), arc, tail, head))
        for _, arc, tail, head in sorted(tied):
            yield tail, arc, head


def _first_arc(there: _Tree, back: _Tree, tail: int, arc: int) -> int:
    """Return the lowest of the arcs whose path is that of `arc`: it and those before it along both trees."""
    first = arc
    while tail in there.step and back.step.get(tail, (0, FREE))[1] == arc:
        tail, arc = there.step[tail]
        if first == FREE or FREE != arc < first:
            first = arc
    return first
