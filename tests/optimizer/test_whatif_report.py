"""The what-if report prints what the mapping says, the same from a file as from a run."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from made_network import dataset, link, transfer

from network import Change, Scenario
from optimizer import Weights
from optimizer.report.document import Table, plain
from optimizer.report.whatif import CSV_COLUMNS, whatif_csv, whatif_document
from optimizer.whatif import what_if

if TYPE_CHECKING:
    from network import Dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Return 300 TEU and 900 t by a port and ships, or by a dear road."""
    links = [
        link("rail", "rail1520", "A", "B", cost_usd_per_teu=10, corridors="north"),
        link("ships", "sea", "B", "C", cost_usd_per_teu=10, corridors="north"),
        link("road", "road", "A", "C", cost_usd_per_teu=60, time_h=48, corridors="south"),
    ]
    row = {"origin": "A", "destination": "C", "commodity": "container", "unmet_cost_usd_per_unit": 1000}
    limit = {"shared_capacity_id": "quay", "name": "Beta quay", "capacity": 100, "capacity_unit": "teu/year"}
    return dataset(
        links,
        [transfer("B", "rail1520", "sea", shared_capacity_id="quay")],
        shared_capacities=[limit],
        demands=[row | {"demand_id": "boxes", "volume": 300}, row | {"demand_id": "more", "volume": 50_000}],
        corridors=[{"corridor_id": "north", "name": "North way"}, {"corridor_id": "south", "name": "South way"}],
        names={"A": "Alpha", "B": "Beta", "C": "Gamma"},
    )


@pytest.fixture(scope="module")
def mapping(data: Dataset) -> dict[str, Any]:
    """Return a larger quay, a closed road that leaves most behind, and a scenario that cannot be applied."""
    scenarios = [
        Scenario("larger quay", changes=(Change.from_text("shared_capacities[id=quay].capacity=30000"),)),
        Scenario("no road", changes=(Change("links", where={"id": "road"}, close=1.0),)),
        Scenario("wrong", changes=(Change.from_text("links[id=nowhere].capacity=1"),)),
    ]
    return what_if(data, scenarios, weights=Weights(time_per_h=0.0)).to_mapping()


def tables(data: Dataset, mapping: dict[str, Any]) -> dict[str, Table]:
    """Return the tables of the document of the first scenario, by the header of the first column."""
    first = {**mapping, "scenarios": mapping["scenarios"][:1]}
    return {block.columns[0].header: block for block in whatif_document(data, first) if isinstance(block, Table)}


def test_summary_has_a_row_per_scenario_below_the_unchanged_plan(data: Dataset, mapping: dict[str, Any]) -> None:
    """Cost and change are those of the mapping, a failed scenario says so."""
    summary = whatif_document(data, mapping)[0]
    assert isinstance(summary, Table)
    assert [row[0] for row in summary.rows] == ["(unchanged)", "larger quay", "no road", "wrong"]
    cells = [dict(zip((column.header for column in summary.columns), row, strict=True)) for row in summary.rows]
    assert cells[0]["m USD"] == f"{mapping['scenarios'][0]['base_cost_usd'] / 1e6:,.1f}" == "3.0"
    assert (cells[1]["Change"], cells[2]["Change"]) == ("-1.2", "+47.2")
    assert cells[2]["Unmet TEU"] == "50,200"
    assert (cells[0]["Worth most"], cells[3]["m USD"]) == ("Beta quay", "failed")


def test_every_number_of_the_story_stands_in_a_table(data: Dataset, mapping: dict[str, Any]) -> None:
    """Volumes, capacities and prices that the story of the larger quay tells can be found in its tables."""
    found = tables(data, mapping)
    assert found["Changed capacity"].rows == (("Beta quay", "teu/year", "100", "100", "30,000", "30,000"),)
    story = " ".join(mapping["scenarios"][0]["story"])
    assert "North way gains 29,900 TEU a year" in story
    assert found["Corridor"].rows[0][:4] == ("North way", "100", "30,000", "+29,900")
    moved = [row for row in found["Demand"].rows if row[3:] == ("TEU", "South way", "North way")]
    assert sum(int(row[2].replace(",", "")) for row in moved) == 29_900
    # Capacity, used, worth before and now, holds from and to, one less.
    ledger = {row[0]: row[2:] for row in found["Bottleneck"].rows}
    assert ledger["Beta quay"] == ("30,000", "30,000", "40", "40", "0", "50,300", "40")
    assert "worth 40 USD a year for one more TEU a year, up to 50,300" in story


