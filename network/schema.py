"""The dataset format as JSON Schema and as tables for the documentation, both made of the records."""

from __future__ import annotations

from datetime import date  # noqa: TC003 (pydantic needs it at run time)
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from network.cells import required_columns
from network.columns import NUMBERS, REQUIRED_TABLES
from network.records import LARGEST, RECORDS, SMALLEST, Grade, Source, Year

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

SIGNS = {"ge": "≥", "le": "≤"}
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Condition = str | float | bool | list[str | float | bool]


class DatasetToml(BaseModel):
    """``dataset.toml``: what the dataset is."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow", strict=True)

    name: str = Field(min_length=1, description="Short name.")
    title: str = Field("", description="Full title.")
    version: str = Field("", description="Version, in quotes.")
    license: str = Field("", description="SPDX id of the license.")
    base_year: Year = Field(description="Year of demands that give none, and of plans unless asked otherwise.")
    currency: Literal["USD"] = Field("USD", description="Currency of all money.")
    description: str = Field("", description="A few sentences.")
    title_ru: str = Field("", description="Title in Russian.")
    title_kk: str = Field("", description="Title in Kazakh.")
    sources: dict[str, dict[str, str | int | float | bool | date]] = Field(
        default_factory=dict, description="Publications by source id: title, publisher, year, url and so on."
    )


class ChangeToml(BaseModel):
    """One change; exactly one of its operations is given, or several of ``set``, ``scale`` and ``add``."""

    model_config = ConfigDict(extra="forbid", title="Change")

    table: Literal[
        "links", "nodes", "transfers", "shared_capacities", "demands", "rates", "commodities", "calibration"
    ] = Field(description="Table whose rows change.")
    where: dict[str, Condition] = Field(
        default_factory=dict,
        description="Conditions that all must hold: id, mode, country, corridor, crossing, or any column.",
    )
    set: dict[str, Condition] = Field(default_factory=dict, description="New values by column.")
    scale: dict[str, float] = Field(default_factory=dict, description="Factors by column.")
    add: dict[str, float] = Field(default_factory=dict, description="Increments by column.")
    close: bool | Annotated[float, Field(gt=0, le=1)] = Field(
        False, description="Close, wholly or a share of the year."
    )
    rows: list[dict[str, Condition]] = Field(default_factory=list, description="New rows.")


class ScenarioToml(BaseModel):
    """``scenarios/*.toml``: a named list of changes."""

    model_config = ConfigDict(extra="forbid", title="Scenario")

    name: str = Field(description="Name.")
    name_ru: str = Field("", description="Russian name.")
    name_kk: str = Field("", description="Kazakh name.")
    description: str = Field("", description="What it is about.")
    year: Year | None = Field(None, description="Year it is meant for; absent = the base year.")
    projects: list[str] = Field(default_factory=list, description="Cards to switch on first, by id.")
    changes: list[ChangeToml] = Field(default_factory=list, description="Changes, made in order.")
    note: object = Field(None, description="Free text for the reader of the file.")
    source: object = Field(None, description="Free text for the reader of the file.")


class ProjectToml(BaseModel):
    """A card of ``projects.toml``: a real investment."""

    model_config = ConfigDict(extra="forbid", title="Project")

    id: str = Field(description="Id, unique.")
    name: str = Field(description="English name.")
    name_ru: str = Field("", description="Russian name.")
    name_kk: str = Field("", description="Kazakh name.")
    status: str = Field("", description="Such as planned, under construction, open.")
    year: Year | None = Field(None, description="Year it is meant to open; no card switches itself on.")
    cost_usd_m: float | None = Field(None, description="Cost.", json_schema_extra={"unit": "million USD"})
    requires: list[str] = Field(default_factory=list, description="Cards that must be on with it.")
    excludes: list[str] = Field(default_factory=list, description="Cards that must not be on with it.")
    source: Source = ""
    confidence: Grade = ""
    claims: list[str] = Field(default_factory=list, description="Ids of published claims it stands for.")
    note: str = Field("", description="What was chosen, derived or assumed.")
    changes: list[ChangeToml] = Field(
        default_factory=list, description="What it changes; needed unless it requires other cards."
    )


class ProjectsToml(BaseModel):
    """``projects.toml``: cards of real investments."""

    model_config = ConfigDict(extra="forbid", title="Projects")

    projects: list[ProjectToml] = Field(default_factory=list, description="Cards.")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a dataset: an object of its files, tables as arrays of rows.

    Cells are described by the values they stand for: numbers as numbers, empty cells as null or "".

    Examples
    --------
    >>> json_schema()["$defs"]["Link"]["properties"]["length_km"]["unit"]
    'km'
    """
    models: list[type[BaseModel]] = [*RECORDS.values(), DatasetToml, ProjectsToml, ScenarioToml]
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template="#/$defs/{model}")
    tables = {
        f"{name}.csv": {"type": "array", "items": {"$ref": f"#/$defs/{record.__name__}"}}
        for name, record in RECORDS.items()
    }
    return {
        "$schema": DIALECT,
        "title": "Corridor dataset",
        "type": "object",
        "properties": {
            "dataset.toml": {"$ref": "#/$defs/DatasetToml"},
            **tables,
            "projects.toml": {"$ref": "#/$defs/ProjectsToml"},
        },
        "patternProperties": {r"^scenarios/.*\.toml$": {"$ref": "#/$defs/ScenarioToml"}},
        "required": ["dataset.toml", *(f"{name}.csv" for name in REQUIRED_TABLES)],
        "$defs": definitions["$defs"],
    }


def markdown() -> str:
    """Return the tables of ``docs/dataset.md``, one section per file; a test keeps the page equal to them."""
    return "\n".join(table_markdown(name) for name in RECORDS)


def table_markdown(name: str) -> str:
    """Return the section of ``docs/dataset.md`` about one table."""
    record, required = RECORDS[name], required_columns(name)
    lines = [
        f"### `{name}.csv`",
        "",
        str(record.__doc__),
        "",
        "| column | unit | values | meaning |",
        "|---|---|---|---|",
    ]
    for column, field in record.model_fields.items():
        extra = field.json_schema_extra
        unit = extra.get("unit", "") if isinstance(extra, dict) else ""
        label = f"**`{column}`**" if column in required else f"`{column}`"
        lines.append(f"| {label} | {unit} | {_values(column, field)} | {field.description} |")
    return "\n".join([*lines, ""])


def _values(column: str, field: FieldInfo) -> str:
    """Say which values a column takes."""
    annotation = field.annotation
    kinds = [annotation, *(kind for kind in get_args(annotation) if get_origin(kind) is Annotated)]
    choices = [choice for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind) if choice]
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    if column not in NUMBERS:
        return "text"
    if column in ("directed", "target"):
        return "0, 1"
    rules = [*field.metadata, *(rule for kind in kinds[1:] for part in kind.__metadata__ for rule in part.metadata)]
    bounds = [(sign, getattr(rule, key)) for rule in rules for key, sign in SIGNS.items() if hasattr(rule, key)]
    limits = ["> 0" if limit == SMALLEST else f"{sign} {limit:g}" for sign, limit in bounds if abs(limit) != LARGEST]
    is_whole = int in (annotation, *(get_args(kind)[0] for kind in kinds[1:]))
    return " ".join(["whole number" if is_whole else "number", ", ".join(limits)]).strip()
