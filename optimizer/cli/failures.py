"""From an exception to a message on stderr and an exit code, in one place."""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from network.errors import (
    CorridorError,
    DatasetError,
    NoPlanError,
    NoRouteError,
    ScenarioError,
    SolverError,
    UnknownIdError,
)

DONE, BAD_DATA, USAGE, NO_ANSWER, LIMIT, FAILURE = 0, 1, 2, 3, 4, 5
INTERRUPTED = 130

EXIT_CODES: tuple[tuple[type[CorridorError], int], ...] = (
    (DatasetError, BAD_DATA),
    (ScenarioError, BAD_DATA),
    (UnknownIdError, USAGE),
    (NoRouteError, NO_ANSWER),
    (NoPlanError, NO_ANSWER),
    (SolverError, FAILURE),
    (CorridorError, BAD_DATA),
)


def report_failure(error: BaseException, *, as_json: bool) -> int:
    """Print what went wrong on stderr, as text or JSON, and return the exit code."""
    code, message, details = describe(error)
    if message:
        tell(message, details, as_json=as_json)
    return code


def tell(message: str, details: dict[str, Any], *, as_json: bool) -> None:
    """Print on stderr what went wrong, as text or JSON."""
    if as_json:
        print(json.dumps({"error": {"message": message, **details}}, ensure_ascii=False), file=sys.stderr)
    else:
        print(f"corridor: {message}", file=sys.stderr)


def describe(error: BaseException) -> tuple[int, str, dict[str, Any]]:
    """Return the exit code, the message and the details of an error."""
    if isinstance(error, CorridorError):
        code = next(code for kind, code in EXIT_CODES if isinstance(error, kind))
        details: dict[str, Any] = {"code": error.code, "type": type(error).__name__}
        if isinstance(error, DatasetError | ScenarioError):
            details["findings"] = [finding_mapping(finding) for finding in error.findings]
        if isinstance(error, UnknownIdError):
            details["matches"] = list(error.matches)
        if isinstance(error, NoRouteError):
            details["blocking"] = list(error.blocking)
            details["relaxations"] = [relaxation.to_mapping() for relaxation in error.relaxations]
        return code, str(error), details
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return INTERRUPTED, "interrupted", {"code": "E004", "type": "Interrupted"}
    if isinstance(error, click.ClickException):
        hint = ""
        if isinstance(error, click.UsageError) and error.ctx is not None:
            hint = f"\nTry '{error.ctx.command_path} --help'."
        return USAGE, error.format_message() + hint, {"code": "E002", "type": "UsageError"}
    if isinstance(error, BrokenPipeError):
        # The reader of our output has gone: nothing is wrong, and nothing more can be said on this stream.
        _drop_stdout()
        return DONE, "", {}
    if isinstance(error, SystemExit):
        return (error.code if isinstance(error.code, int) else FAILURE), "", {}
    if isinstance(error, OSError):
        _drop_stdout()
        place = f"{error.filename}: " if error.filename else ""
        return USAGE, f"{place}{error.strerror or error}", {"code": "E003", "type": "FileError"}
    return FAILURE, internal_message(error), {"code": "E999", "type": "InternalError"}


def _drop_stdout() -> None:
    """Let the interpreter flush into nothing on its way out what could not be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def internal_message(error: BaseException) -> str:
    """Return one line that lets a maintainer find a defect of ours; the user is not shown a traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"internal error: {type(error).__name__}: {error}{place}; please report it with the command you ran"


def finding_mapping(finding: Any) -> dict[str, Any]:
    """Return a finding as plain values."""
    keys = ("file", "line", "column", "code", "message", "remedy", "severity")
    return {key: getattr(finding, key) for key in keys}
