"""Streams are conserved from stage to stage, hold all demands, and pass the crossing or port that the rule names."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, Row, dataset, link, transfer
from plan_instances import Instance, instances

from network import Dataset, UnknownIdError, load
from network.regions import REGIONS
from optimizer import Plan, plan_flows
from optimizer.gates import main_gates
from optimizer.region_names import group_of, group_text, region_text
from optimizer.route import Leg
from optimizer.streams import OTHERS, STAGES, UNMET, Streams, streams


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the plan of the bundled network."""
    return plan_flows(load())


def check(found: Streams, wanted: float, most_nodes: int) -> None:
    """Check that nodes give on what they take in, that stages hold the total, and how many nodes there are."""
    assert [stage.id for stage in found.stages] == list(STAGES)
    assert found.total == pytest.approx(wanted, abs=1e-6)
    into: dict[tuple[int, str], float] = defaultdict(float)
    out: dict[tuple[int, str], float] = defaultdict(float)
    for flow in found.flows:
        assert flow.volume > 0.0
        out[flow.stage, flow.from_id] += flow.volume
        into[flow.stage + 1, flow.to_id] += flow.volume
        assert flow.corridor in {node.id for node in found.stages[1].nodes}
        assert flow.stage != 0 or flow.corridor == flow.to_id
        assert flow.stage != 1 or flow.corridor == flow.from_id
    for at, stage in enumerate(found.stages):
        ids = [node.id for node in stage.nodes]
        assert len(set(ids)) == len(ids)
        own = [node.volume for node in stage.nodes if node.id not in (OTHERS, UNMET)]
        assert own == sorted(own, reverse=True)
        assert ids[len(own) :] == [each for each in (OTHERS, UNMET) if each in ids]
        assert len([each for each in ids if each != UNMET]) <= most_nodes
        assert sum(node.volume for node in stage.nodes) == pytest.approx(found.total)
        for node in stage.nodes:
            assert node.name
            assert at == 0 or into[at, node.id] == pytest.approx(node.volume)
            assert at == 3 or out[at, node.id] == pytest.approx(node.volume)
    # A corridor brings to the last stage what it takes from the first.
    for stage in range(3):
        by_corridor: dict[str, float] = defaultdict(float)
        for flow in found.flows:
            by_corridor[flow.corridor] += flow.volume if flow.stage == stage else 0.0
        assert by_corridor == pytest.approx({node.id: node.volume for node in found.stages[1].nodes})


def asked(plan: Plan, measure: str) -> float:
    """Return the volume of all demands of a plan, row by row."""
    table, total = plan.data.commodities, 0.0
    for row, volume in zip(plan.blocks.rows, plan.blocks.volume, strict=True):
        at = table.row_of[plan.data.demands.text("commodity")[row]]
        is_teu = table.text("unit")[at] == "teu"
        teu = 1.0 if is_teu else table.number("teu_per_unit")[at]
        factor = table.number("t_per_unit")[at] if measure == "t" else teu
        total += volume * factor if factor == factor else 0.0
    return total


@pytest.mark.parametrize("measure", ["t", "teu"])
@pytest.mark.parametrize("most_nodes", [2, 6, 12, 100])
def test_streams_of_the_bundled_plan(plan: Plan, measure: str, most_nodes: int) -> None:
    """Tonnes and TEU of all demands, at any number of nodes; few nodes are regions, many countries."""
    found = streams(plan, measure=measure, most_nodes=most_nodes)  # type: ignore[arg-type]
    check(found, asked(plan, measure), most_nodes)
    assert found.unit == measure
    origins = {node.id for node in found.stages[0].nodes} - {OTHERS}
    assert origins <= (
        {*REGIONS, "china", "kazakhstan", "russia"} if most_nodes < 100 else {*plan.data.network.nodes.text("country")}
    )
    frame = found.to_frame()
    assert frame[frame["from_stage"] == "origin"]["volume"].sum() == pytest.approx(found.total)
    assert list(frame.columns)[-2:] == ["corridor", "volume"]
    assert len(frame) == len(found.flows)


def test_streams_of_corridors_sum_to_the_corridors_of_the_plan(plan: Plan) -> None:
    """Each corridor alone has what the plan says goes by it, and all of them are all that is carried."""
    shares: dict[str, float] = defaultdict(float)
    for share in plan.by_corridor():
        shares[share.name] += share.t
    for corridor, t in shares.items():
        found = streams(plan, corridor=corridor)
        check(found, t, 12)
        assert [node.id for node in found.stages[1].nodes] == [corridor]
    nodes = streams(plan, most_nodes=100).stages[1].nodes
    assert {node.id: node.volume for node in nodes} == pytest.approx(dict(shares))


