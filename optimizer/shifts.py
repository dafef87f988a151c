"""What flows differently in two plans: by corridor, country, mode, link and demand."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizer.listing import frame_of
from optimizer.moves import moves_of
from optimizer.passages import passages_of
from optimizer.report.routes import corridor_name, node_name
from optimizer.volumes import (
    NOT_ASKED,
    UNMET,
    volumes_by_corridor,
    volumes_by_country,
    volumes_by_link,
    volumes_by_mode,
    volumes_by_way,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from network.model import Dataset, Mask, Numbers
    from optimizer.moves import Move
    from optimizer.passages import Passages
    from optimizer.resources import Rows
    from optimizer.result import Plan
    from optimizer.volumes import By, Volumes

ROUNDING = 1e-6
"""Part of all volume below which a difference between two plans is rounding."""
SAME = 1e-9
"""Relative difference of objectives up to which two plans cost the same."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A yearly volume that differs between two plans.

    Attributes
    ----------
    by
        ``corridor``, ``country`` (goods that pass a link with an end in it, each unit once), ``mode`` (each unit
        once), ``link`` (one direction) or ``demand``.
    id, name
        Of the corridor, country, mode or demand; of a link its id with ``>`` for forward or ``<`` for backward, and
        the places it leads from and to.
    way
        Of a demand, the corridor its goods take: an id, ``(no corridor)``, ``(unmet)`` or, where the volume of the
        demand itself differs, ``(not asked)``; empty for all else. `way_name` is its name.
    commodity
        Id of the commodity; empty for the sum of all that count in `unit`: in ``teu`` the commodities counted in TEU,
        in ``t`` all goods.
    unit
        ``teu`` or ``t``, of the three volumes.
    before, after, delta
        Per year; `delta` = `after` - `before`.
    delta_t
        `delta` in tonnes, so that goods in different units compare.
    """

    by: By
    id: str
    name: str
    way: str
    commodity: str
    unit: str
    before: float
    after: float
    delta: float
    delta_t: float
    way_name: str = ""

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


SHIFT_COLUMNS = tuple(field.name for field in fields(Shift))


@dataclass(frozen=True, slots=True)
class Shifts:
    """All shifts between two plans: corridors, countries, modes, links and demands, each largest first.

    `is_tie` says that the plans cost the same (up to a relative 1e-9 of what is minimized), so that the difference
    between them saves nothing: equally cheap plans may split the goods otherwise.
    """

    rows: tuple[Shift, ...]
    is_tie: bool

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Shift]:
        return iter(self.rows)

    def of(self, by: By, *, commodity: str | None = None) -> list[Shift]:
        """Return the shifts by one thing, those of one commodity where it is given."""
        return [row for row in self.rows if row.by == by and commodity in (None, row.commodity)]

    def moves(self) -> list[Move]:
        """Return who moved from where to where, largest first."""
        return moves_of([row.to_mapping() for row in self.rows if row.by == "demand"])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per shift, with the attributes of `Shift` as columns."""
        return frame_of(self.rows, SHIFT_COLUMNS)

    def to_mapping(self) -> list[dict[str, Any]]:
        """Return the shifts as plain values."""
        return [row.to_mapping() for row in self.rows]


def shifts_between(before: Plan, after: Plan) -> Shifts:
    """Return what flows differently in two plans of a year, whose networks and demands may differ.

    A path counts in one corridor only, once in every country and mode that it passes. Differences below a millionth of
    the volume of all demands are rounding and left out. Without an answer to either plan there are no shifts.
    """
    if before.objective_usd is None or after.objective_usd is None:
        return Shifts((), is_tie=False)
    goods = _goods_of(passages_of(before), passages_of(after))
    groups: tuple[tuple[By, Callable[[Passages], Volumes]], ...] = (
        ("corridor", volumes_by_corridor),
        ("country", volumes_by_country),
        ("mode", volumes_by_mode),
        ("link", volumes_by_link),
    )
    rows = [row for by, volumes_by in groups for row in _group_shifts(goods, by, volumes_by)]
    of_demands = _demand_shifts(goods)
    # Equal flows of several demands from one origin may be split among them in many ways: that is no shift.
    if rows or any(row.way in (UNMET, NOT_ASKED) for row in of_demands):
        rows.extend(of_demands)
    scale = max(abs(before.objective_usd), abs(after.objective_usd))
    return Shifts(tuple(rows), is_tie=abs(after.objective_usd - before.objective_usd) <= SAME * scale)


class _Goods(NamedTuple):
    """The two plans with the commodities of both, in the order of the one before, then new ones.

    `column` says in which column each plan's own commodities stand; `t_per_unit` and `asked` (yearly volume of all
    demands) have shape (2, n_commodities), NaN and 0 for a commodity that a plan does not know.
    """

    sides: tuple[Passages, Passages]
    ids: list[str]
    in_teu: Mask
    column: tuple[Rows, Rows]
    t_per_unit: Numbers
    asked: Numbers


