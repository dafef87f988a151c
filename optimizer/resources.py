"""Everything with a capacity, and which arcs of the virtual network draw on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.model import Mask, freeze
from network.values import months_open, or_zero, per_year, unit_of, use_per_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.model import Network, Numbers, Table, Texts

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Resources:
    """Everything with a capacity: an arc's own, both directions of a link together, or a shared capacity.

    All arrays have shape (n_resources,). `capacity` and `background` are in the own unit (``train/day``);
    `per_year` turns the own unit into units per year, open months included; `free` is per year and at least 0.
    `arc` and `resource`, both of shape (n_pairs,), list which arc draws on which resource.
    """

    ids: Texts
    kind: Texts
    from_node: Texts
    to_node: Texts
    capacity: Numbers
    background: Numbers
    unit: Texts
    per_year: Numbers
    free: Numbers
    arc: Rows
    resource: Rows

    def __len__(self) -> int:
        return len(self.ids)

    def use_of(self, commodities: Table, row: int) -> Numbers:
        """Return how much of each resource one unit of a commodity takes, shape (n_resources,)."""
        names, which = self._units
        use = np.array([use_per_unit(commodities, row, unit_of(name)) for name in names], dtype=np.float64)
        return use[which]

    @cached_property
    def _units(self) -> tuple[list[str], Rows]:
        names, which = np.unique(self.unit.astype(str), return_inverse=True)
        return [str(name) for name in names], which.astype(np.int64)


def resources_of(network: Network, link: Rows, transfer: Rows, is_forward: Mask) -> Resources:
    """Collect the capacities that some arcs draw on: own ones in arc order, then shared ones in table order.

    `link` and `transfer` (n_arcs,) are the rows that the arcs pass, -1 for none; `is_forward` masks forward passages.
    """
    arcs, resources, parts = [], [], []
    n_resources = 0
    for table, row_of_arc, kind in ((network.links, link, "link"), (network.transfers, transfer, "transfer")):
        capacity = table.number("capacity")
        limited = np.flatnonzero(row_of_arc >= 0)
        limited = limited[~np.isnan(capacity[row_of_arc[limited]])]
        row, forward = row_of_arc[limited], is_forward[limited]
        both = table.text("capacity_scope")[row] == "both"
        # A backward arc of a "both" link draws on the resource that its forward arc, just before it, has opened.
        opens = ~both | forward
        index = np.cumsum(opens) - 1 + n_resources
        arcs.append(limited)
        resources.append(index)
        parts.append(_own(table, kind, row[opens], forward[opens], both[opens]))
        n_resources += int(opens.sum())

    shared = network.shared_capacities
    drawn = [
        (arc, str(key))
        for table, row_of_arc in ((network.links, link), (network.transfers, transfer))
        if any(keys := table.text("shared_capacity_id"))
        for arc in np.flatnonzero(row_of_arc >= 0).tolist()
        if (key := keys[row_of_arc[arc]])
    ]
    used = {key for _, key in drawn}
    rows = [row for row, key in enumerate(shared.text("shared_capacity_id")) if key in used]
    rows = [row for row in rows if not np.isnan(shared.number("capacity")[row])]
    position = {str(shared.text("shared_capacity_id")[row]): n_resources + at for at, row in enumerate(rows)}
    drawn = [(arc, key) for arc, key in drawn if key in position]
    arcs.append(np.array([arc for arc, _ in drawn], dtype=np.int64))
    resources.append(np.array([position[key] for _, key in drawn], dtype=np.int64))
    parts.append(_shared(shared, np.array(rows, dtype=np.int64)))

    columns = {name: freeze(np.concatenate([part[name] for part in parts])) for name in parts[0]}
    return Resources(**columns, arc=freeze(np.concatenate(arcs)), resource=freeze(np.concatenate(resources)))


def _own(table: Table, kind: str, row: Rows, forward: Mask, both: Mask) -> dict[str, NDArray[np.generic]]:
    """Columns of the own capacities of links or transfers."""
    if kind == "link":
        start, end, ids = table.text("from_node")[row], table.text("to_node")[row], table.text("link_id")[row]
        share = _each(table.text("open_months")[row], lambda months: len(months_open(months)) / 12.0)
    else:
        start, end = table.text("from_mode")[row], table.text("to_mode")[row]
        ids = table.text("node_id")[row] + ":" + start + "-" + end
        share = np.ones(len(row))
    return _limits(
        ids=ids,
        kind=np.full(len(row), kind, dtype=object),
        from_node=np.where(both, "", np.where(forward, start, end)).astype(object),
        to_node=np.where(both, "", np.where(forward, end, start)).astype(object),
        capacity=table.number("capacity")[row],
        background=or_zero(table, "background")[row],
        unit=table.text("capacity_unit")[row],
        share=share,
    )


def _shared(table: Table, row: Rows) -> dict[str, NDArray[np.generic]]:
    """Columns of the shared capacities in use; they are not scaled by months."""
    empty = np.full(len(row), "", dtype=object)
    return _limits(
        ids=table.text("shared_capacity_id")[row],
        kind=np.full(len(row), "shared", dtype=object),
        from_node=empty,
        to_node=empty,
        capacity=table.number("capacity")[row],
        background=or_zero(table, "background")[row],
        unit=table.text("capacity_unit")[row],
        share=np.ones(len(row)),
    )


def _limits(
    *,
    ids: Texts,
    kind: Texts,
    from_node: Texts,
    to_node: Texts,
    capacity: Numbers,
    background: Numbers,
    unit: Texts,
    share: Numbers,
) -> dict[str, NDArray[np.generic]]:
    """Columns of `Resources` for some capacities; `share` is the share of the year in which they are open."""
    yearly = _each(unit, per_year) * share
    return {
        "ids": ids,
        "kind": kind,
        "from_node": from_node,
        "to_node": to_node,
        "capacity": capacity,
        "background": background,
        "unit": unit,
        "per_year": yearly,
        "free": np.maximum(0.0, capacity - background) * yearly,
    }


def _each(texts: Texts, value_of: Callable[[str], float]) -> Numbers:
    """Return the value of every text; each distinct one is worked out once."""
    listed = texts.tolist()
    values = {text: value_of(text) for text in set(listed)}
    return np.array([values[text] for text in listed], dtype=np.float64)
