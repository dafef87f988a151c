"""``corridor projects``: lists, one card in words, and claims with what answers each."""

from __future__ import annotations

import csv
import io
import json


def test_the_list_says_what_a_card_needs_and_how_much_it_answers(corridor):
    answer = corridor("projects")
    assert answer.code == 0
    [line] = [line for line in answer.out.splitlines() if line.startswith("kars-dilucu ")]
    assert line.split("2,800")[1].split()[:3] == ["zangezur", "0", "B"]


def test_a_card_tells_old_and_new_values_and_its_claims(corridor):
    out = corridor("projects", "dostyk-moiynty-2").out
    assert "time_h × 0.53 on 5 links: rail-dostyk-usharal 4.757 → 2.521" in out
    assert "capacity 12 → 60 train/day on 5 links" in out
    assert "SC058  The second track Dostyk - Moiynty is complete by the end of 2025" in out


def test_a_card_names_what_it_requires_and_excludes(corridor):
    out = corridor("projects", "kars-dilucu").out
    assert "Requires Zangezur route (TRIPP): Horadiz - Meghri - Nakhchivan (zangezur); excludes nothing" in out
    assert "new link rail-nakhchivan-kars: rail, az-nakhchivan – tr-kars, 329 km" in out
    assert "excludes Khorgos Gateway track expansion" in corridor("projects", "before-khorgos-2022").out
    assert "it gathers the cards it requires" in corridor("projects", "kz-rail-2030").out
    assert "35 → 0 train/day (closed) on 1 link: rail-arys-saryagash" in corridor("projects", "darbaza-maktaaral").out


def test_many_equal_changes_are_told_once(corridor):
    out = corridor("projects", "kz-roads-13000").out
    assert "time_h × 0.95 on" in out
    assert "more" in out


def test_cards_of_a_year(corridor):
    listed = json.loads(corridor("projects", "--year", "2025", "--format", "json").out)["projects"]
    assert listed
    assert all(card["year"] <= 2025 for card in listed)


def test_claims_in_three_forms(corridor):
    table = corridor("projects", "--claims")
    assert table.code == 0
    assert "SC063" in table.out
    assert "projects: aktau-hub" in table.out
    assert "68 claims" in table.out
    listed = json.loads(corridor("projects", "--claims", "--format", "json").out)["claims"]
    rows = list(csv.DictReader(io.StringIO(corridor("projects", "--claims", "--format", "csv").out)))
    assert [claim["claim_id"] for claim in listed] == [row["claim_id"] for row in rows]
    for claim, row in zip(listed, rows, strict=True):
        assert ";".join(claim["projects"]) == row["projects"]
        assert claim["reason"] == row["reason"]


def test_claims_of_one_card(corridor):
    listed = json.loads(corridor("projects", "aktau-hub", "--claims", "--format", "json").out)["claims"]
    assert {claim["claim_id"] for claim in listed} == {"SC028", "SC046", "SC063"}
    empty = corridor("projects", "malaszewicze-park", "--claims")
    assert empty.code == 0
    assert "eurasia has no claims answered by malaszewicze-park" in empty.err


def test_claims_have_no_year(corridor):
    answer = corridor("projects", "--claims", "--year", "2027")
    assert answer.code == 2
    assert "leave --year out" in answer.err


def test_a_card_without_its_requirement_is_refused_with_a_remedy(corridor, tmp_path):
    path = tmp_path / "alone.toml"
    path.write_text('name = "alone"\nprojects = ["kars-dilucu"]\n', encoding="utf-8")
    answer = corridor("route", "Baku", "Kars", "--scenario", path)
    assert answer.code == 1
    assert 'requires the card "zangezur"' in answer.err
    assert 'put "zangezur" into projects as well' in answer.err
    path.write_text('name = "two"\nprojects = ["khorgos-gateway-tracks", "before-khorgos-2022"]\n', encoding="utf-8")
    assert "cannot be on together" in corridor("route", "Baku", "Kars", "--scenario", path).err
