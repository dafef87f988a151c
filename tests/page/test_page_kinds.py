"""Pages of all that can be reported: little data, no answer, nothing carried, other years, routes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from small_pages import grid_of, point_on, scenario, status_of

from network import Dataset, apply
from optimizer import find_routes, plan_flows, what_if
from optimizer.corridors import compare_corridors
from optimizer.measures import measures_of
from optimizer.pareto import pareto_front
from optimizer.report.page import comparison_routes, page, plan_subject, route_subject, whatif_subject

if TYPE_CHECKING:
    from small_pages import Opener

    from network import Scenario
    from optimizer.report.page.subject import Subject

Row = dict[str, object]
MUST = scenario("More than fits", {"table": "demands", "where": {"id": "moscow-xian"}, "scale": {"volume": 30}})
CARD = "aktau-hub"


def small(
    *,
    volume: float = 100_000,
    capacity: float | None = 2.0,
    co2: float | None = 10.0,
    modes: str = "",
    unit: str = "teu",
) -> Dataset:
    """Return one rail link between two places, with one demand that may stay behind; no corridors, no geometry."""
    link: Row = {"link_id": "ab", "mode": "rail", "gauge_mm": 1520, "from_node": "A", "to_node": "B", "length_km": 900}
    link |= {"time_h": 20, "cost_usd_per_teu": 300, "cost_usd_per_t": 30}
    ship: Row = {"link_id": "bc", "mode": "sea", "from_node": "B", "to_node": "C", "length_km": 400, "time_h": 20}
    ship |= {"cost_usd_per_teu": 100, "cost_usd_per_t": 10}
    if capacity is not None:
        link |= {"capacity": capacity, "capacity_unit": "train/day"}
    goods: Row = {"t_per_unit": 10, "teu_per_unit": 1, "units_per_train": 100}
    bulk: Row = {"commodity_id": "coal", "name": "Coal", "unit": "t", "t_per_unit": 1, "units_per_train": 4000}
    asked = {"teu": "container", "t": "coal"}[unit]
    demand: Row = {"demand_id": "d", "origin": "A", "destination": "B", "commodity": asked, "volume": volume}
    rates: list[Row] = [{"mode": "rail", "country": "*", "co2_wtw_g_per_tkm": co2, "cost_usd_per_teu_km": 1}]
    return Dataset.from_frames(
        base_year=2024,
        nodes=pd.DataFrame(
            [
                {
                    "node_id": key,
                    "name": f"Place {key}",
                    "country": "KZ",
                    "lat": 45.0,
                    "lon": 60.0 + 9 * at,
                    "kind": "city",
                }
                for at, key in enumerate("ABC")
            ]
        ),
        links=pd.DataFrame([link, ship]),
        commodities=pd.DataFrame(
            [{"commodity_id": "container", "name": "Containers", "unit": "teu", "modes": modes} | goods, bulk]
        ),
        demands=pd.DataFrame([demand | {"unmet_cost_usd_per_unit": 5000}]),
        rates=pd.DataFrame(rates),
    )


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(small(volume=10_000), id="all carried"),
        pytest.param(small(), id="some unmet"),
        pytest.param(small(capacity=0.0), id="all unmet"),
        pytest.param(small(capacity=None), id="no capacity"),
        pytest.param(small(volume=0.0), id="nothing asked for"),
        pytest.param(small(co2=None), id="no rate of emissions"),
        pytest.param(small(unit="t", modes="sea"), id="containers cannot go there"),
    ],
)
def test_a_page_of_little_data(data: Dataset, open_page: Opener) -> None:
    """One link is enough for a map with its work and a page with the figures of the plan, or with none."""
    plan = plan_flows(data)
    sheet = open_page(page(plan_subject(plan)))
    of = measures_of(plan)
    assert status_of(sheet).t_km == pytest.approx(of.t_km)
    assert status_of(sheet).n_links == int(of.t_km > 0)
    assert sheet.locator("[data-layer=links] path").count() == 2
    assert float(sheet.get_attribute("[data-key=cost_usd]", "data-value") or "nan") == pytest.approx(plan.cost_usd)
    for grid in (key for key in ("families", "corridors", "unmet") if sheet.locator(f"#{key}").count()):
        assert grid_of(sheet, grid), grid
    assert ("All demand is carried." in sheet.inner_text("main")) == (not plan.unmet)
    sheet.mouse.move(*point_on(sheet, "ab", 0.3))
    sheet.locator("#map-tip").wait_for()
    assert "Place A – Place B" in sheet.inner_text("#map-tip")


@pytest.mark.parametrize(
    "cases",
    [
        pytest.param((MUST, CARD), id="first without an answer"),
        pytest.param((CARD, MUST), id="last without an answer"),
        pytest.param((MUST,), id="none with an answer"),
    ],
)
def test_a_case_without_an_answer_among_others(
    cases: tuple[Scenario | str, ...], tiny: Dataset, open_page: Opener
) -> None:
    """It is said to have none, and its page shows no numbers of another; the others are told in full."""
    result = what_if(tiny, list(cases))
    sheet = open_page(page(whatif_subject(result)))
    for at, outcome in enumerate(result.outcomes):
        if len(cases) > 1:
            sheet.select_option("#case", str(at))
        text = sheet.inner_text("#overview")
        cost = sheet.locator("[data-key=cost_usd]:visible")
        if outcome["cost_usd"] is None:
            assert "infeasible" in text or "cannot be carried" in text or "no answer" in text.lower()
            assert all(of.get_attribute("data-value") == "" for of in cost.all())
            assert status_of(sheet).view in ("base", "none")
        else:
            assert float(cost.get_attribute("data-value") or "") == pytest.approx(outcome["measures"]["cost_usd"])


def test_a_what_if_whose_base_has_no_answer(tiny: Dataset, open_page: Opener) -> None:
    """The scenario may have one all the same; there is nothing to hold it against."""
    less = scenario("Fewer goods", {"table": "demands", "where": {"id": "moscow-xian"}, "scale": {"volume": 1 / 30}})
    result = what_if(apply(tiny, MUST), [less])
    sheet = open_page(page(whatif_subject(result)))
    assert sheet.get_attribute("#map-svg", "data-drawn") == "true"
    cost = sheet.get_attribute("[data-key=cost_usd]", "data-value")
    assert float(cost or "nan") == pytest.approx(result.outcomes[0]["measures"]["cost_usd"])


def test_a_scenario_that_fails_is_told(tiny: Dataset, open_page: Opener) -> None:
    """With what is wrong with it; the other is not touched by it."""
    wrong = scenario("Wrong", {"table": "links", "where": {"id": "no-such-link"}, "set": {"capacity": 1}})
    result = what_if(tiny, [wrong, CARD])
    assert "error" in result.outcomes[0]
    sheet = open_page(page(whatif_subject(result)))
    sheet.select_option("#case", "0")
    assert "Wrong failed: " in sheet.inner_text("#overview")
    assert "no-such-link" in sheet.inner_text("#overview")
    assert grid_of(sheet, "cases")[0][0].text == "Wrong"


def test_a_scenario_that_adds_goods_places_and_links(tiny: Dataset, open_page: Opener) -> None:
    """What is not in the unchanged data is on the map of the scenario, with its work."""
    node: Row = {"node_id": "NEW", "name": "New place", "country": "KZ", "lat": 47, "lon": 67, "kind": "city"}
    rail: Row = {"mode": "rail", "gauge_mm": 1520, "from_node": "KZALA", "to_node": "NEW", "length_km": 900}
    coal: Row = {"commodity_id": "coal", "name": "Coal", "unit": "t", "t_per_unit": 1, "teu_per_unit": 0}
    coal |= {"units_per_train": 4000, "units_per_truck": 20, "units_per_sailing": 5000}
    asked: Row = {"demand_id": "new", "origin": "KZALA", "destination": "NEW", "commodity": "coal", "volume": 5e5}
    added = {"nodes": node, "links": {"link_id": "new-rail"} | rail, "commodities": coal, "demands": asked}
    result = what_if(tiny, [scenario("New", *({"table": table, "rows": [row]} for table, row in added.items()))])
    sheet = open_page(page(whatif_subject(result)))
    sheet.check("input[name=map-view][value=difference]")
    assert status_of(sheet).t_km == pytest.approx(900 * 5e5)
    sheet.mouse.move(*point_on(sheet, "new-rail"))
    sheet.locator("#map-tip").wait_for()
    assert "Almaty – New place" in sheet.inner_text("#map-tip")
    assert "500.0 kt a year" in sheet.inner_text("#map-tip")
    sheet.select_option("#map-commodity", label="Coal")
    assert status_of(sheet).n_links == 1


def test_a_scenario_that_closes_all(open_page: Opener) -> None:
    """Nothing is carried any more: the page says what stays behind, and the difference is all that was carried."""
    closed = scenario("Closed", {"table": "links", "where": {}, "close": True})
    result = what_if(small(), [closed])
    sheet = open_page(page(whatif_subject(result)))
    before = result.outcomes[0]["base_measures"]["t_km"]
    assert before > 0
    assert status_of(sheet).t_km == pytest.approx(-before)


def test_years_are_told(tiny: Dataset, open_page: Opener) -> None:
    """A plan says its year, a what-if over two years says that of every scenario; a year has no thousands."""
    sheet = open_page(page(plan_subject(plan_flows(tiny, year=2030))))
    assert "2030" in sheet.inner_text("h1")
    assert "2030" in status_of(sheet).text
    result = what_if(tiny, [CARD], year=(2024, 2030))
    sheet = open_page(page(whatif_subject(result)))
    labels = sheet.eval_on_selector_all("#case option", "options => options.map(option => option.textContent)")
    assert len(set(labels)) == 2, "a reader cannot tell the years apart"
    assert [row[1].text for row in grid_of(sheet, "cases")] == ["2024", "2024", "2030", "2030"]
    assert "2,024" not in sheet.inner_text("body")
    for at, outcome in enumerate(result.outcomes):
        sheet.select_option("#case", str(at))
        sheet.check("input[name=map-view][value=base]")
        assert status_of(sheet).t_km == pytest.approx(outcome["base_measures"]["t_km"])
        assert str(outcome["year"]) in status_of(sheet).text


def subject_of_routes(data: Dataset, *, has_front: bool) -> Subject:
    """Return routes of a relation, with or without all that can be told of them."""
    ends = ("CNSIA", "DEDUI")
    if not has_front:
        return route_subject(data, find_routes(data, *ends, k=3))
    comparison = compare_corridors(data, *ends)
    front = pareto_front(data, *ends)
    return route_subject(data, comparison_routes(comparison), comparison=comparison, front=front.routes)


@pytest.mark.parametrize("has_front", [False, True])
def test_routes_alone_are_a_page(has_front: bool, tiny: Dataset, open_page: Opener) -> None:
    """A map of the routes without switches of plans, legs, and the front where it was asked for."""
    subject = subject_of_routes(tiny, has_front=has_front)
    routes = subject.relations[0].routes
    sheet = open_page(page(subject))
    assert sheet.get_attribute("#map-svg", "data-drawn") == "true"
    drawn = sheet.locator("[data-layer=routes] path:not(.halo)")
    n_links = [sum(hasattr(leg, "link_id") for leg in route.legs) for route in routes]
    assert drawn.count() == sum(n_links) > 0
    assert sheet.locator("input[name=map-view], #map-corridor, #map-commodity").count() == 0
    assert sheet.locator("#legend-use:visible, #map-marks:visible").count() == 0
    charts = 2 if has_front else 1
    assert sheet.locator("#routes .chart svg").count() == charts
    rows = grid_of(sheet, "relation-0-routes")
    assert [row[2].value for row in rows] == [route.cost_usd for route in routes]
    sheet.select_option("#map-route", "0")
    assert drawn.count() == n_links[0]
    link = next(leg.link_id for leg in routes[0].legs if hasattr(leg, "link_id"))
    sheet.mouse.move(*point_on(sheet, link, 0.4))
    sheet.locator("#map-tip").wait_for()
    assert link in sheet.inner_text("#map-tip")


def test_a_mode_that_is_switched_on_shows_routes_of_it(tiny: Dataset, open_page: Opener) -> None:
    """Routes stay drawn whatever modes of the network are shown: they are what the page is about."""
    sheet = open_page(page(subject_of_routes(tiny, has_front=False)))
    drawn = sheet.locator("[data-layer=routes] path:not(.halo)").count()
    for box in sheet.locator("input[name=map-mode]").all():
        box.uncheck()
    assert sheet.locator("[data-layer=routes] path:not(.halo)").count() == drawn
    assert sheet.locator("[data-layer=links] path:visible").count() == 0
