"""Ask for routes under constraints, and read what a refusal says.

Run it with ``python examples/avoid_and_via.py``.
"""

from __future__ import annotations

from network import NoRouteError, load
from optimizer import Route, find_routes


def describe(route: Route) -> str:
    """Return days, money and the nodes of a route."""
    stops = [route.origin, *(leg.to_node for leg in route.legs if hasattr(leg, "link_id"))]
    return f"{route.time_h / 24:5.1f} d {route.cost_usd:8,.0f} USD  {' → '.join(stops)}"


def main() -> None:
    data = load()

    print("Xi'an to Duisburg, the three best:")
    for route in find_routes(data, "Xi'an", "Duisburg", k=3):
        print(describe(route))

    print("\nnot through Russia or Belarus, across the Caspian Sea by way of Aktau and Alat:")
    for route in find_routes(data, "Xi'an", "Duisburg", avoid_countries={"RU", "BY"}, via=["Aktau", "Alat"]):
        print(describe(route))

    print("\nnot through Russia or Belarus, not by air, and within 48 hours:")
    try:
        find_routes(data, "Xi'an", "Duisburg", avoid_countries={"RU", "BY"}, avoid_modes={"air"}, max_time_h=48)
    except NoRouteError as error:
        print(error)
        print("constraints to lift:", ", ".join(error.blocking) or "no single one")


if __name__ == "__main__":
    main()
