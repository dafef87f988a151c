"""The verifier: honest plans hold from memory and from JSON, and every number changed by hand is found."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from flow_instances import Instance, busy_network, instances, one_block
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import dataset, link, transfer

from network import Dataset, Scenario, UnknownIdError, apply, with_demands
from optimizer import Plan, SolveOptions, Weights, plan_flows, verify
from optimizer.decomposition import PathFlow, arc_flows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from network.errors import Finding

Json = dict[str, Any]
Place = tuple[str | int, ...]


@cache
def busy() -> tuple[Dataset, Plan]:
    """Return the network with every kind of limit and its plan."""
    data = busy_network()
    return data, plan_flows(data)


def written(plan: Plan) -> Json:
    """Return a plan as it reads back from its file."""
    mapping: Json = json.loads(json.dumps(plan.to_mapping()))
    return mapping


def codes(findings: list[Finding]) -> set[str]:
    """Return the codes of findings."""
    return {finding.code for finding in findings}


def rewritten(plan: Plan, paths: list[PathFlow]) -> Plan:
    """Return a plan with other paths, its flows and money consistent with them, its prices and bound as before."""
    blocks = plan.blocks
    flow = arc_flows(blocks, paths)
    parts = [(block, flow[blocks.offsets[at] : blocks.offsets[at + 1]]) for at, block in enumerate(blocks.blocks)]
    cost = sum(float(part @ block.values.cost_usd[block.arcs]) for block, part in parts)
    objective = sum(float(part @ block.values.weight[block.arcs]) for block, part in parts) + plan.unmet_cost_usd
    gap = max(0.0, objective - plan.bound) / objective
    return replace(
        plan,
        paths=tuple(paths),
        flow=flow,
        transport_cost_usd=cost,
        cost_usd=cost + plan.unmet_cost_usd,
        objective_usd=objective,
        gap=gap,
    )


def test_the_busy_plan_uses_everything() -> None:
    """The instance of these tests has transfers, unmet demand, bottlenecks of every kind and two commodities."""
    _, plan = busy()
    mapping = written(plan)
    assert plan.status == "optimal"
    assert mapping["unmet"]
    assert {row["kind"] for row in mapping["bottlenecks"]} == {"link", "shared"}
    assert {row["from_node"] is None for row in mapping["bottlenecks"]} == {True, False}
    assert any("transfer" in leg for route in mapping["routes"] for leg in route["legs"])
    assert len({row["commodity"] for row in mapping["flows"]}) == 2


@pytest.mark.parametrize("solver", ["highs", "pyomo"])
@pytest.mark.parametrize("weights", [Weights(), Weights(cost=0, time_per_h=1), Weights(time_per_h=3, co2_per_kg=0.1)])
def test_honest_plans_hold(solver: str, weights: Weights, tmp_path: Path) -> None:
    """Whatever the solver and weights, a plan holds from memory, mapping, JSON text and file."""
    data, _ = busy()
    plan = plan_flows(data, weights=weights, options=SolveOptions(solver=solver))
    text = json.dumps(plan.to_mapping())
    (tmp_path / "PLAN.json").write_text(text)
    for form in (plan, plan.to_mapping(), text, tmp_path / "PLAN.json", str(tmp_path / "PLAN.json")):
        assert verify(form, data) == []


@given(instance=instances())
@settings(max_examples=40, deadline=None)
def test_honest_plans_of_random_instances_hold(instance: Instance) -> None:
    """Plans of random instances, infeasible ones included, hold from their JSON."""
    data = instance.dataset()
    assert verify(written(plan_flows(data)), data) == []


def test_an_equal_dataset_read_again_will_do() -> None:
    """A plan is verified against data that are equal but another object."""
    _, plan = busy()
    assert verify(plan, busy_network()) == []


def test_the_tiny_dataset_in_both_years(tiny: Dataset) -> None:
    """Plans of another year hold, and only there."""
    for year in (2024, 2030):
        assert verify(written(plan_flows(tiny, year=year)), tiny) == []
    moved = written(plan_flows(tiny, year=2030))
    moved["run"]["year"] = 2024
    assert verify(moved, tiny)
    moved["run"]["year"] = 2031
    assert codes(verify(moved, tiny)) == {"V403"}


SCENARIO = Scenario.from_mapping(
    {
        "name": "more rail",
        "changes": [
            {"table": "links", "where": {"id": ["rail-ab"]}, "scale": {"capacity": 1.5}},
            {"table": "demands", "where": {"id": ["west"]}, "scale": {"volume": 1.2}},
        ],
    }
)


def test_scenarios_are_applied_again() -> None:
    """A plan with a scenario holds against the unchanged data and the changed data alike, not without its scenario."""
    data, _ = busy()
    changed = apply(data, SCENARIO)
    mapping = written(plan_flows(changed))
    assert verify(mapping, data) == verify(mapping, changed) == []
    forgotten = deepcopy(mapping)
    forgotten["run"]["scenarios"] = []
    assert verify(forgotten, data)
    assert codes(verify(forgotten, changed)) == {"V403"}
    other = deepcopy(mapping)
    other["run"]["scenarios"][0]["changes"][0]["scale"]["capacity"] = 1.1
    assert verify(other, data)
    broken = deepcopy(mapping)
    broken["run"]["scenarios"][0]["changes"][0]["where"] = {"id": ["no-such-link"]}
    assert codes(verify(broken, data)) == {"V403"}


def test_a_plan_without_scenario_does_not_hold_for_a_changed_network() -> None:
    """A plan of the unchanged data is refused where a scenario has been applied."""
    data, plan = busy()
    assert codes(verify(plan, apply(data, SCENARIO))) == {"V403"}


def test_demands_of_the_caller_travel_with_the_plan(tmp_path: Path) -> None:
    """A plan for other demands carries them, also where scenarios have changed them, and needs nothing else."""
    data, _ = busy()
    path = tmp_path / "demands.csv"
    path.write_text(
        "demand_id,origin,destination,commodity,volume,unmet_cost_usd_per_unit\nwest,A,D,container,70000,900\n"
    )
    own = with_demands(data, path)
    for changed in (own, apply(own, SCENARIO), with_demands(apply(data, SCENARIO), path)):
        mapping = written(plan_flows(changed))
        assert verify(mapping, data) == []
        mapping["run"]["demands"][0]["volume"] *= 0.9
        assert "V433" in codes(verify(mapping, data))
        mapping["run"]["demands"][0]["origin"] = "nowhere"
        assert codes(verify(mapping, data)) == {"V403"}


def test_another_version_of_the_data_is_told(tiny: Dataset) -> None:
    """Dataset name and version are compared; the numbers are checked all the same."""
    mapping = written(plan_flows(tiny))
    mapping["run"] |= {"dataset": "other", "version": "0"}
    assert [finding.column for finding in verify(mapping, tiny)] == ["run.dataset", "run.version"]


def drop_flow(plan: Json) -> None:
    del plan["flows"][0]


def add_flow(plan: Json) -> None:
    plan["flows"].append(plan["flows"][0] | {"from_node": "D", "to_node": "A", "link_id": "sea-ad", "volume": 5.0})


def flip_flow(plan: Json) -> None:
    row = plan["flows"][0]
    row["from_node"], row["to_node"] = row["to_node"], row["from_node"]


def flow_of_other_commodity(plan: Json) -> None:
    row = next(row for row in plan["flows"] if row["link_id"] == "road-ac")
    row["commodity"] = "grain"


def drop_route(plan: Json) -> None:
    del plan["routes"][0]


def unmet_more(plan: Json) -> None:
    plan["unmet"].append({"demand_id": "to-b", "volume": 10.0})


def unmet_where_it_must_be_carried(plan: Json) -> None:
    plan["unmet"].append({"demand_id": "back", "volume": 10.0})


def drop_unmet(plan: Json) -> None:
    del plan["unmet"][0]


def unmet_twice(plan: Json) -> None:
    plan["unmet"].append(plan["unmet"][0] | {"volume": 0.0})


def drop_price(plan: Json) -> None:
    del plan["bottlenecks"][0]


def negative_price(plan: Json) -> None:
    plan["bottlenecks"][0]["price_usd_per_unit"] *= -1


def double_price(plan: Json) -> None:
    plan["bottlenecks"][0]["price_usd_per_unit"] *= 2


def invent_price(plan: Json) -> None:
    priced = {row["id"] for row in plan["bottlenecks"]}
    assert "road-ac" not in priced or {row["from_node"] for row in plan["bottlenecks"] if row["id"] == "road-ac"} == {
        "A"
    }
    plan["bottlenecks"].append(
        {"id": "road-ac", "kind": "link", "from_node": "C", "to_node": "A", "capacity": 40.0, "background": 0.0}
        | {"unit": "truck/day", "used": 0.0, "price_usd_per_unit": 1e5}
    )


def price_of_nothing(plan: Json) -> None:
    plan["bottlenecks"][0]["id"] = "no-such-capacity"


def price_listed_twice(plan: Json) -> None:
    plan["bottlenecks"].append(plan["bottlenecks"][0])


def cheaper_than_possible(plan: Json) -> None:
    for name in ("cost_usd", "transport_cost_usd", "objective_usd"):
        plan[name] -= 1e6


def route_over_no_link(plan: Json) -> None:
    link_leg(plan)["link_id"] = "no-such-link"


def route_against_the_leg(plan: Json) -> None:
    leg = link_leg(plan)
    leg["from_node"], leg["to_node"] = leg["to_node"], leg["from_node"]


def route_without_transfer(plan: Json) -> None:
    legs = next(route["legs"] for route in plan["routes"] if any("transfer" in leg for leg in route["legs"]))
    legs.remove(next(leg for leg in legs if "transfer" in leg))


def transfer_of_no_kind(plan: Json) -> None:
    leg = next(leg for route in plan["routes"] for leg in route["legs"] if "transfer" in leg)
    leg["to_mode"] = "air"


def empty_route(plan: Json) -> None:
    plan["routes"][0]["legs"] = []


def route_of_another_demand(plan: Json) -> None:
    route = next(route for route in plan["routes"] if route["demand_id"] == "west")
    route["demand_id"] = "back"


def route_of_no_demand(plan: Json) -> None:
    plan["routes"][0]["demand_id"] = "no-such-demand"


def negative_route(plan: Json) -> None:
    plan["routes"][0]["volume"] *= -1


def wrong_mode(plan: Json) -> None:
    link_leg(plan)["mode"] = "air"


def link_leg(plan: Json) -> Json:
    """Return the first leg over a link."""
    leg: Json = next(leg for route in plan["routes"] for leg in route["legs"] if "transfer" not in leg)
    return leg


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (drop_flow, "V435"),
        (add_flow, "V435"),
        (flip_flow, "V435"),
        (flow_of_other_commodity, "V435"),
        (drop_route, "V433"),
        (unmet_more, "V433"),
        (unmet_where_it_must_be_carried, "V434"),
        (drop_unmet, "V433"),
        (unmet_twice, "V420"),
        (drop_price, "V451"),
        (negative_price, "V450"),
        (double_price, "V451"),
        (invent_price, "V451"),
        (price_of_nothing, "V420"),
        (price_listed_twice, "V420"),
        (cheaper_than_possible, "V440"),
        (cheaper_than_possible, "V453"),
        (route_over_no_link, "V420"),
        (route_against_the_leg, "V431"),
        (route_without_transfer, "V431"),
        (transfer_of_no_kind, "V420"),
        (empty_route, "V430"),
        (route_of_another_demand, "V431"),
        (route_of_no_demand, "V420"),
        (negative_route, "V430"),
        (wrong_mode, "V437"),
    ],
)
def test_tampering_is_found(tamper: Callable[[Json], None], code: str) -> None:
    """Each way of changing a plan's JSON gives a finding of its code."""
    data, plan = busy()
    mapping = written(plan)
    tamper(mapping)
    findings = verify(mapping, data)
    assert code in codes(findings), findings
    assert all(finding.file == "plan" and finding.remedy for finding in findings)


