"""The ledger against differences of plans made from nothing, on either side and as far as a price is said to hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from made_network import dataset, link
from plan_instances import Instance, instances

from network import Dataset, load
from network.selection import with_table
from optimizer import plan_flows
from optimizer.ledger import LedgerEntry, ledger_of
from optimizer.one_number import CapacityQuestion, with_free
from optimizer.options import SolveOptions
from optimizer.planning import plan_of, solve
from optimizer.replanning import Prepared, prepare


def objective(base: Prepared, entry: LedgerEntry, capacity: float) -> float | None:
    """Return the optimum of a cold solve with another capacity of the entry's bottleneck."""
    blocks = base.plan.blocks
    resources = blocks.graph.resources
    own = entry.bottleneck
    same = [
        (kind, name, start or None, end or None) == (own.kind, own.id, own.from_node, own.to_node)
        for kind, name, start, end in zip(
            resources.kind, resources.ids, resources.from_node, resources.to_node, strict=True
        )
    ]
    question = CapacityQuestion(base, np.flatnonzero(same))
    changed = with_free(blocks, question.free(capacity))
    options = SolveOptions(solver="highs")
    return plan_of(changed, solve(changed, options), options, 0.0).objective_usd


@given(instance=instances())
@settings(max_examples=25, deadline=None)
def test_prices_are_differences_as_far_as_they_hold(instance: Instance) -> None:
    """On random networks a price is what more capacity saves up to where it holds, and less beyond; so on the left."""
    base = prepare(instance.dataset())
    here = base.plan.objective_usd
    ledger = ledger_of(base)
    assert [entry.bottleneck.id for entry in ledger] == [row.id for row in base.plan.bottlenecks()]
    for entry in ledger:
        own = entry.bottleneck
        rounding = 1e-7 * abs(here) + 1e-6
        to = own.capacity + 10.0 if entry.holds_to is None else entry.holds_to
        assert entry.holds_from <= own.capacity <= to
        saved = here - objective(base, entry, to)
        assert saved == pytest.approx(own.price_usd_per_unit * (to - own.capacity), rel=1e-6, abs=rounding)
        if entry.holds_to is not None:
            beyond = to + 0.5 * (to - own.capacity) + 1e-3
            assert here - objective(base, entry, beyond) < own.price_usd_per_unit * (beyond - own.capacity) + rounding
        if entry.price_left_usd_per_unit is None:
            assert objective(base, entry, own.capacity * (1.0 - 1e-4)) is None
            continue
        if own.capacity > own.background:
            assert entry.price_left_usd_per_unit >= own.price_usd_per_unit * (1.0 - 1e-9)
        less = entry.holds_from if entry.holds_from < own.capacity else own.capacity * (1.0 - 1e-6)
        lost = objective(base, entry, less) - here
        assert lost == pytest.approx(entry.price_left_usd_per_unit * (own.capacity - less), rel=1e-3, abs=rounding)


def three_ways(volume: float, **columns: object) -> Dataset:
    """Return ways of 10, 30 and 60 USD, the first two limited to 300 and 400 TEU a year."""
    demand = {"demand_id": "all", "origin": "A", "destination": "B", "commodity": "container", "volume": volume}
    return dataset(
        [
            link("cheap", "road", "A", "B", cost_usd_per_teu=10, capacity=300, capacity_unit="teu/year", **columns),
            link("dear", "road", "A", "B", cost_usd_per_teu=30, capacity=400, capacity_unit="teu/year"),
            link("dearest", "road", "A", "B", cost_usd_per_teu=60),
        ],
        demands=[demand],
    )


def entry_of(data: Dataset, name: str) -> LedgerEntry | None:
    """Return the ledger's entry of a link, None where it has none."""
    return next((entry for entry in ledger_of(prepare(data)) if entry.bottleneck.id == name), None)


def test_a_plain_price_holds_on_both_sides() -> None:
    """With 800 TEU the cheap way saves 50 USD a TEU from nothing up to 400 TEU, where the dearest way is empty."""
    entry = entry_of(three_ways(800), "cheap")
    assert entry is not None
    assert entry.bottleneck.price_usd_per_unit == pytest.approx(50.0)
    assert (entry.holds_from, entry.holds_to) == (pytest.approx(0.0), pytest.approx(400.0))
    assert entry.price_left_usd_per_unit == pytest.approx(50.0)


