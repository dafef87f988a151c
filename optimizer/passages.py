"""The paths of a plan in arrays: whose goods pass which arc, and in which corridor they count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from network.model import freeze
from optimizer.resources import plain_rows
from optimizer.route import corridor_of

if TYPE_CHECKING:
    from network.model import Numbers, Texts
    from optimizer.resources import Rows
    from optimizer.result import Plan


@dataclass(frozen=True, eq=False)
class Passages:
    """What every path of a plan carries and which arcs it passes.

    `demand` (position in the plan's demands), `commodity` (row of the commodities), `volume` (commodity units per
    year) and `t` (tonnes per year) have shape (n_paths,). `path` and `arc` have shape (n_passages,): arc `arc[i]` of
    the graph is passed by path `path[i]`.
    """

    plan: Plan
    demand: Rows
    commodity: Rows
    volume: Numbers
    t: Numbers
    path: Rows
    arc: Rows

    @cached_property
    def corridor(self) -> Texts:
        """Corridor of every path, by the rule of routes: the one with most of its kilometers."""
        graph = self.plan.blocks.graph
        network = graph.data.network
        link, length_km = graph.link.tolist(), graph.length_km.tolist()
        ids = network.links.text("link_id").tolist()
        known: dict[tuple[int, ...], str] = {}
        for path in self.plan.paths:
            if path.arcs not in known:
                passed = ((ids[link[arc]], length_km[arc]) for arc in path.arcs if link[arc] >= 0)
                known[path.arcs] = corridor_of(network, passed)
        return freeze(np.array([known[path.arcs] for path in self.plan.paths], dtype=object))

    @cached_property
    def demand_commodity(self) -> Rows:
        """Row of the commodity of every demand of the plan, shape (n_demands,)."""
        data, rows = self.plan.data, self.plan.blocks.rows
        row_of = data.commodities.row_of
        return freeze(np.array([row_of[name] for name in data.demands.text("commodity")[rows]], dtype=np.int64))

    @cached_property
    def on_links(self) -> tuple[Rows, Rows]:
        """Path and arc of the passages of links, without those of transfers."""
        is_link = self.plan.blocks.graph.link[self.arc] >= 0
        return freeze(self.path[is_link]), freeze(self.arc[is_link])

    @cached_property
    def plain_link(self) -> Rows:
        """Row of the link of every arc of the graph, a price step counting as its link; -1 for transfers."""
        graph = self.plan.blocks.graph
        plain = np.append(plain_rows(graph.data.network.links), -1)
        return freeze(plain[graph.link])


@lru_cache(maxsize=8)
def passages_of(plan: Plan) -> Passages:
    """Return the paths of a plan in arrays; the last few are kept, as one plan is compared with many."""
    blocks, paths = plan.blocks, plan.paths
    row_of_block = np.array([block.values.row for block in blocks.blocks], dtype=np.int64)
    n_arcs = np.array([len(path.arcs) for path in paths], dtype=np.int64)
    commodity = row_of_block[np.array([path.block for path in paths], dtype=np.int64)]
    volume = np.array([path.volume for path in paths], dtype=np.float64)
    return Passages(
        plan=plan,
        demand=freeze(np.array([path.demand for path in paths], dtype=np.int64)),
        commodity=freeze(commodity),
        volume=freeze(volume),
        t=freeze(volume * plan.data.commodities.number("t_per_unit")[commodity]),
        path=freeze(np.repeat(np.arange(len(paths)), n_arcs)),
        arc=freeze(np.fromiter(chain.from_iterable(path.arcs for path in paths), np.int64, int(n_arcs.sum()))),
    )
