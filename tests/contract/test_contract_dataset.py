"""The dataset folder and the values the model takes from it, sentence by sentence, numbers by hand."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from world import BOX, COAL, demand, folder, link, made, nodes, transfer

from network import CorridorError, Dataset, DatasetError, UnknownIdError, check_dataset, read_dataset
from optimizer import Weights, find_routes, plan_flows

CHEAPEST = Weights(time_per_h=0)


def one(data, origin="A", destination="B", **options):
    """Return the best route."""
    return find_routes(data, origin, destination, **options)[0]


def codes(raised) -> set[str]:
    return {finding.code for finding in raised.value.findings}


RATES = [
    {"mode": "road", "country": "*", "cost_usd_per_teu_km": 2, "speed_kmh": 50, "co2_wtw_g_per_tkm": 80},
    {"mode": "road", "country": "KZ", "cost_usd_per_teu_km": 1, "cost_usd_per_t_km": 0.1, "co2_ttw_g_per_tkm": 999},
]
BARE = {"time_h": None, "cost_usd_per_teu": None, "cost_usd_per_t": None}


def test_rate_is_that_of_the_from_country_both_directions_alike():
    """100 km at KZ's 1 USD/km and, KZ giving no speed, at the speed and CO2 of ``*``: 100 USD, 2 h, 96 kg."""
    data = made(nodes=nodes(A="KZ", B="CN"), links=[link("ab", "AB", **BARE)], rates=RATES)
    for ends in ("AB", "BA"):
        route = one(data, *ends)
        assert (route.cost_usd, route.time_h) == (100, 2)
        assert route.co2_kg == pytest.approx(100 * 12 * 80 / 1000)


def test_country_without_a_row_takes_the_star():
    """From CN the price is that of ``*``: 200 USD."""
    data = made(nodes=nodes(A="KZ", B="CN"), links=[link("ba", "BA", **BARE)], rates=RATES)
    assert (one(data).cost_usd, one(data).time_h) == (200, 2)


def test_own_price_and_time_win_over_rates_and_fixed_cost_is_always_added():
    """70 own instead of 100 by rate; 7 fixed on top of either."""
    columns = {**BARE, "fixed_cost_usd_per_teu": 7}
    by_rate = made(links=[link("ab", "AB", **columns)], rates=RATES)
    own = made(links=[link("ab", "AB", **columns | {"cost_usd_per_teu": 70, "speed_kmh": 25})], rates=RATES)
    assert one(by_rate).cost_usd == 107
    assert (one(own).cost_usd, one(own).time_h) == (77, 4)


def test_a_commodity_pays_its_own_family_only():
    """Containers pay per TEU, coal per t: the other family never counts."""
    columns = {"fixed_cost_usd_per_teu": 5, "fixed_cost_usd_per_t": 0.5}
    links = [link("ab", "AB", "rail1520", **columns), link("bc", "BC", **columns)]
    data = made(links=links, transfers=[transfer("B", "rail1520", "road")], commodities=[BOX, COAL])
    assert one(data, "A", "C").cost_usd == 105 + 30 + 105
    assert one(data, "A", "C", commodity="coal", quantity=2).cost_usd == 2 * (10.5 + 3 + 10.5)


@pytest.mark.parametrize(
    ("columns", "column"),
    [({"cost_usd_per_teu": None}, "cost_usd_per_teu"), ({"time_h": None}, "time_h")],
)
def test_neither_own_value_nor_rate_is_an_error(columns, column):
    """The finding names the column."""
    with pytest.raises(DatasetError) as raised:
        made(links=[link("ab", "AB", **columns)])
    assert column in {finding.column for finding in raised.value.findings}
    assert raised.value.findings[0].file == "links.csv"


def test_price_of_the_other_family_is_not_asked_for():
    """Without a commodity in t a missing price per t is nothing; with one it is an error; unless its modes differ."""
    rows = [link("ab", "AB", cost_usd_per_t=None)]
    made(links=rows)
    made(links=rows, commodities=[BOX, COAL | {"modes": "rail"}])
    with pytest.raises(DatasetError):
        made(links=rows, commodities=[BOX, COAL])


