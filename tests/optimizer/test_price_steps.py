"""Adjustments in weights, off unless asked for, and their price steps as parallel ways that share capacities."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, dataset, link
from plan_instances import instances

from network import CorridorError, Scenario, apply
from optimizer import SolveOptions, Weights, compare_corridors, find_routes, plan_flows, verify
from optimizer.graph import commodity_arcs, expand
from optimizer.price_steps import MOST_STEPS, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from network import Dataset
    from optimizer import Plan

CALIBRATED = Weights(calibration=1.0)
TWO_WAYS = [link("a", "road", "A", "B", cost_usd_per_teu=10), link("b", "road", "A", "B", cost_usd_per_teu=14)]


def demand(origin: str, destination: str, volume: float = 100.0, **columns: object) -> dict[str, object]:
    row = {"demand_id": origin + destination, "origin": origin, "destination": destination, "commodity": "container"}
    return {**row, "volume": volume, "unmet_cost_usd_per_unit": 1000.0, **columns}


def adjusted(data: Dataset, *rows: Mapping[str, object]) -> Dataset:
    """Return the dataset with rows of calibration.csv, in TEU and named after their links unless they say otherwise."""
    full = [{"calibration_id": str(row["links"]).replace(";", "+"), "calibration_unit": "teu", **row} for row in rows]
    return apply(data, Scenario.from_mapping({"name": "fit", "changes": [{"table": "calibration", "rows": full}]}))


def flows(plan: Plan) -> dict[tuple[str, str], float]:
    """Return the flow by link, steps counted with it, and the node where it starts."""
    found: dict[tuple[str, str], float] = {}
    for flow in plan.link_flows:
        key = (flow.link_id.partition("#")[0], flow.from_node)
        found[key] = found.get(key, 0.0) + flow.volume
    return found


@pytest.mark.parametrize("solver", ["auto", "ortools", "highs", "pyomo"])
def test_a_step_splits_the_flow_and_is_paid_in_the_objective_alone(solver: str) -> None:
    """40 TEU take b at 14 - 4 - 1, the others a at 10; what is paid are the prices. Both proofs hold."""
    row = {"links": "b>", "calibration_usd_per_unit": -4.0, "step": 40.0, "margin_usd_per_unit": 1.0}
    data = adjusted(dataset(TWO_WAYS, demands=[demand("A", "B")]), row)
    plan = plan_flows(data, weights=CALIBRATED, options=SolveOptions(solver=solver))  # type: ignore[arg-type]
    assert flows(plan) == pytest.approx({("a", "A"): 60.0, ("b", "A"): 40.0})
    assert plan.objective_usd == pytest.approx(60 * 10 + 40 * 9)
    assert plan.cost_usd == plan.transport_cost_usd == pytest.approx(60 * 10 + 40 * 14)
    assert sum(leg.cost_usd for route in plan.routes for leg in route.legs) == pytest.approx(1160.0)
    assert [(item.kind, item.id, item.price_usd_per_unit) for item in plan.bottlenecks()] == [
        ("step", "b>", pytest.approx(1.0))
    ]
    assert verify(plan, data) == []
    told = json.loads(json.dumps(plan.to_mapping()))
    assert told["run"]["weights"]["calibration"] == 1.0
    assert verify(told, data) == []
    told["run"]["weights"].pop("calibration")
    assert {finding.code for finding in verify(told, data)} == {"V420"}
    told["run"]["weights"]["calibration"] = "on"
    assert [finding.code for finding in verify(told, data)] == ["V402"]


def test_a_forged_flow_over_a_step_is_found() -> None:
    """A plan that claims more on the step than it takes does not verify."""
    row = {"links": "b>", "calibration_usd_per_unit": -4.0, "step": 40.0, "margin_usd_per_unit": 1.0}
    data = adjusted(dataset(TWO_WAYS, demands=[demand("A", "B")]), row)
    told = plan_flows(data, weights=CALIBRATED).to_mapping()
    for part in (*told["flows"], *told["routes"]):
        part["volume"] += 10.0 if "b#1" in json.dumps(part) else -10.0
    for route in told["routes"]:
        for leg in route["legs"]:
            leg["cost_usd"] *= route["volume"] / (route["volume"] - (10.0 if leg["link_id"] == "b#1" else -10.0))
    assert "V436" in {finding.code for finding in verify(told, data)}


def test_nothing_changes_where_the_calibration_is_off() -> None:
    """Without the weight a plan, its JSON and all routes are those of the data without adjustments."""
    plain = dataset(TWO_WAYS, demands=[demand("A", "B"), demand("B", "A")])
    row = {"links": "a;b", "calibration_usd_per_unit": -4.0, "step": 40.0, "margin_usd_per_unit": 1.0}
    data = adjusted(plain, row)
    before, after = plan_flows(plain).to_mapping(), plan_flows(data).to_mapping()
    assert before.pop("run") | {"scenarios": 0} == after.pop("run") | {"scenarios": 0}
    assert before == after
    ways = [find_routes(each, "A", "B", k=5, plain=True) for each in (plain, data)]
    assert [route.to_mapping() for route in ways[0]] == [route.to_mapping() for route in ways[1]]
    assert "calibration" not in Weights().to_mapping()


@settings(max_examples=40, deadline=None)
@given(instance=instances(), data=st.data())
def test_steps_without_adjustment_change_nothing(instance, data: st.DataObject) -> None:
    """Laid out at no adjustment and no margin, the steps of any links together are the old links, limits and all."""
    plain = instance.dataset()
    ids = [row["link_id"] for row in instance.links]
    chosen = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
    rows = [
        {
            "links": link_id + data.draw(st.sampled_from(["", ">", "<"])),
            "calibration_unit": data.draw(st.sampled_from(["teu", "t"])),
            "calibration_usd_per_unit": 0.0,
            "step": float(data.draw(st.sampled_from([0, 500, 20000]))),
        }
        for link_id in chosen
    ]
    adjusted_data = adjusted(plain, *rows)
    before, after = plan_flows(plain), plan_flows(adjusted_data, weights=CALIBRATED)
    assert after.status == before.status
    if before.objective_usd is not None:
        assert after.objective_usd == pytest.approx(before.objective_usd, rel=1e-6, abs=1e-3)
        assert verify(after.to_mapping(), adjusted_data) == []


@pytest.mark.parametrize("scope", ["each", "both"])
def test_steps_share_the_capacity_of_their_link(scope: str) -> None:
    """A link for 50 TEU with a step of 40 takes 50 in all, one way or both ways as its scope says."""
    rows = [*TWO_WAYS[:1], TWO_WAYS[1] | {"capacity": 50, "capacity_unit": "teu/year", "capacity_scope": scope}]
    plain = dataset(rows, demands=[demand("A", "B"), demand("B", "A")])
    row = {"links": "b>", "calibration_usd_per_unit": -10.0, "step": 40.0, "margin_usd_per_unit": 1.0}
    back = {"links": "b<", "calibration_usd_per_unit": -10.0, "step": 30.0, "margin_usd_per_unit": 1.0}
    plan = plan_flows(adjusted(plain, row, back), weights=CALIBRATED)
    used = flows(plan)
    if scope == "each":
        assert used["b", "A"] == used["b", "B"] == pytest.approx(50.0)
    else:
        assert used["b", "A"] + used["b", "B"] == pytest.approx(50.0)
    assert ("link", "b") in {(item.kind, item.id) for item in plan.bottlenecks()}


def test_a_closed_link_closes_its_steps() -> None:
    """A scenario that closes a link leaves no step of it open, whether it comes before or after the calibration."""
    shut = Scenario.from_mapping({"name": "shut", "changes": [{"table": "links", "where": {"id": "b"}, "close": True}]})
    row = {"links": "b", "calibration_usd_per_unit": -9.0, "step": 40.0, "margin_usd_per_unit": 1.0}
    data = apply(adjusted(dataset(TWO_WAYS, demands=[demand("A", "B")]), row), shut)
    assert flows(plan_flows(data, weights=CALIBRATED)) == pytest.approx({("a", "A"): 100.0})


def test_steps_of_several_adjustments_combine() -> None:
    """A link in a target of TEU and in one of tonnes over two links: each step stops at its own size."""
    links = [
        link("a", "road", "A", "B", cost_usd_per_teu=100, cost_usd_per_t=20),
        link("b", "road", "A", "B", cost_usd_per_teu=120, cost_usd_per_t=24),
        link("c", "road", "A", "B", cost_usd_per_teu=130, cost_usd_per_t=26),
    ]
    grain = GRAIN | {"time_value_usd_per_unit_h": None}
    demands = [demand("A", "B"), demand("A", "B", 2000.0, demand_id="g", commodity="grain")]
    rows = [
        {"links": "b", "calibration_usd_per_unit": -20.0, "step": 40.0, "margin_usd_per_unit": 1.0},
        {"links": "b;c", "calibration_unit": "t", "calibration_usd_per_unit": -4.0, "step": 900.0}
        | {"margin_usd_per_unit": 0.05},
    ]
    data = adjusted(dataset(links, commodities=[CONTAINER, grain], demands=demands), *rows)
    plan = plan_flows(data, weights=CALIBRATED)
    assert verify(plan.to_mapping(), data) == []
    # All containers take b: 40 for 21 less, 60 for 19 less; of their 1,000 t 900 for 4.05 less, 100 for 3.95 less.
    # The step of tonnes is full, so that grain would pay 24 - 3.95 on b and stays on a for 20.
    by_teu, by_t = 40 * (120 - 21) + 60 * (120 - 19), 900 * 4.05 + 100 * 3.95
    assert plan.objective_usd == pytest.approx(by_teu - by_t + 2000 * 20)
    assert flows(plan) == pytest.approx({("b", "A"): 100.0, ("a", "A"): 2000.0})


def test_adjustments_count_for_commodities_by_their_unit() -> None:
    """TEU adjustments leave bulk alone, tonnes count for all by weight, and a list of commodities holds."""
    data = dataset(TWO_WAYS, commodities=[CONTAINER, GRAIN])
    graph = expand(data)

    def added(row: int, **columns: object) -> list[float]:
        changed = expand(adjusted(data, {"links": "b<", "calibration_usd_per_unit": 2.0, **columns}))
        more = commodity_arcs(changed, row, CALIBRATED).weight - commodity_arcs(graph, row, Weights()).weight
        return [round(float(value), 9) for value in more]

    assert added(0) == [0.0, 0.0, 0.0, 2.0]
    assert added(1) == [0.0] * 4
    assert added(0, calibration_unit="t") == [0.0, 0.0, 0.0, 20.0]
    assert added(1, calibration_unit="t") == [0.0, 0.0, 0.0, 2.0]
    assert added(0, calibration_unit="t", commodity="grain") == [0.0] * 4
    assert added(0, calibration_unit="truck", links="b;b>") == [0.0, 0.0, 1.0, 1.0]
    half = commodity_arcs(
        expand(adjusted(data, {"links": "b", "calibration_usd_per_unit": 2.0})), 0, Weights(calibration=0.5)
    )
    assert half.weight.tolist() == [10.0, 10.0, 15.0, 15.0]


def test_a_weight_below_0_is_refused() -> None:
    """An adjustment larger than the weight is an error that names commodity and link, for plans and routes."""
    data = adjusted(dataset(TWO_WAYS, demands=[demand("A", "B")]), {"links": "b", "calibration_usd_per_unit": -14.5})
    for ask in (plan_flows, lambda data, weights: find_routes(data, "A", "B", weights=weights)):
        with pytest.raises(CorridorError, match=r"container on b A→B to -0\.5 USD, below 0"):
            ask(data, weights=CALIBRATED)
    assert plan_flows(data).objective_usd == 1000.0


def test_routes_see_adjustments_without_steps() -> None:
    """One shipment has no volume to fill a step: the route chooses by the adjustment and pays the price."""
    row = {"links": "b>", "calibration_usd_per_unit": -4.5, "step": 40.0, "margin_usd_per_unit": 1.0}
    data = adjusted(dataset(TWO_WAYS), row)
    for options in ({}, {"depart": "2024-05-01"}, {"max_cost_usd": 20.0}):
        routes = find_routes(data, "A", "B", k=5, plain=True, weights=CALIBRATED, **options)  # type: ignore[arg-type]
        assert [(route.legs[0].link_id, route.cost_usd) for route in routes] == [("b", 14.0), ("a", 10.0)]
        assert find_routes(data, "B", "A", weights=CALIBRATED, **options)[0].cost_usd == 10.0  # type: ignore[arg-type]


def test_alternatives_within_limits_count_the_adjustments() -> None:
    """Far dearer by money but not by weight, a way still is an alternative, with and without a limit."""
    ways = [
        link("a", "road", "A", "B", cost_usd_per_teu=100),
        link("b1", "road", "A", "C", cost_usd_per_teu=200),
        link("b2", "road", "C", "B", cost_usd_per_teu=200),
    ]
    data = adjusted(dataset(ways), {"links": "b1;b2", "calibration_usd_per_unit": -149.0})
    for options in ({}, {"max_time_h": 1000.0}):
        routes = find_routes(data, "A", "B", k=2, weights=CALIBRATED, **options)  # type: ignore[arg-type]
        assert [route.cost_usd for route in routes] == [100.0, 400.0]


def test_comparisons_refuse_the_calibration() -> None:
    """Thresholds are prices of what is paid: an adjustment has no place in them."""
    with pytest.raises(ValueError, match="leave calibration out"):
        compare_corridors(dataset(TWO_WAYS), "A", "B", weights=CALIBRATED)
    with pytest.raises(ValueError, match="calibration"):
        Weights(calibration=-1.0)


def test_too_many_steps_on_a_link_are_refused() -> None:
    """Each step doubles the parallel ways of a link, so their number has an end."""
    rows: Sequence[dict[str, object]] = [
        {"calibration_id": f"c{at}", "links": "b>", "calibration_usd_per_unit": 0.0, "step": 1.0}
        for at in range(MOST_STEPS + 1)
    ]
    with pytest.raises(CorridorError, match="price steps meet on link b"):
        lay_out(adjusted(dataset(TWO_WAYS), *rows))
    assert len(lay_out(adjusted(dataset(TWO_WAYS), *rows[:-1])).network.links) == 2 + 2**MOST_STEPS - 1
