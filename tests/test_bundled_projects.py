"""The cards of the bundled network: each works alone and with the others, and does what its source says it does."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from network import Scenario, apply, load
from network.effects import effects, with_required
from network.findings import network_findings
from network.model import Annex, split_list
from optimizer import Weights, find_routes, plan_flows
from optimizer.route import Leg

if TYPE_CHECKING:
    from network import Dataset
    from optimizer import Plan, Route

DATA = load()
CARDS = {card.id: card for card in DATA.projects}
REQUIRED = {card.id: card.requires for card in DATA.projects}
MODES = ("rail", "road", "river", "sea", "air")
FASTEST = Weights(cost=0.0, time_per_h=1.0)


@cache
def with_cards(*ids: str) -> Dataset:
    """Return the bundled data with cards on, each behind those it requires."""
    ordered = dict.fromkeys(card for asked in ids for card in with_required(asked, REQUIRED))
    return apply(DATA, Scenario(" ".join(ids), projects=tuple(ordered)))


def fastest(data: Dataset, origin: str, destination: str, *modes: str, avoid: frozenset[str] = frozenset()) -> Route:
    """Return the fastest route by some modes only."""
    others = {mode for mode in MODES if mode not in modes}
    found = find_routes(data, origin, destination, weights=FASTEST, avoid_modes=others, avoid_countries=avoid)
    return found[0]


def links_of(route: Route) -> set[str]:
    """Return the ids of the links of a route."""
    return {leg.link_id for leg in route.legs if isinstance(leg, Leg)}


def number(data: Dataset, table: str, row: str, column: str) -> float:
    """Return one number of a dataset."""
    found = data.tables[table]
    return float(found.number(column)[found.row_of[row]])


def told(data: Dataset) -> list[str]:
    """Return the warnings about a network, those about cards, scenarios and claims left out."""
    nothing = data.claims.take(np.zeros(len(data.claims), dtype=np.bool_))
    return [str(found) for found in network_findings(replace(data, annex=Annex.of((), {}, data.observations, nothing)))]


@pytest.mark.parametrize("card", CARDS)
def test_each_card_works_alone(card: str) -> None:
    """A card with those it requires can be applied, leaves no warning, and changes something unless it only gathers."""
    assert told(with_cards(card)) == []
    assert bool(effects(DATA, CARDS[card])) == bool(CARDS[card].changes)


def test_all_compatible_cards_work_together() -> None:
    """Every card that excludes no earlier one is on at once: no warning, and the plan carries every demand."""
    chosen: list[str] = []
    for card in CARDS.values():
        foes = {*card.excludes, *(each for each in chosen if card.id in CARDS[each].excludes)}
        if foes.isdisjoint(chosen) and not card.id.startswith("before-"):
            chosen.append(card.id)
    assert len(chosen) >= len(CARDS) - 4
    data = with_cards(*chosen)
    assert told(data) == []
    plan = plan_flows(data)
    assert plan.status == "optimal"


def test_every_card_says_where_it_comes_from() -> None:
    """Year, status, declared source, grade and note are given on every card, and money is never negative."""
    for card in CARDS.values():
        assert card.year is not None, card.id
        assert card.status, card.id
        assert card.note, card.id
        assert card.source in DATA.info.sources, card.id
        assert card.confidence in "ABCD", card.id


def test_every_scenario_of_the_dataset_can_be_applied() -> None:
    """The generated kind of scenario works for each card, and so do those that come with the data."""
    for scenario in DATA.scenarios.values():
        assert apply(DATA, scenario).applied[-1] == scenario


def test_the_program_to_2030_holds_every_card_of_kazakhstan() -> None:
    """All cards that change a row in Kazakhstan and are due by 2030 are in it, but for planned demand."""
    nodes, links = DATA.network.nodes, DATA.network.links
    at_home = {node for node, row in nodes.row_of.items() if nodes.text("country")[row] == "KZ"}
    ends = zip(links.row_of, links.text("from_node"), links.text("to_node"), strict=True)
    ours = {link for link, start, end in ends if at_home & {start, end}}
    program = set(DATA.scenarios["programme-2030"].projects)
    for card in CARDS.values():
        if card.year is None or card.year > 2030 or card.id.startswith("before-"):
            continue
        rows = {effect.row for effect in effects(DATA, card) if effect.table == "links"}
        if rows & ours and not card.id.startswith(("ns-harm", "alashankou", "sarens")):
            assert card.id in program, card.id


def test_saksaul_beineu_cuts_the_road_to_aktau_by_nearly_a_third() -> None:
    """Kyzylorda - Aktau, the part that the road replaces, takes 25-35 % less time; Khorgos - Aktau 17 %."""
    built = with_cards("saksaul-beineu")
    before, after = (fastest(data, "Kyzylorda", "Aktau", "road") for data in (DATA, built))
    assert "road-saksaulskaya-beyneu" in links_of(after)
    assert 0.25 < 1 - after.time_h / before.time_h < 0.35
    abroad = frozenset({"UZ", "RU", "KG", "TM"})
    before, after = (fastest(data, "Khorgos Gateway", "Aktau", "road", avoid=abroad) for data in (DATA, built))
    assert 0.14 < 1 - after.time_h / before.time_h < 0.20


def test_second_track_and_bypass_make_trains_to_europe_faster() -> None:
    """Xi'an - Duisburg by rail: each of the two cuts the time of its border crossing, together the best time falls."""
    before = fastest(DATA, "Xi'an", "Duisburg", "rail")
    assert (
        fastest(with_cards("dostyk-moiynty-2", "almaty-bypass"), "Xi'an", "Duisburg", "rail").time_h < before.time_h - 8
    )
    by_khorgos = [
        find_routes(data, "Xi'an", "Duisburg", via=("Khorgos Gateway",), weights=FASTEST, avoid_modes=set(MODES[1:]))[0]
        for data in (DATA, with_cards("almaty-bypass"))
    ]
    assert by_khorgos[1].time_h < by_khorgos[0].time_h - 8
    assert "rail-zhetygen-kazybek-bek" in links_of(by_khorgos[1])


