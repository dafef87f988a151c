"""One block of demands as a minimum-cost flow in whole numbers, for OR-Tools.

Nodes are the block's states, one node from which all its volume starts, and one node per destination. The origin leads
to each of its states and each state of a destination to that destination's node, at no cost; whatever stays unmet goes
from the start straight to the destination's node at its unmet cost. Volumes, capacities and costs are scaled to whole
numbers explicitly and back again; what cannot be scaled without changing the plan does not fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING

import numpy as np

from network.errors import few
from optimizer.linear import FlowSolution, no_flows
from optimizer.solvers import ortools_flow

if TYPE_CHECKING:
    from network.model import Numbers
    from optimizer.blocks import Block, DemandBlocks
    from optimizer.graph import ArcGraph
    from optimizer.resources import Rows

VOLUME_ROUNDING = 1e-9
"""A volume or capacity may change by this share of itself when it becomes a whole number."""

FLOAT_ROUNDING = 1e-3
"""What floats may leave of a whole number behind the point; anything larger is meant."""

FLOAT_SHARE = 1e-15
"""A few last digits of a float, as a share of it."""

N_DECIMALS = 6
"""Decimals of volumes, capacities and costs up to which the smallest scale is looked for."""

DUST = 1e-12
"""What lies below this share of the whole volume may be rounded away: the dust of capacity minus background."""

COST_ROUNDING = 1e-7
"""The cost of an arc may change by this share of itself; then so does the cost of every plan at most."""

FAR = np.int64(ortools_flow.LIMIT)
"""Beyond every distance."""


@dataclass(frozen=True, eq=False)
class _Flow:
    """The flow problem before rounding: arcs of the block, then starts, arrivals and unmet arcs.

    `capacity` is in commodity units per year, inf without a limit, `cost` in USD per unit; `binding` is the resource
    that sets an arc's capacity, -1 where none does. `volume` and `sink`, the node where it goes, have one entry per
    demand of the block; `waiting` are those of them, in the order of the unmet arcs, that may stay unmet.
    """

    tail: Rows
    head: Rows
    capacity: Numbers
    cost: Numbers
    binding: Rows
    volume: Numbers
    sink: Rows
    waiting: Rows
    start: int
    n_nodes: int
    n_block_arcs: int


@dataclass(frozen=True, eq=False)
class _Integers:
    """The same in whole numbers: volumes times `volume_scale`, costs times `cost_scale`."""

    capacity: Rows
    cost: Rows
    supply: Rows
    volume_scale: float
    cost_scale: float


@dataclass(frozen=True, eq=False)
class SingleFlow:
    """The demands of one block as a flow problem, before and after rounding."""

    blocks: DemandBlocks
    flow: _Flow
    integers: _Integers


def build(blocks: DemandBlocks) -> SingleFlow | str:
    """Return the demands as a single flow in whole numbers, or in words why they are none."""
    reason = _shape(blocks)
    if reason is not None:
        return reason
    flow = _flow(blocks)
    integers = _to_integers(flow)
    return integers if isinstance(integers, str) else SingleFlow(blocks, flow, integers)


def solve(model: SingleFlow) -> FlowSolution:
    """Solve a single block by OR-Tools and recover its capacity prices.

    The prices come from potentials of the residual graph, since the solver gives no duals: the price of a full arc is
    what its head's potential exceeds its tail's and the arc's cost by (R. K. Ahuja, T. L. Magnanti, J. B. Orlin,
    "Network Flows", 1993, section 9.4). This solver knows no tolerance and no time limit.

    Raises
    ------
    SolverError
        The solver fails.
    """
    blocks, flow, integers = model.blocks, model.flow, model.integers
    answer = ortools_flow.solve(flow.tail, flow.head, integers.capacity, integers.cost, integers.supply)
    if answer.status != "optimal":
        return no_flows(answer.status, "ortools")

    amount = answer.flow / integers.volume_scale
    unmet = np.zeros(blocks.n_demands)
    unmet[blocks.blocks[0].demands[flow.waiting]] = amount[len(amount) - len(flow.waiting) :]
    potential = _potentials(flow, integers, answer.flow)
    price = _prices(flow, integers, answer.flow, potential, blocks.blocks[0].use)
    return FlowSolution(
        status="optimal",
        flow=amount[: flow.n_block_arcs],
        unmet=unmet,
        price=price,
        bound=_bound(blocks, price, potential / integers.cost_scale),
        solver="ortools",
    )


def _shape(blocks: DemandBlocks) -> str | None:
    """Return why the question has not the shape of a single flow, None where it has."""
    if blocks.limited_ids:
        return f"the deadline of demand {few(blocks.limited_ids)} needs one variable per way"
    if len(blocks) != 1:
        return (
            f"the demands form {len(blocks)} groups by commodity, origin and avoid lists, and a single flow takes one"
        )
    graph = blocks.graph
    arc, resource, _ = _limits(graph, blocks.blocks[0])
    users = np.bincount(resource, minlength=len(graph.resources))
    if len(arc) and int(users.max()) > 1:
        name = graph.resources.ids[int(np.argmax(users > 1))]
        return f"the capacity of {name} is shared by several passages or both directions"
    return None


def _limits(graph: ArcGraph, block: Block) -> tuple[Rows, Rows, Numbers]:
    """Return which arc of the block meets which resource and how many commodity units the resource lets pass."""
    resources = graph.resources
    position = np.full(graph.n_arcs, -1, dtype=np.int64)
    position[block.arcs] = np.arange(len(block.arcs))
    met = (position[resources.arc] >= 0) & (block.use[resources.resource] > 0.0)
    resource = resources.resource[met]
    return position[resources.arc[met]], resource, resources.free[resource] / block.use[resource]


def _flow(blocks: DemandBlocks) -> _Flow:
    """Build the nodes and arcs of the only block."""
    graph, block = blocks.graph, blocks.blocks[0]
    n_states, n_destinations = graph.n_states, len(block.destinations)
    start = n_states
    starts = np.flatnonzero(graph.state_node == block.origin)
    arrival = np.searchsorted(block.destinations, graph.state_node)
    arrives = np.zeros(n_states, dtype=np.bool_)
    inside = arrival < n_destinations
    arrives[inside] = block.destinations[arrival[inside]] == graph.state_node[inside]
    ends = np.flatnonzero(arrives)
    waiting = np.flatnonzero(~blocks.must_carry[block.demands])
    volume, sink = blocks.volume[block.demands], start + 1 + block.arrival

    limited, resource, units = _limits(graph, block)
    # Descending, so that of several limits on one arc the tightest is written last and stays.
    order = np.argsort(-units, kind="stable")
    capacity, binding = np.full(len(block.arcs), np.inf), np.full(len(block.arcs), -1, dtype=np.int64)
    capacity[limited[order]], binding[limited[order]] = units[order], resource[order]

    free = np.zeros(len(starts) + len(ends))
    return _Flow(
        tail=np.concatenate([graph.tail[block.arcs], np.full(len(starts), start), ends, np.full(len(waiting), start)]),
        head=np.concatenate([graph.head[block.arcs], starts, start + 1 + arrival[ends], sink[waiting]]),
        capacity=np.concatenate([capacity, np.full(len(free), np.inf), volume[waiting]]),
        cost=np.concatenate([block.values.weight[block.arcs], free, blocks.unmet_cost[block.demands[waiting]]]),
        binding=np.concatenate([binding, np.full(len(free) + len(waiting), -1)]),
        volume=volume,
        sink=sink,
        waiting=waiting,
        start=start,
        n_nodes=n_states + 1 + n_destinations,
        n_block_arcs=len(block.arcs),
    )


def _to_integers(flow: _Flow) -> _Integers | str:
    """Return the flow in whole numbers, or why that would change it."""
    volume_scale = _volume_scale(flow)
    if volume_scale is None:
        return "its smallest and largest volumes are too far apart for whole numbers"
    longest = ortools_flow.longest_path(flow.cost, flow.n_nodes) * (flow.n_nodes + 1)
    room = ortools_flow.LIMIT / ortools_flow.POTENTIAL_ROOM / 2.0
    cost_scale = _cost_scale(flow.cost, 10.0 ** floor(log10(room / longest))) if longest > 0.0 else 1.0
    cost = np.rint(flow.cost * cost_scale)
    if (np.abs(cost / cost_scale - flow.cost) > COST_ROUNDING * flow.cost).any():
        return "its smallest and largest costs are too far apart for whole numbers"

    volume = np.rint(flow.volume * volume_scale).astype(np.int64)
    supply = np.zeros(flow.n_nodes, dtype=np.int64)
    np.subtract.at(supply, flow.sink, volume)
    supply[flow.start] = volume.sum()
    # Parts that make up a whole, like thirds, must not fall short of it together: rounding goes up where it may.
    # No arc needs more than the whole volume; one more keeps an arc that has more from ever looking full.
    limited = flow.capacity <= flow.volume.sum()
    scaled = flow.capacity[limited] * volume_scale
    capacity = np.full(len(flow.capacity), supply[flow.start] + 1)
    # By one and what floats may lack at most: a billionth of a large capacity may be worth more than the whole plan.
    upward = np.minimum(np.floor(scaled * (1.0 + VOLUME_ROUNDING)), np.ceil(scaled * (1.0 + FLOAT_SHARE)))
    capacity[limited] = np.maximum(np.rint(scaled), upward)
    capacity[len(capacity) - len(flow.waiting) :] = volume[flow.waiting]
    return _Integers(capacity, cost.astype(np.int64), supply, volume_scale, cost_scale)


def _cost_scale(cost: Numbers, most: float) -> float:
    """Return the smallest power of ten at which costs are whole numbers, else `most`, the largest at which sums fit.

    The solver divides its price unit, pass by pass, down to one whole number (cost scaling): powers of ten that costs
    do not need are passes over all arcs for nothing, and five of them double its time.
    """
    scales = (10.0**power for power in range(N_DECIMALS + 1))
    return next((scale for scale in scales if scale <= most and _is_whole(cost * scale)), most)


def _volume_scale(flow: _Flow) -> float | None:
    """Return a power of ten at which volumes and capacities are whole numbers, None where there is none.

    The smallest one that leaves no decimals, else (thirds have no end) the largest one at which sums stay in range
    and floats still tell one volume from the next.
    """
    total = float(flow.volume.sum())
    limits = flow.capacity[flow.capacity < total]
    degree = int(np.bincount(np.concatenate([flow.tail, flow.head])).max(initial=0)) + 2
    most = 10.0 ** floor(log10(min(ortools_flow.LIMIT / 2.0 / degree, 2.0**53) / total)) if total > 0.0 else 1.0
    for scale in (10.0**power for power in range(N_DECIMALS + 1)):
        volume, limit = flow.volume * scale, limits * scale
        if scale <= most and _is_whole(volume) and _is_whole(limit, DUST * total * scale):
            return scale
    volume = flow.volume * most
    return most if bool((np.abs(volume - np.rint(volume)) <= VOLUME_ROUNDING * volume).all()) else None


def _is_whole(values: Numbers, dust: float = 0.0) -> bool:
    """Return whether all values are whole numbers but for the rounding of floats."""
    slack = np.minimum(np.maximum(VOLUME_ROUNDING * values, dust), FLOAT_ROUNDING)
    return bool((np.abs(values - np.rint(values)) <= slack).all())


def _potentials(flow: _Flow, integers: _Integers, amount: Rows) -> Rows:
    """Return the cost of one more unit at every node, in whole cost units, `-FAR` where no flow can matter.

    Shortest paths from the start over the residual graph; nodes that full arcs cut off get the lowest potential at
    which no arc out of them is worth less than it costs, so that a dead end never lends a price to the way into it.
    """
    room = amount < integers.capacity
    used = amount > 0
    tail = np.concatenate([flow.tail[room], flow.head[used]])
    head = np.concatenate([flow.head[room], flow.tail[used]])
    cost = np.concatenate([integers.cost[room], -integers.cost[used]])
    potential = np.full(flow.n_nodes, FAR)
    potential[flow.start] = 0
    potential = _relax(tail, head, cost, potential)
    cut_off = potential == FAR
    if not cut_off.any():
        return potential
    # Seen backwards, with signs turned, this is the same search; closed arcs count too, since they may have a price.
    closed = integers.capacity == 0
    tail, head = np.concatenate([tail, flow.tail[closed]]), np.concatenate([head, flow.head[closed]])
    cost = np.concatenate([cost, integers.cost[closed]])
    out = cut_off[tail]
    return -_relax(head[out], tail[out], cost[out], np.where(cut_off, FAR, -potential))


def _relax(tail: Rows, head: Rows, cost: Rows, distance: Rows) -> Rows:
    """Return shortest distances from start values, by Bellman and Ford over the nodes that changed last.

    In whole numbers, so that rounding cannot keep a cycle alive; a finite distance stays far below `FAR`.
    """
    # Shortest distances do not depend on the order of the arcs out of a node: the sort need not be a stable one.
    order = np.argsort(tail)
    head, cost = head[order], cost[order]
    first = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=len(distance)))])
    distance = distance.copy()
    improved = np.zeros(len(distance), dtype=np.bool_)
    changed = np.flatnonzero(distance != FAR)
    while len(changed):
        begin, count = first[changed], first[changed + 1] - first[changed]
        arcs = np.repeat(begin - np.cumsum(count) + count, count) + np.arange(count.sum())
        offered = np.repeat(distance[changed], count) + cost[arcs]
        better = offered < distance[head[arcs]]
        ends = head[arcs[better]]
        np.minimum.at(distance, ends, offered[better])
        improved[ends] = True
        changed = np.flatnonzero(improved)
        improved[changed] = False
    return distance


def _prices(flow: _Flow, integers: _Integers, amount: Rows, potential: Rows, use: Numbers) -> Numbers:
    """Return the price of every resource in USD per yearly unit, shape (n_resources,)."""
    full = np.flatnonzero((amount >= integers.capacity) & (flow.binding >= 0) & (potential[flow.tail] != -FAR))
    worth = potential[flow.head[full]] - potential[flow.tail[full]] - integers.cost[full]
    price = np.zeros(len(use))
    resource = flow.binding[full]
    price[resource] = np.maximum(worth, 0) / integers.cost_scale / use[resource]
    return price


def _bound(blocks: DemandBlocks, price: Numbers, potential: Numbers) -> float:
    """Return the dual objective: what every demand would pay at these prices, less the rent of the capacities."""
    block = blocks.blocks[0]
    volume, unmet_cost = blocks.volume[block.demands], blocks.unmet_cost[block.demands]
    marginal = potential[blocks.graph.n_states + 1 + block.arrival]
    carried = volume > 0.0
    paid = np.fmin(unmet_cost, marginal)[carried] * volume[carried]
    # A sum, not a dot product, whose threads take longer to start than the sum takes; what has no price has no limit.
    priced = np.flatnonzero(price)
    return float(paid.sum() - (price[priced] * blocks.graph.resources.free[priced]).sum())
