"""Make tables of cells: by the records with every problem collected, or at once where the data is known to be sound."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import numpy as np

from network.columns import NUMBERS, TABLES
from network.csvfile import Cells, clean, plain_line_ends
from network.errors import DatasetError, Finding
from network.model import Column, Table, freeze

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

DEFAULT_COMMODITY: Mapping[str, str] = MappingProxyType(
    {
        "commodity_id": "container",
        "name": "Containers",
        "name_ru": "Контейнеры",
        "name_kk": "Контейнерлер",
        "unit": "teu",
        "t_per_unit": "10",
        "teu_per_unit": "1",
        "units_per_train": "107",
        "units_per_truck": "2",
        "units_per_flight": "10",
        "units_per_sailing": "225",
        "confidence": "D",
        "note": (
            "Default where a dataset gives no commodities. 107 TEU per train: China-Europe trains of 2024 "
            "(2,077,216 TEU on 19,392 trains). 225 TEU per sailing: Aktau-Baku feeder, UIC 2019. "
            "10 t per TEU, 2 TEU per truck and 10 TEU per flight (a freighter of 100 t): engineering estimates."
        ),
    }
)
"""The commodity of a dataset without ``commodities.csv``; ``docs/dataset.md`` explains its factors."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table with the file it came from and the rows of its bad cells by column; bad cells have no value."""

    table: Table
    file: str
    bad: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def sound(self, *columns: str) -> NDArray[np.bool_]:
        """Return the mask of rows, shape (n_rows,), in which none of `columns` is bad."""
        mask = np.ones(len(self.table), dtype=np.bool_)
        for column in columns:
            if rows := self.bad.get(column):
                mask[list(rows)] = False
        return mask


def sound_table(name: str, cells: Cells) -> Table:
    """Return the table of cells that are known to obey their record, without checking them."""
    columns: dict[str, Column] = {}
    n_rows = len(cells.lines)
    for column in TABLES[name]:
        given = cells.columns.get(column)
        if column in NUMBERS:
            columns[column] = _numbers(given) if given and any(given) else _nothing(n_rows)
        else:
            columns[column] = _texts(given if given is not None else [""] * n_rows)
    return _table(name, cells, columns)


def checked_sheet(name: str, cells: Cells, problems: list[Finding]) -> Sheet:
    """Return the table of cells, after adding every bad cell and missing column to `problems`."""
    from network.cells import cells_to_column, did_you_mean, required_columns

    file, lines, n_rows = cells.file, cells.lines, len(cells.lines)
    known = TABLES[name]
    absent = [column for column in known if column not in cells.columns]
    required = required_columns(name)
    for column in cells.header:
        if column not in known:
            remedy = did_you_mean(column, absent) or "it is kept but not used"
            problems.append(
                Finding(file, cells.header_line, column, "W101", f'unknown column "{column}"', remedy, "warning")
            )
    columns: dict[str, Column] = {}
    bad: dict[str, frozenset[int]] = {}
    for column in known:
        given = cells.columns.get(column)
        if given is None:
            if column in required:
                message, remedy = f'the column "{column}" is missing', "add it to the header and give it in every row"
                problems.append(Finding(file, cells.header_line, column, "E104", message, remedy))
                bad[column] = frozenset(range(n_rows))
            columns[column] = _nothing(n_rows) if column in NUMBERS else _texts([""] * n_rows)
            continue
        columns[column], bad_cells = cells_to_column(name, column, given)
        bad_rows = cells.ragged.union(bad_cells)
        for row, cell in bad_cells.items():
            if row not in cells.ragged:
                problems.append(Finding(file, int(lines[row]), column, cell.code, cell.message, cell.remedy))
        if column in required and not all(given):
            empty = [row for row, cell in enumerate(given) if not cell]
            bad_rows = bad_rows.union(empty)
            for row in empty:
                if row not in cells.ragged:
                    message = f"{column} is not given"
                    problems.append(Finding(file, int(lines[row]), column, "E110", message, "give it in every row"))
        if bad_rows:
            bad[column] = bad_rows
    return Sheet(_table(name, cells, columns), file, bad)


