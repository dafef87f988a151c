"""Where the nodes and ribbons of a Sankey diagram stand: heights to scale, few crossings, room for every label.

Nodes of a stage are ordered by the barycenters of their flows, sweep by sweep, as Sugiyama, Tagawa and Toda do
("Methods for visual understanding of hierarchical system structures", IEEE Transactions on Systems, Man, and
Cybernetics 11(2), 1981); of all orders met, the one in which least volume crosses is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

N_SWEEPS = 12
N_HALVINGS = 40

Key = tuple[int, str]
"""A node: the position of its stage and its id."""


@dataclass(frozen=True, slots=True)
class Band:
    """A flow between neighboring stages: `stage` is the position of the left one."""

    stage: int
    from_id: str
    to_id: str
    volume: float


@dataclass(frozen=True, slots=True)
class Slot:
    """The upper and lower end of a node or of one side of a ribbon, in inches down from the top of the diagram."""

    top: float
    bottom: float


@dataclass(frozen=True)
class Layout:
    """Slots of all nodes, and of both sides of every flow in the order of the flows."""

    nodes: Mapping[Key, Slot]
    bands: tuple[tuple[Slot, Slot], ...]


def lay_out(
    stages: Sequence[Mapping[str, float]],
    bands: Sequence[Band],
    height: float,
    least: Sequence[Mapping[str, float]],
    gap: float,
) -> Layout:
    """Return where nodes and flows stand.

    Parameters
    ----------
    stages
        Volumes of the nodes of each stage by id.
    bands
        Flows between neighboring stages.
    height
        Inches from the top of the first node to the bottom of the last one.
    least
        Inches that each node takes at least with its label, however thin it is, by stage and id.
    gap
        Inches between nodes.
    """
    order = order_nodes([list(stage) for stage in stages], bands)
    scale = min(_scale(stage, height, labels, gap) for stage, labels in zip(stages, least, strict=True))
    nodes = {}
    for at, ids in enumerate(order):
        taken = [max(least[at][node], scale * stages[at][node]) for node in ids]
        # What is left over goes between the nodes, as far as they stay together.
        spare = height - sum(taken) - gap * (len(ids) - 1)
        between = gap + min(spare / max(1, len(ids) - 1), 3.0 * gap)
        top = (height - sum(taken) - between * (len(ids) - 1)) / 2
        for node, room in zip(ids, taken, strict=True):
            middle, half = top + room / 2, scale * stages[at][node] / 2
            nodes[at, node] = Slot(middle - half, middle + half)
            top += room + between
    left = _sides(bands, nodes, scale, is_left=True)
    right = _sides(bands, nodes, scale, is_left=False)
    return Layout(nodes, tuple(zip(left, right, strict=True)))


def order_nodes(stages: Sequence[Sequence[str]], bands: Sequence[Band]) -> list[list[str]]:
    """Return the nodes of each stage from top to bottom."""
    order = [list(stage) for stage in stages]
    best, least = [list(stage) for stage in order], crossing_volume(order, bands)
    for sweep in range(N_SWEEPS):
        is_forward = sweep % 2 == 0
        for at in range(1, len(order)) if is_forward else range(len(order) - 2, -1, -1):
            order[at] = _by_barycenter(order, bands, at, at - 1 if is_forward else at + 1)
        crossed = crossing_volume(order, bands)
        if crossed < least:
            best, least = [list(stage) for stage in order], crossed
    return best


def crossing_volume(order: Sequence[Sequence[str]], bands: Sequence[Band]) -> float:
    """Return the sum over all pairs of flows that cross of the products of their volumes."""
    total = 0.0
    for stage in range(len(order) - 1):
        left, right = ({node: at for at, node in enumerate(order[side])} for side in (stage, stage + 1))
        here = [band for band in bands if band.stage == stage]
        start = np.array([left[band.from_id] for band in here], dtype=np.int64)
        end = np.array([right[band.to_id] for band in here], dtype=np.int64)
        volume = np.array([band.volume for band in here], dtype=np.float64)
        crosses = (start[:, None] < start) & (end[:, None] > end)
        total += float((crosses * np.outer(volume, volume)).sum())
    return total


def _by_barycenter(order: Sequence[Sequence[str]], bands: Sequence[Band], at: int, fixed: int) -> list[str]:
    """Return a stage sorted by the mean place of its neighbors in a fixed stage, weighted by volume."""
    place = {node: float(row) for row, node in enumerate(order[fixed])}
    weight = dict.fromkeys(order[at], 0.0)
    moment = dict.fromkeys(order[at], 0.0)
    for band in bands:
        if band.stage == min(at, fixed):
            node, other = (band.to_id, band.from_id) if fixed < at else (band.from_id, band.to_id)
            weight[node] += band.volume
            moment[node] += band.volume * place[other]
    # A node without neighbors stays where it is among the others.
    center = {
        node: moment[node] / weight[node] if weight[node] > 0.0 else row * len(place) / len(order[at])
        for row, node in enumerate(order[at])
    }
    return sorted(order[at], key=center.__getitem__)


def _scale(volumes: Mapping[str, float], height: float, least: Mapping[str, float], gap: float) -> float:
    """Return the inches per unit at which the nodes of a stage just fill the height."""
    room = height - gap * (len(volumes) - 1)
    low, high = 0.0, room / (sum(volumes.values()) or 1.0)
    for _halving in range(N_HALVINGS):
        middle = (low + high) / 2
        if sum(max(least[node], middle * volume) for node, volume in volumes.items()) <= room:
            low = middle
        else:
            high = middle
    return low


def _sides(bands: Sequence[Band], nodes: Mapping[Key, Slot], scale: float, *, is_left: bool) -> list[Slot]:
    """Return where each flow leaves its left node or enters its right one: in the order of the other ends."""

    def ends(at: int) -> tuple[Key, Key]:
        band = bands[at]
        near, far = (band.stage, band.from_id), (band.stage + 1, band.to_id)
        return (near, far) if is_left else (far, near)

    used = {key: slot.top for key, slot in nodes.items()}
    slots: dict[int, Slot] = {}
    for at in sorted(range(len(bands)), key=lambda at: nodes[ends(at)[1]].top):
        own, top = ends(at)[0], used[ends(at)[0]]
        used[own] = top + scale * bands[at].volume
        slots[at] = Slot(top, used[own])
    return [slots[at] for at in range(len(bands))]
