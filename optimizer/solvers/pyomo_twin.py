"""The readable twin of the arc-flow formulation F1: named sets, variables and constraints, open to own constraints.

Equation numbers are those of ``docs/formulations.md``. The twin is the oracle of the array form and the door for
planners; it is far slower to build, so it is solved only when asked for by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from network.errors import SolverError
from optimizer.blocks import DemandBlocks, blocks_of
from optimizer.linear import FlowSolution, Status, no_flows
from optimizer.price_steps import expand_for
from optimizer.weights import Weights

if TYPE_CHECKING:
    import pyomo.environ as pyo

    from network.model import Dataset
    from optimizer.blocks import Block
    from optimizer.graph import ArcGraph
    from optimizer.options import SolveOptions

Label = tuple[str, str, str]
State = tuple[str, str]


@dataclass(frozen=True, eq=False)
class _Terms:
    """Labels, and what stands in the sums of the equations, block by block.

    `leaving` and `entering` list the flows at a state, `drawing` uses and flows on a resource, `exits` the states of a
    destination, `wanted` its demands as positions in `DemandBlocks`.
    """

    blocks: list[str]
    arcs: list[Label]
    states: list[State]
    resources: list[Label]
    weight: dict[tuple[str, Label], float]
    leaving: dict[tuple[str, State], list[tuple[str, Label]]]
    entering: dict[tuple[str, State], list[tuple[str, Label]]]
    drawing: dict[Label, list[tuple[float, tuple[str, Label]]]]
    starts: list[tuple[str, State]]
    exits: dict[tuple[str, str], list[tuple[str, State]]]
    wanted: dict[tuple[str, str], list[int]]


def to_pyomo(
    data: Dataset,
    *,
    year: int | None = None,
    weights: Weights = Weights(),
) -> pyo.ConcreteModel:
    """Return the plan of a year as a Pyomo model with readable names, to be solved by any solver of linear programs.

    ================================== ===============================================================================
    Component                          Meaning
    ================================== ===============================================================================
    ``BLOCKS``                         ``"container from CNSIA"``: commodity, origin, avoid lists
    ``ARCS``                           (link id, from node, to node); a transfer: (node id, from mode, to mode)
    ``STATES``                         (node id, mode with gauge)
    ``RESOURCES``                      (id, from, to); the last two empty where both directions count together
    ``flow[block, *arc]``              commodity units per year, at least 0
    ``start[block, *state]``           what leaves the origin in that state
    ``exit[block, *state]``            what stays at a destination in that state
    ``unmet[demand id]``               what is left behind
    ``total``                          (1) the objective
    ``conservation[block, *state]``    (2) +1 at the tail, −1 at the head of an arc
    ``arrival[block, node id]``        (3) what arrives and what is unmet make up the demands of a destination
    ``capacity[*resource]``            (4) in the resource's unit per year
    ``link_flow[*link arc, commodity]`` expression: the flow of all blocks of a commodity, in its units
    ``dual``                           suffix, filled in by the solver
    ================================== ===============================================================================

    Bounds (5) are those of the variables.

    Raises
    ------
    DatasetError
        The year has no demand; the message lists the years that have.
    SolverError
        A demand has a deadline, which needs the path form.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import to_pyomo
    >>> model = to_pyomo(load())
    >>> model.total.sense.name
    'minimize'
    """
    return build(blocks_of(expand_for(data, year, weights), weights))


def build(blocks: DemandBlocks) -> pyo.ConcreteModel:
    """Return F1 of some blocks as a Pyomo model; see `to_pyomo` for its components.

    Raises
    ------
    SolverError
        A demand has a time limit.
    """
    import pyomo.environ as pyo

    blocks.refuse_deadlines("Pyomo")
    terms = _terms(blocks)
    graph = blocks.graph
    model: Any = pyo.ConcreteModel(name=f"{graph.data.info.name} {graph.year}")
    model.BLOCKS = pyo.Set(initialize=terms.blocks)
    model.ARCS = pyo.Set(initialize=terms.arcs, dimen=3)
    model.STATES = pyo.Set(initialize=terms.states, dimen=2)
    model.RESOURCES = pyo.Set(initialize=terms.resources, dimen=3)
    model.DEMANDS = pyo.Set(initialize=blocks.demand_ids)
    model.FLOWS = pyo.Set(initialize=[(name, *label) for name, label in terms.weight], dimen=4)
    model.STARTS = pyo.Set(initialize=[(name, *state) for name, state in terms.starts], dimen=3)
    model.EXITS = pyo.Set(initialize=[(name, *state) for part in terms.exits.values() for name, state in part], dimen=3)
    _add_variables(model, blocks)
    _add_objective(model, blocks, terms)
    _add_constraints(model, blocks, terms)
    _add_link_flows(model, blocks, terms)
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return model


def _add_variables(model: Any, blocks: DemandBlocks) -> None:
    """Add flow, start, exit and unmet with their bounds (5): what must be carried cannot be left behind."""
    import pyomo.environ as pyo

    model.flow = pyo.Var(model.FLOWS, domain=pyo.NonNegativeReals)
    model.start = pyo.Var(model.STARTS, domain=pyo.NonNegativeReals)
    model.exit = pyo.Var(model.EXITS, domain=pyo.NonNegativeReals)
    most = np.where(blocks.must_carry, 0.0, blocks.volume).tolist()
    bounds = {demand_id: (0.0, volume) for demand_id, volume in zip(blocks.demand_ids, most, strict=True)}
    model.unmet = pyo.Var(model.DEMANDS, bounds=bounds)


def _add_objective(model: Any, blocks: DemandBlocks, terms: _Terms) -> None:
    """Add (1): weight of all flows plus the cost of what is unmet."""
    import pyomo.environ as pyo

    costs = zip(blocks.demand_ids, np.where(blocks.must_carry, 0.0, blocks.unmet_cost).tolist(), strict=True)
    carried = pyo.quicksum(cost * model.flow[name, label] for (name, label), cost in terms.weight.items())
    unmet = pyo.quicksum(cost * model.unmet[demand_id] for demand_id, cost in costs)
    model.total = pyo.Objective(expr=carried + unmet)


def _add_constraints(model: Any, blocks: DemandBlocks, terms: _Terms) -> None:
    """Add conservation (2), arrival (3) and capacity (4)."""
    import pyomo.environ as pyo

    def conservation(model: Any, name: str, node: str, mode: str) -> object:
        key = (name, (node, mode))
        out = pyo.quicksum(model.flow[arc] for arc in terms.leaving.get(key, ()))
        into = pyo.quicksum(model.flow[arc] for arc in terms.entering.get(key, ()))
        begun = model.start[key] if key in model.STARTS else 0.0
        ended = model.exit[key] if key in model.EXITS else 0.0
        return out - into - begun + ended == 0.0

    def arrival(model: Any, name: str, node: str) -> object:
        demands = terms.wanted[name, node]
        arrived = pyo.quicksum(model.exit[key] for key in terms.exits[name, node])
        left = pyo.quicksum(model.unmet[blocks.demand_ids[demand]] for demand in demands)
        return arrived + left == float(blocks.volume[demands].sum())

    def capacity(model: Any, name: str, start: str, end: str) -> object:
        resource = (name, start, end)
        return pyo.quicksum(use * model.flow[arc] for use, arc in terms.drawing[resource]) <= free[resource]

    free = dict(zip(terms.resources, blocks.graph.resources.free.tolist(), strict=True))
    touched = dict.fromkeys([*terms.leaving, *terms.entering])
    model.BALANCES = pyo.Set(initialize=[(name, *state) for name, state in touched], dimen=3)
    model.ARRIVALS = pyo.Set(initialize=list(terms.wanted), dimen=2)
    model.LIMITS = pyo.Set(initialize=[label for label in terms.resources if label in terms.drawing], dimen=3)
    model.conservation = pyo.Constraint(model.BALANCES, rule=conservation)
    model.arrival = pyo.Constraint(model.ARRIVALS, rule=arrival)
    model.capacity = pyo.Constraint(model.LIMITS, rule=capacity)


def _add_link_flows(model: Any, blocks: DemandBlocks, terms: _Terms) -> None:
    """Add the flow of each commodity over each link and direction, for a planner's own constraints."""
    import pyomo.environ as pyo

    commodity = {name: block.values.commodity for name, block in zip(terms.blocks, blocks.blocks, strict=True)}
    links = {label for arc, label in enumerate(terms.arcs) if blocks.graph.link[arc] >= 0}
    parts: dict[tuple[str, ...], list[tuple[str, Label]]] = {}
    for name, label in terms.weight:
        if label in links:
            parts.setdefault((*label, commodity[name]), []).append((name, label))

    def link_flow(model: Any, *key: str) -> object:
        return pyo.quicksum(model.flow[arc] for arc in parts[key])

    model.LINK_FLOWS = pyo.Set(initialize=list(parts), dimen=4)
    model.link_flow = pyo.Expression(model.LINK_FLOWS, rule=link_flow)


