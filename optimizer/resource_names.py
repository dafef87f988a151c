"""What a person means by the name of a capacity: a shared capacity, a link with a direction or none, a transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from network.errors import UnknownIdError
from network.model import freeze
from network.observations import split_direction
from network.places import close_matches, normalize, resolve_node
from network.selection import table_of, with_table
from network.values import in_year

if TYPE_CHECKING:
    from network.model import Dataset, Network
    from optimizer.resources import Resources, Rows

N_NAMED = 6
"""Capacities of a place that are named where a place is given instead of one of them."""
TABLES: dict[str, Literal["links", "transfers", "shared_capacities"]] = {
    "link": "links",
    "transfer": "transfers",
    "shared": "shared_capacities",
}


class ResourceName(NamedTuple):
    """A capacity of the data: its kind, its id as plans write it, its row, and ``>`` or ``<`` for one direction."""

    kind: Literal["link", "transfer", "shared"]
    id: str
    row: int
    direction: str = ""

    @property
    def table(self) -> Literal["links", "transfers", "shared_capacities"]:
        """Table that the capacity stands in."""
        return TABLES[self.kind]

    def __str__(self) -> str:
        """Return the id with its direction."""
        return self.id + self.direction


def resolve_resource(network: Network, text: str) -> ResourceName:
    """Return the capacity that a text means, whether or not it has a limit.

    Parameters
    ----------
    text
        Id of a shared capacity; of a link, with ``>`` or ``<`` behind it for one direction; or ``NODE:mode-mode`` of a
        transfer, with its direction by the order of the modes. Node names are resolved as everywhere.

    Raises
    ------
    UnknownIdError
        Nothing, or several things, have this name; the message lists close matches, or the capacities of a place.
    """
    name, direction = split_direction(text.strip())
    found = _exact(network, name, direction) or _transfer(network, name, direction) or _folded(network, name, direction)
    if found is None:
        raise _unknown(network, name)
    if found.kind == "shared" and direction:
        message = f'"{found.id}" counts both directions together; leave {direction} out'
        raise UnknownIdError(message, name=text)
    return found


def resource_rows(resources: Resources, network: Network, named: ResourceName) -> Rows:
    """Return the rows of the resources that a name means, empty where it has no limit; see `limited_rows`."""
    mask = (resources.kind == named.kind) & (resources.ids == named.id)
    if named.direction and not (resources.from_node[mask] == "").any():
        start, end = _ends(network, named)
        wanted = start if named.direction == ">" else end
        mask &= resources.from_node == wanted
    return np.flatnonzero(mask)


def limited_rows(resources: Resources, data: Dataset, year: int, named: ResourceName) -> Rows:
    """Return the rows of the resources that a name means.

    Raises
    ------
    UnknownIdError
        It has no limit, or does not exist in the year; the message says what to do about it.
    """
    rows = resource_rows(resources, data.network, named)
    if len(rows):
        if named.direction and not resources.from_node[rows[0]]:
            message = f'the capacity of "{named.id}" counts both directions together; leave {named.direction} out'
            raise UnknownIdError(message, name=str(named))
        return rows
    table = table_of(data, named.table)
    if np.isnan(table.number("capacity")[named.row]):
        where = ", ".join(f'{key} = "{value}"' for key, value in _where(data, named).items())
        raise UnknownIdError(
            f'"{named}" has no capacity, so that nothing limits it; give it one in {named.table}.csv or by a scenario: '
            f"where = {{ {where} }}, set = {{ capacity = …, capacity_unit = … }}",
            name=str(named),
        )
    if named.kind != "shared" and not in_year(table, year)[named.row]:
        raise UnknownIdError(f'"{named}" does not exist in {year}; choose another year', name=str(named))
    shared = "" if named.kind == "shared" else str(table.text("shared_capacity_id")[named.row])
    if shared and data.network.shared_capacities.number("capacity")[data.network.shared_capacities.row_of[shared]] == 0:
        raise UnknownIdError(
            f'"{named}" is closed, as "{shared}" has a capacity of 0; open that first', name=str(named)
        )
    raise UnknownIdError(f'no link and no transfer draws on "{named}" in {year}', name=str(named))


def opened(data: Dataset, named: ResourceName) -> Dataset:
    """Return the dataset with a unit of capacity where there is 0, which would leave nothing to draw on it."""
    table = table_of(data, named.table)
    capacity = table.number("capacity")
    if capacity[named.row] != 0.0:
        return data
    opened_capacity = capacity.copy()
    opened_capacity[named.row] = 1.0
    return with_table(data, named.table, table.with_columns({"capacity": freeze(opened_capacity)}))


def _exact(network: Network, name: str, direction: str) -> ResourceName | None:
    """Return what has the very name as its id."""
    for kind, table in (("shared", network.shared_capacities), ("link", network.links)):
        if name in table.row_of:
            return ResourceName(kind, name, table.row_of[name], direction)  # type: ignore[arg-type]
    return None


def _folded(network: Network, name: str, direction: str) -> ResourceName | None:
    """Return what has the name as its id but for case and punctuation, None where nothing or several things do."""
    wanted = normalize(name)
    tables = (("shared", network.shared_capacities), ("link", network.links))
    found = [(kind, known, row) for kind, table in tables for known, row in table.row_of.items() if _is(known, wanted)]
    if len(found) != 1:
        return None
    kind, known, row = found[0]
    return ResourceName(kind, known, row, direction)  # type: ignore[arg-type]


def _is(known: str, wanted: str) -> bool:
    return normalize(known) == wanted


def _transfer(network: Network, name: str, direction: str) -> ResourceName | None:
    """Return the transfer of ``NODE:mode-mode``, None where the text has no such form.

    Raises
    ------
    UnknownIdError
        There is no such node, or no such transfer at it; the message lists those there are.
    """
    place, colon, modes = name.rpartition(":")
    first, dash, second = (part.strip() for part in modes.partition("-"))
    if not (colon and dash):
        return None
    node = resolve_node(network, place.strip())
    table = network.transfers
    columns = (table.text(column) for column in ("node_id", "from_mode", "to_mode"))
    there = []
    for row, (at, start, end) in enumerate(zip(*columns, strict=True)):
        if at != node:
            continue
        there.append(f"{node}:{start}-{end}")
        if (start, end) == (first, second):
            return ResourceName("transfer", there[-1], row, direction)
        if (end, start) == (first, second):
            return ResourceName("transfer", there[-1], row, {">": "<", "<": ">"}.get(direction, direction))
    remedy = f"those at {node} are {', '.join(there)}" if there else f"there is none at {node}"
    raise UnknownIdError(f'unknown transfer "{name}"; {remedy}', name=name)


def _unknown(network: Network, name: str) -> UnknownIdError:
    """Return the error of a name that means no capacity: with those of the place, else with close matches."""
    try:
        node = resolve_node(network, name)
    except UnknownIdError:
        ids = [*network.shared_capacities.row_of, *network.links.row_of]
        return UnknownIdError(f'unknown capacity "{name}"', name=name, matches=close_matches(name, ids))
    there = _capacities_at(network, node)
    listed = ", ".join(there[:N_NAMED]) + (" …" if len(there) > N_NAMED else "")
    remedy = f"name one of its capacities: {listed}" if there else "nothing there has a capacity"
    return UnknownIdError(f'"{name}" is a place, not a capacity; {remedy}', name=name, matches=())


def _capacities_at(network: Network, node: str) -> list[str]:
    """Return what has a capacity at a node, shared ones first."""
    links, transfers = network.links, network.transfers
    ends = zip(links.text("from_node"), links.text("to_node"), strict=True)
    at_links = [row for row, pair in enumerate(ends) if node in pair]
    at_transfers = [row for row, at in enumerate(transfers.text("node_id")) if at == node]
    drawn = [links.text("shared_capacity_id")[row] for row in at_links]
    drawn += [transfers.text("shared_capacity_id")[row] for row in at_transfers]
    names = [str(key) for key in dict.fromkeys(drawn) if key in network.shared_capacities.row_of]
    names += [
        f"{node}:{transfers.text('from_mode')[row]}-{transfers.text('to_mode')[row]}"
        for row in at_transfers
        if not np.isnan(transfers.number("capacity")[row])
    ]
    return names + [str(links.text("link_id")[row]) for row in at_links if not np.isnan(links.number("capacity")[row])]


def _ends(network: Network, named: ResourceName) -> tuple[str, str]:
    """Return what `Resources` calls the two ends of a link (nodes) or of a transfer (modes), forward."""
    table = network.links if named.kind == "link" else network.transfers
    columns = ("from_node", "to_node") if named.kind == "link" else ("from_mode", "to_mode")
    start, end = (str(table.text(column)[named.row]) for column in columns)
    return start, end


def _where(data: Dataset, named: ResourceName) -> dict[str, str]:
    """Return the conditions by which a change selects a capacity's row."""
    if named.kind != "transfer":
        return {"id": named.id}
    table = data.network.transfers
    return {column: str(table.text(column)[named.row]) for column in ("node_id", "from_mode", "to_mode")}
