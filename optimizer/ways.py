"""Best ways from one origin to all states of a large network, by sums of weight and, where they tie, by keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.reach import NEAR
from optimizer.search import FREE, Digraph, distances_to_sink

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from network.model import Mask, Numbers
    from optimizer.resources import Rows
    from optimizer.search import Step

LEAST_STATES = 5_000
"""States from which on best ways are found by sums first; smaller networks are searched by keys at once."""

LEAST_COMPILED = 1_000_000
"""Origins times states from which on a compiled search is worth its import."""


class WaysOut(NamedTuple):
    """Best ways from an origin to every state, each array of shape (n_states,) but `is_tight`, which is per arc used.

    Attributes
    ----------
    sums
        Least sum of weight, infinity where no way leads.
    before
        The state before, the state itself where the way begins or there is none.
    arc
        The arc from the state before, -1 where the way begins or there is none.
    is_tied
        Whether more than one way is as good as the best up to rounding, so that exact keys have to decide.
    is_tight
        Whether an arc is on a best way, in the order of `Openings.arcs`.
    """

    sums: Numbers
    before: Rows
    arc: Rows
    is_tied: Mask
    is_tight: Mask

    def totals(self, values: Sequence[Numbers]) -> list[Numbers]:
        """Return, for each of `values` per arc, its sum along the way to every state; the ways are halved in turns.

        Source: Wyllie (1979), The Complexity of Parallel Computations, Cornell, for the doubling of steps.
        """
        is_on = self.arc >= 0
        totals = [np.where(is_on, each[self.arc], 0.0) for each in values]
        before = self.before
        while (before != (further := before[before])).any():
            for total in totals:
                total += total[before]
            before = further
        for total in totals:
            total += total[before]
        return totals


class Openings:
    """The arcs that a trip without vias may use, as many origins search them."""

    def __init__(self, digraph: Digraph, weight: Sequence[float], n_states: int, n_origins: int) -> None:
        closed, self.n_states, self._weights = digraph.closed, n_states, weight
        steps = [
            (head, tail, arc)
            for tail, out in enumerate(digraph.out[:n_states])
            if tail not in closed
            for head, arc in out
            if arc != FREE and head not in closed
        ]
        # By head, so that the arcs into a state stand together.
        ends = np.array(steps, dtype=np.int64).reshape(-1, 3)
        self.head, self.tail, self.arcs = ends[np.argsort(ends[:, 0], kind="stable")].T.copy()
        self.weight = np.array(weight)[self.arcs]
        self._is_compiled = n_origins * n_states >= LEAST_COMPILED

    def ways_from(self, digraph: Digraph) -> WaysOut:
        """Return the best ways from the source of a digraph, which differs from that of the openings in its ends only.

        Every best path of exact keys consists of arcs whose weight fills the gap between the sums at their ends, up to
        rounding. A state with one such arc has one best way if the state before it has.
        """
        starts = [state for state, _ in digraph.out[digraph.source] if state not in digraph.closed]
        sums = self._sums_from(digraph, starts)
        tail, head = self.tail, self.head
        is_tight = np.isfinite(sums[tail]) & (sums[tail] + self.weight <= sums[head] * (1.0 + NEAR))
        n_into = np.bincount(head[is_tight], minlength=self.n_states)
        before, arc = np.arange(self.n_states), np.full(self.n_states, -1)
        before[head[is_tight]], arc[head[is_tight]] = tail[is_tight], self.arcs[is_tight]
        n_into[starts] += 1
        before[starts], arc[starts] = starts, -1
        is_tied, further = n_into > 1, before
        # A way is tied if any state on it is.
        for _ in range(self.n_states.bit_length()):
            is_tied = is_tied | is_tied[further]
            nearer, further = further, further[further]
            if (nearer == further).all():
                break
        return WaysOut(sums, before, arc, is_tied, is_tight)

    def best_only(self, digraph: Digraph, ways: WaysOut, states: Iterable[int]) -> Digraph:
        """Return the digraph with only the steps out that are on best ways to some states, ties included."""
        nothing: list[Step] = []
        out = [nothing] * len(digraph.out)
        out[digraph.source] = digraph.out[digraph.source]
        is_tight, tail, arcs = ways.is_tight, self.tail, self.arcs
        found = list(dict.fromkeys(states))
        is_found = set(found)
        for state in found:
            for at in range(self._first_into[state], self._first_into[state + 1]):
                if is_tight[at]:
                    before = int(tail[at])
                    if out[before] is nothing:
                        out[before] = []
                    out[before].append((state, int(arcs[at])))
                    if before not in is_found:
                        is_found.add(before)
                        found.append(before)
        return digraph._replace(out=out)

    @cached_property
    def _first_into(self) -> list[int]:
        """Where the arcs into each state begin, and a final end."""
        first: list[int] = np.searchsorted(self.head, np.arange(self.n_states + 1)).tolist()
        return first

    @cached_property
    def _matrix(self) -> Any:
        """The least weight from state to state as the compiled search wants it, which would sum parallel arcs up."""
        from scipy.sparse import csr_matrix

        order = np.lexsort((self.weight, self.head, self.tail))
        tail, head = self.tail[order], self.head[order]
        is_first = np.ones(len(order), dtype=np.bool_)
        is_first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        ends = tail[is_first], head[is_first]
        return csr_matrix((self.weight[order][is_first], ends), shape=(self.n_states, self.n_states))

    def _sums_from(self, digraph: Digraph, starts: list[int]) -> Numbers:
        """Return the least sum of weight from any of the starts to every state, infinity where there is none."""
        if not starts:
            return np.full(self.n_states, np.inf)
        if self._is_compiled:
            from scipy.sparse.csgraph import dijkstra

            return np.asarray(dijkstra(self._matrix, indices=starts, min_only=True), dtype=np.float64)
        turned = Digraph(digraph.into, digraph.out, digraph.sink, digraph.source, digraph.closed)
        found = distances_to_sink(turned, self._weights)[: self.n_states]
        return np.array([np.inf if sum_ is None else sum_ for sum_ in found])
