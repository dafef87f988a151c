"""Tables on a terminal."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from optimizer.report.document import Document, Table


def draw(document: Document) -> None:
    """Draw a document on the terminal."""
    console = Console(highlight=False)
    for block in document:
        if isinstance(block, Table):
            console.print(_table(block))
        else:
            console.print(Text(block))


def _table(table: Table) -> RichTable:
    """Return the rich form of a table; the last row is set apart where the table has a total."""
    drawn = RichTable(title=table.title or None, title_justify="left", box=SIMPLE_HEAD, show_footer=False)
    for column in table.columns:
        drawn.add_column(column.header, justify=column.align, overflow="fold")
    last = len(table.rows) - 1
    for at, row in enumerate(table.rows):
        is_total = table.has_total and at == last
        if is_total:
            drawn.add_section()
        drawn.add_row(*(Text(cell) for cell in row), style="bold" if is_total else None)
    return drawn
