"""Tables of a page: they sort, filter, unfold, and copy into a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_pages import grid_of

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from small_pages import Opener, Written

    from optimizer.result import Plan

LINKS = "[id='links']"


def column_of(sheet: Page, at: int) -> list[str]:
    """Return what a column of the table of links shows, from above."""
    return [row[at].text for row in grid_of(sheet, "links")]


def test_a_heading_sorts_numbers_by_their_size(busy_plan: Written, open_page: Opener) -> None:
    """Up at the first click, down at the second, and the heading says so; what has no number is the least."""
    sheet = open_page(busy_plan.file())
    for at in (2, 3, 5):
        head = sheet.locator(f"{LINKS} th").nth(at)
        for order, sign in (("ascending", 1), ("descending", -1)):
            head.locator("button").click()
            assert head.get_attribute("aria-sort") == order
            values = [row[at].value for row in grid_of(sheet, "links")]
            keys = [(value is not None, value or 0.0) for value in values]
            assert keys == sorted(keys, reverse=sign < 0)
            assert len(set(keys)) > 2
    assert sheet.locator(f"{LINKS} th[aria-sort]").count() == 1


def test_a_heading_sorts_words_as_the_language_does(busy_plan: Written, open_page: Opener) -> None:
    """By the alphabet of the page, numbers within words by their size."""
    sheet = open_page(busy_plan.file())
    sheet.locator(f"{LINKS} th button").first.click()
    assert column_of(sheet, 0) == sorted(column_of(sheet, 0))
    sheet.locator(f"{LINKS} th button").first.click()
    assert column_of(sheet, 0) == sorted(column_of(sheet, 0), reverse=True)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_table_is_copied_with_plain_numbers(language: str, busy_plan: Written, open_page: Opener) -> None:
    """Tabs and lines as spreadsheets want them; numbers unrounded with a point, whatever the language writes."""
    sheet = open_page(busy_plan.file(language), permissions=["clipboard-read", "clipboard-write"])
    plan: Plan = busy_plan.made
    button = sheet.locator("[id='corridors'] [data-copy]")
    before = button.inner_text()
    button.click()
    text = sheet.evaluate("navigator.clipboard.readText()")
    lines = [line.split("\t") for line in text.splitlines()]
    assert {len(line) for line in lines} == {4}
    cells = [*grid_of(sheet, "corridors"), *grid_of(sheet, "corridors", "tfoot")]
    assert len(lines) == 1 + len(cells)
    assert [[float(cell) for cell in line[1:]] for line in lines[1:]] == [[of.value for of in row[1:]] for row in cells]
    assert sum(float(line[3]) for line in lines[1:-1]) == pytest.approx(plan.transport_cost_usd)
    assert before not in (button.inner_text(), "")


def test_copying_works_where_the_clipboard_is_closed(busy_plan: Written, open_page: Opener) -> None:
    """A file opened from a disk may not write to the clipboard everywhere; the old way still may."""
    sheet = open_page(busy_plan.file(), permissions=["clipboard-read"])
    sheet.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }")
    sheet.locator("[id='corridors'] [data-copy]").click()
    sheet.wait_for_timeout(50)
    assert sheet.evaluate("navigator.clipboard.readText()").count("\t") >= 6
    assert sheet.locator("textarea").count() == 0