def test_main_gates_of_the_bundled_plan(plan: Plan) -> None:
    """The Middle Corridor crosses the Caspian Sea, the ocean route rounds the Cape, air goes direct."""
    gates: dict[str, set[str]] = defaultdict(set)
    links = plan.data.network.links
    for route, gate in zip(plan.routes, main_gates(plan), strict=True):
        gates[route.corridor].add(gate)
        ends = {node for leg in route.legs if isinstance(leg, Leg) for node in (leg.from_node, leg.to_node)}
        row = links.row_of.get(gate)
        of_gate = {gate} if row is None else {links.text("from_node")[row], links.text("to_node")[row]}
        assert of_gate <= ends | {"domestic", "direct"}
    assert gates["titr"] <= {"sea-aktau-alat", "sea-kuryk-alat", "sea-turkmenbashi-alat"}
    assert gates["ocean-cape"] == {"za-cape"}
    assert gates["air"] == {"direct"}


@settings(max_examples=30, deadline=None)
@given(instances(hard=False), st.sampled_from(["t", "teu"]), st.integers(2, 4))
def test_streams_of_small_plans_are_conserved(instance: Instance, measure: str, most_nodes: int) -> None:
    """What is left behind counts as well."""
    found = plan_flows(instance.dataset())
    told = streams(found, measure=measure, most_nodes=most_nodes)  # type: ignore[arg-type]
    check(told, asked(found, measure), most_nodes)
    if measure == "teu":
        in_boxes = {demand["demand_id"] for demand in instance.demands if demand["commodity"] == "container"}
        left = sum(record.volume for record in found.unmet if record.demand_id in in_boxes)
        assert sum(node.volume for node in told.stages[1].nodes if node.id == UNMET) == pytest.approx(left)


def crossings(**more: object) -> Dataset:
    """Return two ways from China through Kazakhstan to Russia, the one over B a corridor, and a ship from S."""
    links = [
        link("in-b", "rail1520", "A", "B", corridors="main"),
        link("road-in-b", "road", "A", "B"),
        link("through", "rail1520", "B", "C", corridors="main", length_km=500),
        link("out", "rail1520", "C", "D", corridors="main"),
        link("in-e", "road", "A", "E", capacity=40, capacity_unit="teu/year"),
        link("home", "road", "B", "E", cost_usd_per_teu=90),
        link("ship", "sea", "S", "T", cost_usd_per_teu=90),
        link("to-ship", "road", "B", "S"),
    ]
    transfers = [transfer("S", "road", "sea"), transfer("B", "rail1520", "road")]
    countries = {"A": "CN", "B": "KZ", "C": "KZ", "D": "RU", "E": "KZ", "S": "KZ", "T": "IR"}
    demand: Row = {"commodity": "container", "unmet_cost_usd_per_unit": 500}
    demands = [
        demand | {"demand_id": "far", "origin": "A", "destination": "D", "volume": 100},
        demand | {"demand_id": "near", "origin": "A", "destination": "E", "volume": 60, "unmet_cost_usd_per_unit": 60},
        demand | {"demand_id": "inside", "origin": "B", "destination": "C", "volume": 10},
        demand | {"demand_id": "over", "origin": "B", "destination": "T", "volume": 5},
        demand | {"demand_id": "bulk", "origin": "A", "destination": "D", "volume": 700, "commodity": "grain"},
    ]
    corridors = [{"corridor_id": "main", "name": "Main line", "kind": "rail", **more}]
    return dataset(
        links, transfers, countries=countries, commodities=[CONTAINER, GRAIN], demands=demands, corridors=corridors
    )


def told(data: Dataset, **options: object) -> dict[str, dict[str, float]]:
    """Return the volumes of the nodes by stage."""
    found = streams(plan_flows(data), **options)  # type: ignore[arg-type]
    check(found, sum(node.volume for node in found.stages[0].nodes), 12)
    return {stage.id: {node.id: round(node.volume, 6) for node in stage.nodes} for stage in found.stages}


