"""Flows are split into routes that add up: no cycle, no noise, every demand served what it is said to be."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import dataset, link, transfer

from network import SolverError
from optimizer import Weights
from optimizer.blocks import DemandBlocks, blocks_of
from optimizer.decomposition import PathFlow, arc_flows, decompose
from optimizer.graph import arc_name, expand
from optimizer.linear import FlowSolution

if TYPE_CHECKING:
    from collections.abc import Sequence

TOLERANCE = 1e-9
SIZE = 4


def grid(demands: Sequence[tuple[str, float]]) -> DemandBlocks:
    """Return the blocks of a square grid of roads, with demands from its first corner."""
    links = []
    for at in range(SIZE * SIZE):
        row, column = divmod(at, SIZE)
        if column + 1 < SIZE:
            links.append(link(f"E{at}", "road", f"N{at}", f"N{at + 1}"))
        if row + 1 < SIZE:
            links.append(link(f"S{at}", "road", f"N{at}", f"N{at + SIZE}"))
    rows = [
        {"demand_id": f"D{at}", "origin": "N0", "destination": node, "commodity": "container", "volume": volume}
        | {"unmet_cost_usd_per_unit": 100}
        for at, (node, volume) in enumerate(demands)
    ]
    return blocks_of(expand(dataset(links, demands=rows)), Weights())


def answer(blocks: DemandBlocks, flow: np.ndarray, unmet: Sequence[float] = ()) -> FlowSolution:
    """Return a solution with some flow; all is served unless told otherwise."""
    left = np.array(unmet) if len(unmet) else np.zeros(blocks.n_demands)
    return FlowSolution("optimal", flow, left, np.zeros(0), None, "highs")


def flow_on(blocks: DemandBlocks, parts: Sequence[tuple[Sequence[str], float]]) -> np.ndarray:
    """Return the sum of walks from node to node, each with a volume."""
    graph, (block,) = blocks.graph, blocks.blocks
    names = {arc_name(graph, int(arc)).split(" ", 1)[1]: at for at, arc in enumerate(block.arcs)}
    flow = np.zeros(len(block.arcs))
    for nodes, volume in parts:
        for tail, head in pairwise(nodes):
            flow[names[f"{tail}→{head}"]] += volume
    return flow


def nodes_of(blocks: DemandBlocks, path: PathFlow) -> list[str]:
    """Return the nodes of a path."""
    graph = blocks.graph
    ids = graph.data.network.nodes.text("node_id")
    states = [int(graph.tail[path.arcs[0]]), *(int(graph.head[arc]) for arc in path.arcs)]
    assert all(graph.head[first] == graph.tail[second] for first, second in pairwise(path.arcs))
    return [str(ids[graph.state_node[state]]) for state in states]


@st.composite
def walks(draw: st.DrawFn) -> tuple[list[tuple[str, float]], list[tuple[list[str], float]]]:
    """Draw demands, a walk for each (cycles included), and a few cycles of their own."""
    cells = st.integers(0, SIZE * SIZE - 1)

    def steps(start: int, n: int) -> list[int]:
        trail = [start]
        for _ in range(n):
            row, column = divmod(trail[-1], SIZE)
            near = [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
            near = [r * SIZE + c for r, c in near if 0 <= r < SIZE and 0 <= c < SIZE]
            trail.append(draw(st.sampled_from(near)))
        return trail

    def names(trail: list[int]) -> list[str]:
        return [f"N{at}" for at in trail]

    volume = st.floats(0.01, 1000)
    demands, parts = [], []
    for _ in range(draw(st.integers(1, 5))):
        trail = steps(0, draw(st.integers(1, 8)))
        if trail[-1] == 0:
            trail.append(1)
        amount = draw(volume)
        demands.append((f"N{trail[-1]}", amount))
        parts.append((names(trail), amount))
    for _ in range(draw(st.integers(0, 3))):
        half = steps(draw(cells), draw(st.integers(1, 4)))
        parts.append((names(half + half[-2::-1]), draw(volume)))
    return demands, parts


@given(drawn=walks(), noise=st.floats(0, 1e-12))
@settings(max_examples=80, deadline=None)
def test_paths_add_up(drawn: tuple[list[tuple[str, float]], list[tuple[list[str], float]]], noise: float) -> None:
    """Any sum of walks and cycles becomes simple paths that serve each demand in full, within the given flow."""
    demands, parts = drawn
    blocks = grid(demands)
    flow = flow_on(blocks, parts) + noise * sum(volume for _, volume in demands)
    paths, unmet = decompose(blocks, answer(blocks, flow), TOLERANCE)
    assert not unmet.any()
    served = np.zeros(len(demands))
    for path in paths:
        nodes = nodes_of(blocks, path)
        assert len(set(nodes)) == len(nodes)
        assert (nodes[0], nodes[-1]) == ("N0", demands[path.demand][0])
        assert path.volume > 0.0
        served[path.demand] += path.volume
    assert served == pytest.approx([volume for _, volume in demands], rel=1e-12)
    assert (arc_flows(blocks, paths) <= flow * (1 + 1e-6) + 1e-6).all()


def test_a_flow_without_cycles_is_kept_as_it_is() -> None:
    """The sum of the paths is the given flow where that has no cycles."""
    blocks = grid([("N2", 5.0), ("N5", 7.0)])
    flow = flow_on(blocks, [(["N0", "N1", "N2"], 5.0), (["N0", "N1", "N5"], 3.0), (["N0", "N4", "N5"], 4.0)])
    paths, _ = decompose(blocks, answer(blocks, flow), TOLERANCE)
    assert arc_flows(blocks, paths) == pytest.approx(flow)
    assert Counter(path.demand for path in paths) == {0: 1, 1: 2}


def test_demands_of_one_place_are_served_in_row_order() -> None:
    """The first demand takes the first path, the next what is left of it and the next path."""
    blocks = grid([("N5", 6.0), ("N5", 4.0)])
    flow = flow_on(blocks, [(["N0", "N1", "N5"], 7.0), (["N0", "N4", "N5"], 3.0)])
    paths, _ = decompose(blocks, answer(blocks, flow), TOLERANCE)
    assert [(path.demand, nodes_of(blocks, path)[1], path.volume) for path in paths] == [
        (0, "N1", pytest.approx(6.0)),
        (1, "N1", pytest.approx(1.0)),
        (1, "N4", pytest.approx(3.0)),
    ]


def test_rounding_opens_no_route() -> None:
    """Where paths and demands match up to the last digit of a float, no sliver of a path is left for the next."""
    blocks = grid([("N5", 0.3), ("N5", 0.6)])
    flow = flow_on(blocks, [(["N0", "N1", "N5"], 0.1 + 0.2), (["N0", "N4", "N5"], 0.6)])
    paths, _ = decompose(blocks, answer(blocks, flow), TOLERANCE)
    assert [(path.demand, path.volume) for path in paths] == [(0, 0.3), (1, 0.6)]


def test_unmet_is_cleaned_of_noise() -> None:
    """What is unmet by a hair is served, what is served by a hair is unmet, and both are told exactly."""
    blocks = grid([("N1", 10.0), ("N4", 10.0), ("N2", 10.0)])
    flow = flow_on(blocks, [(["N0", "N1"], 10.0), (["N0", "N4"], 1e-11), (["N0", "N1", "N2"], 4.0)])
    paths, unmet = decompose(blocks, answer(blocks, flow, [1e-10, 10.0 - 1e-11, 6.0]), TOLERANCE)
    assert unmet.tolist() == [0.0, 10.0, 6.0]
    assert {path.demand: path.volume for path in paths} == {0: 10.0, 2: pytest.approx(4.0)}


def test_nothing_served_has_no_paths() -> None:
    """Where all demands stay behind there are no paths, and the flows are zeros of the right shape."""
    blocks = grid([("N1", 10.0)])
    paths, unmet = decompose(blocks, answer(blocks, flow_on(blocks, []), [10.0]), TOLERANCE)
    assert (paths, unmet.tolist()) == ([], [10.0])
    assert arc_flows(blocks, paths).tolist() == [0.0] * len(blocks.blocks[0].arcs)


def test_flows_that_fall_short_are_refused() -> None:
    """A solution that serves on paper what its flows do not bring is an error that names the demand."""
    blocks = grid([("N1", 10.0), ("N2", 5.0)])
    flow = flow_on(blocks, [(["N0", "N1"], 10.0), (["N0", "N1", "N2"], 4.0)])
    with pytest.raises(SolverError, match="bring 4 of 5 units of demand D1"):
        decompose(blocks, answer(blocks, flow), TOLERANCE)


def test_passing_a_destination_needs_its_transfer() -> None:
    """Flow that ends at a node in one mode and flow that goes on from it by transfer are told apart."""
    links = [link("rail", "rail1520", "A", "B"), link("road", "road", "B", "C"), link("more", "road", "A", "B")]
    rows = [
        {"demand_id": name, "origin": "A", "destination": end, "commodity": "container", "volume": volume}
        for name, end, volume in (("to-b", "B", 6.0), ("to-c", "C", 2.0))
    ]
    blocks = blocks_of(expand(dataset(links, [transfer("B", "rail1520", "road")], demands=rows)), Weights())
    (block,) = blocks.blocks
    names = [arc_name(blocks.graph, int(arc)) for arc in block.arcs]
    amount = {"rail A→B": 5.0, "B rail1520→road": 1.0, "more A→B": 3.0, "road B→C": 2.0}
    flow = np.array([amount.get(name, 0.0) for name in names])
    paths, _ = decompose(blocks, answer(blocks, flow), TOLERANCE)
    assert arc_flows(blocks, paths) == pytest.approx(flow)
    by_demand = Counter()
    for path in paths:
        by_demand[blocks.demand_ids[path.demand]] += path.volume
    assert by_demand == pytest.approx({"to-b": 6.0, "to-c": 2.0})
