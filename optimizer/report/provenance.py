"""Every number of a link, node or shared capacity with its source, year and grade, as tables."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from network.provenance import Statement
from optimizer.listing import values_of
from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.sheets import csv_text

if TYPE_CHECKING:
    from network.provenance import Explanation

KINDS = {"link": "Link", "node": "Node", "shared_capacity": "Shared capacity"}
GRADES = "Grades: A official or primary, B secondary or measured, C widely reported, D engineering estimate."


def explanation_document(explanation: Explanation) -> Document:
    """Return a heading, the numbers, what was chosen or assumed, the sources with their addresses, and projects."""
    document: Document = [f"{KINDS[explanation.kind]} {explanation.id} · {explanation.name}"]
    document.append(
        Table(
            columns("Of", "Number", ">Value", "Unit", "Basis", "Grade", "Source", ">Year"),
            tuple(
                (
                    statement.of,
                    statement.name,
                    _value(statement),
                    statement.unit,
                    statement.basis,
                    statement.confidence or "–",
                    statement.source or "–",
                    str(statement.year or "–"),
                )
                for statement in explanation.numbers
            ),
        )
    )
    if explanation.notes:
        document.append("Notes\n" + "\n".join(f"{of}: {note}" for of, note in explanation.notes))
    if cited := _sources(explanation):
        document.append(f"Sources\n{cited}")
    if explanation.projects:
        document.append(f"Changed by the projects {', '.join(explanation.projects)}")
    document.append(f"What follows from two numbers has the weaker grade. {GRADES}")
    return document


def explanation_csv(explanation: Explanation) -> str:
    """Return one row per number."""
    names = [field.name for field in fields(Statement)]
    return csv_text(names, [values_of(statement, names) for statement in explanation.numbers])


def _value(statement: Statement) -> str:
    """Return a value; coordinates with all their digits."""
    return number(statement.value, 3) if statement.unit == "°" else short_number(statement.value)


def _sources(explanation: Explanation) -> str:
    """Return one line per source."""
    cited = {statement.source: statement for statement in explanation.numbers if statement.source}
    return "\n".join(
        f"{source}: {', '.join(part for part in (at.title, at.publisher, str(at.year or ''), at.url) if part)}"
        for source, at in cited.items()
    )
