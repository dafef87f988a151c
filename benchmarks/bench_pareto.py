"""Pareto fronts: how many choices there are between places, how many labels find them, and what that takes.

Run it with ``python -m benchmarks.bench_pareto``.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np

from benchmarks.bench_routes import generated
from network import NoRouteError, load
from optimizer import pareto

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network import Dataset

N_RUNS = 3
N_PAIRS = 20
N_NODES = (500, 1000, 2000)


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


def labels_settled(data: Dataset, origin: str, destination: str) -> int:
    """Return how many labels a search settles, counted in a run of its own."""
    n_settled = 0

    class Counting(pareto.Staircase):
        def add(self, x: float, y: float) -> None:
            nonlocal n_settled
            n_settled += 1
            super().add(x, y)

    with patch.object(pareto, "Staircase", Counting):
        n_points = len(pareto.find_pareto(data, origin, destination))
    # Each point found is also added to what is reached and to what remains in the end.
    return n_settled - 2 * n_points


def measured(data: Dataset, pairs: Sequence[tuple[str, str]], name: str) -> list[str]:
    """Return the lines of one network: least, median and most points, labels and milliseconds, routes built."""
    points, labels, times = [], [], []
    for origin, destination in pairs:
        try:
            points.append(len(pareto.find_pareto(data, origin, destination)))
        except NoRouteError:
            continue
        labels.append(labels_settled(data, origin, destination))
        took = []
        for _ in range(N_RUNS):
            start = perf_counter()
            pareto.find_pareto(data, origin, destination)
            took.append(perf_counter() - start)
        times.append(1000 * median(took))
    lines = [f"fronts of {len(times)} pairs of places, {name}: least, median, most"]
    for what, numbers, digits in (("points", points, 0), ("labels", labels, 0), ("ms", times, 1)):
        row = "".join(f"{value:12,.{digits}f}" for value in (min(numbers), median(numbers), max(numbers)))
        lines.append(f"  {what:8s}{row}")
    return lines


def run() -> list[str]:
    """Return one line per measurement."""
    data = load()
    lines = measured(data, relations(data), "bundled network")
    for n_nodes in N_NODES:
        rng = np.random.default_rng(1)
        drawn = [rng.choice(n_nodes, 2, replace=False).tolist() for _ in range(N_PAIRS)]
        pairs = [(f"N{origin}", f"N{destination}") for origin, destination in drawn]
        lines += measured(generated(n_nodes), pairs, f"generated with {n_nodes:,} nodes")
    return lines


if __name__ == "__main__":
    print("\n".join(run()))
