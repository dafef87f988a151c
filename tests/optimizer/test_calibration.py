"""Calibration: the smallest adjustments that show the flows observed, and no tie counted as success."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pyomo.environ as pyo
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_network import GRAIN, dataset, link
from plan_instances import instances
from pyomo.contrib.appsi.solvers.highs import Highs

from network import NoPlanError, apply
from network.values import counted_per_unit
from optimizer import Weights, plan_flows, to_pyomo, verify
from optimizer.blocks import blocks_of
from optimizer.calibration import LARGEST_MARGINS, MARGIN_USD, Target, calibrate, targets_of
from optimizer.fitting import BEHIND, OUT_OF_REACH, TIES, UNUSED, face_of, fitting_of, ranges
from optimizer.options import SolveOptions
from optimizer.price_steps import expand_for

if TYPE_CHECKING:
    from network import Dataset
    from optimizer.calibration import Calibration

CALIBRATED = Weights(calibration=1.0)
TWO_WAYS = [link("a", "road", "A", "B", cost_usd_per_teu=100), link("b", "road", "A", "B", cost_usd_per_teu=140)]


def demand(origin: str, destination: str, volume: float = 100.0, **columns: object) -> dict[str, object]:
    row = {"demand_id": origin + destination, "origin": origin, "destination": destination, "commodity": "container"}
    return {**row, "volume": volume, "unmet_cost_usd_per_unit": 5000.0, **columns}


def near(links: str, published: float, tolerance: float = 0.1, unit: str = "teu", **columns: str) -> Target:
    """Return a target named after its links, within a share of what was published."""
    low, high = published * (1 - tolerance), published * (1 + tolerance)
    return Target(links.replace(";", "+"), links, unit, published, low, high, **columns)


def open_flows(data: Dataset, targets: list[Target], weights: Weights = CALIBRATED) -> list[tuple[float, float]]:
    """Return the range of every target over the optimal plans."""
    fitting = fitting_of(blocks_of(expand_for(data, None, weights), weights), targets, SolveOptions())
    return ranges(fitting, face_of(fitting))


def put_in_place(data: Dataset, found: Calibration) -> Dataset:
    return apply(data, found.scenario()) if found.rows else data


def test_two_ways_differ_by_their_costs() -> None:
    """The dearer of two ways needs exactly the difference, and a step of the observed size to keep its share."""
    data = dataset(TWO_WAYS, demands=[demand("A", "B")])
    found = calibrate(data, [near("b", 40)])
    (fit,) = found.fits
    assert (fit.uncalibrated, fit.adjustment_usd, fit.step, fit.margin_usd) == pytest.approx((0, -40, 40, 1))
    assert (fit.calibrated_min, fit.calibrated_max) == pytest.approx((40, 40))
    assert fit.is_reproduced
    assert not fit.remark
    calibrated = put_in_place(data, found)
    plan = plan_flows(calibrated, weights=CALIBRATED)
    assert {flow.link_id: flow.volume for flow in plan.link_flows} == pytest.approx({"a": 60, "b#1": 40})
    assert plan.cost_usd == pytest.approx(60 * 100 + 40 * 140)
    assert verify(plan.to_mapping(), calibrated) == []


def test_fits_are_a_table() -> None:
    """One row per target, also of none."""
    data = dataset(TWO_WAYS, demands=[demand("A", "B")])
    found = calibrate(data, [near("b", 40)])
    frame = found.to_frame()
    assert frame["id"].tolist() == [fit.target.id for fit in found.fits] == ["b"]
    assert frame["calibrated_min"].tolist() == [found.fits[0].calibrated_min]
    assert "target" not in frame.columns


def test_the_cheaper_way_used_too_much_is_made_dearer() -> None:
    """A target on the way that takes all gives it the difference on top."""
    (fit,) = calibrate(dataset(TWO_WAYS, demands=[demand("A", "B")]), [near("a", 70)]).fits
    assert (fit.adjustment_usd, fit.step, fit.is_reproduced) == (pytest.approx(40), pytest.approx(70), True)


def test_a_tie_alone_is_no_success() -> None:
    """At the right adjustment any split is optimal; the same adjustment without its step is not reproduced."""
    data = dataset(TWO_WAYS, demands=[demand("A", "B")])
    targets = [near("b", 40)]
    found = calibrate(data, targets)
    flat = {key: value for key, value in found.rows[0].items() if key not in ("step", "margin_usd_per_unit")}
    tied = apply(data, type(found)(2024, (), (flat,), had_rows=False).scenario())
    assert open_flows(tied, targets) == [pytest.approx((0, 100))]
    assert open_flows(put_in_place(data, found), targets) == [pytest.approx((40, 40))]


def test_equal_costs_need_a_step_and_no_adjustment() -> None:
    """Where two ways cost the same nothing is to adjust, but the split must be told."""
    ways = [link(name, "road", "A", "B", cost_usd_per_teu=100) for name in "ab"]
    (fit,) = calibrate(dataset(ways, demands=[demand("A", "B")]), [near("b", 30)]).fits
    assert (fit.adjustment_usd, fit.step, fit.is_reproduced) == (0.0, pytest.approx(30), True)


def test_what_fits_already_gets_nothing() -> None:
    """A target that every optimal plan meets has neither adjustment nor step."""
    found = calibrate(dataset(TWO_WAYS, demands=[demand("A", "B")]), [near("a", 95), near("b", 0)])
    assert found.rows == ()
    assert found.n_reproduced == 2
    assert found.scenario().changes == ()


def test_directions_have_their_own_adjustments() -> None:
    """Forth and back are split differently on the same two-way links."""
    demands = [demand("A", "B"), demand("B", "A", 200)]
    data = dataset(TWO_WAYS, demands=demands)
    found = calibrate(data, [near("b>", 40), near("b<", 150)])
    assert [fit.calibrated_max for fit in found.fits] == pytest.approx([40, 150])
    plan = plan_flows(put_in_place(data, found), weights=CALIBRATED)
    assert {(flow.link_id[0], flow.from_node): flow.volume for flow in plan.link_flows} == pytest.approx(
        {("a", "A"): 60, ("b", "A"): 40, ("a", "B"): 50, ("b", "B"): 150}
    )


def test_tonnes_count_all_cargo_and_commodities_can_be_chosen() -> None:
    """A target in tonnes counts containers by their weight; one for grain alone leaves containers where they are."""
    demands = [demand("A", "B"), demand("A", "B", 1000, demand_id="g", commodity="grain")]
    ways = [row | {"cost_usd_per_t": row["cost_usd_per_teu"]} for row in TWO_WAYS]
    data = dataset(ways, commodities=[CONTAINER_10T, GRAIN], demands=demands)
    (fit,) = calibrate(data, [near("b", 500, unit="t", commodities="grain")]).fits
    assert (fit.adjustment_usd, fit.calibrated_min, fit.calibrated_max) == pytest.approx((-40, 500, 500))
    (fit,) = calibrate(data, [near("b", 500, unit="t")]).fits
    assert (fit.adjustment_usd, fit.calibrated_min, fit.calibrated_max) == pytest.approx((-4, 500, 500))


CONTAINER_10T = {"commodity_id": "container", "unit": "teu", "t_per_unit": 10, "units_per_truck": 2}


def test_a_section_of_several_links_is_one_target() -> None:
    """The flow over a cut of two links is reproduced as their sum, with one step over both."""
    ways = [*TWO_WAYS, link("c", "road", "A", "B", cost_usd_per_teu=141)]
    data = dataset(ways, demands=[demand("A", "B")])
    found = calibrate(data, [near("b;c", 50)])
    assert found.rows[0]["step"] == pytest.approx(50)
    assert found.fits[0].adjustment_usd == pytest.approx(-40)
    plan = plan_flows(put_in_place(data, found), weights=CALIBRATED)
    assert {flow.link_id: flow.volume for flow in plan.link_flows} == pytest.approx({"a": 50, "b#1": 50})


@pytest.mark.parametrize(
    ("target", "remark"),
    [
        (near("b", 400), OUT_OF_REACH),
        (near("x", 10), UNUSED),
        (near("a;b", 50), BEHIND),
    ],
)
def test_what_cannot_be_reproduced_is_said_and_left_alone(target: Target, remark: str) -> None:
    """More than there is, a link of a mode that no demand may use, and less than must be carried get no adjustment."""
    ways = [*TWO_WAYS, link("x", "air", "A", "B")]
    demands = [demand("A", "B", unmet_cost_usd_per_unit=600, avoid_modes="air")]
    found = calibrate(dataset(ways, demands=demands), [target])
    assert found.rows == ()
    assert [(fit.is_reproduced, fit.remark) for fit in found.fits] == [(False, remark)]


def test_one_lost_target_does_not_take_the_others_along() -> None:
    """The targets that can be reached are reproduced beside one that cannot."""
    data = dataset(TWO_WAYS, demands=[demand("A", "B"), demand("B", "A")])
    found = calibrate(data, [near("b>", 400), near("b<", 40)])
    assert [fit.is_reproduced for fit in found.fits] == [False, True]


def test_adjustments_stay_within_weights_and_their_largest() -> None:
    """A way may not fall below 0, nor be adjusted by more than the largest: then it is out of reach."""
    ends = {"a": ("A", "B", 10), "b": ("A", "C", 1), "c": ("C", "B", 500)}
    ways = [link(name, "road", *way[:2], cost_usd_per_teu=way[2]) for name, way in ends.items()]
    data = dataset(ways, demands=[demand("A", "B")])
    assert calibrate(data, [near("b", 40)]).fits[0].remark == OUT_OF_REACH
    assert calibrate(data, [near("b;c", 80)]).fits[0].remark == OUT_OF_REACH
    assert calibrate(data, [near("c", 40)]).fits[0].adjustment_usd == pytest.approx(-491)
    most = LARGEST_MARGINS * MARGIN_USD["teu"]
    for gap, is_reached in ((most - 1, True), (most + 1, False)):
        ways = [TWO_WAYS[0], TWO_WAYS[1] | {"cost_usd_per_teu": 100 + gap}]
        (fit,) = calibrate(dataset(ways, demands=[demand("A", "B")]), [near("b", 40)]).fits
        assert fit.is_reproduced is is_reached


def test_a_calibration_replaces_an_earlier_one() -> None:
    """An earlier calibration plays no part in the next, whose scenario takes it out."""
    data = dataset(TWO_WAYS, demands=[demand("A", "B")])
    first = put_in_place(data, calibrate(data, [near("b", 40)]))
    second = calibrate(first, [near("a", 30)])
    assert second.fits[0].adjustment_usd == pytest.approx(40)
    table = apply(first, second.scenario()).network.calibration
    assert table.text("calibration_id").tolist() == ["a"]


def test_no_plan_no_calibration() -> None:
    """Demands that must be carried and cannot be are told as by a plan."""
    full = [row | {"capacity": 10, "capacity_unit": "teu/year"} for row in TWO_WAYS]
    data = dataset(full, demands=[demand("A", "B", unmet_cost_usd_per_unit=None)])
    with pytest.raises(NoPlanError, match="no plan for 2024"):
        calibrate(data, [near("b", 5)])


def test_targets_are_the_flows_marked_as_such() -> None:
    """Bands are the published range or the tolerance, whichever is wider, per year; other rows are no targets."""
    flow = {"kind": "flow", "links": "b>", "unit": "TEU/year", "target": 1}
    rows = [
        {"observation_id": "plain", "value": 40, **flow},
        {"observation_id": "wide", "value": 40, "low": 10, "high": 41, "tolerance": 0.05, **flow},
        {"observation_id": "open", "low": 10, **flow},
        {"observation_id": "daily", "value": 2, "commodity": "container", **flow, "unit": "truck/day"},
        {"observation_id": "context", "value": 40, **flow, "target": 0},
        {"observation_id": "km", "kind": "distance", "value": 100, "unit": "km", "target": 1}
        | {"origin": "A", "destination": "B"},
    ]
    data = dataset(TWO_WAYS, demands=[demand("A", "B")], observations=rows)
    found = {target.id: target for target in targets_of(data)}
    assert list(found) == ["plain", "wide", "open", "daily"]
    assert (found["plain"].low, found["plain"].high) == pytest.approx((34, 46))
    assert (found["wide"].low, found["wide"].high) == pytest.approx((10, 42))
    assert (found["open"].low, found["open"].high) == (pytest.approx(8.5), float("inf"))
    assert found["daily"].published == pytest.approx(730)
    assert (found["daily"].unit, found["daily"].commodities, found["daily"].links) == ("truck", "container", "b>")
    assert [fit.is_reproduced for fit in calibrate(data).fits] == [True, True, True, False]


@settings(max_examples=60, deadline=None)
@given(
    costs=st.lists(st.integers(200, 600), min_size=2, max_size=5, unique=True),
    shares=st.lists(st.integers(5, 60), min_size=5, max_size=5),
)
def test_adjustments_are_the_smallest(costs: list[int], shares: list[int]) -> None:
    """Between parallel ways the weighted sum of adjustments is that of the weighted median, the least there is.

    All ways in use must weigh the same, c_i + theta_i = m, so the smallest sum of T_i |theta_i| is the minimum of
    sum T_i |m - c_i| over m, which one of the costs attains.
    """
    observed = shares[: len(costs)]
    ways = [link(f"w{at}", "road", "A", "B", cost_usd_per_teu=cost) for at, cost in enumerate(costs)]
    data = dataset(ways, demands=[demand("A", "B", float(sum(observed)))])
    found = calibrate(data, [near(f"w{at}", share, 0.001) for at, share in enumerate(observed)])
    assert found.n_reproduced == len(costs)
    total = sum(share * abs(fit.adjustment_usd) for share, fit in zip(observed, found.fits, strict=True))
    least = min(sum(share * abs(m - cost) for share, cost in zip(observed, costs, strict=True)) for m in costs)
    assert total == pytest.approx(least, abs=1e-3 * sum(observed))
    weighed = [cost + fit.adjustment_usd for cost, fit in zip(costs, found.fits, strict=True)]
    assert all(first == pytest.approx(second, abs=1e-3) for first, second in pairwise(weighed))


def regret_and_size(data: Dataset, targets: list[Target], adjustments: list[float]) -> float:
    """Return how much dearer than the optimum the published flows are at some adjustments, plus their weighted size.

    Each size is weighted by half the width of the band. Found by two linear programs through Pyomo.
    """
    totals = []
    for is_held in (True, False):
        model = to_pyomo(data)
        sums = [
            pyo.quicksum(
                counted_per_unit(data.commodities, data.commodities.row_of[key[3]], target.unit) * model.link_flow[key]
                for key in model.LINK_FLOWS
                if key[0] == target.links
            )
            for target in targets
        ]
        model.total.expr += pyo.quicksum(by * flow for by, flow in zip(adjustments, sums, strict=True))
        if is_held:
            model.held = pyo.ConstraintList()
            for target, flow in zip(targets, sums, strict=True):
                model.held.add(flow == target.published)
        solver = Highs()
        solver.solve(model)
        totals.append(pyo.value(model.total))
    size = sum((target.high - target.low) / 2 * abs(by) for target, by in zip(targets, adjustments, strict=True))
    return float(totals[0] - totals[1] + size)


def test_no_other_adjustments_explain_more_for_less() -> None:
    """On a network of two demands and shared ways, moving the adjustments found raises regret plus size."""
    ways = [
        link("ab", "road", "A", "B", cost_usd_per_teu=200),
        link("bd", "road", "B", "D", cost_usd_per_teu=250),
        link("ac", "road", "A", "C", cost_usd_per_teu=310),
        link("cd", "road", "C", "D", cost_usd_per_teu=230),
        link("bc", "road", "B", "C", cost_usd_per_teu=205),
    ]
    data = dataset(ways, demands=[demand("A", "D"), demand("B", "D", 80.0), demand("A", "C", 50.0)])
    # 30 from A and 20 from B to D pass C.
    targets = [near("cd", 50.0, 0.05), near("bc", 20.0, 0.05)]
    found = calibrate(data, targets)
    assert found.n_reproduced == 2
    best = [fit.adjustment_usd for fit in found.fits]
    inner = [near("cd", 50.0, 0.05 * 0.99), near("bc", 20.0, 0.05 * 0.99)]
    least = regret_and_size(data, inner, best)
    for first in (-50.0, -5.0, 0.0, 5.0, 50.0):
        for second in (-50.0, -5.0, 0.0, 5.0, 50.0):
            moved = [best[0] + first, best[1] + second]
            assert regret_and_size(data, inner, moved) >= least - 1e-2, moved


@settings(max_examples=25, deadline=None)
@given(instance=instances(), draws=st.data())
def test_what_is_reproduced_is_so_in_every_optimal_plan(instance, draws: st.DataObject) -> None:
    """On random networks no optimal plan leaves the band of a reproduced target: told by Pyomo with a row of its own.

    The objective is held at its optimum, and the flow made as small and as large as it can be.
    """
    # Where passing is free, flow may go round in circles, and a link carries as much as one likes.
    paid = [
        row | {f"cost_usd_per_{unit}": row[f"cost_usd_per_{unit}"] + 1 for unit in ("teu", "t")}
        for row in instance.links
    ]
    data = replace(instance, links=paid).dataset()
    plain = plan_flows(data)
    assume(plain.objective_usd)
    ids = [row["link_id"] for row in instance.links]
    chosen = draws.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
    total = sum(demand["volume"] for demand in instance.demands)
    targets = [
        near(
            link_id + draws.draw(st.sampled_from(["", "", ">"])),
            round(total * draws.draw(st.sampled_from([0.01, 0.1, 0.3, 0.6])), 1),
            unit=draws.draw(st.sampled_from(["t", "teu"])),
        )
        for link_id in chosen
    ]
    found = calibrate(data, targets)
    calibrated = put_in_place(data, found)
    plan = plan_flows(calibrated, weights=CALIBRATED)
    assert verify(plan.to_mapping(), calibrated) == []
    assert plan_flows(calibrated).cost_usd == plain.cost_usd
    commodities = calibrated.commodities
    for fit in found.fits:
        if fit.is_reproduced:
            least, most = open_by_pyomo(calibrated, fit.target, commodities, 1e-9 * max(1.0, plan.objective_usd or 0.0))
            slack = 1e-3 * max(1.0, fit.target.published)
            assert fit.target.low - slack <= least
            assert most <= fit.target.high + slack
        else:
            assert fit.remark in (OUT_OF_REACH, UNUSED, BEHIND, TIES)


def open_by_pyomo(data: Dataset, target: Target, commodities, slack_usd: float) -> tuple[float, float]:
    """Return the least and the most that a target's flow can be while the objective stays at its optimum."""
    model = to_pyomo(data, weights=CALIBRATED)
    solver = Highs()
    solver.solve(model)
    model.optimal = pyo.Constraint(expr=model.total <= pyo.value(model.total) + slack_usd)
    links = data.network.links
    link_id, side = (target.links[:-1], ">") if target.links.endswith(">") else (target.links, "")
    start = links.text("from_node")[links.row_of[link_id]]
    flow = pyo.quicksum(
        counted_per_unit(commodities, commodities.row_of[key[3]], target.unit) * model.link_flow[key]
        for key in model.LINK_FLOWS
        if key[0].partition("#")[0] == link_id and (not side or key[1] == start)
    )
    model.total.deactivate()
    if isinstance(flow, int | float):
        return float(flow), float(flow)
    ends = []
    for sense in (pyo.minimize, pyo.maximize):
        model.del_component("ask")
        model.ask = pyo.Objective(expr=flow, sense=sense)
        solver = Highs()
        solver.config.load_solution = False
        answer = solver.solve(model)
        assert answer.termination_condition.name == "optimal"
        answer.solution_loader.load_vars()
        ends.append(float(pyo.value(flow)))
    return ends[0], ends[1]
