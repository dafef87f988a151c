"""Rows of the comparison against brute force by the rule that is stated, and by changing the data."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from labeled_networks import (
    CORRIDORS,
    all_routes,
    every_route,
    labeled,
    labeled_rows,
    mode_by_km,
    name_of,
    timed_rows,
    weight_of,
)
from made_network import GRAIN, dataset, link, links_of, transfer

from network import NoRouteError, load
from network.model import MODES, split_list
from optimizer import Weights, find_routes
from optimizer.alternatives import MOST_STRETCH
from optimizer.corridors import (
    ALONE,
    FOREIGN,
    KEPT_SHARE,
    NOT_KEPT_TO,
    NOT_OPEN,
    NOT_WITHIN,
    OWN_SHARE,
    compare_corridors,
)
from optimizer.obedience import obeys
from optimizer.route import Leg
from optimizer.thresholds import Line, lower_envelope
from optimizer.trip import plan_trip, route_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from made_network import Row

    from network import Dataset
    from optimizer import Route
    from optimizer.comparison import Comparison, Way
    from optimizer.thresholds import Price

NOTHING = {"cost": 0.0, "time_per_h": 0.0, "co2_per_kg": 0.0, "p90_per_h": 0.0}
THREE_WAYS: list[Row] = [
    link("main", "road", "A", "E", cost_usd_per_teu=100, time_h=50, corridors="north"),
    link("sea-1", "sea", "A", "C", cost_usd_per_teu=30, time_h=100, corridors="south"),
    link("sea-2", "sea", "C", "E", cost_usd_per_teu=40, time_h=100, corridors="south"),
    link("fast", "rail1520", "A", "E", cost_usd_per_teu=400, time_h=10, corridors="express"),
]


def row_of(comparison: Comparison, kind: str, name: str) -> Way:
    return next(row for row in comparison.rows if (row.kind, row.id) == (kind, name))


def is_foreign(data: Dataset, leg: object, kind: str, name: str) -> bool:
    """Say whether a leg is a link that does not belong to a corridor (is of another mode)."""
    return isinstance(leg, Leg) and not is_own(data, leg, kind, name)


def is_own(data: Dataset, leg: Leg, kind: str, name: str) -> bool:
    """Say whether a link belongs to a corridor (is of a mode)."""
    links = data.network.links
    return name in ([leg.mode] if kind == "mode" else split_list(links.text("corridors")[links.row_of[leg.link_id]]))


Named = tuple[str, str]
"""Kind and id of a row."""


class Brute:
    """All routes of a trip, and which of them the rule of the comparison picks, by looking at each of them."""

    def __init__(self, data: Dataset, weights: Weights, options: dict[str, Any]) -> None:
        self.data, self.weights = data, weights
        self.routes = every_route(data, weights=weights, **options)
        self.expected = plan_trip(data, "A", "E", **{key: options[key] for key in options if key == "month"})
        self.weight = {route.arcs: weight_of(route, weights) for route in self.routes}

    def lightest(self, weight: Callable[[Route], float]) -> list[Route]:
        """Return the routes of least weight, rounding aside."""
        weights = [weight(route) for route in self.routes]
        most = min(weights) * (1 + 1e-9) + 1e-9
        return [route for route, own in zip(self.routes, weights, strict=True) if own <= most]

    def at_prices(self) -> list[list[Route]]:
        """Return the lightest routes in the middle of every stretch of the time value and of the carbon price."""
        found = []
        for name in ("time_per_h", "co2_per_kg"):
            base, slope = replace(self.weights, **{name: 0.0}), Weights(**dict(NOTHING, **{name: 1.0}))
            lines = [
                Line(Fraction(weight_of(route, base)), Fraction(weight_of(route, slope)), route.arcs)
                for route in self.routes
            ]

            def best_at(price: Price, lines: list[Line] = lines) -> Line:
                return min(lines, key=lambda line: line.at(price) if isinstance(price, Fraction) else line.slope)

            for low, high, _ in lower_envelope(best_at, Fraction(1, 10**9)):
                price = float(low) + 1 if high == inf else float(low + high) / 2
                weights = replace(self.weights, **{name: price})
                found.append(self.lightest(partial(weight_of, weights=weights)))
        return found

    def kept_to(self, kind: str, name: str, foreign: int) -> tuple[list[Route], list[Route]]:
        """Return the lightest routes with links of others counted several times, and those of them that pass."""

        def penalized(route: Route) -> float:
            expected = route_of(self.expected, route.arcs)
            extra = [leg for leg in expected.legs if is_foreign(self.data, leg, kind, name)]
            per_h = (self.weights.time_per_h or 0.0) + self.weights.p90_per_h
            cost_usd, time_h = sum(leg.cost_usd for leg in extra), sum(leg.time_h for leg in extra)
            co2_kg = sum(leg.co2_kg for leg in extra)
            static = self.weights.cost * cost_usd + per_h * time_h + self.weights.co2_per_kg * co2_kg
            return self.weight[route.arcs] + (foreign - 1) * static

        def is_kept(route: Route) -> bool:
            own = (leg.length_km for leg in route.legs if isinstance(leg, Leg) and is_own(self.data, leg, kind, name))
            share = OWN_SHARE if foreign == ALONE else KEPT_SHARE
            return name_of(kind, route) == name and sum(own) >= share * route.length_km

        lightest = self.lightest(penalized)
        return lightest, [route for route in lightest if is_kept(route)]

    def is_best_through_an_arc(self, route: Route) -> bool:
        """Say whether some arc of a route is on no lighter one."""
        own = self.weight[route.arcs] * (1 - 1e-9) - 1e-9
        others = [(set(other.arcs), self.weight[other.arcs]) for other in self.routes]
        return any(all(weight >= own for arcs, weight in others if arc in arcs) for arc in route.arcs)

    def found(self, names: list[Named], best: Route) -> tuple[list[Route], list[Route]]:
        """Return the routes that some search finds for certain, and those that one may find, as ties leave it open."""
        groups = [*self.at_prices(), [best]]
        certain = [routes[0] for routes in groups if len(routes) == 1]
        possible = [route for routes in groups for route in routes]
        for kind, name in names:
            if name_of(kind, best) == name:
                continue
            lightest, kept = self.kept_to(kind, name, FOREIGN)
            possible += kept
            certain += kept if len(lightest) == 1 else []
            if len(kept) < len(lightest):
                alone, kept_alone = self.kept_to(kind, name, ALONE)
                possible += kept_alone
                certain += kept_alone if len(alone) == 1 and not kept else []
        return certain, possible


def check_rows(data: Dataset, weights: Weights, options: dict[str, Any]) -> None:
    """Check every row of a comparison against all routes."""
    brute = Brute(data, weights, options)
    assume(brute.routes)
    comparison = compare_corridors(data, "A", "E", weights=weights, **options)
    best = comparison.best
    assert brute.weight[best.arcs] == pytest.approx(min(brute.weight.values()), rel=1e-9, abs=1e-9)
    assert sorted(row.id for row in comparison.rows if row.kind == "mode") == sorted(MODES)
    open_names: list[Named] = [(row.kind, row.id) for row in comparison.rows if row.reason != NOT_OPEN]
    certain, possible = brute.found(open_names, best)
    for row in comparison.rows:
        own = [brute.weight[route.arcs] for route in certain if name_of(row.kind, route) == row.id]
        assert row.is_best == (name_of(row.kind, best) == row.id)
        if row.route is None:
            assert not own
            assert row.reason in (NOT_KEPT_TO, NOT_WITHIN, NOT_OPEN)
            assert row.reason != NOT_OPEN or not any(name_of(row.kind, route) == row.id for route in brute.routes)
            continue
        # Beside the routes of these searches only alternatives are known, which weigh no more than these may.
        most = MOST_STRETCH * brute.weight[best.arcs] * (1 + 1e-9) + 1e-9
        assert row.route in possible or brute.weight[row.route.arcs] <= most
        if comparison.best.depart is None and not weights.p90_per_h and not options.keys() & {"via", "max_time_h"}:
            assert row.route in possible or brute.is_best_through_an_arc(row.route)
        assert name_of(row.kind, row.route) == row.id
        assert brute.weight[row.route.arcs] <= min(own, default=inf) * (1 + 1e-9) + 1e-9
        assert row.route != best or row.is_best


@given(labeled_rows(), st.integers(0, 3), st.sampled_from([{}, {"max_time_h": 6}, {"via": ["C"]}, {"avoid": ["B"]}]))
@settings(max_examples=120, deadline=None)
def test_rows_equal_brute_force(rows: tuple[list[Row], list[Row]], time_value: int, options: dict[str, Any]) -> None:
    """Each row shows the lightest of its routes that the searches of the rule find, here by looking at all routes."""
    check_rows(labeled(rows), Weights(time_per_h=float(time_value)), options)


TIMED = st.sampled_from(
    [
        ({"depart": "2024-01-03"}, Weights(time_per_h=1.0)),
        ({"depart": "2024-03-29T15:00"}, Weights(time_per_h=0.3, p90_per_h=0.4)),
        ({"depart": "2024-11-27", "max_time_h": 400}, Weights(time_per_h=2.0)),
        ({"depart": "2024-06-01", "max_cost_usd": 150, "via": ["C"]}, Weights(time_per_h=0.0, co2_per_kg=0.5)),
        ({"month": 5}, Weights(time_per_h=0.5, p90_per_h=2.0, co2_per_kg=0.2)),
        ({}, Weights(cost=0.0, time_per_h=0.0, p90_per_h=1.0)),
        ({"depart": "2024-06-01"}, Weights(cost=0.0, time_per_h=1.0)),
    ]
)


@given(timed_rows(), TIMED)
@settings(max_examples=150, deadline=None)
def test_rows_on_a_date_equal_brute_force(
    rows: tuple[list[Row], list[Row]], asked: tuple[dict[str, Any], Weights]
) -> None:
    """With weekdays, seasons and percentiles rows are those of all routes timed one by one."""
    options, weights = asked
    check_rows(labeled(rows), weights, options)


@given(timed_rows(), TIMED)
@settings(max_examples=60, deadline=None)
def test_gaps_on_a_date(rows: tuple[list[Row], list[Row]], asked: tuple[dict[str, Any], Weights]) -> None:
    """Gaps are differences of real weights, and what must drop closes them: an hour moves its percentile along."""
    (options, weights), data = asked, labeled(rows)
    options = {key: value for key, value in options.items() if key != "max_cost_usd"}
    assume(every_route(data, weights=weights, **options))
    comparison = compare_corridors(data, "A", "E", weights=weights, quantity=3, **options)
    per_h = (weights.time_per_h or 0.0) + weights.p90_per_h
    for row in comparison.rows:
        if row.route is None or row.why_not is None:
            continue
        gap_usd = 3 * (weight_of(row.route, weights) - weight_of(comparison.best, weights))
        assert row.why_not.gap_usd == pytest.approx(gap_usd, rel=1e-9, abs=1e-6)
        drop_usd, drop_h = row.why_not.must_drop_usd, row.why_not.must_drop_h
        by_usd = weights.cost > 0 and gap_usd <= row.route.cost_usd + 1e-6
        by_h = per_h > 0 and gap_usd / 3 / per_h <= row.route.time_h + 1e-6
        assert drop_usd == (pytest.approx(gap_usd / weights.cost, rel=1e-9, abs=1e-6) if by_usd else None)
        assert drop_h == (pytest.approx(gap_usd / 3 / per_h, rel=1e-9, abs=1e-6) if by_h else None)


@given(labeled_rows(), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_order_and_gaps(rows: tuple[list[Row], list[Row]], time_value: int) -> None:
    """Rows stand by their gap, those without a route last; gaps are differences of weight, drops close them."""
    data = labeled(rows)
    weights = Weights(time_per_h=float(time_value))
    assume(all_routes(data, weights=weights))
    comparison = compare_corridors(data, "A", "E", weights=weights, quantity=3)
    lacks = [row.why_not for row in comparison.rows]
    gaps = [lack.gap_usd for lack in lacks if lack is not None]
    assert gaps == sorted(gaps)
    assert [lack is None for lack in lacks] == sorted(lack is None for lack in lacks)
    best = comparison.best
    for row in comparison.rows:
        if row.route is None or row.why_not is None:
            continue
        cost_usd, hours = row.route.cost_usd - best.cost_usd, row.route.time_h - best.time_h
        gap_usd = cost_usd + 3 * time_value * hours
        assert row.why_not.gap_usd == pytest.approx(gap_usd)
        assert row.why_not.must_drop_usd == (pytest.approx(gap_usd) if gap_usd <= row.route.cost_usd + 1e-9 else None)
        by_hours = gap_usd / (3 * time_value) if time_value else None
        wins = by_hours is not None and by_hours <= row.route.time_h + 1e-9
        assert row.why_not.must_drop_h == (pytest.approx(by_hours) if wins else None)


def test_three_ways_by_hand() -> None:
    """Money, hours and thresholds of three plain ways, told by hand, and scaled by the quantity."""
    data = dataset(THREE_WAYS)
    for quantity in (1, 4):
        comparison = compare_corridors(data, "A", "E", weights=Weights(time_per_h=1), quantity=quantity)
        north, south, express = (row_of(comparison, "corridor", name) for name in ("north", "south", "express"))
        assert [row.id for row in comparison.rows if row.route] == [
            *("north", "road", "south", "sea", "express", "rail"),
        ]
        assert north.is_best
        assert south.why_not
        assert express.why_not
        assert south.why_not.gap_usd == 120 * quantity
        assert south.why_not.must_drop_usd is None
        assert south.why_not.must_drop_h == 120
        assert express.why_not.must_drop_usd == 260 * quantity
        assert express.why_not.must_drop_h is None
        assert south.why_not.best_at_time_values == ((0.0, 0.2),)
        assert south.why_not.beats_best_at_time_value == (0.2, "below", "south")
        assert express.why_not.best_at_time_values == ((7.5, float("inf")),)
        assert row_of(comparison, "mode", "sea").same_as == "south"
        assert row_of(comparison, "mode", "air").reason == NOT_OPEN


@pytest.mark.parametrize("name", ["south", "express"])
def test_must_drop_makes_a_tie(name: str) -> None:
    """A way that falls by a little more than it must is the best one; by a little less it is not."""
    weights, quantity = Weights(time_per_h=0.25), 6.0
    ways = [row | {"cost_usd_per_teu": 300} if row["link_id"] == "sea-1" else row for row in THREE_WAYS]
    row = row_of(compare_corridors(dataset(ways), "A", "E", weights=weights, quantity=quantity), "corridor", name)
    assert row.why_not
    drop_usd = row.why_not.must_drop_usd
    assert drop_usd
    changed = {"south": "sea-1", "express": "fast"}[name]
    for factor, is_best in ((1 - 1e-6, False), (1 + 1e-6, True)):
        cheaper = [
            way | {"cost_usd_per_teu": float(str(way["cost_usd_per_teu"])) - factor * drop_usd / quantity}
            if way["link_id"] == changed
            else way
            for way in ways
        ]
        route = find_routes(dataset(cheaper), "A", "E", k=1, weights=weights)[0]
        assert (route.corridor == name) is is_best


def test_faster_by_what_it_must_makes_a_tie() -> None:
    weights = Weights(time_per_h=1)
    row = row_of(compare_corridors(dataset(THREE_WAYS), "A", "E", weights=weights), "corridor", "south")
    assert row.why_not
    assert row.why_not.must_drop_h == 120
    for drop_h, name in ((59.999, "north"), (60.001, "south")):
        faster = [way | {"time_h": 100 - drop_h} if way["mode"] == "sea" else way for way in THREE_WAYS]
        assert find_routes(dataset(faster), "A", "E", k=1, weights=weights)[0].corridor == name


def test_ties_are_told_as_ties() -> None:
    """A way that weighs the same as the best one lacks nothing; the best one is the cheaper, as in `find_routes`."""
    ways = [
        link("one", "road", "A", "E", cost_usd_per_teu=0.3, time_h=1, corridors="north"),
        link("two", "rail1520", "A", "E", cost_usd_per_teu=0.1, time_h=3, corridors="south"),
    ]
    comparison = compare_corridors(dataset(ways), "A", "E", weights=Weights(time_per_h=0.1))
    assert comparison.best.corridor == "south"
    assert comparison.best == find_routes(dataset(ways), "A", "E", k=1, weights=Weights(time_per_h=0.1))[0]
    why_not = row_of(comparison, "corridor", "north").why_not
    assert why_not
    assert (why_not.gap_usd, why_not.must_drop_usd, why_not.must_drop_h) == (0.0, 0.0, 0.0)
    assert why_not.best_at_time_values == ((0.1, float("inf")),)


@pytest.mark.parametrize(
    ("weights", "must_drop_h"),
    [(Weights(cost=0, time_per_h=1), 190.0), (Weights(cost=0, time_per_h=0, co2_per_kg=1), None)],
)
def test_what_has_no_weight_cannot_be_dropped(weights: Weights, must_drop_h: float | None) -> None:
    """Without a weight on money (on time) no drop of money (of hours) helps."""
    rates: list[Row] = [
        {"mode": mode, "country": "*", "co2_wtw_g_per_tkm": grams}
        for mode, grams in (("road", 9), ("sea", 50), ("rail", 1))
    ]
    comparison = compare_corridors(dataset(THREE_WAYS, rates=rates), "A", "E", weights=weights)
    assert comparison.best.corridor == "express"
    why_not = row_of(comparison, "corridor", "south").why_not
    assert why_not
    assert why_not.gap_usd > 0
    assert why_not.must_drop_usd is None
    assert why_not.must_drop_h == must_drop_h


def test_trunk_is_not_replaced_by_a_detour() -> None:
    """The literal best route of a corridor, another one with a long detour over it, is not what its row shows."""
    ways = [
        link("trunk", "road", "A", "E", cost_usd_per_teu=100, length_km=100, corridors="north"),
        link("there", "road", "A", "B", cost_usd_per_teu=5, length_km=300, corridors="south"),
        link("back", "road", "B", "C", cost_usd_per_teu=5, length_km=300, corridors="north"),
        link("last", "road", "C", "E", cost_usd_per_teu=100, length_km=500, corridors="north"),
        link("own", "road", "B", "E", cost_usd_per_teu=160, length_km=400, corridors="south"),
    ]
    comparison = compare_corridors(dataset(ways), "A", "E")
    south = row_of(comparison, "corridor", "south")
    assert south.route
    assert links_of(south.route) == ["there", "own"]


def test_a_corridor_that_loses_by_far_must_keep_to_its_own_links() -> None:
    """Six times as slow as a plane, a train is shown if nine tenths of its way are rail, and not with a long voyage."""
    plane = link("plane", "air", "A", "E", time_h=5, cost_usd_per_teu=1, length_km=1000, corridors="sky")
    for sea_km, is_shown in ((100, True), (150, False)):
        ways = [
            plane,
            link("voyage", "sea", "A", "B", time_h=1, cost_usd_per_teu=1, length_km=sea_km, corridors="south"),
            link("train", "rail1520", "B", "E", time_h=30, cost_usd_per_teu=1, length_km=1000, corridors="north"),
        ]
        data = dataset(ways, [transfer("B", "sea", "rail1520")])
        comparison = compare_corridors(data, "A", "E", weights=Weights(cost=0, time_per_h=1))
        for kind, name in (("corridor", "north"), ("mode", "rail")):
            row = row_of(comparison, kind, name)
            assert (row.route is not None) is is_shown
            assert row.route is None or links_of(row.route) == ["voyage", "train"]


def test_best_at_some_price_is_never_left_out() -> None:
    """Air costs too much to be found by counting others three times, yet it is the fastest, and has its row."""
    ways = [
        link("truck", "road", "A", "E", cost_usd_per_teu=100, time_h=100, corridors="north"),
        link("plane", "air", "A", "E", cost_usd_per_teu=10_000, time_h=3, corridors="sky"),
    ]
    comparison = compare_corridors(dataset(ways), "A", "E")
    for kind, name in (("corridor", "sky"), ("mode", "air")):
        row = row_of(comparison, kind, name)
        assert row.route
        assert links_of(row.route) == ["plane"]
        assert row.why_not
        assert row.why_not.best_at_time_values == ((pytest.approx(9900 / 97), float("inf")),)


def test_no_corridors_in_the_data() -> None:
    """Without corridors the main modes stand alone."""
    ways = [{key: value for key, value in row.items() if key != "corridors"} for row in THREE_WAYS]
    comparison = compare_corridors(dataset(ways), "A", "E")
    assert [(row.kind, row.id) for row in comparison.rows if row.route] == [
        ("mode", "sea"),
        ("mode", "road"),
        ("mode", "rail"),
    ]
    assert {row.reason for row in comparison.rows if not row.route} == {NOT_OPEN}


def test_one_route_only() -> None:
    """A single route is best at all prices; other corridors say why they are not there."""
    comparison = compare_corridors(dataset(THREE_WAYS[:1], corridors=CORRIDORS), "A", "E")
    north = row_of(comparison, "corridor", "north")
    assert north.why_not
    assert north.why_not.best_at_time_values == north.why_not.best_at_carbon_prices == ((0.0, float("inf")),)
    assert north.why_not.beats_best_at_time_value is None
    assert row_of(comparison, "corridor", "south").reason == NOT_OPEN


def test_closed_corridor_and_corridor_out_of_the_way() -> None:
    """A corridor that may not be used and one that leads elsewhere say so in different words."""
    ways = [*THREE_WAYS, link("aside", "road", "E", "X", corridors="elsewhere")]
    comparison = compare_corridors(dataset(ways), "A", "E", avoid_modes="sea")
    assert row_of(comparison, "corridor", "south").reason == NOT_OPEN
    assert row_of(comparison, "corridor", "elsewhere").reason == NOT_KEPT_TO


def test_no_route_at_all_is_refused() -> None:
    data = dataset(THREE_WAYS)
    for destination, options in (("A", {}), ("E", {"max_time_h": 1.0})):
        with pytest.raises(NoRouteError):
            compare_corridors(data, "A", destination, **options)  # type: ignore[arg-type]


def test_a_missed_departure_costs_a_corridor_the_first_place() -> None:
    """A train that left yesterday is waited for; a day earlier it is the best, and thresholds know its wait."""
    ways = [
        link("truck", "road", "A", "E", cost_usd_per_teu=300, time_h=48, corridors="north"),
        link("train", "rail1520", "A", "E", cost_usd_per_teu=100, time_h=48, corridors="south", departures="mon"),
    ]
    data, weights = dataset(ways), Weights(time_per_h=2.0)
    on_monday = compare_corridors(data, "A", "E", weights=weights, depart="2024-03-04")
    assert on_monday.best.corridor == "south"
    comparison = compare_corridors(data, "A", "E", weights=weights, depart="2024-03-05")
    south = row_of(comparison, "corridor", "south")
    assert comparison.best.corridor == "north"
    assert south.route
    assert south.route.time_h == 144 + 48
    assert south.why_not
    assert (south.why_not.gap_usd, south.why_not.must_drop_usd, south.why_not.must_drop_h) == (88.0, 88.0, 44.0)
    assert south.why_not.best_at_time_values == ((0.0, pytest.approx(200 / 144)),)
    record = next(record for record in comparison.records() if record["id"] == "south")
    assert record["arrive"] == "2024-03-13T00:00:00"


def test_what_is_reliable_wins_by_its_percentile() -> None:
    """The slower median with the smaller spread is best where only the 90th percentile counts, not by median."""
    ways = [
        link("fast", "road", "A", "E", time_h=30, fixed_time_h=10, fixed_time_p90_h=50, corridors="north"),
        link("sure", "rail1520", "A", "E", time_h=45, fixed_time_h=10, fixed_time_p90_h=12, corridors="south"),
    ]
    weights = Weights(cost=0.0, time_per_h=0.0, p90_per_h=1.0)
    comparison = compare_corridors(dataset(ways), "A", "E", weights=weights)
    assert comparison.best.corridor == "south"
    assert comparison.p90_price_usd_per_unit_h == 1.0
    north = row_of(comparison, "corridor", "north").why_not
    assert north
    assert north.must_drop_usd is None
    assert north.must_drop_h == north.gap_usd == 23.0
    assert north.best_at_time_values == ((pytest.approx(23 / 15), inf),)


@given(labeled_rows(), st.integers(2, 9), st.sampled_from(["", "B", "C"]), st.sampled_from(["", "C", "D"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_constraints_are_obeyed(rows: tuple[list[Row], list[Row]], max_time_h: int, avoid: str, via: str) -> None:
    """Every route shown obeys all that was asked, and none is better than the best of all."""
    data = labeled(rows)
    options = {"max_time_h": max_time_h, "max_cost_usd": 20, "quantity": 2}
    options |= {"avoid": [avoid] if avoid and avoid != via else [], "via": [via] if via else []}
    assume(all_routes(data, **options))
    comparison = compare_corridors(data, "A", "E", **options)  # type: ignore[arg-type]
    constraints = plan_trip(data, "A", "E", **options).constraints  # type: ignore[arg-type]
    routes = [row.route for row in comparison.rows if row.route]
    assert routes
    assert all(obeys(data, route, constraints, 1e-9) for route in routes)


def test_commodity_in_tonnes_and_its_own_modes() -> None:
    """Grain pays by the tonne and its own time value, and has no row for a mode it may not use."""
    ways = [row | {"cost_usd_per_t": float(str(row["cost_usd_per_teu"])) / 10} for row in THREE_WAYS]
    comparison = compare_corridors(dataset(ways, commodities=[GRAIN]), "A", "E", commodity="grain", quantity=50)
    assert comparison.unit == "t"
    assert comparison.time_value_usd_per_unit_h == 0.5
    assert {row.id for row in comparison.rows if row.kind == "mode"} == {"rail", "road", "sea"}
    south = row_of(comparison, "corridor", "south")
    assert south.why_not
    assert comparison.best.corridor == "north"
    assert south.why_not.gap_usd == pytest.approx(50 * (7 + 100 - 10 - 25))
    assert south.why_not.must_drop_h == pytest.approx(144)


@pytest.mark.parametrize(
    ("origin", "destination"), [("Baku", "Shanghai"), ("Xi'an", "Baku"), ("Almaty", "Mumbai"), ("Istanbul", "Xi'an")]
)
def test_no_alternative_is_lighter_than_the_row_of_its_corridor(origin: str, destination: str) -> None:
    """What is listed as an alternative has a row in the comparison, with a route at least as good."""
    data = load()
    comparison = compare_corridors(data, origin, destination)
    for route in find_routes(data, origin, destination, k=10):
        if route.corridor:
            row = row_of(comparison, "corridor", route.corridor)
            assert row.route
            assert weight_of(row.route, Weights(time_per_h=1.849)) <= weight_of(route, Weights(time_per_h=1.849)) + 1e-6


def test_bundled_corridors_are_what_they_are_called() -> None:
    """From Xi'an to Duisburg the Middle Corridor passes the Caspian and Georgia, the northern one Belarus."""
    comparison = compare_corridors(load(), "Xi'an", "Duisburg")
    titr, northern = (row_of(comparison, "corridor", name).route for name in ("titr", "northern"))
    assert titr
    assert northern
    assert {"AZ", "GE"} <= set(titr.countries)
    assert "RU" not in titr.countries
    assert "sea" in titr.modes
    assert {"KZ", "RU", "BY"} <= set(northern.countries)
    for row in comparison.rows:
        if row.route is not None:
            assert row.id == (row.route.corridor if row.kind == "corridor" else mode_by_km(row.route))


