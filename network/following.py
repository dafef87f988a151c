"""What a change moves besides the column it names: a percentile goes with its median, weekdays with the frequency.

A column that the change names itself is left to the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.columns import PERCENTILES
from network.timetable import parse_departures
from network.values import frequency_per_week, or_zero

if TYPE_CHECKING:
    from network.model import Mask, Network, Numbers, Table, Texts


def follow_median(before: Table, after: Table, mask: Mask, column: str, factor: float | None) -> dict[str, Numbers]:
    """Return the 90th percentile that follows a change of `column`, by name; nothing where no row has one.

    A factor acts on the percentile as it does on the median: both are so many times as long. Without one, after a new
    value or an increment, the percentile moves by as many hours, which keeps the hours between the two.
    """
    median, p90 = PERCENTILES.get(after.name, ("", ""))
    if column != median or not (mask & ~np.isnan(before.number(p90))).any():
        return {}
    percentile = before.number(p90)
    with np.errstate(over="ignore"):
        if factor is None:
            moved: Numbers = or_zero(after, median) + (percentile - or_zero(before, median))
        else:
            moved = percentile * factor
    return {p90: np.where(mask, moved, percentile)}


def follow_frequency(before: Network, after: Network, mask: Mask) -> dict[str, Texts]:
    """Return the weekdays that are left after a change of frequencies, by name; nothing where all are left.

    Nobody knows the weekdays of a service that is given another frequency than that of its departures. Without them a
    route with a date waits for it as one without.
    """
    frequency, departures = after.links.number("frequency_per_week"), after.links.text("departures")
    counts = np.array([len(parse_departures(cell)) for cell in departures], dtype=np.float64)
    is_other = mask & ~np.isnan(frequency) & (frequency != frequency_per_week(before)) & (frequency != counts)
    is_void = is_other & (counts > 0)
    return {"departures": np.where(is_void, "", departures)} if is_void.any() else {}
