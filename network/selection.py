"""Which rows of a table a change means: the ``where`` of ``docs/scenarios.md``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from network.errors import Finding, UnknownIdError, few
from network.model import Dataset, Mask, Network, Table, split_list
from network.places import (
    check_country,
    check_mode,
    close_matches,
    resolve_link,
    resolve_node,
    suggestion,
    unknown_id,
)
from network.reading import cell_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from network.toml_source import Scalar, Value

NODE_COLUMNS = frozenset(("from_node", "to_node", "node_id", "origin", "destination"))
LIST_COLUMNS = frozenset(("aliases", "corridors", "departures", "modes", "avoid_countries", "avoid_modes"))
# What an empty cell of these columns means to the model.
MEANING_OF_EMPTY: dict[str, str | float] = {"directed": 0.0, "capacity_scope": "each", "background": 0.0}

NAMED_BY = {"transfers": ("node_id", "from_mode", "to_mode"), "rates": ("mode", "country")}

CONDITIONS: dict[str, tuple[str, ...]] = {
    "nodes": ("id", "country", "corridor"),
    "links": ("id", "country", "corridor", "crossing", "mode"),
    "transfers": ("id", "country", "corridor", "mode"),
    "shared_capacities": ("id", "country", "corridor"),
    "demands": ("id", "country"),
    "rates": ("country", "mode"),
    "commodities": ("id",),
    "calibration": ("id",),
}
"""Conditions of each table beside its columns."""


class RefusedChangeError(Exception):
    """A change cannot be made; `findings` say why, without the place, which the caller knows."""

    def __init__(self, column: str, code: str, message: str, remedy: str = "") -> None:
        self.findings: tuple[Finding, ...] = (Finding("", 0, column, code, message, remedy),)
        super().__init__(message)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> RefusedChangeError:
        """Return the refusal for several reasons at once."""
        reasons = tuple(findings)
        refusal = cls(reasons[0].column, reasons[0].code, reasons[0].message)
        refusal.findings = reasons
        return refusal


def table_of(data: Dataset, name: str) -> Table:
    """Return a table of a dataset by its name."""
    return data.tables[name]


def with_table(data: Dataset, name: str, table: Table) -> Dataset:
    """Return the dataset with one table replaced; the others are shared."""
    if name == "demands":
        return replace(data, demands=table)
    if name == "commodities":
        return replace(data, commodities=table)
    return replace(data, network=data.network.with_table(name, table))


def rows_where(data: Dataset, name: str, where: Mapping[str, Value]) -> Mask:
    """Return the mask over the rows of table `name` that fulfill every condition of `where`.

    Raises
    ------
    RefusedChangeError
        A condition or value is unknown, or no row fulfills them all.
    """
    table = table_of(data, name)
    mask = np.ones(len(table), dtype=np.bool_)
    alone: list[str] = []
    for key, value in where.items():
        values = value if isinstance(value, tuple) else (value,)
        try:
            met = _met(data, name, key, values)
        except UnknownIdError as error:
            message, _, hint = str(error).partition("; ")
            raise RefusedChangeError(key, "E311", f"where {key}: {message}", hint or "correct the name") from None
        if not met.any():
            alone.append(_hint(table, key, values))
        mask &= met
    if not mask.any():
        reason = "; ".join(alone) or "no row fulfills all of where" if where else f"the table {name} is empty"
        raise RefusedChangeError(
            "where", "E310", f"selects no row of {name}: {reason}", "correct where, or drop the change"
        )
    return mask


def check_column(table: Table, column: str) -> None:
    """Refuse a column that the table does not have."""
    if column not in table.columns:
        remedy = suggestion(column, table.columns, "the columns are")
        raise RefusedChangeError(column, "E311", f'{table.name} has no column "{column}"', remedy)


def links_at(network: Network, nodes: Mask) -> Mask:
    """Return the mask of links that touch a node of the mask `nodes`."""
    tails, heads = network.link_ends
    touched: Mask = nodes[tails] | nodes[heads]
    return touched


def _met(data: Dataset, name: str, key: str, values: tuple[Scalar, ...]) -> Mask:
    """Return the mask of rows that fulfill one condition."""
    network, table = data.network, table_of(data, name)
    special = key in CONDITIONS[name]
    if special and key == "id":
        return _with_id(network, table, values)
    if special and key == "country":
        return _in_country(data, name, {code if code == "*" else check_country(code) for code in _texts(key, values)})
    if special and key == "corridor":
        return _of_corridor(network, table, _texts(key, values))
    if special and key == "crossing":
        if not all(isinstance(value, bool) for value in values):
            raise RefusedChangeError(key, "E311", "where crossing: expects true or false", "write crossing = true")
        return np.isin(network.is_crossing, values)
    if special and key == "mode":
        return _of_mode(table, _texts(key, values))
    if key not in table.columns:
        remedy = suggestion(key, (*CONDITIONS[name], *table.columns), "give one of")
        raise RefusedChangeError(key, "E311", f'{name} cannot be selected by "{key}"', remedy)
    if table.columns[key].dtype == np.float64:
        return _equal_number(data, table, key, values)
    if key in NODE_COLUMNS:
        return _among(table.text(key), {resolve_node(network, text) for text in _texts(key, values)})
    return _equal_text(table, key, values)


def _with_id(network: Network, table: Table, values: tuple[Scalar, ...]) -> Mask:
    """Return the mask of rows with one of the ids; transfers have the id of their node."""
    ids = [cell_of(value) for value in values]
    if table.name in {"nodes", "transfers"}:
        return _among(table.text("node_id"), {resolve_node(network, text) for text in ids})
    mask = np.zeros(len(table), dtype=np.bool_)
    for text in ids:
        if table.name == "links":
            mask[table.row_of[resolve_link(network, text)]] = True
        elif text in table.row_of:
            mask[table.row_of[text]] = True
        else:
            raise unknown_id(next(iter(table.columns)), text, table.row_of)
    return mask


def _in_country(data: Dataset, name: str, codes: set[str]) -> Mask:
    """Return the mask of rows in a country: by own column, by node, or by either end."""
    nodes, table = data.network.nodes, table_of(data, name)
    if name in {"nodes", "rates"}:
        return _among(table.text("country"), codes)
    inside = _among(nodes.text("country"), codes)
    if name == "links":
        return links_at(data.network, inside)
    return _at_nodes(table, set(nodes.text("node_id")[inside]))


def _of_corridor(network: Network, table: Table, corridors: Iterable[str]) -> Mask:
    """Return the mask of links of a corridor, or of rows whose node a link of it touches."""
    wanted = set(corridors)
    labels = [split_list(cell) for cell in network.links.text("corridors")]
    known = set(network.corridors.row_of).union(*labels)
    for corridor in sorted(wanted - known):
        raise unknown_id("corridor", corridor, sorted(known))
    on_corridor = np.array([not wanted.isdisjoint(cell) for cell in labels], dtype=np.bool_)
    if table.name == "links":
        return on_corridor
    tails, heads = network.link_ends
    touched = np.unique(np.concatenate([tails[on_corridor], heads[on_corridor]]))
    return _at_nodes(table, set(network.nodes.text("node_id")[touched]))


def _of_mode(table: Table, modes: Iterable[str]) -> Mask:
    """Return the mask of rows of a mode; a transfer is of the modes at both its ends, with or without gauge."""
    if table.name != "transfers":
        return _among(table.text("mode"), {check_mode(mode) for mode in modes})
    wanted = {mode if mode[4:].isdigit() else check_mode(mode) for mode in modes}
    known = {mode for column in ("from_mode", "to_mode") for mode in table.text(column)}
    named = {mode for mode in known if mode in wanted or mode.rstrip("0123456789") in wanted}
    return _among(table.text("from_mode"), named) | _among(table.text("to_mode"), named)


def _at_nodes(table: Table, node_ids: set[str]) -> Mask:
    """Return the mask of rows at one of the nodes; demands by either end."""
    if table.name == "demands":
        return _among(table.text("origin"), node_ids) | _among(table.text("destination"), node_ids)
    return _among(table.text("node_id"), node_ids)


def _equal_number(data: Dataset, table: Table, column: str, values: tuple[Scalar, ...]) -> Mask:
    """Return the mask of rows with one of the numbers; "" means not given."""
    cells = table.number(column)
    if table.name == "demands" and column == "year":
        cells = data.demand_years
    elif column in MEANING_OF_EMPTY and "" not in values:
        cells = np.where(np.isnan(cells), MEANING_OF_EMPTY[column], cells)
    mask = np.zeros(len(table), dtype=np.bool_)
    for value in values:
        if isinstance(value, str) and value:
            raise RefusedChangeError(
                column, "E311", f'where {column}: expects a number, got "{value}"', "drop the quotes"
            )
        mask |= np.isnan(cells) if value == "" else cells == float(value)
    return mask


def _equal_text(table: Table, column: str, values: tuple[Scalar, ...]) -> Mask:
    """Return the mask of rows with one of the texts, in a list column as one of its items; numbers by their value."""
    cells = table.text(column)
    if column in MEANING_OF_EMPTY and "" not in values:
        cells = np.array([cell or MEANING_OF_EMPTY[column] for cell in cells], dtype=object)
    wanted = {value for value in values if isinstance(value, str)}
    numbers = {float(value) for value in values if not isinstance(value, str)}
    if column in LIST_COLUMNS:
        items = [(cell, *split_list(cell)) for cell in cells]
        mask = np.array([not wanted.isdisjoint(cell) for cell in items], dtype=np.bool_)
    else:
        items = [(cell,) for cell in cells] if numbers else []
        mask = _among(cells, wanted)
    if numbers:
        mask |= np.array([any(_number(item) in numbers for item in cell) for cell in items], dtype=np.bool_)
    return mask


def _number(cell: str) -> float | None:
    """Return the number a text stands for, None where it stands for none."""
    try:
        return float(cell)
    except ValueError:
        return None


def _among(cells: NDArray[np.object_], wanted: set[str]) -> Mask:
    return np.fromiter((cell in wanted for cell in cells), dtype=np.bool_, count=len(cells))


def _texts(key: str, values: tuple[Scalar, ...]) -> list[str]:
    """Return the values of a condition that takes texts only."""
    for value in values:
        if not isinstance(value, str):
            raise RefusedChangeError(key, "E311", f"where {key}: expects a text, got {value!r}", f'write {key} = "…"')
    return [str(value) for value in values]


def _hint(table: Table, key: str, values: tuple[Scalar, ...]) -> str:
    """Return what is wrong with a condition that no row fulfills."""
    listed = ", ".join(str(value) if isinstance(value, bool) else cell_of(value) for value in values)
    message = f"no row has {key} = {listed}"
    if key in table.columns and table.columns[key].dtype != np.float64:
        known = dict.fromkeys(item for cell in table.text(key) for item in split_list(cell))
        matches = [match for value in values for match in close_matches(str(value), known)]
        if matches:
            return f"{message} (did you mean {', '.join(dict.fromkeys(matches))}?)"
    return message


def row_names(table: Table, rows: NDArray[np.int64]) -> str:
    """Return the names of a few rows and how many more there are; what has no id is named by node and modes."""
    keys = NAMED_BY.get(table.name) or (next(iter(table.columns)),)
    return few(" ".join(table.text(key)[row] for key in keys) for row in rows)
