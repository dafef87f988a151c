"""Signs of life on a terminal's stderr while something takes long."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")
PROGRESS_AFTER_S = 1.0
REDRAW_S = 0.1


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


def counted(items: Iterable[Item], total: int, unit: str, *, is_shown: bool = True) -> Iterator[Item]:
    """Yield items, and show on a terminal's stderr how many are done, how fast, and how long the rest may take.

    Nothing is shown in the first second.
    """
    if not (is_shown and sys.stderr.isatty()):
        yield from items
        return
    bar = None
    started = told = monotonic()
    try:
        for done, item in enumerate(items, start=1):
            yield item
            now = monotonic()
            if now - started < PROGRESS_AFTER_S or now - told < REDRAW_S:
                continue
            told = now
            if bar is None:
                from rich.console import Console
                from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

                rate = TextColumn(f"{unit}, {{task.fields[rate]:,.0f}} a second,")
                shown = (BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(), TextColumn("left"))
                bar = Progress(*shown, console=Console(stderr=True), transient=True, redirect_stdout=False)
                task = bar.add_task("", total=total, rate=0.0)
                bar.start()
            bar.update(task, completed=done, rate=done / (now - started))
    finally:
        if bar is not None:
            bar.stop()
