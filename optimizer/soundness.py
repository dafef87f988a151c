"""Does an answer hold: paths, conservation, capacities, money, and the proof that nothing is cheaper.

Everything is recomputed from the paths of the answer and the virtual network; solvers and formulations play no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.answer import Answer, bottleneck_rows, resolve
from optimizer.claims import plan_finding
from optimizer.graph import arc_name
from optimizer.linear import HAS_ANSWER
from optimizer.proof import lower_bound
from optimizer.route import Leg, build_legs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.errors import Finding
    from network.model import Mask, Numbers
    from optimizer.claims import PlanClaim
    from optimizer.linear import Status
    from optimizer.proof import Potentials, Question
    from optimizer.route import TransferLeg

REPLAN = "plan again; a plan changed by hand does not hold"


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far a plan's numbers may be off.

    Parameters
    ----------
    value
        Share of itself by which a volume, a sum of money, a time, a distance or an emission may be off.
    capacity
        Share of a capacity (background included) by which its use may exceed it.
    noise
        Share of all volume that counts as rounding of the solver where a capacity is far smaller than the volumes.
    proof
        Share of the objective by which an optimal plan's bound may stay below it.
    """

    value: float = 1e-6
    capacity: float = 1e-6
    noise: float = 1e-9
    proof: float = 1e-6


def check_answer(
    answer: Answer, question: Question, tolerances: Tolerances, potentials: Potentials | None = None
) -> list[Finding]:
    """Return everything in which an answer does not hold; potentials, where they hold, save searches for the proof."""
    found = list(_paths(answer, question))
    if found:
        return found
    group_flows = _group_flows(answer, question)
    return [
        *_deadlines(answer, question, tolerances),
        *_volumes(answer, question, tolerances),
        *_flows(answer, question, group_flows, tolerances),
        *_capacities(question, group_flows, tolerances),
        *_money(answer, question, group_flows, tolerances),
        *_proof(answer, question, tolerances, potentials),
    ]


def check_no_answer(status: Status, question: Question, *, claims_some: bool) -> list[Finding]:
    """Return a finding where a plan without an answer claims flows or money all the same, or where there is an answer.

    Leaving everything behind is a plan wherever nothing must be carried, and only a weight below 0 makes a plan
    unbounded. That demands which must be carried do not fit into the capacities is not proven here.
    """
    if claims_some:
        return [plan_finding("status", "V404", f"the status is {status}, yet there are flows or money", REPLAN)]
    must_carry = np.isinf(question.unmet_cost) & (question.volume > 0.0)
    if status == "infeasible" and not must_carry.any():
        return [plan_finding("status", "V404", "infeasible, yet every demand may be left unmet", REPLAN)]
    if status == "unbounded" and all((group.values.weight[group.usable] >= 0.0).all() for group in question.groups):
        return [plan_finding("status", "V404", "unbounded, yet nothing costs less than 0", REPLAN)]
    return []


def check_claim(claim: PlanClaim, question: Question, tolerances: Tolerances) -> list[Finding]:
    """Return everything in which a claimed plan does not hold, its listed legs and bottlenecks included."""
    if claim.status not in HAS_ANSWER:
        claims_some = bool(claim.routes or claim.flows or claim.unmet or claim.bottlenecks or claim.money)
        return check_no_answer(claim.status, question, claims_some=claims_some)
    answer, found = resolve(claim, question)
    if answer is None:
        return found
    return [
        *check_answer(answer, question, tolerances),
        *_legs(claim, answer, question, tolerances),
        *_bottlenecks(claim, answer, question, tolerances),
    ]


