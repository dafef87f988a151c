"""Path formulation F2: one variable per way, and ways are looked for only where prices ask for them.

F1 after flow decomposition has a variable per path and no conservation rows; as good as all of its paths carry nothing,
and those that carry something are generated (L. R. Ford, D. R. Fulkerson, *Management Science* 5, 1958; G. B. Dantzig,
P. Wolfe, *Operations Research* 8, 1960). The first path of every pair is substituted out, so that the linear program
has a row per scarce capacity only (J. M. Farvolden, W. B. Powell, I. J. Lustig, *Operations Research* 41, 1993). See
docs/formulations.md, equations 8 to 12.
"""

from __future__ import annotations

from itertools import chain
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from optimizer.formulations.led_search import explore
from optimizer.formulations.path_master import OutOfTimeError, PathMaster, passages_of
from optimizer.formulations.path_start import Start, start_from
from optimizer.linear import FlowSolution, no_flows
from optimizer.soundness import Tolerances

if TYPE_CHECKING:
    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_master import Cheaper, Pairs, Point, TimeLeft
    from optimizer.formulations.priced_ways import Way
    from optimizer.formulations.tree_search import Look
    from optimizer.linear import Status
    from optimizer.options import SolveOptions
    from optimizer.resources import Rows

CLOSED = 1e-9
"""Relative gap at which no further ways are looked for."""
GROWTH = 32.0
"""How many times what it costs to leave a unit that must be carried grows as long as one is left."""
TIME_IS_UP = "Time limit reached"


class Search(Protocol):
    """How cheaper ways are found: from nothing, or from the trees of a plan that is known."""

    @property
    def pairs(self) -> Pairs:
        """The pairs to carry, each with its first way."""

    @property
    def use(self) -> Numbers:
        """What a unit of each kind of goods takes, (n_kinds, n_resources)."""

    @property
    def look(self) -> Look | None:
        """What the last search has seen, where it can tell."""

    def cost_of(self, pair: int, way: Way) -> float:
        """Return the weight of a way of a pair, without prices."""

    def cheaper(self, price: Numbers, limit: Numbers, clock: TimeLeft) -> Cheaper:
        """Return what the cheapest way of each pair costs at prices, at most `limit`, and those below it by pair."""


class Proof(NamedTuple):
    """A lower bound of what the pairs cost, the prices that prove it, and what a search found at them."""

    bound: float
    price: Numbers
    look: Look | None = None


