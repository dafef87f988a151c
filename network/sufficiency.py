"""What the model cannot do without: a price, a time and a factor for whatever a commodity may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.errors import Finding, few
from network.model import MODES, Mask, Network, Table
from network.values import UNITS, USE_COLUMNS, commodity_may_use, haulage_usd, moving_h, unit_of, use_per_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from network.model import Texts
    from network.reading import Sheet

PRICED_BY = ("mode", "from_node", "to_node", "length_km", "cost_usd_per_teu", "cost_usd_per_t", "time_h", "speed_kmh")


def find_insufficient(sheets: Mapping[str, Sheet]) -> list[Finding]:
    """Return an error for each price, time and factor that a commodity would need and the data does not give.

    One finding stands for all commodities that miss the same value. Rows with bad cells are not judged.
    """
    needed = ("nodes", "links", "transfers", "shared_capacities", "rates", "corridors", "calibration", "commodities")
    if any(name not in sheets for name in needed):
        return []
    links, commodities = _resolved_links(sheets), _judged_commodities(sheets["commodities"])
    tables = {name: sheets[name].table for name in needed[:-1]}
    network = Network(**{**tables, "links": links})
    problems = _links_without_price(network, sheets["links"].file, commodities)
    problems += _links_without_time(network, sheets["links"].file, commodities)
    problems += _transfers_without_values(sheets["transfers"], commodities)
    problems += _missing_factors(network, sheets["transfers"], sheets["commodities"].file, commodities)
    return problems


def _resolved_links(sheets: Mapping[str, Sheet]) -> Table:
    """Return the links whose ends and values are sound."""
    sheet, known = sheets["links"], sheets["nodes"].table.row_of
    table = sheet.table
    sound = sheet.sound(*PRICED_BY)
    for column in ("from_node", "to_node"):
        sound &= np.array([node in known for node in table.text(column)], dtype=np.bool_)
    return table if sound.all() else table.take(sound)


def _judged_commodities(sheet: Sheet) -> Table:
    """Return the commodities whose unit, modes and factors are sound."""
    sound = sheet.sound("commodity_id", "unit", "t_per_unit", "teu_per_unit", "modes", *USE_COLUMNS.values())
    return sheet.table if sound.all() else sheet.table.take(sound)


def _users(commodities: Table, modes: Texts, other: Texts | None = None, unit: str = "") -> dict[str, Mask]:
    """Return the mask of arcs that each commodity of a unit (or of any) may use, by commodity id."""
    users: dict[str, Mask] = {}
    for row in range(len(commodities)):
        if unit and commodities.text("unit")[row] != unit:
            continue
        may_use = commodity_may_use(commodities, row, modes)
        if other is not None:
            may_use &= commodity_may_use(commodities, row, other)
        users[str(commodities.text("commodity_id")[row])] = may_use
    return users


def _missed(users: Mapping[str, Mask], missing: Mask) -> list[tuple[int, str]]:
    """Return the arcs whose missing value some commodity would need, each with the names of these commodities."""
    missed: dict[int, list[str]] = {}
    for commodity, may_use in users.items():
        for row in np.flatnonzero(may_use & missing).tolist():
            missed.setdefault(row, []).append(commodity)
    return [(row, few(missed[row])) for row in sorted(missed)]


def _links_without_price(network: Network, file: str, commodities: Table) -> list[Finding]:
    links = network.links
    tails, _ = network.link_ends
    found: list[Finding] = []
    for unit in ("teu", "t"):
        column = f"cost_usd_per_{unit}"
        users = _users(commodities, links.text("mode"), unit=unit)
        for row, who in _missed(users, np.isnan(haulage_usd(network, unit))):
            mode, country = links.text("mode")[row], network.nodes.text("country")[tails[row]]
            message = f"link {links.text('link_id')[row]} has no price for {who}"
            remedy = f"give {column}, or {column}_km in rates.csv for {mode} in {country} or *"
            found.append(Finding(file, int(links.lines[row]), column, "E130", message, remedy))
    return found


def _links_without_time(network: Network, file: str, commodities: Table) -> list[Finding]:
    links = network.links
    tails, _ = network.link_ends
    users = _users(commodities, links.text("mode"))
    found: list[Finding] = []
    for row, _ in _missed(users, ~np.isfinite(moving_h(network))):
        mode, country = links.text("mode")[row], network.nodes.text("country")[tails[row]]
        message = f"link {links.text('link_id')[row]} has neither time nor speed"
        remedy = f"give time_h or speed_kmh, or speed_kmh in rates.csv for {mode} in {country} or *"
        found.append(Finding(file, int(links.lines[row]), "time_h", "E131", message, remedy))
    return found


def _transfers_without_values(sheet: Sheet, commodities: Table) -> list[Finding]:
    table = sheet.table
    starts, ends = _bare(table.text("from_mode")), _bare(table.text("to_mode"))
    sound = sheet.sound("from_mode", "to_mode")
    found: list[Finding] = []
    for column, unit, code, what in (
        ("cost_usd_per_teu", "teu", "E133", "price"),
        ("cost_usd_per_t", "t", "E133", "price"),
        ("time_h", "", "E134", "time"),
    ):
        missing = np.isnan(table.number(column)) & sound & sheet.sound(column)
        for row, who in _missed(_users(commodities, starts, ends, unit), missing):
            name = f"{table.text('from_mode')[row]} to {table.text('to_mode')[row]} at {table.text('node_id')[row]}"
            message = f"the transfer {name} has no {what}" + (f" for {who}" if unit else "")
            found.append(Finding(sheet.file, int(table.lines[row]), column, code, message, "write 0 where 0 is meant"))
    return found


def _missing_factors(network: Network, transfers: Sheet, file: str, commodities: Table) -> list[Finding]:
    """Return an error for each commodity and unit of a capacity that it may use without a factor."""
    limits = _limits(network, transfers.table)
    found: list[Finding] = []
    for row, commodity in enumerate(commodities.text("commodity_id")):
        may_use = set(np.array(MODES, dtype=object)[commodity_may_use(commodities, row, np.array(MODES, dtype=object))])
        for unit in (unit for unit in UNITS if np.isnan(use_per_unit(commodities, row, unit))):
            names = [name for (used, modes), name in limits.items() if used == unit and may_use.issuperset(modes)]
            if names:
                column = USE_COLUMNS.get(unit, f"{unit}_per_unit")
                message = f"{commodity} may use {names[0]}, whose capacity counts in {unit}, but gives no {column}"
                remedy = f"give {column}, or 0 where it takes none of that capacity"
                found.append(Finding(file, int(commodities.lines[row]), column, "E132", message, remedy))
    return found


def _limits(network: Network, transfers: Table) -> dict[tuple[str, tuple[str, ...]], str]:
    """Return an example of what has a capacity, by counted unit and the modes that one must use to pass there."""
    shared = _units(network.shared_capacities)
    unit_of_shared = dict(zip(network.shared_capacities.text("shared_capacity_id"), shared, strict=True))
    limits: dict[tuple[str, tuple[str, ...]], str] = {}
    for table, columns in ((network.links, ("mode",)), (transfers, ("from_mode", "to_mode"))):
        what = "link" if table.name == "links" else "the transfer at"
        ids, shared_ids = table.text(next(iter(table.columns))), table.text("shared_capacity_id")
        modes = list(zip(*(_bare(table.text(column)) for column in columns), strict=True))
        own = dict(zip(zip(_units(table), modes, strict=True), ids, strict=True))
        under = dict(zip(zip(shared_ids, modes, strict=True), ids, strict=True))
        limits |= {key: f"{what} {name}" for key, name in own.items() if key[0]}
        for (shared_id, passed), name in under.items():
            if unit := unit_of_shared.get(shared_id, ""):
                limits.setdefault((unit, passed), f"{what} {name} under {shared_id}")
    return limits


def _units(table: Table) -> list[str]:
    """Return the unit that the capacity of each row counts in, empty where there is none or it is 0."""
    is_open = (table.number("capacity") > 0).tolist()
    units = table.text("capacity_unit")
    return [unit_of(unit) if given else "" for given, unit in zip(is_open, units, strict=True)]


def _bare(modes: Texts) -> Texts:
    """Return modes without gauge."""
    return np.array([mode.rstrip("0123456789") for mode in modes], dtype=object)
