"""Ask for routes under constraints, and read what a refusal says.

Run it with ``python examples/avoid_and_via.py``.
"""

from __future__ import annotations

from network import NoRouteError, load
from optimizer import Route, find_routes
from optimizer.route import Leg


def describe(route: Route) -> str:
    """Return days, money and the nodes of a route."""
    stops = [route.origin, *(leg.to_node for leg in route.legs if isinstance(leg, Leg))]
    return f"{route.time_h / 24:5.1f} d {route.cost_usd:8,.0f} USD  {' → '.join(stops)}"


def main() -> None:
    data = load()

    print("Xi'an to Duisburg, the best route and two that really differ from it:")
    for route in find_routes(data, "Xi'an", "Duisburg", k=3):
        print(describe(route))

    print("\nnot through Russia or Belarus, across the Caspian Sea by way of Aktau and Alat:")
    for route in find_routes(data, "Xi'an", "Duisburg", avoid_countries={"RU", "BY"}, via=["Aktau", "Alat"]):
        print(describe(route))

    print("\nnot through Russia or Belarus, not by air, and within 20 days:")
    try:
        find_routes(data, "Xi'an", "Duisburg", avoid_countries={"RU", "BY"}, avoid_modes={"air"}, max_time_h=480)
    except NoRouteError as error:
        print(error)
        print("\nwhat blocks:", ", ".join(error.blocking))
        for relaxation in error.relaxations:
            print(
                f"{relaxation.action}: {relaxation.time_h / 24:.1f} d, {relaxation.cost_usd:,.0f} USD, {relaxation.way}"
            )


if __name__ == "__main__":
    main()
