"""Which scenarios of a case change nothing that the plan of its year asks: no number, no passage, no demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.applying import apply
from network.errors import DatasetError, ScenarioError
from optimizer.replanning import blocks_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.blocks import Block, DemandBlocks
    from optimizer.combining import Case
    from optimizer.replanning import Prepared
    from optimizer.sweep import Record

LIMITS = ("ids", "kind", "from_node", "to_node", "capacity", "unit", "free", "arc", "resource")
ARCS = ("tail", "head", "length_km")
PAID = ("allowed", "cost_usd", "time_h", "co2_kg", "weight")
TOLD = frozenset(("name", "source", "confidence", "note"))
"""Columns of commodities that no plan uses."""
EVEN = 1e-6
"""Share of what is minimized beyond which two plans cannot answer the same question."""
DEMANDS = ("volume", "unmet_cost", "origin", "destination")
FLOWS = ("use", "arcs", "demands", "destinations", "arrival")
AVOIDED = ("origin", "avoid_countries", "avoid_modes", "max_time_h")


def untouched(base: Prepared, case: Case) -> tuple[str, ...]:
    """Return a remark on every scenario of a case that changes nothing in the question of the year planned for.

    Each is applied alone to the unchanged data and its question compared with the unchanged one, number by number. A
    scenario that cannot stand alone, such as one whose card requires that of another, is not judged. What the
    scenarios of a case say twice is not remarked on either.

    Parameters
    ----------
    base
        The unchanged plan of the year of the case.
    case
        Scenarios that are planned together.
    """
    remarks = []
    for scenario in case.scenarios:
        try:
            data = apply(base.plan.data, scenario)
            blocks = blocks_after(base.plan.blocks, data)
        except (ScenarioError, DatasetError):
            continue
        if asks_the_same(base.plan.blocks, blocks):
            remarks.append(
                f"{scenario.name} changes nothing in the plan of {case.year}: what it changes is of other years, was "
                "so already, or is not used in planning"
            )
    return tuple(dict.fromkeys(remarks))


def tells_apart(outcome: Record) -> bool:
    """Tell whether an outcome shows by itself that its question is another: another capacity, or another optimum."""
    now, base = outcome["measures"]["objective_usd"], outcome["base_measures"]["objective_usd"]
    is_other = now is not None and base is not None and abs(now - base) > EVEN * abs(base)
    return is_other or bool(outcome["changed"])


def asks_the_same(first: DemandBlocks, second: DemandBlocks) -> bool:
    """Tell whether two questions are the same to the last digit: passages, money, hours, CO2e, limits and demands."""
    if first is second:
        return True
    if first.demand_ids != second.demand_ids or len(first) != len(second):
        return False
    return (
        _alike(first.graph, second.graph, ARCS)
        and _alike(first.graph.resources, second.graph.resources, LIMITS)
        and _alike(first, second, DEMANDS)
        and _pays_the_same(first.blocks, second.blocks)
        and _weighs_the_same(first, second)
    )


def _pays_the_same(first: Sequence[Block], second: Sequence[Block]) -> bool:
    """Tell whether the blocks of two questions pay and use the same on the same arcs."""
    compared: set[tuple[int, int]] = set()
    for one, other in zip(first, second, strict=True):
        if any(getattr(one, name) != getattr(other, name) for name in AVOIDED) or not _alike(one, other, FLOWS):
            return False
        # Blocks of a commodity share what it pays, so that it is compared once.
        pair = (id(one.values), id(other.values))
        if pair not in compared and (
            one.values.commodity != other.values.commodity or not _alike(one.values, other.values, PAID)
        ):
            return False
        compared.add(pair)
    return True


def _weighs_the_same(first: DemandBlocks, second: DemandBlocks) -> bool:
    """Tell whether the commodities that are asked for have the same units and weights, which tonnes are told by."""
    tables = [blocks.graph.data.commodities for blocks in (first, second)]
    if tables[0] is tables[1]:
        return True
    used = {block.values.commodity for block in first.blocks}
    rows = [[table.row(table.row_of[name]) for name in sorted(used)] for table in tables]
    return all(
        one.get(column) == other.get(column)
        for one, other in zip(*rows, strict=True)
        for column in (one.keys() | other.keys()) - TOLD
    )


def _alike(first: object, second: object, names: Sequence[str]) -> bool:
    """Tell whether two things have the same arrays of these names; a missing number is like another."""
    for name in names:
        one, other = getattr(first, name), getattr(second, name)
        if one is not other and not np.array_equal(one, other, equal_nan=one.dtype == np.float64):
            return False
    return True
