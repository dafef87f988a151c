"""Names of all columns of a dataset folder's tables, in order, and which of them are numbers.

The records (`network.records`) say what each column means and which values it takes; a test keeps the two equal. They
are apart so that data known to be sound can be read without importing pydantic.
"""

from __future__ import annotations

TABLES: dict[str, tuple[str, ...]] = {
    "nodes": (
        *("node_id", "name", "country", "lat", "lon", "kind", "unlocode", "aliases", "name_ru", "name_kk"),
        *("source", "confidence", "note"),
    ),
    "links": (
        *("link_id", "mode", "from_node", "to_node", "directed", "length_km", "gauge_mm", "time_h", "speed_kmh"),
        *("fixed_time_h", "fixed_time_p90_h", "frequency_per_week", "departures"),
        *("cost_usd_per_teu", "cost_usd_per_t", "fixed_cost_usd_per_teu", "fixed_cost_usd_per_t"),
        *("capacity", "capacity_unit", "capacity_scope", "background", "shared_capacity_id"),
        *("open_months", "from_year", "to_year", "corridors", "source", "confidence", "field_sources", "note"),
    ),
    "transfers": (
        *("node_id", "from_mode", "to_mode", "directed", "time_h", "time_p90_h"),
        *("cost_usd_per_teu", "cost_usd_per_t", "co2_kg_per_t"),
        *("capacity", "capacity_unit", "capacity_scope", "background", "shared_capacity_id"),
        *("from_year", "to_year", "source", "confidence", "field_sources", "note"),
    ),
    "shared_capacities": (
        *("shared_capacity_id", "name", "name_ru", "name_kk", "node_id", "capacity", "capacity_unit", "background"),
        *("source", "confidence", "field_sources", "note"),
    ),
    "rates": (
        *("mode", "country", "cost_usd_per_teu_km", "cost_usd_per_t_km", "speed_kmh"),
        *("co2_ttw_g_per_tkm", "co2_wtw_g_per_tkm", "source", "confidence", "field_sources", "note"),
    ),
    "commodities": (
        *("commodity_id", "name", "name_ru", "name_kk", "unit", "t_per_unit", "teu_per_unit"),
        *("units_per_train", "units_per_truck", "units_per_flight", "units_per_sailing", "modes"),
        *("value_usd_per_unit", "time_value_usd_per_unit_h", "source", "confidence", "note"),
    ),
    "demands": (
        *("demand_id", "origin", "destination", "commodity", "year", "volume", "unmet_cost_usd_per_unit"),
        *("max_time_h", "avoid_countries", "avoid_modes", "group", "source", "confidence", "field_sources", "note"),
    ),
    "corridors": (
        *("corridor_id", "name", "name_ru", "name_kk", "kind", "listed_in", "listed_as", "description", "trace"),
        *("gateway_nodes", "gateway_links"),
        *("source", "confidence", "note"),
    ),
    "calibration": (
        *("calibration_id", "links", "commodity", "calibration_unit", "calibration_usd_per_unit"),
        *("step", "margin_usd_per_unit", "source", "confidence", "note"),
    ),
    "observations": (
        *("observation_id", "kind", "origin", "destination", "corridor", "mode", "via", "avoid", "links", "ranking"),
        *("commodity", "year", "value", "low", "high", "unit", "tolerance", "target", "remark"),
        *("source", "confidence", "note"),
    ),
    "claims": (*("claim_id", "date", "text", "projects", "demands", "observations", "corridors", "reason", "source"),),
}

REQUIRED_TABLES = ("nodes", "links")

PERCENTILES = {"links": ("fixed_time_h", "fixed_time_p90_h"), "transfers": ("time_h", "time_p90_h")}
"""By table, the column of a median and that of its 90th percentile."""

NUMBERS = frozenset(
    (
        *("lat", "lon", "directed", "length_km", "gauge_mm", "time_h", "speed_kmh", "fixed_time_h"),
        *("fixed_time_p90_h", "time_p90_h", "frequency_per_week"),
        *("cost_usd_per_teu", "cost_usd_per_t", "fixed_cost_usd_per_teu"),
        *("fixed_cost_usd_per_t", "capacity", "background", "from_year", "to_year", "co2_kg_per_t"),
        *("cost_usd_per_teu_km", "cost_usd_per_t_km", "co2_ttw_g_per_tkm", "co2_wtw_g_per_tkm"),
        *("t_per_unit", "teu_per_unit", "units_per_train", "units_per_truck", "units_per_flight"),
        *("units_per_sailing", "value_usd_per_unit", "time_value_usd_per_unit_h", "year", "volume"),
        *("calibration_usd_per_unit", "step", "margin_usd_per_unit"),
        *("unmet_cost_usd_per_unit", "max_time_h", "value", "low", "high", "tolerance", "target"),
    )
)
"""Columns of numbers; a column name means the same kind of value in every table."""
