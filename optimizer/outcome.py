"""What comes of one scenario against the unchanged plan of its year, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from network.applying import apply
from optimizer.changed import changed_between
from optimizer.idle import barrier_of
from optimizer.ledger import LedgerEntry, ledger_of
from optimizer.measures import measures_of
from optimizer.replanning import replan
from optimizer.scarcity import changed_capacities
from optimizer.shifts import shifts_between
from optimizer.story import story_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.combining import Case
    from optimizer.measures import Measures
    from optimizer.replanning import Prepared
    from optimizer.sweep import Job, Record


@dataclass(frozen=True)
class Before:
    """What all scenarios of a year are compared with, beside the plan: worked out once."""

    ledger: tuple[LedgerEntry, ...]
    measures: Measures
    has_ranges: bool

    @classmethod
    def of(cls, base: Prepared, *, ranges: bool = True) -> Before:
        """Return the ledger and the measures of an unchanged plan; `ranges` asks where the prices hold."""
        return cls(_ledger(base, ranges=ranges), measures_of(base.plan), ranges)

    def bottlenecks(self) -> list[dict[str, Any]]:
        """Return the ledger as plain values."""
        return _rows(self.ledger, has_ranges=self.has_ranges)


@dataclass(frozen=True)
class Compare:
    """The work of a sweep over scenarios, to be called with a base and a job."""

    before: Mapping[int, Before]

    def __call__(self, base: Prepared, job: Job[Case]) -> Record:
        """Return the outcome of a case."""
        return outcome_of(base, self.before[job.year], job.what)


def outcome_of(base: Prepared, before: Before, case: Case) -> dict[str, Any]:
    """Return what comes of a case: its plan's cost, unmet demand, shifts, bottlenecks and measures, and the story.

    ``delta_cost_usd`` is the cost with the scenarios less the cost without. Without an answer to one of the two plans
    it is None, and the story says why.

    A bottleneck has ``holds_from`` None where its range was not asked for.

    Raises
    ------
    ScenarioError
        The scenarios cannot be applied.
    SolverError
        As `plan_flows` does.
    """
    changed = replan(base, apply(base.plan.data, *case.scenarios))
    plan = changed.plan
    ledger = _ledger(changed, ranges=before.has_ranges)
    shifts = shifts_between(base.plan, plan)
    measures = measures_of(plan)
    differences = changed_between(base.plan, plan)
    barrier = partial(barrier_of, changed)
    story = story_of(base.plan, plan, shifts, before.ledger, ledger, differences, barrier=barrier)
    return {
        "name": case.name,
        "year": case.year,
        "status": plan.status,
        "base_cost_usd": base.plan.cost_usd,
        "cost_usd": plan.cost_usd,
        "delta_cost_usd": difference(plan.cost_usd, base.plan.cost_usd),
        "unmet": [record.to_mapping() for record in plan.unmet],
        "shifts": shifts.to_mapping(),
        "bottlenecks": _with_price_before(before, ledger),
        "bottlenecks_before": before.bottlenecks(),
        "measures": measures.to_mapping(),
        "base_measures": before.measures.to_mapping(),
        "changed": changed_capacities(base.plan, plan, differences),
        "story": list(story),
        "projects": list(case.projects),
        "note": case.note,
    }


def difference(after: float | None, before: float | None) -> float | None:
    """Return `after` less `before`, None where one of them is not there."""
    return None if after is None or before is None else after - before


def _ledger(prepared: Prepared, *, ranges: bool) -> tuple[LedgerEntry, ...]:
    """Return the bottlenecks of a plan, with the capacities between which their prices hold or without."""
    if ranges:
        return ledger_of(prepared)
    rows = prepared.plan.bottlenecks()
    return tuple(LedgerEntry(row, row.capacity, None, row.price_usd_per_unit) for row in rows)


def _rows(ledger: Iterable[LedgerEntry], *, has_ranges: bool) -> list[dict[str, Any]]:
    """Return a ledger as plain values; what was not asked for is None."""
    unknown = {} if has_ranges else dict.fromkeys(("holds_from", "holds_to", "price_left_usd_per_unit"))
    return [{**entry.to_mapping(), **unknown} for entry in ledger]


def _with_price_before(before: Before, after: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """Return the bottlenecks of the changed plan, each with its price in the unchanged one, 0 where it did not bind."""
    prices = {_key(entry): entry.bottleneck.price_usd_per_unit for entry in before.ledger}
    rows = _rows(after, has_ranges=before.has_ranges)
    return [
        {**row, "price_before_usd_per_unit": prices.get(_key(entry), 0.0)}
        for row, entry in zip(rows, after, strict=True)
    ]


def _key(entry: LedgerEntry) -> tuple[str | None, ...]:
    """Return what tells a capacity from all others of a plan."""
    row = entry.bottleneck
    return row.kind, row.id, row.from_node, row.to_node
