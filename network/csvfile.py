"""Read a CSV file into cells, with the line of every row; problems of the file as such are told here."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


# What some spreadsheets write where the comma is the decimal sign.
FOREIGN_SEPARATOR = re.compile(r"[;\t]")


class Cells(NamedTuple):
    """The cells of a table as stripped text, by column; `lines` (n_rows,) is the line on which each row begins.

    `ragged` holds the rows with too few or too many cells; they are padded or cut to the header.
    """

    file: str
    columns: Mapping[str, Sequence[str]]
    lines: NDArray[np.int64]
    ragged: frozenset[int] = frozenset()
    header_line: int = 1

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns in the order of the file."""
        return tuple(self.columns)


def read_text(path: Path, file: str, problems: list[Finding]) -> str | None:
    """Return the text of a UTF-8 file without its byte order mark, or None after adding to `problems`."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        problems.append(Finding(file, 0, "", "E101", "the file is missing", "add it to the dataset folder"))
        return None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(Finding(file, 0, "", "E102", f"cannot be read: {reason}", "make it a readable file"))
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(Finding(file, line, "", "E102", "is not UTF-8 text", "save the file in the encoding UTF-8"))
        return None


def read_cells(path: Path, file: str, problems: list[Finding]) -> Cells | None:
    """Return the cells of a CSV file, or None where it has no header; problems are added to `problems`."""
    text = read_text(path, file, problems)
    if text is None:
        return None
    rows, lines = _rows(text, file, problems)
    if not rows:
        if not problems or problems[-1].file != file:
            problems.append(Finding(file, 1, "", "E103", "the file is empty", "begin it with a line of column names"))
        return None
    header = [name.strip() for name in rows[0]]
    n_columns = len(header)
    if n_columns == 1 and (parted := FOREIGN_SEPARATOR.search(header[0])):
        message = f'cannot be read as CSV: the columns are parted by "{parted[0]}"'.replace("\t", "tab")
        problems.append(Finding(file, lines[0], "", "E107", message, "save the file with commas between the columns"))
        return None
    del rows[0]
    ragged = frozenset(row for row, cells in enumerate(rows) if len(cells) != n_columns)
    for row in sorted(ragged):
        n_cells = len(rows[row])
        few = "few" if n_cells < n_columns else "many"
        message = f"too {few} cells: {n_cells} where the header has {n_columns}"
        remedy = "give one cell per column; put quotes around text with commas"
        problems.append(Finding(file, lines[row + 1], "", "E106", message, remedy))
        rows[row] = (rows[row] + [""] * n_columns)[:n_columns]
    columns: dict[str, Sequence[str]] = {}
    for name, cells in zip(header, zip(*rows, strict=True) if rows else [()] * n_columns, strict=True):
        if not name or name in columns:
            message = f'the column "{name}" is there twice' if name else "a column has no name"
            remedy = "keep one of them" if name else "name it or remove it"
            problems.append(Finding(file, lines[0], name, "E105", message, remedy))
            continue
        columns[name] = clean(cells)
    return Cells(file, columns, np.array(lines[1:], dtype=np.int64), ragged, lines[0])


def clean(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells without space around them."""
    # A column without any text is common and soon told; a strip that takes nothing returns the same text.
    return list(map(str.strip, cells)) if any(cells) else cells


def plain_line_ends(text: str) -> str:
    """Return a text with every line end, also inside quoted cells, as a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _rows(text: str, file: str, problems: list[Finding]) -> tuple[list[list[str]], list[int]]:
    """Return the rows that are not blank and the line on which each begins; none at all where quotes go wrong."""
    reader = csv.reader(io.StringIO(plain_line_ends(text), newline=""), strict=True)
    rows: list[list[str]] = []
    ends = [0]
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error as error:
        remedy = 'close every quoted cell and write a quote inside it twice: "He said ""no"""'
        problems.append(Finding(file, ends[-1] + 1, "", "E107", f"cannot be read as CSV: {error}", remedy))
        return [], []
    given = [(row, end + 1) for row, end in zip(rows, ends, strict=False) if any(row)]
    return [row for row, _ in given], [line for _, line in given]
