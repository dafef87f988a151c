"""What would serve the demand left behind: the least capacity to add, resource by resource, as a scenario.

Capacities become elastic: a resource may be exceeded at a price per tonne of goods that the excess carries in a year
(an elastic program: G. G. Brown, R. F. Dell, R. K. Wood, *Interfaces* 27(5), 1997). Where demands must be carried and
cannot be, the least added tonnes are found first and then the cheapest flows among these. Where a plan leaves demand
behind, what is added has to be worth it to the plan itself, which uses new capacity for what pays most: the price per
added tonne is the highest at which the cheapest system carries all that pays to carry at all. At fixed additions such a
solution is an optimal plan, so that the plan of the extended network is it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from math import ceil, floor, log10
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from network.applying import apply
from network.changes import Change
from network.errors import SolverError
from network.model import freeze
from network.scenario import Scenario
from optimizer.cut_off import has_way
from optimizer.cuts import open_months, t_per_unit, without_money
from optimizer.formulations.priced_ways import surroundings_of, ways_from, weights_for
from optimizer.linear import HAS_ANSWER
from optimizer.options import SolveOptions
from optimizer.proof import cheapest, question_of
from optimizer.result import resource_use

if TYPE_CHECKING:
    from network.model import Dataset, Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.linear import FlowSolution
    from optimizer.result import Plan

PAYS = 1e-9
"""Share of the cost of leaving a unit by which its cheapest way must be cheaper to pay."""
LEAST = 1e-7
"""Share of the largest addition, in tonnes, up to which an addition is rounding of the solver."""
WORTH_TODAY = 1.0 + 1e-6
"""How much more than a capacity's price its extension has to be worth where nothing left behind needs it."""
MOST_HALVINGS, N_REFINED, MARGIN = 40, 3, 0.995
"""How far the price of added capacity is lowered, how often it is refined, and what is left of it against ties."""
GROWTH, MOST_GROWTHS = 32.0, 4
"""How the price of an added tonne grows until no less can be added."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A capacity to raise.

    Attributes
    ----------
    id, kind, from_node, to_node, capacity, background, unit
        As in `optimizer.flows.Bottleneck`; `capacity` is what it is today.
    open_months
        Months in which a link is open, such as ``4-11``; empty = all year.
    needed
        The capacity that is needed, in `unit`.
    rounded
        `needed` rounded up: to whole vehicles a period, or to three significant digits of tonnes or TEU.
    added_t
        Tonnes of goods per year that the needed addition can carry.
    """

    id: str
    kind: str
    from_node: str | None
    to_node: str | None
    capacity: float
    background: float
    unit: str
    open_months: str
    needed: float
    rounded: float
    added_t: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Extensions:
    """The capacities to raise so that demand left behind is carried, the one with most added tonnes first.

    Attributes
    ----------
    plan, options
        The plan that leaves demand behind, and how it is solved.
    extensions
        What to raise; empty where nothing helps or nothing is needed.
    added_t
        Sum of the added tonnes per year.
    price_usd_per_t
        The highest price of an added tonne of yearly capacity at which all that pays is carried; None where the demand
        must be carried whatever it costs.
    relief
        What an added yearly unit of each resource was counted at, (n_resources,), inf for what cannot be raised.
    no_way, too_dear
        Ids of demands that no capacity serves: no way leads there, or leaving them costs less than the cheapest way
        where nothing is scarce.
    """

    plan: Plan
    options: SolveOptions
    extensions: tuple[Extension, ...]
    added_t: float
    price_usd_per_t: float | None
    relief: Numbers
    no_way: tuple[str, ...]
    too_dear: tuple[str, ...]

    def to_scenario(self) -> Scenario:
        """Return the extensions, rounded up, as a scenario to write or to apply."""
        values: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        for extension in self.extensions:
            # Both directions of a row have one capacity: the larger need decides.
            key = _row_of(extension)
            values[key] = max(extension.rounded, values.get(key, 0.0))
        changes = tuple(
            Change(table, where=dict(where), set={"capacity": capacity}) for (table, where), capacity in values.items()
        )
        return Scenario(
            f"extensions for {self.plan.year}",
            self.plan.year,
            changes=changes,
            description="The least added capacity, rounded up, at which the plan carries what it left behind.",
        )

    @cached_property
    def after(self) -> Plan:
        """The plan of the extended network, verified like every plan."""
        from optimizer.planning import plan_flows

        data = _without_steps(self.plan.data)
        if self.extensions:
            data = apply(data, self.to_scenario())
        return plan_flows(data, year=self.plan.year, weights=self.plan.blocks.weights, options=self.options)

    def to_mapping(self) -> dict[str, Any]:
        """Return the extensions as plain values, with what stays behind once they are made."""
        return {
            "capacities": [extension.to_mapping() for extension in self.extensions],
            "added_t": self.added_t,
            "price_usd_per_t": self.price_usd_per_t,
            "no_way": list(self.no_way),
            "too_dear": list(self.too_dear),
            "scenario": self.to_scenario().to_mapping() if self.extensions else None,
            "after": {
                "status": self.after.status,
                "cost_usd": self.after.cost_usd,
                "unmet": [record.to_mapping() for record in self.after.unmet],
            },
        }


