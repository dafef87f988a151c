"""Which links or demands a selection on the command line means: the conditions of scenarios, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.changes import Change
from network.errors import ScenarioError, UnknownIdError
from network.selection import RefusedChangeError, rows_where

if TYPE_CHECKING:
    from network.model import Dataset, Mask

ALL = "all"
EXAMPLES = {"links": "corridor=titr,mode=rail", "demands": "group=titr-container"}


def links_meant(data: Dataset, text: str) -> Mask:
    """Return the mask of links that conditions such as ``corridor=titr,mode=rail`` mean; ``all`` means all.

    Raises
    ------
    UnknownIdError
        The conditions cannot be read, or select nothing.
    """
    return _meant(data, "links", text)


def demands_meant(data: Dataset, text: str, year: int) -> Mask:
    """Return the mask over the table of demands of those in a year that conditions mean; ``all`` means all.

    Raises
    ------
    UnknownIdError
        The conditions cannot be read, or select nothing in the year.
    """
    meant = _meant(data, "demands", text)
    mask: Mask = meant & (data.demand_years == year)
    if not mask.any():
        years = ", ".join(str(int(known)) for known in np.unique(data.demand_years[meant]))
        raise UnknownIdError(f'"{text}" selects no demand of {year}; there are such demands in {years}', name=text)
    return mask


def _meant(data: Dataset, table: str, text: str) -> Mask:
    """Return the mask of the rows of a table that conditions mean."""
    if text.strip() == ALL:
        return np.ones(len(data.tables[table]), dtype=np.bool_)
    try:
        # Read as a change that is never made, so that conditions mean the same everywhere.
        where = Change.from_text(f"{table}[{text}].note=").where
    except ScenarioError:
        where = {}
    if not where:
        message = f'cannot read "{text}"; write key=value as in {EXAMPLES[table]}, or {ALL}'
        raise UnknownIdError(message, name=text)
    try:
        return rows_where(data, table, where)
    except RefusedChangeError as refusal:
        why = refusal.findings[0]
        raise UnknownIdError(f"{why.message}; {why.remedy}" if why.remedy else why.message, name=text) from None
