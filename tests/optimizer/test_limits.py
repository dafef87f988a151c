"""Plans that are stopped: at any moment bound ≤ optimum ≤ plan in hand, and what is in hand holds."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import plan_instances
import pytest
import timed_instances
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_network import dataset, link

from optimizer import SolveOptions, Weights, plan_flows, verify
from optimizer.blocks import blocks_of
from optimizer.formulations import arc_flow, path_flow, sweep_search
from optimizer.formulations.path_master import OutOfTimeError, PathMaster
from optimizer.graph import expand
from optimizer.planning import plan_of
from optimizer.solvers import highs

if TYPE_CHECKING:
    from collections.abc import Callable

    import highspy
    from made_network import Row

    from network import Dataset
    from optimizer import Plan
    from optimizer.linear import LinearModel

PATHS, ARCS = SolveOptions(solver="paths"), SolveOptions(solver="highs")
FAR = 10**6


def stopping(n_looks: int, stop: type[BaseException]) -> tuple[Callable[[], float], Counter[str]]:
    """Return a clock that stops at the look after some, and what counts its looks."""
    looks = Counter[str]()

    def clock() -> float:
        looks["n"] += 1
        if looks["n"] > n_looks:
            raise stop
        return 1e3

    return clock, looks


def plan_stopped(data: Dataset, n_looks: int, stop: type[BaseException]) -> tuple[Plan | None, int]:
    """Return the plan of the path form stopped after some looks at the clock, and how many there were.

    None stands for a question that is left to the arc form.
    """
    blocks = blocks_of(expand(data), Weights())
    clock, looks = stopping(n_looks, stop)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(path_flow, "_clock", lambda _: clock)
        found = path_flow.solve(blocks, PATHS, yields_to_ctrl_c=True)
    return (None if found is None else plan_of(blocks, found, PATHS, 0.0)), looks["n"]


def looks_of_exploring(data: Dataset) -> int:
    """Return how often the clock is looked at before the first ways are known."""
    clock, looks = stopping(FAR, OutOfTimeError)
    sweep_search.explore(blocks_of(expand(data), Weights()), clock)
    return looks["n"]


def check_stopped(data: Dataset, optimum: float | None, n_looks: int, stop: type[BaseException]) -> Plan | None:
    """Stop a plan and hold it against the optimum, None where there is no plan."""
    plan, _ = plan_stopped(data, n_looks, stop)
    if plan is None:
        return None
    assert verify(plan, data) == []
    if plan.objective_usd is None:
        must_carry = plan.blocks.must_carry & (plan.blocks.volume > 0.0)
        if plan.status == "no_answer":
            assert must_carry.any() or n_looks < looks_of_exploring(data)
        else:
            assert plan.status == "infeasible"
            assert optimum is None
        return plan
    assert optimum is not None
    slack = 1e-9 * max(1.0, abs(optimum))
    assert plan.bound <= optimum + slack
    assert optimum <= plan.objective_usd + slack
    assert (plan.status == "optimal") == (plan.gap <= 1e-6)
    words = {OutOfTimeError: "time limit reached", KeyboardInterrupt: "stopped by Ctrl-C"}
    assert plan.message == ("" if plan.status == "optimal" else words[stop])
    return plan


STOPS = st.sampled_from([OutOfTimeError, KeyboardInterrupt])


@given(instance=plan_instances.instances(), stop=STOPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_stopped_at_every_moment(instance: plan_instances.Instance, stop: type[BaseException]) -> None:
    """Random plans, some with demands that must be carried, stopped at each look at the clock there is."""
    data, optimum = instance.dataset(), instance.optimum()
    _, n_looks = plan_stopped(data, FAR, stop)
    for n in range(n_looks):
        check_stopped(data, optimum, n, stop)


@given(instance=timed_instances.timed_instances(), stop=STOPS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_stopped_at_every_moment_with_deadlines(
    instance: timed_instances.TimedInstance, stop: type[BaseException]
) -> None:
    """Where demands have a deadline, too."""
    data, optimum = instance.dataset(), instance.optimum()
    _, n_looks = plan_stopped(data, FAR, stop)
    for n in range(n_looks):
        check_stopped(data, optimum, n, stop)


def road(link_id: str, ends: str, cost: float, capacity: float | None = None) -> Row:
    """Return a directed road of no time between two nodes of one letter, with a yearly capacity in TEU."""
    limit = {} if capacity is None else {"capacity": capacity, "capacity_unit": "teu/year"}
    return link(link_id, "road", ends[0], ends[1], directed=1, time_h=0, cost_usd_per_teu=cost, **limit)


def demand(demand_id: str, ends: str, volume: float, unmet: float | None) -> Row:
    """Return a demand for containers between two nodes of one letter."""
    row = {"demand_id": demand_id, "origin": ends[0], "destination": ends[1], "commodity": "container"}
    return row | {"volume": volume, "unmet_cost_usd_per_unit": unmet}


def crowded(*, hard: bool = False) -> Dataset:
    """Return ten ways side by side, each dearer than the last, for demands that need several of them."""
    links = [road(f"in{at}", f"A{at}", at * at, 9 + at) for at in range(10)]
    links += [road(f"out{at}", f"{at}Z", 3 * at, 8 + 2 * at) for at in range(10)]
    rows = [demand(f"d{at}", "AZ", 40, 90 + at) for at in range(2)]
    return dataset(links, demands=[*rows, demand("e", "A5", 10, None if hard else 1000)])


@pytest.mark.parametrize("stop", [OutOfTimeError, KeyboardInterrupt])
@pytest.mark.parametrize("hard", [False, True])
def test_the_later_the_better(stop: type[BaseException], hard: bool) -> None:
    """With more time neither the plan nor the bound gets worse, and the last stop is after the optimum was proven."""
    data = crowded(hard=hard)
    best, n_looks = plan_stopped(data, FAR, stop)
    assert best is not None
    assert best.status == "optimal"
    plans = [check_stopped(data, best.objective_usd, n, stop) for n in range(n_looks)]
    seen = [plan.status for plan in plans if plan is not None]
    assert seen[0] == "no_answer"
    assert hard or set(seen[looks_of_exploring(data) :]) == {"feasible", "optimal"}
    assert seen[-1] == "optimal"
    found = [plan for plan in plans if plan is not None and plan.objective_usd is not None]
    objectives, bounds = np.array([plan.objective_usd for plan in found]), np.array([plan.bound for plan in found])
    assert (np.diff(objectives) <= 1e-9 * objectives[0]).all()
    assert len(np.unique(objectives.round(6))) >= 3
    if not hard:
        assert (np.diff(bounds) >= -1e-9 * objectives[0]).all()


def test_first_ways_as_far_as_they_go() -> None:
    """Before the first program is solved those are loaded first who save most, within what is there."""
    links = [road("ab", "AB", 1, 10), road("round", "AB", 50)]
    data = dataset(links, demands=[demand("poor", "AB", 8, 20), demand("rich", "AB", 7, 90)])
    plan, _ = plan_stopped(data, 2, OutOfTimeError)
    assert plan is not None
    assert plan.status == "feasible"
    assert plan.unmet_volume.tolist() == [pytest.approx(5.0), 0.0]
    assert plan.objective_usd == pytest.approx(10 * 1 + 5 * 20)
    assert plan.bound == pytest.approx(15 * 1)


@pytest.mark.parametrize("options", [PATHS, ARCS])
def test_no_time_is_no_answer(options: SolveOptions) -> None:
    """Before the first ways are known there is no plan in hand, by either form."""
    plan = plan_flows(crowded(), options=SolveOptions(solver=options.solver, time_limit_s=0.0))
    assert plan.status == "no_answer"


def test_no_time_and_something_to_carry_is_no_answer() -> None:
    """What must be carried is not left behind for want of time: there is no plan, and the message says why."""
    plan = plan_flows(crowded(hard=True), options=SolveOptions(solver="paths", time_limit_s=0.0))
    assert plan.status == "no_answer"
    assert plan.message == "time limit reached, and no plan was found by then; allow more time"


def interrupted(*_: object) -> None:
    """Press Ctrl-C."""
    raise KeyboardInterrupt


def test_ctrl_c_in_the_arc_form_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted while HiGHS runs on the arc form there is no plan in hand, and no traceback either."""
    monkeypatch.setattr(highs, "_run", interrupted)
    assert plan_flows(crowded(), options=ARCS).status == "no_answer"


