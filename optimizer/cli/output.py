"""Where results go: stdout or a file, tables by rich on a terminal and as plain aligned text elsewhere."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager, suppress
from errno import EINVAL
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.report.document import Document

PROGRESS_AFTER_S = 1.0


def emit(text: str, output: str | None) -> None:
    """Print text on stdout, or write it to a file whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written; its name and the reason are told.
    """
    if output is None:
        click.echo(text)
        return
    target = Path(output)
    content = (text if text.endswith("\n") else text + "\n").encode(errors="backslashreplace")
    try:
        if target.exists() and not target.is_file():
            # A device or pipe takes bytes as they come; to put a file in its place would break it for everyone.
            target.write_bytes(content)
        else:
            _write_whole(target.resolve(), content)
    except (OSError, ValueError) as error:
        code, reason = (error.errno, error.strerror) if isinstance(error, OSError) else (EINVAL, "no name of a file")
        raise OSError(code, f"cannot write: {reason}", output or '""') from error


def _write_whole(target: Path, content: bytes) -> None:
    """Write a file beside its final place and move it there."""
    part = target.with_name(f".corridor-{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def emit_document(document: Document, output: str | None) -> None:
    """Print tables: drawn on a terminal, plain when piped or written to a file."""
    if output is None and sys.stdout.isatty():
        from optimizer.cli.terminal import draw

        draw(document)
        return
    from optimizer.report.document import plain

    emit(plain(document), output)


def note(message: str) -> None:
    """Print a remark on stderr, apart from the result."""
    click.echo(message, err=True)


@contextmanager
def progress(message: str) -> Iterator[None]:
    """Show on a terminal's stderr that work is under way once it takes over a second."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    status = Console(stderr=True).status(message)
    timer = threading.Timer(PROGRESS_AFTER_S, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()
