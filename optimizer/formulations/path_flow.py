"""Path formulation F2: one variable per way, and ways are looked for only where prices ask for them.

F1 after flow decomposition has a variable per path and no conservation rows; as good as all of its paths carry nothing,
and those that carry something are generated (L. R. Ford, D. R. Fulkerson, *Management Science* 5, 1958; G. B. Dantzig,
P. Wolfe, *Operations Research* 8, 1960). The first path of every pair is substituted out, so that the linear program
has a row per scarce capacity only (J. M. Farvolden, W. B. Powell, I. J. Lustig, *Operations Research* 41, 1993). See
docs/formulations.md, equations 8 to 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.formulations.path_master import OutOfTimeError, Pairs, PathMaster, passages_of
from optimizer.formulations.priced_ways import surroundings_of, way_back, ways_from, weights_for
from optimizer.linear import FlowSolution, no_flows
from optimizer.soundness import Tolerances

if TYPE_CHECKING:
    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_master import Point, TimeLeft
    from optimizer.formulations.priced_ways import Found, Surroundings, Way
    from optimizer.linear import Status
    from optimizer.options import SolveOptions
    from optimizer.resources import Rows

CLOSED = 1e-9
"""Relative gap at which no further ways are looked for."""
CHEAPER = 1e-12
"""Share by which a way must be cheaper than all that are known, as sums are rounded."""
FIRST_PENALTY, GROWTH = 16.0, 32.0
"""What it costs to leave a unit that must be carried, at first in terms of the largest cost, and how that grows."""
TIME_IS_UP = "Time limit reached"


@dataclass(frozen=True, eq=False)
class Terrain:
    """What searches for ways know of the network.

    `kind` (n_blocks,) tells which blocks may take the same arcs and pay and take the same there; `weight` lists the
    weight of every arc by kind, inf where it is closed, and `use` what a unit takes (n_kinds, n_resources). `bounds`
    are lower bounds of the weight from the origin to every state, by block.
    """

    around: Surroundings
    kind: Rows
    weight: list[list[float]]
    use: Numbers
    bounds: list[list[float]]


class Proof(NamedTuple):
    """A lower bound of what the pairs cost, and the prices that prove it."""

    bound: float
    price: Numbers


def solve(blocks: DemandBlocks, options: SolveOptions) -> FlowSolution | None:
    """Solve F2 by column generation; None where F1 has to decide.

    ======== ======================================================================================================
    Equation Objective, rows and columns
    ======== ======================================================================================================
    (8)      minimize Σ weight·flow + Σ unmet_cost·unmet
    (9)      capacity, per resource: Σ use·flow ≤ free; a row where it would be exceeded
    (10)     pair, per block and destination: Σ flow + Σ unmet = Σ volume; the flow of the first way is what the others
             leave, and has a row where it would be below 0
    (11)     0 ≤ flow ≤ Σ volume of the pair; 0 ≤ unmet ≤ volume
    (12)     a column is added for a way that is cheaper, at weight + Σ use·price, than all known ones of its pair, and
             than the dearest unmet
    ======== ======================================================================================================

    Every search for further ways gives the bound (7) as well; it ends when the bound meets the objective. Demands that
    must be carried may stay behind at a penalty, which grows as long as one does. F1 decides where that does not end,
    where the bound stays open, and where a weight is below 0.
    """
    if any((block.values.weight[block.arcs] < 0.0).any() for block in blocks.blocks):
        return None
    clock = _clock(options.time_limit_s)
    try:
        terrain, pairs, stays = _explore(blocks, clock)
    except OutOfTimeError:
        return no_flows("no_answer", "highs", TIME_IS_UP)
    if (stays & blocks.must_carry).any():
        return no_flows("infeasible", "highs")
    return _generate(blocks, terrain, pairs, stays, options, clock)


def _clock(time_limit_s: float | None) -> TimeLeft:
    """Return a function that tells the seconds left, None without a limit, and raises where there are none."""
    began = perf_counter()

    def time_left_s() -> float | None:
        if time_limit_s is None:
            return None
        left = time_limit_s - (perf_counter() - began)
        if left <= 0.0:
            raise OutOfTimeError
        return left

    return time_left_s


def _explore(blocks: DemandBlocks, clock: TimeLeft) -> tuple[Terrain, Pairs, Mask]:
    """Return the terrain, the pairs with their first ways, and the mask of demands that stay behind for good.

    Prices only lengthen ways: what is no cheaper to carry than to leave where nothing is scarce stays.
    """
    graph = blocks.graph
    around = surroundings_of(graph)
    kinds: dict[int, int] = {}
    kind = np.array([kinds.setdefault(id(block.arcs), len(kinds)) for block in blocks.blocks], dtype=np.int64)
    examples = [blocks.blocks[at] for at in np.unique(kind, return_index=True)[1].tolist()]
    weight = [weights_for(block) for block in examples]
    worth = np.where(blocks.must_carry, np.inf, blocks.unmet_cost)
    is_carried = np.zeros(blocks.n_demands, dtype=np.bool_)
    bounds: list[list[float]] = []
    rows: list[tuple[int, int, Found, Rows]] = []
    for at, block in enumerate(blocks.blocks):
        clock()
        lower, found = ways_from(around, block.origin, block.destinations.tolist(), weight[kind[at]])
        bounds.append(lower)
        for place, node in enumerate(block.destinations.tolist()):
            members = block.demands[(block.arrival == place) & (blocks.volume[block.demands] > 0.0)]
            if node in found:
                members = members[found[node].weight < worth[members]]
                if len(members):
                    rows.append((at, node, found[node], members))
                    is_carried[members] = True
    block_of = np.array([at for at, *_ in rows], dtype=np.int64)
    demand = np.concatenate([np.zeros(0, dtype=np.int64), *(members for *_, members in rows)])
    way_cost = np.array([found.weight for _, _, found, _ in rows])
    finite = np.concatenate([[0.0], way_cost, worth[demand[~blocks.must_carry[demand]]]])
    penalty = FIRST_PENALTY * (float(finite.max()) or 1.0)
    pairs = Pairs(
        block=block_of,
        destination=np.array([node for _, node, *_ in rows], dtype=np.int64),
        kind=kind[block_of],
        volume=np.array([blocks.volume[members].sum() for *_, members in rows]),
        way=tuple(found.way for _, _, found, _ in rows),
        cost=way_cost,
        demand=demand,
        pair=np.repeat(np.arange(len(rows)), [len(members) for *_, members in rows]),
        unmet_cost=np.where(blocks.must_carry[demand], penalty, blocks.unmet_cost[demand]),
        demand_volume=blocks.volume[demand],
    )
    use = np.array([block.use for block in examples]).reshape(len(examples), len(graph.resources))
    return Terrain(around, kind, weight, use, bounds), pairs, ~is_carried & (blocks.volume > 0.0)


def _generate(
    blocks: DemandBlocks, terrain: Terrain, pairs: Pairs, stays: Mask, options: SolveOptions, clock: TimeLeft
) -> FlowSolution | None:
    """Solve the program over the known ways and look for cheaper ones, in turns, until there are none."""
    resources = blocks.graph.resources
    master = PathMaster(pairs, passages_of(resources, blocks.graph.n_arcs, terrain.use), options)
    left_cost = float((blocks.unmet_cost[stays] * blocks.volume[stays]).sum())
    must_carry = np.flatnonzero(blocks.must_carry[pairs.demand])
    price = np.zeros(len(resources))
    best = Proof(_bound(blocks, pairs, master.unmet_cost, pairs.cost, price), price)
    effort = [0] * len(blocks)
    point: Point | None = None
    status: Status = "feasible"
    try:
        while status == "feasible":
            solved = master.solve(clock)
            if solved is None:
                return None
            point = solved
            proven, cheaper = _look_around(blocks, terrain, master, point.price, effort, clock)
            best = proven if proven.bound >= best.bound else best
            size = abs(left_cost + point.objective)
            gap = point.objective - best.bound
            if cheaper and gap > CLOSED * size:
                _add(terrain, master, cheaper)
            elif _is_left(pairs, must_carry, point, options):
                penalty = GROWTH * float(master.unmet_cost[must_carry[0]])
                if penalty > master.largest_cost:
                    return None
                master.change_unmet_costs(must_carry, penalty)
            elif gap <= Tolerances().proof * size:
                status = "optimal"
                best = _prices_of_one_more(blocks, terrain, master, point, best, CLOSED * size, effort, clock)
            else:
                return None
    except OutOfTimeError:
        pass
    if point is None or _is_left(pairs, must_carry, point, options):
        return no_flows("no_answer", "highs", TIME_IS_UP)
    unmet = np.where(stays, blocks.volume, 0.0)
    unmet[pairs.demand] = point.x[: len(pairs.demand)]
    is_optimal = status == "optimal"
    return FlowSolution(
        status=status,
        flow=_flow(blocks, master, point),
        unmet=unmet,
        price=best.price,
        bound=left_cost + best.bound if is_optimal else None,
        solver="highs",
        message="" if is_optimal else TIME_IS_UP,
    )


def _prices_of_one_more(
    blocks: DemandBlocks,
    terrain: Terrain,
    master: PathMaster,
    point: Point,
    best: Proof,
    slack: float,
    effort: list[int],
    clock: TimeLeft,
) -> Proof:
    """Return optimal prices that say what one more unit of capacity saves.

    Where an optimum has several sets of prices, those of the optimum with a little more of every capacity are a set of
    the one in hand, but for rounding. Without that a capacity of which nothing is left may be priced at whatever an
    unmet demand costs. Where the prices found do not prove the optimum, the ones in hand stay.
    """
    master.loosen()
    try:
        while (solved := master.solve(clock)) is not None and not np.array_equal(solved.price, best.price):
            proven, cheaper = _look_around(blocks, terrain, master, solved.price, effort, clock)
            if point.objective - proven.bound <= slack:
                return proven
            if not cheaper:
                break
            _add(terrain, master, cheaper)
    except OutOfTimeError:
        pass
    return best


def _look_around(
    blocks: DemandBlocks, terrain: Terrain, master: PathMaster, price: Numbers, effort: list[int], clock: TimeLeft
) -> tuple[Proof, list[tuple[int, Way]]]:
    """Return what prices prove of the pairs, and the ways (12) that are cheaper than all known, with their pairs."""
    pairs = master.pairs
    dearest = np.zeros(len(pairs))
    np.maximum.at(dearest, pairs.pair, master.unmet_cost)
    limit = np.minimum(master.cheapest_known(price), dearest)
    distance, cheaper = _cheaper_ways(blocks, terrain, pairs, price, limit, effort, clock)
    proof = Proof(_bound(blocks, pairs, master.unmet_cost, distance, price), price)
    return proof, [found for found in cheaper if found not in master.known]


def _add(terrain: Terrain, master: PathMaster, ways: list[tuple[int, Way]]) -> None:
    """Add ways to the program."""
    pair = np.array([at for at, _ in ways], dtype=np.int64)
    cost = np.array([sum(terrain.weight[master.pairs.kind[at]][arc] for arc in way) for at, way in ways])
    master.add_ways(pair, [way for _, way in ways], cost)


def _is_left(pairs: Pairs, demands: Rows, point: Point, options: SolveOptions) -> bool:
    """Return whether some of the pairs' demands, by position, are left behind by more than rounding."""
    return bool((point.x[demands] > options.flow_tolerance * pairs.demand_volume[demands]).any())


