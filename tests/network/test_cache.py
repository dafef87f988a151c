"""Kept datasets: the same as read, never stale, never believed when damaged, and never in the way."""

from __future__ import annotations

import csv
import os
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from same_tables import assert_same_table

import network.cache
import network.dataset
from network import Dataset, DatasetError, check_dataset, read_dataset
from network.cache import SUFFIX, VARIABLE, clear, default_place, entries, fetch, keep, place_of
from network.columnar import Kept, pack
from network.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NODES = [{"node_id": key, "name": f"Place {key}", "country": "KZ", "lat": 50, "lon": 60} for key in "AB"]


def write_folder(
    path: Path, links: Sequence[Mapping[str, object]] = ({},), files: Mapping[str, str] | None = None
) -> Path:
    """Write a small sound dataset: two nodes and links between them, with further cells and whole files as given."""
    (path / "scenarios").mkdir(parents=True)
    fixed = {"mode": "road", "from_node": "A", "to_node": "B", "length_km": 10, "time_h": 1, "cost_usd_per_teu": 5}
    rows = [{"link_id": f"l{at}", **fixed, **link} for at, link in enumerate(links)]
    for name, table in (("nodes", NODES), ("links", rows)):
        with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(table[0]), lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(table)
    for name, text in {"dataset.toml": 'name = "made"\nbase_year = 2024\n', **(files or {})}.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def assert_same(left: Dataset, right: Dataset) -> None:
    """Assert that two datasets agree in everything that a dataset holds."""
    assert left.info == right.info
    assert dict(left.info.sources) == dict(right.info.sources)
    assert left.tables.keys() == right.tables.keys()
    for name, table in {**left.tables, "observations": left.observations, "claims": left.claims}.items():
        assert_same_table(table, {**right.tables, "observations": right.observations, "claims": right.claims}[name])
        assert (table.name, dict(table.row_of)) == (name, dict({**right.tables, **_beside(right)}[name].row_of))
    assert left.projects == right.projects
    assert dict(left.scenarios) == dict(right.scenarios)
    assert [scenario.file for scenario in left.scenarios.values()] == [each.file for each in right.scenarios.values()]
    assert left.geometry == right.geometry
    for name in ("findings", "applied", "has_own_demands", "folder"):
        assert getattr(left, name) == getattr(right, name)


def _beside(data: Dataset) -> dict[str, object]:
    return {"observations": data.observations, "claims": data.claims}


def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every reading from files fail the test."""

    def refuse(path: Path) -> None:
        raise AssertionError(f"{path} was read from its files")

    monkeypatch.setattr(network.dataset, "_read", refuse)


def kept_files(place: Path) -> list[str]:
    """Return the names of all that is in a place, none where it is not there."""
    return sorted(path.name for path in place.iterdir()) if place.is_dir() else []


@pytest.mark.parametrize("which", ["tiny", "bundled"])
def test_kept_is_as_read(which: str, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the cache comes, field by field, what the files give, warnings and a trip between processes included."""
    path = tiny_folder if which == "tiny" else network.dataset.BUNDLED
    if which == "tiny":
        (path / "nodes.csv").write_text((path / "nodes.csv").read_text("utf-8").replace("note", "remark", 1), "utf-8")
        (path / "transfer.csv").write_text("")
    read = read_dataset(path, cache=False)
    assert read.findings or which == "bundled"
    first = read_dataset(path, cache=tmp_path / "cache")
    no_reading(monkeypatch)
    second = read_dataset(path, cache=str(tmp_path / "cache"))
    assert_same(read, first)
    assert_same(read, second)
    assert_same(read, pickle.loads(pickle.dumps(second)))
    assert kept_files(tmp_path / "cache") == [f"{fingerprint(path).key}{SUFFIX}"]  # type: ignore[union-attr]


CELL = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
LINKS = st.lists(
    st.fixed_dictionaries(
        {
            "length_km": st.floats(1, 1e9),
            "capacity": st.none() | st.floats(0, 1e20),
            "capacity_unit": st.just("teu/year"),
            "note": CELL,
            "own column": CELL,
        }
    ),
    min_size=1,
    max_size=5,
)


SOURCES = st.lists(st.sampled_from(["date = 2024-05-01", "share = inf", 'note = "ә\\n"']), max_size=3)


