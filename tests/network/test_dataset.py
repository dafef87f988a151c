"""Datasets from folders, frames and the bundled data; demands of the caller's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from network.columns import TABLES
from network.dataset import BUNDLED, check_dataset, load, read_dataset, with_demands
from network.errors import DatasetError, UnknownIdError
from network.model import Dataset, Table

if TYPE_CHECKING:
    from pathlib import Path

NODES = pd.DataFrame(
    {"node_id": ["A", "B"], "name": ["Aa", "Бб"], "country": ["KZ", "CN"], "lat": [43.0, 44], "lon": [77, 80.0]}
)
LINKS = pd.DataFrame(
    {
        "link_id": ["ab", "ba"],
        "mode": ["road", "rail"],
        "from_node": ["A", "B"],
        "to_node": ["B", "A"],
        "directed": [False, True],
        "length_km": [300, 310.5],
        "gauge_mm": [np.nan, 1520],
        "time_h": [6, 9],
        "cost_usd_per_teu": [500, 300],
        "corridors": [None, "x"],
    }
)


def same(left: Table, right: Table) -> None:
    """Assert that two tables have the same columns, header, values and lines."""
    assert left.header == right.header
    assert list(left.columns) == list(right.columns)
    for column, values in left.columns.items():
        np.testing.assert_array_equal(values, right.columns[column])
    assert left.lines.tolist() == right.lines.tolist()


def tables_of(data: Dataset) -> dict[str, Table]:
    """Return all tables of a dataset by name."""
    network = {name: getattr(data.network, name) for name in type(data.network).__dataclass_fields__}
    beside = {"observations": data.observations, "claims": data.claims}
    return {**network, "commodities": data.commodities, "demands": data.demands, **beside}


def test_tiny_dataset(tiny: Dataset) -> None:
    """The tables of a folder hold its values, lines and header, NaN or "" where a cell is empty."""
    links = tiny.network.links
    assert tiny.info.name == "tiny"
    assert tiny.base_year == 2024
    assert tiny.info.sources["made-up"]["publisher"] == "This project"
    assert len(tiny.network.nodes) == 8
    assert links.lines.tolist() == list(range(2, 15))
    assert links.number("time_h")[links.row_of["rail-malaszewicze-duisburg"]] == 36
    assert np.isnan(links.number("time_h")[0])
    assert links.text("capacity_scope")[links.row_of["sea-aktau-baku"]] == ""
    assert [card.id for card in tiny.projects] == ["aktau-hub"]
    assert list(tiny.scenarios) == ["aktau-closed"]
    assert tiny.observations.number("value").tolist() == [15.0]
    assert tiny.findings == ()


def test_tables_are_frozen(tiny: Dataset) -> None:
    """No value of a dataset can be changed in place."""
    for table in tables_of(tiny).values():
        assert not any(values.flags.writeable for values in table.columns.values())
        assert not table.lines.flags.writeable


def test_optional_files_may_be_absent(tiny_folder: Path) -> None:
    """A dataset of the three required files has empty tables with every column, and the default commodity."""
    for path in tiny_folder.iterdir():
        if path.is_file() and path.name not in {"dataset.toml", "nodes.csv", "links.csv", "rates.csv"}:
            path.unlink()
    text = (tiny_folder / "links.csv").read_text(encoding="utf-8").replace("aktau-containers", "")
    (tiny_folder / "links.csv").write_text(text, encoding="utf-8")
    data = read_dataset(tiny_folder)
    for name, table in tables_of(data).items():
        assert tuple(table.columns) == TABLES[name]
    assert (len(data.demands), len(data.network.transfers), len(data.observations)) == (0, 0, 0)
    assert data.demands.header == ()
    assert data.projects == ()


@pytest.mark.parametrize("read", [read_dataset, check_dataset])
def test_folder_that_is_not_there(read: object, tmp_path: Path) -> None:
    """A folder that does not exist, and a file in its place, are a wrong name rather than bad data."""
    assert callable(read)
    with pytest.raises(UnknownIdError, match="does not exist"):
        read(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(UnknownIdError, match="is no folder"):
        read(tmp_path / "file")


def test_check_sorts_errors_and_warnings(tiny_folder: Path) -> None:
    """Findings come by file, line and column, errors and warnings together, each once."""
    for file, old, new in (
        ("nodes.csv", "43.6,", "99,"),
        ("links.csv", "360,1520", "-1,1520"),
        ("demands.csv", "note\n", "notes\n"),
    ):
        path = tiny_folder / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    found = check_dataset(tiny_folder)
    assert [(finding.file, finding.line, finding.code) for finding in found] == [
        ("demands.csv", 1, "W101"),
        ("links.csv", 3, "E112"),
        ("nodes.csv", 5, "E112"),
    ]
    with pytest.raises(DatasetError) as raised:
        read_dataset(tiny_folder)
    assert [finding.severity for finding in raised.value.findings] == ["error", "error", "warning"]
    assert str(raised.value).startswith("2 problems in the dataset\nlinks.csv:3: length_km: [E112]")


def test_problems_of_cards_and_scenarios_are_told_with_the_rest(tiny_folder: Path) -> None:
    """A bad card and a bad scenario file are errors of the dataset, with their files."""
    (tiny_folder / "projects.toml").write_text('[[projects]]\nid = "a"\n', encoding="utf-8")
    (tiny_folder / "scenarios" / "bad.toml").write_text("name = 5\n", encoding="utf-8")
    files = {finding.file for finding in check_dataset(tiny_folder) if finding.severity == "error"}
    assert files == {"projects.toml", "scenarios/bad.toml"}


def test_bundled_data_is_sound() -> None:
    """What `load` takes on trust passes every check, and trusted and checked reading give the same dataset."""
    errors = [str(finding) for finding in check_dataset(BUNDLED) if finding.severity == "error"]
    assert errors == []
    trusted, checked = load(), read_dataset(BUNDLED)
    for name, table in tables_of(checked).items():
        same(tables_of(trusted)[name], table)
    assert trusted.projects == checked.projects
    assert dict(trusted.scenarios) == dict(checked.scenarios)
    assert dict(trusted.info.sources) == checked.info.sources
    assert (trusted.info.name, trusted.base_year) == (checked.info.name, checked.base_year)


def test_frames_give_the_dataset_of_their_folder(tiny: Dataset) -> None:
    """Frames made of a dataset's tables give that dataset again."""
    # A table without a file has no columns to give.
    frames = {name: table.to_frame() for name, table in tables_of(tiny).items() if table.header}
    data = Dataset.from_frames(**frames, base_year=2024)
    for name, table in tables_of(tiny).items():
        same(tables_of(data)[name], table)


