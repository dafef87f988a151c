"""Exact shortest paths over plain adjacency lists: a reverse search for bounds, and loopless paths in order.

Keys are whole numbers, so that sums are exact, ties are real ties and a bound is never off by rounding.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

FREE = -1
"""The arc of a step that is no arc of the data: out of the source, on to the next stage, into the sink.

As the last index of a list it finds the 0 that every list of values ends with.
"""

Step = tuple[int, int]
"""The node reached and the arc taken; in a list of steps back, the node come from and the arc."""

Path = tuple[Step, ...]


class Digraph(NamedTuple):
    """Steps out of and back into every node, with the two ends of the search; no path enters a `closed` node."""

    out: list[list[Step]]
    into: list[list[Step]]
    source: int
    sink: int
    closed: frozenset[int] = frozenset()


class Limit(NamedTuple):
    """A ceiling on the sum of a value along a path.

    `values` holds one number of at least 0 per arc and a final 0; `least` is the smallest sum from each node to the
    sink (see `distances_to_sink`), `most` the ceiling itself.
    """

    values: Sequence[float]
    least: Sequence[float | None]
    most: float


def distances_to_sink(digraph: Digraph, values: Sequence[float]) -> list[float | None]:
    """Return the smallest sum of `values` from every node to the sink, None where no path leads there.

    `values` holds one number of at least 0 per arc and a final 0 for `FREE`. Dijkstra (1959), backward.
    """
    into = digraph.into
    distances: list[float | None] = [None] * len(into)
    is_done = bytearray(len(into))
    for node in digraph.closed:
        is_done[node] = 1
    distances[digraph.sink] = 0
    heap: list[tuple[float, int]] = [(0, digraph.sink)]
    while heap:
        distance, node = heappop(heap)
        if is_done[node]:
            continue
        is_done[node] = 1
        for tail, arc in into[node]:
            if not is_done[tail]:
                through = distance + values[arc]
                known = distances[tail]
                if known is None or through < known:
                    distances[tail] = through
                    heappush(heap, (through, tail))
    return distances


def complete(
    digraph: Digraph,
    keys: Sequence[int],
    bounds: Sequence[float | None],
    limits: Sequence[Limit] = (),
    prefix: Path = (),
    banned: Set[Step] = frozenset(),
) -> Path | None:
    """Return the best loopless path that begins with `prefix` and does not go on with a `banned` step.

    Best is the smallest sum of `keys`, then the smallest sequence of arcs. None where there is no such path within
    the limits.

    The search is A* with labels. `bounds`, exact distances to the sink with nothing removed, are consistent lower
    bounds under every prefix and ban, so labels leave the heap in order of their final key. Without limits the first
    label of a node is the only one. With limits a label is dropped when an earlier one of its node has spent no more
    of anything, or when the least that is still to be spent breaks a limit; as nothing is ever earned back, a label
    that closes a loop is always dropped.

    Sources: Hart, Nilsson and Raphael (1968) for A*; Desrochers and Soumis (1988) for labels with resources.
    """
    node = prefix[-1][0] if prefix else digraph.source
    nothing = (0.0,) * len(limits)
    settled: dict[int, list[tuple[float, ...]]] = {digraph.source: [nothing], node: [nothing]}
    for passed, _ in prefix:
        settled[passed] = [nothing]
    key: float = 0
    spent = tuple(sum(limit.values[arc] for _, arc in prefix) for limit in limits)
    if node == digraph.sink:
        return None if _breaks(spent, node, limits) else prefix
    arcs: tuple[int, ...] = ()
    path: Path = ()
    heap: list[tuple[float, tuple[int, ...], Path, tuple[float, ...]]] = []
    while True:
        for step in digraph.out[node]:
            head, arc = step
            bound = bounds[head]
            if bound is None or step in banned:
                continue
            if head in settled and not limits:
                continue
            spent_there = spent
            if limits:
                spent_there = tuple(sum_ + limit.values[arc] for sum_, limit in zip(spent, limits, strict=True))
                if _breaks(spent_there, head, limits) or _is_dominated(spent_there, settled.get(head, ())):
                    continue
            arcs_there = arcs if arc == FREE else (*arcs, arc)
            heappush(heap, (key + keys[arc] + bound, arcs_there, (*path, step), spent_there))
        banned = frozenset()
        while heap:
            total, arcs, path, spent = heappop(heap)
            node = path[-1][0]
            if node not in settled or (limits and not _is_dominated(spent, settled[node])):
                break
        else:
            return None
        if node == digraph.sink:
            return prefix + path
        settled.setdefault(node, []).append(spent)
        key = total - (bounds[node] or 0)


def loopless_paths(digraph: Digraph, keys: Sequence[int], limits: Sequence[Limit] = ()) -> Iterator[Path]:
    """Yield every loopless path from source to sink within the limits: by sum of keys, then by sequence of arcs.

    The paths that remain are split into disjoint sets "begins with this prefix, goes on with none of these steps"; the
    best path of the best set is next, and its set is split along it. A set waits in the heap under a lower bound
    until that bound is the smallest, and only then is its best path searched for.

    Sources: Yen (1971), Management Science 17:712; Lawler (1972), Management Science 18:401, for the disjoint split;
    Hershberger, Maxel and Suri (2007), ACM Trans. Algorithms 3:45, for searching only where the bound asks for it.
    """
    bounds = distances_to_sink(digraph, keys)
    number = count()
    # (bound or key, 0 if not searched yet, arcs of the best path, number, prefix length, path, banned steps)
    waiting: list[tuple[float, int, tuple[int, ...], int, int, Path, frozenset[Step]]] = []

    def search(prefix: Path, banned: frozenset[Step]) -> None:
        path = complete(digraph, keys, bounds, limits, prefix, banned)
        if path is not None:
            arcs = tuple(arc for _, arc in path if arc != FREE)
            heappush(waiting, (sum(keys[arc] for arc in arcs), 1, arcs, next(number), len(prefix), path, banned))

    # One set for each first step: two ways to begin may meet before either has an arc to be told apart by in a tie.
    for head, arc in digraph.out[digraph.source]:
        if (bound := bounds[head]) is not None:
            heappush(waiting, (keys[arc] + bound, 0, (), next(number), 1, ((head, arc),), frozenset()))
    while waiting:
        _, is_searched, _, _, n_fixed, path, banned = heappop(waiting)
        if not is_searched:
            search(path, banned)
            continue
        yield path
        key = sum(keys[arc] for _, arc in path[:n_fixed])
        for at in range(n_fixed, len(path)):
            prefix = path[:at]
            banned = banned | {path[at]} if at == n_fixed else frozenset((path[at],))
            node = prefix[-1][0] if prefix else digraph.source
            on = [
                keys[arc] + bound
                for head, arc in digraph.out[node]
                if (bound := bounds[head]) is not None and (head, arc) not in banned
            ]
            if on:
                heappush(waiting, (key + min(on), 0, (), next(number), at, prefix, banned))
            key += keys[path[at][1]]


def _breaks(spent: tuple[float, ...], node: int, limits: Sequence[Limit]) -> bool:
    """Say whether what is spent and the least that is still to be spent from `node` break a limit."""
    for sum_, limit in zip(spent, limits, strict=True):
        least = limit.least[node]
        if least is None or sum_ + least > limit.most:
            return True
    return False


def _is_dominated(spent: tuple[float, ...], others: Sequence[tuple[float, ...]]) -> bool:
    """Say whether one of the other labels has spent no more of anything."""
    return any(all(theirs <= ours for theirs, ours in zip(other, spent, strict=True)) for other in others)
