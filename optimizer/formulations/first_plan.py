"""The plan in hand before there is a better one: the first way of everyone, as far as it goes.

What saves most by being carried is loaded first, each demand as far as the capacities left on its cheapest way allow,
as in the greedy method for continuous knapsacks (G. B. Dantzig, *Operations Research* 5, 1957); all else stays behind.
It keeps to every capacity and costs no search, so that a search which is stopped never ends empty-handed.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_master import Pairs, Passages
    from optimizer.formulations.priced_ways import Way
    from optimizer.resources import Rows


class Carried(NamedTuple):
    """What is carried: ways, each with its block and commodity units per year, and what is left of every demand."""

    ways: tuple[tuple[int, Way, float], ...]
    unmet: Numbers


class Offers(NamedTuple):
    """Ways on which demands, by position among those of pairs, ask for some volume, one after another."""

    demand: Rows
    ways: Sequence[Way]
    volume: Numbers


def first_come(
    blocks: DemandBlocks, pairs: Pairs, passages: Passages, stays: Mask, before: Offers | None = None
) -> Carried | None:
    """Return a plan over the first ways of pairs, None where what must be carried does not fit on them.

    Parameters
    ----------
    pairs
        The demands worth carrying, with their first ways.
    passages
        What a unit takes on every arc.
    stays
        Mask of the demands that stay behind for good, (n_demands,).
    before
        What is loaded before that.
    """
    must_carry = blocks.must_carry[pairs.demand]
    saves = np.where(must_carry, inf, pairs.unmet_cost - pairs.cost[pairs.pair])
    order = np.argsort(-saves, kind="stable")
    demand, ways, asked = order, [pairs.way[at] for at in pairs.pair[order].tolist()], pairs.demand_volume[order]
    if before is not None:
        demand = np.concatenate([before.demand, demand])
        ways, asked = [*before.ways, *ways], np.concatenate([before.volume, asked])
    pair = pairs.pair[demand]
    draws, free = passages.draws(ways, pairs.kind[pair]), passages.resources.free.copy()
    first, after = (np.searchsorted(draws.item, np.arange(len(ways)), side=side) for side in ("left", "right"))
    left = pairs.demand_volume.copy()
    loaded: dict[tuple[int, Way], float] = {}
    offers = zip(demand.tolist(), pair.tolist(), ways, asked.tolist(), strict=True)
    for at, (asking, of_pair, way, volume) in enumerate(offers):
        own = slice(first[at], after[at])
        resource, use = draws.resource[own], draws.use[own]
        carried = min(volume, float(left[asking]), float((free[resource] / use).min(initial=inf)))
        if carried > 0.0:
            free[resource] = np.maximum(0.0, free[resource] - carried * use)
            left[asking] -= carried
            loaded[of_pair, way] = loaded.get((of_pair, way), 0.0) + carried
    if (left[must_carry] > 0.0).any():
        return None
    unmet = np.where(stays, blocks.volume, 0.0)
    unmet[pairs.demand] = left
    return Carried(tuple((int(pairs.block[at]), way, volume) for (at, way), volume in loaded.items()), unmet)
