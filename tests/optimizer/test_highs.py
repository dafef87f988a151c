"""Linear programs through HiGHS: statuses, duals, scaling, and the first basis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import SolverError
from optimizer import SolveOptions
from optimizer.linear import Basis, LinearModel, no_flows
from optimizer.solvers import highs

OPTIONS = SolveOptions()
INF = float("inf")


def model(
    cost: list[float],
    matrix: list[list[float]],
    row_lower: list[float],
    row_upper: list[float],
    upper: list[float] | None = None,
    basis: Basis | None = None,
) -> LinearModel:
    """Return a linear model of a dense matrix given by rows."""
    dense = np.array(matrix, dtype=np.float64).reshape(len(row_lower), len(cost))
    columns, rows = np.nonzero(dense.T)
    starts = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=len(cost)))])
    return LinearModel(
        cost=np.array(cost, dtype=np.float64),
        lower=np.zeros(len(cost)),
        upper=np.full(len(cost), INF) if upper is None else np.array(upper, dtype=np.float64),
        row_lower=np.array(row_lower, dtype=np.float64),
        row_upper=np.array(row_upper, dtype=np.float64),
        starts=starts.astype(np.int32),
        rows=rows.astype(np.int32),
        values=dense.T[columns, rows],
        column_name=lambda column: f"x{column}",
        row_name=lambda row: f"row {row}",
        basis=basis,
    )


def test_published_optimum_and_duals() -> None:
    """Hillier and Lieberman's Wyndor Glass Co. example ("Introduction to Operations Research", chapter 3): 36.

    Its shadow prices are 0, 3/2 and 1; as a minimization all signs turn.
    """
    wyndor = model([-3, -5], [[1, 0], [0, 2], [3, 2]], [-INF] * 3, [4, 12, 18])
    found = highs.solve(wyndor, OPTIONS)
    assert found.status == "optimal"
    assert found.x == pytest.approx([2.0, 6.0])
    assert found.dual == pytest.approx([0.0, -1.5, -1.0])
    assert (found.objective, found.bound) == (pytest.approx(-36.0), pytest.approx(-36.0))
    assert (wyndor.n_columns, wyndor.n_rows) == (2, 3)


def test_infeasible_is_a_status() -> None:
    """Rows that contradict each other are a status with HiGHS's word, not an error."""
    found = highs.solve(model([1], [[1], [1]], [-INF, 2], [1, INF]), OPTIONS)
    assert (found.status, found.message, len(found.x)) == ("infeasible", "Infeasible", 0)


def test_unbounded_is_a_status() -> None:
    """A cost that falls forever is told from an infeasible model, also where presolve cannot tell them apart."""
    assert highs.solve(model([-1, 0], [[1, -1]], [0], [0]), OPTIONS).status == "unbounded"
    both = model([-1, -1, 0], [[1, -1, 0], [0, 1, -1]], [0, -INF], [INF, 5])
    assert highs.solve(both, OPTIONS).status == "unbounded"


def test_time_limit_without_a_point_is_no_answer() -> None:
    """Out of time before the first feasible point means no answer; the message is HiGHS's own."""
    rng = np.random.default_rng(1)
    matrix = rng.uniform(0, 1, (60, 90))
    hard = model(rng.uniform(1, 2, 90).tolist(), matrix.tolist(), [5.0] * 60, [INF] * 60)
    found = highs.solve(hard, SolveOptions(time_limit_s=0.0))
    assert (found.status, found.message) == ("no_answer", "Time limit reached")


@pytest.mark.parametrize("volume", [1e-9, 1e-3, 1.0, 1e7, 1e12])
@pytest.mark.parametrize("cost", [1e-9, 1.0, 1e10])
def test_scaling_keeps_relative_accuracy(volume: float, cost: float) -> None:
    """Answers and duals are as exact for tiny and huge volumes and costs as for those near one."""
    found = highs.solve(model([cost, 3 * cost], [[1, 1], [1, 0]], [volume, -INF], [volume, 0.6 * volume]), OPTIONS)
    assert found.status == "optimal"
    assert found.x == pytest.approx([0.6 * volume, 0.4 * volume], rel=1e-9)
    assert found.dual == pytest.approx([3 * cost, -2 * cost], rel=1e-9)
    assert found.bound == pytest.approx(found.objective, rel=1e-9)


