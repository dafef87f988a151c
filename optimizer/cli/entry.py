"""The door of the command line: help at once, commands when they are asked for, no traceback ever."""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from optimizer.cli.about import help_text, version_line

# Nothing here is dense linear algebra: threads for it would only lengthen the start of every command.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What a start imports and reads lives to the end: looking for garbage in it at every turn is wasted.
gc.set_threshold(100_000)


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code; no exception leaves this function as a traceback."""
    arguments = sys.argv[1:] if args is None else args
    prepare_streams()
    try:
        code = answer(arguments)
        # What cannot be written is to be told now, not by the interpreter on its way out.
        sys.stdout.flush()
    except BaseException as error:
        from optimizer.cli.failures import report_failure

        code = report_failure(error, as_json=wants_json(arguments))
    sys.exit(code)


def start() -> NoReturn:
    """Run as a program and leave at once: taking down what was imported would cost a short command a sixth of its time.

    All results are written and closed by then; only the streams have something left to say.
    """
    try:
        main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def answer(arguments: list[str]) -> int:
    """Run a command and return its exit code; help and version are answered without importing click.

    Asked nothing, the command line explains itself. A shell that completes a line asks in the environment.
    """
    if "_CORRIDOR_COMPLETE" not in os.environ:
        if arguments in ([], ["--help"], ["-h"]):
            print(help_text())
            return 0
        if arguments == ["--version"]:
            print(version_line())
            return 0
    from optimizer.cli.group import run

    return run(arguments)


def prepare_streams() -> None:
    """Make the streams fit for any text: one closed by the caller swallows it, one of a poor encoding escapes it."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as the process
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def wants_json(arguments: list[str]) -> bool:
    """Tell whether the output asked for is JSON, from the bare arguments: a usage error has no parsed ones."""
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)
