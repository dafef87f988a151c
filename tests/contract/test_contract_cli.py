"""The command line, sentence by sentence: options, exit codes, JSON keys, files whole or not at all, hostile input."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from world import BOX, COAL, demand, folder, link, nodes, transfer

YEARLY = {"capacity_unit": "teu/year"}
LINKS = [
    link("ab", "AB", "rail1520", capacity=60, corridors="x", **YEARLY),
    link("bc", "BC"),
    link("ac", "AC", "sea", time_h=90, cost_usd_per_teu=150, from_year=2020, to_year=2026),
    link("summer", "AC", "air", time_h=1, cost_usd_per_teu=9000, open_months="6-8"),
]
RATES = [
    {"mode": mode, "country": "*", "co2_wtw_g_per_tkm": co2}
    for mode, co2 in (("rail", 20), ("road", 80), ("sea", 5), ("air", 700))
]

CLOSED = 'name = "closed"\n[[changes]]\ntable = "links"\nwhere = { id = "ac" }\nclose = true\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of three nodes: rail and road by way of B, sea and, in summer, air direct; 100 TEU wanted."""
    return folder(
        tmp_path / "data",
        {"scenarios/closed.toml": CLOSED},
        nodes=nodes(A="CN", B="KZ", C="DE"),
        links=LINKS,
        transfers=[transfer("B", "rail1520", "road", cost_usd_per_teu=0)],
        rates=RATES,
        corridors=[{"corridor_id": "x", "name": "The X"}],
        commodities=[BOX, COAL],
        demands=[demand("d", "AC", 100, 1000)],
    )


@pytest.fixture
def ask(corridor, data):
    """Ask for routes from A to C as JSON."""

    def routes(*options):
        answer = corridor("route", "A", "C", "--dataset", data, "--format", "json", "--plain", *options)
        assert answer.code == 0, answer.err
        return json.loads(answer.out)["routes"]

    return routes


def links_of(route) -> list[str]:
    return [leg["link_id"] for leg in route["legs"] if "link_id" in leg]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), [["ab", "bc"], ["ac"], ["summer"]]),
        (("-k", "1"), [["ab", "bc"]]),
        (("--minimize", "cost"), [["ac"], ["ab", "bc"], ["summer"]]),
        (("--minimize", "time"), [["summer"], ["ab", "bc"], ["ac"]]),
        (("--minimize", "co2"), [["ac"], ["ab", "bc"], ["summer"]]),
        (("--time-value", "0"), [["ac"], ["ab", "bc"], ["summer"]]),
        (("--time-value", "1000"), [["summer"], ["ab", "bc"], ["ac"]]),
        (("--time-value", "0", "--carbon-price", "1000"), [["ac"], ["ab", "bc"], ["summer"]]),
        (("--avoid-country", "KZ"), [["ac"], ["summer"]]),
        (("--avoid-country", "kz", "--avoid-country", "BR"), [["ac"], ["summer"]]),
        (("--avoid-mode", "sea", "--avoid-mode", "rail"), [["summer"]]),
        (("--avoid", "B", "--avoid", "ac"), [["summer"]]),
        (("--via", "B"), [["ab", "bc"]]),
        (("--max-time-h", "2"), [["summer"]]),
        (("--max-cost", "150"), [["ac"]]),
        (("--max-cost", "300", "--quantity", "2"), [["ac"]]),
        (("--month", "12"), [["ab", "bc"], ["ac"]]),
        (("--scenario", "closed"), [["ab", "bc"], ["summer"]]),
        (("--year", "2027"), [["ab", "bc"], ["summer"]]),
    ],
)
def test_route_options(ask, options, expected):
    """Each option of the contract does what its name says; default is money plus the commodity's own time value."""
    found = [links_of(route) for route in ask(*options)]
    assert found[: len(expected)] == expected
    assert options[:1] == ("--via",) or len(found) == len(expected)


def test_quantity_and_unit(ask):
    """3 FEU are 6 TEU; 24 t are 2 TEU of 12 t; 5 TEU of coal at 0.1 TEU per t are 50 t."""
    base = ask()[0]["cost_usd"]
    assert ask("--quantity", "6", "--unit", "teu")[0]["cost_usd"] == pytest.approx(6 * base)
    assert ask("--quantity", "3", "--unit", "feu")[0]["cost_usd"] == pytest.approx(6 * base)
    assert ask("--quantity", "24", "--unit", "t")[0]["cost_usd"] == pytest.approx(2 * base)
    coal = ask("--commodity", "coal")[0]["cost_usd"]
    assert ask("--commodity", "coal", "--quantity", "5", "--unit", "teu")[0]["cost_usd"] == pytest.approx(50 * coal)


