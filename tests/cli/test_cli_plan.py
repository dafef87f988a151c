"""``corridor plan`` and ``corridor verify`` on the tiny network."""

from __future__ import annotations

import csv
import io
import json

import pytest

PLAN_KEYS = {
    "run",
    "status",
    "cost_usd",
    "transport_cost_usd",
    "unmet_cost_usd",
    "objective_usd",
    "bound",
    "gap",
    "unmet",
    "flows",
    "bottlenecks",
    "routes",
}
BOTTLENECK_KEYS = {"id", "kind", "from_node", "to_node", "capacity", "background", "unit", "used", "price_usd_per_unit"}


@pytest.fixture
def plan_file(corridor, tiny_folder, tmp_path):
    """Return the path of a plan of the tiny network."""
    target = tmp_path / "plan.json"
    assert corridor("plan", "--dataset", tiny_folder, "--format", "json", "-o", target).code == 0
    return target


def test_json_has_the_keys_of_the_contract(plan_file):
    """The JSON names every key of the contract and adds up."""
    plan = json.loads(plan_file.read_text())
    assert set(plan) >= PLAN_KEYS
    assert set(plan["run"]) >= {"dataset", "version", "year", "scenarios", "weights"}
    assert plan["status"] == "optimal"
    assert plan["cost_usd"] == pytest.approx(plan["transport_cost_usd"] + plan["unmet_cost_usd"])
    assert all(set(row) == BOTTLENECK_KEYS for row in plan["bottlenecks"])
    assert all(set(row) == {"link_id", "from_node", "to_node", "commodity", "volume"} for row in plan["flows"])
    carried = sum(route["volume"] for route in plan["routes"]) + sum(row["volume"] for row in plan["unmet"])
    assert carried == pytest.approx(150000 + 60000 + 40000 + 900000)


def test_verify_holds_and_refuses_a_changed_cost(corridor, tiny_folder, plan_file):
    """The honest plan holds with exit 0; one with a changed cost is refused with exit 5."""
    honest = corridor("verify", plan_file, "--dataset", tiny_folder)
    assert (honest.code, honest.out.startswith("holds")) == (0, True)
    plan = json.loads(plan_file.read_text())
    plan["cost_usd"] *= 0.99
    plan_file.write_text(json.dumps(plan))
    tampered = corridor("verify", plan_file, "--dataset", tiny_folder)
    assert tampered.code == 5
    assert "cost_usd" in tampered.out


@pytest.mark.parametrize(
    ("content", "code"), [(None, 2), ("", 2), ("{", 2), ("[]", 5), ("{}", 5), ("\x00\x01", 2), ('{"status": 3}', 5)]
)
def test_verify_of_something_else_is_no_traceback(corridor, tiny_folder, tmp_path, content, code):
    """A missing file, no JSON, and JSON that is no plan are each told apart."""
    target = tmp_path / "p.json"
    if content is not None:
        target.write_text(content)
    assert corridor("verify", target, "--dataset", tiny_folder).code == code


@pytest.mark.parametrize("solver", ["auto", "paths", "highs", "pyomo"])
def test_solvers_agree(corridor, tiny_folder, plan_file, solver):
    """Every solver that fits gives the same cost."""
    answer = corridor("plan", "--dataset", tiny_folder, "--format", "json", "--solver", solver)
    assert answer.code == 0
    expected = json.loads(plan_file.read_text())["cost_usd"]
    assert json.loads(answer.out)["cost_usd"] == pytest.approx(expected, rel=1e-7)


def test_a_solver_asked_for_by_name_never_falls_back(corridor, tiny_folder):
    """OR-Tools cannot take several blocks: exit 5 and the reason."""
    answer = corridor("plan", "--dataset", tiny_folder, "--solver", "ortools")
    assert answer.code == 5
    assert "ortools" in answer.err.lower() or "or-tools" in answer.err.lower()


def test_table_tells_cost_proof_corridors_and_prices(corridor, tiny_folder, tmp_path):
    """The table of a plan under pressure holds what an analyst must defend."""
    demands = tmp_path / "demands.csv"
    demands.write_text(
        "demand_id,origin,destination,commodity,volume,unmet_cost_usd_per_unit\nbig,CNSIA,DEDUI,container,400000,20000\n"
    )
    answer = corridor("plan", "--dataset", tiny_folder, "--demands", demands)
    assert answer.code == 0
    for words in ("proved optimal", "gap", "verified", "Northern corridor", "Worth up to", "not a forecast"):
        assert words in answer.out
    assert "\x1b" not in answer.out


def test_csv_lists_the_flows(corridor, tiny_folder, plan_file):
    """The CSV holds the flows of the JSON."""
    rows = list(csv.DictReader(io.StringIO(corridor("plan", "--dataset", tiny_folder, "--format", "csv").out)))
    flows = json.loads(plan_file.read_text())["flows"]
    assert [(row["link_id"], float(row["volume"])) for row in rows] == [
        (flow["link_id"], flow["volume"]) for flow in flows
    ]


