"""Shifts are the differences between the flows of two plans, and moves account for every demand."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from made_network import CONTAINER, GRAIN, dataset, link
from plan_instances import Instance, instances

from network import Change, Scenario, apply
from optimizer import plan_flows
from optimizer.shifts import ROUNDING, shifts_between
from optimizer.volumes import NO_CORRIDOR, NOT_ASKED, UNMET

if TYPE_CHECKING:
    from network import Dataset
    from optimizer import Plan


def changed(data: Dataset, *settings_: str) -> Dataset:
    """Return the dataset with some cells set."""
    return apply(data, Scenario("changed", changes=tuple(Change.from_text(text) for text in settings_)))


def sums_of(plan: Plan) -> tuple[Counter, Counter, Counter]:
    """Return the volume by (corridor, commodity), (mode, commodity) and, in tonnes, by (link, from node)."""
    corridors, modes, links = Counter(), Counter(), Counter()
    for share in plan.by_corridor():
        corridors[share.name or NO_CORRIDOR, share.commodity] += share.volume
    for share in plan.by_mode():
        modes[share.name, share.commodity] += share.volume
    for flow in plan.link_flows:
        links[flow.link_id, flow.from_node] += flow.t
    return corridors, modes, links


@settings(max_examples=25, deadline=None)
@given(instances(hard=False), instances(hard=False))
def test_shifts_are_the_differences_of_two_plans(first: Instance, second: Instance) -> None:
    """Whatever two networks have in common, each shift is a difference of their plans and none is left out."""
    plans = [plan_flows(first.dataset()), plan_flows(second.dataset())]
    shifts = shifts_between(*plans)
    sums = [sums_of(plan) for plan in plans]
    for at, by in enumerate(("corridor", "mode")):
        before, after = sums[0][at], sums[1][at]
        found = {(row.id, row.commodity): row for row in shifts.of(by) if row.commodity}
        for key in before.keys() | after.keys():
            delta = after[key] - before[key]
            if key in found:
                assert (found[key].before, found[key].after) == pytest.approx((before[key], after[key]))
                assert found[key].delta == pytest.approx(delta)
            else:
                assert abs(delta) <= ROUNDING * max(plan.blocks.volume.sum() for plan in plans)
    in_t = {row.id: row.delta for row in shifts.of("link") if row.unit == "t"}
    total = Counter()
    for name, start in sums[0][2].keys() | sums[1][2].keys():
        total[name] += sums[1][2][name, start] - sums[0][2][name, start]
    for name, delta in total.items():
        assert in_t.get(f"{name}>", 0.0) + in_t.get(f"{name}<", 0.0) == pytest.approx(delta, abs=ROUNDING * 3e6)


@settings(max_examples=25, deadline=None)
@given(instances(hard=False), instances(hard=False))
def test_demands_lose_what_they_gain(first: Instance, second: Instance) -> None:
    """The shifts of a demand sum to 0, and moves take every unit from where it is lost to where it is gained."""
    shifts = shifts_between(plan_flows(first.dataset()), plan_flows(second.dataset()))
    sums, moved = Counter(), Counter()
    for row in shifts.of("demand"):
        sums[row.id, row.commodity] += row.delta
        moved[row.id, row.commodity, row.way] += row.delta
    for move in shifts.moves():
        assert move.volume > 0.0
        moved[move.demand_id, move.commodity, move.from_way] += move.volume
        moved[move.demand_id, move.commodity, move.to_way] -= move.volume
    assert list(sums.values()) == pytest.approx([0.0] * len(sums), abs=1.0)
    assert list(moved.values()) == pytest.approx([0.0] * len(moved), abs=1.0)


def two_ways(volume: float = 300, **columns: object) -> Dataset:
    """Return boxes and grain from A (CN) to C (PL), by a rail link of 100 TEU with a corridor or by a dear road."""
    links = [
        link("rail", "rail1520", "A", "B", length_km=500, cost_usd_per_teu=10, corridors="north", capacity=100)
        | {"capacity_unit": "teu/year"}
        | columns,
        link("road", "road", "A", "B", length_km=700, cost_usd_per_teu=50, corridors="south"),
    ]
    demand = {"origin": "A", "destination": "B", "unmet_cost_usd_per_unit": 1000}
    demands = [
        {"demand_id": "boxes", "commodity": "container", "volume": volume} | demand,
        {"demand_id": "corn", "commodity": "grain", "volume": 500} | demand,
    ]
    corridors = [{"corridor_id": "north", "name": "The North"}, {"corridor_id": "south", "name": "The South"}]
    return dataset(
        links,
        demands=demands,
        corridors=corridors,
        commodities=[CONTAINER, GRAIN],
        countries={"A": "CN", "B": "PL"},
        names={"A": "Alpha", "B": "Beta"},
    )


def test_who_moved_and_where() -> None:
    """Another 60 TEU of capacity move 60 TEU from road to rail; countries, with all goods either way, do not change."""
    data = two_ways()
    shifts = shifts_between(plan_flows(data), plan_flows(changed(data, "links[id=rail].capacity=160")))
    assert not shifts.is_tie
    corridors = {(row.name, row.commodity, row.unit): row for row in shifts.of("corridor")}
    assert set(corridors) == {
        (name, *rest) for name in ("The North", "The South") for rest in (("container", "teu"), ("", "teu"), ("", "t"))
    }
    row = corridors["The North", "container", "teu"]
    assert (row.before, row.after, row.delta, row.delta_t) == pytest.approx((100, 160, 60, 600))
    assert {row.id: row.delta for row in shifts.of("link") if row.unit == "teu"} == pytest.approx(
        {"rail>": 60, "road>": -60}
    )
    assert {row.name for row in shifts.of("link")} == {"Alpha → Beta"}
    assert {row.id for row in shifts.of("mode")} == {"rail", "road"}
    assert shifts.of("country") == []
    (move,) = shifts.moves()
    assert (move.demand_id, move.name, move.unit, move.from_name, move.to_name) == (
        *("boxes", "Alpha – Beta", "teu"),
        *("The South", "The North"),
    )
    assert (move.volume, move.t) == pytest.approx((60, 600))


def test_new_demand_and_unmet_are_ways() -> None:
    """Volume that is new comes from where it was not asked for; what a closed road left behind stays unmet."""
    data = two_ways()
    before = plan_flows(data)
    more = shifts_between(before, plan_flows(changed(data, "demands[id=boxes].volume=350")))
    (move,) = more.moves()
    assert (move.from_way, move.to_way, move.volume) == (NOT_ASKED, "south", pytest.approx(50))
    assert [row.delta for row in more.of("country", commodity="container")] == pytest.approx([50, 50])
    closed = shifts_between(before, plan_flows(changed(data, "links[id=road].capacity=0")))
    assert {row.id for row in closed.of("demand") if row.way == UNMET} <= {"boxes", "corn"}
    boxes = [move for move in closed.moves() if move.demand_id == "boxes"]
    assert [(move.from_way, move.to_way) for move in boxes] == [("south", UNMET)]
    assert boxes[0].volume == pytest.approx(200)


def test_equal_plans_have_no_shifts() -> None:
    """A plan shifts nothing against itself or against one of unused capacity, and says that it costs the same."""
    data = two_ways(volume=80)
    before = plan_flows(data)
    for after in (before, plan_flows(changed(data, "links[id=rail].capacity=160"))):
        shifts = shifts_between(before, after)
        assert shifts.rows == ()
        assert shifts.is_tie


def test_no_answer_has_no_shifts() -> None:
    """An infeasible plan shifts nothing, and is no tie."""
    data = two_ways()
    demand = {"demand_id": "hard", "origin": "A", "destination": "B", "commodity": "container", "volume": 300}
    hard = dataset([link("rail", "rail1520", "A", "B", capacity=1, capacity_unit="teu/year")], demands=[demand])
    shifts = shifts_between(plan_flows(data), plan_flows(hard))
    assert (shifts.rows, shifts.is_tie) == ((), False)


def test_frame_and_mapping_hold_all_shifts() -> None:
    """Both have one entry per shift with the same keys, largest first within each kind."""
    data = two_ways()
    shifts = shifts_between(plan_flows(data), plan_flows(changed(data, "links[id=road].capacity=0")))
    frame = shifts.to_frame()
    assert frame.to_dict("records") == shifts.to_mapping() == [asdict(row) for row in shifts]
    sizes = [abs(row.delta_t) for row in shifts.of("link")]
    assert sizes == sorted(sizes, reverse=True)
    assert len(frame) == len(shifts) > 0
