"""Distances on the globe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from network.model import Numbers

MEAN_RADIUS_KM = 6371.0088
"""Mean radius of the Earth, (2a + b) / 3 of the GRS 80 ellipsoid: H. Moritz, Geodetic Reference System 1980."""


def great_circle_km(lat1: Numbers, lon1: Numbers, lat2: Numbers, lon2: Numbers) -> Numbers:
    """Return great-circle distances in km between points given in degrees; arguments broadcast.

    The haversine form keeps its digits for close points (R. W. Sinnott, Virtues of the Haversine, Sky and
    Telescope 68, 1984). On the ellipsoid a true distance may be up to 0.5 % shorter or longer.

    Examples
    --------
    >>> round(float(great_circle_km(0.0, 0.0, 0.0, 180.0)))
    20015
    """
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_dphi = (phi2 - phi1) / 2.0
    half_dlambda = np.radians(np.subtract(lon2, lon1)) / 2.0
    haversine = np.sin(half_dphi) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_dlambda) ** 2
    # Rounding may lift the sum a hair above 1 for antipodes.
    distance: Numbers = 2.0 * MEAN_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(haversine, 1.0)))
    return distance
