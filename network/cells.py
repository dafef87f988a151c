"""Turn the cells of one column into values, by the rules of its record; every bad cell is told with its remedy."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, get_args, get_origin

import numpy as np
from pydantic import TypeAdapter, ValidationError

from network.columns import NUMBERS
from network.countries import COUNTRY_CODES
from network.model import MODES, Column, split_list
from network.records import (
    CAPACITY_UNIT_PATTERN,
    DATE_PATTERN,
    ID_PATTERN,
    LARGEST,
    MONTHS_PATTERN,
    RECORDS,
    SMALLEST,
    TRANSFER_MODE_PATTERN,
    UNLOCODE_PATTERN,
)
from network.timetable import DAY_OF_WEEK, WEEKDAYS
from network.values import PERIODS_PER_YEAR, UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

CAPACITY_UNITS = tuple(f"{unit}/{period}" for unit in UNITS for period in PERIODS_PER_YEAR)


@dataclass(frozen=True, slots=True)
class BadCell:
    """Why a cell cannot be used and what to write instead."""

    code: str
    message: str
    remedy: str


def cells_to_column(table: str, column: str, cells: Sequence[str]) -> tuple[Column, dict[int, BadCell]]:
    """Return the values of a column and the bad cells by row; a bad or empty cell has no value (NaN or "").

    Columns that the record of `table` does not know are texts.
    """
    bad: dict[int, BadCell] = {}
    adapter = _adapter(table, column)
    if adapter is not None:
        rows: Sequence[int] = range(len(cells))
        given: Sequence[str] = list(cells)
        if not all(cells):
            rows = [row for row, cell in enumerate(cells) if cell]
            given = [cell for cell in cells if cell]
        try:
            values = adapter.validate_python(given)
        except ValidationError as error:
            field = RECORDS[table].model_fields[column]
            for problem in error.errors(include_url=False):
                row = rows[int(problem["loc"][0])]
                bad.setdefault(row, _explain(field, column, cells[row], problem))
            rows = [row for row in rows if row not in bad]
            values = adapter.validate_python([cells[row] for row in rows])
        if column in NUMBERS:
            numbers = np.full(len(cells), np.nan)
            numbers[rows] = values
            return numbers, bad
    texts = np.empty(len(cells), dtype=object)
    texts[:] = [("" if row in bad else cell) for row, cell in enumerate(cells)] if bad else cells
    return texts, bad


def required_columns(table: str) -> tuple[str, ...]:
    """Return the columns of a table in which no cell may be empty."""
    return tuple(name for name, field in RECORDS[table].model_fields.items() if field.is_required())


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return ``did you mean "…"?`` if one of `known` is close to `word`, else nothing."""
    close = difflib.get_close_matches(word.casefold(), {name.casefold(): name for name in known}, n=1, cutoff=0.6)
    return next((f'did you mean "{name}"?' for name in known if close and name.casefold() == close[0]), "")


@cache
def _adapter(table: str, column: str) -> TypeAdapter[list[float]] | TypeAdapter[list[str]] | None:
    """Return the validator of all given cells of a column; None where any text will do."""
    field = RECORDS[table].model_fields.get(column)
    if field is None or (field.annotation is str and not field.metadata):
        return None
    cell = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return TypeAdapter(list[cell])  # type: ignore[valid-type]


BOUNDS = {"greater_than_equal": "ge", "less_than_equal": "le"}
_PATTERNS: Mapping[str, tuple[str, str, str]] = {
    ID_PATTERN: ("E114", "cannot be an id", "use no semicolons, line breaks or control characters"),
    DATE_PATTERN: ("E143", "is no date", "write a day, month or year as 2025-10-09, 2025-10 or 2025"),
    MONTHS_PATTERN: ("E116", "is no range of months", "write months 1 to 12 as 4-11 or, over the new year, 11-3"),
    UNLOCODE_PATTERN: ("E126", "is no UN/LOCODE", "write five letters such as KZAAU, or leave the cell empty"),
    CAPACITY_UNIT_PATTERN: (
        "E119",
        "is no capacity unit",
        "write teu, t, train, truck, flight or sailing, then /day, /week, /month or /year",
    ),
    TRANSFER_MODE_PATTERN: (
        "E113",
        "is no mode of a transfer",
        "write road, river, sea, air, or rail with its gauge as rail1520",
    ),
}