def test_time_is_moving_half_a_headway_and_the_border():
    """10 h moving, 84/3.5 = 24 h waiting for one of 3.5 departures a week, 6 h at the border, once."""
    rows = [link("ab", "AB", frequency_per_week=3.5, fixed_time_h=6)]
    leg = one(made(nodes=nodes(A="KZ", B="CN"), links=rows)).legs[0]
    assert (leg.moving_h, leg.waiting_h, leg.border_h, leg.time_h) == (10, 24, 6, 40)
    inland = one(made(links=rows)).legs[0]
    assert (inland.moving_h, inland.waiting_h, inland.border_h, inland.time_h) == (10, 30, 0, 40)


def test_co2_is_length_times_tonnes_times_rate_plus_transfers():
    """100 km × 12 t × 20 g = 24 kg, 12 t × 0.5 kg at the transfer, 100 × 12 × 80 g = 96 kg; for 3 TEU."""
    data = made(
        links=[link("ab", "AB", "rail1520"), link("bc", "BC")],
        transfers=[transfer("B", "rail1520", "road", co2_kg_per_t=0.5)],
        rates=[*RATES, {"mode": "rail", "country": "*", "co2_wtw_g_per_tkm": 20}],
    )
    assert one(data, "A", "C", quantity=3).co2_kg == pytest.approx(3 * (24 + 6 + 96))


def test_no_co2_rate_is_zero_with_a_warning(tmp_path):
    """The route counts 0, the check says so, and it is no error."""
    where = folder(tmp_path / "d")
    assert one(read_dataset(where)).co2_kg == 0
    findings = check_dataset(where)
    assert any("co2" in f"{finding.column} {finding.message}".lower() for finding in findings)
    assert {finding.severity for finding in findings} == {"warning"}


def carried(capacity: float, unit: str, **columns) -> float:
    """Return what flows over one link of a capacity when more is wanted."""
    row = link("ab", "AB", "rail1520", capacity=capacity, capacity_unit=unit, **columns)
    data = made(links=[row], demands=[demand("d", "AB", 1e6, 1e4)], commodities=[BOX])
    return sum(flow.volume for flow in plan_flows(data).link_flows)


@pytest.mark.parametrize(
    ("capacity", "unit", "columns", "expected"),
    [
        (2, "teu/day", {}, 730),
        (7, "teu/week", {}, 365),
        (5, "teu/month", {}, 60),
        (5, "teu/year", {}, 5),
        (24, "t/year", {}, 2),
        (2, "train/day", {}, 2 * 365 * 50),
        (2, "truck/week", {}, 2 * 365 / 7 * 2),
        (1, "flight/month", {}, 12 * 8),
        (1, "sailing/year", {}, 200),
        (3, "teu/day", {"background": 1}, 730),
        (12, "teu/year", {"background": 12}, 0),
        (12, "teu/year", {"background": 20}, 0),
        (12, "teu/year", {"open_months": "4-11"}, 8),
        (12, "teu/year", {"background": 6, "open_months": "4-11"}, 4),
        (12, "teu/year", {"open_months": "11-3"}, 5),
        (12, "teu/year", {"open_months": "7-7"}, 1),
    ],
)
def test_capacity_per_year(capacity, unit, columns, expected):
    """day × 365, week × 365/7, month × 12; capacity and background × open months / 12; free is never below 0."""
    assert carried(capacity, unit, **columns) == pytest.approx(expected)


def test_shared_capacity_is_not_scaled_by_months():
    """12 a year stay 12 although the link is open for four months."""
    data = made(
        links=[link("ab", "AB", shared_capacity_id="s", open_months="1-4")],
        shared_capacities=[{"shared_capacity_id": "s", "capacity": 15, "capacity_unit": "teu/year", "background": 3}],
        demands=[demand("d", "AB", 100, 1e4)],
    )
    assert sum(flow.volume for flow in plan_flows(data).link_flows) == pytest.approx(12)


