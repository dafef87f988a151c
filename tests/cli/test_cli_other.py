"""The other commands, and what holds for all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = ("route", "matrix", "plan", "check", "info", "explain", "map", "projects", "verify", "schema")


def test_help_lists_every_command(corridor):
    """--help names all commands and the exit codes."""
    answer = corridor("--help")
    assert answer.code == 0
    assert all(name in answer.out for name in COMMANDS)
    assert "Exit codes" in answer.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(corridor, command):
    """Each option of each command has a help text."""
    answer = corridor(command, "--help")
    assert answer.code == 0
    assert "Usage: corridor " + command in answer.out


def test_unknown_command_is_answered_with_the_closest(corridor):
    """A typing error in a command is exit 2 with a suggestion."""
    answer = corridor("chek")
    assert answer.code == 2
    assert "check" in answer.err


def test_check_of_a_clean_dataset(corridor, tiny_folder):
    """A clean dataset has no error and ends with 0."""
    answer = corridor("check", tiny_folder)
    assert answer.code == 0
    assert "0 errors" in answer.out


def test_check_lists_all_problems_at_once(corridor, tiny_folder):
    """Problems in two files are all listed, with file, line, column, code and remedy; exit 1."""
    nodes = Path(tiny_folder, "nodes.csv")
    nodes.write_text(nodes.read_text().replace("43.35,76.95", "143.35,76.95"))
    links = Path(tiny_folder, "links.csv")
    links.write_text(links.read_text().replace("rail,KZHOR,KZALA", "rial,KZHOR,KZALAA"))
    answer = corridor("check", tiny_folder)
    assert answer.code == 1
    assert "nodes.csv:4: lat: [" in answer.out
    assert "links.csv:3: mode: [" in answer.out
    assert "links.csv:3: to_node: [" in answer.out
    listed = json.loads(corridor("check", tiny_folder, "--format", "json").out)
    assert listed["errors"] >= 3
    assert all(finding["remedy"] for finding in listed["findings"])


def test_warnings_do_not_change_the_exit_code(corridor, tiny_folder):
    """An unknown column is a warning: shown, exit 0."""
    rates = Path(tiny_folder, "rates.csv")
    header, *rows = rates.read_text().splitlines()
    rates.write_text("\n".join([header + ",colour", *(row + ",red" for row in rows)]) + "\n")
    answer = corridor("check", tiny_folder)
    assert answer.code == 0
    assert "colour" in answer.out
    assert "0 errors" in answer.out


def test_bad_dataset_stops_route_and_plan_with_1(corridor, tiny_folder):
    """No command computes on data with errors."""
    Path(tiny_folder, "rates.csv").write_text("mode,country\n")
    for arguments in (("route", "Xi'an", "Duisburg"), ("plan",), ("info",), ("projects",)):
        answer = corridor(*arguments, "--dataset", tiny_folder)
        assert answer.code == 1
        assert "links.csv" in answer.err


def test_info_counts(corridor, tiny_folder):
    """Info counts tables and modes and names licence and sources."""
    summary = json.loads(corridor("info", "--dataset", tiny_folder, "--format", "json").out)
    assert summary["tables"]["nodes"] == 8
    assert {row["mode"]: row["links"] for row in summary["modes"]}["rail"] == 7
    text = corridor("info", "--dataset", tiny_folder).out
    assert "CC0-1.0" in text
    assert "Invented for tests" in text


def test_projects_list_and_card(corridor, tiny_folder):
    """The list names every card; one card shows its changes; an unknown id suggests."""
    assert "aktau-hub" in corridor("projects", "--dataset", tiny_folder).out
    card = corridor("projects", "aktau-hub", "--dataset", tiny_folder)
    assert "→ 240,000 teu/year" in card.out
    assert corridor("projects", "--dataset", tiny_folder, "--format", "csv").out.startswith("id,name,status")
    unknown = corridor("projects", "aktau-hab", "--dataset", tiny_folder)
    assert unknown.code == 2
    assert "aktau-hub" in unknown.err


def test_schema_is_json_schema(corridor):
    """The schema is JSON and names the contract's columns."""
    answer = corridor("schema")
    assert answer.code == 0
    text = json.dumps(json.loads(answer.out))
    assert "frequency_per_week" in text
    assert "unmet_cost_usd_per_unit" in text


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a fresh process."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def test_route_imports_no_solver_no_pandas_no_scipy_no_rich():
    """A piped route on the bundled network pays for nothing it does not use."""
    code = (
        "import sys, runpy\n"
        "from optimizer.cli import main\n"
        "try: main(['route', \"Xi'an\", 'Duisburg'])\n"
        "except SystemExit as stop: assert stop.code == 0, stop.code\n"
        "heavy = {'ortools', 'highspy', 'pyomo', 'pandas', 'scipy', 'rich', 'networkx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_help_imports_neither_numpy_nor_pydantic():
    """Asking for help is nearly free."""
    code = (
        "import sys\n"
        "from optimizer.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pydantic', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(shell):
    """The documented completion scripts are produced."""
    done = run("from optimizer.cli import main; main([])", _CORRIDOR_COMPLETE=f"{shell}_source")
    assert done.returncode == 0
    assert "_CORRIDOR_COMPLETE" in done.stdout


def test_closed_pipe_is_no_error():
    """`corridor info | head -1` ends quietly."""
    done = subprocess.run(
        f"{sys.executable} -m optimizer info | head -1", shell=True, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""


def test_terminal_gets_drawn_tables():
    """On a terminal the tables are drawn by rich."""
    pty = pytest.importorskip("pty")
    main_end, other_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "optimizer", "projects"],
        stdout=other_end,
        stderr=other_end,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"},
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
    assert "─" in seen.decode()
