"""The JSON Schema and the page about datasets say what the records say."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from network.changes import KEYS as CHANGE_KEYS
from network.columns import TABLES
from network.projects import KEYS as PROJECT_KEYS
from network.records import RECORDS
from network.scenario import KEYS as SCENARIO_KEYS
from network.scenario import REMARKS as SCENARIO_REMARKS
from network.schema import (
    ChangeToml,
    DatasetToml,
    ProjectsToml,
    ProjectToml,
    ScenarioToml,
    json_schema,
    markdown,
    table_markdown,
)

if TYPE_CHECKING:
    from network.model import Dataset

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("table", TABLES)
def test_the_page_has_the_tables_of_the_records(table: str) -> None:
    """docs/dataset.md holds each table as `network.schema.markdown` writes it; run that to mend the page."""
    page = (ROOT / "docs" / "dataset.md").read_text(encoding="utf-8")
    assert table_markdown(table) in page + "\n"
    assert table_markdown(table) in markdown()


def test_schema_names_every_file_and_column() -> None:
    """The schema is plain JSON with every file of a dataset and every column of its tables."""
    schema = json.loads(json.dumps(json_schema()))
    assert schema["required"] == ["dataset.toml", "nodes.csv", "links.csv"]
    for name, record in RECORDS.items():
        assert schema["properties"][f"{name}.csv"]["items"] == {"$ref": f"#/$defs/{record.__name__}"}
        assert tuple(schema["$defs"][record.__name__]["properties"]) == TABLES[name]
    link = schema["$defs"]["Link"]
    assert link["required"] == ["link_id", "mode", "from_node", "to_node", "length_km"]
    assert link["properties"]["mode"]["enum"] == ["rail", "road", "river", "sea", "air"]
    assert link["properties"]["length_km"] == {
        "description": "Length by this mode.",
        "maximum": 1e30,
        "minimum": 0,
        "title": "Length Km",
        "type": "number",
        "unit": "km",
    }


def test_all_references_of_the_schema_resolve() -> None:
    """No part of the schema points at nothing."""
    schema = json_schema()
    text = json.dumps(schema)
    names = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert names <= set(schema["$defs"])


def test_schema_has_the_keys_of_changes_and_cards() -> None:
    """The keys of changes, scenarios and cards are those that their readers take."""
    assert set(ChangeToml.model_fields) == set(CHANGE_KEYS)
    assert set(ProjectToml.model_fields) == set(PROJECT_KEYS)
    assert set(ScenarioToml.model_fields) == {*SCENARIO_KEYS, *SCENARIO_REMARKS}


def test_sound_data_fits_the_schema(tiny: Dataset) -> None:
    """The tiny dataset, its cards and scenarios are instances of the schema's models."""
    folder = ROOT / "tests" / "data" / "tiny"
    DatasetToml.model_validate(tomllib.loads((folder / "dataset.toml").read_text(encoding="utf-8")))
    ProjectsToml.model_validate(tomllib.loads((folder / "projects.toml").read_text(encoding="utf-8")))
    for scenario in tiny.scenarios.values():
        ScenarioToml.model_validate(scenario.to_mapping())
    described = {"name": "s", "description": "d", "note": "n", "source": ["a", "b"], "changes": []}
    assert ScenarioToml.model_validate(described)
    for row in range(len(tiny.network.links)):
        given = {key: value for key, value in tiny.network.links.row(row).items() if value is not None}
        RECORDS["links"].model_validate(given)
