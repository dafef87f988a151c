"""``corridor explain``: numbers with source and grade, in three forms, and names that fit nothing."""

from __future__ import annotations

import csv
import io
import json


def test_a_link_as_a_table(corridor) -> None:
    answer = corridor("explain", "sea-aktau-alat")
    assert answer.code == 0
    assert "length_km" in answer.out
    assert "Notes\nlinks sea-aktau-alat: " in answer.out
    assert "Sources\n" in answer.out
    assert "Changed by the projects caspian-ships" in answer.out


def test_json_and_csv_hold_the_same_numbers(corridor) -> None:
    explained = json.loads(corridor("explain", "Aktau", "--format", "json").out)
    rows = list(csv.DictReader(io.StringIO(corridor("explain", "Aktau", "--format", "csv").out)))
    assert (explained["kind"], explained["id"]) == ("node", "KZAAU")
    assert [float(row["value"]) for row in rows] == [number["value"] for number in explained["numbers"]]
    assert all(number["source"] and number["confidence"] for number in explained["numbers"])


def test_a_scenario_is_explained_as_it_applies(corridor) -> None:
    explained = json.loads(
        corridor("explain", "aktau-containers", "--scenario", "aktau-hub-2030", "--format", "json").out
    )
    values = {number["name"]: number["value"] for number in explained["numbers"]}
    assert values["capacity"] == 240_000


def test_an_unknown_name_is_exit_2_with_close_ones(corridor) -> None:
    answer = corridor("explain", "sea-aktau-alatt")
    assert answer.code == 2
    assert "sea-aktau-alat" in answer.err
