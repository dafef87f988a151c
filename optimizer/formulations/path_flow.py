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

from network.errors import SolverError
from optimizer.formulations.central_prices import Stopped, warm_up
from optimizer.formulations.first_plan import Carried, first_come
from optimizer.formulations.path_master import OutOfTimeError, PathMaster, passages_of
from optimizer.formulations.path_start import Start, start_from
from optimizer.linear import FlowSolution, no_flows
from optimizer.soundness import Tolerances

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_master import Cheaper, Pairs, Point, Seeds, TimeLeft
    from optimizer.formulations.priced_ways import Way
    from optimizer.formulations.sweep_search import SweepSearch
    from optimizer.linear import Status
    from optimizer.options import SolveOptions
    from optimizer.resources import Rows

CLOSED = 1e-9
"""Relative gap at which no further ways are looked for."""
GROWTH = 32.0
"""How many times what it costs to leave a unit that must be carried grows as long as one is left."""
TIME_IS_UP = "time limit reached"
INTERRUPTED = "stopped by Ctrl-C"

Stops = tuple[type[BaseException], ...]
"""What ends a search with the plan in hand."""


class Seen(Protocol):
    """What a search has seen of the network at some prices."""

    def potential(self) -> Numbers:
        """Return potentials of all states by block, shape (n_blocks, n_states)."""


class Search(Protocol):
    """How cheaper ways are found: from nothing, or from the trees of a plan that is known."""

    @property
    def pairs(self) -> Pairs:
        """The pairs to carry, each with its first way."""

    @property
    def use(self) -> Numbers:
        """What a unit of each kind of goods takes, (n_kinds, n_resources)."""

    @property
    def look(self) -> Seen | None:
        """What the last search has seen, where it can tell."""

    def costs_of(self, pair: Rows, ways: Sequence[Way]) -> Numbers:
        """Return the weights of ways of some pairs, without prices."""

    def cheaper(self, price: Numbers, limit: Numbers, clock: TimeLeft) -> Cheaper:
        """Return what the cheapest way of each pair costs at prices, at most `limit`, and those below it by pair."""


class Proof(NamedTuple):
    """A lower bound of what the pairs cost, the prices that prove it, and what a search found at them.

    `is_all` tells whether the prices prove no more than that.
    """

    bound: float
    price: Numbers
    look: Seen | None = None
    is_all: bool = True