@pytest.mark.parametrize(
    ("card", "table", "row", "column", "before", "after"),
    [
        ("aktau-hub", "shared_capacities", "aktau-containers", "capacity", 140_000, 240_000),
        ("dostyk-moiynty-2", "links", "rail-usharal-aktogay", "capacity", 12, 60),
        ("altynkol-zhetygen-2", "links", "rail-khorgos-shelek", "capacity", 18, 33),
        ("zhezkazgan-line", "links", "rail-zhezkazgan-saksaulskaya", "capacity", 8, 25),
        ("ns-east-double", "links", "rail-bolashak-serhetyaka", "capacity", 10e6, 20e6),
        ("alat-260", "shared_capacities", "baku-alat-containers", "capacity", 150_000, 260_000),
        ("poti-expansion", "shared_capacities", "poti-containers", "capacity", 600_000, 1_000_000),
        ("astara-terminal-5", "shared_capacities", "astara-terminal", "capacity", 1e6, 5e6),
        ("malaszewicze-park", "links", "rail-brest-malaszewicze", "capacity", 16, 35),
        ("before-btk", "links", "rail-akhalkalaki-kars", "capacity", 5e6, 1e6),
        ("new-cn-checkpoints", "links", "road-alashankou-dostyk", "capacity", 100, 300),
    ],
)
def test_capacities_before_and_after(card: str, table: str, row: str, column: str, before: float, after: float) -> None:
    """Published capacities stand in the base and in the card as the sources give them."""
    assert number(DATA, table, row, column) == before
    assert number(with_cards(card), table, row, column) == after