def test_prices_without_ranges_are_told_as_limits(data: Dataset) -> None:
    """A price that was not followed up proves an optimum and is no exact worth: table, story and note say up to."""
    scenario = Scenario("larger quay", changes=(Change.from_text("shared_capacities[id=quay].capacity=30000"),))
    found = what_if(data, [scenario], weights=Weights(time_per_h=0.0), ranges=False).to_mapping()
    headers = [column.header for column in tables(data, found)["Bottleneck"].columns]
    assert headers[-2:] == ["Worth up to, before", "Worth up to, now"]
    story = " ".join(found["scenarios"][0]["story"])
    assert "one more TEU a year was worth up to 40 USD a year" in story
    assert "worth 40 USD" not in story
    text = " ".join(plain(whatif_document(data, found)).split())
    assert "Worth up to: what one more unit of capacity saves in a year at most." in text
    assert "One more: what exactly" not in text


def test_rows_without_a_change_are_left_out(data: Dataset, mapping: dict[str, Any]) -> None:
    """No table of shifts has a row that says +0 and no more."""
    for table in tables(data, mapping).values():
        if table.title.startswith("Shifts"):
            assert all(any(cell.strip("+0–") for cell in row[3:5]) for row in table.rows)
    row = {"by": "mode", "id": "road", "name": "road", "way": "", "way_name": "", "unit": "t"}
    shift = row | {"commodity": "grain", "before": 1.0, "after": 1.2, "delta": 0.2, "delta_t": 0.2}
    idle = {**mapping["scenarios"][0], "shifts": [shift]}
    assert "Mode" not in tables(data, {**mapping, "scenarios": [idle]})


def test_unmet_goods_are_told_as_moves(data: Dataset, mapping: dict[str, Any]) -> None:
    """What stays behind when the road closes is listed with its way, not as a corridor."""
    text = plain(whatif_document(data, {**mapping, "scenarios": mapping["scenarios"][1:2]}))
    assert "stays unmet" in text
    assert "TEU more a year stay unmet" in " ".join(text.split())


def test_document_is_the_same_from_a_file(data: Dataset, mapping: dict[str, Any]) -> None:
    """The mapping is plain JSON, and what is read back prints alike."""
    again = json.loads(json.dumps(mapping, allow_nan=False))
    assert plain(whatif_document(data, again)) == plain(whatif_document(data, mapping))
    assert whatif_csv(again) == whatif_csv(mapping)


def test_failed_scenarios_are_told_with_code_and_message(data: Dataset, mapping: dict[str, Any]) -> None:
    """The document names scenario, code and message; lines of text stay readable."""
    document = whatif_document(data, mapping)
    (failed,) = [block for block in document if isinstance(block, str) and block.startswith("wrong · 2024: failed")]
    error = mapping["scenarios"][2]["error"]
    assert f"[{error['code']}]" in failed
    assert "nowhere" in str(error)


def test_csv_has_one_row_per_scenario(mapping: dict[str, Any]) -> None:
    """Numbers are unrounded; those of a failed scenario are empty beside its error."""
    rows = list(csv.DictReader(io.StringIO(whatif_csv(mapping))))
    assert [row["name"] for row in rows] == ["larger quay", "no road", "wrong"]
    assert tuple(rows[0]) == CSV_COLUMNS
    assert float(rows[0]["delta_cost_usd"]) == mapping["scenarios"][0]["delta_cost_usd"]
    assert float(rows[0]["delta_objective_usd"]) == pytest.approx(-29_900 * 40)
    assert float(rows[1]["unmet_teu"]) == pytest.approx(50_200)
    assert (rows[0]["bottleneck"], float(rows[0]["price_usd_per_unit"])) == ("quay", pytest.approx(40))
    assert (rows[2]["status"], rows[2]["cost_usd"], rows[2]["error_code"]) == (
        "failed",
        "",
        mapping["scenarios"][2]["error"]["code"],
    )
