"""Datasets from folders and frames: read, checked, or taken as sound."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from network.collection import collection_paused
from network.columns import REQUIRED_TABLES, TABLES
from network.csvfile import Cells, clean, read_cells
from network.errors import DatasetError, Finding, UnknownIdError
from network.info import FILE as INFO_FILE
from network.info import Sources, check_info, sound_info
from network.model import Annex, Dataset, DatasetInfo, Network, Table
from network.reading import Sheet, cells_of, checked_sheet, default_commodities, empty_table, sound_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from network.columnar import Kept
    from network.projects import Project
    from network.scenario import Scenario

BUNDLED = Path(__file__).parent / "data" / "eurasia"
PROJECTS_FILE = "projects.toml"
SCENARIOS_FOLDER = "scenarios"
ANNEXED = ("observations", "claims")
"""Tables that no route or plan reads."""
DEFAULT_BASE_YEAR = 2024


def load() -> Dataset:
    """Return the bundled network of Eurasia.

    It is taken as sound, because the tests of this project check it as `read_dataset` would; project cards, scenarios,
    observations and claims are read when first asked for.

    Examples
    --------
    >>> load().info.name
    'eurasia'
    """
    problems: list[Finding] = []
    names = [name for name in TABLES if name not in ANNEXED]
    cells = {name: _cells(BUNDLED, name, problems) for name in names}
    if problems:
        raise DatasetError(problems)
    tables = {name: sound_table(name, given) for name, given in cells.items() if given is not None}
    annex = Annex(
        read_projects=partial(_sound_projects, BUNDLED),
        read_scenarios=partial(_sound_scenarios, BUNDLED),
        read_observations=partial(_sound_annexed, BUNDLED, "observations"),
        read_claims=partial(_sound_annexed, BUNDLED, "claims"),
    )
    return _dataset(sound_info(BUNDLED), tables, annex, folder=BUNDLED)


def read_dataset(folder: str | Path, *, cache: bool | str | Path = True) -> Dataset:
    """Read and check a dataset folder; warnings are in ``findings``.

    What was read and checked once is kept by its content (`network.cache`) and taken from there while not a byte of the
    folder has changed. `cache` is where: True for the user's own folder, where small datasets are not kept, a path for
    another, False for nowhere. The result is the same in every case.

    Raises
    ------
    UnknownIdError
        There is no such folder.
    DatasetError
        With all problems at once.
    """
    from network.cache import place_of

    path = _existing(folder)
    place = place_of(path, cache)
    if place is None:
        return _sound(path)
    from network.cache import fetch, keep
    from network.columnar import Kept
    from network.fingerprint import fingerprint

    before = fingerprint(path)
    if before is None:
        return _sound(path)
    kept = fetch(place, before.key)
    if kept is not None:
        return _kept_dataset(path, kept, before.toml)
    data = _sound(path)
    # A folder that changed while it was read is not kept: what was read may be of neither state.
    if fingerprint(path) == before:
        tables = {**data.tables, "observations": data.observations, "claims": data.claims}
        keep(place, before.key, Kept(data.info, tables, data.findings))
    return data


@collection_paused()
def check_dataset(folder: str | Path) -> list[Finding]:
    """Return every problem of a dataset folder, its geometry included, by file, line and column.

    Warnings over the whole network need data without errors, and are left out otherwise.

    Raises
    ------
    UnknownIdError
        There is no such folder.
    """
    from network.findings import network_findings
    from network.geometry import read_geometry

    path = _existing(folder)
    data, problems = _read(path)
    try:
        read_geometry(path)
    except DatasetError as error:
        problems = [*problems, *error.findings]
    if data is not None:
        problems = [*problems, *network_findings(data)]
    return sorted(set(problems))


def dataset_from_frames(
    frames: Mapping[str, pd.DataFrame], *, base_year: int | None = None, name: str = "frames"
) -> Dataset:
    """Return the dataset of some tables by name; see `Dataset.from_frames`.

    Without `base_year` it is the earliest year of the demands, and 2024 where they give none.

    Raises
    ------
    DatasetError
        With all problems at once.
    """
    problems: list[Finding] = []
    sheets = {
        table: checked_sheet(table, _frame_cells(table, frame, problems), problems)
        for table, frame in frames.items()
        if table in TABLES
    }
    if base_year is None:
        demands = sheets.get("demands")
        years = demands.table.number("year") if demands is not None else np.zeros(0)
        years = years[~np.isnan(years)]
        base_year = int(years.min()) if len(years) else DEFAULT_BASE_YEAR
    info = DatasetInfo(name=name, title=name, version="", license="", base_year=base_year)
    return _checked(info, sheets, problems)


def with_demands(data: Dataset, path: str | Path) -> Dataset:
    """Return the dataset with the demands of another CSV file.

    Raises
    ------
    UnknownIdError
        There is no such file.
    DatasetError
        With all problems of the file at once.
    """
    from network.checks import find_errors

    path = Path(path)
    if not path.exists():
        raise UnknownIdError(f'no demands file "{path}"; give the path of a CSV file', name=str(path))
    problems: list[Finding] = []
    cells = read_cells(path, str(path), problems)
    if cells is None:
        raise DatasetError(problems)
    sheet = checked_sheet("demands", cells, problems)
    around = {"nodes": data.network.nodes, "commodities": data.commodities}
    sheets = {name: Sheet(table, f"{name}.csv") for name, table in around.items()}
    problems += find_errors({**sheets, "demands": sheet}, only={"demands"}, sources=data.info.sources)
    _raise_errors(problems)
    warnings = (*data.findings, *sorted(problems))
    return replace(data, demands=sheet.table, findings=warnings, has_own_demands=False)


def _kept_dataset(folder: Path, kept: Kept, toml: Mapping[str, bytes]) -> Dataset:
    """Return the dataset of what was kept; what its TOML files hold is worked out when first asked for."""
    texts = {name: raw.decode("utf-8-sig") for name, raw in toml.items()}
    scenarios = {name: text for name, text in texts.items() if name.startswith(f"{SCENARIOS_FOLDER}/")}
    annex = replace(
        Annex.of((), {}, *(kept.tables[name] for name in ANNEXED)),
        read_projects=partial(_projects_in, texts.get(PROJECTS_FILE, "")),
        read_scenarios=partial(_scenarios_in, scenarios),
    )
    info = replace(kept.info, sources=Sources(texts[INFO_FILE]))
    return replace(_dataset(info, kept.tables, annex, folder=folder), findings=kept.findings)


def _projects_in(text: str) -> tuple[Project, ...]:
    from network.projects import sound_projects

    return sound_projects(text, PROJECTS_FILE)


def _scenarios_in(texts: Mapping[str, str]) -> dict[str, Scenario]:
    from network.scenario import sound_scenario

    return {PurePosixPath(file).stem: sound_scenario(text, file) for file, text in texts.items()}


def _existing(folder: str | Path) -> Path:
    path = Path(folder)
    if not path.is_dir():
        what = "is no folder" if path.exists() else "does not exist"
        message = f'the dataset folder "{folder}" {what}; give the path of a folder with {INFO_FILE}'
        raise UnknownIdError(message, name=str(folder))
    return path


def _sound(folder: Path) -> Dataset:
    """Return the dataset of a folder.

    Raises
    ------
    DatasetError
        With all problems at once.
    """
    data, problems = _read(folder)
    if data is None:
        raise DatasetError(problems)
    return data


@collection_paused()
def _read(folder: Path) -> tuple[Dataset | None, list[Finding]]:
    """Return the checked dataset of a folder, None where it has errors, with all findings."""
    from network.projects import read_projects
    from network.scenario import read_scenario

    problems: list[Finding] = []
    info = check_info(folder, problems)
    problems += _misnamed(folder)
    sheets: dict[str, Sheet] = {}
    for name in TABLES:
        cells = _cells(folder, name, problems)
        if cells is not None:
            sheets[name] = checked_sheet(name, cells, problems)
    projects: list[Project] = []
    if (folder / PROJECTS_FILE).exists():
        projects, found = read_projects(folder / PROJECTS_FILE, PROJECTS_FILE)
        problems += found
    scenarios: dict[str, Scenario] = {}
    for path in _scenario_files(folder):
        scenario, found = read_scenario(path, f"{SCENARIOS_FOLDER}/{path.name}")
        problems += found
        if scenario is not None:
            scenarios[path.stem] = scenario
    try:
        data = _checked(info, sheets, problems, projects=tuple(projects), scenarios=scenarios, folder=folder)
    except DatasetError as error:
        return None, list(error.findings)
    return data, list(data.findings)


def _checked(
    info: DatasetInfo,
    sheets: Mapping[str, Sheet],
    problems: list[Finding],
    *,
    projects: tuple[Project, ...] = (),
    scenarios: Mapping[str, Scenario] | None = None,
    folder: Path | None = None,
) -> Dataset:
    """Return the dataset of checked sheets.

    Raises
    ------
    DatasetError
        With `problems` and all errors over the tables.
    """
    from network.checks import find_errors, find_warnings
    from network.claims import find_lost_answers

    unreadable = {problem.file.removesuffix(".csv") for problem in problems} - set(sheets)
    around = dict(sheets)
    for name in TABLES:
        if name not in sheets and name not in unreadable:
            table = default_commodities() if name == "commodities" else empty_table(name)
            around[name] = Sheet(table, f"{name}.csv")
    problems += find_errors(around, sources=info.sources)
    problems += find_lost_answers(around, None if PROJECTS_FILE in unreadable else {card.id for card in projects})
    problems += find_warnings(around)
    _raise_errors(problems)
    tables = {name: sheet.table for name, sheet in sheets.items()}
    observations, claims = (tables.get(name, empty_table(name)) for name in ANNEXED)
    annex = Annex.of(projects, scenarios or {}, observations, claims)
    return replace(_dataset(info, tables, annex, folder=folder), findings=tuple(sorted(problems)))


def _dataset(info: DatasetInfo, tables: Mapping[str, Table], annex: Annex, folder: Path | None) -> Dataset:
    """Return the dataset of tables, with empty ones for those not given."""

    def table(name: str) -> Table:
        return tables[name] if name in tables else empty_table(name)

    network = Network(**{name: table(name) for name in Network.__dataclass_fields__})
    commodities = tables["commodities"] if "commodities" in tables else default_commodities()
    return Dataset(
        info=info, network=network, commodities=commodities, demands=table("demands"), annex=annex, folder=folder
    )


def _raise_errors(problems: Iterable[Finding]) -> None:
    """Raise all problems, errors first, if one of them is an error."""
    found = sorted(set(problems), key=lambda problem: (problem.severity == "warning", problem))
    if found and found[0].severity == "error":
        raise DatasetError(found)


def _cells(folder: Path, name: str, problems: list[Finding]) -> Cells | None:
    """Return the cells of a table's file; None where it is absent (an error if required) or cannot be read."""
    path = folder / f"{name}.csv"
    if name not in REQUIRED_TABLES and not path.exists():
        return None
    return read_cells(path, path.name, problems)


