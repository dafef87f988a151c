"""The integer min-cost flow call: exact answers, nothing cut off, nothing overflowing."""

from __future__ import annotations

import numpy as np
import pytest

from network.errors import SolverError
from optimizer.solvers.ortools_flow import LIMIT, longest_path, out_of_range, solve


def whole(*values: int) -> np.ndarray:
    """Return values as int64."""
    return np.array(values, dtype=np.int64)


def test_splits_over_parallel_arcs() -> None:
    """Of parallel arcs the cheaper is filled first and none is lost."""
    answer = solve(whole(0, 0, 0), whole(1, 1, 1), whole(3, 4, 9), whole(5, 1, 7), whole(8, -8))
    assert answer.status == "optimal"
    assert answer.flow.tolist() == [3, 4, 1]


def test_tells_infeasible() -> None:
    """Too little capacity is a status, not an error."""
    answer = solve(whole(0), whole(1), whole(3), whole(5), whole(8, -8))
    assert answer.status == "infeasible"
    assert len(answer.flow) == 0


@pytest.mark.parametrize("place", ["capacity", "cost", "supply"])
def test_refuses_decimals(place: str) -> None:
    """Floats, which the solver would truncate without a word (1.5 to 1), are refused."""
    arrays = {"capacity": whole(9), "cost": whole(1), "supply": whole(1, -1)}
    arrays[place] = arrays[place] * 1.5
    with pytest.raises(SolverError, match=f"{place} holds float64"):
        solve(whole(0), whole(1), **arrays)


@pytest.mark.parametrize(
    ("capacity", "cost", "supply", "reason"),
    [
        (whole(LIMIT), whole(1), whole(1, -1), "capacities at a node"),
        (whole(LIMIT // 2 + 1, LIMIT // 2 + 1), whole(1, 1), whole(1, -1), "capacities at a node"),
        (whole(1), whole(LIMIT // 4), whole(1, -1), "costs along a path"),
        (whole(-1), whole(1), whole(0, 0), "below 0"),
        (whole(9), whole(1), whole(2, -1), "differ"),
    ],
)
def test_refuses_what_could_overflow(capacity: np.ndarray, cost: np.ndarray, supply: np.ndarray, reason: str) -> None:
    """Numbers whose sums could leave 64 bits are refused with the reason before the solver sees them."""
    tail, head = np.zeros(len(capacity), dtype=np.int64), np.ones(len(capacity), dtype=np.int64)
    assert reason in (out_of_range(capacity, cost, supply, tail, head) or "")
    with pytest.raises(SolverError, match=reason):
        solve(tail, head, capacity, cost, supply)


def test_flow_is_right_where_the_solver_total_saturates() -> None:
    """The largest numbers in range give the right flow, although their total cost is far beyond 64 bits."""
    cost = LIMIT // 64
    capacity = LIMIT // 8
    answer = solve(
        whole(0, 0), whole(1, 1), whole(capacity, capacity), whole(cost, 1), whole(capacity + 7, -capacity - 7)
    )
    assert answer.flow.tolist() == [7, capacity]
    assert sum(flow * each for flow, each in zip(answer.flow.tolist(), (cost, 1), strict=True)) > capacity


def test_longest_path_bounds_every_simple_path() -> None:
    """The bound is the smaller of all costs together and the largest cost once per node."""
    assert longest_path(np.array([1.0, 2.0, 3.0]), 2) == 6.0
    assert longest_path(np.array([1.0, 2.0, 30.0]), 1) == 30.0
    assert longest_path(np.zeros(0), 5) == 0.0