def test_plain_values_and_tables_agree() -> None:
    """JSON has no infinity; the flat records have one set of keys and as many rows."""
    comparison = compare_corridors(dataset(THREE_WAYS), "A", "E", weights=Weights(time_per_h=1))
    mapping = comparison.to_mapping()
    by_id = {(row["kind"], row["id"]): row for row in mapping["rows"]}
    assert by_id["corridor", "express"]["best_at_time_values"] == [[7.5, None]]
    assert by_id["corridor", "express"]["route"]["legs"][0]["link_id"] == "fast"
    assert by_id["mode", "air"]["route"] is None
    assert by_id["mode", "air"]["reason"] == NOT_OPEN
    records = comparison.records()
    assert len({tuple(record) for record in records}) == 1
    frame = comparison.to_frame()
    assert frame["id"].tolist() == [row.id for row in comparison.rows]
    assert frame["cost_usd"].tolist()[:2] == [100.0, 100.0]
    texts = {record["best_at_time_values"] for record in records}
    assert texts == {"0.2-7.5", "0.0-0.2", "7.5-", None}
    assert all(value is None or value == value for value in chain.from_iterable(map(dict.values, records)))


def test_transfers_count_once() -> None:
    """A dear transfer is no link of others: it does not push the corridor's route away from its own feeder."""
    ways = [
        link("direct", "road", "A", "E", cost_usd_per_teu=50, corridors="north"),
        link("rail", "rail1520", "A", "E", cost_usd_per_teu=90, corridors="south", length_km=200),
        link("feeder", "road", "A", "B", cost_usd_per_teu=1, corridors=""),
        link("boat", "sea", "B", "E", cost_usd_per_teu=20, corridors="south", length_km=400),
    ]
    comparison = compare_corridors(dataset(ways, [transfer("B", "road", "sea", cost_usd_per_teu=60)]), "A", "E")
    south = row_of(comparison, "corridor", "south")
    assert south.route
    assert links_of(south.route) == ["feeder", "boat"]


