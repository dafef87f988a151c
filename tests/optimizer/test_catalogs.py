"""Every message that a reader may see is in every catalog, translated, with the same placeholders."""

from __future__ import annotations

import importlib.util
import io
import string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from babel.messages import Catalog, Message

ROOT = Path(__file__).parents[2]
TRANSLATED = [chosen for chosen in LANGUAGES if chosen != "en"]


def program() -> ModuleType:
    """Return the program that writes the catalogs."""
    spec = importlib.util.spec_from_file_location("make_messages", ROOT / "docs" / "make_messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_messages = program()


@pytest.fixture(scope="module")
def template() -> Catalog:
    """Return all messages of the package."""
    return make_messages.template()


@pytest.fixture(scope="module", params=TRANSLATED)
def path(request: pytest.FixtureRequest) -> Path:
    """Return the file of a catalog."""
    return make_messages.CATALOGS[request.param]


@pytest.fixture(scope="module")
def catalog(path: Path) -> Catalog:
    """Return a catalog."""
    return make_messages.read(path)


def forms(message: Message) -> list[tuple[str, str]]:
    """Return each translation of a message with the English it is to be held against."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    many = message.id[1]
    return [(many, form) for form in message.string]


def translations(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield every translation with its English."""
    for message in catalog:
        if message.id:
            yield from forms(message)


def placeholders(text: str) -> set[str]:
    """Return the names in braces; braces that do not match raise ValueError."""
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def edges(text: str) -> tuple[str, str]:
    """Return the space before and behind a text."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def test_a_catalog_has_the_messages_of_the_code_and_no_others(template: Catalog, catalog: Catalog) -> None:
    """`make messages` has nothing to add and nothing to leave out."""
    assert {message.id for message in catalog} == {message.id for message in template}
    assert not catalog.obsolete


def test_a_catalog_is_as_make_messages_writes_it(template: Catalog, path: Path) -> None:
    """Writing it again changes no byte, so that a change of the file is a change of a message."""
    text, _n_left = make_messages.updated(path, template)
    assert path.read_text(encoding="utf-8") == text


def test_every_message_is_translated(catalog: Catalog) -> None:
    """No translation is empty or only a guess."""
    assert make_messages.untranslated(catalog) == []
    assert [message.id for message in catalog if message.id and message.fuzzy] == []


def test_every_plural_has_all_forms(catalog: Catalog) -> None:
    """Messages that count have a translation for each form of the language."""
    counts = {len(message.string) for message in catalog if isinstance(message.id, tuple)}
    assert counts == {catalog.num_plurals}


def test_translations_have_the_placeholders_of_the_message(catalog: Catalog) -> None:
    """What is filled in is filled in everywhere, whatever the form."""
    wrong = [text for english, text in translations(catalog) if placeholders(text) != placeholders(english)]
    assert wrong == []


def test_translations_begin_and_end_as_the_message_does(catalog: Catalog) -> None:
    """Space at either end and the number of lines are those of the message."""
    wrong = [
        text
        for english, text in translations(catalog)
        if edges(text) != edges(english) or text.count("\n") != english.count("\n")
    ]
    assert wrong == []


def test_english_messages_can_be_filled_in(template: Catalog) -> None:
    """Both forms of a message that counts have the same placeholders, and each of them has a name."""
    for message in template:
        of_forms = [placeholders(text) for text in ([message.id] if isinstance(message.id, str) else message.id)]
        assert all(names == of_forms[-1] for names in of_forms), message.id
        assert "" not in of_forms[-1], message.id


MODULE = """
# Translators: a far place,
# not a ship.
there = _("Port")
told = f"{_('in an f-string')} {n_('{n} ship', '{n} ships', n)}"
WORD = noted(
    "one "
    "text"
)
shown = _(WORD), _(names["key"]), other("not this"), object._("nor this")
"""


def test_messages_are_the_literals_of_marked_calls() -> None:
    """Also inside f-strings and over several lines, with their comment; what is no literal is left out."""
    found = list(make_messages.messages_of_module(io.BytesIO(MODULE.encode()), set(make_messages.KEYWORDS), [], {}))
    assert sorted((function, message) for _line, function, message, _comments in found) == [
        ("_", "Port"),
        ("_", "in an f-string"),
        ("n_", ("{n} ship", "{n} ships")),
        ("noted", "one text"),
    ]
    assert [comments for *_call, message, comments in found if message == "Port"] == [["a far place, not a ship."]]
    assert not any(comments for *_call, message, comments in found if message != "Port")


def test_templates_are_read_too(template: Catalog) -> None:
    """Messages of the page are among those of the package."""
    places = {place for message in template for place, _line in message.locations}
    assert any(place.endswith(".jinja") for place in places)
    assert any(place.endswith(".py") for place in places)
