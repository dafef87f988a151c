"""What a capacity, a cost or a demand is worth as it grows: the optimum as a function of one number, exactly.

A curve holds the breakpoints themselves, not samples: between two of them the optimum is a straight line, and its slope
is the price. Capacities and demands give convex functions, costs concave ones (`optimizer.envelope` names the sources).
Every breakpoint is planned in full, so that its money is that of a verified plan. See docs/curves.md.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from network.errors import NoPlanError, SolverError
from optimizer.envelope import Piece, check_convex, pieces_between
from optimizer.feasible_range import feasible_from, feasible_to
from optimizer.listing import frame_of
from optimizer.one_number import CostQuestion, DemandQuestion, NamedCapacity, rounded
from optimizer.options import SolveOptions
from optimizer.replanning import prepare
from optimizer.resource_names import limited_rows, opened, resolve_resource
from optimizer.selecting import demands_meant, links_meant
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from network.model import Dataset
    from optimizer.envelope import Line

Kind = Literal["capacity", "cost", "demand"]
SAME_OPTIMUM = 1e-7
"""Share of its largest value by which a curve and the plan of a point may differ: its ends may be degenerate."""
PRESENT = 1e-9
"""Share of a curve's length by which a breakpoint may miss the present place by rounding."""
ROOM = 1.1
"""How far a curve goes beyond the last place of interest where nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A breakpoint of a curve, an end of it, or the present place.

    Attributes
    ----------
    at
        Capacity in its own unit, or how many times the present costs or volumes.
    objective_usd, cost_usd
        What is minimized, and what is paid, in USD per year; of all plans of least objective the money of one.
    used
        What the plan takes of the capacity in its own unit, background included; tonne-kilometers a year on the links
        of a cost curve, tonnes a year that are carried of the demands of a demand curve.
    price_left_usd_per_unit, price_right_usd_per_unit
        USD per year by which one more unit of `at` changes the objective, before and behind the point: what it saves of
        a capacity, what it adds of a cost or demand. None at the ends.
    """

    at: float
    objective_usd: float
    cost_usd: float
    used: float
    price_left_usd_per_unit: float | None
    price_right_usd_per_unit: float | None

    def to_mapping(self) -> dict[str, Any]:
        """Return the point as plain values."""
        return asdict(self)


POINT_COLUMNS = tuple(field.name for field in fields(CurvePoint))


