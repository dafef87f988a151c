"""What arcs weigh by kind of goods: bare, along ways, and with prices of scarce resources."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.model import Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.formulations.priced_ways import Way
    from optimizer.resources import Resources, Rows


def kinds_of(blocks: DemandBlocks) -> tuple[Rows, list[int]]:
    """Return the kind of each block, and a block of each kind; all of a kind pay and take the same on the same arcs."""
    kinds: dict[int, int] = {}
    kind = np.array([kinds.setdefault(id(block.arcs), len(kinds)) for block in blocks.blocks], dtype=np.int64)
    return kind, np.unique(kind, return_index=True)[1].tolist()


def weights_of(blocks: DemandBlocks) -> tuple[Rows, Numbers, Numbers]:
    """Return the kind of each block; by kind the weight of every arc, inf where closed, and the use of resources."""
    kind, examples = kinds_of(blocks)
    graph = blocks.graph
    weight = np.full((len(examples), graph.n_arcs), np.inf)
    use = np.zeros((len(examples), len(graph.resources)))
    for row, at in enumerate(examples):
        block = blocks.blocks[at]
        weight[row, block.arcs] = block.values.weight[block.arcs]
        use[row] = block.use
    return kind, weight, use


def weights_along(ways: Sequence[Way], kind: Rows, weight: Numbers) -> Numbers:
    """Return the weights of ways of some kinds of goods, given that of every arc by kind."""
    length = np.array([len(way) for way in ways], dtype=np.int64)
    arcs = np.fromiter(chain.from_iterable(ways), dtype=np.int64, count=int(length.sum()))
    if not len(arcs):
        return np.zeros(len(ways))
    total: Numbers = np.add.reduceat(weight[np.repeat(kind, length), arcs], np.cumsum(length) - length)
    return total


def priced(resources: Resources, weight: Numbers, use: Numbers, price: Numbers) -> Numbers:
    """Return weight + Σ use·price of every arc by kind."""
    drawn = np.flatnonzero(price[resources.resource])
    every = weight.copy()
    if len(drawn):
        drawn = drawn[np.argsort(resources.arc[drawn], kind="stable")]
        arcs, first = np.unique(resources.arc[drawn], return_index=True)
        resource = resources.resource[drawn]
        every[:, arcs] += np.add.reduceat(use[:, resource] * price[resource], first, axis=1)
    return every
