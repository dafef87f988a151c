"""``corridor whatif``: scenarios and project cards against the unchanged plan."""

from __future__ import annotations

import json
from pathlib import Path
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
)
from optimizer.cli.failures import BAD_DATA, FAILURE, NO_ANSWER, tell
from optimizer.cli.output import command_line, emit, emit_bytes, emit_document, note
from optimizer.cli.pages import check_page, report_option, write_page
from optimizer.cli.progress import counted, progress
from optimizer.language import speaking
from optimizer.report.table_names import WHATIF_TABLES

if TYPE_CHECKING:
    from network.errors import Finding
    from network.model import Dataset
    from network.projects import Project
    from network.scenario import Scenario
    from optimizer.combining import Combine
    from optimizer.language import Language
    from optimizer.report.table_names import WhatIfTable
    from optimizer.whatif import WhatIf


@click.command("whatif", short_help="Compare scenarios and projects with the unchanged plan.")
@click.argument("names", metavar="[SCENARIO_OR_PROJECT]...", nargs=-1)
@click.option(
    "--combine",
    type=click.Choice(["each", "all", "chain"]),
    default="each",
    show_default=True,
    help="Each alone, all together, or a chain that adds one after the other.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="TABLE[id=X].COLUMN=VALUE",
    help="Give cells a value; repeatable, all together form one last scenario.",
)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Processes.")
@click.option(
    "--resume", metavar="FILE", help="Keep outcomes in FILE as they are found, and go on from those it holds."
)
@click.option(
    "--ranges/--no-ranges", default=True, help="Find out between which capacities each price holds; without is faster."
)
@scenario_option
@click.option(
    "--time-limit", type=AmountRange(min_open=True), metavar="S", help="Seconds the solver may take per plan."
)
@weight_options("cost", "time", "co2")
@dataset_option
@click.option(
    "--year",
    "years",
    type=click.IntRange(1, 9999),
    multiple=True,
    metavar="Y",
    help="Year of links and demands; repeatable; default: each scenario's own, else the base year.",
)
@format_option("table", "json", "csv", "geojson", "xlsx")
@click.option(
    "--table",
    type=click.Choice(WHATIF_TABLES),
    help="With --format csv: the table to write; default: summary.",
)
@language_option
@report_option
@output_option
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    combine: Combine,
    settings: tuple[str, ...],
    jobs: int,
    resume: str | None,
    ranges: bool,
    scenarios: tuple[str, ...],
    time_limit: float | None,
    minimize: Minimize | None,
    time_value: float | None,
    carbon_price: float | None,
    calibrated: bool,
    dataset: str | None,
    years: tuple[int, ...],
    form: str,
    table: WhatIfTable | None,
    lang: Language,
    report: str | None,
    output: str | None,
) -> None:
    """Compare scenarios and projects with the unchanged plan.

    SCENARIO_OR_PROJECT is a TOML file, the name of a scenario of the dataset, or the id of a project card. Each is
    compared with the cheapest plan without it in the same year: cost, flows, what binds, and what one more unit is
    worth. --scenario changes both sides of the comparison. Examples:

    \b
      corridor whatif aktau-hub
      corridor whatif aktau-hub alat-260 --combine chain --scenario titr-2030
      corridor whatif --set 'shared_capacities[id=aktau-containers].capacity=240000'
      corridor whatif suez-closed russia-closed --year 2024 --year 2030 --jobs 2 --format csv -o closed.csv
    """  # noqa: D301 - click knows the paragraph by a real backspace
    if not names and not settings:
        raise click.UsageError(
            "nothing to compare; name a scenario or project, as in corridor whatif aktau-hub, "
            "or --set 'shared_capacities[id=aktau-containers].capacity=240000'"
        )
    check_settings(settings)
    check_workbook(form, output)
    check_page(report)
    if table is not None and form != "csv":
        raise click.UsageError(f"--table chooses what --format csv writes, not {form}; leave one of them out.")
    from optimizer.options import SolveOptions
    from optimizer.sweep import worker_pool
    from optimizer.whatif import answers, gather, pose

    weights = weights_of(minimize, time_value, carbon_price, calibrated=calibrated)
    data = open_dataset(dataset, scenarios)
    asked = asked_of(data, names, settings)
    with progress("planning without the scenarios …"):
        question = pose(
            data,
            asked,
            tuple(dict.fromkeys(years)),
            weights=weights,
            options=SolveOptions(time_limit_s=time_limit),
            combine=combine,
            ranges=ranges,
        )
    with worker_pool(min(jobs, len(question.cases))) as executor:
        found = counted(answers(question, executor=executor, resume=resume), len(question.cases), "scenarios")
        result = gather(question, found)
    if report is not None:
        from optimizer.report.page import whatif_subject

        with progress("writing the page …"):
            write_page(lambda: whatif_subject(result, command=command_line()), report, lang)
    if output is not None and form == "xlsx":
        from optimizer.report.workbooks import whatif_workbook

        with speaking(lang):
            emit_bytes(whatif_workbook(result, command=command_line()), output)
    elif form == "table":
        from optimizer.report.whatif import whatif_document

        with speaking(lang):
            emit_document(whatif_document(data, result.to_mapping()), output)
    else:
        emit(_text(result, form, table or "summary"), output)
    ctx.exit(judged(result, as_json=form == "json"))


