"""Extensions serve what was left behind, and no less capacity would."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from made_network import dataset, link, transfer
from plan_instances import Instance, instances
from shortage import ElasticOracle, demand, in_tonnes, line, without_avoided

from network import Scenario, apply
from network.toml_text import toml_text
from optimizer import Weights, plan_flows, verify
from optimizer.extensions import cheapest_extensions, rounded_up


def test_a_full_road_grows_by_what_is_left_behind() -> None:
    """50 TEU of 10 t more; each added tonne saves 4.9 USD, 49 USD a TEU, and that is the most it may cost."""
    found = cheapest_extensions(plan_flows(line(50)))
    (road,) = found.extensions
    assert (road.id, road.from_node, road.to_node, road.capacity) == ("road", "A", "B", 100.0)
    assert (road.needed, road.rounded, road.added_t) == pytest.approx((150.0, 150.0, 500.0))
    assert 4.9 / 1.1 < found.price_usd_per_t < 4.9
    assert found.after.unmet == ()
    assert found.after.status == "optimal"


def test_demands_that_must_be_carried_ask_for_the_least() -> None:
    """An infeasible plan becomes feasible by the least tonnes: the one shared limit, not two roads behind it."""
    links = [
        link("gate", "road", "A", "G", capacity=100, capacity_unit="teu/year"),
        link("one", "road", "G", "B", capacity=60, capacity_unit="teu/year"),
        link("two", "road", "G", "C", capacity=60, capacity_unit="teu/year"),
        link("round", "road", "G", "X", cost_usd_per_teu=1000),
        link("back", "road", "X", "B"),
    ]
    data = dataset(links, demands=[demand("b", "AB", 70, None), demand("c", "AC", 60, None)])
    plan = plan_flows(data)
    assert plan.status == "infeasible"
    found = cheapest_extensions(plan)
    assert found.price_usd_per_t is None
    assert [(record.id, round(record.needed, 6)) for record in found.extensions] == [("gate", 130.0)]
    assert found.added_t == pytest.approx(300.0)
    assert found.after.status == "optimal"


def test_of_equally_small_extensions_the_cheaper_flows_decide() -> None:
    """Two full roads side by side: the one with the shorter way grows."""
    links = [
        link("long", "road", "A", "B", cost_usd_per_teu=30, capacity=100, capacity_unit="teu/year"),
        link("short", "road", "A", "B", cost_usd_per_teu=10, capacity=100, capacity_unit="teu/year"),
    ]
    found = cheapest_extensions(plan_flows(dataset(links, demands=[demand("d", "AB", 250, None)])))
    assert [(record.id, round(record.needed, 6)) for record in found.extensions] == [("short", 150.0)]


def test_bottlenecks_of_others_are_left_alone() -> None:
    """A full road that costs others a detour is not raised for a demand elsewhere."""
    links = [
        link("busy", "road", "C", "D", capacity=10, capacity_unit="teu/year"),
        link("detour", "sea", "C", "D", cost_usd_per_teu=900),
        link("road", "road", "A", "B", capacity=100, capacity_unit="teu/year"),
    ]
    demands = [demand("boxes", "AB", 150, 50), demand("others", "CD", 99, 5000)]
    plan = plan_flows(dataset(links, demands=demands))
    assert {row.id for row in plan.bottlenecks()} == {"busy", "road"}
    found = cheapest_extensions(plan)
    assert [record.id for record in found.extensions] == ["road"]


def test_what_new_capacity_displaces_is_served_too() -> None:
    """Boxes that come to pass the second road outbid others on the first, which then grows as well.

    The others save 4 USD a tonne, much less than the 48 of the boxes: that is the most an added tonne may cost.
    """
    links = [
        link("first", "road", "A", "B", capacity=200, capacity_unit="teu/year", cost_usd_per_teu=10),
        link("second", "road", "B", "C", capacity=100, capacity_unit="teu/year", cost_usd_per_teu=10),
    ]
    plan = plan_flows(dataset(links, demands=[demand("boxes", "AC", 150, 500), demand("others", "AB", 60, 50)]))
    assert [(record.demand_id, record.volume) for record in plan.unmet] == [("boxes", 50.0)]
    found = cheapest_extensions(plan)
    assert {record.id: round(record.needed, 6) for record in found.extensions} == {"first": 210.0, "second": 150.0}
    assert 4.0 / 1.1 < found.price_usd_per_t < 4.0
    assert found.after.unmet == ()


def test_a_way_that_never_pays_is_not_what_is_needed() -> None:
    """The way at today's prices would cost more than leaving the boxes if it were free: the road is needed instead."""
    links = [
        link("road", "road", "A", "B", capacity=100, capacity_unit="teu/year", cost_usd_per_teu=10),
        link("round", "sea", "A", "B", cost_usd_per_teu=1010),
        link("rail", "rail1520", "A", "B", cost_usd_per_teu=60),
    ]
    rich, boxes = demand("rich", "AB", 150, 5000, avoid_modes="rail"), demand("boxes", "AB", 50, 50, avoid_modes="sea")
    found = cheapest_extensions(plan_flows(dataset(links, demands=[rich, boxes])))
    assert [(record.id, round(record.needed, 6)) for record in found.extensions] == [("road", 200.0)]
    assert found.after.unmet == ()


