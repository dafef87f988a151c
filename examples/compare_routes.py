"""Compare ways between two places side by side: each is the best route under its own constraints.

Run: python examples/compare_routes.py
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypedDict

from network import Dataset, load
from optimizer import Route, Weights, find_routes
from optimizer.report.document import Table, columns, number, plain

if TYPE_CHECKING:
    from collections.abc import Sequence


class Constraints(TypedDict, total=False):
    minimize: Literal["time"]
    avoid_modes: Sequence[str]
    avoid_countries: Sequence[str]
    via: Sequence[str]


CHINA_EUROPE: dict[str, Constraints] = {
    "air, the fastest": {"minimize": "time"},
    "road": {"avoid_modes": ["rail", "sea", "river", "air"]},
    "rail, northern": {"avoid_modes": ["road", "sea", "river", "air"]},
    "Middle, Constanta": {"avoid_modes": ["road", "air"], "via": ["Aktau", "Poti", "Constanta"]},
    "Middle, BTK": {"avoid_modes": ["road", "air"], "via": ["Aktau", "Kars"]},
    "sea via Suez": {"avoid_modes": ["air"], "via": ["Suez"]},
    "sea via the Cape": {"avoid_modes": ["air"], "via": ["Cape of Good Hope"]},
}

NORTH_SOUTH: dict[str, Constraints] = {
    "west: Azerbaijan": {"avoid_modes": ["air"], "via": ["Baku", "Bandar Abbas"]},
    "trans-Caspian": {"avoid_modes": ["air"], "via": ["Astrakhan", "Bandar Abbas"], "avoid_countries": ["AZ", "KZ"]},
    "east: Turkmenistan": {"avoid_modes": ["air"], "via": ["Bereket", "Bandar Abbas"]},
    "sea, by Suez": {"avoid_modes": ["air"], "via": ["Suez"]},
}


def compare(data: Dataset, origin: str, destination: str, ways: dict[str, Constraints]) -> dict[str, Route]:
    """Return the best route of each way, by money plus the goods' own time value where nothing else is minimized."""
    return {name: best(data, origin, destination, constraints) for name, constraints in ways.items()}


def best(data: Dataset, origin: str, destination: str, constraints: Constraints) -> Route:
    """Return the best route under some constraints."""
    weights = Weights(cost=0.0, time_per_h=1.0) if constraints.get("minimize") == "time" else Weights()
    return find_routes(
        data,
        origin,
        destination,
        weights=weights,
        avoid_modes=frozenset(constraints.get("avoid_modes", ())),
        avoid_countries=frozenset(constraints.get("avoid_countries", ())),
        via=tuple(constraints.get("via", ())),
    )[0]


def side_by_side(routes: dict[str, Route]) -> Table:
    """Set the routes in one table."""
    return Table(
        columns("Way", ">Days", ">USD/TEU", ">kg CO2e/TEU", ">km", "Modes", "Countries"),
        tuple(
            (
                name,
                f"{route.time_h / 24:.1f}",
                number(route.cost_usd),
                number(route.co2_kg),
                number(route.length_km),
                " ".join(route.modes),
                " ".join(route.countries),
            )
            for name, route in routes.items()
        ),
    )


def command(origin: str, destination: str, constraints: Constraints) -> str:
    """Return the command that asks for the same route."""
    words = ["corridor", "route", origin, destination, "-k", "1"]
    words += ["--minimize", constraints["minimize"]] if "minimize" in constraints else []
    words += [word for mode in constraints.get("avoid_modes", ()) for word in ("--avoid-mode", mode)]
    words += [word for country in constraints.get("avoid_countries", ()) for word in ("--avoid-country", country)]
    words += [word for node in constraints.get("via", ()) for word in ("--via", node)]
    return " ".join(f'"{word}"' if re.search(r"[^\w/-]", word) else word for word in words)


def main() -> None:
    """Print both comparisons and the commands behind them."""
    data = load()
    for origin, destination, ways in (("Xi'an", "Duisburg", CHINA_EUROPE), ("Moscow", "Mumbai", NORTH_SOUTH)):
        print(f"{origin} → {destination}, one TEU, terminal to terminal\n")
        print(plain([side_by_side(compare(data, origin, destination, ways))]), end="\n\n")
        for name, constraints in ways.items():
            print(f"  {name:18} {command(origin, destination, constraints)}")
        print()


if __name__ == "__main__":
    main()
