"""Texts, units and the SVG of charts: measured, tidied, the same every time, and safe with any name."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from matplotlib.patches import Circle

from optimizer.language import speaking
from optimizer.plots.frame import Entry, Frame
from optimizer.plots.markup import SVG, tidy
from optimizer.plots.style import cut, even_text, house_style, lines_of, one_line, short_text, text_inches
from optimizer.plots.units import co2_unit, round_ticks, tonne_unit, usd_unit
from optimizer.report.inline_svg import inline_svg

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.plots.chart import Chart

HOSTILE = (
    "<script>alert(1)</script>",
    "\"quoted\" & 'single'",
    "$x$ and $y",
    "قناة السويس",
    "🚢 中欧班列",
    "a\x00b\x1b\nc\ufffe",
)


@house_style()
def drawn(name: str) -> Chart:
    """Return a small chart whose every text is a name."""
    frame = Frame(6.0, 2.0)
    frame.headings(name, name)
    frame.legend([Entry("#0072B2", name)], 0.8)
    frame.labels(3.0, [1.2], [name])
    bar = frame.bar(frame.canvas, 3.0, 1.2, 1.2345678, 0.4, "#0072B2")
    frame.mark(bar, one_line(name), "bar")
    frame.axes(0.5, 1.5, 3.0, 0.3).plot([0, 1], [0, 1], "o-")
    return frame.chart(one_line(name), one_line(name))


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_drawn_as_text(name: str) -> None:
    """Names are text in files and pages, markup in neither, and the page asks for nothing from elsewhere."""
    chart = drawn(name)
    told = "".join(char for char in name.replace("\n", " ") if char.isprintable())
    for svg in (chart.svg(), inline_svg(chart, "a-")):
        root = ET.fromstring(svg)
        assert "<script" not in svg
        assert sum(told in text for text in root.itertext()) >= 4
        assert {element.tag for element in root.iter()} <= {
            f"{{{SVG}}}{tag}"
            for tag in ("svg", "g", "path", "defs", "use", "clipPath", "rect", "text", "title", "desc")
        }
        values = [value for element in root.iter() for value in element.attrib.values()]
        assert not any("http" in value or "//" in value or "javascript" in value for value in values)
        assert svg.count("http") == 1
    assert chart.png(50).startswith(b"\x89PNG")


def test_the_same_chart_gives_the_same_bytes() -> None:
    first, second = drawn("One"), drawn("One")
    assert first.svg() == second.svg() == first.svg()
    assert first.png() == second.png()
    assert "DejaVu" in first.svg().partition(">")[0], "the root names the fonts"
    assert first.svg().count("font-family") == 1


def test_svg_is_tidy() -> None:
    """No prolog, metadata, style sheet, comment, long number or id without a use is left."""
    svg = drawn("One").svg()
    assert svg.startswith("<svg ")
    for part in ("<?xml", "<!DOCTYPE", "<!--", "metadata", "<style", "xlink", "rdf:", "rotate(-0"):
        assert part not in svg
    root = ET.fromstring(svg)
    for element in root.iter():
        for name in ("d", "x", "y", "transform"):
            for number in element.get(name, "").replace("(", " ").split():
                assert len(number.rstrip(")").partition(".")[2]) <= 2
    ids = {element.get("id") for element in root.iter()} - {None}
    values = [value for element in root.iter() for value in element.attrib.values()]
    used = {value.removeprefix("#") for value in values if value.startswith("#")}
    used |= {value[5:-1] for value in values if value.startswith("url(#")}
    assert ids == used | {"bar-1"}


def test_charts_stand_side_by_side_in_a_page() -> None:
    """Ids of two charts differ, references follow, marks have their tooltip, and the chart its name and description."""
    chart = drawn("Name")
    first, second = (ET.fromstring(inline_svg(chart, prefix)) for prefix in ("a-", "b-"))
    ids = [{element.get("id") for element in root.iter()} - {None} for root in (first, second)]
    assert not ids[0] & ids[1]
    for element in first.iter():
        for name, value in element.attrib.items():
            if name == "href":
                assert value.removeprefix("#") in ids[0]
            if "url(#" in value:
                assert value.partition("url(#")[2].partition(")")[0] in ids[0]
    assert first.get("role") == "img"
    assert first.get("width") is first.get("height") is None
    assert first.get("viewBox") == "0 0 432 144"
    titles = dict(zip((first.get("aria-labelledby") or "").split(), ("title", "desc"), strict=True))
    assert all(
        next(e for e in first.iter() if e.get("id") == key).tag == f"{{{SVG}}}{tag}" for key, tag in titles.items()
    )
    mark = next(element for element in first.iter() if element.get("data-mark") == "bar-1")
    assert mark.find(f"{{{SVG}}}title").text == "Name"
    assert not any("tabindex" in element.attrib for element in first.iter())


@pytest.mark.parametrize("prefix", ["", "1a", "a b", 'a"', "-a", "a.b", "ä"])
def test_prefixes_that_no_reference_may_hold_are_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and hyphens"):
        inline_svg(drawn("Name"), prefix)


def test_files_by_their_ending(tmp_path: Path) -> None:
    chart = drawn("Name")
    chart.save(tmp_path / "a.svg")
    chart.save(str(tmp_path / "a.PNG"))
    assert (tmp_path / "a.svg").read_text("utf-8") == chart.svg()
    assert (tmp_path / "a.PNG").read_bytes() == chart.png()
    with pytest.raises(ValueError, match=r"'a\.jpg' ends in neither"):
        chart.save(tmp_path / "a.jpg")
    assert not (tmp_path / "a.jpg").exists()


def test_style_of_the_user_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib

    plain = drawn("Name").svg()
    monkeypatch.setitem(matplotlib.rcParams, "lines.linewidth", 9.0)
    monkeypatch.setitem(matplotlib.rcParams, "font.family", ["serif"])
    monkeypatch.setitem(matplotlib.rcParams, "axes.spines.top", True)
    assert drawn("Name").svg() == plain


def test_references_of_matplotlib_are_kept_and_prefixed() -> None:
    """A clip path keeps its id though no mark names it."""
    with house_style():
        frame = Frame(3.0, 2.0)
        axes = frame.axes(0.5, 0.5, 1.0, 1.0)
        axes.add_patch(Circle((1.0, 1.0), 0.5))
        chart = frame.chart("t", "d")
    svg = inline_svg(chart, "p-")
    assert svg.count('clip-path="url(#p-') == 1
    assert svg.count('<clipPath id="p-') == 1


def test_tidy_rounds_and_drops() -> None:
    root = tidy(
        f'<svg xmlns="{SVG}"><metadata><a/></metadata>'
        '<g id="x"><g><path id="m" d="M 1.23456 -0.001 L 4 3.0"/></g></g>'
        '<text style="font: x; font-family: y; fill: #fff" transform="rotate(-0 1.5 2.5)">t</text></svg>',
        ["m"],
    )
    assert [(element.tag, element.attrib) for element in root.iter()][1:] == [
        ("path", {"id": "m", "d": "M 1.23 0 L 4 3"}),
        ("text", {"style": "font:x;fill:#fff"}),
    ]


def test_texts_fit_their_room() -> None:
    long = "Transportation corridor of an endless name " * 3
    assert text_inches(cut(long, 2.0), 10.5) <= 2.0
    assert cut(long, 2.0).endswith("…")
    assert cut("short", 2.0) == "short"
    assert lines_of("Middle Corridor (Trans-Caspian)", 1.5) == ("Middle Corridor", "(Trans-Caspian)")
    assert len(lines_of("Onewordthatislongerthananyroomforit", 1.0)) == 1
    assert text_inches("🚢") == pytest.approx(text_inches("中"))
    assert one_line(" a\t\x07b\ud800\n c ") == "a b c"


def test_numbers_have_three_digits_and_a_true_minus() -> None:
    assert [short_text(value) for value in (0.0, 0.01234, 12.34, -999.6, 1234567.8)] == [
        "0", "0.0123", "12.3", "−1,000", "1,234,568",
    ]  # fmt: skip
    assert [even_text(value, 2.5) for value in (0.0, 2.5, -5.0)] == ["0.0", "2.5", "−5.0"]
    assert even_text(-1e-12, 1.0) == "0"


def test_units_by_size() -> None:
    """The unit is one in which the greatest number can be read; what would round to nothing shows its digits."""
    assert usd_unit(2e10).told(1.5e9) == "1,500\u00a0m USD"
    assert usd_unit(99_999.0).told(1234.0) == "1,234\u00a0USD"
    assert usd_unit(2e11).name == "bn USD"
    assert tonne_unit(1.5e3).name == "t"
    assert tonne_unit(5e6).told(2.5e6) == "2.50\u00a0Mt"
    assert co2_unit(5e9).told(1e6) == "0.001\u00a0Mt CO2e"
    unit = tonne_unit(50e6)
    assert (unit.change(-0.2e6), unit.change(0.01e6), unit.is_seen(0.01e6)) == ("−0.2", "0.0", False)
    with speaking("ru"):
        assert usd_unit(2e10).text(1234.6e6) == "1\u00a0235"


@pytest.mark.parametrize(("low", "high"), [(0.0, 7.3), (0.0, 1e-9), (-12.0, 4.0), (3.0, 3.0), (0.0, 0.0)])
def test_round_ticks_hold_the_range(low: float, high: float) -> None:
    ticks = round_ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 8
