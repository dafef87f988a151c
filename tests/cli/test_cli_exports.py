"""Workbooks, tables of CSV, maps of what-ifs and languages of the command line, on the tiny network."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest
from openpyxl import load_workbook

from optimizer.language import LANGUAGES

WORKBOOKS = {
    "route": (("route", "Xi'an", "Duisburg"), {"Routes", "Legs"}),
    "comparison": (("route", "Xi'an", "Duisburg", "--each-corridor"), {"Comparison", "Routes", "Legs"}),
    "front": (("route", "Xi'an", "Duisburg", "--pareto"), {"Front", "Routes", "Legs"}),
    "plan": (
        ("plan", "--scenario", "tight"),
        {"Flows", "Routes", "Legs", "Bottlenecks", "Unmet demand", "Corridors", "Modes"},
    ),
    "whatif": (("whatif", "aktau-hub", "tight"), {"Summary", "Shifts", "Bottlenecks", "Measures"}),
    "curve": (("curve", "aktau-containers"), {"Curve"}),
    "users": (("users", "Aktau"), {"Users", "Capacities"}),
}
TIGHT = ("--set", "shared_capacities[id=aktau-containers].capacity=70000")

TIGHT = """
name = "tight"
[[changes]]
table = "shared_capacities"
where = { id = "aktau-containers" }
set = { capacity = 60000.0 }
"""


@pytest.fixture
def ask(corridor, tiny_folder):
    """Run ``corridor`` on the tiny network, which has a scenario more: a port that is far too small."""
    (tiny_folder / "scenarios" / "tight.toml").write_text(TIGHT, encoding="utf-8")
    return lambda *arguments: corridor(*arguments, "--dataset", tiny_folder)


@pytest.fixture
def book_of(ask, tmp_path):
    """Return what a command writes as a workbook: the rows of its sheets, labels and values of the first one."""

    def book(*arguments):
        file = tmp_path / "answer.xlsx"
        answer = ask(*arguments, "--format", "xlsx", "-o", file)
        assert (answer.code, answer.out) == (0, "")
        pages = load_workbook(file)
        rows = {page.title: list(page.iter_rows(values_only=True)) for page in pages}
        first = pages.sheetnames[0]
        return dict(rows.pop(first)), {
            title: [dict(zip(head, row, strict=True)) for row in body] for title, (head, *body) in rows.items()
        }

    return book


def numbers_of(value):
    """Return all numbers of a JSON answer."""
    if isinstance(value, dict):
        return {number for each in value.values() for number in numbers_of(each)}
    if isinstance(value, list):
        return {number for each in value for number in numbers_of(each)}
    return {float(value)} if isinstance(value, int | float) else set()


def rows_of(answer):
    """Return the rows of a CSV answer."""
    return list(csv.DictReader(io.StringIO(answer.out)))


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_says_what_was_asked_and_has_its_sheets(book_of, name, tiny_folder):
    """The first sheet tells dataset, command and program; the others are those of the command, none without columns."""
    arguments, titles = WORKBOOKS[name]
    about, sheets = book_of(*arguments)
    assert set(sheets) == titles
    assert about["Year"] == "2024"
    assert about["Command"].startswith(f"corridor {arguments[0]} ")
    assert about["Command"].endswith(f"--dataset {tiny_folder}")
    assert about["Program"].startswith("corridor-optimizer ")
    assert about["Price of an hour, USD per unit"] == "each commodity's own"
    assert ("Note" in about) == (arguments[0] != "route")
    assert sum(map(len, sheets.values())) > 0


@pytest.mark.parametrize(
    ("name", "sheet", "columns"),
    [
        ("plan", "Flows", ("volume",)),
        ("plan", "Bottlenecks", ("capacity", "used", "price_usd_per_unit")),
        ("plan", "Routes", ("volume",)),
        ("plan", "Legs", ("cost_usd", "time_h", "co2_kg")),
        ("route", "Routes", ("cost_usd", "time_h", "co2_kg", "length_km")),
        ("route", "Legs", ("cost_usd", "moving_h")),
        ("comparison", "Comparison", ("gap_usd", "waiting_share")),
        ("whatif", "Summary", ("cost_usd", "delta_cost_usd", "t_km", "base_time_h")),
        ("whatif", "Shifts", ("before", "after", "delta")),
        ("whatif", "Bottlenecks", ("price_usd_per_unit", "one_more_usd", "capacity")),
        ("whatif", "Measures", ("base_t_km", "t_km", "cost_usd")),
        ("curve", "Curve", ("at", "objective_usd", "price_left_usd_per_unit")),
        ("users", "Users", ("volume", "share")),
    ],
)
def test_numbers_are_those_of_the_json(ask, book_of, name, sheet, columns):
    """Every number of a column is one of the JSON, to the digits that a workbook keeps."""
    arguments, _ = WORKBOOKS[name]
    _, sheets = book_of(*arguments)
    known = {f"{number:.14g}" for number in numbers_of(json.loads(ask(*arguments, "--format", "json").out))}
    for column in columns:
        told = {f"{row[column]:.14g}" for row in sheets[sheet] if row[column] is not None}
        assert told, column
        assert told <= known, (column, told - known)


def test_the_proof_stands_on_the_first_sheet(ask, book_of):
    """Status, cost, bound and gap of the plan; those of the unchanged plan of a what-if."""
    plan = json.loads(ask("plan", "--format", "json").out)
    for arguments in (("plan",), WORKBOOKS["whatif"][0]):
        about, _ = book_of(*arguments)
        told = list(about.values())
        assert plan["status"] in told
        assert about["Cost, USD a year"] == pytest.approx(plan["cost_usd"])
        assert about["Proven lower bound of it, USD a year"] == pytest.approx(plan["bound"])
        assert about["Gap between the two, as a part of one"] == pytest.approx(plan["gap"], abs=1e-12)


def test_a_matrix_is_a_workbook_too(corridor, tiny_folder, tmp_path, monkeypatch):
    """All pairs are rows, those without a route with the reason; more pairs than rows of a sheet are refused."""
    (tmp_path / "a.txt").write_text("Xi'an\nDuisburg\n")
    (tmp_path / "b.txt").write_text("Duisburg\nMoscow\n")
    lists = (tmp_path / "a.txt", tmp_path / "b.txt", "--dataset", tiny_folder)
    asked = ("matrix", *lists, "--format", "xlsx", "-o", tmp_path / "m.xlsx")
    assert corridor(*asked).code == 0
    rows = list(load_workbook(tmp_path / "m.xlsx")["Matrix"].iter_rows(values_only=True))
    told = rows_of(corridor("matrix", *lists, "--format", "csv"))
    assert [row[:2] for row in rows[1:]] == [(row["origin"], row["destination"]) for row in told]
    assert [row[-1] for row in rows[1:]] == [row["reason"] or None for row in told]
    assert [row[4] for row in rows[1:] if row[4]] == [float(row["cost_usd"]) for row in told if row["cost_usd"]]
    monkeypatch.setattr("optimizer.report.sheets.MOST_ROWS", 3)
    refused = corridor(*asked)
    assert (refused.code, "4 pairs are more than the 3 rows of a sheet" in refused.err) == (2, True)


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_needs_a_file_and_the_library(ask, name, monkeypatch, tmp_path):
    """Without -o and without XlsxWriter: a usage error that says what to do, before anything is solved."""
    arguments, _ = WORKBOOKS[name]
    answer = ask(*arguments, "--format", "xlsx")
    assert (answer.code, answer.out) == (2, "")
    assert "-o FILE.xlsx" in answer.err
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    answer = ask(*arguments, "--format", "xlsx", "-o", tmp_path / "x.xlsx")
    assert answer.code == 2
    assert "pip install 'corridor-optimizer[report]'" in answer.err
    assert not (tmp_path / "x.xlsx").exists()


def test_the_tables_of_a_plan(ask):
    """Each as CSV: the flows by default, the sums add up to what is carried and paid."""
    asked = WORKBOOKS["plan"][0]
    plan = json.loads(ask(*asked, "--format", "json").out)
    tables = {
        name: rows_of(ask(*asked, "--format", "csv", "--table", name))
        for name in ("flows", "routes", "legs", "bottlenecks", "unmet", "corridors", "modes")
    }
    assert tables["flows"] == rows_of(ask(*asked, "--format", "csv"))
    assert list(tables["flows"][0]) == ["link_id", "from_node", "to_node", "commodity", "volume"]
    assert len(tables["routes"]) == len(plan["routes"])
    assert len(tables["legs"]) == sum(len(route["legs"]) for route in plan["routes"])
    assert [row["id"] for row in tables["bottlenecks"]] == [row["id"] for row in plan["bottlenecks"]]
    for name in ("routes", "corridors"):
        paid = sum(float(row["cost_usd"]) for row in tables[name])
        assert paid == pytest.approx(plan["transport_cost_usd"])
    assert {row["mode"] for row in tables["modes"]} == {
        leg["mode"] for route in plan["routes"] for leg in route["legs"] if "mode" in leg
    }
    unmet = {row["demand_id"]: float(row["volume"]) for row in tables["unmet"]}
    assert unmet == {row["demand_id"]: row["volume"] for row in plan["unmet"]} != {}


def test_the_tables_of_a_whatif(ask):
    """Each as CSV: the summary by default."""
    asked = ("whatif", "aktau-hub", "aktau-closed", "--format", "csv", "--no-ranges")
    outcomes = json.loads(ask("whatif", "aktau-hub", "aktau-closed", "--format", "json", "--no-ranges").out)[
        "scenarios"
    ]
    assert rows_of(ask(*asked, "--table", "summary")) == rows_of(ask(*asked))
    shifts = rows_of(ask(*asked, "--table", "shifts"))
    assert [(row["name"], row["of"], float(row["delta"])) for row in shifts] == [
        (outcome["name"], shift["name"], shift["delta"]) for outcome in outcomes for shift in outcome["shifts"]
    ]
    bottlenecks = rows_of(ask(*asked, "--table", "bottlenecks"))
    now = {(row["name"], row["id"]) for row in bottlenecks}
    assert now >= {(outcome["name"], row["id"]) for outcome in outcomes for row in outcome["bottlenecks"]}
    modes = {row["mode"] for row in rows_of(ask(*asked, "--table", "measures"))}
    assert modes == {work["mode"] for outcome in outcomes for work in outcome["measures"]["work"]}


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--table", "routes"),
        ("plan", "--table", "flows", "--format", "json"),
        ("plan", "--table", "routes", "--format", "geojson"),
        ("plan", "--table", "roads", "--format", "csv"),
        ("whatif", "aktau-hub", "--table", "shifts"),
        ("whatif", "aktau-hub", "--table", "summary", "--format", "geojson"),
    ],
)
def test_a_table_belongs_to_a_form(ask, arguments):
    """Where the form has all tables or none, or there is no such table, that is a usage error."""
    answer = ask(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "--table" in answer.err


def test_bottlenecks_and_differences_as_geojson(ask):
    """The capacities with a price, and the tonnes of every link without and with each scenario."""
    plan = json.loads(ask("plan", "--format", "json").out)
    drawn = json.loads(ask("plan", "--format", "geojson", "--table", "bottlenecks").out)["features"]
    assert [feature["properties"] for feature in drawn] == plan["bottlenecks"]
    answer = ask("whatif", "aktau-hub", "--set", "nodes[id=nowhere].lat=1", "--format", "geojson", "--no-ranges")
    assert answer.code == 1
    features = json.loads(answer.out)["features"]
    assert {feature["properties"]["scenario"] for feature in features} == {"Aktau container hub"}
    carried = {row["link_id"] for row in plan["flows"]}
    assert {row["properties"]["link_id"] for row in features if row["properties"]["base_t"]} == carried


@pytest.mark.parametrize(
    "arguments", [*(arguments for arguments, _ in WORKBOOKS.values()), ("disrupt", "Aktau")], ids=" ".join
)
def test_every_language_is_spoken(ask, arguments):
    """English is what there is without the option; the others say it in other words, with the same JSON and CSV."""
    told = {lang: ask(*arguments, "--lang", lang) for lang in LANGUAGES}
    assert {answer.code for answer in told.values()} == {0}
    assert told["en"].out == ask(*arguments).out
    assert len({answer.out for answer in told.values()}) > 1
    assert ask(*arguments, "--lang", "ru", "--format", "csv").out == ask(*arguments, "--format", "csv").out


def test_a_language_that_cannot_be_spoken_is_refused(ask, monkeypatch):
    """Without Babel only English is there, and what to install is said; an unknown language is a usage error."""
    monkeypatch.setitem(sys.modules, "babel", None)
    answer = ask("plan", "--lang", "kk")
    assert (answer.code, answer.out) == (2, "")
    assert "need Babel; install it with pip install 'corridor-optimizer[report]'" in answer.err
    assert ask("plan", "--lang", "en").code == 0
    assert ask("plan", "--lang", "fr").code == 2


def test_hostile_names_are_no_formulas(corridor, tiny_folder, tmp_path):
    """A scenario called like a formula stays a text in the CSV and in the workbook."""
    name = '=HYPERLINK("http://example.org")'
    (tmp_path / "s.toml").write_text(
        f"name = '{name}'\n[[changes]]\ntable = 'demands'\nset = {{ volume = 10.0 }}\n", encoding="utf-8"
    )
    asked = ("whatif", tmp_path / "s.toml", "--no-ranges", "--dataset", tiny_folder)
    assert rows_of(corridor(*asked, "--format", "csv"))[0]["name"] == f"'{name}"
    corridor(*asked, "--format", "xlsx", "-o", tmp_path / "s.xlsx")
    cell = load_workbook(tmp_path / "s.xlsx")["Summary"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)
