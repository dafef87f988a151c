"""Why demand stays behind: no way, a way that does not pay, or capacities that are too small, and which.

A plan leaves a demand behind where its cheapest way costs more than leaving it, the prices of scarce capacity included:
that is its optimality condition, so the reasons told here are the numbers of its proof. Which capacities hold back
tonnes whatever anything costs is the cut of `optimizer.cuts`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from network.errors import NoRouteError, SolverError, few
from network.model import freeze
from optimizer.cut_off import has_way, quickest_h
from optimizer.cuts import find_cut, t_per_unit
from optimizer.formulations.priced_ways import surroundings_of, ways_from, weights_for
from optimizer.formulations.timed_ways import ways_in_time
from optimizer.graph import arc_name, build_graph, commodity_arcs
from optimizer.linear import HAS_ANSWER
from optimizer.listing import frame_of
from optimizer.options import SolveOptions

if TYPE_CHECKING:
    import pandas as pd

    from network.model import Dataset, Mask, Numbers, Table
    from optimizer.blocks import Block, DemandBlocks
    from optimizer.cuts import Cut
    from optimizer.formulations.priced_ways import Surroundings, Way
    from optimizer.result import Plan

Reason = Literal["no_way", "too_slow", "too_dear", "outbid", "capacity"]
"""``too_slow``: no way keeps the deadline; ``outbid``: the capacity on its ways is worth more to others;
``capacity``: not all that needs it can pass at all."""


@dataclass(frozen=True, slots=True)
class Scarce:
    """A capacity on a way, and what its scarcity adds to it in USD per unit of the demand."""

    id: str
    kind: str
    from_node: str | None
    to_node: str | None
    price_usd: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A demand that is left behind in part or whole, and why.

    Attributes
    ----------
    demand_id, volume, of, t
        The demand, what of it stays in commodity units per year, its whole volume, and the tonnes that stay.
    reason
        ``no_way``: no link or transfer it may use leads there. ``too_slow``: some do, but no way keeps its deadline.
        ``too_dear``: its cheapest way within the limit costs more than leaving it even where nothing is scarce.
        ``capacity``: every way passes the cut. ``outbid``: it could be carried, but the capacity it needs saves more
        elsewhere.
    unmet_cost_usd
        USD per unit for leaving it; None where it must be carried.
    free_way_usd
        Weight of the cheapest way within the deadline, where nothing is scarce, in USD per unit; None without one.
    way_usd, price_usd
        Of the cheapest way at the prices of the plan: its weight, and the prices of scarce capacity on it, in USD per
        unit. None without a way, and where there is no plan that has prices.
    scarce
        What `price_usd` is made of, the largest part first.
    remedy
        Where there is no way, or none in time, what the data says of it and what would open one; empty otherwise.
    """

    demand_id: str
    volume: float
    of: float
    t: float
    reason: Reason
    unmet_cost_usd: float | None
    free_way_usd: float | None
    way_usd: float | None
    price_usd: float | None
    scarce: tuple[Scarce, ...] = ()
    remedy: str = ""

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return {**asdict(self), "scarce": [record.to_mapping() for record in self.scarce]}

    @property
    def scarce_ids(self) -> tuple[str, ...]:
        """Ids of the scarce capacities on the cheapest way."""
        return tuple(record.id for record in self.scarce)


LEFT_BEHIND_COLUMNS = (
    *("demand_id", "volume", "of", "t", "reason", "unmet_cost_usd", "free_way_usd", "way_usd", "price_usd"),
    *("scarce_ids", "remedy"),
)
"""Columns of the table of demands left behind."""


