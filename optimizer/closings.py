"""What may close: links, nodes, border crossings and shared capacities one at a time, or whatever is named.

A closing is a scenario that closes one thing for a share of the year, so that whoever doubts a number can write the
same scenario and plan it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

import numpy as np

from network.changes import Change
from network.errors import ScenarioError, UnknownIdError
from network.places import N_MATCHES, close_matches
from network.scenario import Scenario
from network.selection import RefusedChangeError, rows_where
from optimizer.resources import plain_rows
from optimizer.things import thing_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from network.model import Dataset, Network
    from network.toml_source import Value
    from optimizer.graph import ArcGraph
    from optimizer.things import Thing

Kind = Literal["link", "node", "crossing", "shared", "transfer", "links", "scenario"]
KINDS: tuple[Kind, ...] = ("link", "node", "crossing", "shared")
"""What a sweep closes one at a time."""

KIND_WORDS: dict[Kind, str] = {
    "link": "a link",
    "node": "a node",
    "crossing": "a border crossing",
    "shared": "a shared capacity",
    "transfer": "a transfer",
    "links": "several links",
    "scenario": "a scenario",
}
"""The kinds in the words of messages."""

WHOLE = frozenset(("demands", "calibration"))
"""Tables of which a closed row is gone, whatever the share."""


@dataclass(frozen=True)
class Closing:
    """One case: what closes, and the scenario that closes it.

    `kind` is one of `KINDS`, ``transfer``, ``links`` (several named together) or ``scenario``; `id` names the thing in
    the data and `name` to a reader.
    """

    kind: Kind
    id: str
    name: str
    scenario: Scenario

    @property
    def key(self) -> str:
        """Tells the closing from every other, and the same closing of other content too."""
        content = json.dumps([self.kind, self.id, self.scenario.to_mapping()], sort_keys=True)
        return sha256(content.encode()).hexdigest()[:16]


def closings_of(graph: ArcGraph, kinds: Collection[Kind], share: float = 1.0) -> tuple[Closing, ...]:
    """Return a closing for every link, node, border crossing and shared capacity of the graph that goods can pass.

    A border crossing is all crossing links of one mode between the same two nodes, both ways, whatever their gauge: the
    trains of a border point, or the ships between two ports. Where links are closed as well, a crossing of a
    single link is left out, for it is that link.

    A node that closes all year takes all links and transfers at it along. One that closes for part of the year has its
    capacities shrunk: those of links and transfers at it, and the shared capacities that lie there, while what has no
    limit still has none.
    """
    made = {
        "link": lambda: _link_closings(graph, share),
        "node": lambda: _node_closings(graph, share),
        "crossing": lambda: _crossing_closings(graph, share, at_least=2 if "link" in kinds else 1),
        "shared": lambda: _shared_closings(graph, share),
    }
    return tuple(closing for kind in KINDS if kind in kinds for closing in made[kind]())


def closing_named(
    graph: ArcGraph, data: Dataset, name: str | Scenario, kinds: Collection[Kind] = (), share: float | None = None
) -> Closing:
    """Return the closing of what is named.

    Parameters
    ----------
    name
        A scenario, or the name of one of the dataset; a node by any of its names, a link or shared capacity by its id,
        a transfer as ``NODE:mode-mode``, a border crossing as ``mode:NODE:NODE``; or conditions on links such as
        ``mode=rail,country=KZ``, whose links close together.
    kinds
        The kinds it may be; empty for any.
    share
        Share of the year; None = the whole year, and what a scenario says itself.

    Raises
    ------
    UnknownIdError
        The name fits nothing of these kinds (with close matches), or several things.
    ScenarioError
        A share is asked of a scenario that closes nothing.
    """
    whole = 1.0 if share is None else share
    if isinstance(name, Scenario):
        closing = Closing("scenario", name.name, name.name, _with_share(name, share))
    elif name in data.scenarios:
        scenario = data.scenarios[name]
        # A name such as "Closed for 13 days" does not fit a share asked for instead.
        told = scenario.name if share is None else name
        closing = Closing("scenario", name, told, _with_share(scenario, share))
    elif "=" in name:
        closing = _close("links", name, name, Change("links", _conditions(data, name), close=whole))
    elif (crossing := _crossing_named(graph, name, whole)) is not None:
        closing = crossing
    else:
        closing = _of_thing(graph, _thing_named(data, name), whole)
    if kinds and closing.kind not in kinds:
        words = " or ".join(KIND_WORDS[kind] for kind in kinds)
        raise UnknownIdError(f'"{closing.id}" means {KIND_WORDS[closing.kind]}, not {words}', name=closing.id)
    return closing


def closed_ids(closing: Closing) -> tuple[str, ...]:
    """Return the ids of the links, node or shared capacity that a closing of one of `KINDS` closes."""
    ids = closing.scenario.changes[0].where["id"] if closing.kind == "crossing" else closing.id
    return tuple(map(str, ids)) if isinstance(ids, tuple) else (str(ids),)


def is_pure(scenario: Scenario) -> bool:
    """Tell whether a scenario only closes links, nodes, transfers and shared capacities, all for the same time."""
    changes = scenario.changes
    return (
        not scenario.projects
        and len({change.close for change in changes}) == 1
        and all(change.close is not None and change.table not in WHOLE for change in changes)
    )


def is_partial(scenario: Scenario) -> bool:
    """Tell whether everything that a scenario closes stays open for a part of the year."""
    return all(change.close is None or change.close < 1.0 for change in scenario.changes)


def _close(kind: Kind, id_: str, name: str, change: Change) -> Closing:
    return Closing(kind, id_, name, Scenario(f"{name} closed", changes=(change,)))


def _link_closings(graph: ArcGraph, share: float) -> Iterator[Closing]:
    """Yield a closing for every link."""
    network = graph.data.network
    for row in _plain_links(graph):
        link_id = str(network.links.text("link_id")[row])
        yield _close("link", link_id, _link_name(network, row), Change("links", {"id": link_id}, close=share))


def _node_closings(graph: ArcGraph, share: float) -> Iterator[Closing]:
    """Yield a closing for every node."""
    for row in np.unique(graph.state_node).tolist():
        yield _node_closing(graph.data.network, row, share)


def _node_closing(network: Network, row: int, share: float) -> Closing:
    """Return the closing of a node; for part of the year it shrinks whatever capacity there is at the node."""
    node_id = str(network.nodes.text("node_id")[row])
    name = str(network.nodes.text("name")[row]) or node_id
    changes = _limits_at(network, row, share) if share < 1.0 else ()
    # Where nothing at the node has a limit, the change of the node itself says so when it is made.
    changes = changes or (Change("nodes", {"id": node_id}, close=share),)
    return Closing("node", node_id, name, Scenario(f"{name} closed", changes=changes))


def _limits_at(network: Network, row: int, share: float) -> tuple[Change, ...]:
    """Return changes that shrink the capacities of links, transfers and shared capacities at a node."""
    node_id = str(network.nodes.text("node_id")[row])
    links, transfers, shared = network.links, network.transfers, network.shared_capacities
    tails, heads = network.link_ends
    plain = plain_rows(links) == np.arange(len(links))
    limited = plain & ((tails == row) | (heads == row)) & ~np.isnan(links.number("capacity"))
    changes = []
    if limited.any():
        changes.append(Change("links", {"id": tuple(map(str, links.text("link_id")[limited]))}, close=share))
    for table, name in ((transfers, "transfers"), (shared, "shared_capacities")):
        capacity = table.number("capacity")[table.text("node_id") == node_id]
        given = tuple(sorted(set(capacity[~np.isnan(capacity)].tolist())))
        if given:
            changes.append(Change(name, {"node_id": node_id, "capacity": given}, close=share))
    return tuple(changes)


def _crossing_closings(graph: ArcGraph, share: float, *, at_least: int) -> Iterator[Closing]:
    """Yield a closing for every border crossing of at least some links."""
    network = graph.data.network
    nodes, mode = network.nodes.text("node_id"), network.links.text("mode")
    tails, heads = network.link_ends
    groups: dict[tuple[str, int, int], list[int]] = {}
    for row in _plain_links(graph):
        if network.is_crossing[row]:
            ends = sorted((int(tails[row]), int(heads[row])))
            groups.setdefault((str(mode[row]), ends[0], ends[1]), []).append(row)
    for (of_mode, first, second), rows in groups.items():
        if len(rows) >= at_least:
            id_ = f"{of_mode}:{nodes[first]}:{nodes[second]}"
            ids = tuple(str(network.links.text("link_id")[row]) for row in rows)
            name = f"border {_ends_name(network, first, second)} ({of_mode})"
            yield _close("crossing", id_, name, Change("links", {"id": ids}, close=share))


def _shared_closings(graph: ArcGraph, share: float) -> Iterator[Closing]:
    """Yield a closing for every shared capacity that some arc names."""
    network = graph.data.network
    named: set[str] = set()
    for table, rows in ((network.links, graph.link), (network.transfers, graph.transfer)):
        named.update(table.text("shared_capacity_id")[np.unique(rows[rows >= 0])])
    for shared_id in network.shared_capacities.row_of:
        if shared_id in named:
            yield _shared_closing(network, shared_id, share)


def _shared_closing(network: Network, shared_id: str, share: float) -> Closing:
    table = network.shared_capacities
    name = str(table.text("name")[table.row_of[shared_id]]) or shared_id
    return _close("shared", shared_id, name, Change("shared_capacities", {"id": shared_id}, close=share))


def _of_thing(graph: ArcGraph, thing: Thing, share: float) -> Closing:
    """Return the closing of a thing that a name means."""
    network = graph.data.network
    if thing.side:
        message = (
            f'"{thing.id}{thing.side}" is one direction: a link or transfer closes both ways; leave {thing.side} out'
        )
        raise UnknownIdError(message, name=f"{thing.id}{thing.side}")
    if thing.kind == "link":
        name = _link_name(network, network.links.row_of[thing.id])
        return _close("link", thing.id, name, Change("links", {"id": thing.id}, close=share))
    if thing.kind == "node":
        return _node_closing(network, network.nodes.row_of[thing.id], share)
    if thing.kind == "shared":
        return _shared_closing(network, thing.id, share)
    node, _, modes = thing.id.rpartition(":")
    start, _, end = modes.partition("-")
    where = {"node_id": node, "from_mode": start, "to_mode": end}
    name = f"{network.nodes.text('name')[network.nodes.row_of[node]] or node}: {start} – {end}"
    return _close("transfer", thing.id, name, Change("transfers", where, close=share))


def _thing_named(data: Dataset, name: str) -> Thing:
    """Return what a name means in the network; where it means nothing, scenarios are among the close matches."""
    try:
        return thing_of(data, name)
    except UnknownIdError as error:
        if not str(error).startswith("unknown"):
            raise
        scenarios = close_matches(name, data.scenarios)
        message = f'unknown node, link, transfer, shared capacity or scenario "{name}"'
        raise UnknownIdError(message, name=name, matches=(*error.matches, *scenarios)[:N_MATCHES]) from None


def _crossing_named(graph: ArcGraph, name: str, share: float) -> Closing | None:
    """Return the closing of the border crossing of this id, None where there is none."""
    if name.count(":") != 2:
        return None
    return next((each for each in _crossing_closings(graph, share, at_least=1) if each.id == name), None)


def _conditions(data: Dataset, text: str) -> Mapping[str, Value]:
    """Return the conditions on links that ``key=value,key=value`` means, checked against the data."""
    try:
        where = dict(Change.from_text(f"links[{text}].capacity=0").where)
        rows_where(data, "links", where)
    except ScenarioError:
        raise UnknownIdError(f'cannot read "{text}"; write conditions as in mode=rail,country=KZ', name=text) from None
    except RefusedChangeError as refusal:
        (why,) = refusal.findings
        raise UnknownIdError(f"{text}: {why.message}; {why.remedy}", name=text) from None
    return where


def _with_share(scenario: Scenario, share: float | None) -> Scenario:
    """Return the scenario with its closings lasting for a share of the year, None for as long as it says itself.

    Raises
    ------
    ScenarioError
        The scenario closes nothing, so that a share says nothing about it.
    """
    if share is None:
        return scenario
    if all(change.close is None for change in scenario.changes):
        raise ScenarioError(
            f'scenario "{scenario.name}" closes nothing, so that a share of the year says nothing; leave the share out'
        )
    changes = tuple(
        change if change.close is None or change.table in WHOLE else replace(change, close=share)
        for change in scenario.changes
    )
    return replace(scenario, changes=changes)


def _plain_links(graph: ArcGraph) -> Iterable[int]:
    """Return the rows of the links that have an arc, ascending; price steps count as their link."""
    rows = np.unique(graph.link[graph.link >= 0])
    return [int(row) for row in np.unique(plain_rows(graph.data.network.links)[rows])]


def _link_name(network: Network, row: int) -> str:
    tails, heads = network.link_ends
    return f"{_ends_name(network, int(tails[row]), int(heads[row]))} ({network.links.text('mode')[row]})"


def _ends_name(network: Network, first: int, second: int) -> str:
    names, ids = network.nodes.text("name"), network.nodes.text("node_id")
    return f"{names[first] or ids[first]} – {names[second] or ids[second]}"
