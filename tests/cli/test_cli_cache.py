"""The command on kept datasets: what is there, where, and how it goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from network import read_dataset
from network.cache import VARIABLE, entries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Answer


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the cache for the commands of a test."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_is_kept_is_shown(corridor: Callable[..., Answer], place: Path, tiny_folder: Path) -> None:
    """The command names place, datasets, sizes and days; a damaged file is told as such."""
    assert corridor("cache").out == f"0 datasets, 0.0 MB in {place}\n"
    read_dataset(tiny_folder, cache=place)
    (entry,) = entries(place)
    listed = json.loads(corridor("cache", "--format", "json").out)
    assert listed["place"] == str(place)
    (row,) = listed["entries"]
    assert (row["file"], row["dataset"], row["nodes"], row["links"]) == (entry.path.name, "tiny", 8, 13)
    assert row["size_mb"] == entry.n_bytes / 1e6
    shown = corridor("cache").out
    assert shown.startswith("1 dataset, 0.0 MB in ")
    assert "tiny" in shown
    entry.path.write_bytes(entry.path.read_bytes()[:-1])
    assert "damaged, not used" in corridor("cache").out
    assert json.loads(corridor("cache", "--format", "json").out)["entries"][0]["dataset"] is None


def test_clearing(corridor: Callable[..., Answer], place: Path, tiny_folder: Path) -> None:
    """All that is kept goes, and the dataset is read as before."""
    read = read_dataset(tiny_folder, cache=place)
    assert corridor("cache", "--clear").out == "1 file removed, 0.0 MB.\n"
    assert entries(place) == []
    cleared = json.loads(corridor("cache", "--clear", "--format", "json").out)
    assert cleared == {"place": str(place), "removed": 0, "size_mb": 0.0}
    assert len(read_dataset(tiny_folder, cache=place).network.links) == len(read.network.links)


@pytest.mark.parametrize("arguments", [(), ("--clear",)])
def test_where_nothing_is_kept(
    corridor: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """Switched off, the command says so and succeeds."""
    monkeypatch.setenv(VARIABLE, "off")
    answer = corridor("cache", *arguments)
    assert (answer.code, answer.out) == (0, "Nothing is kept: CORRIDOR_CACHE is off, or there is no home.\n")
    assert json.loads(corridor("cache", *arguments, "--format", "json").out)["place"] is None
