"""What a larger port is worth on the Middle Corridor of 2030, and where the bottleneck moves then.

Run it with ``python examples/whatif.py``.
"""

from __future__ import annotations

from network import apply, load
from optimizer import what_if


def main() -> None:
    data = load()
    data = apply(data, data.scenarios["titr-2030"])
    result = what_if(data, ["caspian-ships", "alat-260", "aktau-hub"], combine="chain")
    for row in result.summary().itertuples():
        money, all_counted = row.delta_cost_usd / 1e6, row.delta_objective_usd / 1e6
        print(f"{money:+8.1f} m USD a year, {all_counted:+8.1f} with the value of time  {row.name}")
    for sentence in result.outcomes[-1]["story"]:
        print(f"\n{sentence}")
    prices = result.bottlenecks().query("name == @result.outcomes[-1]['name'] and unit == 'teu/year'")
    print(f"\n{prices[['id', 'price_before_usd_per_unit', 'price_usd_per_unit', 'holds_to']].to_string(index=False)}")


if __name__ == "__main__":
    main()
