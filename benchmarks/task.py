"""What a method is asked to do in one process: questions that are timed one by one, and what is told beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks import instances

if TYPE_CHECKING:
    from pathlib import Path

    from network import Dataset

Question = Callable[[], float]
"""Works an answer out and returns its objective, or another number that all methods have to agree on."""


@dataclass(frozen=True, eq=False)
class Source:
    """An instance as `benchmarks.instances.write` has left it in a folder; loading is not part of any question."""

    folder: Path

    @cached_property
    def instance(self) -> instances.Instance:
        return instances.read(self.folder / "arrays.npz")

    @cached_property
    def data(self) -> Dataset:
        return instances.read_written(self.folder)


@dataclass(frozen=True, eq=False)
class Task:
    """What one method answers.

    Attributes
    ----------
    questions
        Timed one by one, in order.
    repeats
        Whether there is one question, worth asking again for a steadier time.
    phases
        Seconds by phase, one entry per question asked; filled by the questions.
    notes
        Further numbers, worked out once after all questions and after the memory has been read.
    """

    questions: list[Question]
    repeats: bool = False
    phases: dict[str, list[float]] = field(default_factory=dict)
    notes: Callable[[], dict[str, float]] = dict


class Clock:
    """Splits the time of a question into phases of a task."""

    def __init__(self, phases: dict[str, list[float]]) -> None:
        self.phases = phases
        self.mark = perf_counter()

    def lap(self, phase: str) -> None:
        """End a phase that began with the one before, or when the clock was made."""
        now = perf_counter()
        self.phases.setdefault(phase, []).append(now - self.mark)
        self.mark = now
