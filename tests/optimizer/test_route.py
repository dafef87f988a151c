"""Routes as records: totals, legs, corridor, plain form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from made_network import dataset, link

from network import DatasetError
from optimizer import find_routes
from optimizer.route import Leg, TransferLeg, corridor_of

if TYPE_CHECKING:
    from network import Dataset

ROUTE_KEYS = ["cost_usd", "time_h", "co2_kg", "length_km", "modes", "countries", "corridor", "legs"]
TIME_KEYS = ["time_h", "moving_h", "waiting_h", "border_h"]
LINK_KEYS = ["link_id", "mode", "from_node", "to_node", "length_km", *TIME_KEYS, "cost_usd", "co2_kg"]
TRANSFER_KEYS = ["transfer", "node_id", "from_mode", "to_mode", "time_h", "cost_usd", "co2_kg"]


def test_keys_of_the_plain_form(tiny: Dataset) -> None:
    """A route as mapping has exactly the keys of the contract, in order, and survives JSON unchanged."""
    route = find_routes(tiny, "Xi'an", "Duisburg")[0]
    plain = route.to_mapping()
    assert list(plain) == [*ROUTE_KEYS, "weak_share"]
    for leg in plain["legs"]:
        assert list(leg) == (TRANSFER_KEYS if leg.get("transfer") else LINK_KEYS)
    assert json.loads(json.dumps(plain)) == plain


def test_totals_are_sums_of_legs(tiny: Dataset) -> None:
    """Money, hours, CO2 and km of a route are those of its legs, and hours of a leg those of its parts."""
    for route in find_routes(tiny, "Xi'an", "Duisburg", k=6, quantity=2.5):
        links = [leg for leg in route.legs if isinstance(leg, Leg)]
        assert route.cost_usd == pytest.approx(sum(leg.cost_usd for leg in route.legs))
        assert route.time_h == pytest.approx(sum(leg.time_h for leg in route.legs))
        assert route.co2_kg == pytest.approx(sum(leg.co2_kg for leg in route.legs))
        assert route.length_km == pytest.approx(sum(leg.length_km for leg in links))
        assert all(leg.time_h == leg.moving_h + leg.waiting_h + leg.border_h for leg in links)


def test_the_tiny_optimum_by_hand(tiny: Dataset) -> None:
    """Xi'an to Duisburg by the northern railway: each leg's money and hours computed by hand from the rows."""
    route = find_routes(tiny, "CNSIA", "DEDUI")[0]
    assert [leg.cost_usd for leg in route.legs] == pytest.approx(
        [0.5 * 3500 + 50, 60, 0.35 * 360, 0.35 * 4000 + 30, 0.5 * 1250 + 60, 80, 700]
    )
    assert [leg.time_h for leg in route.legs] == pytest.approx(
        [3500 / 40 + 12, 10, 360 / 30, 4000 / 30 + 10, 1250 / 35 + 14, 14, 36]
    )
    assert route.co2_kg == pytest.approx(
        (3500 * 20 + 360 * 25 + 4000 * 25 + 1250 * 20 + 1250 * 20) * 10 / 1000 + 10 * (0.2 + 0.2)
    )
    assert isinstance(route.legs[1], TransferLeg)
    assert route.modes == ("rail",)
    assert route.countries == ("CN", "KZ", "RU", "PL", "DE")
    assert route.corridor == "northern"
    assert (route.origin, route.destination, route.commodity) == ("CNSIA", "DEDUI", "container")


def test_a_route_belongs_to_the_corridor_of_most_kilometers() -> None:
    """Kilometers decide, not the number of links; a tie goes to the earlier corridor; without labels it is empty."""
    corridors = [{"corridor_id": name, "name": name} for name in ("second", "first")]
    links = [
        link("a", "road", "A", "B", length_km=10, corridors="first"),
        link("b", "road", "B", "C", length_km=10, corridors="first; second"),
        link("c", "road", "C", "D", length_km=30, corridors="second"),
        link("d", "road", "D", "E", length_km=20, corridors="first"),
        link("e", "road", "E", "F", length_km=99),
    ]
    network = dataset(links, corridors=corridors).network
    assert corridor_of(network, [("a", 10), ("b", 10), ("c", 30)]) == "second"
    assert corridor_of(network, [("a", 10), ("b", 10), ("c", 30), ("d", 20)]) == "second"
    assert corridor_of(network, [("a", 10), ("d", 20)]) == "first"
    assert corridor_of(network, [("e", 99)]) == ""
    assert find_routes(dataset(links, corridors=corridors), "A", "F")[0].corridor == "second"


def test_countries_and_modes_once_in_order_of_travel() -> None:
    """Countries and modes are listed once each, in the order in which they are met."""
    links = [link("a", "road", "A", "B"), link("b", "road", "B", "C"), link("c", "road", "C", "D")]
    data = dataset(links, countries={"A": "CN", "B": "KZ", "C": "CN", "D": "RU"})
    route = find_routes(data, "A", "D")[0]
    assert route.countries == ("CN", "KZ", "RU")
    assert route.modes == ("road",)


@pytest.mark.parametrize(
    ("gateways", "expected"),
    [
        ({}, "long"),
        ({"gateway_nodes": "C"}, "long"),
        ({"gateway_nodes": "X;B"}, "long"),
        ({"gateway_links": "bc"}, "long"),
        ({"gateway_nodes": "X"}, "short"),
        ({"gateway_links": "cx"}, "short"),
        ({"gateway_nodes": "X", "gateway_links": "ab"}, "long"),
    ],
)
def test_a_route_belongs_to_a_corridor_whose_gateway_it_passes(gateways: dict[str, str], expected: str) -> None:
    """Most kilometers decide, among the corridors without gateways and those of which a node or link is passed."""
    data = dataset(
        [
            link("ab", "road", "A", "B", length_km=300, corridors="long"),
            link("bc", "road", "B", "C", length_km=100, corridors="short"),
            link("cx", "road", "C", "X", corridors="long"),
        ],
        corridors=[{"corridor_id": "long", **gateways}, {"corridor_id": "short"}],
    )
    assert find_routes(data, "A", "C", k=1)[0].corridor == expected


def test_a_route_that_passes_no_gateway_of_its_corridors_belongs_to_none() -> None:
    """A label alone is not enough where the only corridor has gateways elsewhere."""
    data = dataset(
        [link("ab", "road", "A", "B", corridors="sea"), link("bc", "road", "B", "C", corridors="sea")],
        corridors=[{"corridor_id": "sea", "gateway_nodes": "C"}],
    )
    assert [find_routes(data, "A", end, k=1)[0].corridor for end in ("B", "C")] == ["", "sea"]


def test_a_gateway_must_exist() -> None:
    """An id of no node or link is an error of the dataset with its column."""
    with pytest.raises(DatasetError) as caught:
        dataset(
            [link("ab", "road", "A", "B", corridors="c")],
            corridors=[{"corridor_id": "c", "gateway_nodes": "Nowhere", "gateway_links": "ab;ba"}],
        )
    told = {(finding.column, finding.code) for finding in caught.value.findings if finding.severity == "error"}
    assert told == {("gateway_nodes", "E121"), ("gateway_links", "E121")}
