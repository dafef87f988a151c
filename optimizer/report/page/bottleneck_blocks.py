"""Sections on scarcity: the ledger of bottlenecks before and after, and what more of a capacity is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.language import _, unit_text
from optimizer.phrases import capacity_name
from optimizer.plots import curve as curve_chart
from optimizer.plots import ledger, plan_ledger
from optimizer.report.page.blocks import Grid, GridColumn, Paragraph, Section, named, quantity, words
from optimizer.report.page.pairs import chart_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from network.model import Dataset
    from optimizer.report.page.blocks import Block, Cell
    from optimizer.report.page.subject import Subject

    Row = Mapping[str, Any]

KEY = ("kind", "id", "from_node", "to_node")


def bottleneck_section(subject: Subject) -> Section | None:
    """Return the bottlenecks of the plan, or of every scenario before and after; None where nothing was planned."""
    if not subject.views:
        return None
    blocks: list[Block] = []
    if not subject.cases:
        plan = subject.views[0].plan
        rows = [row.to_mapping() for row in plan.bottlenecks()]
        blocks += _plan_blocks(plan.data, rows, subject) if rows else [Paragraph(_("No capacity binds."))]
    for at, case in enumerate(subject.cases):
        if case.changed is not None:
            blocks += _case_blocks(subject.views[case.changed].plan.data, case.outcome, at)
    for at, (where, data, found) in enumerate(subject.curves):
        note = _how_to_read_curve()
        if where:
            note = f"{_('Drawn for: {where}.').format(where=where)} {note}"
        blocks.append(chart_block(curve_chart(data, found), f"curve-{at}", note=note))
    return Section("bottlenecks", _("Bottlenecks"), tuple(blocks))


def _plan_blocks(data: Dataset, rows: Sequence[Row], subject: Subject) -> Iterator[Block]:
    """Yield chart and table of the bottlenecks of a plan."""
    yield chart_block(plan_ledger(data, subject.views[0].plan), "ledger")
    columns = (
        GridColumn(_("Bottleneck")),
        GridColumn(_("Unit")),
        GridColumn(_("Capacity"), is_number=True),
        GridColumn(_("Background"), is_number=True),
        GridColumn(_("Used"), is_number=True),
        GridColumn(_("One more saves up to, USD a year"), is_number=True),
    )
    cells = tuple(
        (
            *_name_cells(data, row),
            *(quantity(row[key]) for key in ("capacity", "background", "used")),
            quantity(row["price_usd_per_unit"]),
        )
        for row in rows
    )
    yield Grid("bottlenecks-table", _("Every capacity with a price"), columns, cells, note=_up_to())


def _case_blocks(data: Dataset, outcome: Row, at: int) -> Iterator[Block]:
    """Yield chart and table of the bottlenecks before and after a scenario."""
    after = {tuple(row[key] for key in KEY): row for row in outcome["bottlenecks"]}
    before = {tuple(row[key] for key in KEY): row for row in outcome["bottlenecks_before"]}
    keys = list(dict.fromkeys((*after, *before)))
    if not keys:
        yield Paragraph(_("No capacity binds."), case=at)
        return
    if any(_saves(row) for row in (*after.values(), *before.values())):
        yield chart_block(ledger(data, outcome["bottlenecks"], outcome["bottlenecks_before"]), "ledger", at)
    columns = (
        GridColumn(_("Bottleneck")),
        GridColumn(_("Unit")),
        GridColumn(_("Capacity before"), is_number=True),
        GridColumn(_("Used before"), is_number=True),
        GridColumn(_("Capacity after"), is_number=True),
        GridColumn(_("Used after"), is_number=True),
        GridColumn(_("One more saved before, USD"), is_number=True),
        GridColumn(_("One more saves after, USD"), is_number=True),
    )
    rows = []
    for key in keys:
        row = after.get(key) or before[key]
        old, new = before.get(key), after.get(key)
        rows.append(
            (
                *_name_cells(data, row),
                *(quantity(None if of is None else of[name]) for of in (old, new) for name in ("capacity", "used")),
                *(_worth(of) for of in (old, new)),
            )
        )
    note = _(
        "A dash: the capacity does not bind there. What one more unit saves in a year is exact where it was worked "
        "out; 0 stands for a capacity that is full while more of it alone saves nothing."
    )
    yield Grid(
        named("bottlenecks", at), _("Ledger of bottlenecks before and after"), columns, tuple(rows), (), note, at
    )


def _name_cells(data: Dataset, row: Row) -> tuple[Cell, Cell]:
    """Return name and unit of a capacity; the name of a link leads to it on the map."""
    name = capacity_name(data, row["kind"], row["id"], row["from_node"], row["to_node"])
    return words(name, row["id"] if row["kind"] == "link" else ""), words(unit_text(row["unit"]))


def _worth(row: Row | None) -> Cell:
    """Return the cell of what one more unit saves, a dash where the capacity does not bind."""
    return quantity(None if row is None else _saves(row))


def _saves(row: Row) -> float:
    """Return what exactly one more unit saves, at most its price where that was not worked out; 0 for nothing."""
    return float(row["price_usd_per_unit"] if row.get("one_more_usd") is None else row["one_more_usd"])


def _up_to() -> str:
    """Return what a price is."""
    return _(
        "What one more unit of a capacity saves in a year, all else as planned, at most: where several plans are "
        "optimal it may save less. A what-if works out the exact figure."
    )


def _how_to_read_curve() -> str:
    """Return what a curve shows."""
    return _("All else stays as it is: a capacity elsewhere that binds first is not raised with it.")