def solve(blocks: DemandBlocks, options: SolveOptions) -> FlowSolution:
    """Solve the twin by HiGHS through Pyomo; the price of a capacity is minus the dual of its row, never below 0.

    At a time limit there is no answer: what the solver may have had in hand is not asked for.

    Raises
    ------
    SolverError
        The solver stops without saying whether there is an answer.
    """
    from pyomo.contrib.appsi.base import TerminationCondition
    from pyomo.contrib.appsi.solvers.highs import Highs

    graph = blocks.graph
    model: Any = build(blocks)
    solver: Any = Highs()
    solver.config.load_solution = False
    solver.config.time_limit = options.time_limit_s
    solver.highs_options = {
        "threads": 1,
        "primal_feasibility_tolerance": options.feasibility_tolerance,
        "dual_feasibility_tolerance": options.optimality_tolerance,
    }
    answer: Any = solver.solve(model)
    known: dict[object, Status] = {
        TerminationCondition.optimal: "optimal",
        TerminationCondition.infeasible: "infeasible",
        # Nothing costs less than 0, so that what is one of the two cannot be unbounded.
        TerminationCondition.infeasibleOrUnbounded: "infeasible",
        TerminationCondition.unbounded: "unbounded",
        TerminationCondition.maxTimeLimit: "no_answer",
    }
    status = known.get(answer.termination_condition)
    if status is None:
        raise SolverError(f"Pyomo's HiGHS stopped with {answer.termination_condition}; solve with --solver highs")
    if status != "optimal":
        return no_flows(status, "pyomo", "" if status != "no_answer" else "time limit")
    answer.solution_loader.load_vars()
    duals = answer.solution_loader.get_duals()
    arc_labels, names = _arc_labels(graph), block_names(blocks)
    price = np.zeros(len(graph.resources))
    for at, label in enumerate(_resource_labels(graph)):
        if label in model.LIMITS:
            price[at] = max(0.0, -duals[model.capacity[label]])
    return FlowSolution(
        status="optimal",
        flow=np.array(
            [
                model.flow[name, arc_labels[arc]].value
                for name, block in zip(names, blocks.blocks, strict=True)
                for arc in block.arcs.tolist()
            ],
            dtype=np.float64,
        ),
        unmet=np.array([model.unmet[demand_id].value for demand_id in blocks.demand_ids], dtype=np.float64),
        price=price,
        bound=None,
        solver="pyomo",
    )


