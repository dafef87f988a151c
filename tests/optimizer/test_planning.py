"""Whole plans: against a second formulation written from the raw rows, published optima, and laws every plan obeys.

`plan_flows` verifies each plan it returns, so that every plan of every test here has passed the verifier, too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, dataset, link, transfer
from plan_instances import Instance, instances

from network import Dataset, DatasetError, NoPlanError, SolverError
from optimizer import Plan, SolveOptions, Weights, find_routes, plan_flows, verify
from optimizer.blocks import blocks_of
from optimizer.graph import expand
from optimizer.planning import plan_of, solve

HIGHS = SolveOptions(solver="highs")
EXAMPLES = settings(max_examples=40, deadline=None)


def demand(demand_id: str, origin: str, destination: str, volume: float, **columns: object) -> dict[str, object]:
    """Return a row of demands.csv for containers that must be carried unless an unmet cost is given."""
    row = {"demand_id": demand_id, "origin": origin, "destination": destination, "commodity": "container"}
    return row | {"volume": volume} | columns


def priced(plan: Plan) -> dict[tuple[str, str | None], float]:
    """Return prices by id and from node."""
    return {(row.id, row.from_node): row.price_usd_per_unit for row in plan.bottlenecks()}


@given(instance=instances())
@settings(max_examples=120, deadline=None)
def test_agrees_with_second_formulation(instance: Instance) -> None:
    """On random networks the optimum is that of F1 with one block per demand, built from the raw rows."""
    plan = plan_flows(instance.dataset())
    optimum = instance.optimum()
    if optimum is None:
        assert plan.status == "infeasible"
        assert plan.cost_usd is None
    else:
        assert plan.status == "optimal"
        assert plan.objective_usd == pytest.approx(optimum, rel=1e-7, abs=1e-6)


@given(instance=instances())
@settings(max_examples=15, deadline=None)
def test_highs_and_pyomo_agree(instance: Instance) -> None:
    """The array form and its readable twin have the same status and optimum."""
    data = instance.dataset()
    array, twin = plan_flows(data, options=HIGHS), plan_flows(data, options=SolveOptions(solver="pyomo"))
    assert array.status == twin.status
    assert (array.solver, twin.solver) == ("highs", "pyomo")
    if array.status == "optimal":
        assert array.objective_usd == pytest.approx(twin.objective_usd, rel=1e-7, abs=1e-6)


@given(instance=instances())
@EXAMPLES
def test_primal_equals_dual(instance: Instance) -> None:
    """The bound of an optimal plan meets its objective, and cost is the sum of its parts."""
    plan = plan_flows(instance.dataset())
    assume(plan.status == "optimal")
    assert plan.bound == pytest.approx(plan.objective_usd, rel=1e-7, abs=1e-6)
    assert plan.gap == pytest.approx(0.0, abs=1e-7)
    assert plan.cost_usd == plan.transport_cost_usd + plan.unmet_cost_usd


@given(instance=instances(hard=False), data=st.data())
@EXAMPLES
def test_order_of_rows_does_not_matter(instance: Instance, data: st.DataObject) -> None:
    """Shuffled rows of every table give the same optimum."""
    shuffled = replace(
        instance,
        links=data.draw(st.permutations(instance.links)),
        transfers=data.draw(st.permutations(instance.transfers)),
        demands=data.draw(st.permutations(instance.demands)),
    )
    plan, other = plan_flows(instance.dataset()), plan_flows(shuffled.dataset())
    assert other.objective_usd == pytest.approx(plan.objective_usd, rel=1e-9, abs=1e-6)


@given(instance=instances(hard=False), at=st.integers(0, 20), unit=st.sampled_from(["teu/year", "t/year"]))
@EXAMPLES
def test_monotone_and_convex_in_a_capacity(instance: Instance, at: int, unit: str) -> None:
    """More capacity never costs more, and each further unit saves no more than the one before."""
    at %= len(instance.links)
    costs = []
    for capacity in (2000.0, 5000.0, 8000.0):
        varied = instance.with_link(at, capacity=capacity, capacity_unit=unit, background=0.0)
        costs.append(plan_flows(varied.dataset()).objective_usd)
    slack = 1e-7 * max(costs) + 1e-6
    assert costs[0] >= costs[1] - slack
    assert costs[1] >= costs[2] - slack
    assert costs[0] - costs[1] >= costs[1] - costs[2] - slack


@given(instance=instances(hard=False), at=st.integers(0, 20))
@EXAMPLES
def test_closing_a_link_never_helps(instance: Instance, at: int) -> None:
    """A capacity of 0 on any link leaves the cost as it is or raises it."""
    closed = instance.with_link(at % len(instance.links), capacity=0, capacity_unit="teu/year")
    plan, other = plan_flows(instance.dataset()), plan_flows(closed.dataset())
    assert other.objective_usd >= plan.objective_usd * (1 - 1e-7) - 1e-6


@given(instance=instances(), factor=st.sampled_from([1e-6, 0.5, 3.0, 1e5]))
@EXAMPLES
def test_scaling_volumes_and_capacities_scales_cost(instance: Instance, factor: float) -> None:
    """Volumes and capacities times k give the same status and k times the cost, for tiny and huge k."""
    plan, other = plan_flows(instance.dataset()), plan_flows(instance.scaled(factor).dataset())
    assert plan.status == other.status
    if plan.status == "optimal":
        assert other.objective_usd == pytest.approx(factor * plan.objective_usd, rel=1e-6, abs=1e-6 * factor)


@given(instance=instances(capacities=False), co2=st.sampled_from([0.0, 0.3]))
@EXAMPLES
def test_one_unit_equals_the_route(instance: Instance, co2: float) -> None:
    """Without capacities, one unit of a demand costs what the first route costs, and takes no other way at less."""
    row = instance.demands[0] | {"volume": 1, "unmet_cost_usd_per_unit": None}
    data = replace(instance, demands=[row]).dataset()
    weights = Weights(co2_per_kg=co2)
    plan = plan_flows(data, weights=weights)
    avoid = [{item} if item else set() for item in (row["avoid_countries"], row["avoid_modes"])]
    if plan.status == "infeasible":
        assert "D0" in plan.message
        return
    (route,) = find_routes(
        data,
        row["origin"],
        row["destination"],
        commodity=row["commodity"],
        k=1,
        weights=weights,
        avoid_countries=avoid[0],
        avoid_modes=avoid[1],
    )
    time_value = 2.0 if row["commodity"] == "container" else 0.5
    weight = route.cost_usd + time_value * route.time_h + co2 * route.co2_kg
    assert plan.objective_usd == pytest.approx(weight, rel=1e-9, abs=1e-9)
    assert sum(leg.volume for leg in plan.routes) == pytest.approx(1.0)


def ampl_multi() -> Dataset:
    """Return the multicommodity transportation problem of the AMPL book.

    Each product leaves ``S`` in a mode of its own, which gives it a supply of its own at every mill; the mills' routes
    carry all three. Plate costs what coils cost plus its time value times the hours.
    """
    mills = {"GARY": (400, 800, 200), "CLEV": (700, 1600, 300), "PITT": (800, 1800, 300)}
    markets = ("FRA", "DET", "LAN", "WIN", "STL", "FRE", "LAF")
    bands = {
        "GARY": (30, 10, 8, 10, 11, 71, 6),
        "CLEV": (22, 7, 10, 7, 21, 82, 13),
        "PITT": (19, 11, 12, 10, 25, 83, 15),
    }
    coils = {
        "GARY": (39, 14, 11, 14, 16, 82, 8),
        "CLEV": (27, 9, 12, 9, 26, 95, 17),
        "PITT": (24, 14, 17, 13, 28, 99, 20),
    }
    plate = {
        "GARY": (41, 15, 12, 16, 17, 86, 8),
        "CLEV": (29, 9, 13, 9, 28, 99, 18),
        "PITT": (26, 14, 17, 13, 31, 104, 20),
    }
    wanted = {
        "bands": (300, 300, 100, 75, 650, 225, 250),
        "coils": (500, 750, 400, 250, 950, 850, 500),
        "plate": (100, 100, 0, 50, 200, 100, 250),
    }
    own_mode = {"bands": "rail1435", "coils": "river", "plate": "sea"}
    free = {"time_h": 0.0, "cost_usd_per_teu": 0.0, "cost_usd_per_t": 0.0, "directed": 1}
    links, transfers = [], []
    for mill, supplies in mills.items():
        for mode, supply in zip(own_mode.values(), supplies, strict=True):
            links.append(link(f"{mill}-{mode}", mode, "S", mill, capacity=supply, capacity_unit="t/year", **free))
            transfers.append(transfer(mill, mode, "road"))
        for at, market in enumerate(markets):
            prices = {"cost_usd_per_teu": bands[mill][at], "cost_usd_per_t": coils[mill][at]}
            hours = {"time_h": plate[mill][at] - coils[mill][at], "directed": 1}
            limit = {"capacity": 625, "capacity_unit": "t/year"}
            links.append(link(f"{mill}-{market}", "road", mill, market, **prices, **hours, **limit))
    goods = [
        {"commodity_id": name, "name": name, "unit": "teu" if name == "bands" else "t", "t_per_unit": 1}
        | {"modes": f"road;{own_mode[name].rstrip('0123456789')}", "teu_per_unit": 1}
        | {"time_value_usd_per_unit_h": 1 if name == "plate" else 0}
        for name in wanted
    ]
    demands = [
        demand(f"{name}-{market}", "S", market, volume) | {"commodity": name}
        for name, volumes in wanted.items()
        for market, volume in zip(markets, volumes, strict=True)
        if volume
    ]
    return dataset(links, transfers, demands=demands, commodities=goods)


def test_published_multicommodity_optimum() -> None:
    """The multicommodity transportation problem of the AMPL book comes out at its published optimum, 199500.

    R. Fourer, D. M. Gay, B. W. Kernighan, "AMPL: A Modeling Language for Mathematical Programming", 2nd ed. 2003,
    section 4.1 (multi.mod, multi.dat): three products, joint limits of 625 on every route.
    """
    plan = plan_flows(ampl_multi())
    assert plan.solver == "highs"
    assert plan.objective_usd == pytest.approx(199500.0, rel=1e-9)


def test_published_transportation_optimum() -> None:
    """Hillier and Lieberman's P & T Company ("Introduction to Operations Research", transportation chapter): 152535."""
    costs = {
        "Bellingham": (75, (464, 513, 654, 867)),
        "Eugene": (125, (352, 416, 690, 791)),
        "Albert Lea": (100, (995, 682, 388, 685)),
    }
    markets = {"Sacramento": 80, "Salt Lake City": 65, "Rapid City": 70, "Albuquerque": 85}
    links = []
    for cannery, (output, row) in costs.items():
        supply = {"capacity": output, "capacity_unit": "teu/year", "cost_usd_per_teu": 0, "time_h": 0}
        links.append(link(f"S {cannery}", "road", "S", cannery, directed=1, **supply))
        links += [
            link(f"{cannery} {market}", "road", cannery, market, directed=1, cost_usd_per_teu=cost)
            for market, cost in zip(markets, row, strict=True)
        ]
    data = dataset(links, demands=[demand(name, "S", name, volume) for name, volume in markets.items()])
    for solver in ("ortools", "highs", "pyomo"):
        plan = plan_flows(data, options=SolveOptions(solver=solver))
        assert plan.cost_usd == pytest.approx(152535.0, rel=1e-9)


