"""A what-if on the bundled network in a browser: large tables, a map of all links, a file that can be mailed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from small_pages import MOST_BYTES, SHIFTS, choose, grid_of, status_of

from optimizer.language import number_text
from optimizer.loads import link_loads

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from small_pages import Opener, Written

pytestmark = pytest.mark.heavy
LONG = "[id='links-2']"
TIP = "#map-tip"


@pytest.fixture
def long_page(bundled_whatif: Written, open_page: Opener) -> Page:
    """Return a page whose table of links is longer than what is shown at first."""
    return open_page(bundled_whatif.file())


def test_long_tables_show_a_part_until_all_is_asked_for(long_page: Page) -> None:
    """The button says how many there are; sorting brings the greatest of all, not of those shown."""
    sheet, shown = long_page, f"{LONG} tbody tr:visible"
    n_all = sheet.locator(f"{LONG} tbody tr").count()
    assert sheet.locator(shown).count() == 15 < n_all
    head = sheet.locator(f"{LONG} th button").nth(2)
    head.click()
    head.click()
    longest = max(row[2].value for row in grid_of(sheet, "links-2"))
    first = sheet.locator(f"{shown} >> nth=0").locator("td").nth(2).get_attribute("data-value")
    assert float(first or "") == longest
    button = sheet.locator(f"{LONG} [data-all]")
    assert button.inner_text() == f"Show all {n_all}"
    button.click()
    assert sheet.locator(shown).count() == n_all
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert sheet.locator(shown).count() == 15


def test_rows_are_filtered_by_what_they_say(long_page: Page) -> None:
    """Whatever the case; an empty filter brings all back, one that fits nothing shows nothing."""
    sheet, shown = long_page, f"{LONG} tbody tr:visible"
    sheet.fill(f"{LONG} [data-search]", "AKTAU")
    texts = [row.inner_text() for row in sheet.locator(shown).all()]
    assert 0 < len(texts) <= 15
    assert all("aktau" in text.lower() for text in texts)
    sheet.fill(f"{LONG} [data-search]", "no such place")
    assert sheet.locator(shown).count() == 0
    sheet.fill(f"{LONG} [data-search]", "")
    assert sheet.locator(shown).count() == 15


def test_a_large_page_stands_still_and_is_small_enough(bundled_whatif: Written, open_page: Opener) -> None:
    """Nothing jumps while it opens, and it is no larger than what mail takes."""
    assert open_page(bundled_whatif.file()).evaluate(SHIFTS) < 0.01
    assert bundled_whatif.file().stat().st_size < MOST_BYTES


def test_the_bundled_network_is_drawn_and_adds_up(bundled_whatif: Written, open_page: Opener) -> None:
    """The same on the network that comes with the program: views, modes and a hint with the plan's numbers."""
    result = bundled_whatif.made
    sheet = open_page(bundled_whatif.file())
    assert sheet.locator("[data-layer=links] path").count() == len(result.question.data.network.links)
    for at, outcome in enumerate(result.outcomes):
        sheet.select_option("#case", str(at))
        before, now = outcome["base_measures"]["t_km"], outcome["measures"]["t_km"]
        for view, t_km in {"base": before, "scenario": now, "difference": now - before}.items():
            choose(sheet, view)
            assert status_of(sheet).t_km == pytest.approx(t_km, abs=now * 1e-8)
    choose(sheet, "scenario")
    work: dict[str, float] = defaultdict(float)
    for share in result.plans[-1].by_mode():
        work[share.name] += share.t_km
    whole = status_of(sheet).t_km
    for mode, t_km in work.items():
        sheet.uncheck(f"input[name=map-mode][value={mode}]")
        assert status_of(sheet).t_km == pytest.approx(whole - t_km)
        sheet.check(f"input[name=map-mode][value={mode}]")
    loads = link_loads(result.plans[-1])
    link = max(zip(loads.t.tolist(), loads.link_ids, strict=True))[1]
    sheet.evaluate("link => document.dispatchEvent(new CustomEvent('show-link', { detail: link }))", link)
    text = sheet.inner_text(TIP)
    at = loads.link_ids.index(link)
    assert link in text
    assert all(number_text(t / 1e3, 1) in text for t in (loads.forward_t[at], loads.backward_t[at]) if t >= 1)
