"""Departures and open months against simulations that step through days and minutes."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from network.timetable import Timetable, mean_wait_h, next_departure_h, parse_departures
from network.values import months_open

MINUTES_PER_WEEK = 10_080
MINUTE = timedelta(minutes=1)

departures = st.lists(st.integers(0, MINUTES_PER_WEEK - 1), max_size=5, unique=True).map(
    lambda minutes: tuple(minute / 60 for minute in sorted(minutes))
)
months = st.one_of(
    st.just(()),
    st.tuples(st.integers(1, 12), st.integers(1, 12)).map(lambda ends: months_open(f"{ends[0]}-{ends[1]}")),
    st.lists(st.integers(1, 12), min_size=1, max_size=11, unique=True).map(tuple),
)
timetables = st.builds(Timetable, departures, months)
starts = st.datetimes(datetime(1, 1, 1), datetime(9990, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
years = 366 * 24.0


def is_open(timetable: Timetable, moment: datetime) -> bool:
    """Tell by the calendar alone whether a link may be entered at a whole minute."""
    minute = moment.weekday() * 1440 + moment.hour * 60 + moment.minute
    leaves = not timetable.departures_h or any(round(hour * 60) == minute for hour in timetable.departures_h)
    return leaves and (not timetable.months or moment.month in timetable.months)


def by_days(timetable: Timetable, moment: datetime) -> datetime:
    """Return the first open moment, going through the days one by one."""
    day = moment.replace(hour=0, minute=0)
    while True:
        minutes = [round(hour * 60) % 1440 for hour in timetable.departures_h] or [0]
        candidates = [day + timedelta(minutes=minute) for minute in sorted(minutes)]
        if not timetable.departures_h and day <= moment:
            candidates = [moment]
        for candidate in candidates:
            if candidate >= moment and is_open(timetable, candidate):
                return candidate
        day += timedelta(days=1)


def hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("mon", (0,)),
        ("1", (0,)),
        ("7", (144,)),
        ("SUN 23:59", (144 + 24 - 1 / 60,)),
        ("mon 18:00;thu", (18, 72)),
        (" Thursday ;MONDAY  18:00; ", (18, 72)),
        ("4;Mon 18:00", (18, 72)),
        ("tue;2;Tuesday 00:00;tue", (24,)),
        ("wed 00:01", (48 + 1 / 60,)),
    ],
)
def test_departures_are_read(text: str, expected: tuple[float, ...]) -> None:
    """Names, short names and numbers in any case and order; the same departure counts once."""
    assert parse_departures(text) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mun", 'unknown weekday "mun"'),
        ("mon,thu", 'unknown weekday "mon,thu"'),
        ("0", 'unknown weekday "0"'),
        ("8", 'unknown weekday "8"'),
        ("18:00", 'unknown weekday "18:00"'),
        ("mon;tues 10:00", 'unknown weekday "tues"'),
        ("mon 24:00", '"24:00" is no time of day'),
        ("mon 8:00", '"8:00" is no time of day'),
        ("mon 08:60", '"08:60" is no time of day'),
        ("mon 08:00:00", '"08:00:00" is no time of day'),
        ("mon 6 pm", '"6 pm" is no time of day'),
        ("mon ١٨:00", "is no time of day"),
        (";", '";" names no departure'),
    ],
)
def test_what_is_no_departure_is_refused(text: str, words: str) -> None:
    """The message says which item is wrong."""
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        parse_departures(text)


@given(departures)
def test_a_text_of_departures_reads_back(departures_h: tuple[float, ...]) -> None:
    """Any departures written as numbers of days with times are read as they were."""
    minutes = [round(hour * 60) for hour in departures_h]
    text = ";".join(f"{at // 1440 + 1} {at % 1440 // 60:02}:{at % 60:02}" for at in reversed(minutes))
    assert parse_departures(text) == departures_h


@settings(deadline=None)
@given(departures.filter(bool))
def test_mean_wait_is_the_mean_over_the_minutes_of_a_week(departures_h: tuple[float, ...]) -> None:
    """Someone who comes in the middle of each minute of the week waits as long on average."""
    minutes = [round(hour * 60) for hour in departures_h]
    total, following = 0.0, minutes[0] + MINUTES_PER_WEEK
    for minute in range(MINUTES_PER_WEEK - 1, -1, -1):
        if minute + 1 in minutes:
            following = minute + 1
        total += following - (minute + 0.5)
    assert mean_wait_h(departures_h) == pytest.approx(total / MINUTES_PER_WEEK / 60, rel=1e-9)
    assert mean_wait_h(departures_h) >= 84 / len(departures_h) * (1 - 1e-12)


def test_equal_gaps_wait_half_a_headway() -> None:
    """f departures at equal gaps wait 84 / f hours; none wait nothing."""
    for count in (1, 2, 3, 4, 6, 7, 14):
        assert mean_wait_h([168 / count * at for at in range(count)]) == pytest.approx(84 / count, rel=1e-12)
    assert mean_wait_h(()) == 0


@settings(deadline=None)
@given(timetables, starts, st.integers(0, 3 * 366 * 1440))
@example(Timetable((167 + 59 / 60,), (2,)), datetime(2023, 2, 28), 1439)
@example(Timetable((0.0,), (3,)), datetime(2024, 2, 29, 23, 59), 1)
@example(Timetable((), months_open("11-3")), datetime(2025, 3, 31, 23, 59), 1)
@example(Timetable((23 + 59 / 60,), months_open("11-3")), datetime(2025, 12, 31, 23, 59), 0)
@example(Timetable((24.0,), (12,)), datetime(2026, 12, 29), 1)
def test_next_departure_is_the_first_of_the_calendar(timetable: Timetable, start: datetime, minutes: int) -> None:
    """The arithmetic agrees with a search through the days, and exactly."""
    expected = hours(by_days(timetable, start + minutes * MINUTE) - start)
    assert next_departure_h(timetable, start, minutes / 60) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.builds(Timetable, departures, st.just(()) | st.just(months_open("2-11"))),
    st.datetimes(datetime(2024, 1, 22), datetime(2024, 3, 5)).map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_no_minute_before_the_next_departure_is_open(timetable: Timetable, start: datetime) -> None:
    """Going through the minutes one by one meets no open one earlier, and the one told is open."""
    wait_h = next_departure_h(timetable, start, 0.0)
    n_minutes = round(wait_h * 60)
    assert wait_h * 60 == pytest.approx(n_minutes, abs=1e-7)
    assert is_open(timetable, start + n_minutes * MINUTE)
    assert not any(is_open(timetable, start + minute * MINUTE) for minute in range(n_minutes))


@given(
    timetables,
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),
    st.floats(0, 3 * years),
    st.floats(0, 3 * years) | st.floats(0, 1e-5),
)
def test_who_comes_later_never_leaves_earlier(
    timetable: Timetable, start: datetime, at_h: float, later_h: float
) -> None:
    """First in, first out holds for any hours and starts, down to the last bit; no one leaves before coming."""
    leaves, leaves_later = (next_departure_h(timetable, start, hour) for hour in (at_h, at_h + later_h))
    assert at_h <= leaves <= leaves_later
    # Who comes as it leaves, leaves.
    assert next_departure_h(timetable, start, leaves) == leaves


@given(
    timetables.filter(lambda timetable: bool(timetable.departures_h)),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.integers(0, 400_000),
    st.floats(-9e-7, 9e-7),
)
def test_rounding_misses_no_departure(timetable: Timetable, start: datetime, minutes: int, slip_h: float) -> None:
    """Who comes within a millionth of an hour of a departure leaves with it."""
    start = start.replace(microsecond=0)
    leaves = next_departure_h(timetable, start, minutes / 60)
    assert next_departure_h(timetable, start, max(0.0, leaves + slip_h)) == pytest.approx(leaves, abs=1e-6)


def test_a_sum_of_hours_meets_its_departure() -> None:
    """Ten tenths of an hour, or 12.3000001 hours, are in time; 12.31 is not."""
    start = datetime(2026, 3, 2)
    daily = Timetable(parse_departures("mon 12:18;tue 01:00"))
    assert next_departure_h(daily, start, 12.3) == 12.3
    assert next_departure_h(daily, start, 12.3000001) == 12.3000001
    assert next_departure_h(daily, start, 12.31) == 25
    assert next_departure_h(daily, start, 24 + sum([0.1] * 10) + 1e-15) == pytest.approx(25, abs=1e-12)
    season = Timetable((), (3,))
    end = hours(datetime(2026, 4, 1) - start)
    assert next_departure_h(season, start, math.nextafter(end, 0.0)) == hours(datetime(2027, 3, 1) - start)
    assert next_departure_h(season, start, end - 1e-3) == end - 1e-3


def test_a_start_within_a_second_is_exact() -> None:
    """Seconds and microseconds of the start count."""
    start = datetime(2026, 3, 2, 17, 59, 59, 500_000)
    assert next_departure_h(Timetable((18.0,)), start, 0.0) == pytest.approx(0.5 / 3600, abs=1e-12)
    assert next_departure_h(Timetable((18.0,)), start, 1 / 3600) == pytest.approx(168 + 0.5 / 3600, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "season", "start", "expected"),
    [
        ("tue;fri", "", datetime(2026, 3, 2), datetime(2026, 3, 3)),
        ("tue;fri", "", datetime(2026, 3, 6, 0, 1), datetime(2026, 3, 10)),
        ("tue", "11-3", datetime(2026, 4, 1), datetime(2026, 11, 3)),
        ("tue", "11-3", datetime(2026, 12, 30), datetime(2027, 1, 5)),
        ("mon", "2", datetime(2024, 2, 27), datetime(2025, 2, 3)),
        ("thu 23:59", "2", datetime(2024, 2, 29, 23, 59), datetime(2024, 2, 29, 23, 59)),
        ("", "4-11", datetime(2026, 12, 5, 10), datetime(2027, 4, 1)),
        ("", "4-11", datetime(2026, 11, 30, 23, 59), datetime(2026, 11, 30, 23, 59)),
        ("", "7", datetime(1899, 8, 1), datetime(1900, 7, 1)),
    ],
)
def test_by_hand(text: str, season: str, start: datetime, expected: datetime) -> None:
    """Weekdays, seasons over the new year, leap days and the last minute of a month, read off a calendar."""
    timetable = Timetable(parse_departures(text), months_open(season) if season else ())
    assert next_departure_h(timetable, start, 0.0) == hours(expected - start)


def test_years_beyond_the_calendar_of_python() -> None:
    """A wait may end after the year 9999: the calendar repeats every 400 years."""
    end = datetime(9999, 12, 31, 12)
    same = datetime(9599, 12, 31, 12)
    for timetable in (Timetable((30.0,), (2, 3)), Timetable((), (6,)), Timetable((5.0,))):
        assert next_departure_h(timetable, end, 1e5) == next_departure_h(timetable, same, 1e5) > 1e5


def test_no_timetable_never_waits() -> None:
    """Without departures and months, or at any moment of a season, a shipment leaves as it comes."""
    assert next_departure_h(Timetable((), (1,)), datetime(2026, 1, 1, 0, 0, 0, 1), 1.23456789) == 1.23456789
    assert next_departure_h(Timetable(), datetime(2026, 1, 1, 0, 0, 0, 1), 1.23456789) == 1.23456789