def _paths(answer: Answer, question: Question) -> Iterator[Finding]:
    """Check that every path leads from its demand's origin to its destination over arcs the demand may use."""
    graph = question.graph
    lengths = np.diff(answer.first)
    for path in np.flatnonzero((lengths == 0) | ~(answer.volume > 0.0)).tolist():
        what = "has no legs" if lengths[path] == 0 else f"carries {answer.volume[path]:.9g} units, not more than 0"
        yield plan_finding(f"routes[{path}]", "V430", f"the route {what}", REPLAN)
    if not lengths.all() or not len(lengths):
        return
    tail, head = graph.tail[answer.arcs], graph.head[answer.arcs]
    demand_of_leg = np.repeat(answer.demand, lengths)
    breaks = np.flatnonzero(tail[1:] != head[:-1]) + 1
    for leg in np.setdiff1d(breaks, answer.first).tolist():
        yield _leg_finding(answer, question, leg, "V431", "does not start where the leg before it ends")
    starts = graph.state_node[tail[answer.first[:-1]]] != question.origin[answer.demand]
    for path in np.flatnonzero(starts).tolist():
        yield _leg_finding(answer, question, int(answer.first[path]), "V431", "is not where the demand starts")
    ends = graph.state_node[head[answer.first[1:] - 1]] != question.destination[answer.demand]
    for path in np.flatnonzero(ends).tolist():
        yield _leg_finding(answer, question, int(answer.first[path + 1]) - 1, "V431", "is not where the demand ends")
    group_of_leg = question.group[demand_of_leg]
    for at, group in enumerate(question.groups):
        of_group = np.flatnonzero(group_of_leg == at)
        for leg in of_group[~group.usable[answer.arcs[of_group]]].tolist():
            what = "is barred to the demand by its commodity's modes or its avoid lists"
            yield _leg_finding(answer, question, leg, "V432", what)


def _leg_finding(answer: Answer, question: Question, leg: int, code: str, what: str) -> Finding:
    """Return a finding about the leg at a position in ``answer.arcs``."""
    path = int(np.searchsorted(answer.first, leg, side="right")) - 1
    demand_id = question.graph.data.demands.text("demand_id")[question.rows[answer.demand[path]]]
    key = f"routes[{path}].legs[{leg - int(answer.first[path])}]"
    name = arc_name(question.graph, int(answer.arcs[leg]))
    return plan_finding(key, code, f"{name} on a route of demand {demand_id} {what}", REPLAN)


def _deadlines(answer: Answer, question: Question, tolerances: Tolerances) -> Iterator[Finding]:
    """Check that no route of a demand with a deadline takes longer."""
    if not len(answer.demand):
        return
    hours = np.add.reduceat(question.graph.time_h[answer.arcs], answer.first[:-1])
    most_h = question.max_time_h[answer.demand]
    ids = question.graph.data.demands.text("demand_id")[question.rows[answer.demand]]
    for path in np.flatnonzero(~(hours <= most_h * (1.0 + tolerances.value))).tolist():
        message = f"the route takes {hours[path]:.9g} h where demand {ids[path]} allows {most_h[path]:.9g} h"
        yield plan_finding(f"routes[{path}]", "V439", message, REPLAN)


def _group_flows(answer: Answer, question: Question) -> list[Numbers]:
    """Return the sum of paths on every arc, one array of shape (n_arcs,) per group."""
    lengths = np.diff(answer.first)
    group_of_leg = np.repeat(question.group[answer.demand], lengths)
    volume_of_leg = np.repeat(answer.volume, lengths)
    n_arcs = question.graph.n_arcs
    flows: list[Numbers] = []
    for at in range(len(question.groups)):
        of_group = group_of_leg == at
        flows.append(
            np.bincount(answer.arcs[of_group], weights=volume_of_leg[of_group], minlength=n_arcs).astype(float)
        )
    return flows


def _volumes(answer: Answer, question: Question, tolerances: Tolerances) -> Iterator[Finding]:
    """Check that what routes carry and what is unmet make up each demand."""
    ids = question.graph.data.demands.text("demand_id")[question.rows]
    carried = np.bincount(answer.demand, weights=answer.volume, minlength=len(ids))
    slack = tolerances.value * question.volume
    for at in np.flatnonzero(_differs(carried + answer.unmet, question.volume, slack)).tolist():
        message = (
            f"demand {ids[at]}: {carried[at]:.9g} carried and {answer.unmet[at]:.9g} unmet do not make up "
            f"its volume of {question.volume[at]:.9g}"
        )
        yield plan_finding("routes", "V433", message, REPLAN)
    for at in np.flatnonzero(~(answer.unmet >= -slack)).tolist():
        yield plan_finding("unmet", "V434", f"demand {ids[at]}: {answer.unmet[at]:.9g} unmet is below 0", REPLAN)
    for at in np.flatnonzero(np.isinf(question.unmet_cost) & (answer.unmet > slack)).tolist():
        message = f"demand {ids[at]} must be carried, yet {answer.unmet[at]:.9g} units are unmet"
        yield plan_finding("unmet", "V434", message, REPLAN)


