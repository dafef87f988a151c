"""Fronts between two criteria: the search with arrays against brute force and against the search label by label."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from math import inf, isfinite
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_network import dataset, link, links_of
from test_pareto import OPTIONS, digraph, front_of, paths_of, rounded, small_dataset, small_graphs, small_networks

from network import NoRouteError, load
from optimizer import pareto
from optimizer.choices import search_choices
from optimizer.front_graph import steps_between
from optimizer.pareto import FrontLimitWarning, find_pareto, pareto_front
from optimizer.trip import arc_sequences, plan_trip
from optimizer.wide_front import wide_choices

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from made_network import Row

    from optimizer import Route
    from optimizer.choices import Choices

Ends = list[tuple[int, int]]
LIMIT = st.one_of(st.none(), st.integers(0, 12))


@pytest.fixture(params=[0, 10**9], ids=["arrays", "one by one"])
def search(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search two criteria in either way, whatever the size of the network."""
    monkeypatch.setattr(pareto, "WIDE_ARCS", request.param)


def above(limit: int | None) -> float:
    return inf if limit is None else limit * (1 + 1e-9)


def both(n_nodes: int, ends: Ends, values: Sequence[Sequence[float]], *limits: float, **options: Any) -> list[Choices]:
    """Return what the two searches find between the first two of some values, from node 0 to node 1."""
    cost, time = ([*map(float, numbers), 0.0] for numbers in values[:2])
    most = limits or (inf, inf)
    return [
        wide_choices(steps_between(n_nodes, ends, 0, 1), {"cost": cost, "time": time}, most, **options),
        search_choices(digraph(n_nodes, ends, 0, 1), [cost, time, [0.0] * len(cost)], *most, **options),
    ]


def random_graph(seed: int) -> tuple[int, Ends, list[list[float]]]:
    """Return up to 30 nodes with many arcs; parallel arcs, ties, zeros and loops of zeros are common."""
    random = Random(seed)
    n_nodes = random.randint(2, 30)
    drawn = [(random.randrange(n_nodes), random.randrange(n_nodes)) for _ in range(random.randint(1, 4 * n_nodes))]
    if seed % 2:
        # Steps lead to places near by, the sink is far from the source: paths are long.
        drawn = [(tail, max(0, min(n_nodes - 1, tail + random.randint(-2, 3)))) for tail, _ in drawn]
        drawn = [((0, *range(2, n_nodes), 1)[tail], (0, *range(2, n_nodes), 1)[head]) for tail, head in drawn]
    ends = [(tail, head) for tail, head in drawn if tail != head] or [(0, 1)]
    most, divisor = random.choice([1, 3, 6, 100, 100_000]), random.choice([1, 1, 3, 10])
    values = [[random.randint(0, most) / divisor for _ in ends] for _ in range(2)]
    if seed % 2:
        # What is cheap is slow, more or less: long fronts.
        values[1] = [(random.randint(0, most) / 4 + most) / divisor - value for value in values[0]]
    if random.random() < 0.1:
        values[0] = [0.0] * len(ends)
    return n_nodes, ends, values


@given(small_graphs(), LIMIT, LIMIT)
@settings(max_examples=250, deadline=None)
def test_front_of_two_is_that_of_all_paths(
    graph: tuple[int, Ends, list[list[Fraction]]], most_cost: int | None, most_time: int | None
) -> None:
    """Both searches find each point once, by the path of fewest arcs and then of the first arcs."""
    n_nodes, ends, values = graph
    paths = {
        taken: point[:2]
        for taken, point in paths_of(ends, values, 0, 1).items()
        if point[0] <= above(most_cost) and point[1] <= above(most_time)
    }
    front = front_of((*point, 0) for point in paths.values())
    is_whole = all(value.denominator == 1 for numbers in values for value in numbers)
    best: dict[Any, tuple[int, tuple[int, ...]]] = {}
    for taken, point in paths.items():
        best[point] = min(best.get(point, (len(taken), taken)), (len(taken), taken))
    for found in both(n_nodes, ends, values, above(most_cost), above(most_time)):
        assert [(*paths[taken], 0) for taken in found.sequences] == sorted(front)
        assert (found.is_complete, found.within) == (True, 0.0)
        if is_whole:
            assert found.sequences == [best[point[:2]][1] for point in sorted(front)]


