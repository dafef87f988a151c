"""``corridor info``: what a dataset holds."""

from __future__ import annotations

import json

import click

from optimizer.cli.arguments import dataset_option, format_option, open_dataset, output_option, year_option
from optimizer.cli.output import emit, emit_document


@click.command("info", short_help="Show what a dataset holds, its sources and its licence.")
@dataset_option
@year_option
@format_option("table", "json", "csv")
@output_option
def command(dataset: str | None, year: int | None, form: str, output: str | None) -> None:
    """Show what a dataset holds: tables, modes, corridors, grades of its numbers, sources and licence.

    With --year only the links and transfers that exist in that year are counted.
    """
    from optimizer.report.contents import contents, contents_csv, contents_document

    summary = contents(open_dataset(dataset), year)
    if form == "json":
        emit(json.dumps(summary, ensure_ascii=False, indent=2), output)
    elif form == "csv":
        emit(contents_csv(summary).rstrip("\n"), output)
    else:
        emit_document(contents_document(summary), output)
