"""What a refusal says: the fewest constraints that block, and what lifting or loosening one of them gives."""

from __future__ import annotations

from itertools import chain, combinations
from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from all_walks import World
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, Row, dataset, link, transfer

from network import Dataset, NoRouteError, SolverError
from optimizer import Weights, find_routes
from optimizer.blocking import no_route
from optimizer.relaxing import month_ranges, relax
from optimizer.trip import Constraint, arc_sequences, plan_trip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.errors import Relaxation
    from optimizer.trip import Trip


@pytest.fixture(scope="module")
def three_ways() -> Dataset:
    """Three ways from A to Z: through Russia, over the sea in summer, and by a dear flight."""
    return dataset(
        [
            link("north-1", "rail1520", "A", "R", cost_usd_per_teu=100, time_h=200),
            link("north-2", "rail1520", "R", "Z", cost_usd_per_teu=100, time_h=40),
            link("south", "sea", "A", "Z", cost_usd_per_teu=150, time_h=700, open_months="4-11", corridors="ocean"),
            link("flight", "air", "A", "Z", cost_usd_per_teu=9000, time_h=12),
        ],
        countries={"R": "RU"},
        names={"A": "Aktau", "R": "Rostov", "Z": "Zürich"},
        corridors=[{"corridor_id": "ocean", "name": "Ocean route"}],
    )


def refusal(data: Dataset, *names: str, **options: object) -> NoRouteError:
    with pytest.raises(NoRouteError) as caught:
        find_routes(data, *names, **options)  # type: ignore[arg-type]
    return caught.value


def actions(error: NoRouteError) -> list[str]:
    return [relaxation.action for relaxation in error.relaxations]


def test_what_blocks_and_what_helps_best_first(three_ways: Dataset) -> None:
    """Three constraints block together; each alone opens a way, told with its days and money, cheapest first."""
    error = refusal(three_ways, "A", "Z", avoid_countries={"RU", "FR"}, avoid_modes={"air", "sea"})
    assert error.blocking == ("avoid country RU", "avoid mode air", "avoid mode sea")
    assert str(error) == (
        "no route from Aktau to Zürich for container: 'avoid country RU' and 'avoid mode air, sea' together leave no "
        "route; allow sea: 29.2 days, 150 USD (Ocean route); or allow RU: 10.0 days, 200 USD (via Rostov); "
        "or allow air: 0.5 days, 9,000 USD (direct)"
    )
    assert error.relaxations[0].to_mapping() == {
        "constraint": "avoid mode sea",
        "action": "allow sea",
        "cost_usd": 150.0,
        "time_h": 700.0,
        "co2_kg": 0.0,
        "modes": ["sea"],
        "corridor": "ocean",
        "way": "Ocean route",
    }
    hasty = refusal(
        three_ways, "A", "Z", weights=Weights(cost=0, time_per_h=1), avoid="R", avoid_modes=["air", "sea"], quantity=2
    )
    assert actions(hasty) == ["allow air", "allow node Rostov", "allow sea"]
    assert [relaxation.cost_usd for relaxation in hasty.relaxations] == [18000, 400, 300]


def test_a_month_may_be_what_blocks(three_ways: Dataset) -> None:
    """A link closed in the month asked for: the months in which there is a route are named."""
    error = refusal(three_ways, "A", "Z", month=2, avoid="R", avoid_modes="air")
    assert error.blocking == ("avoid mode air", "avoid node R", "month 2")
    assert actions(error) == [
        "another month than February (months 4-11 have a route)",
        "allow node Rostov",
        "allow air",
    ]


def test_links_of_different_months() -> None:
    """Where no single month has all links open, the way found is one that leaves the month open, and says so."""
    links = [link("ab", "road", "A", "B", open_months="11-3"), link("bc", "road", "B", "C", open_months="5-6")]
    error = refusal(dataset(links), "A", "C", month=5)
    assert error.blocking == ("month 5",)
    assert actions(error) == ["leave the month open (no single month has a route)"]


def test_months_as_ranges() -> None:
    """Ranges wrap over the new year; single months stand alone."""
    assert month_ranges([1, 2, 3, 12]) == "months 12-3"
    assert month_ranges([3]) == "month 3"
    assert month_ranges([2, 4, 5, 12]) == "months 2, 4-5, 12"


