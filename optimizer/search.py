"""Exact shortest paths over plain adjacency lists: a reverse search for bounds, and loopless paths in order.

Keys are whole numbers, so that sums are exact, ties are real ties and a bound is never off by rounding.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import accumulate, count
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

FREE = -1
"""The arc of a step that is no arc of the data: out of the source, on to the next stage, into the sink.

As the last index of a list it finds the 0 that every list of values ends with.
"""

Step = tuple[int, int]
"""The node reached and the arc taken; in a list of steps back, the node come from and the arc."""

Path = tuple[Step, ...]


Measure = Any
"""What a search minimizes: a number, or numbers of which the later ones break ties; one search has one kind."""


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


def distances_to_sink(digraph: Digraph, values: Sequence[float], enough: int | None = None) -> list[float | None]:
    """Return the smallest sum of `values` from every node to the sink, None where no path leads there.

    `values` holds one number of at least 0 per arc and a final 0 for `FREE`. With a node that is `enough`, nodes
    farther from the sink than this one may have a sum that is too large, or None. Dijkstra (1959), backward.
    """
    into = digraph.into
    distances: list[float | None] = [None] * len(into)
    is_done = bytearray(len(into))
    for node in digraph.closed:
        is_done[node] = 1
    distances[digraph.sink] = 0
    heap: list[tuple[float, int]] = [(0, digraph.sink)]
    farthest: float | None = None
    while heap:
        distance, node = heappop(heap)
        if is_done[node]:
            continue
        if farthest is not None and distance > farthest:
            break
        is_done[node] = 1
        if node == enough:
            farthest = distance
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
        return None if breaks(spent, node, limits) else prefix
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
                if breaks(spent_there, head, limits) or is_dominated(spent_there, settled.get(head, ())):
                    continue
            arcs_there = arcs if arc == FREE else (*arcs, arc)
            heappush(heap, (key + keys[arc] + bound, arcs_there, (*path, step), spent_there))
        banned = frozenset()
        while heap:
            total, arcs, path, spent = heappop(heap)
            node = path[-1][0]
            if node not in settled or (limits and not is_dominated(spent, settled[node])):
                break
        else:
            return None
        if node == digraph.sink:
            return prefix + path
        settled.setdefault(node, []).append(spent)
        key = total - (bounds[node] or 0)


class Search(Protocol):
    """A measure of paths over a digraph, as `loopless_paths` asks for it."""

    digraph: Digraph

    def spent_along(self, path: Path) -> Sequence[Any]:
        """Return what is spent before the first step of a path and after each, len(path) + 1 entries."""

    def least(self, node: int, spent: Any, banned: Set[Step]) -> Measure | None:
        """Return a lower bound of any path that has spent so much at `node` and goes on with no `banned` step."""

    def complete(self, prefix: Path, banned: Set[Step]) -> tuple[Measure, Path] | None:
        """Return the best loopless path that begins with `prefix` and goes on with no `banned` step, and its measure.

        Best is the smallest measure, then the smallest sequence of arcs. None where there is none.
        """


class SumSearch:
    """Paths measured by the sum of whole-number `keys`, within limits."""

    def __init__(self, digraph: Digraph, keys: Sequence[int], limits: Sequence[Limit] = ()) -> None:
        self.digraph, self.keys, self.limits = digraph, keys, limits
        self.bounds = distances_to_sink(digraph, keys)
        self._onward: dict[int, Step | None] = {digraph.sink: None}

    def spent_along(self, path: Path) -> Sequence[int]:
        """Return the sums of keys."""
        return list(accumulate((self.keys[arc] for _, arc in path), initial=0))

    def least(self, node: int, spent: int, banned: Set[Step]) -> float | None:
        """Return the sum so far and the least from here on, had nothing been passed yet."""
        if node == self.digraph.sink:
            return spent
        keys, bounds = self.keys, self.bounds
        on = [
            keys[arc] + bound
            for head, arc in self.digraph.out[node]
            if (bound := bounds[head]) is not None and (head, arc) not in banned
        ]
        return spent + min(on) if on else None

    def complete(self, prefix: Path, banned: Set[Step]) -> tuple[float, Path] | None:
        """Return the best path of a set; see `complete`."""
        path = None if self.limits else self._straight_on(prefix, banned)
        if path is None:
            path = complete(self.digraph, self.keys, self.bounds, self.limits, prefix, banned)
        return None if path is None else (sum(self.keys[arc] for _, arc in path), path)

    def _straight_on(self, prefix: Path, banned: Set[Step]) -> Path | None:
        """Return the best path of a set where it takes the sole best step at every node, None where a search must say.

        Source: Feng (2014), Networks 64:34, for paths that the tree of best ways to the sink gives without a search.
        """
        digraph, onward = self.digraph, self._onward
        node = prefix[-1][0] if prefix else digraph.source
        passed = {digraph.source, *(node for node, _ in prefix)}
        step = self._sole_step(
            node, [step for step in digraph.out[node] if step[0] not in passed and step not in banned]
        )
        path = list(prefix)
        while step is not None and step[0] not in passed:
            path.append(step)
            node = step[0]
            if node == digraph.sink:
                return tuple(path)
            passed.add(node)
            if node not in onward:
                onward[node] = self._sole_step(node, digraph.out[node])
            step = onward[node]
        return None

    def _sole_step(self, node: int, steps: Sequence[Step]) -> Step | None:
        """Return the step of least sum to the sink, None where there is none or two have the same."""
        keys, bounds = self.keys, self.bounds
        least, best = None, None
        for step in steps:
            bound = bounds[step[0]]
            if bound is not None:
                through = keys[step[1]] + bound
                if least is None or through < least:
                    least, best = through, step
                elif through == least:
                    best = None
        return best


def loopless_paths(search: Search) -> Iterator[Path]:
    """Yield every loopless path from source to sink that a search admits: by measure, then by sequence of arcs.

    The paths that remain are split into disjoint sets "begins with this prefix, goes on with none of these steps"; the
    best path of the best set is next, and its set is split along it. A set waits in the heap under a lower bound
    until that bound is the smallest, and only then is its best path searched for.

    Sources: Yen (1971), Management Science 17:712; Lawler (1972), Management Science 18:401, for the disjoint split;
    Hershberger, Maxel and Suri (2007), ACM Trans. Algorithms 3:45, for searching only where the bound asks for it.
    """
    digraph = search.digraph
    number = count()
    # (bound or measure, 0 if not searched yet, arcs of the best path, number, prefix length, path, banned steps)
    waiting: list[tuple[Measure, int, tuple[int, ...], int, int, Path, frozenset[Step]]] = []

    def wait(node: int, spent: Any, prefix: Path, banned: frozenset[Step]) -> None:
        least = search.least(node, spent, banned)
        if least is not None:
            heappush(waiting, (least, 0, (), next(number), len(prefix), prefix, banned))

    # One set for each first step: two ways to begin may meet before either has an arc to be told apart by in a tie.
    for step in digraph.out[digraph.source]:
        if step[0] not in digraph.closed:
            wait(step[0], search.spent_along((step,))[-1], (step,), frozenset())
    while waiting:
        _, is_searched, _, _, n_fixed, path, banned = heappop(waiting)
        if not is_searched:
            found = search.complete(path, banned)
            if found is not None:
                measure, whole = found
                arcs = tuple(arc for _, arc in whole if arc != FREE)
                heappush(waiting, (measure, 1, arcs, next(number), len(path), whole, banned))
            continue
        yield path
        spent = search.spent_along(path)
        for at in range(n_fixed, len(path)):
            banned = banned | {path[at]} if at == n_fixed else frozenset((path[at],))
            wait(path[at - 1][0], spent[at], path[:at], banned)


def breaks(spent: tuple[float, ...], node: int, limits: Sequence[Limit]) -> bool:
    """Say whether what is spent and the least that is still to be spent from `node` break a limit."""
    for sum_, limit in zip(spent, limits, strict=True):
        least = limit.least[node]
        if least is None or sum_ + least > limit.most:
            return True
    return False


def is_dominated(spent: tuple[float, ...], others: Sequence[tuple[float, ...]]) -> bool:
    """Say whether one of the other labels has spent no more of anything."""
    return any(all(theirs <= ours for theirs, ours in zip(other, spent, strict=True)) for other in others)
