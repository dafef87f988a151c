"""Published claims: what answers them must be there, one of it must be given, and cards must agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from network.dataset import check_dataset, load, read_dataset
from network.writing import write_dataset

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("claim_id", "date", "text", "projects", "demands", "observations", "corridors", "reason", "source")
SOUND = {"claim_id": "C1", "date": "2025-10-09", "text": "A port grows", "projects": "aktau-hub", "source": "made-up"}


def write(folder: Path, **cells: str) -> None:
    """Give the tiny dataset one claim."""
    row = {**SOUND, **cells}
    line = ",".join(row.get(column, "") for column in COLUMNS)
    (folder / "claims.csv").write_text(f"{','.join(COLUMNS)}\n{line}\n", encoding="utf-8")


def let_card_name(folder: Path, *claims: str) -> None:
    """Write claims on the only card of the tiny dataset."""
    path = folder / "projects.toml"
    text = path.read_text(encoding="utf-8")
    listed = ", ".join(f'"{claim}"' for claim in claims)
    path.write_text(text.replace('confidence = "D"\n', f'confidence = "D"\nclaims = [{listed}]\n', 1), encoding="utf-8")


def told(folder: Path) -> list[tuple[str, int, str, str, str, str]]:
    """Return file, line, column, code, message and remedy of every finding about claims and cards."""
    found = [finding for finding in check_dataset(folder) if finding.file in {"claims.csv", "projects.toml"}]
    return [(*finding[:4], finding.message, finding.remedy) for finding in found]


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"date": "2025-10"},
        {"date": "2025"},
        {"date": ""},
        {"demands": "DEMANDS", "observations": "OBSERVATIONS", "corridors": "titr;northern"},
    ],
)
def test_sound_claims_are_not_told(tiny_folder: Path, cells: dict[str, str]) -> None:
    """Cards, demands, observations and corridors that are there pass, and so do all three kinds of dates."""
    data = read_dataset(tiny_folder)
    ids = {"DEMANDS": next(iter(data.demands.row_of)), "OBSERVATIONS": next(iter(data.observations.row_of))}
    write(tiny_folder, **{column: ids.get(cell, cell) for column, cell in cells.items()})
    let_card_name(tiny_folder, "C1")
    assert told(tiny_folder) == []


@pytest.mark.parametrize(
    ("cells", "column", "code", "message", "remedy"),
    [
        ({"projects": "aktau-hab"}, "projects", "E121", '"aktau-hab" is not in projects.toml', "aktau-hub"),
        ({"demands": "d-nowhere"}, "demands", "E121", "neither as id nor as group", ""),
        ({"observations": "nothing-like-it"}, "observations", "E121", "observations.csv", ""),
        ({"corridors": "tirt"}, "corridors", "E121", "corridors.csv", '"titr"'),
        ({"projects": ""}, "reason", "E142", "nothing answers the claim", "or a reason"),
        ({"date": "9 October 2025"}, "date", "E143", "is no date", "2025-10-09"),
        ({"date": "2025-13"}, "date", "E143", "is no date", "2025-10-09"),
        ({"text": ""}, "text", "E110", "text is not given", ""),
    ],
)
def test_bad_claims_are_told_once(
    tiny_folder: Path, cells: dict[str, str], column: str, code: str, message: str, remedy: str
) -> None:
    """Each problem is one error with file, line, column and remedy."""
    write(tiny_folder, **cells)
    let_card_name(tiny_folder, "C1")
    errors = [found for found in told(tiny_folder) if found[3].startswith("E")]
    [(file, line, *where, said, mend)] = errors
    assert (file, line, *where) == ("claims.csv", 2, column, code)
    assert message in said
    assert remedy in mend


def test_a_group_of_demands_answers(tiny_folder: Path) -> None:
    """A claim may name all demands of a group at once."""
    path = tiny_folder / "demands.csv"
    header, first, *others = path.read_text(encoding="utf-8").splitlines()
    names = header.split(",")
    if "group" not in names:
        header, first = f"{header},group", f"{first},port-trade"
        others = [f"{line}," for line in others]
    path.write_text("\n".join([header, first, *others, ""]), encoding="utf-8")
    write(tiny_folder, demands="port-trade", projects="")
    assert [found for found in told(tiny_folder) if found[0] == "claims.csv"] == []


def test_cards_that_cannot_be_read_are_not_looked_up(tiny_folder: Path) -> None:
    """While projects.toml has an error of its own, no claim dangles because of it."""
    write(tiny_folder)
    (tiny_folder / "projects.toml").write_text('[[projects]]\nid = "aktau-hub"\n', encoding="utf-8")
    assert {found[0] for found in told(tiny_folder) if found[3].startswith("E")} == {"projects.toml"}


@pytest.mark.parametrize(
    ("named", "cells", "file", "message", "remedy"),
    [
        ((), {}, "claims.csv", '"C1" names the card "aktau-hub"', 'add "C1" to the claims'),
        (("C1",), {"projects": "", "reason": "none"}, "projects.toml", "which does not name it", 'add "aktau-hub"'),
        (("C1", "C2"), {}, "projects.toml", 'names the claim "C2"', "correct the id"),
    ],
)
def test_one_sided_names_are_told(
    tiny_folder: Path, named: tuple[str, ...], cells: dict[str, str], file: str, message: str, remedy: str
) -> None:
    """A card and a claim of which only one names the other get a warning at the place to mend."""
    write(tiny_folder, **cells)
    if named:
        let_card_name(tiny_folder, *named)
    [(where, _, _, code, said, mend)] = told(tiny_folder)
    assert (where, code) == (file, "W220")
    assert message in said
    assert remedy in mend


def test_without_claims_cards_may_name_what_they_like(tiny_folder: Path) -> None:
    """A dataset without claims.csv has cards whose claims are labels."""
    let_card_name(tiny_folder, "anything")
    assert told(tiny_folder) == []


def test_unknown_sources_of_claims_and_cards_are_told(tiny_folder: Path) -> None:
    """A claim, a card and a row that a card adds carry declared sources."""
    write(tiny_folder, source="nowhere")
    let_card_name(tiny_folder, "C1")
    path = tiny_folder / "projects.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"made-up"', '"hearsay"'), encoding="utf-8")
    assert [(found[0], found[3]) for found in told(tiny_folder)] == [("claims.csv", "W217"), ("projects.toml", "W217")]


def test_claims_are_read_late_written_and_read_again(tiny_folder: Path, tmp_path: Path) -> None:
    """The bundled claims are not read by `load`, and a written dataset has the same claims."""
    assert "claims" not in vars(load().annex)
    write(tiny_folder)
    let_card_name(tiny_folder, "C1")
    data = read_dataset(tiny_folder)
    write_dataset(data, tmp_path / "copy")
    assert (tmp_path / "copy" / "claims.csv").read_bytes() == (tiny_folder / "claims.csv").read_bytes()
    assert read_dataset(tmp_path / "copy").claims.text("text").tolist() == ["A port grows"]
