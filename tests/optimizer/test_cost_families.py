"""Families of costs sum to what plans and routes cost, and each is what its rows of the data say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, dataset, link, transfer
from plan_instances import Instance, instances

from network import load
from optimizer import Plan, find_routes, plan_flows, route_cost_families
from optimizer.cost_families import FAMILIES, HUBS, cost_families, family_text, hub_of
from optimizer.measures import TRANSFERS, measures_of

if TYPE_CHECKING:
    from network import Dataset

FIXED = ("fixed_cost_usd_per_teu", "fixed_cost_usd_per_t")


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the plan of the bundled network."""
    return plan_flows(load())


def test_families_of_the_bundled_plan_sum_to_its_cost(plan: Plan) -> None:
    """Haulage by mode, surcharges and borders are the work of links; hubs are the work of transfers."""
    families = cost_families(plan)
    usd = {row.id: row.usd for row in families.families}
    assert plan.cost_usd is not None
    assert tuple(usd) == FAMILIES
    assert abs(sum(usd.values()) / plan.cost_usd - 1.0) < 1e-9
    assert usd["border"] > 0.0
    work = {row.mode: row.cost_usd for row in measures_of(plan).work}
    assert sum(usd[hub] for hub in HUBS) == pytest.approx(work[TRANSFERS])
    on_links = sum(usd[family] for family in FAMILIES if family.startswith("haul_")) + usd["border"] + usd["surcharge"]
    assert on_links == pytest.approx(sum(row for mode, row in work.items() if mode != TRANSFERS))
    assert usd["haul_air"] == pytest.approx(work["air"])


def test_families_of_a_plan_are_those_of_its_routes(plan: Plan) -> None:
    """Leg by leg and arc by arc give the same, goods left behind apart."""
    of_routes = [route_cost_families(plan.data, route) for route in plan.routes]
    families = cost_families(plan)
    for family in FAMILIES:
        if family != "unmet":
            wanted = sum(found.usd(family) for found in of_routes)
            assert families.usd(family) == pytest.approx(wanted, rel=1e-9, abs=1e-3)
    assert sum(found.cost_usd or 0.0 for found in of_routes) == pytest.approx(plan.transport_cost_usd)


@settings(max_examples=30, deadline=None)
@given(instances(hard=False), st.data())
def test_families_sum_on_small_plans(instance: Instance, data: st.DataObject) -> None:
    """Whatever is fixed, shared or left behind, the families sum to the cost and none is below 0."""
    cost = st.one_of(st.none(), st.integers(0, 50))
    links = [row | {name: data.draw(cost) for name in FIXED} for row in instance.links]
    made = Instance(links, instance.demands, instance.transfers, instance.shared, instance.countries).dataset()
    found = plan_flows(made)
    families = cost_families(found)
    assert families.cost_usd == found.cost_usd
    assert sum(row.usd for row in families.families) == pytest.approx(found.cost_usd, rel=1e-9, abs=1e-6)
    assert all(row.usd >= -1e-6 for row in families.families)
    assert families.usd("unmet") == pytest.approx(found.unmet_cost_usd)


def chain() -> Dataset:
    """Return a way by road, sea and two gauges of rail, with a border at sea and a surcharge on the road."""
    links = [
        link("road", "road", "A", "B", cost_usd_per_teu=10, cost_usd_per_t=1, fixed_cost_usd_per_teu=2, capacity=40)
        | {"capacity_unit": "teu/year"},
        link("sea", "sea", "B", "C", cost_usd_per_teu=20, cost_usd_per_t=2, fixed_cost_usd_per_teu=3),
        link("wide", "rail1520", "C", "D", cost_usd_per_teu=30, cost_usd_per_t=3, fixed_cost_usd_per_t=0.5),
        link("narrow", "rail1435", "D", "E", cost_usd_per_teu=40, cost_usd_per_t=4),
        link("late", "road", "E", "F", cost_usd_per_teu=50, cost_usd_per_t=5),
    ]
    transfers = [
        transfer("B", "road", "sea", cost_usd_per_teu=5, cost_usd_per_t=0.1),
        transfer("C", "rail1520", "sea", cost_usd_per_teu=6, cost_usd_per_t=0.2),
        transfer("D", "rail1520", "rail1435", cost_usd_per_teu=7, cost_usd_per_t=0.3),
        transfer("E", "rail1435", "road", cost_usd_per_teu=8, cost_usd_per_t=0.4),
    ]
    ends = {"origin": "A", "destination": "F", "unmet_cost_usd_per_unit": 1000}
    demands = [
        {"demand_id": "boxes", "commodity": "container", "volume": 50} | ends,
        {"demand_id": "grain", "commodity": "grain", "volume": 700} | ends,
    ]
    countries = {"A": "KZ", "B": "KZ", "C": "AZ", "D": "AZ", "E": "AZ", "F": "AZ"}
    commodities = [CONTAINER, GRAIN | {"time_value_usd_per_unit_h": 0}]
    return dataset(links, transfers, countries=countries, commodities=commodities, demands=demands)


def test_families_by_hand() -> None:
    """Forty boxes and 700 t go all the way, ten boxes stay behind."""
    families = cost_families(plan_flows(chain()))
    assert {row.id: row.usd for row in families.families} == pytest.approx(
        {
            "haul_rail": 40 * 70 + 700 * 7,
            "haul_road": 40 * 60 + 700 * 6,
            "haul_river": 0,
            "haul_sea": 40 * 20 + 700 * 2,
            "haul_air": 0,
            "surcharge": 40 * 2 + 700 * 0.5,
            "border": 40 * 3,
            "port": 40 * 11 + 700 * 0.3,
            "terminal": 40 * 8 + 700 * 0.4,
            "gauge": 40 * 7 + 700 * 0.3,
            "unmet": 10 * 1000,
        }
    )
    frame = families.to_frame()
    assert list(frame.columns) == ["id", "name", "usd"]
    assert frame["usd"].sum() == pytest.approx(families.cost_usd)
    assert json.loads(json.dumps(families.to_mapping()))["families"][5]["usd"] == pytest.approx(430)


def test_families_of_a_route_are_for_its_quantity() -> None:
    """Three boxes pay three times what one does."""
    data = chain()
    one, three = (route_cost_families(data, find_routes(data, "A", "F", quantity=n)[0]) for n in (1.0, 3.0))
    assert one.cost_usd == pytest.approx(150 + 5 + 26)
    assert [row.usd for row in three.families] == pytest.approx([3 * row.usd for row in one.families])


def test_a_plan_without_an_answer_has_no_families() -> None:
    """There is no money to share out."""
    links = [link("ab", "road", "A", "B"), link("cd", "road", "C", "D")]
    demand = {"demand_id": "d", "origin": "A", "destination": "D", "commodity": "container", "volume": 1}
    none = cost_families(plan_flows(dataset(links, demands=[demand])))
    assert (none.families, none.cost_usd) == ((), None)
    assert list(none.to_frame().columns) == ["id", "name", "usd"]


def test_kinds_of_transfers_and_names() -> None:
    """A ship on one side makes a port, two gauges a gauge change; every family has a name of its own."""
    assert [hub_of(*ends) for ends in (("road", "sea"), ("river", "sea"), ("river", "rail1520"))] == ["port"] * 3
    assert [hub_of(*ends) for ends in (("road", "rail1435"), ("air", "road"))] == ["terminal"] * 2
    assert hub_of("rail1520", "rail1435") == "gauge"
    assert len({family_text(family) for family in FAMILIES}) == len(FAMILIES)
