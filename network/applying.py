"""Apply scenarios and project cards to a dataset. The input is never touched; unchanged tables are shared.

A change acts on the values the model uses (`network.values`) and writes them to the rows it selects. What it wrote is
checked by the records of the tables; where a change may have opened a gap, the whole dataset is checked again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from network.editing import make_change
from network.errors import Finding, ScenarioError, UnknownIdError
from network.scenario import Scenario
from network.selection import RefusedChangeError, row_names, table_of, with_table
from network.toml_source import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.model import Dataset
    from network.projects import Project


def apply(data: Dataset, *scenarios: Scenario | Project) -> Dataset:
    """Return the dataset with scenarios and project cards applied in the given order.

    Of each scenario first its cards are switched on, in its order, then its changes are made, in order. A card is on
    or off: one that is already on is not applied twice. `Dataset.applied` of the result records every scenario;
    a card given by itself is recorded as a scenario of its name.

    Raises
    ------
    ScenarioError
        A card is unknown, or its requirements or exclusions are not met; a change selects nothing or cannot be made;
        or the changed data has errors. The findings name the change, the column and the remedy.

    Examples
    --------
    >>> from network import Scenario, apply, load
    >>> data = load()
    >>> closed = Scenario.from_mapping({"name": "no river", "changes": [
    ...     {"table": "links", "where": {"mode": "river"}, "close": True}]})
    >>> apply(data, closed).applied[-1].name
    'no river'
    """
    asked = [item if isinstance(item, Scenario) else _as_scenario(data, item) for item in scenarios]
    _check_cards(data, asked)
    for scenario in asked:
        data = _applied(data, scenario)
    return data


def _as_scenario(data: Dataset, card: Project) -> Scenario:
    """Return the scenario of a single card: by its id where the dataset has this very card, else by its changes."""
    if card in data.projects:
        return Scenario(card.name, card.year, projects=(card.id,))
    return Scenario(card.name, card.year, changes=card.changes)


def _check_cards(data: Dataset, asked: Iterable[Scenario]) -> None:
    """Refuse unknown cards, and cards whose requirements or exclusions the others do not meet."""
    asked = list(asked)
    cards: dict[str, Project] = {}
    for scenario in (*data.applied, *asked):
        for card_id in scenario.projects:
            try:
                cards[card_id] = data.project(card_id)
            except UnknownIdError as error:
                raise _refused(scenario, [_place(scenario).problem("projects", "E306", str(error))]) from None
    for scenario in asked:
        found: list[Finding] = []
        for card in (cards[card_id] for card_id in scenario.projects):
            place = _place(scenario, card)
            for missing in (needed for needed in card.requires if needed not in cards):
                remedy = f'put "{missing}" into projects as well'
                found.append(place.problem("requires", "E307", f'requires the card "{missing}"', remedy))
            for foe in cards.values():
                if foe.id in card.excludes or card.id in foe.excludes:
                    message = f'cannot be on together with "{foe.id}"'
                    found.append(place.problem("excludes", "E307", message, "keep one of the two"))
        if found:
            raise _refused(scenario, found)


def _applied(data: Dataset, scenario: Scenario) -> Dataset:
    """Return the dataset with one scenario applied and recorded."""
    is_on = {card_id for earlier in data.applied for card_id in earlier.projects}
    cards = [data.project(card_id) for card_id in dict.fromkeys(scenario.projects) if card_id not in is_on]
    parts = [*((_place(scenario, card), card.changes) for card in cards), (_place(scenario), scenario.changes)]
    at_risk: set[str] = set()
    for place, changes in parts:
        for number, change in enumerate(changes, start=1):
            inner = place.inside(f"change {number} ({change.table})")
            try:
                data, is_at_risk = make_change(data, change)
            except RefusedChangeError as refusal:
                found = [inner.problem(why.column, why.code, why.message, why.remedy) for why in refusal.findings]
                raise _refused(scenario, found) from None
            except UnknownIdError as error:
                message, _, remedy = str(error).partition("; ")
                raise _refused(scenario, [inner.problem("", "E121", message, remedy)]) from None
            if is_at_risk:
                at_risk.add(change.table)
    if at_risk and (errors := _errors(data, at_risk, _place(scenario))):
        raise _refused(scenario, errors)
    return replace(data, applied=(*data.applied, scenario))


def _errors(data: Dataset, changed: set[str], place: Place) -> list[Finding]:
    """Return the errors of changed data; those of rows of changed tables are to be mended in the scenario."""
    from network.checks import dataset_errors

    # New rows have no line yet: number them behind the others, to know them again in the findings.
    numbered = data
    rows_of: dict[str, dict[int, int]] = {}
    for name in changed:
        table = table_of(data, name)
        n_known = int(table.lines.max(initial=0))
        lines = np.where(table.lines > 0, table.lines, n_known + 1 + np.arange(len(table)))
        numbered = with_table(numbered, name, replace(table, lines=lines))
        rows_of[f"{name}.csv"] = {line: row for row, line in enumerate(lines.tolist())}
    found: list[Finding] = []
    for error in dataset_errors(numbered, only=changed):
        row = rows_of.get(error.file, {}).get(error.line)
        if row is None:
            found.append(error)
        else:
            name = row_names(table_of(data, error.file.removesuffix(".csv")), np.array([row]))
            found.append(place.problem(error.column, error.code, f"{name}: {error.message}", error.remedy))
    return found


def _place(scenario: Scenario, card: Project | None = None) -> Place:
    """Return where problems of a scenario, or of a card it switches on, are to be mended."""
    if card is not None:
        return Place("projects.toml", label=f'project "{card.id}"')
    return Place(scenario.file or f'scenario "{scenario.name}"')


def _refused(scenario: Scenario, findings: Sequence[Finding]) -> ScenarioError:
    """Return the error that says why a scenario cannot be applied."""
    lines = "\n".join(map(str, findings))
    return ScenarioError(f'scenario "{scenario.name}" cannot be applied\n{lines}', findings=findings)
