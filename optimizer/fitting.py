"""The linear programs of a calibration: adjustments from the duals of bands, and steps where ties leave a band.

Equation numbers are those of ``docs/calibration.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from network.errors import NoPlanError
from network.values import counted_per_unit
from optimizer.formulations import arc_flow
from optimizer.formulations.bands import Face, Line, Relief, extended, observed, optimal_face
from optimizer.graph import commodity_arcs
from optimizer.price_steps import marked_arcs
from optimizer.solvers import highs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from network.model import Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.calibration import Target
    from optimizer.linear import LinearModel, LinearSolution
    from optimizer.options import SolveOptions

INNER = 0.99
"""Share of its band in which a flow is fitted, so that rounding does not lead out of it."""

ROUNDING = 1e-6
"""Share of a flow by which it may be off a band: rounding of the solver."""

UNUSED = "No demand of the year may use these links."
OUT_OF_REACH = "Demands, capacities, other targets, weights of at least 0 or the largest adjustment bar it."
BEHIND = "Only if demand is left behind that the plan carries."
TIES = "Other plans are as cheap and leave the band."
"""Why a target is not reproduced."""

Entries = tuple[tuple[int, float], ...]
"""What one unit counts for each target that it meets on a link: positions and values."""


@dataclass(frozen=True, eq=False)
class Fitting:
    """F1 of a year with a row per target, each between the ends of its band."""

    blocks: DemandBlocks
    targets: tuple[Target, ...]
    model: LinearModel
    lines: tuple[Line, ...]
    options: SolveOptions


def fitting_of(blocks: DemandBlocks, targets: Sequence[Target], options: SolveOptions) -> Fitting:
    """Return the fitting of some blocks to targets, (C1); bands are narrowed towards the published flow by `INNER`."""
    lines = []
    for target in targets:
        columns, values = observed(blocks, target.links, target.unit, target.commodities)
        low, high = (target.published + INNER * (end - target.published) for end in (target.low, target.high))
        lines.append(Line(columns, values, low, high))
    blocks.refuse_deadlines("The calibration", "clear max_time_h of the demands it is fitted with")
    return Fitting(blocks, tuple(targets), arc_flow.build(blocks).linear, tuple(lines), options)


def solved(fitting: Fitting, model: LinearModel) -> LinearSolution:
    """Solve a model of the fitting.

    Raises
    ------
    NoPlanError
        There is no optimum.
    """
    return _optimal(fitting, highs.solve(model, fitting.options))


def face_of(fitting: Fitting) -> Face:
    """Return all plans that are optimal at the costs of the fitting's model; (C4)."""
    return optimal_face(fitting.model, solved(fitting, fitting.model))


def ranges(fitting: Fitting, face: Face) -> list[tuple[float, float]]:
    """Return the smallest and largest flow of every target over all optimal plans, infinite where cycles are free."""
    return [(_least(fitting, face, line, 1.0), -_least(fitting, face, line, -1.0)) for line in fitting.lines]


def lightest(fitting: Fitting) -> dict[Entries, float]:
    """Return the least weight of a unit on any link where it counts for targets, by what it counts for which.

    Every commodity counts, those without demand too: no weight may fall below 0.
    """
    graph, commodities = fitting.blocks.graph, fitting.blocks.graph.data.commodities
    marked = np.zeros((len(fitting.targets), graph.n_arcs), dtype=np.bool_)
    for at, target in enumerate(fitting.targets):
        marked[at] = marked_arcs(graph, target.links)
    least: dict[Entries, float] = {}
    for row in range(len(commodities)):
        values = commodity_arcs(graph, row, fitting.blocks.weights)
        counted = [counted_per_unit(commodities, row, target.unit, target.commodities) for target in fitting.targets]
        for arc in np.flatnonzero(values.allowed & marked.any(axis=0)).tolist():
            met = np.flatnonzero(marked[:, arc]).tolist()
            entries = tuple((at, counted[at]) for at in met if counted[at])
            if entries:
                weight = float(values.weight[arc])
                least[entries] = min(weight, least.get(entries, np.inf))
    return least


def margins_of(fitting: Fitting, wanted: Sequence[float]) -> Numbers:
    """Return the margin of every target: that wanted, but together no more than half of any weight."""
    margins = np.array(wanted, dtype=np.float64)
    for entries, weight in lightest(fitting).items():
        for at, counted in entries:
            margins[at] = min(margins[at], weight / (2.0 * counted * len(entries)))
    return margins


