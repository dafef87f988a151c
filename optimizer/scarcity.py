"""What is scarce before and after a change, in words: how full capacities are, what binds, what one more is worth."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.causes import change_name
from optimizer.changed import capacity_keys
from optimizer.idle import corridors_of_resource, is_passed
from optimizer.phrases import N_NAMED, capacity_name, joined, money, per_period, worth, worth_at_most
from optimizer.report.document import short_number
from optimizer.report.routes import corridor_name
from optimizer.result import resource_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from network.model import Numbers
    from optimizer.changed import CapacityChange, CapacityKey, Changed
    from optimizer.ledger import LedgerEntry
    from optimizer.result import Plan

NOISE = 1e-9
"""Part of the objective that a capacity must be worth in all to bind: below lies rounding of the prices."""
FULL = 1e-9
"""Part of a capacity that may be free and the capacity be full, as rounding leaves it."""
PRICE_MOVED = 1e-6
"""Part of a price that it must rise or fall by to be told."""


class Scarcity(NamedTuple):
    """What differs between two plans, what binds in each (`bound` before, `binds` after), and what each uses.

    `used_before` and `used_after` have a value per resource of their plan, in its own unit, background included.
    """

    before: Plan
    after: Plan
    changed: Changed
    bound: Mapping[CapacityKey, LedgerEntry]
    binds: Mapping[CapacityKey, LedgerEntry]
    used_before: Numbers
    used_after: Numbers


def scarcity_of(
    before: Plan,
    after: Plan,
    ledger_before: Sequence[LedgerEntry],
    ledger_after: Sequence[LedgerEntry],
    changed: Changed,
) -> Scarcity:
    """Return what is scarce in two plans, given their ledgers and what differs between them."""
    return Scarcity(
        before,
        after,
        changed,
        _binding(before, ledger_before),
        _binding(after, ledger_after),
        _used(before),
        _used(after),
    )


def changed_capacities(before: Plan, after: Plan, changed: Changed) -> list[dict[str, Any]]:
    """Return the capacities that differ as plain values: what they are, and how much of each is used, in its unit.

    A capacity is None where there is no limit, what is used is None where the plan has no such limit to use.
    """
    used = (_used(before), _used(after))
    return [
        {
            "kind": change.key[0],
            "id": change.key[1],
            "from_node": change.key[2] or None,
            "to_node": change.key[3] or None,
            "name": change_name(after.data, change),
            "unit": change.unit,
            "capacity_before": change.before,
            "capacity_after": change.after,
            "used_before": None if change.row_before is None else float(used[0][change.row_before]),
            "used_after": None if change.row_after is None else float(used[1][change.row_after]),
        }
        for change in changed.capacities
    ]


def _binding(plan: Plan, ledger: Sequence[LedgerEntry]) -> dict[CapacityKey, LedgerEntry]:
    """Return the capacities of which a unit more or less counts, by key: what one more saves, else one less costs."""
    least = NOISE * abs(plan.objective_usd or 0.0)
    found = {}
    for entry in ledger:
        row = entry.bottleneck
        left = entry.price_left_usd_per_unit
        if row.kind != "step" and (left is None or max(row.price_usd_per_unit, left) * max(row.capacity, 1.0) > least):
            found[row.kind, row.id, row.from_node or "", row.to_node or ""] = entry
    return found


def _used(plan: Plan) -> Numbers:
    """Return how much of every capacity is in use, background included, in its own unit."""
    resources = plan.blocks.graph.resources
    used: Numbers = resources.background + resource_use(plan.blocks, plan.flow) / resources.per_year
    return used


def capacities_told(told: Scarcity) -> Iterator[str]:
    """Yield how full the capacities that change were and are, those that bind first."""
    changes = sorted(
        told.changed.capacities,
        key=lambda change: (-_earned(told.bound.get(change.key)), -_earned(told.binds.get(change.key))),
    )
    for change in changes[:N_NAMED]:
        yield _capacity(told, change)


def _earned(entry: LedgerEntry | None) -> float:
    """Return what a whole capacity is worth at its price in USD per year, 0 for one that does not bind."""
    return 0.0 if entry is None else entry.bottleneck.price_usd_per_unit * entry.bottleneck.capacity


def _capacity(told: Scarcity, change: CapacityChange) -> str:
    """Return how full a capacity was and is, and whether it binds."""
    name, year = change_name(told.after.data, change), told.after.year
    if change.row_before is None or change.row_after is None:
        return ""
    used = (float(told.used_before[change.row_before]), float(told.used_after[change.row_after]))
    before, after = change.before or 0.0, change.after or 0.0
    unit = per_period(change.unit)
    fill = (
        f"{short_number(used[0])} of {short_number(before)} {unit} used before, "
        f"{short_number(used[1])} of {short_number(after)} now"
    )
    was, now = told.bound.get(change.key), told.binds.get(change.key)
    is_full = (used[0] >= before * (1.0 - FULL), used[1] >= after * (1.0 - FULL))
    return f"{name} in {year}: {fill}; {_states(per_period(change.unit, 1.0), was, now, is_full)}."


def _states(unit: str, was: LedgerEntry | None, now: LedgerEntry | None, is_full: tuple[bool, bool]) -> str:
    """Return how a capacity that changes bound before and binds now; one that is full may have no price."""
    if was is not None and was.bottleneck.price_usd_per_unit > 0.0:
        before = f"before, one more {unit} was worth {money(was.bottleneck.price_usd_per_unit)} a year"
    elif was is not None or is_full[0]:
        before = f"before, it was full, but one more {unit} of it alone saved nothing"
    elif now is None and not is_full[1]:
        return "it did not bind before and does not now"
    else:
        before = "it did not bind before"
    if now is not None:
        return f"{before}; now it {_grip(now)}"
    if is_full[1]:
        return f"{before}; now it is full, but one more {unit} of it alone saves nothing"
    return f"{before}; now it does not bind"


def _grip(entry: LedgerEntry) -> str:
    """Return how a bottleneck binds: what one more unit of it saves, else what one less costs."""
    row, left = entry.bottleneck, entry.price_left_usd_per_unit
    if row.price_usd_per_unit > 0.0:
        has_range = entry.holds_from < row.capacity or left != row.price_usd_per_unit
        if not has_range:
            # One price on both sides of a point without extent: nobody asked how far it holds.
            return f"binds ({worth_at_most(row.price_usd_per_unit, row.unit)})"
        return f"binds ({worth(row.price_usd_per_unit, row.unit, entry.holds_to)})"
    alone = f"is full (one more {per_period(row.unit, 1.0)} of it alone saves nothing, one less"
    return f"{alone} {'leaves behind what must be carried' if left is None else f'costs {money(left)} a year'})"


def idle_told(told: Scarcity, barrier: Callable[[int], str] | None) -> Iterator[str]:
    """Yield why a change saves nothing: nobody uses what it is about, or others bind on the same corridors."""
    changed, plans = told.changed, (told.before, told.after)
    altered = (*changed.quicker, *changed.slower, *changed.cheaper, *changed.dearer)
    if changed.closed and not is_passed(told.before, changed.closed):
        yield "No goods passed what is closed."
    if changed.opened and not is_passed(told.after, changed.opened):
        yield "No goods take what is opened."
    if altered and not any(is_passed(plan, altered) for plan in plans):
        yield "No goods pass where hours or prices change."
    seen: set[tuple[str, ...]] = set()
    for change in changed.capacities[:N_NAMED]:
        if not change.is_raised or change.row_after is None or change.key in told.binds:
            continue
        corridors = corridors_of_resource(told.after, change.row_after)
        if corridors not in seen:
            seen.add(corridors)
            yield _binding_on(told, corridors)
        if barrier is not None:
            yield barrier(change.row_after)


def _binding_on(told: Scarcity, corridors: tuple[str, ...]) -> str:
    """Return which capacities bind on some corridors."""
    if not 0 < len(corridors) <= N_NAMED:
        return ""
    rows = capacity_keys(told.after.blocks.graph.resources)
    there = [
        entry
        for key, entry in told.binds.items()
        if not set(corridors).isdisjoint(corridors_of_resource(told.after, rows[key]))
    ]
    names = joined([corridor_name(told.after.data, name) for name in corridors])
    if not there:
        return f"On {names} no capacity binds."
    listed = "; ".join(_worth(told.after, entry) for entry in _most_worth(there))
    return f"On {names}: {listed}{_and_more(there)}."


def bottlenecks_told(told: Scarcity) -> Iterator[str]:
    """Yield what binds newly, what no longer does, and whose price moved most, but for what is told as changed."""
    told_of = {change.key for change in told.changed.capacities[:N_NAMED]}
    new = [entry for key, entry in told.binds.items() if key not in told.bound and key not in told_of]
    still_there = capacity_keys(told.after.blocks.graph.resources).keys() - told_of
    gone = [entry for key, entry in told.bound.items() if key in still_there and key not in told.binds]
    if new:
        listed = "; ".join(_worth(told.after, entry) for entry in _most_worth(new))
        yield f"Newly binding: {listed}{_and_more(new)}."
    if gone:
        listed = "; ".join(_name(told.before, entry) for entry in _most_worth(gone))
        yield f"No longer binding: {listed}{_and_more(gone)}."
    moved = []
    for key in told.binds.keys() & told.bound.keys() - told_of:
        prices = [side[key].bottleneck.price_usd_per_unit for side in (told.bound, told.binds)]
        if abs(prices[1] - prices[0]) > PRICE_MOVED * max(prices):
            moved.append((-abs(prices[1] - prices[0]) * told.binds[key].bottleneck.capacity, key, prices))
    if moved:
        _, key, prices = min(moved)
        entry = told.binds[key]
        before, now = (money(price) if price > 0.0 else "nothing" for price in prices)
        unit = per_period(entry.bottleneck.unit, 1.0)
        yield f"One more {unit} of {_name(told.after, entry)} is worth {now} a year now, {before} before."


def _name(plan: Plan, entry: LedgerEntry) -> str:
    """Return what a reader calls a bottleneck."""
    row = entry.bottleneck
    return capacity_name(plan.data, row.kind, row.id, row.from_node, row.to_node)


def _worth(plan: Plan, entry: LedgerEntry) -> str:
    """Return a bottleneck with how it binds."""
    name, grip = _name(plan, entry), _grip(entry)
    return (
        f"{name} {grip.removeprefix('binds ')}" if grip.startswith("binds") else f"{name}, {grip.removeprefix('is ')}"
    )


def _most_worth(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Return the first few bottlenecks, those those of which one more unit saves most before those only full."""
    return sorted(entries, key=lambda entry: (-_earned(entry), -_lost(entry)))[:N_NAMED]


def _lost(entry: LedgerEntry) -> float:
    """Return what a whole capacity would cost at the price of one unit less, in USD per year."""
    left = entry.price_left_usd_per_unit
    return inf if left is None else left * entry.bottleneck.capacity


def _and_more(listed: Sequence[LedgerEntry]) -> str:
    """Return how many are not named."""
    return f"; and {len(listed) - N_NAMED} more" if len(listed) > N_NAMED else ""
