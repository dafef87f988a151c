"""Searches for cheaper ways on large networks: one sweep of compiled shortest-path searches per kind of goods.

Every sweep searches from the origins of all blocks at weight plus prices, as far as any pair pays at present (E. W.
Dijkstra, *Numerische Mathematik* 1, 1959, by scipy's ``csgraph``). States are renumbered once so that neighbors lie
next to each other in memory (E. Cuthill, J. McKee, *Proceedings of the 24th national conference of the ACM*, 1969).
Its batches are independent of each other, so that any executor may share them out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.formulations.arc_weights import priced, weights_along, weights_of
from optimizer.formulations.pairing import pairs_of, stays_of
from optimizer.formulations.timed_ways import TimedBlocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor

    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_master import Cheaper, Pairs, TimeLeft
    from optimizer.formulations.priced_ways import Way
    from optimizer.graph import ArcGraph
    from optimizer.linear import Indices
    from optimizer.resources import Rows

CHEAPER = 1e-12
"""Share by which a way must be cheaper than all that are known, as sums are rounded."""
CELLS = 2**21
"""Distances (origins times states) held at a time: bounds what a batch takes to some 25 megabytes."""
SHARED_CELLS = 2**18
"""The same on an executor, so that there is a batch for each of its workers."""
LEAST_ORIGINS = 4
"""Origins that are searched together however large the network: laying out its weights costs as much as one."""
KEPT_CELLS = 2**22
"""Distances kept as potentials, which spare the verifier its search; beyond them it searches by itself."""
ROUNDING = 1e-9
"""Share by which a search goes beyond what is asked, so that no rounding hides a way."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """The graph as compiled searches want it: vertices with edges, of which no two join the same vertices.

    Vertices are the states, renumbered, and behind them one for every origin, from which its states are reached at no
    weight. Edges are sorted by tail and head.

    Attributes
    ----------
    rank
        Vertex of every state, shape (n_states,).
    source
        Vertex of every origin by node row.
    start, head
        Edges out of vertex v are ``start[v]:start[v + 1]``, with `head` alongside.
    key
        Tail times number of vertices plus head of every edge of states, ascending.
    arcs, first
        The arcs of edge e are ``arcs[first[e]:first[e + 1]]``: parallel ones share an edge.
    """

    rank: Rows
    source: dict[int, int]
    start: Indices
    head: Indices
    key: Rows
    arcs: Rows
    first: Rows

    @property
    def n_vertices(self) -> int:
        """Number of states and origins."""
        return len(self.start) - 1

    def weigh(self, weight: Numbers) -> tuple[Numbers, Rows]:
        """Return the weight of every edge and the arc of states that gives it: of parallel arcs the lightest one."""
        each = weight[self.arcs]
        if len(self.arcs) == len(self.first):
            least, chosen = each, self.arcs
        else:
            least = np.minimum.reduceat(each, self.first)
            edge = np.repeat(np.arange(len(self.first)), np.diff(self.first, append=len(self.arcs)))
            lightest = np.flatnonzero(each == least[edge])
            chosen = self.arcs[lightest[np.unique(edge[lightest], return_index=True)[1]]]
        return np.concatenate([least, np.zeros(len(self.head) - len(least))]), chosen


def lattice_of(graph: ArcGraph, origins: Iterable[int]) -> Lattice:
    """Return the lattice of a graph for searches from some nodes; loops are left out."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    n_states = graph.n_states
    kept = np.flatnonzero(graph.tail != graph.head)
    ends = (graph.tail[kept], graph.head[kept])
    near = csr_matrix((np.ones(len(kept)), ends), shape=(n_states, n_states))
    rank = np.arange(n_states)
    if len(kept):
        rank[reverse_cuthill_mckee(near, symmetric_mode=False)] = np.arange(n_states)
    starts = {origin: graph.states_of.get(origin, []) for origin in origins}
    source = {origin: n_states + at for at, origin in enumerate(starts)}
    n_vertices = n_states + len(starts)
    key = rank[ends[0]] * n_vertices + rank[ends[1]]
    order = np.argsort(key, kind="stable")
    key, first = np.unique(key[order], return_index=True)
    tail, head = np.divmod(key, n_vertices)
    from_source = [sorted(rank[states].tolist()) for states in starts.values()]
    n_out = np.concatenate([np.bincount(tail, minlength=n_states), [len(states) for states in from_source]])
    into = np.fromiter(chain.from_iterable(from_source), dtype=np.int64)
    return Lattice(
        rank=rank,
        source=source,
        start=np.concatenate([[0], np.cumsum(n_out)]).astype(np.int32),
        head=np.concatenate([head, into]).astype(np.int32),
        key=key,
        arcs=kept[order],
        first=first,
    )


