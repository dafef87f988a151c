"""The product's own answers to the questions of the peers, from a dataset that is loaded."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.instances import query_pairs, scenario_of, whatif_factors
from benchmarks.peers.graph_searches import N_PAIRS, N_WAYS, csr_of
from benchmarks.task import Clock, Task
from network import apply
from optimizer import SolveOptions, Weights, find_pareto, find_routes, plan_flows
from optimizer.blocks import blocks_of
from optimizer.planning import check, plan_of, solve
from optimizer.price_steps import expand_for
from optimizer.replanning import prepare, replan

if TYPE_CHECKING:
    from benchmarks.task import Source
    from network import Dataset
    from optimizer import Plan

OPTIONS, WEIGHTS = SolveOptions(), Weights()
CHEAPEST = Weights(time_per_h=0.0)
N_SWEEPS = 3


def plan(source: Source) -> Task:
    """Plan from a loaded dataset: the whole of `plan_flows`, which ends with the verified plan.

    Every question asks a copy of the dataset, as the virtual network of a dataset is made once and kept.
    """
    last: list[Plan] = []

    def ask() -> float:
        last.clear()  # so that no two plans are in memory at a time
        last.append(plan_flows(replace(source.data)))
        return _objective(last[0])

    _ = source.data
    return Task([ask], repeats=True, notes=lambda: {"gap": last[0].gap or 0.0, **_sweep(source)})


def plan_phases(source: Source) -> Task:
    """The same, phase by phase."""
    phases: dict[str, list[float]] = {}

    def ask() -> float:
        found = _in_phases(replace(source.data), phases)
        clock = Clock(phases)
        found.to_mapping()
        clock.lap("report")
        return _objective(found)

    _ = source.data
    return Task([ask], repeats=True, phases=phases)


def plan_unverified(source: Source) -> Task:
    """All of a plan but its verification."""

    def ask() -> float:
        began = perf_counter()
        blocks = blocks_of(expand_for(replace(source.data), None, WEIGHTS), WEIGHTS)
        return _objective(plan_of(blocks, solve(blocks, OPTIONS), OPTIONS, began))

    _ = source.data
    return Task([ask], repeats=True)


def whatifs(source: Source) -> Task:
    """Apply, plan and verify every what-if from where the base plan stands."""
    base = prepare(source.data)

    def ask(at: int) -> float:
        return _objective(replan(base, apply(source.data, scenarios[at])).plan)

    scenarios = [scenario_of(f"what-if {at}", *factors) for at, factors in enumerate(whatif_factors(source.instance))]
    return Task([partial(ask, at) for at in range(len(scenarios))])


def whatifs_cold(source: Source) -> Task:
    """Apply, plan and verify every what-if from nothing."""

    def ask(at: int) -> float:
        return _objective(plan_flows(apply(source.data, scenarios[at])))

    scenarios = [scenario_of(f"what-if {at}", *factors) for at, factors in enumerate(whatif_factors(source.instance))]
    return Task([partial(ask, at) for at in range(len(scenarios))])


def routes(source: Source) -> Task:
    """Find the ten cheapest routes with all their legs; the first pair of another kind pays for the graph.

    Raises
    ------
    RuntimeError
        A query has imported scipy.
    """
    pairs = query_pairs(source.instance, N_PAIRS + 1)
    _ten_cheapest(source.data, *pairs[-1])

    def ask(start: int, end: int) -> float:
        length = _ten_cheapest(source.data, start, end)
        if "scipy" in sys.modules:
            raise RuntimeError("a route query has imported scipy")
        return length

    return Task([partial(ask, *pair) for pair in pairs[:-1]])


def pareto(source: Source) -> Task:
    """Find every choice between cost and time; the number of choices and the cheapest stand for the answer."""
    pairs = query_pairs(source.instance, N_PAIRS + 1)
    n_choices: list[float] = []

    def ask(start: int, end: int) -> float:
        found = find_pareto(
            source.data, f"N{start}", f"N{end}", commodity="container", weights=CHEAPEST, criteria=("cost", "time")
        )
        n_choices.append(float(len(found)))
        return found[0].cost_usd

    ask(*pairs[-1])
    n_choices.clear()
    questions = [partial(ask, *pair) for pair in pairs[:-1]]
    return Task(questions, notes=lambda: {"choices_median": median(n_choices), "choices_most": max(n_choices)})


def _in_phases(data: Dataset, phases: dict[str, list[float]]) -> Plan:
    """Do what `plan_flows` does, in its order."""
    began = perf_counter()
    clock = Clock(phases)
    graph = expand_for(data, None, WEIGHTS)
    clock.lap("expand")
    blocks = blocks_of(graph, WEIGHTS)
    clock.lap("blocks")
    solution = solve(blocks, OPTIONS)
    clock.lap("solve")
    found = plan_of(blocks, solution, OPTIONS, began)
    clock.lap("routes")
    check(found)
    clock.lap("verify")
    return found


def _objective(found: Plan) -> float:
    if found.objective_usd is None or found.status != "optimal":
        raise RuntimeError(f"no optimum: {found.status}")
    return found.objective_usd


def _ten_cheapest(data: Dataset, start: int, end: int) -> float:
    found = find_routes(data, f"N{start}", f"N{end}", commodity="container", k=N_WAYS, plain=True, weights=CHEAPEST)
    return float(sum(route.cost_usd for route in found))


def _sweep(source: Source) -> dict[str, float]:
    """Return the seconds of one search for the cheapest ways from every origin, predecessors included, by scipy.

    All demands here are of one commodity, so that one such sweep is what one round of pricing has to pay at least.
    """
    from scipy.sparse.csgraph import dijkstra

    graph = csr_of(source.instance)
    seconds = []
    for _ in range(N_SWEEPS):
        began = perf_counter()
        dijkstra(graph, indices=source.instance.origins, return_predecessors=True)
        seconds.append(perf_counter() - began)
    return {"sweep_s": median(seconds), "n_origins": float(len(source.instance.origins))}
