"""Records of a plan in the user's own ids: what flows where, what is left behind, what is scarce."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from optimizer.route import Leg, TransferLeg


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
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.rows], columns=[field.name for field in fields(LinkFlow)])


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
    """Part of a demand on one path; money and CO2 of the legs are for its volume."""

    demand_id: str
    commodity: str
    volume: float
    corridor: str
    legs: tuple[Leg | TransferLeg, ...]

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
