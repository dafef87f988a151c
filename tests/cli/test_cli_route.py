"""``corridor route`` on the tiny network."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

LINK_KEYS = {
    "link_id",
    "mode",
    "from_node",
    "to_node",
    "length_km",
    "time_h",
    "moving_h",
    "waiting_h",
    "border_h",
    "cost_usd",
    "co2_kg",
}
TRANSFER_KEYS = {"transfer", "node_id", "from_mode", "to_mode", "time_h", "cost_usd", "co2_kg"}
ROUTE_KEYS = {"cost_usd", "time_h", "co2_kg", "length_km", "modes", "countries", "corridor", "legs"}


def test_json_has_the_keys_of_the_contract_and_adds_up(corridor, tiny_folder):
    """The JSON names every key, and the legs sum to the totals."""
    answer = corridor("route", "Xi'an", "Duisburg", "--dataset", tiny_folder, "--format", "json", "--plain")
    assert answer.code == 0
    routes = json.loads(answer.out)["routes"]
    assert len(routes) == 3
    for route in routes:
        assert set(route) >= ROUTE_KEYS
        for leg in route["legs"]:
            assert set(leg) == (TRANSFER_KEYS if leg.get("transfer") else LINK_KEYS)
        for key in ("cost_usd", "time_h", "co2_kg"):
            assert sum(leg[key] for leg in route["legs"]) == pytest.approx(route[key])


def test_first_route_by_hand(corridor, tiny_folder):
    """The northern rail route costs and takes what a pencil says from the tables."""
    answer = corridor(
        *("route", "CNSIA", "DEDUI", "--dataset", tiny_folder, "--format", "json", "-k", 1),
        *("--avoid-mode", "road", "--avoid-mode", "sea"),
    )
    route = json.loads(answer.out)["routes"][0]
    # Haulage and border fees of the five rail links, then the two gauge changes.
    cost_usd = (3500 * 0.5 + 50) + 360 * 0.35 + (4000 * 0.35 + 30) + (1250 * 0.5 + 60) + 700 + 60 + 80
    time_h = (3500 / 40 + 12) + 360 / 30 + (4000 / 30 + 10) + (1250 / 35 + 14) + 36 + 10 + 14
    assert route["cost_usd"] == pytest.approx(cost_usd)
    assert route["time_h"] == pytest.approx(time_h)
    assert route["corridor"] == "northern"
    assert route["countries"] == ["CN", "KZ", "RU", "PL", "DE"]


def test_table_shows_borders_gauges_and_days(corridor, tiny_folder):
    """The table a forwarder reads marks crossings and gauge changes and totals in days."""
    answer = corridor("route", "Xian", "Duisburg", "--dataset", tiny_folder, "-k", 1, "--avoid-mode", "road")
    assert answer.code == 0
    assert "Route 1 of 1 · Northern corridor" in answer.out
    assert "[border CN→KZ]" in answer.out
    assert "gauge change" in answer.out
    assert "rail1435 → rail1520" in answer.out
    assert " days = " in answer.out
    assert "\x1b" not in answer.out


def test_names_in_three_scripts_give_the_same_route(corridor, tiny_folder):
    """Latin without accents, Cyrillic and Chinese names resolve to the same places."""
    asked = [("xian", "DUISBURG"), ("Сиань", "Дуйсбург"), ("西安", "dedui")]
    answers = [corridor("route", *pair, "--dataset", tiny_folder, "--format", "json").out for pair in asked]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(("unit", "teu"), [("teu", 3), ("feu", 6), ("t", 0.3)])
def test_quantity_scales_money_but_not_time(corridor, tiny_folder, unit, teu):
    """Three TEU, FEU or tonnes cost in proportion and take the same hours."""
    ask = ("route", "Xi'an", "Duisburg", "--dataset", tiny_folder, "--format", "json", "-k", 1)
    one = json.loads(corridor(*ask).out)["routes"][0]
    many = json.loads(corridor(*ask, "--quantity", 3, "--unit", unit).out)["routes"][0]
    assert many["cost_usd"] == pytest.approx(one["cost_usd"] * teu)
    assert many["co2_kg"] == pytest.approx(one["co2_kg"] * teu)
    assert many["time_h"] == pytest.approx(one["time_h"])


def test_tonnes_of_a_bulk_commodity_cannot_be_asked_in_teu(corridor, tiny_folder):
    """Grain takes no TEU: the question is refused with the unit to use."""
    answer = corridor("route", "Almaty", "Moscow", "--commodity", "grain", "--unit", "teu", "--dataset", tiny_folder)
    assert answer.code == 2
    assert "use --unit t" in answer.err


def test_csv_has_one_row_per_leg(corridor, tiny_folder):
    """The CSV repeats the legs of the JSON."""
    ask = ("route", "Xi'an", "Duisburg", "--dataset", tiny_folder)
    rows = list(csv.DictReader(io.StringIO(corridor(*ask, "--format", "csv").out)))
    routes = json.loads(corridor(*ask, "--format", "json").out)["routes"]
    assert len(rows) == sum(len(route["legs"]) for route in routes)
    assert sum(float(row["cost_usd"]) for row in rows if row["route"] == "1") == pytest.approx(routes[0]["cost_usd"])


def test_geojson_draws_every_leg_in_the_direction_of_travel(corridor, tiny_folder):
    """Lines start where the leg starts, with longitude first."""
    answer = corridor("route", "Duisburg", "Xi'an", "--dataset", tiny_folder, "--format", "geojson", "-k", 1)
    features = json.loads(answer.out)["features"]
    assert features[0]["geometry"]["coordinates"][0] == [6.73, 51.45]
    lines = [feature for feature in features if feature["geometry"]["type"] == "LineString"]
    assert lines[-1]["geometry"]["coordinates"][-1] == [109.05, 34.38]


def test_geojson_takes_the_geometry_of_the_dataset(corridor, tiny_folder):
    """A link with geometry is drawn by it, turned around where travelled backward."""
    line = [[51.22, 43.6], [50.5, 42.0], [49.89, 40.37]]
    feature = {
        "type": "Feature",
        "properties": {"link_id": "sea-aktau-baku"},
        "geometry": {"type": "LineString", "coordinates": line},
    }
    Path(tiny_folder, "links.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    answer = corridor("route", "Baku", "Aktau", "--dataset", tiny_folder, "--format", "geojson", "-k", 1)
    assert json.loads(answer.out)["features"][0]["geometry"]["coordinates"] == line[::-1]


def test_minimize_takes_that_weight_alone(corridor, tiny_folder):
    """The cheapest, fastest and cleanest routes are each best in what was asked."""
    ask = ("route", "Xi'an", "Duisburg", "--dataset", tiny_folder, "--format", "json", "-k", 1)
    best = {what: json.loads(corridor(*ask, "--minimize", what).out)["routes"][0] for what in ("cost", "time", "co2")}
    for what, key in (("cost", "cost_usd"), ("time", "time_h"), ("co2", "co2_kg")):
        assert best[what][key] == min(route[key] for route in best.values())


def test_output_file_is_written_whole(corridor, tiny_folder, tmp_path):
    """-o writes the same text and prints nothing."""
    target = tmp_path / "route.json"
    ask = ("route", "Xi'an", "Duisburg", "--dataset", tiny_folder, "--format", "json")
    answer = corridor(*ask, "-o", target)
    assert (answer.code, answer.out) == (0, "")
    assert target.read_text() == corridor(*ask).out
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["route.json"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["Xi'an", "Duisburgg"], 2, "Duisburg"),
        (["Xi'an", "Атлантида"], 2, "Атлантида"),
        (["Xi'an"], 2, "TO"),
        (["Xi'an", "Duisburg", "--commodity", "contaner"], 2, "container"),
        (["Xi'an", "Duisburg", "--avoid-mode", "ral"], 2, "rail"),
        (["Xi'an", "Duisburg", "--avoid-country", "XX"], 2, "XX"),
        (["Xi'an", "Duisburg", "--avoid-country", "RU", "--avoid-country", "KZ"], 3, "KZ"),
        (["Xi'an", "Duisburg", "--avoid", "Khorgos", "--avoid-mode", "road"], 3, "avoid node KZHOR"),
        (["Xi'an", "Duisburg", "--via", "Nowhere"], 2, "Nowhere"),
        (["Xi'an", "Xi'an"], 3, "same"),
        (["Xi'an", "Duisburg", "--quantity", "0"], 2, "quantity"),
        (["Xi'an", "Duisburg", "--quantity", "nan"], 2, "quantity"),
        (["Xi'an", "Duisburg", "-k", "0"], 2, "-k"),
        (["Xi'an", "Duisburg", "--month", "13"], 2, "--month"),
        (["Xi'an", "Duisburg", "--minimize", "cost", "--time-value", "3"], 2, "--minimize"),
        (["Xi'an", "Duisburg", "--scenario", "missing.toml"], 2, "missing.toml"),
        (["Xi'an", "Duisburg", "--max-time-h", "24"], 3, "24"),
        (["Xi'an", "Duisburg", "--format", "xml"], 2, "--format"),
        (["Xi'an", "Duisburg", "--avoid-contry", "RU"], 2, "--avoid-country"),
    ],
)
def test_refusals_name_the_remedy(corridor, tiny_folder, tmp_path, arguments, code, says):
    """Each bad question ends with its exit code, a message that helps, and no file."""
    target = tmp_path / "out.json"
    answer = corridor("route", *arguments, "--dataset", tiny_folder, "-o", target)
    assert answer.code == code
    assert says in answer.err
    assert answer.out == ""
    assert not target.exists()


def test_errors_are_json_when_json_is_asked_for(corridor, tiny_folder):
    """A program reads code, type and close matches of an unknown name."""
    answer = corridor("route", "Xi'an", "Duisburgg", "--dataset", tiny_folder, "--format", "json")
    error = json.loads(answer.err)["error"]
    assert answer.code == 2
    assert error["type"] == "UnknownIdError"
    assert any("Duisburg" in match for match in error["matches"])


def test_usage_errors_are_json_too(corridor):
    """Even a missing argument is JSON when JSON is asked for."""
    answer = corridor("route", "--format=json")
    assert answer.code == 2
    assert json.loads(answer.err)["error"]["type"] == "UsageError"


def test_missing_dataset_folder_is_a_usage_error(corridor, tmp_path):
    """A folder that is not there ends with 2 and its name."""
    answer = corridor("route", "A", "B", "--dataset", tmp_path / "nowhere")
    assert answer.code == 2
    assert "nowhere" in answer.err


def test_scenario_changes_the_route(corridor, tiny_folder, tmp_path):
    """Closing the Almaty–Moscow railway sends the shipment another way."""
    scenario = tmp_path / "closed.toml"
    scenario.write_text(
        'name = "closed"\n[[changes]]\ntable = "links"\nwhere = { id = ["rail-almaty-moscow"] }\nclose = true\n'
    )
    ask = ("route", "Xi'an", "Duisburg", "--dataset", tiny_folder, "--format", "json", "-k", 1)
    answer = corridor(*ask, "--scenario", scenario)
    used = [leg.get("link_id") for leg in json.loads(answer.out)["routes"][0]["legs"]]
    assert "rail-almaty-moscow" in [leg.get("link_id") for leg in json.loads(corridor(*ask).out)["routes"][0]["legs"]]
    assert "rail-almaty-moscow" not in used


def test_bad_scenario_content_is_exit_1(corridor, tiny_folder, tmp_path):
    """A change that selects nothing is an error of the scenario, not a silent no-op."""
    scenario = tmp_path / "nothing.toml"
    scenario.write_text('name = "n"\n[[changes]]\ntable = "links"\nwhere = { id = ["no-such"] }\nclose = true\n')
    answer = corridor("route", "Xi'an", "Duisburg", "--dataset", tiny_folder, "--scenario", scenario)
    assert answer.code == 1
    assert "no-such" in answer.err


def test_alternatives_by_default_and_copies_on_request(corridor, tiny_folder):
    """A transfer at an end makes no second route unless --plain asks for the literal list; both begin with the best."""
    ask = ("route", "Almaty", "Moscow", "--dataset", tiny_folder, "-k", 3, "--minimize", "time", "--format", "json")
    found = json.loads(corridor(*ask).out)["routes"]
    plain = json.loads(corridor(*ask, "--plain").out)["routes"]
    assert [links_of(route) for route in found] == [["road-almaty-moscow"], ["rail-almaty-moscow"]]
    assert [links_of(route) for route in plain] == [["road-almaty-moscow"]] * 3
    assert found[0] == plain[0]


def links_of(route):
    return [leg["link_id"] for leg in route["legs"] if "link_id" in leg]


@pytest.mark.parametrize(
    ("options", "note"),
    [
        ((), "2 of the 9 routes asked for are shown; no other differs enough from these (--plain lists all).\n"),
        (("--plain",), "8 of the 9 routes asked for are shown; no other exists.\n"),
        (("-k", 2), ""),
        (("--plain", "-k", 8), ""),
    ],
)
def test_fewer_routes_than_asked_for_are_a_note(corridor, tiny_folder, options, note):
    """The table says why there are fewer, on stderr; a machine reads no note."""
    ask = ("route", "Almaty", "Moscow", "--dataset", tiny_folder, "--minimize", "time", "--avoid-mode", "sea")
    avoid = ("--avoid", "KZAAU", "--avoid", "DEDUI")
    answer = corridor(*ask, *avoid, "-k", 9, *options)
    assert (answer.code, answer.err) == (0, note)
    assert answer.out.count("\nRoute ") == (2 if "--plain" not in options else 8)
    assert corridor(*ask, *avoid, "-k", 9, *options, "--format", "json").err == ""


@pytest.mark.parametrize("question", ["--each-corridor", "--pareto"])
@pytest.mark.parametrize("option", [("--plain",), ("-k", 2)])
def test_lists_of_their_own_kind_take_no_length(corridor, tiny_folder, question, option):
    """Neither --plain nor -k goes with a question that lists every route of its kind."""
    answer = corridor("route", "Almaty", "Moscow", "--dataset", tiny_folder, question, *option)
    assert answer.code == 2
    assert f"leave {option[0]} out" in answer.err


def test_minimize_reliability(corridor, tiny_folder):
    """The sure border beats the fast one with a long tail; table and JSON tell the percentiles the data has."""
    path = Path(tiny_folder, "links.csv")
    header, *rows = path.read_text().splitlines()
    p90_h = {"road-almaty-moscow": 150, "rail-almaty-moscow": 12}
    cells = [f"{row},{p90_h.get(row.partition(',')[0], '')}" for row in rows]
    path.write_text("\n".join([f"{header},fixed_time_p90_h", *cells]) + "\n")
    ask = ("route", "Almaty", "Moscow", "--dataset", tiny_folder, "-k", 1)
    best = {
        what: json.loads(corridor(*ask, "--minimize", what, "--format", "json").out)["routes"][0]
        for what in ("time", "reliability")
    }
    assert {what: links_of(route) for what, route in best.items()} == {
        "time": ["road-almaty-moscow"],
        "reliability": ["rail-almaty-moscow"],
    }
    assert best["reliability"]["time_p90_h"] == pytest.approx(best["reliability"]["time_h"] + 2)
    assert best["time"]["time_p90_h"] == pytest.approx(best["time"]["time_h"] + 144)
    assert "6.0 days (6.1 in 9 of 10 cases)" in corridor(*ask, "--minimize", "reliability").out
    assert corridor("plan", "--dataset", tiny_folder, "--minimize", "reliability").code == 2
