"""Which scenarios are planned together, and for which year: from what was asked to a list of cases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from network.changes import Change
from network.errors import Finding, ScenarioError, few
from network.places import unknown_id
from network.reading import cell_of
from network.scenario import Scenario
from network.selection import RefusedChangeError, row_names, rows_where, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Dataset, Mask
    from network.projects import Project

Combine = Literal["each", "all", "chain"]

N_NAMES = 3
"""Scenarios of a case that its name lists in full."""
NAME_WIDTH = 40
"""Characters up to which a setting names a scenario in tables as it was typed."""


@dataclass(frozen=True)
class Case:
    """Scenarios that are applied together, in order, and planned for a year.

    Attributes
    ----------
    name
        Of the scenario, or of all of them.
    year
        Year of the plan and of the unchanged plan that it is compared with.
    scenarios
        Applied in this order; a project card stands here as the scenario that switches it on.
    note
        What is to be said about the choice of the year; empty where there is nothing.
    """

    name: str
    year: int
    scenarios: tuple[Scenario, ...]
    note: str = ""

    @property
    def projects(self) -> tuple[str, ...]:
        """Ids of the project cards that are switched on, each once."""
        return tuple(dict.fromkeys(card for scenario in self.scenarios for card in scenario.projects))


def cases_of(
    data: Dataset,
    asked: Sequence[Scenario | Project | str],
    years: Sequence[int] = (),
    combine: Combine = "each",
) -> list[Case]:
    """Return the cases to plan: scenario by scenario, each in every year.

    Parameters
    ----------
    data
        The unchanged dataset.
    asked
        Scenarios, project cards, or names of scenarios and ids of cards of the dataset.
    years
        Years to plan each case for. Without any it is the scenario's own year, else the base year. A card never
        switches itself on: the year in which it is to open counts only if there are demands of that year.
    combine
        ``each`` alone, ``all`` together as one case, or a ``chain``: the first, the first and the second, and so on.
        Scenarios planned together are planned for the latest of their years, all steps of a chain for the same.

    Raises
    ------
    UnknownIdError
        A name is that of no scenario and no card.
    """
    scenarios, notes = [], []
    for item in asked:
        scenario, note = _as_scenario(data, find_scenario(data, item) if isinstance(item, str) else item)
        scenarios.append(scenario)
        notes.append(note)
    count = len(scenarios)
    spans = {
        "each": [slice(at, at + 1) for at in range(count)],
        "all": [slice(0, count)] if count else [],
        "chain": [slice(0, end) for end in range(1, count + 1)],
    }
    latest = max((scenario.year for scenario in scenarios if scenario.year is not None), default=None)
    cases = []
    for span in spans[combine]:
        group = tuple(scenarios[span])
        own = group[0].year if combine == "each" else latest
        chosen = data.base_year if own is None else own
        note = "" if years else "; ".join(filter(None, (*notes[span], _year_note(group, chosen))))
        cases += [Case(_name(group), year, group, note) for year in (years or (chosen,))]
    return cases


def find_scenario(data: Dataset, name: str) -> Scenario | Project:
    """Return the scenario of a dataset of this name, else its project card of this id.

    Raises
    ------
    UnknownIdError
        There is neither; the message names close matches of both.
    """
    if name in data.scenarios:
        return data.scenarios[name]
    cards = {card.id: card for card in data.projects}
    if name in cards:
        return cards[name]
    raise unknown_id("scenario or project card", name, (*data.scenarios, *cards))


def scenario_of_settings(data: Dataset, texts: Sequence[str]) -> Scenario:
    """Return the scenario of some settings ``table[id=x].column=value``; see `Change.from_text`.

    Raises
    ------
    ScenarioError
        A setting cannot be read, or two of them give one cell different values.
    """
    changes = [Change.from_text(text) for text in texts]
    for (first, first_text), (second, second_text) in combinations(zip(changes, texts, strict=True), 2):
        if disputed := _disputed(data, first, second):
            message = f'"{first_text}" and "{second_text}" give {disputed} different values'
            finding = Finding("--set", 0, "", "E317", message, "keep one of the two")
            raise ScenarioError(str(finding), findings=[finding])
    return Scenario(_name_of_settings(texts, changes), changes=tuple(changes))


def case_key(data: Dataset, case: Case) -> str:
    """Return what tells a case from others of its year: a hash of its scenarios and of the cards they switch on."""
    cards = {card.id: card.to_mapping() for card in data.projects if card.id in case.projects}
    content = [case.name, case.note, [scenario.to_mapping() for scenario in case.scenarios], cards]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _as_scenario(data: Dataset, item: Scenario | Project) -> tuple[Scenario, str]:
    """Return the scenario that stands for a scenario or card, and a note where a card's year is not that of the plan.

    A card of the dataset is switched on by its id, so that what it requires and excludes is seen to.
    """
    if isinstance(item, Scenario):
        return item, ""
    has_demands = item.year is not None and bool((data.demand_years == item.year).any())
    year = item.year if has_demands else None
    note = ""
    if item.year is not None and not has_demands:
        note = f"{item.name} is to open in {item.year}, a year without demands: planned for {data.base_year}"
    if item in data.projects:
        return Scenario(item.name, year, projects=(item.id,), name_ru=item.name_ru, name_kk=item.name_kk), note
    return Scenario(item.name, year, changes=item.changes, name_ru=item.name_ru, name_kk=item.name_kk), note


def _name_of_settings(texts: Sequence[str], changes: Sequence[Change]) -> str:
    """Return the first of some settings and how many more there are; a long one without its table, else cut."""
    if not texts:
        return ""
    first = " ".join(texts[0].split())
    if len(first) > NAME_WIDTH and list(changes[0].where) == ["id"]:
        (column, value), *_ = changes[0].set.items()
        first = f"{cell_of(changes[0].where['id'])}.{column}={cell_of(value)}"
    if len(first) > NAME_WIDTH:
        first = f"{first[: NAME_WIDTH - 1]}…"
    return f"{first} and {len(texts) - 1} more" if len(texts) > 1 else first


def _name(group: Sequence[Scenario]) -> str:
    """Return the name of scenarios that are applied together."""
    names = [scenario.name for scenario in group]
    if len(names) > N_NAMES:
        names = [names[0], f"{len(names) - 2} more", names[-1]]
    return " + ".join(names)


def _year_note(group: Sequence[Scenario], year: int) -> str:
    """Return what is to be said of the year of scenarios that are meant for different ones."""
    own = sorted({scenario.year for scenario in group if scenario.year is not None})
    return f"scenarios of {', '.join(map(str, own))} together: planned for {year}" if len(own) > 1 else ""


def _disputed(data: Dataset, first: Change, second: Change) -> str:
    """Name a cell that two settings give different values; empty where there is none."""
    columns = [column for column in first.set if column in second.set and first.set[column] != second.set[column]]
    if first.table != second.table or not columns:
        return ""
    try:
        mask: Mask = rows_where(data, first.table, first.where) & rows_where(data, second.table, second.where)
    except RefusedChangeError:
        # Whoever applies the settings tells what is wrong with them, with its place.
        return ""
    table = table_of(data, first.table)
    return f"{few(columns)} of {row_names(table, mask.nonzero()[0])}" if mask.any() else ""
