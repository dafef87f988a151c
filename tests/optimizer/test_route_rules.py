"""The rules of routes one by one, each on a network small enough to see through."""

from __future__ import annotations

from functools import partial

import pytest
from made_network import CONTAINER, GRAIN, dataset, labels_of, link, links_of, transfer

from network import NoRouteError, UnknownIdError
from optimizer import Weights, find_routes

k_shortest = partial(find_routes, plain=True)


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        # Yen (1971), the instance C to H that illustrates the algorithm.
        ({"CD": 3, "CE": 2, "DF": 4, "ED": 1, "EF": 2, "EG": 3, "FG": 2, "FH": 1, "GH": 2}, [5, 7, 8]),
        # Dijkstra's example in Cormen, Leiserson, Rivest and Stein, from s (here C) to z (here H): distance 7.
        ({"CD": 10, "CE": 5, "DF": 1, "DE": 2, "FH": 4, "ED": 3, "EF": 9, "EH": 2, "HC": 7, "HF": 6}, [7]),
    ],
)
def test_published_instances(lengths: dict[str, int], expected: list[int]) -> None:
    """Directed links with published lengths as prices give the published optimum and next paths."""
    links = [
        link(ends, "road", ends[0], ends[1], directed=1, cost_usd_per_teu=length) for ends, length in lengths.items()
    ]
    routes = k_shortest(dataset(links), "C", "H", k=len(expected))
    assert [route.cost_usd for route in routes] == expected


def test_parallel_links_are_routes_of_their_own() -> None:
    """Three links between the same nodes are three routes; the tie goes to the faster, then to the earlier row."""
    links = [
        link("late", "road", "A", "B", cost_usd_per_teu=5, time_h=2),
        link("early", "road", "A", "B", cost_usd_per_teu=5, time_h=2),
        link("fast", "road", "A", "B", cost_usd_per_teu=5, time_h=1),
    ]
    assert [links_of(route) for route in k_shortest(dataset(links), "A", "B", k=9)] == [["fast"], ["late"], ["early"]]


def test_ties_are_exact_in_decimals() -> None:
    """0.1 + 0.2 USD ties with 0.3 USD, so that time decides; in floats it would not."""
    links = [
        link("a", "road", "A", "B", cost_usd_per_teu=0.1, time_h=1),
        link("b", "road", "B", "C", cost_usd_per_teu=0.2, time_h=1),
        link("direct", "road", "A", "C", cost_usd_per_teu=0.3, time_h=5),
    ]
    assert links_of(k_shortest(dataset(links), "A", "C")[0]) == ["a", "b"]


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_huge_and_tiny_prices_in_one_network(unit: float) -> None:
    """A difference of one part in a million decides at any size, also beside prices twenty magnitudes away."""
    links = [
        link("dear", "road", "A", "B", cost_usd_per_teu=unit * 1.000001),
        link("cheap", "road", "A", "B", cost_usd_per_teu=unit),
        link("tiny", "road", "B", "C", cost_usd_per_teu=1e-9),
        link("huge", "road", "B", "C", cost_usd_per_teu=1e12),
    ]
    routes = k_shortest(dataset(links), "A", "C", k=4)
    assert [links_of(route) for route in routes] == [
        ["cheap", "tiny"],
        ["dear", "tiny"],
        ["cheap", "huge"],
        ["dear", "huge"],
    ]
    assert routes[0].cost_usd == pytest.approx(unit + 1e-9, rel=1e-12)


def test_names_in_any_script() -> None:
    """Ends, vias and avoided nodes are found by names of any script, whatever the case and accents."""
    links = [link("a", "road", "N1", "N2"), link("b", "road", "N2", "N3"), link("c", "road", "N1", "N3")]
    data = dataset(links, names={"N1": "Өскемен", "N2": "Małaszewicze", "N3": "西安"})
    assert links_of(k_shortest(data, "өскемен", "西安", via=["malaszewicze"])[0]) == ["a", "b"]
    assert links_of(k_shortest(data, "ӨСКЕМЕН", "西安", avoid={"MALASZEWICZE"})[0]) == ["c"]


