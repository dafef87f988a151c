"""What `make demo` shows: every way side by side, the base-year plan, and a what-if as a report to hand over."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from network import Dataset, apply, load
from optimizer import compare_corridors, plan_flows, what_if
from optimizer.report.comparison import comparison_document
from optimizer.report.document import plain
from optimizer.report.page import page, whatif_subject
from optimizer.report.plans import plan_document

QUESTION = ("aktau-hub", "caspian-ships", "alat-260")
DEMAND = "titr-2030"
REPORT = Path("demo", "report.html")
COMMAND = (
    f"corridor report {' '.join(QUESTION)} --combine chain --scenario {DEMAND} "
    f'--route "Xi\'an" Baku -o {REPORT.as_posix()}'
)


def show(data: Dataset, heading: str, origin: str, destination: str) -> None:
    """Print the best route of every corridor and main mode between two places."""
    start = time.perf_counter()
    comparison = compare_corridors(data, origin, destination)
    seconds = time.perf_counter() - start
    print(f"{heading}: {origin} → {destination}, one TEU, terminal to terminal ({seconds:.2f} s)\n")
    print(plain(comparison_document(data, comparison)), end="\n\n")
    print(f'In .venv/bin: corridor route "{origin}" {destination} --each-corridor\n')


def write_report(data: Dataset, file: Path) -> str:
    """Write what the hub at Aktau, two ships and the port of Baku change on the demand of 2030; return what it took."""
    start = time.perf_counter()
    result = what_if(apply(data, data.scenarios[DEMAND]), QUESTION, combine="chain")
    solved = time.perf_counter()
    subject = whatif_subject(result, command=COMMAND, relations=[("Xi'an", "Baku")])
    composed = time.perf_counter()
    html = page(subject).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(html)
    return (
        f"{file}: {len(html) / 1e6:.1f} MB ({solved - start:.1f} s to plan, {composed - solved:.1f} s for routes and "
        f"curves, {time.perf_counter() - composed:.1f} s to write)"
    )


def main(file: Path) -> None:
    """Print three answers, write a report, and say where to go from them."""
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
    print("4. Aktau 2030: the hub, then two more ships, then the port of Baku, as a page for any browser\n")
    print(write_report(data, file))
    print(f"In .venv/bin: {COMMAND}\n")
    print("Next, in .venv/bin: corridor --help · corridor plan --scenario suez-closed · corridor projects · README.md")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPORT)
