"""The key findings of a what-if and of a plan are read off the outcome, with the numbers of its tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from made_network import dataset, link, transfer

from network import Change, Scenario
from optimizer import Weights, plan_flows, what_if
from optimizer.report.document import plain
from optimizer.report.key_findings import key_findings, plan_findings
from optimizer.report.plans import plan_document
from optimizer.report.whatif import whatif_document

if TYPE_CHECKING:
    from network import Dataset

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Return 50,300 TEU by a port of little capacity or by a dear road."""
    links = [
        link("rail", "rail1520", "A", "B", cost_usd_per_teu=10, corridors="north"),
        link("ships", "sea", "B", "C", cost_usd_per_teu=10, corridors="north"),
        link("road", "road", "A", "C", cost_usd_per_teu=60, time_h=48, corridors="south"),
    ]
    row = {"origin": "A", "destination": "C", "commodity": "container", "unmet_cost_usd_per_unit": 1000}
    limit = {"shared_capacity_id": "quay", "name": "Beta quay", "capacity": 100, "capacity_unit": "teu/year"}
    return dataset(
        links,
        [transfer("B", "rail1520", "sea", shared_capacity_id="quay")],
        shared_capacities=[limit],
        demands=[row | {"demand_id": "boxes", "volume": 300}, row | {"demand_id": "more", "volume": 50_000}],
        corridors=[{"corridor_id": "north", "name": "North way"}, {"corridor_id": "south", "name": "South way"}],
        names={"A": "Alpha", "B": "Beta", "C": "Gamma"},
    )


def scenarios() -> list[Scenario]:
    """Return a larger quay, one without limit, a closed road, and a scenario that cannot be applied."""
    return [
        Scenario("larger quay", changes=(Change.from_text("shared_capacities[id=quay].capacity=30000"),)),
        Scenario("largest quay", changes=(Change.from_text("shared_capacities[id=quay].capacity=90000"),)),
        Scenario("no road", changes=(Change("links", where={"id": "road"}, close=1.0),)),
        Scenario("wrong", changes=(Change.from_text("links[id=nowhere].capacity=1"),)),
    ]


@pytest.fixture(scope="module")
def outcomes(data: Dataset) -> dict[str, dict[str, Any]]:
    """Return what comes of the scenarios."""
    found = what_if(data, scenarios(), weights=Weights(time_per_h=0.0)).to_mapping()["scenarios"]
    return {outcome["name"]: outcome for outcome in found}


def test_a_larger_port_is_told_with_the_numbers_of_the_outcome(data: Dataset, outcomes: dict[str, Any]) -> None:
    """Money, demand, corridors, time, the capacity and what one more unit of it is worth."""
    assert key_findings(data, outcomes["larger quay"]) == [
        "Cost: −1.2 m USD a year (−39.68\u00a0%); 3.0 → 1.8.",
        "What is minimized: −1.2 m USD a year (−39.68\u00a0%); 3.0 → 1.8.",
        "Unmet demand: none, before and after.",
        "Corridors that gain most: North way +29,900 TEU. Corridors that lose most: South way −29,900 TEU.",
        "CO2e: 0 kt a year (–); 0 → 0.",
        "Mean time: 2.0 → 0.9 days (−57.08\u00a0%).",
        "Capacities that change: Beta quay 100 → 30,000 teu/year, used 100 → 30,000 (100\u00a0% → 100\u00a0%).",
        "Worth most: Beta quay, 40 USD a year for one more TEU a year.",
        "Bottlenecks: the same as before.",
    ]


def test_bottlenecks_that_vanish_and_demand_that_stays_are_told(data: Dataset, outcomes: dict[str, Any]) -> None:
    """A port with room to spare binds no more; without the road most goods stay behind."""
    largest = key_findings(data, outcomes["largest quay"])
    assert largest[-2:] == ["Worth most: no capacity binds.", "No longer bottlenecks: Beta quay. None is new."]
    closed = key_findings(data, outcomes["no road"])
    assert "Unmet demand: 0 → 50,200 TEU." in closed
    assert "Corridors that lose most: South way −50,200 TEU. None gains." in closed


@pytest.mark.parametrize("name", ["larger quay", "largest quay", "no road"])
def test_every_number_stands_in_the_tables(data: Dataset, outcomes: dict[str, Any], name: str) -> None:
    """Nothing is rounded otherwise than in the tables; only percentages are not in them."""
    outcome = outcomes[name]
    text = plain(whatif_document(data, {"base": {}, "scenarios": [{**outcome, "story": []}]}))
    for finding in key_findings(data, outcome):
        told = re.sub(r"\([^)]*\)", "", finding).replace("CO2e", "")
        assert set(NUMBER.findall(told)) <= set(NUMBER.findall(text)), finding


def test_a_failed_scenario_says_so(data: Dataset, outcomes: dict[str, Any]) -> None:
    """With the code of the error and its first line."""
    error = outcomes["wrong"]["error"]
    (told,) = key_findings(data, outcomes["wrong"])
    assert told.startswith(f"The scenario failed: [{error['code']}]")
    assert "\n" not in told


def test_a_scenario_without_a_plan_says_so() -> None:
    """Where all must be carried and the only road is closed there is no plan, and nothing to compare."""
    row = {"demand_id": "boxes", "origin": "A", "destination": "B", "commodity": "container", "volume": 300}
    cut = Scenario("no road", changes=(Change("links", where={"id": "road"}, close=1.0),))
    opened = Scenario("road", changes=(Change.from_text("links[id=road].capacity=1000"),))
    data = dataset([link("road", "road", "A", "B", capacity=500, capacity_unit="teu/year")], demands=[row])
    (outcome,) = what_if(data, [cut]).to_mapping()["scenarios"]
    assert key_findings(data, outcome) == ["With the changes there is no plan: infeasible."]
    narrow = dataset([link("road", "road", "A", "B", capacity=5, capacity_unit="teu/year")], demands=[row])
    (outcome,) = what_if(narrow, [opened]).to_mapping()["scenarios"]
    assert key_findings(narrow, outcome) == ["Without the changes there is no plan to compare with."]
    assert plan_findings(narrow, plan_flows(narrow)) == ["No plan for 2024: infeasible."]


def test_prices_without_ranges_are_told_as_limits(data: Dataset) -> None:
    """A price that was not followed up is what one more unit saves at most."""
    result = what_if(data, scenarios()[:1], weights=Weights(time_per_h=0.0), ranges=False).to_mapping()
    findings = key_findings(data, result["scenarios"][0])
    assert "Worth most: Beta quay, up to 40 USD a year for one more TEU a year." in findings


def test_a_plan_is_told_with_the_numbers_of_its_document(data: Dataset) -> None:
    """Money, shares of corridors and the bottleneck worth most."""
    plan = plan_flows(data, weights=Weights(time_per_h=0.0))
    findings = plan_findings(data, plan)
    assert findings[:3] == [
        "Cost: 3.0 m USD a year, 3.0 transport + 0.0 unmet demand.",
        "Unmet demand: none.",
        "Largest corridors: South way 99.8\u00a0%; North way 0.2\u00a0%.",
    ]
    assert findings[-1] == "Worth most: Beta quay, up to 40 USD a year for one more TEU a year."
    text = plain(plan_document(data, plan))
    assert {"3.0", "99.8", "0.2"} <= set(NUMBER.findall(text))
