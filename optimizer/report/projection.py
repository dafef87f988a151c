"""The Lambert conformal conic projection: shapes stay true, and straight lines are close to great circles.

Formulas of Snyder, "Map Projections: A Working Manual", U.S. Geological Survey Professional Paper 1395 (1987),
section 15, for the sphere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

EARTH_RADIUS_KM = 6371.0


class Cone(NamedTuple):
    """A cone that cuts the globe at two standard parallels, in degrees."""

    parallel_1: float
    parallel_2: float
    meridian: float
    origin_lat: float


EURASIA = Cone(parallel_1=25.0, parallel_2=57.0, meridian=66.0, origin_lat=42.0)
"""Scale errors stay below a tenth from 12 to 64 degrees north, where most of the network lies."""


def project(lon_lat: Sequence[Sequence[float]] | NDArray[np.float64], cone: Cone = EURASIA) -> NDArray[np.float64]:
    """Return kilometers east and north of the cone's origin of points of longitude and latitude, both (n, 2).

    Examples
    --------
    >>> project([[66.0, 42.0]]).round(6).tolist()
    [[0.0, 0.0]]
    """
    lon, lat = np.radians(np.asarray(lon_lat, dtype=np.float64)).T
    first, second, origin = np.radians([cone.parallel_1, cone.parallel_2, cone.origin_lat])
    n = np.log(np.cos(first) / np.cos(second)) / np.log(_stretch(second) / _stretch(first))
    scale = EARTH_RADIUS_KM * np.cos(first) * _stretch(first) ** n / n
    rho, rho_origin = scale / _stretch(lat) ** n, scale / _stretch(origin) ** n
    theta = n * (lon - np.radians(cone.meridian))
    return np.column_stack([rho * np.sin(theta), rho_origin - rho * np.cos(theta)])


def _stretch(lat: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    """Return tan(45° + lat/2), the isometric stretch of a latitude."""
    return np.asarray(np.tan(np.pi / 4 + lat / 2), dtype=np.float64)
