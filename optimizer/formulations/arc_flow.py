"""Arc-flow formulation F1: one flow variable per block and arc (docs/formulations.md, equations 1 to 5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from optimizer.formulations.first_basis import Trees, cheapest_ways, trees_of
from optimizer.graph import ArcGraph, arc_name
from optimizer.linear import HAS_ANSWER, FlowSolution, LinearModel, LinearSolution, no_flows

if TYPE_CHECKING:
    from network.model import Numbers
    from optimizer.blocks import Block, DemandBlocks
    from optimizer.resources import Rows


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the variables and rows of F1 stand.

    Columns: `flow` over all blocks' arcs (as ``DemandBlocks.offsets`` cuts them), `start`, `exit`, `unmet`.
    Rows: conservation, arrival, capacity. `states` (n_conservation,), `places` (n_arrival,) and `resources`
    (n_capacity,) say what each row stands for; `state_block` and `place_block` name the block.
    `start_rows` and `exit_rows` give the conservation row of each start and exit column, `exit_places` the arrival row
    (counted from 0) of each exit column, `demand_places` that of each demand.
    """

    n_flow: int
    states: Rows
    state_block: Rows
    places: Rows
    place_block: Rows
    start_rows: Rows
    exit_rows: Rows
    exit_places: Rows
    demand_places: Rows
    resources: Rows

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.first_capacity + len(self.resources)

    @property
    def first_arrival(self) -> int:
        """First arrival row."""
        return len(self.states)

    @property
    def first_capacity(self) -> int:
        """First capacity row."""
        return len(self.states) + len(self.places)

    @property
    def first_unmet(self) -> int:
        """First unmet column."""
        return self.n_flow + len(self.start_rows) + len(self.exit_rows)


@dataclass(frozen=True, eq=False)
class ArcFlowModel:
    """F1 of some blocks as a linear model, with the layout to read its solution."""

    blocks: DemandBlocks
    layout: Layout
    linear: LinearModel


def build(blocks: DemandBlocks) -> ArcFlowModel:
    """Build F1 as arrays.

    ======== ======================================================================================================
    Equation Rows or columns added here
    ======== ======================================================================================================
    (1)      minimize Σ weight·flow + Σ unmet_cost·unmet
    (2)      conservation, per block and state: Σ flow out − Σ flow in − start + exit = 0 (+1 at the tail, −1 at the
             head); `start` exists at the states of the block's origin, `exit` at those of its destinations
    (3)      arrival, per block and destination: Σ exit + Σ unmet = Σ volume
    (4)      capacity, per resource: Σ use·flow ≤ free
    (5)      0 ≤ flow, start, exit; 0 ≤ unmet ≤ volume, unmet = 0 where the demand must be carried
    ======== ======================================================================================================

    A unit starts once and exits once, in any state of the node and at no cost; as `start` and `exit` are flows from and
    to outside, neither end is a free transfer for anything that passes.

    Capacity rows that no flow without cycles can reach are left out: the optimum without them keeps to them, so they
    are worth nothing and their price is 0. Flow at states that a block's origin cannot reach is fixed at 0.

    Raises
    ------
    SolverError
        A demand has a deadline.
    """
    blocks.refuse_deadlines("The arc form")
    rows_of_blocks, layout = _lay_out(blocks)
    counts, rows, values = _flow_entries(blocks, layout, rows_of_blocks)
    n_start, n_exit = len(layout.start_rows), len(layout.exit_rows)
    exit_entries = np.column_stack([layout.exit_rows, layout.first_arrival + layout.exit_places]).ravel()
    column_counts = np.concatenate([counts, np.full(n_start, 1), np.full(n_exit, 2), np.full(blocks.n_demands, 1)])
    starts = np.concatenate([[0], np.cumsum(column_counts)])
    trees = trees_of(blocks, layout)
    tail_rows = rows[starts[: layout.n_flow]]
    arriving = np.bincount(layout.demand_places, weights=blocks.volume, minlength=len(layout.places))
    free = blocks.graph.resources.free[layout.resources]
    zeros = np.zeros(layout.first_arrival)
    linear = LinearModel(
        cost=_costs(blocks, n_start + n_exit),
        lower=np.zeros(len(column_counts)),
        upper=_upper_limits(blocks, layout, trees, tail_rows),
        row_lower=np.concatenate([zeros, arriving, np.full(len(free), -np.inf)]),
        row_upper=np.concatenate([zeros, arriving, free]),
        starts=starts.astype(np.int32),
        rows=np.concatenate(
            [rows, layout.start_rows, exit_entries, layout.first_arrival + layout.demand_places]
        ).astype(np.int32),
        values=np.concatenate([values, np.full(n_start, -1.0), np.ones(2 * n_exit + blocks.n_demands)]),
        column_name=partial(_column_name, blocks, layout),
        row_name=partial(_row_name, blocks, layout),
        basis=cheapest_ways(trees, blocks, layout),
    )
    return ArcFlowModel(blocks, layout, linear)


