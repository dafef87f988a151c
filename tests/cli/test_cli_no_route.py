"""What ``corridor route`` says where no route obeys all that is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Answer

    Run = Callable[..., Answer]

BLOCKED = ("--avoid-country", "IR", "--avoid-country", "AF", "--avoid-mode", "air", "--max-time-h", 300)


def test_one_paragraph_for_people(corridor: Run) -> None:
    """First what blocks, then what helps with days and money; nothing on stdout, exit code 3."""
    answer = corridor("route", "Moscow", "Mumbai", *BLOCKED)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("corridor: no route from Moscow to Mumbai")
    assert ": 'avoid mode air' and 'max time 300 h' together leave no route; " in answer.err
    assert "accept 22.9 days (550.4 h): 4,242 USD (Ocean route via Suez)" in answer.err
    assert "; or allow air: " in answer.err


def test_json_carries_blocking_and_relaxations(corridor: Run) -> None:
    """A script reads what blocks and what helps, and what it reads answers the relaxed question."""
    answer = corridor("route", "Moscow", "Mumbai", *BLOCKED, "--format", "json", "--quantity", 2)
    assert (answer.code, answer.out) == (3, "")
    error = json.loads(answer.err)["error"]
    assert (error["code"], error["type"]) == ("E400", "NoRouteError")
    assert error["blocking"] == ["avoid mode air", "max time 300 h"]
    slower, by_air = error["relaxations"]
    assert list(slower) == ["constraint", "action", "cost_usd", "time_h", "co2_kg", "modes", "corridor", "way"]
    assert (slower["constraint"], by_air["constraint"]) == ("max time 300 h", "avoid mode air")
    assert (slower["corridor"], by_air["action"]) == ("ocean-suez", "allow air")
    for relaxation, options in (
        (slower, (*BLOCKED[:-1], slower["time_h"])),
        (by_air, ("--avoid-country", "IR", "--avoid-country", "AF", "--max-time-h", 300)),
    ):
        relaxed = corridor("route", "Moscow", "Mumbai", *options, "--format", "json", "--quantity", 2)
        best = json.loads(relaxed.out)["routes"][0]
        assert {key: best[key] for key in ("cost_usd", "time_h", "co2_kg", "modes", "corridor")} == {
            key: relaxation[key] for key in ("cost_usd", "time_h", "co2_kg", "modes", "corridor")
        }


def test_a_frozen_river(corridor: Run) -> None:
    """In January the Volga is closed: the months in which it is open are named."""
    answer = corridor("route", "Astrakhan", "Volgograd", "--month", 1, "--avoid-mode", "rail", "--avoid-mode", "road")
    assert answer.code == 3
    assert "another month than January (months 4-11 have a route)" in answer.err


def test_one_place_is_no_matter_of_constraints(corridor: Run) -> None:
    """From a place to itself no constraint is blamed, and nothing is offered."""
    answer = corridor("route", "Almaty", "Almaty", "--avoid-country", "RU", "--format", "json")
    error = json.loads(answer.err)["error"]
    assert (answer.code, error["blocking"], error["relaxations"]) == (3, [], [])
    assert "same node" in error["message"]
