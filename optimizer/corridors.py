"""The best route of every named corridor and of every main mode side by side, and why the others lose."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial
from itertools import chain, compress
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.model import MODES, split_list
from network.values import commodity_may_use
from optimizer.comparison import Comparison, Way, WhyNot
from optimizer.figures import figures_of, main_mode
from optimizer.graph import time_per_h
from optimizer.pricing import CO2, TIME, Prices, exact, measures_of
from optimizer.search import FREE, complete, distances_to_sink
from optimizer.thresholds import Line, intervals_of, lower_envelope, tie
from optimizer.trip import best_arcs, digraph_of, limits_of, plan_trip, route_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Unpack

    from network.model import Dataset
    from optimizer.comparison import Kind
    from optimizer.graph import ArcGraph
    from optimizer.pricing import Measures
    from optimizer.route import Route
    from optimizer.search import Digraph, Limit
    from optimizer.thresholds import Price, Stretch
    from optimizer.trip import RouteOptions, Trip

    Arcs = tuple[int, ...]

FOREIGN = 3
"""How many times a link of other corridors (other modes) counts in the search for a corridor's (mode's) own route.

At twice, routes of another corridor with a detour over a few links of this one pass for its own; from four times on,
routes cross oceans to avoid a feeder.
"""

ALONE = 1000
"""How many times it counts where that gives no route of the corridor.

