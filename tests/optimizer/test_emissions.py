"""Emissions are the CO2 of plans and routes, by mode, commodity and hub; what has no rate is told, never 0."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, dataset, link, transfer
from plan_instances import Instance, instances

from network import Scenario, apply, load
from network.geo import MEAN_RADIUS_KM, great_circle_km
from optimizer import Plan, emissions_of, emissions_of_route, find_routes, plan_flows
from optimizer.emissions import left_out
from optimizer.measures import measures_of
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network import Dataset
    from optimizer.flows import FlowRoute

RATES = [
    {"mode": "rail", "country": "*", "co2_ttw_g_per_tkm": 4, "co2_wtw_g_per_tkm": 20},
    {"mode": "rail", "country": "CN", "co2_wtw_g_per_tkm": 30},
    {"mode": "road", "country": "*", "co2_ttw_g_per_tkm": 60, "co2_wtw_g_per_tkm": 80},
]
"""China has a well-to-wheel rate of its own and takes the general one from tank to wheel."""


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the plan of the bundled network, rail in Kazakhstan half electrified by a scenario."""
    change = {"table": "rates", "where": {"mode": "rail", "country": "KZ"}, "scale": {"co2_ttw_g_per_tkm": 0.5}}
    return plan_flows(apply(load(), Scenario.from_mapping({"name": "wires", "changes": [change]})))


def rated(data: Dataset, mode: str, country: str, column: str) -> float:
    """Return a rate by the rule of the dataset, read row by row; NaN where there is none."""
    rates = data.network.rates
    found = {
        (rates.text("mode")[row], rates.text("country")[row]): rates.number(column)[row] for row in range(len(rates))
    }
    own = found.get((mode, country), float("nan"))
    return own if own == own else found.get((mode, "*"), float("nan"))


def ttw_kg(data: Dataset, routes: Iterable[FlowRoute], mode: str) -> float:
    """Return the tank-to-wheel emissions of a mode, summed leg by leg."""
    t_per_unit = dict(zip(data.commodities.row_of, data.commodities.number("t_per_unit"), strict=True))
    countries = dict(zip(data.network.nodes.row_of, data.network.nodes.text("country"), strict=True))
    starts = dict(zip(data.network.links.row_of, data.network.links.text("from_node"), strict=True))
    return sum(
        route.volume
        * t_per_unit[route.commodity]
        * leg.length_km
        * rated(data, mode, countries[starts[leg.link_id]], "co2_ttw_g_per_tkm")
        / 1000.0
        for route in routes
        for leg in route.legs
        if isinstance(leg, Leg) and leg.mode == mode
    )


def gcd_t_km(data: Dataset, routes: Iterable[FlowRoute]) -> float:
    """Return the activity by great-circle distance, element by element: a transfer ends one."""
    nodes = data.network.nodes
    t_per_unit = dict(zip(data.commodities.row_of, data.commodities.number("t_per_unit"), strict=True))
    place = {name: (nodes.number("lat")[row], nodes.number("lon")[row]) for name, row in nodes.row_of.items()}
    total = 0.0
    for route in routes:
        elements: list[list[Leg]] = [[]]
        for leg in route.legs:
            if isinstance(leg, Leg):
                elements[-1].append(leg)
            else:
                elements.append([])
        for element in filter(None, elements):
            km = great_circle_km(*place[element[0].from_node], *place[element[-1].to_node])
            total += float(km) * route.volume * t_per_unit[route.commodity]
    return total


