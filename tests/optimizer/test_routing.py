"""Routes against brute force and networkx on the raw rows, and properties that hold on every network."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_network import dataset, labels_of, link, transfer

from network import NoRouteError
from optimizer import Weights, find_routes

if TYPE_CHECKING:
    from made_network import Row

    from network import Dataset
    from optimizer import Route

k_shortest = partial(find_routes, plain=True)

State = tuple[str, str]
Label = tuple[str, ...]
Move = tuple[State, State, Label, float, float]
MANY = 10_000


def mode_of(row: Row) -> str:
    return f"rail{row['gauge_mm']}" if row["mode"] == "rail" else str(row["mode"])


def moves_of(links: list[Row], transfers: list[Row]) -> list[Move]:
    """Directed moves between states with cost and time, straight from the rows, in input order."""
    moves: list[Move] = []
    for row in links:
        ends = str(row["from_node"]), str(row["to_node"])
        for tail, head in (ends, ends[::-1])[: 1 if row.get("directed") else 2]:
            label = ("link", str(row["link_id"]), tail, head)
            mode = mode_of(row)
            moves.append(((tail, mode), (head, mode), label, float(row["cost_usd_per_teu"]), float(row["time_h"])))
    for row in transfers:
        node, modes = str(row["node_id"]), (str(row["from_mode"]), str(row["to_mode"]))
        for start, end in (modes, modes[::-1])[: 1 if row.get("directed") else 2]:
            label = ("transfer", node, start, end)
            moves.append(((node, start), (node, end), label, float(row["cost_usd_per_teu"]), float(row["time_h"])))
    return moves


def brute_force(moves: list[Move], origin: str, via: list[str], destination: str) -> list[tuple[int, ...]]:
    """Every sequence of moves that passes no state twice between two vias, each once."""
    found: set[tuple[int, ...]] = set()
    states = {state for tail, head, *_ in moves for state in (tail, head)}

    def walk(state: State, stage: int, passed: frozenset[State], taken: tuple[int, ...]) -> None:
        if stage < len(via) and state[0] == via[stage]:
            walk(state, stage + 1, frozenset([state]), taken)
        if stage == len(via) and state[0] == destination:
            found.add(taken)
        for at, (tail, head, *_) in enumerate(moves):
            if tail == state and head not in passed:
                walk(head, stage, passed | {head}, (*taken, at))

    for state in sorted(states):
        if state[0] == origin:
            walk(state, 0, frozenset([state]), ())
    return sorted(found)


def routes_or_none(data: Dataset, *names: str, **options: object) -> list[Route]:
    try:
        return k_shortest(data, *names, **options)  # type: ignore[arg-type]
    except NoRouteError:
        return []


@st.composite
def rows_of_networks(draw: st.DrawFn, most_links: int = 9) -> tuple[list[Row], list[Row]]:
    """Draw rows of a few nodes with several modes, parallel and directed links, zero costs and ties."""
    nodes = "ABCDE"
    modes = ("road", "rail1435", "rail1520")
    pairs = st.sampled_from([(tail, head) for tail in nodes for head in nodes if tail != head])
    links = [
        link(
            f"l{at}",
            draw(st.sampled_from(("road", *modes))),
            *draw(pairs),
            directed=draw(st.sampled_from([0, 0, 1])),
            cost_usd_per_teu=draw(st.integers(0, 4)),
            time_h=draw(st.integers(0, 3)),
        )
        for at in range(draw(st.integers(4, most_links)))
    ]
    changes = st.tuples(st.sampled_from(nodes), st.sampled_from([modes[:2], modes[1:], modes[::2]]))
    transfers = [
        transfer(
            node,
            *ends,
            directed=draw(st.sampled_from([0, 0, 1])),
            cost_usd_per_teu=draw(st.integers(0, 3)),
            time_h=draw(st.integers(0, 2)),
        )
        for node, ends in draw(st.lists(changes, max_size=4, unique=True))
    ]
    return links, transfers


COUNTRIES = dict(zip("ABCDE", ("CN", "KZ", "RU", "KZ", "DE"), strict=True))


@given(rows_of_networks(), st.lists(st.sampled_from("ABCDE"), max_size=2), st.integers(0, 2))
@settings(max_examples=120, deadline=None)
def test_all_routes_equal_brute_force(rows: tuple[list[Row], list[Row]], via: list[str], time_per_h: int) -> None:
    """Every route comes once, by weight, money, time and input order, with and without vias, also there and back."""
    moves = moves_of(*rows)
    weights = Weights(time_per_h=float(time_per_h))
    for destination in ("E", "A") if set(via) - {"A"} else ("E",):
        paths = brute_force(moves, "A", via, destination)
        totals = [(sum(moves[at][3] for at in path), sum(moves[at][4] for at in path)) for path in paths]
        order = sorted(
            zip(totals, paths, strict=True), key=lambda one: (one[0][0] + time_per_h * one[0][1], *one[0], one[1])
        )
        data = dataset(*rows, countries=COUNTRIES)
        found = routes_or_none(data, "A", destination, via=via, k=MANY, weights=weights)
        assert [labels_of(route) for route in found] == [[moves[at][2] for at in path] for _, path in order]
        assert [(route.cost_usd, route.time_h) for route in found] == [total for total, _ in order]


@given(rows_of_networks(), st.sets(st.sampled_from(["KZ", "RU", "DE", "BY"])), st.booleans(), st.data())
@settings(max_examples=80, deadline=None)
def test_avoid_lists_equal_brute_force(
    rows: tuple[list[Row], list[Row]], avoided: set[str], avoid_rail: bool, data: st.DataObject
) -> None:
    """What is left out of the raw rows by hand is exactly what avoid lists leave out."""
    links, transfers = rows
    avoid = data.draw(st.sets(st.sampled_from(["B", "C", "D", "l0", "l1"]), max_size=2))
    via = data.draw(st.lists(st.sampled_from("BCD"), max_size=1))
    avoid &= {"B", "C", "D", *(str(row["link_id"]) for row in links)}
    moves = [
        move
        for move in moves_of(links, transfers)
        if move[2][1] not in avoid
        and not any(node in avoid or COUNTRIES[node] in avoided for node, _ in move[:2])
        and not (avoid_rail and any(mode.startswith("rail") for _, mode in move[:2]))
    ]
    expected = brute_force(moves, "A", via, "E")
    network = dataset(links, transfers, countries=COUNTRIES)
    avoid_modes = {"rail"} if avoid_rail else set()
    found = routes_or_none(
        network, "A", "E", k=MANY, avoid_countries=avoided, avoid_modes=avoid_modes, avoid=avoid, via=via
    )
    assert sorted(map(labels_of, found)) == sorted([moves[at][2] for at in path] for path in expected)


@given(rows_of_networks(), st.integers(0, 8), st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_limits_equal_brute_force(rows: tuple[list[Row], list[Row]], max_time_h: int, max_cost_usd: int) -> None:
    """Routes under limits are those of all routes that meet them, in the same order; money is for the quantity."""
    data = dataset(*rows, countries=COUNTRIES)
    every = routes_or_none(data, "A", "E", k=MANY, quantity=3)
    expected = [route for route in every if route.time_h <= max_time_h and route.cost_usd <= max_cost_usd]
    found = routes_or_none(data, "A", "E", k=MANY, quantity=3, max_time_h=max_time_h, max_cost_usd=max_cost_usd)
    assert found == expected


@given(rows_of_networks())
@settings(max_examples=60, deadline=None)
def test_costs_equal_networkx(rows: tuple[list[Row], list[Row]]) -> None:
    """Costs equal networkx.shortest_simple_paths on the raw rows, every move subdivided by a node of its own."""
    moves = moves_of(*rows)
    oracle = nx.DiGraph()
    oracle.add_nodes_from(["source", "sink"])
    for at, (tail, head, _, cost, _) in enumerate(moves):
        oracle.add_edge(tail, at, weight=cost)
        oracle.add_edge(at, head, weight=0)
    for state in [node for node in oracle if isinstance(node, tuple)]:
        if state[0] == "A":
            oracle.add_edge("source", state, weight=0)
        if state[0] == "E":
            oracle.add_edge(state, "sink", weight=0)
    found = routes_or_none(dataset(*rows, countries=COUNTRIES), "A", "E", k=MANY, weights=Weights(time_per_h=0.0))
    try:
        paths = list(nx.shortest_simple_paths(oracle, "source", "sink", weight="weight"))
    except nx.NetworkXNoPath:
        paths = []
    assert [route.cost_usd for route in found] == [
        sum(oracle.edges[pair]["weight"] for pair in pairwise(path)) for path in paths
    ]


@given(rows_of_networks(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_row_order_does_not_matter(rows: tuple[list[Row], list[Row]], random: object) -> None:
    """Shuffled rows give the same routes, but for the order of exact ties."""
    links, transfers = rows
    shuffled = list(links)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before = routes_or_none(dataset(links, transfers, countries=COUNTRIES), "A", "E", k=MANY)
    after = routes_or_none(dataset(shuffled, transfers[::-1], countries=COUNTRIES), "A", "E", k=MANY)
    assert [(route.cost_usd, route.time_h) for route in before] == [(route.cost_usd, route.time_h) for route in after]
    assert sorted(map(labels_of, before)) == sorted(map(labels_of, after))


@given(rows_of_networks(), st.data())
@settings(max_examples=40, deadline=None)
def test_closing_a_link_never_helps(rows: tuple[list[Row], list[Row]], data: st.DataObject) -> None:
    """The optimum with a link closed, by capacity 0 or by avoiding it, is the same and no better than before."""
    links, transfers = rows
    at = data.draw(st.integers(0, len(links) - 1))
    network = dataset(links, transfers, countries=COUNTRIES)
    before = routes_or_none(network, "A", "E")
    assume(before)
    closed = [row | {"capacity": 0} if row is links[at] else row for row in links]
    after = routes_or_none(dataset(closed, transfers, countries=COUNTRIES), "A", "E")
    avoided = routes_or_none(network, "A", "E", avoid=links[at]["link_id"])
    assert [labels_of(route) for route in after] == [labels_of(route) for route in avoided]
    assert all(route.cost_usd >= before[0].cost_usd for route in after)


@given(rows_of_networks())
@settings(max_examples=30, deadline=None)
def test_two_free_transfers_equal_none(rows: tuple[list[Row], list[Row]]) -> None:
    """Splitting every link by a place where mode changes there and back for nothing leaves the optimum as it is."""
    links, transfers = rows
    split: list[Row] = []
    stops: list[Row] = []
    for row in links:
        middle = f"M-{row['link_id']}"
        mode = mode_of(row)
        rest = row | {"link_id": f"{row['link_id']}-b", "from_node": middle, "cost_usd_per_teu": 0, "time_h": 0}
        split += [row | {"to_node": middle}, rest]
        stops.append(transfer(middle, mode, "sea"))
    before = routes_or_none(dataset(links, transfers, countries=COUNTRIES), "A", "E")
    after = routes_or_none(dataset(split, transfers + stops, countries=COUNTRIES), "A", "E")
    assert [(route.cost_usd, route.time_h) for route in before] == [(route.cost_usd, route.time_h) for route in after]
