"""Thresholds against brute force over all lines and all routes, and by asking again just below and above them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import inf, isinf
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from labeled_networks import all_routes, labeled, labeled_rows, name_of

from network import load
from optimizer import Weights, find_routes
from optimizer.corridors import compare_corridors
from optimizer.thresholds import Line, Threshold, intervals_of, lower_envelope, tie

if TYPE_CHECKING:
    from collections.abc import Callable

    from made_network import Row

    from network import Dataset
    from optimizer.comparison import Comparison
    from optimizer.thresholds import Interval, Price

RELATIVE = 1e-6


def oracle(lines: list[Line]) -> tuple[Callable[[Price], Line], list[Price]]:
    """Return a search over a list of lines, and the prices it is asked."""
    asked: list[Price] = []

    def best_at(price: Price) -> Line:
        asked.append(price)
        if isinstance(price, float):
            return min(lines, key=lambda line: (line.slope, line.base))
        return min(lines, key=lambda line: (line.at(price), line.slope if price == 0 else 0))

    return best_at, asked


pairs = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=12)


@given(pairs)
def test_envelope_is_lowest_everywhere(numbers: list[tuple[int, int]]) -> None:
    """Stretches meet, cover all prices, hold a lowest line throughout, and no two neighbors are the same line."""
    lines = [Line(Fraction(base), Fraction(slope, 7), (at,)) for at, (base, slope) in enumerate(numbers)]
    best_at, asked = oracle(lines)
    stretches = lower_envelope(best_at)
    assert stretches[0].low == 0
    assert stretches[-1].high == inf
    for before, after in pairwise(stretches):
        assert before.high == after.low
        assert before.line.slope > after.line.slope
        assert before.line.at(after.low) == after.line.at(after.low)
    for low, high, line in stretches:
        assert low < high
        for price in (low, (low + 1 if isinf(high) else (low + Fraction(high)) / 2)):
            assert line.at(price) == min(other.at(price) for other in lines)
    assert len(asked) <= 2 * len(stretches)


def test_three_lines_through_one_point() -> None:
    """A line that is lowest at one price only has no stretch."""
    lines = [Line(Fraction(base), Fraction(slope), ()) for base, slope in ((0, 2), (1, 1), (2, 0))]
    assert [(low, high) for low, high, _ in lower_envelope(oracle(lines)[0])] == [(0, 1), (1, inf)]


def test_neighbors_of_one_name_are_one_interval() -> None:
    lines = [Line(Fraction(base), Fraction(slope), (base,)) for base, slope in ((0, 5), (1, 3), (4, 1), (9, 0))]
    stretches = lower_envelope(oracle(lines)[0])
    names = {0: "a", 1: "a", 4: "b", 9: "a"}
    found = intervals_of(stretches, lambda line: names[line.arcs[0]])
    assert found == {"a": ((0.0, 1.5), (5.0, inf)), "b": ((1.5, 5.0),)}


@pytest.mark.parametrize(
    ("base", "slope", "expected"),
    [
        (6, 1, Threshold(2.0, "above", "mid")),
        (9, 1, Threshold(5.0, "above", "fast")),
        (9, 3, None),
        (5, 2, None),
        (4, 2, None),
        (2, 3, Threshold(2.0, "below", "cheap")),
        (0, 6, Threshold(1.0, "below", "cheap")),
        (4, 7, Threshold(0.0, "below", "cheap")),
    ],
)
def test_tie_with_the_best(base: int, slope: int, expected: Threshold | None) -> None:
    """Where a line meets the best one, on which side it is lower, and what is lowest there, is told by hand."""
    lines = [Line(Fraction(base), Fraction(slope), (base,)) for base, slope in ((0, 4), (4, 2), (8, 1))]
    stretches = lower_envelope(oracle(lines)[0])
    names = {0: "cheap", 4: "mid", 8: "fast"}
    found = tie(Line(Fraction(base), Fraction(slope), ()), lines[1], stretches, lambda line: names[line.arcs[0]])
    assert found == expected


def holders(comparison: Comparison, kind: str, attribute: str, price: float) -> set[str]:
    """Return the ids of rows that are told to be best at a price."""
    intervals: dict[str, tuple[Interval, ...]] = {
        row.id: getattr(row.why_not, attribute) for row in comparison.rows if row.kind == kind and row.why_not
    }
    return {name for name, found in intervals.items() if any(low <= price <= high for low, high in found)}


def probes(comparison: Comparison, attribute: str) -> list[float]:
    """Return prices just below and above all thresholds, between them, and beyond the last."""
    ends = sorted(
        {end for row in comparison.rows if row.why_not for pair in getattr(row.why_not, attribute) for end in pair}
        - {0.0, inf}
    )
    between = [(low + high) / 2 for low, high in pairwise([0.0, *ends])]
    beyond = [2.0 * ends[-1]] if ends else [0.5, 50.0]
    return [*(end * factor for end in ends for factor in (1 - RELATIVE, 1 + RELATIVE)), *between, *beyond]


@pytest.fixture(scope="module")
def bundled() -> Dataset:
    return load()


@pytest.mark.parametrize(
    ("origin", "destination"),
    [("Xi'an", "Duisburg"), ("Moscow", "Mumbai"), ("Tashkent", "Istanbul"), ("Chongqing", "Istanbul")],
)
def test_bundled_thresholds_by_asking_again(bundled: Dataset, origin: str, destination: str) -> None:
    """Just below and above every threshold the best route belongs to the corridor and mode that are told."""
    comparison = compare_corridors(bundled, origin, destination)
    n_corridors = 0
    for attribute in ("best_at_time_values", "best_at_carbon_prices"):
        for price in probes(comparison, attribute):
            weights = (
                Weights(time_per_h=price) if attribute == "best_at_time_values" else Weights(co2_per_kg=price / 1000)
            )
            route = find_routes(bundled, origin, destination, k=1, weights=weights)[0]
            assert holders(comparison, "corridor", attribute, price) == {route.corridor}
            assert holders(comparison, "mode", attribute, price) == {name_of("mode", route)}
            n_corridors += 1
    assert n_corridors > 4


@given(labeled_rows(), st.integers(0, 3), st.sampled_from([0.0, 0.5]), st.sampled_from([1, 7]))
@settings(max_examples=80, deadline=None)
def test_thresholds_equal_brute_force(
    rows: tuple[list[Row], list[Row]], time_value: int, carbon: float, quantity: int
) -> None:
    """At any price the rows told to be best are those of a lightest one of all routes; ties are where they are told."""
    data = labeled(rows)
    asked = Weights(time_per_h=float(time_value), co2_per_kg=carbon)
    routes = all_routes(data, quantity=quantity)
    assume(routes)
    comparison = compare_corridors(data, "A", "E", weights=asked, quantity=quantity)
    totals = {route.arcs: (route.cost_usd / quantity, route.time_h, route.co2_kg / quantity) for route in routes}

    def weight(arcs: tuple[int, ...], attribute: str, price: float) -> float:
        cost_usd, time_h, co2_kg = totals[arcs]
        if attribute.endswith("time_values"):
            return cost_usd + price * time_h + carbon * co2_kg
        return cost_usd + time_value * time_h + price / 1000 * co2_kg

    for attribute in ("best_at_time_values", "best_at_carbon_prices"):
        for price in probes(comparison, attribute):
            least = min(weight(route.arcs, attribute, price) for route in routes)
            slack = 1e-12 * max(1.0, least)
            lightest = [route for route in routes if weight(route.arcs, attribute, price) <= least + slack]
            for kind in ("corridor", "mode"):
                names = {name_of(kind, route) for route in lightest}
                told = holders(comparison, kind, attribute, price)
                assert told <= names
                assert told or "" in names
    for row in comparison.rows:
        if row.route is None or row.why_not is None:
            continue
        for attribute, threshold in (
            ("best_at_time_values", row.why_not.beats_best_at_time_value),
            ("best_at_carbon_prices", row.why_not.beats_best_at_carbon_price),
        ):
            if threshold is None:
                continue
            own, best = (
                [weight(arcs, attribute, threshold.value * factor + shift) for factor, shift in ((1, 0), (1, 1))]
                for arcs in (row.route.arcs, comparison.best.arcs)
            )
            assert own[0] == pytest.approx(best[0], rel=1e-9)
            assert (own[1] < best[1]) == (threshold.direction == "above")