@dataclass(frozen=True, eq=False)
class Batch:
    """Pairs of one kind of goods that are searched together.

    `source` holds the vertices to search from; of every pair `pair` is its position and `row` that of its source.
    ``end[at[k]:at[k + 1]]`` are the vertices in which the k-th pair arrives. `block` is that of every source.
    """

    kind: int
    source: Rows
    block: Rows
    pair: Rows
    row: Rows
    end: Rows
    at: Rows


class Swept(NamedTuple):
    """What a sweep found for a batch: the weight of each pair's cheapest way, and ways lighter than asked.

    `ways` holds them with the position of their pair in the batch. `distance` has a row per source and a column per
    state, where it is asked for.
    """

    least: Numbers
    ways: list[tuple[int, Way]]
    distance: Numbers | None


def sweep(
    lattice: Lattice, weight: Numbers, batch: Batch, limit: Numbers, keep: bool, farthest: float | None = None
) -> Swept:
    """Search from the sources of a batch, at weights by arc, for ways lighter than the limit of their pair.

    `farthest` is how far to search, None = as far as the limits say. Which of two equal ways is found may depend on it:
    where it is the same for all batches, how pairs are cut into batches makes no difference.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    value, chosen = lattice.weigh(weight)
    farthest = float(limit.max(initial=0.0)) * (1.0 + ROUNDING) if farthest is None else farthest
    size = (lattice.n_vertices, lattice.n_vertices)
    distance, before = dijkstra(
        csr_matrix((value, lattice.head, lattice.start), shape=size),
        indices=batch.source,
        return_predecessors=True,
        limit=farthest,
    )
    count = np.diff(batch.at)
    reached = distance[np.repeat(batch.row, count), batch.end]
    if len(reached) == len(count):
        least, end = reached, batch.end
    else:
        least = np.minimum.reduceat(reached, batch.at[:-1])
        pair = np.repeat(np.arange(len(count)), count)
        nearest = np.flatnonzero(reached == least[pair])
        if len(nearest) > len(count):
            # What arrives goes no further, not even at no weight: an end that is reached by way of another comes last.
            own = pair[nearest] * lattice.n_vertices
            is_onward = np.isin(own + before[batch.row[pair[nearest]], batch.end[nearest]], own + batch.end[nearest])
            nearest = nearest[np.lexsort((is_onward, pair[nearest]))]
        end = batch.end[nearest[np.unique(pair[nearest], return_index=True)[1]]]
    lighter = np.flatnonzero(least < limit * (1.0 - CHEAPER))
    before[np.arange(len(batch.source)), batch.source] = batch.source
    ways = _traced(lattice, chosen, before, batch.row[lighter], end[lighter])
    # Beyond the farthest nothing was searched: that much is known of it.
    seen = np.minimum(distance[:, lattice.rank], farthest) if keep else None
    return Swept(np.minimum(least, limit), list(zip(lighter.tolist(), ways, strict=True)), seen)


def _traced(lattice: Lattice, chosen: Rows, before: Indices, row: Rows, end: Rows) -> list[Way]:
    """Return the ways that end at some vertices, by the vertex before each one in the row of their source.

    Before a source is the source itself.
    """
    n_vertices, n_states = lattice.n_vertices, len(lattice.rank)
    if not len(end):
        return []
    # All ways go back a step at a time; one that has reached its source stays there.
    back, base = before.ravel(), row * n_vertices
    steps: list[Rows | Indices] = [end]
    while (vertex := back.take(base + steps[-1])).min() < n_states:
        steps.append(vertex)
    track = np.stack(steps[::-1], axis=1).astype(np.int64)
    tail, head = track[:, :-1], track[:, 1:]
    inside = tail < n_states
    arcs = chosen[np.searchsorted(lattice.key, tail[inside] * n_vertices + head[inside])].tolist()
    bounds = [0, *np.cumsum(inside.sum(axis=1)).tolist()]
    return [tuple(arcs[begin:after]) for begin, after in pairwise(bounds)]


class Found(NamedTuple):
    """Potentials that the last sweep of all blocks has seen, shape (n_blocks, n_states)."""

    distance: Numbers

    def potential(self) -> Numbers:
        """Return potentials of all states by block."""
        return self.distance


@dataclass(eq=False)
class SweepSearch:
    """Finds cheaper ways of all pairs by sweeps.

    `weight` is that of every arc by kind of goods, inf where it is closed (n_kinds, n_arcs), `use` what a unit takes
    (n_kinds, n_resources). `look` is what the last sweep has seen, None where that is too much to keep; `bare` what the
    first one has, without prices.
    """

    blocks: DemandBlocks
    kind: Rows
    weight: Numbers
    use: Numbers
    lattice: Lattice
    timed: TimedBlocks
    run: Callable[..., Iterable[Swept]]
    keeps: bool
    cells: int = CELLS
    pairs: Pairs = field(init=False)
    batches: list[Batch] = field(init=False)
    bare: Numbers | None = field(init=False, default=None)
    look: Found | None = field(init=False, default=None)

    def costs_of(self, pair: Rows, ways: Sequence[Way]) -> Numbers:
        """Return the weights of ways of some pairs, without prices."""
        return weights_along(ways, self.pairs.kind[pair], self.weight)

    def carry(self, pairs: Pairs) -> None:
        """Take up the pairs to carry."""
        self.pairs = pairs
        timed = self.timed.mask[pairs.block]
        plain = np.flatnonzero(~timed)
        self.batches = self.batches_of(plain, pairs.block[plain], pairs.destination[plain])

    def cheaper(self, price: Numbers, limit: Numbers, clock: TimeLeft) -> Cheaper:
        """Return what the cheapest way of each pair costs at prices, at most `limit`, and those below it by pair."""
        clock()
        weight = priced(self.blocks.graph.resources, self.weight, self.use, price)
        least = limit.copy()
        found: list[tuple[int, Way]] = []
        seen = np.zeros((len(self.blocks), self.blocks.graph.n_states)) if self.keeps else None
        for batch, swept in zip(self.batches, self._swept(self.batches, weight, limit), strict=True):
            clock()
            least[batch.pair] = swept.least
            found.extend((int(batch.pair[at]), way) for at, way in swept.ways)
            if seen is not None and swept.distance is not None:
                seen[batch.block] = swept.distance
        # What was far without prices is no nearer with them: that proves what stays behind for good.
        self.look = None if seen is None or self.bare is None else Found(np.maximum(seen, self.bare))
        if self.timed.mask.any():
            listed: list[list[float]] = weight.tolist()
            for at, (most, way) in self.timed.ways_of(self.pairs, limit, listed, clock).items():
                least[at] = most if way is None else way.weight
                if way is not None and way.weight < most * (1.0 - CHEAPER):
                    found.append((at, way.way))
        return least, found

    def first_ways(self, clock: TimeLeft) -> list[tuple[int, int, float, Way, Rows]]:
        """Return the pairs worth carrying where nothing is scarce: block, node, weight, way and demands of each."""
        blocks = self.blocks
        worth = np.where(blocks.must_carry, np.inf, blocks.unmet_cost)
        ends: list[tuple[int, int, Rows]] = []
        for at, block in enumerate(blocks.blocks):
            carried = blocks.volume[block.demands] > 0.0
            order = np.argsort(block.arrival, kind="stable")
            order = order[carried[order]]
            if not len(order):
                continue
            places, begin = np.unique(block.arrival[order], return_index=True)
            groups = np.split(block.demands[order], begin[1:])
            nodes = block.destinations[places].tolist()
            ends.extend((at, node, members) for node, members in zip(nodes, groups, strict=True))
        limit = np.array([worth[members].max() for *_, members in ends])
        block_of = np.array([at for at, *_ in ends], dtype=np.int64)
        node = np.array([node for _, node, _ in ends], dtype=np.int64)
        plain = np.flatnonzero(~self.timed.mask[block_of])
        batches = self.batches_of(plain, block_of[plain], node[plain])
        found: dict[int, tuple[float, Way]] = {}
        self.bare = np.zeros((len(blocks), blocks.graph.n_states)) if self.keeps else None
        for batch, swept in zip(batches, self._swept(batches, self.weight, limit), strict=True):
            clock()
            if self.bare is not None and swept.distance is not None:
                self.bare[batch.block] = swept.distance
            pair = batch.pair.tolist()
            found.update((pair[at], (float(swept.least[at]), way)) for at, way in swept.ways)
        for at in np.flatnonzero(self.timed.mask).tolist():
            clock()
            own = np.flatnonzero(block_of == at).tolist()
            weight = self.weight[self.kind[at]].tolist()
            ways = self.timed.ways_from(at, [(int(node[pair]), float(limit[pair])) for pair in own], weight)
            found.update(
                (pair, (ways[int(node[pair])].weight, ways[int(node[pair])].way))
                for pair in own
                if int(node[pair]) in ways
            )
        rows = []
        for pair, (at, place, members) in enumerate(ends):
            if pair in found:
                weight_of_way, way = found[pair]
                some = members[weight_of_way < worth[members]]
                if len(some):
                    rows.append((at, place, weight_of_way, way, some))
        return rows

    def _swept(self, batches: list[Batch], weight: Numbers, limit: Numbers) -> Iterable[Swept]:
        """Return what sweeps of batches find, in their order."""
        farthest = float(limit.max(initial=0.0)) * (1.0 + ROUNDING)
        asked = [(self.lattice, weight[one.kind], one, limit[one.pair], self.keeps, farthest) for one in batches]
        return self.run(sweep, *zip(*asked, strict=True)) if asked else ()

    def batches_of(self, pair: Rows, block: Rows, node: Rows) -> list[Batch]:
        """Return batches of pairs of some blocks and destinations that have states at both ends."""
        blocks, lattice = self.blocks, self.lattice
        states_of = blocks.graph.states_of
        has_ends = np.array([at in states_of for at in node.tolist()], dtype=np.bool_)
        starts = np.array([one.origin in states_of for one in blocks.blocks], dtype=np.bool_) & (len(lattice.key) > 0)
        some = np.flatnonzero(has_ends & starts[block])
        pair, block, node = pair[some], block[some], node[some]
        at_once = max(LEAST_ORIGINS, self.cells // lattice.n_vertices)
        batches = []
        for kind in np.unique(self.kind[block]).tolist():
            own = np.flatnonzero(self.kind[block] == kind)
            rows, which = np.unique(block[own], return_inverse=True)
            for begin in range(0, len(rows), at_once):
                part = rows[begin : begin + at_once]
                inside = np.flatnonzero((which >= begin) & (which < begin + at_once))
                ends = [states_of[end] for end in node[own[inside]].tolist()]
                batches.append(
                    Batch(
                        kind=kind,
                        source=np.array([lattice.source[blocks.blocks[at].origin] for at in part.tolist()]),
                        block=part,
                        pair=pair[own[inside]],
                        row=which[inside] - begin,
                        end=lattice.rank[np.fromiter(chain.from_iterable(ends), dtype=np.int64)],
                        at=np.concatenate([[0], np.cumsum([len(states) for states in ends])]),
                    )
                )
        return batches


def explore(blocks: DemandBlocks, clock: TimeLeft, executor: Executor | None = None) -> tuple[SweepSearch, Mask]:
    """Return a search with the pairs and their first ways, and the mask of demands that stay behind for good.

    Prices only lengthen ways: what is no cheaper to carry than to leave where nothing is scarce stays.

    Raises
    ------
    OutOfTimeError
        The time is up.
    """
    graph = blocks.graph
    kind, weight, use = weights_of(blocks)
    lattice = lattice_of(graph, dict.fromkeys(block.origin for block in blocks.blocks))
    keeps = executor is None and len(blocks) * graph.n_states <= KEPT_CELLS
    run: Callable[..., Iterable[Swept]] = map
    if executor is not None:
        from optimizer.formulations.spread_sweeps import Spread, Terrain

        run = Spread(executor, Terrain(lattice, weight), clock)
    cells = CELLS if executor is None else SHARED_CELLS
    search = SweepSearch(blocks, kind, weight, use, lattice, TimedBlocks.of(blocks), run, keeps, cells)
    pairs = pairs_of(blocks, kind, search.first_ways(clock))
    search.carry(pairs)
    return search, stays_of(blocks, pairs)
