"""One change of a scenario or project card: what it selects and what it does to it.

See ``docs/scenarios.md`` for the language. ``network.applying`` makes the changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from network.errors import Finding, ScenarioError
from network.places import suggestion
from network.toml_source import Place, Scalar, Value, blocks_of, is_number, unknown_key

TABLES = ("nodes", "links", "transfers", "shared_capacities", "demands", "rates", "commodities", "calibration")
OPERATIONS = ("set", "scale", "add", "close", "rows")
KEYS = ("table", "where", *OPERATIONS)
QUOTES = frozenset("\"'")

_SETTING = re.compile(r"\s*(?P<table>\w+)\s*(?:\[(?P<where>.*)\])?\s*\.\s*(?P<column>\w+)\s*=(?P<value>.*)", re.DOTALL)
_CONDITION = re.compile(r"\s*(\w+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^,\"'][^,\"]*|)\s*(?:,|$)")
# Only what reads back as it was typed is a number, so that an id like 007 stays a text.
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Change:
    """One change to the rows of `table` that fulfill all of `where`; no condition means every row.

    `set` gives new values, `scale` factors and `add` increments by column; in one change they act in this order.
    `close` is the share of the year for which the rows are closed, 1 for all of it. `rows` are new rows.
    """

    table: str
    where: Mapping[str, Value] = field(default_factory=dict)
    scale: Mapping[str, float] = field(default_factory=dict)
    set: Mapping[str, Value] = field(default_factory=dict)
    add: Mapping[str, float] = field(default_factory=dict)
    close: float | None = None
    rows: tuple[Mapping[str, Scalar], ...] = ()

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> Change:
        """Build a change from the keys of a ``[[changes]]`` block.

        Raises
        ------
        ScenarioError
            With all problems of the block.
        """
        change, findings = read_change(mapping, Place(label="change"))
        if change is None:
            raise ScenarioError("; ".join(map(str, findings)), findings=findings)
        return change

    @classmethod
    def from_text(cls, text: str) -> Change:
        """Build a change from ``table[key=value,key=value].column=value``; ``;`` parts several values of a key.

        Raises
        ------
        ScenarioError
            The text does not have this form, or names no table that there is.

        Examples
        --------
        >>> Change.from_text("links[mode=rail,country=KZ].capacity=20").set
        {'capacity': 20.0}
        """
        found = _SETTING.fullmatch(text)
        conditions = _conditions(found["where"] or "") if found else None
        if found is None or conditions is None:
            raise ScenarioError(
                f'cannot read "{text}"; write table[key=value].column=value, as in links[id=a].capacity=5'
            )
        where = {key: _meant(cell, is_id=key == "id") for key, cell in conditions.items()}
        setting = {found["column"]: _typed(found["value"].strip())}
        change, findings = read_change({"table": found["table"], "where": where, "set": setting}, Place())
        if change is None:
            reasons = "; ".join(filter(None, (part for reason in findings for part in (reason.message, reason.remedy))))
            raise ScenarioError(f'cannot read "{text}": {reasons}', findings=findings)
        return change

    def to_mapping(self) -> dict[str, object]:
        """Return the keys of the ``[[changes]]`` block that reads back as this change."""
        mapping: dict[str, object] = {"table": self.table}
        for key, values in (("where", self.where), ("set", self.set), ("scale", self.scale), ("add", self.add)):
            if values:
                mapping[key] = {
                    name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
                }
        if self.close is not None:
            mapping["close"] = True if self.close == 1.0 else self.close
        if self.rows:
            mapping["rows"] = [dict(row) for row in self.rows]
        return mapping


def read_change(mapping: Mapping[str, object], place: Place) -> tuple[Change | None, list[Finding]]:
    """Return the change of a ``[[changes]]`` block, None with its problems where it has any."""
    found = [unknown_key(place, key, KEYS) for key in mapping if key not in KEYS]
    table = mapping.get("table", "")
    if not table:
        found.append(place.problem("table", "E303", "names no table", f"give one of {', '.join(TABLES)}"))
    elif table not in TABLES:
        remedy = suggestion(str(table), TABLES, "the tables are")
        found.append(place.problem("table", "E302", f'unknown table "{table}"', remedy))
    where = _values(mapping, "where", place, found)
    setting = _values(mapping, "set", place, found)
    scale = _numbers(mapping, "scale", place, found)
    add = _numbers(mapping, "add", place, found)
    close = _share(mapping, place, found)
    rows = _rows(mapping, place, found)
    _check_operations(mapping, place, found)
    if found:
        return None, found
    return Change(str(table), where, scale, setting, add, close, rows), []


def read_changes(
    mapping: Mapping[str, object], place: Place, lines: list[int], found: list[Finding]
) -> tuple[Change, ...]:
    """Return the changes of a scenario or card that can be read, in order; the problems of the others go to `found`."""
    changes: list[Change] = []
    for index, block in enumerate(blocks_of(mapping, "changes", place, found)):
        line = lines[index] if index < len(lines) else 0
        change, problems = read_change(block, place.inside(f"change {index + 1}", line))
        found.extend(problems)
        if change is not None:
            changes.append(change)
    return tuple(changes)


def _check_operations(mapping: Mapping[str, object], place: Place, found: list[Finding]) -> None:
    """Report a change that does nothing, or two things that do not go together."""
    given = [key for key in OPERATIONS if key in mapping]
    if not any(mapping[key] or key == "close" for key in given):
        found.append(place.problem("", "E304", "does nothing", f"give one of {', '.join(OPERATIONS)}"))
    for alone in ("close", "rows"):
        if alone in given and len(given) > 1:
            others = ", ".join(key for key in given if key != alone)
            found.append(place.problem(alone, "E304", f"stands beside {others}", f"give {alone} a change of its own"))
    if "rows" in given and mapping.get("where"):
        found.append(place.problem("where", "E304", "selects rows where new ones are added", "leave where out"))
    columns = [column for key in ("set", "scale", "add") for column in _keys(mapping.get(key))]
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        found.append(place.problem(column, "E304", "is changed twice in one change", "write two changes, in order"))


def _keys(value: object) -> Sequence[str]:
    return tuple(value) if isinstance(value, Mapping) else ()


def _table(mapping: Mapping[str, object], key: str, place: Place, found: list[Finding]) -> Mapping[str, object]:
    """Return the inline table at `key`, empty where not given."""
    value = mapping.get(key, {})
    if isinstance(value, Mapping):
        return value
    found.append(
        place.problem(key, "E303", f"expects an inline table, got {value!r}", f"write {key} = {{ column = … }}")
    )
    return {}


def _values(mapping: Mapping[str, object], key: str, place: Place, found: list[Finding]) -> dict[str, Value]:
    """Return texts, numbers and lists of them by column."""
    values: dict[str, Value] = {}
    for column, value in _table(mapping, key, place, found).items():
        if _is_scalar(value):
            values[column] = value
        elif isinstance(value, list | tuple) and value and all(_is_scalar(item) for item in value):
            values[column] = tuple(value)
        else:
            message = f"{key}: expects a text, a number or a list of them, got {value!r}"
            found.append(place.problem(column, "E303", message, 'an empty text "" means not given'))
    return values


def _numbers(mapping: Mapping[str, object], key: str, place: Place, found: list[Finding]) -> dict[str, float]:
    """Return numbers by column."""
    numbers: dict[str, float] = {}
    for column, value in _table(mapping, key, place, found).items():
        if is_number(value):
            numbers[column] = value
        else:
            found.append(place.problem(column, "E303", f"{key}: expects a number, got {value!r}", "use set for a text"))
    return numbers


def _share(mapping: Mapping[str, object], place: Place, found: list[Finding]) -> float | None:
    """Return the share of the year to close for, 1 for ``close = true``, None where nothing is closed."""
    value = mapping.get("close")
    if value is None:
        return None
    if value is True:
        return 1.0
    if is_number(value) and 0.0 < value <= 1.0:
        return float(value)
    remedy = "write close = true, or a share of the year such as close = 0.25"
    found.append(place.problem("close", "E303", f"expects true or a share above 0 and up to 1, got {value!r}", remedy))
    return None


def _rows(mapping: Mapping[str, object], place: Place, found: list[Finding]) -> tuple[dict[str, Scalar], ...]:
    """Return the new rows; a list of texts becomes a ``;``-separated cell."""
    value = mapping.get("rows", [])
    if not isinstance(value, list | tuple) or not all(isinstance(row, Mapping) and row for row in value):
        found.append(place.problem("rows", "E303", "expects a list of rows", "write rows = [{ column = value, … }]"))
        return ()
    rows: list[dict[str, Scalar]] = []
    for row in value:
        cells = _values({"rows": row}, "rows", place, found)
        rows.append({key: ";".join(map(str, cell)) if isinstance(cell, tuple) else cell for key, cell in cells.items()})
    return tuple(rows)


def _is_scalar(value: object) -> TypeGuard[Scalar]:
    return isinstance(value, str | bool) or is_number(value)


def _conditions(text: str) -> dict[str, str] | None:
    """Return key and cell of every ``key=value`` of a bracket, None where it cannot be read."""
    conditions: dict[str, str] = {}
    start = 0
    while start < len(text):
        found = _CONDITION.match(text, start)
        if found is None or found[1] in conditions or not found[2].strip():
            return None
        conditions[found[1]] = found[2].strip()
        start = found.end()
    return conditions


def _meant(cell: str, *, is_id: bool) -> Value:
    """Return the value of a condition, a tuple where ``;`` parts several; an id stays a text."""
    items = [cell] if cell[0] in QUOTES else [item.strip() for item in cell.split(";")]
    values: list[Scalar] = [item.strip("\"'") if is_id else _typed(item) for item in items]
    return values[0] if len(values) == 1 else tuple(values)


def _typed(text: str) -> Scalar:
    """Return what a typed value means: a number, true or false, else a text, without its quotes."""
    if len(text) > 1 and text[0] in QUOTES and text[-1] == text[0]:
        return text[1:-1]
    if text in {"true", "false"}:
        return text == "true"
    return float(text) if _NUMBER.fullmatch(text) else text
