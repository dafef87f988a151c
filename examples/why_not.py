"""Why not by the Middle Corridor? Corridors compared, the trade-off, a date of departure and the risk of being late.

Run it with ``python examples/why_not.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from network import load
from optimizer import Weights, compare_corridors, find_pareto, find_routes
from optimizer.report.document import plain
from optimizer.report.front import front_document

if TYPE_CHECKING:
    from network import Dataset
    from optimizer import Comparison, Route
    from optimizer.comparison import Way


def lacks(comparison: Comparison) -> list[str]:
    """Return one line per corridor that has a route: its days and money, and what it lacks to be the best."""
    return [
        f"{way.id:15} {way.route.time_h / 24:5.1f} d {way.route.cost_usd:7,.0f} USD  {lack(way)}"
        for way in comparison.rows
        if way.kind == "corridor" and way.route is not None
    ]


def lack(way: Way) -> str:
    """Say what a way must drop to tie with the best one, and at which prices of an hour it wins."""
    why_not = way.why_not
    if way.is_best or why_not is None:
        return "the best"
    drops = [
        f"{drop:,.0f} {unit}"
        for drop, unit in ((why_not.must_drop_usd, "USD"), (why_not.must_drop_h, "h"))
        if drop is not None
    ]
    wins = [f"{low:.2f} to {high:.2f}".replace("to inf", "or more") for low, high in why_not.best_at_time_values]
    return f"must drop {' or '.join(drops)}" + (f"; wins at {', '.join(wins)} USD/h" if wins else "")


def on_dates(data: Dataset, origin: str, destination: str, dates: list[str]) -> list[str]:
    """Return one line per date: when the best route arrives, and how long it waits on links."""
    lines = []
    for date in dates:
        route = find_routes(data, origin, destination, k=1, depart=date)[0]
        waiting_h = sum(getattr(leg, "waiting_h", 0.0) for leg in route.legs)
        lines.append(f"{date}: {' and '.join(route.modes)}, arrives {route.arrive:%Y-%m-%d}, waits {waiting_h:,.0f} h")
    return lines


def in_nine_of_ten(route: Route) -> str:
    """Return the median days of a route, those of nine in ten shipments, and its money."""
    late_h = route.time_h if route.time_p90_h is None else route.time_p90_h
    return f"{route.time_h / 24:.1f} d, 9 of 10 within {late_h / 24:.1f} d, {route.cost_usd:,.0f} USD"


def main() -> None:
    """Print four answers."""
    data = load()

    print("Xi'an to Duisburg, every corridor:")
    print("\n".join(lacks(compare_corridors(data, "Xi'an", "Duisburg"))))

    print("\nthe same without flights, money against time against CO2:\n")
    print(plain(front_document(data, find_pareto(data, "Xi'an", "Duisburg", avoid_modes={"air"}), limit=5, height=12)))

    print("\nPavlodar to Omsk; boats run from May to October:")
    print("\n".join(on_dates(data, "Pavlodar", "Omsk", ["2026-04-25", "2026-05-02"])))

    print("\nTashkent to Istanbul on land and sea:")
    for name, weights in (
        ("fastest on most days", Weights(cost=0.0, time_per_h=1.0)),
        ("fastest in 9 of 10 cases", Weights(cost=0.0, time_per_h=0.0, p90_per_h=1.0)),
        ("money and punctuality", Weights(p90_per_h=5.0)),
    ):
        route = find_routes(data, "Tashkent", "Istanbul", k=1, avoid_modes={"air"}, weights=weights)[0]
        print(f"{name}: {in_nine_of_ten(route)}")


if __name__ == "__main__":
    main()
