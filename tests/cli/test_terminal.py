"""Tables on a terminal: nothing is cut off, and numbers and ids stay whole where there is room."""

from __future__ import annotations

from collections import Counter

import pytest

from optimizer.cli.terminal import draw
from optimizer.report.document import Table, columns

ID = "rail-petropavl-yekaterinburg"
TABLE = Table(
    columns("Bottleneck", "Direction", ">Capacity", ">Worth up to"),
    ((ID, "Petropavl → Yekaterinburg", "30", "1,710,598"), ("quay", "both", "5,000,000", "17.19")),
    title="Bottlenecks",
)


@pytest.mark.parametrize("width", [24, 60, 70, 110])
def test_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int) -> None:
    """Every character of every cell is printed, on lines no wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(width))
    draw(["A paragraph.", TABLE])
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= width
    texts = ["A paragraph.", TABLE.title, *(column.header for column in TABLE.columns), *sum(TABLE.rows, ())]
    assert Counter("".join(printed.split()).replace("─", "")) == Counter("".join("".join(texts).split()))


def test_ids_and_numbers_stay_whole(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the widths suffice, words wrap and ids and numbers do not."""
    monkeypatch.setenv("COLUMNS", "70")
    draw([TABLE])
    lines = capsys.readouterr().out.splitlines()
    assert any(ID in line and "1,710,598" in line for line in lines)
    assert not any("Petropavl → Yekaterinburg" in line for line in lines)
    assert any("Yekaterinburg" in line for line in lines)
