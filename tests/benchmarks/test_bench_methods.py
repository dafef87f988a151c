"""All methods answer the same questions alike; those of peers that are not installed are left out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from benchmarks.worker import METHODS

if TYPE_CHECKING:
    from benchmarks.task import Source, Task

PLANS = [
    "plan, phases",
    "plan, unverified",
    "highspy, aggregated",
    "highspy, aggregated, interior point",
    "highspy, arc form",
    "scipy linprog, aggregated",
    "Pyomo, aggregated",
    "Pyomo, arc form",
    "PyPSA",
]
# What peers warn of is theirs to mend.
pytestmark = pytest.mark.filterwarnings("ignore")


def task(method: str, source: Source) -> Task:
    if method == "PyPSA":
        pytest.importorskip("pypsa")
    module, _, name = METHODS[method].partition(":")
    made: Task = getattr(import_module(module), name)(source)
    return made


@pytest.mark.parametrize("method", PLANS)
def test_plans_agree(method: str, freight_source: Source) -> None:
    """Every way to plan finds the optimum of ours, some of it unmet and some capacities full."""
    own = task("plan", freight_source)
    objective = own.questions[0]()
    assert own.notes()["gap"] <= 1e-9
    assert task(method, freight_source).questions[0]() == pytest.approx(objective, rel=1e-6)


@pytest.mark.parametrize("method", ["OR-Tools, raw", "networkx simplex"])
def test_flows_of_one_commodity_agree(method: str, one_source: Source) -> None:
    """The feeding node of the demands changes nothing."""
    objective = task("plan, unverified", one_source).questions[0]()
    assert task(method, one_source).questions[0]() == objective


@pytest.mark.parametrize("method", ["what-ifs, cold", "Pyomo, rebuilt", "Pyomo, persistent"])
def test_whatifs_agree(method: str, freight_source: Source) -> None:
    """Question by question the what-ifs cost the same, in any order: nothing of one is left in the next."""
    own = [question() for question in task("what-ifs", freight_source).questions[:4]]
    assert len(set(own)) == 4
    questions = task(method, freight_source).questions[:4]
    assert [question() for question in questions] == pytest.approx(own, rel=1e-6)
    assert questions[0]() == pytest.approx(own[0], rel=1e-6)


@pytest.mark.parametrize("method", ["scipy yen", "networkx"])
def test_shortest_ways_agree(method: str, freight_source: Source) -> None:
    """The ten cheapest ways between each pair add up to the same."""
    from benchmarks import ours
    from benchmarks.instances import query_pairs
    from benchmarks.peers.graph_searches import N_PAIRS

    pairs = query_pairs(freight_source.instance, N_PAIRS)
    own = [ours._ten_cheapest(freight_source.data, *pair) for pair in pairs]
    assert [question() for question in task(method, freight_source).questions] == pytest.approx(own, rel=1e-9)


def test_phases_are_those_of_a_plan(freight_source: Source) -> None:
    """A plan phase by phase has one entry per phase and question, in the order of the work."""
    made = task("plan, phases", freight_source)
    for _ in range(2):
        made.questions[0]()
    assert list(made.phases) == ["expand", "blocks", "solve", "routes", "verify", "report"]
    assert {len(taken) for taken in made.phases.values()} == {2}


def test_the_sweep_searches_from_every_origin(freight_source: Source) -> None:
    """The unit that pricing is measured in covers all origins once."""
    made = task("plan", freight_source)
    made.questions[0]()
    notes = made.notes()
    assert notes["n_origins"] == len(freight_source.instance.origins)
    assert notes["sweep_s"] > 0.0
