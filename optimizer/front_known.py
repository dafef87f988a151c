"""What is known to be reachable while a front is searched: the best sums so far, and what they leave no hope for."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from network.model import Numbers
    from optimizer.front_bounds import Field
    from optimizer.front_graph import Rows

    Mask = npt.NDArray[np.bool_]

SLACK = 1e-10
"""Relative: room for the rounding of sums at a price, which are not exact as those of one criterion are."""


class Known:
    """Sums of paths from root to sink none of which is beaten by another, with a label and a way ahead that make each.

    `x` rises and `y` falls; the first entry is out of reach. `spare` is 1 + epsilon: what a known sum is within that
    factor of in both criteria needs no search.
    """

    def __init__(self, field: Field, most: tuple[float, float], spare: float) -> None:
        self.field, self.most, self.spare = field, most, spare
        self.x, self.y = np.array([-inf]), np.array([inf])
        self.label, self.way = np.array([-1]), np.array([-1])
        self._table: Numbers | None = None

    def add(self, x: Numbers, y: Numbers, label: Rows) -> None:
        """Add what labels at nodes reach by the ways ahead, given the sums, of shape (n_labels, n_prices)."""
        is_new: Mask = self.y[np.searchsorted(self.x, x, side="right") - 1] > y
        is_new &= (x <= self.most[0]) & (y <= self.most[1])
        row, way = np.nonzero(is_new)
        if not len(row):
            return
        columns = (
            np.concatenate(both)
            for both in ((self.x, x[row, way]), (self.y, y[row, way]), (self.label, label[row]), (self.way, way))
        )
        all_x, all_y, labels, ways = columns
        order = np.lexsort((all_y, all_x))
        lowest = np.minimum.accumulate(all_y[order])
        kept = order[np.concatenate(([True], all_y[order][1:] < lowest[:-1]))]
        self.x, self.y, self.label, self.way = all_x[kept], all_y[kept], labels[kept], ways[kept]
        self._table = None

    def is_beaten(self, node: Rows, x: Numbers, y: Numbers) -> Mask:
        """Say of labels whether a limit or a known sum leaves no hope for the least they can still reach.

        A known sum beats what it is better than; with an epsilon also what it is as good as, or nearly.
        """
        least_x, least_y = x + self.field.least_x[node], y + self.field.least_y[node]
        far: Mask = (least_x > self.field.most_x) | (least_y > self.field.most_y)
        near_x, near_y = least_x * self.spare, least_y * self.spare
        at = np.searchsorted(self.x, near_x, side="right") - 1
        known_y = self.y[at]
        beaten: Mask = known_y <= near_y
        if self.spare == 1.0:
            beaten &= (known_y < near_y) | (self.x[at] < near_x)
        return far | beaten

    def is_hopeless(self, node: Rows, x: Numbers, y: Numbers) -> Mask:
        """Say the same, also of what labels can still reach at each price between the criteria.

        What is not beaten lies in a corner: left of a known sum and below the one before it. A label is without hope
        if at some price all corners within its reach are less than its least sum at that price.
        """
        field, spare = self.field, self.spare
        least_x, least_y = (x + field.least_x[node]) * spare, (y + field.least_y[node]) * spare
        from_ = np.maximum(np.searchsorted(self.x, least_x, side="left") - 1, 0)
        to = len(self.y) - 1 - np.searchsorted(self.y[::-1], least_y, side="left")
        n_corners = np.maximum(to - from_ + 1, 1)
        level = np.frexp(n_corners.astype(np.float64))[1] - 1
        table = self._corners()
        best = np.maximum(table[level, from_], table[level, np.maximum(to + 1 - (1 << level), 0)])
        least = (x[:, None] * field.prices[:, 0] + y[:, None] * field.prices[:, 1] + field.least[node]) * spare
        hopeless: Mask = self.is_beaten(node, x, y) | (to < from_) | (least > best).any(axis=1)
        return hopeless

    def _corners(self) -> Numbers:
        """Return the greatest sum at each price of 1, 2, 4 … corners from each on: a sparse table.

        Shape (n_levels, n_corners, n_prices). Source: Bender and Farach-Colton (2000), LATIN, LNCS 1776:88.
        """
        if self._table is None:
            field = self.field
            most_x, most_y = field.most_x * self.spare, field.most_y * self.spare
            x, y = np.minimum(np.append(self.x[1:], most_x), most_x), np.minimum(self.y, most_y)
            sums = x[:, None] * field.prices[:, 0] + y[:, None] * field.prices[:, 1]
            levels, length = [sums * (1.0 + SLACK)], 1
            while 2 * length <= len(x):
                longer = levels[-1].copy()
                np.maximum(levels[-1][:-length], levels[-1][length:], out=longer[:-length])
                levels.append(longer)
                length *= 2
            self._table = np.stack(levels)
        return self._table
