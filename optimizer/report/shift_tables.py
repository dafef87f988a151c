"""The tables of what flows differently in a what-if: by corridor, country and mode, and who moved where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.language import _, as_written, noted, unit_text
from optimizer.report.document import Table, columns, number, titled
from optimizer.report.routes import goods_text
from optimizer.report.spoken_names import demand_name, shift_name, way_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from network.model import Dataset
    from optimizer.moves import Move

N_SHIFTS = 10
N_MOVES = 10
"""Rows of a table; the JSON lists all."""
TITLES = {
    "corridor": (
        noted("Corridor"),
        noted("Shifts by corridor"),
        noted("Shifts by corridor (top {most} of {n})"),
    ),
    "country": (
        noted("Country"),
        noted("Shifts by country"),
        noted("Shifts by country (top {most} of {n})"),
    ),
    "mode": (
        noted("Mode"),
        noted("Shifts by mode"),
        noted("Shifts by mode (top {most} of {n})"),
    ),
}
"""What shifts are told by: the header of the column, and the titles of a table with all rows and with some."""


class Change(NamedTuple):
    """What differs of one corridor, country or mode: containers in TEU, goods not in TEU and all goods in tonnes."""

    name: str
    teu: Mapping[str, Any] | None
    bulk_t: float
    tonnes: Mapping[str, Any] | None


def changes_by(data: Dataset, shifts: Iterable[Mapping[str, Any]], by: str) -> Iterator[Change]:
    """Yield what differs by ``corridor``, ``country`` or ``mode``, most tonnes first; less than a unit is left out."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in shifts:
        if row["by"] == by:
            groups.setdefault(row["id"], []).append(row)
    for members in groups.values():
        total = {row["unit"]: row for row in members if not row["commodity"]}
        bulk_t = sum(row["delta"] for row in members if row["commodity"] and row["unit"] == "t")
        teu, tonnes = total.get("teu"), total.get("t")
        # Else only which goods they are differs, and these are told by demand.
        if (teu and round(teu["delta"])) or round(bulk_t) or (tonnes and round(tonnes["delta"])):
            yield Change(shift_name(data, members[0]), teu, bulk_t, tonnes)


def shift_table(data: Dataset, shifts: Iterable[Mapping[str, Any]], by: str) -> Table:
    """Return what differs by ``corridor``, ``country`` or ``mode``."""
    body = [
        (
            name,
            *("" if teu is None else number(teu[key]) for key in ("before", "after")),
            "" if teu is None else signed_volume(teu["delta"]),
            signed_volume(bulk_t) if round(bulk_t) else "",
            *("" if tonnes is None else number(tonnes[key] / 1e3, 1) for key in ("before", "after")),
        )
        for name, teu, bulk_t, tonnes in changes_by(data, shifts, by)
    ]
    header, whole, part = TITLES[by]
    return Table(
        columns(
            _(header),
            ">" + _("TEU before"),
            ">" + _("TEU now"),
            ">" + _("Change TEU"),
            ">" + _("Other goods, change t"),
            ">" + _("All kt before"),
            ">" + _("All kt now"),
        ),
        tuple(body[:N_SHIFTS]),
        title=titled(_(whole), _(part), len(body), N_SHIFTS),
    )


def move_table(data: Dataset, moves: Sequence[Move]) -> Table:
    """Return who moved from which way to which."""
    return Table(
        columns(_("Demand"), _("Commodity"), ">" + _("Volume"), _("Unit"), _("From"), _("To")),
        tuple(
            (
                demand_name(data, move.demand_id, move.name),
                goods_text(data, move.commodity),
                number(move.volume),
                unit_text(move.unit),
                way_name(data, move.from_way, move.from_name),
                way_name(data, move.to_way, move.to_name),
            )
            for move in moves[:N_MOVES]
        ),
        title=titled(
            _("Who moved: volume per year from one way to another"),
            _("Who moved (top {most} of {n}): volume per year from one way to another"),
            len(moves),
            N_MOVES,
        ),
    )


def signed_volume(value: float) -> str:
    """Return a change with its sign."""
    return as_written(f"{round(value) or 0:+,d}")
