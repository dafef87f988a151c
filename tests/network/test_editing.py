import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from network import Change, Scenario, ScenarioError, apply
from network.selection import table_of
from network.values import haulage_usd, link_values, moving_h


def change(data, **keys):
    """Return the dataset after one change."""
    return apply(data, Scenario("test", changes=(Change.from_mapping(keys),)))


def cell(data, table, row_id, column):
    """Return one cell."""
    rows = table_of(data, table)
    return rows.columns[column][rows.row_of[row_id]]


def same(first, second):
    """Tell whether two columns hold the same values, gaps included."""
    if first.dtype == np.float64:
        return np.array_equal(first, second, equal_nan=True)
    return bool((first == second).all())


LINK_NUMBERS = ["fixed_time_h", "fixed_cost_usd_per_teu", "background", "cost_usd_per_teu", "cost_usd_per_t", "time_h"]
factors = st.floats(0.01, 100)


def used(data, column):
    """Return the values of a column of links as the model uses them."""
    network = data.network
    if column.startswith("cost_usd_per_"):
        return haulage_usd(network, column.rpartition("_")[2])
    if column == "time_h":
        return moving_h(network)
    return np.nan_to_num(network.links.number(column))


def test_set_then_read(tiny):
    """A number, a text, a list and an emptied cell are what is read back; other rows stay."""
    links = {"table": "links", "where": {"id": "rail-khorgos-almaty"}}
    after = change(tiny, **links, set={"capacity": 7, "note": "n", "corridors": ["titr", "wewc"], "gauge_mm": 1435})
    assert cell(after, "links", "rail-khorgos-almaty", "capacity") == 7.0
    assert cell(after, "links", "rail-khorgos-almaty", "note") == "n"
    assert cell(after, "links", "rail-khorgos-almaty", "corridors") == "titr;wewc"
    assert cell(after, "links", "rail-khorgos-almaty", "gauge_mm") == 1435.0
    assert cell(after, "links", "rail-almaty-aktau", "capacity") == 6.0
    unlimited = change(after, **links, set={"capacity": "", "note": ""})
    assert np.isnan(cell(unlimited, "links", "rail-khorgos-almaty", "capacity"))
    assert cell(unlimited, "links", "rail-khorgos-almaty", "note") == ""


def test_scale_and_add_act_on_the_resolved_price_and_time(tiny):
    """Rate times length and length over speed are changed and written; empty fixed values and background count as 0."""
    rail = {"table": "links", "where": {"id": "rail-almaty-aktau"}}
    before = link_values(tiny.network)
    row = tiny.network.links.row_of["rail-almaty-aktau"]
    after = change(tiny, **rail, scale={"cost_usd_per_teu": 1.5, "time_h": 0.5}, add={"fixed_time_h": 6})
    # 2,900 km at 0.35 USD per TEU-km and 30 km/h: the Kazakh rate, since the link begins in Almaty.
    assert cell(after, "links", "rail-almaty-aktau", "cost_usd_per_teu") == pytest.approx(1.5 * 2900 * 0.35)
    assert cell(after, "links", "rail-almaty-aktau", "time_h") == pytest.approx(0.5 * 2900 / 30)
    assert cell(after, "links", "rail-almaty-aktau", "fixed_time_h") == 6.0
    values = link_values(after.network)
    assert values.cost_usd_per_teu[row] == pytest.approx(1.5 * before.cost_usd_per_teu[row])
    assert values.moving_h[row] == pytest.approx(0.5 * before.moving_h[row])
    assert values.cost_usd_per_t[row] == before.cost_usd_per_t[row]


def test_speed_is_scaled_from_the_rate(tiny):
    """A link without own speed gets the rate's, scaled; its time follows."""
    after = change(tiny, table="links", where={"id": "road-xian-almaty"}, scale={"speed_kmh": 2})
    assert cell(after, "links", "road-xian-almaty", "speed_kmh") == 110.0
    row = tiny.network.links.row_of["road-xian-almaty"]
    assert moving_h(after.network)[row] == pytest.approx(moving_h(tiny.network)[row] / 2)


