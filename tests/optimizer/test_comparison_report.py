"""The comparison as text and as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from made_network import Row, dataset, link

from network import load
from optimizer import Weights
from optimizer.corridors import compare_corridors
from optimizer.report.comparison import comparison_csv, comparison_document
from optimizer.report.document import Table, plain

if TYPE_CHECKING:
    from optimizer.comparison import Comparison

WAYS = [
    link("main", "road", "A", "E", cost_usd_per_teu=100, time_h=48, corridors="north"),
    link("sea-1", "sea", "A", "C", cost_usd_per_teu=1300, time_h=96, corridors="south"),
    link("sea-2", "sea", "C", "E", cost_usd_per_teu=40, time_h=96, corridors="south"),
    link("fast", "rail1520", "A", "E", cost_usd_per_teu=400, time_h=24, corridors="express"),
    link("aside", "road", "E", "X", corridors="elsewhere"),
]
CORRIDORS: list[Row] = [
    {"corridor_id": name, "name": f"The {name} way"} for name in ("north", "south", "express", "elsewhere", "closed")
]


def shown(**options: object) -> tuple[str, list[Table]]:
    data = dataset(WAYS, corridors=CORRIDORS, names={"C": "Middle Port"})
    document = comparison_document(data, compare_corridors(data, "A", "E", **options))  # type: ignore[arg-type]
    return plain(document), [block for block in document if isinstance(block, Table)]


def test_tables_by_hand() -> None:
    """Figures, places, and what each loser lacks; a mode with the route of a corridor is marked, not repeated."""
    text, (figures, places, why_not) = shown(weights=Weights(time_per_h=2), quantity=10)
    assert figures.rows == (
        ("The north way", "2.0", "1,000", "0", "0", "0", "0", "–"),
        ("road = The north way", *[""] * 7),
        ("The express way", "1.0", "4,000", "0", "0", "0", "0", "–"),
        ("rail = The express way", *[""] * 7),
        ("The south way", "8.0", "13,400", "0", "0", "0", "0", "–"),
        ("sea = The south way", *[""] * 7),
    )
    assert places.rows == (("The north way", "direct"), ("The express way", "direct"), ("The south way", "Middle Port"))
    assert why_not.rows == (
        ("The express way", "2,520", "–", "from 12.5 up", "none"),
        ("The south way", "–", "–", "none", "none"),
    )
    assert "USD/h (now 2)" in text
    assert "A dash: not by this alone." in " ".join(text.split())
    assert "In brackets" not in text
    assert "Without a route (no reasonable route of this relation keeps to it): The elsewhere way." in text
    assert "Without a route (none of its links is open to this trip): The closed way; river; air." in text


def test_best_in_between_and_beaten_at_a_tie() -> None:
    """A way that wins between two prices says both; one that never wins names who does where it draws level."""
    ways = [
        link("slow", "road", "A", "E", cost_usd_per_teu=100, time_h=100, corridors="north"),
        link("mid", "road", "A", "E", cost_usd_per_teu=200, time_h=50, corridors="south"),
        link("fast", "road", "A", "E", cost_usd_per_teu=400, time_h=10, corridors="express"),
        link("late", "road", "A", "E", cost_usd_per_teu=350, time_h=30, corridors="elsewhere"),
    ]
    data = dataset(ways, corridors=CORRIDORS)
    document = comparison_document(data, compare_corridors(data, "A", "E"))
    table = next(block for block in document if isinstance(block, Table) and block.columns[0].header == "Why not")
    cells = {row[0]: row[3] for row in table.rows}
    assert cells == {
        "The south way": "2 to 5",
        "The express way": "from 5 up",
        "The elsewhere way": "none (3.571: south)",
    }
    assert "In brackets: the price" in " ".join(plain(document).split())


def test_a_date_tells_days_of_arrival() -> None:
    """On a date the table says when each way arrives; where the percentile has a price, it stands there instead."""
    weights = Weights(time_per_h=2)
    _, (figures, *_) = shown(weights=weights, depart="2024-12-30")
    assert [column.header for column in figures.columns][:4] == ["Way", "Days", "Arrives", "USD"]
    assert {row[0]: row[2] for row in figures.rows} == {
        "The north way": "01 Jan",
        "road = The north way": "",
        "The express way": "31 Dec",
        "rail = The express way": "",
        "The south way": "07 Jan",
        "sea = The south way": "",
    }
    late = [row | {"fixed_time_h": 0, "fixed_time_p90_h": 12} if row["link_id"] == "main" else row for row in WAYS]
    data = dataset(late, corridors=CORRIDORS)
    comparison = compare_corridors(data, "A", "E", weights=Weights(p90_per_h=1.0), depart="2024-12-30")
    document = comparison_document(data, comparison)
    figures = next(block for block in document if isinstance(block, Table))
    assert figures.columns[2].header == "9 in 10"
    assert {row[0]: row[1:3] for row in figures.rows if row[1]} == {
        "The north way": ("2.0", "2.5"),
        "The express way": ("1.0", "–"),
        "The south way": ("8.0", "–"),
    }
    assert "within which nine of ten shipments arrive" in plain(document)


def test_prices_nobody_pays_are_left_out() -> None:
    """A way that wins beyond 10,000 USD per hour only says so, and one that never wins names no such tie."""
    ways = [
        link("slow", "road", "A", "E", cost_usd_per_teu=200_000, time_h=100, corridors="north"),
        link("fast", "air", "A", "E", cost_usd_per_teu=500_000, time_h=90, corridors="express"),
        link("late", "sea", "A", "E", cost_usd_per_teu=560_000, time_h=95, corridors="south"),
    ]
    data = dataset(ways, corridors=CORRIDORS)
    for time_value, express, south in (
        (2.0, "none below 10,000", "none"),
        (20_000.0, "from 30,000 up", "none (72,000: express)"),
    ):
        comparison = compare_corridors(data, "A", "E", weights=Weights(time_per_h=time_value))
        document = comparison_document(data, comparison)
        table = next(block for block in document if isinstance(block, Table) and block.columns[0].header == "Why not")
        assert {row[0]: row[3] for row in table.rows} == {"The express way": express, "The south way": south}
        text = " ".join(plain(document).split())
        assert ("Prices above 10,000 USD are left out here" in text) is (time_value < 10_000)
        exact = {row.id: row.why_not.best_at_time_values for row in comparison.rows if row.why_not}
        assert exact["express"] == ((30_000.0, float("inf")),)


def test_without_a_weight_on_money_nothing_has_a_price() -> None:
    """Where only hours have a weight, losers lack hours alone, and no thresholds in USD are told."""
    text, (_, _, why_not) = shown(weights=Weights(cost=0, time_per_h=1))
    assert [column.header for column in why_not.columns] == ["Why not", "Drop hours"]
    assert "USD/" not in text


def test_a_long_name_is_cut_where_it_stands_above() -> None:
    long_name = "A corridor of thirty-five letters.."
    data = dataset(WAYS[:1], corridors=[{"corridor_id": "north", "name": long_name}])
    figures = comparison_document(data, compare_corridors(data, "A", "E"))[0]
    assert isinstance(figures, Table)
    assert [row[0] for row in figures.rows] == [long_name, "road = A corridor of thirty-five le…"[:34] + "…"]


def test_one_way_only_has_no_losers() -> None:
    data = dataset(WAYS[:1], corridors=CORRIDORS)
    text = plain(comparison_document(data, compare_corridors(data, "A", "E")))
    assert "Why not" not in text
    assert "The north way" in text


@pytest.fixture(scope="module")
def bundled() -> Comparison:
    return compare_corridors(load(), "Xi'an", "Duisburg")


def test_no_line_is_too_wide(bundled: Comparison) -> None:
    """The widest corridor names of the bundled network leave every line at 110 characters at most, dates included."""
    dated = compare_corridors(load(), "Xi'an", "Duisburg", depart="2026-12-01")
    late = compare_corridors(load(), "Xi'an", "Duisburg", depart="2026-12-01", weights=Weights(p90_per_h=1.0))
    for comparison in (bundled, dated, late):
        lines = plain(comparison_document(load(), comparison)).splitlines()
        assert 100 < max(map(len, lines)) <= 110
        assert any(line.startswith("Western Europe - Western China road  ") for line in lines)


def test_csv_has_a_row_per_way(bundled: Comparison) -> None:
    """CSV reads back to the same numbers, with empty cells where there is no route."""
    rows = list(csv.DictReader(io.StringIO(comparison_csv(bundled))))
    assert [(row["kind"], row["id"]) for row in rows] == [(row.kind, row.id) for row in bundled.rows]
    for cells, row in zip(rows, bundled.rows, strict=True):
        if row.route is None:
            assert cells["reason"] == row.reason
            assert cells["cost_usd"] == cells["must_drop_usd"] == ""
        else:
            assert float(cells["cost_usd"]) == row.route.cost_usd
            assert cells["is_best"] == str(row.is_best)
