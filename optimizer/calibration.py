"""Calibration by inverse optimization: the smallest adjustments under which the flows observed are an optimal plan.

The linear program of a plan gets a row per target that holds its flow in a band around the published one. The duals of
these rows are the adjustments: they are the smallest, weighted by the bands, at which a plan within the bands is the
cheapest (R. K. Ahuja, J. B. Orlin, "Inverse optimization", *Operations Research* 49, 2001; T. C. Y. Chan, R. Mahmood,
I. Y. Zhu, "Inverse optimization: theory and applications", *Operations Research* 73, 2025). At these adjustments the
plan within the bands is one of many, all equally cheap. Where another of them leaves a band, the price rises at a step
the size of the observed flow (`optimizer.price_steps`), which leaves no other. Nothing counts as reproduced unless
every optimal plan is within the band. ``docs/calibration.md`` has the equations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from network.applying import apply
from network.model import split_list
from network.observations import TOLERANCES, flow_unit
from network.scenario import Scenario
from optimizer.blocks import blocks_of
from optimizer.fitting import TIES, adjustments_of, face_of, fitting_of, in_band, margins_of, ranges, solved, steps_of
from optimizer.listing import frame_of
from optimizer.options import SolveOptions
from optimizer.price_steps import expand_for
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from network.model import Dataset

MARGIN_USD = {"teu": 1.0, "t": 0.1, "train": 100.0, "truck": 2.0, "flight": 10.0, "sailing": 200.0}
"""Half the rise at a step, by what is counted: by how much the plan shown is cheaper than one a unit away."""

LARGEST_MARGINS = 1000.0
"""Largest adjustment in either direction, in margins: 1,000 USD per TEU, 100 USD per t; more would hide a gap."""

USD_DECIMALS = 4
FLOW_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Target:
    """A flow to reproduce, per year.

    `links` are ids, ``;``-separated, with ``>`` or ``<`` behind one of which a single direction counts; `unit` is what
    is counted (``teu``, ``t``, ``train`` …); `commodities` are the ids of those that count, ``;``-separated, all where
    empty. `low` and `high` bound the flows that count as reproduced.
    """

    id: str
    links: str
    unit: str
    published: float
    low: float
    high: float
    commodities: str = ""


class Fit(NamedTuple):
    """What became of a target; flows in its unit per year.

    Attributes
    ----------
    uncalibrated
        Flow of the plan without calibration.
    calibrated_min, calibrated_max
        Smallest and largest flow over all plans that are optimal with the calibration.
    adjustment_usd
        USD per unit on every unit that passes, 0 for none.
    step
        Flow at which the price rises by twice `margin_usd`; None for no step.
    is_reproduced
        Whether the smallest and the largest flow are both within the band.
    remark
        Why it is not; empty where it is.
    """

    target: Target
    uncalibrated: float
    calibrated_min: float
    calibrated_max: float
    adjustment_usd: float
    step: float | None
    margin_usd: float
    is_reproduced: bool
    remark: str

    def to_mapping(self) -> dict[str, Any]:
        """Return the fit as plain values, None for what has no end."""
        target = self.target
        values = {
            "observation_id": target.id,
            "links": list(split_list(target.links)),
            "unit": target.unit,
            **{name: getattr(target, name) for name in ("published", "low", "high")},
            **{name: value for name, value in self._asdict().items() if name != "target"},
        }
        return {name: None if value == inf else value for name, value in values.items()}


@dataclass(frozen=True)
class Calibration:
    """The adjustments found, and what they reproduce."""

    year: int
    fits: tuple[Fit, ...]
    rows: tuple[dict[str, str | float], ...]
    had_rows: bool

    @property
    def n_reproduced(self) -> int:
        """Number of targets reproduced by every optimal plan."""
        return sum(fit.is_reproduced for fit in self.fits)

    def scenario(self) -> Scenario:
        """Return the scenario that puts these adjustments in place of those of the dataset."""
        changes: list[dict[str, object]] = [{"table": "calibration", "close": True}] if self.had_rows else []
        if self.rows:
            changes.append({"table": "calibration", "rows": list(self.rows)})
        return Scenario.from_mapping({"name": f"calibration {self.year}", "changes": changes})

    def to_frame(self) -> pd.DataFrame:
        """Return one row per target: its id and the attributes of `Fit`."""
        return frame_of(self.fits, ("target.id", *(name for name in Fit._fields if name != "target")))

    def to_mapping(self) -> dict[str, Any]:
        """Return the calibration as plain values: the JSON of ``corridor calibrate``."""
        return {
            "year": self.year,
            "rows": [fit.to_mapping() for fit in self.fits],
            "summary": {"targets": len(self.fits), "reproduced": self.n_reproduced},
            "calibration": [dict(row) for row in self.rows],
        }


def targets_of(data: Dataset) -> tuple[Target, ...]:
    """Return the flows of ``observations.csv`` to reproduce: those with links that are marked as targets.

    A flow counts as reproduced in the published range or within the tolerance of the published value, as for
    `optimizer.validation`. Parts of a year are extrapolated to one.
    """
    table = data.observations
    targets = []
    for row in np.flatnonzero(table.number("target") == 1).tolist():
        text = {name: str(table.text(name)[row]) for name in ("observation_id", "kind", "links", "unit", "commodity")}
        counted = flow_unit(text["unit"])
        if text["kind"] != "flow" or not text["links"] or counted is None:
            continue
        value, low, high, tolerance = (float(table.number(name)[row]) for name in ("value", "low", "high", "tolerance"))
        published = float(np.nanmean([low, high])) if isnan(value) else value
        tolerance = TOLERANCES["flow"] if isnan(tolerance) else tolerance
        is_ranged = not (isnan(low) and isnan(high))
        ends = (0.0 if isnan(low) else low, inf if isnan(high) else high) if is_ranged else (published, published)
        bounds = min(ends[0], published * (1.0 - tolerance)), max(ends[1], published * (1.0 + tolerance))
        per_year = counted.per_year
        targets.append(
            Target(
                id=text["observation_id"],
                links=text["links"],
                unit=counted.counted,
                published=published * per_year,
                low=bounds[0] * per_year,
                high=bounds[1] * per_year,
                commodities=text["commodity"],
            )
        )
    return tuple(targets)


def calibrate(
    data: Dataset,
    targets: Sequence[Target] | None = None,
    *,
    year: int | None = None,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
) -> Calibration:
    """Return the smallest adjustments under which the plan of a year shows the flows observed.

    Parameters
    ----------
    data
        Network, demands and commodities, scenarios applied; an earlier calibration plays no part.
    targets
        The flows to reproduce; None = those of the dataset's observations.
    year
        Year of the plan; None = the base year.
    weights
        What plans minimize; the adjustments hold for these weights.
    options
        Limits and tolerances of the solver, which is HiGHS.

    Raises
    ------
    NoPlanError
        There is no plan of the year to start from, or the solver stopped at its limit.
    DatasetError, SolverError
        As `optimizer.plan_flows`.

    Examples
    --------
    >>> from network import apply, load
    >>> from optimizer import Weights, calibrate, plan_flows
    >>> found = calibrate(load())  # doctest: +SKIP
    >>> plan = plan_flows(apply(load(), found.scenario()), weights=Weights(calibration=1))  # doctest: +SKIP
    """
    targets = targets_of(data) if targets is None else tuple(targets)
    plain = replace(weights, calibration=0.0)
    fitting = fitting_of(blocks_of(expand_for(data, year, plain), plain), targets, options)
    first = solved(fitting, fitting.model)
    before = [line.at(first.x) for line in fitting.lines]
    margins = margins_of(fitting, [MARGIN_USD[target.unit] for target in targets])
    largest = [LARGEST_MARGINS * MARGIN_USD[target.unit] for target in targets]
    lost, exact = adjustments_of(fitting, margins, largest, first)
    chosen = [at for at in range(len(targets)) if at not in lost]
    steps = steps_of(fitting, chosen, exact)
    adjustments = [round(float(value), USD_DECIMALS) + 0.0 for value in exact]
    rows = tuple(
        _row(target, adjustments[at], steps.get(at), float(margins[at]), fitting.blocks.graph.year)
        for at, target in enumerate(targets)
        if at in steps or adjustments[at]
    )
    found = Calibration(fitting.blocks.graph.year, (), rows, len(data.network.calibration) > 0)
    counted = replace(weights, calibration=1.0)
    calibrated = apply(data, found.scenario()) if rows or found.had_rows else data
    checking = fitting_of(blocks_of(expand_for(calibrated, year, counted), counted), targets, options)
    after = ranges(checking, face_of(checking))
    fits = tuple(
        Fit(
            target,
            before[at],
            *after[at],
            adjustments[at],
            steps.get(at),
            float(margins[at]),
            in_band(target, *after[at]),
            "" if in_band(target, *after[at]) else lost.get(at, TIES),
        )
        for at, target in enumerate(targets)
    )
    return replace(found, fits=fits)


def _row(target: Target, adjustment: float, step: float | None, margin: float, year: int) -> dict[str, str | float]:
    """Return the row of ``calibration.csv`` for a target."""
    row: dict[str, str | float] = {"calibration_id": target.id, "links": target.links}
    if target.commodities:
        row["commodity"] = target.commodities
    row |= {"calibration_unit": target.unit, "calibration_usd_per_unit": adjustment}
    if step is not None:
        row |= {"step": max(0.0, round(step, FLOW_DECIMALS)), "margin_usd_per_unit": round(margin, USD_DECIMALS + 2)}
    return row | {"confidence": "D", "note": f"Fitted to the flow of {target.id} in the plan of {year}; no price."}