def test_there_and_back() -> None:
    """Demands A→B and B→A, each other's origin and destination, both pay and neither passes through for free."""
    links = [link("ab", "road", "A", "B", cost_usd_per_teu=10), link("bc", "road", "B", "C", cost_usd_per_teu=7)]
    demands = [demand("there", "A", "B", 5), demand("back", "B", "A", 3), demand("through", "A", "C", 2)]
    plan = plan_flows(dataset(links, demands=demands))
    assert plan.cost_usd == pytest.approx(5 * 10 + 3 * 10 + 2 * 17)
    volumes = {(row.link_id, row.from_node): row.volume for row in plan.link_flows}
    assert volumes == pytest.approx({("ab", "A"): 7.0, ("ab", "B"): 3.0, ("bc", "B"): 2.0})


def test_destination_is_no_free_transfer() -> None:
    """A unit that passes another demand's destination, or its own origin, pays the transfer there."""
    links = [
        link("rail", "rail1520", "A", "B", cost_usd_per_teu=10),
        link("road", "road", "B", "C", cost_usd_per_teu=10),
        link("yard", "sea", "A", "D", cost_usd_per_teu=1),
    ]
    change = transfer("B", "rail1520", "road", cost_usd_per_teu=50)
    demands = [demand("to-b", "A", "B", 4), demand("to-c", "A", "C", 1), demand("from-b", "B", "C", 2)]
    plan = plan_flows(dataset(links, [change], demands=demands), options=HIGHS)
    assert plan.cost_usd == pytest.approx(4 * 10 + (10 + 50 + 10) + 2 * 10)
    without = plan_flows(dataset(links, demands=demands), options=HIGHS)
    assert without.status == "infeasible"
    assert "to-c" in without.message