def test_scope_each_and_both_and_shared():
    """``each``: 10 per direction. ``both``: 10 together. Shared: both directions of all that name it."""
    demands = [demand("there", "AB", 100, 1e4), demand("back", "BA", 100, 1e4)]

    def total(**columns):
        shared = [{"shared_capacity_id": "s", "capacity": 7, "capacity_unit": "teu/year"}]
        data = made(links=[link("ab", "AB", **columns)], demands=demands, shared_capacities=shared)
        return sum(flow.volume for flow in plan_flows(data).link_flows)

    own = {"capacity": 10, "capacity_unit": "teu/year"}
    assert total(**own) == pytest.approx(20)
    assert total(**own, capacity_scope="each") == pytest.approx(20)
    assert total(**own, capacity_scope="both") == pytest.approx(10)
    assert total(shared_capacity_id="s") == pytest.approx(7)


@pytest.mark.parametrize("where", ["own", "shared", "transfer", "shared transfer"])
def test_zero_is_closed_to_routes_too(where):
    """With a capacity of 0 the only way is gone; with background above it the way is open to routes."""
    shared = {"shared_capacity_id": "s", "capacity": 5, "capacity_unit": "teu/year", "background": 9}
    columns = {"capacity": 5, "capacity_unit": "teu/year", "background": 9}

    def world(capacity):
        own = columns | {"capacity": capacity}
        return made(
            links=[
                link("ab", "AB", "rail1520", **(own if where == "own" else {})),
                link("bc", "BC", **({"shared_capacity_id": "s"} if where == "shared" else {})),
            ],
            transfers=[
                transfer(
                    "B",
                    "rail1520",
                    "road",
                    **(own if where == "transfer" else {}),
                    **({"shared_capacity_id": "s"} if where == "shared transfer" else {}),
                )
            ],
            shared_capacities=[shared | ({"capacity": capacity} if "shared" in where else {})],
        )

    assert one(world(5), "A", "C").cost_usd == 230
    with pytest.raises(CorridorError, match="no route"):
        find_routes(world(0), "A", "C")


@pytest.mark.parametrize("unit", ["train", "truck", "flight", "sailing", "teu"])
def test_missing_factor_is_an_error_and_zero_is_meant(unit):
    """Coal without the factor is refused, with 0 it takes nothing, and where it may not go nobody asks."""
    column = "teu_per_unit" if unit == "teu" else f"units_per_{unit}"
    row = link("ab", "AB", capacity=1, capacity_unit=f"{unit}/year")
    many = [demand("d", "AB", 1000, 1e4, commodity="coal")]
    with pytest.raises(DatasetError) as raised:
        made(links=[row], commodities=[COAL | {column: None}])
    assert column in {finding.column for finding in raised.value.findings}
    free = made(links=[row], commodities=[COAL | {column: 0}], demands=many)
    assert sum(flow.volume for flow in plan_flows(free).link_flows) == 1000
    made(links=[row], commodities=[COAL | {column: None, "modes": "rail"}])


def test_missing_factor_of_a_shared_capacity_is_an_error():
    """A limit counted in trains over a road needs the factor too."""
    shared = [{"shared_capacity_id": "s", "capacity": 7, "capacity_unit": "train/day"}]
    with pytest.raises(DatasetError):
        made(
            links=[link("ab", "AB", shared_capacity_id="s")],
            shared_capacities=shared,
            commodities=[BOX | {"units_per_train": None}],
        )


def test_commodity_in_teu_takes_one_teu_without_saying_so():
    """No teu_per_unit is needed for a commodity counted in TEU."""
    row = link("ab", "AB", capacity=5, capacity_unit="teu/year")
    data = made(links=[row], commodities=[BOX | {"teu_per_unit": None}], demands=[demand("d", "AB", 9, 1e4)])
    assert plan_flows(data).unmet[0].volume == pytest.approx(4)


