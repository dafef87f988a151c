"""Small networks that cannot carry everything, and oracles for the least that stays and the least to add."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import highspy
from made_network import CONTAINER, GRAIN, Row, dataset, link
from plan_instances import Instance, Oracle

if TYPE_CHECKING:
    from network import Dataset

TONNES = {"container": float(CONTAINER["t_per_unit"]), "grain": float(GRAIN["t_per_unit"])}


def demand(demand_id: str, ends: str, volume: float, unmet: float | None, **columns: object) -> Row:
    """Return a demand for containers between two one-letter nodes."""
    row: Row = {"demand_id": demand_id, "origin": ends[0], "destination": ends[1], "commodity": "container"}
    return row | {"volume": volume, "unmet_cost_usd_per_unit": unmet} | columns


def line(unmet: float | None, **columns: object) -> Dataset:
    """Return one road of 100 TEU a year for 1 USD, and 150 TEU that want to take it."""
    road = link("road", "road", "A", "B", capacity=100, capacity_unit="teu/year") | columns
    return dataset([road], demands=[demand("boxes", "AB", 150, unmet)])


def without_avoided(instance: Instance, *, hard: bool) -> Instance:
    """Return the instance without avoid lists; with `hard` all demands must be carried."""
    plain = {"avoid_countries": "", "avoid_modes": ""} | ({"unmet_cost_usd_per_unit": None} if hard else {})
    return replace(instance, demands=[row | plain for row in instance.demands])


def in_tonnes(instance: Instance) -> Instance:
    """Return the question without money: every way is free, and a tonne left behind costs one."""
    free = {"cost_usd_per_teu": 0.0, "cost_usd_per_t": 0.0, "time_h": 0.0}
    return replace(
        instance,
        links=[row | free for row in instance.links],
        transfers=[row | free for row in instance.transfers],
        demands=[row | {"unmet_cost_usd_per_unit": TONNES[str(row["commodity"])]} for row in instance.demands],
    )


@dataclass
class ElasticOracle(Oracle):
    """F1 from the rows, with capacities that may be exceeded at the most tonnes a unit of them carries."""

    tonnes: float = 0.0
    most: dict[object, float] = field(default_factory=dict)

    def solve(self) -> float | None:
        """Return the least tonnes to add, None where nothing that is added helps."""
        for row in self.instance.demands:
            self.tonnes = TONNES[str(row["commodity"])]
            self._add_demand(row)
        for key, most in self.most.items():
            self._add(key, self._column(most), -1.0)
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

    def _add(self, row: object, column: int, value: float, lower: float = 0.0, upper: float = 0.0) -> None:
        if lower == float("-inf") and value > 0.0:
            self.most[row] = max(self.most.get(row, 0.0), self.tonnes / value)
        super()._add(row, column, value, lower, upper)
