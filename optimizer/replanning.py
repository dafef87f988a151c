"""Plan a changed question again from where the plan of the unchanged one stands.

Scenarios that only change capacities, costs or volumes keep the network, the ways and the basis of the plan they are
compared with; those that close or add links change just that. Every plan starts from the same one, never from that of
the scenario before it, so that results depend on no order. The optimum is that of a plan made from nothing and is
proven and verified like it; where several plans are optimal, the flows may be those of another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from network.errors import SolverError
from network.model import Portable, freeze
from optimizer.blocks import blocks_of
from optimizer.graph import alike, commodity_arcs, valued_anew
from optimizer.options import SolveOptions
from optimizer.planning import check, plan_of
from optimizer.planning import solve as solve_anew
from optimizer.price_steps import expand_for
from optimizer.resources import limited_anew
from optimizer.result import resource_use
from optimizer.weights import Weights

if TYPE_CHECKING:
    from network.model import Dataset, Numbers, Table
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_flow import Seen
    from optimizer.formulations.path_probe import Probe
    from optimizer.formulations.path_start import Start
    from optimizer.graph import ArcGraph
    from optimizer.linear import FlowSolution
    from optimizer.result import Plan

LIMITS = frozenset(("capacity", "background"))
"""Columns that change what is free, and nothing else as long as nothing opens or closes."""
PAID = frozenset(
    (
        *("cost_usd_per_teu", "cost_usd_per_t", "fixed_cost_usd_per_teu", "fixed_cost_usd_per_t", "co2_kg_per_t"),
        *("time_h", "time_p90_h", "speed_kmh", "fixed_time_h", "fixed_time_p90_h", "length_km"),
    )
)
"""Columns of links and transfers that change what is paid on an arc, and nothing else."""
AMOUNTS = frozenset(("volume", "unmet_cost_usd_per_unit"))
"""Columns of demands that change no block."""
LIMITED = ("links", "transfers", "shared_capacities")


@dataclass(frozen=True, eq=False)
class Prepared(Portable):
    """A plan, and what makes plans of changed data quick.

    Attributes
    ----------
    plan
        The plan of the unchanged data.
    options
        How it was solved, and how those of changed data are.
    start
        Where they start; None where they start from nothing, as another solver was asked for or had to decide.
    """

    plan: Plan
    options: SolveOptions
    start: Start | None = None

    @cached_property
    def probe(self) -> Probe | None:
        """What finds optima at other free capacities; None where plans start from nothing."""
        from optimizer.formulations.path_probe import Probe

        return None if self.start is None else Probe(self.start, self.options)


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An optimum without its plan.

    Attributes
    ----------
    objective_usd
        What was minimized.
    price
        USD per yearly unit of each resource that one more saves, (n_resources,).
    used
        What the flows take of each resource, in its unit per year, (n_resources,).
    unmet
        Units per year of each demand left behind, (n_demands,).
    look
        What the last search has seen, where it proves the prices.
    blocks
        The question.
    """

    objective_usd: float
    price: Numbers
    used: Numbers
    unmet: Numbers
    look: Seen | None = field(repr=False)
    blocks: DemandBlocks = field(repr=False)

    @cached_property
    def worth(self) -> Numbers:
        """USD that one more unit of each demand adds to the objective, (n_demands,).

        It is the unmet cost, or what the cheapest way pays at weight plus prices where that is less.
        """
        from optimizer.proof import Potentials, cheapest, lengths_proven, question_of

        question = question_of(self.blocks.graph, self.blocks.weights)
        if self.look is None:
            length = cheapest(question, self.price)
        else:
            length = lengths_proven(question, self.price, Potentials(self.look.potential(), self.blocks.block_of))
        worth: Numbers = np.fmin(question.unmet_cost, length)
        return worth


def prepare(
    data: Dataset,
    *,
    year: int | None = None,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
) -> Prepared:
    """Plan the flows of a year and keep what makes plans of changed data quick.

    Parameters
    ----------
    data, year, weights, options
        As of `optimizer.plan_flows`. ``auto`` takes the path form.

    Raises
    ------
    DatasetError
        The year has no demand; the message lists the years that have.
    SolverError
        As of `optimizer.plan_flows`.
    """
    began = perf_counter()
    blocks = blocks_of(expand_for(data, year, weights), weights)
    prepared = _prepared(blocks, _solve(blocks, options, None), options, began)
    if prepared.start is not None:
        # What all plans from here need is found once.
        _ = prepared.start.known, prepared.start.lattice
    return prepared


def replan(base: Prepared, data: Dataset) -> Prepared:
    """Return the plan of changed data for the same year, weights and options; its optimum is that of a cold solve.

    Parameters
    ----------
    base
        The plan to start from.
    data
        The data of `base` with a scenario applied. Any data will do, but the less they have in common, the slower.

    Raises
    ------
    DatasetError
        The year has no demand any more.
    SolverError
        As of `optimizer.plan_flows`.

    Examples
    --------
    >>> from network import apply, load
    >>> from optimizer.replanning import prepare, replan
    >>> data = load()
    >>> base = prepare(data)
    >>> closed = replan(base, apply(data, data.scenarios["suez-closed"]))
    >>> closed.plan.objective_usd > base.plan.objective_usd
    True
    """
    began = perf_counter()
    blocks = blocks_after(base.plan.blocks, data)
    return _prepared(blocks, _solve(blocks, base.options, base.start), base.options, began)


