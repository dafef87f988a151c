"""Fitted adjustments of weights, with their price steps laid out as parallel links.

An adjustment that rises at a step makes two parallel ways of every link it names: one that is cheaper by twice the
margin and takes no more than the step, over all these links together, and one without that limit. Both draw on the own
and shared capacities of the link, so that nothing changes where the calibration is off: then no step is laid out.

Routes ask for one shipment and know no volumes: they see the adjustments without steps. See ``docs/calibration.md``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from network.errors import CorridorError
from network.model import Mask, freeze, split_list
from network.observations import split_direction
from network.values import counted_per_unit
from optimizer.graph import ArcGraph, arc_name, expand
from optimizer.resources import plain_rows, step_draws

if TYPE_CHECKING:
    from network.model import Dataset, Numbers
    from optimizer.route import Route
    from optimizer.weights import Weights

MOST_STEPS = 6
"""Price steps that may meet on one direction of a link; each doubles its parallel ways."""


def expand_for(data: Dataset, year: int | None, weights: Weights) -> ArcGraph:
    """Return the virtual network of a year for flows: with price steps laid out where the weights count them."""
    return expand(lay_out(data) if weights.calibration else data, year)


@lru_cache(maxsize=4)
def lay_out(data: Dataset) -> Dataset:
    """Return the dataset with the price steps of its calibration as parallel links, itself where there is none.

    A new link is named after the one it is a step of, ``rail-a-b#1``, and equal to it but for `directed` and two
    columns that only laid out networks have: `step_of`, the row of that link, and `steps`, the adjustments whose step
    it is, with ``>`` or ``<`` for the direction. Steps of several adjustments on one direction give a link for every
    combination.

    Raises
    ------
    CorridorError
        More than `MOST_STEPS` steps meet on one direction of a link.
    """
    links, table = data.network.links, data.network.calibration
    stepped: dict[int, dict[str, list[str]]] = {}
    for at in np.flatnonzero(~np.isnan(table.number("step"))).tolist():
        name = str(table.text("calibration_id")[at])
        for item, side in map(split_direction, split_list(table.text("links")[at])):
            of_link = stepped.setdefault(links.row_of[item], {">": [], "<": []})
            for way in (side,) if side else (">", "<"):
                if name not in of_link[way]:
                    of_link[way].append(name)
    if not stepped:
        return data
    rows: list[int] = []
    cells: list[str] = []
    ids: list[str] = []
    directed = links.number("directed").tolist()
    for row, of_link in sorted(stepped.items()):
        link_id = str(links.text("link_id")[row])
        most = max(map(len, of_link.values()))
        if most > MOST_STEPS:
            raise CorridorError(f"{most} price steps meet on link {link_id}; leave at most {MOST_STEPS}")
        for number in range(1, 2**most):
            chosen = [
                f"{name}{way}" for way, names in of_link.items() for at, name in enumerate(names) if number >> at & 1
            ]
            rows.append(row)
            cells.append(";".join(chosen))
            ids.append(f"{link_id}#{number}")
            # Back on a step that only leads forward is back on the link itself.
            directed.append(directed[row] if of_link["<"] else 1.0)
    n_plain = len(links)
    longer = links.take(np.concatenate([np.arange(n_plain), np.array(rows, dtype=np.int64)]))
    columns = {
        "link_id": np.array([*links.text("link_id"), *ids], dtype=object),
        "directed": np.array(directed),
        "step_of": np.concatenate([np.arange(n_plain), rows]).astype(np.float64),
        "steps": np.array([""] * n_plain + cells, dtype=object),
    }
    return replace(data, network=replace(data.network, links=longer.with_columns(columns)))


def plain_link_id(data: Dataset, link_id: str) -> str:
    """Return the id of the link that a link of a laid out network is a step of, else its own."""
    links = data.network.links
    return str(links.text("link_id")[plain_rows(links)[links.row_of[link_id]]])


def marked_arcs(graph: ArcGraph, cell: str) -> Mask:
    """Return the mask of arcs that a ``;``-separated list of links with directions means, price steps included."""
    links = graph.data.network.links
    plain = np.where(graph.link >= 0, plain_rows(links)[graph.link], -1) if len(links) else graph.link
    marked = np.zeros(graph.n_arcs, dtype=np.bool_)
    for item, side in map(split_direction, split_list(cell)):
        way = graph.is_forward if side == ">" else ~graph.is_forward if side == "<" else True
        marked |= (plain == links.row_of[item]) & way
    return marked


def adjustment_usd(graph: ArcGraph, row: int) -> Numbers:
    """Return what the calibration adds to the weight of a unit of the commodity in `row` on every arc, (n_arcs,)."""
    network, commodities = graph.data.network, graph.data.commodities
    table = network.calibration
    usd = np.zeros(graph.n_arcs)
    laid_out = "steps" in network.links.columns
    on_step, of_step = step_draws(network, graph.link, graph.is_forward) if laid_out else (np.zeros(0), np.zeros(0))
    rises = ~np.isnan(table.number("step")) & laid_out
    margins = np.where(rises, np.nan_to_num(table.number("margin_usd_per_unit")), 0.0)
    for at, value in enumerate(table.number("calibration_usd_per_unit").tolist()):
        counted = counted_per_unit(
            commodities, row, table.text("calibration_unit")[at], str(table.text("commodity")[at])
        )
        if counted:
            usd[marked_arcs(graph, table.text("links")[at])] += counted * (value + margins[at])
            usd[on_step[of_step == at].astype(np.int64)] -= 2.0 * counted * margins[at]
    return freeze(usd)


def route_adjustment_usd(graph: ArcGraph, row: int, route: Route) -> float:
    """Return what the calibration adds to the weight of a unit of the commodity in `row` along a route."""
    usd = adjustment_usd(graph, row)
    network = graph.data.network
    link_ids, tails = network.links.text("link_id"), network.nodes.text("node_id")[graph.state_node[graph.tail]]
    of_passage = {(link_ids[graph.link[arc]], tails[arc]): usd[arc] for arc in np.flatnonzero(usd).tolist()}
    passed = ((getattr(leg, "link_id", ""), getattr(leg, "from_node", "")) for leg in route.legs)
    return float(sum(of_passage.get(passage, 0.0) for passage in passed))


def calibrated_weight(graph: ArcGraph, row: int, weight: Numbers, allowed: Mask, calibration: float) -> Numbers:
    """Return the weight of every arc with the adjustments of the calibration, times `calibration`.

    Raises
    ------
    CorridorError
        A weight falls below 0: there would be no cheapest route.
    """
    adjusted = weight + calibration * adjustment_usd(graph, row)
    below = np.flatnonzero(allowed & (adjusted < 0.0))
    if len(below):
        arc = int(below[0])
        commodity = graph.data.commodities.text("commodity_id")[row]
        raise CorridorError(
            f"the calibration takes the weight of {commodity} on {arc_name(graph, arc)} to {adjusted[arc]:.6g} USD, "
            "below 0; it fits the weights it was fitted for: leave it off, or mend calibration_usd_per_unit"
        )
    return adjusted