def empty_table(name: str) -> Table:
    """Return the table of a file that is not there: no rows, and no header, so that it is not written either."""
    columns = {column: freeze(_nothing(0) if column in NUMBERS else _texts([])) for column in TABLES[name]}
    return Table(name, MappingProxyType(columns), (), freeze(np.zeros(0, dtype=np.int64)))


def default_commodities() -> Table:
    """Return the commodities of a dataset that gives none: containers by the TEU."""
    columns = {column: [DEFAULT_COMMODITY.get(column, "")] for column in TABLES["commodities"]}
    return sound_table("commodities", Cells("commodities.csv", columns, np.zeros(1, dtype=np.int64)))


def rows_to_cells(rows: Sequence[Mapping[str, object]], *, file: str, known: Sequence[str]) -> Cells:
    """Return rows of plain values as cells, columns in the order of `known`, others behind; lines are 0."""
    names = dict.fromkeys(column for row in rows for column in row)
    header = [*(column for column in known if column in names), *(name for name in names if name not in known)]
    columns = {column: clean([cell_of(row.get(column)) for row in rows]) for column in header}
    return Cells(file, columns, np.zeros(len(rows), dtype=np.int64))


def rows_to_table(name: str, rows: Sequence[Mapping[str, object]], *, file: str = "") -> Table:
    """Return the table of plain rows, as in ``rows = [{…}]`` of a scenario; each row obeys the record of the table.

    Ids are not resolved here: `network.checks.dataset_errors` does that for a whole dataset.

    Raises
    ------
    DatasetError
        With all problems at once. Findings have the row's number (1 for the first) as their line.

    Examples
    --------
    >>> table = rows_to_table("rates", [{"mode": "rail", "country": "*", "speed_kmh": 35}])
    >>> table.header, table.number("speed_kmh").tolist()
    (('mode', 'country', 'speed_kmh'), [35.0])
    """
    cells = rows_to_cells(rows, file=file, known=TABLES[name])
    numbered = Cells(file, cells.columns, np.arange(1, len(rows) + 1, dtype=np.int64), header_line=0)
    problems: list[Finding] = []
    sheet = checked_sheet(name, numbered, problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DatasetError(errors)
    return Table(name, sheet.table.columns, sheet.table.header, freeze(cells.lines))


def cell_of(value: object) -> str:
    """Return a plain value as the text of a cell: shortest digits for numbers, 0/1 for booleans, items joined by ``;``.

    None, NaN and the missing values of pandas are empty cells.
    """
    if isinstance(value, str):
        return plain_line_ends(value)
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return ""
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return number_text(float(value))
    if isinstance(value, list | tuple):
        return ";".join(cell_of(item) for item in value)
    return str(value)


def cells_of(values: Sequence[object]) -> list[str]:
    """Return a column of plain values as the texts of cells; see `cell_of`."""
    kinds = set(map(type, values))
    # Columns of one kind are the rule, and a million values need not each be asked what they are.
    if kinds == {float}:
        return list(map(number_text, cast("Sequence[float]", values)))
    if kinds == {str}:
        return list(map(plain_line_ends, cast("Sequence[str]", values)))
    return list(map(cell_of, values))


def number_text(value: float) -> str:
    """Return the shortest digits that read back as `value`, without a trailing ``.0``; empty for NaN."""
    if value != value:
        return ""
    return repr(value).removesuffix(".0")


def _table(name: str, cells: Cells, columns: dict[str, Column]) -> Table:
    """Return the table of converted columns; further columns are texts behind the known ones."""
    for column, given in cells.columns.items():
        if column not in columns:
            columns[column] = _texts(given)
    frozen = {column: freeze(values) for column, values in columns.items()}
    return Table(name, MappingProxyType(frozen), cells.header, freeze(cells.lines))


def _texts(cells: Sequence[str]) -> NDArray[np.object_]:
    return np.fromiter(cells, dtype=np.object_, count=len(cells))


def _numbers(cells: Sequence[str]) -> NDArray[np.float64]:
    nan = float("nan")
    return np.array([float(cell) if cell else nan for cell in cells])


def _nothing(n_rows: int) -> NDArray[np.float64]:
    return np.full(n_rows, np.nan)
