"""What can reach what: states (node, mode with gauge) joined by links and transfers, whatever they cost or carry.

For the checks of a dataset only: routes and plans are found on the virtual network of ``optimizer``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.model import MODES, Mask, split_list
from network.values import in_year

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.model import Dataset, Network, Table, Texts

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class States:
    """States of a network and the arcs between them, first those of links, then those of transfers.

    State ``node * len(modes) + mode`` exists for every pair, `n_states` in all. `tails`, `heads` (n_arcs,) are states;
    an arc that is not `is_directed` is usable both ways. `bare_modes` (n_modes,) are positions in `MODES`.
    """

    n_states: int
    modes: tuple[str, ...]
    bare_modes: Indices
    tails: Indices
    heads: Indices
    is_directed: Mask
    is_open: Mask

    def node_of(self, states: Indices) -> Indices:
        """Return the node rows of states."""
        return states // len(self.modes)

    def mode_of(self, states: Indices) -> Indices:
        """Return the positions in `modes` of states."""
        return states % len(self.modes)


def states_of(network: Network) -> States:
    """Return the states of a network; links and transfers with capacity 0, own or shared, are not open."""
    links, transfers = network.links, network.transfers
    labels = [
        f"{mode}{gauge:.0f}" if mode == "rail" else mode
        for mode, gauge in zip(links.text("mode"), links.number("gauge_mm").tolist(), strict=True)
    ]
    from_modes, to_modes = transfers.text("from_mode"), transfers.text("to_mode")
    modes = tuple(dict.fromkeys([*labels, *from_modes, *to_modes])) or MODES[:1]
    position = {mode: index for index, mode in enumerate(modes)}
    row_of, n_modes = network.nodes.row_of, len(modes)
    ends_tail, ends_head = network.link_ends
    link_modes = np.array([position[label] for label in labels], dtype=np.int64)
    at = np.array([row_of[node] for node in transfers.text("node_id")], dtype=np.int64) * n_modes
    closed = {
        key
        for key, capacity in zip(
            network.shared_capacities.text("shared_capacity_id"),
            network.shared_capacities.number("capacity").tolist(),
            strict=True,
        )
        if capacity == 0.0
    }
    return States(
        n_states=len(network.nodes) * n_modes,
        modes=modes,
        bare_modes=np.array([MODES.index(mode.rstrip("0123456789")) for mode in modes], dtype=np.int64),
        tails=np.concatenate([ends_tail * n_modes + link_modes, at + _positions(position, from_modes)]),
        heads=np.concatenate([ends_head * n_modes + link_modes, at + _positions(position, to_modes)]),
        is_directed=np.concatenate([table.number("directed") == 1.0 for table in (links, transfers)]),
        is_open=np.concatenate([_is_open(table, closed) for table in (links, transfers)]),
    )


def components(n: int, tails: Indices, heads: Indices) -> Indices:
    """Return a label (n,) for each of `n` vertices, equal where undirected arcs join them: the smallest member.

    Labels are hooked onto smaller ones and paths halved, all arcs at once (Y. Shiloach and U. Vishkin, An O(log n)
    parallel connectivity algorithm, J. Algorithms 3, 1982): a few array passes where a loop would take seconds.
    """
    labels = np.arange(n, dtype=np.int64)
    while True:
        at_tail, at_head = labels[tails], labels[heads]
        differ = at_tail != at_head
        if not differ.any():
            return labels
        tails, heads = tails[differ], heads[differ]
        low = np.minimum(at_tail[differ], at_head[differ])
        high = np.maximum(at_tail[differ], at_head[differ])
        np.minimum.at(labels, high, low)
        while True:
            jumped = labels[labels]
            if (jumped == labels).all():
                break
            labels = jumped


def unreachable_demands(data: Dataset) -> list[int]:
    """Return the rows of demands whose destination cannot be reached in their year, by their modes, as they avoid."""
    network, demands, commodities = data.network, data.demands, data.commodities
    if not len(demands):
        return []
    states = states_of(network)
    groups: dict[tuple[int, str, str, str], list[int]] = {}
    for row, year in enumerate(data.demand_years.astype(int).tolist()):
        listed = commodities.text("modes")[commodities.row_of[demands.text("commodity")[row]]]
        key = (year, listed, demands.text("avoid_modes")[row], demands.text("avoid_countries")[row])
        groups.setdefault(key, []).append(row)
    unreachable: list[int] = []
    for (year, listed, avoid_modes, avoid_countries), rows in groups.items():
        modes = {*(split_list(listed) or MODES)} - {*split_list(avoid_modes)}
        may_pass = ~np.isin(network.nodes.text("country").astype(str), split_list(avoid_countries) or [""])
        usable = states.is_open & np.concatenate([in_year(table, year) for table in (network.links, network.transfers)])
        for ends in (states.tails, states.heads):
            allowed = np.array([MODES[bare] in modes for bare in states.bare_modes], dtype=np.bool_)
            usable &= may_pass[states.node_of(ends)] & allowed[states.mode_of(ends)]
        unreachable += _cut_off(states, usable, _ends(network, demands, rows), rows)
    return sorted(unreachable)


def _cut_off(states: States, usable: Mask, ends: tuple[Indices, Indices], rows: list[int]) -> list[int]:
    """Return those of `rows` whose end in `ends` cannot be reached over the usable arcs."""
    n_modes = len(states.modes)
    tails, heads, directed = states.tails[usable], states.heads[usable], states.is_directed[usable]
    labels = components(states.n_states, tails[~directed], heads[~directed])
    # Only directed arcs between parts that are whole by themselves are left to walk: few, as a rule.
    onward: dict[int, list[int]] = {}
    for tail, head in zip(labels[tails[directed]].tolist(), labels[heads[directed]].tolist(), strict=True):
        if tail != head:
            onward.setdefault(tail, []).append(head)
    touched = np.zeros(len(labels), dtype=np.bool_)
    touched[tails] = touched[heads] = True
    starts = [_parts(labels, touched, origin, n_modes) for origin in ends[0].tolist()]
    bit_of = {destination: 1 << place for place, destination in enumerate(dict.fromkeys(ends[1].tolist()))}
    own: dict[int, int] = {}
    for destination, bit in bit_of.items():
        for part in _parts(labels, touched, destination, n_modes):
            own[part] = own.get(part, 0) | bit
    reached = _reached((part for parts in starts for part in parts), onward, own)
    return [
        row
        for row, parts, destination in zip(rows, starts, ends[1].tolist(), strict=True)
        if not any(reached[part] & bit_of[destination] for part in parts)
    ]


def _reached(starts: Iterable[int], onward: dict[int, list[int]], own: dict[int, int]) -> dict[int, int]:
    """Return, for every vertex met on the way from `starts`, the bits in `own` of all it reaches, its own included.

    Strongly connected parts are complete in reverse topological order (R. Tarjan, Depth-first search and linear graph
    algorithms, SIAM J. Comput. 1, 1972): what lies onward of a part is known by then, for all origins at once.
    """
    reached: dict[int, int] = {}
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    incomplete: list[int] = []
    for start in starts:
        if start in order:
            continue
        path = [(start, iter(onward.get(start, ())))]
        order[start] = low[start] = len(order)
        incomplete.append(start)
        while path:
            vertex, following = path[-1]
            for after in following:
                if after not in order:
                    path.append((after, iter(onward.get(after, ()))))
                    order[after] = low[after] = len(order)
                    incomplete.append(after)
                    break
                if after not in reached:
                    low[vertex] = min(low[vertex], order[after])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[vertex])
                if low[vertex] == order[vertex]:
                    _complete(vertex, incomplete, onward, own, reached)
    return reached


def _complete(
    root: int, incomplete: list[int], onward: dict[int, list[int]], own: dict[int, int], reached: dict[int, int]
) -> None:
    """Move the strongly connected part of `root` from the stack `incomplete` to `reached`."""
    members = [incomplete.pop()]
    while members[-1] != root:
        members.append(incomplete.pop())
    bits = 0
    for member in members:
        bits |= own.get(member, 0)
        for after in onward.get(member, ()):
            bits |= reached.get(after, 0)
    reached.update(dict.fromkeys(members, bits))


def _parts(labels: Indices, touched: Mask, node: int, n_modes: int) -> list[int]:
    """Return the labels of a node's states that any usable arc touches."""
    span = slice(node * n_modes, (node + 1) * n_modes)
    labels_here: list[int] = labels[span][touched[span]].tolist()
    return labels_here


def _ends(network: Network, demands: Table, rows: list[int]) -> tuple[Indices, Indices]:
    """Return the node rows of origins and destinations of some demands."""
    row_of = network.nodes.row_of
    origins = [row_of[node] for node in demands.text("origin")[rows]]
    destinations = [row_of[node] for node in demands.text("destination")[rows]]
    return np.array(origins, dtype=np.int64), np.array(destinations, dtype=np.int64)


def _positions(position: dict[str, int], modes: Texts) -> Indices:
    return np.array([position[mode] for mode in modes], dtype=np.int64)


def _is_open(table: Table, closed: set[str]) -> Mask:
    """Return the mask of rows that neither their own nor a shared capacity closes."""
    shared = np.array([key in closed for key in table.text("shared_capacity_id")], dtype=np.bool_)
    is_open: Mask = (table.number("capacity") != 0.0) & ~shared
    return is_open
