"""Plans (F1), prices and proof, sentence by sentence; every number by hand."""

from __future__ import annotations

import copy
import itertools
import json

import numpy as np
import pytest
from world import BOX, COAL, demand, folder, link, made, nodes, transfer

from network import CorridorError, NoPlanError, SolverError, read_dataset
from optimizer import SolveOptions, Weights, find_routes, plan_flows, to_pyomo, verify

PLAN_KEYS = {
    *("run", "status", "cost_usd", "transport_cost_usd", "unmet_cost_usd", "objective_usd", "bound", "gap"),
    *("unmet", "flows", "bottlenecks", "routes"),
}
BOTTLENECK_KEYS = {"id", "kind", "from_node", "to_node", "capacity", "background", "unit", "used", "price_usd_per_unit"}
YEARLY = {"capacity_unit": "teu/year"}


def flows(plan) -> dict[tuple[str, str, str], float]:
    frame = plan.link_flows.to_frame()
    return {
        (row.link_id, row.from_node, row.to_node): pytest.approx(row.volume) for row in frame.itertuples(index=False)
    }


def unmet(plan) -> dict[str, float]:
    return {record.demand_id: record.volume for record in plan.unmet}


def prices(plan) -> dict[str, float]:
    return {item.id: item.price_usd_per_unit for item in plan.bottlenecks()}


def two_ways(capacity: float = 10, **columns):
    """100 wanted from A to B: cheap at 100 USD up to a capacity, dear at 150 USD; unmet at 1000."""
    rows = [link("cheap", "AB", capacity=capacity, **YEARLY | columns), link("dear", "AB", cost_usd_per_teu=150)]
    return made(links=rows, demands=[demand("d", "AB", 100, 1000)])


def test_money_and_its_parts():
    """10 at 100, 90 at 150; time value enters the objective, not the money: 1000 h × 3 USD."""
    plan = plan_flows(two_ways())
    assert plan.status == "optimal"
    assert plan.transport_cost_usd == pytest.approx(10 * 100 + 90 * 150)
    assert plan.unmet_cost_usd == 0
    assert plan.cost_usd == pytest.approx(14500)
    assert plan.objective_usd == pytest.approx(14500 + 100 * 10 * 3)
    assert plan.bound == pytest.approx(plan.objective_usd)
    assert plan.gap <= 1e-6
    assert flows(plan) == {("cheap", "A", "B"): 10, ("dear", "A", "B"): 90}


def test_unmet_counts_at_weight_one_whatever_the_weights():
    """With weight 0 on money and 1 on hours a unit costs 10, an unmet one 8: all stay unmet, at 8 USD each."""
    data = made(links=[link("ab", "AB")], demands=[demand("d", "AB", 100, 8)])
    plan = plan_flows(data, weights=Weights(cost=0, time_per_h=1))
    assert unmet(plan) == {"d": 100}
    assert (plan.cost_usd, plan.unmet_cost_usd, plan.transport_cost_usd) == (800, 800, 0)
    assert plan.objective_usd == pytest.approx(800)
    carried = plan_flows(made(links=[link("ab", "AB")], demands=[demand("d", "AB", 100, 11)]), weights=Weights(0, 1))
    assert carried.unmet == ()
    assert carried.cost_usd == pytest.approx(100 * 100)
    assert carried.objective_usd == pytest.approx(100 * 10)


def test_demands_of_two_origins_are_never_pooled():
    """A and B each want 10 to C and D crosswise; none has a way there.

    A to D and B to C have a way, A to C and B to D none: pooling by commodity alone would carry all 20 crosswise.
    """
    rows = [link("ad", "AD", directed=1), link("bc", "BC", directed=1)]
    data = made(links=rows, demands=[demand("one", "AC", 10, 500), demand("two", "BD", 10, 500)])
    plan = plan_flows(data)
    assert unmet(plan) == {"one": 10, "two": 10}
    assert plan.cost_usd == pytest.approx(10000)


