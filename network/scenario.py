"""Scenarios: named lists of changes to a dataset, read from TOML. See ``docs/scenarios.md`` for the language."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from network.changes import Change, read_changes
from network.errors import Finding, ScenarioError, UnknownIdError
from network.naming import TRANSLATED, name_in
from network.toml_source import (
    Place,
    header_lines,
    parse_toml,
    read_toml,
    text_of,
    texts_of,
    unknown_key,
    year_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = ("name", *TRANSLATED, "description", "year", "projects", "changes")
# Free text for the reader of the file; the model does not use it.
REMARKS = ("note", "source")


@dataclass(frozen=True)
class Scenario:
    """A named list of changes; ``network.apply`` makes them.

    `year` is the year it is meant for, None for the base year. `projects` are ids of the dataset's project cards,
    switched on before the `changes` are made in order. `description` and the Russian and Kazakh names are for its
    reader; `file` is where it was read from, for messages only.
    """

    name: str
    name_ru: str = field(default="", kw_only=True)
    name_kk: str = field(default="", kw_only=True)
    description: str = field(default="", kw_only=True)
    year: int | None = None
    projects: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    file: str = field(default="", compare=False)

    @classmethod
    def from_toml(cls, path: str | Path) -> Scenario:
        """Read a scenario file.

        Raises
        ------
        UnknownIdError
            There is no such file.
        ScenarioError
            With all problems of the file.
        """
        if not Path(path).is_file():
            raise UnknownIdError(f'no scenario file "{path}"; give the path of a TOML file', name=str(path))
        scenario, findings = read_scenario(path)
        if scenario is None:
            raise _problems(findings)
        return scenario

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object], file: str = "") -> Scenario:
        """Build a scenario from the keys of a scenario file, as a TOML or JSON reader gives them.

        Raises
        ------
        ScenarioError
            With all problems of the mapping.
        """
        scenario, findings = _scenario(mapping, Place(file), [])
        if scenario is None:
            raise _problems(findings)
        return scenario

    def to_mapping(self) -> dict[str, object]:
        """Return the plain mapping from which `from_mapping` builds this scenario again."""
        mapping: dict[str, object] = {"name": self.name}
        for key in (*TRANSLATED, "description"):
            if text := getattr(self, key):
                mapping[key] = text
        if self.year is not None:
            mapping["year"] = self.year
        if self.projects:
            mapping["projects"] = list(self.projects)
        if self.changes:
            mapping["changes"] = [change.to_mapping() for change in self.changes]
        return mapping

    def name_in(self, language: str) -> str:
        """Return the name in ``en``, ``ru`` or ``kk``; Kazakh falls back on Russian, both on the plain name."""
        return name_in(language, self.name, self.name_ru, self.name_kk)


def read_scenario(path: str | Path, file: str = "") -> tuple[Scenario | None, list[Finding]]:
    """Return the scenario of a TOML file, None with all its problems where it has any.

    `file` is the name by which findings call the file; empty = the path.
    """
    file = file or str(path)
    mapping, text, findings = read_toml(Path(path), file)
    if findings:
        return None, findings
    return _scenario(mapping, Place(file), header_lines(text, "changes"))


def sound_scenario(text: str, file: str) -> Scenario:
    """Return the scenario of a text that is known to hold no problem."""
    return Scenario.from_mapping(parse_toml(text), file)


def _scenario(mapping: Mapping[str, object], place: Place, lines: list[int]) -> tuple[Scenario | None, list[Finding]]:
    """Return a scenario, None with its problems where it has any; `lines` are those of its changes, if known."""
    found = [unknown_key(place, key, KEYS) for key in mapping if key not in KEYS + REMARKS]
    name = text_of(mapping, "name", place, found)
    if not name and isinstance(mapping.get("name", ""), str):
        found.append(place.problem("name", "E303", "the scenario has no name", 'write name = "…"'))
    texts = {key: text_of(mapping, key, place, found) for key in (*TRANSLATED, "description")}
    year = year_of(mapping, place, found)
    projects = texts_of(mapping, "projects", place, found)
    changes = read_changes(mapping, place, lines, found)
    if found:
        return None, found
    return Scenario(name, year, projects, changes, file=place.file, **texts), []


def _problems(findings: list[Finding]) -> ScenarioError:
    """Return the error that lists all problems of a scenario."""
    count = f"{len(findings)} problem{'s' if len(findings) > 1 else ''}"
    lines = "\n".join(map(str, findings))
    return ScenarioError(f"{count} in the scenario\n{lines}", findings=findings)
