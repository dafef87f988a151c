"""The last sections: what the figures rest on, and how to make them again."""

from __future__ import annotations

import platform
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from optimizer.language import _, as_written, grade_text, language, moment_text, number_text, percent_text, status_text
from optimizer.loads import link_loads
from optimizer.report.contents import GRADED_TABLES, contents
from optimizer.report.page.blocks import Facts, Grid, GridColumn, Paragraph, Points, Section, figure, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.model import Dataset, Table
    from optimizer.report.page.blocks import Block
    from optimizer.report.page.subject import Subject

GRADES = ("A", "B", "C", "D", "")
PROGRAMS = ("corridor-optimizer", "highspy", "ortools", "numpy", "scipy", "matplotlib")


def source_section(subject: Subject) -> Section:
    """Return grades of the inputs, how much rests on weak ones, and the sources of what is shown."""
    data = subject.data
    weak = tuple(_weak(subject))
    blocks: list[Block] = [Points(weak)] if weak else []
    blocks.append(_grade_grid(data))
    blocks.append(Paragraph(" · ".join(map(grade_text, "ABCD")), is_note=True))
    blocks.append(_source_grid(subject))
    assumed = _assumed(subject)
    if assumed:
        blocks.append(Points(assumed, _("What was changed in the data")))
    return Section("sources", _("Sources and grades"), tuple(blocks))


def _weak(subject: Subject) -> Iterator[str]:
    """Yield how much of the money of every plan rests on weak numbers."""
    for view in subject.views:
        share = view.plan.weak_share
        if share is not None:
            text = _(
                "{view}: {percent} of the transport cost rests on engineering estimates (grade D) or ungraded numbers."
            )
            yield text.format(view=view.name, percent=percent_text(share))


def _grade_grid(data: Dataset) -> Grid:
    """Return how many rows of every table have which grade."""
    names = {
        "nodes": _("Places"),
        "links": _("Links"),
        "transfers": _("Transfers"),
        "shared_capacities": _("Shared capacities"),
        "rates": _("Rates"),
        "demands": _("Demands"),
    }
    counts = contents(data)["confidence"]
    columns = (
        GridColumn(_("Table")),
        *(GridColumn(grade or _("none"), is_number=True) for grade in GRADES),
    )
    rows = tuple(
        (words(names[table]), *(figure(counts[table].get(grade or "none", 0)) for grade in GRADES))
        for table in GRADED_TABLES
    )
    return Grid("grades", _("Rows of the dataset by grade"), columns, rows)


def _source_grid(subject: Subject) -> Grid:
    """Return the sources of the rows that the plans and routes use, the most used first."""
    cited = _cited(subject)
    columns = (
        GridColumn(_("Source")),
        GridColumn(_("Publisher")),
        GridColumn(_("Year"), is_number=True),
        GridColumn(_("Address")),
        GridColumn(_("Rows used"), is_number=True),
    )
    rows = []
    for source, n_rows in cited.most_common():
        about = subject.data.info.sources.get(source, {})
        year = about.get("year")
        rows.append(
            (
                words(str(about.get("title", "")) or source),
                words(str(about.get("publisher", ""))),
                figure(None if year is None else float(year))._replace(text="–" if year is None else str(year)),
                words(str(about.get("url", ""))),
                figure(n_rows),
            )
        )
    note = _(
        "Rows used: links with flow, links of the routes shown, demands and rates. `corridor explain` has every number."
    )
    return Grid("sources-table", _("Sources of what is shown"), columns, tuple(rows), note=note)


def _cited(subject: Subject) -> Counter[str]:
    """Return how many rows in use cite each source."""
    cited: Counter[str] = Counter()
    links: dict[str, Dataset] = {}
    for view in subject.views:
        loads = link_loads(view.plan)
        links |= {key: view.plan.data for key, t in zip(loads.link_ids, loads.t, strict=True) if t > 0.0}
    for relation in subject.relations:
        passed = (leg.to_mapping().get("link_id") for route in relation.routes for leg in route.legs)
        links |= {str(link): relation.data for link in passed if link in relation.data.network.links.row_of}
    for key, data in links.items():
        cited[_source(data.network.links, data.network.links.row_of[key])] += 1
    tables = (subject.data.network.rates, *([subject.data.demands] if subject.views else []))
    for table in tables:
        cited.update(_source(table, row) for row in range(len(table)))
    del cited[""]
    return cited


def _source(table: Table, row: int) -> str:
    """Return the id of the source of a row."""
    return str(table.text("source")[row])


def _assumed(subject: Subject) -> tuple[str, ...]:
    """Return the scenarios and cards that were applied, with what they say of themselves."""
    cards = {card.id: card for card in subject.data.projects}
    used = [cards[key] for key in _cards_used(subject) if key in cards]
    named = {card.name for card in used}
    applied = {scenario.name: scenario for view in subject.views for scenario in view.plan.data.applied}
    lines = [
        _told(scenario.name_in(language()), "", scenario.description)
        for name, scenario in applied.items()
        if name not in named
    ]
    for card in used:
        grade = f"{_('grade')} {card.confidence}" if card.confidence else ""
        lines.append(_told(card.name_in(language()), ", ".join(filter(None, (card.status, grade))), card.note))
    return tuple(lines)


def _cards_used(subject: Subject) -> Iterator[str]:
    """Yield the ids of the cards that a view switches on, each once."""
    seen: dict[str, None] = {}
    for view in subject.views:
        for scenario in view.plan.data.applied:
            seen |= dict.fromkeys(scenario.projects)
    yield from seen


def _told(name: str, about: str, text: str) -> str:
    """Return a name with what there is to say of it."""
    head = f"{name} ({about})" if about else name
    return f"{head}: {text}" if text else head


def rerun_section(subject: Subject) -> Section:
    """Return the command, versions and settings that make the figures again."""
    info = subject.data.info
    facts = [
        (_("Dataset"), f"{info.title_in(language())} ({info.name} {info.version})"),
        (_("Licence of the data"), info.license),
        (_("Made"), moment_text(subject.made)),
        (_("Programs"), ", ".join(_programs())),
    ]
    for view in subject.views:
        facts.append((view.name, _proof(view.plan)))
    command = Facts(((_("Command"), subject.command),), is_code=True)
    text = _(
        "The same command with the same versions gives the same figures. Every plan was verified after it was solved."
    )
    return Section("again", _("How to make this again"), (command, Facts(tuple(facts)), Paragraph(text, is_note=True)))


def _proof(plan: object) -> str:
    """Return year, status, solver, objective, bound and gap of a plan, and what was minimized."""
    from optimizer.result import Plan

    assert isinstance(plan, Plan)
    parts = [str(plan.year), status_text(plan.status), plan.solver]
    if plan.objective_usd is not None:
        parts.append(_("minimized {value} m USD").format(value=number_text(plan.objective_usd / 1e6, 3)))
    if plan.bound is not None:
        parts.append(_("bound {value} m USD").format(value=number_text(plan.bound / 1e6, 3)))
    if plan.gap is not None:
        parts.append(_("gap {value}").format(value=as_written(f"{plan.gap:.1e}")))
    weights = ", ".join(
        f"{key} {value}" for key, value in plan.blocks.weights.to_mapping().items() if value is not None
    )
    return f"{' · '.join(parts)} · {weights}"


def _programs() -> Iterator[str]:
    """Yield the programs that made the figures with their versions."""
    yield f"Python {platform.python_version()}"
    for name in PROGRAMS:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
