"""The values the model uses: own values of a row where given, rates by country otherwise, capacities per year.

Scenario changes act on these, the virtual network is built from these: one place decides.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from network.model import Mask, Network, Numbers, Table, Texts, freeze, split_list
from network.timetable import mean_wait_h, parse_departures

PERIODS_PER_YEAR = {"day": 365.0, "week": 365.0 / 7.0, "month": 12.0, "year": 1.0}
UNITS = ("teu", "t", "train", "truck", "flight", "sailing")
USE_COLUMNS = {
    "train": "units_per_train",
    "truck": "units_per_truck",
    "flight": "units_per_flight",
    "sailing": "units_per_sailing",
}


class LinkValues(NamedTuple):
    """Resolved values of every link, each of shape (n_links,); NaN where neither the row nor a rate gives one.

    `cost_usd_per_teu` and `cost_usd_per_t` include the fixed cost. `co2_kg_per_t` is well-to-wheel, 0 without a rate.
    """

    cost_usd_per_teu: Numbers
    cost_usd_per_t: Numbers
    moving_h: Numbers
    co2_kg_per_t: Numbers


def rate_of_links(network: Network, column: str) -> Numbers:
    """Return a rate for every link, shape (n_links,): the row of its from-node's country, else ``*``, else NaN."""
    rates = network.rates
    by_key = {
        (mode, country): value
        for mode, country, value in zip(
            rates.text("mode"), rates.text("country"), rates.number(column).tolist(), strict=True
        )
        if value == value
    }
    nan = float("nan")
    keys, key_of_link = network.rate_keys
    chosen = [by_key.get(key, by_key.get((key[0], "*"), nan)) for key in keys]
    return np.array([*chosen, nan], dtype=np.float64)[key_of_link]


def own_or(own: Numbers, otherwise: Numbers) -> Numbers:
    """Return `own` where given, else `otherwise`."""
    return np.where(np.isnan(own), otherwise, own)


def haulage_usd(network: Network, unit: str) -> Numbers:
    """Return the haulage price of every link in USD per unit (``teu`` or ``t``), without fixed cost."""
    links = network.links
    rate = rate_of_links(network, f"cost_usd_per_{unit}_km")
    return own_or(links.number(f"cost_usd_per_{unit}"), rate * links.number("length_km"))


def moving_h(network: Network) -> Numbers:
    """Return the moving time of every link in hours: ``time_h``, else length over ``speed_kmh`` or the rate's speed."""
    links = network.links
    speed = own_or(links.number("speed_kmh"), rate_of_links(network, "speed_kmh"))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_speed = links.number("length_km") / speed
    return own_or(links.number("time_h"), by_speed)


def headway_wait_h(network: Network) -> Numbers:
    """Return the expected wait for a departure on every link in hours, shape (n_links,), where no date is known.

    Half a headway, 84 / ``frequency_per_week``, where a frequency is given; else the mean wait for the weekdays in
    ``departures`` (see `network.timetable.mean_wait_h`); else 0.
    """
    links = network.links
    by_weekday = [mean_wait_h(parse_departures(cell)) if cell else 0.0 for cell in links.text("departures")]
    return own_or(84.0 / links.number("frequency_per_week"), np.array(by_weekday, dtype=np.float64))


def frequency_per_week(network: Network) -> Numbers:
    """Return the departures a week on every link that wait as long as `headway_wait_h`, NaN where nothing is waited."""
    own = network.links.number("frequency_per_week")
    wait_h = headway_wait_h(network)
    return own_or(own, 84.0 / np.where(wait_h > 0.0, wait_h, np.nan))


def departures_disagree(links: Table) -> Mask:
    """Return the mask of links whose number of departures a week and ``frequency_per_week`` are over 0.5 apart."""
    counts = [len(parse_departures(cell)) if cell else np.nan for cell in links.text("departures")]
    apart: Mask = np.abs(np.array(counts, dtype=np.float64) - links.number("frequency_per_week")) > 0.5
    return apart


