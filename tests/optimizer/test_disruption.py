"""Closings one at a time: equal to cold plans of the same scenario, and to searches written from the rows alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, dataset, link
from plan_instances import instances

from network import Change, CorridorError, NoPlanError, Scenario, ScenarioError, UnknownIdError, apply, load
from optimizer import Weights, plan_flows
from optimizer.closings import KINDS, closing_named, closings_of
from optimizer.disruption import Disruption, cases_of, close_one, disrupt, ranked
from optimizer.graph import expand
from optimizer.sweep import sweep

if TYPE_CHECKING:
    from pathlib import Path

    from network import Dataset

RELATIVE = 1e-6


def assert_equals_cold_plans(data: Dataset, result: Disruption, share: float = 1.0) -> None:
    """Every record says what a plan made from nothing on the closed data says."""
    closings = {(each.kind, each.id): each for each in closings_of(result.base.blocks.graph, KINDS, share)}
    assert not result.failed
    assert set(closings) == {(record["kind"], record["id"]) for record in result.records}
    base = result.base
    for record in result.records:
        scenario = closings[record["kind"], record["id"]].scenario
        if record["status"] == "no_capacity":
            with pytest.raises(ScenarioError) as refused:
                apply(data, scenario)
            assert {finding.code for finding in refused.value.findings} == {"E312"}
            continue
        try:
            cold = plan_flows(apply(data, scenario))
        except ScenarioError:
            # What is unused needs no capacity to close in part.
            assert record["status"] == "unused"
            assert share < 1.0
            continue
        if cold.objective_usd is None:
            assert (record["status"], record["delta_objective_usd"]) == ("infeasible", None)
            continue
        assert record["delta_objective_usd"] == pytest.approx(
            cold.objective_usd - base.objective_usd, abs=RELATIVE * max(1.0, cold.objective_usd)
        )
        assert cold.objective_usd >= base.objective_usd * (1.0 - RELATIVE)
        if record["status"] in ("unused", "spare"):
            assert cold.objective_usd == pytest.approx(base.objective_usd, rel=RELATIVE, abs=RELATIVE)


@given(instances(hard=False).map(lambda instance: instance.dataset()))
@settings(max_examples=15, deadline=None)
def test_each_closing_equals_a_cold_plan(data: Dataset) -> None:
    """All links, nodes, crossings and shared capacities of random networks, those that were not planned included."""
    result = disrupt(data)
    assert_equals_cold_plans(data, result)
    assert cut_off_by_rows(data, result) == {(each["kind"], each["id"]): each["cut_off"] for each in result.records}


@given(instances(hard=True).map(lambda instance: instance.dataset()), st.sampled_from([0.1, 0.5, 0.9]))
@settings(max_examples=15, deadline=None)
def test_each_closing_for_part_of_the_year_equals_a_cold_plan(data: Dataset, share: float) -> None:
    """What still has room, what has no capacity to close in part, and demands that must be carried."""
    if plan_flows(data).cost_usd is None:
        with pytest.raises(NoPlanError):
            disrupt(data, share=share)
        return
    assert_equals_cold_plans(data, disrupt(data, share=share), share)


def cut_off_by_rows(data: Dataset, result: Disruption) -> dict[tuple[str, str], list[str]]:
    """Return who has a way in the data, and none in the closed data, by search over the rows."""
    with_way = {name for name in demand_ids(data) if name not in without_way(data)}
    closings = closings_of(result.base.blocks.graph, KINDS)
    return {
        (each.kind, each.id): [name for name in without_way(apply(data, each.scenario)) if name in with_way]
        for each in closings
    }


def demand_ids(data: Dataset) -> list[str]:
    return [str(name) for name in data.demands.text("demand_id")]


def without_way(data: Dataset) -> list[str]:
    """Return the demands that no chain of open rows joins, each searched by itself."""
    network = data.network
    shut = {row["shared_capacity_id"] for row in rows_of(network.shared_capacities) if row["capacity"] == 0}
    country = {row["node_id"]: row["country"] for row in rows_of(network.nodes)}
    modes_of = {row["commodity_id"]: row.get("modes") for row in rows_of(data.commodities)}
    ways = []
    for row in rows_of(network.links):
        mode = f"rail{row['gauge_mm']:.0f}" if row["mode"] == "rail" else row["mode"]
        ways.append((row, (row["from_node"], mode), (row["to_node"], mode)))
    for row in rows_of(network.transfers):
        ways.append((row, (row["node_id"], row["from_mode"]), (row["node_id"], row["to_mode"])))
    steps = [
        step
        for row, start, end in ways
        if row.get("capacity") != 0 and row.get("shared_capacity_id") not in shut
        for step in ([(start, end)] if row.get("directed") == 1 else [(start, end), (end, start)])
    ]
    found = []
    for demand in rows_of(data.demands):
        barred = (demand.get("avoid_countries") or "").split(";"), (demand.get("avoid_modes") or "").split(";")
        allowed = (modes_of[demand["commodity"]] or "rail;road;sea").split(";")
        open_steps = [
            step
            for step in steps
            if all(
                country[node] not in barred[0]
                and (bare := mode.rstrip("0123456789")) not in barred[1]
                and bare in allowed
                for node, mode in step
            )
        ]
        reached = {demand["origin"]}
        states = {start for start, _ in open_steps if start[0] in reached}
        while more := {end for start, end in open_steps if start in states} - states:
            states |= more
        if demand["destination"] not in {node for node, _ in states}:
            found.append(str(demand["demand_id"]))
    return found


def rows_of(table: object) -> list[dict]:
    return [table.row(at) for at in range(len(table))]


def demand(demand_id: str, ends: str, volume: float, unmet: float | None = 1000.0) -> dict[str, object]:
    row = {"demand_id": demand_id, "origin": ends[0], "destination": ends[1], "commodity": "container"}
    return row | {"volume": volume, "unmet_cost_usd_per_unit": unmet}


def bridge(unmet: float | None = 1000.0) -> Dataset:
    """Return A – B – C with a dearer way A – C that is too small, and a spur C – D that nobody uses."""
    links = [
        link("ab", "road", "A", "B", capacity=500, capacity_unit="teu/year"),
        link("bc", "road", "B", "C"),
        link("ac", "road", "A", "C", cost_usd_per_teu=50, capacity=40, capacity_unit="teu/year"),
        link("cd", "road", "C", "D"),
        link("bc-rail", "rail1520", "B", "C"),
        link("cb-rail", "rail1435", "C", "B", cost_usd_per_teu=70),
    ]
    demands = [demand("far", "AC", 100, unmet), demand("near", "AB", 10)]
    countries = {"A": "CN", "B": "CN", "C": "KZ", "D": "KZ"}
    return dataset(links, demands=demands, countries=countries, names={"B": "Border town"})


def test_what_each_closing_costs() -> None:
    """Costs, unmet volumes, users and who is cut off, worked out by hand."""
    result = disrupt(bridge())
    assert result.base.cost_usd == pytest.approx(210.0)
    found = {(record["kind"], record["id"]): record for record in result.records}
    # Without A – B the 40 units that A – C takes are worth most to far; near and the rest of far stay behind.
    ab = found["link", "ab"]
    assert ab["delta_cost_usd"] == pytest.approx(40 * 50 + 70 * 1000 - 210)
    assert ab["status"] == "optimal"
    assert sum(row["volume"] for row in ab["unmet"]) == pytest.approx(70.0)
    assert ab["delta_t_unmet"] == pytest.approx(700.0)
    assert (ab["t_unmet"], ab["t_used"], ab["n_demands_used"]) == (pytest.approx(700.0), pytest.approx(1100.0), 2)
    assert ab["cut_off"] == []
    assert found["node", "A"]["cut_off"] == ["far", "near"]
    assert found["node", "A"]["cost_usd"] == pytest.approx(110 * 1000.0)
    assert found["link", "cd"]["status"] == "unused"
    assert found["node", "D"]["delta_cost_usd"] == 0.0
    assert ("crossing", "rail:B:C") in found
    assert ("crossing", "road:B:C") not in found, "a crossing of one link is that link"
    assert found["crossing", "rail:B:C"]["status"] == "unused"


def test_a_crossing_is_one_mode_between_two_nodes() -> None:
    """Alone, crossings of one link count too; two gauges of a border close together."""
    graph = expand(bridge())
    closings = {each.id: each for each in closings_of(graph, ("crossing",))}
    assert set(closings) == {"road:B:C", "road:A:C", "rail:B:C"}
    (change,) = closings["rail:B:C"].scenario.changes
    assert change.where == {"id": ("bc-rail", "cb-rail")}


def test_worst_first_and_ties_by_id() -> None:
    """The rank follows the objective, then tonnes left behind, then the id; the frame keeps it."""
    result = disrupt(bridge())
    deltas = [record["delta_objective_usd"] for record in result.records]
    assert deltas == sorted(deltas, reverse=True)
    idle = [record["id"] for record in result.records if record["delta_objective_usd"] == 0.0]
    assert idle == sorted(idle)
    assert [record["id"] for record in result.worst] == [
        record["id"] for record in result.records if record["delta_objective_usd"] > 0.0
    ]
    frame = result.ranking()
    assert list(frame["id"]) == [record["id"] for record in result.records]
    assert list(frame.index) == list(range(1, len(frame) + 1))


def test_demands_that_must_be_carried_are_named() -> None:
    """Where a closing leaves no plan, it comes first and says who is in the way."""
    result = disrupt(bridge(unmet=None))
    first = result.records[0]
    assert (first["status"], first["cost_usd"], first["delta_objective_usd"], first["t_unmet"]) == (
        "infeasible",
        None,
        None,
        None,
    )
    assert "far" in first["message"]
    by_id = {(record["kind"], record["id"]): record for record in result.records}
    assert by_id["node", "C"]["cut_off"] == ["far"]
    assert by_id["link", "ab"]["cut_off"] == [], "A – C is too small, but it is a way"


def test_part_of_the_year() -> None:
    """A capacity with room to spare costs nothing, one without limit is told apart, a node shrinks what has a limit."""
    result = disrupt(bridge(), share=0.25)
    found = {(record["kind"], record["id"]): record for record in result.records}
    assert found["link", "ab"]["status"] == "spare"
    assert found["link", "bc"]["status"] == "no_capacity"
    assert found["link", "cd"]["status"] == "unused"
    assert found["node", "B"]["status"] == "spare"
    tight = disrupt(bridge(), only=["Border town"], share=0.9)
    (record,) = tight.records
    assert (record["kind"], record["id"], record["name"], record["status"]) == ("node", "B", "Border town", "optimal")
    assert record["delta_cost_usd"] == pytest.approx(40 * (50 - 2) + 20 * (1000 - 2))


def test_part_of_the_year_takes_its_share_of_what_is_free() -> None:
    """Other traffic stops for that time as well: a quarter of the year takes a quarter of what is free, and no more."""
    links = [
        link("ab", "road", "A", "B", capacity=1000, capacity_unit="teu/year", background=800, cost_usd_per_teu=1),
        link("round", "road", "A", "B", cost_usd_per_teu=11),
    ]
    full = dataset(links, demands=[demand("d", "AB", 200)])
    delta = {
        share: disrupt(full, only=["ab"], share=share).records[0]["delta_objective_usd"] for share in (0.25, 0.5, None)
    }
    assert delta == pytest.approx({0.25: 500.0, 0.5: 1000.0, None: 2000.0})
    (spare,) = disrupt(dataset(links, demands=[demand("d", "AB", 140)]), only=["ab"], share=0.25).records
    assert spare["status"] == "spare"


def test_what_stays_behind_in_all_and_what_more_of_it() -> None:
    """40 units stay behind with everything open and 100 without A – B: 1,000 t in all, 600 t of them more."""
    links = [link("ab", "road", "A", "B", capacity=60, capacity_unit="teu/year", cost_usd_per_teu=1)]
    data = dataset(links, demands=[demand("d", "AB", 100, 1000.0)])
    (record,) = disrupt(data, only=["ab"]).records
    assert (record["t_unmet"], record["delta_t_unmet"]) == (pytest.approx(1000.0), pytest.approx(600.0))
    assert sum(row["volume"] for row in record["unmet"]) == pytest.approx(100.0)
    (idle,) = disrupt(data, only=["B"], share=0.01).records
    assert idle["t_unmet"] == pytest.approx(406.0)


def test_an_unused_thing_can_be_the_last_way() -> None:
    """A demand that does not pay is left behind; it is cut off when the way it does not take closes, at no cost."""
    links = [link("ab", "road", "A", "B", cost_usd_per_teu=90), link("ac", "road", "A", "C")]
    data = dataset(links, demands=[demand("poor", "AB", 10, 20.0), demand("rich", "AC", 5)])
    found = {record["id"]: record for record in disrupt(data, kinds=["link"]).records}
    assert (found["ab"]["status"], found["ab"]["delta_cost_usd"], found["ab"]["cut_off"]) == ("unused", 0.0, ["poor"])
    assert found["ac"]["cut_off"] == ["rich"]
    assert disrupt(data, only=["mode=road"]).records[0]["cut_off"] == ["poor", "rich"]


def test_a_shared_capacity_of_which_goods_use_nothing() -> None:
    """Closing it all year stops also what takes none of it; a part of the year does not."""
    empty = CONTAINER | {"commodity_id": "empty", "teu_per_unit": 1, "units_per_truck": 0}
    links = [link("ab", "road", "A", "B", capacity=5, capacity_unit="truck/day", background=5)]
    row = demand("d", "AB", 10) | {"commodity": "empty"}
    data = dataset(links, commodities=[CONTAINER, empty], demands=[row])
    assert disrupt(data, only=["ab"]).records[0]["cut_off"] == ["d"]
    assert disrupt(data, only=["ab"], share=0.5).records[0]["delta_objective_usd"] == 0.0


@pytest.mark.parametrize(
    ("name", "kind", "links"),
    [
        ("mode=road,country=KZ", "links", {"bc", "ac", "cd"}),
        ("rail:B:C", "crossing", {"bc-rail", "cb-rail"}),
        ("AB", "link", {"ab"}),
    ],
)
def test_named_closings(name: str, kind: str, links: set[str]) -> None:
    """Conditions close their links together; ids of links are read whatever their case."""
    data = bridge()
    closing = closing_named(expand(data), data, name)
    assert closing.kind == kind
    closed = apply(data, closing.scenario).network.links
    ids = closed.text("link_id")[closed.number("capacity") == 0.0]
    assert set(ids) == links


def test_scenarios_close_for_the_share_asked() -> None:
    """A scenario lasts as long as it says, or for the share asked; one that closes nothing has none."""
    data = bridge()
    shut = Scenario("shut", changes=(Change("links", {"id": "ab"}, close=0.9),))
    (as_told,) = disrupt(data, only=[shut]).records
    (longer,) = disrupt(data, only=[shut], share=0.95).records
    assert as_told["delta_cost_usd"] == pytest.approx(40 * 48 + 20 * 998)
    assert longer["delta_cost_usd"] == pytest.approx(40 * 48 + 45 * 998)
    assert as_told["t_used"] == pytest.approx(1100.0)
    cheaper = Scenario("cheaper", changes=(Change("links", {"id": "bc"}, set={"cost_usd_per_teu": 0.5}),))
    assert disrupt(data, only=[cheaper]).records[0]["delta_cost_usd"] == pytest.approx(-50.0)
    with pytest.raises(ScenarioError, match="closes nothing"):
        disrupt(data, only=[cheaper], share=0.5)
    broken = Scenario("broken", changes=(Change("links", {"id": "nowhere"}, close=1.0),))
    with pytest.raises(ScenarioError, match="nowhere"):
        disrupt(data, only=[broken])


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"only": ["Bordr town"]}, UnknownIdError, "Border town"),
        ({"only": ["ab>"]}, UnknownIdError, "closes both ways"),
        ({"only": ["mode=tube"]}, UnknownIdError, "tube"),
        ({"only": ["mode="]}, UnknownIdError, "cannot read"),
        ({"only": ["B"], "kinds": ["link"]}, UnknownIdError, "a node, not a link"),
        ({"share": 0.0}, ValueError, "above 0"),
        ({"kinds": ["border"]}, ValueError, "border"),
    ],
)
def test_what_cannot_be_asked(options: dict, error: type[Exception], words: str) -> None:
    """Names that mean nothing, shares outside the year and unknown kinds are refused before anything is solved."""
    with pytest.raises(error, match=words):
        disrupt(bridge(), **options)


def test_without_a_plan_there_is_nothing_to_compare_with() -> None:
    """A network that cannot carry what it must has no plan to begin with."""
    data = dataset(
        [link("ab", "road", "A", "B", capacity=1, capacity_unit="teu/year")], demands=[demand("d", "AB", 2, None)]
    )
    with pytest.raises(NoPlanError):
        disrupt(data)


def test_workers_and_resumed_files_change_nothing(tmp_path: Path) -> None:
    """Threads, and a file cut short in the middle of a line, give the records of a serial sweep."""
    data, path = bridge(), tmp_path / "sweep.jsonl"
    serial = disrupt(data).records
    with ThreadPoolExecutor(2) as executor:
        assert disrupt(data, executor=executor).records == serial
    asked: list[str] = []
    disrupt(data, resume=path, on_done=lambda record: asked.append(record["id"]))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + lines[3][:10])
    assert disrupt(data, resume=path).records == serial
    assert len(path.read_bytes().splitlines()) == len(lines) == len(asked) + 1
    with pytest.raises(CorridorError, match="other weights"):
        disrupt(data, resume=path, weights=Weights(time_per_h=3.0))


def test_a_failing_closing_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A closing whose plan fails is listed apart, with its reason."""
    cases = cases_of(bridge(), only=["ab", "bc"])

    def failing(base: object, job: object) -> dict:
        if job.what.id == "bc":
            raise CorridorError("no")
        return close_one(base, job)

    result = ranked(cases, sweep(cases.jobs, failing, {2024: cases.base}))
    assert [record["id"] for record in result.records] == ["ab"]
    assert [(row["kind"], row["id"], row["error"]["message"]) for row in result.failed] == [("link", "bc", "no")]


