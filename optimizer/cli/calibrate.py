"""``corridor calibrate``: the smallest adjustments of weights under which the published flows are an optimal plan."""

from __future__ import annotations

import json

import click

from optimizer.cli.arguments import dataset_option, format_option, open_dataset, scenario_option, year_option
from optimizer.cli.output import emit, emit_document, note
from optimizer.cli.progress import progress


@click.command("calibrate", short_help="Fit adjustments under which the plan shows the published flows.")
@scenario_option
@dataset_option
@year_option
@format_option("table", "json", "csv")
@click.option("-o", "--output", metavar="FILE", help="Write the scenario that puts the adjustments in place to FILE.")
@click.option("--apply", "folder", metavar="DIR", help="Write the dataset with the adjustments in place to DIR.")
def command(
    scenarios: tuple[str, ...],
    dataset: str | None,
    year: int | None,
    form: str,
    output: str | None,
    folder: str | None,
) -> None:
    """Fit adjustments under which the plan shows the published flows.

    Targets are the rows of observations.csv of kind flow with links and target 1. A target counts as reproduced only if
    every optimal plan is within its band. The adjustments are kept apart from all prices, in calibration.csv, and count
    only where --calibrated asks for them. Examples:

    \b
      corridor calibrate -o calibration.toml
      corridor plan --scenario calibration.toml --calibrated
      corridor calibrate --dataset my-network --apply my-network-calibrated
    """  # noqa: D301 - click knows the paragraph by a real backspace
    from optimizer.calibration import calibrate

    data = open_dataset(dataset, scenarios)
    with progress("calibrating …"):
        calibration = calibrate(data, year=year)
    if form == "json":
        emit(json.dumps(calibration.to_mapping(), ensure_ascii=False, indent=2), None)
    elif form == "csv":
        from optimizer.report.calibration import calibration_csv

        emit(calibration_csv(calibration).rstrip("\n"), None)
    elif calibration.fits:
        from optimizer.report.calibration import calibration_document

        emit_document(calibration_document(calibration), None)
    if not calibration.fits:
        note("observations.csv has no row of kind flow with links and target 1, so there is nothing to calibrate to.")
    if output is not None:
        from network.toml_text import toml_text

        emit(toml_text(calibration.scenario().to_mapping()), output)
    if folder is not None:
        from network import apply, write_dataset

        write_dataset(apply(data, calibration.scenario()), folder)
