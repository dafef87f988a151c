"""Stories say what the numbers show, for every kind of change, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from made_network import CONTAINER, GRAIN, dataset, link, transfer

from network import Change, Scenario, apply
from optimizer import SolveOptions, Weights
from optimizer.changed import changed_between
from optimizer.idle import barrier_of
from optimizer.ledger import ledger_of
from optimizer.phrases import money
from optimizer.replanning import prepare, replan
from optimizer.scarcity import changed_capacities
from optimizer.shifts import shifts_between
from optimizer.story import story_of

if TYPE_CHECKING:
    from network import Dataset

MONEY = Weights(time_per_h=0.0)


def story(data: Dataset, *changes: str | Change, weights: Weights = MONEY, with_barrier: bool = False) -> str:
    """Return the story of some changes, a sentence per line."""
    made = tuple(Change.from_text(change) if isinstance(change, str) else change for change in changes)
    before = prepare(data, weights=weights)
    after = replan(before, apply(data, Scenario("changed", changes=made)))
    shifts = shifts_between(before.plan, after.plan)
    barrier = (lambda row: barrier_of(after, row)) if with_barrier else None
    return "\n".join(story_of(before.plan, after.plan, shifts, ledger_of(before), ledger_of(after), barrier=barrier))


def port(volume: float = 300, **demand: object) -> Dataset:
    """Return 300 TEU from Alpha to Gamma: by rail, a port of 100 TEU and ships of 150, or by a road 40 USD dearer."""
    links = [
        link("rail", "rail1520", "A", "B", cost_usd_per_teu=10, corridors="north"),
        link("ships", "sea", "B", "C", cost_usd_per_teu=10, corridors="north", capacity=150, capacity_unit="teu/year"),
        link("road", "road", "A", "C", cost_usd_per_teu=60, time_h=3, corridors="south"),
        link("idle", "road", "C", "A", cost_usd_per_teu=60, directed=1, capacity=5, capacity_unit="truck/day"),
    ]
    row = {"demand_id": "boxes", "origin": "A", "destination": "C", "commodity": "container", "volume": volume}
    limit = {"shared_capacity_id": "quay", "name": "Beta quay", "capacity": 100, "capacity_unit": "teu/year"}
    corridors = [{"corridor_id": "north", "name": "North way"}, {"corridor_id": "south", "name": "South way"}]
    return dataset(
        links,
        [transfer("B", "rail1520", "sea", shared_capacity_id="quay")],
        shared_capacities=[limit],
        demands=[row | {"unmet_cost_usd_per_unit": 1000} | demand],
        corridors=corridors,
        names={"A": "Alpha", "B": "Beta", "C": "Gamma"},
    )


def test_a_raised_port_hands_the_bottleneck_on() -> None:
    """A quay of 400 TEU lets 50 more TEU by ship at 40 USD less; then the ships bind until the demand is served."""
    assert story(port(), "shared_capacities[id=quay].capacity=400").splitlines() == [
        "Raising Beta quay from 100 to 400 TEU a year saves 2,000 USD a year.",
        "North way gains 50 TEU a year.",
        "South way loses 50 TEU a year.",
        "Beta quay in 2024: 100 of 100 TEU a year used before, 150 of 400 now; before, one more TEU a year was worth "
        "40 USD a year; now it does not bind.",
        "Newly binding: sea Beta → Gamma (worth 40 USD a year for one more TEU a year, up to 300).",
        "One demand moves between corridors: Alpha – Gamma 50 TEU of container from South way to North way.",
    ]


def test_a_capacity_that_does_not_bind_changes_nothing() -> None:
    """More ships are of no use while the quay binds: the story says what is used of them, and what binds instead."""
    told = story(port(), "links[id=ships].capacity=900").splitlines()
    assert told == [
        "Nothing changes: raising sea Beta – Gamma each way from 150 to 900 TEU a year changes neither costs nor "
        "flows.",
        "Sea Beta → Gamma in 2024: 100 of 150 TEU a year used before, 100 of 900 now; it did not bind before and does "
        "not now.",
        "Sea Gamma → Beta in 2024: 0 of 150 TEU a year used before, 0 of 900 now; it did not bind before and does "
        "not now.",
        "Binding on North way: Beta quay (worth 40 USD a year for one more TEU a year, up to 300).",
    ]


def test_the_barrier_is_told_where_it_is_asked_for() -> None:
    """Goods that already pass the ships would meet the quay first."""
    told = story(port(), "links[id=ships].capacity=900", with_barrier=True)
    assert (
        "One more TEU of Alpha – Gamma (container) over sea Beta → Gamma would pass what binds first: "
        "Beta quay (adds 40 USD per TEU)." in told
    )
    assert "No demand has a way over sea Gamma → Beta." in told
    dear = story(port(volume=50), "links[id=idle].capacity=9", with_barrier=True)
    assert "No demand has a way over road Gamma → Alpha." in dear


def test_cut_closed_and_opened() -> None:
    """Cutting costs more, closing sends goods elsewhere, closing what nobody uses does nothing."""
    cut = story(port(), "shared_capacities[id=quay].capacity=40")
    assert cut.startswith("Cutting Beta quay from 100 to 40 TEU a year costs 2,400 USD a year more.")
    assert "South way gains 60 TEU a year." in cut
    closed = story(port(), Change("links", where={"id": "ships"}, close=1.0))
    assert closed.startswith("Closing sea Beta – Gamma costs 4,000 USD a year more.")
    assert "No longer binding: Beta quay." in closed
    idle = story(port(), Change("links", where={"id": "idle"}, close=1.0))
    assert idle.splitlines() == [
        "Nothing changes: closing road Gamma – Alpha changes neither costs nor flows.",
        "No goods passed what is closed.",
    ]
    row = {"link_id": "new", "mode": "road", "from_node": "A", "to_node": "C", "length_km": 100.0, "time_h": 1.0}
    new = story(port(), Change("links", rows=(row | {"cost_usd_per_teu": 5.0, "cost_usd_per_t": 1.0},)))
    assert new.startswith("Opening road Alpha – Gamma saves 12,500 USD a year.")
    assert "Ways outside all corridors gain 300 TEU a year." in new
    dear = story(port(), Change("links", rows=(row | {"cost_usd_per_teu": 500.0, "cost_usd_per_t": 1.0},)))
    assert "No goods take what is opened." in dear


def test_demand_is_no_saving() -> None:
    """Less demand lowers the cost; it does not save."""
    assert story(port(), "demands[id=boxes].volume=500").splitlines() == [
        "Raising the demand Alpha – Gamma (container) from 300 TEU to 500 TEU a year raises the yearly cost by "
        "12,000 USD.",
        "South way gains 200 TEU a year.",
    ]
    less = story(port(), "demands[id=boxes].volume=100")
    assert "lowers the yearly cost by 12,000 USD." in less
    assert "save" not in less.splitlines()[0]


def test_unmet_demand_is_told_with_its_volume() -> None:
    """Without the road what the quay does not take stays behind, and is carried again when it opens."""
    data = port()
    closed = Change("links", where={"id": "road"}, close=1.0)
    assert "200 TEU more a year stay unmet: Alpha – Gamma 200 TEU." in story(data, closed)
    without = apply(data, Scenario("no road", changes=(closed,)))
    raised = story(without, "shared_capacities[id=quay].capacity=120")
    assert "20 TEU less a year stay unmet: Alpha – Gamma 20 TEU." in raised
    assert "now it binds (worth 980 USD a year for one more TEU a year, up to 150)" in raised


def test_money_and_time_are_told_apart() -> None:
    """Where hours count, a slower and cheaper way saves one and costs the other: both are said."""
    hours = Weights(time_per_h=50.0)
    faster = story(port(), "links[id=road].time_h=1", weights=hours)
    assert re.match(
        r"Saving hours on road Alpha – Gamma costs? [\d,]+ USD a year more|Saving hours on road Alpha – Gamma saves "
        r"[\d,]+ USD a year counting the value of time",
        faster,
    )
    slower = story(port(), "links[id=road].time_h=9", weights=hours)
    assert slower.startswith("Adding hours on road Alpha – Gamma costs ")
    assert "counting the value of time" in slower.splitlines()[0]
    assert story(port(), "links[id=idle].time_h=9").splitlines() == [
        "Nothing changes: adding hours on road Gamma – Alpha changes neither costs nor flows.",
        "No goods pass where hours change.",
    ]


def test_no_plan_is_told_with_its_reason() -> None:
    """Demand that must be carried and cannot be leaves no plan: the story is the reason."""
    data = port(unmet_cost_usd_per_unit=None)
    told = story(data, Change("links", where={"id": "road"}, close=1.0))
    assert told.startswith("With the changes there is no plan for 2024 (infeasible): capacity is too small")


def test_two_changes_are_told_together() -> None:
    """No effect is laid to one of several changes."""
    told = story(port(), "shared_capacities[id=quay].capacity=200", "links[id=ships].capacity=200")
    assert told.startswith(
        "Raising sea Beta – Gamma each way from 150 to 200 TEU a year and raising Beta quay from 100 to 200 TEU a year "
        "together save 4,000 USD a year."
    )


def test_equally_cheap_flows_are_ties() -> None:
    """Two roads of the same price: a plan that uses the other one is told to be a tie, not a saving."""
    links = [
        link(name, "road", "A", "B", cost_usd_per_teu=10, corridors=name, capacity=100, capacity_unit="teu/year")
        for name in ("north", "south")
    ]
    demand = {"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 90}
    data = dataset(links, demands=[demand | {"unmet_cost_usd_per_unit": 500}])
    before = prepare(data, weights=MONEY, options=SolveOptions(solver="highs"))
    used = before.plan.link_flows.rows[0].link_id
    closed = apply(data, Scenario("closed", changes=(Change("links", where={"id": used}, close=1.0),)))
    after = replan(before, closed)
    shifts = shifts_between(before.plan, after.plan)
    assert shifts.is_tie
    told = story_of(before.plan, after.plan, shifts, ledger_of(before), ledger_of(after))
    assert told[0] == "Closing road A – B changes no costs: the two plans cost the same, and flows differ only by ties."


def test_changed_lists_every_difference_once() -> None:
    """Capacities, passages, demands and terms that differ are found, and nothing else."""
    data = port()
    row = {"link_id": "new", "mode": "road", "from_node": "A", "to_node": "C", "length_km": 100.0, "time_h": 1.0}
    scenario = Scenario(
        "all",
        changes=(
            Change.from_text("shared_capacities[id=quay].background=20"),
            Change.from_text("links[id=rail].cost_usd_per_teu=8"),
            Change.from_text("demands[id=boxes].unmet_cost_usd_per_unit=900"),
            Change.from_text("demands[id=boxes].volume=310"),
            Change.from_text("commodities[id=container].t_per_unit=11"),
            Change("links", where={"id": "idle"}, close=1.0),
            Change("links", rows=(row | {"cost_usd_per_teu": 500.0, "cost_usd_per_t": 1.0},)),
        ),
    )
    before = prepare(data, weights=MONEY)
    after = replan(before, apply(data, scenario))
    changed = changed_between(before.plan, after.plan)
    assert [change.key for change in changed.capacities] == [("shared", "quay", "", "")]
    assert (changed.capacities[0].is_raised, changed.capacities[0].is_cut) == (False, True)
    assert (changed.opened, changed.closed) == ((("links", "new"),), (("links", "idle"),))
    assert (changed.cheaper, changed.dearer) == ((("links", "rail"),), ())
    assert (changed.quicker, changed.slower) == ((), ())
    assert [(change.id, change.before, change.after) for change in changed.demands] == [("boxes", 300, 310)]
    assert [(term.id, term.columns) for term in changed.terms] == [("boxes", ("unmet_cost_usd_per_unit",))]
    assert changed.commodities == ("container",)
    assert not changed.is_nested
    same = changed_between(before.plan, before.plan)
    assert not any(same)
    (listed,) = changed_capacities(before.plan, after.plan, changed)
    assert (listed["capacity_before"], listed["capacity_after"]) == (100, 100)
    assert (listed["used_before"], listed["used_after"]) == pytest.approx((100, 100))
    told = story(data, *scenario.changes)
    assert told.splitlines()[0].count("cutting") == 1
    assert (
        "cutting what leaving the demand Alpha – Gamma (container) behind costs from 1,000 USD to 900 USD a unit"
        in told.splitlines()[0]
    )
    assert "raising the background of Beta quay from 0 to 20 TEU a year" in told.replace("Raising", "raising")


def test_limits_may_come_and_go() -> None:
    """A capacity given to a link without one is a limit; taking one away lifts it."""
    limited = story(port(), Change("links", where={"id": "road"}, set={"capacity": 50, "capacity_unit": "teu/year"}))
    assert limited.startswith("Limiting road Alpha – Gamma each way to 50 TEU a year costs")
    lifted = story(port(), Change("shared_capacities", where={"id": "quay"}, set={"capacity": ""}))
    assert lifted.startswith("Lifting the limit of Beta quay (100 TEU a year) saves 2,000 USD a year.")


def trucks(volume: float = 1095) -> Dataset:
    """Return goods by a road of 1 truck of 2 TEU a day, or by one that costs 100 USD more."""
    row = {"demand_id": "boxes", "origin": "A", "destination": "B", "commodity": "container", "volume": volume}
    return dataset(
        [
            link("short", "road", "A", "B", cost_usd_per_teu=10, capacity=1, capacity_unit="truck/day"),
            link("long", "road", "A", "B", cost_usd_per_teu=110, length_km=300.0),
        ],
        demands=[row | {"unmet_cost_usd_per_unit": 1000}],
        names={"A": "Alpha", "B": "Beta"},
    )


def test_one_more_is_exactly_one_more_where_the_slope_ends_within_it() -> None:
    """Half a truck more a day serves all: the second truck is worth what it saves, not its slope of 73,000 USD."""
    told = story(trucks(), "links[id=short].capacity=2")
    assert told.startswith("Raising road Alpha – Beta each way from 1 to 2 trucks a day saves 36,500 USD a year.")
    assert "before, one more truck a day was worth 36,500 USD a year" in told
    assert "73,000" not in told
    binding = story(trucks(volume=730), "demands[id=boxes].volume=1095")
    assert "worth 36,500 USD a year for one more truck a day, less for every further one" in binding or (
        "is worth 36,500 USD a year now" in binding
    )


def test_a_capacity_in_another_unit_is_told_with_both() -> None:
    """2 TEU a day are more than 100 a year, and neither more nor less than some in tonnes."""
    before, data = prepare(port(), weights=MONEY), port()
    where = {"id": "quay"}
    change = Change("shared_capacities", where=where, set={"capacity": 2, "capacity_unit": "teu/day"})
    told = story(data, change)
    assert told.startswith("Raising Beta quay from 100 TEU a year to 2 TEU a day saves ")
    assert "Beta quay in 2024: 100 of 100 TEU a year used before, 0.411 of 2 TEU a day now" in told
    after = replan(before, apply(data, Scenario("daily", changes=(change,))))
    (row,) = changed_capacities(before.plan, after.plan, changed_between(before.plan, after.plan))
    assert (row["unit_before"], row["unit"]) == ("teu/year", "teu/day")
    weight = Change("shared_capacities", where=where, set={"capacity": 100, "capacity_unit": "t/year"})
    assert story(data, weight).startswith("Restating Beta quay from 100 TEU a year to 100 t a year ")
    restated = replan(before, apply(data, Scenario("weight", changes=(weight,))))
    changed = changed_between(before.plan, restated.plan)
    assert not changed.capacities[0].is_raised
    assert not changed.capacities[0].is_cut
    assert not changed.is_nested


def test_emissions_that_change_are_told() -> None:
    """A dirtier railway changes the plan where CO2e has a price, and is named in any case."""
    priced = Weights(time_per_h=0.0, co2_per_kg=1.0)
    dirty = Change("transfers", where={"node_id": "B"}, set={"co2_kg_per_t": 0.1})
    told = story(port(), dirty, weights=priced).splitlines()[0]
    assert told.startswith("Raising the CO2e of transfers at Beta costs ")
    assert "counting the price of CO2e" in told
    idle = apply(port(), Scenario("closed", changes=(Change("links", where={"id": "ships"}, close=1.0),)))
    assert story(idle, dirty).splitlines()[-1] == "No goods pass where CO2e figures change."


def test_what_is_told_as_changed_is_not_told_again() -> None:
    """The quay is the fourth change in the order of the data and the first one told: it is told once."""
    told = story(
        port(), "links[id=ships].capacity=160", "links[id=idle].capacity=6", "shared_capacities[id=quay].capacity=400"
    ).splitlines()
    assert [line.startswith("Beta quay in 2024") for line in told if "Beta quay" in line][1:] == [True]
    assert not [line for line in told if line.startswith("No longer binding")]


def test_less_unmet_cost_is_no_saving() -> None:
    """What leaving goods behind costs is a yardstick: no money is saved where it moves."""
    data = apply(port(), Scenario("no road", changes=(Change("links", where={"id": "road"}, close=1.0),)))
    told = story(data, "demands[id=boxes].unmet_cost_usd_per_unit=400").splitlines()[0]
    assert told == (
        "Cutting what leaving the demand Alpha – Gamma (container) behind costs from 1,000 USD to 400 USD a unit "
        "lowers the yearly cost by 120,000 USD."
    )


def test_terms_are_told_by_what_they_are() -> None:
    """Demands have names, and the modes and countries they avoid or no longer do are said."""
    avoid = Change("demands", where={"id": "boxes"}, set={"avoid_modes": "road"})
    told = story(port(), avoid).splitlines()[0]
    assert told.startswith("Keeping the demand Alpha – Gamma (container) off road costs ")
    kept = apply(port(), Scenario("kept", changes=(avoid,)))
    again = story(kept, Change("demands", where={"id": "boxes"}, set={"avoid_modes": "sea"})).splitlines()[0]
    assert again.startswith(
        "Keeping the demand Alpha – Gamma (container) off sea and letting the demand "
        "Alpha – Gamma (container) use road "
    )


def test_goods_that_change_ways_inside_a_corridor_are_told() -> None:
    """A port that grows takes goods from the other port of its corridor: no corridor gains, and yet they move."""
    data = dataset(
        [
            link("near", "road", "A", "B", cost_usd_per_teu=10, corridors="north", length_km=50.0, capacity=20)
            | {"capacity_unit": "teu/year"},
            link("far", "road", "A", "C", cost_usd_per_teu=10, corridors="north", length_km=90.0),
            link("end", "road", "C", "B", cost_usd_per_teu=10, corridors="north", length_km=10.0),
        ],
        demands=[
            {"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 100}
            | {"unmet_cost_usd_per_unit": 1000}
        ],
        corridors=[{"corridor_id": "north", "name": "North way"}],
        names={"A": "Alpha", "B": "Beta", "C": "Gamma"},
    )
    told = story(data, "links[id=near].capacity=50")
    assert (
        "Within North way, 30 TEU of container change ways: road Alpha → Gamma loses most, road Alpha → Beta gains "
        "most." in told
    )
    assert "between corridors" not in told


def test_a_corridor_that_gains_boxes_and_loses_bulk_tells_both() -> None:
    """Grain gives way to containers on the scarce way: half of that would be no account of it."""
    unit = {"capacity": 1000, "capacity_unit": "t/year"}
    data = dataset(
        [
            link("scarce", "road", "A", "B", cost_usd_per_teu=10, cost_usd_per_t=1, corridors="north", **unit),
            link("other", "road", "A", "B", cost_usd_per_teu=900, cost_usd_per_t=2, corridors="south", length_km=500.0),
        ],
        demands=[
            {"demand_id": "boxes", "commodity": "container", "volume": 10}
            | {"origin": "A", "destination": "B", "unmet_cost_usd_per_unit": 5000},
            {"demand_id": "grain", "commodity": "grain", "volume": 1500}
            | {"origin": "A", "destination": "B", "unmet_cost_usd_per_unit": 5000},
        ],
        corridors=[{"corridor_id": "north", "name": "North way"}, {"corridor_id": "south", "name": "South way"}],
        commodities=[CONTAINER, GRAIN],
    )
    told = story(data, "demands[id=boxes].volume=50")
    # In tonnes the two are the same, and yet they are told.
    assert told.splitlines()[1] == "South way gains 400 t a year and North way gains 40 TEU and loses 400 t a year."


def test_money_below_a_dollar_is_told_in_cents() -> None:
    """No powers of ten, and nothing finer than a cent."""
    assert [money(usd) for usd in (0.0, 1e-5, 0.0421, 0.5, 3.3306, 421.4)] == [
        "0 USD",
        "less than 0.01 USD",
        "0.042 USD",
        "0.5 USD",
        "3.331 USD",
        "421 USD",
    ]
