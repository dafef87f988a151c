"""A route: one path for one shipment, leg by leg, in the user's own ids."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from network.model import split_list
from optimizer.weak import weak_usd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import pandas as pd

    from network.model import Network
    from optimizer.clock import Clock
    from optimizer.graph import ArcGraph, CommodityArcs

ROUTE_COLUMNS = (
    *("origin", "destination", "commodity", "quantity", "corridor", "modes", "countries"),
    *("cost_usd", "time_h", "time_p90_h", "co2_kg", "length_km", "weak_share", "depart", "arrive"),
)
"""Columns of a table of routes."""
LEG_ROW_COLUMNS = (
    *("kind", "link_id", "mode", "from_node", "to_node", "from_mode", "to_mode"),
    *("length_km", "time_h", "moving_h", "waiting_h", "border_h", "cost_usd", "co2_kg"),
)
"""Columns of a table of legs; what a link or a transfer does not have is None there."""


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

    def to_row(self) -> tuple[str | float | None, ...]:
        """Return the values of `LEG_ROW_COLUMNS`."""
        link_id, mode, from_node, to_node, *amounts = self
        return ("link", link_id, mode, from_node, to_node, None, None, *amounts)


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

    def to_row(self) -> tuple[str | float | None, ...]:
        """Return the values of `LEG_ROW_COLUMNS`."""
        modes = (self.from_mode, self.to_mode)
        amounts = (None, self.time_h, None, None, None, self.cost_usd, self.co2_kg)
        return ("transfer", None, None, self.node_id, self.node_id, *modes, *amounts)


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
    time_p90_h
        90th percentile of the time, None where the data gives no leg one. ``time_h`` is the median: the sum of medians.
        Each leg's fixed time is taken as independent of the others', so that spreads between median and 90th
        percentile add up as the root of the sum of their squares (exact for normal times).
    weak_share
        Part of the money that rests on numbers of grade D or of none; None for a route without money, and where the
        dataset grades nothing.
    depart, arrive
        Moments of departure and arrival of a route on a date, None otherwise.
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
    time_p90_h: float | None = None
    weak_share: float | None = None
    depart: datetime | None = None
    arrive: datetime | None = None
    arcs: tuple[int, ...] = ()

    def to_mapping(self) -> dict[str, Any]:
        """Return the route as plain values with the keys of the command line's JSON.

        ``time_p90_h`` is there where the data has percentiles, ``weak_share`` where it has grades, ``depart`` and
        ``arrive`` (ISO 8601) on a date.
        """
        mapping: dict[str, Any] = {
            "cost_usd": self.cost_usd,
            "time_h": self.time_h,
            "co2_kg": self.co2_kg,
            "length_km": self.length_km,
            "modes": list(self.modes),
            "countries": list(self.countries),
            "corridor": self.corridor,
            "legs": [leg.to_mapping() for leg in self.legs],
        }
        if self.time_p90_h is not None:
            mapping["time_p90_h"] = self.time_p90_h
        if self.weak_share is not None:
            mapping["weak_share"] = self.weak_share
        if self.depart is not None:
            mapping["depart"] = self.depart.isoformat()
            mapping["arrive"] = None if self.arrive is None else self.arrive.isoformat()
        return mapping

    def to_frame(self) -> pd.DataFrame:
        """Return one row per leg with the columns `LEG_ROW_COLUMNS`; ``kind`` is ``link`` or ``transfer``."""
        import pandas as pd

        return pd.DataFrame([leg.to_row() for leg in self.legs], columns=list(LEG_ROW_COLUMNS))


def build_legs(
    graph: ArcGraph, values: CommodityArcs, arcs: Sequence[int], quantity: float = 1.0, clock: Clock | None = None
) -> tuple[Leg | TransferLeg, ...]:
    """Return the legs of a path of arcs, money and CO2 for the quantity; with a clock, waits are those of its date."""
    legs = [_unit_leg(graph, values, arc) for arc in arcs]
    if quantity != 1.0:
        legs = [leg._replace(cost_usd=leg.cost_usd * quantity, co2_kg=leg.co2_kg * quantity) for leg in legs]
    if clock is not None:
        for at, (arc, leg, wait_h) in enumerate(zip(arcs, legs, clock.waits_h(arcs), strict=True)):
            if wait_h is not None and isinstance(leg, Leg):
                time_h = clock.travel_h[arc] + wait_h
                legs[at] = leg._replace(time_h=time_h, waiting_h=leg.waiting_h + time_h - leg.time_h)
    return tuple(legs)


def build_route(
    graph: ArcGraph,
    values: CommodityArcs,
    arcs: Sequence[int],
    *,
    origin: str,
    destination: str,
    quantity: float = 1.0,
    clock: Clock | None = None,
) -> Route:
    """Return the route of a path of arcs; quantity scales money and CO2, never time.

    With a clock the route has moments of departure and arrival, and its waits are those of its date.
    """
    network = graph.data.network
    legs = build_legs(graph, values, arcs, quantity, clock)
    links = [leg for leg in legs if isinstance(leg, Leg)]
    country, row_of = network.nodes.text("country"), network.nodes.row_of
    time_h = sum(leg.time_h for leg in legs)
    cost_usd = sum(leg.cost_usd for leg in legs)
    variance_h2 = sum(spread_h * spread_h for spread_h in graph.spread_h[list(arcs)].tolist())
    return Route(
        origin=origin,
        destination=destination,
        commodity=values.commodity,
        quantity=quantity,
        cost_usd=cost_usd,
        time_h=time_h,
        co2_kg=sum(leg.co2_kg for leg in legs),
        length_km=sum(leg.length_km for leg in links),
        modes=tuple(dict.fromkeys(leg.mode for leg in links)),
        countries=tuple(dict.fromkeys(country[row_of[node]] for node in (origin, *(leg.to_node for leg in links)))),
        corridor=corridor_of(network, ((leg.link_id, leg.length_km) for leg in links)),
        legs=legs,
        time_p90_h=time_h + sqrt(variance_h2) if variance_h2 else None,
        weak_share=_weak_share(graph, values, arcs, cost_usd / quantity),
        depart=None if clock is None else clock.start,
        arrive=None if clock is None else _later(clock.start, time_h),
        arcs=tuple(arcs),
    )


def _weak_share(graph: ArcGraph, values: CommodityArcs, arcs: Sequence[int], cost_usd: float) -> float | None:
    """Return the part of the money of a path, `cost_usd` per unit, that rests on weak numbers."""
    usd = weak_usd(graph, values.commodity, arcs) if cost_usd > 0.0 else None
    return None if usd is None else min(1.0, float(usd.sum()) / cost_usd)


def _later(start: datetime, hours: float) -> datetime | None:
    """Return a moment some hours later, None beyond the last one a date can hold."""
    try:
        return start + timedelta(hours=hours)
    except OverflowError:
        return None


def _unit_leg(graph: ArcGraph, values: CommodityArcs, arc: int) -> Leg | TransferLeg:
    """Return the leg of an arc for one unit of a commodity; each is made once."""
    known = values.legs.get(arc)
    if known is not None:
        return known
    nodes, links = graph.data.network.nodes.text("node_id"), graph.data.network.links
    tail, head, link = int(graph.tail[arc]), int(graph.head[arc]), int(graph.link[arc])
    from_node, time_h = str(nodes[graph.state_node[tail]]), float(graph.time_h[arc])
    cost_usd, co2_kg = float(values.cost_usd[arc]), float(values.co2_kg[arc])
    leg: Leg | TransferLeg
    if link >= 0:
        leg = Leg(
            link_id=str(links.text("link_id")[link]),
            mode=str(links.text("mode")[link]),
            from_node=from_node,
            to_node=str(nodes[graph.state_node[head]]),
            length_km=float(graph.length_km[arc]),
            time_h=time_h,
            moving_h=float(graph.moving_h[arc]),
            waiting_h=float(graph.waiting_h[arc]),
            border_h=float(graph.border_h[arc]),
            cost_usd=cost_usd,
            co2_kg=co2_kg,
        )
    else:
        leg = TransferLeg(
            node_id=from_node,
            from_mode=str(graph.state_mode[tail]),
            to_mode=str(graph.state_mode[head]),
            time_h=time_h,
            cost_usd=cost_usd,
            co2_kg=co2_kg,
        )
    values.legs[arc] = leg
    return leg


def corridor_of(network: Network, passages: Iterable[tuple[str, float]]) -> str:
    """Return the corridor with most of the kilometers of some (link id, km); the earlier one in the data on a tie.

    A corridor with gateways counts only if one of them is passed. A route or flow belongs to one corridor only, so that
    corridor totals never count a unit twice.
    """
    membership, order = _membership(network), network.corridors.row_of
    length_km: dict[str, float] = {}
    opened: set[str] = set()
    for link_id, km in passages:
        corridors, passed = membership[link_id]
        opened |= passed
        for corridor in corridors:
            length_km[corridor] = length_km.get(corridor, 0.0) + km
    closed = network.gateways.keys() - opened
    return min(
        (corridor for corridor in length_km if corridor not in closed),
        key=lambda corridor: (-length_km[corridor], order.get(corridor, len(order)), corridor),
        default="",
    )


class _Membership(dict[str, tuple[tuple[str, ...], frozenset[str]]]):
    """By link id, the corridors of a link and those of which it or an end of it is a gateway, each once asked for."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._opens: dict[str, set[str]] = {}
        for corridor, gateways in network.gateways.items():
            for gateway in gateways:
                self._opens.setdefault(gateway, set()).add(corridor)

    def __missing__(self, link_id: str) -> tuple[tuple[str, ...], frozenset[str]]:
        links, opens = self._network.links, self._opens
        row = links.row_of[link_id]
        passed = (link_id, links.text("from_node")[row], links.text("to_node")[row])
        opened = frozenset().union(*(opens.get(each, ()) for each in passed))
        found = self[link_id] = split_list(links.text("corridors")[row]), opened
        return found


@lru_cache(maxsize=8)
def _membership(network: Network) -> _Membership:
    """Return which corridors links belong to; a comparison asks for those of a thousand routes."""
    return _Membership(network)
