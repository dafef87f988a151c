"""Regions of the world: the subregions of the UN M49 standard for every country code of ISO 3166-1."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES = {
    "eastern-africa": "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    "middle-africa": "AO CD CF CG CM GA GQ ST TD",
    "northern-africa": "DZ EG EH LY MA SD TN",
    "southern-africa": "BW LS NA SZ ZA",
    "western-africa": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    "caribbean": "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    "central-america": "BZ CR GT HN MX NI PA SV",
    "south-america": "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    "northern-america": "BM CA GL PM US",
    "central-asia": "KG KZ TJ TM UZ",
    "eastern-asia": "CN HK JP KP KR MN MO TW",
    "south-eastern-asia": "BN ID KH LA MM MY PH SG TH TL VN",
    "southern-asia": "AF BD BT IN IR LK MV NP PK",
    "western-asia": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "eastern-europe": "BG BY CZ HU MD PL RO RU SK UA",
    "northern-europe": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",  # codespell:ignore fo
    "southern-europe": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA",
    "western-europe": "AT BE CH DE FR LI LU MC NL",
    "australia-new-zealand": "AU CC CX HM NF NZ",
    "melanesia": "FJ NC PG SB VU",
    "micronesia": "FM GU KI MH MP NR PW UM",
    "polynesia": "AS CK NU PF PN TK TO TV WF WS",
    "antarctica": "AQ",
}

REGIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {region: frozenset(codes.split()) for region, codes in _CODES.items()}
)
"""Country codes by region, as in the United Nations Statistics Division's *Standard country or area codes for
statistical use* (M49), at the level of subregions, and of intermediate regions where Africa and Latin America have
them. Antarctica is an area of its own there; Taiwan, which the standard does not list, stands with Eastern Asia."""

_REGION_OF = {code: region for region, codes in REGIONS.items() for code in codes}


def region_of(code: str) -> str:
    """Return the region of a country by its two-letter code of ISO 3166-1, a key of `REGIONS`.

    Raises
    ------
    UnknownIdError
        This is no such code.

    Examples
    --------
    >>> region_of("KZ"), region_of("RU"), region_of("IR")
    ('central-asia', 'eastern-europe', 'southern-asia')
    """
    region = _REGION_OF.get(code)
    if region is None:
        from network.places import unknown_id

        raise unknown_id("country", code, _REGION_OF)
    return region
