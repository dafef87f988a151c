"""``corridor cache``: datasets that were read and checked once, where they are kept, and how to be rid of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.arguments import format_option, output_option
from optimizer.cli.output import emit, emit_document

if TYPE_CHECKING:
    from pathlib import Path

BYTES_PER_MB = 1_000_000.0
NOWHERE = "Nothing is kept: CORRIDOR_CACHE is off, or there is no home."


@click.command("cache", short_help="Show or clear the datasets that are kept to be read faster.")
@click.option("--clear", "clears", is_flag=True, help="Remove all of them; they are read from their files again.")
@format_option("table", "json")
@output_option
def command(clears: bool, form: str, output: str | None) -> None:
    """Show the datasets that are kept to be read faster: where, how large, and when each was last used.

    A dataset read with --dataset is kept once it was found sound, and taken from there while not a byte of its folder
    has changed. The environment variable CORRIDOR_CACHE names another folder; with CORRIDOR_CACHE=off nothing is kept.
    """
    from network.cache import clear, default_place

    place = default_place()
    at = None if place is None else str(place)
    if clears:
        removed = [] if place is None else clear(place)
        size_mb = sum(entry.n_bytes for entry in removed) / BYTES_PER_MB
        if form == "json":
            emit(json.dumps({"place": at, "removed": len(removed), "size_mb": size_mb}, ensure_ascii=False), output)
        else:
            files = f"{len(removed)} file{'' if len(removed) == 1 else 's'}"
            emit(f"{files} removed, {size_mb:,.1f} MB." if place is not None else NOWHERE, output)
        return
    rows = [] if place is None else _rows(place)
    if form == "json":
        emit(json.dumps({"place": at, "entries": rows}, ensure_ascii=False, indent=2), output)
    elif at is None:
        emit(NOWHERE, output)
    else:
        _emit_table(at, rows, output)


def _rows(place: Path) -> list[dict[str, Any]]:
    """Return what is kept as plain values, last used first; a damaged entry has no name."""
    from network.cache import entries
    from network.columnar import summary

    rows: list[dict[str, Any]] = []
    for entry in entries(place):
        try:
            found = summary(entry.path.read_bytes())
        except OSError:
            # Gone since it was listed, or not ours to read.
            found = None
        name, n_nodes, n_links = found or (None, None, None)
        used = datetime.fromtimestamp(entry.used, UTC).strftime("%Y-%m-%dT%H:%MZ")
        row = {"file": entry.path.name, "dataset": name, "nodes": n_nodes, "links": n_links}
        rows.append({**row, "size_mb": entry.n_bytes / BYTES_PER_MB, "last_used": used})
    return rows


def _emit_table(place: str, rows: list[dict[str, Any]], output: str | None) -> None:
    """Print what is kept with its size."""
    from optimizer.report.document import Document, Table, columns, number

    total_mb = sum(row["size_mb"] for row in rows)
    document: Document = [f"{len(rows)} dataset{'' if len(rows) == 1 else 's'}, {number(total_mb, 1)} MB in {place}"]
    if rows:
        cells = tuple(
            (
                "damaged, not used" if row["dataset"] is None else row["dataset"],
                number(row["nodes"]),
                number(row["links"]),
                number(row["size_mb"], 1),
                row["last_used"].replace("T", " ").removesuffix("Z"),
            )
            for row in rows
        )
        document.append(Table(columns("Dataset", ">Nodes", ">Links", ">MB", "Last used (UTC)"), cells))
        document.append("corridor cache --clear removes all of it; nothing is lost but time.")
    emit_document(document, output)
