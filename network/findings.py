"""Warnings about a network as a whole: sound row by row, and yet hardly what was meant.

Each rule is a small function over columns; ``docs/errors.md`` tells what each code means and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.claims import find_one_sided
from network.errors import Finding, ScenarioError, few
from network.model import Dataset, Mask, Network, split_list
from network.plausibility import odd_rows, rows_of, warning
from network.reachability import components, states_of, unreachable_demands
from network.traces import traces_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from network.scenario import Scenario


def network_findings(data: Dataset) -> list[Finding]:
    """Return all warnings about the network, demands, cards and scenarios of a dataset without errors, by place."""
    network = data.network
    found = [
        *odd_rows(network),
        *_unreachable(data),
        *_isolated_nodes(network),
        *_stranded_modes(network),
        *_idle_transfers(network),
        *_broken_corridors(network),
        *_broken_traces(network),
        *_unused_shared_capacities(network),
        *_unknown_sources(data),
        *find_one_sided(data),
        *_void_scenarios(data),
    ]
    return sorted(found)


def _unreachable(data: Dataset) -> Iterator[Finding]:
    """Tell demands that no route can carry."""
    demands, linked = data.demands, _is_linked(data.network)
    for row in unreachable_demands(data):
        origin, destination = demands.text("origin")[row], demands.text("destination")[row]
        loose = [node for node in (origin, destination) if not linked[data.network.nodes.row_of[node]]]
        reason = f": {' and '.join(loose)} has no link" if loose else " by its modes, in its year, as it avoids"
        message = f"{origin} cannot reach {destination}{reason}"
        yield warning(demands, row, "destination", "W201", message, "add the missing link or transfer, or lift a limit")


def _is_linked(network: Network) -> Mask:
    """Return the mask of nodes that a link touches."""
    linked = np.zeros(len(network.nodes), dtype=np.bool_)
    for ends in network.link_ends:
        linked[ends] = True
    return linked


def _isolated_nodes(network: Network) -> Iterator[Finding]:
    """Tell nodes without a link."""
    for row in rows_of(~_is_linked(network)):
        message = f"no link touches {network.nodes.text('node_id')[row]}"
        yield warning(network.nodes, row, "node_id", "W202", message, "link it, or remove the node")


def _stranded_modes(network: Network) -> Iterator[Finding]:
    """Tell parts of the network that meet others at a node, but that no transfer connects, once for each part."""
    if not len(network.links):
        return
    states = states_of(network)
    labels = components(states.n_states, states.tails, states.heads)
    n_links = len(network.links)
    used = np.unique(np.concatenate([states.tails[:n_links], states.heads[:n_links]]))
    part, node = labels[used], states.node_of(used)
    sizes = dict(zip(*(values.tolist() for values in np.unique(part, return_counts=True)), strict=True))
    if len(sizes) == 1:
        return
    parts_at: dict[int, set[int]] = {}
    for where, label in zip(node.tolist(), part.tolist(), strict=True):
        parts_at.setdefault(where, set()).add(label)
    meeting: dict[int, list[int]] = {}
    for where, labels_here in parts_at.items():
        largest = max(labels_here, key=lambda label: (sizes[label], -label))
        for label in labels_here - {largest}:
            meeting.setdefault(label, []).append(where)
    ids = network.nodes.text("node_id")
    for label, nodes in meeting.items():
        here = used[(part == label) & (node == nodes[0])]
        modes = ", ".join(states.modes[mode] for mode in states.mode_of(here).tolist())
        message = f"no transfer leads to {modes} at {few(ids[row] for row in nodes)}, nor is there another way there"
        remedy = f"add a row to transfers.csv for {ids[nodes[0]]} and {modes}"
        yield warning(network.nodes, nodes[0], "node_id", "W208", message, remedy)


def _idle_transfers(network: Network) -> Iterator[Finding]:
    """Tell transfers from or to a mode of which their node has no link."""
    transfers = network.transfers
    if not len(transfers):
        return
    states, n_links = states_of(network), len(network.links)
    used = set(np.concatenate([states.tails[:n_links], states.heads[:n_links]]).tolist())
    for column, ends in (("from_mode", states.tails[n_links:]), ("to_mode", states.heads[n_links:])):
        for row, state in enumerate(ends.tolist()):
            if state not in used:
                message = f"{transfers.text('node_id')[row]} has no {transfers.text(column)[row]} link"
                yield warning(transfers, row, column, "W209", message, "correct the mode or gauge, or add the link")


def _broken_corridors(network: Network) -> Iterator[Finding]:
    """Tell corridors whose links do not hang together, by any mode."""
    links = network.links
    links_of: dict[str, list[int]] = {}
    for row, cell in enumerate(links.text("corridors")):
        if cell:
            for corridor in split_list(cell):
                links_of.setdefault(corridor, []).append(row)
    ids = network.nodes.text("node_id")
    for corridor, rows in links_of.items():
        nodes, ends = np.unique([end[rows] for end in network.link_ends], return_inverse=True)
        tails, heads = ends.reshape(2, -1)
        parts = [np.flatnonzero(labels) for labels in _split(components(len(nodes), tails, heads))]
        if len(parts) > 1:
            examples = " and ".join(ids[nodes[part[0]]] for part in parts[:2])
            message = f"{corridor} falls into {len(parts)} parts: nothing of it joins {examples}"
            remedy = "put the corridor on the links between, or give the parts names of their own"
            yield warning(links, rows[0], "corridors", "W214", message, remedy)


def _broken_traces(network: Network) -> Iterator[Finding]:
    """Tell traces that the links of their corridor do not follow, once for each corridor."""
    table = network.corridors
    for corridor, branches in traces_of(network).items():
        gaps = [" and ".join(gap) for branch in branches for gap in branch.gaps]
        if gaps:
            message = f"no links of {corridor} join {few(gaps)}"
            remedy = f"put {corridor} on the links between, or correct the trace"
            yield warning(table, table.row_of[corridor], "trace", "W219", message, remedy)


def _split(labels: NDArray[np.int64]) -> list[Mask]:
    return [labels == label for label in np.unique(labels)]


def _unused_shared_capacities(network: Network) -> Iterator[Finding]:
    """Tell shared capacities that nothing names."""
    table = network.shared_capacities
    named = {key for rows in (network.links, network.transfers) for key in rows.text("shared_capacity_id")}
    for row, key in enumerate(table.text("shared_capacity_id")):
        if key not in named:
            remedy = "name it in links.csv or transfers.csv, or remove it"
            yield warning(table, row, "shared_capacity_id", "W215", f"no link or transfer names {key}", remedy)


def _unknown_sources(data: Dataset) -> Iterator[Finding]:
    """Tell sources that ``dataset.toml`` does not declare, once for each file; a dataset may declare none at all."""
    known = data.info.sources
    if not known:
        return
    for table in (*data.tables.values(), data.observations, data.claims):
        first: dict[str, int] = {}
        for row, cell in enumerate(table.text("source")):
            if cell and cell not in known:
                for source in split_list(cell):
                    first.setdefault(source, row)
        for source, row in first.items():
            if source not in known:
                remedy = f"declare [sources.{source}] in dataset.toml, or correct the id"
                yield warning(table, row, "source", "W217", f'unknown source "{source}"', remedy)
    for card in data.projects:
        rows = [row for change in card.changes for row in change.rows]
        for source in dict.fromkeys((card.source, *(str(row.get("source", "")) for row in rows))):
            if source and source not in known:
                message = f'project "{card.id}": unknown source "{source}"'
                remedy = f"declare [sources.{source}] in dataset.toml, or correct the id"
                yield Finding("projects.toml", 0, "source", "W217", message, remedy, "warning")


def _void_scenarios(data: Dataset) -> Iterator[Finding]:
    """Tell cards and scenarios that come with the dataset and cannot be applied to it."""
    from network.effects import with_required
    from network.scenario import Scenario

    required = {card.id: card.requires for card in data.projects}
    for card in data.projects:
        yield from _void(data, Scenario(card.name, projects=with_required(card.id, required)), "projects.toml")
    for key, scenario in data.scenarios.items():
        yield from _void(data, scenario, scenario.file or f"scenarios/{key}.toml")


def _void(data: Dataset, scenario: Scenario, file: str) -> Iterator[Finding]:
    """Tell why one scenario cannot be applied."""
    from network.applying import apply

    try:
        apply(data, scenario)
    except ScenarioError as error:
        for why in error.findings:
            yield Finding(file, 0, why.column, "W216", f"cannot be applied: {why.message}", why.remedy, "warning")
