"""The plan: flows for all demands, what they cost, what is scarce, and the numbers of its proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from network.errors import NoPlanError
from network.model import Portable
from optimizer.flows import (
    BOTTLENECK_COLUMNS,
    FLOW_ROUTE_COLUMNS,
    SHARE_COLUMNS,
    UNMET_COLUMNS,
    Bottleneck,
    FlowRoute,
    LinkFlow,
    LinkFlows,
    Share,
    UnmetDemand,
)
from optimizer.listing import FixedListing, Listing
from optimizer.route import Leg, build_legs, corridor_of
from optimizer.weak import weak_share_of_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from network.model import Dataset, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.decomposition import PathFlow
    from optimizer.formulations.path_start import Start
    from optimizer.linear import Status
    from optimizer.options import SolverName


@dataclass(frozen=True, eq=False)
class Plan(Portable):
    """Flows for all demands of a year, in the user's own ids.

    Attributes
    ----------
    status
        ``optimal``, ``feasible`` (stopped at a limit), ``infeasible``, ``unbounded`` or ``no_answer``.
    cost_usd
        USD per year: transport plus unmet cost, whatever the weights. None, like all money below, without an answer.
    transport_cost_usd, unmet_cost_usd
        Its two parts.
    objective_usd
        What was minimized: weight of the flows plus unmet cost.
    bound
        Proven lower bound of the objective.
    gap
        (objective - bound) / |objective|, 0 where the two are equal.
    blocks, paths, flow, unmet_volume, price
        The answer in arrays: `paths` of every demand; `flow` (n_block_arcs,), the sum of paths on each arc of each
        block; `unmet_volume` (n_demands,); `price` (n_resources,) in USD per yearly unit of capacity.
    solver
        The solver that answered.
    seconds
        Time from the call to the answer, before it is verified.
    message
        In words, why there is no optimal answer; empty where there is.
    potential
        Potentials of the states by block, (n_blocks, n_states), where the solver gave them: `verify` proves the bound
        by them without a search.
    start
        Where plans of questions much like this one may start, where the solver gave it.
    """

    status: Status
    cost_usd: float | None
    transport_cost_usd: float | None
    unmet_cost_usd: float | None
    objective_usd: float | None
    bound: float | None
    gap: float | None
    blocks: DemandBlocks
    paths: tuple[PathFlow, ...]
    flow: Numbers
    unmet_volume: Numbers
    price: Numbers
    solver: SolverName
    seconds: float = 0.0
    message: str = ""
    potential: Numbers | None = field(default=None, repr=False)
    start: Start | None = field(default=None, repr=False)

    @property
    def data(self) -> Dataset:
        """The dataset that was planned for, scenarios applied."""
        return self.blocks.graph.data

    @property
    def year(self) -> int:
        """The year that was planned for."""
        return self.blocks.graph.year

    @cached_property
    def unmet(self) -> FixedListing[UnmetDemand]:
        """Demands left behind in part or whole, in row order."""
        left = np.flatnonzero(self.unmet_volume > 0.0)
        records = (UnmetDemand(self.blocks.demand_ids[at], float(self.unmet_volume[at])) for at in left)
        return FixedListing(records, UNMET_COLUMNS)

    @cached_property
    def weak_share(self) -> float | None:
        """Part of the transport cost that rests on numbers of grade D or of none; None without cost or grades."""
        return weak_share_of_plan(self)

    @cached_property
    def link_flows(self) -> LinkFlows:
        """Yearly flow per link, direction and commodity."""
        return LinkFlows(tuple(_link_flows(self)))

    @cached_property
    def routes(self) -> FixedListing[FlowRoute]:
        """The paths of every demand leg by leg; they sum to the flows."""
        graph, nodes, demands = self.blocks.graph, self.data.network.nodes, self.data.demands
        origin, destination, country = demands.text("origin"), demands.text("destination"), nodes.text("country")
        routes = []
        for path in self.paths:
            values = self.blocks.blocks[path.block].values
            legs = build_legs(graph, values, path.arcs, path.volume)
            passages = ((leg.link_id, leg.length_km) for leg in legs if isinstance(leg, Leg))
            corridor = corridor_of(graph.data.network, passages)
            row = int(self.blocks.rows[path.demand])
            t, teu = _t_and_teu(path.volume, self._factors[values.commodity])
            passed = (str(origin[row]), *(leg.to_node for leg in legs if isinstance(leg, Leg)))
            routes.append(
                FlowRoute(
                    demand_id=self.blocks.demand_ids[path.demand],
                    commodity=values.commodity,
                    volume=path.volume,
                    corridor=corridor,
                    legs=legs,
                    origin=passed[0],
                    destination=str(destination[row]),
                    countries=tuple(dict.fromkeys(str(country[nodes.row_of[node]]) for node in passed)),
                    t=t,
                    teu=teu,
                )
            )
        return FixedListing(routes, FLOW_ROUTE_COLUMNS)

    def bottlenecks(self) -> Listing[Bottleneck]:
        """Return every capacity with a nonzero price, the one that earns most (price · free capacity) first."""
        resources = self.blocks.graph.resources
        priced = np.flatnonzero(self.price)
        used = resource_use(self.blocks, self.flow)
        order = sorted(priced, key=lambda at: (-self.price[at] * resources.free[at], -self.price[at], at))
        records = (
            Bottleneck(
                id=str(resources.ids[at]),
                kind=str(resources.kind[at]),
                from_node=str(resources.from_node[at]) or None,
                to_node=str(resources.to_node[at]) or None,
                capacity=float(resources.capacity[at]),
                background=float(resources.background[at]),
                unit=str(resources.unit[at]),
                used=float(resources.background[at] + used[at] / resources.per_year[at]),
                price_usd_per_unit=float(self.price[at] * resources.per_year[at]),
            )
            for at in order
        )
        return Listing(records, BOTTLENECK_COLUMNS)

    def by_corridor(self) -> Listing[Share]:
        """Return the traffic of each corridor and commodity; a route belongs to the corridor with most of its km.

        Routes outside every corridor are listed last under an empty name.
        """
        order = self.data.network.corridors.row_of
        shares = self._shares((route, route.corridor, route.legs) for route in self.routes)
        shares.sort(key=lambda share: (not share.name, order.get(share.name, len(order))))
        return shares

    def by_mode(self) -> Listing[Share]:
        """Return the traffic of each mode and commodity, on links alone."""
        return self._shares(
            (route, mode, [leg for leg in route.legs if isinstance(leg, Leg) and leg.mode == mode])
            for route in self.routes
            for mode in dict.fromkeys(leg.mode for leg in route.legs if isinstance(leg, Leg))
        )

    def raise_for_status(self) -> None:
        """Raise where the plan has no answer.

        Raises
        ------
        NoPlanError
            The status is neither ``optimal`` nor ``feasible``.
        """
        if self.cost_usd is None:
            raise NoPlanError(f"no plan for {self.year}: {self.status}; {self.message}")

    def to_mapping(self) -> dict[str, Any]:
        """Return the plan as plain values: the JSON of ``corridor plan``, all that ``verify`` needs beside the data.

        ``weak_share`` is there where the data has grades.
        """
        data = self.data
        demands = None if data.has_own_demands else [data.demands.row(row) for row in range(len(data.demands))]
        return {
            "run": {
                "dataset": data.info.name,
                "version": data.info.version,
                "year": self.year,
                "scenarios": [scenario.to_mapping() for scenario in data.applied],
                "weights": self.blocks.weights.to_mapping(),
                "demands": demands,
                "solver": self.solver,
            },
            "status": self.status,
            "cost_usd": self.cost_usd,
            "transport_cost_usd": self.transport_cost_usd,
            "unmet_cost_usd": self.unmet_cost_usd,
            "objective_usd": self.objective_usd,
            "bound": self.bound,
            "gap": self.gap,
            **({} if self.weak_share is None else {"weak_share": self.weak_share}),
            "unmet": [record.to_mapping() for record in self.unmet],
            "flows": [record.to_mapping() for record in self.link_flows],
            "bottlenecks": [record.to_mapping() for record in self.bottlenecks()],
            "routes": [route.to_mapping() for route in self.routes],
        }

    def _shares(self, parts: Iterable[tuple[FlowRoute, str, Iterable[Any]]]) -> Listing[Share]:
        """Sum (route, group, legs that count) by group and commodity, in order of first appearance."""
        sums: dict[tuple[str, str], list[float]] = {}
        for route, name, legs in parts:
            total = sums.setdefault((name, route.commodity), [0.0, 0.0, 0.0, 0.0])
            t_per_unit, _ = self._factors[route.commodity]
            total[0] += route.volume
            for leg in legs:
                total[1] += route.volume * t_per_unit * getattr(leg, "length_km", 0.0)
                total[2] += leg.cost_usd
                total[3] += leg.co2_kg
        shares = (
            Share(name, commodity, volume, *_t_and_teu(volume, self._factors[commodity]), t_km, cost_usd, co2_kg)
            for (name, commodity), (volume, t_km, cost_usd, co2_kg) in sums.items()
        )
        return Listing(shares, SHARE_COLUMNS)

    @cached_property
    def _factors(self) -> Mapping[str, tuple[float, float | None]]:
        """Tonnes and TEU per unit by commodity; TEU None where not given."""
        commodities = self.data.commodities
        factors: dict[str, tuple[float, float | None]] = {}
        for row, commodity in enumerate(commodities.text("commodity_id")):
            in_teu = commodities.text("unit")[row] == "teu"
            teu = 1.0 if in_teu else float(commodities.number("teu_per_unit")[row])
            factors[str(commodity)] = (float(commodities.number("t_per_unit")[row]), None if teu != teu else teu)
        return factors


def resource_use(blocks: DemandBlocks, flow: Numbers) -> Numbers:
    """Return what the flows take of each resource, in its unit per year, shape (n_resources,)."""
    resources = blocks.graph.resources
    used = np.zeros(len(resources))
    # All blocks of a commodity take the same.
    use = {block.values.row: block.use for block in blocks.blocks}
    for values, on_arc in blocks.by_commodity(flow):
        used += use[values.row] * np.bincount(
            resources.resource, weights=on_arc[resources.arc], minlength=len(resources)
        )
    return used


def relative_gap(objective: float, bound: float) -> float:
    """Return (objective - bound) / |objective|, 0 where the bound reaches the objective."""
    difference = objective - bound
    if difference <= 0.0:
        return 0.0
    return difference / abs(objective) if objective else float("inf")


def _link_flows(plan: Plan) -> Iterable[LinkFlow]:
    """Sum the blocks' flows by arc and commodity; arcs of links in input order."""
    blocks, graph = plan.blocks, plan.blocks.graph
    links, nodes = graph.data.network.links, graph.data.network.nodes.text("node_id")
    flows = blocks.by_commodity(plan.flow)
    values = {of.row: of for of, _ in flows}
    sums = {of.row: flow for of, flow in flows}
    used = [(int(arc), row) for row, flow in sums.items() for arc in np.flatnonzero((flow > 0.0) & (graph.link >= 0))]
    for arc, row in sorted(used):
        volume = float(sums[row][arc])
        t, teu = _t_and_teu(volume, plan._factors[values[row].commodity])
        yield LinkFlow(
            link_id=str(links.text("link_id")[graph.link[arc]]),
            mode=str(links.text("mode")[graph.link[arc]]),
            from_node=str(nodes[graph.state_node[graph.tail[arc]]]),
            to_node=str(nodes[graph.state_node[graph.head[arc]]]),
            commodity=values[row].commodity,
            volume=volume,
            t=t,
            teu=teu,
            length_km=float(graph.length_km[arc]),
            t_km=t * float(graph.length_km[arc]),
            cost_usd=volume * float(values[row].cost_usd[arc]),
            co2_kg=volume * float(values[row].co2_kg[arc]),
        )


def _t_and_teu(volume: float, factors: tuple[float, float | None]) -> tuple[float, float | None]:
    """Return the volume in tonnes and in TEU."""
    t_per_unit, teu_per_unit = factors
    return volume * t_per_unit, None if teu_per_unit is None else volume * teu_per_unit
