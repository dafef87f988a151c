"""The choices between money, time and CO2: a picture of days against USD as text, and a table of some of them."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, dist, floor, log10
from string import ascii_letters
from typing import TYPE_CHECKING, NamedTuple

from optimizer.language import NO_NUMBER, _, mode_text, n_, noted
from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.routes import corridor_name, days, node_name
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from network.model import Dataset
    from optimizer.route import Route

CRITERIA: tuple[tuple[str, Callable[[Route], float]], ...] = (
    (noted("cost"), lambda route: route.cost_usd),
    (noted("time"), lambda route: route.time_h),
    (noted("CO2"), lambda route: route.co2_kg),
)
ALL = tuple(name.lower() for name, *_value in CRITERIA)
"""The criteria as `optimizer.find_pareto` calls them."""

ONE_CHOICE = {
    ("cost", "time"): noted("One choice: the cheapest route is the fastest too."),
    ("cost", "co2"): noted("One choice: the cheapest route is the cleanest too."),
    ("time", "co2"): noted("One choice: the fastest route is the cleanest too."),
    ALL: noted("One choice: the cheapest route is the fastest and the cleanest too."),
}
CHOICES = {
    ("cost", "time"): noted("{n} choices between money and time: {ranges}"),
    ("cost", "co2"): noted("{n} choices between money and CO2: {ranges}"),
    ("time", "co2"): noted("{n} choices between time and CO2: {ranges}"),
    ALL: noted("{n} choices between money, time and CO2: {ranges}"),
}
"""Headings of a front, by its criteria."""

LOG_FROM = 8.0
"""Ratio of the greatest to the least value from which an axis is logarithmic: flights cost ten times a train."""

NOTHING = 1e-9
"""USD, days, or a share of the greatest value, too little to be told apart from 0 in a picture."""

SEVERAL, OTHER = "+", "?"
LEAST_WIDTH = 40
MOST_STOPS = 4
MOST_WAY = 44  # characters of a main way, so that a row of the table fits 120
MOST_TICK = 9  # characters of a tick's number


def front_document(
    data: Dataset,
    routes: Sequence[Route],
    *,
    criteria: Collection[str] = ALL,
    limit: int = 12,
    width: int = 72,
    height: int = 18,
) -> Document:
    """Return a heading, a picture and a table of the routes of a Pareto front, as `find_pareto` returns them.

    Parameters
    ----------
    criteria
        Those of the front, of which the heading tells.
    limit
        Most rows of the table. The best route in each criterion is always among them, the others are spread evenly; the
        last line says how many are not listed.
    width, height
        Size of the picture with its axes, in characters.

    Raises
    ------
    ValueError
        The picture is to be narrower than 40 characters or lower than 8, or the table shorter than three rows.
    """
    if limit < len(CRITERIA):
        raise ValueError(f"limit must be at least {len(CRITERIA)}, not {limit}")
    marks = marks_of(routes)
    document: Document = [_heading(routes, criteria)]
    if len(routes) > 1:
        points = [(route.cost_usd, route.time_h / 24, marks[route.corridor]) for route in routes]
        picture = scatter(points, width, height)
        document.append("\n".join([picture, *_legend(data, marks, width, has_several=SEVERAL in picture)]))
    document.append(_table(data, routes, spread(routes, limit, criteria), marks, criteria))
    n_hidden = len(routes) - limit
    if n_hidden > 0:
        hidden = n_(
            "{n} more choice lies between those listed.", "{n} more choices lie between those listed.", n_hidden
        )
        document.append(hidden.format(n=n_hidden))
    return document


def spread(routes: Sequence[Route], limit: int, criteria: Collection[str] = ALL) -> list[int]:
    """Return the places of at most `limit` routes, rising: the best in each criterion, and others far from these.

    Next is always the route farthest from all chosen so far, where differences count by their ratio (Gonzalez 1985,
    Theoretical Computer Science 38:293); the earlier one on a tie.
    """
    chosen = list(dict.fromkeys(_best(routes, criteria).values()))
    values = [value for name, value in CRITERIA if name.lower() in criteria]
    at = list(zip(*(_scaled([value(route) for route in routes]) for value in values), strict=True))
    away = [min(dist(point, at[one]) for one in chosen) for point in at]
    while len(chosen) < min(limit, len(routes)):
        away = [-1.0 if one in chosen else gap for one, gap in enumerate(away)]
        chosen.append(max(range(len(routes)), key=away.__getitem__))
        away = [min(gap, dist(point, at[chosen[-1]])) for point, gap in zip(at, away, strict=True)]
    return sorted(chosen)


def marks_of(routes: Iterable[Route]) -> dict[str, str]:
    """Return a letter for each corridor, in the order of the routes; those beyond the alphabet share one mark."""
    corridors = dict.fromkeys(route.corridor for route in routes)
    return {name: ascii_letters[at] if at < len(ascii_letters) else OTHER for at, name in enumerate(corridors)}


class Axis(NamedTuple):
    """A range of values with round ends, and round numbers on it."""

    ticks: tuple[float, ...]
    is_log: bool

    def cell(self, value: float, n_cells: int) -> int:
        """Return the cell of a value among `n_cells`, the first and last of which are the ends."""
        low, high = self.ticks[0], self.ticks[-1]
        share = log10(value / low) / log10(high / low) if self.is_log else (value - low) / (high - low)
        return min(max(round(share * (n_cells - 1)), 0), n_cells - 1)


def axis(values: Sequence[float]) -> Axis:
    """Return the axis of values of at least 0, logarithmic where the greatest is many times the least."""
    low, high = min(values), max(values)
    if low > NOTHING * max(high, 1.0) and high >= LOG_FROM * low:
        powers = range(floor(log10(low)), ceil(log10(high)) + 1)
        ticks = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
        first = max(at for at, tick in enumerate(ticks) if tick <= low or at == 0)
        last = min(at for at, tick in enumerate(ticks) if tick >= high or at == len(ticks) - 1)
        return Axis(tuple(ticks[first : last + 1]), is_log=True)
    # What agrees to a thousandth needs the numbers around it more than a view of the difference.
    room = 0.0 if high - low > max(high / 1000, NOTHING) else 0.1 * high if high > NOTHING else 1.0
    low, high = max(0.0, low - room), high + room
    rough = (high - low) / 4
    power = 10.0 ** floor(log10(rough))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough or digit == 10)
    return Axis(tuple(at * step for at in range(floor(low / step), ceil(high / step) + 1)), is_log=False)


def scatter(points: Sequence[tuple[float, float, str]], width: int = 72, height: int = 18) -> str:
    """Return a picture of points (USD, days, mark of one character) as text of `height` lines, none over `width`.

    Points of different marks in one place show as ``+``.

    Raises
    ------
    ValueError
        There is no room: the width is less than 40 characters or the height less than 8.
    """
    if width < LEAST_WIDTH or height < 8:
        raise ValueError(f"a picture needs at least {LEAST_WIDTH} by 8 characters, not {width} by {height}")
    across, up = axis([point[0] for point in points]), axis([point[1] for point in points])
    n_rows = height - 4
    labels = {up.cell(tick, n_rows): _tick(tick) for tick in reversed(up.ticks)}
    margin = max(map(len, labels.values()))
    n_cells = width - margin - 2
    cells: dict[tuple[int, int], str] = {}
    for usd, day, mark in points:
        place = (up.cell(day, n_rows), across.cell(usd, n_cells))
        cells[place] = mark if cells.get(place, mark) == mark else SEVERAL
    lines = [" " * margin + " " + _scaled_by(_("days"), up)]
    for row in reversed(range(n_rows)):
        line = "".join(cells.get((row, cell), " ") for cell in range(n_cells))
        lines.append(f"{labels.get(row, ''):>{margin}} {'┤' if row in labels else '│'}{line}".rstrip())
    places = {across.cell(tick, n_cells) for tick in across.ticks}
    lines.append(" " * margin + " └" + "".join("┬" if cell in places else "─" for cell in range(n_cells)))
    lines.append((" " * (margin + 2) + _numbers_below(across, n_cells)).rstrip())
    lines.append(_scaled_by(_("USD"), across).rjust(width))
    return "\n".join(lines)


def _numbers_below(across: Axis, n_cells: int) -> str:
    """Return the numbers of the horizontal axis under their ticks, without those for which there is no room."""
    line = ""
    for tick in across.ticks:
        text = _tick(tick)
        start = min(max(across.cell(tick, n_cells) - len(text) // 2, 0), n_cells - len(text))
        if start > len(line) or not line:
            line = line.ljust(start) + text
    return line


def _tick(value: float) -> str:
    """Return a round number, short enough for an axis."""
    text = short_number(value)
    return text if len(text) <= MOST_TICK else f"{value:.0e}".replace("e+", "e")


def _scaled_by(title: str, of: Axis) -> str:
    """Return the title of an axis, which says of a logarithmic one that it is."""
    return _("{title} (log scale)").format(title=title) if of.is_log else title


def _legend(data: Dataset, marks: dict[str, str], width: int, *, has_several: bool) -> list[str]:
    """Return the lines that say what the marks mean."""
    meanings = {mark: corridor_name(data, corridor) or _("no corridor") for corridor, mark in marks.items()}
    if OTHER in meanings:
        meanings[OTHER] = _("other corridors")
    if has_several:
        meanings[SEVERAL] = _("several corridors")
    lines: list[str] = []
    for mark, meaning in meanings.items():
        shown = _cut(f"{mark} {meaning}", width)
        if lines and _most_width(f"{lines[-1]} · {shown}") <= width:
            lines[-1] += f" · {shown}"
        else:
            lines.append(shown)
    return lines


def _cut(text: str, width: int) -> str:
    """Return a text that takes at most `width` columns, its end cut off where it is longer."""
    while _most_width(text) > width:
        text = text[:-2] + "…"
    return text


def _most_width(text: str) -> int:
    """Return the columns a text takes at most on a terminal: no letter takes more than two."""
    return len(text) if text.isascii() else sum(1 if char.isascii() or char == "·" else 2 for char in text)


def _heading(routes: Sequence[Route], criteria: Collection[str]) -> str:
    """Return how many choices there are and how far apart they lie."""
    asked = tuple(name for name in ALL if name in criteria)
    if len(routes) == 1:
        return _(ONE_CHOICE[asked])
    usd, hours, kg = (
        (min(value(route) for route in routes), max(value(route) for route in routes)) for _name, value in CRITERIA
    )
    ranges = {
        "cost": _("{low}–{high} USD").format(low=number(usd[0]), high=number(usd[1])),
        "time": _("{low}–{high} days").format(low=days(hours[0]), high=days(hours[1])),
        "co2": _("{low}–{high} kg CO2e").format(low=number(kg[0]), high=number(kg[1])),
    }
    return _(CHOICES[asked]).format(n=len(routes), ranges=", ".join(ranges[name] for name in asked))


def _table(
    data: Dataset, routes: Sequence[Route], listed: Iterable[int], marks: dict[str, str], criteria: Collection[str]
) -> Table:
    """Return the table of the routes in some places, numbered as in the whole front."""
    best = _best(routes, criteria)
    rows = [
        (
            str(at + 1),
            days(routes[at].time_h),
            number(routes[at].cost_usd),
            number(routes[at].co2_kg),
            ", ".join(_(name) for name, place in best.items() if place == at),
            ", ".join(map(mode_text, routes[at].modes)),
            f"{marks[routes[at].corridor]} {corridor_name(data, routes[at].corridor) or NO_NUMBER}",
            _cut(main_way(data, routes[at]), MOST_WAY),
        )
        for at in listed
    ]
    headers = columns(
        ">#",
        ">" + _("Days"),
        ">" + _("USD"),
        ">" + _("kg CO2e"),
        _("Best in"),
        _("Modes"),
        _("Corridor"),
        _("Main way"),
    )
    return Table(headers, tuple(rows))


def main_way(data: Dataset, route: Route) -> str:
    """Return the names of a few nodes between the ends: where a country or mode begins, any others where none does."""
    country, row_of = data.network.nodes.text("country"), data.network.nodes.row_of
    links = [leg for leg in route.legs if isinstance(leg, Leg)]
    between = [leg.from_node for leg in links[1:]]
    changes = [
        leg.from_node
        for before, leg in pairwise(links)
        if leg.mode != before.mode or country[row_of[leg.from_node]] != country[row_of[before.from_node]]
    ]
    stops = list(dict.fromkeys(changes or between))
    if len(stops) > MOST_STOPS:
        stops = [stops[round(at * (len(stops) - 1) / (MOST_STOPS - 1))] for at in range(MOST_STOPS)]
    return " – ".join(node_name(data, node) for node in stops) or _("direct")


def _best(routes: Sequence[Route], criteria: Collection[str]) -> dict[str, int]:
    """Return the place of the best route in each criterion, the first of them on a tie."""
    return {
        name: min(range(len(routes)), key=lambda at: value(routes[at]))
        for name, value in CRITERIA
        if name.lower() in criteria
    }


def _scaled(values: Sequence[float]) -> list[float]:
    """Return values from 0 for the least to 1 for the greatest, by ratio where none is 0."""
    heights = [log10(value) for value in values] if min(values) > 0.0 else list(values)
    low, high = min(heights), max(heights)
    return [(height - low) / (high - low) if high > low else 0.0 for height in heights]