def test_there_and_back_demands_do_not_cancel():
    """10 each way is 20 units of transport."""
    data = made(links=[link("ab", "AB")], demands=[demand("x", "AB", 10, 500), demand("y", "BA", 10, 500)])
    assert flows(plan_flows(data)) == {("ab", "A", "B"): 10, ("ab", "B", "A"): 10}


def test_must_be_carried_and_infeasible():
    """Without an unmet cost a demand is carried at any price, and infeasible is a status, not an error."""
    rows = [link("ab", "AB", capacity=10, cost_usd_per_teu=1e6, **YEARLY)]
    assert plan_flows(made(links=rows, demands=[demand("d", "AB", 10)])).cost_usd == pytest.approx(1e7)
    plan = plan_flows(made(links=rows, demands=[demand("d", "AB", 11)]))
    assert plan.status == "infeasible"
    assert plan.cost_usd is None
    assert json.loads(json.dumps(plan.to_mapping()))["status"] == "infeasible"
    with pytest.raises(NoPlanError):
        plan.raise_for_status()
    assert plan_flows(two_ways()).raise_for_status() is None
    cut_off = made(links=[link("ab", "AB"), link("cd", "CD")], demands=[demand("d", "AC", 1)])
    assert plan_flows(cut_off).status == "infeasible"


def test_zero_unmet_cost_is_given():
    """0 is a cost: nothing is carried. Empty is none: all is."""
    assert unmet(plan_flows(made(links=[link("ab", "AB")], demands=[demand("d", "AB", 5, 0)]))) == {"d": 5}


def test_avoid_lists_of_demands_ends_included():
    """RU is avoided by one demand and not by the other; a demand that ends in an avoided country stays unmet."""
    rows = [link("ab", "AB"), link("bc", "BC"), link("ac", "AC", "sea", cost_usd_per_teu=900)]
    demands = [
        demand("free", "AC", 1, 5000),
        demand("avoiding", "AC", 2, 5000, avoid_countries="RU;BR"),
        demand("to-ru", "AB", 4, 5000, avoid_countries="RU"),
        demand("no-sea", "AC", 8, 5000, avoid_countries="RU", avoid_modes="sea"),
    ]
    plan = plan_flows(made(nodes=nodes(A="CN", B="RU", C="DE"), links=rows, demands=demands))
    assert flows(plan) == {("ab", "A", "B"): 1, ("bc", "B", "C"): 1, ("ac", "A", "C"): 2}
    assert unmet(plan) == {"to-ru": 4, "no-sea": 8}


def test_neither_end_is_a_free_transfer():
    """Passing B from road to sea takes a transfer row, though B is an origin and a destination of others."""
    rows = [link("ab", "AB"), link("bc", "BC", "sea")]
    demands = [demand("through", "AC", 1, 5000), demand("from", "BC", 2, 5000), demand("to", "AB", 4, 5000)]
    plan = plan_flows(made(links=rows, demands=demands))
    assert unmet(plan) == {"through": 1}
    paid = plan_flows(made(links=rows, demands=demands, transfers=[transfer("B", "road", "sea")]))
    assert paid.cost_usd == pytest.approx(230 + 200 + 400)


def test_capacity_of_a_transfer_and_its_price():
    """10 of 25 pass the transfer at 230; the others stay unmet at 1000: one more saves 770 less 25 h × 3."""
    data = made(
        links=[link("ab", "AB"), link("bc", "BC", "sea")],
        transfers=[transfer("B", "road", "sea", capacity=10, **YEARLY)],
        demands=[demand("d", "AC", 25, 1000)],
    )
    plan = plan_flows(data)
    assert unmet(plan) == {"d": pytest.approx(15)}
    (item,) = plan.bottlenecks()
    assert item.kind == "transfer"
    assert item.price_usd_per_unit == pytest.approx(1000 - 230 - 75)


