"""Names that would break out of a page, be taken for code, or for a formula: they are shown as they are."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from small_pages import grid_of, point_on, scenario

from network import Dataset
from optimizer import find_routes, plan_flows, what_if
from optimizer.report.page import page, plan_subject, route_subject, whatif_subject
from optimizer.report.sheets import STARTS_FORMULA

if TYPE_CHECKING:
    from small_pages import Opener, Written

    from optimizer.report.page.subject import Subject

SCRIPT = "<script>window.hacked=1</script>"
NAMES = (
    f"A {SCRIPT}",
    """B "quoted" 'single' `back` & &amp; <b>bold</b>""",
    "C </script><img src=x onerror=window.hacked=2>",
    "D <!-- {{ 7*7 }} {% raw %} $x^2$ ${1+1} \\u003c",
    "E مدينة 城市 🚂",
    "=1+1",
)
ENDS_BY_ITSELF = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Markup(HTMLParser):
    """Reads a page tag by tag: which there are, and whether each is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _value in attrs if name.startswith("on")]
        # `option` may be left open.
        if tag not in ENDS_BY_ITSELF and tag != "option":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "option":
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def hostile() -> Dataset:
    """Return three places in a row and three more, all of whose names, titles and sources are hostile."""
    nodes = [
        {"node_id": f"N{at}", "name": name, "country": "KZ", "lat": 45.0 + at % 3, "lon": 55.0 + 6 * at, "kind": "city"}
        | {"source": "bad", "confidence": "D"}
        for at, name in enumerate(NAMES)
    ]
    links = [
        {"link_id": f"L{at}{SCRIPT}", "mode": "rail", "from_node": f"N{at}", "to_node": f"N{at + 1}", "gauge_mm": 1520}
        | {"length_km": 500, "time_h": 10, "cost_usd_per_teu": 100, "capacity": 2, "capacity_unit": "train/day"}
        | {"corridors": "c1", "source": "bad", "confidence": "D"}
        for at in range(len(NAMES) - 1)
    ]
    commodity = {"commodity_id": "container", "name": f"Boxes {SCRIPT}", "unit": "teu", "t_per_unit": 10}
    demand = {"demand_id": f"d{SCRIPT}", "origin": "N0", "destination": f"N{len(NAMES) - 1}", "commodity": "container"}
    rows = {
        "nodes": nodes,
        "links": links,
        "commodities": [commodity | {"teu_per_unit": 1, "units_per_train": 100}],
        "demands": [demand | {"volume": 100_000, "unmet_cost_usd_per_unit": 5000}],
        "rates": [{"mode": "rail", "country": "*", "co2_ttw_g_per_tkm": 5, "co2_wtw_g_per_tkm": 10}],
        "corridors": [{"corridor_id": "c1", "name": f"Corridor {SCRIPT} $x_2$"}],
    }
    data = Dataset.from_frames(base_year=2024, **{name: pd.DataFrame(of) for name, of in rows.items()})
    source = {"title": f"=HYPERLINK(1) {SCRIPT}", "publisher": NAMES[2], "url": "javascript:window.hacked=3"}
    return replace(data, info=replace(data.info, title=f"Title {SCRIPT}", license=NAMES[2], sources={"bad": source}))


def subject_of(kind: str, data: Dataset) -> Subject:
    """Return a subject of a kind."""
    if kind == "plan":
        return plan_subject(plan_flows(data), command=f"corridor report {SCRIPT}")
    if kind == "routes":
        return route_subject(data, find_routes(data, "N0", "N5"), command=SCRIPT)
    more = scenario(f"More {SCRIPT} {NAMES[3]}", {"table": "links", "where": {}, "scale": {"capacity": 1.5}})
    failed = scenario(NAMES[2], {"table": "links", "where": {"id": f"L0{SCRIPT}"}, "set": {"capacity": -1}})
    return whatif_subject(what_if(data, [failed, more]), title=f"What if {SCRIPT}", command=SCRIPT)


@pytest.mark.parametrize("kind", ["plan", "whatif", "routes"])
@pytest.mark.filterwarnings("ignore:Glyph .* missing from font:UserWarning")
def test_names_are_shown_and_never_run(kind: str, hostile: Dataset, open_page: Opener) -> None:
    """Nothing runs, nothing is asked for, no markup of theirs comes to be, and all of it can be read."""
    html = page(subject_of(kind, hostile))
    markup = Markup()
    markup.feed(html)
    assert markup.open == []
    assert markup.handlers == []
    assert markup.tags.count("script") == 2
    assert not {"img", "b-"} & set(markup.tags)
    sheet = open_page(html)
    assert sheet.evaluate("typeof window.hacked") == "undefined"
    assert sheet.locator("img").count() == 0
    assert sheet.locator("script").count() == 2
    assert sheet.locator("a[href^=javascript]").count() == 0
    assert sheet.get_attribute("#map-svg", "data-drawn") == "true"
    body = sheet.locator("body").inner_text()
    assert SCRIPT in body
    assert "49" not in sheet.title()
    places = sheet.eval_on_selector_all("#map-places option", "options => options.map(option => option.value)")
    assert sorted(places) == sorted(NAMES)
    for at in range(len(NAMES) - 1):
        sheet.mouse.move(*point_on(sheet, f"L{at}{SCRIPT}", 0.3))
        sheet.locator("#map-tip strong").wait_for()
        assert f"{NAMES[at]} – {NAMES[at + 1]}" in sheet.inner_text("#map-tip strong").replace("\n", " ")
    assert sheet.evaluate("typeof window.hacked") == "undefined"


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font:UserWarning")
def test_a_copied_formula_is_a_text(hostile: Dataset, open_page: Opener) -> None:
    """A spreadsheet would run it; an apostrophe keeps it from doing so. Tabs and lines in names do not add cells."""
    sheet = open_page(page(subject_of("plan", hostile)), permissions=["clipboard-read", "clipboard-write"])
    sheet.locator("[id='sources-table'] [data-copy]").click()
    text = sheet.evaluate("navigator.clipboard.readText()")
    rows = grid_of(sheet, "sources-table")
    lines = [line.split("\t") for line in text.splitlines()]
    assert len(lines) == 1 + len(rows)
    cells = [cell for line in lines for cell in line]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not any(cell.startswith(tuple("=+-@＝＋－＠")) for cell in cells)


def test_every_beginning_of_a_formula_is_known(busy_plan: Written, open_page: Opener) -> None:
    """The same as in the files of the other exports, but for white space, which cells are stripped of."""
    sheet = open_page(busy_plan.file())
    for beginning in STARTS_FORMULA:
        copied = sheet.evaluate(
            "text => { const cell = document.createElement('td'); cell.textContent = text; return safe(cell); }",
            f"{beginning}1",
        )
        assert copied == (f"'{beginning}1" if beginning.strip() else "1")