def test_scenario_files_are_applied_in_order(ask, tmp_path):
    """A file by its path; two of them one after the other."""
    for name, change in (("one", "set = { time_h = 5 }"), ("two", "scale = { time_h = 3 }")):
        (tmp_path / f"{name}.toml").write_text(
            f'name = "{name}"\n[[changes]]\ntable = "links"\nwhere = {{ id = "bc" }}\n{change}\n'
        )
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    assert ask("--scenario", one, "--scenario", two)[0]["legs"][-1]["time_h"] == 15
    assert ask("--scenario", two, "--scenario", one)[0]["legs"][-1]["time_h"] == 5


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["route", "A", "C"], 0),
        (["route", "A"], 2),
        (["route", "Nowhere", "C"], 2),
        (["route", "A", "C", "--commodity", "gold"], 2),
        (["route", "A", "C", "--avoid-country", "XX"], 2),
        (["route", "A", "C", "--avoid-country", "UK"], 2),
        (["route", "A", "C", "--avoid-mode", "tram"], 2),
        (["route", "A", "C", "--avoid", "Q"], 2),
        (["route", "A", "C", "--via", "Q"], 2),
        (["route", "A", "C", "--scenario", "none.toml"], 2),
        (["route", "A", "C", "--minimize", "money"], 2),
        (["route", "A", "C", "--unit", "kg"], 2),
        (["route", "A", "C", "--format", "xml"], 2),
        (["route", "A", "C", "--month", "13"], 2),
        (["route", "A", "C", "-k", "0"], 2),
        (["route", "A", "C", "--quantity", "-1"], 2),
        (["route", "A", "C", "--nonsense"], 2),
        (["route", "A", "C", "-o", "/nonexistent/x"], 2),
        (["route", "A", "C", "--avoid-country", "CN"], 3),
        (["route", "A", "C", "--max-time-h", "0.5"], 3),
        (["route", "A", "C", "--avoid-mode", "sea", "--avoid-mode", "air", "--avoid-mode", "road"], 3),
        (["route", "A", "A"], 3),
        (["plan"], 0),
        (["plan", "--strict"], 0),
        (["plan", "--year", "1999"], 1),
        (["plan", "--demands", "none.csv"], 2),
        (["plan", "--solver", "cplex"], 2),
        (["plan", "--solver", "pyomo"], 0),
        (["plan", "--solver", "highs"], 0),
        (["plan", "--solver", "ortools"], 0),
        (["plan", "--scenario", "closed", "--strict"], 3),
        (["plan", "--scenario", "closed", "--max-unmet", "39.9"], 3),
        (["plan", "--scenario", "closed", "--max-unmet", "40"], 0),
        (["plan", "--scenario", "closed"], 0),
        (["plan", "--time-limit", "1e-9", "--solver", "highs"], 4),
        (["verify", "none.json"], 2),
        (["projects", "none"], 2),
        (["projects"], 0),
        (["info"], 0),
        (["nonsense"], 2),
    ],
)
def test_exit_codes(corridor, data, arguments, code):
    """0 done · 1 bad data · 2 usage, unknown name, missing file · 3 no route or unmet · 4 limit; and a message."""
    tail = [] if arguments == ["nonsense"] else ["--dataset", data]
    answer = corridor(*arguments, *tail)
    assert answer.code == code, answer.err
    if code:
        assert answer.err.startswith("corridor: ")
    if code == 2:
        assert answer.out == ""