def test_directed_links_have_one_direction() -> None:
    """A link with directed = 1 is not used backward."""
    data = dataset([link("a", "road", "A", "B", directed=1), link("b", "road", "B", "C")])
    assert links_of(k_shortest(data, "A", "C")[0]) == ["a", "b"]
    with pytest.raises(NoRouteError):
        k_shortest(data, "C", "A")


def test_time_is_moving_waiting_and_border() -> None:
    """A frequency adds 84/f hours of waiting; fixed time is border time on a crossing, waiting inside a country."""
    links = [
        link("train", "rail1520", "A", "B", time_h=10, frequency_per_week=7, fixed_time_h=3),
        link("crossing", "rail1520", "B", "C", time_h=None, speed_kmh=50, fixed_time_h=20),
    ]
    route = k_shortest(dataset(links, countries={"C": "RU"}), "A", "C")[0]
    first, second = route.legs
    assert (first.moving_h, first.waiting_h, first.border_h, first.time_h) == (10, 15, 0, 25)
    assert (second.moving_h, second.waiting_h, second.border_h, second.time_h) == (2, 0, 20, 22)
    assert route.time_h == 47
    assert route.countries == ("KZ", "RU")


def test_gauge_change_needs_a_transfer() -> None:
    """Rail of two gauges connects only where a transfer row says so, and pays for it."""
    links = [link("a", "rail1435", "A", "B"), link("b", "rail1520", "B", "C")]
    with pytest.raises(NoRouteError):
        k_shortest(dataset(links), "A", "C")
    change = transfer("B", "rail1435", "rail1520", time_h=8, cost_usd_per_teu=40)
    route = k_shortest(dataset(links, [change]), "A", "C")[0]
    assert (route.cost_usd, route.time_h, route.modes) == (42, 10, ("rail",))
    assert labels_of(route)[1] == ("transfer", "B", "rail1435", "rail1520")


def test_modes_connect_by_transfers_only() -> None:
    """Road and sea meet at a port without a transfer row: no route; a directed row works one way."""
    links = [link("a", "road", "A", "B"), link("b", "sea", "B", "C")]
    with pytest.raises(NoRouteError):
        k_shortest(dataset(links), "A", "C")
    data = dataset(links, [transfer("B", "road", "sea", directed=1)])
    assert k_shortest(data, "A", "C")[0].modes == ("road", "sea")
    with pytest.raises(NoRouteError):
        k_shortest(data, "C", "A")


def test_ends_are_no_free_transfers() -> None:
    """A route may start and end in any mode, but passing through its own destination or a via changes no mode."""
    links = [link("a", "road", "A", "B"), link("b", "sea", "B", "C"), link("c", "sea", "A", "B", cost_usd_per_teu=9)]
    data = dataset(links)
    assert [links_of(route) for route in k_shortest(data, "A", "B", k=9)] == [["a"], ["c"]]
    assert links_of(k_shortest(data, "A", "C", via=["B"])[0]) == ["c", "b"]


def test_a_via_is_left_in_the_state_it_was_reached_in() -> None:
    """A detour to a via and back over the same link is a route: states may repeat between stages."""
    data = dataset([link("main", "road", "A", "B"), link("spur", "road", "B", "C"), link("on", "road", "B", "D")])
    assert links_of(k_shortest(data, "A", "D", via=["C"])[0]) == ["main", "spur", "spur", "on"]


def test_vias_keep_their_order() -> None:
    """Vias are passed in the order given, though the other order would be cheaper."""
    data = dataset([link(f"{at}", "road", "ABCD"[at], "ABCD"[at + 1]) for at in range(3)])
    assert links_of(k_shortest(data, "A", "D", via=["B", "C"])[0]) == ["0", "1", "2"]
    assert links_of(k_shortest(data, "A", "D", via=["C", "B"])[0]) == ["0", "1", "1", "1", "2"]


def test_round_trip_needs_a_via() -> None:
    """From a node to itself: refused without a via, there and back with one."""
    data = dataset([link("a", "road", "A", "B"), link("b", "road", "B", "A", directed=1, cost_usd_per_teu=0.5)])
    assert links_of(k_shortest(data, "A", "A", via=["B"])[0]) == ["a", "b"]
    for via in ([], ["A"]):
        with pytest.raises(NoRouteError, match=r"same node.*via"):
            k_shortest(data, "A", "A", via=via)


