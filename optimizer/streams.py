"""Streams of goods in four stages, as a Sankey diagram shows: origin, corridor, crossing or port, destination."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from network.values import counted_per_unit
from optimizer.gates import DIRECT, DOMESTIC, main_gates
from optimizer.language import _, country_text
from optimizer.passages import passages_of
from optimizer.region_names import group_of, group_text
from optimizer.report.routes import corridor_name, node_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from network.model import Dataset, Numbers
    from optimizer.result import Plan

Measure = Literal["t", "teu"]

UNMET, OTHERS = "unmet", "others"
"""Ids of what is left behind, as corridor and as crossing, and of the nodes of a stage that are merged into one."""
STAGES = ("origin", "corridor", "gate", "destination")


@dataclass(frozen=True, slots=True)
class StreamNode:
    """A node of a stage: what all its flows bring, and all its flows take on, in the unit of the streams a year."""

    id: str
    name: str
    volume: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, one of `STAGES`, with its title in the language spoken; nodes by volume, others and unmet last.

    Ends are countries by their codes where few have any volume, else regions (see `region_names.group_of`). Corridors
    and crossings or ports have the ids of their rows in the data. A corridor is empty for what goes outside all of
    them.
    """

    id: str
    title: str
    nodes: tuple[StreamNode, ...]


@dataclass(frozen=True, slots=True)
class StreamFlow:
    """Volume a year from a node of the stage at position `stage` to a node of the next one.

    `corridor` is the node of the corridor stage that it passes, so that ribbons can have one color from end to end.
    """

    stage: int
    from_id: str
    to_id: str
    volume: float
    corridor: str


@dataclass(frozen=True, slots=True)
class Streams:
    """Streams of goods: in every stage the volumes of the nodes sum to `total`, in `unit` (``t`` or ``teu``) a year."""

    stages: tuple[Stage, ...]
    flows: tuple[StreamFlow, ...]
    unit: Measure
    total: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the streams as plain values."""
        return {
            "unit": self.unit,
            "total": self.total,
            "stages": [asdict(stage) | {"nodes": [asdict(node) for node in stage.nodes]} for stage in self.stages],
            "flows": [asdict(flow) for flow in self.flows],
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row per flow with the ids and names of its ends, its corridor and its volume."""
        import pandas as pd

        names = [{node.id: node.name for node in stage.nodes} for stage in self.stages]
        columns = ["from_stage", "to_stage", "from_id", "from_name", "to_id", "to_name", "corridor", "volume"]
        rows = [
            (
                self.stages[flow.stage].id,
                self.stages[flow.stage + 1].id,
                flow.from_id,
                names[flow.stage][flow.from_id],
                flow.to_id,
                names[flow.stage + 1][flow.to_id],
                flow.corridor,
                flow.volume,
            )
            for flow in self.flows
        ]
        return pd.DataFrame(rows, columns=columns)


class _Stream(NamedTuple):
    """A volume with its node in every stage."""

    nodes: tuple[str, ...]
    volume: float


def streams(plan: Plan, *, measure: Measure = "t", corridor: str | None = None, most_nodes: int = 12) -> Streams:
    """Return the streams of a plan from the countries or regions of origin to those of destination.

    Parameters
    ----------
    measure
        ``t``, or ``teu``: then only commodities that take TEU count.
    corridor
        Only what goes by this corridor; empty for what goes outside all of them, None for all demands, where what is
        left behind is a node of its own.
    most_nodes
        Nodes that a stage may have beside that of unmet demand; the smallest of more are merged into `OTHERS`. Ends
        are countries where neither stage has more of them than this, else regions.

    Raises
    ------
    UnknownIdError
        No corridor has this id.
    ValueError
        `most_nodes` is below 2.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> found = streams(plan_flows(load()), measure="teu")
    >>> [stage.id for stage in found.stages], found.unit
    (['origin', 'corridor', 'gate', 'destination'], 'teu')
    """
    if most_nodes < 2:
        raise ValueError("most_nodes must be at least 2: one node and the others")
    _check_corridor(plan.data, corridor)
    found = list(_streams(plan, measure, corridor))
    countries = [{stream.nodes[stage] for stream in found} for stage in (0, 3)]
    by_region = max(map(len, countries)) > most_nodes
    if by_region:
        found = [_Stream((group_of(nodes[0]), *nodes[1:3], group_of(nodes[3])), volume) for nodes, volume in found]
    found = _merged(found, most_nodes)
    end_text = group_text if by_region else country_text
    name_of = (end_text, _corridor_names(plan.data), _gate_names(plan.data), end_text)
    titles = (_("Origin"), _("Corridor"), _("Crossing or port"), _("Destination"))
    stages = tuple(
        Stage(STAGES[at], titles[at], tuple(_nodes(_volumes(found, at), name_of[at]))) for at in range(len(STAGES))
    )
    return Streams(stages, tuple(_flows(found, stages)), measure, sum(stream.volume for stream in found))


