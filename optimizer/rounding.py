"""Volumes of outcomes without the last digits that sums leave: 2,100 instead of 2,100.0000000000036."""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.sweep import Record

DIGITS = 9
"""Digits that a volume keeps: what is exact in a plan is so to about 1e-12 of the total, a sum of many a bit less."""
RANGE = ("used", "holds_from", "holds_to")
SHIFT = ("before", "after", "delta")
LISTS = ("unmet", "shifts", "bottlenecks", "bottlenecks_before", "changed")


def rounded(record: Mapping[str, Any]) -> Record:
    """Return an outcome or the summary of a plan with its volumes rounded to `DIGITS` digits; money stays as it is.

    What is a difference, or a part of a capacity, is rounded like the larger number it is taken from.
    """
    changed: Record = {key: [_row(row) for row in record[key]] for key in LISTS if key in record}
    changed |= {key: _measured(record[key]) for key in ("measures", "base_measures") if key in record}
    return {**record, **changed}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of a list with its volumes rounded."""
    changed: dict[str, Any] = {}
    if "delta" in row:
        size = _largest(row[key] for key in SHIFT)
        changed = {key: _round(row[key], size) for key in SHIFT}
        per_unit = row["delta_t"] / row["delta"] if row["delta"] and row.get("delta_t") is not None else 0.0
        if "delta_t" in row:
            changed["delta_t"] = _round(row["delta_t"], abs(size * per_unit))
    elif "used" in row:
        size = _largest((row.get("capacity"), row["used"]))
        changed = {key: _round(row[key], size) for key in RANGE if key in row}
    elif "used_before" in row:
        changed = {key: _round(row[key], _largest((row[key],))) for key in ("used_before", "used_after")}
    elif "volume" in row:
        changed = {"volume": _round(row["volume"], _largest((row["volume"],)))}
    return {**row, **changed}


def _measured(measures: Mapping[str, Any]) -> dict[str, Any]:
    """Return measures with tonnes, tonne-kilometers and what is unmet rounded."""
    unmet = {unit: _round(volume, _largest((volume,))) for unit, volume in measures["unmet"].items()}
    return {
        **measures,
        "unmet": unmet,
        **{key: _round(measures[key], _largest((measures[key],))) for key in ("t", "t_km")},
    }


def _largest(values: Iterable[float | None]) -> float:
    """Return the largest size of numbers, 0 without any."""
    return max((abs(value) for value in values if value is not None and isfinite(value)), default=0.0)


def _round(value: float | None, size: float) -> float | None:
    """Return a number with as many decimals as one of a size has that is written in `DIGITS` digits."""
    if value is None or not isfinite(value) or size <= 0.0:
        return value
    # Adding 0 takes the sign off a zero.
    return round(float(value), DIGITS - 1 - floor(log10(size))) + 0.0
