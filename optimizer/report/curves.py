"""A curve as an analyst reads it: what the next unit is worth, up to where, and what all of them save."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from typing import TYPE_CHECKING

from optimizer.curves import CurvePoint
from optimizer.phrases import per_period
from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.routes import node_name
from optimizer.resource_names import resolve_resource
from optimizer.selecting import ALL

if TYPE_CHECKING:
    from network.model import Dataset
    from optimizer.curves import Curve
    from optimizer.resource_names import ResourceName

CAVEAT = "All else stays as it is: a capacity elsewhere that binds first is not raised with it."
SAVED = (
    "What is saved or added is told of what is minimized: money, and the value of time where hours count.\n"
    "Cost is the money of one plan that is best there; it may fall by another amount, or rise where time is bought."
)
NEAR_0 = (
    "At 0 the curve means a capacity as near to 0 as may be.\n"
    "A capacity of 0 in the data also closes the way for goods that take none of it, and may cost more."
)


def curve_document(data: Dataset, curve: Curve) -> Document:
    """Return a heading, what holds at present and beyond, and the table of breakpoints."""
    sentences = [_present_sentence(curve), _end_sentence(curve), _range_sentence(curve)]
    document: Document = [f"{_title(data, curve)} · plan of {curve.year}"]
    if any(sentences):
        document.append(" ".join(sentence for sentence in sentences if sentence))
    document += [_point_table(curve), SAVED]
    if curve.kind == "capacity" and curve.points[0].at <= curve.background:
        document.append(NEAR_0)
    return [*document, CAVEAT if curve.kind == "capacity" else "All else stays as it is."]


def curve_csv(curve: Curve) -> str:
    """Return one row per point, with the attributes of `CurvePoint` as columns."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [field.name for field in fields(CurvePoint)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(point.to_mapping() for point in curve.points)
    return stream.getvalue()


def curve_title(data: Dataset, curve: Curve) -> str:
    """Return what the curve is about in words: the name of a capacity, or the conditions of a selection."""
    if curve.kind != "capacity":
        what, which = ("Costs of", "links") if curve.kind == "cost" else ("Volumes of", "demands")
        return f"{what} all {which}" if curve.name == ALL else f"{what} {which} with {curve.name}"
    named = resolve_resource(data.network, curve.name)
    if named.kind == "shared":
        table = data.network.shared_capacities
        return str(table.text("name")[named.row]) or named.id
    return _passage_title(data, named)


def per_unit(curve: Curve) -> str:
    """Return the unit that prices are for: one ``teu/year`` more, or one percent more."""
    return curve.unit if curve.kind == "capacity" else "percent"


def price_of(curve: Curve, price: float | None) -> float | None:
    """Return a price per unit of `per_unit`."""
    return None if price is None else price if curve.kind == "capacity" else price / 100.0


def _title(data: Dataset, curve: Curve) -> str:
    """Return the heading: in words, with the id of a capacity behind it."""
    title = curve_title(data, curve)
    return title if curve.kind != "capacity" else f"{title} ({curve.name}), capacity in {per_period(curve.unit)}"


def _passage_title(data: Dataset, named: ResourceName) -> str:
    """Return both ends of a link with its mode, or the node of a transfer with its modes."""
    if named.kind == "link":
        links = data.network.links
        start, end = (node_name(data, str(links.text(name)[named.row])) for name in ("from_node", "to_node"))
        if named.direction == "<":
            start, end = end, start
        return f"{str(links.text('mode')[named.row]).capitalize()} {start} {'→' if named.direction else '–'} {end}"
    transfers = data.network.transfers
    first, second = (str(transfers.text(name)[named.row]) for name in ("from_mode", "to_mode"))
    if named.direction == "<":
        first, second = second, first
    node = node_name(data, str(transfers.text("node_id")[named.row]))
    return f"{node}, {first} {'→' if named.direction else '–'} {second}"


