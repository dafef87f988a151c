"""The steps of a trip as arrays, for searches that take many of them at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from network.model import Numbers
    from optimizer.search import Digraph
    from optimizer.trip import Trip

    Rows = npt.NDArray[np.intp]


class FrontGraph(NamedTuple):
    """Steps from `tail` to `head` by `arc`, three arrays of one length; a path leads from any of `roots` to `sink`.

    Every step is an arc of the data, so that legs are steps: what is free in a `Digraph` is contracted.
    """

    n_nodes: int
    roots: Rows
    sink: int
    tail: Rows
    head: Rows
    arc: Rows


def front_graph(trip: Trip, digraph: Digraph) -> FrontGraph:
    """Return the steps of a trip; `digraph` is that of the same trip (see `optimizer.trip.digraph_of`).

    Nodes are numbered as in the digraph: stage · n_states + state. A step into a via leads on to the next stage as
    well, and again where the next via is the same place; a step into the destination in the last stage leads to the
    sink, as no route that goes on from there is better than the one that ends.
    """
    graph, tables = trip.network.graph, trip.data.network
    n_states, row_of = graph.n_states, tables.nodes.row_of
    is_open = trip.network.values.allowed.copy()
    links = [tables.links.row_of[link_id] for link_id in trip.ids("avoid link")]
    if links:
        is_open &= ~np.isin(graph.link, links)
    arc = np.flatnonzero(is_open)
    tail, head = graph.tail[arc].astype(np.intp), graph.head[arc].astype(np.intp)
    roots = np.array(graph.states_of.get(row_of[trip.origin], ()), dtype=np.intp)
    vias = [row_of[via] for via in trip.ids("via")]
    if vias:
        offsets = n_states * np.arange(len(vias) + 1)
        tail, head = (np.add.outer(offsets, ends).ravel() for ends in (tail, head))
        arc = np.tile(arc, len(vias) + 1)
    for stage, via in enumerate(vias):
        here = stage * n_states + np.array(graph.states_of.get(via, ()), dtype=np.intp)
        on = np.isin(head, here)
        tail, head, arc = (
            np.concatenate(both) for both in ((tail, tail[on]), (head, head[on] + n_states), (arc, arc[on]))
        )
        roots = np.concatenate((roots, roots[np.isin(roots, here)] + n_states))
    if digraph.closed:
        is_closed = np.zeros(digraph.sink + 1, dtype=bool)
        is_closed[list(digraph.closed)] = True
        through = ~(is_closed[tail] | is_closed[head])
        tail, head, arc, roots = tail[through], head[through], arc[through], roots[~is_closed[roots]]
    ends = len(vias) * n_states + np.array(graph.states_of.get(row_of[trip.destination], ()), dtype=np.intp)
    is_end = np.zeros(digraph.sink + 1, dtype=bool)
    is_end[ends] = True
    return FrontGraph(digraph.sink + 1, roots, digraph.sink, tail, np.where(is_end[head], digraph.sink, head), arc)


def steps_between(n_nodes: int, ends: Sequence[tuple[int, int]], source: int, sink: int) -> FrontGraph:
    """Return the graph of arcs given as pairs of nodes, numbered in their order."""
    tail, head = np.array(ends, dtype=np.intp).reshape(-1, 2).T
    return FrontGraph(n_nodes, np.array([source], dtype=np.intp), sink, tail, head, np.arange(len(tail)))


def by_tail(n_nodes: int, tail: Rows) -> tuple[Rows, Rows]:
    """Return an order of steps by tail, and where those of each node begin in it, n_nodes + 1 entries.

    The order is stable: steps of one tail keep theirs.
    """
    first = np.zeros(n_nodes + 1, dtype=np.intp)
    np.cumsum(np.bincount(tail, minlength=n_nodes), out=first[1:])
    return np.argsort(tail, kind="stable"), first


def following(first: Rows, nodes: Rows) -> tuple[Rows, Rows]:
    """Return the steps out of some nodes, in the order of `by_tail`, and for each the place of its tail in `nodes`."""
    n_steps = first[nodes + 1] - first[nodes]
    place = np.repeat(np.arange(len(nodes)), n_steps)
    before = np.cumsum(n_steps) - n_steps
    return np.arange(len(place)) + (first[nodes] - before)[place], place


def values_of(numbers: Sequence[float] | Numbers, graph: FrontGraph) -> Numbers:
    """Return a value of arcs for each step."""
    return np.asarray(numbers, dtype=np.float64)[graph.arc]