def adjustments_of(
    fitting: Fitting, margins: Numbers, largest: Sequence[float], first: LinearSolution
) -> tuple[dict[int, str], Numbers]:
    """Return why targets are given up, and the adjustment of every target in USD per unit, 0 for those.

    The adjustments are minus the duals of the bands in (C1). Reliefs of the bands bound them, (C3): a unit that counts
    without being carried costs as much as the lightest unit that is, less the margins, so that no weight falls below 0
    at a step; a unit more or less costs `largest`. While flows stay outside their bands all the same, the target that
    is farthest off is given up; then, while demand is left behind that `first`, the plan without bands, carries, the
    one that is made dearest. Each of them is tried once more beside those that are left.
    """
    least = lightest(fitting)
    carried = ROUNDING * float(fitting.blocks.volume.sum()) + _left_behind(fitting, first.x)

    def fit(chosen: Sequence[int]) -> tuple[tuple[int, str] | None, Numbers]:
        """Return which of some targets is to be given up and why, and the adjustments."""
        bands = [fitting.lines[at] for at in chosen]
        solution = solved(fitting, extended(fitting.model, bands, _reliefs(chosen, least, margins, largest)))
        missed = [_missed(fitting, at, solution.x) for at in chosen]
        found = np.zeros(len(fitting.targets))
        found[chosen] = -solution.dual[fitting.model.n_rows :]
        if max(missed) > ROUNDING:
            return (chosen[missed.index(max(missed))], OUT_OF_REACH), found
        if _left_behind(fitting, solution.x) > carried:
            return (max(chosen, key=lambda at: found[at] / largest[at]), BEHIND), found
        return None, found

    lost = {at: UNUSED for at, line in enumerate(fitting.lines) if not len(line.columns)}
    chosen = [at for at in range(len(fitting.targets)) if at not in lost]
    found = np.zeros(len(fitting.targets))
    while chosen:
        given_up, found = fit(chosen)
        if given_up is None:
            break
        found = np.zeros(len(fitting.targets))
        lost |= [given_up]
        chosen.remove(given_up[0])
    for at in [at for at, why in lost.items() if why != UNUSED]:
        given_up, again = fit([*chosen, at])
        if given_up is None:
            found = again
            chosen.append(at)
            del lost[at]
    return lost, found


def _reliefs(
    chosen: Sequence[int], least: Mapping[Entries, float], margins: Numbers, largest: Sequence[float]
) -> list[Relief]:
    """Return what leaving the bands of some targets may cost."""
    position = {target: at for at, target in enumerate(chosen)}
    priced = [
        (max(0.0, weight - sum(counted * float(margins[at]) for at, counted in entries)), entries)
        for entries, weight in least.items()
    ]
    priced += [(largest[at], ((at, sign),)) for at in chosen for sign in (1.0, -1.0)]
    reliefs = [
        Relief(cost, tuple((position[at], counted) for at, counted in entries if at in position))
        for cost, entries in priced
    ]
    return [relief for relief in reliefs if relief.entries]


def _missed(fitting: Fitting, at: int, x: Numbers) -> float:
    """Return by how much the flow of a target leaves its band, as a share of what was published."""
    line = fitting.lines[at]
    flow = line.at(x)
    return max(0.0, line.lower - flow, flow - line.upper) / max(1.0, fitting.targets[at].published)


def _left_behind(fitting: Fitting, x: Numbers) -> float:
    """Return the units of demand that a solution leaves unmet; they are the last columns of F1."""
    n_columns = fitting.model.n_columns
    return float(x[n_columns - fitting.blocks.n_demands : n_columns].sum())


def steps_of(fitting: Fitting, chosen: Sequence[int], adjustments: Numbers) -> dict[int, float]:
    """Return the size of the step of every target that has plans outside its band among those that are optimal.

    Of the plans that are optimal at the adjustments, the one closest to the published flows gives the sizes: (C4).
    """
    cost = fitting.model.cost.copy()
    for at in chosen:
        line = fitting.lines[at]
        np.add.at(cost, line.columns, adjustments[at] * line.values)
    adjusted = replace(fitting, model=replace(fitting.model, cost=cost))
    if not chosen:
        return {}
    face = face_of(adjusted)
    found = ranges(adjusted, face)
    tied = [at for at in chosen if not in_band(fitting.targets[at], *found[at])]
    if not tied:
        return {}
    bands = [face.line(fitting.lines[at])[0] for at in chosen]
    aims = [
        face.line(replace(fitting.lines[at], lower=published, upper=published))[0]
        for at in chosen
        for published in (fitting.targets[at].published,)
    ]
    reliefs = [
        Relief(1.0 / max(1.0, fitting.targets[at].published), ((len(bands) + position, sign),))
        for position, at in enumerate(chosen)
        for sign in (1.0, -1.0)
    ]
    closest = solved(fitting, extended(face.model, [*bands, *aims], reliefs))
    x = face.x.copy()
    x[face.columns] = closest.x[: len(face.columns)]
    return {at: fitting.lines[at].at(x) for at in tied}


def in_band(target: Target, least: float, most: float) -> bool:
    """Say whether flows from `least` to `most` are all within the band of a target."""
    slack = ROUNDING * max(1.0, target.published)
    return target.low - slack <= least and most <= target.high + slack


def _least(fitting: Fitting, face: Face, line: Line, sign: float) -> float:
    """Return the smallest value of a row times `sign` over a face."""
    inside, constant = face.line(line)
    if not len(inside.columns):
        return sign * constant
    cost = np.zeros(len(face.columns))
    np.add.at(cost, inside.columns, sign * inside.values)
    solution = highs.solve(replace(face.model, cost=cost), fitting.options)
    return -np.inf if solution.status == "unbounded" else _optimal(fitting, solution).objective + sign * constant


def _optimal(fitting: Fitting, solution: LinearSolution) -> LinearSolution:
    if solution.status == "optimal":
        return solution
    year = fitting.blocks.graph.year
    raise NoPlanError(f"no plan for {year} to calibrate: {solution.message or solution.status}; plan it to learn why")
