"""Split arc flows into routes per demand.

A flow of one origin is a sum of paths and cycles (flow decomposition theorem: Ahuja, Magnanti & Orlin, *Network
Flows*, 1993, section 3.5). Paths are peeled in a fixed order of arcs; cycles met on the way are canceled, which costs
nothing as no weight is negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from network.errors import SolverError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from network.model import Numbers
    from optimizer.blocks import Block, DemandBlocks
    from optimizer.linear import FlowSolution

ROUNDING = 1e-5
"""Largest share of a destination's volume by which peeled paths may miss what is served there."""
SLIVER = 1e-12
"""Share of a destination's volume below which a remainder is rounding of floats and opens no route of its own."""

Way = tuple[tuple[int, ...], float]


@dataclass(frozen=True, slots=True)
class PathFlow:
    """Volume of one demand on one path: `block` and `demand` are positions in `DemandBlocks`, `arcs` of the graph."""

    block: int
    demand: int
    arcs: tuple[int, ...]
    volume: float


def decompose(blocks: DemandBlocks, solution: FlowSolution, tolerance: float) -> tuple[list[PathFlow], Numbers]:
    """Return the paths of every demand and the volumes left behind, shape (n_demands,).

    The paths of a demand sum to its volume less what is unmet, exactly up to rounding of floats. Flows below
    `tolerance` times the volume they serve are solver noise and left out. A solution that knows its ways keeps them.

    Raises
    ------
    SolverError
        The flows do not bring to a destination what they are said to serve.
    """
    unmet = np.clip(solution.unmet, 0.0, blocks.volume)
    unmet[unmet <= tolerance * blocks.volume] = 0.0
    unmet = np.where(blocks.volume - unmet <= tolerance * blocks.volume, blocks.volume, unmet)
    unmet[blocks.must_carry] = 0.0
    paths: list[PathFlow] = []
    if solution.ways is not None:
        return list(_known_paths(blocks, solution.ways, blocks.volume - unmet, tolerance)), unmet
    for at, block in enumerate(blocks.blocks):
        flow = solution.flow[blocks.offsets[at] : blocks.offsets[at + 1]]
        served = blocks.volume[block.demands] - unmet[block.demands]
        if not served.any():
            continue
        ways: list[list[Way]] = [[] for _ in block.destinations]
        for place, arcs, volume in _peel(blocks, block, flow, served, tolerance):
            ways[place].append((arcs, volume))
        for place, of_place in enumerate(ways):
            members = np.flatnonzero((block.arrival == place) & (served > 0.0))
            shares = _share_out(blocks, of_place, block.demands[members].tolist(), served[members].tolist())
            paths.extend(PathFlow(at, demand, arcs, volume) for demand, arcs, volume in shares)
    return paths, unmet


def _known_paths(
    blocks: DemandBlocks, ways: Iterable[tuple[int, tuple[int, ...], float]], served: Numbers, tolerance: float
) -> Iterator[PathFlow]:
    """Share ways of blocks out to their demands."""
    graph = blocks.graph
    ways = tuple(ways)
    last = np.array([arcs[-1] for _, arcs, _ in ways], dtype=np.int64)
    of_end: dict[tuple[int, int], list[Way]] = {}
    for (at, arcs, volume), node in zip(ways, graph.state_node[graph.head[last]].tolist(), strict=True):
        of_end.setdefault((at, node), []).append((arcs, volume))
    members: dict[tuple[int, int], list[int]] = {}
    ends = zip(blocks.block_of.tolist(), blocks.destination.tolist(), strict=True)
    volumes = served.tolist()
    for demand, end in enumerate(ends):
        if volumes[demand] > 0.0:
            members.setdefault(end, []).append(demand)
    for (at, node), demands in sorted(members.items()):
        own = [volumes[demand] for demand in demands]
        least = tolerance * sum(own)
        some = [way for way in of_end.get((at, node), []) if way[1] > least]
        for demand, arcs, volume in _share_out(blocks, some, demands, own):
            yield PathFlow(at, demand, arcs, volume)


def _peel(
    blocks: DemandBlocks, block: Block, flow: Numbers, served: Numbers, tolerance: float
) -> Iterator[tuple[int, tuple[int, ...], float]]:
    """Yield (position of the destination, arcs, volume) until every destination has what it is served."""
    graph = blocks.graph
    wanted = np.bincount(block.arrival, weights=served, minlength=len(block.destinations)).tolist()
    noise = tolerance * min(volume for volume in wanted if volume > 0.0)
    used = np.flatnonzero(flow > noise)
    arcs = block.arcs[used]
    left = flow[used].tolist()
    tails, heads = graph.tail[arcs].tolist(), graph.head[arcs].tolist()
    leaving: dict[int, list[int]] = {}
    for index in range(len(arcs) - 1, -1, -1):
        leaving.setdefault(tails[index], []).append(index)
    starts, exits = _ends(blocks, block, flow, noise)
    for start in starts:
        while starts[start] > noise:
            trail = _walk(start, leaving, heads, left, exits, wanted, noise)
            if trail is None:
                break
            steps, end = trail
            place = exits[end][0]
            volume = min(starts[start], exits[end][1], wanted[place], *(left[index] for index in steps))
            starts[start] -= volume
            exits[end] = (place, exits[end][1] - volume)
            wanted[place] -= volume
            for index in steps:
                left[index] -= volume
            yield place, tuple(arcs[steps].tolist()), volume


