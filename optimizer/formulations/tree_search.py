"""Searches for cheaper ways that mend the trees of another plan instead of looking at everything anew.

A way of a pair is of interest only below a limit: what the pair pays at present. So the search may keep within the
states that some way below the limit can pass: those whose distance from the origin and least weight to the destination
do not exceed it together (the bound of P. E. Hart, N. J. Nilsson, B. Raphael, *IEEE Transactions on Systems Science and
Cybernetics* 4, 1968, for all pairs of a block at once). The distances, with a limit less the least weight ahead as
their ceiling, are potentials: along every arc they rise by no more than it weighs at weight plus prices, which proves
the bound (7) without any search.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.formulations.led_search import CHEAPER, kinds_of
from optimizer.formulations.question_move import GONE
from optimizer.formulations.way_trees import NONE, Trees, bare_trees, regrown, reversed_star, star_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_master import Cheaper, Pairs, TimeLeft
    from optimizer.formulations.priced_ways import Way
    from optimizer.formulations.question_move import Move
    from optimizer.formulations.way_trees import Star
    from optimizer.resources import Resources, Rows


class Ground(NamedTuple):
    """What is known of the network around a plan.

    `trees` lead from the origin of each block, at weight plus prices. `ahead` lead to destinations at bare weights; the
    rows of `ends` tell which, by kind and node. All weights ahead are bounds from below, as prices only add to them.
    """

    trees: Trees
    ahead: Trees
    ends: dict[tuple[int, int], int]


class Look(NamedTuple):
    """What a search has mended of a ground: `rows` of its trees, their distances and ceilings (n_rows, n_states).

    `block` and `state` are the positions in the ground of the blocks and states of the question.
    """

    known: Numbers
    rows: Rows
    distance: Numbers
    ceiling: Numbers
    block: Rows
    state: Rows

    def potential(self) -> Numbers:
        """Return potentials of all states by block, shape (n_blocks, n_states)."""
        seen = self.known.copy()
        seen[self.rows] = np.minimum(self.distance, self.ceiling)
        parts = (self.block, self.state)
        sizes = zip(parts, seen.shape, strict=True)
        if all(len(part) == size and (part == np.arange(size)).all() for part, size in sizes):
            return seen
        return seen[np.ix_(*parts)]


@dataclass(eq=False)
class TreeSearch:
    """Finds cheaper ways of the pairs of a question on the ground of another one.

    Attributes
    ----------
    blocks, kind, weight, use
        The question; weight of every arc, inf where closed, and use of every resource by kind of goods.
    ground
        What is known, in the positions of the other question.
    row
        Row of each block in the trees of the ground.
    home
        Position of each arc in the ground, shape (n_arcs,).
    here, state_here
        Position in the question of each arc and state of the ground, `GONE` for what is closed.
    pairs
        The pairs to carry.
    block, node, left_worth
        Block and destination of the pairs, then of what stays behind, and what leaving a unit of that costs.
    before, end
        How far apart they were on the ground, and the rows of its ends where they end, once known.
    look
        What the last search has mended.
    """

    blocks: DemandBlocks
    kind: Rows
    weight: Numbers
    use: Numbers
    ground: Ground
    row: Rows
    home: Rows
    here: Rows
    state_home: Rows
    pairs: Pairs = field(init=False)
    block: Rows = field(init=False)
    node: Rows = field(init=False)
    left_worth: Numbers = field(init=False)
    look: Look | None = field(init=False, default=None)
    before: Numbers | None = field(init=False, default=None)
    end: Rows | None = field(init=False, default=None)

    @classmethod
    def on(
        cls, ground: Ground, move: Move, blocks: DemandBlocks, kind: Rows, weight: Numbers, use: Numbers
    ) -> TreeSearch:
        """Return the search for a question; where it has what the ground does not know, that is added to the ground."""
        graph = blocks.graph
        sizes = (len(blocks), graph.n_arcs, graph.n_states)
        row, home, state_home = (
            _turned(old, size) for old, size in zip((move.block, move.arc, move.state), sizes, strict=True)
        )
        is_known = all((part != GONE).all() for part in (row, home, state_home))
        if not is_known or not _ends_of(blocks, ground.trees.kind[row]).keys() <= ground.ends.keys():
            ground = _extended(ground, move, blocks, kind, weight, row, home, state_home)
            row, home, state_home = (np.arange(size) for size in sizes)
            return cls(blocks, kind, weight, use, ground, row, home, home, state_home)
        search = cls(blocks, kind, weight, use, ground, row, home, move.arc, state_home)
        if move.is_changed:
            search._lower_ahead()
        return search

    def carry(self, pairs: Pairs, block: Rows, node: Rows, worth: Numbers) -> None:
        """Take up the pairs to carry and, by block, destination and worth, what stays behind."""
        self.pairs = pairs
        self.block = np.concatenate([pairs.block, block])
        self.node = np.concatenate([pairs.destination, node])
        self.left_worth = worth

    @property
    def resources(self) -> Resources:
        """Everything with a capacity."""
        return self.blocks.graph.resources

    def cost_of(self, pair: int, way: Way) -> float:
        """Return the weight of a way of a pair, without prices."""
        return float(sum(self.weight[self.pairs.kind[pair]][list(way)].tolist()))

    def cheaper(self, price: Numbers, limit: Numbers, clock: TimeLeft) -> Cheaper:
        """Return what the cheapest way of each pair costs at prices, at most `limit`, and those below it by pair.

        Trees are mended where a pair pays more than its distance was, or where an arc that became cheaper offers a
        shorter way. All others prove as they are that their pairs have no cheaper way.
        """
        clock()
        known, n_pairs = self.ground.trees, len(limit)
        weight = self._weight_at(price)
        # What stays behind is looked at too, so that its potentials say so.
        limit = np.concatenate([limit, self.left_worth])
        row = self.row[self.block]
        if self.before is None:
            self.before = self._reached(known, row, self.node)[0]
        is_mended = np.zeros(len(known.kind), dtype=np.bool_)
        is_mended[row[limit > self.before * (1.0 + CHEAPER)]] = True
        fallen = np.flatnonzero((weight < known.weight).any(axis=0))
        offered = known.distance[:, known.star.tail[fallen]] + weight[:, fallen][known.kind]
        is_mended |= (offered < known.distance[:, known.star.head[fallen]]).any(axis=1)
        rows = np.flatnonzero(is_mended)
        ceiling = self._ceiling(limit, rows)
        trees = regrown(known.some(rows), weight, ceiling=ceiling)
        self.look = Look(known.distance, rows, trees.distance, ceiling, self.row, self.state_home)
        place = np.full(len(is_mended), GONE)
        place[rows] = np.arange(len(rows))
        seen = np.flatnonzero(is_mended[row])
        least = limit.copy()
        tree = place[row[seen]]
        distance, nearest = self._reached(trees, tree, self.node[seen])
        least[seen] = np.minimum(distance, limit[seen])
        found = [
            (int(seen[at]), self._way(trees, int(tree[at]), int(nearest[at])))
            for at in np.flatnonzero(distance < limit[seen] * (1.0 - CHEAPER)).tolist()
        ]
        return least[:n_pairs], found

    def ways_to(self, ends: Sequence[tuple[int, int]], price: Numbers) -> list[Way | None]:
        """Return the cheapest ways at prices of some pairs of block and destination, None where there is none."""
        rows, at = np.unique(self.row[[block for block, _ in ends]], return_inverse=True)
        trees = regrown(self.ground.trees.some(rows), self._weight_at(price))
        least, nearest = self._reached(trees, at, np.array([node for _, node in ends], dtype=np.int64))
        return [
            self._way(trees, row, state) if np.isfinite(weight) else None
            for row, state, weight in zip(at.tolist(), nearest.tolist(), least.tolist(), strict=True)
        ]

    def ground_at(self, price: Numbers) -> Ground:
        """Return the ground of the question itself, its trees grown in full at some prices."""
        ground = self.ground
        trees = regrown(ground.trees, self._weight_at(price))
        parts = (self.row, self.home, self.state_home)
        sizes = (len(trees.kind), trees.weight.shape[1], len(trees.star.n_out))
        if all(len(part) == size and (part == np.arange(size)).all() for part, size in zip(parts, sizes, strict=True)):
            return Ground(trees, ground.ahead, ground.ends)
        star = star_of(self.blocks.graph)
        ends = _ends_of(self.blocks, self.kind)
        kinds = _kinds_home(self.kind, trees.kind[self.row], len(self.weight))
        end_row = np.array([ground.ends[int(kinds[kind]), node] for kind, node in ends], dtype=np.int64)
        end_kind = np.array([kind for kind, _ in ends], dtype=np.int64)
        around = (kinds, self.home, self.here, self.state_home)
        own, _ = _carried(trees, star, self.kind, self.row, *around)
        ahead, _ = _carried(ground.ahead, reversed_star(star), end_kind, end_row, *around)
        return Ground(own, ahead, ends)

    def _weight_at(self, price: Numbers) -> Numbers:
        """Return weight plus prices of every arc of the ground by kind; a kind that nothing is of stays as it was."""
        trees = self.ground.trees
        of_kind = _kinds_home(trees.kind[self.row], self.kind, len(trees.weight))
        priced_here = priced(self.resources, self.weight, self.use, price)
        # What is gone, position -1, takes the last column.
        closed = np.full((len(priced_here), 1), np.inf)
        weight = np.hstack([priced_here, closed])[of_kind].take(self.here, axis=1, mode="wrap")
        weight[of_kind == GONE] = trees.weight[of_kind == GONE]
        return weight

    def _ceiling(self, limit: Numbers, rows: Rows) -> Numbers:
        """Return the limit less the least weight ahead, the largest of all pairs of each row, at least 0."""
        ground = self.ground
        ceiling = np.zeros((len(rows), ground.trees.distance.shape[1]))
        place = np.full(len(ground.trees.kind), GONE)
        place[rows] = np.arange(len(rows))
        at = place[self.row[self.block]]
        some = np.flatnonzero(at != GONE)
        if self.end is None:
            kinds = ground.trees.kind[self.row[self.block]].tolist()
            ends = [ground.ends[key] for key in zip(kinds, self.node.tolist(), strict=True)]
            self.end = np.array(ends, dtype=np.int64)
        # Pairs of a row take turns, so that no two of a turn write to the same row.
        while len(some):
            first = np.unique(at[some], return_index=True)[1]
            turn = some[first]
            above = limit[turn, None] - ground.ahead.distance[self.end[turn]]
            ceiling[at[turn]] = np.maximum(ceiling[at[turn]], above)
            some = np.delete(some, first)
        return ceiling

    def _reached(self, trees: Trees, rows: Rows, nodes: Rows) -> tuple[Numbers, Rows]:
        """Return how far nodes are in some rows of trees, and the states of the ground in which they are reached."""
        states_of = self.blocks.graph.states_of
        least, nearest = np.full(len(rows), np.inf), np.zeros(len(rows), dtype=np.int64)
        states = [states_of.get(node, []) for node in nodes.tolist()]
        count = np.array([len(part) for part in states], dtype=np.int64)
        some = np.flatnonzero(count)
        if len(some):
            at = np.repeat(np.arange(len(rows)), count)
            every = self.state_home[np.fromiter(chain.from_iterable(states), dtype=np.int64)]
            distance = trees.distance[rows[at], every]
            order = np.lexsort((distance, at))
            first = order[(np.cumsum(count) - count)[some]]
            least[some], nearest[some] = distance[first], every[first]
        return least, nearest

    def _way(self, trees: Trees, row: int, state: int) -> Way:
        """Return the way of a row of trees to a state of the ground, in arcs of the question."""
        return tuple(self.here[list(trees.way_to(row, state))].tolist())

    def _lower_ahead(self) -> None:
        """Lower the weights ahead where arcs have become cheaper without prices."""
        ahead = self.ground.ahead
        weight = ahead.weight.copy()
        of_kind = dict(zip(self.ground.trees.kind[self.row].tolist(), self.kind.tolist(), strict=True))
        for old, new in of_kind.items():
            weight[old, self.home] = np.minimum(weight[old, self.home], self.weight[new])
        if (weight < ahead.weight).any():
            self.ground = self.ground._replace(ahead=regrown(ahead, weight))


def weights_of(blocks: DemandBlocks) -> tuple[Rows, Numbers, Numbers]:
    """Return the kind of each block; by kind the weight of every arc, inf where closed, and the use of resources."""
    kind, examples = kinds_of(blocks)
    graph = blocks.graph
    weight = np.full((len(examples), graph.n_arcs), np.inf)
    use = np.zeros((len(examples), len(graph.resources)))
    for row, at in enumerate(examples):
        block = blocks.blocks[at]
        weight[row, block.arcs] = block.values.weight[block.arcs]
        use[row] = block.use
    return kind, weight, use


def priced(resources: Resources, weight: Numbers, use: Numbers, price: Numbers) -> Numbers:
    """Return weight + Σ use·price of every arc by kind."""
    drawn = np.flatnonzero(price[resources.resource])
    every = weight.copy()
    if len(drawn):
        drawn = drawn[np.argsort(resources.arc[drawn], kind="stable")]
        arcs, first = np.unique(resources.arc[drawn], return_index=True)
        resource = resources.resource[drawn]
        every[:, arcs] += np.add.reduceat(use[:, resource] * price[resource], first, axis=1)
    return every


def ground_of(blocks: DemandBlocks, price: Numbers) -> Ground:
    """Return the ground of a question at prices, grown from nothing."""
    kind, weight, use = weights_of(blocks)
    graph = blocks.graph
    star, ends = star_of(graph), _ends_of(blocks, kind)
    end_kind = np.array([kind for kind, _ in ends], dtype=np.int64)
    trees, ahead = bare_trees(star, kind, len(weight)), bare_trees(reversed_star(star), end_kind, len(weight))
    return Ground(
        regrown(trees, priced(graph.resources, weight, use, price), planted=_origins(blocks)),
        regrown(ahead, weight, planted=_planted_ends(blocks, ends)),
        ends,
    )


def _extended(
    ground: Ground,
    move: Move,
    blocks: DemandBlocks,
    kind: Rows,
    weight: Numbers,
    row: Rows,
    home: Rows,
    state_home: Rows,
) -> Ground:
    """Return the ground in the positions of a question that has more arcs, states, blocks or destinations."""
    star, ends = star_of(blocks.graph), _ends_of(blocks, kind)
    known = np.flatnonzero(row != GONE)
    kinds = _kinds_home(kind[known], ground.trees.kind[row[known]], len(weight))
    end_kind = np.array([of_kind for of_kind, _ in ends], dtype=np.int64)
    end_row = np.array([ground.ends.get((int(kinds[of_kind]), node), GONE) for of_kind, node in ends], dtype=np.int64)
    around = (kinds, home, move.arc, state_home)
    trees, lost = _carried(ground.trees, star, kind, row, *around)
    ahead, _ = _carried(ground.ahead, reversed_star(star), end_kind, end_row, *around)
    # Least weights ahead must not exceed what lay ahead before: the trees that are there were grown at those weights.
    return Ground(
        regrown(trees, trees.weight, planted=_origins(blocks), lost=lost),
        regrown(ahead, np.minimum(ahead.weight, weight), planted=_planted_ends(blocks, ends)),
        ends,
    )


def _carried(
    trees: Trees, star: Star, kind: Rows, row: Rows, kinds: Rows, home: Rows, here: Rows, state_home: Rows
) -> tuple[Trees, Rows]:
    """Return trees in the positions of another question, and the places whose last arc is lost.

    `row`, `kinds`, `home` and `state_home` are the old positions of trees, kinds, arcs and states, `GONE` for new ones;
    `here` the new positions of arcs.
    """
    weight = np.full((len(kinds), len(home)), np.inf)
    shape = (len(row), len(state_home))
    distance, last = np.full(shape, np.inf), np.full(shape, NONE)
    of_kind, of_arc = np.flatnonzero(kinds != GONE), np.flatnonzero(home != GONE)
    weight[np.ix_(of_kind, of_arc)] = trees.weight[np.ix_(kinds[of_kind], home[of_arc])]
    of_row, of_state = np.flatnonzero(row != GONE), np.flatnonzero(state_home != GONE)
    old = np.ix_(row[of_row], state_home[of_state])
    distance[np.ix_(of_row, of_state)] = trees.distance[old]
    old_last = trees.last[old]
    new_last = np.where(old_last == NONE, NONE, here[old_last])
    last[np.ix_(of_row, of_state)] = new_last
    at, state = np.nonzero((old_last != NONE) & (new_last == GONE))
    return Trees(star, kind, weight, distance, last), of_row[at] * shape[1] + of_state[state]


def _turned(old: Rows, size: int) -> Rows:
    """Return old positions by new ones, `GONE` for what is new, from new ones by old ones."""
    turned = np.full(size, GONE)
    kept = np.flatnonzero(old != GONE)
    turned[old[kept]] = kept
    return turned


def _kinds_home(kind: Rows, old_kind: Rows, n_kinds: int) -> Rows:
    """Return the old kind of every kind from those of blocks, `GONE` for a new one."""
    kinds = np.full(n_kinds, GONE)
    kinds[kind] = old_kind
    return kinds


def _ends_of(blocks: DemandBlocks, kind: Rows) -> dict[tuple[int, int], int]:
    """Return numbers for the kinds of goods with the nodes they go to."""
    ends: dict[tuple[int, int], int] = {}
    for of_block, block in zip(kind.tolist(), blocks.blocks, strict=True):
        for node in block.destinations.tolist():
            ends.setdefault((of_block, node), len(ends))
    return ends


def _origins(blocks: DemandBlocks) -> Rows:
    """Return the places in which the blocks start, as block times states plus state."""
    states_of, n_states = blocks.graph.states_of, blocks.graph.n_states
    places = [
        at * n_states + state for at, block in enumerate(blocks.blocks) for state in states_of.get(block.origin, ())
    ]
    return np.array(places, dtype=np.int64)


def _planted_ends(blocks: DemandBlocks, ends: dict[tuple[int, int], int]) -> Rows:
    """Return the places in which ends lie, as row times states plus state."""
    states_of, n_states = blocks.graph.states_of, blocks.graph.n_states
    places = [at * n_states + state for (_, node), at in ends.items() for state in states_of.get(node, ())]
    return np.array(places, dtype=np.int64)
