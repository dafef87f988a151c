"""Routes as a forwarder reads them: leg by leg, with borders, gauge changes and waiting in sight."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from optimizer.language import (
    NO_NUMBER,
    _,
    as_written,
    date_text,
    language,
    mode_text,
    moment_text,
    name_text,
    short_moment_text,
)
from optimizer.report.document import Column, Document, Table, columns, number, percent
from optimizer.report.sheets import csv_text
from optimizer.route import LEG_ROW_COLUMNS, Leg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from network.model import Dataset
    from optimizer.route import Route, TransferLeg

CSV_COLUMNS = ("route", "leg", *LEG_ROW_COLUMNS)


def route_document(data: Dataset, routes: Sequence[Route]) -> Document:
    """Return a heading and a table of legs for every route."""
    document: Document = []
    for at, route in enumerate(routes, start=1):
        which = _("Route {at} of {n}").format(at=at, n=len(routes))
        document.append(f"{which} · {headline(data, route)}")
        document.append(_leg_table(data, route))
    return document


def headline(data: Dataset, route: Route) -> str:
    """Return corridor, days, money, CO2, kilometers and how sure the money is in one line."""
    time, money = _("{days} days"), _("{usd} USD")
    p90 = weak = ""
    if route.time_p90_h is not None:
        time, p90 = _("{days} days ({p90} in 9 of 10 cases)"), days(route.time_p90_h)
    if route.weak_share is not None:
        money, weak = _("{usd} USD ({percent} of it grade D)"), percent(route.weak_share)
    parts = [
        corridor_name(data, route.corridor),
        time.format(days=days(route.time_h), p90=p90),
        money.format(usd=number(route.cost_usd), percent=weak),
        _("{kg} kg CO2e").format(kg=number(route.co2_kg)),
        _("{km} km").format(km=number(route.length_km)),
        "" if route.arrive is None else _("arrives {moment}").format(moment=moment(route.arrive)),
    ]
    return " · ".join(part for part in parts if part)


def week_later(route: Route, later: Route) -> str:
    """Return in one line what changes for the best route if the shipment leaves a week later."""
    more_days, more_usd = (later.time_h - route.time_h) / 24, later.cost_usd - route.cost_usd
    leaving = _("Leaving a week later")
    if later.depart is not None:
        leaving = _("Leaving a week later ({date})").format(date=_date(later.depart))
    parts = [
        "" if later.arrive is None else _("arrives {moment}").format(moment=moment(later.arrive)),
        _("{days} days ({more})").format(days=days(later.time_h), more=as_written(f"{more_days:+.1f}")),
        _("{usd} USD ({more})").format(usd=number(later.cost_usd), more=as_written(f"{more_usd:+,.0f}")),
        _("by the same way") if _links(later) == _links(route) else _("by another way"),
    ]
    return f"{leaving}: {', '.join(part for part in parts if part)}"


def moment(at: datetime) -> str:
    """Return date and time to the minute, in English as ISO 8601 has them."""
    return at.isoformat(sep=" ", timespec="minutes") if language() == "en" else moment_text(at)


def _date(at: datetime) -> str:
    """Return the date, in English as ISO 8601 has it."""
    return at.date().isoformat() if language() == "en" else date_text(at)


def _links(route: Route) -> list[str]:
    """Return the ids of the links of a route."""
    return [leg.link_id for leg in route.legs if isinstance(leg, Leg)]


def corridor_name(data: Dataset, corridor: str) -> str:
    """Return the name of a corridor, its id where the data gives no name, empty for none."""
    table = data.network.corridors
    row = table.row_of.get(corridor)
    return corridor if row is None else name_text(table, row) or corridor


def node_name(data: Dataset, node_id: str) -> str:
    """Return the name of a node."""
    nodes = data.network.nodes
    return name_text(nodes, nodes.row_of[node_id]) or node_id


def commodity_name(data: Dataset, commodity: str) -> str:
    """Return the name of a commodity, its id where the data has no name or no such commodity."""
    table = data.commodities
    row = table.row_of.get(commodity)
    return commodity if row is None else name_text(table, row) or commodity


def goods_text(data: Dataset, commodity: str) -> str:
    """Return what tables call a commodity: its id in English, where it is a word, and its name elsewhere."""
    return commodity if language() == "en" else commodity_name(data, commodity)


def route_csv(routes: Sequence[Route]) -> str:
    """Return one row per leg, with the number of its route."""
    return csv_text(CSV_COLUMNS, leg_rows(routes))


def leg_rows(routes: Sequence[Route]) -> list[tuple[object, ...]]:
    """Return one row per leg, with the values of `CSV_COLUMNS`."""
    return [
        (at, step, *leg.to_row())
        for at, route in enumerate(routes, start=1)
        for step, leg in enumerate(route.legs, start=1)
    ]


def _leg_table(data: Dataset, route: Route) -> Table:
    """Return the table of a route's legs and its total in days."""
    rows = [_link_row(data, leg) if isinstance(leg, Leg) else _transfer_row(data, leg) for leg in route.legs]
    set_as = _leg_columns(has_arrival=route.depart is not None)
    if route.depart is not None:
        hours = accumulate(leg.time_h for leg in route.legs)
        rows = [(*row, _arrival(route.depart, at_h)) for row, at_h in zip(rows, hours, strict=True)]
    links = [leg for leg in route.legs if isinstance(leg, Leg)]
    transfer_h = sum(leg.time_h for leg in route.legs) - sum(leg.time_h for leg in links)
    moving_h, border_h = sum(leg.moving_h for leg in links), sum(leg.border_h for leg in links)
    waiting_h = sum(leg.waiting_h for leg in links) + transfer_h
    total: tuple[str, ...] = (
        _("total"),
        _("{days} days = {moving} moving + {waiting} waiting + {border} borders").format(
            days=days(route.time_h), moving=days(moving_h), waiting=days(waiting_h), border=days(border_h)
        ),
        number(route.length_km),
        number(moving_h, 1),
        number(waiting_h, 1),
        number(border_h, 1),
        number(route.cost_usd),
        number(route.co2_kg),
    )
    total += ("" if route.arrive is None else short_moment_text(route.arrive),) * (len(set_as) - len(total))
    return Table(set_as, (*rows, total), has_total=True)


