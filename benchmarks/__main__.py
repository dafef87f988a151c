"""Print every benchmark: `make bench`. Ratios are measured side by side in one run; timings are medians."""

from __future__ import annotations

import importlib
import platform
import sys
from importlib.metadata import version

SUBJECTS = {
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
    names = sys.argv[1:] or list(SUBJECTS)
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; choose from {', '.join(SUBJECTS)}")
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "highspy", "ortools", "pyomo", "pydantic"))
    print(f"Python {platform.python_version()} on {platform.machine()}, {packages}\n")
    for name in names:
        print(SUBJECTS[name])
        for line in importlib.import_module(f"benchmarks.bench_{name}").run():
            print(f"  {line}")
        print()


if __name__ == "__main__":
    main()
