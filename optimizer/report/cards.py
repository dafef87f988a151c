"""Project cards and published claims as tables: what a card changes in words, what answers a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.effects import effects
from network.errors import few
from network.model import split_list
from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.sheets import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.effects import Effect
    from network.model import Dataset
    from network.projects import Project

N_SHOWN = 6
"""Rows named one by one where a card changes the same column of many."""

CALLED = {
    "nodes": "node",
    "links": "link",
    "transfers": "transfer",
    "shared_capacities": "shared capacity",
    "rates": "rate",
    "commodities": "commodity",
    "demands": "demand",
    "calibration": "adjustment",
}
ANSWERS = ("projects", "demands", "observations", "corridors")


def cards_document(cards: Sequence[Project]) -> Document:
    """Return the list of cards."""
    rows = tuple(
        (
            card.id,
            card.name,
            str(card.year or "–"),
            number(card.cost_usd_m),
            few(card.requires) or "–",
            str(len(card.claims)),
            card.confidence,
            card.status,
        )
        for card in cards
    )
    headers = columns("Project", "Name", "Year", ">USD m", "Requires", ">Claims", "Grade", "Status")
    return [
        Table(headers, rows),
        f'{len(cards)} projects; a card is switched on by a scenario (projects = ["id"]), never by its date.',
    ]


def card_document(data: Dataset, card: Project) -> Document:
    """Return one card: what it changes, old values beside new ones, its source, prerequisites and claims."""
    source = data.info.sources.get(card.source, {})
    names = {each.id: each.name for each in data.projects}
    facts = [
        f"{card.name} ({card.id})",
        f"Status {card.status or '–'}, year {card.year or '–'}, cost {number(card.cost_usd_m)} USD m",
        f"Requires {_named(card.requires, names)}; excludes {_named(card.excludes, names)}",
        f"Source {card.source} {source.get('title', '')} (grade {card.confidence or '–'})",
    ]
    changed = effect_lines(effects(data, card))
    told = "\n".join(changed) if changed else "Nothing itself: it gathers the cards it requires."
    document: Document = ["\n".join(facts), *([card.note] if card.note else []), f"Changes:\n{told}"]
    table = data.claims
    if card.claims:
        texts = [table.text("text")[table.row_of[claim]] if claim in table.row_of else "" for claim in card.claims]
        rows = tuple(zip(card.claims, texts, strict=True))
        document.append(Table(columns("Claim", "Text"), rows))
    return document


def effect_lines(found: Iterable[Effect]) -> list[str]:
    """Say in words what cards change: equal changes and equal factors of a column once, with the rows they hold for."""
    alike: dict[tuple[str, str], list[Effect]] = {}
    whole: list[str] = []
    for effect in found:
        if effect.column:
            alike.setdefault((effect.table, effect.column), []).append(effect)
        else:
            whole.append(_row_line(effect))
    lines: list[str] = []
    for (_, column), group in alike.items():
        by_values: dict[tuple[object, object, str], list[Effect]] = {}
        for effect in group:
            by_values.setdefault((effect.before, effect.after, effect.unit), []).append(effect)
        ratios = {_ratio(effect) for effect in group}
        if len(by_values) > 1 and len(ratios) == 1 and None not in ratios:
            shown = ", ".join(f"{each.row} {_value(each.before)} → {_value(each.after)}" for each in group[:N_SHOWN])
            lines.append(f"{column} × {ratios.pop()} on {_rows(group)}: {shown}{_more(group)}")
            continue
        for (before, after, unit), same in by_values.items():
            closed = " (closed)" if column == "capacity" and after == 0 else ""
            arrow = f"{_value(before)} → {_value(after)} {unit}".rstrip() + closed
            shown = ", ".join(each.row for each in same[:N_SHOWN])
            lines.append(f"{column} {arrow} on {_rows(same)}: {shown}{_more(same)}")
    return lines + whole


def cards_csv(cards: Sequence[Project]) -> str:
    """Return the cards as CSV, lists joined by ``;``."""
    names = ("id", "name", "status", "year", "cost_usd_m", "requires", "excludes", "source", "confidence", "claims")
    rows = [[getattr(card, name) for name in names] for card in cards]
    return csv_text(names, [["" if value is None else _joined(value) for value in row] for row in rows])


def claims_of(data: Dataset, card: Project | None = None) -> list[dict[str, Any]]:
    """Return published claims with what answers each, those of one card where it is given."""
    table = data.claims
    rows = [
        {
            "claim_id": claim,
            "date": table.text("date")[row],
            "text": table.text("text")[row],
            **{column: list(split_list(table.text(column)[row])) for column in ANSWERS},
            "reason": table.text("reason")[row],
            "source": table.text("source")[row],
        }
        for claim, row in table.row_of.items()
    ]
    return [row for row in rows if card is None or row["claim_id"] in card.claims]


def claims_document(claims: Sequence[dict[str, Any]]) -> Document:
    """Return claims and what answers each."""
    rows = tuple(
        (
            claim["claim_id"],
            claim["date"],
            claim["text"],
            "; ".join(f"{column}: {', '.join(claim[column])}" for column in ANSWERS if claim[column]) or "–",
            claim["reason"] or "–",
        )
        for claim in claims
    )
    n_carded = sum(bool(claim["projects"]) for claim in claims)
    return [
        Table(columns("Claim", "Date", "Text", "Answered by", "Remark"), rows),
        f"{len(claims)} claims, {n_carded} of them answered by project cards.",
    ]


def claims_csv(claims: Sequence[dict[str, Any]]) -> str:
    """Return claims as CSV, lists joined by ``;``."""
    names = ("claim_id", "date", "text", *ANSWERS, "reason", "source")
    return csv_text(names, [[_joined(claim[name]) for name in names] for claim in claims])


def _row_line(effect: Effect) -> str:
    """Say in words that a row is added or taken away."""
    cells = effect.after if isinstance(effect.after, dict) else effect.before
    what = f"{'new' if effect.before is None else 'without'} {CALLED[effect.table]} {effect.row}"
    if not isinstance(cells, dict):
        return what
    name = str(cells.get("name", ""))
    ends = [f"{cells[key]}" for key in ("from_node", "to_node", "origin", "destination") if key in cells]
    amounts = [
        f"{_value(cells[column])} {unit or cells.get('capacity_unit', '')}".rstrip()
        for column, unit in (
            ("length_km", "km"),
            ("fixed_time_h", "h of stops"),
            ("time_h", "h"),
            ("cost_usd_per_teu", "USD/TEU"),
            ("fixed_cost_usd_per_teu", "USD/TEU of fees"),
            ("capacity", ""),
            ("volume", "a year"),
        )
        if column in cells
    ]
    told = [text for text in (name, str(cells.get("mode", "")), " – ".join(ends), *amounts) if text]
    return f"{what}: {', '.join(told)}" if told else what


def _ratio(effect: Effect) -> str | None:
    """Return the factor of a change of a number, rounded for comparison; None where there is none."""
    before, after = effect.before, effect.after
    if isinstance(before, float) and isinstance(after, float) and before:
        return f"{after / before:.4g}"
    return None


def _value(value: object) -> str:
    if value is None:
        return "not given"
    return short_number(value) if isinstance(value, float) else str(value)


def _rows(group: Sequence[Effect]) -> str:
    what = CALLED[group[0].table]
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{len(group)} {what if len(group) == 1 else plural}"


def _more(group: Sequence[Effect]) -> str:
    return f" and {len(group) - N_SHOWN} more" if len(group) > N_SHOWN else ""


def _named(ids: Iterable[str], names: dict[str, str]) -> str:
    return ", ".join(f"{names.get(each, '')} ({each})".strip() for each in ids) or "nothing"


def _joined(value: object) -> object:
    return ";".join(map(str, value)) if isinstance(value, list | tuple) else value
