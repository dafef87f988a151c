"""The optimum as a function of one number: a capacity, a factor of costs, a factor of volumes.

What curves and the ledger of bottlenecks ask for, place by place: the optimum with a line that touches the function
there, and the full plan. The slope of the line is read off the answer: prices for capacities, what a unit of a demand
adds for volumes, and the flows themselves for costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from network.selection import with_table
from network.values import haulage_usd
from optimizer.envelope import Line
from optimizer.linear import FlowSolution
from optimizer.planning import plan_of, solve
from optimizer.replanning import evaluate, replan
from optimizer.resource_names import resource_rows
from optimizer.resources import plain_rows
from optimizer.result import resource_use

if TYPE_CHECKING:
    from network.model import Dataset, Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.replanning import Prepared
    from optimizer.resource_names import ResourceName
    from optimizer.resources import Resources, Rows
    from optimizer.result import Plan

STAYS = 1e-7
"""Share of a demand from which on it stays behind in part, and not by rounding."""
DIGITS = 12
"""Significant digits of a place that is told: those behind them are rounding of the solver."""


@dataclass(frozen=True, eq=False)
class CapacityQuestion:
    """The optimum as a function of one capacity in its own unit, from the background on, all else as in `base`.

    `rows` are the resources that the capacity is that of: one, or both directions of a link.
    """

    base: Prepared
    rows: Rows

    @property
    def resources(self) -> Resources:
        """Everything with a capacity in the question."""
        return self.base.plan.blocks.graph.resources

    @property
    def background(self) -> float:
        """Load outside the model in the own unit; the same for both directions."""
        return float(self.resources.background[self.rows[0]])

    @property
    def unit(self) -> str:
        """The own unit."""
        return str(self.resources.unit[self.rows[0]])

    def free(self, capacity: float) -> Numbers:
        """Return what is free of every resource per year where this one has a capacity."""
        free = self.resources.free.copy()
        own = np.maximum(0.0, capacity - self.resources.background[self.rows])
        free[self.rows] = own * self.resources.per_year[self.rows]
        return free

    def line(self, capacity: float) -> Line:
        """Return the optimum at a capacity; the slope is what one more unit changes."""
        found = evaluate(self.base, free=self.free(capacity))
        return Line(capacity, found.objective_usd, self.slope(found.price))

    def slope(self, price: Numbers) -> float:
        """Return what one more own unit changes under prices in USD per yearly unit."""
        return -float((price[self.rows] * self.resources.per_year[self.rows]).sum())

    def unlimited(self) -> Line:
        """Return the optimum at the capacity that is used where it is unlimited: more of it is worth nothing."""
        found = evaluate(self.base, free=self._ample())
        own = found.used[self.rows] / self.resources.per_year[self.rows]
        return Line(self.background + float(own.max()), found.objective_usd, 0.0)

    def _ample(self) -> Numbers:
        """Return what is free per year where this capacity suffices for everything on every arc that draws on it."""
        blocks = self.base.plan.blocks
        most = sum(float(blocks.volume[block.demands].sum()) * block.use[self.rows] for block in blocks.blocks)
        free = self.resources.free.copy()
        n_arcs = np.bincount(self.resources.resource, minlength=len(self.resources))[self.rows]
        free[self.rows] = np.maximum(free[self.rows], most * n_arcs)
        return free


@dataclass(frozen=True, eq=False)
class NamedCapacity(CapacityQuestion):
    """A capacity that the data has a cell for, so that it can be planned with as well."""

    data: Dataset
    named: ResourceName
    sign = -1.0

    def plan(self, capacity: float) -> Plan:
        """Return the plan at a capacity; at 0 that of one as near to 0 as may be.

        A capacity of 0 in the data closes the way to goods that take nothing of it as well.
        """
        base = self.base
        if capacity > 0.0 and not self.named.direction:
            table = self.data.tables[self.named.table]
            values = table.number("capacity").copy()
            values[self.named.row] = capacity
            return replan(base, with_table(self.data, table.name, table.with_columns({"capacity": values}))).plan
        # The data has one number for both directions, so that one alone is changed in the question itself.
        began = perf_counter()
        blocks = with_free(base.plan.blocks, self.free(capacity))
        return plan_of(blocks, solve(blocks, base.options), base.options, began)

    def used(self, plan: Plan) -> float:
        """Return what a plan takes of the capacity in its own unit, background included; of two directions the more."""
        resources = plan.blocks.graph.resources
        rows = resource_rows(resources, self.data.network, self.named)
        drawn = resource_use(plan.blocks, plan.flow)[rows] / resources.per_year[rows]
        return self.background + float(drawn.max(initial=0.0))


@dataclass(frozen=True, eq=False)
class CostQuestion:
    """The optimum as a function of a factor of all costs of the links of the mask `links`: concave."""

    base: Prepared
    data: Dataset
    links: Mask
    sign = 1.0

    def negative(self, factor: float) -> Line:
        """Return the optimum at a factor upside down, as a convex function.

        The slope is what the plan pays on the links at the costs of `base`: the weight is linear in the factor.
        """
        plan = self.plan(factor)
        paid = 0.0 if plan.objective_usd is None else self._sum(plan, is_cost=True)
        value = float("inf") if plan.objective_usd is None else -plan.objective_usd
        return Line(factor, value, -paid * plan.blocks.weights.cost)

    def plan(self, factor: float) -> Plan:
        """Return the plan at a factor."""
        links = self.data.network.links
        columns = {}
        for unit in ("teu", "t"):
            # A price by a rate becomes a price of the link.
            for name, value in (
                (f"cost_usd_per_{unit}", haulage_usd(self.data.network, unit)),
                (f"fixed_cost_usd_per_{unit}", links.number(f"fixed_cost_usd_per_{unit}")),
            ):
                columns[name] = np.where(self.links, value * factor, links.number(name))
        return replan(self.base, with_table(self.data, "links", links.with_columns(columns))).plan

    def used(self, plan: Plan) -> float:
        """Return the tonne-kilometers a year on the links."""
        return self._sum(plan, is_cost=False)

    def _sum(self, plan: Plan, *, is_cost: bool) -> float:
        """Return what the flows of a plan pay on the links at the costs of `base`, or their tonne-kilometers."""
        graph = plan.blocks.graph
        of_base = {block.values.row: block.values.cost_usd for block in self.base.plan.blocks.blocks}
        t_per_unit = self.data.commodities.number("t_per_unit")
        on_links = (graph.link >= 0) & self.links[plain_rows(graph.data.network.links)[graph.link]]
        total = 0.0
        for at, block in enumerate(plan.blocks.blocks):
            flow = plan.flow[plan.blocks.offsets[at] : plan.blocks.offsets[at + 1]]
            meant = on_links[block.arcs] & (flow > 0.0)
            arcs = block.arcs[meant]
            each = of_base[block.values.row][arcs] if is_cost else graph.length_km[arcs] * t_per_unit[block.values.row]
            total += float((flow[meant] * each).sum())
        return total


@dataclass(frozen=True, eq=False)
class DemandQuestion:
    """The optimum as a function of a factor of the volumes of the demands of the mask `demands` (rows of the table)."""

    base: Prepared
    data: Dataset
    demands: Mask
    sign = 1.0

    @property
    def meant(self) -> Mask:
        """Mask over the demands of the question, shape (n_demands,)."""
        return self.demands[self.base.plan.blocks.rows]

    def volume(self, factor: float) -> Numbers:
        """Return the volumes of the question's demands at a factor."""
        volume = self.base.plan.blocks.volume
        return np.where(self.meant, volume * factor, volume)

    def line(self, factor: float) -> Line:
        """Return the optimum at a factor; the slope is what the volumes of `base` add once more."""
        blocks = self.base.plan.blocks
        volume = self.volume(factor)
        if not volume.any():
            return Line(factor, 0.0, 0.0)
        found = evaluate(self.base, volume=volume)
        # Of a demand that stays behind in part one more unit stays behind as well.
        worth = np.where(found.unmet > STAYS * volume, blocks.unmet_cost, found.worth)
        added = np.where(self.meant & (blocks.volume > 0.0), worth, 0.0)
        return Line(factor, found.objective_usd, float((added * blocks.volume).sum()))

    def plan(self, factor: float) -> Plan:
        """Return the plan at a factor."""
        volumes = self.volume(factor)
        if not volumes.any():
            return _nothing_to_carry(replace(self.base.plan.blocks, volume=volumes), self.base)
        table = self.data.demands
        volume = table.number("volume")
        columns = {"volume": np.where(self.demands, volume * factor, volume)}
        return replan(self.base, with_table(self.data, "demands", table.with_columns(columns))).plan

    def used(self, plan: Plan) -> float:
        """Return the tonnes a year of the demands that are carried."""
        commodities = self.data.commodities
        names = self.data.demands.text("commodity")[plan.blocks.rows]
        t_per_unit = commodities.number("t_per_unit")[[commodities.row_of[name] for name in names]]
        carried = (plan.blocks.volume - plan.unmet_volume) * t_per_unit
        return float(carried[self.meant].sum())


def rounded(place: float) -> float:
    """Return a place or an amount that a plan uses to `DIGITS` significant digits."""
    return float(f"{place:.{DIGITS}g}")


def with_free(blocks: DemandBlocks, free: Numbers) -> DemandBlocks:
    """Return the question with other free capacities per year, shape (n_resources,)."""
    graph = blocks.graph
    return replace(blocks, graph=replace(graph, resources=replace(graph.resources, free=free)))


def _nothing_to_carry(blocks: DemandBlocks, base: Prepared) -> Plan:
    """Return the plan of demands without volume: it carries nothing and costs nothing."""
    nothing = FlowSolution(
        "optimal",
        np.zeros(int(blocks.offsets[-1])),
        np.zeros(blocks.n_demands),
        np.zeros(len(blocks.graph.resources)),
        0.0,
        base.plan.solver,
    )
    return plan_of(blocks, nothing, base.options, perf_counter())