def test_years_are_inclusive_for_links_and_transfers():
    """A link of 2025 to 2027 is there in both of these years and in none around them."""
    years = {"from_year": 2025, "to_year": 2027}
    data = made(links=[link("ab", "AB", **years)])
    chain = made(links=[link("ab", "AB"), link("bc", "BC", "sea")], transfers=[transfer("B", "road", "sea", **years)])
    for year in (2025, 2026, 2027):
        assert one(data, year=year).time_h == 10
        assert one(chain, "A", "C", year=year).time_h == 25
    for year in (None, 2024, 2028):
        for world, ends in ((data, "AB"), (chain, "AC")):
            with pytest.raises(CorridorError, match="no route"):
                find_routes(world, *ends, year=year)


def test_demands_of_the_year_and_of_the_base_year():
    """Empty years belong to the base year; a year without demand is an error that lists the years."""
    rows = [demand("now", "AB", 1), demand("named", "AB", 2, year=2024), demand("later", "AB", 4, year=2030)]
    data = made(links=[link("ab", "AB")], demands=rows)
    assert plan_flows(data).link_flows.to_frame()["volume"].sum() == 3
    assert plan_flows(data, year=2030).link_flows.to_frame()["volume"].sum() == 4
    with pytest.raises(DatasetError, match=r"2024.*2030"):
        plan_flows(data, year=2027)
    with pytest.raises(DatasetError):
        plan_flows(made(links=[link("ab", "AB")]))


