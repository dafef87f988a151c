"""``calibration.csv``: read, checked, changed by scenarios, written; a column apart from all prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from network import Scenario, ScenarioError, apply, read_dataset, write_dataset
from network.dataset import check_dataset
from network.values import counted_per_unit

if TYPE_CHECKING:
    from pathlib import Path

    from network import Dataset

HEADER = "calibration_id,links,commodity,calibration_unit,calibration_usd_per_unit,step,margin_usd_per_unit"
ROW = "west,rail-khorgos-almaty>;road-xian-almaty,container,teu,-23.5,40000,1"

NEW: dict[str, object] = {"calibration_id": "x", "links": "nowhere", "calibration_unit": "t"}


def written(folder: Path, *rows: str) -> Path:
    """Write calibration.csv into a dataset folder."""
    (folder / "calibration.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return folder


def changed(data: Dataset, **operation: object) -> Dataset:
    change = {"table": "calibration", **operation}
    return apply(data, Scenario.from_mapping({"name": "s", "changes": [change]}))


def test_a_calibration_is_read_and_written(tiny_folder: Path, tmp_path: Path) -> None:
    """The table comes back as it was; a dataset without one has an empty table and writes none."""
    assert not len(read_dataset(tiny_folder).network.calibration)
    data = read_dataset(written(tiny_folder, ROW))
    table = data.network.calibration
    assert table.row(0)["calibration_usd_per_unit"] == -23.5
    assert (table.text("links")[0], table.number("step")[0]) == ("rail-khorgos-almaty>;road-xian-almaty", 40000)
    write_dataset(data, tmp_path / "copy")
    assert (tmp_path / "copy" / "calibration.csv").read_text() == f"{HEADER}\n{ROW}\n"
    (tiny_folder / "calibration.csv").unlink()
    write_dataset(read_dataset(tiny_folder), tmp_path / "copy")
    assert not (tmp_path / "copy" / "calibration.csv").exists()


@pytest.mark.parametrize(
    ("row", "column", "code", "says"),
    [
        ("a,rail-khorgos-almaty,,teu,nan,,", "calibration_usd_per_unit", "E117", "finite"),
        ("a,rail-khorgos-almaty,,teu,,,", "calibration_usd_per_unit", "E110", "not given"),
        ("a,rail-khorgos-almaty,,,5,,", "calibration_unit", "E110", "not given"),
        ("a,rail-khorgos-almaty,,TEU,5,,", "calibration_unit", "E113", "teu"),
        ("a,,,teu,5,,", "links", "E110", "not given"),
        ("a,rail-khorgos-almaty>;rail-horgos<,,teu,5,,", "links", "E121", '"rail-horgos" is not in links.csv'),
        ("a,rail-khorgos-almaty,container;ice,teu,5,,", "commodity", "E121", '"ice"'),
        ("a,rail-khorgos-almaty,,teu,5,-1,", "step", "E112", "-1"),
        ("a,rail-khorgos-almaty,,teu,5,1,-1", "margin_usd_per_unit", "E112", "-1"),
    ],
)
def test_bad_rows_are_told_by_line_and_column(tiny_folder: Path, row: str, column: str, code: str, says: str) -> None:
    """Each bad cell is an error with its place."""
    found = [finding for finding in check_dataset(written(tiny_folder, row)) if finding.severity == "error"]
    assert [(finding.file, finding.line, finding.column, finding.code) for finding in found] == [
        ("calibration.csv", 2, column, code)
    ]
    assert says in str(found[0])


def test_ids_are_unique(tiny_folder: Path) -> None:
    """Two adjustments of one id could not be told apart."""
    found = check_dataset(written(tiny_folder, ROW, ROW))
    assert [finding.code for finding in found if finding.file == "calibration.csv"] == ["E120"]


def test_scenarios_change_adjustments(tiny_folder: Path) -> None:
    """Set, scale, add and new rows act as on other tables; a closed row is gone."""
    data = read_dataset(written(tiny_folder, ROW))
    where = {"id": "west"}

    def value(operation: dict[str, object]) -> float:
        table = changed(data, where=where, **operation).network.calibration
        return float(table.number("calibration_usd_per_unit")[0])

    column = "calibration_usd_per_unit"
    assert value({"set": {column: 7}}) == 7.0
    assert value({"scale": {column: 0.5}}) == -11.75
    assert value({"add": {column: 1.5}}) == -22.0
    assert len(changed(data, close=True).network.calibration) == 0
    more = {"calibration_id": "east", "links": "rail-khorgos-almaty<", "calibration_unit": "t", column: 1.0}
    assert changed(data, rows=[more]).network.calibration.text("calibration_id").tolist() == ["west", "east"]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ({"close": 0.5}, "E315"),
        ({"rows": [NEW]}, "E104"),
        ({"rows": [NEW | {"calibration_usd_per_unit": 1}]}, "E121"),
        ({"where": {"id": "west"}, "set": {"links": "nowhere>"}}, "E121"),
        ({"where": {"id": "west"}, "set": {"calibration_unit": "boxes"}}, "E314"),
        ({"where": {"id": "east"}, "close": True}, "E311"),
    ],
)
def test_changes_that_cannot_be_made(tiny_folder: Path, operation: dict[str, object], code: str) -> None:
    """Half a row, unknown links and ids, and half a year are refused with their code."""
    data = read_dataset(written(tiny_folder, ROW))
    with pytest.raises(ScenarioError) as raised:
        changed(data, **operation)
    assert {finding.code for finding in raised.value.findings} == {code}


def test_what_units_count(tiny: Dataset) -> None:
    """Units count as for capacities, nothing without a factor, and only for the commodities asked for."""
    rows = tiny.commodities.row_of
    box, grain = rows["container"], rows["grain"]
    per_teu = float(tiny.commodities.number("t_per_unit")[box])
    assert [counted_per_unit(tiny.commodities, box, unit) for unit in ("teu", "t")] == [1.0, per_teu]
    assert counted_per_unit(tiny.commodities, grain, "t") == 1.0
    assert counted_per_unit(tiny.commodities, box, "teu", "grain;container") == 1.0
    assert counted_per_unit(tiny.commodities, box, "teu", "grain") == 0.0
    assert counted_per_unit(tiny.commodities, grain, "flight") == 0.0
