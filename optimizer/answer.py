"""The answer a plan gives, as arrays over the virtual network: what the verifier checks, from memory or from JSON."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from optimizer.claims import MONEY, plan_finding
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from network.errors import Finding
    from network.model import Numbers
    from optimizer.claims import PlanClaim
    from optimizer.graph import ArcGraph
    from optimizer.linear import Status
    from optimizer.proof import Group, Question
    from optimizer.resources import Rows
    from optimizer.result import Plan
    from optimizer.route import TransferLeg

Passage = tuple[str, str, str]

ROUNDING = 1e-6
"""Share of a capacity by which solvers and sums may overfill it."""


@dataclass(frozen=True, eq=False)
class Answer:
    """Paths, flows, unmet volumes, prices and money of a plan, none of it trusted.

    Attributes
    ----------
    demand, volume
        Of every path: position in the `Question`, commodity units per year; shape (n_paths,).
    arcs, first
        The arcs of all paths one after another; those of path i are ``arcs[first[i]:first[i + 1]]``.
    unmet
        Commodity units per year left behind, shape (n_demands,).
    flows
        Claimed flow on every arc, shape (n_arcs,), by row of the commodity.
    price
        USD per yearly unit of each resource, shape (n_resources,).
    money
        The keys of `optimizer.claims.MONEY`.
    """

    status: Status
    demand: Rows
    volume: Numbers
    arcs: Rows
    first: Rows
    unmet: Numbers
    flows: Mapping[int, Numbers]
    price: Numbers
    money: Mapping[str, float]


def answer_of(plan: Plan) -> Answer:
    """Return the answer of a plan in memory, which names arcs of its graph already."""
    blocks = plan.blocks
    flows = {values.row: flow for values, flow in blocks.by_commodity(plan.flow)}
    money = {name: getattr(plan, name) for name in MONEY}
    return Answer(
        status=plan.status,
        demand=np.array([path.demand for path in plan.paths], dtype=np.int64),
        volume=np.array([path.volume for path in plan.paths], dtype=np.float64),
        arcs=np.fromiter(chain.from_iterable(path.arcs for path in plan.paths), dtype=np.int64),
        first=np.cumsum([0, *(len(path.arcs) for path in plan.paths)], dtype=np.int64),
        unmet=plan.unmet_volume,
        flows=flows,
        price=plan.price,
        money={name: value for name, value in money.items() if value is not None},
    )


def resolve(claim: PlanClaim, question: Question) -> tuple[Answer | None, list[Finding]]:
    """Return a claimed answer in terms of the virtual network, None where it names what does not exist."""
    found: list[Finding] = []
    index = _Index.of(question, found)
    demand = [index.demand(route.demand_id, f"routes[{at}].demand_id") for at, route in enumerate(claim.routes)]
    arcs: list[list[int]] = [[] for _ in claim.routes]
    # The largest first, so that parallel transfers alike in all but capacity take up what an honest plan gave them.
    for at in sorted(range(len(arcs)), key=lambda at: -claim.routes[at].volume):
        route, position = claim.routes[at], demand[at]
        group = question.groups[question.group[position]] if position >= 0 else None
        legs = enumerate(route.legs)
        arcs[at] = [index.leg(leg, group, route.volume, f"routes[{at}].legs[{place}]") for place, leg in legs]

    unmet = np.zeros(len(question.rows))
    seen: set[int] = set()
    for at, record in enumerate(claim.unmet):
        position = index.demand(record.demand_id, f"unmet[{at}].demand_id")
        index.once(position, seen, f"unmet[{at}].demand_id", f"demand {record.demand_id}")
        unmet[position] += record.volume

    flows: dict[int, Numbers] = {group.values.row: np.zeros(question.graph.n_arcs) for group in question.groups}
    listed: set[tuple[int, int]] = set()
    for at, flow in enumerate(claim.flows):
        row = index.commodity(flow.commodity, f"flows[{at}].commodity")
        arc = index.passage((flow.link_id, flow.from_node, flow.to_node), f"flows[{at}].link_id")
        index.once((row, arc), listed, f"flows[{at}]", f"{flow.commodity} on {flow.link_id} from {flow.from_node}")
        if row >= 0:
            flows[row][arc] += flow.volume

    price = np.zeros(len(question.graph.resources))
    for at, resource in enumerate(bottleneck_rows(claim, question.graph)):
        bottleneck = claim.bottlenecks[at]
        if resource >= 0:
            price[resource] += bottleneck.price_usd_per_unit / question.graph.resources.per_year[resource]
        else:
            message = f'no {bottleneck.kind} capacity "{bottleneck.id}" in this direction, or it is listed twice'
            index.refuse(f"bottlenecks[{at}].id", message)
    if found:
        return None, found
    return (
        Answer(
            status=claim.status,
            demand=np.array(demand, dtype=np.int64),
            volume=np.array([route.volume for route in claim.routes], dtype=np.float64),
            arcs=np.fromiter(chain.from_iterable(arcs), dtype=np.int64),
            first=np.cumsum([0, *map(len, arcs)], dtype=np.int64),
            unmet=unmet,
            flows=flows,
            price=price,
            money=claim.money,
        ),
        [],
    )


def bottleneck_rows(claim: PlanClaim, graph: ArcGraph) -> list[int]:
    """Return the resource of every claimed bottleneck, -1 where there is none or it is taken already.

    Parallel transfers have capacities of one name; each then stands for the next bottleneck of that name.
    """
    resources = graph.resources
    rows: dict[tuple[str, ...], list[int]] = {}
    names = zip(resources.kind, resources.ids, resources.from_node, resources.to_node, strict=True)
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    taken = []
    for item in claim.bottlenecks:
        name = (item.kind, item.id, item.from_node or "", item.to_node or "")
        same = rows.get(name, [])
        same.sort(key=lambda row: abs(resources.capacity[row] - item.capacity))
        taken.append(same.pop(0) if same else -1)
    return taken


@dataclass(frozen=True, eq=False)
class _Index:
    """Looks ids up in the virtual network; what it does not know goes to `found`.

    `left` (n_resources,) is what parallel transfers that only their capacities tell apart have left.
    """

    question: Question
    demands: Mapping[str, int]
    commodities: Mapping[str, int]
    links: Mapping[Passage, int]
    transfers: Mapping[Passage, list[int]]
    left: Numbers
    found: list[Finding]

    @classmethod
    def of(cls, question: Question, found: list[Finding]) -> _Index:
        graph = question.graph
        network = graph.data.network
        node = network.nodes.text("node_id")[graph.state_node]
        link_id = network.links.text("link_id")
        links: dict[Passage, int] = {}
        transfers: dict[Passage, list[int]] = {}
        ends = zip(graph.link.tolist(), graph.tail.tolist(), graph.head.tolist(), strict=True)
        for arc, (link, tail, head) in enumerate(ends):
            if link >= 0:
                links[link_id[link], node[tail], node[head]] = arc
            else:
                key = (node[tail], graph.state_mode[tail], graph.state_mode[head])
                transfers.setdefault(key, []).append(arc)
        ids = graph.data.demands.text("demand_id")[question.rows]
        demands = {str(demand_id): at for at, demand_id in enumerate(ids)}
        commodities = {group.values.commodity: group.values.row for group in question.groups}
        return cls(question, demands, commodities, links, transfers, graph.resources.free.copy(), found)

    def refuse(self, key: str, message: str) -> None:
        remedy = "verify the plan against the dataset, year and scenarios it was made with"
        self.found.append(plan_finding(key, "V420", message, remedy))

    def once(self, item: object, seen: set[object] | set[int] | set[tuple[int, int]], key: str, name: str) -> None:
        """Refuse an item that is listed a second time."""
        if item in seen:
            self.refuse(key, f"{name} is listed twice")
        seen.add(item)  # type: ignore[arg-type]  # the caller's set holds items of this kind

    def demand(self, demand_id: str, key: str) -> int:
        if demand_id not in self.demands:
            self.refuse(key, f'no demand "{demand_id}" in {self.question.graph.year}')
        return self.demands.get(demand_id, -1)

    def commodity(self, commodity: str, key: str) -> int:
        if commodity not in self.commodities:
            self.refuse(key, f'no demand of {self.question.graph.year} is for commodity "{commodity}"')
        return self.commodities.get(commodity, -1)

    def passage(self, passage: Passage, key: str) -> int:
        if passage not in self.links:
            link_id, start, end = passage
            self.refuse(key, f'no open link "{link_id}" leads from {start} to {end} in {self.question.graph.year}')
        return self.links.get(passage, -1)

    def leg(self, leg: Leg | TransferLeg, group: Group | None, volume: float, key: str) -> int:
        """Return the arc of a leg; among parallel transfers the one whose price, time and CO2 come closest."""
        if isinstance(leg, Leg):
            return self.passage((leg.link_id, leg.from_node, leg.to_node), f"{key}.link_id")
        options = self.transfers.get((leg.node_id, leg.from_mode, leg.to_mode), [])
        if not options or group is None:
            what = f"from {leg.from_mode} to {leg.to_mode} at {leg.node_id}"
            self.refuse(f"{key}.node_id", f"no open transfer {what} in {self.question.graph.year}")
            return -1
        cost_usd, time_h, co2_kg = group.values.cost_usd, group.values.time_h, group.values.co2_kg
        off = [
            abs(cost_usd[arc] * volume - leg.cost_usd)
            + abs(time_h[arc] - leg.time_h)
            + abs(co2_kg[arc] * volume - leg.co2_kg)
            for arc in options
        ]
        alike = [arc for arc, by in zip(options, off, strict=True) if by == min(off)]
        return alike[0] if len(alike) == 1 else self.with_room(alike, group, volume)

    def with_room(self, arcs: list[int], group: Group, volume: float) -> int:
        """Return the arc that a volume fits into most tightly, else the one with most room, and take the room up."""
        resources = self.question.graph.resources
        limits = [resources.resource[resources.arc == arc] for arc in arcs]
        limits = [drawn[group.use[drawn] > 0.0] for drawn in limits]
        room = [
            float(((self.left[drawn] + ROUNDING * resources.free[drawn]) / group.use[drawn]).min(initial=np.inf))
            for drawn in limits
        ]
        fitting = [at for at, most in enumerate(room) if most >= volume]
        chosen = min(fitting, key=room.__getitem__) if fitting else int(np.argmax(room))
        self.left[limits[chosen]] -= group.use[limits[chosen]] * volume
        return arcs[chosen]
