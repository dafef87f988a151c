"""Who uses a thing: the demands of a plan that pass a place, a link, a transfer, a shared capacity, a corridor, a mode.

Transport planners call this a select-link analysis: the flow on one link, split by origin and destination. A plan keeps
the paths of every demand, so the split is a sum over them and nothing is estimated.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.listing import Listing, frame_of
from optimizer.result import resource_use
from optimizer.things import arcs_of, thing_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from network.model import Mask
    from optimizer.graph import ArcGraph
    from optimizer.resources import Rows
    from optimizer.result import Plan
    from optimizer.things import Thing


@dataclass(frozen=True, slots=True)
class User:
    """What one demand brings to a thing, on ways of one direction and one corridor.

    Attributes
    ----------
    demand_id, origin, destination, commodity
        The demand; its ends are ids of nodes.
    corridor
        The corridor of the whole way, by the rule of routes; empty where it belongs to none.
    direction
        Of a link ``from → to``, of a transfer its modes; at a node or in a country ``from``, ``to``, ``within``,
        ``through`` or ``transshipped``; empty for a corridor or mode.
    volume, t, teu
        Commodity units, tonnes and TEU per year that pass, each counted once; `teu` is None where the commodity gives
        no TEU per unit.
    share_of_demand
        `volume` as a share of the demand.
    used
        What it takes of the thing's capacity in the thing's own unit; None where the thing has no capacity.
    share
        Its share of all that the demands take of the capacity, or of all tonnes where there is no capacity.
    """

    demand_id: str
    origin: str
    destination: str
    commodity: str
    corridor: str
    direction: str
    volume: float
    t: float
    teu: float | None
    share_of_demand: float
    used: float | None
    share: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Total:
    """Tonnes and TEU per year of some users together, and their share of all tonnes that pass."""

    name: str
    t: float
    teu: float | None
    share: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CapacityUse:
    """A capacity of the thing, in its own unit: `used` includes the background, as everywhere.

    `from_node` and `to_node` (of a transfer its modes) are None where both directions count together.
    """

    from_node: str | None
    to_node: str | None
    capacity: float
    background: float
    used: float
    unit: str

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


USER_COLUMNS = tuple(field.name for field in fields(User))
TOTAL_COLUMNS = tuple(field.name for field in fields(Total))
CAPACITY_COLUMNS = tuple(field.name for field in fields(CapacityUse))


@dataclass(frozen=True, eq=False)
class Users:
    """Who uses a thing under a plan, the one that takes or brings most first.

    `capacities` are the thing's own, empty where it has none; `users` sum to what their capacities are used, background
    apart. Where there are capacities, who takes most of them comes first. `idle` pass a shared capacity and take
    nothing of it, as bulk does of a container terminal; they are no users.
    """

    plan: Plan
    thing: Thing
    capacities: tuple[CapacityUse, ...]
    users: tuple[User, ...]
    idle: tuple[User, ...] = ()

    def by_commodity(self) -> Listing[Total]:
        """Return what passes of each commodity, most tonnes first."""
        return self._totals(lambda user: user.commodity)

    def by_corridor(self) -> Listing[Total]:
        """Return what passes on ways of each corridor, most tonnes first; ways outside all have an empty name."""
        return self._totals(lambda user: user.corridor)

    def by_origin_country(self) -> Listing[Total]:
        """Return what passes by the country it comes from, most tonnes first."""
        return self._totals(lambda user: self._country(user.origin))

    def by_destination_country(self) -> Listing[Total]:
        """Return what passes by the country it goes to, most tonnes first."""
        return self._totals(lambda user: self._country(user.destination))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per user, with the attributes of `User` as columns."""
        return frame_of(self.users, USER_COLUMNS)

    def to_mapping(self) -> dict[str, Any]:
        """Return the users as plain values: the JSON of ``corridor users``."""
        sums = {
            "by_commodity": self.by_commodity(),
            "by_corridor": self.by_corridor(),
            "by_origin_country": self.by_origin_country(),
            "by_destination_country": self.by_destination_country(),
        }
        return {
            "thing": asdict(self.thing),
            "year": self.plan.year,
            "capacities": [record.to_mapping() for record in self.capacities],
            "users": [user.to_mapping() for user in self.users],
            "idle": [user.to_mapping() for user in self.idle],
            **{name: [total.to_mapping() for total in totals] for name, totals in sums.items()},
        }

    def _country(self, node_id: str) -> str:
        nodes = self.plan.data.network.nodes
        return str(nodes.text("country")[nodes.row_of[node_id]])

    def _totals(self, name_of: Callable[[User], str]) -> Listing[Total]:
        """Sum users by a name."""
        groups: dict[str, list[User]] = {}
        for user in self.users:
            groups.setdefault(name_of(user), []).append(user)
        all_t = sum(user.t for user in self.users)
        totals = [
            Total(name, t, _sum_teu(members), t / all_t if all_t else 0.0)
            for name, members in groups.items()
            for t in [sum(user.t for user in members)]
        ]
        return Listing(sorted(totals, key=lambda total: (-total.t, total.name)), TOTAL_COLUMNS)