def test_limits_ask_for_places_farther_than_the_origin() -> None:
    """The only route in time leads by places that are dearer to leave than the origin itself."""
    ways = [
        link("slow", "road", "A", "E", cost_usd_per_teu=1, time_h=100, corridors="north", directed=1),
        link("out", "road", "A", "B", cost_usd_per_teu=1, corridors="south", directed=1),
        link("on", "road", "B", "C", cost_usd_per_teu=10, corridors="south", directed=1),
        link("in", "road", "C", "E", cost_usd_per_teu=10, corridors="south", directed=1),
    ]
    comparison = compare_corridors(dataset(ways), "A", "E", max_time_h=50)
    south = row_of(comparison, "corridor", "south")
    assert links_of(comparison.best) == ["out", "on", "in"]
    assert south.why_not
    assert south.why_not.best_at_time_values == south.why_not.best_at_carbon_prices == ((0.0, float("inf")),)
    assert row_of(comparison, "corridor", "north").reason == NOT_WITHIN


def test_among_the_fastest_the_lightest_is_best_in_the_end() -> None:
    """Two ways are as fast; the cheaper one pays more for its CO2, so the other is best at a high time value."""
    ways = [
        link("dirty", "road", "A", "E", cost_usd_per_teu=50, time_h=1, corridors="north"),
        link("clean", "rail1520", "A", "E", cost_usd_per_teu=60, time_h=1, corridors="south"),
        link("slow", "sea", "A", "E", cost_usd_per_teu=10, time_h=90, corridors="west"),
    ]
    rates: list[Row] = [{"mode": "road", "country": "*", "co2_wtw_g_per_tkm": 80}]
    weights = Weights(time_per_h=1, co2_per_kg=1)
    comparison = compare_corridors(dataset(ways, rates=rates), "A", "E", weights=weights)
    assert comparison.best.corridor == "south"
    intervals = {row.id: row.why_not.best_at_time_values for row in comparison.rows if row.why_not}
    assert intervals["south"] == ((pytest.approx(50 / 89), float("inf")),)
    assert intervals["west"] == ((0.0, pytest.approx(50 / 89)),)
    assert intervals["north"] == ()
