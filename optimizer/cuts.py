"""The cut: the capacities that together hold demand back, however it is routed, with a proof anyone can recompute.

The question is that of a plan without money: carry as many tonnes as the capacities allow (the first phase of the
simplex method). Its prices are a fractional cut, in tonnes held back per unit of capacity: by linear programming
duality the least that stays behind is what wants to pass the cut less what the cut lets pass, which for one commodity
is the maximum flow and minimum cut of L. R. Ford and D. R. Fulkerson (*Canadian Journal of Mathematics* 8, 1956), and
for several the Japanese theorem (K. Onaga, O. Kakusho, *IEEE Transactions on Circuit Theory* 18, 1971; M. Iri, *Journal
of the Operations Research Society of Japan* 13, 1971).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from network.errors import Finding, SolverError
from network.model import freeze
from optimizer.options import SolveOptions
from optimizer.proof import cheapest, lower_bound, question_of
from optimizer.weights import Weights

if TYPE_CHECKING:
    from network.model import Mask, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.path_start import Start
    from optimizer.graph import ArcGraph
    from optimizer.linear import FlowSolution
    from optimizer.proof import Question
    from optimizer.resources import Rows

ROUNDING = 1e-6
"""Share of all tonnes at the cut that counts as rounding of the solver."""
NEGLIGIBLE = 1e-9
"""Share of the largest price of a cut below which a price is rounding."""
NO_MONEY = Weights(cost=0.0, time_per_h=0.0)


@dataclass(frozen=True, slots=True)
class CutCapacity:
    """One capacity of a cut.

    Attributes
    ----------
    id, kind, from_node, to_node, capacity, background, unit
        As in `optimizer.flows.Bottleneck`.
    open_months
        Months in which a link is open, such as ``4-11``; empty = all year.
    free
        What the background leaves, per year: trains, TEU, tonnes.
    passes_t, passes_teu
        Tonnes and TEU per year that take it where as much as possible is carried; `passes_teu` counts goods in TEU.
    t_per_unit
        Tonnes per year that one more `unit` lets pass at most.
    """

    id: str
    kind: str
    from_node: str | None
    to_node: str | None
    capacity: float
    background: float
    unit: str
    open_months: str
    free: float
    passes_t: float
    passes_teu: float
    t_per_unit: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Cut:
    """Capacities that together hold demand back.

    Attributes
    ----------
    price
        Tonnes held back per yearly unit of each resource, shape (n_resources,), at least 0.
    left
        Volumes that stay behind where as many tonnes as possible are carried, shape (n_demands,).
    wanted_t, passes_t, shortfall_t
        Tonnes per year that want to pass the cut, that it lets pass, and the difference: no plan leaves less behind.
    behind
        Ids of the demands of which every way passes the cut in full.
    capacities
        The capacities with a price, those that let most tonnes pass first.
    """

    price: Numbers
    left: Numbers
    wanted_t: float
    passes_t: float
    shortfall_t: float
    behind: tuple[str, ...]
    capacities: tuple[CutCapacity, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return the cut as plain values."""
        return {
            "wanted_t": self.wanted_t,
            "passes_t": self.passes_t,
            "shortfall_t": self.shortfall_t,
            "demands": list(self.behind),
            "capacities": [record.to_mapping() for record in self.capacities],
        }


def t_per_unit(blocks: DemandBlocks) -> Numbers:
    """Return the tonnes per unit of every demand, shape (n_demands,); what weighs nothing counts as one a unit."""
    commodities = blocks.graph.data.commodities
    found = np.ones(blocks.n_demands)
    for block in blocks.blocks:
        found[block.demands] = float(commodities.number("t_per_unit")[block.values.row]) or 1.0
    return found


def find_cut(
    blocks: DemandBlocks, counted: Mask, options: SolveOptions = SolveOptions(), start: Start | None = None
) -> Cut | None:
    """Return the cut that holds back some demands, None where the capacities can carry all of them.

    Parameters
    ----------
    blocks
        The demands of a plan; money and hours play no part.
    counted
        The demands that are to be carried, shape (n_demands,): each should have a way where nothing is scarce. The
        others leave their capacity to them.
    options
        Tolerances of the solver.
    start
        Where the plan of these demands stood, which saves time and changes nothing.

    Raises
    ------
    SolverError
        The solver failed, or the cut does not verify.
    """
    worth = t_per_unit(blocks)
    asked = without_money(blocks, np.where(counted, blocks.volume, 0.0), worth)
    solution = _solve(asked, options, start)
    price = np.where(solution.price > NEGLIGIBLE * solution.price.max(initial=0.0), solution.price, 0.0)
    left = np.where(solution.unmet > options.flow_tolerance * asked.volume, solution.unmet, 0.0)
    question = _tonnes_asked(blocks.graph, asked.volume, worth)
    distance = np.minimum(cheapest(question, price), worth)
    wanted_t = float((asked.volume * distance).sum())
    passes_t = float((price * blocks.graph.resources.free).sum())
    shortfall_t = wanted_t - passes_t
    if shortfall_t <= ROUNDING * wanted_t:
        return None
    behind = np.flatnonzero(counted & (blocks.volume > 0.0) & (distance >= worth * (1.0 - ROUNDING)))
    cut = Cut(
        price=freeze(price),
        left=freeze(left),
        wanted_t=wanted_t,
        passes_t=passes_t,
        shortfall_t=shortfall_t,
        behind=tuple(blocks.demand_ids[at] for at in behind),
        capacities=_capacities(asked, solution.flow, price, worth),
    )
    if findings := verify_cut(blocks, counted, cut):
        raise SolverError("the cut does not verify\n" + "\n".join(str(finding) for finding in findings))
    return cut