def _terms(blocks: DemandBlocks) -> _Terms:
    """Collect the labels and sums of all blocks."""
    graph = blocks.graph
    node_ids = graph.data.network.nodes.text("node_id")
    terms = _Terms(
        block_names(blocks),
        _arc_labels(graph),
        _state_labels(graph),
        _resource_labels(graph),
        *({}, {}, {}, {}, [], {}, {}),
    )
    drawn_by = _resources_of_arcs(graph)
    for name, block in zip(terms.blocks, blocks.blocks, strict=True):
        for arc in block.arcs.tolist():
            key = (name, terms.arcs[arc])
            terms.weight[key] = float(block.values.weight[arc])
            terms.leaving.setdefault((name, terms.states[graph.tail[arc]]), []).append(key)
            terms.entering.setdefault((name, terms.states[graph.head[arc]]), []).append(key)
            for resource in drawn_by.get(arc, ()):
                use = float(block.use[resource])
                if use > 0.0:
                    terms.drawing.setdefault(terms.resources[resource], []).append((use, key))
        origin, *destinations = (
            [
                (name, terms.states[state])
                for state in graph.states_of.get(node, ())
                if (name, terms.states[state]) in terms.leaving or (name, terms.states[state]) in terms.entering
            ]
            for node in (block.origin, *block.destinations.tolist())
        )
        terms.starts.extend(origin)
        for node, states in zip(block.destinations.tolist(), destinations, strict=True):
            terms.exits[name, str(node_ids[node])] = states
        for demand in block.demands.tolist():
            terms.wanted.setdefault((name, str(node_ids[blocks.destination[demand]])), []).append(demand)
    return terms


