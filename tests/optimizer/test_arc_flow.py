"""F1 as arrays: entry by entry the Pyomo twin, equation by equation the documented one; the first basis is a basis."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import highspy
import numpy as np
import pytest
from flow_instances import busy_network
from hypothesis import given, settings
from made_network import dataset, link
from plan_instances import Instance, instances

from optimizer import SolveOptions, Weights, to_pyomo
from optimizer.blocks import blocks_of
from optimizer.formulations import arc_flow
from optimizer.graph import expand
from optimizer.linear import LinearModel
from optimizer.solvers import highs, pyomo_twin

if TYPE_CHECKING:
    from network import Dataset

DOCS = Path(__file__).parents[2] / "docs" / "formulations.md"


def built(data: Dataset) -> arc_flow.ArcFlowModel:
    """Return F1 of a dataset's base year."""
    return arc_flow.build(blocks_of(expand(data), Weights()))


def entries(linear: LinearModel) -> dict[str, dict[str, float]]:
    """Return the coefficients of a model by the readable names of rows and columns."""
    found: dict[str, dict[str, float]] = {linear.row_name(row): {} for row in range(linear.n_rows)}
    for column in range(linear.n_columns):
        for at in range(linear.starts[column], linear.starts[column + 1]):
            row = found[linear.row_name(int(linear.rows[at]))]
            row[linear.column_name(column)] = float(linear.values[at])
    return found


