"""Trees of cheapest ways from the origin of every block, and their repair after some weights have changed.

A change of a few weights leaves most of a tree as it is. What hangs below an arc that became dearer is cut off and
joined anew to what stays; what an arc that became cheaper reaches is offered the shorter way; and only what changes is
told on (G. Ramalingam, T. Reps, *Journal of Algorithms* 21, 1996). Here this is done for all blocks at once, in rounds
like those of Bellman and Ford over the pairs of block and state that have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from network.model import freeze
from optimizer.formulations.path_master import ranges

if TYPE_CHECKING:
    from network.model import Numbers
    from optimizer.formulations.priced_ways import Way
    from optimizer.graph import ArcGraph
    from optimizer.resources import Rows

NONE = -1
"""No arc: the way ends here, at the origin or where nothing leads to."""


@dataclass(frozen=True, eq=False)
class Star:
    """The arcs of a graph by their tail and by their head; loops lead nowhere and are left out.

    The arcs out of state s are ``out[first_out[s]:first_out[s] + n_out[s]]``, those into it alike.
    """

    tail: Rows
    head: Rows
    out: Rows
    first_out: Rows
    n_out: Rows
    into: Rows
    first_into: Rows
    n_into: Rows


def star_of(graph: ArcGraph) -> Star:
    """Return the arcs of a graph by tail and head."""
    arcs = np.flatnonzero(graph.tail != graph.head)

    def sorted_by(end: Rows) -> tuple[Rows, Rows, Rows]:
        count = np.bincount(end[arcs], minlength=graph.n_states)
        return arcs[np.argsort(end[arcs], kind="stable")], np.cumsum(count) - count, count

    return Star(graph.tail, graph.head, *sorted_by(graph.tail), *sorted_by(graph.head))


def reversed_star(star: Star) -> Star:
    """Return the arcs turned round: trees over them lead to where they begin."""
    return Star(star.head, star.tail, star.into, star.first_into, star.n_into, star.out, star.first_out, star.n_out)


@dataclass(frozen=True, eq=False)
class Trees:
    """Cheapest ways from the origins of blocks to all states.

    Attributes
    ----------
    star
        The arcs.
    kind
        Position of each block's weights, shape (n_blocks,).
    weight
        Weight of every arc by kind, inf where it is closed, shape (n_kinds, n_arcs).
    distance
        Weight of the cheapest way from the block's origin, inf where there is none, shape (n_blocks, n_states).
    last
        Last arc of that way, `NONE` at an origin and where there is no way, shape (n_blocks, n_states).
    """

    star: Star
    kind: Rows
    weight: Numbers
    distance: Numbers
    last: Rows

    def some(self, rows: Rows) -> Trees:
        """Return the trees of some blocks."""
        return Trees(self.star, self.kind[rows], self.weight, self.distance[rows], self.last[rows])

    def way_to(self, block: int, state: int) -> Way:
        """Return the arcs of the cheapest way of a block to a state that it reaches."""
        last, tail = self.last[block], self.star.tail
        way = []
        while (arc := int(last[state])) != NONE:
            way.append(arc)
            state = int(tail[arc])
        return tuple(reversed(way))


def bare_trees(star: Star, kind: Rows, n_kinds: int) -> Trees:
    """Return trees that reach nothing yet, as every arc is closed; `regrown` plants them."""
    shape = (len(kind), len(star.n_out))
    return Trees(
        star,
        kind,
        freeze(np.full((n_kinds, len(star.tail)), np.inf)),
        freeze(np.full(shape, np.inf)),
        freeze(np.full(shape, NONE, dtype=np.int64)),
    )


def regrown(
    trees: Trees,
    weight: Numbers,
    *,
    ceiling: Numbers | None = None,
    planted: Rows | None = None,
    lost: Rows | None = None,
) -> Trees:
    """Return the trees at other weights of at least 0, shape (n_kinds, n_arcs).

    A place is a pair of block and state, as block times states plus state.

    Parameters
    ----------
    ceiling
        What is not worth knowing: where the distance is this or more it may be any such number, (n_blocks, n_states).
        Along every arc it rises by no more than the arc weighs, before and now. Such trees are not to be regrown.
    planted
        Places where trees begin.
    lost
        Places whose last arc is there no more.
    """
    star, n_states = trees.star, len(trees.star.n_out)
    distance, last = trees.distance.copy(), trees.last.copy()
    flat, flat_last = distance.reshape(-1), last.reshape(-1)
    top = None if ceiling is None else ceiling.reshape(-1)
    turn = np.zeros(len(flat), dtype=np.int64)
    changed = [_rejoin(trees, weight, _cut(trees, weight, top, lost), flat, flat_last, top, turn)]
    if planted is not None:
        flat[planted] = 0.0
        flat_last[planted] = NONE
        changed.append(planted)
    changed.append(_shorten(trees, weight, flat, flat_last, top, turn))
    reached = _once(np.concatenate(changed), turn)
    while len(reached):
        block = reached // n_states
        state = reached - block * n_states
        count = star.n_out[state]
        arcs = star.out[ranges(star.first_out[state], count)]
        offered = np.repeat(flat[reached], count) + weight[np.repeat(trees.kind[block], count), arcs]
        places = np.repeat(reached - state, count) + star.head[arcs]
        reached = _offer(flat, flat_last, places, arcs, offered, top, turn)
    return Trees(star, trees.kind, freeze(weight), freeze(distance), freeze(last))


def _once(places: Rows, turn: Rows) -> Rows:
    """Return places without repetition; `turn` is scratch space over all places."""
    every = np.arange(len(places))
    turn[places] = every
    once: Rows = places[turn[places] == every]
    return once


def _offer(
    distance: Numbers, last: Rows, places: Rows, arcs: Rows, offered: Numbers, top: Numbers | None, turn: Rows
) -> Rows:
    """Take the least of the offers at each place that is less than what is there; return the places that took one."""
    known = distance[places] if top is None else np.minimum(distance[places], top[places])
    better = np.flatnonzero(offered < known)
    places, arcs, offered = places[better], arcs[better], offered[better]
    np.minimum.at(distance, places, offered)
    taken = offered == distance[places]
    last[places[taken]] = arcs[taken]
    return _once(places[taken], turn)


def _cut(trees: Trees, weight: Numbers, top: Numbers | None, lost: Rows | None) -> Rows:
    """Return the places, as block times states plus state, whose way takes an arc that became dearer or is lost.

    What lies at the ceiling or above offers nothing to what lies below it, so that it may stay as it is.
    """
    star, n_states = trees.star, len(trees.star.n_out)
    flat, flat_last = trees.distance.reshape(-1), trees.last.reshape(-1)
    is_dearer = weight > trees.weight
    dearer = np.flatnonzero(is_dearer.any(axis=0))
    heads = star.head[dearer]
    block, at = np.nonzero((trees.last[:, heads] == dearer) & is_dearer[:, dearer][trees.kind])
    edge = block * n_states + heads[at]
    if lost is not None:
        edge = np.concatenate([edge, lost])
    found = [edge[:0]]
    # A tree has one way to every state, so that only what is below two such arcs is met twice.
    is_cut = np.zeros(len(flat_last), dtype=np.bool_)
    while len(edge):
        edge = edge[~is_cut[edge]] if top is None else edge[~is_cut[edge] & (flat[edge] < top[edge])]
        is_cut[edge] = True
        found.append(edge)
        block = edge // n_states
        state = edge - block * n_states
        count = star.n_out[state]
        below = star.out[ranges(star.first_out[state], count)]
        places = np.repeat(edge - state, count) + star.head[below]
        edge = places[flat_last[places] == below]
    return np.concatenate(found)


def _rejoin(
    trees: Trees, weight: Numbers, cut: Rows, distance: Numbers, last: Rows, top: Numbers | None, turn: Rows
) -> Rows:
    """Join what was cut to what was not, where an arc leads there; return the places that were joined."""
    star, n_states = trees.star, len(trees.star.n_out)
    distance[cut] = np.inf
    last[cut] = NONE
    block = cut // n_states
    state = cut - block * n_states
    count = star.n_into[state]
    arcs = star.into[ranges(star.first_into[state], count)]
    offered = distance[np.repeat(cut - state, count) + star.tail[arcs]]
    offered += weight[np.repeat(trees.kind[block], count), arcs]
    return _offer(distance, last, np.repeat(cut, count), arcs, offered, top, turn)


def _shorten(trees: Trees, weight: Numbers, distance: Numbers, last: Rows, top: Numbers | None, turn: Rows) -> Rows:
    """Offer the ways over arcs that became cheaper; return the places that took one."""
    star, n_states = trees.star, len(trees.star.n_out)
    cheaper = np.flatnonzero((weight < trees.weight).any(axis=0) & (star.tail != star.head))
    offered = distance.reshape(len(trees.kind), n_states)[:, star.tail[cheaper]] + weight[:, cheaper][trees.kind]
    places = np.arange(len(trees.kind))[:, None] * n_states + star.head[cheaper]
    return _offer(distance, last, places.ravel(), np.tile(cheaper, len(trees.kind)), offered.ravel(), top, turn)