def test_streams_by_hand() -> None:
    """The crossing that carries most is the main one; goods inside a country pass none; what is left is told."""
    assert told(crossings()) == {
        "origin": {"CN": 1600 + 700, "KZ": 150},
        "corridor": {"main": 1000 + 700 + 100, "": 400 + 50, UNMET: 200},
        "gate": {"in-b": 1700, "in-e": 400, "domestic": 100, "direct": 50, UNMET: 200},
        "destination": {"RU": 1700, "KZ": 700, "IR": 50},
    }
    assert told(crossings(), measure="teu")["gate"] == {"in-b": 100, "in-e": 40, "domestic": 10, "direct": 5, UNMET: 20}
    assert told(crossings(), corridor="main")["gate"] == {"in-b": 1700, "domestic": 100}
    assert told(crossings(), corridor="")["corridor"] == {"": 450}


def test_a_gateway_goes_before_a_larger_crossing() -> None:
    """The corridor's gateway is the main crossing, by its link; a city that is one comes last."""
    assert told(crossings(gateway_links="out"))["gate"]["out"] == 1700
    # Without the gateway the goods inside Kazakhstan belong to no corridor.
    assert told(crossings(gateway_links="out"))["corridor"][""] == 450 + 100
    inland = told(crossings(gateway_nodes="C"))
    assert inland["gate"]["in-b"] == 1700
    assert inland["gate"]["C"] == 100


def test_links_between_two_places_are_one_crossing() -> None:
    """By rail and by road: named after the first, or after the one that is a gateway."""
    plan = plan_flows(crossings(gateway_links="road-in-b"))
    assert {gate for route, gate in zip(plan.routes, main_gates(plan), strict=True) if route.demand_id == "far"} == {
        "road-in-b"
    }
    names = {node.id: node.name for node in streams(plan).stages[2].nodes}
    assert names["road-in-b"] == "A – B"


def test_seaports_count_where_a_ship_is_boarded_or_left() -> None:
    """A port that is passed at sea is none, even if it carries as much and stands first in the data."""
    links = [link("road", "road", "A", "S"), link("first", "sea", "S", "P"), link("second", "sea", "P", "T")]
    demand: Row = {"commodity": "container", "destination": "T", "volume": 5}
    demands = [demand | {"demand_id": name, "origin": name} for name in ("A", "P")]
    countries = {"A": "KZ", "S": "KZ", "P": "TM", "T": "IR"}
    data = dataset(links, [transfer("S", "road", "sea")], countries=countries, demands=demands)
    assert told(data)["gate"] == {"direct": 100}
    nodes = data.network.nodes.to_frame()
    ported = Dataset.from_frames(
        nodes=nodes.assign(kind=nodes["node_id"].map(lambda name: "city" if name == "A" else "seaport")),
        links=data.network.links.to_frame(),
        transfers=data.network.transfers.to_frame(),
        commodities=data.commodities.to_frame(),
        demands=data.demands.to_frame(),
        base_year=2024,
    )
    assert told(ported)["gate"] == {"P": 50, "T": 50}


def test_small_nodes_are_merged_by_volume() -> None:
    """The largest stay, others come after them and unmet demand last."""
    found = streams(plan_flows(crossings()), most_nodes=2)
    assert [node.id for node in found.stages[2].nodes] == ["in-b", OTHERS, UNMET]
    assert [node.volume for node in found.stages[2].nodes] == pytest.approx([1700, 550, 200])
    mapping = json.loads(json.dumps(found.to_mapping(), allow_nan=False))
    assert mapping["stages"][2]["nodes"][0]["name"] == "A – B"
    assert sum(flow["volume"] for flow in mapping["flows"] if flow["stage"] == 1) == pytest.approx(mapping["total"])


def test_wrong_questions_are_refused() -> None:
    """An unknown corridor, and fewer nodes than one and the others."""
    plan = plan_flows(crossings())
    with pytest.raises(UnknownIdError, match="nowhere"):
        streams(plan, corridor="nowhere")
    with pytest.raises(ValueError, match="most_nodes"):
        streams(plan, most_nodes=1)


def test_groups_of_countries() -> None:
    """Three countries stand apart from their regions, whose names say so; every region has a name."""
    assert [group_of(code) for code in ("CN", "HK", "RU", "KZ", "UZ", "JP", "IR")] == [
        "china",
        "china",
        "russia",
        "kazakhstan",
        "central-asia",
        "eastern-asia",
        "southern-asia",
    ]
    assert group_text("central-asia") == "Central Asia without Kazakhstan"
    assert region_text("central-asia") == group_text("central-asia").partition(" without")[0]
    assert len({region_text(region) for region in REGIONS}) == len(REGIONS)
