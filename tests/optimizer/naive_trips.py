"""Every trip of a small network, walked from its rows with a calendar in hand: an oracle for dates and percentiles."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st
from made_network import Row, link, transfer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer import Route

NODES = "ABCDE"
COUNTRIES = dict.fromkeys(NODES, "KZ")
STEP = timedelta(minutes=30)
"""All hours of `dated_rows` and all departures are whole steps, so that the naive clock may go by them."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Rows = tuple[list[Row], list[Row]]
Label = tuple[str, ...]


class NaiveTrip(NamedTuple):
    """One way from origin to destination: what it passes, its totals, and how long it waits before each leg."""

    labels: tuple[Label, ...]
    cost_usd: float
    time_h: float
    variance_h2: float
    waits_h: tuple[float, ...]

    @property
    def p90_h(self) -> float:
        return self.time_h + sqrt(self.variance_h2)


def number(row: Row, column: str) -> float:
    """Return a cell, 0 where it is empty."""
    return float(str(row.get(column) or 0))


@cache
def opening(open_months: str, departures: str) -> tuple[tuple[int, ...], tuple[tuple[int, int, int], ...]]:
    """Return the open months, and the weekdays of departure with hour and minute."""
    first, _, last = (open_months or "1-12").partition("-")
    start, stop = int(first), int(last or first)
    months = tuple(m for m in range(1, 13) if (start <= m <= stop if start <= stop else m >= start or m <= stop))
    leaving = [item.split() for item in departures.split(";") if item]
    times = [((rest or ["0:0"])[0].split(":"), DAYS.index(day)) for day, *rest in leaving]
    return months, tuple((day, int(hour), int(minute)) for (hour, minute), day in times)


def enter(row: Row, now: datetime) -> datetime:
    """Look at calendar and clock, day by day and step by step, until a link may be entered."""
    months, times = opening(str(row.get("open_months") or ""), str(row.get("departures") or ""))
    while True:
        if now.month not in months:
            now = datetime(now.year, now.month, now.day) + timedelta(days=1)
        elif times and (now.weekday(), now.hour, now.minute) not in times:
            now += STEP
        else:
            return now


def travel_h(row: Row, is_dated: bool) -> float:
    """Return the hours of a row once it is entered; half a headway is waited where no departure is known."""
    hours = number(row, "time_h") + number(row, "fixed_time_h")
    has_headway = row.get("frequency_per_week") and not (is_dated and row.get("departures"))
    return hours + (84 / number(row, "frequency_per_week") if has_headway else 0.0)


def follow(path: Sequence[tuple[Label, Row]], depart: datetime | None) -> NaiveTrip:
    """Go along a path, looking at the clock every step."""
    now = depart or datetime(2000, 1, 1)
    start, waits = now, []
    for _, row in path:
        arrived = now
        if depart is not None and "link_id" in row:
            now = enter(row, now)
        waits.append((now - arrived) / timedelta(hours=1))
        now += timedelta(hours=travel_h(row, depart is not None))
    return NaiveTrip(
        labels=tuple(label for label, _ in path),
        cost_usd=sum(number(row, "cost_usd_per_teu") for _, row in path),
        time_h=(now - start) / timedelta(hours=1),
        variance_h2=sum(spread_h(row) ** 2 for _, row in path),
        waits_h=tuple(waits),
    )


def spread_h(row: Row) -> float:
    """Return the hours from median to 90th percentile."""
    median, p90 = ("fixed_time_h", "fixed_time_p90_h") if "link_id" in row else ("time_h", "time_p90_h")
    return 0.0 if row.get(p90) is None else number(row, p90) - number(row, median)


