"""Matrices of routes: every cell is what a query of its own finds, arcs and ties included."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import product
from math import isnan
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import dataset, link, links_of, transfer
from test_routing import COUNTRIES, rows_of_networks

import optimizer.matrix
import optimizer.ways
from network import UnknownIdError, load
from optimizer import Weights, find_costs, find_routes
from optimizer.matrix import COLUMNS, find_routes_many, iter_routes_many
from optimizer.trip import arc_sequences, digraph_of, plan_trip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from made_network import Row

    from network import Dataset
    from optimizer.search import Digraph
    from optimizer.trip import RouteOptions, Trip

NODES = "ABCDE"


def has_route(data: Dataset, origin: str, destination: str, **options: Unpack[RouteOptions]) -> bool:
    """Say whether one query finds a route, without the reasons of a refusal, which take far longer to find."""
    trip = plan_trip(data, origin, destination, **options)
    return trip.has_moves and next(arc_sequences(trip), None) is not None


def assert_equals_single_queries(
    data: Dataset, origins: list[str], destinations: list[str], **options: Unpack[RouteOptions]
) -> int:
    """Compare all cells, and the costs from two origins, with queries of their own; return how many have a route."""
    costs = find_costs(data, origins[:2], destinations, **options)
    cells = list(iter_routes_many(data, origins, destinations, **options))
    assert [(cell.origin, cell.destination) for cell in cells] == list(product(origins, destinations))
    for at, cell in enumerate(cells):
        row, column = divmod(at, len(destinations))
        totals = [float(each[row, column]) for each in costs[2:]] if row < 2 else None
        assert bool(cell.reason) == (cell.route is None)
        if cell.route is None:
            assert totals is None or all(map(isnan, totals))
            assert not has_route(data, cell.origin, cell.destination, **options)
        else:
            assert cell.route == find_routes(data, cell.origin, cell.destination, k=1, **options)[0]
            route = cell.route
            expected = [route.cost_usd, route.time_h, route.co2_kg, route.length_km]
            assert totals is None or totals == pytest.approx(expected, rel=1e-12, abs=1e-12)
    return sum(cell.route is not None for cell in cells)


@contextmanager
def searched(how: str) -> Iterator[None]:
    """Search small networks as large ones: by keys at once, by sums first, or by compiled sums first."""
    with pytest.MonkeyPatch.context() as patch:
        if how != "keys":
            patch.setattr(optimizer.matrix, "LEAST_STATES", 0)
        if how == "compiled":
            patch.setattr(optimizer.ways, "LEAST_COMPILED", 0)
        yield


searches = pytest.mark.parametrize("how", ["keys", "sums", "compiled"])


@pytest.fixture(scope="module")
def bundled() -> Dataset:
    return load()


def spread_over(data: Dataset, n: int) -> list[str]:
    """Return n nodes at equal steps over the whole table, or one more."""
    nodes = list(data.network.nodes.row_of)
    return nodes[:: len(nodes) // n]


@pytest.mark.parametrize(
    ("how", "n_places", "options"),
    [
        ("keys", 12, {}),
        ("sums", 6, {}),
        ("compiled", 6, {}),
        ("keys", 12, {"avoid_countries": {"RU", "CN"}, "avoid_modes": {"air"}, "month": 1, "quantity": 3}),
        ("compiled", 6, {"avoid_countries": {"RU", "CN"}, "avoid_modes": {"air"}, "month": 1, "quantity": 3}),
        ("keys", 12, {"via": ["Aktau", "Baku"], "weights": Weights(cost=0.0, time_per_h=1.0)}),
        ("keys", 6, {"max_time_h": 400, "max_cost_usd": 6000, "quantity": 2, "avoid": ["Moscow"]}),
        ("sums", 4, {"max_time_h": 400, "max_cost_usd": 6000, "quantity": 2, "avoid": ["Moscow"]}),
        ("keys", 6, {"depart": "2026-03-04", "max_time_h": 500}),
        ("keys", 10, {"weights": Weights(p90_per_h=2.0), "avoid_modes": {"air"}}),
    ],
    ids=[
        "plain",
        "sums",
        "compiled",
        "avoid",
        "avoid-compiled",
        "via",
        "limits",
        "limits-sums",
        "depart",
        "percentile",
    ],
)
def test_the_bundled_network_equals_single_queries(
    bundled: Dataset, how: str, n_places: int, options: RouteOptions
) -> None:
    """Places all over the bundled network get the very routes that `find_routes` finds, under every kind of option."""
    origins, destinations = spread_over(bundled, n_places), spread_over(bundled, n_places + 1)
    with searched(how):
        assert assert_equals_single_queries(bundled, origins, destinations, **options) > 10


@searches
@given(rows_of_networks(), st.lists(st.sampled_from(NODES), max_size=2), st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_ties_and_free_arcs_equal_single_queries(
    how: str, rows: tuple[list[Row], list[Row]], via: list[str], time_per_h: int
) -> None:
    """Parallel links, ties, free arcs and vias, also there and back: the same arcs."""
    data = dataset(*rows, countries=COUNTRIES)
    nodes = list(data.network.nodes.row_of)
    via = [node for node in via if node in nodes]
    with searched(how):
        assert_equals_single_queries(data, nodes, nodes, via=via, weights=Weights(time_per_h=float(time_per_h)))


@searches
@given(rows_of_networks(), st.integers(0, 8), st.sampled_from([None, 0, 3, 6, 12]), st.data())
@settings(max_examples=40, deadline=None)
def test_limits_and_avoid_lists_equal_single_queries(
    how: str, rows: tuple[list[Row], list[Row]], max_time_h: int, max_cost_usd: int | None, data: st.DataObject
) -> None:
    """Limits and avoided countries, modes, nodes and links, ends included, change a cell as they change a query."""
    links, transfers = rows
    seasons = data.draw(st.lists(st.sampled_from(["", "6-8", "11-3"]), min_size=len(links), max_size=len(links)))
    links = [row | {"open_months": months} for row, months in zip(links, seasons, strict=True)]
    made = dataset(links, transfers, countries=COUNTRIES)
    nodes = list(made.network.nodes.row_of)
    with searched(how):
        assert_equals_single_queries(
            made,
            nodes,
            nodes,
            avoid_countries=data.draw(st.sets(st.sampled_from(["RU", "DE"]))),
            avoid_modes=data.draw(st.sets(st.just("rail"))),
            avoid=data.draw(st.sets(st.sampled_from(["B", "l0"]))) & {*nodes, "l0"},
            month=data.draw(st.sampled_from([None, 7, 12])),
            quantity=3,
            max_time_h=max_time_h if max_cost_usd is not None else None,
            max_cost_usd=max_cost_usd,
        )


def test_a_free_way_from_one_state_of_the_origin_to_another() -> None:
    """A tie that only shows after a free way round is decided as in a query: both ways to begin have a search."""
    free = {"cost_usd_per_teu": 0, "time_h": 0}
    links = [
        link("out", "road", "A", "X", **free),
        link("back", "rail1520", "X", "A", **free),
        link("on", "rail1520", "A", "B"),
    ]
    data = dataset(links, [transfer("X", "road", "rail1520")])
    assert assert_equals_single_queries(data, ["A", "X", "B"], ["A", "X", "B"]) == 6
    [cell] = iter_routes_many(data, ["A"], ["B"])
    assert cell.route is not None
    assert links_of(cell.route) == ["out", "back", "on"]


def test_the_optimum_within_limits_is_not_searched_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit costs single searches only where the unlimited optimum breaks it and the least possible does not."""
    asked = []

    def recording(trip: Trip) -> Iterator[tuple[int, ...]]:
        asked.append((trip.origin, trip.destination))
        return arc_sequences(trip)

    monkeypatch.setattr("optimizer.fan.arc_sequences", recording)
    slow_and_fast = [
        link("slow", "road", "A", "B", time_h=9, cost_usd_per_teu=1),
        link("fast", "road", "A", "B", time_h=2, cost_usd_per_teu=5),
        link("far", "road", "B", "C", time_h=8, cost_usd_per_teu=1),
    ]
    cells = list(iter_routes_many(dataset(slow_and_fast), ["A"], ["B", "C", "A"], max_time_h=4))
    assert asked == [("A", "B")]
    assert [cell.reason for cell in cells] == ["", "no route obeys every constraint", "same place"]


