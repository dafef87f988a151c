"""Plans from where another stands: the same optimum as from nothing, whatever changed, proven without a search."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import plan_instances
import pytest
from flow_instances import busy_network
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_network import dataset, link, transfer
from test_path_flow import demand, lattice, road

from network import Scenario, ScenarioError, apply, load
from optimizer import SolveOptions, Weights, plan_flows, proof, verify
from optimizer.blocks import blocks_of
from optimizer.formulations import path_flow, sweep_search
from optimizer.formulations.path_master import PathMaster, passages_of
from optimizer.graph import expand
from optimizer.replanning import blocks_after, evaluate, prepare, replan

if TYPE_CHECKING:
    from collections.abc import Callable

    from network import Dataset
    from optimizer.replanning import Prepared

NODES = st.integers(0, 4).map(lambda at: f"N{at}")
LINKS = st.integers(0, 9).map(lambda at: f"L{at}")
DEMANDS = st.integers(0, 4).map(lambda at: f"D{at}")
ROW = {"time_h": 1.0, "cost_usd_per_teu": 3.0, "cost_usd_per_t": 2.0, "length_km": 100.0}
CHANGES = st.one_of(
    st.builds(
        lambda name, capacity: {"table": "links", "where": {"id": name}, "set": {"capacity": capacity}},
        LINKS,
        st.sampled_from([0, 0.3, 1, 40, 9000]),
    ),
    st.builds(lambda name: {"table": "links", "where": {"id": name}, "close": True}, LINKS),
    st.builds(
        lambda name, factor: {"table": "links", "where": {"id": name}, "scale": {"cost_usd_per_teu": factor}},
        LINKS,
        st.sampled_from([0.0, 0.5, 3.0]),
    ),
    st.builds(lambda more: {"table": "links", "add": {"fixed_time_h": more}}, st.sampled_from([1.0, 20.0])),
    st.builds(lambda name: {"table": "nodes", "where": {"id": name}, "close": True}, NODES),
    st.builds(
        lambda factor: {"table": "shared_capacities", "where": {"id": "port"}, "scale": {"capacity": factor}},
        st.sampled_from([0.0, 0.5, 2.0]),
    ),
    st.builds(
        lambda name, factor: {"table": "demands", "where": {"id": name}, "scale": {"volume": factor}},
        DEMANDS,
        st.sampled_from([0.0, 0.4, 3.0]),
    ),
    st.builds(
        lambda name, price: {"table": "demands", "where": {"id": name}, "set": {"unmet_cost_usd_per_unit": price}},
        DEMANDS,
        st.sampled_from([0, 60, 1000]),
    ),
    st.builds(
        lambda name, country: {"table": "demands", "where": {"id": name}, "set": {"avoid_countries": country}},
        DEMANDS,
        st.sampled_from(["", "RU", "CN"]),
    ),
    st.builds(lambda name: {"table": "demands", "where": {"id": name}, "close": True}, DEMANDS),
    st.builds(
        lambda tail, head, mode: {
            "table": "links",
            "rows": [ROW | {"link_id": "new", "mode": mode, "from_node": tail, "to_node": head}],
        },
        NODES,
        NODES,
        st.sampled_from(["road", "sea"]),
    ),
    st.builds(
        lambda tail, head: {
            "table": "demands",
            "rows": [
                {"demand_id": "more", "origin": tail, "destination": head, "commodity": "container", "volume": 700}
                | {"unmet_cost_usd_per_unit": 300}
            ],
        },
        NODES,
        NODES,
    ),
    st.builds(lambda hours: {"table": "commodities", "set": {"time_value_usd_per_unit_h": hours}}, st.integers(0, 9)),
)


def changed(data: Dataset, *changes: dict[str, object]) -> Dataset:
    """Return the data with some changes."""
    return apply(data, Scenario.from_mapping({"name": "changed", "changes": list(changes)}))


def check_against_cold(base: Prepared, data: Dataset) -> Prepared:
    """Hold the plan from a base against one from nothing, and its proof against one by searches."""
    warm = replan(base, data)
    cold = plan_flows(data, year=base.plan.year, weights=base.plan.blocks.weights)
    assert warm.plan.status == cold.status
    if cold.objective_usd is None:
        return warm
    assert warm.plan.objective_usd == pytest.approx(cold.objective_usd, rel=1e-9, abs=1e-6)
    assert verify(warm.plan, data) == []
    assert verify(replace(warm.plan, potential=None), data) == []
    if warm.plan.potential is not None:
        question = proof.question_of(warm.plan.blocks.graph, warm.plan.blocks.weights)
        hints = proof.Potentials(warm.plan.potential, warm.plan.blocks.block_of)
        by_hints, by_search = (proof.lower_bound(question, warm.plan.price, given) for given in (hints, None))
        assert by_hints == pytest.approx(by_search, rel=1e-9, abs=1e-6)
    return warm


@given(instance=plan_instances.instances(), changes=st.lists(CHANGES, min_size=1, max_size=4))
@settings(max_examples=250, deadline=None)
def test_same_optimum_as_from_nothing(instance: plan_instances.Instance, changes: list[dict[str, object]]) -> None:
    """Capacities, costs, volumes, closures, new links, new demands, other avoid lists: one optimum, proven alike."""
    data = instance.dataset()
    try:
        after = changed(data, *changes)
        assume(len(after.demands))
        base = prepare(data)
        warm = check_against_cold(base, after)
    except ScenarioError:
        assume(False)
    # From where the changed plan stands the way back leads to the first optimum.
    check_against_cold(warm, data)


@given(instance=plan_instances.instances(hard=False), factors=st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, np.inf])))
@settings(max_examples=100, deadline=None)
def test_evaluate_is_the_optimum_of_the_same_question(instance: plan_instances.Instance, factors: list[float]) -> None:
    """Other free capacities and volumes without a plan: the bound is that of a plan from nothing, prices prove it."""
    base = prepare(instance.dataset())
    blocks = base.plan.blocks
    free = blocks.graph.resources.free.copy()
    for at, factor in zip(range(len(free)), factors, strict=False):
        free[at] = np.inf if factor == np.inf else free[at] * factor
    volume = blocks.volume * 1.5
    found = evaluate(base, free=free, volume=volume)
    resources = replace(blocks.graph.resources, free=free)
    cold = path_flow.solve(
        replace(blocks, graph=replace(blocks.graph, resources=resources), volume=volume), base.options
    )
    assert cold is not None
    assert found.objective_usd == pytest.approx(cold.bound, rel=1e-9, abs=1e-6)
    assert (found.used <= free * (1 + 1e-9) + 1e-6).all()
    scarce = found.price > 0.0
    dual = float((volume * found.worth).sum() - (found.price[scarce] * free[scarce]).sum())
    assert dual == pytest.approx(found.objective_usd, rel=1e-9, abs=1e-6)


def test_capacities_alone_keep_the_network() -> None:
    """Where only capacities change no arc is made again; where a link closes or opens all of them are."""
    data = busy_network(unmet=900.0)
    base = prepare(data)
    links = data.network.links
    limited = [
        str(name) for name, value in zip(links.text("link_id"), links.number("capacity"), strict=True) if value > 0
    ]
    more = blocks_after(
        base.plan.blocks, changed(data, {"table": "links", "where": {"id": limited[0]}, "scale": {"capacity": 2.0}})
    )
    assert more.graph.tail is base.plan.blocks.graph.tail
    assert more.blocks is base.plan.blocks.blocks
    assert more.graph.resources.free.sum() > base.plan.blocks.graph.resources.free.sum()
    closed = blocks_after(
        base.plan.blocks, changed(data, {"table": "links", "where": {"id": limited[0]}, "close": True})
    )
    assert closed.graph.n_arcs < base.plan.blocks.graph.n_arcs
    fewer = blocks_after(base.plan.blocks, changed(data, {"table": "demands", "scale": {"volume": 0.5}}))
    assert fewer.blocks is base.plan.blocks.blocks
    assert fewer.volume.sum() == pytest.approx(base.plan.blocks.volume.sum() / 2)


def test_new_limits_and_steps_are_seen() -> None:
    """A limit where none was, one taken away, and a background: the shortcut for capacities does not miss them."""
    data = dataset([road("cheap", "AB", 1, 10), road("dear", "AB", 5)], demands=[demand("d", "A", "B", 30)])
    base = prepare(data)
    for change, expected in (
        ({"where": {"id": "dear"}, "set": {"capacity": 5, "capacity_unit": "teu/year"}}, 10 + 25 + 15 * 1000),
        ({"where": {"id": "cheap"}, "set": {"capacity": ""}}, 30),
        ({"where": {"id": "cheap"}, "set": {"background": 4}}, 6 + 24 * 5),
    ):
        warm = check_against_cold(base, changed(data, {"table": "links"} | change))
        assert warm.plan.objective_usd == pytest.approx(expected)


def test_no_way_back_after_the_only_one_closes() -> None:
    """A pair whose only way closes stays behind; one that must be carried makes the plan infeasible."""
    for price, status in ((1000, "optimal"), (None, "infeasible")):
        rows = [demand("d", "A", "C", 3, unmet_cost_usd_per_unit=price), demand("e", "A", "B", 2)]
        data = dataset([road("ab", "AB", 1), road("bc", "BC", 1)], demands=rows)
        warm = check_against_cold(
            prepare(data), changed(data, {"table": "links", "where": {"id": "bc"}, "close": True})
        )
        assert warm.plan.status == status


def test_what_was_left_for_good_is_carried_once_it_pays() -> None:
    """A demand that no price of ways could carry in the base is looked at again where leaving it becomes dearer."""
    data = dataset([road("ab", "AB", 50)], demands=[demand("d", "A", "B", 3, unmet_cost_usd_per_unit=40)])
    warm = check_against_cold(
        prepare(data), changed(data, {"table": "demands", "set": {"unmet_cost_usd_per_unit": 60}})
    )
    assert warm.plan.objective_usd == pytest.approx(150)


@pytest.mark.parametrize("solver", ["highs", "pyomo"])
def test_other_solvers_start_from_nothing(solver: str) -> None:
    """A solver asked for by name is kept; it knows no start."""
    data = busy_network(unmet=900.0)
    base = prepare(data, options=SolveOptions(solver=solver))
    assert base.start is None
    after = replan(base, changed(data, {"table": "demands", "scale": {"volume": 0.7}}))
    assert after.plan.solver == solver
    assert after.plan.objective_usd == pytest.approx(plan_flows(after.plan.data).objective_usd)


def test_base_travels() -> None:
    """A base that was pickled plans the same, to the last digit, as the one it was made of; arrays stay frozen."""
    data = lattice(120, 8, 30, 3)
    base = prepare(data)
    there = pickle.loads(pickle.dumps(base))
    assert not there.plan.data.network.links.number("capacity").flags.writeable
    change = {"table": "links", "where": {"mode": "rail"}, "scale": {"capacity": 0.5}}
    here, far = (replan(one, changed(one.plan.data, change)) for one in (base, there))
    assert far.plan.to_mapping() == here.plan.to_mapping()


def test_order_does_not_matter() -> None:
    """Each plan starts from the base alone, so that its numbers do not depend on what was planned before."""
    data = lattice(120, 8, 30, 4)
    base = prepare(data)
    cases = [changed(data, {"table": "links", "where": {"id": f"t{at}"}, "close": True}) for at in (0, 10, 20)]
    forward = [replan(base, case).plan.to_mapping() for case in cases]
    backward = [replan(base, case).plan.to_mapping() for case in reversed(cases)]
    assert forward == backward[::-1]


def test_relief_is_paid_where_capacity_is_exceeded() -> None:
    """With relief a resource may be exceeded at its price: 20 of 30 units pay 7 beyond the 10 that fit."""
    data = dataset([road("ab", "AB", 1, 10)], demands=[demand("d", "A", "B", 30)])
    base = prepare(data)
    found = evaluate(base, relief=np.array([7.0]))
    assert found.objective_usd == pytest.approx(30 + 20 * 7)
    assert found.used.tolist() == pytest.approx([30.0])
    assert found.price.tolist() == pytest.approx([7.0])
    assert evaluate(base, relief=np.array([np.inf])).objective_usd == pytest.approx(10 + 20 * 1000)


def test_false_potentials_prove_nothing() -> None:
    """Potentials that rise by more than an arc weighs are not believed: they give no bound above the truth."""
    data = lattice(49, 3, 6, 5)
    base = prepare(data)
    plan = replan(base, changed(data, {"table": "demands", "scale": {"volume": 1.1}})).plan
    assert plan.potential is not None
    question = proof.question_of(plan.blocks.graph, plan.blocks.weights)
    truth = proof.lower_bound(question, plan.price)
    rng = np.random.default_rng(1)
    for _ in range(20):
        wrong = plan.potential + rng.uniform(0.0, 500.0, plan.potential.shape)
        assert proof.lower_bound(question, plan.price, proof.Potentials(wrong, plan.blocks.block_of)) <= truth * (
            1 + 1e-9
        )
    assert verify(replace(plan, potential=plan.potential * 3.0), plan.data) == []


BUNDLED: list[tuple[str, Callable[[Dataset], Dataset]]] = [
    ("hub", lambda data: apply(data, data.project("aktau-hub"))),
    ("second track", lambda data: apply(data, data.project("dostyk-moiynty-2"))),
    ("third crossing", lambda data: apply(data, data.project("bakhty-ayagoz"))),
    ("no Russia", lambda data: apply(data, data.scenarios["russia-closed"])),
    ("no Suez", lambda data: apply(data, data.scenarios["suez-closed"])),
    ("new demands", lambda data: apply(data, data.scenarios["titr-2030"])),
    (
        "no Khorgos",
        lambda data: changed(data, {"table": "links", "where": {"id": "rail-horgos-khorgos"}, "close": True}),
    ),
    ("no Aktau", lambda data: changed(data, {"table": "nodes", "where": {"id": "KZAAU"}, "close": True})),
]


@pytest.fixture(scope="module")
def bundled() -> Prepared:
    return prepare(load())


@pytest.mark.parametrize(("name", "change"), BUNDLED, ids=[name for name, _ in BUNDLED])
def test_bundled_scenarios_cost_what_they_cost_from_nothing(
    name: str, change: Callable[[Dataset], Dataset], bundled: Prepared
) -> None:
    """Cards with new links, closures, demands that must go another way: the optimum is that of a cold plan."""
    warm = check_against_cold(bundled, change(bundled.plan.data))
    assert warm.plan.potential is not None


def test_weights_are_kept() -> None:
    """A base planned for CO2 alone is planned again for CO2 alone."""
    data = lattice(49, 3, 6, 5)
    base = prepare(data, weights=Weights(cost=0.0, time_per_h=1.0))
    after = check_against_cold(base, changed(data, {"table": "demands", "scale": {"volume": 2.0}}))
    assert after.plan.blocks.weights == base.plan.blocks.weights


def test_a_node_that_gets_a_new_mode() -> None:
    """New states at an origin and a destination, reached by new links and transfers alone, are found."""
    data = dataset(
        [link("ab", "road", "A", "B", cost_usd_per_teu=50), link("ac", "road", "A", "C", cost_usd_per_teu=1)],
        [transfer("C", "road", "rail1520")],
        demands=[demand("d", "A", "B", 3)],
    )
    rows = [
        {"link_id": "n1", "mode": "sea", "from_node": "A", "to_node": "C", "length_km": 1.0, "time_h": 0.0}
        | {"cost_usd_per_teu": 0.0},
        {"link_id": "n2", "mode": "sea", "from_node": "C", "to_node": "B", "length_km": 1.0, "time_h": 0.0}
        | {"cost_usd_per_teu": 2.0},
    ]
    warm = check_against_cold(prepare(data), changed(data, {"table": "links", "rows": rows}))
    assert warm.plan.objective_usd == pytest.approx(6.0)


def test_ways_found_after_a_solution_carry_nothing_of_it() -> None:
    """The search for prices of one more may find ways behind the solution in hand: its loads stay what they were."""
    blocks = blocks_of(expand(lattice(49, 3, 6, 5)), Weights())
    search, _ = sweep_search.explore(blocks, lambda: None)
    passages = passages_of(blocks.graph.resources, blocks.graph.n_arcs, search.use)
    master = PathMaster(search.pairs, passages, SolveOptions())
    point = master.solve(lambda: None)
    assert point is not None
    before = master.load(point)
    other = next(at for at, way in enumerate(search.pairs.way) if way != search.pairs.way[0])
    master.add_ways(np.array([0]), [search.pairs.way[other]], np.array([1.0]))
    np.testing.assert_allclose(master.load(point), before)