def test_rates_go_by_the_country_of_the_from_node() -> None:
    """An empty price is rate × length of the from node's country, both directions alike; elsewhere the rate of *."""
    free = {"cost_usd_per_teu": None, "cost_usd_per_t": None, "time_h": None}
    links = [link("a", "road", "A", "B", **free), link("b", "road", "B", "C", **free)]
    rates = [
        {"mode": "road", "country": "*", "cost_usd_per_teu_km": 1, "speed_kmh": 50, "co2_wtw_g_per_tkm": 60},
        {"mode": "road", "country": "KZ", "cost_usd_per_teu_km": 3, "speed_kmh": None, "co2_wtw_g_per_tkm": None},
    ]
    data = dataset(links, rates=rates, countries={"A": "KZ", "B": "RU", "C": "RU"})
    there, back = k_shortest(data, "A", "C")[0], k_shortest(data, "C", "A")[0]
    assert (there.cost_usd, back.cost_usd) == (400, 400)
    assert (there.time_h, there.co2_kg) == (4, 2 * 100 * 10 * 60 / 1000)


def test_tonnes_pay_by_the_tonne() -> None:
    """A commodity in t pays the per-t columns only, and weighs its own hours unless told otherwise."""
    links = [
        link("slow", "rail1520", "A", "B", cost_usd_per_t=10, fixed_cost_usd_per_t=1, time_h=30, cost_usd_per_teu=1),
        link("fast", "road", "A", "B", cost_usd_per_t=20, time_h=5, cost_usd_per_teu=900),
    ]
    data = dataset(links, commodities=[CONTAINER, GRAIN])
    grain = k_shortest(data, "A", "B", commodity="grain", k=2)
    assert [(links_of(route), route.cost_usd) for route in grain] == [(["fast"], 20), (["slow"], 11)]
    assert links_of(k_shortest(data, "A", "B", commodity="grain", weights=Weights(time_per_h=0.0))[0]) == ["slow"]
    assert links_of(k_shortest(data, "A", "B", commodity="container")[0]) == ["slow"]


def test_weights_choose_what_is_least() -> None:
    """Money, hours or CO2 alone each have their own optimum."""
    links = [
        link("cheap", "sea", "A", "B", cost_usd_per_teu=1, time_h=90, length_km=900),
        link("fast", "air", "A", "B", cost_usd_per_teu=99, time_h=2, length_km=500),
        link("clean", "rail1520", "A", "B", cost_usd_per_teu=50, time_h=50, length_km=400),
    ]
    per_tkm = {"sea": 10, "air": 600, "rail": 20}
    data = dataset(links, rates=[{"mode": m, "country": "*", "co2_wtw_g_per_tkm": g} for m, g in per_tkm.items()])
    for weights, expected in (
        (Weights(), "cheap"),
        (Weights(cost=0, time_per_h=1), "fast"),
        (Weights(cost=0, time_per_h=0, co2_per_kg=1), "clean"),
        (Weights(time_per_h=5.0), "fast"),
    ):
        assert links_of(k_shortest(data, "A", "B", weights=weights)[0]) == [expected]


def test_quantity_scales_money_and_co2_only() -> None:
    """Seven units cost and emit seven times as much and take as long, by the same route."""
    rates = [{"mode": "road", "country": "*", "co2_wtw_g_per_tkm": 60}]
    data = dataset(
        [link("a", "road", "A", "B", cost_usd_per_teu=3), link("b", "sea", "B", "C")],
        [transfer("B", "road", "sea", co2_kg_per_t=0.5, cost_usd_per_teu=2, time_h=6)],
        rates=rates,
    )
    one, seven = k_shortest(data, "A", "C")[0], k_shortest(data, "A", "C", quantity=7)[0]
    assert (seven.cost_usd, seven.co2_kg) == (pytest.approx(7 * one.cost_usd), pytest.approx(7 * one.co2_kg))
    assert (one.cost_usd, one.co2_kg) == (6, pytest.approx(60 + 5))
    assert (seven.time_h, seven.arcs, seven.length_km) == (one.time_h, one.arcs, one.length_km)


