"""Writing a dataset: the same bytes back, whole or not at all."""

from __future__ import annotations

import math
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.csvfile import Cells, read_cells
from network.dataset import BUNDLED, read_dataset
from network.reading import number_text, rows_to_table, sound_table
from network.toml_text import toml_text
from network.writing import table_text, write_dataset

if TYPE_CHECKING:
    from network.model import Dataset

TINY = Path(__file__).parents[1] / "data" / "tiny"
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12).map(lambda text: " ".join(text.split()))
NAMES = TEXTS.filter(bool) | st.sampled_from(["Хоргос", "西安", 'He said "no"', "a, b", "Қорғас", "日本", "#x", "'"])
AMOUNTS = st.floats(min_value=0, max_value=1e30)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a folder by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_tiny_dataset_is_canonical(tiny: Dataset, tmp_path: Path) -> None:
    """Reading the tiny dataset and writing it gives every file back byte for byte."""
    write_dataset(tiny, tmp_path / "copy")
    assert contents(tmp_path / "copy") == contents(TINY)


def test_bundled_tables_survive_a_round_trip(tmp_path: Path) -> None:
    """The bundled dataset reads back equal after writing, and a second writing gives the same bytes."""
    first, second = tmp_path / "first", tmp_path / "second"
    data = read_dataset(BUNDLED)
    write_dataset(data, first)
    again = read_dataset(first)
    write_dataset(again, second)
    assert contents(first) == contents(second)
    for name in type(data.network).__dataclass_fields__:
        for column, values in getattr(data.network, name).columns.items():
            np.testing.assert_array_equal(getattr(again.network, name).columns[column], values)
    assert again.projects == data.projects
    assert again.info == replace(data.info, sources=dict(data.info.sources))


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(NAMES, st.sampled_from(["KZ", "CN", "RU"]), st.floats(-90, 90), st.floats(-180, 180), TEXTS, TEXTS),
        min_size=1,
        max_size=6,
    )
)
def test_any_nodes_round_trip(rows: list[tuple[str, str, float, float, str, str]]) -> None:
    """Whatever texts and numbers nodes hold, written bytes read back as the same values and the same bytes."""
    columns = ("name", "country", "lat", "lon", "name_ru", "a further column")
    table = rows_to_table(
        "nodes", [{"node_id": f"n{at}", **dict(zip(columns, row, strict=True))} for at, row in enumerate(rows)]
    )
    text = table_text(table)
    with TemporaryDirectory() as name:
        path = Path(name) / "nodes.csv"
        path.write_text(text, encoding="utf-8", newline="")
        cells = read_cells(path, "nodes.csv", [])
    assert cells is not None
    again = sound_table("nodes", cells)
    for column, values in table.columns.items():
        np.testing.assert_array_equal(again.columns[column], values)
    assert table_text(again) == text


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            AMOUNTS, st.none() | AMOUNTS, st.none() | AMOUNTS, st.sampled_from(["", "4-11", "11-3"]), st.booleans()
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_links_round_trip_through_a_folder(rows: list[tuple[float, float | None, float | None, str, bool]]) -> None:
    """A folder with any sound numbers, huge and tiny ones too, is written back byte for byte."""
    new = [
        {
            "link_id": f"l{at}",
            "mode": "road",
            "from_node": "CNSIA",
            "to_node": "DEDUI",
            "directed": directed,
            "length_km": length,
            "time_h": 1,
            "cost_usd_per_teu": cost,
            "capacity": capacity,
            "capacity_unit": "truck/day",
            "open_months": months,
        }
        for at, (length, cost, capacity, months, directed) in enumerate(rows)
    ]
    with TemporaryDirectory() as name:
        first, second = Path(name) / "first", Path(name) / "second"
        shutil.copytree(TINY, first)
        (first / "links.csv").write_text(table_text(rows_to_table("links", new)), encoding="utf-8")
        write_dataset(read_dataset(first), second)
        assert contents(first) == contents(second)


