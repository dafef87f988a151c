"""What a network stands or falls with: one thing closes at a time, and all demands are planned again without it.

This is the N-1 test of power grids on freight: every other capacity still binds, so what is told is what a closing
costs the whole system, not what a detour costs one shipment.

Most things need no second plan. Where the optimal plan leaves a thing unused, or stays within what a closing of part
of the year leaves of its capacities, that plan is still feasible; a closing takes feasible plans away and adds none,
so the optimum cannot fall below it: the plan stays optimal, and the closing costs nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from network.applying import apply
from network.errors import ScenarioError
from optimizer.closings import KINDS, Closing, closed_ids, closing_named, closings_of, is_partial, is_pure
from optimizer.footing import footing_of, t_unmet, without_way
from optimizer.options import SolveOptions
from optimizer.price_steps import expand_for
from optimizer.replanning import prepare, replan
from optimizer.sweep import Job, sweep
from optimizer.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    import pandas as pd

    from network.model import Dataset
    from network.scenario import Scenario
    from optimizer.closings import Kind
    from optimizer.replanning import Prepared
    from optimizer.result import Plan
    from optimizer.sweep import Record

UNUSED, SPARE, NO_CAPACITY = "unused", "spare", "no_capacity"
"""Cases without a plan of their own: nothing passes; what is left has room for all that passes; no limit to lower."""
ROUNDING = 1e-9
"""Share of the objective by which the objectives of equally good plans may differ: rounding of floats."""
COLUMNS = (
    *("kind", "id", "name", "status", "cost_usd", "delta_cost_usd", "delta_objective_usd"),
    *("t_unmet", "delta_t_unmet", "cut_off", "t_used", "n_demands_used"),
)


@dataclass(frozen=True, eq=False)
class Disruption:
    """What each closing costs a plan, the worst one first.

    Attributes
    ----------
    base
        The plan with everything open.
    records
        One mapping per closing: ``kind``, ``id``, ``name``; ``status``, that of its plan, or ``unused``, ``spare`` or
        ``no_capacity`` where none was needed; ``cost_usd`` and the increases ``delta_cost_usd`` and
        ``delta_objective_usd`` in USD per year, None without an answer; ``unmet``, what the plan leaves behind of each
        demand; ``t_unmet``, the tonnes per year of it, and their increase ``delta_t_unmet``; ``cut_off``, ids of
        demands that no way leads for any more; ``t_used`` and ``n_demands_used``, the tonnes per year and the number of
        demands that passed in `base`; ``message``, why there is no answer. Ranked by the increase of the objective, no
        answer before all, then by the increase of the tonnes left behind, then by id.
    failed
        Records of closings that could not be planned: ``kind``, ``id``, ``name`` and ``error``.
    """

    base: Plan
    records: tuple[Record, ...]
    failed: tuple[Record, ...] = ()

    @property
    def worst(self) -> tuple[Record, ...]:
        """Records of closings that cost something, or leave no answer, in their order."""
        return tuple(record for record in self.records if _is_felt(record))

    @property
    def counts(self) -> Counter[str]:
        """Number of closings by status."""
        return Counter(record["status"] for record in self.records)

    def ranking(self) -> pd.DataFrame:
        """Return one row per closing in the order of `records`, with its rank from 1 as the index."""
        import pandas as pd

        frame = pd.DataFrame([{name: record[name] for name in COLUMNS} for record in self.records], columns=COLUMNS)
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="rank")
        return frame

    def to_frame(self) -> pd.DataFrame:
        """Return `ranking`."""
        return self.ranking()

    def to_mapping(self) -> dict[str, Any]:
        """Return the plan's cost, counts and all records as plain values: the JSON of ``corridor disrupt``."""
        return {
            "base": {
                "dataset": self.base.data.info.name,
                "version": self.base.data.info.version,
                "year": self.base.year,
                "status": self.base.status,
                "cost_usd": self.base.cost_usd,
                "objective_usd": self.base.objective_usd,
                "unmet": [record.to_mapping() for record in self.base.unmet],
            },
            "counts": dict(sorted(self.counts.items())),
            "closings": list(self.records),
            "failed": list(self.failed),
        }


