"""The lower bound: right distances, never above any plan, and tight at the right prices."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from flow_instances import Instance, busy_network, instances, one_block
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import SolveOptions, Weights, plan_flows, proof
from optimizer.graph import expand
from optimizer.proof import Question, cheapest, lower_bound, question_of


def by_dijkstra(question: Question, price: np.ndarray) -> list[float]:
    """Return the cheapest path of every demand by networkx, over a graph built arc by arc."""
    graph = question.graph
    found = []
    for at, group_index in enumerate(question.group.tolist()):
        group = question.groups[group_index]
        ways = nx.DiGraph()
        ways.add_nodes_from(["start", "end"])
        for state, node in enumerate(graph.state_node.tolist()):
            if node == question.origin[at]:
                ways.add_edge("start", state, weight=0.0)
            if node == question.destination[at]:
                ways.add_edge(state, "end", weight=0.0)
        for arc in np.flatnonzero(group.usable).tolist():
            drawn = graph.resources.resource[graph.resources.arc == arc]
            weight = group.values.weight[arc] + sum(price[drawn] * group.use[drawn])
            tail, head = int(graph.tail[arc]), int(graph.head[arc])
            if not ways.has_edge(tail, head) or ways[tail][head]["weight"] > weight:
                ways.add_edge(tail, head, weight=weight)
        try:
            found.append(nx.dijkstra_path_length(ways, "start", "end"))
        except nx.NetworkXNoPath:
            found.append(np.inf)
    return found


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_distances_are_those_of_dijkstra(seed: int) -> None:
    """Under random prices the cheapest path of every demand is the one that Dijkstra's algorithm finds."""
    question = question_of(expand(busy_network()), Weights(time_per_h=1, co2_per_kg=0.1))
    price = np.random.default_rng(seed).exponential(50, len(question.graph.resources))
    assert cheapest(question, price) == pytest.approx(by_dijkstra(question, price))


def test_distances_do_not_depend_on_the_memory_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """One origin at a time gives the same distances as all together."""
    question = question_of(expand(busy_network()), Weights())
    price = np.ones(len(question.graph.resources))
    together = cheapest(question, price)
    monkeypatch.setattr(proof, "CELLS", 1)
    assert cheapest(question, price).tolist() == together.tolist()


@given(instance=instances(hard=False), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_prices_prove_more_than_the_optimum(instance: Instance, seed: int) -> None:
    """Whatever the prices, the bound stays at or below the optimum of networkx's network simplex."""
    question = question_of(expand(instance.dataset()), Weights())
    price = np.random.default_rng(seed).exponential(5, len(question.graph.resources))
    assert lower_bound(question, price) <= instance.optimum() + 1e-9


def test_the_plan_prices_prove_its_objective() -> None:
    """On a network with every kind of limit the prices of the plan prove its objective."""
    plan = plan_flows(busy_network(), options=SolveOptions(solver="highs"))
    assert plan.price.any()
    bound = lower_bound(question_of(plan.blocks.graph, plan.blocks.weights), plan.price)
    assert bound == pytest.approx(plan.objective_usd, rel=1e-9)


def test_zero_prices_give_the_uncongested_cost() -> None:
    """Without prices the bound is every demand on its cheapest path, or unmet where that is cheaper."""
    data = one_block([("S", "A", 1, 5), ("A", "B", 1, 5)], [("A", 10, 100), ("B", 10, 7)])
    question = question_of(expand(data), Weights())
    assert lower_bound(question, np.zeros(len(question.graph.resources))) == 10 * 5 + 10 * 7


def test_an_unreachable_demand_that_must_be_carried_has_no_bound() -> None:
    """No path and no unmet cost prove that there is no plan: the bound is infinite."""
    data = one_block([("A", "S", None, 5)], [("A", 10, None)])
    question = question_of(expand(data), Weights())
    assert lower_bound(question, np.zeros(len(question.graph.resources))) == np.inf


def test_zero_cost_cycles_end() -> None:
    """A cycle without cost does not keep the search going."""
    data = one_block([("S", "A", None, 0), ("A", "B", None, 0), ("B", "A", None, 0)], [("B", 1, 9)])
    question = question_of(expand(data), Weights(time_per_h=0))
    assert cheapest(question, np.zeros(0)).tolist() == [0.0]


def test_avoided_country_and_mode_bar_their_arcs() -> None:
    """Demands of one commodity with different avoid lists form groups that see different arcs."""
    question = question_of(expand(busy_network()), Weights())
    ids = question.graph.data.demands.text("demand_id").tolist()
    countries = question.graph.data.network.nodes.text("country")[question.graph.state_node]
    no_kz = question.groups[question.group[ids.index("west-no-kz")]]
    touched = np.union1d(question.graph.tail[no_kz.usable], question.graph.head[no_kz.usable])
    assert "KZ" not in countries[touched]
    no_road = question.groups[question.group[ids.index("grain-no-road")]]
    touched = np.union1d(question.graph.tail[no_road.usable], question.graph.head[no_road.usable])
    assert "road" not in question.graph.bare_mode[touched]
