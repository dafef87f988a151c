"""What `make demo` shows: real routes side by side, then the base-year plan with its bottlenecks."""

from __future__ import annotations

import time

from compare_routes import CHINA_EUROPE, NORTH_SOUTH, Constraints, command, compare, side_by_side

from network import Dataset, load
from optimizer import plan_flows
from optimizer.report.document import plain
from optimizer.report.plans import plan_document


def show(data: Dataset, heading: str, origin: str, destination: str, ways: dict[str, Constraints]) -> None:
    """Print the best route of each way and the commands behind them."""
    start = time.perf_counter()
    routes = compare(data, origin, destination, ways)
    seconds = time.perf_counter() - start
    print(f"{heading}: {origin} → {destination}, one TEU, terminal to terminal ({seconds:.2f} s)\n")
    print(plain([side_by_side(routes)]), end="\n\n")
    print("The same leg by leg on the command line (.venv/bin/corridor):")
    for name, constraints in ways.items():
        print(f"  {name:19}{command(origin, destination, constraints)}")
    print()


def main() -> None:
    """Print three answers and where to go from them."""
    start = time.perf_counter()
    data = load()
    network = data.network
    print(
        f"{data.info.title}, version {data.info.version}: {len(network.nodes)} nodes, {len(network.links)} links, "
        f"{len(data.demands)} demands ({time.perf_counter() - start:.2f} s to read and check)\n"
    )
    show(data, "1. China–Europe", "Xi'an", "Duisburg", CHINA_EUROPE)
    show(data, "2. North–South", "Moscow", "Mumbai", NORTH_SOUTH)

    start = time.perf_counter()
    plan = plan_flows(data)
    seconds = time.perf_counter() - start
    print(f"3. The cheapest plan of all {len(data.demands)} demands ({seconds:.2f} s, verification included)\n")
    print(plain(plan_document(data, plan)), end="\n\n")
    print("Next, in .venv/bin: corridor --help · corridor plan --scenario suez-closed · corridor projects · README.md")


if __name__ == "__main__":
    main()
