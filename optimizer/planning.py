"""Plan the flows of all demands: the table of contents of a plan."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from network.errors import SolverError
from optimizer.blocks import blocks_of
from optimizer.decomposition import arc_flows, decompose
from optimizer.linear import HAS_ANSWER, FlowSolution, no_flows
from optimizer.options import SolveOptions
from optimizer.price_steps import expand_for
from optimizer.result import Plan, relative_gap
from optimizer.soundness import Tolerances
from optimizer.weights import Weights

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from network.model import Dataset, Numbers
    from optimizer.blocks import DemandBlocks

N_LISTED = 5


def plan_flows(
    data: Dataset,
    *,
    year: int | None = None,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
    executor: Executor | None = None,
) -> Plan:
    """Return the cheapest flows that carry the demands of a year, with prices of scarce capacity and a proof.

    At the time limit the best plan found so far is returned with the best bound proven, and so it is when Ctrl-C is
    pressed while the solver is at work; pressed once more it interrupts. Where nothing must be carried there is always
    a plan; else the status may be ``no_answer``.

    Parameters
    ----------
    data
        Network, demands and commodities, scenarios applied.
    year
        Year whose links, transfers and demands count; None = the base year.
    weights
        What is minimized; money for unmet demand always counts in full.
    options
        Solver, limits and tolerances. The plan is split into routes and verified after the time limit.
    executor
        Where searches of a large network run, such as a `concurrent.futures.ProcessPoolExecutor` or Dask's
        ``client.get_executor()``; None = here. The plan is the same to the last digit.

    Returns
    -------
    Plan
        Infeasible, unbounded and a time limit are statuses of the plan, not errors.

    Raises
    ------
    DatasetError
        The year has no demand; the message lists the years that have.
    SolverError
        The question does not fit the solver asked for, as deadlines fit the path form alone; the solver failed, or its
        answer did not verify.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> plan = plan_flows(load())
    >>> plan.status
    'optimal'
    """
    began = perf_counter()
    graph = expand_for(data, year, weights)
    blocks = blocks_of(graph, weights)
    solution = solve(blocks, options, executor, yields_to_ctrl_c=True)
    plan = plan_of(blocks, solution, options, began)
    check(plan)
    return plan


def solve(
    blocks: DemandBlocks,
    options: SolveOptions,
    executor: Executor | None = None,
    *,
    yields_to_ctrl_c: bool = False,
) -> FlowSolution:
    """Solve the blocks by the solver asked for; ``auto`` chooses by shape.

    Parameters
    ----------
    executor
        Where the searches of the path form run; None = here.
    yields_to_ctrl_c
        Ctrl-C ends the path form and the arc form with what they have; else it is raised.

    Raises
    ------
    SolverError
        The question does not fit the solver asked for, or the solver fails.
    """
    if options.solver == "pyomo":
        from optimizer.solvers import pyomo_twin

        return pyomo_twin.solve(blocks, options)
    if options.solver in ("auto", "ortools"):
        from optimizer.formulations import single_flow

        single = single_flow.build(blocks)
        if not isinstance(single, str):
            return single_flow.solve(single)
        if options.solver == "ortools":
            blocks.refuse_deadlines("OR-Tools")
            raise SolverError(f"OR-Tools does not fit: {single}; solve with --solver highs")
    if options.solver in ("auto", "paths"):
        from optimizer.formulations import path_flow

        began = perf_counter()
        found = path_flow.solve(blocks, options, executor=executor, yields_to_ctrl_c=yields_to_ctrl_c)
        if found is not None:
            return found
        if options.time_limit_s is not None:
            options = replace(options, time_limit_s=max(0.0, options.time_limit_s - (perf_counter() - began)))
    return _solve_by_arcs(blocks, options, yields_to_ctrl_c=yields_to_ctrl_c)


def _solve_by_arcs(blocks: DemandBlocks, options: SolveOptions, *, yields_to_ctrl_c: bool) -> FlowSolution:
    """Solve the arc form."""
    from optimizer.formulations import arc_flow, path_flow
    from optimizer.solvers import highs

    try:
        model = arc_flow.build(blocks)
        return arc_flow.read(model, highs.solve(model.linear, options))
    except KeyboardInterrupt as stop:
        if not yields_to_ctrl_c:
            raise
        return no_flows("no_answer", "highs", path_flow.told(stop))


def plan_of(blocks: DemandBlocks, solution: FlowSolution, options: SolveOptions, began: float) -> Plan:
    """Split a solution into routes and return the plan they add up to, money recomputed from the routes.

    Raises
    ------
    SolverError
        The flows do not bring to a destination what they are said to serve.
    """
    if solution.status not in HAS_ANSWER:
        return _no_answer(blocks, solution, began)
    paths, unmet = decompose(blocks, solution, options.flow_tolerance)
    flow = arc_flows(blocks, paths)
    unmet_cost = float((unmet * np.where(blocks.must_carry, 0.0, blocks.unmet_cost)).sum())
    # Sums, not dot products: threads of a linear algebra library would cost more than they save and change last digits.
    flows = blocks.by_commodity(flow)
    transport_cost = sum(_paid(on_arc, values.cost_usd) for values, on_arc in flows)
    objective = sum(_paid(on_arc, values.weight) for values, on_arc in flows) + unmet_cost
    bound = proven_bound(blocks, solution)
    gap = relative_gap(objective, bound)
    # A plan in hand at a limit may be the optimum all the same: the proof tells.
    is_proven = gap <= Tolerances().proof
    return Plan(
        status="optimal" if is_proven else solution.status,
        cost_usd=transport_cost + unmet_cost,
        transport_cost_usd=transport_cost,
        unmet_cost_usd=unmet_cost,
        objective_usd=objective,
        bound=bound,
        gap=gap,
        blocks=blocks,
        paths=tuple(paths),
        flow=flow,
        unmet_volume=unmet,
        price=solution.price,
        solver=solution.solver,
        seconds=perf_counter() - began,
        message="" if is_proven else solution.message,
        potential=solution.potential,
        start=solution.start,
    )


def _paid(flow: Numbers, rate: Numbers) -> float:
    """Return what flows pay at rates by arc; where nothing flows no rate need be known."""
    used = np.flatnonzero(flow)
    return float((flow[used] * rate[used]).sum())


def proven_bound(blocks: DemandBlocks, solution: FlowSolution) -> float:
    """Return a lower bound of the objective: the solver's dual objective, else what its prices prove by themselves."""
    if solution.bound is not None:
        return solution.bound
    from optimizer.proof import lower_bound, question_of

    return lower_bound(question_of(blocks.graph, blocks.weights), solution.price)


