"""What a scenario does, in words: the phrases with which a sentence on its effect begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.model import split_list
from optimizer.changed import TERMS
from optimizer.phrases import N_NAMED, amount, amounts, capacity_name, joined, money, named, per_period
from optimizer.report.document import short_number
from optimizer.report.routes import node_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from network.model import Dataset
    from optimizer.changed import CapacityChange, Changed, DemandChange, TermsChange
    from optimizer.result import Plan


TERM_WORDS = {
    "origin": "the origin",
    "destination": "the destination",
    "avoid_countries": "the countries to avoid",
    "avoid_modes": "the modes to avoid",
    "unmet_cost_usd_per_unit": "the unmet cost",
}
"""What a reader calls the terms of a demand."""


def causes_of(before: Plan, after: Plan, changed: Changed) -> list[str]:
    """Return what differs in one plan's question from another's, as phrases like ``closing sea A – B``."""
    old, new = before.data, after.data
    return [
        *_capacity_phrases(new, changed.capacities),
        *_passage_phrases("opening", new, changed.opened),
        *_passage_phrases("closing", old, changed.closed),
        *_passage_phrases("saving hours on", new, changed.quicker),
        *_passage_phrases("adding hours on", new, changed.slower),
        *_passage_phrases("lowering prices on", new, changed.cheaper),
        *_passage_phrases("raising prices on", new, changed.dearer),
        *_passage_phrases("lowering the CO2e of", new, changed.cleaner),
        *_passage_phrases("raising the CO2e of", new, changed.dirtier),
        *_demand_phrases(old, new, changed.demands),
        *_terms_phrases(new, changed.terms),
        *_counted("changing the figures of", changed.commodities, "commodity"),
    ]


def change_name(data: Dataset, change: CapacityChange) -> str:
    """Return what a reader calls a capacity that differs."""
    kind, key, start, end = change.key
    return capacity_name(data, kind, key, start or None, end or None)


def _capacity_phrases(data: Dataset, changes: Sequence[CapacityChange]) -> Iterator[str]:
    """Yield a phrase for all capacities that change alike; of many kinds of change only how many there are."""
    groups: dict[tuple[object, ...], list[CapacityChange]] = {}
    for change in changes:
        groups.setdefault((change.unit_before, change.unit, *change[2:8]), []).append(change)
    if len(groups) <= N_NAMED:
        for members in groups.values():
            yield _capacity_phrase(members[0], named(_names(data, members)))
        return
    for verb, members in (
        ("raising", [change for change in changes if change.is_raised]),
        ("cutting", [change for change in changes if change.is_cut]),
        ("restating", [change for change in changes if not change.is_raised and not change.is_cut]),
    ):
        if members:
            names = _names(data, members)
            yield f"{verb} {_how_many(len(names), 'capacity')} ({named(names)})"


def _capacity_phrase(change: CapacityChange, names: str) -> str:
    """Return the phrase of capacities that change as this one does."""
    verb = "raising" if change.is_raised else "cutting" if change.is_cut else "restating"
    unit, before, after = change.unit, change.before, change.after
    if before is None and after is not None:
        return f"limiting {names} to {_capacity(after, unit)}"
    if after is None and before is not None:
        return f"lifting the limit of {names} ({_capacity(before, change.unit_before)})"
    if before is None or after is None:
        return f"{verb} {names}"
    loads = (change.background_before, change.background_after)
    if change.unit_before != unit:
        sides = ((before, loads[0], change.unit_before), (after, loads[1], unit))
        texts = [
            f"{_capacity(value, of_unit)}{f' (background {short_number(load)})' if load else ''}"
            for value, load, of_unit in sides
        ]
        return f"{verb} {names} from {texts[0]} to {texts[1]}"
    if before == after and loads[0] != loads[1]:
        way = "raising" if loads[1] > loads[0] else "cutting"
        return f"{way} the background of {names} from {short_number(loads[0])} to {_capacity(loads[1], unit)}"
    if before == after:
        return f"opening {names} for {'more' if change.is_raised else 'less'} of the year"
    load = (
        "" if loads[0] == loads[1] else f" and its background from {short_number(loads[0])} to {short_number(loads[1])}"
    )
    return f"{verb} {names} from {short_number(before)} to {_capacity(after, unit)}{load}"


def _names(data: Dataset, changes: Iterable[CapacityChange]) -> list[str]:
    """Return the names of capacities; both directions of one go by a name without direction."""
    listed = list(changes)
    keys = {change.key for change in listed}
    names = []
    for change in listed:
        kind, key, start, end = change.key
        is_each_way = bool(start) and (kind, key, end, start) in keys
        names.append(
            f"{capacity_name(data, kind, key, None, None)} each way" if is_each_way else change_name(data, change)
        )
    return list(dict.fromkeys(names))


def _passage_phrases(verb: str, data: Dataset, passages: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a phrase for links and one for transfers to which the same happens."""
    links = [name for table, name in passages if table == "links"]
    places = list(dict.fromkeys(name for table, name in passages if table == "transfers"))
    if links:
        names = [capacity_name(data, "link", name, None, None) for name in links]
        count = "" if len(links) <= N_NAMED else f"{len(links)} links: "
        yield f"{verb} {count}{named(names)}"
    if places:
        yield f"{verb} transfers at {named([node_name(data, name) for name in places])}"


