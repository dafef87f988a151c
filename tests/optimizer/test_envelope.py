"""Convex piecewise linear functions from values and lines, also where a line touches in one place only."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import SolverError
from optimizer.envelope import Line, Piece, check_convex, piece_above, piece_below, pieces_of

LOW, HIGH = 0.0, 100.0


@dataclass
class Asked:
    """A convex function by its pieces, that counts how often it is asked; at a bend the line is any that touches."""

    pieces: list[Piece]
    shares: list[float]
    n_asked: int = 0
    past: list[float] = field(default_factory=list)

    def __call__(self, place: float) -> Line:
        """Return value and line at a place."""
        self.past.append(place)
        self.n_asked += 1
        near = [piece for piece in self.pieces if piece.low - 1e-9 <= place <= piece.high + 1e-9]
        low = near[0].slope - (500.0 if place == LOW else 0.0)
        high = near[-1].slope + (500.0 if place == HIGH else 0.0)
        share = self.shares[self.n_asked % len(self.shares)]
        return Line(place, near[0].value + near[0].slope * (place - near[0].low), low + share * (high - low))


@st.composite
def functions(draw: st.DrawFn) -> Asked:
    """Draw a convex function on [0, 100] with up to ten pieces and slopes that differ by at least 1."""
    places = draw(st.lists(st.integers(1, 99), max_size=9, unique=True))
    slopes = sorted(
        draw(st.lists(st.integers(-5000, 5000), min_size=len(places) + 1, max_size=len(places) + 1, unique=True))
    )
    ends = [LOW, *sorted(map(float, places)), HIGH]
    value = draw(st.floats(1e5, 1e7))
    pieces = []
    for (low, high), slope in zip(pairwise(ends), slopes, strict=True):
        pieces.append(Piece(low, high, value, float(slope)))
        value += slope * (high - low)
    shares = draw(st.lists(st.sampled_from([0.0, 1.0, 0.3, 0.5]), min_size=1, max_size=5))
    return Asked(pieces, shares)


@given(function=functions())
@settings(max_examples=200, deadline=None)
def test_finds_every_piece_and_no_other(function: Asked) -> None:
    """The pieces are those of the function, whatever lines touch it at its bends, in about two questions each."""
    found = pieces_of(function, LOW, HIGH)
    assert [(piece.low, piece.high) for piece in found] == [
        (pytest.approx(piece.low, abs=1e-3), pytest.approx(piece.high, abs=1e-3)) for piece in function.pieces
    ]
    assert [piece.slope for piece in found] == pytest.approx([piece.slope for piece in function.pieces], abs=1e-3)
    check_convex(found)
    assert function.n_asked <= 3 * len(function.pieces) + 2


@given(function=functions(), share=st.floats(0.01, 0.99))
@settings(max_examples=200, deadline=None)
def test_one_piece_on_either_side(function: Asked, share: float) -> None:
    """The piece to one side of a place, also of a bend, ends where the function bends next."""
    bends = [piece.low for piece in function.pieces[1:]]
    place = bends[int(share * len(bends))] if bends and share < 0.6 else LOW + share * (HIGH - LOW)
    here = function(place)
    above = piece_above(function, here, function(HIGH))
    below = piece_below(function, here, function(LOW))
    right = next(piece for piece in function.pieces if piece.high > place + 1e-6)
    left = next(piece for piece in reversed(function.pieces) if piece.low < place - 1e-6)
    assert (above.low, above.high, above.slope) == (
        place,
        pytest.approx(right.high, abs=1e-3),
        pytest.approx(right.slope, abs=1e-3),
    )
    assert (below.low, below.high, below.slope) == (
        pytest.approx(left.low, abs=1e-3),
        place,
        pytest.approx(left.slope, abs=1e-3),
    )
    assert below.value == pytest.approx(here.value + below.slope * (below.low - place))


def test_rounding_does_not_go_on_for_ever() -> None:
    """Noise below the tolerance makes no pieces: a smooth function gives finitely many, noise on a line gives one."""
    noise = iter(range(10**6))
    line = pieces_of(lambda place: Line(place, 1e6 + (next(noise) * 7919 % 13 - 6) * 1e-6, 0.0), 0.0, 1.0)
    assert len(line) == 1
    smooth = pieces_of(lambda place: Line(place, 1.0 + place * place, 2.0 * place), 0.0, 1.0, tolerance=1e-6)
    assert 100 < len(smooth) < 5000
    check_convex(smooth, 1e-6)


def test_what_is_not_convex_is_refused() -> None:
    """Values above a chord, and pieces that bend down or do not meet, are errors."""
    with pytest.raises(SolverError, match="not convex"):
        pieces_of(lambda place: Line(place, 1.0 + place * (1.0 - place), 2.0 * place - 1.0), 0.0, 1.0)
    with pytest.raises(SolverError, match="not convex"):
        check_convex([Piece(0.0, 1.0, 0.0, 1.0), Piece(1.0, 2.0, 1.0, 0.5)])
    with pytest.raises(SolverError, match="not continuous"):
        check_convex([Piece(0.0, 1.0, 0.0, 1.0), Piece(1.0, 2.0, 1.5, 2.0)])
