"""Routes, sentence by sentence of the model: states, transfers, vias, avoid lists, ties, limits, refusals."""

from __future__ import annotations

from functools import partial

import pytest
from world import BOX, COAL, link, made, nodes, transfer

from network import NoRouteError, UnknownIdError
from optimizer import Weights, find_routes

k_shortest = partial(find_routes, plain=True)

ROUTE_KEYS = {"cost_usd", "time_h", "co2_kg", "length_km", "modes", "countries", "corridor", "legs"}
LINK_KEYS = {
    *("link_id", "mode", "from_node", "to_node", "length_km", "time_h", "moving_h", "waiting_h", "border_h"),
    *("cost_usd", "co2_kg"),
}
TRANSFER_KEYS = {"transfer", "node_id", "from_mode", "to_mode", "time_h", "cost_usd", "co2_kg"}


def passed(route) -> list[str]:
    """Return the link ids of a route, transfers as NODE:from>to."""
    return [
        leg["link_id"] if "link_id" in leg else f"{leg['node_id']}:{leg['from_mode']}>{leg['to_mode']}"
        for leg in route.to_mapping()["legs"]
    ]


def ways(data, origin="A", destination="C", **options) -> list[list[str]]:
    return [passed(route) for route in k_shortest(data, origin, destination, **{"k": 99} | options)]


def refused(data, origin="A", destination="C", **options) -> NoRouteError:
    with pytest.raises(NoRouteError) as raised:
        k_shortest(data, origin, destination, **options)
    return raised.value


def test_a_route_has_the_keys_of_the_json_as_attributes():
    """Every key of the contract, in the mapping and as an attribute, of the route and of its legs."""
    data = made(links=[link("ab", "AB", "rail1520"), link("bc", "BC")], transfers=[transfer("B", "rail1520", "road")])
    (route,) = k_shortest(data, "A", "C")
    mapping = route.to_mapping()
    assert set(mapping) == ROUTE_KEYS
    assert [set(leg) for leg in mapping["legs"]] == [LINK_KEYS, TRANSFER_KEYS, LINK_KEYS]
    assert all(hasattr(route, key) for key in ROUTE_KEYS)
    for leg, keys in zip(route.legs, (LINK_KEYS, TRANSFER_KEYS, LINK_KEYS), strict=True):
        assert all(hasattr(leg, key) for key in keys)
    assert mapping["modes"] == ["rail", "road"]
    assert (mapping["cost_usd"], mapping["time_h"], mapping["length_km"]) == (230, 25, 200)


def test_without_a_transfer_row_two_modes_do_not_connect():
    """Rail then road at B needs a row; so does a change of gauge."""
    roads = [link("ab", "AB", "rail1520"), link("bc", "BC")]
    refused(made(links=roads))
    assert ways(made(links=roads, transfers=[transfer("B", "rail1520", "road")])) == [["ab", "B:rail1520>road", "bc"]]
    gauges = [link("ab", "AB", "rail1435"), link("bc", "BC", "rail1520")]
    refused(made(links=gauges))
    assert len(ways(made(links=gauges, transfers=[transfer("B", "rail1520", "rail1435")]))) == 1
    one_way = transfer("B", "rail1520", "rail1435", directed=1)
    refused(made(links=gauges, transfers=[one_way]))


def test_ends_are_free_in_any_state_but_no_free_transfer():
    """A is left by sea or by road without a transfer; but passing A from road to sea takes one."""
    data = made(links=[link("ab", "AB", "sea"), link("ac", "AC"), link("da", "DA")])
    assert ways(data, "A", "B") == [["ab"]]
    assert ways(data, "A", "C") == [["ac"]]
    refused(data, "D", "B")
    refused(data, "C", "B")


def test_directed_links_go_one_way():
    """``directed`` 1 is usable from from_node to to_node only."""
    data = made(links=[link("ac", "AC", directed=1)])
    assert ways(data) == [["ac"]]
    refused(data, "C", "A")


def test_parallel_links_are_legal_and_each_is_a_route():
    """Three parallel links are three routes, cheapest first; equal ones in input order."""
    data = made(links=[link("z", "AC", cost_usd_per_teu=120), link("y", "AC"), link("x", "AC")])
    assert ways(data) == [["y"], ["x"], ["z"]]
    assert ways(data, k=2) == [["y"], ["x"]]


