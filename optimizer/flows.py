"""Records of a plan in the user's own ids: what flows where, what is left behind, what is scarce."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from optimizer.listing import frame_of
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from optimizer.route import TransferLeg


@dataclass(frozen=True, slots=True)
class UnmetDemand:
    """Volume of a demand that is left behind, in commodity units per year."""

    demand_id: str
    volume: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LinkFlow:
    """Yearly flow of a commodity over a link in one direction.

    `volume` is in commodity units, `teu` is None where the commodity gives no TEU per unit; `cost_usd`, `t_km` and
    `co2_kg` are for the whole volume.
    """

    link_id: str
    mode: str
    from_node: str
    to_node: str
    commodity: str
    volume: float
    t: float
    teu: float | None
    length_km: float
    t_km: float
    cost_usd: float
    co2_kg: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the keys of the command line's JSON: link_id, from_node, to_node, commodity, volume."""
        return {name: getattr(self, name) for name in ("link_id", "from_node", "to_node", "commodity", "volume")}


@dataclass(frozen=True, slots=True)
class LinkFlows:
    """All link flows of a plan, in the order of the network's links."""

    rows: tuple[LinkFlow, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[LinkFlow]:
        return iter(self.rows)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per link, direction and commodity, with the attributes of `LinkFlow` as columns."""
        return frame_of(self.rows, LINK_FLOW_COLUMNS)


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A capacity whose growth would make the plan cheaper.

    Attributes
    ----------
    id
        Link id, ``NODE:mode-mode`` of a transfer, or id of the shared capacity.
    kind
        ``link``, ``transfer`` or ``shared``.
    from_node, to_node
        Direction (of a transfer: its two modes); None where both directions count together.
    capacity, background, used
        In `unit` (``train/day``); `used` includes the background.
    price_usd_per_unit
        USD per year saved by one more `unit`; one-sided where the optimum is degenerate, so "up to".
    """

    id: str
    kind: str
    from_node: str | None
    to_node: str | None
    capacity: float
    background: float
    unit: str
    used: float
    price_usd_per_unit: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FlowRoute:
    """Part of a demand on one path; money and CO2, those of the legs too, are for its volume.

    `volume` is in commodity units per year, `t` in tonnes, `teu` None where the commodity gives no TEU per unit;
    `countries` are met in this order, each once.
    """

    demand_id: str
    commodity: str
    volume: float
    corridor: str
    legs: tuple[Leg | TransferLeg, ...]
    origin: str
    destination: str
    countries: tuple[str, ...]
    t: float
    teu: float | None

    @property
    def modes(self) -> tuple[str, ...]:
        """Modes of the links in the order in which they are met, each once."""
        return tuple(dict.fromkeys(leg.mode for leg in self.legs if isinstance(leg, Leg)))

    @property
    def length_km(self) -> float:
        """Kilometers of the path."""
        return sum(leg.length_km for leg in self.legs if isinstance(leg, Leg))

    @property
    def time_h(self) -> float:
        """Hours of the path."""
        return sum(leg.time_h for leg in self.legs)

    @property
    def cost_usd(self) -> float:
        """USD per year for the volume."""
        return sum(leg.cost_usd for leg in self.legs)

    @property
    def co2_kg(self) -> float:
        """Kilograms of CO2e per year for the volume."""
        return sum(leg.co2_kg for leg in self.legs)

    def to_mapping(self) -> dict[str, Any]:
        """Return the keys of the command line's JSON: demand_id, volume, legs."""
        return {
            "demand_id": self.demand_id,
            "volume": self.volume,
            "legs": [leg.to_mapping() for leg in self.legs],
        }


@dataclass(frozen=True, slots=True)
class Share:
    """Yearly traffic of a commodity in one group: a corridor or a mode.

    `volume` is in commodity units, `teu` None where the commodity gives no TEU per unit. A group by corridor counts
    each unit once; a group by mode counts it once in every mode that it uses. `t_km`, `cost_usd` and `co2_kg` are
    those of the links and, by corridor, of the transfers.
    """

    name: str
    commodity: str
    volume: float
    t: float
    teu: float | None
    t_km: float
    cost_usd: float
    co2_kg: float


UNMET_COLUMNS = tuple(field.name for field in fields(UnmetDemand))
LINK_FLOW_COLUMNS = tuple(field.name for field in fields(LinkFlow))
BOTTLENECK_COLUMNS = tuple(field.name for field in fields(Bottleneck))
SHARE_COLUMNS = tuple(field.name for field in fields(Share))
FLOW_ROUTE_COLUMNS = (
    *("demand_id", "commodity", "origin", "destination", "corridor", "modes", "countries"),
    *("volume", "t", "teu", "length_km", "time_h", "cost_usd", "co2_kg"),
)
"""Columns of the tables of records, those of the paths without their legs."""
