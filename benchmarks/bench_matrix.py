"""Time and memory of matrices of routes, against one query per pair.

Run it with ``python -m benchmarks.bench_matrix``.
"""

from __future__ import annotations

import tracemalloc
from functools import partial
from itertools import cycle, islice
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.bench_routes import generated
from benchmarks.instances import dataset_of, freight
from network import load
from optimizer import find_costs, find_routes
from optimizer.matrix import find_routes_many, iter_routes_many
from optimizer.trip import arc_sequences, plan_trip, route_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from network import Dataset
    from optimizer.trip import RouteOptions

N_DEMANDS = 50
"""Demands of the generated network, which play no part here."""


def one_by_one(
    data: Dataset, origins: Sequence[str], destinations: Sequence[str], **options: Unpack[RouteOptions]
) -> None:
    """Ask for each pair by itself, as `find_routes` does, but without looking into the reasons of refusals."""
    for origin in origins:
        for destination in destinations:
            trip = plan_trip(data, origin, destination, **options)
            arcs = next(arc_sequences(trip), None) if trip.has_moves else None
            if arcs is not None:
                route_of(trip, arcs)


def exhaust(data: Dataset, origins: Sequence[str], destinations: Sequence[str]) -> None:
    """Look at every cell and keep none."""
    for _ in iter_routes_many(data, origins, destinations):
        pass


def seconds(call: Callable[[], object], n_runs: int) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(n_runs):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return median(times)


def peak_mb(call: Callable[[], object]) -> float:
    """Return the most memory that a call takes beside what was there before."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def measured(name: str, data: Dataset, n_runs: int, shapes: Sequence[tuple[int, int]]) -> list[str]:
    """Return the lines of one network, for numbers of origins and destinations, which repeat where they are many."""
    nodes = list(data.network.nodes.row_of)
    lines = [name]
    for n_origins, n_destinations in shapes:
        origins = list(islice(cycle(nodes), n_origins))
        destinations = list(islice(cycle(reversed(nodes)), n_destinations))
        together = seconds(partial(find_routes_many, data, origins, destinations), n_runs)
        alone = seconds(partial(one_by_one, data, origins[:10], destinations[:10]), n_runs)
        ratio = alone / 100 * n_origins * n_destinations / together
        lines.append(f"  {n_origins:5,} × {n_destinations:5,}  {together:7.2f} s  {ratio:5.1f} × as fast as one by one")
    return lines


def memory(data: Dataset) -> list[str]:
    """Return the lines of the memory that 50 × 100 and 100 × 100 pairs take."""
    nodes = list(data.network.nodes.row_of)
    lines = ["memory, the bundled network"]
    for n_origins in (50, 100):
        frame = peak_mb(partial(find_routes_many, data, nodes[:n_origins], nodes[-100:]))
        streamed = peak_mb(partial(exhaust, data, nodes[:n_origins], nodes[-100:]))
        lines.append(f"  {n_origins:5,} ×   100  {frame:7.1f} MB as a frame, {streamed:.1f} MB cell by cell")
    return lines


def options_measured(data: Dataset) -> list[str]:
    """Return the lines of 100 × 100 places of the bundled network under options."""
    nodes = list(data.network.nodes.row_of)
    asked: dict[str, RouteOptions] = {
        "a country and a mode avoided": {"avoid_countries": {"RU"}, "avoid_modes": {"air"}},
        "two vias": {"via": ["Aktau", "Baku"]},
        "within 400 h": {"max_time_h": 400},
    }
    lines = ["100 × 100 on the bundled network, under options"]
    for name, options in asked.items():
        call = partial(find_routes_many, data, nodes[:100], nodes[-100:], **options)
        call()
        lines.append(f"  {name:30} {seconds(call, 3):6.2f} s")
    return lines


def costs_measured(n_nodes: int, n_origins: int, n_destinations: int) -> list[str]:
    """Return the line of arrays of costs on a network as large as a continent's; the import of scipy is part of it."""
    data = dataset_of(freight(n_nodes, N_DEMANDS))
    nodes = list(data.network.nodes.row_of)
    rng = np.random.default_rng(1)
    origins, destinations = ([nodes[row] for row in rng.choice(n_nodes, n)] for n in (n_origins, n_destinations))
    find_routes(data, nodes[0], nodes[1], k=1)
    taken = seconds(partial(find_costs, data, origins, destinations), 1)
    alone = seconds(partial(one_by_one, data, origins[:5], destinations[:5]), 1) / 25
    ratio = alone * n_origins * n_destinations / taken
    size = f"costs {n_origins:,} × {n_destinations:,} on {n_nodes:,} places"
    return [f"{size}  {taken:7.2f} s  {ratio:5.1f} × as fast as one by one"]


def run() -> list[str]:
    """Return one line per measurement."""
    bundled, large = load(), generated(2000)
    return [
        *measured("the bundled network", bundled, 5, [(100, 100), (1000, 10), (10, 1000)]),
        *options_measured(bundled),
        *memory(bundled),
        *measured("6,000 links between 2,000 generated places", large, 1, [(20, 500), (500, 20)]),
        *costs_measured(30_000, 1000, 1000),
    ]


if __name__ == "__main__":
    print("\n".join(run()))
