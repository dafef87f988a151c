"""Geometry of links: what is read, and what is told of a file that cannot be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from network.dataset import check_dataset, read_dataset
from network.errors import DatasetError
from network.geometry import FILE, read_geometry

if TYPE_CHECKING:
    from pathlib import Path

LINE = {"type": "LineString", "coordinates": [[50.0, 43.0], [49.0, 40.0]]}
SOUND = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "properties": {"link_id": "sea-aktau-baku"}, "geometry": LINE}],
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_lines_by_link(tiny_folder: Path, encoding: str) -> None:
    """A collection of lines is read by link id, with or without a byte order mark, like every other file."""
    (tiny_folder / FILE).write_text(json.dumps(SOUND), encoding=encoding)
    assert read_dataset(tiny_folder).geometry == {"sea-aktau-baku": LINE}
    assert [finding for finding in check_dataset(tiny_folder) if finding.file == FILE] == []


@pytest.mark.parametrize(
    "text", ["", "junk", "[" * 200_000, "[]", '{"features": [{}]}'], ids=["empty", "junk", "deep", "list", "no line"]
)
def test_what_cannot_be_used_is_told_by_the_check_too(tiny_folder: Path, text: str) -> None:
    """A file that no map could use is an error of the dataset, not a surprise at the first map."""
    (tiny_folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError):
        read_geometry(tiny_folder)
    assert [finding.code for finding in check_dataset(tiny_folder) if finding.file == FILE] == ["E150"]


def test_a_folder_in_its_place_is_told(tiny_folder: Path) -> None:
    """What is there and cannot be read is told with its reason."""
    (tiny_folder / FILE).mkdir()
    with pytest.raises(DatasetError, match="cannot be read"):
        read_geometry(tiny_folder)
