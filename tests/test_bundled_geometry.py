"""The lines of the bundled network: each link drawn from end to end, as long as it is, and on its own element."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.path import Path

from network import Dataset, load
from network.geo import great_circle_km
from optimizer.report.geojson import position_of
from optimizer.report.maps import base_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Points = NDArray[np.float64]

KM_PER_DEGREE = 111.2
DEEPEST_KM = 40.0
"""How far a coast may be drawn off where it is: the base map is simplified, and ports lie up rivers and channels."""

INLAND = {"EGSUZ", "EGPSD", "RUASF", "tr-tatvan", "tr-van"}
"""Ends of the Suez canal, of the Volga-Caspian channel and of the ferry on Lake Van: these ships do pass over land."""


@pytest.fixture(scope="module")
def data() -> Dataset:
    return load()


def parts_of(data: Dataset, link_id: str) -> list[Any]:
    """Return the lines of a link, none where it has no geometry."""
    geometry = data.geometry.get(link_id)
    if geometry is None:
        return []
    return geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]


def links_of(data: Dataset, *modes: str) -> Iterator[tuple[str, str, str, float]]:
    """Yield id, ends and kilometers of the links of some modes."""
    links = data.network.links
    columns = (links.text(name).tolist() for name in ("link_id", "mode", "from_node", "to_node"))
    for link_id, mode, start, end, km in zip(*columns, links.number("length_km").tolist(), strict=True):
        if mode in modes:
            yield link_id, start, end, km


def test_every_link_is_drawn_from_end_to_end(data: Dataset) -> None:
    """All but flights have a line, which begins and ends at the nodes, in the direction of the row."""
    off = []
    for link_id, start, end, _ in links_of(data, "rail", "road", "river", "sea"):
        parts = parts_of(data, link_id)
        if not parts:
            off.append(link_id)
            continue
        for place, node in ((parts[0][0], start), (parts[-1][-1], end)):
            lon, lat = position_of(data, node)
            if great_circle_km(place[1], place[0], lat, lon) > 1.0:
                off.append(f"{link_id} at {node}")
    assert off == []


def test_lines_are_as_long_as_the_links(data: Dataset) -> None:
    """A simplified line is a little shorter than the way, and never much longer."""
    off = []
    for link_id, _, _, km in links_of(data, "rail", "road", "river", "sea"):
        drawn_km = sum(
            great_circle_km(there[1], there[0], back[1], back[0])
            for part in parts_of(data, link_id)
            for there, back in pairwise(part)
        )
        if drawn_km > 1.1 * km + 3 or drawn_km < 0.55 * km - 5:
            off.append(f"{link_id}: {drawn_km:.0f} of {km:.0f} km")
    assert off == []


class Coasts:
    """Land and coasts of the base map."""

    def __init__(self) -> None:
        world = base_map()
        self.land = [(Path(rings[0]), [Path(ring) for ring in rings[1:]]) for rings in world["land"]]
        rings = [ring for rings in world["land"] for ring in rings]
        points = np.vstack([dense([*ring, ring[0]], 0.1) for ring in rings])
        self.by_lat = points[np.argsort(points[:, 1])]

    def on_land(self, points: Points) -> NDArray[np.bool_]:
        """Return the mask of points on land; lakes are land."""
        found = np.zeros(len(points), dtype=np.bool_)
        for outer, holes in self.land:
            box = outer.get_extents()
            near = np.flatnonzero(((points >= box.min) & (points <= box.max)).all(axis=1) & ~found)
            inside = outer.contains_points(points[near])
            for hole in holes:
                inside &= ~hole.contains_points(points[near])
            found[near] = inside
        return found

    def km_to_coast(self, point: Points) -> float:
        """Return the kilometers from a point to the nearest coast, or what it is beyond one degree."""
        near = slice(*np.searchsorted(self.by_lat[:, 1], [point[1] - 1, point[1] + 1]))
        apart = (self.by_lat[near] - point) * [np.cos(np.radians(point[1])), 1.0]
        return KM_PER_DEGREE * min(1.0, float(np.sqrt((apart**2).sum(axis=1).min(initial=1.0))))


def dense(line: Any, step: float) -> Points:
    """Return points along a line, no more than `step` degrees apart."""
    points = np.array(line, dtype=np.float64)
    pieces = [
        there
        + (back - there) * np.linspace(0, 1, max(1, int(np.ceil(np.abs(back - there).max() / step))), False)[:, None]
        for there, back in pairwise(points)
    ]
    return np.vstack([*pieces, points[-1:]])


@pytest.mark.parametrize("modes", [("sea",), ("rail", "road")])
def test_no_link_crosses_the_wrong_element(data: Dataset, modes: tuple[str, ...]) -> None:
    """Ships stay off the land and trains and trucks off the sea, but for canals and what the base map simplifies."""
    coasts = Coasts()
    drawn = {
        link_id: np.vstack([dense(part, 0.2) for part in parts])
        for link_id, start, end, _ in links_of(data, *modes)
        if (parts := parts_of(data, link_id)) and not {start, end} & INLAND
    }
    points = np.vstack(list(drawn.values()))
    of_link = np.repeat(np.array(list(drawn), dtype=object), [len(line) for line in drawn.values()])
    wrong = coasts.on_land(points) == (modes == ("sea",))
    deep = [coasts.km_to_coast(point) > DEEPEST_KM for point in points[wrong]]
    assert sorted(set(of_link[wrong][deep])) == []
