"""A curve as an analyst reads it: what the next unit is worth, up to where, and what all of them save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.curves import POINT_COLUMNS
from optimizer.language import NO_NUMBER, _, language, mode_text, name_text, noted, unit_text
from optimizer.listing import values_of
from optimizer.phrases import begun, per_period
from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.routes import node_name
from optimizer.report.sheets import csv_text
from optimizer.resource_names import resolve_resource
from optimizer.selecting import ALL

if TYPE_CHECKING:
    from network.model import Dataset
    from optimizer.curves import Curve, CurvePoint
    from optimizer.resource_names import ResourceName

CAVEAT = noted("All else stays as it is: a capacity elsewhere that binds first is not raised with it.")
ALL_ELSE = noted("All else stays as it is.")
SAVED = noted(
    "What is saved or added is told of what is minimized: money, and the value of time where hours count.\n"
    "Cost is the money of one plan that is best there; it may fall by another amount, or rise where time is bought."
)
NEAR_0 = noted(
    "At 0 the curve means a capacity as near to 0 as may be.\n"
    "A capacity of 0 in the data also closes the way for goods that take none of it, and may cost more."
)


def curve_document(data: Dataset, curve: Curve) -> Document:
    """Return a heading, what holds at present and beyond, and the table of breakpoints."""
    sentences = [_present_sentence(curve), _end_sentence(curve), _range_sentence(curve)]
    document: Document = [_("{title} · plan of {year}").format(title=_title(data, curve), year=curve.year)]
    if any(sentences):
        document.append(" ".join(sentence for sentence in sentences if sentence))
    document += [_point_table(curve), _(SAVED)]
    if curve.kind == "capacity" and curve.points[0].at <= curve.background:
        document.append(_(NEAR_0))
    return [*document, _(CAVEAT if curve.kind == "capacity" else ALL_ELSE)]


def curve_csv(curve: Curve) -> str:
    """Return one row per point, with the attributes of `CurvePoint` as columns."""
    return csv_text(POINT_COLUMNS, [values_of(point, POINT_COLUMNS) for point in curve.points])


def curve_title(data: Dataset, curve: Curve) -> str:
    """Return what the curve is about in words: the name of a capacity, or the conditions of a selection."""
    if curve.kind != "capacity":
        if curve.name == ALL:
            return _("Costs of all links") if curve.kind == "cost" else _("Volumes of all demands")
        title = _("Costs of links with {name}") if curve.kind == "cost" else _("Volumes of demands with {name}")
        return title.format(name=curve.name)
    named = resolve_resource(data.network, curve.name)
    if named.kind == "shared":
        table = data.network.shared_capacities
        return name_text(table, named.row) or named.id
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
    if curve.kind != "capacity":
        return title
    told = _("{title} ({id}), capacity in {unit}")
    return told.format(title=title, id=curve.name, unit=per_period(curve.unit))


def _passage_title(data: Dataset, named: ResourceName) -> str:
    """Return both ends of a link with its mode, or the node of a transfer with its modes."""
    if named.kind == "link":
        links = data.network.links
        start, end = (node_name(data, str(links.text(name)[named.row])) for name in ("from_node", "to_node"))
        if named.direction == "<":
            start, end = end, start
        mode = begun(mode_text(str(links.text("mode")[named.row])))
        return f"{mode} {start} {'→' if named.direction else '–'} {end}"
    transfers = data.network.transfers
    first, second = (mode_text(str(transfers.text(name)[named.row])) for name in ("from_mode", "to_mode"))
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
        told = _("At present one percent of volume more adds {usd} USD a year.")
        if curve.kind == "cost":
            told = _("At present one percent of cost more adds {usd} USD a year.")
        return told.format(usd=short_number(price))
    of = {"present": short_number(curve.present), "unit": per_period(curve.unit)}
    if price <= 0.0:
        lost = point.price_left_usd_per_unit
        told = _("At present {used} of {present} {unit} are used, and more capacity saves nothing.")
        if lost:
            told = _(
                "At present {used} of {present} {unit} are used, and more capacity saves nothing; one less costs {usd} "
                "USD a year."
            )
        return told.format(used=short_number(point.used), usd=short_number(lost or 0.0), **of)
    told = _("At present, with {present} {unit}, each one more saves {usd} USD a year, up to {until}.")
    return told.format(usd=short_number(price), until=short_number(until), **of)


def _sentence_of_less(curve: Curve, point: CurvePoint) -> str:
    """Return what a unit less saves or costs where the curve ends at the present place."""
    price = price_of(curve, point.price_left_usd_per_unit)
    if price is None:
        return ""
    if curve.kind == "capacity":
        told = _("At present, with {present} {unit}, a unit less costs {usd} USD a year.")
    elif curve.kind == "cost":
        told = _("At present one percent of cost less saves {usd} USD a year.")
    else:
        told = _("At present one percent of volume less saves {usd} USD a year.")
    return told.format(present=short_number(curve.present), unit=per_period(curve.unit), usd=short_number(price))


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
        told = _("From {capacity} {unit} on more is worth nothing.")
        return told.format(capacity=short_number(last.at), unit=per_period(curve.unit))
    saved = curve.points[present].objective_usd - last.objective_usd
    told = _(
        "From {capacity} {unit} on more is worth nothing; so much saves {usd} m USD a year of what is minimized "
        "against today."
    )
    return told.format(capacity=short_number(last.at), unit=per_period(curve.unit), usd=number(saved / 1e6, 1))


def _range_sentence(curve: Curve) -> str:
    """Return where the curve begins late or ends early, as demands that must be carried cannot be."""
    first, last = curve.points[0].at, curve.points[-1].at
    if first > curve.low:
        told = _("Below {capacity} {unit} demands that must be carried cannot be.")
        return told.format(capacity=short_number(first), unit=per_period(curve.unit))
    if last < curve.high:
        told = _("Above {n} times the volumes demands that must be carried cannot be.")
        return told.format(n=short_number(last))
    return ""


def _point_table(curve: Curve) -> Table:
    """Return the breakpoints with what the stretch behind each of them is worth."""
    present = _index_of_present(curve)
    reference = curve.points[0 if present is None else present].objective_usd
    sign = -1.0 if curve.kind == "capacity" else 1.0
    rows = tuple(
        (
            _place(curve, point.at),
            short_number(point.used),
            number(point.cost_usd / 1e6, 1),
            number(round(sign * (point.objective_usd - reference) / 1e6, 1) + 0.0, 1),
            NO_NUMBER
            if (price := price_of(curve, point.price_right_usd_per_unit)) is None
            else short_number(0.0 if abs(price) < 1e-9 else price),
            _("today") if at == present else "",
        )
        for at, point in enumerate(curve.points)
    )
    return Table(columns(*_headers(curve, has_present=present is not None)), rows, title=_("Where the price changes"))


def _headers(curve: Curve, *, has_present: bool) -> tuple[str, ...]:
    """Return the headers of the table of breakpoints."""
    if curve.kind == "capacity":
        place, used = per_period(curve.unit), _("Used")
        against = _("m USD saved against today") if has_present else _("m USD saved against the first row")
        worth = _("From here on one more {unit} saves USD").format(unit=per_period(curve.unit, 1.0))
    else:
        used_unit = curve.used_unit.replace("/", " a ") if language() == "en" else unit_text(curve.used_unit)
        place, used = _("Times"), _("Used {unit}").format(unit=used_unit)
        against = _("m USD more against today") if has_present else _("m USD more against the first row")
        worth = _("From here on one more percent adds USD")
    return f">{place}", f">{used}", ">" + _("Cost m USD"), f">{against}", f">{worth}", ""


def _place(curve: Curve, at: float) -> str:
    """Return a capacity with the digits that tell it from its neighbors."""
    if curve.kind != "capacity":
        return number(at, 4)
    return number(at) if abs(at) >= 1000 else number(at, 2)


def _index_of_present(curve: Curve) -> int | None:
    """Return which point is the present place, None where the curve does not hold it."""
    return next((at for at, point in enumerate(curve.points) if point.at == curve.present), None)
