import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from network.geo import MEAN_RADIUS_KM, great_circle_km

degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def by_vectors(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Second formulation: the angle between unit vectors, by the arc tangent of cross and dot product."""

    def unit(lat: float, lon: float) -> np.ndarray:
        phi, lam = math.radians(lat), math.radians(lon)
        return np.array([math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)])

    a, b = unit(lat1, lon1), unit(lat2, lon2)
    return MEAN_RADIUS_KM * math.atan2(float(np.linalg.norm(np.cross(a, b))), float(np.dot(a, b)))


@settings(max_examples=60, deadline=None)
@given(degrees, degrees)
def test_agrees_with_the_angle_between_unit_vectors(a, b):
    """Haversine and vector forms give the same distance, also near antipodes (to a meter)."""
    assert math.isclose(float(great_circle_km(*a, *b)), by_vectors(*a, *b), rel_tol=1e-9, abs_tol=2e-3)


@settings(max_examples=40, deadline=None)
@given(degrees, degrees)
def test_is_symmetric_and_zero_at_home(a, b):
    """The way back is as long as the way there; a point is at distance 0 from itself."""
    assert float(great_circle_km(*a, *b)) == float(great_circle_km(*b, *a))
    assert float(great_circle_km(*a, *a)) == 0.0


def test_known_distance():
    """Big Ben to the Statue of Liberty is 5,575 km on the sphere (haversine, R = 6371 km)."""
    assert abs(float(great_circle_km(51.5007, -0.1246, 40.6892, -74.0445)) - 5574.8) < 0.5


def test_crosses_the_date_line_and_works_on_arrays():
    """Two points one degree apart over the date line are as far as over Greenwich, element by element."""
    lon1, lon2 = np.array([179.5, -0.5]), np.array([-179.5, 0.5])
    distance = great_circle_km(np.zeros(2), lon1, np.zeros(2), lon2)
    assert distance.shape == (2,)
    assert np.allclose(distance, math.radians(1.0) * MEAN_RADIUS_KM)
