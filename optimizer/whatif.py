"""What if: scenarios and project cards against the unchanged plan of their year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from network.applying import apply
from network.errors import DatasetError
from optimizer.combining import Combine, case_key, cases_of
from optimizer.options import SolveOptions
from optimizer.outcome import Before, Compare
from optimizer.replanning import prepare, replan
from optimizer.rounding import rounded
from optimizer.sweep import Job, failure, sweep
from optimizer.untouched import tells_apart, untouched
from optimizer.weights import Weights
from optimizer.whatif_records import (
    BOTTLENECK_COLUMNS,
    SHIFT_COLUMNS,
    SUMMARY_COLUMNS,
    bottleneck_records,
    shift_records,
    summary_record,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    import pandas as pd

    from network.model import Dataset
    from network.projects import Project
    from network.scenario import Scenario
    from optimizer.combining import Case
    from optimizer.replanning import Prepared
    from optimizer.result import Plan
    from optimizer.sweep import Record


@dataclass(frozen=True, eq=False)
class Question:
    """Cases with the unchanged plans that they are compared with.

    Attributes
    ----------
    data
        The unchanged dataset.
    cases
        In input order.
    bases
        The unchanged plan of every year that a case names and that can be planned.
    before
        What it comes to, by year.
    refused
        Why a year of a case cannot be planned.
    """

    data: Dataset
    cases: tuple[Case, ...]
    bases: Mapping[int, Prepared]
    before: Mapping[int, Before]
    refused: Mapping[int, DatasetError]


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What comes of each scenario.

    Attributes
    ----------
    question
        The cases, with the unchanged plans of their years.
    outcomes
        One mapping per scenario and year in input order, with the keys of ``corridor whatif --format json``. A
        scenario that failed has ``name``, ``year`` and ``error`` alone.
    """

    question: Question
    outcomes: tuple[Record, ...]

    @cached_property
    def bases(self) -> Mapping[int, Plan]:
        """The unchanged plan by year, in order of first use."""
        return {year: base.plan for year, base in self.question.bases.items()}

    @property
    def before(self) -> Mapping[int, Before]:
        """Ledger and measures of each base."""
        return self.question.before

    @cached_property
    def plans(self) -> tuple[Plan | None, ...]:
        """The changed plan of every outcome, None for one that failed.

        Outcomes travel between processes and files without their plans. A plan that starts from the same base and asks
        the same is the same to the last flow, so it is made again here when it is first asked for.

        Raises
        ------
        SolverError
            As `plan_flows`.
        """
        asked = zip(self.question.cases, self.outcomes, strict=True)
        return tuple(None if "error" in outcome else changed_plan(self.question, case) for case, outcome in asked)

    @property
    def base(self) -> Plan:
        """The unchanged plan of the first scenario's year."""
        return next(iter(self.bases.values()))

    @property
    def failed(self) -> tuple[Record, ...]:
        """The outcomes of scenarios that failed."""
        return tuple(outcome for outcome in self.outcomes if "error" in outcome)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of years and of scenarios that change nothing in them, each remark once."""
        return tuple(dict.fromkeys(remark for outcome in self.outcomes for remark in outcome.get("notes", ())))

    def to_frame(self) -> pd.DataFrame:
        """Return `summary`."""
        return self.summary()

    def summary(self) -> pd.DataFrame:
        """Return one row per scenario and year: costs, and the measures beside those of the unchanged plan.

        ``delta_cost_usd`` is money alone, ``delta_objective_usd`` all that was minimized, which the value of time is
        a part of: a quicker way may cost more money and still be worth it.
        """
        import pandas as pd

        return pd.DataFrame([summary_record(outcome) for outcome in self.outcomes], columns=list(SUMMARY_COLUMNS))

    def shifts(self) -> pd.DataFrame:
        """Return what flows differently, one row per scenario, year and shift; see `optimizer.shifts.Shift`."""
        import pandas as pd

        return pd.DataFrame(shift_records(self.outcomes), columns=list(SHIFT_COLUMNS))

    def bottlenecks(self) -> pd.DataFrame:
        """Return what binds before or after, one row per scenario, year and capacity, with both prices.

        A price is 0 where the capacity does not bind.
        """
        import pandas as pd

        return pd.DataFrame(bottleneck_records(self.outcomes), columns=list(BOTTLENECK_COLUMNS))

    def to_mapping(self) -> dict[str, Any]:
        """Return all as plain values: the JSON of ``corridor whatif``."""
        bases = {str(year): plan_summary(plan, self.before[year]) for year, plan in self.bases.items()}
        first = next(iter(bases.values()), None)
        return {"base": first, "bases": bases, "scenarios": list(self.outcomes)}


def what_if(
    data: Dataset,
    scenarios: Sequence[Scenario | Project | str],
    year: int | Sequence[int] | None = None,
    *,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
    combine: Combine = "each",
    ranges: bool = True,
    executor: Executor | None = None,
    resume: str | Path | None = None,
    on_done: Callable[[Record], None] | None = None,
) -> WhatIf:
    """Compare scenarios with the unchanged plan of their year: cost, flows, bottlenecks and what they are worth.

    Parameters
    ----------
    data
        The unchanged dataset.
    scenarios
        Scenarios, project cards, or names of scenarios and ids of cards of the dataset.
    year
        Year of all plans, or several, each scenario in every one. None takes each scenario's own year, else the base
        year; see `optimizer.combining.cases_of` for cards and combinations.
    weights, options
        As for `plan_flows`.
    combine
        ``each`` alone, ``all`` together, or a ``chain`` that adds one after the other.
    ranges
        Find out between which capacities each price holds. That takes most of the time of a scenario; a sweep over
        thousands may do without.
    executor
        Any `concurrent.futures.Executor`, such as that of `optimizer.sweep.worker_pool` or of a cluster; None works in
        this process. The outcomes are the same.
    resume
        File that keeps outcomes as they are found, so that a run that was stopped goes on where it was.
    on_done
        Called with each outcome as it is found.

    Returns
    -------
    WhatIf
        A scenario that cannot be applied or planned has an outcome with its ``error``; the others go on.

    Raises
    ------
    UnknownIdError
        A name is that of no scenario and no card.
    DatasetError
        A year that was asked for has no demands; or no scenario's year has any.
    ResumeError
        `resume` belongs to another question.
    SolverError
        The unchanged plan cannot be solved.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import what_if
    >>> result = what_if(load(), ["suez-closed"])
    >>> bool(result.outcomes[0]["delta_cost_usd"] > 0)
    True
    """
    years = (year,) if isinstance(year, int) else tuple(dict.fromkeys(year or ()))
    question = pose(data, scenarios, years, weights=weights, options=options, combine=combine, ranges=ranges)
    return gather(question, answers(question, executor=executor, resume=resume, on_done=on_done))


def pose(
    data: Dataset,
    scenarios: Sequence[Scenario | Project | str],
    years: Sequence[int] = (),
    *,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
    combine: Combine = "each",
    ranges: bool = True,
) -> Question:
    """Return the cases of a what-if with the unchanged plans they need; the first half of `what_if`.

    Raises
    ------
    UnknownIdError, DatasetError, SolverError
        As `what_if`.
    """
    cases = tuple(cases_of(data, scenarios, years, combine))
    bases: dict[int, Prepared] = {}
    refused: dict[int, DatasetError] = {}
    for each in dict.fromkeys((*(case.year for case in cases), *years)) or (data.base_year,):
        try:
            bases[each] = prepare(data, year=each, weights=weights, options=options)
        except DatasetError as error:
            if each in years:
                raise
            refused[each] = error
    if not bases:
        raise next(iter(refused.values()))
    before = {each: Before.of(base, ranges=ranges) for each, base in bases.items()}
    return Question(data, cases, bases, before, refused)


def answers(
    question: Question,
    *,
    executor: Executor | None = None,
    resume: str | Path | None = None,
    on_done: Callable[[Record], None] | None = None,
) -> Iterator[Record]:
    """Yield the outcome of every case as it is found, with ``at``, its position; the second half of `what_if`.

    Raises
    ------
    ResumeError, SolverError
        As `sweep`.
    """
    jobs, places, refused = [], [], []
    for at, case in enumerate(question.cases):
        if case.year in question.bases:
            extent = "" if question.before[case.year].has_ranges else " without ranges"
            jobs.append(Job(case_key(question.data, case) + extent, case.name, case.year, case))
            places.append(at)
        else:
            error = question.refused[case.year]
            refused.append({"at": at, **failure(case.name, case.year, error.code, error), "seconds": 0.0})
    work = partial(_answer, Compare(question.before))
    found = sweep(jobs, work, question.bases, executor=executor, resume=resume)
    for record in chain(refused, ({**record, "at": places[record["at"]]} for record in found)):
        if on_done is not None:
            on_done(record)
        yield record


def _answer(compare: Compare, base: Prepared, job: Job[Case]) -> Record:
    """Return the outcome of a case with ``notes``: what is to be said of its year and of what does not count in it."""
    outcome = compare(base, job)
    # Where something is another for a single scenario, that is what it changes: no need to look.
    is_clear = len(job.what.scenarios) == 1 and tells_apart(outcome)
    remarks = () if is_clear else untouched(base, job.what)
    return {**rounded(outcome), "notes": [*filter(None, (job.what.note, *remarks))]}


def gather(question: Question, records: Iterator[Record]) -> WhatIf:
    """Return the result of a question from its outcomes in any order."""
    ordered = sorted(records, key=lambda record: int(record["at"]))
    outcomes = tuple({key: value for key, value in record.items() if key != "at"} for record in ordered)
    return WhatIf(question, outcomes)


def changed_plan(question: Question, case: Case) -> Plan:
    """Return the plan of a case, the one that its outcome tells of.

    Raises
    ------
    ScenarioError
        The scenarios cannot be applied.
    SolverError
        As `plan_flows`.
    """
    base = question.bases[case.year]
    return replan(base, apply(base.plan.data, *case.scenarios)).plan


def plan_summary(plan: Plan, before: Before) -> dict[str, Any]:
    """Return a plan without its flows and routes as plain values."""
    summary = {
        "run": {
            "dataset": plan.data.info.name,
            "version": plan.data.info.version,
            "year": plan.year,
            "scenarios": [scenario.to_mapping() for scenario in plan.data.applied],
            "weights": plan.blocks.weights.to_mapping(),
            "solver": plan.solver,
        },
        "status": plan.status,
        "cost_usd": plan.cost_usd,
        "transport_cost_usd": plan.transport_cost_usd,
        "unmet_cost_usd": plan.unmet_cost_usd,
        "objective_usd": plan.objective_usd,
        "bound": plan.bound,
        "gap": plan.gap,
        "unmet": [record.to_mapping() for record in plan.unmet],
        "bottlenecks": before.bottlenecks(),
        "measures": before.measures.to_mapping(),
    }
    return rounded(summary)