def disrupt(
    data: Dataset,
    *,
    kinds: Collection[Kind] = (),
    only: Sequence[str | Scenario] | None = None,
    share: float | None = None,
    year: int | None = None,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
    executor: Executor | None = None,
    resume: str | Path | None = None,
    on_done: Callable[[Record], None] | None = None,
) -> Disruption:
    """Close one thing after the other, plan all demands again each time, and rank the things by what that costs.

    Parameters
    ----------
    kinds
        ``link``, ``node``, ``crossing``, ``shared`` (see `optimizer.closings.closings_of`); empty = all four. With
        `only`, the kinds that the names may mean; empty = any.
    only
        Scenarios, or names of what is to close (see `optimizer.closings.closing_named`), instead of everything.
    share
        Share of the year, above 0 and up to 1, for which things are closed: their capacities shrink by it, and what
        has none keeps status ``no_capacity``. None = the whole year, and what a scenario says itself.
    year, weights, options
        As for `plan_flows`.
    executor, resume, on_done
        As for `optimizer.sweep.sweep`, for the closings that need a plan.

    Raises
    ------
    ValueError
        `share` is not above 0 and up to 1, or a kind is unknown.
    UnknownIdError
        A name fits nothing, or several things.
    ScenarioError
        A scenario cannot be applied, or closes nothing while a share is given.
    NoPlanError
        There is no plan even with everything open.
    DatasetError, SolverError, ResumeError
        As for `plan_flows` and `sweep`.

    Examples
    --------
    >>> from network import load
    >>> worst = disrupt(load(), only=["Aktau", "suez-port-said"]).ranking()  # doctest: +SKIP
    """
    cases = cases_of(data, kinds=kinds, only=only, share=share, year=year, weights=weights, options=options)
    found = sweep(
        cases.jobs, close_one, {cases.base.plan.year: cases.base}, executor=executor, resume=resume, on_done=on_done
    )
    return ranked(cases, found)


@dataclass(frozen=True, eq=False)
class Cases:
    """What a disruption has to find out: `settled` are the records that need no plan, `jobs` are for `close_one`."""

    base: Prepared
    settled: tuple[Record, ...]
    jobs: tuple[Job[Closing], ...]


def cases_of(
    data: Dataset,
    *,
    kinds: Collection[Kind] = (),
    only: Sequence[str | Scenario] | None = None,
    share: float | None = None,
    year: int | None = None,
    weights: Weights = Weights(),
    options: SolveOptions = SolveOptions(),
) -> Cases:
    """Return what is to close, and the plan with everything open; see `disrupt`, which raises the same errors."""
    if share is not None and not 0.0 < share <= 1.0:
        raise ValueError(f"share is a share of the year, above 0 and up to 1, got {share!r}")
    graph = expand_for(data, year, weights)
    if only is None:
        if unknown := set(kinds) - set(KINDS):
            raise ValueError(f"kinds are {', '.join(KINDS)}, got {', '.join(sorted(unknown))}")
        closings = closings_of(graph, kinds or KINDS, 1.0 if share is None else share)
    else:
        closings = tuple(closing_named(graph, data, name, kinds, share) for name in only)
    for closing in closings:
        if closing.kind == "scenario":
            # What is wrong with a scenario is told before anything is solved.
            _closed(data, closing)
    base = prepare(data, year=year, weights=weights, options=options)
    base.plan.raise_for_status()
    is_idle = [_is_unused(base, closing) for closing in closings]
    return Cases(
        base=base,
        settled=tuple(
            _settled(base.plan, closing, UNUSED) for closing, idle in zip(closings, is_idle, strict=True) if idle
        ),
        jobs=tuple(
            Job(closing.key, closing.name, graph.year, closing)
            for closing, idle in zip(closings, is_idle, strict=True)
            if not idle
        ),
    )


def ranked(cases: Cases, found: Iterable[Record]) -> Disruption:
    """Return the disruption that the records of a sweep over `cases` make, the worst closing first."""
    records, failed = list(cases.settled), []
    for one in found:
        closing = cases.jobs[one["at"]].what
        record = {name: value for name, value in one.items() if name not in ("at", "seconds", "year")}
        if "error" in record:
            failed.append({**_identity(closing), "error": record["error"]})
        else:
            records.append(record)
    failed.sort(key=lambda record: (record["id"], record["kind"]))
    return Disruption(cases.base.plan, tuple(sorted(records, key=_rank)), tuple(failed))