@pytest.mark.parametrize("first", range(0, 600, 100))
def test_two_searches_find_the_same_routes(first: int) -> None:
    """On larger graphs, too large to enumerate, the searches agree on totals, legs and arcs, also within limits."""
    n_points = 0
    for seed in range(first, first + 100):
        n_nodes, ends, values = random_graph(seed)
        limits = [Random(-seed).choice([inf, inf, sum(numbers) / 4]) for numbers in values]
        wide, one_by_one = both(n_nodes, ends, values, *limits)
        assert wide.found == one_by_one.found, seed
        n_points = max(n_points, len(wide.found))
    assert n_points > 6


def test_a_long_front_is_found_whole() -> None:
    """A chain of choices between one and two has a front of all sums, each known once."""
    n_steps = 9
    ends = [(at + 1 if at else 0, at + 2 if at < n_steps - 1 else 1) for at in range(n_steps) for _ in range(2)]
    values = [[2.0**at * here for at in range(n_steps) for here in pair] for pair in ((1, 0), (0, 1))]
    for found in both(n_steps + 1, ends, values):
        assert [total.cost_usd for total, _, _ in found.found] == list(range(2**n_steps))
        assert all(total.cost_usd + total.time_h == 2**n_steps - 1 for total, _, _ in found.found)


@pytest.mark.usefixtures("search")
@given(
    links=small_networks(), options=OPTIONS, asked=st.sampled_from([("cost", "time"), ("time", "co2"), ("co2", "cost")])
)
@settings(max_examples=80, deadline=None)
def test_two_criteria_obey_what_routes_obey(links: list[Row], options: dict[str, Any], asked: tuple[Any, Any]) -> None:
    """With limits, also on what is not asked for, vias and avoided things, the front is that of all routes."""
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
    assume(points)
    places = sorted(pareto.CRITERIA.index(name) for name in asked)
    front = pareto_front(data, "A", "B", criteria=asked, **options)
    expected = front_of((*(point[at] for at in places), 0) for point in points.values())
    found = [(*(points[route.arcs][at] for at in places), 0) for route in front.routes]
    assert sorted(found) == sorted(expected)
    assert set(front.criteria) == set(asked)
    assert list(front.routes) == sorted(front.routes, key=lambda route: (route.cost_usd, route.time_h, route.co2_kg))


@pytest.mark.usefixtures("search")
@given(links=small_networks(), options=OPTIONS)
@settings(max_examples=50, deadline=None)
def test_two_criteria_are_three_where_the_third_says_nothing(links: list[Row], options: dict[str, Any]) -> None:
    """Where nothing emits, money against time has the very routes of money against time against CO2."""
    data = dataset(links, small_dataset(links) and [], countries={place: "KZ" for place in "ABCDE"} | {"C": "CN"})
    try:
        three = find_pareto(data, "A", "B", **options)
    except NoRouteError:
        with pytest.raises(NoRouteError):
            find_pareto(data, "A", "B", criteria=("cost", "time"), **options)
        return
    assert find_pareto(data, "A", "B", criteria=("cost", "time"), **options) == three


def covers(choices: Choices, paths: dict[tuple[int, ...], Any], within: float) -> bool:
    """Say whether every path has one among the choices that is at most so much worse in each criterion."""
    totals = [paths[taken] for taken in choices.sequences]
    spare = (1.0 + within) * (1 + 1e-9)
    return all(
        any(
            all(float(mine) <= spare * float(theirs) for mine, theirs in zip(total, path, strict=True))
            for total in totals
        )
        for path in paths.values()
    )


