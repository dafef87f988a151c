"""Published figures beside those of the model: each kind by hand on small networks, passes, misses and context."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, dataset, link, transfer

import optimizer
from network import NoPlanError, Scenario, apply
from optimizer import Weights, validate
from optimizer.report.validation import BEGIN, END, validation_csv, validation_document, with_results
from optimizer.validation import KINDS, Check

BOX = CONTAINER | {"time_value_usd_per_unit_h": 1.0}
HIGH = BOX | {"commodity_id": "container_high", "time_value_usd_per_unit_h": 100.0, "units_per_train": 50}
LINKS = [
    link("ab", "rail1520", "A", "B", length_km=400, time_h=40, cost_usd_per_teu=100, cost_usd_per_t=10, corridors="r"),
    link("bc", "rail1520", "B", "C", length_km=500, time_h=50, cost_usd_per_teu=200, cost_usd_per_t=20, corridors="r"),
    link("ac", "road", "A", "C", length_km=1000, time_h=20, cost_usd_per_teu=900, cost_usd_per_t=90, corridors="w"),
    link("ad", "sea", "A", "D", length_km=1852, time_h=96, cost_usd_per_teu=10, cost_usd_per_t=1, corridors="o"),
    link("dc", "sea", "D", "C", length_km=1852, time_h=144, cost_usd_per_teu=10, cost_usd_per_t=1, corridors="o"),
    link("fly", "air", "A", "F", length_km=800, time_h=2, cost_usd_per_teu=5000, cost_usd_per_t=500, corridors="x"),
    link("truck", "road", "F", "C", length_km=100, time_h=2, cost_usd_per_teu=100, cost_usd_per_t=10, corridors="x"),
]
CORRIDORS = [
    {"corridor_id": "r", "name": "The railway", "gateway_nodes": "B"},
    {"corridor_id": "o", "name": "The sea", "gateway_links": "ad"},
    {"corridor_id": "w", "name": "The road"},
    {"corridor_id": "x", "name": "The flight"},
]
DEMANDS = [
    {"demand_id": "d1", "origin": "A", "destination": "B", "commodity": "container", "volume": 1000},
    {"demand_id": "d2", "origin": "B", "destination": "A", "commodity": "container", "volume": 300},
    {"demand_id": "d3", "origin": "A", "destination": "C", "commodity": "container_high", "volume": 200},
    {"demand_id": "d4", "origin": "B", "destination": "C", "commodity": "grain", "volume": 8000},
]


def world(*observations, **tables):
    """Return the dataset of this test with observations, all of them targets unless they say otherwise."""
    rows = [
        {"observation_id": f"o{at}", "target": 1, "origin": "A", "destination": "C"} | row
        for at, row in enumerate(observations)
    ]
    tables = {"demands": DEMANDS, "corridors": CORRIDORS, "commodities": (BOX, HIGH, GRAIN)} | tables
    return dataset(LINKS, [transfer("F", "air", "road")], observations=rows, **tables)


def check(**row) -> Check:
    """Return the only check of a dataset with one observation."""
    [found] = validate(world(row)).checks
    return found


def flow(**row) -> Check:
    return check(kind="flow", origin="", destination="", **row)


@pytest.mark.parametrize(
    ("row", "modelled"),
    [
        ({"kind": "distance", "unit": "km"}, 900),
        ({"kind": "distance", "unit": "km", "mode": "road"}, 1000),
        ({"kind": "distance", "unit": "nm", "corridor": "o"}, 2000),
        ({"kind": "distance", "unit": "km", "mode": "air;road"}, 900),
        ({"kind": "distance", "unit": "km", "avoid": "B;fly"}, 1000),
        ({"kind": "time", "unit": "h"}, 240),
        ({"kind": "time", "unit": "d", "corridor": "r"}, 3.75),
        ({"kind": "time", "unit": "h", "via": "D"}, 240),
        ({"kind": "time", "unit": "h", "via": "ab", "corridor": "o"}, 90),
        ({"kind": "time", "unit": "h", "commodity": "container_high"}, 20),
        ({"kind": "cost", "unit": "USD/TEU", "mode": "rail"}, 300),
        ({"kind": "cost", "unit": "USD/TEU", "corridor": "w"}, 20),
        ({"kind": "cost", "unit": "USD/TEU", "corridor": "w", "mode": "road"}, 900),
        ({"kind": "cost", "unit": "USD/t", "mode": "rail"}, 30),
        ({"kind": "cost", "unit": "USD/t", "mode": "rail", "commodity": "grain"}, 30),
    ],
)
def test_routes_are_held_to_their_row(row, modelled):
    """Distances are those of the shortest route, times and costs of the best one, by the row's modes and holds."""
    found = check(value=modelled, **row)
    assert found.modelled == pytest.approx(modelled)
    assert found.error == pytest.approx(0)
    assert found.result == "pass"


