"""Weights: defaults, refusals, plain form."""

from __future__ import annotations

import pytest

from optimizer import Weights


def test_defaults_count_money_and_own_time() -> None:
    """By default money counts once, time at each commodity's own value, CO2 not."""
    assert Weights().to_mapping() == {"cost": 1.0, "time_per_h": None, "co2_per_kg": 0.0}
    assert Weights() == Weights(1.0, None, 0.0)
    assert hash(Weights()) == hash(Weights(1.0, None, 0.0))


@pytest.mark.parametrize("name", ["cost", "time_per_h", "co2_per_kg"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_weights_that_make_no_sense(name: str, value: float) -> None:
    """A weight below 0 or not finite is refused by name."""
    with pytest.raises(ValueError, match=name):
        Weights(**{name: value})


def test_weights_are_frozen() -> None:
    """Weights cannot change after they were made: routes and plans are remembered by them."""
    with pytest.raises(AttributeError):
        Weights().cost = 2.0  # type: ignore[misc]
