"""A plan as an analyst defends it: cost, proof, flows by corridor and mode, unmet demand, bottlenecks with prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language import NO_NUMBER, _, as_written, mode_text, noted, status_text, unit_text
from optimizer.listing import values_of
from optimizer.report.document import Document, Table, columns, number, percent, short_number
from optimizer.report.routes import corridor_name, goods_text, node_name
from optimizer.report.sheets import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.model import Dataset
    from optimizer.flows import Share
    from optimizer.result import Plan

N_BOTTLENECKS = 15
CAVEAT = noted("A plan is the cheapest system under these data, not a forecast.")


def plan_document(data: Dataset, plan: Plan, shortfall: Document | None = None) -> Document:
    """Return headline and proof, then tables by corridor, mode, unmet demand and bottleneck, and why demand is unmet.

    `shortfall` is what `optimizer.report.shortfall` says of the unmet demand, where that was asked for.
    """
    document: Document = [_headline(plan), _corridor_table(data, plan), _mode_table(plan)]
    document.append(_unmet_table(data, plan) if plan.unmet else _("All demand is carried."))
    document.append(_bottleneck_table(data, plan) if plan.bottlenecks() else _("No capacity binds."))
    return [*document, *(shortfall or []), _(CAVEAT)]


def flows_csv(plan: Plan) -> str:
    """Return one row per link, direction and commodity."""
    names = ("link_id", "from_node", "to_node", "commodity", "volume")
    return csv_text(names, [values_of(flow, names) for flow in plan.link_flows])


def million(usd: float | None) -> str:
    """Return money in millions of USD."""
    return NO_NUMBER if usd is None else number(usd / 1e6, 1)


def signed_million(usd: float | None) -> str:
    """Return a change of money in millions of USD with its sign; one that rounds to nothing has none."""
    if usd is None:
        return NO_NUMBER
    return as_written(f"{round(usd / 1e6, 1) or 0.0:+,.1f}" if abs(usd) >= 5e4 else "0.0")


def _headline(plan: Plan) -> str:
    """Return status, cost and proof, and how sure the cost is, a line each."""
    proof = _("{status}, best known").format(status=status_text(plan.status))
    lines = [
        _("Plan {year} · {usd} m USD = {transport} transport + {unmet} unmet demand").format(
            year=plan.year,
            usd=million(plan.cost_usd),
            transport=million(plan.transport_cost_usd),
            unmet=million(plan.unmet_cost_usd),
        ),
        _("{proof} · objective {objective} m USD · bound {bound} · gap {gap} · verified").format(
            proof=_("proved optimal") if plan.status == "optimal" else proof,
            objective=million(plan.objective_usd),
            bound=million(plan.bound),
            gap=NO_NUMBER if plan.gap is None else as_written(f"{plan.gap:.1e}"),
        ),
    ]
    if plan.weak_share is not None:
        lines.append(_("{percent} of the transport cost rests on grade D").format(percent=percent(plan.weak_share)))
    return "\n".join(lines)


def _corridor_table(data: Dataset, plan: Plan) -> Table:
    """Return what each corridor carries, every unit counted in one corridor only."""
    groups = _by_name(plan.by_corridor())
    total_t = sum(share.t for shares in groups.values() for share in shares)
    return Table(
        columns(
            _("Corridor"),
            ">" + _("Containers TEU"),
            ">" + _("Bulk and general kt"),
            ">" + _("All kt"),
            ">" + _("Share"),
            ">" + _("bn t-km"),
            ">" + _("m USD"),
        ),
        tuple(
            (
                corridor_name(data, name) or _("(no corridor)"),
                number(sum(share.volume for share in shares if _in_teu(data, share))),
                number(sum(share.t for share in shares if not _in_teu(data, share)) / 1e3),
                number(sum(share.t for share in shares) / 1e3),
                percent(sum(share.t for share in shares), 1, of=total_t),
                number(sum(share.t_km for share in shares) / 1e9, 1),
                million(sum(share.cost_usd for share in shares)),
            )
            for name, shares in groups.items()
        ),
        title=_("Flows by corridor (a route belongs to the one corridor with most of its km)"),
    )


def _mode_table(plan: Plan) -> Table:
    """Return the work done by each mode."""
    groups = _by_name(plan.by_mode())
    return Table(
        columns(_("Mode"), ">" + _("bn t-km"), ">" + _("m USD on links"), ">" + _("kt CO2e")),
        tuple(
            (
                mode_text(mode),
                number(sum(share.t_km for share in shares) / 1e9, 1),
                million(sum(share.cost_usd for share in shares)),
                number(sum(share.co2_kg for share in shares) / 1e6),
            )
            for mode, shares in groups.items()
        ),
        title=_("Work by mode"),
    )


def _by_name(shares: Iterable[Share]) -> dict[str, list[Share]]:
    """Group shares of several commodities by corridor or mode."""
    groups: dict[str, list[Share]] = {}
    for share in shares:
        groups.setdefault(share.name, []).append(share)
    return groups


def _in_teu(data: Dataset, share: Share) -> bool:
    """Tell whether a share's commodity is counted in TEU."""
    return bool(data.commodities.text("unit")[data.commodities.row_of[share.commodity]] == "teu")


