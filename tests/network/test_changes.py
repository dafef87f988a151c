import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import ScenarioError
from network.changes import OPERATIONS, TABLES, Change

columns = st.sampled_from(["capacity", "fixed_time_h", "mode", "note"])
scalars = st.one_of(st.text(max_size=8), st.integers(-999, 999), st.floats(-1e6, 1e6), st.booleans())
values = st.one_of(scalars, st.lists(scalars, min_size=1, max_size=3))
numbers = st.floats(-1e6, 1e6)
changes = st.one_of(
    st.fixed_dictionaries(
        {"table": st.sampled_from(TABLES), "set": st.dictionaries(columns, values, min_size=1)},
        optional={"where": st.dictionaries(st.sampled_from(["id", "country", "mode"]), values)},
    ),
    st.fixed_dictionaries({"table": st.sampled_from(TABLES), "scale": st.dictionaries(columns, numbers, min_size=1)}),
    st.fixed_dictionaries({"table": st.sampled_from(TABLES), "add": st.dictionaries(columns, numbers, min_size=1)}),
    st.fixed_dictionaries({"table": st.sampled_from(TABLES), "close": st.one_of(st.just(True), st.floats(0.01, 1.0))}),
    st.fixed_dictionaries(
        {
            "table": st.sampled_from(TABLES),
            "rows": st.lists(st.dictionaries(columns, scalars, min_size=1), min_size=1, max_size=2),
        }
    ),
)


def mapping_of(**keys):
    """Return the mapping of a change to links."""
    return {"table": "links", **keys}


@settings(max_examples=80, deadline=None)
@given(changes)
def test_mappings_rebuild_the_change(mapping):
    """from_mapping(to_mapping) is the change itself, for every operation and kind of value."""
    change = Change.from_mapping(mapping)
    assert Change.from_mapping(change.to_mapping()) == change


def test_close_true_is_the_whole_year():
    """true, 1 and 1.0 mean the same, and are written back as true."""
    shares = [Change.from_mapping(mapping_of(close=value)) for value in (True, 1, 1.0)]
    assert shares[0] == shares[1] == shares[2]
    assert shares[0].to_mapping()["close"] is True
    assert Change.from_mapping(mapping_of(close=0.25)).close == 0.25


@pytest.mark.parametrize(
    ("mapping", "column", "code", "words"),
    [
        ({}, "table", "E303", "names no table; give one of nodes, links"),
        ({"table": "link", "close": True}, "table", "E302", 'unknown table "link"; did you mean links?'),
        (mapping_of(close=True, where_if={}), "where_if", "E302", 'unknown key "where_if"; did you mean where?'),
        (mapping_of(zzz=1, close=True), "zzz", "E302", "the keys are table, where, set"),
        (mapping_of(), "", "E304", "does nothing; give one of set, scale, add, close, rows"),
        (mapping_of(set={}), "", "E304", "does nothing"),
        (mapping_of(set=5), "set", "E303", "expects an inline table, got 5"),
        (mapping_of(where=["x"], close=True), "where", "E303", "expects an inline table"),
        (mapping_of(where={"id": []}, close=True), "id", "E303", "expects a text, a number or a list"),
        (mapping_of(where={"id": {"a": 1}}, close=True), "id", "E303", "expects a text, a number or a list"),
        (mapping_of(scale={"capacity": "2"}), "capacity", "E303", "expects a number, got '2'"),
        (mapping_of(scale={"capacity": True}), "capacity", "E303", "expects a number, got True"),
        (mapping_of(scale={"capacity": float("nan")}), "capacity", "E303", "expects a number, got nan"),
        (mapping_of(add={"capacity": float("inf")}), "capacity", "E303", "expects a number, got inf"),
        (mapping_of(set={"capacity": float("inf")}), "capacity", "E303", "expects a text, a number or a list"),
        (mapping_of(close=False), "close", "E303", "above 0 and up to 1, got False; write close = true"),
        (mapping_of(close=1.5), "close", "E303", "above 0 and up to 1, got 1.5"),
        (mapping_of(close="yes"), "close", "E303", "got 'yes'"),
        (mapping_of(close=True, set={"capacity": 1}), "close", "E304", "stands beside set; give close a change"),
        (mapping_of(rows=[{"a": 1}], scale={"b": 1}), "rows", "E304", "stands beside scale"),
        (mapping_of(rows=[{"a": 1}], where={"id": "x"}), "where", "E304", "leave where out"),
        (mapping_of(rows={"a": 1}), "rows", "E303", "expects a list of rows"),
        (mapping_of(rows=[{}]), "rows", "E303", "expects a list of rows"),
        (mapping_of(set={"capacity": 1}, add={"capacity": 2}), "capacity", "E304", "changed twice in one change"),
    ],
)
def test_what_cannot_be_meant_is_told(mapping, column, code, words):
    """Each mistake is reported with its key, code and remedy."""
    with pytest.raises(ScenarioError) as raised:
        Change.from_mapping(mapping)
    found = {
        (finding.column, finding.code): f"{finding.message}; {finding.remedy}" for finding in raised.value.findings
    }
    assert (column, code) in found
    assert words in found[column, code]


