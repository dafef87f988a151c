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

    @property
    def has_ranges(self) -> bool:
        """Tell whether the prices are slopes that were asked for, not just one of the many that prove an optimum."""
        return all(_is_known(entry) for side in (self.bound, self.binds) for entry in side.values())

    def spoken_of(self) -> list[CapacityChange]:
        """Return the changed capacities that sentences speak of: limits of both plans, those that bind first."""
        limits = [
            change
            for change in self.changed.capacities
            if change.row_before is not None and change.row_after is not None
        ]
        limits.sort(key=lambda change: (-_earned(self.bound.get(change.key)), -_earned(self.binds.get(change.key))))
        return limits[:N_NAMED]


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
            "unit_before": change.unit_before,
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
    for change in told.spoken_of():
        yield _capacity(told, change)


def _is_known(entry: LedgerEntry) -> bool:
    """Tell whether it is known what exactly one more unit saves."""
    return entry.one_more_usd is not None or entry.bottleneck.price_usd_per_unit <= 0.0


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
    now_in = "" if change.unit_before == change.unit else f" {per_period(change.unit)}"
    fill = (
        f"{short_number(used[0])} of {short_number(before)} {per_period(change.unit_before)} used before, "
        f"{short_number(used[1])} of {short_number(after)}{now_in} now"
    )
    was, now = told.bound.get(change.key), told.binds.get(change.key)
    is_full = (used[0] >= before * (1.0 - FULL), used[1] >= after * (1.0 - FULL))
    units = (per_period(change.unit_before, 1.0), per_period(change.unit, 1.0))
    return f"{name} in {year}: {fill}; {_states(units, was, now, is_full)}."


def _states(
    units: tuple[str, str], was: LedgerEntry | None, now: LedgerEntry | None, is_full: tuple[bool, bool]
) -> str:
    """Return how a capacity that changes bound before and binds now; one that is full may have no price."""
    unit_before, unit = units
    if was is not None and (was.bottleneck.price_usd_per_unit > 0.0 or was.one_more_usd):
        before = f"before, one more {unit_before} was worth {_saved(was)} a year"
    elif was is not None or is_full[0]:
        before = f"before, it was full, but one more {unit_before} of it alone saved nothing"
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
    row = entry.bottleneck
    if row.price_usd_per_unit <= 0.0 and not entry.one_more_usd:
        return f"is full (one more {per_period(row.unit, 1.0)} of it alone saves nothing, {_loss(entry)})"
    if entry.one_more_usd is None:
        return f"binds ({worth_at_most(row.price_usd_per_unit, row.unit)})"
    return f"binds ({worth(entry.one_more_usd, row.unit, _reach(entry))})"


def _saved(entry: LedgerEntry) -> str:
    """Return what one more unit saves, at most that where nobody asked."""
    price = entry.bottleneck.price_usd_per_unit
    if not _is_known(entry):
        return f"up to {money(price)}"
    return money(entry.one_more_usd) if entry.one_more_usd else "nothing"


def _reach(entry: LedgerEntry) -> str:
    """Return for how much more of a capacity what the next unit saves holds."""
    if entry.holds_to is None:
        return "however large"
    if entry.holds_to < (entry.bottleneck.capacity + 1.0) * (1.0 - FULL):
        return "less for every further one"
    return f"up to {short_number(entry.holds_to)}"


def _loss(entry: LedgerEntry) -> str:
    """Return what one less unit costs, in a clause."""
    if entry.one_less_usd is not None:
        return f"one less costs {money(entry.one_less_usd)} a year"
    if entry.price_left_usd_per_unit is None:
        return "less of it leaves behind what must be carried"
    # A whole unit less is not to be had, or leaves goods behind: the slope is that of the first part of it.
    unit = per_period(entry.bottleneck.unit, 1.0)
    return f"the first of it to go costs {money(entry.price_left_usd_per_unit)} a year for each {unit}"