@dataclass(frozen=True, eq=False)
class Shortfall:
    """What a plan leaves behind and why; without an answer, which of the demands that must be carried cannot be.

    `demands` are sorted by tonnes, the most first. `cut` is what holds tonnes back whatever they cost; None where the
    capacities could carry everything.
    """

    plan: Plan
    demands: tuple[LeftBehind, ...]
    cut: Cut | None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per demand, with the attributes of `LeftBehind` as columns, but only the ids of `scarce`."""
        return frame_of(self.demands, LEFT_BEHIND_COLUMNS)

    def to_mapping(self) -> dict[str, Any]:
        """Return the shortfall as plain values: ``shortfall`` in the JSON of ``corridor plan``."""
        return {
            "demands": [record.to_mapping() for record in self.demands],
            "cut": None if self.cut is None else self.cut.to_mapping(),
        }


def explain_unmet(plan: Plan, options: SolveOptions = SolveOptions()) -> Shortfall:
    """Return why a plan leaves demand behind, or why demands that must be carried cannot be.

    Parameters
    ----------
    plan
        A plan with demand left behind, or an infeasible one.
    options
        Tolerances for the search for the cut.

    Raises
    ------
    SolverError
        The search for the cut failed.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> explain_unmet(plan_flows(load())).demands  # doctest: +SKIP
    ()
    """
    blocks = plan.blocks
    has_answer = plan.status in HAS_ANSWER
    asked = blocks.volume > 0.0 if has_answer else (blocks.volume > 0.0) & blocks.must_carry
    if has_answer and not plan.unmet:
        return Shortfall(plan, (), None)
    open_mask = has_way(blocks, asked)
    cut = find_cut(blocks, freeze(asked & open_mask), options, plan.start)
    if has_answer:
        volume = plan.unmet_volume
    else:
        stuck = np.zeros(blocks.n_demands) if cut is None else cut.left
        volume = np.where(asked & ~open_mask, blocks.volume, stuck)
    behind = frozenset() if cut is None else frozenset(cut.behind)
    around = surroundings_of(blocks.graph)
    least_h = quickest_h(blocks, _out_of_time(blocks, asked & ~open_mask))
    t = t_per_unit(blocks)
    records = []
    for block in blocks.blocks:
        for at in block.demands.tolist():
            if volume[at] > 0.0:
                if open_mask[at]:
                    record = _held_back(plan, around, block, at, behind)
                else:
                    record = _no_way(blocks, block, at, float(least_h[at]))
                records.append(replace(record, volume=float(volume[at]), t=float(volume[at] * t[at])))
    records.sort(key=lambda record: (-record.t, record.demand_id))
    return Shortfall(plan, tuple(records), cut)


def why_infeasible(blocks: DemandBlocks) -> str:
    """Return in freight words why demands that must be carried cannot be: no way at all, or the cut that is too small.

    A search for the cut that fails leaves the message without it: what cannot be explained is infeasible all the same.
    """
    asked = blocks.must_carry & (blocks.volume > 0.0)
    open_mask = has_way(blocks, asked)
    least_h = quickest_h(blocks, _out_of_time(blocks, asked & ~open_mask))
    slow = np.flatnonzero(np.isfinite(least_h)).tolist()
    if slow:
        told = few(f"{blocks.demand_ids[at]} ({_hours_told(blocks, at, float(least_h[at]))})" for at in slow)
        return (
            f"no way keeps the deadline of demand {told}; raise max_time_h, speed up a link or transfer, or give "
            "the demand an unmet cost"
        )
    cut_off = [blocks.demand_ids[at] for at in np.flatnonzero(asked & ~open_mask)]
    if cut_off:
        return (
            f"no way leads from origin to destination of demand {few(cut_off)} under its avoid lists; "
            "add a link or transfer, or give the demand an unmet cost"
        )
    try:
        cut = find_cut(blocks, freeze(asked & open_mask))
    except SolverError:
        cut = None
    if cut is None:
        hard = [blocks.demand_ids[at] for at in np.flatnonzero(asked)]
        return (
            f"capacity is too small for the demands that must be carried ({few(hard)}); "
            "raise capacities or give these demands an unmet cost to see where they stop"
        )
    held = ", ".join(
        f"{record.id}{f' {record.from_node} → {record.to_node}' if record.from_node else ''} "
        f"({record.capacity - min(record.background, record.capacity):,.6g} {record.unit} free)"
        for record in cut.capacities[:3]
    )
    more = len(cut.capacities) - 3
    return (
        f"capacity is too small for the demands that must be carried: {cut.wanted_t:,.0f} t a year of "
        f"{few(cut.behind)} need {held}{f' and {more} more' if more > 0 else ''}, where {cut.passes_t:,.0f} t pass; "
        f"{cut.shortfall_t:,.0f} t cannot be carried: raise these capacities or give these demands an unmet cost"
    )


def _out_of_time(blocks: DemandBlocks, without_way: Mask) -> Mask:
    """Return the mask of the demands without a way that have a deadline, (n_demands,)."""
    return without_way & np.isfinite(blocks.max_time_h)


def _hours_told(blocks: DemandBlocks, demand: int, least_h: float) -> str:
    """Return in words how long the quickest way of a demand takes and how long it may."""
    return f"{blocks.max_time_h[demand]:,.6g} h allowed, the quickest way takes {least_h:,.6g} h"


def _held_back(plan: Plan, around: Surroundings, block: Block, demand: int, behind: frozenset[str]) -> LeftBehind:
    """Return why a demand that has a way is not carried in full; the volume is for the caller to fill in."""
    blocks = plan.blocks
    weight = weights_for(block)
    destination = int(blocks.destination[demand])
    free_way_usd = ways_in_time(around, block, [destination], weight)[destination].weight
    unmet_cost = None if blocks.must_carry[demand] else float(blocks.unmet_cost[demand])
    way_usd, price_usd = None, None
    scarce: tuple[Scarce, ...] = ()
    if plan.status in HAS_ANSWER:
        resources = blocks.graph.resources
        priced = np.array(weight)
        np.add.at(priced, resources.arc, (plan.price * block.use)[resources.resource])
        way = ways_in_time(around, block, [destination], priced.tolist())[destination].way
        way_usd = sum(weight[arc] for arc in way)
        scarce = _scarce_on(plan, block, way)
        price_usd = sum(record.price_usd for record in scarce)
    if unmet_cost is not None and free_way_usd >= unmet_cost:
        reason: Reason = "too_dear"
    else:
        reason = "capacity" if unmet_cost is None or blocks.demand_ids[demand] in behind else "outbid"
    return LeftBehind(
        demand_id=blocks.demand_ids[demand],
        volume=0.0,
        of=float(blocks.volume[demand]),
        t=0.0,
        reason=reason,
        unmet_cost_usd=unmet_cost,
        free_way_usd=free_way_usd,
        way_usd=way_usd,
        price_usd=price_usd,
        scarce=scarce,
    )


def _scarce_on(plan: Plan, block: Block, way: Way) -> tuple[Scarce, ...]:
    """Return the capacities with a price on a way."""
    graph, resources = plan.blocks.graph, plan.blocks.graph.resources
    times = np.bincount(np.array(way, dtype=np.int64), minlength=graph.n_arcs)
    passages = np.bincount(resources.resource, weights=times[resources.arc], minlength=len(resources))
    usd = plan.price * block.use * passages
    order = sorted(np.flatnonzero(usd > 0.0).tolist(), key=lambda at: -usd[at])
    return tuple(
        Scarce(
            id=str(resources.ids[at]),
            kind=str(resources.kind[at]),
            from_node=str(resources.from_node[at]) or None,
            to_node=str(resources.to_node[at]) or None,
            price_usd=float(usd[at]),
        )
        for at in order
    )


def _no_way(blocks: DemandBlocks, block: Block, demand: int, least_h: float) -> LeftBehind:
    """Return the record of a demand that no way serves, or none in time; the volume is for the caller to fill in.

    `least_h` are the hours of its quickest way where it has one that breaks its limit, else inf.
    """
    if np.isfinite(least_h):
        reason: Reason = "too_slow"
        remedy = f"{_hours_told(blocks, demand, least_h)}; raise max_time_h or speed up a link or transfer"
    else:
        reason, remedy = "no_way", what_opens(blocks, block, demand)
    return LeftBehind(
        demand_id=blocks.demand_ids[demand],
        volume=0.0,
        of=float(blocks.volume[demand]),
        t=0.0,
        reason=reason,
        unmet_cost_usd=None if blocks.must_carry[demand] else float(blocks.unmet_cost[demand]),
        free_way_usd=None,
        way_usd=None,
        price_usd=None,
        remedy=remedy,
    )


def what_opens(blocks: DemandBlocks, block: Block, demand: int) -> str:
    """Return what keeps a demand without a way from having one, and the smallest change that opens one.

    Avoid lists are judged as for a route (`optimizer.blocking`). Where they are not to blame, links and transfers that
    a capacity of 0 or their years close are opened in thought, and a way with the fewest of them is named.
    """
    from optimizer.routing import find_routes

    data, year = blocks.graph.data, blocks.graph.year
    nodes = data.network.nodes.text("node_id")
    origin, destination = str(nodes[block.origin]), str(nodes[blocks.destination[demand]])
    try:
        find_routes(
            data,
            origin,
            destination,
            commodity=block.values.commodity,
            k=1,
            year=year,
            avoid_countries=set(block.avoid_countries),
            avoid_modes=set(block.avoid_modes),
        )
    except NoRouteError as error:
        if error.blocking:
            return str(error)
    closed = _fewest_closed(data, blocks, block, int(blocks.destination[demand]))
    if closed:
        return f"no way is open for {block.values.commodity} in {year}; to open {few(closed)} makes one"
    return (
        f"no links and transfers, open or closed, lead from {origin} to {destination} for {block.values.commodity}; "
        "add a link or transfer"
    )


def _fewest_closed(data: Dataset, blocks: DemandBlocks, block: Block, destination: int) -> list[str]:
    """Return the closed passages of a way that takes the fewest of them; empty where there is no way at all."""
    network = data.network
    tables = {name: _opened(getattr(network, name)) for name in ("links", "transfers", "shared_capacities")}
    graph = build_graph(replace(data, network=replace(network, **tables)), blocks.graph.year, None)
    barred = np.isin(network.nodes.text("country").astype(str), sorted(block.avoid_countries))
    barred_state = barred[graph.state_node] | np.isin(graph.bare_mode.astype(str), sorted(block.avoid_modes))
    values = commodity_arcs(graph, block.values.row, blocks.weights)
    usable = values.allowed & ~barred_state[graph.tail] & ~barred_state[graph.head]
    was_open = np.isin(graph.link, blocks.graph.link) & np.isin(graph.transfer, blocks.graph.transfer)
    weight = np.where(usable, np.where(was_open, 0.0, 1.0), np.inf)
    _, found = ways_from(surroundings_of(graph), block.origin, [destination], weight.tolist())
    if destination not in found or not np.isfinite(found[destination].weight):
        return []
    return [arc_name(graph, arc) for arc in found[destination].way if not was_open[arc]]


def _opened(table: Table) -> Table:
    """Return a table of capacities without those of 0, in all years."""
    capacity = table.number("capacity")
    changed: dict[str, Numbers] = {"capacity": np.where(capacity == 0.0, np.nan, capacity)}
    changed |= {name: np.full(len(table), np.nan) for name in ("from_year", "to_year") if name in table.columns}
    return table.with_columns(changed)
