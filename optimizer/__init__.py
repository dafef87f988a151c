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
    from optimizer.cost_families import route_cost_families
    from optimizer.costs import Costs, find_costs
    from optimizer.curves import Curve, capacity_curve, cost_curve, demand_curve
    from optimizer.disruption import Disruption, disrupt
    from optimizer.emissions import emissions_of, emissions_of_route
    from optimizer.extensions import cheapest_extensions
    from optimizer.leg_parts import parts_of_route
    from optimizer.matrix import find_routes_many, iter_routes_many
    from optimizer.options import SolveOptions
    from optimizer.pareto import Front, FrontLimitWarning, find_pareto, pareto_front
    from optimizer.planning import plan_flows
    from optimizer.result import Plan
    from optimizer.route import Route
    from optimizer.routing import find_routes
    from optimizer.shortfall import explain_unmet
    from optimizer.solvers.pyomo_twin import to_pyomo
    from optimizer.users import users_of
    from optimizer.validation import Validation, validate
    from optimizer.verification import verify
    from optimizer.weights import Weights
    from optimizer.whatif import WhatIf, what_if

__all__ = [
    "Comparison",
    "Costs",
    "Curve",
    "Disruption",
    "Front",
    "FrontLimitWarning",
    "Plan",
    "Route",
    "SolveOptions",
    "Validation",
    "Weights",
    "WhatIf",
    "calibrate",
    "capacity_curve",
    "cheapest_extensions",
    "compare_corridors",
    "cost_curve",
    "demand_curve",
    "disrupt",
    "emissions_of",
    "emissions_of_route",
    "explain_unmet",
    "find_costs",
    "find_pareto",
    "find_routes",
    "find_routes_many",
    "iter_routes_many",
    "pareto_front",
    "parts_of_route",
    "plan_flows",
    "route_cost_families",
    "to_pyomo",
    "users_of",
    "validate",
    "verify",
    "what_if",
]

# Each name is imported when it is first used, so that a route pays for no solver.
_MODULE_OF = {
    "Comparison": "optimizer.comparison",
    "Costs": "optimizer.costs",
    "Curve": "optimizer.curves",
    "Disruption": "optimizer.disruption",
    "Front": "optimizer.pareto",
    "FrontLimitWarning": "optimizer.pareto",
    "Plan": "optimizer.result",
    "Route": "optimizer.route",
    "SolveOptions": "optimizer.options",
    "Validation": "optimizer.validation",
    "Weights": "optimizer.weights",
    "WhatIf": "optimizer.whatif",
    "calibrate": "optimizer.calibration",
    "capacity_curve": "optimizer.curves",
    "cheapest_extensions": "optimizer.extensions",
    "compare_corridors": "optimizer.corridors",
    "cost_curve": "optimizer.curves",
    "demand_curve": "optimizer.curves",
    "disrupt": "optimizer.disruption",
    "emissions_of": "optimizer.emissions",
    "emissions_of_route": "optimizer.emissions",
    "explain_unmet": "optimizer.shortfall",
    "find_costs": "optimizer.costs",
    "find_pareto": "optimizer.pareto",
    "find_routes": "optimizer.routing",
    "find_routes_many": "optimizer.matrix",
    "iter_routes_many": "optimizer.matrix",
    "pareto_front": "optimizer.pareto",
    "parts_of_route": "optimizer.leg_parts",
    "plan_flows": "optimizer.planning",
    "route_cost_families": "optimizer.cost_families",
    "to_pyomo": "optimizer.solvers.pyomo_twin",
    "users_of": "optimizer.users",
    "validate": "optimizer.validation",
    "verify": "optimizer.verification",
    "what_if": "optimizer.whatif",
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
