"""What a page reports on: plans to look at, what a what-if made of them, routes of a relation, curves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from network.model import Dataset
    from optimizer.comparison import Comparison
    from optimizer.curves import Curve
    from optimizer.result import Plan
    from optimizer.route import Route


@dataclass(frozen=True, eq=False)
class View:
    """A plan under the name that a reader chooses it by."""

    name: str
    plan: Plan


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario against the unchanged plan of its year.

    Attributes
    ----------
    name
        Of the scenario or card.
    outcome
        As in the JSON of the what-if.
    base, changed
        Positions among the views; `changed` is None where there is nothing to compare: a scenario that failed, or one
        of the two plans without an answer.
    """

    name: str
    outcome: Mapping[str, Any]
    base: int
    changed: int | None


@dataclass(frozen=True, eq=False)
class Relation:
    """Routes between two places, side by side.

    Attributes
    ----------
    data
        What they were looked for in.
    where
        The name of that where it is not the unchanged data: the scenario.
    origin, destination, commodity
        Ids.
    routes
        The best routes, or the best one of every corridor, in order of their weight.
    comparison
        Every corridor and mode, and what each lacks; None where it was not asked for.
    front
        Routes of which none is better in money, time and CO2e at once; empty where it was not asked for.
    """

    data: Dataset
    where: str
    origin: str
    destination: str
    commodity: str
    quantity: float
    routes: tuple[Route, ...]
    comparison: Comparison | None = None
    front: tuple[Route, ...] = ()


@dataclass(frozen=True, eq=False)
class Subject:
    """All that a page tells.

    Attributes
    ----------
    title
        Heading.
    data
        The unchanged dataset.
    command
        The command line that makes the page again.
    views, cases, relations
        What was planned, compared and looked for, in order.
    curves
        Capacity curves, each with the dataset it holds in and the name of that.
    made
        When.
    """

    title: str
    data: Dataset
    command: str
    made: datetime
    views: tuple[View, ...] = ()
    cases: tuple[Case, ...] = ()
    relations: tuple[Relation, ...] = ()
    curves: tuple[tuple[str, Dataset, Curve], ...] = ()
    notes: tuple[str, ...] = field(default=())