def test_parallel_links_fill_in_order_of_cost() -> None:
    """Three links between the same ends are three ways; the dear one takes what the cheap ones cannot."""
    limit = {"capacity": 10, "capacity_unit": "teu/year"}
    links = [
        link("dear", "road", "A", "B", cost_usd_per_teu=30),
        link("cheap", "road", "A", "B", cost_usd_per_teu=10, **limit),
        link("middle", "road", "A", "B", cost_usd_per_teu=20, **limit),
    ]
    plan = plan_flows(dataset(links, demands=[demand("d", "A", "B", 25)]))
    assert {row.link_id: row.volume for row in plan.link_flows} == pytest.approx({"dear": 5, "cheap": 10, "middle": 10})
    assert priced(plan) == pytest.approx({("cheap", "A"): 20.0, ("middle", "A"): 10.0})


def test_free_links_make_no_cycles() -> None:
    """Links that cost nothing leave no needless flow, whichever solver answers."""
    links = [
        link("ab", "road", "A", "B", cost_usd_per_teu=0, time_h=0),
        link("bc", "road", "B", "C", cost_usd_per_teu=0, time_h=0),
        link("ca", "road", "C", "A", cost_usd_per_teu=0, time_h=0, capacity=2, capacity_unit="teu/year"),
    ]
    data = dataset(links, demands=[demand("d", "A", "B", 5)])
    for solver in ("ortools", "highs", "pyomo"):
        plan = plan_flows(data, options=SolveOptions(solver=solver))
        assert plan.cost_usd == 0.0
        assert plan.gap == 0.0
        assert all(len({leg.from_node for leg in route.legs}) == len(route.legs) for route in plan.routes)
        assert sum(route.volume for route in plan.routes) == pytest.approx(5.0)


