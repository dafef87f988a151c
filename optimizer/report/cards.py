"""Project cards as tables."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from optimizer.report.document import Document, Table, columns, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Dataset
    from network.projects import Project


def cards_document(cards: Sequence[Project]) -> Document:
    """Return the list of cards."""
    rows = tuple(
        (
            card.id,
            card.name,
            str(card.year or "–"),
            number(card.cost_usd_m),
            str(len(card.changes)),
            card.confidence,
            card.status,
        )
        for card in cards
    )
    headers = columns("Project", "Name", "Year", ">USD m", ">Changes", "Grade", "Status")
    return [
        Table(headers, rows),
        f'{len(cards)} projects; a card is switched on by a scenario (projects = ["id"]), never by its date.',
    ]


def card_document(data: Dataset, card: Project) -> Document:
    """Return one card with its changes and source."""
    source = data.info.sources.get(card.source, {})
    facts = [
        f"{card.name} ({card.id})",
        f"Status {card.status or '–'}, year {card.year or '–'}, cost {number(card.cost_usd_m)} USD m",
        f"Requires {', '.join(card.requires) or 'nothing'}; excludes {', '.join(card.excludes) or 'nothing'}",
        f"Source {card.source} {source.get('title', '')} (grade {card.confidence or '–'}); "
        f"claims {', '.join(card.claims) or '–'}",
    ]
    changes = [
        f"{at}. {json.dumps(change.to_mapping(), ensure_ascii=False)}"
        for at, change in enumerate(card.changes, start=1)
    ]
    return ["\n".join(facts), *([card.note] if card.note else []), "Changes:\n" + "\n".join(changes)]


def cards_csv(cards: Sequence[Project]) -> str:
    """Return the cards as CSV, lists joined by ``;``."""
    names = ("id", "name", "status", "year", "cost_usd_m", "requires", "excludes", "source", "confidence", "claims")
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for card in cards:
        values = [getattr(card, name) for name in names]
        writer.writerow(
            ["" if value is None else ";".join(value) if isinstance(value, tuple) else value for value in values]
        )
    return stream.getvalue()
