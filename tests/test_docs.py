"""The promises of the pages: examples run, options are told, and constants have the values that are said."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from network import load
from optimizer import Weights, compare_corridors
from optimizer.cli import main
from optimizer.cli.group import corridor

DOCS = Path(__file__).parents[1] / "docs"
ROUTES = (DOCS / "routes.md").read_text(encoding="utf-8")
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", ROUTES, re.DOTALL)
EXAMPLES = [text for kind, text in BLOCKS if kind == "python"]
MODULES = [path.stem for path in sorted((DOCS.parent / "optimizer").glob("*.py")) if not path.stem.startswith("_")]


@pytest.mark.parametrize("code", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_runs(code: str) -> None:
    """The Python of the page runs as it stands."""
    exec(compile(code, "routes.md", "exec"), {})


def test_the_page_has_blocks_to_hold() -> None:
    """The tests above hold what they are meant to hold, should the page be written in another way."""
    assert len(EXAMPLES) >= 8


def constants() -> list[tuple[str, float]]:
    """Return the constants of which the page gives the value, in the text or in the third column of a table."""
    number = r"(\d[\d,]*(?:\.\d+)?(?:e-\d+)?)"
    in_text = re.findall(rf"`([A-Z][A-Z0-9_]+)` = {number}", ROUTES)
    in_tables = re.findall(rf"(?m)^\|[^|]+\|[^|]*?\b([A-Z]{{4,}}(?:_[A-Z]+)*)\b[^|]*\| {number} \|", ROUTES)
    return [(name, float(value.replace(",", ""))) for name, value in (*in_text, *in_tables)]


def values_of(name: str) -> list[Any]:
    """Return what the modules of the optimizer, and of its reports, call by a name."""
    modules = [import_module(f"optimizer.{stem}") for stem in (*MODULES, "report.comparison")]
    return [getattr(module, name) for module in modules if hasattr(module, name)]


def test_the_constants_have_the_values_told() -> None:
    """Each constant of which the page gives the value has it in the code."""
    told = constants()
    assert {"MOST_SHARED", "MOST_STRETCH", "LOCAL", "FOREIGN", "ALONE", "OWN_SHARE", "NEAR"} <= {
        name for name, _ in told
    }
    for name, value in told:
        found = values_of(name)
        assert found, name
        assert all(float(each) == pytest.approx(value, rel=1e-12) for each in found), (name, value, found)


def test_what_the_page_points_to_exists() -> None:
    """Modules named by path are there, and names in them (`search.sole_best`) mean something."""
    for path in re.findall(r"`((?:optimizer|network)/\w+\.py)`", ROUTES):
        assert (DOCS.parent / path).exists(), path
    named = [
        (module, name)
        for module, name in re.findall(r"`(\w+)\.(?!csv|py)(\w+)(?:\.\w+)*`", ROUTES)
        if module in MODULES
    ]
    assert len(named) >= 6
    for module, name in named:
        assert hasattr(import_module(f"optimizer.{module}"), name), f"{module}.{name}"


def test_sources_are_listed() -> None:
    """Every source is cited by its first author and year, and every year cited is that of a source."""
    text, _, sources = ROUTES.partition("## Sources")
    entries = re.findall(r"(?ms)^- (?:\w\. )+(\w+)(.*?)(?=^- |\Z)", sources)
    listed = {(author, year) for author, rest in entries for year in re.findall(r"\b(?:19|20)\d\d\b", rest)}
    assert len(listed) >= 20
    for author, year in listed:
        assert re.search(rf"\b{author}\b[^.;]*\b{year}", text), (author, year)
    assert set(re.findall(r"(?:\b[A-Z]\w+|others)\s((?:19|20)\d\d)[ab]?[),;]", text)) == {year for _, year in listed}


def test_every_command_and_option_is_told() -> None:
    """The page of the command line names all commands, and every option by its long or short name."""
    context = click.Context(corridor)
    commands = {name: corridor.get_command(context, name) for name in corridor.list_commands(context)}
    assert {name for name in commands if f"| `corridor {name}" not in CLI} == set()
    options = {
        tuple(parameter.opts)
        for command in commands.values()
        if command is not None
        for parameter in command.params
        if isinstance(parameter, click.Option)
    }
    assert len(options) > 30
    untold = {names for names in options if not any(re.search(rf"{name}(?![\w-])", CLI) for name in names)}
    assert untold == set()


def test_the_keys_of_json_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Every key of a comparison stands on the page of the command line, and so do those of a route and its legs."""
    with pytest.raises(SystemExit):
        main(["route", "Poti", "Constanta", "--each-corridor", "--depart", "2026-12-01", "--format", "json"])
    answer = json.loads(capsys.readouterr().out)
    keys = {*answer, *(key for row in answer["rows"] for key in row)}
    keys |= {key for route in answer["routes"] for part in (route, *route["legs"]) for key in part}
    named = set(re.findall(r"\b\w+\b", CLI))
    assert keys - named == set()


def test_the_lacks_follow_their_formulas() -> None:
    """What a corridor must drop is its gap over the prices, the percentile included, as the page writes it."""
    weights = Weights(p90_per_h=2.0)
    comparison = compare_corridors(load(), "Xi'an", "Duisburg", quantity=3.0, weights=weights)
    time_per_h, best = comparison.time_value_usd_per_unit_h, comparison.best
    shown = [(row.route, row.why_not) for row in comparison.rows if row.route is not None and row.why_not is not None]
    assert len(shown) > 8
    for route, lack in shown:
        p90_h, least_h = ((each.time_h if (h := each.time_p90_h) is None else h) for each in (route, best))
        timed = time_per_h * (route.time_h - best.time_h) + weights.p90_per_h * (p90_h - least_h)
        gap_usd = route.cost_usd - best.cost_usd + 3.0 * timed
        hours = gap_usd / (3.0 * (time_per_h + weights.p90_per_h))
        assert lack.gap_usd == pytest.approx(gap_usd, abs=1e-5)
        assert lack.must_drop_usd == (pytest.approx(gap_usd, abs=1e-5) if gap_usd <= route.cost_usd else None)
        assert lack.must_drop_h == (pytest.approx(hours, abs=1e-5) if hours <= route.time_h else None)
