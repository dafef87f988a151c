"""``corridor disrupt``: what the plan stands or falls with, one closing at a time."""

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
    language_option,
    open_dataset,
    output_option,
    scenario_option,
    weight_options,
    weights_of,
    year_option,
)
from optimizer.cli.failures import BAD_DATA, FAILURE, tell
from optimizer.cli.output import emit, emit_document, note
from optimizer.cli.progress import counted, progress
from optimizer.language import speaking

if TYPE_CHECKING:
    from network.model import Dataset
    from network.scenario import Scenario
    from optimizer.closings import Kind
    from optimizer.disruption import Disruption
    from optimizer.language import Language

DAYS = 365


@click.command("disrupt", short_help="Close one thing at a time and rank what the plan stands or falls with.")
@click.argument("things", metavar="[THING]...", nargs=-1)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(["link", "node", "crossing", "shared"]),
    multiple=True,
    help="Close only these, or say what a name means; repeatable; default: all four.",
)
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="Closings listed.")
@click.option(
    "--share",
    type=click.FloatRange(0.0, 1.0, min_open=True),
    metavar="S",
    help="Close for this share of the year; default: all of it, and what a scenario says itself.",
)
@click.option(
    "--days",
    type=click.FloatRange(0.0, DAYS, min_open=True),
    metavar="D",
    help=f"The same in days of a year of {DAYS}.",
)
@scenario_option
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Processes.")
@click.option(
    "--resume", metavar="FILE", help="Keep outcomes in FILE as they are found, and go on from those it holds."
)
@click.option(
    "--time-limit", type=AmountRange(min_open=True), metavar="S", help="Seconds the solver may take per plan."
)
@weight_options("cost", "time", "co2")
@dataset_option
@year_option
@format_option("table", "json", "csv")
@language_option
@output_option
@click.pass_context
def command(
    ctx: click.Context,
    things: tuple[str, ...],
    kinds: tuple[Kind, ...],
    top: int,
    share: float | None,
    days: float | None,
    scenarios: tuple[str, ...],
    jobs: int,
    resume: str | None,
    time_limit: float | None,
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
    """Close one thing at a time, plan all demands again, and rank things by what the plan loses.

    Without THING every link, node, border crossing and shared capacity is closed in turn. THING is a node by any of
    its names, the id of a link or shared capacity, a transfer NODE:mode-mode, conditions on links that close together
    (mode=rail,country=RU), or a scenario: a TOML file or a name of the dataset. --scenario changes the data before
    anything closes. Examples:

    \b
      corridor disrupt --jobs 2
      corridor disrupt --kind shared --kind crossing --top 10
      corridor disrupt Aktau Kuryk Alat --days 12
      corridor disrupt malaszewicze-closed-2025 suez-closed --share 0.25
    """  # noqa: D301 - click knows the paragraph by a real backspace
    if share is not None and days is not None:
        raise click.UsageError("--days is --share in days; give one of the two.")
    if days is not None:
        share = days / DAYS
    from optimizer.disruption import cases_of, close_one, ranked
    from optimizer.options import SolveOptions
    from optimizer.sweep import sweep, worker_pool

    weights = weights_of(minimize, time_value, carbon_price, calibrated=calibrated)
    data = open_dataset(dataset, scenarios)
    only = [_scenario_or_name(thing) for thing in things] or None
    with progress("planning with everything open …"):
        cases = cases_of(
            data,
            kinds=kinds,
            only=only,
            share=share,
            year=year,
            weights=weights,
            options=SolveOptions(time_limit_s=time_limit),
        )
    with worker_pool(min(jobs, len(cases.jobs))) as executor:
        found = sweep(cases.jobs, close_one, {cases.base.plan.year: cases.base}, executor=executor, resume=resume)
        result = ranked(cases, counted(found, len(cases.jobs), "closings"))
    with speaking(lang):
        _emit(result, share, None if things else top, form, output)
    ctx.exit(_judged(data, result, as_json=form == "json"))


def _scenario_or_name(thing: str) -> str | Scenario:
    """Return the scenario of a file, else the name as it was typed."""
    if not Path(thing).is_file():
        return thing
    from network.scenario import Scenario

    return Scenario.from_toml(thing)


def _emit(result: Disruption, share: float | None, top: int | None, form: str, output: str | None) -> None:
    """Print the result in the form asked for."""
    if form == "json":
        emit(json.dumps({"share": share, **result.to_mapping()}, ensure_ascii=False, indent=2), output)
        return
    from optimizer.report.disruption import disruption_csv, disruption_document

    if form == "csv":
        emit(disruption_csv(result).rstrip("\n"), output)
    else:
        emit_document(disruption_document(result, share=share, top=top), output)


def _judged(data: Dataset, result: Disruption, *, as_json: bool) -> int:
    """Tell what failed, and return the exit code."""
    code = 0
    if data.applied and all(scenario.year not in (None, result.base.year) for scenario in data.applied):
        note(f"{data.applied[-1].name}: meant for {data.applied[-1].year}, planned for {result.base.year}; see --year")
    for record in result.failed:
        error = record["error"]
        tell(f"{record['name']}: {error['message']}", {**error, "name": record["name"]}, as_json=as_json)
        code = FAILURE if error["code"] in ("E500", "E999") else max(code, BAD_DATA)
    return code
