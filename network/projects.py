"""Project cards: real investments as changes with cost, year and source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from network.changes import read_changes
from network.naming import TRANSLATED, name_in
from network.places import suggestion
from network.toml_source import (
    Place,
    blocks_of,
    header_lines,
    number_of,
    parse_toml,
    read_toml,
    text_of,
    texts_of,
    unknown_key,
    year_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from network.changes import Change
    from network.errors import Finding

KEYS = (
    "id",
    "name",
    *TRANSLATED,
    "status",
    "year",
    "cost_usd_m",
    "requires",
    "excludes",
    "source",
    "confidence",
    "claims",
    "note",
    "changes",
)
TEXT_KEYS = ("id", "name", *TRANSLATED, "status", "source", "confidence", "note")
CONFIDENCES = ("A", "B", "C", "D", "")


@dataclass(frozen=True)
class Project:
    """A project card.

    `year` is the year it is meant to open; no card switches itself on. `cost_usd_m` is in millions of USD.
    `requires` are cards that must be on with it, `excludes` cards that must not; a card that requires others may have
    no `changes` of its own. `claims` are ids of published claims. `name_ru` and `name_kk` are its Russian and Kazakh
    names.
    """

    id: str
    name: str
    name_ru: str = field(default="", kw_only=True)
    name_kk: str = field(default="", kw_only=True)
    status: str = ""
    year: int | None = None
    cost_usd_m: float | None = None
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    source: str = ""
    confidence: str = ""
    claims: tuple[str, ...] = ()
    note: str = ""
    changes: tuple[Change, ...] = ()

    def to_mapping(self) -> dict[str, object]:
        """Return the keys of the card's ``[[projects]]`` block, without those not given."""
        values: dict[str, object] = {key: getattr(self, key) for key in KEYS if key != "changes"}
        mapping = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in values.items()
            if value is not None and value not in ("", ())
        }
        changes = {"changes": [change.to_mapping() for change in self.changes]} if self.changes else {}
        return {**mapping, **changes}

    def name_in(self, language: str) -> str:
        """Return the name in ``en``, ``ru`` or ``kk``; Kazakh falls back on Russian, both on the plain name."""
        return name_in(language, self.name, self.name_ru, self.name_kk)


def read_projects(path: str | Path, file: str = "projects.toml") -> tuple[list[Project], list[Finding]]:
    """Return the cards of a file that can be read and all problems; `file` is what findings call the file.

    A problem is placed at the line of its ``[[projects]]`` header, that of a change at its own header.
    """
    mapping, text, found = read_toml(Path(path), file)
    cards, problems = _cards(mapping, text, file)
    return cards, [*found, *problems]


def sound_projects(text: str, file: str = "projects.toml") -> tuple[Project, ...]:
    """Return the cards of a text that is known to hold no problem."""
    return tuple(_cards(parse_toml(text), text, file)[0])


def _cards(mapping: Mapping[str, object], text: str, file: str) -> tuple[list[Project], list[Finding]]:
    """Return the cards that can be read and all problems of a file's mapping; `text` tells the lines."""
    found: list[Finding] = []
    place = Place(file)
    found += [unknown_key(place, key, ("projects",)) for key in mapping if key != "projects"]
    headers = [*header_lines(text, "projects"), text.count("\n") + 2]
    change_lines = header_lines(text, "projects.changes")
    blocks = blocks_of(mapping, "projects", place, found)
    spans = list(pairwise(headers)) if len(headers) == len(blocks) + 1 else [(0, 0)] * len(blocks)
    cards: list[tuple[Place, Project]] = []
    for number, (block, (start, stop)) in enumerate(zip(blocks, spans, strict=True), start=1):
        label = block.get("id")
        card_place = place.inside(f'project "{label}"' if isinstance(label, str) and label else f"card {number}", start)
        lines = [line for line in change_lines if start < line < stop]
        card, problems = _card(block, card_place, lines)
        found += problems
        if card is not None:
            cards.append((card_place, card))
    # A card that cannot be read is known all the same: it must not make others dangle.
    known = {str(block.get("id", "")) for block in blocks}
    found += _cross_references(cards, known)
    return [card for _, card in cards], found


def _card(block: Mapping[str, object], place: Place, lines: list[int]) -> tuple[Project | None, list[Finding]]:
    """Return the card of one block, None with its problems where it has any."""
    found = [unknown_key(place, key, KEYS) for key in block if key not in KEYS]
    texts = {key: text_of(block, key, place, found) for key in TEXT_KEYS}
    for key in ("id", "name"):
        if not texts[key] and isinstance(block.get(key, ""), str):
            found.append(place.problem(key, "E303", f"the card has no {key}", f'write {key} = "…"'))
    if texts["id"] and not re.fullmatch(r"[^\s;,\[\]]+", texts["id"]):
        found.append(place.problem("id", "E303", "holds a space, comma or bracket", "use letters, digits and hyphens"))
    if texts["confidence"] not in CONFIDENCES:
        found.append(place.problem("confidence", "E303", f'unknown grade "{texts["confidence"]}"', "give A, B, C or D"))
    cost = number_of(block, "cost_usd_m", place, found)
    if cost is not None and cost < 0:
        found.append(place.problem("cost_usd_m", "E303", f"is negative: {cost:g}", "give the cost in millions of USD"))
    year = year_of(block, place, found)
    lists = {key: texts_of(block, key, place, found) for key in ("requires", "excludes", "claims")}
    # A card that only gathers others needs no change of its own.
    if not block.get("changes") and not block.get("requires"):
        found.append(place.problem("changes", "E303", "the card changes nothing", "add [[projects.changes]]"))
    changes = read_changes(block, place, lines, found)
    if found:
        return None, found
    card = Project(
        **texts,
        year=year,
        cost_usd_m=cost,
        requires=lists["requires"],
        excludes=lists["excludes"],
        claims=lists["claims"],
        changes=changes,
    )
    return card, []


def _cross_references(cards: list[tuple[Place, Project]], known: set[str]) -> list[Finding]:
    """Return the problems between cards: ids given twice, dangling and contradicting ones."""
    found: list[Finding] = []
    first: dict[str, int] = {}
    for place, card in cards:
        if card.id in first:
            message = f"the id is that of the card in line {first[card.id]}"
            found.append(place.problem("id", "E305", message, "give each card an id of its own"))
        first.setdefault(card.id, place.line)
        for key, others in (("requires", card.requires), ("excludes", card.excludes)):
            for other in others:
                if other == card.id:
                    found.append(place.problem(key, "E306", "names the card itself", "leave it out"))
                elif other not in known:
                    remedy = suggestion(other, sorted(known), "the cards are")
                    found.append(place.problem(key, "E306", f'unknown card "{other}"', remedy))
        for other in sorted({*card.requires} & {*card.excludes}):
            found.append(place.problem("excludes", "E306", f'"{other}" is required too', "keep one of the two"))
    return found