def test_infeasible_is_three(corridor, data, tmp_path):
    """A demand that must be carried and cannot be."""
    demands = tmp_path / "demands.csv"
    demands.write_text("demand_id,origin,destination,commodity,volume\nd,A,B,container,61\n")
    answer = corridor("plan", "--dataset", data, "--demands", demands, "--format", "json")
    assert answer.code == 3
    assert json.loads(answer.out)["status"] == "infeasible"
    assert "d" in json.loads(answer.err)["error"]["message"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["route", "Nowhere", "C"], 2),
        (["route", "A", "C", "--avoid-country", "CN"], 3),
        (["route", "A", "C", "--month", "13"], 2),
        (["route", "A", "C", "-o", "/nonexistent/x"], 2),
        (["plan", "--year", "1999"], 1),
        (["plan", "--scenario", "closed", "--strict"], 3),
        (["plan", "--time-limit", "1e-9", "--solver", "highs"], 4),
    ],
)
def test_errors_are_json_on_stderr(corridor, data, arguments, code):
    """With --format json, also as one word, an error is one JSON object on stderr."""
    for form in (["--format", "json"], ["--format=json"]):
        answer = corridor(*arguments, "--dataset", data, *form)
        assert answer.code == code
        assert json.loads(answer.err)["error"]["message"]


def test_bad_data_is_one_and_lists_all(corridor, tmp_path):
    """Every command refuses the folder with 1 and the same findings; check prints them on stdout."""
    broken = folder(tmp_path / "d", links=[link("ab", "AB", length_km=-1, directed=5)])
    for arguments in (["route", "A", "B"], ["plan"], ["info"], ["projects"]):
        answer = corridor(*arguments, "--dataset", broken)
        assert answer.code == 1
        assert "links.csv:2: length_km: [" in answer.err
        assert "links.csv:2: directed: [" in answer.err
    checked = corridor("check", broken)
    assert checked.code == 1
    assert "links.csv:2: length_km: [" in checked.out
    listed = json.loads(corridor("check", broken, "--format", "json").out)
    assert {finding["column"] for finding in listed["findings"]} >= {"length_km", "directed"}


def test_plan_and_verify(corridor, data, tmp_path):
    """PLAN.json holds; any number changed makes 5; a missing file is 2."""
    target = tmp_path / "PLAN.json"
    assert corridor("plan", "--dataset", data, "--format", "json", "-o", target).code == 0
    plan = json.loads(target.read_text())
    # 60 by rail and road at 200 and 25 h, 40 by sea at 150 and 90 h; own time value 3 USD/h: 275 against 420.
    assert plan["cost_usd"] == pytest.approx(60 * 200 + 40 * 150)
    assert plan["objective_usd"] == pytest.approx(60 * 275 + 40 * 420)
    assert plan["bottlenecks"][0]["price_usd_per_unit"] == pytest.approx(420 - 275)
    assert corridor("verify", target, "--dataset", data).code == 0
    for key in ("cost_usd", "objective_usd", "bound"):
        target.write_text(json.dumps(plan | {key: plan[key] * 0.999}))
        assert corridor("verify", target, "--dataset", data).code == 5
    target.write_text(json.dumps(plan))
    (data / "links.csv").write_text((data / "links.csv").read_text().replace(",60.0,", ",61.0,"))
    assert corridor("verify", target, "--dataset", data).code == 5


def test_weights_on_plans(corridor, data):
    """--minimize cost sends all by sea: 100 at 150; --carbon-price and --time-value change the objective only."""

    def plan(*options):
        return json.loads(corridor("plan", "--dataset", data, "--format", "json", *options).out)

    assert plan("--minimize", "cost")["cost_usd"] == pytest.approx(15000)
    assert plan("--time-value", "0")["objective_usd"] == pytest.approx(15000)
    # 100 km × 12 t × 5 g = 6 kg a unit; at 1000 USD/t 6 USD.
    assert plan("--time-value", "0", "--carbon-price", "1000")["objective_usd"] == pytest.approx(15600)
    assert plan("--minimize", "time")["run"]["weights"] == {"cost": 0.0, "time_per_h": 1.0, "co2_per_kg": 0.0}


@pytest.mark.parametrize("form", ["table", "json", "csv", "geojson"])
@pytest.mark.parametrize("command", [["route", "A", "C"], ["plan"]])
def test_formats_on_stdout_and_in_a_file(corridor, data, tmp_path, command, form):
    """What a file holds is what stdout shows, in every form; with -o nothing is printed; no colour either way."""
    shown = corridor(*command, "--dataset", data, "--format", form)
    target = tmp_path / "out"
    written = corridor(*command, "--dataset", data, "--format", form, "-o", target)
    assert (shown.code, written.code, written.out) == (0, 0, "")
    assert target.read_text() == shown.out
    assert "\x1b" not in shown.out
    if form == "csv":
        assert len(list(csv.DictReader(io.StringIO(shown.out)))) >= 3
    if form == "geojson":
        assert json.loads(shown.out)["type"] == "FeatureCollection"


