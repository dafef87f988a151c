"""What one plan's question has that another's has not: capacities, links, times, prices and demands that differ."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.resources import plain_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from network.model import Table
    from optimizer.graph import ArcGraph
    from optimizer.resources import Resources, Rows
    from optimizer.result import Plan

ALIKE = 1e-12
"""Share by which two numbers of the data may differ and still be the same one, as rounding leaves them."""

TERMS = ("origin", "destination", "avoid_countries", "avoid_modes", "unmet_cost_usd_per_unit")
"""Columns of a demand that count beside its volume and commodity."""

CapacityKey = tuple[str, str, str, str]
"""Kind, id and direction (from, to; empty for both) of a capacity."""
ArcKey = tuple[str, str, str, str]
"""What tells a passage from all others in any network: table, id, from, to."""
Passages = tuple[tuple[str, str], ...]
"""Links and transfers by table and id."""
Graphs = tuple["ArcGraph", "ArcGraph"]


class CapacityChange(NamedTuple):
    """A capacity that differs; None stands for no limit, in the own unit of its plan otherwise.

    `row_before` and `row_after` are its rows among the resources of the two plans, None where it has none there.
    `unit_before` and `unit` are the two units, the same where one plan has no limit. `is_raised` and `is_cut` tell
    whether more or less of it is free in a year; both are False where that is the same, and where the plans count in
    units of which neither is more than the other, as trains and TEU.
    """

    key: CapacityKey
    unit: str
    before: float | None
    after: float | None
    background_before: float
    background_after: float
    is_raised: bool
    is_cut: bool
    row_before: int | None
    row_after: int | None
    unit_before: str

    @property
    def is_restated(self) -> bool:
        """Tell whether the two plans count it in another thing, as one in trains and one in TEU."""
        return self.unit_before.partition("/")[0] != self.unit.partition("/")[0]


class DemandChange(NamedTuple):
    """A demand whose volume differs, in its commodity's unit per year; 0 where a plan does not have it."""

    id: str
    commodity: str
    unit: str
    before: float
    after: float


