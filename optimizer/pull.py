"""What lies in the way of a capacity that does not bind: the nearest goods, their way over it, and what binds there.

More of a capacity that is not full saves nothing. Why, is told by the way over it that is nearest to being used: at
weight plus prices of scarce capacities it is dearer than what the goods of its demand pay now (the reduced cost of
G. B. Dantzig and P. Wolfe, *Operations Research* 8, 1960), and the prices on it are the capacities that come first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.decomposition import PathFlow
    from optimizer.graph import ArcGraph
    from optimizer.replanning import Prepared
    from optimizer.resources import Rows
    from optimizer.result import Plan

ROUNDING = 1e-9
"""Share of what a way weighs below which a difference is rounding."""
MOST_STEPS = 20_000
"""States that the search for ways without loops may meet, for all demands together."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A capacity with a price on the way, as plans name it, and what it adds in USD per commodity unit."""

    id: str
    kind: str
    from_node: str | None
    to_node: str | None
    adds_usd_per_unit: float


@dataclass(frozen=True, slots=True)
class Pull:
    """The way over a capacity that is nearest to being used, at the weights and prices of a plan.

    Attributes
    ----------
    id, kind, from_node, to_node
        The capacity, as plans name it.
    demand_id
        The demand whose way it is, one of those that do not pass the capacity with all their goods; None where none of
        these has a way over it.
    pays_usd_per_unit
        What a unit of the demand pays now, prices of scarce capacities included, or its unmet cost where that is less.
    extra_usd_per_unit
        By how much the way over the capacity is dearer, per commodity unit; 0 where part of the demand uses it already.
    links
        Links of the way, in order.
    in_the_way
        Capacities with a price on the way, the one that adds most first. Where part of the demand goes another way,
        only what they add more than on that one.
    """

    id: str
    kind: str
    from_node: str | None
    to_node: str | None
    demand_id: str | None = None
    pays_usd_per_unit: float | None = None
    extra_usd_per_unit: float | None = None
    links: tuple[str, ...] = ()
    in_the_way: tuple[Obstacle, ...] = ()

    def to_mapping(self) -> dict[str, Any]:
        """Return the pull as plain values."""
        return asdict(self)


class _Group(NamedTuple):
    """Demands of one commodity under the same avoid lists, and the arcs they may use at weight plus prices.

    The arcs are sorted by tail, with both ends of each; `use` is what a unit takes of each resource.
    """

    demands: Rows
    use: Numbers
    arcs: Rows
    tail: Rows
    head: Rows
    weight: Numbers


class _Near(NamedTuple):
    """A demand with a lower bound of what its way over the capacity costs more than what it pays."""

    bound: float
    demand: int
    group: int


def pull_of(prepared: Prepared, resource_row: int) -> Pull:
    """Return which goods are nearest to passing a capacity, by how much they stay away, and what is in their way.

    Parameters
    ----------
    prepared
        The plan and its prices; one with an answer.
    resource_row
        Row of the capacity in ``plan.blocks.graph.resources``.

    Notes
    -----
    Demands all of whose goods pass the capacity are left out: more of it is not for them. A way over the capacity goes
    from an origin to one of its arcs and from there to a destination. One search back from all its arcs and one onward,
    for demands of one commodity under the same avoid lists together, bound the cheapest way of every demand from below.
    For the demands with the least bounds ways without loops are then tried in the order of what they weigh at least
    (P. E. Hart, N. J. Nilsson, B. Raphael, *IEEE Transactions on Systems Science and Cybernetics* 4, 1968) until one
    arrives. The search is given up after `MOST_STEPS` states: then nothing but detours
    that turn back on themselves leads over the capacity, and no demand is named.
    """
    plan = prepared.plan
    over = _volume_over(plan, resource_row)
    is_whole = over >= plan.blocks.volume * (1.0 - ROUNDING)
    partly = _partly_over(plan, resource_row, is_whole)
    if partly is not None:
        return partly
    graph = plan.blocks.graph
    groups = _groups(plan)
    pays = _pays(plan)
    near = [candidate for at, group in enumerate(groups) for candidate in _bounds(plan, group, at, resource_row, pays)]
    near = [candidate for candidate in near if not is_whole[candidate.demand]]
    best: tuple[float, int, int, list[int]] | None = None
    steps = MOST_STEPS
    for candidate in sorted(near):
        if steps <= 0 or (best is not None and candidate.bound >= best[0]):
            break
        limit = inf if best is None else best[0] + float(pays[candidate.demand])
        found, steps = _way(plan, groups[candidate.group], resource_row, candidate.demand, limit=limit, steps=steps)
        if found is not None and (best is None or found[0] - pays[candidate.demand] < best[0]):
            best = found[0] - float(pays[candidate.demand]), candidate.demand, candidate.group, found[1]
    if best is None:
        return Pull(*_named(plan, resource_row))
    extra, demand, at, way = best
    weighs = extra + float(pays[demand])
    return Pull(
        *_named(plan, resource_row),
        demand_id=plan.blocks.demand_ids[demand],
        pays_usd_per_unit=float(pays[demand]),
        extra_usd_per_unit=extra if extra > ROUNDING * weighs else 0.0,
        links=_links(graph, way),
        in_the_way=_obstacles(plan, groups[at].use, way),
    )


