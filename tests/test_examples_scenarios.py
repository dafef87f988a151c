"""The cases of docs/whatif: every comparison that a page shows is that of two plans, and says what the page says."""

from __future__ import annotations

import re
import shlex
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from network import Scenario, apply, load
from optimizer import plan_flows
from optimizer.cli.whatif import command
from optimizer.combining import cases_of, find_scenario
from optimizer.disruption import disrupt
from optimizer.replanning import prepare, replan

if TYPE_CHECKING:
    from network import Dataset
    from optimizer import Plan
    from optimizer.replanning import Prepared

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "examples" / "scenarios"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "whatif").glob("*.md"))}
DATA = load()
CARDS = {card.id for card in DATA.projects}


class Statement(NamedTuple):
    """What a page says of scenarios and cards applied together: the objective moves, and what binds then or not."""

    page: str
    under: tuple[str, ...]
    asked: tuple[str, ...]
    year: int
    more_usd_m: float
    """Change of the objective; 0 means none at all."""
    binds: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


def example(name: str) -> str:
    """Return the path of a scenario as pages write it."""
    return f"examples/scenarios/{name}.toml"


SHIPS_AND_ALAT = example("ships-and-alat")
CASPIAN = example("caspian-closed")
TRUCKS = example("trucks-by-the-caspian")
BEFORE_SUEZ = example("suez-as-before")
BORDERS = ("smart-cargo", "checkpoints-42", "green-corridor", "customs-road-map")
HIGH = "demand-2030-high"
TITR = "titr-2030"
WORKS = ("dostyk-moiynty-2", "dostyk-station", "altynkol-zhetygen-2")
HUB = ("aktau-hub",)
STATEMENTS = (
    Statement("aktau", (), HUB, 2024, 0.0, free=("aktau-containers",)),
    Statement("aktau", (), HUB, 2030, -0.19, free=("aktau-containers",)),
    Statement("aktau", (TITR,), HUB, 2024, 0.0, binds=("sea-aktau-alat", "baku-alat-containers")),
    Statement("aktau", (TITR,), ("caspian-ships",), 2024, -16.9, ("baku-alat-containers",), ("sea-aktau-alat",)),
    Statement("aktau", (TITR,), ("caspian-ships", "alat-260"), 2024, -120.4, binds=("aktau-containers",)),
    Statement("aktau", (TITR, SHIPS_AND_ALAT), HUB, 2024, -18.5, free=("aktau-containers", "baku-alat-containers")),
    Statement("aktau", (TITR,), ("aktau-70k",), 2024, 37.3, binds=("aktau-containers",)),
    Statement("dostyk-moiynty", (), WORKS[:1], 2024, -127.2, ("rail-alashankou-dostyk",), ("rail-dostyk-usharal",)),
    Statement("dostyk-moiynty", (), WORKS[:2], 2024, -210.3, free=("rail-alashankou-dostyk",)),
    Statement("dostyk-moiynty", WORKS[:2], WORKS[2:], 2024, 0.0),
    Statement("dostyk-moiynty", (), WORKS[:1], 2030, -426.3),
    Statement("dostyk-moiynty", (), WORKS[:2], 2030, -598.4),
    Statement("dostyk-moiynty", WORKS[:2], WORKS[2:], 2030, 0.0),
    Statement("north-south-east", (), ("ns-east-double",), 2024, -20.2, free=("incheh-borun-terminal",)),
    Statement("north-south-east", (), ("ns-east-double",), 2030, -165.5, binds=("incheh-borun-terminal",)),
    Statement("north-south-east", (HIGH,), ("ns-east-double",), 2030, -1018.8, binds=("incheh-borun-terminal",)),
    Statement("saksaul-beineu", (), ("saksaul-beineu",), 2024, 0.0),
    Statement("saksaul-beineu", (), (example("saksaul-beineu-road"),), 2030, 0.0),
    Statement("saksaul-beineu", (TRUCKS,), ("saksaul-beineu",), 2024, -17.1),
    Statement("saksaul-beineu", (TRUCKS,), ("saksaul-beineu",), 2030, -28.0),
    Statement("border-time", (), BORDERS[:1], 2024, -46.2),
    Statement("border-time", (), BORDERS, 2024, -108.9),
    Statement("border-time", (), BORDERS, 2030, -192.8),
    Statement("bakhty-ayagoz", (), ("bakhty-ayagoz",), 2024, -274.2, binds=("rail-urumqi-kuytun",)),
    Statement("bakhty-ayagoz", (), ("bakhty-ayagoz",), 2030, -692.1, binds=("rail-urumqi-kuytun",)),
    Statement("bakhty-ayagoz", ("bakhty-ayagoz",), WORKS[:1], 2030, -58.5),
    Statement("bakhty-ayagoz", WORKS[:1], ("bakhty-ayagoz",), 2030, -324.3),
    Statement("russia", (), ("russia-closed",), 2024, 1589.2, binds=("sea-aktau-alat",)),
    Statement("russia", (), ("russia-closed",), 2030, 1886.4),
    Statement("caspian", (), (CASPIAN,), 2024, 730.2, binds=("astara-terminal", "rail-saryagash-keles")),
    Statement("caspian", (), (CASPIAN,), 2030, 1564.2),
    Statement("suez", (), ("suez-closed",), 2024, 5.2),
    Statement("suez", (), ("suez-closed",), 2030, 28.8),
    Statement("suez", (BEFORE_SUEZ,), ("suez-closed",), 2024, 532.2),
    Statement("malaszewicze", (), ("malaszewicze-closed-2025",), 2024, 0.0, free=("rail-brest-malaszewicze",)),
    Statement("announced", (), ("almaty-bypass",), 2024, -39.7),
    Statement("announced", (), ("almaty-xian-train",), 2030, 21.6),
    Statement("announced", (), ("rasht-astara",), 2030, -457.0),
    Statement("announced", (), ("kz-works-2027",), 2024, -450.9),
    Statement("announced", (), ("programme-2030",), 2030, -1616.0),
    Statement("announced", (), ("demand-double-titr",), 2024, 468.6),
)


