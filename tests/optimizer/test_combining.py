"""Cases: which scenarios are planned together, for which year, under which name and key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from made_network import dataset, link

from network import Change, Project, Scenario, ScenarioError, UnknownIdError, apply
from network.model import Annex
from optimizer.combining import case_key, cases_of, find_scenario, scenario_of_settings

if TYPE_CHECKING:
    from network import Dataset

WIDER = Change("links", where={"id": "ab"}, scale={"capacity": 2.0})
SHUT = Change("links", where={"id": "bc"}, close=1.0)
CARDS = (
    Project("wide", "A wider line", year=2030, changes=(WIDER,)),
    Project("shut", "A shut line", year=2027, changes=(SHUT,)),
    Project("both", "Needs the wider line", requires=("wide",), changes=(WIDER,)),
    Project("never", "Instead of the wider line", excludes=("wide",), changes=(SHUT,)),
)
SCENARIOS = {"s2030": Scenario("Of 2030", 2030, changes=(WIDER,)), "plain": Scenario("Plain", changes=(SHUT,))}


@pytest.fixture
def data() -> Dataset:
    """Return a network with demands of 2024 and 2030, four cards and two scenarios."""
    row = {"origin": "A", "destination": "C", "commodity": "container", "volume": 10, "unmet_cost_usd_per_unit": 9}
    demands = [row | {"demand_id": f"d{year}", "year": year} for year in (2024, 2030)]
    links = [
        link("ab", "road", "A", "B", capacity=5, capacity_unit="teu/year"),
        link("bc", "road", "B", "C", capacity=5, capacity_unit="teu/year"),
    ]
    made = dataset(links, demands=demands)
    return replace(made, annex=Annex.of(CARDS, SCENARIOS, made.observations, made.claims))


def test_each_alone_in_its_own_year(data: Dataset) -> None:
    """A scenario is planned for its own year, else for the base year, in the order asked."""
    cases = cases_of(data, ["s2030", "plain", Scenario("mine", changes=(WIDER,))])
    assert [(case.name, case.year, case.note) for case in cases] == [
        ("Of 2030", 2030, ""),
        ("Plain", 2024, ""),
        ("mine", 2024, ""),
    ]


def test_a_card_is_planned_for_its_year_only_where_there_are_demands(data: Dataset) -> None:
    """2030 has demands; 2027 has none, which is said."""
    wide, shut = cases_of(data, ["wide", CARDS[1]])
    assert (wide.year, wide.note, wide.projects) == (2030, "", ("wide",))
    assert (shut.year, shut.projects) == (2024, ("shut",))
    assert shut.note == "A shut line is to open in 2027, a year without demands: planned for 2024"


def test_years_asked_for_hold_for_all(data: Dataset) -> None:
    """Every case stands in every year, case by case, and nothing is left to say of it."""
    cases = cases_of(data, ["s2030", "shut"], (2024, 2030))
    assert [(case.name, case.year) for case in cases] == [
        ("Of 2030", 2024),
        ("Of 2030", 2030),
        ("A shut line", 2024),
        ("A shut line", 2030),
    ]
    assert {case.note for case in cases} == {""}


def test_all_and_chain(data: Dataset) -> None:
    """Together is one case; a chain adds one after the other; both are of the latest year of all."""
    asked = ["plain", "s2030", "both"]
    (together,) = cases_of(data, asked, combine="all")
    assert (together.name, together.year) == ("Plain + Of 2030 + Needs the wider line", 2030)
    assert [scenario.name for scenario in together.scenarios] == ["Plain", "Of 2030", "Needs the wider line"]
    chain = cases_of(data, asked, combine="chain")
    assert [len(case.scenarios) for case in chain] == [1, 2, 3]
    assert {case.year for case in chain} == {2030}
    assert chain[-1].name == together.name
    assert cases_of(data, ["plain"] * 5, combine="all")[0].name == "Plain + 3 more + Plain"
    assert cases_of(data, [], combine="all") == cases_of(data, [], combine="chain") == cases_of(data, []) == []


def test_years_that_differ_are_told(data: Dataset) -> None:
    """Scenarios of two years planned together say which one was taken."""
    other = Scenario("Of 2024", 2024, changes=(SHUT,))
    (case,) = cases_of(data, [other, "s2030"], combine="all")
    assert case.note == "scenarios of 2024, 2030 together: planned for 2030"


def test_cards_keep_their_conditions(data: Dataset) -> None:
    """A card without the one it requires is refused by name; with it, it is applied; excluded ones are refused."""
    alone, with_wide, against = (
        *cases_of(data, ["both"]),
        *cases_of(data, ["wide", "both"], combine="all"),
        *cases_of(data, ["wide", "never"], combine="all"),
    )
    with pytest.raises(ScenarioError, match=r'E307.*requires the card "wide"'):
        apply(data, *alone.scenarios)
    with pytest.raises(ScenarioError, match=r'E307.*together with "never"'):
        apply(data, *against.scenarios)
    changed = apply(data, *with_wide.scenarios)
    assert changed.network.links.number("capacity")[0] == 20.0


def test_a_card_of_ones_own_is_its_changes(data: Dataset) -> None:
    """A card that is not in the dataset is applied by its changes."""
    (case,) = cases_of(data, [Project("own", "My own", changes=(WIDER,))])
    assert case.projects == ()
    assert apply(data, *case.scenarios).network.links.number("capacity")[0] == 10.0


def test_names_are_scenarios_first_then_cards(data: Dataset) -> None:
    """An unknown name is answered with close matches of both."""
    assert find_scenario(data, "plain") == SCENARIOS["plain"]
    assert find_scenario(data, "wide") == CARDS[0]
    both = replace(data, annex=Annex.of(CARDS, {"wide": SCENARIOS["plain"]}, data.observations, data.claims))
    assert find_scenario(both, "wide") == SCENARIOS["plain"]
    with pytest.raises(UnknownIdError, match="plain") as scenario:
        find_scenario(data, "plane")
    with pytest.raises(UnknownIdError, match="never") as card:
        find_scenario(data, "nevr")
    assert ("plain" in scenario.value.matches, "never" in card.value.matches) == (True, True)


def test_key_follows_the_content(data: Dataset) -> None:
    """The same case has the same key; another change, name or card behind the same id has another."""
    (case,) = cases_of(data, ["plain"])
    assert case_key(data, case) == case_key(data, *cases_of(data, ["plain"]))
    (other,) = cases_of(data, [Scenario("Plain", changes=(WIDER,))])
    (renamed,) = cases_of(data, [Scenario("Other", changes=(SHUT,))])
    assert len({case_key(data, each) for each in (case, other, renamed)}) == 3
    (card,) = cases_of(data, ["wide"])
    changed = (replace(CARDS[0], changes=(SHUT,)), *CARDS[1:])
    newer = replace(data, annex=Annex.of(changed, SCENARIOS, data.observations, data.claims))
    assert case_key(data, card) != case_key(newer, card)


def test_settings_make_one_scenario(data: Dataset) -> None:
    """All settings are changes of one scenario, in order."""
    texts = ["links[id=ab].capacity=7", "links[id=bc].capacity=8"]
    scenario = scenario_of_settings(data, texts)
    assert scenario.name == "links[id=ab].capacity=7 and 1 more"
    assert apply(data, scenario).network.links.number("capacity").tolist() == [7.0, 8.0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("links[id=ab].capacity=7", "links[id=ab].capacity=7"),
        ("shared_capacities[id=quay].capacity=240000", "quay.capacity=240000"),
        ("shared_capacities[ id = quay ] . capacity = 240000", "quay.capacity=240000"),
        ("links[mode=rail,country=KZ,corridor=titr].capacity=5", "links[mode=rail,country=KZ,corridor=tit…"),
    ],
)
def test_long_settings_have_short_names(data: Dataset, text: str, name: str) -> None:
    """A setting of one row needs no table in its name; another long one is cut."""
    assert scenario_of_settings(data, [text]).name == name


@pytest.mark.parametrize(
    "texts",
    [
        ["links[id=ab].capacity=7", "links[id=ab].capacity=8"],
        ["links[mode=road].capacity=7", "links[id=bc].capacity=8"],
        ["links[id=ab].note=x", "links[id=ab].capacity=7", "links.capacity=8"],
    ],
)
def test_settings_that_contradict_each_other_are_refused(data: Dataset, texts: list[str]) -> None:
    """Two values for one cell are an error that names both settings and the row, even where they select otherwise."""
    with pytest.raises(ScenarioError, match=r"E317.*capacity of (ab|bc)") as refusal:
        scenario_of_settings(data, texts)
    assert texts[-1] in str(refusal.value)
    assert refusal.value.findings[0].code == "E317"


@pytest.mark.parametrize(
    "texts",
    [
        ["links[id=ab].capacity=7", "links.capacity=7"],
        ["links[id=ab].capacity=7", "links[id=bc].capacity=8"],
        ["links[id=ab].capacity=7", "links[id=ab].note=wide"],
    ],
)
def test_settings_that_do_not_are_taken(data: Dataset, texts: list[str]) -> None:
    """The same value twice, other rows or other columns contradict nothing."""
    assert len(scenario_of_settings(data, texts).changes) == len(texts)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("links[id=xx].capacity=7", "E311"),
        ("links[mode=sea].capacity=7", "E310"),
        ("links[id=ab].capacity=-7", "E314"),
        ("links[id=ab].capacty=7", "E311"),
    ],
)
def test_settings_that_cannot_be_made_are_told_when_applied(data: Dataset, text: str, code: str) -> None:
    """A setting that selects nothing, or gives a value that cannot be, names its problem."""
    scenario = scenario_of_settings(data, [text, "links[id=ab].note=x"])
    with pytest.raises(ScenarioError, match=code):
        apply(data, scenario)


def test_a_setting_that_cannot_be_read_shows_the_form(data: Dataset) -> None:
    """The message has an example."""
    with pytest.raises(ScenarioError, match=r"links\[id=a\]\.capacity=5"):
        scenario_of_settings(data, ["capacity of ab = 7"])
