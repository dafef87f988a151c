"""The key below a map: what lines, colors and marks mean, in columns.

Needs matplotlib, of the extra ``report``.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.lines import Line2D
from matplotlib.offsetbox import DrawingArea, HPacker, TextArea, VPacker
from matplotlib.text import Text

from optimizer.language import _, mode_text, number_text, percent_text
from optimizer.report.map_links import pale
from optimizer.report.map_sheet import FAINT, LINE_PT, TEXT
from optimizer.report.map_style import LESS, MODE_COLORS, MORE, NO_CAPACITY, ROUTE_COLORS, SHADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.artist import Artist
    from matplotlib.offsetbox import OffsetBox
    from matplotlib.typing import LineStyleType

ROW_PT = LINE_PT + 2.5
FONT_PT = 8.0
SYMBOL_PT = 26.0
COLUMN_GAP_PT = 34.0
FULL_MARK: dict[str, Any] = {"marker": "D", "markersize": 4.5, "markerfacecolor": "white", "markeredgecolor": "#B3261E"}
"""The mark of a full link: an open diamond in the color of full use."""
BADGE: dict[str, Any] = {"marker": "o", "markersize": 11.5, "markerfacecolor": "#FFD94A", "markeredgecolor": "#222222"}
"""The circle that the number of a bottleneck stands in."""
ROUND_T = tuple(digit * 10.0**power for power in range(10) for digit in (1, 2, 5))


class Entry(NamedTuple):
    """A row of a key: a symbol, drawn on a line of `SYMBOL_PT`, a number to set upon it, and what it means."""

    symbol: Line2D
    text: str
    upon: str = ""


class Column(NamedTuple):
    """A column of a key: its heading, empty for none, and its rows."""

    title: str
    entries: tuple[Entry, ...]


ROUTE_STYLES: tuple[LineStyleType, ...] = ("-", (0.0, (5.0, 2.0)), (0.0, (1.5, 1.5)))


def key_of(columns: Iterable[Sequence[Column]]) -> tuple[OffsetBox, float]:
    """Return a key of groups side by side, the columns of a group one below the other, and its height in points."""
    stacks = [[column for column in stack if column.entries] for stack in columns]
    stacks = [stack for stack in stacks if stack]
    drawn: list[Artist] = [
        VPacker(children=[box for column in stack for box in _rows(column)], pad=0, sep=2.5) for stack in stacks
    ]
    n_rows = max(sum(len(column.entries) + bool(column.title) for column in stack) for stack in stacks)
    return HPacker(children=drawn, pad=0, sep=COLUMN_GAP_PT, align="top"), n_rows * ROW_PT + 4.0


def row_of(entries: Iterable[Entry]) -> tuple[OffsetBox, float]:
    """Return a key in one row, and its height in points."""
    return HPacker(children=[_box(entry) for entry in entries], pad=0, sep=COLUMN_GAP_PT, align="top"), ROW_PT + 4.0


def line_entry(color: str, width: float, text: str, style: LineStyleType = "-") -> Entry:
    """Return the row of a line."""
    return Entry(Line2D([], [], color=color, linewidth=width, linestyle=style, solid_capstyle="butt"), text)


def mark_entry(mark: dict[str, Any], text: str, upon: str = "") -> Entry:
    """Return the row of a mark."""
    return Entry(Line2D([], [], linestyle="none", **mark), text, upon)


def mode_entries(modes: Iterable[str], *, is_pale: bool = False) -> tuple[Entry, ...]:
    """Return what the colors of links mean, in full or as pale as under flows."""
    colors = {mode: pale(MODE_COLORS[mode]) if is_pale else MODE_COLORS[mode] for mode in modes}
    return tuple(line_entry(color, 2.0, mode_text(mode)) for mode, color in colors.items())


def use_entries() -> tuple[Entry, ...]:
    """Return what the colors of flows mean."""
    ends = [percent_text(shade.up_to) for shade in SHADES[:-1]]
    texts = [_("up to {share}").format(share=ends[0])]
    texts += [f"{low} – {high}" for low, high in pairwise(ends)]
    texts.append(_("over {share}: full").format(share=ends[-1]))
    rows = [line_entry(shade.color, 4.0, text) for shade, text in zip(SHADES, texts, strict=True)]
    return (*rows, line_entry(NO_CAPACITY, 4.0, _("no capacity given")))


def change_entries() -> tuple[Entry, ...]:
    """Return what the colors of differences mean."""
    return (line_entry(MORE, 4.0, _("more with it")), line_entry(LESS, 4.0, _("less with it")))


def sample_volumes(most_t: float) -> tuple[float, ...]:
    """Return up to three round volumes that show how wide flows are drawn, the greatest within `most_t`.

    Examples
    --------
    >>> sample_volumes(33e6)
    (1000000.0, 5000000.0, 20000000.0)
    """
    within = [t for t in ROUND_T if t <= most_t]
    return tuple(within[::-1][:5:2][::-1])


def volume_text(t: float) -> str:
    """Return tonnes in millions or thousands, as keys and labels have them."""
    if t >= 1e6:
        return _("{n} million t").format(n=_short(t / 1e6))
    if t >= 1e3:
        return _("{n} thousand t").format(n=_short(t / 1e3))
    return _("{n} t").format(n=_short(t))


def route_style(at: int) -> tuple[str, LineStyleType]:
    """Return color and line style of the route at a position."""
    n_colors = len(ROUTE_COLORS)
    return ROUTE_COLORS[at % n_colors], ROUTE_STYLES[at // n_colors % len(ROUTE_STYLES)]


def _short(value: float) -> str:
    """Return a number with a decimal only where it has one."""
    return number_text(value, 0 if value == round(value) else 1)


def _rows(column: Column) -> list[OffsetBox]:
    """Return the boxes of a column."""
    title = [_text(column.title, weight="bold")] if column.title else []
    return [*title, *(_box(entry) for entry in column.entries)]


def _box(entry: Entry) -> OffsetBox:
    """Return symbol and text side by side."""
    area = DrawingArea(SYMBOL_PT, LINE_PT)
    is_line = entry.symbol.get_linestyle() != "None"
    entry.symbol.set_data([0.0, SYMBOL_PT] if is_line else [SYMBOL_PT / 2.0], [LINE_PT / 2.0] * (2 if is_line else 1))
    area.add_artist(entry.symbol)
    if entry.upon:
        area.add_artist(badge_number(SYMBOL_PT / 2.0, LINE_PT / 2.0, entry.upon))
    return HPacker(children=[area, _text(entry.text)], pad=0, sep=6, align="center")


def badge_number(x: float, y: float, text: str) -> Text:
    """Return the number that stands in a `BADGE`."""
    return Text(
        x, y, text, fontsize=7.5, fontweight="bold", color=TEXT, ha="center", va="center_baseline", parse_math=False
    )


def _text(text: str, weight: str = "normal") -> TextArea:
    """Return a line of text."""
    color = TEXT if weight == "normal" else FAINT
    return TextArea(text, textprops={"fontsize": FONT_PT, "color": color, "weight": weight, "parse_math": False})