def spread_h(table: Table, fixed_column: str, p90_column: str) -> Numbers:
    """Return the hours from the median of a time to its 90th percentile, shape (n_rows,); 0 where no p90 is given."""
    spread: Numbers = np.fmax(table.number(p90_column) - or_zero(table, fixed_column), 0.0)
    return spread


def link_values(network: Network) -> LinkValues:
    """Return the resolved values of every link."""
    links = network.links
    co2_g_per_tkm = np.nan_to_num(rate_of_links(network, "co2_wtw_g_per_tkm"), nan=0.0)
    return LinkValues(
        cost_usd_per_teu=freeze(haulage_usd(network, "teu") + or_zero(links, "fixed_cost_usd_per_teu")),
        cost_usd_per_t=freeze(haulage_usd(network, "t") + or_zero(links, "fixed_cost_usd_per_t")),
        moving_h=freeze(moving_h(network)),
        co2_kg_per_t=freeze(co2_g_per_tkm * links.number("length_km") / 1000.0),
    )


def or_zero(table: Table, column: str) -> Numbers:
    """Return a column with 0 where not given."""
    return np.nan_to_num(table.number(column), nan=0.0)


@cache
def months_open(open_months: str) -> tuple[int, ...]:
    """Return the months of a range like ``4-11`` or ``11-3`` (inclusive, may wrap); all twelve where empty."""
    if not open_months:
        return tuple(range(1, 13))
    first, _, last = open_months.partition("-")
    start, stop = int(first), int(last or first)
    length = (stop - start) % 12 + 1
    return tuple((start - 1 + step) % 12 + 1 for step in range(length))


def unit_of(capacity_unit: str) -> str:
    """Return the counted unit of ``train/day`` and the like: ``train``."""
    return capacity_unit.partition("/")[0]


@cache
def per_year(capacity_unit: str) -> float:
    """Return how many periods of a capacity unit a year has: 365 for ``train/day``; 1 for an empty unit."""
    return PERIODS_PER_YEAR[capacity_unit.partition("/")[2] or "year"]


def use_per_unit(commodities: Table, row: int, unit: str) -> float:
    """Return how much of one capacity unit one commodity unit takes; NaN where the commodity gives no factor.

    A factor of 0 units per train (truck, flight, sailing) means the commodity takes none of it.
    """
    if unit == "t":
        return float(commodities.number("t_per_unit")[row])
    if unit == "teu":
        teu = float(commodities.number("teu_per_unit")[row])
        return 1.0 if commodities.text("unit")[row] == "teu" else teu
    per_vehicle = float(commodities.number(USE_COLUMNS[unit])[row])
    return 0.0 if per_vehicle == 0.0 else 1.0 / per_vehicle


def counted_per_unit(commodities: Table, row: int, unit: str, only: str = "") -> float:
    """Return what one commodity unit counts where flows are told in `unit`: as `use_per_unit`, but 0 without a factor.

    `only` are the ids of the commodities that count, ``;``-separated; empty = all.
    """
    if only and commodities.text("commodity_id")[row] not in split_list(only):
        return 0.0
    use = use_per_unit(commodities, row, unit)
    return 0.0 if use != use else use


def in_year(table: Table, year: int) -> Mask:
    """Return the mask of rows whose ``from_year`` to ``to_year`` (inclusive, open where empty) holds `year`."""
    starts, ends = table.number("from_year"), table.number("to_year")
    return ~(starts > year) & ~(ends < year)


def commodity_may_use(commodities: Table, row: int, modes: Texts) -> Mask:
    """Return the mask over bare `modes` that the commodity of `row` may use."""
    allowed = split_list(commodities.text("modes")[row])
    if not allowed:
        return np.ones(len(modes), dtype=np.bool_)
    return np.array([mode in allowed for mode in modes], dtype=np.bool_)
