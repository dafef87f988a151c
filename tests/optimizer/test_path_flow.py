"""The path form against the arc form: the same optimum, a bound and prices that prove it, and the cases on the edge."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import flow_instances
import numpy as np
import plan_instances
import pytest
from flow_instances import busy_network
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, Row, dataset, link, transfer

from network import load
from optimizer import SolveOptions, Weights, plan_flows, proof, verify
from optimizer.blocks import blocks_of
from optimizer.formulations import path_flow, sweep_search
from optimizer.formulations.pairing import FIRST_PENALTY
from optimizer.formulations.path_master import OutOfTimeError, PathMaster
from optimizer.graph import expand
from optimizer.planning import plan_of, solve

if TYPE_CHECKING:
    from network import Dataset
    from optimizer import Plan
    from optimizer.blocks import DemandBlocks
    from optimizer.resources import Rows

DOCS = Path(__file__).parents[2] / "docs" / "formulations.md"
MONEY_AND_TIME = Weights()
ARCS, PATHS = SolveOptions(solver="highs"), SolveOptions(solver="paths")


def blocks_in(data: Dataset) -> DemandBlocks:
    """Return the blocks of the base year."""
    return blocks_of(expand(data), MONEY_AND_TIME)


def demand(demand_id: str, origin: str, destination: str, volume: float, **more: object) -> Row:
    """Return a demand for containers that may stay unmet at 1000 USD."""
    row = {"demand_id": demand_id, "origin": origin, "destination": destination, "commodity": "container"}
    return row | {"volume": volume, "unmet_cost_usd_per_unit": 1000} | more


def road(link_id: str, ends: str, cost: float, capacity: float | None = None, **more: object) -> Row:
    """Return a directed road of no time between two nodes of one letter, with a yearly capacity in TEU."""
    limit = {} if capacity is None else {"capacity": capacity, "capacity_unit": "teu/year"}
    return link(link_id, "road", ends[0], ends[1], directed=1, time_h=0, cost_usd_per_teu=cost, **limit) | more


def check_against_arc_form(data: Dataset, weights: Weights = MONEY_AND_TIME, year: int | None = None) -> Plan | None:
    """Hold the path form against the arc form; return its plan, None where it leaves the question to the arc form."""
    blocks = blocks_of(expand(data, year), weights)
    arc = plan_of(blocks, solve(blocks, ARCS), ARCS, 0.0)
    found = path_flow.solve(blocks, PATHS)
    if found is None:
        assert arc.status == "infeasible"
        return None
    plan = plan_of(blocks, found, PATHS, 0.0)
    assert plan.status == arc.status
    if arc.objective_usd is None:
        return plan
    assert plan.objective_usd == pytest.approx(arc.objective_usd, rel=1e-9, abs=1e-9)
    assert plan.bound <= plan.objective_usd * (1 + 1e-12)
    assert plan.bound == pytest.approx(plan.objective_usd, rel=1e-9, abs=1e-9)
    assert (plan.price >= 0.0).all()
    question = proof.question_of(blocks.graph, weights)
    assert proof.lower_bound(question, plan.price) == pytest.approx(plan.bound, rel=1e-9, abs=1e-9)
    assert verify(plan, data) == []
    return plan


@given(instance=plan_instances.instances())
@settings(max_examples=120, deadline=None)
def test_same_optimum_as_the_arc_form(instance: plan_instances.Instance) -> None:
    """Random plans with limits of every kind, two commodities, avoid lists, hard demands: one optimum, proven alike."""
    check_against_arc_form(instance.dataset())


@given(instance=flow_instances.instances())
@settings(max_examples=120, deadline=None)
def test_same_optimum_on_one_block(instance: flow_instances.Instance) -> None:
    """One block with parallel arcs, weights and capacities of 0, several demands to one place: as networkx says."""
    plan = check_against_arc_form(instance.dataset())
    optimum = instance.optimum()
    assert (None if plan is None else plan.objective_usd) == (None if optimum is None else pytest.approx(optimum))


WEIGHTS = st.builds(
    Weights,
    cost=st.sampled_from([0, 1]),
    time_per_h=st.sampled_from([None, 0, 3]),
    co2_per_kg=st.sampled_from([0, 0.1]),
)


@given(instance=plan_instances.instances(), weights=WEIGHTS)
@settings(max_examples=60, deadline=None)
def test_same_optimum_at_any_weights(instance: plan_instances.Instance, weights: Weights) -> None:
    """Money, time and CO2 in any mixture, all weights of 0 included, where only unmet demand costs."""
    check_against_arc_form(instance.dataset(), weights)


@given(instance=plan_instances.instances(hard=False), factor=st.sampled_from([1e-6, 1e-3, 1e3, 1e6]))
@settings(max_examples=40, deadline=None)
def test_same_optimum_at_any_size(instance: plan_instances.Instance, factor: float) -> None:
    """Volumes and capacities in grams or in millions of tonnes make no difference."""
    check_against_arc_form(instance.scaled(factor).dataset())


@pytest.mark.parametrize("unmet", [900.0, None])
def test_every_kind_of_limit(unmet: float | None) -> None:
    """Own, two-way, shared and transfer limits with background: one optimum where demands may stay, none where not."""
    plan = check_against_arc_form(busy_network(unmet=unmet))
    assert (plan.status if plan else None) == ("optimal" if unmet else None)


def test_shared_capacity_is_used_at_different_rates() -> None:
    """A port in tonnes takes 10 t of a container and 1 t of grain: what brings more per tonne has it."""
    links = [
        link("sea", "sea", "A", "B", directed=1, time_h=0, shared_capacity_id="port"),
        link("road", "road", "A", "B", directed=1, time_h=0, cost_usd_per_teu=101, cost_usd_per_t=31),
    ]
    shared = [{"shared_capacity_id": "port", "name": "Port", "capacity": 500, "capacity_unit": "t/year"}]
    rows = [demand("boxes", "A", "B", 40), demand("corn", "A", "B", 300, commodity="grain")]
    data = dataset(links, demands=rows, commodities=[CONTAINER, GRAIN], shared_capacities=shared)
    plan = check_against_arc_form(data, Weights(time_per_h=0))
    assert plan is not None
    # A tonne of the port saves 30 USD for grain and 10 for containers: grain has 300 t, containers the other 200.
    assert plan.objective_usd == pytest.approx(300 * 1 + 20 * 1 + 20 * 101)
    assert plan.price.tolist() == [pytest.approx(10.0)]


def test_a_capacity_taken_by_background_is_priced() -> None:
    """A limit of which nothing is left carries nothing, and its price is what keeps the proof closed."""
    links = [road("full", "AB", 5, 7, background=7), road("free", "AB", 9)]
    plan = check_against_arc_form(dataset(links, demands=[demand("d", "A", "B", 3)]))
    assert plan is not None
    assert (plan.objective_usd, plan.price.tolist()) == (27.0, [pytest.approx(4.0)])


def test_a_link_closed_by_zero_is_no_way() -> None:
    """A capacity of 0 closes the only link: the demand stays, without price or program."""
    plan = check_against_arc_form(dataset([road("closed", "AB", 5, 0)], demands=[demand("d", "A", "B", 3)]))
    assert plan is not None
    assert (plan.objective_usd, plan.unmet_volume.tolist(), plan.paths) == (3000.0, [3.0], ())


def test_what_pays_no_better_than_staying_stays() -> None:
    """A demand that costs as much to carry as to leave is left, one that costs less is carried."""
    rows = [demand("even", "A", "B", 3, unmet_cost_usd_per_unit=5), demand("dear", "A", "B", 3)]
    plan = check_against_arc_form(dataset([road("ab", "AB", 5)], demands=rows))
    assert plan is not None
    assert plan.unmet_volume.tolist() == [3.0, 0.0]


def test_many_demands_of_one_pair_are_left_in_the_order_of_their_costs() -> None:
    """Demands to one place share its ways; with room for some only, the cheapest to leave stay, one in part."""
    rows = [demand(f"d{at}", "A", "B", 10, unmet_cost_usd_per_unit=100 + 7 * (at * 5 % 9)) for at in range(9)]
    plan = check_against_arc_form(dataset([road("ab", "AB", 5, 34)], demands=rows))
    assert plan is not None
    unmet = dict(zip(plan.blocks.unmet_cost.tolist(), plan.unmet_volume.tolist(), strict=True))
    assert [unmet[cost] for cost in sorted(unmet)] == pytest.approx([10, 10, 10, 10, 10, 6, 0, 0, 0])
    assert plan.price.tolist() == [pytest.approx(100 + 7 * 5 - 5)]


def test_degenerate_capacities_close_the_gap() -> None:
    """Capacities that volumes fill exactly, in series and side by side, leave prices open and the optimum alone."""
    links = [road(f"{tail}{head}", tail + head, 1, 10) for tail, head in ("AB", "BC", "CD")]
    links += [road(f"again-{tail}{head}", tail + head, 2, 10) for tail, head in ("AB", "BC", "CD")]
    links += [road("around", "AD", 50, 20)]
    plan = check_against_arc_form(dataset(links, demands=[demand("d", "A", "D", 20), demand("e", "B", "C", 10)]))
    assert plan is not None
    assert plan.objective_usd == pytest.approx(10 * 3 + 10 * 2 + 10 * 50)


def test_a_way_that_passes_a_shared_capacity_twice_takes_it_twice() -> None:
    """Two links of one way draw on one limit of 10: five units fit, and each pays its price twice."""
    links = [road("ab", "AB", 1, shared_capacity_id="s"), road("bc", "BC", 1, shared_capacity_id="s")]
    shared = [{"shared_capacity_id": "s", "name": "s", "capacity": 10, "capacity_unit": "teu/year"}]
    data = dataset(links, demands=[demand("d", "A", "C", 8)], shared_capacities=shared)
    plan = check_against_arc_form(data)
    assert plan is not None
    assert (plan.unmet_volume.tolist(), plan.price.tolist()) == ([pytest.approx(3.0)], [pytest.approx(998 / 2)])


def test_avoid_lists_and_modes_have_ways_of_their_own() -> None:
    """Blocks of one commodity under different avoid lists share capacities, not ways."""
    links = [
        road("via-kz", "AB", 1),
        road("kz-out", "BC", 1, 10),
        road("via-ru", "AR", 1),
        road("ru-out", "RC", 4),
        link("sea", "sea", "A", "C", directed=1, time_h=0, cost_usd_per_teu=20),
    ]
    rows = [
        demand("any", "A", "C", 8),
        demand("no-ru", "A", "C", 6, avoid_countries="RU"),
        demand("no-road", "A", "C", 2, avoid_modes="road"),
        demand("nowhere", "A", "C", 1, avoid_countries="DE"),
    ]
    data = dataset(links, demands=rows, countries={"A": "CN", "B": "KZ", "R": "RU", "C": "DE"})
    plan = check_against_arc_form(data)
    assert plan is not None
    # Those who must not pass Russia have Kazakhstan first, as all others have a way around.
    assert plan.objective_usd == pytest.approx(6 * 2 + 4 * 2 + 4 * 5 + 2 * 20 + 1000)


def test_demands_that_must_be_carried_displace_others() -> None:
    """However much another would pay for the room, what must be carried has it; the penalty leaves no trace."""
    links = [road("ab", "AB", 1, 10)]
    rows = [demand("hard", "A", "B", 8, unmet_cost_usd_per_unit=None), demand("rich", "A", "B", 8)]
    rows[1] |= {"unmet_cost_usd_per_unit": 1e6}
    plan = check_against_arc_form(dataset(links, demands=rows))
    assert plan is not None
    assert plan.unmet_volume.tolist() == pytest.approx([0.0, 6.0])
    assert plan.price.tolist() == [pytest.approx(1e6 - 1)]


def test_penalty_grows_until_it_is_dear_enough() -> None:
    """To carry one unit by force 300 others stay behind: that beats any penalty of the size of a single cost."""
    n = 300
    links = [road(f"l{at}", "AB", 1, shared_capacity_id="s") for at in range(1)]
    shared = [{"shared_capacity_id": "s", "name": "s", "capacity": n, "capacity_unit": "t/year"}]
    heavy = CONTAINER | {"commodity_id": "heavy", "t_per_unit": n}
    light = CONTAINER | {"commodity_id": "light", "t_per_unit": 1}
    rows = [
        demand("hard", "A", "B", 1, commodity="heavy", unmet_cost_usd_per_unit=None),
        demand("soft", "A", "B", n, commodity="light"),
    ]
    plan = check_against_arc_form(dataset(links, demands=rows, commodities=[heavy, light], shared_capacities=shared))
    assert plan is not None
    assert plan.unmet_volume.tolist() == pytest.approx([0.0, n])
    assert n * 999 > FIRST_PENALTY * 1000


def test_what_does_not_fit_is_left_to_the_arc_form() -> None:
    """Too little capacity for what must be carried: the path form does not decide, the plan is infeasible."""
    data = dataset([road("ab", "AB", 1, 10)], demands=[demand("d", "A", "B", 11, unmet_cost_usd_per_unit=None)])
    assert path_flow.solve(blocks_in(data), PATHS) is None
    for options in (PATHS, SolveOptions(time_limit_s=60.0, solver="paths")):
        plan = plan_flows(data, options=options)
        assert plan.status == "infeasible"
        assert "capacity is too small" in plan.message


def test_no_way_at_all_is_infeasible_at_once() -> None:
    """What must be carried and has no way needs no linear program to be infeasible."""
    data = dataset([road("ba", "BA", 1)], demands=[demand("d", "A", "B", 1, unmet_cost_usd_per_unit=None)])
    found = path_flow.solve(blocks_in(data), PATHS)
    assert found is not None
    assert found.status == "infeasible"


def test_weights_below_zero_are_left_to_the_arc_form() -> None:
    """Searches need weights of at least 0; blocks with others are for the arc form."""
    blocks = blocks_in(dataset([road("ab", "AB", 1)], demands=[demand("d", "A", "B", 1)]))
    block = blocks.blocks[0]
    values = replace(block.values, weight=np.full_like(block.values.weight, -1.0))
    assert path_flow.solve(replace(blocks, blocks=(replace(block, values=values),)), PATHS) is None


def crowded() -> Dataset:
    """Return a network that takes several rounds: ten ways side by side, each dearer, for three demands."""
    links = [road(f"in{at}", f"A{at}", at * at, 9 + at) for at in range(10)]
    links += [road(f"out{at}", f"{at}Z", 3 * at, 8 + 2 * at) for at in range(10)]
    rows = [demand(f"d{at}", "A", "Z", 40, unmet_cost_usd_per_unit=90 + at) for at in range(2)]
    return dataset(links, demands=[*rows, demand("e", "A", "5", 10)])


@pytest.mark.parametrize("n_looks", range(1, 40))
def test_stopped_at_any_moment(n_looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of time at any look at the clock: no answer, or a plan that holds with a bound that its prices prove."""
    data = crowded()
    blocks = blocks_in(data)
    best = plan_of(blocks, path_flow.solve(blocks, PATHS), PATHS, 0.0)
    looks = Counter[str]()

    def clock() -> float:
        looks["n"] += 1
        if looks["n"] > n_looks:
            raise OutOfTimeError
        return 1e3

    monkeypatch.setattr(path_flow, "_clock", lambda _: clock)
    found = path_flow.solve(blocks, PATHS)
    assert found is not None
    plan = plan_of(blocks, found, PATHS, 0.0)
    assert verify(plan, data) == []
    if plan.objective_usd is None:
        assert plan.status == "no_answer"
    else:
        assert plan.bound <= best.objective_usd * (1 + 1e-12) <= plan.objective_usd * (1 + 2e-12)
        assert (plan.status == "optimal") == (plan.gap <= 1e-6)


