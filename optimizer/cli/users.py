"""``corridor users``: which demands pass a place, link, capacity, corridor or country."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from optimizer.cli.arguments import (
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
from optimizer.cli.output import command_line, emit, emit_bytes, emit_document
from optimizer.cli.progress import progress
from optimizer.language import speaking

if TYPE_CHECKING:
    from optimizer.language import Language


@click.command("users", short_help="Show who uses a place, link, transfer or shared capacity in the plan.")
@click.argument("thing", metavar="THING")
@scenario_option
@weight_options("cost", "time", "co2")
@dataset_option
@year_option
@format_option("table", "json", "csv", "xlsx")
@language_option
@output_option
def command(
    thing: str,
    scenarios: tuple[str, ...],
    minimize: Minimize | None,
    time_value: float | None,
    carbon_price: float | None,
    calibrated: bool,
    dataset: str | None,
    year: int | None,
    form: str,
    lang: Language,
    output: str | None,
) -> None:
    """Show who uses a place, link, transfer or shared capacity in the cheapest plan of all demands.

    THING is a node by any of its names, the id of a link or shared capacity, a transfer NODE:mode-mode, or
    country=KZ, corridor=titr, mode=river. A > or < behind a link or transfer asks for one direction. Examples:

    \b
      corridor users Aktau
      corridor users "Aktau:rail1520-sea"
      corridor users country=KZ --scenario suez-closed --format csv -o kazakhstan.csv
    """  # noqa: D301 - click knows the paragraph by a real backspace
    from optimizer.planning import plan_flows
    from optimizer.things import thing_of
    from optimizer.users import users_of

    check_workbook(form, output)
    data = open_dataset(dataset, scenarios)
    # A wrong name is told before the plan is solved.
    thing_of(data, thing)
    weights = weights_of(minimize, time_value, carbon_price, calibrated=calibrated)
    with progress("solving …"):
        plan = plan_flows(data, year=year, weights=weights)
    users = users_of(plan, thing)
    if form == "json":
        emit(json.dumps(users.to_mapping(), ensure_ascii=False, indent=2), output)
    elif form == "csv":
        from optimizer.report.users import users_csv

        emit(users_csv(users).rstrip("\n"), output)
    elif output is not None and form == "xlsx":
        from optimizer.report.workbooks import users_workbook

        with speaking(lang):
            emit_bytes(users_workbook(users, command=command_line()), output)
    else:
        from optimizer.report.users import users_document

        with speaking(lang):
            emit_document(users_document(users), output)