BROKEN: list[tuple[str, dict]] = [
    ("nodes.csv:2: country", {"nodes": [*nodes(A="XX", B="KZ")]}),
    ("nodes.csv:2: lat", {"nodes": [nodes(A="KZ")[0] | {"lat": 91}, *nodes(B="KZ")]}),
    ("nodes.csv:3: node_id", {"nodes": [*nodes(A="KZ"), *nodes(A="KZ"), *nodes(B="KZ")]}),
    ("nodes.csv:2: kind", {"nodes": [nodes(A="KZ")[0] | {"kind": "harbour"}, *nodes(B="KZ")]}),
    ("links.csv:2: mode", {"links": [link("ab", "AB", "tram")]}),
    ("links.csv:2: mode", {"links": [link("ab", "AB", mode="rail1520")]}),
    ("links.csv:2: to_node", {"links": [link("ab", "AB", to_node="Z")]}),
    ("links.csv:2: to_node", {"links": [link("aa", "AA"), link("ab", "AB")]}),
    ("links.csv:2: directed", {"links": [link("ab", "AB", directed=2)]}),
    ("links.csv:2: length_km", {"links": [link("ab", "AB", length_km=-1)]}),
    ("links.csv:2: length_km", {"links": [link("ab", "AB", length_km="long")]}),
    ("links.csv:2: length_km", {"links": [link("ab", "AB", length_km=None)]}),
    ("links.csv:2: length_km", {"links": [link("ab", "AB", length_km="inf")]}),
    ("links.csv:2: gauge_mm", {"links": [link("ab", "AB") | {"mode": "rail", "gauge_mm": None}]}),
    ("links.csv:2: speed_kmh", {"links": [link("ab", "AB", time_h=None, speed_kmh=0)]}),
    ("links.csv:2: frequency_per_week", {"links": [link("ab", "AB", frequency_per_week=0)]}),
    ("links.csv:2: capacity", {"links": [link("ab", "AB", capacity=-5, capacity_unit="teu/day")]}),
    ("links.csv:2: capacity_unit", {"links": [link("ab", "AB", capacity=5, capacity_unit="box/day")]}),
    ("links.csv:2: capacity_unit", {"links": [link("ab", "AB", capacity=5)]}),
    ("links.csv:2: capacity_scope", {"links": [link("ab", "AB", capacity_scope="all")]}),
    ("links.csv:2: background", {"links": [link("ab", "AB", background=-1)]}),
    ("links.csv:2: shared_capacity_id", {"links": [link("ab", "AB", shared_capacity_id="nope")]}),
    ("links.csv:2: open_months", {"links": [link("ab", "AB", open_months="0-13")]}),
    ("links.csv:2: to_year", {"links": [link("ab", "AB", from_year=2030, to_year=2020)]}),
    ("links.csv:2: from_year", {"links": [link("ab", "AB", from_year="soon")]}),
    ("links.csv:3: link_id", {"links": [link("ab", "AB"), link("ab", "AB")]}),
    ("transfers.csv:2: node_id", {"transfers": [transfer("Z", "road", "sea")]}),
    ("transfers.csv:2: from_mode", {"transfers": [transfer("A", "rail", "sea")]}),
    ("transfers.csv:2: to_mode", {"transfers": [transfer("A", "sea", "boat")]}),
    ("transfers.csv:2: time_h", {"transfers": [transfer("A", "road", "sea", time_h=None)]}),
    ("transfers.csv:2: cost_usd_per_teu", {"transfers": [transfer("A", "road", "sea", cost_usd_per_teu=None)]}),
    ("commodities.csv:2: unit", {"commodities": [BOX | {"unit": "kg"}]}),
    ("commodities.csv:2: t_per_unit", {"commodities": [BOX | {"t_per_unit": None}]}),
    ("commodities.csv:2: modes", {"commodities": [BOX | {"modes": "road;space"}]}),
    ("demands.csv:2: origin", {"demands": [demand("d", "ZB", 1)]}),
    ("demands.csv:2: commodity", {"demands": [demand("d", "AB", 1, commodity="gold")]}),
    ("demands.csv:2: volume", {"demands": [demand("d", "AB", -1)]}),
    ("demands.csv:2: volume", {"demands": [demand("d", "AB", None)]}),
    ("demands.csv:2: avoid_countries", {"demands": [demand("d", "AB", 1, avoid_countries="KZ;UK")]}),
    ("demands.csv:2: avoid_modes", {"demands": [demand("d", "AB", 1, avoid_modes="train")]}),
    ("demands.csv:3: demand_id", {"demands": [demand("d", "AB", 1), demand("d", "AB", 1)]}),
    ("rates.csv:2: mode", {"rates": [{"mode": "sky", "country": "*"}]}),
    ("rates.csv:2: country", {"rates": [{"mode": "road", "country": "Kazakhstan"}]}),
    ("rates.csv:3: country", {"rates": [{"mode": "road", "country": "*"}, {"mode": "road", "country": "*"}]}),
    ("shared_capacities.csv:2: capacity_unit", {"shared_capacities": [{"shared_capacity_id": "s", "capacity": 1}]}),
]
BROKEN = [(place, tables) for place, tables in BROKEN if place != "links.csv:2: mode" or "tram" in str(tables)]


@pytest.mark.parametrize(("place", "tables"), BROKEN)
def test_every_broken_cell_is_told_by_file_line_column_code_and_remedy(tmp_path, place, tables):
    """``FILE:LINE: COLUMN: [CODE] message; remedy``, from a folder and from frames alike."""
    links = {"links": [link("ab", "AB")]} | tables
    given = {"nodes": nodes(A="KZ", B="KZ")} | links
    lines = [str(finding) for finding in check_dataset(folder(tmp_path / "d", **given)) if finding.severity == "error"]
    assert any(re.fullmatch(rf"{re.escape(place)}: \[\w+\] .+; .+", line) for line in lines), lines
    with pytest.raises(DatasetError) as raised:
        made(**given)
    assert any(str(finding).startswith(f"{place}: [") for finding in raised.value.findings)


