"""Demands grouped into blocks: all that share commodity, origin, avoid lists and deadline flow together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from network.errors import CorridorError, DatasetError, Finding, SolverError, few
from network.model import Mask, Numbers, Portable, freeze, split_list
from optimizer.graph import ArcGraph, CommodityArcs, arc_name, commodity_arcs

if TYPE_CHECKING:
    from network.model import Dataset
    from optimizer.resources import Rows
    from optimizer.weights import Weights

Avoided = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, eq=False)
class Block(Portable):
    """Demands of one commodity from one origin under the same avoid lists and the same deadline.

    Attributes
    ----------
    values
        What one unit pays on every arc of the graph; one object per commodity, shared by its blocks.
    use
        How much of each resource one unit takes, shape (n_resources,), in the resource's unit; finite.
    origin
        Row of the origin node.
    avoid_countries, avoid_modes
        What the block's demands avoid; modes are bare.
    max_time_h
        Hours that a unit may be under way at most; inf where there is no limit.
    arcs
        Arcs of the graph that the block may use, ascending, shape (n_arcs_of_block,).
    demands
        Its demands as positions in the arrays of `DemandBlocks`, ascending.
    destinations
        Rows of its destination nodes, ascending and unique.
    arrival
        For each of `demands` the position of its destination in `destinations`.
    """

    values: CommodityArcs
    use: Numbers
    origin: int
    avoid_countries: frozenset[str]
    avoid_modes: frozenset[str]
    max_time_h: float
    arcs: Rows
    demands: Rows
    destinations: Rows
    arrival: Rows

    @property
    def most_h(self) -> float:
        """`max_time_h` with the room for the rounding of sums that routes have."""
        if self.max_time_h == np.inf:
            return np.inf
        from optimizer.trip import slightly_above

        return slightly_above(self.max_time_h)


@dataclass(frozen=True, eq=False)
class DemandBlocks(Portable):
    """The demands of the graph's year, in row order, and the blocks they form.

    `rows` (rows of ``data.demands``), `origin`, `destination` (rows of nodes), `volume` (commodity units per year) and
    `unmet_cost` (USD per commodity unit, NaN where the demand must be carried) have shape (n_demands,).
    """

    graph: ArcGraph
    weights: Weights
    rows: Rows
    origin: Rows
    destination: Rows
    volume: Numbers
    unmet_cost: Numbers
    blocks: tuple[Block, ...]

    def __len__(self) -> int:
        return len(self.blocks)

    @property
    def n_demands(self) -> int:
        """Number of demands."""
        return len(self.rows)

    @cached_property
    def offsets(self) -> Rows:
        """Where each block's arcs start in arrays over all blocks, shape (n_blocks + 1,)."""
        return freeze(np.cumsum([0, *(len(block.arcs) for block in self.blocks)], dtype=np.int64))

    @cached_property
    def block_of(self) -> Rows:
        """Position of the block of each demand, shape (n_demands,)."""
        block = np.zeros(self.n_demands, dtype=np.int64)
        for at, members in enumerate(self.blocks):
            block[members.demands] = at
        return freeze(block)

    def places(self, block: Rows, arc: Rows) -> Rows:
        """Return where arcs that some blocks may use stand in arrays over the arcs of all blocks; of equal shapes."""
        kind, places = self._places
        return self.offsets[block] + places[kind[block], arc]

    def loaded(self, flow: Numbers) -> tuple[Rows, Rows, Numbers]:
        """Return block, arc and flow of all that is not 0 in an array over the arcs of all blocks."""
        place = np.flatnonzero(flow != 0.0)  # much faster on truths than on numbers
        block = np.searchsorted(self.offsets, place, side="right") - 1
        within = place - self.offsets[block]
        kind, _ = self._places
        arc = np.zeros(len(place), dtype=np.int64)
        for at in np.unique(kind[block]).tolist():
            own = np.flatnonzero(kind[block] == at)
            arc[own] = self.blocks[int(block[own[0]])].arcs[within[own]]
        return block, arc, flow[place]

    def by_commodity(self, flow: Numbers) -> list[tuple[CommodityArcs, Numbers]]:
        """Return what flows on every arc of the graph by commodity, each (n_arcs,)."""
        values = {block.values.row: block.values for block in self.blocks}
        row_of = np.array([block.values.row for block in self.blocks], dtype=np.int64)
        block, arc, volume = self.loaded(flow)
        commodity = row_of[block]
        n_arcs = self.graph.n_arcs
        return [
            (own, np.bincount(arc[at], weights=volume[at], minlength=n_arcs).astype(np.float64, copy=False))
            for row, own in values.items()
            for at in (np.flatnonzero(commodity == row),)
        ]

    @cached_property
    def _places(self) -> tuple[Rows, Rows]:
        """Which of the sets of usable arcs each block has, and the position of every arc in each of these."""
        sets: dict[int, int] = {}
        kind = np.array([sets.setdefault(id(block.arcs), len(sets)) for block in self.blocks], dtype=np.int64)
        places = np.zeros((len(sets), self.graph.n_arcs), dtype=np.int64)
        for at, row in zip(*np.unique(kind, return_index=True), strict=True):
            arcs = self.blocks[row].arcs
            places[at, arcs] = np.arange(len(arcs))
        return kind, places

    @cached_property
    def must_carry(self) -> Mask:
        """Mask over demands that may not be left unmet."""
        return freeze(np.isnan(self.unmet_cost))

    @cached_property
    def demand_ids(self) -> tuple[str, ...]:
        """Ids of the demands, in order."""
        ids = self.graph.data.demands.text("demand_id")
        return tuple(str(ids[row]) for row in self.rows)

    @cached_property
    def max_time_h(self) -> Numbers:
        """Hours that each demand may be under way at most, inf without a limit, shape (n_demands,)."""
        most = np.full(self.n_demands, np.inf)
        for block in self.blocks:
            most[block.demands] = block.max_time_h
        return freeze(most)

    @cached_property
    def limited_ids(self) -> tuple[str, ...]:
        """Ids of the demands with a deadline, in order."""
        return tuple(self.demand_ids[at] for at in np.flatnonzero(np.isfinite(self.max_time_h)))

    def refuse_deadlines(self, who: str, remedy: str = "plan with --solver auto or paths, or clear max_time_h") -> None:
        """Raise where a demand has a deadline: flows by arc cannot tell how long one unit has been under way.

        Raises
        ------
        SolverError
            There is a limit; the message names `who` cannot keep it, the demands, and the remedy.
        """
        if self.limited_ids:
            raise SolverError(
                f"{who} cannot keep the deadline (max_time_h) of demand {few(self.limited_ids)}, as flows on links "
                f"do not tell how long a unit is under way; {remedy}"
            )