def _bound(blocks: DemandBlocks, pairs: Pairs, unmet_cost: Numbers, distance: Numbers, price: Numbers) -> float:
    """Return the bound (7) of the pairs for prices at which their cheapest ways cost `distance`."""
    carried = (np.minimum(unmet_cost, distance[pairs.pair]) * pairs.demand_volume).sum()
    return float(carried - (price * blocks.graph.resources.free).sum())


def _cheaper_ways(
    blocks: DemandBlocks,
    terrain: Terrain,
    pairs: Pairs,
    price: Numbers,
    limit: Numbers,
    effort: list[int],
    clock: TimeLeft,
) -> tuple[Numbers, list[tuple[int, Way]]]:
    """Return what the cheapest way of each pair costs at prices, at most `limit`, and those below it with their pairs.

    `effort` keeps how many states the last searches back of each block have met: where these are more than there are,
    one search forward is less work, and is done from then on.
    """
    weights = _priced_weights(blocks, terrain, price)
    around, distance = terrain.around, limit.copy()
    cheaper: list[tuple[int, Way]] = []
    first = np.searchsorted(pairs.block, np.arange(len(blocks) + 1)).tolist()
    for at, block in enumerate(blocks.blocks):
        clock()
        own = slice(first[at], first[at + 1])
        ends = list(zip(pairs.destination[own].tolist(), limit[own].tolist(), strict=True))
        weight = weights[terrain.kind[at]]
        found: dict[int, Found] = {}
        if effort[at] > len(around.node):
            _, found = ways_from(around, block.origin, [node for node, _ in ends], weight, float(limit[own].max()))
        else:
            effort[at] = 0
            for node, ceiling in ends:
                way, n_met = way_back(around, block.origin, node, weight, terrain.bounds[at], ceiling)
                effort[at] += n_met
                if way is not None:
                    found[node] = way
        for position, (node, ceiling) in enumerate(ends, first[at]):
            if node in found and found[node].weight < ceiling:
                distance[position] = found[node].weight
                if found[node].weight < ceiling * (1.0 - CHEAPER):
                    cheaper.append((position, found[node].way))
    return distance, cheaper


