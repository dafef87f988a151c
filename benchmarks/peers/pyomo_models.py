"""The plan as a Pyomo model, solved by HiGHS through appsi: arc form, aggregated by origin, rebuilt and persistent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.instances import whatif_factors
from benchmarks.task import Clock, Task

if TYPE_CHECKING:
    from benchmarks.instances import Instance, Numbers, Rows
    from benchmarks.task import Source


def aggregated(source: Source) -> Task:
    return _cold(source.instance, _by_origin(source.instance))


def arc_form(source: Source) -> Task:
    return _cold(source.instance, np.arange(len(source.instance.origin)))


def rebuilt(source: Source) -> Task:
    """Build and solve the aggregated model anew for every what-if."""
    instance = source.instance
    group = _by_origin(instance)

    def ask(capacity: Numbers, cost: Numbers) -> float:
        import pyomo.environ as pyo

        model = model_of(instance, group, capacity, cost)
        pyo.SolverFactory("appsi_highs").solve(model)
        return float(pyo.value(model.total))

    return Task([partial(ask, *changed) for changed in _whatifs(instance)])


def persistent(source: Source) -> Task:
    """Keep one aggregated model with mutable parameters in the solver, its checks for other changes turned off."""
    import pyomo.environ as pyo
    from pyomo.contrib.appsi.solvers import Highs

    instance = source.instance
    model = model_of(instance, _by_origin(instance), instance.capacity, instance.cost)
    solver = Highs()
    checks = solver.update_config
    checks.check_for_new_or_removed_constraints = False
    checks.check_for_new_or_removed_vars = False
    checks.check_for_new_or_removed_params = False
    checks.check_for_new_objective = False
    checks.update_constraints = False
    checks.update_vars = False
    checks.update_objective = False
    checks.update_named_expressions = False
    checks.treat_fixed_vars_as_params = True
    solver.solve(model)
    touched: set[int] = set()

    def ask(capacity: Numbers, cost: Numbers) -> float:
        changed = set(np.flatnonzero((capacity != instance.capacity) | (cost != instance.cost)).tolist())
        for arc in touched | changed:
            model.capacity[arc] = float(capacity[arc])
            model.cost[arc] = float(cost[arc])
        touched.clear()
        touched.update(changed)
        solver.solve(model)
        return float(pyo.value(model.total))

    return Task([partial(ask, *changed) for changed in _whatifs(instance)])


def model_of(instance: Instance, group: Rows, capacity: Numbers, cost: Numbers) -> Any:
    """Return the model whose flows are told apart by group, one group per demand (n_demands,)."""
    import pyomo.environ as pyo

    n_groups = int(group.max()) + 1
    tail, head = instance.tail.tolist(), instance.head.tolist()
    volume, unmet_cost = instance.volume.tolist(), instance.unmet_cost.tolist()
    leaving: list[list[int]] = [[] for _ in range(instance.n_nodes)]
    entering: list[list[int]] = [[] for _ in range(instance.n_nodes)]
    for arc, (start, end) in enumerate(zip(tail, head, strict=True)):
        leaving[start].append(arc)
        entering[end].append(arc)
    supplied: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for at, own in enumerate(group.tolist()):
        supplied.setdefault((own, int(instance.origin[at])), []).append((at, 1.0))
        supplied.setdefault((own, int(instance.destination[at])), []).append((at, -1.0))

    model = pyo.ConcreteModel()
    model.arcs = pyo.RangeSet(0, instance.n_arcs - 1)
    model.groups = pyo.RangeSet(0, n_groups - 1)
    model.nodes = pyo.RangeSet(0, instance.n_nodes - 1)
    model.demands = pyo.RangeSet(0, len(volume) - 1)
    model.capacity = pyo.Param(model.arcs, initialize=dict(enumerate(capacity.tolist())), mutable=True)
    model.cost = pyo.Param(model.arcs, initialize=dict(enumerate(cost.tolist())), mutable=True)
    model.flow = pyo.Var(model.groups, model.arcs, within=pyo.NonNegativeReals)
    model.unmet = pyo.Var(model.demands, bounds=lambda _, at: (0.0, volume[at]))

    def balance(model: Any, own: int, node: int) -> Any:
        out = pyo.quicksum(model.flow[own, arc] for arc in leaving[node])
        back = pyo.quicksum(model.flow[own, arc] for arc in entering[node])
        ends = supplied.get((own, node), ())
        return out - back == pyo.quicksum(sign * (volume[at] - model.unmet[at]) for at, sign in ends)

    def limit(model: Any, arc: int) -> Any:
        return pyo.quicksum(model.flow[own, arc] for own in range(n_groups)) <= model.capacity[arc]

    model.balance = pyo.Constraint(model.groups, model.nodes, rule=balance)
    model.limit = pyo.Constraint(model.arcs, rule=limit)
    model.total = pyo.Objective(
        expr=pyo.quicksum(
            model.cost[arc] * model.flow[own, arc] for own in range(n_groups) for arc in range(instance.n_arcs)
        )
        + pyo.quicksum(unmet_cost[at] * model.unmet[at] for at in range(len(volume)))
    )
    return model


def _cold(instance: Instance, group: Rows) -> Task:
    phases: dict[str, list[float]] = {}

    def ask() -> float:
        import pyomo.environ as pyo

        clock = Clock(phases)
        model = model_of(instance, group, instance.capacity, instance.cost)
        clock.lap("build")
        pyo.SolverFactory("appsi_highs").solve(model)
        clock.lap("solve")
        return float(pyo.value(model.total))

    return Task([ask], repeats=True, phases=phases)


def _by_origin(instance: Instance) -> Rows:
    return np.searchsorted(instance.origins, instance.origin)


def _whatifs(instance: Instance) -> list[tuple[Numbers, Numbers]]:
    """Return capacities and costs of every what-if, (n_arcs,) each."""
    found = []
    for factors in whatif_factors(instance):
        capacity, cost = instance.capacity.copy(), instance.cost.copy()
        for values, changed in zip((capacity, cost), factors, strict=True):
            for arc, factor in changed.items():
                values[arc] *= factor
        found.append((capacity, cost))
    return found
