"""What the model has to say about an observation: the route or the flows that a published figure is held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from network.model import MODES, split_list
from network.observations import (
    H_PER_UNIT,
    KM_PER_UNIT,
    NEEDED,
    PRICED_UNITS,
    fits_kind,
    flow_unit,
    split_direction,
    split_item,
)
from network.values import use_per_unit
from optimizer.held import held_route
from optimizer.route import Leg
from optimizer.trip import plan_trip

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from network.model import Dataset, Mask
    from network.observations import Ranked
    from optimizer.flows import LinkFlow
    from optimizer.held import Measure
    from optimizer.route import Route
    from optimizer.weights import Weights

DEFAULT_COMMODITY = "container"

Flows: TypeAlias = "dict[str, list[LinkFlow]]"
"""The flows of a plan by link id."""


@dataclass(frozen=True)
class Modelled:
    """The figures of a dataset's observations in a year; `optimizer.validation.validate` says how they are found.

    With `calibrated` the plan takes calibrated link costs into account, and a second one without them is there to
    compare; routes never do.
    """

    data: Dataset
    year: int
    weights: Weights
    calibrated: bool = False

    @cached_property
    def flows(self) -> Flows:
        """The flows of the plan of the year, computed when they are first asked for; none in a year without demands.

        Raises
        ------
        NoPlanError
            The plan has no answer.
        """
        return self._flows(replace(self.weights, calibration=1.0 if self.calibrated else 0.0))

    @cached_property
    def plain_flows(self) -> Flows:
        """Those of the plan without calibration."""
        return self._flows(replace(self.weights, calibration=0.0)) if self.calibrated else self.flows

    def _flows(self, weights: Weights) -> Flows:
        """Return the flows of a plan by link id, price steps with their link."""
        from optimizer.planning import plan_flows
        from optimizer.price_steps import plain_link_id

        found: Flows = {}
        if self.has_demands:
            plan = plan_flows(self.data, year=self.year, weights=weights)
            plan.raise_for_status()
            for flow in plan.link_flows:
                found.setdefault(plain_link_id(plan.data, flow.link_id), []).append(flow)
        return found

    @property
    def has_demands(self) -> bool:
        """Whether the year has demands, so that there is a plan."""
        return bool((self.data.demand_years == self.year).any())


def is_computable(model: Modelled, row: int) -> bool:
    """Say whether an observation gives what a figure of the model needs: columns, a unit of its kind, one commodity."""
    table = model.data.observations
    kind, n_commodities = table.text("kind")[row], len(split_list(table.text("commodity")[row]))
    if kind not in NEEDED or (kind != "flow" and n_commodities > 1):
        return False
    return all(table.text(column)[row] for column in NEEDED[kind]) and fits_kind(kind, table.text("unit")[row])


def figure_of(model: Modelled, row: int) -> float | None:
    """Return the figure of a computable distance, time, cost or flow in the row's unit; None where there is none."""
    table = model.data.observations
    kind, unit = table.text("kind")[row], str(table.text("unit")[row])
    if kind == "flow":
        return _flow(model, row, unit, model.flows)
    route = _held(model, row, "length" if kind == "distance" else "weight")
    if route is None:
        return None
    if kind == "distance":
        return route.length_km / KM_PER_UNIT[unit]
    return route.time_h / H_PER_UNIT[unit] if kind == "time" else _price(model, route, unit)


def plain_figure_of(model: Modelled, row: int) -> float | None:
    """Return the figure of a computable flow in the plan without calibration; None where the plan has none anyway."""
    table = model.data.observations
    if not model.calibrated or table.text("kind")[row] != "flow":
        return None
    return _flow(model, row, str(table.text("unit")[row]), model.plain_flows)


def ranked_figures(model: Modelled, row: int) -> dict[str, float]:
    """Return the figures of the items of a computable order, without those that the model has no route for."""
    table = model.data.observations
    unit = str(table.text("unit")[row])
    figures: dict[str, float] = {}
    for item in split_list(table.text("ranking")[row]):
        route = _ranked(model, row, item)
        figure = None if route is None else route.time_h if unit in H_PER_UNIT else _price(model, route, unit)
        if figure is not None:
            figures[item] = figure
    return figures


