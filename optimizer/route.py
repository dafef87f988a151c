"""A route: one path for one shipment, leg by leg, in the user's own ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from network.model import split_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.model import Network
    from optimizer.graph import ArcGraph, CommodityArcs


class Leg(NamedTuple):
    """A passage of a link; money and CO2 are for the whole quantity, ``time_h`` = moving + waiting + border."""

    link_id: str
    mode: str
    from_node: str
    to_node: str
    length_km: float
    time_h: float
    moving_h: float
    waiting_h: float
    border_h: float
    cost_usd: float
    co2_kg: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the leg as plain values."""
        return self._asdict()


class TransferLeg(NamedTuple):
    """A change of mode or gauge at a node; money and CO2 are for the whole quantity."""

    node_id: str
    from_mode: str
    to_mode: str
    time_h: float
    cost_usd: float
    co2_kg: float
    transfer: Literal[True] = True

    def to_mapping(self) -> dict[str, Any]:
        """Return the leg as plain values, ``transfer`` first."""
        return {"transfer": True, **{key: value for key, value in self._asdict().items() if key != "transfer"}}


class Route(NamedTuple):
    """One path from origin to destination for a quantity of a commodity.

    Attributes
    ----------
    cost_usd, co2_kg
        For the whole quantity.
    time_h, length_km
        For the shipment, whatever its quantity.
    modes, countries
        In the order in which they are met, each once.
    corridor
        Id of the corridor with most of the route's kilometers, empty where no link belongs to one.
    legs
        Links and transfers in order of travel.
    arcs
        The arcs of the virtual network, for callers that go on computing.
    """

    origin: str
    destination: str
    commodity: str
    quantity: float
    cost_usd: float
    time_h: float
    co2_kg: float
    length_km: float
    modes: tuple[str, ...]
    countries: tuple[str, ...]
    corridor: str
    legs: tuple[Leg | TransferLeg, ...]
    arcs: tuple[int, ...] = ()

    def to_mapping(self) -> dict[str, Any]:
        """Return the route as plain values with the keys of the command line's JSON."""
        return {
            "cost_usd": self.cost_usd,
            "time_h": self.time_h,
            "co2_kg": self.co2_kg,
            "length_km": self.length_km,
            "modes": list(self.modes),
            "countries": list(self.countries),
            "corridor": self.corridor,
            "legs": [leg.to_mapping() for leg in self.legs],
        }


def build_legs(
    graph: ArcGraph, values: CommodityArcs, arcs: Iterable[int], quantity: float = 1.0
) -> tuple[Leg | TransferLeg, ...]:
    """Return the legs of a path of arcs, with money and CO2 for the quantity."""
    links = graph.data.network.links
    nodes = graph.data.network.nodes.text("node_id")
    legs: list[Leg | TransferLeg] = []
    for arc in arcs:
        tail, head = int(graph.tail[arc]), int(graph.head[arc])
        from_node = str(nodes[graph.state_node[tail]])
        cost_usd, co2_kg = float(values.cost_usd[arc]) * quantity, float(values.co2_kg[arc]) * quantity
        if graph.link[arc] >= 0:
            legs.append(
                Leg(
                    link_id=str(links.text("link_id")[graph.link[arc]]),
                    mode=str(links.text("mode")[graph.link[arc]]),
                    from_node=from_node,
                    to_node=str(nodes[graph.state_node[head]]),
                    length_km=float(graph.length_km[arc]),
                    time_h=float(graph.time_h[arc]),
                    moving_h=float(graph.moving_h[arc]),
                    waiting_h=float(graph.waiting_h[arc]),
                    border_h=float(graph.border_h[arc]),
                    cost_usd=cost_usd,
                    co2_kg=co2_kg,
                )
            )
        else:
            legs.append(
                TransferLeg(
                    node_id=from_node,
                    from_mode=str(graph.state_mode[tail]),
                    to_mode=str(graph.state_mode[head]),
                    time_h=float(graph.time_h[arc]),
                    cost_usd=cost_usd,
                    co2_kg=co2_kg,
                )
            )
    return tuple(legs)


def build_route(
    graph: ArcGraph,
    values: CommodityArcs,
    arcs: Sequence[int],
    *,
    origin: str,
    destination: str,
    quantity: float = 1.0,
) -> Route:
    """Return the route of a path of arcs; quantity scales money and CO2, never time."""
    network = graph.data.network
    legs = build_legs(graph, values, arcs, quantity)
    link_legs = [leg for leg in legs if isinstance(leg, Leg)]
    visited = [origin, *(leg.to_node for leg in link_legs)]
    country = network.nodes.text("country")
    return Route(
        origin=origin,
        destination=destination,
        commodity=values.commodity,
        quantity=quantity,
        cost_usd=sum(leg.cost_usd for leg in legs),
        time_h=sum(leg.time_h for leg in legs),
        co2_kg=sum(leg.co2_kg for leg in legs),
        length_km=sum(leg.length_km for leg in link_legs),
        modes=tuple(dict.fromkeys(leg.mode for leg in link_legs)),
        countries=tuple(dict.fromkeys(str(country[network.nodes.row_of[node]]) for node in visited)),
        corridor=corridor_of(network, ((leg.link_id, leg.length_km) for leg in link_legs)),
        legs=legs,
        arcs=tuple(int(arc) for arc in arcs),
    )


def corridor_of(network: Network, passages: Iterable[tuple[str, float]]) -> str:
    """Return the corridor with most of the kilometers of some (link id, km); the earlier one in the data on a tie.

    A route or flow belongs to one corridor only, so that corridor totals never count a unit twice.
    """
    length_km: dict[str, float] = {}
    row_of, labels = network.links.row_of, network.links.text("corridors")
    for link_id, km in passages:
        for corridor in split_list(labels[row_of[link_id]]):
            length_km[corridor] = length_km.get(corridor, 0.0) + km
    if not length_km:
        return ""
    order = network.corridors.row_of
    return min(length_km, key=lambda corridor: (-length_km[corridor], order.get(corridor, len(order)), corridor))
