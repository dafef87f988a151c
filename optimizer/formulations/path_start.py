"""Where a plan by the path form stands, and how the plan of a question much like it starts from there.

Between two questions capacities, costs and volumes may differ, links and transfers may be closed or new, demands may
come and go. The ways of the first plan that are still open are those known at first in the second, and the trees of
cheapest ways are mended where they changed. None of this is taken on trust: the optimum is proven anew, so that it is
that of a plan made from nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from network.model import Portable
from optimizer.formulations.led_search import pairs_of, stays_of
from optimizer.formulations.path_master import Seeds
from optimizer.formulations.question_move import GONE, Move, move_of
from optimizer.formulations.tree_search import Ground, TreeSearch, ground_of, weights_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_flow import Search
    from optimizer.formulations.path_master import Pairs, PathMaster, Stand
    from optimizer.formulations.priced_ways import Way
    from optimizer.resources import Rows

LOWER = 0
"""Code of a column at its lower limit."""


@dataclass(frozen=True, eq=False)
class Start(Portable):
    """Where a plan stands: its question, its pairs and the program over their ways, the prices that prove it.

    `search` is what its ways were found by, where that knows trees.
    """

    blocks: DemandBlocks
    pairs: Pairs
    stand: Stand
    price: Numbers
    search: TreeSearch | None = None

    @classmethod
    def of(cls, blocks: DemandBlocks, search: Search, master: PathMaster, price: Numbers) -> Start:
        """Return where a program stands after its last solve, proven by some prices."""
        return cls(blocks, search.pairs, master.stand(), price, search if isinstance(search, TreeSearch) else None)

    @cached_property
    def ground(self) -> Ground:
        """Trees of cheapest ways at the prices and bounds of what lies ahead, grown when first asked for."""
        if self.search is not None:
            return self.search.ground_at(self.price)
        return ground_of(self.blocks, self.price)

    @cached_property
    def weights(self) -> tuple[Rows, Numbers, Numbers]:
        """Kind of each block; by kind the weight of every arc and the use of every resource."""
        return weights_of(self.blocks)


def start_from(start: Start, blocks: DemandBlocks) -> tuple[TreeSearch, Mask, Seeds]:
    """Return a search from where another plan stands, the mask of demands that no way serves, and where to begin."""
    move = move_of(start.blocks, blocks)
    kind, weight, use = weights_of(blocks) if move.is_changed else start.weights
    search = TreeSearch.on(start.ground, move, blocks, kind, weight, use)
    if not move.is_changed and _carries_alike(start.blocks, blocks):
        # The same pairs have the same ways; only how much they carry may differ.
        volume = blocks.volume[start.pairs.demand]
        sums = np.bincount(start.pairs.pair, weights=volume, minlength=len(start.pairs)).astype(np.float64)
        pairs, stand = replace(start.pairs, volume=sums, demand_volume=volume), start.stand
        known = np.flatnonzero(np.isfinite(blocks.graph.resources.free[stand.resources]))
        seeds = Seeds(
            *(stand.pair, stand.ways, stand.cost, stand.columns),
            *(stand.resources[known], stand.resource_rows[known], stand.pairs, stand.pair_rows),
        )
    else:
        rows, base_of = _rows(blocks, start, move, search), _base_pairs(start, move)
        pairs = pairs_of(blocks, kind, rows)
        seeds = _seeds(blocks, start, move, pairs, weight, base_of)
    stays = stays_of(blocks, pairs)
    worth = np.where(blocks.must_carry, np.inf, blocks.unmet_cost)
    left = np.flatnonzero(stays)
    search.carry(pairs, blocks.block_of[left], blocks.destination[left], worth[left])
    return search, stays, seeds


def _carries_alike(base: DemandBlocks, blocks: DemandBlocks) -> bool:
    """Tell whether the same demands have a volume and may be left at the same cost."""
    has_volume = ((base.volume > 0.0) == (blocks.volume > 0.0)).all()
    return bool(has_volume) and np.array_equal(base.unmet_cost, blocks.unmet_cost, equal_nan=True)


def _rows(
    blocks: DemandBlocks, start: Start, move: Move, search: TreeSearch
) -> list[tuple[int, int, float, Way, Rows]]:
    """Return the pairs that a way serves, with the first way of the other plan where that is still open."""
    base_of = _base_pairs(start, move)
    kind, weight = search.kind, search.weight
    of_block = move.block[start.pairs.block]
    moved = _moved(start.pairs.way, _kind_of(kind, of_block), move, weight)
    rows: list[tuple[int, int, float, Way, Rows]] = []
    missing: list[int] = []
    for at, block in enumerate(blocks.blocks):
        for place, node in enumerate(block.destinations.tolist()):
            members = block.demands[(block.arrival == place) & (blocks.volume[block.demands] > 0.0)]
            if not len(members):
                continue
            known = base_of.get((at, node))
            found = None if known is None else moved[known]
            if found is None:
                missing.append(len(rows))
            way, total = found or ((), np.inf)
            rows.append((at, node, total, way, members))
    if missing:
        price = np.zeros(len(blocks.graph.resources))
        there = np.flatnonzero(move.resource != GONE)
        price[move.resource[there]] = start.price[there]
        opened = search.ways_to([rows[at][:2] for at in missing], price)
        for row, other in zip(missing, opened, strict=True):
            at, node, _, _, members = rows[row]
            if other is not None:
                rows[row] = (at, node, float(sum(weight[kind[at]][list(other)].tolist())), other, members)
    return [row for row in rows if row[3]]


def _base_pairs(start: Start, move: Move) -> dict[tuple[int, int], int]:
    """Return the pairs of the other plan by block and destination of this one."""
    blocks = move.block[start.pairs.block].tolist()
    return {key: at for at, key in enumerate(zip(blocks, start.pairs.destination.tolist(), strict=True))}


def _kind_of(kind: Rows, rows: Rows) -> Rows:
    """Return the kinds at some positions, `GONE` where that is the position."""
    found = np.full(len(rows), GONE)
    there = np.flatnonzero(rows != GONE)
    found[there] = kind[rows[there]]
    return found


def _moved(ways: Sequence[Way], kind: Rows, move: Move, weight: Numbers) -> list[tuple[Way, float] | None]:
    """Return ways, each of a kind of goods, in terms of another question with their weights, None where closed there.

    A kind of `GONE` is that of nothing any more.
    """
    length = np.array([len(way) for way in ways], dtype=np.int64)
    old = np.fromiter(chain.from_iterable(ways), dtype=np.int64, count=int(length.sum()))
    arcs = move.arc[old] if move.is_changed else old
    first = np.cumsum(length) - length
    of_kind = np.repeat(kind, length)
    there = (arcs != GONE) & (of_kind != GONE)
    each = np.full(len(arcs), np.inf)
    each[there] = weight[of_kind[there], arcs[there]]
    total = np.add.reduceat(each, first) if len(each) else np.zeros(0)
    listed, begins, sums = arcs.tolist(), first.tolist(), total.tolist()
    return [
        (tuple(listed[begin : begin + n]), weighs) if isfinite(weighs) else None
        for begin, n, weighs in zip(begins, length.tolist(), sums, strict=True)
    ]


def _seeds(
    blocks: DemandBlocks,
    start: Start,
    move: Move,
    pairs: Pairs,
    weight: Numbers,
    base_of: dict[tuple[int, int], int],
) -> Seeds:
    """Return the ways, rows and basis of the other plan that are of use."""
    stand = start.stand
    pair_of = np.full(len(start.pairs), GONE)
    for at, key in enumerate(zip(pairs.block.tolist(), pairs.destination.tolist(), strict=True)):
        if key in base_of:
            pair_of[base_of[key]] = at
    n_unmet = len(start.pairs.demand)
    codes_of = dict(zip(_demand_names(start.blocks, start.pairs), stand.columns[:n_unmet].tolist(), strict=True))
    unmet = [codes_of.get(name, LOWER) for name in _demand_names(blocks, pairs)]
    ways: list[tuple[int, Way]] = []
    cost: list[float] = []
    codes: list[int] = []
    seen = set(enumerate(pairs.way))
    of_pair = pair_of[stand.pair]
    moved = _moved(stand.ways, _kind_of(pairs.kind, of_pair), move, weight)
    for at, found, code in zip(of_pair.tolist(), moved, stand.columns[n_unmet:].tolist(), strict=True):
        if found is not None and (at, found[0]) not in seen:
            seen.add((at, found[0]))
            ways.append((at, found[0]))
            cost.append(found[1])
            codes.append(code)
    resource = move.resource[stand.resources]
    kept = np.flatnonzero(resource != GONE)
    kept = kept[np.isfinite(blocks.graph.resources.free[resource[kept]])]
    rows = np.flatnonzero(pair_of[stand.pairs] != GONE)
    return Seeds(
        np.array([at for at, _ in ways], dtype=np.int64),
        [way for _, way in ways],
        np.array(cost, dtype=np.float64),
        np.array([*unmet, *codes], dtype=np.int8),
        resource[kept],
        stand.resource_rows[kept],
        pair_of[stand.pairs[rows]],
        stand.pair_rows[rows],
    )


def _demand_names(blocks: DemandBlocks, pairs: Pairs) -> list[str]:
    ids = blocks.demand_ids
    return [ids[at] for at in pairs.demand.tolist()]