def test_rows_say_what_the_equations_say() -> None:
    """Conservation, arrival and capacity of a two-link network are the rows one would write by hand."""
    links = [
        link("rail", "rail1520", "A", "B", cost_usd_per_teu=5, capacity=2, capacity_unit="train/year"),
        link("road", "road", "A", "B", cost_usd_per_teu=9, directed=1),
    ]
    rows = [{"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 300}]
    rows += [rows[0] | {"demand_id": "e", "volume": 50, "unmet_cost_usd_per_unit": 70}]
    linear = built(dataset(links, demands=rows)).linear
    block = "container from A"
    flow = {name: f"flow[{block}, {name}]" for name in ("rail A→B", "rail B→A", "road A→B")}
    start = {mode: f"start[{block}, A {mode}]" for mode in ("rail1520", "road")}
    leave = {mode: f"exit[{block}, B {mode}]" for mode in ("rail1520", "road")}
    rail, back, road = flow.values()
    assert entries(linear) == {
        f"conservation[{block}, A rail1520]": {rail: 1.0, back: -1.0, start["rail1520"]: -1.0},
        f"conservation[{block}, A road]": {road: 1.0, start["road"]: -1.0},
        f"conservation[{block}, B rail1520]": {rail: -1.0, back: 1.0, leave["rail1520"]: 1.0},
        f"conservation[{block}, B road]": {road: -1.0, leave["road"]: 1.0},
        f"arrival[{block}, B]": {leave["rail1520"]: 1.0, leave["road"]: 1.0, "unmet[d]": 1.0, "unmet[e]": 1.0},
        "capacity[rail A B]": {rail: 0.01},
        "capacity[rail B A]": {back: 0.01},
    }
    cost = {linear.column_name(at): float(value) for at, value in enumerate(linear.cost) if value}
    assert cost == {rail: 5.0, back: 5.0, road: 9.0, "unmet[e]": 70.0}
    upper = {linear.column_name(at): float(value) for at, value in enumerate(linear.upper) if np.isfinite(value)}
    assert upper == {"unmet[d]": 0.0, "unmet[e]": 50.0}
    assert linear.row_upper.tolist() == [0.0, 0.0, 0.0, 0.0, 350.0, 2.0, 2.0]
    assert linear.row_lower[:5].tolist() == linear.row_upper[:5].tolist()
    assert np.isneginf(linear.row_lower[5:]).all()


def test_same_size_and_cost_as_the_twin() -> None:
    """The arrays have the twin's flows in the twin's order, with its costs, and its rows that can bind."""
    model = built(busy_network())
    linear, layout, blocks = model.linear, model.layout, model.blocks
    twin = pyomo_twin.build(blocks)
    assert len(twin.flow) == layout.n_flow
    assert (len(twin.conservation), len(twin.arrival)) == (layout.first_arrival, len(layout.places))
    assert len(twin.unmet) == blocks.n_demands
    from pyomo.repn import generate_standard_repn

    terms = generate_standard_repn(twin.total.expr)
    cost = {variable.name: value for variable, value in zip(terms.linear_vars, terms.linear_coefs, strict=True)}
    ours = linear.cost[: layout.n_flow]
    theirs = [cost.get(twin.flow[key].name, 0.0) for key in twin.flow]
    assert ours == pytest.approx(theirs)
    capacities = {
        f"capacity[{' '.join(key).rstrip()}]": generate_standard_repn(row.body) for key, row in twin.capacity.items()
    }
    names = {twin.flow[key].name: linear.column_name(at) for at, key in enumerate(twin.flow)}
    rows = entries(linear)
    kept = [linear.row_name(row) for row in range(layout.first_capacity, linear.n_rows)]
    assert kept
    for name in kept:
        terms = capacities[name]
        theirs = {names[each.name]: value for each, value in zip(terms.linear_vars, terms.linear_coefs, strict=True)}
        assert {key: value for key, value in rows[name].items() if value} == pytest.approx(theirs)


def test_limits_out_of_reach_are_left_out() -> None:
    """A capacity that all volume together cannot fill has no row; at one unit less it has one."""
    rows = [{"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 300}]

    def n_limits(capacity: float) -> int:
        links = [link("road", "road", "A", "B", directed=1, capacity=capacity, capacity_unit="teu/year")]
        return len(built(dataset(links, demands=rows)).layout.resources)

    assert (n_limits(299), n_limits(300)) == (1, 0)


@given(instance=instances())
@settings(max_examples=40, deadline=None)
def test_first_basis_is_a_basis(instance: Instance) -> None:
    """As many columns and rows are basic as there are rows, and the optimum from there is that from nowhere."""
    model = built(instance.dataset())
    linear = model.linear
    basis = linear.basis
    assert basis.basic.sum() + basis.basic_row.sum() == linear.n_rows
    assert not (basis.basic & basis.at_upper).any()
    warm = highs.solve(linear, SolveOptions())
    cold = highs.solve(LinearModel(**{**vars(linear), "basis": None}), SolveOptions())
    assert warm.status == cold.status
    if warm.status == "optimal":
        assert warm.objective == pytest.approx(cold.objective, rel=1e-9, abs=1e-6)


def test_first_basis_survives_improvements_that_a_float_swallows() -> None:
    """0.15 + 0.1 + 0.05 is a hair below 0.1 + 0.2, yet adds up with 10 to the same: the state behind keeps its arc."""
    assert 0.15 + 0.1 + 0.05 < 0.1 + 0.2
    assert 0.15 + 0.1 + 0.05 + 10 == 0.1 + 0.2 + 10
    steps = [("S", "A", 0.1), ("A", "T", 0.2), ("S", "B", 0.15), ("B", "C", 0.1), ("C", "T", 0.05), ("T", "Z", 10.0)]
    links = [
        link(f"l{at}", "road", tail, head, directed=1, cost_usd_per_teu=cost)
        for at, (tail, head, cost) in enumerate(steps)
    ]
    rows = [{"demand_id": "d", "origin": "S", "destination": "Z", "commodity": "container", "volume": 10}]
    linear = built(dataset(links, demands=rows)).linear
    assert linear.basis is not None
    assert linear.basis.basic.sum() + linear.basis.basic_row.sum() == linear.n_rows


@given(instance=instances(capacities=False, hard=False))
@settings(max_examples=40, deadline=None)
def test_first_basis_is_optimal_without_capacities(instance: Instance) -> None:
    """Where no capacity binds the first basis is the optimum: the simplex method takes no step."""
    linear = built(instance.dataset()).linear
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    highs.pass_model(solver, linear, *highs.scales_of(linear))
    highs.start_from(solver, linear.basis)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert solver.getInfo().simplex_iteration_count == 0


def equations(text: str) -> dict[str, str]:
    """Return the numbered equations of a text, blanks and code marks removed."""
    found = re.findall(r"^\s*(?:\|\s*)?\((\d)\)\s+(?:\|\s*)?(.+?)(?:\||$)", text, re.MULTILINE)
    return {number: re.sub(r"[\s`]", "", body) for number, body in found}


def test_docs_docstring_and_twin_name_the_same_equations() -> None:
    """The map in docs/formulations.md lists (1) to (5) with functions and Pyomo components that exist."""
    text = DOCS.read_text(encoding="utf-8")
    in_docstring = equations(arc_flow.build.__doc__ or "")
    assert sorted(in_docstring) == ["1", "2", "3", "4", "5"]
    table = re.findall(r"^\| \((\d)\) \| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert [number for number, *_ in table] == list("1234567")
    links = [link("ab", "road", "A", "B", capacity=1, capacity_unit="teu/year")]
    rows = [{"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 3}]
    twin = to_pyomo(dataset(links, demands=rows))
    for number, _, functions, components in table:
        for component in re.findall(r"`(\w+)`", components):
            assert twin.component(component) is not None, f"({number}) names {component}"
        for module, name in re.findall(r"`(\w+)\.(\w+)`", functions):
            source = next(Path(arc_flow.__file__).parents[1].rglob(f"{module}.py")).read_text(encoding="utf-8")
            assert f"def {name}(" in source, f"({number}) names {module}.{name}"
    for number, words in {"2": "conservation", "3": "arrival", "4": "capacity"}.items():
        assert in_docstring[number].startswith(words)
        assert f"({number})" in (to_pyomo.__doc__ or "")