def test_set_scale_and_add_of_one_change_act_in_this_order(tiny):
    """A longer link costs more before its price is scaled, whatever the order in the file."""
    where = {"id": "rail-almaty-aktau"}
    after = change(tiny, table="links", where=where, scale={"cost_usd_per_teu": 2}, set={"length_km": 1000})
    assert cell(after, "links", "rail-almaty-aktau", "cost_usd_per_teu") == pytest.approx(2 * 1000 * 0.35)


def test_order_of_changes_matters(tiny):
    """Doubling after adding is not adding after doubling."""
    where = {"table": "links", "where": {"id": "rail-khorgos-almaty"}}
    double, more = {**where, "scale": {"capacity": 2}}, {**where, "add": {"capacity": 3}}
    assert cell(change(change(tiny, **double), **more), "links", "rail-khorgos-almaty", "capacity") == 27.0
    assert cell(change(change(tiny, **more), **double), "links", "rail-khorgos-almaty", "capacity") == 30.0


@settings(max_examples=40, deadline=None)
@given(column=st.sampled_from(LINK_NUMBERS), mode=st.sampled_from(["rail", "road", "sea"]))
def test_factor_1_and_increment_0_change_no_value(tiny, column, mode):
    """scale 1 and add 0 leave every value the model uses as it was (they may write it out)."""
    for operation, number in (("scale", 1.0), ("add", 0.0)):
        after = change(tiny, table="links", where={"mode": mode}, **{operation: {column: number}})
        assert np.array_equal(used(after, column), used(tiny, column), equal_nan=True)
        before, now = link_values(tiny.network), link_values(after.network)
        assert np.allclose(now.cost_usd_per_teu, before.cost_usd_per_teu, rtol=1e-15)
        assert np.allclose(now.moving_h, before.moving_h, rtol=1e-15)


@settings(max_examples=40, deadline=None)
@given(column=st.sampled_from(LINK_NUMBERS), factor=factors)
def test_scaling_there_and_back_is_the_identity(tiny, column, factor):
    """scale f then 1/f gives the values back, exactly for 2 and 0.5."""
    after = change(change(tiny, table="links", scale={column: factor}), table="links", scale={column: 1 / factor})
    assert np.allclose(used(after, column), used(tiny, column), rtol=1e-12)
    exact = change(change(tiny, table="links", scale={column: 2}), table="links", scale={column: 0.5})
    assert np.array_equal(used(exact, column), used(tiny, column))


@settings(max_examples=40, deadline=None)
@given(first=factors, second=factors, step=st.floats(0, 50))
def test_capacity_changes_compose(tiny, first, second, step):
    """Two factors are one; unselected rows and other columns stay untouched."""
    rail = {"table": "links", "where": {"mode": "road", "capacity_unit": "truck/day"}}
    twice = change(change(tiny, **rail, scale={"capacity": first}), **rail, scale={"capacity": second})
    once = change(tiny, **rail, scale={"capacity": first * second})
    added = change(tiny, **rail, add={"capacity": step})
    before = tiny.network.links
    selected = (before.text("mode") == "road") & (before.text("capacity_unit") == "truck/day")
    for after in (twice, once, added):
        for name, values in after.network.links.columns.items():
            rows = ~selected if name == "capacity" else np.ones(len(before), dtype=bool)
            assert same(values[rows], before.columns[name][rows])
    assert np.allclose(twice.network.links.number("capacity"), once.network.links.number("capacity"), equal_nan=True)
    assert np.allclose(added.network.links.number("capacity")[selected] - before.number("capacity")[selected], step)


@settings(max_examples=30, deadline=None)
@given(value=st.floats(0.0, 1e12), column=st.sampled_from(["capacity", "fixed_time_h", "cost_usd_per_t", "time_h"]))
def test_any_number_that_is_set_is_read_back_exactly(tiny, value, column):
    """Huge and tiny numbers arrive bit for bit."""
    after = change(tiny, table="links", where={"id": "rail-malaszewicze-duisburg"}, set={column: value})
    assert cell(after, "links", "rail-malaszewicze-duisburg", column) == value