@pytest.mark.parametrize("status", ["feasible", "infeasible", "unbounded", "no_answer", "splendid"])
def test_another_status_is_found(status: str) -> None:
    """An optimal plan is not feasible only, and a plan with flows has an answer."""
    data, plan = busy()
    expected = {"feasible": "V454", "splendid": "V402"}.get(status, "V404")
    assert codes(verify(written(plan) | {"status": status}, data)) == {expected}


def test_an_infeasible_plan_of_demands_that_may_stay_behind_is_found() -> None:
    """Where every demand has an unmet cost there is always a plan; unbounded is none without a weight below 0."""
    data = one_block([("S", "T", 10, 3)], [("T", 15, 100)])
    claim = written(plan_flows(data)) | {key: [] for key in ("unmet", "flows", "bottlenecks", "routes")}
    claim |= dict.fromkeys(("cost_usd", "transport_cost_usd", "unmet_cost_usd", "objective_usd", "bound", "gap"))
    for status, expected in (("infeasible", {"V404"}), ("unbounded", {"V404"}), ("no_answer", set())):
        assert codes(verify(claim | {"status": status}, data)) == expected
    hard = one_block([("S", "T", 10, 3)], [("T", 15, None)])
    assert verify(written(plan_flows(hard)), hard) == []


@pytest.mark.parametrize("capacities", [(100, 100), (0.5, 150), (120, 60)])
def test_an_honest_plan_over_transfers_alike_holds(capacities: tuple[float, float]) -> None:
    """Parallel transfers that only their capacities tell apart are filled one after the other, as the plan did."""
    moves = [
        transfer("B", "rail1520", "road", cost_usd_per_teu=2, capacity=capacity, capacity_unit="teu/year")
        for capacity in capacities
    ]
    demands = [
        {"demand_id": f"from-{at}", "origin": at, "destination": "C", "commodity": "container", "volume": 110}
        | {"unmet_cost_usd_per_unit": 100}
        for at in "AD"
    ]
    links = [link("ab", "rail1520", "A", "B"), link("db", "rail1520", "D", "B"), link("bc", "road", "B", "C")]
    data = dataset(links, moves, demands=demands)
    plan = plan_flows(data)
    assert sum(record.volume for record in plan.unmet) == pytest.approx(220 - sum(capacities))
    assert verify(written(plan), data) == []
    cheat = written(plan)
    cheat["unmet"] = []
    for route in cheat["routes"]:
        route["volume"] = 110
    assert "V436" in codes(verify(cheat, data))


