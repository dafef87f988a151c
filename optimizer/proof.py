"""A lower bound on every plan, from prices alone: the proof that an optimum is one.

Whatever prices of at least 0 are put on the capacities, no plan costs less than carrying every demand on its cheapest
path at weight plus prices (or leaving it, at its unmet cost), less the prices paid for all free capacity: Lagrangian
relaxation of the capacities (R. K. Ahuja, T. L. Magnanti, J. B. Orlin, "Network Flows", 1993, section 16.4). Nothing
here knows formulations or solvers, so that a mistake of theirs cannot hide itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.model import freeze, split_list
from optimizer.graph import commodity_arcs

if TYPE_CHECKING:
    from network.model import Mask, Numbers
    from optimizer.graph import ArcGraph, CommodityArcs
    from optimizer.resources import Rows
    from optimizer.weights import Weights

FAR = 1e200
"""USD per unit: more than any path weighs."""
CELLS = 2**19
"""Distances (origins times states) held at a time: bounds the memory of a search to some tens of megabytes."""


@dataclass(frozen=True, eq=False)
class Group:
    """Demands that see the same arcs: one commodity, one set of avoided countries and modes.

    `usable` masks the arcs (n_arcs,); `use` is what one unit takes of each resource (n_resources,), 0 for resources
    of arcs that the group cannot use; `demands` are positions in the arrays of `Question`.
    """

    values: CommodityArcs
    usable: Mask
    use: Numbers
    demands: Rows


@dataclass(frozen=True, eq=False)
class Question:
    """What a plan has to answer: the demands of the graph's year, in row order.

    `rows` (of ``data.demands``), `origin` and `destination` (rows of nodes), `volume` (commodity units per year),
    `unmet_cost` (USD per unit, inf where the demand must be carried), `max_time_h` (hours that a unit may be under way,
    inf for any) and `group` (position in `groups`) have shape (n_demands,).
    """

    graph: ArcGraph
    rows: Rows
    origin: Rows
    destination: Rows
    volume: Numbers
    unmet_cost: Numbers
    max_time_h: Numbers
    group: Rows
    groups: tuple[Group, ...]


def question_of(graph: ArcGraph, weights: Weights) -> Question:
    """Return what a plan of the graph's year has to answer; no demand at all gives empty arrays."""
    data = graph.data
    demands = data.demands
    rows = np.flatnonzero(np.nan_to_num(demands.number("year"), nan=data.base_year) == graph.year)
    keys: dict[tuple[str, frozenset[str], frozenset[str]], int] = {}
    columns = (demands.text(name)[rows] for name in ("commodity", "avoid_countries", "avoid_modes"))
    group = np.array(
        [
            keys.setdefault((commodity, frozenset(split_list(countries)), frozenset(split_list(modes))), len(keys))
            for commodity, countries, modes in zip(*columns, strict=True)
        ],
        dtype=np.int64,
    )
    values = {
        commodity: commodity_arcs(graph, data.commodities.row_of[commodity], weights)
        for commodity in dict.fromkeys(commodity for commodity, _, _ in keys)
    }
    use = {commodity: graph.resources.use_of(data.commodities, own.row) for commodity, own in values.items()}
    country, mode = data.network.nodes.text("country").tolist(), graph.bare_mode.tolist()

    @cache
    def in_countries(countries: frozenset[str]) -> Mask:
        return np.array([name in countries for name in country], dtype=np.bool_)[graph.state_node]

    @cache
    def of_modes(modes: frozenset[str]) -> Mask:
        return np.array([name in modes for name in mode], dtype=np.bool_)

    row_of = data.network.nodes.row_of
    origin, destination = (
        np.array([row_of[node] for node in demands.text(column)[rows]], dtype=np.int64)
        for column in ("origin", "destination")
    )
    return Question(
        graph=graph,
        rows=freeze(rows),
        origin=freeze(origin),
        destination=freeze(destination),
        volume=freeze(demands.number("volume")[rows]),
        unmet_cost=freeze(np.nan_to_num(demands.number("unmet_cost_usd_per_unit")[rows], nan=np.inf)),
        max_time_h=freeze(np.nan_to_num(demands.number("max_time_h")[rows], nan=np.inf)),
        group=freeze(group),
        groups=tuple(
            _group(
                graph,
                values[commodity],
                use[commodity],
                in_countries(countries) | of_modes(modes),
                np.flatnonzero(group == at),
            )
            for (commodity, countries, modes), at in keys.items()
        ),
    )


