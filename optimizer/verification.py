"""The independent verifier: a plan held against the dataset alone, and the proof that it is optimal.

It knows the virtual network and the lower bound of `optimizer.proof`, but no formulation and no solver. Each finding
has a stable code V4xx, described in ``docs/errors.md``, and a key path into the plan's JSON.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from network.errors import CorridorError, Finding, UnknownIdError
from optimizer.answer import answer_of
from optimizer.claims import plan_finding, read_claim
from optimizer.linear import HAS_ANSWER
from optimizer.price_steps import expand_for
from optimizer.proof import Potentials, question_of
from optimizer.result import Plan
from optimizer.soundness import Tolerances, check_answer, check_claim, check_no_answer
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from network.model import Dataset
    from network.scenario import Scenario
    from optimizer.claims import PlanClaim, RunClaim
    from optimizer.proof import Question


REWEIGH = "give the weights of the run as corridor plan wrote them"


def verify(
    plan: Plan | Mapping[str, object] | str | Path,
    data: Dataset,
    tolerances: Tolerances = Tolerances(),
) -> list[Finding]:
    """Return everything in which a plan does not hold; empty = it holds.

    Checked are paths (they exist, connect, obey modes and avoid lists), conservation, capacities, money, time, CO2 and
    the proof: a lower bound recomputed from the plan's prices has to meet the objective.

    Parameters
    ----------
    plan
        A `Plan`, the mapping or JSON text of ``corridor plan --format json``, or the path of such a file.
    data
        The dataset; scenarios of the plan that are not applied to it yet are applied here.
    tolerances
        How far numbers may be off.

    Raises
    ------
    UnknownIdError
        There is no file at the path.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows, verify
    >>> data = load()
    >>> verify(plan_flows(data), data)
    []
    """
    if isinstance(plan, Plan):
        if plan.data is data:
            return _verify_in_memory(plan, tolerances)
        plan = plan.to_mapping()
    claim, found = _claim_of(plan)
    if claim is None:
        return found
    rebuilt, found = _rebuild(claim.run, data)
    if rebuilt is None:
        return found
    question, weights_found = _question(claim.run, rebuilt)
    if question is None:
        return [*found, *weights_found]
    return [*found, *check_claim(claim, question, tolerances)]


def _verify_in_memory(plan: Plan, tolerances: Tolerances) -> list[Finding]:
    """Check a plan against the data it holds itself; its own arrays name the arcs."""
    answer = answer_of(plan)
    question = question_of(plan.blocks.graph, plan.blocks.weights)
    if not np.array_equal(question.rows, plan.blocks.rows):
        message = f"the plan answers other demands than those of {plan.year}"
        return [plan_finding("run.year", "V403", message, "plan again for the demands of this dataset")]
    if answer.status not in HAS_ANSWER:
        return check_no_answer(answer.status, question, claims_some=bool(len(answer.demand) or answer.money))
    hint = None if plan.potential is None else Potentials(plan.potential, plan.blocks.block_of)
    return check_answer(answer, question, tolerances, hint)


def _claim_of(plan: Mapping[str, object] | str | Path) -> tuple[PlanClaim | None, list[Finding]]:
    """Return what a mapping, a JSON text or a file claims."""
    if isinstance(plan, Path) or (isinstance(plan, str) and not plan.lstrip().startswith("{")):
        if not Path(plan).is_file():
            raise UnknownIdError(f'no plan file "{plan}"; give the path of a PLAN.json', name=str(plan))
        plan = Path(plan).read_text(encoding="utf-8", errors="replace")
    if isinstance(plan, str):
        try:
            plan = json.loads(plan)
        except (ValueError, RecursionError) as error:
            return None, [plan_finding("", "V401", f"is no JSON: {error}", "write it with corridor plan --format json")]
    return read_claim(plan)


def _rebuild(run: RunClaim, data: Dataset) -> tuple[Dataset | None, list[Finding]]:
    """Return the data that the plan was made with, None where they cannot be rebuilt."""
    from network.applying import apply
    from network.reading import rows_to_table
    from network.scenario import Scenario

    found: list[Finding] = []
    for name, claimed, own in (("dataset", run.dataset, data.info.name), ("version", run.version, data.info.version)):
        if claimed != own:
            message = f'the plan was made with {name} "{claimed}", this is "{own}"'
            found.append(plan_finding(f"run.{name}", "V403", message, "verify against the data it was made with"))
    try:
        scenarios = [Scenario.from_mapping(mapping) for mapping in run.scenarios]
        n_applied = len(data.applied)
        if scenarios[:n_applied] != list(data.applied):
            message = "the data have scenarios applied that the plan does not start with"
            return None, [*found, plan_finding("run.scenarios", "V403", message, "verify against the unchanged data")]
        if run.demands is None:
            return apply(data, *scenarios[n_applied:]) if scenarios[n_applied:] else data, found
        # The rows given are those after all changes: changes to demands are left out, as they may select none of them.
        others = [_without_demands(scenario) for scenario in scenarios[n_applied:]]
        data = apply(data, *others) if others else data
        demands = rows_to_table("demands", run.demands, file="run.demands")
        _check_ids(demands.text("origin"), data.network.nodes.row_of, "node")
        _check_ids(demands.text("destination"), data.network.nodes.row_of, "node")
        _check_ids(demands.text("commodity"), data.commodities.row_of, "commodity")
        return replace(data, demands=demands, has_own_demands=False), found
    except CorridorError as error:
        message = f"what the plan was made with cannot be rebuilt: {error}"
        return None, [*found, plan_finding("run", "V403", message, "verify against the data it was made with")]


def _without_demands(scenario: Scenario) -> Scenario:
    """Return a scenario without its changes to demands."""
    return replace(scenario, changes=tuple(change for change in scenario.changes if change.table != "demands"))


def _check_ids(ids: Iterable[str], known: Mapping[str, int], what: str) -> None:
    """Raise where a demand names what the data do not have."""
    for name in ids:
        if name not in known:
            raise UnknownIdError(f'a demand names the unknown {what} "{name}"', name=name)


def _question(run: RunClaim, data: Dataset) -> tuple[Question | None, list[Finding]]:
    """Return what the plan had to answer."""
    given = {name: run.weights.get(name, "missing") for name in ("cost", "time_per_h", "co2_per_kg")}
    given["calibration"] = run.weights.get("calibration", 0.0)
    for name, value in given.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number and not (name == "time_per_h" and value is None):
            return None, [plan_finding(f"run.weights.{name}", "V402", f"expects a number, got {value!r}", REWEIGH)]
    try:
        weights = Weights(**given)  # type: ignore[arg-type]
        question = question_of(expand_for(data, run.year, weights), weights)
    except ValueError as error:
        return None, [plan_finding("run.weights", "V402", str(error), REWEIGH)]
    except CorridorError as error:
        return None, [plan_finding("run", "V403", str(error), "check the dataset with corridor check")]
    if len(question.rows):
        return question, []
    message = f"there is no demand in {run.year}"
    return None, [plan_finding("run.year", "V403", message, "verify against the data it was made with")]
