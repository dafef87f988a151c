"""The column ``field_sources``: what it reads, what it refuses, and that it survives writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.columns import NUMBERS, TABLES
from network.dataset import check_dataset, read_dataset
from network.errors import DatasetError
from network.field_sources import COLUMN, GRADES, FieldSource, parse_field_sources, source_of, weaker
from network.writing import write_dataset

if TYPE_CHECKING:
    from pathlib import Path

CITED = st.builds(FieldSource, st.sampled_from(("one", "other", "a/b")), st.sampled_from(GRADES[:-1]))


def with_links(folder: Path, cell: str) -> int:
    """Name the sources of single numbers in the first link of a dataset folder; return its line."""
    path = folder / "links.csv"
    header, first, *others = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{header},{COLUMN}", f"{first},{cell}", *(f"{line}," for line in others)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 2


@given(st.dictionaries(st.sampled_from(sorted(NUMBERS)), CITED))
def test_what_is_written_is_read(fields: dict[str, FieldSource]) -> None:
    """A cell made of columns, sources and grades reads back as the same, with space between the items or without."""
    items = [f"{column}={cited.source}/{cited.grade}" for column, cited in fields.items()]
    assert parse_field_sources(";".join(items)) == fields
    assert parse_field_sources(" ; ".join(items)) == fields


def test_the_weaker_of_two() -> None:
    """No grade is the weakest; of two alike the first stands."""
    grades = [FieldSource(grade, grade) for grade in GRADES]
    for at, one in enumerate(grades):
        for other in grades[at:]:
            assert weaker(one, other) == weaker(other, one) == other
    assert weaker(FieldSource("first", "C"), FieldSource("second", "C")).source == "first"


@pytest.mark.parametrize(
    ("cell", "code", "told"),
    [
        ("length_km", "E144", "does not read column=source/grade"),
        ("length_km=made-up", "E144", "does not read"),
        ("=made-up/B", "E144", "does not read"),
        ("length_km=made-up/E", "E144", '"E" is no grade'),
        ("length_km=made-up/", "E144", '"" is no grade'),
        ("length_km=made-up/B;length_km=made-up/C", "E144", "length_km is there twice"),
        ("lenght_km=made-up/B", "E145", 'did you mean "length_km"?'),
        ("volume=made-up/B", "E145", "no column of numbers"),
        ("mode=made-up/B", "E145", "no column of numbers"),
        ("from_year=made-up/B", "E145", "no column of numbers"),
        ("length_km=made-down/B", "E146", 'did you mean "made-up"?'),
        ("length_km=elsewhere/B", "E146", "declare [sources.elsewhere]"),
    ],
)
def test_what_is_refused(tiny_folder: Path, cell: str, code: str, told: str) -> None:
    """Each bad cell is one error with its line, column and remedy."""
    line = with_links(tiny_folder, cell)
    found = [finding for finding in check_dataset(tiny_folder) if finding.severity == "error"]
    assert [(at.file, at.line, at.column, at.code) for at in found] == [("links.csv", line, COLUMN, code)]
    assert told in str(found[0])
    assert found[0].remedy
    with pytest.raises(DatasetError, match=code):
        read_dataset(tiny_folder)


def test_a_sound_cell_is_kept(tiny_folder: Path, tmp_path: Path) -> None:
    """It is read without a finding, answers for its number only, and is the same after writing."""
    with_links(tiny_folder, "length_km=made-up/A")
    data = read_dataset(tiny_folder)
    links = data.network.links
    assert source_of(links, 0, "length_km") == ("made-up", "A")
    assert source_of(links, 0, "capacity") == (links.text("source")[0], links.text("confidence")[0])
    assert source_of(links, 1, "length_km") == (links.text("source")[1], links.text("confidence")[1])
    write_dataset(data, tmp_path / "copy")
    again = read_dataset(tmp_path / "copy").network.links
    assert again.text(COLUMN).tolist() == links.text(COLUMN).tolist()


def test_a_dataset_without_sources_may_name_any(tiny_folder: Path) -> None:
    """As with the source of a row, nothing is looked up where ``dataset.toml`` declares none."""
    with_links(tiny_folder, "length_km=anyone/A")
    path = tiny_folder / "dataset.toml"
    path.write_text(path.read_text(encoding="utf-8").split("[sources", 1)[0], encoding="utf-8")
    assert not [finding for finding in check_dataset(tiny_folder) if finding.code == "E146"]


def test_tables_that_have_the_column_have_it_before_the_note() -> None:
    tables = {name for name, columns in TABLES.items() if COLUMN in columns}
    assert tables == {"links", "transfers", "shared_capacities", "rates", "demands"}
    assert all(TABLES[name].index(COLUMN) == TABLES[name].index("note") - 1 for name in tables)