def test_csv_of_the_other_commands(corridor, data, tmp_path):
    """Tables, cards and findings as rows under a header."""
    target = tmp_path / "PLAN.json"
    corridor("plan", "--dataset", data, "--format", "json", "-o", target)
    tampered = target.read_text().replace('"cost_usd": ', '"cost_usd": 1', 1)
    target.write_text(tampered)
    for command, code, column in (
        (["info", "--dataset", data], 0, "kind"),
        (["projects", "--dataset", data], 0, "id"),
        (["check", data], 0, "code"),
        (["verify", target, "--dataset", data], 5, "code"),
    ):
        answer = corridor(*command, "--format", "csv")
        assert answer.code == code
        assert column in next(csv.reader(io.StringIO(answer.out)))


def test_a_failed_command_leaves_the_old_file_alone(corridor, data, tmp_path):
    """Neither a new file nor a touched one, nor anything beside it."""
    target = tmp_path / "out"
    target.mkdir()
    keep = target / "keep.json"
    keep.write_text("old")
    for arguments in (["route", "A", "Nowhere"], ["route", "A", "A"], ["plan", "--year", "1999"]):
        assert corridor(*arguments, "--dataset", data, "-o", keep).code
        assert corridor(*arguments, "--dataset", data, "-o", target / "new").code
    assert keep.read_text() == "old"
    assert [path.name for path in target.iterdir()] == ["keep.json"]