def _present_sentence(curve: Curve) -> str:
    """Return what one more unit is worth at present, and up to where."""
    at = _index_of_present(curve)
    if at is None:
        return ""
    point = curve.points[at]
    if at == len(curve.points) - 1:
        return _sentence_of_less(curve, point)
    until = next(
        (
            place.at
            for place in curve.points[at + 1 :]
            if place.price_right_usd_per_unit is None
            or place.price_right_usd_per_unit != point.price_right_usd_per_unit
        ),
        curve.points[-1].at,
    )
    price = price_of(curve, point.price_right_usd_per_unit)
    assert price is not None
    if curve.kind != "capacity":
        where = "of cost" if curve.kind == "cost" else "of volume"
        return f"At present one percent {where} more adds {short_number(price)} USD a year."
    if price <= 0.0:
        lost = point.price_left_usd_per_unit
        less = f"; one less costs {short_number(lost)} USD a year" if lost else ""
        used = f"{short_number(point.used)} of {short_number(curve.present)} {per_period(curve.unit)}"
        return f"At present {used} are used, and more capacity saves nothing{less}."
    return (
        f"At present, with {short_number(curve.present)} {per_period(curve.unit)}, each one more saves "
        f"{short_number(price)} USD a year, up to {short_number(until)}."
    )


def _sentence_of_less(curve: Curve, point: CurvePoint) -> str:
    """Return what a unit less saves or costs where the curve ends at the present place."""
    price = price_of(curve, point.price_left_usd_per_unit)
    if price is None:
        return ""
    if curve.kind == "capacity":
        return (
            f"At present, with {short_number(curve.present)} {per_period(curve.unit)}, a unit less costs "
            f"{short_number(price)} USD a year."
        )
    where = "of cost" if curve.kind == "cost" else "of volume"
    return f"At present one percent {where} less saves {short_number(price)} USD a year."


def _end_sentence(curve: Curve) -> str:
    """Return from where on more is worth nothing, and what all of it saves against today."""
    if curve.kind != "capacity":
        return ""
    useful = [point for point in curve.points if point.price_left_usd_per_unit]
    present = _index_of_present(curve)
    if not useful or curve.points[-1].price_left_usd_per_unit != 0.0:
        return ""
    last = useful[-1]
    if present is not None and last.at == curve.present:
        return ""
    if present is None or last.at < curve.present:
        return f"From {short_number(last.at)} {per_period(curve.unit)} on more is worth nothing."
    saved = curve.points[present].objective_usd - last.objective_usd
    return (
        f"From {short_number(last.at)} {per_period(curve.unit)} on more is worth nothing; so much saves "
        f"{number(saved / 1e6, 1)} m USD a year of what is minimized against today."
    )


def _range_sentence(curve: Curve) -> str:
    """Return where the curve begins late or ends early, as demands that must be carried cannot be."""
    first, last = curve.points[0].at, curve.points[-1].at
    if first > curve.low:
        return f"Below {short_number(first)} {per_period(curve.unit)} demands that must be carried cannot be."
    if last < curve.high:
        return f"Above {short_number(last)} times the volumes demands that must be carried cannot be."
    return ""


def _point_table(curve: Curve) -> Table:
    """Return the breakpoints with what the stretch behind each of them is worth."""
    present = _index_of_present(curve)
    reference = curve.points[0 if present is None else present].objective_usd
    sign = -1.0 if curve.kind == "capacity" else 1.0
    unit = per_period(curve.unit, 1.0) if curve.kind == "capacity" else per_unit(curve)
    worth = f">From here on one more {unit} {'saves' if curve.kind == 'capacity' else 'adds'} USD"
    against = "today" if present is not None else "the first row"
    rows = tuple(
        (
            _place(curve, point.at),
            short_number(point.used),
            number(point.cost_usd / 1e6, 1),
            number(round(sign * (point.objective_usd - reference) / 1e6, 1) + 0.0, 1),
            "–"
            if (price := price_of(curve, point.price_right_usd_per_unit)) is None
            else short_number(0.0 if abs(price) < 1e-9 else price),
            "today" if at == present else "",
        )
        for at, point in enumerate(curve.points)
    )
    change = "saved" if curve.kind == "capacity" else "more"
    return Table(
        columns(
            f">{per_period(curve.unit)}" if curve.kind == "capacity" else ">Times",
            f">Used {curve.used_unit.replace('/', ' a ')}" if curve.kind != "capacity" else ">Used",
            ">Cost m USD",
            f">m USD {change} against {against}",
            worth,
            "",
        ),
        rows,
        title="Where the price changes",
    )


def _place(curve: Curve, at: float) -> str:
    """Return a capacity with the digits that tell it from its neighbors."""
    if curve.kind != "capacity":
        return f"{at:,.4f}"
    return number(at) if abs(at) >= 1000 else number(at, 2)


def _index_of_present(curve: Curve) -> int | None:
    """Return which point is the present place, None where the curve does not hold it."""
    return next((at for at, point in enumerate(curve.points) if point.at == curve.present), None)
