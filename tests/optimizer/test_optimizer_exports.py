"""The public names of the package, and what asking for a route must not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import optimizer

HEAVY = ("scipy", "pandas", "ortools", "highspy", "pyomo", "rich", "click", "networkx")


def modules_after(code: str) -> set[str]:
    """Return top-level modules that a fresh process has imported after `code`."""
    program = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", optimizer.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """Each name of __all__ can be used from the package and is what its module calls so."""
    value = getattr(optimizer, name)
    assert value.__name__ == name


def test_all_is_the_contract() -> None:
    """__all__ is sorted, equals dir() and holds the names of the library's contract."""
    assert list(optimizer.__all__) == sorted(optimizer.__all__) == dir(optimizer)
    assert {"SolveOptions", "Weights", "find_routes", "plan_flows", "to_pyomo", "verify"} <= set(optimizer.__all__)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = optimizer.nothing_of_the_kind


def test_a_route_imports_nothing_heavy() -> None:
    """Reading a dataset and finding routes, refusals included, imports no solver, pandas, scipy or rich."""
    code = (
        "from network import NoRouteError, read_dataset\n"
        "from optimizer import find_routes\n"
        "data = read_dataset('tests/data/tiny')\n"
        "assert find_routes(data, 'CNSIA', 'DEDUI', k=3)\n"
        "try:\n    find_routes(data, 'CNSIA', 'DEDUI', max_time_h=1)\n"
        "except NoRouteError as error:\n    assert error.blocking\n"
    )
    assert not modules_after(code) & set(HEAVY)


def test_importing_the_package_imports_nothing() -> None:
    """`import optimizer` alone brings in neither numpy nor pydantic."""
    assert not modules_after("import optimizer") & {*HEAVY, "numpy", "pydantic"}
