"""What the cheapest way within a deadline costs, for the proof of a plan.

Nothing here knows how plans find their ways: this search goes forward from the origin, led by what lies ahead of a
destination in weight and in hours, where theirs go back. Labels are settled in the order of the least weight they can
come to, and dropped where their state has one that weighs no more and takes no longer, or where they cannot keep the
limit (the exact algorithm of Y. P. Aneja, V. Aggarwal, K. P. K. Nair, *Networks* 13, 1983, in best-first order).
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from network.model import Numbers
    from optimizer.resources import Rows


Passage = tuple[int, float, float]
"""An arc out of a state: the state it leads to, what it weighs, how long it takes."""


def passages_out(tail: Rows, head: Rows, weight: Numbers, time_h: Numbers, n_states: int) -> list[list[Passage]]:
    """Return the passages out of every state over some arcs, given by arrays of one shape."""
    out: list[list[Passage]] = [[] for _ in range(n_states)]
    for start, *passage in zip(tail.tolist(), head.tolist(), weight.tolist(), time_h.tolist(), strict=True):
        out[start].append(tuple(passage))
    return out


def cheapest_within(
    out: Sequence[Sequence[Passage]],
    starts: Sequence[int],
    ends: Collection[int],
    weight_ahead: Numbers,
    hours_ahead: Numbers,
    most_h: float,
) -> float:
    """Return the weight of the cheapest way that takes at most `most_h`, inf where none does.

    Parameters
    ----------
    out
        Passages out of every state, weights and hours at least 0.
    starts, ends
        States in which the way may start and end.
    weight_ahead, hours_ahead
        The least weight, and the least hours, from every state to the nearest of `ends`, (n_states,).
    """
    ahead, ahead_h = weight_ahead.tolist(), hours_ahead.tolist()
    heap = [(ahead[state], ahead_h[state], 0.0, 0.0, state) for state in starts if ahead_h[state] <= most_h]
    heap.sort()
    quickest: dict[int, float] = {}
    while heap:
        _, _, paid, spent_h, state = heappop(heap)
        if spent_h >= quickest.get(state, inf):
            continue
        if state in ends:
            return paid
        quickest[state] = spent_h
        for head, weight, time_h in out[state]:
            after_h = spent_h + time_h
            if after_h + ahead_h[head] <= most_h and after_h < quickest.get(head, inf):
                after = paid + weight
                heappush(heap, (after + ahead[head], after_h + ahead_h[head], after, after_h, head))
    return inf
