"""The Pareto front of routes against brute force, and the rules it shares with `find_routes`."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_network import Row, dataset, link, links_of, transfer

from network import NoRouteError, load
from optimizer import Weights, find_routes
from optimizer.choices import search_choices, staircase
from optimizer.pareto import find_pareto
from optimizer.search import Digraph
from optimizer.trip import arc_sequences, plan_trip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network import Dataset
    from optimizer import Route

Point = tuple[Any, Any, Any]
Paths = dict[tuple[int, ...], Point]


def paths_of(arcs: Sequence[tuple[int, int]], values: Sequence[Sequence[Any]], source: int, sink: int) -> Paths:
    """Every loopless path with its sums, by plain depth-first enumeration."""
    found: Paths = {}

    def walk(node: int, passed: tuple[int, ...], taken: tuple[int, ...]) -> None:
        if node == sink:
            found[taken] = tuple(sum(numbers[arc] for arc in taken) for numbers in values)
            return
        for arc, (tail, head) in enumerate(arcs):
            if tail == node and head not in passed:
                walk(head, (*passed, head), (*taken, arc))

    walk(source, (source,), ())
    return found


def dominates(one: Point, other: Point) -> bool:
    return one != other and all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def front_of(points: Iterable[Point]) -> set[Point]:
    """The points that no other dominates, by comparing all pairs."""
    distinct = set(points)
    return {point for point in distinct if not any(dominates(other, point) for other in distinct)}


def point_of(route: Route) -> tuple[float, float, float]:
    return route.cost_usd, route.time_h, route.co2_kg


def rounded(cost_usd: float, time_h: float, co2_kg: float) -> Point:
    """Return a point in millionths: the rates of the CO2 have decimals."""
    return round(cost_usd, 6), round(time_h, 6), round(co2_kg, 6)


def digraph(n_nodes: int, arcs: Sequence[tuple[int, int]], source: int, sink: int) -> Digraph:
    out: list[list[tuple[int, int]]] = [[] for _ in range(n_nodes)]
    into: list[list[tuple[int, int]]] = [[] for _ in range(n_nodes)]
    for arc, (tail, head) in enumerate(arcs):
        out[tail].append((head, arc))
        into[head].append((tail, arc))
    return Digraph(out, into, source, sink)


@st.composite
def small_graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]], list[list[Fraction]]]:
    """Draw few nodes and many arcs with whole numbers, tenths or thirds: ties, zeros and parallel arcs are common."""
    n_nodes = draw(st.integers(2, 6))
    ends = st.tuples(st.integers(0, n_nodes - 1), st.integers(0, n_nodes - 1)).filter(lambda pair: pair[0] != pair[1])
    arcs = draw(st.lists(ends, min_size=1, max_size=14))
    divisor = draw(st.sampled_from([1, 1, 3, 10]))
    number = st.integers(0, 6).map(lambda whole: Fraction(whole, divisor))
    values = [draw(st.lists(number, min_size=len(arcs), max_size=len(arcs))) for _ in range(3)]
    return n_nodes, arcs, values


@given(small_graphs(), st.one_of(st.none(), st.integers(0, 12)), st.one_of(st.none(), st.integers(0, 12)))
@settings(max_examples=600, deadline=None)
def test_front_is_that_of_all_paths(
    graph: tuple[int, list[tuple[int, int]], list[list[Fraction]]], most_cost: int | None, most_time: int | None
) -> None:
    """Each point is found once, by the path of fewest arcs and then of the first arcs, as fractions have it exactly.

    Floats do not: a tenth and two tenths are no three tenths, and yet no point is lost or found twice.
    """
    n_nodes, arcs, values = graph
    paths = {
        taken: point
        for taken, point in paths_of(arcs, values, 0, 1).items()
        if (most_cost is None or point[0] <= most_cost) and (most_time is None or point[1] <= most_time)
    }
    best: dict[Point, tuple[int, tuple[int, ...]]] = {}
    front = front_of(paths.values())
    for taken, point in paths.items():
        if point in front:
            best[point] = min(best.get(point, (len(taken), taken)), (len(taken), taken))
    found = search_choices(
        digraph(n_nodes, arcs, 0, 1),
        [[*map(float, numbers), 0.0] for numbers in values],
        most_cost=inf if most_cost is None else most_cost * (1 + 1e-9),
        most_time=inf if most_time is None else most_time * (1 + 1e-9),
    ).sequences
    assert [paths[taken] for taken in found] == sorted(front)
    if all(value.denominator == 1 for numbers in values for value in numbers):
        assert found == [taken for _, (_, taken) in sorted(best.items())]


@st.composite
def small_networks(draw: st.DrawFn) -> list[Row]:
    """Draw links of two modes between five places, one-way and two-way, with few different values."""
    places = "ABCDE"
    ends = st.tuples(st.sampled_from(places), st.sampled_from(places)).filter(lambda pair: pair[0] != pair[1])
    number = st.integers(0, 4)
    return [
        link(
            f"{at}",
            draw(st.sampled_from(["road", "rail1520"])),
            *pair,
            directed=draw(st.integers(0, 1)),
            cost_usd_per_teu=float(draw(number)),
            time_h=float(draw(number)),
            length_km=100.0 * draw(st.integers(1, 4)),
        )
        for at, pair in enumerate(draw(st.lists(ends, min_size=2, max_size=8)))
    ]


TRANSFERS = [transfer(place, "road", "rail1520", time_h=1.0) for place in "ABCDE"]
RATES: list[Row] = [
    {"mode": "road", "country": "*", "speed_kmh": 50, "co2_wtw_g_per_tkm": 1},
    {"mode": "rail", "country": "*", "speed_kmh": 50, "co2_wtw_g_per_tkm": 2},
]


def small_dataset(links: list[Row]) -> Dataset:
    return dataset(links, TRANSFERS, rates=RATES, countries={place: "KZ" for place in "ABCDE"} | {"C": "CN"})


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "max_time_h": st.integers(0, 10),
        "max_cost_usd": st.integers(0, 20),
        "quantity": st.sampled_from([0.5, 3.0]),
        "via": st.lists(st.sampled_from("ABC"), max_size=2),
        "avoid_modes": st.just({"rail"}),
        "avoid_countries": st.just({"CN"}),
        "avoid": st.just({"D", "0"}),
    },
)


@given(small_networks(), OPTIONS)
@settings(max_examples=120, deadline=None)
def test_front_obeys_what_routes_obey(links: list[Row], options: dict[str, Any]) -> None:
    """Under limits, vias and avoided things the front is that of all routes enumerated one by one."""
    data = small_dataset(links)
    trip = plan_trip(data, "A", "B", **options)
    values = trip.network.values
    points = {
        arcs: rounded(
            float(values.cost_usd[list(arcs)].sum()) * trip.quantity,
            float(values.time_h[list(arcs)].sum()),
            float(values.co2_kg[list(arcs)].sum()) * trip.quantity,
        )
        for arcs in arc_sequences(trip)
    }
    if not points:
        with pytest.raises(NoRouteError, match="from A to B"):
            find_pareto(data, "A", "B", **options)
        return
    routes = find_pareto(data, "A", "B", **options)
    assert [rounded(*point_of(route)) for route in routes] == sorted(front_of(points.values()))
    assert all(points[route.arcs] == rounded(*point_of(route)) for route in routes)


@given(small_networks(), st.tuples(*[st.floats(0.01, 100)] * 3))
@settings(max_examples=60, deadline=None)
def test_optimum_of_any_weights_is_on_the_front(links: list[Row], weights: tuple[float, float, float]) -> None:
    """Whatever the weights, the best point of the front weighs as much as the best route."""
    data = small_dataset(links)
    try:
        front = find_pareto(data, "A", "B")
    except NoRouteError:
        assume(False)

    def weight(route: Route) -> float:
        return sum(factor * value for factor, value in zip(weights, point_of(route), strict=True))

    cost, time_per_h, co2_per_kg = weights
    best = find_routes(data, "A", "B", k=1, weights=Weights(cost=cost, time_per_h=time_per_h, co2_per_kg=co2_per_kg))[0]
    assert min(map(weight, front)) == pytest.approx(weight(best), rel=1e-9, abs=1e-9)


@given(small_networks(), st.data())
@settings(max_examples=80, deadline=None)
def test_front_on_a_date_counts_the_waits_of_that_date(links: list[Row], data: st.DataObject) -> None:
    """With departures on weekdays and closed seasons the front is that of all paths timed one by one."""
    departures = st.sampled_from(["", "", "mon", "wed 06:00", "mon;thu 12:00"])
    links = [
        row
        | {"departures": data.draw(departures), "open_months": data.draw(st.sampled_from(["", "", "4-11"]))}
        | {"time_h": 20.0 * float(str(row["time_h"]))}
        for row in links
    ]
    made = small_dataset(links)
    depart = data.draw(st.sampled_from([date(2024, 1, 3), date(2024, 3, 29), date(2024, 6, 1)]))
    network, clock = plan_trip(made, "A", "B").network, plan_trip(made, "A", "B", depart=depart).clock
    points = {}
    for arcs in arc_sequences(plan_trip(made, "A", "B")):
        cost_usd, co2_kg = (float(of[list(arcs)].sum()) for of in (network.values.cost_usd, network.values.co2_kg))
        time_h = sum(clock.travel_h[arc] + (wait or 0.0) for arc, wait in zip(arcs, clock.waits_h(arcs), strict=True))
        points[arcs] = rounded(cost_usd, time_h, co2_kg)
    assume(points)
    routes = find_pareto(made, "A", "B", depart=depart)
    assert [rounded(*point_of(route)) for route in routes] == sorted(front_of(points.values()))
    assert all(points[route.arcs] == rounded(*point_of(route)) for route in routes)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_small_differences_count_at_any_size(unit: float) -> None:
    """A difference of one part in a million makes a choice at any size, also beside prices far away."""
    links = [
        link("dear", "road", "A", "B", cost_usd_per_teu=unit * 1.000001, time_h=1),
        link("cheap", "road", "A", "B", cost_usd_per_teu=unit, time_h=2),
        link("no better", "road", "A", "B", cost_usd_per_teu=unit * 1.000002, time_h=1),
        link("huge", "road", "A", "B", cost_usd_per_teu=1e15 * unit, time_h=0.5),
    ]
    assert [links_of(route) for route in find_pareto(dataset(links), "A", "B")] == [["cheap"], ["dear"], ["huge"]]


def test_noise_makes_no_choice() -> None:
    """Three thirds of a price are one price: the slower way of equal price is no choice, whichever sum is less."""
    thirds = [
        link(f"third {at}", "road", ends[0], ends[1], cost_usd_per_teu=cost, time_h=time_h)
        for cost, time_h in ((0.1, 3.0), (100 / 3, 2.0))
        for at, ends in enumerate(("AX", "XY", "YB"))
    ]
    for part in (thirds[:3], thirds[3:]):
        cost = float(str(part[0]["cost_usd_per_teu"])) * 3
        for whole in (cost, round(cost, 6), cost * (1 + 1e-12), cost * (1 - 1e-12)):
            direct = link("direct", "road", "A", "B", cost_usd_per_teu=whole, time_h=1)
            assert [links_of(route) for route in find_pareto(dataset([*part, direct]), "A", "B")] == [["direct"]]


def test_equal_points_are_told_once_by_the_simplest_route() -> None:
    """Of equal routes the one with fewer legs is shown, then the one of the earlier rows."""
    links = [
        link("a", "road", "A", "X", time_h=1, cost_usd_per_teu=1, length_km=1),
        link("b", "road", "X", "B", time_h=1, cost_usd_per_teu=1, length_km=1),
        link("first", "road", "A", "B", time_h=2, cost_usd_per_teu=2, length_km=2),
        link("second", "road", "A", "B", time_h=2, cost_usd_per_teu=2, length_km=2),
    ]
    assert [links_of(route) for route in find_pareto(dataset(links), "A", "B")] == [["first"]]


def test_zeros_make_no_loops() -> None:
    """Where all is free there is one route, of the fewest legs and then the first rows, though loops are free too."""
    free = {"time_h": 0.0, "cost_usd_per_teu": 0.0}
    links = [link(ends, "road", ends[0], ends[1], **free) for ends in ("AB", "BC", "CA", "CD", "DB")]
    assert [links_of(route) for route in find_pareto(dataset(links), "A", "D")] == [["AB", "DB"]]


def test_same_place_is_refused_and_a_round_trip_is_not() -> None:
    """From a place to itself there is a route only by another place, as everywhere."""
    data = dataset([link("a", "road", "A", "B"), link("b", "road", "A", "B", cost_usd_per_teu=0.5, time_h=4)])
    with pytest.raises(NoRouteError, match="the same node"):
        find_pareto(data, "A", "A")
    routes = find_pareto(data, "A", "A", via=["B"])
    assert [point_of(route)[:2] for route in routes] == [(1.0, 8.0), (1.5, 5.0), (2.0, 2.0)]


@pytest.fixture(scope="module")
def bundled() -> list[Route]:
    return find_pareto(load(), "Xi'an", "Duisburg")


def test_bundled_points_are_choices(bundled: list[Route]) -> None:
    """On the bundled network every point is a choice, each route adds up, and its order is that of money."""
    points = [point_of(route) for route in bundled]
    assert len(points) > 20
    assert front_of(points) == set(points)
    assert len(set(points)) == len(points)
    assert points == sorted(points)
    for route in bundled:
        for name in ("cost_usd", "time_h", "co2_kg"):
            assert getattr(route, name) == pytest.approx(sum(getattr(leg, name) for leg in route.legs), rel=1e-12)


def test_limits_take_points_off_and_bring_none(bundled: list[Route]) -> None:
    """A limit on money or time leaves those points that keep it, a point's own value included."""
    data = load()
    at = len(bundled) // 2
    time_h, cost_usd = bundled[at].time_h, bundled[at].cost_usd
    assert find_pareto(data, "Xi'an", "Duisburg", max_time_h=time_h) == [
        route for route in bundled if route.time_h <= time_h
    ]
    assert find_pareto(data, "Xi'an", "Duisburg", max_cost_usd=cost_usd) == bundled[: at + 1]


