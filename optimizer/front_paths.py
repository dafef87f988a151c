"""From the labels of a front back to the arcs of its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.front_bounds import Field
    from optimizer.front_graph import Rows
    from optimizer.front_search import Reached


class Ending(NamedTuple):
    """A path to the sink by its sums in both criteria and its arcs."""

    x: float
    y: float
    arcs: tuple[int, ...]


def endings(field: Field, reached: Reached, *, is_exact: bool) -> list[Ending]:
    """Return a path for each sum of a front that is reached, of fewest legs and then of the first arcs.

    Where the search was not exact, also one for each sum known only by a way ahead; loops on it are cut out.
    """
    rows, arc = _lowest(reached), field.arc
    labels, before, step = reached.at_sink[rows], reached.before, reached.step
    taken, passed, _ = _steps_to(labels, before, step)
    if np.isin(reached.twins[0], passed).any():
        best = _best_before(reached, labels.tolist(), arc)
        before, step = before.copy(), step.copy()
        changed = np.array(list(best), dtype=np.intp)
        before[changed], step[changed] = np.array(list(best.values()), dtype=np.intp).T
        taken, _, _ = _steps_to(labels, before, step)
    found = [
        Ending(x, y, tuple(arc[steps].tolist()))
        for steps, x, y in zip(taken, reached.x[rows].tolist(), reached.y[rows].tolist(), strict=True)
    ]
    if is_exact:
        return found
    known, head = reached.known, field.head.tolist()
    taken, _, roots = _steps_to(known.label[1:], before, step)
    for steps, way, root in zip(taken, known.way[1:].tolist(), field.roots[roots].tolist(), strict=True):
        walk, ahead = steps.tolist(), field.way_step[:, way]
        node = head[walk[-1]] if walk else root
        while node != field.sink:
            walk.append(int(ahead[node]))
            node = head[walk[-1]]
        direct = _without_loops(root, walk, head)
        x, y = (float(numbers[direct].sum()) for numbers in (field.x, field.y))
        found.append(Ending(x, y, tuple(arc[direct].tolist())))
    return found


def _steps_to(labels: Rows, before: Rows, step: Rows) -> tuple[list[Rows], Rows, Rows]:
    """Return the steps of each of some labels in order, all labels passed on the way, and the place of each root.

    All labels are followed back together, one step at a time.
    """
    at, lines, passed = labels.copy(), [], [labels[labels >= 0]]
    while len(moving := np.flatnonzero(at >= 0)):
        line = np.full(len(labels), -1, dtype=np.intp)
        line[moving] = step[at[moving]]
        at[moving] = before[at[moving]]
        lines.append(line)
        passed.append(at[moving][at[moving] >= 0])
    back = np.array(lines[::-1], dtype=np.intp).reshape(len(lines), len(labels)).T
    return [steps[steps >= 0] for steps in back], np.concatenate(passed), -1 - at


def _lowest(reached: Reached) -> Rows:
    """Return the places of the labels at the sink that no other one dominates."""
    order = np.lexsort((reached.y, reached.x))
    y = reached.y[order]
    is_lowest = np.ones(len(y), dtype=bool)
    is_lowest[1:] = y[1:] < np.minimum.accumulate(y)[:-1]
    kept: Rows = order[is_lowest]
    return kept


def _without_loops(start: int, steps: Iterable[int], head: Sequence[int]) -> list[int]:
    """Return the steps of a walk without those between two passages of a node."""
    direct: list[int] = []
    nodes, passed = [start], {start}
    for step in steps:
        node = head[step]
        if node in passed:
            while nodes[-1] != node:
                passed.remove(nodes.pop())
                direct.pop()
        else:
            direct.append(step)
            nodes.append(node)
            passed.add(node)
    return direct


def _best_before(reached: Reached, labels: Sequence[int], arc: Rows) -> dict[int, tuple[int, int]]:
    """Return the label before and the step taken, of each label that leads to some, on its first path.

    First is the path of fewest legs, then the one whose arcs come first. Labels of equal legs are ranked level by
    level, by the rank of the label before and then by the arc, so that no two paths are ever compared as a whole.
    """
    others: dict[int, list[tuple[int, int]]] = {}
    for label, *other in zip(*(column.tolist() for column in reached.twins), strict=True):
        others.setdefault(label, []).append((other[0], other[1]))
    after: dict[int, list[tuple[int, int]]] = {}
    seen, waiting = set(labels), list(labels)
    roots: list[int] = []
    while waiting:
        label = waiting.pop()
        first = reached.before.item(label), reached.step.item(label)
        if first[1] < 0:
            roots.append(label)
            continue
        for earlier, step in (first, *others.get(label, ())):
            after.setdefault(earlier, []).append((label, step))
            if earlier not in seen:
                seen.add(earlier)
                waiting.append(earlier)
    best: dict[int, tuple[int, int]] = {}
    level = dict.fromkeys(roots, 0)
    done = set(roots)
    while level:
        reached_by: dict[int, tuple[int, int, int, int]] = {}
        for earlier, rank in level.items():
            for label, step in after.get(earlier, ()):
                if label not in done:
                    by = (rank, arc.item(step), step, earlier)
                    reached_by[label] = min(reached_by.get(label, by), by)
        best.update((label, (earlier, step)) for label, (_, _, step, earlier) in reached_by.items())
        done.update(reached_by)
        order = {by: at for at, by in enumerate(sorted({by[:2] for by in reached_by.values()}))}
        level = {label: order[by[:2]] for label, by in reached_by.items()}
    return best
