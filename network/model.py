"""The frozen columnar tables that everything else reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from network.errors import UnknownIdError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from network.errors import Finding
    from network.projects import Project
    from network.scenario import Scenario

MODES = ("rail", "road", "river", "sea", "air")
"""Bare modes, in the order in which they are listed."""

Numbers = NDArray[np.float64]
Texts = NDArray[np.object_]
Mask = NDArray[np.bool_]
Column = Numbers | Texts

LAID_BY = ("from_node", "to_node", "mode")
"""Columns of links that say where they lie."""


def freeze(values: NDArray[Any]) -> NDArray[Any]:
    """Return `values` read-only."""
    values.setflags(write=False)
    return values


def carry_over(before: object, after: object, *names: str) -> None:
    """Give what was worked out of one object, and holds for another too, to that one."""
    vars(after).update({name: vars(before)[name] for name in names if name in vars(before)})


class Portable:
    """Frozen dataclasses that travel between processes: their fields do, what is worked out from them does not."""

    __slots__ = ()

    def __getstate__(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}  # type: ignore[attr-defined]
        return {name: dict(value) if isinstance(value, MappingProxyType) else value for name, value in values.items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            if isinstance(value, np.ndarray):
                freeze(value)
            object.__setattr__(self, name, value)


@dataclass(frozen=True, eq=False)
class Table(Portable):
    """Equal-length read-only columns by name: numbers are float64 with NaN for "not given", texts are str with "".

    `header` names the columns as they are written to a file; every column of the record is present in `columns`
    whether or not the file gave it. `lines` (n_rows,) is each row's line in its file, 0 for a row made in memory.
    """

    name: str
    columns: Mapping[str, Column]
    header: tuple[str, ...]
    lines: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lines)

    def __setstate__(self, state: dict[str, Any]) -> None:
        columns = {name: freeze(values) for name, values in state["columns"].items()}
        super().__setstate__({**state, "columns": MappingProxyType(columns)})

    def number(self, column: str) -> Numbers:
        """Return a column of numbers, shape (n_rows,), NaN where not given."""
        return cast("Numbers", self.columns[column])

    def text(self, column: str) -> Texts:
        """Return a column of texts, shape (n_rows,), empty where not given."""
        return cast("Texts", self.columns[column])

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Row by id, the id being the first column of the record."""
        ids = next(iter(self.columns.values()))
        return MappingProxyType({str(key): row for row, key in enumerate(ids)})

    def with_columns(self, changed: Mapping[str, Column]) -> Table:
        """Return a table with some columns replaced; a column the file did not give is added to the header."""
        columns = {**self.columns, **{name: freeze(values) for name, values in changed.items()}}
        header = self.header + tuple(name for name in changed if name not in self.header)
        table = replace(self, columns=MappingProxyType(columns), header=header)
        if next(iter(self.columns)) not in changed:
            carry_over(self, table, "row_of")
        return table

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Table:
        """Return the table of some rows, by mask or by index."""
        columns = {name: freeze(values[rows]) for name, values in self.columns.items()}
        return replace(self, columns=MappingProxyType(columns), lines=freeze(self.lines[rows]))

    def row(self, index: int) -> dict[str, str | float | None]:
        """Return one row as plain values, None where not given, columns of the header only."""
        values = {name: self.columns[name][index] for name in self.header}
        return {
            name: (value or None) if isinstance(value, str) else None if np.isnan(value) else float(value)
            for name, value in values.items()
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the columns of the header as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame({name: self.columns[name] for name in self.header})


def _share(before: Table, after: Table, columns: Iterable[str]) -> bool:
    """Tell whether two tables share some columns."""
    return all(before.columns[name] is after.columns[name] for name in columns)


@lru_cache(maxsize=4096)
def split_list(cell: str) -> tuple[str, ...]:
    """Return the items of a ``;``-separated cell, stripped, without empty ones."""
    return tuple(item for item in (part.strip() for part in cell.split(";")) if item)


@dataclass(frozen=True, eq=False)
class Network(Portable):
    """The physical network: tables of nodes, links, transfers, shared capacities, rates, corridors and calibration."""

    nodes: Table
    links: Table
    transfers: Table
    shared_capacities: Table
    rates: Table
    corridors: Table
    calibration: Table

    def with_table(self, name: str, table: Table) -> Network:
        """Return the network with another table; what was worked out of columns that stay is kept."""
        network = replace(self, **{name: table})
        places = [(self.nodes, network.nodes, ("node_id", "country")), (self.links, network.links, LAID_BY)]
        if all(len(old) == len(new) and _share(old, new, columns) for old, new, columns in places):
            carry_over(self, network, "link_ends", "rate_keys", "is_crossing")
        return network

    @cached_property
    def link_ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the from and to nodes of every link, each of shape (n_links,).

        Raises
        ------
        UnknownIdError
            A link ends nowhere, as halfway through a scenario that adds the link before its node.
        """
        row_of = self.nodes.row_of
        try:
            tails = np.array([row_of[node] for node in self.links.text("from_node")], dtype=np.int64)
            heads = np.array([row_of[node] for node in self.links.text("to_node")], dtype=np.int64)
        except KeyError as missing:
            node = str(missing.args[0])
            raise UnknownIdError(f'a link ends at "{node}", which is no node; add the node first', name=node) from None
        return freeze(tails), freeze(heads)

    @cached_property
    def rate_keys(self) -> tuple[tuple[tuple[str, str], ...], NDArray[np.int64]]:
        """The distinct (mode, country of the from node) of the links, and which of them each link has, (n_links,)."""
        countries = self.nodes.text("country")[self.link_ends[0]]
        keys: dict[tuple[str, str], int] = {}
        pairs = zip(self.links.text("mode").tolist(), countries.tolist(), strict=True)
        key_of_link = np.array([keys.setdefault(pair, len(keys)) for pair in pairs], dtype=np.int64)
        return tuple(keys), freeze(key_of_link)

    @cached_property
    def corridors_of(self) -> Mapping[str, tuple[str, ...]]:
        """Corridors of every link, by link id."""
        ids, cells = self.links.text("link_id").tolist(), self.links.text("corridors").tolist()
        return {link_id: split_list(cell) for link_id, cell in zip(ids, cells, strict=True)}

    @cached_property
    def gateways(self) -> Mapping[str, frozenset[str]]:
        """Ids of nodes and links of which a route must pass one to belong to a corridor, by corridor that has any."""
        table = self.corridors
        cells = zip(table.row_of, table.text("gateway_nodes"), table.text("gateway_links"), strict=True)
        found = {name: frozenset((*split_list(nodes), *split_list(links))) for name, nodes, links in cells}
        return MappingProxyType({name: ids for name, ids in found.items() if ids})

    @cached_property
    def is_crossing(self) -> Mask:
        """Mask over links whose ends lie in two countries."""
        tails, heads = self.link_ends
        countries = self.nodes.text("country")
        return freeze(countries[tails] != countries[heads])


@dataclass(frozen=True)
class DatasetInfo:
    """What ``dataset.toml`` says of a dataset; `sources` maps a source id to its keys."""

    name: str
    title: str
    version: str
    license: str
    base_year: int
    currency: str = "USD"
    description: str = ""
    title_ru: str = ""
    title_kk: str = ""
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def title_in(self, language: str) -> str:
        """Return the title in a language, ``en``, ``ru`` or ``kk``, falling back as names do; the name without one."""
        from network.naming import name_in

        return name_in(language, self.title or self.name, self.title_ru, self.title_kk)


@dataclass(frozen=True, eq=False)
class Annex(Portable):
    """What lies beside a network: project cards, scenarios, observations and claims, each read when first asked for."""

    read_projects: Callable[[], tuple[Project, ...]]
    read_scenarios: Callable[[], Mapping[str, Scenario]]
    read_observations: Callable[[], Table]
    read_claims: Callable[[], Table]

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """Project cards in the order of their file."""
        return self.read_projects()

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Scenarios by the name of their file without its suffix."""
        return self.read_scenarios()

    @cached_property
    def observations(self) -> Table:
        """Published figures to validate against."""
        return self.read_observations()

    @cached_property
    def claims(self) -> Table:
        """Published claims and what answers them."""
        return self.read_claims()

    @classmethod
    def of(
        cls, projects: tuple[Project, ...], scenarios: Mapping[str, Scenario], observations: Table, claims: Table
    ) -> Annex:
        """Return an annex of things already read."""
        return cls(*(partial(_given, value) for value in (projects, scenarios, observations, claims)))


def _given(value: Any) -> Any:
    """Return what is known already; a function that travels between processes, as no lambda does."""
    return value


@dataclass(frozen=True, eq=False)
class Dataset(Portable):
    """A network with its commodities, demands, projects and scenarios.

    `findings` are the warnings of reading it. `applied` are the scenarios already applied, in order.
    `has_own_demands` is False where the demands were replaced by the caller's. `folder` is where it was read from,
    None for one made in memory.
    """

    info: DatasetInfo
    network: Network
    commodities: Table
    demands: Table
    annex: Annex
    findings: tuple[Finding, ...] = ()
    applied: tuple[Scenario, ...] = ()
    has_own_demands: bool = True
    folder: Path | None = None

    @cached_property
    def geometry(self) -> Mapping[str, Mapping[str, Any]]:
        """GeoJSON geometry by link id from ``links.geojson``, read when first asked for; empty where there is none."""
        from network.geometry import read_geometry

        return {} if self.folder is None else read_geometry(self.folder)

    @property
    def base_year(self) -> int:
        """The year of demands that give none."""
        return self.info.base_year

    @property
    def projects(self) -> tuple[Project, ...]:
        """Project cards."""
        return self.annex.projects

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Scenarios of the dataset by name."""
        return self.annex.scenarios

    @property
    def observations(self) -> Table:
        """Published figures to validate against."""
        return self.annex.observations

    @property
    def claims(self) -> Table:
        """Published claims and what answers them."""
        return self.annex.claims

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """The tables that make the model, by name: those of the network, commodities and demands."""
        network = {name: getattr(self.network, name) for name in Network.__dataclass_fields__}
        return MappingProxyType({**network, "commodities": self.commodities, "demands": self.demands})

    @cached_property
    def demand_years(self) -> Numbers:
        """The year of every demand, the base year where it gives none, shape (n_demands,)."""
        years = self.demands.number("year")
        return cast("Numbers", freeze(np.where(np.isnan(years), float(self.base_year), years)))

    def project(self, project_id: str) -> Project:
        """Return a project card by id.

        Raises
        ------
        UnknownIdError
            No card has this id; the message names close matches.
        """
        from network.places import unknown_id

        for card in self.projects:
            if card.id == project_id:
                return card
        raise unknown_id("project", project_id, (card.id for card in self.projects))

    @classmethod
    def from_frames(
        cls,
        *,
        nodes: pd.DataFrame,
        links: pd.DataFrame,
        transfers: pd.DataFrame | None = None,
        shared_capacities: pd.DataFrame | None = None,
        rates: pd.DataFrame | None = None,
        commodities: pd.DataFrame | None = None,
        demands: pd.DataFrame | None = None,
        corridors: pd.DataFrame | None = None,
        calibration: pd.DataFrame | None = None,
        observations: pd.DataFrame | None = None,
        claims: pd.DataFrame | None = None,
        base_year: int | None = None,
        name: str = "frames",
    ) -> Dataset:
        """Build a dataset from tables with the columns of the dataset folder.

        Raises
        ------
        DatasetError
            With all problems at once; the line of a finding is the row number plus 2, as in the CSV it would be.
        """
        from network.dataset import dataset_from_frames

        frames = {
            "nodes": nodes,
            "links": links,
            "transfers": transfers,
            "shared_capacities": shared_capacities,
            "rates": rates,
            "commodities": commodities,
            "demands": demands,
            "corridors": corridors,
            "calibration": calibration,
            "observations": observations,
            "claims": claims,
        }
        given: Iterable[tuple[str, pd.DataFrame]] = ((key, frame) for key, frame in frames.items() if frame is not None)
        return dataset_from_frames(dict(given), base_year=base_year, name=name)
