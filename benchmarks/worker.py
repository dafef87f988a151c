"""One method on one instance in a fresh process: ``python -m benchmarks.worker`` reads an order and prints an answer.

Imports are paid for by a question about a tiny instance of the same kind before any clock runs; how long they and the
preparation took is told apart. Memory is the largest resident set of the whole process, interpreter, imports and
instance included, when the last question has been answered.
"""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.task import Source

METHODS = {
    "plan": "benchmarks.ours:plan",
    "plan, phases": "benchmarks.ours:plan_phases",
    "plan, unverified": "benchmarks.ours:plan_unverified",
    "what-ifs": "benchmarks.ours:whatifs",
    "what-ifs, cold": "benchmarks.ours:whatifs_cold",
    "routes": "benchmarks.ours:routes",
    "pareto": "benchmarks.ours:pareto",
    "highspy, aggregated": "benchmarks.peers.linear_programs:aggregated",
    "highspy, aggregated, interior point": "benchmarks.peers.linear_programs:aggregated_interior_point",
    "highspy, arc form": "benchmarks.peers.linear_programs:arc_form",
    "scipy linprog, aggregated": "benchmarks.peers.linear_programs:linprog",
    "Pyomo, aggregated": "benchmarks.peers.pyomo_models:aggregated",
    "Pyomo, arc form": "benchmarks.peers.pyomo_models:arc_form",
    "Pyomo, rebuilt": "benchmarks.peers.pyomo_models:rebuilt",
    "Pyomo, persistent": "benchmarks.peers.pyomo_models:persistent",
    "PyPSA": "benchmarks.peers.pypsa_network:aggregated",
    "scipy yen": "benchmarks.peers.graph_searches:scipy_yen",
    "networkx": "benchmarks.peers.graph_searches:networkx_simple_paths",
    "networkx simplex": "benchmarks.peers.graph_searches:networkx_simplex",
    "OR-Tools, raw": "benchmarks.peers.graph_searches:ortools_raw",
    "prototype": "benchmarks.peers.prototype:key_paths",
}
"""Where every method is; this product's own come first."""

MOST_REPEATS = 5
MB = 1e6


def answer(method: str, folder: Path, tiny: Path, budget_s: float) -> dict[str, object]:
    """Return what a method answers and takes: objectives and seconds by question, phases, memory, notes.

    Questions are asked until `budget_s` is spent, the first one in any case.
    """
    module, _, name = METHODS[method].partition(":")
    began = perf_counter()
    task_of = getattr(import_module(module), name)
    task_of(Source(tiny)).questions[0]()
    import_s = perf_counter() - began
    source = Source(folder)
    began = perf_counter()
    task = task_of(source)
    prepare_s = perf_counter() - began
    questions = task.questions * MOST_REPEATS if task.repeats else task.questions
    objectives, seconds = [], []
    for question in questions:
        began = perf_counter()
        objectives.append(question())
        seconds.append(perf_counter() - began)
        if sum(seconds) + seconds[-1] > budget_s:
            break
    return {
        "objectives": objectives,
        "seconds": seconds,
        "repeats": task.repeats,
        "phases": {phase: median(taken) for phase, taken in task.phases.items()},
        "import_s": import_s,
        "prepare_s": prepare_s,
        "peak_mb": peak_mb(),
        "notes": task.notes(),
    }


def peak_mb() -> float:
    """Return the largest resident set of this process in megabytes.

    Where the kernel tells it by address space it is read there: what ``getrusage`` tells of a new process starts from
    what the process that started it held.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / MB
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MB


def main() -> None:
    """Read an order as JSON from the command line and print the answer as the last line."""
    order = json.loads(sys.argv[1])
    try:
        found = answer(order["method"], Path(order["folder"]), Path(order["tiny"]), order["budget_s"])
    except ModuleNotFoundError as error:
        found = {"missing": error.name}
    print(f"\n{json.dumps(found)}")


if __name__ == "__main__":
    main()
