"""Write a dataset folder in canonical form, whole or not at all.

Canonical: UTF-8 without byte order mark, lines end in a line feed, numbers in their shortest digits without a trailing
``.0``, cells quoted only where CSV needs it, columns as in the table's header. Reading a canonical folder and writing
it gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from network.columns import TABLES
from network.dataset import PROJECTS_FILE, SCENARIOS_FOLDER
from network.geometry import FILE as GEOMETRY_FILE
from network.info import FILE as INFO_FILE
from network.info import info_mapping
from network.reading import number_text
from network.toml_text import toml_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Dataset, Table


def write_dataset(data: Dataset, folder: str | Path) -> None:
    """Write a dataset folder: the tables that have columns, ``dataset.toml``, cards, scenarios and geometry.

    Files of an older dataset in `folder` are replaced or removed, all others left alone. When anything fails,
    `folder` is as it was before.

    Raises
    ------
    OSError
        The folder cannot be written.

    Examples
    --------
    >>> from network import load, write_dataset
    >>> write_dataset(load(), "my-copy")  # doctest: +SKIP
    """
    folder = Path(folder)
    files = _files(data)
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as name:
        fresh, old = Path(name) / "fresh", Path(name) / "old"
        is_written = False
        try:
            for path, content in files.items():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                (fresh / path).write_bytes(content)
            _swap(folder, fresh, old, list(files))
            is_written = True
        finally:
            if is_new and not is_written:
                shutil.rmtree(folder, ignore_errors=True)


def table_text(table: Table) -> str:
    """Return a table as canonical CSV text."""
    columns = [_cells(table, name) for name in table.header]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def _cells(table: Table, name: str) -> Sequence[str]:
    values = table.columns[name]
    if values.dtype == np.float64:
        return [number_text(value) for value in values.tolist()]
    return [str(value) for value in values]


def _files(data: Dataset) -> dict[str, bytes]:
    """Return the content of every file of a dataset by its path in the folder."""
    tables = {**data.tables, "observations": data.observations, "claims": data.claims}
    texts = {INFO_FILE: toml_text(info_mapping(data.info))}
    texts |= {f"{name}.csv": table_text(tables[name]) for name in TABLES if tables[name].header}
    if data.projects:
        texts[PROJECTS_FILE] = toml_text({"projects": [card.to_mapping() for card in data.projects]})
    for name, scenario in data.scenarios.items():
        texts[f"{SCENARIOS_FOLDER}/{name}.toml"] = toml_text(scenario.to_mapping())
    files = {path: text.encode("utf-8") for path, text in texts.items()}
    geometry = data.folder / GEOMETRY_FILE if data.folder else None
    if geometry is not None and geometry.exists():
        files[GEOMETRY_FILE] = geometry.read_bytes()
    return files


def _swap(folder: Path, fresh: Path, old: Path, files: Sequence[str]) -> None:
    """Move the fresh files in and those of an older dataset out; when a move fails, move everything back."""
    known = [INFO_FILE, PROJECTS_FILE, GEOMETRY_FILE, *(f"{name}.csv" for name in TABLES)]
    known += [f"{SCENARIOS_FOLDER}/{path.name}" for path in (folder / SCENARIOS_FOLDER).glob("*.toml")]
    moves: list[tuple[Path, Path]] = [(folder / path, old / path) for path in known if (folder / path).exists()]
    moves += [(fresh / path, folder / path) for path in files]
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
            done.append((source, target))
    finally:
        if len(done) < len(moves):
            for source, target in reversed(done):
                target.replace(source)
