"""A figure laid out in inches from its upper left corner, that remembers the marks which carry numbers.

Places are worked out from the widths of texts before anything is drawn: several times as fast as a layout that is found
by drawing, and the same every time.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from optimizer.plots.chart import Chart
from optimizer.plots.style import GRAY, SMALL, TEXT, TITLE, cut, lines_of, text_inches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch
    from matplotlib.text import Text

MARGIN = 0.15
TOP = 0.8
"""Inches that title and subtitle take."""
LINE = 0.21
"""Inches from one line of small text to the next."""
CHIP = 0.13
"""Inches of the side of a colored square in a legend."""

_NO_CLIP, _AS_IS = Path.unit_rectangle(), IdentityTransform()


class Entry(NamedTuple):
    """A color and what it means."""

    color: str
    label: str


class Frame:
    """A figure in the making; y runs down.

    Attributes
    ----------
    figure, width, height
        The figure and its size in inches.
    """

    def __init__(self, width: float, height: float) -> None:
        self.figure = Figure(figsize=(width, height))
        self.width, self.height = width, height
        self._marks: dict[str, str] = {}
        self._n_marks: Counter[str] = Counter()
        self._canvas = self.figure.add_axes((0.0, 0.0, 1.0, 1.0), frameon=False, zorder=-1.0)
        self._canvas.set(xlim=(0.0, width), ylim=(height, 0.0), xticks=[], yticks=[])

    @property
    def canvas(self) -> Axes:
        """Axes over the whole figure, whose units are inches."""
        return self._canvas

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return new axes whose inner part has this place and size in inches."""
        across, down = self.width, self.height
        return self.figure.add_axes((left / across, 1.0 - (top + height) / down, width / across, height / down))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = TEXT,
        color: str | None = None,
        ha: str = "left",
        va: str = "center_baseline",
        is_bold: bool = False,
        room: float | None = None,
    ) -> Text:
        """Write one line at a place, cut off where it is wider than `room` inches."""
        shown = text if room is None else cut(text, room, size)
        label = self.figure.text(x / self.width, 1.0 - y / self.height, shown, fontsize=size, ha=ha, va=va)
        label.set(fontweight="bold" if is_bold else "normal")
        if color is not None:
            label.set_color(color)
        return label

    def labels(self, right: float, places: Sequence[float], names: Sequence[str]) -> None:
        """Write the names of rows, which end at `right`: all smaller where one is too long, and that in two lines."""
        room = right - MARGIN
        size = SMALL if any(text_inches(name, TEXT) > room for name in names) else TEXT
        for y, name in zip(places, names, strict=True):
            lines = lines_of(name, room, size)
            for at, line in enumerate(lines):
                shift = (at - (len(lines) - 1) / 2) * 0.17
                self.text(right, y + shift, line, size=size, ha="right")

    def headings(self, title: str, subtitle: str = "") -> None:
        """Write what the figure shows, and below it in what unit and how to read it."""
        room = self.width - 2 * MARGIN
        self.text(MARGIN, 0.24, title, size=TITLE, is_bold=True, room=room / 1.1)
        self.text(MARGIN, 0.53, subtitle, size=TEXT, color=GRAY, room=room)

    def legend(self, entries: Sequence[Entry], top: float, left: float = MARGIN) -> float:
        """Write colors with their meanings in lines that fill the width; return where the lines end."""
        at = left
        for entry in entries:
            label = cut(entry.label, self.width - MARGIN - left - 2 * CHIP, SMALL)
            needed = 1.6 * CHIP + text_inches(label, SMALL)
            if at > left and at + needed > self.width - MARGIN:
                at, top = left, top + LINE
            self.chip(at, top, entry.color)
            self.text(at + 1.6 * CHIP, top, label, size=SMALL)
            at += needed + 0.28
        return top + LINE

    def chip(self, x: float, y: float, color: str) -> None:
        """Draw a small square of a color, right of `x` and centered at `y`."""
        self.bar(self._canvas, x, y, CHIP, CHIP, color)

    def bar(self, axes: Axes, left: float, middle: float, length: float, thickness: float, color: str) -> Rectangle:
        """Draw a bar to the right in units of some axes."""
        drawn = Rectangle((left, middle - thickness / 2), length, thickness, facecolor=color, linewidth=0.0)
        self.add(axes, drawn)
        return drawn

    def dot(self, axes: Axes, x: float, y: float, shape: str, color: str, diameter: float) -> Line2D:
        """Draw a point with a white rim in units of some axes; its diameter is in points."""
        drawn = Line2D([x], [y], linestyle="none", marker=shape, color=color, markersize=diameter, zorder=3.0)
        drawn.set_markeredgecolor("white")
        self.add(axes, drawn)
        return drawn

    def add(self, axes: Axes, drawn: Patch | Line2D) -> None:
        """Add what never reaches beyond its axes: not clipped by them, and without limits to work out for them.

        `Axes.barh`, `Axes.plot` and `Axes.add_patch` do both, and take several times as long.
        """
        drawn.set_clip_on(False)
        # Axes clip by their own outline what has no path to clip by; this one is never used.
        drawn.set_clip_path(_NO_CLIP, _AS_IS)
        axes.add_artist(drawn)

    def mark(self, artist: Artist, tooltip: str, kind: str = "mark") -> None:
        """Give a part an id of its own, under which the page finds what it says."""
        self._n_marks[kind] += 1
        gid = f"{kind}-{self._n_marks[kind]}"
        artist.set_gid(gid)
        self._marks[gid] = tooltip

    def chart(self, title: str, description: str) -> Chart:
        """Return the finished chart."""
        return Chart(self.figure, title, description, dict(self._marks))
