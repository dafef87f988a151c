"""Tables of tiny worlds for the contract tests: columns as they stand in a dataset folder, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from network import Dataset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Row = dict[str, Any]

BOX: Row = {
    "commodity_id": "container",
    "name": "Containers",
    "unit": "teu",
    "t_per_unit": 12,
    "teu_per_unit": 1,
    "units_per_train": 50,
    "units_per_truck": 2,
    "units_per_flight": 8,
    "units_per_sailing": 200,
    "time_value_usd_per_unit_h": 3,
}
COAL: Row = {
    "commodity_id": "coal",
    "name": "Coal",
    "unit": "t",
    "t_per_unit": 1,
    "teu_per_unit": 0.1,
    "units_per_train": 4000,
    "units_per_truck": 20,
    "units_per_flight": 80,
    "units_per_sailing": 5000,
}
TOML = 'name = "made"\ntitle = "Made"\nversion = "1"\nlicense = "CC0-1.0"\nbase_year = 2024\ncurrency = "USD"\n'


def nodes(**countries: str) -> list[Row]:
    """Return a row of nodes.csv per keyword: the id and its country; the name is the id in lower case."""
    return [
        {"node_id": key, "name": key.lower(), "country": country, "lat": 50, "lon": 60 + at / 100, "kind": "city"}
        for at, (key, country) in enumerate(countries.items())
    ]


def link(link_id: str, ends: str, mode: str = "road", **columns: Any) -> Row:
    """Return a row of links.csv between two one-letter nodes: 100 km, 10 h, 100 USD/TEU, 10 USD/t unless said."""
    row: Row = {"link_id": link_id, "mode": mode, "from_node": ends[0], "to_node": ends[1], "length_km": 100}
    if mode.startswith("rail"):
        row |= {"mode": "rail", "gauge_mm": int(mode[4:])}
    return row | {"time_h": 10, "cost_usd_per_teu": 100, "cost_usd_per_t": 10} | columns


def transfer(node_id: str, from_mode: str, to_mode: str, **columns: Any) -> Row:
    """Return a row of transfers.csv: 5 h, 30 USD/TEU, 3 USD/t unless said."""
    row: Row = {"node_id": node_id, "from_mode": from_mode, "to_mode": to_mode}
    return row | {"time_h": 5, "cost_usd_per_teu": 30, "cost_usd_per_t": 3} | columns


def demand(demand_id: str, ends: str, volume: float, unmet: float | None = None, **columns: Any) -> Row:
    """Return a row of demands.csv for containers between two one-letter nodes."""
    row: Row = {"demand_id": demand_id, "origin": ends[0], "destination": ends[1], "commodity": "container"}
    return row | {"volume": volume, "unmet_cost_usd_per_unit": unmet} | columns


def made(base_year: int | None = 2024, **tables: list[Row]) -> Dataset:
    """Return the dataset of some rows by table; nodes in KZ and containers unless given."""
    links = tables["links"]
    ends = sorted({str(row[end]) for row in links for end in ("from_node", "to_node")})
    given = {"nodes": nodes(**dict.fromkeys(ends, "KZ")), "commodities": [BOX]} | tables
    frames: dict[str, Any] = {name: pd.DataFrame(rows) for name, rows in given.items()}
    return Dataset.from_frames(**frames, base_year=base_year)


def folder(path: Path, files: Mapping[str, str | bytes] | None = None, **tables: list[Row]) -> Path:
    """Write rows as a dataset folder; `files` replace or add whole files."""
    path.mkdir(parents=True, exist_ok=True)
    links = tables.get("links", [link("ab", "AB")])
    ends = sorted({str(row[end]) for row in links for end in ("from_node", "to_node")})
    given = {"nodes": nodes(**dict.fromkeys(ends, "KZ")), "commodities": [BOX], "links": links} | tables
    (path / "dataset.toml").write_text(TOML, encoding="utf-8")
    for name, rows in given.items():
        pd.DataFrame(rows).to_csv(path / f"{name}.csv", index=False)
    for name, text in (files or {}).items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