def test_checks_are_a_table():
    """One row per observation, with the attributes of a check."""
    found = validate(world({"kind": "time", "unit": "h", "value": 20.0}))
    frame = found.to_frame()
    assert list(frame.columns) == list(Check._fields)
    assert frame["result"].tolist() == [row.result for row in found.checks] != []


def test_weights_choose_the_route():
    """The commodity's own time value by default, other weights when asked for."""
    data = world({"kind": "time", "unit": "h", "value": 20})
    assert validate(data).checks[0].modelled == 240
    assert validate(data, weights=Weights(time_per_h=100.0)).checks[0].modelled == 20


@pytest.mark.parametrize(
    ("links", "unit", "more", "modelled"),
    [
        ("ab", "TEU/year", {}, 1300),
        ("ab>", "TEU/year", {}, 1000),
        ("ab<", "TEU/year", {}, 300),
        ("ab>;ac", "TEU/year", {}, 1200),
        ("ac", "t/year", {}, 2000),
        ("bc", "t/6 months", {}, 4000),
        ("ab;ac", "train/year", {}, 17),
        ("ac;ab", "train/day", {"commodity": "container"}, 13 / 365),
        ("ac", "truck/year", {"commodity": "container;container_high"}, 100),
        ("bc", "TEU/year", {}, 0),
        ("bc", "train/year", {"commodity": "grain"}, 2),
        ("fly", "TEU/year", {}, 0),
    ],
)
def test_flows_add_up_over_links(links, unit, more, modelled):
    """Links sum up, a sign counts one direction, a unit counts TEU, weight or vehicles in its period."""
    found = flow(links=links, unit=unit, value=modelled, **more)
    assert found.modelled == pytest.approx(modelled)


def test_flows_are_those_of_the_year_asked_for():
    """A year without demands has no plan, which is told; the base year has one."""
    data = world({"kind": "flow", "links": "ab", "unit": "TEU/year", "value": 1300, "remark": "Counted."})
    assert validate(data, 2024).checks[0].result == "pass"
    found = validate(data, 2030).checks[0]
    assert (found.modelled, found.error, found.result) == (None, None, "miss")
    assert found.remark == "The year has no demands, so there is no plan to take flows from. Counted."


def test_a_plan_without_an_answer_is_an_error():
    """Flows are never made up: what must be carried and cannot be raises."""
    demand = {"demand_id": "d", "origin": "C", "destination": "A", "commodity": "container", "volume": 1}
    data = world(
        {"kind": "flow", "links": "ab", "unit": "TEU/year", "value": 1},
        demands=[demand | {"avoid_modes": "rail;road;sea;air"}],
    )
    with pytest.raises(NoPlanError):
        validate(data)
    assert validate(data, kinds={"time"}).checks == ()


