"""Things of a network that a plan can be asked about: what a name means, and which arcs pass it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from network.errors import UnknownIdError
from network.observations import split_direction
from network.places import N_MATCHES, check_country, check_mode, close_matches, resolve_node_or_link
from network.places import unknown_id as unknown
from optimizer.resource_names import resolve_resource
from optimizer.resources import plain_rows

if TYPE_CHECKING:
    from network.model import Dataset, Mask, Network
    from optimizer.graph import ArcGraph

Kind = Literal["node", "link", "transfer", "shared", "country", "corridor", "mode"]


@dataclass(frozen=True, slots=True)
class Thing:
    """What is asked for: its kind, its id in the data, and ``>`` or ``<`` where one direction of it is meant."""

    kind: Kind
    id: str
    side: str = ""


def thing_of(data: Dataset, name: str) -> Thing:
    """Return what a name means; see `optimizer.users_of`.

    Raises
    ------
    UnknownIdError
        The name fits nothing (with close matches) or several things.
    """
    network = data.network
    key, equals, value = name.partition("=")
    if equals:
        return _group(network, key.strip(), value.strip())
    shared = network.shared_capacities.row_of
    exact = [name in ids for ids in (shared, network.links.row_of, network.nodes.row_of)]
    if sum(exact) > 1:
        raise UnknownIdError(f'"{name}" is the id of several things; rename one of them in the dataset', name=name)
    if name in shared:
        return Thing("shared", name)
    if any(exact):
        return Thing(*resolve_node_or_link(network, name))
    bare, side = split_direction(name)
    if ":" in bare:
        transfer = resolve_resource(network, name)
        return Thing("transfer", transfer.id, transfer.direction)
    try:
        kind, key = resolve_node_or_link(network, bare)
    except UnknownIdError as error:
        matches = (*close_matches(bare, shared), *error.matches)[:N_MATCHES]
        if str(error).startswith("unknown"):
            raise UnknownIdError(
                f'unknown node, link, transfer or shared capacity "{name}"', name=name, matches=matches
            ) from None
        raise
    if side and kind == "node":
        raise UnknownIdError(f'"{bare}" is a node: only links and transfers have a direction "{side}"', name=name)
    return Thing(kind, key, side)


def _group(network: Network, key: str, value: str) -> Thing:
    """Return the country, corridor or mode that ``key=value`` means."""
    if key == "country":
        return Thing("country", check_country(value))
    if key == "mode":
        return Thing("mode", check_mode(value))
    if key != "corridor":
        raise unknown("kind of thing", key, ("country", "corridor", "mode"))
    known = network.corridors.row_of.keys() | {name for names in network.corridors_of.values() for name in names}
    if value not in known:
        raise unknown("corridor", value, sorted(known))
    return Thing("corridor", value)


def arcs_of(graph: ArcGraph, thing: Thing) -> Mask:
    """Return the mask of arcs that pass the thing; for a corridor, whose ways are told as a whole, none."""
    network = graph.data.network
    nodes = network.nodes
    on = np.zeros(graph.n_arcs, dtype=np.bool_)
    if thing.kind in ("node", "country"):
        at = nodes.text("country") == thing.id if thing.kind == "country" else nodes.text("node_id") == thing.id
        on = at[graph.state_node[graph.tail]] | at[graph.state_node[graph.head]]
    elif thing.kind == "mode":
        passes = graph.link >= 0
        on[passes] = network.links.text("mode")[graph.link[passes]] == thing.id
    elif thing.kind in ("link", "transfer"):
        on = _arcs_of_row(graph, thing)
    elif thing.kind == "shared":
        for table, row in ((network.links, graph.link), (network.transfers, graph.transfer)):
            passes = row >= 0
            on[passes] |= table.text("shared_capacity_id")[row[passes]] == thing.id
    return on.astype(np.bool_)


def _arcs_of_row(graph: ArcGraph, thing: Thing) -> Mask:
    """Return the mask of arcs of a link, price steps included, or of a transfer, in the direction asked for."""
    network = graph.data.network
    on = np.zeros(graph.n_arcs, dtype=np.bool_)
    if thing.kind == "link":
        passes = graph.link >= 0
        on[passes] = plain_rows(network.links)[graph.link[passes]] == network.links.row_of[thing.id]
    else:
        table = network.transfers
        ids = table.text("node_id") + ":" + table.text("from_mode") + "-" + table.text("to_mode")
        passes = graph.transfer >= 0
        on[passes] = ids[graph.transfer[passes]] == thing.id
    if thing.side:
        on &= graph.is_forward == (thing.side == ">")
    return on