def _flow(model: Modelled, row: int, unit: str, flows: Flows) -> float | None:
    """Return a plan's flow over the links of a row, in the unit; None where there is no plan."""
    counted = flow_unit(unit)
    if counted is None or not model.has_demands:
        return None
    table, links = model.data.observations, model.data.network.links
    chosen = split_list(table.text("commodity")[row])
    total = 0.0
    for item in split_list(table.text("links")[row]):
        link, direction = split_direction(item)
        start, end = (links.text(column)[links.row_of[link]] for column in ("from_node", "to_node"))
        from_node = {">": start, "<": end}.get(direction, "")
        for flow in flows.get(link, ()):
            if from_node in ("", flow.from_node) and (not chosen or flow.commodity in chosen):
                total += _counted(model, flow, counted.counted)
    return total / counted.per_year


def _counted(model: Modelled, flow: LinkFlow, unit: str) -> float:
    """Return a yearly flow in TEU, tonnes or vehicles; 0 where its commodity takes none of these or does not say."""
    if unit in ("t", "teu"):
        return (flow.t if unit == "t" else flow.teu) or 0.0
    commodities = model.data.commodities
    use = use_per_unit(commodities, commodities.row_of[flow.commodity], unit)
    return flow.volume * use if use == use else 0.0


def _held(model: Modelled, row: int, measure: Measure) -> Route | None:
    """Return the route of a row: through its vias, else through a gateway of its corridor; None where there is none."""
    table = model.data.observations
    vias, corridor = split_list(table.text("via")[row]), table.text("corridor")[row]
    gateways = model.data.network.gateways.get(corridor)
    return _route(model, row, [(via,) for via in vias] or ([gateways] if gateways else []), measure)


def _route(
    model: Modelled,
    row: int,
    gates: Sequence[Collection[str]],
    measure: Measure = "weight",
    foreign: Mask | None = None,
    hold: Ranked | None = None,
) -> Route | None:
    """Return the best or shortest route between the ends of a row through the gates, by the hold or the row's modes."""
    table = model.data.observations
    modes = (hold.modes if hold is not None else ()) or split_list(table.text("mode")[row])
    trip = plan_trip(
        model.data,
        table.text("origin")[row],
        table.text("destination")[row],
        commodity=table.text("commodity")[row] or DEFAULT_COMMODITY,
        weights=model.weights,
        year=model.year,
        avoid_countries=hold.avoid_countries if hold is not None else (),
        avoid_modes=[mode for mode in MODES if mode not in modes] if modes else (),
        avoid=split_list(table.text("avoid")[row]),
    )
    return held_route(trip, gates, measure, foreign)


def _ranked(model: Modelled, row: int, item: str) -> Route | None:
    """Return the best route of an item of an order.

    Its hold, where it has one, says what its route may not use. Of a corridor with gateways it is the route through
    them. Other corridors and modes are kept to: links of other corridors, or of other modes, are used only where
    nothing else leads on.
    """
    network = model.data.network
    hold = split_item(item)
    name = hold.name
    gateways = network.gateways.get(name)
    if name in MODES:
        foreign: Mask = network.links.text("mode") != name
    elif gateways:
        return _route(model, row, [gateways], hold=hold)
    else:
        of_link = map(split_list, network.links.text("corridors"))
        foreign = np.array([bool(names) and name not in names for names in of_link], dtype=np.bool_)
    route = _route(model, row, [], foreign=foreign, hold=hold)
    own = {leg.link_id for leg in route.legs if isinstance(leg, Leg)} if route is not None else set()
    return route if any(not foreign[network.links.row_of[link]] for link in own) else None


def _price(model: Modelled, route: Route, unit: str) -> float | None:
    """Return the cost of a route of one commodity unit in USD per TEU or t, None where the commodity has none."""
    commodities = model.data.commodities
    use = use_per_unit(commodities, commodities.row_of[route.commodity], PRICED_UNITS[unit])
    return route.cost_usd / use if use > 0.0 else None
