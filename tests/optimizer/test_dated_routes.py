"""Routes that leave on a date against trips walked with a calendar, and the rules of waiting one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import Row, dataset, labels_of, link, links_of, transfer
from naive_trips import COUNTRIES, Rows, dated_rows, every_trip, moments, totals

from network import Dataset, NoRouteError
from optimizer import Route, Weights, find_routes
from optimizer.alternatives import MOST_SHARED, MOST_STRETCH
from optimizer.route import Leg

MANY = 10_000
HOUR = timedelta(hours=1)
weights = st.sampled_from([(1.0, 0.0), (1.0, 0.5), (0.0, 1.0), (1.0, 8.0)])


def routes_or_none(data: Dataset, *names: str, **options: object) -> list[Route]:
    try:
        return find_routes(data, *names, **options)  # type: ignore[arg-type]
    except NoRouteError:
        return []


@given(dated_rows(), moments, weights, st.lists(st.sampled_from("BCD"), max_size=1))
@settings(max_examples=120, deadline=None)
def test_all_dated_routes_equal_the_naive_clock(
    rows: Rows, depart: datetime, weight: tuple[float, float], via: list[str]
) -> None:
    """Every loopless way comes once, by what it weighs on this date, then money, then hours; k = 1 is the first."""
    cost, time_per_h = weight
    trips = every_trip(rows, depart, via)
    asked = {"depart": depart, "via": via, "weights": Weights(cost=cost, time_per_h=time_per_h)}
    data = dataset(*rows, countries=COUNTRIES)
    found = routes_or_none(data, "A", "E", k=MANY, plain=True, **asked)
    order = sorted((cost * trip.cost_usd + time_per_h * trip.time_h, *totals(trip)) for trip in trips)
    assert [totals(route) for route in found] == [tuple(rest) for _, *rest in order]
    of_labels = {trip.labels: trip for trip in trips}
    for route in found:
        trip = of_labels.pop(tuple(labels_of(route)))
        assert totals(route) == totals(trip)
        assert route.arrive == depart + timedelta(hours=trip.time_h)
    assert not of_labels
    assert routes_or_none(data, "A", "E", k=1, **asked) == found[:1]


@given(dated_rows(), moments, st.integers(0, 2000), st.integers(0, 80))
@settings(max_examples=80, deadline=None)
def test_limits_count_waits(rows: Rows, depart: datetime, max_time_h: int, max_cost_usd: int) -> None:
    """A limit on hours is one on the time that passes, waits and closed seasons included; money is for the quantity."""
    data = dataset(*rows, countries=COUNTRIES)
    limits = {"max_time_h": max_time_h, "max_cost_usd": 3 * max_cost_usd, "quantity": 3}
    allowed = [
        trip
        for trip in every_trip(rows, depart)
        if trip.time_h <= max_time_h and trip.cost_usd <= max_cost_usd
    ]  # fmt: skip
    found = routes_or_none(data, "A", "E", k=MANY, plain=True, depart=depart, **limits)
    assert sorted(map(labels_of, found)) == sorted(list(trip.labels) for trip in allowed)
    for route in routes_or_none(data, "A", "E", k=MANY, depart=depart, **limits):
        assert route.time_h <= max_time_h
        assert route.cost_usd <= 3 * max_cost_usd


@given(dated_rows(), moments)
@settings(max_examples=80, deadline=None)
def test_legs_of_a_date_add_up(rows: Rows, depart: datetime) -> None:
    """Hours of legs sum to the route's and to the parts of a leg; what is waited is in `waiting_h`, never below 0."""
    trips = {trip.labels: trip for trip in every_trip(rows, depart)}
    of_id = {row["link_id"]: row for row in rows[0]}
    for route in routes_or_none(dataset(*rows, countries=COUNTRIES), "A", "E", k=4, plain=True, depart=depart):
        assert sum(leg.time_h for leg in route.legs) == pytest.approx(route.time_h, abs=1e-9)
        assert route.arrive is not None
        assert abs(route.arrive - (depart + timedelta(hours=route.time_h))) < timedelta(microseconds=2)
        for leg, wait_h in zip(route.legs, trips[tuple(labels_of(route))].waits_h, strict=True):
            if not isinstance(leg, Leg):
                assert wait_h == 0
                continue
            row = of_id[leg.link_id]
            headway_h = 84 / float(str(row["frequency_per_week"])) if row["frequency_per_week"] else 0.0
            expected_h = float(str(row["fixed_time_h"])) + (wait_h if row["departures"] else headway_h + wait_h)
            assert leg.waiting_h >= 0
            assert leg.waiting_h == pytest.approx(expected_h, abs=1e-6)
            assert leg.moving_h == row["time_h"]
            assert leg.time_h == pytest.approx(leg.moving_h + leg.waiting_h + leg.border_h, abs=1e-9)


