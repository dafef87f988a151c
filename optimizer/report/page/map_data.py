"""What the map of a page shows and its script works with: places, links, capacities, flows of every view."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from network.model import MODES, split_list
from optimizer.language import country_text, name_text
from optimizer.loads import use_of_resources
from optimizer.phrases import capacity_name
from optimizer.price_steps import plain_link_id
from optimizer.report.geojson import position_of
from optimizer.report.page.geography import path_of_link
from optimizer.report.projection import project
from optimizer.report.routes import corridor_name, node_name
from optimizer.result import resource_use
from optimizer.route import Leg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from network.model import Dataset
    from optimizer.report.page.subject import Relation, Subject
    from optimizer.result import Plan

    Values = dict[str, Any]

NO_CORRIDOR = ""


def map_data(subject: Subject) -> Values:
    """Return all that the script of the map needs, as plain values; positions in lists stand for things.

    ``links`` are those of all views, each once, with the path data of their geometry; ``views`` have flows by link,
    direction, commodity and corridor, and the state of every capacity.
    """
    datasets = _datasets(subject)
    link_data = {link_id: data for data in datasets for link_id in map(str, data.network.links.text("link_id"))}
    link_data = {link_id: data for link_id, data in link_data.items() if plain_link_id(data, link_id) == link_id}
    node_data = {node_id: data for data in datasets for node_id in map(str, data.network.nodes.text("node_id"))}
    links, nodes = {key: at for at, key in enumerate(link_data)}, {key: at for at, key in enumerate(node_data)}
    goods = {str(key): data for data in datasets for key in data.commodities.text("commodity_id")}
    commodities = {key: at for at, key in enumerate(goods)}
    ways = dict.fromkeys(_corridors(datasets))
    corridors = {key: at for at, key in enumerate((*ways, NO_CORRIDOR))}
    capacities: dict[tuple[str, str, str, str], int] = {}
    plain = cache(lambda data, link_id: plain_link_id(data, link_id))
    views = [
        {
            "name": view.name,
            "flows": _flows(view.plan, links, commodities, corridors, plain),
            "capacities": _states(view.plan, capacities),
            "km": _other_lengths(view.plan.data, link_data, links),
        }
        for view in subject.views
    ]
    of_link = _capacities_of_links([view.plan for view in subject.views], capacities, links)
    names = [_capacity(subject, key) for key in capacities]
    sources: dict[str, int] = {}
    of_links = [_link(data, link_id, nodes, corridors, sources) for link_id, data in link_data.items()]
    return {
        "modes": list(MODES),
        "nodes": _nodes(node_data, subject),
        "links": of_links,
        "sources": list(sources),
        "paths": [path_of_link(data, data.network.links.row_of[key]) for key, data in link_data.items()],
        "commodities": [_commodity(data, key) for key, data in goods.items()],
        "corridors": [[key, corridor_name(subject.data, key)] for key in corridors],
        "capacities": names,
        "capacitiesOfLink": of_link,
        "views": views,
        "cases": [{"name": case.name, "base": case.base, "changed": case.changed} for case in subject.cases],
        "routes": [route for relation in subject.relations for route in _routes(relation, links)],
    }


def _datasets(subject: Subject) -> list[Dataset]:
    """Return the datasets of a subject, each once, the unchanged one last so that its links win."""
    found = [*(relation.data for relation in subject.relations), *(view.plan.data for view in subject.views)]
    return list({id(data): data for data in (*reversed(found), subject.data)}.values())


def _corridors(datasets: Iterable[Dataset]) -> Iterable[str]:
    """Yield the ids of corridors: those that have a name, then those that links alone name."""
    for data in datasets:
        yield from map(str, data.network.corridors.text("corridor_id"))
    for data in datasets:
        yield from (key for cell in data.network.links.text("corridors") for key in split_list(cell))


def _other_lengths(data: Dataset, link_data: Mapping[str, Dataset], links: Mapping[str, int]) -> dict[int, float]:
    """Return the lengths in km that a scenario gives to links, by position, where they are others than those shown."""
    table = data.network.links
    found = {}
    for row, (link_id, km) in enumerate(zip(table.text("link_id"), table.number("length_km"), strict=True)):
        if str(link_id) in links and km == km:
            shown = link_data[str(link_id)].network.links
            if km != shown.number("length_km")[shown.row_of[str(link_id)]]:
                found[links[str(table.text("link_id")[row])]] = float(km)
    return found


def _nodes(node_data: Mapping[str, Dataset], subject: Subject) -> list[list[Any]]:
    """Return places as id, name, country, x, y and rank.

    Those where most demands begin or end come first, then those where most links meet.
    """
    if not node_data:
        return []
    where = project([position_of(data, node_id) for node_id, data in node_data.items()])
    demands, links = subject.data.demands, subject.data.network.links
    asked = Counter([*demands.text("origin"), *demands.text("destination")])
    met = Counter([*links.text("from_node"), *links.text("to_node")])
    order = sorted(node_data, key=lambda node_id: (-asked[node_id], -met[node_id], node_id))
    rank = {node_id: at for at, node_id in enumerate(order)}
    return [
        [node_id, node_name(data, node_id), _country(data, node_id), round(float(x)), -round(float(y)), rank[node_id]]
        for (node_id, data), (x, y) in zip(node_data.items(), where, strict=True)
    ]


def _country(data: Dataset, node_id: str) -> str:
    """Return the name of the country of a node."""
    nodes = data.network.nodes
    return country_text(str(nodes.text("country")[nodes.row_of[node_id]]))


def _link(
    data: Dataset,
    link_id: str,
    nodes: Mapping[str, int],
    corridors: Mapping[str, int],
    sources: dict[str, int],
) -> list[Any]:
    """Return a link as id, mode, both ends, kilometers, corridors, source and grade; `sources` grows by new ones."""
    links = data.network.links
    row = links.row_of[link_id]
    ends = [str(links.text(side)[row]) for side in ("from_node", "to_node")]
    of = [corridors[key] for key in split_list(links.text("corridors")[row]) if key in corridors]
    source = _source(data, str(links.text("source")[row]))
    km = float(links.number("length_km")[row])
    return [
        link_id,
        MODES.index(str(links.text("mode")[row])),
        *(nodes[end] for end in ends),
        None if km != km else km,
        of,
        sources.setdefault(source, len(sources)),
        str(links.text("confidence")[row]),
    ]


def _source(data: Dataset, source: str) -> str:
    """Return the title of a source, its id where it has none."""
    return str(data.info.sources.get(source, {}).get("title", "")) or source


def _commodity(data: Dataset, commodity: str) -> list[Any]:
    """Return a commodity as id, name, unit and tonnes per unit."""
    table = data.commodities
    row = table.row_of[commodity]
    t_per_unit = float(table.number("t_per_unit")[row])
    return [commodity, name_text(table, row) or commodity, str(table.text("unit")[row]), t_per_unit]


def _flows(
    plan: Plan,
    links: Mapping[str, int],
    commodities: Mapping[str, int],
    corridors: Mapping[str, int],
    plain: Any,
) -> list[list[float]]:
    """Return flows as link, 0 forward or 1 backward, commodity, corridor, volume a year in the commodity's unit."""
    table = plan.data.network.links
    sums: dict[tuple[int, int, int, int], float] = {}
    for route in plan.routes:
        commodity, corridor = commodities[route.commodity], corridors[route.corridor]
        for leg in route.legs:
            if isinstance(leg, Leg):
                link_id = plain(plan.data, leg.link_id)
                way = int(leg.from_node != table.text("from_node")[table.row_of[link_id]])
                key = (links[link_id], way, commodity, corridor)
                sums[key] = sums.get(key, 0.0) + route.volume
    return [[*key, volume] for key, volume in sums.items()]


