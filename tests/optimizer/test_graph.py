"""The virtual network: states, arcs, values and capacities against the raw rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, dataset, link, transfer

from network import CorridorError, UnknownIdError
from network.timetable import Timetable
from optimizer import Weights
from optimizer.graph import arc_name, commodity_arcs, commodity_row, expand

if TYPE_CHECKING:
    from network import Dataset
    from optimizer.graph import ArcGraph


def names_of(graph: ArcGraph) -> list[str]:
    return [arc_name(graph, arc) for arc in range(graph.n_arcs)]


def limits_of(graph: ArcGraph) -> dict[tuple[str, str, str], float]:
    found = graph.resources
    keys = zip(found.ids, found.from_node, found.to_node, strict=True)
    return dict(zip(keys, found.free.tolist(), strict=True))


def test_states_and_arcs_of_the_tiny_network(tiny: Dataset) -> None:
    """Every open link gives one or two arcs in input order, then every transfer; states are those they touch."""
    graph = expand(tiny)
    links, transfers = tiny.network.links, tiny.network.transfers
    usable = [row for row in range(len(links)) if links.text("link_id")[row] != "rail-aktau-moscow-new"]
    expected = [row for row in usable for _ in range(1 if links.number("directed")[row] == 1 else 2)]
    assert graph.link[graph.link >= 0].tolist() == expected
    assert graph.transfer[graph.transfer >= 0].tolist() == [row for row in range(len(transfers)) for _ in range(2)]
    assert names_of(graph)[:2] == ["rail-xian-khorgos CNSIA→KZHOR", "rail-xian-khorgos KZHOR→CNSIA"]
    assert names_of(graph)[-2:] == ["RUMOW rail1520→road", "RUMOW road→rail1520"]
    nodes = tiny.network.nodes.text("node_id")
    states = set(zip(nodes[graph.state_node], graph.state_mode, strict=True))
    assert len(states) == graph.n_states
    assert {("KZHOR", "rail1435"), ("KZHOR", "rail1520"), ("AZBAK", "sea"), ("AZBAK", "road")} <= states
    assert ("DEDUI", "rail1520") not in states


def test_backward_arcs_mirror_forward_ones(tiny: Dataset) -> None:
    """A backward arc has the ends of its forward arc exchanged, and the same length, times and prices."""
    graph = expand(tiny)
    backward = np.flatnonzero(~graph.is_forward)
    assert (graph.tail[backward] == graph.head[backward - 1]).all()
    assert (graph.head[backward] == graph.tail[backward - 1]).all()
    for name in ("length_km", "moving_h", "waiting_h", "border_h", "cost_usd_per_teu", "cost_usd_per_t"):
        values = getattr(graph, name)
        np.testing.assert_array_equal(values[backward], values[backward - 1])


def test_arrays_are_read_only(tiny: Dataset) -> None:
    """Nothing can change a virtual network that others share."""
    graph = expand(tiny)
    for values in (graph.tail, graph.time_h, graph.cost_usd_per_t, graph.resources.free):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1


def test_time_and_price_by_hand() -> None:
    """Moving, waiting and border hours, price with rate and fixed part, CO2: computed by hand from the row."""
    row = link(
        "a",
        "rail1520",
        "A",
        "B",
        length_km=600,
        time_h=None,
        fixed_time_h=5,
        frequency_per_week=3,
        cost_usd_per_teu=None,
        cost_usd_per_t=7,
        fixed_cost_usd_per_teu=11,
        fixed_cost_usd_per_t=2,
    )
    rate = {"mode": "rail", "country": "KZ", "cost_usd_per_teu_km": 0.5, "speed_kmh": 40, "co2_wtw_g_per_tkm": 25}
    graph = expand(dataset([row], rates=[rate], countries={"A": "KZ", "B": "CN"}))
    assert graph.moving_h.tolist() == [15, 15]
    assert graph.waiting_h.tolist() == [28, 28]
    assert graph.border_h.tolist() == [5, 5]
    assert graph.cost_usd_per_teu.tolist() == [311, 311]
    assert graph.cost_usd_per_t.tolist() == [9, 9]
    assert graph.co2_kg_per_t.tolist() == [15, 15]


def test_waits_and_spreads_of_links_and_transfers() -> None:
    """Weekdays wait their mean where no frequency is given; the spread is percentile less median, on each arc."""
    rows = [
        link("ferry", "sea", "A", "B", departures="mon;tue", fixed_time_h=10, fixed_time_p90_h=34),
        link("train", "rail1520", "A", "B", departures="mon", frequency_per_week=2, directed=1, fixed_time_p90_h=6),
        link("road", "road", "A", "B", fixed_time_h=3),
    ]
    moves = [transfer("B", "sea", "road", time_h=5, time_p90_h=12), transfer("A", "sea", "road", directed=1)]
    graph = expand(dataset(rows, moves, countries={"A": "KZ", "B": "AZ"}))
    ferry_h = (24**2 + 144**2) / 336
    assert graph.waiting_h.tolist() == pytest.approx([ferry_h, ferry_h, 42, 0, 0, 5, 5, 0])
    assert graph.spread_h.tolist() == [24, 24, 6, 0, 0, 7, 7, 0]
    assert graph.border_h.tolist() == [10, 10, 0, 3, 3, 0, 0, 0]
    with pytest.raises(ValueError, match="read-only"):
        graph.spread_h[0] = 1


def test_timetables_of_arcs() -> None:
    """Both directions of links with departures or a season have one; a season of twelve months is none."""
    rows = [
        link("plain", "road", "A", "B"),
        link("ferry", "sea", "A", "B", departures="fri 18:00;2", open_months="11-1"),
        link("ice", "river", "A", "B", open_months="12-3", directed=1),
        link("always", "road", "B", "C", open_months="5-4"),
        link("train", "rail1520", "A", "B", departures="Sunday"),
    ]
    graph = expand(dataset(rows, [transfer("A", "road", "sea")]))
    ferry, train = Timetable((24.0, 114.0), (11, 12, 1)), Timetable((144.0,), ())
    found = {arc_name(graph, arc): timetable for arc, timetable in graph.timetables.items()}
    assert found == {
        **{"ferry A→B": ferry, "ferry B→A": ferry, "ice A→B": Timetable((), (12, 1, 2, 3))},
        **{"train A→B": train, "train B→A": train},
    }
    july = expand(graph.data, 2024, 7)
    assert {arc_name(july, arc) for arc in july.timetables} == {"train A→B", "train B→A"}


def test_own_capacities_per_year() -> None:
    """Days, weeks and months scale to years, months open scale capacity and background, scopes set the number."""
    rows = [
        link("day", "road", "A", "B", capacity=10, background=4, capacity_unit="truck/day"),
        link("week", "sea", "A", "B", capacity=3, capacity_unit="sailing/week", capacity_scope="both"),
        link("month", "river", "A", "B", capacity=6, capacity_unit="t/month", directed=1, open_months="11-3"),
        link("full", "air", "A", "B", capacity=5, background=9, capacity_unit="flight/year"),
        link("free", "rail1520", "A", "B"),
    ]
    graph = expand(dataset(rows, [transfer("B", "road", "sea", capacity=100, capacity_unit="teu/year")]))
    assert limits_of(graph) == {
        ("day", "A", "B"): pytest.approx(6 * 365),
        ("day", "B", "A"): pytest.approx(6 * 365),
        ("week", "", ""): pytest.approx(3 * 365 / 7),
        ("month", "A", "B"): pytest.approx(6 * 12 * 5 / 12),
        ("full", "A", "B"): 0,
        ("full", "B", "A"): 0,
        ("B:road-sea", "road", "sea"): 100,
        ("B:road-sea", "sea", "road"): 100,
    }
    drawn = {(names_of(graph)[arc], graph.resources.ids[at]) for arc, at in pairs_of(graph)}
    assert {name for name, resource in drawn if resource == "week"} == {"week A→B", "week B→A"}
    assert not {name for name, _ in drawn if name.startswith("free")}


def pairs_of(graph: ArcGraph) -> list[tuple[int, int]]:
    return list(zip(graph.resources.arc.tolist(), graph.resources.resource.tolist(), strict=True))


def test_shared_capacity_is_drawn_on_by_all_that_name_it() -> None:
    """One shared limit stands over both directions of links and transfers, and does not shrink with months."""
    port = {"shared_capacity_id": "port", "capacity": 120, "background": 20, "capacity_unit": "teu/month"}
    idle = {"shared_capacity_id": "idle", "capacity": 5, "capacity_unit": "teu/year"}
    rows = [
        link("a", "sea", "A", "B", shared_capacity_id="port", open_months="4-6"),
        link("b", "road", "B", "C", capacity=7, capacity_unit="truck/day", shared_capacity_id="port", directed=1),
    ]
    moves = [transfer("B", "road", "sea", shared_capacity_id="port")]
    graph = expand(dataset(rows, moves, shared_capacities=[idle, port]))
    at = graph.resources.ids.tolist().index("port")
    assert graph.resources.free[at] == 100 * 12
    assert [graph.resources.kind[at], graph.resources.from_node[at], graph.resources.to_node[at]] == ["shared", "", ""]
    assert sorted(arc for arc, resource in pairs_of(graph) if resource == at) == list(range(5))
    assert "idle" not in graph.resources.ids


def test_use_of_capacities() -> None:
    """A container takes a hundredth of a train, ten t and one TEU; grain takes no TEU."""
    units = ("train/day", "t/year", "teu/year", "truck/week")
    rows = [link(unit, "road", "A", "B", capacity=1, capacity_unit=unit, directed=1) for at, unit in enumerate(units)]
    data = dataset(rows, commodities=[CONTAINER, GRAIN])
    resources = expand(data).resources
    assert resources.use_of(data.commodities, 0).tolist() == [1 / 100, 10, 1, 1 / 2]
    assert resources.use_of(data.commodities, 1).tolist() == [1 / 4000, 1, 0, 1 / 20]


def test_year_month_and_zero_leave_arcs_out() -> None:
    """Links of other years, closed in the month or closed by a zero have no arcs, and no states of their own."""
    shut = {"shared_capacity_id": "shut", "capacity": 0, "capacity_unit": "teu/year"}
    rows = [
        link("old", "road", "A", "B", to_year=2024),
        link("new", "rail1520", "A", "B", from_year=2025),
        link("june", "river", "A", "B", open_months="6"),
        link("zero", "sea", "A", "B", capacity=0),
        link("shut", "air", "A", "B", shared_capacity_id="shut"),
    ]
    data = dataset(rows, shared_capacities=[shut])
    assert sorted(set(expand(data).state_mode)) == ["river", "road"]
    assert sorted(set(expand(data, 2025).state_mode)) == ["rail1520", "river"]
    assert sorted(set(expand(data, 2024, 5).state_mode)) == ["road"]
    empty = expand(data, 2024, 6)
    assert sorted(set(empty.state_mode)) == ["river", "road"]
    assert len(expand(dataset([rows[3]])).tail) == 0


def test_commodity_values_and_weight() -> None:
    """Weight = cost · USD + time value · hours + carbon price · kg, with the commodity's own value of time."""
    rows = [link("a", "road", "A", "B", cost_usd_per_t=7, time_h=4), link("f", "air", "A", "B")]
    rates = [{"mode": "road", "country": "*", "co2_wtw_g_per_tkm": 60}]
    data = dataset(rows, commodities=[CONTAINER, GRAIN], rates=rates)
    graph = expand(data)
    grain = commodity_arcs(graph, commodity_row(data, "grain"), Weights(cost=2, co2_per_kg=0.5))
    assert grain.allowed.tolist() == [True, True, False, False]
    assert grain.weight[0] == pytest.approx(2 * 7 + 0.5 * 4 + 0.5 * 6)
    container = commodity_arcs(graph, commodity_row(data, "container"), Weights(time_per_h=3.0))
    assert container.allowed.all()
    assert container.weight[0] == pytest.approx(1 + 3 * 4)
    assert container.co2_kg[0] == pytest.approx(60)
    with pytest.raises(UnknownIdError, match="container"):
        commodity_row(data, "kontainer")


