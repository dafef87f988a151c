"""Errors that take more than one cell to see: within a row, between tables, and what the model would miss.

`find_errors` judges the sheets of a dataset being read, `dataset_errors` a dataset that a scenario has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.claims import find_unanswered
from network.columns import PERCENTILES
from network.errors import Finding, Severity
from network.field_sources import COLUMN as FIELD_SOURCES
from network.field_sources import find_misattributed
from network.observations import find_unfit
from network.reading import Sheet
from network.references import find_dangling, find_duplicates
from network.values import or_zero

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from network.model import Dataset, Mask

CAPACITY_TABLES = ("links", "transfers", "shared_capacities")
ENDS = {
    "links": ("from_node", "to_node", "begins and ends at the same node", "give two nodes"),
    "transfers": ("from_mode", "to_mode", "joins a mode with itself", "give two modes, or two gauges"),
    "demands": ("origin", "destination", "has the same origin and destination", "give two nodes, or drop the demand"),
}


def find_errors(
    sheets: Mapping[str, Sheet], only: Collection[str] = (), sources: Collection[str] = ()
) -> list[Finding]:
    """Return the errors over the tables of a dataset; tables that cannot be read are left out of `sheets`.

    With `only`, findings of other tables than these are not looked for. `sources` are the ids of declared sources.
    """
    from network.sufficiency import find_insufficient

    judged = {name: sheet for name, sheet in sheets.items() if not only or name in only}
    problems: list[Finding] = []
    for name, sheet in judged.items():
        problems += find_duplicates(name, sheet)
        problems += find_dangling(name, sheet, sheets)
        if name in ENDS:
            problems += _same_ends(sheet, *ENDS[name])
        if name in CAPACITY_TABLES:
            problems += _capacity_without_unit(sheet)
        if name in {"links", "transfers"}:
            problems += _years(sheet)
            problems += _percentiles(sheet, *PERCENTILES[name])
        if name == "links":
            problems += _gauge(sheet)
        if FIELD_SOURCES in sheet.table.columns:
            problems += find_misattributed(sheet, sources)
        if name == "observations":
            problems += find_unfit(sheet)
        if name == "claims":
            problems += find_unanswered(sheet)
    if not only or not {"nodes", "links", "transfers", "rates", "commodities", "shared_capacities"}.isdisjoint(only):
        problems += find_insufficient(sheets)
    return problems


def dataset_errors(data: Dataset, only: Collection[str] = ()) -> list[Finding]:
    """Return the errors of a dataset whose cells are sound one by one, as after a scenario; see `find_errors`."""
    sheets = {name: Sheet(table, f"{name}.csv") for name, table in data.tables.items()}
    return find_errors(sheets, only, data.info.sources)


def find_warnings(sheets: Mapping[str, Sheet]) -> list[Finding]:
    """Return warnings about cells that the model does not use."""
    problems: list[Finding] = []
    if links := sheets.get("links"):
        table = links.table
        both = ~np.isnan(table.number("time_h")) & ~np.isnan(table.number("speed_kmh"))
        message = "the speed is not used because time_h is given"
        problems += _told(links, both, "speed_kmh", "W102", message, "give one of the two")
    for name in CAPACITY_TABLES:
        if sheet := sheets.get(name):
            idle = np.isnan(sheet.table.number("capacity")) & (sheet.table.number("background") > 0)
            idle &= sheet.sound("capacity")
            message = "background without a capacity has no effect"
            problems += _told(sheet, idle, "background", "W103", message, "give the capacity too")
    if commodities := sheets.get("commodities"):
        for unit, column in (("t", "t_per_unit"), ("teu", "teu_per_unit")):
            factor = commodities.table.number(column)
            odd = (commodities.table.text("unit") == unit) & ~np.isnan(factor) & (factor != 1)
            message = f"a commodity counted in {unit} has 1 {unit} per unit"
            problems += _told(commodities, odd, column, "W104", message, "write 1, or count it in the other unit")
    return problems


def _told(
    sheet: Sheet, rows: Mask, column: str, code: str, message: str | Callable[[int], str], remedy: str
) -> list[Finding]:
    """Return a finding for each row of the mask; codes in W are warnings."""
    lines = sheet.table.lines
    severity: Severity = "warning" if code.startswith("W") else "error"
    return [
        Finding(
            sheet.file,
            int(lines[row]),
            column,
            code,
            message if isinstance(message, str) else message(row),
            remedy,
            severity,
        )
        for row in np.flatnonzero(rows).tolist()
    ]


def _same_ends(sheet: Sheet, start: str, end: str, message: str, remedy: str) -> list[Finding]:
    starts, ends = sheet.table.text(start), sheet.table.text(end)
    same = (starts == ends) & (starts != "") & sheet.sound(start, end)
    return _told(sheet, same, end, "E122", message, remedy)


def _gauge(links: Sheet) -> list[Finding]:
    missing = (links.table.text("mode") == "rail") & np.isnan(links.table.number("gauge_mm")) & links.sound("gauge_mm")
    return _told(links, missing, "gauge_mm", "E123", "rail without a gauge", "give it in mm, such as 1435 or 1520")


def _capacity_without_unit(sheet: Sheet) -> list[Finding]:
    table = sheet.table
    for_what = (table.number("capacity") > 0) & (table.text("capacity_unit") == "")
    for_what &= sheet.sound("capacity", "capacity_unit")
    remedy = "write what is counted and per when, such as train/day or teu/year"
    return _told(sheet, for_what, "capacity_unit", "E124", "the capacity has no unit", remedy)


def _years(sheet: Sheet) -> list[Finding]:
    starts, ends = sheet.table.number("from_year"), sheet.table.number("to_year")
    message = "the last year is before the first"
    return _told(sheet, starts > ends, "to_year", "E125", message, "swap them, or leave one empty")


def _percentiles(sheet: Sheet, median: str, p90: str) -> list[Finding]:
    medians = or_zero(sheet.table, median)
    low = (sheet.table.number(p90) < medians) & sheet.sound(median, p90)
    remedy = f"give no less than {median}, or leave it empty"

    def message(row: int) -> str:
        return f"the 90th percentile is below {median}, the median, of {medians[row]:g}"

    return _told(sheet, low, p90, "E129", message, remedy)
