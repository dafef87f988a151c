"""The corridors of the bundled network: all are there, traced, labeled, and routes bear the names an expert expects."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from network import load
from network.findings import network_findings
from network.model import MODES, split_list
from network.traces import main_line_km, traces_of
from optimizer import find_routes
from optimizer.report.contents import contents, contents_csv, contents_document
from optimizer.report.document import Table

if TYPE_CHECKING:
    from network import Dataset

PAGE = Path(__file__).parents[2] / "docs" / "data.md"

ELEVEN = {
    "kz-rail": {
        "northern": "Northern corridor of the Trans-Asian Railway",
        "southern": "Southern corridor of the Trans-Asian Railway",
        "central": "Central corridor of the Trans-Asian Railway",
        "ns-east": "North-South",
        "titr": "TRACECA",
    },
    "kz-road": {
        "tashkent-khorgos": "Tashkent - Shymkent - Taraz - Bishkek - Almaty - Khorgos",
        "wewc": "Shymkent - Kyzylorda - Aktobe - Oral - Samara",
        "almaty-petropavl": "Almaty - Karagandy - Astana - Petropavl",
        "astrakhan-aktau": "Astrakhan - Atyrau - Aktau - border of Turkmenistan",
        "omsk-maykapshagay": "Omsk - Pavlodar - Semey - Maykapshagay",
        "astana-chelyabinsk": "Astana - Kostanay - Chelyabinsk",
    },
}
FURTHER = {
    "trans-siberian",
    "ns-west",
    "ns-trans-caspian",
    "cku",
    "ocean-suez",
    "ocean-cape",
    "volga-don",
    "irtysh",
    "air",
}

# Corridor, origin, destination, modes, nodes on the way, nodes to avoid. An empty way is the cheapest by these modes.
RELATIONS = [
    ("northern", "Xi'an", "Duisburg", "rail", "", ""),
    ("northern", "Chongqing", "Duisburg", "rail", "", ""),
    ("northern", "Yiwu", "Madrid", "rail", "", ""),
    ("northern", "Xi'an", "Moscow", "rail", "", ""),
    ("northern", "Xi'an", "Astana", "rail", "", ""),
    ("northern", "Astana", "Moscow", "rail", "", ""),
    ("southern", "Xi'an", "Tashkent", "rail", "", ""),
    ("southern", "Xi'an", "Almaty", "rail", "", ""),
    ("southern", "Almaty", "Tashkent", "rail", "", ""),
    ("southern", "Tashkent", "Bandar Abbas", "rail", "", ""),
    ("southern", "Tashkent", "Istanbul", "rail;sea", "IRTHR;tr-van", ""),
    ("central", "Tashkent", "Moscow", "rail", "", ""),
    ("central", "Tashkent", "Samara", "rail", "", ""),
    ("central", "Tashkent", "Saratov", "rail", "kz-semiglavyi-mar", ""),
    ("central", "Kyzylorda", "Moscow", "rail", "", ""),
    ("titr", "Xi'an", "Duisburg", "rail;sea", "KZAAU;GEPTI;ROCND", ""),
    ("titr", "Xi'an", "Istanbul", "rail;sea", "KZAAU;AZALA;tr-kars", ""),
    ("titr", "Tashkent", "Poti", "rail;sea", "TMKRW", ""),
    ("titr", "Almaty", "Poti", "rail;sea", "KZAAU;AZALA", ""),
    ("ns-east", "Moscow", "Mumbai", "rail;sea", "kz-bolashak;IRBND", ""),
    ("ns-east", "Chelyabinsk", "Bandar Abbas", "rail", "", ""),
    ("ns-east", "Moscow", "Tehran", "rail", "", ""),
    ("", "Samarkand", "Moscow", "rail", "", ""),
    ("ns-west", "Moscow", "Mumbai", "rail;road;sea", "az-yalama;IRBND", ""),
    ("ns-west", "Moscow", "Baku", "rail", "", ""),
    ("ns-west", "Moscow", "Tehran", "road", "", ""),
    ("ns-trans-caspian", "Moscow", "Mumbai", "rail;sea", "ru-olya;ir-amirabad;IRBND", "kz-bolashak"),
    ("ns-trans-caspian", "Almaty", "Tehran", "rail;sea", "KZAAU;ir-amirabad", "kz-bolashak"),
    ("trans-siberian", "Vladivostok", "Moscow", "rail", "", ""),
    ("trans-siberian", "Beijing", "Moscow", "rail", "cn-erenhot", ""),
    ("trans-siberian", "Xi'an", "Duisburg", "rail", "ru-zabaikalsk", ""),
    ("trans-siberian", "Busan", "Moscow", "rail;sea", "RUVYP", ""),
    ("trans-siberian", "Novosibirsk", "Moscow", "rail", "", ""),
    ("china-iran", "Xi'an", "Tehran", "rail", "kz-bolashak", ""),
    ("cku", "Xi'an", "Tashkent", "rail;road", "cn-kashgar", ""),
    ("lapis-lazuli", "AFHEA", "Istanbul", "rail;road;sea", "TMKRW;AZALA", ""),
    ("trans-afghan", "Tashkent", "Karachi", "rail;road", "AFKBL", ""),
    ("trans-afghan", "Ashgabat", "Karachi", "rail;road", "af-kandahar", ""),
    ("wewc", "Khorgos Gateway", "Samara", "road", "", ""),
    ("wewc", "Shymkent", "Samara", "road", "", ""),
    ("wewc", "Xi'an", "Duisburg", "road", "", ""),
    ("tashkent-khorgos", "Almaty", "Tashkent", "road", "", ""),
    ("tashkent-khorgos", "Almaty", "Bishkek", "road", "", ""),
    ("tashkent-khorgos", "Urumqi", "Tashkent", "road", "", ""),
    ("almaty-petropavl", "Almaty", "Petropavl", "road", "", ""),
    ("almaty-petropavl", "Almaty", "Astana", "road", "", ""),
    ("astana-chelyabinsk", "Astana", "Chelyabinsk", "road", "", ""),
    ("astana-chelyabinsk", "Astana", "Yekaterinburg", "road", "", ""),
    ("astrakhan-aktau", "Astrakhan", "Aktau", "road", "", ""),
    ("astrakhan-aktau", "Moscow", "Aktau", "road", "", ""),
    ("omsk-maykapshagay", "Omsk", "Maykapshagay", "road", "", ""),
    ("traceca-road", "Tashkent", "Istanbul", "road;sea", "TMKRW", ""),
    ("traceca-road", "Xi'an", "Istanbul", "road;sea", "KZAAU;AZALA", ""),
    ("ocean-cape", "Shanghai", "Rotterdam", "sea", "", ""),
    ("ocean-suez", "Shanghai", "Rotterdam", "sea", "EGSUZ", ""),
    ("ocean-cape", "Mumbai", "Rotterdam", "sea", "", ""),
    ("volga-don", "Astrakhan", "Istanbul", "river;sea", "", ""),
    ("irtysh", "Pavlodar", "Omsk", "river", "", ""),
    ("air", "Shanghai", "Frankfurt Airport", "air", "", ""),
    ("", "Shanghai", "Mumbai", "sea", "", ""),
    ("", "Moscow", "Kazan", "rail", "", ""),
]


@cache
def bundled() -> Dataset:
    """Return the bundled dataset, read once."""
    return load()


@pytest.mark.parametrize(("corridor", "origin", "destination", "modes", "via", "avoid"), RELATIONS)
def test_routes_belong_to_the_corridor_an_expert_names(
    corridor: str, origin: str, destination: str, modes: str, via: str, avoid: str
) -> None:
    """The cheapest route by some modes, through the places that make it this corridor, bears its name."""
    (route,) = find_routes(
        bundled(),
        origin,
        destination,
        k=1,
        avoid_modes={mode for mode in MODES if mode not in split_list(modes)},
        via=split_list(via),
        avoid=set(split_list(avoid)),
    )
    assert route.corridor == corridor


def test_every_corridor_has_a_relation() -> None:
    """No corridor goes untried, and relations without one are tried too."""
    assert {corridor for corridor, *_ in RELATIONS} == {"", *bundled().network.corridors.row_of}


def test_the_eleven_of_kazakhstan_and_the_others_are_there() -> None:
    """Five rail and six road corridors cross Kazakhstan, named as in their lists; none else claims to."""
    table = bundled().network.corridors
    listed: dict[str, dict[str, str]] = {"kz-rail": {}, "kz-road": {}, "": {}}
    for name, given, told in zip(table.row_of, table.text("listed_in"), table.text("listed_as"), strict=True):
        listed[given][name] = told
    assert {key: names for key, names in listed.items() if key} == ELEVEN
    assert set(listed[""]) >= FURTHER
    assert set(listed[""].values()) == {""}
    for column in ("name", "name_ru", "name_kk", "kind", "description", "trace", "source", "confidence"):
        assert all(table.text(column)), column


def test_traces_are_whole_and_corridors_hang_together() -> None:
    """Every corridor is traced over its own links, without a gap, and none falls into parts."""
    data = bundled()
    assert set(traces_of(data.network)) == set(data.network.corridors.row_of)
    assert [finding for finding in network_findings(data) if finding.code in {"W214", "W219"}] == []


def test_the_main_line_keeps_to_the_kind_of_the_corridor() -> None:
    """A main line runs by its kind's modes; rail and road corridors may cross a lake or sea, and no more than that."""
    network = bundled().network
    kinds = dict(zip(network.corridors.row_of, network.corridors.text("kind"), strict=True))
    mode, length_km = network.links.text("mode"), network.links.number("length_km")
    for corridor, branches in traces_of(network).items():
        total_km = main_line_km(network, branches)
        assert total_km
        by_mode = {name: sum(length_km[row] for row in branches[0].links if mode[row] == name) for name in MODES}
        if kinds[corridor] in MODES and corridor not in {"ns-east", "volga-don"}:
            assert by_mode[kinds[corridor]] >= 0.9 * total_km, corridor
        if kinds[corridor] == "rail":
            assert by_mode["road"] == by_mode["air"] == 0.0, corridor