def test_tiny_coefficients_are_not_dropped() -> None:
    """A use of 1e-12 per unit still binds: HiGHS drops entries below 1e-9 unless rows are scaled."""
    found = highs.solve(model([1, 5], [[1, 1], [1e-12, 0]], [10, -INF], [10, 4e-12]), OPTIONS)
    assert found.x == pytest.approx([4.0, 6.0])
    assert found.dual[1] == pytest.approx(-4e12)


@st.composite
def models(draw: st.DrawFn) -> LinearModel:
    """Draw a feasible model: rows around a random point, costs of either sign, all columns bounded."""
    n_columns, n_rows = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    number = st.integers(-5, 5)
    matrix = [[draw(number) for _ in range(n_columns)] for _ in range(n_rows)]
    point = np.array([draw(st.integers(0, 4)) for _ in range(n_columns)], dtype=np.float64)
    level = (np.array(matrix) @ point).tolist()
    is_fixed = [draw(st.booleans()) for _ in range(n_rows)]
    lower = [value if fixed else -INF for value, fixed in zip(level, is_fixed, strict=True)]
    return model([draw(number) for _ in range(n_columns)], matrix, lower, level, upper=[4.0] * n_columns)


@given(linear=models())
@settings(max_examples=60, deadline=None)
def test_dual_objective_meets_the_primal(linear: LinearModel) -> None:
    """On random models the dual objective computed from the duals alone equals the optimum, and x keeps its limits."""
    found = highs.solve(linear, OPTIONS)
    assert found.status == "optimal"
    assert found.bound == pytest.approx(found.objective, rel=1e-9, abs=1e-9)
    assert (found.x >= -1e-9).all()
    assert (found.x <= 4 + 1e-9).all()


@given(linear=models())
@settings(max_examples=40, deadline=None)
def test_any_duals_bound_the_optimum(linear: LinearModel) -> None:
    """Weak duality: duals of the right sign give a dual objective at most the optimum."""
    found = highs.solve(linear, OPTIONS)
    halved = found.dual / 2.0
    assert highs.dual_objective(linear, halved) <= found.objective + 1e-9


def test_first_basis_changes_the_way_not_the_answer() -> None:
    """From the optimal basis, a poor one or none, the optimum is the same."""
    start = {"matrix": [[1, 1], [1, 0]], "row_lower": [10, -INF], "row_upper": [10, 4]}
    cold = highs.solve(model([1, 5], **start), OPTIONS)
    for basic, basic_row in (([1, 1], [0, 0]), ([0, 1], [0, 1]), ([0, 0], [1, 1])):
        masks = (np.array(basic, dtype=np.bool_), np.zeros(2, dtype=np.bool_), np.array(basic_row, dtype=np.bool_))
        warm = highs.solve(model([1, 5], **start, basis=Basis(*masks)), OPTIONS)
        assert warm.x == pytest.approx(cold.x)
        assert warm.objective == pytest.approx(34.0)


def test_a_model_that_is_no_model_is_a_solver_error() -> None:
    """A column with two entries in one row raises, with words about what to check."""
    sound = model([1], [[1], [1]], [1, 1], [1, 1])
    with pytest.raises(SolverError, match="HiGHS does not take the model"):
        highs.solve(replace(sound, rows=np.array([0, 0], dtype=np.int32)), OPTIONS)


def test_no_flows_is_empty() -> None:
    """A question without an answer has a status and nothing else."""
    empty = no_flows("infeasible", "highs", "why")
    assert (len(empty.flow), len(empty.unmet), len(empty.price), empty.bound, empty.message) == (0, 0, 0, None, "why")


