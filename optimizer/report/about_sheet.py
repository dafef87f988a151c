"""The first sheet of a workbook: what was asked, of which data, by which program, and how sure the answer is."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from optimizer.language import _, language, status_text
from optimizer.report.sheets import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.model import Dataset
    from optimizer.result import Plan
    from optimizer.weights import Weights

Fact = tuple[str, object]
"""A label and its value."""


def about_sheet(
    data: Dataset,
    *,
    years: Iterable[int],
    weights: Weights,
    command: str = "",
    facts: Iterable[Fact] = (),
    is_plan: bool = True,
) -> Sheet:
    """Return labels and values: dataset, question, program, `facts` of the answer, caveat, license and credits.

    Parameters
    ----------
    data
        The dataset with its scenarios applied.
    command
        The command line that gives the workbook again; empty is left out.
    is_plan
        Whether the answer is a plan, which is not to be read as a forecast.
    """
    scenarios = "; ".join(scenario.name_in(language()) for scenario in data.applied) or _("none")
    rows: list[Fact] = [
        (_("Dataset"), data.info.title_in(language())),
        (_("Version of the dataset"), " ".join(part for part in (data.info.name, data.info.version) if part)),
        (_("Year"), ", ".join(map(str, years))),
        (_("Scenarios"), scenarios),
        *_weight_facts(weights),
    ]
    if command:
        rows.append((_("Command"), command))
    rows += [(_("Program"), f"corridor-optimizer {version('corridor-optimizer')}"), *facts]
    if is_plan:
        rows.append((_("Note"), _("A plan is the cheapest system under these data, not a forecast.")))
    rows += [(_("License of the data"), data.info.license), (_("About the data"), data.info.description)]
    return Sheet(_("About"), (), [row for row in rows if row[1] not in (None, "")])


def plan_facts(plan: Plan, heading: str = "") -> list[Fact]:
    """Return status, money and proof of a plan; `heading` says of several plans which one it is."""
    return [
        (heading or _("Status of the plan"), status_text(plan.status)),
        (_("Cost, USD a year"), plan.cost_usd),
        (_("Of it transport, USD a year"), plan.transport_cost_usd),
        (_("Of it unmet demand, USD a year"), plan.unmet_cost_usd),
        (_("What was minimized, USD a year"), plan.objective_usd),
        (_("Proven lower bound of it, USD a year"), plan.bound),
        (_("Gap between the two, as a part of one"), plan.gap),
    ]


def _weight_facts(weights: Weights) -> list[Fact]:
    """Return what is minimized; the percentile and the calibration where they count."""
    own = _("each commodity's own")
    facts: list[Fact] = [
        (_("Weight of a USD"), weights.cost),
        (_("Price of an hour, USD per unit"), own if weights.time_per_h is None else weights.time_per_h),
        (_("Price of CO2e, USD per tonne"), 1000.0 * weights.co2_per_kg),
    ]
    if weights.p90_per_h:
        facts.append((_("Price of an hour of the 90th percentile, USD per unit"), weights.p90_per_h))
    if weights.calibration:
        facts.append((_("Weight of the calibration"), weights.calibration))
    return facts
