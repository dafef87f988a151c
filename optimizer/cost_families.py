"""What the money of a plan or route is paid for: haulage by mode, borders, ports, gauge changes, goods left behind."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from network.model import MODES
from optimizer.language import _
from optimizer.leg_parts import fixed_usd, link_row, quantity_of
from optimizer.route import Leg

if TYPE_CHECKING:
    import pandas as pd

    from network.model import Dataset, Network, Numbers, Table
    from optimizer.flows import FlowRoute
    from optimizer.resources import Rows
    from optimizer.result import Plan
    from optimizer.route import Route

HUBS = ("port", "terminal", "gauge")
"""Kinds of transfers: to and from ships, between other modes, and between two gauges."""
FAMILIES = (*(f"haul_{mode}" for mode in MODES), "surcharge", "border", *HUBS, "unmet")
"""Ids of the families, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class CostFamily:
    """What is paid for one thing, in USD: a year for a plan, for the whole quantity of a route.

    `id` is one of `FAMILIES`, `name` is in the language spoken.
    """

    id: str
    name: str
    usd: float


@dataclass(frozen=True, slots=True)
class CostFamilies:
    """The money of a plan or route by what it is paid for.

    Attributes
    ----------
    families
        All of `FAMILIES` in their order, also those that cost nothing; they sum to `cost_usd`. None of them for a plan
        without an answer.
    cost_usd
        As in the plan or route: transport plus unmet cost; None for a plan without an answer.
    """

    families: tuple[CostFamily, ...]
    cost_usd: float | None

    def usd(self, family: str) -> float:
        """Return what is paid for a family by its id."""
        return sum(row.usd for row in self.families if row.id == family)

    def to_mapping(self) -> dict[str, Any]:
        """Return the families as plain values."""
        return {"cost_usd": self.cost_usd, "families": [asdict(row) for row in self.families]}

    def to_frame(self) -> pd.DataFrame:
        """Return one row per family, with the attributes of `CostFamily` as columns."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.families], columns=["id", "name", "usd"])


def cost_families(plan: Plan) -> CostFamilies:
    """Return what the money of a plan is paid for, in USD a year.

    Haulage is rate times length or the price of the whole link. The fixed cost of a link is `border` where it crosses
    one and `surcharge` elsewhere. A transfer is `gauge` between two gauges, `port` with a ship on one side, else
    `terminal`. `unmet` is what demands that are left behind count, no money that anyone is paid.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> plan = plan_flows(load())
    >>> families = cost_families(plan)
    >>> abs(sum(row.usd for row in families.families) / plan.cost_usd - 1) < 1e-9
    True
    """
    if plan.cost_usd is None:
        return CostFamilies((), None)
    blocks, graph = plan.blocks, plan.blocks.graph
    network, commodities = graph.data.network, graph.data.commodities
    family = _family_of_arcs(network, graph.link, graph.transfer)
    extra = np.where(network.is_crossing, FAMILIES.index("border"), FAMILIES.index("surcharge"))
    usd = np.zeros(len(FAMILIES))
    for values, on_arc in blocks.by_commodity(plan.flow):
        used = np.flatnonzero(on_arc)
        volume, link = on_arc[used], graph.link[used]
        fixed = np.append(_fixed_cost(network.links, str(commodities.text("unit")[values.row])), 0.0)[link]
        usd += _sums(family[used], volume * (values.cost_usd[used] - fixed))
        usd += _sums(np.append(extra, 0)[link], volume * fixed)
    left = plan.unmet_volume > 0.0
    usd[FAMILIES.index("unmet")] = float((plan.unmet_volume[left] * blocks.unmet_cost[left]).sum())
    return _named(usd, plan.cost_usd)


def route_cost_families(data: Dataset, route: Route | FlowRoute) -> CostFamilies:
    """Return what the money of a route is paid for, in USD for its whole quantity; see `cost_families`.

    `data` is the dataset that the route was found in, scenarios applied.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import find_routes
    >>> data = load()
    >>> families = route_cost_families(data, find_routes(data, "Xi'an", "Duisburg", k=1)[0])
    >>> families.usd("haul_rail") > families.usd("border") > 0.0
    True
    """
    usd = np.zeros(len(FAMILIES))
    quantity = quantity_of(route)
    for leg in route.legs:
        if isinstance(leg, Leg):
            fixed = fixed_usd(data, leg, route.commodity, quantity)
            is_crossing = data.network.is_crossing[link_row(data, leg.link_id)]
            usd[FAMILIES.index(f"haul_{leg.mode}")] += leg.cost_usd - fixed
            usd[FAMILIES.index("border" if is_crossing else "surcharge")] += fixed
        else:
            usd[FAMILIES.index(hub_of(leg.from_mode, leg.to_mode))] += leg.cost_usd
    return _named(usd, float(sum(leg.cost_usd for leg in route.legs)))


def family_text(family: str) -> str:
    """Return the name of a family in the language spoken."""
    return {
        "haul_rail": _("Rail haulage"),
        "haul_road": _("Road haulage"),
        "haul_river": _("River haulage"),
        "haul_sea": _("Sea freight"),
        "haul_air": _("Air freight"),
        "surcharge": _("Surcharges"),
        "border": _("Border crossings"),
        "port": _("Port handling"),
        "terminal": _("Terminal handling"),
        "gauge": _("Gauge changes"),
        "unmet": _("Unmet demand"),
    }[family]


def hub_of(from_mode: str, to_mode: str) -> str:
    """Return the kind of a transfer between two modes with gauge, one of `HUBS`."""
    if from_mode.startswith("rail") and to_mode.startswith("rail"):
        return "gauge"
    return "port" if {from_mode, to_mode} & {"sea", "river"} else "terminal"


def _family_of_arcs(network: Network, link: Rows, transfer: Rows) -> Rows:
    """Return the family of every arc as a position in `FAMILIES`: haulage of links, kind of transfers."""
    position = {family: at for at, family in enumerate(FAMILIES)}
    transfers = network.transfers
    of_link = [position[f"haul_{mode}"] for mode in network.links.text("mode").tolist()]
    modes = zip(transfers.text("from_mode").tolist(), transfers.text("to_mode").tolist(), strict=True)
    of_transfer = [position[hub_of(*pair)] for pair in modes]
    # An arc is a link or a transfer: the row of the other is -1, which falls on the 0 put behind the rows.
    link_family, transfer_family = np.array([*of_link, 0]), np.array([*of_transfer, 0])
    return np.where(link >= 0, link_family[link], transfer_family[transfer])


def _fixed_cost(links: Table, unit: str) -> Numbers:
    """Return the fixed cost of every link in USD per unit (``teu`` or ``t``), 0 where not given."""
    return np.nan_to_num(links.number(f"fixed_cost_usd_per_{unit}"), nan=0.0)


def _sums(family: Rows, usd: Numbers) -> Numbers:
    """Return the sums of some money by family, shape (n_families,)."""
    return np.bincount(family, weights=usd, minlength=len(FAMILIES)).astype(np.float64, copy=False)


def _named(usd: Numbers, cost_usd: float) -> CostFamilies:
    """Return the families of some sums, shape (n_families,)."""
    rows = zip(FAMILIES, usd.tolist(), strict=True)
    return CostFamilies(tuple(CostFamily(family, family_text(family), amount) for family, amount in rows), cost_usd)
