"""The ground that maps are drawn on: land, lakes, rivers and borders, the lines of links, and what a map shows of both.

The base map is Natural Earth 1:50m (public domain) and travels with the package, so that a map needs no network.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from optimizer.report.geojson import line_of, position_of
from optimizer.report.projection import project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from network.model import Dataset

    Points = NDArray[np.float64]

MARGIN_KM = 250.0
FLATTEST, STEEPEST = 2.0, 1.5
"""Width over height of a map: at most, and at least."""


class Extent(NamedTuple):
    """The part of the plane that a map shows: its lower left and upper right corner, in kilometers, (2,) each."""

    low: Points
    high: Points

    @property
    def span(self) -> Points:
        """Width and height in kilometers, (2,)."""
        span: Points = self.high - self.low
        return span

    def meets(self, points: Points) -> bool:
        """Tell whether the box around some points, (n, 2), touches the extent."""
        return bool((points.max(axis=0) >= self.low).all() and (points.min(axis=0) <= self.high).all())

    def holds(self, points: Points) -> NDArray[np.bool_]:
        """Return the mask of points, (n, 2), within the extent."""
        return np.asarray(((points > self.low) & (points < self.high)).all(axis=1), dtype=np.bool_)


WHOLE = Extent(np.array([-6100.0, -3900.0]), np.array([6300.0, 3500.0]))
"""All of Eurasia that has links; the lanes round Africa leave it."""


@cache
def base_map() -> Mapping[str, Any]:
    """Return the base map in degrees: polygons of ``land`` and ``lakes``, lines of ``borders`` and ``rivers``."""
    text = files("optimizer.report").joinpath("basemap_eurasia.json").read_text(encoding="utf-8")
    return cast("Mapping[str, Any]", json.loads(text))


@cache
def projected_base_map() -> Mapping[str, tuple[Points, ...]]:
    """Return the base map in kilometers: outlines of ``land`` and ``water`` on it, lines of ``borders`` and ``rivers``.

    Lakes that are holes in the land, as the Caspian Sea is, are water like the others.
    """
    world = base_map()
    water = [ring for rings in world["land"] for ring in rings[1:]] + [rings[0] for rings in world["lakes"]]
    parts = {
        "land": [rings[0] for rings in world["land"]],
        "water": water,
        "rivers": [river["c"] for river in world["rivers"]],
        "borders": world["borders"],
    }
    return {name: tuple(project(line) for line in lines) for name, lines in parts.items()}


def link_lines(data: Dataset, row: int, apart_km: float = 0.0) -> list[Points]:
    """Return the projected lines of a link from its `from_node` on; one without geometry is a great circle.

    Parameters
    ----------
    apart_km
        Points that lie closer together than this are drawn as one; the ends stay where they are.
    """
    links = data.network.links
    link_id, start, end = (str(links.text(name)[row]) for name in ("link_id", "from_node", "to_node"))
    line = line_of(data, link_id, start)
    parts = line["coordinates"] if line["type"] == "MultiLineString" else [line["coordinates"]]
    if sum(map(len, parts)) <= 2 * len(parts):
        parts = [great_circle(position_of(data, start), position_of(data, end))]
    return [thinned(project(part), apart_km) for part in parts]


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


def thinned(line: Points, apart_km: float) -> Points:
    """Return a line, (n, 2), without the points that lie closer than a distance to the one before; the ends stay."""
    if len(line) < 3 or apart_km <= 0.0:
        return line
    along = np.concatenate([[0.0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    kept = np.flatnonzero(np.diff(along // apart_km, prepend=-1.0))
    thin: Points = line[np.unique([*kept, len(line) - 1])]
    return thin


def extent_of(points: Points, margin_km: float = MARGIN_KM) -> Extent:
    """Return the extent of projected points, (n, 2), with a margin; the whole without points.

    It stays within the whole, and is no flatter or steeper than a page has room for.
    """
    if not len(points):
        return WHOLE
    low = np.maximum(points.min(axis=0) - margin_km, WHOLE.low)
    high = np.minimum(points.max(axis=0) + margin_km, WHOLE.high)
    width, height = high - low
    span = np.array([max(width, height * STEEPEST), max(height, width / FLATTEST)])
    middle = (low + high) / 2.0
    return Extent(middle - span / 2.0, middle + span / 2.0)


def halfway(lines: Sequence[Points]) -> Points:
    """Return the place halfway along the longest of some lines, (2,)."""
    line = max(lines, key=lambda each: float(np.hypot(*np.diff(each, axis=0).T).sum()))
    along = np.concatenate([[0.0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    return np.array([np.interp(along[-1] / 2.0, along, line[:, axis]) for axis in (0, 1)])
