"""``corridor explain``: where every number of a link, node or shared capacity comes from."""

from __future__ import annotations

import json

import click

from optimizer.cli.arguments import dataset_option, format_option, open_dataset, output_option, scenario_option
from optimizer.cli.output import emit, emit_document


@click.command("explain", short_help="Show every number of a link, node or shared capacity with its source and grade.")
@click.argument("name", metavar="LINK_OR_NODE")
@dataset_option
@scenario_option
@format_option("table", "json", "csv")
@output_option
def command(name: str, dataset: str | None, scenarios: tuple[str, ...], form: str, output: str | None) -> None:
    """Show every number of a link, node or shared capacity with its source, year and grade.

    A link is explained with the rates it uses and the shared capacity it draws on, a node with its transfers and
    shared capacities. Also shown: what follows from other numbers, notes, and the project cards that change it.
    """
    from network.provenance import explain

    explanation = explain(open_dataset(dataset, scenarios), name)
    if form == "json":
        emit(json.dumps(explanation.to_mapping(), ensure_ascii=False, indent=2), output)
        return
    from optimizer.report.provenance import explanation_csv, explanation_document

    if form == "csv":
        emit(explanation_csv(explanation).rstrip("\n"), output)
    else:
        emit_document(explanation_document(explanation), output)