def _demand_phrases(old: Dataset, new: Dataset, changes: Sequence[DemandChange]) -> Iterator[str]:
    """Yield phrases for demands that are new, larger, smaller or gone."""
    groups: tuple[tuple[str, Dataset, list[DemandChange]], ...] = (
        ("adding", new, [change for change in changes if change.before == 0.0]),
        ("raising", new, [change for change in changes if 0.0 < change.before < change.after]),
        ("cutting", new, [change for change in changes if change.before > change.after > 0.0]),
        ("dropping", old, [change for change in changes if change.after == 0.0]),
    )
    for verb, data, members in groups:
        if not members:
            continue
        if len(members) == 1:
            yield _demand_phrase(verb, data, members[0])
            continue
        by_unit: dict[str, float] = {}
        for change in members:
            by_unit[change.unit] = by_unit.get(change.unit, 0.0) + abs(change.after - change.before)
        by = " by" if verb in ("raising", "cutting") else " of"
        yield f"{verb} {len(members)} demands{by} {amounts(by_unit)} a year"


def _demand_phrase(verb: str, data: Dataset, change: DemandChange) -> str:
    """Return the phrase of one demand."""
    row = data.demands.row_of[change.id]
    ends = [node_name(data, str(data.demands.text(column)[row])) for column in ("origin", "destination")]
    name = f"the demand {' – '.join(ends)} ({change.commodity})"
    if verb in ("adding", "dropping"):
        return f"{verb} {name} of {amount(max(change.before, change.after), change.unit)} a year"
    return f"{verb} {name} from {amount(change.before, change.unit)} to {amount(change.after, change.unit)} a year"


def _terms_phrases(data: Dataset, changes: Sequence[TermsChange]) -> Iterator[str]:
    """Yield a phrase for all demands of whose terms the same differs."""
    groups: dict[str, list[str]] = {}
    for change in changes:
        for phrase in _terms_of(change):
            groups.setdefault(phrase, []).append(change.id)
    if len(groups) > N_NAMED:
        ids = [change.id for change in changes]
        columns = dict.fromkeys(column for change in changes for column in change.columns)
        yield f"changing {joined([TERM_WORDS[column] for column in columns])} of {_demands(data, ids)}"
        return
    for phrase, members in groups.items():
        yield phrase.format(_demands(data, members))


def _terms_of(change: TermsChange) -> Iterator[str]:
    """Yield what differs in the terms of a demand, with a gap for the demands."""
    old, new = (dict(zip(TERMS, values, strict=True)) for values in (change.before, change.after))
    if {"origin", "destination"} & set(change.columns):
        yield "moving the ends of {}"
    for column, keep, let in (
        ("avoid_countries", "keeping {} out of", "letting {} through"),
        ("avoid_modes", "keeping {} off", "letting {} use"),
    ):
        avoided = [split_list(str(terms[column])) for terms in (old, new)]
        for verb, names in (
            (keep, [name for name in avoided[1] if name not in avoided[0]]),
            (let, [name for name in avoided[0] if name not in avoided[1]]),
        ):
            if names:
                yield f"{verb} {joined(names)}"
    costs = (old[TERMS[-1]], new[TERMS[-1]])
    if costs[0] == costs[1]:
        return
    if not isinstance(costs[1], float):
        yield "having {} carried whatever it costs"
    elif not isinstance(costs[0], float):
        yield f"letting {{}} stay behind at {money(costs[1])} a unit"
    else:
        verb = "raising" if costs[1] > costs[0] else "cutting"
        yield f"{verb} what leaving {{}} behind costs from {money(costs[0])} to {money(costs[1])} a unit"


def _demands(data: Dataset, ids: Sequence[str]) -> str:
    """Return demands in words: one by its ends and goods, of more how many and the first few."""
    names = []
    for key in ids:
        row = data.demands.row_of[key]
        ends = [node_name(data, str(data.demands.text(column)[row])) for column in ("origin", "destination")]
        names.append(f"{' – '.join(ends)} ({data.demands.text('commodity')[row]})")
    return f"the demand {names[0]}" if len(names) == 1 else f"{len(names)} demands ({named(names)})"


def _counted(verb: str, ids: Sequence[str], word: str) -> Iterator[str]:
    """Yield a phrase that names a few things by their ids."""
    if ids:
        yield f"{verb} {_how_many(len(ids), word)} ({named(ids)})"


def _how_many(count: int, word: str) -> str:
    """Return a count with its word: ``1 capacity``, ``3 capacities``."""
    if count == 1:
        return f"1 {word}"
    return f"{count} {word[:-1]}ies" if word.endswith("y") else f"{count} {word}s"


def _capacity(value: float, unit: str) -> str:
    """Return a capacity in its own unit: ``12 trains a day``."""
    return f"{short_number(value)} {per_period(unit, value)}"
