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

if TYPE_CHECKING:
    from made_network import Row

    from network import Dataset
    from optimizer import Route

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


def labeled(rows: tuple[list[Row], list[Row]], **tables: object) -> Dataset:
    """Return the dataset of drawn rows."""
    return dataset(*rows, countries=COUNTRIES, corridors=CORRIDORS, rates=RATES, **tables)  # type: ignore[arg-type]


def all_routes(data: Dataset, **options: object) -> list[Route]:
    """Return every route from A to E, best first."""
    try:
        return find_routes(data, "A", "E", k=MANY, plain=True, **options)  # type: ignore[arg-type]
    except NoRouteError:
        return []


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