def test_all_problems_come_at_once(tmp_path):
    """Five mistakes in four files are five findings."""
    where = folder(
        tmp_path / "d",
        nodes=[nodes(A="KZ")[0] | {"lat": 95}, *nodes(B="KZ")],
        links=[link("ab", "AB", length_km=-1, directed=7)],
        demands=[demand("d", "AZ", 1)],
        rates=[{"mode": "road", "country": "?"}],
    )
    with pytest.raises(DatasetError) as raised:
        read_dataset(where)
    assert len(raised.value.findings) >= 5
    assert {finding.file for finding in raised.value.findings} >= {"nodes.csv", "links.csv", "demands.csv", "rates.csv"}


def test_warnings_are_no_errors(tmp_path):
    """An unreachable demand, a link shorter than its great circle, an unknown column, months without a capacity."""
    far = [nodes(A="KZ")[0], nodes(B="KZ")[0] | {"lat": 10, "lon": 10}, nodes(C="KZ")[0], nodes(D="KZ")[0]]
    where = folder(
        tmp_path / "d",
        nodes=far,
        links=[link("ab", "AB", open_months="4-11", colour="red"), link("cd", "CD")],
        demands=[demand("d", "AC", 1, 5)],
    )
    findings = check_dataset(where)
    assert findings
    assert {finding.severity for finding in findings} == {"warning"}
    text = "\n".join(map(str, findings))
    assert "great circle" in text
    assert "colour" in text
    assert read_dataset(where).demands.row_of == {"d": 0}


@pytest.mark.parametrize("name", ["dataset.toml", "nodes.csv", "links.csv"])
def test_required_files(tmp_path, name):
    """Each of the three is required; the others are not."""
    where = folder(tmp_path / "d")
    (where / name).unlink()
    with pytest.raises(DatasetError, match=re.escape(name)):
        read_dataset(where)


def test_missing_folder_is_an_unknown_name(tmp_path):
    """No folder, no data: the path is told."""
    with pytest.raises(UnknownIdError, match="nowhere"):
        read_dataset(tmp_path / "nowhere")


