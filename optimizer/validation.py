"""Hold the model to published figures: distances, times, costs, flows and orders of ``observations.csv``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from network.model import split_list
from network.observations import TOLERANCES, split_item
from optimizer.listing import frame_of
from optimizer.modelled import Modelled, figure_of, is_computable, plain_figure_of, ranked_figures
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd

    from network.model import Dataset, Table

Result = Literal["pass", "miss", "context"]
KINDS = ("distance", "time", "cost", "flow", "order", "capacity")
"""Kinds of observations, in the order in which they are told."""

NO_FIGURE = "No route keeps to this row, or its commodity is not counted in this unit."
NO_PLAN = "The year has no demands, so there is no plan to take flows from."


class Check(NamedTuple):
    """A published figure beside that of the model.

    Attributes
    ----------
    origin, destination
        Node ids; empty where the row gives none.
    published, low, high
        In `unit`; `published` is the row's value, else the middle of its range, else its only end. Of an order,
        `published` is the order told, low and high are None.
    modelled
        The model's figure in `unit`, None where it has none; of an order, the order found.
    uncalibrated
        Of a flow of the calibrated plan, the flow without calibration; None else.
    error
        (modelled - published) / published; of an order, the share of neighbors that are not in the published order.
    tolerance
        How large an error passes.
    result
        ``pass`` inside the published range or within the tolerance, ``miss`` else; ``context`` for rows that are no
        target.
    remark
        Why the row is no target, or why the model misses it.
    """

    observation_id: str
    kind: str
    origin: str
    destination: str
    published: float | str | None
    low: float | None
    high: float | None
    modelled: float | str | None
    uncalibrated: float | None
    unit: str
    error: float | None
    tolerance: float
    result: Result
    source: str
    remark: str

    def to_mapping(self) -> dict[str, Any]:
        """Return the check as plain values."""
        return self._asdict()


class Tally(NamedTuple):
    """How many targets of a kind there are and passed; `share` is None where there are none."""

    kind: str
    targets: int
    passed: int
    share: float | None


@dataclass(frozen=True)
class Validation:
    """All observations of a dataset beside the model, by kind, in input order.

    `is_calibrated` says that flows are those of the calibrated plan.
    """

    checks: tuple[Check, ...]
    year: int
    is_calibrated: bool = False

    @cached_property
    def summary(self) -> tuple[Tally, ...]:
        """Targets and passes of every kind that has rows, and of ``all``."""
        tallies = []
        for kind in (*KINDS, "all"):
            of_kind = [check for check in self.checks if kind in (check.kind, "all")]
            results = [check.result for check in of_kind if check.result != "context"]
            passed = results.count("pass")
            if of_kind:
                tallies.append(Tally(kind, len(results), passed, passed / len(results) if results else None))
        return tuple(tallies)

    @property
    def share(self) -> float | None:
        """Share of all targets that passed, None where there are none."""
        return self.summary[-1].share if self.summary else None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per observation, with the attributes of `Check` as columns."""
        return frame_of(self.checks, Check._fields)

    def to_mapping(self) -> dict[str, Any]:
        """Return the validation as plain values: the JSON of ``corridor validate``."""
        return {
            "rows": [check.to_mapping() for check in self.checks],
            "summary": [tally._asdict() for tally in self.summary],
        }


def validate(
    data: Dataset,
    year: int | None = None,
    calibrated: bool | None = None,
    *,
    weights: Weights = Weights(),
    kinds: Collection[str] = (),
) -> Validation:
    """Hold the model to the observations of its dataset.

    - A distance is the length of the shortest route that keeps to the row; a time or cost is that of the best route by
      `weights` that keeps to it, of one commodity unit (``container`` unless said), terminal to terminal.
    - A route keeps to a row by using its modes only, avoiding what it avoids, and passing its vias in order. A row with
      a corridor and no vias passes any one of the corridor's gateways; a corridor without gateways holds nothing.
    - A flow is the sum over the row's links in the plan of the year, per year or in the unit's period. ``TEU`` counts
      commodities with TEU, ``t`` all by their weight, vehicles by what fills one. Background traffic is not counted.
      Where the dataset has a calibration the plan is the calibrated one, and the flow without it is told beside.
    - An order ranks the best routes of its items: of a corridor with gateways the one through them; of other corridors
      and of modes the one that uses links of others only where nothing else leads on. An item with a hold, such as
      ``titr:rail+sea-RU``, uses these modes only and avoids these countries.

    A target passes inside its published range or within its tolerance of the published value. Rows that are no target
    are computed where they can be, and never pass or miss.

    Parameters
    ----------
    data
        With its observations; its applied scenarios hold for routes and plans alike.
    year
        Of the network and its demands; None = the base year. The years of the observations play no part.
    calibrated
        Whether flows are those of the plan with calibrated link costs; None = where the dataset has a calibration.
        Routes are never calibrated.
    weights
        What routes and the plan minimize.
    kinds
        Which kinds to look at; empty = all. Without flows no plan is computed.

    Raises
    ------
    NoPlanError
        The plan that flows are taken from has no answer.
    CorridorError
        As `optimizer.find_routes` and `optimizer.plan_flows`.

    Examples
    --------
    >>> from network import load
    >>> validation = validate(load(), kinds={"distance"})
    >>> {check.kind for check in validation.checks}
    {'distance'}
    """
    table = data.observations
    base_year = data.base_year if year is None else year
    model = Modelled(data, base_year, weights, calibrated is not False and len(data.network.calibration) > 0)
    checks = [
        _check(model, row)
        for kind in KINDS
        if not kinds or kind in kinds
        for row, of_kind in enumerate(table.text("kind"))
        if of_kind == kind
    ]
    return Validation(tuple(checks), base_year, model.calibrated)


