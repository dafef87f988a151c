"""How much of the money of routes and plans rests on weak numbers: grade D, an engineering estimate, or no grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.grades import weak_costs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from network.model import Numbers
    from optimizer.graph import ArcGraph
    from optimizer.result import Plan


def weak_usd(graph: ArcGraph, commodity: str, arcs: Sequence[int] | NDArray[np.int64]) -> Numbers | None:
    """Return the USD per unit of some arcs that rest on weak numbers, shape (n,); None where nothing is graded."""
    commodities = graph.data.commodities
    weak = weak_costs(graph.data.network, str(commodities.text("unit")[commodities.row_of[commodity]]))
    if weak is None:
        return None
    at = np.asarray(arcs, dtype=np.int64)
    # An arc is a link or a transfer: the row of the other is -1, which falls on the 0 put behind the rows.
    links, transfers = np.append(weak.links, 0.0), np.append(weak.transfers, 0.0)
    usd: Numbers = links[graph.link[at]] + transfers[graph.transfer[at]]
    return usd


def weak_share_of_plan(plan: Plan) -> float | None:
    """Return the part of a plan's transport cost that rests on weak numbers.

    None for a plan without transport cost, and where the dataset grades nothing.
    """
    if not plan.transport_cost_usd:
        return None
    blocks = plan.blocks
    total_usd = 0.0
    for block, first, last in zip(blocks.blocks, blocks.offsets[:-1], blocks.offsets[1:], strict=True):
        usd = weak_usd(blocks.graph, block.values.commodity, block.arcs)
        if usd is None:
            return None
        total_usd += float((plan.flow[first:last] * usd).sum())
    return min(1.0, total_usd / plan.transport_cost_usd)
