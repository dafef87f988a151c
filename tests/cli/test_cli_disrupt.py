"""``corridor disrupt`` on the tiny network."""

from __future__ import annotations

import csv
import io
import json

import pytest

RECORD_KEYS = {
    *("kind", "id", "name", "status", "cost_usd", "delta_cost_usd", "delta_objective_usd", "unmet", "t_unmet"),
    "delta_t_unmet",
    *("cut_off", "t_used", "n_demands_used", "message"),
}


@pytest.fixture
def disrupt(corridor, tiny_folder):
    """Run ``corridor disrupt`` on the tiny network."""

    def run(*arguments):
        return corridor("disrupt", *arguments, "--dataset", tiny_folder)

    return run


def test_json_and_csv_tell_every_closing(disrupt):
    """The JSON has every key, ranked; the CSV the same closings; nothing closes that is not open in the year."""
    answer = disrupt("--format", "json")
    assert (answer.code, answer.err) == (0, "")
    found = json.loads(answer.out)
    closings = found["closings"]
    assert all(set(record) == RECORD_KEYS for record in closings)
    assert found["failed"] == []
    assert sum(found["counts"].values()) == len(closings)
    ids = {(record["kind"], record["id"]) for record in closings}
    assert ("link", "rail-almaty-aktau") in ids
    assert ("link", "rail-aktau-moscow-new") not in ids
    assert ("shared", "aktau-containers") in ids
    deltas = [record["delta_objective_usd"] for record in closings if record["delta_objective_usd"] is not None]
    assert deltas == sorted(deltas, reverse=True)
    assert max(deltas) > 0.0
    rows = list(csv.DictReader(io.StringIO(disrupt("--format", "csv").out)))
    assert [(row["kind"], row["id"]) for row in rows] == [(record["kind"], record["id"]) for record in closings]


def test_the_table_leads_with_what_the_plan_stands_or_falls_with(disrupt):
    """The sentence on top, the counts, and no more lines than asked for."""
    answer = disrupt("--kind", "node", "--top", 2)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].startswith("The plan of 2024 stands or falls with ")
    assert "one at a time; all other capacities hold" in answer.out
    assert sum(line.split()[1:2] == ["node"] for line in lines) == 2
    assert "\x1b" not in answer.out


def test_the_headline_says_no_more_than_is_so(disrupt, tmp_path):
    """Little is lost: the costliest, and not what the plan falls with; a scenario is no thing to be without."""
    path = tmp_path / "narrow.toml"
    path.write_text(
        'name = "Aktau closed for 3 days"\n[[changes]]\ntable = "nodes"\nwhere = {id = "Aktau"}\nclose = true\n'
    )
    lines = disrupt(path).out.splitlines()
    assert lines[0].startswith("Costliest in the plan of 2024: Aktau closed for 3 days, the objective rises by ")
    assert "without it" not in lines[0]


def test_a_scenario_closed_for_another_time_does_not_tell_its_own(disrupt):
    """With --share a scenario of the dataset is told by its id, as its name may hold the time it says itself."""
    whole = disrupt("aktau-closed")
    part = disrupt("aktau-closed", "--share", 0.5)
    name = json.loads(disrupt("aktau-closed", "--format", "json").out)["closings"][0]["name"]
    assert name != "aktau-closed"
    assert (name in whole.out, name in part.out) == (True, False)
    assert "50 %), a scenario's as well, whatever it says itself" in part.out


def test_what_stops_with_a_capacity_of_0_is_said(disrupt):
    """A shared capacity closed all year stops what takes none of it; closed in part it does not."""
    assert "stops goods that take none of it" in disrupt("aktau-containers").out
    assert "stops goods that take none of it" not in disrupt("aktau-containers", "--share", 0.5).out


def test_a_node_that_demands_need_leaves_no_plan(disrupt):
    """Moscow's goods must be carried: closing it leaves no plan, which is a result."""
    answer = disrupt("Moscow")
    assert answer.code == 0
    assert "without it there is no plan" in answer.out
    assert "moscow-xian" in answer.out


def test_named_things_are_all_listed(disrupt):
    """Names, ids, conditions and scenarios, unused or not; days are a share of the year."""
    things = ("Aktau", "aktau-containers", "mode=sea", "aktau-closed", "road-moscow-duisburg-toll")
    found = json.loads(disrupt(*things, "--format", "json").out)
    assert [record["kind"] for record in sorted(found["closings"], key=lambda each: each["kind"])] == [
        *("link", "links", "node", "scenario", "shared"),
    ]
    part = json.loads(disrupt("aktau-containers", "--days", 73, "--format", "json").out)
    assert part["share"] == pytest.approx(0.2)
    fifth = json.loads(disrupt("aktau-containers", "--share", 0.2, "--format", "json").out)
    assert part["closings"] == fifth["closings"]
    table = disrupt("sea-aktau-baku", "--share", 0.2)
    assert (table.code, "no capacity to close in part" in table.out) == (0, True)


def test_a_scenario_file_and_scenarios_beneath(disrupt, tmp_path):
    """A file closes what it says; --scenario changes both sides."""
    path = tmp_path / "shut.toml"
    path.write_text('name = "Shut"\n[[changes]]\ntable = "links"\nwhere = {id = "rail-almaty-aktau"}\nclose = true\n')
    (record,) = json.loads(disrupt(path, "--format", "json").out)["closings"]
    (link,) = json.loads(disrupt("rail-almaty-aktau", "--format", "json").out)["closings"]
    assert (record["kind"], record["name"]) == ("scenario", "Shut")
    assert record["delta_cost_usd"] == pytest.approx(link["delta_cost_usd"])
    (again,) = json.loads(disrupt("rail-almaty-aktau", "--scenario", path, "--format", "json").out)["closings"]
    assert (again["status"], again["delta_cost_usd"]) == ("unused", 0.0)


def test_a_resumed_file_gives_the_same(disrupt, tmp_path):
    """The second run takes its records from the file; another question may not."""
    path = tmp_path / "closings.jsonl"
    first = disrupt("--kind", "link", "--resume", path, "--format", "json")
    size = path.stat().st_size
    assert disrupt("--kind", "link", "--resume", path, "--format", "json").out == first.out
    assert path.stat().st_size == size
    assert disrupt("--kind", "link", "--resume", path, "--time-value", 5).code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("Aktua",), 2, "Aktau"),
        (("aktau-close",), 2, "aktau-closed"),
        (("Aktau", "--share", 0.2, "--days", 3), 2, "--days is --share"),
        (("Aktau", "--share", 1.5), 2, "--share"),
        (("Aktau", "--kind", "link"), 2, "a node, not a link"),
        (("--year", 1990), 1, "no demand in 1990"),
    ],
)
def test_what_cannot_be_asked(disrupt, arguments, code, words):
    """Unknown names and options that contradict each other end before anything is solved."""
    answer = disrupt(*arguments)
    assert (answer.code, answer.out) == (code, "")
    assert words in answer.err


def test_two_processes_give_the_records_of_one(disrupt):
    """Workers change nothing but the time."""
    one = disrupt("--kind", "shared", "--kind", "crossing", "--format", "json")
    two = disrupt("--kind", "shared", "--kind", "crossing", "--format", "json", "--jobs", 2)
    assert (two.code, two.out) == (0, one.out)
