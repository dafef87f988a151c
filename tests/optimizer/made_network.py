"""Small datasets for the tests of this folder, written as rows of the dataset's own columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from network import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer import Route

Row = dict[str, object]


def link(link_id: str, mode: str, from_node: str, to_node: str, **columns: object) -> Row:
    """Return a row of links.csv; ``rail1520`` stands for rail with its gauge; 100 km, 1 h and 1 USD by default."""
    row: Row = {"link_id": link_id, "mode": mode, "from_node": from_node, "to_node": to_node, "length_km": 100.0}
    if mode.startswith("rail"):
        row |= {"mode": "rail", "gauge_mm": int(mode[4:])}
    return row | {"time_h": 1.0, "cost_usd_per_teu": 1.0, "cost_usd_per_t": 1.0} | columns


def transfer(node_id: str, from_mode: str, to_mode: str, **columns: object) -> Row:
    """Return a row of transfers.csv, free and immediate by default."""
    row: Row = {"node_id": node_id, "from_mode": from_mode, "to_mode": to_mode, "time_h": 0.0}
    return row | {"cost_usd_per_teu": 0.0, "cost_usd_per_t": 0.0} | columns


CONTAINER: Row = {
    "commodity_id": "container",
    "name": "Containers",
    "unit": "teu",
    "t_per_unit": 10,
    "teu_per_unit": 1,
    "units_per_train": 100,
    "units_per_truck": 2,
    "units_per_flight": 10,
    "units_per_sailing": 200,
}
GRAIN: Row = {
    "commodity_id": "grain",
    "name": "Grain",
    "unit": "t",
    "t_per_unit": 1,
    "teu_per_unit": 0,
    "units_per_train": 4000,
    "units_per_truck": 20,
    "units_per_sailing": 5000,
    "modes": "rail;road;sea",
    "time_value_usd_per_unit_h": 0.5,
}


def dataset(
    links: Iterable[Row],
    transfers: Iterable[Row] = (),
    *,
    countries: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    commodities: Iterable[Row] = (CONTAINER,),
    shared_capacities: Iterable[Row] = (),
    rates: Iterable[Row] = (),
    corridors: Iterable[Row] = (),
    demands: Iterable[Row] = (),
    observations: Iterable[Row] = (),
) -> Dataset:
    """Return a dataset of the base year 2024 whose nodes are those the rows name, in Kazakhstan unless said."""
    links, transfers = list(links), list(transfers)
    countries, names = countries or {}, names or {}
    ends = [row[end] for row in links for end in ("from_node", "to_node")] + [row["node_id"] for row in transfers]
    node_ids = dict.fromkeys(str(node) for node in [*ends, *countries])
    nodes = [
        {
            "node_id": node,
            "name": names.get(node, node),
            "country": countries.get(node, "KZ"),
            "lat": 45 + at / 1000,
            "lon": 60 + at / 1000,
            "kind": "city",
        }
        for at, node in enumerate(node_ids)
    ]
    tables = {
        "transfers": transfers,
        "commodities": commodities,
        "shared_capacities": shared_capacities,
        "rates": rates,
        "corridors": corridors,
        "demands": demands,
        "observations": observations,
    }
    frames = {name: pd.DataFrame(rows) for name, given in tables.items() if (rows := list(given))}
    return Dataset.from_frames(nodes=pd.DataFrame(nodes), links=pd.DataFrame(links), base_year=2024, **frames)


def labels_of(route: Route) -> list[tuple[str, ...]]:
    """Return a name for each leg: the link with its direction, or the transfer with its modes."""
    return [
        ("link", leg.link_id, leg.from_node, leg.to_node)
        if hasattr(leg, "link_id")
        else ("transfer", leg.node_id, leg.from_mode, leg.to_mode)
        for leg in route.legs
    ]


def links_of(route: Route) -> list[str]:
    """Return the ids of the links of a route."""
    return [leg.link_id for leg in route.legs if hasattr(leg, "link_id")]
