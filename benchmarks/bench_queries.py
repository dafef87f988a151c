"""Time of every kind of question about routes, over the published relations of the bundled network, after load.

The single query is set against one call of scipy's compiled ``dijkstra`` on the same graph, alternating in one run:
from the origin to all states, predecessors included, without building a route of it.

Run it with ``python -m benchmarks.bench_queries``.
"""

from __future__ import annotations

from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from network import load
from optimizer import Weights, compare_corridors, find_pareto, find_routes, find_routes_many
from optimizer.trip import plan_trip

if TYPE_CHECKING:
    from collections.abc import Callable

    from network import Dataset
    from optimizer.adjacency import Adjacency

Relation = tuple[str, str]
N_RUNS = 5
N_PLACES = 100


def published_relations(data: Dataset) -> list[Relation]:
    """Return the distinct pairs of ends of the observations of time and cost that name both."""
    table = data.observations
    ends = zip(table.text("kind"), table.text("origin"), table.text("destination"), strict=True)
    found = ((str(start), str(end)) for kind, start, end in ends if kind in ("time", "cost") and start and end)
    return list(dict.fromkeys(found))


def matrix_of(network: Adjacency) -> csr_matrix:
    """Return the weights of the virtual network as scipy wants them, the least of parallel arcs."""
    graph, values = network.graph, network.values
    least: dict[tuple[int, int], float] = {}
    for arc in np.flatnonzero(values.allowed).tolist():
        ends = int(graph.tail[arc]), int(graph.head[arc])
        least[ends] = min(least.get(ends, float("inf")), float(values.weight[arc]))
    rows, columns = zip(*least, strict=True)
    return csr_matrix((list(least.values()), (rows, columns)), shape=(graph.n_states, graph.n_states))


def milliseconds(call: Callable[[], object]) -> float:
    """Return the time of a call."""
    start = perf_counter()
    call()
    return 1000 * (perf_counter() - start)


def against_scipy(data: Dataset, relations: list[Relation]) -> list[str]:
    """Return the lines of single queries beside scipy, pair by pair."""
    network = plan_trip(data, *relations[0]).network
    matrix, states_of, row_of = matrix_of(network), network.graph.states_of, data.network.nodes.row_of
    find_routes(data, *relations[0], k=1)
    ours, theirs = [], []
    for origin, destination in relations * N_RUNS:
        state = states_of[row_of[plan_trip(data, origin, destination).origin]][0]
        ours.append(milliseconds(partial(find_routes, data, origin, destination, k=1)))
        theirs.append(milliseconds(partial(dijkstra, matrix, indices=state, return_predecessors=True)))
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return [
        f"one query {median(ours):.2f} ms, scipy's dijkstra {median(theirs):.2f} ms, median ratio {ratio:.1f}",
    ]


def each_kind(data: Dataset, relations: list[Relation]) -> list[str]:
    """Return a line per kind of question: least, median and most over the relations."""
    on_time = Weights(cost=0.0, time_per_h=0.0, p90_per_h=1.0)
    kinds: dict[str, Callable[..., object]] = {
        "best route": partial(find_routes, data, k=1),
        "3 alternatives": partial(find_routes, data, k=3),
        "10 alternatives": partial(find_routes, data, k=10),
        "10 shortest, plain": partial(find_routes, data, k=10, plain=True),
        "each corridor": partial(compare_corridors, data),
        "each corridor on a date": partial(compare_corridors, data, depart="2026-12-01"),
        "Pareto front": partial(find_pareto, data),
        "best within 40 days": partial(find_routes, data, k=1, max_time_h=960),
        "3 on a date": partial(find_routes, data, k=3, depart="2026-12-01"),
        "3 by reliability": partial(find_routes, data, k=3, weights=on_time),
    }
    lines = [f"{'ms over ' + str(len(relations)) + ' published relations':32s}{'least':>8s}{'median':>8s}{'most':>8s}"]
    for name, ask in kinds.items():
        ask(*relations[0])
        times = [milliseconds(partial(ask, origin, destination)) for origin, destination in relations]
        lines.append(f"  {name:30s}{min(times):8.2f}{median(times):8.2f}{max(times):8.1f}")
    return lines


def run() -> list[str]:
    """Return one line per measurement."""
    data = load()
    relations = published_relations(data)
    nodes = list(data.network.nodes.row_of)
    pairs = milliseconds(partial(find_routes_many, data, nodes[:N_PLACES], nodes[-N_PLACES:]))
    matrix = f"matrix of {N_PLACES} × {N_PLACES} places {pairs / 1000:.2f} s"
    return [*against_scipy(data, relations), *each_kind(data, relations), matrix]


if __name__ == "__main__":
    print("\n".join(run()))