def test_ends_of_the_front_are_the_single_optima(bundled: list[Route]) -> None:
    """The least money, time and CO2 of the front are those of the routes found for each alone."""
    alone = (Weights(time_per_h=0), Weights(cost=0, time_per_h=1), Weights(cost=0, time_per_h=0, co2_per_kg=1))
    for at, weights in enumerate(alone):
        best = find_routes(load(), "Xi'an", "Duisburg", k=1, weights=weights)[0]
        assert min(point_of(route)[at] for route in bundled) == pytest.approx(point_of(best)[at], rel=1e-9)


def test_two_way_network_is_as_good_backward() -> None:
    """Where no link is one-way and no price differs by direction, the way back offers the same choices."""
    links = [
        link(ends, mode, ends[0], ends[1], time_h=time_h, cost_usd_per_teu=cost)
        for ends, mode, time_h, cost in (
            ("AB", "road", 1, 9),
            ("BD", "road", 2, 9),
            ("AC", "rail1520", 5, 2),
            ("CD", "rail1520", 4, 3),
            ("BC", "road", 1, 1),
        )
    ]
    data = small_dataset(links)
    there, back = find_pareto(data, "A", "D"), find_pareto(data, "D", "A")
    assert len(there) > 1
    assert [rounded(*point_of(route)) for route in there] == [rounded(*point_of(route)) for route in back]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12), st.integers(0, 10), st.integers(0, 10))
def test_staircase_covers_what_a_pair_covers(pairs: list[tuple[int, int]], x: int, y: int) -> None:
    """A staircase keeps only what it needs to say whether any pair added is no greater in both."""
    stairs = staircase()
    for pair in pairs:
        if not stairs.covers(*pair):
            stairs.add(*pair)
    assert stairs.covers(x, y) == any(a <= x and b <= y for a, b in pairs)
    assert len(stairs.x) - 2 == len(front_of((*pair, 0) for pair in pairs))
