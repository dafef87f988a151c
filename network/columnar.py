"""A checked dataset as columns of bytes, the way the cache keeps it (`network.cache`).

All integers are little-endian::

    8 bytes     MAGIC
    32 bytes    BLAKE2b (Saarinen and Aumasson 2015, RFC 7693) of everything behind them
    8 bytes     length of the head
    the head    JSON in UTF-8: the key, what the dataset says of itself, findings, tables, length and type of each array
    the arrays  one behind the other

A column of numbers is an array of float64. Every text stands once in one long text, parted by a character that is in
none of them; a column of texts is an array of places in that list. A column without any value has no array. Nothing in
the bytes is ever executed, and nothing is looked at before the checksum holds.
"""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from hashlib import blake2b
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from network.errors import Finding
from network.model import DatasetInfo, Table, freeze

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from network.model import Column, Texts

MAGIC = b"corridor"
DIGEST_SIZE = 32
LENGTH_SIZE = 8
START = len(MAGIC) + DIGEST_SIZE
TYPES = FLOATS, INTEGERS, CODES, BYTES = "<f8", "<i8", "<u4", "|u1"
TEXTS = "texts"
NUMBERS = "numbers"


class Kept(NamedTuple):
    """What is kept of a dataset; the sources of `info` and what is written in TOML stay in their files."""

    info: DatasetInfo
    tables: Mapping[str, Table]
    findings: tuple[Finding, ...]


def pack(kept: Kept, key: str) -> list[bytes | memoryview]:
    """Return the bytes of a dataset in pieces, to be written one behind the other."""
    arrays: list[NDArray[Any]] = []
    words: dict[str, int] = {}
    tables: dict[str, object] = {}

    def put(values: NDArray[Any], dtype: str) -> int:
        arrays.append(np.ascontiguousarray(values, dtype=dtype))
        return len(arrays) - 1

    for name, table in kept.tables.items():
        columns = [[column, *_pack_column(values, words, put)] for column, values in table.columns.items()]
        tables[name] = {"header": table.header, "lines": put(table.lines, INTEGERS), "columns": columns}
    parting = _parting("".join(words))
    text = put(np.frombuffer(parting.join(words).encode(), dtype=np.uint8), BYTES)
    head = {
        "key": key,
        "info": {item.name: getattr(kept.info, item.name) for item in fields(DatasetInfo) if item.name != "sources"},
        "findings": [[*finding[:1], int(finding.line), *finding[2:]] for finding in kept.findings],
        "tables": tables,
        "words": {"text": text, "parting": parting},
        "arrays": [[array.dtype.str, len(array)] for array in arrays],
    }
    head_bytes = json.dumps(head, ensure_ascii=False).encode()
    pieces: list[bytes | memoryview] = [
        len(head_bytes).to_bytes(LENGTH_SIZE, "little"),
        head_bytes,
        *(array.data for array in arrays),
    ]
    digest = blake2b(digest_size=DIGEST_SIZE)
    for piece in pieces:
        digest.update(piece)
    return [MAGIC, digest.digest(), *pieces]


def unpack(raw: bytes, key: str | None = None) -> Kept | None:
    """Return what `pack` made bytes of; None where they are not whole, or not those of `key` (None = any)."""
    head, arrays_at = _head(raw)
    if head is None or (key is not None and head.get("key") != key):
        return None
    try:
        arrays = _arrays(raw, arrays_at, head["arrays"])
        words = _words(arrays[head["words"]["text"]], head["words"]["parting"])
        tables = {name: _table(name, given, arrays, words) for name, given in head["tables"].items()}
        info = DatasetInfo(**head["info"])
        findings = tuple(Finding(*finding) for finding in head["findings"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError):
        # The checksum holds and yet it is not ours: as good as not there.
        return None
    return Kept(info, tables, findings)


def summary(raw: bytes) -> tuple[str, int, int] | None:
    """Return the name of a packed dataset and how many nodes and links it has; None where its bytes are not whole."""
    head, _ = _head(raw)
    if head is None:
        return None
    try:
        n_nodes, n_links = (head["arrays"][head["tables"][name]["lines"]][1] for name in ("nodes", "links"))
        return str(head["info"]["name"]), int(n_nodes), int(n_links)
    except (ValueError, KeyError, IndexError, TypeError):
        return None


def _head(raw: bytes) -> tuple[dict[str, Any] | None, int]:
    """Return the head and where the arrays begin, None where the checksum does not hold."""
    if raw[: len(MAGIC)] != MAGIC or len(raw) < START + LENGTH_SIZE:
        return None, 0
    if blake2b(memoryview(raw)[START:], digest_size=DIGEST_SIZE).digest() != raw[len(MAGIC) : START]:
        return None, 0
    begin = START + LENGTH_SIZE
    end = begin + int.from_bytes(raw[START:begin], "little")
    try:
        head = json.loads(raw[begin:end])
    except (ValueError, RecursionError):
        return None, 0
    return (head, end) if isinstance(head, dict) else (None, 0)


def _pack_column(values: Column, words: dict[str, int], put: Any) -> Sequence[object]:
    """Return kind and array of a column, after adding its texts to `words`; no array where nothing is given."""
    if values.dtype != object:
        return [NUMBERS] if np.isnan(values).all() else [NUMBERS, put(values, FLOATS)]
    texts = values.tolist()
    if not any(texts):
        return [TEXTS]
    for text in dict.fromkeys(texts):
        words.setdefault(text, len(words))
    codes = np.fromiter(map(words.__getitem__, texts), dtype=np.uint32, count=len(texts))
    return [TEXTS, put(codes, CODES)]


def _arrays(raw: bytes, begin: int, sizes: Sequence[tuple[str, int]]) -> list[NDArray[Any]]:
    """Return the arrays as views of the bytes."""
    arrays = []
    for dtype, count in sizes:
        if dtype not in TYPES:
            raise ValueError(f"no type of ours: {dtype}")
        arrays.append(np.frombuffer(raw, dtype=dtype, count=count, offset=begin))
        begin += arrays[-1].nbytes
    return arrays


def _parting(text: str) -> str:
    """Return the first character that is not in a text; any but a surrogate, which has no UTF-8."""
    return next(char for char in map(chr, chain(range(0xD800), range(0xE000, sys.maxunicode + 1))) if char not in text)


def _words(text: NDArray[np.uint8], parting: str) -> Texts:
    """Return the texts by their place."""
    given = text.tobytes().decode().split(parting)
    words = np.empty(len(given), dtype=object)
    words[:] = given
    return words


def _table(name: str, given: Mapping[str, Any], arrays: Sequence[NDArray[Any]], words: Texts) -> Table:
    """Return a table; its columns are copies, so that the bytes can go, and those without a value are one."""
    lines = arrays[given["lines"]].astype(np.int64)
    no_numbers, no_texts = freeze(np.full(len(lines), np.nan)), freeze(np.full(len(lines), "", dtype=object))
    columns: dict[str, Column] = {}
    for column, kind, *at in given["columns"]:
        if not at:
            columns[sys.intern(column)] = no_numbers if kind == NUMBERS else no_texts
        elif kind == NUMBERS:
            columns[sys.intern(column)] = freeze(arrays[at[0]].astype(np.float64))
        else:
            columns[sys.intern(column)] = freeze(words[arrays[at[0]]])
    return Table(name, MappingProxyType(columns), tuple(given["header"]), freeze(lines))
