"""Linear programs through HiGHS (Huangfu & Hall, *Math. Prog. Comp.* 10, 2018), passed as arrays."""

from __future__ import annotations

import signal
import threading
from math import frexp
from typing import TYPE_CHECKING

import numpy as np

from network.errors import SolverError
from optimizer.linear import HAS_ANSWER, Basis, Codes, LinearModel, LinearSolution, Status

if TYPE_CHECKING:
    import highspy

    from network.model import Numbers
    from optimizer.options import SolveOptions
    from optimizer.resources import Rows

LARGEST_COST = 2.0**20
"""Largest cost after scaling: above it, the last digits of a dual outgrow the tolerance."""
LARGEST_VOLUME = 2.0**14
"""Largest fixed right-hand side after scaling."""

LOWER, BASIC, UPPER = 0, 1, 2
"""Codes of a basis: at the lower limit, basic, at the upper limit; as HiGHS numbers them."""


def solve(model: LinearModel, options: SolveOptions) -> LinearSolution:
    """Solve a linear model with the serial dual simplex, so that the same model gives the same answer.

    Costs, right-hand sides and rows are scaled by powers of two, which changes no digit, so that tolerances mean
    the same for tonnes and for thousands of tonnes.

    Raises
    ------
    SolverError
        HiGHS does not take the model or fails on it.
    KeyboardInterrupt
        Ctrl-C was pressed while HiGHS ran.
    """
    import highspy

    cost_scale, volume_scale, row_scale = scales_of(model)
    solver = _serial_simplex(options)
    if options.time_limit_s is not None:
        _set(solver, "time_limit", options.time_limit_s)
    pass_model(solver, model, cost_scale, volume_scale, row_scale)
    if model.basis is not None:
        start_from(solver, model.basis)
    _run(solver)
    if solver.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        _set(solver, "presolve", "off")
        _run(solver)
    status = _status(solver)
    message = "" if status == "optimal" else solver.modelStatusToString(solver.getModelStatus())
    if status not in HAS_ANSWER:
        empty = np.zeros(0)
        return LinearSolution(status, empty, empty, float("nan"), float("nan"), message)
    found = solver.getSolution()
    x = np.array(found.col_value, dtype=np.float64) / volume_scale
    dual = np.array(found.row_dual, dtype=np.float64) * row_scale / cost_scale
    return LinearSolution(status, x, dual, float((model.cost * x).sum()), dual_objective(model, dual), message)


