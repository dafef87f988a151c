"""Close every shared capacity and three Caspian ports, one at a time, and see what the plan loses.

Run: python examples/n_minus_1.py
"""

from __future__ import annotations

from network import load
from optimizer.disruption import Disruption, disrupt


def show(title: str, result: Disruption) -> None:
    print(title)
    for record in result.worst:
        more = record["delta_objective_usd"]
        loss = record["message"] if more is None else f"{more / 1e6:8,.1f} m USD a year"
        cut_off = f", no way left for {len(record['cut_off'])} demands" if record["cut_off"] else ""
        print(f"  {loss}  {record['name']} ({record['t_used'] / 1e6:.1f} Mt over it{cut_off})")
    print(f"  {len(result.records) - len(result.worst)} of {len(result.records)} closings cost nothing\n")


def main() -> None:
    data = load()
    show("Terminals, ports and fleets closed all year:", disrupt(data, kinds=["shared"]))
    show("Ports closed all year:", disrupt(data, only=["Aktau", "Kuryk", "Turkmenbashi"]))
    show("The same ports closed for 90 days:", disrupt(data, only=["Aktau", "Kuryk", "Turkmenbashi"], share=90 / 365))


if __name__ == "__main__":
    main()
