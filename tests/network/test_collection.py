"""The pause of the garbage collector."""

from __future__ import annotations

import gc

import pytest

from network.collection import collection_paused


def test_the_collector_runs_again_also_after_an_error() -> None:
    """It is off inside, and as it was before outside."""

    @collection_paused()
    def fails() -> None:
        assert not gc.isenabled()
        raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    """Whoever switched it off keeps it off."""
    gc.disable()
    try:
        with collection_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
