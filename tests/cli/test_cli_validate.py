"""``corridor validate``: forms, exit codes and remarks."""

from __future__ import annotations

import csv
import io
import json

import pytest

HEADER = "observation_id,kind,origin,destination,mode,links,value,unit,target,remark\n"
ROWS = (
    "o1,distance,CNSIA,KZHOR,rail,,3500,km,1,\n"
    "o2,distance,CNSIA,KZHOR,rail,,350,km,1,Too short.\n"
    "o3,flow,,,,sea-aktau-baku,1,TEU/year,0,Made up.\n"
)


@pytest.fixture
def ask(corridor, tiny_folder):
    """Validate a copy of the tiny dataset with these observations."""

    def run(*options: object, rows: str | None = ROWS):
        path = tiny_folder / "observations.csv"
        if rows is None:
            path.unlink()
        else:
            path.write_text(HEADER + rows, encoding="utf-8")
        return corridor("validate", "--dataset", tiny_folder, *options)

    return run


def test_table_groups_by_kind_and_counts(ask):
    """One table by kind, then the counts; nothing is said on stderr."""
    answer = ask()
    assert answer.code == 0
    assert answer.err == ""
    distances, flows, targets = answer.out.split("\n\n")
    assert distances.splitlines()[0] == "Distances"
    assert [line.split()[-1] for line in distances.splitlines()[3:]] == ["pass", "miss"]
    assert "+900 %" in distances
    assert "context" in flows
    assert targets.splitlines()[-1].split() == ["All", "2", "1", "50", "%"]


def test_json_has_the_keys_of_the_contract(ask):
    """Rows and summary, numbers as numbers."""
    answer = json.loads(ask("--format", "json").out)
    assert answer["rows"][1] == {
        "observation_id": "o2",
        "kind": "distance",
        "origin": "CNSIA",
        "destination": "KZHOR",
        "published": 350.0,
        "low": None,
        "high": None,
        "modelled": 3500.0,
        "uncalibrated": None,
        "unit": "km",
        "error": 9.0,
        "tolerance": 0.05,
        "result": "miss",
        "source": "",
        "remark": "Too short.",
    }
    assert answer["summary"][-1] == {"kind": "all", "targets": 2, "passed": 1, "share": 0.5}
    assert [row["kind"] for row in answer["rows"]] == ["distance", "distance", "flow"]


def test_csv_and_file(ask, tmp_path):
    """-o writes the bytes that would be printed."""
    printed = ask("--format", "csv", "--kind", "distance")
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    assert [row["result"] for row in rows] == ["pass", "miss"]
    target = tmp_path / "rows.csv"
    assert ask("--format", "csv", "--kind", "distance", "-o", target).code == 0
    assert target.read_text(encoding="utf-8") == printed.out


@pytest.mark.parametrize(("share", "code"), [(0, 0), (0.5, 0), (0.51, 3), (1, 3)])
def test_min_pass_sets_the_exit_code(ask, share, code):
    """The result is written all the same; the error says how many pass."""
    answer = ask("--min-pass", share, "--kind", "distance")
    assert answer.code == code
    assert "Distances" in answer.out
    assert ("50.0% of the targets pass" in answer.err) == (code == 3)


def test_min_pass_in_json(ask):
    """With --format json the error is JSON, with its share."""
    answer = ask("--min-pass", 0.9, "--format", "json")
    assert answer.code == 3
    error = json.loads(answer.err)["error"]
    assert (error["code"], error["type"], error["share"]) == ("E610", "TooFewPass", 0.5)
    assert json.loads(answer.out)["summary"]


@pytest.mark.parametrize("option", [("--min-pass", "1.5"), ("--min-pass", "x"), ("--kind", "speed"), ("--year", "0")])
def test_bad_options_are_usage(ask, option):
    """Shares beyond 1 and unknown kinds exit with 2 before anything is computed."""
    answer = ask(*option)
    assert answer.code == 2
    assert answer.out == ""


def test_no_observations_are_told(ask):
    """A dataset without the table is no error, whatever share is asked for."""
    answer = ask("--min-pass", 1, rows=None)
    assert answer.code == 0
    assert "has no observations: there is nothing to hold the model to." in answer.err
    answer = ask("--kind", "time", "--kind", "cost", "--format", "json")
    assert answer.code == 0
    assert json.loads(answer.out) == {"rows": [], "summary": []}
    assert "no observations of kind time or cost" in answer.err


def test_context_alone_is_told(ask):
    """Rows that are no targets are shown, and a remark says that none can pass."""
    answer = ask("--kind", "flow", "--min-pass", 1)
    assert answer.code == 0
    assert "None of these observations is a target" in answer.err


def test_a_dangling_id_is_bad_data(ask):
    """As in other tables: file, line, column, code and remedy; exit code 1."""
    answer = ask(rows="o1,distance,CNSIA,KZHOX,rail,,3500,km,1,\n")
    assert answer.code == 1
    assert "observations.csv:2: destination: [E121]" in answer.err
    assert "KZHOR" in answer.err


def test_it_is_listed_and_explained(corridor):
    """The help of the program names the command, that of the command its options."""
    assert "validate" in corridor("--help").out
    answer = corridor("validate", "--help")
    for option in (
        "--dataset",
        "--year",
        "--kind",
        "--format",
        "--output",
        "--calibrated",
        "--uncalibrated",
        "--min-pass",
    ):
        assert option in answer.out
