"""All corridors and main modes side by side as a forwarder reads them, and what each loser lacks."""

from __future__ import annotations

from collections import Counter
from math import inf
from textwrap import fill
from typing import TYPE_CHECKING

from optimizer.comparison import RECORD_COLUMNS
from optimizer.language import NO_NUMBER, _, mode_text, noted, short_date_text, unit_text
from optimizer.obedience import nodes_passed
from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.routes import corridor_name, days, node_name
from optimizer.report.sheets import csv_text
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.model import Dataset
    from optimizer.comparison import Comparison, Way
    from optimizer.route import Route
    from optimizer.thresholds import Interval, Threshold

GAUGES_AND_WEAK = noted(
    "Gauges: changes of rail gauge. Weak: part of the USD that rests on estimates (grade D) or ungraded numbers."
)
LINE_WIDTH = 108
PLACES_WIDTH = 66
"""Characters for the places of a way; the name of the way takes the rest of a line."""

NAME_WIDTH = 35
"""Characters for the name of a way that is the same as another one, whose own name is never cut."""

MOST_PRICE = 10_000
"""Prices of an hour or a tonne beyond this, in USD, are told in JSON and CSV only: nobody pays them."""


def comparison_document(data: Dataset, comparison: Comparison) -> Document:
    """Return a table of ways, one of the places that tell them apart, and one of what each loser lacks.

    Where the 90th percentile of the time has a price, it has a column; else, on a date, the day of arrival has one. A
    line has no room for both.
    """
    shown = [row for row in comparison.rows if row.route is not None]
    own = [row for row in shown if not row.same_as]
    losers = [row for row in own if not row.is_best]
    header, time_of, meaning = _time_column(comparison)
    document: Document = [
        Table(
            columns(
                _("Way"),
                ">" + _("Days"),
                *header,
                ">" + _("USD"),
                ">" + _("kg CO2e/{unit}").format(unit=unit_text(comparison.unit)),
                ">" + _("Waiting %"),
                ">" + _("Borders"),
                ">" + _("Gauges"),
                ">" + _("Weak %"),
            ),
            tuple(_figures(data, row, time_of) for row in shown),
        ),
        fill(" ".join(filter(None, (_(GAUGES_AND_WEAK), meaning))), LINE_WIDTH),
        Table(columns(_("Way"), _("Main places")), _places(data, own)),
    ]
    if losers and comparison.cost_weight:
        time_value = short_number(comparison.time_value_usd_per_unit_h)
        carbon_price = short_number(comparison.carbon_price_usd_per_t)
        header = (
            _("Best at USD/h (now {price})").format(price=time_value),
            _("Best at USD/t CO2e (now {price})").format(price=carbon_price),
        )
        document += [
            Table(
                columns(_("Why not"), ">" + _("Drop USD"), ">" + _("or hours"), *header),
                tuple(_lack(data, comparison, row) for row in losers),
            ),
            _how_to_read(comparison, losers),
        ]
    elif losers:
        # Without a weight on money nothing has a price in USD.
        document += [
            Table(
                columns(_("Why not"), ">" + _("Drop hours")),
                tuple(
                    (_name(data, row.kind, row.id), number(row.why_not.must_drop_h)) for row in losers if row.why_not
                ),
            ),
            _("Drop: how many hours faster a way must be to tie with the best one. A dash: not by this alone."),
        ]
    return [*document, *_missing(data, comparison)]


def comparison_csv(comparison: Comparison) -> str:
    """Return one row per way, with the columns of `Comparison.records`."""
    return csv_text(RECORD_COLUMNS, [record.values() for record in comparison.records()])


def _name(data: Dataset, kind: str, way: str) -> str:
    """Return the name of a corridor, or the mode."""
    return corridor_name(data, way) if kind == "corridor" else mode_text(way)


def _time_column(comparison: Comparison) -> tuple[tuple[str, ...], Callable[[Route], tuple[str, ...]], str]:
    """Return the header of what is told of the time beside its days, if any, its cells, and what it means."""
    if comparison.p90_price_usd_per_unit_h:
        meaning = _(
            "9 in 10: days within which nine of ten shipments arrive; a dash: no spread is known, and none assumed."
        )
        header = ">" + _("9 in 10")
        return (header,), lambda route: (NO_NUMBER if (p90 := route.time_p90_h) is None else days(p90),), meaning
    if comparison.best.depart is not None:
        header = ">" + _("Arrives")
        return (header,), lambda route: (NO_NUMBER if route.arrive is None else short_date_text(route.arrive),), ""
    return (), lambda route: (), ""


def _figures(data: Dataset, row: Way, time_of: Callable[[Route], tuple[str, ...]]) -> tuple[str, ...]:
    """Return the cells of a way; one with the route of an earlier one shows only which."""
    route, figures = row.route, row.figures
    if route is None or figures is None:
        raise ValueError(f"{row.id} has no route")
    more = time_of(route)
    if row.same_as:
        name = f"{_name(data, row.kind, row.id)} = {_name(data, 'corridor', row.same_as)}"
        return (name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 1]}…", *[""] * (7 + len(more)))
    return (
        _name(data, row.kind, row.id),
        days(route.time_h),
        *more,
        number(route.cost_usd),
        number(route.co2_kg / route.quantity),
        _percent(figures.waiting_share),
        str(figures.n_borders),
        str(figures.n_gauge_changes),
        _percent(route.weak_share),
    )


def _percent(share: float | None) -> str:
    """Return a share in percent."""
    return number(None if share is None else 100.0 * share)


