"""Names in three languages: which one is told, what cards and scenarios keep, and data that have none."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest

from network import Project, Scenario, ScenarioError, read_dataset, write_dataset
from network.changes import Change
from network.columns import TABLES
from network.reading import default_commodities

if TYPE_CHECKING:
    from pathlib import Path

CLOSED = (Change("links", close=1.0),)
COLUMNS = ("name_ru", "name_kk")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({}, {"en": "Port", "ru": "Port", "kk": "Port"}),
        ({"name_ru": "Порт"}, {"en": "Port", "ru": "Порт", "kk": "Порт"}),
        ({"name_kk": "Айлақ"}, {"en": "Port", "ru": "Port", "kk": "Айлақ"}),
        ({"name_ru": "Порт", "name_kk": "Айлақ"}, {"en": "Port", "ru": "Порт", "kk": "Айлақ"}),
    ],
)
def test_kazakh_falls_back_on_russian_and_both_on_the_plain_name(names: dict[str, str], told: dict[str, str]) -> None:
    """Cards and scenarios tell the nearest name they have."""
    card, scenario = Project("port", "Port", changes=CLOSED, **names), Scenario("Port", changes=CLOSED, **names)
    assert {language: card.name_in(language) for language in told} == told
    assert {language: scenario.name_in(language) for language in told} == told


def test_a_scenario_keeps_its_names_where_it_has_them() -> None:
    """The mapping rebuilds them; one without names has no key for them, so that older files stay as they are."""
    named = Scenario("Port", name_ru="Порт", name_kk="Айлақ", changes=CLOSED)
    assert list(named.to_mapping()) == ["name", "name_ru", "name_kk", "changes"]
    assert Scenario.from_mapping(named.to_mapping()) == named
    assert list(Scenario("Port", changes=CLOSED).to_mapping()) == ["name", "changes"]


def test_names_in_toml_survive_writing(tiny_folder: Path, tmp_path: Path) -> None:
    """Cards and scenarios are read with their names and written back with them."""
    cards, (scenario,) = tiny_folder / "projects.toml", (tiny_folder / "scenarios").iterdir()
    for path in (cards, scenario):
        text = re.sub(r"^name = ", 'name_ru = "Порт"\nname_kk = "Айлақ"\nname = ', path.read_text("utf-8"), flags=re.M)
        path.write_text(text, encoding="utf-8")
    write_dataset(read_dataset(tiny_folder), tmp_path / "again")
    again = read_dataset(tmp_path / "again")
    assert again.projects
    assert again.scenarios
    assert {(card.name_ru, card.name_kk) for card in again.projects} == {("Порт", "Айлақ")}
    assert {(scenario.name_ru, scenario.name_kk) for scenario in again.scenarios.values()} == {("Порт", "Айлақ")}


def test_a_name_must_be_a_text() -> None:
    """A name that is no text is an error at its key."""
    with pytest.raises(ScenarioError, match=r"name_kk: .*expects a text, got 5"):
        Scenario.from_mapping({"name": "Port", "name_kk": 5})


def test_tables_without_the_columns_read_as_before(tiny_folder: Path) -> None:
    """Older datasets have no such columns: no warning, no name, and the same bytes when written."""
    with_names = [name for name in TABLES if "name_kk" in TABLES[name]]
    assert with_names == ["nodes", "shared_capacities", "commodities", "corridors"]
    for name in with_names:
        path = tiny_folder / f"{name}.csv"
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        with path.open("w", encoding="utf-8", newline="") as file:
            kept = [column for column in rows[0] if column not in COLUMNS]
            writer = csv.DictWriter(file, kept, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    before = {name: (tiny_folder / f"{name}.csv").read_bytes() for name in with_names}
    data = read_dataset(tiny_folder)
    assert [finding for finding in data.findings if finding.column in COLUMNS] == []
    assert {name for table in with_names for column in COLUMNS for name in data.tables[table].text(column)} == {""}
    write_dataset(data, tiny_folder)
    assert {name: (tiny_folder / f"{name}.csv").read_bytes() for name in with_names} == before


def test_the_default_commodity_has_its_names() -> None:
    """A dataset without commodities tells containers in all three languages."""
    table = default_commodities()
    assert [table.text(column)[0] for column in ("name", *COLUMNS)] == ["Containers", "Контейнеры", "Контейнерлер"]
