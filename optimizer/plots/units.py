"""Units that give numbers of a readable size, and round numbers on axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from matplotlib.ticker import MaxNLocator

from optimizer.language import _, signed_text
from optimizer.plots.style import even_text, fixed_text, short_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

ENOUGH = 2000.0
"""A unit is taken as long as the greatest number in it is below this."""


class Unit(NamedTuple):
    """How many of the unit of the data make one, its name in the language spoken, and the decimals of its numbers."""

    size: float
    name: str
    digits: int = 0

    def text(self, value: float) -> str:
        """Return a value of the data in this unit without its name; what would round to nothing has more digits."""
        shown = value / self.size
        return fixed_text(shown, self.digits) if round(shown, self.digits) or not shown else short_text(shown)

    def told(self, value: float) -> str:
        """Return a value of the data with the name of this unit."""
        return f"{self.text(value)}\N{NO-BREAK SPACE}{self.name}"

    def is_seen(self, value: float) -> bool:
        """Whether a difference is not nothing in the decimals of this unit."""
        return round(value / self.size, self.digits) != 0.0

    def change(self, value: float) -> str:
        """Return a difference in this unit with its sign."""
        return signed_text(value / self.size, self.digits)


def usd_unit(most: float) -> Unit:
    """Return the unit for amounts of USD up to some: millions, as budgets are written, where these can be read."""
    if abs(most) < 1e5:
        return _with_digits(most, 1.0, _("USD"))
    return _with_digits(most, 1e6, _("m USD")) if abs(most) < 1e11 else _with_digits(most, 1e9, _("bn USD"))


def tonne_unit(most: float) -> Unit:
    """Return the unit for tonnes up to some."""
    return _of_size(most, ((1.0, _("t")), (1e3, _("kt")), (1e6, _("Mt"))))


def teu_unit(most: float) -> Unit:
    """Return the unit for TEU up to some: thousands, as ports count them, where these can be read."""
    if abs(most) < 1e4:
        return _with_digits(most, 1.0, _("TEU"))
    return _with_digits(most, 1e3, _("thousand TEU")) if abs(most) < 1e8 else _with_digits(most, 1e6, _("m TEU"))


def co2_unit(most_kg: float) -> Unit:
    """Return the unit for kilograms of CO2e up to some."""
    return _of_size(most_kg, ((1.0, _("kg CO2e")), (1e3, _("t CO2e")), (1e6, _("kt CO2e")), (1e9, _("Mt CO2e"))))


def round_ticks(low: float, high: float, n_steps: int = 5) -> list[float]:
    """Return round numbers from the last at or below `low` to the first at or above `high`."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    places = MaxNLocator(nbins=n_steps, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    step = float(places[1] - places[0])
    kept = [float(place) for place in places if low - step * (1 - 1e-9) < place < high + step * (1 - 1e-9)]
    return [round(place / step) * step for place in kept]


def draw_value_axis(axes: Axes, high: float, along: Literal["x", "y"], n_steps: int = 5) -> None:
    """Let an axis run from 0 to some number, with a thin grid and round numbers in the language spoken."""
    high = high or 1.0
    ticks = [tick for tick in round_ticks(0.0, high, n_steps) if tick <= high]
    labels = [even_text(tick, ticks[-1] / max(1, len(ticks) - 1)) for tick in ticks]
    axis = axes.xaxis if along == "x" else axes.yaxis
    axis.set_ticks(ticks, labels=labels)
    axis.set_tick_params(length=0)
    axis.grid(visible=True)
    axes.spines["bottom" if along == "x" else "left"].set_visible(False)
    if along == "x":
        axes.set_xlim(0.0, high)
    else:
        axes.set_ylim(0.0, high)


def _of_size(most: float, units: Sequence[tuple[float, str]]) -> Unit:
    """Return the first unit in which the greatest number is not a long one, else the last."""
    size, name = next(((size, name) for size, name in units if abs(most) < ENOUGH * size), units[-1])
    return _with_digits(most, size, name)


def _with_digits(most: float, size: float, name: str) -> Unit:
    """Return a unit with decimals that give its greatest number about three digits."""
    greatest = abs(most) / size
    return Unit(size, name, 0 if greatest >= 1000.0 else 1 if greatest >= 10.0 else 2)
