"""The sheet that a map is drawn on: title, frame, base map, graticule, key and credits.

Needs matplotlib, of the extra ``report``. A sheet is measured in points, 1/72 inch, so that what is drawn on it can be
placed before it is rendered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.offsetbox import AnchoredOffsetbox
from matplotlib.textpath import text_to_path

from optimizer.language import _, number_text
from optimizer.report.base_map import projected_base_map
from optimizer.report.map_style import BORDER, COAST, GRATICULE, LAND, SEA, WATER
from optimizer.report.projection import project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from matplotlib.axes import Axes
    from matplotlib.offsetbox import OffsetBox
    from numpy.typing import NDArray

    from optimizer.report.base_map import Extent

    Points = NDArray[np.float64]

MapForm = Literal["svg", "png"]

WIDTH_PT = 1152.0
MARGIN_PT, TITLE_PT, LINE_PT = 10.0, 30.0, 11.0
TEXT, FAINT = "#222222", "#5A5F66"
GRATICULE_STEPS = (20, 10, 5)
"""Degrees between the lines of a graticule: the first of them that gives a map enough lines."""
LEAST_LINES = 4
CORNER_PT = 20.0
"""Points around the corners of a map where no degrees are written."""


class Sheet(NamedTuple):
    """A figure with the axes of its map, what they show, and how many points a kilometer has."""

    figure: Figure
    axes: Axes
    extent: Extent
    pt_per_km: float

    def to_pt(self, points: Points) -> Points:
        """Return projected points, (n, 2), in points from the lower left corner of the map."""
        placed: Points = (points - self.extent.low) * self.pt_per_km
        return placed

    @property
    def size_pt(self) -> Points:
        """Width and height of the map in points, (2,)."""
        size: Points = self.extent.span * self.pt_per_km
        return size


def open_sheet(
    extent: Extent, title: str, key: OffsetBox | None, key_pt: float, remarks: Iterable[str], *, has_borders: bool
) -> Sheet:
    """Return a sheet with all that lies under and around what is shown.

    Parameters
    ----------
    extent
        What of the world is shown.
    title
        Heading.
    key, key_pt
        What explains the symbols, set below the map, and its height.
    remarks
        Lines below that; the credits come last.
    has_borders
        Draw borders of countries, and say in the credits that they take no side.
    """
    lines = [*remarks, credits_line(has_borders=has_borders)]
    below_pt = key_pt + LINE_PT * len(lines) + 1.5 * MARGIN_PT
    pt_per_km = float((WIDTH_PT - 2.0 * MARGIN_PT) / extent.span[0])
    map_pt = float(extent.span[1]) * pt_per_km
    height_pt = TITLE_PT + map_pt + below_pt
    figure = Figure(figsize=(WIDTH_PT / 72.0, height_pt / 72.0), facecolor="white")
    axes = figure.add_axes(
        (MARGIN_PT / WIDTH_PT, below_pt / height_pt, 1.0 - 2.0 * MARGIN_PT / WIDTH_PT, map_pt / height_pt)
    )
    axes.set(xlim=(extent.low[0], extent.high[0]), ylim=(extent.low[1], extent.high[1]))
    axes.set(xticks=[], yticks=[], facecolor=SEA)
    axes.spines[:].set(color="#8A9199", linewidth=0.8)
    left = MARGIN_PT / WIDTH_PT
    figure.text(left, 1.0 - 9.0 / height_pt, title, fontsize=14, color=TEXT, va="top", parse_math=False)
    for at, line in enumerate(reversed(lines)):
        y = (0.6 * MARGIN_PT + LINE_PT * at) / height_pt
        figure.text(left, y, line, fontsize=7, color=FAINT, va="bottom", parse_math=False)
    if key is not None:
        corner = (left, (below_pt - 0.5 * MARGIN_PT) / height_pt)
        figure.add_artist(
            AnchoredOffsetbox(
                "upper left",
                child=key,
                frameon=False,
                pad=0.0,
                borderpad=0.0,
                bbox_to_anchor=corner,
                bbox_transform=figure.transFigure,
            )
        )
    sheet = Sheet(figure, axes, extent, pt_per_km)
    _draw_base_map(sheet, has_borders=has_borders)
    _draw_graticule(sheet)
    return sheet


def credits_line(*, has_borders: bool) -> str:
    """Return whom a map is owed to, and that borders take no side where it shows them."""
    owed = _("Links © OpenStreetMap contributors (ODbL 1.0), searoute · Base map Natural Earth")
    if not has_borders:
        return owed
    return f"{owed} · {_('Borders are drawn for orientation and take no side in any dispute')}"


def write_map(figure: Figure, stream: BinaryIO, form: MapForm) -> None:
    """Write a map as SVG or as PNG 2,400 pixels wide; the same map gives the same bytes."""
    if form == "svg":
        from matplotlib import rc_context

        # Text stays text, so that it can be searched; the salt makes the ids of clip paths the same every time.
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "corridor"}):
            figure.savefig(stream, format="svg", metadata={"Date": None})
    else:
        figure.savefig(stream, format="png", dpi=150)


def text_width(text: str, size: float) -> float:
    """Return the width of a text in points."""
    width, _height, _descent = text_to_path.get_text_width_height_descent(text, FontProperties(size=size), False)
    return float(width)


def _draw_base_map(sheet: Sheet, *, has_borders: bool) -> None:
    """Draw what of land, water, rivers and borders the map shows; rivers end where lakes begin."""
    world, extent, axes = projected_base_map(), sheet.extent, sheet.axes
    shown = {name: [line for line in lines if extent.meets(line)] for name, lines in world.items()}
    axes.add_collection(PolyCollection(shown["land"], facecolors=LAND, edgecolors=COAST, linewidths=0.5, zorder=1.0))
    axes.add_collection(LineCollection(shown["rivers"], colors=WATER, linewidths=0.6, zorder=1.1))
    axes.add_collection(PolyCollection(shown["water"], facecolors=SEA, edgecolors=COAST, linewidths=0.4, zorder=1.2))
    if has_borders:
        axes.add_collection(LineCollection(shown["borders"], colors=BORDER, linewidths=0.6, zorder=1.3))


def _draw_graticule(sheet: Sheet) -> None:
    """Draw thin meridians and parallels, with their degrees where they leave the map."""
    for step in GRATICULE_STEPS:
        lines = list(_graticule(sheet.extent, step))
        if len(lines) >= 2 * LEAST_LINES:
            break
    drawn = [line for line, _label, _side in lines]
    sheet.axes.add_collection(LineCollection(drawn, colors=GRATICULE, linewidths=0.4, zorder=1.25))
    for line, label, side in lines:
        x, y = line[np.flatnonzero(sheet.extent.holds(line))[0]]
        is_meridian = side == "bottom"
        along = ((x, y) - sheet.extent.low)[0 if is_meridian else 1] * sheet.pt_per_km
        if not CORNER_PT < along < sheet.size_pt[0 if is_meridian else 1] - CORNER_PT:
            continue
        sheet.axes.annotate(
            label,
            (x, sheet.extent.low[1]) if is_meridian else (sheet.extent.low[0], y),
            (0, 3) if is_meridian else (3, 0),
            textcoords="offset points",
            fontsize=6,
            color=FAINT,
            ha="center" if is_meridian else "left",
            va="bottom" if is_meridian else "center",
            zorder=1.4,
        )


def _graticule(extent: Extent, step: int) -> Iterator[tuple[Points, str, Literal["bottom", "left"]]]:
    """Yield the meridians that cross the lower edge of an extent and the parallels that cross its left one."""
    fine = np.linspace(0.0, 1.0, 200)
    for lon in range(-20, 181, step):
        line = project(np.column_stack([np.full(200, float(lon)), -20.0 + 97.0 * fine]))
        inside = np.flatnonzero(extent.holds(line))
        if len(inside) and abs(line[inside[0], 1] - extent.low[1]) < 0.1 * extent.span[1]:
            yield line, _degrees(lon, is_east=True), "bottom"
    for lat in range(-20, 78, step):
        line = project(np.column_stack([-25.0 + 205.0 * fine, np.full(200, float(lat))]))
        inside = np.flatnonzero(extent.holds(line))
        if len(inside) and abs(line[inside[0], 0] - extent.low[0]) < 0.1 * extent.span[0]:
            yield line, _degrees(lat, is_east=False), "left"


def _degrees(value: int, *, is_east: bool) -> str:
    """Return degrees of longitude or latitude with the half of the globe they are in."""
    size = number_text(abs(value))
    if is_east:
        return (_("{n}° E") if value >= 0 else _("{n}° W")).format(n=size)
    return (_("{n}° N") if value >= 0 else _("{n}° S")).format(n=size)