def test_closing_links(tiny):
    """close = true makes capacity 0 and leaves the background; a link without capacity can be closed as well."""
    after = change(tiny, table="links", where={"corridor": "titr"}, close=True)
    links = after.network.links
    closed = np.array(["titr" in cell for cell in links.text("corridors")])
    assert (links.number("capacity")[closed] == 0.0).all()
    assert same(links.number("capacity")[~closed], tiny.network.links.number("capacity")[~closed])
    assert same(links.number("background"), tiny.network.links.number("background"))


@pytest.mark.parametrize("table", ["links", "transfers", "shared_capacities"])
def test_closing_for_a_share_of_the_year(tiny, table):
    """close = 0.25 leaves three quarters of each capacity, and of the other traffic on it."""
    where = {"links": {"id": "rail-xian-khorgos"}, "transfers": {"id": "KZHOR"}, "shared_capacities": {}}[table]
    after = change(tiny, table=table, where=where, close=0.25)
    before = table_of(tiny, table).number("capacity")
    now = table_of(after, table).number("capacity")
    changed = now != before
    assert now[changed & ~np.isnan(before)].tolist() == (0.75 * before[changed & ~np.isnan(before)]).tolist()
    assert np.count_nonzero(changed & ~np.isnan(before)) == 1
    loads = [table_of(data, table).number("background") for data in (tiny, after)]
    assert same(loads[1], np.where(changed, 0.75 * loads[0], loads[0]))


def test_a_share_of_the_year_is_taken_of_what_is_free(tiny):
    """Of 20 trains a day with 16 of other traffic 4 are free; a quarter of the year takes one of them, not all."""
    tiny = change(tiny, table="links", where={"id": "rail-xian-khorgos"}, set={"capacity": 20, "background": 16})
    after = change(tiny, table="links", where={"id": "rail-xian-khorgos"}, close=0.25)
    assert [cell(after, "links", "rail-xian-khorgos", name) for name in ("capacity", "background")] == [15.0, 12.0]


def test_closing_a_node_closes_its_links_and_transfers(tiny):
    """Every link that touches Almaty and its transfer are closed, and nothing else."""
    after = change(tiny, table="nodes", where={"id": "Алматы"}, close=True)
    links, transfers = after.network.links, after.network.transfers
    touches = (links.text("from_node") == "KZALA") | (links.text("to_node") == "KZALA")
    assert (links.number("capacity")[touches] == 0.0).all()
    assert not (links.number("capacity")[~touches] == 0.0).any()
    assert ((transfers.number("capacity") == 0.0) == (transfers.text("node_id") == "KZALA")).all()
    assert after.network.nodes is tiny.network.nodes


def test_closing_demands_removes_them(tiny):
    """A closed demand is gone; the others stay in their order."""
    after = change(tiny, table="demands", where={"country": "AZ"}, close=True)
    assert after.demands.text("demand_id").tolist() == ["xian-duisburg", "moscow-xian", "xian-duisburg-2030"]
    assert len(change(tiny, table="demands", close=True).demands) == 0


NEW_LINK = {
    "link_id": "rail-baku-tbilisi",
    "mode": "rail",
    "from_node": "AZBAK",
    "to_node": "GETBS",
    "length_km": 550,
    "gauge_mm": 1520,
    "capacity": 8,
    "capacity_unit": "train/day",
    "corridors": ["titr"],
    "opened_by": "someone",
}
NEW_NODE = {"node_id": "GETBS", "name": "Tbilisi", "country": "GE", "lat": 41.7, "lon": 44.8}


