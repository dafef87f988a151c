"""Prices of money, time and CO2, what routes weigh at them, and arcs as whole numbers that compare routes exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.adjacency import MOST_STAGES_BITS, SIGNIFICANT_DIGITS, whole_numbers
from optimizer.graph import commodity_arcs, expand
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.model import Dataset, Numbers


class Prices(NamedTuple):
    """What is minimized, in USD per unit of a commodity: per USD, hour, kg of CO2e, and hour of the 90th percentile."""

    cost: Fraction
    time_per_h: Fraction
    co2_per_kg: Fraction
    p90_per_h: Fraction = Fraction(0)


MONEY = Prices(Fraction(1), Fraction(0), Fraction(0))
TIME = Prices(Fraction(0), Fraction(1), Fraction(0))
CO2 = Prices(Fraction(0), Fraction(0), Fraction(1))


class Totals(NamedTuple):
    """What one unit of a commodity pays along a path, and the 90th percentile of its hours where that has a price."""

    cost_usd: Fraction
    time_h: Fraction
    co2_kg: Fraction
    time_p90_h: Fraction = Fraction(0)

    def at(self, prices: Prices) -> Fraction:
        """Return the weight at some prices."""
        return sum((price * total for price, total in zip(prices, self, strict=True) if price), start=Fraction(0))


@dataclass(frozen=True, eq=False)
class Measures:
    """Money, time and CO2 of every arc for one unit of a commodity.

    `numbers` holds one list of whole numbers for each, with one entry per arc and a final 0; `units` is what 1 of them
    stands for.
    """

    numbers: tuple[list[int], list[int], list[int]]
    units: tuple[Fraction, Fraction, Fraction]

    def totals(self, arcs: Iterable[int]) -> Totals:
        """Return the totals of a path of arcs, exact sums of the arcs' values in 13 digits, without a percentile."""
        arcs = list(arcs)
        return Totals(
            *(sum(numbers[arc] for arc in arcs) * unit for numbers, unit in zip(self.numbers, self.units, strict=True))
        )

    @cached_property
    def most(self) -> tuple[int, ...]:
        """More than any path without loops can sum up to, of each list of numbers."""
        return tuple(map(sum, self.numbers))

    def keys(self, ranked: Sequence[Prices], spare_bits: int = 0) -> list[int]:
        """Return a whole number per arc, and a final 0, whose sums order paths.

        Paths are ordered by their weight at the first prices, ties by the next, then by money, then by time. Each takes
        lower digits than the one before, with room for any path of which every arc counts up to 2^spare_bits times. A
        price of the 90th percentile, which is no sum over arcs, is left out.
        """
        cost = time = co2 = 0
        most_usd, most_h, most_kg = self.most
        for prices in (*ranked, MONEY, TIME):
            exact = [price * unit for price, unit in zip(prices[:3], self.units, strict=True)]
            common = lcm(*(value.denominator for value in exact))
            usd, hours, kg = (value.numerator * (common // value.denominator) for value in exact)
            room = (usd * most_usd + hours * most_h + kg * most_kg).bit_length() + MOST_STAGES_BITS + spare_bits
            cost, time, co2 = (cost << room) + usd, (time << room) + hours, (co2 << room) + kg
        keys = [cost * usd + time * hours for usd, hours in zip(*self.numbers[:2], strict=True)]
        return [key + co2 * kg for key, kg in zip(keys, self.numbers[2], strict=True)] if co2 else keys


def exact(value: float) -> Fraction:
    """Return the decimal that a person meant by a float: 0.1 is a tenth."""
    return Fraction(repr(float(value)))


@lru_cache(maxsize=8)
def measures_of(data: Dataset, year: int, month: int | None, commodity: int) -> Measures:
    """Return the measures of the virtual network for the commodity in a row; the last few are kept."""
    values = commodity_arcs(expand(data, year, month), commodity, Weights())
    cost, time, co2 = (
        _whole(np.where(values.allowed, numbers, 0.0)) for numbers in (values.cost_usd, values.time_h, values.co2_kg)
    )
    return Measures((cost[0], time[0], co2[0]), (cost[1], time[1], co2[1]))


def _whole(values: Numbers) -> tuple[list[int], Fraction]:
    """Return values in 13 significant digits as whole numbers, with a final 0, and what 1 of them stands for."""
    numbers = whole_numbers(values)
    at = int(np.argmax(values)) if len(values) else 0
    # The measure of `whole_numbers` is a decimal, so one value written in as many digits gives it exactly.
    has_unit = bool(numbers) and numbers[at] > 0
    unit = Fraction(f"{values[at]:.{SIGNIFICANT_DIGITS - 1}e}") / numbers[at] if has_unit else Fraction(1)
    return [*numbers, 0], unit
