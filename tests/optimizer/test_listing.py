"""Listings: lists and tuples in every respect, and tables of their records."""

from __future__ import annotations

import copy
import json
import pickle
from typing import NamedTuple

import pytest

from optimizer.listing import FixedListing, Listing


class Place(NamedTuple):
    """A record for tests."""

    name: str
    modes: tuple[str, ...]
    km: float | None


PLACES = [Place("A", ("rail", "sea"), 1.5), Place("B", (), None)]
COLUMNS = ("name", "modes", "km")


@pytest.mark.parametrize(("kind", "plain"), [(Listing, list), (FixedListing, tuple)])
def test_a_listing_is_what_it_is_made_of(kind: type, plain: type) -> None:
    """Equality, JSON, slices, sums, copies and pickles are those of a list or tuple; copies keep the columns."""
    listing = kind(PLACES, COLUMNS)
    assert listing == plain(PLACES)
    assert isinstance(listing, plain)
    assert json.dumps(listing) == json.dumps(PLACES)
    assert listing[:1] == plain(PLACES[:1])
    assert listing + plain(PLACES) == plain(PLACES * 2)
    for twin in (copy.copy(listing), copy.deepcopy(listing), pickle.loads(pickle.dumps(listing))):
        assert (type(twin), twin, twin.columns) == (kind, listing, COLUMNS)


@pytest.mark.parametrize("kind", [Listing, FixedListing])
def test_the_table_has_a_row_per_record(kind: type) -> None:
    """Columns are attributes, several words are joined, and an empty listing keeps its columns."""
    frame = kind(PLACES, COLUMNS).to_frame()
    assert list(frame.columns) == list(COLUMNS)
    assert frame["modes"].tolist() == ["rail;sea", ""]
    assert frame["km"].isna().tolist() == [False, True]
    empty = kind((), COLUMNS).to_frame()
    assert (len(empty), list(empty.columns)) == (0, list(COLUMNS))


def test_a_column_may_be_a_part_of_a_part() -> None:
    """Its name is that of the part."""
    nested = Listing([Place("A", (), 1 + 2j)], ("name", "km.imag"))  # type: ignore[arg-type]
    assert nested.to_frame().to_dict("records") == [{"name": "A", "imag": 2.0}]


def test_a_listing_can_change_like_a_list() -> None:
    """Sorting in place, appending and removing leave it a listing."""
    listing = Listing(PLACES, COLUMNS)
    listing.append(Place("0", (), 0.0))
    listing.sort()
    assert [place.name for place in listing] == ["0", "A", "B"]
    assert listing.to_frame()["name"].tolist() == ["0", "A", "B"]