def _frame_cells(name: str, frame: pd.DataFrame, problems: list[Finding]) -> Cells:
    """Return the cells of a frame; its lines are those of the CSV file it would be."""
    columns: dict[str, Sequence[str]] = {}
    for at, label in enumerate(frame.columns):
        column = str(label).strip()
        if column in columns:
            message = f'the column "{column}" is there twice'
            problems.append(Finding(f"{name}.csv", 1, column, "E105", message, "keep one of them"))
            continue
        columns[column] = clean(cells_of(frame.iloc[:, at].tolist()))
    return Cells(f"{name}.csv", columns, np.arange(2, len(frame) + 2, dtype=np.int64))


def _misnamed(folder: Path) -> list[Finding]:
    """Return warnings about files that look like a misspelled file of a dataset."""
    from network.cells import did_you_mean

    known = [*(f"{name}.csv" for name in TABLES), INFO_FILE, PROJECTS_FILE]
    absent = [name for name in known if not (folder / name).exists()]
    return [
        Finding(path.name, 0, "", "W105", "the file is not read", did_you_mean(path.name, absent), "warning")
        for path in sorted(folder.iterdir())
        if path.suffix in {".csv", ".toml"} and path.name not in known and did_you_mean(path.name, absent)
    ]


def _scenario_files(folder: Path) -> list[Path]:
    return sorted((folder / SCENARIOS_FOLDER).glob("*.toml"))


def _sound_projects(folder: Path) -> tuple[Project, ...]:
    from network.projects import read_projects

    path = folder / PROJECTS_FILE
    return tuple(read_projects(path, PROJECTS_FILE)[0]) if path.exists() else ()


def _sound_scenarios(folder: Path) -> dict[str, Scenario]:
    from network.scenario import Scenario

    return {path.stem: Scenario.from_toml(path) for path in _scenario_files(folder)}


def _sound_annexed(folder: Path, name: str) -> Table:
    cells = _cells(folder, name, [])
    return empty_table(name) if cells is None else sound_table(name, cells)