def _check(model: Modelled, row: int) -> Check:
    """Return the check of one observation."""
    table = model.data.observations
    kind, remark = str(table.text("kind")[row]), str(table.text("remark")[row])
    value, low, high = (_given(table, column, row) for column in ("value", "low", "high"))
    told = split_list(table.text("ranking")[row])
    published: float | str | None
    modelled: float | str | None = None
    uncalibrated: float | None = None
    error: float | None = None
    is_inside = False
    if kind == "order":
        label_of = _labels(told)
        published = " < ".join(label_of[item] for item in told)
        if is_computable(model, row):
            figures = ranked_figures(model, row)
            ranked = sorted(figures, key=lambda item: figures[item])
            modelled, error = " < ".join(label_of[item] for item in ranked), _out_of_order(told, figures)
    else:
        published = middle = _middle(value, low, high)
        if is_computable(model, row):
            modelled = figure = figure_of(model, row)
            uncalibrated = plain_figure_of(model, row)
            if figure is None:
                remark = f"{NO_PLAN if kind == 'flow' else NO_FIGURE} {remark}".rstrip()
            elif middle is not None:
                error = (figure - middle) / middle if middle else float(figure != 0.0)
                is_inside = _is_inside(figure, low, high)
    given = _given(table, "tolerance", row)
    tolerance = TOLERANCES[kind] if given is None else given
    passes = is_inside or (error is not None and abs(error) <= tolerance)
    is_target = table.number("target")[row] == 1
    return Check(
        observation_id=str(table.text("observation_id")[row]),
        kind=kind,
        origin=str(table.text("origin")[row]),
        destination=str(table.text("destination")[row]),
        published=published,
        low=low,
        high=high,
        modelled=modelled,
        uncalibrated=uncalibrated,
        unit=str(table.text("unit")[row]),
        error=error,
        tolerance=tolerance,
        result="context" if not is_target else "pass" if passes else "miss",
        source=str(table.text("source")[row]),
        remark=remark,
    )


def _middle(value: float | None, low: float | None, high: float | None) -> float | None:
    """Return the value, else the middle of the range, else its only end."""
    ends = [end for end in (low, high) if end is not None]
    return value if value is not None or not ends else sum(ends) / len(ends)


def _is_inside(figure: float, low: float | None, high: float | None) -> bool:
    """Say whether a figure lies in a published range, of which one end may be open."""
    return (low, high) != (None, None) and (low is None or figure >= low) and (high is None or figure <= high)


def _labels(told: Sequence[str]) -> dict[str, str]:
    """Return how the items of an order are told: by name, or as they stand where a name is there twice."""
    names = [split_item(item).name for item in told]
    return {item: name if names.count(name) == 1 else item for item, name in zip(told, names, strict=True)}


def _out_of_order(told: Sequence[str], figures: dict[str, float]) -> float:
    """Return the share of neighbors in an order of which the first has no figure strictly below that of the second."""
    neighbors = list(pairwise(told))
    wrong = sum(
        first not in figures or second not in figures or figures[first] >= figures[second]
        for first, second in neighbors
    )
    return wrong / max(1, len(neighbors))


def _given(table: Table, column: str, row: int) -> float | None:
    """Return a number of a row, None where it is not given."""
    value = float(table.number(column)[row])
    return None if value != value else value
