"""What answers a published claim: cards, demands, observations, corridors, or a reason why a model has no place for it.

A claim is a row of ``claims.csv``. Its ids of observations and corridors are looked up like those of any other table
(`network.references`); cards and groups of demands are no ids of a table and are looked up here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.errors import Finding
from network.model import split_list
from network.places import close_matches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from network.model import Dataset
    from network.reading import Sheet

ANSWERS = ("projects", "demands", "observations", "corridors", "reason")
"""Columns of which a claim must give one."""


def find_unanswered(sheet: Sheet) -> list[Finding]:
    """Return an error for every claim that nothing answers and no reason explains."""
    table = sheet.table
    sound = sheet.sound(*ANSWERS)
    remedy = f"give {', '.join(ANSWERS[:-1])}, or a reason why a model has no place for it"
    return [
        Finding(sheet.file, int(table.lines[row]), "reason", "E142", "nothing answers the claim", remedy)
        for row, cells in enumerate(zip(*(table.text(column) for column in ANSWERS), strict=True))
        if sound[row] and not any(cells)
    ]


def find_lost_answers(sheets: Mapping[str, Sheet], cards: Collection[str] | None) -> list[Finding]:
    """Return an error for every card, demand and group of demands that a claim names and that is not there.

    `cards` are the ids of the dataset's cards, None where their file cannot be read; sheets that cannot be read are
    left out of `sheets`, and nothing is looked up in them.
    """
    claims = sheets.get("claims")
    if claims is None or not len(claims.table):
        return []
    found: list[Finding] = []
    if cards is not None:
        found += _lost(claims, "projects", cards, "projects.toml")
    demands = sheets.get("demands")
    if demands is not None:
        groups = {group for group in demands.table.text("group") if group}
        found += _lost(
            claims, "demands", {*demands.table.row_of, *groups}, "demands.csv", ", neither as id nor as group"
        )
    return found


def _lost(claims: Sheet, column: str, known: Collection[str], file: str, as_what: str = "") -> Iterator[Finding]:
    for row, cell in enumerate(claims.table.text(column)):
        for item in split_list(cell):
            if item not in known:
                matches = close_matches(item, sorted(known))
                remedy = f"did you mean {', '.join(matches)}?" if matches else f"write one of {file}, or add it there"
                message = f'"{item}" is not in {file}{as_what}'
                yield Finding(claims.file, int(claims.table.lines[row]), column, "E121", message, remedy)


def find_one_sided(data: Dataset) -> Iterator[Finding]:
    """Return a warning for every card and claim of which only one names the other, where a dataset has claims."""
    table = data.claims
    if not len(table):
        return
    named = {(card.id, claim) for card in data.projects for claim in card.claims}
    naming = {(card, claim) for claim, row in table.row_of.items() for card in split_list(table.text("projects")[row])}
    for card, claim in sorted(named - naming):
        remedy = f'add "{card}" to its projects' if claim in table.row_of else "correct the id, or add the claim"
        message = f'project "{card}" names the claim "{claim}", which does not name it'
        yield Finding("projects.toml", 0, "claims", "W220", message, remedy, "warning")
    for card, claim in sorted(naming - named):
        message = f'"{claim}" names the card "{card}", which does not name it'
        line, remedy = int(table.lines[table.row_of[claim]]), f'add "{claim}" to the claims of the card'
        yield Finding("claims.csv", line, "projects", "W220", message, remedy, "warning")
