"""How far capacities have to be exceeded for demand to be carried, where every tonne beyond them has a price.

Capacities become elastic: a resource may be exceeded at a price per tonne of goods that the excess carries in a year
(an elastic program: G. G. Brown, R. F. Dell, R. K. Wood, *Interfaces* 27(5), 1997). What a tonne costs is either so
much that no tonne is added in vain, or the most at which everything worth carrying is carried. All these programs are
one but for the prices, so each starts from where the plan or the first of them stands.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.errors import SolverError
from network.model import freeze
from optimizer.cuts import t_per_unit, without_money
from optimizer.formulations.priced_ways import surroundings_of, weights_for
from optimizer.formulations.timed_ways import ways_in_time
from optimizer.result import resource_use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_start import Start
    from optimizer.formulations.priced_ways import Surroundings
    from optimizer.linear import FlowSolution
    from optimizer.options import SolveOptions
    from optimizer.resources import Rows
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
NO_PRICE = "no price of added capacity was found at which the demand left behind is carried"


class Excess(NamedTuple):
    """By how much resources are exceeded per year, and the `relief` for it in USD per yearly unit, (n_resources,)."""

    over: Numbers
    relief: Numbers


def tonnes_carried(blocks: DemandBlocks, counted: Mask) -> Numbers:
    """Return the tonnes of goods that a yearly unit of each resource carries, (n_resources,), inf where none may grow.

    Of several commodities the one of which a unit carries most counts, if one of the demands of the mask (n_demands,)
    is for it; what none of these can draw on, and the steps of a calibration, which are no capacities, cannot be
    raised.
    """
    resources = blocks.graph.resources
    weight_t = t_per_unit(blocks)
    found = np.zeros(len(resources))
    for block in blocks.blocks:
        if not counted[block.demands].any():
            continue
        taking = block.use > 0.0
        found[taking] = np.maximum(found[taking], weight_t[block.demands[0]] / block.use[taking])
    return freeze(np.where((found > 0.0) & (resources.kind != "step"), found, np.inf))


def least_excess(blocks: DemandBlocks, goods_t: Numbers, hard: Mask, options: SolveOptions) -> Excess:
    """Return the excess of fewest tonnes at which some demands that must be carried are, at the cheapest flows then.

    First money plays no part; then the price of an added tonne grows until no more is added than without money.

    Raises
    ------
    SolverError
        The solver failed.
    """
    volume = np.where(hard, blocks.volume, 0.0)
    bare = without_money(blocks, volume, np.full(blocks.n_demands, np.nan))
    least = _over(bare, _solve(bare, goods_t, options))
    least_t = _tonnes(least, goods_t)
    # What has no way at all is not asked of the cheapest flows either.
    possible = replace(blocks, volume=freeze(np.where(blocks.must_carry & ~hard, 0.0, blocks.volume)))
    costs = [float(block.values.weight[block.arcs].max(initial=0.0)) for block in blocks.blocks]
    price = max(*costs, float(np.nanmax(blocks.unmet_cost, initial=0.0)), 1.0) / float(t_per_unit(blocks).min())
    start: Start | None = None
    for _ in range(MOST_GROWTHS):
        solution = _solve(possible, price * goods_t, options, start)
        start = solution.start
        over = _over(possible, solution)
        if _tonnes(over, goods_t) <= least_t * (1.0 + LEAST):
            return Excess(over, price * goods_t)
        price *= GROWTH
    return Excess(least, goods_t)


def worthy_excess(
    plan: Plan, goods_t: Numbers, free_way: Numbers, wanted: Mask, options: SolveOptions
) -> tuple[float, Excess]:
    """Return the highest price of an added tonne at which all demands wanted are carried, and the excess at it.

    Capacity that the demand left behind needs is offered at that price. All other is offered at no less than what it
    is worth today, or it would be added for savings that have nothing to do with that demand. Demands that the plan
    carries are wanted too: where those left behind come to pass, they can outbid others on the rest of their way.

    Parameters
    ----------
    plan
        The plan that leaves demand behind.
    goods_t
        Tonnes that a yearly unit of each resource carries, (n_resources,).
    free_way
        Weight of the cheapest way of each demand where nothing is scarce, USD per unit, (n_demands,).
    wanted
        The demands to carry, (n_demands,): each has a way that costs less than leaving it.
    options
        Tolerances of the solver.

    Raises
    ------
    SolverError
        The solver failed.
    """
    blocks, start = plan.blocks, plan.start
    around = surroundings_of(blocks.graph)
    asked = freeze(wanted & (plan.unmet_volume > 0.0))
    needed = _needed(blocks, around, plan.price, asked)

    def carries(price: float) -> FlowSolution | None:
        """Return the flows at a price if they carry all that is wanted; what turns out to be needed is noted."""
        nonlocal needed, start
        while True:
            solution = _solve(blocks, _relief(plan, needed, price, goods_t), options, start)
            # Always from the same flows, so that it plays no part which prices were tried before.
            start = start or solution.start
            left = freeze(wanted & (solution.unmet > options.flow_tolerance * blocks.volume))
            if not left.any():
                return solution
            more = needed | _needed(blocks, around, solution.price, left)
            offered = np.minimum(solution.price, _relief(plan, more, price, goods_t))
            if (more == needed).all() or _too_dear(blocks, around, offered, left):
                return None
            needed = more

    price = float(((blocks.unmet_cost - free_way) / t_per_unit(blocks))[asked].max())
    for _ in range(MOST_HALVINGS):
        # Where today's prices stay beyond reach but for what is needed, no program need be solved.
        if not _too_dear(blocks, around, np.minimum(plan.price, _relief(plan, needed, price, goods_t)), asked):
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
        raise SolverError(NO_PRICE)
    for _ in range(N_REFINED):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if carries(middle) else (low, middle)
    # At the very price some plans that leave demand behind cost the same; and more may be needed since it was tried.
    for share in (MARGIN, *repeat(0.5, MOST_HALVINGS)):
        low *= share
        if solution := carries(low):
            return low, Excess(_over(blocks, solution), _relief(plan, needed, low, goods_t))
    raise SolverError(NO_PRICE)


def _relief(plan: Plan, needed: Mask, price: float, goods_t: Numbers) -> Numbers:
    """Return what a yearly unit of each resource is offered at."""
    at_price = price * goods_t
    return np.where(needed, at_price, np.maximum(at_price, plan.price * WORTH_TODAY))


def _needed(blocks: DemandBlocks, around: Surroundings, price: Numbers, asked: Mask) -> Mask:
    """Return the priced resources that some demands need, (n_resources,): once these are free, each of them pays.

    They are those on its cheapest way at the prices or, where that way would cost more than leaving the demand even if
    all on it were free, on the cheapest way without prices.
    """
    needed, elsewhere = np.zeros(len(price), dtype=np.bool_), np.zeros(blocks.n_demands, dtype=np.bool_)
    for demand, _, weight, taken in _ways(blocks, around, price, asked):
        if weight < blocks.unmet_cost[demand] * (1.0 - PAYS):
            needed[taken] = True
        else:
            elsewhere[demand] = True
    for _, _, _, taken in _ways(blocks, around, np.zeros(len(price)), freeze(elsewhere)):
        needed[taken] = True
    return needed & (price > 0.0)


def _too_dear(blocks: DemandBlocks, around: Surroundings, price: Numbers, asked: Mask) -> bool:
    """Return whether some of the demands cost more to carry at prices than to leave."""
    return any(
        cost >= blocks.unmet_cost[demand] * (1.0 - PAYS) for demand, cost, *_ in _ways(blocks, around, price, asked)
    )


def _ways(
    blocks: DemandBlocks, around: Surroundings, price: Numbers, asked: Mask
) -> Iterator[tuple[int, float, float, Rows]]:
    """Yield some demands with their cheapest way at prices: its cost, its weight without prices, what it draws on."""
    resources = blocks.graph.resources
    for block in blocks.blocks:
        wanted = block.demands[asked[block.demands]]
        if not len(wanted):
            continue
        bare = weights_for(block)
        weight = np.array(bare)
        np.add.at(weight, resources.arc, (price * block.use)[resources.resource])
        found = ways_in_time(around, block, blocks.destination[wanted].tolist(), weight.tolist())
        for demand in wanted.tolist():
            cost, way = found[int(blocks.destination[demand])]
            taken = resources.resource[np.isin(resources.arc, way)]
            yield demand, cost, sum(bare[arc] for arc in way), taken[block.use[taken] > 0.0]


def _solve(blocks: DemandBlocks, relief: Numbers, options: SolveOptions, start: Start | None = None) -> FlowSolution:
    """Return the optimum where resources may be exceeded at the relief.

    Raises
    ------
    SolverError
        The solver failed.
    """
    from optimizer.formulations import path_flow

    solution = path_flow.solve(blocks, options, start, relief)
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