def test_price_steps_close_with_their_link() -> None:
    """A link with a price step is two parallel ways in the plan; both of them close."""
    step = {"calibration_id": "fit", "calibration_unit": "teu", "links": "bc>", "calibration_usd_per_unit": -0.5}
    step |= {"step": 30.0, "margin_usd_per_unit": 0.1}
    fit = {"name": "fit", "changes": [{"table": "calibration", "rows": [step]}]}
    stepped = apply(bridge(), Scenario.from_mapping(fit))
    result = disrupt(stepped, only=["bc"], weights=Weights(calibration=1.0))
    (record,) = result.records
    assert len(result.base.data.network.links) > len(stepped.network.links)
    closed = Scenario("closed", changes=(Change("links", {"id": "bc"}, close=1.0),))
    cold = plan_flows(apply(stepped, closed), weights=Weights(calibration=1.0))
    assert record["delta_objective_usd"] == pytest.approx(cold.objective_usd - result.base.objective_usd)
    assert record["t_used"] == pytest.approx(1000.0)


def test_the_bundled_network() -> None:
    """Ports, borders and a shared capacity of the bundled network equal cold plans; nothing costs less than nothing."""
    data = load()
    names = ["Aktau", "rail-brest-malaszewicze", "dostyk-reloading", "sea:KZAAU:AZALA", "suez-closed"]
    graph = expand(data)
    known = {each.id for each in closings_of(graph, ("crossing",))}
    names = [name for name in names if ":" not in name or name in known]
    result = disrupt(data, only=names)
    assert not result.failed
    assert len(result.records) == len(names) >= 4
    for record in result.records:
        scenario = closing_named(graph, data, record["id"]).scenario
        cold = plan_flows(apply(data, scenario))
        assert result.base.objective_usd + record["delta_objective_usd"] == pytest.approx(cold.objective_usd, rel=1e-8)
        assert record["delta_objective_usd"] >= 0.0
