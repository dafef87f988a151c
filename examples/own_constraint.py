"""Add a planner's own constraint to a plan: no rail border of China may carry more than a share of all demand.

Run: python examples/own_constraint.py [LARGEST_SHARE]
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
from pyomo.contrib.appsi.solvers.highs import Highs

from network import Dataset, load
from optimizer import to_pyomo


def main(largest_share: float = 0.4) -> None:
    """Print what the trains from China to Europe cost in the base year with and without the constraint."""
    data = only_trains_to_europe(load())
    model = to_pyomo(data)
    print(f"{model.name}: {len(model.BLOCKS)} blocks, {len(model.flow)} flow variables")
    free_usd = solve(model)
    outward = rail_out_of_china(data, model)
    print_shares(outward)

    # The planner's own constraint; link_flow is the flow of a commodity over a link in one direction.
    is_of_base_year = np.isnan(data.demands.number("year"))
    most = largest_share * float(data.demands.number("volume")[is_of_base_year].sum())
    model.no_single_door = pyo.Constraint(list(outward), rule=lambda model, link_id: outward[link_id] <= most)
    spread_usd = solve(model)

    print(f"\nat most {largest_share:.0%} each: {(spread_usd - free_usd) / 1e6:,.1f} m USD a year more")
    print_shares(outward)


def only_trains_to_europe(data: Dataset) -> Dataset:
    """Return the data with the demand for trains from China to the European Union alone, so that the model is small."""
    return replace(data, demands=data.demands.take(data.demands.text("group") == "cn-eu-rail"))


def solve(model: pyo.ConcreteModel) -> float:
    """Solve by HiGHS; any other Pyomo solver of linear programs does as well."""
    Highs().solve(model)
    return float(pyo.value(model.total))


def rail_out_of_china(data: Dataset, model: pyo.ConcreteModel) -> dict[str, pyo.Expression]:
    """Return the yearly TEU over every rail link from China to another country, by link."""
    nodes, links = data.network.nodes, data.network.links
    country = dict(zip(nodes.text("node_id"), nodes.text("country"), strict=True))
    mode = dict(zip(links.text("link_id"), links.text("mode"), strict=True))
    parts: dict[str, list[pyo.Expression]] = {}
    for link_id, start, end, commodity in model.link_flow:
        if mode.get(link_id) == "rail" and country[start] == "CN" and country[end] != "CN":
            parts.setdefault(link_id, []).append(model.link_flow[link_id, start, end, commodity])
    return {link_id: pyo.quicksum(flows) for link_id, flows in parts.items()}


def print_shares(outward: dict[str, pyo.Expression]) -> None:
    """Print what each border carries, the busiest first."""
    flows = {link_id: float(pyo.value(flow)) for link_id, flow in outward.items()}
    for link_id, flow in sorted(flows.items(), key=lambda item: -item[1]):
        if flow > 0.5:
            print(f"  {link_id:32} {flow:12,.0f} TEU {flow / sum(flows.values()):6.1%}")


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:]))
