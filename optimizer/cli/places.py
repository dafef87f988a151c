"""Lists of places in CSV files or on stdin, with every problem told by file and line."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import click

from network.csvfile import read_cells
from network.errors import DatasetError, Finding, UnknownIdError
from optimizer.matrix import resolve_all

if TYPE_CHECKING:
    from network.csvfile import Cells
    from network.model import Network

STDIN = "-"
COLUMNS = ("node_id", "name")
"""Columns that hold places, in order of precedence, behind the one for the list's own role."""


class PlaceList(NamedTuple):
    """Names in the order of their file, with the line of each; `file` and `column` say where they stand."""

    file: str
    column: str
    names: tuple[str, ...]
    lines: tuple[int, ...]


def read_places(network: Network, origins: str, destinations: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names in two files of places.

    A file has its places in a column ``origin`` (or ``destination``), ``node_id`` or ``name``, the first of them that
    there is; a file of one column without such a heading is a plain list, its first line included.

    Raises
    ------
    OSError
        A file cannot be read.
    DatasetError
        A file is no list of places; every problem of both files is told, names that mean no single node included.
    UnknownIdError
        Only names are wrong; all of them are told.
    """
    if origins == destinations == STDIN:
        raise click.UsageError("Only one of the two lists can be read from stdin; give the other as a file.")
    problems: list[Finding] = []
    roles = (("origin", origins), ("destination", destinations))
    lists = [found for role, path in roles if (found := _read(path, role, problems)) is not None]
    unknown = _unknown_names(network, lists)
    if problems:
        raise DatasetError(dict.fromkeys([*problems, *unknown]))
    if unknown:
        told = list(dict.fromkeys(map(str, unknown)))
        opening = f"{len(told)} name{'s' if len(told) > 1 else ''} of places cannot be used"
        raise UnknownIdError("\n".join([opening, *told]))
    return lists[0].names, lists[1].names


def _read(path: str, role: str, problems: list[Finding]) -> PlaceList | None:
    """Return the places of a file, or None after adding to `problems`."""
    if path == STDIN:
        # The reader of datasets, with its lines and remedies, reads files.
        with TemporaryDirectory() as folder:
            copy = Path(folder, "stdin.csv")
            # A process may be started with its stdin closed.
            copy.write_bytes(b"" if sys.stdin is None else sys.stdin.buffer.read())
            cells = read_cells(copy, "<stdin>", problems)
    else:
        with Path(path).open("rb"):
            # A file that is missing is no mistake in a list but in the command.
            cells = read_cells(Path(path), path, problems)
    return None if cells is None else _places_of(cells, role, problems)


def _places_of(cells: Cells, role: str, problems: list[Finding]) -> PlaceList | None:
    """Return the places in the cells of a file."""
    heading = {name.casefold(): name for name in cells.header}
    column = next((heading[name] for name in (role, *COLUMNS) if name in heading), None)
    lines = cells.lines.tolist()
    if column is not None:
        names = list(cells.columns[column])
    elif len(cells.header) == 1:
        column, names, lines = "", [cells.header[0], *cells.columns[cells.header[0]]], [cells.header_line, *lines]
    else:
        message, remedy = f"no column {role}, node_id or name", "name the column that holds the places"
        problems.append(Finding(cells.file, cells.header_line, "", "E104", message, remedy))
        return None
    for name, line in zip(names, lines, strict=True):
        if not name:
            problems.append(
                Finding(cells.file, line, column, "E110", "no place is given", "name one or remove the line")
            )
    if not names:
        message, remedy = "no place is given", "add one per line below the heading"
        problems.append(Finding(cells.file, cells.header_line, column, "E110", message, remedy))
    return PlaceList(cells.file, column, tuple(names), tuple(lines))


def _unknown_names(network: Network, lists: list[PlaceList]) -> list[Finding]:
    """Return what is wrong with names that mean no single node, each told where it stands first in a file."""
    _, wrong = resolve_all(network, (name for places in lists for name in places.names if name))
    findings = []
    for places in lists:
        first: dict[str, int] = {}
        for name, line in zip(places.names, places.lines, strict=True):
            if name in wrong:
                first.setdefault(name, line)
        for name, line in first.items():
            is_heading = not places.column and line == places.lines[0] and len(places.names) > 1
            remedy = f"if it is a heading, write {COLUMNS[-1]} instead" if is_heading else ""
            findings.append(Finding(places.file, line, places.column, "E200", str(wrong[name]), remedy))
    return findings
