"""Every project card alone, in the years with demand, on a Dask cluster; here one of two processes on this machine.

Install the extra first: ``pip install "corridor-optimizer[distributed]"``. Run it with
``python examples/sweep_on_dask.py [FILE]``; FILE keeps what is done, and the next run goes on from it.
Give ``Client`` the address of a scheduler to use a cluster of many machines.
"""

from __future__ import annotations

import sys

from distributed import Client, LocalCluster

from network import load
from network.effects import with_required
from network.scenario import Scenario
from optimizer import what_if


def main() -> None:
    file = sys.argv[1] if len(sys.argv) > 1 else None
    data = load()
    required = {card.id: card.requires for card in data.projects}
    cards = [Scenario(card.id, projects=with_required(card.id, required)) for card in data.projects]
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        executor = client.get_executor()
        result = what_if(data, cards, year=(2024, 2030), ranges=False, executor=executor, resume=file)
    summary = result.summary().pivot(index="name", columns="year", values="delta_objective_usd") / 1e6
    print("Millions of USD a year, the value of time included, that each card costs (saves where below 0)\n")
    print(summary.sort_values(2030).round(1).head(20).to_string())


if __name__ == "__main__":
    main()
