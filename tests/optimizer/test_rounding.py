"""Volumes of outcomes lose the digits that sums leave, and nothing else."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from made_network import dataset, link

from network import Change, Scenario
from optimizer import what_if
from optimizer.rounding import DIGITS, rounded


def shift(before: float, after: float, delta_t: float) -> dict[str, float]:
    """Return a shift rounded as that of an outcome."""
    record = rounded({"shifts": [{"before": before, "after": after, "delta": after - before, "delta_t": delta_t}]})
    (row,) = record["shifts"]
    return row


def test_what_sums_leave_is_gone() -> None:
    """Numbers that were seen: a difference is rounded like what it is taken from."""
    assert shift(56960.000003815, 0.0, -569600.00003815) == {
        "before": 56960.0,
        "after": 0.0,
        "delta": -56960.0,
        "delta_t": -569600.0,
    }
    assert shift(22_000_000.0, 22_000_003.0000002, 36.0000024)["delta"] == 3.0
    record = rounded(
        {"bottlenecks": [{"capacity": 3e6, "used": 2100.0000000000036, "holds_from": 1e-10, "holds_to": None}]}
    )
    assert record["bottlenecks"] == [{"capacity": 3e6, "used": 2100.0, "holds_from": 0.0, "holds_to": None}]
    unmet = rounded({"unmet": [{"volume": 2100.0000000000036}]})
    assert unmet == {"unmet": [{"volume": 2100.0}]}


@given(value=st.floats(1e-6, 1e15))
def test_nothing_is_lost_that_counts(value: float) -> None:
    """A volume stays what it was to nine digits, money to the last."""
    record = rounded(
        {"cost_usd": value, "measures": {"unmet": {"t": value}, "t": value, "t_km": value, "cost_usd": value}}
    )
    assert (record["cost_usd"], record["measures"]["cost_usd"]) == (value, value)
    for volume in (record["measures"]["t"], record["measures"]["t_km"], record["measures"]["unmet"]["t"]):
        assert abs(volume - value) <= value * 0.5 * 10.0 ** (1 - DIGITS)


def test_outcomes_have_no_digits_of_sums() -> None:
    """Thirds of thirty demands add up to a whole number in the outcome, before and after."""
    row = {"origin": "A", "destination": "B", "commodity": "container", "volume": 0.1, "unmet_cost_usd_per_unit": 90}
    links = [link("cheap", "rail1520", "A", "B"), link("dear", "road", "A", "B", cost_usd_per_teu=5.0)]
    data = dataset(links, demands=[row | {"demand_id": f"d{at}"} for at in range(30)])
    shut = Scenario("shut", changes=(Change("links", where={"id": "cheap"}, close=1.0),))
    outcome = what_if(data, [shut]).outcomes[0]
    told = {(row["by"], row["id"], row["unit"]): row["delta"] for row in outcome["shifts"] if not row["commodity"]}
    assert told["mode", "rail", "teu"] == -3.0
    assert told["mode", "road", "teu"] == 3.0
    assert all(len(repr(row["delta"])) < 14 for row in outcome["shifts"])
    assert json.loads(json.dumps(outcome)) == outcome
