"""The plan as a linear program in arrays, solved by highspy and by scipy's ``linprog``, each with its own defaults.

The arc form has a flow variable per demand and arc; aggregated by origin, one per origin and arc, which has the same
optimum with fewer columns. Either has a balance row per group and node and a capacity row per arc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.task import Clock, Task

if TYPE_CHECKING:
    from benchmarks.instances import Instance, Numbers, Rows
    from benchmarks.task import Source


class Program(NamedTuple):
    """Columns are flows by group and arc, then unmet volumes; rows are balances by group and node, then capacities."""

    cost: Numbers
    upper: Numbers
    row_lower: Numbers
    row_upper: Numbers
    start: Rows
    index: Rows
    value: Numbers
    n_balances: int


def aggregated(source: Source) -> Task:
    return _by_highs(source.instance, np.searchsorted(source.instance.origins, source.instance.origin), "choose")


def aggregated_interior_point(source: Source) -> Task:
    return _by_highs(source.instance, np.searchsorted(source.instance.origins, source.instance.origin), "ipm")


def arc_form(source: Source) -> Task:
    return _by_highs(source.instance, np.arange(len(source.instance.origin)), "choose")


def linprog(source: Source) -> Task:
    """Solve the aggregated program by scipy, which calls a HiGHS of its own."""
    instance = source.instance
    group = np.searchsorted(instance.origins, instance.origin)
    phases: dict[str, list[float]] = {}

    def ask() -> float:
        from scipy import optimize, sparse

        clock = Clock(phases)
        program = program_of(instance, group)
        shape = (len(program.row_lower), len(program.cost))
        matrix = sparse.csc_matrix((program.value, program.index, program.start), shape=shape).tocsr()
        n = program.n_balances
        clock.lap("build")
        found = optimize.linprog(
            program.cost,
            A_eq=matrix[:n],
            b_eq=program.row_lower[:n],
            A_ub=matrix[n:],
            b_ub=program.row_upper[n:],
            bounds=np.column_stack([np.zeros(len(program.cost)), program.upper]),
            method="highs",
        )
        clock.lap("solve")
        return float(found.fun)

    return Task([ask], repeats=True, phases=phases)


def program_of(instance: Instance, group: Rows) -> Program:
    """Return the program whose flows are told apart by group, one group per demand (n_demands,)."""
    n_groups, n_nodes, n_arcs, n_demands = int(group.max()) + 1, instance.n_nodes, instance.n_arcs, len(group)
    n_flows, n_balances = n_groups * n_arcs, n_groups * n_nodes
    first = np.repeat(np.arange(n_groups) * n_nodes, n_arcs)
    tail, head = (first + np.tile(end, n_groups) for end in (instance.tail, instance.head))
    capacity = n_balances + np.tile(np.arange(n_arcs), n_groups)
    leaves, arrives = group * n_nodes + instance.origin, group * n_nodes + instance.destination

    supply = np.zeros(n_balances)
    np.add.at(supply, leaves, instance.volume)
    np.subtract.at(supply, arrives, instance.volume)
    unmet_upper = np.where(np.isinf(instance.unmet_cost), 0.0, instance.volume)
    unmet_cost = np.where(np.isinf(instance.unmet_cost), 0.0, instance.unmet_cost)
    return Program(
        cost=np.concatenate([np.tile(instance.cost, n_groups), unmet_cost]),
        upper=np.concatenate([np.full(n_flows, np.inf), unmet_upper]),
        row_lower=np.concatenate([supply, np.full(n_arcs, -np.inf)]),
        row_upper=np.concatenate([supply, instance.capacity]),
        start=np.concatenate([3 * np.arange(n_flows), 3 * n_flows + 2 * np.arange(n_demands + 1)]),
        index=np.concatenate(
            [np.column_stack([tail, head, capacity]).ravel(), np.column_stack([leaves, arrives]).ravel()]
        ),
        value=np.concatenate([np.tile([1.0, -1.0, 1.0], n_flows), np.tile([1.0, -1.0], n_demands)]),
        n_balances=n_balances,
    )


def _by_highs(instance: Instance, group: Rows, solver: str) -> Task:
    phases: dict[str, list[float]] = {}

    def ask() -> float:
        import highspy

        clock = Clock(phases)
        program = program_of(instance, group)
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("solver", solver)
        n_columns, n_rows = len(program.cost), len(program.row_lower)
        highs.passModel(
            n_columns,
            n_rows,
            len(program.value),
            int(highspy.MatrixFormat.kColwise),
            int(highspy.ObjSense.kMinimize),
            0.0,
            program.cost,
            np.zeros(n_columns),
            program.upper,
            program.row_lower,
            program.row_upper,
            program.start.astype(np.int32),
            program.index.astype(np.int32),
            program.value,
            np.zeros(n_columns, dtype=np.int32),
        )
        clock.lap("build")
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"no optimum: {highs.getModelStatus()}")
        objective = highs.getInfo().objective_function_value
        clock.lap("solve")
        return float(objective)

    return Task([ask], repeats=True, phases=phases)
