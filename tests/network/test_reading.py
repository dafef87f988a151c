"""Bad input: each kind is told once, with file, line, column, code and remedy, and nothing else is told beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.dataset import check_dataset, read_dataset
from network.errors import DatasetError, Finding
from network.reading import cell_of, cells_of, rows_to_table

if TYPE_CHECKING:
    from pathlib import Path


class Bad(NamedTuple):
    """One way to spoil the tiny dataset: replace `old` by `new` in `file`; what must be told, and where."""

    name: str
    file: str
    old: str
    new: str
    line: int
    column: str
    code: str
    message: str
    remedy: str


CELLS = [
    Bad(
        "text for a number", "links.csv", "0,3500,1435", "0,far,1435", 2, "length_km", "E111", '"far"', "decimal point"
    ),
    Bad("comma in a number", "nodes.csv", "34.38,", '"34,38",', 2, "lat", "E111", '"34,38"', "decimal point"),
    Bad("latitude", "nodes.csv", "34.38", "134.38", 2, "lat", "E112", "above 90", "give 90 or less"),
    Bad("longitude", "nodes.csv", "109.05", "-190", 2, "lon", "E112", "below -180", "give -180 or more"),
    Bad("negative length", "links.csv", "0,360,1520", "0,-360,1520", 3, "length_km", "E112", "below 0", "0 or more"),
    Bad("no speed", "links.csv", "3500,1435,,40", "3500,1435,,0", 2, "speed_kmh", "E112", "not above 0", "more than 0"),
    Bad(
        "tiny speed", "links.csv", "3500,1435,,40", "3500,1435,,1e-12", 2, "speed_kmh", "E112", "1e-09", "1e-09 or more"
    ),
    Bad("huge capacity", "links.csv", ",12,train", ",1e31,train", 3, "capacity", "E112", "above 1e+30", "empty"),
    Bad("negative capacity", "links.csv", ",12,train", ",-12,train", 3, "capacity", "E112", "below 0", "0 or more"),
    Bad("directed", "links.csv", "KZALA,1,4100", "KZALA,2,4100", 10, "directed", "E112", "neither 0 nor 1", "one way"),
    Bad("negative volume", "demands.csv", ",150000,", ",-1,", 2, "volume", "E112", "below 0", "0 or more"),
    Bad("year of a demand", "demands.csv", ",2030,", ",203,", 6, "year", "E112", "below 1900", "1900 or more"),
    Bad("NaN", "links.csv", "0,3500,1435", "0,nan,1435", 2, "length_km", "E117", '"nan"', "finite"),
    Bad("infinite", "demands.csv", ",150000,", ",inf,", 2, "volume", "E117", '"inf"', "finite"),
    Bad("too large to be finite", "links.csv", ",12,train", ",1e999,train", 3, "capacity", "E117", "1e999", "finite"),
    Bad("fraction of a year", "links.csv", ",2024,", ",2024.5,", 13, "from_year", "E118", "2024.5", "fraction"),
    Bad("fraction of a gauge", "links.csv", "360,1520", "360,1520.5", 3, "gauge_mm", "E118", "1520.5", "fraction"),
    Bad(
        "mode", "links.csv", "rail-xian-khorgos,rail,", "rail-xian-khorgos,Rail,", 2, "mode", "E113", "Rail", '"rail"?'
    ),
    Bad(
        "kind", "nodes.csv", "109.05,city", "109.05,town", 2, "kind", "E113", "town", "write one of city, rail_station"
    ),
    Bad("grade", "nodes.csv", "Сиань,,made-up,D", "Сиань,,made-up,E", 2, "confidence", "E113", '"E"', "A, B, C, D"),
    Bad("scope", "links.csv", ",both,3,", ",bath,3,", 4, "capacity_scope", "E113", "bath", 'did you mean "both"?'),
    Bad("unit of a commodity", "commodities.csv", ",teu,", ",TEU,", 2, "unit", "E113", "TEU", 'did you mean "teu"?'),
    Bad(
        "modes", "commodities.csv", "rail;road;sea", "rail;rod;sea", 3, "modes", "E113", '"rod"', 'did you mean "road"?'
    ),
    Bad("avoided mode", "demands.csv", ",road,made", ",roads,made", 4, "avoid_modes", "E113", '"roads"', '"road"?'),
    Bad("kind of observation", "observations.csv", "o1,time", "o1,times", 2, "kind", "E113", "times", '"time"?'),
    Bad("transfer mode", "transfers.csv", "rail1520,sea", "rail1520,see", 4, "to_mode", "E113", "see", '"sea"?'),
    Bad("rail transfer", "transfers.csv", "rail1520,sea", "rail,sea", 4, "from_mode", "E123", "gauge", "rail1520"),
    Bad(
        "semicolon in an id", "links.csv", "sea-aktau-baku", "sea;baku", 8, "link_id", "E114", "sea;baku", "semicolons"
    ),
    Bad("country", "nodes.csv", "Aktau,KZ", "Aktau,XX", 5, "country", "E115", "XX", "two capital letters"),
    Bad("small letters", "nodes.csv", "Aktau,KZ", "Aktau,kz", 5, "country", "E115", "kz", 'did you mean "KZ"?'),
    Bad("country of a rate", "rates.csv", "rail,KZ", "rail,KAZ", 3, "country", "E115", "KAZ", "two capital letters"),
    Bad("avoided country", "demands.csv", ",RU,", ",RU;UK,", 5, "avoid_countries", "E115", "UK", "capital letters"),
    Bad("months", "links.csv", "4-11", "4-13", 13, "open_months", "E116", "4-13", "11-3"),
    Bad(
        "capacity unit",
        "links.csv",
        "12,train/day",
        "12,trains/day",
        3,
        "capacity_unit",
        "E119",
        "trains",
        '"train/day"?',
    ),
    Bad(
        "unknown period", "shared_capacities.csv", "teu/year", "teu", 2, "capacity_unit", "E119", '"teu"', '"teu/day"?'
    ),
    Bad("UN/LOCODE", "nodes.csv", "city,CNSIA", "city,XIAN", 2, "unlocode", "E126", "XIAN", "KZAAU"),
    Bad("no name", "nodes.csv", "DEDUI,Duisburg", "DEDUI,", 9, "name", "E110", "name is not given", "every row"),
    Bad("no volume", "demands.csv", ",150000,", ",,", 2, "volume", "E110", "volume is not given", "every row"),
]
ROWS = [
    Bad(
        "node twice",
        "nodes.csv",
        "DEDUI,Duis",
        "DEDUI,A,DE,1,1,,,,,,,,\nDEDUI,Duis",
        10,
        "node_id",
        "E120",
        "line 9",
        "own",
    ),
    Bad(
        "link twice",
        "links.csv",
        "road-moscow-duisburg-toll",
        "road-moscow-duisburg",
        13,
        "link_id",
        "E120",
        "line 12",
        "own",
    ),
    Bad("demand twice", "demands.csv", "xian-baku", "xian-duisburg", 3, "demand_id", "E120", "line 2", "own"),
    Bad("rate twice", "rates.csv", "rail,KZ", "rail,*", 3, "country", "E120", '"rail *"', "own mode and country"),
    Bad("from node", "links.csv", "KZAAU,AZBAK", "KZAUA,AZBAK", 8, "from_node", "E121", "nodes.csv", 'or "KZAAU"?'),
    Bad("name for an id", "links.csv", "KZAAU,AZBAK", "Актау,AZBAK", 8, "from_node", "E121", "nodes.csv", '"KZAAU"'),
    Bad("transfer node", "transfers.csv", "KZAAU,rail", "KZXXX,rail", 4, "node_id", "E121", '"KZXXX"', "add a row"),
    Bad("node of a port", "shared_capacities.csv", ",KZAAU,", ",AKTA,", 2, "node_id", "E121", '"AKTA"', ""),
    Bad("origin", "demands.csv", "RUMOW,CNSIA", "RUMOV,CNSIA", 4, "origin", "E121", "RUMOV", '"RUMOW"?'),
    Bad("commodity", "demands.csv", "AZBAK,grain", "AZBAK,grian", 5, "commodity", "E121", "grian", '"grain"?'),
    Bad(
        "shared id",
        "links.csv",
        "aktau-containers",
        "aktau-container",
        8,
        "shared_capacity_id",
        "E121",
        "",
        '"aktau-containers"?',
    ),
    Bad(
        "corridor",
        "links.csv",
        "AZBAK,0,480,,26,,24,3,,,150,9,,,,,aktau-containers,,,,titr",
        "AZBAK,0,480,,26,,24,3,,,150,9,,,,,aktau-containers,,,,titr;titre",
        8,
        "corridors",
        "E121",
        '"titre"',
        '"titr"?',
    ),
    Bad("loop", "links.csv", "KZAAU,AZBAK", "KZAAU,KZAAU", 8, "to_node", "E122", "same node", "give two nodes"),
    Bad("transfer to itself", "transfers.csv", "rail1520,sea", "sea,sea", 4, "to_mode", "E122", "itself", "two gauges"),
    Bad("demand to itself", "demands.csv", "RUMOW,CNSIA", "CNSIA,CNSIA", 4, "destination", "E122", "same", "drop"),
    Bad("no gauge", "links.csv", "360,1520", "360,", 3, "gauge_mm", "E123", "without a gauge", "1435 or 1520"),
    Bad("no unit", "links.csv", "12,train/day", "12,", 3, "capacity_unit", "E124", "no unit", "train/day"),
    Bad("years", "links.csv", ",2024,,wewc", ",2024,2020,wewc", 13, "to_year", "E125", "before", "swap"),
    Bad(
        "no price",
        "rates.csv",
        "sea,*,0.6",
        "sea,*,",
        8,
        "cost_usd_per_teu",
        "E130",
        "sea-aktau-baku",
        "sea in KZ or *",
    ),
    Bad(
        "no price by the tonne",
        "rates.csv",
        "sea,*,0.6,0.03",
        "sea,*,0.6,",
        8,
        "cost_usd_per_t",
        "E130",
        "grain",
        "rates.csv",
    ),
    Bad(
        "no factor",
        "commodities.csv",
        "0,4000,20",
        "0,,20",
        3,
        "units_per_train",
        "E132",
        "grain may use link rail",
        "or 0",
    ),
    Bad("no shared factor", "commodities.csv", "t,1,0,", "t,1,,", 3, "teu_per_unit", "E132", "counts in teu", "or 0"),
    Bad(
        "no transfer price", "transfers.csv", "30,110,8", "30,,8", 4, "cost_usd_per_teu", "E133", "at KZAAU", "write 0"
    ),
    Bad("no transfer time", "transfers.csv", "0,30,110", "0,,110", 4, "time_h", "E134", "rail1520 to sea", "write 0"),
]
FILES = [
    Bad(
        "column missing", "links.csv", "length_km,", "long,", 1, "length_km", "E104", "missing", "add it to the header"
    ),
    Bad("column twice", "nodes.csv", "name_ru,name_kk", "name_ru,name_ru", 1, "name_ru", "E105", "twice", "keep one"),
    Bad("column without a name", "nodes.csv", "name_ru,name_kk", "name_ru,", 1, "", "E105", "no name", "name it"),
    Bad(
        "too many cells", "nodes.csv", "Duisburg,DE", "Duisburg,Ruhr,DE", 9, "", "E106", "too many cells: 14", "quotes"
    ),
    Bad("open quote", "rates.csv", "rail,KZ", '"rail,KZ', 3, "", "E107", "CSV", "close every quoted cell"),
    Bad("quote inside", "rates.csv", "rail,KZ", '"rail"s,KZ', 3, "", "E107", "CSV", "twice"),
    Bad("TOML syntax", "dataset.toml", '"tiny"', "tiny", 1, "", "E107", "TOML", "quotes"),
    Bad("no base year", "dataset.toml", "base_year = 2024", "", 0, "base_year", "E110", "not given", "base_year ="),
    Bad("base year as text", "dataset.toml", "2024\nc", '"2024"\nc', 5, "base_year", "E127", "whole number", "quotes"),
    Bad("base year far off", "dataset.toml", "2024\nc", "24\nc", 5, "base_year", "E112", "24", "base_year = 2024"),
    Bad("version as number", "dataset.toml", '"1.0.0"', "1.0", 3, "version", "E127", "1.0", "put it in quotes"),
    Bad("currency", "dataset.toml", '"USD"', '"EUR"', 6, "currency", "E113", "EUR", "USD"),
]
KINDS = [*CELLS, *ROWS, *FILES]


def spoil(folder: Path, bad: Bad) -> None:
    """Make the replacement of `bad` in a copy of the tiny dataset."""
    path = folder / bad.file
    text = path.read_text(encoding="utf-8")
    assert text.count(bad.old) >= 1, bad
    path.write_text(text.replace(bad.old, bad.new, 1), encoding="utf-8")


def errors_of(folder: Path) -> list[Finding]:
    """Return the errors of a folder."""
    return [finding for finding in check_dataset(folder) if finding.severity == "error"]


@pytest.mark.parametrize("bad", KINDS, ids=[bad.name for bad in KINDS])
def test_bad_input_is_told_with_its_place_and_remedy(tiny_folder: Path, bad: Bad) -> None:
    """One spoiled place gives one error, at that place, with the way to mend it."""
    spoil(tiny_folder, bad)
    found = errors_of(tiny_folder)
    file = "links.csv" if bad.code in {"E130", "E131"} else bad.file
    assert [(error.file, error.line, error.column, error.code) for error in found] == [
        (file, bad.line, bad.column, bad.code)
    ], "\n".join(map(str, found))
    assert bad.message in found[0].message
    assert bad.remedy in found[0].remedy
    assert found[0].remedy
    with pytest.raises(DatasetError) as raised:
        read_dataset(tiny_folder)
    assert list(raised.value.findings)[:1] == found


def test_link_without_any_time(tiny_folder: Path) -> None:
    """A link needs a time where neither it nor a rate has a speed; each link is told once."""
    for file, old, new in (("links.csv", "480,,26", "480,,"), ("rates.csv", "0.6,0.03,18", "0.6,0.03,")):
        path = tiny_folder / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (error,) = errors_of(tiny_folder)
    assert (error.file, error.line, error.column, error.code) == ("links.csv", 8, "time_h", "E131")
    assert error.remedy == "give time_h or speed_kmh, or speed_kmh in rates.csv for sea in KZ or *"


def test_sources_without_their_blocks(tiny_folder: Path) -> None:
    """Each key directly under [sources] is told, at the line of that header."""
    path = tiny_folder / "dataset.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[sources.made-up]", "[sources]"), encoding="utf-8")
    found = [(error.line, error.column, error.code) for error in errors_of(tiny_folder)]
    assert found == [(9, f"sources.{key}", "E127") for key in ("publisher", "title", "year")]


def test_there_are_forty_kinds() -> None:
    """The table above covers at least forty kinds of bad input, with no name twice."""
    assert len({bad.name for bad in KINDS}) == len(KINDS) >= 40


def test_all_problems_are_told_at_once(tiny_folder: Path) -> None:
    """Problems of several files, rows and kinds are all told in one reading."""
    chosen = [
        bad for bad in (*CELLS, *ROWS) if bad.name in {"latitude", "mode", "months", "origin", "rate twice", "loop"}
    ]
    for bad in chosen:
        spoil(tiny_folder, bad)
    (tiny_folder / "corridors.csv").write_bytes(b"corridor_id\n\xff\n")
    found = {(error.file, error.line, error.column, error.code) for error in errors_of(tiny_folder)}
    assert found == {(bad.file, bad.line, bad.column, bad.code) for bad in chosen} | {("corridors.csv", 2, "", "E102")}


def test_several_problems_of_one_row(tiny_folder: Path) -> None:
    """A bad cell does not hide the other problems of its row."""
    path = tiny_folder / "links.csv"
    text = path.read_text(encoding="utf-8")
    row = "bad,rail,KZALA,KZALA,0,-5,,,,,,,,,,7,,each,,,,2030,2020,titr,made-up,D,\n"
    path.write_text(text + row, encoding="utf-8")
    found = [(error.line, error.column, error.code) for error in errors_of(tiny_folder)]
    assert found == [
        (15, "capacity_unit", "E124"),
        (15, "gauge_mm", "E123"),
        (15, "length_km", "E112"),
        (15, "to_node", "E122"),
        (15, "to_year", "E125"),
    ]


def test_bad_node_does_not_make_its_links_dangle(tiny_folder: Path) -> None:
    """A node with a bad cell, and one with a ragged row, still have their ids."""
    path = tiny_folder / "nodes.csv"
    text = (
        path.read_text(encoding="utf-8")
        .replace("43.6,", "x,")
        .replace("DEDUI,Duisburg,DE,51.45,6.73", "DEDUI,D,DE,51.45")
    )
    path.write_text(text, encoding="utf-8")
    assert [(error.line, error.code) for error in errors_of(tiny_folder)] == [(5, "E111"), (9, "E106")]


@pytest.mark.parametrize("name", ["dataset.toml", "nodes.csv", "links.csv"])
def test_missing_required_file(tiny_folder: Path, name: str) -> None:
    """Each required file is missed once, and nothing is told as a consequence."""
    (tiny_folder / name).unlink()
    assert [(error.file, error.line, error.code) for error in errors_of(tiny_folder)] == [(name, 0, "E101")]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [(b"", "E103", 1), (b"\n\n", "E103", 1), (b"node_id,name\nA,\xe9\n", "E102", 2), (b"\xff\xfen\x00", "E102", 1)],
    ids=["empty", "blank", "Latin-1", "UTF-16"],
)
def test_unreadable_file(tiny_folder: Path, content: bytes, code: str, line: int) -> None:
    """An empty or wrongly encoded file is told at its line, and its ids are not missed elsewhere."""
    (tiny_folder / "nodes.csv").write_bytes(content)
    assert [(error.file, error.line, error.code) for error in errors_of(tiny_folder)] == [("nodes.csv", line, code)]


def test_folder_for_a_file(tiny_folder: Path) -> None:
    """A folder with the name of a file is told as unreadable."""
    (tiny_folder / "rates.csv").unlink()
    (tiny_folder / "rates.csv").mkdir()
    assert [(error.file, error.code) for error in errors_of(tiny_folder)] == [("rates.csv", "E102")]


def test_lines_count_quoted_line_breaks_and_blank_lines(tiny_folder: Path) -> None:
    """The line told is where the row begins in the file, also after cells of several lines and blank lines."""
    (tiny_folder / "rates.csv").write_text(
        "mode,country,cost_usd_per_teu_km,cost_usd_per_t_km,speed_kmh,note\n"
        'rail,*,1,1,50,"two\nlines"\n\nroad,*,1,1,50,\n,,,,,\nsea,*,1,1,20,"three\n\nlines"\nair,*,-1,1,700,\n',
        encoding="utf-8",
    )
    assert [(error.line, error.column) for error in errors_of(tiny_folder)] == [(10, "cost_usd_per_teu_km")]


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_byte_order_mark_and_line_ends(tiny_folder: Path, line_end: str) -> None:
    """A byte order mark and foreign line ends change neither values nor lines."""
    expected = read_dataset(tiny_folder)
    for path in tiny_folder.glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\n", line_end)
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    data = read_dataset(tiny_folder)
    for column, values in expected.network.links.columns.items():
        np.testing.assert_array_equal(data.network.links.columns[column], values)
    assert data.network.links.lines.tolist() == expected.network.links.lines.tolist()


def test_space_around_cells_is_dropped(tiny_folder: Path) -> None:
    """Spaces and no-break spaces around ids, numbers and column names do not matter."""
    path = tiny_folder / "shared_capacities.csv"
    path.write_text(
        " shared_capacity_id ,name,node_id, capacity,capacity_unit,background\n"
        " aktau-containers\u00a0, Aktau port , KZAAU,  140000 , teu/year,  \n",
        encoding="utf-8",
    )
    shared = read_dataset(tiny_folder).network.shared_capacities
    assert shared.row(0) == {
        "shared_capacity_id": "aktau-containers",
        "name": "Aktau port",
        "node_id": "KZAAU",
        "capacity": 140000.0,
        "capacity_unit": "teu/year",
        "background": None,
    }


def test_unknown_column_is_kept_with_a_warning(tiny_folder: Path) -> None:
    """A column that no record knows is a text, and a misspelled one asks for the right name."""
    path = tiny_folder / "demands.csv"
    text = path.read_text(encoding="utf-8").replace("max_time_h,", "max_time,", 1).replace("note\n", "note,lot\n", 1)
    path.write_text(text.replace("D,\n", "D,,mine\n").replace("carried\n", "carried,1.50\n"), encoding="utf-8")
    data = read_dataset(tiny_folder)
    assert [(finding.code, finding.line, finding.column) for finding in data.findings] == [
        ("W101", 1, "lot"),
        ("W101", 1, "max_time"),
    ]
    assert data.findings[1].remedy == 'did you mean "max_time_h"?'
    assert data.demands.text("lot").tolist() == ["mine", "mine", "1.50", "mine", "mine"]
    assert np.isnan(data.demands.number("max_time_h")).all()


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("links.csv", "480,,26", "480,,26,20", None),
        ("links.csv", "1435,,40", "1435,90,40", (2, "speed_kmh", "W102")),
        ("links.csv", "12,train/day,each", ",train/day,each", (3, "background", "W103")),
        ("commodities.csv", "t,1,0", "t,25,0", (3, "t_per_unit", "W104")),
        ("commodities.csv", "teu,10,1", "teu,10,2", (2, "teu_per_unit", "W104")),
        ("dataset.toml", "title", "ttitle", (2, "ttitle", "W101")),
    ],
)
def test_warnings_about_unused_values(
    tiny_folder: Path, file: str, old: str, new: str, place: tuple[int, str, str] | None
) -> None:
    """Values that the model does not use are warnings with their place; a sound dataset has none."""
    if place is None:
        assert read_dataset(tiny_folder).findings == ()
        return
    path = tiny_folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    (warning,) = read_dataset(tiny_folder).findings
    assert (warning.line, warning.column, warning.code) == place
    assert (warning.file, warning.severity) == (file, "warning")
    assert warning.remedy


def test_misspelled_file_is_a_warning(tiny_folder: Path) -> None:
    """A file with almost the right name is not overlooked; other files are nobody's business."""
    (tiny_folder / "transfers.csv").rename(tiny_folder / "transfer.csv")
    (tiny_folder / "prices2024.csv").write_text("a,b\n")
    (warning,) = read_dataset(tiny_folder).findings
    assert (warning.file, warning.code, warning.remedy) == ("transfer.csv", "W105", 'did you mean "transfers.csv"?')


