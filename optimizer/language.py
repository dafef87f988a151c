"""The language of reports: messages, numbers, dates and names of things, in English, Russian and Kazakh.

Everything a reader sees of a report goes through `_` and the functions below; what a program reads (JSON keys, ids,
errors) stays as it is. Messages are in the gettext catalogs of ``optimizer/locale``; numbers, dates and names of
countries are those of the Unicode CLDR. Both are read by Babel, of the extra ``report``; English needs neither.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from babel import Locale
    from babel.messages import Catalog

    from network.model import Table

Language = Literal["en", "ru", "kk"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NO_NUMBER = "–"
NARROW_SPACE, SPACE = "\u202f", "\u00a0"
"""Spaces that no line breaks at; not every font has the narrow one, so that the other is written in its place."""

_language: ContextVar[Language] = ContextVar("language", default="en")


def noted(message: str) -> str:
    """Return a message as it is: marks a constant for the catalogs, which `_` translates where it is shown."""
    return message


MODE_NAMES = {
    "rail": noted("rail"),
    "road": noted("road"),
    "river": noted("river"),
    "sea": noted("sea"),
    "air": noted("air"),
}
STATUSES = {
    "optimal": noted("optimal"),
    "feasible": noted("feasible"),
    "infeasible": noted("infeasible"),
    "unbounded": noted("unbounded"),
    "no_answer": noted("no_answer"),
    "failed": noted("failed"),
}
UNIT_NAMES = {
    "teu": noted("TEU"),
    "t": noted("t"),
    "t-km": noted("t-km"),
    # Translators: units of capacity such as train/day are put together from these, each in its short form.
    "train": noted("train"),
    "truck": noted("truck"),
    "flight": noted("flight"),
    "sailing": noted("sailing"),
    "day": noted("day"),
    "week": noted("week"),
    "month": noted("month"),
    "year": noted("year"),
}
GRADES = {
    "A": noted("A – official"),
    "B": noted("B – secondary or measured"),
    "C": noted("C – widely reported"),
    "D": noted("D – engineering estimate"),
    "": noted("no grade"),
}


class Marks(NamedTuple):
    """What a language writes between thousands and before the decimals."""

    thousands: str
    decimal: str


def language() -> Language:
    """Return the language that is spoken now."""
    return _language.get()


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    r"""Speak a language until the block ends.

    Raises
    ------
    ModuleNotFoundError
        The language is not English, and Babel is not installed.

    Examples
    --------
    >>> with speaking("ru"):
    ...     number_text(1234.5, 1)
    '1\xa0234,5'
    """
    if chosen != "en":
        import babel  # noqa: F401 - so that it is missed here and not in the middle of a page
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str) -> str:
    """Return a message in the language spoken; fill its ``{name}`` with `str.format` afterwards."""
    chosen = _language.get()
    return message if chosen == "en" else _messages(chosen).get(message, message)


def n_(one: str, many: str, n: int) -> str:
    """Return the message that counts `n` things in the language spoken, to be filled with ``{n}`` afterwards."""
    chosen = _language.get()
    if chosen == "en":
        return one if n == 1 else many
    forms = _plurals(chosen).get(one)
    return many if forms is None else forms[_plural_rule(chosen)(n)]


def number_text(value: float | None, digits: int = 0) -> str:
    """Return a number with thousands separators, as the language writes it; a dash where there is none."""
    if value is None or value != value:
        return NO_NUMBER
    return as_written(f"{value:,.{digits}f}")


def signed_text(value: float | None, digits: int = 0) -> str:
    """Return a difference with its sign; one that rounds to nothing has none."""
    if value is None or value != value:
        return NO_NUMBER
    nearest = round(value, digits) + 0.0
    return as_written(f"{nearest:+,.{digits}f}" if nearest else f"{0.0:.{digits}f}").replace("-", "−")


def percent_text(share: float | None, digits: int = 0) -> str:
    """Return a part of one in percent."""
    return NO_NUMBER if share is None or share != share else f"{number_text(100.0 * share, digits)}{SPACE}%"


def as_written(text: str) -> str:
    """Return a number in Python's writing, ``1,234.5``, as the language writes it."""
    if _language.get() == "en":
        return text
    marks = _marks(_language.get())
    return text.translate({ord(","): marks.thousands, ord("."): marks.decimal})


