"""Totals of routes as multiples of a power of two, so that sums are exact and noise makes no choices."""

from __future__ import annotations

from math import floor, frexp, ldexp
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from network.model import Numbers

SAME_BITS = 30
"""Totals are compared in steps of the least possible total, as a power of two, over 2^30: about one part in 10⁹."""

GRAIN_BITS = 10
"""Values of arcs are rounded to 2^-10 of a step, so that the sums of a thousand legs are right to half a step.

Sums up to 2^13 times the least possible total are then exact: a float has 53 bits.
"""


def step_of(least: float) -> float:
    """Return the step in which totals are compared, given the least possible one."""
    return ldexp(1.0, frexp(least)[1] - SAME_BITS)


def grain_of(step: float) -> float:
    """Return the grain of arcs, given the step of totals."""
    return ldexp(step, -GRAIN_BITS)


def whole(numbers: Numbers, step: float) -> Numbers:
    """Return the numbers of arcs as multiples of the grain."""
    grain = grain_of(step)
    return np.rint(numbers / grain) * grain


def rounded(total: float, step: float) -> float:
    """Return a total as a multiple of a step, half a step upward."""
    return floor(total / step + 0.5) * step