def _goods_of(before: Passages, after: Passages) -> _Goods:
    """Return the commodities of two plans side by side."""
    sides = (before, after)
    tables = [side.plan.data.commodities for side in sides]
    unit_of = {name: unit for table in tables for name, unit in zip(table.row_of, table.text("unit"), strict=True)}
    position = {name: at for at, name in enumerate(unit_of)}
    column = tuple(np.array([position[name] for name in table.row_of], dtype=np.int64) for table in tables)
    t_per_unit, asked = np.zeros((2, len(position))), np.zeros((2, len(position)))
    for at, (side, table) in enumerate(zip(sides, tables, strict=True)):
        t_per_unit[at, column[at]] = table.number("t_per_unit")
        volume = side.plan.blocks.volume
        asked[at, column[at]] = np.bincount(side.demand_commodity, volume, minlength=len(table))
    in_teu = np.array([unit == "teu" for unit in unit_of.values()], dtype=np.bool_)
    return _Goods(sides, list(position), in_teu, (column[0], column[1]), t_per_unit, asked)


def _group_shifts(goods: _Goods, by: By, volumes_by: Callable[[Passages], Volumes]) -> list[Shift]:
    """Return what differs by group: all goods in TEU and in tonnes, and, but for links, each commodity."""
    found = [volumes_by(side) for side in goods.sides]
    groups = list(dict.fromkeys(group for volumes in found for group in volumes.groups))
    position = {group: at for at, group in enumerate(groups)}
    n_commodities = len(goods.ids)
    volume = np.zeros((2, len(groups), n_commodities))
    for at, volumes in enumerate(found):
        rows = np.array([position[group] for group in volumes.groups], dtype=np.int64)
        volume[at][rows[:, None], goods.column[at]] = volumes.volume
    t = volume * goods.t_per_unit[:, None, :]
    # Behind the commodities stand two sums: those in TEU, and all in tonnes.
    amount = np.dstack([volume, volume[:, :, goods.in_teu].sum(axis=2), t.sum(axis=2)])
    tonnes = np.dstack([t, t[:, :, goods.in_teu].sum(axis=2), t.sum(axis=2)])
    asked_t = (goods.asked * goods.t_per_unit).sum(axis=1)
    asked = np.column_stack([goods.asked, goods.asked[:, goods.in_teu].sum(axis=1), asked_t]).max(axis=0)
    delta, delta_t = amount[1] - amount[0], tonnes[1] - tonnes[0]
    differs = np.abs(delta) > ROUNDING * asked
    if by == "link":
        differs[:, :n_commodities] = False
    labels = [("", "teu"), ("", "t")]
    labels[:0] = [(name, "teu" if in_teu else "t") for name, in_teu in zip(goods.ids, goods.in_teu, strict=True)]
    names = {row: _name(goods, by, groups[row]) for row in np.flatnonzero(differs.any(axis=1)).tolist()}
    shifts = []
    for row, column in np.argwhere(differs).tolist():
        commodity, unit = labels[column]
        before, after = float(amount[0, row, column]), float(amount[1, row, column])
        in_t = float(delta_t[row, column])
        shifts.append(Shift(by, groups[row], names[row], "", commodity, unit, before, after, after - before, in_t))
    return sorted(shifts, key=_largest_first)


def _demand_shifts(goods: _Goods) -> list[Shift]:
    """Return by which corridor the goods of each demand go, or that they stay behind, where that differs."""
    before, after = (volumes_by_way(side) for side in goods.sides)
    position = {name: at for at, name in enumerate(goods.ids)}
    rounding, t_per_unit = ROUNDING * goods.asked.max(axis=0), goods.t_per_unit.max(axis=0)
    shifts = []
    for demand_id, commodity in dict.fromkeys((*before, *after)):
        ways = [dict(of_plan.get((demand_id, commodity), {})) for of_plan in (before, after)]
        asked = [sum(of_plan.values()) for of_plan in ways]
        for of_plan, volume in zip(ways, asked, strict=True):
            of_plan[NOT_ASKED] = max(asked) - volume
        at = position[commodity]
        for way in dict.fromkeys((*ways[0], *ways[1])):
            volume_before, volume_after = (of_plan.get(way, 0.0) for of_plan in ways)
            delta = volume_after - volume_before
            if abs(delta) > rounding[at]:
                shifts.append(
                    Shift(
                        by="demand",
                        id=demand_id,
                        name=_name(goods, "demand", demand_id),
                        way=way,
                        commodity=commodity,
                        unit="teu" if goods.in_teu[at] else "t",
                        before=volume_before,
                        after=volume_after,
                        delta=delta,
                        delta_t=delta * float(t_per_unit[at]),
                        way_name=_name(goods, "corridor", way),
                    )
                )
    return sorted(shifts, key=_largest_first)


def _name(goods: _Goods, by: By, key: str) -> str:
    """Return what a reader calls a group or demand, by the data after the changes if it is there, else before."""
    for side in reversed(goods.sides):
        name = _name_in(side.plan.data, by, key)
        if name:
            return name
    return key


def _name_in(data: Dataset, by: By, key: str) -> str:
    """Return the name of a group or demand, empty where the data does not have it."""
    if by == "corridor":
        return corridor_name(data, key)
    table, ends, ref = {
        "link": (data.network.links, ("from_node", "to_node"), key[:-1]),
        "demand": (data.demands, ("origin", "destination"), key),
    }.get(by, (data.demands, (), ""))
    row = table.row_of.get(ref)
    if row is None:
        return ""
    start, end = (node_name(data, str(table.text(column)[row])) for column in ends)
    if by == "link":
        return f"{start} → {end}" if key.endswith(">") else f"{end} → {start}"
    return f"{start} – {end}"


def _largest_first(row: Shift) -> tuple[float, str, str, str, str]:
    """Return the key that sorts shifts by tonnes, then by what they are about."""
    return -abs(row.delta_t), row.id, row.way, row.commodity, row.unit