def test_reasons() -> None:
    """No connection, constraints in the way and the same place are told apart; a place in an avoided country too."""
    links = [
        link("ab", "road", "A", "B"),
        link("cd", "road", "C", "D", open_months="6-8"),
        link("xy", "road", "X", "Y"),
    ]
    data = dataset(links, countries={"A": "KZ", "B": "DE", "C": "KZ", "D": "KZ"})
    cells = iter_routes_many(data, ["A", "C"], ["A", "B", "D", "X"], month=1, avoid_countries={"DE"})
    constrained, apart = "no route obeys every constraint", "not connected"
    assert [cell.reason for cell in cells] == [
        "same place",
        constrained,
        apart,
        apart,
        apart,
        apart,
        constrained,
        apart,
    ]


def test_there_and_back_by_way_of_another_place() -> None:
    """With a via elsewhere a place may be its own destination; where it cannot be reached, that is told."""
    data = dataset([link("ab", "road", "A", "B"), link("ac", "road", "A", "C", directed=1)])
    routes = [cell.route for cell in iter_routes_many(data, ["A"], ["A", "C"], via=["B"])]
    assert [links_of(route) for route in routes if route] == [["ab", "ab"], ["ab", "ab", "ac"]]
    assert [cell.reason for cell in iter_routes_many(data, ["A"], ["A"], via=["C"])] == ["not connected"]
    constrained = iter_routes_many(data, ["A"], ["A"], via=["B"], avoid=["ab"])
    assert [cell.reason for cell in constrained] == ["no route obeys every constraint"]


