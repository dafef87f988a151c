"""Sweeps on a Dask cluster of two processes: the same records as in one process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed")

FOLDER = Path(__file__).parent


def test_dask_gives_the_records_of_one_process() -> None:
    """A real cluster on this machine works out the same outcomes, byte for byte, in processes of its own.

    It runs in a process of its own, where warnings of the cluster's libraries are no errors.
    """
    environment = {**os.environ, "PYTHONPATH": str(FOLDER), "PYTHONWARNINGS": "ignore"}
    arguments = [sys.executable, FOLDER / "dask_program.py", FOLDER.parent / "data" / "tiny"]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(found["serial"]) == 32
    assert [json.dumps(record) for record in found["dask"]] == [json.dumps(record) for record in found["serial"]]
    assert sum("error" in record for record in found["serial"]) == 1
    assert 1 <= len(found["processes"]) <= 2
    assert os.getpid() not in found["processes"]
