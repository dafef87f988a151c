"""Where results go: stdout or a file, tables by rich on a terminal and as plain aligned text elsewhere."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import contextmanager, suppress
from errno import EINVAL
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from optimizer.cli.failures import DONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.report.document import Document


def emit(text: str, output: str | None) -> None:
    """Print text on stdout, or write it to a file whole or not at all; see `emit_lines`."""
    emit_lines((text.removesuffix("\n"),), output)


def emit_lines(lines: Iterable[str], output: str | None) -> None:
    """Print lines on stdout as they come, or write them to a file that is there whole at the end or not at all.

    Raises
    ------
    OSError
        The file cannot be written; its name and the reason are told.
    """
    if output is None:
        try:
            for line in lines:
                click.echo(line)
        except BrokenPipeError:
            # Whoever read our output has seen enough. Click would end with 1.
            raise click.exceptions.Exit(DONE) from None
        return
    with _writing(output) as stream:
        for line in lines:
            with _telling(output):
                stream.write(f"{line}\n".encode(errors="backslashreplace"))


def emit_bytes(content: bytes, output: str) -> None:
    """Write bytes to a file whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written; its name and the reason are told.
    """
    with _writing(output) as stream, _telling(output):
        stream.write(content)


@contextmanager
def _writing(output: str) -> Iterator[BinaryIO]:
    """Open a file beside its final place and move it there at the end, or remove it when anything goes wrong.

    A device or pipe takes lines as they come; to put a file in its place would break it for everyone.
    """
    with _telling(output):
        target = Path(output)
        is_special = target.exists() and not target.is_file()
        target = target if is_special else target.resolve()
        part = target if is_special else target.with_name(f".corridor-{os.getpid()}.part")
        stream = part.open("wb")
    try:
        yield stream
        with _telling(output):
            stream.close()
            if not is_special:
                part.replace(target)
    except BaseException:
        with suppress(OSError):
            stream.close()
        if not is_special:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        raise


@contextmanager
def _telling(output: str) -> Iterator[None]:
    """Tell a failure to write with the name of the file."""
    try:
        yield
    except (OSError, ValueError) as error:
        code, reason = (error.errno, error.strerror) if isinstance(error, OSError) else (EINVAL, "no name of a file")
        raise OSError(code, f"cannot write: {reason}", output or '""') from error


def emit_document(document: Document, output: str | None) -> None:
    """Print tables: drawn on a terminal, plain when piped or written to a file."""
    if output is None and sys.stdout.isatty():
        from optimizer.cli.terminal import draw

        draw(document)
        return
    from optimizer.report.document import plain

    emit(plain(document), output)


def command_line() -> str:
    """Return the command that runs as it would be typed in a shell."""
    typed = click.get_current_context().find_root().obj
    return shlex.join(("corridor", *(typed if isinstance(typed, list) else ())))


def note(message: str) -> None:
    """Print a remark on stderr, apart from the result."""
    click.echo(message, err=True)
