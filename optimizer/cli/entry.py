"""The door of the command line: help at once, commands when they are asked for, no traceback ever."""

from __future__ import annotations

import io
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

# Nothing here is dense linear algebra: threads for it would only lengthen the start of every command.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ABOUT = """\
Routes and capacity plans on a multimodal freight network: rail, road, river, sea and air.

Works offline on the bundled Eurasian network, or on your own with --dataset DIR.

Exit codes: 0 done, 1 bad data, 2 usage or unknown name, 3 no route or unmet demand above the limit,
4 limit reached without an answer, 5 solver failure or failed verification."""

COMMANDS = {
    "route": "Find the best routes between two places.",
    "plan": "Compute the cheapest flow plan of all demands, with its bottlenecks.",
    "check": "Check a dataset folder and list every problem.",
    "info": "Show what a dataset holds, its sources and its licence.",
    "projects": "List the project cards of a dataset.",
    "verify": "Verify a plan from its JSON and the dataset alone.",
    "schema": "Print the JSON Schema of the dataset format.",
}


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


def help_text() -> str:
    """Return what ``corridor --help`` prints."""
    commands = "\n".join(f"  {name:10}{does}" for name, does in COMMANDS.items())
    options = "  --version   Show the version.\n  -h, --help  Show this message and exit."
    about = "\n".join(f"  {line}".rstrip() for line in ABOUT.splitlines())
    return f"Usage: corridor [OPTIONS] COMMAND [ARGS]...\n\n{about}\n\nOptions:\n{options}\n\nCommands:\n{commands}"


def version_line() -> str:
    """Return what ``corridor --version`` prints."""
    from importlib.metadata import version

    return f"corridor {version('corridor-optimizer')}"


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