def every_trip(rows: Rows, depart: datetime | None = None, via: Sequence[str] = ()) -> list[NaiveTrip]:
    """Return every trip from A to E that passes no (node, mode) twice between two vias, each once."""
    moves = []
    for row in (*rows[0], *rows[1]):
        if "link_id" in row:
            mode, ends = str(row["mode"]), (str(row["from_node"]), str(row["to_node"]))
            for tail, head in (ends, ends[::-1])[: 1 if row.get("directed") else 2]:
                moves.append(((tail, mode), (head, mode), ("link", str(row["link_id"]), tail, head), row))
        else:
            node, modes = str(row["node_id"]), (str(row["from_mode"]), str(row["to_mode"]))
            for old, new in (modes, modes[::-1])[: 1 if row.get("directed") else 2]:
                moves.append(((node, old), (node, new), ("transfer", node, old, new), row))
    found: dict[tuple[Label, ...], list[tuple[Label, Row]]] = {}

    def walk(state: tuple[str, str], stage: int, met: set[tuple[str, str]], path: list[tuple[Label, Row]]) -> None:
        if stage < len(via) and state[0] == via[stage]:
            walk(state, stage + 1, {state}, path)
        if stage == len(via) and state[0] == "E":
            found[tuple(label for label, _ in path)] = path
        for tail, head, label, row in moves:
            if tail == state and head not in met:
                walk(head, stage, met | {head}, [*path, (label, row)])

    for state in sorted({state for move in moves for state in move[:2] if state[0] == "A"}):
        walk(state, 0, {state}, [])
    return [follow(path, depart) for path in found.values()]


def totals(route: Route | NaiveTrip) -> tuple[float, float]:
    return round(route.cost_usd, 6), round(route.time_h, 6)


@st.composite
def dated_rows(draw: st.DrawFn, most_links: int = 9) -> Rows:
    """Draw links with weekdays of departure, seasons, headways and spreads, some with several and most with few."""
    pairs = st.sampled_from([(tail, head) for tail in NODES for head in NODES if tail != head])
    half_hours = st.integers(0, 60).map(lambda count: count / 2)
    leaving = st.builds("{} {:02}:{:02}".format, st.sampled_from(DAYS), st.integers(0, 23), st.sampled_from((0, 30)))
    departures = st.lists(st.one_of(st.sampled_from(DAYS), leaving), min_size=1, max_size=4).map(";".join)
    seasons = st.sampled_from(["11-3", "4-11", "2", "3-1", "12-12", "6-8"])
    links = []
    for at, ends in enumerate([("A", "B"), ("B", "E"), *draw(st.lists(pairs, min_size=3, max_size=most_links - 2))]):
        fixed_h = draw(st.one_of(st.just(0.0), half_hours))
        links.append(
            link(
                f"l{at}",
                draw(st.sampled_from(["road", "road", "sea"])),
                *ends,
                directed=draw(st.sampled_from([0, 0, 1])),
                cost_usd_per_teu=draw(st.integers(0, 40)),
                time_h=draw(half_hours),
                fixed_time_h=fixed_h,
                fixed_time_p90_h=draw(st.sampled_from([None, fixed_h, fixed_h + draw(half_hours)])),
                departures=draw(st.one_of(st.just(""), departures)),
                open_months=draw(st.one_of(st.just(""), st.just(""), seasons)),
                frequency_per_week=draw(st.sampled_from([None, None, 7, 14, 3.5])),
            )
        )
    transfers = []
    for node in draw(st.lists(st.sampled_from(NODES), max_size=3, unique=True)):
        time_h = draw(half_hours)
        p90_h = draw(st.sampled_from([None, time_h + draw(half_hours)]))
        usd = draw(st.integers(0, 9))
        transfers.append(transfer(node, "road", "sea", time_h=time_h, time_p90_h=p90_h, cost_usd_per_teu=usd))
    return links, transfers


moments = st.one_of(
    st.sampled_from(
        [
            datetime(2024, 2, 28, 20),
            datetime(2024, 2, 29, 23, 30),
            datetime(2023, 12, 31, 12),
            datetime(2026, 10, 31, 23, 30),
            datetime(2026, 3, 31),
        ]
    ),
    st.builds(
        lambda day, steps: datetime(2023, 1, 1) + timedelta(days=day) + steps * STEP,
        st.integers(0, 1500),
        st.integers(0, 47),
    ),
)