@cache
def scenario_of(name: str) -> Scenario:
    """Return the scenario of a file or name, or the one that switches a card on."""
    if name.startswith("examples/"):
        return Scenario.from_toml(ROOT / name)
    found = find_scenario(DATA, name)
    return found if isinstance(found, Scenario) else Scenario(found.name, projects=(found.id,))


@cache
def data_under(names: tuple[str, ...]) -> Dataset:
    """Return the bundled data with scenarios applied."""
    return apply(DATA, *map(scenario_of, names))


@cache
def base(under: tuple[str, ...], year: int) -> Prepared:
    """Return the plan that scenarios are compared with."""
    return prepare(data_under(under), year=year)


@cache
def planned(under: tuple[str, ...], asked: tuple[str, ...], year: int) -> Plan:
    """Return the plan with the scenarios, from where that without them stands."""
    return replan(base(under, year), apply(data_under(under), *map(scenario_of, asked))).plan


def arguments_of_pages() -> list[tuple[str, list[str]]]:
    """Return page and arguments of every comparison that the pages show."""
    return [
        (page, shlex.split(line)[3:])
        for page, text in PAGES.items()
        for line in text.splitlines()
        if line.startswith("$ corridor whatif ")
    ]


def comparisons() -> dict[tuple[tuple[str, ...], tuple[str, ...], int], str]:
    """Return the page of every comparison that is no single card of the base data, which test_all_cards.py holds."""
    found = {}
    for page, words in SHOWN:
        asked = command.make_context("whatif", words).params
        assert not asked["settings"], page
        known = {scenario_of(name).name: name for name in asked["names"]}
        # A card itself, not the scenario that switches it on, has the year in which it opens.
        things = [name if name in CARDS else scenario_of(name) for name in asked["names"]]
        for case in cases_of(DATA, things, asked["years"], asked["combine"]):
            names = tuple(known[each.name] for each in case.scenarios)
            if asked["scenarios"] or len(names) > 1 or names[0] not in CARDS:
                found.setdefault((asked["scenarios"], names, case.year), page)
    return found