def test_new_rows(tiny):
    """New rows go to the end, resolve among themselves, may have further columns, and are ready for the next change."""
    scenario = Scenario.from_mapping(
        {
            "name": "Baku–Tbilisi",
            "changes": [
                {"table": "nodes", "rows": [NEW_NODE]},
                {"table": "links", "rows": [NEW_LINK]},
                {"table": "links", "where": {"country": "GE"}, "scale": {"capacity": 2}},
            ],
        }
    )
    after = apply(tiny, scenario)
    links = after.network.links
    assert len(links) == len(tiny.network.links) + 1
    assert links.row(len(links) - 1) == {
        **dict.fromkeys(links.header),
        **NEW_LINK,
        "length_km": 550.0,
        "gauge_mm": 1520.0,
        "capacity": 16.0,
        "corridors": "titr",
    }
    assert links.lines[-1] == 0
    assert links.text("opened_by")[0] == ""
    assert links.header == (*tiny.network.links.header, "opened_by")
    assert all(same(links.columns[name][:-1], values) for name, values in tiny.network.links.columns.items())


@pytest.mark.parametrize(
    ("keys", "column", "code", "words"),
    [
        (
            {"where": {"mode": "sea"}, "scale": {"capacity": 2}},
            "capacity",
            "E312",
            "sea-aktau-baku; give it a capacity",
        ),
        ({"where": {"mode": "sea"}, "add": {"capacity": 2}}, "capacity", "E312", "capacity is not given on"),
        ({"where": {"mode": "sea"}, "close": 0.5}, "capacity", "E312", "give it a capacity first: set = {"),
        ({"where": {"mode": "road"}, "add": {"frequency_per_week": 1}}, "frequency_per_week", "E312", "and 2 more"),
        ({"scale": {"gauge_mm": 1}, "where": {"mode": "sea"}}, "gauge_mm", "E312", "gauge_mm is not given"),
        ({"scale": {"capazity": 2}}, "capazity", "E311", 'links has no column "capazity"; did you mean capacity'),
        ({"set": {"capazity": 2}}, "capazity", "E311", "did you mean capacity"),
        ({"scale": {"note": 2}}, "note", "E314", "note holds texts"),
        ({"set": {"capacity": "ten"}}, "capacity", "E314", "expects a number, got 'ten'"),
        ({"set": {"capacity": [1, 2]}}, "capacity", "E314", "expects a number"),
        ({"set": {"note": True}}, "note", "E314", "expects a text, got True"),
        ({"set": {"capacity_unit": "trayn/day"}}, "capacity_unit", "E314", 'did you mean "train/day"?'),
        ({"set": {"mode": "train"}}, "mode", "E314", "is not allowed here"),
        ({"set": {"open_months": "13"}}, "open_months", "E314", "is no range of months"),
        ({"set": {"link_id": "x"}}, "link_id", "E314", "an id cannot be changed"),
        ({"set": {"length_km": ""}}, "length_km", "E314", "length_km cannot be empty"),
        ({"set": {"length_km": -1}}, "length_km", "E314", "-1 is below 0; give 0 or more"),
        ({"where": {"mode": "rail"}, "scale": {"length_km": -1}}, "length_km", "E314", "cannot become -4000"),
        ({"add": {"fixed_time_h": -9}}, "fixed_time_h", "E314", "cannot become -9 on"),
        ({"scale": {"directed": 0.5}, "where": {"directed": 1}}, "directed", "E314", "is not a whole number"),
        ({"set": {"speed_kmh": 0}, "where": {"mode": "road"}}, "speed_kmh", "E314", "give more than 0"),
        (
            {"set": {"speed_kmh": 50}},
            "speed_kmh",
            "E313",
            "time_h overrides speed_kmh on rail-malaszewicze-duisburg, sea",
        ),
        ({"scale": {"speed_kmh": 2}, "where": {"mode": "sea"}}, "speed_kmh", "E313", 'or set time_h = "" first'),
        ({"table": "commodities", "set": {"teu_per_unit": 2}}, "teu_per_unit", "E313", "on container: it is 1"),
        ({"table": "commodities", "scale": {"units_per_flight": 2}}, "units_per_flight", "E312", "on grain"),
        (
            {"table": "rates", "where": {"mode": "air"}, "scale": {"cost_usd_per_t_km": 2}},
            *("cost_usd_per_t_km", "E313", "no link uses cost_usd_per_t_km of air *"),
        ),
        (
            {"table": "rates", "where": {"mode": "sea"}, "set": {"speed_kmh": 20}},
            *("speed_kmh", "E313", "change time_h or speed_kmh of the links instead"),
        ),
        ({"table": "rates", "close": True}, "close", "E315", "rates cannot be closed; close nodes, links"),
        ({"table": "commodities", "close": True}, "close", "E315", "commodities cannot be closed"),
        ({"table": "demands", "close": 0.25}, "close", "E315", "write scale = { volume = 0.75 }"),
        ({"table": "links", "rows": [{"link_id": "x", "mode": "rail"}]}, "from_node", "E104", "new rows: the column"),
        ({"table": "links", "rows": [NEW_LINK | {"mode": "ship"}]}, "mode", "E113", 'new row 1: "ship"'),
        ({"table": "links", "rows": [NEW_LINK | {"length_km": -5}]}, "length_km", "E112", "-5 is below 0"),
        ({"table": "links", "rows": [NEW_LINK]}, "to_node", "E121", 'rail-baku-tbilisi: "GETBS" is not in nodes.csv'),
        ({"table": "nodes", "rows": [NEW_NODE, NEW_NODE]}, "node_id", "E316", "new row 2: there is a row"),
        ({"table": "nodes", "rows": [NEW_NODE | {"node_id": "CNSIA"}]}, "node_id", "E316", 'a row "CNSIA" already'),
        ({"where": {"mode": "sea"}, "set": {"capacity": 5}}, "capacity_unit", "E124", "the capacity has no unit"),
        (
            {"where": {"mode": "sea"}, "set": {"mode": "rail"}},
            "gauge_mm",
            "E123",
            "sea-aktau-baku: rail without a gauge",
        ),
        ({"set": {"from_year": 2040, "to_year": 2030}}, "to_year", "E125", "the last year is before the first"),
        ({"where": {"mode": "sea"}, "set": {"from_node": "Aktau"}}, "from_node", "E121", '"Aktau" is not in nodes.csv'),
        (
            {"table": "commodities", "set": {"units_per_train": ""}},
            "units_per_train",
            "E132",
            "gives no units_per_train",
        ),
        (
            {"table": "rates", "where": {"country": "*", "mode": "rail"}, "set": {"cost_usd_per_teu_km": ""}},
            *("cost_usd_per_teu", "E130", "has no price for container"),
        ),
        ({"where": {"mode": "rail"}, "scale": {"length_km": 1e308}}, "length_km", "E314", "is not a finite number"),
        ({"table": "nodes", "where": {"country": "FR"}, "close": True}, "where", "E310", "no row has country = FR"),
    ],
)
def test_what_cannot_be_done_is_refused(tiny, keys, column, code, words):
    """Each refusal names the column, says why with its code, and what to do instead."""
    with pytest.raises(ScenarioError) as raised:
        change(tiny, **{"table": "links", **keys})
    told = [f for f in raised.value.findings if (f.column, f.code) == (column, code)]
    assert told, raised.value
    assert any(word in f"{told[0].message}; {told[0].remedy}" for word in words.split("|"))
    assert all(finding.remedy for finding in raised.value.findings)
    assert str(told[0]) in str(raised.value)


