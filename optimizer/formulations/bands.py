"""F1 with further rows and columns: flows over links held within bands, and what it costs to leave a band."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from network.values import counted_per_unit
from optimizer.linear import Basis
from optimizer.price_steps import marked_arcs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.linear import LinearModel, LinearSolution
    from optimizer.resources import Rows


TIED = 1e-5
"""USD per unit: reduced costs and duals up to this count as none where plans are equally cheap."""


@dataclass(frozen=True, eq=False)
class Line:
    """A row to add: `values` at `columns`, between `lower` and `upper`."""

    columns: Rows
    values: Numbers
    lower: float
    upper: float

    def at(self, x: Numbers) -> float:
        """Return the value of the row at a solution."""
        return float((x[self.columns] * self.values).sum())


@dataclass(frozen=True, slots=True)
class Relief:
    """A column to add, at least 0: `entries` are pairs of the position of an added row and a value."""

    cost: float
    entries: tuple[tuple[int, float], ...]


def observed(blocks: DemandBlocks, links: str, unit: str, only: str) -> tuple[Rows, Numbers]:
    """Return the flow columns of F1 whose sum is what the links carry in a unit, with what each counts.

    Parameters
    ----------
    links
        Link ids, ``;``-separated, with ``>`` or ``<`` behind one of which a single direction counts.
    unit, only
        As in `network.values.counted_per_unit`.
    """
    graph = blocks.graph
    marked = marked_arcs(graph, links)
    columns, values = [], []
    for at, block in enumerate(blocks.blocks):
        counted = counted_per_unit(graph.data.commodities, block.values.row, unit, only)
        if counted:
            met = np.flatnonzero(marked[block.arcs])
            columns.append(met + blocks.offsets[at])
            values.append(np.full(len(met), counted))
    return np.concatenate([np.zeros(0, dtype=np.int64), *columns]), np.concatenate([np.zeros(0), *values])


def extended(model: LinearModel, lines: Sequence[Line], reliefs: Sequence[Relief] = ()) -> LinearModel:
    """Return a linear model with further rows, and columns that enter these rows alone.

    The first basis stays one: the slack of every new row is basic, no new column is.
    """
    n_rows, n_columns = model.n_rows, model.n_columns
    column = [np.repeat(np.arange(n_columns), np.diff(model.starts)), *(line.columns for line in lines)]
    row = [model.rows, *(np.full(len(line.columns), n_rows + at) for at, line in enumerate(lines))]
    value = [model.values, *(line.values for line in lines)]
    for at, relief in enumerate(reliefs):
        column.append(np.full(len(relief.entries), n_columns + at))
        row.append(np.array([n_rows + line for line, _ in relief.entries], dtype=np.int64))
        value.append(np.array([entry for _, entry in relief.entries]))
    all_columns, all_rows = np.concatenate(column), np.concatenate(row)
    order = np.argsort(all_columns, kind="stable")
    count = np.bincount(all_columns, minlength=n_columns + len(reliefs))
    return replace(
        model,
        cost=np.concatenate([model.cost, [relief.cost for relief in reliefs]]),
        lower=np.concatenate([model.lower, np.zeros(len(reliefs))]),
        upper=np.concatenate([model.upper, np.full(len(reliefs), np.inf)]),
        row_lower=np.concatenate([model.row_lower, [line.lower for line in lines]]),
        row_upper=np.concatenate([model.row_upper, [line.upper for line in lines]]),
        starts=np.concatenate([[0], np.cumsum(count)]).astype(np.int32),
        rows=all_rows[order].astype(np.int32),
        values=np.concatenate(value)[order],
        basis=None if model.basis is None else _longer(model.basis, len(lines), len(reliefs)),
        column_name=lambda at: model.column_name(at) if at < n_columns else f"relief[{at - n_columns}]",
        row_name=lambda at: model.row_name(at) if at < n_rows else f"band[{at - n_rows}]",
    )


@dataclass(frozen=True, eq=False)
class Face:
    """All optimal solutions of a model, as a smaller model of the columns that differ between them.

    `columns` are these columns in the whole model, `x` (n_columns of the whole model,) the values of the others.
    """

    model: LinearModel
    columns: Rows
    x: Numbers

    def line(self, line: Line) -> tuple[Line, float]:
        """Return a row of the whole model as one of the smaller, and what the columns that are left out add to it."""
        constant = line.at(self.x)
        at = np.minimum(np.searchsorted(self.columns, line.columns), max(0, len(self.columns) - 1))
        kept = self.columns[at] == line.columns if len(self.columns) else np.zeros(len(at), dtype=np.bool_)
        return Line(at[kept], line.values[kept], line.lower - constant, line.upper - constant), constant


def optimal_face(model: LinearModel, solution: LinearSolution) -> Face:
    """Return all optimal solutions of a model, of which `solution` is one.

    What has a reduced cost stays at its limit in every optimal solution, and a row with a dual stays tight
    (complementary slackness: D. Bertsimas, J. N. Tsitsiklis, *Introduction to Linear Optimization*, 1997, section 4.3).
    Reduced costs up to `TIED` count as none, so that what is optimal but for that is a solution too.
    """
    dual = solution.dual
    column = np.repeat(np.arange(model.n_columns), np.diff(model.starts))
    reduced = model.cost - np.bincount(column, weights=model.values * dual[model.rows], minlength=model.n_columns)
    lower = np.where(reduced < -TIED, model.upper, model.lower)
    upper = np.where(reduced > TIED, model.lower, model.upper)
    is_fixed = lower == upper
    x = np.where(is_fixed, lower, 0.0)
    taken = np.bincount(model.rows, weights=model.values * x[column], minlength=model.n_rows)
    columns, entries = np.flatnonzero(~is_fixed), ~is_fixed[column]
    rows, row = np.unique(model.rows[entries], return_inverse=True)
    smaller = replace(
        model,
        cost=np.zeros(len(columns)),
        lower=lower[columns],
        upper=upper[columns],
        row_lower=np.where(dual < -TIED, model.row_upper, model.row_lower)[rows] - taken[rows],
        row_upper=np.where(dual > TIED, model.row_lower, model.row_upper)[rows] - taken[rows],
        starts=np.concatenate([[0], np.cumsum(np.diff(model.starts)[columns])]).astype(np.int32),
        rows=row.astype(np.int32),
        values=model.values[entries],
        column_name=lambda at: model.column_name(int(columns[at])),
        row_name=lambda at: model.row_name(int(rows[at])),
        basis=None,
    )
    return Face(smaller, columns, x)


def _longer(basis: Basis, n_rows: int, n_columns: int) -> Basis:
    no_columns = np.zeros(n_columns, dtype=np.bool_)
    return Basis(
        basic=np.concatenate([basis.basic, no_columns]),
        at_upper=np.concatenate([basis.at_upper, no_columns]),
        basic_row=np.concatenate([basis.basic_row, np.ones(n_rows, dtype=np.bool_)]),
    )