@pytest.mark.parametrize(
    ("given", "published", "error", "result"),
    [
        ({"value": 200}, 200, 0.2, "pass"),
        ({"value": 192}, 192, 0.25, "pass"),
        ({"value": 191}, 191, 49 / 191, "miss"),
        ({"value": 320}, 320, -0.25, "pass"),
        ({"value": 321}, 321, -81 / 321, "miss"),
        ({"value": 200, "tolerance": 0.1}, 200, 0.2, "miss"),
        ({"value": 240, "tolerance": 0}, 240, 0, "pass"),
        ({"value": 100, "low": 90, "high": 240}, 100, 1.4, "pass"),
        ({"value": 100, "low": 90, "high": 239}, 100, 1.4, "miss"),
        ({"low": 100, "high": 300}, 200, 0.2, "pass"),
        ({"low": 400, "high": 600}, 500, -0.52, "miss"),
        ({"low": 100}, 100, 1.4, "pass"),
        ({"high": 1000}, 1000, -0.76, "pass"),
        ({"low": 500}, 500, -0.52, "miss"),
        ({"value": 240, "target": 0}, 240, 0, "context"),
        ({"value": 1, "target": 0}, 1, 239, "context"),
    ],
)
def test_passes_are_inside_the_range_or_near_the_value(given, published, error, result):
    """240 hours against published ones: ranges with one end are open, the middle of a range is its value."""
    found = check(kind="time", unit="h", **given)
    assert found.published == pytest.approx(published)
    assert found.error == pytest.approx(error)
    assert found.result == result


@given(low=st.floats(1, 1000), width=st.floats(0, 1000), tolerance=st.floats(0, 1))
def test_the_rule_of_passing(low, width, tolerance):
    """A target passes exactly if it is inside the range or as near to its middle as allowed."""
    found = check(kind="time", unit="h", low=low, high=low + width, tolerance=tolerance)
    middle = low + width / 2
    near = abs(240 - middle) / middle
    if abs(near - tolerance) > 1e-9:
        assert (found.result == "pass") == (low <= 240 <= low + width or near < tolerance)


def test_what_the_model_has_no_route_for_is_a_miss():
    """The reason is told before the remark of the row."""
    found = check(kind="time", unit="h", value=5, mode="river", remark="A canal.")
    assert (found.modelled, found.error, found.result) == (None, None, "miss")
    assert found.remark == "No route keeps to this row, or its commodity is not counted in this unit. A canal."
    assert check(kind="cost", unit="USD/TEU", value=5, commodity="grain", mode="rail").modelled is None


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "capacity", "unit": "TEU/year", "value": 5},
        {"kind": "flow", "unit": "TEU/year", "value": 5},
        {"kind": "flow", "unit": "percent", "links": "ab", "value": 80},
        {"kind": "time", "unit": "weeks", "value": 2},
        {"kind": "time", "unit": "h", "destination": "", "value": 2},
        {"kind": "time", "unit": "h", "commodity": "container;grain", "value": 2},
    ],
)
def test_context_the_model_cannot_compute_is_shown_as_it_is(row):
    """Such rows have a published figure, none of the model, and no remark of their own."""
    found = check(target=0, **row)
    assert (found.published, found.modelled, found.error, found.result) == (row["value"], None, None, "context")
    assert found.remark == ""


@pytest.mark.parametrize(
    ("ranking", "unit", "modelled", "error"),
    [
        ("air;road;r;o", "h", "air < road < r < o", 0),
        ("o;r;road;air", "USD/TEU", "o < r < road < air", 0),
        ("road;air;r;o", "d", "air < road < r < o", 1 / 3),
        ("o;r;road;air", "h", "air < road < r < o", 1),
        ("road;w", "h", "road < w", 1),
        ("air;river;o", "h", "air < o", 1),
    ],
)
def test_orders_are_exact(ranking, unit, modelled, error):
    """Modes by themselves, air with trucks, corridors through their gateways; ties and gaps are out of order."""
    found = check(kind="order", ranking=ranking, unit=unit)
    assert found.published == ranking.replace(";", " < ")
    assert found.modelled == modelled
    assert found.error == pytest.approx(error)
    assert found.result == ("pass" if error == 0 else "miss")


