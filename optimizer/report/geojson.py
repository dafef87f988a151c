"""Routes and flows as GeoJSON (RFC 7946): true geometry where the dataset has it, straight lines elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from optimizer.price_steps import plain_link_id
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from network.model import Dataset
    from optimizer.result import Plan
    from optimizer.route import Route

Position = list[float]


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


def line_of(data: Dataset, link_id: str, from_node: str) -> Mapping[str, Any]:
    """Return the geometry of a link in the direction of travel."""
    links = data.network.links
    row = links.row_of[link_id]
    start, end = str(links.text("from_node")[row]), str(links.text("to_node")[row])
    line = data.geometry.get(plain_link_id(data, link_id))
    if line is None:
        line = _short_way([position_of(data, start), position_of(data, end)])
    if from_node != start:
        line = _reversed(line)
    return line


def position_of(data: Dataset, node_id: str) -> Position:
    """Return longitude and latitude of a node."""
    nodes = data.network.nodes
    row = nodes.row_of[node_id]
    return [float(nodes.number("lon")[row]), float(nodes.number("lat")[row])]


def _short_way(line: list[Position]) -> dict[str, Any]:
    """Return a straight line; one across the antimeridian is cut in two there, as RFC 7946 §3.1.9 asks."""
    (lon1, lat1), (lon2, lat2) = line
    if abs(lon2 - lon1) <= 180:
        return {"type": "LineString", "coordinates": line}
    edge = 180.0 if lon1 > 0 else -180.0
    around = lon2 + (360.0 if lon1 > 0 else -360.0)
    lat = lat1 + (lat2 - lat1) * (edge - lon1) / (around - lon1)
    return {"type": "MultiLineString", "coordinates": [[[lon1, lat1], [edge, lat]], [[-edge, lat], [lon2, lat2]]]}


def _reversed(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line drawn the other way."""
    parts: Iterable[Any] = line["coordinates"]
    if line["type"] == "MultiLineString":
        turned = [list(reversed(part)) for part in parts]
        return {**line, "coordinates": list(reversed(turned))}
    return {**line, "coordinates": list(reversed(list(parts)))}
