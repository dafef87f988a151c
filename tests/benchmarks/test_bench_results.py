"""What is kept of runs, and that the page shows exactly that."""

from __future__ import annotations

import json
import platform
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from benchmarks import results
from benchmarks.goals import Line

ROOT = Path(__file__).parents[2]


def run(version: str, value: float | None, note: str = "") -> dict[str, Any]:
    named = ("300 nodes", "≥ 8 × peer", "peer", "peer", 8.0)
    line = Line(*named, value, value, value, n=3, own_s=0.02, peer_s=2.0, note=note)
    machine = {"cpu": "a processor", "cores": 2, "memory_gib": 8, "system": "Linux"}
    return {
        "version": version,
        "date": "2026-11-22",
        "machine": machine,
        "versions": {"Python": "3.12"},
        "goals": [asdict(line)],
        "growth": {"date": "2026-11-22", "sizes": []},
    }


def test_the_page_shows_what_is_kept() -> None:
    """The tables of the page are those of the runs in the folder."""
    text = results.PAGE.read_text(encoding="utf-8")
    assert results.page_with(text, results.read_all(results.FOLDER)) == text


def test_a_number_that_got_worse_stays() -> None:
    """The newest version has the table; what earlier ones reached stands beside it, better or not."""
    text = results.tables([run("0.2.0", 20.0), run("0.10.0", 7.0)])
    assert "| 300 nodes | ≥ 8 × peer | **7** | 7–7 (3) | 20 ms | 2 s | missed |" in text
    assert "| 300 nodes | ≥ 8 × peer | 20 | 7 |" in text
    assert "| workload | goal | 0.2.0 | 0.10.0 |" in text


def test_what_was_not_measured_is_told() -> None:
    """A row without a value says why, and no verdict is made up."""
    assert "not measured: pypsa is not installed" in results.tables([run("0.2.0", None, "pypsa is not installed")])
    assert results.tables([]) == results.NOTHING


def test_versions_are_sorted_by_number(tmp_path: Path) -> None:
    """0.10 comes after 0.9, whatever the names of the files."""
    for version in ("0.10.0", "0.9.0"):
        (tmp_path / f"{version}.json").write_text(json.dumps(run(version, 9.0)), encoding="utf-8")
    assert [kept["version"] for kept in results.read_all(tmp_path)] == ["0.9.0", "0.10.0"]


def test_keeping_writes_file_and_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of the same version takes the place of the one before, in the file and on the page."""
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{results.START}\nold\n{results.END}\n\nrest\n", encoding="utf-8")
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(results, "PAGE", page)
    for value in (30.0, 5.0):
        path = results.keep([Line(**run("x", value)["goals"][0])])
    kept = results.read_all(tmp_path)
    assert [line["value"] for one in kept for line in one["goals"]] == [5.0]
    assert path.name == f"{kept[0]['version']}.json"
    text = page.read_text(encoding="utf-8")
    assert "**5**" in text
    assert "**30**" not in text
    assert text.endswith("rest\n")
    assert "old" not in text


def test_growth_stays_where_only_goals_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes are shown beside the goals, those stopped without a ratio, until sizes are measured again."""
    page = tmp_path / "page.md"
    page.write_text(f"{results.START}\n{results.END}\n", encoding="utf-8")
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(results, "PAGE", page)
    own = {"median_s": 0.5, "peak_mb": 90.0, "sweep_s": 0.01, "gap": 0.0, "prepare_s": 0.1}
    size = {"instance": "300/10", "own": own, "phases": {"solve": 0.4}, "peers": {"A": 5.0, "B": None}, "notes": []}
    lines = [Line(**run("x", 9.0)["goals"][0])]
    results.keep(lines, [size])
    results.keep(lines)
    text = page.read_text(encoding="utf-8")
    assert "| 300/10 | 500 ms | 90 | 50 | 0e+00 | 100 ms | 400 ms | 10 | – |" in text


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        results.page_with("nothing here", [])


def test_the_machine_is_told_without_its_name() -> None:
    assert platform.node() not in str(results.machine()).split()
    assert set(results.machine()) == {"cpu", "cores", "memory_gib", "system"}


def test_peers_are_held_apart_from_the_product() -> None:
    """No peer stands in what the product installs; versions are held without addresses, each in one file."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "pypsa" not in project
    pins = [
        dict(re.findall(r"(?m)^([\w.-]+)==(\S+)$", (ROOT / name).read_text(encoding="utf-8").lower()))
        for name in ("constraints.txt", "benchmarks/constraints.txt")
    ]
    assert not pins[0].keys() & pins[1].keys()
    assert {"pypsa", "linopy"} <= pins[1].keys()
    assert not re.search(r"://|^-", (ROOT / "benchmarks" / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
