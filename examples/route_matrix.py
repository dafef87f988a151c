"""Set plants against markets: the best route of every pair in one pass, as a pandas frame.

Run it with ``python examples/route_matrix.py``.
"""

from __future__ import annotations

from network import load
from optimizer.matrix import find_routes_many

PLANTS = ["Xi'an", "Чунцин", "Almaty", "Tashkent"]
MARKETS = ["Duisburg", "Warsaw", "Istanbul", "Mumbai"]


def main() -> None:
    frame = find_routes_many(load(), PLANTS, MARKETS, avoid_countries={"RU"}, avoid_modes={"air"})
    for title, column, unit in (("days", "time_h", 24), ("USD per TEU", "cost_usd", 1)):
        table = frame.pivot(index="origin", columns="destination", values=column).loc[PLANTS, MARKETS]
        print(f"{title}, not through Russia and not by air\n{(table / unit).round(1).to_string()}\n")
    nearest = frame.loc[frame.groupby("destination")["cost_usd"].idxmin()]
    print("The cheapest plant for each market:")
    print(nearest[["destination", "origin", "corridor", "n_borders"]].to_string(index=False))


if __name__ == "__main__":
    main()
