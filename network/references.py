"""Ids that are given twice, and ids that lead nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.errors import Finding
from network.model import Table, split_list

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from network.reading import Sheet

KEYS: dict[str, tuple[str, ...]] = {
    "nodes": ("node_id",),
    "links": ("link_id",),
    "shared_capacities": ("shared_capacity_id",),
    "rates": ("mode", "country"),
    "commodities": ("commodity_id",),
    "demands": ("demand_id",),
    "corridors": ("corridor_id",),
    "observations": ("observation_id",),
}
"""Columns that together must differ from row to row."""

REFERENCES: dict[str, dict[str, str]] = {
    "links": {
        "from_node": "nodes",
        "to_node": "nodes",
        "shared_capacity_id": "shared_capacities",
        "corridors": "corridors",
    },
    "transfers": {"node_id": "nodes", "shared_capacity_id": "shared_capacities"},
    "shared_capacities": {"node_id": "nodes"},
    "corridors": {"gateway_nodes": "nodes", "gateway_links": "links"},
    "demands": {"origin": "nodes", "destination": "nodes", "commodity": "commodities"},
}
"""Tables whose ids a column names."""

LISTS = frozenset(("corridors", "gateway_nodes", "gateway_links"))
"""Columns of ``;``-separated ids."""

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
    for column, target in REFERENCES.get(name, {}).items():
        # Ids cannot be looked up in a file that cannot be read, or that gives none.
        if target not in sheets or KEYS[target][0] in _columns_missing(sheets[target]):
            continue
        # Without a table of corridors their ids are free labels.
        if target == "corridors" and not sheets[target].table.header:
            continue
        found += _dangling(sheet, column, sheets[target])
    return found


def _columns_missing(sheet: Sheet) -> set[str]:
    """Return the columns that a file with a header does not have."""
    header = sheet.table.header
    return set(sheet.table.columns).difference(header) if header else set()


def _dangling(sheet: Sheet, column: str, target: Sheet) -> list[Finding]:
    known: Collection[str] = target.table.row_of
    cells = set(sheet.table.text(column))
    items = {item for cell in cells for item in split_list(cell)} if column in LISTS else cells
    if items <= {"", *known}:
        return []
    sound = sheet.sound(column)
    budget = max(1, SEARCH_BUDGET // max(1, len(known)))
    remedies: dict[str, str] = {}
    found: list[Finding] = []
    for row, cell in enumerate(sheet.table.text(column)):
        if not cell or cell in known or not sound[row]:
            continue
        for item in split_list(cell) if column in LISTS else (cell,):
            if item in known:
                continue
            if item not in remedies:
                hint = _close_id(target.table, item) if len(remedies) < budget else ""
                remedies[item] = hint or f"write an id of {target.file}, or add a row there"
            message = f'"{item}" is not in {target.file}'
            found.append(Finding(sheet.file, int(sheet.table.lines[row]), column, "E121", message, remedies[item]))
    return found


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
