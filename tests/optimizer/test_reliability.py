"""The 90th percentile of a route's time: its formula, its optimum against brute force, and where it is refused."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import Row, dataset, labels_of, link, links_of, transfer
from naive_trips import COUNTRIES, NaiveTrip, Rows, dated_rows, every_trip, moments, totals

from network import Dataset, NoRouteError
from optimizer import Route, Weights, find_routes, plan_flows
from optimizer.alternatives import MOST_SHARED, MOST_STRETCH

if TYPE_CHECKING:
    from datetime import datetime

MANY = 10_000
RELIABLE = Weights(cost=0, time_per_h=0, p90_per_h=1)
weights = st.sampled_from(
    [
        RELIABLE,
        Weights(p90_per_h=0.5),
        Weights(time_per_h=1, p90_per_h=2),
        Weights(cost=0.25, time_per_h=0, p90_per_h=8),
    ]
)


def measure(weights: Weights, trip: NaiveTrip) -> float:
    """What a trip weighs, written out."""
    hours = (weights.time_per_h or 0) * trip.time_h + weights.p90_per_h * trip.p90_h
    return round(weights.cost * trip.cost_usd + hours, 6)


def routes_or_none(data: Dataset, **options: object) -> list[Route]:
    try:
        return find_routes(data, "A", "E", **options)  # type: ignore[arg-type]
    except NoRouteError:
        return []


def without_departures(rows: Rows) -> Rows:
    """Return rows that wait for no weekday: what is waited without a date is another matter."""
    return [row | {"departures": ""} for row in rows[0]], rows[1]


@given(dated_rows(), weights, st.one_of(st.none(), moments), st.lists(st.sampled_from("BCD"), max_size=1))
@settings(max_examples=120, deadline=None)
def test_all_routes_in_order_of_the_percentile(
    rows: Rows, weights: Weights, depart: datetime | None, via: list[str]
) -> None:
    """Every loopless way once, by money + hours + percentile, with and without a date; k = 1 is the first."""
    rows = rows if depart else without_departures(rows)
    data, trips = dataset(*rows, countries=COUNTRIES), every_trip(rows, depart, via)
    asked = {"weights": weights, "depart": depart, "via": via}
    found = routes_or_none(data, k=MANY, plain=True, **asked)
    of_labels = {trip.labels: trip for trip in trips}
    taken = [of_labels[tuple(labels_of(route))] for route in found]
    assert sorted(map(id, taken)) == sorted(map(id, trips))
    assert [(measure(weights, trip), *totals(trip)) for trip in taken] == sorted(
        (measure(weights, trip), *totals(trip)) for trip in trips
    )
    for route, trip in zip(found, taken, strict=True):
        assert totals(route) == totals(trip)
        assert route.time_p90_h == (pytest.approx(trip.p90_h) if trip.variance_h2 else None)
    assert routes_or_none(data, k=1, **asked) == found[:1]


@given(dated_rows(), weights, st.integers(1, 200), st.integers(0, 60), st.one_of(st.none(), moments))
@settings(max_examples=80, deadline=None)
def test_limits_and_the_percentile(
    rows: Rows, weights: Weights, max_time_h: int, max_cost_usd: int, depart: datetime | None
) -> None:
    """A limit on hours is one on the median, as without a percentile; the best of what keeps the limits comes first."""
    rows = rows if depart else without_departures(rows)
    allowed = [
        trip
        for trip in every_trip(rows, depart)
        if trip.time_h <= max_time_h and trip.cost_usd <= max_cost_usd
    ]  # fmt: skip
    asked = {"weights": weights, "depart": depart, "max_time_h": max_time_h, "max_cost_usd": 2 * max_cost_usd}
    data = dataset(*rows, countries=COUNTRIES)
    found = routes_or_none(data, k=MANY, plain=True, quantity=2, **asked)
    assert sorted(map(labels_of, found)) == sorted(list(trip.labels) for trip in allowed)
    if found:
        first = next(trip for trip in allowed if list(trip.labels) == labels_of(found[0]))
        assert measure(weights, first) == min(measure(weights, trip) for trip in allowed)
    for route in routes_or_none(data, k=MANY, quantity=2, **asked):
        assert route.time_h <= max_time_h
        assert route.cost_usd <= 2 * max_cost_usd


@given(dated_rows(), weights)
@settings(max_examples=60, deadline=None)
def test_alternatives_by_the_percentile(rows: Rows, weights: Weights) -> None:
    """Alternatives are put in order, and stretched, by the measure that is asked for."""
    rows = without_departures(rows)
    trips = {trip.labels: trip for trip in every_trip(rows)}
    found = routes_or_none(dataset(*rows, countries=COUNTRIES), k=MANY, weights=weights)
    measures = [measure(weights, trips[tuple(labels_of(route))]) for route in found]
    assert measures == sorted(measures)
    assert all(each <= MOST_STRETCH * measures[0] + 1e-6 for each in measures)
    assert measures[:1] == sorted(measure(weights, trip) for trip in trips.values())[:1]
    links = [set(links_of(route)) for route in found]
    assert all(
        len(ours & theirs) <= MOST_SHARED * len(theirs) for at, ours in enumerate(links) for theirs in links[:at]
    )


def spread(link_id: str, ends: str, median_h: float, p90_h: float, usd: float = 1) -> Row:
    columns = {"fixed_time_h": median_h, "fixed_time_p90_h": p90_h, "cost_usd_per_teu": usd}
    return link(link_id, "road", ends[0], ends[1], time_h=0) | columns


def test_spreads_add_up_as_the_root_of_squares() -> None:
    """3 and 4 hours over the median make 5, a transfer counts like a link, and moving time has no spread."""
    rows = [spread("a", "AM", 10, 13), link("b", "sea", "M", "B", time_h=50)]
    data = dataset(rows, [transfer("M", "road", "sea", time_h=6, time_p90_h=10)])
    route = find_routes(data, "A", "B", quantity=4)[0]
    assert (route.time_h, route.time_p90_h) == (66, 71)
    assert route.to_mapping()["time_p90_h"] == 71


def test_without_percentiles_there_is_none() -> None:
    """No leg with a spread: no percentile in the route or its JSON, and the median is what is minimized."""
    rows = [link("dear", "road", "A", "B", time_h=5, cost_usd_per_teu=9), link("slow", "road", "A", "B", time_h=6)]
    for depart in (None, "2026-03-02"):
        route = find_routes(dataset(rows), "A", "B", weights=RELIABLE, depart=depart)[0]
        assert links_of(route) == ["dear"]
        assert route.time_p90_h is None
        assert "time_p90_h" not in route.to_mapping()


def test_the_reliable_route_is_no_sum_over_links() -> None:
    """Two risky legs are less than twice as risky, so that the best route has parts that are not the best."""
    rows = [
        spread("risky", "AM", 10, 20),
        spread("sure", "AM", 18, 18),
        spread("border", "MB", 10, 40),
    ]
    data = dataset(rows)
    assert links_of(find_routes(data, "A", "M", weights=RELIABLE)[0]) == ["sure"]
    whole = find_routes(data, "A", "B", weights=RELIABLE, plain=True)
    assert [links_of(route) for route in whole] == [["risky", "border"], ["sure", "border"]]
    assert [route.time_p90_h for route in whole] == pytest.approx([20 + sqrt(10**2 + 30**2), 28 + 30])


def test_the_fastest_is_not_the_most_reliable() -> None:
    """By hours the short queue with a long tail wins, by the percentile the sure detour; money decides between."""
    rows = [spread("queue", "AB", 20, 90), spread("detour", "AB", 40, 45, usd=31)]
    data = dataset(rows)
    assert links_of(find_routes(data, "A", "B", weights=Weights(cost=0, time_per_h=1))[0]) == ["queue"]
    assert links_of(find_routes(data, "A", "B", weights=RELIABLE)[0]) == ["detour"]
    # 30 USD more for 45 h less in nine of ten cases.
    assert links_of(find_routes(data, "A", "B", weights=Weights(p90_per_h=0.66))[0]) == ["queue"]
    assert links_of(find_routes(data, "A", "B", weights=Weights(p90_per_h=0.67))[0]) == ["detour"]


def test_a_plan_refuses_the_percentile() -> None:
    """A plan is linear; the error says what to leave out."""
    demand = {"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 5}
    data = dataset([spread("a", "AB", 1, 2)], demands=[demand])
    with pytest.raises(ValueError, match="leave p90_per_h out"):
        plan_flows(data, weights=Weights(p90_per_h=1.0))
    assert plan_flows(data, weights=Weights(p90_per_h=0.0)).status == "optimal"


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_weights_out_of_range_are_refused(value: float) -> None:
    """The message names the weight."""
    with pytest.raises(ValueError, match="p90_per_h"):
        Weights(p90_per_h=value)
