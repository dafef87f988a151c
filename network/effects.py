"""What project cards change, value by value: found by applying them and comparing the dataset before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.applying import apply
from network.scenario import Scenario
from network.selection import row_names
from network.values import frequency_per_week, haulage_usd, moving_h

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from network.model import Column, Dataset, Network, Numbers, Table
    from network.projects import Project

USED: Mapping[str, Callable[[Network], Numbers]] = {
    "time_h": moving_h,
    "frequency_per_week": frequency_per_week,
    "cost_usd_per_teu": lambda network: haulage_usd(network, "teu"),
    "cost_usd_per_t": lambda network: haulage_usd(network, "t"),
}
"""Columns of links of which an empty cell has a value in the model."""


class Effect(NamedTuple):
    """One value that cards change, or one row that they add or take away.

    Attributes
    ----------
    table, row
        Where: the table's name and the id of the row, its names joined where it has none.
    column
        The column, empty for a whole row.
    before, after
        The value as the model uses it, None where there is none (an unlimited capacity). Of a whole row its cells by
        column, those that are given; None on the side where the row is not.
    unit
        Unit of a capacity or background, else empty: the column's name ends in it.
    """

    table: str
    row: str
    column: str
    before: object
    after: object
    unit: str = ""

    def to_mapping(self) -> dict[str, object]:
        """Return the effect as plain values."""
        return self._asdict()


def effects(data: Dataset, card: Project) -> list[Effect]:
    """Return what a card changes once the cards it requires are on, by table and row.

    Raises
    ------
    ScenarioError
        The card cannot be applied.

    Examples
    --------
    >>> from network import load
    >>> data = load()
    >>> [(effect.before, effect.after, effect.unit) for effect in effects(data, data.project("aktau-hub"))]
    [(140000.0, 240000.0, 'teu/year')]
    """
    *required, last = with_required(card.id, {each.id: each.requires for each in data.projects})
    before = apply(data, Scenario(card.name, projects=tuple(required))) if required else data
    after = apply(before, Scenario(card.name, projects=(last,)))
    return [effect for name in data.tables for effect in _of_table(name, before, after)]


def with_required(card_id: str, required: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return a card behind all cards it requires, however far, each of them behind those that it requires itself."""
    ordered: dict[str, None] = {}
    seen = {card_id}
    path = [(card_id, iter(required.get(card_id, ())))]
    while path:
        current, following = path[-1]
        needed = next((card for card in following if card not in seen), None)
        if needed is None:
            ordered[current] = None
            path.pop()
        else:
            seen.add(needed)
            path.append((needed, iter(required.get(needed, ()))))
    return tuple(ordered)


def _of_table(name: str, before: Dataset, after: Dataset) -> Iterator[Effect]:
    old, new = before.tables[name], after.tables[name]
    if old is new:
        return
    if name in {"demands", "calibration"}:
        # Only here are rows taken away; those that stay keep their order.
        kept = np.array([key in new.row_of for key in old.row_of], dtype=np.bool_)
        for row in np.flatnonzero(~kept).tolist():
            yield Effect(name, _name(old, row), "", _cells(old, row), None)
        old = old.take(kept)
    n_old = len(old)
    for column in old.columns:
        left, right = _values(before, old, column), _values(after, new, column)[:n_old]
        differs = left != right
        if left.dtype == np.float64:
            differs &= ~(np.isnan(left) & np.isnan(right))
        for row in np.flatnonzero(differs).tolist():
            unit = str(new.text("capacity_unit")[row]) if column in {"capacity", "background"} else ""
            yield Effect(name, _name(old, row), column, _plain(left[row]), _plain(right[row]), unit)
    for row in range(n_old, len(new)):
        yield Effect(name, _name(new, row), "", None, _cells(new, row))


def _values(data: Dataset, table: Table, column: str) -> Column:
    """Return a column as the model uses it."""
    return USED[column](data.network) if table.name == "links" and column in USED else table.columns[column]


def _name(table: Table, row: int) -> str:
    return row_names(table, np.array([row]))


def _cells(table: Table, row: int) -> dict[str, str | float]:
    """Return the cells of a row that are given."""
    return {column: value for column, value in table.row(row).items() if value is not None}


def _plain(value: object) -> str | float | None:
    """Return a cell as a text or number, None where it is empty."""
    if isinstance(value, str):
        return value or None
    number = float(np.float64(value))  # type: ignore[arg-type]
    return None if number != number else number
