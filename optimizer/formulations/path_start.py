"""Where a plan by the path form stands, and how the plan of a question much like it starts from there.

Between two questions capacities, costs and volumes may differ, links and transfers may be closed or new, demands may
come and go. The ways of the first plan that are still open are those known at first in the second, and only where the
distances of the first prove too little is the network swept anew. None of this is taken on trust: the optimum is proven
anew, so that it is that of a plan made from nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.model import Portable
from optimizer.formulations.arc_weights import priced, weights_along, weights_of
from optimizer.formulations.known_search import Known, KnownSearch, ways_to
from optimizer.formulations.pairing import pairs_of, stays_of
from optimizer.formulations.path_master import Seeds
from optimizer.formulations.question_move import GONE, Move, move_of
from optimizer.formulations.sweep_search import KEPT_CELLS, Lattice, SweepSearch, lattice_of
from optimizer.formulations.timed_ways import TimedBlocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_flow import Proof, Search
    from optimizer.formulations.path_master import Pairs, PathMaster, Stand
    from optimizer.formulations.priced_ways import Way
    from optimizer.linear import Codes
    from optimizer.resources import Rows

LOWER, BASIC = 0, 1
"""Codes of a column at its lower limit, and of what is basic."""


@dataclass(frozen=True, eq=False)
class Start(Portable):
    """Where a plan stands: its question, its pairs and the program over their ways, the prices that prove it.

    `potential` are the distances of all states at these prices by block, (n_blocks, n_states), where they are known.
    """

    blocks: DemandBlocks
    pairs: Pairs
    stand: Stand
    price: Numbers
    potential: Numbers | None = None

    @classmethod
    def of(cls, blocks: DemandBlocks, search: Search, master: PathMaster, best: Proof) -> Start:
        """Return where a program stands after its last solve, proven by some prices."""
        potential = None if best.look is None else best.look.potential()
        return cls(blocks, search.pairs, master.stand(), best.price, potential)

    @cached_property
    def weights(self) -> tuple[Rows, Numbers, Numbers]:
        """Kind of each block; by kind the weight of every arc and the use of every resource."""
        return weights_of(self.blocks)

    @cached_property
    def lattice(self) -> Lattice:
        """The network as sweeps want it."""
        return _lattice_of(self.blocks)

    @cached_property
    def known(self) -> Known:
        """What is known of the network at the prices."""
        kind, weight, use = self.weights
        priced_weight = priced(self.blocks.graph.resources, weight, use, self.price)
        if self.potential is None:
            return Known(np.zeros((len(self.blocks), self.blocks.graph.n_states)), priced_weight, kind)
        return Known(self.potential, priced_weight, kind)


def start_from(start: Start, blocks: DemandBlocks) -> tuple[Search, Mask, Seeds]:
    """Return a search from where another plan stands, the mask of demands that no way serves, and where to begin."""
    move = move_of(start.blocks, blocks)
    graph = blocks.graph
    kind, weight, use = start.weights if blocks.blocks is start.blocks.blocks else weights_of(blocks)
    lattice = _lattice_of(blocks) if move.is_changed else start.lattice
    sweeps = SweepSearch(blocks, kind, weight, use, lattice, TimedBlocks.of(blocks), map, keeps=False)
    if not move.is_changed and _carries_alike(start.blocks, blocks) and _ways_stay(start, blocks, weight):
        pairs, seeds = _alike(start, blocks, weight)
    else:
        rows, base_of = _rows(blocks, start, move, sweeps), _base_pairs(start, move)
        pairs = pairs_of(blocks, kind, rows)
        seeds = _seeds(blocks, start, move, pairs, weight, base_of)
    stays = stays_of(blocks, pairs)
    if len(blocks) * graph.n_states > KEPT_CELLS:
        sweeps.carry(pairs)
        return sweeps, stays, seeds
    known = start.known.moved(move, blocks, kind) if move.is_changed else start.known
    search = KnownSearch(sweeps, known)
    worth = np.where(blocks.must_carry, np.inf, blocks.unmet_cost)
    left = np.flatnonzero(stays)
    search.carry(pairs, blocks.block_of[left], blocks.destination[left], worth[left])
    return search, stays, seeds


def _lattice_of(blocks: DemandBlocks) -> Lattice:
    """Return the lattice of a question."""
    return lattice_of(blocks.graph, dict.fromkeys(block.origin for block in blocks.blocks))


def _ways_stay(start: Start, blocks: DemandBlocks, weight: Numbers) -> bool:
    """Tell whether ways and what stays behind are the same in a question that has the same arcs.

    What was no cheaper to carry than to leave stays so where nothing has become cheaper.
    """
    if blocks.limited_ids and not np.array_equal(blocks.graph.time_h, start.blocks.graph.time_h):
        return False
    before = start.weights[1]
    is_all_carried = len(start.pairs.demand) == np.count_nonzero(blocks.volume > 0.0)
    return weight is before or is_all_carried or bool((weight >= before).all())


def _alike(start: Start, blocks: DemandBlocks, weight: Numbers) -> tuple[Pairs, Seeds]:
    """Return the same pairs with the same ways; only how much they carry and what they weigh may differ."""
    stand, pairs = start.stand, start.pairs
    volume = blocks.volume[pairs.demand]
    sums = np.bincount(pairs.pair, weights=volume, minlength=len(pairs)).astype(np.float64)
    first_cost, cost = pairs.cost, stand.cost
    if weight is not start.weights[1]:
        first_cost = weights_along(pairs.way, pairs.kind, weight)
        cost = weights_along(stand.ways, pairs.kind[stand.pair], weight)
    known = np.flatnonzero(np.isfinite(blocks.graph.resources.free[stand.resources]))
    seeds = Seeds(
        *(stand.pair, stand.ways, cost, stand.columns),
        *(stand.resources[known], stand.resource_rows[known]),
        *_one_at_least(len(known), stand.pairs, stand.pair_rows, len(pairs)),
    )
    return replace(pairs, cost=first_cost, volume=sums, demand_volume=volume), seeds


def _one_at_least(n_rows: int, pair_rows: Rows, codes: Codes, n_pairs: int) -> tuple[Rows, Codes]:
    """Return rows of pairs with their codes, one where there is none beside so many other rows.

    First ways may be dearer now than others or than to stay behind: only a program with a row is solved.
    """
    if n_rows or len(pair_rows) or not n_pairs:
        return pair_rows, codes
    return np.zeros(1, dtype=np.int64), np.array([BASIC], dtype=np.int8)


def _carries_alike(base: DemandBlocks, blocks: DemandBlocks) -> bool:
    """Tell whether the same demands have a volume and may be left at the same cost."""
    has_volume = ((base.volume > 0.0) == (blocks.volume > 0.0)).all()
    return bool(has_volume) and np.array_equal(base.unmet_cost, blocks.unmet_cost, equal_nan=True)


def _rows(
    blocks: DemandBlocks, start: Start, move: Move, sweeps: SweepSearch
) -> list[tuple[int, int, float, Way, Rows]]:
    """Return the pairs that a way serves, with the first way of the other plan where that is still open."""
    base_of = _base_pairs(start, move)
    kind, weight = sweeps.kind, sweeps.weight
    of_block = move.block[start.pairs.block]
    moved = _moved(start.pairs.way, _kind_of(kind, of_block), move, weight, _late(blocks, of_block))
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
        opened = ways_to(sweeps, [rows[at][:2] for at in missing], price)
        for position, other in opened.items():
            at, node, _, _, members = rows[missing[position]]
            total = float(sum(weight[kind[at]][list(other)].tolist()))
            rows[missing[position]] = (at, node, total, other, members)
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


class Late(NamedTuple):
    """Hours of every arc (n_arcs,), and the hours that each of some ways may take, inf for any (n_ways,)."""

    time_h: Numbers
    most_h: Numbers


def _late(blocks: DemandBlocks, block: Rows) -> Late | None:
    """Return the deadlines of ways of some blocks, `GONE` among them; None where no block has one."""
    if not blocks.limited_ids:
        return None
    most_h = np.array([*(own.most_h for own in blocks.blocks), np.inf])
    return Late(blocks.graph.time_h, most_h[block])


def _moved(
    ways: Sequence[Way], kind: Rows, move: Move, weight: Numbers, late: Late | None
) -> list[tuple[Way, float] | None]:
    """Return ways, each of a kind of goods, in terms of another question with their weights.

    None stands for those that are closed there, or take too long: hours may have changed. A kind of `GONE` is that of
    nothing any more.
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
    if late is not None and len(each):
        hours = np.where(there, late.time_h[np.where(there, arcs, 0)], 0.0)
        total[np.add.reduceat(hours, first) > late.most_h] = np.inf
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
    of_block = np.append(pairs.block, GONE)[of_pair]
    moved = _moved(stand.ways, _kind_of(pairs.kind, of_pair), move, weight, _late(blocks, of_block))
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
    pair_rows, row_codes = _one_at_least(len(kept), pair_of[stand.pairs[rows]], stand.pair_rows[rows], len(pairs))
    return Seeds(
        np.array([at for at, _ in ways], dtype=np.int64),
        [way for _, way in ways],
        np.array(cost, dtype=np.float64),
        np.array([*unmet, *codes], dtype=np.int8),
        resource[kept],
        stand.resource_rows[kept],
        pair_rows,
        row_codes,
    )


def _demand_names(blocks: DemandBlocks, pairs: Pairs) -> list[str]:
    ids = blocks.demand_ids
    return [ids[at] for at in pairs.demand.tolist()]
