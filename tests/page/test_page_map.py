"""The map of a page: what it tells of links and places, how it moves, and that its switches add up to the plan."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from small_pages import choose, point_on, status_of, wait_until

from optimizer.language import number_text, signed_text, speaking
from optimizer.loads import link_loads
from optimizer.measures import measures_of
from optimizer.route import Leg

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from small_pages import Opener, Written

    from optimizer.result import Plan

LINK = "rail-almaty-aktau"
TIP = "#map-tip"


def frame_of(sheet: Page) -> list[float]:
    """Return the part of the plane that the map shows: left, top, width, height."""
    return [float(text) for text in (sheet.get_attribute("#map-svg", "viewBox") or "").split()]


def widths_of(sheet: Page) -> dict[str, float]:
    """Return the width of every flow that is drawn, in pixels, by link."""
    found = sheet.eval_on_selector_all(
        "[data-layer=flows] path",
        """paths => paths.filter(path => path.style.display !== "none")
          .map(path => [path.dataset.link, parseFloat(path.style.strokeWidth)])""",
    )
    return dict(found)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_link_tells_its_load_and_capacity(language: str, busy_plan: Written, open_page: Opener) -> None:
    """The hint over a link has its ends, tonnes each way, use and worth of its capacity as the plan has them."""
    sheet = open_page(busy_plan.file(language))
    plan: Plan = busy_plan.made
    sheet.mouse.move(*point_on(sheet, LINK, 0.3))
    sheet.locator(TIP).wait_for()
    text = sheet.inner_text(TIP)
    loads = link_loads(plan)
    at = loads.link_ids.index(LINK)
    scarce = next(row for row in plan.bottlenecks() if row.id == LINK)
    with speaking(language):
        assert number_text(loads.forward_t[at] / 1e3, 1) in text
        assert (number_text(loads.backward_t[at] / 1e3, 1) in text) == (loads.backward_t[at] >= 1)
        assert number_text(scarce.capacity) in text
        assert number_text(100.0 * scarce.used / scarce.capacity) in text
    assert LINK in text
    assert {"en": "Almaty – Aktau", "ru": "Алматы – Актау"}[language] in text
    sheet.mouse.move(3, 3)
    sheet.locator(TIP).wait_for(state="hidden")


def test_a_click_keeps_the_hint_until_escape(busy_plan: Written, open_page: Opener) -> None:
    """It stays when the pointer goes elsewhere; Escape takes it away, and hovering works again."""
    sheet = open_page(busy_plan.file())
    x, y = point_on(sheet, LINK, 0.3)
    sheet.mouse.click(x, y)
    sheet.locator(TIP).wait_for()
    text = sheet.inner_text(TIP)
    sheet.mouse.move(*point_on(sheet, "road-baku-duisburg"))
    sheet.mouse.move(3, 3)
    assert sheet.inner_text(TIP) == text
    sheet.keyboard.press("Escape")
    assert sheet.locator(TIP).is_hidden()
    sheet.mouse.move(x, y)
    sheet.locator(TIP).wait_for()


def test_a_tap_tells_of_a_link(busy_plan: Written, open_page: Opener) -> None:
    """A finger has no hover: on a tablet a tap does what a click does, and another one elsewhere takes it away."""
    sheet = open_page(busy_plan.file(), has_touch=True)
    x, y = point_on(sheet, LINK, 0.3)
    sheet.touchscreen.tap(x, y)
    sheet.locator(TIP).wait_for()
    assert LINK in sheet.inner_text(TIP)
    box = sheet.locator("#map-svg").bounding_box()
    assert box is not None
    sheet.touchscreen.tap(box["x"] + 8, box["y"] + box["height"] - 8)
    sheet.locator(TIP).wait_for(state="hidden")


def test_a_place_tells_its_name_and_capacities(busy_plan: Written, open_page: Opener) -> None:
    """The end of a link is a place; what is shared there hangs on it."""
    sheet = open_page(busy_plan.file())
    sheet.mouse.move(*point_on(sheet, "sea-aktau-baku", 0.0))
    sheet.locator(TIP).wait_for()
    assert sheet.inner_text(TIP).startswith("Aktau\nKazakhstan")
    assert "Aktau port containers" in sheet.inner_text(TIP)


def test_the_keyboard_moves_the_map(busy_plan: Written, open_page: Opener) -> None:
    """Plus and minus zoom about the middle, arrows move, 0 shows all again."""
    sheet = open_page(busy_plan.file())
    home = frame_of(sheet)
    sheet.focus("#map-svg")
    sheet.keyboard.press("+")
    left, top, width, height = frame_of(sheet)
    assert width == pytest.approx(0.7 * home[2])
    assert left + width / 2 == pytest.approx(home[0] + home[2] / 2)
    assert top + height / 2 == pytest.approx(home[1] + home[3] / 2)
    for key, at, sign in (("ArrowLeft", 0, -1), ("ArrowRight", 0, 1), ("ArrowUp", 1, -1), ("ArrowDown", 1, 1)):
        before = frame_of(sheet)
        sheet.keyboard.press(key)
        moved = [now - old for now, old in zip(frame_of(sheet), before, strict=True)]
        assert sign * moved[at] > 0
        assert [value for position, value in enumerate(moved) if position != at] == pytest.approx([0, 0, 0])
    sheet.keyboard.press("-")
    assert frame_of(sheet)[2] == pytest.approx(home[2])
    sheet.keyboard.press("+")
    sheet.keyboard.press("0")
    assert frame_of(sheet) == home


def test_buttons_and_dragging_move_the_map(busy_plan: Written, open_page: Opener) -> None:
    """What is under the pointer stays under it while it is dragged, and is no click."""
    sheet = open_page(busy_plan.file())
    home = frame_of(sheet)
    sheet.click("#map-in")
    assert frame_of(sheet)[2] < home[2]
    start = point_on(sheet, LINK, 0.3)
    sheet.mouse.move(*start)
    sheet.mouse.down()
    sheet.mouse.move(start[0] + 60, start[1] + 30, steps=3)
    sheet.mouse.up()
    x, y = point_on(sheet, LINK, 0.3)
    assert (x - start[0], y - start[1]) == pytest.approx((60, 30), abs=1.5)
    sheet.click("#map-out")
    sheet.click("#map-home")
    assert frame_of(sheet) == home


def test_the_wheel_scrolls_the_page_and_zooms_with_ctrl(busy_plan: Written, open_page: Opener) -> None:
    """A reader who scrolls by is not caught by the map; with Ctrl, or once it has the focus, the wheel zooms."""
    sheet = open_page(busy_plan.file())
    home = frame_of(sheet)
    sheet.mouse.move(*point_on(sheet, LINK, 0.3))
    before = sheet.evaluate("scrollY")
    sheet.mouse.wheel(0, 120)
    wait_until(sheet, f"scrollY > {before}")
    assert frame_of(sheet) == home
    x, y = point_on(sheet, LINK, 0.3)
    sheet.mouse.move(x, y)
    sheet.keyboard.down("Control")
    sheet.mouse.wheel(0, -120)
    sheet.keyboard.up("Control")
    wait_until(sheet, f"document.getElementById('map-svg').viewBox.baseVal.width < {home[2]} - 1")
    assert point_on(sheet, LINK, 0.3) == pytest.approx((x, y), abs=1.5)
    sheet.focus("#map-svg")
    width = frame_of(sheet)[2]
    sheet.mouse.wheel(0, 120)
    wait_until(sheet, f"document.getElementById('map-svg').viewBox.baseVal.width > {width} + 1")


@pytest.mark.parametrize(("language", "typed"), [("en", "Baku"), ("ru", "баку"), ("en", "AZBAK")])
def test_a_place_is_found_by_name(language: str, typed: str, busy_plan: Written, open_page: Opener) -> None:
    """By name in the language of the page or by id, whatever the case; an unknown one is said to be unknown."""
    sheet = open_page(busy_plan.file(language))
    home = frame_of(sheet)
    sheet.fill("#map-find", typed)
    sheet.keyboard.press("Enter")
    sheet.locator(TIP).wait_for()
    assert sheet.inner_text(f"{TIP} strong") == {"en": "Baku", "ru": "Баку"}[language]
    assert frame_of(sheet)[2] < home[2] / 3
    sheet.fill("#map-find", "Nowhere <b>")
    sheet.keyboard.press("Enter")
    assert "Nowhere <b>" in sheet.inner_text("#map-status")
    assert sheet.locator("#map-status b").count() == 0


def test_views_tell_the_work_of_both_plans_and_the_difference(busy_whatif: Written, open_page: Opener) -> None:
    """For every scenario, also one of another year or with longer links: base, changed and what is between them."""
    result = busy_whatif.made
    with speaking("en"):
        sheet = open_page(busy_whatif.file())
        for at, outcome in enumerate(result.outcomes):
            sheet.select_option("#case", str(at))
            before, now = outcome["base_measures"]["t_km"], outcome["measures"]["t_km"]
            expected = {"base": before, "scenario": now, "difference": now - before}
            for view, t_km in expected.items():
                choose(sheet, view)
                status = status_of(sheet)
                assert (status.view, status.t_km) == (view, pytest.approx(t_km, rel=1e-9, abs=1.0)), outcome["name"]
                shown = signed_text if view == "difference" else number_text
                assert f" {shown(t_km / 1e9, 1)} " in status.text


def test_a_difference_is_drawn_in_two_colors(busy_whatif: Written, open_page: Opener) -> None:
    """Links that gain and lose have the colors of the legend, the wider the more; coloring by mode does not apply."""
    sheet = open_page(busy_whatif.file())
    result = busy_whatif.made
    before = link_loads(result.bases[2024])
    now = link_loads(result.plans[2])
    change = {key: float(t) for key, t in zip(now.link_ids, now.t - before.t, strict=True) if abs(t) >= 1}
    choose(sheet, "difference")
    drawn = sheet.eval_on_selector_all(
        "[data-layer=flows] path",
        """paths => paths.filter(path => path.style.display !== "none")
          .map(path => [path.dataset.link, getComputedStyle(path).stroke])""",
    )
    more, less = sheet.eval_on_selector_all(
        "#legend-change i", "boxes => boxes.map(box => getComputedStyle(box).backgroundColor)"
    )
    assert dict(drawn) == {key: more if t > 0 else less for key, t in change.items()}
    assert more in dict(drawn).values()
    assert less in dict(drawn).values()
    widths = widths_of(sheet)
    assert sorted(widths, key=lambda key: widths[key]) == sorted(change, key=lambda key: abs(change[key]))
    assert sheet.locator("input[name=map-color]:disabled").count() == 2
    assert sheet.locator("#legend-change").is_visible()
    choose(sheet, "base")
    assert sheet.locator("#legend-change").is_hidden()
    assert sheet.locator("#legend-use").is_visible()


def test_a_scenario_changes_all_that_is_shown(busy_whatif: Written, open_page: Opener) -> None:
    """Cards, tables and the map of one scenario at a time, those of the others hidden."""
    sheet = open_page(busy_whatif.file())
    for at, outcome in enumerate(busy_whatif.made.outcomes):
        sheet.select_option("#case", str(at))
        choose(sheet, "scenario")
        shown = sheet.locator("[data-of-case]:visible")
        assert {of.get_attribute("data-of-case") for of in shown.all()} == {str(at)}
        cost = sheet.locator("[data-key=cost_usd]:visible")
        assert float(cost.get_attribute("data-value") or "") == pytest.approx(outcome["measures"]["cost_usd"])
        assert status_of(sheet).t_km == pytest.approx(outcome["measures"]["t_km"], abs=1.0)


def test_modes_are_taken_away_and_come_back(busy_plan: Written, open_page: Opener) -> None:
    """Each mode by itself has the work that the plan gives it; with all of them off nothing is left."""
    sheet = open_page(busy_plan.file())
    work: dict[str, float] = defaultdict(float)
    for share in busy_plan.made.by_mode():
        work[share.name] += share.t_km
    whole = status_of(sheet).t_km
    assert whole == pytest.approx(sum(work.values()))
    boxes = sheet.locator("input[name=map-mode]")
    for box in boxes.all():
        box.uncheck()
        mode = box.get_attribute("value") or ""
        assert status_of(sheet).t_km == pytest.approx(whole - work[mode], abs=1.0)
        assert not any(key.startswith(f"{mode}-") for key in widths_of(sheet))
        box.check()
    for box in boxes.all():
        box.uncheck()
    assert status_of(sheet)[2:] == (0.0, 0)
    assert widths_of(sheet) == {}


def test_corridors_and_commodities_are_told_apart(busy_plan: Written, open_page: Opener) -> None:
    """Each alone has its own t-km; both filters together and all of one add up to the plan."""
    sheet = open_page(busy_plan.file())
    plan: Plan = busy_plan.made
    expected: dict[tuple[str, str], float] = defaultdict(float)
    tonnes = {"container": 10.0, "grain": 1.0}
    for route in plan.routes:
        km = sum(leg.length_km for leg in route.legs if isinstance(leg, Leg))
        expected[route.corridor, route.commodity] += route.volume * tonnes[route.commodity] * km
    corridors = sheet.evaluate("report.map.corridors.map(row => row[0])")
    commodities = sheet.evaluate("report.map.commodities.map(row => row[0])")
    offered = sheet.eval_on_selector_all(
        "#map-corridor option", "options => options.map(option => option.value).filter(Boolean)"
    )
    assert {corridors[int(value)] for value in offered} == {corridor for corridor, _commodity in expected}
    for value in offered:
        sheet.select_option("#map-corridor", value)
        sheet.select_option("#map-commodity", "")
        name = corridors[int(value)]
        of_corridor = sum(t_km for (corridor, _commodity), t_km in expected.items() if corridor == name)
        assert status_of(sheet).t_km == pytest.approx(of_corridor)
        for at, commodity in enumerate(commodities):
            sheet.select_option("#map-commodity", str(at))
            assert status_of(sheet).t_km == pytest.approx(expected[name, commodity], abs=1.0)
    sheet.select_option("#map-corridor", "")
    for at, commodity in enumerate(commodities):
        sheet.select_option("#map-commodity", str(at))
        flows = [flow for flow in plan.link_flows if flow.commodity == commodity]
        km = plan.data.network.links.number("length_km")
        row_of = plan.data.network.links.row_of
        t_km = sum(flow.volume * tonnes[commodity] * km[row_of[flow.link_id]] for flow in flows)
        assert status_of(sheet).t_km == pytest.approx(t_km)
        assert set(widths_of(sheet)) == {flow.link_id for flow in flows}
    sheet.select_option("#map-commodity", "")
    assert status_of(sheet).t_km == pytest.approx(measures_of(plan).t_km)


def test_colors_follow_the_use_of_capacity(busy_plan: Written, open_page: Opener) -> None:
    """Each flow has the color of the class of its fullest capacity, or of its mode where that is asked for."""
    sheet = open_page(busy_plan.file())
    loads = link_loads(busy_plan.made)
    use = dict(zip(loads.link_ids, loads.use.tolist(), strict=True))
    shades = sheet.evaluate("report.style.shades")
    none = sheet.evaluate("report.style.none")

    def color(value: float) -> str:
        return next(shade for up_to, shade in shades if up_to is None or value <= up_to) if value == value else none

    drawn = sheet.evaluate(
        """Object.fromEntries([...document.querySelectorAll("[data-layer=flows] path")]
          .map((path) => [path.dataset.link, getComputedStyle(path).stroke]))"""
    )
    assert drawn == {key: rgb(color(use[key])) for key in drawn}
    assert len(set(drawn.values())) > 2
    sheet.check("input[name=map-color][value=mode]")
    modes = sheet.evaluate("report.style.modes")
    by_mode = sheet.evaluate(
        """Object.fromEntries([...document.querySelectorAll("[data-layer=flows] path")]
          .map((path) => [path.dataset.link, getComputedStyle(path).stroke]))"""
    )
    assert by_mode == {key: rgb(modes[key.split("-")[0]]) for key in drawn}


def rgb(color: str) -> str:
    """Return a color in hexadecimal as style sheets report it."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def test_marks_stand_for_the_bottlenecks(busy_plan: Written, open_page: Opener) -> None:
    """One for each capacity with a price, the one that earns most first; the switch takes them away."""
    sheet = open_page(busy_plan.file())
    rows = busy_plan.made.bottlenecks()
    earned = sorted(rows, key=lambda row: -row.price_usd_per_unit * max(0.0, row.capacity - row.background))
    marks = sheet.locator("[data-layer=marks] .mark")
    assert [mark.get_attribute("data-capacity") for mark in marks.all()] == [row.id for row in earned]
    assert [mark.inner_html().count("<text") for mark in marks.all()] == [1] * len(rows)
    assert [mark.text_content() for mark in marks.all()] == [str(rank) for rank in range(1, len(rows) + 1)]
    sheet.locator("#map-svg").evaluate("map => map.scrollIntoView({ block: 'center' })")
    marks.first.hover()
    sheet.locator(TIP).wait_for()
    assert number_text(earned[0].price_usd_per_unit / 1e6) in sheet.inner_text(TIP)
    sheet.uncheck("#map-marks")
    assert marks.count() == 0


