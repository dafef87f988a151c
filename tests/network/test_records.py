"""The records, the plain list of columns and the country codes agree with each other and with the standard."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from network.cells import CAPACITY_UNITS, cells_to_column, required_columns
from network.columns import NUMBERS, TABLES
from network.countries import COUNTRY_CODES
from network.model import MODES
from network.records import CAPACITY_UNIT_PATTERN, MONTHS_PATTERN, RECORDS, TRANSFER_MODE_PATTERN, Link, Node
from network.values import months_open, per_year, unit_of


def test_columns_are_those_of_the_records() -> None:
    """The list of columns read without pydantic has the tables, columns and order of the records."""
    assert {name: tuple(record.model_fields) for name, record in RECORDS.items()} == TABLES


@pytest.mark.parametrize("table", TABLES)
def test_numbers_are_the_numbers_of_the_records(table: str) -> None:
    """Exactly the columns whose record takes a float or an int are read as numbers."""
    kinds = {name: str(field.annotation) for name, field in RECORDS[table].model_fields.items()}
    numbers = {name for name, kind in kinds.items() if re.search(r"\b(int|float)\b", kind)}
    assert numbers == NUMBERS.intersection(TABLES[table])


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described(table: str) -> None:
    """Each column says what it means, and each number in a unit says which."""
    for name, field in RECORDS[table].model_fields.items():
        assert field.description
        if name in NUMBERS and name.endswith(("_km", "_h", "_kmh", "_mm", "_teu", "_t", "_tkm")):
            assert isinstance(field.json_schema_extra, dict), name
            assert field.json_schema_extra["unit"]


def test_required_columns_have_no_default() -> None:
    """What must be given is what the model cannot work without."""
    assert required_columns("nodes") == ("node_id", "name", "country", "lat", "lon")
    assert required_columns("links") == ("link_id", "mode", "from_node", "to_node", "length_km")
    assert required_columns("demands") == ("demand_id", "origin", "destination", "commodity", "volume")


def test_country_codes() -> None:
    """The list holds the 249 assigned codes, and neither withdrawn nor reserved ones."""
    assert len(COUNTRY_CODES) == 249
    assert all(re.fullmatch("[A-Z]{2}", code) for code in COUNTRY_CODES)
    assert {"KZ", "CN", "RU", "AZ", "GE", "TR", "IR", "TM", "UZ", "DE", "NL", "PL", "BY", "IN"} <= COUNTRY_CODES
    assert COUNTRY_CODES.isdisjoint({"UK", "SU", "YU", "EU", "XK", "AN", "ZZ"})


def test_patterns_take_what_the_model_reads() -> None:
    """Every unit, month range and transfer mode that the patterns take is one the model can use, and no other."""
    assert all(re.match(CAPACITY_UNIT_PATTERN, unit) for unit in CAPACITY_UNITS)
    assert all(per_year(unit) > 0 and unit_of(unit) for unit in CAPACITY_UNITS)
    assert not any(re.match(CAPACITY_UNIT_PATTERN, unit) for unit in ("teu", "teu/", "/day", "train/days", "teu/day "))
    for months, n_open in (("4-11", 8), ("11-3", 5), ("1-12", 12), ("7", 1), ("12-1", 2)):
        assert re.match(MONTHS_PATTERN, months)
        assert len(months_open(months)) == n_open
    assert not any(re.match(MONTHS_PATTERN, months) for months in ("0-3", "4-13", "04-11", "4-", "-3", "4–11", "4-5-6"))
    assert all(re.match(TRANSFER_MODE_PATTERN, mode) for mode in ("rail1435", "rail1520", "rail914", *MODES[1:]))
    assert not any(re.match(TRANSFER_MODE_PATTERN, mode) for mode in ("rail", "rail0", "road1520", "rail15200", "bus"))


def test_a_record_is_usable_by_itself() -> None:
    """A row validates as a pydantic model, with all its problems at once."""
    node = Node(node_id="KZAAU", name="Aktau", country="KZ", lat=43.6, lon=51.2)
    assert (node.kind, node.aliases) == ("", "")
    with pytest.raises(ValidationError) as raised:
        Link.model_validate({"link_id": "a;b", "mode": "bus", "from_node": "A", "to_node": "B", "length_km": -1})
    assert {problem["loc"] for problem in raised.value.errors()} == {("link_id",), ("mode",), ("length_km",)}


@pytest.mark.parametrize("cell", ["1", "0", "-0", "+2.5", "1e3", ".5", "5.", "0.1e-3"])
def test_ways_to_write_a_number(cell: str) -> None:
    """Numbers may be written as Python floats are."""
    values, bad = cells_to_column("links", "length_km", [cell])
    assert not bad
    assert values.tolist() == [float(cell)]


@pytest.mark.parametrize("cell", ["1,5", "0x10", "1 000", "½", "٣", "--1", "1e", "True", "None", "n/a", "-"])
def test_what_is_no_number(cell: str) -> None:
    """Anything else is refused rather than guessed."""
    values, bad = cells_to_column("links", "length_km", ["1", cell, ""])
    assert list(bad) == [1]
    assert bad[1].code == "E111"
    assert values.tolist()[0] == 1.0
    assert values[1] != values[1]