def test_a_closed_link_without_a_unit_cannot_be_given_capacity_by_an_increment(tiny):
    """Capacity 0 needs no unit; whoever adds to it must say what is counted."""
    closed = change(tiny, table="links", where={"mode": "sea"}, close=True)
    with pytest.raises(ScenarioError, match="E124"):
        change(closed, table="links", where={"mode": "sea"}, add={"capacity": 5})


def test_an_overriding_value_can_be_emptied_in_the_same_change(tiny):
    """time_h = "" and a speed together are no contradiction."""
    after = change(tiny, table="links", where={"mode": "sea"}, set={"time_h": "", "speed_kmh": 24})
    assert moving_h(after.network)[tiny.network.links.row_of["sea-aktau-baku"]] == 20.0


def test_rates_that_some_links_use_may_be_changed_with_others(tiny):
    """Scaling all rates of a mode is fine as long as one link is priced by them."""
    after = change(tiny, table="rates", where={"mode": "rail"}, scale={"cost_usd_per_teu_km": 2, "speed_kmh": 2})
    ratio = link_values(after.network).moving_h / link_values(tiny.network).moving_h
    links = tiny.network.links
    by_rate = (links.text("mode") == "rail") & np.isnan(links.number("time_h")) & np.isnan(links.number("speed_kmh"))
    assert np.allclose(ratio, np.where(by_rate, 0.5, 1.0))