def read(model: ArcFlowModel, solution: LinearSolution) -> FlowSolution:
    """Return the flows of a solution; the price of a capacity is minus the dual of its row, never below 0."""
    if solution.status not in HAS_ANSWER:
        return no_flows(solution.status, "highs", solution.message)
    layout = model.layout
    price = np.zeros(len(model.blocks.graph.resources))
    price[layout.resources] = np.maximum(0.0, -solution.dual[layout.first_capacity :])
    return FlowSolution(
        status=solution.status,
        flow=solution.x[: layout.n_flow],
        unmet=solution.x[layout.first_unmet :],
        price=price,
        bound=solution.bound if solution.status == "optimal" else None,
        solver="highs",
        message=solution.message,
    )


def _lay_out(blocks: DemandBlocks) -> tuple[list[Rows], Layout]:
    """Return, per block, the conservation row of every state (-1 where it has none), and the layout."""
    graph = blocks.graph
    rows_of_blocks: list[Rows] = []
    states, start_rows, exit_rows, exit_places, place_offsets = [], [], [], [], [0]
    demand_places = np.zeros(blocks.n_demands, dtype=np.int64)
    n_rows = 0
    for block in blocks.blocks:
        touched = np.zeros(graph.n_states, dtype=np.bool_)
        touched[graph.tail[block.arcs]] = True
        touched[graph.head[block.arcs]] = True
        own = np.flatnonzero(touched)
        row_of_state = np.full(graph.n_states, -1, dtype=np.int64)
        row_of_state[own] = np.arange(n_rows, n_rows + len(own))
        node = graph.state_node[own]
        place = np.searchsorted(block.destinations, node)
        place[place == len(block.destinations)] = 0
        ends = block.destinations[place] == node
        start_rows.append(n_rows + np.flatnonzero(node == block.origin))
        exit_rows.append(n_rows + np.flatnonzero(ends))
        exit_places.append(place_offsets[-1] + place[ends])
        rows_of_blocks.append(row_of_state)
        states.append(own)
        demand_places[block.demands] = place_offsets[-1] + block.arrival
        place_offsets.append(place_offsets[-1] + len(block.destinations))
        n_rows += len(own)
    block_index = np.arange(len(blocks))
    return rows_of_blocks, Layout(
        n_flow=int(blocks.offsets[-1]),
        states=np.concatenate(states),
        state_block=np.repeat(block_index, [len(own) for own in states]),
        places=np.concatenate([block.destinations for block in blocks.blocks]),
        place_block=np.repeat(block_index, np.diff(place_offsets)),
        start_rows=np.concatenate(start_rows),
        exit_rows=np.concatenate(exit_rows),
        exit_places=np.concatenate(exit_places),
        demand_places=demand_places,
        resources=reachable_limits(blocks),
    )


def reachable_limits(blocks: DemandBlocks) -> Rows:
    """Return the resources that flows without cycles could exhaust, ascending.

    A path without cycles passes an arc, and a link in either direction, at most once, so an own capacity sees each unit
    at most once, and a shared one or a price step at most once per arc that draws on it.
    """
    graph, resources = blocks.graph, blocks.graph.resources
    worst = np.zeros(len(resources))
    for block in blocks.blocks:
        usable = np.zeros(graph.n_arcs, dtype=np.bool_)
        usable[block.arcs] = True
        passages = np.bincount(resources.resource, weights=usable[resources.arc], minlength=len(resources))
        is_own = (resources.kind == "link") | (resources.kind == "transfer")
        passages = np.where(is_own, np.minimum(passages, 1.0), passages)
        worst += block.use * passages * blocks.volume[block.demands].sum()
    return np.flatnonzero(worst > resources.free)