def test_a_consistent_plan_over_capacity_is_found() -> None:
    """All volume on the cheaper, too narrow way, with flows and money to match, breaks the capacity."""
    data = one_block([("S", "A", 10, 5), ("S", "A", None, 8)], [("A", 30, 100)])
    plan = plan_flows(data)
    narrow = min(plan.paths, key=lambda path: path.arcs)
    forged = rewritten(plan, [replace(narrow, volume=30.0)])
    for form in (forged, written(forged)):
        findings = verify(form, data)
        assert codes(findings) == {"V436", "V453"}
        assert "30" in findings[0].message
        assert "10" in findings[0].message


def test_a_consistent_dearer_plan_is_found() -> None:
    """A plan that keeps every limit and adds up but is not the cheapest is not optimal; feasible it is."""
    data = one_block([("S", "A", 10, 5), ("S", "A", None, 8)], [("A", 30, 100)])
    plan = plan_flows(data)
    wide = max(plan.paths, key=lambda path: path.arcs)
    forged = rewritten(plan, [replace(wide, volume=30.0)])
    assert codes(verify(forged, data)) == codes(verify(written(forged), data)) == {"V454"}
    assert verify(replace(forged, status="feasible"), data) == []


def test_paths_through_what_is_avoided_are_found() -> None:
    """A demand on the path of another that avoids less passes a barred country; grain on a barred mode, too."""
    data, plan = busy()
    ids = plan.blocks.demand_ids
    for demand_id, like in (("west-no-kz", "west"), ("grain-no-road", "west")):
        of_demand = [path for path in plan.paths if ids[path.demand] == demand_id]
        model = next(
            path
            for path in plan.paths
            if ids[path.demand] == like
            and not np.isin(path.arcs, plan.blocks.blocks[block_of(plan, demand_id)].arcs).all()
        )
        volume = sum(path.volume for path in of_demand) or 1.0
        others = [path for path in plan.paths if ids[path.demand] != demand_id]
        forged = written(replace(plan, paths=(*others, replace(model, demand=ids.index(demand_id), volume=volume))))
        assert "V432" in codes(verify(forged, data))


