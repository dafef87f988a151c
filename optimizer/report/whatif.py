"""A what-if as an analyst defends it: scenarios side by side, then each one's story with the tables it is read off."""

from __future__ import annotations

import csv
import io
from textwrap import fill
from typing import TYPE_CHECKING, Any

from optimizer.moves import moves_of
from optimizer.phrases import capacity_name
from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.plans import CAVEAT, million
from optimizer.report.routes import days
from optimizer.volumes import NOT_ASKED, UNMET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from network.model import Dataset

    Outcome = Mapping[str, Any]

LINE_WIDTH = 108
N_SHIFTS = 10
N_MOVES = 10
N_BOTTLENECKS = 15
"""Rows of a table; the JSON lists all."""
KEY = ("kind", "id", "from_node", "to_node")
"""What tells one capacity from another."""
BOTTLENECKS = ("bottlenecks", "bottlenecks_before")
WAYS = {UNMET: "stays unmet", NOT_ASKED: "not asked for"}
TITLES = {"corridor": "Corridor", "country": "Country", "mode": "Mode"}
TIES = (
    "Shifts: each unit counts in one corridor, and once in every country and mode that it passes. Of ways that cost "
    "the same a plan takes any, so that some shifts may be ties."
)
PLANNED = (
    "Where several plans are optimal, the money, the goods left behind and the flows are those of one of them; what is "
    "minimized is the same in all."
)
PRICES = (
    "One more: what exactly one more unit of capacity saves in a year; one less: what exactly one unit less costs. "
    "Holds from, to: the capacities between which every unit is worth the same; where they are closer than a unit, the "
    "next unit is worth less. Where one more saves 0, the capacity is full but more of it alone saves nothing."
)
AT_MOST = (
    "Worth up to: what one more unit of capacity saves in a year at most. It may save less, or nothing: with ranges "
    "the exact figure is worked out."
)
COUNTED = (
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
            document.append(f"{_title(outcome)}: failed: [{error['code']}] {_why(error)}")
        else:
            document.extend(_told(data, outcome))
    if any(outcome.get("shifts") for outcome in outcomes):
        document.append(fill(TIES, LINE_WIDTH))
    bottlenecks = [row for outcome in outcomes for key in BOTTLENECKS for row in outcome.get(key) or ()]
    for note, has_ranges in ((PRICES, True), (AT_MOST, False)):
        if any(_has_range(row) == has_ranges for row in bottlenecks):
            document.append(fill(f"{note} {COUNTED}", LINE_WIDTH))
    if any("measures" in outcome for outcome in outcomes):
        document.append(fill(PLANNED, LINE_WIDTH))
    document.append(CAVEAT)
    return document


def _why(error: Mapping[str, Any]) -> str:
    """Return the first problem of a failed scenario and how many more there are; the whole message goes to stderr."""
    findings = error.get("findings") or ()
    why = findings[0]["message"] if findings else error["message"].partition("\n")[0]
    return f"{why} and {len(findings) - 1} more" if len(findings) > 1 else str(why)


def whatif_csv(result: Mapping[str, Any]) -> str:
    """Return one row per scenario and year, with the columns of `CSV_COLUMNS`; those of a failed one stay empty."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(_record(outcome) for outcome in result["scenarios"])
    return stream.getvalue()


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
            rows.append((outcome["name"], str(year), "failed", *[""] * 9))
            continue
        if year not in years:
            years.add(year)
            base, binding = outcome["base_measures"], _most_worth(outcome["bottlenecks_before"])
            rows.append(("(unchanged)", str(year), *_figures(base), "", "", _called(data, binding)))
        binding = _first_bottleneck(outcome)
        changes = [_signed(_more(outcome, key)) for key in ("cost_usd", "objective_usd")]
        rows.append((outcome["name"], str(year), *_figures(outcome["measures"]), *changes, _called(data, binding)))
    order = (0, 1, 2, 8, 9, 3, 4, 5, 6, 7, 10)
    headers = columns(
        *("Scenario", ">Year", ">m USD", ">Unmet TEU", ">Unmet t", ">bn t-km", ">Days", ">kt CO2e"),
        *(">Change", ">Objective", "Worth most"),
    )
    return Table(
        tuple(headers[at] for at in order),
        tuple(tuple(row[at] for at in order) for row in rows),
        title="Scenarios against the unchanged plan (change of money, and of what is minimized, in m USD a year)",
    )


def _figures(measures: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the cells of a plan's measures."""
    time_h = measures["time_h"]
    return (
        million(measures["cost_usd"]),
        number(measures["unmet"].get("teu")),
        number(measures["unmet"].get("t")),
        number(measures["t_km"] / 1e9, 1),
        "–" if time_h is None else days(time_h),
        number(measures["co2_kg"] / 1e6),
    )


def _more(outcome: Outcome, key: str) -> float | None:
    """Return by how much a plan's money grows, None without an answer to one of the two."""
    after, before = outcome["measures"][key], outcome["base_measures"][key]
    return None if after is None or before is None else after - before


def _signed(usd: float | None) -> str:
    """Return a difference in millions of USD with its sign."""
    if usd is None:
        return "–"
    # A change that rounds to nothing has no sign.
    return f"{round(usd / 1e6, 1) or 0.0:+,.1f}" if abs(usd) >= 5e4 else "0.0"


def _first_bottleneck(outcome: Outcome) -> Mapping[str, Any] | None:
    """Return the bottleneck of the changed plan that is worth most in all."""
    return _most_worth(outcome["bottlenecks"])


def _most_worth(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the bottleneck that is worth most in all, None where one more unit of none saves anything."""
    priced = [row for row in rows if row["price_usd_per_unit"] > 0.0]
    return max(priced, key=lambda row: row["price_usd_per_unit"] * row["capacity"], default=None)


def _called(data: Dataset, row: Mapping[str, Any] | None) -> str:
    """Return what a reader calls a capacity; its id where the data without the scenario does not know it."""
    if row is None:
        return "–"
    return capacity_name(data, row["kind"], row["id"], row["from_node"], row["to_node"])


def _title(outcome: Outcome) -> str:
    """Return name and year of a scenario."""
    return f"{outcome['name']} · {outcome['year']}"


def _told(data: Dataset, outcome: Outcome) -> Iterator[str | Table]:
    """Yield the story of a scenario and its tables."""
    cards = f" · projects: {', '.join(outcome['projects'])}" if outcome.get("projects") else ""
    status = "" if outcome["status"] == "optimal" else f" · {outcome['status']}"
    story = (fill(text, LINE_WIDTH, initial_indent="- ", subsequent_indent="  ") for text in outcome["story"])
    yield "\n".join([f"{_title(outcome)}{cards}{status}", *story])
    if outcome.get("changed"):
        yield _changed_table(outcome["changed"])
    for by, title in TITLES.items():
        rows = [row for row in outcome["shifts"] if row["by"] == by]
        table = _shift_table(rows, title)
        if table.rows:
            yield table
    moves = moves_of(outcome["shifts"])
    if moves:
        yield Table(
            columns("Demand", "Commodity", ">Volume", "Unit", "From", "To"),
            tuple(
                (
                    move.name,
                    move.commodity,
                    number(move.volume),
                    "TEU" if move.unit == "teu" else move.unit,
                    WAYS.get(move.from_way, move.from_name),
                    WAYS.get(move.to_way, move.to_name),
                )
                for move in moves[:N_MOVES]
            ),
            title=f"Who moved{_of_all(len(moves), N_MOVES)}: volume per year from one way to another",
        )
    ledger = list(_ledger(outcome))
    if ledger:
        yield _ledger_table(data, ledger)


def _changed_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return the capacities that a scenario changes, with what is used of them."""
    return Table(
        columns("Changed capacity", "Unit", ">Before", ">Used", ">Now", ">Used"),
        tuple(
            (
                row["name"],
                " → ".join(dict.fromkeys((row.get("unit_before", row["unit"]), row["unit"]))),
                *(_limit(row[key]) for key in ("capacity_before", "used_before", "capacity_after", "used_after")),
            )
            for row in rows[:N_BOTTLENECKS]
        ),
        title=f"Capacities that change{_of_all(len(rows), N_BOTTLENECKS)}",
    )


def _limit(value: float | None) -> str:
    """Return a capacity; a dash for none."""
    return "–" if value is None else short_number(value)


def _shift_table(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    """Return what differs by corridor, country or mode: containers in TEU, all other goods in tonnes."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["id"], []).append(row)
    body = []
    for members in groups.values():
        total = {row["unit"]: row for row in members if not row["commodity"]}
        bulk_t = sum(row["delta"] for row in members if row["commodity"] and row["unit"] == "t")
        teu, tonnes = total.get("teu"), total.get("t")
        if not (teu and round(teu["delta"])) and not round(bulk_t) and not (tonnes and round(tonnes["delta"])):
            # Only which goods they are differs, and these are told by demand.
            continue
        body.append(
            (
                members[0]["name"],
                *("" if teu is None else number(teu[key]) for key in ("before", "after")),
                "" if teu is None else _delta(teu["delta"]),
                _delta(bulk_t) if round(bulk_t) else "",
                *("" if tonnes is None else number(tonnes[key] / 1e3, 1) for key in ("before", "after")),
            )
        )
    headers = (
        title,
        ">TEU before",
        ">TEU now",
        ">Change TEU",
        ">Other goods, change t",
        ">All kt before",
        ">All kt now",
    )
    return Table(
        columns(*headers),
        tuple(body[:N_SHIFTS]),
        title=f"Shifts by {title.lower()}{_of_all(len(body), N_SHIFTS)}",
    )


def _delta(value: float) -> str:
    """Return a change with its sign."""
    return f"{round(value) or 0:+,d}"


def _of_all(count: int, most: int) -> str:
    """Return how many of all rows are shown, empty where all are."""
    return f" (top {most} of {count})" if count > most else ""


def _ledger(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Yield the bottlenecks of both plans, each once, those of the changed one first."""
    before = {tuple(row[key] for key in KEY): row for row in outcome["bottlenecks_before"]}
    for row in outcome["bottlenecks"]:
        old = before.pop(tuple(row[key] for key in KEY), None)
        yield {**row, "before": old, "now": row}
    for row in before.values():
        yield {**row, "before": row, "now": None}


def _ledger_table(data: Dataset, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return what one more unit saves before and now, how far that holds and what one less costs.

    Where no ranges were asked for, it is what one more saves at most.
    """
    has_ranges = any(_has_range(row) for row in rows)
    headers: tuple[str, ...]
    if has_ranges:
        headers = (">One more, before", ">One more, now", ">Holds from", ">to", ">One less")
        what = "what one more unit saves and one less costs, USD a year"
    else:
        headers = (">Worth up to, before", ">Worth up to, now")
        what = "what one more unit saves at most, USD a year"
    body = []
    for row in rows[:N_BOTTLENECKS]:
        now = row["now"]
        cells = [_called(data, row), row["unit"]]
        cells += ["–" if now is None else short_number(now[key]) for key in ("capacity", "used")]
        if has_ranges:
            cells += [_exact(row["before"], "one_more_usd"), _exact(now, "one_more_usd"), *_range(now)]
            cells.append(_exact(now, "one_less_usd"))
        else:
            cells += [_exact(row[when], "price_usd_per_unit") for when in ("before", "now")]
        body.append(tuple(cells))
    return Table(
        columns("Bottleneck", "Unit", ">Capacity", ">Used", *headers),
        tuple(body),
        title=f"Bottlenecks before and now{_of_all(len(rows), N_BOTTLENECKS)}: {what}",
    )


def _has_range(row: Mapping[str, Any]) -> bool:
    """Tell whether it was asked how far a price holds."""
    sides = (row, row.get("before"), row.get("now"))
    return any(side is not None and side.get("holds_from") is not None for side in sides)


def _exact(row: Mapping[str, Any] | None, key: str) -> str:
    """Return what a unit is worth; a dash where the capacity does not bind or it is not known."""
    return "–" if row is None or row.get(key) is None else short_number(row[key])


def _range(row: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the capacities between which a price holds; dashes where there is none or nobody asked."""
    if row is None or row.get("holds_from") is None:
        return "–", "–"
    return short_number(row["holds_from"]), "unlimited" if row["holds_to"] is None else short_number(row["holds_to"])