def test_months_close_links() -> None:
    """A link open in 4-11 is closed in month 2 and open without a month; 11-3 wraps."""
    links = [
        link("summer", "river", "A", "B", open_months="4-11"),
        link("winter", "road", "A", "B", open_months="11-3", cost_usd_per_teu=5),
    ]
    data = dataset(links)
    opened = {month: [links_of(route)[0] for route in k_shortest(data, "A", "B", k=9, month=month)]
              for month in (None, 2, 7, 11)}  # fmt: skip
    assert opened == {None: ["summer", "winter"], 2: ["winter"], 7: ["summer"], 11: ["summer", "winter"]}


def test_capacity_zero_closes_own_and_shared() -> None:
    """A capacity of 0 closes a link, a transfer and all that share it; any other capacity is ignored."""
    port = {"shared_capacity_id": "port", "name": "Port", "capacity": 0, "capacity_unit": "teu/year"}
    links = [
        link("closed", "road", "A", "B", capacity=0),
        link("shut", "road", "A", "B", shared_capacity_id="port"),
        link("full", "road", "A", "B", capacity=1, background=1, capacity_unit="truck/day", cost_usd_per_teu=8),
        link("on", "sea", "B", "C"),
    ]
    data = dataset(links, [transfer("B", "road", "sea", capacity=0)], shared_capacities=[port])
    assert [links_of(route) for route in k_shortest(data, "A", "B", k=9)] == [["full"]]
    with pytest.raises(NoRouteError):
        k_shortest(data, "A", "C")
    opened = dataset(links, [transfer("B", "road", "sea")], shared_capacities=[port | {"capacity": 1}])
    assert [links_of(route)[0] for route in k_shortest(opened, "A", "C", k=9)] == ["shut", "full"]


def test_years_open_and_close_links() -> None:
    """Links and transfers exist from from_year to to_year, both inclusive; the base year is the default."""
    links = [
        link("old", "road", "A", "B", to_year=2025),
        link("new", "rail1520", "A", "B", from_year=2030, cost_usd_per_teu=0),
        link("on", "road", "B", "C"),
    ]
    data = dataset(links, [transfer("B", "rail1520", "road", from_year=2031)])
    assert links_of(k_shortest(data, "A", "C")[0]) == ["old", "on"]
    assert links_of(k_shortest(data, "A", "C", year=2025)[0]) == ["old", "on"]
    for year in (2026, 2030):
        with pytest.raises(NoRouteError):
            k_shortest(data, "A", "C", year=year)
    assert links_of(k_shortest(data, "A", "C", year=2031)[0]) == ["new", "on"]


def test_commodity_keeps_to_its_modes() -> None:
    """A commodity takes only the modes it lists."""
    links = [link("fly", "air", "A", "B"), link("drive", "road", "A", "B", cost_usd_per_t=9, cost_usd_per_teu=9)]
    data = dataset(links, commodities=[CONTAINER, GRAIN])
    assert links_of(k_shortest(data, "A", "B", commodity="container")[0]) == ["fly"]
    assert [links_of(route) for route in k_shortest(data, "A", "B", commodity="grain", k=9)] == [["drive"]]


def test_avoided_ends_are_refused() -> None:
    """Origin, destination and via count as nodes of a route: in an avoided country, or avoided, there is none."""
    data = dataset([link("a", "road", "A", "B"), link("b", "road", "B", "C")], countries={"A": "CN", "C": "DE"})
    for options in (
        {"avoid_countries": {"CN"}},
        {"avoid_countries": {"DE"}},
        {"avoid": {"A"}},
        {"avoid": {"C"}},
        {"avoid": {"B"}, "via": ["B"]},
        {"avoid_countries": {"kz"}, "via": ["B"]},
    ):
        with pytest.raises(NoRouteError):
            k_shortest(data, "A", "C", **options)  # type: ignore[arg-type]


