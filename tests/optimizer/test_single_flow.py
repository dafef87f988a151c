"""One block by OR-Tools: the same optimum as every other way to solve it, exact scaling, prices that prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from flow_instances import CANNING, DISTRIBUTION_UNLIMITED, ORTOOLS_GUIDE, Instance, busy_network, instances, one_block
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import dataset, link

from network import Dataset, SolverError
from optimizer import SolveOptions, Weights, plan_flows, verify
from optimizer.blocks import blocks_of
from optimizer.formulations import single_flow
from optimizer.graph import expand
from optimizer.proof import lower_bound, question_of

if TYPE_CHECKING:
    from optimizer.linear import FlowSolution


def solved(data: Dataset, time_per_h: float | None = None) -> tuple[FlowSolution, float, float]:
    """Return the solution, its objective and the bound its prices prove."""
    weights = Weights(time_per_h=time_per_h)
    graph = expand(data)
    blocks = blocks_of(graph, weights)
    model = single_flow.build(blocks)
    assert isinstance(model, single_flow.SingleFlow)
    solution = single_flow.solve(model)
    if solution.status != "optimal":
        return solution, np.nan, np.nan
    (block,) = blocks.blocks
    objective = solution.flow @ block.values.weight[block.arcs] + solution.unmet @ np.nan_to_num(blocks.unmet_cost)
    return solution, float(objective), lower_bound(question_of(graph, weights), solution.price)


@pytest.mark.parametrize(
    ("data", "optimum"),
    [(DISTRIBUTION_UNLIMITED, 490.0), (CANNING, 153.675), (ORTOOLS_GUIDE, 150.0)],
    ids=["hillier-lieberman", "dantzig-canning", "or-tools-guide"],
)
def test_published_optima(data: Dataset, optimum: float) -> None:
    """Published minimum-cost flow problems come out at their published optimum, and the prices prove it."""
    _, objective, bound = solved(data, time_per_h=0)
    assert objective == pytest.approx(optimum, rel=1e-9)
    assert bound == pytest.approx(optimum, rel=1e-9)


@given(instance=instances())
@settings(max_examples=60, deadline=None)
def test_agrees_with_network_simplex(instance: Instance) -> None:
    """On random instances the optimum, or that there is none, is that of networkx's network simplex."""
    solution, objective, bound = solved(instance.dataset())
    expected = instance.optimum()
    if expected is None:
        assert solution.status == "infeasible"
    else:
        assert objective == pytest.approx(expected, abs=1e-9)
        assert bound == pytest.approx(expected, abs=1e-6)
        assert solution.bound == pytest.approx(bound, abs=1e-6)


@given(instance=instances())
@settings(max_examples=25, deadline=None)
def test_agrees_with_highs_and_pyomo(instance: Instance) -> None:
    """The three solvers give the same status and objective; a verified plan each."""
    data = instance.dataset()
    plans = [plan_flows(data, options=SolveOptions(solver=solver)) for solver in ("ortools", "highs", "pyomo")]
    assert len({plan.status for plan in plans}) == 1
    if plans[0].status == "optimal":
        objectives = [plan.objective_usd for plan in plans]
        assert max(objectives) - min(objectives) <= 1e-6 * max(*objectives, 1e-3)
        for plan in plans:
            assert verify(plan.to_mapping(), data) == []


@given(
    instance=instances(hard=False),
    volume_unit=st.sampled_from([1e-6, 0.1, 1 / 3, 7.25, 1e7]),
    cost_unit=st.sampled_from([1e-6, 0.1, 1 / 3, 1e6]),
)
@settings(max_examples=60, deadline=None)
def test_scales_with_units(instance: Instance, volume_unit: float, cost_unit: float) -> None:
    """Other units of volume and cost, whole or not, huge or tiny, scale the optimum and nothing else."""
    _, objective, bound = solved(instance.dataset(volume_unit, cost_unit))
    expected = instance.optimum() * volume_unit * cost_unit
    assert objective == pytest.approx(expected, rel=1e-7)
    assert bound == pytest.approx(expected, rel=1e-6, abs=1e-9 * cost_unit * volume_unit)


def test_costs_keep_their_decimals() -> None:
    """A cost of 1.5 is not cut to 1: the arc at 1.25 wins over the one at 1.5."""
    data = one_block([("S", "A", 10, 1.5), ("S", "A", 10, 1.25)], [("A", 12.5, None)])
    solution, objective, _ = solved(data)
    assert solution.flow.tolist() == [2.5, 10.0]
    assert objective == 2.5 * 1.5 + 10 * 1.25


@pytest.mark.parametrize(("cost", "scale"), [(7.0, 1.0), (7.25, 100.0), (0.123457, 1e6)])
def test_costs_are_scaled_no_further_than_they_need(cost: float, scale: float) -> None:
    """Every power of ten too many costs the solver time; costs without an end get all that fit."""
    for own, is_enough in ((cost, True), (cost / 3, False)):
        data = one_block([("S", "A", 10, own), ("S", "A", 10, 9.0)], [("A", 12, None)])
        model = single_flow.build(blocks_of(expand(data), Weights(time_per_h=0)))
        assert isinstance(model, single_flow.SingleFlow)
        assert (model.integers.cost_scale == scale) == is_enough
        assert model.integers.cost_scale >= scale
        assert model.integers.cost[0] / model.integers.cost_scale == pytest.approx(own, rel=1e-9)


def test_thirds_of_everything_keep_the_price() -> None:
    """Where volumes have no end of decimals an arc without a limit never looks full, so that the price is right."""
    data = one_block([("S", "A", 4 / 3, 5), ("S", "B", None, 1), ("B", "A", None, 7)], [("A", 11 / 3, 100)])
    solution, objective, bound = solved(data)
    assert solution.price.tolist() == [3.0]
    assert solution.bound == pytest.approx(objective)
    assert bound == pytest.approx(objective)