@given(value=st.floats(allow_nan=False))
def test_numbers_are_shortest_and_exact(value: float) -> None:
    """Any number reads back exactly as written, and whole ones have no trailing .0."""
    text = number_text(value)
    assert float(text) == value
    assert not text.endswith(".0")
    assert len(text) <= len(repr(value))


def test_numbers_as_people_write_them() -> None:
    """Whole numbers, fractions, huge and tiny ones; nothing for NaN."""
    numbers = [140000.0, 0.1, 1e15, 1e300, 5e-324, 1 / 3, math.nan]
    assert [number_text(number) for number in numbers] == [
        *("140000", "0.1", "1000000000000000", "1e+300", "5e-324", "0.3333333333333333", "")
    ]


def test_lines_inside_cells_survive(tmp_path: Path) -> None:
    """A cell of several lines, quotes and commas is written so that it reads back."""
    note = 'first line\nsecond, with "quotes"\n\nlast'
    table = rows_to_table("corridors", [{"corridor_id": "c", "name": "C", "note": note}, {"corridor_id": "d"}])
    path = tmp_path / "corridors.csv"
    path.write_text(table_text(table), encoding="utf-8", newline="")
    cells = read_cells(path, path.name, [])
    assert isinstance(cells, Cells)
    assert list(cells.columns["note"]) == [note, ""]
    assert cells.lines.tolist() == [2, 6]


def test_writing_over_an_older_dataset(tiny: Dataset, tiny_folder: Path) -> None:
    """Files of the older dataset that the new one does not have are gone; other files stay."""
    (tiny_folder / "notes.txt").write_text("mine")
    (tiny_folder / "links.geojson").write_text("{}")
    smaller = replace(
        tiny, annex=type(tiny.annex).of((), {}, tiny.observations.take(np.zeros(1, dtype=np.bool_)), tiny.claims)
    )
    write_dataset(smaller, tiny_folder)
    found = contents(tiny_folder)
    assert found["notes.txt"] == b"mine"
    assert {"projects.toml", "links.geojson", "scenarios/aktau-closed.toml"}.isdisjoint(found)
    assert read_dataset(tiny_folder).projects == ()


def test_geometry_is_copied(tiny_folder: Path, tmp_path: Path) -> None:
    """The geometry of a dataset goes with it."""
    (tiny_folder / "links.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    write_dataset(read_dataset(tiny_folder), tmp_path / "copy")
    assert contents(tmp_path / "copy") == contents(tiny_folder)


@pytest.mark.parametrize("broken_after", [0, 3, 12])
def test_failed_write_leaves_everything_as_it_was(
    tiny: Dataset, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken_after: int
) -> None:
    """When a file cannot be moved, an existing folder keeps its bytes and a new one does not appear."""
    (tiny_folder / "rates.csv").write_text("mode,country\n")
    before, calls = contents(tiny_folder), iter(range(100))
    move = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if next(calls) == broken_after:
            raise OSError(28, "No space left on device")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OSError, match="No space"):
        write_dataset(tiny, tiny_folder)
    assert contents(tiny_folder) == before
    calls = iter(range(100)) if broken_after < 12 else iter(range(6, 100))
    with pytest.raises(OSError, match="No space"):
        write_dataset(tiny, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "mapping",
    [
        {"name": 'quotes " and \\ back', "year": 2030, "share": 0.25, "on": True, "empty": []},
        {"changes": [{"table": "links", "where": {"id": ["a", "b"], "crossing": True}, "rows": [{"a b": 1.5}]}]},
        {"sources": {"a.b": {"title": "Тест\nzwei"}, "c": {"year": 2024}}, "note": "tab\tbell\x07"},
        {"projects": [{"id": "p", "changes": [{"table": "nodes", "close": True}]}, {"id": "q"}]},
    ],
)
def test_toml_reads_back(mapping: dict[str, object]) -> None:
    """What is written as TOML reads back as the same mapping."""
    assert tomllib.loads(toml_text(mapping)) == mapping
