"""The bundled network speaks Russian and Kazakh: all that a report names has both names, spelled in their letters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from network import load
from network.places import find_node, nodes_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.model import Table

TABLES = ("nodes", "corridors", "shared_capacities", "commodities")
RUSSIAN = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
KAZAKH = RUSSIAN | frozenset("әғқңөұүһі")
MARKS = frozenset(" -—–.,:«»()")
LATIN = ("Smart Cargo", "Sarens", "TRIPP", "TEU")
"""Names and units that both languages write in Latin letters."""

KAZAKH_NAMES = {
    "KZALA": "Алматы",
    "KZAAU": "Ақтау",
    "kz-dostyk": "Достық",
    "kz-saksaulskaya": "Сексеуіл",
    "kz-beyneu": "Бейнеу",
    "KZDZN": "Жезқазған",
    "KZKYH": "Қандыағаш",
    "KZSRY": "Сарыағаш",
    "KZAGY": "Ақтоғай",
    "KZAKX": "Ақтөбе",
    "KZKGF": "Қарағанды",
    "KZKSN": "Қостанай",
    "KZPPK": "Петропавл",
    "KZUKK": "Өскемен",
    "KZURA": "Орал",
    "kz-kyzylorda": "Қызылорда",
    "kz-kuryk": "Құрық",
    "kz-turkistan": "Түркістан",
    "kz-ekibastuz": "Екібастұз",
    "kz-maikapshagai": "Майқапшағай",
    "kz-zaysan": "Зайсан",
    "cn-khorgos": "Қорғас (Қытай)",
    "CNURC": "Үрімші",
    "CNYIN": "Құлжа",
    "CNBJS": "Бейжің",
    "KGFRU": "Бішкек",
    "uz-samarkand": "Самарқанд",
    "TMASB": "Ашғабат",
    "TMKRW": "Түрікменбашы",
    "RUMOW": "Мәскеу",
    "ru-orenburg": "Орынбор",
    "ru-omsk": "Омбы",
    "RUASF": "Астрахан",
    "TRIST": "Ыстанбұл",
    "AZBAK": "Баку",
    "UZTAS": "Ташкент",
}


class Named(NamedTuple):
    """A thing with its Russian and Kazakh names."""

    key: str
    name_ru: str
    name_kk: str


@cache
def table(name: str) -> Table:
    """Return a table of the bundled data."""
    return load().tables[name]


@cache
def all_named() -> tuple[Named, ...]:
    """Return everything of the bundled data that has a name for readers, rows that cards add included."""
    return tuple(_all_named())


def _all_named() -> Iterator[Named]:
    data = load()
    for name in TABLES:
        rows = table(name)
        ids = rows.row_of
        for key, name_ru, name_kk in zip(ids, rows.text("name_ru"), rows.text("name_kk"), strict=True):
            yield Named(f"{name} {key}", name_ru, name_kk)
    for card in data.projects:
        yield Named(f"card {card.id}", card.name_ru, card.name_kk)
        for row in (row for change in card.changes for row in change.rows if "name" in row):
            yield Named(f"row {row['name']}", str(row.get("name_ru", "")), str(row.get("name_kk", "")))
    for key, scenario in data.scenarios.items():
        yield Named(f"scenario {key}", scenario.name_ru, scenario.name_kk)


def strange_letters(name: str, letters: frozenset[str]) -> set[str]:
    """Return what a name holds beside the letters of a language, digits, marks and what is written in Latin letters."""
    rest = re.sub("|".join(rf"\b{word}\b" for word in LATIN), "", name)
    return {letter for letter in rest if letter.casefold() not in letters | MARKS and not letter.isdecimal()}


def test_everything_has_both_names() -> None:
    """No node, corridor, commodity, shared capacity, card or scenario of the bundled data lacks one."""
    assert [named.key for named in all_named() if not (named.name_ru and named.name_kk)] == []
    counts = Counter(named.key.split()[0] for named in all_named())
    assert counts == {**{name: len(table(name)) for name in TABLES}, "card": 64, "row": 7, "scenario": 13}


def test_names_are_in_the_letters_of_their_language() -> None:
    """No Latin look-alike hides among Cyrillic letters, and no Kazakh letter in a Russian name."""
    assert {named.key: strange for named in all_named() if (strange := strange_letters(named.name_ru, RUSSIAN))} == {}
    assert {named.key: strange for named in all_named() if (strange := strange_letters(named.name_kk, KAZAKH))} == {}
    assert strange_letters("Аqтау", KAZAKH) == {"q"}


def test_names_hold_no_stray_space() -> None:
    """Words are parted by one space, brackets close, and letters are composed."""
    for named in all_named():
        for name in named[1:]:
            assert name == " ".join(name.split()), named.key
            assert name == unicodedata.normalize("NFC", name), named.key
            assert name.count("(") == name.count(")"), named.key
            assert name.count("«") == name.count("»"), named.key


@pytest.mark.parametrize("column", ["name_ru", "name_kk"])
@pytest.mark.parametrize("name", TABLES)
def test_two_things_have_two_names(name: str, column: str) -> None:
    """No name stands for two rows of a table."""
    names = table(name).text(column)
    assert [given for given, count in Counter(names).items() if count > 1] == []


def test_every_name_of_a_place_leads_to_it() -> None:
    """Typing a Russian or Kazakh name is enough: none is a name or alias of another place."""
    nodes = table("nodes")
    for column in ("name", "name_ru", "name_kk"):
        for node_id, name in zip(nodes.row_of, nodes.text(column), strict=True):
            assert nodes_named(nodes, name) == (node_id,), name


@pytest.mark.parametrize(("node_id", "name"), KAZAKH_NAMES.items(), ids=list(KAZAKH_NAMES))
def test_well_known_places_have_their_kazakh_names(node_id: str, name: str) -> None:
    """Places that every Kazakh reader knows are spelled as in Kazakhstan, and are found by that name."""
    nodes = table("nodes")
    assert nodes.text("name_kk")[nodes.row_of[node_id]] == name
    assert find_node(nodes, name.upper()) == node_id


def test_names_of_places_agree_with_those_built_of_them() -> None:
    """What is named after a place spells it as the place is spelled: corridors, terminals, cards."""
    nodes = table("nodes")
    kazakh = dict(zip(nodes.text("name_ru"), nodes.text("name_kk"), strict=True))
    places = [name for name in kazakh if len(name) > 3 and name.isalpha()]
    checked = 0
    for named in all_named():
        # Words in series are not inflected: "Достык — Мойынты".
        for word in re.findall(r"(?<=— )\w+|\w+(?= —)", named.name_ru):
            if word in places:
                checked += 1
                assert kazakh[word] in named.name_kk, named
    assert checked > 50