def test_ties_go_by_cost_then_time_then_input_order():
    """Under equal weight the cheaper, then the faster, then the earlier row is first."""
    weights = Weights(cost=1, time_per_h=10)
    rows = [
        link("dear", "AC", cost_usd_per_teu=110, time_h=9),
        link("first", "AC", cost_usd_per_teu=100, time_h=10),
        link("second", "AC", cost_usd_per_teu=100, time_h=10),
        link("cheap", "AC", cost_usd_per_teu=90, time_h=11),
    ]
    assert ways(made(links=rows), weights=weights) == [["cheap"], ["first"], ["second"], ["dear"]]
    by_time = Weights(cost=0, time_per_h=1)
    same = [link("dear", "AC", cost_usd_per_teu=5), link("cheap", "AC", cost_usd_per_teu=4)]
    assert ways(made(links=same), weights=by_time) == [["cheap"], ["dear"]]
    co2 = Weights(cost=0, time_per_h=0, co2_per_kg=1)
    slow = [link("slow", "AC", time_h=5), link("fast", "AC", time_h=4)]
    assert ways(made(links=slow), weights=co2) == [["fast"], ["slow"]]


def test_weight_is_cost_plus_time_plus_co2_with_own_time_value():
    """At 3 USD/h of the container's own, 100 USD and 10 h lose to 115 USD and 4 h; without time value they win."""
    rows = [link("slow", "AC"), link("fast", "AC", cost_usd_per_teu=115, cost_usd_per_t=11.5, time_h=4)]
    data = made(links=rows)
    assert ways(data)[0] == ["fast"]
    assert ways(data, weights=Weights(time_per_h=0))[0] == ["slow"]
    coal = made(links=rows, commodities=[COAL])
    assert ways(coal, commodity="coal", weights=Weights())[0] == ["slow"]


def test_co2_counts_per_kg():
    """1.2 kg per t km·… : 100 km × 12 t × 50 g = 60 kg; at 1 USD/kg the dirty 100 lose to the clean 155."""
    rates = [{"mode": "road", "country": "*", "co2_wtw_g_per_tkm": 50}]
    data = made(links=[link("road", "AC"), link("sea", "AC", "sea", cost_usd_per_teu=155)], rates=rates)
    assert ways(data)[0] == ["road"]
    assert ways(data, weights=Weights(co2_per_kg=1))[0] == ["sea"]


def test_commodities_keep_to_their_modes():
    """A commodity of rail only takes no road, and says so."""
    data = made(links=[link("ac", "AC")], commodities=[BOX | {"modes": "rail;sea"}])
    assert "rail" in str(refused(data))


def test_quantity_scales_money_and_co2_never_time_or_the_choice():
    """1000 units cost 1000 times as much and take as long, on the same routes."""
    rates = [{"mode": "road", "country": "*", "co2_wtw_g_per_tkm": 50}]
    rows = [link("ac", "AC"), link("ac2", "AC", cost_usd_per_teu=120, time_h=1)]
    data = made(links=rows, rates=rates)
    few, many = k_shortest(data, "A", "C", k=2), k_shortest(data, "A", "C", k=2, quantity=1000)
    for one, other in zip(few, many, strict=True):
        assert passed(one) == passed(other)
        assert other.cost_usd == pytest.approx(1000 * one.cost_usd)
        assert other.co2_kg == pytest.approx(1000 * one.co2_kg)
        assert other.time_h == one.time_h


CHAIN = [link("ab", "AB"), link("bc", "BC"), link("ad", "AD", cost_usd_per_teu=150), link("dc", "DC")]
WORLD = nodes(A="CN", B="RU", C="DE", D="KZ")


@pytest.mark.parametrize(
    "avoid",
    [
        {"avoid_countries": {"RU"}},
        {"avoid": {"B"}},
        {"avoid": {"ab"}},
        {"avoid": ["bc"]},
        {"avoid": {"b"}},
        {"avoid_countries": ["ru"]},
        {"via": ["D"]},
    ],
)
def test_avoid_and_via_are_obeyed(avoid):
    """Country, node by id or name, link: the way through D is taken."""
    assert ways(made(nodes=WORLD, links=CHAIN), **avoid)[0] == ["ad", "dc"]


@pytest.mark.parametrize("country", ["CN", "DE"])
def test_no_node_ends_included_lies_in_an_avoided_country(country):
    """With an end in the avoided country there is no route, and the country is named as what blocks."""
    error = refused(made(nodes=WORLD, links=CHAIN), avoid_countries={country})
    assert any(country in item for item in error.blocking)


def test_valid_codes_absent_from_the_data_change_nothing_invalid_ones_are_errors():
    """BR is no part of this world; XX and UK are no countries, tram is no mode; sea is a mode nobody offers."""
    data = made(nodes=WORLD, links=CHAIN)
    assert ways(data, avoid_countries={"BR"}, avoid_modes={"sea", "air"}) == ways(data)
    for wrong in ({"avoid_countries": {"XX"}}, {"avoid_countries": {"UK"}}, {"avoid_modes": {"tram"}}):
        with pytest.raises(UnknownIdError):
            k_shortest(data, "A", "C", **wrong)
    with pytest.raises(UnknownIdError):
        k_shortest(data, "A", "C", avoid={"nowhere"})
    with pytest.raises(UnknownIdError):
        k_shortest(data, "A", "C", commodity="contaner")


