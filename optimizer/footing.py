"""What an optimal plan stands on: what it uses of links, nodes and capacities, and whether less of them would do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from network.model import freeze
from network.values import in_year, or_zero
from optimizer.cut_off import has_way
from optimizer.passages import passages_of
from optimizer.resources import plain_rows
from optimizer.result import resource_use

if TYPE_CHECKING:
    from network.model import Dataset, Mask, Numbers, Table
    from optimizer.blocks import DemandBlocks
    from optimizer.resources import Rows
    from optimizer.result import Plan


@dataclass(frozen=True, eq=False)
class Footing:
    """What passes where in a plan, in the form in which every change of its data is compared with it."""

    plan: Plan

    @cached_property
    def data(self) -> Dataset:
        """The data that were planned for, without the parallel links that price steps lay out."""
        data = self.plan.data
        links = data.network.links
        if "step_of" not in links.columns:
            return data
        plain = links.take(np.flatnonzero(plain_rows(links) == np.arange(len(links))))
        columns = {name: values for name, values in plain.columns.items() if name not in ("step_of", "steps")}
        header = tuple(name for name in plain.header if name in columns)
        plain = replace(plain, columns=MappingProxyType(columns), header=header)
        return replace(data, network=replace(data.network, links=plain))

    @cached_property
    def carries(self) -> Mask:
        """Mask of arcs that some path passes, shape (n_arcs,)."""
        carries = np.zeros(self.plan.blocks.graph.n_arcs, dtype=np.bool_)
        carries[passages_of(self.plan).arc] = True
        return freeze(carries)

    @cached_property
    def used(self) -> Numbers:
        """What the flows take of each resource per year, shape (n_resources,)."""
        return freeze(resource_use(self.plan.blocks, self.plan.flow))

    @cached_property
    def t_unmet(self) -> float:
        """Tonnes per year that the plan leaves behind."""
        return t_unmet(self.plan)

    @cached_property
    def without_way(self) -> frozenset[str]:
        """Ids of demands that no way leads for although everything is open."""
        return frozenset(without_way(self.plan))

    @cached_property
    def stranded(self) -> Mask:
        """Mask of demands that are left behind altogether although a way leads for them, shape (n_demands,)."""
        blocks = self.plan.blocks
        is_left = (blocks.volume > 0.0) & (self.plan.unmet_volume >= blocks.volume)
        return freeze(is_left & np.array([name not in self.without_way for name in blocks.demand_ids], dtype=np.bool_))

    @cached_property
    def used_ids(self) -> dict[str, frozenset[str]]:
        """Ids of the links, nodes and shared capacities that some path passes, by kind; a crossing is its links."""
        graph = self.plan.blocks.graph
        network = graph.data.network
        arcs = np.flatnonzero(self.carries)
        links, transfers = graph.link[arcs], graph.transfer[arcs]
        links, transfers = plain_rows(network.links)[links[links >= 0]], transfers[transfers >= 0]
        states = np.concatenate([graph.tail[arcs], graph.head[arcs]])
        shared = (
            network.links.text("shared_capacity_id")[links],
            network.transfers.text("shared_capacity_id")[transfers],
        )
        of_links = frozenset(map(str, network.links.text("link_id")[links]))
        return {
            "link": of_links,
            "crossing": of_links,
            "node": frozenset(map(str, network.nodes.text("node_id")[graph.state_node[states]])),
            "shared": frozenset(map(str, np.concatenate(shared))),
        }

    @cached_property
    def _row_of_resource(self) -> Rows:
        """Row of each resource in its table, shape (n_resources,); that of its link for a price step."""
        graph = self.plan.blocks.graph
        resources, network = graph.resources, graph.data.network
        rows = np.zeros(len(resources), dtype=np.int64)
        plain = np.append(plain_rows(network.links), -1)[graph.link]
        rows[resources.resource] = np.where(plain >= 0, plain, graph.transfer)[resources.arc]
        for at in np.flatnonzero(resources.kind == "shared").tolist():
            rows[at] = network.shared_capacities.row_of[resources.ids[at]]
        return freeze(rows)

    def narrowed_arcs(self, changed: Dataset) -> Mask:
        """Return the mask of arcs with less capacity of their own, or of what they share, than before; (n_arcs,)."""
        graph, year = self.plan.blocks.graph, self.plan.year
        before, after = self.data.network, changed.network
        shrunk = _shrunk(before.shared_capacities, after.shared_capacities)
        shared = {str(key) for key in before.shared_capacities.text("shared_capacity_id")[shrunk]}
        narrowed = np.zeros(graph.n_arcs, dtype=np.bool_)
        plain = np.append(plain_rows(graph.data.network.links), -1)[graph.link]
        for name, rows in (("links", plain), ("transfers", graph.transfer)):
            old, new = getattr(before, name), getattr(after, name)
            on_row = _shrunk(old, new) | (in_year(old, year) & ~in_year(new, year)[: len(old)])
            if shared:
                on_row |= np.array([key in shared for key in old.text("shared_capacity_id")], dtype=np.bool_)
            passes = rows >= 0
            narrowed[passes] |= on_row[rows[passes]]
        return narrowed

    def has_room(self, changed: Dataset) -> bool:
        """Tell whether the flows of the plan stay within smaller capacities, none of which is 0 where it was not."""
        resources, network = self.plan.blocks.graph.resources, changed.network
        capacity, background = resources.capacity.copy(), resources.background.copy()
        for kind, table in (
            ("link", network.links),
            ("transfer", network.transfers),
            ("shared", network.shared_capacities),
        ):
            of_kind = resources.kind == kind
            rows = self._row_of_resource[of_kind]
            capacity[of_kind], background[of_kind] = table.number("capacity")[rows], or_zero(table, "background")[rows]
        free = np.maximum(0.0, capacity - background) * resources.per_year
        # A capacity that stays as it is need not be looked at: one that binds may be used up to a rounding more.
        less = free < resources.free
        return bool((self.used[less] <= free[less]).all())

    def cut_off_by(self, closed: Mask) -> list[str]:
        """Return the ids of demands that have no way left once arcs close that no path of the plan passes."""
        if not self.stranded.any():
            # Whoever is carried is carried on paths that stay open.
            return []
        blocks = self.plan.blocks
        return [blocks.demand_ids[at] for at in np.flatnonzero(~has_way(blocks, self.stranded, closed)).tolist()]

    def passed(self, arcs: Mask) -> tuple[float, int]:
        """Return tonnes per year and number of the demands on paths that pass some of the arcs."""
        passages = passages_of(self.plan)
        paths = np.unique(passages.path[arcs[passages.arc]])
        return float(passages.t[paths].sum()), len(np.unique(passages.demand[paths]))


@lru_cache(maxsize=4)
def footing_of(plan: Plan) -> Footing:
    """Return the footing of a plan; the last few are kept, as one plan is compared with many."""
    return Footing(plan)


def _shrunk(before: Table, after: Table) -> Mask:
    """Return the mask of rows of `before` that have less free capacity in `after`, or are closed there alone."""
    old, new = (
        np.nan_to_num(table.number("capacity")[: len(before)], nan=inf, posinf=inf) for table in (before, after)
    )
    old_free, new_free = (
        np.maximum(0.0, capacity - or_zero(table, "background")[: len(before)])
        for capacity, table in ((old, before), (new, after))
    )
    shrunk: Mask = (new_free < old_free) | ((new == 0.0) & (old > 0.0))
    return shrunk


def t_unmet(plan: Plan) -> float:
    """Return the tonnes per year that a plan leaves behind."""
    return float((plan.unmet_volume * _t_per_unit(plan.blocks)).sum())


def _t_per_unit(blocks: DemandBlocks) -> Numbers:
    """Return the tonnes of one unit of every demand, shape (n_demands,)."""
    t_per_unit = blocks.graph.data.commodities.number("t_per_unit")
    found = np.zeros(blocks.n_demands)
    for block in blocks.blocks:
        found[block.demands] = t_per_unit[block.values.row]
    return found


def without_way(plan: Plan) -> list[str]:
    """Return the ids of demands that no way leads for; whoever is carried in part has one and is not searched for."""
    blocks = plan.blocks
    asked = blocks.volume > 0.0
    if plan.objective_usd is not None:
        asked &= plan.unmet_volume >= blocks.volume
    if not asked.any():
        return []
    return [blocks.demand_ids[at] for at in np.flatnonzero(~has_way(blocks, asked)).tolist()]
