"""What cards change, as found by comparing the dataset before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from network import Change, Project
from network.effects import effects, with_required
from network.model import Annex

if TYPE_CHECKING:
    from network import Dataset


def with_cards(data: Dataset, *cards: Project) -> Dataset:
    """Return the data with these cards only."""
    return replace(data, annex=Annex.of(cards, {}, data.observations, data.claims))


def found(data: Dataset, *changes: Change) -> list[tuple[object, ...]]:
    """Return the effects of a card with these changes as plain tuples."""
    card = Project("card", "Card", changes=changes)
    return [tuple(effect) for effect in effects(with_cards(data, card), card)]


def test_a_capacity_has_its_unit(tiny: Dataset) -> None:
    """Old and new value stand with the unit they are counted in."""
    row = tiny.network.shared_capacities.row_of["aktau-containers"]
    old = tiny.network.shared_capacities.number("capacity")[row]
    unit = tiny.network.shared_capacities.text("capacity_unit")[row]
    change = Change("shared_capacities", {"id": "aktau-containers"}, scale={"capacity": 2.0})
    assert found(tiny, change) == [("shared_capacities", "aktau-containers", "capacity", old, 2 * old, unit)]


def test_values_are_those_that_the_model_uses(tiny: Dataset) -> None:
    """A link without a time of its own moves at its rate's speed: that is the old value of its time."""
    links = tiny.network.links
    row = next(at for at in range(len(links)) if links.number("time_h")[at] != links.number("time_h")[at])
    name = links.text("link_id")[row]
    [(table, where, column, before, after, unit)] = found(tiny, Change("links", {"id": name}, scale={"time_h": 0.5}))
    assert (table, where, column, unit) == ("links", name, "time_h", "")
    assert isinstance(before, float)
    assert after == pytest.approx(before / 2)


def test_new_and_lost_rows_are_whole(tiny: Dataset) -> None:
    """A row that is added has no old side, a demand that is closed no new one; cells not given are left out."""
    node: dict[str, str | float] = {"node_id": "new", "name": "New", "country": "KZ", "lat": 43.8, "lon": 77.0}
    demand = next(iter(tiny.demands.row_of))
    told = found(tiny, Change("nodes", rows=(node,)), Change("demands", {"id": demand}, close=1.0))
    assert told[0] == ("nodes", "new", "", None, node, "")
    assert told[1][:3] == ("demands", demand, "")
    assert isinstance(told[1][3], dict)
    assert told[1][3]["demand_id"] == demand
    assert told[1][4] is None


def test_only_the_cards_own_changes_are_told(tiny: Dataset) -> None:
    """What required cards change is there before the card acts; a card that only gathers changes nothing."""
    port = Change("shared_capacities", {"id": "aktau-containers"}, scale={"capacity": 2.0})
    base = Project("base", "Base", changes=(port,))
    next_ = Project("next", "Next", requires=("base",), changes=(port,))
    both = Project("both", "Both", requires=("next",))
    data = with_cards(tiny, base, next_, both)
    [first], [second] = effects(data, base), effects(data, next_)
    assert second.before == first.after
    assert effects(data, both) == []


def test_required_cards_come_first() -> None:
    """However deep, each card stands behind those it requires, once, even where cards require each other."""
    required = {"top": ("b", "a"), "b": ("a",), "a": ()}
    assert with_required("top", required) == ("a", "b", "top")
    assert set(with_required("x", {"x": ("y",), "y": ("x",)})) == {"x", "y"}
