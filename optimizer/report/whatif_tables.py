"""The tables of a what-if for programs and spreadsheets, each with the names of its columns in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.report.sheets import Sheet
from optimizer.report.whatif import CSV_COLUMNS, summary_rows
from optimizer.whatif_records import BOTTLENECK_COLUMNS, SHIFT_COLUMNS, bottleneck_records, shift_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.report.table_names import WhatIfTable
    from optimizer.sweep import Record
    from optimizer.whatif import WhatIf

AMOUNTS = ("t", "t_km", "time_h", "co2_kg", "cost_usd")
MEASURE_COLUMNS = ("name", "year", "mode", *(f"{when}{amount}" for amount in AMOUNTS for when in ("base_", "")))


def whatif_table(result: WhatIf, table: WhatIfTable) -> Sheet:
    """Return one table of a what-if.

    ``summary`` has a row per scenario and year, ``shifts`` one per volume that differs, ``bottlenecks`` one per
    capacity that binds before or after, ``measures`` one per mode, with the unchanged plan beside (``base_…``).
    """
    if table == "summary":
        return Sheet(table, CSV_COLUMNS, summary_rows(result.to_mapping()))
    if table == "shifts":
        return Sheet(table, SHIFT_COLUMNS, _rows(shift_records(result.outcomes), SHIFT_COLUMNS))
    if table == "bottlenecks":
        return Sheet(table, BOTTLENECK_COLUMNS, _rows(bottleneck_records(result.outcomes), BOTTLENECK_COLUMNS))
    return Sheet(table, MEASURE_COLUMNS, [row for outcome in result.outcomes for row in _measure_rows(outcome)])


def _rows(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[list[Any]]:
    """Return the cells of records, None for what one does not have."""
    return [[record.get(column) for column in columns] for record in records]


def _measure_rows(outcome: Record) -> Iterator[list[Any]]:
    """Yield the work of each mode in the changed plan and in the unchanged one."""
    if "error" in outcome:
        return
    before, now = ({work["mode"]: work for work in outcome[key]["work"]} for key in ("base_measures", "measures"))
    for mode in dict.fromkeys((*now, *before)):
        sides = (before.get(mode, {}), now.get(mode, {}))
        yield [outcome["name"], outcome["year"], mode, *(side.get(amount) for amount in AMOUNTS for side in sides)]
