"""Errors and findings.

::

    CorridorError
    ├── DatasetError     the data cannot be used; every problem found is in ``findings``
    ├── UnknownIdError   a name or id resolves to nothing, or to several things; ``matches`` are close ones
    ├── ScenarioError    a change selects nothing or cannot be made
    ├── NoRouteError     the constraints leave no route; ``blocking`` names them, ``relaxations`` say what helps
    ├── SolverError      the question does not fit the solver, or the solver failed
    └── NoPlanError      raised only by ``Plan.raise_for_status``

Infeasible, unbounded and a time limit are statuses of a plan, not errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "warning"]

N_NAMED = 3


class Finding(NamedTuple):
    """One problem in data or plan, with the place to mend it.

    ``line`` is the line of the file (the header is line 1), 0 where the problem belongs to no single line;
    ``column`` is the column or key name, empty where none is meant. Codes are stable: see ``docs/errors.md``.
    """

    file: str
    line: int
    column: str
    code: str
    message: str
    remedy: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        """Return ``FILE:LINE: COLUMN: [CODE] message; remedy``."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        column = f" {self.column}:" if self.column else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{place}:{column} [{self.code}] {self.message}{remedy}".removeprefix(":").lstrip()


def few(names: Iterable[str]) -> str:
    """Return the first names and how many more there are, for a message."""
    listed = list(names)
    more = f" and {len(listed) - N_NAMED} more" if len(listed) > N_NAMED else ""
    return ", ".join(listed[:N_NAMED]) + more


class CorridorError(Exception):
    """Root of every error a user of this project can meet; ``code`` is stable."""

    code = "E000"


class DatasetError(CorridorError):
    """A dataset cannot be used; ``findings`` holds all problems, errors first."""

    code = "E100"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        n_errors = sum(finding.severity == "error" for finding in self.findings)
        lines = "\n".join(str(finding) for finding in self.findings if finding.severity == "error")
        super().__init__(f"{n_errors} problem{'s' if n_errors != 1 else ''} in the dataset\n{lines}")


class UnknownIdError(CorridorError):
    """A name or id resolves to nothing, or to more than one thing."""

    code = "E200"

    def __init__(self, message: str, *, name: str = "", matches: Iterable[str] = ()) -> None:
        self.name = name
        self.matches: tuple[str, ...] = tuple(matches)
        hint = f"; did you mean {', '.join(self.matches)}?" if self.matches else ""
        super().__init__(message + hint)


class ScenarioError(CorridorError):
    """A scenario or project card cannot be read or applied."""

    code = "E300"

    def __init__(self, message: str, *, findings: Iterable[Finding] = ()) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__(message)


class Relaxation(NamedTuple):
    """What to give up for a route, and the best route then.

    Attributes
    ----------
    constraint
        Text of the constraint to lift or to loosen; several, to be lifted together, are joined with ``and``.
    action
        What to do about it in freight words, such as ``allow RU`` or ``accept 41.0 days (984.2 h)``.
    cost_usd, co2_kg
        Of that route, for the trip's whole quantity. Where a limit on money is to be loosened, ``cost_usd`` is the
        least value of it that leaves a route.
    time_h
        Of that route, and likewise the least limit on time.
    modes
        In the order in which they are met, each once.
    corridor
        Id of the corridor with most of the kilometers, empty where no link belongs to one.
    way
        The corridor's name, else a few places on the way.
    """

    constraint: str
    action: str
    cost_usd: float
    time_h: float
    co2_kg: float
    modes: tuple[str, ...]
    corridor: str
    way: str

    def to_mapping(self) -> dict[str, Any]:
        """Return the relaxation as plain values."""
        return {**self._asdict(), "modes": list(self.modes)}


class NoRouteError(CorridorError):
    """No route obeys every constraint.

    Attributes
    ----------
    blocking
        Texts of the fewest constraints that together leave no route: without any one of them there is one that obeys
        the others of these. Empty where the network itself does not connect the places.
    relaxations
        What alone opens a route, best first; where nothing alone does, one entry with the fewest constraints that do
        so together. Empty where the network itself does not connect the places.
    """

    code = "E400"

    def __init__(self, message: str, *, blocking: Iterable[str] = (), relaxations: Iterable[Relaxation] = ()) -> None:
        self.blocking: tuple[str, ...] = tuple(blocking)
        self.relaxations: tuple[Relaxation, ...] = tuple(relaxations)
        super().__init__(message)


class SolverError(CorridorError):
    """The question does not fit the solver asked for, the solver failed, or its answer did not verify."""

    code = "E500"


class NoPlanError(CorridorError):
    """The plan has no optimal answer; raised by ``Plan.raise_for_status`` when the caller wants an exception."""

    code = "E600"
