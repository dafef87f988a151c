"""Figures of a page are those of the JSON of the same run: cards and tables, the numbers behind them and their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from small_pages import Shown, grid_of

from optimizer.cost_families import cost_families
from optimizer.emissions import emissions_of
from optimizer.language import number_text, signed_text, speaking
from optimizer.loads import link_loads
from optimizer.measures import measures_of
from optimizer.report.routes import corridor_name

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from small_pages import Opener, Written

    from optimizer.result import Plan

CARDS = {"cost_usd": (1e6, 1), "t": (1e6, 2), "t_km": (1e9, 1), "time_h": (24.0, 2), "co2_kg": (1e6, 1)}
TINY = 1e-6


def cards_of(sheet: Page, case: int | None = None) -> dict[str, Shown]:
    """Return the cards of a scenario, or of a plan, by their key."""
    within = ".cards" if case is None else f".cards[data-of-case='{case}']"
    found = sheet.eval_on_selector_all(
        f"{within} [data-key]",
        "cards => cards.map(card => [card.dataset.key, card.firstChild.textContent.trim(), card.dataset.value])",
    )
    return {key: Shown(text, float(value)) for key, text, value in found}


def checked_cards(cards: dict[str, Shown], measures: dict[str, Any]) -> None:
    """Hold cards against measures."""
    for key, (scale, digits) in CARDS.items():
        assert cards[key] == Shown(number_text(measures[key] / scale, digits), pytest.approx(measures[key], rel=1e-12))
    assert cards["unmet"].value == pytest.approx(sum(measures["unmet"].values()))


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_cards_are_the_measures_of_the_plan(language: str, busy_plan: Written, open_page: Opener) -> None:
    """What is shown is the number behind it, as the language writes it."""
    sheet = open_page(busy_plan.file(language))
    with speaking(language):
        checked_cards(cards_of(sheet), measures_of(busy_plan.made).to_mapping())


def test_cards_of_scenarios_tell_the_change(busy_whatif: Written, open_page: Opener) -> None:
    """Each scenario has its own, and says by how much and by which part it differs from its base."""
    sheet = open_page(busy_whatif.file())
    for at, outcome in enumerate(busy_whatif.made.outcomes):
        checked_cards(cards_of(sheet, at), outcome["measures"])
        told = sheet.locator(f".cards[data-of-case='{at}'] > div").first.locator(".sub").text_content() or ""
        now, before = outcome["measures"]["cost_usd"], outcome["base_measures"]["cost_usd"]
        assert told.startswith(f"{signed_text((now - before) / 1e6, 2)} ({signed_text(100 * (now / before - 1), 2)}")


def test_scenarios_stand_side_by_side(busy_whatif: Written, open_page: Opener) -> None:
    """One row a scenario and one for the unchanged plan of every year."""
    sheet = open_page(busy_whatif.file())
    rows = grid_of(sheet, "cases")
    outcomes = busy_whatif.made.outcomes
    named = [row for row in rows if row[3].value is not None]
    assert [row[1].value for row in named] == [outcome["year"] for outcome in outcomes]
    assert [row[2].value for row in named] == pytest.approx([of["measures"]["cost_usd"] for of in outcomes])
    changes = [of["measures"]["cost_usd"] - of["base_measures"]["cost_usd"] for of in outcomes]
    assert [row[3].value for row in named] == pytest.approx(changes, abs=TINY)
    unchanged = [row for row in rows if row[3].value is None]
    assert [row[1].text for row in unchanged] == ["2024", "2030"]
    bases = {of["year"]: of["base_measures"]["cost_usd"] for of in outcomes}
    assert [row[2].value for row in unchanged] == pytest.approx(list(bases.values()))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_corridors_sum_to_the_plan(language: str, busy_plan: Written, open_page: Opener) -> None:
    """Tonnes, TEU and money by corridor as the plan has them, and totals that are the sums of the rows."""
    plan: Plan = busy_plan.made
    sheet = open_page(busy_plan.file(language))
    rows, (total,) = grid_of(sheet, "corridors"), grid_of(sheet, "corridors", "tfoot")
    with speaking(language):
        expected: dict[str, list[float]] = {}
        for share in plan.by_corridor():
            sums = expected.setdefault(corridor_name(plan.data, share.name), [0.0, 0.0, 0.0])
            sums[0] += share.t
            sums[1] += share.volume if share.commodity == "container" else 0.0
            sums[2] += share.cost_usd
        assert {row[0].text: [cell.value for cell in row[1:]] for row in rows} == {
            name: pytest.approx(sums) for name, sums in expected.items()
        }
        for row in [*rows, total]:
            t, teu, usd = (cell.value for cell in row[1:])
            assert [cell.text for cell in row[1:]] == [
                number_text(t / 1e3, 1),
                number_text(teu),
                number_text(usd / 1e6, 1),
            ]
    for at in (1, 2, 3):
        assert total[at].value == pytest.approx(sum(row[at].value for row in rows))
    assert total[1].value == pytest.approx(measures_of(plan).t)
    assert total[3].value == pytest.approx(measures_of(plan).transport_cost_usd)


def test_families_sum_to_the_cost(busy_plan: Written, busy_whatif: Written, open_page: Opener) -> None:
    """Rows sum to the total, and the total is the cost of the plan; a change is the difference of two columns."""
    plan: Plan = busy_plan.made
    sheet = open_page(busy_plan.file())
    rows, (total,) = grid_of(sheet, "families"), grid_of(sheet, "families", "tfoot")
    assert total[1].value == pytest.approx(plan.cost_usd)
    assert sum(row[1].value for row in rows) == pytest.approx(plan.cost_usd)
    assert sorted(row[1].value for row in rows) == pytest.approx(
        sorted(family.usd for family in cost_families(plan).families if family.usd)
    )
    sheet = open_page(busy_whatif.file())
    for at, outcome in enumerate(busy_whatif.made.outcomes):
        rows, (total,) = grid_of(sheet, f"families-{at}"), grid_of(sheet, f"families-{at}", "tfoot")
        costs = [outcome["base_measures"]["cost_usd"], outcome["measures"]["cost_usd"]]
        assert [cell.value for cell in total[1:3]] == pytest.approx(costs)
        for row in [*rows, total]:
            assert row[3].value == pytest.approx(row[2].value - row[1].value, abs=TINY)


def test_emissions_of_transport_and_hubs_are_those_of_the_plan(busy_plan: Written, open_page: Opener) -> None:
    """Well to wheel by mode plus hubs by kind is the CO2e of the plan; tank and energy sum to well-to-wheel."""
    plan: Plan = busy_plan.made
    sheet = open_page(busy_plan.file())
    modes, (transport,) = grid_of(sheet, "co2e"), grid_of(sheet, "co2e", "tfoot")
    kinds, (hubs,) = grid_of(sheet, "hubs"), grid_of(sheet, "hubs", "tfoot")
    assert transport[5].value + hubs[2].value == pytest.approx(measures_of(plan).co2_kg)
    assert sum(row[5].value for row in modes) == pytest.approx(transport[5].value)
    assert sum(row[2].value for row in kinds) == pytest.approx(hubs[2].value)
    assert transport[1].value == pytest.approx(measures_of(plan).t_km)
    of_modes = {row.id: row for row in emissions_of(plan).by_mode}
    for row in modes:
        assert row[5].value == pytest.approx(of_modes[row[0].text].wtw_kg)
        if row[3].value is not None and row[4].value is not None:
            assert row[3].value + row[4].value == pytest.approx(row[5].value)


def test_bottlenecks_are_those_of_the_plan(busy_plan: Written, open_page: Opener) -> None:
    """Capacity, background, use and price of every capacity with a price, in their own units."""
    plan: Plan = busy_plan.made
    sheet = open_page(busy_plan.file())
    rows = grid_of(sheet, "bottlenecks-table")
    found = sorted([cell.value for cell in row[2:]] for row in rows)
    expected = sorted([of.capacity, of.background, of.used, of.price_usd_per_unit] for of in plan.bottlenecks())
    assert found == [pytest.approx(row) for row in expected]
    assert {row[1].text for row in rows} == {of.unit for of in plan.bottlenecks()}


def test_bottlenecks_before_and_after_are_those_of_the_what_if(busy_whatif: Written, open_page: Opener) -> None:
    """Each row has both states of one capacity; a dash where it does not bind."""
    sheet = open_page(busy_whatif.file())
    key = ("kind", "id", "from_node", "to_node")
    for at, outcome in enumerate(busy_whatif.made.outcomes):
        after = {tuple(row[name] for name in key): row for row in outcome["bottlenecks"]}
        before = {tuple(row[name] for name in key): row for row in outcome["bottlenecks_before"]}
        expected = [
            [old and old["capacity"], old and old["used"], new and new["capacity"], new and new["used"]]
            for of in dict.fromkeys((*after, *before))
            for old, new in [(before.get(of), after.get(of))]
        ]
        rows = grid_of(sheet, f"bottlenecks-{at}")
        assert [[cell.value for cell in row[2:6]] for row in rows] == expected
        assert all((cell.text == "–") == (cell.value is None) for row in rows for cell in row[2:])


def test_links_carry_what_the_plan_brings_them(busy_plan: Written, open_page: Opener) -> None:
    """Every link with flow once, with tonnes there and back and the use of its fullest capacity."""
    loads = link_loads(busy_plan.made)
    sheet = open_page(busy_plan.file())
    ids = sheet.eval_on_selector_all(
        "[id='links'] [data-show-link]", "links => links.map(link => link.dataset.showLink)"
    )
    loaded = [key for key, t in zip(loads.link_ids, loads.t.tolist(), strict=True) if t >= 1]
    assert sorted(ids) == sorted(loaded)
    for key, row in zip(ids, grid_of(sheet, "links"), strict=True):
        at = loads.link_ids.index(key)
        assert [row[3].value, row[4].value] == pytest.approx([loads.forward_t[at], loads.backward_t[at]])
        use = loads.use[at]
        assert row[5].value == (None if use != use else pytest.approx(100 * use))


def test_unmet_demand_is_told(busy_plan: Written, open_page: Opener) -> None:
    """What stays behind, the greatest volume first, with what was asked for."""
    plan: Plan = busy_plan.made
    rows = grid_of(open_page(busy_plan.file()), "unmet")
    expected = sorted(((of.volume, of.demand_id) for of in plan.unmet), reverse=True)
    assert [(row[4].value, row[6].text) for row in rows] == [(pytest.approx(volume), key) for volume, key in expected]
    demands = plan.data.demands
    asked = [demands.number("volume")[demands.row_of[row[6].text]] for row in rows]
    assert [row[5].value for row in rows] == pytest.approx(asked)


def test_routes_leg_by_leg_sum_to_the_route(busy_plan: Written, open_page: Opener) -> None:
    """Hours, money, CO2e and kilometers of the legs sum to the totals below them and to the comparison of routes."""
    sheet = open_page(busy_plan.file())
    routes = grid_of(sheet, "relation-0-routes")
    for number, route in enumerate(routes, start=1):
        legs, (total,) = (grid_of(sheet, f"relation-0-legs-{number}", part) for part in ("tbody", "tfoot"))
        for at in range(2, 8):
            assert sum(row[at].value or 0.0 for row in legs) == pytest.approx(total[at].value, abs=TINY)
        assert (total[6].value, total[7].value, total[2].value) == (route[2].value, route[4].value, route[5].value)
        assert sum(total[at].value for at in (3, 4, 5)) == pytest.approx(route[3].value)