def test_emissions_of_the_bundled_plan_are_its_co2(plan: Plan) -> None:
    """In all, by mode and by commodity; tank-to-wheel follows the rates, those of the scenario too."""
    emissions, measures = emissions_of(plan), measures_of(plan)
    assert emissions.co2_kg == pytest.approx(measures.co2_kg, rel=1e-12)
    work = {row.mode: row for row in measures.work}
    for row in emissions.by_mode:
        assert (row.t, row.t_km) == (pytest.approx(work[row.id].t), pytest.approx(work[row.id].t_km))
        assert row.wtw_kg == pytest.approx(work[row.id].co2_kg)
        assert row.ttw_kg == pytest.approx(ttw_kg(plan.data, plan.routes, row.id), rel=1e-9)
        assert row.ttw_kg is not None
        assert row.wtt_kg == pytest.approx(row.wtw_kg - row.ttw_kg)
        assert row.distance_factor is not None
        assert row.distance_factor > 1.0
    assert emissions.hub.co2_kg == pytest.approx(work["transfers"].co2_kg)
    assert emissions.transport.gcd_t_km == pytest.approx(gcd_t_km(plan.data, plan.routes), rel=1e-9)
    for whole, parts in (
        (emissions.transport, emissions.by_mode),
        (emissions.transport, emissions.by_commodity),
    ):
        for name in ("t_km", "gcd_t_km", "ttw_kg", "wtt_kg", "wtw_kg"):
            assert sum(getattr(row, name) for row in parts) == pytest.approx(getattr(whole, name))
    for rows in (emissions.hub_by_kind, emissions.hub_by_commodity):
        assert sum(row.co2_kg for row in rows) == pytest.approx(emissions.hub.co2_kg)
        assert sum(row.t for row in rows) == pytest.approx(emissions.hub.t)
    assert sum(row.t for row in emissions.by_commodity) == pytest.approx(emissions.transport.t) == measures.t
    assert emissions.notes == ()
    frame = emissions.to_frame()
    assert frame[frame["group"] == "mode"]["wtw_kg"].sum() == pytest.approx(emissions.transport.wtw_kg)


def test_emissions_of_routes_sum_to_those_of_the_plan(plan: Plan) -> None:
    """A route's emissions are for its volume."""
    of_routes = [emissions_of_route(plan.data, route) for route in plan.routes]
    emissions = emissions_of(plan)
    for name in ("t_km", "gcd_t_km", "ttw_kg", "wtw_kg"):
        wanted = sum(getattr(found.transport, name) for found in of_routes)
        assert getattr(emissions.transport, name) == pytest.approx(wanted)
    assert emissions.hub.t == pytest.approx(sum(found.hub.t for found in of_routes))
    assert emissions.co2_kg == pytest.approx(sum(found.co2_kg for found in of_routes))


@settings(max_examples=25, deadline=None)
@given(instances(hard=False), st.booleans())
def test_emissions_of_small_plans(instance: Instance, has_rates: bool) -> None:
    """Totals are the plan's, whether the data has rates or not."""
    made = instance.dataset()
    if has_rates:
        made = apply(made, Scenario.from_mapping({"name": "r", "changes": [{"table": "rates", "rows": RATES}]}))
    found = plan_flows(made)
    emissions = emissions_of(found)
    assert emissions.co2_kg == pytest.approx(measures_of(found).co2_kg)
    assert emissions.transport.gcd_t_km == pytest.approx(gcd_t_km(made, found.routes))
    for row in emissions.by_mode:
        is_known = has_rates and row.id in ("rail", "road")
        assert (row.ttw_kg is None) == (row.wtt_kg is None) == (not is_known)
        if is_known:
            assert row.ttw_kg == pytest.approx(ttw_kg(made, found.routes, row.id))
            assert row.wtw_kg > (row.ttw_kg or 0.0)


def two_modes(*rates: dict[str, object], hub: float | None = 2.0) -> Dataset:
    """Return a way over a border by rail and on by road: 100 km each."""
    links = [link("rail", "rail1520", "A", "B"), link("more", "rail1520", "B", "C"), link("road", "road", "C", "D")]
    change = transfer("C", "rail1520", "road", co2_kg_per_t=hub)
    demand = {"demand_id": "d", "origin": "A", "destination": "D", "commodity": "container", "volume": 50}
    countries = {"A": "CN", "B": "KZ", "C": "KZ", "D": "KZ"}
    return dataset(links, [change], countries=countries, rates=rates, commodities=[CONTAINER, GRAIN], demands=[demand])


