"""What comes of a what-if or a plan in a few lines, with the numbers of its tables, in any language.

Each line is a label with values behind it, so that no word has to agree with a number or a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.language import NO_NUMBER, SPACE, _, mode_text, n_, percent_text, signed_text, status_text, unit_text
from optimizer.measures import measures_of
from optimizer.phrases import N_NAMED, per_period
from optimizer.report.document import number, short_number
from optimizer.report.ledger_table import KEY, called, most_worth
from optimizer.report.plans import million
from optimizer.report.routes import corridor_name, days
from optimizer.report.shift_tables import Change, changes_by
from optimizer.report.spoken_names import limit_name
from optimizer.scarcity import NOISE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from network.model import Dataset
    from optimizer.result import Plan

    Values = Mapping[str, Any]


def key_findings(data: Dataset, outcome: Values) -> list[str]:
    """Return what comes of one scenario of a what-if, a line each.

    Money and what is minimized, demand left behind, corridors, CO2e, the mean time, the capacities that change, the
    bottleneck worth most, and those that appear and vanish: all as before and after the changes.

    Parameters
    ----------
    data
        The unchanged dataset, for names.
    outcome
        The mapping of a scenario, as the JSON of a what-if has it. One that failed, or has no plan to compare, says so.
    """
    if "error" in outcome:
        told = _("The scenario failed: [{code}] {message}")
        return [told.format(code=outcome["error"]["code"], message=outcome["error"]["message"].partition("\n")[0])]
    before, after = outcome["base_measures"], outcome["measures"]
    if before["cost_usd"] is None or after["cost_usd"] is None:
        return list(_no_plan(outcome))
    return [
        *_at_a_limit(outcome),
        _money(before, after),
        _minimized(before, after),
        _unmet(before, after),
        *_corridors(data, outcome),
        _co2(before, after),
        *_time(before, after),
        *_changed(data, outcome),
        *_worth(data, most_worth(outcome["bottlenecks"])),
        *_come_and_gone(data, outcome),
    ]


def plan_findings(data: Dataset, plan: Plan) -> list[str]:
    """Return what a plan comes to, a line each: money and proof, unmet demand, corridors, modes, CO2e, bottlenecks.

    Parameters
    ----------
    data
        The dataset, for names.
    plan
        The plan; one without an answer says so.
    """
    if plan.cost_usd is None:
        return [_("No plan for {year}: {status}.").format(year=plan.year, status=status_text(plan.status))]
    measures = measures_of(plan).to_mapping()
    bottlenecks = [row.to_mapping() for row in plan.bottlenecks()]
    return [
        *_at_a_limit({"status": plan.status}),
        _("Cost: {usd} m USD a year, {transport} transport + {unmet} unmet demand.").format(
            usd=million(plan.cost_usd),
            transport=million(plan.transport_cost_usd),
            unmet=million(plan.unmet_cost_usd),
        ),
        _unmet_now(measures),
        *_largest(_("Largest corridors: {shares}."), _corridor_shares(data, plan)),
        *_largest(_("Largest modes, by t-km: {shares}."), _mode_shares(measures)),
        _("CO2e: {kt} kt a year.").format(kt=number(measures["co2_kg"] / 1e6)),
        *([] if measures["time_h"] is None else [_("Mean time: {days} days.").format(days=days(measures["time_h"]))]),
        _("Bottlenecks: {n}.").format(n=number(len(bottlenecks))),
        *_worth(data, most_worth(bottlenecks)),
    ]


def _no_plan(outcome: Values) -> Iterator[str]:
    """Yield why there is nothing to compare."""
    if outcome["base_measures"]["cost_usd"] is None:
        yield _("Without the changes there is no plan to compare with.")
    if outcome["measures"]["cost_usd"] is None:
        yield _("With the changes there is no plan: {status}.").format(status=status_text(outcome["status"]))


def _at_a_limit(outcome: Values) -> Iterator[str]:
    """Yield that a plan is not proved to be the best one."""
    if outcome["status"] != "optimal":
        yield _("The plan is the best known one, not proved optimal.")


class _Rise(NamedTuple):
    """A number before and after in the writing of the tables, its change, and the change in percent."""

    before: str
    after: str
    change: str
    percent: str


def _rise_of(before: float, after: float, written: tuple[str, str], change: str) -> _Rise:
    """Return a rise with its percent; a dash where there was nothing before."""
    return _Rise(*written, change, _percent(before, after))


def _percent(before: float, after: float) -> str:
    """Return a rise in percent; a dash where there was nothing before."""
    return f"{signed_text(100.0 * (after - before) / abs(before), 2)}{SPACE}%" if before else NO_NUMBER


def _millions(before: float, after: float) -> _Rise:
    """Return a rise of money in millions of USD."""
    return _rise_of(before, after, (million(before), million(after)), signed_text((after - before) / 1e6, 1))


def _money(before: Values, after: Values) -> str:
    """Return by how much the money rises."""
    rise = _millions(before["cost_usd"], after["cost_usd"])
    return _("Cost: {change} m USD a year ({percent}); {before} → {after}.").format(**rise._asdict())


def _minimized(before: Values, after: Values) -> str:
    """Return by how much rises what is minimized, with the value of time where hours count."""
    rise = _millions(before["objective_usd"], after["objective_usd"])
    return _("What is minimized: {change} m USD a year ({percent}); {before} → {after}.").format(**rise._asdict())


def _unmet(before: Values, after: Values) -> str:
    """Return how much was and is left behind, by unit."""
    parts = [
        _("{before} → {after} {unit}").format(
            before=number(before["unmet"].get(unit, 0.0)), after=number(left), unit=unit_text(unit)
        )
        for unit, left in after["unmet"].items()
        if round(left) or round(before["unmet"].get(unit, 0.0))
    ]
    return _("Unmet demand: {volumes}.").format(volumes="; ".join(parts) or _("none, before and after"))


def _unmet_now(measures: Values) -> str:
    """Return how much is left behind, by unit."""
    parts = [f"{number(left)} {unit_text(unit)}" for unit, left in measures["unmet"].items() if round(left)]
    return _("Unmet demand: {volumes}.").format(volumes="; ".join(parts) or _("none"))


def _corridors(data: Dataset, outcome: Values) -> Iterator[str]:
    """Yield which corridors gain most and which lose most."""
    changes = list(changes_by(data, outcome["shifts"], "corridor"))
    more, less = ([_volumes(change) for change in changes if sign * _lean(change) > 0.0] for sign in (1, -1))
    if more and less:
        told = _("Corridors that gain most: {more}. Corridors that lose most: {less}.")
    elif more:
        told = _("Corridors that gain most: {more}. None loses.")
    else:
        told = _("Corridors that lose most: {less}. None gains.") if less else _("Corridors: no change.")
    yield told.format(more=_first(more), less=_first(less))


def _lean(change: Change) -> float:
    """Return by how many tonnes a corridor grows; of one whose goods make up for each other, by how many TEU."""
    by_t = 0 if change.tonnes is None else round(change.tonnes["delta"])
    return by_t or (0.0 if change.teu is None else change.teu["delta"])


def _volumes(change: Change) -> str:
    """Return a corridor with its change of containers and of other goods, as its table has them."""
    teu = 0.0 if change.teu is None else change.teu["delta"]
    parts = [
        f"{signed_text(delta)} {unit_text(unit)}"
        for unit, delta in (("teu", teu), ("t", change.bulk_t))
        if round(delta)
    ]
    return f"{change.name} {', '.join(parts)}"


def _co2(before: Values, after: Values) -> str:
    """Return by how much the emissions rise."""
    kt = (before["co2_kg"] / 1e6, after["co2_kg"] / 1e6)
    rise = _rise_of(*kt, (number(kt[0]), number(kt[1])), signed_text(kt[1] - kt[0]))
    return _("CO2e: {change} kt a year ({percent}); {before} → {after}.").format(**rise._asdict())


def _time(before: Values, after: Values) -> Iterator[str]:
    """Yield how the mean time of a tonne changes."""
    hours = (before["time_h"], after["time_h"])
    if None not in hours:
        told = _("Mean time: {before} → {after} days ({percent}).")
        yield told.format(before=days(hours[0]), after=days(hours[1]), percent=_percent(*hours))


def _changed(data: Dataset, outcome: Values) -> Iterator[str]:
    """Yield the capacities that change, and how full they were and are."""
    rows = outcome.get("changed") or ()
    parts = [
        _("{name} {before} → {after} {unit}, used {used_before} → {used_after} ({full_before} → {full_after})").format(
            name=limit_name(data, row),
            unit=" → ".join(dict.fromkeys(map(unit_text, (row.get("unit_before", row["unit"]), row["unit"])))),
            **{side: _limit(row[f"capacity_{side}"]) for side in ("before", "after")},
            **{f"used_{side}": _limit(row[f"used_{side}"]) for side in ("before", "after")},
            **{f"full_{side}": _full(row, side) for side in ("before", "after")},
        )
        for row in rows
    ]
    if parts:
        yield _("Capacities that change: {changes}.").format(changes=_first(parts))


def _limit(value: float | None) -> str:
    """Return a capacity or its use; a dash for none."""
    return NO_NUMBER if value is None else short_number(value)


def _full(row: Values, side: str) -> str:
    """Return which part of a capacity was or is used; a dash where there is no limit, or nothing to use."""
    used, capacity = row[f"used_{side}"], row[f"capacity_{side}"]
    return NO_NUMBER if used is None or not capacity else percent_text(used / capacity)


def _worth(data: Dataset, row: Values | None) -> Iterator[str]:
    """Yield which bottleneck is worth most and what one more unit of it saves, exactly where that is known."""
    if row is None:
        yield _("Worth most: no capacity binds.")
        return
    exact = row.get("one_more_usd")
    told = _("Worth most: {name}, {usd} USD a year for one more {unit}.")
    if exact is None:
        told = _("Worth most: {name}, up to {usd} USD a year for one more {unit}.")
    usd = row["price_usd_per_unit"] if exact is None else exact
    yield told.format(name=called(data, row), usd=short_number(usd), unit=per_period(row["unit"], 1.0))


def _come_and_gone(data: Dataset, outcome: Values) -> Iterator[str]:
    """Yield which bottlenecks appear and which vanish."""
    before = _binding(outcome["bottlenecks_before"], outcome["base_measures"]["objective_usd"])
    after = _binding(outcome["bottlenecks"], outcome["measures"]["objective_usd"])
    come, gone = (
        list(dict.fromkeys(called(data, row) for key, row in found.items() if key not in others))
        for found, others in ((after, before), (before, after))
    )
    if come and gone:
        told = _("New bottlenecks: {come}. No longer bottlenecks: {gone}.")
    elif come:
        told = _("New bottlenecks: {come}. No earlier one has gone.")
    elif gone:
        told = _("No longer bottlenecks: {gone}. None is new.")
    else:
        told = _("Bottlenecks: the same as before.")
    yield told.format(come=_first(come), gone=_first(gone))


def _binding(rows: Iterable[Values], objective_usd: float) -> dict[tuple[str | None, ...], Values]:
    """Return the capacities of which one more unit saves something, by what tells them apart; no steps of prices."""
    least = NOISE * abs(objective_usd)
    return {
        tuple(row[key] for key in KEY): row
        for row in rows
        if row["kind"] != "step" and row["price_usd_per_unit"] * max(row["capacity"], 1.0) > least
    }


def _first(parts: Sequence[str]) -> str:
    """Return the first few of some parts, and how many more there are."""
    n_others = len(parts) - N_NAMED
    more = [n_("{n} more", "{n} more", n_others).format(n=n_others)] if n_others > 0 else []
    return "; ".join([*parts[:N_NAMED], *more])


def _largest(told: str, shares: Iterable[tuple[str, float]]) -> Iterator[str]:
    """Yield the largest of some shares with their percentages."""
    ordered = sorted(shares, key=lambda share: -share[1])
    total = sum(size for _name, size in ordered)
    if total:
        parts = [f"{name} {percent_text(size / total, 1)}" for name, size in ordered[:N_NAMED]]
        yield told.format(shares="; ".join(parts))


def _corridor_shares(data: Dataset, plan: Plan) -> Iterator[tuple[str, float]]:
    """Yield the corridors with their tonnes."""
    t: dict[str, float] = {}
    for share in plan.by_corridor():
        t[share.name] = t.get(share.name, 0.0) + share.t
    return ((corridor_name(data, key) or _("(no corridor)"), size) for key, size in t.items())


def _mode_shares(measures: Values) -> Iterator[tuple[str, float]]:
    """Yield the modes with their tonne-kilometers."""
    return ((mode_text(work["mode"]), work["t_km"]) for work in measures["work"] if work["t_km"])
