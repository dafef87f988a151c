"""Greenhouse gas emissions of plans and routes in the terms of ISO 14083.

Terms are those of ISO 14083:2023, *Greenhouse gases: Quantification and reporting of greenhouse gas emissions arising
from transport chain operations*, and of the GLEC Framework v3 (Smart Freight Centre, 2023): a path of goods is a
transport chain; what one mode carries between two transfers is a transport chain element, and a transfer is a hub
operation. ``docs/emissions.md`` has the formulas and says where the figures fall short of the standard.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from network.model import MODES
from network.values import rate_of_links
from optimizer.chains import chain_of_route, chains_of_plan
from optimizer.cost_families import HUBS, hub_of
from optimizer.language import _, number_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from network.model import Dataset, Numbers
    from optimizer.chains import Chains
    from optimizer.flows import FlowRoute
    from optimizer.resources import Rows
    from optimizer.result import Plan
    from optimizer.route import Route


@dataclass(frozen=True, slots=True)
class TransportEmissions:
    """Emissions of carrying goods on links, in kg CO2e: of one mode, of one commodity, or of all.

    Attributes
    ----------
    id
        The mode or the commodity; empty for all together.
    t
        Tonnes that are carried, each counted once.
    t_km
        Transport activity by the length of the links passed.
    gcd_t_km
        Transport activity by the great-circle distance (GCD) from the first to the last place of every transport chain
        element.
    ttw_kg
        Vehicle operation, tank-to-wheel. None where the data has no rate for a part of the activity.
    wtt_kg
        Energy provision, well-to-tank: what well-to-wheel has above tank-to-wheel; None where either has no rate.
    wtw_kg
        Both together, well-to-wheel; activity without a rate counts as 0, as in the plan, and is told in the notes.
    """

    id: str
    t: float
    t_km: float
    gcd_t_km: float
    ttw_kg: float | None
    wtt_kg: float | None
    wtw_kg: float

    @property
    def wtw_g_per_tkm(self) -> float | None:
        """Emission intensity by the length of links, in g CO2e per t-km; None without activity."""
        return 1000.0 * self.wtw_kg / self.t_km if self.t_km else None

    @property
    def wtw_g_per_gcd_tkm(self) -> float | None:
        """Emission intensity by great-circle distance, in g CO2e per t-km; None without activity."""
        return 1000.0 * self.wtw_kg / self.gcd_t_km if self.gcd_t_km else None

    @property
    def distance_factor(self) -> float | None:
        """Length of links over great-circle distance, weighed by tonnes; None without activity."""
        return self.t_km / self.gcd_t_km if self.gcd_t_km else None

    def to_mapping(self) -> dict[str, Any]:
        """Return the attributes and the intensities as plain values."""
        return asdict(self) | {
            "wtw_g_per_tkm": self.wtw_g_per_tkm,
            "wtw_g_per_gcd_tkm": self.wtw_g_per_gcd_tkm,
            "distance_factor": self.distance_factor,
        }


@dataclass(frozen=True, slots=True)
class HubEmissions:
    """Emissions of hub operations: of one kind of transfer (one of `HUBS`), of one commodity, or of all (`id` empty).

    `t` are tonnes handled, a tonne counting at every transfer; `co2_kg` are kg CO2e.
    """

    id: str
    t: float
    co2_kg: float

    @property
    def kg_per_t(self) -> float | None:
        """Emission intensity in kg CO2e per tonne handled; None where nothing is."""
        return self.co2_kg / self.t if self.t else None

    def to_mapping(self) -> dict[str, Any]:
        """Return the attributes and the intensity as plain values."""
        return asdict(self) | {"kg_per_t": self.kg_per_t}


@dataclass(frozen=True, slots=True)
class Emissions:
    """Greenhouse gas emissions of a plan in a year, or of a route's whole quantity.

    Left out: empty running beyond what the rates hold, refrigerants that leak, the building and upkeep of
    infrastructure and vehicles, storage and idling; `left_out` says so in sentences.

    Attributes
    ----------
    transport, hub
        All transport and all hub operations.
    by_mode, by_commodity, hub_by_kind, hub_by_commodity
        The same by mode, commodity and kind of hub operation, those without activity left out; their t-km and kg sum to
        those of `transport` and `hub`. Tonnes that use two modes count in both.
    notes
        What the data gives no rate for, in sentences.
    """

    transport: TransportEmissions
    hub: HubEmissions
    by_mode: tuple[TransportEmissions, ...]
    by_commodity: tuple[TransportEmissions, ...]
    hub_by_kind: tuple[HubEmissions, ...]
    hub_by_commodity: tuple[HubEmissions, ...]
    notes: tuple[str, ...]

    @property
    def co2_kg(self) -> float:
        """Transport, well-to-wheel, and hub operations together, in kg CO2e: the CO2 of the plan or route."""
        return self.transport.wtw_kg + self.hub.co2_kg

    def to_mapping(self) -> dict[str, Any]:
        """Return the emissions as plain values."""
        return {
            "co2_kg": self.co2_kg,
            "transport": self.transport.to_mapping(),
            "hub": self.hub.to_mapping(),
            "by_mode": [row.to_mapping() for row in self.by_mode],
            "by_commodity": [row.to_mapping() for row in self.by_commodity],
            "hub_by_kind": [row.to_mapping() for row in self.hub_by_kind],
            "hub_by_commodity": [row.to_mapping() for row in self.hub_by_commodity],
            "notes": list(self.notes),
            "left_out": list(left_out()),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row per mode, commodity and kind of hub operation, and in all, told apart by the column `group`.

        The columns are those of `TransportEmissions` and `HubEmissions` with their intensities, NaN where they do not
        apply.
        """
        import pandas as pd

        groups: list[tuple[str, Sequence[TransportEmissions | HubEmissions]]] = [
            ("mode", self.by_mode),
            ("commodity", self.by_commodity),
            ("transport", [self.transport]),
            ("hub", self.hub_by_kind),
            ("hub_commodity", self.hub_by_commodity),
            ("hubs", [self.hub]),
        ]
        records = [{"group": group} | row.to_mapping() for group, rows in groups for row in rows]
        numbers = [*self.transport.to_mapping(), "co2_kg", "kg_per_t"][1:]
        frame = pd.DataFrame(records, columns=["group", "id", *numbers])
        return frame.astype(dict.fromkeys(numbers, "float64"))