def test_stopped_early_and_late_are_different_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The looks of the test above cover all: no plan yet, a plan with a gap, and the optimum."""
    seen = set()
    for n_looks in (0, 6, 39):
        with monkeypatch.context() as patch:
            left = iter(range(n_looks, -1, -1))

            def clock(left: object = left) -> float:
                if next(left) == 0:  # type: ignore[call-overload]
                    raise OutOfTimeError
                return 1e3

            patch.setattr(path_flow, "_clock", lambda _, clock=clock: clock)
            found = path_flow.solve(blocks_in(crowded()), PATHS)
            assert found is not None
            seen.add((found.status, found.message))
    late = "time limit reached"
    assert seen == {("no_answer", late), ("feasible", late), ("optimal", "")}


def test_no_time_is_no_answer() -> None:
    """Where something must be carried a limit that is over at once gives no answer, and HiGHS stops at its share."""
    plan = plan_flows(busy_network(), options=SolveOptions(solver="paths", time_limit_s=0.0))
    assert plan.status == "no_answer"
    blocks = blocks_in(crowded())
    search, _ = sweep_search.explore(blocks, lambda: None)
    passages = path_flow.passages_of(blocks.graph.resources, blocks.graph.n_arcs, search.use)
    with pytest.raises(OutOfTimeError):
        PathMaster(search.pairs, passages, PATHS).solve(lambda: 0.0)


def test_batches_give_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """However the pairs of a sweep are cut into batches, the plan is the same byte for byte."""
    data = busy_network(unmet=900.0)
    whole = plan_flows(data, options=PATHS)
    many = sweep_search.SweepSearch.batches_of

    def one_by_one(search: sweep_search.SweepSearch, pair: Rows, block: Rows, node: Rows) -> list[sweep_search.Batch]:
        parts = [block == at for at in np.unique(block).tolist()]
        return [batch for own in parts for batch in many(search, pair[own], block[own], node[own])]

    monkeypatch.setattr(sweep_search.SweepSearch, "batches_of", one_by_one)
    cut = plan_flows(data, options=PATHS)
    assert json.dumps(whole.to_mapping()) == json.dumps(cut.to_mapping())


def lattice(n_nodes: int, n_origins: int, n_demands: int, seed: int) -> Dataset:
    """Return roads and a railway on a grid with demands between random nodes, and capacities near what flows at first.

    Every second place has a station; volumes and unmet costs are whole numbers, prices are not.
    """
    rng = np.random.default_rng(seed)
    width = int(n_nodes**0.5)
    links: list[Row] = []
    for at in range(n_nodes):
        for other in (at + 1 if (at + 1) % width else n_nodes, at + width):
            if other < n_nodes:
                cost = float(rng.uniform(40, 160))
                row = {"capacity": int(rng.integers(60, 400)), "capacity_unit": "teu/year"}
                links.append(link(f"r{at}-{other}", "road", f"N{at}", f"N{other}", cost_usd_per_teu=cost, **row))
        if at % 2 == 0 and at + 2 * width < n_nodes:
            row = {"capacity": int(rng.integers(100, 700)), "capacity_unit": "teu/year"}
            far = f"N{at + 2 * width}"
            links.append(link(f"t{at}", "rail1520", f"N{at}", far, cost_usd_per_teu=float(rng.uniform(40, 90)), **row))
    transfers = [transfer(f"N{at}", "road", "rail1520", cost_usd_per_teu=25.0) for at in range(0, n_nodes, 2)]
    origins = rng.choice(n_nodes, n_origins, replace=False)
    rows = []
    for at in range(n_demands):
        origin = int(origins[at % n_origins])
        destination = int((origin + rng.integers(1, n_nodes)) % n_nodes)
        rows.append(
            demand(f"d{at}", f"N{origin}", f"N{destination}", int(rng.integers(5, 100)), unmet_cost_usd_per_unit=6000)
        )
    return dataset(links, transfers, demands=rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_three_hundred_nodes_and_a_hundred_demands(seed: int) -> None:
    """On networks of the size of the published comparisons, with dozens of tight capacities, the optimum is F1's."""
    plan = check_against_arc_form(lattice(300, 22, 100, seed))
    assert plan is not None
    assert np.count_nonzero(plan.price) >= 10


