"""Compare ways between two places side by side: each is the best route under its own constraints.

Run: python examples/compare_routes.py
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, TypedDict

from network import Dataset, load
from optimizer import Route, Weights, find_routes
from optimizer.report.document import Table, columns, number, plain

if TYPE_CHECKING:
    from collections.abc import Sequence


class Constraints(TypedDict, total=False):
    avoid_modes: Sequence[str]
    avoid_countries: Sequence[str]
    via: Sequence[str]


CHINA_EUROPE: dict[str, Constraints] = {
    "air": {"avoid_modes": ["rail", "sea", "river"], "avoid_countries": ["KZ", "RU", "MN"]},
    "road": {"avoid_modes": ["rail", "sea", "river", "air"]},
    "rail, northern": {"avoid_modes": ["road", "sea", "river", "air"], "via": ["Małaszewicze"]},
    "Middle Corridor": {"avoid_modes": ["road", "air"], "avoid_countries": ["RU", "IR"], "via": ["Aktau"]},
    "sea via Suez": {"avoid_modes": ["air"], "via": ["Suez"]},
    "sea via the Cape": {"avoid_modes": ["air"], "via": ["za-cape"]},
}

NORTH_SOUTH: dict[str, Constraints] = {
    "west: Azerbaijan": {"avoid_modes": ["air"], "via": ["Baku", "Bandar Abbas"]},
    "trans-Caspian": {"avoid_modes": ["air"], "via": ["Astrakhan", "Bandar Abbas"], "avoid_countries": ["AZ", "KZ"]},
    "east: Turkmenistan": {"avoid_modes": ["air"], "via": ["tm-bereket", "Bandar Abbas"]},
    "sea, by Suez": {"avoid_modes": ["air"], "via": ["Suez"]},
}


def compare(data: Dataset, origin: str, destination: str, ways: dict[str, Constraints]) -> dict[str, Route]:
    """Return the best route of each way, by money plus the goods' own time value."""
    return {
        name: find_routes(data, origin, destination, weights=Weights(), **constraints)[0]
        for name, constraints in ways.items()
    }


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
    words += [word for mode in constraints.get("avoid_modes", ()) for word in ("--avoid-mode", mode)]
    words += [word for country in constraints.get("avoid_countries", ()) for word in ("--avoid-country", country)]
    words += [word for node in constraints.get("via", ()) for word in ("--via", node)]
    return shlex.join(words)


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
