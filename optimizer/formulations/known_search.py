"""Searches for cheaper ways that begin with what another plan knows of the network.

A plan leaves distances behind: from the origin of every block to all states, at the weights plus prices that prove it.
As long as no arc offers a shorter way than that, and no pair pays more than its distance, they prove as they are that
no way is cheaper: weak duality of shortest paths (R. K. Ahuja, T. L. Magnanti, J. B. Orlin, *Network Flows*, 1993,
section 9.4). Only arcs that have become cheaper can offer one. So only blocks where one does, or where a pair pays
more, are swept anew (`optimizer.formulations.sweep_search`), and what a sweep has seen takes the place of what was
known. An arc that closes only lengthens ways, so that distances remain bounds when links are closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimizer.formulations.arc_weights import priced
from optimizer.formulations.path_master import ranges
from optimizer.formulations.question_move import GONE
from optimizer.formulations.sweep_search import CHEAPER, ROUNDING, Batch, Found, SweepSearch, sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_master import Cheaper, Pairs, TimeLeft
    from optimizer.formulations.priced_ways import Way
    from optimizer.formulations.question_move import Move
    from optimizer.resources import Rows

MOST_SEEN = 8
"""Times of which is kept what was seen; beyond them the blocks seen longest ago are swept anew."""


@dataclass(frozen=True, eq=False)
class Known:
    """Distances from the origin of every block, (n_blocks, n_states), and the weight of arcs they hold for.

    `weight` is that of every arc by kind of goods, prices included, (n_kinds, n_arcs), and `kind` that of each block.
    """

    distance: Numbers
    weight: Numbers
    kind: Rows

    def moved(self, move: Move, blocks: DemandBlocks, kind: Rows) -> Known:
        """Return the same in the positions of another question, whose blocks are of some kinds.

        Of a new block nothing is known but that no distance is below 0. A new state is out of reach, unless the block
        starts there, and a new arc closed, until a cheaper way leads over them.
        """
        graph = blocks.graph
        n_kinds, n_arcs, n_states = int(kind.max(initial=-1)) + 1, graph.n_arcs, graph.n_states
        row, home, state = (
            _turned(old, size) for old, size in ((move.block, len(kind)), (move.arc, n_arcs), (move.state, n_states))
        )
        rows, arcs, states = (np.flatnonzero(old != GONE) for old in (row, home, state))
        distance = np.zeros((len(kind), n_states))
        distance[rows] = np.inf
        distance[np.ix_(rows, states)] = self.distance[np.ix_(row[rows], state[states])]
        for at, block in enumerate(blocks.blocks):
            distance[at, graph.states_of.get(block.origin, [])] = 0.0
        kinds = np.full(n_kinds, GONE)
        kinds[kind[rows]] = self.kind[row[rows]]
        of_kind = np.flatnonzero(kinds != GONE)
        weight = np.full((n_kinds, n_arcs), np.inf)
        weight[np.ix_(of_kind, arcs)] = self.weight[np.ix_(kinds[of_kind], home[arcs])]
        return Known(distance, weight, kind)


@dataclass(eq=False)
class KnownSearch:
    """Finds cheaper ways of all pairs, and sweeps only the blocks of which not enough is known.

    Attributes
    ----------
    sweeps
        The search by sweeps, with the question.
    known
        What is known at first.
    distance
        What is known by now, (n_blocks, n_states).
    seen_at
        Weights, prices included, at which something was seen, and in `age` which of them each block was seen at.
    look
        What is known after the last search.
    left_worth
        What leaving a unit costs of what stays behind, which comes after the pairs.
    batches, ends
        What is searched together, and the states in which its pairs arrive.
    """

    sweeps: SweepSearch
    known: Known
    distance: Numbers = field(init=False)
    seen_at: dict[int, Numbers] = field(init=False)
    age: Rows = field(init=False)
    left_worth: Numbers = field(init=False)
    batches: list[Batch] = field(init=False)
    ends: list[Rows] = field(init=False)
    look: Found | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.distance, self.seen_at = self.known.distance, {0: self.known.weight}
        self.age = np.zeros(len(self.distance), dtype=np.int64)

    @property
    def pairs(self) -> Pairs:
        """The pairs to carry."""
        return self.sweeps.pairs

    @property
    def use(self) -> Numbers:
        """What a unit of each kind of goods takes, (n_kinds, n_resources)."""
        return self.sweeps.use

    def costs_of(self, pair: Rows, ways: Sequence[Way]) -> Numbers:
        """Return the weights of ways of some pairs, without prices."""
        return self.sweeps.costs_of(pair, ways)

    def carry(self, pairs: Pairs, block: Rows, node: Rows, worth: Numbers) -> None:
        """Take up the pairs to carry and, by block, destination and worth, what stays behind."""
        self.sweeps.pairs = pairs
        self.left_worth = worth
        block, node = np.concatenate([pairs.block, block]), np.concatenate([pairs.destination, node])
        plain = np.flatnonzero(~self.sweeps.timed.mask[block])
        self.batches = self.sweeps.batches_of(plain, block[plain], node[plain])
        state = np.argsort(self.sweeps.lattice.rank)
        self.ends = [state[batch.end] for batch in self.batches]

    def cheaper(self, price: Numbers, limit: Numbers, clock: TimeLeft) -> Cheaper:
        """Return what the cheapest way of each pair costs at prices, at most `limit`, and those below it by pair."""
        clock()
        sweeps, n_pairs = self.sweeps, len(limit)
        weight = priced(sweeps.blocks.graph.resources, sweeps.weight, sweeps.use, price)
        # What stays behind is looked at too, so that its potentials say so.
        limit = np.concatenate([limit, self.left_worth])
        least = limit.copy()
        found: list[tuple[int, Way]] = []
        is_overtaken, distance = self._overtaken(weight), self.distance.copy()
        now, farthest = max(self.seen_at) + 1, float(limit.max(initial=0.0)) * (1.0 + ROUNDING)
        for batch, ends in zip(self.batches, self.ends, strict=True):
            clock()
            before = np.minimum.reduceat(
                distance[batch.block[np.repeat(batch.row, np.diff(batch.at))], ends], batch.at[:-1]
            )
            lacks = is_overtaken[batch.block]
            lacks[batch.row[limit[batch.pair] > before * (1.0 + CHEAPER)]] = True
            part = batch if lacks.all() else _part_of(batch, lacks)
            if not len(part.source):
                continue
            swept = sweep(sweeps.lattice, weight[part.kind], part, limit[part.pair], keep=True, farthest=farthest)
            least[part.pair] = swept.least
            found.extend((pair, way) for at, way in swept.ways if (pair := int(part.pair[at])) < n_pairs)
            distance[part.block] = swept.distance
            self.age[part.block] = now
        ages = set(self.age.tolist())
        self.seen_at = {age: seen for age, seen in {**self.seen_at, now: weight}.items() if age in ages | {now}}
        self.distance = distance
        self.look = Found(distance)
        if sweeps.timed.mask.any():
            for at, (most, way) in sweeps.timed.ways_of(self.pairs, limit, weight.tolist(), clock).items():
                least[at] = most if way is None else way.weight
                if way is not None and way.weight < most * (1.0 - CHEAPER):
                    found.append((at, way.way))
        return least[:n_pairs], found

    def _overtaken(self, weight: Numbers) -> Mask:
        """Return the mask of blocks in which an arc that has become cheaper offers a shorter way, (n_blocks,)."""
        graph = self.sweeps.blocks.graph
        overtaken = np.zeros(len(self.distance), dtype=np.bool_)
        if len(self.seen_at) > MOST_SEEN:
            overtaken[self.age == min(self.seen_at)] = True
        for age, seen in self.seen_at.items():
            rows = np.flatnonzero(self.age == age)
            fallen = np.flatnonzero((weight < seen).any(axis=0))
            known = self.distance[rows]
            offered = known[:, graph.tail[fallen]] + weight[:, fallen][self.sweeps.kind[rows]]
            overtaken[rows] |= (offered < known[:, graph.head[fallen]]).any(axis=1)
        return overtaken


def ways_to(sweeps: SweepSearch, ends: Sequence[tuple[int, int]], price: Numbers) -> dict[int, Way]:
    """Return the cheapest ways at prices of some pairs of block and destination, by position where there is one."""
    weight = priced(sweeps.blocks.graph.resources, sweeps.weight, sweeps.use, price)
    block, node = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    plain = np.flatnonzero(~sweeps.timed.mask[block])
    most = np.full(len(ends), np.inf)
    ways: dict[int, Way] = {}
    for batch in sweeps.batches_of(plain, block[plain], node[plain]):
        swept = sweep(sweeps.lattice, weight[batch.kind], batch, most[batch.pair], keep=False)
        ways.update((int(batch.pair[at]), way) for at, way in swept.ways)
    for at in np.unique(block[sweeps.timed.mask[block]]).tolist():
        own = np.flatnonzero(block == at).tolist()
        asked = [(int(node[pair]), np.inf) for pair in own]
        found = sweeps.timed.ways_from(at, asked, weight[sweeps.kind[at]].tolist())
        ways.update((pair, found[end].way) for pair, (end, _) in zip(own, asked, strict=True) if end in found)
    return ways


def _part_of(batch: Batch, rows: Mask) -> Batch:
    """Return the part of a batch that searches from some of its sources."""
    pairs = np.flatnonzero(rows[batch.row])
    count = np.diff(batch.at)[pairs]
    return Batch(
        kind=batch.kind,
        source=batch.source[rows],
        block=batch.block[rows],
        pair=batch.pair[pairs],
        row=(np.cumsum(rows) - 1)[batch.row[pairs]],
        end=batch.end[ranges(batch.at[pairs], count)],
        at=np.concatenate([[0], np.cumsum(count)]),
    )


def _turned(old: Rows, size: int) -> Rows:
    """Return old positions by new ones, `GONE` for what is new, from new ones by old ones."""
    home = np.full(size, GONE)
    kept = np.flatnonzero(old != GONE)
    home[old[kept]] = kept
    return home
