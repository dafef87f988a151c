"""Processes, turns, ratios and lines: what is compared, what is refused, what is said of a peer that was stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import goals
from benchmarks.peers.prototype import VARIABLE
from benchmarks.runner import QUICK, Bench, Pace, Run, disagreement, instance_of, times
from benchmarks.worker import METHODS

if TYPE_CHECKING:
    from pathlib import Path

PLAN = goals.Row("made", "60/6", "plan", (goals.Goal("peer", 8.0, "highspy, aggregated"), goals.Goal("mb", 100.0)))


def plan(*seconds: float, objective: float = 1000.0, **given: object) -> Run:
    return Run([objective] * len(seconds), list(seconds), peak_mb=80.0, **given)  # type: ignore[arg-type]


def lines(own: list[Run], peer: list[Run]) -> list[goals.Line]:
    return list(goals.lines_of(PLAN, {"plan": own, "highspy, aggregated": peer}))


def test_ratios_are_medians_of_turns() -> None:
    """Each turn has its own ratio; the goal of memory needs no peer."""
    ratio, memory = lines([plan(1.0, 2.0, 3.0), plan(1.0), plan(4.0)], [plan(20.0), plan(30.0), plan(36.0)])
    assert (ratio.value, ratio.least, ratio.most, ratio.n) == (10.0, 9.0, 30.0, 3)
    assert ratio.is_met is True
    assert (memory.value, memory.is_met) == (80.0, True)


def test_questions_are_compared_one_by_one() -> None:
    """Where questions differ the ratio is that of each question, not of the two medians."""
    own = Run([1.0, 2.0, 3.0], [1.0, 10.0, 100.0], repeats=False)
    peer = Run([1.0, 2.0], [5.0, 20.0], repeats=False)
    assert times(own, peer) == 3.5


def test_a_peer_that_was_stopped_gives_a_bound() -> None:
    """Its ratio is at least the limit's; below the goal it tells nothing."""
    stopped = Run(is_over=True, limit_s=100.0)
    far, _ = lines([plan(1.0)], [stopped])
    near, _ = lines([plan(50.0)], [stopped])
    assert far.is_bound
    assert goals.verdict(far) == "met"
    assert goals.verdict(near) == "open: the peer was stopped"
    assert "≥ 100" in goals.text_of(far)
    assert "> 100 s" in goals.text_of(far)


def test_answers_that_differ_give_no_ratio() -> None:
    """A millionth is the most by which objectives may differ."""
    assert disagreement(plan(1.0), plan(1.0, objective=1000.0009)) == ""
    line, memory = lines([plan(1.0)], [plan(10.0, objective=1000.002)])
    assert line.value is None
    assert "differ" in line.note
    assert line.is_met is None
    assert memory.value == 80.0


def test_what_is_missing_is_told() -> None:
    """No ratio and no verdict without the peer, or without ours."""
    line, _ = lines([plan(1.0)], [Run(problem="pypsa is not installed")])
    assert line.note == "highspy, aggregated: pypsa is not installed"
    both = lines([Run(problem="no optimum: no_answer")], [plan(1.0)])
    assert [line.value for line in both] == [None, None]


@pytest.mark.parametrize(
    ("measure", "value", "is_met"),
    [("peer", 8.0, True), ("peer", 7.9, False), ("share", 8.0, True), ("share", 8.1, False), ("verify", 9.0, False)],
)
def test_goals_have_a_direction(measure: str, value: float, is_met: bool) -> None:
    assert goals.Line("w", "g", measure, "p", 8.0, value=value).is_met is is_met


def test_rows_name_methods_and_instances_that_exist() -> None:
    """Every goal of the list can be measured, and no two have the same name, by which versions are compared."""
    for row in goals.ROWS:
        assert row.method in METHODS
        assert all(goal.peer in METHODS for goal in row.goals if goal.peer)
    names = [(row.workload, goal.text) for row in goals.ROWS for goal in row.goals]
    assert len(names) == len(set(names))
    assert instance_of("stress 60/20").capacity.sum() < instance_of("60/20").capacity.sum()


def test_a_process_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours and a peer in turns: objectives agree, memory is that of a process, and a slow one is stopped."""
    monkeypatch.delenv(VARIABLE, raising=False)
    bench = Bench(tmp_path, Pace(n_rounds=2, budget_s=0.2))
    runs = bench.turns(["plan", "highspy, aggregated"], "60/6")
    own, peer = runs["plan"], runs["highspy, aggregated"]
    assert len(own) == len(peer) == 2
    assert own[0].problem == peer[0].problem == ""
    assert disagreement(own[0], peer[0]) == ""
    assert 20.0 < own[0].peak_mb < 1000.0
    assert own[0].notes["sweep_s"] < own[0].median_s
    assert bench.run("plan", "60/6", limit_s=0.01).is_over
    assert "not set" in bench.run("prototype", "60/6").problem


def test_slow_peers_take_one_turn(tmp_path: Path) -> None:
    """Ours goes on, so that its own times are steadier; a peer that has failed is not asked again either."""
    asked: list[str] = []

    class Made(Bench):
        def run(self, method: str, name: str, limit_s: float | None = None) -> Run:
            asked.append(method)
            return {"plan": plan(1.0), "slow": plan(QUICK.slow_s + 1.0), "broken": Run(problem="broken")}[method]

    runs = Made(tmp_path, Pace(n_rounds=3)).turns(["plan", "slow", "broken"], "60/6")
    assert {method: len(done) for method, done in runs.items()} == {"plan": 3, "slow": 1, "broken": 1}
    assert asked[:3] == ["plan", "slow", "broken"]