def test_what_cannot_be_served_is_named() -> None:
    """No capacity helps a demand without a way, nor one whose way costs more than leaving it."""
    links = [link("road", "road", "A", "B", capacity=100, capacity_unit="teu/year"), link("isle", "sea", "X", "Y")]
    demands = [demand("dear", "AB", 5, 0.5), demand("lost", "AX", 5, 50), demand("boxes", "AB", 150, 50)]
    found = cheapest_extensions(plan_flows(dataset(links, demands=demands)))
    assert (found.no_way, found.too_dear) == (("lost",), ("dear",))
    assert [record.id for record in found.extensions] == ["road"]
    assert {record.demand_id for record in found.after.unmet} == {"dear", "lost"}
    none = cheapest_extensions(plan_flows(dataset(links, demands=demands[:2])))
    assert none.extensions == ()
    assert none.to_mapping()["scenario"] is None


def test_the_scenario_reads_back_and_names_every_kind() -> None:
    """Links, transfers and shared capacities are raised by their row; the TOML reads back as the scenario."""
    links = [
        link("rail", "rail1520", "A", "P", capacity=0.1, capacity_unit="train/day"),
        link("ferry", "sea", "P", "B", shared_capacity_id="berths"),
    ]
    limit = {"shared_capacity_id": "berths", "name": "Berths", "capacity": 2000, "capacity_unit": "t/year"}
    crane = transfer("P", "rail1520", "sea", capacity=5, capacity_unit="teu/month")
    data = dataset(links, [crane], demands=[demand("boxes", "AB", 12345, 900)], shared_capacities=[limit])
    found = cheapest_extensions(plan_flows(data))
    assert {record.kind for record in found.extensions} == {"link", "transfer", "shared"}
    scenario = found.to_scenario()
    assert Scenario.from_mapping(scenario.to_mapping()) == scenario
    values = {record.id: record.rounded for record in found.extensions}
    assert values == {"rail": 1.0, "berths": 124000.0, "P:rail1520-sea": 1030.0}
    after = plan_flows(apply(data, scenario))
    assert after.unmet == ()
    assert verify(after, after.data) == []
    assert "[[changes]]" in toml_text(scenario.to_mapping())
    json.dumps(found.to_mapping(), allow_nan=False)


def test_a_season_and_background_count() -> None:
    """A road open for half a year needs twice the growth; what the background overruns is made good first."""
    found = cheapest_extensions(
        plan_flows(line(50, capacity=10, background=12, capacity_unit="teu/month", open_months="4-9"))
    )
    (road,) = found.extensions
    assert (road.needed, road.open_months) == (pytest.approx(12.0 + 150.0 / 6.0), "4-9")


