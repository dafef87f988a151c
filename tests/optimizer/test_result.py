"""What a plan says in the user's own ids adds up and has the promised keys."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flow_instances import busy_network
from made_network import CONTAINER, GRAIN, dataset, link, transfer

from network import Change, Dataset, NoPlanError, Scenario, apply
from optimizer import Plan, Weights, plan_flows
from optimizer.result import relative_gap
from optimizer.route import Leg

RUN = {"dataset", "version", "year", "scenarios", "weights", "demands", "solver"}
PLAN = ["run", "status", "cost_usd", "transport_cost_usd", "unmet_cost_usd", "objective_usd", "bound", "gap"]
PLAN += ["unmet", "flows", "bottlenecks", "routes"]
BOTTLENECK = ["id", "kind", "from_node", "to_node", "capacity", "background", "unit", "used", "price_usd_per_unit"]
LINK_LEG = ["link_id", "mode", "from_node", "to_node", "length_km", "time_h", "moving_h", "waiting_h", "border_h"]
LINK_LEG += ["cost_usd", "co2_kg"]
TRANSFER_LEG = ["transfer", "node_id", "from_mode", "to_mode", "time_h", "cost_usd", "co2_kg"]


@pytest.fixture(scope="module")
def busy() -> Plan:
    """Return the plan of a network with every kind of limit."""
    return plan_flows(busy_network())


def two_corridors() -> Dataset:
    """Return two ways of two modes in two corridors, and a demand of each commodity."""
    links = [
        link("rail", "rail1520", "A", "B", cost_usd_per_teu=10, cost_usd_per_t=2, length_km=1000, corridors="north"),
        link("road", "road", "B", "C", cost_usd_per_teu=20, cost_usd_per_t=3, length_km=300, corridors="south"),
        link("sea", "sea", "A", "D", cost_usd_per_teu=5, cost_usd_per_t=1, length_km=700),
    ]
    demands = [
        {"demand_id": "far", "origin": "A", "destination": "C", "commodity": "container", "volume": 40},
        {"demand_id": "bulk", "origin": "A", "destination": "B", "commodity": "grain", "volume": 900},
        {"demand_id": "isle", "origin": "A", "destination": "D", "commodity": "container", "volume": 7},
    ]
    corridors = [{"corridor_id": name, "name": name} for name in ("south", "north")]
    goods = [CONTAINER, GRAIN | {"teu_per_unit": None}]
    change = transfer("B", "rail1520", "road", cost_usd_per_teu=4)
    return dataset(links, [change], demands=demands, corridors=corridors, commodities=goods)


def test_mapping_has_the_promised_keys(busy: Plan) -> None:
    """The JSON of a plan has exactly the keys of the command line's contract, in order, and is finite."""
    mapping = json.loads(json.dumps(busy.to_mapping(), allow_nan=False))
    assert list(mapping) == PLAN
    assert set(mapping["run"]) == RUN
    assert mapping["run"]["weights"] == {"cost": 1.0, "time_per_h": None, "co2_per_kg": 0.0}
    assert all(list(row) == ["demand_id", "volume"] for row in mapping["unmet"])
    assert all(list(row) == ["link_id", "from_node", "to_node", "commodity", "volume"] for row in mapping["flows"])
    assert all(list(row) == BOTTLENECK for row in mapping["bottlenecks"])
    assert all(list(route) == ["demand_id", "volume", "legs"] for route in mapping["routes"])
    legs = [leg for route in mapping["routes"] for leg in route["legs"]]
    assert {tuple(leg) for leg in legs} == {tuple(LINK_LEG), tuple(TRANSFER_LEG)}
    assert mapping["bottlenecks"]
    assert mapping["unmet"]


def test_mapping_without_answer_is_still_json() -> None:
    """An infeasible plan has null money and empty lists."""
    rows = [{"demand_id": "d", "origin": "A", "destination": "C", "commodity": "container", "volume": 1}]
    links = [link("ab", "road", "A", "B"), link("cd", "road", "C", "D")]
    mapping = json.loads(json.dumps(plan_flows(dataset(links, demands=rows)).to_mapping(), allow_nan=False))
    assert mapping["status"] == "infeasible"
    assert [mapping[key] for key in PLAN[2:8]] == [None] * 6
    assert [mapping[key] for key in PLAN[8:]] == [[]] * 4


def test_run_carries_scenarios_and_foreign_demands() -> None:
    """The run names each applied scenario in full; demands are listed only where they are not the dataset's own."""
    half = {"name": "half", "changes": [{"table": "demands", "where": {"id": "far"}, "scale": {"volume": 0.5}}]}
    scenario = Scenario.from_mapping(half)
    run = plan_flows(apply(two_corridors(), scenario)).to_mapping()["run"]
    assert [Scenario.from_mapping(mapping) for mapping in run["scenarios"]] == [scenario]
    assert run["demands"] is None
    run = plan_flows(replace(two_corridors(), has_own_demands=False)).to_mapping()["run"]
    assert [(row["demand_id"], row["volume"]) for row in run["demands"]] == [
        ("far", 40.0),
        ("bulk", 900.0),
        ("isle", 7.0),
    ]


def test_flows_are_the_sum_of_routes(busy: Plan) -> None:
    """Per link, direction and commodity the flows are what the routes' legs add up to, money included."""
    volume: dict[tuple[str, str, str], float] = {}
    cost: dict[tuple[str, str, str], float] = {}
    for route in busy.routes:
        for leg in route.legs:
            if "transfer" not in leg.to_mapping():
                key = (leg.link_id, leg.from_node, route.commodity)
                volume[key] = volume.get(key, 0.0) + route.volume
                cost[key] = cost.get(key, 0.0) + leg.cost_usd
    flows = {(row.link_id, row.from_node, row.commodity): row for row in busy.link_flows}
    assert {key: row.volume for key, row in flows.items()} == pytest.approx(volume)
    assert {key: row.cost_usd for key, row in flows.items()} == pytest.approx(cost)
    total = sum(leg.cost_usd for route in busy.routes for leg in route.legs)
    assert busy.transport_cost_usd == pytest.approx(total, rel=1e-12)


