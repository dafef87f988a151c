"""What a section of a page is made of: paragraphs, cards, lists, charts, tables and the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from markupsafe import Markup

from optimizer.language import _, as_written, number_text, signed_text
from optimizer.report.inline_svg import inline_svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.plots.chart import Chart
    from optimizer.report.page.geography import BaseMap, Frame

MOST_ROWS = 15
"""Rows of a table that are shown before a reader asks for all."""


class Cell(NamedTuple):
    """What a cell shows, the number behind it (empty for none), and the id of a link that it leads to on the map."""

    text: str
    value: str = ""
    link: str = ""


class GridColumn(NamedTuple):
    """Heading of a column, and whether it holds numbers."""

    title: str
    is_number: bool = False


@dataclass(frozen=True)
class Grid:
    """A table that sorts and copies.

    `case` is the position of the scenario it belongs to, None for all; `most` are the rows shown at first; one that is
    folded shows its title until a reader opens it.
    """

    kind: ClassVar[str] = "grid"
    id: str
    title: str
    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    note: str = ""
    case: int | None = None
    most: int = MOST_ROWS
    is_folded: bool = False

    @property
    def all_label(self) -> str:
        """What the button says that shows all rows."""
        return _("Show all {n}").format(n=number_text(len(self.rows)))


class Card(NamedTuple):
    """A figure to begin with: its name, what is shown and its unit, the number behind it, a remark, its JSON key."""

    label: str
    text: str
    unit: str
    value: str
    sub: str
    key: str


@dataclass(frozen=True)
class Cards:
    """Figures side by side."""

    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]
    case: int | None = None


@dataclass(frozen=True)
class Points:
    """Sentences under each other."""

    kind: ClassVar[str] = "points"
    items: tuple[str, ...]
    title: str = ""
    case: int | None = None


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, small where it is a note."""

    kind: ClassVar[str] = "paragraph"
    text: str
    is_note: bool = False
    case: int | None = None


@dataclass(frozen=True)
class Facts:
    """Names with what they stand for; as code where a reader will type it."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]
    is_code: bool = False


@dataclass(frozen=True)
class FigureBlock:
    """A chart; its name tells its parts from those of other charts of the page, and is that of its file."""

    kind: ClassVar[str] = "figure"
    name: str
    chart: Chart
    note: str = ""
    case: int | None = None

    @property
    def svg(self) -> Markup:
        """The chart as markup for the page."""
        # It is made of escaped text alone; `Markup` keeps the template from escaping it once more.
        return Markup(inline_svg(self.chart, f"{self.name}-"))


@dataclass(frozen=True)
class MapBlock:
    """The map with its switches, filters and legend; values and colors beside the labels that a reader sees."""

    kind: ClassVar[str] = "map"
    label: str
    base: BaseMap
    frame: Frame
    has_cases: bool
    has_flows: bool
    views: Sequence[tuple[str, str]]
    modes: Sequence[tuple[str, str, str]]
    corridors: Sequence[tuple[int, str]]
    commodities: Sequence[tuple[int, str]]
    routes: Sequence[str]
    places: Sequence[str]
    shades: Sequence[tuple[str, str]]
    more: str
    less: str
    widths: Sequence[tuple[str, Sequence[tuple[float, str]]]]
    credits: str


Block = Grid | Cards | Points | Paragraph | Facts | FigureBlock | MapBlock


@dataclass(frozen=True)
class Section:
    """A part of the page with its heading; `id` is where links to it lead."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def named(what: str, case: int | None) -> str:
    """Return the name of a chart or table of a scenario, or of all."""
    return what if case is None else f"{what}-{case}"


def words(text: str, link: str = "") -> Cell:
    """Return a cell of text."""
    return Cell(text, "", link)


def quantity(value: float | None) -> Cell:
    """Return a cell of a number in any unit: whole from a thousand on, with as many decimals as it has below."""
    if value is None or value != value:
        return figure(None)
    text = f"{value:,.0f}" if abs(value) >= 1000.0 else f"{round(value, 2):,g}"
    return Cell(as_written(text), repr(float(value)))


def figure(value: float | None, digits: int = 0, scale: float = 1.0) -> Cell:
    """Return a cell of a number, shown as a multiple of `scale`; the number itself is kept unrounded."""
    if value is None or value != value:
        return Cell(number_text(None))
    return Cell(number_text(value / scale, digits), repr(float(value)))


def change(value: float | None, digits: int = 0, scale: float = 1.0) -> Cell:
    """Return a cell of a difference, shown with its sign."""
    return figure(value, digits, scale)._replace(text=signed_text(None if value is None else value / scale, digits))