def test_price_steps_are_no_capacities() -> None:
    """Under a calibration the road grows and its price step does not; the extended plain data is laid out anew."""
    step = {"calibration_id": "fit", "links": "road>", "calibration_unit": "teu", "calibration_usd_per_unit": -0.4}
    rows = [step | {"step": 40.0, "margin_usd_per_unit": 0.1}]
    fit = Scenario.from_mapping({"name": "fit", "changes": [{"table": "calibration", "rows": rows}]})
    plan = plan_flows(apply(line(50), fit), weights=Weights(calibration=1.0))
    assert "road#1" in plan.data.network.links.row_of
    found = cheapest_extensions(plan)
    assert [(record.id, round(record.needed, 6)) for record in found.extensions] == [("road", 150.0)]
    assert (found.after.status, found.after.unmet) == ("optimal", ())


@pytest.mark.parametrize(
    ("value", "unit", "rounded"),
    [
        (28.2, "train/day", 29.0),
        (29.0000000001, "train/day", 29.0),
        (1234567.0, "t/year", 1240000.0),
        (150.0, "teu/year", 150.0),
        (0.01234, "t/day", 0.0124),
        (1000.1, "teu/month", 1010.0),
    ],
)
def test_rounding_is_up_and_no_further(value: float, unit: str, rounded: float) -> None:
    """Whole vehicles, or three digits of tonnes and TEU; rounding of floats adds nothing."""
    assert rounded_up(value, unit) == pytest.approx(rounded, rel=1e-12)


FEW_TRAINS = {"capacity": 0.1, "capacity_unit": "train/day"}
OUTBID = Instance(
    [
        link("L0", "rail1520", "N0", "N1", **FEW_TRAINS),
        link("L1", "rail1520", "N0", "N2"),
        link("L2", "rail1520", "N2", "N3", background=0.025, **FEW_TRAINS),
    ],
    [
        demand("D0", "..", 131041, 50, origin="N1", destination="N3", commodity="grain"),
        demand("D1", "..", 374, 50, origin="N1", destination="N0"),
    ],
)
"""Grain that is left behind and boxes that are not, until the grain outbids them by a quarter of a thousandth train."""


@settings(max_examples=80, deadline=None)
@given(instances(hard=False))
@example(OUTBID)
def test_the_plan_of_the_extended_network_leaves_only_what_nothing_serves(instance: Instance) -> None:
    """Applied and planned again, nothing stays but what has no way or costs more than leaving it."""
    plan = plan_flows(instance.dataset())
    found = cheapest_extensions(plan)
    assert found.after.status == "optimal"
    assert {record.demand_id for record in found.after.unmet} <= {*found.no_way, *found.too_dear}
    left = {record.demand_id for record in plan.unmet}
    assert {*found.no_way, *found.too_dear} <= left
    assert bool(found.extensions) == bool(left - {*found.no_way, *found.too_dear})
    for record in found.extensions:
        assert record.rounded >= record.needed * (1.0 - 1e-9) > record.capacity * (1.0 - 1e-9)


LOST = Instance(
    [link("L0", "sea", "N0", "N1", capacity=0.75, capacity_unit="sailing/month"), link("L1", "rail1520", "N1", "N2")],
    [
        demand("D0", "..", 1801, None, origin="N0", destination="N1"),
        demand("D1", "..", 1, None, origin="N0", destination="N2", commodity="grain"),
    ],
)
"""A sailing carries more grain than boxes, but no way leads for the grain."""


@settings(max_examples=80, deadline=None)
@given(instances())
@example(LOST)
def test_no_less_capacity_serves_demands_that_must_be_carried(instance: Instance) -> None:
    """The tonnes added are the least by an oracle written from the rows, and the extended plan is feasible."""
    instance = without_avoided(instance, hard=True)
    plan = plan_flows(instance.dataset())
    found = cheapest_extensions(plan) if plan.status == "infeasible" else None
    lost = set() if found is None else {*found.no_way}
    bare = in_tonnes(instance)
    hard = [row | {"unmet_cost_usd_per_unit": None} for row in bare.demands if row["demand_id"] not in lost]
    least = (
        ElasticOracle(Instance(bare.links, hard, bare.transfers, bare.shared, bare.countries)).solve() if hard else 0
    )
    assert least is not None
    assert (0.0 if found is None else found.added_t) == pytest.approx(least, rel=1e-5, abs=1e-3)
    if found is not None and not lost:
        assert found.after.status == "optimal"
