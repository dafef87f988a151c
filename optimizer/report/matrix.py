"""A matrix of routes as a forwarder reads it: places against places where few, else one line per pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language import NO_NUMBER, _, mode_text, n_
from optimizer.matrix import COLUMNS
from optimizer.report.document import Column, Document, Table, columns, number
from optimizer.report.routes import corridor_name, days
from optimizer.report.sheets import csv_line

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from network.model import Dataset
    from optimizer.matrix import Cell
    from optimizer.route import Route

MOST_COLUMNS = 12
"""Destinations that are set side by side; more of them are listed pair by pair."""


def matrix_document(data: Dataset, cells: Sequence[Cell], n_destinations: int) -> Document:
    """Return tables of days and of money, origins against destinations, or one list of pairs where these are many.

    `cells` are those of whole origins, `n_destinations` each.
    """
    if n_destinations > MOST_COLUMNS:
        return [Table(_list_columns(), tuple(_pair_row(data, cell) for cell in cells))]
    return [
        _side_by_side(_("Days"), cells, n_destinations, lambda route: days(route.time_h)),
        _side_by_side(_("USD"), cells, n_destinations, lambda route: number(route.cost_usd)),
    ]


def matrix_csv_lines(cells: Iterable[Cell]) -> Iterator[str]:
    """Yield the lines of a CSV, each as soon as its cell is there."""
    yield csv_line(COLUMNS)
    for cell in cells:
        yield csv_line(cell.to_row())


def refusals(reasons: Counter[str], n_pairs: int) -> str:
    """Say how many of all pairs have no route, and why."""
    n_none = reasons.total()
    listed = ", ".join(f"{_(reason)} ({number(count)})" for reason, count in reasons.most_common())
    told = n_(
        "{n} of {n_pairs} pairs has no route: {reasons}", "{n} of {n_pairs} pairs have no route: {reasons}", n_none
    )
    return told.format(n=number(n_none), n_pairs=number(n_pairs), reasons=listed)


def _list_columns() -> tuple[Column, ...]:
    """Return the columns of a list of pairs."""
    return columns(
        _("From"),
        _("To"),
        ">" + _("Days"),
        ">" + _("USD"),
        ">" + _("kg CO2e"),
        ">" + _("km"),
        ">" + _("Borders"),
        ">" + _("Gauge changes"),
        _("Modes"),
        _("Corridor, or why not"),
    )


def _side_by_side(title: str, cells: Sequence[Cell], n_destinations: int, shown: Callable[[Route], str]) -> Table:
    """Return a table with a row for each origin and a column for each destination; a dash where there is no route."""
    header = (Column(_("From \\ To")), *(Column(cell.destination, "right") for cell in cells[:n_destinations]))
    rows = []
    for start in range(0, len(cells), n_destinations):
        row = cells[start : start + n_destinations]
        rows.append((row[0].origin, *(NO_NUMBER if cell.route is None else shown(cell.route) for cell in row)))
    return Table(header, tuple(rows), title=title)


def _pair_row(data: Dataset, cell: Cell) -> tuple[str, ...]:
    """Return the line of one pair."""
    route = cell.route
    if route is None:
        return (cell.origin, cell.destination, *(NO_NUMBER,) * 6, "", _(cell.reason))
    numbers = (number(route.cost_usd), number(route.co2_kg), number(route.length_km))
    counts = (number(cell.n_borders), number(cell.n_gauge_changes))
    texts = (" ".join(map(mode_text, route.modes)), corridor_name(data, route.corridor))
    return (cell.origin, cell.destination, days(route.time_h), *numbers, *counts, *texts)
