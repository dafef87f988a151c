"""GeoJSON held against the rules of RFC 7946, on the bundled network and on hostile names."""

from __future__ import annotations

import json
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

import pytest
from made_network import CONTAINER, dataset, link, transfer

from network import Scenario, apply, load, read_dataset
from optimizer import find_routes, plan_flows, what_if
from optimizer.loads import link_loads
from optimizer.report.geojson import bottleneck_features, line_of, plan_features, route_features, whatif_features

if TYPE_CHECKING:
    from pathlib import Path

    from network import Dataset
    from optimizer import Plan, WhatIf

DEPTH = {"Point": 0, "LineString": 1, "MultiLineString": 2}
RESERVED = {"coordinates", "geometries", "geometry", "features", "crs"}
HOSTILE = ['"><script>alert(1)</script>', "=1+1", "\u202eabc", "☃🚢", "a\nb\t\\", "Ақтау; 'порт'"]


def problems_of(collection: Any) -> list[str]:
    """Return what is against the rules of RFC 7946 in a FeatureCollection; the sections stand in the messages."""
    if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
        return ["§3.3: no FeatureCollection"]
    found = [f"§7.1: foreign member {name}" for name in collection.keys() - {"type", "features", "bbox"}]
    for feature in collection["features"]:
        if feature.keys() - {"id", "bbox"} != {"type", "properties", "geometry"} or feature["type"] != "Feature":
            found.append(f"§3.2: members {sorted(feature)}")
            continue
        if feature["properties"] is not None and not isinstance(feature["properties"], dict):
            found.append("§3.2: properties are no object")
        if feature["geometry"] is not None:
            found += _problems_of_geometry(feature["geometry"])
    return found


def _problems_of_geometry(geometry: dict[str, Any]) -> list[str]:
    """Return what is wrong with a point or a line."""
    if geometry.keys() != {"type", "coordinates"} or geometry["type"] not in DEPTH:
        return [f"§3.1: {geometry.get('type')} with {sorted(geometry)}"]
    parts = [geometry["coordinates"]]
    for _ in range(DEPTH[geometry["type"]] - 1):
        parts = [part for outer in parts for part in outer]
    lines = parts if DEPTH[geometry["type"]] else [parts]
    found = []
    for line in lines:
        if DEPTH[geometry["type"]] and len(line) < 2:
            found.append("§3.1.4: a line of fewer than two positions")
        for position in line:
            if not (isinstance(position, list) and len(position) in (2, 3) and all(map(_is_number, position))):
                found.append(f"§3.1.1: position {position}")
            elif not (-180 <= position[0] <= 180 and -90 <= position[1] <= 90):
                found.append(f"§4: {position} is no longitude and latitude")
        if any(abs(end[0] - start[0]) > 180 for start, end in pairwise(line)):
            found.append("§3.1.9: a line across the antimeridian is not cut")
    return found


def _is_number(value: object) -> bool:
    """Say whether a value is a number that JSON has."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def assert_valid(collection: dict[str, Any]) -> list[dict[str, Any]]:
    """Hold a collection against the rules, as it is after a passage through JSON; return its features."""
    read = json.loads(json.dumps(collection, allow_nan=False, ensure_ascii=False))
    assert read == collection
    assert problems_of(read) == []
    assert len(read["features"]) > 0
    return list(read["features"])


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Return the bundled dataset with the works of 2030."""
    bundled = load()
    return apply(bundled, bundled.scenarios["titr-2030"])


@pytest.fixture(scope="module")
def plan(data: Dataset) -> Plan:
    """Return its plan of 2030."""
    return plan_flows(data, year=2030)


@pytest.fixture(scope="module")
def result(data: Dataset) -> WhatIf:
    """Return a what-if of it, with a scenario that fails."""
    wrong = {"table": "links", "where": {"id": "nowhere"}, "close": True}
    asked = [data.scenarios["suez-closed"], Scenario.from_mapping({"name": "wrong", "changes": [wrong]})]
    return what_if(data, asked, year=2030, ranges=False)


def test_the_rules_can_be_broken() -> None:
    """The validator of these tests finds what is wrong."""
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1.0, 2.0]}}

    def with_line(*positions: list[float]) -> dict[str, Any]:
        line = {"type": "LineString", "coordinates": list(positions)}
        return {"type": "FeatureCollection", "features": [point | {"geometry": line}]}

    good = {"type": "FeatureCollection", "features": [point]}
    assert problems_of(good) == problems_of(with_line([0.0, 0.0], [1.0, 1.0])) == []
    for bad in (
        [],
        good | {"crs": None},
        {"type": "FeatureCollection", "features": [{**point, "coordinates": []}]},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None}]},
        with_line([0.0, 0.0]),
        with_line([0.0, 0.0], [1.0, float("nan")]),
        with_line([0.0, 0.0], [45.0, 100.0]),
        with_line([170.0, 0.0], [-170.0, 0.0]),
    ):
        assert problems_of(bad) != [], bad


def test_routes(data: Dataset) -> None:
    """A feature per leg, its ends where the leg's are."""
    routes = find_routes(data, "Shanghai", "Rotterdam", k=3)
    features = assert_valid(route_features(data, routes))
    assert len(features) == sum(len(route.legs) for route in routes)


def test_flows(data: Dataset, plan: Plan) -> None:
    """A line per flow, with its volume."""
    features = assert_valid(plan_features(data, plan))
    assert [feature["properties"]["volume"] for feature in features] == [flow.volume for flow in plan.link_flows]


