"""The main crossing or port of every path of a plan: the one place by which a stream of goods is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.model import split_list
from optimizer.passages import passages_of

if TYPE_CHECKING:
    from network.model import Network
    from optimizer.passages import Passages
    from optimizer.resources import Rows
    from optimizer.result import Plan

DOMESTIC, DIRECT = "domestic", "direct"
"""Paths without a main crossing or port: inside one country, and from one country to another by air or the like."""
INLAND = ("city", "rail_station", "dry_port", "airport")
"""Kinds of nodes that are neither crossings nor ports nor straits."""


def main_gates(plan: Plan) -> list[str]:
    """Return the main crossing or port of every path of a plan: id of a link or node, `DOMESTIC` or `DIRECT`.

    It is a gateway of the path's corridor: a link before a node, as links are crossings and the like. Gateways that are
    cities, stations or airports tell neither a crossing nor a port, and come last. Without a gateway it is one of the
    crossings by rail, road and river and of the seaports where the path boards or leaves a ship. Of several it is the
    one that carries most of the plan's tonnes, the earlier one in the data on a tie. Links between the same two nodes
    are one crossing; it is named after the first of them that is a gateway, else the first.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> sorted(set(main_gates(plan_flows(load()))))[2:5]
    ['IRBAZ', 'IRBND', 'af-torkham']
    """
    passages = passages_of(plan)
    network = plan.data.network
    tail, head, link_gate = _gates_of_arcs(passages)
    path, arc = passages.on_links
    # Nodes come before links among the gates, as their rows do.
    every_path = np.concatenate([path, path, path])
    every_gate = np.concatenate([tail[arc], head[arc], link_gate[arc]])
    n_gates = len(network.nodes) + len(network.links)
    of_path, gate = np.divmod(np.unique(every_path * n_gates + every_gate), n_gates)
    t = np.bincount(gate, weights=passages.t[of_path], minlength=n_gates)
    chosen = np.full(len(passages.t), -1, dtype=np.int64)
    for paths, gates in _by_rank(passages, of_path, gate):
        order = np.lexsort((gates, -t[gates], paths))
        found, first = np.unique(paths[order], return_index=True)
        chosen[found] = gates[order[first]]
    crossed = np.zeros(len(chosen), dtype=np.bool_)
    crossed[path[network.is_crossing[passages.plain_link[arc]]]] = True
    ids = [*network.nodes.row_of, *network.links.row_of]
    return [
        ids[best] if best >= 0 else DIRECT if is_abroad else DOMESTIC
        for best, is_abroad in zip(chosen.tolist(), crossed.tolist(), strict=True)
    ]


def _gates_of_arcs(passages: Passages) -> tuple[Rows, Rows, Rows]:
    """Return the gates of every arc: the nodes it starts and ends at, and the link it passes.

    The gate of a link is the number of nodes and the row of the first link between its ends; of transfers it is none.
    """
    graph = passages.plan.blocks.graph
    network = graph.data.network
    return graph.state_node[graph.tail], graph.state_node[graph.head], _link_gates(network)[passages.plain_link]


def _link_gates(network: Network) -> Rows:
    """Return the gate of every link, shape (n_links,)."""
    tails, heads = network.link_ends
    n_nodes, links = len(network.nodes), network.links
    named = {key for cell in network.corridors.text("gateway_links") for key in split_list(cell)}
    order = np.argsort([key not in named for key in links.text("link_id").tolist()], kind="stable")
    pair = (np.minimum(tails, heads) * n_nodes + np.maximum(tails, heads))[order]
    _pairs, first, which = np.unique(pair, return_index=True, return_inverse=True)
    gates = np.empty(len(links), dtype=np.int64)
    gates[order] = n_nodes + order[first][which]
    return gates


def _by_rank(passages: Passages, path: Rows, gate: Rows) -> list[tuple[Rows, Rows]]:
    """Return pairs of path and gate that may be the main one, those that count most last.

    `path` and `gate` are all gates that paths pass.
    """
    network = passages.plan.data.network
    wanted = _wanted(network)
    passed = zip(passages.corridor[path].tolist(), gate.tolist(), strict=True)
    is_gateway = np.array([at in wanted.get(corridor, ()) for corridor, at in passed], dtype=np.bool_)
    is_inland = np.isin(network.nodes.text("kind").astype(str), INLAND)
    rank = np.concatenate([np.where(is_inland, 0, 1), np.full(len(network.links), 2)])[gate]
    inland, nodes, links = ((path[of], gate[of]) for of in (is_gateway & (rank == at) for at in range(3)))
    return [inland, _crossings_and_ports(passages), nodes, links]


def _wanted(network: Network) -> dict[str, set[int]]:
    """Return the gates that are gateways, by corridor."""
    table, links, nodes = network.corridors, network.links.row_of, network.nodes.row_of
    link_gates = _link_gates(network)
    cells = zip(table.row_of, table.text("gateway_nodes"), table.text("gateway_links"), strict=True)
    return {
        name: {nodes[key] for key in split_list(of_nodes)}
        | {int(link_gates[links[key]]) for key in split_list(of_links)}
        for name, of_nodes, of_links in cells
    }


def _crossings_and_ports(passages: Passages) -> tuple[Rows, Rows]:
    """Return pairs of path and gate of crossings by land and river, and of seaports where a ship is boarded or left."""
    network = passages.plan.data.network
    tail, head, link_gate = _gates_of_arcs(passages)
    path, arc = passages.on_links
    link = passages.plain_link[arc]
    mode = network.links.text("mode")[link]
    by_land = network.is_crossing[link] & np.isin(mode.astype(str), ("rail", "road", "river"))
    is_sea = mode == "sea"
    # A voyage starts where the passage before is no sea passage of the same path, and ends likewise.
    is_next = np.append(is_sea[1:] & is_sea[:-1] & (path[1:] == path[:-1]), False)[: len(path)]
    starts, ends = is_sea & ~np.roll(is_next, 1), is_sea & ~is_next
    paths = np.concatenate([path[by_land], path[starts], path[ends]])
    gates = np.concatenate([link_gate[arc[by_land]], tail[arc[starts]], head[arc[ends]]])
    is_port = np.append(network.nodes.text("kind") == "seaport", np.ones(len(network.links), dtype=np.bool_))
    return paths[is_port[gates]], gates[is_port[gates]]