def test_avoid_mode():
    """Without road the sea is left; without both nothing is."""
    data = made(links=[link("road", "AC"), link("sea", "AC", "sea", cost_usd_per_teu=900)])
    assert ways(data, avoid_modes={"road"}) == [["sea"]]
    error = refused(data, avoid_modes={"road", "sea"})
    assert len(error.blocking) == 2


def test_vias_are_ordered():
    """Through D and then B costs a detour; through B and then D another one."""
    rows = [*CHAIN, link("bd", "BD")]
    data = made(nodes=WORLD, links=rows)
    assert ways(data, via=["D", "B"])[0] == ["ad", "bd", "bc"]
    assert ways(data, via=["B", "D"])[0] == ["ab", "bd", "dc"]


def test_a_via_is_reached_and_left_in_the_same_state_and_nothing_else_is_free():
    """V is reached by road and left by road again, back over the same link; leaving by sea takes a transfer."""
    dead_end = made(links=[link("ac", "AC"), link("av", "AV")])
    assert ways(dead_end, via=["V"])[0] == ["av", "av", "ac"]
    by_sea = [link("av", "AV", directed=1), link("vc", "VC", "sea")]
    refused(made(links=by_sea), via=["V"])
    with_row = made(links=by_sea, transfers=[transfer("V", "road", "sea")])
    assert ways(with_row, via=["V"]) == [["av", "V:road>sea", "vc"]]


def test_routes_are_loopless():
    """No state twice: there are two routes, not more, although k asks for a hundred."""
    assert len(ways(made(nodes=WORLD, links=CHAIN), k=100)) == 2


def test_limits_are_obeyed_or_refused_with_the_cheapest_relaxation():
    """20 h and 200 USD for one unit; 19 h is too little; for 2 units 399 USD is too little."""
    data = made(links=[link("ab", "AB"), link("bc", "BC")])
    assert ways(data, max_time_h=20, max_cost_usd=200) == [["ab", "bc"]]
    assert "19" in refused(data, max_time_h=19).blocking[0]
    refused(data, max_cost_usd=399, quantity=2)
    assert ways(data, max_cost_usd=400, quantity=2)


def test_limit_takes_the_dearer_but_fast_route():
    """The optimum under a limit is not the optimum."""
    data = made(links=[link("slow", "AC", cost_usd_per_teu=1), link("fast", "AC", time_h=2, cost_usd_per_teu=900)])
    assert ways(data, max_time_h=5) == [["fast"]]


@pytest.mark.parametrize(
    ("months", "month", "is_open"),
    [("4-11", 4, 1), ("4-11", 11, 1), ("4-11", 12, 0), ("11-3", 1, 1), ("11-3", 3, 1), ("11-3", 4, 0)],
)
def test_months(months, month, is_open):
    """Inclusive at both ends, wrapping over the new year; without a month every link counts."""
    data = made(links=[link("ac", "AC", open_months=months)])
    assert ways(data) == [["ac"]]
    if is_open:
        assert ways(data, month=month) == [["ac"]]
    else:
        assert any("month" in item for item in refused(data, month=month).blocking)


def test_corridor_is_the_one_with_most_kilometers():
    """300 km of long beat 200 of short; a link may belong to several."""
    rows = [
        link("ab", "AB", corridors="short;long", length_km=100),
        link("bc", "BC", corridors="short", length_km=100),
        link("cd", "CD", corridors="long", length_km=200),
    ]
    data = made(links=rows, corridors=[{"corridor_id": "short", "name": "S"}, {"corridor_id": "long", "name": "L"}])
    assert k_shortest(data, "A", "D")[0].corridor == "long"
    assert k_shortest(data, "A", "C")[0].corridor == "short"


def test_default_asks_for_three_routes():
    """As on the command line, k is 3 unless said."""
    data = made(links=[link(f"l{at}", "AC") for at in range(5)])
    assert len(k_shortest(data, "A", "C")) == 3


def test_huge_k_and_huge_numbers_do_no_harm():
    """k beyond any machine number, 1e12 units: no overflow."""
    data = made(links=[link("ac", "AC")])
    (route,) = k_shortest(data, "A", "C", k=10**30, quantity=1e12)
    assert route.cost_usd == pytest.approx(1e14)


def test_origin_is_destination():
    """Nothing to carry is no route, said as such; with a via it is a round trip."""
    data = made(links=[link("ac", "AC")])
    assert "same" in str(refused(data, "A", "A"))
    assert ways(data, "A", "A", via=["C"]) == [["ac", "ac"]]