It finds corridors that lose by more than a feeder is worth, as all trains do where only hours count.
"""

OWN_SHARE = 0.9
"""Part of a route's kilometers that must lie on the corridor's (mode's) own links when it is alone.

Else corridors would be shown that lead elsewhere, with a voyage around a continent for a feeder.
"""

KG_PER_T = 1000
CO2_PER_T = Prices(*(price / KG_PER_T for price in CO2))

NOT_OPEN = "none of its links is open to this trip"
NOT_KEPT_TO = "no route of this relation belongs to it"


def compare_corridors(data: Dataset, origin: str, destination: str, **options: Unpack[RouteOptions]) -> Comparison:
    """Return the best route of every corridor and every main mode, and what each lacks to be the best of all.

    A route belongs to the one corridor with most of its kilometers, and to one main mode by the same rule. Taken
    literally, the best of all routes that belong to a corridor would be an absurd one: the best route of another
    corridor with a detour back and forth over the corridor's links until they make up most of it. So the route of a
    corridor is the one of least weight when every link that belongs to other corridors only counts three times; links
    of the corridor, links of none and transfers count once. Other corridors then serve as feeders where they must, but
    do not replace the trunk. Where what is found does not belong to the corridor, the row takes the lightest of

    - the route found when such links count a thousand times, if nine tenths of its kilometers lie on own links;
    - the routes of the corridor that are the best of all at some time value or carbon price.

    If there is none, the corridor has no route. The same goes for main modes, with the links of other modes. Nothing is
    counted more than once in the figures shown, and the best route of all always stands in the row of its own corridor
    and mode.

    Parameters
    ----------
    origin, destination, options
        As in `find_routes`, whose constraints every route obeys.

    Raises
    ------
    UnknownIdError, NoRouteError
        As in `find_routes`.
    ValueError
        As in `find_routes`; and where the weight of a route is no sum over its links, as on a date of departure or with
        a price of the 90th percentile of the time: thresholds are then no single prices.

    Examples
    --------
    >>> from network import load
    >>> comparison = compare_corridors(load(), "Xi'an", "Duisburg")
    >>> for way in comparison.rows:
    ...     print(way.id, way.route and way.route.cost_usd, way.why_not and way.why_not.must_drop_usd)  # doctest: +SKIP
    """
    trip = plan_trip(data, origin, destination, **options)
    if not trip.is_sum:
        raise ValueError(
            "corridors are compared at expected waits and median times; leave out the date of departure and the weight "
            "on the 90th percentile"
        )
    best = best_arcs(trip) if trip.has_moves else None
    if best is None:
        # Only a refusal pays for looking into its reasons.
        from optimizer.blocking import no_route

        raise no_route(trip)
    question = _question_of(trip)
    asked = question.asked
    envelopes = (
        _envelope(question, asked._replace(time_per_h=Fraction(0)), TIME),
        _envelope(question, asked._replace(co2_per_kg=Fraction(0)), CO2_PER_T),
    )
    labels = (_corridors(data), _main_modes(data, trip.commodity))
    rows = [row for of_kind in labels for row in _rows(question, of_kind, best, envelopes)]
    rows.sort(key=lambda row: (not row.is_best, inf if row.why_not is None else row.why_not.gap_usd))
    return Comparison(
        best=question.route_of(best),
        rows=_told_apart(rows),
        year=trip.year,
        unit=str(data.commodities.text("unit")[trip.commodity]),
        time_value_usd_per_unit_h=float(asked.time_per_h),
        carbon_price_usd_per_t=float(asked.co2_per_kg * KG_PER_T),
    )


class _Question(NamedTuple):
    """A trip with what all searches for it share.

    `keys_at` returns the keys of arcs at ranked prices, `route_of` the route of some arcs; both make each once.
    """

    trip: Trip
    graph: ArcGraph
    digraph: Digraph
    limits: list[Limit]
    measures: Measures
    keys_at: Callable[[tuple[Prices, ...]], list[int]]
    asked: Prices
    route_of: Callable[[Arcs], Route]


def _question_of(trip: Trip) -> _Question:
    """Return what all searches for a trip share."""
    data, weights, digraph = trip.data, trip.weights, digraph_of(trip)
    month = trip.number("month")
    measures = measures_of(data, trip.year, None if month is None else int(month), trip.commodity)
    time_value = time_per_h(data, trip.commodity, weights)
    return _Question(
        trip=trip,
        graph=trip.network.graph,
        digraph=digraph,
        limits=limits_of(trip, digraph),
        measures=measures,
        keys_at=cache(partial(measures.keys, spare_bits=ALONE.bit_length())),
        asked=Prices(exact(weights.cost), exact(time_value), exact(weights.co2_per_kg)),
        route_of=cache(partial(route_of, trip)),
    )


def _best(question: _Question, ranked: tuple[Prices, ...], factors: Sequence[int] | None = None) -> Arcs:
    """Return the route of least weight at the first prices; ties by the next, then by money and by time.

    Each arc counts as many times as `factors` says, one entry per arc and a final one. There is always such a route, as
    the trip has one.
    """
    digraph, keys = question.digraph, question.keys_at(ranked)
    if factors is not None:
        keys = [key * factor for key, factor in zip(keys, factors, strict=True)]
    # Limits may ask for routes by places farther from the destination than the origin is.
    bounds = distances_to_sink(digraph, keys, enough=None if question.limits else digraph.source)
    path = complete(digraph, keys, bounds, question.limits)
    return tuple(arc for _, arc in path or () if arc != FREE)


class _Labels(NamedTuple):
    """What a route may belong to: all names in order, those of every link, and the rule by which a route has one."""

    kind: Kind
    names: tuple[str, ...]
    of_link: tuple[tuple[str, ...], ...]
    of_route: Callable[[Route], str]

    def is_foreign(self, name: str, links: Iterable[int]) -> list[bool]:
        """Return which arcs belong to other names only, given their links, -1 for none."""
        of_link = [bool(names) and name not in names for names in self.of_link]
        of_link.append(False)
        return [of_link[link] for link in links]


def _corridors(data: Dataset) -> _Labels:
    """Return the corridors: those of the table, then ids that links alone give."""
    of_link = tuple(split_list(cell) for cell in data.network.links.text("corridors"))
    names = dict.fromkeys((*data.network.corridors.row_of, *chain.from_iterable(of_link)))
    return _Labels("corridor", tuple(names), of_link, lambda route: route.corridor)


def _main_modes(data: Dataset, commodity: int) -> _Labels:
    """Return the modes that a commodity may use."""
    is_allowed = commodity_may_use(data.commodities, commodity, np.array(MODES, dtype=object))
    of_link = tuple((mode,) for mode in data.network.links.text("mode"))
    return _Labels("mode", tuple(compress(MODES, is_allowed)), of_link, main_mode)


class _Envelope(NamedTuple):
    """The best of all routes as one price rises, all else as asked: weight = base + price · slope."""

    base: Prices
    slope: Prices
    stretches: Sequence[Stretch] = ()

    def line(self, measures: Measures, arcs: Arcs) -> Line:
        """Return a route as a line over this price."""
        totals = measures.totals(arcs)
        return Line(totals.at(self.base), totals.at(self.slope), arcs)


def _envelope(question: _Question, base: Prices, slope: Prices) -> _Envelope:
    """Return the best of all routes by the price of `slope`."""
    envelope = _Envelope(base, slope)

    def best_at(price: Price) -> Line:
        if not isinstance(price, Fraction):
            ranked: tuple[Prices, ...] = (slope, base)
        elif price == 0:
            ranked = (base, slope)
        else:
            ranked = (Prices(*(fixed + price * rising for fixed, rising in zip(base, slope, strict=True))),)
        return envelope.line(question.measures, _best(question, ranked))

    return envelope._replace(stretches=lower_envelope(best_at))


def _rows(question: _Question, labels: _Labels, best: Arcs, envelopes: tuple[_Envelope, _Envelope]) -> Iterable[Way]:
    """Yield a row for every corridor, or for every mode, in order."""
    measures = question.measures
    open_names = {name for link in _open_links(question) for name in labels.of_link[link]}

    def name_of(line: Line) -> str:
        return labels.of_route(question.route_of(line.arcs))

    at_time_values, at_carbon_prices = (intervals_of(envelope.stretches, name_of) for envelope in envelopes)
    optima = {stretch.line.arcs: name_of(stretch.line) for envelope in envelopes for stretch in envelope.stretches}
    optima[best] = labels.of_route(question.route_of(best))
    best_lines = [envelope.line(measures, best) for envelope in envelopes]
    for name in labels.names:
        if name not in open_names:
            yield Way(labels.kind, name, reason=NOT_OPEN)
            continue
        own_optima = [arcs for arcs, name_there in optima.items() if name_there == name]
        arcs = best if best in own_optima else _own_route(question, labels, name, own_optima)
        if arcs is None:
            yield Way(labels.kind, name, reason=NOT_KEPT_TO)
            continue
        by_time_value, by_carbon_price = (
            tie(envelope.line(measures, arcs), best_line, envelope.stretches, name_of)
            for envelope, best_line in zip(envelopes, best_lines, strict=True)
        )
        gap_usd, must_drop_usd, must_drop_h = _drops(question, arcs, best)
        why_not = WhyNot(
            gap_usd=gap_usd,
            must_drop_usd=must_drop_usd,
            must_drop_h=must_drop_h,
            beats_best_at_time_value=by_time_value,
            beats_best_at_carbon_price=by_carbon_price,
            best_at_time_values=at_time_values.get(name, ()),
            best_at_carbon_prices=at_carbon_prices.get(name, ()),
        )
        route = question.route_of(arcs)
        yield Way(labels.kind, name, route, figures_of(question.graph, route), why_not, is_best=arcs == best)


def _own_route(question: _Question, labels: _Labels, name: str, own_optima: Sequence[Arcs]) -> Arcs | None:
    """Return the route that a corridor or mode other than that of the best route shows; see `compare_corridors`."""
    links, length_km, measures = question.graph.link.tolist(), question.graph.length_km, question.measures
    is_foreign = labels.is_foreign(name, links)

    def favored(foreign: int) -> Arcs | None:
        arcs = _best(question, (question.asked,), [foreign if is_other else 1 for is_other in is_foreign] + [1])
        return arcs if labels.of_route(question.route_of(arcs)) == name else None

    arcs = favored(FOREIGN)
    if arcs is not None:
        return arcs
    found = list(own_optima)
    alone = favored(ALONE)
    if alone is not None:
        own_km = sum(length_km[arc] for arc in alone if name in labels.of_link[links[arc]])
        if own_km >= OWN_SHARE * question.route_of(alone).length_km:
            found.append(alone)
    return min(found, key=lambda arcs: measures.totals(arcs).at(question.asked), default=None)


def _open_links(question: _Question) -> set[int]:
    """Return the rows of the links that the trip may use."""
    digraph, link = question.digraph, question.graph.link
    steps = (steps for node, steps in enumerate(digraph.out) if node not in digraph.closed)
    arcs = {arc for arc_steps in steps for head, arc in arc_steps if head not in digraph.closed} - {FREE}
    return set(link[list(arcs)].tolist()) - {-1}


def _drops(question: _Question, arcs: Arcs, best: Arcs) -> tuple[float, float | None, float | None]:
    """Return the gap to the best route in USD for the quantity, and the USD and hours that would close it."""
    asked, quantity = question.asked, exact(question.trip.quantity)
    totals = question.measures.totals(arcs)
    # The best route was found by rounded weights, so in a tie it may lie a hair above.
    gap = max(Fraction(0), totals.at(asked) - question.measures.totals(best).at(asked))
    usd = gap / asked.cost if asked.cost else None
    hours = gap / asked.time_per_h if asked.time_per_h else None
    return (
        float(gap * quantity),
        float(usd * quantity) if usd is not None and usd <= totals.cost_usd else None,
        float(hours) if hours is not None and hours <= totals.time_h else None,
    )


def _told_apart(rows: Sequence[Way]) -> tuple[Way, ...]:
    """Return rows of which the modes with the route of a corridor say so; two corridors never share a route."""
    corridor_of = {row.route.arcs: row.id for row in rows if row.route is not None and row.kind == "corridor"}
    return tuple(
        row._replace(same_as=corridor_of.get(row.route.arcs, ""))
        if row.route is not None and row.kind == "mode"
        else row
        for row in rows
    )