def _no_answer(blocks: DemandBlocks, solution: FlowSolution, began: float) -> Plan:
    """Return the plan of a question without an answer."""
    return Plan(
        status=solution.status,
        cost_usd=None,
        transport_cost_usd=None,
        unmet_cost_usd=None,
        objective_usd=None,
        bound=None,
        gap=None,
        blocks=blocks,
        paths=(),
        flow=np.zeros(int(blocks.offsets[-1])),
        unmet_volume=np.zeros(blocks.n_demands),
        price=np.zeros(len(blocks.graph.resources)),
        solver=solution.solver,
        seconds=perf_counter() - began,
        message=_reason(blocks, solution),
    )


def _reason(blocks: DemandBlocks, solution: FlowSolution) -> str:
    """Return in words why there is no answer, with a remedy."""
    if solution.status == "infeasible":
        from optimizer.shortfall import why_infeasible

        return why_infeasible(blocks)
    if solution.status == "unbounded":
        return "some cost is negative along a cycle; check the costs of links and transfers"
    return f"{solution.message}, and no plan was found by then; allow more time"


def check(plan: Plan) -> None:
    """Hold a plan against the verifier: one that does not stand up to it is an error, not an answer.

    Raises
    ------
    SolverError
        The plan does not verify.
    """
    from optimizer.verification import verify

    findings = verify(plan, plan.data)
    if findings:
        lines = "\n".join(str(finding) for finding in findings[:N_LISTED])
        raise SolverError(f"the plan of {plan.solver} does not verify ({len(findings)} findings)\n{lines}")
