"""Maps of a network and of plans: links in their true geometry, flows on them, and what scenarios change.

Needs matplotlib, of the extra ``report``. Colors and widths are those of `optimizer.report.map_style`, where their
sources stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.model import MODES
from network.places import unknown_id
from optimizer.language import _, language, n_, name_text, number_text
from optimizer.report.base_map import base_map, extent_of, great_circle
from optimizer.report.geojson import position_of
from optimizer.report.map_badges import badge_column, badges_of, draw_badges, ends_at
from optimizer.report.map_flows import (
    change_columns,
    changes_of,
    draw_flows,
    flow_columns,
    flows_of,
    samples_of,
    tonnes_by_node,
)
from optimizer.report.map_key import Column, key_of, mode_entries, row_of
from optimizer.report.map_labels import draw_places
from optimizer.report.map_links import draw_links, ends_of, links_of, modes_of, ranked_places
from optimizer.report.map_sheet import MapForm, open_sheet, write_map
from optimizer.report.projection import project
from optimizer.report.routes import corridor_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from matplotlib.figure import Figure

    from network.model import Dataset
    from optimizer.report.base_map import Extent, Points
    from optimizer.report.map_badges import Badge
    from optimizer.report.map_flows import Flow
    from optimizer.report.map_links import Links
    from optimizer.result import Plan

__all__ = ["MapForm", "base_map", "check_ids", "draw_map", "great_circle", "write_map"]

N_LABELS = 70
CHANGE_MARGIN_KM = 600.0
"""What a map of changes shows around them."""


def draw_map(
    data: Dataset,
    *,
    plan: Plan | None = None,
    base: Plan | None = None,
    modes: Collection[str] = MODES,
    corridor: str | None = None,
    commodity: str | None = None,
    title: str | None = None,
    has_borders: bool = True,
    places: bool = True,
) -> Figure:
    """Return a map of a network, of the flows of a plan, or of what a plan changes.

    Text is in the language spoken; see `optimizer.language.speaking`.

    Parameters
    ----------
    data
        Dataset, scenarios applied; with a plan, the one that it is of.
    plan
        Draw its flows: width by tonnes a year both ways, color by the use of capacity; full links have a mark, and the
        bottlenecks on them that earn most (price times free capacity) have numbers and stand in the key.
    base
        Draw instead how many tonnes a year more or less `plan` brings to each link than this plan, in a frame around
        what changes, and as wide as it takes to see it.
    modes
        Modes of links and flows to draw.
    corridor
        Id of a corridor to bring out: its links keep their color, the others turn gray, and the frame fits it. Flows
        are those of the routes that belong to it, feeders included.
    commodity
        Draw only flows of this commodity; colors still tell the use by all.
    title
        Heading; None = what is drawn.
    has_borders
        Draw the borders of countries.
    places
        Name places, as far as there is room.

    Raises
    ------
    UnknownIdError
        No corridor or commodity has this id.
    NoPlanError
        A plan has no answer.
    ValueError
        A base or commodity is given without a plan.

    Examples
    --------
    >>> from network import load
    >>> figure = draw_map(load(), corridor="titr", title="Across the Caspian Sea")
    """
    if plan is None and (base is not None or commodity is not None):
        raise ValueError("a base and a commodity belong to a plan; give the plan as well")
    check_ids(data, corridor, commodity)
    for each in (plan, base):
        if each is not None:
            each.raise_for_status()
    links = links_of(data, modes, corridor)
    heading = title if title is not None else _title(data, plan, base, corridor, commodity)
    if plan is None:
        return _map_of_links(data, links, heading, has_borders=has_borders, places=places)
    extent = links.extent()
    shown = [mode for mode in MODES if mode in modes]
    if base is None:
        flows = flows_of(plan, shown, commodity, corridor)
        badges = badges_of(data, plan, flows)
        is_part = commodity is not None or corridor is not None
        badges = [badge for badge in badges if extent.holds(badge.place[None, :])[0]]
        columns = flow_columns(flows, {badge.bottleneck.id for badge in badges}, is_part=is_part)
    else:
        flows, badges = changes_of(plan, base, shown, commodity, corridor), []
        columns = change_columns(flows)
        if corridor is None:
            extent = extent_of(_points(flows), CHANGE_MARGIN_KM)
    return _map_of_flows(data, links, extent, flows, badges, columns, heading, has_borders=has_borders, places=places)


def _points(flows: Sequence[Flow]) -> Points:
    """Return all points of the lines of some flows, (n, 2)."""
    return np.vstack([np.empty((0, 2)), *(line for flow in flows for line in flow.lines)])


def check_ids(data: Dataset, corridor: str | None, commodity: str | None) -> None:
    """Raise `UnknownIdError` where a map is asked for by a corridor or commodity that the data has not."""
    for kind, name, table in (
        ("corridor", corridor, data.network.corridors),
        ("commodity", commodity, data.commodities),
    ):
        if name is not None and name not in table.row_of:
            raise unknown_id(kind, name, table.row_of)


def caveat() -> str:
    """Return what is to be said below a map of a plan."""
    return _("A plan is the cheapest system under these data, not a forecast.")


def _map_of_links(data: Dataset, links: Links, title: str, *, has_borders: bool, places: bool) -> Figure:
    """Return a map of links by mode."""
    key, key_pt = row_of(mode_entries(modes_of(data, links)))
    sheet = open_sheet(links.extent(), title, key, key_pt, (), has_borders=has_borders)
    draw_links(sheet, data, links, is_pale=False)
    met = ends_of(data, links.own)
    if met:
        dots = project([position_of(data, name) for name in met])
        sheet.axes.plot(*dots.T, ".", color="#333333", markersize=2.2, zorder=5.0)
    if places:
        draw_places(sheet, data, ranked_places(data, met), most=N_LABELS)
    return sheet.figure


def _map_of_flows(
    data: Dataset,
    links: Links,
    extent: Extent,
    flows: Sequence[Flow],
    badges: Sequence[Badge],
    columns: tuple[Column, Column],
    title: str,
    *,
    has_borders: bool,
    places: bool,
) -> Figure:
    """Return a map of flows or of differences over pale links, with its key."""
    widths, colors = columns
    modes = Column(_("Links"), mode_entries((mode for mode in modes_of(data, links) if mode != "air"), is_pale=True))
    # The list of bottlenecks is long and wide: the other columns make room for it.
    stacks = ((widths, modes), (colors,), (badge_column(data, badges),)) if badges else ((widths,), (colors,), (modes,))
    key, key_pt = key_of(stacks)
    sheet = open_sheet(extent, title, key, key_pt, (caveat(),), has_borders=has_borders)
    draw_links(sheet, data, links, is_pale=True)
    draw_flows(sheet, flows, {badge.bottleneck.id for badge in badges})
    boxes = draw_badges(sheet, badges)
    if places:
        met = tonnes_by_node(data, flows)
        first = [node for badge in badges for node in ends_at(data, badge.bottleneck) if node in met]
        ranked = list(dict.fromkeys([*first, *ranked_places(data, met)]))
        lines = samples_of(sheet, flows)
        draw_places(sheet, data, ranked, most=N_LABELS, taken=boxes, drawn=lines, always=len(dict.fromkeys(first)))
    return sheet.figure


def _title(data: Dataset, plan: Plan | None, base: Plan | None, corridor: str | None, commodity: str | None) -> str:
    """Return the heading of a map."""
    if plan is None and corridor is not None:
        return corridor_name(data, corridor)
    if plan is None:
        n_nodes, n_links = len(data.network.nodes), len(data.network.links)
        places = n_("{n} place", "{n} places", n_nodes).format(n=number_text(n_nodes))
        links = n_("{n} link", "{n} links", n_links).format(n=number_text(n_links))
        return f"{data.info.title_in(language())} · {places}, {links}"
    if base is None:
        parts = [_("Flows of the cheapest plan, {year}").format(year=plan.year)]
    else:
        known = base.data.applied
        names = " + ".join(each.name_in(language()) for each in plan.data.applied if each not in known)
        parts = [_("What changes in the flows, {year}").format(year=plan.year), names]
    if base is None:
        parts += [each.name_in(language()) for each in plan.data.applied]
    if commodity is not None:
        parts.append(name_text(data.commodities, data.commodities.row_of[commodity]) or commodity)
    if corridor is not None:
        parts.append(corridor_name(data, corridor))
    return " · ".join(part for part in parts if part)
