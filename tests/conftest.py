"""Fixtures shared by all tests: the tiny network of ``tests/data/tiny``, and the command line in this process."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import settings

from optimizer.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from network import Dataset

# Tests read what they say they read, and leave nothing behind in the home of who runs them.
os.environ["CORRIDOR_CACHE"] = "off"

# The gate draws the same examples every time, so that a change is judged by what it changed; other runs keep searching.
settings.register_profile("gate", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("gate")

TINY = Path(__file__).parent / "data" / "tiny"


@pytest.fixture(scope="session")
def tiny() -> Dataset:
    """Return the tiny dataset: eight places, rail of two gauges, road and sea, five demands, two commodities."""
    from network.dataset import read_dataset

    return read_dataset(TINY)


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    """Return a copy of the tiny dataset's folder that a test may change."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


class Answer(NamedTuple):
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def corridor(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run ``corridor`` with arguments; a traceback or internal error fails any test."""

    def run(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        answer = Answer(int(stop.value.code or 0), *capsys.readouterr())
        assert "Traceback" not in answer.out + answer.err
        assert "internal error" not in answer.err
        return answer

    return run
