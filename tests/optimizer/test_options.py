"""Solve options refuse what makes no sense."""

from __future__ import annotations

import pytest

from optimizer import SolveOptions


def test_defaults_are_sound() -> None:
    """Without a word, the solver is chosen by shape and no limit is set."""
    options = SolveOptions()
    assert (options.solver, options.time_limit_s) == ("auto", None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"solver": "cplex"}, "unknown solver 'cplex'; choose one of auto, ortools, paths, highs, pyomo"),
        ({"time_limit_s": -1.0}, "time limit"),
        ({"time_limit_s": float("nan")}, "time limit"),
        ({"flow_tolerance": 0.5}, "flow_tolerance must lie in"),
        ({"feasibility_tolerance": 0.0}, "feasibility_tolerance must lie in"),
        ({"optimality_tolerance": -1e-9}, "optimality_tolerance must lie in"),
    ],
)
def test_nonsense_is_refused(given: dict[str, object], message: str) -> None:
    """Unknown solvers, negative limits and senseless tolerances are refused where they are written."""
    with pytest.raises(ValueError, match=message):
        SolveOptions(**given)