class TermsChange(NamedTuple):
    """A demand of which more than the volume differs, with the values of `TERMS` in both plans.

    An unmet cost of None stands for a demand that must be carried.
    """

    id: str
    before: tuple[str | float | None, ...]
    after: tuple[str | float | None, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that differ."""
        rows = zip(TERMS, self.before, self.after, strict=True)
        return tuple(column for column, first, second in rows if first != second)


class Changed(NamedTuple):
    """What differs between the questions of two plans.

    Attributes
    ----------
    capacities
        Capacities of passages that are open in both.
    opened, closed
        Passages that only the second, only the first has, by table and id.
    quicker, slower, cheaper, dearer, cleaner, dirtier
        Passages open in both whose hours, USD or CO2e differ.
    demands
        Demands whose volume differs.
    terms
        Demands of which anything else differs: unmet cost, ends or what they avoid.
    commodities
        Ids of commodities of which anything differs.
    """

    capacities: tuple[CapacityChange, ...]
    opened: Passages
    closed: Passages
    quicker: Passages
    slower: Passages
    cheaper: Passages
    dearer: Passages
    cleaner: Passages
    dirtier: Passages
    demands: tuple[DemandChange, ...]
    terms: tuple[TermsChange, ...]
    commodities: tuple[str, ...]

    @property
    def moves_yardstick(self) -> bool:
        """Tell whether volumes to carry, or what is counted for them, differ: then less cost is no saving."""
        is_valued = any("unmet_cost_usd_per_unit" in change.columns for change in self.terms)
        return bool(self.demands or self.commodities or is_valued)

    @property
    def is_nested(self) -> bool:
        """Tell whether all flows that one plan's network admits, the other's does too, at the same cost.

        So it is where capacities are only raised and passages only opened, or only cut and closed. Then two plans that
        cost the same are both best in the wider network.
        """
        is_wider = bool(self.opened) or any(change.is_raised for change in self.capacities)
        is_narrower = bool(self.closed) or any(change.is_cut for change in self.capacities)
        is_restated = any(change.is_restated for change in self.capacities)
        return not any(self[3:]) and not (is_wider and is_narrower) and not is_restated


def changed_between(before: Plan, after: Plan) -> Changed:
    """Return what differs between the questions that two plans of a year answer; answers do not count."""
    graphs = (before.blocks.graph, after.blocks.graph)
    pairs, opened, closed = _paired(graphs)
    quicker, slower = _altered(graphs, pairs, ("time_h",))
    cheaper, dearer = _altered(graphs, pairs, ("cost_usd_per_teu", "cost_usd_per_t"))
    cleaner, dirtier = _altered(graphs, pairs, ("co2_kg_per_t",))
    return Changed(
        capacities=tuple(_capacities(graphs)),
        opened=opened,
        closed=closed,
        quicker=quicker,
        slower=slower,
        cheaper=cheaper,
        dearer=dearer,
        cleaner=cleaner,
        dirtier=dirtier,
        demands=tuple(_volumes(before, after)),
        terms=tuple(_terms(before, after)),
        commodities=tuple(_commodities(before, after)),
    )


@lru_cache(maxsize=8)
def arcs_of(graph: ArcGraph) -> Mapping[ArcKey, int]:
    """Return the arcs of a network by what tells them apart in any other; price steps count as their link."""
    links, transfers, nodes = graph.data.network.links, graph.data.network.transfers, graph.data.network.nodes
    plain, link_ids = plain_rows(links), links.text("link_id")
    transfer_nodes, node_ids = transfers.text("node_id"), nodes.text("node_id")
    found: dict[ArcKey, int] = {}
    columns = (graph.link.tolist(), graph.transfer.tolist(), graph.tail.tolist(), graph.head.tolist())
    state_node, state_mode = graph.state_node.tolist(), graph.state_mode.tolist()
    for arc, (link, transfer, tail, head) in enumerate(zip(*columns, strict=True)):
        if link >= 0:
            start, end = node_ids[state_node[tail]], node_ids[state_node[head]]
            found.setdefault(("links", link_ids[plain[link]], start, end), arc)
        else:
            found.setdefault(("transfers", transfer_nodes[transfer], state_mode[tail], state_mode[head]), arc)
    return found


def _paired(graphs: Graphs) -> tuple[tuple[Rows, Rows], Passages, Passages]:
    """Return the arcs that are the same passage in both networks, and the passages of only the second or the first."""
    first, second = graphs
    tables = [(graph.data.network.links, graph.data.network.transfers, graph.data.network.nodes) for graph in graphs]
    columns = ("link_id", "node_id", "node_id")
    if all(
        old.columns[column] is new.columns[column] for old, new, column in zip(*tables, columns, strict=True)
    ) and all(
        np.array_equal(getattr(first, name), getattr(second, name))
        for name in ("link", "transfer", "tail", "head", "state_node", "state_mode")
    ):
        same = np.arange(first.n_arcs)
        return (same, same), (), ()
    arcs = [arcs_of(graph) for graph in graphs]
    keys = [key for key in arcs[0] if key in arcs[1]]
    at_first, at_second = (np.array([of_side[key] for key in keys], dtype=np.int64) for of_side in arcs)
    opened, closed = (
        tuple(dict.fromkeys(key[:2] for key in arcs[there] if key not in arcs[not_there]))
        for there, not_there in ((1, 0), (0, 1))
    )
    return (at_first, at_second), opened, closed


def capacity_keys(resources: Resources) -> dict[CapacityKey, int]:
    """Return the rows of resources by what tells them apart in any network; price steps are no capacities."""
    columns = (resources.kind, resources.ids, resources.from_node, resources.to_node)
    keys = zip(*(column.tolist() for column in columns), strict=True)
    return {key: row for row, key in enumerate(keys) if key[0] != "step"}


def _capacities(graphs: Graphs) -> list[CapacityChange]:
    """Return the capacities that differ, in the order of the first network."""
    rows = [capacity_keys(graph.resources) for graph in graphs]
    found = []
    for key in _unlike(graphs, rows):
        at = [rows[side].get(key) for side in (0, 1)]
        if any(row is None and not _is_passed(key, graph) for row, graph in zip(at, graphs, strict=True)):
            # Its passages are opened or closed, and told as such.
            continue
        free, own, background, units = [], [], [], []
        for side, row in enumerate(at):
            resources = graphs[side].resources
            free.append(np.inf if row is None else float(resources.free[row]))
            own.append(None if row is None else float(resources.capacity[row]))
            background.append(0.0 if row is None else float(resources.background[row]))
            units.extend([] if row is None else [str(resources.unit[row])])
        is_same = _alike(free[0], free[1]) and _alike(own[0], own[1]) and _alike(background[0], background[1])
        if is_same and len(set(units)) == 1:
            continue
        differs = not _alike(free[0], free[1]) and len({unit.partition("/")[0] for unit in units}) == 1
        is_raised, is_cut = differs and free[1] > free[0], differs and free[1] < free[0]
        found.append(
            CapacityChange(
                *(key, units[-1], own[0], own[1], background[0], background[1], is_raised, is_cut, at[0], at[1]),
                unit_before=units[0],
            )
        )
    return found


def _unlike(graphs: Graphs, rows: list[dict[CapacityKey, int]]) -> list[CapacityKey]:
    """Return the keys of capacities that one network lacks or of which any number differs at all."""
    common = [key for key in rows[0] if key in rows[1]]
    differs = np.zeros(len(common), dtype=np.bool_)
    at = [[of_side[key] for key in common] for of_side in rows]
    for column in ("capacity", "background", "free", "unit"):
        values = [getattr(graph.resources, column)[where] for graph, where in zip(graphs, at, strict=True)]
        differs |= values[0] != values[1]
    unlike = {common[at] for at in np.flatnonzero(differs).tolist()} | (rows[0].keys() ^ rows[1].keys())
    return [key for key in dict.fromkeys((*rows[0], *rows[1])) if key in unlike]


def _is_passed(key: CapacityKey, graph: ArcGraph) -> bool:
    """Tell whether a network has a passage that would draw on a capacity if it had that limit."""
    kind, key_id, from_end, to_end = key
    if kind == "shared":
        shared = graph.data.network.shared_capacities
        row = shared.row_of.get(key_id)
        # A shared capacity of 0 closes its passages; one without a number limits none of them.
        return row is not None and bool(np.isnan(shared.number("capacity")[row]))
    arcs = arcs_of(graph)
    table = "links" if kind == "link" else "transfers"
    name = key_id if kind == "link" else key_id.rpartition(":")[0]
    if from_end:
        return (table, name, from_end, to_end) in arcs
    if kind == "link":
        return any(arc[:2] == (table, name) for arc in arcs)
    first, _, second = key_id.rpartition(":")[2].partition("-")
    return (table, name, first, second) in arcs or (table, name, second, first) in arcs


def _alike(first: float | None, second: float | None) -> bool:
    """Tell whether two numbers are the same but for rounding."""
    if first is None or second is None or np.isinf(first) or np.isinf(second):
        return first == second
    return abs(first - second) <= ALIKE * max(abs(first), abs(second))


def _altered(graphs: Graphs, pairs: tuple[Rows, Rows], columns: tuple[str, ...]) -> tuple[Passages, Passages]:
    """Return the passages of both networks that have less, and those that have more, in some column."""
    less, more = np.zeros(len(pairs[0]), dtype=np.bool_), np.zeros(len(pairs[0]), dtype=np.bool_)
    for column in columns:
        first, second = (getattr(graph, column)[rows] for graph, rows in zip(graphs, pairs, strict=True))
        # A price that only one of the two knows compares as neither less nor more.
        tolerance = ALIKE * np.maximum(np.abs(first), np.abs(second))
        less |= second < first - tolerance
        more |= second > first + tolerance
    below, above = (
        tuple(dict.fromkeys(_passage(graphs[0], int(arc)) for arc in pairs[0][mask])) for mask in (less, more)
    )
    return below, above


def _passage(graph: ArcGraph, arc: int) -> tuple[str, str]:
    """Return table and id of the passage of an arc; a price step counts as its link."""
    network = graph.data.network
    link, transfer = int(graph.link[arc]), int(graph.transfer[arc])
    if link >= 0:
        return "links", str(network.links.text("link_id")[plain_rows(network.links)[link]])
    return "transfers", str(network.transfers.text("node_id")[transfer])


def _volumes(before: Plan, after: Plan) -> list[DemandChange]:
    """Return the demands whose volume differs."""
    sides: list[dict[tuple[str, str, str], float]] = []
    for plan in (before, after):
        commodities = plan.data.commodities
        units = dict(zip(commodities.row_of, commodities.text("unit").tolist(), strict=True))
        names = plan.data.demands.text("commodity")[plan.blocks.rows].tolist()
        rows = zip(plan.blocks.demand_ids, names, plan.blocks.volume.tolist(), strict=True)
        sides.append({(demand, name, units[name]): volume for demand, name, volume in rows})
    keys = dict.fromkeys((*sides[0], *sides[1]))
    volumes = ((key, sides[0].get(key, 0.0), sides[1].get(key, 0.0)) for key in keys)
    return [DemandChange(*key, first, second) for key, first, second in volumes if not _alike(first, second)]


def _terms(before: Plan, after: Plan) -> list[TermsChange]:
    """Return the demands of both plans of which anything but volume and commodity differs."""
    tables = [plan.data.demands for plan in (before, after)]
    if tables[0] is tables[1]:
        return []
    found = []
    in_first = set(before.blocks.demand_ids)
    for name in after.blocks.demand_ids:
        if name in in_first:
            change = TermsChange(name, *(_terms_of(table, table.row_of[name]) for table in tables))
            if change.columns:
                found.append(change)
    return found


def _terms_of(demands: Table, row: int) -> tuple[str | float | None, ...]:
    """Return the values of `TERMS` of a demand."""
    cost = float(demands.number(TERMS[-1])[row])
    return (*(str(demands.text(column)[row]) for column in TERMS[:-1]), None if np.isnan(cost) else cost)


def _commodities(before: Plan, after: Plan) -> list[str]:
    """Return the commodities of both plans of which anything that the model uses differs."""
    tables = [plan.data.commodities for plan in (before, after)]
    if tables[0] is tables[1]:
        return []
    common = [name for name in tables[0].row_of if name in tables[1].row_of]
    rows = [[table.row(table.row_of[name]) for name in common] for table in tables]
    unused = {"source", "confidence", "note", "name"}
    return [
        name
        for name, first, second in zip(common, *rows, strict=True)
        if any(first.get(column) != second.get(column) for column in (first.keys() | second.keys()) - unused)
    ]