def test_ties_are_decided_the_same_way_each_time() -> None:
    """Two plans of the same data are equal to the last digit, ties included."""
    links = [link(f"L{at}", "road", "A", "B", capacity=7, capacity_unit="teu/year") for at in range(6)]
    data = dataset(links, demands=[demand("d", "A", "B", 20), demand("e", "A", "B", 7)])
    first, second = (plan_flows(data, options=HIGHS).to_mapping() for _ in range(2))
    assert first == second


def test_disconnected_is_unmet_or_infeasible() -> None:
    """A demand without a way is left at its unmet cost; one that must be carried makes the plan infeasible."""
    links = [link("ab", "road", "A", "B"), link("cd", "road", "C", "D")]
    soft = plan_flows(dataset(links, demands=[demand("x", "A", "D", 8, unmet_cost_usd_per_unit=100)]))
    assert soft.cost_usd == soft.unmet_cost_usd == 800.0
    assert [(row.demand_id, row.volume) for row in soft.unmet] == [("x", 8.0)]
    hard = plan_flows(dataset(links, demands=[demand("x", "A", "D", 8), demand("y", "A", "B", 1)]))
    assert hard.status == "infeasible"
    assert "no way leads from origin to destination of demand x " in hard.message
    with pytest.raises(NoPlanError, match="infeasible"):
        hard.raise_for_status()
    assert (hard.cost_usd, hard.bound, hard.gap, hard.unmet, len(hard.link_flows)) == (None, None, None, (), 0)


