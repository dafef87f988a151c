"""What the columns of ``observations.csv`` mean together: units by kind, tolerances, and what a target must give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.countries import COUNTRY_CODES
from network.errors import Finding
from network.model import MODES, split_list
from network.values import PERIODS_PER_YEAR, UNITS

if TYPE_CHECKING:
    from network.model import Mask
    from network.reading import Sheet

KM_PER_UNIT = {"km": 1.0, "nm": 1.852}
H_PER_UNIT = {"h": 1.0, "d": 24.0}
PRICED_UNITS = {"USD/TEU": "teu", "USD/t": "t"}
"""Units of money and what the price is for."""

TOLERANCES = {"distance": 0.05, "time": 0.25, "cost": 0.25, "flow": 0.15, "order": 0.0, "capacity": 0.0}
"""By kind, how far the model may be off where a row does not say."""

NEEDED = {
    "distance": ("origin", "destination"),
    "time": ("origin", "destination"),
    "cost": ("origin", "destination"),
    "flow": ("links",),
    "order": ("origin", "destination", "ranking"),
}
"""By kind, the columns without which the model has no figure."""

FLOW_UNIT = re.compile(rf"(?P<what>{'|'.join(UNITS)})/(?P<months>[1-9]|1[0-2]) months|(?P<unit>\w+)/(?P<period>\w+)")
UNITS_TOLD = {
    "distance": "km or nm",
    "time": "h or d",
    "cost": "USD/TEU or USD/t",
    "flow": "TEU/year, t/year, train/day, t/7 months or the like",
    "order": "h or d for an order by time, USD/TEU or USD/t for one by cost",
}


class FlowUnit(NamedTuple):
    """What is counted (``teu``, ``t``, ``train`` …) and how many of the unit's periods a year has."""

    counted: str
    per_year: float


def flow_unit(unit: str) -> FlowUnit | None:
    """Return what a unit of flows such as ``TEU/year`` or ``t/7 months`` means, None where it is none.

    Months are taken as twelfths of a year, whatever their season.

    Examples
    --------
    >>> flow_unit("t/3 months")
    FlowUnit(counted='t', per_year=4.0)
    """
    found = FLOW_UNIT.fullmatch(unit.lower())
    if found is None:
        return None
    if found["months"]:
        return FlowUnit(found["what"], 12.0 / int(found["months"]))
    if found["unit"] in UNITS and found["period"] in PERIODS_PER_YEAR:
        return FlowUnit(found["unit"], PERIODS_PER_YEAR[found["period"]])
    return None


def fits_kind(kind: str, unit: str) -> bool:
    """Say whether a unit is one of those that the model can give a kind of observation in."""
    if kind == "flow":
        return flow_unit(unit) is not None
    known = {
        "distance": (*KM_PER_UNIT,),
        "time": (*H_PER_UNIT,),
        "cost": (*PRICED_UNITS,),
        "order": (*H_PER_UNIT, *PRICED_UNITS),
    }
    return unit in known.get(kind, ())


def split_direction(item: str) -> tuple[str, str]:
    """Return a link id and its direction, ``>``, ``<`` or empty for both, of an item of the column `links`.

    Examples
    --------
    >>> split_direction("rail-a-b>")
    ('rail-a-b', '>')
    """
    return (item[:-1].rstrip(), item[-1]) if item.endswith((">", "<")) else (item, "")


class Ranked(NamedTuple):
    """What an item of the column `ranking` asks for: the best route of a corridor or mode, by its hold.

    `modes` are the only bare modes its route may use, none given = all; `avoid_countries` are not touched.
    """

    name: str
    modes: tuple[str, ...] = ()
    avoid_countries: tuple[str, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether it has a hold."""
        return bool(self.modes or self.avoid_countries)


def split_item(item: str) -> Ranked:
    """Return what an item of the column `ranking` asks for; what stands behind a colon and is no hold is of the id.

    Examples
    --------
    >>> split_item("titr:rail+sea-RU")
    Ranked(name='titr', modes=('rail', 'sea'), avoid_countries=('RU',))
    >>> split_item("road")
    Ranked(name='road', modes=(), avoid_countries=())
    """
    name, colon, hold = item.rpartition(":")
    told, *countries = (part.strip() for part in hold.split("-"))
    modes = tuple(mode.strip() for mode in told.split("+")) if told else ()
    is_hold = set(modes) <= set(MODES) and COUNTRY_CODES.issuperset(countries) and (modes or countries)
    return Ranked(name.rstrip(), modes, tuple(countries)) if colon and name and is_hold else Ranked(item)


def find_unfit(sheet: Sheet) -> list[Finding]:
    """Return an error for every target that the model has no figure for: columns not given, or a unit of another kind.

    Rows that are context may say whatever they like.
    """
    table = sheet.table
    found: list[Finding] = []
    for row in np.flatnonzero(_judged(sheet)).tolist():
        line, kind, unit = int(table.lines[row]), table.text("kind")[row], table.text("unit")[row]
        if kind not in NEEDED:
            message, remedy = f"a {kind} cannot be a target", "write 0: it is context"
            found.append(Finding(sheet.file, line, "target", "E140", message, remedy))
            continue
        empty = [column for column in NEEDED[kind] if not table.text(column)[row] and sheet.sound(column)[row]]
        given = [table.number(column)[row] for column in ("value", "low", "high")]
        if kind != "order" and np.isnan(given).all() and sheet.sound("value", "low", "high")[row]:
            empty.append("value")
        if kind == "order" and len(split_list(table.text("ranking")[row])) == 1:
            empty.append("ranking")
        if kind != "flow" and len(split_list(table.text("commodity")[row])) > 1:
            message = f"a target of kind {kind} is of one commodity"
            found.append(Finding(sheet.file, line, "commodity", "E140", message, "name one, or write target 0"))
        for column in empty:
            message = f"a target of kind {kind} needs {'two or more of ' if column == 'ranking' else ''}{column}"
            found.append(Finding(sheet.file, line, column, "E140", message, "give it, or write target 0"))
        if not fits_kind(kind, unit) and sheet.sound("unit")[row]:
            message = f'"{unit}" is no unit of a target of kind {kind}'
            found.append(Finding(sheet.file, line, "unit", "E141", message, f"write {UNITS_TOLD[kind]}"))
    return found


def _judged(sheet: Sheet) -> Mask:
    """Return the mask of targets whose kind can be read."""
    is_target: Mask = sheet.table.number("target") == 1
    return is_target & sheet.sound("kind", "target")