def _flows(answer: Answer, question: Question, group_flows: list[Numbers], tolerances: Tolerances) -> Iterator[Finding]:
    """Check that the flows listed are the sums of the routes."""
    graph = question.graph
    for commodity, listed in answer.flows.items():
        parts = [
            flow for group, flow in zip(question.groups, group_flows, strict=True) if group.values.row == commodity
        ]
        summed = np.sum(parts, axis=0) if parts else np.zeros(graph.n_arcs)
        off = _differs(listed, summed, tolerances.value * np.maximum(np.abs(listed), summed)) & (graph.link >= 0)
        for arc in np.flatnonzero(off).tolist():
            name = f"{graph.data.commodities.text('commodity_id')[commodity]} on {arc_name(graph, arc)}"
            message = f"{name}: listed as {listed[arc]:.9g}, the routes carry {summed[arc]:.9g}"
            yield plan_finding("flows", "V435", message, REPLAN)


def _used(question: Question, group_flows: list[Numbers]) -> Numbers:
    """Return what the flows take of each resource, in its unit per year, shape (n_resources,)."""
    resources = question.graph.resources
    used = np.zeros(len(resources))
    for group, flow in zip(question.groups, group_flows, strict=True):
        used += group.use * np.bincount(resources.resource, weights=flow[resources.arc], minlength=len(resources))
    return used


def _capacities(question: Question, group_flows: list[Numbers], tolerances: Tolerances) -> Iterator[Finding]:
    """Check every own and shared capacity."""
    resources = question.graph.resources
    used = _used(question, group_flows)
    noise = np.zeros(len(resources))
    for group in question.groups:
        noise += tolerances.noise * group.use * question.volume[group.demands].sum()
    slack = tolerances.capacity * np.maximum(resources.capacity, resources.background) * resources.per_year + noise
    for at in np.flatnonzero(~(used <= resources.free + slack)).tolist():
        yearly = resources.per_year[at]
        message = (
            f"{_resource_name(question, at)} carries {used[at] / yearly:.9g} {resources.unit[at]} "
            f"where {resources.free[at] / yearly:.9g} are free"
        )
        yield plan_finding("flows", "V436", message, REPLAN)


def _resource_name(question: Question, at: int) -> str:
    resources = question.graph.resources
    direction = f" {resources.from_node[at]}→{resources.to_node[at]}" if resources.from_node[at] else ""
    return f"{resources.kind[at]} {resources.ids[at]}{direction}"


def _money(answer: Answer, question: Question, group_flows: list[Numbers], tolerances: Tolerances) -> Iterator[Finding]:
    """Check cost, its parts and the objective against what the routes add up to."""
    pairs = list(zip(question.groups, group_flows, strict=True))
    used = [np.flatnonzero(flow) for flow in group_flows]
    cost = sum(float(flow[arcs] @ group.values.cost_usd[arcs]) for (group, flow), arcs in zip(pairs, used, strict=True))
    weight = sum(float(flow[arcs] @ group.values.weight[arcs]) for (group, flow), arcs in zip(pairs, used, strict=True))
    left = np.flatnonzero(answer.unmet > 0.0)
    left = left[np.isfinite(question.unmet_cost[left])]
    unmet = float(answer.unmet[left] @ question.unmet_cost[left])
    recomputed = {
        "transport_cost_usd": cost,
        "unmet_cost_usd": unmet,
        "cost_usd": cost + unmet,
        "objective_usd": weight + unmet,
    }
    for name, expected in recomputed.items():
        claimed = answer.money[name]
        if _off(claimed, expected, tolerances.value * max(abs(claimed), abs(expected))):
            yield plan_finding(name, "V440", f"claimed {claimed:.12g}, the flows cost {expected:.12g}", REPLAN)