def _explain(field: FieldInfo, column: str, cell: str, problem: ErrorDetails) -> BadCell:
    """Say in plain words why pydantic refused a cell."""
    kind, context = problem["type"], problem.get("ctx", {})
    shown = f'"{cell}"'
    if kind == "string_pattern_mismatch":
        return _bad_pattern(context["pattern"], cell)
    if kind == "literal_error":
        choices = _choices(field)
        remedy = did_you_mean(cell, choices) or f"write one of {', '.join(choices)}"
        return BadCell("E113", f"{shown} is not allowed here", remedy)
    if kind == "country":
        return BadCell("E115", f"{shown} {problem['msg']}", _mend_country(cell))
    if kind == "mode":
        wrong = next(mode for mode in split_list(cell) if mode not in MODES)
        return BadCell("E113", f'unknown mode "{wrong}"', did_you_mean(wrong, MODES) or f"write {' or '.join(MODES)}")
    if kind == "departures":
        days = (item.split()[0] for item in split_list(cell))
        wrong = next((day for day in days if day.casefold() not in DAY_OF_WEEK), "")
        remedy = "write weekdays, each with or without a time, such as mon 18:00;thu"
        return BadCell("E128", problem["msg"], did_you_mean(wrong, WEEKDAYS) or remedy)
    if kind == "finite_number":
        return BadCell("E117", f"{shown} is not a finite number", "write a finite number, or leave the cell empty")
    if kind == "int_parsing" and _is_number(cell):
        return BadCell("E118", f"{shown} is not a whole number", "write it without a fraction")
    if column == "directed":
        return BadCell("E112", f"{shown} is neither 0 nor 1", "write 1 for one way, 0 for both ways")
    if kind in BOUNDS:
        return _out_of_range(cell, kind, context[BOUNDS[kind]])
    return BadCell("E111", f"{shown} is not a number", "write digits with a decimal point, such as 1250.5")


def _out_of_range(cell: str, kind: str, bound: float) -> BadCell:
    if bound == SMALLEST and float(cell) <= 0:
        return BadCell("E112", f"{cell} is not above 0", "give more than 0")
    if kind == "greater_than_equal":
        return BadCell("E112", f"{cell} is below {bound:g}", f"give {bound:g} or more")
    remedy = "leave the cell empty where nothing limits it" if bound == LARGEST else f"give {bound:g} or less"
    return BadCell("E112", f"{cell} is above {bound:g}", remedy)


def _bad_pattern(pattern: str, cell: str) -> BadCell:
    code, message, remedy = _PATTERNS[pattern]
    if pattern == CAPACITY_UNIT_PATTERN:
        remedy = did_you_mean(cell, CAPACITY_UNITS) or remedy
    if pattern == TRANSFER_MODE_PATTERN and cell == "rail":
        return BadCell("E123", "rail without a gauge", "write the gauge with it: rail1435 or rail1520")
    if pattern == TRANSFER_MODE_PATTERN:
        remedy = did_you_mean(cell, ("rail1435", "rail1520", *MODES[1:])) or remedy
    return BadCell(code, f'"{cell}" {message}', remedy)


def _choices(field: FieldInfo) -> tuple[str, ...]:
    annotation = field.annotation
    literal = annotation if get_origin(annotation) is Literal else get_args(annotation)[0]
    return tuple(choice for choice in get_args(literal) if choice)


def _mend_country(cell: str) -> str:
    wrong = next((code for code in split_list(cell) if code not in COUNTRY_CODES), cell)
    if wrong.upper() in COUNTRY_CODES:
        return f'did you mean "{wrong.upper()}"?'
    return "write two capital letters such as KZ"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
