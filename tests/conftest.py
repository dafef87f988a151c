"""Fixtures shared by all tests: the tiny network of ``tests/data/tiny``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from network import Dataset

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
