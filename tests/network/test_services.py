"""Departures and percentiles from the file to the values the model uses, and through the changes of a scenario."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import Change, Dataset, DatasetError, Scenario, ScenarioError, apply, read_dataset, write_dataset
from network.cells import cells_to_column
from network.dataset import check_dataset
from network.plausibility import odd_rows
from network.selection import rows_where
from network.timetable import mean_wait_h, parse_departures
from network.values import frequency_per_week, headway_wait_h, spread_h

if TYPE_CHECKING:
    from pathlib import Path

NODES = pd.DataFrame(
    {"node_id": ["a", "b"], "name": ["A", "B"], "country": "KZ", "lat": [50.0, 50.0], "lon": [60.0, 70.0]}
)
RATES = pd.DataFrame({"mode": ["sea", "rail"], "country": "*", "cost_usd_per_teu_km": 1.0, "co2_wtw_g_per_tkm": 5.0})
LINK = {"mode": "sea", "from_node": "a", "to_node": "b", "length_km": 800.0, "time_h": 30.0}
TRANSFER = {"node_id": "a", "from_mode": "sea", "to_mode": "rail1520", "cost_usd_per_teu": 1.0}

weekdays = st.lists(st.integers(1, 7), min_size=1, max_size=4, unique=True).map(
    lambda days: ";".join(str(day) for day in days)
)
amounts = st.floats(0, 1000)


def made(*links: dict[str, object], transfers: tuple[dict[str, object], ...] = ()) -> Dataset:
    """Return a dataset of ferries l0, l1 and so on, with what each of them gives, and a railway beside them."""
    rows = [{"link_id": f"l{row}", **LINK, **link} for row, link in enumerate(links)]
    rows.append({"link_id": "rail", **LINK, "mode": "rail", "gauge_mm": 1520})
    moves = pd.DataFrame([TRANSFER | row for row in transfers], columns=None if transfers else list(TRANSFER))
    return Dataset.from_frames(nodes=NODES, links=pd.DataFrame(rows), transfers=moves, rates=RATES, base_year=2024)


def change(data: Dataset, table: str = "links", **operations: object) -> Dataset:
    """Return the dataset after one change to the row l0, or to all transfers."""
    where = {"id": "l0"} if table == "links" else {}
    return apply(data, Scenario("s", changes=(Change.from_mapping({"table": table, "where": where, **operations}),)))


def given_of(data: Dataset, column: str, table: str = "links") -> Any:
    """Return a cell of the first row."""
    return data.tables[table].columns[column][0]


def refusal(data: Dataset, table: str = "links", **operations: object) -> str:
    """Return why a change cannot be made."""
    with pytest.raises(ScenarioError) as raised:
        change(data, table, **operations)
    return str(raised.value)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("mun;thu", 'unknown weekday "mun"; write weekdays'),
        ("thu;tues", 'unknown weekday "tues"; did you mean "tuesday"?'),
        ("Tuseday", 'unknown weekday "Tuseday"; did you mean "tuesday"?'),
        ("mon 24:00", '"24:00" is no time of day; write weekdays, each with or without a time, such as mon 18:00;thu'),
        ("daily {x}", 'unknown weekday "daily"'),
        (";;", '";;" names no departure; write weekdays'),
    ],
)
def test_a_bad_departure_is_told_with_its_remedy(cell: str, words: str) -> None:
    """The cell is an error of its own code; good cells of the column stay as they are."""
    values, bad = cells_to_column("links", "departures", ["Mon 18:00; thu", cell, ""])
    assert values.tolist() == ["Mon 18:00; thu", "", ""]
    assert list(bad) == [1]
    assert bad[1].code == "E128"
    assert f"{bad[1].message}; {bad[1].remedy}".startswith(words)


@pytest.mark.parametrize(
    ("link", "transfer", "expected"),
    [
        ({"departures": "sonday"}, {}, ("links.csv", "departures", "E128")),
        ({"fixed_time_h": 10, "fixed_time_p90_h": 9.5}, {}, ("links.csv", "fixed_time_p90_h", "E129")),
        ({"fixed_time_p90_h": -1}, {}, ("links.csv", "fixed_time_p90_h", "E112")),
        ({}, {"time_p90_h": 4}, ("transfers.csv", "time_p90_h", "E129")),
    ],
)
def test_bad_rows_are_errors(
    link: dict[str, object], transfer: dict[str, object], expected: tuple[str, str, str]
) -> None:
    """What no service and no percentile can be is told once, at its row and column."""
    with pytest.raises(DatasetError) as raised:
        made(link, transfers=({"time_h": 5, **transfer},))
    (error,) = raised.value.findings
    assert (error.file, error.column, error.code) == expected
    assert error.line == 2
    assert error.remedy


def test_good_rows_are_read_and_written_as_they_are(tmp_path: Path) -> None:
    """Departures keep their bytes; a percentile may equal its median, or stand where the median is empty."""
    text = "Mon 18:00; thu;4"
    data = made(
        {"departures": text, "fixed_time_h": 10, "fixed_time_p90_h": 10},
        {"fixed_time_p90_h": 7.5},
        transfers=({"time_h": 5, "time_p90_h": 12},),
    )
    write_dataset(data, tmp_path)
    assert f",{text}," in (tmp_path / "links.csv").read_text(encoding="utf-8")
    again = read_dataset(tmp_path)
    assert given_of(again, "departures") == text
    assert [finding.code for finding in check_dataset(tmp_path) if finding.severity == "error"] == []
    links = again.network.links
    assert spread_h(links, "fixed_time_h", "fixed_time_p90_h").tolist() == [0, 7.5, 0]
    assert spread_h(again.network.transfers, "time_h", "time_p90_h").tolist() == [7]


def test_number_cells_of_a_frame_are_weekdays() -> None:
    """A column that pandas holds as numbers, with gaps, is the numbers of days."""
    assert headway_wait_h(made({"departures": 2}, {"departures": None}).network).tolist() == [84, 0, 0]


def test_the_frequency_decides_the_wait_without_a_date() -> None:
    """84 / f where given, else the mean over the gaps, else nothing."""
    data = made(
        {"frequency_per_week": 3}, {"departures": "mon;tue"}, {"departures": "mon;tue", "frequency_per_week": 2}
    )
    expected = [28, (24**2 + 144**2) / 336, 42, 0]
    assert headway_wait_h(data.network).tolist() == pytest.approx(expected)
    np.testing.assert_allclose(frequency_per_week(data.network), [3, 84 / expected[1], 2, np.nan])


@pytest.mark.parametrize(
    ("frequency", "is_told"), [(2, False), (2.5, False), (1.5, False), (2.6, True), (7, True), (None, False)]
)
def test_departures_that_contradict_the_frequency_are_told(frequency: float | None, is_told: bool) -> None:
    """More than half a departure a week apart is a warning at the row."""
    found = [f for f in odd_rows(made({"departures": "mon;thu", "frequency_per_week": frequency}).network)]
    assert [(f.line, f.column, f.code, f.severity) for f in found] == (
        [(2, "departures", "W218", "warning")] if is_told else []
    )


def test_a_weekday_selects_links() -> None:
    """A condition on departures matches one of the items, or the whole cell."""
    data = made({"departures": "tue;Fri 18:00"}, {"departures": "fri"})
    for text, expected in (("tue", [0]), ("tue;Fri 18:00", [0]), ("fri", [1])):
        assert rows_where(data, "links", {"departures": text}).nonzero()[0].tolist() == expected


@settings(max_examples=60, deadline=None)
@given(median=amounts, spread=amounts, factor=st.floats(0, 50), table=st.sampled_from(["links", "transfers"]))
def test_a_factor_on_the_median_acts_on_its_percentile(median: float, spread: float, factor: float, table: str) -> None:
    """Both become so many times as long, and never change their order."""
    column, p90 = ("fixed_time_h", "fixed_time_p90_h") if table == "links" else ("time_h", "time_p90_h")
    values: dict[str, object] = {column: median, p90: median + spread}
    data = made(values if table == "links" else {}, transfers=({"time_h": 1, **(values if table != "links" else {})},))
    after = change(data, table, scale={column: factor})
    assert given_of(after, column, table) == median * factor
    assert given_of(after, p90, table) == (median + spread) * factor


@settings(max_examples=60, deadline=None)
@given(median=amounts, spread=amounts, new=amounts, is_set=st.booleans())
def test_a_new_median_keeps_the_hours_to_its_percentile(median: float, spread: float, new: float, is_set: bool) -> None:
    """set and add move the percentile by as many hours; where none is given none appears."""
    data = made({"fixed_time_h": median, "fixed_time_p90_h": median + spread}, {"fixed_time_h": 1})
    after = change(data, set={"fixed_time_h": new}) if is_set else change(data, add={"fixed_time_h": new})
    moved = given_of(after, "fixed_time_p90_h")
    assert moved == pytest.approx((new if is_set else median + new) + spread, abs=1e-9)
    assert moved >= given_of(after, "fixed_time_h")
    assert math.isnan(after.network.links.number("fixed_time_p90_h")[1])


def test_an_emptied_median_is_a_median_of_0() -> None:
    """The hours between the two stay."""
    after = change(made({"fixed_time_h": 10, "fixed_time_p90_h": 25}), set={"fixed_time_h": ""})
    assert given_of(after, "fixed_time_p90_h") == 15


def test_a_percentile_that_a_change_names_is_left_to_it() -> None:
    """Named beside its median, in any order, the percentile is what the change says, and must not be below."""
    data = made({"fixed_time_h": 10, "fixed_time_p90_h": 25})
    for values in ({"fixed_time_h": 12, "fixed_time_p90_h": 13}, {"fixed_time_p90_h": 13, "fixed_time_h": 12}):
        assert given_of(change(data, set=values), "fixed_time_p90_h") == 13
    both = change(data, scale={"fixed_time_h": 0.5}, add={"fixed_time_p90_h": 5})
    assert (given_of(both, "fixed_time_h"), given_of(both, "fixed_time_p90_h")) == (5, 30)
    assert given_of(change(data, set={"fixed_time_h": 0, "fixed_time_p90_h": 0}), "fixed_time_p90_h") == 0


def test_a_percentile_may_not_fall_below_its_median() -> None:
    """A change that names it is held to the rule of the file; one that acts on none is refused."""
    data = made({"fixed_time_h": 10, "fixed_time_p90_h": 25}, transfers=({"time_h": 5, "time_p90_h": 8},))
    assert "[E129] l0: the 90th percentile is below" in refusal(data, scale={"fixed_time_p90_h": 0.3})
    assert "[E129]" in refusal(data, set={"fixed_time_h": 30, "fixed_time_p90_h": 25})
    assert "[E129]" in refusal(data, "transfers", add={"time_p90_h": -4})
    assert "[E312]" in refusal(made({}), add={"fixed_time_p90_h": 4})
    assert "[E314]" in refusal(made({"fixed_time_p90_h": 1e20}), scale={"fixed_time_h": 1e20})


def test_columns_that_no_row_gives_do_not_appear() -> None:
    """A change of a wait or a frequency adds no column to a dataset without percentiles and weekdays."""
    data = made({"fixed_time_h": 10, "frequency_per_week": 2})
    after = change(data, scale={"fixed_time_h": 2, "frequency_per_week": 2})
    assert after.network.links.header == data.network.links.header


@settings(max_examples=60, deadline=None)
@given(weekdays, st.floats(0.1, 10))
def test_a_factor_on_the_frequency_divides_the_mean_wait(departures: str, factor: float) -> None:
    """Where only weekdays are given, the frequency the model uses is scaled; other weekdays are then unknown."""
    wait_h = mean_wait_h(parse_departures(departures))
    after = change(made({"departures": departures}), scale={"frequency_per_week": factor})
    assert headway_wait_h(after.network)[0] == pytest.approx(wait_h / factor)
    is_same = factor == 1 or given_of(after, "frequency_per_week") == len(parse_departures(departures))
    assert given_of(after, "departures") == (departures if is_same else "")


def test_weekdays_lapse_when_the_frequency_is_another() -> None:
    """They stay where the number of departures is what was set, where the change gives them, and on other links."""
    data = made({"departures": "mon;tue", "frequency_per_week": 2.4}, {"departures": "mon;tue"})
    others: tuple[dict[str, Any], ...] = (
        {"set": {"frequency_per_week": 4}},
        {"scale": {"frequency_per_week": 0.9}},
    )
    for operation in others:
        after = change(data, **operation)
        assert after.network.links.text("departures").tolist() == ["", "mon;tue", ""]
    same: tuple[dict[str, Any], ...] = (
        {"set": {"frequency_per_week": 2}},
        {"set": {"frequency_per_week": ""}},
        {"scale": {"frequency_per_week": 1}},
        {"add": {"frequency_per_week": 0}},
    )
    for operation in same:
        assert given_of(change(data, **operation), "departures") == "mon;tue"
    both = change(data, set={"frequency_per_week": 3, "departures": ["mon", "wed 18:00", 5]})
    assert (given_of(both, "departures"), given_of(both, "frequency_per_week")) == ("mon;wed 18:00;5", 3)


def test_weekdays_that_the_frequency_overrides_are_refused() -> None:
    """Other days are fine; another number of them is not, unless the frequency goes with it or away."""
    data = made({"departures": "mon;thu", "frequency_per_week": 2})
    assert given_of(change(data, set={"departures": "tue;fri"}), "departures") == "tue;fri"
    assert given_of(change(data, set={"departures": ""}), "departures") == ""
    told = refusal(data, set={"departures": "tue"})
    assert "departures: [E313]" in told
    assert "frequency_per_week overrides departures on l0" in told
    assert headway_wait_h(change(data, set={"departures": "tue", "frequency_per_week": ""}).network)[0] == 84
    assert headway_wait_h(change(data, set={"departures": "tue", "frequency_per_week": 1}).network)[0] == 84
    assert "[E314]" in refusal(data, set={"departures": "someday"})