def _group(graph: ArcGraph, values: CommodityArcs, every_use: Numbers, barred: Mask, demands: Rows) -> Group:
    """Return a group: no arc of it has a barred state at either end."""
    usable = values.allowed & ~barred[graph.tail] & ~barred[graph.head]
    resources = graph.resources
    met = np.zeros(len(resources), dtype=np.bool_)
    met[resources.resource[usable[resources.arc]]] = True
    return Group(values, freeze(usable), freeze(np.where(met, every_use, 0.0)), demands)


class Potentials(NamedTuple):
    """Potentials of the states, `value` (n_rows, n_states), and the row that is meant for each demand (n_demands,)."""

    value: Numbers
    row: Rows


def lower_bound(question: Question, price: Numbers, potentials: Potentials | None = None) -> float:
    """Return the lower bound that prices prove; inf proves that some demand can never be carried as it must.

    Parameters
    ----------
    price
        USD per yearly unit of each resource, shape (n_resources,), at least 0.
    potentials
        Used instead of a search for the cheapest ways; they may be any, and prove as much as they hold.
    """
    length = cheapest(question, price) if potentials is None else lengths_proven(question, price, potentials)
    worth = np.fmin(question.unmet_cost, length)
    carried = question.volume > 0.0
    return float(question.volume[carried] @ worth[carried] - price @ question.graph.resources.free)


