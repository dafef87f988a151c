"""``corridor projects``: the project cards of a dataset."""

from __future__ import annotations

import json

import click

from optimizer.cli.arguments import dataset_option, format_option, open_dataset, output_option, year_option
from optimizer.cli.output import emit, emit_document


@click.command("projects", short_help="List the project cards of a dataset.")
@click.argument("project", metavar="[PROJECT]", required=False)
@dataset_option
@year_option
@format_option("table", "json", "csv")
@output_option
def command(project: str | None, dataset: str | None, year: int | None, form: str, output: str | None) -> None:
    """List the project cards of a dataset, or show one with its changes and source.

    With --year only the cards due to open by that year are listed.
    """
    from optimizer.report.cards import card_document, cards_csv, cards_document

    data = open_dataset(dataset)
    cards = data.projects if project is None else (data.project(project),)
    if year is not None:
        cards = tuple(card for card in cards if card.year is not None and card.year <= year)
    if form == "json":
        emit(json.dumps({"projects": [card.to_mapping() for card in cards]}, ensure_ascii=False, indent=2), output)
    elif form == "csv":
        emit(cards_csv(cards).rstrip("\n"), output)
    elif project is not None and cards:
        emit_document(card_document(data, cards[0]), output)
    else:
        emit_document(cards_document(cards), output)
