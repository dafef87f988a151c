"""Where goods come from, which corridors and crossings they take, and where they go: a Sankey diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import PathPatch
from matplotlib.path import Path

from optimizer.language import _, number_text
from optimizer.plots.frame import MARGIN, TOP, Frame
from optimizer.plots.sankey_layout import Band, lay_out
from optimizer.plots.style import (
    GRAY,
    INK,
    PALE,
    SMALL,
    WIDTH_INCHES,
    house_style,
    lines_of,
    one_line,
    palette,
    text_inches,
)
from optimizer.plots.units import teu_unit, tonne_unit
from optimizer.streams import OTHERS, UNMET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.plots.chart import Chart
    from optimizer.plots.sankey_layout import Layout
    from optimizer.plots.units import Unit
    from optimizer.streams import Streams

MOST_SIDE = 2.0
"""Inches that the labels of the first and of the last stage take at most."""
NODE_WIDTH = 0.15
LABEL_GAP = 0.08
LABEL = 0.23
"""Inches that a label takes from top to bottom."""
LINE = 0.16
"""Inches from one line of a label to the next."""
GAP = 0.05
HEAD = 0.35
"""Inches of the line with the titles of the stages."""
LEAST_HEIGHT, MOST_HEIGHT = 2.6, 6.2


@house_style()
def sankey(streams: Streams, title: str | None = None, *, width: float = WIDTH_INCHES) -> Chart:
    """Return a Sankey diagram of a plan: heights to scale, ribbons in the color of their corridor.

    Parameters
    ----------
    streams
        What flows between neighboring stages.
    title
        Heading; None = what the stages are.
    width
        In inches.

    Raises
    ------
    ValueError
        Nothing flows.
    """
    if len(streams.stages) < 2 or not streams.flows:
        raise ValueError("nothing flows: there is no diagram to draw")
    unit = teu_unit(streams.total) if streams.unit == "teu" else tonne_unit(streams.total)
    n_most = max(len(stage.nodes) for stage in streams.stages)
    height = min(MOST_HEIGHT, max(LEAST_HEIGHT, 0.62 * n_most))
    bands = [Band(flow.stage, flow.from_id, flow.to_id, flow.volume) for flow in streams.flows]
    volumes = [{node.id: node.volume for node in stage.nodes} for stage in streams.stages]
    places, labels = _labels(streams, width, unit)
    least = [{node: LABEL + LINE * (len(lines) - 1) for node, lines in of_stage.items()} for of_stage in labels]
    layout = lay_out(volumes, bands, height, least, GAP)
    frame = Frame(width, TOP + HEAD + height + MARGIN)
    heading = title or _("From origin by corridor and crossing to destination")
    frame.headings(heading, _("Height in proportion to {unit} a year").format(unit=unit.name))
    colors = _colors(streams)
    _draw_bands(frame, streams, layout, places, colors, unit)
    _draw_nodes(frame, streams, layout, places, labels, colors, unit)
    return frame.chart(heading, _description(streams, unit))


def _labels(streams: Streams, width: float, unit: Unit) -> tuple[list[float], list[dict[str, tuple[str, ...]]]]:
    """Return the left edge of each stage, and the lines of its labels by node: in two where one is too long."""
    stages = streams.stages
    wide = [
        {node.id: text_inches(one_line(node.name) + unit.text(node.volume), SMALL) for node in stage.nodes}
        for stage in stages
    ]
    # Names of the first and last stage stand beside the diagram, those of the others within it.
    left, right = (min(max(wide[at].values()) + 3 * LABEL_GAP, MOST_SIDE) + MARGIN for at in (0, -1))
    step = (width - left - right - NODE_WIDTH) / (len(stages) - 1)
    places = [left + at * step for at in range(len(stages))]
    rooms = [left - MARGIN, *[step - NODE_WIDTH] * (len(stages) - 2), right - MARGIN]
    return places, [
        {
            node.id: lines_of(node.name, room - text_inches(unit.text(node.volume), SMALL) - 3 * LABEL_GAP, SMALL)
            for node in stage.nodes
        }
        for stage, room in zip(stages, rooms, strict=True)
    ]


def _colors(streams: Streams) -> Mapping[str, str]:
    """Return the color of each corridor, those that carry most first; what is outside one of them is gray."""
    carried: dict[str, float] = {}
    for flow in streams.flows:
        carried[flow.corridor] = carried.get(flow.corridor, 0.0) + flow.volume
    named = (corridor for corridor in carried if corridor not in (OTHERS, UNMET))
    return {**palette(sorted(named, key=lambda corridor: (-carried[corridor], corridor))), OTHERS: PALE, UNMET: INK}


def _draw_bands(
    frame: Frame,
    streams: Streams,
    layout: Layout,
    places: Sequence[float],
    colors: Mapping[str, str],
    unit: Unit,
) -> None:
    """Draw the flows, the large ones first, so that none hides a smaller one."""
    names = [{node.id: one_line(node.name) for node in stage.nodes} for stage in streams.stages]
    top = TOP + HEAD
    for at in sorted(range(len(streams.flows)), key=lambda at: -streams.flows[at].volume):
        flow, (start, end) = streams.flows[at], layout.bands[at]
        left, right = places[flow.stage] + NODE_WIDTH, places[flow.stage + 1]
        middle = (left + right) / 2
        points = [
            (left, top + start.top),
            (middle, top + start.top),
            (middle, top + end.top),
            (right, top + end.top),
            (right, top + end.bottom),
            (middle, top + end.bottom),
            (middle, top + start.bottom),
            (left, top + start.bottom),
            (left, top + start.top),
        ]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        ribbon = PathPatch(Path(points, codes), facecolor=colors[flow.corridor], alpha=0.42, linewidth=0.0)
        frame.add(frame.canvas, ribbon)
        said = f"{names[flow.stage][flow.from_id]} → {names[flow.stage + 1][flow.to_id]}: {unit.told(flow.volume)}"
        frame.mark(ribbon, said, "flow")


def _draw_nodes(
    frame: Frame,
    streams: Streams,
    layout: Layout,
    places: Sequence[float],
    labels: Sequence[Mapping[str, Sequence[str]]],
    colors: Mapping[str, str],
    unit: Unit,
) -> None:
    """Draw the nodes with their names and volumes beside them, and the titles of the stages."""
    for at, (stage, left) in enumerate(zip(streams.stages, places, strict=True)):
        ha, x = ("right", left + NODE_WIDTH) if at == 0 else ("left", left)
        frame.text(x, TOP + 0.08, one_line(stage.title), size=SMALL, color=GRAY, ha=ha, is_bold=True)
        for node in stage.nodes:
            slot = layout.nodes[at, node.id]
            middle = TOP + HEAD + (slot.top + slot.bottom) / 2
            color = colors.get(node.id, PALE) if stage.id == "corridor" else GRAY
            bar = frame.bar(frame.canvas, left, middle, NODE_WIDTH, slot.bottom - slot.top, color)
            frame.mark(bar, f"{one_line(node.name)}: {unit.told(node.volume)}", "node")
            beside = left - LABEL_GAP if at == 0 else left + NODE_WIDTH + LABEL_GAP
            _write_label(frame, labels[at][node.id], unit.text(node.volume), (beside, middle), is_first=at == 0)


def _write_label(
    frame: Frame, lines: Sequence[str], number: str, place: tuple[float, float], *, is_first: bool
) -> None:
    """Write name and volume beside a node: left of the first stage, right of all others."""
    x, y = place
    wide, aside = max(text_inches(line, SMALL) for line in lines), text_inches(number, SMALL) + LABEL_GAP
    if is_first:
        frame.text(x, y, number, size=SMALL, color=GRAY, ha="right")
    else:
        # Ribbons run below the labels of the stages between.
        thickness = LABEL - 0.06 + LINE * (len(lines) - 1)
        frame.bar(frame.canvas, x - 0.03, y, wide + aside + 0.06, thickness, "white").set_alpha(0.6)
        frame.text(x + wide + LABEL_GAP, y, number, size=SMALL, color=GRAY)
    for at, line in enumerate(lines):
        shift = (at - (len(lines) - 1) / 2) * LINE
        frame.text(x - aside if is_first else x, y + shift, line, size=SMALL, ha="right" if is_first else "left")


def _description(streams: Streams, unit: Unit) -> str:
    """Return the total and the largest node of each stage in words."""
    parts = [_("{volume} a year in all.").format(volume=unit.told(streams.total))]
    for stage in streams.stages:
        largest = max(stage.nodes, key=lambda node: node.volume)
        share = number_text(100.0 * largest.volume / streams.total) if streams.total else number_text(0)
        parts.append(
            _("{stage}: {n} in all, most by {name} ({share} %).").format(
                stage=one_line(stage.title), n=number_text(len(stage.nodes)), name=one_line(largest.name), share=share
            )
        )
    return " ".join(parts)
