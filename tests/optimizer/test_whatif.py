"""What-if: every outcome is that of a plan made from nothing, and the frames and mappings say the same."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import dataset, link
from plan_instances import Instance, instances

from network import Change, DatasetError, Scenario, UnknownIdError, apply
from optimizer import WhatIf, plan_flows, what_if
from optimizer.sweep import worker_pool

if TYPE_CHECKING:
    from network import Dataset

KEYS = ["name", "year", "base_cost_usd", "cost_usd", "delta_cost_usd", "unmet", "shifts", "bottlenecks"]


def timeless(result: WhatIf) -> str:
    """Return all outcomes as text, but for their seconds."""
    rows = [{key: value for key, value in row.items() if key != "seconds"} for row in result.outcomes]
    return json.dumps(rows, allow_nan=False)


@st.composite
def scenarios(draw: st.DrawFn, instance: Instance) -> list[Scenario]:
    """Draw scenarios that widen, narrow, close, price and swell things of an instance."""
    ids = [str(row["link_id"]) for row in instance.links]
    made = []
    for at in range(draw(st.integers(1, 4))):
        on_link = {"table": "links", "where": {"id": draw(st.sampled_from(ids))}}
        demand = draw(st.sampled_from([str(row["demand_id"]) for row in instance.demands]))
        capacity = {"capacity": draw(st.integers(0, 40)), "capacity_unit": "teu/week"}
        change = draw(
            st.sampled_from(
                [
                    on_link | {"close": True},
                    on_link | {"set": capacity},
                    on_link | {"scale": {"cost_usd_per_teu": 2.0, "cost_usd_per_t": 0.5}},
                    {"table": "demands", "where": {"id": demand}, "scale": {"volume": 1.5}},
                ]
            )
        )
        made.append(Scenario(f"scenario {at}", changes=(Change.from_mapping(change),)))
    return made


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_objectives_are_those_of_cold_plans(data: st.DataObject) -> None:
    """Whatever changes, in whatever combination: status, cost and unmet volume are those of a plan from nothing."""
    instance = data.draw(instances())
    world = instance.dataset()
    asked = data.draw(scenarios(instance))
    combine = data.draw(st.sampled_from(["each", "all", "chain"]))
    groups = {
        "each": [[scenario] for scenario in asked],
        "all": [asked],
        "chain": [asked[: end + 1] for end in range(len(asked))],
    }[combine]
    result = what_if(world, asked, combine=combine, ranges=False)
    assert len(result.outcomes) == len(groups)
    for outcome, group in zip(result.outcomes, groups, strict=True):
        cold = plan_flows(apply(world, *group))
        assert outcome["status"] == cold.status
        if cold.objective_usd is None:
            assert (outcome["cost_usd"], outcome["delta_cost_usd"]) == (None, None)
        else:
            objective = outcome["measures"]["objective_usd"]
            assert objective == pytest.approx(cold.objective_usd, rel=1e-7, abs=1e-6)


@pytest.fixture(scope="module")
def market() -> Dataset:
    """Return two ways from A to B, the cheap one with 60 of 100 TEU in 2024 and of 200 in 2030, and a scenario."""
    links = [
        link("cheap", "rail1520", "A", "B", capacity=60, capacity_unit="teu/year"),
        link("dear", "road", "A", "B", cost_usd_per_teu=5.0),
    ]
    row = {"origin": "A", "destination": "B", "commodity": "container", "unmet_cost_usd_per_unit": 50.0}
    demands = [row | {"demand_id": f"d{year}", "year": year, "volume": 100 * n} for n, year in ((1, 2024), (2, 2030))]
    return dataset(links, demands=demands)


WIDER = Scenario("wider", changes=(Change("links", where={"id": "cheap"}, set={"capacity": 80.0}),))
SHUT = Scenario("shut", 2030, changes=(Change("links", where={"id": "cheap"}, close=1.0),))
VOID = Scenario("void", changes=(Change("links", where={"mode": "air"}, close=1.0),))


def test_numbers_of_a_market_by_hand(market: Dataset) -> None:
    """20 TEU more on the cheap way save 4 USD each; without it 60 pay 4 USD more; prices hold to the whole demand."""
    result = what_if(market, [WIDER, SHUT])
    wider, shut = result.outcomes
    assert [list(row)[:3] for row in result.outcomes] == [["name", "year", "status"]] * 2
    assert (wider["base_cost_usd"], wider["cost_usd"], wider["delta_cost_usd"]) == pytest.approx((260.0, 180.0, -80.0))
    assert (shut["year"], shut["delta_cost_usd"]) == (2030, pytest.approx(240.0))
    assert list(result.bases) == [2024, 2030]
    assert result.base is result.bases[2024]
    (bottleneck,) = wider["bottlenecks"]
    assert (bottleneck["id"], bottleneck["capacity"], bottleneck["used"]) == ("cheap", 80.0, 80.0)
    assert bottleneck["price_usd_per_unit"] == pytest.approx(4.0)
    assert bottleneck["price_before_usd_per_unit"] == pytest.approx(4.0)
    assert (bottleneck["holds_from"], bottleneck["holds_to"]) == (pytest.approx(0.0), pytest.approx(100.0))
    assert shut["bottlenecks"] == []
    assert [row["id"] for row in shut["bottlenecks_before"]] == ["cheap"]
    on_link = {row["id"]: row["delta"] for row in wider["shifts"] if row["by"] == "link" and row["unit"] == "teu"}
    assert on_link == {"cheap>": pytest.approx(20.0), "dear>": pytest.approx(-20.0)}


def test_frames_and_mapping_say_the_same(market: Dataset) -> None:
    """One row per scenario in the summary, failed ones included; prices of both sides; JSON without a NaN."""
    result = what_if(market, [WIDER, VOID, SHUT])
    summary = result.summary()
    assert summary["name"].tolist() == ["wider", "void", "shut"]
    assert summary["status"].tolist() == ["optimal", "failed", "optimal"]
    assert summary["delta_cost_usd"].tolist() == pytest.approx([-80.0, float("nan"), 240.0], nan_ok=True)
    assert summary["delta_objective_usd"].tolist() == pytest.approx([-80.0, float("nan"), 240.0], nan_ok=True)
    assert (summary["error"][1], summary["unmet_teu"][0]) == ("E300", 0.0)
    shifts = result.shifts()
    assert set(shifts["name"]) == {"wider", "shut"}
    assert {"by", "id", "before", "after", "delta", "unit", "of", "year"} <= set(shifts.columns)
    prices = result.bottlenecks().set_index("name")
    assert prices.loc["shut", "price_usd_per_unit"] == 0.0
    assert prices.loc["shut", "price_before_usd_per_unit"] == pytest.approx(4.0)
    assert prices.loc["wider", "capacity_before"] == 60.0
    mapping = json.loads(json.dumps(result.to_mapping(), allow_nan=False))
    assert list(mapping) == ["base", "bases", "scenarios"]
    assert mapping["base"] == mapping["bases"]["2024"]
    assert mapping["base"]["cost_usd"] == pytest.approx(260.0)
    assert set(KEYS) <= set(mapping["scenarios"][0])
    assert [row["name"] for row in result.failed] == ["void"]
    assert "E310" in result.failed[0]["error"]["message"]


def test_nothing_asked_is_the_base_alone(market: Dataset) -> None:
    """Without scenarios there is the unchanged plan, and the frames are empty."""
    result = what_if(market, [], 2030)
    assert list(result.bases) == [2030]
    assert result.to_mapping()["scenarios"] == []
    assert [len(frame) for frame in (result.summary(), result.shifts(), result.bottlenecks())] == [0, 0, 0]
    assert isinstance(result.summary(), pd.DataFrame)


def test_executors_give_the_same_outcomes(market: Dataset) -> None:
    """In this process, on threads and on processes, and with the scenarios in another order."""
    asked = [WIDER, VOID, SHUT, replace(WIDER, name="again", year=2030)]
    one = what_if(market, asked)
    with ThreadPoolExecutor(2) as threads:
        assert timeless(what_if(market, asked, executor=threads)) == timeless(one)
    with worker_pool(2) as processes:
        assert timeless(what_if(market, asked, executor=processes)) == timeless(one)
    backwards = what_if(market, asked[::-1])
    assert timeless(replace(backwards, outcomes=backwards.outcomes[::-1])) == timeless(one)


def test_every_scenario_in_every_year(market: Dataset) -> None:
    """Several years: each is compared with the plan of that year, and each outcome is told as it is found."""
    seen: list[dict[str, Any]] = []
    result = what_if(market, [WIDER, SHUT], (2024, 2030), on_done=seen.append)
    assert [(row["name"], row["year"]) for row in result.outcomes] == [
        ("wider", 2024),
        ("wider", 2030),
        ("shut", 2024),
        ("shut", 2030),
    ]
    assert [row["base_cost_usd"] for row in result.outcomes] == pytest.approx([260.0, 760.0] * 2)
    assert sorted(row["at"] for row in seen) == [0, 1, 2, 3]


def test_years_without_demands(market: Dataset) -> None:
    """A year asked for must have demands; a scenario of such a year fails alone, or all where there is no other."""
    with pytest.raises(DatasetError, match="2030"):
        what_if(market, [WIDER], 2027)
    late = replace(WIDER, name="late", year=2027)
    seen: list[dict[str, Any]] = []
    result = what_if(market, [late, WIDER], on_done=seen.append)
    assert [("error" in row) for row in result.outcomes] == [True, False]
    assert result.outcomes[0]["name"] == "late"
    assert len(seen) == 2
    assert list(result.bases) == [2024]
    with pytest.raises(DatasetError, match="2030"):
        what_if(market, [late])


def test_without_an_answer(market: Dataset) -> None:
    """A must-carry demand that is cut off gives a status and a reason on whichever side it is."""
    hard = Change("demands", set={"unmet_cost_usd_per_unit": ""})
    none = Change("links", close=1.0)
    (cut,) = what_if(market, [Scenario("cut", changes=(hard, none))]).outcomes
    assert (cut["status"], cut["cost_usd"], cut["delta_cost_usd"]) == ("infeasible", None, None)
    assert cut["base_cost_usd"] == pytest.approx(260.0)
    assert any("d2024" in sentence for sentence in cut["story"])
    broken = apply(market, Scenario("cut", changes=(hard, none)))
    opened = Change("links", set={"capacity": ""})
    result = what_if(broken, [Scenario("open", changes=(opened,))])
    (row,) = result.outcomes
    assert (result.base.status, row["base_cost_usd"], row["delta_cost_usd"]) == ("infeasible", None, None)
    assert (row["status"], row["cost_usd"]) == ("optimal", pytest.approx(100.0))
    assert result.to_mapping()["base"]["status"] == "infeasible"


def test_ranges_may_be_left_out(market: Dataset, tmp_path: Any) -> None:
    """Without ranges the prices are there, the ends of their ranges are not; a file tells the two kinds apart."""
    file = tmp_path / "outcomes.jsonl"
    (quick,) = what_if(market, [WIDER], ranges=False, resume=file).outcomes
    (whole,) = what_if(market, [WIDER], resume=file).outcomes
    assert quick["bottlenecks"][0]["price_usd_per_unit"] == pytest.approx(4.0)
    assert quick["bottlenecks"][0]["holds_from"] is None
    assert whole["bottlenecks"][0]["holds_from"] is not None
    assert quick["delta_cost_usd"] == whole["delta_cost_usd"]


def test_resume_takes_a_scenario_of_the_same_name_with_other_content_anew(market: Dataset, tmp_path: Any) -> None:
    """The file knows scenarios by their content, so that one edited meanwhile is planned again."""
    file = tmp_path / "outcomes.jsonl"
    first = what_if(market, [WIDER, SHUT], resume=file)
    edited = replace(WIDER, changes=(Change("links", where={"id": "cheap"}, set={"capacity": 70.0}),))
    second = what_if(market, [edited, SHUT], resume=file)
    assert second.outcomes[0]["cost_usd"] == pytest.approx(220.0)
    assert second.outcomes[1] == first.outcomes[1]
    assert len(file.read_text().splitlines()) == 4


def test_unknown_name_is_told_before_anything_is_planned(market: Dataset) -> None:
    """A name that is no scenario and no card."""
    with pytest.raises(UnknownIdError, match="scenario or project card"):
        what_if(market, ["nothing"])
