"""From a dataset to files for a map and a spreadsheet, by the library alone.

Run it with ``python examples/load_to_map.py [FOLDER]``; without a folder the files go to a temporary one. The workbook
and the pictures need the extra ``report``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import mkdtemp

from network import apply, load
from optimizer import find_routes, plan_flows, what_if
from optimizer.report.geojson import plan_features, whatif_features
from optimizer.report.maps import draw_map, write_map
from optimizer.report.workbooks import plan_workbook


def main() -> None:
    given = sys.argv[1:]
    folder = Path(given[0]) if given else Path(mkdtemp(prefix="corridor-"))
    folder.mkdir(parents=True, exist_ok=True)
    data = load()

    routes = find_routes(data, "Xi'an", "Duisburg", k=3)
    print(routes.to_frame()[["corridor", "time_h", "cost_usd", "co2_kg"]].to_string(index=False), end="\n\n")

    plan = plan_flows(data)
    worth = plan.bottlenecks().to_frame()[["id", "capacity", "unit", "price_usd_per_unit"]]
    print(worth.head(5).to_string(index=False), end="\n\n")

    on_the_way = apply(data, data.scenarios["titr-2030"])
    result = what_if(on_the_way, ["aktau-hub"], year=2030, ranges=False)
    print(result.to_frame()[["name", "year", "delta_cost_usd", "unmet_teu"]].to_string(index=False), end="\n\n")

    (folder / "flows.geojson").write_text(json.dumps(plan_features(data, plan), ensure_ascii=False), encoding="utf-8")
    changes = json.dumps(whatif_features(result), ensure_ascii=False)
    (folder / "changes.geojson").write_text(changes, encoding="utf-8")
    (folder / "plan.xlsx").write_bytes(plan_workbook(plan))
    figure = draw_map(data, plan=plan)
    for form in ("svg", "png"):
        with (folder / f"map.{form}").open("wb") as picture:
            write_map(figure, picture, form)
    print(*sorted(path.name for path in folder.iterdir()), "in", folder)


if __name__ == "__main__":
    main()
