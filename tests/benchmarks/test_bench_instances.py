"""Instances are what they say: seeded, connected, tight where they should be, and the same problem in both forms."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks import instances
from optimizer import Weights, plan_flows
from optimizer.blocks import blocks_of
from optimizer.graph import expand

if TYPE_CHECKING:
    from benchmarks.task import Source


def equal(one: instances.Instance, other: instances.Instance) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(instances.Instance))


@pytest.mark.parametrize(("make", "size"), [(instances.freight, (80, 12)), (instances.one_commodity, (80,))])
def test_seeds_decide(make: object, size: tuple[int, ...]) -> None:
    """The same seed gives the same arrays, another one others."""
    assert equal(make(*size, seed=4), make(*size, seed=4))  # type: ignore[operator]
    assert not equal(make(*size, seed=4), make(*size, seed=5))  # type: ignore[operator]


@pytest.mark.parametrize("n_nodes", [40, 300])
def test_freight_is_one_network_without_parallel_arcs(n_nodes: int) -> None:
    """Every place reaches every other one, and no two arcs have both ends alike, which scipy would add up."""
    one = instances.freight(n_nodes, 30)
    keys = one.tail * one.n_nodes + one.head
    assert one.n_nodes == n_nodes
    assert len(np.unique(keys)) == one.n_arcs
    graph = csr_matrix((one.cost, (one.tail, one.head)), shape=(n_nodes, n_nodes))
    assert connected_components(graph, connection="strong")[0] == 1
    assert (one.capacity >= 1).all()
    assert (one.cost > 0).all()
    assert (one.origin != one.destination).all()
    assert len(np.unique(np.column_stack([one.origin, one.destination]), axis=0)) == len(one.origin) == 30


def test_stress_is_tighter() -> None:
    """More arcs have less room than the all-or-nothing assignment asks for, and more of the capacities have a price."""
    moderate, stress = (instances.freight(120, 60, tightness) for tightness in (instances.MODERATE, instances.STRESS))
    assert np.count_nonzero(stress.capacity < stress.load) > np.count_nonzero(moderate.capacity < moderate.load)
    plans = [plan_flows(instances.dataset_of(one)) for one in (moderate, stress)]
    assert np.count_nonzero(plans[1].price) > np.count_nonzero(plans[0].price) > 0


@pytest.mark.parametrize("kind", ["freight_source", "one_source"])
def test_both_forms_are_the_same_problem(kind: str, request: pytest.FixtureRequest) -> None:
    """The virtual network of the dataset has the arcs, costs, capacities and demands of the arrays, one for one."""
    source: Source = request.getfixturevalue(kind)
    one, data = source.instance, source.data
    graph = expand(data)
    blocks = blocks_of(graph, Weights())
    weight = blocks.blocks[0].values.weight
    node = np.array([int(name[1:]) for name in data.network.nodes.text("node_id")])[graph.state_node]
    assert node[graph.tail].tolist() == one.tail.tolist()
    assert node[graph.head].tolist() == one.head.tolist()
    assert weight.tolist() == one.cost.tolist()
    assert graph.time_h.tolist() == pytest.approx(one.time_h.tolist())
    assert graph.resources.free[np.argsort(graph.resources.arc)].tolist() == one.capacity.tolist()
    assert blocks.volume.tolist() == one.volume.tolist()
    assert np.nan_to_num(blocks.unmet_cost, nan=np.inf).tolist() == one.unmet_cost.tolist()


def test_one_commodity_balances(one_source: Source) -> None:
    """What the sources are fed is what the sinks take, and all of it arrives."""
    one = one_source.instance
    fed = one.tail == one.origin[0]
    assert one.capacity[fed].sum() == one.volume.sum()
    assert plan_flows(one_source.data).unmet_cost_usd == 0.0


def test_whatifs_change_the_busiest(freight_source: Source) -> None:
    """Every what-if changes three capacities and three costs among the arcs with the most load."""
    one = freight_source.instance
    least = np.sort(one.load)[-max(3, int(0.1 * np.count_nonzero(one.load)))]
    drawn = instances.whatif_factors(one)
    assert len(drawn) == instances.N_SCENARIOS
    for capacity, cost in drawn:
        assert len(capacity) == len(cost) == 3
        assert all(one.load[arc] >= least for arc in (*capacity, *cost))
        assert all(0.3 <= factor <= 1.5 for factor in capacity.values())
        assert all(1.0 <= factor <= 2.0 for factor in cost.values())


def test_queries_are_between_places(freight_source: Source) -> None:
    """Pairs are drawn anew by the seed, and their ends differ."""
    pairs = instances.query_pairs(freight_source.instance, 20)
    assert pairs == instances.query_pairs(freight_source.instance, 20)
    assert all(start != end and max(start, end) < freight_source.instance.n_nodes for start, end in pairs)
