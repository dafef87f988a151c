"""What a dataset holds: counts by mode, corridors, grades of its numbers, sources."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from network.model import MODES, split_list
from network.traces import main_line_km, traces_of
from network.values import in_year
from optimizer.report.document import Document, Table, columns, number
from optimizer.report.sheets import csv_text

if TYPE_CHECKING:
    from network.model import Dataset, Network

GRADED_TABLES = ("nodes", "links", "transfers", "shared_capacities", "rates", "demands")


def contents(data: Dataset, year: int | None = None) -> dict[str, Any]:
    """Return the summary of a dataset as plain values; links and transfers of one year where it is given."""
    network = data.network
    if year is not None:
        network = replace(
            network,
            links=network.links.take(in_year(network.links, year)),
            transfers=network.transfers.take(in_year(network.transfers, year)),
        )
    tables = {
        "nodes": network.nodes,
        "links": network.links,
        "transfers": network.transfers,
        "shared_capacities": network.shared_capacities,
        "rates": network.rates,
        "corridors": network.corridors,
        "commodities": data.commodities,
        "demands": data.demands,
        "observations": data.observations,
        "claims": data.claims,
    }
    modes = network.links.text("mode")
    length_km = network.links.number("length_km")
    return {
        "name": data.info.name,
        "title": data.info.title,
        "version": data.info.version,
        "license": data.info.license,
        "base_year": data.info.base_year,
        "currency": data.info.currency,
        "description": data.info.description,
        "tables": {name: len(table) for name, table in tables.items()} | {"projects": len(data.projects)},
        "countries": sorted({str(country) for country in network.nodes.text("country")}),
        "modes": [
            {"mode": mode, "links": int((modes == mode).sum()), "length_km": float(length_km[modes == mode].sum())}
            for mode in MODES
        ],
        "corridors": _corridors(network),
        "confidence": {
            name: dict(sorted(Counter(grade or "none" for grade in tables[name].text("confidence").tolist()).items()))
            for name in GRADED_TABLES
        },
        "scenarios": sorted(data.scenarios),
        "sources": [{"id": key, **source} for key, source in data.info.sources.items()],
        "warnings": len(data.findings),
    }


def contents_document(summary: dict[str, Any]) -> Document:
    """Return the summary as paragraphs and tables."""
    lines = [
        f"{summary['title'] or summary['name']} ({summary['name']} {summary['version']})",
        summary["description"],
        f"Base year {summary['base_year']}, money in {summary['currency']}, licence {summary['license']}, "
        f"{len(summary['countries'])} countries: {' '.join(summary['countries'])}",
    ]
    grades = sorted({grade for counts in summary["confidence"].values() for grade in counts})
    return [
        *(line for line in lines if line),
        Table(
            columns("Table", ">Rows"),
            tuple((name.replace("_", " "), number(rows)) for name, rows in summary["tables"].items()),
        ),
        Table(
            columns("Mode", ">Links", ">km"),
            tuple((row["mode"], number(row["links"]), number(row["length_km"])) for row in summary["modes"]),
        ),
        Table(
            columns("Corridor", "Name", "Kind", "List", ">Main line km", ">Links", ">km", "Countries"),
            tuple(
                (
                    *(row[key] for key in ("id", "name", "kind", "listed_in")),
                    "–" if row["main_line_km"] is None else number(row["main_line_km"]),
                    *(number(row["links"]), number(row["length_km"]), " ".join(row["countries"])),
                )
                for row in summary["corridors"]
            ),
        ),
        Table(
            columns("Grade of rows", *(f">{grade}" for grade in grades)),
            tuple(
                (name.replace("_", " "), *(number(counts.get(grade, 0)) for grade in grades))
                for name, counts in summary["confidence"].items()
            ),
            title="A official figure · B secondary or measured · C widely reported · D engineering estimate",
        ),
        Table(
            columns("Source", "Year", "Publisher", "Title"),
            tuple(
                (source["id"], *(str(source.get(key, "")) for key in ("year", "publisher", "title")))
                for source in summary["sources"]
            ),
        ),
        f"Scenarios: {', '.join(summary['scenarios']) or 'none'}",
    ]


def contents_csv(summary: dict[str, Any]) -> str:
    """Return one row per table, mode and corridor of the summary; rows of a mode or corridor are its links.

    The length of a corridor's main line is empty where it has none.
    """
    rows = [("table", name, rows, "", "") for name, rows in summary["tables"].items()]
    rows += [("mode", row["mode"], row["links"], row["length_km"], "") for row in summary["modes"]]
    rows += [
        ("corridor", *(row[key] for key in ("id", "links", "length_km", "main_line_km")))
        for row in summary["corridors"]
    ]
    return csv_text(("kind", "id", "rows", "length_km", "main_line_km"), rows)


def _corridors(network: Network) -> list[dict[str, Any]]:
    """Return kind, links, kilometers, main line and countries of every corridor, in the order of the data."""
    rows: dict[str, list[int]] = {str(key): [] for key in network.corridors.row_of}
    for row, cell in enumerate(network.links.text("corridors")):
        for corridor in split_list(cell):
            rows.setdefault(corridor, []).append(row)
    table, traces = network.corridors, traces_of(network)
    country = network.nodes.text("country")
    tails, heads = network.link_ends

    def told(key: str, column: str) -> str:
        # A dataset without corridors.csv has their ids only.
        return str(table.text(column)[table.row_of[key]]) if key in table.row_of else ""

    return [
        {
            "id": key,
            "name": told(key, "name") if key in table.row_of else key,
            "kind": told(key, "kind"),
            "listed_in": told(key, "listed_in"),
            "listed_as": told(key, "listed_as"),
            "main_line_km": main_line_km(network, traces[key]) if key in traces else None,
            "links": len(members),
            "length_km": float(network.links.number("length_km")[members].sum()),
            "countries": sorted({str(country[ends[row]]) for row in members for ends in (tails, heads)}),
        }
        for key, members in rows.items()
    ]
