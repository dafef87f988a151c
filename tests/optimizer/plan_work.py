"""A plan of a large network, in a module of its own so that a spawned process imports nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from made_network import Row, dataset, link

from optimizer import SolveOptions, plan_flows

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from network import Dataset
    from optimizer import Plan


def grid(width: int, n_origins: int, n_demands: int, seed: int, deadline_h: float | None = None) -> Dataset:
    """Return roads on a square grid, many of equal cost, with demands that have to share them.

    Every tenth demand has the deadline, where one is given; a road takes an hour.
    """
    rng = np.random.default_rng(seed)
    links: list[Row] = []
    for at in range(width * width):
        for other, is_there in ((at + 1, (at + 1) % width), (at + width, at + width < width * width)):
            if is_there:
                limit = {"capacity": int(rng.integers(60, 400)), "capacity_unit": "teu/year"}
                cost = {"cost_usd_per_teu": int(rng.integers(1, 9))}
                links.append(link(f"r{at}-{other}", "road", f"N{at}", f"N{other}", **cost, **limit))
    origins = rng.choice(width * width, n_origins, replace=False)
    rows: list[Row] = []
    for at in range(n_demands):
        origin = int(origins[at % n_origins])
        destination = int((origin + rng.integers(1, width * width)) % (width * width))
        row: Row = {"demand_id": f"d{at}", "origin": f"N{origin}", "destination": f"N{destination}"}
        row |= {"commodity": "container", "volume": int(rng.integers(5, 100)), "unmet_cost_usd_per_unit": 600}
        rows.append(row | ({"max_time_h": deadline_h} if deadline_h is not None and at % 10 == 0 else {}))
    return dataset(links, demands=rows)


def text_of(plan: Plan) -> str:
    """Return a plan as JSON, but for the seconds that it took."""
    mapping = plan.to_mapping()
    return json.dumps(_timeless(mapping))


def _timeless(value: object) -> object:
    """Return a mapping without what clocks have to say."""
    if isinstance(value, dict):
        return {name: _timeless(part) for name, part in value.items() if "seconds" not in name}
    return value


def planned(data: Dataset, executor: Executor | None = None) -> str:
    """Return the plan of data by the path form as JSON."""
    return text_of(plan_flows(data, options=SolveOptions(solver="paths"), executor=executor))
