"""Checked datasets kept in a folder of the user's, so that a large one is read and checked once.

An entry is found by what the dataset folder holds (`network.fingerprint`), never by its path or date, and is believed
only while its checksum holds (`network.columnar`): whatever is wrong with it, the dataset is read from its files. Any
entry may be removed at any time. Nothing here fails: without a place, a right or room to write there is no cache.
"""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from network.collection import collection_paused
from network.columns import TABLES

if TYPE_CHECKING:
    from network.columnar import Kept

VARIABLE = "CORRIDOR_CACHE"
"""Environment variable with the folder of the cache; `OFF` for none."""

OFF = "off"
FOLDER = "corridor-optimizer"
SUFFIX = ".columns"
SMALLEST_BYTES = 50_000
"""Tables of fewer bytes are not kept unless a folder is asked for by name."""

MOST_ENTRIES = 32
LARGEST_BYTES = 1_000_000_000
"""Of all entries together; those not used for longest go first."""

PART_LIFETIME_S = 3600.0
"""What a process that was killed left half-written is removed after this."""

ENTRY = re.compile(r"[0-9a-f]{48}" + re.escape(SUFFIX))
PART = re.compile(ENTRY.pattern + r"\.[0-9a-f]+\.part")


class Entry(NamedTuple):
    """A kept dataset: its file, its bytes and when it was last used, in seconds of the epoch."""

    path: Path
    n_bytes: int
    used: float


def default_place() -> Path | None:
    """Return the folder of the cache, which need not be there yet; None where it is off or there is no home."""
    given = os.environ.get(VARIABLE, "")
    if given:
        return None if given.casefold() == OFF else Path(given)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        # A relative path is to be ignored (XDG Base Directory Specification 0.8).
        shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
        base = shared if shared.is_absolute() else home / ".cache"
    # A home that is not there is not made.
    return base / FOLDER if base.is_dir() or base.parent.is_dir() else None


def place_of(folder: Path, cache: bool | str | Path) -> Path | None:
    """Return where a dataset folder is to be kept: in the default place where `cache` is True and it is large enough.

    None for nowhere, which is also the answer to a place within the folder itself.
    """
    try:
        if cache is False or (cache is True and _table_bytes(folder) < SMALLEST_BYTES):
            return None
        place = default_place() if cache is True else Path(cache)
        return None if place is None or place.resolve().is_relative_to(folder.resolve()) else place
    except (OSError, RuntimeError):
        # Links that run in a circle, or a file that goes while its size is asked.
        return None


def _table_bytes(folder: Path) -> int:
    """Return the bytes of the tables of a folder, 0 for those that are not there."""
    paths = [folder / f"{name}.csv" for name in TABLES]
    return sum(path.stat().st_size for path in paths if path.is_file())


@collection_paused()
def fetch(place: Path, key: str) -> Kept | None:
    """Return what is kept under a key, None where there is nothing or it is damaged."""
    from network.columnar import unpack

    path = place / f"{key}{SUFFIX}"
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    kept = unpack(raw, key)
    if kept is not None:
        with suppress(OSError):
            os.utime(path)
    return kept


def keep(place: Path, key: str, kept: Kept) -> None:
    """Keep a dataset under a key: whole or not at all, whoever else does so at the same time."""
    from uuid import uuid4

    from network.columnar import pack

    with suppress(OSError, MemoryError):
        pieces = pack(kept, key)
        if sum(memoryview(piece).nbytes for piece in pieces) > LARGEST_BYTES:
            return
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = place / f"{key}{SUFFIX}"
        part = place / f"{path.name}.{uuid4().hex}.part"
        try:
            with part.open("xb") as file:
                for piece in pieces:
                    file.write(piece)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        _trim(place)


def entries(place: Path) -> list[Entry]:
    """Return what is kept, last used first."""
    return sorted(_files(place, ENTRY), key=lambda entry: (-entry.used, entry.path))


def clear(place: Path) -> list[Entry]:
    """Remove all that is kept, and what was left half-written; return what could be removed."""
    return [entry for entry in (*entries(place), *_files(place, PART)) if _remove(entry)]


def _trim(place: Path) -> None:
    """Remove what is too much or was left half-written."""
    total = 0
    for number, entry in enumerate(entries(place), start=1):
        total += entry.n_bytes
        if number > MOST_ENTRIES or total > LARGEST_BYTES:
            _remove(entry)
    for part in _files(place, PART):
        if part.used < time.time() - PART_LIFETIME_S:
            _remove(part)


def _files(place: Path, name: re.Pattern[str]) -> list[Entry]:
    """Return the files of a name; others in the same folder are none of ours."""
    found: list[Entry] = []
    with suppress(OSError):
        for path in place.iterdir():
            if name.fullmatch(path.name):
                # Another process may remove it meanwhile.
                with suppress(OSError):
                    status = path.stat()
                    found.append(Entry(path, status.st_size, status.st_mtime))
    return found


def _remove(entry: Entry) -> bool:
    """Remove a file; tell whether that was possible."""
    try:
        entry.path.unlink()
    except OSError:
        return False
    return True
