"""Traps of solvers and libraries that were measured once and must not come back."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from world import demand, link, made, transfer

from optimizer import SolveOptions, find_routes, plan_flows

YEARLY = {"capacity_unit": "teu/year"}


def test_highspy_is_pinned_away_from_the_bad_releases():
    """1.14.0 returned a wrong optimum, 1.15 cannot share a process with OR-Tools; what is installed is neither."""
    from importlib.metadata import version

    page = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    pins = [name for name in page["project"]["dependencies"] if name.startswith("highspy")]
    assert pins == ["highspy>=1.11,!=1.14.0,<1.15"]
    assert version("highspy") != "1.14.0"
    assert tuple(int(part) for part in version("highspy").split(".")[:2]) < (1, 15)


@pytest.mark.parametrize(
    "order", [("ortools", "highs"), ("highs", "ortools"), ("pyomo", "ortools"), ("ortools", "pyomo")]
)
def test_both_solvers_answer_in_one_fresh_process(order):
    """Plans by both libraries, in either order, agree."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from world import demand, link, made\n"
        "from optimizer import SolveOptions, plan_flows\n"
        "data = made(links=[link('ab', 'AB')], demands=[demand('d', 'AB', 7, 1000)])\n"
        f"print(*(plan_flows(data, options=SolveOptions(solver=solver)).cost_usd for solver in {order!r}))\n"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["700.0", "700.0"], done.stderr


@pytest.mark.parametrize(
    ("columns", "demands", "solver"),
    [
        ({}, [demand("d", "AB", 7, 1000)], "ortools"),
        ({}, [demand("d", "AB", 7, 1000), demand("e", "BA", 7, 1000)], "highs"),
        ({"capacity_scope": "both", "capacity": 9, **YEARLY}, [demand("d", "AB", 7, 1000)], "highs"),
        ({"shared_capacity_id": "s"}, [demand("d", "AB", 7, 1000)], "highs"),
        ({}, [demand("d", "AB", 1 / 3, 1000), demand("e", "AB", 1e9 * 2**0.5, 1000)], "highs"),
    ],
)
def test_auto_picks_by_shape(columns, demands, solver):
    """One block, own one-way capacities and whole numbers go to OR-Tools; anything else to HiGHS."""
    shared = [{"shared_capacity_id": "s", "capacity": 9, **YEARLY}]
    data = made(links=[link("ab", "AB", **columns)], shared_capacities=shared, demands=demands)
    assert plan_flows(data).solver == solver


def test_the_default_path_never_meets_pyomo():
    """HiGHS gets arrays: Pyomo is not loaded by a plan."""
    program = (
        "import sys\nfrom network import load\nfrom optimizer import plan_flows\nplan_flows(load())\n"
        "print(*({name.partition('.')[0] for name in sys.modules} & {'pyomo', 'ortools'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pyomo" not in done.stdout.split()


def test_costs_beyond_64_bits_are_not_clipped():
    """4e9 units at 4e12 USD are 1.6e22 USD, far above 2^63: whoever solves it."""
    data = made(links=[link("ab", "AB", cost_usd_per_teu=4e12, time_h=0)], demands=[demand("d", "AB", 4e9)])
    assert plan_flows(data).cost_usd == pytest.approx(1.6e22, rel=1e-12)


def test_prices_of_ortools_are_those_of_highs():
    """OR-Tools gives no duals; the recovered ones are the same where they are unique."""
    rows = [link("ab", "AB", capacity=4, **YEARLY), link("ab2", "AB", cost_usd_per_teu=130)]
    data = made(links=rows, demands=[demand("d", "AB", 9, 1000)])
    for solver in ("ortools", "highs", "pyomo"):
        (item,) = plan_flows(data, options=SolveOptions(solver=solver)).bottlenecks()
        assert (item.id, item.price_usd_per_unit) == ("ab", pytest.approx(30))


def test_parallel_arcs_are_neither_summed_nor_lost_by_a_route():
    """The cheaper of two parallel links is 100 USD, not 200; both are routes, also as parallel transfers."""
    data = made(
        links=[link("ab", "AB", "sea"), link("ab2", "AB", "sea"), link("bc", "BC")],
        transfers=[transfer("B", "sea", "road"), transfer("B", "sea", "road", cost_usd_per_teu=10)],
    )
    assert [route.cost_usd for route in find_routes(data, "A", "C", k=9, plain=True)] == [210, 210, 230, 230]


def test_decomposition_starts_from_flows_with_destinations():
    """A demand that ends where another passes keeps its own units: 3 end at B, 4 go on to C."""
    data = made(
        links=[link("ab", "AB"), link("bc", "BC")], demands=[demand("x", "AB", 3, 1e4), demand("y", "AC", 4, 1e4)]
    )
    plan = plan_flows(data)
    assert {(route.demand_id, route.volume, len(route.legs)) for route in plan.routes} == {("x", 3, 1), ("y", 4, 2)}