def test_frame_has_a_row_per_flow() -> None:
    """The frame has volume in commodity units, tonnes and TEU, and tonne-kilometers; TEU is empty without a factor."""
    frame = plan_flows(two_corridors()).link_flows.to_frame().set_index(["link_id", "commodity"])
    assert frame.loc[("rail", "container"), ["volume", "t", "teu", "t_km"]].tolist() == [40.0, 400.0, 40.0, 400_000.0]
    assert frame.loc[("rail", "grain"), ["volume", "t", "t_km", "cost_usd"]].tolist() == [
        900.0,
        900.0,
        900_000.0,
        1800.0,
    ]
    assert frame["teu"].isna().to_dict()["rail", "grain"]
    assert len(frame) == 4


def test_bottlenecks_are_sorted_by_what_they_earn(busy: Plan) -> None:
    """Each bottleneck is full, priced above 0 and in its own unit; the one that earns most comes first."""
    rows = busy.bottlenecks()
    resources = busy.blocks.graph.resources
    per_year = dict(zip(resources.ids.tolist(), resources.per_year.tolist(), strict=True))
    earned = [row.price_usd_per_unit * max(0.0, row.capacity - row.background) for row in rows]
    assert earned == sorted(earned, reverse=True)
    for row in rows:
        assert row.price_usd_per_unit > 0.0
        assert row.used == pytest.approx(max(row.capacity, row.background), rel=1e-9)
        assert per_year[row.id] > 0.0
    assert {row.kind for row in rows} <= {"link", "transfer", "shared"}
    both = [row for row in rows if row.kind == "shared"]
    assert all(row.from_node is None and row.to_node is None for row in both)


def test_corridors_count_each_unit_once() -> None:
    """A route belongs to the corridor with most of its km; those outside come last; shares sum to the demands."""
    plan = plan_flows(two_corridors())
    shares = plan.by_corridor()
    assert [(share.name, share.commodity, share.volume) for share in shares] == [
        ("north", "container", 40.0),
        ("north", "grain", 900.0),
        ("", "container", 7.0),
    ]
    assert shares[0].cost_usd == pytest.approx(40 * (10 + 20 + 4))
    assert shares[0].t_km == pytest.approx(400 * 1300)
    assert (shares[0].teu, shares[1].teu) == (40.0, None)
    assert sum(share.cost_usd for share in shares) == pytest.approx(plan.transport_cost_usd)


def test_modes_count_each_unit_in_every_mode_it_uses() -> None:
    """By mode, money and tonne-km are those of the mode's links alone."""
    shares = {(share.name, share.commodity): share for share in plan_flows(two_corridors()).by_mode()}
    assert shares["rail", "container"].volume == shares["road", "container"].volume == 40.0
    assert shares["rail", "container"].cost_usd == pytest.approx(400.0)
    assert shares["road", "container"].cost_usd == pytest.approx(800.0)
    assert shares["road", "container"].t_km == pytest.approx(400 * 300)
    assert shares["sea", "container"].volume == 7.0


def test_raise_for_status(busy: Plan) -> None:
    """A plan with an answer does not raise, also one stopped at a limit; one without raises with its reason."""
    busy.raise_for_status()
    replace(busy, status="feasible").raise_for_status()
    with pytest.raises(NoPlanError, match="no plan for 2024: no_answer; too slow"):
        replace(busy, status="no_answer", cost_usd=None, message="too slow").raise_for_status()


def test_weights_are_told() -> None:
    """The run tells the weights that were minimized."""
    plan = plan_flows(two_corridors(), weights=Weights(cost=0, time_per_h=3, co2_per_kg=1))
    assert plan.to_mapping()["run"]["weights"] == {"cost": 0, "time_per_h": 3, "co2_per_kg": 1}
    assert plan.data.info.name == "frames"


def test_gap() -> None:
    """The gap is relative to the objective, 0 where the bound reaches it, infinite where nothing is minimized."""
    assert relative_gap(200.0, 150.0) == pytest.approx(0.25)
    assert relative_gap(200.0, 200.0 + 1e-9) == 0.0
    assert relative_gap(0.0, 0.0) == 0.0
    assert relative_gap(0.0, -1.0) == float("inf")


def test_weak_share_is_that_of_the_routes() -> None:
    """Of 40 units over a link of grade D at 10 USD and one of grade B at 20 USD a third of the money is weak."""
    data = two_corridors()
    grades = {"rail": "D", "road": "B", "sea": "B"}
    graded = apply(
        data,
        Scenario(
            "graded",
            changes=tuple(Change("links", {"id": at}, set={"confidence": grade}) for at, grade in grades.items()),
        ),
    )
    plan = plan_flows(graded)
    weak_usd = sum(
        leg.cost_usd for route in plan.routes for leg in route.legs if not isinstance(leg, Leg) or leg.link_id == "rail"
    )
    assert plan.transport_cost_usd
    assert plan.weak_share is not None
    assert plan.weak_share == pytest.approx(weak_usd / plan.transport_cost_usd)
    assert 0 < plan.weak_share < 1
    assert plan.to_mapping()["weak_share"] == plan.weak_share
    assert plan_flows(data).weak_share is None
