"""Charts against the records that they show: bars as long, points where, and numbers as they say."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from math import log10
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.text import Text

import optimizer.plots
from optimizer import Route, capacity_curve, find_routes
from optimizer.cost_families import cost_families as families_of
from optimizer.emissions import emissions_of
from optimizer.language import speaking
from optimizer.leg_parts import parts_of_route
from optimizer.pareto import find_pareto
from optimizer.plots import (
    corridors,
    cost_families,
    curve,
    emissions,
    front,
    ledger,
    plan_ledger,
    route_bars,
    sankey,
)
from optimizer.report.inline_svg import inline_svg
from optimizer.streams import Streams, streams

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.artist import Artist

    from network import Dataset
    from optimizer import Plan, WhatIf
    from optimizer.plots import Chart

NAMES = ("corridors", "cost_families", "curve", "emissions", "front", "ledger", "plan_ledger", "route_bars", "sankey")


@pytest.fixture(scope="session")
def draw(unruly: Dataset, plan: Plan, wider: WhatIf) -> dict[str, Callable[[], Chart]]:
    """Return every chart of the small network, to be drawn when called."""
    after = wider.plans[0]
    assert after is not None
    outcome = wider.outcomes[0]
    views = [("<b>before</b>", plan), ("after", after)]
    routes = find_pareto(unruly, "A", "C", commodity="container")
    bends = capacity_curve(unruly, "rail-a>")
    return {
        "corridors": lambda: corridors(views),
        "cost_families": lambda: cost_families([(name, families_of(view)) for name, view in views]),
        "curve": lambda: curve(unruly, bends),
        "emissions": lambda: emissions([(name, emissions_of(view)) for name, view in views]),
        "front": lambda: front(unruly, routes),
        "ledger": lambda: ledger(after.data, outcome["bottlenecks"], outcome["bottlenecks_before"]),
        "plan_ledger": lambda: plan_ledger(unruly, plan),
        "route_bars": lambda: route_bars(unruly, routes),
        "sankey": lambda: sankey(streams(plan)),
    }


def part(chart: Chart, gid: str) -> Artist:
    """Return the one part of a chart with an id."""
    found = chart.figure.findobj(lambda artist: artist.get_gid() == gid)
    assert len(found) == 1
    return found[0]


def bars(chart: Chart, kind: str) -> list[Rectangle]:
    """Return the bars of a kind in the order in which they were drawn."""
    found = [part(chart, gid) for gid in chart.marks if gid.startswith(f"{kind}-")]
    assert all(isinstance(bar, Rectangle) for bar in found)
    return [bar for bar in found if isinstance(bar, Rectangle)]


def lengths(chart: Chart, kind: str) -> list[float]:
    return [bar.get_width() for bar in bars(chart, kind)]


def texts(chart: Chart) -> list[str]:
    return [text.get_text() for text in chart.figure.findobj(Text) if text.get_text()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_every_chart_is_a_picture_in_every_language(draw: dict[str, Callable[[], Chart]], name: str, lang: str) -> None:
    """Unruly names warn of nothing and stay text; marks are in the picture; pages and files come out the same."""
    with speaking(lang):
        chart, again = draw[name](), draw[name]()
    svg = chart.svg()
    assert svg == again.svg()
    root, inlined = ET.fromstring(svg), ET.fromstring(inline_svg(chart, f"{name.replace('_', '-')}-"))
    assert chart.marks
    assert set(chart.marks) <= {element.get("id") for element in root.iter()}
    assert set(chart.marks) == {element.get("data-mark") for element in inlined.iter()} - {None}
    assert not any(element.tag.endswith(("script", "}b")) for element in inlined.iter())
    assert chart.title in texts(chart)
    assert all(chart.marks.values())
    assert len(chart.description) > 20
    width, height = (float(size) for size in root.get("viewBox", "").split()[2:])
    assert width == pytest.approx(11.6 * 72)
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0.0 <= float(text.get("x", 1.0)) <= width
        assert 0.0 <= float(text.get("y", 1.0)) <= height


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_is_a_png(draw: dict[str, Callable[[], Chart]], name: str) -> None:
    png = draw[name]().png(50)
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == 580


def test_numbers_follow_the_language(unruly: Dataset) -> None:
    """The language is that in which a chart is drawn, not that in which it is written."""
    routes = find_routes(unruly, "A", "C", commodity="container", quantity=1000, k=1)
    assert routes[0].cost_usd == 15_000.0
    with speaking("ru"):
        chart = route_bars(unruly, routes)
    assert "15\u00a0000" in chart.svg()
    assert "1,7" in texts(chart)
    english = texts(route_bars(unruly, routes))
    assert {"15,000", "1.7"} <= set(english)


def test_route_bars_are_the_parts_of_routes(unruly: Dataset) -> None:
    """Each bar is as long as its part, in the order of the parts; the least totals are bold."""
    routes = find_pareto(unruly, "A", "C", commodity="container")
    assert len(routes) == 3
    chart = route_bars(unruly, routes, ["x", "y", "z"])
    parts = [parts_of_route(unruly, route) for route in routes]
    expected = [
        value / size
        for name, size in (("cost_usd", 1.0), ("time_h", 24.0), ("co2_kg", 1.0))
        for of_route in parts
        for value in getattr(of_route, name).to_mapping().values()
        if value > 0.0
    ]
    assert lengths(chart, "bar") == pytest.approx(expected)
    totals = [part(chart, gid) for gid in chart.marks if gid.startswith("total-")]
    bold = [at for at, label in enumerate(totals) if isinstance(label, Text) and label.get_fontweight() == "bold"]
    values = [[getattr(route, name) for route in routes] for name in ("cost_usd", "time_h", "co2_kg")]
    assert bold == [3 * at + of.index(min(of)) for at, of in enumerate(values)]
    assert [text for text in texts(chart) if text in "xyz"] == ["x", "y", "z"]


def test_a_single_route_has_no_best_one(unruly: Dataset) -> None:
    routes = find_routes(unruly, "A", "C", commodity="container", k=1)
    chart = route_bars(unruly, routes)
    labels = [part(chart, gid) for gid in chart.marks if gid.startswith("total-")]
    assert all(isinstance(label, Text) and label.get_fontweight() == "normal" for label in labels)
    with pytest.raises(ValueError, match="no routes"):
        route_bars(unruly, [])


def points(chart: Chart) -> list[tuple[float, float]]:
    """Return where the routes of a front stand, rising."""
    found = [part(chart, gid) for gid in chart.marks if gid.startswith("route-")]
    return sorted((float(at.get_xdata()[0]), float(at.get_ydata()[0])) for at in found if isinstance(at, Line2D))  # type: ignore[index]


def test_front_has_every_route_at_its_place(unruly: Dataset) -> None:
    """Points stand at money and days; the stair passes those that none is better than on both axes."""
    routes = find_pareto(unruly, "A", "C", commodity="container")
    assert len(routes) == 3
    chart = front(unruly, routes)
    expected = np.array(sorted((route.cost_usd, route.time_h / 24) for route in routes))
    assert np.array(points(chart)) == pytest.approx(expected)
    stair = part(chart, "stair")
    assert isinstance(stair, Line2D)
    corners = set(zip(*stair.get_data(), strict=True))
    best = {(routes[at].cost_usd, routes[at].time_h / 24) for at in (0, 1)}
    assert best <= corners
    assert not corners & {(routes[2].cost_usd, routes[2].time_h / 24)}
    for word in ("cheapest", "fastest", "cleanest"):
        assert any(word in text for text in texts(chart))


def test_corridors_beyond_the_shapes_share_one(unruly: Dataset) -> None:
    """Many corridors fit the picture: the last ones are other corridors."""
    routes = [
        Route("A", "C", "container", 1.0, 100.0 + at, 99.0 - at, 5.0, 1.0, ("road",), ("KZ",), f"c{at}", ())
        for at in range(30)
    ]
    chart = front(unruly, routes)
    told = texts(chart)
    assert {"c0", "c8", "other corridors"} <= set(told)
    assert "c9" not in told
    assert len(points(chart)) == 30
    assert max(-float(text.get_position()[1]) for text in chart.figure.texts) <= 0.0, "all within the figure"


@pytest.mark.parametrize(
    ("criteria", "title", "axes"),
    [
        (("cost", "time"), "Choices between money and time", ("cost_usd", "time_h")),
        (("co2", "cost"), "Choices between money and CO2", ("cost_usd", "co2_kg")),
        (("time", "co2"), "Choices between time and CO2", ("time_h", "co2_kg")),
    ],
)
def test_front_of_two_criteria(unruly: Dataset, criteria: tuple, title: str, axes: tuple[str, str]) -> None:
    routes = find_pareto(unruly, "A", "C", commodity="container", criteria=criteria)
    chart = front(unruly, routes, criteria)
    assert chart.title == title
    sizes = {"cost_usd": 1.0, "time_h": 24.0, "co2_kg": 1.0}
    expected = [tuple(getattr(route, name) / sizes[name] for name in axes) for route in routes]
    assert np.array(points(chart)) == pytest.approx(np.array(sorted(expected)))


def test_front_of_one_route_and_of_none(unruly: Dataset) -> None:
    """A single choice is all three at once; without a choice there is nothing to draw."""
    only = Route("A", "C", "container", 1.0, 100.0, 48.0, 0.0, 1.0, ("road",), ("KZ",), "", ())
    chart = front(unruly, [only])
    assert points(chart) == [(100.0, 2.0)]
    assert "cheapest, fastest, cleanest" in texts(chart)
    assert "no corridor" in texts(chart)
    with pytest.raises(ValueError, match="no routes"):
        front(unruly, [])
    with pytest.raises(ValueError, match="at least two of cost, time, co2, not time"):
        front(unruly, [only], ("time",))


def test_cost_families_sum_to_the_plans(plan: Plan, wider: WhatIf) -> None:
    """Bars are as long as families, whole rows as the money; the table tells the difference."""
    after = wider.plans[0]
    assert after is not None
    views = [("before", families_of(plan)), ("after", families_of(after))]
    chart = cost_families(views)
    assert lengths(chart, "family") == pytest.approx([row.usd for _, view in views for row in view.families if row.usd])
    assert sum(lengths(chart, "family")) == pytest.approx(plan.cost_usd + after.cost_usd)
    difference = round(after.cost_usd - plan.cost_usd)
    assert f"{difference:+,}".replace("-", "−") in texts(chart)


def test_cost_families_of_plans_without_an_answer(plan: Plan) -> None:
    nothing = type(families_of(plan))((), None)
    chart = cost_families([("none", nothing), ("plan", families_of(plan))])
    assert sum(lengths(chart, "family")) == pytest.approx(plan.cost_usd)
    assert "–" in texts(chart)
    with pytest.raises(ValueError, match="no plan has an answer"):
        cost_families([("none", nothing)])


def test_emissions_are_those_of_the_modes(plan: Plan) -> None:
    """Tank-to-wheel and well-to-tank stack up to well-to-wheel; a mode without the two has one bar."""
    found = emissions_of(plan)
    chart = emissions([("plan", found)])
    expected = []
    for row in found.by_mode:
        is_split = row.ttw_kg is not None and row.wtt_kg is not None
        expected += [row.ttw_kg, row.wtt_kg] if is_split else [row.wtw_kg]
    assert any(row.ttw_kg is None for row in found.by_mode)
    scale = sum([*expected, found.hub.co2_kg]) / sum(lengths(chart, "part"))
    assert scale in (pytest.approx(1.0), pytest.approx(1e3))
    assert lengths(chart, "part") == pytest.approx([kg / scale for kg in [*expected, found.hub.co2_kg] if kg])
    assert sum(lengths(chart, "part")) * scale == pytest.approx(found.co2_kg)
    with pytest.raises(ValueError, match="nothing is emitted"):
        emissions([])


def test_corridors_carry_what_plans_say(plan: Plan, wider: WhatIf) -> None:
    after = wider.plans[0]
    assert after is not None
    chart = corridors([("before", plan), ("after", after)])
    for at, view in enumerate((plan, after)):
        carried = {share.name: share.t for share in view.by_corridor()}
        drawn = [length for length, text in zip(lengths(chart, "corridor"), chart.marks.values(), strict=True)
                 if f", {('before', 'after')[at]}: " in text]  # fmt: skip
        scale = sum(carried.values()) / sum(drawn)
        assert scale in (pytest.approx(1.0), pytest.approx(1e3))
        assert sorted(length * scale for length in drawn if length) == pytest.approx(sorted(carried.values()))
    with pytest.raises(ValueError, match="one to 5 plans"):
        corridors([])


def test_ledger_stands_at_the_prices(wider: WhatIf) -> None:
    """Dots stand at powers of ten, those of nothing left of all; uses are shares of the larger capacity."""
    after, outcome = wider.plans[0], wider.outcomes[0]
    assert after is not None
    rows, before = outcome["bottlenecks"], outcome["bottlenecks_before"]
    chart = ledger(after.data, rows, before)
    prices = {row["id"]: [row["price_before_usd_per_unit"], row["price_usd_per_unit"]] for row in rows}
    prices |= {row["id"]: [row["price_usd_per_unit"], prices.get(row["id"], (0, 0.0))[1]] for row in before}
    drawn = [part(chart, gid) for gid in chart.marks if gid.startswith("worth-")]
    places = [float(dot.get_xdata()[0]) for dot in drawn if isinstance(dot, Line2D)]  # type: ignore[index]
    told = sorted(price for pair in prices.values() if max(pair) > 0.0 for price in pair)
    assert sorted(places)[-len([price for price in told if price]) :] == pytest.approx([log10(p) for p in told if p])
    least = min(log10(price) for price in told if price)
    assert all(place < least for place in sorted(places)[: told.count(0.0)])


def test_plan_ledger_shows_use_and_background(unruly: Dataset, plan: Plan) -> None:
    chart = plan_ledger(unruly, plan)
    priced = [row for row in plan.bottlenecks() if row.price_usd_per_unit > 0.0]
    assert len(lengths(chart, "use")) == len(priced) > 0
    assert len({round(length, 6) for length in lengths(chart, "use")}) == 1, "what binds is full"


def test_ledger_without_bottlenecks_is_refused(unruly: Dataset) -> None:
    row = {"kind": "link", "id": "road", "from_node": None, "to_node": None, "unit": "teu/year"}
    row |= {"capacity": 5.0, "background": 0.0, "used": 5.0, "price_usd_per_unit": 0.0}
    with pytest.raises(ValueError, match="no capacity saves anything"):
        ledger(unruly, [])
    with pytest.raises(ValueError, match="no capacity saves anything"):
        ledger(unruly, [row], [row])
    with pytest.raises(ValueError, match="no capacity saves anything"):
        ledger(unruly, [row | {"kind": "step", "price_usd_per_unit": 3.0}])
    chart = ledger(unruly, [], [row | {"price_usd_per_unit": 3.0}])
    assert {"3 → 0", "Up to so many USD a year for one more unit"} <= set(texts(chart))


def test_curve_has_every_point(unruly: Dataset) -> None:
    """Each breakpoint is a mark in the upper panels, each piece a step as high as its price."""
    bends = capacity_curve(unruly, "rail-a>")
    chart = curve(unruly, bends)
    dots = [part(chart, gid) for gid in chart.marks if gid.startswith("point-")]
    drawn = [(float(dot.get_xdata()[0]), float(dot.get_ydata()[0])) for dot in dots if isinstance(dot, Line2D)]  # type: ignore[index]
    present = next(point.objective_usd for point in bends.points if point.at == bends.present)
    saved = [(point.at, present - point.objective_usd) for point in bends.points]
    used = [(point.at, point.used) for point in bends.points]
    assert np.array(drawn) == pytest.approx(np.array([*saved, *used]))
    steps = bars(chart, "step")
    assert [step.get_height() for step in steps] == pytest.approx(
        [point.price_right_usd_per_unit for point in bends.points[:-1]]
    )
    assert [step.get_x() for step in steps] == [point.at for point in bends.points[:-1]]


def test_sankey_is_to_scale(plan: Plan) -> None:
    """Nodes are as high as their volumes, ribbons as wide at both ends, and each node's ribbons fill it."""
    found = streams(plan)
    chart = sankey(found)
    heights = [bar.get_height() for bar in bars(chart, "node")]
    volumes = [node.volume for stage in found.stages for node in stage.nodes]
    scale = heights[0] / volumes[0]
    assert heights == pytest.approx([volume * scale for volume in volumes])
    ribbons = [part(chart, gid) for gid in chart.marks if gid.startswith("flow-")]
    widths = []
    for ribbon in ribbons:
        assert isinstance(ribbon, PathPatch)
        corners = ribbon.get_path().vertices
        assert corners[7, 1] - corners[0, 1] == pytest.approx(corners[4, 1] - corners[3, 1])
        widths.append(corners[7, 1] - corners[0, 1])
    assert sorted(widths) == pytest.approx(sorted(flow.volume * scale for flow in found.flows))


def test_sankey_of_nothing_is_refused(plan: Plan) -> None:
    with pytest.raises(ValueError, match="nothing flows"):
        sankey(Streams(streams(plan).stages, (), "t", 0.0))


def test_charts_without_matplotlib_name_the_extra() -> None:
    code = "import sys; sys.modules['matplotlib'] = None\nfrom optimizer.plots import sankey"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError: charts need matplotlib" in told.stderr
    assert "pip install 'corridor-optimizer[report]'" in told.stderr


def test_names_of_the_package() -> None:
    """No module hides a function, and no other name is there."""
    assert set(dir(optimizer.plots)) == set(optimizer.plots.__all__)
    for name in optimizer.plots.__all__:
        assert callable(getattr(optimizer.plots, name))
    with pytest.raises(AttributeError, match="no attribute 'pie'"):
        optimizer.plots.pie  # noqa: B018