@given(dated_rows(), moments, weights)
@settings(max_examples=100, deadline=None)
def test_dated_alternatives_keep_the_rules(rows: Rows, depart: datetime, weight: tuple[float, float]) -> None:
    """Measured on the date: best first, in order, no dearer than the stretch, no more shared than is allowed."""
    data = dataset(*rows, countries=COUNTRIES)
    cost, time_per_h = weight
    asked = {"depart": depart, "weights": Weights(cost=cost, time_per_h=time_per_h)}
    found = routes_or_none(data, "A", "E", k=MANY, **asked)
    assert found[:1] == routes_or_none(data, "A", "E", k=1, plain=True, **asked)
    measures = [(cost * route.cost_usd + time_per_h * route.time_h, *totals(route)) for route in found]
    assert measures == sorted(measures)
    assert all(measure <= MOST_STRETCH * measures[0][0] + 1e-6 for measure, *_ in measures)
    links = [set(links_of(route)) for route in found]
    for at, ours in enumerate(links):
        assert all(len(ours & theirs) <= MOST_SHARED * len(theirs) for theirs in links[:at])


@given(dated_rows(), moments, st.integers(1, 400))
@settings(max_examples=40, deadline=None)
def test_who_leaves_later_arrives_no_earlier(rows: Rows, depart: datetime, steps: int) -> None:
    """The fastest arrival never gets earlier by leaving later."""
    data = dataset(*rows, countries=COUNTRIES)
    fastest = Weights(cost=0, time_per_h=1)
    ends = [
        routes_or_none(data, "A", "E", k=1, depart=moment, weights=fastest)
        for moment in (depart, depart + steps * HOUR / 2)
    ]
    assert [len(routes) for routes in ends] in ([0, 0], [1, 1])
    arrivals = [route.arrive for routes in ends for route in routes if route.arrive]
    assert arrivals == sorted(arrivals)


