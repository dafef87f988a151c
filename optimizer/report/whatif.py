"""A what-if as an analyst defends it: scenarios side by side, then each one's story with the tables it is read off."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from optimizer.language import NO_NUMBER, _, language, noted, status_text, unit_text
from optimizer.moves import moves_of
from optimizer.report.document import Document, Table, columns, number, short_number, titled
from optimizer.report.key_findings import key_findings
from optimizer.report.ledger_table import N_BOTTLENECKS, called, has_range, ledger_table, most_worth, paired
from optimizer.report.plans import CAVEAT, million, signed_million
from optimizer.report.routes import days
from optimizer.report.sheets import csv_text
from optimizer.report.shift_tables import TITLES, move_table, shift_table
from optimizer.report.spoken_names import case_name, limit_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from network.model import Dataset

    Outcome = Mapping[str, Any]

LINE_WIDTH = 108
BOTTLENECKS = ("bottlenecks", "bottlenecks_before")
TIES = noted(
    "Shifts: each unit counts in one corridor, and once in every country and mode that it passes. Of ways that cost "
    "the same a plan takes any, so that some shifts may be ties."
)
PLANNED = noted(
    "Where several plans are optimal, the money, the goods left behind and the flows are those of one of them; what is "
    "minimized is the same in all."
)
PRICES = noted(
    "One more: what exactly one more unit of capacity saves in a year; one less: what exactly one unit less costs. "
    "Holds from, to: the capacities between which every unit is worth the same; where they are closer than a unit, the "
    "next unit is worth less. Where one more saves 0, the capacity is full but more of it alone saves nothing."
)
AT_MOST = noted(
    "Worth up to: what one more unit of capacity saves in a year at most. It may save less, or nothing: with ranges "
    "the exact figure is worked out."
)
COUNTED = noted(
    "These figures are of what is minimized: where hours or CO2e have a price they count beside the money, so that not "
    "all of it is money saved."
)
CSV_COLUMNS = (
    *("name", "year", "status", "base_cost_usd", "cost_usd", "delta_cost_usd", "delta_objective_usd"),
    *("unmet_teu", "unmet_t", "t", "t_km", "time_h", "co2_kg"),
    *("base_unmet_teu", "base_unmet_t", "base_t", "base_t_km", "base_time_h", "base_co2_kg"),
    *("bottleneck", "price_usd_per_unit", "error_code", "error_message"),
)


def whatif_document(data: Dataset, result: Mapping[str, Any]) -> Document:
    """Return a table of all scenarios, then each one's story, shifts, moves and bottlenecks.

    The story is written in English when the plans are made; in other languages its place is taken by key findings.

    Parameters
    ----------
    data
        The unchanged dataset, for names.
    result
        The mapping of a what-if, as its JSON has it.
    """
    outcomes = result["scenarios"]
    document: Document = [_summary(data, outcomes)]
    for outcome in outcomes:
        if "error" in outcome:
            error = outcome["error"]
            told = _("{title}: failed: [{code}] {why}")
            document.append(told.format(title=_title(data, outcome), code=error["code"], why=_why(error)))
        else:
            document.extend(_told(data, outcome))
    if any(outcome.get("shifts") for outcome in outcomes):
        document.append(fill(_(TIES), LINE_WIDTH))
    bottlenecks = [row for outcome in outcomes for key in BOTTLENECKS for row in outcome.get(key) or ()]
    for note, has_ranges in ((PRICES, True), (AT_MOST, False)):
        if any(has_range(row) == has_ranges for row in bottlenecks):
            document.append(fill(f"{_(note)} {_(COUNTED)}", LINE_WIDTH))
    if any("measures" in outcome for outcome in outcomes):
        document.append(fill(_(PLANNED), LINE_WIDTH))
    document.append(_(CAVEAT))
    return document


def _why(error: Mapping[str, Any]) -> str:
    """Return the first problem of a failed scenario and how many more there are; the whole message goes to stderr."""
    findings = error.get("findings") or ()
    why = findings[0]["message"] if findings else error["message"].partition("\n")[0]
    return _("{why} and {n} more").format(why=why, n=len(findings) - 1) if len(findings) > 1 else str(why)


def whatif_csv(result: Mapping[str, Any]) -> str:
    """Return one row per scenario and year, with the columns of `CSV_COLUMNS`; those of a failed one stay empty."""
    return csv_text(CSV_COLUMNS, summary_rows(result))


def summary_rows(result: Mapping[str, Any]) -> list[list[Any]]:
    """Return one row per scenario and year, with the values of `CSV_COLUMNS`; those of a failed one are empty texts."""
    records = (_record(outcome) for outcome in result["scenarios"])
    return [[record.get(column, "") for column in CSV_COLUMNS] for record in records]


def _record(outcome: Outcome) -> dict[str, Any]:
    """Return the row of an outcome."""
    if "error" in outcome:
        error = outcome["error"]
        about = {"name": outcome["name"], "year": outcome["year"], "status": "failed"}
        return {**about, "error_code": error["code"], "error_message": error["message"]}
    first = _first_bottleneck(outcome)
    record = {key: outcome[key] for key in CSV_COLUMNS[:6]}
    for prefix, measures in (("", outcome["measures"]), ("base_", outcome["base_measures"])):
        record |= {f"{prefix}{key}": measures[key] for key in ("t", "t_km", "time_h", "co2_kg")}
        record |= {f"{prefix}unmet_{unit}": volume for unit, volume in measures["unmet"].items()}
    record["delta_objective_usd"] = _more(outcome, "objective_usd")
    record["bottleneck"] = "" if first is None else first["id"]
    record["price_usd_per_unit"] = "" if first is None else first["price_usd_per_unit"]
    return record


def _summary(data: Dataset, outcomes: Sequence[Outcome]) -> Table:
    """Return a row per scenario, below a row of the plan of its year without it."""
    rows = []
    years: set[int] = set()
    for outcome in outcomes:
        year = outcome["year"]
        if "error" in outcome:
            rows.append((case_name(data, outcome), str(year), _("failed"), *[""] * 9))
            continue
        if year not in years:
            years.add(year)
            base, binding = outcome["base_measures"], most_worth(outcome["bottlenecks_before"])
            rows.append((_("(unchanged)"), str(year), *_figures(base), "", "", called(data, binding)))
        binding = _first_bottleneck(outcome)
        changes = [signed_million(_more(outcome, key)) for key in ("cost_usd", "objective_usd")]
        rows.append(
            (case_name(data, outcome), str(year), *_figures(outcome["measures"]), *changes, called(data, binding))
        )
    order = (0, 1, 2, 8, 9, 3, 4, 5, 6, 7, 10)
    headers = columns(
        *(_("Scenario"), ">" + _("Year"), ">" + _("m USD"), ">" + _("Unmet TEU"), ">" + _("Unmet t")),
        *(">" + _("bn t-km"), ">" + _("Days"), ">" + _("kt CO2e")),
        *(">" + _("Change"), ">" + _("Objective"), _("Worth most")),
    )
    return Table(
        tuple(headers[at] for at in order),
        tuple(tuple(row[at] for at in order) for row in rows),
        title=_("Scenarios against the unchanged plan (change of money, and of what is minimized, in m USD a year)"),
    )


def _figures(measures: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the cells of a plan's measures."""
    time_h = measures["time_h"]
    return (
        million(measures["cost_usd"]),
        number(measures["unmet"].get("teu")),
        number(measures["unmet"].get("t")),
        number(measures["t_km"] / 1e9, 1),
        NO_NUMBER if time_h is None else days(time_h),
        number(measures["co2_kg"] / 1e6),
    )