def block_names(blocks: DemandBlocks) -> list[str]:
    """Return the name of every block: commodity, origin, and what is avoided."""
    node_ids = blocks.graph.data.network.nodes.text("node_id")
    return [_block_name(block, str(node_ids[block.origin])) for block in blocks.blocks]


def _block_name(block: Block, origin: str) -> str:
    avoided = [*sorted(block.avoid_countries), *sorted(block.avoid_modes)]
    return f"{block.values.commodity} from {origin}" + (f" avoiding {' '.join(avoided)}" if avoided else "")


def _arc_labels(graph: ArcGraph) -> list[Label]:
    """Return (link id, from, to) or (node id, from mode, to mode) of every arc; parallel ones are numbered."""
    links, nodes = graph.data.network.links.text("link_id"), graph.data.network.nodes.text("node_id")
    labels: list[Label] = []
    for arc in range(graph.n_arcs):
        tail, head = int(graph.tail[arc]), int(graph.head[arc])
        start, end = str(nodes[graph.state_node[tail]]), str(nodes[graph.state_node[head]])
        if graph.link[arc] >= 0:
            labels.append((str(links[graph.link[arc]]), start, end))
        else:
            labels.append((start, str(graph.state_mode[tail]), str(graph.state_mode[head])))
    return _numbered(labels)


def _state_labels(graph: ArcGraph) -> list[State]:
    """Return (node id, mode with gauge) of every state."""
    nodes = graph.data.network.nodes.text("node_id")
    return [
        (str(nodes[node]), str(mode)) for node, mode in zip(graph.state_node.tolist(), graph.state_mode, strict=True)
    ]


def _resource_labels(graph: ArcGraph) -> list[Label]:
    """Return (id, from, to) of every resource; the last two are empty where directions count together."""
    resources = graph.resources
    return _numbered(
        [
            (str(name), str(start), str(end))
            for name, start, end in zip(resources.ids, resources.from_node, resources.to_node, strict=True)
        ]
    )


def _numbered(labels: list[Label]) -> list[Label]:
    """Return the labels with ``#2``, ``#3`` … behind the first part where one comes again."""
    count: dict[Label, int] = {}
    unique: list[Label] = []
    for label in labels:
        count[label] = count.get(label, 0) + 1
        unique.append(label if count[label] == 1 else (f"{label[0]}#{count[label]}", *label[1:]))
    return unique


def _resources_of_arcs(graph: ArcGraph) -> dict[int, list[int]]:
    """Return the resources that each arc draws on."""
    drawn: dict[int, list[int]] = {}
    for arc, resource in zip(graph.resources.arc.tolist(), graph.resources.resource.tolist(), strict=True):
        drawn.setdefault(arc, []).append(resource)
    return drawn
