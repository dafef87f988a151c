"""The links of a network on a map, by mode: in full color, or pale under what flows on them.

Needs matplotlib, of the extra ``report``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb

from network.model import MODES, split_list
from optimizer.report.base_map import WHOLE, extent_of, link_lines, thinned
from optimizer.report.map_style import MODE_COLORS, MODE_WIDTHS, OTHER_COLOR

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from network.model import Dataset
    from optimizer.report.base_map import Extent
    from optimizer.report.map_sheet import Sheet

    Points = NDArray[np.float64]

PALENESS = 0.68
"""How far the colors of links under flows are on the way to white."""
APART_PT = 0.3
"""Points of lines that are closer together on a sheet are drawn as one."""

KINDS = ("seaport", "border", "dry_port", "city")
"""Kinds of places, those first that a reader looks for."""


class Links(NamedTuple):
    """Links to draw: `rows` of all, `own` of those brought out, and the lines of each by row."""

    rows: Sequence[int]
    own: Sequence[int]
    lines: Mapping[int, Sequence[Points]]

    def extent(self) -> Extent:
        """Return what a map of the links brought out shows: the whole where these are all."""
        if len(self.own) == len(self.rows):
            return WHOLE
        points = [line for row in self.own for line in self.lines[row]]
        return extent_of(np.vstack(points) if points else np.empty((0, 2)))


def links_of(data: Dataset, modes: Collection[str], corridor: str | None = None) -> Links:
    """Return the links of some modes; those of a corridor are brought out, of none all."""
    links = data.network.links
    rows = [row for row, mode in enumerate(links.text("mode")) if mode in modes]
    own = [row for row in rows if corridor is None or corridor in split_list(links.text("corridors")[row])]
    return Links(rows, own, {row: link_lines(data, row) for row in rows})


def draw_links(sheet: Sheet, data: Dataset, links: Links, *, is_pale: bool) -> None:
    """Draw links in the colors of their modes, those not brought out in gray; pale ones without flights."""
    mode_of = data.network.links.text("mode")
    is_part = len(links.own) < len(links.rows)
    lines = {
        row: [thinned(line, APART_PT / sheet.pt_per_km) for line in links.lines[row] if sheet.extent.meets(line)]
        for row in links.rows
    }
    own = set(links.own)
    for mode in MODES[::-1]:
        of_mode = [row for row in links.rows if mode_of[row] == mode]
        # Flights of other corridors would hide the rest.
        if is_part and mode != "air":
            gray = [line for row in of_mode if row not in own for line in lines[row]]
            color = pale(OTHER_COLOR) if is_pale else OTHER_COLOR
            sheet.axes.add_collection(LineCollection(gray, colors=color, linewidths=0.4, zorder=3.0))
        colored = [line for row in of_mode if row in own for line in lines[row]]
        if is_pale and mode == "air":
            continue
        color = pale(MODE_COLORS[mode]) if is_pale else MODE_COLORS[mode]
        width = 0.5 if is_pale else MODE_WIDTHS[mode] * (2.0 if is_part else 1.0)
        sheet.axes.add_collection(LineCollection(colored, colors=color, linewidths=width, zorder=3.1))


def modes_of(data: Dataset, links: Links) -> list[str]:
    """Return the modes of the links brought out."""
    present = {str(data.network.links.text("mode")[row]) for row in links.own}
    return [mode for mode in MODES if mode in present]


def pale(color: str) -> str:
    """Return a color on its way to white."""
    red, green, blue = (part + (1.0 - part) * PALENESS for part in to_rgb(color))
    return to_hex((red, green, blue))


def ends_of(data: Dataset, rows: Sequence[int]) -> dict[str, int]:
    """Return how many of some links meet at each of their ends."""
    met: dict[str, int] = {}
    for row in rows:
        for side in ("from_node", "to_node"):
            name = str(data.network.links.text(side)[row])
            met[name] = met.get(name, 0) + 1
    return met


def ranked_places(data: Dataset, met: Mapping[str, float]) -> list[str]:
    """Return places in the order in which they are named: by demands, then by kind, then by what meets there.

    Parameters
    ----------
    met
        Links or tonnes that meet at each place, by the id of its node.
    """
    nodes = data.network.nodes
    asked = Counter([*data.demands.text("origin"), *data.demands.text("destination")])
    kind = {name: str(nodes.text("kind")[nodes.row_of[name]]) for name in met}
    order = {name: at for at, name in enumerate(KINDS)}
    return sorted(met, key=lambda name: (-asked[name], order.get(kind[name], len(KINDS)), -met[name], name))
