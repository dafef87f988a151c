"""Where a number comes from: every value of a link, node or shared capacity with its source, year and grade."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from network.errors import UnknownIdError
from network.field_sources import source_of, weaker
from network.places import close_matches, resolve_node_or_link
from network.values import frequency_per_week, haulage_usd, headway_wait_h, moving_h

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from network.field_sources import FieldSource
    from network.model import Dataset, Network, Table

Kind = Literal["link", "node", "shared_capacity"]

NOT_NUMBERS = frozenset(("directed", "row", "from_year", "to_year"))
RATES_OF_LINK = ("co2_wtw_g_per_tkm", "co2_ttw_g_per_tkm")


@dataclass(frozen=True, slots=True)
class Statement:
    """One number and what it rests on.

    Attributes
    ----------
    of
        The row it stands in, such as ``links rail-dostyk-aktogay`` or ``rates rail CN``.
    name, value, unit
        The number as the model uses it.
    basis
        ``given`` in its row, or how it follows from others, such as ``rate 0.26 × length``.
    source
        Id of the source of the number, a key of ``[sources]`` in ``dataset.toml``: its own where the row's
        ``field_sources`` names one, else that of the row. `publisher`, `title`, `year` and `url` are what stands there,
        empty or None where nothing does.
    confidence
        Grade of the number, A to D, empty where it has none. What follows from two numbers has the grade and the source
        of the weaker.
    """

    of: str
    name: str
    value: float
    unit: str
    basis: str
    source: str
    confidence: str
    publisher: str = ""
    title: str = ""
    year: int | None = None
    url: str = ""

    def to_mapping(self) -> dict[str, Any]:
        """Return the statement as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that a dataset says of one thing.

    Attributes
    ----------
    kind, id, name
        What is explained; `name` is that of a node or shared capacity, ``From - To`` of a link.
    numbers
        Every number, those of the row itself first, then those of rows it draws on.
    notes
        Remarks by row, which say what was chosen, derived or assumed.
    projects
        Ids of the project cards that change one of these rows.
    """

    kind: Kind
    id: str
    name: str
    numbers: tuple[Statement, ...]
    notes: tuple[tuple[str, str], ...]
    projects: tuple[str, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return the explanation as plain values: the JSON of ``corridor explain``."""
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name,
            "numbers": [number.to_mapping() for number in self.numbers],
            "notes": [{"of": of, "note": note} for of, note in self.notes],
            "projects": list(self.projects),
        }


def explain(data: Dataset, name: str) -> Explanation:
    """Return every number of a link, node or shared capacity with its source and grade.

    A link is explained with the rates it uses and the shared capacity it draws on, a node with its transfers and
    shared capacities.

    Parameters
    ----------
    data
        Dataset, scenarios applied.
    name
        A link id, shared capacity id, or a name, alias, id or UN/LOCODE of a node.

    Raises
    ------
    UnknownIdError
        The name fits nothing (with close matches) or several things.

    Examples
    --------
    >>> from network import explain, load
    >>> explain(load(), "Aktau").kind
    'node'
    """
    network = data.network
    kind, key = _resolve(network, name)
    rows = list(_rows_about(network, kind, key))
    numbers = [statement for table, row in rows for statement in _given(table, row)]
    if kind == "link":
        numbers = _with_derived(network, network.links.row_of[key], numbers)
    sources = data.info.sources
    return Explanation(
        kind=kind,
        id=key,
        name=_name(network, kind, key),
        numbers=tuple(_cited(statement, sources) for statement in numbers),
        notes=tuple((_label(table, row), note) for table, row in rows if (note := str(table.text("note")[row]))),
        projects=tuple(_changing(data, rows)),
    )


def _resolve(network: Network, name: str) -> tuple[Kind, str]:
    """Return what a name means: a shared capacity by its exact id, else a node or a link."""
    shared = network.shared_capacities.row_of
    if name in shared:
        return "shared_capacity", name
    try:
        return resolve_node_or_link(network, name)
    except UnknownIdError as error:
        if not str(error).startswith("unknown"):
            raise
        if name in network.corridors.row_of:
            message = f'"{name}" is a corridor: see corridor info and corridor map --corridor {name}'
            raise UnknownIdError(message, name=name) from None
        matches = dict.fromkeys((*error.matches, *close_matches(name, shared)))
        raise UnknownIdError(f'unknown node, link or shared capacity "{name}"', name=name, matches=matches) from None


def _rows_about(network: Network, kind: Kind, key: str) -> Iterator[tuple[Table, int]]:
    """Return the rows whose numbers make up a thing, its own first."""
    shared = network.shared_capacities
    if kind == "shared_capacity":
        yield shared, shared.row_of[key]
        return
    if kind == "node":
        yield network.nodes, network.nodes.row_of[key]
        for table in (network.transfers, shared):
            yield from ((table, int(row)) for row in np.flatnonzero(table.text("node_id") == key))
        return
    link = network.links.row_of[key]
    yield network.links, link
    yield from ((network.rates, row) for row in dict.fromkeys(_rate_rows(network, link).values()))
    drawn_on = str(network.links.text("shared_capacity_id")[link])
    if drawn_on:
        yield shared, shared.row_of[drawn_on]


