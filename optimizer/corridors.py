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
from optimizer.alternatives import ranked
from optimizer.comparison import Comparison, Way, WhyNot
from optimizer.figures import figures_of, main_mode, mode_of
from optimizer.graph import time_per_h
from optimizer.language import noted
from optimizer.oracle import MOST_FACTOR, oracle_of
from optimizer.pricing import CO2, TIME, Prices, exact
from optimizer.route import corridor_of
from optimizer.search import FREE
from optimizer.thresholds import envelope_of, intervals_of, tie
from optimizer.trip import best_or_refuse, digraph_of, plan_trip, route_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Unpack

    from network.model import Dataset
    from optimizer.comparison import Kind
    from optimizer.graph import ArcGraph
    from optimizer.oracle import Arcs, Oracle
    from optimizer.route import Route
    from optimizer.search import Digraph
    from optimizer.thresholds import Envelope, Line
    from optimizer.trip import RouteOptions, Trip

FOREIGN = 3
"""How many times a link that is not the corridor's (mode's) counts in the search for its own route.

At twice, routes of another corridor with a detour over a few links of this one pass for its own; from four times on,
routes cross oceans to avoid a feeder.
"""

KEPT_SHARE = 0.5
"""Part of a route's kilometers that must lie on the corridor's (mode's) own links: else it is a route of its own."""

ALONE = MOST_FACTOR
"""How many times it counts where that gives no route of the corridor.

It finds corridors that lose by more than a feeder is worth, as all trains do where only hours count.
"""

OWN_SHARE = 0.9
"""Part of a route's kilometers that must lie on the corridor's (mode's) own links when it is alone.

Else corridors would be shown that lead elsewhere, with a voyage around a continent for a feeder.
"""

KG_PER_T = 1000
CO2_PER_T = Prices(*(price / KG_PER_T for price in CO2))

NOT_OPEN = noted("none of its links is open to this trip")
NOT_KEPT_TO = noted("no reasonable route of this relation keeps to it")
NOT_WITHIN = noted("no reasonable route within the limits keeps to it")


def compare_corridors(data: Dataset, origin: str, destination: str, **options: Unpack[RouteOptions]) -> Comparison:
    """Return the best route of every corridor and every main mode, and what each lacks to be the best of all.

    A route belongs to the one corridor with most of its kilometers, and to one main mode by the same rule. Taken
    literally, the best of all routes that belong to a corridor would be an absurd one: the best route of another
    corridor with a detour back and forth over the corridor's links until they make up most of it. So a row shows the
    lightest route that belongs to it among

    - the best routes through each of its links that are locally optimal, within the stretch of alternatives (see
      `optimizer.alternatives`): such routes make no detour for its own sake;
    - those that are the best of all at some time value or carbon price;
    - those that keep to a corridor or mode: of least weight when every link that is not the corridor's counts three
      times; its own links and transfers count once. Other links then serve as feeders where they must, but do not
      replace the trunk. What is found is taken if it belongs to the corridor and half of its kilometers lie on own
      links. Else other links count a thousand times, and what is found then is taken with nine tenths on own links.

    If there is none, the row has no route. The same goes for main modes, with the links of other modes. Nothing is
    counted more than once in the figures shown, and the best route of all always stands in the row of its own corridor
    and mode.

    On a date of departure hours are those of that date, with the waits for its departures and seasons, and thresholds
    hold for that date: the weight of a route is still a line over the price of an hour, its own hours being the slope.
    A price of the 90th percentile stays as asked. What a link counts beyond once is then its weight at expected waits.

    Parameters
    ----------
    origin, destination, options
        As in `find_routes`, whose constraints every route obeys.

    Raises
    ------
    UnknownIdError, NoRouteError, ValueError
        As in `find_routes`; `ValueError` too where the weights count the calibration.

    Examples
    --------
    >>> from network import load
    >>> comparison = compare_corridors(load(), "Xi'an", "Duisburg")
    >>> for way in comparison.rows:
    ...     print(way.id, way.route and way.route.cost_usd, way.why_not and way.why_not.must_drop_usd)  # doctest: +SKIP
    """
    trip = plan_trip(data, origin, destination, **options)
    if trip.weights.calibration:
        raise ValueError("thresholds are prices of what is paid and emitted; leave calibration out of the weights")
    best = best_or_refuse(trip)
    question = _question_of(trip)
    asked = question.asked
    envelopes = (
        envelope_of(question.oracle, asked._replace(time_per_h=Fraction(0)), TIME),
        envelope_of(question.oracle, asked._replace(co2_per_kg=Fraction(0)), CO2_PER_T),
    )
    optima = dict.fromkeys(stretch.line.arcs for envelope in envelopes for stretch in envelope.stretches)
    labels = (_corridors(data), _main_modes(data, trip.commodity))
    kept_to = (arcs for of_kind in labels for arcs in _kept_to(question, of_kind, best))
    found = list(dict.fromkeys((best, *optima, *_sensible(question, best), *kept_to)))
    rows = [row for of_kind in labels for row in _rows(question, of_kind, found, envelopes)]
    rows.sort(key=lambda row: (not row.is_best, inf if row.why_not is None else row.why_not.gap_usd))
    return Comparison(
        best=question.route_of(best),
        rows=_told_apart(rows),
        year=trip.year,
        unit=str(data.commodities.text("unit")[trip.commodity]),
        time_value_usd_per_unit_h=float(asked.time_per_h),
        carbon_price_usd_per_t=float(asked.co2_per_kg * KG_PER_T),
        p90_price_usd_per_unit_h=float(asked.p90_per_h),
        cost_weight=float(asked.cost),
    )


