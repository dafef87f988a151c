"""``dataset.toml``: what a dataset says of itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cached_property
from typing import TYPE_CHECKING

from network.csvfile import read_text
from network.errors import Finding
from network.model import DatasetInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails

FILE = "dataset.toml"


class Sources(Mapping[str, Mapping[str, object]]):
    """The ``[sources.<id>]`` blocks of a ``dataset.toml``, parsed when first looked at.

    A thousand lines of sources take longer to parse than a route takes to find, and few commands look at them.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _blocks(self) -> Mapping[str, Mapping[str, object]]:
        return _sources(tomllib.loads(self._text).get("sources"))

    def __getitem__(self, source: str) -> Mapping[str, object]:
        return self._blocks[source]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)


def sound_info(folder: Path) -> DatasetInfo:
    """Return what a ``dataset.toml`` known to be sound says; its sources are parsed when first looked at."""
    text = (folder / FILE).read_text(encoding="utf-8-sig")
    first_block = re.search(r"^\[", text, re.MULTILINE)
    info = _info(tomllib.loads(text[: first_block.start()] if first_block else text))
    return replace(info, sources=Sources(text))


def check_info(folder: Path, problems: list[Finding]) -> DatasetInfo:
    """Return what ``dataset.toml`` says, after adding its problems to `problems`; with errors, a stand-in."""
    from pydantic import ValidationError

    from network.cells import did_you_mean
    from network.schema import DatasetToml
    from network.toml_source import TomlSyntaxError, parse_toml

    stand_in = DatasetInfo(name=folder.name, title="", version="", license="", base_year=2000)
    text = read_text(folder / FILE, FILE, problems)
    if text is None:
        return stand_in
    try:
        given = parse_toml(text)
    except TomlSyntaxError as error:
        remedy = "mend the syntax at this place; texts stand in quotes"
        problems.append(Finding(FILE, error.line, "", "E107", f"cannot be read as TOML: {error}", remedy))
        return stand_in
    known = tuple(DatasetToml.model_fields)
    for key in given:
        if key not in known:
            remedy = did_you_mean(key, [name for name in known if name not in given]) or "it is not used"
            problems.append(Finding(FILE, _line(text, key), key, "W101", f'unknown key "{key}"', remedy, "warning"))
    try:
        DatasetToml.model_validate(given)
    except ValidationError as error:
        problems += [_problem(text, details) for details in error.errors(include_url=False)]
        return stand_in
    return _info(given)


def info_mapping(info: DatasetInfo) -> dict[str, object]:
    """Return the keys of ``dataset.toml``, without those that are empty."""
    mapping = {item.name: getattr(info, item.name) for item in fields(info)}
    return {key: value for key, value in mapping.items() if value or value == 0}


def _info(given: Mapping[str, object]) -> DatasetInfo:
    return DatasetInfo(
        name=str(given["name"]),
        title=str(given.get("title", given["name"])),
        version=str(given.get("version", "")),
        license=str(given.get("license", "")),
        base_year=int(str(given["base_year"])),
        currency=str(given.get("currency", "USD")),
        description=str(given.get("description", "")),
        sources=_sources(given.get("sources")),
        title_ru=str(given.get("title_ru", "")),
        title_kk=str(given.get("title_kk", "")),
    )


def _sources(given: object) -> Mapping[str, Mapping[str, object]]:
    return given if isinstance(given, dict) else {}


def _problem(text: str, details: ErrorDetails) -> Finding:
    """Return the finding for a key that pydantic refused."""
    path = [str(part) for part in details["loc"]]
    key, kind, given = ".".join(path), details["type"], details["input"]
    line = _line(text, *path[:2]) or _line(text, path[0])
    if kind in {"missing", "string_too_short"}:
        return Finding(FILE, line if kind != "missing" else 0, key, "E110", f"{key} is not given", f"add {key} = …")
    if kind == "literal_error":
        return Finding(FILE, line, key, "E113", f'currency "{given}"', 'give all money in USD and write "USD"')
    if kind in {"greater_than_equal", "less_than_equal"}:
        return Finding(FILE, line, key, "E112", f"{given} is no year from 1900 to 2200", "write it as base_year = 2024")
    if kind == "string_type":
        return Finding(FILE, line, key, "E127", f"{given!r} is no text", "put it in quotes")
    if kind == "dict_type":
        return Finding(FILE, line, key, "E127", f"{given!r} is no table", "write a [sources.<id>] block per source")
    return Finding(FILE, line, key, "E127", f"{given!r} is no whole number", "write it without quotes or fraction")


def _line(text: str, key: str, inner: str = "") -> int:
    """Return the line on which a key, or the block of a source, begins; 0 where it is not found."""
    name = rf'"?{re.escape(inner)}"?' if inner else ""
    pattern = (
        rf'\s*\[\s*"?{re.escape(key)}"?\s*\.\s*{name}\s*\]' if inner else rf'\s*\[?\s*"?{re.escape(key)}"?\s*[=.\]]'
    )
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(pattern, line):
            return number
    return 0