def _unmet_table(data: Dataset, plan: Plan) -> Table:
    """Return demands that are not carried in full."""
    demands, row_of = data.demands, data.demands.row_of
    rows = []
    for record in sorted(plan.unmet, key=lambda record: -record.volume):
        row = row_of[record.demand_id]
        commodity = str(demands.text("commodity")[row])
        volume = float(demands.number("volume")[row])
        rows.append(
            (
                record.demand_id,
                node_name(data, str(demands.text("origin")[row])),
                node_name(data, str(demands.text("destination")[row])),
                goods_text(data, commodity),
                number(record.volume),
                number(volume),
                percent(record.volume, of=volume),
            )
        )
    return Table(
        columns(
            _("Demand"),
            _("From"),
            _("To"),
            _("Commodity"),
            ">" + _("Unmet"),
            # Translators: the header of a column behind "Unmet": the volume that was asked for.
            ">" + _("of"),
            ">" + _("Share"),
        ),
        tuple(rows),
        title=_("Unmet demand per year"),
    )


def _bottleneck_table(data: Dataset, plan: Plan) -> Table:
    """Return the bottlenecks whose capacity is worth most."""
    bottlenecks = plan.bottlenecks()
    rows = tuple(
        (
            row.id,
            _direction(data, row.kind, row.from_node, row.to_node),
            short_number(row.capacity),
            short_number(row.background),
            short_number(row.used),
            unit_text(row.unit),
            short_number(row.price_usd_per_unit),
        )
        for row in bottlenecks[:N_BOTTLENECKS]
    )
    title = _("Bottlenecks ({n}): USD a year that one more unit of capacity saves")
    if len(bottlenecks) > N_BOTTLENECKS:
        title = _("Bottlenecks (top {most} of {n}): USD a year that one more unit of capacity saves")
    return Table(
        columns(
            _("Bottleneck"),
            _("Direction"),
            ">" + _("Capacity"),
            ">" + _("Background"),
            ">" + _("Used"),
            _("Unit"),
            ">" + _("Worth up to"),
        ),
        rows,
        title=title.format(most=N_BOTTLENECKS, n=len(bottlenecks)),
    )


def _direction(data: Dataset, kind: str, from_node: str | None, to_node: str | None) -> str:
    """Return the direction a capacity holds for."""
    if not from_node or not to_node:
        # Translators: both directions of a link or transfer.
        return _("both")
    return (
        f"{mode_text(from_node)} → {mode_text(to_node)}"
        if kind == "transfer"
        else f"{node_name(data, from_node)} → {node_name(data, to_node)}"
    )
