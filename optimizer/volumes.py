"""Yearly volumes of a plan by corridor, country, mode, link or demand, and by commodity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from network.model import MODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Numbers
    from optimizer.passages import Passages
    from optimizer.resources import Rows

By = Literal["corridor", "country", "mode", "link", "demand"]

NO_CORRIDOR = "(no corridor)"
UNMET = "(unmet)"
NOT_ASKED = "(not asked)"
"""Ways of a demand that are no corridor: outside all of them, left behind, and no volume of it in that plan."""


class Volumes(NamedTuple):
    """Yearly volume in commodity units by group and commodity, shape (n_groups, n_commodities)."""

    groups: Sequence[str]
    volume: Numbers


def volumes_by_corridor(passages: Passages) -> Volumes:
    """Return the volume of every corridor; a path counts in one, or outside all of them."""
    names, group = np.unique(passages.corridor.astype(str), return_inverse=True)
    return _volumes(passages, np.arange(len(group)), group, [name or NO_CORRIDOR for name in names.tolist()])


def volumes_by_country(passages: Passages) -> Volumes:
    """Return the volume that passes a link with an end in a country, each unit once per country."""
    path, arc = passages.on_links
    graph = passages.plan.blocks.graph
    names, country = np.unique(graph.data.network.nodes.text("country").astype(str), return_inverse=True)
    ends = [country[graph.state_node[state[arc]]] for state in (graph.tail, graph.head)]
    return _volumes(passages, *_once(np.tile(path, 2), np.concatenate(ends)), names.tolist())


def volumes_by_mode(passages: Passages) -> Volumes:
    """Return the volume that passes a link of a mode, each unit once per mode."""
    path, arc = passages.on_links
    position = {name: at for at, name in enumerate(MODES)}
    modes = passages.plan.data.network.links.text("mode")
    of_link = np.array([position[name] for name in modes.tolist()], dtype=np.int64)
    return _volumes(passages, *_once(path, of_link[passages.plain_link[arc]]), MODES)


def volumes_by_link(passages: Passages) -> Volumes:
    """Return the volume on every link by direction, ``id>`` forward and ``id<`` backward.

    A price step counts as the link that it is a step of.
    """
    path, arc = passages.on_links
    graph = passages.plan.blocks.graph
    sides = 2 * passages.plain_link[arc] + ~graph.is_forward[arc]
    used, group = np.unique(sides, return_inverse=True)
    # Ids are those of the data as planned: steps lie behind the plain links, whose rows they leave as they are.
    ids = graph.data.network.links.text("link_id")
    return _volumes(passages, path, group, [f"{ids[side // 2]}{'><'[side % 2]}" for side in used.tolist()])


def volumes_by_way(passages: Passages) -> dict[tuple[str, str], dict[str, float]]:
    """Return the volume of every demand (id, commodity) by corridor, and what is left behind."""
    plan = passages.plan
    names = plan.data.commodities.text("commodity_id")[passages.demand_commodity].tolist()
    keys = list(zip(plan.blocks.demand_ids, names, strict=True))
    unmet = plan.unmet_volume.tolist()
    found = {key: {UNMET: volume} if volume else {} for key, volume in zip(keys, unmet, strict=True)}
    paths = zip(passages.demand.tolist(), passages.corridor.tolist(), passages.volume.tolist(), strict=True)
    for demand, corridor, volume in paths:
        of_demand, way = found[keys[demand]], corridor or NO_CORRIDOR
        of_demand[way] = of_demand.get(way, 0.0) + volume
    return found


def _volumes(passages: Passages, path: Rows, group: Rows, groups: Sequence[str]) -> Volumes:
    """Sum the volume of pairs of path and group."""
    n_commodities = len(passages.plan.data.commodities)
    cell = group * n_commodities + passages.commodity[path]
    sums = np.bincount(cell, passages.volume[path], minlength=len(groups) * n_commodities)
    return Volumes(groups, sums.astype(np.float64).reshape(len(groups), n_commodities))


def _once(path: Rows, group: Rows) -> tuple[Rows, Rows]:
    """Return every pair of path and group once."""
    n_groups = int(group.max(initial=0)) + 1
    pairs = np.unique(path * n_groups + group)
    return pairs // n_groups, pairs % n_groups
