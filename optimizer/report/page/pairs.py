"""Which plans a section sets side by side, and charts as blocks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.page.blocks import FigureBlock, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.plots.chart import Chart
    from optimizer.report.page.subject import Subject, View


def compared(subject: Subject) -> Iterator[tuple[int | None, tuple[View, ...]]]:
    """Yield the position of every scenario with a plan, with the unchanged view and its own; else the one plan alone.

    Plans without an answer have nothing to show and are left out.
    """
    if not subject.cases and subject.views and subject.views[0].plan.cost_usd is not None:
        yield None, subject.views[:1]
    for at, case in enumerate(subject.cases):
        views = tuple(subject.views[view] for view in (case.base, case.changed) if view is not None)
        if len(views) == 2 and all(view.plan.cost_usd is not None for view in views):
            yield at, views


def chart_block(chart: Chart, name: str, case: int | None = None, note: str = "") -> FigureBlock:
    """Return a chart as a block of a name that no other chart of the page has."""
    return FigureBlock(named(name, case), chart, note, case)
