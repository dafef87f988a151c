"""Hours of a shipment that leaves on a date: it waits for the next departure and for a season to open."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from network.timetable import next_departure_h
from network.values import headway_wait_h

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from network.timetable import Timetable
    from optimizer.graph import ArcGraph


ROUNDING_H = 1e-6
"""A wait below this is the rounding of sums of hours."""


class Clock(NamedTuple):
    """When each arc is left for one who is at its tail some hours after `start`.

    Attributes
    ----------
    start
        The moment of departure from the origin.
    timetables
        By arc: weekdays of departure and open months; all other arcs are entered at once.
    travel_h
        Hours of every arc once it is entered, and a final 0. The expected half headway is part of it, except where
        the timetable knows the departures themselves.
    """

    start: datetime
    timetables: Mapping[int, Timetable]
    travel_h: Sequence[float]

    def leave_h(self, arc: int, at_h: float) -> float:
        """Return the hour at which one who is at the tail at hour `at_h` enters an arc."""
        timetable = self.timetables.get(arc)
        return at_h if timetable is None else next_departure_h(timetable, self.start, at_h)

    def arrive_h(self, arc: int, at_h: float) -> float:
        """Return the hour of arrival at the head; who starts later never arrives earlier."""
        return self.leave_h(arc, at_h) + self.travel_h[arc]

    def waits_h(self, arcs: Iterable[int]) -> list[float | None]:
        """Return how long one waits before each arc of a path; None for arcs that have no timetable."""
        at_h, waits = 0.0, []
        for arc in arcs:
            leave_h = self.leave_h(arc, at_h)
            wait_h = leave_h - at_h
            waits.append((wait_h if wait_h > ROUNDING_H else 0.0) if arc in self.timetables else None)
            at_h = leave_h + self.travel_h[arc]
        return waits


@lru_cache(maxsize=8)
def clock_of(graph: ArcGraph, start: datetime) -> Clock:
    """Return the clock of a virtual network for a shipment that leaves at `start`; the last few are kept."""
    travel_h = [*graph.time_h.tolist(), 0.0]
    expected_h = headway_wait_h(graph.data.network)
    for arc, timetable in graph.timetables.items():
        if timetable.departures_h:
            travel_h[arc] = float(graph.time_h[arc] - expected_h[graph.link[arc]])
    return Clock(start, graph.timetables, travel_h)