def idle_told(told: Scarcity, barrier: Callable[[int], str] | None) -> Iterator[str]:
    """Yield why a change saves nothing: nobody uses what it is about, or others bind on the same corridors."""
    changed, plans = told.changed, (told.before, told.after)
    altered = (*changed.quicker, *changed.slower, *changed.cheaper, *changed.dearer, *changed.cleaner, *changed.dirtier)
    if changed.closed and not is_passed(told.before, changed.closed):
        yield "No goods passed what is closed."
    if changed.opened and not is_passed(told.after, changed.opened):
        yield "No goods take what is opened."
    if altered and not any(is_passed(plan, altered) for plan in plans):
        yield f"No goods pass where {_what_alters(changed)} change."
    seen: set[tuple[str, ...]] = set()
    for change in told.spoken_of():
        if not change.is_raised or change.row_after is None or change.key in told.binds:
            continue
        corridors = corridors_of_resource(told.after, change.row_after)
        if corridors not in seen:
            seen.add(corridors)
            yield _binding_on(told, corridors)
        if barrier is not None:
            yield barrier(change.row_after)


def _what_alters(changed: Changed) -> str:
    """Return which figures of passages change."""
    figures = (
        ("hours", (*changed.quicker, *changed.slower)),
        ("prices", (*changed.cheaper, *changed.dearer)),
        ("CO2e figures", (*changed.cleaner, *changed.dirtier)),
    )
    return joined([word for word, passages in figures if passages])


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
    return f"Binding on {names}: {listed}{_and_more(there)}."


def bottlenecks_told(told: Scarcity) -> Iterator[str]:
    """Yield what binds newly, what no longer does, and whose price moved most, but for what is told as changed."""
    told_of = {change.key for change in told.spoken_of()}
    new = [entry for key, entry in told.binds.items() if key not in told.bound and key not in told_of]
    still_there = capacity_keys(told.after.blocks.graph.resources).keys() - told_of
    gone = [
        entry
        for key, entry in told.bound.items()
        # A price of 0 that nobody asked about says nothing on a capacity that is still full.
        if key in still_there and key not in told.binds and (told.has_ranges or not _is_full(told, key))
    ]
    if new:
        listed = "; ".join(_worth(told.after, entry) for entry in _most_worth(new))
        yield f"Newly binding: {listed}{_and_more(new)}."
    if gone:
        listed = "; ".join(_name(told.before, entry) for entry in _most_worth(gone))
        yield f"No longer binding: {listed}{_and_more(gone)}."
    if not told.has_ranges:
        # Any of many prices may prove an optimum: that two of them differ tells nothing.
        return
    moved = []
    for key in told.binds.keys() & told.bound.keys() - told_of:
        prices = [side[key].bottleneck.price_usd_per_unit for side in (told.bound, told.binds)]
        if abs(prices[1] - prices[0]) > PRICE_MOVED * max(prices):
            moved.append((-abs(prices[1] - prices[0]) * told.binds[key].bottleneck.capacity, key, prices))
    if moved:
        _, key, _ = min(moved)
        entry = told.binds[key]
        before, now = _saved(told.bound[key]), _saved(entry)
        unit = per_period(entry.bottleneck.unit, 1.0)
        yield f"One more {unit} of {_name(told.after, entry)} is worth {now} a year now, {before} before."


def _name(plan: Plan, entry: LedgerEntry) -> str:
    """Return what a reader calls a bottleneck."""
    row = entry.bottleneck
    return capacity_name(plan.data, row.kind, row.id, row.from_node, row.to_node)


def _worth(plan: Plan, entry: LedgerEntry) -> str:
    """Return a bottleneck with how it binds."""
    grip = _grip(entry)
    return f"{_name(plan, entry)} {grip.removeprefix('binds ').replace('is full (', '(full: ')}"


def _is_full(told: Scarcity, key: CapacityKey) -> bool:
    """Tell whether a capacity is full after the changes."""
    row = capacity_keys(told.after.blocks.graph.resources)[key]
    return bool(told.used_after[row] >= told.after.blocks.graph.resources.capacity[row] * (1.0 - FULL))


def _most_worth(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Return the first few bottlenecks, those of which one more unit saves most before those only full."""
    return sorted(entries, key=lambda entry: (-_earned(entry), -_lost(entry)))[:N_NAMED]


def _lost(entry: LedgerEntry) -> float:
    """Return what a whole capacity would cost at the price of one unit less, in USD per year."""
    left = entry.price_left_usd_per_unit
    return inf if left is None else left * entry.bottleneck.capacity


def _and_more(listed: Sequence[LedgerEntry]) -> str:
    """Return how many are not named."""
    return f"; and {len(listed) - N_NAMED} more" if len(listed) > N_NAMED else ""
