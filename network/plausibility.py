"""Warnings about rows that are possible and hardly meant: odd speeds, lengths, capacities, twins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.errors import Finding, few
from network.geo import great_circle_km
from network.timetable import parse_departures
from network.values import departures_disagree, moving_h, or_zero, rate_of_links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from network.model import Mask, Network, Table

SPEEDS_KMH = {"rail": (5, 200), "road": (5, 120), "river": (3, 40), "sea": (5, 60), "air": (150, 1100)}
"""Lowest and highest plausible moving speed over a whole link, stops included."""

SLOW_FROM_KM = 50.0
"""Shorter links may be slower: a shunt, a ferry's approach."""

GREAT_CIRCLE_TOLERANCE = 0.98
"""A link may be this much of its great circle: coordinates name a city, not its terminal."""

DETOURS = {"rail": 4.0, "road": 4.0, "river": 6.0, "air": 1.5}
"""Longest plausible link as a multiple of its great circle; ships may go around a continent."""

SAME_LINK = ("link_id", "source", "confidence", "field_sources", "note")
"""Columns in which two links that are otherwise the same may differ."""


def odd_rows(network: Network) -> Iterator[Finding]:
    """Yield all warnings about single rows of a network without errors."""
    yield from _null_island(network)
    yield from _speeds(network)
    yield from _lengths(network)
    yield from _no_co2_rate(network)
    yield from _capacities(network)
    yield from _departures(network)
    yield from _duplicate_links(network)


def warning(table: Table, row: int | None, column: str, code: str, message: str, remedy: str) -> Finding:
    """Return a warning at a row of a table's file, at the file where `row` is None."""
    line = 0 if row is None else int(table.lines[row])
    return Finding(f"{table.name}.csv", line, column, code, message, remedy, "warning")


def rows_of(mask: Mask) -> list[int]:
    """Return the rows that a mask selects."""
    rows: list[int] = np.flatnonzero(mask).tolist()
    return rows


def _null_island(network: Network) -> Iterator[Finding]:
    """Tell nodes at latitude and longitude 0, where coordinates were left out."""
    nodes = network.nodes
    for row in rows_of((nodes.number("lat") == 0.0) & (nodes.number("lon") == 0.0)):
        message = f"{nodes.text('node_id')[row]} lies in the sea south of Ghana"
        yield warning(nodes, row, "lat", "W203", message, "give its coordinates")


def _speeds(network: Network) -> Iterator[Finding]:
    """Tell links and rates of hardly possible speed; a rate is told once, not on every link that uses it."""
    links, rates = network.links, network.rates
    length, hours = links.number("length_km"), moving_h(network)
    with np.errstate(divide="ignore", invalid="ignore"):
        speeds = length / hours
    own = ~np.isnan(links.number("time_h")) | ~np.isnan(links.number("speed_kmh"))
    slowest, fastest = _bounds(links)
    odd = own & (length > 0.0) & ((speeds > fastest) | ((speeds < slowest) & (length >= SLOW_FROM_KM)))
    for row in rows_of(odd):
        column = "speed_kmh" if np.isnan(links.number("time_h")[row]) else "time_h"
        yield _speed(links, row, column, float(speeds[row]))
    slowest, fastest = _bounds(rates)
    rate = rates.number("speed_kmh")
    for row in rows_of((rate > fastest) | (rate < slowest)):
        yield _speed(rates, row, "speed_kmh", float(rate[row]))