def _ends(
    blocks: DemandBlocks, block: Block, flow: Numbers, noise: float
) -> tuple[dict[int, float], dict[int, tuple[int, float]]]:
    """Return what leaves each state of the origin, and what stays at each state of a destination with its position.

    Both follow from the balance of the arcs alone, as no demand ends where its block starts.
    """
    graph = blocks.graph
    balance = np.bincount(graph.tail[block.arcs], weights=flow, minlength=graph.n_states) - np.bincount(
        graph.head[block.arcs], weights=flow, minlength=graph.n_states
    )
    states_of = graph.states_of
    starts = {
        state: float(balance[state]) for state in states_of.get(block.origin, ()) if float(balance[state]) > noise
    }
    exits = {
        state: (place, -float(balance[state]))
        for place, node in enumerate(block.destinations.tolist())
        for state in states_of.get(node, ())
        if -float(balance[state]) > noise
    }
    return starts, exits


def _walk(
    start: int,
    leaving: dict[int, list[int]],
    heads: list[int],
    left: list[float],
    exits: dict[int, tuple[int, float]],
    wanted: list[float],
    noise: float,
) -> tuple[list[int], int] | None:
    """Follow arcs with flow left to the first state where flow stays; cancel every cycle met.

    None when only noise leaves `start`. `leaving` holds arcs in descending order, so that the first one is popped last
    and an arc whose flow is used up is dropped once.
    """
    steps: list[int] = []
    state, position = start, {start: 0}
    while True:
        exit_here = exits.get(state)
        if exit_here is not None and exit_here[1] > noise and wanted[exit_here[0]] > noise:
            return steps, state
        options = leaving.get(state, [])
        while options and left[options[-1]] <= noise:
            options.pop()
        if not options:
            if not steps:
                return None
            # Rounding has left a stub that leads nowhere: forget it and go on from the state before.
            stub = steps.pop()
            left[stub] = 0.0
            del position[state]
            state = _tail_of(position, len(steps))
            continue
        index = options[-1]
        steps.append(index)
        state = heads[index]
        if state in position:
            first = position[state]
            cycle = steps[first:]
            volume = min(left[step] for step in cycle)
            for step in cycle:
                left[step] -= volume
            del steps[first:]
            position = {known: at for known, at in position.items() if at <= first}
        else:
            position[state] = len(steps)


def _tail_of(position: dict[int, int], n_steps: int) -> int:
    """Return the state that a walk had reached after `n_steps` steps."""
    return next(state for state, at in position.items() if at == n_steps)


def _share_out(
    blocks: DemandBlocks, ways: list[Way], demands: list[int], served: list[float]
) -> Iterator[tuple[int, tuple[int, ...], float]]:
    """Pour the paths of one destination into its demands in row order, scaled to meet what is served to the last digit.

    Raises
    ------
    SolverError
        Paths and served volume differ by more than rounding.
    """
    total, brought = sum(served), sum(volume for _, volume in ways)
    if abs(total - brought) > ROUNDING * total:
        names = ", ".join(blocks.demand_ids[demand] for demand in demands)
        raise SolverError(
            f"the solver's flows bring {brought:.9g} of {total:.9g} units of demand {names}; "
            "try another solver, or bring the volumes of these demands to one order of magnitude"
        )
    sliver = SLIVER * total
    queue = iter(ways)
    arcs: tuple[int, ...] = ()
    left = 0.0
    for demand, volume in zip(demands, served, strict=True):
        wanted = volume
        while wanted > 0.0:
            if left <= sliver:
                # Behind the last path only rounding is left to share out: it takes the path at hand.
                arcs, way = next(queue, (arcs, total))
                left = way * total / brought
            poured = wanted if wanted - left <= sliver else left
            yield demand, arcs, poured
            wanted -= poured
            left -= poured


def arc_flows(blocks: DemandBlocks, paths: Iterable[PathFlow]) -> Numbers:
    """Return the sum of paths on each arc of each block, shape (n_block_arcs,), laid out as in `FlowSolution`."""
    paths = tuple(paths)
    lengths = [len(path.arcs) for path in paths]
    block = np.repeat(np.array([path.block for path in paths], dtype=np.int64), lengths)
    volume = np.repeat(np.array([path.volume for path in paths], dtype=np.float64), lengths)
    arcs = np.fromiter(chain.from_iterable(path.arcs for path in paths), dtype=np.int64)
    places = blocks.places(block, arcs)
    return np.bincount(places, weights=volume, minlength=int(blocks.offsets[-1])).astype(np.float64, copy=False)
