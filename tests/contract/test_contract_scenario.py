"""Scenarios and project cards, sentence by sentence: every verb, every condition, every refusal."""

from __future__ import annotations

import pytest
from world import BOX, COAL, demand, folder, link, made, nodes, transfer

from network import CorridorError, Scenario, ScenarioError, UnknownIdError, apply, check_dataset, read_dataset
from optimizer import find_routes, plan_flows

YEARLY = {"capacity_unit": "teu/year"}


def world():
    """Rail A–B (KZ to CN, by rate), road B–C (within CN, own values), sea C–D (CN to DE, shared capacity)."""
    return made(
        nodes=nodes(A="KZ", B="CN", C="CN", D="DE"),
        links=[
            link("ab", "AB", "rail1520", time_h=None, cost_usd_per_teu=None, cost_usd_per_t=None, corridors="x;y"),
            link("bc", "BC", capacity=10, fixed_time_h=4, **YEARLY),
            link("cd", "CD", "sea", shared_capacity_id="s", corridors="y", capacity=0.5, capacity_unit="sailing/week"),
        ],
        transfers=[transfer("B", "rail1520", "road"), transfer("C", "road", "sea", capacity=8, **YEARLY)],
        shared_capacities=[{"shared_capacity_id": "s", "node_id": "C", "capacity": 40, **YEARLY}],
        rates=[{"mode": "rail", "country": "*", "cost_usd_per_teu_km": 2, "cost_usd_per_t_km": 0.2, "speed_kmh": 50}],
        commodities=[BOX, COAL],
        demands=[
            demand("d", "AD", 5, 1e4),
            demand("e", "BC", 3, 1e4),
            demand("f", "AB", 7, 1e4, commodity="coal", year=2030),
        ],
    )


def changed(*changes, data=None, **keys):
    """Return the world after a scenario."""
    mapping = {"name": "s", "changes": list(changes), **keys}
    return apply(world() if data is None else data, Scenario.from_mapping(mapping))


def refused(*changes, data=None, **keys) -> str:
    with pytest.raises(ScenarioError) as raised:
        changed(*changes, data=data, **keys)
    return str(raised.value)


def column(data, table: str, name: str) -> list:
    owner = data if table in {"demands", "commodities"} else data.network
    return getattr(owner, table).to_frame()[name].tolist()


def leg(data, at: int = 0, origin: str = "A", destination: str = "B"):
    return find_routes(data, origin, destination)[0].legs[at]


def test_scale_acts_on_the_value_the_model_uses_and_writes_it():
    """100 km × 2 USD × 1.5 = 300; 100 km / 50 km/h × 2 = 4 h; the other family is untouched."""
    data = changed({"table": "links", "where": {"id": "ab"}, "scale": {"cost_usd_per_teu": 1.5, "time_h": 2}})
    assert (leg(data).cost_usd, leg(data).time_h) == (300, 4)
    assert column(data, "links", "cost_usd_per_teu")[0] == 300
    assert find_routes(data, "A", "B", commodity="coal")[0].cost_usd == 20


def test_add_acts_on_the_value_the_model_uses():
    """200 + 25 USD, 2 + 1 h; fixed time and background count as 0 where empty."""
    data = changed(
        {"table": "links", "where": {"id": "ab"}, "add": {"cost_usd_per_teu": 25, "time_h": 1, "fixed_time_h": 6}},
        {"table": "links", "where": {"id": "bc"}, "add": {"background": 3}},
    )
    assert leg(data).cost_usd == 225
    assert (leg(data).moving_h, leg(data).border_h) == (3, 6)
    assert column(data, "links", "background")[1] == 3


def test_scaling_what_counts_as_zero_leaves_zero():
    """Fixed values and background are 0 where empty; doubling them is no error."""
    columns = dict.fromkeys(("fixed_time_h", "fixed_cost_usd_per_teu", "fixed_cost_usd_per_t", "background"), 2)
    data = changed({"table": "links", "where": {"id": "ab"}, "scale": columns})
    assert leg(data).cost_usd == 200


def test_speed_scales_the_rates_speed():
    """50 km/h × 2 = 1 h for 100 km, where no time is given."""
    assert leg(changed({"table": "links", "where": {"id": "ab"}, "scale": {"speed_kmh": 2}})).time_h == 1


def test_set_and_set_to_not_given():
    """A value is written; an empty text empties the cell: unlimited."""
    data = changed({"table": "links", "where": {"id": "bc"}, "set": {"capacity": "", "time_h": 7}})
    assert leg(data, 0, "B", "C").moving_h == 7
    assert plan_flows(data).unmet == ()


