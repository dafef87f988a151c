"""The virtual network: directed arcs between states (node, mode with gauge), one for route, plan and what-if alike."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from network.errors import CorridorError
from network.model import Mask, Portable, carry_over, freeze
from network.timetable import Timetable, parse_departures
from network.values import commodity_may_use, headway_wait_h, in_year, link_values, months_open, or_zero, spread_h
from optimizer.resources import Resources, Rows, joined, resources_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from network.model import Dataset, Network, Numbers, Table, Texts
    from optimizer.route import Leg, TransferLeg
    from optimizer.weights import Weights


@dataclass(frozen=True, eq=False)
class ArcGraph(Portable):
    """The virtual network of one year (and month).

    States have arrays of shape (n_states,), arcs of shape (n_arcs,). An arc is a passage of a link (`link` is its row,
    `transfer` is -1) or of a transfer (the other way round); links come first, in input order, forward before backward.
    Times are in hours, `cost_usd_per_teu` and `cost_usd_per_t` in USD, NaN where the data gives no price in that unit.
    `spread_h` lies between the median and the 90th percentile of the fixed time: at a border, in a queue, for a
    transfer. It is 0 where the data gives no percentile.
    """

    data: Dataset
    year: int
    month: int | None
    state_node: Rows
    state_mode: Texts
    tail: Rows
    head: Rows
    link: Rows
    transfer: Rows
    is_forward: Mask
    length_km: Numbers
    moving_h: Numbers
    waiting_h: Numbers
    border_h: Numbers
    spread_h: Numbers
    cost_usd_per_teu: Numbers
    cost_usd_per_t: Numbers
    co2_kg_per_t: Numbers
    resources: Resources

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.tail)

    @property
    def n_states(self) -> int:
        """Number of states."""
        return len(self.state_node)

    @cached_property
    def time_h(self) -> Numbers:
        """Hours of each arc, shape (n_arcs,): moving, waiting and at the border."""
        return freeze(self.moving_h + self.waiting_h + self.border_h)

    @cached_property
    def timetables(self) -> Mapping[int, Timetable]:
        """When arcs may be entered, by arc: only those of links with departures or with months in which they close."""
        links = self.data.network.links
        departures, seasons = links.text("departures"), links.text("open_months")
        found: dict[int, Timetable] = {}
        for arc, row in enumerate(self.link.tolist()):
            if row >= 0 and (departures[row] or seasons[row]):
                months = months_open(seasons[row])
                timetable = Timetable(parse_departures(departures[row]), months if len(months) < 12 else ())
                if any(timetable):
                    found[arc] = timetable
        return MappingProxyType(found)

    @cached_property
    def bare_mode(self) -> Texts:
        """Mode without gauge of each state, shape (n_states,)."""
        return freeze(np.array([label.rstrip("0123456789") for label in self.state_mode], dtype=object))

    @cached_property
    def states_of(self) -> dict[int, list[int]]:
        """States by node row."""
        states: dict[int, list[int]] = {}
        for state, node in enumerate(self.state_node.tolist()):
            states.setdefault(node, []).append(state)
        return states


@dataclass(frozen=True, eq=False)
class CommodityArcs(Portable):
    """What one unit of a commodity pays on every arc, each of shape (n_arcs,); `allowed` masks the arcs it may use.

    `legs` keeps the legs of routes that were made, by arc, as many routes pass the same arcs.
    """

    commodity: str
    row: int
    allowed: Mask
    cost_usd: Numbers
    time_h: Numbers
    co2_kg: Numbers
    weight: Numbers
    legs: dict[int, Leg | TransferLeg] = field(default_factory=dict)


def expand(data: Dataset, year: int | None = None, month: int | None = None) -> ArcGraph:
    """Build the virtual network of a year; None takes the base year.

    Links and transfers outside the year, and those with a capacity of 0 (own or shared), have no arcs. With `month`
    (1 to 12) links closed in that month have none either. The last few are kept, as nothing in them ever changes:
    routes, plans and their verification share one.
    """
    # The cache tells calls apart by how they are written, so there is this one way to call it.
    return _kept(data, data.base_year if year is None else year, month)


def build_graph(data: Dataset, year: int, month: int | None) -> ArcGraph:
    """Build the virtual network of a year (and month) anew; see `expand`."""
    network = data.network
    links, transfers = network.links, network.transfers
    shared = network.shared_capacities
    limits = zip(shared.text("shared_capacity_id"), shared.number("capacity"), strict=True)
    closed_shared = {key for key, value in limits if value == 0}
    link_rows = np.flatnonzero(_is_open(links, year, closed_shared) & _is_open_in(links, month))
    transfer_rows = np.flatnonzero(_is_open(transfers, year, closed_shared))

    link, link_forward = _directions(link_rows, links.number("directed"))
    transfer, transfer_forward = _directions(transfer_rows, transfers.number("directed"))
    is_forward = np.concatenate([link_forward, transfer_forward])

    labels, mode = _labels_of(links)
    from_mode, to_mode = (
        np.array([labels.setdefault(label, len(labels)) for label in transfers.text(column)], dtype=np.int64)
        for column in ("from_mode", "to_mode")
    )
    from_node, to_node = network.link_ends
    row_of = network.nodes.row_of
    node = np.array([row_of[key] for key in transfers.text("node_id")], dtype=np.int64)
    n_labels = max(1, len(labels))
    start = np.concatenate([from_node[link] * n_labels + mode[link], node[transfer] * n_labels + from_mode[transfer]])
    end = np.concatenate([to_node[link] * n_labels + mode[link], node[transfer] * n_labels + to_mode[transfer]])
    tail_key, head_key = np.where(is_forward, start, end), np.where(is_forward, end, start)
    is_met = np.zeros(len(network.nodes) * n_labels, dtype=np.bool_)
    is_met[tail_key] = is_met[head_key] = True
    keys = np.flatnonzero(is_met)
    state = np.cumsum(is_met) - 1
    label_names = np.array([*labels, ""], dtype=object)

    no_link, no_transfer = np.full(len(transfer), -1), np.full(len(link), -1)
    all_links, all_transfers = np.concatenate([link, no_link]), np.concatenate([no_transfer, transfer])
    return ArcGraph(
        data=data,
        year=year,
        month=month,
        state_node=freeze(keys // n_labels),
        state_mode=freeze(label_names[keys % n_labels]),
        tail=freeze(state[tail_key]),
        head=freeze(state[head_key]),
        link=freeze(all_links),
        transfer=freeze(all_transfers),
        is_forward=freeze(is_forward),
        **_passage_values(network, link, transfer),
        resources=resources_of(data.network, all_links, all_transfers, is_forward),
    )


def alike(graph: ArcGraph, **changed: Dataset | Resources | Numbers) -> ArcGraph:
    """Return a graph of the same arcs and states with other data, resources or values; it knows its states already."""
    other = replace(graph, **changed)  # type: ignore[arg-type]
    carry_over(graph, other, "bare_mode", "states_of")
    return other


def valued_anew(graph: ArcGraph, data: Dataset) -> ArcGraph:
    """Return a graph with the lengths, times, costs and emissions of data that give it the same arcs."""
    link, transfer = graph.link[graph.link >= 0], graph.transfer[graph.transfer >= 0]
    return alike(graph, data=data, **_passage_values(data.network, link, transfer))


def _passage_values(network: Network, link: Rows, transfer: Rows) -> dict[str, Numbers]:
    """Columns of `ArcGraph` of what passages of links and then of transfers, by row, take and cost."""
    links, transfers = network.links, network.transfers
    values = link_values(network)
    fixed_h = or_zero(links, "fixed_time_h")
    of_links = {
        "length_km": links.number("length_km"),
        "moving_h": values.moving_h,
        "waiting_h": headway_wait_h(network) + np.where(network.is_crossing, 0.0, fixed_h),
        "border_h": np.where(network.is_crossing, fixed_h, 0.0),
        "spread_h": spread_h(links, "fixed_time_h", "fixed_time_p90_h"),
        "cost_usd_per_teu": values.cost_usd_per_teu,
        "cost_usd_per_t": values.cost_usd_per_t,
        "co2_kg_per_t": values.co2_kg_per_t,
    }
    of_transfers = {
        "waiting_h": or_zero(transfers, "time_h"),
        "spread_h": spread_h(transfers, "time_h", "time_p90_h"),
        "cost_usd_per_teu": transfers.number("cost_usd_per_teu"),
        "cost_usd_per_t": transfers.number("cost_usd_per_t"),
        "co2_kg_per_t": or_zero(transfers, "co2_kg_per_t"),
    }
    nothing = np.zeros(len(transfers))
    return {
        name: joined([column[link], of_transfers.get(name, nothing)[transfer]]) for name, column in of_links.items()
    }


_kept = lru_cache(maxsize=4)(build_graph)


def commodity_row(data: Dataset, commodity: str) -> int:
    """Return the row of a commodity.

    Raises
    ------
    UnknownIdError
        No commodity has this id; the message names close matches.
    """
    row = data.commodities.row_of.get(commodity)
    if row is None:
        from network.places import unknown_id

        raise unknown_id("commodity", commodity, data.commodities.row_of)
    return row


def commodity_arcs(graph: ArcGraph, row: int, weights: Weights) -> CommodityArcs:
    """Return what one unit of the commodity in `row` pays on every arc, and the weight that is minimized.

    Weight = cost · USD + (time_per_h + p90_per_h) · hours + co2_per_kg · kg CO2e + calibration · adjustment, all per
    commodity unit. What the spread of the hours adds to their 90th percentile is no sum over arcs and left out.

    Raises
    ------
    CorridorError
        A weight is not finite, or an adjustment of the calibration takes it below 0.
    """
    commodities = graph.data.commodities
    state_allowed = commodity_may_use(commodities, row, graph.bare_mode)
    allowed = state_allowed[graph.tail] & state_allowed[graph.head]
    in_teu = commodities.text("unit")[row] == "teu"
    cost_usd = graph.cost_usd_per_teu if in_teu else graph.cost_usd_per_t
    co2_kg = graph.co2_kg_per_t * commodities.number("t_per_unit")[row]
    per_h = time_per_h(graph.data, row, weights) + weights.p90_per_h
    with np.errstate(over="ignore", invalid="ignore"):
        weight = weights.cost * cost_usd + per_h * graph.time_h + weights.co2_per_kg * co2_kg
    if weights.calibration:
        from optimizer.price_steps import calibrated_weight

        weight = calibrated_weight(graph, row, weight, allowed, weights.calibration)
    if not np.isfinite(weight[allowed]).all():
        arc = int(np.flatnonzero(allowed & ~np.isfinite(weight))[0])
        raise CorridorError(f"no finite cost for {commodities.text('commodity_id')[row]} on {arc_name(graph, arc)}")
    return CommodityArcs(
        commodity=str(commodities.text("commodity_id")[row]),
        row=row,
        allowed=freeze(allowed),
        cost_usd=cost_usd,
        time_h=graph.time_h,
        co2_kg=freeze(co2_kg),
        weight=freeze(weight),
    )


def time_per_h(data: Dataset, row: int, weights: Weights) -> float:
    """Return the USD per hour that the weights put on a unit of the commodity in `row`: theirs, else its own."""
    if weights.time_per_h is not None:
        return weights.time_per_h
    return float(np.nan_to_num(data.commodities.number("time_value_usd_per_unit_h")[row], nan=0.0))


def arc_name(graph: ArcGraph, arc: int) -> str:
    """Return a readable name of an arc: the link id and its ends, or the transfer and its node."""
    nodes = graph.data.network.nodes.text("node_id")
    tail, head = int(graph.tail[arc]), int(graph.head[arc])
    if graph.link[arc] >= 0:
        link_id = graph.data.network.links.text("link_id")[graph.link[arc]]
        return f"{link_id} {nodes[graph.state_node[tail]]}→{nodes[graph.state_node[head]]}"
    return f"{nodes[graph.state_node[tail]]} {graph.state_mode[tail]}→{graph.state_mode[head]}"


def _labels_of(links: Table) -> tuple[dict[str, int], Rows]:
    """Return the modes with gauge in order of first appearance, each with its number, and the number of every link."""
    modes: dict[str, int] = {}
    mode = np.array([modes.setdefault(name, len(modes)) for name in links.text("mode").tolist()], dtype=np.int64)
    gauge = np.where(mode == modes.get("rail", -1), links.number("gauge_mm"), 0.0)
    gauges, which = np.unique(gauge, return_inverse=True)
    key, first, number = np.unique(mode * max(1, len(gauges)) + which, return_index=True, return_inverse=True)
    names = list(modes)
    labels = [
        f"rail{int(gauges[at % len(gauges)])}" if names[at // len(gauges)] == "rail" else names[at // len(gauges)]
        for at in key.tolist()
    ]
    order = np.argsort(first)
    return {labels[at]: place for place, at in enumerate(order.tolist())}, np.argsort(order)[number]


def _is_open(table: Table, year: int, closed_shared: set[str]) -> Mask:
    """Mask of rows that exist in the year and are not closed by a capacity of 0."""
    is_open: Mask = in_year(table, year) & (table.number("capacity") != 0)
    if closed_shared:
        is_open &= np.array([key not in closed_shared for key in table.text("shared_capacity_id")], dtype=np.bool_)
    return is_open


def _is_open_in(links: Table, month: int | None) -> Mask:
    """Mask of links open in a month; all of them where no month is asked for."""
    if month is None:
        return np.ones(len(links), dtype=np.bool_)
    return np.array(
        [not months or month in months_open(months) for months in links.text("open_months")], dtype=np.bool_
    )


def _directions(rows: Rows, directed: Numbers) -> tuple[Rows, Mask]:
    """Rows repeated once per direction of use, forward before backward, and the mask of forward ones."""
    n_directions = np.where(directed[rows] == 1, 1, 2)
    repeated = np.repeat(rows, n_directions)
    is_forward = np.ones(len(repeated), dtype=np.bool_)
    is_forward[np.cumsum(n_directions)[n_directions == 2] - 1] = False
    return repeated, is_forward