class _Carried(NamedTuple):
    """What is carried on links, each (n_passages of links,): t-km, t-km by great circle, and kg CO2e.

    Emissions are NaN where the data has no rate; `counted_kg` is well-to-wheel as the plan counts it, with 0 there.
    """

    t_km: Numbers
    gcd_t_km: Numbers
    ttw_kg: Numbers
    wtt_kg: Numbers
    wtw_kg: Numbers
    counted_kg: Numbers


def emissions_of(plan: Plan) -> Emissions:
    """Return the greenhouse gas emissions of a plan in a year.

    Well-to-wheel emissions and those of hubs sum to the plan's CO2. Rates are chosen as the plan chooses them: the row
    of the country a link starts in, else ``*``, each column on its own, scenarios applied.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> emissions = emissions_of(plan_flows(load()))
    >>> rail = next(row for row in emissions.by_mode if row.id == "rail")
    >>> 0 < rail.ttw_kg < rail.wtw_kg, rail.distance_factor > 1
    (True, True)
    """
    return _emissions(plan.data, chains_of_plan(plan))


def emissions_of_route(data: Dataset, route: Route | FlowRoute) -> Emissions:
    """Return the greenhouse gas emissions of a route for its whole quantity; see `emissions_of`.

    `data` is the dataset that the route was found in, scenarios applied.
    """
    return _emissions(data, chain_of_route(data, route))


def left_out() -> tuple[str, ...]:
    """Return what the figures leave out, in sentences."""
    return (
        _("Empty running counts only as far as the published rates include it; none is added."),
        _("Refrigerants that leak and the energy of cooled boxes are left out."),
        _("Building and upkeep of infrastructure and vehicles are left out, as in ISO 14083."),
        _("Storage, and engines that idle at borders and in queues, are left out."),
        _("Goods are counted from the first to the last place of a way; collection and delivery there are left out."),
    )


def _emissions(data: Dataset, chains: Chains) -> Emissions:
    """Return the emissions of some chains by mode, commodity and kind of hub operation."""
    network, commodities = chains.network, tuple(data.commodities.row_of)
    on_links, on_hubs = chains.on_links, chains.on_hubs
    mode = _positions(network.links.text("mode").tolist(), MODES)[chains.link[on_links]]
    ends = zip(*(network.transfers.text(column).tolist() for column in ("from_mode", "to_mode")), strict=True)
    kind = _positions([hub_of(*pair) for pair in ends], HUBS)[chains.transfer[on_hubs]]
    carried = _carried(chains)
    return Emissions(
        transport=next(_transports(chains, carried, np.zeros_like(on_links), ("",))),
        hub=next(_hubs(chains, np.zeros_like(on_hubs), ("",))),
        by_mode=tuple(row for row in _transports(chains, carried, mode, MODES) if row.t),
        by_commodity=tuple(
            row for row in _transports(chains, carried, chains.commodity[on_links], commodities) if row.t
        ),
        hub_by_kind=tuple(row for row in _hubs(chains, kind, HUBS) if row.t),
        hub_by_commodity=tuple(row for row in _hubs(chains, chains.commodity[on_hubs], commodities) if row.t),
        notes=tuple(_notes(chains, carried)),
    )


