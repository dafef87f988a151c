"""Which demands no way leads for: not too little capacity, but no usable arcs that bring them there in time at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.model import Mask, freeze
from optimizer.formulations.priced_ways import surroundings_of, ways_from

if TYPE_CHECKING:
    from network.model import Numbers
    from optimizer.blocks import Block, DemandBlocks
    from optimizer.resources import Rows

CELLS = 2**20
"""Blocks times states searched at a time: bounds the memory of a search to some megabytes."""


def has_way(blocks: DemandBlocks, asked: Mask, closed: Mask | None = None) -> Mask:
    """Return the mask of demands that some way of usable arcs leads for, shape (n_demands,).

    Usable is what the commodity may use and the avoid lists leave, unless its capacity, own or shared, is 0. How much
    of it other traffic takes is not asked: a way that is full is a way, one that breaks a deadline is none.
    Demands that are not `asked` for count as having one; arcs of the mask `closed` (n_arcs,) are not usable either.

    Notes
    -----
    Breadth-first search (E. F. Moore, "The shortest path through a maze", 1959), one round for all blocks together
    that see the same arcs, over the pairs of block and state that the last round has reached.
    """
    found = ~asked
    graph = blocks.graph
    by_arcs: dict[int, list[Block]] = {}
    for block in blocks.blocks:
        if asked[block.demands].any():
            by_arcs.setdefault(id(block.arcs), []).append(block)
    at_once = max(1, CELLS // max(1, graph.n_states))
    for same in by_arcs.values():
        usable = same[0].arcs if closed is None else same[0].arcs[~closed[same[0].arcs]]
        arcs = usable[np.argsort(graph.tail[usable], kind="stable")]
        first = np.searchsorted(graph.tail[arcs], np.arange(graph.n_states + 1))
        for start in range(0, len(same), at_once):
            batch = same[start : start + at_once]
            starts = [graph.states_of.get(block.origin, []) for block in batch]
            reached = _reached(starts, first, graph.head[arcs], graph.n_states)
            for row, block in enumerate(batch):
                ends = [graph.states_of.get(node, []) for node in block.destinations.tolist()]
                is_met = np.array([bool(reached[row, states].any()) for states in ends])
                found[block.demands] |= is_met[block.arrival]
    limited = found & asked & np.isfinite(blocks.max_time_h)
    if limited.any():
        most_h = np.zeros(blocks.n_demands)
        for block in blocks.blocks:
            most_h[block.demands] = block.most_h
        found[limited] = quickest_h(blocks, limited, closed)[limited] <= most_h[limited]
    return freeze(found)


def quickest_h(blocks: DemandBlocks, asked: Mask, closed: Mask | None = None) -> Numbers:
    """Return the hours of the quickest way of each demand asked for, inf where none leads there, shape (n_demands,).

    What is usable is as in `has_way`; deadlines play no part. Demands not asked for get inf.
    """
    found = np.full(blocks.n_demands, np.inf)
    around = surroundings_of(blocks.graph)
    for block in blocks.blocks:
        wanted = block.demands[asked[block.demands]]
        if not len(wanted):
            continue
        arcs = block.arcs if closed is None else block.arcs[~closed[block.arcs]]
        time_h = np.full(blocks.graph.n_arcs, np.inf)
        time_h[arcs] = block.values.time_h[arcs]
        ends = blocks.destination[wanted].tolist()
        _, ways = ways_from(around, block.origin, ends, time_h.tolist())
        found[wanted] = [ways[node].weight if node in ways else np.inf for node in ends]
    return freeze(found)


def _reached(starts: list[list[int]], first: Rows, head: Rows, n_states: int) -> Mask:
    """Return which states are reached from each list of states, shape (n_starts, n_states).

    The arcs are sorted by tail: those of a state are ``first[state]:first[state + 1]``.
    """
    reached = np.zeros(len(starts) * n_states, dtype=np.bool_)
    pairs = np.array([row * n_states + state for row, states in enumerate(starts) for state in states], dtype=np.int64)
    reached[pairs] = True
    while len(pairs):
        state = pairs % n_states
        begin, count = first[state], first[state + 1] - first[state]
        arcs = np.repeat(begin - np.cumsum(count) + count, count) + np.arange(count.sum())
        met = np.unique(np.repeat(pairs - state, count) + head[arcs])
        pairs = met[~reached[met]]
        reached[pairs] = True
    return reached.reshape(len(starts), n_states)
