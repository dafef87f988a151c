"""The layout of Sankey diagrams: to scale, without overlap, and with fewer crossings than the order given."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.plots.sankey_layout import Band, crossing_volume, lay_out, order_nodes

HEIGHT, LEAST, GAP = 5.0, 0.2, 0.05
ID = st.sampled_from("abcdef")
PATHS = st.lists(st.tuples(ID, ID, ID, st.floats(0.01, 1e6)), min_size=1, max_size=25)


def diagram(paths: list[tuple[str, str, str, float]]) -> tuple[list[dict[str, float]], list[Band]]:
    """Return stages and flows of some paths through three stages."""
    stages: list[dict[str, float]] = [defaultdict(float) for _ in range(3)]
    flows: dict[tuple[int, str, str], float] = defaultdict(float)
    for *nodes, volume in paths:
        for at, node in enumerate(nodes):
            stages[at][node] += volume
        for at, (start, end) in enumerate(pairwise(nodes)):
            flows[at, start, end] += volume
    return [dict(stage) for stage in stages], [Band(*key, volume) for key, volume in flows.items()]


@given(PATHS)
def test_nodes_are_to_scale_and_apart_and_ribbons_fill_them(paths: list[tuple[str, str, str, float]]) -> None:
    """Within a stage labels never overlap, all is within the height, and ribbons stack up to their nodes."""
    stages, bands = diagram(paths)
    layout = lay_out(stages, bands, HEIGHT, [dict.fromkeys(stage, LEAST) for stage in stages], GAP)
    total = sum(stages[0].values())
    scale = sum(layout.nodes[0, node].bottom - layout.nodes[0, node].top for node in stages[0]) / total
    for at, stage in enumerate(stages):
        slots = sorted((layout.nodes[at, node] for node in stage), key=lambda slot: slot.top)
        for node, volume in stage.items():
            slot = layout.nodes[at, node]
            assert slot.bottom - slot.top == pytest.approx(scale * volume, abs=1e-9)
        rooms = [max(LEAST, slot.bottom - slot.top) for slot in slots]
        middles = [(slot.top + slot.bottom) / 2 for slot in slots]
        for (above, below), (upper, lower) in zip(pairwise(middles), pairwise(rooms), strict=True):
            assert below - above >= (upper + lower) / 2 + GAP - 1e-9
        assert middles[0] - rooms[0] / 2 >= -1e-9
        assert middles[-1] + rooms[-1] / 2 <= HEIGHT + 1e-9
    for side in (0, 1):
        ends: dict[tuple[int, str], list[tuple[float, float]]] = defaultdict(list)
        for band, pair in zip(bands, layout.bands, strict=True):
            ends[band.stage + side, (band.from_id, band.to_id)[side]].append((pair[side].top, pair[side].bottom))
        for key, slots_of in ends.items():
            edges = [layout.nodes[key].top, *(edge for slot in sorted(slots_of) for edge in slot)]
            for above, below in zip(edges[::2], edges[1::2], strict=False):
                assert above == pytest.approx(below, abs=1e-9)
            assert edges[-1] == pytest.approx(layout.nodes[key].bottom, abs=1e-9)


@given(PATHS)
def test_order_never_crosses_more_than_the_one_given(paths: list[tuple[str, str, str, float]]) -> None:
    stages, bands = diagram(paths)
    given_order = [list(stage) for stage in stages]
    order = order_nodes(given_order, bands)
    assert [sorted(stage) for stage in order] == [sorted(stage) for stage in given_order]
    assert crossing_volume(order, bands) <= crossing_volume(given_order, bands)


def test_what_need_not_cross_does_not() -> None:
    """Three parallel streams, given upside down at one end, are drawn without a crossing."""
    bands = [Band(0, node, node.upper(), 1.0 + at) for at, node in enumerate("abc")]
    assert crossing_volume([["a", "b", "c"], ["C", "B", "A"]], bands) == 1 * 2 + 1 * 3 + 2 * 3
    assert crossing_volume(order_nodes([["a", "b", "c"], ["C", "B", "A"]], bands), bands) == 0.0


def test_the_order_is_the_best_of_all_on_a_small_diagram() -> None:
    bands = [Band(0, "a", "y", 5.0), Band(0, "a", "z", 1.0), Band(0, "b", "x", 2.0), Band(0, "b", "y", 1.0)]
    least = min(
        crossing_volume([list(left), list(right)], bands)
        for left in permutations("ab")
        for right in permutations("xyz")
    )
    assert crossing_volume(order_nodes([["a", "b"], ["x", "y", "z"]], bands), bands) == least
