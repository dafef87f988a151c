"""The tables of a plan for programs and spreadsheets, each with the names of its columns in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.flows import (
    BOTTLENECK_COLUMNS,
    FLOW_ROUTE_COLUMNS,
    LINK_FLOW_COLUMNS,
    SHARE_COLUMNS,
)
from optimizer.listing import values_of
from optimizer.report.sheets import Sheet
from optimizer.route import LEG_ROW_COLUMNS

if TYPE_CHECKING:
    from optimizer.report.table_names import PlanTable
    from optimizer.result import Plan

UNMET_COLUMNS = (
    "demand_id",
    "origin",
    "destination",
    "commodity",
    "volume",
    "demand_volume",
    "unmet_cost_usd_per_unit",
)


def plan_table(plan: Plan, table: PlanTable) -> Sheet:
    """Return one table of a plan.

    ``flows`` are per link, direction and commodity; ``routes`` per path of a demand, ``legs`` theirs; ``bottlenecks``
    the capacities with a price; ``unmet`` the demands left behind; ``corridors`` and ``modes`` the sums by commodity.
    """
    rows: list[tuple[object, ...]]
    if table == "flows":
        return Sheet(table, LINK_FLOW_COLUMNS, [values_of(flow, LINK_FLOW_COLUMNS) for flow in plan.link_flows])
    if table == "routes":
        rows = [(at, *values_of(route, FLOW_ROUTE_COLUMNS)) for at, route in enumerate(plan.routes, start=1)]
        return Sheet(table, ("route", *FLOW_ROUTE_COLUMNS), rows)
    if table == "legs":
        rows = [
            (at, step, *leg.to_row())
            for at, route in enumerate(plan.routes, start=1)
            for step, leg in enumerate(route.legs, start=1)
        ]
        return Sheet(table, ("route", "leg", *LEG_ROW_COLUMNS), rows)
    if table == "bottlenecks":
        rows = [values_of(row, BOTTLENECK_COLUMNS) for row in plan.bottlenecks()]
        return Sheet(table, BOTTLENECK_COLUMNS, rows)
    if table == "unmet":
        return Sheet(table, UNMET_COLUMNS, _unmet_rows(plan))
    shares = plan.by_corridor() if table == "corridors" else plan.by_mode()
    columns = (table.removesuffix("s"), *SHARE_COLUMNS[1:])
    return Sheet(table, columns, [values_of(share, SHARE_COLUMNS) for share in shares])


def _unmet_rows(plan: Plan) -> list[tuple[object, ...]]:
    """Return what is left behind of each demand, and what the data say of it."""
    demands = plan.data.demands
    rows = []
    for record in plan.unmet:
        row = demands.row_of[record.demand_id]
        ends = (str(demands.text(column)[row]) for column in ("origin", "destination", "commodity"))
        asked, price = (float(demands.number(column)[row]) for column in ("volume", "unmet_cost_usd_per_unit"))
        rows.append((record.demand_id, *ends, record.volume, asked, price))
    return rows