@pytest.mark.parametrize("solver", ["ortools", "highs", "pyomo"])
def test_hard_demand_above_capacity_is_infeasible(solver: str) -> None:
    """A demand that must be carried and does not fit is infeasible by every solver, and the message names it."""
    links = [link("ab", "road", "A", "B", capacity=5, capacity_unit="teu/year")]
    plan = plan_flows(dataset(links, demands=[demand("big", "A", "B", 6)]), options=SolveOptions(solver=solver))
    assert plan.status == "infeasible"
    assert "capacity is too small" in plan.message
    assert "big" in plan.message


def test_cheaper_unmet_stays_unmet() -> None:
    """A demand whose unmet cost is below its cheapest way is left, one above is carried, whatever their order."""
    links = [link("ab", "road", "A", "B", cost_usd_per_teu=50)]
    demands = [
        demand("leave", "A", "B", 4, unmet_cost_usd_per_unit=40),
        demand("carry", "A", "B", 6, unmet_cost_usd_per_unit=60),
    ]
    for solver in ("ortools", "highs", "pyomo"):
        plan = plan_flows(dataset(links, demands=demands), options=SolveOptions(solver=solver))
        assert [(row.demand_id, row.volume) for row in plan.unmet] == [("leave", pytest.approx(4.0))]
        assert plan.cost_usd == pytest.approx(6 * 50 + 4 * 40)


def test_avoided_end_can_only_be_unmet() -> None:
    """A demand that avoids the country of its own destination is never carried."""
    links = [link("ab", "road", "A", "B")]
    rows = [demand("x", "A", "B", 3, avoid_countries="RU", unmet_cost_usd_per_unit=9)]
    plan = plan_flows(dataset(links, demands=rows, countries={"B": "RU"}))
    assert [(row.demand_id, row.volume) for row in plan.unmet] == [("x", 3.0)]


def test_shared_capacity_counts_every_passage() -> None:
    """One limit over two links and both directions is drawn on by each passage, and priced once for all."""
    links = [
        link("a-port", "sea", "A", "P", cost_usd_per_teu=10, shared_capacity_id="port"),
        link("port-b", "sea", "P", "B", cost_usd_per_teu=10, shared_capacity_id="port"),
    ]
    shared = [
        {"shared_capacity_id": "port", "name": "P", "capacity": 100, "capacity_unit": "teu/year", "background": 40}
    ]
    demands = [
        demand("through", "A", "B", 40, unmet_cost_usd_per_unit=1000),
        demand("back", "P", "A", 10, unmet_cost_usd_per_unit=1000),
    ]
    plan = plan_flows(dataset(links, demands=demands, shared_capacities=shared))
    # 60 free passages: 10 for the way back, 2 · 25 for those that pass both links.
    assert [(row.demand_id, row.volume) for row in plan.unmet] == [("through", pytest.approx(15.0))]
    (row,) = plan.bottlenecks()
    assert (row.id, row.kind, row.from_node, row.to_node, row.unit) == ("port", "shared", None, None, "teu/year")
    assert row.used == pytest.approx(100.0)
    assert row.price_usd_per_unit == pytest.approx((1000 - 20 - 2) / 2, rel=0.01)