def date_text(day: date) -> str:
    """Return a day in full: ``22 November 2026``."""
    if _language.get() == "en":
        return f"{day.day} {day:%B %Y}"
    from babel.dates import format_date

    return format_date(day, "long", locale=_language.get()).replace(NARROW_SPACE, SPACE)


def moment_text(at: datetime) -> str:
    """Return day and time to the minute."""
    return f"{date_text(at)}, {at:%H:%M}"


def short_date_text(day: date) -> str:
    """Return a day without its year, as tables have room for it: ``22 Nov``."""
    if _language.get() == "en":
        return f"{day:%d %b}"
    from babel.dates import format_date

    return format_date(day, "d MMM", locale=_language.get())


def short_moment_text(at: datetime) -> str:
    """Return a day without its year and the time to the minute: ``22 Nov 14:05``."""
    return f"{short_date_text(at)} {at:%H:%M}"


def country_text(code: str) -> str:
    """Return the name of a country by its ISO 3166-1 code; the code where Babel is not there or knows none."""
    try:
        return str(_locale(_language.get()).territories.get(code, code))
    except ModuleNotFoundError:
        return code


def name_text(table: Table, row: int) -> str:
    """Return the name of a row in the language spoken; Kazakh falls back on Russian, both on the plain name."""
    columns = {"en": ("name",), "ru": ("name_ru", "name"), "kk": ("name_kk", "name_ru", "name")}[language()]
    return next((name for column in columns if column in table.columns and (name := str(table.text(column)[row]))), "")


def mode_text(mode: str) -> str:
    """Return the name of a mode, with its gauge where it has one: ``rail``, ``rail1520`` and ``rail 1520`` are read."""
    if _language.get() == "en":
        return mode
    bare = mode.rstrip("0123456789 ")
    gauge = mode[len(bare) :].strip()
    return f"{_(MODE_NAMES.get(bare, bare))} {gauge}".strip()


def modes_text(modes: str, between: str) -> str:
    """Return two modes of a transfer, written as ``rail1435-rail1520``, with `between` between them."""
    return between.join(mode_text(mode) for mode in modes.split("-"))


def status_text(status: str) -> str:
    """Return what became of a plan, ``optimal`` or another `optimizer.linear.Status`, or of a scenario."""
    return _(STATUSES.get(status, status))


def unit_text(unit: str) -> str:
    """Return a unit of capacity, as ``train/day``, or of goods, ``TEU`` and ``t``."""
    if "/" not in unit:
        return _(UNIT_NAMES.get(unit, unit))
    return unit if _language.get() == "en" else "/".join(_(UNIT_NAMES.get(part, part)) for part in unit.split("/"))


def grade_text(grade: str) -> str:
    """Return the grade of a number with its meaning; empty stands for no grade."""
    return _(GRADES.get(grade, grade))


@cache
def catalog(chosen: Language) -> Catalog:
    """Return the catalog of a language."""
    from importlib.resources import files

    from babel.messages.pofile import read_po

    path = files("optimizer.locale").joinpath(f"{chosen}.po")
    with path.open("rb") as stream:
        return read_po(stream, locale=chosen)


@cache
def _messages(chosen: Language) -> dict[str, str]:
    """Return what is translated, by the English message."""
    return {
        message.id: message.string
        for message in catalog(chosen)
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string
    }


@cache
def _plurals(chosen: Language) -> dict[str, tuple[str, ...]]:
    """Return the plural forms of messages that count, by the English singular."""
    return {
        message.id[0]: tuple(message.string)
        for message in catalog(chosen)
        if isinstance(message.string, tuple | list) and all(message.string)
    }


@cache
def _plural_rule(chosen: Language) -> Callable[[int], int]:
    """Return which of a message's forms counts a number of things."""
    from gettext import c2py

    rule: Callable[[int], int] = c2py(catalog(chosen).plural_expr)
    return rule


@cache
def _locale(chosen: Language) -> Locale:
    from babel import Locale

    return Locale.parse(chosen)


@cache
def _marks(chosen: Language) -> Marks:
    """Return how a language writes numbers."""
    symbols = _locale(chosen).number_symbols["latn"]
    return Marks(symbols["group"].replace(NARROW_SPACE, SPACE), symbols["decimal"])