def test_all_problems_of_a_change_are_told_at_once():
    """Three mistakes give three findings."""
    with pytest.raises(ScenarioError) as raised:
        Change.from_mapping({"table": "roads", "where_if": {}, "scale": {"capacity": "x"}})
    assert {finding.column for finding in raised.value.findings} == {"table", "where_if", "capacity"}


@pytest.mark.parametrize(
    ("text", "where", "setting"),
    [
        ("links[id=a].capacity=5", {"id": "a"}, {"capacity": 5.0}),
        ("links[id=007].capacity=5", {"id": "007"}, {"capacity": 5.0}),
        ("links[id=a;b,mode=rail].capacity = 0.5", {"id": ("a", "b"), "mode": "rail"}, {"capacity": 0.5}),
        ("links[gauge_mm=1520;1435].fixed_time_h=1e1", {"gauge_mm": (1520.0, 1435.0)}, {"fixed_time_h": 10.0}),
        ("links[crossing=true].note=it is far, far", {"crossing": True}, {"note": "it is far, far"}),
        ("links.capacity=", {}, {"capacity": ""}),
        ("links[].capacity=3", {}, {"capacity": 3.0}),
        ("links[note='a, b = c; d'].open_months=4-11", {"note": "a, b = c; d"}, {"open_months": "4-11"}),
        ('links[id="a;b"].name="5"', {"id": "a;b"}, {"name": "5"}),
        ("links[from_node=Xi'an].capacity=5", {"from_node": "Xi'an"}, {"capacity": 5.0}),
        ('links[from_node="Xi\'an",mode=rail].capacity=5', {"from_node": "Xi'an", "mode": "rail"}, {"capacity": 5.0}),
        (" links [ mode = rail ] . capacity = 5 ", {"mode": "rail"}, {"capacity": 5.0}),
    ],
)
def test_settings_typed_on_the_command_line(text, where, setting):
    """The short form gives the change that the TOML form would."""
    assert Change.from_text(text) == Change("links", where, set=setting)


@pytest.mark.parametrize(
    "text", ["", "links", "links.capacity", "links[id].capacity=5", "links[id=a,id=b].x=1", "links[id=].x=1", "=5"]
)
def test_settings_that_cannot_be_read(text):
    """What does not have the form is refused with an example of it."""
    with pytest.raises(ScenarioError, match=r"links\[id=a\]\.capacity=5"):
        Change.from_text(text)


def test_settings_of_unknown_tables_get_a_suggestion():
    """The short form is checked like the long one."""
    with pytest.raises(ScenarioError, match="did you mean links") as refusal:
        Change.from_text("link[id=a].capacity=5")
    assert 'cannot read "link[id=a].capacity=5"' in str(refusal.value)
    assert [finding.code for finding in refusal.value.findings] == ["E302"]


def test_operations_are_those_of_the_class():
    """Every operation of the language is a field of a change."""
    assert set(OPERATIONS) <= set(Change.__dataclass_fields__)
