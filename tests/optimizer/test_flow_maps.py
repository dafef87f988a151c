"""Maps of plans: widths, colors, marks and numbers of what flows, what a scenario changes, and the words on them."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest
from made_network import CONTAINER, GRAIN, dataset, link

from network import NoPlanError, Scenario, UnknownIdError, apply, load
from optimizer import plan_flows
from optimizer.language import speaking
from optimizer.loads import link_loads
from optimizer.report.base_map import WHOLE, extent_of, halfway, thinned
from optimizer.report.map_badges import badges_of, draw_badges
from optimizer.report.map_flows import changes_of, flows_of
from optimizer.report.map_key import route_style, sample_volumes, volume_text
from optimizer.report.map_labels import Box, label_of
from optimizer.report.map_sheet import open_sheet
from optimizer.report.map_style import LESS, MORE, SHADES, shade_of
from optimizer.report.maps import draw_map, write_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from network import Dataset
    from optimizer.result import Plan

MODES = ("rail", "road", "river", "sea", "air")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def narrow(tiny: Dataset) -> Plan:
    """The tiny plan with a port of Aktau that is too small for what wants to pass it."""
    changes = [
        {"table": "shared_capacities", "where": {"id": "aktau-containers"}, "set": {"capacity": 100_000}},
        {"table": "links", "where": {"id": "road-xian-almaty"}, "close": True},
    ]
    return plan_flows(apply(tiny, Scenario.from_mapping({"name": "A narrow port", "changes": changes})))


@pytest.fixture(scope="module")
def wide(tiny: Dataset) -> Plan:
    return plan_flows(tiny)


def svg_of(figure: Figure) -> bytes:
    """Return a map as SVG."""
    stream = io.BytesIO()
    write_map(figure, stream, "svg")
    return stream.getvalue()


def words_of(figure: Figure) -> str:
    """Return all text of a map, as a search in its SVG finds it."""
    return " | ".join("".join(text.itertext()) for text in ET.fromstring(svg_of(figure)).iter(f"{SVG}text"))


def test_flows_are_those_of_the_plan(wide: Plan) -> None:
    """What is drawn carries the tonnes and the color of its load; what carries nothing is not drawn."""
    loads = link_loads(wide)
    flows = {flow.link_id: flow for flow in flows_of(wide, MODES, None, None)}
    assert {link_id: flow.t for link_id, flow in flows.items()} == {
        link_id: t for link_id, t in zip(loads.link_ids, loads.t.tolist(), strict=True) if t > 0.0
    }
    for link_id, use in zip(loads.link_ids, loads.use.tolist(), strict=True):
        assert link_id not in flows or flows[link_id].color == shade_of(use)
    assert {flow.link_id for flow in flows_of(wide, ("sea",), None, None)} == {"sea-aktau-baku"}


def test_parts_of_the_flows_add_up(wide: Plan) -> None:
    """Flows by commodity, and those by corridor, are parts of the whole; routes belong to one corridor."""
    whole = {flow.link_id: flow.t for flow in flows_of(wide, MODES, None, None)}
    by_commodity = [flows_of(wide, MODES, name, None) for name in ("container", "grain")]
    by_corridor = [flows_of(wide, MODES, None, name) for name in dict.fromkeys(route.corridor for route in wide.routes)]
    for parts in (by_commodity, by_corridor):
        assert len(parts) > 1
        total: dict[str, float] = {}
        for flow in (flow for part in parts for flow in part):
            total[flow.link_id] = total.get(flow.link_id, 0.0) + flow.t
        assert total == pytest.approx(whole)


def test_wider_flows_are_larger_and_full_ones_lie_on_top(wide: Plan) -> None:
    flows = flows_of(wide, MODES, None, None)
    by_size = sorted(flows, key=lambda flow: flow.t)
    assert [flow.width_pt for flow in by_size] == sorted(flow.width_pt for flow in flows)
    assert flows[-1].color in {shade.color for shade in SHADES[3:]}


def test_changes_are_the_differences_of_loads(wide: Plan, narrow: Plan) -> None:
    before, after = (dict(zip(link_loads(plan).link_ids, link_loads(plan).t, strict=True)) for plan in (wide, narrow))
    changes = changes_of(narrow, wide, MODES, None, None)
    assert changes
    assert {change.link_id: change.t for change in changes} == pytest.approx(
        {link_id: t - before[link_id] for link_id, t in after.items() if abs(t - before[link_id]) >= 1.0}
    )
    assert all(change.color == (MORE if change.t > 0.0 else LESS) for change in changes)
    back = changes_of(wide, narrow, MODES, None, None)
    assert {change.link_id: change.t for change in back} == pytest.approx(
        {change.link_id: -change.t for change in changes}
    )


def test_the_greatest_change_is_wide_whatever_its_size(wide: Plan, narrow: Plan) -> None:
    """A change of some thousand tonnes would be a hair at the scale of flows."""
    assert max(change.width_pt for change in changes_of(narrow, wide, MODES, None, None)) > 3.0


def test_bottlenecks_have_numbers_where_flows_meet_them(narrow: Plan) -> None:
    flows = flows_of(narrow, MODES, None, None)
    badges = badges_of(narrow.data, narrow, flows)
    assert [badge.bottleneck.id for badge in badges] == [each.id for each in narrow.bottlenecks()]
    assert [badge.number for badge in badges] == list(range(1, len(badges) + 1))
    assert "aktau-containers" in {badge.bottleneck.id for badge in badges}
    assert len(badges_of(narrow.data, narrow, flows, most=1)) == 1
    assert badges_of(narrow.data, narrow, flows_of(narrow, ("road",), None, None)) == []


def test_numbers_do_not_cover_each_other(narrow: Plan) -> None:
    """Ten numbers at one place stand around it."""
    first = badges_of(narrow.data, narrow, flows_of(narrow, MODES, None, None))[0]
    sheet = open_sheet(WHOLE, "", None, 0.0, (), has_borders=False)
    boxes = draw_badges(sheet, [first._replace(number=number) for number in range(1, 11)])
    assert len(boxes) == 10
    assert not any(one.meets(other) for at, one in enumerate(boxes) for other in boxes[:at])


def test_the_key_tells_what_is_seen(wide: Plan, narrow: Plan) -> None:
    words = words_of(draw_map(narrow.data, plan=narrow))
    for expected in (
        "Flows of the cheapest plan, 2024",
        "A narrow port",
        "Use of capacity",
        "over 95",
        "Tonnes a year",
    ):
        assert expected in words
    assert "Aktau port containers · " in words
    assert "not a forecast" in words
    assert "by all goods" not in words
    assert "Use of capacity, by all goods" in words_of(draw_map(wide.data, plan=wide, commodity="grain"))
    assert "Bottlenecks" not in words_of(draw_map(wide.data, plan=wide))


def test_a_difference_says_more_and_less_or_nothing(wide: Plan, narrow: Plan) -> None:
    words = words_of(draw_map(narrow.data, plan=narrow, base=wide))
    assert "more with it" in words
    assert "What changes in the flows, 2024 · A narrow port" in words
    assert "no flow changes" in words_of(draw_map(wide.data, plan=wide, base=wide))


def test_the_frame_fits_what_changes(narrow: Plan, wide: Plan) -> None:
    """Changes around the Caspian Sea are not shown amid all of Eurasia, those of nothing are."""

    def width(figure: Figure) -> float:
        return float(np.diff(figure.axes[0].get_xlim())[0])

    whole = width(draw_map(wide.data, plan=wide))
    assert width(draw_map(wide.data, plan=wide, base=wide)) == whole == WHOLE.span[0]
    assert width(draw_map(narrow.data, plan=narrow, base=wide)) < whole


def test_borders_can_be_left_out(wide: Plan) -> None:
    """Without borders nothing is said of them, and there is one collection of lines less."""
    with_them, without = (draw_map(wide.data, plan=wide, has_borders=shown) for shown in (True, False))
    assert "take no side" in words_of(with_them)
    assert "take no side" not in words_of(without)
    assert "OpenStreetMap" in words_of(without)
    assert len(with_them.axes[0].collections) == len(without.axes[0].collections) + 1


def test_names_can_be_left_out(wide: Plan) -> None:
    assert "Almaty" in words_of(draw_map(wide.data, plan=wide))
    assert "Almaty" not in words_of(draw_map(wide.data, plan=wide, places=False))


def test_names_and_numbers_are_in_the_language_spoken(wide: Plan) -> None:
    with speaking("ru"):
        assert "Алматы" in words_of(draw_map(wide.data, plan=wide))
        assert volume_text(2.5e6).startswith("2,5")
    assert volume_text(2.5e6) == "2.5 million t"
    assert volume_text(20e3) == "20 thousand t"
    assert volume_text(5.0) == "5 t"


def test_what_does_not_belong_together_is_refused(tiny: Dataset, wide: Plan) -> None:
    with pytest.raises(ValueError, match="belong to a plan"):
        draw_map(tiny, base=wide)
    with pytest.raises(ValueError, match="belong to a plan"):
        draw_map(tiny, commodity="grain")
    with pytest.raises(UnknownIdError, match='unknown commodity "grains"'):
        draw_map(tiny, plan=wide, commodity="grains")
    closed = dataset(
        [link("a", "road", "A", "B", capacity=0.0, capacity_unit="truck/day")],
        demands=[{"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 1.0}],
    )
    with pytest.raises(NoPlanError):
        draw_map(closed, plan=plan_flows(closed))


def test_a_link_and_a_shared_capacity_without_a_node_have_a_place() -> None:
    """A capacity of links alone is amid them, and both are in the key by their names, dollar signs and all."""
    data = dataset(
        [
            link("a", "road", "A", "B", capacity=1.0, capacity_unit="teu/year"),
            link("b", "road", "B", "C", shared_capacity_id="s"),
        ],
        commodities=[CONTAINER, GRAIN],
        shared_capacities=[{"shared_capacity_id": "s", "name": "$x^2$", "capacity": 2.0, "capacity_unit": "teu/year"}],
        demands=[
            {"demand_id": f"d{end}", "origin": start, "destination": end, "commodity": "container", "volume": 9.0}
            | {"unmet_cost_usd_per_unit": 50.0}
            for start, end in (("A", "B"), ("B", "C"))
        ],
    )
    plan = plan_flows(data)
    badges = {badge.bottleneck.id: badge.place for badge in badges_of(data, plan, flows_of(plan, MODES, None, None))}
    lines = {flow.link_id: flow.lines for flow in flows_of(plan, MODES, None, None)}
    assert badges == {name: pytest.approx(halfway(lines[link_id])) for name, link_id in (("a", "a"), ("s", "b"))}
    assert "$x^2$ · " in words_of(draw_map(data, plan=plan))


def test_round_volumes_show_the_widths() -> None:
    assert sample_volumes(33e6) == (1e6, 5e6, 20e6)
    assert sample_volumes(1.0) == (1.0,)
    assert sample_volumes(0.5) == ()


def test_routes_beyond_the_colors_are_dashed() -> None:
    styles = [route_style(at) for at in range(20)]
    assert len({str(style) for style in styles}) == 20


def test_long_names_are_cut_and_what_stands_in_brackets_is_left_out(tiny: Dataset) -> None:
    data = dataset([link("a", "road", "A", "B")], names={"A": "Khorgos (China)", "B": "B" * 60})
    assert label_of(data, "A") == "Khorgos"
    assert len(label_of(data, "B")) < 30
    assert label_of(tiny, "KZALA") == "Almaty"


def test_boxes_meet_where_they_overlap() -> None:
    box = Box(0.0, 0.0, 10.0, 5.0)
    assert box.meets(Box(9.0, 4.0, 12.0, 8.0))
    assert not box.meets(Box(10.0, 0.0, 12.0, 5.0))
    assert box.count(np.array([[1.0, 1.0], [11.0, 1.0], [5.0, 4.0]])) == 2


def test_thinned_lines_keep_their_ends() -> None:
    line = np.column_stack([np.linspace(0.0, 10.0, 101), np.zeros(101)])
    thin = thinned(line, 1.0)
    assert thin[[0, -1]].tolist() == line[[0, -1]].tolist()
    assert 9 < len(thin) < 14
    assert thinned(line, 0.0) is line


def test_extents_have_the_shape_of_a_page() -> None:
    for points in (np.array([[0.0, 0.0]]), np.array([[0.0, 0.0], [0.0, 3000.0]]), np.array([[-2000.0, 0], [2000, 0]])):
        width, height = extent_of(points).span
        assert 1.49 < width / height < 2.01
    assert extent_of(np.empty((0, 2))) is WHOLE


def test_the_map_of_the_bundled_plan_is_small_and_complete() -> None:
    """All flows on all links, the ten bottlenecks that earn most, and no more bytes than a mail bears."""
    data = load()
    plan = plan_flows(data)
    figure = draw_map(data, plan=plan)
    svg = svg_of(figure)
    assert len(svg) < 3_000_000
    assert svg == svg_of(draw_map(data, plan=plan))
    words = words_of(figure)
    assert "rail Dostyk → Usharal · " in words
    for name in ("Almaty", "Shanghai", "Moscow"):
        assert name in words