def cheapest_extensions(plan: Plan, options: SolveOptions = SolveOptions()) -> Extensions:
    """Return the least capacity to add so that the demand a plan leaves behind is carried.

    Parameters
    ----------
    plan
        A plan with demand left behind; of an infeasible one, only the demands that must be carried are asked for.
    options
        Tolerances of the solver, and how the extended network is planned.

    Raises
    ------
    SolverError
        The solver failed.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> cheapest_extensions(plan_flows(load())).extensions  # doctest: +SKIP
    ()
    """
    blocks = plan.blocks
    left = plan.unmet_volume > 0.0 if plan.status in HAS_ANSWER else blocks.must_carry & (blocks.volume > 0.0)
    open_mask = has_way(blocks, freeze(left))
    free_way = cheapest(question_of(blocks.graph, blocks.weights), np.zeros(len(blocks.graph.resources)))
    pays = blocks.must_carry | (free_way < blocks.unmet_cost * (1.0 - PAYS))
    asked = left & open_mask & pays
    goods_t = tonnes_carried(blocks)
    price, relief, over = None, np.full(len(goods_t), np.inf), np.zeros(len(goods_t))
    if asked.any() and plan.status in HAS_ANSWER:
        price, relief, over = _worth_it(plan, free_way, freeze(asked), goods_t, options)
    elif asked.any():
        relief, over = _least(blocks, freeze(blocks.must_carry & open_mask), goods_t, options)
    ids = np.array(blocks.demand_ids, dtype=object)
    extensions = _records(blocks, over, goods_t)
    return Extensions(
        plan=plan,
        options=options,
        extensions=extensions,
        added_t=sum(extension.added_t for extension in extensions),
        price_usd_per_t=price,
        relief=freeze(relief),
        no_way=tuple(ids[left & ~open_mask].tolist()),
        too_dear=tuple(ids[left & open_mask & ~pays].tolist()),
    )


def tonnes_carried(blocks: DemandBlocks) -> Numbers:
    """Return the tonnes of goods that a yearly unit of each resource carries, (n_resources,), inf where none may grow.

    Of several commodities the one of which a unit carries most counts; what no commodity draws on, and the steps of a
    calibration, which are no capacities, cannot be raised.
    """
    resources = blocks.graph.resources
    weight_t = t_per_unit(blocks)
    found = np.zeros(len(resources))
    for block in blocks.blocks:
        taking = block.use > 0.0
        found[taking] = np.maximum(found[taking], weight_t[block.demands[0]] / block.use[taking])
    return freeze(np.where((found > 0.0) & (resources.kind != "step"), found, np.inf))