@settings(max_examples=40, deadline=None)
@given(LINKS, SOURCES)
def test_kept_random_datasets_are_as_read(links: list[dict[str, object]], sources: list[str]) -> None:
    """Whatever cells a sound folder has, further columns and line breaks within cells too, it comes back the same."""
    blocks = "".join(f"[sources.s{at}]\n{line}\n" for at, line in enumerate(sources))
    files = {
        "dataset.toml": f'name = "made"\nbase_year = 2024\ndescription = """a\n[b]\n"""\n{blocks}',
        "scenarios/a.toml": 'name = "ä"\n[[changes]]\ntable = "links"\nclose = true\n',
        "projects.toml": '[[projects]]\nid = "p"\nname = "P"\nchanges = [{ table = "links", close = true }]\n',
        "claims.csv": "claim_id,date,text,reason\nc,2024,t,r\n",
    }
    with tempfile.TemporaryDirectory() as base:
        folder, place = write_folder(Path(base) / "data", links, files), Path(base) / "cache"
        read = read_dataset(folder, cache=False)
        assert_same(read, read_dataset(folder, cache=place))
        assert len(entries(place)) == 1
        assert_same(read, read_dataset(folder, cache=place))
        assert len(entries(place)) == 1


def damage(path: Path, how: str) -> None:
    """Damage a file."""
    raw = path.read_bytes()
    middle = len(raw) // 2
    changed = {
        "empty": b"",
        "cut": raw[:-1],
        "half": raw[:middle],
        "longer": raw + b"\x00",
        "a bit": raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :],
        "zeros": bytes(len(raw)),
        "pickle": pickle.dumps({"a": 1}),
        "text": b"node_id,name\n",
    }[how]
    path.write_bytes(changed)


@pytest.mark.parametrize("how", ["empty", "cut", "half", "longer", "a bit", "zeros", "pickle", "text"])
def test_damaged_files_are_read_anew_and_mended(tiny_folder: Path, tmp_path: Path, how: str) -> None:
    """A wrong or truncated cache file is not believed; the dataset is read from its files and kept again."""
    place = tmp_path / "cache"
    read = read_dataset(tiny_folder, cache=place)
    (entry,) = entries(place)
    whole = entry.path.read_bytes()
    damage(entry.path, how)
    assert_same(read, read_dataset(tiny_folder, cache=place))
    assert entry.path.read_bytes() == whole


def test_a_file_under_the_name_of_another_is_not_believed(tiny_folder: Path, tmp_path: Path) -> None:
    """A sound file of another dataset, put under this one's name, is found out by the key within it."""
    place = tmp_path / "cache"
    read = read_dataset(tiny_folder, cache=place)
    (tiny,) = entries(place)
    other = write_folder(tmp_path / "other")
    read_dataset(other, cache=place)
    wrong = next(entry for entry in entries(place) if entry.path != tiny.path)
    tiny.path.write_bytes(wrong.path.read_bytes())
    assert_same(read, read_dataset(tiny_folder, cache=place))


def test_never_stale(tiny_folder: Path, tmp_path: Path) -> None:
    """After any change of the folder, dates set back, the answer is that of the files; undone, the first again."""
    place = tmp_path / "cache"
    first = read_dataset(tiny_folder, cache=place)
    for file, old, new in (
        ("links.csv", ",360,", ",361,"),
        ("nodes.csv", "Aktau", "Aktaw"),
        ("demands.csv", "2024", "2025"),
        ("dataset.toml", "2024", "2023"),
        ("projects.toml", "name = ", "note = 'x'\nname = "),
        ("scenarios/aktau-closed.toml", "name = ", "year = 2030\nname = "),
    ):
        path = tiny_folder / file
        raw, status = path.read_bytes(), path.stat()
        changed = raw.decode().replace(old, new, 1).encode()
        assert changed != raw, file
        path.write_bytes(changed)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert_same(read_dataset(tiny_folder, cache=False), read_dataset(tiny_folder, cache=place))
        path.write_bytes(raw)
    assert_same(first, read_dataset(tiny_folder, cache=place))
    assert len(entries(place)) == 7


