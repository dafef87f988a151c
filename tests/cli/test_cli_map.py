"""``corridor map``: pictures whole or not at all, and clear answers to what cannot be drawn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--plan",), "Flows of the cheapest plan, 2024"),
        (("--plan", "--commodity", "grain", "--mode", "rail", "--corridor", "titr"), "Grain · Middle Corridor"),
        (("--whatif", "aktau-hub"), "What changes in the flows, 2024 · Aktau container hub"),
        (("--whatif", "aktau-hub", "--view", "base"), "Flows of the cheapest plan, 2024"),
        (("--whatif", "aktau-hub", "--view", "scenario"), "Flows of the cheapest plan, 2024 · Aktau container hub"),
        (("--whatif", "scenarios/aktau-closed.toml"), "Aktau closed for a quarter"),
        (("--route", "Xi'an", "Duisburg"), "Xi'an → Duisburg"),
        (("--route", "Xi'an", "Baku", "-k", "2", "--lang", "ru"), "Сиань → Баку"),
    ],
)
def test_flows_and_routes_are_drawn(corridor, tiny_folder: Path, arguments, told, monkeypatch) -> None:
    monkeypatch.chdir(tiny_folder)
    answer = corridor("map", "--dataset", ".", *arguments, "-o", "map.svg")
    assert answer.code == 0, answer.err
    assert told in Path("map.svg").read_text()


def test_a_language_is_spoken_and_borders_are_left_out(corridor, tiny_folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "map.svg"
    assert corridor("map", "--dataset", tiny_folder, "--lang", "kk", "--no-borders", "-o", picture).code == 0
    assert "Алматы" in picture.read_text()
    assert "take no side" not in picture.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--plan", "--whatif", "aktau-hub"), "--plan and --whatif are two maps"),
        (("--whatif", "aktau-hub", "--route", "A", "B"), "--whatif and --route are two maps"),
        (("--view", "base"), "--view belongs to --whatif"),
        (("--plan", "--view", "base"), "--view belongs to --whatif"),
        (("--plan", "-k", "2"), "-k belongs to --route"),
        (("--commodity", "grain"), "--commodity belongs to --plan or --whatif or --route"),
        (("--year", "2024"), "--year belongs to"),
        (("--route", "Almaty", "Baku", "--mode", "rail"), "leave --mode out"),
        (("--route", "Almaty", "Baku", "--corridor", "titr"), "leave --corridor out"),
        (("--plan", "--corridor", "titre"), "did you mean titr"),
        (("--plan", "--commodity", "grains"), "did you mean grain"),
        (("--whatif", "aktau-hab"), "did you mean aktau-hub"),
        (("--route", "Almati", "Baku"), "Almaty"),
        (("--lang", "fr"), "fr"),
    ],
)
def test_contradictions_are_told_before_anything_is_solved(
    corridor, tiny_folder: Path, tmp_path: Path, arguments, told, monkeypatch
) -> None:
    def solves(*_: object, **__: object) -> None:
        pytest.fail("something was solved")

    monkeypatch.setattr("optimizer.planning.plan_flows", solves)
    monkeypatch.setattr("optimizer.replanning.plan_of", solves)
    answer = corridor("map", "--dataset", tiny_folder, *arguments, "-o", tmp_path / "map.svg")
    assert answer.code == 2
    assert told in answer.err
    assert not (tmp_path / "map.svg").exists()


def test_a_year_without_demands_and_no_route_keep_their_codes(corridor, tiny_folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "map.svg"
    assert corridor("map", "--dataset", tiny_folder, "--plan", "--year", "2099", "-o", picture).code == 1
    assert corridor("map", "--dataset", tiny_folder, "--route", "Almaty", "Almaty", "-o", picture).code != 0
    assert not picture.exists()
