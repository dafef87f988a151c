"""Published figures beside those of the model, as tables for a terminal, as CSV and as a page of the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.model import split_list
from network.observations import split_item
from optimizer.report.document import Column, Document, Table, columns, short_number
from optimizer.report.routes import corridor_name, node_name
from optimizer.report.sheets import csv_text
from optimizer.validation import KINDS, Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.model import Dataset
    from network.observations import Ranked
    from optimizer.validation import Tally, Validation

TITLES = {
    "distance": "Distances",
    "time": "Times",
    "cost": "Costs",
    "flow": "Flows",
    "order": "Orders",
    "capacity": "Capacities",
    "all": "All",
}
CHECK_COLUMNS = columns("Relation", "Held to", ">Published", ">Model", "Unit", ">Error", ">±", "Result", "Source")
FLOW_COLUMNS = (*CHECK_COLUMNS[:4], *columns(">Uncalibrated"), *CHECK_COLUMNS[4:])
SUMMARY_COLUMNS = columns("Kind", ">Targets", ">Passed", ">Share")
BEGIN, END = "<!-- generated: make validation -->", "<!-- end of generated part -->"


def validation_document(data: Dataset, validation: Validation) -> Document:
    """Return a table for every kind, and one that counts passes."""
    document: Document = []
    for kind in KINDS:
        checks = [check for check in validation.checks if check.kind == kind]
        if checks:
            set_as, rows = _table(data, validation, checks)
            document.append(Table(set_as, tuple(rows), title=TITLES[kind]))
    document.append(Table(SUMMARY_COLUMNS, tuple(map(_tally, validation.summary)), "Targets", has_total=True))
    return document


def validation_csv(validation: Validation) -> str:
    """Return one row per observation, with the keys of the JSON as columns."""
    return csv_text(Check._fields, validation.checks)


def with_results(page: str, data: Dataset, validation: Validation) -> str:
    """Return a page in Markdown with its generated part, between the lines `BEGIN` and `END`, made anew.

    Raises
    ------
    ValueError
        The page does not have both lines once, in this order.
    """
    before, begin, rest = page.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in after or END in before + after:
        raise ValueError(f'the page must have the lines "{BEGIN}" and "{END}" once, in this order')
    return f"{before}{begin}\n{_results(data, validation)}\n{end}{after}"


def _results(data: Dataset, validation: Validation) -> str:
    """Return the generated part of the page."""
    info = data.info
    plan = "calibrated plan" if validation.is_calibrated else "plan"
    parts = [
        f"Dataset `{info.name}` {info.version}, network and {plan} of {validation.year}, default weights.",
        _markdown(SUMMARY_COLUMNS, map(_tally, validation.summary)),
    ]
    for kind in KINDS:
        targets = [check for check in validation.checks if check.kind == kind and check.result != "context"]
        if targets:
            parts += [f"### {TITLES[kind]}", _markdown(*_table(data, validation, targets))]
    misses = [check for check in validation.checks if check.result == "miss"]
    if misses:
        parts += ["### Misses", "\n".join(_told(data, check) for check in misses)]
    context = [check for check in validation.checks if check.result == "context"]
    if context:
        headers = columns(
            "Kind", "Relation", "Held to", ">Published", ">Model", "Unit", "Source", "Why it is no target"
        )
        rows = []
        for check in context:
            relation, held_to, published, modelled, unit, _, _, _, source = _row(data, check)
            rows.append((check.kind, relation, held_to, published, modelled, unit, source, check.remark))
        parts += ["### Context", _markdown(headers, rows)]
    return "\n\n".join(parts) + "\n"


def _table(
    data: Dataset, validation: Validation, checks: Sequence[Check]
) -> tuple[tuple[Column, ...], list[tuple[str, ...]]]:
    """Return the columns and rows of checks of one kind; flows of a calibrated plan have one for those without."""
    rows = [_row(data, check) for check in checks]
    if not validation.is_calibrated or checks[0].kind != "flow":
        return CHECK_COLUMNS, rows
    plain = [_figure(check.uncalibrated) for check in checks]
    return FLOW_COLUMNS, [(*row[:4], figure, *row[4:]) for row, figure in zip(rows, plain, strict=True)]


def _told(data: Dataset, check: Check) -> str:
    """Return a line about a target that the model misses."""
    relation, held_to, published, modelled, unit, error, *_ = _row(data, check)
    where = f"{relation}, {held_to}" if held_to else relation
    figures = f"{modelled} against {published} {unit} ({error})"
    return f"- {TITLES[check.kind]}: {where}: {figures}. {check.remark}".rstrip()


def _row(data: Dataset, check: Check) -> tuple[str, ...]:
    """Return the line of a check, as in `CHECK_COLUMNS`."""
    row = data.observations.row_of[check.observation_id]
    return (
        _relation(data, check, row),
        _held_to(data, row),
        _published(check),
        _figure(check.modelled),
        check.unit,
        "–" if check.error is None else f"{100.0 * check.error:+.0f} %",
        f"{100.0 * check.tolerance:g} %",
        check.result,
        check.source,
    )


def _relation(data: Dataset, check: Check, row: int) -> str:
    """Return the ends of a check by name; of flows without ends, the links that are counted."""
    ends = [node_name(data, end) for end in (check.origin, check.destination) if end]
    if len(ends) == 2:
        return f"{ends[0]} – {ends[1]}"
    links = split_list(data.observations.text("links")[row])
    return ends[0] if ends else ", ".join(links) or data.observations.text("note")[row]


def _held_to(data: Dataset, row: int) -> str:
    """Return what a route is held to: corridor, modes and vias; of a flow, what is counted."""
    table = data.observations
    nodes = data.network.nodes.row_of
    vias = [node_name(data, via) if via in nodes else via for via in split_list(table.text("via")[row])]
    corridor = table.text("corridor")[row]
    parts = [corridor_name(data, corridor)] if corridor else []
    parts += [" + ".join(split_list(table.text("mode")[row]))] if table.text("mode")[row] else []
    parts += [f"via {', '.join(vias)}"] if vias else []
    parts += [_hold(item) for item in map(split_item, split_list(table.text("ranking")[row])) if item.is_held]
    return ", ".join(parts)


def _hold(item: Ranked) -> str:
    """Return what the route of an item of an order may use."""
    modes = " + ".join(item.modes) or "all modes"
    avoided = f" not through {' '.join(item.avoid_countries)}" if item.avoid_countries else ""
    return f"{item.name} by {modes}{avoided}"


def _published(check: Check) -> str:
    """Return a published figure with its range."""
    if isinstance(check.published, str):
        return check.published
    low, high = check.low, check.high
    if low is not None and high is not None:
        return f"{short_number(low)}–{short_number(high)}"
    if low is not None:
        return f"≥ {short_number(low)}"
    return f"≤ {short_number(high)}" if high is not None else _figure(check.published)


def _figure(figure: float | str | None) -> str:
    """Return a figure in four digits, an order as it is, a dash where there is none."""
    if isinstance(figure, str):
        return figure
    return "–" if figure is None else short_number(figure)


def _tally(tally: Tally) -> tuple[str, ...]:
    """Return the line of a tally."""
    share = "–" if tally.share is None else f"{100.0 * tally.share:.0f} %"
    return (TITLES[tally.kind], str(tally.targets), str(tally.passed), share)


def _markdown(set_as: Sequence[Column], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    rules = ["---:" if column.align == "right" else "---" for column in set_as]
    lines = [[column.header for column in set_as], rules, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