def test_changes_are_made_in_order():
    """(10 + 5) × 2 = 30, 10 × 2 + 5 = 25."""
    add, scale = {"add": {"capacity": 5}}, {"scale": {"capacity": 2}}
    at = {"table": "links", "where": {"id": "bc"}}
    assert column(changed(at | add, at | scale), "links", "capacity")[1] == 30
    assert column(changed(at | scale, at | add), "links", "capacity")[1] == 25


def test_close_true_and_a_share_of_the_year():
    """True is 0, to routes too; 0.25 leaves three quarters of the capacity."""
    at = {"table": "links", "where": {"id": "bc"}}
    with pytest.raises(CorridorError, match="no route"):
        find_routes(changed(at | {"close": True}), "B", "C")
    assert column(changed(at | {"close": 0.25}), "links", "capacity")[1] == 7.5
    assert "capacity" in refused({"table": "links", "where": {"id": "ab"}, "close": 0.25})


@pytest.mark.parametrize("table", ["nodes", "transfers", "shared_capacities"])
def test_close_in_other_tables(table):
    """A node, a transfer or a shared capacity closed cuts the way to D."""
    where = {"id": "s"} if table == "shared_capacities" else {"id": "C"}
    with pytest.raises(CorridorError, match="no route"):
        find_routes(changed({"table": table, "where": where, "close": True}), "A", "D")


def test_closed_demand_is_gone():
    """The demand is no more."""
    assert column(changed({"table": "demands", "where": {"id": "e"}, "close": True}), "demands", "demand_id") == [
        "d",
        "f",
    ]


@pytest.mark.parametrize("share", [0, -0.5, 1.5, "yes", False])
def test_shares_out_of_range(share):
    """A share of the year lies above 0 and is at most 1."""
    refused({"table": "links", "where": {"id": "bc"}, "close": share})


def test_rows_are_checked_like_those_of_the_file():
    """A new link is used; a bad or a double one is refused with its place."""
    new = link("ad", "AD", "sea", cost_usd_per_teu=1, time_h=1)
    assert find_routes(changed({"table": "links", "rows": [new]}), "A", "D")[0].cost_usd == 1
    assert "length_km" in refused({"table": "links", "rows": [new | {"length_km": -1}]})
    assert "bc" in refused({"table": "links", "rows": [link("bc", "BC")]})
    assert "Z" in refused({"table": "links", "rows": [new | {"to_node": "Z"}]})
    for table, row in (
        ("nodes", nodes(E="RU")[0]),
        ("demands", demand("g", "AB", 1, 5)),
        ("commodities", COAL | {"commodity_id": "ore"}),
    ):
        key = next(iter(row))
        assert row[key] in column(changed({"table": table, "rows": [row]}), table, key)
    assert (
        len(column(changed({"table": "transfers", "rows": [transfer("D", "sea", "road")]}), "transfers", "node_id"))
        == 3
    )


WHERE = [
    ("links", {"id": ["ab", "cd"]}, [1, 0, 1]),
    ("links", {"id": "ab"}, [1, 0, 0]),
    ("links", {"mode": "rail"}, [1, 0, 0]),
    ("links", {"mode": ["rail", "sea"]}, [1, 0, 1]),
    ("links", {"country": "KZ"}, [1, 0, 0]),
    ("links", {"country": "CN"}, [1, 1, 1]),
    ("links", {"country": ["DE", "KZ"]}, [1, 0, 1]),
    ("links", {"corridor": "x"}, [1, 0, 0]),
    ("links", {"corridor": "y"}, [1, 0, 1]),
    ("links", {"crossing": True}, [1, 0, 1]),
    ("links", {"crossing": False}, [0, 1, 0]),
    ("links", {"crossing": True, "country": "DE"}, [0, 0, 1]),
    ("links", {"from_node": "B"}, [0, 1, 0]),
    ("links", {"capacity_unit": "teu/year"}, [0, 1, 0]),
    ("links", {"length_km": 100, "mode": "road"}, [0, 1, 0]),
    ("links", {"gauge_mm": 1520}, [1, 0, 0]),
    ("links", {"shared_capacity_id": "s"}, [0, 0, 1]),
    ("links", {}, [1, 1, 1]),
    ("transfers", {"id": "B"}, [1, 0]),
    ("transfers", {"node_id": "c"}, [0, 1]),
    ("transfers", {"country": "CN"}, [1, 1]),
    ("transfers", {"mode": "sea"}, [0, 1]),
    ("transfers", {"mode": "rail"}, [1, 0]),
    ("transfers", {"corridor": "x"}, [1, 0]),
    ("transfers", {"from_mode": "rail1520"}, [1, 0]),
    ("demands", {"id": "e"}, [0, 1, 0]),
    ("demands", {"origin": "A"}, [1, 0, 1]),
    ("demands", {"commodity": "coal"}, [0, 0, 1]),
    ("demands", {"country": "DE"}, [1, 0, 0]),
    ("demands", {"year": 2024}, [1, 1, 0]),
    ("demands", {"year": 2030}, [0, 0, 1]),
]


