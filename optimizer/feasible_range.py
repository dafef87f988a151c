"""From which capacity, or up to which volume, demands that must be carried can be.

How much of these demands stays behind at best is the optimum of a question of its own, in which ways cost nothing and a
unit left behind costs 1 (phase one of the simplex method: G. B. Dantzig, *Linear Programming and Extensions*, 1963,
chapter 5). As a function of one capacity or of a factor of volumes it is convex, so that a line that touches it,
followed to where it is 0, never passes the first place where nothing stays behind, and comes to it in as many steps as
there are pieces on the way (the method of Newton).
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from optimizer.one_number import with_free
from optimizer.planning import solve
from optimizer.proof import cheapest, question_of
from optimizer.weights import Weights

if TYPE_CHECKING:
    from network.model import Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.graph import CommodityArcs
    from optimizer.one_number import CapacityQuestion, DemandQuestion
    from optimizer.options import SolveOptions

SERVED = 1e-9
"""Share of the volume that must be carried below which what is left of it is rounding."""
MOST_STEPS = 100
"""Steps toward the end of what is feasible; each ends a piece of the shortfall, and there are a handful."""
ASIDE = 2e-9
"""Share by which an end of what is feasible is moved inward, as at the very end rounding decides."""
NOTHING = Weights(cost=0.0, time_per_h=0.0)


def feasible_from(question: CapacityQuestion, low: float) -> float:
    """Return the least capacity from `low` on at which all that must be carried can be, inf where there is none."""
    blocks = question.base.plan.blocks
    if not blocks.must_carry.any():
        return low
    must = _only_what_must(blocks)
    place = low
    for _ in range(MOST_STEPS):
        behind, price = _left_behind(with_free(must, question.free(place)), question.base.options)
        slope = question.slope(price)
        if behind <= SERVED * float(must.volume.sum()):
            break
        if slope >= 0.0:
            return inf
        place -= behind / slope
    return place if place == low else place * (1.0 + ASIDE)


def feasible_to(question: DemandQuestion, low: float, high: float) -> float:
    """Return the largest factor from `low` to `high` at which all that must be carried can be, -inf where none is."""
    blocks = question.base.plan.blocks
    if not blocks.must_carry.any():
        return high
    must = _only_what_must(blocks)
    asked = question_of(must.graph, NOTHING)
    place = high
    for _ in range(MOST_STEPS):
        volume = np.where(blocks.must_carry, question.volume(place), 0.0)
        behind, price = _left_behind(replace(must, volume=volume), question.base.options)
        if behind <= SERVED * float(volume.sum()):
            break
        # One more unit of a demand takes what its way takes of the capacities that are scarce, or stays behind itself.
        worth = np.minimum(cheapest(asked, price), 1.0)
        slope = float((worth * must.volume)[question.meant].sum())
        if slope <= 0.0 or place <= low:
            return -inf
        place = max(place - behind / slope, low)
    return place if place == high else max(place * (1.0 - ASIDE), low)


def _only_what_must(blocks: DemandBlocks) -> DemandBlocks:
    """Return the question how much of what must be carried stays behind; what need not be has no volume."""
    costless: dict[int, CommodityArcs] = {}
    parts = []
    for block in blocks.blocks:
        values = costless.get(block.values.row)
        if values is None:
            values = replace(block.values, weight=np.zeros(blocks.graph.n_arcs), legs={})
            costless[block.values.row] = values
        parts.append(replace(block, values=values))
    volume = np.where(blocks.must_carry, blocks.volume, 0.0)
    return replace(blocks, volume=volume, unmet_cost=blocks.must_carry.astype(np.float64), blocks=tuple(parts))


def _left_behind(must: DemandBlocks, options: SolveOptions) -> tuple[float, Numbers]:
    """Return what must stay behind at best, in commodity units, and the prices of capacities that prove it."""
    solution = solve(must, replace(options, solver="auto"))
    return float(solution.unmet[must.unmet_cost > 0.0].sum()), solution.price