SHOWN = arguments_of_pages()
COMPARED = comparisons()


@pytest.mark.parametrize(
    ("under", "asked", "year"),
    COMPARED,
    ids=[f"{page}: {' + '.join(key[1])} {key[2]}" for key, page in COMPARED.items()],
)
def test_a_comparison_is_that_of_cold_plans(under: tuple[str, ...], asked: tuple[str, ...], year: int) -> None:
    """Planned again from where the unchanged plan stands or from nothing, scenarios have the same objective."""
    warm = planned(under, asked, year)
    cold = plan_flows(apply(data_under(under), *map(scenario_of, asked)), year=year)
    assert warm.status == cold.status == "optimal"
    assert warm.objective_usd == pytest.approx(cold.objective_usd, rel=1e-9)


@pytest.mark.parametrize("said", STATEMENTS, ids=lambda said: f"{said.page}: {' + '.join(said.asked)} {said.year}")
def test_a_page_says_what_comes_of_a_scenario(said: Statement) -> None:
    """The objective moves as the page says, within a fifth, and the capacities that it names bind or do not."""
    assert said.page in PAGES
    before, after = base(said.under, said.year).plan, planned(said.under, said.asked, said.year)
    assert before.objective_usd is not None
    assert after.objective_usd is not None
    more = after.objective_usd - before.objective_usd
    assert more / 1e6 == pytest.approx(said.more_usd_m, rel=0.2, abs=0.01)
    full = {bottleneck.id for bottleneck in after.bottlenecks()}
    assert full >= set(said.binds)
    assert full.isdisjoint(said.free)


def test_a_year_without_brest_and_other_closings() -> None:
    """Thirteen days cost nothing and a year what the page says; the border at Saryagash costs far more than either."""
    names = ["malaszewicze-closed-2025", "rail-brest-malaszewicze", "rail-saryagash-keles"]
    found = {record["id"]: record for record in disrupt(DATA, only=names).records}
    cost = {name: (found[name]["delta_objective_usd"] or 0.0) / 1e6 for name in names}
    assert cost == pytest.approx(dict(zip(names, (0.0, 48.3, 2020.2), strict=True)), rel=0.2, abs=0.01)
    assert found["rail-brest-malaszewicze"]["t_unmet"] == pytest.approx(0.0, abs=1.0)


def test_every_scenario_file_says_where_it_comes_from() -> None:
    """Each file can be applied, says what it is, by what source and of what grade, on a page and in the list."""
    listed = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    paths = sorted(SCENARIOS.glob("*.toml"))
    assert len(paths) >= 4
    for path in paths:
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        assert file["description"], path.name
        assert file["source"], path.name
        assert re.search(r"Grade [A-D]\b", file["note"]), path.name
        assert apply(DATA, Scenario.from_toml(path)).applied, path.name
        assert any(f"examples/scenarios/{path.name}" in page for page in PAGES.values()), path.name
        assert f"scenarios/{path.name}" in listed, path.name


def test_every_page_has_a_statement() -> None:
    """The tests above hold what they are meant to hold."""
    assert len(PAGES) >= 10
    assert len(COMPARED) >= 30
    assert {said.page for said in STATEMENTS} == set(PAGES)
    assert {page for page, _ in SHOWN} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    """The guide names every page, and relative links of pages name files of the project."""
    assert f"](whatif/{page}.md)" in (ROOT / "docs" / "whatif.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", PAGES[page]):
        assert (ROOT / "docs" / "whatif" / target).exists(), target


def test_every_example_is_listed() -> None:
    """The list of examples names every program and every scenario."""
    listed = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "examples").rglob("*")):
        if path.suffix in (".py", ".toml"):
            assert f"({path.relative_to(ROOT / 'examples')})" in listed, path.name
