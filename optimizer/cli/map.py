"""``corridor map``: a picture of the network, of flows, of what a scenario changes, or of routes."""

from __future__ import annotations

import io
from errno import ENOENT
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from network.model import MODES
from optimizer.cli.arguments import (
    dataset_option,
    language_option,
    need,
    open_dataset,
    scenario_option,
    year_option,
)
from optimizer.cli.output import emit_bytes, note
from optimizer.cli.progress import progress
from optimizer.language import speaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from network.model import Dataset
    from network.projects import Project
    from network.scenario import Scenario
    from optimizer.language import Language
    from optimizer.result import Plan
    from optimizer.route import Route

View = Literal["base", "scenario", "difference"]


@click.command("map", short_help="Draw a map of the network, of flows, or of routes.")
@click.option("--plan", "has_plan", is_flag=True, help="Draw the flows of the cheapest plan, and what is scarce in it.")
@click.option(
    "--whatif", "changed", metavar="SCENARIO_OR_PROJECT", help="Draw what a scenario or project changes in the flows."
)
@click.option(
    "--view",
    type=click.Choice(["base", "scenario", "difference"]),
    help="With --whatif: the flows without it, with it, or how they differ; default: difference.",
)
@click.option(
    "--route", "ends", nargs=2, metavar="FROM TO", help="Draw the best route of every corridor and main mode."
)
@click.option(
    "-k", "k", type=click.IntRange(min=1), metavar="N", help="With --route: the N best routes that differ instead."
)
@click.option(
    "--commodity", metavar="ID", help="With --plan or --whatif: flows of it alone; with --route: what is shipped."
)
@click.option("--mode", "modes", multiple=True, type=click.Choice(MODES), help="Draw this mode; repeatable.")
@click.option("--corridor", metavar="ID", help="Bring out one corridor, and the flows of its routes.")
@click.option("--no-borders", is_flag=True, help="Leave the borders of countries out.")
@scenario_option
@dataset_option
@year_option
@language_option
@click.option("-o", "--output", metavar="FILE", required=True, help="The picture: a name that ends in .svg or .png.")
def command(
    has_plan: bool,
    changed: str | None,
    view: View | None,
    ends: tuple[str, str] | None,
    k: int | None,
    commodity: str | None,
    modes: tuple[str, ...],
    corridor: str | None,
    no_borders: bool,
    scenarios: tuple[str, ...],
    dataset: str | None,
    year: int | None,
    lang: Language,
    output: str,
) -> None:
    """Draw a map of the network, of flows, of what a scenario changes, or of routes.

    Links are drawn in their true geometry. Needs no network: the base map travels with the package. Examples:

    \b
      corridor map --corridor titr -o titr.svg
      corridor map --plan -o flows.png
      corridor map --whatif suez-closed --lang ru -o suez.png
      corridor map --route "Xi'an" Duisburg -o routes.svg
    """  # noqa: D301 - click knows the paragraph by a real backspace
    form = _form_of(output)
    chosen = [name for name, value in (("--plan", has_plan), ("--whatif", changed), ("--route", ends)) if value]
    if len(chosen) > 1:
        raise click.UsageError(f"{chosen[0]} and {chosen[1]} are two maps; draw one at a time.")
    for name, value, owners in (
        ("--view", view, ("--whatif",)),
        ("-k", k, ("--route",)),
        ("--commodity", commodity, ("--plan", "--whatif", "--route")),
        ("--year", year, ("--plan", "--whatif", "--route")),
    ):
        if value is not None and not set(owners) & set(chosen):
            raise click.UsageError(f"{name} belongs to {' or '.join(owners)}; give both, or leave it out.")
    if ends and (modes or corridor):
        raise click.UsageError(f"--route draws whole routes; leave {'--mode' if modes else '--corridor'} out.")
    need("matplotlib", "Maps need matplotlib")
    data = open_dataset(dataset, scenarios)
    has_borders = not no_borders
    if ends:
        from optimizer.report.route_maps import draw_routes

        routes = _routes(data, ends, k, commodity, year)
        with speaking(lang):
            figure = draw_routes(data, routes, has_borders=has_borders)
    else:
        from optimizer.report.maps import check_ids, draw_map

        check_ids(data, corridor, commodity)
        plan, base = _plans(data, has_plan, changed, view or "difference", year)
        with speaking(lang):
            figure = draw_map(
                data if plan is None else plan.data,
                plan=plan,
                base=base,
                modes=modes or MODES,
                corridor=corridor,
                commodity=commodity,
                has_borders=has_borders,
            )
    _write(figure, form, output)


def _form_of(output: str) -> Literal["svg", "png"]:
    """Return the form of a picture by its name.

    Raises
    ------
    click.UsageError
        The name ends in neither .svg nor .png.
    OSError
        Its folder does not exist.
    """
    form = Path(output).suffix.lower().removeprefix(".")
    if form not in ("svg", "png"):
        raise click.UsageError(f"{output!r} is neither .svg nor .png; name the picture so that it ends in one of them.")
    if not Path(output).resolve().parent.is_dir():
        raise FileNotFoundError(ENOENT, "cannot write: No such file or directory", output)
    return "svg" if form == "svg" else "png"


def _plans(
    data: Dataset, has_plan: bool, changed: str | None, view: View, year: int | None
) -> tuple[Plan | None, Plan | None]:
    """Return the plan to draw, and the one that it is compared with; None where there is none."""
    if has_plan:
        from optimizer.planning import plan_flows

        with progress("solving …"):
            plan = plan_flows(data, year=year)
        plan.raise_for_status()
        return plan, None
    if changed is None:
        return None, None
    from optimizer.cli.whatif import asked_of

    (scenario,) = asked_of(data, (changed,), ())
    before, after = _compared(data, scenario, year)
    return {"base": (before, None), "scenario": (after, None), "difference": (after, before)}[view]


def _compared(data: Dataset, scenario: Scenario | Project, year: int | None) -> tuple[Plan, Plan]:
    """Return the plans without and with a scenario, those that ``corridor whatif`` compares."""
    from optimizer.whatif import changed_plan, pose

    with progress("solving …"):
        question = pose(data, [scenario], () if year is None else (year,), ranges=False)
        (case,) = question.cases
        before = question.bases[case.year].plan
        before.raise_for_status()
        after = changed_plan(question, case)
    after.raise_for_status()
    if case.note:
        note(case.note)
    return before, after


def _routes(
    data: Dataset, ends: tuple[str, str], k: int | None, commodity: str | None, year: int | None
) -> Sequence[Route]:
    """Return the best route of every corridor and main mode, or the best routes that differ."""
    shipped = commodity or "container"
    if k is not None:
        from optimizer.routing import find_routes

        return find_routes(data, *ends, k=k, commodity=shipped, year=year)
    from optimizer.corridors import compare_corridors

    comparison = compare_corridors(data, *ends, commodity=shipped, year=year)
    return list(dict.fromkeys(row.route for row in comparison.rows if row.route is not None))


def _write(figure: Figure, form: Literal["svg", "png"], output: str) -> None:
    """Write the picture whole or not at all, and tell its size."""
    from optimizer.report.maps import write_map

    picture = io.BytesIO()
    write_map(figure, picture, form)
    emit_bytes(picture.getvalue(), output)
    note(f"{output}: {len(picture.getvalue()) / 1e6:.1f} MB")
