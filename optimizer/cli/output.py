"""Where results go: stdout or a file, tables by rich on a terminal and as plain aligned text elsewhere."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
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
    click.UsageError
        The file cannot be written.
    """
    if output is None:
        click.echo(text)
        return
    target = Path(output)
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise click.UsageError(f"cannot write {output}: {error.strerror}") from error


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