def rows_of(*entries: tuple[int, int, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return entries (new line, other line, value) as the arrays that a master takes."""
    at, other, values = zip(*entries, strict=True) if entries else ((), (), ())
    return np.array(at, dtype=np.int64), np.array(other, dtype=np.int64), np.array(values, dtype=np.float64)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_master_grows_to_the_published_optimum(size: float) -> None:
    """Wyndor Glass Co. row by row and column by column ends at 36 with prices 0, 3/2 and 1, at any size of volumes."""
    master = highs.Master(OPTIONS, np.array([3.0, 5.0]), np.array([size]))
    master.add_columns(np.array([-3.0]), np.array([1e3 * size]), *rows_of())
    master.add_rows(
        np.full(2, -INF), np.array([4.0, 18.0]) * size, np.array([1.0, 3.0]), *rows_of((0, 0, 1), (1, 0, 3))
    )
    first = master.solve()
    assert (first.status, first.x.tolist()) == ("optimal", [pytest.approx(4.0 * size)])
    master.add_columns(np.array([-5.0]), np.array([1e3 * size]), *rows_of((0, 1, 2)))
    assert master.solve().x.tolist() == [pytest.approx(0.0), pytest.approx(9.0 * size)]
    master.add_rows(np.array([-INF]), np.array([12.0]) * size, np.array([2.0]), *rows_of((0, 1, 2)))
    last = master.solve(60.0)
    assert last.x == pytest.approx(np.array([2.0, 6.0]) * size)
    assert last.dual == pytest.approx([0.0, -1.0, -1.5])
    assert (last.objective, last.bound) == (pytest.approx(-36.0 * size), pytest.approx(-36.0 * size))


def test_master_changes_costs_and_limits() -> None:
    """A cheaper column comes in, a row given more room is filled: each time the optimum is that of the new program."""
    master = highs.Master(OPTIONS, np.array([2.0, 3.0]), np.array([10.0]))
    master.add_columns(np.array([2.0, 3.0]), np.array([6.0, 9.0]), *rows_of())
    master.add_rows(np.array([10.0]), np.array([INF]), np.array([1.0]), *rows_of((0, 0, 1), (0, 1, 1)))
    assert master.solve().x == pytest.approx([6.0, 4.0])
    master.change_costs(np.array([1]), np.array([1.0]))
    changed = master.solve()
    assert (changed.objective, changed.x.tolist()) == (pytest.approx(11.0), pytest.approx([1.0, 9.0]))
    master.change_limits(np.array([0]), np.array([4.0]), np.array([INF]))
    assert master.solve().objective == pytest.approx(4.0)


def test_master_out_of_time_and_infeasible_are_statuses() -> None:
    """No seconds left, and rows that contradict each other, are told as by a solve of a whole model."""
    rng = np.random.default_rng(1)
    matrix = rng.uniform(0, 1, (60, 90))
    row, column = np.nonzero(matrix)
    master = highs.Master(OPTIONS, np.ones(90), np.ones(60))
    master.add_columns(rng.uniform(1, 2, 90), np.full(90, INF), *rows_of())
    master.add_rows(np.full(60, 5.0), np.full(60, INF), np.ones(60), row, column, matrix[row, column])
    assert master.solve(0.0).status == "no_answer"
    assert master.solve(60.0).status == "optimal"
    master.add_rows(np.array([-INF]), np.array([-1.0]), np.array([1.0]), *rows_of((0, 0, 1)))
    assert master.solve().status == "infeasible"


def test_master_knows_its_slack_and_its_largest_cost() -> None:
    """Both are in the caller's units: rows may be off by their tolerance, times what volumes and entries amount to."""
    master = highs.Master(OPTIONS, np.array([1024.0]), np.array([4096.0]))
    assert master.slack(np.array([1.0, 64.0])) == pytest.approx([8192e-9, 64 * 8192e-9], rel=1e-12)
    assert master.largest_cost == 2.0**20 * 2048


def test_master_takes_no_nonsense() -> None:
    """A column with two entries in one row raises, with words about what to check."""
    master = highs.Master(OPTIONS, np.ones(1), np.ones(1))
    master.add_columns(np.ones(1), np.ones(1), *rows_of())
    with pytest.raises(SolverError, match="HiGHS does not take the model"):
        master.add_rows(np.zeros(1), np.ones(1), np.ones(1), *rows_of((0, 0, 1), (0, 0, 1)))


def test_a_basis_is_told_as_highs_tells_it() -> None:
    """The codes of columns and rows are those of HiGHS's own basis: lower, basic, upper."""
    rng = np.random.default_rng(4)
    master = highs.Master(OPTIONS, np.ones(40), np.ones(40))
    master.add_columns(
        rng.uniform(-3, 1, 40), rng.uniform(0.5, 2, 40), *(np.zeros(0, dtype=np.int64),) * 2, np.zeros(0)
    )
    at, columns = np.nonzero(rng.random((12, 40)) < 0.3)
    master.add_rows(np.full(12, -INF), rng.uniform(1, 5, 12), np.ones(12), at, columns, np.ones(len(at)))
    assert [codes.tolist() for codes in highs.Master(OPTIONS, np.ones(1), np.ones(1)).basis()] == [[], []]
    assert master.solve().status == "optimal"
    columns_codes, row_codes = master.basis()
    own = master._solver.getBasis()
    assert columns_codes.tolist() == [int(status) for status in own.col_status]
    assert row_codes.tolist() == [int(status) for status in own.row_status]
    assert {0, 1, 2} == {*columns_codes.tolist(), *row_codes.tolist()}
