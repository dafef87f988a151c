"""Tables for spreadsheets: CSV that no program runs as formulas, and workbooks in the format of Excel (XLSX)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""First characters by which spreadsheets take a text for a formula (OWASP, "CSV Injection")."""
MOST_ROWS = 1_048_575
"""Rows of a sheet below its header (ECMA-376 leaves it to programs; this is the limit of Excel)."""
MOST_CHARACTERS = 32_767
MOST_IN_NAME = 31
NOT_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
WIDTHS = (8, 60)
"""Least and greatest width of a column in characters."""
CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""Date in the properties of a workbook: always the same, so that equal contents are equal files."""


class Sheet(NamedTuple):
    """A sheet of a workbook: rows of plain values under columns.

    Attributes
    ----------
    name
        Title for the tab; characters that are not allowed there are left out.
    columns
        Names of the columns; empty for labels and their values, which have no header.
    rows
        Texts, numbers, truth values and None.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    r"""Return a CSV with a header; numbers stay as they are, texts that a spreadsheet would run are made harmless.

    A text that begins with one of `STARTS_FORMULA` gets an apostrophe before it.

    Examples
    --------
    >>> csv_text(("name", "usd"), [("=1+1", -5.0), (None, 2)])
    "name,usd\n'=1+1,-5.0\n,2\n"
    """
    return "".join(f"{csv_line(row)}\n" for row in (columns, *rows))


def csv_line(values: Iterable[object]) -> str:
    """Return one line of such a CSV without its end."""
    stream = io.StringIO()
    # With both characters of a line's end here, a cell that holds either of them is quoted.
    csv.writer(stream, lineterminator="\r\n").writerow([_harmless(value) for value in values])
    return stream.getvalue().removesuffix("\r\n")


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook; the same sheets give the same bytes.

    Headers are bold and stay in sight, columns can be filtered, numbers have the format of their column's unit. A text
    is always text, whatever it begins with. NaN and None are empty cells. A number keeps 16 digits.

    Raises
    ------
    ModuleNotFoundError
        XlsxWriter is not installed.
    ValueError
        A sheet has more rows than `MOST_ROWS`.
    """
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with Workbook(stream, options) as book:
        book.set_properties({"created": CREATED})
        bold = book.add_format({"bold": True, "bottom": 1})
        prose = book.add_format({"text_wrap": True, "valign": "top"})

        @cache
        def format_of(style: str, *, stands_alone: bool) -> Format:
            return book.add_format({"num_format": style, "valign": "top", "align": "left" if stands_alone else "right"})

        # Excel keeps this name for itself.
        taken = {"history"}
        for sheet in sheets:
            if len(sheet.rows) > MOST_ROWS:
                raise ValueError(f"{sheet.name} has {len(sheet.rows):,} rows, a sheet holds {MOST_ROWS:,}")
            page = book.add_worksheet(_tab_name(sheet.name, taken))
            styles = _number_formats(sheet)
            first = _write_header(page, sheet, bold)
            for at, row in enumerate(sheet.rows, start=first):
                for column, value in enumerate(row):
                    if sheet.columns:
                        _write(page, at, column, value, format_of(styles[column], stands_alone=False), None)
                    else:
                        _write(page, at, column, value, format_of(_own_format(value), stands_alone=True), prose)
            _set_widths(page, sheet)
    return stream.getvalue()


def _write_header(page: Worksheet, sheet: Sheet, bold: Format) -> int:
    """Write the names of the columns, if there are any, and return the row below them."""
    if not sheet.columns:
        return 0
    for column, name in enumerate(sheet.columns):
        page.write_string(0, column, name, bold)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
    return 1


def _write(page: Worksheet, row: int, column: int, value: object, number: Format, text: Format | None) -> None:
    """Write a value as what it is: a truth value, a number or a text; nothing for None and NaN."""
    if value is None or value != value:
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float) and isfinite(value):
        page.write_number(row, column, float(value), number)
    elif words := _words(value):
        page.write_string(row, column, words, text)


def _words(value: object) -> str:
    """Return a text that a cell can hold: what no Unicode file can hold is escaped, what is too long is cut."""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return text.encode(errors="backslashreplace").decode()[:MOST_CHARACTERS]


def _set_widths(page: Worksheet, sheet: Sheet) -> None:
    """Set the columns as wide as their longest cell, within `WIDTHS`."""
    least, most = WIDTHS
    n_columns = len(sheet.columns) or max(map(len, sheet.rows), default=0)
    for column in range(n_columns):
        # The button of the filter stands beside the name.
        name = len(sheet.columns[column]) + 3 if sheet.columns else 0
        cells = (_n_shown(row[column]) for row in sheet.rows if column < len(row))
        page.set_column(column, column, min(most, max(least, name, 1 + max(cells, default=0))))


def _n_shown(value: object) -> int:
    """Return how many characters a cell shows."""
    if isinstance(value, float) and isfinite(value):
        return len(f"{value:,.1f}")
    return 0 if value is None else len(str(value))


def _number_formats(sheet: Sheet) -> list[str]:
    """Return the format of each column's numbers."""
    return [_number_format(name, [row[at] for row in sheet.rows]) for at, name in enumerate(sheet.columns)]


def _number_format(column: str, values: Iterable[object]) -> str:
    """Return the format of a column by the unit in its name; amounts without one by their values."""
    if column == "year":
        return "0"
    if "share" in column:
        return "0.0%"
    if "_usd_per_" in column:
        return "#,##0.00"
    if column.endswith(("_usd", "_km", "_kg")):
        return "#,##0"
    if column.endswith("_h"):
        return "#,##0.0"
    numbers = [value for value in values if isinstance(value, float) and isfinite(value)]
    return "#,##0" if all(value == round(value) for value in numbers) else "#,##0.0"


def _own_format(value: object) -> str:
    """Return the format of a number that stands alone beside its label."""
    is_small = isinstance(value, float) and 0.0 < abs(value) < 1.0
    return "0.0E+00" if is_small else "#,##0"


def _tab_name(name: str, taken: set[str]) -> str:
    """Return a name that a tab may have and no other has, and keep it as taken."""
    allowed = _words(name).translate(NOT_IN_NAME).strip(" '")[:MOST_IN_NAME].strip(" '") or "–"
    unique = allowed
    n_same = 1
    while unique.casefold() in taken:
        n_same += 1
        unique = f"{allowed[: MOST_IN_NAME - len(str(n_same)) - 1]} {n_same}"
    taken.add(unique.casefold())
    return unique


def _harmless(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(STARTS_FORMULA):
        return f"'{value}"
    return value
