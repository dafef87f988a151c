"""Regions of the world in streams and charts: UN subregions, with China, Kazakhstan and Russia on their own."""

from __future__ import annotations

from functools import cache

from network.regions import region_of
from optimizer.language import _

_APART = {"CN": "china", "HK": "china", "MO": "china", "KZ": "kazakhstan", "RU": "russia"}


@cache
def group_of(country: str) -> str:
    """Return the group of a country in streams: its region, or ``china``, ``kazakhstan``, ``russia`` on their own.

    China has its special administrative regions with it. Where one of the three stands apart, its region is the rest.

    Raises
    ------
    UnknownIdError
        This is no two-letter code of ISO 3166-1.

    Examples
    --------
    >>> group_of("KZ"), group_of("UZ")
    ('kazakhstan', 'central-asia')
    """
    return _APART.get(country) or region_of(country)


def region_text(region: str) -> str:
    """Return the name of a region of M49 in the language spoken."""
    return {
        "eastern-africa": _("Eastern Africa"),
        "middle-africa": _("Middle Africa"),
        "northern-africa": _("Northern Africa"),
        "southern-africa": _("Southern Africa"),
        "western-africa": _("Western Africa"),
        "caribbean": _("Caribbean"),
        "central-america": _("Central America"),
        "south-america": _("South America"),
        "northern-america": _("Northern America"),
        "central-asia": _("Central Asia"),
        "eastern-asia": _("Eastern Asia"),
        "south-eastern-asia": _("South-eastern Asia"),
        "southern-asia": _("Southern Asia"),
        "western-asia": _("Western Asia"),
        "eastern-europe": _("Eastern Europe"),
        "northern-europe": _("Northern Europe"),
        "southern-europe": _("Southern Europe"),
        "western-europe": _("Western Europe"),
        "australia-new-zealand": _("Australia and New Zealand"),
        "melanesia": _("Melanesia"),
        "micronesia": _("Micronesia"),
        "polynesia": _("Polynesia"),
        "antarctica": _("Antarctica"),
    }[region]


def group_text(group: str) -> str:
    """Return the name of a group of countries in the language spoken."""
    own = {
        "china": _("China"),
        "kazakhstan": _("Kazakhstan"),
        "russia": _("Russia"),
        "central-asia": _("Central Asia without Kazakhstan"),
        "eastern-asia": _("Eastern Asia without China"),
        "eastern-europe": _("Eastern Europe without Russia"),
    }
    return own.get(group) or region_text(group)