def _leg_columns(*, has_arrival: bool) -> tuple[Column, ...]:
    """Return the columns of a table of legs."""
    return columns(
        _("Mode"),
        _("From – to"),
        ">" + _("km"),
        ">" + _("Move h"),
        ">" + _("Wait h"),
        ">" + _("Border h"),
        ">" + _("USD"),
        ">" + _("kg CO2e"),
        *([">" + _("Arrives")] if has_arrival else []),
    )


def _arrival(depart: datetime, at_h: float) -> str:
    """Return when a leg ends, some hours after the departure; a dash beyond what a date can hold."""
    try:
        return short_moment_text(depart + timedelta(hours=at_h))
    except OverflowError:
        return NO_NUMBER


def days(hours: float) -> str:
    """Return hours as days with one decimal."""
    return as_written(f"{hours / 24:.1f}")


def _link_row(data: Dataset, leg: Leg) -> tuple[str, ...]:
    """Return the cells of a link, its border crossing marked."""
    network = data.network
    countries, row_of = network.nodes.text("country"), network.nodes.row_of
    start, end = countries[row_of[leg.from_node]], countries[row_of[leg.to_node]]
    border = "  " + _("[border {start}→{end}]").format(start=start, end=end) if start != end else ""
    gauge = network.links.number("gauge_mm")[network.links.row_of[leg.link_id]]
    return (
        mode_text(f"rail {gauge:.0f}" if leg.mode == "rail" and gauge == gauge else leg.mode),
        f"{node_name(data, leg.from_node)} → {node_name(data, leg.to_node)}{border}",
        number(leg.length_km),
        number(leg.moving_h, 1),
        number(leg.waiting_h, 1) if leg.waiting_h else "",
        number(leg.border_h, 1) if leg.border_h else "",
        number(leg.cost_usd),
        number(leg.co2_kg),
    )


def _transfer_row(data: Dataset, leg: TransferLeg) -> tuple[str, ...]:
    """Return the cells of a transfer; one between two gauges is called a gauge change."""
    is_gauge = leg.from_mode.startswith("rail") and leg.to_mode.startswith("rail")
    name = f"{node_name(data, leg.node_id)}: {mode_text(leg.from_mode)} → {mode_text(leg.to_mode)}"
    return (
        _("gauge change") if is_gauge else _("transfer"),
        name,
        "",
        "",
        number(leg.time_h, 1),
        "",
        number(leg.cost_usd),
        number(leg.co2_kg),
    )
