"""Tables on a terminal."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from optimizer.report.document import Document, Table

GAP = 2
MIN_WIDTH = 10  # of a column of words, in characters


def draw(document: Document) -> None:
    """Draw a document on the terminal."""
    console = Console(highlight=False)
    for at, block in enumerate(document):
        if at:
            console.print()
        if isinstance(block, Table):
            if block.title:
                console.print(Text(block.title, style="italic"))
            console.print(_table(block, console.width))
        else:
            console.print(Text(block))


def _table(table: Table, width: int) -> RichTable:
    """Return the rich form of a table; the last row is set apart where the table has a total."""
    drawn = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    whole = _whole_columns(table, width)
    for at, column in enumerate(table.columns):
        drawn.add_column(column.header, justify=column.align, overflow="fold", no_wrap=at in whole)
    last = len(table.rows) - 1
    for at, row in enumerate(table.rows):
        is_total = table.has_total and at == last
        if is_total:
            drawn.add_section()
        drawn.add_row(*(Text(cell) for cell in row), style="bold" if is_total else None)
    return drawn


def _whole_columns(table: Table, width: int) -> set[int]:
    """Return the columns never to be broken, numbers and ids, where that leaves the others room on the terminal.

    Otherwise none: a broken cell can be read, one cut off cannot.
    """
    cells = [[row[at] for row in table.rows] for at in range(len(table.columns))]
    whole = {
        at
        for at, column in enumerate(table.columns)
        if column.align == "right" or not any(" " in cell for cell in cells[at])
    }
    taken = sum(max(cell_len(cell) for cell in (table.columns[at].header, *cells[at])) for at in whole)
    others = len(table.columns) - len(whole)
    gaps = GAP * (len(table.columns) - 1)
    return whole if taken + MIN_WIDTH * others + gaps <= width else set()
