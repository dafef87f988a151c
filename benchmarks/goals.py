"""The goals of the project against what a user would otherwise pick: rows, how each is measured, and their lines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.runner import disagreement, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from benchmarks.runner import Bench, Run


@dataclass(frozen=True)
class Goal:
    """What a row has to reach.

    `measure` is ``peer`` (how many times as long `peer` takes: at least `limit`), ``share`` (what we take as a multiple
    of `peer`: at most), ``sweeps``, ``mb``, ``seconds`` or ``verify`` (verification as a share of the solve): at most.
    """

    measure: str
    limit: float
    peer: str = ""

    @property
    def text(self) -> str:
        words = {
            "peer": f"≥ {self.limit:g} × {self.peer}",
            "share": f"≤ {self.limit:g} × {self.peer}",
            "sweeps": f"≤ {self.limit:g} pricing sweeps",
            "mb": f"≤ {self.limit:g} MB",
            "seconds": f"≤ {self.limit:g} s",
            "verify": f"verification ≤ {self.limit:.0%} of the solve",
        }
        return words[self.measure]


@dataclass(frozen=True)
class Row:
    """A workload: how it is called, its instance, how we answer it, and its goals."""

    workload: str
    instance: str
    method: str
    goals: tuple[Goal, ...]


@dataclass(frozen=True)
class Line:
    """One goal measured.

    `value` is the ratio or amount, None where there is none; `is_bound` that the peer met its time limit, so that the
    ratio is at least that; `least` and `most` are those of the turns, `n` their number; `note` is a problem in words.
    """

    workload: str
    goal: str
    measure: str
    peer: str
    limit: float
    value: float | None = None
    least: float | None = None
    most: float | None = None
    is_bound: bool = False
    n: int = 0
    own_s: float | None = None
    peer_s: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None where nothing was measured."""
        if self.value is None:
            return None
        return self.value >= self.limit if self.measure == "peer" else self.value <= self.limit


def _peers(**limits: float) -> tuple[Goal, ...]:
    names = {
        "highspy": "highspy, aggregated",
        "pyomo": "Pyomo, aggregated",
        "pyomo_arcs": "Pyomo, arc form",
        "pypsa": "PyPSA",
        "prototype": "prototype",
        "rebuilt": "Pyomo, rebuilt",
        "persistent": "Pyomo, persistent",
        "cold": "what-ifs, cold",
        "yen": "scipy yen",
        "networkx": "networkx",
        "simplex": "networkx simplex",
    }
    return tuple(Goal("peer", limit, names[name]) for name, limit in limits.items())


ROWS = (
    Row("300 nodes, 100 demands", "300/100", "plan", _peers(highspy=8, pyomo=40, pypsa=150)),
    Row("300 nodes, 500 demands", "300/500", "plan", _peers(highspy=15, pyomo_arcs=500)),
    Row("3,000 nodes, 100 demands", "3000/100", "plan", _peers(highspy=50)),
    Row("3,000 nodes, 2,000 demands", "3000/2000", "plan", (Goal("sweeps", 60), Goal("mb", 150))),
    Row("30,000 nodes, 500 demands", "30000/500", "plan", (Goal("sweeps", 60), Goal("mb", 250))),
    Row("stress: 300 nodes, 2,000 demands", "stress 300/2000", "plan", _peers(prototype=2, highspy=8)),
    Row("stress: 3,000 nodes, 500 demands", "stress 3000/500", "plan", _peers(prototype=2)),
    Row("what-ifs: 300 nodes, 100 demands", "300/100", "what-ifs", _peers(rebuilt=100, persistent=10, cold=4)),
    Row("10 shortest, 30,000 nodes", "30000/10", "routes", _peers(yen=10, networkx=150)),
    Row("10 shortest, 300 nodes", "300/10", "routes", (Goal("share", 2, "scipy yen"),)),
    Row("cost and time, 30,000 nodes", "30000/10", "pareto", (Goal("seconds", 1),)),
    Row(
        "one commodity, 10,000 nodes",
        "one commodity 10000",
        "plan, unverified",
        (Goal("share", 1.3, "OR-Tools, raw"), *_peers(simplex=8)),
    ),
    Row("verification: 300 nodes, 100 demands", "300/100", "plan, phases", (Goal("verify", 0.2),)),
    Row("verification: 300 nodes, 500 demands", "300/500", "plan, phases", (Goal("verify", 0.2),)),
    Row("verification: 3,000 nodes, 100 demands", "3000/100", "plan, phases", (Goal("verify", 0.2),)),
    Row("verification: stress, 300 nodes, 2,000 demands", "stress 300/2000", "plan, phases", (Goal("verify", 0.2),)),
    Row("verification: one commodity", "one commodity 10000", "plan, phases", (Goal("verify", 0.2),)),
)
"""The rows of the goals; ratios are medians of turns in one run, and answers have to agree to 1e-6."""

