"""The routes worth choosing from: no other is at once no dearer, no slower and no dirtier, and better in one."""

from __future__ import annotations

import warnings
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from optimizer.choices import Choices, Total, search_choices, undominated
from optimizer.listing import Listing, frame_of
from optimizer.route import ROUTE_COLUMNS
from optimizer.trip import digraph_of, plan_trip, route_of, slightly_above

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    import pandas as pd

    from network.model import Dataset
    from optimizer.route import Route
    from optimizer.trip import RouteOptions, Trip

Criterion = Literal["cost", "time", "co2"]
CRITERIA: tuple[Criterion, ...] = ("cost", "time", "co2")

WIDE_ARCS = 10_000
"""Arcs from which on two criteria are searched with arrays, which needs scipy; below, one label at a time is faster."""


class FrontLimitWarning(UserWarning):
    """A front was cut short by its budget of labels; the message says what is proved of the routes returned."""


class Front(NamedTuple):
    """The choices between some criteria, the cheapest first, and what is proved of them.

    Attributes
    ----------
    routes
        One for each choice.
    criteria
        What the choice is between.
    is_complete
        Whether the search came to its end; with an epsilon of 0 the routes are then all choices there are.
    within
        The epsilon proved, as a share: every route there is has one among these that is at most that much worse in each
        criterion. 0 for an exact front; infinity where a search cut short has proved nothing.
    n_labels
        How many labels were settled.
    """

    routes: tuple[Route, ...]
    criteria: tuple[Criterion, ...]
    is_complete: bool
    within: float
    n_labels: int

    def to_mapping(self) -> dict[str, Any]:
        """Return what is said of the routes, without these, as plain values; ``within`` is None for infinity."""
        return {
            "criteria": list(self.criteria),
            "is_complete": self.is_complete,
            "within": self.within if isfinite(self.within) else None,
            "n_labels": self.n_labels,
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row per route, with the attributes of `Route` as columns."""
        return frame_of(self.routes, ROUTE_COLUMNS)


def find_pareto(
    data: Dataset,
    origin: str,
    destination: str,
    *,
    criteria: Iterable[Criterion] = CRITERIA,
    epsilon: float = 0.0,
    max_labels: int | None = None,
    **options: Unpack[RouteOptions],
) -> Listing[Route]:
    """Return every Pareto-optimal choice between money, time and CO2, one route for each, the cheapest first.

    A route is left out if another one costs no more, takes no longer and emits no more, and is better in one of them.
    Routes are those of `find_routes`, under the same constraints; limits on money and time are kept exactly. Weights
    play no part in which routes are found. They are sorted by money, then time, then CO2.

    Totals that agree to about one part in 10⁹ of the least possible total (of any route, in that criterion) are equal:
    each is rounded to a multiple of the same power of two before it is compared, so that rounding noise makes no
    choices. Of routes with the same sums the one with fewer legs is returned, then the one whose arcs come first in the
    input; where noise alone tells sums apart, either of them. On a date of departure, where a wait may make good for
    time lost, it is the one with more time to spare on its way. The values of the routes are their true sums.

    Parameters
    ----------
    criteria
        Two or three of ``cost``, ``time`` and ``co2``. What is not among them plays no part, apart from its limit.
    epsilon
        Share of a criterion that makes no choice, such as 0.01. Fewer routes are returned then, and sooner: every
        Pareto-optimal choice has one among them that is at most 1 + epsilon times as much in each criterion. 0 for all.
    max_labels
        How many labels the search may settle, None for any number. Where they do not suffice, the routes found until
        then are returned with a `FrontLimitWarning`; `pareto_front` says what is proved of them. The search does not
        end before it has a route.

    Raises
    ------
    UnknownIdError, NoRouteError, ValueError
        As in `find_routes`; also for criteria, an epsilon or a budget out of range.

    Warns
    -----
    FrontLimitWarning
        The budget of labels did not suffice.

    Examples
    --------
    >>> from network import load
    >>> for route in find_pareto(load(), "Xi'an", "Duisburg", avoid_modes={"air"}):
    ...     print(f"{route.cost_usd:,.0f} USD, {route.time_h / 24:.1f} d, {route.co2_kg:,.0f} kg")  # doctest: +SKIP
    """
    front = pareto_front(
        data, origin, destination, criteria=criteria, epsilon=epsilon, max_labels=max_labels, **options
    )
    if not front.is_complete:
        warnings.warn(unfinished(front), FrontLimitWarning, stacklevel=2)
    return Listing(front.routes, ROUTE_COLUMNS)


def pareto_front(
    data: Dataset,
    origin: str,
    destination: str,
    *,
    criteria: Iterable[Criterion] = CRITERIA,
    epsilon: float = 0.0,
    max_labels: int | None = None,
    **options: Unpack[RouteOptions],
) -> Front:
    """Return the routes of `find_pareto` with what is proved of them; see there for parameters and errors.

    A search cut short warns of nothing here: the front says so itself.

    Examples
    --------
    >>> from network import load
    >>> pareto_front(load(), "Xi'an", "Duisburg", criteria=("cost", "time"), epsilon=0.05).within
    0.05
    """
    asked = tuple(criteria)
    if len(asked) < 2 or len(set(asked)) < len(asked) or not set(asked) <= set(CRITERIA):
        raise ValueError(f"criteria must be two or three of {', '.join(CRITERIA)}, not {', '.join(asked) or 'none'}")
    if not (isfinite(epsilon) and epsilon >= 0.0):
        raise ValueError(f"epsilon must be a finite number of at least 0, not {epsilon}")
    if max_labels is not None and max_labels < 1:
        raise ValueError(f"max_labels must be at least 1, not {max_labels}")
    trip = plan_trip(data, origin, destination, **options)
    ordered = tuple(name for name in CRITERIA if name in asked)
    found = _choices(trip, ordered, epsilon, max_labels) if trip.has_moves else None
    if found is None or not found.sequences:
        # Only a refusal pays for looking into its reasons.
        from optimizer.blocking import no_route

        raise no_route(trip)
    routes = [route_of(trip, arcs) for arcs in found.sequences]
    routes.sort(key=lambda route: (route.cost_usd, route.time_h, route.co2_kg))
    return Front(tuple(routes), ordered, found.is_complete, found.within, found.n_labels)


def unfinished(front: Front) -> str:
    """Return what there is to say of a front that was cut short, in one sentence."""
    proved = (
        f"of any route there may be, one of these is at most {100.0 * front.within:,.1f} % worse in each criterion"
        if isfinite(front.within)
        else "how much better these may be is not known"
    )
    return f"the search ended after {front.n_labels:,} labels, its limit: there may be other choices; {proved}"


def _choices(trip: Trip, criteria: tuple[Criterion, ...], epsilon: float, max_labels: int | None) -> Choices:
    """Return the choices of a trip by the search that suits it."""
    network, clock = trip.network, trip.clock
    most_usd, most_h = trip.number("max cost"), trip.number("max time")
    most = {"cost": slightly_above(most_usd, trip.quantity), "time": slightly_above(most_h)}
    digraph, n_arcs = digraph_of(trip), network.graph.n_arcs
    counted = {name for name in CRITERIA if name in criteria or most.get(name, inf) < inf}
    values = {"cost": network.cost_usd, "time": clock.travel_h, "co2": [*network.values.co2_kg.tolist(), 0.0]}
    if len(counted) == 2 and trip.depart is None and n_arcs >= WIDE_ARCS:
        from optimizer.front_graph import front_graph
        from optimizer.wide_front import wide_choices

        return wide_choices(
            front_graph(trip, digraph),
            {name: values[name] for name in criteria},
            [most.get(name, inf) for name in criteria],
            epsilon,
            max_labels,
        )
    choices = search_choices(
        digraph,
        [values[name] if name in counted else [0.0] * (n_arcs + 1) for name in CRITERIA],
        most_cost=most["cost"],
        most_time=most["time"],
        arrive_h=None if trip.depart is None or "time" not in counted else clock.arrive_h,
        epsilon=epsilon,
        max_labels=max_labels,
    )
    if counted == set(criteria):
        return choices
    # What was counted for its limit only makes no choice.
    asked = [float(name in criteria) for name in CRITERIA]
    found = [
        (Total(*(value * counts for value, counts in zip(total, asked, strict=True))), n_legs, arcs)
        for total, n_legs, arcs in choices.found
    ]
    return choices._replace(found=undominated(found))
