import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import Dataset
from network.selection import CONDITIONS, RefusedChangeError, row_names, rows_where, table_of, with_table


def selected(data, table, **where):
    """Return the ids (or the node and modes) of the selected rows."""
    rows = rows_where(data, table, where).nonzero()[0]
    return [row_names(table_of(data, table), rows[[i]]) for i in range(len(rows))]


@pytest.mark.parametrize(
    ("table", "where", "expected"),
    [
        ("nodes", {"id": "KZALA"}, ["KZALA"]),
        ("nodes", {"id": ["Almaty", "Москва"]}, ["KZALA", "RUMOW"]),
        ("nodes", {"country": "kz"}, ["KZHOR", "KZALA", "KZAAU"]),
        ("nodes", {"kind": "seaport"}, ["KZAAU", "AZBAK"]),
        ("nodes", {"aliases": "西安"}, ["CNSIA"]),
        ("nodes", {"corridor": "wewc", "country": "CN"}, ["CNSIA"]),
        ("links", {"mode": "sea"}, ["sea-aktau-baku"]),
        ("links", {"id": ["SEA-AKTAU-BAKU", "rail-almaty-aktau"]}, ["rail-almaty-aktau", "sea-aktau-baku"]),
        ("links", {"mode": "rail", "country": "PL"}, ["rail-moscow-malaszewicze", "rail-malaszewicze-duisburg"]),
        ("links", {"mode": "road", "country": ["CN", "AZ"]}, ["road-baku-duisburg", "road-xian-almaty"]),
        ("links", {"corridor": "titr", "crossing": False}, ["rail-khorgos-almaty", "rail-almaty-aktau"]),
        ("links", {"corridor": "titr", "mode": "sea", "crossing": True}, ["sea-aktau-baku"]),
        ("links", {"corridors": "titr", "mode": "sea"}, ["sea-aktau-baku"]),
        ("links", {"gauge_mm": 1435}, ["rail-xian-khorgos", "rail-malaszewicze-duisburg"]),
        ("links", {"directed": 1}, ["road-xian-almaty"]),
        ("links", {"directed": True}, ["road-xian-almaty"]),
        ("links", {"from_node": "Aktau"}, ["sea-aktau-baku", "rail-aktau-moscow-new"]),
        ("links", {"capacity_unit": "truck/day", "capacity_scope": "both"}, ["road-almaty-moscow"]),
        ("links", {"capacity": "", "mode": "road"}, ["road-moscow-duisburg", "road-moscow-duisburg-toll"]),
        ("links", {"note": "opens in 2030"}, ["rail-aktau-moscow-new"]),
        ("links", {"from_year": [2024, 2030]}, ["road-moscow-duisburg-toll", "rail-aktau-moscow-new"]),
        ("transfers", {"id": "Aktau"}, ["KZAAU rail1520 sea"]),
        ("transfers", {"node_id": "AZBAK"}, ["AZBAK sea road"]),
        ("transfers", {"mode": "sea"}, ["KZAAU rail1520 sea", "AZBAK sea road"]),
        ("transfers", {"mode": "rail1435"}, ["KZHOR rail1435 rail1520", "PLMAL rail1520 rail1435"]),
        ("transfers", {"country": "RU"}, ["RUMOW rail1520 road"]),
        ("transfers", {"corridor": "titr", "mode": "road"}, ["AZBAK sea road", "KZALA rail1520 road"]),
        ("shared_capacities", {"country": "KZ"}, ["aktau-containers"]),
        ("shared_capacities", {"corridor": "titr"}, ["aktau-containers"]),
        ("demands", {"country": "AZ"}, ["xian-baku", "almaty-baku-grain"]),
        ("demands", {"origin": "Xi'an", "year": 2024}, ["xian-duisburg", "xian-baku"]),
        ("demands", {"year": 2030}, ["xian-duisburg-2030"]),
        ("demands", {"avoid_countries": "RU"}, ["almaty-baku-grain"]),
        ("rates", {"country": "KZ"}, ["rail KZ"]),
        ("rates", {"mode": ["rail"], "country": "*"}, ["rail *"]),
        ("commodities", {"id": "grain"}, ["grain"]),
        ("commodities", {"modes": "sea"}, ["grain"]),
    ],
)
def test_conditions_select(tiny, table, where, expected):
    """Each condition selects the rows that the documentation says, and all given ones must hold."""
    given_as_lists = {key: tuple(value) if isinstance(value, list) else value for key, value in where.items()}
    assert selected(tiny, table, **given_as_lists) == expected


@pytest.mark.parametrize("table", [table for table in CONDITIONS if table != "calibration"])
def test_no_condition_selects_every_row(tiny, table):
    """An empty where means all rows of any table; the tiny dataset has no calibration."""
    assert rows_where(tiny, table, {}).all()