@dataclass(frozen=True, slots=True)
class Curve:
    """The optimum as a function of one capacity, of the costs of some links, or of the volumes of some demands.

    Attributes
    ----------
    kind
        ``capacity`` and ``demand`` (convex), or ``cost`` (concave).
    name
        The capacity as plans name it, or the links or demands meant.
    unit
        Unit of `at`: that of the capacity, or ``times``.
    used_unit
        Unit of `used`: that of the capacity, ``t-km/year`` or ``t/year``.
    year
        The year that is planned for.
    present
        Where the data stands: the capacity, or 1.
    background
        Load outside the model in `unit`; below it nothing is free and the curve is flat. 0 but for capacities.
    low, high
        What was asked for. Where demands that must be carried cannot be, the points begin later or end earlier.
    points
        In order of `at`; between two of them the objective is a straight line.
    """

    kind: Kind
    name: str
    unit: str
    used_unit: str
    year: int
    present: float
    background: float
    low: float
    high: float
    points: tuple[CurvePoint, ...]

    def objective_at(self, place: float) -> float:
        """Return the optimum at a place between the ends.

        Raises
        ------
        ValueError
            The place lies outside.
        """
        places = [point.at for point in self.points]
        if not places[0] <= place <= places[-1]:
            raise ValueError(f"{place} lies outside the curve, which leads from {places[0]} to {places[-1]}")
        return float(np.interp(place, places, [point.objective_usd for point in self.points]))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per point, with the attributes of `CurvePoint` as columns."""
        return frame_of(self.points, POINT_COLUMNS)

    def to_mapping(self) -> dict[str, Any]:
        """Return the curve as plain values: the JSON of ``corridor curve``."""
        own = {field.name: getattr(self, field.name) for field in fields(Curve) if field.name != "points"}
        return {**own, "points": [point.to_mapping() for point in self.points]}


def capacity_curve(
    data: Dataset,
    resource: str,
    *,
    low: float = 0.0,
    high: float | None = None,
    year: int | None = None,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
) -> Curve:
    """Return what every unit of one capacity is worth: the optimum from one capacity to another, all else unchanged.

    Parameters
    ----------
    data
        Network, demands and commodities, scenarios applied.
    resource
        Id of a shared capacity; of a link, with ``>`` or ``<`` behind it for one direction, else for both alike; or
        ``NODE:mode-mode`` of a transfer.
    low, high
        Capacities between which the curve is asked for, in the capacity's own unit; `high` None = a tenth beyond the
        present one and the one from which more is worth nothing.
    year, weights, options
        As for `plan_flows`.

    Raises
    ------
    UnknownIdError
        Nothing has this name, or it has no limit.
    ValueError
        `low` is negative or not below `high`.
    NoPlanError
        Demands that must be carried cannot be at any of these capacities.
    SolverError
        The solver failed, or its optima are not those of a convex function.

    Examples
    --------
    >>> from network import load
    >>> from optimizer.curves import capacity_curve
    >>> curve = capacity_curve(load(), "rail-sarakhs-mashhad", low=4.9e6, high=5.1e6)
    >>> curve.unit, curve.present, len(curve.points)
    ('t/year', 5000000.0, 3)
    """
    named = resolve_resource(data.network, resource)
    present = float(data.tables[named.table].number("capacity")[named.row])
    base = prepare(opened(data, named), year=year, weights=weights, options=options)
    rows = limited_rows(base.plan.blocks.graph.resources, data, base.plan.year, named)
    question = NamedCapacity(base, rows, data, named)
    least = feasible_from(question, max(low, question.background))
    top = question.unlimited() if isfinite(least) else None
    if top is None:
        raise NoPlanError(f"demands that must be carried cannot be, whatever the capacity of {named}")
    end = rounded(ROOM * max(top.at, present, question.background)) if high is None else high
    _check_ends(low, end)
    if least >= end and least > question.background:
        raise NoPlanError(f"demands that must be carried cannot be with a capacity of {named} below {least:.9g}")
    pieces = _capacity_pieces(question, low, end, least, top)
    points = _points(question, pieces, present)
    unit = question.unit
    return Curve("capacity", str(named), unit, unit, base.plan.year, present, question.background, low, end, points)


def cost_curve(
    data: Dataset,
    links: str,
    *,
    low: float = 0.0,
    high: float = 2.0,
    year: int | None = None,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
) -> Curve:
    """Return the optimum as all costs of some links, haulage and fixed ones, are multiplied: a concave curve.

    Parameters
    ----------
    links
        Which links: conditions of ``docs/scenarios.md``, such as ``corridor=titr,mode=rail``; ``all`` for all.
    low, high
        Multipliers between which the curve is asked for.
    data, year, weights, options
        As for `capacity_curve`.

    Raises
    ------
    UnknownIdError
        The conditions cannot be read, or select nothing.
    ValueError
        `low` is negative or not below `high`.
    NoPlanError
        Demands that must be carried cannot be.
    SolverError
        The solver failed, or its optima are not those of a concave function.
    """
    _check_ends(low, high)
    base = prepare(data, year=year, weights=weights, options=options)
    base.plan.raise_for_status()
    question = CostQuestion(base, data, links_meant(data, links))
    # Seen upside down the function is convex.
    pieces = list(pieces_between(question.negative, question.negative(low), question.negative(high)))
    check_convex(pieces)
    upright = [Piece(piece.low, piece.high, -piece.value, -piece.slope) for piece in pieces]
    points = _points(question, upright, 1.0)
    return Curve("cost", links, "times", "t-km/year", base.plan.year, 1.0, 0.0, low, high, points)


def demand_curve(
    data: Dataset,
    demands: str,
    *,
    low: float = 0.0,
    high: float = 2.0,
    year: int | None = None,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
) -> Curve:
    """Return the optimum as the volumes of some demands are multiplied: a convex curve.

    Parameters
    ----------
    demands
        Which demands: conditions of ``docs/scenarios.md``, such as ``group=titr-container``; ``all`` for all.
    low, high
        Multipliers between which the curve is asked for.
    data, year, weights, options
        As for `capacity_curve`.

    Raises
    ------
    UnknownIdError
        The conditions cannot be read, select nothing, or nothing in the year.
    ValueError
        `low` is negative or not below `high`.
    NoPlanError
        Demands that must be carried cannot be at any of these multipliers.
    SolverError
        The solver failed, or its optima are not those of a convex function.
    """
    _check_ends(low, high)
    base = prepare(data, year=year, weights=weights, options=options)
    question = DemandQuestion(base, data, demands_meant(data, demands, base.plan.year))
    most = feasible_to(question, low, high)
    if most <= low:
        raise NoPlanError(f"demands that must be carried cannot be with {low:g} times the volumes of {demands}")
    pieces = list(pieces_between(question.line, question.line(low), question.line(most)))
    check_convex(pieces)
    points = _points(question, pieces, 1.0)
    return Curve("demand", demands, "times", "t/year", base.plan.year, 1.0, 0.0, low, high, points)


def _check_ends(low: float, high: float) -> None:
    """Raise where a curve has no length."""
    if not 0.0 <= low < high < float("inf"):
        raise ValueError(f"a curve leads from a number of at least 0 to a larger one, not from {low:g} to {high:g}")


def _capacity_pieces(question: NamedCapacity, low: float, high: float, least: float, top: Line) -> list[Piece]:
    """Return the pieces of a capacity's curve: flat as far as the background, convex from where it is feasible."""
    background = question.background
    if high <= background:
        return [Piece(low, high, question.line(background).value, 0.0)]
    right = question.line(high) if high < top.at else top._replace(at=high)
    pieces = list(pieces_between(question.line, question.line(least), right))
    check_convex(pieces)
    if low < background and least <= background:
        pieces.insert(0, Piece(low, background, pieces[0].value, 0.0))
    return pieces


