"""``corridor projects``: the project cards of a dataset, and the published claims they answer."""

from __future__ import annotations

import json

import click

from optimizer.cli.arguments import dataset_option, format_option, open_dataset, output_option, year_option
from optimizer.cli.output import emit, emit_document, note


@click.command("projects", short_help="List the project cards of a dataset, and the claims they answer.")
@click.argument("project", metavar="[PROJECT]", required=False)
@click.option("--claims", "asks_claims", is_flag=True, help="List published claims with what answers each instead.")
@dataset_option
@year_option
@format_option("table", "json", "csv")
@output_option
def command(
    project: str | None, asks_claims: bool, dataset: str | None, year: int | None, form: str, output: str | None
) -> None:
    """List the project cards of a dataset, or show one with what it changes, its source and its claims.

    With --year only the cards due to open by that year are listed. With --claims the claims are listed, all of them or
    those of PROJECT, with the cards, demands, observations and corridors that answer each, or the reason why none does.
    """
    from optimizer.report import cards as report

    data = open_dataset(dataset)
    card = None if project is None else data.project(project)
    if asks_claims:
        if year is not None:
            raise click.UsageError("--claims lists claims, which have no year; leave --year out.")
        claims = report.claims_of(data, card)
        if not claims:
            note(f"{data.info.name} has no claims{'' if card is None else f' answered by {card.id}'}.")
        if form == "json":
            emit(json.dumps({"claims": claims}, ensure_ascii=False, indent=2), output)
        elif form == "csv":
            emit(report.claims_csv(claims).rstrip("\n"), output)
        else:
            emit_document(report.claims_document(claims), output)
        return
    cards = data.projects if card is None else (card,)
    if year is not None:
        cards = tuple(each for each in cards if each.year is not None and each.year <= year)
    if form == "json":
        emit(json.dumps({"projects": [each.to_mapping() for each in cards]}, ensure_ascii=False, indent=2), output)
    elif form == "csv":
        emit(report.cards_csv(cards).rstrip("\n"), output)
    elif card is not None and cards:
        emit_document(report.card_document(data, card), output)
    else:
        emit_document(report.cards_document(cards), output)
