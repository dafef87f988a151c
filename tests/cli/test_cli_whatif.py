"""``corridor whatif`` on the tiny network."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

OUTCOME_KEYS = {
    "name",
    "year",
    "status",
    "base_cost_usd",
    "cost_usd",
    "delta_cost_usd",
    "unmet",
    "shifts",
    "bottlenecks",
    "bottlenecks_before",
    "measures",
    "base_measures",
    "story",
    "changed",
    "projects",
    "note",
    "notes",
    "seconds",
}
LOW = "shared_capacities[id=aktau-containers].capacity=20000"
LOW_NAME = "aktau-containers.capacity=20000"


@pytest.fixture
def ask(corridor, tiny_folder):
    """Run ``corridor whatif`` on the tiny network."""
    return lambda *arguments: corridor("whatif", *arguments, "--dataset", tiny_folder)


def outcomes(answer):
    """Return the scenarios of a JSON answer."""
    return json.loads(answer.out)["scenarios"]


def test_json_has_the_keys_of_the_contract(ask):
    """Base and scenarios with the keys promised; the difference is that of the two costs."""
    answer = ask("aktau-hub", "aktau-closed", "--set", LOW, "--format", "json")
    assert answer.code == 0
    result = json.loads(answer.out)
    assert set(result) == {"base", "bases", "scenarios"}
    assert result["base"] == result["bases"]["2024"]
    assert {"run", "status", "cost_usd", "unmet", "bottlenecks", "measures"} <= set(result["base"])
    assert [set(row) for row in result["scenarios"]] == [OUTCOME_KEYS] * 3
    names = [row["name"] for row in result["scenarios"]]
    assert names == ["Aktau container hub", result["scenarios"][1]["name"], LOW_NAME]
    for row in result["scenarios"]:
        assert row["base_cost_usd"] == result["base"]["cost_usd"]
        assert row["delta_cost_usd"] == row["cost_usd"] - row["base_cost_usd"]
        assert row["story"]
    assert result["scenarios"][0]["projects"] == ["aktau-hub"]
    assert "2028" in result["scenarios"][0]["note"]
    assert "planned for 2024" in answer.err


def test_plan_of_the_scenario_has_the_same_cost(ask, corridor, tiny_folder, tmp_path):
    """What-if, plan and plan with a scenario agree."""
    file = tmp_path / "low.toml"
    file.write_text(
        'name = "low"\n[[changes]]\ntable = "shared_capacities"\n'
        'where = { id = "aktau-containers" }\nset = { capacity = 20000 }\n'
    )
    by_file, by_setting = outcomes(ask(file, "--set", LOW, "--format", "json"))
    plan = json.loads(corridor("plan", "--dataset", tiny_folder, "--scenario", file, "--format", "json").out)
    unchanged = json.loads(corridor("plan", "--dataset", tiny_folder, "--format", "json").out)
    assert by_file["cost_usd"] == pytest.approx(plan["cost_usd"], rel=1e-9)
    assert by_setting["cost_usd"] == by_file["cost_usd"]
    assert by_file["base_cost_usd"] == pytest.approx(unchanged["cost_usd"], rel=1e-9)
    assert by_file["delta_cost_usd"] > 0


def test_several_years_and_combinations(ask):
    """Each in every year; all as one; a chain step by step; the settings are the last scenario."""
    years = outcomes(ask("aktau-hub", "--year", "2030", "--year", "2024", "--format", "json"))
    assert [row["year"] for row in years] == [2030, 2024]
    both = ("aktau-closed", "--set", LOW, "--format", "json")
    (together,) = outcomes(ask(*both, "--combine", "all"))
    assert together["name"].endswith(LOW_NAME)
    chain = outcomes(ask(*both, "--combine", "chain"))
    assert len(chain) == 2
    assert chain[1]["cost_usd"] == pytest.approx(together["cost_usd"])
    assert chain[1]["name"] == together["name"]


def test_scenario_option_changes_both_sides(ask, tmp_path):
    """With the port narrowed on both sides, narrowing it changes nothing; on one side it costs."""
    file = tmp_path / "low.toml"
    file.write_text(
        'name = "low"\n[[changes]]\ntable = "shared_capacities"\n'
        'where = { id = "aktau-containers" }\nset = { capacity = 20000 }\n'
    )
    (both,) = outcomes(ask("--set", LOW, "--scenario", file, "--format", "json"))
    (one,) = outcomes(ask("--set", LOW, "--format", "json"))
    assert both["delta_cost_usd"] == pytest.approx(0.0, abs=1e-3)
    assert one["delta_cost_usd"] > 1e6
    assert both["base_cost_usd"] == pytest.approx(one["cost_usd"])


def test_jobs_give_the_same_result(ask):
    """Two processes print what one prints, but for the seconds."""
    arguments = ("aktau-hub", "aktau-closed", "--set", LOW, "--year", "2024", "--year", "2030", "--format", "json")
    one, two = json.loads(ask(*arguments).out), json.loads(ask(*arguments, "--jobs", "2").out)
    for result in (one, two):
        for row in result["scenarios"]:
            assert row.pop("seconds") >= 0
    assert json.dumps(one) == json.dumps(two)


def test_table_and_csv(ask, tmp_path):
    """The table tells cost, story and what binds; the CSV has one row per scenario; nothing is colored."""
    answer = ask("aktau-hub", "aktau-closed")
    assert answer.code == 0
    for words in ("Aktau container hub", "m USD", "Aktau"):
        assert words in answer.out
    assert "\x1b" not in answer.out + answer.err
    target = tmp_path / "out.csv"
    assert ask("aktau-hub", "aktau-closed", "--format", "csv", "-o", target).code == 0
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert len(rows) == 2
    assert {"name", "year", "cost_usd", "delta_cost_usd"} <= set(rows[0])


def test_a_failing_scenario_is_told_and_the_others_go_on(ask, tmp_path):
    """A scenario that selects nothing has its error in the result and on stderr; exit 1 at the end."""
    file = tmp_path / "void.toml"
    file.write_text('name = "void"\n[[changes]]\ntable = "links"\nwhere = { mode = "air" }\nclose = true\n')
    answer = ask("aktau-closed", file, "--set", LOW, "--format", "json")
    assert answer.code == 1
    first, failed, last = outcomes(answer)
    assert (first["status"], last["status"]) == ("optimal", "optimal")
    assert (failed["name"], failed["year"]) == ("void", 2024)
    assert set(failed["error"]) == {"code", "type", "message", "findings"}
    assert "E310" in failed["error"]["message"]
    assert [finding["code"] for finding in failed["error"]["findings"]] == ["E310"]
    told = json.loads(answer.err.splitlines()[-1])["error"]
    assert (told["name"], told["code"]) == ("void", "E300")
    assert told["findings"] == failed["error"]["findings"]
    table = ask("aktau-closed", file)
    assert table.code == 1
    (line,) = [line for line in table.out.splitlines() if "void · 2024" in line]
    assert line.startswith("void · 2024: failed: [E300] change 1 (links): selects no row of links")
    assert "E310" not in table.out
    assert table.err.count("E310") == 1


def test_what_changes_nothing_in_the_year_is_said(ask, tmp_path):
    """Demands of another year, a card that is on already: told on stderr and in the outcome, also in a combination."""
    file = tmp_path / "more.toml"
    file.write_text(
        'name = "more of 2024"\n[[changes]]\ntable = "demands"\nwhere = { year = 2024 }\nscale = { volume = 2 }\n'
    )
    years = ask(file, "--year", "2024", "--year", "2030", "--format", "json")
    first, second = outcomes(years)
    assert first["notes"] == []
    (remark,) = second["notes"]
    assert remark.startswith("more of 2024 changes nothing in the plan of 2030")
    assert years.err.count("more of 2024 changes nothing") == 1
    (together,) = outcomes(ask(file, "--set", LOW, "--combine", "all", "--year", "2030", "--format", "json"))
    assert together["notes"] == [remark]
    (twice,) = outcomes(ask("--set", LOW, "--scenario", _low(tmp_path), "--format", "json"))
    assert [note.partition(" changes")[0] for note in twice["notes"]] == [LOW_NAME]


def test_names_of_settings_stay_short(ask):
    """Several settings are named after the first; a long one by its id and column."""
    (row,) = outcomes(ask("--set", LOW, "--set", "links[mode=rail].note=x", "--format", "json"))
    assert row["name"] == f"{LOW_NAME} and 1 more"


def _low(folder):
    """Write the scenario file of the port narrowed."""
    file = folder / "low.toml"
    file.write_text(
        'name = "low"\n[[changes]]\ntable = "shared_capacities"\n'
        'where = { id = "aktau-containers" }\nset = { capacity = 20000 }\n'
    )
    return file


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "corridor whatif aktau-hub"),
        (("aktau-hbu",), 2, "aktau-hub"),
        (("aktau-close",), 2, "aktau-closed"),
        (("missing.toml",), 2, "missing.toml"),
        (("--set", "nonsense"), 2, "links[id=a].capacity=5"),
        (("--set", "lnks[id=a].capacity=5"), 2, 'cannot read "lnks[id=a].capacity=5"'),
        (("--set", LOW.replace("20000", "inf")), 1, "give a finite number"),
        (("--set", LOW.replace("20000", "nan")), 1, "give a finite number"),
        (("--set", LOW, "--set", LOW.replace("20000", "30000")), 1, "E317"),
        (("--set", LOW.replace("20000", "-5")), 1, "E314"),
        (("--set", LOW.replace("aktau-containers", "aktau-container")), 1, "aktau-containers"),
        (("aktau-hub", "--combine", "some"), 2, "chain"),
        (("aktau-hub", "--jobs", "0"), 2, "--jobs"),
        (("aktau-hub", "--year", "2031"), 1, "2030"),
    ],
)
def test_errors_name_the_remedy(ask, arguments, code, words):
    """Every mistake has its exit code and says what was meant or what to write."""
    answer = ask(*arguments)
    assert answer.code == code
    assert words in answer.err


def test_all_problems_of_all_files_at_once(ask, tmp_path):
    """Two files that cannot be read are told together, before anything is solved."""
    files = []
    for name in ("one", "two"):
        files.append(tmp_path / f"{name}.toml")
        files[-1].write_text(f'name = "{name}"\nchnges = []\n')
    answer = ask(*files, "aktau-hub")
    assert answer.code == 1
    assert "one.toml" in answer.err
    assert "two.toml" in answer.err
    assert answer.out == ""


def test_a_file_comes_before_a_name(ask, tmp_path, monkeypatch):
    """A file that is called like a card is what is meant."""
    monkeypatch.chdir(tmp_path)
    Path("aktau-hub").write_text('name = "of the file"\n')
    assert outcomes(ask("aktau-hub", "--format", "json"))[0]["name"] == "of the file"


def test_infeasible_outcomes_are_results_and_no_base_is_exit_3(ask, corridor, tiny_folder):
    """A scenario that cuts off what must be carried has a status and a reason; without a plan to start from, exit 3."""
    links = list(csv.DictReader(io.StringIO((tiny_folder / "links.csv").read_text())))
    shut = [argument for row in links for argument in ("--set", f"links[id={row['link_id']}].capacity=0")]
    answer = ask(*shut, "--format", "json")
    assert answer.code == 0
    (row,) = outcomes(answer)
    assert (row["status"], row["cost_usd"], row["delta_cost_usd"]) == ("infeasible", None, None)
    assert row["story"]
    assert ask(*shut).code == 0
    file = tiny_folder / "scenarios" / "shut.toml"
    changes = "".join(
        f'[[changes]]\ntable = "links"\nwhere = {{ id = "{row["link_id"]}" }}\nclose = true\n' for row in links
    )
    file.write_text(f'name = "shut"\n{changes}')
    answer = ask("aktau-hub", "--scenario", "shut", "--format", "json")
    assert answer.code == 3
    assert "infeasible" in answer.err


def test_resume_takes_what_is_done(ask, tmp_path):
    """The second run finds the first one's outcome in the file; other weights refuse the file."""
    file = tmp_path / "done.jsonl"
    first = outcomes(ask("aktau-closed", "--resume", file, "--format", "json"))
    both = outcomes(ask("aktau-closed", "aktau-hub", "--resume", file, "--format", "json"))
    assert both[0] == first[0]
    assert len(file.read_text().splitlines()) == 3
    other = ask("aktau-closed", "--resume", file, "--carbon-price", "50")
    assert other.code == 1
    assert "other weights" in other.err


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_interrupted_sweep_ends_at_once_and_keeps_what_is_done(tiny_folder, tmp_path):
    """Ctrl-C amid a sweep on two processes: exit 130, no traceback, no output file, outcomes kept, nothing hangs."""
    file, target = tmp_path / "done.jsonl", tmp_path / "out.json"
    settings = [f"scenario-{at}.toml" for at in range(400)]
    for at, name in enumerate(settings):
        (tmp_path / name).write_text(
            f'name = "{at}"\n[[changes]]\ntable = "shared_capacities"\nwhere = {{ id = "aktau-containers" }}\n'
            f"set = {{ capacity = {20000 + at} }}\n"
        )
    program = [sys.executable, "-m", "optimizer", "whatif", *(tmp_path / name for name in settings)]
    options = ["--dataset", tiny_folder, "--jobs", "2", "--resume", file, "--format", "json", "-o", target]
    process = subprocess.Popen(
        [*program, *options], stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=Path(__file__).parents[2]
    )
    deadline = time.monotonic() + 60
    while (file.read_bytes().count(b"\n") if file.exists() else 0) < 3:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(told)["error"] == {"message": "interrupted", "code": "E004", "type": "Interrupted"}
    assert not target.exists()
    lines = file.read_text().splitlines()
    assert 3 <= len(lines) < 401
    assert all(json.loads(line) for line in lines)
