"""Small random networks whose links belong to corridors, and all their routes, for tests of the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from made_network import dataset
from test_routing import COUNTRIES, rows_of_networks

from network import NoRouteError
from network.model import MODES
from optimizer import find_routes
from optimizer.route import Leg
from optimizer.trip import arc_sequences, keeps_limits, plan_trip, route_of

if TYPE_CHECKING:
    from made_network import Row

    from network import Dataset
    from optimizer import Route, Weights

MANY = 10_000
CORRIDORS: list[Row] = [{"corridor_id": name, "name": f"The {name}"} for name in ("north", "south", "dry")]
RATES: list[Row] = [
    {"mode": mode, "country": "*", "co2_wtw_g_per_tkm": grams, "speed_kmh": 50}
    for mode, grams in (("road", 80), ("rail", 20))
]


@st.composite
def labeled_rows(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Draw rows of links with corridors and lengths, and of transfers."""
    links, transfers = draw(rows_of_networks(most_links=9))
    labels = st.sampled_from(("", "north", "south", "south", "north;south"))
    return [row | {"corridors": draw(labels), "length_km": draw(st.integers(1, 4))} for row in links], transfers


@st.composite
def timed_rows(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Draw rows as `labeled_rows`, in days, with weekdays, seasons and percentiles."""
    links, transfers = draw(labeled_rows())
    departures, seasons = st.sampled_from(("", "", "mon", "wed 06:00", "mon;thu 12:00")), st.sampled_from(("", "4-11"))
    days, late_h = st.integers(1, 9).map(lambda days: 7.0 * days), st.sampled_from((0.0, 3.0, 20.0))
    links = [
        row
        | {"departures": draw(departures), "open_months": draw(seasons), "time_h": draw(days), "fixed_time_h": 5.0}
        | {"fixed_time_p90_h": 5.0 + draw(late_h), "cost_usd_per_teu": draw(st.integers(0, 97)) * 1.7}
        for row in links
    ]
    transfers = [row | {"time_p90_h": float(str(row["time_h"])) + draw(late_h)} for row in transfers]
    return links, transfers


def labeled(rows: tuple[list[Row], list[Row]], **tables: object) -> Dataset:
    """Return the dataset of drawn rows."""
    return dataset(*rows, countries=COUNTRIES, corridors=CORRIDORS, rates=RATES, **tables)  # type: ignore[arg-type]


def all_routes(data: Dataset, **options: object) -> list[Route]:
    """Return every route from A to E, best first."""
    try:
        return find_routes(data, "A", "E", k=MANY, plain=True, **options)  # type: ignore[arg-type]
    except NoRouteError:
        return []


def every_route(data: Dataset, **options: object) -> list[Route]:
    """Return every route from A to E with its real hours, enumerated by their order without date and percentile."""
    trip = plan_trip(data, "A", "E", **options)  # type: ignore[arg-type]
    kept = {key: value for key, value in options.items() if key in ("via", "avoid", "month")}
    arcs_of_all = arc_sequences(plan_trip(data, "A", "E", **kept))  # type: ignore[arg-type]
    routes = (route_of(trip, arcs) for arcs in arcs_of_all)
    return [route for route in routes if keeps_limits(trip, route)]


def weight_of(route: Route, weights: Weights) -> float:
    """Return what a route weighs per unit; the time value must be given."""
    p90_h = route.time_h if route.time_p90_h is None else route.time_p90_h
    hours = (weights.time_per_h or 0.0) * route.time_h + weights.p90_per_h * p90_h
    return hours + (weights.cost * route.cost_usd + weights.co2_per_kg * route.co2_kg) / route.quantity


def mode_by_km(route: Route) -> str:
    """Return the main mode of a route, told from its legs."""
    km = dict.fromkeys(MODES, 0.0)
    links = [leg for leg in route.legs if isinstance(leg, Leg)]
    for leg in links:
        km[leg.mode] += leg.length_km
    used = [mode for mode in MODES if any(leg.mode == mode for leg in links)]
    return max(used, key=lambda mode: km[mode], default="")


def name_of(kind: str, route: Route) -> str:
    """Return the corridor or the main mode of a route."""
    return route.corridor if kind == "corridor" else mode_by_km(route)
