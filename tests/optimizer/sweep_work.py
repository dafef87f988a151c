"""Work for the tests of sweeps, in a module of its own so that a spawned process imports nothing else."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from made_network import dataset, link

from network import Change, Scenario, ScenarioError, apply
from optimizer.replanning import Prepared, prepare, replan
from optimizer.sweep import Job, sweep, worker_pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network import Dataset


PAUSE_S = 0.02
"""Seconds that a slow job takes."""


def market() -> Dataset:
    """Return a network of two ways, of which the cheap one holds 60 of the 100 TEU a year."""
    links = [
        link("cheap", "rail1520", "A", "B", capacity=60, capacity_unit="teu/year"),
        link("dear", "road", "A", "B", cost_usd_per_teu=5.0),
    ]
    demand = {"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 100}
    return dataset(links, demands=[demand | {"unmet_cost_usd_per_unit": 50.0}])


def base() -> dict[int, Prepared]:
    """Return the plan of the market by year."""
    return {2024: prepare(market())}


def jobs(count: int) -> list[Job[float]]:
    """Return jobs that widen the cheap way to 1, 2, 3 … TEU."""
    return [Job(f"capacity {at}", f"to {at}", 2024, float(at)) for at in range(1, count + 1)]


def widen(prepared: Prepared, job: Job[float]) -> dict[str, Any]:
    """Return the optimum with another capacity of the cheap way; a seventh one fails."""
    if job.what == 7.0:
        raise ScenarioError("seven is refused")
    change = Change("links", where={"id": "cheap"}, set={"capacity": job.what})
    plan = replan(prepared, apply(prepared.plan.data, Scenario(job.name, changes=(change,)))).plan
    return {"name": job.name, "objective_usd": plan.objective_usd, "flows": [list(flow) for flow in _flows(plan)]}


def _flows(plan: Any) -> list[tuple[str, float]]:
    return [(flow.link_id, flow.volume) for flow in plan.link_flows]


def who(prepared: Prepared, job: Job[float]) -> dict[str, Any]:
    """Return the process and the identity of the base in it."""
    return {"process": os.getpid(), "base": id(prepared)}


def slow(_: Prepared, job: Job[float]) -> dict[str, Any]:
    """Take a while."""
    time.sleep(PAUSE_S)
    return {"name": job.name, "square": job.what**2}


def broken(_: Prepared, job: Job[float]) -> dict[str, Any]:
    """Fail by a defect."""
    return {"name": job.name, "value": 1.0 / (job.what - 2.0)}


def deadly(_: Prepared, job: Job[float]) -> dict[str, Any]:
    """End the process at the third job."""
    if job.what == 3.0:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"name": job.name}


def run(file: Path, count: int, n_workers: int) -> Sequence[dict[str, Any]]:
    """Sweep over slow jobs and keep the records in a file."""
    with worker_pool(n_workers) as executor:
        return list(sweep(jobs(count), slow, base(), executor=executor, resume=file))


if __name__ == "__main__":
    # Run as a program, to be killed: its functions are to have the names that they have for the tests.
    import sweep_work

    sweep_work.run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
