"""The picture and table of a Pareto front: where points stand, what is listed, and that all keeps its width."""

from __future__ import annotations

import re
from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_network import Row, dataset, link, transfer

from network import load
from optimizer import Route
from optimizer.pareto import find_pareto
from optimizer.report.document import Table, plain
from optimizer.report.front import axis, front_document, main_way, marks_of, scatter, spread

POSITIVE = st.floats(1e-3, 1e9)


def route(cost_usd: float, time_h: float, co2_kg: float, corridor: str = "") -> Route:
    """Return a route without legs, of which a front shows only totals and corridor."""
    return Route("A", "B", "container", 1.0, cost_usd, time_h, co2_kg, 0.0, ("road",), ("KZ",), corridor, ())


def rows_of(document: list[str | Table]) -> tuple[tuple[str, ...], ...]:
    return next(block.rows for block in document if isinstance(block, Table))


def plot_of(picture: str) -> list[str]:
    """Return the lines between the axes, the axis at the left cut off."""
    return [re.split("[│┤]", line, maxsplit=1)[1] for line in picture.splitlines() if "│" in line or "┤" in line]


@pytest.fixture(scope="module")
def bundled() -> list[Route]:
    return find_pareto(load(), "Shanghai", "Hamburg")


@given(
    st.lists(st.tuples(POSITIVE, POSITIVE, st.sampled_from("abc")), min_size=1, max_size=30),
    st.integers(40, 120),
    st.integers(8, 40),
)
def test_picture_keeps_its_size_and_shows_every_point(
    points: list[tuple[float, float, str]], width: int, height: int
) -> None:
    """Whatever the values, no line is wider than asked, and every mark is there or stands behind a plus."""
    picture = scatter(points, width, height)
    lines = picture.splitlines()
    assert len(lines) == height
    assert max(map(len, lines)) <= width
    plot = "".join(plot_of(picture))
    assert set(plot) - {" "} <= {mark for _, _, mark in points} | {"+"}
    assert "+" in plot or {mark for _, _, mark in points} <= set(plot)


def test_picture_of_two_points_line_by_line() -> None:
    """Cheap and slow stands high at the left, dear and fast low at the right; the ends of both axes are round."""
    picture = scatter([(1000.0, 40.0, "a"), (3000.0, 10.0, "b")], 40, 11)
    assert picture.splitlines() == [
        "   days",
        "40 ┤a",
        "   │",
        "30 ┤",
        "   │",
        "20 ┤",
        "   │",
        "10 ┤                                   b",
        "   └┬────────┬────────┬───────┬────────┬",
        "    1,000  1,500    2,000   2,500  3,000",
        "                                     USD",
    ]


def test_points_in_one_place() -> None:
    """Equal points show once; of different corridors they show as several."""
    assert "".join(plot_of(scatter([(5.0, 5.0, "a"), (5.0, 5.0, "a")]))).split() == ["a"]
    assert "".join(plot_of(scatter([(5.0, 5.0, "a"), (5.0, 5.0, "b")]))).split() == ["+"]


@pytest.mark.parametrize(
    ("values", "ticks", "is_log"),
    [
        ((900.0, 4100.0), (0, 1000, 2000, 3000, 4000, 5000), False),
        ((0.0, 0.0), (0, 0.5, 1), False),
        ((10.0, 10.0), (9, 9.5, 10, 10.5, 11), False),
        ((10.0, 10.0 + 1e-13), (8, 9, 10, 11, 12), False),
        ((1300.0, 12000.0), (1000, 2000, 5000, 10000, 20000), True),
        ((0.0, 8000.0), (0, 2000, 4000, 6000, 8000), False),
        ((0.2, 20.0), (0.2, 0.5, 1, 2, 5, 10, 20), True),
    ],
)
def test_axes_are_round(values: tuple[float, ...], ticks: tuple[float, ...], is_log: bool) -> None:
    """Ticks are 1, 2 or 5 times a power of ten; logarithmic from a ratio of eight, never where there is a 0."""
    drawn = axis(values)
    assert drawn.ticks == pytest.approx(ticks)
    assert drawn.is_log is is_log


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=5))
def test_axes_hold_all_values(values: list[float]) -> None:
    """Every value lies between the ends of its axis, and greater values never stand lower."""
    drawn = axis(values)
    assert drawn.ticks[0] <= min(values) * (1 + 1e-9)
    assert drawn.ticks[-1] >= max(values) * (1 - 1e-9)
    cells = [drawn.cell(value, 50) for value in sorted(values)]
    assert cells == sorted(cells)
    assert {*cells} <= {*range(50)}


@given(st.lists(st.tuples(*[st.floats(0, 1e6)] * 3), min_size=1, max_size=40), st.integers(3, 12))
def test_spread_lists_the_optima_and_as_many_as_asked(points: list[tuple[float, float, float]], limit: int) -> None:
    """The choice has the right size, no place twice, its order, and the least of each criterion."""
    chosen = spread([route(*point) for point in points], limit)
    assert len(chosen) == min(limit, len(points))
    assert chosen == sorted(set(chosen))
    for at in range(3):
        assert min(points[one][at] for one in chosen) == min(point[at] for point in points)