def solve(
    blocks: DemandBlocks, options: SolveOptions, start: Start | None = None, relief: Numbers | None = None
) -> FlowSolution | None:
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

    Parameters
    ----------
    start
        Where the plan of a question much like this one stood; the optimum is the same without it.
    relief
        USD per yearly unit of each resource for which it may be exceeded, inf where it may not, (n_resources,). What
        is paid for it is part of the bound.
    """
    examples = {id(block.arcs): block for block in blocks.blocks}.values()
    if any((block.values.weight[block.arcs] < 0.0).any() for block in examples):
        return None
    clock = _clock(options.time_limit_s)
    seeds = None
    try:
        if start is None:
            led, stays = explore(blocks, clock)
            search: Search = led
        else:
            search, stays, seeds = start_from(start, blocks)
    except OutOfTimeError:
        return no_flows("no_answer", "highs", TIME_IS_UP)
    if (stays & blocks.must_carry).any():
        return no_flows("infeasible", "highs")
    master = PathMaster(search.pairs, passages_of(blocks.graph.resources, blocks.graph.n_arcs, search.use), options)
    if relief is not None:
        master.relieve(relief)
    if seeds is not None:
        master.begin(seeds)
    settled = settle(blocks, search, master, stays, clock)
    if settled is None:
        return None
    point, best = settled.point, settled.best
    if point is None:
        return no_flows("no_answer", "highs", TIME_IS_UP)
    is_optimal = settled.status == "optimal"
    pairs = search.pairs
    ways = tuple((int(pairs.block[at]), way, volume) for at, way, volume in master.carried(point))
    return FlowSolution(
        status=settled.status,
        flow=_flow(blocks, ways),
        unmet=unmet_of(blocks, pairs, stays, point),
        price=best.price,
        bound=settled.left_cost + best.bound if is_optimal else None,
        solver="highs",
        message="" if is_optimal else TIME_IS_UP,
        ways=ways,
        start=Start.of(blocks, search, master, best.price) if is_optimal else None,
        potential=None if best.look is None else best.look.potential(),
    )


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


class Settled(NamedTuple):
    """Where the turns of a program and a search end.

    `point` is None where the time was up before anything was found; `left_cost` is what stays behind for good costs.
    """

    status: Status
    point: Point | None
    best: Proof
    left_cost: float


def settle(blocks: DemandBlocks, search: Search, master: PathMaster, stays: Mask, clock: TimeLeft) -> Settled | None:
    """Solve the program over the known ways and look for cheaper ones, in turns, until there are none.

    Returns
    -------
    Settled | None
        None where F1 has to decide; see `solve`.
    """
    pairs, options = search.pairs, master.options
    left_cost = float((blocks.unmet_cost[stays] * blocks.volume[stays]).sum())
    must_carry = np.flatnonzero(blocks.must_carry[pairs.demand])
    best = Proof(-np.inf, np.zeros(len(blocks.graph.resources)))
    point: Point | None = None
    status: Status = "feasible"
    try:
        while status == "feasible":
            solved = master.solve(clock)
            if solved is None:
                return None
            point = solved
            proven, cheaper = _look_around(search, master, point.price, clock)
            best = proven if proven.bound >= best.bound else best
            size = abs(left_cost + point.objective)
            gap = point.objective - best.bound
            if cheaper and gap > CLOSED * size:
                _add(search, master, cheaper)
            elif _is_left(pairs, must_carry, point, options):
                penalty = GROWTH * float(master.unmet_cost[must_carry[0]])
                if penalty > master.largest_cost:
                    return None
                master.change_unmet_costs(must_carry, penalty)
            elif gap <= Tolerances().proof * size:
                status = "optimal"
                best = _prices_of_one_more(search, master, point, best, CLOSED * size, clock)
            else:
                return None
    except OutOfTimeError:
        pass
    if point is not None and _is_left(pairs, must_carry, point, options):
        point = None
    return Settled(status, point, best, left_cost)


def unmet_of(blocks: DemandBlocks, pairs: Pairs, stays: Mask, point: Point) -> Numbers:
    """Return what is left behind of every demand."""
    unmet = np.where(stays, blocks.volume, 0.0)
    unmet[pairs.demand] = point.x[: len(pairs.demand)]
    return unmet


def _prices_of_one_more(
    search: Search,
    master: PathMaster,
    point: Point,
    best: Proof,
    slack: float,
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
            proven, cheaper = _look_around(search, master, solved.price, clock)
            if point.objective - proven.bound <= slack:
                return proven
            if not cheaper:
                break
            _add(search, master, cheaper)
    except OutOfTimeError:
        pass
    return best


def _look_around(
    search: Search, master: PathMaster, price: Numbers, clock: TimeLeft
) -> tuple[Proof, list[tuple[int, Way]]]:
    """Return what prices prove of the pairs, and the ways (12) that are cheaper than all known, with their pairs."""
    pairs = master.pairs
    dearest = np.zeros(len(pairs))
    np.maximum.at(dearest, pairs.pair, master.unmet_cost)
    limit = np.minimum(master.cheapest_known(price), dearest)
    distance, cheaper = search.cheaper(price, limit, clock)
    # The bound (7) of the pairs for prices at which their cheapest ways cost this much.
    carried = (np.minimum(master.unmet_cost, distance[pairs.pair]) * pairs.demand_volume).sum()
    scarce = np.flatnonzero(price)
    bound = float(carried - (price[scarce] * master.free[scarce]).sum())
    return Proof(bound, price, search.look), [found for found in cheaper if found not in master.known]


def _add(search: Search, master: PathMaster, ways: list[tuple[int, Way]]) -> None:
    """Add ways to the program."""
    pair = np.array([at for at, _ in ways], dtype=np.int64)
    cost = np.array([search.cost_of(at, way) for at, way in ways])
    master.add_ways(pair, [way for _, way in ways], cost)


def _is_left(pairs: Pairs, demands: Rows, point: Point, options: SolveOptions) -> bool:
    """Return whether some of the pairs' demands, by position, are left behind by more than rounding."""
    return bool((point.x[demands] > options.flow_tolerance * pairs.demand_volume[demands]).any())


def _flow(blocks: DemandBlocks, ways: tuple[tuple[int, Way, float], ...]) -> Numbers:
    """Return what flows on each arc of each block, laid out as in `FlowSolution`."""
    lengths = [len(way) for _, way, _ in ways]
    block = np.repeat(np.array([block for block, *_ in ways], dtype=np.int64), lengths)
    volume = np.repeat(np.array([volume for *_, volume in ways], dtype=np.float64), lengths)
    arcs = np.fromiter(chain.from_iterable(way for _, way, _ in ways), dtype=np.int64)
    return np.bincount(blocks.places(block, arcs), volume, minlength=int(blocks.offsets[-1])).astype(
        np.float64, copy=False
    )
