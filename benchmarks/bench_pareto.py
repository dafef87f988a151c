"""Pareto fronts: how many choices there are between places, how many labels find them, and what that takes.

Run it with ``python -m benchmarks pareto``.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from benchmarks.bench_routes import generated
from benchmarks.instances import dataset_of, freight
from network import NoRouteError, load
from optimizer import pareto

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network import Dataset

N_RUNS = 3
N_PAIRS = 20
N_NODES = (500, 1000, 2000)
N_WIDE = (300, 3000, 30_000)
N_DEMANDS = 100
TWO = {"criteria": ("cost", "time")}


def relations(data: Dataset) -> list[tuple[str, str]]:
    """Return the pairs of places between which times or costs are published."""
    observations, row_of = data.observations, data.network.nodes.row_of
    columns = (observations.text(name) for name in ("kind", "origin", "destination"))
    return list(
        dict.fromkeys(
            (origin, destination)
            for kind, origin, destination in zip(*columns, strict=True)
            if kind in ("time", "cost") and origin != destination and origin in row_of and destination in row_of
        )
    )


def measured(
    data: Dataset, pairs: Sequence[tuple[str, str]], name: str, n_runs: int = N_RUNS, **options: Any
) -> list[str]:
    """Return the lines of one network: least, median and most points, labels and milliseconds, routes built."""
    points, labels, times = [], [], []
    for origin, destination in pairs:
        took = []
        try:
            for _ in range(n_runs + (not times)):
                start = perf_counter()
                front = pareto.pareto_front(data, origin, destination, **options)
                took.append(perf_counter() - start)
        except NoRouteError:
            continue
        points.append(len(front.routes))
        labels.append(front.n_labels)
        times.append(1000 * median(took[-n_runs:]))
    lines = [f"fronts of {len(times)} pairs of places, {name}: least, median, most"]
    for what, numbers, digits in (("points", points, 0), ("labels", labels, 0), ("ms", times, 1)):
        row = "".join(f"{value:12,.{digits}f}" for value in (min(numbers), median(numbers), max(numbers)))
        lines.append(f"  {what:8s}{row}")
    return lines


def between(data: Dataset, n_pairs: int = N_PAIRS) -> list[tuple[str, str]]:
    """Return some of the pairs between which a dataset has demands, drawn with a seed."""
    ends = list(dict.fromkeys(zip(*(data.demands.text(name) for name in ("origin", "destination")), strict=True)))
    drawn = np.random.default_rng(5).choice(len(ends), min(n_pairs, len(ends)), replace=False)
    return [(str(ends[at][0]), str(ends[at][1])) for at in drawn.tolist()]


def two_criteria(data: Dataset, name: str, n_pairs: int = N_PAIRS) -> list[str]:
    """Return the lines of money against time: one label at a time, with arrays, near enough, and within a budget."""
    pairs, lines = between(data, n_pairs), []
    for how, n_arcs in (("one label at a time", 10**9), ("with arrays", 0)):
        with patch.object(pareto, "WIDE_ARCS", n_arcs):
            lines += measured(data, pairs, f"{name}, cost and time, {how}", 1, **TWO)
    lines += measured(data, pairs, f"{name}, cost and time, epsilon 0.01", 1, **TWO, epsilon=0.01)
    return lines + measured(data, pairs, f"{name}, cost and time, 10,000 labels", 1, **TWO, max_labels=10_000)


def run() -> list[str]:
    """Return one line per measurement."""
    data = load()
    lines = measured(data, relations(data), "bundled network")
    lines += measured(data, relations(data), "bundled network, cost and time", **TWO)
    for n_nodes in N_NODES:
        rng = np.random.default_rng(1)
        drawn = [rng.choice(n_nodes, 2, replace=False).tolist() for _ in range(N_PAIRS)]
        pairs = [(f"N{origin}", f"N{destination}") for origin, destination in drawn]
        lines += measured(generated(n_nodes), pairs, f"generated with {n_nodes:,} nodes")
    for n_nodes in N_WIDE:
        lines += two_criteria(dataset_of(freight(n_nodes, N_DEMANDS)), f"freight with {n_nodes:,} nodes")
    return lines


if __name__ == "__main__":
    print("\n".join(run()))
