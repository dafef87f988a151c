"""Who moved from where to where: from one corridor to another, or to other links of the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.volumes import NO_CORRIDOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from optimizer.passages import Passages

SLIVER = 1e-6
"""Part of what a way loses or gains below which a remainder is rounding and no move of its own."""


class Move(NamedTuple):
    """Volume of a demand, in `unit` and in tonnes per year, that one plan brings by one way and the other by another.

    Ways are those of `optimizer.shifts.Shift`, with their names.
    """

    demand_id: str
    name: str
    commodity: str
    unit: str
    volume: float
    t: float
    from_way: str
    from_name: str
    to_way: str
    to_name: str


def moves_of(shifts: Iterable[Mapping[str, Any]]) -> list[Move]:
    """Return who moved from where to where, most tonnes first, given shifts as mappings; only those by demand count.

    Of each demand the ways that lose are paired with those that gain, largest first: where several lose and several
    gain, the split among them is one of many, while what every way loses and gains is not.
    """
    of_demand: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in shifts:
        if row["by"] == "demand":
            of_demand.setdefault((row["id"], row["commodity"]), []).append(row)
    moves = [move for rows in of_demand.values() for move in _paired(rows)]
    return sorted(moves, key=lambda move: (-move.t, move.demand_id))


def _paired(rows: Sequence[Mapping[str, Any]]) -> Iterator[Move]:
    """Pair what some ways of a demand lose with what others gain; the shifts of a demand sum to 0."""
    left = {row["way"]: abs(row["delta"]) for row in rows}
    lost, gained = ([row for row in rows if sign * row["delta"] > 0.0] for sign in (-1, 1))
    while lost and gained:
        source, target = lost[0], gained[0]
        volume = min(left[source["way"]], left[target["way"]])
        yield Move(
            demand_id=source["id"],
            name=source["name"],
            commodity=source["commodity"],
            unit=source["unit"],
            volume=volume,
            t=volume * source["delta_t"] / source["delta"],
            from_way=source["way"],
            from_name=source["way_name"],
            to_way=target["way"],
            to_name=target["way_name"],
        )
        for side in (lost, gained):
            row = side[0]
            left[row["way"]] -= volume
            if left[row["way"]] <= SLIVER * abs(row["delta"]):
                side.pop(0)


LinkSide = tuple[str, str, str]
"""A link in one direction: id, from, to."""


class Reroute(NamedTuple):
    """Volume of a commodity, in `unit` and in tonnes per year, that stays in a corridor and takes other links of it.

    `way` is the corridor; of the links that lose and of those that gain, the one that does most, the longest of equals.
    """

    way: str
    commodity: str
    unit: str
    volume: float
    t: float
    from_link: LinkSide
    to_link: LinkSide


def rerouted_within(before: Passages, after: Passages) -> list[Reroute]:
    """Return which goods take other links of the corridor they stay in, most tonnes first.

    Only demands that send as much over a corridor in both plans count, all of a commodity together: then equal flows
    that two demands exchange are no change of ways.
    """
    sides = [_links_by_demand(passages) for passages in (before, after)]
    lengths: dict[LinkSide, float] = {}
    total: dict[tuple[str, str], dict[LinkSide, float]] = {}
    for key in sides[0].keys() & sides[1].keys():
        (volume, first), (volume_after, second) = (side[key] for side in sides)
        if abs(volume_after - volume) > SLIVER * max(volume, volume_after):
            continue
        deltas = total.setdefault(key[1:], {})
        for sign, links in ((-1.0, first), (1.0, second)):
            for link, (on_link, length_km) in links.items():
                deltas[link] = deltas.get(link, 0.0) + sign * on_link
                lengths[link] = length_km
    table = after.plan.data.commodities
    asked = after.plan.blocks.volume.sum()
    found = []
    for (commodity, way), deltas in total.items():
        lost = max(deltas, key=lambda link: (round(-deltas[link], 6), lengths[link], link))
        gained = max(deltas, key=lambda link: (round(deltas[link], 6), lengths[link], link))
        volume = min(-deltas[lost], deltas[gained])
        row = table.row_of[commodity]
        if volume > SLIVER * asked:
            unit = "teu" if table.text("unit")[row] == "teu" else "t"
            t = volume * float(table.number("t_per_unit")[row])
            found.append(Reroute(way, commodity, unit, volume, t, lost, gained))
    return sorted(found, key=lambda reroute: (-reroute.t, reroute.way, reroute.commodity))


def _links_by_demand(
    passages: Passages,
) -> dict[tuple[str, str, str], tuple[float, dict[LinkSide, tuple[float, float]]]]:
    """Return by demand, commodity and corridor the volume, and for every link of it volume and kilometers."""
    plan = passages.plan
    graph, network = plan.blocks.graph, plan.blocks.graph.data.network
    ids, nodes = network.links.text("link_id"), network.nodes.text("node_id")
    commodities = plan.data.commodities.text("commodity_id")[passages.commodity].tolist()
    link, length_km = passages.plain_link.tolist(), graph.length_km.tolist()
    ends = [nodes[graph.state_node[state]].tolist() for state in (graph.tail, graph.head)]
    found: dict[tuple[str, str, str], tuple[float, dict[LinkSide, tuple[float, float]]]] = {}
    for path, commodity, corridor in zip(plan.paths, commodities, passages.corridor.tolist(), strict=True):
        key = (plan.blocks.demand_ids[path.demand], commodity, corridor or NO_CORRIDOR)
        volume, links = found.get(key, (0.0, {}))
        for arc in path.arcs:
            if link[arc] >= 0:
                side = (str(ids[link[arc]]), ends[0][arc], ends[1][arc])
                links[side] = (links.get(side, (0.0, 0.0))[0] + path.volume, length_km[arc])
        found[key] = (volume + path.volume, links)
    return found