@pytest.mark.parametrize(
    ("cards", "origin", "destination", "modes", "km", "uses"),
    [
        (("kyzylzhar-moiynty",), "Dostyk", "Aktau", "rail", (-160, -140), "rail-moiynty-kyzylzhar"),
        (("cku",), "Xi'an", "Tehran", "rail", (-900, -600), "rail-kashgar-andijan"),
        (("rasht-astara",), "Moscow", "Bandar Abbas", "rail", (-1300, -800), "rail-astara-ir-rasht"),
        (("center-west-road",), "Astana", "kz-yrgyz", "road", (-573, -450), "road-arkalyk-yrgyz"),
        (("trans-afghan",), "Tashkent", "Karachi", "rail", (-1500, -1000), "rail-mazar-kabul"),
        (("bakhty-ayagoz",), "Urumqi", "Ayagoz", "rail", (0, 100), "rail-bakhty-ayagoz"),
    ],
)
def test_new_lines_shorten_the_way(
    cards: tuple[str, ...], origin: str, destination: str, modes: str, km: tuple[float, float], uses: str
) -> None:
    """The fastest route takes the new line and is faster; the kilometers it saves are of the published order."""
    before, after = (fastest(data, origin, destination, modes) for data in (DATA, with_cards(*cards)))
    assert uses in links_of(after)
    assert after.time_h < before.time_h
    assert km[0] <= after.length_km - before.length_km <= km[1]


def test_lines_that_were_missing_close_gaps() -> None:
    """Chabahar is reached by rail, Astara - Tehran needs no truck, and Zangezur leads round Georgia."""
    assert "rail-chabahar-zahedan" in links_of(fastest(with_cards("chabahar-zahedan"), "Mashhad", "Chabahar", "rail"))
    west = fastest(with_cards("rasht-astara"), "Baku", "Tehran", "rail")
    assert {leg.mode for leg in west.legs if isinstance(leg, Leg)} == {"rail"}
    round_georgia = fastest(with_cards("kars-dilucu"), "Baku", "Kars", "rail", avoid=frozenset({"GE"}))
    assert {"rail-horadiz-meghri", "rail-nakhchivan-kars"} <= links_of(round_georgia)
    to_karachi = fastest(with_cards("herat-spin-boldak"), "Mary", "Karachi", "rail")
    assert {"rail-torghundi-herat", "rail-kandahar-chaman"} <= links_of(to_karachi)
    past_saryagash = find_routes(with_cards("darbaza-maktaaral"), "Arys", "Samarkand", avoid={"Saryagash"})[0]
    assert "rail-darbaza-khavast" in links_of(past_saryagash)


def test_bakhty_adds_twenty_million_tonnes_to_the_rail_border() -> None:
    """28 to 48 Mt a year over the border: the new crossing alone brings 20 Mt."""
    data = with_cards("bakhty-ayagoz")
    for link in ("rail-tacheng-bakhty", "rail-bakhty-ayagoz"):
        assert number(data, "links", link, "capacity") == 20e6


def test_modernized_checkpoints_leave_half_an_hour_on_the_kazakh_side() -> None:
    """At each crossing that the source names, half of the time is the other side's and 0.5 h remain."""
    data = with_cards("checkpoints-42")
    for link in (
        "road-temir-baba-garabogaz",
        "road-zhibek-zholy-gisht-kuprik",
        "road-tacheng-bakhty",
        "road-tazhen-nukus",
    ):
        before = number(DATA, "links", link, "fixed_time_h")
        assert number(data, "links", link, "fixed_time_h") == pytest.approx(before / 2 + 0.5, abs=0.01)


def test_measures_at_borders_may_be_combined_in_any_order() -> None:
    """Smart Cargo, green corridor, road map and checkpoints are factors: their order does not matter."""
    measures = ("smart-cargo", "green-corridor", "customs-road-map", "checkpoints-42")
    one, other = with_cards(*measures), with_cards(*reversed(measures))
    left, right = (data.network.links.number("fixed_time_h") for data in (one, other))
    np.testing.assert_allclose(left, right, rtol=1e-12)
    assert np.nansum(left) < np.nansum(DATA.network.links.number("fixed_time_h"))