def solve(
    blocks: DemandBlocks,
    options: SolveOptions,
    start: Start | None = None,
    relief: Numbers | None = None,
    executor: Executor | None = None,
    *,
    yields_to_ctrl_c: bool = False,
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
    where the bound stays open, and where a weight is below 0. When the time is up, the best plan in hand is returned
    with the best bound proven.

    Parameters
    ----------
    start
        Where the plan of a question much like this one stood; the optimum is the same without it.
    relief
        USD per yearly unit of each resource for which it may be exceeded, inf where it may not, (n_resources,). What
        is paid for it is part of the bound.
    executor
        Where sweeps run; here, where there is none. The plan is the same.
    yields_to_ctrl_c
        Ctrl-C ends the search as the time limit does; else it is raised.
    """
    if _has_weights_below_zero(blocks):
        blocks.refuse_deadlines("A weight below 0 is for the arc form, which", "clear max_time_h")
        return None
    clock = _clock(options.time_limit_s)
    stops: Stops = (OutOfTimeError, KeyboardInterrupt) if yields_to_ctrl_c else (OutOfTimeError,)
    search: Search
    fresh: SweepSearch | None = None
    seeds: Seeds | None = None
    try:
        if start is None:
            fresh, stays = _explore(blocks, clock, executor)
            search = fresh
        else:
            search, stays, seeds = start_from(start, blocks)
    except stops as stop:
        return no_flows("no_answer", "highs", told(stop))
    if (stays & blocks.must_carry).any():
        return no_flows("infeasible", "highs")
    first = _unpriced(blocks, search.pairs, stays) if start is None else _nothing_proven(blocks)
    passages = passages_of(blocks.graph.resources, blocks.graph.n_arcs, search.use)
    try:
        warmed = warm_up(fresh, passages, clock, stops) if fresh is not None and relief is None else None
        if warmed is not None:
            proven = Proof(_left_cost(blocks, stays) + warmed.bound, warmed.price, is_all=False)
            first = max(proven, first, key=lambda proof: proof.bound)
        if isinstance(warmed, Stopped):
            carried = first_come(blocks, search.pairs, passages, stays, warmed.offers)
            return _stopped(blocks, carried, first, told(warmed.reason))
        if fresh is not None and warmed is not None:
            fresh.carry(warmed.pairs)
            seeds = warmed.seeds
        master = PathMaster(search.pairs, passages, options)
        if relief is not None:
            master.relieve(relief)
        if seeds is not None:
            master.begin(seeds)
    except stops as stop:
        return _stopped(blocks, first_come(blocks, search.pairs, passages, stays), first, told(stop))
    settled = settle(blocks, search, master, stays, clock, stops)
    if settled is None:
        return _undecided(blocks, options, stops)
    pairs, point = search.pairs, settled.point
    best = settled.best._replace(bound=settled.left_cost + settled.best.bound)
    if point is None:
        carried = first_come(blocks, pairs, passages, stays)
    else:
        ways = tuple((int(pairs.block[at]), way, volume) for at, way, volume in master.carried(point))
        carried = Carried(ways, unmet_of(blocks, pairs, stays, point))
    if carried is None or settled.status != "optimal":
        best = max(best, first, key=lambda proof: proof.bound)
        return _stopped(blocks, carried, best, settled.message)
    return FlowSolution(
        status="optimal",
        flow=_flow(blocks, carried.ways),
        unmet=carried.unmet,
        price=best.price,
        bound=best.bound,
        solver="highs",
        ways=carried.ways,
        # A program that was stopped amid a change is none to start from.
        start=None if settled.message else Start.of(blocks, search, master, best),
        potential=None if best.look is None else best.look.potential(),
    )


def told(stop: BaseException) -> str:
    """Return in words what has stopped a search."""
    return INTERRUPTED if isinstance(stop, KeyboardInterrupt) else TIME_IS_UP


def _undecided(blocks: DemandBlocks, options: SolveOptions, stops: Stops) -> FlowSolution | None:
    """Leave to F1 whether what must be carried fits; deadlines, which it does not know, need a cut that proves it."""
    if not blocks.limited_ids:
        return None
    from optimizer.cuts import proves_infeasible

    try:
        is_infeasible = proves_infeasible(blocks, options)
    except stops as stop:
        return no_flows("no_answer", "highs", told(stop))
    except SolverError:
        return no_flows("no_answer", "highs", TIME_IS_UP)
    if is_infeasible:
        return no_flows("infeasible", "highs")
    blocks.refuse_deadlines(
        "No plan was found that carries all that must be carried, and whether there is one only the arc form can "
        "tell, which",
        "give the demands that must be carried an unmet_cost_usd_per_unit, or clear max_time_h",
    )
    return None


def _stopped(blocks: DemandBlocks, carried: Carried | None, best: Proof, message: str) -> FlowSolution:
    """Return the plan in hand where a search is stopped; no answer where there is none."""
    if carried is None:
        return no_flows("no_answer", "highs", message)
    # What must be carried counts at a penalty here: without it the prices prove more.
    is_known = np.isfinite(best.bound) and best.is_all and not blocks.must_carry.any()
    return FlowSolution(
        status="feasible",
        flow=_flow(blocks, carried.ways),
        unmet=carried.unmet,
        price=best.price,
        bound=best.bound if is_known else None,
        solver="highs",
        message=message,
        ways=carried.ways,
        potential=None if best.look is None else best.look.potential(),
    )


def _nothing_proven(blocks: DemandBlocks) -> Proof:
    """Return the proof to begin with."""
    return Proof(-np.inf, np.zeros(len(blocks.graph.resources)))


def _unpriced(blocks: DemandBlocks, pairs: Pairs, stays: Mask) -> Proof:
    """Return what all demands cost at least, where the first way of each pair is the cheapest if nothing is scarce."""
    least = np.minimum(pairs.unmet_cost, pairs.cost[pairs.pair])
    bound = _left_cost(blocks, stays) + float((least * pairs.demand_volume).sum())
    return Proof(bound, np.zeros(len(blocks.graph.resources)))


def _left_cost(blocks: DemandBlocks, stays: Mask) -> float:
    """Return what is paid for demands that stay behind for good."""
    return float((blocks.unmet_cost[stays] * blocks.volume[stays]).sum())


def _has_weights_below_zero(blocks: DemandBlocks) -> bool:
    examples = {id(block.arcs): block for block in blocks.blocks}.values()
    return any((block.values.weight[block.arcs] < 0.0).any() for block in examples)


def _explore(blocks: DemandBlocks, clock: TimeLeft, executor: Executor | None) -> tuple[SweepSearch, Mask]:
    """Return a search from nothing."""
    # Loads scipy, which plans that start from another one do without.
    from optimizer.formulations import sweep_search

    return sweep_search.explore(blocks, clock, executor)


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

    `point` is the best plan that carries what it must, None where none was found; `left_cost` is what stays behind for
    good costs; `message` tells what has stopped the turns, empty where nothing has.
    """

    status: Status
    point: Point | None
    best: Proof
    left_cost: float
    message: str = ""


def settle(
    blocks: DemandBlocks,
    search: Search,
    master: PathMaster,
    stays: Mask,
    clock: TimeLeft,
    stops: Stops = (OutOfTimeError,),
) -> Settled | None:
    """Solve the program over the known ways and look for cheaper ones, in turns, until there are none.

    Returns
    -------
    Settled | None
        None where F1 has to decide; see `solve`.
    """
    pairs, options = search.pairs, master.options
    left_cost = _left_cost(blocks, stays)
    must_carry = np.flatnonzero(blocks.must_carry[pairs.demand])
    best = _nothing_proven(blocks)
    kept: Point | None = None
    status: Status = "feasible"
    message = ""
    try:
        while status == "feasible":
            point = master.solve(clock)
            if point is None:
                return None
            is_left = _is_left(pairs, must_carry, point, options)
            if not is_left and (kept is None or point.objective <= kept.objective):
                kept = point
            proven, cheaper = _look_around(search, master, point.price, clock)
            best = proven if proven.bound >= best.bound else best
            size = abs(left_cost + point.objective)
            gap = point.objective - best.bound
            if cheaper and gap > CLOSED * size:
                _add(search, master, cheaper)
            elif is_left:
                penalty = GROWTH * float(master.unmet_cost[must_carry[0]])
                if penalty > master.largest_cost:
                    return None
                master.change_unmet_costs(must_carry, penalty)
            elif gap <= Tolerances().proof * size:
                kept, status = point, "optimal"
                best = _prices_of_one_more(search, master, point, best, CLOSED * size, clock)
            else:
                return None
    except stops as stop:
        message = told(stop)
    return Settled(status, kept, best, left_cost, message)


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
    while (solved := master.solve(clock)) is not None and not np.array_equal(solved.price, best.price):
        proven, cheaper = _look_around(search, master, solved.price, clock)
        if point.objective - proven.bound <= slack:
            return proven
        if not cheaper:
            break
        _add(search, master, cheaper)
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
    pair, own = np.array([at for at, _ in ways], dtype=np.int64), [way for _, way in ways]
    master.add_ways(pair, own, search.costs_of(pair, own))


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
