"""``corridor check``: every problem of a dataset folder."""

from __future__ import annotations

import json

import click

from optimizer.cli.arguments import format_option, output_option
from optimizer.cli.failures import BAD_DATA, finding_mapping
from optimizer.cli.output import emit
from optimizer.cli.progress import progress


@click.command("check", short_help="Check a dataset folder and list every problem.")
@click.argument("dataset", metavar="DATASET")
@format_option("table", "json", "csv")
@output_option
@click.pass_context
def command(ctx: click.Context, dataset: str, form: str, output: str | None) -> None:
    """Check a dataset folder and list every problem.

    One line each: FILE:LINE: COLUMN: [CODE] message; remedy. Errors make the exit code 1, warnings never do.
    """
    from network.dataset import check_dataset

    with progress("checking …"):
        findings = check_dataset(dataset)
    n_errors = sum(finding.severity == "error" for finding in findings)
    if form == "json":
        listed = [finding_mapping(finding) for finding in findings]
        text = json.dumps(
            {"errors": n_errors, "warnings": len(findings) - n_errors, "findings": listed}, ensure_ascii=False, indent=2
        )
    elif form == "csv":
        from optimizer.report.findings import findings_csv

        text = findings_csv(findings).rstrip("\n")
    else:
        lines = [f"{finding}" if finding.severity == "error" else f"{finding} (warning)" for finding in findings]
        text = "\n".join([*lines, f"{n_errors} errors, {len(findings) - n_errors} warnings in {dataset}"])
    emit(text, output)
    if n_errors:
        ctx.exit(BAD_DATA)