def _paths_over(plan: Plan, row: int) -> tuple[list[PathFlow], list[PathFlow]]:
    """Return the paths of a plan that draw on a resource, and the others."""
    blocks = plan.blocks
    resources = blocks.graph.resources
    drawing = set(resources.arc[resources.resource == row].tolist())
    sides: tuple[list[PathFlow], list[PathFlow]] = ([], [])
    for path in plan.paths:
        is_drawn = blocks.blocks[path.block].use[row] and not drawing.isdisjoint(path.arcs)
        sides[0 if is_drawn else 1].append(path)
    return sides


def _volume_over(plan: Plan, row: int) -> Numbers:
    """Return how much of every demand passes a capacity, in its unit per year, shape (n_demands,)."""
    over, _ = _paths_over(plan, row)
    demand, volume = [path.demand for path in over], [path.volume for path in over]
    sums = np.bincount(np.array(demand, dtype=np.int64), volume, minlength=len(plan.blocks.volume))
    return sums.astype(np.float64)


def _partly_over(plan: Plan, row: int, is_whole: Mask) -> Pull | None:
    """Return the pull of a capacity that a demand uses in part: the path over it that pays most for others.

    None where there is none. By complementary slackness no path in use is dearer than what its demand pays; what the
    others of its demand pay for as well, keeps none of its goods from the capacity.
    """
    blocks = plan.blocks
    over, around = _paths_over(plan, row)
    other = {path.demand: path for path in sorted(around, key=lambda path: path.volume)}
    best: tuple[float, float, Pull] | None = None
    for path in over:
        if is_whole[path.demand]:
            continue
        block, way = blocks.blocks[path.block], list(path.arcs)
        instead = other.get(path.demand)
        obstacles = _obstacles(plan, block.use, way, [] if instead is None else list(instead.arcs))
        adds = sum(obstacle.adds_usd_per_unit for obstacle in obstacles)
        if best is not None and (adds, path.volume) <= best[:2]:
            continue
        pays = float((block.values.weight[way]).sum() + (_times(plan, way) * plan.price * block.use).sum())
        links = _links(blocks.graph, way)
        name = blocks.demand_ids[path.demand]
        best = adds, path.volume, Pull(*_named(plan, row), name, pays, 0.0, links, obstacles)
    return None if best is None else best[2]


def _pays(plan: Plan) -> Numbers:
    """Return what a unit of every demand pays at weight plus prices, shape (n_demands,).

    In an optimal plan no way weighs less than a path in use, and a demand left behind whole is worth its unmet cost.
    """
    blocks = plan.blocks
    paid = np.where(blocks.must_carry, inf, blocks.unmet_cost)
    for path in plan.paths:
        block = blocks.blocks[path.block]
        way = list(path.arcs)
        weight = float(block.values.weight[way].sum() + (_times(plan, way) * plan.price * block.use).sum())
        paid[path.demand] = min(paid[path.demand], weight)
    return paid