def test_price_is_per_own_unit_and_not_negative():
    """One more train a day is 365 × 50 TEU a year, each saving 50 USD."""
    data = made(
        links=[
            link("cheap", "AB", "rail1520", capacity=3, background=1, capacity_unit="train/day"),
            link("dear", "AB", cost_usd_per_teu=150),
        ],
        demands=[demand("d", "AB", 100_000, 1000)],
    )
    plan = plan_flows(data)
    (item,) = plan.bottlenecks()
    assert (item.id, item.kind, item.from_node, item.to_node) == ("cheap", "link", "A", "B")
    assert (item.capacity, item.background, item.unit) == (3, 1, "train/day")
    assert item.used == pytest.approx(3)
    assert item.price_usd_per_unit == pytest.approx(50 * 365 * 50)
    more = made(
        links=[
            link("cheap", "AB", "rail1520", capacity=4, background=1, capacity_unit="train/day"),
            link("dear", "AB", cost_usd_per_teu=150),
        ],
        demands=[demand("d", "AB", 100_000, 1000)],
    )
    assert plan.cost_usd - plan_flows(more).cost_usd == pytest.approx(item.price_usd_per_unit)


def test_price_with_open_months_is_per_own_unit():
    """A link open six months: one more a year of capacity lets 0.5 more pass."""
    plan = plan_flows(two_ways(capacity=10, open_months="5-10"))
    assert flows(plan)["cheap", "A", "B"] == 5
    assert prices(plan) == {"cheap": pytest.approx(25)}
    assert plan.bottlenecks()[0].used == pytest.approx(10)


def test_both_and_shared_are_charged_alike_and_have_no_direction():
    """Both directions compete for 10: the one that saves more (unmet 1000) wins over 500; price 500 - 100 - 30."""
    rows = [link("ab", "AB", capacity=10, capacity_scope="both", **YEARLY)]
    demands = [demand("there", "AB", 10, 1000), demand("back", "BA", 10, 500)]
    plan = plan_flows(made(links=rows, demands=demands))
    (item,) = plan.bottlenecks()
    assert (item.from_node, item.to_node) == (None, None)
    assert unmet(plan) == {"back": pytest.approx(10)}
    assert 500 - 130 - 1e-6 <= item.price_usd_per_unit <= 1000 - 130 + 1e-6
    shared = [{"shared_capacity_id": "s", "capacity": 15, "background": 5, **YEARLY}]
    both = [link("ab", "AB", shared_capacity_id="s"), link("cd", "CD", shared_capacity_id="s")]
    demands = [demand("there", "AB", 20, 1000), demand("other", "DC", 20, 500)]
    plan = plan_flows(made(links=both, demands=demands, shared_capacities=shared))
    assert unmet(plan) == {"there": pytest.approx(10), "other": pytest.approx(20)}
    (item,) = plan.bottlenecks()
    assert (item.kind, item.id, item.from_node, item.to_node) == ("shared", "s", None, None)
    assert item.price_usd_per_unit == pytest.approx(1000 - 130)
    assert item.used == pytest.approx(15)


def test_use_factors_by_commodity_share_one_capacity():
    """2 trains a year: boxes at 1/50 earn more per train than coal at 1/4000 of a train? By hand: coal does.

    A train of coal saves 4000 × (30 - 10) = 80 000, one of boxes 50 × (1000 - 130) = 43 500.
    """
    data = made(
        links=[link("ab", "AB", "rail1520", capacity=2, capacity_unit="train/year")],
        commodities=[BOX, COAL],
        demands=[demand("boxes", "AB", 100, 1000), demand("coal", "AB", 4000, 30, commodity="coal")],
    )
    plan = plan_flows(data)
    assert unmet(plan) == {"boxes": pytest.approx(50)}
    assert prices(plan) == {"ab": pytest.approx(43_500)}


