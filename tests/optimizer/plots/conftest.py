"""What the tests of charts share: the builders of small datasets one folder up, and plans of one with unruly names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.append(str(Path(__file__).parents[1]))

from made_network import CONTAINER, dataset, link, transfer

if TYPE_CHECKING:
    from network import Dataset
    from optimizer import Plan, WhatIf

UNRULY = ("<script>alert(1)</script>", "\"quoted\" & 'single'", "$x$ and $y", "قناة السويس", "🚢 中欧班列", "</svg><b>")


@pytest.fixture(scope="session")
def unruly() -> Dataset:
    """Return two corridors from China to Kazakhstan and a way outside both, with names that break what is careless."""
    links = [
        link(
            "rail-a", "rail1435", "A", "B", corridors="one", capacity=400, capacity_unit="teu/year", cost_usd_per_teu=9
        ),
        link("rail-b", "rail1520", "B", "C", corridors="one", time_h=30, fixed_time_h=4, fixed_cost_usd_per_teu=2),
        link(
            "road",
            "road",
            "A",
            "C",
            corridors="two",
            time_h=9,
            cost_usd_per_teu=60,
            capacity=700,
            capacity_unit="teu/year",
        ),
        link("sea", "sea", "A", "C", time_h=200, cost_usd_per_teu=95, frequency_per_week=1),
    ]
    places = dict(zip("ABC", UNRULY[:3], strict=True))
    corridors = [{"corridor_id": "one", "name": UNRULY[3]}, {"corridor_id": "two", "name": UNRULY[4]}]
    rates = [
        {"mode": mode, "country": "*", "co2_wtw_g_per_tkm": wtw, "co2_ttw_g_per_tkm": ttw}
        for mode, wtw, ttw in (("rail", 20, 8), ("road", 90, 75), ("sea", 7, None))
    ]
    demands = [
        {"demand_id": name, "origin": start, "destination": end, "commodity": "container", "volume": volume}
        for name, start, end, volume in (("there", "A", "C", 1200), ("back", "C", "A", 300))
    ]
    return dataset(
        links,
        [transfer("B", "rail1435", "rail1520", cost_usd_per_teu=3, time_h=5, co2_kg_per_t=2)],
        countries={"A": "CN", "B": "CN", "C": "KZ"},
        names=places,
        commodities=[CONTAINER],
        rates=rates,
        corridors=corridors,
        demands=demands,
    )


@pytest.fixture(scope="session")
def plan(unruly: Dataset) -> Plan:
    from optimizer import plan_flows

    return plan_flows(unruly)


@pytest.fixture(scope="session")
def wider(unruly: Dataset) -> WhatIf:
    """Return what comes of half as much road, by which the rail before it is worth more."""
    from network import Scenario
    from network.changes import Change
    from optimizer import what_if

    change = Change("links", where={"id": ["rail-a"]}, scale={"capacity": 2.0})
    return what_if(unruly, [Scenario(UNRULY[5], changes=(change,))])