def blocks_of(graph: ArcGraph, weights: Weights) -> DemandBlocks:
    """Group the demands of the graph's year into blocks.

    Demands of different origins are never pooled: that would let a unit of one demand stand in for another's.
    Blocks are ordered by their first demand. A demand with an end in an avoided country keeps no arc at that end and
    can only be unmet.

    Raises
    ------
    DatasetError
        The year has no demand; the message lists the years that have.
    ValueError
        The weights price the 90th percentile of times, which is no sum over arcs.
    """
    if weights.p90_per_h:
        raise ValueError("a plan is linear and cannot price the 90th percentile of times; leave p90_per_h out")
    data = graph.data
    demands = data.demands
    rows = demands_in(data, graph.year)
    row_of = data.network.nodes.row_of
    origin, destination = (
        np.array([row_of[str(name)] for name in demands.text(column)[rows]], dtype=np.int64)
        for column in ("origin", "destination")
    )
    members: dict[tuple[int, int, Avoided, float], list[int]] = {}
    commodity_row = data.commodities.row_of
    columns = (demands.text(name)[rows] for name in ("commodity", "avoid_countries", "avoid_modes"))
    most_h = np.nan_to_num(demands.number("max_time_h")[rows], nan=np.inf).tolist()
    for at, (commodity, countries, modes) in enumerate(zip(*columns, strict=True)):
        avoided = (frozenset(split_list(countries)), frozenset(split_list(modes)))
        members.setdefault((commodity_row[commodity], int(origin[at]), avoided, most_h[at]), []).append(at)

    values: dict[int, tuple[CommodityArcs, Numbers]] = {}
    usable: dict[tuple[int, Avoided], Rows] = {}
    open_arcs: dict[Avoided, Mask] = {}
    ends = destination.tolist()
    blocks = []
    for (commodity, start, avoided, max_time_h), positions in members.items():
        if commodity not in values:
            arcs = commodity_arcs(graph, commodity, weights)
            values[commodity] = (arcs, _use(graph, arcs))
        if (commodity, avoided) not in usable:
            if avoided not in open_arcs:
                open_arcs[avoided] = _open_arcs(graph, avoided)
            allowed = values[commodity][0].allowed & open_arcs[avoided]
            usable[commodity, avoided] = freeze(np.flatnonzero(allowed))
        destinations = sorted({ends[at] for at in positions})
        place = {node: at for at, node in enumerate(destinations)}
        blocks.append(
            Block(
                *values[commodity],
                start,
                *avoided,
                max_time_h,
                usable[commodity, avoided],
                freeze(np.array(positions, dtype=np.int64)),
                freeze(np.array(destinations, dtype=np.int64)),
                freeze(np.array([place[ends[at]] for at in positions], dtype=np.int64)),
            )
        )
    return DemandBlocks(
        graph=graph,
        weights=weights,
        rows=freeze(rows),
        origin=freeze(origin),
        destination=freeze(destination),
        volume=freeze(demands.number("volume")[rows]),
        unmet_cost=freeze(demands.number("unmet_cost_usd_per_unit")[rows]),
        blocks=tuple(blocks),
    )


