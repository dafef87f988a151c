"""How time and memory grow with the network and its demands: ours by phase, and every way to state the same program."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

from benchmarks.goals import seconds
from benchmarks.runner import as_mapping, disagreement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.runner import Bench

MODERATE = [f"{n_nodes}/{n_demands}" for n_nodes in (300, 3000, 30000) for n_demands in (10, 100, 500, 2000)]
STRESS = ["stress 300/2000", "stress 3000/500", "stress 3000/2000"]
ONE = [f"one commodity {n_nodes}" for n_nodes in (1000, 10000, 100000)]
INSTANCES = [*MODERATE[:-1], *STRESS, *ONE]
"""All but 30,000 nodes and 2,000 demands, which is left to who has the time: ``--only 30000/2000``."""

PEERS = {
    "highspy, aggregated": 120.0,
    "highspy, aggregated, interior point": 120.0,
    "highspy, arc form": 120.0,
    "scipy linprog, aggregated": 60.0,
    "Pyomo, aggregated": 120.0,
}
"""Who else answers plans, and seconds after which each is stopped; larger instances are not asked of those stopped."""

ONE_PEERS = {"OR-Tools, raw": 120.0, "networkx simplex": 120.0}
OWN_LIMIT_S = 900.0


@dataclass(frozen=True)
class Size:
    """What one instance took: `own` and `phases` of ours, `peers` by name, None where one was stopped or not asked."""

    instance: str
    own: dict[str, object]
    phases: dict[str, float]
    peers: dict[str, float | None]
    notes: list[str] = field(default_factory=list)


def measure(bench: Bench, names: Iterable[str]) -> Iterator[Size]:
    """Yield what every instance takes, one process each."""
    stopped: set[tuple[str, str]] = set()
    for name in names:
        own = bench.run("plan", name, OWN_LIMIT_S)
        if own.problem or own.is_over:
            yield Size(name, {}, {}, {}, [own.problem or f"more than {OWN_LIMIT_S:g} s"])
            continue
        parts = bench.run("plan, phases", name, OWN_LIMIT_S)
        limits = ONE_PEERS if name.startswith("one") else PEERS
        kind = name.split("/")[0]
        peers: dict[str, float | None] = {}
        notes = []
        for peer, limit_s in limits.items():
            peers[peer] = None
            if (peer, kind) in stopped:
                continue
            run = bench.run(peer, name, limit_s)
            if run.is_over:
                stopped.add((peer, kind))
                continue
            problem = run.problem or disagreement(own, run)
            if problem:
                notes.append(f"{peer}: {problem}")
            else:
                peers[peer] = run.median_s
        yield Size(name, as_mapping(own), parts.phases, peers, notes)


def lines_of(sizes: list[Size]) -> Iterator[str]:
    """Yield the printed tables: ours by phase, then the peers, then slopes."""
    phases = ("expand", "blocks", "solve", "routes", "verify", "report")
    yield f"{'instance':24}{'total':>9}{'MB':>7}{'sweeps':>8}{'gap':>9}{'load':>9}" + "".join(
        f"{phase:>9}" for phase in phases
    )
    for size in sizes:
        if not size.own:
            yield f"{size.instance:24}{'; '.join(size.notes)}"
            continue
        own = {name: float(str(value)) for name, value in size.own.items() if name != "phases"}
        yield (
            f"{size.instance:24}{seconds(own['median_s']):>9}{own['peak_mb']:7.0f}"
            f"{own['median_s'] / own['sweep_s']:8.0f}{own['gap']:9.0e}{seconds(own['prepare_s']):>9}"
            + "".join(f"{seconds(size.phases[phase]):>9}" for phase in phases)
        )
    for peers, kept in ((PEERS, _is_plan), (ONE_PEERS, _is_one)):
        some = [size for size in sizes if size.own and kept(size)]
        if some:
            yield f"{'instance':24}" + "".join(f"{peer:>38}" for peer in peers)
        for size in some:
            yield f"{size.instance:24}" + "".join(f"{_peer_cell(size, peer):>38}" for peer in peers)
            yield from (f"{'':24}{note}" for note in size.notes)
    yield from _slopes(sizes)


def _is_one(size: Size) -> bool:
    return size.instance.startswith("one")


def _is_plan(size: Size) -> bool:
    return not _is_one(size)


def _peer_cell(size: Size, peer: str) -> str:
    taken = size.peers.get(peer)
    return "–" if taken is None else f"{seconds(taken)} ({taken / float(str(size.own['median_s'])):.3g} ×)"


def _slopes(sizes: list[Size]) -> Iterator[str]:
    """Yield by which power time grows between neighbors in nodes and in demands."""
    taken = {size.instance: float(str(size.own["median_s"])) for size in sizes if size.own}
    for small, large in zip(MODERATE, MODERATE[4:], strict=False):
        if small in taken and large in taken:
            yield f"  {small} to {large}: nodes to the power of {log(taken[large] / taken[small]) / log(10):.2f}"
    for small, large in pairwise(MODERATE):
        (nodes, few), (others, many) = small.split("/"), large.split("/")
        if nodes == others and small in taken and large in taken:
            power = log(taken[large] / taken[small]) / log(int(many) / int(few))
            yield f"  {small} to {large}: demands to the power of {power:.2f}"
