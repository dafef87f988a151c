"""What `make demo` shows: every way side by side and why the others lose, then the base-year plan."""

from __future__ import annotations

import time

from network import Dataset, load
from optimizer import compare_corridors, plan_flows
from optimizer.report.comparison import comparison_document
from optimizer.report.document import plain
from optimizer.report.plans import plan_document


def show(data: Dataset, heading: str, origin: str, destination: str) -> None:
    """Print the best route of every corridor and main mode between two places."""
    start = time.perf_counter()
    comparison = compare_corridors(data, origin, destination)
    seconds = time.perf_counter() - start
    print(f"{heading}: {origin} → {destination}, one TEU, terminal to terminal ({seconds:.2f} s)\n")
    print(plain(comparison_document(data, comparison)), end="\n\n")
    print(f'In .venv/bin: corridor route "{origin}" {destination} --each-corridor\n')


def main() -> None:
    """Print three answers and where to go from them."""
    start = time.perf_counter()
    data = load()
    network = data.network
    print(
        f"{data.info.title}, version {data.info.version}: {len(network.nodes)} nodes, {len(network.links)} links, "
        f"{len(data.demands)} demands ({time.perf_counter() - start:.2f} s to read and check)\n"
    )
    show(data, "1. China–Europe", "Xi'an", "Duisburg")
    show(data, "2. North–South", "Moscow", "Mumbai")

    start = time.perf_counter()
    plan = plan_flows(data)
    seconds = time.perf_counter() - start
    print(f"3. The cheapest plan of all {len(data.demands)} demands ({seconds:.2f} s, verification included)\n")
    print(plain(plan_document(data, plan)), end="\n\n")
    print("Next, in .venv/bin: corridor --help · corridor plan --scenario suez-closed · corridor projects · README.md")


if __name__ == "__main__":
    main()
