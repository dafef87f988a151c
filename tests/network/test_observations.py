"""Published figures: units, directions, references, and targets that lack what a figure of the model needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from network.dataset import check_dataset
from network.observations import NEEDED, TOLERANCES, fits_kind, flow_unit, split_direction

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "observation_id,kind,origin,destination,corridor,mode,via,avoid,links,ranking,commodity,value,low,high,unit,"
    "tolerance,target"
)
SOUND = {"observation_id": "o", "kind": "time", "origin": "CNSIA", "destination": "DEDUI", "value": "15", "unit": "d"}
FLOW = {"kind": "flow", "links": "sea-aktau-baku", "unit": "TEU/year"}
ORDER = {"kind": "order", "ranking": "road;northern", "value": ""}


def told(folder: Path, **cells: str) -> list[tuple[str, int, str, str, str, str]]:
    """Check the tiny dataset with one observation; return file, line, column, code, message and remedy."""
    row = {**SOUND, "target": "1", **cells}
    line = ",".join(row.get(column, "") for column in HEADER.split(","))
    (folder / "observations.csv").write_text(f"{HEADER}\n{line}\n", encoding="utf-8")
    findings = [finding for finding in check_dataset(folder) if finding.severity == "error"]
    return [(*finding[:4], finding.message, finding.remedy) for finding in findings]


@pytest.mark.parametrize(
    ("unit", "counted", "per_year"),
    [
        ("TEU/year", "teu", 1),
        ("t/year", "t", 1),
        ("train/day", "train", 365),
        ("truck/month", "truck", 12),
        ("flight/week", "flight", 365 / 7),
        ("t/7 months", "t", 12 / 7),
        ("TEU/12 months", "teu", 1),
    ],
)
def test_units_of_flows(unit: str, counted: str, per_year: float) -> None:
    """A unit counts something per period, or per some months."""
    assert flow_unit(unit) == (counted, pytest.approx(per_year))


@pytest.mark.parametrize("unit", ["", "t", "t/season", "t/0 months", "t/13 months", "box/year", "percent", "t/7months"])
def test_other_units_are_none_of_flows(unit: str) -> None:
    """What cannot be turned into a yearly figure is no unit."""
    assert flow_unit(unit) is None
    assert not fits_kind("flow", unit)


def test_units_fit_their_kind() -> None:
    """Each kind takes its own units only; capacities take none, as the model has no figure for them."""
    units = {"distance": "nm", "time": "h", "cost": "USD/t", "flow": "t/year"}
    for kind, unit in units.items():
        assert [other for other in NEEDED if fits_kind(other, unit)] == [
            kind,
            *(["order"] * (kind in {"time", "cost"})),
        ]
        assert not fits_kind("capacity", unit)
    assert set(TOLERANCES) == {*NEEDED, "capacity"}


def test_directions_of_links() -> None:
    """A trailing sign is a direction, with or without a space; ids may hold the sign elsewhere."""
    assert split_direction("a-b") == ("a-b", "")
    assert split_direction("a-b>") == ("a-b", ">")
    assert split_direction("a-b <") == ("a-b", "<")
    assert split_direction("a>b") == ("a>b", "")


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"value": "", "low": "3"},
        {"kind": "distance", "unit": "nm", "mode": "rail;sea", "via": "KZAAU;sea-aktau-baku", "avoid": "RUMOW"},
        {"kind": "cost", "unit": "USD/TEU", "corridor": "titr", "commodity": "container", "tolerance": "0.1"},
        {**FLOW, "links": "sea-aktau-baku>;road-moscow-duisburg<", "commodity": "container;grain"},
        ORDER,
        {"kind": "capacity", "target": "0", "unit": "anything"},
        {"target": "0", "value": "", "unit": "percent"},
        {"target": "", "kind": "flow"},
    ],
)
def test_sound_rows_are_not_told(tiny_folder: Path, cells: dict[str, str]) -> None:
    """Targets that give what they need pass, and context may say what it likes."""
    assert told(tiny_folder, **cells) == []


@pytest.mark.parametrize(
    ("cells", "column", "code", "message", "remedy"),
    [
        ({"origin": "CNSIX"}, "origin", "E121", '"CNSIX" is not in nodes.csv', '"CNSIA"'),
        ({"destination": "Duisburg"}, "destination", "E121", '"Duisburg"', 'node_id, "DEDUI"'),
        ({"corridor": "tirt"}, "corridor", "E121", "corridors.csv", '"titr"'),
        ({"via": "KZAAU;KZAUA"}, "via", "E121", '"KZAUA" is not in nodes.csv or links.csv', '"KZAAU"'),
        ({"avoid": "sea-aktau-bakuu"}, "avoid", "E121", "nodes.csv or links.csv", '"sea-aktau-baku"'),
        ({**FLOW, "links": "sea-aktau-bakk>"}, "links", "E121", '"sea-aktau-bakk"', '"sea-aktau-baku"'),
        ({**FLOW, "commodity": "grain;grian"}, "commodity", "E121", '"grian"', '"grain"'),
        ({**ORDER, "ranking": "road;nothern"}, "ranking", "E121", '"nothern"', '"northern"'),
        ({**ORDER, "ranking": "road;nothern:rail-RU"}, "ranking", "E121", '"nothern"', '"northern"'),
        ({**ORDER, "ranking": "road;northern:rial"}, "ranking", "E121", '"northern:rial"', '"northern"'),
        ({**ORDER, "ranking": "road;northern:rail-XX"}, "ranking", "E121", '"northern:rail-XX"', '"northern"'),
        ({"mode": "rail;tram"}, "mode", "E113", 'unknown mode "tram"', "rail"),
        ({"tolerance": "25"}, "tolerance", "E112", "above 1", "give 1 or less"),
        ({"target": "2"}, "target", "E112", "above 1", ""),
        ({"kind": "capacity"}, "target", "E140", "a capacity cannot be a target", "write 0"),
        ({"origin": ""}, "origin", "E140", "needs origin", "target 0"),
        ({"value": ""}, "value", "E140", "needs value", "target 0"),
        ({**FLOW, "links": ""}, "links", "E140", "needs links", "target 0"),
        ({**ORDER, "ranking": ""}, "ranking", "E140", "two or more", "target 0"),
        ({**ORDER, "ranking": "road"}, "ranking", "E140", "two or more", "target 0"),
        ({"commodity": "container;grain"}, "commodity", "E140", "of one commodity", "name one"),
        ({"unit": "km"}, "unit", "E141", '"km" is no unit', "write h or d"),
        ({"kind": "distance", "unit": "mi"}, "unit", "E141", '"mi"', "km or nm"),
        ({**FLOW, "unit": "TEU"}, "unit", "E141", '"TEU"', "TEU/year"),
        ({**ORDER, "unit": "km"}, "unit", "E141", '"km"', "by time"),
    ],
)
def test_bad_rows_are_told_once(
    tiny_folder: Path, cells: dict[str, str], column: str, code: str, message: str, remedy: str
) -> None:
    """Each problem is one error with file, line, column and remedy, and nothing is told beside it."""
    [(file, line, *where, said, mend)] = told(tiny_folder, **cells)
    assert (file, line, *where) == ("observations.csv", 2, column, code)
    assert message in said
    assert remedy in mend


def test_without_corridors_their_ids_are_free(tiny_folder: Path) -> None:
    """As on links, ids of corridors are labels where the dataset has no table of them."""
    (tiny_folder / "corridors.csv").unlink()
    assert told(tiny_folder, corridor="any") == []
