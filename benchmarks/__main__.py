"""Print benchmarks: ``make bench``. Ratios are measured side by side in one run; timings are medians."""

from __future__ import annotations

import argparse
import importlib
import sys
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from benchmarks import goals, growth, results
from benchmarks.runner import FULL, QUICK, bench

if TYPE_CHECKING:
    from benchmarks.runner import Pace

SUBJECTS = {
    "goals": "The goals, against what a user would otherwise pick",
    "growth": "Plans by size, against what a user would otherwise pick",
    "cli": "Command line, whole process",
    "load": "Reading and checking datasets",
    "routes": "Routes, after load",
    "queries": "Questions on the bundled network, after load",
    "matrix": "Matrices of routes",
    "pareto": "Pareto fronts on larger networks",
    "plan": "Plans, phases apart",
    "whatif": "What-ifs from where the base plan stands",
}


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    options = _options()
    told = partial(print, flush=True)
    machine = results.machine()
    told(f"{machine['cores']} cores of {machine['cpu']}, {machine['memory_gib']} GiB, {machine['system']}")
    told(", ".join(f"{name} {version}" for name, version in results.versions().items()) + "\n")
    pace = FULL if options.full else QUICK
    lines: list[goals.Line] = []
    sizes: list[growth.Size] = []
    for name in options.subjects or list(SUBJECTS):
        told(SUBJECTS[name])
        if name == "goals":
            lines = _goals(pace, options.only)
        elif name == "growth":
            sizes = _growth(pace, options.only)
        else:
            for line in importlib.import_module(f"benchmarks.bench_{name}").run():
                told(f"  {line}")
        told("")
    if options.keep:
        told(f"kept in {results.keep(lines, [asdict(size) for size in sizes]).name}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "subjects", nargs="*", metavar="SUBJECT", help=f"one or more of {', '.join(SUBJECTS)}; all by default"
    )
    parser.add_argument("--only", help="of goals and growth, those whose instance or workload contains this")
    parser.add_argument("--full", action="store_true", help="more turns, longer limits")
    parser.add_argument("--keep", action="store_true", help="keep all goals by version and write them into the page")
    options = parser.parse_args()
    unknown = [name for name in options.subjects if name not in SUBJECTS]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; choose from {', '.join(SUBJECTS)}")
    if options.keep and (options.only or "goals" not in (options.subjects or SUBJECTS)):
        parser.error("--keep keeps whole runs: ask for goals, without --only")
    return options


def _goals(pace: Pace, only: str | None) -> list[goals.Line]:
    exact = [row for row in goals.ROWS if only == row.instance]
    rows = exact or [row for row in goals.ROWS if not only or only in row.instance or only in row.workload]
    lines = []
    with bench(pace, _progress) as own:
        print(f"  {goals.HEAD}", flush=True)
        for line in goals.measure(own, rows):
            print(f"  {goals.text_of(line)}", flush=True)
            lines.append(line)
    return lines


def _growth(pace: Pace, only: str | None) -> list[growth.Size]:
    names = [only] if only in growth.MODERATE else [name for name in growth.INSTANCES if only and only in name]
    with bench(pace, _progress) as own:
        sizes = list(growth.measure(own, names or growth.INSTANCES))
    for line in growth.lines_of(sizes):
        print(f"  {line}")
    return sizes


def _progress(text: str) -> None:
    """Tell on the error stream what has just been done, so that the tables can be redirected."""
    print(f"    {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