def test_minimal_frames():
    """Six columns of nodes, a few of links and nothing else: routes and plans work with the default container."""
    frames = {
        "nodes": pd.DataFrame(nodes(A="KZ", B="CN"))[["node_id", "name", "country", "lat", "lon", "kind"]],
        "links": pd.DataFrame([link("ab", "AB", "rail1520")]).drop(columns=["cost_usd_per_t"]),
        "demands": pd.DataFrame(
            [{"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 5}]
        ),
    }
    data = Dataset.from_frames(**frames)
    assert one(data).cost_usd == 100
    assert plan_flows(data).cost_usd == 500


@pytest.mark.parametrize("empty", [None, float("nan"), "", pd.NA, np.nan, pd.NaT])
def test_every_kind_of_empty_cell_in_frames(empty):
    """None, NaN, an empty text, NA and NaT all mean not given."""
    row = link("ab", "AB", "rail1520", capacity=empty, directed=empty, from_year=empty, open_months=empty)
    links = pd.DataFrame([row], dtype=object)
    data = Dataset.from_frames(nodes=pd.DataFrame(nodes(A="KZ", B="KZ")), links=links, base_year=2024)
    assert one(data, "B", "A").cost_usd == 100


@pytest.mark.parametrize("kind", [str, object, "float64", "int64", "Int64", "string", "float32"])
def test_every_dtype_of_numbers_in_frames(kind):
    """Integers, floats, texts and pandas' own types read alike."""
    row = link("ab", "AB", "rail1520", capacity=3, capacity_unit="teu/day", directed=1, from_year=2020)
    links = pd.DataFrame([row])
    numbers = ["gauge_mm", "capacity", "directed", "from_year", "length_km", "time_h", "cost_usd_per_teu"]
    links = links.astype(dict.fromkeys(numbers, kind))
    data = Dataset.from_frames(nodes=pd.DataFrame(nodes(A="KZ", B="KZ")), links=links, base_year=2024)
    route = one(data)
    assert (route.cost_usd, route.time_h) == (100, 10)
    with pytest.raises(CorridorError):
        find_routes(data, "B", "A")


def test_frames_may_have_any_index_and_extra_columns():
    """The index of a frame means nothing; a column nobody knows is kept and no error."""
    links = pd.DataFrame([link("ab", "AB", mine="x"), link("ba", "BA", mine="y")], index=[7, 7])
    data = Dataset.from_frames(nodes=pd.DataFrame(nodes(A="KZ", B="KZ"), index=["x", "y"]), links=links)
    assert list(data.network.links.to_frame()["mine"]) == ["x", "y"]


def test_a_column_given_twice_in_a_frame_is_told():
    """Two columns of one name are an error with the name, as in a file."""
    links = pd.DataFrame([link("ab", "AB")])
    links = pd.concat([links, links[["time_h"]]], axis=1)
    with pytest.raises(DatasetError, match="time_h"):
        Dataset.from_frames(nodes=pd.DataFrame(nodes(A="KZ", B="KZ")), links=links)


def test_row_order_changes_nothing():
    """Shuffled tables give the same route and the same cost of the plan."""
    links = [
        link("ab", "AB", capacity=5, capacity_unit="teu/year"),
        link("ab2", "AB", cost_usd_per_teu=150),
        link("bc", "BC"),
    ]
    demands = [demand("d", "AC", 9, 1e4), demand("e", "BC", 2, 1e4)]
    there = made(links=links, demands=demands)
    back = made(links=links[::-1], demands=demands[::-1], nodes=nodes(C="KZ", B="KZ", A="KZ"))
    assert one(there, "A", "C").to_mapping() == one(back, "A", "C").to_mapping()
    assert plan_flows(there).cost_usd == pytest.approx(5 * 200 + 4 * 250 + 2 * 100)
    assert plan_flows(back).cost_usd == pytest.approx(plan_flows(there).cost_usd)


NAMED = [
    nodes(A="CN")[0]
    | {"node_id": "CNXIA", "name": "Xi’an", "unlocode": "CNSIA", "aliases": "Sian;西安", "name_ru": "Сиань"},
    nodes(B="DE")[0] | {"node_id": "DUI", "name": "Düsseldorf-Süd", "aliases": "Rhein-Port; Łódź"},
    nodes(C="KZ")[0] | {"node_id": "p1", "name": "Port", "aliases": "Twin"},
    nodes(D="KZ")[0] | {"node_id": "p2", "name": "Quay", "aliases": "Twin"},
]
WAYS = [
    link(f"{tail}-{head}", "XY", from_node=tail, to_node=head)
    for tail, head in (("CNXIA", "DUI"), ("CNXIA", "p1"), ("CNXIA", "p2"))
]


@pytest.mark.parametrize(
    ("name", "node_id"),
    [
        ("CNXIA", "CNXIA"),
        ("cnxia", "CNXIA"),
        ("Xi'an", "CNXIA"),
        ("xian", "CNXIA"),
        ("XI’AN", "CNXIA"),
        ("CNSIA", "CNXIA"),
        ("cnsia", "CNXIA"),
        ("sian", "CNXIA"),
        ("西安", "CNXIA"),
        ("СИАНЬ", "CNXIA"),
        ("dusseldorf-sud", "DUI"),
        ("DÜSSELDORF-SÜD", "DUI"),
        ("lodz", "DUI"),
        ("rhein-port", "DUI"),
    ],
)
def test_names_resolve_by_id_name_alias_and_unlocode(name, node_id):
    """Case- and accent-blind, in any script."""
    data = made(nodes=NAMED, links=WAYS)
    assert find_routes(data, name, "p1" if node_id == "CNXIA" else "CNXIA")[0].origin == node_id


def test_unknown_and_ambiguous_names_raise_with_close_matches():
    """A name near one is answered with it; a name of two with both ids."""
    data = made(nodes=NAMED, links=WAYS)
    with pytest.raises(UnknownIdError) as raised:
        find_routes(data, "Xi'ann", "p1")
    assert "Xi’an" in raised.value.matches
    with pytest.raises(UnknownIdError, match=r"p1.*p2"):
        find_routes(data, "CNXIA", "twin")