def evaluate(
    base: Prepared, *, free: Numbers | None = None, volume: Numbers | None = None, relief: Numbers | None = None
) -> Evaluated:
    """Return the optimum of the question of a plan with other free capacities or volumes, without a plan of it.

    Parameters
    ----------
    base
        The plan to start from.
    free
        Free capacity of each resource per year, inf for any, (n_resources,); None = as it is.
    volume
        Volume of each demand in commodity units per year, (n_demands,); None = as it is.
    relief
        USD per yearly unit for which a resource may be exceeded, inf where it may not, (n_resources,); None = nowhere.

    Raises
    ------
    SolverError
        There is no optimum: demands that must be carried do not fit, or the solver fails; or `relief` is asked for
        where only the path form can answer and it cannot.
    """
    blocks = base.plan.blocks
    if free is not None and volume is None and relief is None and base.probe is not None:
        found = base.probe.at(np.array(free, dtype=np.float64))
        if found is not None:
            return Evaluated(*found, blocks)
    if free is not None:
        resources = replace(blocks.graph.resources, free=freeze(np.array(free, dtype=np.float64)))
        blocks = replace(blocks, graph=replace(blocks.graph, resources=resources))
    if volume is not None:
        blocks = replace(blocks, volume=freeze(np.array(volume, dtype=np.float64)))
    solution = _solve(blocks, base.options, base.start, relief)
    if solution.status != "optimal" or solution.bound is None:
        raise SolverError(f"no optimum at other capacities or volumes: {solution.status}")
    used = resource_use(blocks, solution.flow)
    return Evaluated(solution.bound, solution.price, used, solution.unmet, None, blocks)


def blocks_after(base: DemandBlocks, data: Dataset) -> DemandBlocks:
    """Return the blocks of changed data; what the changes leave alone is not made again.

    Raises
    ------
    DatasetError
        The year has no demand.
    """
    before, weights = base.graph.data, base.weights
    graph = _graph_after(base.graph, data, weights)
    if graph is None or data.commodities is not before.commodities:
        return blocks_of(expand_for(data, base.graph.year, weights), weights)
    if data.demands is not before.demands and not _differs_in(before.demands, data.demands) <= AMOUNTS:
        return blocks_of(graph, weights)
    volume, unmet_cost = base.volume, base.unmet_cost
    if data.demands is not before.demands:
        demands = data.demands
        volume, unmet_cost = (freeze(demands.number(name)[base.rows]) for name in ("volume", "unmet_cost_usd_per_unit"))
    blocks = base.blocks
    if graph.cost_usd_per_teu is not base.graph.cost_usd_per_teu:
        values = {block.values.row: block.values for block in blocks}
        anew = {row: commodity_arcs(graph, row, weights) for row in values}
        blocks = tuple(replace(block, values=anew[block.values.row]) for block in blocks)
    return replace(base, graph=graph, volume=volume, unmet_cost=unmet_cost, blocks=blocks)


def _graph_after(graph: ArcGraph, data: Dataset, weights: Weights) -> ArcGraph | None:
    """Return the virtual network of changed data with the same arcs, None where they may be others."""
    before, after = graph.data.tables, data.tables
    if weights.calibration:
        return None
    changed = {name for name in before if before[name] is not after[name]} - {"demands", "rates"}
    if not changed <= set(LIMITED):
        return None
    columns = {name: _differs_in(before[name], after[name]) for name in changed}
    if not all(columns[name] <= LIMITS | PAID for name in changed):
        return None
    limited = [name for name in changed if columns[name] & LIMITS]
    if not all(_limits_alike(before[name], after[name]) for name in limited):
        return None
    if before["rates"] is not after["rates"] or any(columns[name] & PAID for name in changed):
        anew = valued_anew(graph, data)
    else:
        anew = alike(graph, data=data)
    if not limited:
        return anew
    return alike(anew, resources=limited_anew(graph.resources, data.network))


def _limits_alike(before: Table, after: Table) -> bool:
    """Tell whether nothing opens, closes or loses its limit."""
    old, new = before.number("capacity"), after.number("capacity")
    return bool((((old == 0.0) == (new == 0.0)) & (np.isnan(old) == np.isnan(new))).all())


def _differs_in(before: Table, after: Table) -> set[str]:
    """Return the columns in which two tables differ, all of them where they have other rows."""
    if len(before) != len(after):
        return {*before.columns, *after.columns}
    return {
        name for name in {*before.columns, *after.columns} if before.columns.get(name) is not after.columns.get(name)
    }


def _prepared(blocks: DemandBlocks, solution: FlowSolution, options: SolveOptions, began: float) -> Prepared:
    """Return the verified plan of a solution with where others may start."""
    plan = plan_of(blocks, solution, options, began)
    check(plan)
    return Prepared(plan, options, solution.start)


def _solve(
    blocks: DemandBlocks, options: SolveOptions, start: Start | None, relief: Numbers | None = None
) -> FlowSolution:
    """Solve by the path form where the options allow it and it can, from a start if there is one."""
    if options.solver in ("auto", "paths"):
        from optimizer.formulations import path_flow

        found = path_flow.solve(blocks, options, start, relief)
        if found is not None:
            return found
        options = replace(options, solver="highs")
    if relief is not None:
        raise SolverError("capacities that may be exceeded need the path form; ask for solver auto or paths")
    return solve_anew(blocks, options)
