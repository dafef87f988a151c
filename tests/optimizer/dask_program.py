"""A sweep and a what-if on a Dask cluster of two processes, beside the same in this process; prints both as JSON."""

from __future__ import annotations

import json
import sys

import sweep_work
from distributed import Client, LocalCluster

from network.dataset import read_dataset
from optimizer import what_if
from optimizer.sweep import sweep


def main() -> None:
    asked, bases = sweep_work.jobs(30), sweep_work.base()
    data = read_dataset(sys.argv[1])
    found = {}
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        ) as cluster,
        Client(cluster) as client,
    ):
        for name, executor in (("serial", None), ("dask", client.get_executor())):
            records = sorted(sweep(asked, sweep_work.widen, bases, executor=executor), key=lambda each: each["at"])
            outcomes = what_if(data, ["aktau-hub", "aktau-closed"], executor=executor).outcomes
            found[name] = [{**record, "seconds": 0} for record in (*records, *outcomes)]
        processes = {record["process"] for record in sweep(asked, sweep_work.who, bases, executor=executor)}
    print(json.dumps({**found, "processes": sorted(processes)}))


if __name__ == "__main__":
    main()
