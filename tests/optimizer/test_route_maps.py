"""Maps of routes: each in its own color, side by side where they share a way, and named with money and days."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.colors import to_hex

from optimizer import find_routes
from optimizer.language import speaking
from optimizer.report.map_style import ROUTE_COLORS
from optimizer.report.maps import write_map
from optimizer.report.route_maps import beside, draw_routes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from network import Dataset
    from optimizer import Route


@pytest.fixture(scope="module")
def routes(tiny: Dataset) -> list[Route]:
    return list(find_routes(tiny, "Xi'an", "Baku", k=3, plain=True))


def svg_of(figure: Figure) -> str:
    """Return a map as SVG."""
    stream = io.BytesIO()
    write_map(figure, stream, "svg")
    return stream.getvalue().decode()


def test_every_route_has_a_line_for_each_of_its_links(tiny: Dataset, routes: list[Route]) -> None:
    collections = draw_routes(tiny, routes).axes[0].collections
    drawn = {to_hex(lines.get_colors()[0]).upper(): lines for lines in collections if lines.get_zorder() == 4.0}
    assert len(routes) > 1
    for at, route in enumerate(routes):
        n_links = sum(hasattr(leg, "link_id") for leg in route.legs)
        assert len(drawn[ROUTE_COLORS[at].upper()].get_paths()) == n_links


def test_the_key_has_corridor_money_and_days(tiny: Dataset, routes: list[Route]) -> None:
    svg = svg_of(draw_routes(tiny, routes))
    assert f"{routes[0].cost_usd:,.0f} USD" in svg
    assert f"{routes[0].time_h / 24:.1f} days" in svg
    assert "Xi'an → Baku" in svg
    assert "Middle Corridor" in svg
    with speaking("ru"):
        assert "Сиань → " in svg_of(draw_routes(tiny, routes))
    assert "A heading" in svg_of(draw_routes(tiny, routes, title="A heading", has_borders=False, places=False))


def test_no_route_is_no_map(tiny: Dataset) -> None:
    with pytest.raises(ValueError, match="no route"):
        draw_routes(tiny, [])


def test_a_line_beside_another_is_as_far_from_it_everywhere() -> None:
    """To the right of a way to the east is south, around a corner too."""
    line = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 0.0], [10.0, 10.0]])
    assert beside(line, 1.0) == pytest.approx(np.array([[0.0, -1.0], [11.0, -1.0], [11.0, 10.0]]))
    assert beside(line, 0.0) is line


def test_a_line_that_turns_back_stays_near() -> None:
    """Where a way returns on itself a line beside it has no place; it goes nowhere far."""
    line = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 0.0]])
    assert np.abs(beside(line, 1.0) - line).max() <= 2.0
    assert beside(np.zeros((3, 2)), 1.0).tolist() == np.zeros((3, 2)).tolist()