WIDTH = 47
HEAD = f"{'workload':{WIDTH}} {'goal':34} {'measured':>9} {'turns':>16}  ours        peer"


def measure(bench: Bench, rows: Iterable[Row], tell: Callable[[str], None] = lambda _: None) -> Iterator[Line]:
    """Yield a line for every goal of some rows, row by row."""
    for row in rows:
        peers = [goal.peer for goal in row.goals if goal.peer]
        tell(row.workload)
        yield from lines_of(row, bench.turns([row.method, *peers], row.instance))


def lines_of(row: Row, runs: dict[str, list[Run]]) -> Iterator[Line]:
    """Yield a line for every goal of a row from what its methods answered, turn by turn."""
    own = runs[row.method]
    for goal in row.goals:
        given = (row.workload, goal.text, goal.measure, goal.peer, goal.limit)
        taken = list(zip(own, runs[goal.peer], strict=False)) if goal.peer else [(run, run) for run in own]
        problem = next((text for pair in taken if (text := _problem(*pair, goal.peer))), "")
        if problem:
            yield Line(*given, note=problem)
            continue
        values = [_value(goal, *pair) for pair in taken]
        yield Line(
            *given,
            value=median(values),
            least=min(values),
            most=max(values),
            is_bound=any(peer.is_over for _, peer in taken),
            n=len(values),
            own_s=median(run.median_s for run, _ in taken),
            peer_s=median(peer.median_s for _, peer in taken) if goal.peer else None,
        )


def text_of(line: Line) -> str:
    """Return a line of the printed table."""
    start = f"{line.workload:{WIDTH}} {line.goal:34}"
    if line.value is None:
        return f"{start} not measured: {line.note}"
    value = number(line.value, line.measure)
    value = f"≥ {value}" if line.is_bound else value
    turns = f"{number(line.least or 0.0, line.measure)}-{number(line.most or 0.0, line.measure)} ({line.n})"
    peer = "" if line.peer_s is None else f"{'> ' if line.is_bound else ''}{seconds(line.peer_s)}"
    return f"{start} {value:>9} {turns:>16}  {seconds(line.own_s or 0.0):11} {peer:11} {verdict(line)}".rstrip()


def verdict(line: Line) -> str:
    """Say in a word or two whether the goal is met."""
    if line.is_met is None:
        return "not measured"
    # A peer that was stopped may have taken any time: a ratio below the goal then tells nothing.
    if line.is_bound and not line.is_met:
        return "open: the peer was stopped"
    return "met" if line.is_met else "missed"


def number(value: float, measure: str) -> str:
    """Return a ratio or amount in three digits."""
    if measure == "verify":
        return f"{value:.0%}"
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.3g}"


def seconds(value: float) -> str:
    """Return a time with its unit."""
    return f"{1e3 * value:.3g} ms" if value < 1.0 else f"{value:.3g} s"


def to_mapping(line: Line) -> dict[str, object]:
    """Return a line as plain values."""
    return asdict(line)


def _problem(own: Run, peer: Run, name: str) -> str:
    """Say why two runs give no ratio; empty where they do."""
    if own.problem or own.is_over:
        return own.problem or f"we took more than {own.limit_s:g} s"
    if peer is own or peer.is_over:
        return ""
    if peer.problem:
        return f"{name}: {peer.problem}"
    return disagreement(own, peer)


def _value(goal: Goal, own: Run, peer: Run) -> float:
    if goal.measure == "peer":
        return times(own, peer)
    if goal.measure == "share":
        return 1.0 / times(own, peer)
    if goal.measure == "sweeps":
        return own.median_s / own.notes["sweep_s"]
    if goal.measure == "mb":
        return own.peak_mb
    if goal.measure == "verify":
        return own.phases["verify"] / own.phases["solve"]
    return own.median_s
