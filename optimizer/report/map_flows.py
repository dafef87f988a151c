"""Flows of plans on a map: as wide as they are large, in the color of what they use, and what is scarce by number.

Needs matplotlib, of the extra ``report``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.collections import LineCollection

from optimizer.language import _
from optimizer.loads import link_loads
from optimizer.price_steps import plain_link_id
from optimizer.report.base_map import halfway, link_lines, thinned
from optimizer.report.map_key import (
    BADGE,
    FULL_MARK,
    Column,
    Entry,
    change_entries,
    line_entry,
    mark_entry,
    sample_volumes,
    use_entries,
    volume_text,
)
from optimizer.report.map_links import APART_PT
from optimizer.report.map_style import FULL_WIDTH_T, LESS, MORE, NO_CAPACITY, shade_of, width_of
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from network.model import Dataset
    from optimizer.report.map_sheet import Sheet
    from optimizer.result import Plan

    Points = NDArray[np.float64]

PT_PER_PX = 0.85
"""Points on paper for a pixel on a page, where `map_style.width_of` counts."""
LEAST_CHANGE_T = 1.0
"""Changes of a link in tonnes a year that are drawn: less is what rounding leaves."""
WIDEST_CHANGE = 0.3
"""Width of the greatest change of a map, as that of a flow of this part of `map_style.FULL_WIDTH_T`."""
EDGE_PT = 1.2
"""Points by which the light edge under a flow is wider than it."""
SAMPLE_PT = 3.0
"""Points between the places on a line that names keep away from."""


class Flow(NamedTuple):
    """What is drawn of a link: its lines, tonnes a year (or how many more), color and width, and whether it is full."""

    link_id: str
    lines: list[Points]
    t: float
    color: str
    width_pt: float
    is_full: bool = False


def flows_of(plan: Plan, modes: Sequence[str], commodity: str | None, corridor: str | None) -> list[Flow]:
    """Return the flows of a plan, the least used and smallest first; colors tell the use by all of it."""
    loads = link_loads(plan)
    tonnes = _tonnes(plan, commodity, corridor)
    mode_of = plan.data.network.links.text("mode")
    found = [
        Flow(
            link_id,
            link_lines(plan.data, row),
            tonnes[link_id],
            shade_of(float(loads.use[row])),
            PT_PER_PX * width_of(tonnes[link_id]),
            bool(loads.binds[row]),
        )
        for row, link_id in enumerate(loads.link_ids)
        if mode_of[row] in modes and tonnes.get(link_id, 0.0) > 0.0
    ]
    use = dict(zip(loads.link_ids, np.nan_to_num(loads.use).tolist(), strict=True))
    return sorted(found, key=lambda flow: (use[flow.link_id] > 0.75, flow.t))


def changes_of(plan: Plan, base: Plan, modes: Sequence[str], commodity: str | None, corridor: str | None) -> list[Flow]:
    """Return how many tonnes a year more a plan brings to each link than a base, the smallest change first."""
    after, before = (_tonnes(each, commodity, corridor) for each in (plan, base))
    more = {link_id: after.get(link_id, 0.0) - before.get(link_id, 0.0) for link_id in (*after, *before)}
    scale = _change_scale(max(map(abs, more.values()), default=0.0))
    found = []
    for link_id, t in more.items():
        data = plan.data if link_id in plan.data.network.links.row_of else base.data
        row = data.network.links.row_of[link_id]
        if abs(t) >= LEAST_CHANGE_T and data.network.links.text("mode")[row] in modes:
            width_pt = PT_PER_PX * width_of(scale * abs(t))
            found.append(Flow(link_id, link_lines(data, row), t, MORE if t > 0.0 else LESS, width_pt))
    return sorted(found, key=lambda flow: abs(flow.t))


def draw_flows(sheet: Sheet, flows: Sequence[Flow], numbered: Collection[str]) -> None:
    """Draw flows on thin light edges that keep crossing ones apart, and mark the full ones that have no number."""
    apart_km = APART_PT / sheet.pt_per_km
    shown = [(thinned(line, apart_km), flow) for flow in flows for line in flow.lines if sheet.extent.meets(line)]
    lines = [line for line, _flow in shown]
    widths = np.array([flow.width_pt for _line, flow in shown])
    edges = ["white"] * len(shown), widths + EDGE_PT
    colors = [flow.color for _line, flow in shown], widths
    for zorder, (color, width) in enumerate((edges, colors), start=4):
        sheet.axes.add_collection(
            LineCollection(
                lines, colors=color, linewidths=width, capstyle="round", joinstyle="round", zorder=zorder - 0.5
            )
        )
    for flow in flows:
        if flow.is_full and flow.link_id not in numbered:
            sheet.axes.plot(*halfway(flow.lines), linestyle="none", zorder=5.0, **FULL_MARK)


def flow_columns(flows: Sequence[Flow], numbered: Collection[str], *, is_part: bool) -> tuple[Column, Column]:
    """Return the columns of a key that explain widths, and colors and marks of flows."""
    heading = _("Use of capacity, by all goods") if is_part else _("Use of capacity")
    marks = []
    if any(flow.is_full and flow.link_id not in numbered for flow in flows):
        marks.append(mark_entry(FULL_MARK, _("full, and more would save money")))
    if numbered:
        marks.append(mark_entry(BADGE, _("bottleneck, see the list"), "1"))
    return _widths(_most_t(flows), _("Tonnes a year")), Column(heading, (*use_entries(), *marks))


def change_columns(flows: Sequence[Flow]) -> tuple[Column, Column]:
    """Return the columns of a key that explain widths and colors of differences."""
    entries = change_entries() if flows else (Entry(line_entry("white", 0.0, "").symbol, _("no flow changes")),)
    most_t = _most_t(flows)
    return _widths(most_t, _("Change, tonnes a year"), _change_scale(most_t)), Column(_("Tonnes on a link"), entries)


def samples_of(sheet: Sheet, flows: Sequence[Flow], least_pt: float = 2.0) -> Points:
    """Return points on the wider flows, (n, 2), in points on the sheet, for names to keep away from."""
    found = [np.empty((0, 2))]
    for flow in flows:
        if flow.width_pt >= least_pt:
            found += [_dense(sheet.to_pt(line)) for line in flow.lines if sheet.extent.meets(line)]
    return np.vstack(found)


def tonnes_by_node(data: Dataset, flows: Sequence[Flow]) -> dict[str, float]:
    """Return the tonnes on the links that meet at each node."""
    links = data.network.links
    met: dict[str, float] = {}
    for flow in flows:
        row = links.row_of.get(flow.link_id)
        for side in ("from_node", "to_node") if row is not None else ():
            name = str(links.text(side)[row])
            met[name] = met.get(name, 0.0) + abs(flow.t)
    return met


def _tonnes(plan: Plan, commodity: str | None, corridor: str | None) -> Mapping[str, float]:
    """Return the tonnes a year on each link both ways; of a commodity, and of the routes of a corridor, where asked."""
    if commodity is None and corridor is None:
        loads = link_loads(plan)
        return dict(zip(loads.link_ids, loads.t.tolist(), strict=True))
    t_per_unit = plan.data.commodities.number("t_per_unit")
    row_of = plan.data.commodities.row_of
    tonnes: dict[str, float] = {}
    for route in plan.routes:
        if commodity in (None, route.commodity) and corridor in (None, route.corridor):
            t = route.volume * float(t_per_unit[row_of[route.commodity]])
            for leg in route.legs:
                if isinstance(leg, Leg):
                    link_id = plain_link_id(plan.data, leg.link_id)
                    tonnes[link_id] = tonnes.get(link_id, 0.0) + t
    return tonnes


def _dense(line: Points) -> Points:
    """Return points along a line at equal steps of `SAMPLE_PT`."""
    along = np.concatenate([[0.0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    at = np.arange(0.0, along[-1], SAMPLE_PT)
    return np.column_stack([np.interp(at, along, line[:, axis]) for axis in (0, 1)])


def _change_scale(most_t: float) -> float:
    """Return what changes are multiplied by for their width, so that a map shows them whatever their size."""
    return WIDEST_CHANGE * FULL_WIDTH_T / most_t if 0.0 < most_t < WIDEST_CHANGE * FULL_WIDTH_T else 1.0


def _widths(most_t: float, title: str, scale: float = 1.0) -> Column:
    """Return the column of lines as wide as round volumes are drawn."""
    samples = sample_volumes(most_t)
    return Column(
        title, tuple(line_entry(NO_CAPACITY, PT_PER_PX * width_of(scale * t), volume_text(t)) for t in samples)
    )


def _most_t(flows: Sequence[Flow]) -> float:
    """Return the greatest flow or change, 0 without any."""
    return max((abs(flow.t) for flow in flows), default=0.0)
