"""Maps of routes: each in its own color, side by side where they share a way, with corridor, money and days.

Needs matplotlib, of the extra ``report``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.collections import LineCollection

from network.model import MODES
from optimizer.language import _
from optimizer.report.base_map import extent_of, link_lines, thinned
from optimizer.report.document import number
from optimizer.report.map_key import Column, key_of, line_entry, route_style
from optimizer.report.map_labels import draw_places
from optimizer.report.map_links import draw_links, links_of, ranked_places
from optimizer.report.map_sheet import open_sheet
from optimizer.report.routes import corridor_name, days, node_name
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure
    from matplotlib.offsetbox import OffsetBox
    from numpy.typing import NDArray

    from network.model import Dataset
    from optimizer.route import Route

    Points = NDArray[np.float64]

WIDTH_PT = 2.4
PITCH_PT = 2.6
"""Points between the middles of routes that share a way."""
APART_PT = 1.5
"""Points of lines that lie closer together are drawn as one: small bends would fray lines set side by side."""
N_LABELS = 45
N_BESIDE = 10
"""Routes in one column of the key."""


class Track(NamedTuple):
    """A link as some routes pass it: its lines in the direction of travel, and their positions."""

    lines: Sequence[Points]
    routes: Sequence[int]


def draw_routes(
    data: Dataset, routes: Sequence[Route], *, title: str | None = None, has_borders: bool = True, places: bool = True
) -> Figure:
    """Return a map of routes over the pale links of the network, the frame around them.

    Parameters
    ----------
    data
        The dataset that the routes are of.
    routes
        Routes in the order in which they stand in the key, such as those of `optimizer.find_routes`. Where some of
        them share a way they lie side by side in this order, the first on the left in the direction of travel.
    title
        Heading; None = origin and destination.
    has_borders
        Draw the borders of countries.
    places
        Name places: ends first, then where modes or gauges change, then borders, as far as there is room.

    Raises
    ------
    ValueError
        There is no route.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import find_routes
    >>> data = load()
    >>> figure = draw_routes(data, find_routes(data, "Xi'an", "Duisburg"))
    """
    if not routes:
        raise ValueError("there is no route to draw")
    tracks = _tracks(data, routes)
    extent = extent_of(np.vstack([line for track in tracks.values() for line in track.lines]))
    key, key_pt = _key(data, routes)
    sheet = open_sheet(
        extent, title if title is not None else _title(data, routes), key, key_pt, (), has_borders=has_borders
    )
    draw_links(sheet, data, links_of(data, MODES), is_pale=True)
    scale, drawn = sheet.pt_per_km, [np.empty((0, 2))]
    for at in reversed(range(len(routes))):
        color, style = route_style(at)
        lines = [
            beside(thinned(line, APART_PT / scale), _offset(track.routes, at) / scale)
            for track in tracks.values()
            if at in track.routes
            for line in track.lines
        ]
        sheet.axes.add_collection(
            LineCollection(lines, colors=color, linewidths=WIDTH_PT, linestyles=style, capstyle="round", zorder=4.0)
        )
        drawn += [sheet.to_pt(line) for line in lines]
    if places:
        ranked = _ranked(data, routes)
        n_ends = len({end for route in routes for end in (route.origin, route.destination)})
        draw_places(sheet, data, ranked, most=N_LABELS, drawn=np.vstack(drawn), always=n_ends)
    return sheet.figure


def beside(line: Points, distance: float) -> Points:
    """Return a line, (n, 2), moved to the right of its direction by a distance; at bends no further than twice that."""
    if distance == 0.0 or len(line) < 2:
        return line
    steps = np.diff(line, axis=0)
    lengths = np.hypot(*steps.T)
    steps = steps[lengths > 0.0] / lengths[lengths > 0.0, None]
    if not len(steps):
        return line
    kept = line[np.concatenate([[True], lengths > 0.0])]
    right = np.column_stack([steps[:, 1], -steps[:, 0]])
    middle = np.vstack([right[:1], right[:-1] + right[1:], right[-1:]])
    size = np.hypot(*middle.T)
    # Where the line turns back on itself there is no side: the one it comes from is kept.
    middle[size < 1e-9] = np.vstack([right[:1], right])[size < 1e-9]
    unit = middle / np.hypot(*middle.T)[:, None]
    cosine = (unit * np.vstack([right[:1], right])).sum(axis=1)
    moved: Points = kept + unit * (distance / np.maximum(0.5, cosine))[:, None]
    return moved


def _tracks(data: Dataset, routes: Sequence[Route]) -> Mapping[str, Track]:
    """Return the links of some routes, each in the direction in which the first of them passes it."""
    links = data.network.links
    found: dict[str, Track] = {}
    for at, route in enumerate(routes):
        for leg in route.legs:
            if not isinstance(leg, Leg):
                continue
            if leg.link_id not in found:
                row = links.row_of[leg.link_id]
                lines = link_lines(data, row)
                if leg.from_node != links.text("from_node")[row]:
                    lines = [line[::-1] for line in reversed(lines)]
                found[leg.link_id] = Track(lines, [at])
            elif at not in found[leg.link_id].routes:
                found[leg.link_id] = found[leg.link_id]._replace(routes=[*found[leg.link_id].routes, at])
    return found


def _offset(routes: Sequence[int], at: int) -> float:
    """Return how many points to the right of a link a route is drawn that shares it with others."""
    return PITCH_PT * (routes.index(at) - (len(routes) - 1) / 2.0)


def _key(data: Dataset, routes: Sequence[Route]) -> tuple[OffsetBox, float]:
    """Return the key: corridor, money and days of each route."""
    entries = []
    for at, route in enumerate(routes):
        name = corridor_name(data, route.corridor) or _("outside the corridors")
        parts = [
            f"{at + 1}. {name}",
            _("{usd} USD").format(usd=number(route.cost_usd)),
            _("{days} days").format(days=days(route.time_h)),
        ]
        color, style = route_style(at)
        entries.append(line_entry(color, WIDTH_PT, " · ".join(parts), style))
    return key_of((Column("", tuple(entries[start : start + N_BESIDE])),) for start in range(0, len(entries), N_BESIDE))


def _title(data: Dataset, routes: Sequence[Route]) -> str:
    """Return the heading: where the routes begin and end."""
    ends = dict.fromkeys((route.origin, route.destination) for route in routes)
    return "; ".join(f"{node_name(data, start)} → {node_name(data, end)}" for start, end in ends)


def _ranked(data: Dataset, routes: Sequence[Route]) -> list[str]:
    """Return the places of some routes: their ends, transfers, then border crossings, then all others."""
    nodes = data.network.nodes
    country, row_of = nodes.text("country"), nodes.row_of
    ends = [end for route in routes for end in (route.origin, route.destination)]
    transfers, borders, others = [], [], []
    for route in routes:
        for leg in route.legs:
            if not isinstance(leg, Leg):
                transfers.append(leg.node_id)
            elif country[row_of[leg.from_node]] != country[row_of[leg.to_node]]:
                borders += [leg.from_node, leg.to_node]
            else:
                others.append(leg.to_node)
    others = ranked_places(data, Counter(others))
    return list(dict.fromkeys([*ends, *transfers, *borders, *others]))
