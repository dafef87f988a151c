"""The name of a folder's content: another content, another name; another place or date, the same."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

import network.fingerprint
from network.columns import TABLES
from network.fingerprint import fingerprint

FILES = ("dataset.toml", "projects.toml", "scenarios/aktau-closed.toml", "nodes.csv", "links.csv", "observations.csv")


def key_of(folder: Path) -> str:
    """Return the key of a folder that has one."""
    found = fingerprint(folder)
    assert found is not None
    return found.key


def test_place_and_dates_do_not_count(tiny_folder: Path, tmp_path: Path) -> None:
    """A copy elsewhere, touched later, has the same content; so has one with other geometry or remarks beside it."""
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "elsewhere"))
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
    (copy / "links.geojson").write_text("{}")
    (copy / "README.md").write_text("x")
    assert key_of(copy) == key_of(tiny_folder)


@pytest.mark.parametrize("file", FILES)
def test_every_byte_counts(tiny_folder: Path, file: str) -> None:
    """A byte more, a byte changed with size and date as they were, and a file less each make another content."""
    path, before = tiny_folder / file, key_of(tiny_folder)
    raw, status = path.read_bytes(), path.stat()
    keys = {before}
    for changed in (raw + b"\n", raw[:-2] + b"#" + raw[-1:], raw.replace(b"\n", b"\r\n")):
        path.write_bytes(changed)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        keys.add(key_of(tiny_folder))
    path.unlink()
    keys.add(key_of(tiny_folder))
    assert len(keys) == 5
    path.write_bytes(raw)
    assert key_of(tiny_folder) == before


def test_names_count(tiny_folder: Path) -> None:
    """Where a file has another name, or one is there that may be a misspelled table, reading says something else."""
    keys = {key_of(tiny_folder)}
    scenarios = tiny_folder / "scenarios"
    (scenarios / "aktau-closed.toml").rename(scenarios / "renamed.toml")
    keys.add(key_of(tiny_folder))
    (tiny_folder / "transfer.csv").write_text("")
    keys.add(key_of(tiny_folder))
    (tiny_folder / "transfers.csv").rename(tiny_folder / "corridor.csv")
    keys.add(key_of(tiny_folder))
    assert len(keys) == 4


def test_content_does_not_slip_from_file_to_file(tmp_path: Path) -> None:
    """Two folders whose files hold the same bytes in another division differ."""
    keys = set()
    for number, (nodes, links) in enumerate(((b"ab", b"c"), (b"a", b"bc"), (b"abc", b""))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "nodes.csv").write_bytes(nodes)
        (folder / "links.csv").write_bytes(links)
        keys.add(key_of(folder))
    assert len(keys) == 3


def test_all_tables_are_looked_at(tmp_path: Path) -> None:
    """Every table there is counts with its content."""
    for name in TABLES:
        (tmp_path / f"{name}.csv").write_bytes(b"one")
    before = key_of(tmp_path)
    for name in TABLES:
        (tmp_path / f"{name}.csv").write_bytes(b"two")
        assert key_of(tmp_path) != before
        (tmp_path / f"{name}.csv").write_bytes(b"one")


def test_the_code_that_reads_counts(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade of the package or of Python nothing kept before is found."""
    package = Path(shutil.copytree(Path(network.fingerprint.__file__).parent, tmp_path / "network"))
    for path in package.glob("*.py"):
        os.utime(path, (1, 1))
    monkeypatch.setattr(network.fingerprint, "__file__", str(package / "fingerprint.py"))
    keys = set()
    for change in (None, "checks.py", "data"):
        if change == "checks.py":
            (package / change).write_text((package / change).read_text(encoding="utf-8") + "\n", encoding="utf-8")
            os.utime(package / change, (1, 1))
        if change == "data":
            monkeypatch.setattr(sys, "version", "9.9")
        network.fingerprint._code.cache_clear()
        keys.add(key_of(tiny_folder))
    assert len(keys) == 3
    # What was written while this process runs is not what runs in it.
    os.utime(package / "checks.py")
    network.fingerprint._code.cache_clear()
    assert fingerprint(tiny_folder) is None
    for path in package.glob("*.py"):
        path.unlink()
    network.fingerprint._code.cache_clear()
    assert fingerprint(tiny_folder) is None
    network.fingerprint._code.cache_clear()


def test_what_cannot_be_read_has_no_name(tiny_folder: Path) -> None:
    """A folder in place of a table has no content to go by."""
    (tiny_folder / "links.csv").unlink()
    (tiny_folder / "links.csv").mkdir()
    assert fingerprint(tiny_folder) is None
