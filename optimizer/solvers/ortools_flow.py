"""Minimum-cost flow on integers by OR-Tools' ``SimpleMinCostFlow``; one of the three doors to a solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from network.errors import SolverError

if TYPE_CHECKING:
    from typing import Any

    from network.model import Numbers
    from optimizer.linear import Status
    from optimizer.resources import Rows

LIMIT = 2**62
"""No sum that the solver forms may reach this: half of what 64 bits hold leaves room for its own additions."""

POTENTIAL_ROOM = 4
"""How far the solver's node potentials may overshoot the cost of the longest path, times the number of nodes plus one,
by which it scales costs; it reports an overflow of its own, so that too little room is an error, never a wrong flow."""


@dataclass(frozen=True, eq=False)
class IntegerFlow:
    """An answer in whole numbers: `flow` (n_arcs,) is empty unless `status` is ``optimal``."""

    status: Status
    flow: Rows


def solve(tail: Rows, head: Rows, capacity: Rows, cost: Rows, supply: Rows) -> IntegerFlow:
    """Return a cheapest flow that carries all supply.

    Parameters
    ----------
    tail, head
        Ends of the arcs, shape (n_arcs,); parallel arcs are legal.
    capacity, cost
        Whole numbers per arc, shape (n_arcs,); capacities are at least 0.
    supply
        Whole numbers per node, shape (n_nodes,): positive where flow starts, negative where it ends, sum 0.

    Raises
    ------
    SolverError
        An array is not of int64 (the solver would cut decimals off without a word), a sum could leave the range of
        64 bits, supplies do not balance, or the solver fails.

    Notes
    -----
    Cost-scaling push-relabel: A. V. Goldberg, "An efficient implementation of a scaling minimum-cost flow algorithm",
    Journal of Algorithms 22 (1997). The solver's own total cost saturates, so it is not passed on.
    """
    refusal = out_of_range(capacity, cost, supply, tail, head)
    if refusal is not None:
        raise SolverError(f"the flow does not fit OR-Tools: {refusal}")

    from ortools.graph.python import min_cost_flow

    solver: Any = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), capacity, cost)
    solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
    answer = solver.solve()
    if answer == solver.OPTIMAL:
        return IntegerFlow("optimal", np.asarray(solver.flows(arcs), dtype=np.int64))
    if answer == solver.INFEASIBLE:
        return IntegerFlow("infeasible", np.zeros(0, dtype=np.int64))
    raise SolverError(f"OR-Tools gave no answer ({answer.name}); solve with --solver highs")


def out_of_range(capacity: Rows, cost: Rows, supply: Rows, tail: Rows, head: Rows) -> str | None:
    """Return why the solver cannot count with these numbers, None where it can.

    Every sum is bounded beforehand in floating point, which cannot overflow.
    """
    for name, values in (("capacity", capacity), ("cost", cost), ("supply", supply)):
        if values.dtype != np.int64:
            return f"{name} holds {values.dtype}, not whole numbers of 64 bits"
    if len(capacity) and int(capacity.min()) < 0:
        return "a capacity is below 0"
    passing = np.abs(supply.astype(np.float64))
    for ends in (tail, head):
        passing += np.bincount(ends, weights=capacity.astype(np.float64), minlength=len(supply))
    if float(np.abs(supply.astype(np.float64)).sum()) >= LIMIT or (len(passing) and float(passing.max()) >= LIMIT):
        return "the capacities at a node add up to more than 64 bits hold"
    if sum(supply.tolist()) != 0:
        return "supplies and demands differ"
    if longest_path(cost.astype(np.float64), len(supply)) * (len(supply) + 1) >= LIMIT / POTENTIAL_ROOM:
        return "costs along a path can add up to more than 64 bits hold"
    return None


def longest_path(cost: Numbers, n_nodes: int) -> float:
    """Return a bound on the cost of any path that meets no arc and no node twice."""
    costs = np.abs(cost)
    return min(float(costs.max(initial=0.0)) * n_nodes, float(costs.sum()))
