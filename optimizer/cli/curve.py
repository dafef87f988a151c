"""``corridor curve``: what a capacity, a cost or a demand is worth as it grows."""

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
    need,
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
    from network.model import Dataset
    from optimizer.curves import Curve, Kind
    from optimizer.language import Language
    from optimizer.weights import Weights

LARGEST_FACTOR = 2.0


@click.command("curve", short_help="Show what every unit of a capacity, cost or demand is worth.")
@click.argument("resource", metavar="RESOURCE")
@click.option(
    "--kind",
    type=click.Choice(["capacity", "cost", "demand"]),
    default="capacity",
    show_default=True,
    help="What grows: a capacity, the costs of links, or the volumes of demands.",
)
@click.option("--from", "low", type=AmountRange(), metavar="A", help="Where the curve begins; default: 0.")
@click.option(
    "--to",
    "high",
    type=AmountRange(min_open=True),
    metavar="B",
    help="Where it ends; default: beyond the capacity from which more is worth nothing, and 2 times costs or volumes.",
)
@click.option("--picture", metavar="FILE", help="Draw the curve as well: a name that ends in .svg or .png.")
@scenario_option
@weight_options("cost", "time", "co2")
@dataset_option
@year_option
@format_option("table", "json", "csv", "xlsx")
@language_option
@output_option
def command(
    resource: str,
    kind: Kind,
    low: float | None,
    high: float | None,
    picture: str | None,
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
    """Show what every unit of a capacity, cost or demand is worth, with the exact places where its price changes.

    RESOURCE is the id of a shared capacity, of a link (with > or < behind it for one direction), or a transfer
    NODE:mode-mode; with --kind cost a selection of links such as corridor=titr,mode=rail, with --kind demand one of
    demands such as group=titr-container; all selects all. Examples:

    \b
      corridor curve aktau-containers --scenario titr-2030
      corridor curve "rail-dostyk-usharal>" --from 10 --to 20 --picture dostyk.svg
      corridor curve corridor=titr --kind cost --from 0.8 --to 1.2
    """  # noqa: D301 - click knows the paragraph by a real backspace
    if low is not None and high is not None and low >= high:
        raise click.UsageError(f"--from {low:g} is not below --to {high:g}.")
    check_workbook(form, output)
    draw = None if picture is None else _picture_form(picture)
    weights = weights_of(minimize, time_value, carbon_price, calibrated=calibrated)
    data = open_dataset(dataset, scenarios)
    with progress("solving …"):
        curve = _curve(data, kind, resource, low or 0.0, high, year, weights)
    if draw is not None and picture is not None:
        from optimizer.plots import curve as draw_curve

        with speaking(lang):
            chart = draw_curve(data, curve)
        emit_bytes(chart.svg().encode() if draw == "svg" else chart.png(), picture)
    if form == "json":
        emit(json.dumps(curve.to_mapping(), ensure_ascii=False, indent=2), output)
    elif form == "csv":
        from optimizer.report.curves import curve_csv

        emit(curve_csv(curve).rstrip("\n"), output)
    elif output is not None and form == "xlsx":
        from optimizer.report.workbooks import curve_workbook

        with speaking(lang):
            emit_bytes(curve_workbook(data, curve, weights=weights, command=command_line()), output)
    else:
        from optimizer.report.curves import curve_document

        with speaking(lang):
            emit_document(curve_document(data, curve), output)


def _curve(
    data: Dataset, kind: Kind, resource: str, low: float, high: float | None, year: int | None, weights: Weights
) -> Curve:
    """Return the curve asked for.

    Raises
    ------
    click.UsageError
        It begins beyond its end.
    """
    from optimizer.curves import capacity_curve, cost_curve, demand_curve

    if kind == "capacity":
        try:
            return capacity_curve(data, resource, low=low, high=high, year=year, weights=weights)
        except ValueError as error:
            raise click.UsageError(f"{error}; give --from below --to.") from None
    of_factor = cost_curve if kind == "cost" else demand_curve
    end = LARGEST_FACTOR if high is None else high
    if low >= end:
        raise click.UsageError(f"--from {low:g} is not below --to {end:g}; give both.")
    return of_factor(data, resource, low=low, high=end, year=year, weights=weights)


def _picture_form(picture: str) -> str:
    """Return the form of a picture by its name, before anything is solved.

    Raises
    ------
    click.UsageError
        The name ends in neither .svg nor .png, or matplotlib is not installed.
    """
    form = Path(picture).suffix.lower().removeprefix(".")
    if form not in ("svg", "png"):
        raise click.UsageError(f"{picture!r} is neither .svg nor .png; name the picture so that it ends in one.")
    need("matplotlib", "Pictures need matplotlib")
    return form