@pytest.mark.parametrize(
    ("ranking", "unit", "modelled"),
    [
        ("road;r:rail;o:sea", "h", "road < r < o"),
        ("air:air+road;r:road+rail;o", "h", "air < r < o"),
        ("o;r:rail;r:road", "USD/TEU", "o < r:rail"),
        ("r:rail;r:rail-DE", "h", "r:rail < r:rail-DE"),
        ("road;r:rail-DE;o:-KZ", "h", "road < r"),
        ("road:road+air-KZ;air", "h", "air"),
    ],
)
def test_items_of_an_order_keep_to_their_hold(ranking, unit, modelled):
    """Behind a colon stand the only modes and the countries to avoid: all nodes lie in KZ. No such route, no place.

    An order is told by names, and by whole items where a name is there twice; a tie is out of order.
    """
    found = check(kind="order", ranking=ranking, unit=unit)
    assert found.modelled == modelled
    assert (found.result == "pass") == (found.published == modelled and "r:" not in modelled)


CALIBRATION = {
    "calibration_id": "o0",
    "links": "ad",
    "calibration_unit": "teu",
    "calibration_usd_per_unit": 1000.0,
}


@pytest.mark.parametrize(("asked", "modelled", "plain"), [(None, 1200, 0), (True, 1200, 0), (False, 0, None)])
def test_flows_are_those_of_the_calibrated_plan_where_there_is_one(asked, modelled, plain):
    """The plan without calibration is told beside it; asked for alone, it is the only one. Routes never change."""
    row = {"kind": "flow", "links": "ab>", "unit": "TEU/year", "value": 1200, "origin": "", "destination": ""}
    cost = {"kind": "cost", "unit": "USD/TEU", "mode": "road", "value": 900}
    demands = [
        {"demand_id": "d", "origin": "A", "destination": "C", "commodity": "container", "volume": 1200},
    ]
    changes = [{"table": "calibration", "rows": [CALIBRATION]}]
    data = apply(world(row, cost, demands=demands), Scenario.from_mapping({"name": "fitted", "changes": changes}))
    validation = validate(data, calibrated=asked)
    by_kind = {found.kind: found for found in validation.checks}
    assert (by_kind["flow"].modelled, by_kind["flow"].uncalibrated) == (modelled, plain)
    assert (by_kind["cost"].modelled, by_kind["cost"].uncalibrated) == (900, None)
    assert validation.is_calibrated == (asked is not False)
    flows = next(table for table in validation_document(data, validation) if table.title == "Flows")
    assert ("Uncalibrated" in [column.header for column in flows.columns]) == (asked is not False)
    page = with_results(f"{BEGIN}\n{END}\n", data, validation)
    assert ("calibrated plan of 2024" in page) == (asked is not False)


def test_without_a_calibration_there_is_one_plan():
    """Asking for the calibrated plan of a dataset without calibration is no error and adds no column."""
    data = world({"kind": "flow", "links": "ab>", "unit": "TEU/year", "value": 1000, "origin": "", "destination": ""})
    validation = validate(data, calibrated=True)
    assert (validation.is_calibrated, validation.checks[0].uncalibrated) == (False, None)


MIXED = (
    {"kind": "cost", "unit": "USD/TEU", "value": 20, "source": "s"},
    {"kind": "time", "unit": "h", "value": 10, "remark": "Too far."},
    {"kind": "time", "unit": "h", "value": 240, "low": 200, "high": 300},
    {"kind": "time", "unit": "h", "value": 1, "target": 0, "remark": "A trial."},
    {"kind": "flow", "unit": "TEU/year", "links": "ab>", "value": 1000, "origin": "", "destination": ""},
    {"kind": "order", "unit": "h", "ranking": "air;road:road-DE", "corridor": "r", "mode": "air;road", "via": "B;ab"},
    {"kind": "capacity", "unit": "TEU/year", "value": 5, "target": 0, "destination": ""},
)


def test_the_summary_counts_targets_by_kind_and_in_all():
    """Context counts nowhere; kinds stand in their order, rows of a kind in that of the table."""
    validation = validate(world(*MIXED))
    assert [check.observation_id for check in validation.checks] == ["o1", "o2", "o3", "o0", "o4", "o5", "o6"]
    assert [tuple(tally) for tally in validation.summary] == [
        ("time", 2, 1, 0.5),
        ("cost", 1, 1, 1.0),
        ("flow", 1, 1, 1.0),
        ("order", 1, 1, 1.0),
        ("capacity", 0, 0, None),
        ("all", 5, 4, 0.8),
    ]
    assert validation.share == 0.8
    assert validate(world(*MIXED), kinds=["time"]).share == 0.5