def users_of(plan: Plan, thing: str) -> Users:
    """Return who uses a thing under a plan: how much, in which direction, on ways of which corridor.

    Parameters
    ----------
    plan
        A plan with an answer.
    thing
        A node by any of its names, a link or shared capacity by its id, a transfer as ``NODE:mode-mode``, each link or
        transfer with ``>`` or ``<`` behind it for one direction; or ``country=KZ``, ``corridor=titr``, ``mode=river``.

    Raises
    ------
    UnknownIdError
        The name fits nothing (with close matches) or several things.
    NoPlanError
        The plan has no answer.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> users_of(plan_flows(load()), "Dostyk").thing.kind  # doctest: +SKIP
    'node'
    """
    plan.raise_for_status()
    found = thing_of(plan.data, thing)
    graph = plan.blocks.graph
    on = arcs_of(graph, found)
    own = _own_capacities(graph, found, on)
    direction_of = _directions(graph, found, on)
    sums: dict[tuple[int, str, str], list[float]] = {}
    for path, route in zip(plan.paths, plan.routes, strict=True):
        arcs = np.array(path.arcs, dtype=np.int64)
        passed = arcs[on[arcs]]
        if not (route.corridor == found.id if found.kind == "corridor" else len(passed)):
            continue
        total = sums.setdefault((path.demand, direction_of(arcs, passed), route.corridor), [0.0, 0.0])
        total[0] += path.volume
        total[1] += path.volume * _taken(graph, own, plan.blocks.blocks[path.block].use, arcs)
    users = [_user(plan, key, volume, used if len(own) else None) for key, (volume, used) in sums.items()]
    amounts = [user.t if user.used is None else user.used for user in users]
    whole = sum(amounts)
    users = [replace(user, share=amount / whole if whole else 0.0) for user, amount in zip(users, amounts, strict=True)]
    users.sort(key=lambda user: (-(user.used or 0.0), -user.t, user.demand_id, user.direction, user.corridor))
    idle = [user for user in users if found.kind == "shared" and not user.used]
    return Users(plan, found, _capacity_uses(plan, own), tuple(user for user in users if user not in idle), tuple(idle))


def _own_capacities(graph: ArcGraph, thing: Thing, on: Mask) -> Rows:
    """Return the resources that are capacities of the thing itself."""
    if thing.kind not in ("link", "transfer", "shared"):
        return np.zeros(0, dtype=np.int64)
    resources = graph.resources
    drawn = np.unique(resources.resource[on[resources.arc]])
    is_own: Mask = (resources.kind[drawn] == thing.kind) & (resources.ids[drawn] == thing.id)
    return drawn[is_own]


def _taken(graph: ArcGraph, own: Rows, use: Any, arcs: Rows) -> float:
    """Return what a unit on a path takes of some resources in their own unit; what is passed twice is taken twice."""
    if not len(own):
        return 0.0
    resources = graph.resources
    times = np.bincount(arcs, minlength=graph.n_arcs)
    passages = np.bincount(resources.resource, weights=times[resources.arc], minlength=len(resources))
    return float((use[own] * passages[own] / resources.per_year[own]).sum())


def _directions(graph: ArcGraph, thing: Thing, on: Mask) -> Callable[[Rows, Rows], str]:
    """Return the function that tells the direction of a path from its arcs and from those that pass the thing."""
    network = graph.data.network
    ids, country = network.nodes.text("node_id"), network.nodes.text("country")
    tail_node, head_node = graph.state_node[graph.tail], graph.state_node[graph.head]

    def along(_: Rows, passed: Rows) -> str:
        first = int(passed[0])
        if graph.link[first] >= 0:
            return f"{ids[tail_node[first]]} → {ids[head_node[first]]}"
        return f"{graph.state_mode[graph.tail[first]]} → {graph.state_mode[graph.head[first]]}"

    def about(arcs: Rows, passed: Rows) -> str:
        named = country if thing.kind == "country" else ids
        starts, ends = (named[node] == thing.id for node in (tail_node[arcs[0]], head_node[arcs[-1]]))
        if starts or ends:
            return "within" if starts and ends else "from" if starts else "to"
        is_moved = thing.kind == "node" and bool((graph.transfer[passed] >= 0).any())
        return "transshipped" if is_moved else "through"

    if thing.kind in ("link", "transfer", "shared"):
        return along
    return about if thing.kind in ("node", "country") else lambda *_: ""


def _user(plan: Plan, key: tuple[int, str, str], volume: float, used: float | None) -> User:
    """Return the record of a demand; its share is worked out when all users are known."""
    demand, direction, corridor = key
    data, row = plan.data, int(plan.blocks.rows[key[0]])
    demands, commodities = data.demands, data.commodities
    commodity = str(demands.text("commodity")[row])
    goods = commodities.row_of[commodity]
    in_teu = commodities.text("unit")[goods] == "teu"
    teu = 1.0 if in_teu else float(commodities.number("teu_per_unit")[goods])
    return User(
        demand_id=plan.blocks.demand_ids[demand],
        origin=str(demands.text("origin")[row]),
        destination=str(demands.text("destination")[row]),
        commodity=commodity,
        corridor=corridor,
        direction=direction,
        volume=volume,
        t=volume * float(commodities.number("t_per_unit")[goods]),
        teu=None if teu != teu else volume * teu,
        share_of_demand=volume / float(plan.blocks.volume[demand]),
        used=used,
        share=0.0,
    )


def _capacity_uses(plan: Plan, own: Rows) -> tuple[CapacityUse, ...]:
    """Return the capacities of the thing with what the whole plan uses of them."""
    resources = plan.blocks.graph.resources
    used = resource_use(plan.blocks, plan.flow) if len(own) else np.zeros(0)
    return tuple(
        CapacityUse(
            from_node=str(resources.from_node[at]) or None,
            to_node=str(resources.to_node[at]) or None,
            capacity=float(resources.capacity[at]),
            background=float(resources.background[at]),
            used=float(resources.background[at] + used[at] / resources.per_year[at]),
            unit=str(resources.unit[at]),
        )
        for at in own.tolist()
    )


def _sum_teu(users: Iterable[User]) -> float | None:
    """Return the TEU of some users, None where none of them is told in TEU."""
    counted = [user.teu for user in users if user.teu is not None]
    return sum(counted) if counted else None