def _points(
    question: NamedCapacity | CostQuestion | DemandQuestion, pieces: list[Piece], present: float
) -> tuple[CurvePoint, ...]:
    """Return the ends of the pieces and the present place as points, each planned in full.

    Raises
    ------
    SolverError
        The plan of a point does not cost what the curve says.
    """
    points = []
    scale = max(abs(piece.value) for piece in pieces)
    for at, value, left, right in _places(pieces, present):
        plan = question.plan(at)
        if plan.objective_usd is None or plan.cost_usd is None:
            raise SolverError(f"no plan at {at:.9g}: {plan.status}; {plan.message}")
        if abs(plan.objective_usd - value) > SAME_OPTIMUM * scale:
            message = f"the plan at {at:.9g} costs {plan.objective_usd:.12g} USD and the curve says {value:.12g}"
            raise SolverError(message)
        prices = (None if slope is None else question.sign * slope + 0.0 for slope in (left, right))
        points.append(CurvePoint(at, plan.objective_usd, plan.cost_usd, rounded(question.used(plan)), *prices))
    return tuple(points)


def _places(pieces: list[Piece], present: float) -> Iterable[tuple[float, float, float | None, float | None]]:
    """Yield place, value and the slopes to the left and right of every point."""
    before: Piece | None = None
    for piece in _joined_at(pieces, present):
        yield piece.low, piece.value, None if before is None else before.slope, piece.slope
        if piece.low < present < piece.high:
            yield present, piece.value + piece.slope * (present - piece.low), piece.slope, piece.slope
        before = piece
    if before is not None:
        yield before.high, before.value_high, before.slope, None


def _joined_at(pieces: list[Piece], present: float) -> Iterable[Piece]:
    """Yield the pieces with their ends rounded, and one that is the present place but for rounding moved there."""
    outer = pieces[0].low, pieces[-1].high
    near = PRESENT * (outer[1] - outer[0])
    for piece in pieces:
        low, high = (
            present if abs(end - present) <= near else end if end in outer else rounded(end)
            for end in (piece.low, piece.high)
        )
        yield piece._replace(low=low, high=high)