def test_at_a_breakpoint_the_two_sides_differ() -> None:
    """With 700 TEU the cheap way saves 20 USD a TEU more, and a TEU less costs 50; with 300 more saves nothing."""
    tie = entry_of(three_ways(700), "cheap")
    assert tie is not None
    assert tie.bottleneck.price_usd_per_unit == pytest.approx(20.0)
    assert (tie.holds_from, tie.holds_to) == (300.0, pytest.approx(700.0))
    assert tie.price_left_usd_per_unit == pytest.approx(50.0)
    full = entry_of(three_ways(300), "cheap")
    # A plan may give a capacity that is just used up the price of either side; only those with one are listed.
    if full is not None:
        assert (full.bottleneck.price_usd_per_unit, full.holds_to) == (0.0, None)
        assert full.price_left_usd_per_unit == pytest.approx(20.0)
        assert full.to_mapping()["holds_to"] is None


def test_what_must_be_carried_has_no_price_on_the_left() -> None:
    """Where all must be carried over what there is, a unit less has no price but is no plan."""
    data = three_ways(700)
    links = data.network.links.take([0, 1])
    entry = entry_of(with_table(data, "links", links), "cheap")
    assert entry is not None
    assert entry.price_left_usd_per_unit is None
    assert entry.bottleneck.price_usd_per_unit == pytest.approx(20.0)


def test_the_bundled_ledger_agrees_with_plans() -> None:
    """The first entries of the bundled plan hold as far as they say, against cold plans; `most` cuts the list."""
    base = prepare(load())
    (entry,) = [entry for entry in ledger_of(base, most=5) if entry.bottleneck.id == "rail-sarakhs-mashhad"]
    data = base.plan.data
    row = data.network.links.row_of["rail-sarakhs-mashhad"]
    for capacity in (entry.holds_from, entry.holds_to):
        assert capacity is not None
        values = data.network.links.number("capacity").copy()
        values[row] = capacity
        cold = plan_flows(with_table(data, "links", data.network.links.with_columns({"capacity": values})))
        saved = entry.bottleneck.price_usd_per_unit * (capacity - entry.bottleneck.capacity)
        assert base.plan.objective_usd - cold.objective_usd == pytest.approx(saved, rel=1e-5)


@pytest.mark.parametrize(("volume", "saved", "lost"), [(800, 50.0, 50.0), (700, 20.0, 50.0), (700.25, 27.5, 50.0)])
def test_one_unit_more_or_less_is_told_exactly(volume: float, saved: float, lost: float) -> None:
    """A quarter of a TEU at 50 USD and the rest at 20 make 27.50 for one more, which the price alone would call 50."""
    entry = entry_of(three_ways(volume), "cheap")
    assert entry is not None
    assert entry.one_more_usd == pytest.approx(saved)
    assert entry.one_less_usd == pytest.approx(lost)
    assert entry.to_mapping()["one_more_usd"] == entry.one_more_usd
    assert entry.to_mapping()["one_less_usd"] == entry.one_less_usd


def test_one_less_is_not_told_where_there_is_none_to_take() -> None:
    """Less than a TEU free, or all of it needed for what must be carried: no number for one less."""
    small = entry_of(three_ways(800, background=299.5), "cheap")
    assert small is not None
    assert (small.price_left_usd_per_unit, small.one_less_usd) == (pytest.approx(50.0), None)
    data = three_ways(700)
    needed = entry_of(with_table(data, "links", data.network.links.take([0, 1])), "cheap")
    assert needed is not None
    assert (needed.price_left_usd_per_unit, needed.one_less_usd) == (None, None)


@given(instance=instances())
@settings(max_examples=25, deadline=None)
def test_one_unit_more_or_less_is_the_difference_of_plans(instance: Instance) -> None:
    """On random networks, whatever the price and its range: what cold plans with one unit more and less cost."""
    base = prepare(instance.dataset())
    here = base.plan.objective_usd
    for entry in ledger_of(base):
        capacity, rounding = entry.bottleneck.capacity, 1e-7 * abs(here) + 1e-6
        assert entry.one_more_usd == pytest.approx(here - objective(base, entry, capacity + 1.0), abs=rounding)
        if capacity - 1.0 < entry.bottleneck.background:
            assert entry.one_less_usd is None
            continue
        less = objective(base, entry, capacity - 1.0)
        if less is None:
            assert entry.one_less_usd is None
        elif entry.one_less_usd is not None or objective(base, entry, capacity - 1.001) is not None:
            # At the very first capacity that suffices rounding decides.
            assert entry.one_less_usd == pytest.approx(less - here, rel=1e-6, abs=rounding)
