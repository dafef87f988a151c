"""Tables as columns of bytes: back as they were, and refused where a single bit is off."""

from __future__ import annotations

import json
from hashlib import blake2b
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from same_tables import assert_same_table

from network.columnar import DIGEST_SIZE, LENGTH_SIZE, MAGIC, START, Kept, pack, summary, unpack
from network.errors import Finding
from network.model import DatasetInfo, Table, freeze

# What UTF-8 can hold: a text read from a file never has half a surrogate pair.
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NUMBER = st.floats(width=64) | st.just(float("nan"))
LINE = st.integers(0, 2**62)
FINDING = st.builds(Finding, TEXT, LINE, TEXT, TEXT, TEXT, TEXT, st.sampled_from(["error", "warning"]))
INFO = st.builds(DatasetInfo, TEXT, TEXT, TEXT, TEXT, st.integers(1900, 2200), TEXT, TEXT)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a table of some columns of texts and numbers, many of them without a value."""
    n_rows = draw(st.integers(0, 5))
    columns: dict[str, np.ndarray] = {}
    for name in draw(st.lists(TEXT, unique=True, min_size=1, max_size=4)):
        if draw(st.booleans()):
            cells = draw(st.lists(NUMBER, min_size=n_rows, max_size=n_rows) | st.just([np.nan] * n_rows))
            columns[name] = freeze(np.array(cells, dtype=np.float64))
        else:
            cells = draw(st.lists(TEXT, min_size=n_rows, max_size=n_rows) | st.just([""] * n_rows))
            texts = np.empty(n_rows, dtype=object)
            texts[:] = cells
            columns[name] = freeze(texts)
    lines = np.array(draw(st.lists(LINE, min_size=n_rows, max_size=n_rows)), dtype=np.int64)
    header = tuple(draw(st.lists(st.sampled_from(list(columns)), unique=True)))
    return Table("nodes", MappingProxyType(columns), header, freeze(lines))


KEPT = st.builds(Kept, INFO, st.dictionaries(TEXT, tables(), max_size=3), st.lists(FINDING, max_size=3).map(tuple))


@settings(deadline=None)
@given(KEPT)
def test_what_is_packed_comes_back(kept: Kept) -> None:
    """Tables, findings and what a dataset says of itself come back to the bit, whatever characters they hold."""
    back = unpack(b"".join(pack(kept, "key")), "key")
    assert back is not None
    assert (back.info, back.findings) == (kept.info, kept.findings)
    assert list(back.tables) == list(kept.tables)
    for name, table in kept.tables.items():
        assert back.tables[name].columns.keys() == table.columns.keys()
        assert_same_table(table, back.tables[name])


def example() -> bytes:
    """Return the bytes of a small dataset."""
    texts = np.array(["Ақтау", "", "a\x00b"], dtype=object)
    columns = {"node_id": freeze(texts), "lat": freeze(np.array([43.6, np.nan, -0.0]))}
    nodes = Table("nodes", MappingProxyType(columns), ("node_id",), freeze(np.arange(3)))
    kept = Kept(DatasetInfo("made", "Made", "1", "", 2024), {"nodes": nodes, "links": nodes}, ())
    return b"".join(pack(kept, "key"))


@settings(deadline=None)
@given(st.data())
def test_a_single_bit_is_enough_to_refuse(data: st.DataObject) -> None:
    """Bytes of which one bit differs, wherever, are as good as none."""
    raw = bytearray(example())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    assert unpack(bytes(raw), "key") is None
    assert summary(bytes(raw)) is None


@settings(deadline=None)
@given(st.data())
def test_cut_or_lengthened_bytes_are_refused(data: st.DataObject) -> None:
    """Bytes that end early, or go on, are as good as none."""
    raw = example()
    assert unpack(raw[: data.draw(st.integers(0, len(raw) - 1))], "key") is None
    assert unpack(raw + data.draw(st.binary(min_size=1, max_size=9)), "key") is None


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_may_stand_there(raw: bytes) -> None:
    """Arbitrary bytes are refused, with and without our first word."""
    assert unpack(raw) is None
    assert unpack(MAGIC + raw) is None


def test_bytes_of_another_key_are_refused() -> None:
    """A file under a wrong name is none of the dataset asked for."""
    assert unpack(example(), "key") is not None
    assert unpack(example(), "other") is None
    assert summary(example()) == ("made", 3, 3)


@pytest.mark.parametrize(
    "head",
    [
        b"no JSON",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"key": "key", "arrays": [["<f8", 1000000000]], "words": {"text": 0, "parting": ","}, "tables": {}}',
        b'{"key": "key", "arrays": [["|O", 1]], "words": {"text": 0, "parting": ","}, "tables": {}}',
        b'{"key": "key", "arrays": [["<f8", 1e400]], "words": {"text": 0, "parting": ","}, "tables": {}}',
        b'{"key": "key", "arrays": [["<f8", ' + b"9" * 40 + b']], "words": {"text": 0, "parting": ","}, "tables": {}}',
        b'{"key": "key", "arrays": [["|u1", 0]], "words": {"text": 0, "parting": ""}, "tables": {}}',
        b'{"key": "key", "arrays": [], "words": {"text": 5, "parting": ","}, "tables": {}}',
        b'{"key": "key", "arrays": [["|u1", 0]], "words": {"text": 0, "parting": ","}, "tables": [], "info": {}}',
    ],
)
def test_a_head_that_is_not_ours_is_refused(head: bytes) -> None:
    """A checksum that holds makes nothing ours: what does not fit is refused, and no object is made of bytes."""
    rest = len(head).to_bytes(LENGTH_SIZE, "little") + head + bytes(8)
    assert unpack(MAGIC + blake2b(rest, digest_size=DIGEST_SIZE).digest() + rest, "key") is None


def test_equal_texts_stand_once() -> None:
    """A text that many rows share is kept once, and so is each column without a value."""
    texts = freeze(np.array(["the same long text of a note"] * 500, dtype=object))
    columns = {"a": texts, "b": texts, "c": freeze(np.full(500, np.nan)), "d": freeze(np.full(500, "", dtype=object))}
    table = Table("links", MappingProxyType(columns), tuple(columns), freeze(np.arange(500)))
    raw = b"".join(pack(Kept(DatasetInfo("n", "", "", "", 2024), {"links": table}, ()), "key"))
    assert raw.count(b"the same long text of a note") == 1
    assert len(raw) < 500 * (8 + 4 + 4) + 1000
    head = json.loads(raw[START + LENGTH_SIZE :].partition(b"\x00")[0].rpartition(b"}")[0] + b"}")
    assert len(head["arrays"]) == 4