def cheapest(question: Question, price: Numbers) -> Numbers:
    """Return the cheapest path of every demand at weight plus prices in USD per unit, inf without a path; (n_demands,).

    A path leaves its origin in any state, enters its destination in any state, and keeps the demand's deadline.
    """
    found = np.full(len(question.rows), np.inf)
    graph = question.graph
    for group in question.groups:
        weight = _priced_weight(graph, group, price)
        demands = group.demands[np.isinf(question.max_time_h[group.demands])]
        if not len(demands):
            continue
        arcs, first = _by_tail(graph, group.usable, graph.tail)
        origins, which = np.unique(question.origin[demands], return_inverse=True)
        at_once = max(1, CELLS // max(1, graph.n_states))
        for start in range(0, len(origins), at_once):
            distance = _distances(graph, origins[start : start + at_once], first, graph.head[arcs], weight[arcs])
            inside = (which >= start) & (which < start + at_once)
            ends = question.destination[demands[inside]]
            found[demands[inside]] = _extreme(np.minimum, graph, distance, which[inside] - start, ends)
    return _within_limits(question, price, found)


def lengths_proven(question: Question, price: Numbers, potentials: Potentials) -> Numbers:
    """Return what the cheapest path of every demand weighs at least, as potentials prove it; (n_demands,).

    A path weighs at least what the potential rises along it, where no arc rises by more than it weighs at weight plus
    prices: weak duality of shortest paths (R. K. Ahuja, T. L. Magnanti, J. B. Orlin, "Network Flows", 1993, section
    9.4). Where one does, a path may weigh less by that much on each of its arcs, of which it has fewer than there are
    states. Potentials know no hours: the paths of demands with a deadline are searched.
    """
    found = np.full(len(question.rows), np.inf)
    graph = question.graph
    for group in question.groups:
        weight = _priced_weight(graph, group, price)
        demands = group.demands[np.isinf(question.max_time_h[group.demands])]
        arcs = np.flatnonzero(group.usable)
        tail, head, weight = graph.tail[arcs], graph.head[arcs], weight[arcs]
        rows, which = np.unique(potentials.row[demands], return_inverse=True)
        at_once = max(1, CELLS // max(1, len(arcs)))
        for start in range(0, len(rows), at_once):
            # Out of reach is far: where both ends are, nothing rises.
            value = np.minimum(potentials.value[rows[start : start + at_once]], FAR)
            rise = value.take(head, axis=1)
            rise -= value.take(tail, axis=1)
            rise -= weight
            excess = rise.max(axis=1, initial=0.0) * graph.n_states
            inside = (which >= start) & (which < start + at_once)
            some, row = demands[inside], which[inside] - start
            # Where no state is left at an end no path is: its extreme is infinite, on the side of no path.
            end = _extreme(np.minimum, graph, value, row, question.destination[some])
            begin = _extreme(np.maximum, graph, value, row, question.origin[some])
            found[some] = end - begin - excess[row]
    return _within_limits(question, price, np.maximum(found, 0.0))


def _within_limits(question: Question, price: Numbers, found: Numbers) -> Numbers:
    """Return lengths of cheapest paths with those of the demands that have a deadline filled in."""
    limited = np.flatnonzero(np.isfinite(question.max_time_h))
    if not len(limited):
        return found
    from optimizer.timed_proof import cheapest_within, passages_out
    from optimizer.trip import slightly_above

    graph, found = question.graph, found.copy()
    for at, group in enumerate(question.groups):
        demands = limited[question.group[limited] == at]
        if not len(demands):
            continue
        weight, time_h = _priced_weight(graph, group, price), group.values.time_h
        usable = np.flatnonzero(group.usable)
        out = passages_out(graph.tail[usable], graph.head[usable], weight[usable], time_h[usable], graph.n_states)
        arcs, first = _by_tail(graph, group.usable, graph.head)
        ends, which = np.unique(question.destination[demands], return_inverse=True)
        at_once = max(1, CELLS // max(1, graph.n_states))
        for start in range(0, len(ends), at_once):
            some = ends[start : start + at_once]
            ahead, ahead_h = (
                _distances(graph, some, first, graph.tail[arcs], value[arcs]) for value in (weight, time_h)
            )
            inside = (which >= start) & (which < start + at_once)
            for demand, row in zip(demands[inside].tolist(), (which[inside] - start).tolist(), strict=True):
                found[demand] = cheapest_within(
                    out,
                    graph.states_of.get(int(question.origin[demand]), ()),
                    graph.states_of.get(int(question.destination[demand]), ()),
                    ahead[row],
                    ahead_h[row],
                    slightly_above(float(question.max_time_h[demand])),
                )
    return found


def _extreme(which: np.ufunc, graph: ArcGraph, value: Numbers, row: Rows, node: Rows) -> Numbers:
    """Return the least or largest value of the states of nodes in some rows; inf or -inf where a node has no state.

    `which` is `numpy.minimum` or `numpy.maximum`.
    """
    order = np.argsort(graph.state_node, kind="stable")
    begin, stop = (np.searchsorted(graph.state_node[order], node, side=side) for side in ("left", "right"))
    count = stop - begin
    item = np.repeat(np.arange(len(node)), count)
    state = order[np.repeat(begin - np.cumsum(count) + count, count) + np.arange(count.sum())]
    found = np.full(len(node), np.inf if which is np.minimum else -np.inf)
    which.at(found, item, value[row[item], state])
    return found


def _by_tail(graph: ArcGraph, usable: Mask, tail: Rows) -> tuple[Rows, Rows]:
    """Return usable arcs sorted by one of their ends, and where those of each state begin, (n_states + 1,)."""
    arcs = np.flatnonzero(usable)
    arcs = arcs[np.argsort(tail[arcs], kind="stable")]
    return arcs, np.searchsorted(tail[arcs], np.arange(graph.n_states + 1))


def _priced_weight(graph: ArcGraph, group: Group, price: Numbers) -> Numbers:
    """Return weight plus prices of every arc for a group."""
    resources = graph.resources
    paid = (price * group.use)[resources.resource]
    weight: Numbers = group.values.weight + np.bincount(resources.arc, weights=paid, minlength=graph.n_arcs)
    return weight


def _distances(graph: ArcGraph, origins: Rows, first: Rows, head: Rows, weight: Numbers) -> Numbers:
    """Return distances from every state of each origin at once, shape (n_origins, n_states).

    Over arcs turned round, `head` being their tails, they are distances to what then is a destination.

    Bellman and Ford's rounds, one for all origins together, over the pairs of origin and state that the last round
    has improved. The arcs are sorted by tail: those of a state are ``first[state]:first[state + 1]``.
    """
    n_states = graph.n_states
    distance = np.full(len(origins) * n_states, np.inf)
    improved = np.zeros(len(distance), dtype=np.bool_)
    for row, node in enumerate(origins.tolist()):
        improved[row * n_states + np.array(graph.states_of.get(node, []), dtype=np.int64)] = True
    distance[improved] = 0.0
    pairs = np.flatnonzero(improved)
    while len(pairs):
        improved[pairs] = False
        state = pairs % n_states
        begin, count = first[state], first[state + 1] - first[state]
        arcs = np.repeat(begin - np.cumsum(count) + count, count) + np.arange(count.sum())
        offered = np.repeat(distance[pairs], count) + weight[arcs]
        reached = np.repeat(pairs - state, count) + head[arcs]
        better = offered < distance[reached]
        reached = reached[better]
        np.minimum.at(distance, reached, offered[better])
        improved[reached] = True
        pairs = np.flatnonzero(improved)
    return distance.reshape(len(origins), n_states)
