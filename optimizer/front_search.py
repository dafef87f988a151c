"""The exact front between two criteria on a large graph: labels in waves of arrays."""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.front_graph import following
from optimizer.front_known import Known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.model import Numbers
    from optimizer.front_bounds import Field
    from optimizer.front_graph import Rows

MOST_WAVES = 4000
"""Waves are no thinner than the way to the sink over this, where most steps are short and a few are long."""

BISECTIONS = 20
"""Halvings of the interval in which the epsilon lies that a search cut short has proved."""


class Labels(NamedTuple):
    """Ways from a root to a node: the node, the sums of both criteria, the label it goes on from and the step taken."""

    node: Rows
    x: Numbers
    y: Numbers
    before: Rows
    step: Rows

    def take(self, rows: Rows) -> Labels:
        """Return some of the labels."""
        return Labels(self.node[rows], self.x[rows], self.y[rows], self.before[rows], self.step[rows])

    def joined(self, *others: Labels) -> Labels:
        """Return these labels and others after them."""
        return Labels(*(np.concatenate(columns) for columns in zip(self, *others, strict=True)))


class Reached(NamedTuple):
    """What a search has found.

    `before` and `step` hold one entry per label settled: the label it goes on from and the step taken. A label at a
    root takes no step, -1, and its `before` is -1 - its place among the roots; labels in `known` may be such numbers
    too. `twins` are three arrays: labels, and for each another label and step by which the same sums are reached.
    `at_sink` are labels settled at the sink, `x` and `y` their sums, some of which may be dominated; `known` are all
    sums known, each by a label and the way ahead that it takes (see `Known`). `within` is the epsilon proved: every
    path has a known sum that is at most that much worse, as a share, in each criterion.
    """

    before: Rows
    step: Rows
    twins: tuple[Rows, Rows, Rows]
    at_sink: Rows
    x: Numbers
    y: Numbers
    known: Known
    within: float


def search_front(
    field: Field, most: tuple[float, float], epsilon: float = 0.0, max_labels: int | None = None
) -> Reached:
    """Return the labels of the front between two criteria.

    Labels are settled in waves of rising `x`. All labels of earlier waves have less of it, so that one number per node
    says whether they dominate: the least `y` there. Within a wave labels are made until no new one is left, and those
    of a node are compared among themselves. So no label is lost, and none of a wave that is done is dominated.

    Every label settled also takes the best ways ahead at a few prices, so that most of the front is known long before
    the waves reach the sink; what cannot be better than a known sum is dropped (`Known`).

    Parameters
    ----------
    most
        Limits of both criteria.
    epsilon
        Drop also what is less than 1 + epsilon times better than a known sum in both criteria.
    max_labels
        Stop after the wave part in which so many labels are settled. None for no end.

    Notes
    -----
    Sources: Hernandez et al. (2023), Artificial Intelligence 314:103807, for one number per node (BOA*); Meyer and
    Sanders (2003), Journal of Algorithms 49:114, for waves (delta-stepping); Przybylski, Gandibleux and Ehrgott (2008),
    European Journal of Operational Research 185:509, for corners of sums known against bounds at prices; Perny and
    Spanjaard (2008), ECAI, for an epsilon against solutions alone, which does not add up along a path.
    """
    known = Known(field, most, 1.0 + epsilon)
    n_nodes = len(field.first) - 1
    least_y, is_met = np.full(n_nodes, inf), np.zeros(n_nodes, dtype=bool)
    waiting = _Waiting(_width(field))
    n_roots = len(field.roots)
    nothing, root = np.zeros(n_roots), -1 - np.arange(n_roots)
    waiting.add(Labels(field.roots, nothing, nothing, root, np.full(n_roots, -1, dtype=np.intp)))
    known.add(field.way_x[field.roots], field.way_y[field.roots], root)
    before: list[Rows] = []
    steps: list[Rows] = []
    twins: list[tuple[Rows, Rows, Rows]] = []
    at_sink: list[tuple[Rows, Numbers, Numbers]] = []
    n_labels = 0
    open_: list[Labels] = []
    while waiting and not open_:
        end_x, parts = waiting.pop()
        wave, wave_label = _nothing(), np.empty(0, dtype=np.intp)
        while parts:
            new = parts[0].joined(*parts[1:])
            new = new.take(np.flatnonzero(new.y < least_y[new.node]))
            new = new.take(np.flatnonzero(~known.is_hopeless(new.node, new.x, new.y)))
            if max_labels is not None and n_labels >= max(max_labels, 1):
                open_ = [new, *waiting.rest()]
                break
            # Labels of the wave at other nodes stand as they are.
            is_met[new.node] = True
            old, others = np.flatnonzero(is_met[wave.node]), np.flatnonzero(~is_met[wave.node])
            is_met[new.node] = False
            both = wave.take(old).joined(new)
            kept, equal, to = _undominated(both)
            labels = np.concatenate((wave_label[old], np.full(len(new.node), -1, dtype=np.intp)))
            fresh = np.sort(kept[kept >= len(old)])
            labels[fresh] = np.arange(n_labels, n_labels + len(fresh))
            n_labels += len(fresh)
            twins.append((labels[to], both.before[equal], both.step[equal]))
            born, label = both.take(fresh), labels[fresh]
            before.append(born.before)
            steps.append(born.step)
            wave, wave_label = (
                wave.take(others).joined(both.take(kept)),
                np.concatenate((wave_label[others], labels[kept])),
            )
            is_sink = born.node == field.sink
            at_sink.append((label[is_sink], born.x[is_sink], born.y[is_sink]))
            on = np.flatnonzero(~is_sink)
            born, label = born.take(on), label[on]
            known.add(born.x[:, None] + field.way_x[born.node], born.y[:, None] + field.way_y[born.node], label)
            later = _beyond(field, known, least_y, born, label)
            is_within = later.x < end_x
            parts = [later.take(np.flatnonzero(is_within))] if is_within.any() else []
            waiting.add(later.take(np.flatnonzero(~is_within)))
        np.minimum.at(least_y, wave.node, wave.y)
    sink_label, sink_x, sink_y = (np.concatenate(columns) for columns in zip(*at_sink, strict=True))
    twin, twin_before, twin_step = (np.concatenate(columns) for columns in zip(*twins, strict=True))
    return Reached(
        before=np.concatenate(before),
        step=np.concatenate(steps),
        twins=(twin, twin_before, twin_step),
        at_sink=sink_label,
        x=sink_x,
        y=sink_y,
        known=known,
        within=_proved(known, open_[0].joined(*open_[1:]), epsilon) if open_ else epsilon,
    )


