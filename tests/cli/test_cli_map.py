"""``corridor map``: pictures whole or not at all, and clear answers to what cannot be drawn."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_svg_and_png_are_written(corridor, tiny_folder: Path, tmp_path: Path) -> None:
    for name, start in (("map.svg", b"<?xml"), ("map.PNG", b"\x89PNG")):
        answer = corridor("map", "--dataset", tiny_folder, "--corridor", "titr", "-o", str(tmp_path / name))
        assert answer.code == 0
        assert (tmp_path / name).read_bytes().startswith(start)
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_cannot_be_drawn_is_told(corridor, tiny_folder: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for arguments, told in (
        (("-o", str(pictures / "map.jpg")), "neither .svg nor .png"),
        (("--corridor", "titre", "-o", str(pictures / "map.svg")), "did you mean titr"),
        ((), "Missing option"),
        (("-o", str(pictures / "nowhere" / "map.svg")), "nowhere"),
    ):
        answer = corridor("map", "--dataset", tiny_folder, *arguments)
        assert answer.code == 2
        assert told in answer.err
    assert list(pictures.iterdir()) == []


def test_without_matplotlib_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ModuleNotFoundError('none', name='matplotlib')")
    answer = subprocess.run(
        [sys.executable, "-m", "optimizer", "map", "-o", str(tmp_path / "map.svg")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert answer.returncode == 2
    assert "corridor-optimizer[report]" in answer.stderr