def test_ctrl_c_between_plans_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who plans once gets a plan for Ctrl-C; a series of plans ends."""
    blocks = blocks_of(expand(crowded()), Weights())
    monkeypatch.setattr(PathMaster, "solve", interrupted)
    with pytest.raises(KeyboardInterrupt):
        path_flow.solve(blocks, PATHS)
    assert plan_flows(crowded(), options=PATHS).message == "stopped by Ctrl-C"


def test_a_second_ctrl_c_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the plan in hand is wrapped up Ctrl-C is what it always was."""
    monkeypatch.setattr(PathMaster, "solve", interrupted)
    monkeypatch.setattr(path_flow, "first_come", interrupted)
    with pytest.raises(KeyboardInterrupt):
        plan_flows(crowded(), options=PATHS)


def test_ctrl_c_ends_highs_at_its_next_pivot() -> None:
    """A linear program that takes long is left soon after the signal, and what handled signals before does so again."""
    rng = np.random.default_rng(1)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    pairs = [first + second for first in letters for second in letters if first != second]
    links = [road(f"l{at}", ends, int(rng.integers(1, 90)), int(rng.integers(1, 60))) for at, ends in enumerate(pairs)]
    rows = [demand(f"d{at}", ends, int(rng.integers(20, 90)), 900) for at, ends in enumerate(pairs[::3])]
    model = arc_flow.build(blocks_of(expand(dataset(links, demands=rows)), Weights())).linear
    before = signal.getsignal(signal.SIGINT)
    whole, stopped = loaded(model), loaded(model)
    began = time.perf_counter()
    highs._run(whole)
    pressed = threading.Timer((time.perf_counter() - began) / 4, os.kill, (os.getpid(), signal.SIGINT))
    pressed.start()
    with pytest.raises(KeyboardInterrupt):
        highs._run(stopped)
    pressed.join()
    assert 0 < stopped.getInfo().simplex_iteration_count < whole.getInfo().simplex_iteration_count
    assert signal.getsignal(signal.SIGINT) is before


def loaded(model: LinearModel) -> highspy.Highs:
    """Return HiGHS with a model."""
    solver = highs._serial_simplex(ARCS)
    highs._set(solver, "presolve", "off")
    highs.pass_model(solver, model, *highs.scales_of(model))
    return solver


def test_other_threads_run_highs_without_signals() -> None:
    """Plans in a thread have nothing to do with Ctrl-C, and are the same."""
    found: list[Plan] = []
    worker = threading.Thread(target=lambda: found.append(plan_flows(crowded(), options=PATHS)))
    worker.start()
    worker.join()
    assert found[0].objective_usd == plan_flows(crowded(), options=PATHS).objective_usd