@settings(max_examples=40, deadline=None)
@given(
    table=st.sampled_from(["links", "transfers", "shared_capacities", "demands", "rates", "commodities"]),
    factor=st.floats(0, 10),
    pick=st.integers(0, 40),
)
def test_the_input_is_never_touched_and_other_tables_are_shared(tiny, table, factor, pick):
    """Whatever is changed, the old dataset keeps every cell, and tables that are not meant are the same objects."""
    rows = table_of(tiny, table)
    numeric = [name for name, values in rows.columns.items() if values.dtype == np.float64]
    column = numeric[pick % len(numeric)]
    kept = {name: values.copy() for name, values in rows.columns.items()}
    try:
        after = change(tiny, table=table, scale={column: factor})
    except ScenarioError:
        assume(False)
    assert all(same(values, kept[name]) for name, values in table_of(tiny, table).columns.items())
    for name in ("nodes", "links", "transfers", "shared_capacities", "demands", "rates", "commodities"):
        assert (table_of(after, name) is table_of(tiny, name)) == (name != table)
    assert not table_of(after, table).columns[column].flags.writeable


def test_a_number_becomes_a_text_with_all_its_digits(tiny):
    """An id or label typed as a number keeps every digit."""
    assert cell(change(tiny, table="links", set={"note": 1234567.0}), "links", "sea-aktau-baku", "note") == "1234567"
    typed = apply(tiny, Scenario("s", changes=(Change.from_text("demands[id=xian-baku].group=20261122"),)))
    assert cell(typed, "demands", "xian-baku", "group") == "20261122"


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("inf", 'give a finite number, or an empty text "" for no limit'),
        ("nan", 'give a finite number, or an empty text "" for no limit'),
        ("5", "drop the quotes"),
        ("many", 'give a number, or an empty text "" for not given'),
        (True, "give one number"),
        ((1, 2), "give one number"),
    ],
)
def test_what_is_no_number_is_told_what_to_write(tiny, value, remedy):
    """The remedy is for what was written: quotes only where there were some."""
    with pytest.raises(ScenarioError) as refusal:
        apply(tiny, Scenario("s", changes=(Change("shared_capacities", set={"capacity": value}),)))
    assert [finding.remedy for finding in refusal.value.findings] == [remedy]


def test_years_of_demands_move_from_the_base_year(tiny):
    """An empty year is the base year to the model, so that is what an increment starts from."""
    after = change(tiny, table="demands", add={"year": 1})
    assert after.demands.number("year").tolist() == [2025.0, 2025.0, 2025.0, 2025.0, 2031.0]


@pytest.mark.parametrize(("misspelled", "meant"), [("capcity", "capacity"), ("fixed_time", "fixed_time_h")])
def test_a_misspelled_column_of_a_new_row_is_refused(tiny, misspelled, meant):
    """A capacity that would silently be none is told, as it is in `set`."""
    row = {key: value for key, value in NEW_LINK.items() if key != meant} | {misspelled: 8}
    with pytest.raises(ScenarioError, match=f'no column "{misspelled}"; did you mean "{meant}"'):
        change(tiny, table="links", rows=[row | {"to_node": "KZALA"}])


def test_true_is_no_number(tiny):
    """`capacity = true` is refused; `directed = true` is how a person writes 1."""
    with pytest.raises(ScenarioError, match="expects a number, got True"):
        change(tiny, table="links", set={"capacity": True})
    links = change(tiny, table="links", where={"id": "sea-aktau-baku"}, set={"directed": True})
    assert cell(links, "links", "sea-aktau-baku", "directed") == 1.0
