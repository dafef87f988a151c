"""A document is a list of paragraphs and tables; `plain` sets it as aligned text."""

from __future__ import annotations

from typing import Literal, NamedTuple
from unicodedata import combining, east_asian_width

from optimizer.language import NO_NUMBER, as_written, number_text

Align = Literal["left", "right"]


class Column(NamedTuple):
    """Header, in the language of the reader, and alignment of a table's column."""

    header: str
    align: Align = "left"


class Table(NamedTuple):
    """Rows of text under headers; with `has_total` the last row sums the others up."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    has_total: bool = False


Document = list[str | Table]


def columns(*headers: str) -> tuple[Column, ...]:
    """Return columns from headers; one that starts with ``>`` is aligned to the right."""
    return tuple(Column(header.removeprefix(">"), "right" if header.startswith(">") else "left") for header in headers)


def plain(document: Document) -> str:
    """Return the document as text, tables aligned by spaces, blocks set apart by blank lines."""
    return "\n\n".join(_plain_table(block) if isinstance(block, Table) else block for block in document)


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with thousands separators, as the language writes it; a dash where there is none."""
    return number_text(value, digits)


def short_number(value: float) -> str:
    """Return a number with four significant digits or all digits before the point, for columns of mixed size."""
    if value != value:
        return NO_NUMBER
    return as_written(f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}")


def percent(part: float, digits: int = 0, *, of: float = 1.0) -> str:
    """Return a part of something in percent, with a plain space before the sign as in all text on a terminal."""
    return as_written(f"{100 * part / of:.{digits}f} %")


def titled(whole: str, part: str, n: int, most: int) -> str:
    """Return the title of a table of all `n` rows, or of at most `most` of them."""
    return whole if n <= most else part.format(most=most, n=n)


def _plain_table(table: Table) -> str:
    """Set one table as aligned text."""
    cells = [tuple(column.header for column in table.columns), *table.rows]
    widths = [max(_width(row[at]) for row in cells) for at in range(len(table.columns))]
    rule = "  ".join("-" * width for width in widths)
    lines = [_line(row, widths, table.columns) for row in cells]
    lines.insert(1, rule)
    if table.has_total:
        lines.insert(-1, rule)
    return "\n".join([table.title, *lines] if table.title else lines)


def _line(row: tuple[str, ...], widths: list[int], set_as: tuple[Column, ...]) -> str:
    """Set one row."""
    parts = []
    for cell, width, column in zip(row, widths, set_as, strict=True):
        gap = " " * (width - _width(cell))
        parts.append(gap + cell if column.align == "right" else cell + gap)
    return "  ".join(parts).rstrip()


def _width(text: str) -> int:
    """Columns a text takes on a terminal: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
