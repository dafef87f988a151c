"""Subjects of pages: of a plan, of a what-if, of routes; with the relations and curves that belong to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from network.errors import NoRouteError
from optimizer.corridors import compare_corridors
from optimizer.curves import capacity_curve
from optimizer.language import _, language
from optimizer.pareto import pareto_front
from optimizer.report.page.subject import Case, Relation, Subject, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from network.model import Dataset, Table
    from optimizer.combining import Case as AskedCase
    from optimizer.comparison import Comparison
    from optimizer.curves import Curve
    from optimizer.result import Plan
    from optimizer.route import Route
    from optimizer.whatif import WhatIf

    Held = tuple[str, Dataset, Curve]
    Ends = tuple[str, str]
    Span = tuple[float, float]


class Goods(NamedTuple):
    """What goes from where to where: ids."""

    origin: str
    destination: str
    commodity: str


N_CURVES = 2
"""Capacities whose curve is drawn without being asked for."""
AROUND = 0.5
"""How far such a curve reaches below the least and above the greatest capacity of interest, as a part of them."""
MOST_ROUTES = 8
"""Routes of a relation that are drawn and told."""
DEFAULT_COMMODITY = "container"


def plan_subject(
    plan: Plan,
    *,
    command: str = "",
    title: str = "",
    relations: Sequence[Ends] | None = None,
    curves: Sequence[str] | None = None,
) -> Subject:
    """Return a plan as the subject of a page.

    Parameters
    ----------
    relations
        Origins and destinations whose routes are compared; None takes those of the largest demand in TEU.
    curves
        Capacities whose curve is drawn; None takes the bottlenecks that earn most.

    Raises
    ------
    NoPlanError
        The plan has no answer.
    UnknownIdError, NoRouteError
        As `compare_corridors` and `capacity_curve`.
    """
    plan.raise_for_status()
    data = plan.data
    spans = _scarcest(plan) if curves is None else dict.fromkeys(curves)
    return Subject(
        title=title or _("Plan of {year}: {name}").format(year=plan.year, name=data.info.title_in(language())),
        data=data,
        command=command,
        made=datetime.now(UTC),
        views=(View(_("plan {year}").format(year=plan.year), plan),),
        relations=_relations(plan, "", relations, _largest(plan)),
        curves=tuple(_curves(plan, spans, "")),
    )


def whatif_subject(
    result: WhatIf,
    *,
    command: str = "",
    title: str = "",
    relations: Sequence[Ends] | None = None,
    curves: Sequence[str] | None = None,
) -> Subject:
    """Return a what-if as the subject of a page: every scenario against the unchanged plan of its year.

    Parameters
    ----------
    relations
        Origins and destinations whose routes are compared; None takes those of the demand whose goods the last scenario
        moves most, of the largest one where it moves none.
    curves
        Capacities whose curve is drawn, in the data of the last scenario; None takes those that the scenarios change.

    Raises
    ------
    UnknownIdError, NoRouteError
        As `compare_corridors` and `capacity_curve`.
    """
    data = result.question.data
    views = [View(_("{year} without it").format(year=year), plan) for year, plan in result.bases.items()]
    base_of = {year: at for at, year in enumerate(result.bases)}
    cases: list[Case] = []
    asked = result.question.cases
    for at, (outcome, plan) in enumerate(zip(result.outcomes, result.plans, strict=True)):
        name = _short_name(asked, at)
        changed = None
        if plan is not None:
            # A plan without an answer has a proof to tell, and nothing to draw.
            changed = len(views) if plan.cost_usd is not None and _is_answered(result, outcome) else None
            views.append(View(name, plan))
        cases.append(Case(name, outcome, base_of.get(int(outcome["year"]), 0), changed))
    last = next((case for case in reversed(cases) if case.changed is not None), None)
    found: tuple[Relation, ...] = ()
    held: tuple[Held, ...] = ()
    if last is not None and last.changed is not None:
        plan = views[last.changed].plan
        found = _relations(plan, last.name, relations, _moved(plan.data, last) or _largest(plan))
        spans = _changed(cases) if curves is None else dict.fromkeys(curves)
        held = tuple(_curves(plan, spans, last.name))
    return Subject(
        title=title or _("What if: {names}").format(names=" · ".join(_names(result.question.cases))),
        data=data,
        command=command,
        made=datetime.now(UTC),
        views=tuple(views),
        cases=tuple(cases),
        relations=found,
        curves=held,
        notes=result.notes,
    )


def route_subject(
    data: Dataset,
    routes: Sequence[Route],
    *,
    command: str = "",
    title: str = "",
    comparison: Comparison | None = None,
    front: Sequence[Route] = (),
) -> Subject:
    """Return routes between two places as the subject of a page.

    Raises
    ------
    ValueError
        There is no route.
    """
    if not routes:
        raise ValueError("a page of routes needs at least one")
    first = routes[0]
    relation = Relation(
        data=data,
        where="",
        origin=first.origin,
        destination=first.destination,
        commodity=first.commodity,
        quantity=first.quantity,
        routes=tuple(routes[:MOST_ROUTES]),
        comparison=comparison,
        front=tuple(front),
    )
    from optimizer.report.routes import node_name

    ends = [node_name(data, node) for node in (first.origin, first.destination)]
    return Subject(
        title=title or _("Routes {origin} – {destination}").format(origin=ends[0], destination=ends[1]),
        data=data,
        command=command,
        made=datetime.now(UTC),
        relations=(relation,),
    )


def comparison_routes(comparison: Comparison) -> tuple[Route, ...]:
    """Return the routes of a comparison, each once, the best first."""
    found = [row.route for row in comparison.rows if row.route is not None and not row.same_as]
    return tuple(dict.fromkeys(found))[:MOST_ROUTES]


def _names(cases: Iterable[AskedCase]) -> list[str]:
    """Return the names of the scenarios of some cases, each once, in the language spoken."""
    return list(dict.fromkeys(scenario.name_in(language()) for case in cases for scenario in case.scenarios))


def _short_name(cases: Sequence[AskedCase], at: int) -> str:
    """Return the name of a case, which may be short: a step of a chain is called by what it adds to the step before.

    Other scenarios that are planned together are called by the first of them, and how many more there are.
    """
    case = cases[at]
    year = f", {case.year}" if len({other.year for other in cases}) > 1 else ""
    names = [scenario.name_in(language()) for scenario in case.scenarios]
    if len(names) < 2:
        return f"{names[0] if names else case.name}{year}"
    if any(case.scenarios[:-1] == other.scenarios and case.year == other.year for other in cases[:at]):
        return f"+ {names[-1]}{year}"
    return f"{_('{name} + {n} more').format(name=names[0], n=len(names) - 1)}{year}"


def _is_answered(result: WhatIf, outcome: Mapping[str, Any]) -> bool:
    """Tell whether the unchanged plan that an outcome is compared with has an answer."""
    return result.bases[int(outcome["year"])].cost_usd is not None


def _relations(plan: Plan, where: str, asked: Sequence[Ends] | None, default: Goods | None) -> tuple[Relation, ...]:
    """Return the relations asked for, else the default one, which is left out where routes find no way for it.

    Raises
    ------
    NoRouteError
        A relation that was asked for has no route.
    """
    if asked is not None:
        return tuple(_related(plan, Goods(*ends, _commodity(plan.data)), where) for ends in asked)
    if default is None:
        return ()
    try:
        return (_related(plan, default, where),)
    except NoRouteError:
        # A demand may stay behind as there is no way at all, and nobody asked for this one.
        return ()


def _related(plan: Plan, goods: Goods, where: str) -> Relation:
    """Return the routes of a relation, one for every corridor, and the front of choices."""
    data, weights = plan.data, plan.blocks.weights
    ends, commodity = (goods.origin, goods.destination), goods.commodity
    comparison = compare_corridors(data, *ends, commodity=commodity, weights=weights, year=plan.year)
    front = pareto_front(data, *ends, commodity=commodity, weights=weights, year=plan.year)
    best = comparison.best
    return Relation(
        data=data,
        where=where,
        origin=best.origin,
        destination=best.destination,
        commodity=best.commodity,
        quantity=best.quantity,
        routes=comparison_routes(comparison),
        comparison=comparison,
        front=tuple(front.routes),
    )


def _commodity(data: Dataset) -> str:
    """Return the commodity that relations are compared for: containers, or else the first one of the data."""
    table = data.commodities
    return DEFAULT_COMMODITY if DEFAULT_COMMODITY in table.row_of else str(table.text("commodity_id")[0])


def _largest(plan: Plan) -> Goods | None:
    """Return the largest goods of a plan, containers before others; None where it carries nothing."""
    table, units = plan.data.demands, plan.data.commodities
    sums: dict[tuple[bool, Goods], float] = {}
    for route in plan.routes:
        in_teu = bool(units.text("unit")[units.row_of[route.commodity]] == "teu")
        key = in_teu, _goods(table, route.demand_id)
        sums[key] = sums.get(key, 0.0) + route.volume
    best = max(sums, key=lambda key: (key[0], sums[key]), default=None)
    return None if best is None else best[1]


def _moved(data: Dataset, case: Case) -> Goods | None:
    """Return the goods in containers that a scenario moves most; None where it moves none."""
    moved: dict[str, float] = {}
    for row in case.outcome.get("shifts", ()):
        if row["by"] == "demand" and row["id"] in data.demands.row_of and row["unit"] == "teu":
            moved[row["id"]] = moved.get(row["id"], 0.0) + abs(row["delta_t"])
    best = max(moved, key=lambda key: moved[key], default=None)
    return None if best is None else _goods(data.demands, best)


def _goods(demands: Table, demand_id: str) -> Goods:
    """Return the ends and the commodity of a demand."""
    row = demands.row_of[demand_id]
    return Goods(*(str(demands.text(name)[row]) for name in Goods._fields))


def _changed(cases: Iterable[Case]) -> dict[str, Span | None]:
    """Return the capacities that scenarios change, with what they are before and after."""
    spans: dict[str, Span | None] = {}
    for case in cases:
        for row in case.outcome.get("changed", ()):
            if row["capacity_before"] is not None and row["capacity_after"] is not None and not row["from_node"]:
                pair = (row["capacity_before"], row["capacity_after"])
                spans.setdefault(str(row["id"]), (min(pair), max(pair)))
    return dict(list(spans.items())[:N_CURVES])


def _scarcest(plan: Plan) -> dict[str, Span | None]:
    """Return the bottlenecks of a plan that earn most and hold for both directions, with their capacity."""
    rows = [row for row in plan.bottlenecks() if row.from_node is None]
    return {row.id: (row.capacity, row.capacity) for row in rows[:N_CURVES]}


def _curves(plan: Plan, spans: Mapping[str, Span | None], where: str) -> Iterable[Held]:
    """Yield curves in the data of a plan; a span says which capacities are of interest, None asks for all."""
    for name, span in spans.items():
        low, high = (0.0, None) if span is None else ((1.0 - AROUND) * span[0], (1.0 + AROUND) * span[1])
        found = capacity_curve(plan.data, name, low=low, high=high, year=plan.year, weights=plan.blocks.weights)
        yield where, plan.data, found
