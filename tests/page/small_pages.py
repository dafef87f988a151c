"""Small plans worth a page, and what tests read of a page: cards, tables, the map's status, where a link is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from network import Scenario, apply
from optimizer.language import speaking
from optimizer.report.page import page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from playwright.sync_api import Page

    from network import Dataset
    from optimizer.language import Language
    from optimizer.report.page.subject import Subject

    Opener = Callable[..., Page]


def scenario(name: str, *changes: dict[str, object], **keys: object) -> Scenario:
    """Return a scenario of some changes."""
    return Scenario.from_mapping({"name": name, "changes": list(changes), **keys})


SHIFTS = """new Promise((done) => {
  let total = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) total += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(total), 100)));
})"""
"""By how much what is on the screen has moved since the page opened, 0 for not at all (Layout Instability API)."""
MOST_BYTES = 6_000_000

MORE = {"table": "demands", "where": {}, "scale": {"volume": 1.6}}
FEWER_TRAINS = scenario(
    "Fewer trains, a longer way",
    {"table": "links", "where": {"id": "rail-xian-khorgos"}, "set": {"capacity": 8}},
    {"table": "links", "where": {"id": "rail-almaty-moscow"}, "scale": {"length_km": 1.5}},
)
LATER = scenario("More goods by 2030", {"table": "demands", "where": {}, "scale": {"volume": 1.2}}, year=2030)
CASES = ("aktau-hub", LATER, FEWER_TRAINS)
"""A card that changes nothing, another year, and last, so that pages show it first, one that moves goods."""


def busy(tiny: Dataset) -> Dataset:
    """Return the tiny dataset with more demand than it can carry."""
    return apply(tiny, scenario("More goods", MORE))


@dataclass(frozen=True)
class Written:
    """What a page tells of, a plan or what-if, and its file in any language, written when first asked for."""

    compose: Callable[[], Subject]
    made: Any
    folder: Path

    def file(self, language: Language = "en") -> Path:
        """Return the file of the page in a language."""
        path = self.folder / f"{language}.html"
        if not path.exists():
            with speaking(language):
                path.write_text(page(self.compose()), encoding="utf-8")
        return path


class Status(NamedTuple):
    """What the line below the map says: its text and the numbers behind it."""

    text: str
    view: str
    t_km: float
    n_links: int


def status_of(sheet: Page) -> Status:
    """Return the line below the map."""
    line = sheet.locator("#map-status")
    found = line.evaluate("line => ({ ...line.dataset })")
    return Status(line.inner_text(), found["view"], float(found["tKm"]), int(found["links"]))


class Shown(NamedTuple):
    """What a cell shows, and the number behind it; None where it is a text or there is none."""

    text: str
    value: float | None


def grid_of(sheet: Page, grid: str, part: str = "tbody") -> list[list[Shown]]:
    """Return the rows of a table, hidden ones too."""
    rows: Sequence[Sequence[tuple[str, str | None]]] = sheet.eval_on_selector_all(
        f"[id='{grid}'] {part} tr",
        "rows => rows.map(row => [...row.cells].map(cell => [cell.textContent.trim(), cell.dataset.value ?? null]))",
    )
    return [[Shown(text, float(value) if value else None) for text, value in row] for row in rows]


def point_on(sheet: Page, link: str, share: float = 0.5) -> tuple[float, float]:
    """Return where a part of the way along a link is on the screen, its map scrolled into sight."""
    sheet.locator("#map-svg").evaluate("map => map.scrollIntoView({ block: 'center' })")
    x, y = sheet.evaluate(
        """([link, share]) => {
          const at = report.map.links.findIndex((row) => row[0] === link);
          const path = document.querySelectorAll("[data-layer=links] path")[at];
          const point = path.getPointAtLength(path.getTotalLength() * share).matrixTransform(path.getScreenCTM());
          return [point.x, point.y];
        }""",
        [link, share],
    )
    return x, y


def wait_until(sheet: Page, claim: str) -> None:
    """Wait until an expression of the page is true; pages forbid texts as scripts, by which the driver would wait."""
    for _ in range(100):
        if sheet.evaluate(claim):
            return
        sheet.wait_for_timeout(20)
    raise AssertionError(claim)


def choose(sheet: Page, view: str) -> None:
    """Choose what the map shows: base, scenario or difference."""
    sheet.check(f"input[name=map-view][value={view}]")