def _least(blocks: DemandBlocks, hard: Mask, goods_t: Numbers, options: SolveOptions) -> tuple[Numbers, Numbers]:
    """Return the relief, and by how much each resource is exceeded per year, where as little as possible is added.

    First money plays no part; then the price of an added tonne grows until no more is added than without money.
    """
    volume = np.where(hard, blocks.volume, 0.0)
    bare = without_money(blocks, volume, np.full(blocks.n_demands, np.nan))
    least = _over(bare, _solve(bare, goods_t, options))
    least_t = _tonnes(least, goods_t)
    # What has no way at all is not asked of the cheapest flows either.
    possible = replace(blocks, volume=freeze(np.where(blocks.must_carry & ~hard, 0.0, blocks.volume)))
    costs = [float(block.values.weight[block.arcs].max(initial=0.0)) for block in blocks.blocks]
    price = max(*costs, float(np.nanmax(blocks.unmet_cost, initial=0.0)), 1.0) / float(t_per_unit(blocks).min())
    for _ in range(MOST_GROWTHS):
        over = _over(possible, _solve(possible, price * goods_t, options))
        if _tonnes(over, goods_t) <= least_t * (1.0 + LEAST):
            return price * goods_t, over
        price *= GROWTH
    return goods_t, least


def _worth_it(
    plan: Plan, free_way: Numbers, asked: Mask, goods_t: Numbers, options: SolveOptions
) -> tuple[float, Numbers, Numbers]:
    """Return the highest price of an added tonne at which nothing asked for stays, the relief, and what is exceeded.

    Capacity that the demand left behind needs is offered at that price. All other is offered at no less than what it
    is worth today, or it would be added for savings that have nothing to do with that demand.
    """
    blocks = plan.blocks
    _, needed = _ways(blocks, plan.price, asked)

    def carries(price: float) -> bool:
        """Tell whether all that is asked for is carried at a price; what turns out to be needed is noted."""
        nonlocal needed
        while True:
            solution = _solve(blocks, _relief(plan, needed, price, goods_t), options)
            left = asked & (solution.unmet > options.flow_tolerance * blocks.volume)
            if not left.any():
                return True
            more = needed | _ways(blocks, solution.price, freeze(left))[1]
            if (more == needed).all() or _too_dear(blocks, _offer(plan, more, price, goods_t), freeze(left)):
                return False
            needed = more

    # Where prices can fall no lower than what capacity is offered at, the demand stays: no program need be solved.
    price = float(((blocks.unmet_cost - free_way) / t_per_unit(blocks))[asked].max())
    for _ in range(MOST_HALVINGS):
        if not _too_dear(blocks, _offer(plan, needed, price, goods_t), asked):
            break
        price /= 2.0
    low, high = 0.0, np.inf
    for _ in range(MOST_HALVINGS):
        if carries(price):
            low, price = price, price * 2.0
        else:
            high, price = price, price / 2.0
        if low and np.isfinite(high):
            break
    if not low or not np.isfinite(high):
        raise SolverError("no price of added capacity was found at which the demand left behind is carried")
    for _ in range(N_REFINED):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if carries(middle) else (low, middle)
    # At the very price some plans that leave demand behind cost the same.
    low *= MARGIN
    relief = _relief(plan, needed, low, goods_t)
    return low, relief, _over(blocks, _solve(blocks, relief, options))


def _offer(plan: Plan, needed: Mask, price: float, goods_t: Numbers) -> Numbers:
    """Return the prices of capacity where they have fallen as far as what is needed is offered at."""
    return np.minimum(plan.price, _relief(plan, needed, price, goods_t))


def _too_dear(blocks: DemandBlocks, price: Numbers, asked: Mask) -> bool:
    """Return whether some of the demands cost more to carry at prices than to leave."""
    cost, _ = _ways(blocks, price, asked)
    return bool((cost[asked] >= blocks.unmet_cost[asked] * (1.0 - PAYS)).any())


def _relief(plan: Plan, needed: Mask, price: float, goods_t: Numbers) -> Numbers:
    """Return what a yearly unit of each resource is offered at."""
    at_price = price * goods_t
    return np.where(needed, at_price, np.maximum(at_price, plan.price * WORTH_TODAY))


def _ways(blocks: DemandBlocks, price: Numbers, asked: Mask) -> tuple[Numbers, Mask]:
    """Return what the cheapest way of some demands costs at prices (n_demands,), and which priced resources it takes.

    The mask of resources (n_resources,) is of all these ways together; demands not asked for cost nothing.
    """
    around, resources = surroundings_of(blocks.graph), blocks.graph.resources
    cost, met = np.zeros(blocks.n_demands), np.zeros(len(price), dtype=np.bool_)
    for block in blocks.blocks:
        wanted = block.demands[asked[block.demands]]
        if not len(wanted):
            continue
        weight = np.array(weights_for(block))
        np.add.at(weight, resources.arc, (price * block.use)[resources.resource])
        _, found = ways_from(around, block.origin, blocks.destination[wanted].tolist(), weight.tolist())
        pays = (price * block.use)[resources.resource] > 0.0
        for at in wanted.tolist():
            cost[at], way = found[int(blocks.destination[at])]
            met[resources.resource[pays & np.isin(resources.arc, way)]] = True
    return cost, met


