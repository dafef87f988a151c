"""The map of a page as paths of an SVG, in whole kilometers east and south of the middle of the projection."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.report.base_map import WHOLE, extent_of, link_lines, projected_base_map, thinned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.model import Dataset
    from optimizer.report.base_map import Points

COARSE_KM, FINE_KM = 3.0, 1.5
"""Points of a line that lie closer together than this are drawn as one: of the base map, and of links."""


class Frame(NamedTuple):
    """The part of the plane that a map shows at first: left, top, width and height in kilometers."""

    left: int
    top: int
    width: int
    height: int


class BaseMap(NamedTuple):
    """The path data of land, of the water on it, of rivers and of borders."""

    land: str
    water: str
    rivers: str
    borders: str


@cache
def base_paths() -> BaseMap:
    """Return the base map as path data."""
    world = projected_base_map()
    return BaseMap(
        *(
            path_of((thinned(line, COARSE_KM) for line in world[part]), is_closed=part in ("land", "water"))
            for part in BaseMap._fields
        )
    )


def frame_of(points: Points | None = None) -> Frame:
    """Return the frame around some projected points, (n, 2), kilometers east and north; of all Eurasia without."""
    low, high = WHOLE if points is None else extent_of(points)
    return Frame(round(low[0]), round(-high[1]), round(high[0] - low[0]), round(high[1] - low[1]))


def path_of_link(data: Dataset, row: int) -> str:
    """Return the path data of a link from its `from_node` on."""
    return path_of(link_lines(data, row, FINE_KM))


def path_of(lines: Iterable[Points], *, is_closed: bool = False) -> str:
    """Return the path data of projected lines, in steps of whole kilometers; what comes down to a point is left out."""
    drawn = []
    for line in lines:
        points = np.rint(line * np.array([1.0, -1.0])).astype(np.int64)
        steps = np.diff(points, axis=0)
        steps = steps[(steps != 0).any(axis=1)]
        if len(steps):
            moves = " ".join(f"{x} {y}" for x, y in steps.tolist())
            drawn.append(f"M{points[0, 0]} {points[0, 1]}l{moves}{'z' if is_closed else ''}")
    return "".join(drawn)
