"""Whole-number keys and the lists of one commodity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import CorridorError
from optimizer import Weights
from optimizer.adjacency import adjacency, path_keys, whole_numbers
from optimizer.graph import expand

if TYPE_CHECKING:
    from network import Dataset

sizes = st.one_of(st.just(0.0), st.floats(1e-9, 1e12))


@given(st.lists(sizes, max_size=8))
@settings(max_examples=100, deadline=None)
def test_whole_numbers_keep_proportions(values: list[float]) -> None:
    """Numbers over 21 magnitudes stay in proportion to 13 digits, zero stays zero."""
    numbers = whole_numbers(np.array(values))
    assert [number > 0 for number in numbers] == [value > 0 for value in values]
    if any(values):
        at = int(np.argmax(values))
        for number, value in zip(numbers, values, strict=True):
            assert number / numbers[at] == pytest.approx(value / values[at], rel=1e-11)


def test_whole_numbers_of_extremes() -> None:
    """The smallest and largest floats do no harm; decimals come out as the numbers that were written."""
    assert whole_numbers(np.array([5e-324, 0.0])) == [0, 0]
    assert whole_numbers(np.array([0.1, 0.2, 0.3])) == [1, 2, 3]
    assert whole_numbers(np.array([3 * 0.1, 0.3, 1e300 / 1e290])) == [3, 3, 10**11]
    assert whole_numbers(np.array([])) == []


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=8), st.data())
@settings(max_examples=60, deadline=None)
def test_keys_order_paths_by_weight_then_time(arcs: list[tuple[int, int]], data: st.DataObject) -> None:
    """Sums of keys compare as (sum of weights, sum of hours), also where an arc is passed many times."""
    keys = path_keys(*(np.array(column, dtype=float) for column in zip(*arcs, strict=True)))
    assert keys[-1] == 0
    picks = st.lists(st.integers(0, len(arcs) - 1), max_size=40)
    one, other = data.draw(picks), data.draw(picks)
    totals = [tuple(sum(arcs[at][part] for at in path) for part in (0, 1)) for path in (one, other)]
    sums = [sum(keys[at] for at in path) for path in (one, other)]
    assert (sums[0] < sums[1]) == (totals[0] < totals[1])
    assert (sums[0] == sums[1]) == (totals[0] == totals[1])


def test_lists_hold_the_arcs_a_commodity_may_use(tiny: Dataset) -> None:
    """Steps out and back are the allowed arcs of the graph, each once, and are remembered."""
    for row in range(len(tiny.commodities)):
        network = adjacency(tiny, 2024, None, row, Weights())
        allowed = np.flatnonzero(network.values.allowed).tolist()
        steps = sorted((arc, tail, head) for tail, row_ in enumerate(network.out) for head, arc in row_)
        assert [arc for arc, _, _ in steps] == allowed
        assert steps == sorted((arc, tail, head) for head, row_ in enumerate(network.into) for tail, arc in row_)
        assert all(network.graph.tail[arc] == tail and network.graph.head[arc] == head for arc, tail, head in steps)
        assert adjacency(tiny, 2024, None, row, Weights()) is network


def test_a_price_below_zero_is_named(tiny: Dataset) -> None:
    """Dijkstra needs weights of at least 0: a scenario that makes a price negative is refused with the link."""
    links = tiny.network.links
    prices = np.array(links.number("cost_usd_per_teu"))
    prices[0] = -5000.0
    cheaper = replace(tiny.network, links=links.with_columns({"cost_usd_per_teu": prices}))
    with pytest.raises(CorridorError, match="rail-xian-khorgos CNSIA→KZHOR"):
        adjacency(replace(tiny, network=cheaper), 2024, None, 0, Weights())
    assert expand(tiny).n_arcs
