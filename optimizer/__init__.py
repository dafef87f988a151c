"""What to do about a network: routes, flow plans and their proof.

>>> from network import load
>>> from optimizer import find_routes
>>> routes = find_routes(load(), "Xi'an", "Duisburg", k=3)  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.calibration import calibrate
    from optimizer.comparison import Comparison
    from optimizer.corridors import compare_corridors
    from optimizer.matrix import find_routes_many, iter_routes_many
    from optimizer.options import SolveOptions
    from optimizer.pareto import find_pareto
    from optimizer.planning import plan_flows
    from optimizer.result import Plan
    from optimizer.route import Route
    from optimizer.routing import find_routes
    from optimizer.solvers.pyomo_twin import to_pyomo
    from optimizer.validation import Validation, validate
    from optimizer.verification import verify
    from optimizer.weights import Weights

__all__ = [
    "Comparison",
    "Plan",
    "Route",
    "SolveOptions",
    "Validation",
    "Weights",
    "calibrate",
    "compare_corridors",
    "find_pareto",
    "find_routes",
    "find_routes_many",
    "iter_routes_many",
    "plan_flows",
    "to_pyomo",
    "validate",
    "verify",
]

# Each name is imported when it is first used, so that a route pays for no solver.
_MODULE_OF = {
    "Comparison": "optimizer.comparison",
    "Plan": "optimizer.result",
    "Route": "optimizer.route",
    "SolveOptions": "optimizer.options",
    "Validation": "optimizer.validation",
    "Weights": "optimizer.weights",
    "calibrate": "optimizer.calibration",
    "compare_corridors": "optimizer.corridors",
    "find_pareto": "optimizer.pareto",
    "find_routes": "optimizer.routing",
    "find_routes_many": "optimizer.matrix",
    "iter_routes_many": "optimizer.matrix",
    "plan_flows": "optimizer.planning",
    "to_pyomo": "optimizer.solvers.pyomo_twin",
    "validate": "optimizer.validation",
    "verify": "optimizer.verification",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562)."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return list(__all__)