def test_one_unit_costs_what_the_route_costs():
    """Route and plan lie on one virtual network."""
    data = made(
        nodes=nodes(A="KZ", B="CN", C="RU"),
        links=[
            link("ab", "AB", "rail1520", frequency_per_week=2, fixed_time_h=3),
            link("bc", "BC", fixed_cost_usd_per_teu=9),
        ],
        transfers=[transfer("B", "rail1520", "road")],
        demands=[demand("d", "AC", 1, 1e6)],
    )
    route, plan = find_routes(data, "A", "C", k=1)[0], plan_flows(data)
    assert plan.cost_usd == pytest.approx(route.cost_usd)
    assert [dict(leg) for leg in plan.to_mapping()["routes"][0]["legs"]] == route.to_mapping()["legs"]


def test_max_time_needs_the_path_form():
    """A demand with a deadline is planned by paths; solvers of flows by arc refuse it by name."""
    data = made(
        links=[link("ab", "AB")],
        demands=[demand("hurried", "AB", 1, 5, max_time_h=9), demand("x", "AB", 1, 500, year=2030)],
    )
    for solver in ("highs", "ortools", "pyomo"):
        with pytest.raises(SolverError, match="hurried"):
            plan_flows(data, options=SolveOptions(solver=solver))
    assert plan_flows(data).status == "optimal"
    assert plan_flows(data, year=2030).status == "optimal"


def test_zero_volume_and_free_world():
    """A volume of 0 and links that cost nothing: a plan of nothing, a plan for nothing."""
    rows = [link("ab", "AB", cost_usd_per_teu=0, time_h=0, length_km=0)]
    assert plan_flows(made(links=rows, demands=[demand("d", "AB", 0)])).cost_usd == 0
    plan = plan_flows(made(links=rows, demands=[demand("d", "AB", 5)]))
    assert (plan.cost_usd, plan.gap, plan.status) == (0, 0, "optimal")


def test_parallel_links_are_not_summed_and_all_are_used():
    """Three parallel links of 4, 5 and no limit carry 4, 5 and 6."""
    rows = [
        link("one", "AB", capacity=4, **YEARLY),
        link("two", "AB", capacity=5, cost_usd_per_teu=110, **YEARLY),
        link("three", "AB", cost_usd_per_teu=120),
    ]
    plan = plan_flows(made(links=rows, demands=[demand("d", "AB", 15, 1e4)]))
    assert plan.cost_usd == pytest.approx(400 + 550 + 720)
    assert prices(plan) == {"one": pytest.approx(20), "two": pytest.approx(10)}


def test_fractions_of_a_dollar_are_not_truncated():
    """1.5 USD stays 1.5 in every solver: OR-Tools takes whole numbers only and must be scaled."""
    rows = [link("ab", "AB", cost_usd_per_teu=1.5, time_h=0), link("ab2", "AB", cost_usd_per_teu=1.75, time_h=0)]
    data = made(links=rows, demands=[demand("d", "AB", 3, 100)])
    for solver in ("auto", "ortools", "highs", "pyomo"):
        assert plan_flows(data, options=SolveOptions(solver=solver)).cost_usd == pytest.approx(4.5)


def test_solvers_agree_and_a_named_one_never_falls_back():
    """Pyomo and HiGHS agree on two blocks and a shared capacity; OR-Tools says that it cannot."""
    shared = [{"shared_capacity_id": "s", "capacity": 15, **YEARLY}]
    rows = [link("ab", "AB", shared_capacity_id="s"), link("bc", "BC", shared_capacity_id="s")]
    data = made(links=rows, demands=[demand("x", "AC", 10, 1000), demand("y", "BC", 10, 900)], shared_capacities=shared)
    costs = [plan_flows(data, options=SolveOptions(solver=solver)).cost_usd for solver in ("auto", "highs", "pyomo")]
    assert costs == pytest.approx([costs[0]] * 3)
    with pytest.raises(SolverError):
        plan_flows(data, options=SolveOptions(solver="ortools"))


def test_to_pyomo_is_the_same_problem_and_takes_a_planners_constraint():
    """The model solves to the plan's objective; solving is left to any Pyomo solver."""
    import pyomo.environ as pyo

    data = two_ways()
    model = to_pyomo(data)
    pyo.SolverFactory("appsi_highs").solve(model)
    (objective,) = model.component_data_objects(pyo.Objective, active=True)
    assert pyo.value(objective) == pytest.approx(plan_flows(data).objective_usd)


