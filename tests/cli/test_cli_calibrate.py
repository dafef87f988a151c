"""``corridor calibrate``, and ``--calibrated`` of the commands that minimize."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from network import Scenario, apply, read_dataset, write_dataset
from network.changes import Change

if TYPE_CHECKING:
    from pathlib import Path

LINK = "rail-moscow-malaszewicze"
HEADER = "observation_id,kind,origin,destination,links,value,unit,target"


@pytest.fixture
def target_folder(tiny_folder: Path, corridor) -> Path:
    """Return a dataset whose plan sends all over a link where half of it was observed, as a dearer one lies beside."""
    links = (tiny_folder / "links.csv").read_text().rstrip("\n").splitlines()
    beside = next(line for line in links if line.startswith(LINK)).replace(LINK, "beside", 1)
    (tiny_folder / "links.csv").write_text("\n".join([*links, beside]) + "\n")
    dearer = Change("links", {"id": "beside"}, add={"fixed_cost_usd_per_teu": 300.0})
    write_dataset(apply(read_dataset(tiny_folder), Scenario("beside", changes=(dearer,))), tiny_folder)
    plan = json.loads(corridor("plan", "--dataset", tiny_folder, "--format", "json").out)
    used = sum(flow["volume"] for flow in plan["flows"] if (flow["link_id"], flow["from_node"]) == (LINK, "RUMOW"))
    rows = [f"half,flow,,,{LINK}>,{used / 2:.0f},TEU/year,1", f"lost,flow,,,{LINK}>,90000000,TEU/year,1"]
    lines = [HEADER, *rows]
    (tiny_folder / "observations.csv").write_text("\n".join(lines) + "\n")
    return tiny_folder


def test_table_says_what_is_reproduced_and_what_is_not(corridor, target_folder):
    """The table lists every target, and why one is out of reach; what the numbers are not stands below."""
    answer = corridor("calibrate", "--dataset", target_folder)
    assert answer.code == 0
    assert "half" in answer.out
    assert "1 of 2 targets are reproduced by every optimal plan of 2024: 1 adjustments" in answer.out
    assert "lost: Demands, capacities" in answer.out
    assert "no prices and no forecast" in answer.out


def test_json_and_csv_have_the_keys_of_the_page(corridor, target_folder):
    """JSON and CSV name the same columns, and the row of calibration.csv stands in the JSON."""
    told = json.loads(corridor("calibrate", "--dataset", target_folder, "--format", "json").out)
    assert told["summary"] == {"targets": 2, "reproduced": 1}
    half = told["rows"][0]
    assert half["low"] <= half["calibrated_min"] <= half["calibrated_max"] <= half["high"] < half["uncalibrated"]
    assert half["is_reproduced"]
    assert told["calibration"][0]["calibration_usd_per_unit"] == half["adjustment_usd"] == pytest.approx(300.0)
    listed = list(csv.DictReader(io.StringIO(corridor("calibrate", "--dataset", target_folder, "--format", "csv").out)))
    assert [list(row) for row in listed] == [list(half)] * 2
    assert listed[0]["remark"] == ""


def test_scenario_and_folder_put_the_adjustments_in_place(corridor, target_folder, tmp_path):
    """Both ways plan and verify alike with --calibrated, show the flow observed, and change nothing without."""
    scenario, folder, plan_file = tmp_path / "fit.toml", tmp_path / "fitted", tmp_path / "plan.json"
    assert corridor("calibrate", "--dataset", target_folder, "-o", scenario, "--apply", folder).code == 0
    assert read_dataset(folder).network.calibration.text("calibration_id").tolist() == ["half"]
    assert "calibration_usd_per_unit" in (folder / "calibration.csv").read_text()
    plain = json.loads(corridor("plan", "--dataset", target_folder, "--format", "json").out)
    asked = ("plan", "--calibrated", "--format", "json")
    fitted = json.loads(corridor(*asked, "--dataset", folder).out)
    changed = corridor(*asked, "--dataset", target_folder, "--scenario", scenario, "-o", plan_file)
    assert changed.code == 0
    again = json.loads(plan_file.read_text())
    assert fitted["flows"] == again["flows"] != plain["flows"]
    assert again["run"]["weights"]["calibration"] == 1.0
    assert fitted["objective_usd"] != fitted["cost_usd"]
    assert corridor("verify", plan_file, "--dataset", target_folder).out.startswith("holds")
    unchanged = json.loads(corridor("plan", "--dataset", folder, "--format", "json").out)
    assert unchanged == plain
    shown = corridor("plan", "--calibrated", "--dataset", folder)
    assert shown.code == 0
    for form in ("csv", "geojson"):
        assert corridor("plan", "--calibrated", "--dataset", folder, "--format", form).code == 0


def test_routes_and_matrices_take_the_adjustments(corridor, target_folder, tmp_path):
    """A link made far dearer is left by the route and by the cell of the matrix; money is that of the data."""
    rows = "calibration_id,links,calibration_unit,calibration_usd_per_unit\n"
    rows += f"x,{LINK},teu,90000\n"
    (target_folder / "calibration.csv").write_text(rows)
    places = tmp_path / "places.csv"
    places.write_text("origin,destination\nCNSIA,DEDUI\n")
    ends = ("CNSIA", "DEDUI", "--dataset", target_folder, "--format", "json", "-k", 1)
    routes = [json.loads(corridor("route", *ends, *more).out)["routes"][0] for more in ((), ("--calibrated",))]
    used = [{leg.get("link_id") for leg in route["legs"]} for route in routes]
    assert LINK in used[0] - used[1]
    cells = [
        json.loads(corridor("matrix", places, places, "--dataset", target_folder, "--format", "json", *more).out)
        for more in ((), ("--calibrated",))
    ]
    for route, cell in zip(routes, cells, strict=True):
        assert cell["matrix"][0]["cost_usd"] == pytest.approx(route["cost_usd"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("plan", "--minimize", "cost", "--calibrated"), "--calibrated"),
        (("route", "CNSIA", "DEDUI", "--pareto", "--calibrated"), "--calibrated"),
        (("route", "CNSIA", "DEDUI", "--each-corridor", "--calibrated"), "--calibrated"),
    ],
)
def test_what_does_not_go_with_the_calibration(corridor, tiny_folder, arguments, says):
    """Weights that stand alone and comparisons of what is paid refuse it."""
    answer = corridor(*arguments, "--dataset", tiny_folder)
    assert answer.code == 2
    assert says in answer.err


def test_nothing_to_calibrate_to_is_said(corridor, tiny_folder):
    """Without targets there is nothing to do, which is no error."""
    (tiny_folder / "observations.csv").unlink()
    answer = corridor("calibrate", "--dataset", tiny_folder)
    assert (answer.code, answer.out) == (0, "")
    assert "no row of kind flow" in answer.err


def test_an_adjustment_below_0_is_told_where_it_is_asked_for(corridor, tiny_folder):
    """A weight below 0 is bad data, exit 1, and only where the calibration counts."""
    rows = "calibration_id,links,calibration_unit,calibration_usd_per_unit\n"
    rows += f"x,{LINK},teu,-90000\n"
    (tiny_folder / "calibration.csv").write_text(rows)
    assert corridor("plan", "--dataset", tiny_folder).code == 0
    answer = corridor("plan", "--dataset", tiny_folder, "--calibrated")
    assert answer.code == 1
    assert "below 0" in answer.err
