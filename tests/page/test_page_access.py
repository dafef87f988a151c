"""Pages for everyone: names for controls, an order of headings, the keyboard, and colors that are told apart."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.report import map_style

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from small_pages import Opener, Written

    Numbers = NDArray[np.float64]

UNNAMED = """[...document.querySelectorAll("button, input, select, textarea, a[href], summary")].filter((control) => {
  const labels = [...(control.labels ?? [])].map((label) => label.textContent).join("");
  const text = control.tagName === "INPUT" || control.tagName === "SELECT" ? "" : control.textContent;
  return !(control.getAttribute("aria-label") || labels || text || "").trim();
}).map((control) => control.outerHTML.slice(0, 120))"""
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}
"""Of full severity, on linear RGB (Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of
Color Vision Deficiency", IEEE Transactions on Visualization and Computer Graphics 15, 2009)."""
LEAST_DIFFERENCE = 12.0
"""CIE76 difference below which two colors of a map side by side are taken for one; 2.3 is just noticeable."""


@pytest.mark.parametrize(("kind", "language"), [("busy_plan", "en"), ("busy_whatif", "kk")])
def test_everything_has_a_name(kind: str, language: str, request: pytest.FixtureRequest, open_page: Opener) -> None:
    """Controls have labels, pictures a title and a description, and no id stands twice."""
    sheet = open_page(request.getfixturevalue(kind).file(language))
    assert sheet.evaluate(UNNAMED) == []
    ids = sheet.eval_on_selector_all("[id]", "parts => parts.map(part => part.id)")
    assert sorted(ids) == sorted(set(ids))
    pictures = sheet.eval_on_selector_all(
        "svg[role=img]",
        """pictures => pictures.map(picture => (picture.getAttribute("aria-labelledby") ?? "").split(" ")
          .map(id => document.getElementById(id)?.textContent ?? ""))""",
    )
    assert len(pictures) >= 5
    assert all(len(texts) == 2 and all(texts) for texts in pictures)
    named = sheet.eval_on_selector_all(
        "[aria-labelledby], [aria-describedby]",
        "parts => parts.flatMap(part => `${part.getAttribute('aria-labelledby') ?? ''} "
        "${part.getAttribute('aria-describedby') ?? ''}`.split(' ').filter(Boolean))",
    )
    assert set(named) <= set(ids)


def test_headings_follow_each_other(busy_whatif: Written, open_page: Opener) -> None:
    """One first heading; none deeper than one below that before it; a section begins with its heading."""
    sheet = open_page(busy_whatif.file())
    levels = sheet.eval_on_selector_all(
        "h1, h2, h3, h4", "heads => heads.filter(head => head.checkVisibility()).map(head => Number(head.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert sheet.evaluate(
        "[...document.querySelectorAll('section')].every(of => of.firstElementChild.tagName === 'H2')"
    )
    assert sheet.locator("main").count() == sheet.locator("header").count() == sheet.locator("footer").count() == 1


def test_the_tab_key_reaches_every_control(busy_whatif: Written, open_page: Opener) -> None:
    """In the order of the page, and each shows that it has the focus; the first leads past the contents."""
    sheet = open_page(busy_whatif.file())
    wanted = sheet.evaluate(
        """() => {
          // Of radio buttons the chosen one takes the focus; what is hidden or off takes none.
          const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].filter(
            (of) => of.checkVisibility() && !of.disabled && !(of.type === "radio" && !of.checked));
          all.forEach((of, at) => { of.dataset.order = at; });
          return all.length;
        }"""
    )
    reached: list[int] = []
    for _ in range(wanted + 5):
        sheet.keyboard.press("Tab")
        order, ring = sheet.evaluate(
            """() => [document.activeElement.dataset?.order ?? "",
              getComputedStyle(document.activeElement).outlineStyle]"""
        )
        if order == "":
            break
        assert ring != "none"
        reached.append(int(order))
    assert reached == sorted(reached)
    assert set(range(wanted)) <= set(reached)


def test_the_first_tab_skips_to_the_content(busy_plan: Written, open_page: Opener) -> None:
    """The link is seen once it has the focus."""
    sheet = open_page(busy_plan.file())
    sheet.keyboard.press("Tab")
    assert sheet.evaluate("document.activeElement.hash") == "#main"
    box = sheet.locator(".skip").bounding_box()
    assert box is not None
    assert box["x"] >= 0


def linear(color: str) -> Numbers:
    """Return a color in linear RGB (IEC 61966-2-1), shape (3,)."""
    parts = [int(color[at : at + 2], 16) for at in (1, 3, 5)] if color.startswith("#") else re.findall(r"[\d.]+", color)
    values = np.array([float(part) for part in parts[:3]]) / 255.0
    return np.asarray(np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4))


def contrast(ink: str, paper: str) -> float:
    """Return the contrast of two colors, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((float(linear(of) @ [0.2126, 0.7152, 0.0722]) for of in (ink, paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("kind", ["busy_plan", "busy_whatif"])
def test_texts_stand_out_from_what_is_behind_them(kind: str, request: pytest.FixtureRequest, open_page: Opener) -> None:
    """Every text of the page at 4.5 to 1 at least, as WCAG 2.2 asks of level AA."""
    sheet = open_page(request.getfixturevalue(kind).file())
    found = sheet.evaluate(
        """() => {
          const pairs = new Map();
          for (const part of document.body.querySelectorAll("*:not(script, style, noscript, option, svg *)")) {
            const isText = [...part.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
            if (!isText || !part.checkVisibility() || part.disabled || part.querySelector(":disabled")) continue;
            let behind = part;
            const paper = (of) => getComputedStyle(of).backgroundColor;
            while (behind && paper(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
            const pair = [getComputedStyle(part).color, behind ? paper(behind) : "#ffffff"];
            pairs.set(pair.join(), [...pair, `${part.tagName} ${part.className} ${part.textContent.slice(0, 30)}`]);
          }
          return [...pairs.values()];
        }"""
    )
    assert len(found) >= 4
    assert [(where, ink, paper) for ink, paper, where in found if contrast(ink, paper) < 4.5] == []


def lab(rgb: Numbers) -> Numbers:
    """Return linear RGB in CIE Lab of daylight D65, shape (3,)."""
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    xyz = (np.array(to_xyz) @ np.clip(rgb, 0, 1)) / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: str, other: str, vision: Numbers) -> float:
    """Return how far two colors are apart for an eye, in CIE76."""
    return float(np.linalg.norm(lab(vision @ linear(one)) - lab(vision @ linear(other))))


@pytest.mark.parametrize("vision", ["normal", *BLIND])
def test_colors_of_the_map_are_told_apart(vision: str) -> None:
    """Classes of use, what a scenario adds and takes, and modes, each against all others, also without red or green."""
    matrix = np.array(BLIND.get(vision, np.eye(3).tolist()))
    sets = (
        [*(shade.color for shade in map_style.SHADES), map_style.NO_CAPACITY],
        [map_style.MORE, map_style.LESS],
        list(map_style.MODE_COLORS.values()),
    )
    near = [
        (one, other, round(difference(one, other, matrix), 1))
        for colors in sets
        for at, one in enumerate(colors)
        for other in colors[:at]
        if difference(one, other, matrix) < LEAST_DIFFERENCE
    ]
    assert near == []
    assert all(contrast(shade.color, map_style.LAND) > 1.5 for shade in map_style.SHADES)
