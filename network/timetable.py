"""When a service leaves: weekdays and open months, and the first moment at or after another one.

A search asks this once for every link it tries, so all is arithmetic on whole days and weeks: nothing steps through
days. Clocks are those of the model: naive, one for the whole network, without time zones or summer time.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_OF_WEEK = {word: day for day, name in enumerate(WEEKDAYS) for word in (name, name[:3], str(day + 1))}
"""Days since Monday by what a departure may be called: full and three-letter names, and the numbers of ISO 8601."""

TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
WEEK_H, WEEK_S, DAY_S = 168.0, 604_800.0, 86_400.0

TOLERANCE_S = 0.0036
"""A moment this near to a whole second (a millionth of an hour) is that second: sums of hours are never exact."""

CYCLE_DAYS = 146_097
"""Days of 400 years of the Gregorian calendar, whole weeks, after which dates and weekdays repeat."""


class Timetable(NamedTuple):
    """When a link may be entered.

    `departures_h` are hours into the week, from Monday 00:00 = 0, rising, of whole minutes; none = at any moment.
    `months` are the open months, 1 to 12; none = all year.
    """

    departures_h: tuple[float, ...] = ()
    months: tuple[int, ...] = ()


@cache
def parse_departures(text: str) -> tuple[float, ...]:
    """Return the departures of a week in hours from Monday 00:00, rising, each once; none for an empty text.

    Items are separated by ``;``. Each is a weekday (English name, its first three letters, or 1 for Monday to 7), in
    any case, and may be followed by a time ``HH:MM``; without one the service leaves at 00:00 of that day.

    Raises
    ------
    ValueError
        An item is none, or a text that is not empty has no item; the message says which.

    Examples
    --------
    >>> parse_departures("mon 18:00;Thursday")
    (18.0, 72.0)
    """
    hours: set[float] = set()
    for item in text.split(";"):
        words = item.split()
        if not words:
            continue
        day = DAY_OF_WEEK.get(words[0].casefold())
        if day is None:
            raise ValueError(f'unknown weekday "{words[0]}"')
        time = TIME_OF_DAY.fullmatch(words[1]) if len(words) == 2 else None
        if len(words) > 1 and time is None:
            raise ValueError(f'"{" ".join(words[1:])}" is no time of day')
        minutes = 60 * int(time[1]) + int(time[2]) if time else 0
        hours.add((1440 * day + minutes) / 60)
    if text and not hours:
        raise ValueError(f'"{text}" names no departure')
    return tuple(sorted(hours))


def mean_wait_h(departures_h: Sequence[float]) -> float:
    """Return the mean wait in hours for one who comes at a random moment of the week; 0 without departures.

    The moment falls into a gap of g hours with probability g / 168 and then waits g / 2 on average, so that the mean
    is Σ g² / (2 · 168): the waiting time paradox (Welding 1957, Operational Research Quarterly 8:133). Equal gaps give
    84 / f for f departures, uneven ones more.

    Examples
    --------
    >>> mean_wait_h((0.0, 84.0)), mean_wait_h((0.0, 24.0))
    (42.0, 63.42857142857143)
    """
    if not departures_h:
        return 0.0
    following = (*departures_h[1:], departures_h[0] + WEEK_H)
    gaps = (later - earlier for earlier, later in zip(departures_h, following, strict=True))
    return sum(gap * gap for gap in gaps) / (2.0 * WEEK_H)


def next_departure_h(timetable: Timetable, start: datetime, at_h: float) -> float:
    """Return the first hour after `start`, no less than `at_h`, at which a shipment may leave; it waits for a season.

    A moment is open if its calendar month is one of the months and, where there are departures, it is one of them. All
    is exact to the second; a moment within a millionth of an hour of a whole second is taken for that second, so that
    rounding makes no one miss a departure or slip into a closed month. So a wait below that is rounding too. Who comes
    later never leaves earlier.

    Examples
    --------
    >>> from datetime import datetime
    >>> monday = datetime(2026, 3, 2)
    >>> next_departure_h(Timetable(parse_departures("tue 18:00")), monday, 43.5)
    210.0
    >>> next_departure_h(Timetable(months=(4, 5)), monday, 0.0)
    720.0
    """
    departures_h, months = timetable
    if not departures_h and not months:
        return at_h
    # Seconds from the Monday 00:00 before the start: small, and so exact.
    into_week = start.weekday() * DAY_S + start.hour * 3600 + start.minute * 60 + start.second
    origin = into_week + start.microsecond / 1e6
    moment = origin + at_h * 3600.0
    whole = float(round(moment))
    is_whole = abs(moment - whole) <= TOLERANCE_S
    if is_whole:
        moment = whole
    leaving = _departure(departures_h, moment) if departures_h else moment
    if months:
        opening = _opening(months, start.toordinal() - start.weekday(), leaving)
        if opening > leaving:
            # Seven days of an open month hold every departure of the week, so this one is in that month.
            leaving = _departure(departures_h, opening) if departures_h else opening
    if leaving == moment and not is_whole:
        return at_h
    return max(at_h, (leaving - origin) / 3600.0)


def _departure(departures_h: tuple[float, ...], moment: float) -> float:
    """Return the first departure at or after a moment, both in seconds from a Monday 00:00."""
    week, seconds = divmod(moment, WEEK_S)
    # Division rounds correctly, so equal whole minutes are equal hours.
    at = bisect_left(departures_h, seconds / 3600.0)
    if at == len(departures_h):
        return (week + 1.0) * WEEK_S + round(departures_h[0] * 3600.0)
    return week * WEEK_S + round(departures_h[at] * 3600.0)


def _opening(months: tuple[int, ...], monday: int, moment: float) -> float:
    """Return the first moment at or after one in an open month, in seconds from the Monday of ordinal `monday`."""
    day = monday + int(moment // DAY_S)
    opening = _open_day(months, day)
    return moment if opening == day else (opening - monday) * DAY_S


@lru_cache(maxsize=4096)
def _open_day(months: tuple[int, ...], day: int) -> int:
    """Return the first day at or after one, both proleptic ordinals, in an open month."""
    # Years beyond what a date can hold have the calendar of their place in the cycle.
    cycles, place = divmod(day - 1, CYCLE_DAYS)
    today = date.fromordinal(place + 1)
    ahead = min((month - today.month) % 12 for month in months)
    if ahead == 0:
        return day
    years, month = divmod(today.month - 1 + ahead, 12)
    return date(today.year + years, month + 1, 1).toordinal() + cycles * CYCLE_DAYS
