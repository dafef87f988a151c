"""Messages, numbers, dates and names in the three languages."""

from __future__ import annotations

import subprocess
import sys
from contextvars import copy_context
from dataclasses import replace
from datetime import date, datetime
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from made_network import dataset, link

from optimizer import language as spoken
from optimizer.language import (
    LANGUAGES,
    _,
    country_text,
    date_text,
    grade_text,
    language,
    mode_text,
    modes_text,
    moment_text,
    n_,
    name_text,
    number_text,
    percent_text,
    short_date_text,
    short_moment_text,
    signed_text,
    speaking,
    status_text,
    unit_text,
)
from optimizer.report.routes import commodity_name, corridor_name, goods_text, node_name

if TYPE_CHECKING:
    from network import Dataset

AT = datetime(2026, 11, 2, 14, 5)
SPACE = "\u00a0"


@pytest.fixture
def made_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a catalog of a few messages in the place of the Russian one."""
    from babel.messages import Catalog

    catalog = Catalog(locale="ru")
    catalog.add("rail", "ж/д")
    catalog.add("TEU", "ДФЭ")
    catalog.add("year", "год")
    catalog.add("infeasible", "решения нет")
    catalog.add("untranslated", "")
    catalog.add(("{n} place", "{n} places"), ("{n} место", "{n} места", "{n} мест"))
    monkeypatch.setattr(spoken, "catalog", lambda _chosen: catalog)
    for function in (spoken._messages, spoken._plurals, spoken._plural_rule):
        function.cache_clear()
        monkeypatch.setattr(spoken, function.__name__, function.__wrapped__)


@pytest.mark.parametrize(
    ("chosen", "number", "signed", "percent"),
    [
        ("en", "1,234.5", "−1,234.5", f"12.5{SPACE}%"),
        ("ru", f"1{SPACE}234,5", f"−1{SPACE}234,5", f"12,5{SPACE}%"),
        ("kk", f"1{SPACE}234,5", f"−1{SPACE}234,5", f"12,5{SPACE}%"),
    ],
)
def test_numbers_are_written_as_the_language_does(chosen: str, number: str, signed: str, percent: str) -> None:
    """Thousands and decimals have the marks of the language, with a space that no line breaks at."""
    with speaking(chosen):
        assert number_text(1234.5, 1) == number
        assert signed_text(-1234.5, 1) == signed
        assert percent_text(0.125, 1) == percent


def test_what_is_no_number_is_a_dash_and_nothing_has_no_sign() -> None:
    """A missing value is told from 0, and a difference that rounds to 0 has no sign."""
    assert number_text(None) == number_text(float("nan")) == signed_text(None) == percent_text(None) == "–"
    assert signed_text(-0.04, 1) == "0.0"
    assert signed_text(0.06, 1) == "+0.1"


@pytest.mark.parametrize(
    ("chosen", "day", "moment", "short", "short_moment"),
    [
        ("en", "2 November 2026", "2 November 2026, 14:05", "02 Nov", "02 Nov 14:05"),
        ("ru", f"2 ноября 2026{SPACE}г.", f"2 ноября 2026{SPACE}г., 14:05", "2 нояб.", "2 нояб. 14:05"),
        ("kk", f"2026{SPACE}ж. 2 қараша", f"2026{SPACE}ж. 2 қараша, 14:05", "2 қар.", "2 қар. 14:05"),
    ],
)
def test_dates_are_written_as_the_language_does(
    chosen: str, day: str, moment: str, short: str, short_moment: str
) -> None:
    """In full and without the year, with and without the time."""
    with speaking(chosen):
        assert date_text(AT.date()) == day
        assert moment_text(AT) == moment
        assert short_date_text(AT) == short
        assert short_moment_text(AT) == short_moment
    with speaking("ru"):
        assert date_text(date(2026, 11, 22)) == f"22 ноября 2026{SPACE}г."


@pytest.mark.usefixtures("made_catalog")
def test_plural_forms_of_russian() -> None:
    """One, few and many, also beyond ten."""
    with speaking("ru"):
        told = [n_("{n} place", "{n} places", n).format(n=n) for n in (1, 2, 5, 11, 21)]
    assert told == ["1 место", "2 места", "5 мест", "11 мест", "21 место"]
    assert [n_("{n} place", "{n} places", n) for n in (1, 2, 0)] == ["{n} place", "{n} places", "{n} places"]


@pytest.mark.usefixtures("made_catalog")
def test_modes_units_and_statuses_are_named() -> None:
    """Gauges stand behind the mode; a unit of capacity is put together; English has them as they are."""
    assert (mode_text("rail1520"), mode_text("rail 1520"), unit_text("teu/year")) == (
        "rail1520",
        "rail 1520",
        "teu/year",
    )
    assert (unit_text("teu"), unit_text("t"), status_text("infeasible")) == ("TEU", "t", "infeasible")
    with speaking("ru"):
        assert (mode_text("rail"), mode_text("rail1520"), mode_text("rail 1520")) == ("ж/д", "ж/д 1520", "ж/д 1520")
        assert modes_text("rail1435-rail1520", " → ") == "ж/д 1435 → ж/д 1520"
        assert (unit_text("teu/year"), unit_text("teu")) == ("ДФЭ/год", "ДФЭ")
        assert status_text("infeasible") == "решения нет"


@pytest.mark.usefixtures("made_catalog")
def test_a_message_without_translation_stays_english() -> None:
    """A page with a gap is better than none."""
    with speaking("ru"):
        assert (_("untranslated"), _("unknown"), _("")) == ("untranslated", "unknown", "")


def test_grades_have_a_meaning() -> None:
    """Each grade of the data, and none, says what it stands for; another one stays as it is."""
    told = [grade_text(grade) for grade in ("A", "B", "C", "D", "")]
    assert all(text.startswith(grade) for grade, text in zip("ABCD", told, strict=False))
    assert len(set(told)) == 5
    assert grade_text("X") == "X"


def test_countries_have_the_names_of_the_language() -> None:
    """Names are those of the CLDR; a code that it does not know stays."""
    names = []
    for chosen in LANGUAGES:
        with speaking(chosen):
            names.append(country_text("KZ"))
            assert country_text("QQ") == "QQ"
    assert names == ["Kazakhstan", "Казахстан", "Қазақстан"]


@pytest.fixture(scope="module")
def named() -> Dataset:
    """Return a network whose names are there in one, two or three languages."""
    data = dataset(
        [link("ab", "rail1520", "A", "B"), link("bc", "rail1520", "B", "C")],
        corridors=[{"corridor_id": "c", "name": "North way", "name_ru": "Северный путь"}],
        names={"A": "Alpha", "B": "Beta", "C": "Gamma"},
    )
    nodes = data.network.nodes
    names_ru, names_kk = nodes.text("name_ru").astype(object), nodes.text("name_kk").astype(object)
    names_ru[nodes.row_of["A"]] = names_ru[nodes.row_of["B"]] = "Альфа"
    names_kk[nodes.row_of["A"]] = "Әлфа"
    table = nodes.with_columns({"name_ru": names_ru, "name_kk": names_kk})
    return replace(data, network=replace(data.network, nodes=table))


def test_names_fall_back_on_russian_and_on_the_plain_name(named: Dataset) -> None:
    """Kazakh readers read Russian names where there are no Kazakh ones, and all read the plain name."""
    nodes = named.network.nodes
    expected = {
        "en": ["Alpha", "Beta", "Gamma"],
        "ru": ["Альфа", "Альфа", "Gamma"],
        "kk": ["Әлфа", "Альфа", "Gamma"],
    }
    for chosen, names in expected.items():
        with speaking(chosen):
            assert [name_text(nodes, nodes.row_of[node]) for node in "ABC"] == names
            assert [node_name(named, node) for node in "ABC"] == names
    with speaking("kk"):
        assert corridor_name(named, "c") == "Северный путь"
        assert (corridor_name(named, "unknown"), commodity_name(named, "unknown")) == ("unknown", "unknown")


def test_goods_are_called_by_their_id_in_english_only(named: Dataset) -> None:
    """An id is a word to English readers; others read the name."""
    (commodity,) = list(named.commodities.row_of)[:1]
    assert goods_text(named, commodity) == commodity
    with speaking("ru"):
        assert goods_text(named, commodity) == commodity_name(named, commodity)


def test_speaking_nests_and_ends_with_its_block() -> None:
    """An inner block, and one that fails, leave the language as it was."""
    with speaking("ru"):
        with speaking("kk"):
            assert language() == "kk"
        assert language() == "ru"
        with pytest.raises(ZeroDivisionError), speaking("en"):
            _ignored = 1 / 0
        assert language() == "ru"
    assert language() == "en"


def test_a_language_is_spoken_in_one_thread_only() -> None:
    """Another thread speaks its own, or that of the context it is given."""
    heard: list[str] = []
    with speaking("ru"):
        context = copy_context()
        for target in (lambda: heard.append(language()), lambda: context.run(lambda: heard.append(language()))):
            thread = Thread(target=target)
            thread.start()
            thread.join()
    assert heard == ["en", "ru"]


BLOCKED = """
import sys

sys.modules["babel"] = None
from datetime import date

from optimizer.language import _, country_text, date_text, n_, number_text, speaking

with speaking("en"):
    told = [_("a"), n_("b", "c", 2), number_text(1234.5, 1), date_text(date(2026, 11, 2)), country_text("KZ")]
print(*told, sep="|")
try:
    with speaking("ru"):
        print("spoken")
except ModuleNotFoundError as error:
    print(error.name)
print(number_text(1234.5, 1))
"""


def test_only_other_languages_need_babel() -> None:
    """English does without it; Russian is refused at once, and English is spoken on."""
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["a|c|1,234.5|2 November 2026|KZ", "babel", "1,234.5"]