def test_no_observations_are_no_error():
    """A dataset without the table has nothing to tell."""
    validation = validate(dataset(LINKS))
    assert (validation.checks, validation.summary, validation.share) == ((), (), None)


def test_plain_values_have_the_keys_of_the_contract():
    """The JSON is rows and a summary, with these keys in this order."""
    plain = json.loads(json.dumps(validate(world(*MIXED)).to_mapping()))
    assert list(plain) == ["rows", "summary"]
    keys = (
        "observation_id kind origin destination published low high modelled uncalibrated unit error tolerance result "
        "source remark"
    )
    assert all(list(row) == keys.split() for row in plain["rows"])
    assert all(list(tally) == ["kind", "targets", "passed", "share"] for tally in plain["summary"])


def test_a_row_does_not_depend_on_others():
    """Each check is the same alone and among others, and among rows in another order."""
    together = {(check.kind, check.published, check.low): check for check in validate(world(*MIXED)).checks}
    reverse = validate(world(*reversed(MIXED))).checks
    for each in reverse:
        other = together[each.kind, each.published, each.low]
        assert each._replace(observation_id="") == other._replace(observation_id="")


def test_tables_have_every_row_and_the_counts():
    """A table by kind, then the counts; ranges, open ends and missing figures are told as such."""
    data = world(*MIXED, {"kind": "time", "unit": "d", "low": 5})
    document = validation_document(data, validate(data))
    titles = [table.title for table in document]
    assert titles == ["Times", "Costs", "Flows", "Orders", "Capacities", "Targets"]
    by_title = dict(zip(titles, document, strict=True))
    assert [row[2] for row in by_title["Times"].rows] == ["10", "200–300", "1", "≥ 5"]
    assert by_title["Times"].rows[0][:8] == ("A – C", "", "10", "240", "h", "+2300 %", "25 %", "miss")
    assert by_title["Flows"].rows[0][0] == "ab>"
    assert by_title["Orders"].rows[0][1] == "The railway, air + road, via B, ab, road by road not through DE"
    assert by_title["Capacities"].rows[0][3] == "–"
    assert by_title["Targets"].rows[-1] == ("All", "6", "5", "83 %")


def test_csv_has_a_row_per_observation():
    """The columns are the keys of the JSON; empty cells stand for no figure."""
    lines = validation_csv(validate(world(*MIXED))).splitlines()
    assert lines[0].split(",") == list(Check._fields)
    assert lines[-1] == "o6,capacity,A,,5.0,,,,,TEU/year,,0.0,context,,"
    assert len(lines) == 1 + len(MIXED)


def test_a_page_is_made_anew_between_its_lines():
    """What stands around the generated part stays; made twice it is the same; misses and context have their words."""
    data = world(*MIXED)
    page = with_results(f"# Title\n\n{BEGIN}\nold\n{END}\nend\n", data, validate(data))
    assert page.startswith(f"# Title\n\n{BEGIN}\n\nDataset `frames`")
    assert page.endswith(f"{END}\nend\n")
    assert "old" not in page
    assert "- Times: A – C: 240 against 10 h (+2300 %). Too far.\n" in page
    assert "| time | A – C |  | 1 | 240 | h |  | A trial. |" in page
    assert with_results(page, data, validate(data)) == page


@pytest.mark.parametrize("page", ["", f"{BEGIN}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{END}\n{END}\n"])
def test_a_page_without_its_lines_is_refused(page):
    """Nothing is overwritten where the lines are not there once, in order."""
    data = world()
    with pytest.raises(ValueError, match="once, in this order"):
        with_results(page, data, validate(data))


def test_kinds_are_those_of_the_command():
    """The command lists the kinds without importing the library."""
    from optimizer.cli import validate as command

    assert command.KINDS == KINDS
    assert optimizer.validate is validate
