"""Where the arcs, states, blocks and resources of one question are in another that came of it by changes of the data.

Changes close rows and add rows at the end of a table, so that a row keeps its position; where it does not, all is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from network.model import Table
    from optimizer.blocks import Block, DemandBlocks
    from optimizer.graph import ArcGraph
    from optimizer.resources import Resources, Rows

GONE = -1

BlockKey = tuple[str, int, frozenset[str], frozenset[str], float]


class Move(NamedTuple):
    """New positions by old ones, `GONE` for what is no more; `is_changed` tells whether any differs."""

    arc: Rows
    state: Rows
    block: Rows
    resource: Rows
    is_changed: bool = True


def move_of(base: DemandBlocks, blocks: DemandBlocks) -> Move:
    """Return where things of one question are in another."""
    before, after = base.graph, blocks.graph
    sizes = (before.n_arcs, before.n_states, len(base), len(before.resources))
    if before.tail is after.tail and before.resources.ids is after.resources.ids and _alike(base, blocks):
        arc, state, block, resource = (np.arange(size) for size in sizes)
        return Move(arc, state, block, resource, is_changed=False)
    if not _begins_alike(before.data.network.nodes, after.data.network.nodes, ("node_id",)):
        arc, state, block, resource = (np.full(size, GONE) for size in sizes)
        return Move(arc, state, block, resource)
    keys = {_key(block): at for at, block in enumerate(blocks.blocks)}
    state = _states_moved(before, after)
    return Move(
        arc=_arcs_moved(before, after, state),
        state=state,
        block=np.array([keys.get(_key(block), GONE) for block in base.blocks], dtype=np.int64),
        resource=_resources_moved(before.resources, after.resources),
    )


def _alike(base: DemandBlocks, blocks: DemandBlocks) -> bool:
    """Tell whether the same demands form the same blocks over the same arcs; what they pay may differ."""
    if base.blocks is blocks.blocks:
        return True
    pairs = zip(base.blocks, blocks.blocks, strict=False)
    return len(base) == len(blocks) and all(old.arcs is new.arcs and old.demands is new.demands for old, new in pairs)


def _key(block: Block) -> BlockKey:
    return block.values.commodity, block.origin, block.avoid_countries, block.avoid_modes, block.max_time_h


def _begins_alike(before: Table, after: Table, columns: tuple[str, ...]) -> bool:
    """Tell whether the rows of a table are the first rows of another."""
    n_rows = len(before)
    if len(after) < n_rows:
        return False
    pairs = ((before.text(column), after.text(column)) for column in columns)
    return all(old is new or bool((old == new[:n_rows]).all()) for old, new in pairs)


def _states_moved(before: ArcGraph, after: ArcGraph) -> Rows:
    """Return where the states of a graph are in another; a state is known by its node and mode."""
    if before.n_states == after.n_states:
        alike = (before.state_node == after.state_node) & (before.state_mode == after.state_mode)
        if alike.all():
            return np.arange(before.n_states)
    place = {key: at for at, key in enumerate(zip(after.state_node.tolist(), after.state_mode.tolist(), strict=True))}
    keys = zip(before.state_node.tolist(), before.state_mode.tolist(), strict=True)
    return np.array([place.get(key, GONE) for key in keys], dtype=np.int64)


def _arcs_moved(before: ArcGraph, after: ArcGraph, state: Rows) -> Rows:
    """Return where the arcs of a graph are in another; an arc is known by its row, direction and ends."""
    moved = np.full(before.n_arcs, GONE)
    networks = before.data.network, after.data.network
    for name, columns in (("links", ("link_id",)), ("transfers", ("node_id", "from_mode", "to_mode"))):
        old, new = (getattr(network, name) for network in networks)
        if not _begins_alike(old, new, columns):
            continue
        old_row, new_row = ((graph.link if name == "links" else graph.transfer) for graph in (before, after))
        old_arcs, new_arcs = np.flatnonzero(old_row >= 0), np.flatnonzero(new_row >= 0)
        place = np.full(2 * len(new), GONE)
        place[2 * new_row[new_arcs] + after.is_forward[new_arcs]] = new_arcs
        moved[old_arcs] = place[2 * old_row[old_arcs] + before.is_forward[old_arcs]]
    kept = np.flatnonzero(moved != GONE)
    there = moved[kept]
    same = (state[before.tail[kept]] == after.tail[there]) & (state[before.head[kept]] == after.head[there])
    moved[kept[~same]] = GONE
    return moved


def _resources_moved(before: Resources, after: Resources) -> Rows:
    """Return where resources are in another network; a resource is known by its kind, row and direction."""
    keys, later = _keys(before), _keys(after)
    order = np.argsort(later, kind="stable")
    at = np.minimum(np.searchsorted(later[order], keys), max(0, len(later) - 1))
    if not len(later):
        return np.full(len(keys), GONE)
    return np.where(later[order[at]] == keys, order[at], GONE)


def _keys(resources: Resources) -> Rows:
    """Return a number for each resource: kind and row, and whether it is the second direction of that row."""
    code = {kind: at for at, kind in enumerate(("link", "transfer", "shared", "step"))}
    kind = np.array([code[kind] for kind in resources.kind.tolist()], dtype=np.int64)
    key = (resources.row * len(code) + kind) * 2
    first = np.zeros(len(key), dtype=np.bool_)
    first[np.unique(key, return_index=True)[1]] = True
    return key + ~first
