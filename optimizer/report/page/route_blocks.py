"""Sections on routes: side by side by money, time and CO2e, the choices between them, and leg by leg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language import _, as_written, mode_text, name_text, number_text, percent_text
from optimizer.plots import front, route_bars
from optimizer.report.page.blocks import Grid, GridColumn, Paragraph, Section, figure, words
from optimizer.report.page.pairs import chart_block
from optimizer.report.routes import corridor_name, node_name
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.report.page.blocks import Block, Cell
    from optimizer.report.page.subject import Relation, Subject
    from optimizer.route import Route, TransferLeg

    Cells = tuple[Cell, ...]

MOST_LEG_TABLES = 6
"""Routes that are told leg by leg; the others are in the comparison."""
MOST_LEGS = 100
"""Legs of a route that are shown at first."""


def route_section(subject: Subject) -> Section | None:
    """Return the routes of every relation; None where none was looked for."""
    blocks: list[Block] = []
    for at, relation in enumerate(subject.relations):
        blocks += _relation(relation, f"relation-{at}", is_folded=bool(subject.views))
    return Section("routes", _("Routes"), tuple(blocks)) if blocks else None


def _relation(relation: Relation, prefix: str, *, is_folded: bool) -> Iterator[Block]:
    """Yield the heading, charts and tables of a relation; legs beyond those of the best route are folded, or all."""
    yield Paragraph(_heading(relation))
    labels = [f"{at}. {name}" for at, name in enumerate(_names(relation), start=1)]
    yield chart_block(route_bars(relation.data, relation.routes, labels), f"{prefix}-bars")
    yield _route_grid(relation, prefix)
    if relation.comparison is not None:
        yield from _why_not(relation, prefix)
    if len(relation.front) > 1:
        yield chart_block(front(relation.data, relation.front), f"{prefix}-front", note=_how_to_read_front())
    for at, route in enumerate(relation.routes[:MOST_LEG_TABLES], start=1):
        yield _leg_grid(relation, route, at, prefix, is_folded=at > 1 or is_folded)


def _heading(relation: Relation) -> str:
    """Return what was looked for."""
    data, commodities = relation.data, relation.data.commodities
    row = commodities.row_of[relation.commodity]
    unit = {"teu": _("TEU"), "t": _("t")}[str(commodities.text("unit")[row])]
    values = {
        "origin": node_name(data, relation.origin),
        "destination": node_name(data, relation.destination),
        "quantity": as_written(f"{relation.quantity:,.6g}"),
        "unit": unit,
        "commodity": name_text(commodities, row) or relation.commodity,
    }
    text = _("{origin} – {destination}: {quantity} {unit}, {commodity}, terminal to terminal.").format(**values)
    if relation.where:
        text = f"{text} {_('Looked for in: {where}.').format(where=relation.where)}"
    return f"{text} {_('Routes know no volumes: capacities, other than closures, hold plans alone.')}"


def _names(relation: Relation) -> list[str]:
    """Return what tells the routes from each other: corridors, or modes where there is none."""
    return [
        corridor_name(relation.data, route.corridor) or " + ".join(mode_text(mode) for mode in route.modes)
        for route in relation.routes
    ]


def _route_grid(relation: Relation, prefix: str) -> Grid:
    """Return the routes side by side."""
    columns = (
        GridColumn(_("Route")),
        GridColumn(_("Modes")),
        GridColumn(_("USD"), is_number=True),
        GridColumn(_("Days"), is_number=True),
        GridColumn(_("kg CO2e"), is_number=True),
        GridColumn(_("km"), is_number=True),
        GridColumn(_("Weak, %"), is_number=True),
    )
    rows = tuple(
        (
            words(f"{at}. {name}"),
            words(", ".join(mode_text(mode) for mode in route.modes)),
            figure(route.cost_usd),
            figure(route.time_h, 1, 24.0),
            figure(route.co2_kg),
            figure(route.length_km),
            figure(None if route.weak_share is None else 100.0 * route.weak_share),
        )
        for at, (name, route) in enumerate(zip(_names(relation), relation.routes, strict=True), start=1)
    )
    note = _("Weak: the part of the money that rests on engineering estimates (grade D) or on numbers without a grade.")
    return Grid(f"{prefix}-routes", _("Routes side by side"), columns, rows, note=note)


def _why_not(relation: Relation, prefix: str) -> Iterator[Block]:
    """Yield what keeps the other ways from being the best one."""
    assert relation.comparison is not None
    columns = (
        GridColumn(_("Way")),
        GridColumn(_("Cheaper by, USD, to tie"), is_number=True),
        GridColumn(_("or faster by, hours"), is_number=True),
    )
    rows = []
    for way in relation.comparison.rows:
        if way.route is None or way.is_best or way.same_as or way.why_not is None:
            continue
        name = corridor_name(relation.data, way.id) if way.kind == "corridor" else mode_text(way.id)
        rows.append((words(name), figure(way.why_not.must_drop_usd), figure(way.why_not.must_drop_h)))
    if rows:
        note = _("A dash: not by this alone.")
        yield Grid(f"{prefix}-why", _("What the other ways lack"), columns, tuple(rows), note=note)


def _how_to_read_front() -> str:
    """Return what the points of the front are."""
    return _("Each point is a route that no other beats in money, time and CO2e at once.")


def _leg_grid(relation: Relation, route: Route, number: int, prefix: str, *, is_folded: bool) -> Grid:
    """Return a route leg by leg."""
    columns = (
        GridColumn(_("Mode")),
        GridColumn(_("From – to")),
        GridColumn(_("km"), is_number=True),
        GridColumn(_("Moving, h"), is_number=True),
        GridColumn(_("Waiting, h"), is_number=True),
        GridColumn(_("Border, h"), is_number=True),
        GridColumn(_("USD"), is_number=True),
        GridColumn(_("kg CO2e"), is_number=True),
    )
    rows = tuple(
        _link_cells(relation, leg) if isinstance(leg, Leg) else _transfer_cells(relation, leg) for leg in route.legs
    )
    links = [leg for leg in route.legs if isinstance(leg, Leg)]
    moving, border = sum(leg.moving_h for leg in links), sum(leg.border_h for leg in links)
    total = (
        words(_("total")),
        words(_("{days} days").format(days=number_text(route.time_h / 24.0, 1))),
        figure(route.length_km),
        figure(moving, 1),
        figure(route.time_h - moving - border, 1),
        figure(border, 1),
        figure(route.cost_usd),
        figure(route.co2_kg),
    )
    title = _("Route {n} leg by leg: {name}").format(n=number, name=_names(relation)[number - 1])
    note = (
        ""
        if route.weak_share is None
        else _("{percent} of the money rests on grade D.").format(percent=percent_text(route.weak_share))
    )
    return Grid(f"{prefix}-legs-{number}", title, columns, rows, total, note, most=MOST_LEGS, is_folded=is_folded)


def _link_cells(relation: Relation, leg: Leg) -> Cells:
    """Return the cells of a link."""
    ends = " → ".join(node_name(relation.data, node) for node in (leg.from_node, leg.to_node))
    return (
        words(mode_text(leg.mode)),
        words(ends, leg.link_id),
        figure(leg.length_km),
        figure(leg.moving_h, 1),
        figure(leg.waiting_h or None, 1),
        figure(leg.border_h or None, 1),
        figure(leg.cost_usd),
        figure(leg.co2_kg),
    )


def _transfer_cells(relation: Relation, leg: TransferLeg) -> Cells:
    """Return the cells of a transfer."""
    is_gauge = leg.from_mode.startswith("rail") and leg.to_mode.startswith("rail")
    modes = f"{mode_text(leg.from_mode)} → {mode_text(leg.to_mode)}"
    return (
        words(_("gauge change") if is_gauge else _("transfer")),
        words(f"{node_name(relation.data, leg.node_id)}: {modes}"),
        figure(None),
        figure(None),
        figure(leg.time_h, 1),
        figure(None),
        figure(leg.cost_usd),
        figure(leg.co2_kg),
    )
