"""Whole numbers at exact prices: totals, and the order of paths they give."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_network import dataset, link

from optimizer.graph import commodity_row
from optimizer.pricing import CO2, MONEY, TIME, Measures, Prices, exact, measures_of


def test_a_float_is_the_decimal_that_was_meant() -> None:
    assert exact(0.1) + exact(0.2) == exact(0.3) == Fraction(3, 10)
    assert exact(1e-9) == Fraction(1, 10**9)


def test_totals_are_exact_decimals() -> None:
    """0.1 and 0.2 USD are 0.3 USD, and a third of 100 km an hour keeps 13 digits."""
    ways = [
        link("one", "road", "A", "B", cost_usd_per_teu=0.1, time_h=100 / 3),
        link("two", "road", "B", "C", cost_usd_per_teu=0.2, time_h=1e6),
    ]
    data = dataset(ways)
    measures = measures_of(data, 2024, None, commodity_row(data, "container"))
    totals = measures.totals((0, 2))
    assert totals.cost_usd == Fraction(3, 10)
    assert totals.time_h == Fraction(33_33333333333, 10**11) + 10**6
    assert totals.co2_kg == 0
    assert totals.at(Prices(Fraction(2), Fraction(1, 3), Fraction(5))) == Fraction(3, 5) + totals.time_h / 3


numbers = st.lists(st.integers(0, 9), min_size=4, max_size=4)
prices = st.builds(Prices, *(st.fractions(0, 5, max_denominator=7) for _ in range(3)))


@given(numbers, numbers, numbers, prices, prices, st.sampled_from([1, 3, 1000]))
def test_keys_order_paths_by_ranked_prices(
    cost: list[int], time: list[int], co2: list[int], first: Prices, second: Prices, factor: int
) -> None:
    """Sums of keys order all sets of arcs by the first prices, then by the second, by money and by time."""
    measures = Measures(([*cost, 0], [*time, 0], [*co2, 0]), (Fraction(1, 10), Fraction(1, 3), Fraction(7)))
    keys = measures.keys((first, second), factor.bit_length())
    assert keys[-1] == 0
    subsets = [[at for at in range(4) if chosen[at]] for chosen in product((0, 1), repeat=4)]

    def ranked(arcs: list[int]) -> tuple[Fraction, ...]:
        totals = measures.totals(arcs)
        return tuple(factor * totals.at(one) for one in (first, second, MONEY, TIME))

    by_keys = [sum(factor * keys[at] for at in arcs) for arcs in subsets]
    by_rank = [ranked(arcs) for arcs in subsets]
    for one, other in product(range(len(subsets)), repeat=2):
        assert (by_keys[one] < by_keys[other]) == (by_rank[one] < by_rank[other])


@pytest.mark.parametrize(("weighted", "expected"), [(MONEY, 2), (TIME, 3), (CO2, 5)])
def test_each_price_stands_for_its_measure(weighted: Prices, expected: int) -> None:
    measures = Measures(([2, 0], [3, 0], [5, 0]), (Fraction(1), Fraction(1), Fraction(1)))
    assert measures.totals([0]).at(weighted) == expected