def check_settings(settings: tuple[str, ...]) -> None:
    """Refuse settings that are not written as they must be, before anything is read or planned."""
    from network.changes import Change
    from network.errors import ScenarioError

    for text in settings:
        try:
            Change.from_text(text)
        except ScenarioError as error:
            raise click.UsageError(f"--set: {error}") from None


def asked_of(data: Dataset, names: tuple[str, ...], settings: tuple[str, ...]) -> list[Scenario | Project]:
    """Return what is to be compared, files first where a name means several things.

    Raises
    ------
    UnknownIdError
        A name is no file, scenario or card.
    ScenarioError
        With all problems of all files, or of the settings.
    """
    from network.errors import ScenarioError
    from network.scenario import read_scenario
    from optimizer.combining import find_scenario, scenario_of_settings

    asked: list[Scenario | Project] = []
    problems: list[Finding] = []
    for name in names:
        if not Path(name).is_file():
            asked.append(find_scenario(data, name))
            continue
        scenario, findings = read_scenario(name)
        problems += findings
        if scenario is not None:
            asked.append(scenario)
    if problems:
        lines = "\n".join(map(str, problems))
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise ScenarioError(f"{count} in the scenarios\n{lines}", findings=problems)
    if settings:
        asked.append(scenario_of_settings(data, settings))
    return asked


def _text(result: WhatIf, form: str, table: WhatIfTable) -> str:
    """Return the result as JSON, GeoJSON or a table of it as CSV."""
    if form == "json":
        return json.dumps(result.to_mapping(), ensure_ascii=False, indent=2)
    if form == "geojson":
        from optimizer.report.geojson import whatif_features

        with progress("planning again for the map …"):
            return json.dumps(whatif_features(result), ensure_ascii=False, allow_nan=False)
    if table == "summary":
        from optimizer.report.whatif import whatif_csv

        return whatif_csv(result.to_mapping()).rstrip("\n")
    from optimizer.report.sheets import csv_text
    from optimizer.report.whatif_tables import whatif_table

    sheet = whatif_table(result, table)
    return csv_text(sheet.columns, sheet.rows).rstrip("\n")


def judged(result: WhatIf, *, as_json: bool) -> int:
    """Tell what failed, and return the exit code."""
    code = 0
    for remark in result.notes:
        note(remark)
    for outcome in result.failed:
        error = outcome["error"]
        details = {key: error[key] for key in ("code", "type", "findings") if key in error}
        details |= {"name": outcome["name"], "year": outcome["year"]}
        tell(f"{outcome['name']} ({outcome['year']}): {error['message']}", details, as_json=as_json)
        code = FAILURE if error["code"] in ("E500", "E999") else max(code, BAD_DATA)
    for year, plan in result.bases.items():
        if plan.cost_usd is None:
            message = f"there is no plan without the scenarios in {year} ({plan.status}): {plan.message}"
            tell(message, {"code": "E600", "type": "NoPlanError", "status": plan.status}, as_json=as_json)
            code = code or NO_ANSWER
    return code
