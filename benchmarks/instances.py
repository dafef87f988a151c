"""Seeded instances, as plain arrays for every method and as a dataset folder for this product: the same problem twice.

Two families. `freight`: places on a plane, roads between neighbors (85 % of the nodes), railways between a sample of
the places and a transfer at each, demands from about 2.2·√K origins, capacities drawn around the load of the
all-or-nothing assignment. `one_commodity`: sparse random digraphs with whole numbers in the manner of NETGEN
(D. Klingman, A. Napier, J. Stutz, "NETGEN", Management Science 20 (1974)), many sources and sinks of one good.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from network import Scenario, read_dataset, write_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from network import Dataset

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]

ROAD_SHARE = 0.85
WIDTH_KM = 1000.0
ROAD_KMH, RAIL_KMH = 70.0, 40.0
ROAD_USD_PER_KM, RAIL_USD_PER_KM = 1.0, 0.35
TRANSFER_USD, TRANSFER_H = 25.0, 6.0
SHARE_OF_ROADS, SHARE_OF_RAILWAYS = 0.6, 0.7
"""Shares of the edges of the triangulation, the shortest ones, that are built; a spanning tree keeps all together."""

UNMET_FACTOR = 6.0
"""Unmet cost of every demand, as a multiple of the longest of the cheapest ways."""

MODERATE, STRESS = 1.0, 0.7
"""Tightness: capacities of loaded arcs are the load times a factor between tightness - 0.3 and tightness + 1."""

N_SCENARIOS = 20
N_CHANGED = 3
BUSIEST_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class Instance:
    """A network and its demands.

    `tail`, `head`, `cost` (USD per unit), `capacity` (units per year) and `time_h` have shape (n_arcs,), no two arcs
    have both ends alike; `origin`, `destination`, `volume` and `unmet_cost` (inf where a demand must be carried) have
    shape (n_demands,); `x`, `y` (n_nodes,) are places in km; `load` (n_arcs,) is the all-or-nothing assignment.
    """

    tail: Rows
    head: Rows
    cost: Numbers
    capacity: Numbers
    time_h: Numbers
    origin: Rows
    destination: Rows
    volume: Numbers
    unmet_cost: Numbers
    x: Numbers
    y: Numbers
    load: Numbers

    @property
    def n_nodes(self) -> int:
        return len(self.x)

    @property
    def n_arcs(self) -> int:
        return len(self.tail)

    @cached_property
    def origins(self) -> Rows:
        """Nodes at which demands start, ascending."""
        return np.unique(self.origin)

    def save(self, path: Path) -> None:
        np.savez(path, **{field.name: getattr(self, field.name) for field in fields(self)})


def read(path: Path) -> Instance:
    with np.load(path) as arrays:
        return Instance(**dict(arrays))


def freight(n_nodes: int, n_demands: int, tightness: float = MODERATE, seed: int = 1) -> Instance:
    """Return a road and rail network with demands that have to share it."""
    rng = np.random.default_rng(seed)
    n_rail = int(n_nodes * (1.0 - ROAD_SHARE) + 1e-9)
    n_road = n_nodes - n_rail
    place = rng.uniform(0.0, WIDTH_KM, (n_road, 2))
    hub = rng.choice(n_road, n_rail, replace=False)
    point = np.concatenate([place, place[hub]])
    road, rail = _edges(place, SHARE_OF_ROADS), n_road + _edges(place[hub], SHARE_OF_RAILWAYS)
    transfer = np.column_stack([hub, n_road + np.arange(n_rail)])
    edge = np.concatenate([road, rail, transfer])
    kind = np.repeat([0, 1, 2], [len(road), len(rail), n_rail])

    km = np.hypot(*(point[edge[:, 0]] - point[edge[:, 1]]).T)
    detour = rng.uniform(0.9, np.array([1.3, 1.2, 0.9])[kind])
    usd_per_km = np.array([ROAD_USD_PER_KM, RAIL_USD_PER_KM, 0.0])[kind]
    hours = km / np.array([ROAD_KMH, RAIL_KMH, np.inf])[kind]
    cost = (km * detour * usd_per_km + np.where(kind == 2, TRANSFER_USD, 0.0) + 0.01).round(3)
    time_h = (hours + np.where(kind == 2, TRANSFER_H, 0.0) + 0.01).round(3)
    tail, head = np.concatenate([edge, edge[:, ::-1]]).T
    cost, time_h = np.tile(cost, 2), np.tile(time_h, 2)

    origin, destination = _pairs(rng, n_road, n_demands)
    volume = rng.integers(5, 100, len(origin)).astype(np.float64)
    load, longest = _all_or_nothing(n_nodes, tail, head, cost, origin, destination, volume)
    usual = float(np.median(load[load > 0.0]))
    around_load = load * rng.uniform(tightness - 0.3, tightness + 1.0, len(load))
    idle = usual * rng.uniform(0.5, 2.0, len(load))
    capacity = np.where(load > 0.0, np.maximum(usual / 2.0, around_load), idle).round() + 1.0
    unmet_cost = np.full(len(origin), np.round(UNMET_FACTOR * longest))
    return Instance(
        tail, head, cost, capacity, time_h, origin, destination, volume, unmet_cost, point[:, 0], point[:, 1], load
    )


def one_commodity(n_nodes: int, degree: int = 8, share_of_sources: float = 0.05, seed: int = 1) -> Instance:
    """Return a flow of one good from many sources to as many sinks, all of which must be carried.

    The last node feeds every source through an arc of no cost and of the source's supply, so that demands which all
    start there state the same problem. A way of ample capacity from each source to a sink makes it feasible.
    """
    rng = np.random.default_rng(seed)
    n_sources, supply = max(1, int(n_nodes * share_of_sources)), 500
    ends = rng.permutation(n_nodes)[: 2 * n_sources].reshape(2, -1)
    sources, sinks = ends
    stops = np.vstack([sources, rng.integers(0, n_nodes, (3, n_sources)), sinks])
    n_random = n_nodes * degree
    tail = np.concatenate([stops[:-1].ravel(), rng.integers(0, n_nodes, n_random)])
    head = np.concatenate([stops[1:].ravel(), rng.integers(0, n_nodes, n_random)])
    n_ample = stops[1:].size
    cost = np.concatenate([rng.integers(5001, 10001, n_ample), rng.integers(1, 10001, n_random)]).astype(np.float64)
    capacity = np.concatenate([np.full(n_ample, 100 * supply), rng.integers(1, 1001, n_random)]).astype(np.float64)
    # Ample arcs come first, so that they are the ones kept of arcs with both ends alike.
    _, kept = np.unique(tail * n_nodes + head, return_index=True)
    kept = np.sort(kept[tail[kept] != head[kept]])
    feeder = np.full(n_sources, n_nodes)
    tail, head = np.concatenate([tail[kept], feeder]), np.concatenate([head[kept], sources])
    n_arcs = len(tail)
    return Instance(
        tail=tail,
        head=head,
        cost=np.concatenate([cost[kept], np.zeros(n_sources)]),
        capacity=np.concatenate([capacity[kept], np.full(n_sources, float(supply))]),
        time_h=np.ones(n_arcs),
        origin=feeder,
        destination=sinks,
        volume=np.full(n_sources, float(supply)),
        unmet_cost=np.full(n_sources, np.inf),
        x=rng.uniform(0.0, WIDTH_KM, n_nodes + 1),
        y=rng.uniform(0.0, WIDTH_KM, n_nodes + 1),
        load=np.zeros(n_arcs),
    )


def dataset_of(instance: Instance) -> Dataset:
    """Return the same problem in the terms of the product: each arc a directed link with its own cost and capacity."""
    import pandas as pd  # here alone, so that it does not weigh on what is measured

    from network import Dataset

    names = np.array([f"N{at}" for at in range(instance.n_nodes)])
    nodes = pd.DataFrame(
        {
            "node_id": names,
            "name": names,
            "country": "KZ",
            "lat": instance.y / 111.0 + 40.0,
            "lon": instance.x / 85.0 + 50.0,
            "kind": "city",
        }
    )
    tail, head = instance.tail, instance.head
    km = np.hypot(instance.x[tail] - instance.x[head], instance.y[tail] - instance.y[head])
    links = pd.DataFrame(
        {
            "link_id": [link_of(at) for at in range(instance.n_arcs)],
            "mode": "road",
            "from_node": names[tail],
            "to_node": names[head],
            "directed": 1,
            "length_km": (2.0 * km + 1.0).round(1),
            "time_h": instance.time_h,
            "cost_usd_per_teu": instance.cost,
            "capacity": instance.capacity,
            "capacity_unit": "teu/year",
        }
    )
    commodities = pd.DataFrame(
        {
            "commodity_id": ["container"],
            "name": ["Containers"],
            "unit": ["teu"],
            "t_per_unit": [10.0],
            "time_value_usd_per_unit_h": [0.0],
        }
    )
    demands = pd.DataFrame(
        {
            "demand_id": [f"d{at}" for at in range(len(instance.origin))],
            "origin": names[instance.origin],
            "destination": names[instance.destination],
            "commodity": "container",
            "volume": instance.volume,
            "unmet_cost_usd_per_unit": np.where(np.isinf(instance.unmet_cost), np.nan, instance.unmet_cost),
        }
    )
    return Dataset.from_frames(nodes=nodes, links=links, commodities=commodities, demands=demands, base_year=2024)


def link_of(arc: int) -> str:
    """Return the id of the link that is an arc."""
    return f"L{arc}"


def whatif_factors(instance: Instance, seed: int = 2) -> list[tuple[dict[int, float], dict[int, float]]]:
    """Return what-ifs as factors by arc, of capacities and of costs: three each among the busiest tenth of the arcs."""
    rng = np.random.default_rng(seed)
    n_loaded = max(N_CHANGED, int(BUSIEST_SHARE * np.count_nonzero(instance.load)))
    busiest = np.argsort(-instance.load, kind="stable")[:n_loaded]
    drawn = []
    for _ in range(N_SCENARIOS):
        parts = [
            dict(
                zip(
                    rng.choice(busiest, N_CHANGED, replace=False).tolist(),
                    rng.uniform(low, high, N_CHANGED).round(3).tolist(),
                    strict=True,
                )
            )
            for low, high in ((0.3, 1.5), (1.0, 2.0))
        ]
        drawn.append((parts[0], parts[1]))
    return drawn


def scenario_of(name: str, capacity: dict[int, float], cost: dict[int, float]) -> Scenario:
    """Return a what-if in the terms of the product."""
    changes = [
        {"table": "links", "where": {"id": link_of(arc)}, "scale": {column: factor}}
        for column, factors in (("capacity", capacity), ("cost_usd_per_teu", cost))
        for arc, factor in factors.items()
    ]
    return Scenario.from_mapping({"name": name, "changes": changes})


def query_pairs(instance: Instance, n_pairs: int, seed: int = 3) -> list[tuple[int, int]]:
    """Return pairs of places on roads between which ways are asked for."""
    n_road = int(instance.n_nodes * ROAD_SHARE)
    rng = np.random.default_rng(seed)
    return [(int(a), int(b)) for a, b in (rng.choice(n_road, 2, replace=False) for _ in range(n_pairs))]


def write(instance: Instance, folder: Path) -> None:
    """Write an instance as arrays and as a dataset, and read the dataset once: later loads find what that one kept."""
    folder.mkdir(parents=True, exist_ok=True)
    instance.save(folder / "arrays.npz")
    write_dataset(dataset_of(instance), folder / "dataset")
    read_written(folder)


def read_written(folder: Path) -> Dataset:
    return read_dataset(folder / "dataset", cache=folder / "cache")


def _edges(point: Numbers, share: float) -> Rows:
    """Return the shortest edges of the Delaunay triangulation and a minimum spanning tree, ends ascending."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial import Delaunay

    corner = Delaunay(point).simplices
    edge = np.sort(np.concatenate([corner[:, [0, 1]], corner[:, [1, 2]], corner[:, [2, 0]]]), axis=1)
    edge = np.unique(edge, axis=0).astype(np.int64)
    km = np.hypot(*(point[edge[:, 0]] - point[edge[:, 1]]).T)
    tree = minimum_spanning_tree(csr_matrix((km, edge.T), shape=(len(point), len(point)))).tocoo()
    spanning = np.sort(np.column_stack([tree.row, tree.col]), axis=1).astype(np.int64)
    return np.unique(np.concatenate([edge[km <= np.quantile(km, share)], spanning]), axis=0)


