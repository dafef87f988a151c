"""The Pyomo twin: same optimum and prices as the arrays, readable labels, open to a planner's own constraints."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
import pytest
from flow_instances import CANNING, busy_network, one_block
from pyomo.repn import generate_standard_repn

from network import DatasetError
from optimizer import SolveOptions, Weights, plan_flows, to_pyomo, verify
from optimizer.blocks import blocks_of
from optimizer.formulations import arc_flow
from optimizer.graph import expand


def optimum(model: pyo.ConcreteModel) -> float:
    """Solve a model and return its objective."""
    result = pyo.SolverFactory("appsi_highs").solve(model)
    pyo.assert_optimal_termination(result)
    return float(pyo.value(model.total))


@pytest.mark.parametrize("weights", [Weights(), Weights(cost=0, time_per_h=1), Weights(time_per_h=0, co2_per_kg=0.2)])
@pytest.mark.parametrize("unmet", [900.0, 500.0])
def test_agrees_with_the_arrays(weights: Weights, unmet: float) -> None:
    """With every kind of limit, arrays and twin give the same objective, and both plans verify from their JSON."""
    data = busy_network(unmet=unmet)
    arrays, twin = (
        plan_flows(data, weights=weights, options=SolveOptions(solver=solver)) for solver in ("highs", "pyomo")
    )
    assert twin.status == arrays.status == "optimal"
    assert twin.objective_usd == pytest.approx(arrays.objective_usd, rel=1e-9)
    assert verify(twin.to_mapping(), data) == verify(arrays.to_mapping(), data) == []


def test_published_optimum() -> None:
    """Dantzig's canning problem has its published optimum, 153.675."""
    assert optimum(to_pyomo(CANNING, weights=Weights(time_per_h=0))) == pytest.approx(153.675, rel=1e-9)


def test_has_the_rows_and_columns_of_the_arrays() -> None:
    """The twin has as many variables and rows of each equation as the array form, but for limits out of reach."""
    data = busy_network()
    graph = expand(data)
    blocks = blocks_of(graph, Weights())
    layout = arc_flow.build(blocks).layout
    model = to_pyomo(data)
    assert len(model.flow) == layout.n_flow
    assert len(model.unmet) == blocks.n_demands
    assert len(model.conservation) == layout.first_arrival
    assert len(model.arrival) == layout.first_capacity - layout.first_arrival
    assert len(model.capacity) >= len(layout.resources)


def test_labels_read_like_the_data() -> None:
    """Blocks, arcs, states and capacities carry the ids of the dataset."""
    model = to_pyomo(busy_network())
    assert "container from A avoiding KZ" in model.BLOCKS
    assert ("rail-ab", "B", "A") in model.ARCS
    assert ("B", "rail1520", "rail1435") in model.ARCS
    assert ("B", "rail1435") in model.STATES
    assert ("port", "", "") in model.RESOURCES
    assert ("rail-ab", "A", "B") in model.capacity
    assert ("rail-bc", "", "") in model.capacity
    assert model.unmet["back"].ub == 0.0
    assert model.unmet["west"].ub == 120000.0
    assert model.arrival["container from A", "C"].upper() == 120000.0


def test_signs_are_plus_at_the_tail() -> None:
    """In the conservation of a state, an arc that leaves it has the sign +1 and one that enters it −1."""
    model = to_pyomo(one_block([("S", "A", None, 1), ("A", "B", None, 1)], [("B", 5, 9)]))
    terms = generate_standard_repn(model.conservation["container from S", "A", "road"].body)
    signs = {var.name: sign for var, sign in zip(terms.linear_vars, terms.linear_coefs, strict=True)}
    assert signs == {"flow[container from S,L1,A,B]": 1, "flow[container from S,L0,S,A]": -1}


def test_duals_are_prices() -> None:
    """The dual of a full capacity is minus what one more unit saves."""
    model = to_pyomo(one_block([("S", "A", 10, 5), ("S", "A", None, 8)], [("A", 30, 100)]))
    optimum(model)
    assert model.dual[model.capacity["L0", "S", "A"]] == pytest.approx(-3.0)


def test_an_own_constraint_in_three_lines() -> None:
    """A planner caps the containers over a link by its flow expression; the plan goes another way and costs more."""
    data = busy_network()
    model = to_pyomo(data)
    before = optimum(model)
    assert pyo.value(model.link_flow["rail-ab", "A", "B", "container"]) > 1000
    model.own = pyo.Constraint(expr=model.link_flow["rail-ab", "A", "B", "container"] <= 1000)
    assert optimum(model) > before
    assert pyo.value(model.link_flow["rail-ab", "A", "B", "container"]) <= 1000 + 1e-6


def test_link_flow_sums_all_blocks() -> None:
    """The flow of a commodity over a link is the sum of its blocks, equal to the plan's where the plan is unique."""
    data = busy_network()
    model = to_pyomo(data)
    optimum(model)
    key = ("sea-ad", "A", "D", "container")
    parts = [model.flow[index].value for index in model.FLOWS if index[1:] == key[:3] and "container" in index[0]]
    assert len(parts) == 3
    assert pyo.value(model.link_flow[key]) == pytest.approx(sum(parts))


def test_parallel_transfers_keep_their_own_labels() -> None:
    """Two transfers between the same modes of a node are two arcs."""
    from made_network import dataset, link, transfer

    demand = {"demand_id": "D", "origin": "S", "destination": "B", "commodity": "container", "volume": 9}
    cheap = transfer("A", "road", "sea", capacity=4, capacity_unit="teu/year")
    data = dataset(
        [link("one", "road", "S", "A"), link("two", "sea", "A", "B")],
        [cheap, transfer("A", "road", "sea", cost_usd_per_teu=10)],
        demands=[demand],
    )
    model = to_pyomo(data)
    optimum(model)
    assert model.flow["container from S", "A", "road", "sea"].value == pytest.approx(4.0)
    assert model.flow["container from S", "A#2", "road", "sea"].value == pytest.approx(5.0)
    plan = plan_flows(data, options=SolveOptions(solver="pyomo"))
    assert verify(plan.to_mapping(), data) == []


def test_infeasible_is_a_status() -> None:
    """Too little capacity for what must be carried is a status of the plan, silent on the console."""
    data = one_block([("S", "A", 5, 1)], [("A", 9, None)])
    assert plan_flows(data, options=SolveOptions(solver="pyomo")).status == "infeasible"


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """Solving writes nothing to the console."""
    plan_flows(busy_network(), options=SolveOptions(solver="pyomo"))
    assert capfd.readouterr() == ("", "")


def test_a_year_without_demands_is_refused() -> None:
    """The error of the plan holds for the twin: it lists the years that have demands."""
    with pytest.raises(DatasetError, match="2024"):
        to_pyomo(CANNING, year=2031)


def test_time_limit_gives_no_answer() -> None:
    """Stopped before anything was found, the solver's answer is a status without flows."""
    rng = np.random.default_rng(5)
    arcs = [(f"N{a}", f"N{b}", float(c), float(d)) for a, b, c, d in rng.integers(1, 60, (900, 4)).tolist() if a != b]
    data = one_block([("S", "N1", None, 1), *arcs], [(f"N{at}", 40.0, 900.0) for at in range(2, 50)])
    plan = plan_flows(data, options=SolveOptions(solver="pyomo", time_limit_s=1e-9))
    assert plan.status == "no_answer"
    assert plan.routes == ()
