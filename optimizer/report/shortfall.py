"""Why demand stays behind and what would serve it, in words and tables an analyst reads aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language import NO_NUMBER, _, mode_text, n_, noted, status_text, unit_text
from optimizer.report.document import Document, Table, columns, number, percent, short_number
from optimizer.report.routes import node_name

if TYPE_CHECKING:
    from network.model import Dataset
    from optimizer.cuts import Cut, CutCapacity
    from optimizer.extensions import Extension, Extensions
    from optimizer.shortfall import LeftBehind, Reason, Shortfall

N_CAPACITIES = 10
"""Capacities of a cut that a table lists; JSON lists them all."""

WORDS: dict[Reason, str] = {
    "capacity": noted("capacity"),
    "outbid": noted("outbid"),
    "too_dear": noted("too dear"),
    "too_slow": noted("too slow"),
    "no_way": noted("no way"),
}
MEANINGS: dict[Reason, str] = {
    "capacity": noted(
        "Capacity: every way passes the cut below, and not all that wants to pass it can, whatever it pays."
    ),
    "outbid": noted("Outbid: it could be carried, but the capacity it needs saves more when it carries other goods."),
    "too_dear": noted("Too dear: the cheapest way costs more than leaving it, even if no capacity were scarce."),
    "too_slow": noted("Too slow: ways lead from origin to destination, but none of them keeps the demand's deadline."),
    "no_way": noted("No way: no links and transfers that it may use lead from origin to destination."),
}


def shortfall_document(shortfall: Shortfall, extensions: Extensions) -> Document:
    """Return why demand stays behind, the cut, and the least added capacity that serves it."""
    data = shortfall.plan.data
    if not shortfall.demands:
        return [_("Nothing is left behind: there is no shortfall to explain.")]
    document: Document = [_opening(shortfall), _demand_table(data, shortfall)]
    reasons = dict.fromkeys(record.reason for record in shortfall.demands)
    document.append("\n".join(_(MEANINGS[reason]) for reason in reasons))
    remedies = [f"{record.demand_id}: {record.remedy}." for record in shortfall.demands if record.remedy]
    if remedies:
        document.append("\n".join(remedies))
    if shortfall.cut is not None:
        document += [_cut_words(shortfall.cut), _cut_table(data, shortfall.cut)]
    return document + _extensions_part(data, extensions)


def _opening(shortfall: Shortfall) -> str:
    """Return how much is left behind."""
    n = len(shortfall.demands)
    t = sum(record.t for record in shortfall.demands)
    told = n_(
        "Why demand stays behind: {kt} kt a year of {n} demand.",
        "Why demand stays behind: {kt} kt a year of {n} demands.",
        n,
    )
    if shortfall.plan.cost_usd is None:
        told = n_(
            "Why there is no plan: {kt} kt a year of {n} demand that must be carried cannot be.",
            "Why there is no plan: {kt} kt a year of {n} demands that must be carried cannot be.",
            n,
        )
    return told.format(kt=number(t / 1e3), n=n)


def _demand_table(data: Dataset, shortfall: Shortfall) -> Table:
    """Return the demands with their reasons, and the money by which the plan leaves them."""
    return Table(
        columns(
            _("Demand"),
            ">" + _("kt left"),
            ">" + _("Share"),
            _("Why"),
            ">" + _("Leaving it"),
            ">" + _("Way"),
            ">" + _("Scarce capacity"),
            _("Most of that for"),
        ),
        tuple(
            (
                record.demand_id,
                short_number(record.t / 1e3),
                percent(record.volume, of=record.of),
                _(WORDS[record.reason]),
                _("must be carried") if record.unmet_cost_usd is None else short_number(record.unmet_cost_usd),
                _usd(record.free_way_usd if record.way_usd is None else record.way_usd),
                _usd(record.price_usd),
                _scarcest(data, record),
            )
            for record in shortfall.demands
        ),
        title=_("Left behind (USD per commodity unit; the way counts hours and CO2 as the plan does)"),
    )


def _usd(value: float | None) -> str:
    return NO_NUMBER if value is None else short_number(value)


def _scarcest(data: Dataset, record: LeftBehind) -> str:
    """Return the capacity whose scarcity costs most on the way, and its part."""
    if not record.scarce or not record.price_usd:
        return NO_NUMBER
    first = record.scarce[0]
    share = percent(first.price_usd, of=record.price_usd)
    return f"{first.id}{_along(data, first.kind, first.from_node, first.to_node)} ({share})"


def _along(data: Dataset, kind: str, from_node: str | None, to_node: str | None) -> str:
    """Return the direction of a capacity behind its name, empty where both count together."""
    if not from_node or not to_node:
        return ""
    start, end = (mode_text(end) if kind == "transfer" else node_name(data, end) for end in (from_node, to_node))
    return f" {start} → {end}"


def _cut_words(cut: Cut) -> str:
    """Return in a sentence what the cut holds back."""
    n = len(cut.capacities)
    told = n_(
        "The cut: {n} capacity holds back {kt} kt a year, however goods are routed and whatever they pay. {wanted} kt "
        "want to pass, {passing} kt can; goods that pass only part of the cut on their way count in part.",
        "The cut: {n} capacities together hold back {kt} kt a year, however goods are routed and whatever they pay. "
        "{wanted} kt want to pass, {passing} kt can; goods that pass only part of the cut on their way count in part.",
        n,
    )
    return told.format(
        n=n, kt=number(cut.shortfall_t / 1e3), wanted=number(cut.wanted_t / 1e3), passing=number(cut.passes_t / 1e3)
    )


def _cut_table(data: Dataset, cut: Cut) -> Table:
    """Return the capacities of the cut that let most pass."""
    shown = cut.capacities[:N_CAPACITIES]
    has_months = any(record.open_months for record in shown)
    title = _("Capacities of the cut")
    if len(cut.capacities) > N_CAPACITIES:
        title = _("Capacities of the cut (the {most} that let most pass)").format(most=N_CAPACITIES)
    return Table(
        columns(
            _("Capacity"),
            ">" + _("Free"),
            _("Unit"),
            *([_("Months open")] if has_months else []),
            ">" + _("Free a year"),
            ">" + _("kt pass"),
            ">" + _("TEU of it"),
            ">" + _("t more by one more unit"),
        ),
        tuple(_cut_row(data, record, has_months=has_months) for record in shown),
        title=title,
    )


def _cut_row(data: Dataset, record: CutCapacity, *, has_months: bool) -> tuple[str, ...]:
    """Return the cells of a capacity of the cut."""
    return (
        f"{record.id}{_along(data, record.kind, record.from_node, record.to_node)}",
        short_number(max(0.0, record.capacity - record.background)),
        unit_text(record.unit),
        # Translators: all months of the year.
        *([record.open_months or _("all")] if has_months else []),
        short_number(record.free),
        short_number(record.passes_t / 1e3),
        number(record.passes_teu),
        _("up to {t}").format(t=short_number(record.t_per_unit)),
    )


def _extensions_part(data: Dataset, extensions: Extensions) -> Document:
    """Return what would serve the demand left behind, and what stays even then."""
    if not extensions.extensions:
        return [_("No added capacity would change that.")]
    if extensions.price_usd_per_t is None:
        told = _(
            "What would serve it: at least {kt} kt of yearly capacity have to be added. Of all ways to do so this one "
            "leaves the cheapest flows."
        )
    else:
        told = _(
            "What would serve it: {kt} kt of added yearly capacity. It pays in the plan up to {usd} USD a year per "
            "added tonne; at a higher price some of the demand would stay behind."
        )
    opening = told.format(kt=number(extensions.added_t / 1e3), usd=number(extensions.price_usd_per_t, 2))
    table = Table(
        columns(
            _("Capacity"),
            ">" + _("Today"),
            ">" + _("Needed"),
            ">" + _("Rounded up"),
            _("Unit"),
            ">" + _("Added kt a year"),
        ),
        tuple(_extension_row(data, extension) for extension in extensions.extensions),
        title=_("Capacities to raise (rounded up to whole vehicles, or to three digits of tonnes or TEU)"),
    )
    return [opening, table, _after(extensions)]


def _extension_row(data: Dataset, record: Extension) -> tuple[str, ...]:
    """Return the cells of a capacity to raise."""
    return (
        f"{record.id}{_along(data, record.kind, record.from_node, record.to_node)}",
        short_number(record.capacity),
        short_number(record.needed),
        short_number(record.rounded),
        unit_text(record.unit),
        short_number(record.added_t / 1e3),
    )


def _after(extensions: Extensions) -> str:
    """Return what the plan of the extended network leaves behind, which was computed and verified."""
    after, before = extensions.after, extensions.plan
    unmet = [record.demand_id for record in after.unmet]
    if after.cost_usd is None:
        told = _("Planned again with these capacities: {status}; {message}")
        return told.format(status=status_text(after.status), message=after.message)
    saved = "" if before.cost_usd is None else number((before.cost_usd - after.cost_usd) / 1e6, 1)
    if not unmet:
        told = _("Planned again with these capacities, the network carries all demand.")
        if saved:
            told = _("Planned again with these capacities, the network carries all demand and costs {usd} m USD less.")
        return told.format(usd=saved)
    never = [
        f"{', '.join(ids)} ({why})"
        for ids, why in (
            ([name for name in unmet if name in extensions.no_way], _("no way leads there, or none in time")),
            ([name for name in unmet if name in extensions.too_dear], _("leaving it costs less than its cheapest way")),
            ([name for name in unmet if name not in extensions.no_way + extensions.too_dear], _("outbid")),
        )
        if ids
    ]
    told = _("Planned again with these capacities, only this stays behind: {demands}.")
    if saved:
        told = _("Planned again with these capacities and costs {usd} m USD less, only this stays behind: {demands}.")
    return told.format(usd=saved, demands="; ".join(never))