def test_capacity_in_trains_with_months_and_background() -> None:
    """A line of 2 trains a day, 1 taken, open 8 months, carries 365 · 8/12 · 100 TEU; its price is per daily train."""
    limit = {"capacity": 2, "background": 1, "capacity_unit": "train/day", "open_months": "4-11"}
    links = [
        link("rail", "rail1520", "A", "B", cost_usd_per_teu=100, time_h=0, **limit),
        link("road", "road", "A", "B", cost_usd_per_teu=400, time_h=0),
    ]
    plan = plan_flows(dataset(links, demands=[demand("d", "A", "B", 50000)]))
    per_train = 365 * 8 / 12 * 100
    volumes = {row.link_id: row.volume for row in plan.link_flows}
    assert volumes == pytest.approx({"rail": per_train, "road": 50000 - per_train})
    (row,) = plan.bottlenecks()
    assert (row.id, row.unit, row.capacity, row.background) == ("rail", "train/day", 2.0, 1.0)
    assert row.used == pytest.approx(2.0)
    assert row.price_usd_per_unit == pytest.approx(300 * per_train)


def test_price_is_what_one_more_unit_saves() -> None:
    """One more daily train lowers the cost by the price of the bottleneck, where the optimum is not degenerate."""
    rail = {"capacity": 3, "capacity_unit": "train/day", "cost_usd_per_teu": 100}
    demands = [demand("d", "A", "B", 500000)]
    costs = []
    for trains in (3, 4):
        links = [link("rail", "rail1520", "A", "B", **rail | {"capacity": trains}), link("road", "road", "A", "B")]
        links[1]["cost_usd_per_teu"] = 250
        plan = plan_flows(dataset(links, demands=demands))
        costs.append(plan.cost_usd)
        price = plan.bottlenecks()[0].price_usd_per_unit
    assert costs[0] - costs[1] == pytest.approx(price, rel=1e-9)


def test_clipped_capacity_carries_nothing_yet_has_a_price() -> None:
    """A link whose background exceeds its capacity is open but full; its price says what room would be worth."""
    limit = {"capacity": 10, "background": 12, "capacity_unit": "teu/year"}
    links = [link("full", "road", "A", "B", cost_usd_per_teu=10, **limit), link("dear", "sea", "A", "B")]
    links[1]["cost_usd_per_teu"] = 90
    plan = plan_flows(dataset(links, demands=[demand("d", "A", "B", 5)]))
    assert [row.link_id for row in plan.link_flows] == ["dear"]
    (row,) = plan.bottlenecks()
    assert (row.id, row.used) == ("full", 12.0)
    assert row.price_usd_per_unit == pytest.approx(80.0)


def test_use_of_nothing_takes_no_capacity() -> None:
    """A commodity with 0 units per train passes a full line freely."""
    light = CONTAINER | {"units_per_train": 0}
    links = [link("rail", "rail1520", "A", "B", capacity=1, background=1, capacity_unit="train/year")]
    plan = plan_flows(dataset(links, demands=[demand("d", "A", "B", 5000)], commodities=[light]))
    assert plan.status == "optimal"
    assert plan.bottlenecks() == []


@pytest.mark.parametrize("solver", ["ortools", "highs", "pyomo"])
@pytest.mark.parametrize(
    ("volume", "cost"), [(1e-3, 1e-3), (1e9, 1e-6), (1e-4, 1e9), (1e8, 1e6), (123456.789, 0.333333)]
)
def test_huge_and_tiny_numbers(solver: str, volume: float, cost: float) -> None:
    """Volumes and costs far from one are planned as exactly as others, by every solver."""
    limit = {"capacity": volume * 0.6, "capacity_unit": "teu/year"}
    links = [
        link("near", "road", "A", "B", cost_usd_per_teu=cost, time_h=0, **limit),
        link("far", "road", "A", "B", cost_usd_per_teu=3 * cost, time_h=0),
    ]
    plan = plan_flows(dataset(links, demands=[demand("d", "A", "B", volume)]), options=SolveOptions(solver=solver))
    assert plan.objective_usd == pytest.approx(volume * cost * (0.6 + 0.4 * 3), rel=1e-6)
    assert priced(plan)["near", "A"] == pytest.approx(2 * cost, rel=1e-6)


