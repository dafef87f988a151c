"""What money, time and CO2 of a route are spent on: moving, waiting, borders and transfers.

Time is split by the legs themselves. A link's fixed cost is border where the link crosses one: that is what the
bundled data uses the column for, fees and customs of rail and road crossings. On a link inside one country it is the
price of the passage, such as the war-risk surcharge of the Suez Canal, and belongs to moving, as haulage does. The
data prices no waiting, so money has none; CO2 is of links, all of it moving, and of transfers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from optimizer.route import Leg, Route

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from network.model import Dataset
    from optimizer.flows import FlowRoute
    from optimizer.route import TransferLeg


@dataclass(frozen=True, slots=True)
class Parts:
    """An amount by what it is spent on: moving, waiting, at borders and in transfers."""

    moving: float = 0.0
    waiting: float = 0.0
    border: float = 0.0
    transfer: float = 0.0

    @property
    def total(self) -> float:
        """All parts together."""
        return self.moving + self.waiting + self.border + self.transfer

    def to_mapping(self) -> dict[str, float]:
        """Return the parts as plain values."""
        return asdict(self)


PARTS = tuple(field.name for field in fields(Parts))


@dataclass(frozen=True, slots=True)
class LegParts:
    """Money (USD), time (hours) and CO2e (kg) of one leg by what they are spent on."""

    cost_usd: Parts
    time_h: Parts
    co2_kg: Parts


@dataclass(frozen=True, slots=True)
class RouteParts:
    """Money (USD), time (hours) and CO2e (kg) of a route by what they are spent on; `legs` in order of travel.

    Money and CO2 are for the route's whole quantity, time is that of the shipment, as in the route.
    """

    cost_usd: Parts
    time_h: Parts
    co2_kg: Parts
    legs: tuple[LegParts, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return the parts as plain values; `legs` is a list."""
        return asdict(self) | {"legs": [asdict(leg) for leg in self.legs]}

    def to_frame(self) -> pd.DataFrame:
        """Return one row per part (moving, waiting, border, transfer) with USD, hours and kg CO2e as columns."""
        import pandas as pd

        columns = {name: [getattr(getattr(self, name), part) for part in PARTS] for name in _AMOUNTS}
        return pd.DataFrame({"part": PARTS, **columns})


_AMOUNTS = tuple(field.name for field in fields(LegParts))


def parts_of_leg(data: Dataset, leg: Leg | TransferLeg, commodity: str, quantity: float = 1.0) -> LegParts:
    """Return what money, time and CO2 of a leg are spent on.

    Parameters
    ----------
    data
        The dataset that the leg was found in, scenarios applied.
    leg
        Of a route or of a plan.
    commodity, quantity
        What the leg's money and CO2 are for, in commodity units.
    """
    if not isinstance(leg, Leg):
        return LegParts(Parts(transfer=leg.cost_usd), Parts(transfer=leg.time_h), Parts(transfer=leg.co2_kg))
    row = link_row(data, leg.link_id)
    border_usd = fixed_usd(data, leg, commodity, quantity) if data.network.is_crossing[row] else 0.0
    return LegParts(
        cost_usd=Parts(moving=leg.cost_usd - border_usd, border=border_usd),
        time_h=Parts(moving=leg.moving_h, waiting=leg.waiting_h, border=leg.border_h),
        co2_kg=Parts(moving=leg.co2_kg),
    )


def parts_of_route(data: Dataset, route: Route | FlowRoute) -> RouteParts:
    """Return what money, time and CO2 of a route are spent on; they add up to the route's.

    Parameters
    ----------
    data
        The dataset that the route was found in, scenarios applied.
    route
        A route, or one of a plan: then money and CO2 are for its yearly volume, and time for one shipment.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import find_routes
    >>> data = load()
    >>> route = find_routes(data, "Xi'an", "Duisburg", k=1)[0]
    >>> parts = parts_of_route(data, route)
    >>> abs(parts.time_h.total - route.time_h) < 1e-6, parts.time_h.border > 0, parts.cost_usd.waiting
    (True, True, 0.0)
    """
    quantity = quantity_of(route)
    legs = tuple(parts_of_leg(data, leg, route.commodity, quantity) for leg in route.legs)
    cost_usd, time_h, co2_kg = (_sum(getattr(leg, name) for leg in legs) for name in _AMOUNTS)
    return RouteParts(cost_usd, time_h, co2_kg, legs)


def quantity_of(route: Route | FlowRoute) -> float:
    """Return what a route's money and CO2 are for, in commodity units."""
    return route.quantity if isinstance(route, Route) else route.volume


def link_row(data: Dataset, link_id: str) -> int:
    """Return the row of a link of a leg; that of the link itself for a price step that the dataset has not laid out."""
    row = data.network.links.row_of.get(link_id)
    if row is not None:
        return row
    from optimizer.price_steps import lay_out
    from optimizer.resources import plain_rows

    links = lay_out(data).network.links
    return int(plain_rows(links)[links.row_of[link_id]])


def fixed_usd(data: Dataset, leg: Leg, commodity: str, quantity: float) -> float:
    """Return the fixed cost within the money of a leg for a quantity of a commodity."""
    commodities = data.commodities
    unit = commodities.text("unit")[commodities.row_of[commodity]]
    usd = float(data.network.links.number(f"fixed_cost_usd_per_{unit}")[link_row(data, leg.link_id)])
    # Rounding may lift the fixed cost of a link that costs nothing else a hair above the whole.
    return 0.0 if usd != usd else min(usd * quantity, leg.cost_usd)


def _sum(parts: Iterable[Parts]) -> Parts:
    """Return the sum of some parts, part by part."""
    given = list(parts)
    return Parts(*(sum(getattr(each, part) for each in given) for part in PARTS))
