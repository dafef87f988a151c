"""What a forwarder asks of a route beside days and money: waiting, borders, gauge changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from network.model import MODES
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.graph import ArcGraph
    from optimizer.route import Route


class Figures(NamedTuple):
    """Counts and shares of a route.

    Attributes
    ----------
    waiting_share
        Hours of waiting, at borders and in transfers, over all hours; None for a route without hours.
    n_borders
        Links whose two ends lie in two countries.
    n_gauge_changes
        Transfers between two rail gauges; they are among the transfers too.
    n_transfers
        Changes of mode or gauge.
    """

    waiting_share: float | None
    n_borders: int
    n_gauge_changes: int
    n_transfers: int


def figures_of(graph: ArcGraph, route: Route) -> Figures:
    """Return the figures of a route through a virtual network."""
    nodes = graph.data.network.nodes
    country, row_of = nodes.text("country"), nodes.row_of
    links = [leg for leg in route.legs if isinstance(leg, Leg)]
    transfers = [leg for leg in route.legs if not isinstance(leg, Leg)]
    moving_h = sum(leg.moving_h for leg in links)
    return Figures(
        waiting_share=max(0.0, 1.0 - moving_h / route.time_h) if route.time_h > 0.0 else None,
        n_borders=sum(country[row_of[leg.from_node]] != country[row_of[leg.to_node]] for leg in links),
        n_gauge_changes=sum(leg.from_mode.startswith("rail") and leg.to_mode.startswith("rail") for leg in transfers),
        n_transfers=len(transfers),
    )


def main_mode(route: Route) -> str:
    """Return the mode with most of a route's kilometers; see `mode_of`."""
    return mode_of((leg.mode, leg.length_km) for leg in route.legs if isinstance(leg, Leg))


def mode_of(passages: Iterable[tuple[str, float]]) -> str:
    """Return the mode with most of the kilometers of some (mode, km), the earlier one of `MODES` on a tie.

    Empty where there are none, as for a route of transfers alone.
    """
    length_km: dict[str, float] = {}
    for mode, km in passages:
        length_km[mode] = length_km.get(mode, 0.0) + km
    return min(length_km, key=lambda mode: (-length_km[mode], MODES.index(mode)), default="")