class Master:
    """A linear program that grows: columns and rows are added, and it is solved again from where it stood.

    Scaled like a whole model in `solve`; costs and volumes once and for all, by numbers of the size to expect.

    Parameters
    ----------
    options
        Tolerances; how long it may take is said with every solve.
    costs, volumes
        Numbers of the size of costs and of right-hand sides.
    """

    def __init__(self, options: SolveOptions, costs: Numbers, volumes: Numbers) -> None:
        self._solver = _serial_simplex(options)
        _set(self._solver, "presolve", "off")
        self._slack = options.feasibility_tolerance
        self._cost_scale = _scale(np.abs(costs[costs != 0.0]), LARGEST_COST)
        self._volume_scale = _scale(np.abs(volumes[volumes != 0.0]), LARGEST_VOLUME)
        self._row_scale = np.zeros(0)
        self._cost = np.zeros(0)

    @property
    def largest_cost(self) -> float:
        """Largest cost that leaves duals exact."""
        return LARGEST_COST / self._cost_scale

    def slack(self, size: Numbers) -> Numbers:
        """Return by how much rows whose largest entry is `size` may go beyond their limits for rounding."""
        return self._slack / (self._volume_scale * row_scales(size))

    def add_columns(self, cost: Numbers, upper: Numbers, at: Rows, rows: Rows, values: Numbers) -> None:
        """Add columns between 0 and `upper`; new column ``at[k]``, counted from 0, gets ``values[k]`` in ``rows[k]``.

        Raises
        ------
        SolverError
            HiGHS does not take them.
        """
        order = np.argsort(at, kind="stable")
        rows = rows[order]
        status = self._solver.addCols(
            len(cost),
            cost * self._cost_scale,
            np.zeros(len(cost)),
            upper * self._volume_scale,
            len(at),
            np.searchsorted(at[order], np.arange(len(cost))).astype(np.int32),
            rows.astype(np.int32),
            values[order] * self._row_scale[rows],
        )
        _refuse(status)
        self._cost = np.concatenate([self._cost, cost])

    def add_rows(self, lower: Numbers, upper: Numbers, size: Numbers, at: Rows, columns: Rows, values: Numbers) -> None:
        """Add rows; new row ``at[k]``, counted from 0, gets ``values[k]`` in ``columns[k]``.

        `size` is the largest entry that each row has or will get.

        Raises
        ------
        SolverError
            HiGHS does not take them.
        """
        scale = row_scales(size)
        order = np.argsort(at, kind="stable")
        at = at[order]
        status = self._solver.addRows(
            len(lower),
            lower * self._volume_scale * scale,
            upper * self._volume_scale * scale,
            len(at),
            np.searchsorted(at, np.arange(len(lower))).astype(np.int32),
            columns[order].astype(np.int32),
            values[order] * scale[at],
        )
        _refuse(status)
        self._row_scale = np.concatenate([self._row_scale, scale])

    def change_costs(self, columns: Rows, cost: Numbers) -> None:
        """Give some columns another cost."""
        self._cost[columns] = cost
        _refuse(self._solver.changeColsCost(len(columns), columns.astype(np.int32), cost * self._cost_scale))

    def change_limits(self, rows: Rows, lower: Numbers, upper: Numbers) -> None:
        """Give some rows other limits."""
        scale = self._volume_scale * self._row_scale[rows]
        _refuse(self._solver.changeRowsBounds(len(rows), rows.astype(np.int32), lower * scale, upper * scale))

    def basis(self) -> tuple[Codes, Codes]:
        """Return the codes of the last basis, of columns and of rows."""
        # HiGHS tells statuses one object at a time. What is not basic rests at a limit: columns at 0 or at the upper
        # one, rows at the upper one, as they have no other.
        columns = np.full(len(self._cost), LOWER, dtype=np.int8)
        value = np.array(self._solver.getSolution().col_value, dtype=np.float64)
        columns[np.flatnonzero(value > 0.0)] = UPPER
        rows = np.full(len(self._row_scale), UPPER, dtype=np.int8)
        if not len(rows) or not len(columns):
            return columns, np.full(len(rows), BASIC, dtype=np.int8)
        status, basic = self._solver.getBasicVariables()
        _refuse(status)
        columns[basic[basic >= 0]] = BASIC
        rows[-1 - basic[basic < 0]] = BASIC
        return columns, rows

    def begin(self, columns: Codes, rows: Codes) -> None:
        """Start the next solve from a basis in codes of `basis`; one of another program is made to fit.

        Raises
        ------
        SolverError
            HiGHS does not take it.
        """
        import highspy

        start = highspy.HighsBasis()
        kinds = [highspy.HighsBasisStatus(code) for code in range(5)]
        start.col_status = [kinds[code] for code in columns.tolist()]
        start.row_status = [kinds[code] for code in rows.tolist()]
        start.valid = True
        start.alien = True
        _refuse(self._solver.setBasis(start))

    def solve(self, time_left_s: float | None = None) -> LinearSolution:
        """Solve from the last basis, within some seconds where they are given.

        Raises
        ------
        SolverError
            HiGHS fails.
        KeyboardInterrupt
            Ctrl-C was pressed while HiGHS ran.
        """
        if time_left_s is not None:
            # HiGHS adds up the time of all runs.
            _set(self._solver, "time_limit", self._solver.getRunTime() + max(0.0, time_left_s))
        _run(self._solver)
        status = _status(self._solver)
        if status not in HAS_ANSWER:
            empty = np.zeros(0)
            return LinearSolution(status, empty, empty, float("nan"), float("nan"))
        found = self._solver.getSolution()
        x = np.array(found.col_value, dtype=np.float64) / self._volume_scale
        dual = np.array(found.row_dual, dtype=np.float64) * self._row_scale / self._cost_scale
        objective = float((self._cost * x).sum())
        # At an optimum both objectives meet, as far as the tolerances say.
        return LinearSolution(status, x, dual, objective, objective if status == "optimal" else -np.inf)


def _serial_simplex(options: SolveOptions) -> highspy.Highs:
    """Return a silent solver that gives the same answer to the same model."""
    import highspy

    solver = highspy.Highs()
    _set(solver, "output_flag", False)
    _set(solver, "solver", "simplex")
    _set(solver, "parallel", "off")
    # Models are scaled here already; HiGHS's own scaling of them costs a fifth of the time and gains nothing.
    _set(solver, "simplex_scale_strategy", 0)
    _set(solver, "primal_feasibility_tolerance", options.feasibility_tolerance)
    _set(solver, "dual_feasibility_tolerance", options.optimality_tolerance)
    return solver


def _run(solver: highspy.Highs) -> None:
    """Run HiGHS so that Ctrl-C ends it at its next pivot, not when it is through.

    Python tells of a signal only between its own steps: HiGHS is given one to take. An exception must not cross what
    is not Python, so that it is raised afterwards. Other threads than the main one never see Ctrl-C.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C was pressed.
    """
    handler = signal.getsignal(signal.SIGINT)
    if handler is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        solver.run()
        return
    import highspy

    pressed: list[int] = []

    def look(_type: object, _message: object, _out: object, asked: highspy.cb.HighsCallbackInput, _own: object) -> None:
        if pressed:
            asked.user_interrupt = True

    solver.setCallback(look, None)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackSimplexInterrupt)
    signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        solver.run()
    finally:
        signal.signal(signal.SIGINT, handler)
    if pressed:
        raise KeyboardInterrupt


