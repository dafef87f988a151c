"""Reports of the command line, on the tiny network: one page beside the answer of the same run, or none at all."""

from __future__ import annotations

import json
import re
import sys

import pytest

RAISED = ("--set", "shared_capacities[id=aktau-containers].capacity=70000")


@pytest.fixture
def ask(corridor, tiny_folder):
    """Run ``corridor`` on the tiny network."""
    return lambda *arguments: corridor(*arguments, "--dataset", tiny_folder)


def values_of(html: str) -> dict[str, float]:
    """Return the figures of the cards by their key in the JSON, those of the last scenario last."""
    found = re.findall(r'data-key="(\w+)" data-value="([^"]*)"', html)
    return {key: float(value) for key, value in found if value}


def test_a_what_if_writes_the_page_of_its_own_run(ask, tmp_path) -> None:
    """Answer and page come from one run: the figures are the same, and the answer is what it is without a page."""
    page, answer, alone = (tmp_path / name for name in ("w.html", "w.json", "alone.json"))
    told = ask("whatif", "aktau-hub", "--format", "json", "-o", answer, "--report", page)
    assert (told.code, told.out) == (0, "")
    assert ask("whatif", "aktau-hub", "--format", "json", "-o", alone).code == 0
    mappings = [json.loads(file.read_text(encoding="utf-8")) for file in (answer, alone)]
    for mapping in mappings:
        for outcome in mapping["scenarios"]:
            outcome.pop("seconds")
    assert mappings[0] == mappings[1]
    measures = mappings[0]["scenarios"][0]["measures"]
    shown = values_of(page.read_text(encoding="utf-8"))
    assert {key: shown[key] for key in ("cost_usd", "t", "t_km", "time_h", "co2_kg")} == pytest.approx(
        {key: measures[key] for key in ("cost_usd", "t", "t_km", "time_h", "co2_kg")}, rel=1e-9
    )


def test_a_plan_writes_the_page_of_its_own_run(ask, tmp_path) -> None:
    """The cost on the page is that of the JSON to the last digit."""
    page = tmp_path / "plan.html"
    told = ask("plan", "--format", "json", "--report", page)
    assert told.code == 0
    assert values_of(page.read_text(encoding="utf-8"))["cost_usd"] == json.loads(told.out)["cost_usd"]
    assert f"{page}: " in told.err


@pytest.mark.parametrize("kind", [(), ("--each-corridor",), ("--pareto",)], ids=["routes", "corridors", "front"])
def test_routes_write_a_page(ask, tmp_path, kind) -> None:
    """Routes, corridors side by side and the front each have a page with the routes that were told."""
    page = tmp_path / "routes.html"
    told = ask("route", "Xi'an", "Duisburg", *kind, "--format", "json", "--report", page)
    assert told.code == 0
    html = page.read_text(encoding="utf-8")
    for route in json.loads(told.out)["routes"][:3]:
        assert f'data-value="{route["cost_usd"]!r}"' in html
    assert '<section id="routes">' in html
    assert '<section id="overview">' not in html


@pytest.mark.parametrize(
    ("arguments", "sections"),
    [
        ((), {"overview", "map", "flows", "bottlenecks", "cost", "emissions", "routes", "sources", "again"}),
        (("aktau-hub", *RAISED), {"overview", "map", "flows", "bottlenecks", "cost", "sources", "again"}),
    ],
    ids=["plan", "what-if"],
)
def test_report_writes_a_page_alone(ask, tmp_path, arguments, sections) -> None:
    """The command has no other answer; the page names the command that makes it again, quoted for a shell."""
    page = tmp_path / "a report.html"
    told = ask("report", *arguments, "-o", page)
    assert (told.code, told.out) == (0, "")
    html = page.read_text(encoding="utf-8")
    assert sections <= set(re.findall(r'<section id="(\w+)">', html))
    assert "corridor report " in html
    assert f"&#39;{page}&#39;" in html


def test_the_relation_the_curve_and_the_title_are_those_asked_for(ask, tmp_path) -> None:
    """What is asked for stands on the page."""
    page = tmp_path / "page.html"
    told = ask(
        "report", "--route", "Xi'an", "Duisburg", "--curve", "aktau-containers", "--title", "A <b>title</b>", "-o", page
    )
    assert told.code == 0
    html = page.read_text(encoding="utf-8")
    assert "<title>A &lt;b&gt;title&lt;/b&gt;</title>" in html
    assert 'id="curve-0' in html
    assert "relation-0-routes" in html


def test_charts_come_as_files_too(ask, tmp_path) -> None:
    """Every chart of the page is there as SVG and PNG, and so are the maps of the plans and of the difference."""
    folder = tmp_path / "deep" / "slides"
    told = ask("report", "aktau-hub", "--charts", folder, "-o", tmp_path / "page.html")
    assert told.code == 0
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    files = {file.name for file in folder.iterdir()}
    stems = {file.rsplit(".", 1)[0] for file in files}
    assert files == {f"{stem}.{form}" for stem in stems for form in ("svg", "png")}
    assert {"map-0", "map-1", "map-difference-0", "corridors-0", "sankey-0", "cost-0"} <= stems
    assert all(f'id="{stem}-' in html for stem in stems if not stem.startswith("map"))
    assert all((folder / f"{stem}.png").read_bytes().startswith(b"\x89PNG") for stem in stems)


@pytest.mark.parametrize("command", [("report", "-o"), ("plan", "--report"), ("whatif", "aktau-hub", "--report")])
def test_a_name_that_is_no_page_is_refused(ask, tmp_path, command) -> None:
    """A page ends in .html; nothing is written."""
    told = ask(*command, tmp_path / "page.pdf")
    assert told.code == 2
    assert "let it end in .html" in told.err
    assert not list(tmp_path.glob("page*"))


def test_a_folder_that_is_not_there_is_refused(ask, tmp_path) -> None:
    """Before anything is planned, and none is made."""
    told = ask("report", "-o", tmp_path / "nowhere" / "page.html")
    assert told.code == 2
    assert "there is no folder" in told.err
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(("module", "name"), [("jinja2", "Jinja2"), ("matplotlib", "matplotlib"), ("babel", "Babel")])
def test_without_the_extra_the_command_says_which(ask, tmp_path, monkeypatch, module, name) -> None:
    """A missing library is named with the extra that brings it, before anything is planned."""
    monkeypatch.setitem(sys.modules, module, None)
    told = ask("report", "-o", tmp_path / "page.html")
    assert told.code == 2
    assert f"need {name}" in told.err
    assert "corridor-optimizer[report]" in told.err


def test_a_failing_scenario_stands_on_the_page(ask, tmp_path) -> None:
    """One that cannot be applied is told beside the others, and the exit code says so."""
    page = tmp_path / "page.html"
    told = ask("report", "aktau-hub", "--set", "links[id=nowhere].capacity=1", "-o", page)
    assert told.code == 1
    html = page.read_text(encoding="utf-8")
    assert "nowhere" in html
    assert 'data-key="cost_usd"' in html


def test_a_relation_without_a_route_writes_nothing(ask, tmp_path) -> None:
    """An unknown place ends the command before a file is there."""
    page = tmp_path / "page.html"
    told = ask("report", "--route", "Atlantis", "Duisburg", "-o", page)
    assert told.code == 2
    assert "Atlantis" in told.err
    assert not page.exists()