def _rate_rows(network: Network, link: int) -> dict[str, int]:
    """Return the row of rates that each column of a link's rates comes from, in order of the rows.

    The choice is that of `network.values.rate_of_links`: the row of the from-node's country, else that of ``*``.
    """
    keys, key_of_link = network.rate_keys
    mode, country = keys[key_of_link[link]]
    rates = network.rates
    pairs = list(zip(rates.text("mode"), rates.text("country"), strict=True))
    found: dict[str, int] = {}
    for column in _rates_used(network, link):
        given = ~np.isnan(rates.number(column))
        for wanted in ((mode, country), (mode, "*")):
            if wanted in pairs and given[pairs.index(wanted)]:
                found[column] = pairs.index(wanted)
                break
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _rates_used(network: Network, link: int) -> Iterator[str]:
    """Return the columns of rates that a link draws on, because its own cell is empty."""
    links = network.links
    for unit in ("teu", "t"):
        if np.isnan(links.number(f"cost_usd_per_{unit}")[link]):
            yield f"cost_usd_per_{unit}_km"
    if np.isnan(links.number("time_h")[link]) and np.isnan(links.number("speed_kmh")[link]):
        yield "speed_kmh"
    yield from RATES_OF_LINK


def _given(table: Table, row: int) -> Iterator[Statement]:
    """Return the numbers that stand in a row, in the order of its columns."""
    units = _units(table.name)
    for name, cells in table.columns.items():
        value = cells[row]
        if name in NOT_NUMBERS or isinstance(value, str) or np.isnan(value):
            continue
        unit = units.get(name, "")
        if unit.startswith("`"):
            unit = str(table.text(unit.strip("`"))[row])
        yield _statement(table, row, name, float(value), unit, "given", source_of(table, row, name))


def _with_derived(network: Network, link: int, numbers: list[Statement]) -> list[Statement]:
    """Return the numbers of a link and what follows from rates and lengths, without rates that it does not use."""
    links, rates = network.links, network.rates
    rate_rows = _rate_rows(network, link)
    used = {(_label(rates, row), column) for column, row in rate_rows.items()}
    kept = [number for number in numbers if not number.of.startswith("rates ") or (number.of, number.name) in used]
    derived = []
    length = source_of(links, link, "length_km")
    for unit, per in (("teu", "USD/TEU"), ("t", "USD/t")):
        row = rate_rows.get(f"cost_usd_per_{unit}_km")
        if row is not None:
            rate = rates.number(f"cost_usd_per_{unit}_km")[row]
            value = float(haulage_usd(network, unit)[link])
            cited = weaker(source_of(rates, row, f"cost_usd_per_{unit}_km"), length)
            basis = f"rate {rate:g} × length"
            derived.append(_statement(rates, row, f"cost_usd_per_{unit}", value, per, basis, cited))
    if np.isnan(links.number("time_h")[link]):
        hours, row = float(moving_h(network)[link]), rate_rows.get("speed_kmh")
        table, at = (links, link) if row is None else (rates, row)
        basis = f"length / {table.number('speed_kmh')[at]:g} km/h"
        cited = weaker(source_of(table, at, "speed_kmh"), length)
        derived.append(_statement(table, at, "time_h", hours, "h", basis, cited))
    wait_h = float(headway_wait_h(network)[link])
    if wait_h > 0.0:
        basis = f"half a headway, 84 / {frequency_per_week(network)[link]:g}"
        cited = source_of(links, link, "frequency_per_week")
        derived.append(_statement(links, link, "waiting_h", wait_h, "h", basis, cited))
    first_of_others = next((at for at, number in enumerate(kept) if not number.of.startswith("links ")), len(kept))
    return [*kept[:first_of_others], *derived, *kept[first_of_others:]]


def _statement(table: Table, row: int, name: str, value: float, unit: str, basis: str, cited: FieldSource) -> Statement:
    """Return a number of a row, or made from one, with its source and grade."""
    return Statement(_label(table, row), name, value, unit, basis, cited.source, cited.grade)


def _cited(statement: Statement, sources: Mapping[str, Mapping[str, object]]) -> Statement:
    """Return a statement with what the dataset says of its source."""
    block = sources.get(statement.source, {})
    year = block.get("year")
    texts = {name: str(block.get(name, "")) for name in ("publisher", "title", "url")}
    return Statement(**{**asdict(statement), **texts, "year": year if isinstance(year, int) else None})


def _label(table: Table, row: int) -> str:
    """Name a row by its table and what tells it from others."""
    keys = {"transfers": ("node_id", "from_mode", "to_mode"), "rates": ("mode", "country")}
    names = keys.get(table.name) or (next(iter(table.columns)),)
    return " ".join((table.name, *(str(table.text(name)[row]) for name in names)))


def _name(network: Network, kind: Kind, key: str) -> str:
    """Return the name of a node or shared capacity, the ends of a link."""
    if kind == "link":
        links, row = network.links, network.links.row_of[key]
        nodes = network.nodes
        ends = (str(links.text(side)[row]) for side in ("from_node", "to_node"))
        return " - ".join(str(nodes.text("name")[nodes.row_of[end]]) or end for end in ends)
    table = network.nodes if kind == "node" else network.shared_capacities
    return str(table.text("name")[table.row_of[key]]) or key


def _units(table: str) -> Mapping[str, str]:
    """Return the unit of each column of a table, as the records say."""
    from network.records import RECORDS

    extras = {name: field.json_schema_extra for name, field in RECORDS[table].model_fields.items()}
    return {name: str(extra.get("unit", "")) for name, extra in extras.items() if isinstance(extra, dict)}


def _changing(data: Dataset, rows: Iterable[tuple[Table, int]]) -> Iterator[str]:
    """Return the ids of the cards of which a change selects one of the rows; new rows select none."""
    from network.selection import RefusedChangeError, rows_where

    wanted = list(rows)
    for card in data.projects:
        for change in card.changes:
            if change.rows:
                continue
            try:
                mask = rows_where(data, change.table, change.where)
            except RefusedChangeError:
                # The rows it means come with an earlier change, so they are none of ours.
                continue
            if any(table.name == change.table and mask[row] for table, row in wanted):
                yield card.id
                break