@given(small_graphs(), LIMIT, st.sampled_from([0.01, 0.1, 0.3, 1.0, 3.0]))
@settings(max_examples=150, deadline=None)
def test_epsilon_covers_all_paths(
    graph: tuple[int, Ends, list[list[Fraction]]], limit: int | None, epsilon: float
) -> None:
    """Every path within the limits has a choice that is at most 1 + epsilon worse, in two criteria and in three."""
    n_nodes, ends, values = graph
    all_paths = paths_of(ends, values, 0, 1)
    allowed = {taken: point for taken, point in all_paths.items() if point[0] <= above(limit)}
    two = {taken: point[:2] for taken, point in allowed.items()}
    for found in both(n_nodes, ends, values, above(limit), inf, epsilon=epsilon):
        assert set(found.sequences) <= set(two)
        assert covers(found, two, epsilon)
        assert (found.is_complete, found.within) == (True, epsilon)
        assert len(found.found) <= len(front_of((*point, 0) for point in two.values()))
    floats = [[*map(float, numbers), 0.0] for numbers in values]
    three = search_choices(digraph(n_nodes, ends, 0, 1), floats, above(limit), epsilon=epsilon)
    assert covers(three, allowed, epsilon)


def test_epsilon_settles_less() -> None:
    """With an epsilon of a tenth the long front is told by few routes, after few labels."""
    random = np.random.default_rng(3)
    ends = [(at, at + 1) for at in range(40) for _ in range(3)]
    ends = [tuple(1 if node == 40 else node + 1 if node else 0 for node in pair) for pair in ends]
    values = random.uniform(1, 9, (2, len(ends))).tolist()
    for exact, near in zip(both(41, ends, values), both(41, ends, values, epsilon=0.1), strict=True):
        assert len(near.found) < len(exact.found) / 4
        assert near.n_labels < exact.n_labels


@given(small_graphs(), st.integers(1, 12), st.sampled_from([0.0, 0.2]), LIMIT)
@settings(max_examples=150, deadline=None)
def test_a_budget_tells_the_truth(
    graph: tuple[int, Ends, list[list[Fraction]]], max_labels: int, epsilon: float, limit: int | None
) -> None:
    """What is returned at the limit are paths, and what is said to be proved of them holds for all paths."""
    n_nodes, ends, values = graph
    paths = {taken: point for taken, point in paths_of(ends, values, 0, 1).items() if point[1] <= above(limit)}
    two = {taken: point[:2] for taken, point in paths.items()}
    floats = [[*map(float, numbers), 0.0] for numbers in values]
    options = {"epsilon": epsilon, "max_labels": max_labels}
    three = search_choices(digraph(n_nodes, ends, 0, 1), floats, inf, above(limit), **options)
    searched = [(found, two) for found in both(n_nodes, ends, values, inf, above(limit), **options)]
    for found, known in (*searched, (three, paths)):
        assert bool(found.found) == bool(known)
        assert set(found.sequences) <= set(known)
        assert found.within >= epsilon
        if isfinite(found.within):
            assert covers(found, known, found.within)
        if found.is_complete:
            assert found.within == epsilon


def test_a_budget_cuts_short_and_more_of_it_proves_more() -> None:
    """The more labels, the closer to the front; enough of them are no limit."""
    n_nodes, ends, values = 41, [], np.random.default_rng(3).uniform(1, 9, (2, 120)).tolist()
    ends = [(at + 1 if at else 0, 1 if at == 39 else at + 2) for at in range(40) for _ in range(3)]
    for at in range(2):
        proved = [both(n_nodes, ends, values, max_labels=budget)[at].within for budget in (1, 300, 10**9)]
        assert proved[0] >= proved[1] > proved[2] == 0.0
        cut = both(n_nodes, ends, values, max_labels=300)[at]
        assert not cut.is_complete
        assert len(cut.found) > 1


BUNDLED = ("Xi'an", "Duisburg")