def _priced_weights(blocks: DemandBlocks, terrain: Terrain, price: Numbers) -> list[list[float]]:
    """Return weight + Σ use·price of every arc, by kind."""
    resources = blocks.graph.resources
    priced = np.flatnonzero(price[resources.resource] > 0.0)
    arcs, resource = resources.arc[priced].tolist(), resources.resource[priced]
    weights = []
    for own, use in zip(terrain.weight, terrain.use, strict=True):
        weight = own.copy()
        for arc, more in zip(arcs, (use[resource] * price[resource]).tolist(), strict=True):
            weight[arc] += more
        weights.append(weight)
    return weights


def _flow(blocks: DemandBlocks, master: PathMaster, point: Point) -> Numbers:
    """Return what flows on each arc of each block, laid out as in `FlowSolution`."""
    ways = [(master.pairs.block[at], way, volume) for at, way, volume in master.carried(point)]
    places = [blocks.offsets[block] + np.searchsorted(blocks.blocks[block].arcs, way) for block, way, _ in ways]
    volumes = np.repeat([volume for *_, volume in ways], [len(way) for _, way, _ in ways])
    every = np.concatenate([np.zeros(0, dtype=np.int64), *places])
    return np.bincount(every, volumes, minlength=int(blocks.offsets[-1])).astype(np.float64)
