"""The SVG of matplotlib, tidied: no metadata, no global style, no ids that nothing refers to, short numbers.

What stays is plain SVG with no namespace but its own (``href`` as in SVG 2), so that the same picture may stand in a
file or inside a page.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SVG = "http://www.w3.org/2000/svg"
FONTS = "'Segoe UI', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
"""Fonts of letters: one that the reader's system has, all with Latin, Cyrillic and the letters of Kazakh."""
WITH_NUMBERS = ("d", "points", "x", "y", "width", "height", "transform")
DROPPED = ("metadata", "style")

_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NO_TURN = re.compile(r"rotate\(-?0(?: [^)]*)?\)")


def tidy(text: str, marks: Collection[str] = ()) -> ET.Element:
    """Return the root of a figure's SVG, tidied.

    Parameters
    ----------
    text
        As matplotlib wrote it.
    marks
        Ids that stay though nothing in the picture refers to them.
    """
    root = ET.fromstring(text)
    for element in root.iter():
        element.tag = _local(element.tag)
        for name in [name for name in element.attrib if "}" in name]:
            element.attrib[_local(name)] = element.attrib.pop(name)
        element.tail = None
        if not (element.text or "").strip():
            element.text = None
    _drop_elements(root)
    kept = {*marks, *_referred(root)}
    for element in root.iter():
        _tidy_attributes(element, kept)
    _unwrap_groups(root)
    # Matplotlib says this of all elements in a style sheet, which inside a page would hold for the whole page.
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt", "font-family": FONTS}
    return root


def written(root: ET.Element) -> str:
    """Return the markup of an SVG without a prolog; the same tree gives the same text."""
    root.attrib = {"xmlns": SVG, **root.attrib}
    return ET.tostring(root, encoding="unicode")


def refer(root: ET.Element, prefix: str) -> None:
    """Put a prefix before every id and every reference to one."""
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.attrib[name] = prefix + value
            elif name == "href" and value.startswith("#"):
                element.attrib[name] = f"#{prefix}{value[1:]}"
            elif "url(#" in value:
                element.attrib[name] = _REFERENCE.sub(rf"url(#{prefix}\1)", value)


def _local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition("}")[2]


def _drop_elements(root: ET.Element) -> None:
    """Take out what says nothing of the picture, and definitions of nothing."""
    for parent in list(root.iter()):
        for child in list(parent):
            is_empty = child.tag in ("g", "defs") and all(part.tag in DROPPED for part in child)
            if child.tag in DROPPED or is_empty:
                parent.remove(child)


def _referred(root: ET.Element) -> Iterator[str]:
    """Yield the ids that something in the picture refers to."""
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "href":
                yield value.removeprefix("#")
            elif "url(#" in value:
                yield from _REFERENCE.findall(value)


def _tidy_attributes(element: ET.Element, kept: Collection[str]) -> None:
    """Shorten the numbers and styles of an element; drop its id where nothing needs it."""
    attributes = element.attrib
    if attributes.get("id") not in kept:
        attributes.pop("id", None)
    for name in WITH_NUMBERS:
        if name in attributes:
            attributes[name] = " ".join(_NUMBER.sub(_short, attributes[name]).split())
    if _NO_TURN.fullmatch(attributes.get("transform", "")):
        del attributes["transform"]
    if "style" in attributes:
        parts = [part.strip() for part in attributes.pop("style").split(";")]
        style = ";".join(part.replace(": ", ":") for part in parts if part and not part.startswith("font-family"))
        if style:
            attributes["style"] = style


def _short(found: re.Match[str]) -> str:
    """Return a number with two decimals at most."""
    text = f"{float(found.group()):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _unwrap_groups(parent: ET.Element) -> None:
    """Put the elements of groups that say nothing in the place of the group."""
    children: list[ET.Element] = []
    for child in list(parent):
        _unwrap_groups(child)
        children += list(child) if child.tag == "g" and not child.attrib else [child]
    parent[:] = children
