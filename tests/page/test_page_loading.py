"""Pages open without a word of complaint, ask for nothing, stand still, fit the window and print on A4."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from small_pages import MOST_BYTES, SHIFTS, grid_of

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from small_pages import Opener, Written


SECTIONS = ["overview", "map", "flows", "bottlenecks", "cost", "emissions", "routes", "sources", "again"]


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("kind", ["plan", "whatif"])
def test_a_page_opens_in_every_language(
    language: str, kind: str, request: pytest.FixtureRequest, open_page: Opener
) -> None:
    """Language, heading and title agree; every section that the contents name is there; the map is drawn."""
    of: Written = request.getfixturevalue(f"busy_{kind}")
    sheet = open_page(of.file(language))
    assert sheet.get_attribute("html", "lang") == language
    assert sheet.title() == sheet.inner_text("h1") != ""
    assert sheet.eval_on_selector_all("nav a", "links => links.map(link => link.hash)") == [f"#{id}" for id in SECTIONS]
    assert sheet.eval_on_selector_all("main > section", "sections => sections.map(section => section.id)") == SECTIONS
    assert sheet.get_attribute("#map-svg", "data-drawn") == "true"
    assert len(sheet.get_attribute("#map-svg .land", "d") or "") > 10_000
    n_links = len(of.made.data.network.links) if kind == "plan" else len(of.made.question.data.network.links)
    assert sheet.locator("[data-layer=links] path").count() == n_links
    assert sheet.locator("[data-layer=flows] path").count() > 0
    assert not re.search(r"\bNaN\b|undefined|\[object|\{\w+\}|\bNone\b", sheet.inner_text("body"))


def test_words_of_the_page_are_translated(busy_whatif: Written, open_page: Opener) -> None:
    """Numbers stay the same from language to language, their writing does not."""
    cards = {}
    for language in ("en", "ru", "kk"):
        sheet = open_page(busy_whatif.file(language))
        cards[language] = sheet.eval_on_selector_all(
            "[data-key]", "cards => cards.map(card => [card.dataset.value, card.firstChild.textContent])"
        )
    values = {language: [value for value, _text in of] for language, of in cards.items()}
    assert values["en"] == values["ru"] == values["kk"] != []
    texts = {language: [text for _value, text in of] for language, of in cards.items()}
    plain = [(en, ru) for en, ru in zip(texts["en"], texts["ru"], strict=True) if not re.search("[A-Za-z]", en)]
    assert len(plain) >= 15
    assert all(en.replace(",", "\u00a0").replace(".", ",") == ru for en, ru in plain)


@pytest.mark.parametrize("kind", ["busy_plan", "busy_whatif"])
def test_a_page_stands_still_while_it_opens(kind: str, request: pytest.FixtureRequest, open_page: Opener) -> None:
    """What is read first does not jump when the scripts have run; a hint over the map does not lengthen the page."""
    sheet = open_page(request.getfixturevalue(kind).file())
    assert sheet.evaluate(SHIFTS) < 0.01
    height = sheet.evaluate("document.documentElement.scrollHeight")
    sheet.locator("#map-svg").evaluate("map => map.scrollIntoView({ block: 'center' })")
    box = sheet.locator("#map-svg").bounding_box()
    assert box is not None
    for part in (0.3, 0.5, 0.7, 0.99):
        sheet.mouse.move(box["x"] + part * box["width"], box["y"] + part * box["height"])
    assert sheet.evaluate("document.documentElement.scrollHeight") == height


def width_of(sheet: Page) -> tuple[int, int]:
    """Return how wide the page is, and how wide its window."""
    wide, window = sheet.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return wide, window


@pytest.mark.parametrize(("size", "language"), [((1280, 800), "ru"), ((800, 600), "en"), ((390, 844), "ru")])
def test_a_page_is_no_wider_than_its_window(
    size: tuple[int, int], language: str, busy_whatif: Written, open_page: Opener
) -> None:
    """Wide tables scroll by themselves, on small windows and phones too."""
    sheet = open_page(busy_whatif.file(language), viewport={"width": size[0], "height": size[1]})
    assert width_of(sheet) == (size[0], size[0])


def test_a_page_prints_on_a4(busy_whatif: Written, open_page: Opener) -> None:
    """On paper there are no controls, and nothing runs over the edge; the file is a PDF of some pages."""
    sheet = open_page(busy_whatif.file(), viewport={"width": 703, "height": 1000})
    sheet.emulate_media(media="print")
    for control in (".map-controls", ".map-buttons", ".tools", "nav", "select", "#map-help"):
        assert not any(of.is_visible() for of in sheet.locator(control).all()), control
    for kept in ("h1", "#map-svg", "#map-status", "table.grid", ".chart svg", ".cards"):
        assert sheet.locator(f"{kept}:visible").count() > 0, kept
    over = sheet.evaluate(
        """[...document.body.querySelectorAll("*")].filter((part) => !part.closest("svg") && part.checkVisibility()
          && part.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
          .map((part) => `${part.tagName} ${part.className} ${part.textContent.slice(0, 40)}`)"""
    )
    assert over == []
    pages = sheet.pdf(format="A4", prefer_css_page_size=True)
    assert pages.startswith(b"%PDF")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", pages)) <= 20


def test_tables_are_whole_on_paper(busy_whatif: Written, open_page: Opener) -> None:
    """Every row of the shown scenario's corridors, the total once below the last page, headings on every page."""
    sheet = open_page(busy_whatif.file())
    sheet.emulate_media(media="print")
    shown = sheet.locator("[id='corridors-2'] tbody tr:visible")
    assert shown.count() == len(grid_of(sheet, "corridors-2")) > 1
    display = "of => getComputedStyle(of).display"
    assert sheet.locator("[id='corridors-2'] tfoot").evaluate(display) == "table-row-group"
    assert sheet.locator("[id='corridors-2'] thead").evaluate(display) == "table-header-group"
    # Browsers paint no buttons in headings that they repeat.
    assert sheet.locator("[id='corridors-2'] th button").first.evaluate(display) == "contents"


def test_names_on_the_map_keep_their_size_on_paper(busy_plan: Written, open_page: Opener) -> None:
    """A map made for a wide window has names as large as the text around it when it is printed, then as before."""
    sheet = open_page(busy_plan.file(), viewport={"width": 1280, "height": 800})
    size = "parseFloat(document.getElementById('map-svg').style.getPropertyValue('--label'))"
    wide = sheet.locator("#map-svg").evaluate("map => map.clientWidth")
    before = sheet.evaluate(size)
    sheet.evaluate("dispatchEvent(new Event('beforeprint'))")
    on_paper = sheet.evaluate(size)
    sheet.evaluate("dispatchEvent(new Event('afterprint'))")
    assert on_paper / before == pytest.approx(wide / 703)
    assert sheet.evaluate(size) == before


def test_a_page_reads_without_scripts(busy_whatif: Written, open_page: Opener) -> None:
    """Previews of mail run none: all scenarios, tables and charts are there, and what is missing is said."""
    sheet = open_page(busy_whatif.file(), java_script_enabled=False)
    assert sheet.locator("noscript .note").is_visible()
    cases = range(len(busy_whatif.made.outcomes))
    assert all(sheet.locator(f".cards[data-of-case='{at}']").is_visible() for at in cases)
    assert all(sheet.locator(f"[id='corridors-{at}'] table").is_visible() for at in cases)


def test_a_chart_tells_what_is_under_the_pointer(busy_plan: Written, open_page: Opener) -> None:
    """Every part of a chart with a number says it under the pointer, and to readers of screens by its label."""
    sheet = open_page(busy_plan.file())
    marks = sheet.locator(".chart svg [data-mark]")
    labels = marks.evaluate_all("marks => marks.map(mark => mark.getAttribute('aria-label'))")
    assert len(labels) > 20
    assert all(labels)
    tip = sheet.locator("#chart-tip")
    for chart in sheet.locator("#cost .chart svg, #emissions .chart svg").all():
        # The middle of the first part of the longest bar, where its number is written.
        mark = chart.locator("[data-mark]").first
        mark.hover()
        tip.wait_for()
        assert tip.text_content() == mark.get_attribute("aria-label")
        box = tip.bounding_box()
        assert box is not None
        assert box["x"] >= 0 <= box["y"]
        assert box["x"] + box["width"] <= 1280
        sheet.mouse.move(2, 2)
        tip.wait_for(state="hidden")


@pytest.mark.parametrize("kind", ["busy_plan", "busy_whatif", "bundled_plan"])
def test_a_page_is_one_file_that_can_be_mailed(kind: str, request: pytest.FixtureRequest) -> None:
    """Nothing is loaded from elsewhere: no address in what a browser follows by itself; and the file is small."""
    html = request.getfixturevalue(kind).file().read_text(encoding="utf-8")
    assert len(html.encode()) < MOST_BYTES
    followed = re.findall(r"""(?:\bsrc|\bhref|\baction|\bsrcset|\bposter)\s*=\s*["']?([^"'\s>]*)""", html)
    followed += re.findall(r"""url\(\s*["']?([^"')]*)""", html)
    assert [address for address in followed if not address.startswith(("#", "data:,"))] == []
    assert "@import" not in html
