"""Maps: the projection against a published example, what is drawn, and the base map."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest
from made_network import dataset, link

from network import UnknownIdError, load
from optimizer.report.maps import base_map, draw_map, great_circle, write_map
from optimizer.report.projection import EARTH_RADIUS_KM, EURASIA, Cone, project

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def test_projection_of_the_published_example() -> None:
    """Snyder (1987), numerical example of section 15 for a sphere of radius 1: x 0.2966785, y 0.2462112."""
    cone = Cone(parallel_1=33, parallel_2=45, meridian=-96, origin_lat=23)
    assert (project([[-75.0, 35.0]], cone) / EARTH_RADIUS_KM)[0] == pytest.approx((0.2966785, 0.2462112), abs=1e-7)


@pytest.mark.parametrize("lat", [EURASIA.parallel_1, EURASIA.parallel_2])
def test_a_standard_parallel_keeps_its_length(lat: float) -> None:
    east_west = project([[66.0, lat], [66.001, lat]])
    assert np.linalg.norm(np.diff(east_west, axis=0)) == pytest.approx(
        EARTH_RADIUS_KM * np.radians(0.001) * np.cos(np.radians(lat)), rel=1e-6
    )


def test_great_circle_passes_north_of_the_straight_line() -> None:
    line = great_circle([121.0, 31.0], [4.0, 52.0])
    assert line[[0, -1]] == pytest.approx(np.array([[121.0, 31.0], [4.0, 52.0]]))
    assert line[:, 1].max() > 60
    assert great_circle([5.0, 5.0], [5.0, 5.0]) == pytest.approx(np.array([[5.0, 5.0], [5.0, 5.0]]))


def test_every_link_is_drawn_once_in_the_color_of_its_mode() -> None:
    data = load()
    links = data.network.links
    n_links = {mode: int((links.text("mode") == mode).sum()) for mode in ("rail", "sea", "air")}
    collections = draw_map(data, modes=tuple(n_links)).axes[0].collections
    counts = [len(drawn.get_paths()) for drawn in collections]
    assert all(count in counts for count in n_links.values())


@pytest.fixture(scope="module")
def whole() -> Figure:
    return draw_map(load())


def test_a_corridor_is_brought_out_and_the_frame_fits_it(whole: Figure) -> None:
    part = draw_map(load(), corridor="titr")
    assert np.diff(part.axes[0].get_xlim()) < np.diff(whole.axes[0].get_xlim())
    with pytest.raises(UnknownIdError, match="titr"):
        draw_map(load(), corridor="titre")


def test_the_same_map_is_the_same_svg_and_names_stay_text() -> None:
    """Names are text to search for, even with markup and dollar signs, and two drawings are the same bytes."""
    name = 'Ufa <b> & "$x^2$"'
    data = dataset([link("a", "road", "A", "B")], names={"A": name})
    pictures = []
    for _ in range(2):
        picture = io.BytesIO()
        write_map(draw_map(data), picture, "svg")
        pictures.append(picture.getvalue())
    assert pictures[0] == pictures[1]
    texts = "".join("".join(element.itertext()) for element in ET.fromstring(pictures[0]).iter())
    assert name in texts


def test_png_of_the_bundled_network(whole: Figure) -> None:
    picture = io.BytesIO()
    write_map(whole, picture, "png")
    assert picture.getvalue().startswith(b"\x89PNG")
    assert int.from_bytes(picture.getvalue()[16:20]) == 2400


def test_base_map_has_no_edge_across_the_page() -> None:
    """A ring that was cut at the date line shows as an edge of many degrees."""
    for rings in (*base_map()["land"], *base_map()["lakes"]):
        for ring in rings:
            points = np.array([*ring, ring[0]])
            inside = (np.abs(points[:, 1]) < 77) & (points[:, 0] > -24) & (points[:, 0] < 179)
            both = inside[:-1] & inside[1:]
            assert np.abs(np.diff(points[:, 0]))[both].max(initial=0.0) < 6