def one(rows: list[Row], depart: object, **options: object) -> Route:
    return find_routes(dataset(rows), "A", "B", k=1, depart=depart, **options)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("columns", "depart", "leaves"),
    [
        ({"departures": "thu"}, "2026-03-02", "2026-03-05"),
        ({"departures": "mon"}, "2026-03-02", "2026-03-02"),
        ({"departures": "mon"}, "2026-03-02T00:01", "2026-03-09"),
        ({"departures": "mon 18:30;fri 06:00"}, "2026-03-02 18:31", "2026-03-06T06:00"),
        ({"open_months": "11-3"}, "2026-04-01", "2026-11-01"),
        ({"open_months": "11-3"}, "2026-03-31T23:59", "2026-03-31T23:59"),
        ({"open_months": "11-3"}, "2026-12-31", "2026-12-31"),
        ({"open_months": "11-3"}, "2027-01-05", "2027-01-05"),
        ({"open_months": "4-11"}, "2026-12-01", "2027-04-01"),
        ({"open_months": "2"}, "2026-03-01", "2027-02-01"),
        ({"open_months": "3-3"}, "2024-02-29", "2024-03-01"),
        ({"open_months": "2", "departures": "thu"}, "2024-02-29T00:00", "2024-02-29"),
        ({"open_months": "2", "departures": "thu"}, "2024-02-29T01:00", "2025-02-06"),
        ({"open_months": "4-11", "departures": "fri"}, "2026-11-28", "2027-04-02"),
        ({"departures": "fri"}, "2026-12-26", "2027-01-01"),
        ({"departures": "sun 23:59"}, "2023-12-31 12:00", "2023-12-31T23:59"),
        ({"open_months": "1"}, "9998-02-01", "9999-01-01"),
    ],
)
def test_what_is_waited_for(columns: Row, depart: str, leaves: str) -> None:
    """The next weekday, the next open month, or the first departure in one: also in leap years and at a year's end."""
    route = one([link("a", "sea", "A", "B", time_h=5, **columns)], depart)
    assert route.depart == datetime.fromisoformat(depart)
    assert route.arrive == datetime.fromisoformat(leaves) + 5 * HOUR
    wait_h = (datetime.fromisoformat(leaves) - datetime.fromisoformat(depart)) / HOUR
    (leg,) = route.legs
    assert isinstance(leg, Leg)
    assert leg.waiting_h == pytest.approx(wait_h)
    assert leg.moving_h == 5
    assert route.time_h == pytest.approx(wait_h + 5)


def test_waits_come_on_top_of_borders_and_queues() -> None:
    """The queue of a link with departures is waited after boarding, and its border stays border time."""
    rows = [
        link("a", "road", "A", "M", time_h=30, fixed_time_h=2),
        link("b", "rail1520", "M", "B", time_h=10, fixed_time_h=7, departures="wed 12:00"),
    ]
    data = dataset(rows, [transfer("M", "road", "rail1520", time_h=3)], countries={"B": "RU"})
    route = find_routes(data, "A", "B", depart=date(2026, 3, 2))[0]
    # Monday 00:00 + 32 + 3 h = Tuesday 11:00, so 25 h until Wednesday 12:00.
    assert [leg.time_h for leg in route.legs] == pytest.approx([32, 3, 25 + 10 + 7])
    last = route.legs[-1]
    assert isinstance(last, Leg)
    assert last.waiting_h == pytest.approx(25)
    assert (last.moving_h, last.border_h) == (10, 7)
    assert route.arrive == datetime(2026, 3, 5, 5)


def test_a_frequency_without_weekdays_stays_half_a_headway() -> None:
    """Where no departure is known the expected wait is kept, on a date as without one; with weekdays it is replaced."""
    known = link("a", "sea", "A", "B", time_h=10, frequency_per_week=2)
    assert one([known], "2026-03-02").time_h == one([known], None).time_h == 52
    both = known | {"departures": "tue;fri"}
    assert one([both], None).time_h == 52
    assert one([both], "2026-03-02").time_h == pytest.approx(24 + 10)
    assert one([both], "2026-03-03").time_h == pytest.approx(10)


def test_the_best_of_the_year_may_not_be_the_best_of_the_day() -> None:
    """A weekly ship that is just missed and a river in winter lose to a dearer train, and win when they leave."""
    rows = [
        link("ship", "sea", "A", "B", time_h=20, cost_usd_per_teu=100, departures="mon"),
        link("river", "river", "A", "B", time_h=30, cost_usd_per_teu=90, open_months="4-11"),
        link("train", "rail1520", "A", "B", time_h=60, cost_usd_per_teu=150),
    ]
    asked = {"weights": Weights(time_per_h=1.0)}
    assert links_of(one(rows, None, **asked)) == ["river"]
    assert links_of(one(rows, "2026-03-02", **asked)) == ["ship"]
    assert links_of(one(rows, "2026-03-03", **asked)) == ["train"]
    assert links_of(one(rows, "2026-04-07", **asked)) == ["river"]


