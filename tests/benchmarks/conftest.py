"""Benchmarks are no installed package: these tests find them beside the product."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:
    sys.path.append(ROOT)

if TYPE_CHECKING:
    from benchmarks.task import Source


@pytest.fixture(scope="session")
def freight_source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """A small road and rail network on which capacities bind."""
    return _written("stress 60/24", tmp_path_factory.mktemp("freight"))


@pytest.fixture(scope="session")
def one_source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """A small flow of one commodity."""
    return _written("one commodity 60", tmp_path_factory.mktemp("one"))


def _written(name: str, folder: Path) -> Source:
    from benchmarks import instances, runner
    from benchmarks.task import Source

    instances.write(runner.instance_of(name), folder)
    return Source(folder)
