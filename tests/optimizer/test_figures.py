"""Figures of a route told by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_network import GRAIN, dataset, link, transfer

from network import load
from network.values import in_year
from optimizer import Weights, find_routes
from optimizer.figures import figures_of, main_mode
from optimizer.graph import expand
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Mapping

CROSSING = [
    link("wide", "rail1520", "A", "B", fixed_time_h=5, frequency_per_week=7, time_h=10, length_km=100, confidence="B"),
    link("narrow", "rail1435", "B", "C", fixed_time_h=3, time_h=20, length_km=50, cost_usd_per_teu=30, confidence="D"),
    link("truck", "road", "C", "D", time_h=4, length_km=150, cost_usd_per_teu=9, confidence="C"),
]
CHANGES = [
    transfer("B", "rail1520", "rail1435", time_h=6, cost_usd_per_teu=10, cost_usd_per_t=2, confidence="D"),
    transfer("C", "rail1435", "road", time_h=2),
]
COUNTRIES = {"A": "KZ", "B": "KZ", "C": "CN", "D": "CN"}


def test_figures_by_hand() -> None:
    """12 h headway, 5 h queue, 6 and 2 h of transfers and 3 h at the border, beside 34 h of moving."""
    data = dataset(CROSSING, CHANGES, countries=COUNTRIES)
    for quantity in (1, 5):
        route = find_routes(data, "A", "D", k=1, quantity=quantity)[0]
        figures = figures_of(expand(data), route)
        assert figures.waiting_share == pytest.approx(28 / 62)
        assert figures[1:4] == (1, 1, 2)
        assert route.weak_share == pytest.approx((30 + 10) / (1 + 10 + 30 + 9))


def test_commodity_in_tonnes_has_its_own_prices() -> None:
    data = dataset(CROSSING, CHANGES, countries=COUNTRIES, commodities=[GRAIN])
    route = find_routes(data, "A", "D", k=1, commodity="grain")[0]
    assert route.weak_share == pytest.approx((1 + 2) / (1 + 2 + 1 + 1))


def test_nothing_to_share() -> None:
    """A route without hours has no share of waiting, one without money none of weak numbers."""
    data = dataset([link("free", "road", "A", "B", time_h=0, cost_usd_per_teu=0, confidence="D")])
    route = find_routes(data, "A", "B", k=1)[0]
    assert (figures_of(expand(data), route).waiting_share, route.weak_share) == (None, None)
    ungraded = dataset([link("plain", "road", "A", "B")])
    assert find_routes(ungraded, "A", "B", k=1)[0].weak_share is None


def test_main_mode_has_most_kilometers() -> None:
    """Road has as many kilometers as rail in all, and rail comes first; a longer road wins."""
    data = dataset(CROSSING, CHANGES, countries=COUNTRIES)
    assert main_mode(find_routes(data, "A", "D", k=1)[0]) == "rail"
    longer = [row | {"length_km": 151} if row["link_id"] == "truck" else row for row in CROSSING]
    assert main_mode(find_routes(dataset(longer, CHANGES, countries=COUNTRIES), "A", "D", k=1)[0]) == "road"


def grade_of(row: Mapping[str, str | float | None], column: str) -> str | float | None:
    """Return the grade of a number: its own where its row names it, else that of the row."""
    named = (item.split("=") for item in str(row["field_sources"] or "").split(";") if item)
    own = {name: cited.rsplit("/", 1)[1] for name, cited in named}
    return own.get(column, row["confidence"])


def test_bundled_weak_share_leg_by_leg() -> None:
    """The share equals what the rows of the bundled tables give leg by leg, the grade of each price looked up anew."""
    data = load()
    links, transfers, rates = data.network.links, data.network.transfers, data.network.rates
    exists = in_year(transfers, data.base_year)
    country = dict(zip(data.network.nodes.text("node_id"), data.network.nodes.text("country"), strict=True))
    for weights in (Weights(), Weights(cost=0, time_per_h=1)):
        route = find_routes(data, "Xi'an", "Duisburg", k=1, weights=weights)[0]
        weak_usd = 0.0
        for leg in route.legs:
            if not isinstance(leg, Leg):
                changes = {frozenset((leg.from_mode, leg.to_mode))}
                grades = {
                    grade_of(row, "cost_usd_per_teu")
                    for at in range(len(transfers))
                    if exists[at]
                    and (row := transfers.row(at))["node_id"] == leg.node_id
                    and frozenset((row["from_mode"], row["to_mode"])) in changes
                }
                assert len(grades) == 1
                weak_usd += leg.cost_usd if grades <= {"D", None} else 0.0
                continue
            row = links.row(links.row_of[leg.link_id])
            fixed_usd = float(str(row["fixed_cost_usd_per_teu"] or 0.0))
            weak_usd += fixed_usd if grade_of(row, "fixed_cost_usd_per_teu") in ("D", None) else 0.0
            grade = grade_of(row, "cost_usd_per_teu")
            if row["cost_usd_per_teu"] is None:
                by_country = {
                    str(rate["country"]): grade_of(rate, "cost_usd_per_teu_km")
                    for rate in map(rates.row, range(len(rates)))
                    if rate["mode"] == leg.mode and rate["cost_usd_per_teu_km"] is not None
                }
                grade = by_country.get(country[str(row["from_node"])], by_country.get("*"))
            weak_usd += leg.cost_usd - fixed_usd if grade in ("D", None) else 0.0
        assert route.weak_share == pytest.approx(weak_usd / route.cost_usd)
