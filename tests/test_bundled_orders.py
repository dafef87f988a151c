"""What the bundled network must show: the ways between China and Europe in the order that everybody knows."""

from __future__ import annotations

from itertools import pairwise

import pytest

from network import load
from optimizer import Route, Weights, find_routes


def best(origin: str, destination: str, way: str) -> Route:
    """Return the best route of one way, as the README asks for it."""
    data = load()
    if way == "air":
        return find_routes(data, origin, destination, weights=Weights(cost=0.0, time_per_h=1.0))[0]
    if way == "road":
        found = find_routes(data, origin, destination, avoid_modes={"rail", "sea", "river", "air"})
    elif way == "rail":
        found = find_routes(data, origin, destination, avoid_modes={"road", "sea", "river", "air"})
    elif way == "middle":
        vias = ("Aktau", "Poti", "Constanta")
        found = find_routes(data, origin, destination, avoid_modes={"road", "air"}, via=vias)
    else:
        vias = ("Cape of Good Hope",)
        found = find_routes(data, origin, destination, avoid_modes={"air"}, via=vias)
    return found[0]


@pytest.mark.parametrize("origin", ["Xi'an", "Shanghai"])
@pytest.mark.parametrize("destination", ["Duisburg", "Rotterdam"])
def test_days_and_money_rise_in_the_known_order(origin: str, destination: str) -> None:
    """Days: air, road, northern rail, Middle Corridor, sea by the Cape; USD: sea, rail, Middle Corridor, road, air."""
    routes = {way: best(origin, destination, way) for way in ("air", "road", "rail", "middle", "sea")}
    days = [routes[way].time_h / 24 for way in ("air", "road", "rail", "middle", "sea")]
    usd = [routes[way].cost_usd for way in ("sea", "rail", "middle", "road", "air")]
    assert all(fast < slow for fast, slow in pairwise(days)), days
    assert all(cheap < dear for cheap, dear in pairwise(usd)), usd


def test_the_corridors_are_named_for_what_they_are() -> None:
    """Each way belongs to the corridor of its name."""
    names = {"air": "air", "road": "wewc", "rail": "northern", "middle": "titr", "sea": "ocean-cape"}
    assert {way: best("Xi'an", "Duisburg", way).corridor for way in names} == names


def test_two_branches_of_the_north_south_corridor_differ() -> None:
    """Moscow–Mumbai runs by the western and by the eastern branch, through different countries."""
    data = load()
    west = find_routes(data, "Moscow", "Mumbai", avoid_modes={"air"}, via=("Baku", "Bandar Abbas"))[0]
    east = find_routes(data, "Moscow", "Mumbai", avoid_modes={"air"}, via=("Bereket", "Bandar Abbas"))[0]
    assert west.corridor == "ns-west"
    assert east.corridor == "ns-east"
    assert "AZ" in west.countries
    assert "TM" in east.countries
    for route in (west, east):
        assert 10 < route.time_h / 24 < 45


def test_northern_rail_changes_gauge_twice() -> None:
    """Northern rail changes gauge where the 1520 mm network begins and ends."""
    legs = best("Xi'an", "Duisburg", "rail").legs
    changes = [(leg.from_mode, leg.to_mode) for leg in legs if hasattr(leg, "transfer")]
    assert changes == [("rail1435", "rail1520"), ("rail1520", "rail1435")]
