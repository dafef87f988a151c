"""Ids that are given twice, and ids that lead nowhere."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from network.errors import Finding
from network.model import MODES, Table, split_list
from network.observations import split_direction, split_item
from network.traces import split_trace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from network.reading import Sheet

KEYS: dict[str, tuple[str, ...]] = {
    "nodes": ("node_id",),
    "links": ("link_id",),
    "shared_capacities": ("shared_capacity_id",),
    "rates": ("mode", "country"),
    "commodities": ("commodity_id",),
    "demands": ("demand_id",),
    "corridors": ("corridor_id",),
    "calibration": ("calibration_id",),
    "observations": ("observation_id",),
    "claims": ("claim_id",),
}
"""Columns that together must differ from row to row."""

REFERENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "links": {
        "from_node": ("nodes",),
        "to_node": ("nodes",),
        "shared_capacity_id": ("shared_capacities",),
        "corridors": ("corridors",),
    },
    "transfers": {"node_id": ("nodes",), "shared_capacity_id": ("shared_capacities",)},
    "shared_capacities": {"node_id": ("nodes",)},
    "corridors": {"trace": ("nodes",), "gateway_nodes": ("nodes",), "gateway_links": ("links",)},
    "demands": {"origin": ("nodes",), "destination": ("nodes",), "commodity": ("commodities",)},
    "calibration": {"links": ("links",), "commodity": ("commodities",)},
    "observations": {
        "origin": ("nodes",),
        "destination": ("nodes",),
        "corridor": ("corridors",),
        "via": ("nodes", "links"),
        "avoid": ("nodes", "links"),
        "links": ("links",),
        "ranking": ("corridors",),
        "commodity": ("commodities",),
    },
    "claims": {"observations": ("observations",), "corridors": ("corridors",)},
}
"""Tables whose ids a column names; where there are several, an id may be of any of them."""

LISTS: dict[str, frozenset[str]] = {
    "links": frozenset(("corridors",)),
    "corridors": frozenset(("trace", "gateway_nodes", "gateway_links")),
    "calibration": frozenset(("links", "commodity")),
    "observations": frozenset(("via", "avoid", "links", "ranking", "commodity")),
    "claims": frozenset(("observations", "corridors")),
}
"""Columns of ``;``-separated ids, by table."""

SEARCH_BUDGET = 20_000
"""Ids compared for suggestions, per column: many dangling ids in a large dataset must not take minutes."""


def find_duplicates(name: str, sheet: Sheet) -> list[Finding]:
    """Return an error for every row whose key an earlier row has."""
    if name not in KEYS:
        return []
    key = KEYS[name]
    column = key[-1]
    table, sound = sheet.table, sheet.sound(*key)
    keys = list(zip(*(table.text(part) for part in key), strict=True))
    if len(set(keys)) == len(keys):
        return []
    first: dict[tuple[str, ...], int] = {}
    found: list[Finding] = []
    for row, values in enumerate(keys):
        if not sound[row]:
            continue
        earlier = first.setdefault(values, row)
        if earlier != row:
            shown = " ".join(values)
            where = f" on line {table.lines[earlier]}" if table.lines[earlier] else ""
            message, remedy = f'"{shown}" is there already{where}', f"give each row its own {' and '.join(key)}"
            found.append(Finding(sheet.file, int(table.lines[row]), column, "E120", message, remedy))
    return found


def find_dangling(name: str, sheet: Sheet, sheets: Mapping[str, Sheet]) -> list[Finding]:
    """Return an error for every id that leads to no row of the table it names, as far as that table can be read."""
    found: list[Finding] = []
    for column, targets in REFERENCES.get(name, {}).items():
        # Ids cannot be looked up in a file that cannot be read, or that gives none.
        if any(target not in sheets or KEYS[target][0] in _columns_missing(sheets[target]) for target in targets):
            continue
        # Without a table of corridors their ids are free labels.
        if targets == ("corridors",) and not sheets["corridors"].table.header:
            continue
        found += _dangling(sheet, column, [sheets[target] for target in targets])
    return found


def _columns_missing(sheet: Sheet) -> set[str]:
    """Return the columns that a file with a header does not have."""
    header = sheet.table.header
    return set(sheet.table.columns).difference(header) if header else set()


def _dangling(sheet: Sheet, column: str, targets: Sequence[Sheet]) -> list[Finding]:
    name = sheet.table.name
    known: Collection[str] = targets[0].table.row_of
    if len(targets) > 1:
        known = {item for target in targets for item in target.table.row_of}
    is_list = column in LISTS.get(name, ())
    cells = set(sheet.table.text(column))
    items = {item for cell in cells for item in _items(column, cell)} if is_list else cells
    if items <= {"", *known}:
        return []
    sound = sheet.sound(column)
    budget = max(1, SEARCH_BUDGET // max(1, len(known)))
    files = " or ".join(target.file for target in targets)
    remedies: dict[str, str] = {}
    found: list[Finding] = []
    for row, cell in enumerate(sheet.table.text(column)):
        if not cell or cell in known or not sound[row]:
            continue
        for item in _items(column, cell) if is_list else (cell,):
            if item in known:
                continue
            if item not in remedies:
                hints = [_close_id(target.table, item) for target in targets] if len(remedies) < budget else []
                remedies[item] = next(filter(None, hints), f"write an id of {files}, or add a row there")
            message = f'"{item}" is not in {files}'
            found.append(Finding(sheet.file, int(sheet.table.lines[row]), column, "E121", message, remedies[item]))
    return found


def _items(column: str, cell: str) -> tuple[str, ...]:
    """Return the ids of a ``;``-separated cell, without what may stand beside or in place of an id."""
    if column == "trace":
        return tuple(chain.from_iterable(split_trace(cell)))
    items = split_list(cell)
    if column == "links":
        return tuple(split_direction(item)[0] for item in items)
    if column == "ranking":
        return tuple(name for name in (split_item(item).name for item in items) if name not in MODES)
    return items


def _close_id(table: Table, wrong: str) -> str:
    """Return a suggestion for an unknown id: the node that has it as a name, or ids like it."""
    import difflib

    from network.places import nodes_named

    named = nodes_named(table, wrong) if table.name == "nodes" else ()
    if len(named) == 1:
        return f'write its node_id, "{named[0]}"'
    by_case = {known.casefold(): known for known in table.row_of}
    matches = difflib.get_close_matches(wrong.casefold(), by_case, n=3)
    shown = " or ".join(f'"{by_case[match]}"' for match in matches)
    return f"did you mean {shown}?" if matches else ""
