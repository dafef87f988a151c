"""Every project card of the bundled network in every year: a plan comes of it, and capacity alone never costs more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from network import Scenario, apply, load
from network.effects import effects, with_required
from optimizer.replanning import prepare, replan

if TYPE_CHECKING:
    from network.effects import Effect
    from optimizer.replanning import Prepared

DATA = load()
CARDS = {card.id: card for card in DATA.projects}
REQUIRED = {card.id: card.requires for card in DATA.projects}
YEARS = (2024, 2030)
MORE = ("capacity", "frequency_per_week", "speed_kmh", "volume", "open_months")
LESS = ("background", "time_h", "fixed_time_h", "cost_usd_per_teu", "cost_usd_per_t", "co2_kg_per_t", "length_km")
PLAYS_NO_PART = ("capacity_unit", "corridors", "note", "source", "confidence", "departures")
"""Columns that no objective depends on where the numbers beside them are compared as well."""
TRAFFIC = {"almaty-xian-train", "xian-terminal"}
"""Cards that bring traffic instead of capacity: a passenger train, and the boxes planned for a terminal."""
PAST = {"before-btk", "before-khorgos-2022", "before-rasht-caspian", "before-turkmenbashi"}
"""Cards that take away what was built before the base year."""
DIVIDED = {"darbaza-maktaaral", "kz-rail-2030"}
"""Cards that close a line to open it in two halves, or that require one which does."""


@cache
def base(year: int) -> Prepared:
    """Return the plan of a year without any card, once for all tests."""
    return prepare(DATA, year=year)


def eases(effect: Effect) -> bool:
    """Whether a plan can only gain by an effect: a new row, more capacity, fewer hours, less money."""
    if effect.table == "demands" or not effect.column:
        return effect.table != "demands" and effect.before is None
    if effect.column.endswith("_p90_h") or effect.column in PLAYS_NO_PART:
        return True
    # An empty cell is an unlimited capacity.
    most = float("inf") if effect.column == "capacity" else 0.0
    before, after = (most if value is None else value for value in (effect.before, effect.after))
    assert isinstance(before, (int, float)), effect
    assert isinstance(after, (int, float)), effect
    if effect.column in MORE:
        return after >= before
    assert effect.column in LESS or effect.column.endswith(("_usd_per_teu_km", "_usd_per_t_km")), effect
    return after <= before


def only_eases(card: str) -> bool:
    """Whether a plan can only gain by a card and those it requires."""
    return all(eases(effect) for each in with_required(card, REQUIRED) for effect in effects(DATA, CARDS[each]))


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("card", CARDS)
def test_every_card_gives_a_plan_in_every_year(card: str, year: int) -> None:
    """With the cards it requires a card can be planned, and one that adds capacity alone never raises the objective."""
    before = base(year).plan
    cards = with_required(card, REQUIRED)
    plan = replan(base(year), apply(DATA, Scenario(card, projects=tuple(cards)))).plan
    assert plan.status == "optimal"
    assert plan.objective_usd is not None
    assert before.objective_usd is not None
    slack = 1e-9 * before.objective_usd
    assert plan.gap is not None
    assert plan.gap <= 1e-6
    if only_eases(card):
        assert plan.objective_usd <= before.objective_usd + slack
    if card in TRAFFIC | PAST:
        assert plan.objective_usd >= before.objective_usd - slack


def test_most_cards_only_add_capacity() -> None:
    """The test above holds what it is meant to hold."""
    assert len(CARDS) >= 60
    assert {card for card in CARDS if not only_eases(card)} == TRAFFIC | PAST | DIVIDED
