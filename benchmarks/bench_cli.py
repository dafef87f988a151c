"""Whole-process times of the command line against an empty Python, in alternation in the same environment."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
COMMANDS = {
    "corridor --help": (["-m", "optimizer", "--help"], 5.0),
    'corridor route "Xi\'an" Duisburg': (["-m", "optimizer", "route", "Xi'an", "Duisburg"], 15.0),
    "corridor plan": (["-m", "optimizer", "plan"], None),
}


def seconds(arguments: list[str]) -> float:
    """Return the wall time of one run of the interpreter."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def run() -> list[str]:
    """Return one line per command: median time, median of the ratios pair by pair, and the goal."""
    lines = []
    for name, (arguments, goal) in COMMANDS.items():
        seconds(arguments)
        pairs = [(seconds(["-c", "pass"]), seconds(arguments)) for _ in range(RUNS)]
        ratio = statistics.median(command / empty for empty, command in pairs)
        median_ms = statistics.median(command for _, command in pairs) * 1e3
        wanted = "" if goal is None else f" (goal at most {goal:g} ×)"
        lines.append(f"{name:34} {median_ms:7.0f} ms  {ratio:5.1f} × python -c pass{wanted}")
    return lines