def test_the_frame(tiny: Dataset) -> None:
    """Columns, order, numbers and the row of a pair without a route; borders and gauge changes by hand."""
    frame = find_routes_many(tiny, ["Сиань", "Moscow"], ["Duisburg", "Moscow"], avoid_modes={"road", "sea"}, quantity=2)
    assert tuple(frame.columns) == COLUMNS
    assert frame["origin"].tolist() == ["Сиань", "Сиань", "Moscow", "Moscow"]
    assert frame["origin_node"].tolist() == ["CNSIA", "CNSIA", "RUMOW", "RUMOW"]
    assert frame["destination_node"].tolist() == ["DEDUI", "RUMOW", "DEDUI", "RUMOW"]
    route = find_routes(tiny, "CNSIA", "DEDUI", k=1, avoid_modes={"road", "sea"}, quantity=2)[0]
    first = frame.iloc[0]
    assert (first.cost_usd, first.time_h, first.co2_kg) == (route.cost_usd, route.time_h, route.co2_kg)
    assert (first.length_km, first.corridor, first.modes) == (route.length_km, "northern", "rail")
    assert (first.countries, first.n_borders, first.n_gauge_changes, first.reason) == ("CN;KZ;RU;PL;DE", 4, 2, "")
    last = frame.iloc[3]
    numbers = ("cost_usd", "time_h", "co2_kg", "length_km", "n_borders", "n_gauge_changes")
    assert all(isnan(last[column]) for column in numbers)
    assert (last.modes, last.countries, last.corridor, last.reason) == ("", "", "", "same place")