def _solve(blocks: DemandBlocks, relief: Numbers, options: SolveOptions) -> FlowSolution:
    """Return the optimum where resources may be exceeded at the relief.

    Raises
    ------
    SolverError
        The solver failed.
    """
    from optimizer.formulations import path_flow

    solution = path_flow.solve(blocks, options, relief=relief)
    if solution is None or solution.status != "optimal":
        reason = "" if solution is None else f": {solution.message or solution.status}"
        raise SolverError(f"the least added capacity was not found{reason}; allow more time")
    return solution


def _over(blocks: DemandBlocks, solution: FlowSolution) -> Numbers:
    """Return by how much the flows exceed each resource per year."""
    return np.maximum(0.0, resource_use(blocks, solution.flow) - blocks.graph.resources.free)


def _tonnes(over: Numbers, goods_t: Numbers) -> float:
    """Return the tonnes that additions carry."""
    return float((over[over > 0.0] * goods_t[over > 0.0]).sum())


def _records(blocks: DemandBlocks, over: Numbers, goods_t: Numbers) -> tuple[Extension, ...]:
    """Return the records of the resources that are exceeded by more than rounding."""
    resources = blocks.graph.resources
    added_t = np.where(over > 0.0, over * np.where(np.isfinite(goods_t), goods_t, 0.0), 0.0)
    raised = np.flatnonzero(added_t > LEAST * added_t.max(initial=0.0))
    records = []
    for at in sorted(raised.tolist(), key=lambda at: -added_t[at]):
        capacity, background = float(resources.capacity[at]), float(resources.background[at])
        needed = max(capacity, background) + float(over[at] / resources.per_year[at])
        unit = str(resources.unit[at])
        records.append(
            Extension(
                id=str(resources.ids[at]),
                kind=str(resources.kind[at]),
                from_node=str(resources.from_node[at]) or None,
                to_node=str(resources.to_node[at]) or None,
                capacity=capacity,
                background=background,
                unit=unit,
                open_months=open_months(blocks.graph, at),
                needed=needed,
                rounded=rounded_up(needed, unit),
                added_t=float(added_t[at]),
            )
        )
    return tuple(records)


def rounded_up(value: float, unit: str) -> float:
    """Return a capacity rounded up: to whole vehicles a period, or to three significant digits of tonnes or TEU.

    Examples
    --------
    >>> rounded_up(28.2, "train/day"), rounded_up(1234567.0, "t/year")
    (29.0, 1240000.0)
    """
    whole = 1.0
    if unit.startswith(("t/", "teu/")) and value > 0.0:
        whole = 10.0 ** (floor(log10(value)) - 2)
    # Rounding of floats must not add a whole train.
    return float(f"{ceil(value / whole * (1.0 - 1e-9)) * whole:.12g}")


def _row_of(extension: Extension) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the table of an extension and the conditions that select its row."""
    if extension.kind == "transfer":
        node, _, modes = extension.id.rpartition(":")
        start, _, end = modes.partition("-")
        return "transfers", (("node_id", node), ("from_mode", start), ("to_mode", end))
    return ("links" if extension.kind == "link" else "shared_capacities"), (("id", extension.id),)


def _without_steps(data: Dataset) -> Dataset:
    """Return the dataset without the parallel links of price steps, itself where it has none."""
    links = data.network.links
    if "step_of" not in links.columns:
        return data
    plain = links.take(links.number("step_of") == np.arange(len(links)))
    kept = {name: column for name, column in plain.columns.items() if name not in ("step_of", "steps")}
    header = tuple(name for name in plain.header if name in kept)
    return replace(
        data, network=replace(data.network, links=replace(plain, columns=MappingProxyType(kept), header=header))
    )
