"""Every country has one region, and it is the one of the M49 standard."""

from __future__ import annotations

import pytest

from network import UnknownIdError, load
from network.countries import COUNTRY_CODES
from network.regions import REGIONS, region_of


def test_regions_share_out_all_countries() -> None:
    """The regions hold the 249 codes, each once."""
    assert sum(map(len, REGIONS.values())) == len(COUNTRY_CODES) == 249
    assert frozenset().union(*REGIONS.values()) == COUNTRY_CODES
    assert len(REGIONS) == 23


@pytest.mark.parametrize(
    ("region", "codes"),
    [
        ("central-asia", "KZ KG TJ TM UZ"),
        ("eastern-asia", "CN MN JP KR"),
        ("southern-asia", "IR AF PK IN"),
        ("western-asia", "TR AZ GE AM CY AE"),
        ("south-eastern-asia", "VN SG TL"),
        ("eastern-europe", "RU BY UA PL RO BG HU CZ SK MD"),
        ("northern-europe", "GB LT LV EE FI DK"),
        ("southern-europe", "IT GR RS SI PT"),
        ("western-europe", "DE AT NL BE FR CH"),
        ("northern-africa", "EG SD"),
        ("eastern-africa", "DJ MZ"),
        ("northern-america", "US GL"),
        ("antarctica", "AQ"),
    ],
)
def test_countries_stand_where_the_standard_puts_them(region: str, codes: str) -> None:
    """Spot checks, those among them that other classifications put elsewhere."""
    assert {region_of(code) for code in codes.split()} == {region}
    assert set(codes.split()) <= REGIONS[region]


def test_all_countries_of_the_bundled_data_have_a_region() -> None:
    """What charts group is there for every place."""
    countries = set(load().network.nodes.text("country"))
    assert {region_of(country) for country in countries} <= REGIONS.keys()


@pytest.mark.parametrize("code", ["XX", "kz", ""])
def test_what_is_no_country_is_refused(code: str) -> None:
    """The error names the code."""
    with pytest.raises(UnknownIdError, match=f'"{code}"'):
        region_of(code)
