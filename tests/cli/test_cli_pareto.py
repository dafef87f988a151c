"""The options of ``corridor route --pareto``: which criteria, how near, and how many labels."""

from __future__ import annotations

import json

import pytest

ASK = ("route", "Xi'an", "Duisburg", "--pareto")


def test_criteria_are_chosen(corridor):
    """The heading tells of what was asked for, and the best in the rest is not told."""
    answer = corridor(*ASK, "--criteria", "Time, COST")
    assert answer.code == 0
    assert " choices between money and time: " in answer.out
    assert "kg CO2e\n" not in answer.out.partition("choices between")[2].partition("\n")[0] + "\n"
    rows = [line for line in answer.out.splitlines() if line.lstrip()[:1].isdigit() and "corridor" in line.casefold()]
    assert not any(" CO2 " in line for line in rows)
    assert answer.err == ""


def test_all_three_is_what_is_meant_without_criteria(corridor):
    """Three criteria by name are the default, in any order."""
    assert corridor(*ASK, "--criteria", "co2,cost,time").out == corridor(*ASK).out


def test_a_limit_is_a_note_and_a_machine_reads_it(corridor):
    """A search cut short is told on stderr, and in the JSON beside the routes; the exit code is 0."""
    answer = corridor(*ASK, "--max-labels", 100, "--format", "json")
    assert answer.code == 0
    assert answer.err.startswith(
        "the search ended after 100 labels, its limit: there may be other choices; of any route"
    )
    told = json.loads(answer.out)["front"]
    assert told["within"] > 0
    assert told | {"within": 0} == {
        "criteria": ["cost", "time", "co2"],
        "is_complete": False,
        "within": 0,
        "n_labels": 100,
    }


def test_epsilon_lists_fewer(corridor):
    """With an epsilon fewer routes are listed, and the JSON says how near they are to all others."""
    near = json.loads(corridor(*ASK, "--epsilon", 0.1, "--format", "json").out)
    every = json.loads(corridor(*ASK, "--format", "json").out)
    assert 1 < len(near["routes"]) < len(every["routes"])
    assert (near["front"]["is_complete"], near["front"]["within"]) == (True, 0.1)
    assert "front" not in every


@pytest.mark.parametrize("value", ["cost", "cost,cost", "cost,risk", "", "cost,time,co2,time"])
def test_criteria_that_make_no_front_are_refused(corridor, value):
    """One criterion, one twice, or one unknown is no question for a front."""
    answer = corridor(*ASK, "--criteria", value)
    assert answer.code == 2
    assert "is not two or three of cost, time, co2, such as cost,time." in answer.err


@pytest.mark.parametrize("option", [("--criteria", "cost,time"), ("--epsilon", 0.1), ("--max-labels", 9)])
def test_options_of_a_front_belong_to_it(corridor, option):
    """Without --pareto they are refused, not ignored."""
    answer = corridor("route", "Xi'an", "Duisburg", *option)
    assert answer.code == 2
    assert f"{option[0]} belongs to --pareto" in answer.err
