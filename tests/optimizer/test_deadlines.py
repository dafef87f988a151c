"""Deadlines of demands: all routes are in time, no plan is cheaper, and what cannot be in time is said in words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import Row, dataset, link, transfer
from timed_instances import TimedInstance, timed_instances, without_limits

from network import Scenario, apply
from network.errors import SolverError
from optimizer import SolveOptions, Weights, plan_flows, proof, to_pyomo, verify, what_if
from optimizer.blocks import blocks_of
from optimizer.calibration import calibrate
from optimizer.curves import capacity_curve
from optimizer.disruption import disrupt
from optimizer.extensions import cheapest_extensions
from optimizer.formulations.priced_ways import surroundings_of, ways_from, weights_for
from optimizer.formulations.timed_ways import deadline_of, hours_for, timed_way_back, timed_ways_from
from optimizer.graph import expand
from optimizer.replanning import prepare, replan
from optimizer.shortfall import explain_unmet
from optimizer.users import users_of

if TYPE_CHECKING:
    from pathlib import Path

    from network import Dataset
    from optimizer import Plan


def road(link_id: str, ends: str, cost: float, time_h: float, capacity: float | None = None, **more: object) -> Row:
    """Return a directed road between two nodes of one letter, with a yearly capacity in TEU."""
    limit = {} if capacity is None else {"capacity": capacity, "capacity_unit": "teu/year"}
    return link(link_id, "road", *ends, directed=1, time_h=time_h, cost_usd_per_teu=cost, **limit) | more


def demand(demand_id: str, ends: str, volume: float, **more: object) -> Row:
    """Return a demand for containers that may stay unmet at 1000 USD."""
    row = {"demand_id": demand_id, "origin": ends[0], "destination": ends[1], "commodity": "container"}
    return row | {"volume": volume, "unmet_cost_usd_per_unit": 1000} | more


TWO_WAYS = [road("slow", "AB", 1, 100), road("fast", "AB", 10, 20)]


def check_limits(plan: Plan) -> None:
    """Check that no route of a plan takes longer than its demand allows, hour by hour."""
    graph, most_h = plan.blocks.graph, plan.blocks.max_time_h
    for path in plan.paths:
        assert sum(graph.time_h[list(path.arcs)].tolist()) <= most_h[path.demand] * (1 + 1e-9)


def check_against_all_ways(instance: TimedInstance, plan: Plan, data: Dataset) -> None:
    """Hold a plan against the optimum over all ways, its own proof and its own file."""
    expected = instance.optimum()
    if expected is None:
        assert plan.status == "infeasible"
        assert plan.message
        return
    assert plan.status == "optimal"
    assert plan.objective_usd == pytest.approx(expected, rel=1e-7, abs=1e-6)
    assert plan.bound == pytest.approx(expected, rel=1e-6, abs=1e-6)
    check_limits(plan)
    assert verify(plan, data) == []
    assert verify(json.dumps(plan.to_mapping()), data) == []


@given(instance=timed_instances())
@settings(max_examples=200, deadline=None)
def test_the_optimum_over_all_ways_in_time(instance: TimedInstance) -> None:
    data = instance.dataset()
    check_against_all_ways(instance, plan_flows(data), data)


@given(instance=timed_instances(hard=False), data=st.data())
@settings(max_examples=60, deadline=None)
def test_planned_again_from_another_plan(instance: TimedInstance, data: st.DataObject) -> None:
    """Hours, capacities and limits change: ways known before may be too slow now, and are not kept."""
    before = instance.dataset()
    links = [
        row | {"time_h": data.draw(st.integers(0, 60))} if data.draw(st.booleans()) else row for row in instance.links
    ]
    demands = [
        row | {"max_time_h": data.draw(st.one_of(st.none(), st.integers(1, 90)))} if data.draw(st.booleans()) else row
        for row in instance.demands
    ]
    changed = replace(instance, links=links, demands=demands)
    after = changed.dataset()
    found = replan(prepare(before), after)
    check_against_all_ways(changed, found.plan, after)
    # And once more from there, where nothing but capacities differs.
    wider = replace(
        changed, links=[row | ({"capacity": row["capacity"] * 2} if row.get("capacity") else {}) for row in links]
    )
    check_against_all_ways(wider, replan(found, wider.dataset()).plan, wider.dataset())


@given(instance=timed_instances(hard=False))
@settings(max_examples=60, deadline=None)
def test_limits_that_all_ways_keep_change_nothing(instance: TimedInstance) -> None:
    generous = replace(instance, demands=[row | {"max_time_h": 1e6} for row in instance.demands])
    free = plan_flows(without_limits(instance).dataset())
    assert plan_flows(generous.dataset()).objective_usd == pytest.approx(free.objective_usd, rel=1e-9, abs=1e-9)


@given(
    instance=timed_instances(hard=False), prices=st.lists(st.sampled_from([0.0, 0.5, 30.0]), min_size=40, max_size=40)
)
@settings(max_examples=100, deadline=None)
def test_both_searches_find_the_same_ways(instance: TimedInstance, prices: list[float]) -> None:
    """The search back, led by weights with and without prices, the search forward, and that of the proof."""
    blocks = blocks_of(expand(instance.dataset()), Weights())
    graph = blocks.graph
    price = np.resize(prices, len(graph.resources))
    around, proven = surroundings_of(graph), proof.cheapest(proof.question_of(graph, Weights()), price)
    for block in blocks.blocks:
        bare = weights_for(block)
        weight = np.array(bare)
        np.add.at(weight, graph.resources.arc, (price * block.use)[graph.resources.resource])
        listed, nodes = weight.tolist(), block.destinations.tolist()
        deadline = deadline_of(around, block, hours_for(block))
        lower, _ = ways_from(around, block.origin, nodes, bare)
        _, found = timed_ways_from(around, block.origin, [(node, np.inf) for node in nodes], listed, deadline)
        for at, place in zip(block.demands.tolist(), block.arrival.tolist(), strict=True):
            node = nodes[place]
            back, n_met = timed_way_back(around, block.origin, node, listed, lower, np.inf, deadline)
            assert (back is None) == (node not in found) == bool(np.isinf(proven[at]))
            if back is None:
                continue
            assert n_met >= len(back.way)
            for way in (back, found[node]):
                assert way.weight == pytest.approx(proven[at], rel=1e-9, abs=1e-9)
                assert weight[list(way.way)].sum() == pytest.approx(way.weight, rel=1e-9, abs=1e-9)
                assert graph.time_h[list(way.way)].sum() <= block.max_time_h * (1 + 1e-9)
            # Nothing is cheaper than the cheapest.
            assert timed_way_back(around, block.origin, node, listed, lower, back.weight * 0.99, deadline)[0] is None


def test_a_limit_takes_the_faster_way_and_its_neighbor_the_cheaper_one() -> None:
    data = dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=24), demand("patient", "AB", 7)])
    plan = plan_flows(data)
    assert {flow.link_id: flow.volume for flow in plan.link_flows} == {"slow": 7, "fast": 5}
    assert plan.cost_usd == 57
    assert plan.solver == "highs"


@pytest.mark.parametrize(("limit", "link_id"), [(100, "slow"), (100 - 1e-6, "fast"), (20, "fast")])
def test_a_limit_met_exactly_is_kept(limit: float, link_id: str) -> None:
    plan = plan_flows(dataset(TWO_WAYS, demands=[demand("d", "AB", 5, max_time_h=limit)]))
    assert [flow.link_id for flow in plan.link_flows] == [link_id]


def test_hours_that_only_sum_to_the_limit_by_rounding_keep_it() -> None:
    """Ten times a tenth of an hour is a last digit off one hour."""
    nodes = "ABCDEFGHIJK"
    chain = [road(f"L{at}", nodes[at : at + 2], 1, 0.1) for at in range(10)]
    plan = plan_flows(dataset(chain, demands=[demand("d", "AK", 5, max_time_h=1.0)]))
    assert plan.unmet == ()


def test_a_limit_that_binds_only_because_the_quick_way_is_full() -> None:
    """Alone the demand keeps its limit by the cheapest way; beside another one part of it stays behind."""
    ways = [road("quick", "AB", 1, 10, capacity=100), road("detour", "AB", 5, 50)]
    urgent, patient = demand("urgent", "AB", 80, max_time_h=24), demand("patient", "AB", 60)
    assert plan_flows(dataset(ways, demands=[urgent])).unmet == ()
    plan = plan_flows(dataset(ways, demands=[urgent, patient]))
    assert {flow.link_id: flow.volume for flow in plan.link_flows} == {"quick": 100, "detour": 40}
    assert plan.unmet == ()
    assert plan.bottlenecks()[0].price_usd_per_unit == pytest.approx(4)
    crowded = plan_flows(dataset(ways, demands=[urgent | {"volume": 130}]))
    assert [(record.demand_id, record.volume) for record in crowded.unmet] == [("urgent", 30)]
    assert crowded.bottlenecks()[0].price_usd_per_unit == pytest.approx(999)


def test_what_no_way_brings_in_time_stays_behind() -> None:
    data = dataset(TWO_WAYS, demands=[demand("hasty", "AB", 5, max_time_h=12)])
    plan = plan_flows(data)
    assert [(record.demand_id, record.volume) for record in plan.unmet] == [("hasty", 5)]
    (record,) = explain_unmet(plan).demands
    assert record.reason == "too_slow"
    assert record.remedy.startswith("12 h allowed, the quickest way takes 20 h")
    assert verify(plan, data) == []


def test_a_demand_that_must_be_carried_names_its_limit() -> None:
    hasty = demand("hasty", "AB", 5, max_time_h=12, unmet_cost_usd_per_unit=None)
    plan = plan_flows(dataset(TWO_WAYS, demands=[hasty, demand("patient", "AB", 7)]))
    assert plan.status == "infeasible"
    assert "deadline of demand hasty (12 h allowed, the quickest way takes 20 h)" in plan.message


def test_capacity_too_small_for_what_must_be_in_time() -> None:
    ways = [road("fast", "AB", 10, 20, capacity=3), road("slow", "AB", 1, 100)]
    urgent = demand("urgent", "AB", 5, max_time_h=24, unmet_cost_usd_per_unit=None)
    plan = plan_flows(dataset(ways, demands=[urgent]))
    assert plan.status == "infeasible"
    assert "fast" in plan.message
    assert "20 t cannot be carried" in plan.message
    assert plan_flows(dataset(ways, demands=[urgent | {"volume": 3}])).status == "optimal"


@pytest.mark.parametrize("solver", ["highs", "ortools", "pyomo"])
def test_a_solver_of_flows_by_arc_refuses(solver: str) -> None:
    data = dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=24), demand("patient", "AB", 7)])
    with pytest.raises(SolverError, match=r"max_time_h\) of demand urgent, .* --solver auto or paths"):
        plan_flows(data, options=SolveOptions(solver=solver))


def test_pyomo_refuses_to_build() -> None:
    with pytest.raises(SolverError, match=r"Pyomo cannot keep the deadline \(max_time_h\) of demand urgent"):
        to_pyomo(dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=24)]))


def test_limits_of_other_years_do_not_matter() -> None:
    later = demand("later", "AB", 5, max_time_h=24, year=2030)
    plan = plan_flows(dataset(TWO_WAYS, demands=[demand("now", "AB", 7), later]), options=SolveOptions(solver="highs"))
    assert plan.status == "optimal"


def test_hours_count_from_every_kind_of_passage() -> None:
    """Moving, waiting at borders, headways and transfers all count, as on the route that find_routes returns."""
    ways = [
        link("ab", "road", "A", "B", time_h=10, fixed_time_h=4),
        link("bc", "sea", "B", "C", time_h=10, frequency_per_week=7),
        link("ac", "road", "A", "C", time_h=5, cost_usd_per_teu=500),
    ]
    change = [transfer("B", "road", "sea", time_h=3)]
    # 14 on the road, 3 for the transfer, 10 + 12 at sea.
    for limit, links in ((39, ["ab", "bc"]), (38.9, ["ac"])):
        plan = plan_flows(dataset(ways, change, demands=[demand("d", "AC", 1, max_time_h=limit)]))
        assert sorted(flow.link_id for flow in plan.link_flows) == links


def test_the_verifier_rejects_a_route_that_is_late() -> None:
    """A file whose limits were tightened afterwards, and a plan whose routes were swapped, do not hold."""
    data = dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=100)])
    written = plan_flows(data).to_mapping()
    assert verify(written, data) == []
    tighter = dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=99.9)])
    findings = verify(written, tighter)
    assert [finding.code for finding in findings if finding.code == "V439"] == ["V439"]
    assert "takes 100 h where demand urgent allows 99.9 h" in str(findings[0])
    # The cheaper way breaks the limit: nothing cheaper is proven possible, so the bound is that of the fast way.
    assert verify(plan_flows(tighter).to_mapping(), tighter) == []


def test_a_plan_that_wastes_money_does_not_verify_as_optimal() -> None:
    """The bound of a limited demand is exact: a dearer way in time than need be leaves a gap."""
    ways = [*TWO_WAYS, road("middle", "AB", 4, 22)]
    data = dataset(ways, demands=[demand("urgent", "AB", 5, max_time_h=24)])
    plan = plan_flows(data)
    assert [flow.link_id for flow in plan.link_flows] == ["middle"]
    dear = plan_flows(
        dataset([*TWO_WAYS, road("middle", "AB", 4, 25)], demands=[demand("urgent", "AB", 5, max_time_h=24)])
    )
    claimed = dear.to_mapping() | {"run": plan.to_mapping()["run"]}
    assert {"V451", "V454"} & {finding.code for finding in verify(claimed, data)}


def test_demands_given_with_the_file_keep_their_limits() -> None:
    """A plan written with its own demands is verified against the limits that it carries itself."""
    data = dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=24)])
    own = replace(data, has_own_demands=False)
    written = json.loads(json.dumps(plan_flows(own).to_mapping()))
    bare = dataset(TWO_WAYS, demands=[demand("other", "AB", 1)])
    assert verify(written, bare) == []
    (row,) = written["run"]["demands"]
    row["max_time_h"] = 19.0
    assert "V439" in {finding.code for finding in verify(written, bare)}


def test_what_ifs_keep_limits() -> None:
    """A faster slow way serves the urgent demand; a slower fast way leaves it behind."""
    data = dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=24), demand("patient", "AB", 7)])
    quicker = Scenario.from_mapping(
        {"name": "quicker", "changes": [{"table": "links", "where": {"id": ["slow"]}, "set": {"time_h": 24.0}}]}
    )
    slower = Scenario.from_mapping(
        {"name": "slower", "changes": [{"table": "links", "where": {"id": ["fast"]}, "set": {"time_h": 25.0}}]}
    )
    looser = Scenario.from_mapping(
        {"name": "looser", "changes": [{"table": "demands", "where": {"id": ["urgent"]}, "set": {"max_time_h": 120.0}}]}
    )
    costs = [record["cost_usd"] for record in what_if(data, [quicker, slower, looser]).to_mapping()["scenarios"]]
    assert costs == pytest.approx([12.0, 5007.0, 12.0])
    assert plan_flows(apply(data, slower)).cost_usd == 5007.0


def test_a_capacity_curve_under_a_limit() -> None:
    ways = [road("fast", "AB", 10, 20, capacity=3), road("slow", "AB", 1, 100)]
    data = dataset(ways, demands=[demand("urgent", "AB", 5, max_time_h=24)])
    curve = capacity_curve(data, "fast", low=0.0, high=10.0)
    # 990 USD a unit up to the five that want to go, nothing beyond.
    assert [point.at for point in curve.points] == pytest.approx([0, 3, 5, 10])
    assert [point.objective_usd for point in curve.points] == pytest.approx([5000, 2030, 50, 50])


def test_closings_under_a_limit() -> None:
    """Without its quick way the urgent demand is cut off in time, though slow goods can still go."""
    data = dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=24), demand("patient", "AB", 7)])
    records = {record["id"]: record for record in disrupt(data, kinds=["link"]).records}
    assert records["fast"]["cut_off"] == ["urgent"]
    assert records["fast"]["t_unmet"] == pytest.approx(50)
    assert records["slow"]["cut_off"] == []
    assert records["slow"]["delta_cost_usd"] == pytest.approx(63)


def test_users_of_a_link_under_a_limit() -> None:
    data = dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=24), demand("patient", "AB", 7)])
    assert [(user.demand_id, user.volume) for user in users_of(plan_flows(data), "fast").users] == [("urgent", 5)]


def test_least_capacity_for_what_must_be_in_time() -> None:
    """Only the way in time is raised, and the plan of the extended network carries everything."""
    ways = [road("fast", "AB", 10, 20, capacity=3), road("slow", "AB", 1, 100, capacity=2)]
    urgent = demand("urgent", "AB", 5, max_time_h=24, unmet_cost_usd_per_unit=None)
    for asked in (urgent, urgent | {"unmet_cost_usd_per_unit": 1000}):
        extensions = cheapest_extensions(plan_flows(dataset(ways, demands=[asked])))
        assert [(record.id, record.needed) for record in extensions.extensions] == [("fast", pytest.approx(5))]
        assert extensions.after.status == "optimal"
        assert extensions.after.unmet == ()


def test_a_calibration_refuses() -> None:
    flow = {"observation_id": "o", "kind": "flow", "links": "fast", "commodity": "container", "year": 2024, "value": 3}
    observed = [flow | {"unit": "teu/year", "target": 1}]
    data = dataset(TWO_WAYS, demands=[demand("urgent", "AB", 5, max_time_h=24)], observations=observed)
    with pytest.raises(SolverError, match=r"calibration cannot keep .* demand urgent.* clear max_time_h"):
        calibrate(data)


def test_the_command_line(corridor, tmp_path: Path) -> None:
    """A plan with limits given in a file of demands is written, verified, explained and refused like any other."""
    demands = tmp_path / "demands.csv"
    header = "demand_id,origin,destination,commodity,volume,unmet_cost_usd_per_unit,max_time_h\n"
    demands.write_text(header + "in-time,CNSIA,DEDUI,container,10,15000,400\nlate,CNSIA,DEDUI,container,10,15000,24\n")
    written = tmp_path / "plan.json"
    assert corridor("plan", "--demands", demands, "--format", "json", "-o", written).code == 0
    plan = json.loads(written.read_text())
    assert [record["demand_id"] for record in plan["unmet"]] == ["late"]
    assert all(sum(leg["time_h"] for leg in route["legs"]) <= 400 * (1 + 1e-9) for route in plan["routes"])
    assert corridor("verify", written).code == 0
    assert "too slow" in corridor("plan", "--demands", demands, "--explain").out
    refused = corridor("plan", "--demands", demands, "--solver", "highs")
    assert refused.code == 5
    assert "max_time_h" in refused.err
