"""``corridor matrix``: lists of places in, rows as they are found out."""

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

from optimizer.matrix import COLUMNS


@pytest.fixture
def ask(corridor, tiny_folder, tmp_path):
    """Ask for a matrix of two lists, given as the text or the bytes of their files."""

    def matrix(origins: str | bytes, destinations: str | bytes, *options: object):
        paths = []
        for name, text in (("from.csv", origins), ("to.csv", destinations)):
            paths.append(tmp_path / name)
            paths[-1].write_bytes(text if isinstance(text, bytes) else text.encode())
        return corridor("matrix", *paths, "--dataset", tiny_folder, *options)

    return matrix


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def places_of(text: str) -> list[tuple[str, str]]:
    return [(row["origin"], row["destination"]) for row in rows_of(text)]


def test_csv_has_a_row_per_pair_in_order(ask):
    """All destinations of the first origin, then of the next; the columns of the library."""
    answer = ask("name\nXi'an\nAlmaty\n", "name\nDuisburg\nMoscow\n", "--format", "csv")
    assert answer.code == 0
    assert answer.out.splitlines()[0].split(",") == list(COLUMNS)
    pairs = [("Xi'an", "Duisburg"), ("Xi'an", "Moscow"), ("Almaty", "Duisburg"), ("Almaty", "Moscow")]
    assert places_of(answer.out) == pairs
    assert answer.err == ""


def test_a_cell_equals_the_route_command(corridor, ask, tiny_folder):
    """Numbers of the JSON are those of `corridor route` with the same options."""
    options = ("--avoid-country", "RU", "--quantity", 2, "--unit", "feu", "--month", 7, "--minimize", "time")
    [cell] = json.loads(ask("Xi'an\n", "Duisburg\n", *options, "--format", "json").out)["matrix"]
    route = json.loads(
        corridor("route", "Xi'an", "Duisburg", "-k", 1, *options, "--dataset", tiny_folder, "--format", "json").out
    )["routes"][0]
    keys = ("cost_usd", "time_h", "co2_kg", "length_km", "modes", "countries", "corridor")
    assert {key: cell[key] for key in keys} == {key: route[key] for key in keys}
    assert tuple(cell) == COLUMNS


@pytest.mark.parametrize(
    "text",
    [
        "name\nXi'an\nАлматы\n",
        "node_id,name\nCNSIA,ignored\nKZALA,ignored too\n",
        'note,Name\nfirst,"Xi\'an"\nsecond,Алматы\n',
        "demand,origin,destination\n1,Xi'an,Duisburg\n2,Almaty,Moscow\n",
        "Xi'an\nAlmaty\n",
        "\n\nXi'an\n\n\nAlmaty",
        b"\xef\xbb\xbfname\r\nXi'an\r\n\r\nAlmaty\r\n",
        "name\n  Xi'an  \n西安\n",
    ],
    ids=["name", "node_id", "heading in any case", "origin", "plain", "blank lines", "BOM and CRLF", "space"],
)
def test_forms_of_lists(ask, text):
    """Headings, plain lists, quotes, blank lines, byte order marks and scripts are all read."""
    answer = ask(text, "Duisburg\n", "--format", "csv")
    assert answer.code == 0, answer.err
    assert [row["origin_node"] for row in rows_of(answer.out)] in (["CNSIA", "KZALA"], ["CNSIA", "CNSIA"])


def test_one_file_may_hold_both_roles(corridor, tiny_folder, tmp_path):
    """Columns origin and destination of one file serve as the two lists, duplicates and their order kept."""
    lanes = tmp_path / "lanes.csv"
    lanes.write_text("origin,destination\nXi'an,Duisburg\nXi'an,Moscow\n")
    answer = corridor("matrix", lanes, lanes, "--dataset", tiny_folder, "--format", "csv")
    assert places_of(answer.out) == [("Xi'an", "Duisburg"), ("Xi'an", "Moscow")] * 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "from.csv:1: [E103] the file is empty"),
        ("name\n", "from.csv:1: name: [E110] no place is given; add one per line below the heading"),
        ("name,note\n,x\n", "from.csv:2: name: [E110] no place is given"),
        ("a,b\n1,2\n", "from.csv:1: [E104] no column origin, node_id or name"),
        ("name\n\"Xi'an\n", "from.csv:2: [E107]"),
        ("name\nAlmaty, Kazakhstan\n", "from.csv:2: [E106] too many cells"),
        ("name;note\nAlmaty;x\n", 'from.csv:1: [E107] cannot be read as CSV: the columns are parted by ";"'),
        (b"name\nAlmaty\n\xd1\xee\n", "from.csv:3: [E102] is not UTF-8 text"),
    ],
    ids=["empty", "heading only", "empty cell", "no column", "open quote", "comma", "semicolons", "encoding"],
)
def test_bad_lists_are_told_with_their_line(ask, text, told):
    """A file that is no list of places is bad data, told with file, line, code and remedy."""
    answer = ask(text, "Duisburg\n")
    assert answer.code == 1
    assert told in answer.err
    assert answer.out == ""