def test_the_plan_maps_to_the_keys_of_the_contract_and_adds_up():
    """Keys as printed; bottlenecks unrounded; routes sum to the flows and, with unmet, to the demands."""
    plan = json.loads(json.dumps(plan_flows(two_ways(capacity=1 / 3)).to_mapping()))
    assert set(plan) == PLAN_KEYS
    assert set(plan["run"]) >= {"dataset", "version", "year", "scenarios", "weights"}
    assert plan["run"]["year"] == 2024
    assert [set(row) for row in plan["bottlenecks"]] == [BOTTLENECK_KEYS]
    assert [set(row) for row in plan["flows"]] == [{"link_id", "from_node", "to_node", "commodity", "volume"}] * 2
    assert [set(row) for row in plan["routes"]] == [{"demand_id", "volume", "legs"}] * 2
    assert plan["bottlenecks"][0]["capacity"] == 1 / 3
    assert sum(row["volume"] for row in plan["routes"]) == pytest.approx(100)


def test_verify_takes_a_plan_a_mapping_a_text_and_a_path(tmp_path):
    """Each form of a good plan has no findings."""
    data = two_ways()
    plan = plan_flows(data)
    text = json.dumps(plan.to_mapping())
    (tmp_path / "plan.json").write_text(text)
    for form in (plan, json.loads(text), text, tmp_path / "plan.json"):
        assert verify(form, data) == []


def tampered_plans():
    """Yield a name and a change of a good plan's JSON."""

    def put(*path, by):
        def change(plan):
            at = plan
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = by(at[path[-1]])

        return change

    yield "cost", put("cost_usd", by=lambda value: value - 1)
    yield "transport", put("transport_cost_usd", by=lambda value: value * 1.01)
    yield "unmet money", put("unmet_cost_usd", by=lambda value: value + 5)
    yield "objective", put("objective_usd", by=lambda value: value * 0.99)
    yield "bound", put("bound", by=lambda value: value * 1.5)
    yield "flow", put("flows", 0, "volume", by=lambda value: value + 1)
    yield "flow dropped", put("flows", by=lambda rows: rows[1:])
    yield "flow on no link", put("flows", 0, "link_id", by=lambda value: "nope")
    yield "unmet less", put("unmet", by=lambda rows: [])
    yield "unmet more", put("unmet", 0, "volume", by=lambda value: value + 1)
    yield "unmet of nobody", put("unmet", 0, "demand_id", by=lambda value: "nobody")
    yield "price", put("bottlenecks", 0, "price_usd_per_unit", by=lambda value: value / 2)
    yield "price up", put("bottlenecks", 0, "price_usd_per_unit", by=lambda value: value * 2)
    yield "price below 0", put("bottlenecks", 0, "price_usd_per_unit", by=lambda value: -value)
    yield "bottlenecks dropped", put("bottlenecks", by=lambda rows: [])
    yield "capacity", put("bottlenecks", 0, "capacity", by=lambda value: value + 1)
    yield "used", put("bottlenecks", 0, "used", by=lambda value: value * 2)
    yield "route volume", put("routes", 0, "volume", by=lambda value: value + 1)
    yield "route dropped", put("routes", by=lambda rows: rows[1:])
    yield "leg time", put("routes", 0, "legs", 0, "time_h", by=lambda value: value + 1)
    yield "leg co2", put("routes", 0, "legs", 0, "co2_kg", by=lambda value: value + 1)
    yield "leg link", put("routes", 0, "legs", 0, "link_id", by=lambda value: "dear")
    yield "no legs", put("routes", 0, "legs", by=lambda legs: [])
    yield "year", put("run", "year", by=lambda value: 2031)
    yield "dataset", put("run", "dataset", by=lambda value: "other")
    yield "weights", put("run", "weights", by=lambda value: {**value, "time_per_h": 99})
    yield "status", put("status", by=lambda value: "infeasible")
    yield "nan", put("cost_usd", by=lambda value: float("nan"))
    yield "text", put("cost_usd", by=lambda value: "a lot")
    yield "no run", put("run", by=lambda value: None)


