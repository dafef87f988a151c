"""The demands of each block and destination as pairs, each with its first way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.formulations.path_master import Pairs

if TYPE_CHECKING:
    from network.model import Mask
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.priced_ways import Way
    from optimizer.resources import Rows

FIRST_PENALTY = 16.0
"""What it costs at first to leave a unit that must be carried, in terms of the largest cost."""


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
