"""The measures of a plan are those of its routes and link flows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from made_network import dataset, link, transfer
from plan_instances import Instance, instances

from optimizer import Plan, plan_flows
from optimizer.measures import TRANSFERS, measures_of
from optimizer.route import Leg


@settings(max_examples=25, deadline=None)
@given(instances(hard=False))
def test_measures_are_those_of_the_routes(instance: Instance) -> None:
    """Work by mode sums to the plan's, and each number is the one that legs of routes add up to."""
    plan = plan_flows(instance.dataset())
    measures = measures_of(plan)
    assert sum(work.cost_usd for work in measures.work) == pytest.approx(plan.transport_cost_usd)
    assert sum(work.t_km for work in measures.work) == pytest.approx(measures.t_km)
    assert sum(work.co2_kg for work in measures.work) == pytest.approx(measures.co2_kg)
    table = plan.data.commodities
    t_per_unit = dict(zip(table.row_of, table.number("t_per_unit"), strict=True))
    carried = [(route, route.volume * t_per_unit[route.commodity]) for route in plan.routes]
    t = sum(tonnes for _, tonnes in carried)
    assert measures.t == pytest.approx(t)
    if t:
        t_h = sum(tonnes * leg.time_h for route, tonnes in carried for leg in route.legs)
        assert measures.time_h == pytest.approx(t_h / t)
    by_mode = {work.mode: work for work in measures.work}
    for mode in {share.name for share in plan.by_mode()}:
        shares = [share for share in plan.by_mode() if share.name == mode]
        assert by_mode[mode].t_km == pytest.approx(sum(share.t_km for share in shares))
        assert by_mode[mode].cost_usd == pytest.approx(sum(share.cost_usd for share in shares))
        uses = [
            (tonnes, sum(leg.time_h for leg in route.legs if isinstance(leg, Leg) and leg.mode == mode))
            for route, tonnes in carried
            if any(isinstance(leg, Leg) and leg.mode == mode for leg in route.legs)
        ]
        assert by_mode[mode].t == pytest.approx(sum(tonnes for tonnes, _ in uses))
        mean_h = sum(tonnes * hours for tonnes, hours in uses) / sum(tonnes for tonnes, _ in uses)
        assert by_mode[mode].time_h == pytest.approx(mean_h)


def two_legs(volume: float, unmet_cost: float) -> Plan:
    """Return the plan of boxes that go 1,000 km by train and 100 km by road, for at most 40 of them."""
    links = [
        link("rail", "rail1520", "A", "B", length_km=1000, time_h=20, cost_usd_per_teu=50, capacity=40)
        | {"capacity_unit": "teu/year"},
        link("road", "road", "B", "C", length_km=100, time_h=4, cost_usd_per_teu=30),
    ]
    rates = [{"mode": "rail", "country": "*", "co2_wtw_g_per_tkm": 5}]
    rates.append({"mode": "road", "country": "*", "co2_wtw_g_per_tkm": 80})
    demand = {"demand_id": "d", "origin": "A", "destination": "C", "commodity": "container", "volume": volume}
    change = transfer("B", "rail1520", "road", time_h=6, cost_usd_per_teu=7, co2_kg_per_t=2)
    return plan_flows(dataset(links, [change], rates=rates, demands=[demand | {"unmet_cost_usd_per_unit": unmet_cost}]))


def test_measures_by_hand() -> None:
    """Forty boxes of ten tonnes are carried, ten stay behind."""
    measures = measures_of(two_legs(50, 1000))
    assert measures.cost_usd == pytest.approx(40 * 87 + 10 * 1000)
    assert measures.unmet == {"teu": pytest.approx(10), "t": 0.0}
    assert measures.t == pytest.approx(400)
    assert measures.t_km == pytest.approx(400 * 1100)
    assert measures.time_h == pytest.approx(30)
    assert measures.co2_kg == pytest.approx(400 * (1000 * 0.005 + 100 * 0.08 + 2))
    work = {row.mode: row for row in measures.work}
    assert list(work) == ["rail", "road", TRANSFERS]
    assert work["rail"].time_h == pytest.approx(20)
    assert work[TRANSFERS].cost_usd == pytest.approx(40 * 7)
    assert json.loads(json.dumps(measures.to_mapping(), allow_nan=False))["work"][2]["co2_kg"] == pytest.approx(800)


def test_nothing_carried_has_no_mean_time() -> None:
    """Where all is left behind, and where there is no plan, means are None and sums 0."""
    idle = measures_of(two_legs(50, 1))
    assert (idle.t, idle.t_km, idle.time_h, idle.work) == (0.0, 0.0, None, ())
    assert idle.unmet["teu"] == pytest.approx(50)
    links = [link("ab", "road", "A", "B"), link("cd", "road", "C", "D")]
    demand = {"demand_id": "d", "origin": "A", "destination": "D", "commodity": "container", "volume": 1}
    none = measures_of(plan_flows(dataset(links, demands=[demand])))
    assert (none.cost_usd, none.objective_usd, none.time_h) == (None, None, None)