def test_a_slower_dearer_start_that_catches_the_ferry() -> None:
    """The cheap truck misses the ferry by an hour; a dear one catches it, and only as a whole that is the best."""
    rows = [
        link("slow", "road", "A", "P", time_h=25, cost_usd_per_teu=10),
        link("quick", "road", "A", "P", time_h=24, cost_usd_per_teu=50),
        link("ferry", "sea", "P", "B", time_h=10, cost_usd_per_teu=5, departures="tue"),
    ]
    data = dataset(rows, [transfer("P", "road", "sea")])
    routes = find_routes(data, "A", "B", depart="2026-03-02", plain=True, weights=Weights(time_per_h=1.0))
    assert [(links_of(route)[0], route.time_h) for route in routes] == [("quick", 34), ("slow", 34 + 168)]
    tuesday = find_routes(data, "A", "B", depart="2026-03-03", plain=True, weights=Weights(time_per_h=1.0))
    assert [(links_of(route)[0], route.time_h) for route in tuesday] == [("slow", 178), ("quick", 178)]


def test_of_routes_by_one_ferry_the_cheapest_comes_first() -> None:
    """Who arrives by the same ship arrives at the same time: then money decides, whatever the order of input."""
    rows = [
        link("dear", "road", "A", "P", cost_usd_per_teu=9),
        link("cheap", "rail1520", "A", "P", cost_usd_per_teu=2),
        link("ferry", "sea", "P", "B", departures="mon", time_h=10),
    ]
    data = dataset(rows, [transfer("P", "road", "sea"), transfer("P", "rail1520", "sea")])
    for measure in (Weights(cost=0, time_per_h=1), Weights(cost=0, time_per_h=0, co2_per_kg=1)):
        for plain in (True, False):
            routes = find_routes(data, "A", "B", depart="2026-03-03", plain=plain, weights=measure)
            assert links_of(routes[0]) == ["cheap", "ferry"]


def test_a_stay_is_no_way_to_wait() -> None:
    """A ring that passes the time until a departure is no route: waiting is free of loops."""
    rows = [
        link("a", "road", "A", "P"),
        link("ring", "road", "P", "Q", time_h=0, cost_usd_per_teu=0),
        link("ferry", "road", "P", "B", departures="mon"),
    ]
    routes = find_routes(dataset(rows), "A", "B", depart="2026-03-03", plain=True, k=9)
    assert [links_of(route) for route in routes] == [["a", "ferry"]]


def test_a_via_is_left_when_its_service_leaves() -> None:
    """Hours run on through vias, and a link passed twice waits twice."""
    rows = [
        link("on", "road", "A", "M", time_h=1),
        link("spur", "road", "M", "V", time_h=10, departures="mon;wed"),
        link("off", "road", "M", "B", time_h=1),
    ]
    route = find_routes(dataset(rows), "A", "B", via=["V"], depart="2026-03-01")[0]
    # Sunday 01:00 at M, Monday 00:00 + 10 h at V, Wednesday 00:00 + 10 h back, 1 h on.
    assert [leg.time_h for leg in route.legs] == pytest.approx([1, 23 + 10, 38 + 10, 1])
    assert route.arrive == datetime(2026, 3, 4, 11)


def test_the_last_days_of_the_calendar() -> None:
    """Beyond the year 9999 a route is found all the same; its arrival has no date."""
    route = one([link("a", "sea", "A", "B", time_h=5, departures="thu")], date(9999, 12, 31))
    assert route.time_h == pytest.approx(24 * 6 + 5)
    assert route.arrive is None
    assert route.to_mapping()["arrive"] is None
    assert one([link("a", "road", "A", "B", time_h=5)], date(9999, 12, 31)).arrive == datetime(9999, 12, 31, 5)
    assert one([link("a", "road", "A", "B", time_h=5, open_months="4")], "9999-12-31").arrive is None


