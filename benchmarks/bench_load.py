"""Read a dataset folder of 120,000 links and 30,000 nodes, from its files and from the cache; seconds and peak memory.

Every reading has a fresh process, and the two ways take turns, so that their ratio does not hang on the hour.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np

from network.geo import great_circle_km

N_NODES = 30_000
N_LINKS = 120_000
N_DEMANDS = 200
LIMIT_S, LIMIT_MB = 5.0, 1000.0
CACHE_LIMIT_S, CACHE_RATIO = 0.3, 8.0
TURNS = 5

MEASURE = """
import resource, sys, time
from network.dataset import check_dataset, read_dataset
folder, cache, checks = sys.argv[1], sys.argv[2] or False, sys.argv[3] == "check"
start = time.perf_counter()
data = read_dataset(folder, cache=cache)
read_s = time.perf_counter() - start
peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
findings = check_dataset(folder) if checks else []
check_s = time.perf_counter() - start - read_s
print(read_s, peak_kb / 1024, check_s, len(data.network.links), sum(f.severity == "error" for f in findings))
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


def measure(folder: Path, cache: Path | str = "", *, checks: bool = False) -> list[float]:
    """Return the seconds and the peak of memory of reading a folder, the seconds of checking it, links and errors."""
    command = [sys.executable, "-c", MEASURE, str(folder), str(cache), "check" if checks else ""]
    return list(map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()))


def run() -> list[str]:
    """Return the measured lines."""
    with tempfile.TemporaryDirectory() as name:
        folder, place = Path(name) / "large", Path(name) / "cache"
        write_instance(folder)
        _, _, check_s, n_links, n_errors = measure(folder, checks=True)
        first_s = measure(folder, place)[0]
        turns = [(measure(folder), measure(folder, place)) for _ in range(TURNS)]
    (read_s, read_mb), (kept_s, kept_mb) = (
        (median(turn[way][0] for turn in turns), max(turn[way][1] for turn in turns)) for way in (0, 1)
    )
    return [
        f"load: {n_links:,.0f} links read in {read_s:.2f} s, {read_mb:.0f} MB (limits {LIMIT_S:g} s, {LIMIT_MB:g} MB)",
        f"load: read and kept for the next time in {first_s:.2f} s",
        f"load: from the cache in {kept_s:.3f} s, {kept_mb:.0f} MB (limit {CACHE_LIMIT_S:g} s)",
        f"load: from the cache {read_s / kept_s:.1f} times faster (goal {CACHE_RATIO:g})",
        f"load: checked in {check_s:.2f} s, {n_errors:.0f} errors (limit {LIMIT_S:g} s)",
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(run()) + "\n")
