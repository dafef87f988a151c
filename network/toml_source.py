"""Read TOML files written by people: every problem is collected with its place, nothing is guessed.

TOML parsers give no lines for values, so a problem is placed at the header of its block (``[[changes]]``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, TypeGuard

from network.errors import Finding
from network.places import suggestion

if TYPE_CHECKING:
    from pathlib import Path

Scalar = str | int | float | bool
Value = Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: its problems are reported at `line` of `file` and begin with `label` (``change 2``)."""

    file: str = ""
    line: int = 0
    label: str = ""

    def problem(self, column: str, code: str, message: str, remedy: str = "") -> Finding:
        """Return an error at this place."""
        return Finding(self.file, self.line, column, code, f"{self.label}: {message}".removeprefix(": "), remedy)

    def inside(self, label: str, line: int = 0) -> Place:
        """Return the place of a block within this one."""
        label = f"{self.label}, {label}".removeprefix(", ")
        return Place(self.file, line or self.line, label)


class TomlSyntaxError(ValueError):
    """A text is not TOML; `line` is the first line that is not, 0 where it is not known."""

    def __init__(self, reason: str) -> None:
        found = re.search(r"line (\d+)", reason)
        self.line = int(found[1]) if found else 0
        super().__init__(reason)


def parse_toml(text: str) -> dict[str, object]:
    """Return the mapping of a TOML text.

    Raises
    ------
    TomlSyntaxError
        Also for numbers of thousands of digits and endless brackets, which end Python's parser in other ways.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TomlSyntaxError("brackets are nested too deeply") from None
    except ValueError as error:
        raise TomlSyntaxError(str(error).partition("; use sys.")[0]) from None


def read_toml(path: Path, file: str) -> tuple[dict[str, object], str, list[Finding]]:
    """Return a file's mapping, its text and the problem that kept it from being read, if any."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return parse_toml(text), text, []
    except OSError as error:
        problem = Finding(
            file, 0, "", "E301", f"cannot be read: {error.strerror}", "check the path and its permissions"
        )
    except UnicodeDecodeError:
        problem = Finding(file, 0, "", "E301", "is not UTF-8 text", "save the file as UTF-8")
    except TomlSyntaxError as error:
        problem = Finding(file, error.line, "", "E301", f"is not valid TOML: {error}", "mend the syntax at this place")
    return {}, "", [problem]


def header_lines(text: str, name: str) -> list[int]:
    """Return the line numbers of the ``[[name]]`` headers of a TOML text, in order."""
    header = re.compile(rf"^\s*\[\[\s*{re.escape(name)}\s*\]\]")
    return [number for number, line in enumerate(text.split("\n"), start=1) if header.match(line)]


def unknown_key(place: Place, key: str, known: Iterable[str]) -> Finding:
    """Return the error for a key that means nothing here."""
    return place.problem(key, "E302", f'unknown key "{key}"', suggestion(key, known, "the keys are"))


def text_of(mapping: Mapping[str, object], key: str, place: Place, found: list[Finding]) -> str:
    """Return the text at `key`, empty where not given."""
    value = mapping.get(key, "")
    if isinstance(value, str):
        return value.strip()
    found.append(place.problem(key, "E303", f"expects a text, got {value!r}", f'write {key} = "…"'))
    return ""


def number_of(mapping: Mapping[str, object], key: str, place: Place, found: list[Finding]) -> float | None:
    """Return the number at `key`, None where not given."""
    value = mapping.get(key)
    if value is None or is_number(value):
        return value
    found.append(place.problem(key, "E303", f"expects a number, got {value!r}", f"write {key} = 1 without quotes"))
    return None


def year_of(mapping: Mapping[str, object], place: Place, found: list[Finding]) -> int | None:
    """Return the year at ``year``, None where not given."""
    value = mapping.get("year")
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 9999):
        return value
    found.append(place.problem("year", "E303", f"expects a year, got {value!r}", "write year = 2030"))
    return None


def texts_of(mapping: Mapping[str, object], key: str, place: Place, found: list[Finding]) -> tuple[str, ...]:
    """Return the texts at `key` (one text or a list, each once), empty where not given."""
    value = mapping.get(key, [])
    items = [value] if isinstance(value, str) else value
    if isinstance(items, Sequence) and all(isinstance(item, str) and item.strip() for item in items):
        if len(set(items)) == len(items):
            return tuple(str(item) for item in items)
        found.append(place.problem(key, "E303", "names the same thing twice", "keep one of them"))
    else:
        found.append(place.problem(key, "E303", f"expects a list of texts, got {value!r}", f'write {key} = ["…"]'))
    return ()


def blocks_of(
    mapping: Mapping[str, object], key: str, place: Place, found: list[Finding]
) -> Sequence[Mapping[str, object]]:
    """Return the ``[[key]]`` blocks of a mapping, none where not given."""
    value = mapping.get(key, [])
    if isinstance(value, Sequence) and all(isinstance(item, Mapping) for item in value):
        return value
    found.append(place.problem(key, "E303", "expects blocks", f"begin each one with [[{key}]]"))
    return []


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a finite number; true and false are none, nor are integers beyond every float."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return isfinite(value)
    except OverflowError:
        return False