def test_thirds_make_a_whole() -> None:
    """Three capacities of a third of the demand suffice for it, although no power of ten makes thirds whole."""
    third = 100 / 3
    data = one_block([("S", "A", third, 1), ("S", "A", third, 2), ("S", "A", third, 3)], [("A", 100, None)])
    solution, objective, _ = solved(data)
    assert solution.status == "optimal"
    assert objective == pytest.approx(200.0)


def test_price_is_what_one_more_unit_saves() -> None:
    """A full arc's price is the cost difference to the way around; an arc with room has none."""
    data = one_block([("S", "A", 10, 5), ("S", "A", None, 8)], [("A", 30, 100)])
    solution, _, _ = solved(data)
    assert solution.price.tolist() == [3.0]


def test_a_dead_end_has_no_price() -> None:
    """An arc of no free capacity that leads nowhere earns nothing; one that would shorten the way does."""
    rows = [
        link("dead", "road", "S", "X", directed=1, capacity=5, background=5, capacity_unit="teu/year"),
        link("short", "road", "S", "A", directed=1, capacity=5, background=5, capacity_unit="teu/year"),
        link("long", "road", "S", "A", directed=1, cost_usd_per_teu=40),
    ]
    demand = {"demand_id": "D", "origin": "S", "destination": "A", "commodity": "container", "volume": 9}
    data = dataset(rows, demands=[demand | {"unmet_cost_usd_per_unit": 100}])
    solution, _, _ = solved(data)
    assert solution.price.tolist() == [0.0, 39.0]


def test_capacity_in_trains_counts_units() -> None:
    """A capacity in trains lets pass units per train times trains."""
    row = link("rail", "rail1435", "S", "A", directed=1, capacity=2, capacity_unit="train/year")
    demand = {"demand_id": "D", "origin": "S", "destination": "A", "commodity": "container", "volume": 1000}
    data = dataset([row], demands=[demand | {"unmet_cost_usd_per_unit": 50}])
    solution, _, _ = solved(data)
    assert solution.flow.tolist() == [200.0]
    assert solution.price.tolist() == [4900.0]


def refusal(data: Dataset) -> str:
    """Return why a question does not fit; asked for by name, the solver refuses for that reason, never falls back."""
    graph = expand(data)
    reason = single_flow.build(blocks_of(graph, Weights()))
    assert isinstance(reason, str)
    with pytest.raises(SolverError) as refused:
        plan_flows(data, options=SolveOptions(solver="ortools"))
    assert reason in str(refused.value)
    return reason


def test_refuses_several_blocks() -> None:
    """Demands of several origins are no single flow, and the reason says so."""
    assert "5 groups" in refusal(busy_network())


def test_refuses_a_capacity_over_both_directions() -> None:
    """A capacity that two arcs of the block share is named."""
    row = link("both", "road", "S", "A", capacity=2, capacity_unit="teu/year", capacity_scope="both")
    demand = {"demand_id": "D", "origin": "S", "destination": "A", "commodity": "container", "volume": 10}
    data = dataset([row], demands=[demand | {"unmet_cost_usd_per_unit": 50}])
    assert "both is shared" in refusal(data)


def test_takes_both_directions_where_one_is_open() -> None:
    """A capacity for both directions of a one-way link has one user and fits."""
    row = link("both", "road", "S", "A", capacity=2, capacity_unit="teu/year", capacity_scope="both", directed=1)
    demand = {"demand_id": "D", "origin": "S", "destination": "A", "commodity": "container", "volume": 10}
    solution, _, _ = solved(dataset([row], demands=[demand | {"unmet_cost_usd_per_unit": 50}]))
    assert solution.unmet.tolist() == [8.0]


def test_refuses_volumes_too_far_apart() -> None:
    """Volumes that whole numbers cannot hold side by side are refused, not rounded away."""
    assert "volumes" in refusal(one_block([("S", "A", None, 1)], [("A", 1.23e15, 9), ("A", 1.2345678912345e4, 9)]))


def test_refuses_costs_too_far_apart() -> None:
    """A cost that rounding would change while another is astronomically large is refused."""
    data = one_block([("S", "A", 5, 1 / 3e9), ("A", "B", None, 1.0)], [("B", 10, 1e12)])
    assert "costs" in refusal(data)


def test_room_of_less_than_one_unit_is_room() -> None:
    """An arc with room for a third of a unit more is not full, so that it has no price."""
    solution, _, bound = solved(one_block([("S", "A", 4 / 3, 0)], [("A", 1, 7)]))
    assert solution.price.tolist() == [0.0]
    assert bound == 0.0


def test_several_demands_share_a_destination() -> None:
    """Of two demands to one place the one that is dearer to leave behind is carried first."""
    data = one_block([("S", "A", 10, 1)], [("A", 8, 20), ("A", 8, 30), ("A", 1, None)])
    solution, _, _ = solved(data)
    assert solution.unmet.tolist() == [7.0, 0.0, 0.0]


def test_a_large_capacity_is_not_rounded_up_by_a_billionth_of_itself() -> None:
    """A billionth of 50 million is 0.05 units, worth more here than the proof may be off."""
    arcs = [("S", "T", 50_000_000, 0.0), ("S", "T", 1 / 12, 0.0)]
    data = one_block(arcs, [("T", 50_000_000, 100_000.0), ("T", 10, 100.0)])
    plan = plan_flows(data, weights=Weights(cost=0), options=SolveOptions(solver="ortools"))
    assert plan.objective_usd == pytest.approx(100 * (10 - 1 / 12), rel=1e-6)