def test_all_problems_of_both_lists_at_once(ask):
    """A bad cell of the one list and unknown names of both are told together, each name once."""
    answer = ask("name,note\nXi'ann,1\n,2\nXi'ann,3\n", "Duisberg\nMoscow\n")
    assert answer.code == 1
    told = [line.split("; ")[0].rpartition("/")[2] for line in answer.err.splitlines()[1:]]
    assert told == [
        "from.csv:3: name: [E110] no place is given",
        'from.csv:2: name: [E200] unknown node "Xi\'ann"',
        'to.csv:1: [E200] unknown node "Duisberg"',
    ]


def test_unknown_names_alone_are_usage(ask):
    """Names that mean nothing exit with 2, with lines and close matches; a first line may have been a heading."""
    answer = ask("City\nXi'an\n", "name\nMoscow\nDuisberg\n")
    assert answer.code == 2
    assert "2 names of places cannot be used" in answer.err
    assert "if it is a heading, write name instead" in answer.err
    assert 'to.csv:3: name: [E200] unknown node "Duisberg"; did you mean Duisburg' in answer.err


def test_a_missing_file_is_usage(corridor, tiny_folder, tmp_path):
    """A file that is not there, or a folder, exits with 2 and its name."""
    for path in (tmp_path / "nowhere.csv", tmp_path):
        answer = corridor("matrix", path, path, "--dataset", tiny_folder)
        assert answer.code == 2
        assert str(path) in answer.err


def test_stdin(corridor, tiny_folder, tmp_path, monkeypatch):
    """A dash reads one of the lists from stdin, told as such; both cannot be."""
    places = tmp_path / "places.csv"
    places.write_text("Duisburg\n")
    ask = ("--dataset", tiny_folder, "--format", "csv")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Сиань\n".encode())))
    assert places_of(corridor("matrix", "-", places, *ask).out) == [("Сиань", "Duisburg")]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert "<stdin>:1: [E103]" in corridor("matrix", places, "-", *ask).err
    monkeypatch.setattr(sys, "stdin", None)
    assert "<stdin>:1: [E103]" in corridor("matrix", places, "-", *ask).err
    both = corridor("matrix", "-", "-", *ask)
    assert both.code == 2
    assert "stdin" in both.err


def test_pairs_without_a_route_are_rows_with_a_reason(ask):
    """Some pairs without a route leave the exit code at 0; how many is a remark on stderr."""
    answer = ask("Xi'an\nDuisburg\n", "Duisburg\nAlmaty\n", "--format", "csv", "--max-time-h", 400)
    assert answer.code == 0
    rows = rows_of(answer.out)
    assert [row["reason"] for row in rows].count("same place") == 1
    refused = [row for row in rows if row["reason"]]
    assert all(row["cost_usd"] == row["n_borders"] == row["modes"] == "" for row in refused)
    assert f"{len(refused)} of 4 pairs" in answer.err


def test_no_route_at_all_is_exit_3(ask):
    """The rows are written all the same; with JSON the error is JSON and has the reasons."""
    answer = ask("Xi'an\n", "Duisburg\nXi'an\n", "--format", "json", "--max-time-h", 1)
    assert answer.code == 3
    assert [cell["cost_usd"] for cell in json.loads(answer.out)["matrix"]] == [None, None]
    error = json.loads(answer.err)["error"]
    assert error["code"] == "E400"
    assert error["reasons"] == {"no route obeys every constraint": 1, "same place": 1}


def test_few_destinations_stand_side_by_side(ask):
    """Two tables, days and money, origins against destinations as they were given, a dash on the diagonal."""
    answer = ask("Сиань\nMoscow\n", "Duisburg\nMoscow\n")
    days, money = answer.out.strip().split("\n\n")
    assert [line.split()[0] for line in days.splitlines()] == ["Days", "From", "---------", "Сиань", "Moscow"]
    assert days.splitlines()[1].split()[-2:] == ["Duisburg", "Moscow"]
    assert money.splitlines()[0] == "USD"
    assert days.splitlines()[-1].split()[-1] == money.splitlines()[-1].split()[-1] == "–"
    rows = rows_of(ask("Сиань\n", "Duisburg\n", "--format", "csv").out)
    assert days.splitlines()[3].split()[1] == f"{float(rows[0]['time_h']) / 24:.1f}"
    assert money.splitlines()[3].split()[1] == f"{float(rows[0]['cost_usd']):,.0f}"


