"""Plans with their phases apart against bare solvers, and the path form against the arc form in the same run."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from network import Dataset, load
from optimizer.blocks import blocks_of
from optimizer.formulations import arc_flow, path_flow, single_flow
from optimizer.graph import build_graph
from optimizer.options import SolveOptions
from optimizer.planning import plan_of, solve
from optimizer.solvers import highs
from optimizer.verification import verify
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.blocks import DemandBlocks

RUNS = 3
OVERHEAD, VERIFICATION = 0.3, 0.3
AGREED = 1e-9
OPTIONS = SolveOptions()


def multimodal(
    n_nodes: int = 1150,
    n_origins: int = 20,
    n_demands: int = 120,
    commodities: int = 4,
    largest_volume: int = 30_000,
    seed: int = 1,
) -> Dataset:
    """Return random places on a plane with roads to near neighbors, railways between a third of them, and demands.

    Each place is linked to its four nearest in either mode and to the next one from west to east, so that all hang
    together. Volumes and capacities are drawn so that some dozens of capacities bind.
    """
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 4000, n_nodes), rng.uniform(0, 2000, n_nodes)
    names = np.array([f"N{at}" for at in range(n_nodes)])
    nodes = pd.DataFrame(
        {"node_id": names, "name": names, "country": "KZ", "lat": y / 111 + 20, "lon": x / 111 + 40, "kind": "city"}
    )
    hubs = np.sort(rng.choice(n_nodes, n_nodes // 3, replace=False))
    parts = []
    for mode, places in (("road", np.arange(n_nodes)), ("rail", hubs)):
        tail, head = _near(x[places], y[places])
        tail, head = places[tail], places[head]
        km = (np.hypot(x[tail] - x[head], y[tail] - y[head]) * rng.uniform(1.1, 1.4, len(tail)) + 1).round(1)
        is_rail = mode == "rail"
        parts.append(
            pd.DataFrame(
                {
                    "link_id": [f"{mode}{at}" for at in range(len(tail))],
                    "mode": mode,
                    "from_node": names[tail],
                    "to_node": names[head],
                    "length_km": km,
                    "gauge_mm": 1520 if is_rail else np.nan,
                    "capacity": rng.integers(40_000, 400_000, len(tail))
                    if is_rail
                    else rng.integers(5_000, 60_000, len(tail)),
                    "capacity_unit": "teu/year",
                }
            )
        )
    transfers = pd.DataFrame(
        {
            "node_id": names[hubs],
            "from_mode": "road",
            "to_mode": "rail1520",
            "time_h": 12,
            "cost_usd_per_teu": 60,
            "capacity": rng.integers(50_000, 300_000, len(hubs)),
            "capacity_unit": "teu/year",
            "capacity_scope": "both",
        }
    )
    rates = pd.DataFrame(
        {"mode": ["road", "rail"], "country": "*", "cost_usd_per_teu_km": [1.4, 0.45], "speed_kmh": [60, 35]}
    )
    kinds = [f"goods{at}" for at in range(commodities)]
    table = pd.DataFrame(
        {
            "commodity_id": kinds,
            "name": kinds,
            "unit": "teu",
            "t_per_unit": 10,
            "time_value_usd_per_unit_h": np.linspace(0.5, 8, commodities).round(2),
        }
    )
    pairs = np.unique(np.sort(rng.choice(n_nodes, n_origins, replace=False)))
    origin = pairs[np.arange(n_demands) % len(pairs)]
    destination = rng.integers(0, n_nodes, n_demands)
    destination = np.where(destination == origin, (destination + 1) % n_nodes, destination)
    demands = pd.DataFrame(
        {
            "demand_id": [f"d{at}" for at in range(n_demands)],
            "origin": names[origin],
            "destination": names[destination],
            "commodity": np.array(kinds)[np.arange(n_demands) % len(pairs) % commodities],
            "volume": rng.integers(largest_volume // 30, largest_volume, n_demands),
            "unmet_cost_usd_per_unit": 15_000,
        }
    )
    return Dataset.from_frames(
        nodes=nodes,
        links=pd.concat(parts, ignore_index=True),
        transfers=transfers,
        rates=rates,
        commodities=table,
        demands=demands,
        base_year=2024,
    )


def single_commodity(seed: int = 1) -> Dataset:
    """Return the same kind of network with 60 demands from one origin, and transfers limited per direction."""
    data = multimodal(n_origins=1, n_demands=60, commodities=1, largest_volume=2_500, seed=seed)
    each = np.full(len(data.network.transfers), "each", dtype=object)
    transfers = data.network.transfers.with_columns({"capacity_scope": each})
    return replace(data, network=replace(data.network, transfers=transfers))


def run() -> list[str]:
    """Return seconds by phase and the ratios to the bare solver of the same run."""
    lines = [f"{'':22}{'arcs':>7}{'blocks':>7}  expand  blocks   solve  routes  verify    bare  call/bare  verify/bare"]
    lines += [_measure(f"bundled, {year}", load(), None, year) for year in years_of(load())]
    lines.append(_measure("multi-commodity", multimodal(), bare_highs))
    lines.append(_measure("single, OR-Tools", single_commodity(), bare_ortools))
    lines.append(f"goals at 10,000 arcs: call at most {1 + OVERHEAD:g}, verification at most {VERIFICATION:g} of bare")
    lines.append(f"{'':22}{'arcs':>7}{'blocks':>7}{'tight':>7}   paths    arcs  arcs/paths")
    lines.append(_paths_and_arcs("bundled, base year", load()))
    lines.append(_paths_and_arcs("300 places", multimodal(n_nodes=300, n_origins=22, n_demands=100)))
    lines.append(_paths_and_arcs("1,150 places", multimodal()))
    return lines


def years_of(data: Dataset) -> list[int]:
    """Return the years that have demands."""
    return sorted({int(year) for year in np.nan_to_num(data.demands.number("year"), nan=data.base_year)})


def _paths_and_arcs(name: str, data: Dataset) -> str:
    """Return one line of medians in seconds, from blocks to flows, of the path form and the arc form in turns."""
    blocks = blocks_of(build_graph(data, data.base_year, None), Weights())
    rows, tight = [], 0
    for _ in range(RUNS):
        start = time.perf_counter()
        found = path_flow.solve(blocks, OPTIONS)
        middle = time.perf_counter()
        arcs = solve(blocks, SolveOptions(solver="highs"))
        rows.append((middle - start, time.perf_counter() - middle))
        if found is None or found.bound is None or arcs.bound is None or abs(found.bound / arcs.bound - 1) > AGREED:
            raise RuntimeError(f"path form and arc form of {name} do not agree")
        tight = int(np.count_nonzero(found.price))
    paths, arc_form = (statistics.median(column) for column in zip(*rows, strict=True))
    ratio = statistics.median(slow / fast for fast, slow in rows)
    size = f"{blocks.graph.n_arcs:7}{len(blocks):7}{tight:7}"
    return f"{name:22}{size}{paths:8.3f}{arc_form:8.3f}{ratio:12.1f}"


def _measure(name: str, data: Dataset, bare: Callable[[DemandBlocks], float] | None, year: int | None = None) -> str:
    """Return one line of medians in seconds; the bare solver takes turns with the call, where there is one."""
    rows = []
    for _ in range(RUNS):
        marks = [time.perf_counter()]
        graph = build_graph(data, year or data.base_year, None)  # the cache would hide what the first call pays
        marks.append(time.perf_counter())
        blocks = blocks_of(graph, Weights())
        marks.append(time.perf_counter())
        solution = solve(blocks, OPTIONS)
        marks.append(time.perf_counter())
        plan = plan_of(blocks, solution, OPTIONS, marks[0])
        marks.append(time.perf_counter())
        if verify(plan, data):
            raise RuntimeError(f"the plan of {name} does not verify")
        marks.append(time.perf_counter())
        rows.append([*np.diff(marks), bare(blocks) if bare else np.nan])
    phases = [statistics.median(column) for column in zip(*rows, strict=True)]
    call = statistics.median(sum(row[:4]) / row[5] for row in rows)
    check = statistics.median(row[4] / row[5] for row in rows)
    cells = "".join(f"{seconds:8.3f}" for seconds in phases)
    line = f"{name:22}{graph.n_arcs:7}{len(blocks):7}{cells}{call:11.2f}{check:13.2f}"
    return line.replace("nan", "  –")


def bare_highs(blocks: DemandBlocks) -> float:
    """Return the seconds HiGHS takes for the same arrays from a cold start, with its own defaults."""
    import highspy

    model = arc_flow.build(blocks).linear
    start = time.perf_counter()
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    highs.pass_model(solver, model, *highs.scales_of(model))
    solver.run()
    return time.perf_counter() - start


def bare_ortools(blocks: DemandBlocks) -> float:
    """Return the seconds OR-Tools takes for the same whole numbers."""
    from ortools.graph.python import min_cost_flow

    model = single_flow.build(blocks)
    if isinstance(model, str):
        raise TypeError(f"no single flow: {model}")
    flow, integers = model.flow, model.integers
    start = time.perf_counter()
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        flow.tail.astype(np.int32), flow.head.astype(np.int32), integers.capacity, integers.cost
    )
    solver.set_nodes_supplies(np.arange(len(integers.supply), dtype=np.int32), integers.supply)
    solver.solve()
    solver.flows(arcs)
    return time.perf_counter() - start


def _near(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of each place and its four nearest, and of neighbors from west to east, each pair once."""
    apart = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    np.fill_diagonal(apart, np.inf)
    nearest = np.argsort(apart, axis=1)[:, :4]
    eastward = np.argsort(x)
    tail = np.concatenate([np.repeat(np.arange(len(x)), 4), eastward[:-1]])
    head = np.concatenate([nearest.ravel(), eastward[1:]])
    pairs = np.unique(np.column_stack([np.minimum(tail, head), np.maximum(tail, head)]), axis=0)
    return pairs[:, 0], pairs[:, 1]
