"""``corridor plan``: the cheapest flow plan of all demands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from optimizer.cli.arguments import (
    AmountRange,
    Minimize,
    check_workbook,
    dataset_option,
    format_option,
    language_option,
    open_dataset,
    output_option,
    scenario_option,
    weight_options,
    weights_of,
    year_option,
)
from optimizer.cli.failures import LIMIT, NO_ANSWER, tell
from optimizer.cli.output import command_line, emit, emit_bytes, emit_document, note
from optimizer.cli.pages import check_page, report_option, write_page
from optimizer.cli.progress import progress
from optimizer.language import speaking
from optimizer.report.table_names import PLAN_TABLES

if TYPE_CHECKING:
    from optimizer.extensions import Extensions
    from optimizer.language import Language
    from optimizer.options import SolverName
    from optimizer.report.document import Document
    from optimizer.report.table_names import PlanTable
    from optimizer.result import Plan
    from optimizer.shortfall import Shortfall

    Explained = tuple[Shortfall, Extensions]

MAPPED: tuple[PlanTable, ...] = ("flows", "bottlenecks")
"""Tables whose rows have a place on the map."""
STATUS_CODES = {"infeasible": NO_ANSWER, "unbounded": NO_ANSWER, "no_answer": LIMIT}


@click.command("plan", short_help="Compute the cheapest flow plan of all demands, with its bottlenecks.")
@click.option("--demands", metavar="FILE", help="CSV of demands to use instead of the dataset's.")
@scenario_option
@click.option(
    "--solver",
    type=click.Choice(["auto", "ortools", "paths", "highs", "pyomo"]),
    default="auto",
    show_default=True,
    help="A solver asked for by name never falls back.",
)
@click.option("--time-limit", type=AmountRange(min_open=True), metavar="S", help="Seconds the solver may take.")
@weight_options("cost", "time", "co2")
@click.option("--max-unmet", type=AmountRange(), metavar="V", help="Exit with 3 if more than V units stay unmet.")
@click.option("--strict", is_flag=True, help="Exit with 3 if anything stays unmet; the same as --max-unmet 0.")
@click.option("--explain", is_flag=True, help="Say why demand stays behind, and which added capacity would serve it.")
@dataset_option
@year_option
@format_option("table", "json", "csv", "geojson", "xlsx")
@click.option(
    "--table",
    type=click.Choice(PLAN_TABLES),
    help="With --format csv: the table to write (default: flows); with geojson: flows or bottlenecks.",
)
@language_option
@report_option
@output_option
@click.pass_context
def command(
    ctx: click.Context,
    demands: str | None,
    scenarios: tuple[str, ...],
    solver: SolverName,
    time_limit: float | None,
    minimize: Minimize | None,
    time_value: float | None,
    carbon_price: float | None,
    calibrated: bool,
    max_unmet: float | None,
    strict: bool,
    explain: bool,
    dataset: str | None,
    year: int | None,
    form: str,
    table: PlanTable | None,
    lang: Language,
    report: str | None,
    output: str | None,
) -> None:
    """Compute the cheapest flow plan of all demands, with its bottlenecks.

    The plan is the cheapest system under the data, not a forecast; it is verified after every solve. At the time limit,
    or when Ctrl-C is pressed while it is solved, the best plan so far is printed, with how far from the cheapest it may
    be. Examples:

    \b
      corridor plan
      corridor plan --scenario suez-closed --format json -o plan.json
      corridor plan --scenario demand-2030-high --year 2030 --explain
      corridor verify plan.json
    """  # noqa: D301 - click knows the paragraph by a real backspace
    from optimizer.options import SolveOptions
    from optimizer.planning import plan_flows

    if strict and max_unmet is not None:
        raise click.UsageError("--strict is --max-unmet 0; give one of the two.")
    check_workbook(form, output)
    check_page(report)
    _check_table(table, form)
    if explain and form in ("csv", "geojson", "xlsx"):
        raise click.UsageError(f"--explain has no place in {form}; take --format table or json.")
    weights = weights_of(minimize, time_value, carbon_price, calibrated=calibrated)
    data = open_dataset(dataset, scenarios)
    if demands is not None:
        from network.dataset import with_demands

        data = with_demands(data, demands)
    if year is None:
        for scenario in data.applied:
            if scenario.year not in (None, data.base_year):
                note(f"{scenario.name}: meant for {scenario.year}, planned for {data.base_year}; see --year")
    if calibrated and not len(data.network.calibration):
        note("the dataset has no calibration: --calibrated changes nothing")
    with progress("solving …"):
        plan = plan_flows(
            data, year=year, weights=weights, options=SolveOptions(solver=solver, time_limit_s=time_limit)
        )
    if plan.status == "feasible":
        note(_stopped(plan))
    if plan.status in STATUS_CODES:
        found = _shortfall(plan) if plan.status == "infeasible" else None
        if form == "json":
            emit(_plan_json(plan, found), output)
        details = {"code": "E600", "type": "NoPlanError", "status": plan.status}
        tell(f"{plan.status}: {plan.message}{_below(found, form)}", details, as_json=form == "json")
        ctx.exit(STATUS_CODES[plan.status])
    if report is not None:
        from optimizer.report.page import plan_subject

        with progress("writing the page …"):
            write_page(lambda: plan_subject(plan, command=command_line()), report, lang)
    found = _shortfall(plan) if explain else None
    if form == "json":
        emit(_plan_json(plan, found), output)
    elif form == "csv":
        emit(_plan_csv(plan, table).rstrip("\n"), output)
    elif form == "geojson":
        emit(_plan_geojson(plan, table), output)
    elif output is not None and form == "xlsx":
        from optimizer.report.workbooks import plan_workbook

        with speaking(lang):
            emit_bytes(plan_workbook(plan, command=command_line()), output)
    else:
        from optimizer.report.plans import plan_document

        with speaking(lang):
            emit_document(plan_document(plan.data, plan, None if found is None else _told(*found)), output)
    limit = 0.0 if strict else max_unmet
    unmet = sum(record.volume for record in plan.unmet)
    if limit is not None and unmet > limit:
        message = f"{unmet:,.6g} units of demand stay unmet, above the limit of {limit:,.6g}"
        tell(message, {"code": "E601", "type": "UnmetAboveLimit", "unmet": unmet}, as_json=form == "json")
        ctx.exit(NO_ANSWER)


def _check_table(table: PlanTable | None, form: str) -> None:
    """Refuse a table that the form does not have.

    Raises
    ------
    click.UsageError
        The form is neither CSV nor GeoJSON, or has no such table.
    """
    if table is None or form == "csv" or (form == "geojson" and table in MAPPED):
        return
    if form == "geojson":
        raise click.UsageError(f"--table {table} has no places to draw; with geojson take {' or '.join(MAPPED)}.")
    raise click.UsageError(
        f"--table chooses what --format csv writes, and {form} has all of it; leave one of them out."
    )


def _plan_csv(plan: Plan, table: PlanTable | None) -> str:
    """Return a table of the plan as CSV; the flows have few columns, as they always had."""
    if table is None or table == "flows":
        from optimizer.report.plans import flows_csv

        return flows_csv(plan)
    from optimizer.report.plan_tables import plan_table
    from optimizer.report.sheets import csv_text

    sheet = plan_table(plan, table)
    return csv_text(sheet.columns, sheet.rows)


def _plan_geojson(plan: Plan, table: PlanTable | None) -> str:
    """Return the flows or the bottlenecks as GeoJSON."""
    from optimizer.report.geojson import bottleneck_features, plan_features

    features = (bottleneck_features if table == "bottlenecks" else plan_features)(plan.data, plan)
    return json.dumps(features, ensure_ascii=False, allow_nan=False)


def _stopped(plan: Plan) -> str:
    """Return what there is to say of a plan that was not solved to its end."""
    from optimizer.report.document import short_number

    gap = plan.gap
    least = "" if gap is None else f"; the cheapest plan costs at most {short_number(100.0 * gap)} % less"
    return f"{plan.message}: this is the best plan so far{least}"


def _shortfall(plan: Plan) -> Explained | None:
    """Return why demand stays behind and what would serve it; None where there is no plan and no reason was found."""
    from network.errors import SolverError
    from optimizer.extensions import cheapest_extensions
    from optimizer.shortfall import explain_unmet

    try:
        with progress("looking for what holds demand back …"):
            return explain_unmet(plan), cheapest_extensions(plan)
    except SolverError:
        if plan.cost_usd is None:
            return None
        raise


def _plan_json(plan: Plan, found: Explained | None) -> str:
    """Return the JSON of a plan, with the shortfall where it was asked for or there is no answer."""
    mapping = plan.to_mapping()
    if found is not None:
        shortfall, extensions = found
        mapping["shortfall"] = {**shortfall.to_mapping(), "extensions": extensions.to_mapping()}
    return json.dumps(mapping, ensure_ascii=False, indent=2)


def _below(found: Explained | None, form: str) -> str:
    """Return what stands below the message of an infeasible plan."""
    if found is None or form == "json":
        return ""
    from optimizer.report.document import plain

    return f"\n\n{plain(_told(*found))}"


def _told(shortfall: Shortfall, extensions: Extensions) -> Document:
    """Return the shortfall in words and tables."""
    from optimizer.report.shortfall import shortfall_document

    return shortfall_document(shortfall, extensions)
