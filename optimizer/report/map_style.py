"""What maps of flows look like, on pages and in pictures alike: classes, colors and widths.

Blues and oranges of the ColorBrewer schemes (Brewer, "Designing Better Maps", 2005) and the colors of Okabe and Ito,
"Color Universal Design" (2008), which readers with any color vision tell apart.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple


class Shade(NamedTuple):
    """A class of use: its upper end as a share of the capacity, and its color."""

    up_to: float
    color: str


SHADES = (
    Shade(0.25, "#9ecae1"),
    Shade(0.50, "#4292c6"),
    Shade(0.75, "#2c5f9e"),
    Shade(0.95, "#f59b42"),
    Shade(float("inf"), "#b3261e"),
)
"""Use of a capacity; the last class is full: no more than a twentieth is free."""
NO_CAPACITY = "#6b7480"
"""Color of flow where the data gives no capacity."""
MORE, LESS = "#b35806", "#542788"
"""Colors of what a scenario adds to a link and takes from it."""
MODE_COLORS = {"rail": "#222222", "road": "#D55E00", "river": "#009E73", "sea": "#0072B2", "air": "#CC79A7"}
MODE_WIDTHS = {"rail": 0.9, "road": 0.8, "river": 1.1, "sea": 0.8, "air": 0.4}
OTHER_COLOR = "#B9B9B9"
SEA, LAND, WATER, BORDER = "#E6EEF3", "#FAF8F2", "#D3E3EC", "#BFBAB0"
COAST, GRATICULE = "#C5D3DC", "#D9DEE2"
LEAST_WIDTH, MOST_WIDTH = 0.8, 9.0
FULL_WIDTH_T = 60e6
"""Tonnes a year that are drawn at the most width; more is not drawn wider."""


ROUTE_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222", "#8C6D31")
"""Colors of routes side by side; more routes than colors repeat them in dashes."""


def shade_of(use: float) -> str:
    """Return the color of a use of capacity, that of no capacity for NaN."""
    if use != use:
        return NO_CAPACITY
    return next(shade.color for shade in SHADES if use <= shade.up_to)


def width_of(t: float) -> float:
    """Return the width of a flow of tonnes a year, in pixels: its area grows as the flow does."""
    return LEAST_WIDTH + (MOST_WIDTH - LEAST_WIDTH) * sqrt(min(1.0, t / FULL_WIDTH_T))
