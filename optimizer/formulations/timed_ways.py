"""Cheapest ways that keep a deadline, exact: label setting led by bounds of weight and of hours.

The cheapest way that keeps a deadline is a resource-constrained shortest path (G. Y. Handler, I. Zang, *Networks* 10,
1980). Where the cheapest way of all keeps it, that is the answer. Else labels, each with the weight and the hours of a
way from a state to the destination, are settled in the order of the least weight that they can still come to (M.
Desrochers, F. Soumis, *Information Systems and Operational Research* 26, 1988). A label is dropped where its state has
one that weighs no more and takes no longer, where the least hours still to go break the deadline, and where the least
weight still to come is not wanted (I. Dumitrescu, N. Boland, *Networks* 42, 2003). Both bounds come from one search
forward for all destinations of an origin; that of hours knows no prices and is kept.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from math import inf, nextafter
from typing import TYPE_CHECKING

import numpy as np

from network.model import Portable
from optimizer.formulations.priced_ways import Found, surroundings_of, way_back, ways_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Mask, Numbers
    from optimizer.blocks import Block, DemandBlocks
    from optimizer.formulations.path_master import Pairs, TimeLeft
    from optimizer.formulations.priced_ways import Surroundings, Way


@dataclass(frozen=True, eq=False)
class Deadline:
    """What a deadline means for the ways of a block; prices change nothing in it.

    Attributes
    ----------
    time_h
        Hours of every arc, inf where the block may not go.
    least_h
        Least hours from the block's origin to every state; what is farther than the limit counts as just beyond it.
    most_h
        The limit, with room for the rounding of sums.
    """

    time_h: Sequence[float]
    least_h: Sequence[float]
    most_h: float

    def is_kept_by(self, way: Way) -> bool:
        """Tell whether a way of the block keeps the limit."""
        return sum(self.time_h[arc] for arc in way) <= self.most_h


def hours_for(block: Block) -> list[float]:
    """Return the hours of every arc for a block, inf where it may not go; blocks with the same arcs share them."""
    time_h = np.full(len(block.values.time_h), inf)
    time_h[block.arcs] = block.values.time_h[block.arcs]
    listed: list[float] = time_h.tolist()
    return listed


def deadline_of(around: Surroundings, block: Block, time_h: Sequence[float]) -> Deadline:
    """Return what the deadline of a block means for its ways; `time_h` is that of `hours_for`."""
    # No destination ends the search early, as no node has the row -1; the limit does.
    least_h, _ = ways_from(around, block.origin, (-1,), time_h, nextafter(block.most_h, inf))
    return Deadline(time_h, array("d", least_h), block.most_h)


def timed_ways_from(
    around: Surroundings,
    origin: int,
    ends: Sequence[tuple[int, float]],
    weight: Sequence[float],
    deadline: Deadline,
) -> tuple[list[float], dict[int, Found]]:
    """Return lower bounds of the weight to every state, and the cheapest way to each destination within the limit.

    The bounds are those of `priced_ways.ways_from`, which know no hours. Destinations that no way reaches within the
    limit for less than their ceiling are left out.

    Parameters
    ----------
    origin
        Row of a node.
    ends
        Row of each destination, and the weight below which its way is wanted, inf for any.
    weight
        Weight of every arc, at least 0, inf where the way may not lead.
    """
    # A destination beyond reach in time would only send the search through all of the network.
    near = [end for end in ends if _least_of(around, end[0], deadline.least_h) <= deadline.most_h]
    highest = max((ceiling for _, ceiling in near), default=0.0)
    bounds, found = ways_from(around, origin, [node for node, _ in near], weight, highest)
    timed: dict[int, Found] = {}
    for node, ceiling in near:
        free = found.get(node)
        if free is None or free.weight >= ceiling:
            continue
        way = (
            free
            if deadline.is_kept_by(free.way)
            else _labels_back(around, origin, node, weight, bounds, ceiling, deadline)[0]
        )
        if way is not None:
            timed[node] = way
    return bounds, timed


def timed_way_back(
    around: Surroundings,
    origin: int,
    destination: int,
    weight: Sequence[float],
    bounds: Sequence[float],
    limit: float,
    deadline: Deadline,
) -> tuple[Found | None, int]:
    """Return the cheapest way within the deadline that weighs less than `limit`, and the states and labels met.

    Parameters
    ----------
    origin, destination
        Rows of nodes.
    weight
        Weight of every arc, at least 0, inf where the way may not lead.
    bounds
        Lower bounds of the weight from the origin to every state, 0 at those of the origin; along no arc do they rise
        by more than it weighs.
    """
    if _least_of(around, destination, deadline.least_h) > deadline.most_h:
        return None, 0
    free, n_met = way_back(around, origin, destination, weight, bounds, limit)
    if free is None or deadline.is_kept_by(free.way):
        return free, n_met
    timed, n_labels = _labels_back(around, origin, destination, weight, bounds, limit, deadline)
    return timed, n_met + n_labels


@dataclass(frozen=True, eq=False)
class TimedBlocks(Portable):
    """The blocks of a question that have a deadline; what their limits mean for ways is found once and kept.

    Attributes
    ----------
    blocks
        The question.
    mask
        Which blocks have a limit, (n_blocks,).
    """

    blocks: DemandBlocks
    mask: Mask

    @classmethod
    def of(cls, blocks: DemandBlocks) -> TimedBlocks:
        """Return those of a question."""
        return cls(blocks, np.array([block.max_time_h < inf for block in blocks.blocks], dtype=np.bool_))

    @cached_property
    def around(self) -> Surroundings:
        """Steps out of and into every state."""
        return surroundings_of(self.blocks.graph)

    @cached_property
    def _deadlines(self) -> dict[int, Deadline]:
        return {}

    @cached_property
    def _hours(self) -> dict[int, list[float]]:
        """Hours of every arc by the arcs of blocks, as there is one such list for all blocks of a kind."""
        return {}

    def deadline(self, block: int) -> Deadline:
        """Return what the limit of a block with one means for its ways."""
        if block not in self._deadlines:
            own = self.blocks.blocks[block]
            if id(own.arcs) not in self._hours:
                self._hours[id(own.arcs)] = hours_for(own)
            self._deadlines[block] = deadline_of(self.around, own, self._hours[id(own.arcs)])
        return self._deadlines[block]

    def ways_from(self, block: int, ends: Sequence[tuple[int, float]], weight: Sequence[float]) -> dict[int, Found]:
        """Return the cheapest ways of a block with a limit to destinations, each below a ceiling; `timed_ways_from`."""
        origin = self.blocks.blocks[block].origin
        return timed_ways_from(self.around, origin, ends, weight, self.deadline(block))[1]

    def ways_of(
        self, pairs: Pairs, limit: Numbers, weights: Sequence[Sequence[float]], clock: TimeLeft
    ) -> dict[int, tuple[float, Found | None]]:
        """Return the limit of every pair whose block has a deadline, and its cheapest way in time below that.

        Parameters
        ----------
        pairs
            The pairs, of which only some have such a block.
        limit
            Weight below which the way of each pair is wanted, (at least n_pairs,).
        weights
            Weight plus prices of every arc by kind of goods.
        clock
            Raises `OutOfTimeError` where the time is up.
        """
        of_block: dict[int, list[int]] = {}
        for at in np.flatnonzero(self.mask[pairs.block]).tolist():
            of_block.setdefault(int(pairs.block[at]), []).append(at)
        found: dict[int, tuple[float, Found | None]] = {}
        for block, members in of_block.items():
            clock()
            ends = [(int(pairs.destination[at]), float(limit[at])) for at in members]
            ways = self.ways_from(block, ends, weights[int(pairs.kind[members[0]])])
            found |= {at: (most, ways.get(node)) for at, (node, most) in zip(members, ends, strict=True)}
        return found


def ways_in_time(
    around: Surroundings, block: Block, destinations: Sequence[int], weight: Sequence[float]
) -> dict[int, Found]:
    """Return the cheapest way of a block to each destination, within its deadline if it has one."""
    if block.max_time_h == inf:
        return ways_from(around, block.origin, destinations, weight)[1]
    ends = [(node, inf) for node in destinations]
    return timed_ways_from(around, block.origin, ends, weight, deadline_of(around, block, hours_for(block)))[1]


def _least_of(around: Surroundings, node: int, value: Sequence[float]) -> float:
    """Return the least value of the states of a node, inf where it has none."""
    return min((value[state] for state in around.states_of.get(node, ())), default=inf)


def _labels_back(
    around: Surroundings,
    origin: int,
    destination: int,
    weight: Sequence[float],
    bounds: Sequence[float],
    limit: float,
    deadline: Deadline,
) -> tuple[Found | None, int]:
    """Set labels from the destination back to the origin; return the way found and the number of labels.

    As bounds rise by no more than arcs weigh, the labels of a state are settled in the order of their weight, so that
    one is dominated exactly where an earlier one takes no longer.
    """
    into, node = around.into, around.node
    time_h, least_h, most_h = deadline.time_h, deadline.least_h, deadline.most_h
    quickest: dict[int, float] = {}
    # Label k leads over the arc `first[k]` to the head of that arc and on along the label `rest[k]`.
    first: list[int] = []
    rest: list[int] = []
    heap: list[tuple[float, float, int, float, float, int]] = []
    for state in around.states_of.get(destination, ()):
        if bounds[state] < limit and least_h[state] <= most_h:
            heappush(heap, (bounds[state], least_h[state], len(first), 0.0, 0.0, state))
            first.append(-1)
            rest.append(-1)
    quickest_at = quickest.get
    while heap:
        _, _, label, so_far, hours, state = heappop(heap)
        if hours >= quickest_at(state, inf):
            continue
        quickest[state] = hours
        if node[state] == origin:
            way = []
            while first[label] >= 0:
                way.append(first[label])
                label = rest[label]
            return Found(so_far, tuple(way)), len(first)
        for tail, arc in into[state]:
            taken_h = hours + time_h[arc]
            whole_h = taken_h + least_h[tail]
            if whole_h > most_h or taken_h >= quickest_at(tail, inf):
                continue
            offered = so_far + weight[arc]
            expected = offered + bounds[tail]
            if expected < limit:
                heappush(heap, (expected, whole_h, len(first), offered, taken_h, tail))
                first.append(arc)
                rest.append(label)
    return None, len(first)
