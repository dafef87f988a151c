"""Charts of routes, plans and what-ifs: each a figure for SVG and PNG, with its main numbers in words.

Needs matplotlib, of the extra ``report``.

>>> from network import load
>>> from optimizer import find_routes
>>> from optimizer.plots import route_bars
>>> data = load()
>>> route_bars(data, find_routes(data, "Xi'an", "Duisburg", k=3)).save("routes.svg")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.plots.bottleneck_dots import ledger, plan_ledger
    from optimizer.plots.chart import Chart
    from optimizer.plots.corridor_bars import corridors
    from optimizer.plots.curve_panels import curve
    from optimizer.plots.emission_bars import emissions
    from optimizer.plots.family_bars import cost_families
    from optimizer.plots.flow_bands import sankey
    from optimizer.plots.front_points import front
    from optimizer.plots.leg_bars import route_bars

__all__ = [
    "Chart",
    "corridors",
    "cost_families",
    "curve",
    "emissions",
    "front",
    "ledger",
    "plan_ledger",
    "route_bars",
    "sankey",
]

# No module has the name of a function: importing it would hide the function.
_MODULE_OF = {
    "Chart": "optimizer.plots.chart",
    "corridors": "optimizer.plots.corridor_bars",
    "cost_families": "optimizer.plots.family_bars",
    "curve": "optimizer.plots.curve_panels",
    "emissions": "optimizer.plots.emission_bars",
    "front": "optimizer.plots.front_points",
    "ledger": "optimizer.plots.bottleneck_dots",
    "plan_ledger": "optimizer.plots.bottleneck_dots",
    "route_bars": "optimizer.plots.leg_bars",
    "sankey": "optimizer.plots.flow_bands",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562)."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value: object = getattr(import_module(_MODULE_OF[name]), name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "matplotlib":
            raise
        message = "charts need matplotlib, which is not installed: pip install 'corridor-optimizer[report]'"
        raise ModuleNotFoundError(message, name="matplotlib") from missing
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return list(__all__)
