"""Sections on flows: the map, corridors, the way from demand to destination, links, and what stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.model import MODES
from optimizer.language import _, as_written, mode_text, name_text, number_text
from optimizer.loads import link_loads
from optimizer.plots import corridors, sankey
from optimizer.report import map_style
from optimizer.report.page.blocks import Grid, GridColumn, MapBlock, Paragraph, Section, change, figure, named, words
from optimizer.report.page.geography import base_paths
from optimizer.report.page.pairs import chart_block, compared
from optimizer.report.routes import corridor_name, node_name
from optimizer.streams import streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.report.page.blocks import Block, Cell
    from optimizer.report.page.geography import Frame
    from optimizer.report.page.subject import Subject
    from optimizer.result import Plan

SAMPLES_T = (1e6, 10e6, 50e6)
"""Flows whose width the legend shows."""
CHANGE_PART = 0.25
"""A change is drawn as wide as a flow of which it is this part: changes are smaller than flows."""
LEAST_T = 1.0
"""Tonnes a year below which a link is taken as unused: a share of a millionth of the traffic is rounding."""


def map_section(subject: Subject, values: dict[str, Any], frame: Frame) -> Section:
    """Return the section of the map; `values` are those its script works with."""
    has_flows, has_cases = bool(subject.views), any(case.changed is not None for case in subject.cases)
    names = sorted({node[1] for node in values["nodes"]})
    used = _corridors_in_use(values) if has_flows else set()
    block = MapBlock(
        label=_("Map of the network"),
        base=base_paths(),
        frame=frame,
        has_cases=has_cases,
        has_flows=has_flows,
        views=(
            ("base", _("without it")),
            ("scenario", _("with it")),
            ("difference", _("difference")),
        ),
        modes=[(mode, mode_text(mode), map_style.MODE_COLORS[mode]) for mode in MODES],
        corridors=[
            (at, name or _("outside all corridors"))
            for at, (_key, name) in enumerate(values["corridors"])
            if at in used
        ],
        commodities=[(at, row[1]) for at, row in enumerate(values["commodities"])],
        routes=[route["name"] for route in values["routes"]],
        places=names,
        shades=[*_shades(), (map_style.NO_CAPACITY, _("no capacity given"))],
        more=map_style.MORE,
        less=map_style.LESS,
        widths=[("width", _widths(1.0)), ("width-change", _widths(CHANGE_PART))],
        credits=_(
            "Links © OpenStreetMap contributors (ODbL 1.0), searoute · Base map Natural Earth · "
            "Borders are drawn for orientation and take no side in any dispute"
        ),
    )
    return Section("map", _("Map"), (block,))


def _widths(part: float) -> list[tuple[float, str]]:
    """Return the width and the label, in million tonnes, of some flows or of a part of them."""
    return [(round(map_style.width_of(t), 1), as_written(f"{part * t / 1e6:g}")) for t in SAMPLES_T]


def _shades() -> Iterator[tuple[str, str]]:
    """Yield the color and label of every class of use."""
    below = 0.0
    for up_to, color in map_style.SHADES:
        low, high = number_text(100.0 * below), number_text(100.0 * up_to)
        yield color, _("over {low} %").format(low=low) if up_to > 1.0 else f"{low}–{high} %"
        below = up_to


def _corridors_in_use(values: dict[str, Any]) -> set[int]:
    """Return the positions of the corridors with flow in some view."""
    return {int(flow[3]) for view in values["views"] for flow in view["flows"]}


def flow_section(subject: Subject) -> Section | None:
    """Return corridors, the way of the goods, loads of links and unmet demand; None where nothing was planned."""
    blocks: list[Block] = []
    for case, pair in compared(subject):
        views = [(view.name, view.plan) for view in pair]
        name, plan = views[-1]
        if not all(of.routes for _name, of in views):
            blocks += [Paragraph(_("Nothing is carried."), case=case), *unmet_blocks(plan, case)]
            continue
        blocks.append(chart_block(corridors(views), "corridors", case))
        blocks.append(chart_block(sankey(streams(plan)), "sankey", case, _sankey_note(name)))
        blocks += [corridor_grid(subject, views, case), link_grid(views, case), *unmet_blocks(plan, case)]
    return Section("flows", _("Flows"), tuple(blocks)) if blocks else None


def _sankey_note(name: str) -> str:
    """Return how to read the way of the goods."""
    return _(
        "{name}: from where the goods come, the corridor they take, the crossing or port that names their way, and "
        "where they go. Every tonne counts once in each column."
    ).format(name=name)


def corridor_grid(subject: Subject, views: list[tuple[str, Plan]], case: int | None) -> Grid:
    """Return what every corridor carries in each view."""
    sums = [_by_corridor(plan) for _name, plan in views]
    keys = list(dict.fromkeys(key for of in sums for key in of))
    columns = [GridColumn(_("Corridor"))]
    for name, _plan in views:
        columns += [
            GridColumn(_("kt, {view}").format(view=name), is_number=True),
            GridColumn(_("TEU, {view}").format(view=name), is_number=True),
            GridColumn(_("m USD, {view}").format(view=name), is_number=True),
        ]
    rows = []
    for key in keys:
        cells = [words(corridor_name(subject.data, key) or _("outside all corridors"))]
        for of in sums:
            t, teu, usd = of.get(key, (0.0, 0.0, 0.0))
            cells += [figure(t, 1, 1e3), figure(teu), figure(usd, 1, 1e6)]
        rows.append(tuple(cells))
    total = [words(_("total"))]
    for of in sums:
        t, teu, usd = (sum(row[at] for row in of.values()) for at in range(3))
        total += [figure(t, 1, 1e3), figure(teu), figure(usd, 1, 1e6)]
    note = _("A route belongs to the one corridor with most of its kilometers, so that no tonne counts twice.")
    return Grid(named("corridors", case), _("Corridors"), tuple(columns), tuple(rows), tuple(total), note, case)


def _by_corridor(plan: Plan) -> dict[str, tuple[float, float, float]]:
    """Return tonnes, TEU and money by corridor."""
    sums: dict[str, tuple[float, float, float]] = {}
    for share in plan.by_corridor():
        t, teu, usd = sums.get(share.name, (0.0, 0.0, 0.0))
        in_teu = share.volume if _in_teu(plan, share.commodity) else 0.0
        sums[share.name] = t + share.t, teu + in_teu, usd + share.cost_usd
    return sums


def _in_teu(plan: Plan, commodity: str) -> bool:
    """Tell whether a commodity is counted in TEU."""
    table = plan.data.commodities
    return bool(table.text("unit")[table.row_of[commodity]] == "teu")


def link_grid(views: list[tuple[str, Plan]], case: int | None) -> Grid:
    """Return the load of every link that carries something in a view, the most loaded first."""
    loads = [link_loads(plan) for _name, plan in views]
    last, data = loads[-1], views[-1][1].data
    before = dict(zip(loads[0].link_ids, loads[0].t.tolist(), strict=True)) if len(loads) > 1 else {}
    links = data.network.links
    columns = [
        GridColumn(_("Link")),
        GridColumn(_("Mode")),
        GridColumn(_("km"), is_number=True),
        GridColumn(_("kt there"), is_number=True),
        GridColumn(_("kt back"), is_number=True),
    ]
    if before:
        columns.append(GridColumn(_("Change, kt"), is_number=True))
    columns += [GridColumn(_("Use, %"), is_number=True), GridColumn(_("Grade"))]
    rows: list[tuple[float, tuple[Cell, ...]]] = []
    for row, link_id in enumerate(last.link_ids):
        t, old = float(last.t[row]), before.get(link_id, 0.0)
        if max(t, old) < LEAST_T:
            continue
        start, end = (node_name(data, str(links.text(side)[row])) for side in ("from_node", "to_node"))
        cells = [
            words(f"{start} – {end}", link_id),
            words(mode_text(str(links.text("mode")[row]))),
            figure(float(links.number("length_km")[row])),
            figure(float(last.forward_t[row]), 1, 1e3),
            figure(float(last.backward_t[row]), 1, 1e3),
        ]
        if before:
            cells.append(change(t - old, 1, 1e3))
        use = float(last.use[row])
        cells += [figure(100.0 * use), words(str(links.text("confidence")[row]))]
        rows.append((t, tuple(cells)))
    rows.sort(key=lambda row: -row[0])
    title = _("Links with flow: {view}").format(view=views[-1][0])
    note = _(
        "There and back: from the first place named to the second, and the other way. Use: of the fullest capacity."
    )
    return Grid(named("links", case), title, tuple(columns), tuple(cells for _t, cells in rows), (), note, case)


def unmet_blocks(plan: Plan, case: int | None) -> Iterator[Block]:
    """Yield the demands that stay behind, or say that none does."""
    demands, commodities = plan.data.demands, plan.data.commodities
    if not plan.unmet:
        yield Paragraph(_("All demand is carried."), case=case)
        return
    columns = (
        GridColumn(_("From")),
        GridColumn(_("To")),
        GridColumn(_("Commodity")),
        GridColumn(_("Unit")),
        GridColumn(_("Unmet"), is_number=True),
        GridColumn(_("Asked for"), is_number=True),
        GridColumn(_("Demand")),
    )
    rows = []
    for record in sorted(plan.unmet, key=lambda record: -record.volume):
        row = demands.row_of[record.demand_id]
        commodity = commodities.row_of[str(demands.text("commodity")[row])]
        rows.append(
            (
                *(words(node_name(plan.data, str(demands.text(end)[row]))) for end in ("origin", "destination")),
                words(name_text(commodities, commodity)),
                words({"teu": _("TEU"), "t": _("t")}[str(commodities.text("unit")[commodity])]),
                figure(record.volume),
                figure(float(demands.number("volume")[row])),
                words(record.demand_id),
            )
        )
    yield Grid(named("unmet", case), _("Unmet demand a year"), columns, tuple(rows), case=case)
