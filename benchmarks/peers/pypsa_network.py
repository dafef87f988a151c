"""The plan as a PyPSA network: a bus per origin and node, a link per origin and arc, capacities shared by hand.

What PyPSA works out after a solve (results of every bus, one sub-network for each) is left out: it takes many times
what the solve takes, and a plan needs none of it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.task import Clock, Task

if TYPE_CHECKING:
    from benchmarks.task import Source


def aggregated(source: Source) -> Task:
    """Build and solve; unmet volume is a generator at the destination."""
    instance = source.instance
    group = np.searchsorted(instance.origins, instance.origin)
    n_groups, n_nodes, n_arcs, n_demands = len(instance.origins), instance.n_nodes, instance.n_arcs, len(group)
    phases: dict[str, list[float]] = {}

    def ask() -> float:
        import pypsa
        import xarray as xr

        for name in ("pypsa", "linopy"):
            logging.getLogger(name).setLevel(logging.ERROR)
        clock = Clock(phases)
        network = pypsa.Network()
        bus = np.array([f"{own}:{node}" for own in range(n_groups) for node in range(n_nodes)])
        network.add("Bus", bus)
        first = np.repeat(np.arange(n_groups) * n_nodes, n_arcs)
        arc = np.tile(np.arange(n_arcs), n_groups)
        network.add(
            "Link",
            np.array([f"{own}:{at}" for own in range(n_groups) for at in range(n_arcs)]),
            bus0=bus[first + instance.tail[arc]],
            bus1=bus[first + instance.head[arc]],
            p_nom=instance.capacity[arc],
            marginal_cost=instance.cost[arc],
        )
        total = np.bincount(group, weights=instance.volume, minlength=n_groups)
        network.add(
            "Generator",
            [f"supply {own}" for own in range(n_groups)],
            bus=bus[np.arange(n_groups) * n_nodes + instance.origins],
            p_nom=total,
        )
        end = bus[group * n_nodes + instance.destination]
        network.add("Load", [f"load {at}" for at in range(n_demands)], bus=end, p_set=instance.volume)
        network.add(
            "Generator",
            [f"unmet {at}" for at in range(n_demands)],
            bus=end,
            p_nom=instance.volume,
            marginal_cost=instance.unmet_cost,
        )
        model = network.optimize.create_model()
        flow = model.variables["Link-p"]
        which = xr.DataArray(arc, coords={"name": flow.coords["name"]}, dims="name", name="arc")
        shared = flow.groupby(which).sum()
        limit = xr.DataArray(instance.capacity, coords={"arc": np.arange(n_arcs)}, dims="arc")
        model.add_constraints(shared <= limit, name="shared capacity")
        clock.lap("build")
        status, condition = model.solve(solver_name="highs", io_api="direct", output_flag=False)
        if status != "ok":
            raise RuntimeError(f"no optimum: {condition}")
        clock.lap("solve")
        return float(model.objective.value)

    return Task([ask], repeats=True, phases=phases)