def test_lengths_agree_with_published_ones() -> None:
    """Khorgos - Zhibek Zholy 1,159 km (AH5), Vladivostok - Moscow 9,288, Mumbai - St Petersburg 7,200 by Baku."""
    network = bundled().network
    traces = traces_of(network)
    km = {name: main_line_km(network, branches) for name, branches in traces.items()}
    nodes = traces["trans-siberian"][0].nodes
    beyond_moscow = nodes[nodes.index("RUMOW") :]
    starts, ends = network.links.text("from_node"), network.links.text("to_node")
    links = traces["trans-siberian"][0].links
    at_moscow = next(at for at, row in enumerate(links) if "RUMOW" in (starts[row], ends[row]))
    siberian_km = sum(network.links.number("length_km")[row] for row in links[: at_moscow + 1])
    assert beyond_moscow[0] == "RUMOW"
    assert siberian_km == pytest.approx(9288, rel=0.02)
    assert km["tashkent-khorgos"] == pytest.approx(1159 + 28, rel=0.05)
    assert km["ns-west"] == pytest.approx(7200, rel=0.05)


def corridor_rows(data: Dataset) -> list[str]:
    """Return the rows of the table of corridors as the page writes them, lengths to ten kilometers."""
    network = data.network
    table = network.corridors
    km_of = {name: main_line_km(network, branches) or 0.0 for name, branches in traces_of(network).items()}
    columns = (table.row_of, *map(table.text, ("name", "kind", "listed_as")))
    return [
        f"| `{name}` | {title} | {kind} | {listed or '–'} | {round(km_of[name], -1):,.0f} |"
        for name, title, kind, listed in zip(*columns, strict=True)
    ]


