"""Traces of corridors: the main line as nodes in order of travel, and the links of the corridor that follow it.

A corridor is a set of links, feeders and variants among them; its trace says which way the main line takes. Reports
measure it, and `corridor check` tells where links do not follow it.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count, pairwise
from typing import TYPE_CHECKING, NamedTuple

from network.model import MODES, split_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from network.model import Network

BRANCHES = "|"
"""Separates the branches of a trace; the first one is the main line."""

OWN_MODES = {"": MODES, "multimodal": ("rail", "river", "sea", "air")} | {mode: (mode,) for mode in MODES}
"""By kind of corridor, the modes its trace keeps to; links of others are followed as few kilometers as can be."""

Step = tuple[str, float, bool, int]
"""The node that a link leads to, its kilometers, whether its mode is the corridor's own, and its row."""


class Branch(NamedTuple):
    """One branch of a trace.

    Attributes
    ----------
    nodes
        Node ids in order of travel, as the data gives them.
    links
        Rows of the links that join them, in order of travel.
    gaps
        Pairs of consecutive nodes that no links of the corridor join; their links are missing above.
    """

    nodes: tuple[str, ...]
    links: tuple[int, ...]
    gaps: tuple[tuple[str, str], ...]


def split_trace(cell: str) -> tuple[tuple[str, ...], ...]:
    """Return the branches of a trace, each as its nodes, without empty ones.

    Examples
    --------
    >>> split_trace("a;b;c|b;d")
    (('a', 'b', 'c'), ('b', 'd'))
    """
    return tuple(nodes for nodes in map(split_list, cell.split(BRANCHES)) if nodes)


def traces_of(network: Network) -> Mapping[str, tuple[Branch, ...]]:
    """Return the branches of every corridor that has a trace, by corridor id.

    Between consecutive nodes a trace follows those links of the corridor that take the fewest kilometers by other modes
    than its kind and, among these, the fewest in all (Dijkstra 1959, over pairs in lexicographic order). A link counts
    both ways even where it is directed, as a trace is a line on the map; years and capacities play no part.
    """
    table = network.corridors
    cells = zip(table.row_of, table.text("trace"), table.text("kind"), strict=True)
    traced = {corridor: (split_trace(trace), kind) for corridor, trace, kind in cells if split_trace(trace)}
    links_of: dict[str, list[int]] = {}
    for row, cell in enumerate(network.links.text("corridors")):
        for corridor in split_list(cell):
            links_of.setdefault(corridor, []).append(row)
    found = {}
    for corridor, (branches, kind) in traced.items():
        steps = _steps(network, links_of.get(corridor, []), kind)
        found[corridor] = tuple(_follow(nodes, steps) for nodes in branches)
    return found


def main_line_km(network: Network, branches: tuple[Branch, ...]) -> float | None:
    """Return the length of a trace's main line, its first branch; None where it is broken."""
    main = branches[0]
    return None if main.gaps else float(network.links.number("length_km")[list(main.links)].sum())


def _steps(network: Network, rows: list[int], kind: str) -> dict[str, list[Step]]:
    """Return the steps that links allow, by node."""
    links = network.links
    starts, ends, modes = links.text("from_node"), links.text("to_node"), links.text("mode")
    length_km, own = links.number("length_km").tolist(), OWN_MODES[kind]
    steps: dict[str, list[Step]] = {}
    for row in rows:
        for here, there in ((starts[row], ends[row]), (ends[row], starts[row])):
            steps.setdefault(str(here), []).append((str(there), length_km[row], modes[row] in own, row))
    return steps


def _follow(nodes: tuple[str, ...], steps: Mapping[str, list[Step]]) -> Branch:
    """Return a branch with the links that join its nodes."""
    links: list[int] = []
    gaps = []
    for start, end in pairwise(nodes):
        chain = tuple(_chain(start, end, steps))
        links += chain
        if not chain and start != end:
            gaps.append((start, end))
    return Branch(nodes, tuple(links), tuple(gaps))


def _chain(start: str, end: str, steps: Mapping[str, list[Step]]) -> Iterator[int]:
    """Yield the rows of the shortest chain of links between two nodes, nothing where there is none."""
    came: dict[str, tuple[str, int]] = {}
    done: set[str] = set()
    order = count()
    queue = [(0.0, 0.0, next(order), start, "", -1)]
    while queue:
        foreign_km, km, _, node, before, link = heappop(queue)
        if node in done:
            continue
        done.add(node)
        came[node] = (before, link)
        if node == end:
            break
        for there, length_km, is_own, row in steps.get(node, ()):
            if there not in done:
                foreign = foreign_km + (0.0 if is_own else length_km)
                heappush(queue, (foreign, km + length_km, next(order), there, node, row))
    backward = []
    while end != start and end in came:
        end, link = came[end]
        backward.append(link)
    yield from reversed(backward)