def _states(plan: Plan, known: dict[tuple[str, str, str, str], int]) -> list[list[Any]]:
    """Return capacities as position, capacity, background, used, use, price per own unit; `known` grows by new ones."""
    resources = plan.blocks.graph.resources
    taken = resource_use(plan.blocks, plan.flow) / resources.per_year + resources.background
    use = use_of_resources(plan)
    rows = []
    for at in np.flatnonzero(resources.kind != "step").tolist():
        key = _key(plan, at)
        rows.append(
            [
                known.setdefault(key, len(known)),
                float(resources.capacity[at]),
                float(resources.background[at]),
                float(taken[at]),
                float(use[at]),
                float(plan.price[at] * resources.per_year[at]),
            ]
        )
    return rows


def _key(plan: Plan, at: int) -> tuple[str, str, str, str]:
    """Return what tells a capacity from all others."""
    row = plan.blocks.graph.resources
    return str(row.kind[at]), str(row.ids[at]), str(row.from_node[at]), str(row.to_node[at])


def _capacity(subject: Subject, key: tuple[str, str, str, str]) -> list[Any]:
    """Return a capacity as kind, id, name, unit and the node of a transfer or shared one."""
    kind, capacity_id, from_node, to_node = key
    for view in subject.views:
        data, resources = view.plan.data, view.plan.blocks.graph.resources
        found = np.flatnonzero((resources.ids == capacity_id) & (resources.kind == kind))
        if len(found):
            name = capacity_name(data, kind, capacity_id, from_node or None, to_node or None)
            return [kind, capacity_id, name, str(resources.unit[found[0]]), _node_of(data, kind, capacity_id)]
    raise KeyError(key)


def _node_of(data: Dataset, kind: str, capacity_id: str) -> str:
    """Return the id of the node where a capacity is, empty for a link's."""
    if kind == "transfer":
        return capacity_id.rpartition(":")[0]
    shared = data.network.shared_capacities
    if kind == "shared" and capacity_id in shared.row_of:
        return str(shared.text("node_id")[shared.row_of[capacity_id]])
    return ""


def _capacities_of_links(
    plans: Sequence[Plan], known: Mapping[tuple[str, str, str, str], int], links: Mapping[str, int]
) -> dict[int, list[int]]:
    """Return which capacities the arcs of a link draw on, by position of the link."""
    found: dict[int, dict[int, None]] = {}
    for plan in plans:
        graph = plan.blocks.graph
        resources = graph.resources
        names = graph.data.network.links.text("link_id")
        for arc, at in zip(resources.arc.tolist(), resources.resource.tolist(), strict=True):
            if graph.link[arc] >= 0 and resources.kind[at] != "step":
                link = links[plain_link_id(graph.data, str(names[graph.link[arc]]))]
                found.setdefault(link, {})[known[_key(plan, at)]] = None
    return {link: list(rows) for link, rows in found.items()}


def _routes(relation: Relation, links: Mapping[str, int]) -> Iterable[Values]:
    """Yield the routes of a relation with the links they pass."""
    for at, route in enumerate(relation.routes, start=1):
        passed = [links[plain_link_id(relation.data, leg.link_id)] for leg in route.legs if isinstance(leg, Leg)]
        name = corridor_name(relation.data, route.corridor)
        ends = f"{node_name(relation.data, relation.origin)} – {node_name(relation.data, relation.destination)}"
        yield {"name": f"{ends} {at}: {name}" if name else f"{ends} {at}", "links": passed}
