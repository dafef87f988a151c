"""Convex piecewise linear functions of one number, found by asking for values and supporting lines.

The optimum of a linear program is a convex, piecewise linear function of any right-hand side that moves along a line,
and its duals are the slopes of lines that touch this function from below (S. I. Gass, T. Saaty, *Naval Research
Logistics Quarterly* 2, 1955; D. Bertsimas, J. N. Tsitsiklis, *Introduction to Linear Optimization*, 1997, section 5.2).
Where two lines that touch it meet, either nothing lies above them, and it is a breakpoint, or a further line is found
(M. J. Eisner, D. G. Severance, *Journal of the ACM* 23, 1976). A function of n pieces takes about 2 n questions, and
its first piece alone as many as there are lines on the way to it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from network.errors import SolverError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOLERANCE = 1e-10
"""Share of the largest value by which two values may differ and still be the same: well above rounding of a solve."""
NARROW = 1e-12
"""Share of the interval below which what lies between two places is rounding."""


class Line(NamedTuple):
    """A line that touches the function at `at`: nothing of the function lies below it."""

    at: float
    value: float
    slope: float

    def over(self, place: float) -> float:
        """Return the value of the line at a place."""
        return self.value + self.slope * (place - self.at)

    def mirrored(self) -> Line:
        """Return the line as it is seen in a mirror at 0."""
        return Line(-self.at, self.value, -self.slope)


Query = Callable[[float], Line]


class Piece(NamedTuple):
    """The places from `low` to `high` between which the function is a straight line; `value` is that at `low`."""

    low: float
    high: float
    value: float
    slope: float

    @property
    def value_high(self) -> float:
        """Value at the high end."""
        return self.value + self.slope * (self.high - self.low) if self.slope else self.value


def pieces_between(query: Query, left: Line, right: Line, tolerance: float = TOLERANCE) -> Iterator[Piece]:
    """Yield the pieces of a convex function from `left` to `right` in order, each as soon as it is known.

    Parameters
    ----------
    query
        Returns value and supporting line at a place strictly between the two.
    left, right
        Supporting lines at the two ends.
    tolerance
        Relative to the larger of the two values: a bend by less is none.

    Raises
    ------
    SolverError
        The values cannot be those of a convex function.

    Notes
    -----
    A line that touches the function in one place only, as the price of a degenerate optimum does, has no piece of its
    own: the next line passes through the same value there and takes its place. For a fixed left line each line found
    meets it further left than the one before, so that the search ends whatever rounding does.
    """
    alike = tolerance * max(abs(left.value), abs(right.value))
    narrow = NARROW * (right.at - left.at)
    low, value = left.at, left.value
    waiting = [right]
    while waiting:
        right = waiting[-1]
        if right.over(low) >= value - alike:
            # It passes through the place where the piece begins: whatever the left line is, this is the piece.
            left = waiting.pop()
            continue
        if left.over(right.at) >= right.value - alike:
            # It touches as far as the right one does, which bends away there.
            yield Piece(low, right.at, value, left.slope)
            low, value, left = right.at, right.value, waiting.pop()
            continue
        place = _meeting(left, right, low, value)
        if place - low <= narrow:
            left = waiting.pop()
            continue
        middle = _between(query(place), low, value, right, alike)
        if middle.value - left.over(place) > alike:
            waiting.append(middle)
            continue
        yield Piece(low, place, value, left.slope)
        low, value, left = place, middle.value, waiting.pop()
    if left.at > low:
        yield Piece(low, left.at, value, left.slope)


def pieces_of(query: Query, low: float, high: float, tolerance: float = TOLERANCE) -> list[Piece]:
    """Return all pieces of a convex function from `low` to `high`."""
    return list(pieces_between(query, query(low), query(high), tolerance))


def piece_above(query: Query, here: Line, high: Line, tolerance: float = TOLERANCE) -> Piece:
    """Return the piece of a convex function that begins at a place and leads toward `high`."""
    return next(pieces_between(query, here, high, tolerance))


def piece_below(query: Query, here: Line, low: Line, tolerance: float = TOLERANCE) -> Piece:
    """Return the piece of a convex function that ends at a place and comes from `low`."""
    seen = next(pieces_between(lambda place: query(-place).mirrored(), here.mirrored(), low.mirrored(), tolerance))
    return Piece(-seen.high, -seen.low, seen.value_high, -seen.slope)


def check_convex(pieces: Sequence[Piece], tolerance: float = TOLERANCE) -> None:
    """Raise where pieces do not join or bend the wrong way.

    Raises
    ------
    SolverError
        The pieces are not those of one convex function.
    """
    alike = 4.0 * tolerance * max((abs(piece.value) for piece in pieces), default=0.0)
    for piece, following in pairwise(pieces):
        if piece.high != following.low or abs(piece.value_high - following.value) > alike:
            raise SolverError(f"the optimum is not continuous at {following.low:.9g}: solved less exactly than asked")
        # Over the shorter of the two, as a slope between near places is as uncertain as the values are.
        if (piece.slope - following.slope) * min(piece.high - piece.low, following.high - following.low) > alike:
            raise SolverError(f"the optimum is not convex at {following.low:.9g}: solved less exactly than asked")


def _meeting(left: Line, right: Line, low: float, value: float) -> float:
    """Return where the two lines meet, from where the left one is known to touch to where the right one does."""
    place = low + (value - right.over(low)) / (right.slope - left.slope)
    return min(max(place, low), right.at)


def _between(middle: Line, low: float, value: float, right: Line, alike: float) -> Line:
    """Return a line found between two places with its slope held between those of the chords, as convexity asks.

    Raises
    ------
    SolverError
        The value lies above the chord.
    """
    least = (middle.value - value) / (middle.at - low)
    most = (right.value - middle.value) / (right.at - middle.at)
    chord = value + (right.value - value) * (middle.at - low) / (right.at - low)
    if middle.value > chord + 4.0 * alike:
        raise SolverError(f"the optimum is not convex at {middle.at:.9g}: solved less exactly than asked")
    return middle._replace(slope=min(max(middle.slope, least), max(most, least)))