def test_borders_and_routes_are_switched(busy_plan: Written, open_page: Opener) -> None:
    """Borders go and come; a route is drawn along its links, all of them together each in a color of its own."""
    sheet = open_page(busy_plan.file())
    borders = sheet.locator("[data-layer=borders] path")
    assert borders.is_visible()
    sheet.uncheck("#map-borders")
    assert borders.is_hidden()
    routes = sheet.evaluate("report.map.routes.map(route => route.links.length)")
    assert len(routes) > 1
    drawn = sheet.locator("[data-layer=routes] path:not(.halo)")
    assert drawn.count() == 0
    for at, n_links in enumerate(routes):
        sheet.select_option("#map-route", str(at))
        assert drawn.count() == n_links
    sheet.select_option("#map-route", "all")
    assert drawn.count() == sum(routes)
    assert len(set(drawn.evaluate_all("paths => paths.map(path => path.getAttribute('stroke'))"))) == len(routes)


def test_a_link_of_a_table_is_shown_on_the_map(busy_plan: Written, open_page: Opener) -> None:
    """Its name in a table leads to the map, which comes into sight, close to it, with what is told of it."""
    sheet = open_page(busy_plan.file())
    home = frame_of(sheet)
    sheet.click(f"[id='links'] [data-show-link='{LINK}']")
    sheet.locator(TIP).wait_for()
    assert LINK in sheet.inner_text(TIP)
    assert frame_of(sheet)[2] < home[2]
    box = sheet.locator(TIP).bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 800
    sheet.keyboard.press("Escape")
    assert sheet.locator(TIP).is_hidden()


def test_the_map_follows_the_size_of_the_window(busy_plan: Written, open_page: Opener) -> None:
    """What is pointed at is right after the window changed."""
    sheet = open_page(busy_plan.file())
    sheet.set_viewport_size({"width": 800, "height": 600})
    sheet.mouse.move(*point_on(sheet, LINK, 0.3))
    sheet.locator(TIP).wait_for()
    assert LINK in sheet.inner_text(TIP)
