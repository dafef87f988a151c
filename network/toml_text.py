"""Write plain mappings as TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeGuard

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def toml_text(mapping: Mapping[str, object]) -> str:
    """Return a mapping as TOML: values first, then a block per table and per item of a list of tables.

    Tables inside blocks of a list stand in braces. None and empty lists of tables are left out.

    Examples
    --------
    >>> print(toml_text({"name": "Aktau", "changes": [{"table": "links", "where": {"id": "a"}}]}), end="")
    name = "Aktau"
    <BLANKLINE>
    [[changes]]
    table = "links"
    where = {id = "a"}
    """
    return "\n".join(_block(mapping, ())).lstrip("\n") + "\n"


def _block(mapping: Mapping[str, object], path: tuple[str, ...], *, in_list: bool = False) -> list[str]:
    """Return the lines of a table: its values, then the tables in it, each behind an empty line."""
    lines: list[str] = []
    blocks: list[str] = []
    for key, value in mapping.items():
        inner = (*path, key)
        header = ".".join(_key(part) for part in inner)
        if value is None:
            continue
        if isinstance(value, Mapping) and not in_list:
            body = _block(value, inner)
            # A table that only holds tables needs no header of its own.
            is_implied = bool(value) and all(isinstance(item, Mapping) for item in value.values())
            blocks += body if is_implied else ["", f"[{header}]", *body]
        elif _is_table_list(value):
            for item in value:
                blocks += ["", f"[[{header}]]", *_block(item, inner, in_list=True)]
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return lines + blocks


def _is_table_list(value: object) -> TypeGuard[Sequence[Mapping[str, object]]]:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _value(value: object) -> str:
    """Return a value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(_character(character) for character in value) + '"'
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"TOML has no value for {type(value).__name__}")


def _key(key: str) -> str:
    return key if BARE_KEY.fullmatch(key) else _value(key)


def _character(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    is_control = ord(character) < 32 or ord(character) == 127
    return f"\\u{ord(character):04x}" if is_control else character