def test_the_page_lists_the_corridors() -> None:
    """The table of docs/data.md is that of the data; the rows that a failure shows are those to write."""
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition("\n## Corridors\n")[2].partition("\n## ")[0]
    written = [line for line in section.splitlines() if line.startswith("| `")]
    assert written == corridor_rows(bundled())


def test_info_tells_kind_main_line_and_links() -> None:
    """`corridor info` shows each corridor's kind, list, main line and links, in all three forms."""
    summary = contents(bundled())
    row = next(row for row in summary["corridors"] if row["id"] == "central")
    assert (row["kind"], row["listed_in"]) == ("rail", "kz-rail")
    assert row["listed_as"] == "Central corridor of the Trans-Asian Railway"
    assert 3800 < row["main_line_km"] < 4200
    assert row["links"] > 50
    table = next(part for part in contents_document(summary) if isinstance(part, Table) and "Corridor" in str(part))
    shown = next(cells for cells in table.rows if cells[0] == "central")
    assert shown[2:4] == ("rail", "kz-rail")
    assert shown[4] == f"{row['main_line_km']:,.0f}"
    line = next(line for line in contents_csv(summary).splitlines() if line.startswith("corridor,central,"))
    assert line == f"corridor,central,{row['links']},{row['length_km']},{row['main_line_km']}"


def test_info_of_a_dataset_without_traces(tiny: Dataset) -> None:
    """A corridor without a trace has no main line, and one that links alone name has no kind."""
    rows = {row["id"]: row for row in contents(tiny)["corridors"]}
    assert rows["titr"]["main_line_km"] is None
    assert rows["titr"]["kind"] == ""
    assert any(part for part in contents_document(contents(tiny)))