def test_spread_is_even() -> None:
    """Of points in a cluster and a few far away, the far ones are listed before a second of the cluster."""
    cluster = [route(100.0 + at, 100.0 - at, 10.0) for at in range(20)]
    far = [route(200.0, 50.0, 10.0), route(400.0, 25.0, 10.0), route(800.0, 12.0, 10.0)]
    assert spread([*cluster, *far], 5) == [0, 19, 20, 21, 22]


def test_single_choice_has_no_picture() -> None:
    """One point leaves nothing to choose: a sentence and its row."""
    data = dataset([link("a", "road", "A", "B")])
    heading, table = front_document(data, find_pareto(data, "A", "B"))
    assert heading == "One choice: the cheapest route is the fastest and the cleanest too."
    assert isinstance(table, Table)
    assert table.rows == (("1", "0.0", "1", "0", "cost, time, CO2", "road", "a –", "direct"),)


def test_bundled_front_as_a_whole(bundled: list[Route]) -> None:
    """The document says how many choices there are, lists twelve with the optima, and how many it does not list."""
    document = front_document(load(), bundled)
    heading, picture, table, rest = document
    assert isinstance(heading, str)
    assert heading.startswith(f"{len(bundled)} choices between money, time and CO2: ")
    assert isinstance(picture, str)
    assert max(map(len, picture.splitlines())) <= 72
    assert "USD (log scale)" in picture
    assert isinstance(table, Table)
    assert len(table.rows) == 12
    assert rest == f"{len(bundled) - 12} more choices lie between those listed."
    assert sorted(word for row in table.rows for word in row[4].split(", ") if word) == ["CO2", "cost", "time"]
    for row in table.rows:
        shown = bundled[int(row[0]) - 1]
        assert row[1:4] == (f"{shown.time_h / 24:.1f}", f"{shown.cost_usd:,.0f}", f"{shown.co2_kg:,.0f}")
    legend = picture.split("USD (log scale)")[1]
    for corridor, mark in marks_of(bundled).items():
        name = load().network.corridors.text("name")[load().network.corridors.row_of[corridor]]
        assert f"{mark} {name}" in legend


def test_hidden_rows_are_counted_and_limits_refused(bundled: list[Route]) -> None:
    """A single route left out is one choice; a picture or table without room is refused."""
    data = load()
    assert front_document(data, bundled[:5], limit=4)[-1] == "1 more choice lies between those listed."
    assert isinstance(front_document(data, bundled[:5], limit=5)[-1], Table)
    with pytest.raises(ValueError, match="limit must be at least 3, not 2"):
        front_document(data, bundled, limit=2)
    with pytest.raises(ValueError, match="at least 40 by 8 characters, not 39 by 18"):
        front_document(data, bundled, width=39)


def test_long_and_wide_names_are_cut() -> None:
    """Corridors with endless names, wide letters or without a name leave the picture as wide as it was asked for."""
    corridors: list[Row] = [
        {"corridor_id": "long", "name": "Long " * 30},
        {"corridor_id": "wide", "name": "中欧班列" * 10},
    ]
    links = [
        link("slow", "road", "A", "B", corridors="long", time_h=9, cost_usd_per_teu=1),
        link("mean", "road", "A", "B", corridors="wide", time_h=5, cost_usd_per_teu=5),
        link("fast", "road", "A", "B", time_h=1, cost_usd_per_teu=9),
    ]
    data = dataset(links, corridors=corridors)
    picture = front_document(data, find_pareto(data, "A", "B"), width=40)[1]
    assert isinstance(picture, str)
    legend = picture.splitlines()[-3:]
    assert [line[0] for line in legend] == ["a", "b", "c"]
    assert legend[0].endswith("…")
    assert legend[2] == "c no corridor"
    assert len(legend[0]) <= 40
    assert 2 * len(legend[1]) - 2 <= 40


def test_marks_end_with_the_alphabet() -> None:
    """The fifty-third corridor and those after it share one mark."""
    marks = marks_of([route(1.0, 1.0, 1.0, f"c{at}") for at in range(55)])
    assert "".join(marks.values()) == ascii_letters + "???"


def test_way_names_borders_and_changes_of_mode() -> None:
    """Between the ends the way names where a country or mode begins; without any, the places passed."""
    links = [
        link("1", "road", "A", "B"),
        link("2", "road", "B", "C"),
        link("3", "rail1520", "C", "D"),
        link("4", "rail1520", "D", "E"),
    ]
    data = dataset(links, [transfer("C", "road", "rail1520")], countries={"D": "CN", "E": "CN"}, names={"D": "Dee"})
    assert main_way(data, find_pareto(data, "A", "E")[0]) == "C – Dee"
    assert main_way(data, find_pareto(data, "A", "C")[0]) == "B"
    assert main_way(data, find_pareto(data, "A", "B")[0]) == "direct"
    assert "Dee" in plain(front_document(data, find_pareto(data, "A", "E")))