def proves_infeasible(blocks: DemandBlocks, options: SolveOptions = SolveOptions()) -> bool:
    """Tell whether a verified cut proves that what must be carried cannot all be, whatever else stays behind.

    Raises
    ------
    SolverError
        The solver failed.
    """
    hard = blocks.must_carry & (blocks.volume > 0.0)
    return bool(hard.any()) and find_cut(blocks, freeze(hard), options) is not None


def without_money(blocks: DemandBlocks, volume: Numbers, unmet_cost: Numbers) -> DemandBlocks:
    """Return the question in which ways weigh nothing, with other volumes and other costs of leaving a unit."""
    free_of_money = {
        id(block.values): replace(block.values, weight=freeze(np.zeros(len(block.values.weight))))
        for block in blocks.blocks
    }
    return replace(
        blocks,
        volume=freeze(volume),
        unmet_cost=freeze(unmet_cost),
        blocks=tuple(replace(block, values=free_of_money[id(block.values)]) for block in blocks.blocks),
    )


def verify_cut(blocks: DemandBlocks, counted: Mask, cut: Cut) -> list[Finding]:
    """Return everything in which a cut does not hold; empty = no plan leaves less behind than it says.

    Solver and formulations play no part: that every way of the demands named meets the cut is searched for in the
    network without it, and the tonnes held back are recomputed from the prices by `optimizer.proof`.
    """
    worth = t_per_unit(blocks)
    question = _tonnes_asked(blocks.graph, np.where(counted, blocks.volume, 0.0), worth)
    proven_t = lower_bound(question, cut.price)
    found = []
    if (cut.price < 0.0).any() or not abs(proven_t - cut.shortfall_t) <= ROUNDING * cut.wanted_t:
        message = f"the cut holds back {proven_t:.9g} t a year, not {cut.shortfall_t:.9g}"
        found.append(Finding("", 0, "shortfall_t", "V460", message, "look for the cut again"))
    around = cheapest(_without_cut(question, cut.price), np.zeros(len(cut.price)))
    named = set(cut.behind)
    for at, demand_id in enumerate(blocks.demand_ids):
        if demand_id in named and np.isfinite(around[at]):
            message = f"a way of demand {demand_id} meets no capacity of the cut"
            found.append(Finding("", 0, "demands", "V461", message, "look for the cut again"))
    return found


def _solve(asked: DemandBlocks, options: SolveOptions, start: Start | None) -> FlowSolution:
    """Return how most tonnes are carried.

    Raises
    ------
    SolverError
        The solver failed.
    """
    from optimizer.formulations import arc_flow, path_flow
    from optimizer.solvers import highs

    solution = path_flow.solve(asked, options, start)
    if solution is None:
        model = arc_flow.build(asked)
        solution = arc_flow.read(model, highs.solve(model.linear, options))
    if solution.status != "optimal":
        raise SolverError(f"no cut was found: {solution.message or solution.status}; allow more time")
    return solution


def _tonnes_asked(graph: ArcGraph, volume: Numbers, worth: Numbers) -> Question:
    """Return the question in tonnes for the proof."""
    return replace(question_of(graph, NO_MONEY), volume=freeze(volume), unmet_cost=freeze(worth))


def _without_cut(question: Question, price: Numbers) -> Question:
    """Return the question of a network without the arcs that draw on priced capacities."""
    resources = question.graph.resources
    groups = []
    for group in question.groups:
        draws = ((price > 0.0) & (group.use > 0.0))[resources.resource]
        usable = group.usable.copy()
        usable[resources.arc[draws]] = False
        groups.append(replace(group, usable=freeze(usable)))
    return replace(question, groups=tuple(groups))


def _capacities(asked: DemandBlocks, flow: Numbers, price: Numbers, worth: Numbers) -> tuple[CutCapacity, ...]:
    """Return the records of the priced capacities."""
    graph, resources = asked.graph, asked.graph.resources
    in_teu = graph.data.commodities.text("unit") == "teu"
    passes_t, passes_teu = np.zeros(len(resources)), np.zeros(len(resources))
    for at, block in enumerate(asked.blocks):
        on_arc = np.zeros(graph.n_arcs)
        on_arc[block.arcs] = flow[asked.offsets[at] : asked.offsets[at + 1]]
        drawn = np.bincount(resources.resource, weights=on_arc[resources.arc], minlength=len(resources))
        taking = np.where(block.use > 0.0, drawn, 0.0)
        passes_t += taking * worth[block.demands[0]]
        passes_teu += taking * bool(in_teu[block.values.row])
    priced = np.flatnonzero(price)
    order: Rows = priced[np.argsort(-(price * resources.free)[priced], kind="stable")]
    return tuple(
        CutCapacity(
            id=str(resources.ids[at]),
            kind=str(resources.kind[at]),
            from_node=str(resources.from_node[at]) or None,
            to_node=str(resources.to_node[at]) or None,
            capacity=float(resources.capacity[at]),
            background=float(resources.background[at]),
            unit=str(resources.unit[at]),
            open_months=open_months(graph, at),
            free=float(resources.free[at]),
            passes_t=float(passes_t[at]),
            passes_teu=float(passes_teu[at]),
            t_per_unit=float(price[at] * resources.per_year[at]),
        )
        for at in order.tolist()
    )


def open_months(graph: ArcGraph, resource: int) -> str:
    """Return the months in which the link of a resource is open, empty for all year and for what is no link."""
    if graph.resources.kind[resource] != "link":
        return ""
    links = graph.data.network.links
    return str(links.text("open_months")[links.row_of[str(graph.resources.ids[resource])]])