@pytest.mark.parametrize(("table", "where", "chosen"), WHERE)
def test_where(table, where, chosen):
    """All conditions given must hold; lists mean any of; empty means every row; any column may be named."""
    data = changed({"table": table, "where": where, "set": {"note": "hit"}})
    assert [cell == "hit" for cell in column(data, table, "note")] == [bool(one) for one in chosen]


def test_where_of_the_other_tables():
    """Nodes by country, rates by mode and country, commodities by id, shared capacities by id."""
    assert column(changed({"table": "nodes", "where": {"country": "CN"}, "set": {"note": "x"}}), "nodes", "note") == [
        "",
        "x",
        "x",
        "",
    ]
    assert (
        leg(
            changed({"table": "rates", "where": {"mode": "rail", "country": "*"}, "scale": {"cost_usd_per_teu_km": 3}})
        ).cost_usd
        == 600
    )
    assert column(
        changed({"table": "commodities", "where": {"id": "coal"}, "scale": {"units_per_train": 2}}),
        "commodities",
        "units_per_train",
    ) == [50, 8000]
    assert column(
        changed({"table": "shared_capacities", "where": {"id": "s"}, "add": {"capacity": 2}}),
        "shared_capacities",
        "capacity",
    ) == [42]


@pytest.mark.parametrize(
    "change",
    [
        {"table": "links", "where": {"id": "nope"}, "close": True},
        {"table": "links", "where": {"country": "BR"}, "close": True},
        {"table": "links", "where": {"country": "XX"}, "close": True},
        {"table": "links", "where": {"mode": "tram"}, "close": True},
        {"table": "links", "where": {"mode": "air"}, "close": True},
        {"table": "links", "where": {"corridor": "z"}, "close": True},
        {"table": "links", "where": {"colour": "red"}, "close": True},
        {"table": "links", "where": {"id": "ab", "mode": "road"}, "close": True},
        {"table": "links", "where": {"id": "ab"}, "scale": {"capacity": 2}},
        {"table": "links", "where": {"id": "ab"}, "add": {"capacity": 2}},
        {"table": "links", "where": {"id": "bc"}, "scale": {"speed_kmh": 2}},
        {"table": "links", "where": {"id": "bc"}, "set": {"speed_kmh": 2}},
        {"table": "links", "where": {"id": "bc"}, "scale": {"capacity": -1}},
        {"table": "links", "where": {"id": "bc"}, "add": {"capacity": -11}},
        {"table": "links", "where": {"id": "bc"}, "scale": {"capacity": "twice"}},
        {"table": "links", "where": {"id": "bc"}, "scale": {"mode": 2}},
        {"table": "links", "where": {"id": "bc"}, "scale": {"colour": 2}},
        {"table": "links", "where": {"id": "bc"}, "set": {"mode": "tram"}},
        {"table": "links", "where": {"id": "bc"}, "set": {"capacity": "many"}},
        {"table": "links", "where": {"id": "bc"}, "set": {"to_node": "Z"}},
        {"table": "links", "where": {"id": "bc"}, "set": {"link_id": "new"}},
        {"table": "links", "where": {"id": "bc"}},
        {"table": "links", "where": {"id": "bc"}, "double": {"capacity": 2}},
        {"table": "link", "close": True},
        {"close": True},
        {"table": "rates", "where": {"mode": "road"}, "scale": {"speed_kmh": 2}},
        {
            "table": "commodities",
            "where": {"id": "container"},
            "set": {"units_per_truck": ""},
            "scale": {"t_per_unit": -1},
        },
        {"table": "corridors", "set": {"name": "x"}},
    ],
)
def test_what_cannot_be_done_is_an_error(change):
    """Nothing selected, an unknown thing, an empty capacity, an overridden column, a value out of range."""
    assert refused(change)


def test_emptying_a_needed_factor_is_an_error():
    """A scenario that leaves a price, a time or a factor missing is refused."""
    assert "units_per_sailing" in refused(
        {"table": "commodities", "where": {"id": "container"}, "set": {"units_per_sailing": ""}}
    )
    assert "cost_usd_per_teu" in refused({"table": "links", "where": {"id": "bc"}, "set": {"cost_usd_per_teu": ""}})