def test_limits_are_loosened_to_what_is_possible(three_ways: Dataset) -> None:
    """A limit that no route meets is refused with the least that is possible under the other constraints."""
    error = refusal(three_ways, "A", "Z", max_time_h=11)
    assert error.blocking == ("max time 11 h",)
    assert "'max time 11 h' leaves no route; accept 0.5 days (12.0 h): 9,000 USD (direct)" in str(error)
    error = refusal(three_ways, "A", "Z", max_cost_usd=1000, quantity=10)
    assert error.blocking == ("max cost 1000 USD",)
    assert "accept 1,500 USD: 29.2 days (Ocean route)" in str(error)
    error = refusal(three_ways, "A", "Z", max_time_h=100, max_cost_usd=1000)
    assert error.blocking == ("max time 100 h", "max cost 1000 USD")
    assert actions(error) == ["accept 10.0 days (240.0 h)", "accept 9,000 USD"]


def test_a_limit_may_be_asked_for_as_it_is_read() -> None:
    """The least hours and dollars are rounded up in words and exact in numbers."""
    data = dataset([link("ab", "road", "A", "B", time_h=10 / 3, cost_usd_per_teu=100 / 3)])
    error = refusal(data, "A", "B", max_time_h=1)
    assert actions(error) == ["accept 0.1 days (3.4 h)"]
    assert error.relaxations[0].time_h == 10 / 3
    assert find_routes(data, "A", "B", max_time_h=3.4)
    error = refusal(data, "A", "B", max_cost_usd=1)
    assert actions(error) == ["accept 34 USD"]
    assert error.relaxations[0].cost_usd == 100 / 3


def test_several_constraints_at_once(three_ways: Dataset) -> None:
    """Where giving up one is not enough, the fewest that are, in the order of the constraints, are told together."""
    error = refusal(three_ways, "A", "Z", avoid=["A"], avoid_modes={"sea", "rail", "air"}, month=3, max_cost_usd=120)
    assert error.blocking == ("avoid node A",)
    assert "giving up a single constraint is not enough: " in str(error)
    (together,) = error.relaxations
    assert together.constraint == "avoid mode air and avoid node A and max cost 120 USD"
    assert together.action == "allow air, allow node Aktau and accept 9,000 USD"
    assert str(error).endswith("accept 9,000 USD: 0.5 days (direct)")


def test_two_limits_and_a_month_together(three_ways: Dataset) -> None:
    """Two limits give way to what the best route takes, and that in one of the months which have it."""
    error = refusal(
        three_ways, "A", "Z", avoid_modes={"air", "rail"}, max_time_h=1, max_cost_usd=1, month=1, avoid_countries={"RU"}
    )
    (together,) = error.relaxations
    assert together.constraint == "avoid mode air and max time 1 h and max cost 1 USD"
    assert (together.time_h, together.cost_usd) == (12, 9000)
    trip = plan_trip(three_ways, "A", "Z", avoid_modes="air", avoid="R", max_time_h=1, max_cost_usd=1, month=1)
    lifted = [at for at, constraint in enumerate(trip.constraints) if not constraint.kind.startswith("avoid")]
    found = relax(trip, lifted)
    assert found.months == (4, 5, 6, 7, 8, 9, 10, 11)
    assert found.trip.constraints[-3:] == (
        Constraint("month", 4),
        Constraint("max time", 700.0),
        Constraint("max cost", 150.0),
    )


def test_vias_and_links_are_constraints_too() -> None:
    """A via that cannot be reached is named, and so is an avoided link; dropping one via keeps the others."""
    data = dataset([link("a", "road", "A", "B"), link("x", "sea", "C", "D"), link("b", "road", "B", "Z")])
    error = refusal(data, "A", "Z", via=["B", "C"])
    assert error.blocking == ("via C",)
    assert actions(error) == ["drop the stop at C"]
    error = refusal(data, "A", "Z", avoid=["b"])
    assert error.blocking == ("avoid link b",)
    assert actions(error) == ["allow link b"]


def test_vias_may_block_by_their_order() -> None:
    """On a one-way line B then C is fine and C then B is not: the two block together, and either may be dropped."""
    data = dataset([link(f"{at}", "road", "ABCD"[at], "ABCD"[at + 1], directed=1) for at in range(3)])
    error = refusal(data, "A", "D", via=["C", "B"])
    assert error.blocking == ("via C", "via B")
    assert sorted(actions(error)) == ["drop the stop at B", "drop the stop at C"]
    error = refusal(data, "A", "D", via=["C", "B", "C"])
    assert error.blocking == ("via C", "via B")
    assert sorted(actions(error)) == ["drop the stop at B", "drop the stop at C"]


