"""Sections on what is paid for and what is emitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.cost_families import cost_families, family_text
from optimizer.emissions import emissions_of, left_out
from optimizer.language import _, mode_text
from optimizer.plots import cost_families as cost_chart
from optimizer.plots import emissions as emission_chart
from optimizer.report.page.blocks import (
    Facts,
    Grid,
    GridColumn,
    Paragraph,
    Points,
    Section,
    change,
    figure,
    named,
    words,
)
from optimizer.report.page.pairs import chart_block, compared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.cost_families import CostFamilies
    from optimizer.emissions import Emissions
    from optimizer.report.page.blocks import Block, Cell
    from optimizer.report.page.subject import Subject


def money_section(subject: Subject) -> Section | None:
    """Return what the money is paid for; None where nothing was planned."""
    blocks: list[Block] = []
    for case, views in compared(subject):
        families = [(view.name, cost_families(view.plan)) for view in views]
        if any(of.cost_usd for _name, of in families):
            blocks += [chart_block(cost_chart(families), "cost", case), _family_grid(families, case)]
    return Section("cost", _("Cost"), tuple(blocks)) if blocks else None


def _family_grid(families: Sequence[tuple[str, CostFamilies]], case: int | None) -> Grid:
    """Return the families of cost side by side, and by how much they differ."""
    columns = [GridColumn(_("Paid for"))]
    columns += [GridColumn(_("m USD, {view}").format(view=name), is_number=True) for name, _of in families]
    if len(families) > 1:
        columns.append(GridColumn(_("Change, m USD"), is_number=True))
    rows: list[tuple[Cell, ...]] = []
    for at, row in enumerate(families[0][1].families):
        usd = [of.families[at].usd for _name, of in families]
        if any(usd):
            rows.append((words(family_text(row.id)), *_money(usd)))
    totals = [of.cost_usd for _name, of in families]
    total = (words(_("total")), *_money([usd or 0.0 for usd in totals]))
    return Grid(named("families", case), _("Families of cost"), tuple(columns), tuple(rows), total, case=case)


def _money(usd: Sequence[float]) -> list[Cell]:
    """Return the cells of amounts and, where there are two, of their difference."""
    cells = [figure(value, 1, 1e6) for value in usd]
    return cells if len(usd) < 2 else [*cells, change(usd[-1] - usd[0], 1, 1e6)]


def emission_section(subject: Subject) -> Section | None:
    """Return the emissions in the terms of ISO 14083; None where nothing was planned."""
    blocks: list[Block] = []
    last: Emissions | None = None
    for case, views in compared(subject):
        found = [(view.name, emissions_of(view.plan)) for view in views]
        last = found[-1][1]
        if not any(of.co2_kg for _name, of in found):
            blocks.append(Paragraph(_("The data gives no rates of emissions for what is carried."), case=case))
            continue
        blocks.append(chart_block(emission_chart(found), "emissions", case))
        blocks += [_transport_grid(*found[-1], case), _hub_grid(*found[-1], case)]
    if last is None:
        return None
    blocks.append(Points((*last.notes, *left_out()), _("What the figures hold and what they leave out")))
    blocks.append(_terms())
    return Section("emissions", _("Emissions"), tuple(blocks))


def _transport_grid(name: str, emissions: Emissions, case: int | None) -> Grid:
    """Return the transport chain elements by mode."""
    columns = (
        GridColumn(_("Mode")),
        GridColumn(_("bn t-km"), is_number=True),
        GridColumn(_("bn t-km, great circle"), is_number=True),
        GridColumn(_("TTW, kt CO2e"), is_number=True),
        GridColumn(_("WTT, kt CO2e"), is_number=True),
        GridColumn(_("WTW, kt CO2e"), is_number=True),
        GridColumn(_("WTW, g/t-km"), is_number=True),
        GridColumn(_("WTW, g/t-km, great circle"), is_number=True),
    )

    def cells(row: object) -> list[Cell]:
        scales = (("t_km", 1e9), ("gcd_t_km", 1e9), ("ttw_kg", 1e6), ("wtt_kg", 1e6), ("wtw_kg", 1e6))
        amounts = [figure(getattr(row, key), 1, scale) for key, scale in scales]
        return [*amounts, *(figure(getattr(row, key), 1) for key in ("wtw_g_per_tkm", "wtw_g_per_gcd_tkm"))]

    rows = tuple((words(mode_text(row.id)), *cells(row)) for row in emissions.by_mode)
    total = (words(_("transport")), *cells(emissions.transport))
    title = _("Transport chain elements by mode: {view}").format(view=name)
    return Grid(named("co2e", case), title, columns, rows, total, case=case)


def _hub_grid(name: str, emissions: Emissions, case: int | None) -> Grid:
    """Return the hub operations by kind of transfer."""
    columns = (
        GridColumn(_("Hub operations")),
        GridColumn(_("Mt handled"), is_number=True),
        GridColumn(_("kt CO2e"), is_number=True),
        GridColumn(_("kg CO2e/t"), is_number=True),
    )
    rows = tuple(
        (words(family_text(row.id)), figure(row.t, 2, 1e6), figure(row.co2_kg, 1, 1e6), figure(row.kg_per_t, 2))
        for row in emissions.hub_by_kind
    )
    of_all = emissions.hub
    total = (words(_("hubs")), *(figure(of_all.t, 2, 1e6), figure(of_all.co2_kg, 1, 1e6), figure(of_all.kg_per_t, 2)))
    return Grid(named("hubs", case), _("Hub operations: {view}").format(view=name), columns, rows, total, case=case)


def _terms() -> Facts:
    """Return the terms of the standard in short."""
    return Facts(
        (
            ("TTW", _("tank to wheel: emissions of vehicle operation")),
            ("WTT", _("well to tank: emissions of providing the energy")),
            ("WTW", _("well to wheel: both together, as in all other figures of this report")),
            (_("Hub operations"), _("emissions of handling goods at ports, terminals and gauge changes")),
            ("ISO 14083", _("the standard whose terms these are; CO2e with the warming potentials of its sources")),
        )
    )
