"""Smallest hitting sets against trying every choice."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.hitting import smallest_hitting_set


@given(st.lists(st.frozensets(st.integers(0, 7), min_size=1), max_size=9))
def test_first_of_the_smallest(sets: list[frozenset[int]]) -> None:
    """The first choice in lexicographic order, of the smallest size that has any, hits every set."""
    choices = chain.from_iterable(combinations(range(8), size) for size in range(9))
    assert smallest_hitting_set(sets) == next(
        choice for choice in choices if all(not numbers.isdisjoint(choice) for numbers in sets)
    )


def test_nothing_to_hit_and_nothing_that_hits() -> None:
    """No sets need no number; an empty set is an error."""
    assert smallest_hitting_set([]) == ()
    with pytest.raises(ValueError, match="empty set"):
        smallest_hitting_set([frozenset({1}), frozenset()])


def test_many_numbers() -> None:
    """Thirty numbers in all pairs of ten triples: one number per disjoint triple is the bound, and is enough."""
    triples = [frozenset(range(at, at + 3)) for at in range(0, 30, 3)]
    overlapping = [frozenset({at, (at + 3) % 30, (at + 7) % 30}) for at in range(0, 30, 3)]
    chosen = smallest_hitting_set([*triples, *overlapping])
    assert len(chosen) == 10
    assert all(numbers & set(chosen) for numbers in [*triples, *overlapping])
