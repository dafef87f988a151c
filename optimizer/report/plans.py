"""A plan as an analyst defends it: cost, proof, flows by corridor and mode, unmet demand, bottlenecks with prices."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.routes import corridor_name, node_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.model import Dataset
    from optimizer.flows import Share
    from optimizer.result import Plan

N_BOTTLENECKS = 15
CAVEAT = "A plan is the cheapest system under these data, not a forecast."


def plan_document(data: Dataset, plan: Plan, shortfall: Document | None = None) -> Document:
    """Return headline and proof, then tables by corridor, mode, unmet demand and bottleneck, and why demand is unmet.

    `shortfall` is what `optimizer.report.shortfall` says of the unmet demand, where that was asked for.
    """
    document: Document = [_headline(plan), _corridor_table(data, plan), _mode_table(plan)]
    document.append(_unmet_table(data, plan) if plan.unmet else "All demand is carried.")
    document.append(_bottleneck_table(data, plan) if plan.bottlenecks() else "No capacity binds.")
    return [*document, *(shortfall or []), CAVEAT]


def flows_csv(plan: Plan) -> str:
    """Return one row per link, direction and commodity."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, ("link_id", "from_node", "to_node", "commodity", "volume"), lineterminator="\n")
    writer.writeheader()
    writer.writerows(flow.to_mapping() for flow in plan.link_flows)
    return stream.getvalue()


def million(usd: float | None) -> str:
    """Return money in millions of USD."""
    return "–" if usd is None else f"{usd / 1e6:,.1f}"


def _headline(plan: Plan) -> str:
    """Return status, cost and proof, and how sure the cost is, a line each."""
    proof = "proved optimal" if plan.status == "optimal" else f"{plan.status}, best known"
    gap = "–" if plan.gap is None else f"{plan.gap:.1e}"
    weak = "" if plan.weak_share is None else f"\n{100 * plan.weak_share:.0f} % of the transport cost rests on grade D"
    return (
        f"Plan {plan.year} · {million(plan.cost_usd)} m USD = {million(plan.transport_cost_usd)} transport + "
        f"{million(plan.unmet_cost_usd)} unmet demand\n"
        f"{proof} · objective {million(plan.objective_usd)} m USD · bound {million(plan.bound)} · "
        f"gap {gap} · verified{weak}"
    )


def _corridor_table(data: Dataset, plan: Plan) -> Table:
    """Return what each corridor carries, every unit counted in one corridor only."""
    groups = _by_name(plan.by_corridor())
    total_t = sum(share.t for shares in groups.values() for share in shares)
    return Table(
        columns("Corridor", ">Containers TEU", ">Bulk and general kt", ">All kt", ">Share", ">bn t-km", ">m USD"),
        tuple(
            (
                corridor_name(data, name) or "(no corridor)",
                number(sum(share.volume for share in shares if _in_teu(data, share))),
                number(sum(share.t for share in shares if not _in_teu(data, share)) / 1e3),
                number(sum(share.t for share in shares) / 1e3),
                f"{100 * sum(share.t for share in shares) / total_t:.1f} %",
                number(sum(share.t_km for share in shares) / 1e9, 1),
                million(sum(share.cost_usd for share in shares)),
            )
            for name, shares in groups.items()
        ),
        title="Flows by corridor (a route belongs to the one corridor with most of its km)",
    )


def _mode_table(plan: Plan) -> Table:
    """Return the work done by each mode."""
    groups = _by_name(plan.by_mode())
    return Table(
        columns("Mode", ">bn t-km", ">m USD on links", ">kt CO2e"),
        tuple(
            (
                mode,
                number(sum(share.t_km for share in shares) / 1e9, 1),
                million(sum(share.cost_usd for share in shares)),
                number(sum(share.co2_kg for share in shares) / 1e6),
            )
            for mode, shares in groups.items()
        ),
        title="Work by mode",
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
                commodity,
                number(record.volume),
                number(volume),
                f"{100 * record.volume / volume:.0f} %",
            )
        )
    return Table(
        columns("Demand", "From", "To", "Commodity", ">Unmet", ">of", ">Share"),
        tuple(rows),
        title="Unmet demand per year",
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
            row.unit,
            short_number(row.price_usd_per_unit),
        )
        for row in bottlenecks[:N_BOTTLENECKS]
    )
    shown = f"top {N_BOTTLENECKS} of {len(bottlenecks)}" if len(bottlenecks) > N_BOTTLENECKS else f"{len(bottlenecks)}"
    return Table(
        columns("Bottleneck", "Direction", ">Capacity", ">Background", ">Used", "Unit", ">Worth up to"),
        rows,
        title=f"Bottlenecks ({shown}): USD a year that one more unit of capacity saves",
    )


def _direction(data: Dataset, kind: str, from_node: str | None, to_node: str | None) -> str:
    """Return the direction a capacity holds for."""
    if not from_node or not to_node:
        return "both"
    return (
        f"{from_node} → {to_node}"
        if kind == "transfer"
        else f"{node_name(data, from_node)} → {node_name(data, to_node)}"
    )
