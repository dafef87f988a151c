"""``corridor plan --explain``, and what is told of a plan without an answer, on the tiny network."""

from __future__ import annotations

import json

import pytest

SCALED = '[[changes]]\ntable = "demands"\nscale = { volume = 30.0 }\nset = { unmet_cost_usd_per_unit = %s }\n'
MORE = f'name = "more"\n{SCALED % "9000"}'
HARD = f'name = "hard"\n{SCALED % (chr(34) * 2)}'


@pytest.fixture
def more(tmp_path):
    """Return a scenario under which the tiny network leaves demand behind."""
    path = tmp_path / "more.toml"
    path.write_text(MORE)
    return path


def test_explain_says_why_and_what_would_serve(corridor, tiny_folder, more) -> None:
    """The table has reasons and extensions below the plan; the JSON has them under shortfall and still verifies."""
    asked = ("plan", "--dataset", tiny_folder, "--scenario", more)
    plain = corridor(*asked)
    told = corridor(*asked, "--explain")
    assert told.code == plain.code == 0
    assert "Why demand stays behind" not in plain.out
    for words in ("Why demand stays behind", "Capacities to raise", "Planned again with these capacities"):
        assert words in told.out
    assert "shortfall" not in json.loads(corridor(*asked, "--format", "json").out)
    target = more.with_name("plan.json")
    assert corridor(*asked, "--explain", "--format", "json", "-o", target).code == 0
    plan = json.loads(target.read_text())
    found = plan["shortfall"]
    assert list(found) == ["demands", "cut", "extensions"]
    assert {row["demand_id"] for row in found["demands"]} == {row["demand_id"] for row in plan["unmet"]}
    assert found["extensions"]["after"]["status"] == "optimal"
    assert corridor("verify", target, "--dataset", tiny_folder).code == 0


def test_an_infeasible_plan_is_always_explained(corridor, tiny_folder, more) -> None:
    """Without an answer the reasons stand in the error text and in the JSON; the exit code stays 3."""
    more.write_text(HARD)
    asked = ("plan", "--dataset", tiny_folder, "--scenario", more)
    told = corridor(*asked)
    assert (told.code, told.out) == (3, "")
    assert "must be carried" in told.err
    assert "Why there is no plan" in told.err
    answer = corridor(*asked, "--format", "json")
    assert answer.code == 3
    plan = json.loads(answer.out)
    assert plan["status"] == "infeasible"
    assert plan["shortfall"]["demands"]
    assert json.loads(answer.err)["error"]["status"] == "infeasible"


def test_explain_has_no_place_in_a_list_of_flows(corridor, tiny_folder) -> None:
    """A CSV of flows cannot hold reasons: that is a usage error."""
    answer = corridor("plan", "--dataset", tiny_folder, "--explain", "--format", "csv")
    assert (answer.code, answer.out) == (2, "")