def block_of(plan: Plan, demand_id: str) -> int:
    """Return the block of a demand."""
    demand = plan.blocks.demand_ids.index(demand_id)
    return next(at for at, block in enumerate(plan.blocks.blocks) if demand in block.demands)


@pytest.mark.parametrize("name", ["cost_usd", "transport_cost_usd", "unmet_cost_usd", "objective_usd", "bound", "gap"])
def test_money_changed_in_memory_is_found(name: str) -> None:
    """A plan object with another sum of money does not verify either."""
    data, plan = busy()
    assert verify(replace(plan, **{name: getattr(plan, name) + 0.01 * plan.cost_usd}), data)


def test_arrays_changed_in_memory_are_found() -> None:
    """Flows, unmet volumes and prices of a plan object are held against its paths and the data."""
    data, plan = busy()
    assert "V435" in codes(verify(replace(plan, flow=plan.flow * 1.01), data))
    assert "V433" in codes(verify(replace(plan, unmet_volume=plan.unmet_volume + 1.0), data))
    assert "V451" in codes(verify(replace(plan, price=plan.price * 1.01), data))
    assert "V450" in codes(verify(replace(plan, price=-plan.price), data))
    assert "V450" in codes(verify(replace(plan, price=plan.price + np.nan), data))
    assert codes(verify(replace(plan, status="infeasible"), data)) == {"V404"}