def test_bottlenecks(data: Dataset, plan: Plan) -> None:
    """Lines of links, points of terminals, each with its price; all of the bundled network lie somewhere."""
    features = assert_valid(bottleneck_features(data, plan))
    assert [feature["properties"] for feature in features] == [row.to_mapping() for row in plan.bottlenecks()]
    kinds = {(feature["properties"]["kind"], feature["geometry"]["type"]) for feature in features}
    assert {("link", "LineString"), ("shared", "Point")} <= kinds


def test_differences(result: WhatIf) -> None:
    """A line per link that carries goods in one of the plans; the tonnes are those of the two plans."""
    features = assert_valid(whatif_features(result))
    changed = result.plans[0]
    assert changed is not None
    assert {feature["properties"]["scenario"] for feature in features} == {result.outcomes[0]["name"]}
    for loads, key in ((link_loads(result.base), "base_t"), (link_loads(changed), "scenario_t")):
        told = {feature["properties"]["link_id"]: feature["properties"][key] for feature in features}
        carried = {name: t for name, t in zip(loads.link_ids, loads.t.tolist(), strict=True) if t}
        assert {name: t for name, t in told.items() if t} == carried
    for feature in features:
        amounts = feature["properties"]
        assert amounts["change_t"] == pytest.approx(amounts["scenario_t"] - amounts["base_t"], abs=1.0)
    assert any(feature["properties"]["change_t"] > 0 for feature in features)
    assert any(feature["properties"]["change_t"] < 0 for feature in features)


def far_east(**nodes: tuple[float, float]) -> Dataset:
    """Return a sea link between two places at (lat, lon), with room for half of what is asked."""
    first, last = nodes
    made = dataset(
        [link("s", "sea", first, last, capacity=50, capacity_unit="teu/year")],
        countries=dict.fromkeys(nodes, "RU"),
        demands=[{"demand_id": "d", "origin": first, "destination": last, "commodity": "container", "volume": 100}],
    )
    changes = [
        {"table": "nodes", "where": {"id": node}, "set": {"lat": lat, "lon": lon}} for node, (lat, lon) in nodes.items()
    ]
    return apply(made, Scenario.from_mapping({"name": "moved", "changes": changes}))


@pytest.mark.parametrize(("west", "east"), [((10.0, 170.0), (20.0, -170.0)), ((0.0, 180.0), (1.0, -1.0))])
def test_lines_are_cut_at_the_antimeridian(west: tuple[float, float], east: tuple[float, float]) -> None:
    """In both directions of travel, and where an end lies on it."""
    data = far_east(A=west, B=east)
    for start in "AB":
        line = line_of(data, "s", start)
        feature = {"type": "Feature", "properties": {}, "geometry": line}
        assert problems_of({"type": "FeatureCollection", "features": [feature]}) == []
        assert line["type"] == "MultiLineString"
        first, last = line["coordinates"][0][0], line["coordinates"][-1][-1]
        ends = [[west[1], west[0]], [east[1], east[0]]]
        assert [first, last] == (ends if start == "A" else ends[::-1])


def test_geometry_of_the_dataset_is_cut_too(tiny_folder: Path) -> None:
    """A line of links.geojson that crosses the antimeridian is cut where it does."""
    links = read_dataset(tiny_folder).network.links
    link_id, start = str(links.text("link_id")[0]), str(links.text("from_node")[0])
    geometry = {"type": "LineString", "coordinates": [[178.0, 0.0], [179.0, 1.0], [-179.0, 2.0], [-178.0, 0.0]]}
    feature = {"type": "Feature", "properties": {"link_id": link_id}, "geometry": geometry}
    collection = {"type": "FeatureCollection", "features": [feature]}
    (tiny_folder / "links.geojson").write_text(json.dumps(collection))
    assert line_of(read_dataset(tiny_folder), link_id, start)["coordinates"] == [
        [[178.0, 0.0], [179.0, 1.0], [180.0, 1.5]],
        [[-180.0, 1.5], [-179.0, 2.0], [-178.0, 0.0]],
    ]


def test_hostile_names_survive() -> None:
    """Names of scenarios and ids come back as they were, and the rules hold."""
    limit = {"capacity": 10, "capacity_unit": "teu/year"}
    rows = [link(name, "rail1520", "A", "B", **limit, cost_usd_per_teu=1.0 + at) for at, name in enumerate(HOSTILE[:4])]
    demand = {"demand_id": HOSTILE[0], "origin": "A", "destination": "B", "commodity": "container", "volume": 35}
    data = dataset(rows, [transfer("A", "rail1520", "road")], commodities=[CONTAINER], demands=[demand])
    plan = plan_flows(data)
    flows = assert_valid(plan_features(data, plan))
    assert {feature["properties"]["link_id"] for feature in flows} == {str(row["link_id"]) for row in rows}
    assert_valid(bottleneck_features(data, plan))
    wider = {"table": "links", "where": {"id": str(rows[0]["link_id"])}, "set": {"capacity": 40.0}}
    scenarios = [Scenario.from_mapping({"name": name, "changes": [wider]}) for name in HOSTILE]
    features = assert_valid(whatif_features(what_if(data, scenarios)))
    assert list(dict.fromkeys(feature["properties"]["scenario"] for feature in features)) == HOSTILE