def _places(data: Dataset, rows: list[Way]) -> tuple[tuple[str, str], ...]:
    """Return the names of ways and of the places that tell each from the others."""
    routes = {(row.kind, row.id): row.route for row in rows if row.route is not None}
    n_passing = Counter(node for route in routes.values() for node in set(nodes_passed(route)))
    return tuple(
        (_name(data, *key), _main_places(data, route, n_passing) or _("direct")) for key, route in routes.items()
    )


def _main_places(data: Dataset, route: Route, n_passing: Counter[str]) -> str:
    """Return the places of a route that few other routes pass, in order of travel, as many as fit.

    Places where the mode, the gauge or the country changes come first, as these make a corridor.
    """
    changes = {leg.from_node for leg in route.legs if isinstance(leg, Leg) and _is_crossing(data, leg)}
    changes |= {leg.node_id for leg in route.legs if not isinstance(leg, Leg)}
    between = [node for node in dict.fromkeys(nodes_passed(route)) if node not in (route.origin, route.destination)]
    chosen: set[str] = set()
    width = 0
    for node in sorted(between, key=lambda node: (node not in changes, n_passing[node])):
        width += len(node_name(data, node)) + 3
        if width > PLACES_WIDTH:
            break
        chosen.add(node)
    return " – ".join(node_name(data, node) for node in between if node in chosen)


def _is_crossing(data: Dataset, leg: Leg) -> bool:
    """Say whether the two ends of a link lie in two countries."""
    countries, row_of = data.network.nodes.text("country"), data.network.nodes.row_of
    return bool(countries[row_of[leg.from_node]] != countries[row_of[leg.to_node]])


def _lack(data: Dataset, comparison: Comparison, row: Way) -> tuple[str, ...]:
    """Return the cells that say what a losing way lacks."""
    why_not = row.why_not
    if why_not is None:
        raise ValueError(f"{row.id} has no route")
    return (
        _name(data, row.kind, row.id),
        number(why_not.must_drop_usd),
        number(why_not.must_drop_h),
        _best_at(why_not.best_at_time_values, comparison.time_value_usd_per_unit_h, why_not.beats_best_at_time_value),
        _best_at(why_not.best_at_carbon_prices, comparison.carbon_price_usd_per_t, why_not.beats_best_at_carbon_price),
    )


def _best_at(intervals: tuple[Interval, ...], asked: float, threshold: Threshold | None) -> str:
    """Return the interval of prices nearest to the one asked for, or who is best where this way would be."""
    most = _most_told(asked)
    if not intervals:
        if threshold is None or not _is_met(threshold) or threshold.value > most:
            return _("none")
        best = threshold.best or _("another")
        return _("none ({price}: {best})").format(price=short_number(threshold.value), best=best)
    low, high = min(intervals, key=lambda interval: max(interval[0] - asked, asked - interval[1], 0.0))
    if low > most:
        return _("none below {price}").format(price=short_number(most))
    if high == inf or high > most:
        text = _("from {low} up") if low else _("any")
    else:
        text = _("{low} to {high}") if low else _("up to {high}")
    text = text.format(low=short_number(low), high=short_number(high))
    return text if len(intervals) == 1 else _("{prices}, and elsewhere").format(prices=text)


def _is_met(threshold: Threshold) -> bool:
    """Say whether there are prices beyond a threshold: none is below 0."""
    return threshold.value > 0.0 or threshold.direction == "above"


def _most_told(asked: float) -> float:
    """Return the price beyond which none is told; one that is asked for is never beyond."""
    return MOST_PRICE if asked <= MOST_PRICE else inf


def _how_to_read(comparison: Comparison, losers: list[Way]) -> str:
    """Return what the columns of the last table mean, in as many sentences as it needs."""
    sentences = [
        _(
            "Drop: how much cheaper, or how many hours faster, a way must be to tie with the best one. Best at: prices "
            "of an hour per unit, or of a tonne of CO2e, at which the way wins, all else as asked."
        )
    ]
    lacks = [row.why_not for row in losers if row.why_not is not None]
    if any(lack.must_drop_usd is None or lack.must_drop_h is None for lack in lacks):
        sentences.append(_("A dash: not by this alone."))
    cells = [
        (intervals, threshold, _most_told(asked))
        for lack in lacks
        for intervals, threshold, asked in (
            (lack.best_at_time_values, lack.beats_best_at_time_value, comparison.time_value_usd_per_unit_h),
            (lack.best_at_carbon_prices, lack.beats_best_at_carbon_price, comparison.carbon_price_usd_per_t),
        )
    ]
    levels = [
        (threshold.value, most)
        for intervals, threshold, most in cells
        if threshold and _is_met(threshold) and not intervals
    ]
    if any(value <= most for value, most in levels):
        sentences.append(
            _("In brackets: the price at which the route draws level with the best one, and the id of what wins there.")
        )
    ends = [(end, most) for intervals, _threshold, most in cells for pair in intervals for end in pair if end < inf]
    if any(value > most for value, most in (*levels, *ends)):
        left_out = _("Prices above {price} USD are left out here; JSON and CSV have them.")
        sentences.append(left_out.format(price=number(MOST_PRICE)))
    return fill(" ".join(sentences), LINE_WIDTH, break_on_hyphens=False)


def _missing(data: Dataset, comparison: Comparison) -> list[str]:
    """Return a line for each reason why ways have no route."""
    by_reason: dict[str, list[str]] = {}
    for row in comparison.rows:
        if row.route is None:
            by_reason.setdefault(row.reason, []).append(_name(data, row.kind, row.id))
    return [
        fill(
            _("Without a route ({reason}): {names}.").format(reason=_(reason), names="; ".join(names)),
            LINE_WIDTH,
            break_on_hyphens=False,
        )
        for reason, names in by_reason.items()
    ]