def test_a_frame_without_rows_keeps_its_columns_and_types(tiny: Dataset) -> None:
    """No origins give no rows, not an error."""
    frame = find_routes_many(tiny, [], ["Duisburg"])
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 0
    assert frame["cost_usd"].dtype == "float64"


def test_progress_counts_every_pair(tiny: Dataset) -> None:
    """The callback is told of each pair once, in order, with the number of all."""
    told = []

    def tell(done: int, of: int) -> None:
        told.append((done, of))

    find_routes_many(tiny, ["CNSIA", "KZALA"], ["DEDUI", "RUMOW", "AZBAK"], on_progress=tell)
    assert told == [(done, 6) for done in range(1, 7)]


def test_cells_come_before_later_origins_are_searched(tiny: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first origin's cells are there after one search, whatever the number of origins."""
    searched = []

    def recording(trip: Trip) -> Digraph:
        searched.append(trip.origin)
        return digraph_of(trip)

    monkeypatch.setattr("optimizer.fan.digraph_of", recording)
    cells = iter_routes_many(tiny, ["CNSIA", "KZALA", "RUMOW"], ["DEDUI", "AZBAK"])
    assert searched == []
    assert [next(cells).destination for _ in range(2)] == ["DEDUI", "AZBAK"]
    assert searched == ["CNSIA"]
    next(cells)
    assert searched == ["CNSIA", "KZALA"]


def test_duplicates_and_single_names_are_kept(tiny: Dataset) -> None:
    """A place that is listed twice has two rows; one name alone is one place, not its letters."""
    cells = list(iter_routes_many(tiny, ["CNSIA", "Xi'an"], "Duisburg"))
    assert [(cell.origin, cell.destination) for cell in cells] == [("CNSIA", "Duisburg"), ("Xi'an", "Duisburg")]
    assert cells[0].route == cells[1].route


def test_all_unknown_names_are_told_at_once_and_before_any_search(tiny: Dataset) -> None:
    """Every wrong name of both lists is named with its close matches when the generator is asked for."""
    with pytest.raises(UnknownIdError) as caught:
        iter_routes_many(tiny, ["Xi'ann", "Almaty", "Xi'ann"], ["Duisberg", "Qqq"])
    message = str(caught.value)
    assert message.splitlines()[0] == "3 names of places fit no single node"
    assert [message.count(name) for name in ("Xi'ann", "Duisberg", "Qqq")] == [1, 1, 1]
    assert "did you mean Xi'an" in message
    assert "did you mean Duisburg" in message
    with pytest.raises(UnknownIdError, match="did you mean Almaty") as one:
        find_routes_many(tiny, ["Almati"], ["Duisburg"])
    assert one.value.name == "Almati"


def test_an_ambiguous_name_is_told_with_the_ids_it_fits() -> None:
    """A name of two nodes is no place."""
    data = dataset([link("ab", "road", "A", "B")], names={"A": "Port", "B": "Port"})
    with pytest.raises(UnknownIdError, match="give the node_id"):
        iter_routes_many(data, ["Port"], ["B"])


def test_many_unknown_names_are_all_listed(tiny: Dataset) -> None:
    """Hundreds of wrong names are answered at once: the first with suggestions, the others without."""
    names = [f"Xi'ann {number}" for number in range(300)]
    with pytest.raises(UnknownIdError) as caught:
        iter_routes_many(tiny, names, ["Duisburg"])
    lines = str(caught.value).splitlines()
    assert len(lines) == 301
    assert sum("did you mean" in line for line in lines) == 20


@pytest.mark.parametrize("options", [{"month": 13}, {"quantity": 0}, {"max_time_h": -1}])
def test_numbers_out_of_range_are_refused_at_the_call(tiny: Dataset, options: RouteOptions) -> None:
    """What a single query refuses, a matrix refuses before its first cell."""
    with pytest.raises(ValueError, match="must be"):
        iter_routes_many(tiny, ["CNSIA"], ["DEDUI"], **options)
