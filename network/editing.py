"""Make one change to the tables of a dataset: set, scale, add, close, new rows."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from network.columns import PERCENTILES
from network.errors import DatasetError
from network.following import follow_frequency, follow_median
from network.model import Column, Dataset, Mask, Numbers, Table, freeze
from network.reading import cell_of, number_text, rows_to_table
from network.selection import (
    RefusedChangeError,
    check_column,
    links_at,
    row_names,
    rows_where,
    table_of,
    with_table,
)
from network.values import (
    departures_disagree,
    frequency_per_week,
    haulage_usd,
    moving_h,
    or_zero,
    own_or,
    rate_of_links,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from network.changes import Change
    from network.toml_source import Scalar, Value

ZERO_IF_EMPTY = frozenset(
    (
        *("fixed_time_h", "fixed_cost_usd_per_teu", "fixed_cost_usd_per_t", "background"),
        *("co2_kg_per_t", "time_value_usd_per_unit_h"),
    )
)
"""Columns whose empty cells the model reads as 0."""

RATED = {
    "cost_usd_per_teu_km": ("cost_usd_per_teu",),
    "cost_usd_per_t_km": ("cost_usd_per_t",),
    "speed_kmh": ("time_h", "speed_kmh"),
}
"""Columns of links that override a column of rates."""

CLOSABLE = ("nodes", "links", "transfers", "shared_capacities", "demands", "calibration")
REMOVED_WHOLE = {"demands": ("a demand", "volume"), "calibration": ("an adjustment", "calibration_usd_per_unit")}
"""Tables of which a closed row is gone, with the word for a row and the column to scale instead."""

RISKY = frozenset(("from_year", "to_year", *(p90 for _, p90 in PERCENTILES.values())))
"""Columns that must fit to another of the same row: a last year to the first, a percentile to its median."""

KEYLESS = ("transfers", "rates")
"""Tables whose rows have no id of their own."""


def make_change(data: Dataset, change: Change) -> tuple[Dataset, bool]:
    """Return the dataset after one change, and whether its tables may no longer fit together.

    The cells a change writes obey the records. Factors, increments and most numbers leave nothing missing; new rows,
    texts, years, emptied cells and a capacity where none was may, and are for `network.checks` to judge.

    Raises
    ------
    RefusedChangeError
        The change selects nothing, or cannot be made.
    """
    if change.rows:
        return with_table(data, change.table, _with_rows(table_of(data, change.table), change.rows)), True
    mask = rows_where(data, change.table, change.where)
    if change.close is not None:
        return _closed(data, change.table, mask, change.close), False
    before = table_of(data, change.table)
    columns = (*change.set, *change.scale, *change.add)
    for column, value in change.set.items():
        after = _set(data, change.table, mask, column, value)
        data = _followed(data, after, change.table, mask, column, None, columns)
    for column, factor in change.scale.items():
        after = _moved(data, change.table, mask, column, factor, 0.0)
        data = _followed(data, after, change.table, mask, column, factor, columns)
    for column, step in change.add.items():
        after = _moved(data, change.table, mask, column, 1.0, step)
        data = _followed(data, after, change.table, mask, column, None, columns)
    for column in columns:
        _refuse_overridden(data, change.table, mask, column)
    return data, not RISKY.isdisjoint(columns) or _leaves_gap(before, mask, change)


def _leaves_gap(before: Table, mask: Mask, change: Change) -> bool:
    """Tell whether a change may leave something missing: texts and empty cells may, and a capacity where none was."""
    for column, value in change.set.items():
        if value == "" or before.columns[column].dtype != np.float64:
            return True
    # A closed or unlimited row needs no unit, one with a capacity does.
    gives_capacity = "capacity" in change.set or "capacity" in change.add
    return gives_capacity and not (before.number("capacity")[mask] > 0.0).all()


def _set(data: Dataset, name: str, mask: Mask, column: str, value: Value) -> Dataset:
    """Return the dataset with a value in one column of the selected rows; "" means not given."""
    table = table_of(data, name)
    check_column(table, column)
    if name not in KEYLESS and column == next(iter(table.columns)):
        raise RefusedChangeError(column, "E314", "set: an id cannot be changed", "add new rows and close the old ones")
    values: Column
    if table.columns[column].dtype != np.float64:
        values = table.text(column).copy()
        values[mask] = cell = _cell(column, value)
        _check_cell(table, column, cell)
        return _with_column(data, name, column, values)
    is_truth = isinstance(value, bool) and column != "directed"
    if isinstance(value, tuple) or is_truth or (isinstance(value, str) and value):
        raise RefusedChangeError(column, "E314", f"set {column}: expects a number, got {value!r}", _number_meant(value))
    values = table.number(column).copy()
    values[mask] = np.nan if value == "" else float(value)
    if value == "":
        _check_cell(table, column, "")
    _check_range(table, column, values, mask)
    return _with_column(data, name, column, values)


def _number_meant(value: Value) -> str:
    """Return what to write for a value that is no number."""
    if not isinstance(value, str):
        return "give one number"
    try:
        number = float(value)
    except ValueError:
        return 'give a number, or an empty text "" for not given'
    return "drop the quotes" if np.isfinite(number) else 'give a finite number, or an empty text "" for no limit'


def _moved(data: Dataset, name: str, mask: Mask, column: str, factor: float, step: float) -> Dataset:
    """Return the dataset with factor × value + step in the selected rows of a column, on the values the model uses."""
    table = table_of(data, name)
    check_column(table, column)
    if table.columns[column].dtype != np.float64:
        raise RefusedChangeError(column, "E314", f"{column} holds texts: scale and add need numbers", "use set")
    used = _used(data, name, column)[mask]
    _refuse_empty(table, column, mask, np.isnan(used))
    values = table.number(column).copy()
    with np.errstate(over="ignore"):
        values[mask] = used * factor + step
    _check_range(table, column, values, mask)
    return _with_column(data, name, column, values)


def _followed(
    before: Dataset, after: Dataset, name: str, mask: Mask, column: str, factor: float | None, named: Collection[str]
) -> Dataset:
    """Return the dataset after a change of one column, with those that follow it and are not `named` themselves."""
    table = table_of(after, name)
    for p90, percentiles in follow_median(table_of(before, name), table, mask, column, factor).items():
        if p90 not in named:
            _check_range(table, p90, percentiles, mask)
            after = _with_column(after, name, p90, percentiles)
    if name == "links" and column == "frequency_per_week" and "departures" not in named:
        for weekdays, texts in follow_frequency(before.network, after.network, mask).items():
            after = _with_column(after, name, weekdays, texts)
    return after


def _used(data: Dataset, name: str, column: str) -> Numbers:
    """Return the values of a column as the model uses them, NaN where it has none."""
    table, network = table_of(data, name), data.network
    if name == "links" and column in {"cost_usd_per_teu", "cost_usd_per_t"}:
        return haulage_usd(network, column.rpartition("_")[2])
    if name == "links" and column == "time_h":
        return moving_h(network)
    if name == "links" and column == "speed_kmh":
        return own_or(table.number(column), rate_of_links(network, column))
    if name == "links" and column == "frequency_per_week":
        return frequency_per_week(network)
    if name == "demands" and column == "year":
        return data.demand_years
    return or_zero(table, column) if column in ZERO_IF_EMPTY else table.number(column)


def _closed(data: Dataset, name: str, mask: Mask, share: float) -> Dataset:
    """Return the dataset with the selected rows closed for a share of the year."""
    if name not in CLOSABLE:
        raise RefusedChangeError("close", "E315", f"{name} cannot be closed", f"close {', '.join(CLOSABLE)}")
    if name in REMOVED_WHOLE:
        what, column = REMOVED_WHOLE[name]
        if share < 1.0:
            remedy = f"write scale = {{ {column} = {1.0 - share:g} }}"
            raise RefusedChangeError("close", "E315", f"{what} is removed whole, not for a share of the year", remedy)
        return with_table(data, name, table_of(data, name).take(~mask))
    if name != "nodes":
        return _less_capacity(data, name, mask, share)
    network = data.network
    links = links_at(network, mask)
    closed_ids = set(network.nodes.text("node_id")[mask])
    transfers = np.array([node in closed_ids for node in network.transfers.text("node_id")], dtype=np.bool_)
    if not links.any() and not transfers.any():
        raise RefusedChangeError("close", "E310", "no link and no transfer touches these nodes", "correct where")
    return _less_capacity(_less_capacity(data, "links", links, share), "transfers", transfers, share)


def _less_capacity(data: Dataset, name: str, mask: Mask, share: float) -> Dataset:
    """Return the dataset with capacities of the selected rows reduced by a share; a share of 1 closes them.

    What is shut for a part of the year is shut for other traffic as well, so that the background shrinks by the same
    share: the model's own goods lose that share of what is free to them, and not more.
    """
    table = table_of(data, name)
    capacity, background = (table.number(column).copy() for column in ("capacity", "background"))
    if share < 1.0:
        _refuse_empty(table, "capacity", mask, np.isnan(capacity[mask]))
        background[mask] *= 1.0 - share
        data = _with_column(data, name, "background", background)
    capacity[mask] = capacity[mask] * (1.0 - share) if share < 1.0 else 0.0
    return _with_column(data, name, "capacity", capacity)


def _with_rows(table: Table, rows: Sequence[Mapping[str, Scalar]]) -> Table:
    """Return the table with new rows at its end, each checked like a row of the file."""
    try:
        added = rows_to_table(table.name, rows)
    except DatasetError as error:
        raise RefusedChangeError.of(
            finding._replace(message=f"new row{f' {finding.line}' if finding.line else 's'}: {finding.message}")
            for finding in error.findings
        ) from None
    _refuse_misspelled(table, added)
    if table.name not in KEYLESS:
        key = next(iter(table.columns))
        ids = added.text(key).tolist()
        for number, new_id in enumerate(ids, start=1):
            if new_id in table.row_of or new_id in ids[: number - 1]:
                message = f'new row {number}: there is a row "{new_id}" already'
                raise RefusedChangeError(key, "E316", message, "give the new row an id of its own")
    n_old, n_new = len(table), len(added)
    columns: dict[str, Column] = {}
    for name in dict.fromkeys((*table.columns, *added.columns)):
        parts = [
            source.columns.get(name, _empty(table, added, name, length))
            for source, length in ((table, n_old), (added, n_new))
        ]
        columns[name] = freeze(np.concatenate(parts))
    header = tuple(dict.fromkeys((*table.header, *added.header)))
    lines = freeze(np.concatenate([table.lines, np.zeros(n_new, dtype=np.int64)]))
    return replace(table, columns=MappingProxyType(columns), header=header, lines=lines)


def _refuse_misspelled(table: Table, added: Table) -> None:
    """Refuse new rows with a column that looks like a known one; other further columns are kept."""
    from network.cells import did_you_mean

    absent = [column for column in table.columns if column not in added.header]
    for column in added.header:
        if column not in table.columns and (hint := did_you_mean(column, absent)):
            raise RefusedChangeError(column, "E311", f'{table.name} has no column "{column}"', hint)


def _empty(table: Table, added: Table, name: str, length: int) -> Column:
    """Return a column of cells not given, of the kind that either table has."""
    known = table.columns.get(name, added.columns.get(name))
    is_number = known is not None and known.dtype == np.float64
    return np.full(length, np.nan) if is_number else np.full(length, "", dtype=object)


def _with_column(data: Dataset, name: str, column: str, values: Column) -> Dataset:
    return with_table(data, name, table_of(data, name).with_columns({column: values}))


def _cell(column: str, value: Value) -> str:
    """Return the text of a cell: a list is joined by ``;``, a number is written shortest."""
    if any(isinstance(item, bool) for item in (value if isinstance(value, tuple) else (value,))):
        raise RefusedChangeError(column, "E314", f"set {column}: expects a text, got {value!r}", "write it in quotes")
    return cell_of(value)


def _refuse_empty(table: Table, column: str, mask: Mask, is_empty: Mask) -> None:
    """Refuse to scale, add to or close what has no value."""
    if is_empty.any():
        remedy = f"give it a {column} first: set = {{ {column} = … }}"
        if column == "capacity":
            remedy = 'give it a capacity first: set = { capacity = …, capacity_unit = "…" }'
        rows = np.flatnonzero(mask)[is_empty]
        raise RefusedChangeError(column, "E312", f"{column} is not given on {row_names(table, rows)}", remedy)


def _refuse_overridden(data: Dataset, name: str, mask: Mask, column: str) -> None:
    """Refuse a change that another column of the same row, or of every row it could serve, makes void."""
    table, network = table_of(data, name), data.network
    if name == "links" and column == "speed_kmh":
        void = mask & ~np.isnan(table.number("time_h"))
        if void.any():
            message = f"time_h overrides speed_kmh on {row_names(table, np.flatnonzero(void))}"
            raise RefusedChangeError(column, "E313", message, 'change time_h, or set time_h = "" first')
    if name == "links" and column == "departures":
        void = mask & departures_disagree(table)
        if void.any():
            message = f"frequency_per_week overrides departures on {row_names(table, np.flatnonzero(void))}"
            remedy = 'set frequency_per_week to their number too, or set frequency_per_week = ""'
            raise RefusedChangeError(column, "E313", message, remedy)
    if name == "commodities" and column == "teu_per_unit":
        void = mask & (table.text("unit") == "teu")
        if void.any():
            message = f"unit = teu overrides teu_per_unit on {row_names(table, np.flatnonzero(void))}: it is 1"
            raise RefusedChangeError(column, "E313", message, "change t_per_unit or the units per vehicle")
    own = RATED.get(column, ()) if name == "rates" else ()
    if own:
        served = np.logical_and.reduce([np.isnan(network.links.number(key)) for key in own])
        if not (served & _served_by(data, mask, column)).any():
            message = f"no link uses {column} of {row_names(table, np.flatnonzero(mask))}"
            raise RefusedChangeError(column, "E313", message, f"change {' or '.join(own)} of the links instead")


def _served_by(data: Dataset, mask: Mask, column: str) -> Mask:
    """Return the mask of links that take `column` from one of the selected rates."""
    marked = data.network.rates.with_columns({column: np.where(mask, -1.0, data.network.rates.number(column))})
    served: Mask = rate_of_links(replace(data.network, rates=marked), column) == -1.0
    return served


def _check_range(table: Table, column: str, values: Numbers, mask: Mask) -> None:
    """Refuse numbers that the record of the table does not take.

    What a record takes is an interval, of whole numbers for some columns: the extremes and one broken number decide.
    """
    given = np.flatnonzero(mask)[~np.isnan(values[mask])]
    if not len(given):
        return
    numbers = values[given]
    broken = given[numbers != np.rint(numbers)]
    for row in dict.fromkeys([int(given[np.argmin(numbers)]), int(given[np.argmax(numbers)]), *broken[:1].tolist()]):
        _check_cell(table, column, number_text(float(values[row])), f" on {row_names(table, np.array([row]))}")


def _check_cell(table: Table, column: str, cell: str, where: str = "") -> None:
    """Refuse a cell that the record of the table does not take; an empty one where the column is required."""
    from network.cells import cells_to_column, required_columns

    if not cell and column in required_columns(table.name):
        raise RefusedChangeError(column, "E314", f"{column} cannot be empty", "give a value")
    _, bad = cells_to_column(table.name, column, [cell])
    if bad:
        raise RefusedChangeError(
            column, "E314", f"{column} cannot become {cell}{where}: {bad[0].message}", bad[0].remedy
        )
