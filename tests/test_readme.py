"""The README's promises: its commands run, its Python runs, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from optimizer.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    line.strip() for kind, text in BLOCKS if not kind for line in text.splitlines() if line.startswith(".venv/bin/")
]
HEAVY = ("demo", "load_to_map", "own_constraint", "sweep_on_dask", "whatif")
"""Examples that take many seconds."""
EXAMPLES = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.heavy] if path.stem in HEAVY else [])
    for path in sorted((ROOT / "examples").glob("*.py"))
]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.heavy
def test_every_command_runs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed one after another, as a reader would, every command of the README ends with 0 and prints something."""
    monkeypatch.chdir(tmp_path)
    for name, places in (("plants", ("Xi'an", "Алматы")), ("customers", ("Duisburg", "Mumbai", "Istanbul"))):
        Path(f"{name}.csv").write_text("\n".join(("name", *places)), encoding="utf-8")
    assert len(COMMANDS) >= 8
    for command in COMMANDS:
        program, *arguments = shlex.split(command)
        assert program == ".venv/bin/corridor"
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        out, err = capsys.readouterr()
        assert stop.value.code == 0, (command, err)
        assert out or "-o" in arguments


def test_the_library_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The Python of the README runs as it stands."""
    (code,) = [text for kind, text in BLOCKS if kind == "python"]
    exec(compile(code, "README.md", "exec"), {})
    assert "USD a year" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Every relative link of every page names a file of the project."""
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs(
    example: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each example prints its answer without an error."""
    import runpy

    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    # Files that an example makes are to go with the test.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.argv", [str(example)])
    runpy.run_path(str(example), run_name="__main__")
    assert capsys.readouterr().out


def test_there_are_examples() -> None:
    """The heavy ones are among them, should one be named otherwise."""
    names = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert set(HEAVY) < names
