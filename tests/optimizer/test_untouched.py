"""Scenarios that change nothing in the question of a year, and nothing else, are remarked on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import dataset, link

from network import Change, Scenario, apply
from optimizer import what_if
from optimizer.combining import cases_of
from optimizer.replanning import blocks_after, prepare
from optimizer.untouched import asks_the_same, untouched

if TYPE_CHECKING:
    from network import Dataset


def market() -> Dataset:
    """Return two ways with demands of 2024 and 2030, and a link that opens in 2028."""
    row = {"origin": "A", "destination": "B", "commodity": "container", "volume": 10, "unmet_cost_usd_per_unit": 90}
    links = [
        link("cheap", "rail1520", "A", "B", capacity=6, capacity_unit="teu/year"),
        link("dear", "road", "A", "B", cost_usd_per_teu=5.0),
        link("later", "road", "A", "B", cost_usd_per_teu=2.0, from_year=2028, capacity=3, capacity_unit="teu/year"),
    ]
    return dataset(links, demands=[row | {"demand_id": f"d{year}", "year": year} for year in (2024, 2030)])


DATA = market()


def scenario(name: str = "s", **change: Any) -> Scenario:
    """Return a scenario of one change."""
    return Scenario(name, changes=(Change.from_mapping(change),))


@pytest.mark.parametrize(
    ("change", "years"),
    [
        ({"table": "demands", "where": {"year": 2024}, "scale": {"volume": 2.0}}, (2030,)),
        ({"table": "demands", "where": {"year": 2030}, "set": {"avoid_modes": "rail"}}, (2024,)),
        ({"table": "demands", "where": {"year": 2024}, "close": True}, (2030,)),
        ({"table": "links", "where": {"id": "later"}, "set": {"capacity": 5}}, (2024,)),
        ({"table": "links", "where": {"id": "later"}, "close": True}, (2024,)),
        ({"table": "links", "where": {"id": "later"}, "add": {"cost_usd_per_teu": 1.0}}, (2024,)),
        ({"table": "links", "where": {"id": "cheap"}, "set": {"note": "seen"}}, (2024, 2030)),
        ({"table": "links", "where": {"id": "cheap"}, "set": {"capacity": 6}}, (2024, 2030)),
        ({"table": "links", "where": {"id": "cheap"}, "set": {"capacity": 60}}, ()),
        ({"table": "links", "where": {"id": "dear"}, "scale": {"cost_usd_per_teu": 1.0001}}, ()),
        ({"table": "links", "where": {"id": "dear"}, "close": True}, ()),
        ({"table": "demands", "set": {"unmet_cost_usd_per_unit": 91}}, ()),
        ({"table": "commodities", "where": {"id": "container"}, "set": {"name": "boxes"}}, (2024, 2030)),
        ({"table": "commodities", "where": {"id": "container"}, "set": {"t_per_unit": 11}}, ()),
    ],
)
def test_years_in_which_nothing_changes(change: dict[str, Any], years: tuple[int, ...]) -> None:
    """Every kind of change is remarked on in just the years that do not see it."""
    result = what_if(DATA, [scenario(**change)], [2024, 2030])
    silent = tuple(outcome["year"] for outcome in result.outcomes if outcome.get("notes"))
    assert silent == years
    assert all(f"s changes nothing in the plan of {year}" in " ".join(result.notes) for year in years)


def test_each_part_of_a_combination_is_judged_alone() -> None:
    """The part that counts does not hide the one that does not."""
    void = scenario("void", table="demands", where={"year": 2024}, scale={"volume": 2.0})
    wide = scenario("wide", table="links", where={"id": "cheap"}, set={"capacity": 8})
    (outcome,) = what_if(DATA, [void, wide], 2030, combine="all").outcomes
    assert [remark.partition(" changes")[0] for remark in outcome["notes"]] == ["void"]
    assert outcome["delta_cost_usd"] < 0


def test_a_part_that_cannot_stand_alone_is_not_judged() -> None:
    """A change of a row that another scenario adds is refused alone; nothing is said of it."""
    row = {"link_id": "new", "mode": "road", "from_node": "A", "to_node": "B", "length_km": 9, "cost_usd_per_teu": 3}
    first = scenario("first", table="links", rows=[row | {"time_h": 1, "speed_kmh": 9}])
    second = scenario("second", table="links", where={"id": "new"}, set={"cost_usd_per_teu": 2})
    (case,) = cases_of(DATA, [first, second], combine="all")
    assert untouched(prepare(DATA), case) == ()


@given(
    column=st.sampled_from(["capacity", "cost_usd_per_teu", "time_h", "cost_usd_per_t"]),
    factor=st.sampled_from([0.5, 1.0, 1.0 + 1e-9, 2.0]),
)
@settings(max_examples=16, deadline=None)
def test_a_question_is_the_same_only_where_every_number_is(column: str, factor: float) -> None:
    """Any factor but 1 on what is open makes another question, however little it is."""
    base = prepare(DATA)
    name = "cheap" if column == "capacity" else "dear"
    # First give the column a value of its own, so that a factor of 1 leaves every digit.
    first = apply(DATA, scenario(table="links", where={"id": name}, set={column: 4.0}))
    second = apply(first, scenario(table="links", where={"id": name}, scale={column: factor}))
    one, other = (blocks_after(base.plan.blocks, data) for data in (first, second))
    is_used = column != "cost_usd_per_t"
    assert asks_the_same(one, other) == (factor == 1.0 or not is_used)
