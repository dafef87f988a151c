"""Parts of digraphs, and sole best paths, against brute force; k shortest paths from parts against networkx."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import dataset, link
from test_routing import COUNTRIES, rows_of_networks
from test_search import Arcs, all_paths, digraph_of, small_graphs

import optimizer.adjacency
import optimizer.alternatives
import optimizer.trip
from network import NoRouteError, UnknownIdError, load
from optimizer import Weights, find_routes
from optimizer.adjacency import adjacency
from optimizer.reach import Reach
from optimizer.search import Digraph, Path, distances_to_sink

if TYPE_CHECKING:
    from made_network import Row


def sole(digraph: Digraph, values: list[float]) -> Path | None:
    return Reach(digraph, values).sole_best()


@given(small_graphs())
@settings(max_examples=300, deadline=None)
def test_the_sole_best_path_is_the_best_and_no_other_is_as_good(graph: tuple[int, Arcs, list[int]]) -> None:
    """Where one path is found by two searches that meet, it is the only best one; ties and zeros are left to keys."""
    n_nodes, arcs, keys = graph
    digraph = digraph_of(n_nodes, arcs, 0, n_nodes - 1)
    path = Reach(digraph, [0.1 * key for key in keys]).sole_best()
    weights = sorted((sum(keys[arc] for arc in each), each) for each in all_paths(arcs, 0, n_nodes - 1))
    if path is not None:
        assert tuple(arc for _, arc in path) == weights[0][1]
        assert len(weights) == 1 or weights[1][0] > weights[0][0]


def test_the_sole_best_path_obeys_what_is_closed_and_sees_disjoint_ties() -> None:
    """A closed node is not passed; two disjoint ways of one weight, told apart by rounding alone, are a tie."""
    arcs = [(0, 1), (1, 3), (0, 2), (2, 3)]
    assert sole(digraph_of(4, arcs, 0, 3), [1.0, 1.0, 2.0, 2.0, 0.0]) == ((1, 0), (3, 1))
    assert sole(digraph_of(4, arcs, 0, 3, frozenset({1})), [1.0, 1.0, 2.0, 2.0, 0.0]) == ((2, 2), (3, 3))
    assert sole(digraph_of(4, arcs, 0, 3), [0.1, 0.2, 0.15, 0.15, 0.0]) is None
    assert sole(digraph_of(4, arcs, 0, 3, frozenset({1, 2})), [1.0] * 4 + [0.0]) is None


def lean_of(digraph: Digraph, values: list[float], share: float) -> list[float]:
    """Half the difference of a share of the least sums to the sink and from the source, which suits any digraph."""
    turned = Digraph(digraph.into, digraph.out, digraph.sink, digraph.source, digraph.closed)
    on, past = distances_to_sink(digraph, values), distances_to_sink(turned, values)
    far = sum(values) + 1.0
    left = [far if sum_ is None else sum_ for sum_ in on]
    gone = [far if sum_ is None else sum_ for sum_ in past]
    return [0.5 * share * (to - since) for to, since in zip(left, gone, strict=True)]


@given(small_graphs(), st.lists(st.floats(1.0, 3.0), min_size=1, max_size=3), st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=300, deadline=None)
def test_a_part_holds_exactly_the_ways_within_its_ceiling(
    graph: tuple[int, Arcs, list[int]], stretches: list[float], share: float
) -> None:
    """Asked for rising ceilings in turn, parts keep a step if and only if some way through it keeps the ceiling."""
    n_nodes, arcs, keys = graph
    digraph = digraph_of(n_nodes, arcs, 0, n_nodes - 1, frozenset({1} if n_nodes > 3 else ()))
    values = [float(key) for key in keys]
    turned = Digraph(digraph.into, digraph.out, digraph.sink, digraph.source, digraph.closed)
    on, past = distances_to_sink(digraph, values), distances_to_sink(turned, values)
    reach = Reach(digraph, values, lean_of(digraph, values, share) if share else None)
    if on[0] is None:
        assert reach.least == float("inf")
        assert list(reach.ceilings()) == []
        return
    assert reach.least == on[0]
    for stretch in sorted(stretches):
        part = reach.part(reach.least * stretch)
        for tail, steps in enumerate(digraph.out):
            expected = [
                (head, arc)
                for head, arc in steps
                if past[tail] is not None
                and on[head] is not None
                and tail not in digraph.closed
                and head not in digraph.closed
                and past[tail] + values[arc] + on[head] <= reach.least * stretch * (1.0 + 1e-10)
            ]
            assert part.out[tail] == expected
        steps_in = {(tail, head, arc) for head, steps in enumerate(part.into) for tail, arc in steps}
        assert steps_in == {(tail, head, arc) for tail, steps in enumerate(part.out) for head, arc in steps}
    assert list(reach.ceilings())[-1] == float("inf")


@given(st.data(), st.booleans())
@settings(max_examples=120, deadline=None)
def test_shortest_routes_from_parts_equal_networkx(data: st.DataObject, leaning: bool) -> None:
    """On random places with parallel links, no costs and ties the k best weigh what networkx says, each route once."""
    n_nodes = data.draw(st.integers(3, 8))
    names = [f"N{node}" for node in range(n_nodes)]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda pair: pair[0] != pair[1])
    ends = data.draw(st.lists(pairs, min_size=n_nodes, max_size=20))
    costs = data.draw(st.lists(st.integers(0, 5), min_size=len(ends), max_size=len(ends)))
    rows = [
        link(f"l{at}", "road", *pair, directed=1, cost_usd_per_teu=cost, time_h=1)
        for at, (pair, cost) in enumerate(zip(ends, costs, strict=True))
    ]
    oracle = nx.DiGraph()
    oracle.add_nodes_from(names)
    for at, ((tail, head), cost) in enumerate(zip(ends, costs, strict=True)):
        oracle.add_edge(tail, at, weight=cost)
        oracle.add_edge(at, head, weight=0)
    k = data.draw(st.integers(2, 12))
    try:
        paths = list(islice(nx.shortest_simple_paths(oracle, "N0", "N1", weight="weight"), k))
    except nx.NetworkXNoPath:
        paths = []
    expected = [sum(oracle.edges[pair]["weight"] for pair in pairwise(path)) for path in paths]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimizer.trip, "LEAST_SPLIT", 0)
        patch.setattr(optimizer.adjacency, "LEAST_LEANING", 0 if leaning else 10**9)
        patch.setattr(optimizer.adjacency, "LEAST_DIRECT", 0.0)
        made = dataset(rows, countries=dict.fromkeys(names, "KZ"))
        try:
            found = find_routes(made, "N0", "N1", k=k, plain=True, weights=Weights(time_per_h=0.0))
        except NoRouteError:
            found = []
        assert len({route.arcs for route in found}) == len(found)
        assert [route.cost_usd for route in found] == expected


@given(rows_of_networks(most_links=16), st.integers(2, 6), st.integers(0, 2))
@settings(max_examples=80, deadline=None)
def test_alternatives_from_parts_are_those_of_the_whole(
    rows: tuple[list[Row], list[Row]], k: int, time_per_h: int
) -> None:
    """Zero costs, parallel links and ties: parts of the network give the alternatives that the whole gives."""
    data = dataset(*rows, countries=COUNTRIES)
    weights = Weights(time_per_h=float(time_per_h))
    for destination in "BCDE":
        found = []
        for least in (0, 10**9):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(optimizer.alternatives, "LEAST_PARTED", least)
                try:
                    routes = find_routes(data, "A", destination, k=k, weights=weights)
                except (NoRouteError, UnknownIdError):
                    routes = []
            found.append([route.arcs for route in routes])
        assert found[0] == found[1]


def test_parts_and_straight_lines_change_no_answer_on_the_bundled_network() -> None:
    """The bundled network searched as a large one: the same best routes, ten best and alternatives."""
    data = load()
    nodes = list(data.network.nodes.row_of)
    drawn = np.random.default_rng(0).choice(len(nodes), (8, 2), replace=False).tolist()
    found = []
    for least in (0, 10**9):
        adjacency.cache_clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(optimizer.alternatives, "LEAST_PARTED", least)
            patch.setattr(optimizer.trip, "LEAST_SPLIT", least)
            patch.setattr(optimizer.adjacency, "LEAST_LEANING", least)
            patch.setattr(optimizer.adjacency, "LEAST_DIRECT", 0.0)
            for start, end in drawn:
                ends = nodes[start], nodes[end]
                for options in ({"k": 1}, {"k": 4}, {"k": 10, "plain": True}):
                    found.append([route.arcs for route in find_routes(data, *ends, **options)])
    adjacency.cache_clear()
    assert found[: len(found) // 2] == found[len(found) // 2 :]