def test_what_changes_while_it_is_read_is_not_kept(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of which one file was written during the reading is of neither state, and is not kept."""
    real = network.dataset._read

    def slow(path: Path) -> object:
        read = real(path)
        with (path / "links.csv").open("a") as file:
            file.write("\n")
        return read

    monkeypatch.setattr(network.dataset, "_read", slow)
    read_dataset(tiny_folder, cache=tmp_path / "cache")
    assert kept_files(tmp_path / "cache") == []


def test_errors_are_never_kept(tiny_folder: Path, tmp_path: Path) -> None:
    """A folder with errors leaves nothing, and says the same each time."""
    path = tiny_folder / "links.csv"
    path.write_text(path.read_text("utf-8").replace(",360,", ",-1,", 1), "utf-8")
    for _ in range(2):
        with pytest.raises(DatasetError, match="E112"):
            read_dataset(tiny_folder, cache=tmp_path / "cache")
    assert kept_files(tmp_path / "cache") == []


def test_checking_reads_the_files(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check_dataset` neither looks at what is kept, even where it lies about the folder, nor keeps anything."""
    place = tmp_path / "cache"
    monkeypatch.setenv(VARIABLE, str(place))
    monkeypatch.setattr(network.cache, "SMALLEST_BYTES", 0)
    warnings = check_dataset(tiny_folder)
    assert {finding.severity for finding in warnings} == {"warning"}
    assert kept_files(place) == []
    path = tiny_folder / "nodes.csv"
    sound = read_dataset(tiny_folder, cache=False)
    path.write_text(path.read_text("utf-8").replace("43.6,", "99,", 1), "utf-8")
    found = fingerprint(tiny_folder)
    assert found is not None
    tables = {**sound.tables, "observations": sound.observations, "claims": sound.claims}
    keep(place, found.key, Kept(sound.info, tables, ()))
    assert [finding.code for finding in check_dataset(tiny_folder)] == ["E112"]
    assert kept_files(place) == [f"{found.key}{SUFFIX}"]


KILLED = """
import os, sys
from pathlib import Path
import network.columnar
from network import read_dataset
whole = network.columnar.pack
share = float(sys.argv[3])
network.columnar.pack = lambda kept, key: [b"".join(whole(kept, key))[: int(share * 20000)]]
Path.replace = lambda self, target: os._exit(9)
read_dataset(sys.argv[1], cache=sys.argv[2])
"""


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_killed_while_writing(tiny_folder: Path, tmp_path: Path, share: float) -> None:
    """A process that dies with a part of the file written leaves no entry; the next one reads, keeps and goes on."""
    place = tmp_path / "cache"
    command = [sys.executable, "-c", KILLED, str(tiny_folder), str(place), str(share)]
    assert subprocess.run(command, check=False).returncode == 9
    (left,) = kept_files(place)
    assert left.endswith(".part")
    assert entries(place) == []
    read = read_dataset(tiny_folder, cache=False)
    assert_same(read, read_dataset(tiny_folder, cache=place))
    assert_same(read, read_dataset(tiny_folder, cache=place))
    # What was left is removed once its writer can no longer be at it.
    assert left in kept_files(place)
    os.utime(place / left, (1, 1))
    read_dataset(write_folder(tmp_path / "other"), cache=place)
    assert left not in kept_files(place)


TOGETHER = """
import sys
from network import read_dataset
print(len(read_dataset(sys.argv[1], cache=sys.argv[2]).network.links), "pydantic" in sys.modules)
"""


def test_processes_at_once(tiny_folder: Path, tmp_path: Path) -> None:
    """Processes that keep the same dataset at the same time all answer; one whole entry is left, which needs no check.

    What comes from the cache imports neither pydantic nor pandas.
    """
    command = [sys.executable, "-c", TOGETHER, str(tiny_folder), str(tmp_path / "cache")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert {process.communicate()[0].split()[0] for process in running} == {"13"}
    assert [name.endswith(SUFFIX) for name in kept_files(tmp_path / "cache")] == [True]
    after = subprocess.run(command, check=True, capture_output=True, text=True)
    assert after.stdout.split() == ["13", "False"]


def test_without_room_or_right_there_is_no_cache(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be written the dataset is read all the same, and no part of a file is left."""
    read = read_dataset(tiny_folder, cache=False)
    (tmp_path / "file").write_text("in the way")
    assert_same(read, read_dataset(tiny_folder, cache=tmp_path / "file"))
    assert_same(read, read_dataset(tiny_folder, cache=tmp_path / "file" / "below"))

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert_same(read, read_dataset(tiny_folder, cache=tmp_path / "cache"))
    assert kept_files(tmp_path / "cache") == []
    assert entries(tmp_path / "nowhere") == []
    assert clear(tmp_path / "nowhere") == []


def some(number: int) -> Kept:
    """Return something to keep."""
    return Kept(network.dataset.DatasetInfo(f"d{number}", "", "", "", 2024), {}, ())


def test_the_longest_unused_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more entries and bytes are kept than allowed: what was not used for longest is removed; use renews."""
    monkeypatch.setattr(network.cache, "MOST_ENTRIES", 3)
    keys = [f"{number:048x}" for number in range(5)]
    for number, key in enumerate(keys[:3]):
        keep(tmp_path, key, some(number))
        os.utime(tmp_path / f"{key}{SUFFIX}", (number + 1, number + 1))
    assert fetch(tmp_path, keys[0]) is not None
    keep(tmp_path, keys[3], some(3))
    assert sorted(entry.path.stem for entry in entries(tmp_path)) == [keys[0], keys[2], keys[3]]
    size = sum(len(bytes(piece)) for piece in pack(some(4), keys[4]))
    monkeypatch.setattr(network.cache, "LARGEST_BYTES", size)
    keep(tmp_path, keys[4], some(4))
    assert [entry.path.stem for entry in entries(tmp_path)] == [keys[4]]
    monkeypatch.setattr(network.cache, "LARGEST_BYTES", size - 1)
    keep(tmp_path, keys[0], some(0))
    assert [entry.path.stem for entry in entries(tmp_path)] == [keys[4]]


def test_clearing_leaves_what_is_not_ours(tiny_folder: Path, tmp_path: Path) -> None:
    """Clearing removes entries and parts, and nothing else that lies in the same folder."""
    read_dataset(tiny_folder, cache=tmp_path)
    part = tmp_path / f"{'0' * 48}{SUFFIX}.12.part"
    part.write_bytes(b"half")
    mine = [tmp_path / name for name in ("notes.txt", f"mine{SUFFIX}", "x.part")]
    for path in mine:
        path.write_text("mine")
    removed = clear(tmp_path)
    assert len(removed) == 2
    assert not part.exists()
    assert all(path.exists() for path in mine)
    assert entries(tmp_path) == []


def test_where_it_is_kept(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable decides, then the habit of the system; small folders and a place in the dataset itself do not."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv(VARIABLE, "")
    assert default_place() == tmp_path / ".cache" / "corridor-optimizer"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_place() == tmp_path / "xdg" / "corridor-optimizer"
    monkeypatch.setattr(sys, "platform", "darwin")
    (tmp_path / "Library").mkdir()
    assert default_place() == tmp_path / "Library" / "Caches" / "corridor-optimizer"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert default_place() == tmp_path / "local" / "corridor-optimizer"
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    assert default_place() == tmp_path / "own"
    assert place_of(tiny_folder, True) is None
    assert place_of(tiny_folder, tmp_path / "x") == tmp_path / "x"
    assert place_of(tiny_folder, False) is None
    assert place_of(tiny_folder, tiny_folder) is None
    assert place_of(tiny_folder, tiny_folder / "cache") is None
    monkeypatch.setattr(network.cache, "SMALLEST_BYTES", 1)
    assert place_of(tiny_folder, True) == tmp_path / "own"
    monkeypatch.setenv(VARIABLE, "OFF")
    assert place_of(tiny_folder, True) is None


def test_no_home_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the home is not there, or not known, nothing is kept."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nobody")
    assert default_place() is None

    def unknown() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", unknown)
    assert default_place() is None


def test_use_is_noted(tiny_folder: Path, tmp_path: Path) -> None:
    """Reading from the cache renews the date by which entries are told old."""
    read_dataset(tiny_folder, cache=tmp_path)
    (entry,) = entries(tmp_path)
    os.utime(entry.path, (1, 1))
    read_dataset(tiny_folder, cache=tmp_path)
    assert entries(tmp_path)[0].used > time.time() - 60


def test_large_datasets_are_kept_unasked(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corridor: Callable[..., object]
) -> None:
    """The command line keeps a dataset that is large enough, and takes it from there."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    corridor("info", "--dataset", tiny_folder)
    assert kept_files(tmp_path / "cache") == []
    monkeypatch.setattr(network.cache, "SMALLEST_BYTES", 1000)
    first = corridor("info", "--dataset", tiny_folder)
    assert len(entries(tmp_path / "cache")) == 1
    no_reading(monkeypatch)
    assert corridor("info", "--dataset", tiny_folder) == first