def test_unmanned_trucks_make_roads_cheaper_and_faster() -> None:
    """Almaty - Astana by road costs 40 % less and takes half the time."""
    before, after = (fastest(data, "Almaty", "Astana", "road") for data in (DATA, with_cards("unmanned-trucks")))
    assert after.cost_usd / before.cost_usd == pytest.approx(0.6, abs=0.02)
    assert after.time_h / before.time_h == pytest.approx(0.5, abs=0.02)


def test_rivers_and_air_hub_open_ways() -> None:
    """Barges reach Lake Zaysan and Yining, and freighters fly by Aktobe."""
    rivers = with_cards("irtysh-navigation", "ili-navigation")
    assert "river-tugyl-oskemen" in links_of(find_routes(rivers, "Tugyl", "Semey", avoid_modes={"road", "rail"})[0])
    assert "river-konaev-yining" in links_of(find_routes(rivers, "Konaev", "Yining", avoid_modes={"road", "rail"})[0])
    hub = with_cards("aktobe-air-hub")
    by_aktobe = find_routes(hub, "Zhengzhou", "Liege", via=("Aktobe",), avoid_modes={"rail", "road", "sea", "river"})[0]
    assert {"air-zhengzhou-aktobe", "air-aktobe-liege"} == links_of(by_aktobe)


def test_every_claim_has_an_answer() -> None:
    """All 68 claims are there, each with a card, demand, observation or corridor, or with the reason why not."""
    table = DATA.claims
    assert list(table.row_of) == [f"SC{at:03d}" for at in range(1, 69)]
    for row in range(len(table)):
        answers = [table.text(column)[row] for column in ("projects", "demands", "observations", "corridors")]
        assert any(answers) or len(table.text("reason")[row]) > 20
        assert table.text("source")[row] in DATA.info.sources


def test_cards_and_claims_name_each_other() -> None:
    """A card that names a claim is named by it, and the other way round."""
    table = DATA.claims
    naming = {(card, claim) for claim, row in table.row_of.items() for card in split_list(table.text("projects")[row])}
    assert naming == {(card.id, claim) for card in CARDS.values() for claim in card.claims}


def test_what_the_note_of_cku_says() -> None:
    """The hours saved are those that the note gives."""
    data = with_cards("cku")
    tehran, mashhad = (
        fastest(DATA, "Xi'an", place, "rail").time_h - fastest(data, "Xi'an", place, "rail").time_h
        for place in ("Tehran", "Mashhad")
    )
    assert tehran == pytest.approx(27, abs=3)
    assert mashhad == pytest.approx(58, abs=4)


def test_the_page_lists_every_card() -> None:
    """docs/data.md has a line for each card, in order, and its counts are those of the data."""
    page = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    lines = []
    for card in DATA.projects:
        cost = "–" if card.cost_usd_m is None else f"{card.cost_usd_m:,.0f}"
        answers = len(card.claims) or "–"
        lines.append(f"| `{card.id}` | {card.name} | {card.year} | {cost} | {card.confidence} | {answers} |")
    assert "\n".join(lines) in page
    counts = f"{len(CARDS)} project cards · {len(DATA.scenarios)} scenarios · {len(DATA.claims)} published claims"
    assert counts in page


@cache
def planned(scenario: str | None, *ids: str, year: int | None = None) -> Plan:
    """Return the plan of a bundled scenario, None for the data themselves, with cards on top."""
    asked = [] if scenario is None else [DATA.scenarios[scenario]]
    ordered = dict.fromkeys(card for each in ids for card in with_required(each, REQUIRED))
    return plan_flows(apply(DATA, *asked, Scenario("cards", projects=tuple(ordered))), year=year)


def saved(scenario: str | None, *ids: str, behind: tuple[str, ...] = (), year: int | None = None) -> float:
    """Return the million USD a year that cards save behind others."""
    before, after = planned(scenario, *behind, year=year), planned(scenario, *behind, *ids, year=year)
    assert before.status == after.status == "optimal"
    assert before.objective_usd is not None
    assert after.objective_usd is not None
    return (before.objective_usd - after.objective_usd) / 1e6


