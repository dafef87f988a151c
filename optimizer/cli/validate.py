"""``corridor validate``: the model beside published figures."""

from __future__ import annotations

import json

import click

from optimizer.cli.arguments import dataset_option, format_option, open_dataset, output_option, year_option
from optimizer.cli.failures import NO_ANSWER, tell
from optimizer.cli.output import emit, emit_document, note
from optimizer.cli.progress import progress

KINDS = ("distance", "time", "cost", "flow", "order", "capacity")


@click.command("validate", short_help="Hold the model to the published figures of a dataset.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind of figures; repeatable.")
@click.option(
    "--calibrated/--uncalibrated",
    default=None,
    help="Take flows from the plan with or without calibrated costs; default: with, where the dataset has any.",
)
@click.option(
    "--min-pass",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Exit with 3 if a smaller share of the targets passes, such as 0.85.",
)
@dataset_option
@year_option
@format_option("table", "json", "csv")
@output_option
@click.pass_context
def command(
    ctx: click.Context,
    kinds: tuple[str, ...],
    calibrated: bool | None,
    min_pass: float | None,
    dataset: str | None,
    year: int | None,
    form: str,
    output: str | None,
) -> None:
    """Hold the model to the published figures of a dataset.

    Distances, times, costs, flows and orders of observations.csv beside those of the model. A target passes inside its
    published range or within its tolerance; context is shown and never counted. Flows take a plan, which --kind may
    spare; where the dataset has a calibration they take two, to tell what the flows are without it. Examples:

    \b
      corridor validate
      corridor validate --kind time --kind cost
      corridor validate --min-pass 0.85 --format json -o validation.json
    """  # noqa: D301 - click knows the paragraph by a real backspace
    from optimizer.validation import validate

    data = open_dataset(dataset)
    with progress("validating …"):
        validation = validate(data, year, calibrated, kinds=kinds)
    if form == "json":
        emit(json.dumps(validation.to_mapping(), ensure_ascii=False, indent=2), output)
    elif form == "csv":
        from optimizer.report.validation import validation_csv

        emit(validation_csv(validation).rstrip("\n"), output)
    else:
        from optimizer.report.validation import validation_document

        emit_document(validation_document(data, validation), output)
    share = validation.share
    if not validation.checks:
        of_kind = f" of kind {' or '.join(kinds)}" if kinds else ""
        note(f"{data.info.name} has no observations{of_kind}: there is nothing to hold the model to.")
    elif share is None:
        note("None of these observations is a target: nothing can pass or miss.")
    elif min_pass is not None and share < min_pass:
        message = f"{share:.1%} of the targets pass, fewer than the {min_pass:.1%} asked for"
        tell(message, {"code": "E610", "type": "TooFewPass", "share": share}, as_json=form == "json")
        ctx.exit(NO_ANSWER)
