"""Bring the catalogs of messages up to date with the code and the templates: ``make messages``.

Messages are the literal arguments of `_`, `n_` and `noted` (`optimizer.language`) in modules, and of `_` and `n_` in
templates. New ones get an empty translation, those that are gone are left out; the header of a catalog stays as it is.
A comment that begins with ``Translators:`` above a call goes into the catalogs with its message.
"""

from __future__ import annotations

import ast
import io
from itertools import takewhile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from optimizer.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

ROOT = Path(__file__).parents[1]
CODE = ROOT / "optimizer"
CATALOGS = {chosen: CODE / "locale" / f"{chosen}.po" for chosen in LANGUAGES if chosen != "en"}
KEYWORDS = {"_": None, "n_": (1, 2), "noted": None}
TAG = "Translators:"
WIDTH = 110

Found = tuple[int, str, str | tuple[str, ...], list[str]]
"""Line, function, message or messages, and comments."""


def messages_of_module(
    stream: IO[bytes], keywords: Collection[str], _tags: Collection[str], options: Mapping[str, str]
) -> Iterator[Found]:
    """Yield the messages of a Python module, also of calls inside f-strings; what is no literal has none."""
    source = stream.read().decode()
    lines = source.splitlines()
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id in keywords:
            texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if texts:
                message = tuple(texts) if call.func.id == "n_" else texts[0]
                yield call.lineno, call.func.id, message, _comments_above(lines, call.lineno)


def _comments_above(lines: list[str], line: int) -> list[str]:
    """Return the comment for translators that ends right above a line."""
    above = takewhile(lambda text: text.startswith("#"), (text.strip() for text in reversed(lines[: line - 1])))
    comment = " ".join(text.lstrip("# ") for text in reversed(list(above)))
    return [comment[comment.index(TAG) + len(TAG) :].strip()] if TAG in comment else []


def template() -> Catalog:
    """Return all messages of the package, without translations."""
    catalog = Catalog()
    methods = {".py": messages_of_module, ".jinja": babel_extract}
    for path in sorted(path for path in CODE.rglob("*") if path.suffix in methods):
        with path.open("rb") as stream:
            found = list(extract(methods[path.suffix], stream, KEYWORDS, [TAG], {"silent": "false"}))
        name = path.relative_to(ROOT).as_posix()
        for _line, message, comments, context in found:
            catalog.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalog


def read(path: Path) -> Catalog:
    """Return the catalog in a file."""
    with path.open("rb") as stream:
        return read_po(stream, locale=path.stem)


def updated(path: Path, messages: Catalog) -> tuple[str, int]:
    """Return the new text of a catalog, and how many of its messages have no translation yet."""
    catalog = read(path)
    catalog.update(messages, no_fuzzy_matching=True)
    text = io.BytesIO()
    write_po(text, catalog, width=WIDTH, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False)
    header = path.read_text(encoding="utf-8").partition("\n\n")[0].rstrip()
    body = text.getvalue().decode().strip()
    return f"{header}\n\n{body}\n", len(untranslated(catalog))


def untranslated(catalog: Catalog) -> list[str]:
    """Return the messages of a catalog with no translation, or with one that lacks a plural form."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalog
        if message.id and not all([message.string] if isinstance(message.string, str) else message.string or [""])
    ]


def main() -> None:
    """Write the catalogs anew and print what is left to translate."""
    messages = template()
    for chosen, path in CATALOGS.items():
        text, n_left = updated(path, messages)
        path.write_text(text, encoding="utf-8")
        print(f"{chosen}: {len(messages)} messages, {n_left} of them to translate")


if __name__ == "__main__":
    main()
