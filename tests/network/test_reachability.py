from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import Dataset
from network.reachability import components, states_of, unreachable_demands

arcs = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=25)


@settings(max_examples=80, deadline=None)
@given(arcs)
def test_components_agree_with_networkx(pairs):
    """Labels are equal exactly where an undirected path exists, and are the smallest member."""
    tails, heads = (np.array([pair[end] for pair in pairs], dtype=np.int64) for end in (0, 1))
    graph = nx.Graph(pairs)
    graph.add_nodes_from(range(12))
    labels = components(12, tails, heads)
    for part in nx.connected_components(graph):
        assert {int(labels[vertex]) for vertex in part} == {min(part)}


def test_a_long_path_is_one_component():
    """A path of 50,000 vertices in a bad order ends in one part: labels travel by jumps, not step by step."""
    order = np.random.default_rng(7).permutation(50_000).astype(np.int64)
    assert (components(50_000, order[:-1], order[1:]) == 0).all()


LETTERS = "abcdef"
links = st.lists(
    st.tuples(
        *(st.sampled_from(LETTERS), st.sampled_from(LETTERS), st.sampled_from(["road", "sea", "rail"])),
        *(st.booleans(), st.sampled_from([None, 0.0, 5.0]), st.sampled_from([None, 2030])),
    ).filter(lambda link: link[0] != link[1]),
    min_size=1,
    max_size=9,
)
transfers = st.lists(
    st.tuples(
        st.sampled_from(LETTERS),
        st.sampled_from([("road", "sea"), ("sea", "road"), ("rail1520", "road"), ("rail1520", "sea")]),
        st.booleans(),
    ),
    max_size=5,
)


def build(link_rows, transfer_rows, demand_rows):
    """Return a dataset of the nodes a to f (countries KZ, KZ, RU, RU, CN, CN)."""
    nodes = pd.DataFrame(
        {
            "node_id": list(LETTERS),
            "name": list(LETTERS.upper()),
            "country": ["KZ", "KZ", "RU", "RU", "CN", "CN"],
            "lat": 10.0,
            "lon": range(6),
        }
    )
    keys = ["from_node", "to_node", "mode", "directed", "capacity", "from_year"]
    table = pd.DataFrame(link_rows, columns=keys).assign(length_km=700.0, time_h=9.0, cost_usd_per_teu=1.0)
    table["link_id"] = [f"l{row}" for row in range(len(table))]
    table["capacity_unit"] = "teu/year"
    table["gauge_mm"] = [1520 if mode == "rail" else None for mode in table["mode"]]
    changes = pd.DataFrame(
        [(node, *modes, directed, 1.0, 1.0) for node, modes, directed in transfer_rows],
        columns=["node_id", "from_mode", "to_mode", "directed", "time_h", "cost_usd_per_teu"],
    )
    keys = ["demand_id", "origin", "destination", "year", "avoid_countries", "avoid_modes"]
    wanted = pd.DataFrame(demand_rows, columns=keys).assign(commodity="container", volume=5)
    return Dataset.from_frames(nodes=nodes, links=table, transfers=changes, demands=wanted, base_year=2024)


def states_graph(link_rows, transfer_rows, year, banned_nodes, banned_modes):
    """Return the directed graph of states, by a plain loop (second formulation)."""
    graph = nx.DiGraph()
    for start, end, mode, directed, capacity, from_year in link_rows:
        if capacity == 0.0 or (from_year or 0) > year or mode in banned_modes or {start, end} & banned_nodes:
            continue
        label = "rail1520" if mode == "rail" else mode
        graph.add_edge((start, label), (end, label))
        if not directed:
            graph.add_edge((end, label), (start, label))
    for node, (one, other), directed in transfer_rows:
        if node in banned_nodes or {one.rstrip("0123456789"), other} & banned_modes:
            continue
        graph.add_edge((node, one), (node, other))
        if not directed:
            graph.add_edge((node, other), (node, one))
    return graph


@settings(max_examples=60, deadline=None)
@given(links, transfers, st.sampled_from([None, 2030]), st.sampled_from(["", "RU"]), st.sampled_from(["", "sea"]))
def test_unreachable_demands_agree_with_networkx(link_rows, transfer_rows, year, avoid_country, avoid_mode):
    """One-way links, transfers, years, closed links and avoid lists all count, as in a search state by state."""
    pairs = [(start, end) for start in LETTERS for end in LETTERS if start != end]
    demands = [(start + end, start, end, year, avoid_country, avoid_mode) for start, end in pairs]
    data = build(link_rows, transfer_rows, demands)
    banned = {"c", "d"} if avoid_country else set()
    graph = states_graph(link_rows, transfer_rows, year or 2024, banned, {avoid_mode})
    expected = [
        row
        for row, (start, end) in enumerate(pairs)
        if not any(
            nx.has_path(graph, one, other) for one in graph for other in graph if one[0] == start and other[0] == end
        )
    ]
    assert unreachable_demands(data) == expected


def test_a_closed_shared_capacity_closes_its_links(tiny):
    """Capacity 0 of the port shuts the ferry that names it."""
    from network import Change, Scenario, apply

    assert unreachable_demands(tiny) == []
    closed = apply(tiny, Scenario("shut", changes=(Change("shared_capacities", close=1.0),)))
    # The grain may not use Russia; everything else can go around by road.
    assert closed.demands.text("demand_id")[unreachable_demands(closed)].tolist() == ["almaty-baku-grain"]


def test_states_list_links_first(tiny):
    """Arcs are those of the links in order, then those of the transfers, each between the right states."""
    states = states_of(tiny.network)
    n_links = len(tiny.network.links)
    ids = tiny.network.nodes.text("node_id")
    named = [
        (str(ids[node]), states.modes[mode])
        for node, mode in zip(states.node_of(states.tails), states.mode_of(states.tails), strict=True)
    ]
    assert named[0] == ("CNSIA", "rail1435")
    assert named[n_links] == ("KZHOR", "rail1435")
    assert len(named) == n_links + len(tiny.network.transfers)
    assert states.is_directed.sum() == 1


@pytest.mark.parametrize("rows", [0, 1])
def test_without_demands_nothing_is_unreachable(rows):
    """No demand, or one that can be carried, gives no finding."""
    demands = [("d", "a", "b", None, "", "")][:rows]
    assert unreachable_demands(build([("a", "b", "road", False, None, None)], [], demands)) == []


def test_only_rail_has_a_gauge(tiny):
    """A gauge on a road link makes no mode of its own, here as on the virtual network."""
    given = tiny.network.links.with_columns({"gauge_mm": np.full(len(tiny.network.links), 1520.0)})
    modes = states_of(replace(tiny.network, links=given)).modes
    assert {"road", "sea"} < set(modes)
    assert all(mode.startswith("rail") for mode in modes if mode[-1].isdigit())