class _Waiting:
    """Labels that wait for their wave, by the number of the wave."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.parts: dict[int, list[Labels]] = {}
        self.heap: list[int] = []

    def __bool__(self) -> bool:
        return bool(self.heap)

    def add(self, labels: Labels) -> None:
        """Add labels, each to its wave."""
        if not len(labels.x):
            return
        wave = (labels.x / self.width).astype(np.int64)
        order = np.argsort(wave, kind="stable")
        ends = np.flatnonzero(np.diff(wave[order])) + 1
        for rows in np.split(order, ends):
            number = int(wave[rows[0]])
            if number not in self.parts:
                self.parts[number] = []
                heappush(self.heap, number)
            self.parts[number].append(labels.take(rows))

    def pop(self) -> tuple[float, list[Labels]]:
        """Return the labels of the first wave and the sum at which it ends."""
        number = heappop(self.heap)
        return (number + 1) * self.width, self.parts.pop(number)

    def rest(self) -> Iterable[Labels]:
        """Return all labels that wait."""
        return (part for parts in self.parts.values() for part in parts)


def _width(field: Field) -> float:
    """Return the width of a wave: a power of two near the middle step, so that to divide by it rounds nothing."""
    positive = field.x[field.x > 0.0]
    least = field.most_x / MOST_WAVES
    width = max(float(np.median(positive)) if len(positive) else 0.0, least)
    return float(2.0 ** np.ceil(np.log2(width))) if width > 0.0 else 1.0


def _nothing() -> Labels:
    """Return no labels."""
    rows, numbers = np.empty(0, dtype=np.intp), np.empty(0)
    return Labels(rows, numbers, numbers, rows, rows)


def _beyond(field: Field, known: Known, least_y: Numbers, born: Labels, label: Rows) -> Labels:
    """Return the labels one step on from those just settled, without those that are beaten already."""
    step, at = following(field.first, born.node)
    node, y = field.head[step], born.y[at] + field.y[step]
    rows = np.flatnonzero(y < least_y[node])
    step, at, node, y = step[rows], at[rows], node[rows], y[rows]
    x = born.x[at] + field.x[step]
    rows = np.flatnonzero(~known.is_beaten(node, x, y))
    return Labels(node[rows], x[rows], y[rows], label[at[rows]], step[rows])


def _undominated(labels: Labels) -> tuple[Rows, Rows, Rows]:
    """Return the labels that no other one of their node dominates, one of equal ones, and the equal ones left out.

    Three arrays of rows: those kept, those equal to a kept one, and the kept ones these are equal to. Of equal labels
    the first is kept.
    """
    order = np.lexsort((labels.y, labels.x, labels.node))
    node, x, y = labels.node[order], labels.x[order], labels.y[order]
    n_labels = len(order)
    begins = np.ones(n_labels, dtype=bool)
    begins[1:] = node[1:] != node[:-1]
    start = np.maximum.accumulate(np.where(begins, np.arange(n_labels), 0))
    place = np.arange(n_labels) - start
    # The least `y` up to a label among those of its node, by doubling the reach (Hillis and Steele 1986,
    # Communications of the ACM 29:1170): sums keep all their bits.
    least, reach, longest = y.copy(), 1, int(place.max(initial=0))
    while reach <= longest:
        np.minimum(least[reach:], np.where(place[reach:] >= reach, least[:-reach].copy(), inf), out=least[reach:])
        reach *= 2
    kept = begins.copy()
    kept[1:] |= y[1:] < least[:-1]
    at = np.maximum.accumulate(np.where(kept, np.arange(n_labels), 0))
    equal = np.flatnonzero(~kept & (x == x[at]) & (y == y[at]))
    return order[kept], order[equal], order[at[equal]]


def _proved(known: Known, labels: Labels, epsilon: float) -> float:
    """Return the least epsilon, or a little more, with which no label would be left; infinity where there is none."""

    def suffices(more: float) -> bool:
        tried = Known(known.field, known.most, 1.0 + more)
        tried.x, tried.y = known.x, known.y
        return bool(tried.is_hopeless(labels.node, labels.x, labels.y).all())

    if suffices(epsilon):
        return epsilon
    low, high = epsilon, max(2.0 * epsilon, 0.01)
    while not suffices(high):
        if high > 1e6:
            return inf
        low, high = high, 2.0 * high
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high
