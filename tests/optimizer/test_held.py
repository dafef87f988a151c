"""Routes held to gates, against every walk of small networks and against routes with vias."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labeled_networks import labeled, labeled_rows
from made_network import dataset, link, links_of, transfer

from network import NoRouteError
from optimizer import Weights, find_routes
from optimizer.held import held_route
from optimizer.route import Leg
from optimizer.trip import plan_trip

LINKS = [
    link("ab", "rail1520", "A", "B", length_km=100, time_h=10, cost_usd_per_teu=100),
    link("bc", "rail1520", "B", "C", length_km=100, time_h=10, cost_usd_per_teu=100),
    link("ad", "rail1520", "A", "D", length_km=50, time_h=20, cost_usd_per_teu=150),
    link("dc", "rail1520", "D", "C", length_km=60, time_h=20, cost_usd_per_teu=300),
    link("ab-toll", "rail1520", "A", "B", length_km=90, time_h=5, cost_usd_per_teu=900),
    link("ac", "road", "A", "C", length_km=300, time_h=2, cost_usd_per_teu=2000),
    link("cd-back", "rail1520", "C", "D", directed=1, length_km=10, time_h=1, cost_usd_per_teu=1),
]


@pytest.fixture(scope="module")
def data():
    return dataset(LINKS, [transfer("C", "road", "rail1520")])


def held(data, *gates, measure="weight", **options):
    """Return the links of the route from A to C."""
    route = held_route(plan_trip(data, "A", "C", weights=Weights(time_per_h=1.0), **options), gates, measure)
    return None if route is None else links_of(route)


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        ((), ["ab", "bc"]),
        ((("B",),), ["ab", "bc"]),
        ((("D",),), ["ad", "dc"]),
        ((("ab-toll",),), ["ab-toll", "bc"]),
        ((("ac",),), ["ac"]),
        ((("D", "ab-toll"),), ["ad", "dc"]),
        ((("ac", "ab-toll"),), ["ab-toll", "bc"]),
        ((("B",), ("D",)), ["ab", "bc", "cd-back", "dc"]),
        ((("cd-back",),), ["ab", "bc", "cd-back", "dc"]),
        ((("A",), ("C",)), ["ab", "bc"]),
        (((),), None),
    ],
)
def test_one_of_every_gate_is_passed_in_order(data, gates, expected):
    """A gate is passed at the node or link that makes the whole route best; a gate of nothing cannot be passed."""
    assert held(data, *gates) == expected


def test_the_shortest_route_is_that_of_least_km(data):
    """Length decides alone, whatever money and time; ties go by weight."""
    assert held(data, measure="length") == ["ad", "dc"]
    assert held(data, ("B",), measure="length") == ["ab-toll", "bc"]
    tied = dataset([link("cheap", "road", "A", "C", cost_usd_per_teu=1), link("dear", "road", "A", "C")])
    assert held(tied, measure="length") == held(tied) == ["cheap"]


def test_what_the_trip_avoids_is_not_passed(data):
    """A gate that is avoided, or closed by mode, leaves no route through it."""
    assert held(data, ("ab-toll",), avoid={"ab-toll"}) is None
    assert held(data, ("ab-toll", "D"), avoid={"ab-toll"}) == ["ad", "dc"]
    assert held(data, ("D",), avoid={"D"}) is None
    assert held(data, ("ac",), avoid_modes={"road"}) is None


def test_a_directed_link_is_passed_its_own_way_only(data):
    """From C to A the link from C to D is passed as it stands, from A to C only by way of C."""
    back = held_route(plan_trip(data, "C", "A"), [("cd-back",)])
    assert links_of(back) == ["cd-back", "ad"]


@settings(max_examples=150, deadline=None)
@given(rows=labeled_rows(), vias=st.lists(st.sampled_from("ABCDE"), max_size=2), hour=st.integers(0, 3))
def test_gates_of_one_node_are_vias(rows, vias, hour):
    """With a single node in every gate the route is what a search with these vias finds."""
    data, weights = labeled(rows), Weights(time_per_h=float(hour))
    route = held_route(plan_trip(data, "A", "E", weights=weights), [(via,) for via in vias])
    try:
        best = find_routes(data, "A", "E", k=1, plain=True, weights=weights, via=vias)[0]
    except NoRouteError:
        best = None
    if best is None:
        # Where vias and ends are one place there is no route to speak of either way.
        assert route is None or not route.legs
    else:
        assert route is not None
        assert weighed(route, hour) == pytest.approx(weighed(best, hour))


@settings(max_examples=150, deadline=None)
@given(rows=labeled_rows(), chosen=st.sets(st.integers(0, 8), min_size=1, max_size=3), is_short=st.booleans())
def test_a_gate_of_links_is_passed_at_least_cost(rows, chosen, is_short):
    """No walk that passes one of the links, its two halves each without a loop, is better than the route found."""
    data = labeled(rows)
    gate = {str(row["link_id"]) for at, row in enumerate(rows[0]) if at in chosen}
    if not gate:
        return
    weights = Weights(time_per_h=1.0)
    trip = plan_trip(data, "A", "E", weights=weights)
    route = held_route(trip, [gate], "length" if is_short else "weight")
    network = trip.network
    values = [*network.graph.length_km.tolist(), 0.0] if is_short else network.weight
    least = least_through(network, values, gate)
    if least is None:
        assert route is None
        return
    assert route is not None
    assert sum(values[arc] for arc in route.arcs) == pytest.approx(least)
    assert gate & set(links_of(route))
    assert all(first.to_node == second.from_node for first, second in pairwise(map(ends_of, route.legs)))


def least_through(network, values, gate):
    """Return the least sum from A to E over a link of the gate, by Bellman-Ford on either side of it."""
    graph = network.graph
    nodes = graph.data.network.nodes.row_of
    arcs = list(zip(graph.tail.tolist(), graph.head.tolist(), values[:-1], strict=True))

    def sums(node, forward):
        best = dict.fromkeys(graph.states_of.get(nodes[node], ()), 0.0)
        for _ in range(graph.n_states):
            for tail, head, value in arcs:
                here, there = (tail, head) if forward else (head, tail)
                if here in best and best[here] + value < best.get(there, float("inf")):
                    best[there] = best[here] + value
        return best

    start, end = sums("A", forward=True), sums("E", forward=False)
    ids = graph.data.network.links.text("link_id")
    through = [
        start[tail] + value + end[head]
        for (tail, head, value), row in zip(arcs, graph.link.tolist(), strict=True)
        if row >= 0 and ids[row] in gate and tail in start and head in end
    ]
    return min(through, default=None)


def ends_of(leg):
    """Return a leg as if it were a link, transfers from a node to itself."""
    if isinstance(leg, Leg):
        return leg
    return leg_at(leg.node_id)


def leg_at(node):
    return Leg("", "", node, node, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def weighed(route, hour):
    return route.cost_usd + hour * route.time_h
