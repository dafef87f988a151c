"""Read and check a dataset folder of 100,000 links and 20,000 nodes, in a fresh process; seconds and peak memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from network.geo import great_circle_km

N_NODES = 20_000
N_LINKS = 100_000
N_DEMANDS = 200
LIMIT_S, LIMIT_MB = 5.0, 1000.0

MEASURE = """
import resource, sys, time
from network.dataset import check_dataset, read_dataset
start = time.perf_counter()
data = read_dataset(sys.argv[1])
read_s = time.perf_counter() - start
findings = check_dataset(sys.argv[1])
check_s = time.perf_counter() - start - read_s
peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(read_s, check_s, peak_kb / 1024, len(data.network.links), sum(f.severity == "error" for f in findings))
"""


def write_instance(folder: Path, n_nodes: int = N_NODES, n_links: int = N_LINKS, seed: int = 1) -> None:
    """Write a sound dataset folder: a ring of all nodes with random chords, two modes, half the links with capacity."""
    rng = np.random.default_rng(seed)
    lat, lon = rng.uniform(-10, 60, n_nodes).round(4), rng.uniform(0, 140, n_nodes).round(4)
    countries = np.array(["KZ", "CN", "RU", "PL", "DE", "TR"])[rng.integers(0, 6, n_nodes)]
    tail = np.concatenate([np.arange(n_nodes), rng.integers(0, n_nodes, n_links - n_nodes)])
    step = np.concatenate([np.ones(n_nodes, dtype=np.int64), rng.integers(1, n_nodes, n_links - n_nodes)])
    head = (tail + step) % n_nodes
    km = (10 + 1.2 * great_circle_km(lat[tail], lon[tail], lat[head], lon[head])).round(1)
    is_rail, has_capacity = rng.random(n_links) < 0.5, rng.random(n_links) < 0.5
    capacity, background = rng.integers(5, 80, n_links), rng.integers(0, 5, n_links)
    nodes = ["node_id,name,country,lat,lon,kind,name_ru,source,confidence"]
    nodes += [f"N{i},Place {i},{countries[i]},{lat[i]},{lon[i]},city,Место {i},made-up,D" for i in range(n_nodes)]
    links = [
        "link_id,mode,from_node,to_node,directed,length_km,gauge_mm,fixed_time_h,fixed_cost_usd_per_teu,capacity,"
        "capacity_unit,capacity_scope,background,corridors,source,confidence,note"
    ]
    for i in range(n_links):
        mode = "rail" if is_rail[i] else "road"
        limit = f"{capacity[i]},{mode.replace('rail', 'train').replace('road', 'truck')}/day,each,{background[i]}"
        links.append(
            f"L{i},{mode},N{tail[i]},N{head[i]},0,{km[i]},{1520 if is_rail[i] else ''},2.5,30,"
            f"{limit if has_capacity[i] else ',,,'},main,made-up,D,generated row"
        )
    rates = ["mode,country,cost_usd_per_teu_km,cost_usd_per_t_km,speed_kmh,co2_wtw_g_per_tkm"]
    rates += ["rail,*,0.5,0.04,35,20", "road,*,1.5,0.1,60,70", "rail,KZ,0.4,0.03,,"]
    transfers = ["node_id,from_mode,to_mode,time_h,cost_usd_per_teu,cost_usd_per_t"]
    transfers += [f"N{i},rail1520,road,6,50,4" for i in range(n_nodes)]
    demands = ["demand_id,origin,destination,commodity,volume,unmet_cost_usd_per_unit"]
    demands += [f"D{i},N{i},N{n_nodes // 2 + i},container,1000,20000" for i in range(N_DEMANDS)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.toml").write_text('name = "large"\nbase_year = 2024\n[sources.made-up]\ntitle = "Generated"\n')
    tables = {"nodes": nodes, "links": links, "rates": rates, "transfers": transfers, "demands": demands}
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run() -> list[str]:
    """Return the measured lines."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "large"
        write_instance(folder)
        command = [sys.executable, "-c", MEASURE, str(folder)]
        words = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    read_s, check_s, peak_mb, n_links, n_errors = map(float, words)
    return [
        f"load: {n_links:,.0f} links read in {read_s:.2f} s (limit {LIMIT_S:g} s)",
        f"load: the same read and checked in {check_s:.2f} s, {n_errors:.0f} errors (limit {LIMIT_S:g} s)",
        f"load: peak memory {peak_mb:.0f} MB (limit {LIMIT_MB:g} MB)",
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(run()) + "\n")
