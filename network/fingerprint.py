"""A name for the content of a dataset folder: the same content, read by the same code, has the same name."""

from __future__ import annotations

import sys
from functools import cache
from hashlib import blake2b, file_digest
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import network
from network.columns import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

TOML_FILES = ("dataset.toml", "projects.toml")
SCENARIOS_FOLDER = "scenarios"
DIGEST_SIZE = 24


class Fingerprint(NamedTuple):
    """The name of a folder's content, and the bytes of its TOML files by name, of just this content.

    `key` is a BLAKE2b hash in hexadecimal digits.
    """

    key: str
    toml: Mapping[str, bytes]


def fingerprint(folder: Path) -> Fingerprint | None:
    """Return the name of all that decides what reading a folder gives; None where it cannot be told.

    That is the name and content of every file that is read, the names of files that may be misspelled, and the code
    that reads: this package, the validator and Python. ``links.geojson`` is no part, as it is read when asked for.
    """
    code = _code()
    if not code:
        return None
    digest = blake2b(code, digest_size=DIGEST_SIZE)
    toml: dict[str, bytes] = {}
    read = {*TOML_FILES, *(f"{name}.csv" for name in TABLES)}
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix in {".csv", ".toml"})
        scenarios = sorted(path.name for path in (folder / SCENARIOS_FOLDER).glob("*.toml"))
        for name in (*names, *(f"{SCENARIOS_FOLDER}/{scenario}" for scenario in scenarios)):
            # A length before each name keeps a name and what follows it apart.
            digest.update(len(encoded := name.encode(errors="surrogateescape")).to_bytes(8, "little") + encoded)
            if name in read and name.endswith(".csv"):
                with (folder / name).open("rb") as file:
                    digest.update(file_digest(file, blake2b).digest())
            elif name in read or name not in names:
                toml[name] = (folder / name).read_bytes()
                digest.update(blake2b(toml[name]).digest())
    except OSError:
        return None
    return Fingerprint(digest.hexdigest(), toml)


@cache
def _code() -> bytes:
    """Return a hash of the code that reads, empty where it cannot be looked at, as in an archive.

    A version would not do: a changed check would meet what an unchanged one has let pass. Nor is code looked at that
    was written after this process began to import it: what runs here may be what stood there before.
    """
    validator = find_spec("pydantic")
    here = Path(__file__).parent
    names = sorted(path.name for path in here.glob("*.py"))
    if validator is None or validator.origin is None or not names:
        return b""
    digest = blake2b(sys.version.encode())
    try:
        if max((here / name).stat().st_mtime for name in names) > network._imported_at:
            return b""
        for path in (*(here / name for name in names), Path(validator.origin).with_name("version.py")):
            digest.update(blake2b(path.read_bytes()).digest())
    except OSError:
        return b""
    return digest.digest()