def _pairs(rng: np.random.Generator, n_places: int, n_demands: int) -> tuple[Rows, Rows]:
    """Draw pairs of different places without repetition: about 2.2·√K origins, twice as many destinations."""
    n_origins = min(n_demands, n_places, max(4, round(2.2 * n_demands**0.5)))
    n_destinations = min(n_places - 1, max(8, 2 * n_origins))
    starts, ends = (rng.choice(n_places, n, replace=False) for n in (n_origins, n_destinations))
    every = np.array([(a, b) for a in starts.tolist() for b in ends.tolist() if a != b], dtype=np.int64)
    chosen = every[rng.choice(len(every), min(n_demands, len(every)), replace=False)]
    chosen = chosen[np.argsort(chosen[:, 0], kind="stable")]
    return chosen[:, 0], chosen[:, 1]


def _all_or_nothing(
    n_nodes: int, tail: Rows, head: Rows, cost: Numbers, origin: Rows, destination: Rows, volume: Numbers
) -> tuple[Numbers, float]:
    """Return the load of every arc where each demand takes its cheapest way, and the cost of the longest of them."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    arc_of = {ends: at for at, ends in enumerate(zip(tail.tolist(), head.tolist(), strict=True))}
    graph = csr_matrix((cost, (tail, head)), shape=(n_nodes, n_nodes))
    load, longest = np.zeros(len(tail)), 0.0
    for start in np.unique(origin).tolist():
        distance, before = dijkstra(graph, indices=start, return_predecessors=True)
        for at in np.flatnonzero(origin == start).tolist():
            node = int(destination[at])
            longest = max(longest, float(distance[node]))
            while node != start:
                arc = arc_of[int(before[node]), node]
                load[arc] += volume[at]
                node = int(before[node])
    return load, longest
