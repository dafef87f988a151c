"""Bottlenecks on a map: numbered circles where they are, and what they are worth in the key.

Needs matplotlib, of the extra ``report``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.language import _
from optimizer.phrases import capacity_name, money, per_period
from optimizer.price_steps import plain_link_id
from optimizer.report.base_map import halfway, link_lines
from optimizer.report.geojson import position_of
from optimizer.report.map_flows import tonnes_by_node
from optimizer.report.map_key import BADGE, Column, badge_number, mark_entry
from optimizer.report.map_labels import Box
from optimizer.report.projection import project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from network.model import Dataset
    from optimizer.flows import Bottleneck
    from optimizer.report.base_map import Points
    from optimizer.report.map_flows import Flow
    from optimizer.report.map_sheet import Sheet
    from optimizer.result import Plan

N_NUMBERED = 10


class Badge(NamedTuple):
    """A bottleneck by its number, and where it is, in kilometers, (2,)."""

    number: int
    bottleneck: Bottleneck
    place: Points


def badges_of(data: Dataset, plan: Plan, flows: Sequence[Flow], most: int = N_NUMBERED) -> list[Badge]:
    """Return the bottlenecks that the flows shown meet and that have a place, those that earn most first."""
    links = {flow.link_id for flow in flows}
    nodes = tonnes_by_node(data, flows)
    shared_by = dict(
        zip(data.network.links.text("link_id"), data.network.links.text("shared_capacity_id"), strict=True)
    )
    shared = {shared_by.get(link_id) for link_id in links}
    found: list[Badge] = []
    for bottleneck in plan.bottlenecks():
        if bottleneck.kind == "link":
            is_met = plain_link_id(data, bottleneck.id) in links
        else:
            is_met = bottleneck.id in shared or any(node in nodes for node in ends_at(data, bottleneck))
        place = _place_of(data, bottleneck) if is_met and len(found) < most else None
        if place is not None:
            found.append(Badge(len(found) + 1, bottleneck, place))
    return found


def draw_badges(sheet: Sheet, badges: Sequence[Badge]) -> list[Box]:
    """Draw numbered circles beside what they stand for, clear of each other, and return what they cover."""
    boxes: list[Box] = []
    radius = BADGE["markersize"] / 2.0 + 1.0
    size = sheet.size_pt
    for badge in badges:
        anchor = sheet.to_pt(badge.place[None, :])[0]
        if not ((anchor > 0.0) & (anchor < size)).all():
            continue
        box = next(
            box
            for center in _around(anchor, radius)
            for box in (Box(*(center - radius), *(center + radius)),)
            if not any(box.meets(other) for other in boxes)
        )
        boxes.append(box)
        center = np.array([(box.left + box.right) / 2.0, (box.bottom + box.top) / 2.0])
        (x, y), (x0, y0) = (at / sheet.pt_per_km + sheet.extent.low for at in (center, anchor))
        sheet.axes.plot([x0, x], [y0, y], color="#222222", linewidth=0.8, zorder=5.1)
        sheet.axes.plot(x, y, linestyle="none", zorder=5.2, **BADGE)
        number = badge_number(x, y, str(badge.number))
        number.set(zorder=5.3, clip_on=True)
        sheet.axes.add_artist(number)
    return boxes


def badge_column(data: Dataset, badges: Sequence[Badge]) -> Column:
    """Return the column of a key that names the bottlenecks, with what one more unit of each saves at most."""
    entries = []
    for number, bottleneck, _place in badges:
        name = capacity_name(data, bottleneck.kind, bottleneck.id, bottleneck.from_node, bottleneck.to_node)
        worth = _("{money} a year for one more {unit}").format(
            money=money(bottleneck.price_usd_per_unit), unit=per_period(bottleneck.unit, 1.0)
        )
        entries.append(mark_entry(BADGE, f"{name} · {worth}", str(number)))
    return Column(_("Bottlenecks that cost most, and what one more unit of each saves at most"), tuple(entries))


def ends_at(data: Dataset, bottleneck: Bottleneck) -> tuple[str, ...]:
    """Return the ids of the nodes that a bottleneck lies at or between."""
    network = data.network
    if bottleneck.kind == "link":
        row = network.links.row_of.get(plain_link_id(data, bottleneck.id))
        return () if row is None else tuple(str(network.links.text(end)[row]) for end in ("from_node", "to_node"))
    if bottleneck.kind == "transfer":
        return (bottleneck.id.rpartition(":")[0],)
    shared = network.shared_capacities.row_of.get(bottleneck.id)
    node = "" if shared is None else str(network.shared_capacities.text("node_id")[shared])
    return (node,) if node else ()


def _place_of(data: Dataset, bottleneck: Bottleneck) -> Points | None:
    """Return where a bottleneck is: in the middle of a link, at a node, or amid what shares it."""
    network = data.network
    if bottleneck.kind == "link":
        row = network.links.row_of.get(plain_link_id(data, bottleneck.id))
        return None if row is None else halfway(link_lines(data, row))
    nodes = [node for node in ends_at(data, bottleneck) if node in network.nodes.row_of]
    if nodes:
        place: Points = project([position_of(data, nodes[0])])[0]
        return place
    rows = np.flatnonzero(network.links.text("shared_capacity_id") == bottleneck.id)
    if not len(rows):
        return None
    middle: Points = np.vstack([halfway(link_lines(data, int(row))) for row in rows]).mean(axis=0)
    return middle


def _around(anchor: Points, radius: float) -> Iterator[Points]:
    """Yield places around a point, nearest first, without end."""
    ring = 1
    while True:
        for angle in np.radians(60.0 + np.arange(0.0, 360.0, 360.0 / (8 * ring))):
            yield anchor + 2.2 * radius * ring * np.array([np.cos(angle), np.sin(angle)])
        ring += 1
