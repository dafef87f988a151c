"""CSV that is no formula, and workbooks that Excel's own reader reads back."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from optimizer.report.sheets import MOST_CHARACTERS, STARTS_FORMULA, Sheet, csv_line, csv_text, workbook

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("http://x")', "-5.0"]
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
CELLS = st.one_of(st.none(), st.floats(allow_nan=False), st.integers(), st.booleans(), TEXTS)


def read_back(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the sheets of a workbook."""
    book = load_workbook(io.BytesIO(content))
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_is_a_formula_gets_an_apostrophe(text: str) -> None:
    """Whatever the column and the quotes; the text itself is all there behind it."""
    ((header,), (cell,)) = csv.reader(io.StringIO(csv_text(("name",), [(text,)]), newline=""))
    assert (header, cell) == ("name", f"'{text}")


def test_numbers_stay_numbers_and_harmless_texts_as_they_are() -> None:
    """Negative numbers begin with a minus and are no text."""
    assert csv_line((-5.0, -3, 1e-7, None, "a-b", "", True)) == "-5.0,-3,1e-07,,a-b,,True"
    assert csv_text(("x", "y"), []) == "x,y\n"


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_every_cell_comes_back(rows: list[list[object]]) -> None:
    """A reader of CSV finds all cells where they were, and none of the texts begins like a formula."""
    found = list(csv.reader(io.StringIO(csv_text(("a", "b"), rows), newline="")))
    assert len(found) == len(rows) + 1
    for cells, row in zip(found[1:], rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                assert cell in (value, f"'{value}")
                assert not cell.startswith(STARTS_FORMULA)
            else:
                assert cell == ("" if value is None else str(value))


def test_a_workbook_has_what_it_was_given() -> None:
    """Texts stay texts, numbers numbers; None and NaN are empty, infinity is a word."""
    rows = [(text, -1.5, True) for text in HOSTILE] + [("", nan, None), ("far", inf, 7)]
    found = read_back(workbook([Sheet("Rows", ("name", "cost_usd", "n"), rows)]))["Rows"]
    assert found[0] == ("name", "cost_usd", "n")
    assert [(row[1], row[2]) for row in found[1:-2]] == [(-1.5, True)] * len(HOSTILE)
    # A line's end in a cell of XML is always a line feed.
    assert [row[0] for row in found[1:-2]] == [text.replace("\r", "_x000D_") for text in HOSTILE]
    assert found[-2:] == [(None, None, None), ("far", "inf", 7)]


def test_texts_are_never_formulas_or_links() -> None:
    """Not for the program that opens the workbook either."""
    book = load_workbook(io.BytesIO(workbook([Sheet("x", ("a",), [(text,) for text in HOSTILE])])))
    cells = [cell for row in book["x"].iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_headers_stay_in_sight_and_columns_have_their_formats() -> None:
    """Bold, frozen, with a filter; formats follow the units in the names."""
    columns = ("name", "year", "cost_usd", "price_usd_per_unit", "time_h", "length_km", "share", "volume", "used")
    row = ("a", 2030, 1234.5, 0.25, 1.25, 10.4, 0.5, 12.0, 1.5)
    page = load_workbook(io.BytesIO(workbook([Sheet("x", columns, [row])])))["x"]
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:I2")
    assert all(cell.font.b for cell in page[1])
    assert [cell.number_format for cell in page[2]][1:] == [
        *("0", "#,##0", "#,##0.00", "#,##0.0", "#,##0", "0.0%", "#,##0", "#,##0.0")
    ]
    assert page.column_dimensions["D"].width > page.column_dimensions["A"].width


def test_the_same_sheets_are_the_same_bytes() -> None:
    """No time of day, no random id."""
    sheets = [Sheet("About", (), [("Year", "2030"), ("Gap", 1e-9)]), Sheet("x", ("a",), [("é",)])]
    assert workbook(sheets) == workbook(sheets)


def test_labels_and_values_have_no_header() -> None:
    """Nothing is frozen or filtered on such a sheet, and small numbers keep their digits in sight."""
    page = load_workbook(io.BytesIO(workbook([Sheet("About", (), [("Gap", 1e-9), ("Cost", 5e9)])])))["About"]
    assert (page.freeze_panes, page.auto_filter.ref) == (None, None)
    assert [page[at].number_format for at in ("B1", "B2")] == ["0.0E+00", "#,##0"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a/b\\c[1]:*?"], ["a b c 1"]),
        (["'quoted'"], ["quoted"]),
        (["x" * 40, "x" * 40, "X" * 31], ["x" * 31, "x" * 29 + " 2", "X" * 29 + " 3"]),
        (["History"], ["History 2"]),
        (["", "[]"], ["–", "– 2"]),
        (["Пункты перехода и терминалы портов моря"], ["Пункты перехода и терминалы пор"]),
    ],
)
def test_names_of_sheets_are_such_as_excel_takes(names: list[str], expected: list[str]) -> None:
    """Short, legal, each once whatever the case."""
    assert list(read_back(workbook([Sheet(name, ("a",), []) for name in names]))) == expected


def test_texts_that_no_cell_can_hold() -> None:
    """Half a character is escaped, a novel is cut, a moment is in ISO 8601."""
    rows = [("\udc80",), ("n" * (MOST_CHARACTERS + 1),), (datetime(2026, 12, 1, 18),)]
    found = read_back(workbook([Sheet("x", ("a",), rows)]))["x"]
    assert [row[0] for row in found[1:]] == ["\\udc80", "n" * MOST_CHARACTERS, "2026-12-01T18:00:00"]


def test_too_many_rows_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet ends somewhere, and rows beyond its end would be lost without a word."""
    monkeypatch.setattr("optimizer.report.sheets.MOST_ROWS", 2)
    with pytest.raises(ValueError, match="x has 3 rows, a sheet holds 2"):
        workbook([Sheet("x", ("a",), [(1,)] * 3)])
