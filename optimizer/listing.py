"""Lists of records that also give a pandas table: what a library returns several of, a script reads as a frame."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

T = TypeVar("T")


class Listing(list[T]):
    """A list of records with the table of them; in every other respect a list.

    Attributes
    ----------
    columns
        Attributes of a record that are columns of the table, parts of a part joined by a point (``bottleneck.id``).

    Examples
    --------
    >>> from datetime import date
    >>> listing = Listing([date(2030, 1, 31)], ("year", "month"))
    >>> listing == [date(2030, 1, 31)]
    True
    >>> listing.to_frame().to_dict("records")
    [{'year': 2030, 'month': 1}]
    """

    def __init__(self, records: Iterable[T] = (), columns: tuple[str, ...] = ()) -> None:
        super().__init__(records)
        self.columns = columns

    def to_frame(self) -> pd.DataFrame:
        """Return one row per record; the columns are there without records too."""
        return frame_of(self, self.columns)


class FixedListing(tuple[T, ...]):
    """The same as a tuple, for records that belong to something frozen."""

    columns: tuple[str, ...]

    def __new__(cls, records: Iterable[T] = (), columns: tuple[str, ...] = ()) -> FixedListing[T]:
        """Return the tuple with its columns."""
        self = super().__new__(cls, tuple(records))
        self.columns = columns
        return self

    def to_frame(self) -> pd.DataFrame:
        """Return one row per record; the columns are there without records too."""
        return frame_of(self, self.columns)


def headers(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns: of ``bottleneck.id`` the last part."""
    return tuple(column.rpartition(".")[2] for column in columns)


def values_of(record: object, columns: Sequence[str]) -> tuple[object, ...]:
    """Return the cells of a record; several words in one cell are joined by ``;``."""
    return tuple(_cell(attrgetter(column)(record)) for column in columns)


def frame_of(records: Iterable[object], columns: Sequence[str]) -> pd.DataFrame:
    """Return a pandas table with one row per record and the columns named."""
    import pandas as pd

    return pd.DataFrame([values_of(record, columns) for record in records], columns=list(headers(columns)))


def _cell(value: object) -> object:
    """Return a value as it stands in a cell."""
    return ";".join(map(str, value)) if isinstance(value, tuple | list) else value