def _bounds(table: Table) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and highest plausible speed of every row."""
    bounds = np.array([SPEEDS_KMH[mode] for mode in table.text("mode")], dtype=np.float64).reshape(-1, 2)
    return bounds[:, 0], bounds[:, 1]


def _speed(table: Table, row: int, column: str, speed: float) -> Finding:
    mode = table.text("mode")[row]
    low, high = SPEEDS_KMH[mode]
    how = "in no time" if speed == np.inf else f"at {speed:.4g} km/h"
    message = f"{mode} {how}; {low} to {high} km/h is plausible"
    return warning(table, row, column, "W204", message, "check length and time: km and hours?")


def _lengths(network: Network) -> Iterator[Finding]:
    """Tell links of length 0, and links much shorter or longer than the great circle between their ends."""
    links, nodes = network.links, network.nodes
    tails, heads = network.link_ends
    lat, lon = nodes.number("lat"), nodes.number("lon")
    straight = great_circle_km(lat[tails], lon[tails], lat[heads], lon[heads])
    length = links.number("length_km")
    for row in rows_of(length == 0.0):
        yield warning(links, row, "length_km", "W205", "the link has length 0", "give its length")
    for row in rows_of((length > 0.0) & (length < GREAT_CIRCLE_TOLERANCE * straight)):
        message = f"{length[row]:.0f} km is shorter than the great circle of {straight[row]:.0f} km"
        yield warning(links, row, "length_km", "W206", message, "check the length and the coordinates of its ends")
    detours = np.array([DETOURS.get(mode, np.inf) for mode in links.text("mode")], dtype=np.float64)
    with np.errstate(invalid="ignore"):
        is_long = (length > SLOW_FROM_KM) & (length > detours * np.maximum(straight, SLOW_FROM_KM))
    for row in rows_of(is_long):
        message = f"{length[row]:.0f} km is {length[row] / max(straight[row], 1.0):.1f} times its great circle"
        yield warning(links, row, "length_km", "W207", message, "check the length and the coordinates of its ends")


def _no_co2_rate(network: Network) -> Iterator[Finding]:
    """Tell modes and countries whose links count as free of CO2, once each."""
    links = network.links
    lacking = rows_of(np.isnan(rate_of_links(network, "co2_wtw_g_per_tkm")))
    countries = network.nodes.text("country")[network.link_ends[0]]
    names: dict[tuple[str, str], list[str]] = {}
    for row in lacking:
        names.setdefault((links.text("mode")[row], countries[row]), []).append(links.text("link_id")[row])
    for (mode, country), ids in names.items():
        message = f"no rate for {mode} in {country}: {few(ids)} count as free of CO2"
        yield warning(network.rates, None, "co2_wtw_g_per_tkm", "W210", message, f'add a row for {mode} and "*"')


def _capacities(network: Network) -> Iterator[Finding]:
    """Tell open months that act on nothing, and background above the capacity."""
    links = network.links
    is_month = np.array([bool(months) for months in links.text("open_months")], dtype=np.bool_)
    for row in rows_of(is_month & np.isnan(links.number("capacity"))):
        message = "open months scale a capacity, and none is given: plans use the link all year"
        yield warning(links, row, "open_months", "W211", message, "give the capacity of an open year")
    for table in (links, network.transfers, network.shared_capacities):
        capacity, background = table.number("capacity"), or_zero(table, "background")
        for row in rows_of((background > capacity) & (capacity > 0.0)):
            message = f"background {background[row]:g} exceeds the capacity {capacity[row]:g}: none is left"
            yield warning(table, row, "background", "W212", message, "correct one of the two")


def _departures(network: Network) -> Iterator[Finding]:
    """Tell links whose weekdays and frequency tell two different services."""
    links = network.links
    for row in rows_of(departures_disagree(links)):
        count, frequency = len(parse_departures(links.text("departures")[row])), links.number("frequency_per_week")[row]
        message = f"{count} departures a week, but frequency_per_week is {frequency:g}: waits differ with a date"
        yield warning(links, row, "departures", "W218", message, "correct one of the two, or leave one empty")


def _duplicate_links(network: Network) -> Iterator[Finding]:
    """Tell links that repeat an earlier one in everything but id and source."""
    links = network.links
    tails, heads = network.link_ends
    pairs = tails * max(len(network.nodes), 1) + heads
    _, first, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    columns = [values for name, values in links.columns.items() if name not in SAME_LINK]
    seen: dict[str, int] = {}
    for row in rows_of(counts[first] > 1):
        earlier = seen.setdefault(repr([values[row] for values in columns]), row)
        if earlier != row:
            message = f"the same as {links.text('link_id')[earlier]} in every value"
            yield warning(links, row, "link_id", "W213", message, "remove one, or merge their capacities")