def test_a_date_of_departure_is_part_of_the_question() -> None:
    """Who leaves on Tuesday waits until Monday for the only train; the least hours told include that wait."""
    data = dataset([link("ab", "rail1520", "A", "B", time_h=24, departures="mon 06:00")])
    error = refusal(data, "A", "B", depart="2026-12-01", max_time_h=48)
    assert error.blocking == ("max time 48 h",)
    assert actions(error) == ["accept 7.2 days (174.0 h)"]
    assert find_routes(data, "A", "B", depart="2026-12-01", max_time_h=174.0, k=1)


def test_offers_are_sorted_by_what_is_minimized() -> None:
    """With a price on the 90th percentile, the sure way is told before the one that is cheaper and may be late."""
    links = [
        link("risky", "road", "A", "B", fixed_time_h=0, fixed_time_p90_h=50, time_h=10, cost_usd_per_teu=10),
        link("sure", "sea", "A", "B", time_h=20, cost_usd_per_teu=11),
    ]
    error = refusal(dataset(links), "A", "B", avoid=["risky"], avoid_modes=["sea"])
    assert actions(error) == ["allow link risky", "allow sea"]
    sure = refusal(
        dataset(links), "A", "B", avoid=["risky"], avoid_modes=["sea"], weights=Weights(time_per_h=0, p90_per_h=1)
    )
    assert actions(sure) == ["allow sea", "allow link risky"]


def test_an_end_in_an_avoided_country(three_ways: Dataset) -> None:
    """The place that lies there is named, as few remember every border."""
    error = refusal(three_ways, "A", "R", avoid_countries={"RU"})
    assert "'avoid country RU' leaves no route, as Rostov lies there; allow RU: 8.3 days" in str(error)
    assert "as Aktau and Zürich lie there" in str(refusal(three_ways, "A", "Z", avoid_countries={"KZ"}))


def test_more_than_three_offers_are_counted() -> None:
    """The message stays short; the error has them all."""
    links = [link(f"l{at}", "road", "ABCDEF"[at], "ABCDEF"[at + 1]) for at in range(5)]
    links += [link(f"m{at}", "road", "A", "Z", cost_usd_per_teu=at) for at in range(5)]
    error = refusal(dataset(links), "A", "Z", avoid=[f"m{at}" for at in range(5)])
    assert len(error.blocking) == 5
    assert [relaxation.cost_usd for relaxation in error.relaxations] == [0, 1, 2, 3, 4]
    assert str(error).endswith("or allow link m2: 0.0 days, 2 USD (direct); and 2 more")


def test_constraints_are_never_silently_ignored() -> None:
    """Singapore to Piraeus with Suez, Gibraltar and Bab-el-Mandeb closed has no route (searoute-py issue #53)."""
    legs = [("Singapore", "Bab-el-Mandeb"), ("Bab-el-Mandeb", "Suez"), ("Suez", "Piraeus"), ("Singapore", "Cape")]
    legs += [("Cape", "Gibraltar"), ("Gibraltar", "Piraeus")]
    data = dataset([link(f"{a}-{b}", "sea", a, b, cost_usd_per_teu=1 + (a == "Cape")) for a, b in legs])
    closed = ["Suez", "Gibraltar", "Bab-el-Mandeb"]
    error = refusal(data, "Singapore", "Piraeus", avoid=closed)
    assert error.blocking == ("avoid node Bab-el-Mandeb", "avoid node Gibraltar")
    assert actions(error) == ["allow node Gibraltar"]
    assert error.relaxations[0].way == "via Cape, Gibraltar"


def test_an_unconnected_pair_is_no_matter_of_constraints() -> None:
    """Without any route at all the message names the modes the commodity may use and blames no constraint."""
    data = dataset([link("a", "air", "A", "B"), link("c", "road", "B", "C")], commodities=[CONTAINER, GRAIN])
    error = refusal(data, "A", "B", commodity="grain", avoid_countries={"RU"})
    assert (error.blocking, error.relaxations) == ((), ())
    assert "rail, road or sea" in str(error)
    assert "2024" in str(error)
    assert "rail, road, river, sea or air" in str(refusal(data, "A", "C"))


