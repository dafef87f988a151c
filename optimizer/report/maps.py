"""Maps of a network: its links in their true geometry on a base map of land, lakes, rivers and borders.

Needs matplotlib, of the extra ``report``. The base map is Natural Earth 1:50m (public domain) and travels with the
package, so that a map needs no network. Colors are those of Okabe and Ito, "Color Universal Design" (2008).
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from network.model import MODES, split_list
from optimizer.report.geojson import line_of, position_of
from optimizer.report.map_style import BORDER, LAND, MODE_COLORS, MODE_WIDTHS, OTHER_COLOR, SEA, WATER
from optimizer.report.projection import project

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from network.model import Dataset

    Points = NDArray[np.float64]

MapForm = Literal["svg", "png"]

CREDITS = (
    "Links © OpenStreetMap contributors (ODbL 1.0), searoute · Base map Natural Earth · "
    "Borders are drawn for orientation and take no side in any dispute"
)
MARGIN_KM = 250.0
# South and west of the base map only ships go, round Africa: the frame leaves that out.
FRAME = ((-11.0, 8.0), (145.0, 66.0))
N_LABELS = 45
WIDTH_INCHES = 16.0


def draw_map(
    data: Dataset, *, modes: Collection[str] = MODES, corridor: str | None = None, title: str | None = None
) -> Figure:
    """Return a map of a network, links colored by mode.

    Parameters
    ----------
    data
        Dataset, scenarios applied.
    modes
        Modes to draw.
    corridor
        Id of a corridor to bring out: its links keep their color, the others turn gray, and the frame fits it.
    title
        Heading; None = that of the dataset or corridor.

    Raises
    ------
    UnknownIdError
        No corridor has this id.
    """
    links = data.network.links
    if corridor is not None and corridor not in data.network.corridors.row_of:
        from network.places import unknown_id

        raise unknown_id("corridor", corridor, data.network.corridors.row_of)
    shown = [row for row, mode in enumerate(links.text("mode")) if mode in modes]
    brought_out = [row for row in shown if corridor is None or corridor in split_list(links.text("corridors")[row])]
    lines = {row: list(_lines(data, row)) for row in shown}
    low, high = _frame(lines, brought_out, is_whole=corridor is None)
    height = WIDTH_INCHES * (high - low)[1] / (high - low)[0]
    figure = Figure(figsize=(WIDTH_INCHES, height + 0.6), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    _draw_base_map(axes)
    mode_of = links.text("mode")
    for mode in (mode for mode in MODES[::-1] if mode in modes):
        # Flights of other corridors would hide the rest.
        is_gray = corridor is not None and mode != "air"
        gray = [line for row in shown if is_gray and mode_of[row] == mode for line in lines[row]]
        axes.add_collection(LineCollection(gray, colors=OTHER_COLOR, linewidths=0.4, zorder=3))
        colored = [line for row in brought_out if mode_of[row] == mode for line in lines[row]]
        width = MODE_WIDTHS[mode] * (1.0 if corridor is None else 2.0)
        axes.add_collection(LineCollection(colored, colors=MODE_COLORS[mode], linewidths=width, zorder=4))
    _draw_nodes(axes, data, brought_out, low, high)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal", xticks=[], yticks=[], facecolor=SEA)
    axes.set_title(title if title is not None else _title(data, corridor), loc="left", fontsize=13, parse_math=False)
    axes.set_xlabel(CREDITS, fontsize=7, loc="left", color="#555555")
    present = [mode for mode in MODES if any(mode_of[row] == mode for row in brought_out)]
    handles = [Line2D([], [], color=MODE_COLORS[mode], lw=2, label=mode) for mode in present]
    axes.legend(handles=handles, loc="lower left", frameon=True, framealpha=0.9, fontsize=9)
    return figure


def write_map(figure: Figure, stream: BinaryIO, form: MapForm) -> None:
    """Write a map as SVG or as PNG 2,400 pixels wide; the same map gives the same bytes."""
    if form == "svg":
        from matplotlib import rc_context

        # Text stays text, so that it can be searched; the salt makes the ids of clip paths the same every time.
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "corridor"}):
            figure.savefig(stream, format="svg", metadata={"Date": None})
    else:
        figure.savefig(stream, format="png", dpi=150)


def _title(data: Dataset, corridor: str | None) -> str:
    """Return the heading of a map."""
    if corridor is None:
        return (
            f"{data.info.title or data.info.name} · {len(data.network.nodes)} places, {len(data.network.links)} links"
        )
    table = data.network.corridors
    return str(table.text("name")[table.row_of[corridor]]) or corridor


def _lines(data: Dataset, row: int) -> Iterator[Points]:
    """Return the projected lines of a link; one without geometry is a great circle between its ends."""
    links = data.network.links
    link_id, start, end = (str(links.text(name)[row]) for name in ("link_id", "from_node", "to_node"))
    if link_id in data.geometry:
        geometry = line_of(data, link_id, start)
        parts = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
        for part in parts:
            yield project(part)
    else:
        yield project(great_circle(position_of(data, start), position_of(data, end)))


def great_circle(start: Sequence[float], end: Sequence[float], n_points: int = 33) -> Points:
    """Return points of longitude and latitude along the great circle between two, shape (n_points, 2)."""
    lon, lat = np.radians(np.array([start, end])).T
    ends = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    angle = np.arccos(np.clip(ends[0] @ ends[1], -1.0, 1.0))
    if angle < 1e-9:
        return np.array([start, end], dtype=np.float64)
    share = np.linspace(0.0, 1.0, n_points)[:, None]
    points = (np.sin((1.0 - share) * angle) * ends[0] + np.sin(share * angle) * ends[1]) / np.sin(angle)
    line: Points = np.degrees(np.column_stack([np.arctan2(points[:, 1], points[:, 0]), np.arcsin(points[:, 2])]))
    return line


def _frame(lines: Mapping[int, Sequence[Points]], rows: Sequence[int], *, is_whole: bool) -> tuple[Points, Points]:
    """Return the lower left and upper right corner: all that is drawn with a margin, within the base map."""
    edge = [(lon, lat) for lon in np.linspace(FRAME[0][0], FRAME[1][0], 21) for lat in (FRAME[0][1], FRAME[1][1])]
    outer = project(edge)
    lowest, highest = outer.min(axis=0), outer.max(axis=0)
    points = [line for row in rows for line in lines[row]]
    if is_whole or not points:
        return lowest, highest
    drawn = np.vstack(points)
    low = np.maximum(drawn.min(axis=0) - MARGIN_KM, lowest)
    high = np.minimum(drawn.max(axis=0) + MARGIN_KM, highest)
    # No map is flatter or steeper than the page it is drawn on.
    span = np.maximum(high - low, (high - low)[::-1] * np.array([16 / 9, 9 / 16]))
    middle = (low + high) / 2
    return middle - span / 2, middle + span / 2


@cache
def base_map() -> Mapping[str, Any]:
    """Return the base map in degrees: polygons of ``land`` and ``lakes``, lines of ``borders`` and ``rivers``."""
    text = files("optimizer.report").joinpath("basemap_eurasia.json").read_text(encoding="utf-8")
    return cast("Mapping[str, Any]", json.loads(text))


def _draw_base_map(axes: Axes) -> None:
    """Draw land, lakes, rivers and borders."""
    world = base_map()
    land = [project(rings[0]) for rings in world["land"]]
    axes.add_collection(PolyCollection(land, facecolors=LAND, edgecolors="none", zorder=1))
    water = [ring for rings in world["land"] for ring in rings[1:]] + [rings[0] for rings in world["lakes"]]
    axes.add_collection(PolyCollection([project(ring) for ring in water], facecolors=SEA, edgecolors="none", zorder=2))
    rivers = [project(river["c"]) for river in world["rivers"]]
    axes.add_collection(LineCollection(rivers, colors=WATER, linewidths=0.5, zorder=2))
    borders = [project(line) for line in world["borders"]]
    axes.add_collection(LineCollection(borders, colors=BORDER, linewidths=0.5, zorder=2))


def _draw_nodes(axes: Axes, data: Dataset, rows: Sequence[int], low: Points, high: Points) -> None:
    """Draw the ends of links as dots, and names as far as they have room.

    Places where most demands begin or end come first, then those where most links meet.
    """
    links, nodes = data.network.links, data.network.nodes
    met: dict[str, int] = {}
    for row in rows:
        for side in ("from_node", "to_node"):
            name = str(links.text(side)[row])
            met[name] = met.get(name, 0) + 1
    if not met:
        return
    place = dict(zip(met, project([position_of(data, name) for name in met]), strict=True))
    dots = np.vstack(list(place.values()))
    axes.plot(dots[:, 0], dots[:, 1], ".", color="#333333", markersize=2.2, zorder=5)
    room = (high - low) / np.array([13.0, 42.0])
    taken: list[Points] = []
    asked = Counter([*data.demands.text("origin"), *data.demands.text("destination")])
    for name in sorted(met, key=lambda name: (-asked[name], -met[name], name)):
        at = place[name]
        is_inside = bool(((at > low) & (at < high)).all())
        if len(taken) == N_LABELS or not is_inside or any((np.abs(at - other) < room).all() for other in taken):
            continue
        taken.append(at)
        text = str(nodes.text("name")[nodes.row_of[name]]).partition(" (")[0] or name
        # A name may hold dollar signs, which are no mathematics.
        label = axes.annotate(text, tuple(at), (3, 2), textcoords="offset points", fontsize=7, zorder=6)
        label.set(clip_on=True, parse_math=False, color="#222222")
