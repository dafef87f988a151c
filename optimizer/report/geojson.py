"""Routes, flows, bottlenecks and differences as GeoJSON (RFC 7946).

Lines have their true geometry where the dataset has it and are straight elsewhere; what lies nowhere has none.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from optimizer.loads import link_loads
from optimizer.price_steps import plain_link_id
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from network.model import Dataset
    from optimizer.flows import Bottleneck
    from optimizer.result import Plan
    from optimizer.route import Route
    from optimizer.whatif import WhatIf

Position = list[float]
ROUNDING = 1e-9
"""Part of a link's load below which a change is what sums of floats leave."""


def route_features(data: Dataset, routes: Sequence[Route]) -> dict[str, Any]:
    """Return a FeatureCollection with a line per link and a point per transfer of every route."""
    features = []
    for at, route in enumerate(routes, start=1):
        for step, leg in enumerate(route.legs, start=1):
            properties = {"route": at, "leg": step, **leg.to_mapping()}
            geometry: Mapping[str, Any]
            if isinstance(leg, Leg):
                geometry = line_of(data, leg.link_id, leg.from_node)
            else:
                geometry = {"type": "Point", "coordinates": position_of(data, leg.node_id)}
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def plan_features(data: Dataset, plan: Plan) -> dict[str, Any]:
    """Return a FeatureCollection with a line per link, direction and commodity that carries flow."""
    features = [
        {"type": "Feature", "properties": asdict(flow), "geometry": line_of(data, flow.link_id, flow.from_node)}
        for flow in plan.link_flows
    ]
    return {"type": "FeatureCollection", "features": features}


def bottleneck_features(data: Dataset, plan: Plan) -> dict[str, Any]:
    """Return a FeatureCollection of the capacities with a price: lines of links, points of transfers and terminals.

    A shared capacity without a place is drawn as the links that draw on it. The properties are those of
    `optimizer.flows.Bottleneck`.
    """
    features = [
        {"type": "Feature", "properties": row.to_mapping(), "geometry": _capacity_geometry(data, row)}
        for row in plan.bottlenecks()
    ]
    return {"type": "FeatureCollection", "features": features}


def whatif_features(result: WhatIf) -> dict[str, Any]:
    """Return a FeatureCollection with a line per scenario, year and link that carries goods with or without it.

    The properties are ``scenario``, ``year``, ``link_id``, ``mode``, ``from_node``, ``to_node``, and tonnes a year both
    ways: ``base_t`` without the scenario, ``scenario_t`` with it, and ``change_t``. Scenarios that failed have none.
    """
    features = []
    for outcome, plan in zip(result.outcomes, result.plans, strict=True):
        if plan is None or plan.cost_usd is None:
            continue
        base = result.bases[outcome["year"]]
        before, after = (_tonnes(each) for each in (base, plan))
        for link_id in dict.fromkeys((*before, *after)):
            data = plan.data if link_id in plan.data.network.links.row_of else base.data
            about = {"scenario": outcome["name"], "year": outcome["year"], **_link(data, link_id)}
            amounts = _change(before.get(link_id, 0.0), after.get(link_id, 0.0))
            geometry = line_of(data, link_id, about["from_node"])
            features.append({"type": "Feature", "properties": {**about, **amounts}, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def line_of(data: Dataset, link_id: str, from_node: str) -> Mapping[str, Any]:
    """Return the geometry of a link in the direction of travel."""
    links = data.network.links
    row = links.row_of[link_id]
    start, end = str(links.text("from_node")[row]), str(links.text("to_node")[row])
    line = data.geometry.get(plain_link_id(data, link_id))
    if line is None:
        line = {"type": "LineString", "coordinates": [position_of(data, start), position_of(data, end)]}
    line = _within_the_antimeridian(line)
    if from_node != start:
        line = _reversed(line)
    return line


def position_of(data: Dataset, node_id: str) -> Position:
    """Return longitude and latitude of a node."""
    nodes = data.network.nodes
    row = nodes.row_of[node_id]
    return [float(nodes.number("lon")[row]), float(nodes.number("lat")[row])]


def _within_the_antimeridian(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a line that goes the short way round; one across the antimeridian is cut there (RFC 7946 §3.1.9)."""
    parts = _parts(line)
    if not any(_crosses(start, end) for part in parts for start, end in pairwise(part)):
        return line
    return {"type": "MultiLineString", "coordinates": [piece for part in parts for piece in _cut(part)]}


def _cut(part: list[Position]) -> list[list[Position]]:
    """Return the pieces of a line between its crossings of the antimeridian."""
    pieces = [part[:1]]
    for start, end in pairwise(part):
        if _crosses(start, end):
            lon1, lat1, lon2, lat2 = (*start[:2], *end[:2])
            edge = 180.0 if lon1 > 0 else -180.0
            around = lon2 + 2.0 * edge
            lat = lat1 + (lat2 - lat1) * (edge - lon1) / (around - lon1)
            pieces[-1].append([edge, lat])
            pieces.append([[-edge, lat]])
        pieces[-1].append(end)
    return pieces


def _crosses(start: Position, end: Position) -> bool:
    """Tell whether the short way between two positions leads across the antimeridian."""
    return abs(end[0] - start[0]) > 180.0


def _reversed(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line drawn the other way."""
    parts: Iterable[Any] = line["coordinates"]
    if line["type"] == "MultiLineString":
        turned = [list(reversed(part)) for part in parts]
        return {**line, "coordinates": list(reversed(turned))}
    return {**line, "coordinates": list(reversed(list(parts)))}


def _capacity_geometry(data: Dataset, row: Bottleneck) -> Mapping[str, Any] | None:
    """Return where a capacity lies; None, "unlocated", where the data does not say."""
    network = data.network
    if row.kind == "link":
        start = str(network.links.text("from_node")[network.links.row_of[row.id]])
        return line_of(data, row.id, row.from_node or start)
    if row.kind == "transfer":
        return {"type": "Point", "coordinates": position_of(data, row.id.rpartition(":")[0])}
    table = network.shared_capacities
    node = str(table.text("node_id")[table.row_of[row.id]]) if row.id in table.row_of else ""
    if node:
        return {"type": "Point", "coordinates": position_of(data, node)}
    links = network.links
    rows = [at for at, shared in enumerate(links.text("shared_capacity_id")) if shared == row.id]
    lines = [line_of(data, str(links.text("link_id")[at]), str(links.text("from_node")[at])) for at in rows]
    return (
        {"type": "MultiLineString", "coordinates": [part for line in lines for part in _parts(line)]} if lines else None
    )


def _parts(line: Mapping[str, Any]) -> list[Any]:
    """Return the lines of a geometry."""
    return list(line["coordinates"]) if line["type"] == "MultiLineString" else [line["coordinates"]]


def _tonnes(plan: Plan) -> dict[str, float]:
    """Return the tonnes a year both ways by link, of those that carry any."""
    loads = link_loads(plan)
    return {link_id: t for link_id, t in zip(loads.link_ids, loads.t.tolist(), strict=True) if t > 0.0}


def _change(before: float, after: float) -> dict[str, float]:
    """Return tonnes before and after and their difference; what sums of floats leave is none."""
    change = after - before
    is_rounding = abs(change) <= ROUNDING * max(before, after)
    return {"base_t": before, "scenario_t": after, "change_t": 0.0 if is_rounding else change}


def _link(data: Dataset, link_id: str) -> dict[str, str]:
    """Return id, mode and ends of a link."""
    links = data.network.links
    row = links.row_of[link_id]
    return {"link_id": link_id, **{column: str(links.text(column)[row]) for column in ("mode", "from_node", "to_node")}}