def _flow_entries(blocks: DemandBlocks, layout: Layout, rows_of_blocks: list[Rows]) -> tuple[Rows, Rows, Numbers]:
    """Return entries per column, rows and values of all flow columns: tail, head, then the capacities drawn on."""
    graph, resources = blocks.graph, blocks.graph.resources
    row_of_resource = np.full(len(resources), -1, dtype=np.int64)
    row_of_resource[layout.resources] = np.arange(len(layout.resources)) + layout.first_capacity
    kept = np.flatnonzero(row_of_resource[resources.resource] >= 0)
    kept = kept[np.argsort(resources.arc[kept], kind="stable")]
    pair_arc, pair_resource = resources.arc[kept], resources.resource[kept]
    pairs_on_arc = np.bincount(pair_arc, minlength=graph.n_arcs)
    first_pair = np.cumsum(pairs_on_arc) - pairs_on_arc
    slot = np.arange(len(kept)) - first_pair[pair_arc]

    counts, rows, values = [], [], []
    for block, row_of_state in zip(blocks.blocks, rows_of_blocks, strict=True):
        arcs = block.arcs
        count = 2 + pairs_on_arc[arcs]
        start = np.cumsum(count) - count
        row, value = np.empty(int(count.sum()), dtype=np.int64), np.empty(int(count.sum()))
        row[start], value[start] = row_of_state[graph.tail[arcs]], 1.0
        row[start + 1], value[start + 1] = row_of_state[graph.head[arcs]], -1.0
        column = np.full(graph.n_arcs, -1, dtype=np.int64)
        column[arcs] = np.arange(len(arcs))
        own = column[pair_arc] >= 0
        at = start[column[pair_arc[own]]] + 2 + slot[own]
        row[at], value[at] = row_of_resource[pair_resource[own]], block.use[pair_resource[own]]
        counts.append(count)
        rows.append(row)
        values.append(value)
    return np.concatenate(counts), np.concatenate(rows), np.concatenate(values)


def _costs(blocks: DemandBlocks, n_free: int) -> Numbers:
    """Return the objective (1); starts and exits are free."""
    weights = [block.values.weight[block.arcs] for block in blocks.blocks]
    return np.concatenate([*weights, np.zeros(n_free), np.where(blocks.must_carry, 0.0, blocks.unmet_cost)])


def _upper_limits(blocks: DemandBlocks, layout: Layout, trees: Trees, tail_rows: Rows) -> Numbers:
    """Return the bounds (5); what leaves a state out of reach is 0, which keeps the first basis dual feasible."""
    out_of_reach = np.isinf(trees.distance)
    n_start = len(layout.start_rows)
    is_closed = np.concatenate(
        [out_of_reach[tail_rows], np.zeros(n_start, dtype=np.bool_), out_of_reach[layout.exit_rows]]
    )
    return np.concatenate([np.where(is_closed, 0.0, np.inf), np.where(blocks.must_carry, 0.0, blocks.volume)])


def _block_name(block: Block, graph: ArcGraph) -> str:
    """Return commodity, origin and avoid lists of a block."""
    avoided = sorted(block.avoid_countries) + sorted(block.avoid_modes)
    origin = graph.data.network.nodes.text("node_id")[block.origin]
    return f"{block.values.commodity} from {origin}" + (f" avoiding {' '.join(avoided)}" if avoided else "")


def _column_name(blocks: DemandBlocks, layout: Layout, column: int) -> str:
    """Return a readable name of a variable."""
    graph = blocks.graph
    if column < layout.n_flow:
        at = int(np.searchsorted(blocks.offsets, column, side="right")) - 1
        block = blocks.blocks[at]
        return f"flow[{_block_name(block, graph)}, {arc_name(graph, int(block.arcs[column - blocks.offsets[at]]))}]"
    if column >= layout.first_unmet:
        return f"unmet[{blocks.demand_ids[column - layout.first_unmet]}]"
    column -= layout.n_flow
    if column < len(layout.start_rows):
        return _row_name(blocks, layout, int(layout.start_rows[column])).replace("conservation", "start", 1)
    row = int(layout.exit_rows[column - len(layout.start_rows)])
    return _row_name(blocks, layout, row).replace("conservation", "exit", 1)


def _row_name(blocks: DemandBlocks, layout: Layout, row: int) -> str:
    """Return a readable name of a row."""
    graph = blocks.graph
    nodes = graph.data.network.nodes.text("node_id")
    if row < layout.first_arrival:
        block, state = blocks.blocks[layout.state_block[row]], int(layout.states[row])
        return f"conservation[{_block_name(block, graph)}, {nodes[graph.state_node[state]]} {graph.state_mode[state]}]"
    if row < layout.first_capacity:
        row -= layout.first_arrival
        return f"arrival[{_block_name(blocks.blocks[layout.place_block[row]], graph)}, {nodes[layout.places[row]]}]"
    resources, at = graph.resources, int(layout.resources[row - layout.first_capacity])
    return f"capacity[{resources.ids[at]} {resources.from_node[at]} {resources.to_node[at]}".rstrip() + "]"