def test_geojson_draws_the_flows(corridor, tiny_folder, plan_file):
    """One line per flow, with its volume."""
    features = json.loads(corridor("plan", "--dataset", tiny_folder, "--format", "geojson").out)["features"]
    assert len(features) == len(json.loads(plan_file.read_text())["flows"])
    assert all(feature["properties"]["volume"] > 0 for feature in features)


def test_unmet_above_the_limit_is_exit_3(corridor, tiny_folder, tmp_path):
    """A demand that nothing can carry stays unmet: shown with 0, refused with --strict, allowed up to a limit."""
    demands = tmp_path / "demands.csv"
    demands.write_text(
        "demand_id,origin,destination,commodity,volume,unmet_cost_usd_per_unit\nbig,CNSIA,DEDUI,container,9000000,20000\n"
    )
    ask = ("plan", "--dataset", tiny_folder, "--demands", demands)
    assert corridor(*ask).code == 0
    strict = corridor(*ask, "--strict")
    assert strict.code == 3
    assert "unmet" in strict.err
    assert corridor(*ask, "--max-unmet", 9000000).code == 0
    assert corridor(*ask, "--max-unmet", 10).code == 3


def test_plan_with_other_demands_verifies_from_its_json(corridor, tiny_folder, tmp_path):
    """The demands given by hand travel inside the JSON, so that verify needs nothing else."""
    demands = tmp_path / "demands.csv"
    demands.write_text(
        "demand_id,origin,destination,commodity,volume,unmet_cost_usd_per_unit\nd,CNSIA,DEDUI,container,1000,20000\n"
    )
    target = tmp_path / "p.json"
    assert corridor("plan", "--dataset", tiny_folder, "--demands", demands, "--format", "json", "-o", target).code == 0
    demands.unlink()
    verified = corridor("verify", target, "--dataset", tiny_folder)
    assert verified.code == 0
    assert "its own demands" in verified.err


def test_plan_with_a_scenario_verifies_from_its_json(corridor, tiny_folder, tmp_path):
    """The scenario travels inside the JSON too, projects and all."""
    scenario = tmp_path / "hub.toml"
    scenario.write_text('name = "hub"\nprojects = ["aktau-hub"]\n')
    target = tmp_path / "p.json"
    answer = corridor("plan", "--dataset", tiny_folder, "--scenario", scenario, "--format", "json", "-o", target)
    assert answer.code == 0
    scenario.unlink()
    assert corridor("verify", target, "--dataset", tiny_folder).code == 0


def test_infeasible_hard_demand_is_exit_3(corridor, tiny_folder, tmp_path):
    """A demand that must be carried and cannot be is infeasible, and no file is left by the table form."""
    demands = tmp_path / "demands.csv"
    demands.write_text("demand_id,origin,destination,commodity,volume\nbig,CNSIA,DEDUI,container,90000000\n")
    target = tmp_path / "plan.txt"
    answer = corridor("plan", "--dataset", tiny_folder, "--demands", demands, "-o", target)
    assert answer.code == 3
    assert "must be carried" in answer.err
    assert not target.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--year", "1999"], 1, "2024"),
        (["--demands", "missing.csv"], 2, "missing.csv"),
        (["--solver", "cplex"], 2, "--solver"),
        (["--strict", "--max-unmet", "3"], 2, "--strict"),
        (["--time-limit", "0"], 2, "--time-limit"),
        (["--max-unmet", "-1"], 2, "--max-unmet"),
        (["-o", "/nonexistent/folder/plan.txt"], 2, "cannot write"),
    ],
)
def test_refusals(corridor, tiny_folder, arguments, code, says):
    """Each bad question ends with its exit code and a message that helps."""
    answer = corridor("plan", "--dataset", tiny_folder, *arguments)
    assert answer.code == code
    assert says in answer.err


def test_demand_file_problems_name_file_and_line(corridor, tiny_folder, tmp_path):
    """Problems of a demands file are listed like those of a dataset."""
    demands = tmp_path / "mine.csv"
    demands.write_text("demand_id,origin,destination,commodity,volume\na,CNSIA,NOPE,container,-3\n")
    answer = corridor("plan", "--dataset", tiny_folder, "--demands", demands)
    assert answer.code == 1
    assert "mine.csv:2: destination:" in answer.err
    assert "mine.csv:2: volume:" in answer.err


def test_same_plan_byte_for_byte(corridor, tiny_folder):
    """The same question gives the same JSON, apart from the seconds it took."""
    plans = [json.loads(corridor("plan", "--dataset", tiny_folder, "--format", "json").out) for _ in range(2)]
    for plan in plans:
        plan["run"].pop("seconds", None)
    assert json.dumps(plans[0]) == json.dumps(plans[1])
