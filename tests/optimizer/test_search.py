"""Bounds, completions and loopless paths against networkx, brute force and published instances."""

from __future__ import annotations

from itertools import islice, pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.search import Digraph, Limit, SumSearch, complete, distances_to_sink, loopless_paths

Arcs = list[tuple[int, int]]


def digraph_of(n_nodes: int, arcs: Arcs, source: int, sink: int, closed: frozenset[int] = frozenset()) -> Digraph:
    out: list[list[tuple[int, int]]] = [[] for _ in range(n_nodes)]
    into: list[list[tuple[int, int]]] = [[] for _ in range(n_nodes)]
    for arc, (tail, head) in enumerate(arcs):
        out[tail].append((head, arc))
        into[head].append((tail, arc))
    return Digraph(out, into, source, sink, closed)


def all_paths(arcs: Arcs, source: int, sink: int, closed: frozenset[int] = frozenset()) -> list[tuple[int, ...]]:
    """Every loopless path by plain depth-first enumeration."""
    found = []

    def walk(node: int, passed: tuple[int, ...], taken: tuple[int, ...]) -> None:
        if node == sink:
            found.append(taken)
            return
        for arc, (tail, head) in enumerate(arcs):
            if tail == node and head not in passed and head not in closed:
                walk(head, (*passed, head), (*taken, arc))

    walk(source, (source,), ())
    return found


def arcs_of(paths: object) -> list[tuple[int, ...]]:
    return [tuple(arc for _, arc in path) for path in paths]  # type: ignore[attr-defined]


@st.composite
def small_graphs(draw: st.DrawFn, most_key: int = 4) -> tuple[int, Arcs, list[int]]:
    """Draw few nodes and many arcs: parallel arcs, two-way arcs, zero keys and ties are all common."""
    n_nodes = draw(st.integers(2, 6))
    ends = st.tuples(st.integers(0, n_nodes - 1), st.integers(0, n_nodes - 1)).filter(lambda pair: pair[0] != pair[1])
    arcs = draw(st.lists(ends, min_size=1, max_size=14))
    keys = draw(st.lists(st.integers(0, most_key), min_size=len(arcs), max_size=len(arcs)))
    return n_nodes, arcs, [*keys, 0]


def test_yens_published_example() -> None:
    """The C to H instance that illustrates Yen's algorithm (Yen 1971; as printed in Wikipedia): 5, 7, 8."""
    names = "CDEFGH"
    lengths = {"CD": 3, "CE": 2, "DF": 4, "ED": 1, "EF": 2, "EG": 3, "FG": 2, "FH": 1, "GH": 2}
    arcs = [(names.index(tail), names.index(head)) for tail, head in lengths]
    keys = [*lengths.values(), 0]
    paths = list(islice(loopless_paths(SumSearch(digraph_of(6, arcs, 0, 5), keys)), 3))
    assert [sum(keys[arc] for _, arc in path) for path in paths] == [5, 7, 8]
    assert ["C" + "".join(names[node] for node, _ in path) for path in paths[:2]] == ["CEFH", "CEGH"]


def test_textbook_shortest_path() -> None:
    """The five-node example of Cormen, Leiserson, Rivest and Stein for Dijkstra: distances 0, 8, 9, 5, 7 from s."""
    names = "stxyz"
    lengths = {"st": 10, "sy": 5, "tx": 1, "ty": 2, "xz": 4, "yt": 3, "yx": 9, "yz": 2, "zs": 7, "zx": 6}
    arcs = [(names.index(tail), names.index(head)) for tail, head in lengths]
    keys = [*lengths.values(), 0]
    for node, distance in enumerate((0, 8, 9, 5, 7)):
        assert distances_to_sink(digraph_of(5, arcs, 0, node), keys)[0] == distance


@given(small_graphs())
@settings(max_examples=150, deadline=None)
def test_all_paths_in_order(drawn: tuple[int, Arcs, list[int]]) -> None:
    """Every loopless path comes once, by key and then by arcs: compared with brute force, ties included."""
    n_nodes, arcs, keys = drawn
    expected = sorted((sum(keys[arc] for arc in path), path) for path in all_paths(arcs, 0, n_nodes - 1))
    found = arcs_of(loopless_paths(SumSearch(digraph_of(n_nodes, arcs, 0, n_nodes - 1), keys)))
    assert found == [path for _, path in expected]