def dual_objective(model: LinearModel, dual: Numbers) -> float:
    """Return the dual objective at row duals: each row and each reduced cost times the limit that its sign points to.

    Where that limit is infinite the reduced cost is rounding of an optimal solver and counts as 0.
    """
    column = np.repeat(np.arange(model.n_columns), np.diff(model.starts))
    reduced = model.cost - np.bincount(column, weights=model.values * dual[model.rows], minlength=model.n_columns)
    limit = np.where(reduced > 0.0, model.lower, model.upper)
    row_limit = np.where(dual > 0.0, model.row_lower, model.row_upper)
    of_columns = np.where(np.isfinite(limit), limit, 0.0) * reduced
    of_rows = np.where(np.isfinite(row_limit), row_limit, 0.0) * dual
    return float(of_columns.sum() + of_rows.sum())


def pass_model(
    solver: highspy.Highs, model: LinearModel, cost_scale: float, volume_scale: float, row_scale: Numbers
) -> None:
    """Hand the scaled arrays to HiGHS."""
    import highspy

    status = solver.passModel(
        model.n_columns,
        model.n_rows,
        len(model.values),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        model.cost * cost_scale,
        model.lower * volume_scale,
        model.upper * volume_scale,
        model.row_lower * volume_scale * row_scale,
        model.row_upper * volume_scale * row_scale,
        model.starts,
        model.rows,
        model.values * row_scale[model.rows],
        np.zeros(model.n_columns, dtype=np.int32),
    )
    _refuse(status)


def _refuse(status: highspy.HighsStatus) -> None:
    """Raise where HiGHS does not take what it is given."""
    import highspy

    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS does not take the model; check volumes, capacities and costs for extreme values")


def start_from(solver: highspy.Highs, basis: Basis) -> None:
    """Set the first basis; a nonbasic row or column rests at its lower limit unless it is said to be at its upper."""
    import highspy

    status = highspy.HighsBasisStatus
    kinds = np.array([status.kLower, status.kUpper, status.kBasic], dtype=object)
    start = highspy.HighsBasis()
    start.col_status = kinds[np.where(basis.basic, 2, basis.at_upper.astype(np.int64))].tolist()
    start.row_status = kinds[2 * basis.basic_row.astype(np.int64)].tolist()
    start.valid = True
    if solver.setBasis(start) != highspy.HighsStatus.kOk:
        raise SolverError("HiGHS refuses the first basis; install a release that constraints.txt names")


def scales_of(model: LinearModel) -> tuple[float, float, Numbers]:
    """Return powers of two for costs, for right-hand sides, and for each row, shape (n_rows,)."""
    fixed = model.row_lower[(model.row_lower == model.row_upper) & (model.row_lower != 0.0)]
    largest = np.zeros(model.n_rows)
    np.maximum.at(largest, model.rows, np.abs(model.values))
    return (
        _scale(np.abs(model.cost[model.cost != 0.0]), LARGEST_COST),
        _scale(np.abs(fixed), LARGEST_VOLUME),
        row_scales(largest),
    )


def row_scales(size: Numbers) -> Numbers:
    """Return the power of two for each row whose largest entry is `size`."""
    _, exponent = np.frexp(np.where(size > 0.0, size, 1.0))
    scale: Numbers = np.ldexp(1.0, 1 - exponent)
    return scale


def _scale(sizes: Numbers, largest: float) -> float:
    """Return the power of two that brings the median of `sizes` to the order of one and none far above `largest`."""
    if not len(sizes):
        return 1.0
    _, exponent = frexp(max(float(np.median(sizes)), float(sizes.max()) / largest))
    return 2.0**-exponent


def _status(solver: highspy.Highs) -> Status:
    """Map the status of HiGHS to ours."""
    import highspy

    status = solver.getModelStatus()
    known: dict[highspy.HighsModelStatus, Status] = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        # Without columns there is nothing to choose.
        highspy.HighsModelStatus.kModelEmpty: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnbounded: "unbounded",
    }
    if status in known:
        return known[status]
    if status == highspy.HighsModelStatus.kTimeLimit:
        has_point = solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        return "feasible" if has_point else "no_answer"
    raise SolverError(f'HiGHS stopped with status {solver.modelStatusToString(status)}; try solver="pyomo"')


def _set(solver: highspy.Highs, name: str, value: bool | float | str) -> None:
    """Set an option that HiGHS must know."""
    import highspy

    if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
        raise SolverError(f"HiGHS refuses option {name} = {value}; install a release that constraints.txt names")