@pytest.mark.parametrize(
    ("name", "change"), list(tampered_plans()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_tampered_plan_is_refused(name, change):
    """Cost, flow, unmet, price, volume, leg, year, weights: each change is found."""
    rows = [
        link("cheap", "AB", capacity=10, **YEARLY),
        link("dear", "AB", cost_usd_per_teu=150, capacity=50, **YEARLY),
    ]
    data = made(links=rows, demands=[demand("d", "AB", 100, 1000)])
    plan = copy.deepcopy(json.loads(json.dumps(plan_flows(data).to_mapping())))
    assert verify(plan, data) == []
    change(plan)
    assert verify(plan, data), name


def test_a_worse_plan_cannot_call_itself_optimal():
    """All on the dear way, money added up honestly: the proof does not meet the objective."""
    data = two_ways()
    plan = plan_flows(
        made(
            links=[link("cheap", "AB", capacity=0, **YEARLY), link("dear", "AB", cost_usd_per_teu=150)],
            demands=[demand("d", "AB", 100, 1000)],
        )
    ).to_mapping()
    findings = verify(plan, data)
    assert findings
    assert all(finding.code.startswith("V") for finding in findings)


def test_a_plan_with_a_scenario_is_verified_against_the_unchanged_data(tmp_path):
    """verify applies what the plan says under run.scenarios."""
    from network import Scenario, apply

    change = {"table": "links", "where": {"id": "cheap"}, "set": {"capacity": 20}}
    where = folder(
        tmp_path / "d",
        links=[link("cheap", "AB", capacity=10, **YEARLY), link("dear", "AB", cost_usd_per_teu=150)],
        demands=[demand("d", "AB", 100, 1000)],
    )
    changed = apply(read_dataset(where), Scenario.from_mapping({"name": "more", "changes": [change]}))
    plan = json.loads(json.dumps(plan_flows(changed).to_mapping()))
    assert plan["cost_usd"] == pytest.approx(20 * 100 + 80 * 150)
    assert verify(plan, read_dataset(where)) == []


def test_closing_never_helps_and_capacity_is_monotone_and_convex():
    """Cost over capacity 0, 10, …: falls, ever less, and by the price."""
    costs = [plan_flows(two_ways(capacity=capacity)).cost_usd for capacity in range(0, 140, 20)]
    steps = [after - before for before, after in itertools.pairwise(costs)]
    assert all(step <= 1e-6 for step in steps)
    assert all(after >= before - 1e-6 for before, after in itertools.pairwise(steps))


def test_scaling_volumes_and_capacities_scales_the_cost():
    """A thousand times everything costs a thousand times as much, also at 1e-3 and 1e9."""
    base = plan_flows(two_ways()).cost_usd
    for factor in (1e-3, 1e3, 1e9):
        rows = [link("cheap", "AB", capacity=10 * factor, **YEARLY), link("dear", "AB", cost_usd_per_teu=150)]
        plan = plan_flows(made(links=rows, demands=[demand("d", "AB", 100 * factor, 1000)]))
        assert plan.cost_usd == pytest.approx(base * factor)


def test_frames_of_links_and_unmet_are_plain():
    """to_frame gives a row per link, direction and commodity with volumes that are numbers."""
    frame = plan_flows(two_ways()).link_flows.to_frame()
    assert {"link_id", "from_node", "to_node", "commodity", "volume"} <= set(frame.columns)
    assert frame["volume"].dtype == np.float64


@pytest.mark.parametrize("solver", ["cplex", "", "HIGHS"])
def test_unknown_solver(solver):
    """The message lists the solvers."""
    with pytest.raises((ValueError, CorridorError), match="highs"):
        SolveOptions(solver=solver)
