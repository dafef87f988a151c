"""Smallest hitting sets of a few small sets of whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Sets = list[frozenset[int]]


def smallest_hitting_set(sets: Sequence[frozenset[int]]) -> tuple[int, ...]:
    """Return the fewest numbers, sorted, of which every one of `sets` has at least one.

    Of several such choices the first in lexicographic order is returned, so that the answer does not depend on the
    order of `sets`. Exact, by branching on the smallest set that is not hit yet; a set of disjoint sets that still
    have to be hit is the bound. Made for some dozens of sets over some dozens of numbers: the problem is NP-hard (Karp
    1972, Reducibility among combinatorial problems).

    Raises
    ------
    ValueError
        One of `sets` is empty: nothing hits it.

    Examples
    --------
    >>> smallest_hitting_set([frozenset({1, 2}), frozenset({2, 3}), frozenset({3, 4})])
    (1, 3)
    """
    left = list(sets)
    if not all(left):
        raise ValueError("nothing hits an empty set")
    size = 0
    while not _can_hit(left, size):
        size += 1
    chosen: list[int] = []
    for number in sorted(frozenset().union(*left)):
        others = _unhit(left, number)
        if len(chosen) < size and _can_hit(others, size - len(chosen) - 1):
            chosen.append(number)
            left = others
        else:
            left = _without(left, number)
    return tuple(chosen)


def _can_hit(sets: Sets, size: int) -> bool:
    """Say whether `size` numbers are enough to hit all of `sets`."""
    if not sets:
        return True
    if size < _n_disjoint(sets):
        return False
    for number in sorted(sorted(sets, key=len)[0]):
        if _can_hit(_unhit(sets, number), size - 1):
            return True
        # What is left to look for hits without this number.
        sets = _without(sets, number)
    return False


def _n_disjoint(sets: Sets) -> int:
    """Return how many disjoint sets are found when the smaller ones are taken first; each needs its own number."""
    taken: set[int] = set()
    n_disjoint = 0
    for numbers in sorted(sets, key=len):
        if taken.isdisjoint(numbers):
            taken |= numbers
            n_disjoint += 1
    return n_disjoint


def _unhit(sets: Sets, number: int) -> Sets:
    """Return the sets that do not have a number."""
    return [numbers for numbers in sets if number not in numbers]


def _without(sets: Sets, number: int) -> Sets:
    """Return the sets without a number."""
    return [numbers - {number} for numbers in sets]
