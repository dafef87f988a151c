"""Why a change saves nothing: nobody uses what it is about, or other capacities bind on the same corridors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.changed import arcs_of
from optimizer.passages import passages_of
from optimizer.phrases import N_NAMED, capacity_name, joined, money, per_period
from optimizer.report.document import short_number
from optimizer.report.routes import node_name
from optimizer.result import resource_use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.replanning import Prepared
    from optimizer.result import Plan


def is_passed(plan: Plan, passages: Iterable[tuple[str, str]]) -> bool:
    """Tell whether goods of a plan pass any of some links or transfers, given as pairs of table and id."""
    wanted = set(passages)
    arcs = [arc for key, arc in arcs_of(plan.blocks.graph).items() if key[:2] in wanted]
    return bool(np.isin(passages_of(plan).arc, arcs).any())


def corridors_of_resource(plan: Plan, row: int) -> tuple[str, ...]:
    """Return the corridors that a capacity lies on, in the order of the data, given its row among the resources.

    A link lies on its own corridors; a transfer on those that come to its node in one mode and leave it in the other.
    """
    graph = plan.blocks.graph
    network, resources = graph.data.network, graph.resources
    cells, ids = network.corridors_of, network.links.text("link_id")
    found: set[str] = set()
    for arc in resources.arc[resources.resource == row].tolist():
        if graph.link[arc] >= 0:
            found |= set(cells[ids[graph.link[arc]]])
            continue
        ends = []
        for state in (graph.tail[arc], graph.head[arc]):
            at_state = graph.link[((graph.tail == state) | (graph.head == state)) & (graph.link >= 0)]
            ends.append({name for link in set(at_state.tolist()) for name in cells[ids[link]]})
        found |= ends[0] & ends[1]
    order = network.corridors.row_of
    return tuple(sorted(found, key=lambda name: (order.get(name, len(order)), name)))


def barrier_of(prepared: Prepared, row: int) -> str:
    """Return in a sentence what keeps goods from a capacity, given its row among the resources of a plan.

    It tells the way over the capacity that is nearest to being used, by how much that is dearer than what its demand
    pays now, and which scarce capacities lie on it; see `optimizer.pull`.
    """
    from optimizer.pull import pull_of

    data, pull = prepared.plan.data, pull_of(prepared, row)
    name = capacity_name(data, pull.kind, pull.id, pull.from_node, pull.to_node)
    used = _used_already(prepared.plan, row)
    if pull.demand_id is None or pull.extra_usd_per_unit is None:
        return (
            f"All goods that have a way over {name} use it already{used}."
            if used
            else f"No demand has a way over {name}."
        )
    demand = data.demands.row_of[pull.demand_id]
    commodity = data.demands.text("commodity")[demand]
    unit = {"teu": "TEU"}.get(data.commodities.text("unit")[data.commodities.row_of[commodity]], "t")
    ends = [node_name(data, str(data.demands.text(end)[demand])) for end in ("origin", "destination")]
    obstacles = [
        f"{capacity_name(data, row.kind, row.id, row.from_node, row.to_node)} "
        f"(adds {money(row.adds_usd_per_unit)} per {unit})"
        for row in pull.in_the_way[:N_NAMED]
    ]
    scarce = f"; on that way bind {joined(obstacles)}" if obstacles else ""
    if pull.extra_usd_per_unit:
        already = f"All goods for which a way over {name} is the cheapest use it already{used}. " if used else ""
        return (
            f"{already}The next goods over {name} would be those of {' – '.join(ends)} ({commodity}): that way is "
            f"{money(pull.extra_usd_per_unit)} per {unit} dearer, all that is minimized counted, than what they pay "
            f"now{scarce}."
        )
    goods = f"{' – '.join(ends)} ({commodity})"
    if not obstacles:
        return f"For {goods} the ways over {name} and around it cost the same."
    return f"One more {unit} of {goods} over {name} would pass what binds first: {joined(obstacles)}."


def _used_already(plan: Plan, row: int) -> str:
    """Return how much of a capacity in use stays free, in a clause; empty for one that no goods pass."""
    resources = plan.blocks.graph.resources
    in_use = float(resource_use(plan.blocks, plan.flow)[row] / resources.per_year[row])
    if in_use <= 0.0:
        return ""
    capacity = float(resources.capacity[row])
    free = max(0.0, capacity - float(resources.background[row]) - in_use)
    unit = per_period(str(resources.unit[row]))
    return f"; {short_number(free)} of {short_number(capacity)} {unit} stay free" if free else "; none of it stays free"