def _carried(chains: Chains) -> _Carried:
    """Return activity and emissions of every passage of a link."""
    at, network = chains.on_links, chains.network
    t, link = chains.t[at], chains.link[at]
    t_km = t * chains.length_km[at]
    # Where nothing is moved there is nothing to miss a rate for.
    ttw_kg, wtw_kg = (
        np.where(t_km > 0.0, rate_of_links(network, f"co2_{part}_g_per_tkm")[link] * t_km / 1000.0, 0.0)
        for part in ("ttw", "wtw")
    )
    return _Carried(t_km, t * chains.great_circle_km, ttw_kg, wtw_kg - ttw_kg, wtw_kg, chains.co2_kg[at])


def _transports(chains: Chains, carried: _Carried, group: Rows, names: Sequence[str]) -> Iterator[TransportEmissions]:
    """Yield the transport of every group; `group` is the position in `names` of every passage of a link."""
    at, n_groups = chains.on_links, len(names)
    t = _t_once(chains.chain[at], chains.t[at], group, n_groups)
    columns = (carried.t_km, carried.gcd_t_km, carried.ttw_kg, carried.wtt_kg, carried.counted_kg)
    sums = (np.bincount(group, weights=column, minlength=n_groups).tolist() for column in columns)
    for name, tonnes, t_km, gcd_t_km, ttw_kg, wtt_kg, wtw_kg in zip(names, t.tolist(), *sums, strict=True):
        yield TransportEmissions(name, tonnes, t_km, gcd_t_km, _or_none(ttw_kg), _or_none(wtt_kg), wtw_kg)


def _t_once(chain: Rows, t: Numbers, group: Rows, n_groups: int) -> Numbers:
    """Return the tonnes of every group, a chain counting once however many of its passages are in it."""
    _pairs, first = np.unique(chain * n_groups + group, return_index=True)
    return np.bincount(group[first], weights=t[first], minlength=n_groups).astype(np.float64, copy=False)


def _hubs(chains: Chains, group: Rows, names: Sequence[str]) -> Iterator[HubEmissions]:
    """Yield the hub operations of every group; `group` is the position in `names` of every passage of a transfer."""
    at = chains.on_hubs
    sums = (np.bincount(group, weights=column[at], minlength=len(names)) for column in (chains.t, chains.co2_kg))
    for name, t, co2_kg in zip(names, *(of_group.tolist() for of_group in sums), strict=True):
        yield HubEmissions(name, t, co2_kg)


def _notes(chains: Chains, carried: _Carried) -> Iterator[str]:
    """Yield what the data gives no rate for."""
    for kg, text in (
        (carried.ttw_kg, _("{n} t-km have no tank-to-wheel rate in the data; what needs it is not told.")),
        (carried.wtw_kg, _("{n} t-km have no well-to-wheel rate in the data and count as 0.")),
    ):
        missing = np.isnan(kg)
        if missing.any():
            yield text.format(n=number_text(float(carried.t_km[missing].sum())))
    if (carried.wtt_kg < 0.0).any():
        t_km = float(carried.t_km[carried.wtt_kg < 0.0].sum())
        text = _("{n} t-km have a tank-to-wheel rate above the well-to-wheel one; one of them must be wrong.")
        yield text.format(n=number_text(t_km))
    unknown = np.isnan(chains.network.transfers.number("co2_kg_per_t"))[chains.transfer[chains.on_hubs]]
    if unknown.any():
        text = _("{n} t are handled in transfers without emissions in the data and count as 0.")
        yield text.format(n=number_text(float(chains.t[chains.on_hubs][unknown].sum())))


def _positions(values: Sequence[str], names: Sequence[str]) -> Rows:
    """Return the position of every value in `names`."""
    position = {name: at for at, name in enumerate(names)}
    return np.array([position[value] for value in values], dtype=np.int64)


def _or_none(kg: float) -> float | None:
    """Return a sum, None where a part of it is not known."""
    return None if kg != kg else kg
