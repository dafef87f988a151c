"""Searches for cheaper ways that start from nothing: forward once without prices, then back, led by what they found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.formulations.path_master import Pairs
from optimizer.formulations.priced_ways import surroundings_of, way_back, ways_from, weights_for

if TYPE_CHECKING:
    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_master import Cheaper, TimeLeft
    from optimizer.formulations.priced_ways import Found, Surroundings, Way
    from optimizer.resources import Rows

CHEAPER = 1e-12
"""Share by which a way must be cheaper than all that are known, as sums are rounded."""
FIRST_PENALTY = 16.0
"""What it costs at first to leave a unit that must be carried, in terms of the largest cost."""


@dataclass(frozen=True, eq=False)
class LedSearch:
    """What searches know of the network.

    `weight` lists the weight of every arc by kind of goods, inf where it is closed, and `use` what a unit takes
    (n_kinds, n_resources). `bounds` are lower bounds of the weight from the origin to every state, by block. `effort`
    keeps how many states the last searches back of each block have met: where these are more than there are, one
    search forward is less work, and is done from then on.
    """

    blocks: DemandBlocks
    around: Surroundings
    kind: Rows
    weight: list[list[float]]
    use: Numbers
    bounds: list[list[float]]
    pairs: Pairs
    effort: list[int]

    @property
    def look(self) -> None:
        """Nothing that a proof could use: what was found lies on single ways."""

    def cost_of(self, pair: int, way: Way) -> float:
        """Return the weight of a way of a pair, without prices."""
        weight = self.weight[self.pairs.kind[pair]]
        return float(sum(weight[arc] for arc in way))

    def cheaper(self, price: Numbers, limit: Numbers, clock: TimeLeft) -> Cheaper:
        """Return what the cheapest way of each pair costs at prices, at most `limit`, and those below it by pair."""
        weights = self._priced(price)
        blocks, around, distance = self.blocks, self.around, limit.copy()
        cheaper: list[tuple[int, Way]] = []
        first = np.searchsorted(self.pairs.block, np.arange(len(blocks) + 1)).tolist()
        for at, block in enumerate(blocks.blocks):
            clock()
            own = slice(first[at], first[at + 1])
            ends = list(zip(self.pairs.destination[own].tolist(), limit[own].tolist(), strict=True))
            weight = weights[self.kind[at]]
            found: dict[int, Found] = {}
            if self.effort[at] > len(around.node):
                places = [node for node, _ in ends]
                _, found = ways_from(around, block.origin, places, weight, float(limit[own].max()))
            else:
                self.effort[at] = 0
                for node, ceiling in ends:
                    way, n_met = way_back(around, block.origin, node, weight, self.bounds[at], ceiling)
                    self.effort[at] += n_met
                    if way is not None:
                        found[node] = way
            for position, (node, ceiling) in enumerate(ends, first[at]):
                if node in found and found[node].weight < ceiling:
                    distance[position] = found[node].weight
                    if found[node].weight < ceiling * (1.0 - CHEAPER):
                        cheaper.append((position, found[node].way))
        return distance, cheaper

    def _priced(self, price: Numbers) -> list[list[float]]:
        """Return weight + Σ use·price of every arc, by kind."""
        resources = self.blocks.graph.resources
        priced = np.flatnonzero(price[resources.resource] > 0.0)
        arcs, resource = resources.arc[priced].tolist(), resources.resource[priced]
        weights = []
        for own, use in zip(self.weight, self.use, strict=True):
            weight = own.copy()
            for arc, more in zip(arcs, (use[resource] * price[resource]).tolist(), strict=True):
                weight[arc] += more
            weights.append(weight)
        return weights


def explore(blocks: DemandBlocks, clock: TimeLeft) -> tuple[LedSearch, Mask]:
    """Return a search with the pairs and their first ways, and the mask of demands that stay behind for good.

    Prices only lengthen ways: what is no cheaper to carry than to leave where nothing is scarce stays.

    Raises
    ------
    OutOfTimeError
        The time is up.
    """
    graph = blocks.graph
    around = surroundings_of(graph)
    kind, examples = kinds_of(blocks)
    weight = [weights_for(blocks.blocks[at]) for at in examples]
    worth = np.where(blocks.must_carry, np.inf, blocks.unmet_cost)
    bounds: list[list[float]] = []
    rows: list[tuple[int, int, Found, Rows]] = []
    for at, block in enumerate(blocks.blocks):
        clock()
        lower, found = ways_from(around, block.origin, block.destinations.tolist(), weight[kind[at]])
        bounds.append(lower)
        for place, node in enumerate(block.destinations.tolist()):
            members = block.demands[(block.arrival == place) & (blocks.volume[block.demands] > 0.0)]
            if node in found:
                members = members[found[node].weight < worth[members]]
                if len(members):
                    rows.append((at, node, found[node], members))
    pairs = pairs_of(blocks, kind, [(at, node, *found, members) for at, node, found, members in rows])
    use = np.array([blocks.blocks[at].use for at in examples]).reshape(len(examples), len(graph.resources))
    search = LedSearch(blocks, around, kind, weight, use, bounds, pairs, [0] * len(blocks))
    return search, stays_of(blocks, pairs)


def kinds_of(blocks: DemandBlocks) -> tuple[Rows, list[int]]:
    """Return the kind of each block, and a block of each kind; all of a kind pay and take the same on the same arcs."""
    kinds: dict[int, int] = {}
    kind = np.array([kinds.setdefault(id(block.arcs), len(kinds)) for block in blocks.blocks], dtype=np.int64)
    return kind, np.unique(kind, return_index=True)[1].tolist()


def pairs_of(blocks: DemandBlocks, kind: Rows, rows: list[tuple[int, int, float, Way, Rows]]) -> Pairs:
    """Return the pairs of some rows: block, destination, weight of the first way, first way, positions of demands."""
    block_of = np.array([at for at, *_ in rows], dtype=np.int64)
    demand = np.concatenate([np.zeros(0, dtype=np.int64), *(members for *_, members in rows)])
    way_cost = np.array([weight for _, _, weight, *_ in rows], dtype=np.float64)
    must_carry = blocks.must_carry[demand]
    finite = np.concatenate([[0.0], way_cost, blocks.unmet_cost[demand[~must_carry]]])
    penalty = FIRST_PENALTY * (float(finite.max()) or 1.0)
    return Pairs(
        block=block_of,
        destination=np.array([node for _, node, *_ in rows], dtype=np.int64),
        kind=kind[block_of],
        volume=np.array([blocks.volume[members].sum() for *_, members in rows], dtype=np.float64),
        way=tuple(way for _, _, _, way, _ in rows),
        cost=way_cost,
        demand=demand,
        pair=np.repeat(np.arange(len(rows)), [len(members) for *_, members in rows]),
        unmet_cost=np.where(must_carry, penalty, blocks.unmet_cost[demand]),
        demand_volume=blocks.volume[demand],
    )


def stays_of(blocks: DemandBlocks, pairs: Pairs) -> Mask:
    """Return the mask of demands with a volume that are of no pair and stay behind for good."""
    stays = blocks.volume > 0.0
    stays[pairs.demand] = False
    return stays