@pytest.mark.parametrize(
    ("table", "where", "column", "code", "words"),
    [
        ("links", {"id": ("sea-aktau-baku", "sea-aktau")}, "id", "E311", 'unknown link "sea-aktau"'),
        ("nodes", {"id": "Aktauu"}, "id", "E311", "did you mean Aktau"),
        ("demands", {"id": "xian"}, "id", "E311", 'unknown demand_id "xian"'),
        ("links", {"mode": "rial"}, "mode", "E311", "did you mean rail?"),
        ("links", {"mode": 5}, "mode", "E311", "expects a text, got 5"),
        ("links", {"country": "UK"}, "country", "E311", "did you mean GB?"),
        ("links", {"corridor": "tirt"}, "corridor", "E311", "did you mean titr?"),
        ("links", {"crossing": "yes"}, "crossing", "E311", "write crossing = true"),
        ("links", {"gauge": 1520}, "gauge", "E311", "did you mean gauge_mm?"),
        ("links", {"qqq": 1}, "qqq", "E311", "give one of id, country, corridor, crossing, mode, link_id"),
        ("links", {"capacity": "10"}, "capacity", "E311", "drop the quotes"),
        ("nodes", {"mode": "rail"}, "mode", "E311", 'nodes cannot be selected by "mode"'),
        ("rates", {"id": "rail"}, "id", "E311", 'rates cannot be selected by "id"'),
        ("transfers", {"crossing": True}, "crossing", "E311", 'transfers cannot be selected by "crossing"'),
        ("links", {"country": "FR"}, "where", "E310", "no row has country = FR"),
        ("links", {"mode": "sea", "country": "CN"}, "where", "E310", "no row fulfills all of where"),
        ("nodes", {"kind": "sea_port"}, "where", "E310", "did you mean seaport"),
        ("links", {"capacity": 11}, "where", "E310", "no row has capacity = 11"),
        ("links", {"origin": "x"}, "origin", "E311", "origin"),
        ("links", {"from_node": "Aktoo"}, "from_node", "E311", "did you mean Aktau"),
    ],
)
def test_what_selects_nothing_is_refused(tiny, table, where, column, code, words):
    """Unknown conditions and values, and conditions that no row fulfills, are told with what was meant."""
    with pytest.raises(RefusedChangeError) as raised:
        rows_where(tiny, table, where)
    (finding,) = raised.value.findings
    assert (finding.column, finding.code) == (column, code)
    assert words in f"{finding.message}; {finding.remedy}"
    assert finding.remedy


def test_an_empty_table_selects_nothing():
    """Without a row there is nothing to change, and the error says so."""
    nodes = pd.DataFrame({"node_id": ["a", "b"], "name": ["A", "B"], "country": "KZ", "lat": [1.0, 2.0], "lon": 1.0})
    links = pd.DataFrame({"link_id": ["l"], "mode": "road", "from_node": "a", "to_node": "b", "length_km": 200.0})
    data = Dataset.from_frames(nodes=nodes, links=links.assign(time_h=4.0, cost_usd_per_teu=9.0))
    with pytest.raises(RefusedChangeError, match="the table transfers is empty"):
        rows_where(data, "transfers", {})


def test_texts_are_compared_with_numbers_by_value(tiny):
    """A further column holds texts; a number selects the cells that mean it."""
    notes = tiny.network.links.text("note").copy()
    notes[:3] = ["7", "7.0", "seven"]
    links = tiny.network.links.with_columns({"note": notes})
    data = with_table(tiny, "links", links)
    assert selected(data, "links", note=7) == ["rail-xian-khorgos", "rail-khorgos-almaty"]
    assert selected(data, "links", note=("seven", 7)) == [*selected(data, "links", note=7), "rail-almaty-aktau"]


conditions = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["rail", "road", "sea", ("rail", "sea")]),
        "country": st.sampled_from(["KZ", "RU", "CN", ("PL", "AZ")]),
        "corridor": st.sampled_from(["northern", "titr", "wewc"]),
        "crossing": st.booleans(),
        "gauge_mm": st.sampled_from([1435, 1520]),
    },
)


@settings(max_examples=60, deadline=None)
@given(where=conditions)
def test_links_agree_with_a_row_by_row_reading(tiny, where):
    """The masks equal a plain loop over rows (second formulation)."""
    nodes, links = tiny.network.nodes, tiny.network.links
    country = dict(zip(nodes.text("node_id"), nodes.text("country"), strict=True))

    def holds(row, key, value):
        values = value if isinstance(value, tuple) else (value,)
        ends = [country[links.text("from_node")[row]], country[links.text("to_node")[row]]]
        return {
            "mode": lambda: links.text("mode")[row] in values,
            "country": lambda: bool(set(ends) & set(values)),
            "corridor": lambda: values[0] in links.text("corridors")[row].split(";"),
            "crossing": lambda: (ends[0] != ends[1]) is values[0],
            "gauge_mm": lambda: links.number("gauge_mm")[row] in values,
        }[key]()

    expected = [all(holds(row, key, value) for key, value in where.items()) for row in range(len(links))]
    if any(expected):
        assert rows_where(tiny, "links", where).tolist() == expected
    else:
        with pytest.raises(RefusedChangeError):
            rows_where(tiny, "links", where)


def test_numbers_select_items_of_lists(tiny):
    """A corridor called 7 is found by the number, as a command line gives it, and alone as within a list."""
    labels = np.array(["", "7", "a;7", "77", *[""] * (len(tiny.network.links) - 4)], dtype=object)
    data = with_table(tiny, "links", tiny.network.links.with_columns({"corridors": labels}))
    assert rows_where(data, "links", {"corridors": 7.0}).nonzero()[0].tolist() == [1, 2]


def test_an_id_typed_as_a_number_keeps_its_digits(tiny):
    """Ids of seven digits and more are found where a reader gives them as floats."""
    ids = np.array([f"{1234567 + row}" for row in range(len(tiny.demands))], dtype=object)
    data = with_table(tiny, "demands", tiny.demands.with_columns({"demand_id": ids}))
    assert rows_where(data, "demands", {"id": 1234569.0}).nonzero()[0].tolist() == [2]
