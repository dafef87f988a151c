"""First prices by an interior point: whatever they are, the optimum is the same, and little is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import flow_instances
import numpy as np
import plan_instances
import pytest
import timed_instances
from hypothesis import given, settings
from test_path_flow import check_against_arc_form

from benchmarks.instances import dataset_of, freight
from optimizer import SolveOptions, Weights, plan_flows
from optimizer.blocks import blocks_of
from optimizer.formulations import central_prices, path_flow, sweep_search
from optimizer.formulations.path_master import OutOfTimeError, passages_of
from optimizer.graph import expand
from optimizer.solvers.highs import Master

if TYPE_CHECKING:
    from network import Dataset
    from optimizer.blocks import DemandBlocks

ALWAYS = patch.object(central_prices, "CONGESTED", -1)
NEVER = patch.object(central_prices, "CONGESTED", np.inf)


@pytest.fixture(scope="module")
def crowded() -> Dataset:
    """Return 100 places and 120 demands, for which much of what their cheapest ways pass is too small."""
    return dataset_of(freight(100, 120, tightness=0.7, seed=3))


def blocks_in(data: Dataset) -> DemandBlocks:
    return blocks_of(expand(data), Weights())


@given(instance=plan_instances.instances())
@settings(max_examples=120, deadline=None)
def test_same_optimum_as_the_arc_form(instance: plan_instances.Instance) -> None:
    """Limits of every kind, closed capacities, two commodities, several demands to one place, hard demands."""
    with ALWAYS:
        check_against_arc_form(instance.dataset())


@given(instance=flow_instances.instances())
@settings(max_examples=80, deadline=None)
def test_same_optimum_on_one_block(instance: flow_instances.Instance) -> None:
    with ALWAYS:
        check_against_arc_form(instance.dataset())


def test_same_optimum_with_much_less_to_pivot(crowded: Dataset) -> None:
    """The program is left with few pivots where it starts from the prices and ways of the interior point."""
    pivots = []
    bounds = []
    for choice in (NEVER, ALWAYS):
        count: list[int] = []
        solve = Master.solve

        def counted(self: Master, *given: float, count: list[int] = count, solve: object = solve) -> object:
            answer = solve(self, *given)  # type: ignore[operator]
            count.append(self._solver.getInfo().simplex_iteration_count)
            return answer

        with choice, patch.object(Master, "solve", counted):
            found = path_flow.solve(blocks_in(crowded), SolveOptions(solver="paths"))
        assert found is not None
        assert found.status == "optimal"
        pivots.append(sum(count))
        bounds.append(found.bound)
    assert bounds[1] == pytest.approx(bounds[0], rel=1e-9)
    assert pivots[1] < pivots[0] / 2
    with ALWAYS:
        check_against_arc_form(crowded)


def test_same_plan_each_time(crowded: Dataset) -> None:
    with ALWAYS:
        first, second = (plan_flows(crowded) for _ in range(2))
    assert first.flow.tobytes() == second.flow.tobytes()
    assert first.price.tobytes() == second.price.tobytes()
    assert [path.arcs for path in first.paths] == [path.arcs for path in second.paths]


def test_every_step_keeps_inside_and_bounds_hold(crowded: Dataset) -> None:
    """What is carried, left, priced and paid stays above 0; volumes add up; no bound exceeds the optimum."""
    optimum = plan_flows(crowded).objective_usd
    search, _ = sweep_search.explore(blocks_in(crowded), lambda: None)
    passages = passages_of(search.blocks.graph.resources, search.blocks.graph.n_arcs, search.use)
    first = passages.draws(search.pairs.way, search.pairs.kind)
    load = np.bincount(
        first.resource, first.use * search.pairs.volume[first.item], minlength=len(passages.resources.free)
    ).astype(np.float64)
    interior = central_prices.Interior(search.pairs, passages, load)
    interior.add_ways(np.arange(len(search.pairs)), search.pairs.way, search.pairs.cost)
    bounds = []
    for _ in range(25):
        assert interior.step()
        assert (interior.x > 0.0).all()
        assert (interior.z > 0.0).all()
        assert (interior.slack[interior.price > 0.0] > 0.0).all()
        distance, cheaper = search.cheaper(interior.price, interior.paid_by_pair(), lambda: None)
        bounds.append(interior.bound(distance))
        known = set(zip(interior.pair_of_way.tolist(), interior.ways, strict=True))
        new = [found for found in cheaper if found not in known]
        if new:
            pair, ways = np.array([at for at, _ in new]), [way for _, way in new]
            interior.enter(pair, ways, search.costs_of(pair, ways), distance[pair])
        weight = interior.z + interior.paid[interior.demand]
        assert (weight >= interior.paid[interior.demand]).all()
    assert max(bounds) <= optimum * (1 + 1e-9)
    assert max(bounds) >= optimum * 0.98


def test_stops_with_the_clock(crowded: Dataset) -> None:
    """Where the time is up amid the steps, the plan in hand is feasible, and its bound holds."""
    optimum = plan_flows(crowded).objective_usd
    calls = 0
    cheaper = sweep_search.SweepSearch.cheaper

    def late(self: object, *given: object) -> object:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise OutOfTimeError
        return cheaper(self, *given)  # type: ignore[arg-type]

    with ALWAYS, patch.object(sweep_search.SweepSearch, "cheaper", late):
        plan = plan_flows(crowded, options=SolveOptions(solver="paths"))
    assert plan.status == "feasible"
    assert plan.bound <= optimum * (1 + 1e-9)
    assert optimum <= plan.objective_usd * (1 + 1e-9)


@given(instance=timed_instances.timed_instances())
@settings(max_examples=60, deadline=None)
def test_deadlines_are_kept(instance: timed_instances.TimedInstance) -> None:
    """Ways of demands with deadlines come from label setting in these steps too."""
    blocks = blocks_in(instance.dataset())
    found = []
    for choice in (NEVER, ALWAYS):
        with choice:
            found.append(path_flow.solve(blocks, SolveOptions(solver="paths")))
    plain, warmed = found
    assert (plain is None) == (warmed is None)
    if plain is not None and warmed is not None:
        assert warmed.status == plain.status
        assert warmed.bound == (None if plain.bound is None else pytest.approx(plain.bound, rel=1e-9, abs=1e-9))


@pytest.mark.parametrize("stop", [OutOfTimeError, KeyboardInterrupt])
def test_what_is_in_hand_gets_better(crowded: Dataset, stop: type[BaseException]) -> None:
    """The later the steps are stopped the better the plan and its bound; both hold at any point."""
    optimum = plan_flows(crowded).objective_usd
    cheaper = sweep_search.SweepSearch.cheaper
    plans = []
    for n_calls in (2, 8, 20):
        left = iter(range(n_calls))

        def late(self: object, *given: object, left: object = left) -> object:
            if next(left, None) is None:  # type: ignore[call-overload]
                raise stop
            return cheaper(self, *given)  # type: ignore[arg-type]

        with ALWAYS, patch.object(sweep_search.SweepSearch, "cheaper", late):
            plans.append(plan_flows(crowded, options=SolveOptions(solver="paths")))
    for plan in plans:
        assert plan.status == "feasible"
        assert plan.bound <= optimum * (1 + 1e-9)
        assert optimum <= plan.objective_usd * (1 + 1e-9)
    assert plans[2].gap < 0.1 < plans[0].gap
