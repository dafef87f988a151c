"""The file that a sweep keeps of its records, so that one that was stopped goes on where it was.

JSON lines: first what the records rest on (data, weights, options, kind of work), then one line per job with its key
and record. Lines are only ever appended. A line that a killed process left unfinished is dropped and its job redone.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from network.errors import CorridorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import BinaryIO

    from network.model import Dataset
    from optimizer.replanning import Prepared

FORMAT = 1
SYNC_S = 1.0
"""Seconds between two calls that make the disk keep what was written, against a loss of power."""
WORDS = {
    "format": "another form of this file",
    "software": "another version of this software",
    "work": "another command",
    "dataset": "another dataset",
    "version": "another version of the dataset",
    "content": "other content of the dataset",
    "applied": "other scenarios under all of them",
    "weights": "other weights",
    "options": "other solver options",
}
"""What it means when a part of the first line differs."""


class ResumeError(CorridorError):
    """A file to resume from belongs to another question, or is none."""

    code = "E350"


class Journal:
    """An open file of records; `known` are those that it held when it was opened, by key."""

    def __init__(self, stream: BinaryIO, known: dict[str, dict[str, Any]]) -> None:
        self.known = known
        self._stream = stream
        self._synced = monotonic()

    def add(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Append records by key; they outlive this process from now on."""
        if not records:
            return
        lines = (json.dumps({"key": key, "record": record}, ensure_ascii=False) for key, record in records.items())
        self._stream.write("".join(f"{line}\n" for line in lines).encode())
        if monotonic() - self._synced >= SYNC_S:
            os.fsync(self._stream.fileno())
            self._synced = monotonic()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        os.fsync(self._stream.fileno())
        self._stream.close()


def open_journal(path: str | Path, work: Callable[..., object], bases: Mapping[int, Prepared]) -> Journal:
    """Open a file of records to append to, new or from an earlier run of the same question.

    Raises
    ------
    ResumeError
        The file was written for other data, weights, options or work, or is no such file.
    OSError
        The file cannot be read or written.
    """
    path = Path(path)
    header = fingerprint(work, next(iter(bases.values())))
    content = path.read_bytes() if path.exists() else b""
    n_whole = content.rfind(b"\n") + 1
    lines = content[:n_whole].splitlines()
    known = _known(path, header, lines) if lines else {}
    if content and not lines and not json.dumps(header).encode().startswith(content):
        raise _no_journal(path, 1)
    # Without a buffer of ours a line is handed over whole, even if this process is killed the moment after.
    stream = path.open("r+b" if path.exists() else "w+b", buffering=0)
    stream.truncate(n_whole)
    stream.seek(n_whole)
    if not lines:
        stream.write(f"{json.dumps(header)}\n".encode())
    return Journal(stream, known)


def fingerprint(work: Callable[..., object], base: Prepared) -> dict[str, Any]:
    """Return what all records of a sweep rest on, but for the year, which is a part of their keys."""
    data, weights, options = base.plan.data, base.plan.blocks.weights, base.options
    function = getattr(work, "func", work)
    return {
        "format": FORMAT,
        "software": version("corridor-optimizer"),
        "work": f"{function.__module__}.{getattr(function, '__qualname__', type(function).__qualname__)}",
        "dataset": data.info.name,
        "version": data.info.version,
        "content": content_hash(data),
        "applied": [scenario.name for scenario in data.applied],
        "weights": weights.to_mapping(),
        "options": {name: getattr(options, name) for name in options.__slots__},
    }


def content_hash(data: Dataset) -> str:
    """Return the SHA-256 of every cell that routes and plans read, in hexadecimal digits."""
    digest = sha256(str(data.base_year).encode())
    for name, table in data.tables.items():
        for column, values in table.columns.items():
            digest.update(f"\0{name}.{column}\0{len(values)}\0".encode())
            is_number = values.dtype == np.float64
            digest.update(values.tobytes() if is_number else "\0".join(map(str, values.tolist())).encode())
    return digest.hexdigest()


def _known(path: Path, header: Mapping[str, Any], lines: list[bytes]) -> dict[str, dict[str, Any]]:
    """Return the records of a file by key."""
    known: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            if number == 1:
                _check_header(path, header, entry)
            else:
                known[entry["key"]] = dict(entry["record"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _no_journal(path, number) from None
    return known


def _check_header(path: Path, header: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Refuse a file that was written for another question."""
    if set(found) != set(header):
        raise _no_journal(path, 1)
    different = [words for name, words in WORDS.items() if found[name] != header[name]]
    if different:
        raise ResumeError(
            f"{path} cannot be resumed: it was written for {', '.join(different)}; "
            "give another file, or remove this one to begin anew"
        )


def _no_journal(path: Path, number: int) -> ResumeError:
    return ResumeError(
        f"{path} cannot be resumed: line {number} is not a line of a sweep; give another file, or remove this one"
    )
