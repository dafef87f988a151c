"""One plan whose searches run on a Dask cluster; here one of two processes on this machine.

Install the extra first: ``pip install "corridor-optimizer[distributed]"``. Run it with
``python examples/plan_on_dask.py [FOLDER]``; FOLDER is a dataset, by default the bundled one, which is too small to
gain anything. Give ``Client`` the address of a scheduler to use a cluster of many machines.
"""

from __future__ import annotations

import sys

from distributed import Client, LocalCluster

from network import load, read_dataset
from optimizer import SolveOptions, plan_flows


def main() -> None:
    data = read_dataset(sys.argv[1]) if len(sys.argv) > 1 else load()
    options = SolveOptions(solver="paths")
    here = plan_flows(data, options=options)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        there = plan_flows(data, options=options, executor=client.get_executor())
    print(f"{there.status}, {there.objective_usd / 1e6:,.1f} m USD, gap {there.gap:.1e}")
    print(f"here {here.seconds:.1f} s, on the cluster {there.seconds:.1f} s")
    print("the same flows" if list(here.link_flows) == list(there.link_flows) else "other flows")


if __name__ == "__main__":
    main()
