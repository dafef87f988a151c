"""Where numbers come from: every number of a link and node, by hand and on the bundled network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from network import Dataset, UnknownIdError, explain, load
from network.field_sources import COLUMN, FieldSource, parse_field_sources
from network.values import haulage_usd, moving_h

NODES = pd.DataFrame(
    [
        {"node_id": "A", "name": "Alpha", "country": "KZ", "lat": 45, "lon": 60, "kind": "city", "confidence": "A"},
        {"node_id": "B", "name": "Beta", "country": "CN", "lat": 46, "lon": 61, "kind": "city"},
    ]
)
LINKS = pd.DataFrame(
    [
        {
            "link_id": "ferry",
            "mode": "sea",
            "from_node": "A",
            "to_node": "B",
            "length_km": 200,
            "cost_usd_per_teu": 90,
            "frequency_per_week": 7,
            "capacity": 3,
            "capacity_unit": "sailing/week",
            "shared_capacity_id": "berth",
            "source": "operator",
            "confidence": "B",
            "note": "timetable of 2024",
        },
        {"link_id": "truck", "mode": "road", "from_node": "B", "to_node": "A", "length_km": 150, "time_h": 4},
    ]
)
SHARED = pd.DataFrame(
    [
        {
            "shared_capacity_id": "berth",
            "name": "Berth of Alpha",
            "node_id": "A",
            "capacity": 900,
            "capacity_unit": "teu/year",
            "source": "port",
            "confidence": "C",
        }
    ]
)
RATES = pd.DataFrame(
    [
        {"mode": "sea", "country": "KZ", "cost_usd_per_t_km": 0.5, "source": "index", "confidence": "C"},
        {
            "mode": "sea",
            "country": "*",
            "speed_kmh": 20,
            "cost_usd_per_teu_km": 9,
            "source": "guess",
            "confidence": "D",
        },
        {"mode": "road", "country": "*", "cost_usd_per_teu_km": 2, "cost_usd_per_t_km": 1, "speed_kmh": 50},
    ]
)
TRANSFERS = pd.DataFrame(
    [{"node_id": "A", "from_mode": "road", "to_mode": "sea", "time_h": 6, "cost_usd_per_teu": 9, "cost_usd_per_t": 1}]
)


def dataset() -> Dataset:
    return Dataset.from_frames(
        nodes=NODES, links=LINKS, shared_capacities=SHARED, rates=RATES, transfers=TRANSFERS, base_year=2024
    )


def test_every_number_of_a_link() -> None:
    """Own cells, then what follows from rates and headway, then the rates used and no others, then the berth."""
    numbers = {(at.of, at.name): at for at in explain(dataset(), "ferry").numbers}
    told = {key: (at.value, at.unit, at.source, at.confidence) for key, at in numbers.items()}
    assert told == {
        ("links ferry", "length_km"): (200, "km", "operator", "B"),
        ("links ferry", "frequency_per_week"): (7, "1/week", "operator", "B"),
        ("links ferry", "cost_usd_per_teu"): (90, "USD/TEU", "operator", "B"),
        ("links ferry", "capacity"): (3, "sailing/week", "operator", "B"),
        ("links ferry", "waiting_h"): (12, "h", "operator", "B"),
        ("rates sea KZ", "cost_usd_per_t"): (100, "USD/t", "index", "C"),
        ("rates sea *", "time_h"): (10, "h", "guess", "D"),
        ("rates sea KZ", "cost_usd_per_t_km"): (0.5, "USD/t-km", "index", "C"),
        ("rates sea *", "speed_kmh"): (20, "km/h", "guess", "D"),
        ("shared_capacities berth", "capacity"): (900, "teu/year", "port", "C"),
    }
    assert numbers["rates sea KZ", "cost_usd_per_t"].basis == "rate 0.5 × length"
    assert explain(dataset(), "ferry").notes == (("links ferry", "timetable of 2024"),)


def test_a_node_has_its_transfers_and_shared_capacities() -> None:
    explained = explain(dataset(), "alpha")
    assert (explained.kind, explained.id, explained.name) == ("node", "A", "Alpha")
    assert {at.of for at in explained.numbers} == {"nodes A", "transfers A road sea", "shared_capacities berth"}


def test_a_shared_capacity_by_its_id() -> None:
    explained = explain(dataset(), "berth")
    assert (explained.kind, explained.name) == ("shared_capacity", "Berth of Alpha")


def test_an_unknown_name_is_answered_with_close_ones() -> None:
    with pytest.raises(UnknownIdError, match=r"did you mean .*berth"):
        explain(dataset(), "bert")


def test_links_all_over_the_bundled_network() -> None:
    """The prices and hours told are those that the model uses, and each number of a source names it in full."""
    data = load()
    network = data.network
    usd, hours = haulage_usd(network, "teu"), moving_h(network)
    step = len(network.links) // 64
    for row, link_id in enumerate(network.links.text("link_id")[::step]):
        explained = explain(data, str(link_id))
        told = {at.name: at for at in explained.numbers if at.of != f"shared_capacities {link_id}"}
        assert told["cost_usd_per_teu"].value == pytest.approx(usd[step * row])
        assert told["time_h"].value == pytest.approx(hours[step * row])
        assert all(at.publisher and at.confidence and at.year for at in explained.numbers)


def test_the_cards_that_change_a_row() -> None:
    data = load()
    assert "dostyk-moiynty-2" in explain(data, "rail-dostyk-usharal").projects
    assert "aktau-hub" in explain(data, "Aktau").projects
    assert "aktau-hub" not in explain(data, "rail-dostyk-usharal").projects


def test_a_number_named_in_its_row_has_its_own_source_and_grade() -> None:
    """The capacity and the speed are estimates of others; the length is measured; all else is of the row."""
    own = "capacity=guess/D;frequency_per_week=timetable/A;length_km=map/A"
    links = LINKS.assign(field_sources=[own, ""])
    data = Dataset.from_frames(nodes=NODES, links=links, shared_capacities=SHARED, rates=RATES, base_year=2024)
    told = {at.name: (at.source, at.confidence) for at in explain(data, "ferry").numbers if at.of == "links ferry"}
    assert told == {
        "length_km": ("map", "A"),
        "frequency_per_week": ("timetable", "A"),
        "cost_usd_per_teu": ("operator", "B"),
        "capacity": ("guess", "D"),
        "waiting_h": ("timetable", "A"),
    }


@pytest.mark.parametrize(
    ("length", "rate", "expected"),
    [
        ("map/A", "tariff/B", ("tariff", "B")),
        ("map/D", "tariff/B", ("map", "D")),
        ("map/C", "tariff/C", ("tariff", "C")),
    ],
)
def test_what_follows_from_two_numbers_has_the_weaker_grade(length: str, rate: str, expected: tuple[str, str]) -> None:
    """Rate × length rests on the weaker of the two, on the rate where they are alike."""
    links = LINKS.assign(field_sources=[f"length_km={length}", ""])
    rates = RATES.assign(field_sources=[f"cost_usd_per_t_km={rate}", "", ""])
    data = Dataset.from_frames(nodes=NODES, links=links, shared_capacities=SHARED, rates=rates, base_year=2024)
    told = {at.name: (at.source, at.confidence) for at in explain(data, "ferry").numbers}
    assert told["cost_usd_per_t"] == expected


def test_bundled_numbers_do_not_hide_behind_the_source_of_their_row() -> None:
    """A length measured on the map says nothing of trains a day, nor a border survey of kilometers."""
    data = load()

    def told(name: str, of: str) -> dict[str, tuple[str, str]]:
        return {at.name: (at.source, at.confidence) for at in explain(data, name).numbers if at.of == of}

    assert told("rail-saksaulskaya-shalkar", "links rail-saksaulskaya-shalkar")["capacity"] == ("estimate-2024", "D")
    border = told("rail-alashankou-dostyk", "links rail-alashankou-dostyk")
    assert border["length_km"] == ("osm-rail-2024", "B")
    assert border["capacity"] == ("estimate-2024", "D")
    assert border["fixed_time_h"] == ("carec-cpmm-2022", "B")
    rate = told("rail-alashankou-dostyk", "rates rail CN")
    assert rate["speed_kmh"] == rate["co2_wtw_g_per_tkm"] == ("estimate-2024", "D")
    assert told("rail-alashankou-dostyk", "rates rail CN")["cost_usd_per_teu"] == ("china-railway-tariff-2018", "B")
    assert told("Aktau", "transfers KZAAU rail1520 sea")["time_h"] == ("estimate-2024", "D")


def test_bundled_fields_are_given_and_differ_from_their_row() -> None:
    """Every number named is there, and is named because its source or grade is not that of the row."""
    data = load()
    for table in data.tables.values():
        if COLUMN not in table.columns:
            continue
        for row, cell in enumerate(table.text(COLUMN)):
            of_row = FieldSource(str(table.text("source")[row]), str(table.text("confidence")[row]))
            for column, cited in parse_field_sources(cell).items():
                assert not np.isnan(table.number(column)[row]), (table.name, row, column)
                assert cited != of_row, (table.name, row, column)
