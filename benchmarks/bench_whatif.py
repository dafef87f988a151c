"""What-ifs from where the base plan stands against plans from nothing, and many closings on two processes.

Run it with ``python -m benchmarks whatif``.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.bench_plan import multimodal
from network import Scenario, apply, load
from optimizer import SolveOptions, disrupt, plan_flows
from optimizer.ledger import ledger_of
from optimizer.replanning import prepare, replan
from optimizer.sweep import worker_pool

if TYPE_CHECKING:
    from network import Dataset
    from optimizer.replanning import Prepared

RUNS = 5
N_CLOSINGS = 1000
N_WORKERS = 2
AGREED = 1e-9
CAPACITIES = (
    ("Aktau 140k to 240k TEU", "shared_capacities", "aktau-containers", {"set": {"capacity": 240000}}),
    ("Dostyk-Usharal doubled", "links", "rail-dostyk-usharal", {"scale": {"capacity": 2.0}}),
    ("Khorgos a third more", "links", "rail-horgos-khorgos", {"scale": {"capacity": 4.0 / 3.0}}),
    ("Khorgos a fifth less", "links", "rail-horgos-khorgos", {"scale": {"capacity": 0.8}}),
    ("Erenhot a fifth more", "links", "rail-erenhot-zamyn-uud", {"scale": {"capacity": 1.2}}),
    ("Sarakhs a fifth more", "links", "rail-sarakhs-mashhad", {"scale": {"capacity": 1.2}}),
)
"""What-ifs of one capacity on the bundled network: name, table, id, change."""


def run() -> list[str]:
    """Return the lines of all what-if benchmarks."""
    data = load()
    base = prepare(data)
    lines = [f"{'capacity what-ifs, bundled network':42}   cold ms   warm ms  cold/warm (goal 10)"]
    ratios = []
    for name, table, row, change in CAPACITIES:
        scenario = Scenario.from_mapping({"name": name, "changes": [{"table": table, "where": {"id": row}} | change]})
        line, ratio = _in_turns(name, base, scenario, SolveOptions())
        lines.append(line)
        ratios.append(ratio)
    lines.append(f"{'median of the ratios':62}  {statistics.median(ratios):9.1f}")
    lines.append(_ledger(base))
    lines += _closings(data)
    lines += _synthetic()
    return lines


def _in_turns(
    name: str, base: Prepared, scenario: Scenario, options: SolveOptions, runs: int = RUNS
) -> tuple[str, float]:
    """Return a line of medians for one scenario: applied, planned and verified, from the base and from nothing."""
    data = base.plan.data
    warm, cold = [], []
    for _ in range(runs):
        start = time.perf_counter()
        quick = replan(base, apply(data, scenario)).plan
        middle = time.perf_counter()
        slow = plan_flows(apply(data, scenario), options=options)
        warm.append(middle - start)
        cold.append(time.perf_counter() - middle)
        if quick.objective_usd is None or slow.objective_usd is None:
            raise RuntimeError(f"no plan for {name}")
        if abs(quick.objective_usd / slow.objective_usd - 1.0) > AGREED:
            raise RuntimeError(f"{name} costs another sum from the base than from nothing")
    ratio = statistics.median(slow / fast for fast, slow in zip(warm, cold, strict=True))
    line = f"  {name:40}{1e3 * statistics.median(cold):10.0f}{1e3 * statistics.median(warm):10.1f}  {ratio:9.1f}"
    return line, ratio


def _ledger(base: Prepared) -> str:
    """Return a line on the ranges of all prices of the base plan."""
    start = time.perf_counter()
    entries = ledger_of(base)
    seconds = time.perf_counter() - start
    return f"  ledger of {len(entries)} bottlenecks with ranges: {seconds:.2f} s"


def _closings(data: Dataset) -> list[str]:
    """Return lines on closing one thing after the other: a thousand links by chance, and everything."""
    ids = data.network.links.text("link_id")
    rng = np.random.default_rng(1)
    chosen = [str(name) for name in rng.choice(ids, min(N_CLOSINGS, len(ids)), replace=False)]
    lines = []
    for name, only in ((f"{len(chosen):,} links by chance", chosen), ("everything, one at a time", None)):
        planned = 0

        def count(_: object) -> None:
            nonlocal planned
            planned += 1

        start = time.perf_counter()
        with worker_pool(N_WORKERS) as pool:
            found = disrupt(data, only=only, kinds=("link",) if only else (), executor=pool, on_done=count)
        seconds = time.perf_counter() - start
        lines.append(
            f"  {name}: {len(found.records):,} closings, {planned:,} of which need a plan, in {seconds:.1f} s on "
            f"{N_WORKERS} processes: {1e3 * seconds / len(found.records):.0f} s a thousand, "
            f"{1e3 * seconds / max(1, planned):.0f} s a thousand plans (goal 60)"
        )
    return lines


def _synthetic() -> list[str]:
    """Return lines on a generated network of 3,000 places and 100 demands against the plain arc form made anew."""
    data = multimodal(n_nodes=3000, n_origins=22, n_demands=100)
    base = prepare(data)
    rng = np.random.default_rng(2)
    links, price = data.network.links, base.plan.bottlenecks()
    rows = [str(name) for name in rng.choice(links.text("link_id"), 3, replace=False)]
    cases = [
        ("tightest capacity a tenth more", [price[0].id], 1.1),
        ("three tight capacities a tenth less", [row.id for row in price[1:4]], 0.9),
        ("three capacities by chance halved", rows, 0.5),
    ]
    lines = [f"{'3,000 places, 100 demands':42}   arcs ms   warm ms  arcs/warm (goal 20)"]
    for name, ids, factor in cases:
        change = {"table": "links", "where": {"id": ids}, "scale": {"capacity": factor}}
        scenario = Scenario.from_mapping({"name": name, "changes": [change]})
        lines.append(_in_turns(name, base, scenario, SolveOptions(solver="highs"), runs=1)[0])
    return lines
