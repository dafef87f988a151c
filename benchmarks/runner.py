"""Measure methods side by side: each in a process of its own, in turns, medians of the ratios of the turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks import instances
from benchmarks.peers.prototype import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
AGREED = 1e-6
"""Objectives of two methods may differ by this share; more is an error, not a ratio."""

TINY = {"freight": "60/6", "one commodity": "one commodity 60"}


def instance_of(name: str) -> instances.Instance:
    """Return the instance of a name: ``300/100`` (nodes, demands), ``stress 300/2000`` or ``one commodity 10000``."""
    return _maker(name)()


def _maker(name: str) -> Callable[[], instances.Instance]:
    if name.startswith("one commodity "):
        return partial(instances.one_commodity, int(name.rpartition(" ")[2]))
    stress, _, size = name.rpartition(" ")
    n_nodes, n_demands = (int(number) for number in size.split("/"))
    tightness = instances.STRESS if stress == "stress" else instances.MODERATE
    return partial(instances.freight, n_nodes, n_demands, tightness)


@dataclass(frozen=True)
class Pace:
    """How long to measure: rounds of turns, seconds per process, and when a method counts as slow (one turn only)."""

    n_rounds: int = 3
    budget_s: float = 10.0
    slow_s: float = 20.0
    limit_s: float = 120.0


QUICK = Pace()
FULL = Pace(n_rounds=5, budget_s=30.0, slow_s=60.0, limit_s=900.0)


@dataclass(frozen=True)
class Run:
    """What one process answered; `problem` says in words why there is no answer, `is_over` that the limit was met."""

    objectives: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    repeats: bool = True
    phases: dict[str, float] = field(default_factory=dict)
    import_s: float = 0.0
    prepare_s: float = 0.0
    peak_mb: float = 0.0
    notes: dict[str, float] = field(default_factory=dict)
    problem: str = ""
    is_over: bool = False
    limit_s: float = 0.0

    @property
    def median_s(self) -> float:
        """Seconds of a question in the middle; of a run over its limit, the limit."""
        return self.limit_s if self.is_over else median(self.seconds)


class Bench:
    """Instances in a folder of their own, and the processes that answer questions about them."""

    def __init__(self, folder: Path, pace: Pace, tell: Callable[[str], None] = lambda _: None) -> None:
        self.folder, self.pace, self.tell = folder, pace, tell

    def place(self, name: str) -> Path:
        """Return the folder of an instance, written when it is first asked for."""
        folder = self.folder / name.replace("/", "_").replace(" ", "_")
        if not folder.exists():
            self.tell(f"making {name}")
            # In a process of its own, as a large parent would show in the memory of its children.
            code = "import sys; from pathlib import Path; from benchmarks import instances, runner; "
            code += "instances.write(runner.instance_of(sys.argv[1]), Path(sys.argv[2]))"
            subprocess.run([sys.executable, "-c", code, name, str(folder)], check=True, cwd=ROOT)
        return folder

    def run(self, method: str, name: str, limit_s: float | None = None) -> Run:
        """Let one process answer."""
        if method == "prototype" and VARIABLE not in os.environ:
            return Run(problem=f"no prototype ({VARIABLE} is not set)")
        kind = "one commodity" if name.startswith("one commodity") else "freight"
        order = {
            "method": method,
            "folder": str(self.place(name)),
            "tiny": str(self.place(TINY[kind])),
            "budget_s": self.pace.budget_s,
        }
        limit_s = limit_s or self.pace.limit_s
        began = perf_counter()
        command = [sys.executable, "-m", "benchmarks.worker", json.dumps(order)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False, cwd=ROOT)
        except subprocess.TimeoutExpired:
            self.tell(f"{method} on {name}: more than {limit_s:g} s")
            return Run(is_over=True, limit_s=limit_s)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            return Run(problem=lines[-1] if lines else f"ended with {done.returncode}")
        found = json.loads(done.stdout.strip().splitlines()[-1])
        if "missing" in found:
            return Run(problem=f"{found['missing']} is not installed")
        run = Run(**found)
        self.tell(f"{method} on {name}: {run.median_s:.4g} s, {run.peak_mb:.0f} MB ({perf_counter() - began:.0f} s)")
        return run

    def turns(self, methods: list[str], name: str) -> dict[str, list[Run]]:
        """Let methods answer in turns, round by round; the first is in every round, slow ones in the first alone."""
        runs: dict[str, list[Run]] = {method: [] for method in methods}
        for at in range(self.pace.n_rounds):
            for method in methods:
                done = runs[method]
                if method != methods[0] and done and (done[0].problem or self._is_slow(done[0])):
                    continue
                if at and method == methods[0] and done[0].problem:
                    return runs
                done.append(self.run(method, name))
            if at == 0 and self._is_slow(runs[methods[0]][0]) and len(methods) == 1:
                break
        return runs

    def _is_slow(self, run: Run) -> bool:
        return run.is_over or sum(run.seconds) > self.pace.slow_s


@contextmanager
def bench(pace: Pace, tell: Callable[[str], None] = lambda _: None) -> Iterator[Bench]:
    """Give a bench whose instances are deleted in the end."""
    with tempfile.TemporaryDirectory(prefix="corridor-bench-") as folder:
        yield Bench(Path(folder), pace, tell)


def times(own: Run, peer: Run) -> float:
    """Return how many times as long a peer took: question by question, or one question in the middle."""
    if own.repeats or peer.is_over:
        return peer.median_s / own.median_s
    return median(slow / fast for fast, slow in zip(own.seconds, peer.seconds, strict=False))


def disagreement(own: Run, peer: Run) -> str:
    """Say where the objectives of two methods differ; empty where they do not."""
    for at, (mine, other) in enumerate(zip(own.objectives, peer.objectives, strict=False)):
        if abs(mine - other) > AGREED * max(1.0, abs(mine)):
            return f"objectives of question {at + 1} differ: {mine:.9g} and {other:.9g}"
    return ""


def as_mapping(run: Run) -> dict[str, Any]:
    """Return what is kept of a run."""
    return {
        "median_s": run.median_s,
        "n": len(run.seconds),
        "phases": run.phases,
        "import_s": run.import_s,
        "prepare_s": run.prepare_s,
        "peak_mb": run.peak_mb,
        **run.notes,
    }