def test_bundled_network_against_the_arc_form() -> None:
    """The bundled plan of the base year costs what that of the arc form costs."""
    plan = check_against_arc_form(load())
    assert plan is not None
    assert plan.status == "optimal"


YEARS = sorted({int(year) for year in np.nan_to_num(load().demands.number("year"), nan=load().base_year)})
MIXTURE = Weights(cost=0.5, time_per_h=1.0, co2_per_kg=0.05)


@pytest.mark.parametrize(("year", "weights"), [*((year, MONEY_AND_TIME) for year in YEARS), (None, MIXTURE)])
def test_bundled_network_is_proven(year: int | None, weights: Weights) -> None:
    """The bundled plans of all years, and at a mixture of money, time and CO2, meet a bound from their prices alone."""
    plan = plan_flows(load(), year=year, weights=weights, options=PATHS)
    proven = proof.lower_bound(proof.question_of(plan.blocks.graph, weights), plan.price)
    assert proven == pytest.approx(plan.objective_usd, rel=1e-9)
    assert (plan.status, verify(plan, plan.data)) == ("optimal", [])
    assert plan.gap <= path_flow.CLOSED


def test_same_data_same_plan_byte_for_byte() -> None:
    """Two solves of the bundled network, and of one with many ties, write the same document."""
    for data in (load(), crowded()):
        first, again = (plan_flows(data, options=PATHS) for _ in range(2))
        assert json.dumps(first.to_mapping()) == json.dumps(again.to_mapping())


