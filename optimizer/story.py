"""What a changed plan comes to, in sentences whose every number stands in the tables of the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.causes import causes_of
from optimizer.changed import changed_between
from optimizer.effects import effect_of
from optimizer.moves import rerouted_within
from optimizer.passages import passages_of
from optimizer.phrases import N_NAMED, amount, amounts, begun, capacity_name, joined
from optimizer.report.routes import corridor_name
from optimizer.scarcity import bottlenecks_told, capacities_told, idle_told, scarcity_of
from optimizer.shifts import ROUNDING
from optimizer.volumes import NO_CORRIDOR, NOT_ASKED, UNMET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from optimizer.changed import Changed
    from optimizer.ledger import LedgerEntry
    from optimizer.result import Plan
    from optimizer.shifts import Shifts


def story_of(
    before: Plan,
    after: Plan,
    shifts: Shifts,
    ledger_before: Sequence[LedgerEntry],
    ledger_after: Sequence[LedgerEntry],
    changed: Changed | None = None,
    *,
    barrier: Callable[[int], str] | None = None,
) -> tuple[str, ...]:
    """Return what changes from one plan to another and why, in sentences.

    Every sentence is read off the two plans, the shifts between them and their ledgers. Where several things change at
    once, the effect is told of all of them together.

    Parameters
    ----------
    before, after
        Plans of the same year and weights.
    shifts
        Between the two.
    ledger_before, ledger_after
        Bottlenecks of the two plans with the capacities between which their prices hold.
    changed
        What differs between their questions; None finds it out.
    barrier
        Given the row of a resource of `after`, says in a sentence what keeps goods from it, empty where nothing is
        known; asked for capacities that grow and save nothing.
    """
    if before.objective_usd is None or after.objective_usd is None:
        return tuple(_no_plan(before, after))
    changed = changed or changed_between(before, after)
    scarcity = scarcity_of(before, after, ledger_before, ledger_after, changed)
    sentences = [
        _lead(before, after, shifts, changed),
        *_at_a_limit(after),
        *_flows(shifts),
        *capacities_told(scarcity),
        *(idle_told(scarcity, barrier) if shifts.is_tie else ()),
        *bottlenecks_told(scarcity),
        *_unmet(shifts),
        *_moves(shifts),
        *(() if shifts.is_tie else _rerouted(before, after)),
    ]
    return tuple(begun(sentence) for sentence in sentences if sentence)


def _no_plan(before: Plan, after: Plan) -> Iterator[str]:
    """Yield why there is nothing to compare."""
    for when, plan in (("Without the changes", before), ("With the changes", after)):
        if plan.objective_usd is None:
            yield f"{when} there is no plan for {plan.year} ({plan.status}): {plan.message}."


def _lead(before: Plan, after: Plan, shifts: Shifts, changed: Changed) -> str:
    """Return what is changed and what it saves or costs."""
    causes = causes_of(before, after, changed)
    if not causes:
        same = shifts.is_tie
        return f"Nothing that the plan of {after.year} looks at is changed" + (
            "." if same else f", and yet it {effect_of(before, after, n_causes=1, is_saving=True)}."
        )
    text = joined(causes)
    subject = begun(text)
    if not shifts.is_tie:
        effect = effect_of(before, after, n_causes=len(causes), is_saving=not changed.moves_yardstick)
        return f"{subject} {'together ' if len(causes) > 1 else ''}{effect}."
    verb = "change" if len(causes) > 1 else "changes"
    if not shifts.rows:
        return f"Nothing changes: {text} {verb} neither costs nor flows."
    if changed.is_nested:
        return f"{subject} {verb} no costs: the two plans cost the same, and flows differ only by ties."
    return f"{subject} {verb} no costs: the two plans cost the same, though flows differ."


def _at_a_limit(after: Plan) -> Iterator[str]:
    """Yield how far a plan may be from the best one where it is not proved optimal."""
    if after.status != "optimal":
        gap = "unknown" if after.gap is None else f"{100 * after.gap:.2g} %"
        yield f"The plan with the changes is the best known one, not proved optimal (gap {gap})."


def _flows(shifts: Shifts) -> Iterator[str]:
    """Yield which corridors gain and which lose."""
    sums: dict[str, dict[str, tuple[float, float]]] = {}
    for row in shifts.of("corridor"):
        if row.commodity:
            by_unit = sums.setdefault(row.id, {})
            net, gross = by_unit.get(row.unit, (0.0, 0.0))
            by_unit[row.unit] = net + row.delta, gross + abs(row.delta)
    # Goods that make up for each other leave rounding behind, no volume.
    deltas = {
        key: {unit: net for unit, (net, gross) in by_unit.items() if abs(net) > ROUNDING * gross}
        for key, by_unit in sums.items()
    }
    lean = _lean(shifts)
    names = {row.id: row.name for row in shifts.of("corridor")}
    names[NO_CORRIDOR] = "Ways outside all corridors"
    for sign, verb in ((1, "gain"), (-1, "lose")):
        members = [key for key, net in lean.items() if sign * net > 0.0]
        parts = []
        for key in members[:N_NAMED]:
            moved = deltas.get(key, {})
            same, other = (
                {unit: delta for unit, delta in moved.items() if side * delta > 0.0} for side in (sign, -sign)
            )
            if same:
                end = "" if key == NO_CORRIDOR else "s"
                against = f" and {'lose' if sign > 0 else 'gain'}{end} {amounts(other)}" if other else ""
                parts.append(f"{names[key]} {verb}{end} {amounts(same)}{against} a year")
        if parts:
            more = len(members) - N_NAMED
            if more > 0:
                what = "corridor" if more == 1 else "corridors"
                parts.append(f"{more} more {what} {verb}{'s' if more == 1 else ''} smaller volumes")
            yield f"{joined(parts)}."


def _lean(shifts: Shifts) -> dict[str, float]:
    """Return by how many tonnes every corridor grows, largest first; of one that only swaps goods by its containers."""
    found: dict[str, tuple[float, float, float]] = {}
    for row in shifts.of("corridor"):
        if row.commodity:
            net, gross, boxes = found.get(row.id, (0.0, 0.0, 0.0))
            in_boxes = row.delta_t if row.unit == "teu" else 0.0
            found[row.id] = net + row.delta_t, gross + abs(row.delta_t), boxes + in_boxes
    is_swap = {key: abs(net) <= ROUNDING * gross for key, (net, gross, _) in found.items()}
    order = sorted(found, key=lambda key: (is_swap[key], -abs(found[key][0]), key))
    return {key: found[key][2] if is_swap[key] else found[key][0] for key in order}


def _unmet(shifts: Shifts) -> Iterator[str]:
    """Yield how much more and how much less is left behind, and by which demands."""
    rows = [row for row in shifts.of("demand") if row.way == UNMET]
    for sign, word in ((1, "more"), (-1, "less")):
        members = [row for row in rows if sign * row.delta > 0.0]
        if not members:
            continue
        by_unit: dict[str, float] = {}
        for row in members:
            by_unit[row.unit] = by_unit.get(row.unit, 0.0) + abs(row.delta)
        listed = [f"{row.name} {amount(abs(row.delta), row.unit)}" for row in members[:N_NAMED]]
        more = f" and {len(members) - N_NAMED} more demands" if len(members) > N_NAMED else ""
        yield f"{amounts(by_unit)} {word} a year stay unmet: {', '.join(listed)}{more}."


def _moves(shifts: Shifts) -> Iterator[str]:
    """Yield the largest volumes that go by another corridor now, from those that lose goods to those that gain.

    Demands that change places between two corridors in equal volumes would be told else, as ties leave many of them.
    """
    net_t = {row.id: row.delta_t for row in shifts.of("corridor", commodity="") if row.unit == "t"}
    moves = [
        move
        for move in shifts.moves()
        if net_t.get(move.from_way, 0.0) < 0.0 < net_t.get(move.to_way, 0.0)
        and not {move.from_way, move.to_way} & {UNMET, NOT_ASKED}
    ]
    if not moves:
        return
    listed = [
        f"{move.name} {amount(move.volume, move.unit)} of {move.commodity} from {_way(move.from_way, move.from_name)} "
        f"to {_way(move.to_way, move.to_name)}"
        for move in moves[:N_NAMED]
    ]
    head = (
        "Largest moves between corridors"
        if len(listed) > 1
        else "One demand moves between corridors"
        if len(moves) == 1
        else "Largest move"
    )
    yield f"{head}: {'; '.join(listed)}."


def _rerouted(before: Plan, after: Plan) -> Iterator[str]:
    """Yield which goods go another way inside a corridor."""
    for moved in rerouted_within(passages_of(before), passages_of(after))[:N_NAMED]:
        where = (
            "Outside all corridors" if moved.way == NO_CORRIDOR else f"Within {corridor_name(after.data, moved.way)}"
        )
        lost, gained = (
            capacity_name(plan.data, "link", *ends)
            for plan, ends in ((before, moved.from_link), (after, moved.to_link))
        )
        volume = amount(moved.volume, moved.unit)
        yield f"{where}, {volume} of {moved.commodity} change ways: {lost} loses most, {gained} gains most."


def _way(way: str, name: str) -> str:
    """Return the way of a demand in words."""
    return "outside all corridors" if way == NO_CORRIDOR else name