def demands_in(data: Dataset, year: int) -> Rows:
    """Return the rows of the demands of a year; a demand without a year belongs to the base year.

    Raises
    ------
    DatasetError
        There is none; the message lists the years that have demands.
    """
    years = np.nan_to_num(data.demands.number("year"), nan=data.base_year)
    rows = np.flatnonzero(years == year)
    if len(rows):
        return rows
    known = ", ".join(str(int(known)) for known in np.unique(years))
    message = f"no demand in {year}"
    remedy = f"there are demands for {known}: choose one of these years" if known else "add rows to demands.csv"
    raise DatasetError([Finding("demands.csv", 0, "year", "E190", message, remedy)])


def _use(graph: ArcGraph, values: CommodityArcs) -> Numbers:
    """Return what one unit takes of every resource, 0 for resources that the commodity never meets."""
    resources = graph.resources
    met = np.zeros(len(resources), dtype=np.bool_)
    met[resources.resource[values.allowed[resources.arc]]] = True
    use = resources.use_of(graph.data.commodities, values.row)
    unknown = np.flatnonzero(met & np.isnan(use))
    if len(unknown):
        first = int(unknown[0])
        arc = int(resources.arc[resources.resource == first][0])
        raise CorridorError(
            f"{values.commodity} has no factor for the capacity of {arc_name(graph, arc)} in "
            f"{resources.unit[first]}; give it in commodities.csv, 0 where none is meant"
        )
    return freeze(np.where(met, use, 0.0))


def _open_arcs(graph: ArcGraph, avoided: Avoided) -> Mask:
    """Return the mask of arcs that touch no avoided country or mode; a loop is never of use."""
    countries, modes = avoided
    open_state = np.ones(graph.n_states, dtype=np.bool_)
    if countries:
        node_country = graph.data.network.nodes.text("country").tolist()
        open_state &= np.array([country not in countries for country in node_country])[graph.state_node]
    if modes:
        open_state &= np.array([mode not in modes for mode in graph.bare_mode.tolist()], dtype=np.bool_)
    is_open: Mask = open_state[graph.tail] & open_state[graph.head] & (graph.tail != graph.head)
    return is_open