@pytest.mark.parametrize(
    ("depart", "moment"),
    [
        (date(2026, 12, 1), datetime(2026, 12, 1)),
        (datetime(2026, 12, 1, 13, 45), datetime(2026, 12, 1, 13, 45)),
        ("2026-12-01", datetime(2026, 12, 1)),
        ("2026-12-01T08:15", datetime(2026, 12, 1, 8, 15)),
        ("2026-12-01 08:15:30", datetime(2026, 12, 1, 8, 15, 30)),
    ],
)
def test_a_day_is_its_midnight(depart: date | str, moment: datetime) -> None:
    """Dates, moments and their ISO texts; without a date a route has no moments."""
    route = one([link("a", "road", "A", "B", time_h=5)], depart)
    assert (route.depart, route.arrive) == (moment, moment + 5 * HOUR)
    mapping = route.to_mapping()
    assert (mapping["depart"], mapping["arrive"]) == (moment.isoformat(), (moment + 5 * HOUR).isoformat())
    without = one([link("a", "road", "A", "B", time_h=5)], None)
    assert (without.depart, without.arrive) == (None, None)
    assert not {"depart", "arrive"} & set(without.to_mapping())


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-02-30", "2025-02-29", "01.12.2026", "2026-13-01", "2026-12", "1e5"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    """The message quotes the text and shows how a date is written."""
    with pytest.raises(ValueError, match=rf'depart must be a date such as 2026-12-01, not "{text}"'):
        one([link("a", "road", "A", "B")], text)


@pytest.mark.parametrize("depart", [datetime(2026, 12, 1, tzinfo=UTC), "2026-12-01T00:00Z", "2026-12-01T00:00+05:00"])
def test_time_zones_are_refused(depart: datetime | str) -> None:
    """The clocks of the model have no zone, so a moment with one would be taken for another."""
    with pytest.raises(ValueError, match="depart must have no time zone"):
        one([link("a", "road", "A", "B")], depart)


def test_a_date_has_its_own_month() -> None:
    """Month and date together are refused."""
    with pytest.raises(ValueError, match="month or depart, not both"):
        one([link("a", "road", "A", "B")], "2026-12-01", month=12)


def test_no_route_on_a_date_is_told() -> None:
    """A time limit that no departure keeps is refused with what would do; another day keeps it."""
    rows = [link("a", "sea", "A", "B", time_h=5, departures="mon")]
    assert one(rows, "2026-03-02", max_time_h=5).time_h == 5
    with pytest.raises(NoRouteError) as caught:
        one(rows, "2026-03-03", max_time_h=100)
    assert caught.value.blocking == ("max time 100 h",)
    assert caught.value.relaxations[0].time_h == pytest.approx(6 * 24 + 5)


def test_small_fractions_of_hours_miss_no_departure() -> None:
    """Nineteen legs that end on the minute of a departure by hand catch it, though sums of hours are not exact."""
    nodes = ["A", *(f"n{at}" for at in range(18)), "M"]
    rows = [link(f"l{at}", "road", *ends, time_h=24 / 19) for at, ends in enumerate(pairwise(nodes))]
    rows.append(link("ship", "road", "M", "B", time_h=1, departures="tue"))
    route = one(rows, "2026-03-02")
    assert route.time_h == pytest.approx(25)
    assert route.arrive == datetime(2026, 3, 3, 1)
    last = route.legs[-1]
    assert isinstance(last, Leg)
    assert last.waiting_h == 0


def test_a_limit_that_is_the_route_s_own_time_admits_it() -> None:
    """Also where waits made the hours a sum of many parts."""
    rows = [
        link("a", "road", "A", "M", time_h=1 / 3),
        link("b", "road", "M", "B", time_h=0.1, departures="sat 07:07"),
    ]
    route = one(rows, "2026-03-02T00:01")
    assert one(rows, "2026-03-02T00:01", max_time_h=route.time_h) == route
    assert one(rows, "2026-03-02T00:01", max_time_h=inf) == route
    with pytest.raises(NoRouteError):
        one(rows, "2026-03-02T00:01", max_time_h=route.time_h * (1 - 1e-6))
