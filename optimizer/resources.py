"""Everything with a capacity, and which arcs of the virtual network draw on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from network.model import Mask, Portable, carry_over, freeze, split_list
from network.values import counted_per_unit, months_open, or_zero, per_year, unit_of, use_per_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from network.model import Network, Numbers, Table, Texts

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Resources(Portable):
    """Everything with a capacity: an arc's own, both directions of a link together, a shared one, a price step.

    All arrays have shape (n_resources,). `capacity` and `background` are in the own unit (``train/day``);
    `per_year` turns the own unit into units per year, open months included; `free` is per year and at least 0.
    `only` names the commodities that draw on it, ``;``-separated, empty for all but the price steps of some. `row` is
    its row in the table of its kind.
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
    only: Texts
    row: Rows
    arc: Rows
    resource: Rows

    def __len__(self) -> int:
        return len(self.ids)

    def use_of(self, commodities: Table, row: int) -> Numbers:
        """Return how much of each resource one unit of a commodity takes, shape (n_resources,)."""
        names, which, steps = self._units
        use = np.array([use_per_unit(commodities, row, unit_of(name)) for name in names], dtype=np.float64)[which]
        for at in steps:
            use[at] = counted_per_unit(commodities, row, unit_of(self.unit[at]), self.only[at])
        return use

    @cached_property
    def _units(self) -> tuple[list[str], Rows, list[int]]:
        """The units, which of them each resource has, and the resources that are price steps."""
        names: dict[str, int] = {}
        which = [names.setdefault(name, len(names)) for name in self.unit.tolist()]
        steps = [at for at, kind in enumerate(self.kind.tolist()) if kind == "step"]
        return list(names), np.array(which, dtype=np.int64), steps


def resources_of(network: Network, link: Rows, transfer: Rows, is_forward: Mask) -> Resources:
    """Collect the capacities that some arcs draw on: own ones in arc order, shared ones in table order, price steps.

    `link` and `transfer` (n_arcs,) are the rows that the arcs pass, -1 for none; `is_forward` masks forward passages.
    The parallel links that `optimizer.price_steps` lays out share the own capacity of the link they are steps of.
    """
    arcs, resources, parts = [], [], []
    n_resources = 0
    for table, row_of_arc, kind in ((network.links, link, "link"), (network.transfers, transfer, "transfer")):
        capacity = table.number("capacity")
        limited = np.flatnonzero(row_of_arc >= 0)
        limited = limited[~np.isnan(capacity[row_of_arc[limited]])]
        row, forward = row_of_arc[limited], is_forward[limited]
        both = table.text("capacity_scope")[row] == "both"
        plain = plain_rows(table)[row]
        _, opens, index = np.unique(2 * plain + (~both & ~forward), return_index=True, return_inverse=True)
        arcs.append(limited)
        resources.append(index + n_resources)
        parts.append(_own(table, kind, row[opens], forward[opens], both[opens]))
        n_resources += len(opens)

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
    n_resources += len(rows)

    if "steps" in network.links.columns:
        on_step, which = step_draws(network, link, is_forward)
        used_rows, index = np.unique(which, return_inverse=True)
        arcs.append(on_step)
        resources.append(index + n_resources)
        parts.append(_steps(network.calibration, used_rows))

    names = tuple(parts[0])
    columns = {name: joined([part.pop(name) for part in parts]) for name in names}
    return Resources(**columns, arc=joined(arcs), resource=joined(resources))


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays one after another, read-only; one that has all there is is not copied."""
    some = [part for part in parts if len(part)]
    return freeze(some[0] if len(some) == 1 else np.concatenate(parts))


def limited_anew(resources: Resources, network: Network) -> Resources:
    """Return resources with the capacities and backgrounds of a network that differs in nothing else."""
    capacity, background = resources.capacity.copy(), resources.background.copy()
    tables = {"link": network.links, "transfer": network.transfers, "shared": network.shared_capacities}
    for kind, table in tables.items():
        of_kind = np.flatnonzero(resources.kind == kind)
        if not len(of_kind):
            continue
        row = resources.row[of_kind]
        capacity[of_kind] = table.number("capacity")[row]
        background[of_kind] = or_zero(table, "background")[row]
    free = np.maximum(0.0, capacity - background) * resources.per_year
    limited = replace(resources, capacity=freeze(capacity), background=freeze(background), free=freeze(free))
    carry_over(resources, limited, "_units")
    return limited


def plain_rows(table: Table) -> Rows:
    """Return for every row the row that it is a price step of, else itself, shape (n_rows,)."""
    if "step_of" not in table.columns:
        return np.arange(len(table))
    return table.number("step_of").astype(np.int64)


def step_draws(network: Network, link: Rows, is_forward: Mask) -> tuple[Rows, Rows]:
    """Return which arc lies on which price step, as pairs of arc and row of the calibration."""
    from network.observations import split_direction

    cells = network.links.text("steps")
    row_of = network.calibration.row_of
    pairs = [
        (arc, row_of[name])
        for arc, row in enumerate(link.tolist())
        if row >= 0 and cells[row]
        for name, side in map(split_direction, split_list(cells[row]))
        if side == (">" if is_forward[arc] else "<")
    ]
    arcs, rows = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return arcs, rows


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
        kind=_repeated(kind, len(row)),
        from_node=np.where(both, "", np.where(forward, start, end)).astype(object),
        to_node=np.where(both, "", np.where(forward, end, start)).astype(object),
        capacity=table.number("capacity")[row],
        background=or_zero(table, "background")[row],
        unit=table.text("capacity_unit")[row],
        share=share,
        row=row,
    )


def _shared(table: Table, row: Rows) -> dict[str, NDArray[np.generic]]:
    """Columns of the shared capacities in use; they are not scaled by months."""
    empty = _repeated("", len(row))
    return _limits(
        ids=table.text("shared_capacity_id")[row],
        kind=_repeated("shared", len(row)),
        from_node=empty,
        to_node=empty,
        capacity=table.number("capacity")[row],
        background=or_zero(table, "background")[row],
        unit=table.text("capacity_unit")[row],
        share=np.ones(len(row)),
        row=row,
    )


def _steps(table: Table, row: Rows) -> dict[str, NDArray[np.generic]]:
    """Columns of price steps, which are yearly."""
    empty = _repeated("", len(row))
    return _limits(
        ids=table.text("calibration_id")[row],
        kind=_repeated("step", len(row)),
        from_node=empty,
        to_node=empty,
        capacity=table.number("step")[row],
        background=np.zeros(len(row)),
        unit=table.text("calibration_unit")[row] + "/year",
        share=np.ones(len(row)),
        row=row,
        only=table.text("commodity")[row],
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
    row: Rows,
    only: Texts | None = None,
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
        "only": _repeated("", len(ids)) if only is None else only,
        "row": row,
    }


def _repeated(text: str, n_rows: int) -> Texts:
    """Return a column that says the same in every row; unlike `numpy.full`, it holds one text, not a copy by row."""
    column: Texts = np.empty(n_rows, dtype=object)
    column.fill(text)
    return column


def _each(texts: Texts, value_of: Callable[[str], float]) -> Numbers:
    """Return the value of every text; each distinct one is worked out once."""
    listed = texts.tolist()
    values = {text: value_of(text) for text in set(listed)}
    if len(values) == 1:
        return np.full(len(listed), values[listed[0]])
    return np.array([values[text] for text in listed], dtype=np.float64)