def test_an_avoided_mode_is_not_even_changed_through() -> None:
    """Avoiding rail forbids road → rail → sea by two transfers at one node, and both gauges."""
    links = [link("a", "road", "A", "B"), link("b", "sea", "B", "C"), link("r", "rail1435", "A", "C", time_h=5)]
    data = dataset(links, [transfer("B", "road", "rail1520"), transfer("B", "rail1520", "sea")])
    assert links_of(k_shortest(data, "A", "C", avoid=["r"])[0]) == ["a", "b"]
    with pytest.raises(NoRouteError):
        k_shortest(data, "A", "C", avoid_modes={"rail"})


def test_valid_absent_countries_are_no_ops() -> None:
    """A country of ISO 3166-1 without nodes changes nothing; a code outside it and an unknown mode are errors."""
    data = dataset([link("a", "road", "A", "B")])
    assert k_shortest(data, "A", "B", avoid_countries={"FR"}, avoid_modes={"air"})
    for options in ({"avoid_countries": {"XX"}}, {"avoid_modes": {"train"}}, {"avoid": {"nowhere"}}, {"via": ["Q"]}):
        with pytest.raises(UnknownIdError):
            k_shortest(data, "A", "B", **options)  # type: ignore[arg-type]
    with pytest.raises(UnknownIdError, match="commodity"):
        k_shortest(data, "A", "B", commodity="kontainer")


def test_one_name_may_be_given_without_a_list() -> None:
    """A single text is one name, not a list of letters."""
    data = dataset([link("a", "road", "A", "Bee"), link("b", "road", "Bee", "C"), link("c", "road", "A", "C")])
    assert links_of(k_shortest(data, "A", "C", via="Bee")[0]) == ["a", "b"]
    assert links_of(k_shortest(data, "A", "C", avoid="Bee", avoid_modes="sea", avoid_countries="RU")[0]) == ["c"]


def test_a_limit_admits_the_route_that_meets_it() -> None:
    """A route's own total as limit admits it; a hair less does not; the dearer route within both limits is found."""
    links = [
        link("a", "road", "A", "B", cost_usd_per_teu=0.1, time_h=1 / 3),
        link("b", "road", "B", "C", cost_usd_per_teu=0.2, time_h=1 / 3),
        link("fast", "road", "A", "C", cost_usd_per_teu=5, time_h=0.1),
    ]
    data = dataset(links)
    best = k_shortest(data, "A", "C", quantity=3)[0]
    limits = {"max_time_h": best.time_h, "max_cost_usd": best.cost_usd}
    assert k_shortest(data, "A", "C", quantity=3, **limits) == [best]  # type: ignore[arg-type]
    assert links_of(k_shortest(data, "A", "C", max_time_h=0.999 * best.time_h)[0]) == ["fast"]
    assert k_shortest(data, "A", "C", max_time_h=float("inf"))[0].legs == k_shortest(data, "A", "C")[0].legs


@pytest.mark.parametrize(
    "options",
    [
        {"quantity": 0},
        {"quantity": float("nan")},
        {"quantity": float("inf")},
        {"k": 0},
        {"month": 0},
        {"month": 13},
        {"max_time_h": -1},
        {"max_cost_usd": float("nan")},
    ],
)
def test_numbers_out_of_range_are_refused(options: dict[str, float]) -> None:
    """A number that makes no sense raises ValueError and names its argument."""
    (name,) = options
    with pytest.raises(ValueError, match=name):
        k_shortest(dataset([link("a", "road", "A", "B")]), "A", "B", **options)  # type: ignore[arg-type]


def test_what_is_avoided_stays_avoided_after_a_via() -> None:
    """An avoided node, mode or link is left out behind a via as before it."""
    links = [
        link("on", "road", "A", "B"),
        link("in", "road", "B", "C"),
        link("out", "road", "C", "D"),
        link("around", "road", "B", "D", cost_usd_per_teu=50),
        link("by-sea", "sea", "A", "D", cost_usd_per_teu=1),
    ]
    data = dataset(links, [transfer("B", "road", "sea")])
    assert links_of(k_shortest(data, "A", "D", via=["B"])[0]) == ["on", "in", "out"]
    for avoid in ("C", "in", "out"):
        assert links_of(k_shortest(data, "A", "D", via=["B"], avoid=[avoid])[0]) == ["on", "around"]
    with pytest.raises(NoRouteError):
        k_shortest(data, "A", "D", via=["B"], avoid_modes=["road"])
