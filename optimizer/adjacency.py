"""Plain lists of the virtual network for one commodity, as the searches of `optimizer.search` want them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import gcd, inf
from typing import TYPE_CHECKING

import numpy as np

from network.errors import CorridorError
from optimizer.graph import ArcGraph, CommodityArcs, arc_name, commodity_arcs, expand
from optimizer.search import Digraph, Step

if TYPE_CHECKING:
    from network.model import Dataset, Numbers
    from optimizer.weights import Weights

SIGNIFICANT_DIGITS = 13
"""Digits kept of a weight or time, so that 0.1 + 0.2 ties with 0.3; a float has 15 to 17."""

SMALLEST_EXPONENT = -300
MOST_STAGES_BITS = 16

LEAST_LEANING = 10_000
"""States from which on searches lean on straight lines; on smaller networks these cost more than they spare."""

LEAST_DIRECT = 0.1
"""What a straight line must weigh at least, as a share of the arcs on it, to be worth leaning on."""

LEAST_CHORD = 0.01
"""Earth radii between two places, 64 km, from which on the rounding of coordinates is no part of what lies between."""


@dataclass(frozen=True, eq=False)
class Adjacency:
    """Steps between the states of a virtual network, and what every arc costs one unit of a commodity.

    `out` and `into` hold the steps from and to every state, `n_states` lists each. The lists of values have one entry
    per arc and a final 0; `keys` order paths by weight, then by money, then by time.
    """

    graph: ArcGraph
    values: CommodityArcs
    out: list[list[Step]]
    into: list[list[Step]]
    keys: list[int]
    weight: list[float]
    time_h: list[float]
    cost_usd: list[float]

    def between(
        self,
        origin: int,
        vias: list[int],
        destination: int,
        closed_states: frozenset[int] = frozenset(),
        closed_arcs: frozenset[int] = frozenset(),
    ) -> Digraph:
        """Return the digraph of a trip between node rows, on which every path from source to sink is a route.

        Each via starts a new stage, a copy of the network with its own nodes (stage · n_states + state). The source
        leads to all states of the origin, each state of a via on to itself in the next stage, and all states of the
        destination in the last stage to the sink, all for free and in one direction, so that no end and no via is a
        free transfer.
        """
        n_states, n_stages = self.graph.n_states, len(vias) + 1
        first_out, first_into = self._open(closed_arcs)
        out, into = list(first_out), list(first_into)
        for stage in range(1, n_stages):
            offset = stage * n_states
            out += [[(offset + state, arc) for state, arc in steps] for steps in first_out]
            into += [[(offset + state, arc) for state, arc in steps] for steps in first_into]
        source, sink = n_stages * n_states, n_stages * n_states + 1
        out += [[], []]
        into += [[], []]
        states_of = self.graph.states_of
        last = (n_stages - 1) * n_states
        free = [(source, state) for state in states_of.get(origin, ())]
        free += [
            (stage * n_states + state, (stage + 1) * n_states + state)
            for stage, via in enumerate(vias)
            for state in states_of.get(via, ())
        ]
        free += [(last + state, sink) for state in states_of.get(destination, ())]
        for tail, head in free:
            out[tail] = [*out[tail], (head, -1)]
            into[head] = [*into[head], (tail, -1)]
        closed = frozenset(stage * n_states + state for state in closed_states for stage in range(n_stages))
        return Digraph(out, into, source, sink, closed)

    def lean(self, origin: int, destination: int, digraph: Digraph) -> list[float] | None:
        """Return a number per node of a digraph `between` node rows, which falls along no arc by more than its weight.

        The least that any arc weighs per unit of straight line bounds what is left to the destination, and what has
        passed since the origin; half their difference is the number. None where this bound is worth little, or where
        the two places are near each other.

        Source: Hart, Nilsson and Raphael (1968), for bounds by straight lines, here chords of the globe.
        """
        if self._per_chord == 0.0:
            return None
        x, y, z = self._position
        start, end = (self.graph.states_of.get(row, (None,))[0] for row in (origin, destination))
        if start is None or end is None:
            return None
        to_start, to_end = (np.sqrt((x - x[at]) ** 2 + (y - y[at]) ** 2 + (z - z[at]) ** 2) for at in (start, end))
        if to_end[start] < LEAST_CHORD:
            return None
        lean = (0.5 * self._per_chord * (to_end - to_start)).tolist()
        n_stages = len(digraph.out) // len(lean)
        return [*(lean * n_stages), lean[start], lean[end]]

    @cached_property
    def _position(self) -> tuple[Numbers, Numbers, Numbers]:
        """Points of the states on a globe of radius 1, each of shape (n_states,)."""
        nodes, node = self.graph.data.network.nodes, self.graph.state_node
        lat, lon = (np.radians(nodes.number(column))[node] for column in ("lat", "lon"))
        return np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)

    @cached_property
    def _per_chord(self) -> float:
        """The least weight of an arc per length of its chord, 0 where it is not worth leaning on."""
        if self.graph.n_states < LEAST_LEANING:
            return 0.0
        usable = np.flatnonzero(self.values.allowed)
        tail, head = self.graph.tail[usable], self.graph.head[usable]
        chord = np.sqrt(sum((axis[tail] - axis[head]) ** 2 for axis in self._position))
        weight = self.values.weight[usable][chord > 0.0]
        chord = chord[chord > 0.0]
        # The last digits of a chord are rounding.
        least = float((weight / chord).min(initial=inf)) * (1.0 - 1e-9)
        return least if LEAST_DIRECT * weight.sum() <= least * chord.sum() < inf else 0.0

    def _open(self, closed_arcs: frozenset[int]) -> tuple[list[list[Step]], list[list[Step]]]:
        """Return `out` and `into` without some arcs; lists without such arcs are not copied."""
        if not closed_arcs:
            return self.out, self.into
        out, into = list(self.out), list(self.into)
        rows = sorted(closed_arcs)
        for state in set(self.graph.tail[rows].tolist()):
            out[state] = [step for step in out[state] if step[1] not in closed_arcs]
        for state in set(self.graph.head[rows].tolist()):
            into[state] = [step for step in into[state] if step[1] not in closed_arcs]
        return out, into


@lru_cache(maxsize=8)
def adjacency(data: Dataset, year: int, month: int | None, commodity: int, weights: Weights) -> Adjacency:
    """Return the adjacency of the commodity in row `commodity`; the last few are kept.

    Raises
    ------
    CorridorError
        An arc the commodity may use has a weight below 0, or none.
    """
    graph = expand(data, year, month)
    values = commodity_arcs(graph, commodity, weights)
    usable = np.flatnonzero(values.allowed)
    if (values.weight[usable] < 0).any():
        arc = int(usable[values.weight[usable] < 0][0])
        raise CorridorError(f"the weight of {values.commodity} on {arc_name(graph, arc)} is below 0; mend its price")
    out: list[list[Step]] = [[] for _ in range(graph.n_states)]
    into: list[list[Step]] = [[] for _ in range(graph.n_states)]
    for arc, tail, head in zip(usable.tolist(), graph.tail[usable].tolist(), graph.head[usable].tolist(), strict=True):
        out[tail].append((head, arc))
        into[head].append((tail, arc))
    return Adjacency(
        graph=graph,
        values=values,
        out=out,
        into=into,
        keys=path_keys(
            *(np.where(values.allowed, ranked, 0.0) for ranked in (values.weight, values.cost_usd, values.time_h))
        ),
        weight=[*values.weight.tolist(), 0.0],
        time_h=[*values.time_h.tolist(), 0.0],
        cost_usd=[*values.cost_usd.tolist(), 0.0],
    )


def path_keys(*ranked: Numbers) -> list[int]:
    """Return a whole number per arc, and a final 0, whose sums order paths by the first values, ties by the next.

    Each of `ranked`, of shape (n_arcs,), takes lower digits than the one before, with room for any path.
    """
    keys = [0] * len(ranked[0])
    for values in ranked:
        numbers = whole_numbers(values)
        room = sum(numbers).bit_length() + MOST_STAGES_BITS
        keys = [(key << room) + number for key, number in zip(keys, numbers, strict=True)]
    return [*keys, 0]


def whole_numbers(values: Numbers) -> list[int]:
    """Return numbers of at least 0, rounded to 13 significant digits, as multiples of their common measure.

    Examples
    --------
    >>> whole_numbers(np.array([0.1, 0.2, 0.3, 1e12]))
    [1, 2, 3, 10000000000000]
    """
    with np.errstate(divide="ignore"):
        exponent = np.floor(np.log10(values)) - (SIGNIFICANT_DIGITS - 1)
    exponent = np.maximum(exponent, SMALLEST_EXPONENT).astype(np.int64)
    mantissa = np.rint(values / 10.0**exponent).astype(np.int64)
    is_positive = mantissa > 0
    if not is_positive.any():
        return [0] * len(values)
    shift = np.where(is_positive, exponent - exponent[is_positive].min(), 0)
    numbers = [digits * 10**power for digits, power in zip(mantissa.tolist(), shift.tolist(), strict=True)]
    measure = gcd(*numbers)
    return [number // measure for number in numbers]
