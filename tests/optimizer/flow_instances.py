"""Random and published instances of flow problems, as datasets, and the same as networkx graphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, dataset, link, transfer

if TYPE_CHECKING:
    from network import Dataset

Arc = tuple[str, str, float | None, float]


def one_block(arcs: list[Arc], demands: list[tuple[str, float, float | None]], origin: str = "S") -> Dataset:
    """Return a dataset of directed road links (from, to, capacity, cost) and demands (to, volume, unmet cost)."""
    links = [
        link(
            f"L{at}",
            "road",
            tail,
            head,
            directed=1,
            cost_usd_per_teu=cost,
            capacity=capacity,
            capacity_unit="teu/year" if capacity is not None else None,
        )
        for at, (tail, head, capacity, cost) in enumerate(arcs)
    ]
    rows = [
        {
            "demand_id": f"D{at}",
            "origin": origin,
            "destination": node,
            "commodity": "container",
            "volume": volume,
            "unmet_cost_usd_per_unit": unmet,
        }
        for at, (node, volume, unmet) in enumerate(demands)
    ]
    nodes = dict.fromkeys([origin, *(node for node, _, _ in demands)], "KZ")
    return dataset(links, demands=rows, countries=nodes)


@dataclass(frozen=True)
class Instance:
    """A flow problem in whole numbers with one origin, ``N0``."""

    arcs: list[tuple[str, str, int | None, int]]
    demands: list[tuple[str, int, int | None]]

    def dataset(self, volume_unit: float = 1.0, cost_unit: float = 1.0) -> Dataset:
        """Return it as a dataset in other units of volume and cost."""
        arcs: list[Arc] = [
            (tail, head, None if capacity is None else capacity * volume_unit, cost * cost_unit)
            for tail, head, capacity, cost in self.arcs
        ]
        demands = [
            (node, volume * volume_unit, None if unmet is None else unmet * cost_unit)
            for node, volume, unmet in self.demands
        ]
        return one_block(arcs, demands, "N0")

    def optimum(self) -> int | None:
        """Return the optimal cost by networkx's network simplex, None where it finds none."""
        graph = nx.MultiDiGraph()
        graph.add_node("N0", demand=-sum(volume for _, volume, _ in self.demands))
        for tail, head, capacity, cost in self.arcs:
            limit = {} if capacity is None else {"capacity": capacity}
            graph.add_edge(tail, head, weight=cost, **limit)
        for at, (node, volume, unmet) in enumerate(self.demands):
            graph.add_node(f"D{at}", demand=volume)
            graph.add_edge(node, f"D{at}", weight=0)
            if unmet is not None:
                graph.add_edge("N0", f"D{at}", weight=unmet)
        # networkx reads parallel edges of a MultiDiGraph by key, so that none is lost.
        try:
            cost, _ = nx.network_simplex(graph)
        except nx.NetworkXUnfeasible:
            return None
        return int(cost)


@st.composite
def instances(draw: st.DrawFn, *, hard: bool = True) -> Instance:
    """Draw an instance of up to seven nodes with parallel arcs, zero costs, zero and missing capacities."""
    n = draw(st.integers(3, 7))
    node = st.integers(0, n - 1)
    ends = st.tuples(node, node).filter(lambda pair: pair[0] != pair[1])
    capacity = st.one_of(st.none(), st.integers(0, 12))
    drawn = draw(st.lists(st.tuples(ends, capacity, st.integers(0, 20)), min_size=1, max_size=16))
    unmet = st.one_of(st.none(), st.integers(0, 60)) if hard else st.integers(0, 60)
    wanted = draw(st.lists(st.tuples(st.integers(1, n - 1), st.integers(1, 15), unmet), min_size=1, max_size=4))
    return Instance(
        [(f"N{tail}", f"N{head}", limit, cost) for (tail, head), limit, cost in drawn],
        [(f"N{at}", volume, cost) for at, volume, cost in wanted],
    )


DISTRIBUTION_UNLIMITED = one_block(
    [
        ("S", "A", 50, 0),
        ("S", "B", 40, 0),
        ("A", "B", 10, 2),
        ("A", "C", None, 4),
        ("A", "D", None, 9),
        ("B", "C", None, 3),
        ("C", "E", 80, 1),
        ("D", "E", None, 3),
        ("E", "D", None, 2),
    ],
    [("D", 30, None), ("E", 60, None)],
)
"""F. S. Hillier, G. J. Lieberman, "Introduction to Operations Research", the Distribution Unlimited Co. problem as a
minimum-cost flow problem: optimum 490."""

