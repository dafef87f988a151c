"""The report as one HTML page: a map with switches, charts, tables, sources, and how to make it again.

>>> from network import load
>>> from optimizer import plan_flows
>>> from optimizer.report.page import page, plan_subject
>>> html = page(plan_subject(plan_flows(load())))  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.report.page.composing import comparison_routes, plan_subject, route_subject, whatif_subject
    from optimizer.report.page.rendering import page, page_and_charts

__all__ = ["comparison_routes", "page", "page_and_charts", "plan_subject", "route_subject", "whatif_subject"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, so that composing a subject needs no library of pages."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "rendering" if name.startswith("page") else "composing"
    return getattr(import_module(f"{__name__}.{module}"), name)
