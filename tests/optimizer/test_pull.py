"""The pull of a capacity against every way without loops, listed one by one."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from made_network import dataset, link
from plan_instances import Instance, instances

from network import Change, Scenario, apply
from optimizer.idle import barrier_of
from optimizer.pull import pull_of
from optimizer.replanning import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.result import Plan


def every_way(plan: Plan, demand: int) -> Iterator[list[int]]:
    """Yield every way of a demand that passes no state twice, as arcs."""
    blocks = plan.blocks
    graph = blocks.graph
    block = next(block for block in blocks.blocks if demand in block.demands)
    goal = set(graph.states_of.get(int(blocks.destination[demand]), []))
    out: dict[int, list[int]] = {}
    for arc in block.arcs.tolist():
        out.setdefault(int(graph.tail[arc]), []).append(arc)
    waiting = [([state], []) for state in graph.states_of.get(int(blocks.origin[demand]), [])]
    while waiting:
        states, way = waiting.pop()
        if way and states[-1] in goal:
            yield way
        waiting += [
            ([*states, int(graph.head[arc])], [*way, arc])
            for arc in out.get(states[-1], [])
            if int(graph.head[arc]) not in states
        ]


def nearest(plan: Plan, row: int) -> float:
    """Return the least USD by which a way over a resource is dearer than what its demand pays, inf for none.

    Demands that pass it with all their goods are left out.
    """
    blocks, resources = plan.blocks, plan.blocks.graph.resources
    best = inf
    for demand in np.flatnonzero(blocks.volume > 0.0).tolist():
        block = next(block for block in blocks.blocks if demand in block.demands)
        paid = np.bincount(
            resources.arc, weights=(plan.price * block.use)[resources.resource], minlength=blocks.graph.n_arcs
        )
        drawing = set(resources.arc[resources.resource == row].tolist()) if block.use[row] else set()
        over = [path for path in plan.paths if path.demand == demand and not drawing.isdisjoint(path.arcs)]
        if sum(path.volume for path in over) >= blocks.volume[demand] * (1 - 1e-9):
            continue
        weights = [(float((block.values.weight + paid)[way].sum()), way) for way in every_way(plan, demand)]
        pays = min([weight for weight, _ in weights], default=inf)
        if not blocks.must_carry[demand]:
            pays = min(pays, float(blocks.unmet_cost[demand]))
        best = min([best, *(weight - pays for weight, way in weights if not drawing.isdisjoint(way))])
    return best


@given(instance=instances())
@settings(max_examples=60, deadline=None)
def test_extra_is_that_of_the_best_of_all_ways(instance: Instance) -> None:
    """On random networks the extra is the least over all demands and all their ways without loops."""
    base = prepare(instance.dataset())
    assume(base.plan.objective_usd is not None)
    for row in range(len(base.plan.blocks.graph.resources)):
        pull = pull_of(base, row)
        expected = nearest(base.plan, row)
        if pull.demand_id is None:
            assert expected == inf
        else:
            assert pull.extra_usd_per_unit == pytest.approx(expected, rel=1e-6, abs=1e-5)


def test_names_the_demand_its_way_and_what_is_in_the_way() -> None:
    """A port that is idle because the ships behind it are full: its goods would pay 40 USD for the ships first."""
    demands = [
        {"demand_id": "main", "origin": "A", "destination": "C", "commodity": "container", "volume": 500},
        {"demand_id": "side", "origin": "D", "destination": "C", "commodity": "container", "volume": 5},
    ]
    limits = {"capacity_unit": "teu/year"}
    data = dataset(
        [
            link("port", "road", "A", "B", cost_usd_per_teu=10, capacity=1000, **limits),
            link("ships", "road", "B", "C", cost_usd_per_teu=10, capacity=100, **limits),
            link("round", "road", "A", "C", cost_usd_per_teu=60),
            link("spur", "road", "C", "E", cost_usd_per_teu=1, capacity=50, **limits),
            link("side", "road", "D", "C", cost_usd_per_teu=1, directed=1),
            link("bypass", "road", "D", "B", cost_usd_per_teu=1, directed=1, capacity=50, **limits),
        ],
        demands=demands,
    )
    base = prepare(data)
    ids = base.plan.blocks.graph.resources.ids
    forward = base.plan.blocks.graph.resources.from_node
    pulls = {(str(ids[row]), str(forward[row])): pull_of(base, row) for row in range(len(ids))}
    port = pulls["port", "A"]
    assert (port.demand_id, port.extra_usd_per_unit, port.links) == ("main", 0.0, ("port", "ships"))
    assert port.pays_usd_per_unit == pytest.approx(60.0)
    assert [(obstacle.id, obstacle.adds_usd_per_unit) for obstacle in port.in_the_way] == [
        ("ships", pytest.approx(40.0))
    ]
    bypass = pulls["bypass", "D"]
    assert (bypass.demand_id, bypass.links) == ("side", ("bypass", "ships"))
    assert bypass.extra_usd_per_unit == pytest.approx(1 + 10 + 40 - 1)
    assert pulls["spur", "C"].demand_id is None
    assert pulls["spur", "C"].to_mapping()["in_the_way"] == ()


def test_a_capacity_that_all_its_goods_use_already_is_no_obstacle() -> None:
    """Ways to the port are full, yet all goods for which it is the cheapest pass it: the next ones are named."""
    limits = {"capacity_unit": "teu/year"}
    row = {"commodity": "container", "unmet_cost_usd_per_unit": 500}
    data = dataset(
        [
            link("rail", "road", "A", "B", cost_usd_per_teu=10, capacity=60, **limits),
            link("port", "road", "B", "C", cost_usd_per_teu=10, capacity=1000, **limits),
            link("round", "road", "A", "B", cost_usd_per_teu=30),
            link("dear", "road", "D", "B", cost_usd_per_teu=25, directed=1),
            link("cheap", "road", "D", "C", cost_usd_per_teu=20, directed=1),
        ],
        demands=[
            row | {"demand_id": "main", "origin": "A", "destination": "C", "volume": 100},
            row | {"demand_id": "other", "origin": "D", "destination": "C", "volume": 5},
        ],
    )
    base = prepare(data)
    resources = base.plan.blocks.graph.resources
    row_of = {
        (str(key), str(start)): at
        for at, (key, start) in enumerate(zip(resources.ids, resources.from_node, strict=True))
    }
    pull = pull_of(base, row_of["port", "B"])
    assert (pull.demand_id, pull.in_the_way) == ("other", ())
    assert pull.extra_usd_per_unit == pytest.approx(15.0)
    told = barrier_of(base, row_of["port", "B"])
    assert told.startswith("All goods for which a way over road B → C is the cheapest use it already; 900 of 1,000 TEU")
    alone = prepare(apply(data, Scenario("alone", changes=(Change("links", where={"id": "dear"}, close=1.0),))))
    resources = alone.plan.blocks.graph.resources
    (row,) = [at for at in range(len(resources)) if (resources.ids[at], resources.from_node[at]) == ("port", "B")]
    assert barrier_of(alone, row) == (
        "All goods that have a way over road B → C use it already; 900 of 1,000 TEU a year stay free."
    )