def test_frames_of_numbers_and_missing_values() -> None:
    """Numbers, booleans, None and NaN of a frame become the values of its cells."""
    data = Dataset.from_frames(nodes=NODES, links=LINKS)
    links = data.network.links
    assert links.number("directed").tolist() == [0.0, 1.0]
    assert np.isnan(links.number("gauge_mm")[0])
    assert links.number("gauge_mm")[1] == 1520
    assert links.text("corridors").tolist() == ["", "x"]
    assert links.header == tuple(LINKS.columns)
    assert data.commodities.text("commodity_id").tolist() == ["container"]
    assert (data.info.name, data.base_year, data.folder) == ("frames", 2024, None)


def test_base_year_of_frames() -> None:
    """The base year is the one given, else the earliest of the demands."""
    demands = pd.DataFrame({"demand_id": ["x", "y"], "origin": "A", "destination": "B", "commodity": "container"})
    dated = demands.assign(volume=1, year=[2031, 2029])
    assert Dataset.from_frames(nodes=NODES, links=LINKS, demands=dated).base_year == 2029
    assert Dataset.from_frames(nodes=NODES, links=LINKS, demands=dated, base_year=2031).base_year == 2031
    assert Dataset.from_frames(nodes=NODES, links=LINKS, demands=demands.assign(volume=1)).base_year == 2024


def test_errors_of_frames_have_the_lines_of_their_csv() -> None:
    """All problems of frames are told, as of the files they would be."""
    links = LINKS.assign(length_km=["x", 1], to_node=["B", "C"]).drop(columns="mode")
    with pytest.raises(DatasetError) as raised:
        Dataset.from_frames(nodes=NODES, links=links)
    found = {(error.file, error.line, error.column, error.code) for error in raised.value.findings}
    assert found == {
        ("links.csv", 1, "mode", "E104"),
        ("links.csv", 2, "length_km", "E111"),
        ("links.csv", 3, "to_node", "E121"),
    }


def test_own_demands(tiny: Dataset, tmp_path: Path) -> None:
    """Demands of another file replace those of the dataset, and the result says so."""
    path = tmp_path / "mine.csv"
    path.write_text("demand_id,origin,destination,commodity,volume\nd,CNSIA,RUMOW,container,5\n")
    data = with_demands(tiny, path)
    assert data.demands.row(0)["destination"] == "RUMOW"
    assert not data.has_own_demands
    assert tiny.has_own_demands
    assert data.network is tiny.network


def test_problems_of_own_demands(tiny: Dataset, tmp_path: Path) -> None:
    """Own demands are judged like the dataset's, under the name by which they were given."""
    path = tmp_path / "mine.csv"
    path.write_text(
        "demand_id,origin,destination,commodity,volume\n"
        "d,CNSIA,Duisburg,container,5\nd,CNSIA,CNSIA,grain,-5\ne,CNSIA,RUMOW,gold,\n"
    )
    with pytest.raises(DatasetError) as raised:
        with_demands(tiny, path)
    assert [(error.file, error.line, error.column, error.code) for error in raised.value.findings] == [
        (str(path), 2, "destination", "E121"),
        (str(path), 3, "demand_id", "E120"),
        (str(path), 3, "destination", "E122"),
        (str(path), 3, "volume", "E112"),
        (str(path), 4, "commodity", "E121"),
        (str(path), 4, "volume", "E110"),
    ]
    assert raised.value.findings[0].remedy == 'write its node_id, "DEDUI"'
    with pytest.raises(UnknownIdError, match="no demands file"):
        with_demands(tiny, tmp_path / "nowhere.csv")
