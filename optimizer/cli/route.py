"""``corridor route``: the best routes between two places."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

import click

from optimizer.cli.arguments import (
    AmountRange,
    Minimize,
    dataset_option,
    format_option,
    open_dataset,
    output_option,
    scenario_option,
    weight_options,
    weights_of,
    year_option,
)
from optimizer.cli.output import emit, emit_document, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Dataset
    from optimizer.route import Route

QuantityUnit = Literal["teu", "feu", "t"]
SPARE_ROUTES = 4
"""Routes looked for per route shown, as some differ from a better one only by a transfer at an end."""


@click.command("route", short_help="Find the best routes between two places.")
@click.argument("origin", metavar="FROM")
@click.argument("destination", metavar="TO")
@click.option("--commodity", default="container", show_default=True, metavar="ID", help="What is shipped.")
@click.option(
    "--quantity",
    type=AmountRange(min_open=True),
    default=1.0,
    show_default=True,
    help="How much; scales money and CO2, never time.",
)
@click.option(
    "--unit", type=click.Choice(["teu", "feu", "t"]), help="Unit of the quantity; default: the commodity's own."
)
@click.option("-k", "k", type=click.IntRange(min=1), default=3, show_default=True, help="How many routes to list.")
@weight_options
@click.option(
    "--avoid-country", "avoid_countries", multiple=True, metavar="CC", help="ISO code of a country; repeatable."
)
@click.option(
    "--avoid-mode", "avoid_modes", multiple=True, metavar="MODE", help="rail, road, river, sea or air; repeatable."
)
@click.option(
    "--avoid", "avoid", multiple=True, metavar="NODE_OR_LINK", help="A node or link to keep away from; repeatable."
)
@click.option("--via", "via", multiple=True, metavar="NODE", help="Pass through; repeatable, in this order.")
@click.option("--max-time-h", type=AmountRange(), metavar="H", help="Only routes of at most H hours.")
@click.option("--max-cost", type=AmountRange(), metavar="USD", help="Only routes of at most USD in all.")
@click.option("--month", type=click.IntRange(1, 12), metavar="M", help="Month of travel; closed links are not used.")
@scenario_option
@dataset_option
@year_option
@format_option("table", "json", "csv", "geojson")
@output_option
def command(
    origin: str,
    destination: str,
    commodity: str,
    quantity: float,
    unit: QuantityUnit | None,
    k: int,
    minimize: Minimize | None,
    time_value: float | None,
    carbon_price: float | None,
    avoid_countries: tuple[str, ...],
    avoid_modes: tuple[str, ...],
    avoid: tuple[str, ...],
    via: tuple[str, ...],
    max_time_h: float | None,
    max_cost: float | None,
    month: int | None,
    scenarios: tuple[str, ...],
    dataset: str | None,
    year: int | None,
    form: str,
    output: str | None,
) -> None:
    """Find the best routes between two places.

    FROM and TO are names, aliases, ids or UN/LOCODEs, in Latin, Cyrillic or Chinese script. Times and prices are
    terminal to terminal. Examples:

    \b
      corridor route "Xi'an" Duisburg
      corridor route Шанхай Duisburg --avoid-country RU -k 5
      corridor route Moscow Mumbai --minimize time --month 1 --format geojson -o route.geojson
    """  # noqa: D301 - click knows the paragraph by a real backspace
    from optimizer.routing import find_routes

    weights = weights_of(minimize, time_value, carbon_price)
    data = open_dataset(dataset, scenarios)
    amount = in_commodity_units(data, commodity, quantity, unit)
    routes = find_routes(
        data,
        origin,
        destination,
        commodity=commodity,
        quantity=amount,
        k=k * SPARE_ROUTES if form == "table" else k,
        weights=weights,
        year=year,
        month=month,
        avoid_countries=frozenset(avoid_countries),
        avoid_modes=frozenset(avoid_modes),
        avoid=frozenset(avoid),
        via=via,
        max_time_h=max_time_h,
        max_cost_usd=max_cost,
    )
    if form == "json":
        emit(json.dumps({"routes": [route.to_mapping() for route in routes]}, ensure_ascii=False, indent=2), output)
    elif form == "csv":
        from optimizer.report.routes import route_csv

        emit(route_csv(routes).rstrip("\n"), output)
    elif form == "geojson":
        from optimizer.report.geojson import route_features

        emit(json.dumps(route_features(data, routes), ensure_ascii=False), output)
    else:
        from optimizer.report.routes import route_document

        shown = by_different_links(routes)[:k]
        emit_document([_question(data, routes[0], year), *route_document(data, shown)], output)
        if len(shown) < k:
            note(f"{len(shown)} of the {k} routes asked for are shown; no other passes different links.")


def by_different_links(routes: Sequence[Route]) -> list[Route]:
    """Return the best route of each sequence of links.

    Routes may differ by a transfer at an end alone, which nobody wants to read; the other forms list them all.
    """
    from optimizer.route import Leg

    best: dict[tuple[str, ...], Route] = {}
    for route in routes:
        best.setdefault(tuple(leg.link_id for leg in route.legs if isinstance(leg, Leg)), route)
    return list(best.values())


def in_commodity_units(data: Dataset, commodity: str, quantity: float, unit: QuantityUnit | None) -> float:
    """Return a quantity given in TEU, FEU or tonnes in the commodity's own unit.

    Raises
    ------
    click.UsageError
        The commodity gives no factor between the two units.
    """
    from optimizer.graph import commodity_row

    row = commodity_row(data, commodity)
    own_unit = str(data.commodities.text("unit")[row])
    if unit is None or unit == own_unit:
        return quantity
    teu = 2.0 * quantity if unit == "feu" else quantity
    if own_unit == "teu" and unit == "feu":
        return teu
    column = "t_per_unit" if unit == "t" else "teu_per_unit"
    factor = float(data.commodities.number(column)[row])
    if not factor > 0.0:
        raise click.UsageError(f"{commodity} is counted in {own_unit} and gives no {column}; use --unit {own_unit}.")
    return teu / factor


def _question(data: Dataset, route: Route, year: int | None) -> str:
    """Return what was asked for, as one line above the routes."""
    from optimizer.report.document import short_number
    from optimizer.report.routes import node_name

    row = data.commodities.row_of[route.commodity]
    unit = data.commodities.text("unit")[row]
    in_year = data.base_year if year is None else year
    return (
        f"{node_name(data, route.origin)} → {node_name(data, route.destination)}, {short_number(route.quantity)} "
        f"{'TEU' if unit == 'teu' else 't'} of {route.commodity}, {in_year}, terminal to terminal"
    )