@pytest.mark.parametrize(
    "place", ["", ".", "..", "/", "/nonexistent/x", "/proc/x", "x" * 300, "a\x00b", "{file}/x", "{folder}"]
)
def test_unwritable_places(corridor, data, tmp_path, monkeypatch, place):
    """2 and a word why; nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    place = place.format(file=data / "links.csv", folder=data)
    for command in (["route", "A", "C"], ["plan"], ["info"], ["projects"]):
        answer = corridor(*command, "--dataset", data, "-o", place)
        assert answer.code == 2
        assert "cannot write" in answer.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_device_or_pipe_is_written_to_not_replaced(corridor, data, tmp_path):
    """-o on a pipe feeds its reader, on a symbolic link the file behind it; neither is swapped for a plain file."""
    pipe, real, symbolic = tmp_path / "pipe", tmp_path / "real", tmp_path / "symbolic"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    assert corridor("route", "A", "C", "--dataset", data, "--format", "json", "-o", pipe).code == 0
    assert json.loads(reader.communicate(timeout=10)[0])["routes"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    real.write_text("old")
    symbolic.symlink_to(real)
    assert corridor("schema", "-o", symbolic).code == 0
    assert symbolic.is_symlink()
    assert json.loads(real.read_text())


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e308", "-1", "abc", "", "9" * 400, "1e-320"])
def test_numbers_from_hell(corridor, data, number):
    """Every numeric option answers 2, or computes; none shows an internal error or a warning of numpy."""
    for option in (
        "--max-time-h",
        "--max-cost",
        "--time-value",
        "--carbon-price",
        "--quantity",
        "-k",
        "--month",
        "--year",
    ):
        answer = corridor("route", "A", "C", "--dataset", data, option, number)
        assert answer.code in {0, 2, 3}
        assert "Warning" not in answer.err
    for option in ("--max-unmet", "--time-limit", "--time-value", "--carbon-price", "--year"):
        assert corridor("plan", "--dataset", data, option, number).code in {0, 1, 2, 4}
    for command in ("info", "projects"):
        assert corridor(command, "--dataset", data, "--year", number).code in {0, 2}


NAMES = ["", " ", ";", '"', "*", "x" * 50_000, "\n", "-", "RU", "\u202e", "😀", "%s{}", "A;B", "\udcff"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_from_hell(corridor, data, name):
    """Any text where a name is asked for is an unknown name, a file that is missing, or harmless."""
    for option in ("--avoid", "--via", "--avoid-country", "--avoid-mode", "--commodity", "--scenario"):
        assert corridor("route", "A", "C", "--dataset", data, option, name).code in {0, 2}
    assert corridor("route", name, "C", "--dataset", data).code == 2
    assert corridor("plan", "--dataset", data, "--demands", name).code in {1, 2}
    assert corridor("verify", name, "--dataset", data).code == 2
    assert corridor("check", name).code in {1, 2}
    assert corridor(name).code == 2


def test_folders_where_files_should_be(corridor, data, tmp_path):
    """A folder for a scenario, demands or a plan, a file for a dataset."""
    file = tmp_path / "file"
    file.write_text("x")
    assert corridor("route", "A", "C", "--dataset", data, "--scenario", tmp_path).code == 2
    assert corridor("plan", "--dataset", data, "--demands", tmp_path).code in {1, 2}
    assert corridor("verify", tmp_path, "--dataset", data).code == 2
    assert corridor("check", file).code == 2
    assert corridor("route", "A", "C", "--dataset", file).code == 2
    for name in ("nodes.csv", "dataset.toml", "rates.csv"):
        other = folder(tmp_path / name, links=LINKS[1:2])
        (other / name).unlink(missing_ok=True)
        (other / name).mkdir()
        assert corridor("check", other).code == 1


HEADER = "link_id,mode,from_node,to_node,length_km,time_h,cost_usd_per_teu,cost_usd_per_t"
STRANGE: dict[str, tuple[str | bytes, int]] = {
    "empty": ("", 1),
    "only a line end": ("\n", 1),
    "only a header": (HEADER + "\n", 0),
    "no line end": (HEADER + "\nab,road,A,B,1,1,1,1", 0),
    "windows line ends": (HEADER.replace("\n", "\r\n") + "\r\nab,road,A,B,1,1,1,1\r\n", 0),
    "old mac line ends": (HEADER + "\rab,road,A,B,1,1,1,1\r", 0),
    "byte order mark": ("\ufeff" + HEADER + "\nab,road,A,B,1,1,1,1\n", 0),
    "utf-16": ((HEADER + "\nab,road,A,B,1,1,1,1\n").encode("utf-16"), 1),
    "latin-1": ((HEADER + "\näb,road,A,B,1,1,1,1\n").encode("latin-1"), 1),
    "nul bytes": (HEADER + "\na\x00b,road,A,B,1,1,1,1\n", 1),
    "semicolons": (HEADER.replace(",", ";") + "\nab;road;A;B;1;1;1;1\n", 1),
    "too few cells": (HEADER + "\nab,road,A\n", 1),
    "too many cells": (HEADER + "\nab,road,A,B,1,1,1,1,1,1\n", 1),
    "open quote": (HEADER + '\n"ab,road,A,B,1,1,1,1\n', 1),
    "quotes and line breaks in a cell": (HEADER + ',note\nab,road,A,B,1,1,1,1,"he said ""no""\nand left"\n', 0),
    "column twice": (HEADER + ",time_h\nab,road,A,B,1,1,1,1,2\n", 1),
    "column without a name": (HEADER + ",\nab,road,A,B,1,1,1,1,2\n", 1),
    "spaces": (HEADER.replace(",", " , ") + "\n ab , road , A , B , 1 , 1 , 1 , 1 \n", 0),
    "blank lines": (HEADER + "\n\n\nab,road,A,B,1,1,1,1\n\n,,,,,,,\n", 0),
    "self loop": (HEADER + "\nab,road,A,A,1,1,1,1\n", 1),
    "NaN": (HEADER + "\nab,road,A,B,NaN,1,1,1\n", 1),
    "infinite": (HEADER + "\nab,road,A,B,inf,1,1,1\n", 1),
    "1e400": (HEADER + "\nab,road,A,B,1e400,1,1,1\n", 1),
    "1e300": (HEADER + "\nab,road,A,B,1e300,1,1,1\n", 1),
    "1e15": (HEADER + "\nab,road,A,B,1e15,1e15,1e15,1e15\n", 0),
    "1e29": (HEADER + "\nab,road,A,B,1e29,1e29,1e29,1e29\n", 0),
    "comma decimals": (HEADER + '\nab,road,A,B,"1,5",1,1,1\n', 1),
    "very long cell": (HEADER + f"\n{'a' * 200_000},road,A,B,1,1,1,1\n", None),  # type: ignore[dict-item]
    "unicode ids": (HEADER + "\nпуть-😀,road,A,B,1,1,1,1\n", 0),
    "formula": (HEADER + "\n=1+1,road,A,B,1,1,1,1\n", 0),
    "arabic digits": (HEADER + "\nab,road,A,B,٣,1,1,1\n", None),  # type: ignore[dict-item]
    "a picture": (bytes(range(256)) * 20, 1),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_files(corridor, tmp_path, name):
    """Whatever links.csv holds: findings or an answer; where 1e29 is too much for a solver, the plan is refused."""
    text, code = STRANGE[name]
    demands = [demand("d", "AB", 5, 1e6)]
    where = folder(tmp_path / "d", {"links.csv": text}, nodes=nodes(A="KZ", B="KZ"), demands=demands)
    checked = corridor("check", where)
    assert checked.code in {0, 1}
    if code is not None:
        assert checked.code == code
    for command, answers in (
        (["route", "A", "B"], {0, 3}),
        (["plan"], {0, 5} if name == "1e29" else {0}),
        (["info"], {0}),
    ):
        answer = corridor(*command, "--dataset", where)
        assert answer.code in (answers if checked.code == 0 else {1})
        assert "Warning" not in answer.err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        'name = "x"',
        "name = 3\nbase_year = 2024",
        'name = "x"\nbase_year = "2024"',
        'name = "x"\nbase_year = 2024\ncurrency = "EUR"',
        'name = "x"\nbase_year = 99999',
        "\x00",
        b"\xff\xfe",
        'name = "x"\nbase_year = 2024\nsources = 3',
    ],
)
def test_broken_dataset_toml(corridor, tmp_path, text):
    """Syntax, missing keys, wrong types and another currency are findings of dataset.toml."""
    answer = corridor("check", folder(tmp_path / "d", {"dataset.toml": text}))
    assert answer.code == 1
    assert "dataset.toml" in answer.out


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", "3", "[" * 100_000, '{"run": []}', b"\xff\xfe\x00", "NaN", '{"status": "optimal"}']
)
def test_verify_of_no_plan(corridor, data, tmp_path, text):
    """What is no plan is refused: 2 where it is no JSON, 5 where it is JSON of something else."""
    target = tmp_path / "p.json"
    target.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert corridor("verify", target, "--dataset", data).code in {2, 5}


def run(*arguments: str, stdout: int | None = subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a fresh process."""
    command = [sys.executable, "-m", "optimizer", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, env=env)