def _check_corridor(data: Dataset, corridor: str | None) -> None:
    """Raise where a corridor that is asked for is not in the data."""
    if corridor and corridor not in data.network.corridors.row_of:
        from network.places import unknown_id

        raise unknown_id("corridor", corridor, data.network.corridors.row_of)


def _streams(plan: Plan, measure: Measure, corridor: str | None) -> Iterator[_Stream]:
    """Yield every path, and what every demand leaves behind, with country, corridor, gate and country."""
    blocks, passages = plan.blocks, passages_of(plan)
    country = plan.data.network.nodes.text("country")
    origin, destination = country[blocks.origin].tolist(), country[blocks.destination].tolist()
    per_unit = _per_unit(plan.data, measure)
    carried = (passages.volume * per_unit[passages.commodity]).tolist()
    ways = zip(passages.demand.tolist(), passages.corridor.tolist(), main_gates(plan), carried, strict=True)
    for demand, way, gate, volume in ways:
        if volume > 0.0 and corridor in (None, way):
            yield _Stream((origin[demand], way, gate, destination[demand]), volume)
    if corridor is None:
        left = (plan.unmet_volume * per_unit[passages.demand_commodity]).tolist()
        for demand, volume in enumerate(left):
            if volume > 0.0:
                yield _Stream((origin[demand], UNMET, UNMET, destination[demand]), volume)


def _per_unit(data: Dataset, measure: Measure) -> Numbers:
    """Return what a unit of every commodity counts, shape (n_commodities,); 0 TEU where none are given."""
    rows = range(len(data.commodities))
    return np.array([counted_per_unit(data.commodities, row, measure) for row in rows], dtype=np.float64)


def _merged(found: Sequence[_Stream], most_nodes: int) -> list[_Stream]:
    """Return the streams with the smallest nodes of every stage merged, streams of the same nodes in one."""
    kept = [_kept(_volumes(found, at), most_nodes) for at in range(len(STAGES))]
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for nodes, volume in found:
        sums[tuple(node if node in of else OTHERS for node, of in zip(nodes, kept, strict=True))] += volume
    return [_Stream(nodes, volume) for nodes, volume in sums.items()]


def _kept(volumes: Mapping[str, float], most_nodes: int) -> set[str]:
    """Return the nodes of a stage that are not merged: the largest, and always unmet demand."""
    asked = sorted((node for node in volumes if node != UNMET), key=lambda node: (-volumes[node], node))
    return {UNMET, *(asked if len(asked) <= most_nodes else asked[: most_nodes - 1])}


def _volumes(found: Sequence[_Stream], stage: int) -> dict[str, float]:
    """Return the volume of every node of a stage."""
    sums: dict[str, float] = defaultdict(float)
    for nodes, volume in found:
        sums[nodes[stage]] += volume
    return dict(sums)


def _nodes(volumes: Mapping[str, float], name_of: Callable[[str], str]) -> Iterator[StreamNode]:
    """Yield the nodes of a stage, largest first, others and unmet demand last."""
    special = {OTHERS: _("Others"), UNMET: _("Unmet demand")}
    for node in sorted(volumes, key=lambda node: (node == UNMET, node == OTHERS, -volumes[node], node)):
        yield StreamNode(node, special.get(node) or name_of(node), volumes[node])


def _flows(found: Sequence[_Stream], stages: Sequence[Stage]) -> Iterator[StreamFlow]:
    """Yield the flows between every two stages, in the order of their nodes."""
    order = [{node.id: at for at, node in enumerate(stage.nodes)} for stage in stages]
    for stage in range(len(STAGES) - 1):
        sums: dict[tuple[str, str, str], float] = defaultdict(float)
        for nodes, volume in found:
            sums[nodes[stage], nodes[stage + 1], nodes[1]] += volume
        places = (order[stage], order[stage + 1], order[1])
        for ids in sorted(sums, key=lambda ids: tuple(place[node] for place, node in zip(places, ids, strict=True))):
            yield StreamFlow(stage, ids[0], ids[1], sums[ids], ids[2])


def _corridor_names(data: Dataset) -> Callable[[str], str]:
    """Return how corridors are named."""
    return lambda corridor: corridor_name(data, corridor) if corridor else _("Outside all corridors")


def _gate_names(data: Dataset) -> Callable[[str], str]:
    """Return how crossings and ports are named: a link by its ends."""
    links = data.network.links

    def named(gate: str) -> str:
        if gate in (DOMESTIC, DIRECT):
            return _("Within one country") if gate == DOMESTIC else _("No crossing or port on the way")
        row = links.row_of.get(gate)
        if row is None:
            return node_name(data, gate)
        ends = (str(links.text(column)[row]) for column in ("from_node", "to_node"))
        return " – ".join(node_name(data, end) for end in ends)

    return named