def prices(plan: Plan) -> dict[str, float]:
    """Return the highest price of each bottleneck, in USD per unit of its own."""
    found: dict[str, float] = {}
    for each in plan.bottlenecks():
        found[each.id] = max(found.get(each.id, 0.0), each.price_usd_per_unit)
    return found


def test_what_the_page_says_of_aktau() -> None:
    """With the demand of 2030 the ships bind first, then Alat, then Aktau; each step is worth what the page says."""
    scenarios = DATA.scenarios
    assert plan_flows(apply(DATA, scenarios["aktau-70k"])).objective_usd == pytest.approx(planned(None).objective_usd)
    corridor = "titr-2030"
    low = plan_flows(apply(DATA, scenarios[corridor], scenarios["aktau-70k"]))
    today = planned(corridor)
    assert (low.objective_usd or 0.0) - (today.objective_usd or 0.0) == pytest.approx(37e6, rel=0.2)
    assert prices(low)["aktau-containers"] == pytest.approx(2900, rel=0.2)
    first = prices(today)
    assert first["sea-aktau-alat"] == pytest.approx(2000, rel=0.2)
    assert first["baku-alat-containers"] == pytest.approx(750, rel=0.2)
    assert "aktau-containers" not in first
    assert saved(corridor, "aktau-hub") == pytest.approx(0, abs=0.01)
    assert saved(corridor, "aktau-hub", "caspian-ships") == pytest.approx(16, rel=0.2)
    assert saved(corridor, "caspian-ships", "alat-260") == pytest.approx(119, rel=0.2)
    assert prices(planned(corridor, "caspian-ships", "alat-260"))["aktau-containers"] == pytest.approx(500, rel=0.2)
    grown = ("caspian-ships", "alat-260")
    assert saved(corridor, "aktau-hub", behind=grown) == pytest.approx(18, rel=0.2)
    open_ports = prices(planned(corridor, "aktau-hub", *grown))
    assert not {"aktau-containers", "baku-alat-containers", "sea-aktau-alat", "caspian-feeders"} & set(open_ports)


def test_boxes_of_the_middle_corridor_keep_to_it() -> None:
    """What leaves the northern route in `titr-2030` goes by train and ship, neither by Russia nor by Iran."""
    plan = planned("titr-2030")
    routes = [route for route in plan.routes if route.demand_id.startswith("titr-shift")]
    assert sum(route.volume for route in routes) == pytest.approx(78_000)
    country = DATA.network.nodes.text("country")
    places = DATA.network.nodes.row_of
    for route in routes:
        legs = [leg for leg in route.legs if isinstance(leg, Leg)]
        assert {leg.mode for leg in legs} <= {"rail", "sea", "river"}
        ends = {country[places[end]] for leg in legs for end in (leg.from_node, leg.to_node)}
        assert not ends & {"RU", "BY", "IR"}


# Where a card that is worth nothing in the plan of 2024 is worth something: scenario, year and the cards before it.
ELSEWHERE: dict[str, tuple[str | None, int | None, tuple[str, ...]]] = {
    "dostyk-station": (None, None, ("dostyk-moiynty-2",)),
    "alashankou-tracks": (None, None, ("dostyk-moiynty-2",)),
    "sarens-bypass": ("demand-2030-high", 2030, ()),
    "new-cn-checkpoints": (None, 2030, ()),
    "nur-zholy-24h": ("demand-2030-high", 2030, ()),
    "bakhty-smart-customs": (None, 2030, ()),
    "aktau-hub": ("titr-2030", None, ("caspian-ships", "alat-260")),
    "kuryk-terminal": (None, 2030, ()),
    "caspian-dredging": (None, 2030, ()),
    "ili-navigation": ("demand-2030-high", 2030, ()),
    "aktobe-air-hub": ("russia-closed", None, ()),
    "astara-terminal-5": (None, 2030, ()),
    "chabahar-zahedan": ("demand-2030-high", 2030, ()),
    "caspian-ships": ("titr-2030", None, ()),
    "alat-260": ("titr-2030", None, ()),
    "poti-expansion": ("demand-2030-high", 2030, ()),
    "torghundi-herat": ("titr-2030", None, ()),
    "malaszewicze-park": ("demand-2030-high", 2030, ()),
    "before-btk": ("titr-2030", None, ()),
    "before-turkmenbashi": (None, 2030, ()),
}
BY_ROAD = {"saksaul-beineu": ("Kyzylorda", "Aktau"), "center-west-road": ("Astana", "kz-yrgyz")}