def _groups(plan: Plan) -> list[_Group]:
    """Return the demands with a volume in groups that see the same arcs."""
    blocks = plan.blocks
    graph, resources = blocks.graph, blocks.graph.resources
    members: dict[int, list[int]] = {}
    for at, block in enumerate(blocks.blocks):
        members.setdefault(id(block.arcs), []).append(at)
    groups = []
    for positions in members.values():
        block = blocks.blocks[positions[0]]
        paid = np.bincount(resources.arc, weights=(plan.price * block.use)[resources.resource], minlength=graph.n_arcs)
        arcs = block.arcs[np.argsort(graph.tail[block.arcs], kind="stable")]
        demands = np.concatenate([blocks.blocks[at].demands for at in positions])
        demands = demands[blocks.volume[demands] > 0.0]
        weight = (block.values.weight + paid)[arcs]
        groups.append(_Group(demands, block.use, arcs, graph.tail[arcs], graph.head[arcs], weight))
    return groups


def _over(graph: ArcGraph, group: _Group, row: int) -> Rows:
    """Return which arcs of a group draw on a capacity, as positions; none where the goods take nothing of it."""
    if not group.use[row]:
        return np.zeros(0, dtype=np.int64)
    resources = graph.resources
    return np.flatnonzero(np.isin(group.arcs, resources.arc[resources.resource == row]))


def _ends(blocks: DemandBlocks, demand: int) -> tuple[list[int], list[int]]:
    """Return the states at the origin of a demand and those at its destination."""
    states_of = blocks.graph.states_of
    return states_of.get(int(blocks.origin[demand]), []), states_of.get(int(blocks.destination[demand]), [])


def _bounds(plan: Plan, group: _Group, at: int, row: int, pays: Numbers) -> list[_Near]:
    """Return for every demand of a group with a way over the capacity by how much it is dearer at least."""
    graph = plan.blocks.graph
    over = _over(graph, group, row)
    if not len(over) or not len(group.demands):
        return []
    before, behind = _around(graph, group, over)
    near = []
    for demand in group.demands.tolist():
        origin, destination = _ends(plan.blocks, demand)
        if not origin or not destination:
            continue
        ways = before[:, origin].min(axis=1) + group.weight[over] + behind[:, destination].min(axis=1)
        if (least := float(ways.min())) < inf:
            near.append(_Near(least - float(pays[demand]), demand, at))
    return near


def _around(graph: ArcGraph, group: _Group, over: Rows) -> tuple[Numbers, Numbers]:
    """Return distances from every state to the tails of some arcs, and from their heads to every state.

    Before its arc a way without loops does not pass the head, and behind it not the tail.
    """
    back = np.argsort(group.head, kind="stable")
    tails, heads = group.tail[over], group.head[over]
    into = _distances(graph.n_states, group.head[back], group.tail[back], group.weight[back], tails, heads)
    return into, _distances(graph.n_states, group.tail, group.head, group.weight, heads, tails)


def _distances(
    n_states: int, start: Rows, end: Rows, weight: Numbers, sources: Rows, barred: Rows | None = None
) -> Numbers:
    """Return distances from each source to every state, shape (n_sources, n_states), over arcs sorted by start.

    Rounds over the states that the last one has improved (R. Bellman, *Quarterly of Applied Mathematics* 16, 1958), for
    all sources together. `barred` is a state for each source that its ways may not pass.
    """
    first = np.searchsorted(start, np.arange(n_states + 1))
    distance = np.full(len(sources) * n_states, inf)
    rows = np.arange(len(sources)) * n_states
    if barred is not None:
        # Nothing is nearer, so that no way is led there.
        distance[rows + barred] = -inf
    at = rows + sources
    distance[at] = 0.0
    while len(at):
        state = at % n_states
        begin, n_out = first[state], first[state + 1] - first[state]
        arcs = np.repeat(begin - np.cumsum(n_out) + n_out, n_out) + np.arange(n_out.sum())
        offered = np.repeat(distance[at], n_out) + weight[arcs]
        reached = np.repeat(at - state, n_out) + end[arcs]
        better = offered < distance[reached]
        np.minimum.at(distance, reached[better], offered[better])
        at = np.unique(reached[better])
    distance[np.isneginf(distance)] = inf
    return distance.reshape(len(sources), n_states)