def test_many_destinations_are_listed_and_whole_when_piped(ask):
    """More than twelve destinations are a list of pairs; a pipe gets all of them, with reasons."""
    answer = ask("Xi'an\n" * 5, "Duisburg\n" * 12 + "Xi'an\n")
    lines = answer.out.splitlines()
    assert lines[0].startswith("From")
    assert len(lines) == 2 + 65
    assert sum("same place" in line for line in lines) == 5
    assert "shown" not in answer.err


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_a_file_holds_what_stdout_would(ask, tmp_path, form):
    """-o writes the same bytes to a file, and leaves nothing beside it."""
    target = tmp_path / "out" / "matrix"
    target.parent.mkdir()
    lists = ("Xi'an\nAlmaty\n", "Duisburg\nСиань\n")
    printed = ask(*lists, "--format", form)
    assert ask(*lists, "--format", form, "-o", target).code == 0
    assert target.read_text(encoding="utf-8") == printed.out
    assert list(target.parent.iterdir()) == [target]


def test_a_file_that_cannot_be_written_is_told(ask, tmp_path):
    """A folder that is not there, and a full device, exit with 2 and the file's name."""
    for target in (tmp_path / "no" / "matrix.csv", Path("/dev/full")):
        answer = ask("Xi'an\n", "Duisburg\n", "--format", "csv", "-o", target)
        assert answer.code == 2
        assert f"{target}: cannot write" in answer.err


def test_a_pipe_is_written_to_and_not_replaced(ask):
    """A device stays what it is."""
    assert ask("Xi'an\n", "Duisburg\n", "--format", "csv", "-o", "/dev/null").code == 0
    assert not Path("/dev/null").is_file()


def test_a_failure_on_the_way_leaves_the_old_file(ask, tmp_path, monkeypatch):
    """What breaks off in the middle leaves neither a half file nor a part of one; the old file stays."""
    import optimizer.fan

    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    target = tmp_path / "out" / "matrix.csv"
    target.parent.mkdir()
    target.write_text("old\n")
    monkeypatch.setattr(optimizer.fan, "best_labels", interrupted)
    answer = ask("Xi'an\n", "Duisburg\n", "--format", "csv", "-o", target)
    assert answer.code == 130
    assert target.read_text() == "old\n"
    assert list(target.parent.iterdir()) == [target]


def large(tmp_path: Path) -> list[str]:
    """Return the command for a matrix of many minutes on the bundled network."""
    nodes = tmp_path / "nodes.csv"
    nodes.write_text("\n".join(["Xi'an", "Duisburg", "Moscow", "Mumbai", "Almaty"] * 600))
    return [sys.executable, "-m", "optimizer", "matrix", str(nodes), str(nodes), "--format", "csv"]


def test_rows_come_as_they_are_found_and_a_closed_pipe_is_no_error(tmp_path):
    """The first rows of millions can be read at once; the reader may leave, and nothing is said."""
    process = subprocess.Popen(large(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("origin,")
    assert process.stdout.readline().startswith("Xi'an,Xi'an,CNSIA,CNSIA")
    process.stdout.close()
    assert process.wait(timeout=30) == 0
    assert process.stderr.read() == ""
    process.stderr.close()


def test_an_interruption_leaves_no_file(tmp_path):
    """Ctrl-C in the middle of writing ends with 130 and removes what was written."""
    folder = tmp_path / "out"
    folder.mkdir()
    process = subprocess.Popen([*large(tmp_path), "-o", str(folder / "matrix.csv")], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not any(part.stat().st_size for part in folder.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in err
    assert list(folder.iterdir()) == []


def test_progress_and_a_cut_table_on_a_terminal(tmp_path, tiny_folder):
    """A terminal sees how far a long run is, and the first lines of a long table with a remark on the rest."""
    pty = pytest.importorskip("pty")
    nodes = tmp_path / "nodes.csv"
    nodes.write_text("\n".join(["Xi'an", "Duisburg", "Moscow", "Baku", "Almaty"] * 40))
    main_end, other_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "optimizer", "matrix", str(nodes), str(nodes), "--dataset", str(tiny_folder)],
        stdout=other_end,
        stderr=other_end,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "160"},
    )
    os.close(other_end)
    seen = b""
    while True:
        try:
            part = os.read(main_end, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(main_end)
    assert process.wait() == 0
    text = seen.decode()
    assert "/40000" in text
    assert "a second" in text
    assert "50 of 40,000 pairs are shown" in text
    assert "8,000 of 40,000 pairs have no route: same place (8,000)" in text


def test_it_imports_no_pandas_no_solver_no_rich(tmp_path):
    """A piped matrix pays for nothing it does not use."""
    places = tmp_path / "places.csv"
    places.write_text("Xi'an\nDuisburg\n")
    code = (
        "import sys\n"
        "from optimizer.cli import main\n"
        f"try: main(['matrix', {str(places)!r}, {str(places)!r}, '--format', 'csv'])\n"
        "except SystemExit as stop: assert stop.code == 0, stop.code\n"
        "heavy = {'ortools', 'highspy', 'pyomo', 'pandas', 'scipy', 'rich', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
