"""What a network stands or falls with, as an analyst reads it out: the closings that cost most, and who is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.errors import few
from optimizer.language import NO_NUMBER, _, as_written, n_, noted, status_text
from optimizer.phrases import money
from optimizer.report.document import Document, Table, columns, number, percent
from optimizer.report.plans import CAVEAT, million
from optimizer.report.sheets import csv_text
from optimizer.report.spoken_names import closing_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.disruption import Disruption
    from optimizer.sweep import Record

DAYS = 365
LEAST_PERCENT = 0.01
VITAL = 0.01
"""Share of the objective from which on a plan may be said to stand or fall with a thing."""
N_LED = 3
"""Closings that the first sentence names."""
CLOSES_WHOLLY = noted(
    "A shared capacity or transfer closed all year has a capacity of 0, which stops goods that take none of it as well."
)
NO_LIMIT = noted("no capacity to close in part")
KIND_NAMES = {
    "link": noted("link"),
    "node": noted("node"),
    "crossing": noted("border"),
    "shared": noted("shared capacity"),
    "transfer": noted("transfer"),
    "links": noted("links"),
    "scenario": noted("scenario"),
}
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
            _(
                "Cost: money a year. Objective: what is minimized, with the value of time; it can rise while money "
                "falls.\nOver it: what passes while it is open."
            )
        )
        if share in (None, 1.0) and any(record["kind"] in ("shared", "transfer") for record in shown):
            document.append(_(CLOSES_WHOLLY))
    without = [record for record in result.records if record["delta_objective_usd"] is None]
    told = _("Without {name}: {message}.")
    document.extend(
        told.format(name=closing_name(result.base.data, record), message=record["message"]) for record in without[:top]
    )
    document.append(_(CAVEAT))
    return document


def disruption_csv(result: Disruption) -> str:
    """Return one row per closing, the worst first; ids of demands cut off are parted by ``;``."""
    rows = [
        {**record, "rank": rank, "cut_off": ";".join(record["cut_off"])}
        for rank, record in enumerate(result.records, start=1)
    ]
    return csv_text(CSV_COLUMNS, [[row[column] for column in CSV_COLUMNS] for row in rows])


def _headline(result: Disruption) -> str:
    """Return the sentence that says what costs most; only what costs much is said to hold the plan up."""
    felt = result.worst
    if not felt:
        return _("The plan of {year} loses nothing by any of these closings.").format(year=result.base.year)
    data = result.base.data
    first, *others = felt[:N_LED]
    told = _("Costliest in the plan of {year}: {name}, {loss}.")
    if first["kind"] != "scenario" and _is_vital(result, first):
        told = _("The plan of {year} stands or falls with {name}: without it {loss}.")
    elif first["delta_objective_usd"] is None:
        told = _("With {name} in {year} {loss}.")
    sentence = told.format(year=result.base.year, name=closing_name(data, first), loss=_loss(result, first))
    if others:
        listed = "; ".join(f"{closing_name(data, record)} ({_more(record)})" for record in others)
        sentence += " " + _("Next: {closings}.").format(closings=listed)
    return sentence


def _is_vital(result: Disruption, record: Record) -> bool:
    """Tell whether a closing costs so much, or leaves no plan, that the plan stands or falls with the thing."""
    delta, objective = record["delta_objective_usd"], result.base.objective_usd
    return delta is None or not objective or delta > VITAL * abs(objective)


def _loss(result: Disruption, record: Record) -> str:
    """Return what is lost by the first closing of the list."""
    if record["delta_objective_usd"] is None:
        return _("there is no plan ({status})").format(status=status_text(record["status"]))
    rises = _("the objective rises by {usd} ({percent})")
    parts = [rises.format(usd=_more(record), percent=_share(result, record))]
    if record["delta_t_unmet"] > 0.0:
        stays = _("{kt} kt a year more stay behind")
        if record["delta_t_unmet"] == record["t_unmet"]:
            stays = _("{kt} kt a year stay behind")
        parts.append(stays.format(kt=number(record["delta_t_unmet"] / 1e3)))
    if record["cut_off"]:
        n = len(record["cut_off"])
        parts.append(n_("{n} demand has no way left", "{n} demands have no way left", n).format(n=n))
    return ", ".join(parts)


def _more(record: Record) -> str:
    """Return the increase of the objective in words."""
    if record["delta_objective_usd"] is None:
        return _("no plan")
    return _("{usd} a year").format(usd=money(record["delta_objective_usd"]))


def _share(result: Disruption, record: Record) -> str:
    """Return the increase of the objective in percent of it."""
    objective = result.base.objective_usd
    if record["delta_objective_usd"] is None or not objective:
        return NO_NUMBER
    if 0.0 < 100.0 * record["delta_objective_usd"] / abs(objective) < LEAST_PERCENT / 2.0:
        return _("under {percent}").format(percent=percent(LEAST_PERCENT / 100.0, 2))
    return percent(record["delta_objective_usd"], 2, of=abs(objective))


def _method(result: Disruption, share: float | None) -> str:
    """Return what was closed, for how long, and how many closings needed no plan of their own."""
    counts = result.counts
    n_settled = {status: counts.pop(status, 0) for status in ("unused", "spare", "no_capacity")}
    n_planned = counts.total()
    cost = _("Cost with everything open: {usd} m USD.").format(usd=million(result.base.cost_usd))
    counted = [
        _("{n} planned again, {n_lost} of them at a loss").format(n=number(n_planned), n_lost=number(len(result.worst)))
    ]
    for n, counting in (
        (n_settled["unused"], _("{n} unused in the best plan")),
        (n_settled["spare"], _("{n} with room to spare")),
        (n_settled["no_capacity"], _("{n} with no capacity to close in part")),
        (len(result.failed), _("{n} failed")),
    ):
        if n:
            counted.append(counting.format(n=number(n)))
    return f"{_number_of_closings(result, share)} {cost}\n{'; '.join(counted)}."


def _number_of_closings(result: Disruption, share: float | None) -> str:
    """Return how many things were closed, and for how long."""
    n = len(result.records)
    if share is None:
        told = n_(
            "{n} closing, one at a time; all other capacities hold.",
            "{n} closings, one at a time; all other capacities hold.",
            n,
        )
        return told.format(n=number(n))
    if any(record["kind"] == "scenario" for record in result.records):
        told = n_(
            "{n} closing, one at a time for {days} days of the year ({percent}), a scenario's as well, whatever it "
            "says itself; all other capacities hold.",
            "{n} closings, one at a time for {days} days of the year ({percent}), a scenario's as well, whatever it "
            "says itself; all other capacities hold.",
            n,
        )
    else:
        told = n_(
            "{n} closing, one at a time for {days} days of the year ({percent}); all other capacities hold.",
            "{n} closings, one at a time for {days} days of the year ({percent}); all other capacities hold.",
            n,
        )
    days, part = as_written(f"{share * DAYS:.3g}"), as_written(f"{100 * share:.3g} %")
    return told.format(n=number(n), days=days, percent=part)


def _table(result: Disruption, shown: Sequence[Record], n_all: int) -> Table:
    """Return the table of some closings, the worst first."""
    title = _("Closings by what they cost")
    if len(shown) < n_all:
        title = _("Closings by what they cost (the first {most} of {n})")
    return Table(
        columns(
            "#",
            _("Kind"),
            _("Closed"),
            ">" + _("Cost +m USD"),
            ">" + _("Objective +m USD"),
            ">" + _("Share"),
            ">" + _("Unmet +kt"),
            _("Cut off"),
            ">" + _("Over it kt"),
        ),
        tuple(_row(result, rank, record) for rank, record in enumerate(shown, start=1)),
        title=title.format(most=len(shown), n=number(n_all)),
    )


def _row(result: Disruption, rank: int, record: Record) -> tuple[str, ...]:
    """Return the cells of a closing."""
    kind = _(KIND_NAMES.get(record["kind"], str(record["kind"])))
    name = closing_name(result.base.data, record, has_kind=False)
    if record["status"] == "no_capacity":
        return str(rank), kind, name, *(NO_NUMBER,) * 4, _(NO_LIMIT), NO_NUMBER
    return (
        str(rank),
        kind,
        name,
        _("no plan") if record["delta_cost_usd"] is None else million(record["delta_cost_usd"]),
        _("no plan") if record["delta_objective_usd"] is None else million(record["delta_objective_usd"]),
        _share(result, record),
        NO_NUMBER if record["delta_t_unmet"] is None else number(record["delta_t_unmet"] / 1e3),
        few(record["cut_off"]),
        number(record["t_used"] / 1e3),
    )