def _way(
    plan: Plan, group: _Group, row: int, demand: int, *, limit: float, steps: int
) -> tuple[tuple[float, list[int]] | None, int]:
    """Return weight and arcs of the cheapest way of a demand over a capacity that passes no state twice.

    None where there is none below `limit`, or none is found within `steps`; the steps left are returned as well.
    """
    graph = plan.blocks.graph
    over = _over(graph, group, row)
    before, behind = _around(graph, group, over)
    origin, goal = _ends(plan.blocks, demand)
    back = np.argsort(group.head, kind="stable")
    home = _distances(
        graph.n_states, group.head[back], group.tail[back], group.weight[back], np.array(goal, dtype=np.int64)
    ).min(axis=0)
    beyond = group.weight[over] + behind[:, goal].min(axis=1)
    # What is left at least: over the capacity and on, or from where it has been passed.
    left = ((before + beyond[:, None]).min(axis=0).tolist(), home.tolist())
    is_over = np.zeros(len(group.arcs), dtype=np.bool_)
    is_over[over] = True
    first = np.searchsorted(group.tail, np.arange(graph.n_states + 1)).tolist()
    heads, weights, passes = group.head.tolist(), group.weight.tolist(), is_over.tolist()
    is_goal = set(goal)
    order = count()
    heap: list[tuple[float, int, float, int, bool, tuple[Any, ...] | None]] = []
    for state in origin:
        heappush(heap, (left[0][state], next(order), 0.0, state, False, None))
    while heap and steps > 0:
        expected, _, so_far, state, passed, trail = heappop(heap)
        steps -= 1
        if expected >= limit:
            break
        if passed and state in is_goal:
            return (so_far, [int(group.arcs[arc]) for arc in _arcs(trail)]), steps
        seen = {state, *_states(trail)}
        for arc in range(first[state], first[state + 1]):
            head = heads[arc]
            passes_now = passed or passes[arc]
            bound = so_far + weights[arc] + left[passes_now][head]
            if bound < limit and head not in seen:
                heappush(heap, (bound, next(order), so_far + weights[arc], head, passes_now, (trail, state, arc)))
    return None, steps


def _arcs(trail: tuple[Any, ...] | None) -> list[int]:
    """Return the arcs of a trail, first one first."""
    arcs = []
    while trail is not None:
        trail, _, arc = trail
        arcs.append(arc)
    return arcs[::-1]


def _states(trail: tuple[Any, ...] | None) -> list[int]:
    """Return the states that a trail has left behind."""
    states = []
    while trail is not None:
        trail, state, _ = trail
        states.append(state)
    return states


def _obstacles(plan: Plan, use: Numbers, way: list[int], instead: list[int] | None = None) -> tuple[Obstacle, ...]:
    """Return the capacities with a price on a way and what they add more than on another, the largest sum first."""
    adds = (_times(plan, way) - _times(plan, instead or [])) * plan.price * use
    return tuple(
        Obstacle(*_named(plan, row), float(adds[row]))
        for row in sorted(np.flatnonzero(adds > 0.0).tolist(), key=lambda at: -adds[at])
    )


def _times(plan: Plan, way: list[int]) -> Rows:
    """Return how many times a way draws on every capacity, shape (n_resources,)."""
    resources = plan.blocks.graph.resources
    passed = np.zeros(plan.blocks.graph.n_arcs, dtype=np.bool_)
    passed[way] = True
    return np.bincount(resources.resource[passed[resources.arc]], minlength=len(resources))


def _named(plan: Plan, row: int) -> tuple[str, str, str | None, str | None]:
    """Return id, kind and direction of a capacity."""
    resources = plan.blocks.graph.resources
    ends = str(resources.from_node[row]) or None, str(resources.to_node[row]) or None
    return str(resources.ids[row]), str(resources.kind[row]), *ends


def _links(graph: ArcGraph, way: list[int]) -> tuple[str, ...]:
    """Return the ids of the links of a way."""
    ids = graph.data.network.links.text("link_id")
    return tuple(str(ids[graph.link[arc]]) for arc in way if graph.link[arc] >= 0)