def test_emissions_by_hand() -> None:
    """500 t over 200 km by rail, half of it at the rate of China, and 100 km by road."""
    data = two_modes(*RATES)
    emissions = emissions_of(plan_flows(data))
    rail, road = emissions.by_mode
    assert (rail.id, rail.t, rail.t_km) == ("rail", pytest.approx(500), pytest.approx(100_000))
    assert (rail.ttw_kg, rail.wtw_kg) == (pytest.approx(400), pytest.approx(50 * 30 + 50 * 20))
    assert rail.wtt_kg == pytest.approx(2100)
    assert rail.wtw_g_per_tkm == pytest.approx(25)
    lat, lon = (data.network.nodes.number(name) for name in ("lat", "lon"))
    km = float(great_circle_km(lat[0], lon[0], lat[2], lon[2]))
    assert rail.gcd_t_km == pytest.approx(500 * km)
    assert rail.distance_factor == pytest.approx(200 / km)
    assert rail.wtw_g_per_gcd_tkm == pytest.approx(25 * 200 / km)
    assert (road.ttw_kg, road.wtt_kg, road.wtw_kg) == (pytest.approx(3000), pytest.approx(1000), pytest.approx(4000))
    assert [(row.id, row.t, row.co2_kg, row.kg_per_t) for row in emissions.hub_by_kind] == [
        ("terminal", pytest.approx(500), pytest.approx(1000), pytest.approx(2))
    ]
    told = json.loads(json.dumps(emissions.to_mapping(), allow_nan=False))
    assert told["co2_kg"] == pytest.approx(2500 + 4000 + 1000)
    assert told["by_mode"][0]["wtw_g_per_tkm"] == pytest.approx(25)
    assert told["left_out"] == list(left_out())
    assert not emissions.notes


def test_what_has_no_rate_is_told() -> None:
    """Without a rate a part is None and named in a note; the rest is told."""
    rates = [{"mode": "rail", "country": "*", "co2_wtw_g_per_tkm": 20}, RATES[2]]
    emissions = emissions_of(plan_flows(two_modes(*rates, hub=None)))
    rail, road = emissions.by_mode
    assert (rail.ttw_kg, rail.wtt_kg, rail.wtw_kg) == (None, None, pytest.approx(2000))
    assert road.ttw_kg == pytest.approx(3000)
    assert (emissions.transport.ttw_kg, emissions.transport.wtt_kg) == (None, None)
    assert emissions.transport.wtw_kg == pytest.approx(6000)
    assert emissions.notes == (
        "100,000 t-km have no tank-to-wheel rate in the data; what needs it is not told.",
        "500 t are handled in transfers without emissions in the data and count as 0.",
    )
    frame = emissions.to_frame().set_index(["group", "id"])
    assert np.isnan(frame.loc[("mode", "rail"), "ttw_kg"])


def test_well_to_wheel_without_a_rate_counts_as_in_the_plan() -> None:
    """It is 0 there, with a note, and the energy provision is not known."""
    rates = [{"mode": "rail", "country": "*", "co2_ttw_g_per_tkm": 20}, RATES[2]]
    rail = emissions_of(plan_flows(two_modes(*rates))).by_mode[0]
    assert (rail.ttw_kg, rail.wtt_kg, rail.wtw_kg) == (pytest.approx(2000), None, 0.0)
    notes = emissions_of(plan_flows(two_modes(*rates))).notes
    assert notes == ("100,000 t-km have no well-to-wheel rate in the data and count as 0.",)


def test_rates_that_contradict_each_other_are_told() -> None:
    """Tank-to-wheel is a part of well-to-wheel."""
    rates = [RATES[0], RATES[2] | {"co2_wtw_g_per_tkm": 50}]
    notes = emissions_of(plan_flows(two_modes(*rates))).notes
    assert notes == ("50,000 t-km have a tank-to-wheel rate above the well-to-wheel one; one of them must be wrong.",)


def test_emissions_of_a_route() -> None:
    """For the quantity, in tonnes where the commodity is; nothing is moved where no plan is."""
    data = two_modes(*RATES)
    route = find_routes(data, "A", "D", commodity="grain", quantity=20)[0]
    emissions = emissions_of_route(data, route)
    assert emissions.co2_kg == pytest.approx(route.co2_kg)
    assert emissions.transport.t_km == pytest.approx(20 * route.length_km)
    assert [row.id for row in emissions.by_commodity] == ["grain"]
    demand = {"demand_id": "d", "origin": "A", "destination": "D", "commodity": "container", "volume": 1}
    links = [link("ab", "road", "A", "B"), link("cd", "road", "C", "D")]
    none = emissions_of(plan_flows(dataset(links, demands=[demand])))
    assert (none.co2_kg, none.by_mode, none.transport.wtw_g_per_tkm, none.hub.kg_per_t) == (0.0, (), None, None)


def test_the_example_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The Python of ``docs/emissions.md`` runs as it stands, and the sphere is the one it names."""
    page = (Path(__file__).parents[2] / "docs" / "emissions.md").read_text(encoding="utf-8")
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(code, "emissions.md", "exec"), {})
    assert "wtw_g_per_tkm" in capsys.readouterr().out
    assert f"{MEAN_RADIUS_KM:,.4f} km" in page
