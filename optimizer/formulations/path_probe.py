"""Optima of a question at other free capacities, many in a row.

One program stays as it is but for the limits of its rows, and each optimum is found from where the last one stood. So
prices may depend on what was asked before, where an optimum has several sets of them; the optimum itself does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.formulations.path_flow import settle, unmet_of
from optimizer.formulations.path_master import PathMaster, passages_of
from optimizer.formulations.path_start import start_from

if TYPE_CHECKING:
    from network.model import Numbers
    from optimizer.formulations.path_flow import Seen
    from optimizer.formulations.path_start import Start
    from optimizer.options import SolveOptions


class Probed(NamedTuple):
    """An optimum: what was minimized, prices and use of resources, unmet volumes, and what proves the prices."""

    objective_usd: float
    price: Numbers
    used: Numbers
    unmet: Numbers
    look: Seen | None


class Probe:
    """The program of a plan, to be asked at other free capacities."""

    def __init__(self, start: Start, options: SolveOptions) -> None:
        self._blocks = start.blocks
        self._search, self._stays, seeds = start_from(start, start.blocks)
        graph = start.blocks.graph
        passages = passages_of(graph.resources, graph.n_arcs, self._search.use)
        self._master = PathMaster(self._search.pairs, passages, options)
        self._master.begin(seeds)

    def at(self, free: Numbers) -> Probed | None:
        """Return the optimum where so much is free of every resource per year, inf for any, (n_resources,).

        None where the path form cannot decide: demands that must be carried may not fit.
        """
        self._master.change_free(free)
        settled = settle(self._blocks, self._search, self._master, self._stays, lambda: None)
        if settled is None or settled.point is None:
            return None
        return Probed(
            settled.left_cost + settled.best.bound,
            settled.best.price,
            self._master.load(settled.point),
            unmet_of(self._blocks, self._search.pairs, self._stays, settled.point),
            settled.best.look,
        )
