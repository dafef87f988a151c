"""Why demand stays behind, demand by demand, with the money by which the plan leaves it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from made_network import dataset, link
from plan_instances import Instance, instances
from shortage import demand, line

from optimizer import plan_flows
from optimizer.extensions import cheapest_extensions
from optimizer.report.document import plain
from optimizer.report.shortfall import shortfall_document
from optimizer.shortfall import explain_unmet, why_infeasible


def reason_of(data, demand_id: str):
    """Return why a demand stays behind."""
    return next(record for record in explain_unmet(plan_flows(data)).demands if record.demand_id == demand_id)


def test_capacity_is_told_with_way_and_scarcity() -> None:
    """On a full road the price of the road makes up what leaving costs more than the way."""
    found = reason_of(line(50), "boxes")
    assert (found.reason, found.volume, found.of, found.t) == ("capacity", pytest.approx(50.0), 150.0, 500.0)
    assert (found.unmet_cost_usd, found.free_way_usd, found.way_usd) == (50.0, 1.0, 1.0)
    assert found.price_usd == pytest.approx(49.0)
    assert [(record.id, record.from_node) for record in found.scarce] == [("road", "A")]


def test_a_way_that_costs_more_than_leaving_is_too_dear() -> None:
    """Where nothing is scarce and the way costs more, that is the reason, and there is no cut."""
    shortfall = explain_unmet(plan_flows(line(0.5, capacity=1000)))
    (found,) = shortfall.demands
    assert (found.reason, found.unmet_cost_usd, found.free_way_usd, found.price_usd) == ("too_dear", 0.5, 1.0, 0.0)
    assert shortfall.cut is None


def test_who_pays_less_for_a_scarce_road_is_outbid() -> None:
    """All could be carried by a dear detour, so that nothing is held back; the poorer demand stays."""
    links = [
        link("road", "road", "A", "B", capacity=100, capacity_unit="teu/year"),
        link("round", "road", "A", "C", cost_usd_per_teu=300),
        link("back", "road", "C", "B"),
    ]
    data = dataset(links, demands=[demand("rich", "AB", 100, 200), demand("poor", "AB", 100, 50)])
    found = reason_of(data, "poor")
    assert (found.reason, found.volume) == ("outbid", 100.0)
    assert found.way_usd + found.price_usd >= 50.0


def test_no_way_names_what_would_open_one() -> None:
    """An avoided country on the only way, a closed link and an island each have their remedy."""
    links = [link("in", "road", "A", "T"), link("out", "road", "T", "B"), link("gate", "road", "B", "C", capacity=0)]
    links += [link("isle", "sea", "X", "Y"), link("late", "road", "C", "D", from_year=2030)]
    demands = [
        demand("avoiding", "AB", 5, 50, avoid_countries="TM"),
        demand("closed", "AD", 5, 50),
        demand("island", "AX", 5, 50),
    ]
    data = dataset(links, demands=demands, countries={"T": "TM"})
    avoiding, closed, island = (reason_of(data, name) for name in ("avoiding", "closed", "island"))
    assert {avoiding.reason, closed.reason, island.reason} == {"no_way"}
    assert "TM" in avoiding.remedy
    assert "allow TM" in avoiding.remedy
    assert "gate B→C, late C→D" in closed.remedy
    assert "open or closed" in island.remedy


def test_an_infeasible_plan_names_the_cut() -> None:
    """The message of a plan without an answer tells what cannot pass where, and by how much."""
    plan = plan_flows(line(None))
    assert plan.status == "infeasible"
    assert "road A → B (100 teu/year free)" in plan.message
    assert "500 t cannot be carried" in plan.message
    shortfall = explain_unmet(plan)
    (found,) = shortfall.demands
    assert (found.reason, found.volume, found.unmet_cost_usd, found.way_usd) == ("capacity", 50.0, None, None)
    assert shortfall.cut is not None


def test_an_infeasible_plan_names_demands_without_a_way() -> None:
    """A demand that must be carried and has no way is told before any capacity."""
    data = dataset(
        [link("road", "road", "A", "B"), link("isle", "sea", "X", "Y")], demands=[demand("d", "AX", 5, None)]
    )
    plan = plan_flows(data)
    assert "no way leads from origin to destination of demand d" in plan.message
    assert explain_unmet(plan).demands[0].reason == "no_way"


def test_a_plan_that_carries_all_has_no_shortfall() -> None:
    """Nothing left behind, nothing to explain."""
    plan = plan_flows(line(50, capacity=150))
    shortfall = explain_unmet(plan)
    assert (shortfall.demands, shortfall.cut) == ((), None)
    assert "Nothing is left behind" in plain(shortfall_document(shortfall, cheapest_extensions(plan)))


def test_the_document_says_it_in_words() -> None:
    """Reasons, the cut and what would serve are told with their numbers; the JSON holds the same."""
    plan = plan_flows(line(50))
    shortfall, extensions = explain_unmet(plan), cheapest_extensions(plan)
    text = plain(shortfall_document(shortfall, extensions))
    assert "Why demand stays behind: 0 kt a year of 1 demand." in text or "Why demand stays behind: 1 kt" in text
    assert "The cut: 1 capacity holds back" in text
    assert "the network carries all demand" in text
    mapping = json.loads(json.dumps(shortfall.to_mapping(), allow_nan=False))
    assert mapping["cut"]["shortfall_t"] == pytest.approx(500.0)
    assert mapping["demands"][0]["scarce"][0]["id"] == "road"


@settings(max_examples=80, deadline=None)
@given(instances(hard=False))
def test_every_demand_left_behind_has_a_reason_that_holds(instance: Instance) -> None:
    """Way and prices together cost no less than leaving it: that is why an optimal plan leaves it."""
    plan = plan_flows(instance.dataset())
    shortfall = explain_unmet(plan)
    left = {record.demand_id: record.volume for record in plan.unmet}
    assert {record.demand_id: record.volume for record in shortfall.demands} == left
    for record in shortfall.demands:
        if record.reason == "no_way":
            assert record.remedy
            continue
        assert record.way_usd is not None
        assert record.way_usd + record.price_usd >= record.unmet_cost_usd * (1.0 - 1e-6)
        assert (record.reason == "too_dear") == (record.free_way_usd >= record.unmet_cost_usd)
        if record.reason == "capacity":
            assert shortfall.cut is not None
            assert record.demand_id in shortfall.cut.behind


@settings(max_examples=80, deadline=None)
@given(instances())
def test_every_infeasible_plan_is_explained(instance: Instance) -> None:
    """The message of an infeasible plan names demands without a way, or a cut."""
    plan = plan_flows(instance.dataset())
    if plan.status != "infeasible":
        return
    shortfall = explain_unmet(plan)
    assert shortfall.demands
    assert all(record.unmet_cost_usd is None for record in shortfall.demands)
    assert plan.message == why_infeasible(plan.blocks)
    assert "no way leads" in plan.message or "t cannot be carried" in plan.message
