"""Why demand stays behind and what would serve it, in words and tables an analyst reads aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.routes import node_name

if TYPE_CHECKING:
    from network.model import Dataset
    from optimizer.cuts import Cut, CutCapacity
    from optimizer.extensions import Extension, Extensions
    from optimizer.shortfall import LeftBehind, Reason, Shortfall

N_CAPACITIES = 10
"""Capacities of a cut that a table lists; JSON lists them all."""

WORDS: dict[Reason, str] = {
    "capacity": "capacity",
    "outbid": "outbid",
    "too_dear": "too dear",
    "too_slow": "too slow",
    "no_way": "no way",
}
MEANINGS: dict[Reason, str] = {
    "capacity": "Capacity: every way passes the cut below, and not all that wants to pass it can, whatever it pays.",
    "outbid": "Outbid: it could be carried, but the capacity it needs saves more when it carries other goods.",
    "too_dear": "Too dear: the cheapest way costs more than leaving it, even if no capacity were scarce.",
    "too_slow": "Too slow: ways lead from origin to destination, but none of them keeps the demand's deadline.",
    "no_way": "No way: no links and transfers that it may use lead from origin to destination.",
}


def shortfall_document(shortfall: Shortfall, extensions: Extensions) -> Document:
    """Return why demand stays behind, the cut, and the least added capacity that serves it."""
    data = shortfall.plan.data
    if not shortfall.demands:
        return ["Nothing is left behind: there is no shortfall to explain."]
    document: Document = [_opening(shortfall), _demand_table(data, shortfall)]
    reasons = dict.fromkeys(record.reason for record in shortfall.demands)
    document.append("\n".join(MEANINGS[reason] for reason in reasons))
    remedies = [f"{record.demand_id}: {record.remedy}." for record in shortfall.demands if record.remedy]
    if remedies:
        document.append("\n".join(remedies))
    if shortfall.cut is not None:
        document += [_cut_words(shortfall.cut), _cut_table(data, shortfall.cut)]
    return document + _extensions_part(data, extensions)


def _opening(shortfall: Shortfall) -> str:
    """Return how much is left behind."""
    n_demands = len(shortfall.demands)
    t = sum(record.t for record in shortfall.demands)
    of_demands = f"{n_demands} demand{'' if n_demands == 1 else 's'}"
    if shortfall.plan.cost_usd is None:
        return f"Why there is no plan: {number(t / 1e3)} kt a year of {of_demands} that must be carried cannot be."
    return f"Why demand stays behind: {number(t / 1e3)} kt a year of {of_demands}."


def _demand_table(data: Dataset, shortfall: Shortfall) -> Table:
    """Return the demands with their reasons, and the money by which the plan leaves them."""
    return Table(
        columns("Demand", ">kt left", ">Share", "Why", ">Leaving it", ">Way", ">Scarce capacity", "Most of that for"),
        tuple(
            (
                record.demand_id,
                short_number(record.t / 1e3),
                f"{100 * record.volume / record.of:.0f} %",
                WORDS[record.reason],
                "must be carried" if record.unmet_cost_usd is None else short_number(record.unmet_cost_usd),
                _usd(record.free_way_usd if record.way_usd is None else record.way_usd),
                _usd(record.price_usd),
                _scarcest(data, record),
            )
            for record in shortfall.demands
        ),
        title="Left behind (USD per commodity unit; the way counts hours and CO2 as the plan does)",
    )


def _usd(value: float | None) -> str:
    return "–" if value is None else short_number(value)


def _scarcest(data: Dataset, record: LeftBehind) -> str:
    """Return the capacity whose scarcity costs most on the way, and its part."""
    if not record.scarce or not record.price_usd:
        return "–"
    first = record.scarce[0]
    share = f"{100 * first.price_usd / record.price_usd:.0f} %"
    return f"{first.id}{_along(data, first.kind, first.from_node, first.to_node)} ({share})"


def _along(data: Dataset, kind: str, from_node: str | None, to_node: str | None) -> str:
    """Return the direction of a capacity behind its name, empty where both count together."""
    if not from_node or not to_node:
        return ""
    ends = (from_node, to_node) if kind == "transfer" else (node_name(data, from_node), node_name(data, to_node))
    return f" {ends[0]} → {ends[1]}"


def _cut_words(cut: Cut) -> str:
    """Return in a sentence what the cut holds back."""
    plural = "y holds" if len(cut.capacities) == 1 else "ies together hold"
    return (
        f"The cut: {len(cut.capacities)} capacit{plural} back {number(cut.shortfall_t / 1e3)} kt a year, however goods "
        f"are routed and whatever they pay. {number(cut.wanted_t / 1e3)} kt want to pass, {number(cut.passes_t / 1e3)} "
        "kt can; goods that pass only part of the cut on their way count in part."
    )


def _cut_table(data: Dataset, cut: Cut) -> Table:
    """Return the capacities of the cut that let most pass."""
    shown = cut.capacities[:N_CAPACITIES]
    has_months = any(record.open_months for record in shown)
    more = f" (the {N_CAPACITIES} that let most pass)" if len(cut.capacities) > N_CAPACITIES else ""
    return Table(
        columns(
            "Capacity",
            ">Free",
            "Unit",
            *(["Months open"] if has_months else []),
            ">Free a year",
            ">kt pass",
            ">TEU of it",
            ">t more by one more unit",
        ),
        tuple(_cut_row(data, record, has_months=has_months) for record in shown),
        title=f"Capacities of the cut{more}",
    )


def _cut_row(data: Dataset, record: CutCapacity, *, has_months: bool) -> tuple[str, ...]:
    """Return the cells of a capacity of the cut."""
    return (
        f"{record.id}{_along(data, record.kind, record.from_node, record.to_node)}",
        short_number(max(0.0, record.capacity - record.background)),
        record.unit,
        *([record.open_months or "all"] if has_months else []),
        short_number(record.free),
        short_number(record.passes_t / 1e3),
        number(record.passes_teu),
        f"up to {short_number(record.t_per_unit)}",
    )


def _extensions_part(data: Dataset, extensions: Extensions) -> Document:
    """Return what would serve the demand left behind, and what stays even then."""
    if not extensions.extensions:
        return ["No added capacity would change that."]
    if extensions.price_usd_per_t is None:
        opening = (
            f"What would serve it: at least {number(extensions.added_t / 1e3)} kt of yearly capacity have to be added. "
            "Of all ways to do so this one leaves the cheapest flows."
        )
    else:
        opening = (
            f"What would serve it: {number(extensions.added_t / 1e3)} kt of added yearly capacity. It pays in "
            f"the plan up to {number(extensions.price_usd_per_t, 2)} USD a year per added tonne; at a higher price "
            "some of the demand would stay behind."
        )
    table = Table(
        columns("Capacity", ">Today", ">Needed", ">Rounded up", "Unit", ">Added kt a year"),
        tuple(_extension_row(data, extension) for extension in extensions.extensions),
        title="Capacities to raise (rounded up to whole vehicles, or to three digits of tonnes or TEU)",
    )
    return [opening, table, _after(extensions)]


def _extension_row(data: Dataset, record: Extension) -> tuple[str, ...]:
    """Return the cells of a capacity to raise."""
    return (
        f"{record.id}{_along(data, record.kind, record.from_node, record.to_node)}",
        short_number(record.capacity),
        short_number(record.needed),
        short_number(record.rounded),
        record.unit,
        short_number(record.added_t / 1e3),
    )


def _after(extensions: Extensions) -> str:
    """Return what the plan of the extended network leaves behind, which was computed and verified."""
    after, before = extensions.after, extensions.plan
    unmet = [record.demand_id for record in after.unmet]
    if after.cost_usd is None:
        return f"Planned again with these capacities: {after.status}; {after.message}"
    saved = (
        ""
        if before.cost_usd is None
        else f" and costs {number((before.cost_usd - after.cost_usd) / 1e6, 1)} m USD less"
    )
    if not unmet:
        return f"Planned again with these capacities, the network carries all demand{saved}."
    never = [
        f"{', '.join(ids)} ({why})"
        for ids, why in (
            ([name for name in unmet if name in extensions.no_way], "no way leads there, or none in time"),
            ([name for name in unmet if name in extensions.too_dear], "leaving it costs less than its cheapest way"),
            ([name for name in unmet if name not in extensions.no_way + extensions.too_dear], "outbid"),
        )
        if ids
    ]
    return f"Planned again with these capacities{saved}, only this stays behind: {'; '.join(never)}."