def _proof(
    answer: Answer, question: Question, tolerances: Tolerances, potentials: Potentials | None
) -> Iterator[Finding]:
    """Check prices, bound and gap, and that the bound of an optimal plan meets its objective."""
    resources = question.graph.resources
    objective, bound, gap = (answer.money[name] for name in ("objective_usd", "bound", "gap"))
    negative = np.flatnonzero(~(answer.price >= 0.0))
    for at in negative.tolist():
        message = (
            f"{_resource_name(question, at)} has the price {answer.price[at] * resources.per_year[at]:.9g}, below 0"
        )
        yield plan_finding("bottlenecks", "V450", message, REPLAN)
    if len(negative):
        return
    slack = tolerances.proof * max(abs(objective), abs(bound))
    proven = lower_bound(question, answer.price, potentials)
    if potentials is not None and not proven >= objective - slack:
        # Potentials may prove less than the prices do: then the ways are searched.
        proven = lower_bound(question, answer.price)
    if _off(bound, proven, slack):
        yield plan_finding("bound", "V451", f"claimed {bound:.12g}, the prices prove {proven:.12g}", REPLAN)
    difference = max(0.0, objective - bound)
    expected = 0.0 if difference == 0.0 else difference / abs(objective) if objective else np.inf
    if _off(gap, expected, tolerances.proof):
        yield plan_finding("gap", "V452", f"claimed {gap:.9g}, objective and bound give {expected:.9g}", REPLAN)
    if proven > objective + slack:
        message = f"the prices prove that no plan costs less than {proven:.12g}, claimed is {objective:.12g}"
        yield plan_finding("objective_usd", "V453", message, REPLAN)
    closes = not _off(objective, proven, slack)
    if answer.status == "optimal" and not closes and proven <= objective:
        message = f"optimal, yet the prices prove only {proven:.12g} of the objective {objective:.12g}"
        yield plan_finding("status", "V454", message, REPLAN)
    if answer.status == "feasible" and closes:
        yield plan_finding("status", "V454", "only feasible, yet the prices prove that the plan is optimal", REPLAN)


def _legs(claim: PlanClaim, answer: Answer, question: Question, tolerances: Tolerances) -> Iterator[Finding]:
    """Check mode, distance, time, money and CO2 of every leg."""
    for path, route in enumerate(claim.routes):
        values = question.groups[question.group[answer.demand[path]]].values
        arcs = answer.arcs[answer.first[path] : answer.first[path + 1]].tolist()
        expected = build_legs(question.graph, values, arcs, route.volume)
        for at, (leg, own) in enumerate(zip(route.legs, expected, strict=True)):
            yield from _leg(leg, own, f"routes[{path}].legs[{at}]", tolerances)


def _leg(leg: Leg | TransferLeg, own: Leg | TransferLeg, key: str, tolerances: Tolerances) -> Iterator[Finding]:
    """Compare a claimed leg with the one the data give."""
    for field in own._fields:
        claimed, expected = getattr(leg, field), getattr(own, field)
        if isinstance(expected, str):
            if claimed != expected:
                message = f'claimed "{claimed}", the data say "{expected}"'
                yield plan_finding(f"{key}.{field}", "V437", message, REPLAN)
        elif _off(claimed, expected, tolerances.value * max(abs(claimed), abs(expected))):
            message = f"claimed {claimed:.9g}, the data give {expected:.9g}"
            yield plan_finding(f"{key}.{field}", "V437", message, REPLAN)


def _bottlenecks(claim: PlanClaim, answer: Answer, question: Question, tolerances: Tolerances) -> Iterator[Finding]:
    """Check what is listed beside the prices."""
    resources = question.graph.resources
    used = resources.background + _used(question, _group_flows(answer, question)) / resources.per_year
    for at, row in enumerate(bottleneck_rows(claim, question.graph)):
        item = claim.bottlenecks[at]
        key = f"bottlenecks[{at}]"
        if item.unit != resources.unit[row]:
            message = f'claimed "{item.unit}", the data say "{resources.unit[row]}"'
            yield plan_finding(f"{key}.unit", "V438", message, REPLAN)
        for name, claimed, expected in (
            ("capacity", item.capacity, float(resources.capacity[row])),
            ("background", item.background, float(resources.background[row])),
            ("used", item.used, float(used[row])),
        ):
            if _off(claimed, expected, tolerances.value * max(abs(claimed), abs(expected))):
                message = f"claimed {claimed:.9g}, data and routes give {expected:.9g}"
                yield plan_finding(f"{key}.{name}", "V438", message, REPLAN)


def _off(claimed: float, expected: float, slack: float) -> bool:
    """Return whether two numbers differ by more than the slack; what is not a number always does."""
    return claimed != expected and not abs(claimed - expected) <= slack


def _differs(claimed: Numbers, expected: Numbers, slack: Numbers) -> Mask:
    """Return the mask where two arrays differ by more than the slack."""
    return ~(np.abs(claimed - expected) <= slack)
