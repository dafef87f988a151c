"""Routes as a forwarder reads them: leg by leg, with borders, gauge changes and waiting in sight."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from optimizer.report.document import Column, Document, Table, columns, number
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from network.model import Dataset
    from optimizer.route import Route, TransferLeg

LEG_COLUMNS = columns("Mode", "From – to", ">km", ">Move h", ">Wait h", ">Border h", ">USD", ">kg CO2e")
ARRIVAL_COLUMN = columns(">Arrives")
CSV_COLUMNS = (
    "route",
    "leg",
    "kind",
    "link_id",
    "mode",
    "from_node",
    "to_node",
    "from_mode",
    "to_mode",
    "length_km",
    "time_h",
    "moving_h",
    "waiting_h",
    "border_h",
    "cost_usd",
    "co2_kg",
)


def route_document(data: Dataset, routes: Sequence[Route]) -> Document:
    """Return a heading and a table of legs for every route."""
    document: Document = []
    for at, route in enumerate(routes, start=1):
        document.append(f"Route {at} of {len(routes)} · {headline(data, route)}")
        document.append(_leg_table(data, route))
    return document


def headline(data: Dataset, route: Route) -> str:
    """Return corridor, days, money, CO2, kilometers and how sure the money is in one line."""
    p90 = "" if route.time_p90_h is None else f" ({days(route.time_p90_h)} in 9 of 10 cases)"
    weak = "" if route.weak_share is None else f" ({100 * route.weak_share:.0f} % of it grade D)"
    parts = [
        corridor_name(data, route.corridor),
        f"{days(route.time_h)} days{p90}",
        f"{number(route.cost_usd)} USD{weak}",
        f"{number(route.co2_kg)} kg CO2e",
        f"{number(route.length_km)} km",
        "" if route.arrive is None else f"arrives {moment(route.arrive)}",
    ]
    return " · ".join(part for part in parts if part)


def week_later(route: Route, later: Route) -> str:
    """Return in one line what changes for the best route if the shipment leaves a week later."""
    leaves = "" if later.depart is None else f" ({later.depart.date().isoformat()})"
    arrives = "" if later.arrive is None else f"arrives {moment(later.arrive)}, "
    way = "the same way" if _links(later) == _links(route) else "another way"
    more_days, more_usd = (later.time_h - route.time_h) / 24, later.cost_usd - route.cost_usd
    return (
        f"Leaving a week later{leaves}: {arrives}{days(later.time_h)} days ({more_days:+.1f}), "
        f"{number(later.cost_usd)} USD ({more_usd:+,.0f}), by {way}"
    )


def moment(at: datetime) -> str:
    """Return date and time to the minute."""
    return at.isoformat(sep=" ", timespec="minutes")


def _links(route: Route) -> list[str]:
    """Return the ids of the links of a route."""
    return [leg.link_id for leg in route.legs if isinstance(leg, Leg)]


def corridor_name(data: Dataset, corridor: str) -> str:
    """Return the name of a corridor, its id where the data gives no name, empty for none."""
    table = data.network.corridors
    row = table.row_of.get(corridor)
    return corridor if row is None else str(table.text("name")[row]) or corridor


def node_name(data: Dataset, node_id: str) -> str:
    """Return the name of a node."""
    nodes = data.network.nodes
    return str(nodes.text("name")[nodes.row_of[node_id]]) or node_id


def route_csv(routes: Sequence[Route]) -> str:
    """Return one row per leg, with the number of its route."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for at, route in enumerate(routes, start=1):
        for step, leg in enumerate(route.legs, start=1):
            cells = leg.to_mapping()
            is_transfer = cells.pop("transfer", False)
            if is_transfer:
                cells["from_node"] = cells["to_node"] = cells.pop("node_id")
            writer.writerow({"route": at, "leg": step, "kind": "transfer" if is_transfer else "link", **cells})
    return stream.getvalue()


def _leg_table(data: Dataset, route: Route) -> Table:
    """Return the table of a route's legs and its total in days."""
    rows = [_link_row(data, leg) if isinstance(leg, Leg) else _transfer_row(data, leg) for leg in route.legs]
    set_as: tuple[Column, ...] = LEG_COLUMNS
    if route.depart is not None:
        set_as = LEG_COLUMNS + ARRIVAL_COLUMN
        hours = accumulate(leg.time_h for leg in route.legs)
        rows = [(*row, _arrival(route.depart, at_h)) for row, at_h in zip(rows, hours, strict=True)]
    links = [leg for leg in route.legs if isinstance(leg, Leg)]
    transfer_h = sum(leg.time_h for leg in route.legs) - sum(leg.time_h for leg in links)
    moving_h, border_h = sum(leg.moving_h for leg in links), sum(leg.border_h for leg in links)
    waiting_h = sum(leg.waiting_h for leg in links) + transfer_h
    total: tuple[str, ...] = (
        "total",
        f"{days(route.time_h)} days = {days(moving_h)} moving + {days(waiting_h)} waiting + {days(border_h)} borders",
        number(route.length_km),
        number(moving_h, 1),
        number(waiting_h, 1),
        number(border_h, 1),
        number(route.cost_usd),
        number(route.co2_kg),
    )
    total += ("" if route.arrive is None else f"{route.arrive:%d %b %H:%M}",) * (len(set_as) - len(total))
    return Table(set_as, (*rows, total), has_total=True)


def _arrival(depart: datetime, at_h: float) -> str:
    """Return when a leg ends, some hours after the departure; a dash beyond what a date can hold."""
    try:
        return f"{depart + timedelta(hours=at_h):%d %b %H:%M}"
    except OverflowError:
        return "–"


def days(hours: float) -> str:
    """Return hours as days with one decimal."""
    return f"{hours / 24:.1f}"


def _link_row(data: Dataset, leg: Leg) -> tuple[str, ...]:
    """Return the cells of a link, its border crossing marked."""
    network = data.network
    countries, row_of = network.nodes.text("country"), network.nodes.row_of
    start, end = countries[row_of[leg.from_node]], countries[row_of[leg.to_node]]
    border = f"  [border {start}→{end}]" if start != end else ""
    gauge = network.links.number("gauge_mm")[network.links.row_of[leg.link_id]]
    return (
        f"rail {gauge:.0f}" if leg.mode == "rail" and gauge == gauge else leg.mode,
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
    name = f"{node_name(data, leg.node_id)}: {leg.from_mode} → {leg.to_mode}"
    return (
        "gauge change" if is_gauge else "transfer",
        name,
        "",
        "",
        number(leg.time_h, 1),
        "",
        number(leg.cost_usd),
        number(leg.co2_kg),
    )