def test_rows_to_table_takes_plain_values() -> None:
    """Rows of plain values become a table of the record, with None and NaN as not given."""
    rows = [
        {"link_id": "a", "mode": "rail", "from_node": "A", "to_node": "B", "length_km": 5, "gauge_mm": 1520.0},
        {"link_id": "b", "mode": "sea", "from_node": "A", "to_node": "B", "length_km": 1e-9, "capacity": float("nan")},
    ]
    table = rows_to_table("links", rows)
    assert table.header == ("link_id", "mode", "from_node", "to_node", "length_km", "gauge_mm", "capacity")
    assert table.number("length_km").tolist() == [5.0, 1e-9]
    assert table.row(1)["gauge_mm"] is None
    assert table.lines.tolist() == [0, 0]


def test_rows_to_table_tells_every_bad_row() -> None:
    """All bad rows are told, with the number of the row as line."""
    rows = [
        {"node_id": "A", "name": "A", "country": "KZ", "lat": 1, "lon": 2},
        {"node_id": "B", "name": "B", "country": "KZZ", "lat": 1},
    ]
    with pytest.raises(DatasetError) as raised:
        rows_to_table("nodes", rows, file="new.toml")
    found = [(error.file, error.line, error.column, error.code) for error in raised.value.findings]
    assert found == [("new.toml", 2, "country", "E115"), ("new.toml", 2, "lon", "E110")]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        *((None, ""), (float("nan"), ""), (True, "1"), (np.bool_(False), "0"), (np.int64(7), "7"), (2.0, "2")),
        *((0.1, "0.1"), (1e22, "1e+22"), (5e-324, "5e-324"), (["a", "b"], "a;b"), ("x\r\ny", "x\ny")),
    ],
)
def test_cells_of_plain_values(value: object, cell: str) -> None:
    """Plain values become the shortest text that reads back as them."""
    assert cell_of(value) == cell


PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.just("a\r\nb"))


@given(st.one_of(st.lists(st.floats()), st.lists(st.text(max_size=4) | st.just("a\r\nb")), st.lists(PLAIN)))
def test_cells_of_a_column_are_those_of_its_values(values: list[object]) -> None:
    """Columns of one kind take a shorter way to the same cells."""
    assert cells_of(values) == [cell_of(value) for value in values]


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000])
def test_a_dataset_toml_that_python_cannot_read_is_told(tiny_folder: Path, value: str) -> None:
    """Endless digits and brackets are findings like any other bad syntax."""
    (tiny_folder / "dataset.toml").write_text(f'name = "x"\nbase_year = {value}\n', encoding="utf-8")
    with pytest.raises(DatasetError) as raised:
        read_dataset(tiny_folder)
    assert [finding.code for finding in raised.value.findings if finding.file == "dataset.toml"] == ["E107"]


@pytest.mark.parametrize(("separator", "shown"), [(";", '";"'), ("\t", '"tab"')])
def test_columns_parted_by_other_signs_are_told_once(tiny_folder: Path, separator: str, shown: str) -> None:
    """A file as a spreadsheet saves it where the comma is the decimal sign gets one finding, not one per column."""
    path = tiny_folder / "nodes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(";", "/").replace(",", separator), encoding="utf-8")
    with pytest.raises(DatasetError) as raised:
        read_dataset(tiny_folder)
    (finding,) = (finding for finding in raised.value.findings if finding.severity == "error")
    assert (finding.file, finding.line, finding.code) == ("nodes.csv", 1, "E107")
    assert shown in finding.message
    assert "commas" in finding.remedy