def test_rates_that_no_link_uses_are_overridden():
    """Where every link has its own price a change of the rate does nothing, and says so."""
    own = made(
        links=[link("ab", "AB")],
        rates=[{"mode": "road", "country": "*", "cost_usd_per_teu_km": 2, "speed_kmh": 60}],
    )
    assert refused({"table": "rates", "scale": {"cost_usd_per_teu_km": 2}}, data=own)


def test_apply_leaves_the_input_alone():
    """The data given is what it was."""
    data = world()
    changed({"table": "links", "where": {"id": "bc"}, "close": True}, data=data)
    assert column(data, "links", "capacity")[1] == 10


CARDS = """
[[projects]]
id = "hub"
name = "Hub"
status = "planned"
year = 2020
cost_usd_m = 12
source = "made"
confidence = "D"
claims = ["c1"]
[[projects.changes]]
table = "links"
where = { id = "ab" }
set = { capacity = 50 }

[[projects]]
id = "crane"
name = "Crane"
requires = ["hub"]
[[projects.changes]]
table = "links"
where = { id = "ab" }
scale = { capacity = 2 }

[[projects]]
id = "rival"
name = "Rival"
excludes = ["hub"]
[[projects.changes]]
table = "links"
where = { id = "ab" }
set = { capacity = 1 }
"""


@pytest.fixture
def with_cards(tmp_path):
    rows = [link("ab", "AB", capacity=10, **YEARLY)]
    return read_dataset(folder(tmp_path / "d", {"projects.toml": CARDS}, links=rows))


def capacity_with(data, **keys) -> float:
    return column(apply(data, Scenario.from_mapping({"name": "s", **keys})), "links", "capacity")[0]


def test_cards_never_switch_on_by_date(with_cards):
    """The hub of 2020 is not there in 2024 unless asked for."""
    assert column(with_cards, "links", "capacity") == [10]
    data = apply(
        with_cards,
        Scenario.from_mapping({"name": "s", "year": 2030, "changes": [{"table": "links", "add": {"background": 1}}]}),
    )
    assert column(data, "links", "capacity") == [10]


def test_cards_come_before_the_changes_in_their_order(with_cards):
    """50, then times 2, then plus 1."""
    change = {"table": "links", "add": {"capacity": 1}}
    assert capacity_with(with_cards, projects=["hub"]) == 50
    assert capacity_with(with_cards, projects=["hub", "crane"], changes=[change]) == 101
    assert capacity_with(with_cards, projects=["crane", "hub"]) == 50


def test_requires_and_excludes(with_cards):
    """The crane needs the hub; the rival shuns it; an unknown card is an error."""
    for projects in (["crane"], ["hub", "rival"], ["rival", "hub"], ["hubb"]):
        with pytest.raises(ScenarioError):
            capacity_with(with_cards, projects=projects)
    assert capacity_with(with_cards, projects=["rival"]) == 1
    card = with_cards.projects[0]
    assert (card.id, card.cost_usd_m, card.claims, card.year) == ("hub", 12, ("c1",), 2020)


SCENARIO = """
name = "Aktau hub 240k"
year = 2030
projects = ["hub"]
[[changes]]
table = "links"
where = { id = ["ab"], mode = "road", country = "KZ", crossing = false }
scale = { capacity = 2.0, fixed_time_h = 0.7 }
"""


def test_a_scenario_file(with_cards, tmp_path):
    """As printed in the contract."""
    (tmp_path / "s.toml").write_text(SCENARIO)
    scenario = Scenario.from_toml(tmp_path / "s.toml")
    assert (scenario.name, scenario.year) == ("Aktau hub 240k", 2030)
    assert column(apply(with_cards, scenario), "links", "capacity") == [100]
    with pytest.raises(UnknownIdError):
        Scenario.from_toml(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        "nam = 'x'",
        'name = "x"\nchanges = 3',
        'name = "x"\n[[changes]]\ntabel = "links"',
        "name = 3",
        'name = "x"\nyear = "soon"',
        'name = "x"\nprojects = [1]',
        'name = "x"\n[[changes]]\ntable = "links"\nscale = 2',
        "\x00",
        "",
    ],
)
def test_broken_scenario_files(tmp_path, text):
    """Syntax, keys and types are told, in the file and by the check of a dataset that holds it."""
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(ScenarioError):
        Scenario.from_toml(tmp_path / "s.toml")
    findings = check_dataset(folder(tmp_path / "d", {"scenarios/s.toml": text}))
    assert any(finding.file == "scenarios/s.toml" and finding.severity == "error" for finding in findings)
