"""Demands become blocks only where they share commodity, origin and avoid lists, and keep what a plan needs of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_network import CONTAINER, GRAIN, Row, dataset, link, transfer

from network import CorridorError, Dataset, DatasetError, SolverError
from optimizer import Weights
from optimizer.blocks import DemandBlocks, blocks_of, demands_in
from optimizer.graph import arc_name, expand

LINKS = [
    link("rail", "rail1520", "A", "B", capacity=5, capacity_unit="train/day"),
    link("road", "road", "A", "B"),
    link("sea", "sea", "B", "C"),
    link("air", "air", "A", "C"),
]
TRANSFERS = [transfer("B", "rail1520", "road"), transfer("B", "rail1520", "sea"), transfer("B", "road", "sea")]
COUNTRIES = {"A": "CN", "B": "KZ", "C": "DE"}


def row(demand_id: str, origin: str = "A", destination: str = "C", **columns: object) -> Row:
    """Return a demand of one container."""
    ends = {"demand_id": demand_id, "origin": origin, "destination": destination, "commodity": "container"}
    return ends | {"volume": 1.0} | columns


def made(demands: list[Row], **tables: list[Row]) -> Dataset:
    """Return a dataset of the links above with some demands."""
    tables.setdefault("commodities", [CONTAINER, GRAIN])
    return dataset(LINKS, TRANSFERS, countries=COUNTRIES, demands=demands, **tables)


def blocks(demands: list[Row]) -> DemandBlocks:
    """Return the blocks of some demands."""
    return blocks_of(expand(made(demands)), Weights())


def members(grouped: DemandBlocks) -> list[list[str]]:
    """Return the demand ids of each block."""
    return [[grouped.demand_ids[at] for at in block.demands] for block in grouped.blocks]


def arcs_of(grouped: DemandBlocks, at: int = 0) -> set[str]:
    """Return the readable names of the arcs of a block."""
    return {arc_name(grouped.graph, int(arc)) for arc in grouped.blocks[at].arcs}


def test_only_equal_keys_share_a_block() -> None:
    """Destination, volume and unmet cost may differ; origin, commodity and avoid lists may not."""
    grouped = blocks(
        [
            row("first"),
            row("other-end", destination="B", volume=7, unmet_cost_usd_per_unit=5),
            row("other-origin", origin="B"),
            row("other-goods") | {"commodity": "grain"},
            row("no-road", avoid_modes="road"),
            row("no-kz", avoid_countries="KZ;RU"),
            row("no-kz-too", avoid_countries="RU;KZ"),
            row("last"),
        ]
    )
    expected = [["first", "other-end", "last"], ["other-origin"], ["other-goods"], ["no-road"], ["no-kz", "no-kz-too"]]
    assert members(grouped) == expected
    assert len(grouped) == 5


def test_numbers_stand_in_row_order() -> None:
    """Volumes, unmet costs and ends keep the order of the rows; an empty unmet cost means must be carried."""
    grouped = blocks([row("x", volume=3, unmet_cost_usd_per_unit=9), row("y", destination="B", volume=4)])
    assert grouped.volume.tolist() == [3.0, 4.0]
    assert grouped.must_carry.tolist() == [False, True]
    assert grouped.unmet_cost[0] == 9.0
    nodes = grouped.graph.data.network.nodes.text("node_id")
    assert nodes[grouped.destination].tolist() == ["C", "B"]
    (block,) = grouped.blocks
    assert nodes[block.destinations[block.arrival]].tolist() == ["C", "B"]
    assert grouped.offsets.tolist() == [0, len(block.arcs)]


def test_avoided_modes_and_countries_have_no_arcs() -> None:
    """No arc of a block touches a state in an avoided mode or country, at either end."""
    free, no_road, no_kz = (
        blocks([row("d", **avoid)]) for avoid in ({}, {"avoid_modes": "road"}, {"avoid_countries": "KZ"})
    )
    assert {"road A→B", "road B→A", "B road→sea", "rail A→B"} <= arcs_of(free)
    assert not any("road" in name for name in arcs_of(no_road))
    assert {"rail A→B", "B rail1520→sea", "sea B→C"} <= arcs_of(no_road)
    assert arcs_of(no_kz) == {"air A→C", "air C→A"}


def test_a_commodity_keeps_to_its_modes() -> None:
    """Grain may not fly: the block has no arc of the air link."""
    grouped = blocks([row("d") | {"commodity": "grain"}])
    assert not any("air" in name for name in arcs_of(grouped))


def test_use_is_per_unit_and_zero_where_never_met() -> None:
    """A unit takes 1 / units_per_train of a train; a resource that the commodity cannot reach counts as 0."""
    tables = {"commodities": [CONTAINER, GRAIN | {"modes": "road;sea", "units_per_train": None}]}
    data = made([row("box"), row("grain") | {"commodity": "grain"}], **tables)
    grouped = blocks_of(expand(data), Weights())
    assert grouped.blocks[0].use.tolist() == [1 / 100, 1 / 100]
    assert grouped.blocks[1].use.tolist() == [0.0, 0.0]


def test_missing_factor_is_an_error_not_a_zero() -> None:
    """A factor that is missing all the same (data built in memory) names commodity, link and unit."""
    data = made([row("box")])
    unknown = data.commodities.with_columns({"units_per_train": np.array([np.nan, 4000.0])})
    with pytest.raises(CorridorError, match=r"container has no factor for the capacity of rail A→B in train/day"):
        blocks_of(expand(replace(data, commodities=unknown)), Weights())


def test_values_are_computed_once_per_commodity() -> None:
    """Blocks of one commodity share its values and, under equal avoid lists, its arcs."""
    first, second = blocks([row("x"), row("y", origin="B")]).blocks
    assert first.values is second.values
    assert first.arcs is second.arcs


def test_year_selects_demands() -> None:
    """Demands without a year belong to the base year; a year without any lists those that have some."""
    data = made([row("now"), row("then", year=2030), row("base", year=2024)])
    assert demands_in(data, 2024).tolist() == [0, 2]
    assert demands_in(data, 2030).tolist() == [1]
    with pytest.raises(DatasetError, match="there are demands for 2024, 2030") as caught:
        demands_in(data, 2026)
    assert [(found.file, found.column, found.code) for found in caught.value.findings] == [
        ("demands.csv", "year", "E190")
    ]
    with pytest.raises(DatasetError, match=r"add rows to demands\.csv"):
        demands_in(made([]), 2024)


def test_a_time_limit_makes_a_block_of_its_own() -> None:
    """Demands of one origin with other limits, or none, take other ways; those of other years do not matter."""
    demands = [row("x", max_time_h=9), row("y"), row("z", max_time_h=8), row("w", max_time_h=9)]
    made = blocks([*demands, row("later", max_time_h=7, year=2030)])
    assert members(made) == [["x", "w"], ["y"], ["z"]]
    assert [block.max_time_h for block in made.blocks] == [9, float("inf"), 8]
    assert made.max_time_h.tolist() == [9, float("inf"), 8, 9]
    assert made.limited_ids == ("x", "z", "w")
    # They pay the same on the same arcs, so that searches share what they weigh.
    assert len({id(block.arcs) for block in made.blocks}) == 1
    with pytest.raises(SolverError, match=r"HiGHS cannot keep the deadline \(max_time_h\) of demand x, z, w,"):
        made.refuse_deadlines("HiGHS")
    blocks([demands[1]]).refuse_deadlines("HiGHS")