def test_one_graph_however_it_is_asked_for() -> None:
    """Routes, plans and their verification name year and month differently and share one graph all the same."""
    data = dataset([link("a", "road", "A", "B")])
    assert expand(data) is expand(data, 2024) is expand(data, 2024, None) is expand(data, year=2024)
    assert expand(data, 2024, 5) is not expand(data)


def test_weights_beyond_all_numbers_are_an_error() -> None:
    """A weight that overflows is named with its link, never carried on."""
    data = dataset([link("a", "road", "A", "B", cost_usd_per_teu=1e25)])
    with pytest.raises(CorridorError, match="a A→B"):
        commodity_arcs(expand(data), 0, Weights(cost=1e300))


@given(st.lists(st.tuples(st.sampled_from(["road", "sea", "rail1435"]), st.sampled_from(["AB", "BC", "CA"]))))
@settings(max_examples=40, deadline=None)
def test_incidence_sums_to_zero(rows: list[tuple[str, str]]) -> None:
    """With +1 at the tail and −1 at the head every arc's column sums to zero and joins two different states."""
    links = [link(f"l{at}", mode, *ends) for at, (mode, ends) in enumerate([("road", "AB"), *rows])]
    graph = expand(dataset(links, [transfer("A", "road", "sea")]))
    incidence = np.zeros((graph.n_states, graph.n_arcs))
    incidence[graph.tail, range(graph.n_arcs)] += 1
    incidence[graph.head, range(graph.n_arcs)] -= 1
    assert (incidence.sum(axis=0) == 0).all()
    assert (np.abs(incidence).sum(axis=0) == 2).all()