def close_one(base: Prepared, job: Job[Closing]) -> Record:
    """Return the record of one closing: what the best plan without the thing costs more; see `Disruption`."""
    closing, plan = job.what, base.plan
    footing = footing_of(plan)
    changed = _closed(footing.data, closing)
    if changed is None:
        return _settled(plan, closing, NO_CAPACITY)
    narrowed = footing.narrowed_arcs(changed)
    t_used, n_demands_used = footing.passed(narrowed)
    # A plan stopped at a limit is feasible, but may not be the optimum that the argument above starts from.
    if plan.status == "optimal" and is_pure(closing.scenario):
        if not footing.carries[narrowed].any():
            cut_off = [] if is_partial(closing.scenario) else footing.cut_off_by(narrowed)
            return _settled(plan, closing, UNUSED) | {"cut_off": cut_off}
        if is_partial(closing.scenario) and footing.has_room(changed):
            return _settled(plan, closing, SPARE) | {"t_used": t_used, "n_demands_used": n_demands_used}
    after = replan(base, changed).plan
    behind_t = None if after.cost_usd is None else t_unmet(after)
    delta_objective = _difference(after.objective_usd, plan.objective_usd)
    if delta_objective is not None and abs(delta_objective) <= ROUNDING * abs(plan.objective_usd or 0.0):
        delta_objective = 0.0
    return {
        **_identity(closing),
        "status": after.status,
        "cost_usd": after.cost_usd,
        "delta_cost_usd": _difference(after.cost_usd, plan.cost_usd),
        "delta_objective_usd": delta_objective,
        "unmet": [record.to_mapping() for record in after.unmet],
        "t_unmet": behind_t,
        "delta_t_unmet": _difference(behind_t, footing.t_unmet),
        "cut_off": [demand for demand in without_way(after) if demand not in footing.without_way],
        "t_used": t_used,
        "n_demands_used": n_demands_used,
        "message": after.message,
    }


def _difference(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _closed(data: Dataset, closing: Closing) -> Dataset | None:
    """Return the data without what closes; None where part of a capacity is to be taken that nothing limits.

    Raises
    ------
    ScenarioError
        The scenario cannot be applied for any other reason.
    """
    try:
        return apply(data, closing.scenario)
    except ScenarioError as error:
        if is_pure(closing.scenario) and error.findings and all(why.code == "E312" for why in error.findings):
            return None
        raise


def _is_unused(base: Prepared, closing: Closing) -> bool:
    """Tell, without making the closing, whether it is of one of `KINDS` and changes nothing of an optimal plan.

    Where demands are left behind that have a way, it has to be made to see whether this was the last one.
    """
    if closing.kind not in KINDS or base.plan.status != "optimal" or footing_of(base.plan).stranded.any():
        return False
    return footing_of(base.plan).used_ids[closing.kind].isdisjoint(closed_ids(closing))


def _settled(plan: Plan, closing: Closing, status: str) -> Record:
    """Return the record of a closing that leaves the plan as it is."""
    return {
        **_identity(closing),
        "status": status,
        "cost_usd": plan.cost_usd,
        "delta_cost_usd": 0.0,
        "delta_objective_usd": 0.0,
        "unmet": [record.to_mapping() for record in plan.unmet],
        "t_unmet": footing_of(plan).t_unmet,
        "delta_t_unmet": 0.0,
        "cut_off": [],
        "t_used": 0.0,
        "n_demands_used": 0,
        "message": "",
    }


def _identity(closing: Closing) -> Record:
    return {"kind": closing.kind, "id": closing.id, "name": closing.name}


def _is_felt(record: Record) -> bool:
    """Tell whether a closing changes the plan for the worse."""
    return record["delta_objective_usd"] is None or record["delta_objective_usd"] > 0.0 or record["delta_t_unmet"] > 0.0


def _rank(record: Record) -> tuple[float, float, str, str]:
    """Return the key by which records are sorted."""
    delta = record["delta_objective_usd"]
    return (-inf if delta is None else -delta, -(record["delta_t_unmet"] or 0.0), record["id"], record["kind"])