class _Question(NamedTuple):
    """A trip with what all searches for it share; `route_of` makes the route of some arcs once."""

    trip: Trip
    graph: ArcGraph
    digraph: Digraph
    oracle: Oracle
    asked: Prices
    route_of: Callable[[Arcs], Route]

    def weight(self, arcs: Arcs) -> Fraction:
        """Return what a route weighs at the prices asked for, per commodity unit."""
        return self.oracle.totals(arcs).at(self.asked)


def _question_of(trip: Trip) -> _Question:
    """Return what all searches for a trip share."""
    weights, digraph = trip.weights, digraph_of(trip)
    time_value = time_per_h(trip.data, trip.commodity, weights)
    made = cache(partial(route_of, trip))
    return _Question(
        trip=trip,
        graph=trip.network.graph,
        digraph=digraph,
        oracle=oracle_of(trip, digraph, made),
        asked=Prices(*map(exact, (weights.cost, time_value, weights.co2_per_kg, weights.p90_per_h))),
        route_of=made,
    )


class _Labels(NamedTuple):
    """What a route may belong to: all names in order, those of every link, and the rule by which a route has one."""

    kind: Kind
    names: tuple[str, ...]
    of_link: tuple[tuple[str, ...], ...]
    of_route: Callable[[Route], str]

    def is_foreign(self, name: str, links: Iterable[int]) -> list[bool]:
        """Return which arcs belong to other names only, given their links, -1 for none."""
        of_link = [name not in names for names in self.of_link]
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


def _rows(
    question: _Question, labels: _Labels, found: Sequence[Arcs], envelopes: tuple[Envelope, Envelope]
) -> Iterable[Way]:
    """Yield a row for every corridor, or for every mode, in order, given the routes found, the best one first."""
    open_names = _open_names(question, labels)
    best = found[0]

    def name_of(line: Line) -> str:
        return labels.of_route(question.route_of(line.arcs))

    at_time_values, at_carbon_prices = (intervals_of(envelope.stretches, name_of) for envelope in envelopes)
    best_lines = [envelope.line(best) for envelope in envelopes]
    for name in labels.names:
        if name not in open_names:
            yield Way(labels.kind, name, reason=NOT_OPEN)
            continue
        own = [arcs for arcs in found if labels.of_route(question.route_of(arcs)) == name]
        if not own:
            yield Way(labels.kind, name, reason=NOT_WITHIN if question.trip.is_limited else NOT_KEPT_TO)
            continue
        # In a tie the best one by rounded weights may lie a hair above.
        arcs = best if best in own else min(own, key=question.weight)
        by_time_value, by_carbon_price = (
            tie(envelope.line(arcs), best_line, envelope.stretches, name_of)
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


def _kept_to(question: _Question, labels: _Labels, best: Arcs) -> Iterable[Arcs]:
    """Yield the route that keeps to a corridor or mode, for all but that of the best route; see `compare_corridors`."""
    links, length_km = question.graph.link.tolist(), question.graph.length_km
    open_names = _open_names(question, labels) - {labels.of_route(question.route_of(best))}
    for name in labels.names:
        if name not in open_names:
            continue
        is_foreign = [*labels.is_foreign(name, links), False]
        for foreign, own_share in ((FOREIGN, KEPT_SHARE), (ALONE, OWN_SHARE)):
            arcs = question.oracle.best(question.asked, [foreign if is_other else 1 for is_other in is_foreign])
            route = question.route_of(arcs)
            own_km = sum(length_km[arc] for arc in arcs if name in labels.of_link[links[arc]])
            if labels.of_route(route) == name and own_km >= own_share * route.length_km:
                yield arcs
                break


def _sensible(question: _Question, best: Arcs) -> Iterable[Arcs]:
    """Yield the lightest locally optimal single-via route of each corridor and main mode; see `alternatives`."""
    network, graph = question.trip.data.network, question.graph
    link_of, length_km = graph.link.tolist(), graph.length_km.tolist()
    ids, modes = network.links.text("link_id"), network.links.text("mode")

    def belongs_to(arcs: Arcs) -> set[tuple[Kind, str]]:
        # As for a route, but without making one: there are hundreds of candidates.
        passages = [(link_of[arc], length_km[arc]) for arc in arcs if link_of[arc] >= 0]
        corridor = corridor_of(network, ((ids[link], km) for link, km in passages))
        return {("corridor", corridor), ("mode", mode_of((modes[link], km) for link, km in passages))}

    known = belongs_to(best)
    for candidate in ranked(question.trip, best):
        names = belongs_to(candidate.arcs)
        if not names <= known and candidate.is_locally_optimal():
            known |= names
            yield candidate.arcs


def _open_names(question: _Question, labels: _Labels) -> set[str]:
    """Return the corridors or modes of the links that the trip may use."""
    digraph, link = question.digraph, question.graph.link
    steps = (steps for node, steps in enumerate(digraph.out) if node not in digraph.closed)
    arcs = {arc for arc_steps in steps for head, arc in arc_steps if head not in digraph.closed} - {FREE}
    return {name for row in set(link[list(arcs)].tolist()) - {-1} for name in labels.of_link[row]}


def _drops(question: _Question, arcs: Arcs, best: Arcs) -> tuple[float, float | None, float | None]:
    """Return the gap to the best route in USD for the quantity, and the USD and hours that would close it."""
    asked, quantity = question.asked, exact(question.trip.quantity)
    totals, hour = question.oracle.totals(arcs), asked.time_per_h + asked.p90_per_h
    # The best route was found by rounded weights, so in a tie it may lie a hair above.
    gap = max(Fraction(0), question.weight(arcs) - question.weight(best))
    usd = gap / asked.cost if asked.cost else None
    # An hour less moves the percentile along with the time.
    hours = gap / hour if hour else None
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
