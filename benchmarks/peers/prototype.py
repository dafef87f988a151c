"""A column generation outside this repository, named by the environment variable CORRIDOR_PROTOTYPE; else left out.

It is a folder with a module ``cgk`` whose class ``CGK`` takes the arrays of an instance as a mapping.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.task import Task

if TYPE_CHECKING:
    from benchmarks.task import Source

VARIABLE = "CORRIDOR_PROTOTYPE"
GAP = 1e-7


def key_paths(source: Source) -> Task:
    """Solve by the prototype, cold, neither checked nor verified."""
    sys.path.insert(0, os.environ[VARIABLE])
    import cgk

    instance = source.instance
    arrays = {
        "n": instance.n_nodes,
        "tail": instance.tail.astype(np.int32),
        "head": instance.head.astype(np.int32),
        "cost": instance.cost,
        "cap": instance.capacity,
        "od": np.column_stack([instance.origin, instance.destination]).astype(np.int32),
        "dem": instance.volume,
        "pen": float(instance.unmet_cost[0]),
    }

    def ask() -> float:
        return float(cgk.CGK(arrays).solve(gap=GAP))

    return Task([ask], repeats=True)
