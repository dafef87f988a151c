"""Whether a route obeys constraints, told from its legs and the data alone: no search has a part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.values import months_open
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.model import Dataset
    from optimizer.route import Route
    from optimizer.trip import Constraint


def obeys(data: Dataset, route: Route, constraints: Iterable[Constraint], tolerance: float = 0.0) -> bool:
    """Say whether a route obeys all of `constraints` together.

    Vias are one constraint each but are obeyed together: the route must pass them in the order in which they stand in
    `constraints`, and passes two of the same name by being there once. `tolerance` is relative: how far a limit may be
    exceeded.
    """
    constraints = list(constraints)
    vias = [constraint.value for constraint in constraints if constraint.kind == "via"]
    return _passes(route, vias) and all(
        _obeys_one(data, route, constraint, tolerance) for constraint in constraints if constraint.kind != "via"
    )


def nodes_passed(route: Route) -> list[str]:
    """Return the nodes of a route in order of travel, both ends included; a transfer's node is listed again."""
    return [route.origin, *(leg.to_node if isinstance(leg, Leg) else leg.node_id for leg in route.legs)]


def _passes(route: Route, vias: list[str | float]) -> bool:
    """Say whether a route passes nodes in this order."""
    nodes, at = nodes_passed(route), 0
    for via in vias:
        while at < len(nodes) and nodes[at] != via:
            at += 1
        if at == len(nodes):
            return False
    return True


def _obeys_one(data: Dataset, route: Route, constraint: Constraint, tolerance: float) -> bool:
    """Say whether a route obeys one constraint other than a via."""
    nodes, links = data.network.nodes, data.network.links
    used = [leg.link_id for leg in route.legs if isinstance(leg, Leg)]
    kind, value = constraint
    if kind == "avoid country":
        country = nodes.text("country")
        return all(country[nodes.row_of[node]] != value for node in nodes_passed(route))
    if kind == "avoid mode":
        return value not in _modes_met(route)
    if kind == "avoid node":
        return value not in nodes_passed(route)
    if kind == "avoid link":
        return value not in used
    if kind == "month":
        months = [str(links.text("open_months")[links.row_of[link_id]]) for link_id in used]
        return all(not text or value in months_open(text) for text in months)
    spent = route.time_h if kind == "max time" else route.cost_usd
    return spent <= float(value) * (1.0 + tolerance)


def _modes_met(route: Route) -> set[str]:
    """Return the modes a route moves by or changes through, without gauge."""
    met: set[str] = set()
    for leg in route.legs:
        met.update((leg.mode,) if isinstance(leg, Leg) else (leg.from_mode, leg.to_mode))
    return {mode.rstrip("0123456789") for mode in met}
