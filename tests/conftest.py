"""Fixtures shared by all tests: the tiny network of ``tests/data/tiny``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from network import Dataset

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
