"""The source and grade of single numbers of a row: the column ``field_sources``.

A row has one source and one grade, but its numbers may come from several. Each item of the cell names a column of
numbers, a source and a grade, as ``capacity=estimate-2024/D;length_km=osm-rail-2024/B``; every number not named there
has the source and grade of its row.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.columns import NUMBERS, TABLES
from network.errors import Finding
from network.model import split_list

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from network.model import Table, Texts
    from network.reading import Sheet

COLUMN = "field_sources"
GRADES = ("A", "B", "C", "D", "")
"""From the strongest to the weakest; no grade at all is the weakest."""

NOT_GRADED = frozenset(("directed", "from_year", "to_year", "year"))
"""Columns of numbers that are no figures: flags and years."""


class FieldSource(NamedTuple):
    """Id of the source of a number and its grade, A to D; either is empty where nothing is said."""

    source: str
    grade: str


@lru_cache(maxsize=4096)
def parse_field_sources(cell: str) -> Mapping[str, FieldSource]:
    """Return the source and grade by column of a cell such as ``capacity=estimate-2024/D``.

    Raises
    ------
    ValueError
        An item has another form, a grade other than A to D, or a column that an earlier item has.
    """
    found: dict[str, FieldSource] = {}
    for item in split_list(cell):
        column, _, cited = (part.strip() for part in item.partition("="))
        source, _, grade = (part.strip() for part in cited.rpartition("/"))
        if not column or not source:
            raise ValueError(f'"{item}" does not read column=source/grade')
        if grade not in GRADES[:-1] or not grade:
            raise ValueError(f'"{grade}" is no grade in "{item}"')
        if column in found:
            raise ValueError(f"{column} is there twice")
        found[column] = FieldSource(source, grade)
    return MappingProxyType(found)


def source_of(table: Table, row: int, column: str) -> FieldSource:
    """Return the source and grade of one number: its own where the row names them, else those of the row."""
    if COLUMN in table.columns:
        own = parse_field_sources(str(table.text(COLUMN)[row])).get(column)
        if own is not None:
            return own
    return FieldSource(str(table.text("source")[row]), str(table.text("confidence")[row]))


def weaker(one: FieldSource, other: FieldSource) -> FieldSource:
    """Return the source with the weaker grade, `one` where both are alike: what a number made of both rests on."""
    return other if GRADES.index(other.grade) > GRADES.index(one.grade) else one


def grades_of(table: Table, column: str) -> Texts:
    """Return the grade of every number of a column, shape (n_rows,), empty where it has none."""
    grades = table.text("confidence")
    cells = table.text(COLUMN)
    named = np.flatnonzero(cells != "").tolist()
    if not named:
        return grades
    grades = grades.copy()
    for row in named:
        own = parse_field_sources(cells[row]).get(column)
        if own is not None:
            grades[row] = own.grade
    return grades


def find_misattributed(sheet: Sheet, sources: Collection[str]) -> list[Finding]:
    """Return an error for every cell of ``field_sources`` that cannot be read, or names what is not there.

    `sources` are the ids that ``dataset.toml`` declares; where it declares none, none is looked up.
    """
    table = sheet.table
    graded = tuple(name for name in TABLES[table.name] if name in NUMBERS and name not in NOT_GRADED)
    problems: dict[str, tuple[str, str, str] | None] = {"": None}
    found: list[Finding] = []
    for row, cell in enumerate(table.text(COLUMN)):
        if cell not in problems:
            problems[cell] = _problem(cell, graded, sources)
        problem = problems[cell]
        if problem is not None:
            found.append(Finding(sheet.file, int(table.lines[row]), COLUMN, *problem))
    return found


def _problem(cell: str, graded: tuple[str, ...], sources: Collection[str]) -> tuple[str, str, str] | None:
    """Return code, message and remedy of the first thing wrong with a cell."""
    from network.cells import did_you_mean

    try:
        fields = parse_field_sources(cell)
    except ValueError as error:
        remedy = "name each column once, as capacity=estimate-2024/D;length_km=osm-rail-2024/B, with a grade of A to D"
        return "E144", str(error), remedy
    for column, (source, _) in fields.items():
        if column not in graded:
            remedy = did_you_mean(column, graded) or "name a column of numbers of this table"
            return "E145", f'"{column}" is no column of numbers here', remedy
        if sources and source not in sources:
            remedy = did_you_mean(source, tuple(sources)) or f"declare [sources.{source}] in dataset.toml"
            return "E146", f'unknown source "{source}"', remedy
    return None
