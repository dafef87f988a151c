"""One large plan on a Dask cluster of two processes, beside the same plan in this process; prints both as JSON."""

from __future__ import annotations

import json

import plan_work
from distributed import Client, LocalCluster

from optimizer.formulations import spread_sweeps, sweep_search


def main() -> None:
    data = plan_work.grid(80, 16, 48, 1)
    # Small batches, so that there are many for two workers.
    sweep_search.SHARED_CELLS = 1
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        ) as cluster,
        Client(cluster) as client,
    ):
        executor = client.get_executor()
        found = {"serial": plan_work.planned(data), "dask": plan_work.planned(data, executor)}
        known = client.run(lambda: len(spread_sweeps._terrains))
    print(json.dumps({**found, "workers": list(known.values()), "here": len(spread_sweeps._terrains)}))


if __name__ == "__main__":
    main()
