"""The sweeps of one plan on executors: the same plan to the last digit, and little is shipped."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import plan_work
import pytest

from optimizer import SolveOptions, plan_flows
from optimizer.formulations import spread_sweeps, sweep_search
from optimizer.sweep import worker_pool

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent
SMALL = 1
"""Cells that cut sweeps into the smallest batches there are."""


class Recorder(ThreadPoolExecutor):
    """Runs tasks as another process would, which has only what was shipped, and keeps the size of each."""

    def __init__(self, fails: bool = False) -> None:
        super().__init__(1)
        self.sizes: list[int] = []
        self.fails = fails

    def submit(self, run: Callable[..., object], /, *given: object, **named: object) -> Future[object]:  # type: ignore[override]
        shipped = pickle.dumps((run, given))
        self.sizes.append(len(shipped))
        if self.fails:
            raise RuntimeError("no worker is left")
        run, given = pickle.loads(shipped)
        return super().submit(run, *given, **named)


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_search, "SHARED_CELLS", SMALL)
    monkeypatch.setattr(spread_sweeps, "_terrains", {})


@pytest.mark.usefixtures("_small_batches")
@pytest.mark.parametrize("deadline_h", [None, 30.0])
def test_threads_give_the_same_plan(deadline_h: float | None) -> None:
    """Ties of whole-numbered costs, many small batches on two threads, demands with deadlines among them."""
    data = plan_work.grid(20, 12, 90, 1, deadline_h)
    with ThreadPoolExecutor(2) as executor:
        assert plan_work.planned(data, executor) == plan_work.planned(data)


@pytest.mark.usefixtures("_small_batches")
def test_processes_give_the_same_plan() -> None:
    """Two processes, started afresh, for two plans of different data one after the other."""
    with worker_pool(2) as executor:
        for seed in (1, 2):
            data = plan_work.grid(24, 16, 120, seed)
            assert plan_work.planned(data, executor) == plan_work.planned(data)


@pytest.mark.parametrize("cells", [1, 3000, 10**9])
def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    """However pairs are cut into batches, the plan is the same to the last digit."""
    data = plan_work.grid(20, 12, 90, 3)
    expected = plan_work.planned(data)
    monkeypatch.setattr(sweep_search, "SHARED_CELLS", cells)
    with ThreadPoolExecutor(1) as executor:
        assert plan_work.planned(data, executor) == expected


@pytest.mark.usefixtures("_small_batches")
def test_the_network_is_shipped_once() -> None:
    """Of a hundred tasks one ships the network, and the others a small part of it."""
    data = plan_work.grid(30, 16, 120, 1)
    with Recorder() as executor:
        plan_work.planned(data, executor)
        sizes = sorted(executor.sizes)
        assert len(sizes) > 40
        assert sizes[-1] > 5 * sizes[-2]
        executor.sizes.clear()
        plan_work.planned(data, executor)
    assert max(executor.sizes) == sizes[-2]


@pytest.mark.usefixtures("_small_batches")
def test_processes_forget_what_is_old() -> None:
    """A process keeps the last networks only; one that it has forgotten is shipped again."""
    data = [plan_work.grid(6, 4, 10, seed) for seed in range(spread_sweeps.KEPT + 2)]
    with Recorder() as executor:
        first = [plan_work.planned(each, executor) for each in data]
        assert len(spread_sweeps._terrains) == spread_sweeps.KEPT
        assert plan_work.planned(data[0], executor) == first[0]


def test_a_broken_executor_is_an_error() -> None:
    """What an executor raises is not taken for an answer."""
    with Recorder(fails=True) as executor, pytest.raises(RuntimeError, match="no worker is left"):
        plan_work.planned(plan_work.grid(6, 4, 10, 1), executor)


@pytest.mark.usefixtures("_small_batches")
def test_time_limit_ends_the_waiting() -> None:
    """An executor that never answers does not outlast the limit."""

    class Idle(ThreadPoolExecutor):
        def submit(self, run: Callable[..., object], /, *given: object, **named: object) -> Future[object]:  # type: ignore[override]
            return Future()

    data = plan_work.grid(6, 4, 10, 1)
    with Idle(1) as executor:
        plan = plan_flows(data, options=SolveOptions(solver="paths", time_limit_s=0.2), executor=executor)
    assert plan.status == "no_answer"
    assert plan.seconds < 10.0


def test_dask_gives_the_same_plan() -> None:
    """A real cluster of two processes on this machine sweeps for one large plan: the same JSON, byte for byte.

    It runs in a process of its own, where warnings of the cluster's libraries are no errors.
    """
    pytest.importorskip("distributed")
    environment = {**os.environ, "PYTHONPATH": str(FOLDER), "PYTHONWARNINGS": "ignore"}
    arguments = [sys.executable, FOLDER / "dask_plan_program.py"]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["dask"] == found["serial"]
    assert json.loads(found["dask"])["status"] == "optimal"
    # Both workers have been sent the network, and this process has not swept for them.
    assert (found["workers"], found["here"]) == ([1, 1], 0)
