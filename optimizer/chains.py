"""Transport chains: what is carried from place to place by one mode and handled in between, in arrays.

Terms are those of ISO 14083: the path of goods is a transport chain, what one mode carries of it from transfer to
transfer is a transport chain element, and a transfer is a hub operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from network.geo import great_circle_km
from network.model import freeze
from optimizer.leg_parts import link_row, quantity_of
from optimizer.passages import passages_of
from optimizer.route import Leg

if TYPE_CHECKING:
    from network.model import Dataset, Network, Numbers
    from optimizer.flows import FlowRoute
    from optimizer.resources import Rows
    from optimizer.result import Plan
    from optimizer.route import Route, TransferLeg


@dataclass(frozen=True, eq=False)
class Chains:
    """Passages of goods in order of travel, chain after chain, each array of shape (n_passages,).

    `chain` numbers the chains, `commodity` is a row. A passage is of a link or of a transfer: `link` and `transfer` are
    their rows, -1 for the other. `tail` and `head` are rows of nodes. `t` are tonnes, `co2_kg` is of all of them;
    `length_km` is 0 for transfers.
    """

    network: Network
    chain: Rows
    commodity: Rows
    t: Numbers
    link: Rows
    transfer: Rows
    tail: Rows
    head: Rows
    length_km: Numbers
    co2_kg: Numbers

    @cached_property
    def on_links(self) -> Rows:
        """Positions of the passages of links, ascending."""
        return freeze(np.flatnonzero(self.link >= 0))

    @cached_property
    def on_hubs(self) -> Rows:
        """Positions of the passages of transfers, ascending."""
        return freeze(np.flatnonzero(self.transfer >= 0))

    @cached_property
    def great_circle_km(self) -> Numbers:
        """Great-circle distance from end to end of every element, at its first of `on_links` and 0 at all others."""
        at = self.on_links
        is_next = (np.diff(at) == 1) & (np.diff(self.chain[at]) == 0)
        first = np.flatnonzero(np.append(True, ~is_next)[: len(at)])
        last = np.append(first[1:], len(at))[: len(first)] - 1
        nodes = self.network.nodes
        lat, lon = nodes.number("lat"), nodes.number("lon")
        tail, head = self.tail[at[first]], self.head[at[last]]
        km = np.zeros(len(at))
        km[first] = great_circle_km(lat[tail], lon[tail], lat[head], lon[head])
        return freeze(km)


def chains_of_plan(plan: Plan) -> Chains:
    """Return the transport chains of a plan: one for every path of every demand, with its yearly volume."""
    graph, passages = plan.blocks.graph, passages_of(plan)
    arc, path = passages.arc, passages.path
    t = passages.t[path]
    return Chains(
        network=graph.data.network,
        chain=path,
        commodity=passages.commodity[path],
        t=t,
        link=graph.link[arc],
        transfer=graph.transfer[arc],
        tail=graph.state_node[graph.tail[arc]],
        head=graph.state_node[graph.head[arc]],
        length_km=graph.length_km[arc],
        co2_kg=graph.co2_kg_per_t[arc] * t,
    )


def chain_of_route(data: Dataset, route: Route | FlowRoute) -> Chains:
    """Return the one transport chain of a route with its quantity."""
    network, legs = data.network, route.legs
    row_of = network.nodes.row_of
    commodity = data.commodities.row_of[route.commodity]
    t = quantity_of(route) * float(data.commodities.number("t_per_unit")[commodity])
    links = [link_row(data, leg.link_id) if isinstance(leg, Leg) else -1 for leg in legs]
    transfers = [-1 if isinstance(leg, Leg) else _transfer_row(network, leg) for leg in legs]
    tails = [row_of[leg.from_node if isinstance(leg, Leg) else leg.node_id] for leg in legs]
    heads = [row_of[leg.to_node if isinstance(leg, Leg) else leg.node_id] for leg in legs]
    return Chains(
        network=network,
        chain=np.zeros(len(legs), dtype=np.int64),
        commodity=np.full(len(legs), commodity, dtype=np.int64),
        t=np.full(len(legs), t),
        link=np.array(links, dtype=np.int64),
        transfer=np.array(transfers, dtype=np.int64),
        tail=np.array(tails, dtype=np.int64),
        head=np.array(heads, dtype=np.int64),
        length_km=np.array([leg.length_km if isinstance(leg, Leg) else 0.0 for leg in legs], dtype=np.float64),
        co2_kg=np.array([leg.co2_kg for leg in legs], dtype=np.float64),
    )


def _transfer_row(network: Network, leg: TransferLeg) -> int:
    """Return the row of the transfer of a leg, the first where several join the same two modes."""
    table = network.transfers
    nodes, ends = table.text("node_id"), (table.text("from_mode"), table.text("to_mode"))
    there, back = ((ends[at] == leg.from_mode) & (ends[1 - at] == leg.to_mode) for at in (0, 1))
    return int(np.flatnonzero((nodes == leg.node_id) & (there | back))[0])
