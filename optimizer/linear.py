"""A linear program as plain arrays, and its answer: what formulations hand to solvers and get back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.model import Mask, Numbers
    from optimizer.formulations.path_start import Start
    from optimizer.options import SolverName

Status = Literal["optimal", "feasible", "infeasible", "unbounded", "no_answer"]
"""``feasible``: stopped at a limit with an answer in hand; ``no_answer``: stopped without one."""

HAS_ANSWER: frozenset[Status] = frozenset(("optimal", "feasible"))
Indices = NDArray[np.int32]
Codes = NDArray[np.int8]
"""Where the columns or rows of a basis stand, in the codes of the solver that gave it."""


@dataclass(frozen=True, eq=False)
class Basis:
    """Where a simplex method may start: masks of basic columns and rows, and of columns at their upper limit.

    `basic` and `at_upper` have shape (n_columns,), `basic_row` (n_rows,); as many are basic as there are rows.
    """

    basic: Mask
    at_upper: Mask
    basic_row: Mask


@dataclass(frozen=True, eq=False)
class LinearModel:
    """Minimize cost · x with row_lower ≤ A x ≤ row_upper and lower ≤ x ≤ upper.

    `cost`, `lower`, `upper` have shape (n_columns,), `row_lower` and `row_upper` (n_rows,); a missing limit is ±inf.
    A is stored by columns: the entries of column j are ``rows[starts[j]:starts[j + 1]]`` with ``values`` alongside.
    `basis` is where to start, None for the solver's own choice. `column_name` and `row_name` give a readable name on
    demand, so that none is built for a solve.
    """

    cost: Numbers
    lower: Numbers
    upper: Numbers
    row_lower: Numbers
    row_upper: Numbers
    starts: Indices
    rows: Indices
    values: Numbers
    column_name: Callable[[int], str]
    row_name: Callable[[int], str]
    basis: Basis | None = None

    @property
    def n_columns(self) -> int:
        """Number of variables."""
        return len(self.cost)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)


@dataclass(frozen=True, eq=False)
class LinearSolution:
    """A solver's answer to a `LinearModel`.

    `x` has shape (n_columns,), `dual` (n_rows,): the change of the objective per unit of the row's right-hand side.
    `objective` is cost · x, `bound` the dual objective. All are meaningful for status ``optimal``, `x` and `objective`
    for ``feasible`` too; the arrays are empty otherwise.
    """

    status: Status
    x: Numbers
    dual: Numbers
    objective: float
    bound: float
    message: str = ""


@dataclass(frozen=True, eq=False)
class FlowSolution:
    """A plan as every formulation returns it, before it is split into routes.

    Attributes
    ----------
    status
        One of `Status`; the arrays are empty unless it is ``optimal`` or ``feasible``.
    flow
        Commodity units per year on each arc of each block, shape (n_block_arcs,): the arcs of block 0, then those of
        block 1 … (``DemandBlocks.offsets`` cuts them apart). May still hold solver noise and needless cycles.
    unmet
        Commodity units per year left behind, shape (n_demands,).
    price
        USD per yearly unit of each resource's capacity, shape (n_resources,), at least 0.
    bound
        Proven lower bound of the objective, None where the solver gives none.
    solver
        The solver that answered.
    message
        The solver's own words where it stopped early, empty otherwise.
    ways
        The flows as ways, each with its block, its arcs and its volume, where the formulation knows them.
    start
        Where a plan of a question much like this one may start, where the formulation knows of it.
    potential
        By block, potentials of the states that rise by no more than weight plus prices along any arc and so prove
        `bound`, shape (n_blocks, n_states), where the formulation knows them.
    """

    status: Status
    flow: Numbers
    unmet: Numbers
    price: Numbers
    bound: float | None
    solver: SolverName
    message: str = ""
    ways: tuple[tuple[int, tuple[int, ...], float], ...] | None = None
    start: Start | None = None
    potential: Numbers | None = None


def no_flows(status: Status, solver: SolverName, message: str = "") -> FlowSolution:
    """Return the solution of a question without an answer: empty arrays."""
    empty = np.zeros(0)
    return FlowSolution(status, empty, empty, empty, None, solver, message)
