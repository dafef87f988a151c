"""Sweeps on any executor: what stays the same is shipped to each of its processes once, what changes with every task.

A process keeps the networks it was last sent under a digest of their content. A task names its network by that and
brings the weights that prices have changed, so that it is small; where a process does not know the network it says so,
and is sent it with the next task. Executors do not tell how many processes they have, nor which of them takes a task:
as many copies are sent at a time as processes have asked.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

    from network.model import Numbers
    from optimizer.formulations.path_master import TimeLeft
    from optimizer.formulations.sweep_search import Batch, Lattice, Swept
    from optimizer.resources import Rows

    Sweep = Callable[[Lattice, Numbers, Batch, Numbers, bool, float], Swept]

KEPT = 4
"""Networks that a process keeps."""


class Terrain(NamedTuple):
    """What all sweeps of a plan have in common: the lattice, and the weight of every arc by kind of goods."""

    lattice: Lattice
    weight: Numbers


class Task(NamedTuple):
    """A sweep of a batch: the arcs whose weight is not that of the terrain, their weights, and how far to look."""

    batch: Batch
    arcs: Rows
    weight: Numbers
    limit: Numbers
    farthest: float


class Unknown(NamedTuple):
    """The process that does not know a terrain, by host and number."""

    host: str
    process: int


_terrains: dict[str, Terrain] = {}
"""Terrains of this process by digest, the last ones used."""


def sweep_there(sweep: Sweep, digest: str, terrain: Terrain | None, task: Task) -> Swept | Unknown:
    """Sweep in the process of an executor; without the terrain, tell who does not have it."""
    if terrain is not None:
        while len(_terrains) >= KEPT and digest not in _terrains:
            _terrains.pop(next(iter(_terrains)), None)
        _terrains[digest] = terrain
    known = _terrains.get(digest)
    if known is None:
        return Unknown(platform.node(), os.getpid())
    weight = known.weight[task.batch.kind].copy()
    weight[task.arcs] = task.weight
    return sweep(known.lattice, weight, task.batch, task.limit, False, task.farthest)


@dataclass(eq=False)
class Spread:
    """Runs sweeps on an executor, in the place of `map`; the clock ends the waiting for them."""

    executor: Executor
    terrain: Terrain
    clock: TimeLeft
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        lattice, weight = self.terrain
        digest = blake2b(repr(weight.shape).encode(), digest_size=16)
        for each in (lattice.rank, lattice.start, lattice.head, lattice.key, lattice.arcs, lattice.first, weight):
            digest.update(each.tobytes())
        self.digest = digest.hexdigest()

    def __call__(
        self,
        sweep: Sweep,
        _lattices: Iterable[Lattice],
        weights: Iterable[Numbers],
        batches: Iterable[Batch],
        limits: Iterable[Numbers],
        _keeps: Iterable[bool],
        farthest: Iterable[float],
    ) -> Iterator[Swept]:
        """Yield what a sweep finds for each batch, in their order.

        Raises
        ------
        OutOfTimeError
            The time is up; sweeps that have not begun are called off.
        """
        tasks = [self._task(*asked) for asked in zip(batches, weights, limits, farthest, strict=True)]
        found: dict[int, Swept] = {}
        askers: set[Unknown] = set()
        while len(found) < len(tasks):
            missing = [at for at in range(len(tasks)) if at not in found]
            ships = [self.terrain if turn < len(askers) else None for turn in range(len(missing))]
            answers = self._answers(sweep, [tasks[at] for at in missing], ships)
            found |= {at: one for at, one in zip(missing, answers, strict=True) if not isinstance(one, Unknown)}
            askers = {one for one in answers if isinstance(one, Unknown)}
        for at in range(len(tasks)):
            yield found[at]

    def _task(self, batch: Batch, weight: Numbers, limit: Numbers, farthest: float) -> Task:
        arcs = np.flatnonzero(weight != self.terrain.weight[batch.kind])
        return Task(batch, arcs, weight[arcs], limit, farthest)

    def _answers(self, sweep: Sweep, tasks: list[Task], ships: list[Terrain | None]) -> list[Swept | Unknown]:
        """Return what processes answer to tasks, of which some ship the terrain."""
        submit, digest = self.executor.submit, self.digest
        futures = [
            submit(sweep_there, sweep, digest, terrain, task) for task, terrain in zip(tasks, ships, strict=True)
        ]
        try:
            return [self._awaited(future) for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def _awaited(self, future: Future[Swept | Unknown]) -> Swept | Unknown:
        """Return what a process answers, as long as there is time."""
        while True:
            try:
                return future.result(self.clock())
            except TimeoutError:
                if future.done():
                    raise
