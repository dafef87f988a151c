"""Shortest ways and one-commodity flows by networkx, scipy and OR-Tools; their graphs are built before any question.

For flows the graph is a part of the question, as it is for the product.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.instances import query_pairs
from benchmarks.task import Clock, Task

if TYPE_CHECKING:
    from benchmarks.instances import Instance
    from benchmarks.task import Source

N_PAIRS = 60
N_WAYS = 10


def scipy_yen(source: Source) -> Task:
    from scipy.sparse.csgraph import yen

    graph = csr_of(source.instance)

    def ask(start: int, end: int) -> float:
        return float(yen(graph, start, end, N_WAYS).sum())

    return Task([partial(ask, *pair) for pair in query_pairs(source.instance, N_PAIRS)])


def networkx_simple_paths(source: Source) -> Task:
    import networkx as nx

    instance = source.instance
    graph = nx.DiGraph()
    ends = zip(instance.tail.tolist(), instance.head.tolist(), instance.cost.tolist(), strict=True)
    graph.add_weighted_edges_from(ends)

    def ask(start: int, end: int) -> float:
        ways = islice(nx.shortest_simple_paths(graph, start, end, weight="weight"), N_WAYS)
        return float(sum(nx.path_weight(graph, way, "weight") for way in ways))

    return Task([partial(ask, *pair) for pair in query_pairs(instance, N_PAIRS)])


def networkx_simplex(source: Source) -> Task:
    """Build and solve a one-commodity flow by network simplex, on the sources and sinks themselves."""
    flow = _one_commodity(source.instance)
    phases: dict[str, list[float]] = {}

    def ask() -> float:
        import networkx as nx

        clock = Clock(phases)
        graph = nx.DiGraph()
        graph.add_nodes_from((node, {"demand": -supply}) for node, supply in enumerate(flow["supply"].tolist()))
        columns = (flow[name].tolist() for name in ("tail", "head", "capacity", "cost"))
        graph.add_edges_from(
            (tail, head, {"capacity": capacity, "weight": cost})
            for tail, head, capacity, cost in zip(*columns, strict=True)
        )
        clock.lap("build")
        cost, _ = nx.network_simplex(graph)
        clock.lap("solve")
        return float(cost)

    return Task([ask], repeats=True, phases=phases)


def ortools_raw(source: Source) -> Task:
    """Hand the whole numbers of a one-commodity flow to OR-Tools and read the flows, with no check of anything."""
    flow = _one_commodity(source.instance)
    phases: dict[str, list[float]] = {}

    def ask() -> float:
        from ortools.graph.python import min_cost_flow

        clock = Clock(phases)
        solver = min_cost_flow.SimpleMinCostFlow()
        arcs = solver.add_arcs_with_capacity_and_unit_cost(
            flow["tail"].astype(np.int32), flow["head"].astype(np.int32), flow["capacity"], flow["cost"]
        )
        solver.set_nodes_supplies(np.arange(len(flow["supply"]), dtype=np.int32), flow["supply"])
        clock.lap("build")
        solver.solve()
        cost = (solver.flows(arcs) * flow["cost"]).sum()
        clock.lap("solve")
        return float(cost)

    return Task([ask], repeats=True, phases=phases)


def csr_of(instance: Instance) -> Any:
    """Return the costs of the arcs as scipy's sparse matrix."""
    from scipy.sparse import csr_matrix

    shape = (instance.n_nodes, instance.n_nodes)
    return csr_matrix((instance.cost, (instance.tail, instance.head)), shape=shape)


def _one_commodity(instance: Instance) -> dict[str, Any]:
    """Return the flow in whole numbers without the node that feeds the sources, which the solvers here do not need."""
    feeder = int(instance.origin[0])
    fed = instance.tail == feeder
    supply = np.zeros(instance.n_nodes - 1, dtype=np.int64)
    supply[instance.head[fed]] = instance.capacity[fed].astype(np.int64)
    np.subtract.at(supply, instance.destination, instance.volume.astype(np.int64))
    columns = {name: getattr(instance, name)[~fed].astype(np.int64) for name in ("tail", "head", "capacity", "cost")}
    return {**columns, "supply": supply}