def numbers(value: object, place: Place = ()) -> Iterator[tuple[Place, float]]:
    """Yield place and value of every number of a JSON value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from numbers(item, (*place, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from numbers(item, (*place, at))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place, value


def put(plan: Json, place: Place, value: object) -> Json:
    """Return a copy of a plan with one value changed."""
    changed = deepcopy(plan)
    inner: Any = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


@given(choice=st.integers(0, 10**6), factor=st.sampled_from([0.0, 0.5, 0.999, 1.001, 2.0, -1.0, 1e6]))
@settings(max_examples=150, deadline=None)
def test_any_number_changed_is_found(choice: int, factor: float) -> None:
    """Whichever number of the JSON is changed beyond the tolerance, the plan no longer holds."""
    data, plan = busy()
    mapping = written(plan)
    places = list(numbers(mapping))
    place, value = places[choice % len(places)]
    changed = value * factor if abs(value) > 1e-6 else value + 1e-3 + factor**2
    assert verify(put(mapping, place, changed), data), (place, value, changed)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=3),
    st.sampled_from([float("nan"), float("inf"), 10**400, -1, 2.5, [], {}, [[]], [{}], {"transfer": True}, "2024"]),
)


def places(value: object, place: Place = ()) -> Iterator[Place]:
    """Yield the place of every value of a JSON value."""
    if place:
        yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*place, key))


@given(choice=st.integers(0, 10**6), junk=JUNK)
@settings(max_examples=150, deadline=None)
def test_junk_anywhere_is_a_finding_not_a_traceback(choice: int, junk: object) -> None:
    """Whatever stands at any place of the JSON, verify answers with findings."""
    data, _ = busy()
    mapping = written(plan_flows(apply(data, SCENARIO))) if choice % 7 == 0 else written(busy()[1])
    known = list(places(mapping))
    assert isinstance(verify(put(mapping, known[choice % len(known)], junk), data), list)


@pytest.mark.parametrize(
    "plan", ["{", "{}", "{]", '{"run": 1}', "{" * 100_000, json.dumps({"run": None, "status": "optimal"})]
)
def test_text_that_is_no_plan_is_a_finding(plan: str) -> None:
    """Broken JSON and JSON of something else give findings."""
    data, _ = busy()
    assert codes(verify(plan, data)) <= {"V401", "V402"}
    assert verify(plan, data)


@pytest.mark.parametrize("plan", [[], 5, None, ["{"]])
def test_values_that_are_no_plan_are_a_finding(plan: object) -> None:
    """Values that are no mapping give a finding."""
    data, _ = busy()
    assert codes(verify(plan, data)) == {"V402"}  # type: ignore[arg-type]


def test_a_missing_file_is_refused() -> None:
    """A path that leads nowhere is an unknown name, not a finding."""
    with pytest.raises(UnknownIdError, match="nowhere"):
        verify(Path("nowhere.json"), busy()[0])


@pytest.mark.parametrize("key", ["run", "status", "cost_usd", "bound", "unmet", "flows", "bottlenecks", "routes"])
def test_missing_keys_are_named(key: str) -> None:
    """A key left out is named."""
    data, plan = busy()
    mapping = written(plan)
    del mapping[key]
    findings = verify(mapping, data)
    assert codes(findings) == {"V402"}
    assert any(finding.column.startswith(key) for finding in findings)


def test_every_code_is_documented() -> None:
    """docs/errors.md has a paragraph for every code the verifier gives, and for no other."""
    import re

    root = Path(__file__).parents[2]
    used = set()
    for name in ("verification", "soundness", "claims", "answer", "cuts"):
        used |= set(re.findall(r'"(V\d{3})"', (root / "optimizer" / f"{name}.py").read_text(encoding="utf-8")))
    documented = set(
        re.findall(r"^### (V\d{3})$", (root / "docs" / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert used == documented
