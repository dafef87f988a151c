"""What routes are spent on adds up to what they cost, take and emit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, dataset, link, transfer
from plan_instances import Instance, instances

from network import NoRouteError, Scenario, apply, load
from optimizer import Weights, find_routes, parts_of_route, plan_flows
from optimizer.leg_parts import PARTS, parts_of_leg
from optimizer.route import Leg

if TYPE_CHECKING:
    from network import Dataset
    from optimizer import Route
    from optimizer.flows import FlowRoute

FIXED = ("fixed_cost_usd_per_teu", "fixed_cost_usd_per_t")


@pytest.fixture(scope="module")
def bundled() -> Dataset:
    """Return the bundled network, a project switched on and a border made dearer."""
    changes = [
        {"table": "links", "where": {"crossing": True, "mode": "rail"}, "add": {"fixed_cost_usd_per_teu": 7.5}},
        {"table": "links", "where": {"mode": "road", "country": "KZ"}, "scale": {"fixed_cost_usd_per_t": 1.25}},
    ]
    card = {"name": "dearer", "projects": ["dostyk-moiynty-2"], "changes": changes}
    return apply(load(), Scenario.from_mapping(card))


def check(data: Dataset, route: Route | FlowRoute, quantity: float) -> None:
    """Check that the parts of a route add up, and that each is what the data says of its legs."""
    parts = parts_of_route(data, route)
    unit = data.commodities.text("unit")[data.commodities.row_of[route.commodity]]
    links, country = (
        data.network.links,
        dict(zip(*(data.network.nodes.text(c) for c in ("node_id", "country")), strict=True)),
    )
    assert len(parts.legs) == len(route.legs)
    for leg, of_leg in zip(route.legs, parts.legs, strict=True):
        for name in ("cost_usd", "time_h", "co2_kg"):
            amounts = getattr(of_leg, name)
            assert amounts.total == pytest.approx(getattr(leg, name), rel=1e-12, abs=1e-12)
            assert min(amounts.to_mapping().values()) >= 0.0
        if isinstance(leg, Leg):
            crosses = country[leg.from_node] != country[leg.to_node]
            fixed = links.number(f"fixed_cost_usd_per_{unit}")[links.row_of[leg.link_id]]
            wanted = quantity * fixed if crosses and fixed == fixed else 0.0
            assert of_leg.cost_usd.border == pytest.approx(wanted)
            assert of_leg.time_h.waiting == leg.waiting_h
            assert of_leg.cost_usd.transfer == of_leg.co2_kg.transfer == 0.0
        else:
            assert of_leg.cost_usd.transfer == leg.cost_usd
            assert of_leg.time_h.moving == of_leg.time_h.waiting == 0.0
    for name in ("cost_usd", "time_h", "co2_kg"):
        assert getattr(parts, name).total == pytest.approx(sum(getattr(leg, name) for leg in route.legs), rel=1e-12)


@pytest.mark.parametrize("commodity", ["container", "grain"])
@pytest.mark.parametrize("ends", [("Xi'an", "Duisburg"), ("Moscow", "Mumbai"), ("Almaty", "Tashkent")])
def test_parts_add_up_on_the_bundled_network(bundled: Dataset, ends: tuple[str, str], commodity: str) -> None:
    """Routes by TEU and by tonne, of one unit and of many, split without remainder."""
    for quantity in (1.0, 37.5):
        routes = find_routes(bundled, *ends, commodity=commodity, quantity=quantity, k=3)
        assert routes
        for route in routes:
            check(bundled, route, quantity)
            parts = parts_of_route(bundled, route)
            for name in ("cost_usd", "time_h", "co2_kg"):
                assert getattr(parts, name).total == pytest.approx(getattr(route, name), rel=1e-12)


def test_every_route_of_the_bundled_plan_adds_up(bundled: Dataset) -> None:
    """Money and CO2 of a plan's routes are for their volumes."""
    plan = plan_flows(bundled)
    for route in plan.routes:
        check(bundled, route, route.volume)
    border = sum(parts_of_route(plan.data, route).cost_usd.border for route in plan.routes)
    assert 0.0 < border < plan.transport_cost_usd


