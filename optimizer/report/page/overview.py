"""The first section: what a plan costs, carries and emits, against the unchanged plan, in figures and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.language import _, language, number_text, percent_text, signed_text
from optimizer.measures import measures_of
from optimizer.report.key_findings import key_findings, plan_findings
from optimizer.report.page.blocks import (
    Card,
    Cards,
    Grid,
    GridColumn,
    Paragraph,
    Points,
    Section,
    change,
    figure,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.report.page.blocks import Block, Cell
    from optimizer.report.page.subject import Case, Subject

    Measures = Mapping[str, Any]


def overview(subject: Subject) -> Section | None:
    """Return the section, None where nothing was planned."""
    if not subject.views:
        return None
    blocks: list[Block] = []
    if len(subject.cases) > 1:
        blocks.append(_all_cases(subject))
    for at, case in enumerate(subject.cases):
        blocks += _of_case(subject, case, at)
    if not subject.cases:
        plan = subject.views[0].plan
        blocks += [Cards(tuple(_cards(measures_of(plan).to_mapping(), None)))]
        blocks += [Points(tuple(plan_findings(subject.data, plan)))]
    return Section("overview", _("In short"), tuple(blocks))


def _of_case(subject: Subject, case: Case, at: int) -> Iterator[Block]:
    """Yield the figures and findings of a scenario."""
    outcome = case.outcome
    if "error" in outcome:
        text = _("{name} failed: {why}").format(name=case.name, why=outcome["error"]["message"])
        yield Paragraph(text, case=at)
        return
    yield Cards(tuple(_cards(outcome["measures"], outcome["base_measures"])), at)
    findings = key_findings(subject.views[case.base].plan.data, outcome)
    yield Points(tuple(findings), _("What changes: {name}").format(name=case.name), at)
    if language() == "en" and outcome["story"]:
        yield Points(tuple(outcome["story"]), _("In words"), at)


def _cards(now: Measures, before: Measures | None) -> Iterator[Card]:
    """Yield the figures of a plan, each with what it was without the scenario."""
    for key, label, unit, scale, digits in (
        ("cost_usd", _("Cost a year"), _("m USD"), 1e6, 1),
        ("t", _("Goods carried"), _("Mt a year"), 1e6, 2),
        ("t_km", _("Transport work"), _("bn t-km"), 1e9, 1),
        ("time_h", _("Mean time of a tonne"), _("days"), 24.0, 2),
        ("co2_kg", _("Emissions, well to wheel"), _("kt CO2e"), 1e6, 1),
    ):
        value = now[key]
        shown = number_text(None if value is None else value / scale, digits)
        yield Card(
            label, shown, unit, "" if value is None else repr(float(value)), _against(now, before, key, scale), key
        )
    left = now["unmet"]
    sub = "" if before is None else _("without it: {volumes}").format(volumes=_volumes(before["unmet"]))
    yield Card(_("Unmet demand a year"), _volumes(left), "", repr(float(sum(left.values()))), sub, "unmet")


def _volumes(unmet: Mapping[str, float]) -> str:
    """Return volumes left behind by unit; of those that the data counts in, only what is there."""
    parts = [
        f"{number_text(unmet[unit])} {name}" for unit, name in (("teu", _("TEU")), ("t", _("t"))) if unmet.get(unit)
    ]
    return " · ".join(parts) or number_text(0.0)


def _against(now: Measures, before: Measures | None, key: str, scale: float) -> str:
    """Return what a figure was before and by how much it differs."""
    if before is None or now[key] is None or before[key] is None:
        return ""
    more = now[key] - before[key]
    share = more / before[key] if before[key] else None
    return _("{change} ({percent}) against the plan without it").format(
        change=signed_text(more / scale, 2), percent=_signed_percent(share)
    )


def _signed_percent(share: float | None) -> str:
    """Return a change in percent with its sign."""
    return percent_text(None) if share is None else f"{signed_text(100.0 * share, 2)} %"


def _all_cases(subject: Subject) -> Grid:
    """Return all scenarios side by side, below the unchanged plans of their years."""
    columns = (
        GridColumn(_("Scenario")),
        GridColumn(_("Year"), is_number=True),
        GridColumn(_("Cost, m USD"), is_number=True),
        GridColumn(_("Change, m USD"), is_number=True),
        GridColumn(_("Change of what is minimized, m USD"), is_number=True),
        GridColumn(_("Unmet, TEU"), is_number=True),
        GridColumn(_("Unmet, t"), is_number=True),
        GridColumn(_("bn t-km"), is_number=True),
        GridColumn(_("Mean days"), is_number=True),
        GridColumn(_("kt CO2e"), is_number=True),
    )
    rows: list[tuple[Cell, ...]] = []
    years: set[int] = set()
    for case in subject.cases:
        outcome = case.outcome
        year = figure(outcome["year"])._replace(text=str(outcome["year"]))
        if "error" in outcome:
            rows.append((words(case.name), year, *[words(_("failed"))] * 8))
            continue
        if outcome["year"] not in years:
            years.add(outcome["year"])
            rows.append((words(_("(unchanged)")), year, *_row(outcome["base_measures"], None)))
        rows.append((words(case.name), year, *_row(outcome["measures"], outcome["base_measures"])))
    has_steps = any(case.name.startswith("+ ") for case in subject.cases)
    note = _("A scenario that begins with + stands on all those above it.") if has_steps else ""
    return Grid("cases", _("Scenarios against the unchanged plan"), columns, tuple(rows), note=note)


def _row(now: Measures, before: Measures | None) -> Iterator[Cell]:
    """Yield the cells of a plan."""
    yield figure(now["cost_usd"], 1, 1e6)
    for key in ("cost_usd", "objective_usd"):
        is_told = before is not None and now[key] is not None and before[key] is not None
        yield change(now[key] - before[key] if is_told and before is not None else None, 1, 1e6)
    yield figure(now["unmet"].get("teu"))
    yield figure(now["unmet"].get("t"))
    yield figure(now["t_km"], 1, 1e9)
    yield figure(now["time_h"], 2, 24.0)
    yield figure(now["co2_kg"], 1, 1e6)
