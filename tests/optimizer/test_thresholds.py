"""Thresholds against brute force over all lines and all routes, and by asking again just below and above them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import inf, isinf
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from labeled_networks import every_route, labeled, labeled_rows, name_of, timed_rows, weight_of

from network import load
from optimizer import Weights, find_routes
from optimizer.corridors import compare_corridors
from optimizer.thresholds import Line, Threshold, intervals_of, lower_envelope, tie

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

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
            return min(lines, key=lambda line: line.slope)
        return min(lines, key=lambda line: line.at(price))

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
    assert len(asked) <= 2 * len(stretches) + 2


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(-9, 9), st.integers(-9, 9)), min_size=1),
    st.randoms(use_true_random=False),
)
@settings(max_examples=300, deadline=None)
def test_rounding_neither_hides_a_line_nor_makes_one(numbers: list[tuple[int, int, int, int]], random: Random) -> None:
    """A search that is off by rounding finds an envelope that is right within the tolerance, and whole stretches."""
    hair, tolerance = Fraction(1, 10**12), Fraction(1, 10**9)
    lines = [
        Line(base * (1 + one * hair) + 1, slope * (1 + other * hair), (at,))
        for at, (base, slope, one, other) in enumerate(numbers)
    ]

    def best_at(price: Price) -> Line:
        weights = [line.at(price) if isinstance(price, Fraction) else line.slope for line in lines]
        near = min(weights) * (1 + 20 * hair)
        return random.choice([line for line, weight in zip(lines, weights, strict=True) if weight <= near])

    stretches = lower_envelope(best_at, tolerance)
    assert len({(round(line.base, 6), round(line.slope, 6)) for _, _, line in stretches}) == len(stretches)
    assert stretches[0].low == 0
    assert stretches[-1].high == inf
    for before, after in pairwise(stretches):
        assert before.high == after.low
    for low, high, line in stretches:
        assert high - low > Fraction(1, 1000)
        for price in (low, low + 1000 if isinstance(high, float) else high):
            assert line.at(price) <= min(other.at(price) for other in lines) * (1 + 2 * tolerance)


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


RELIABLE = Weights(cost=0.0, time_per_h=0.0, p90_per_h=1.0)


@pytest.mark.parametrize(
    ("origin", "destination", "asked", "options"),
    [
        ("Xi'an", "Duisburg", Weights(), {}),
        ("Moscow", "Mumbai", Weights(), {}),
        ("Tashkent", "Istanbul", Weights(), {}),
        ("Chongqing", "Istanbul", Weights(), {}),
        ("Xi'an", "Duisburg", Weights(), {"depart": "2026-12-01"}),
        ("Moscow", "Mumbai", Weights(), {"depart": "2026-01-15"}),
        ("Tashkent", "Istanbul", RELIABLE, {}),
        ("Moscow", "Mumbai", Weights(p90_per_h=2.0), {"depart": "2026-01-15"}),
    ],
)
def test_bundled_thresholds_by_asking_again(
    bundled: Dataset, origin: str, destination: str, asked: Weights, options: dict[str, Any]
) -> None:
    """Just below and above every threshold the best route belongs to the corridor and mode that are told."""
    comparison = compare_corridors(bundled, origin, destination, weights=asked, **options)
    n_prices = 0
    for attribute in ("best_at_time_values", "best_at_carbon_prices"):
        for price in probes(comparison, attribute):
            weights = (
                replace(asked, time_per_h=price)
                if attribute == "best_at_time_values"
                else replace(asked, co2_per_kg=price / 1000)
            )
            route = find_routes(bundled, origin, destination, k=1, weights=weights, **options)[0]
            # A route may belong to no corridor.
            assert holders(comparison, "corridor", attribute, price) == {route.corridor} - {""}
            assert holders(comparison, "mode", attribute, price) == {name_of("mode", route)}
            n_prices += 1
    assert n_prices > 4


def check_thresholds(data: Dataset, asked: Weights, options: dict[str, Any], quantity: int) -> None:
    """Check all thresholds of a comparison against all routes; the time value must be given."""
    routes = every_route(data, quantity=quantity, weights=asked, **options)
    assume(routes)
    comparison = compare_corridors(data, "A", "E", weights=asked, quantity=quantity, **options)
    route_by = {route.arcs: route for route in routes}

    def weight(arcs: tuple[int, ...], attribute: str, price: float) -> float:
        if attribute.endswith("time_values"):
            return weight_of(route_by[arcs], replace(asked, time_per_h=price))
        return weight_of(route_by[arcs], replace(asked, co2_per_kg=price / 1000))

    for attribute in ("best_at_time_values", "best_at_carbon_prices"):
        for price in probes(comparison, attribute):
            least = min(weight(route.arcs, attribute, price) for route in routes)
            slack = 1e-9 * max(1.0, least)
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
                [weight(arcs, attribute, threshold.value + shift) for shift in (0, 1e3)]
                for arcs in (row.route.arcs, comparison.best.arcs)
            )
            assert own[0] == pytest.approx(best[0], rel=1e-9)
            assert (own[1] < best[1]) == (threshold.direction == "above")


@given(labeled_rows(), st.integers(0, 3), st.sampled_from([0.0, 0.5]), st.sampled_from([1, 7]))
@settings(max_examples=80, deadline=None)
def test_thresholds_equal_brute_force(
    rows: tuple[list[Row], list[Row]], time_value: int, carbon: float, quantity: int
) -> None:
    """At any price the rows told to be best are those of a lightest one of all routes; ties are where they are told."""
    check_thresholds(labeled(rows), Weights(time_per_h=float(time_value), co2_per_kg=carbon), {}, quantity)


@given(
    timed_rows(),
    st.sampled_from([{"depart": "2024-01-03"}, {"depart": "2024-03-29T15:00"}, {"depart": "2024-11-27", "via": "C"}]),
    st.sampled_from([0.0, 0.4]),
    st.sampled_from([0.0, 1.0]),
)
@settings(max_examples=120, deadline=None)
def test_thresholds_on_a_date_equal_brute_force(
    rows: tuple[list[Row], list[Row]], options: dict[str, Any], p90: float, cost: float
) -> None:
    """With real waits, and with a price of the percentile beside it, the same holds."""
    check_thresholds(labeled(rows), Weights(cost=cost, time_per_h=1.3, co2_per_kg=0.2, p90_per_h=p90), options, 1)
