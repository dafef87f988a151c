"""The table of bottlenecks of a what-if: what one more unit of each capacity is worth before and now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.language import NO_NUMBER, _, unit_text
from optimizer.phrases import capacity_name
from optimizer.report.document import Table, columns, short_number, titled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from network.model import Dataset

    Outcome = Mapping[str, Any]

N_BOTTLENECKS = 15
"""Rows of a table; the JSON lists all."""
KEY = ("kind", "id", "from_node", "to_node")
"""What tells one capacity from another."""


def paired(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Yield the bottlenecks of both plans, each once, those of the changed one first."""
    before = {tuple(row[key] for key in KEY): row for row in outcome["bottlenecks_before"]}
    for row in outcome["bottlenecks"]:
        old = before.pop(tuple(row[key] for key in KEY), None)
        yield {**row, "before": old, "now": row}
    for row in before.values():
        yield {**row, "before": row, "now": None}


def most_worth(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the bottleneck that is worth most in all, None where one more unit of none saves anything."""
    priced = [row for row in rows if row["price_usd_per_unit"] > 0.0]
    return max(priced, key=lambda row: row["price_usd_per_unit"] * row["capacity"], default=None)


def called(data: Dataset, row: Mapping[str, Any] | None) -> str:
    """Return what a reader calls a capacity; its id where the data without the scenario does not know it."""
    if row is None:
        return NO_NUMBER
    return capacity_name(data, row["kind"], row["id"], row["from_node"], row["to_node"])


def ledger_table(data: Dataset, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return what one more unit saves before and now, how far that holds and what one less costs.

    Where no ranges were asked for, it is what one more saves at most.
    """
    has_ranges = any(has_range(row) for row in rows)
    headers: tuple[str, ...]
    if has_ranges:
        # Translators: "Holds from" and "to" are the headers of two columns beside each other.
        holds = (">" + _("Holds from"), ">" + _("to"))
        headers = (">" + _("One more, before"), ">" + _("One more, now"), *holds, ">" + _("One less"))
        whole = _("Bottlenecks before and now: what one more unit saves and one less costs, USD a year")
        part = _(
            "Bottlenecks before and now (top {most} of {n}): what one more unit saves and one less costs, USD a year"
        )
    else:
        headers = (">" + _("Worth up to, before"), ">" + _("Worth up to, now"))
        whole = _("Bottlenecks before and now: what one more unit saves at most, USD a year")
        part = _("Bottlenecks before and now (top {most} of {n}): what one more unit saves at most, USD a year")
    body = []
    for row in rows[:N_BOTTLENECKS]:
        now = row["now"]
        cells = [called(data, row), unit_text(row["unit"])]
        cells += [NO_NUMBER if now is None else short_number(now[key]) for key in ("capacity", "used")]
        if has_ranges:
            cells += [_exact(row["before"], "one_more_usd"), _exact(now, "one_more_usd"), *_range(now)]
            cells.append(_exact(now, "one_less_usd"))
        else:
            cells += [_exact(row[when], "price_usd_per_unit") for when in ("before", "now")]
        body.append(tuple(cells))
    return Table(
        columns(_("Bottleneck"), _("Unit"), ">" + _("Capacity"), ">" + _("Used"), *headers),
        tuple(body),
        title=titled(whole, part, len(rows), N_BOTTLENECKS),
    )


def has_range(row: Mapping[str, Any]) -> bool:
    """Tell whether it was asked how far a price holds."""
    sides = (row, row.get("before"), row.get("now"))
    return any(side is not None and side.get("holds_from") is not None for side in sides)


def _exact(row: Mapping[str, Any] | None, key: str) -> str:
    """Return what a unit is worth; a dash where the capacity does not bind or it is not known."""
    return NO_NUMBER if row is None or row.get(key) is None else short_number(row[key])


def _range(row: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the capacities between which a price holds; dashes where there is none or nobody asked."""
    if row is None or row.get("holds_from") is None:
        return NO_NUMBER, NO_NUMBER
    to = row["holds_to"]
    return short_number(row["holds_from"]), _("unlimited") if to is None else short_number(to)
