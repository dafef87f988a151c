"""Names of places on a map, as far as there is room for them.

Needs matplotlib, of the extra ``report``. Labels are set one after the other, the places that matter most first, each
where it covers least of eight positions around its dot (Imhof, "Positioning Names on Maps", The American Cartographer
2 (1975), has their order); one that would cover another, or crowd it, is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.patheffects import Stroke

from optimizer.report.geojson import position_of
from optimizer.report.map_sheet import TEXT, text_width
from optimizer.report.map_style import LAND
from optimizer.report.projection import project
from optimizer.report.routes import node_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from network.model import Dataset
    from optimizer.report.map_sheet import Sheet

    Points = NDArray[np.float64]

LABEL_PT = 7.2
GAP_PT = 3.5
ROOM_PT = 31.0
"""Points that two named places are apart at least."""
FOOT_PT = 12.0
"""Height of the lower edge of a map, where degrees stand."""
LONGEST = 26
"""Characters of a name; what follows in brackets is left out before."""


class Box(NamedTuple):
    """A box on the sheet, in points."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Tell whether two boxes overlap."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def count(self, points: Points) -> int:
        """Return how many points, (n, 2), the box covers."""
        x, y = points.T
        return int(((x > self.left) & (x < self.right) & (y > self.bottom) & (y < self.top)).sum())


def draw_places(
    sheet: Sheet,
    data: Dataset,
    ranked: Sequence[str],
    *,
    most: int,
    taken: Iterable[Box] = (),
    drawn: Points | None = None,
    always: int = 0,
) -> list[str]:
    """Set dots and names of places, and return the ids of those that are named.

    Parameters
    ----------
    ranked
        Ids of nodes, those that matter most first.
    most
        Names at most.
    taken
        What no name may cover.
    drawn
        Points on lines that names had better not cover, (n, 2), in points from the lower left corner of the map.
    always
        The first so many are named even where names crowd.
    """
    if not ranked:
        return []
    places = sheet.to_pt(project([position_of(data, name) for name in ranked]))
    size = sheet.size_pt
    lines = np.empty((0, 2)) if drawn is None else drawn
    boxes, anchors = list(taken), np.empty((0, 2))
    named: list[str] = []
    for at, (name, place) in enumerate(zip(ranked, places, strict=True)):
        if len(named) == most:
            break
        if not ((place > 4.0) & (place < size - 4.0)).all():
            continue
        if at >= always and len(anchors) and np.hypot(*(anchors - place).T).min() < ROOM_PT:
            continue
        text = label_of(data, name)
        found = _free_box(text, place, size, boxes, lines)
        if found is None:
            continue
        boxes += [found, Box(*(place - 2.0), *(place + 2.0))]
        named.append(name)
        anchors = np.vstack([anchors, place])
        _set(sheet, text, place, found)
    return named


def label_of(data: Dataset, node_id: str) -> str:
    """Return what a place is called on a map: its name without what stands in brackets."""
    name = node_name(data, node_id)
    short = name.partition(" (")[0] or name
    return short if len(short) <= LONGEST else f"{short[: LONGEST - 1]}…"


def _free_box(text: str, place: Points, size: Points, boxes: Sequence[Box], lines: Points) -> Box | None:
    """Return the box of a name around its dot that covers least; None where all cover others or leave the map."""
    width, height = text_width(text, LABEL_PT), LABEL_PT
    near = lines[(np.abs(lines - place) < width + 4 * GAP_PT).all(axis=1)]
    best, least = None, np.inf
    for order, (across, up) in enumerate(((1, 1), (1, 0), (1, -1), (-1, 1), (-1, 0), (-1, -1), (0, 1), (0, -1))):
        gap = GAP_PT if across and up else GAP_PT + 1.0
        left = place[0] + (across * gap if across else 0.0) - (width * (1 - across) / 2.0)
        bottom = place[1] + up * (gap - 1.5 if across else gap) - height * (1 - up) / 2.0
        box = Box(left - 1.0, bottom - 1.0, left + width + 1.0, bottom + height + 1.0)
        is_outside = box.left < 2.0 or box.bottom < FOOT_PT or box.right > size[0] - 2.0 or box.top > size[1] - 2.0
        if is_outside or any(box.meets(other) for other in boxes):
            continue
        covered = box.count(near) + 0.4 * order
        if covered < least:
            best, least = box, covered
    return best


def _set(sheet: Sheet, text: str, place: Points, box: Box) -> None:
    """Draw a dot, and a name on a halo that sets it off from what lies under it."""
    scale, low = sheet.pt_per_km, sheet.extent.low
    sheet.axes.plot(
        *(place / scale + low), "o", markersize=3.0, markerfacecolor="white", markeredgecolor=TEXT, zorder=6.0
    )
    x, y = np.array([box.left + 1.0, box.bottom + 1.0]) / scale + low
    # The halo is a text of its own: with it, the name would be drawn as outlines that cannot be searched.
    for is_halo in (True, False):
        label = sheet.axes.text(x, y, text, fontsize=LABEL_PT, va="baseline", ha="left", zorder=6.1 + (not is_halo))
        # A name may hold dollar signs, which are no mathematics.
        label.set(clip_on=True, parse_math=False, color=LAND if is_halo else TEXT)
        if is_halo:
            label.set_path_effects([Stroke(linewidth=2.2, foreground=LAND, alpha=0.85)])