def test_a_round_trip_keeps_its_via() -> None:
    """There and back, the via is part of the question: it is never the one to lift."""
    data = dataset(
        [link("a", "road", "A", "B"), link("b", "road", "B", "C", directed=1)], [transfer("A", "road", "sea")]
    )
    assert refusal(data, "A", "A", via=["B"], avoid=["a"]).blocking == ("avoid link a",)
    assert "does not connect" in str(refusal(data, "A", "A", via=["C"], avoid_modes={"sea"}))
    error = refusal(data, "A", "A", via=["B"], avoid=["a"], avoid_modes={"road"})
    assert error.blocking == ("avoid mode road",)
    assert [relaxation.constraint for relaxation in error.relaxations] == ["avoid mode road and avoid link a"]


def test_a_relaxation_that_does_not_verify_is_a_failure(three_ways: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in search or check is told as one, never hidden in an answer."""
    monkeypatch.setattr("optimizer.relaxing.obeys", lambda *_, **__: False)
    with pytest.raises(SolverError, match="does not verify"):
        find_routes(three_ways, "A", "Z", max_time_h=11)


def is_feasible(world: World, trip: Trip, positions: Sequence[int]) -> bool:
    return bool(world.obeying([trip.constraints[at] for at in positions], trip.quantity))


def first_that(trip: Trip, holds: Any) -> tuple[int, ...] | None:
    """Return the first of the smallest sets of positions for which something holds."""
    places = range(len(trip.constraints))
    return next((some for size in range(len(places) + 1) for some in combinations(places, size) if holds(some)), None)


def by_hand(world: World, trip: Trip, at: int) -> tuple[float, float, float]:
    """Return weight, money and hours of the best route once one constraint is given up, tried on every walk."""
    constraint = trip.constraints[at]
    others = [other for place, other in enumerate(trip.constraints) if place != at]
    walks = world.obeying(others, trip.quantity)
    if constraint.kind == "month":
        monthly = [world.obeying([*others, Constraint("month", month)], trip.quantity) for month in range(1, 13)]
        walks = list(chain(*monthly)) or walks
    priced = [
        (trip.quantity * (walk.cost_usd + (trip.weights.time_per_h or 0) * walk.time_h), walk.cost_usd, walk.time_h)
        for walk in walks
    ]
    if constraint.kind == "max time":
        priced = [some for some in priced if some[2] == min(hours for _, _, hours in priced)]
    if constraint.kind == "max cost":
        priced = [some for some in priced if some[1] == min(cost for _, cost, _ in priced)]
    weight, cost_usd, time_h = min(priced)
    return weight, cost_usd * trip.quantity, time_h


def is_as_told(trip: Trip, at: int, relaxation: Relaxation) -> None:
    """Ask again with the limit set to what was told, and to a hair less."""
    constraint = trip.constraints[at]
    told = {"max time": relaxation.time_h, "max cost": relaxation.cost_usd}.get(constraint.kind)
    if told is not None:
        others = [other for place, other in enumerate(trip.constraints) if place != at]
        assert next(arc_sequences(trip.keeping([*others, Constraint(constraint.kind, told)])), None)
        less = told * (1 - 1e-6)
        assert next(arc_sequences(trip.keeping([*others, Constraint(constraint.kind, less)])), None) is None


COUNTRIES = {"A": "KZ", "B": "RU", "C": "CN", "D": "DE"}
values = st.integers(1, 9)


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Row], list[Row], dict[str, Any]]:
    """Draw a small network with values that tie, and much that is asked of routes from A to D."""
    links = [
        link(
            f"l{at}",
            draw(st.sampled_from(["road", "sea"])),
            *draw(st.permutations("ABCD"))[:2],
            time_h=draw(values),
            cost_usd_per_teu=draw(values),
            directed=draw(st.integers(0, 1)),
            open_months=draw(st.sampled_from(["", "", "4-11"])),
        )
        for at in range(draw(st.integers(1, 4)))
    ]
    # Two ways that have little in common, so that it often takes several constraints to block both.
    ways = [("ab", "sea"), ("bd", "sea"), ("ac", "road"), ("cd", "road")]
    links += [
        link(name, mode, *name.upper(), time_h=draw(values), cost_usd_per_teu=draw(values), open_months=months)
        for (name, mode), months in zip(ways, ["4-11", "", "", ""], strict=True)
    ]
    rows = [transfer(node, "road", "sea", time_h=draw(values), cost_usd_per_teu=draw(values)) for node in "BC"]
    options = {
        "avoid_countries": draw(st.sets(st.sampled_from(["RU", "CN", "FR"]), max_size=2)),
        "avoid_modes": draw(st.sets(st.sampled_from(["road", "sea", "air"]), max_size=1)),
        "avoid": draw(st.sets(st.sampled_from(["B", "C", "l0", "bd", "ac"]), max_size=2)),
        "via": draw(st.sampled_from([[], [], ["B"], ["C"], ["B", "C"], ["C", "B"], ["C", "C"]])),
        "month": draw(st.sampled_from([None, 1, 6])),
        "max_time_h": draw(st.sampled_from([None, None, inf, 6, 12])),
        "max_cost_usd": draw(st.sampled_from([None, None, inf, 6, 12, 24])),
        "quantity": draw(st.sampled_from([1.0, 3.0])),
        "weights": draw(st.sampled_from([Weights(), Weights(time_per_h=2.0)])),
    }
    return links, rows, options


@given(questions())
@settings(max_examples=150, deadline=None)
def test_everything_told_is_what_trying_it_all_shows(question: tuple[list[Row], list[Row], dict[str, Any]]) -> None:
    """Blocking set, relaxations and their order, against every subset of the constraints and every walk."""
    links, rows, options = question
    data = dataset(links, rows, countries=COUNTRIES)
    world = World(links, rows, COUNTRIES, "A", "D")
    trip = plan_trip(data, "A", "D", **options)
    everything = range(len(trip.constraints))
    if is_feasible(world, trip, everything):
        assert next(arc_sequences(trip), None) is not None
        return
    error = no_route(trip)
    if not is_feasible(world, trip, ()):
        assert (error.blocking, error.relaxations) == ((), ())
        return
    blocking = first_that(trip, lambda some: not is_feasible(world, trip, some))
    assert error.blocking == tuple(str(trip.constraints[at]) for at in blocking or ())

    def is_opened(lifted: Sequence[int]) -> bool:
        return is_feasible(world, trip, [at for at in everything if at not in lifted])

    alone = [at for at in everything if is_opened([at])]
    told = [(relaxation.cost_usd, relaxation.time_h) for relaxation in error.relaxations]
    if not alone:
        together = first_that(trip, is_opened) or ()
        (relaxation,) = error.relaxations
        assert relaxation.constraint == " and ".join(str(trip.constraints[at]) for at in together)
        return
    expected = sorted((by_hand(world, trip, at), str(trip.constraints[at])) for at in alone)
    # All values are whole numbers, so that sums are exact in any order.
    assert told == [totals[1:] for totals, _ in expected]
    for at in alone:
        same = [some for some in error.relaxations if some.constraint == str(trip.constraints[at])]
        assert by_hand(world, trip, at)[1:] in [(some.cost_usd, some.time_h) for some in same]
        is_as_told(trip, at, same[0])


@given(questions(), st.integers(1, 28))
@settings(max_examples=40, deadline=None)
def test_on_a_date(question: tuple[list[Row], list[Row], dict[str, Any]], day: int) -> None:
    """With departures and seasons, what is told blocks and helps is what the search finds for every subset."""
    links, rows, options = question
    links = [row | {"departures": "mon;thu 18:00"} if at % 2 else row for at, row in enumerate(links)]
    data = dataset(links, rows, countries=COUNTRIES)
    hours = options["max_time_h"]
    options |= {"month": None, "depart": f"2026-11-{day:02d}", "max_time_h": None if hours is None else 10 * hours}
    trip = plan_trip(data, "A", "D", **options)
    everything = range(len(trip.constraints))

    def is_open(positions: Sequence[int]) -> bool:
        return next(arc_sequences(trip.keeping(trip.constraints[at] for at in positions)), None) is not None

    def is_opened(lifted: Sequence[int]) -> bool:
        return is_open([at for at in everything if at not in lifted])

    if is_open(everything) or not is_open([]):
        return
    error = no_route(trip)
    blocking = first_that(trip, lambda some: not is_open(some)) or ()
    assert error.blocking == tuple(str(trip.constraints[at]) for at in blocking)
    alone = [at for at in everything if is_opened([at])]
    helping = [(at,) for at in alone] or [first_that(trip, is_opened) or ()]
    told = sorted(relaxation.constraint for relaxation in error.relaxations)
    assert told == sorted(" and ".join(str(trip.constraints[at]) for at in lifted) for lifted in helping)
    for at in alone:
        is_as_told(trip, at, next(some for some in error.relaxations if some.constraint == str(trip.constraints[at])))
