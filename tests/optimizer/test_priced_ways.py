"""Searches for ways at prices, against networkx on random graphs with parallel arcs and weights of 0."""

from __future__ import annotations

from math import inf

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.formulations.priced_ways import Surroundings, way_back, ways_from

Arc = tuple[int, int, int]


def surroundings(arcs: list[Arc], n_states: int) -> Surroundings:
    """Return the lists of a graph in which states 2k and 2k + 1 are those of node k."""
    out = [[(head, at) for at, (tail, head, _) in enumerate(arcs) if tail == state] for state in range(n_states)]
    into = [[(tail, at) for at, (tail, head, _) in enumerate(arcs) if head == state] for state in range(n_states)]
    return Surroundings(
        out=out,
        into=into,
        head=[head for _, head, _ in arcs],
        tail=[tail for tail, *_ in arcs],
        node=[state // 2 for state in range(n_states)],
        states_of={node: [2 * node, 2 * node + 1] for node in range(n_states // 2)},
    )


def distances(arcs: list[Arc], weights: list[float], n_states: int) -> dict[int, float]:
    """Return the weight of the cheapest way from either state of node 0 to each state, by networkx."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(n_states))
    for (tail, head, _), weight in zip(arcs, weights, strict=True):
        if weight < inf:
            graph.add_edge(tail, head, weight=weight)
    return dict(nx.multi_source_dijkstra_path_length(graph, {0, 1}))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Arc], list[float], list[float]]:
    """Draw arcs between ten states, weights with closed arcs among them, and prices on top."""
    state = st.integers(0, 9)
    ends = st.tuples(state, state).filter(lambda pair: pair[0] != pair[1])
    arcs = draw(st.lists(st.tuples(ends, st.integers(0, 9)), max_size=30))
    weights = [draw(st.sampled_from([0.0, 1.0, 2.5, 7.0, inf])) for _ in arcs]
    prices = [draw(st.sampled_from([0.0, 0.0, 1.5, 40.0])) for _ in arcs]
    return [(tail, head, at) for at, ((tail, head), _) in enumerate(arcs)], weights, prices


def check_way(arcs: list[Arc], weights: list[float], way: tuple[int, ...], node: int, weight: float) -> None:
    """Check that a way leads from node 0 to a node at a weight, through no state twice."""
    states = [arcs[way[0]][0], *(arcs[arc][1] for arc in way)]
    assert all(arcs[arc][0] == state for arc, state in zip(way, states, strict=False))
    assert (states[0] // 2, states[-1] // 2) == (0, node)
    assert len(set(states)) == len(states)
    assert sum(weights[arc] for arc in way) == pytest.approx(weight)


@given(drawn=graphs(), limit=st.sampled_from([inf, 3.0, 9.0, 0.0]))
def test_forward(drawn: tuple[list[Arc], list[float], list[float]], limit: float) -> None:
    """Destinations nearer than the limit are found with their cheapest ways; bounds are exact up to the farthest."""
    arcs, weights, _ = drawn
    expected = distances(arcs, weights, 10)
    bounds, found = ways_from(surroundings(arcs, 10), 0, [1, 2, 3], weights, limit)
    for node in (1, 2, 3):
        nearest = min(expected.get(state, inf) for state in (2 * node, 2 * node + 1))
        assert (node in found) == (nearest < limit)
        if node in found:
            assert found[node].weight == pytest.approx(nearest)
            check_way(arcs, weights, found[node].way, node, nearest)
    for state, bound in enumerate(bounds):
        assert bound <= expected.get(state, inf)
        assert bound == expected.get(state, inf) or bound == max(bounds)


@given(drawn=graphs(), limit=st.sampled_from([inf, 3.0, 9.0, 50.0, 0.0]))
def test_back_at_prices(drawn: tuple[list[Arc], list[float], list[float]], limit: float) -> None:
    """Led by bounds without prices the cheapest way with prices is found, where it weighs less than the limit."""
    arcs, weights, prices = drawn
    around = surroundings(arcs, 10)
    bounds, _ = ways_from(around, 0, [1, 2], weights)
    priced = [weight + price for weight, price in zip(weights, prices, strict=True)]
    expected = distances(arcs, priced, 10)
    for node in (1, 2):
        nearest = min(expected.get(state, inf) for state in (2 * node, 2 * node + 1))
        found, n_met = way_back(around, 0, node, priced, bounds, limit)
        assert n_met <= 10
        assert (found is not None) == (nearest < limit)
        if found is not None:
            assert found.weight == pytest.approx(nearest)
            check_way(arcs, priced, found.way, node, nearest)


def test_bounds_spare_the_search_what_leads_away() -> None:
    """On a line of a thousand states the search back meets those between the ends and no others."""
    arcs = [(state, state + 2, 0) for state in range(0, 998, 2)] + [(state + 2, state, 0) for state in range(0, 998, 2)]
    around = surroundings([(tail, head, at) for at, (tail, head, _) in enumerate(arcs)], 1000)
    weights = [1.0] * len(arcs)
    bounds, _ = ways_from(around, 0, [499], weights)
    found, n_met = way_back(around, 0, 10, weights, bounds, inf)
    assert found is not None
    assert (found.weight, len(found.way)) == (10.0, 10)
    assert n_met <= 14


def test_a_node_without_states_has_no_way() -> None:
    """Ends that no link touches are out of reach, not an error."""
    around = surroundings([(0, 2, 0)], 4)
    assert ways_from(around, 7, [1], [1.0]) == ([inf] * 4, {})
    assert way_back(around, 0, 7, [1.0], [0.0] * 4, inf) == (None, 0)