@settings(max_examples=30, deadline=None)
@given(instances(hard=False), st.data())
def test_parts_add_up_on_small_networks(instance: Instance, data: st.DataObject) -> None:
    """Fixed costs of any link, in either unit or none, split without remainder."""
    cost = st.one_of(st.none(), st.integers(0, 50))
    links = [row | {name: data.draw(cost) for name in FIXED} for row in instance.links]
    made = Instance(links, instance.demands, instance.transfers, instance.shared, instance.countries).dataset()
    for route in plan_flows(made).routes:
        check(made, route, route.volume)
    quantity = data.draw(st.sampled_from([0.5, 1.0, 12.0]))
    try:
        routes = find_routes(
            made, "N0", "N1", commodity=data.draw(st.sampled_from(["container", "grain"])), quantity=quantity
        )
    except NoRouteError:
        return
    for route in routes:
        check(made, route, quantity)


def two_countries(**columns: object) -> Dataset:
    """Return a way over a border by rail and on by road, with fixed costs on both links."""
    links = [
        link("border", "rail1520", "A", "B", cost_usd_per_teu=50, fixed_cost_usd_per_teu=8, fixed_time_h=5, **columns),
        link("toll", "road", "B", "C", cost_usd_per_teu=30, fixed_cost_usd_per_teu=4, fixed_time_h=2),
    ]
    change = transfer("B", "rail1520", "road", time_h=6, cost_usd_per_teu=7, co2_kg_per_t=2)
    rates = [{"mode": mode, "country": "*", "co2_wtw_g_per_tkm": 10} for mode in ("rail", "road")]
    return dataset(
        links, [change], countries={"A": "CN", "B": "KZ", "C": "KZ"}, rates=rates, commodities=[CONTAINER, GRAIN]
    )


def test_parts_by_hand() -> None:
    """The fixed cost is border on the crossing and moving inside a country; hours are those of the legs."""
    data = two_countries(frequency_per_week=7)
    route = find_routes(data, "A", "C", quantity=3)[0]
    parts = parts_of_route(data, route)
    assert parts.cost_usd.to_mapping() == pytest.approx(
        {"moving": 3 * (50 + 34), "waiting": 0.0, "border": 3 * 8, "transfer": 3 * 7}
    )
    assert parts.time_h.to_mapping() == pytest.approx({"moving": 2.0, "waiting": 12 + 2, "border": 5, "transfer": 6})
    assert parts.co2_kg.to_mapping() == pytest.approx({"moving": 3 * 20, "waiting": 0, "border": 0, "transfer": 3 * 20})
    frame = parts.to_frame()
    assert list(frame["part"]) == list(PARTS)
    assert list(frame.columns) == ["part", "cost_usd", "time_h", "co2_kg"]
    assert frame["cost_usd"].sum() == pytest.approx(route.cost_usd)
    told = json.loads(json.dumps(parts.to_mapping()))
    assert told["time_h"]["border"] == 5
    assert len(told["legs"]) == 3


def test_waits_of_a_date_are_waiting() -> None:
    """On a date of departure the wait is that of the day, not half a headway."""
    data = two_countries(departures="Mon")
    route = find_routes(data, "A", "C", depart="2026-11-24")[0]
    parts = parts_of_route(data, route)
    assert parts.time_h.total == pytest.approx(route.time_h)
    assert parts.time_h.waiting == pytest.approx(6 * 24 + 2)


def test_a_price_step_counts_as_its_link() -> None:
    """Legs on ``border#1`` split like those on the link, with the plain dataset and with the one of the plan."""
    demand = {"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 100}
    links = [link("border", "rail1520", "A", "B", cost_usd_per_teu=10, fixed_cost_usd_per_teu=8)]
    links.append(link("other", "rail1520", "A", "B", cost_usd_per_teu=17))
    data = dataset(links, countries={"A": "CN", "B": "KZ"}, demands=[demand])
    row = {"calibration_id": "fit", "calibration_unit": "teu", "links": "border>", "step": 40.0}
    row |= {"calibration_usd_per_unit": 0.0, "margin_usd_per_unit": 2.0}
    data = apply(data, Scenario.from_mapping({"name": "fit", "changes": [{"table": "calibration", "rows": [row]}]}))
    plan = plan_flows(data, weights=Weights(calibration=1.0))
    on_step = [leg for route in plan.routes for leg in route.legs if leg.link_id == "border#1"]  # type: ignore[union-attr]
    assert [leg.cost_usd for leg in on_step] == [pytest.approx(40 * 18)]
    for given_data in (data, plan.data):
        assert parts_of_leg(given_data, on_step[0], "container", 40.0).cost_usd.border == pytest.approx(40 * 8)