CANNING = one_block(
    [
        ("S", "Seattle", 350, 0),
        ("S", "San Diego", 600, 0),
        ("Seattle", "New York", None, 0.225),
        ("Seattle", "Chicago", None, 0.153),
        ("Seattle", "Topeka", None, 0.162),
        ("San Diego", "New York", None, 0.225),
        ("San Diego", "Chicago", None, 0.162),
        ("San Diego", "Topeka", None, 0.126),
    ],
    [("New York", 325, None), ("Chicago", 300, None), ("Topeka", 275, None)],
)
"""G. B. Dantzig, "Linear Programming and Extensions", 1963, chapter 3.3, as in the GAMS model library (trnsport):
optimum 153.675. Costs in thousands of USD per case are not whole numbers."""

ORTOOLS_GUIDE = one_block(
    [
        ("S", "1", 15, 4),
        ("S", "2", 8, 4),
        ("1", "2", 20, 2),
        ("1", "3", 4, 2),
        ("1", "4", 10, 6),
        ("2", "3", 15, 1),
        ("2", "4", 4, 3),
        ("3", "4", 20, 2),
        ("4", "2", 5, 3),
    ],
    [("3", 5, None), ("4", 15, None)],
)
"""The example of the OR-Tools guide "Minimum Cost Flows": optimum 150."""


def busy_network(*, unmet: float | None = 900.0) -> Dataset:
    """Return a network with every kind of limit: own each way, both ways, at a transfer, shared, with background.

    Two commodities with different uses, demands there and back, avoid lists, demands with and without an unmet cost.
    """
    links = [
        link("rail-ab", "rail1520", "A", "B", cost_usd_per_teu=100, cost_usd_per_t=5, capacity=2, background=0.5)
        | {"capacity_unit": "train/day"},
        link("rail-bc", "rail1435", "B", "C", cost_usd_per_teu=90, cost_usd_per_t=4, capacity=1, capacity_scope="both")
        | {"capacity_unit": "train/day", "open_months": "3-10", "frequency_per_week": 7},
        link("road-ac", "road", "A", "C", cost_usd_per_teu=400, cost_usd_per_t=30, capacity=40)
        | {"capacity_unit": "truck/day", "fixed_time_h": 5},
        link("sea-ad", "sea", "A", "D", cost_usd_per_teu=150, cost_usd_per_t=6, shared_capacity_id="port"),
        link("road-dc", "road", "D", "C", cost_usd_per_teu=120, cost_usd_per_t=9),
        link("road-bc", "road", "B", "C", cost_usd_per_teu=300, cost_usd_per_t=20),
    ]
    transfers = [
        transfer("B", "rail1520", "rail1435", cost_usd_per_teu=20, cost_usd_per_t=2, time_h=8, co2_kg_per_t=0.2)
        | {"capacity": 30000, "capacity_unit": "teu/year", "capacity_scope": "both"},
        transfer("B", "rail1520", "road", cost_usd_per_teu=30, cost_usd_per_t=3, time_h=4),
        transfer("D", "sea", "road", cost_usd_per_teu=25, cost_usd_per_t=3, time_h=20, shared_capacity_id="port"),
    ]
    shared = [
        {
            "shared_capacity_id": "port",
            "name": "Port of D",
            "node_id": "D",
            "capacity": 50000,
            "capacity_unit": "teu/year",
            "background": 10000,
        }
    ]

    def demand(demand_id: str, origin: str, destination: str, commodity: str, volume: float, **more: object) -> object:
        row = {"demand_id": demand_id, "origin": origin, "destination": destination, "commodity": commodity}
        return row | {"volume": volume, "unmet_cost_usd_per_unit": unmet} | more

    return dataset(
        links,
        transfers,
        countries={"A": "CN", "B": "KZ", "C": "DE", "D": "AZ"},
        commodities=[CONTAINER | {"time_value_usd_per_unit_h": 2}, GRAIN],
        shared_capacities=shared,
        rates=[
            {"mode": mode, "country": "*", "co2_wtw_g_per_tkm": 20 + at} for at, mode in enumerate(("rail", "road"))
        ],
        demands=[
            demand("west", "A", "C", "container", 120000),
            demand("west-no-kz", "A", "C", "container", 9000, avoid_countries="KZ"),
            demand("back", "C", "A", "container", 15000, unmet_cost_usd_per_unit=None),
            demand("grain", "B", "C", "grain", 400000, unmet_cost_usd_per_unit=60),
            demand("grain-no-road", "A", "C", "grain", 50000, avoid_modes="road", unmet_cost_usd_per_unit=70),
            demand("to-b", "A", "B", "container", 2000),
        ],
    )