def test_auto_takes_the_path_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no single flow ``auto`` and ``paths`` solve F2, and ``highs`` alone F1."""
    calls = Counter[str]()
    solved = path_flow.solve

    def counted(*given: object, **named: object) -> object:
        calls["paths"] += 1
        return solved(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(path_flow, "solve", counted)
    for solver, expected in (("auto", 1), ("paths", 2), ("highs", 2)):
        plan = plan_flows(busy_network(), options=SolveOptions(solver=solver))  # type: ignore[arg-type]
        assert (plan.solver, calls["paths"]) == ("highs", expected)


def test_docs_and_docstring_name_the_same_equations() -> None:
    """Equations (8) to (12) stand in docs/formulations.md and in the docstring; the map names functions that exist."""
    text = DOCS.read_text(encoding="utf-8")
    section = text[text.index("## F2: paths") : text.index("## Map")]
    numbers = ["8", "9", "10", "11", "12"]
    # Equations (13) and (14) are of searches that start from another plan, not of the program.
    assert re.findall(r"^    \((\d+)\)", section, re.MULTILINE) == [*numbers, "13", "14", "15", "16", "17", "18"]
    assert re.findall(r"^    \((\d+)\)", path_flow.solve.__doc__ or "", re.MULTILINE) == numbers
    folder = Path(path_flow.__file__).parent
    modules = "path_flow|path_master|path_start|central_prices|sweep_search|known_search"
    for module, name in re.findall(rf"`({modules})\.(?:[A-Z]\w+\.)?(\w+)`", section):
        source = (folder / f"{module}.py").read_text(encoding="utf-8")
        assert re.search(rf"(def|class) {name}\b", source), f"the map names {module}.{name}"
