"""Workbooks of answers: a sheet about the question, then tables with the columns of CSV and the numbers of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.comparison import RECORD_COLUMNS
from optimizer.curves import POINT_COLUMNS
from optimizer.language import _, noted
from optimizer.listing import values_of
from optimizer.matrix import COLUMNS
from optimizer.report.about_sheet import about_sheet, plan_facts
from optimizer.report.plan_tables import plan_table
from optimizer.report.routes import CSV_COLUMNS as LEG_COLUMNS
from optimizer.report.routes import leg_rows
from optimizer.report.sheets import Sheet, workbook
from optimizer.report.table_names import PLAN_TABLES, WHATIF_TABLES
from optimizer.report.whatif_tables import whatif_table
from optimizer.route import ROUTE_COLUMNS
from optimizer.users import CAPACITY_COLUMNS, USER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Dataset
    from optimizer.comparison import Comparison
    from optimizer.curves import Curve
    from optimizer.matrix import Cell
    from optimizer.pareto import Front
    from optimizer.report.about_sheet import Fact
    from optimizer.result import Plan
    from optimizer.route import Route
    from optimizer.users import Users
    from optimizer.weights import Weights
    from optimizer.whatif import WhatIf

TITLES = {
    "flows": noted("Flows"),
    "routes": noted("Routes"),
    "legs": noted("Legs"),
    "bottlenecks": noted("Bottlenecks"),
    "unmet": noted("Unmet demand"),
    "corridors": noted("Corridors"),
    "modes": noted("Modes"),
    "summary": noted("Summary"),
    "shifts": noted("Shifts"),
    "measures": noted("Measures"),
}
"""Titles of the sheets of tables."""


def route_workbook(
    data: Dataset,
    routes: Sequence[Route],
    *,
    year: int,
    weights: Weights,
    command: str = "",
    comparison: Comparison | None = None,
    front: Front | None = None,
) -> bytes:
    """Return routes and their legs; of a comparison also all ways, of a front what is proved of it."""
    route = routes[0]
    facts: list[Fact] = [
        (_("From"), route.origin),
        (_("To"), route.destination),
        (_("Commodity"), route.commodity),
        (_("Quantity"), route.quantity),
    ]
    rows = [(at, *values_of(each, ROUTE_COLUMNS)) for at, each in enumerate(routes, start=1)]
    sheets = [
        Sheet(_("Routes"), ("route", *ROUTE_COLUMNS), rows),
        Sheet(_("Legs"), LEG_COLUMNS, leg_rows(routes)),
    ]
    if comparison is not None:
        ways = [tuple(record.values()) for record in comparison.records()]
        sheets.insert(0, Sheet(_("Comparison"), RECORD_COLUMNS, ways))
    if front is not None:
        told = front.to_mapping()
        columns = ("route", "corridor", "cost_usd", "time_h", "co2_kg")
        choices = [(at, *values_of(each, columns[1:])) for at, each in enumerate(front.routes, start=1)]
        sheets.insert(0, Sheet(_("Front"), columns, choices))
        facts += [
            (_("Criteria"), ", ".join(front.criteria)),
            (_("Is the front complete"), front.is_complete),
            (_("Proved to be within, as a part of one"), told["within"]),
        ]
    about = about_sheet(data, years=(year,), weights=weights, command=command, facts=facts, is_plan=False)
    return workbook([about, *sheets])


def plan_workbook(plan: Plan, *, command: str = "") -> bytes:
    """Return all tables of a plan."""
    about = about_sheet(
        plan.data, years=(plan.year,), weights=plan.blocks.weights, command=command, facts=plan_facts(plan)
    )
    return workbook([about, *(_titled(plan_table(plan, table)) for table in PLAN_TABLES)])


def whatif_workbook(result: WhatIf, *, command: str = "") -> bytes:
    """Return summary, shifts, bottlenecks and measures of a what-if."""
    bases = result.bases
    facts = [
        fact
        for year, plan in bases.items()
        for fact in plan_facts(plan, _("Plan without the scenarios, {year}").format(year=year))
    ]
    about = about_sheet(
        result.question.data, years=bases, weights=result.base.blocks.weights, command=command, facts=facts
    )
    return workbook([about, *(_titled(whatif_table(result, table)) for table in WHATIF_TABLES)])


def curve_workbook(data: Dataset, curve: Curve, *, weights: Weights, command: str = "") -> bytes:
    """Return the points of a curve."""
    facts: list[Fact] = [
        (_("Curve of"), curve.name),
        (_("Unit"), curve.unit),
        (_("Unit of what is used"), curve.used_unit),
        (_("At present"), curve.present),
        (_("Traffic outside the model"), curve.background),
    ]
    about = about_sheet(data, years=(curve.year,), weights=weights, command=command, facts=facts)
    points = [values_of(point, POINT_COLUMNS) for point in curve.points]
    return workbook([about, Sheet(_("Curve"), POINT_COLUMNS, points)])


def users_workbook(users: Users, *, command: str = "") -> bytes:
    """Return who uses a thing, and the capacities it has."""
    plan = users.plan
    facts: list[Fact] = [(_("Users of"), f"{users.thing.kind} {users.thing.id}{users.thing.side}"), *plan_facts(plan)]
    about = about_sheet(plan.data, years=(plan.year,), weights=plan.blocks.weights, command=command, facts=facts)
    of_capacities = [values_of(record, CAPACITY_COLUMNS) for record in users.capacities]
    return workbook(
        [
            about,
            Sheet(_("Users"), USER_COLUMNS, [values_of(user, USER_COLUMNS) for user in users.users]),
            Sheet(_("Capacities"), CAPACITY_COLUMNS, of_capacities),
        ]
    )


def matrix_workbook(data: Dataset, cells: Sequence[Cell], *, year: int, weights: Weights, command: str = "") -> bytes:
    """Return the best route of every pair, or why there is none."""
    about = about_sheet(data, years=(year,), weights=weights, command=command, is_plan=False)
    return workbook([about, Sheet(_("Matrix"), COLUMNS, [cell.to_row() for cell in cells])])


def _titled(sheet: Sheet) -> Sheet:
    """Return the sheet of a table under its title."""
    return sheet._replace(name=_(TITLES[sheet.name]))