def test_volumes_of_different_orders_in_one_plan() -> None:
    """A demand a hundred million times smaller than its neighbor in the same block keeps its route and its volume."""
    links = [link("ab", "road", "A", "B"), link("bc", "road", "B", "C", capacity=2e6, capacity_unit="teu/year")]
    demands = [demand("big", "A", "B", 1e6), demand("small", "A", "C", 0.01), demand("other", "C", "B", 1e6)]
    plan = plan_flows(dataset(links, demands=demands), options=HIGHS)
    assert {route.demand_id: route.volume for route in plan.routes} == pytest.approx(
        {"big": 1e6, "small": 0.01, "other": 1e6}, rel=1e-9
    )


def test_penalty_far_above_costs() -> None:
    """An unmet cost a billion times the transport costs neither hides the costs nor is taken."""
    links = [link("ab", "road", "A", "B", cost_usd_per_teu=1, time_h=0), link("ac", "sea", "A", "C")]
    links += [link("bd", "road", "B", "D", cost_usd_per_teu=2, time_h=0, capacity=3, capacity_unit="teu/year")]
    rows = [
        demand("d", "A", "D", 5, unmet_cost_usd_per_unit=1e9),
        demand("e", "D", "A", 1, unmet_cost_usd_per_unit=1e9),
    ]
    plan = plan_flows(dataset(links, demands=rows), options=HIGHS)
    assert plan.transport_cost_usd == pytest.approx(4 * 3, rel=1e-9)
    assert plan.unmet_cost_usd == pytest.approx(2e9, rel=1e-9)


def test_years() -> None:
    """A plan of a year takes its demands and links; demands without a year are those of the base year."""
    links = [link("ab", "road", "A", "B"), link("new", "road", "A", "B", cost_usd_per_teu=0, from_year=2030)]
    demands = [
        demand("now", "A", "B", 5),
        demand("then", "A", "B", 7, year=2030),
        demand("also", "A", "B", 1, year=2024),
    ]
    data = dataset(links, demands=demands)
    assert plan_flows(data).blocks.demand_ids == ("now", "also")
    later = plan_flows(data, year=2030)
    assert later.year == 2030
    assert [(row.link_id, row.volume) for row in later.link_flows] == [("new", 7.0)]
    with pytest.raises(DatasetError, match="no demand in 2025; there are demands for 2024, 2030"):
        plan_flows(data, year=2025)


def test_weights_decide_and_cost_stays_money() -> None:
    """Time in the objective moves the flow; cost_usd stays money alone and unmet counts at weight 1."""
    links = [
        link("slow", "sea", "A", "B", cost_usd_per_teu=10, time_h=100),
        link("fast", "road", "A", "B", cost_usd_per_teu=200, time_h=1),
    ]
    data = dataset(links, demands=[demand("d", "A", "B", 10, unmet_cost_usd_per_unit=5000)])
    cheap, quick = plan_flows(data, weights=Weights()), plan_flows(data, weights=Weights(cost=0, time_per_h=10))
    assert (cheap.cost_usd, quick.cost_usd) == (100.0, 2000.0)
    assert quick.objective_usd == pytest.approx(10 * 10 * 1)
    free = plan_flows(data, weights=Weights(cost=0, time_per_h=0))
    assert (free.objective_usd, free.status, free.gap) == (0.0, "optimal", 0.0)


def test_max_time_is_refused_by_name() -> None:
    """A solver of flows by arc refuses a demand with a deadline and names it; ``auto`` takes the path form."""
    data = dataset([link("ab", "road", "A", "B")], demands=[demand("urgent", "A", "B", 1, max_time_h=24)])
    with pytest.raises(SolverError, match=r"max_time_h\) of demand urgent"):
        plan_flows(data, options=SolveOptions(solver="highs"))
    assert plan_flows(data).status == "optimal"