@given(small_graphs(most_key=10**30))
@settings(max_examples=60, deadline=None)
def test_costs_equal_networkx(drawn: tuple[int, Arcs, list[int]]) -> None:
    """Keys of all paths equal networkx.shortest_simple_paths, an arc's middle being a node of its own there."""
    n_nodes, arcs, keys = drawn
    oracle = nx.DiGraph()
    oracle.add_nodes_from(range(n_nodes))
    for arc, (tail, head) in enumerate(arcs):
        oracle.add_edge(tail, ("arc", arc), weight=keys[arc])
        oracle.add_edge(("arc", arc), head, weight=0)
    search = SumSearch(digraph_of(n_nodes, arcs, 0, 1), keys)
    found = [sum(keys[arc] for arc in path) for path in arcs_of(loopless_paths(search))]
    try:
        paths = list(nx.shortest_simple_paths(oracle, 0, 1, weight="weight"))
    except nx.NetworkXNoPath:
        paths = []
    assert found == [sum(oracle.edges[pair]["weight"] for pair in pairwise(path)) for path in paths]


@given(small_graphs(), st.data())
@settings(max_examples=150, deadline=None)
def test_limits_and_closed_nodes_are_exact(drawn: tuple[int, Arcs, list[int]], data: st.DataObject) -> None:
    """Under two limits and closed nodes exactly the paths of brute force that obey them come, in the same order."""
    n_nodes, arcs, keys = drawn
    values = st.lists(st.integers(0, 5).map(float), min_size=len(arcs), max_size=len(arcs))
    spending = [[*data.draw(values), 0.0] for _ in range(2)]
    most = [data.draw(st.integers(0, 12)) for _ in range(2)]
    closed = data.draw(st.frozensets(st.integers(1, n_nodes - 1), max_size=2)) - {n_nodes - 1}
    digraph = digraph_of(n_nodes, arcs, 0, n_nodes - 1, closed)
    limits = [
        Limit(spent, distances_to_sink(digraph, spent), ceiling) for spent, ceiling in zip(spending, most, strict=True)
    ]
    expected = sorted(
        (sum(keys[arc] for arc in path), path)
        for path in all_paths(arcs, 0, n_nodes - 1, closed)
        if all(sum(spent[arc] for arc in path) <= limit for spent, limit in zip(spending, most, strict=True))
    )
    assert arcs_of(loopless_paths(SumSearch(digraph, keys, limits))) == [path for _, path in expected]


@given(small_graphs())
@settings(max_examples=60, deadline=None)
def test_distances_equal_bellman_ford(drawn: tuple[int, Arcs, list[int]]) -> None:
    """Distances to the sink equal repeated relaxation, None standing for unreachable."""
    n_nodes, arcs, keys = drawn
    expected: list[float] = [float("inf")] * n_nodes
    expected[1] = 0
    for _ in range(n_nodes):
        for arc, (tail, head) in enumerate(arcs):
            expected[tail] = min(expected[tail], expected[head] + keys[arc])
    found = distances_to_sink(digraph_of(n_nodes, arcs, 0, 1), keys)
    assert [float("inf") if distance is None else distance for distance in found] == expected


def test_completion_keeps_prefix_and_ban() -> None:
    """A completion begins with its prefix, avoids its nodes and the banned next step; None where nothing is left."""
    arcs = [(0, 1), (1, 2), (1, 3), (3, 2), (1, 0), (0, 3)]
    keys = [1, 1, 1, 1, 0, 1, 0]
    digraph = digraph_of(4, arcs, 0, 2)
    bounds = distances_to_sink(digraph, keys)
    assert complete(digraph, keys, bounds, prefix=((1, 0),), banned={(2, 1)}) == ((1, 0), (3, 2), (2, 3))
    assert complete(digraph, keys, bounds, prefix=((1, 0),), banned={(2, 1), (3, 2)}) is None


def test_unreachable_sink_yields_nothing() -> None:
    """Two parts without an arc between them have no path, and the search ends."""
    assert list(loopless_paths(SumSearch(digraph_of(4, [(0, 1), (2, 3)], 0, 3), [1, 1, 0]))) == []


def test_zero_keys_and_cycles_end() -> None:
    """A ring of two-way arcs at no cost gives its two loopless paths, in the order of arcs."""
    arcs = [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2), (3, 0), (0, 3)]
    assert arcs_of(loopless_paths(SumSearch(digraph_of(4, arcs, 0, 2), [0] * 9))) == [(0, 2), (7, 5)]


@pytest.mark.parametrize("n_wide", [12])
def test_next_paths_do_not_wait_for_all(n_wide: int) -> None:
    """Ten paths of a ladder with 2^12 tied paths come at once: the order is produced lazily."""
    arcs = [(rung, rung + 1) for rung in range(n_wide) for _ in range(2)]
    search = SumSearch(digraph_of(n_wide + 1, arcs, 0, n_wide), [1] * len(arcs) + [0])
    found = list(islice(loopless_paths(search), 10))
    assert arcs_of(found) == sorted(arcs_of(found))
    assert arcs_of(found)[0] == tuple(range(0, 2 * n_wide, 2))
