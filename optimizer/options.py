"""How a plan is solved: which solver, for how long, how exactly."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal, get_args

SolverName = Literal["auto", "ortools", "paths", "highs", "pyomo"]
SOLVERS: tuple[SolverName, ...] = get_args(SolverName)


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """Choice of solver and limits.

    Parameters
    ----------
    solver
        ``ortools`` where there is a single flow in whole numbers; ``paths``, the path form, whose linear programs HiGHS
        solves; ``highs``, the arc form through HiGHS; ``pyomo``, the same through Pyomo. ``auto`` takes ``ortools``
        where the shape of the question fits and ``paths`` otherwise. A solver asked for by name never falls back to
        another, but that ``paths`` leaves to ``highs`` what it cannot decide: whether demands that must be carried fit.
    time_limit_s
        Seconds the solver may take; None = no limit.
    feasibility_tolerance
        Largest violation of a row that a solver may leave, after volumes are scaled to the order of one.
    optimality_tolerance
        Largest wrong-signed reduced cost that a solver may leave, after costs are scaled to the order of one.
    flow_tolerance
        A flow below this share of its block's volume is rounding of the solver and counts as none.

    Raises
    ------
    ValueError
        An unknown solver, a negative limit or a tolerance outside (0, 0.01].
    """

    solver: SolverName = "auto"
    time_limit_s: float | None = None
    feasibility_tolerance: float = 1e-9
    optimality_tolerance: float = 1e-9
    flow_tolerance: float = 1e-9

    def __post_init__(self) -> None:
        if self.solver not in SOLVERS:
            raise ValueError(f"unknown solver {self.solver!r}; choose one of {', '.join(SOLVERS)}")
        if self.time_limit_s is not None and not (isfinite(self.time_limit_s) and self.time_limit_s >= 0.0):
            raise ValueError(f"time limit must be a finite number of seconds of at least 0, not {self.time_limit_s}")
        for name in ("feasibility_tolerance", "optimality_tolerance", "flow_tolerance"):
            if not 0.0 < getattr(self, name) <= 0.01:
                raise ValueError(f"{name} must lie in (0, 0.01], not {getattr(self, name)}")