def test_poor_encodings_and_full_disks(data):
    """Names that ASCII cannot write are escaped; a full disk is told and is no success."""
    route = ("route", "A", "C", "--dataset", str(data), "-k", "2")
    poor = run(*route, PYTHONIOENCODING="ascii")
    assert (poor.returncode, poor.stderr) == (0, "")
    if Path("/dev/full").is_char_device():
        with Path("/dev/full").open("w") as full:
            done = run(*route, stdout=full.fileno())
        assert done.returncode == 2
        assert "Exception" not in done.stderr


def test_closed_streams_and_pipes(data):
    """A reader that goes away, and streams that were never there, are no reason for a traceback."""
    command = f"{sys.executable} -m optimizer route A C --dataset '{data}' --format json"
    for tail in ("| true", ">&-", "2>&-", ">&- 2>&-"):
        done = subprocess.run(f"{command} {tail}", shell=True, capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert done.stderr == ""


def test_results_on_stdout_and_notes_on_stderr(corridor, data):
    """That fewer routes exist than were asked for is a note; the result is clean."""
    for options, count in (((), "2 of the 9"), (("--plain",), "3 of the 9")):
        answer = corridor("route", "A", "C", "--dataset", data, "-k", "9", *options)
        assert answer.code == 0
        assert count in answer.err
        assert count not in answer.out
    assert corridor("route", "A", "C", "--dataset", data, "--format", "json", "-k", "9").err == ""


def test_did_you_mean(corridor, data):
    """A slip in a command, an option or a name is answered with the right one."""
    assert "route" in corridor("rout").err
    assert "--avoid-country" in corridor("route", "A", "C", "--avoid-countrry", "RU").err
    assert "container" in corridor("route", "A", "C", "--dataset", data, "--commodity", "contaner").err


def test_the_default_is_the_bundled_network(corridor):
    """Without --dataset the network of Eurasia answers."""
    assert "Duisburg" in corridor("route", "Xi'an", "Duisburg", "-k", "1").out
    assert json.loads(corridor("info", "--format", "json").out)["name"] == "eurasia"
