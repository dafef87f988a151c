"""Time of routes: building the virtual network, one query, the ten best, a refusal, a query under limits.

Run it with ``python -m benchmarks.bench_routes``.
"""

from __future__ import annotations

from functools import partial
from math import hypot
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from network import Dataset, NoRouteError
from optimizer import Weights, find_routes
from optimizer.adjacency import adjacency
from optimizer.graph import build_graph, commodity_row, expand

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.adjacency import Adjacency

N_NEAREST = 3
MODES = ("rail", "road", "sea")


def generated(n_nodes: int, seed: int = 0) -> Dataset:
    """Return a network of random places, each linked to its nearest ones by some mode, with transfers everywhere."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 60, n_nodes), rng.uniform(0, 60, n_nodes)
    ids = [f"N{node}" for node in range(n_nodes)]
    nodes = pd.DataFrame({"node_id": ids, "name": ids, "country": rng.choice(["KZ", "CN", "DE"], n_nodes)})
    nodes = nodes.assign(lat=y, lon=x, kind="city")
    links, has_mode = [], {(node, "rail") for node in range(n_nodes)}
    for node in range(n_nodes):
        away = np.hypot(x - x[node], y - y[node])
        for near in np.argsort(away)[1 : N_NEAREST + 1].tolist():
            mode = str(rng.choice(MODES))
            has_mode |= {(node, mode), (near, mode)}
            links.append(
                {
                    "link_id": f"{mode}-{len(links)}",
                    "mode": mode,
                    "from_node": ids[node],
                    "to_node": ids[near],
                    "length_km": round(130 * hypot(x[near] - x[node], y[near] - y[node]) * rng.uniform(1, 1.4), 1),
                    "gauge_mm": 1520 if mode == "rail" else None,
                    "fixed_time_h": 6,
                }
            )
    transfers = [
        {"node_id": ids[node], "from_mode": "rail1520", "to_mode": mode, "time_h": 12, "cost_usd_per_teu": 100}
        for node, mode in sorted(has_mode)
        if mode != "rail"
    ]
    rates = pd.DataFrame({"mode": MODES, "country": "*", "cost_usd_per_teu_km": (0.5, 1.5, 0.2)})
    rates = rates.assign(speed_kmh=(35, 55, 25), co2_wtw_g_per_tkm=(20, 80, 10))
    return Dataset.from_frames(
        nodes=nodes, links=pd.DataFrame(links), transfers=pd.DataFrame(transfers), rates=rates, base_year=2024
    )


def milliseconds(call: Callable[[], object], n_runs: int) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(n_runs):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return 1000 * median(times)


def measured(n_nodes: int, n_runs: int) -> list[str]:
    """Return the lines of one generated network."""
    data = generated(n_nodes)
    row, weights = commodity_row(data, "container"), Weights()
    graph = expand(data, data.base_year, None)
    rng = np.random.default_rng(1)

    def lists() -> Adjacency:
        adjacency.cache_clear()
        return adjacency(data, data.base_year, None, row, weights)

    def ask(**options: object) -> object:
        """Ask for routes between two places drawn anew; a refusal takes time too."""
        origin, destination = (f"N{node}" for node in rng.choice(n_nodes, 2, replace=False))
        try:
            return find_routes(data, origin, destination, **options)  # type: ignore[arg-type]
        except NoRouteError as error:
            return error

    calls: dict[str, Callable[[], object]] = {
        "expand": partial(build_graph, data, data.base_year, None),
        "adjacency lists": lists,
        "the best route": partial(ask, k=1),
        "the ten best": partial(ask, k=10, plain=True),
        "three alternatives": partial(ask, k=3),
        "ten alternatives": partial(ask, k=10),
        "best, country avoided": partial(ask, k=1, avoid_countries={"DE"}),
        "best, two vias": partial(ask, k=1, via=["N5", "N7"]),
        "best within 200 h": partial(ask, k=1, max_time_h=200),
    }
    size = f"{len(data.network.links):,} links, {graph.n_states:,} states, {graph.n_arcs:,} arcs"
    return [f"routes on {size}", *(f"  {name:24s}{milliseconds(call, n_runs):9.2f} ms" for name, call in calls.items())]


def run() -> list[str]:
    """Return one line per measurement."""
    return [*measured(130, 21), *measured(2000, 3)]


if __name__ == "__main__":
    print("\n".join(run()))
