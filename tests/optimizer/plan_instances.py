"""Random plans of several commodities as raw rows, and an oracle: F1 with one block per demand, written from the rows.

The oracle shares no line with the package: it reads the rows of the tables, not the virtual network.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import highspy
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, Row, dataset, link, transfer

if TYPE_CHECKING:
    from network import Dataset

MODES = ("rail1520", "rail1435", "road", "sea")
COMMODITIES = [CONTAINER | {"time_value_usd_per_unit_h": 2}, GRAIN]
PERIODS = {"day": 365.0, "week": 365.0 / 7.0, "month": 12.0, "year": 1.0}
VEHICLES = {
    "train": "units_per_train",
    "truck": "units_per_truck",
    "flight": "units_per_flight",
    "sailing": "units_per_sailing",
}


@dataclass(frozen=True)
class Instance:
    """Rows of the tables of a small planning problem; `countries` by node."""

    links: list[Row]
    demands: list[Row]
    transfers: list[Row] = field(default_factory=list)
    shared: list[Row] = field(default_factory=list)
    countries: dict[str, str] = field(default_factory=dict)
    commodities: list[Row] = field(default_factory=lambda: COMMODITIES)

    def dataset(self) -> Dataset:
        """Return the instance as a dataset."""
        return dataset(
            self.links,
            self.transfers,
            countries=self.countries,
            demands=self.demands,
            commodities=self.commodities,
            shared_capacities=self.shared,
        )

    def with_link(self, at: int, **columns: object) -> Instance:
        """Return the instance with some columns of a link changed."""
        links = [row | columns if position == at else row for position, row in enumerate(self.links)]
        return replace(self, links=links)

    def scaled(self, factor: float) -> Instance:
        """Return the instance with all volumes and capacities times a factor."""

        def times(row: Row, *names: str) -> Row:
            return row | {name: row[name] * factor for name in names if row.get(name) is not None}

        return replace(
            self,
            links=[times(row, "capacity", "background") for row in self.links],
            transfers=[times(row, "capacity", "background") for row in self.transfers],
            shared=[times(row, "capacity", "background") for row in self.shared],
            demands=[times(row, "volume") for row in self.demands],
        )

    def optimum(self) -> float | None:
        """Return the optimal objective by the oracle, None where the demands that must be carried cannot be."""
        return Oracle(self).solve()


@dataclass
class Oracle:
    """F1 with one block per demand, entry by entry."""

    instance: Instance
    columns: list[tuple[float, float]] = field(default_factory=list)
    rows: dict[object, tuple[float, float, dict[int, float]]] = field(default_factory=dict)

    def solve(self) -> float | None:
        """Solve by HiGHS with its own defaults."""
        for demand in self.instance.demands:
            self._add_demand(demand)
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        for at, (cost, upper) in enumerate(self.columns):
            solver.addVar(0.0, upper)
            solver.changeColCost(at, cost)
        for lower, upper, entries in self.rows.values():
            solver.addRow(lower, upper, len(entries), list(entries), list(entries.values()))
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        assert solver.getModelStatus() in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty)
        return float(solver.getInfo().objective_function_value)

    def _add_demand(self, demand: Row) -> None:
        """Add the flow of one demand over every passage that it may use."""
        commodity = next(row for row in self.instance.commodities if row["commodity_id"] == demand["commodity"])
        name = demand["demand_id"]
        states = set()
        for tail, head, cost, hours, limits in self._passages(commodity, demand):
            weight = cost + hours * float(commodity.get("time_value_usd_per_unit_h") or 0.0)
            flow = self._column(weight)
            states |= {tail, head}
            self._add((name, tail), flow, 1.0)
            self._add((name, head), flow, -1.0)
            for key, free, unit in limits:
                self._add(key, flow, use(commodity, unit), float("-inf"), free)
        arrived = ("arrived", name)
        volume = float(demand["volume"])
        for state in states:
            if state[0] == demand["origin"]:
                self._add((name, state), self._column(0.0), -1.0)
            if state[0] == demand["destination"]:
                leave = self._column(0.0)
                self._add((name, state), leave, 1.0)
                self._add(arrived, leave, 1.0, volume, volume)
        price = demand.get("unmet_cost_usd_per_unit")
        left = self._column(0.0 if price is None else float(price), 0.0 if price is None else volume)
        self._add(arrived, left, 1.0, volume, volume)

    def _passages(self, commodity: Row, demand: Row) -> list[tuple]:
        """Return (tail, head, cost, hours, limits) of each direction of each link and transfer the demand may use."""
        unit = "teu" if commodity["unit"] == "teu" else "t"
        found = []
        for row in self.instance.links:
            mode = f"rail{row['gauge_mm']}" if row["mode"] == "rail" else row["mode"]
            hours = row["time_h"] + (row.get("fixed_time_h") or 0.0)
            ends = (row["from_node"], mode), (row["to_node"], mode)
            share = months(row.get("open_months")) / 12.0
            found += self._both_ways("link", row["link_id"], row, *ends, row[f"cost_usd_per_{unit}"], hours, share)
        for row in self.instance.transfers:
            ends = (row["node_id"], row["from_mode"]), (row["node_id"], row["to_mode"])
            key = (row["node_id"], row["from_mode"], row["to_mode"])
            found += self._both_ways("transfer", key, row, *ends, row[f"cost_usd_per_{unit}"], row["time_h"], 1.0)
        modes = (commodity.get("modes") or "rail;road;sea;river;air").split(";")
        avoided = (demand.get("avoid_countries") or "").split(";"), (demand.get("avoid_modes") or "").split(";")
        return [
            passage
            for passage in found
            if all(
                state[1].rstrip("0123456789") in modes
                and state[1].rstrip("0123456789") not in avoided[1]
                and self.instance.countries.get(state[0], "KZ") not in avoided[0]
                for state in passage[:2]
            )
        ]

    def _both_ways(
        self, kind: str, key: object, row: Row, start: tuple, end: tuple, cost: float, hours: float, share: float
    ) -> list[tuple]:
        """Return the passages of a row; a capacity of 0 closes it."""
        closed = {shared["shared_capacity_id"] for shared in self.instance.shared if shared["capacity"] == 0}
        if row.get("capacity") == 0 or row.get("shared_capacity_id") in closed:
            return []
        found = []
        for direction, (tail, head) in enumerate(
            [(start, end)] if row.get("directed") else [(start, end), (end, start)]
        ):
            limits = []
            if row.get("capacity") is not None:
                unit, _, period = row["capacity_unit"].partition("/")
                free = max(0.0, row["capacity"] - (row.get("background") or 0.0)) * PERIODS[period] * share
                each = direction if row.get("capacity_scope") != "both" else "both"
                limits.append(((kind, key, each), free, unit))
            for shared in self.instance.shared:
                if shared["shared_capacity_id"] == row.get("shared_capacity_id"):
                    unit, _, period = shared["capacity_unit"].partition("/")
                    free = max(0.0, shared["capacity"] - (shared.get("background") or 0.0)) * PERIODS[period]
                    limits.append((("shared", shared["shared_capacity_id"]), free, unit))
            found.append((tail, head, float(cost), float(hours), limits))
        return found

    def _column(self, cost: float, upper: float = float("inf")) -> int:
        self.columns.append((cost, upper))
        return len(self.columns) - 1

    def _add(self, row: object, column: int, value: float, lower: float = 0.0, upper: float = 0.0) -> None:
        _, _, entries = self.rows.setdefault(row, (lower, upper, {}))
        entries[column] = entries.get(column, 0.0) + value


def use(commodity: Row, unit: str) -> float:
    """Return what one unit of a commodity takes of a capacity unit."""
    if unit in ("t", "teu"):
        return 1.0 if unit == commodity["unit"] == "teu" else float(commodity[f"{unit}_per_unit"])
    per_vehicle = float(commodity[VEHICLES[unit]])
    return 1.0 / per_vehicle if per_vehicle else 0.0


def months(text: object) -> int:
    """Return the number of months of ``4-11``, all twelve where empty."""
    if not text:
        return 12
    first, last = (int(part) for part in str(text).split("-"))
    return (last - first) % 12 + 1


SIZES = {
    "train/day": (0.1, 0.2, 0.5, 1),
    "truck/day": (5, 20, 60),
    "sailing/month": (1, 3, 9),
    "teu/year": (0, 2000, 9000, 20000),
    "t/year": (500, 40000, 200000),
}
"""Capacities to draw from, of the order of the volumes."""

UNITS = {"road": ("truck/day", "t/year"), "sea": ("sailing/month", "teu/year")}


@st.composite
def instances(draw: st.DrawFn, *, hard: bool = True, capacities: bool = True) -> Instance:
    """Draw a chain of three to five nodes with further links, limits of every kind, demands there and back."""
    n = draw(st.integers(3, 5))
    node = st.integers(0, n - 1).map(lambda at: f"N{at}")
    pair = st.tuples(node, node).filter(lambda ends: ends[0] != ends[1])
    cost = st.integers(0, 40)
    modes = draw(st.permutations(MODES))[: draw(st.integers(1, 3))]

    def limit(units: tuple[str, ...], *, always: bool = False) -> Row:
        if not always and (not capacities or draw(st.integers(0, 3)) == 0):
            return {}
        unit = draw(st.sampled_from(units))
        capacity = draw(st.sampled_from(SIZES[unit]))
        row: Row = {"capacity": capacity, "capacity_unit": unit, "background": None}
        if draw(st.integers(0, 3)) == 0:
            row["background"] = capacity * draw(st.sampled_from([0.25, 1.0]))
        return row

    def scope() -> Row:
        return {"capacity_scope": draw(st.sampled_from(["each", "both"]))}

    shared = []
    if capacities and draw(st.booleans()):
        shared = [{"shared_capacity_id": "port", "name": "Port"} | limit(("teu/year", "t/year"), always=True)]
    port = st.sampled_from(["", "port"]) if shared else st.just("")
    chain = [(f"N{at}", f"N{at + 1}") for at in range(n - 1)]
    links = []
    for at, (tail, head) in enumerate(chain + draw(st.lists(pair, max_size=6))):
        mode = draw(st.sampled_from(modes))
        links.append(
            link(f"L{at}", mode, tail, head, cost_usd_per_teu=draw(cost), cost_usd_per_t=draw(cost), time_h=draw(cost))
            | {"directed": int(at >= len(chain) and draw(st.booleans())), "shared_capacity_id": draw(port)}
            | limit(UNITS.get(mode, ("train/day", "teu/year")))
            | scope()
            | {"open_months": draw(st.sampled_from(["", "", "4-11", "11-3"]))}
        )
    changes = [(f"N{at}", first, second) for at in range(n) for first in modes for second in modes if first < second]
    transfers = [
        transfer(at, first, second, cost_usd_per_teu=draw(cost), cost_usd_per_t=draw(cost))
        | {"shared_capacity_id": draw(port)}
        | limit(("teu/year", "t/year"))
        | scope()
        for at, first, second in changes
        if draw(st.integers(0, 4))
    ]
    demands = []
    for at, (origin, destination) in enumerate(draw(st.lists(pair, min_size=1, max_size=5))):
        commodity, largest = draw(st.sampled_from([("container", 30000), ("grain", 300000)]))
        row: Row = {"demand_id": f"D{at}", "origin": origin, "destination": destination, "commodity": commodity}
        must_carry = hard and draw(st.integers(0, 5)) == 0
        row |= {"volume": draw(st.integers(1, largest))}
        row |= {"unmet_cost_usd_per_unit": None if must_carry else draw(st.integers(50, 400))}
        row |= {"avoid_countries": draw(st.sampled_from(["", "", "", "RU"]))}
        row |= {"avoid_modes": draw(st.sampled_from(["", "", "", "road"]))}
        demands.append(row)
    countries = {f"N{at}": draw(st.sampled_from(["KZ", "CN", "RU"])) for at in range(n)}
    return Instance(links, demands, transfers, shared, countries)