def test_a_budget_warns_and_the_front_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list cannot say that it is cut short, so a warning does; the front itself has it as attributes."""
    monkeypatch.setattr(pareto, "WIDE_ARCS", 10**9)
    with pytest.warns(FrontLimitWarning, match=r"ended after 100 labels.*one of these is at most .* % worse"):
        routes = find_pareto(load(), *BUNDLED, max_labels=100)
    front = pareto_front(load(), *BUNDLED, max_labels=100)
    assert list(front.routes) == routes
    assert (front.is_complete, front.n_labels) == (False, 100)
    assert 0.0 < front.within < inf
    assert front.to_mapping() == {
        "criteria": ["cost", "time", "co2"],
        "is_complete": False,
        "within": front.within,
        "n_labels": 100,
    }


@pytest.mark.usefixtures("search")
def test_bundled_two_criteria_are_among_three() -> None:
    """On the bundled network money against time is a part of the whole front, its ends included."""
    three = find_pareto(load(), *BUNDLED)
    two = find_pareto(load(), *BUNDLED, criteria=("time", "cost"))
    points = {(round(route.cost_usd, 6), round(route.time_h, 6), 0) for route in three}
    assert [(round(route.cost_usd, 6), round(route.time_h, 6), 0) for route in two] == sorted(front_of(points))
    assert 1 < len(two) < len(three)


def test_both_searches_tell_the_bundled_front_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrays or one label at a time: the routes are the same, whatever is asked."""
    asks: list[dict[str, Any]] = [
        {},
        {"via": ["Moscow"]},
        {"avoid_countries": {"RU"}, "avoid": {"Aktau"}},
        {"max_time_h": 500},
    ]
    for criteria, options in product((("cost", "time"), ("cost", "co2")), asks):
        told: list[list[Route]] = []
        for n_arcs in (0, 10**9):
            monkeypatch.setattr(pareto, "WIDE_ARCS", n_arcs)
            told.append(find_pareto(load(), *BUNDLED, criteria=criteria, **options))
        assert told[0] == told[1]


def test_two_criteria_on_a_date() -> None:
    """On a date hours are those of that date, with two criteria as with three where nothing emits."""
    links = [
        link("slow", "road", "A", "B", cost_usd_per_teu=1, time_h=90),
        link("fast", "road", "A", "B", cost_usd_per_teu=2, time_h=10) | {"departures": "mon"},
        link("dear", "road", "A", "B", cost_usd_per_teu=3, time_h=20),
    ]
    data = dataset([row | {"departures": row.get("departures", "")} for row in links])
    for depart, expected in (("2024-01-01", ["slow", "fast"]), ("2024-01-02", ["slow", "dear"])):
        routes = find_pareto(data, "A", "B", criteria=("cost", "time"), depart=depart)
        assert [links_of(route) for route in routes] == [[name] for name in expected]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"criteria": ("cost",)}, "criteria must be two or three of cost, time, co2, not cost"),
        ({"criteria": ()}, "not none"),
        ({"criteria": ("cost", "cost")}, "not cost, cost"),
        ({"criteria": ("cost", "risk")}, "not cost, risk"),
        ({"epsilon": -0.1}, "epsilon must be a finite number of at least 0, not -0.1"),
        ({"epsilon": float("nan")}, "epsilon"),
        ({"epsilon": inf}, "epsilon"),
        ({"max_labels": 0}, "max_labels must be at least 1, not 0"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    """Criteria, epsilon and budget out of range are refused with what they may be."""
    data = dataset([link("a", "road", "A", "B")])
    with pytest.raises(ValueError, match=message):
        find_pareto(data, "A", "B", **options)


def test_small_networks_need_no_scipy() -> None:
    """A front of the bundled network, and routes of any, are found without importing scipy."""
    program = (
        "import sys\nfrom network import load\nfrom optimizer import find_pareto, find_routes\n"
        "find_pareto(load(), 'Moscow', 'Mumbai', criteria=('cost', 'time'))\nfind_routes(load(), 'Moscow', 'Mumbai')\n"
        "print([name for name in sys.modules if name.startswith('scipy')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