def test_named_solver_never_falls_back() -> None:
    """OR-Tools asked for by name refuses two blocks and says why; ``auto`` takes it for one and HiGHS for two."""
    links = [link("ab", "road", "A", "B")]
    two = dataset(links, demands=[demand("d", "A", "B", 1), demand("e", "B", "A", 1)])
    with pytest.raises(SolverError, match="OR-Tools does not fit"):
        plan_flows(two, options=SolveOptions(solver="ortools"))
    assert plan_flows(two).solver == "highs"
    assert plan_flows(dataset(links, demands=[demand("d", "A", "B", 1)])).solver == "ortools"


def test_time_limit_without_answer_is_a_status() -> None:
    """Out of time without a plan is ``no_answer``, which raises only when asked to."""
    links = [link(f"L{at}", "road", f"N{at}", f"N{at + 1}", capacity=9, capacity_unit="teu/year") for at in range(60)]
    demands = [demand(f"d{at}", f"N{at}", f"N{60 - at}", 5, unmet_cost_usd_per_unit=99) for at in range(30)]
    plan = plan_flows(dataset(links, demands=demands), options=SolveOptions(solver="highs", time_limit_s=0.0))
    assert plan.status == "no_answer"
    assert "allow more time" in plan.message
    with pytest.raises(NoPlanError):
        plan.raise_for_status()


def test_answer_at_a_limit_is_feasible_with_a_proven_bound() -> None:
    """Flows in hand when time runs out are a plan; its bound comes from the prices alone and leaves an honest gap."""
    limit = {"capacity": 10, "capacity_unit": "teu/year"}
    links = [link("cheap", "road", "A", "B", cost_usd_per_teu=10, time_h=0, **limit)]
    links += [link("dear", "sea", "A", "B", cost_usd_per_teu=30, time_h=0)]
    blocks = blocks_of(expand(dataset(links, demands=[demand("d", "A", "B", 15)])), Weights())
    best = solve(blocks, HIGHS)
    poor = replace(
        best, status="feasible", flow=np.where(best.flow > 0, [0, 0, 15, 0], 0.0), bound=None, message="time"
    )
    plan = plan_of(blocks, poor, HIGHS, began=0.0)
    assert (plan.status, plan.cost_usd, plan.message) == ("feasible", 450.0, "time")
    assert plan.bound == pytest.approx(10 * 10 + 5 * 30)
    assert plan.gap == pytest.approx((450 - 250) / 450)
    assert verify(plan, plan.data) == []


def test_an_optimum_in_hand_at_a_limit_is_optimal_without_a_message() -> None:
    """Prices that prove the flows in hand make them optimal; why the solver stopped is then nobody's concern."""
    blocks = blocks_of(expand(dataset([link("ab", "road", "A", "B")], demands=[demand("d", "A", "B", 5)])), Weights())
    stopped = replace(solve(blocks, HIGHS), status="feasible", bound=None, message="Time limit reached")
    plan = plan_of(blocks, stopped, HIGHS, began=0.0)
    assert (plan.status, plan.message) == ("optimal", "")


def test_plan_that_does_not_verify_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that overstates its prices is caught: the caller gets an error with the findings, not a plan."""
    from optimizer.formulations import arc_flow

    read = arc_flow.read

    def overstated(*arguments: object) -> object:
        solution = read(*arguments)
        return replace(solution, price=solution.price + 1.0)

    monkeypatch.setattr(arc_flow, "read", overstated)
    limit = {"capacity": 10, "capacity_unit": "teu/year"}
    data = dataset([link("ab", "road", "A", "B", **limit)], demands=[demand("d", "A", "B", 5)])
    with pytest.raises(SolverError, match="does not verify"):
        plan_flows(data, options=HIGHS)


def test_tiny_dataset_has_known_plan(tiny: Dataset) -> None:
    """The tiny dataset's base-year plan carries everything, and each demand's routes sum to its volume."""
    plan = plan_flows(tiny)
    assert plan.status == "optimal"
    served: dict[str, float] = {}
    for route in plan.routes:
        served[route.demand_id] = served.get(route.demand_id, 0.0) + route.volume
    volumes = dict(zip(plan.blocks.demand_ids, plan.blocks.volume.tolist(), strict=True))
    assert served == pytest.approx(volumes)
    assert np.all(plan.price >= 0.0)
