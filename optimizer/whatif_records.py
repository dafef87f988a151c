"""The records of a what-if as tables have them: a summary, what flows differently, and what binds before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.outcome import difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.sweep import Record

CAPACITY = ("kind", "id", "from_node", "to_node")
"""What tells one bottleneck from another."""
ABOUT = ("name", "year")
SUMMARY_COLUMNS = (
    *(*ABOUT, "status", "base_cost_usd", "cost_usd", "delta_cost_usd", "delta_objective_usd"),
    *("unmet_teu", "unmet_t", "base_unmet_teu", "base_unmet_t"),
    *("t_km", "co2_kg", "time_h", "base_t_km", "base_co2_kg", "base_time_h", "error"),
)
SHIFT_COLUMNS = (
    *(*ABOUT, "by", "id", "of", "way", "commodity", "unit", "before", "after", "delta", "delta_t", "way_name"),
)
BOTTLENECK_COLUMNS = (
    *(*ABOUT, "id", "kind", "from_node", "to_node", "capacity", "background", "unit", "used", "price_usd_per_unit"),
    *("holds_from", "holds_to", "price_left_usd_per_unit", "one_more_usd", "one_less_usd"),
    *("price_before_usd_per_unit", "capacity_before", "used_before"),
)
"""Columns of the three tables of a what-if."""


def summary_record(outcome: Record) -> dict[str, Any]:
    """Return the row of an outcome in the summary; one that failed has few of the columns."""
    if "error" in outcome:
        return {"name": outcome["name"], "year": outcome["year"], "status": "failed", "error": outcome["error"]["code"]}
    now, base = outcome["measures"], outcome["base_measures"]
    keys = ("t_km", "co2_kg", "time_h")
    return {
        **{key: outcome[key] for key in (*ABOUT, "status", "base_cost_usd", "cost_usd", "delta_cost_usd")},
        "delta_objective_usd": difference(now["objective_usd"], base["objective_usd"]),
        **{f"unmet_{unit}": volume for unit, volume in now["unmet"].items()},
        **{f"base_unmet_{unit}": volume for unit, volume in base["unmet"].items()},
        **{key: now[key] for key in keys},
        **{f"base_{key}": base[key] for key in keys},
        "error": "",
    }


def shift_records(outcomes: Iterable[Record]) -> list[dict[str, Any]]:
    """Return what flows differently, a row per shift; the name of what it is about stands in ``of``."""
    return [
        {**{key: outcome[key] for key in ABOUT}, **_renamed(shift)}
        for outcome in outcomes
        for shift in outcome.get("shifts", ())
    ]


def bottleneck_records(outcomes: Iterable[Record]) -> list[dict[str, Any]]:
    """Return what binds before or after, a row per capacity; what is known of one side only is not there or None."""
    return [row for outcome in outcomes for row in _bottleneck_rows(outcome)]


def _renamed(shift: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shift whose own name does not hide that of its scenario."""
    return {"of" if key == "name" else key: value for key, value in shift.items()}


def _bottleneck_rows(outcome: Record) -> Iterator[dict[str, Any]]:
    """Yield the capacities that bind after, then those that bind before only."""
    about = {key: outcome[key] for key in ABOUT}
    before = {tuple(row[key] for key in CAPACITY): row for row in outcome.get("bottlenecks_before", ())}
    for row in outcome.get("bottlenecks", ()):
        old = before.pop(tuple(row[key] for key in CAPACITY), {})
        yield {**about, **row, "capacity_before": old.get("capacity"), "used_before": old.get("used")}
    for row in before.values():
        own = {key: row[key] for key in (*CAPACITY, "unit")}
        old = {"capacity_before": row["capacity"], "used_before": row["used"]}
        yield {**about, **own, "price_usd_per_unit": 0.0, "price_before_usd_per_unit": row["price_usd_per_unit"], **old}
