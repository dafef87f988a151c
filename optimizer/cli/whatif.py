"""``corridor whatif``: scenarios and project cards against the unchanged plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.arguments import (
    AmountRange,
    Minimize,
    dataset_option,
    format_option,
    open_dataset,
    output_option,
    scenario_option,
    weight_options,
    weights_of,
)
from optimizer.cli.failures import BAD_DATA, FAILURE, NO_ANSWER, tell
from optimizer.cli.output import emit, emit_document, note
from optimizer.cli.progress import counted, progress

if TYPE_CHECKING:
    from network.errors import Finding
    from network.model import Dataset
    from network.projects import Project
    from network.scenario import Scenario
    from optimizer.combining import Combine
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
@format_option("table", "json", "csv")
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
    _check_form(settings)
    from optimizer.options import SolveOptions
    from optimizer.sweep import worker_pool
    from optimizer.whatif import answers, gather, pose

    weights = weights_of(minimize, time_value, carbon_price, calibrated=calibrated)
    data = open_dataset(dataset, scenarios)
    asked = _asked(data, names, settings)
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
    _emit(data, result, form, output)
    ctx.exit(_judged(result, as_json=form == "json"))


def _check_form(settings: tuple[str, ...]) -> None:
    """Refuse settings that are not written as they must be, before anything is read or planned."""
    from network.changes import Change
    from network.errors import ScenarioError

    for text in settings:
        try:
            Change.from_text(text)
        except ScenarioError as error:
            raise click.UsageError(f"--set: {error}") from None


def _asked(data: Dataset, names: tuple[str, ...], settings: tuple[str, ...]) -> list[Scenario | Project]:
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


def _emit(data: Dataset, result: WhatIf, form: str, output: str | None) -> None:
    """Print the result in the form asked for."""
    if form == "json":
        emit(json.dumps(result.to_mapping(), ensure_ascii=False, indent=2), output)
        return
    from optimizer.report.whatif import whatif_csv, whatif_document

    if form == "csv":
        emit(whatif_csv(result.to_mapping()).rstrip("\n"), output)
    else:
        emit_document(whatif_document(data, result.to_mapping()), output)


def _judged(result: WhatIf, *, as_json: bool) -> int:
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
