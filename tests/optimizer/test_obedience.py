"""Whether a route obeys constraints, against what the search yields under them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import dataset, link, transfer

from optimizer import find_routes
from optimizer.obedience import nodes_passed, obeys
from optimizer.trip import Constraint, arc_sequences, plan_trip, route_of

if TYPE_CHECKING:
    from network import Dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Road A to B, a change to sea at B, sea to D by way of C in summer; a road from A to D."""
    return dataset(
        [
            link("ab", "road", "A", "B", time_h=5, cost_usd_per_teu=10),
            link("bc", "sea", "B", "C", time_h=7, cost_usd_per_teu=2),
            link("cd", "sea", "C", "D", time_h=7, cost_usd_per_teu=2, open_months="4-11"),
            link("ad", "road", "A", "D", time_h=30, cost_usd_per_teu=90),
        ],
        [
            transfer("B", "road", "rail1520", time_h=1),
            transfer("B", "rail1520", "sea", time_h=1),
        ],
        countries={"C": "RU"},
    )


@pytest.mark.parametrize(
    ("constraint", "is_obeyed"),
    [
        (Constraint("avoid country", "RU"), False),
        (Constraint("avoid country", "KZ"), False),
        (Constraint("avoid country", "CN"), True),
        (Constraint("avoid mode", "sea"), False),
        (Constraint("avoid mode", "rail"), False),
        (Constraint("avoid mode", "air"), True),
        (Constraint("avoid node", "A"), False),
        (Constraint("avoid node", "B"), False),
        (Constraint("avoid node", "D"), False),
        (Constraint("avoid link", "bc"), False),
        (Constraint("avoid link", "ad"), True),
        (Constraint("via", "C"), True),
        (Constraint("month", 4), True),
        (Constraint("month", 12), False),
        (Constraint("max time", 21.0), True),
        (Constraint("max time", 20.9), False),
        (Constraint("max cost", 28.0), True),
        (Constraint("max cost", 27.9), False),
    ],
    ids=str,
)
def test_each_constraint(data: Dataset, constraint: Constraint, is_obeyed: bool) -> None:
    """Twice 14 USD in 21 hours by road, a change through rail, and sea; ends count as nodes passed."""
    (route,) = find_routes(data, "A", "D", quantity=2, avoid=["ad"], k=1)
    assert nodes_passed(route) == ["A", "B", "B", "B", "C", "D"]
    assert obeys(data, route, [constraint]) is is_obeyed


def test_vias_keep_their_order(data: Dataset) -> None:
    """Vias are obeyed together, in the order of the constraints; one stay satisfies a via given twice."""
    (route,) = find_routes(data, "A", "D", avoid=["ad"], k=1)
    a, b, c = (Constraint("via", node) for node in "ABC")
    assert obeys(data, route, [a, b, b, c])
    assert not obeys(data, route, [c, b])
    assert not obeys(data, route, [b, a])


def test_tolerance_is_relative(data: Dataset) -> None:
    """A limit may be exceeded by the tolerance asked for, and by nothing without one."""
    (route,) = find_routes(data, "A", "D", avoid=["ad"], k=1)
    limit = Constraint("max time", 21.0 / (1 + 1e-9))
    assert not obeys(data, route, [limit])
    assert obeys(data, route, [limit], tolerance=2e-9)


@given(
    st.lists(
        st.tuples(*[st.sampled_from("ABCD")] * 2, st.sampled_from(["road", "sea"]), st.integers(0, 5)),
        min_size=2,
        max_size=6,
    ),
    st.lists(st.sampled_from(["B", "C", "l0", "l1"]), max_size=2, unique=True),
    st.sets(st.sampled_from(["RU", "CN"])),
    st.sets(st.sampled_from(["road", "sea"]), max_size=1),
    st.integers(3, 12),
)
@settings(max_examples=80, deadline=None)
def test_obeying_is_what_the_search_yields(
    ends: list[tuple[str, str, str, int]], avoid: list[str], countries: set[str], modes: set[str], limit: int
) -> None:
    """The routes of a trip with a constraint are those of the trip without it that obey it, for every subset."""
    links = [link(f"l{at}", mode, *pair, time_h=time) for at, (*pair, mode, time) in enumerate(ends)]
    links = [row for row in links if row["from_node"] != row["to_node"]]
    links += [link("l0", "road", "A", "B")] if all(row["link_id"] != "l0" for row in links) else []
    links += [link("l1", "sea", "C", "D")] if all(row["link_id"] != "l1" for row in links) else []
    data = dataset(links, [transfer("B", "road", "sea")], countries={"A": "KZ", "B": "RU", "C": "CN", "D": "KZ"})
    trip = plan_trip(
        data, "A", "D", avoid=avoid, avoid_countries=countries, avoid_modes=modes, max_time_h=limit, max_cost_usd=limit
    )
    free = [route_of(trip, arcs) for arcs in arc_sequences(trip.keeping(()))]
    for size in range(len(trip.constraints) + 1):
        for asked in combinations(trip.constraints, size):
            found = set(arc_sequences(trip.keeping(asked)))
            assert found == {route.arcs for route in free if obeys(data, route, asked)}
