"""Searches that begin with known distances: they find what full sweeps find, and sweep only where they must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_path_flow import lattice

from network import Scenario, apply
from optimizer import SolveOptions, Weights
from optimizer.blocks import blocks_of
from optimizer.formulations import known_search, sweep_search
from optimizer.formulations.arc_weights import priced
from optimizer.formulations.known_search import Known, KnownSearch
from optimizer.graph import expand
from optimizer.proof import Potentials, cheapest, lengths_proven, question_of
from optimizer.replanning import blocks_after, prepare, replan

if TYPE_CHECKING:
    from network.model import Numbers

NOTHING = np.zeros(0, dtype=np.int64)


def unlimited() -> None:
    """Return the seconds left, of which there is no limit."""


def search_at(price: Numbers) -> tuple[sweep_search.SweepSearch, KnownSearch]:
    """Return a search by sweeps of a question, and one that knows the distances at some prices."""
    blocks = blocks_of(expand(lattice(49, 5, 12, 5)), Weights())
    sweeps, stays = sweep_search.explore(blocks, unlimited)
    assert not stays.any()
    sweeps.cheaper(price, np.full(len(sweeps.pairs), np.inf), unlimited)
    assert sweeps.look is not None
    weight = priced(blocks.graph.resources, sweeps.weight, sweeps.use, price)
    known = KnownSearch(sweeps, Known(sweeps.look.potential(), weight, sweeps.kind))
    known.carry(sweeps.pairs, NOTHING, NOTHING, np.zeros(0))
    return sweeps, known


@given(seed=st.integers(0, 10**6), share=st.sampled_from([0.0, 0.02, 0.3]))
@settings(max_examples=40, deadline=None)
def test_finds_what_full_sweeps_find(seed: int, share: float) -> None:
    """Prices that rise and fall, limits below and above what is known: the same ways below the same limits."""
    rng = np.random.default_rng(seed)
    n_resources = len(expand(lattice(49, 5, 12, 5)).resources)
    price = rng.choice([0.0, 30.0], n_resources)
    sweeps, known = search_at(price)
    question = question_of(sweeps.blocks.graph, Weights())
    for _ in range(4):
        moved = rng.random(n_resources) < share
        price = np.where(moved, rng.choice([0.0, 10.0, 90.0], n_resources), price)
        limit = known.sweeps.pairs.cost * rng.uniform(0.8, 3.0, len(sweeps.pairs))
        least, found = known.cheaper(price, limit, unlimited)
        expected, ways = sweeps.cheaper(price, limit, unlimited)
        np.testing.assert_allclose(least, expected, rtol=1e-9)
        assert {pair for pair, _ in found} == {pair for pair, _ in ways}
        assert known.look is not None
        hints = Potentials(known.look.potential(), sweeps.blocks.block_of)
        proven, true = lengths_proven(question, price, hints), cheapest(question, price)
        assert (proven <= true * (1 + 1e-9)).all()
        pair_of = np.zeros(len(true), dtype=np.int64)
        pair_of[sweeps.pairs.demand] = sweeps.pairs.pair
        assert (proven >= np.minimum(true, limit[pair_of]) * (1 - 1e-9)).all()


def test_sweeps_only_blocks_of_which_too_little_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the known prices nothing is swept; where one pair pays more than its distance, its block alone is."""
    n_resources = len(expand(lattice(49, 5, 12, 5)).resources)
    price = np.zeros(n_resources)
    _, known = search_at(price)
    swept: list[int] = []

    def counted(*args: object, **options: object) -> object:
        swept.append(len(args[2].source))  # type: ignore[attr-defined]
        return sweep_search.sweep(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(known_search, "sweep", counted)
    known.cheaper(price, known.sweeps.pairs.cost, unlimited)
    assert swept == []
    limit = known.sweeps.pairs.cost.copy()
    limit[0] *= 2.0
    _, found = known.cheaper(price, limit, unlimited)
    assert swept == [1]
    assert [pair for pair, _ in found] == [0]


@pytest.mark.parametrize("column", ["cost_usd_per_teu", "time_h", "capacity"])
def test_a_changed_cost_gives_the_blocks_of_the_changed_data(column: str) -> None:
    """Costs, hours and capacities change in place: weights and limits are those of blocks made from nothing."""
    data = lattice(49, 5, 12, 5)
    base = prepare(data)
    mapping = {"name": "dearer", "changes": [{"table": "links", "where": {"id": "r0-1"}, "scale": {column: 1.5}}]}
    after = apply(data, Scenario.from_mapping(mapping))
    blocks, anew = blocks_after(base.plan.blocks, after), blocks_of(expand(after), Weights())
    assert blocks.graph.tail is base.plan.blocks.graph.tail
    for own, other in zip(blocks.blocks, anew.blocks, strict=True):
        for name in ("cost_usd", "time_h", "co2_kg", "weight", "allowed"):
            np.testing.assert_array_equal(getattr(own.values, name), getattr(other.values, name))
        np.testing.assert_array_equal(own.use, other.use)
    for name in ("capacity", "background", "free", "per_year"):
        np.testing.assert_array_equal(getattr(blocks.graph.resources, name), getattr(anew.graph.resources, name))
    assert blocks.graph.states_of == anew.graph.states_of


def test_a_plan_that_knows_no_distances_is_a_start_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where distances are too many to keep all blocks are swept every time; the optimum is the same."""
    data = lattice(49, 5, 12, 5)
    mapping = {"name": "less", "changes": [{"table": "links", "scale": {"capacity": 0.6}}]}
    after = apply(data, Scenario.from_mapping(mapping))
    with_distances = replan(prepare(data), after).plan
    monkeypatch.setattr("optimizer.formulations.path_start.KEPT_CELLS", 0)
    monkeypatch.setattr(sweep_search, "KEPT_CELLS", 0)
    base = prepare(data, options=SolveOptions(solver="paths"))
    assert base.start is not None
    assert base.start.potential is None
    without = replan(base, after).plan
    assert without.potential is None
    assert without.objective_usd == pytest.approx(with_distances.objective_usd)
