"""``corridor report``: a plan or a what-if as one page to hand over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from optimizer.cli.arguments import (
    AmountRange,
    Minimize,
    dataset_option,
    language_option,
    open_dataset,
    scenario_option,
    weight_options,
    weights_of,
)
from optimizer.cli.output import command_line
from optimizer.cli.pages import check_page, write_page
from optimizer.cli.progress import progress
from optimizer.cli.whatif import asked_of, check_settings, judged

if TYPE_CHECKING:
    from network.model import Dataset
    from optimizer.combining import Combine
    from optimizer.language import Language
    from optimizer.result import Plan
    from optimizer.weights import Weights


@click.command("report", short_help="Write a plan or what-if as one HTML page: map, flows, money, bottlenecks.")
@click.argument("names", metavar="[SCENARIO_OR_PROJECT]...", nargs=-1)
@click.option("-o", "--output", metavar="FILE", required=True, help="The page: a name that ends in .html.")
@click.option("--charts", metavar="DIR", help="Write all charts and maps as SVG and PNG into DIR as well.")
@click.option("--title", metavar="TEXT", default="", help="Heading of the page; default: what it is about.")
@click.option(
    "--route",
    "relations",
    nargs=2,
    multiple=True,
    metavar="FROM TO",
    help="Compare the routes between two places; repeatable; default: those of the goods that are moved most.",
)
@click.option(
    "--curve",
    "curves",
    multiple=True,
    metavar="RESOURCE",
    help="Draw the curve of a capacity; repeatable; default: what is changed, or what is scarcest.",
)
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
@language_option
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
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    output: str,
    charts: str | None,
    title: str,
    relations: tuple[tuple[str, str], ...],
    curves: tuple[str, ...],
    combine: Combine,
    settings: tuple[str, ...],
    jobs: int,
    lang: Language,
    scenarios: tuple[str, ...],
    time_limit: float | None,
    minimize: Minimize | None,
    time_value: float | None,
    carbon_price: float | None,
    calibrated: bool,
    dataset: str | None,
    years: tuple[int, ...],
) -> None:
    """Write a plan or what-if as one HTML page: map, flows, money, bottlenecks, emissions, sources.

    The page needs no network and no program but a browser, and prints on A4. Without SCENARIO_OR_PROJECT it tells of
    the plan, with them of what each changes. Examples:

    \b
      corridor report -o plan.html
      corridor report aktau-hub caspian-ships alat-260 --combine chain --scenario titr-2030 -o aktau.html
      corridor report suez-closed --route Shanghai Rotterdam --lang ru -o suez.html
    """  # noqa: D301 - click knows the paragraph by a real backspace
    check_page(output)
    check_settings(settings)
    if len(years) > 1 and not (names or settings):
        raise click.UsageError("a plan has one year; give --year once, or name a scenario.")
    weights = weights_of(minimize, time_value, carbon_price, calibrated=calibrated)
    data = open_dataset(dataset, scenarios)
    again, asked = command_line(), tuple(curves) or None
    if not names and not settings:
        from optimizer.report.page import plan_subject

        plan = _plan(data, years[0] if years else None, weights, time_limit)
        with progress("writing the page …"):
            write_page(
                lambda: plan_subject(plan, command=again, title=title, relations=relations or None, curves=asked),
                output,
                lang,
                charts,
            )
        return
    from optimizer.options import SolveOptions
    from optimizer.report.page import whatif_subject
    from optimizer.sweep import worker_pool
    from optimizer.whatif import what_if

    scenarios_asked = asked_of(data, names, settings)
    with progress("planning with and without the scenarios …"), worker_pool(jobs) as executor:
        result = what_if(
            data,
            scenarios_asked,
            tuple(dict.fromkeys(years)),
            weights=weights,
            options=SolveOptions(time_limit_s=time_limit),
            combine=combine,
            executor=executor,
        )
    with progress("writing the page …"):
        write_page(
            lambda: whatif_subject(result, command=again, title=title, relations=relations or None, curves=asked),
            output,
            lang,
            charts,
        )
    ctx.exit(judged(result, as_json=False))


def _plan(data: Dataset, year: int | None, weights: Weights, time_limit: float | None) -> Plan:
    """Return the plan of a year."""
    from optimizer.options import SolveOptions
    from optimizer.planning import plan_flows

    with progress("solving …"):
        return plan_flows(data, year=year, weights=weights, options=SolveOptions(time_limit_s=time_limit))