def _more(outcome: Outcome, key: str) -> float | None:
    """Return by how much a plan's money grows, None without an answer to one of the two."""
    after, before = outcome["measures"][key], outcome["base_measures"][key]
    return None if after is None or before is None else after - before


def _first_bottleneck(outcome: Outcome) -> Mapping[str, Any] | None:
    """Return the bottleneck of the changed plan that is worth most in all."""
    return most_worth(outcome["bottlenecks"])


def _title(data: Dataset, outcome: Outcome) -> str:
    """Return name and year of a scenario."""
    return f"{case_name(data, outcome)} · {outcome['year']}"


def _told(data: Dataset, outcome: Outcome) -> Iterator[str | Table]:
    """Yield the story of a scenario and its tables."""
    parts = [_title(data, outcome)]
    if outcome.get("projects"):
        parts.append(_("projects: {ids}").format(ids=", ".join(outcome["projects"])))
    if outcome["status"] != "optimal":
        parts.append(status_text(outcome["status"]))
    sentences = outcome["story"] if language() == "en" else key_findings(data, outcome)
    story = (fill(text, LINE_WIDTH, initial_indent="- ", subsequent_indent="  ") for text in sentences)
    yield "\n".join([" · ".join(parts), *story])
    if outcome.get("changed"):
        yield _changed_table(data, outcome["changed"])
    for by in TITLES:
        table = shift_table(data, outcome["shifts"], by)
        if table.rows:
            yield table
    moves = moves_of(outcome["shifts"])
    if moves:
        yield move_table(data, moves)
    ledger = list(paired(outcome))
    if ledger:
        yield ledger_table(data, ledger)


def _changed_table(data: Dataset, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return the capacities that a scenario changes, with what is used of them."""
    return Table(
        columns(_("Changed capacity"), _("Unit"), ">" + _("Before"), ">" + _("Used"), ">" + _("Now"), ">" + _("Used")),
        tuple(
            (
                limit_name(data, row),
                " → ".join(dict.fromkeys(map(unit_text, (row.get("unit_before", row["unit"]), row["unit"])))),
                *(_limit(row[key]) for key in ("capacity_before", "used_before", "capacity_after", "used_after")),
            )
            for row in rows[:N_BOTTLENECKS]
        ),
        title=titled(
            _("Capacities that change"), _("Capacities that change (top {most} of {n})"), len(rows), N_BOTTLENECKS
        ),
    )


def _limit(value: float | None) -> str:
    """Return a capacity; a dash for none."""
    return NO_NUMBER if value is None else short_number(value)