@pytest.mark.parametrize("card", CARDS)
def test_each_card_has_an_effect_or_says_that_it_has_none(card: str) -> None:
    """It changes the money of a plan, here or where its note says, or the time of a route; else the note denies it."""
    if card == "zhezkazgan-line":
        works = DATA.scenarios["titr-2030-works"]
        without = replace(works, projects=tuple(each for each in works.projects if each != card))
        worth = (plan_flows(apply(DATA, without)).objective_usd or 0.0) / 1e6
        worth -= (planned("titr-2030-works").objective_usd or 0.0) / 1e6
        assert worth == pytest.approx(5.5, rel=0.3)
    elif card in BY_ROAD:
        before, after = (fastest(data, *BY_ROAD[card], "road") for data in (DATA, with_cards(card)))
        assert after.time_h < 0.75 * before.time_h
    elif "no effect" in CARDS[card].note:
        before_it = tuple(each for each in with_required(card, REQUIRED) if each != card)
        for corridor in (None, "titr-2030"):
            assert saved(corridor, card, behind=before_it) == pytest.approx(0, abs=0.01)
    else:
        scenario, year, behind = ELSEWHERE.get(card, (None, None, ()))
        assert abs(saved(scenario, card, behind=behind, year=year)) > 0.05
        named = scenario or "".join(behind[:1])
        assert named in CARDS[card].note


def test_every_gauge_change_has_a_limit() -> None:
    """No change of gauge passes any amount, and in the plan of 2024 none is what binds."""
    table = DATA.network.transfers
    own, shared = table.number("capacity"), table.text("shared_capacity_id")
    ends = zip(table.text("from_mode"), table.text("to_mode"), strict=True)
    changes = [row for row, both in enumerate(ends) if all(mode.startswith("rail") for mode in both)]
    assert len(changes) > 20
    assert all(own[row] > 0 or shared[row] for row in changes)
    both_units = {table.text("node_id")[row] for row in changes if own[row] > 0 and shared[row]}
    assert both_units == {"kz-dostyk", "KZHOR", "pl-malaszewicze"}
    bound = [each.id for each in planned(None).bottlenecks() if each.kind == "transfer"]
    assert not [each for each in bound if each.count("rail") == 2]


def test_what_stays_behind_with_the_high_demand() -> None:
    """8.0 Mt of the eastern North-South branch and 5.4 Mt of coal, at the limits that the description names."""
    plan = planned("demand-2030-high", year=2030)
    east = sum(each.volume for each in plan.unmet if each.demand_id.startswith("ns-east-"))
    coal = sum(each.volume for each in plan.unmet if each.demand_id.endswith("-coal-2030"))
    assert east == pytest.approx(8.0e6, rel=0.03)
    assert coal == pytest.approx(5.4e6, rel=0.03)
    rest = sum(each.volume for each in plan.unmet) - east - coal
    assert 0 <= rest < 200
    limits = {"incheh-borun-terminal", "rail-sarakhs-mashhad", "rail-ashgabat-bereket", "rail-saryagash-keles"}
    assert limits <= set(prices(plan))


def test_the_program_to_2030_saves_money_and_time() -> None:
    """All works together make the plan of the base year cheaper, and nothing is left behind."""
    plan = plan_flows(apply(DATA, DATA.scenarios["programme-2030"]))
    before = plan_flows(DATA)
    assert plan.status == before.status == "optimal"
    assert plan.objective_usd is not None
    assert before.objective_usd is not None
    assert plan.objective_usd < 0.99 * before.objective_usd
    assert plan.unmet_cost_usd == 0
