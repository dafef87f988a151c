"""What a network stands or falls with, as an analyst reads it out: the closings that cost most, and who is cut off."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from network.errors import few
from optimizer.phrases import money
from optimizer.report.document import Document, Table, columns, number
from optimizer.report.plans import CAVEAT, million

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.disruption import Disruption
    from optimizer.sweep import Record

DAYS = 365
VITAL = 0.01
"""Share of the objective from which on a plan may be said to stand or fall with a thing."""
N_LED = 3
"""Closings that the first sentence names."""
CLOSES_WHOLLY = (
    "A shared capacity or transfer closed all year has a capacity of 0, which stops goods that take none of it as well."
)
KIND_NAMES = {"shared": "shared capacity", "crossing": "border"}
CSV_COLUMNS = (
    *("rank", "kind", "id", "name", "status", "cost_usd", "delta_cost_usd", "delta_objective_usd"),
    *("t_unmet", "delta_t_unmet", "cut_off", "t_used", "n_demands_used", "message"),
)


def disruption_document(result: Disruption, *, share: float | None, top: int | None) -> Document:
    """Return a first sentence, how it was found, and a table of closings.

    Parameters
    ----------
    share
        Share of the year for which things were closed; None = all of it.
    top
        How many of those that are felt are listed; None lists every closing, felt or not.
    """
    felt = result.worst
    shown = list(result.records) if top is None else list(felt[:top])
    document: Document = [_headline(result), _method(result, share)]
    if shown:
        document.append(_table(result, shown, len(felt) if top is not None else len(shown)))
        document.append(
            "Cost: money a year. Objective: what is minimized, with the value of time; it can rise while money falls.\n"
            "Over it: what passes while it is open."
        )
        if share in (None, 1.0) and any(record["kind"] in ("shared", "transfer") for record in shown):
            document.append(CLOSES_WHOLLY)
    without = [record for record in result.records if record["delta_objective_usd"] is None]
    document.extend(f"Without {record['name']}: {record['message']}." for record in without[:top])
    document.append(CAVEAT)
    return document


def disruption_csv(result: Disruption) -> str:
    """Return one row per closing, the worst first; ids of demands cut off are parted by ``;``."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for rank, record in enumerate(result.records, start=1):
        writer.writerow({**record, "rank": rank, "cut_off": ";".join(record["cut_off"])})
    return stream.getvalue()


def _headline(result: Disruption) -> str:
    """Return the sentence that says what costs most; only what costs much is said to hold the plan up."""
    felt = result.worst
    if not felt:
        return f"The plan of {result.base.year} loses nothing by any of these closings."
    first, *others = felt[:N_LED]
    opening = f"Costliest in the plan of {result.base.year}: {first['name']}, "
    if first["kind"] != "scenario" and _is_vital(result, first):
        opening = f"The plan of {result.base.year} stands or falls with {first['name']}: without it "
    elif first["delta_objective_usd"] is None:
        opening = f"With {first['name']} in {result.base.year} "
    sentence = f"{opening}{_loss(result, first)}."
    if others:
        sentence += " Next: " + "; ".join(f"{record['name']} ({_more(record)})" for record in others) + "."
    return sentence


def _is_vital(result: Disruption, record: Record) -> bool:
    """Tell whether a closing costs so much, or leaves no plan, that the plan stands or falls with the thing."""
    delta, objective = record["delta_objective_usd"], result.base.objective_usd
    return delta is None or not objective or delta > VITAL * abs(objective)


def _loss(result: Disruption, record: Record) -> str:
    """Return what is lost by the first closing of the list."""
    if record["delta_objective_usd"] is None:
        return f"there is no plan ({record['status']})"
    parts = [f"the objective rises by {_more(record)} ({_share(result, record)})"]
    if record["delta_t_unmet"] > 0.0:
        more = "" if record["delta_t_unmet"] == record["t_unmet"] else " more"
        parts.append(f"{number(record['delta_t_unmet'] / 1e3)} kt a year{more} stay behind")
    if record["cut_off"]:
        n = len(record["cut_off"])
        parts.append(f"{n} demand{'s have' if n > 1 else ' has'} no way left")
    return ", ".join(parts)


def _more(record: Record) -> str:
    """Return the increase of the objective in words."""
    return "no plan" if record["delta_objective_usd"] is None else f"{money(record['delta_objective_usd'])} a year"


def _share(result: Disruption, record: Record) -> str:
    """Return the increase of the objective in percent of it."""
    objective = result.base.objective_usd
    if record["delta_objective_usd"] is None or not objective:
        return "–"
    percent = 100.0 * record["delta_objective_usd"] / abs(objective)
    return "under 0.01 %" if 0.0 < percent < 0.005 else f"{percent:.2f} %"


def _method(result: Disruption, share: float | None) -> str:
    """Return what was closed, for how long, and how many closings needed no plan of their own."""
    counts = result.counts
    n_settled = {status: counts.pop(status, 0) for status in ("unused", "spare", "no_capacity")}
    n_planned = counts.total()
    time = "" if share is None else f" for {share * DAYS:.3g} days of the year ({100 * share:.3g} %)"
    n_all = len(result.records)
    if share is not None and any(record["kind"] == "scenario" for record in result.records):
        time += ", a scenario's as well, whatever it says itself"
    lines = [
        f"{number(n_all)} closing{'s' if n_all != 1 else ''}, one at a time{time}; all other capacities hold. "
        f"Cost with everything open: {million(result.base.cost_usd)} m USD."
    ]
    told = [
        f"{number(n_planned)} planned again, {number(len(result.worst))} of them at a loss",
        f"{number(n_settled['unused'])} unused in the best plan" if n_settled["unused"] else "",
        f"{number(n_settled['spare'])} with room to spare" if n_settled["spare"] else "",
        f"{number(n_settled['no_capacity'])} with no capacity to close in part" if n_settled["no_capacity"] else "",
        f"{number(len(result.failed))} failed" if result.failed else "",
    ]
    lines.append(f"{'; '.join(part for part in told if part)}.")
    return "\n".join(lines)


def _table(result: Disruption, shown: Sequence[Record], n_all: int) -> Table:
    """Return the table of some closings, the worst first."""
    title = "Closings by what they cost" + (
        f" (the first {len(shown)} of {number(n_all)})" if len(shown) < n_all else ""
    )
    return Table(
        columns(
            "#", "Kind", "Closed", ">Cost +m USD", ">Objective +m USD", ">Share", ">Unmet +kt", "Cut off", ">Over it kt"
        ),
        tuple(_row(result, rank, record) for rank, record in enumerate(shown, start=1)),
        title=title,
    )


def _row(result: Disruption, rank: int, record: Record) -> tuple[str, ...]:
    """Return the cells of a closing."""
    kind = KIND_NAMES.get(record["kind"], str(record["kind"]))
    name = str(record["name"]).removeprefix("border ") if record["kind"] == "crossing" else str(record["name"])
    if record["status"] == "no_capacity":
        return str(rank), kind, name, "–", "–", "–", "–", "no capacity to close in part", "–"
    return (
        str(rank),
        kind,
        name,
        "no plan" if record["delta_cost_usd"] is None else million(record["delta_cost_usd"]),
        "no plan" if record["delta_objective_usd"] is None else million(record["delta_objective_usd"]),
        _share(result, record),
        "–" if record["delta_t_unmet"] is None else number(record["delta_t_unmet"] / 1e3),
        few(record["cut_off"]),
        number(record["t_used"] / 1e3),
    )
