"""Results kept by version, and the tables of ``docs/benchmarks.md`` that are written from them.

A file holds one run of all goals on one machine. A new run of the same version takes its place whole, better or worse;
those of earlier versions stay, and so does their column in the history.
"""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.goals import Line, number, seconds, to_mapping, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FOLDER = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("numpy", "scipy", "highspy", "ortools", "pyomo", "pypsa", "linopy", "networkx", "pandas", "pydantic")
START, END = "<!-- goals: written by python -m benchmarks goals --keep -->", "<!-- end of goals -->"
NOTHING = "No run of all goals is kept yet; `make bench` prints one."


def machine() -> dict[str, object]:
    """Return what this machine is, without its name."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = models[0] if models else cpu
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0.0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cpu": cpu, "cores": cores, "memory_gib": round(memory_gib), "system": platform.system()}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that are measured, as far as they are installed."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def keep(lines: Iterable[Line], growth: Sequence[Mapping[str, object]] = ()) -> Path:
    """Write a run to the file of this version, its tables to the page, and return the file.

    Without sizes the growth that was measured before with the same version stays, with its own date.
    """
    own = version("corridor-optimizer")
    date = datetime.now(UTC).date().isoformat()
    before = [run["growth"] for run in read_all(FOLDER) if run["version"] == own]
    mapping = {
        "version": own,
        "date": date,
        "machine": machine(),
        "versions": versions(),
        "goals": [to_mapping(line) for line in lines],
        "growth": {"date": date, "sizes": list(growth)} if growth or not before else before[0],
    }
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{own}.json"
    path.write_text(json.dumps(mapping, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), read_all(FOLDER)), encoding="utf-8")
    return path


def read_all(folder: Path) -> list[dict[str, Any]]:
    """Return all runs that are kept, the newest version last."""
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]
    return sorted(runs, key=lambda run: [int(part) for part in str(run["version"]).split(".") if part.isdigit()])


def page_with(text: str, runs: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of the page with its tables written anew from the runs.

    Raises
    ------
    ValueError
        The page has lost the marks between which they stand.
    """
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError("the page has lost the marks between which its goals stand")
    return f"{before}{START}\n\n{tables(runs)}\n\n{END}{after}"


def tables(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return the goals of the newest run as a table, and the measured values of all versions side by side."""
    if not runs:
        return NOTHING
    newest = runs[-1]
    lines = [Line(**line) for line in newest["goals"]]
    own, machine_of = newest["versions"], newest["machine"]
    packages = ", ".join(f"{name} {number_}" for name, number_ in own.items())
    head = (
        f"Version {newest['version']}, {newest['date']}; {machine_of['cores']} cores of {machine_of['cpu']}, "
        f"{machine_of['memory_gib']} GiB, {machine_of['system']}; {packages}."
    )
    rows = ["| workload | goal | measured | turns | ours | peer | |", "| --- | --- | --- | --- | --- | --- | --- |"]
    rows += [_row(line) for line in lines]
    parts = [head, "\n".join(rows)]
    if newest["growth"]["sizes"]:
        parts.append(_growth(newest["growth"]))
    if len(runs) > 1:
        parts.append(_history(runs))
    return "\n\n".join(parts)


def _row(line: Line) -> str:
    if line.value is None:
        return f"| {line.workload} | {line.goal} | – | – | – | – | not measured: {line.note} |"
    bound = "≥ " if line.is_bound else ""
    span = f"{number(line.least or 0.0, line.measure)}–{number(line.most or 0.0, line.measure)} ({line.n})"
    peer = "–" if line.peer_s is None else f"{'> ' if line.is_bound else ''}{seconds(line.peer_s)}"
    value = f"**{bound}{number(line.value, line.measure)}**"
    cells = (line.workload, line.goal, value, span, seconds(line.own_s or 0.0), peer, verdict(line))
    return f"| {' | '.join(cells)} |"


def _growth(growth: Mapping[str, Any]) -> str:
    """Return a table of what plans took by size, and how many times as long each peer took."""
    sizes = growth["sizes"]
    peers = dict.fromkeys(peer for size in sizes for peer in size["peers"])
    phases = dict.fromkeys(phase for size in sizes for phase in size["phases"])
    titles = ["instance", "plan", "MB", "sweeps", "gap", "load", *phases, *(f"{peer} ×" for peer in peers)]
    rows = [f"| {' | '.join(titles)} |", "|" + " --- |" * len(titles)]
    for size in sizes:
        own = size["own"]
        if not own:
            rows.append(f"| {size['instance']} | {'; '.join(size['notes'])} |" + " |" * (len(titles) - 2))
            continue
        taken = [size["peers"].get(peer) for peer in peers]
        cells = [
            size["instance"],
            seconds(own["median_s"]),
            f"{own['peak_mb']:.0f}",
            f"{own['median_s'] / own['sweep_s']:.0f}",
            f"{own['gap']:.0e}",
            seconds(own["prepare_s"]),
            *(seconds(size["phases"][phase]) for phase in phases),
            *("–" if other is None else number(other / own["median_s"], "peer") for other in taken),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return f"Growth with size, {growth['date']}:\n\n" + "\n".join(rows)


def _history(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return a table with a column per version; a goal that one of them did not have is a dash there."""
    measured = [{(line["workload"], line["goal"]): Line(**line) for line in run["goals"]} for run in runs]
    names = dict.fromkeys(name for lines in reversed(measured) for name in lines)
    rows = [
        "| workload | goal | " + " | ".join(str(run["version"]) for run in runs) + " |",
        "| --- | --- |" + " --- |" * len(runs),
    ]
    for name in names:
        cells = [lines.get(name) for lines in measured]
        texts = ["–" if line is None or line.value is None else number(line.value, line.measure) for line in cells]
        rows.append(f"| {name[0]} | {name[1]} | " + " | ".join(texts) + " |")
    return "Measured values by version:\n\n" + "\n".join(rows)
