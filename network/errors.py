"""Errors and findings.

::

    CorridorError
    ├── DatasetError     the data cannot be used; every problem found is in ``findings``
    ├── UnknownIdError   a name or id resolves to nothing, or to several things; ``matches`` are close ones
    ├── ScenarioError    a change selects nothing or cannot be made
    ├── NoRouteError     the constraints leave no route; ``blocking`` names them
    ├── SolverError      the question does not fit the solver, or the solver failed
    └── NoPlanError      raised only by ``Plan.raise_for_status``

Infeasible, unbounded and a time limit are statuses of a plan, not errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

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


class NoRouteError(CorridorError):
    """No route obeys every constraint; ``blocking`` names constraints that each alone, once lifted, give a route."""

    code = "E400"

    def __init__(self, message: str, *, blocking: Iterable[str] = ()) -> None:
        self.blocking: tuple[str, ...] = tuple(blocking)
        super().__init__(message)


class SolverError(CorridorError):
    """The question does not fit the solver asked for, the solver failed, or its answer did not verify."""

    code = "E500"


class NoPlanError(CorridorError):
    """The plan has no optimal answer; raised by ``Plan.raise_for_status`` when the caller wants an exception."""

    code = "E600"
