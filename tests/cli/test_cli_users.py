"""``corridor users`` on the tiny network."""

from __future__ import annotations

import json


def test_users_as_table_json_and_csv(corridor, tiny_folder) -> None:
    """The three forms tell the same demands; the JSON has every key."""
    link_id = json.loads(corridor("plan", "--dataset", tiny_folder, "--format", "json").out)["flows"][0]["link_id"]
    found = json.loads(corridor("users", link_id, "--dataset", tiny_folder, "--format", "json").out)
    assert list(found) == ["thing", "year", "capacities", "users", "idle"] + [
        f"by_{key}" for key in ("commodity", "corridor", "origin_country", "destination_country")
    ]
    assert found["thing"] == {"kind": "link", "id": link_id, "side": ""}
    assert found["users"]
    table = corridor("users", link_id, "--dataset", tiny_folder).out
    lines = corridor("users", link_id, "--dataset", tiny_folder, "--format", "csv").out.splitlines()
    assert len(lines) == len(found["users"]) + 1
    for user in found["users"]:
        assert user["demand_id"] in table


def test_an_unknown_thing_is_a_usage_error(corridor, tiny_folder) -> None:
    """A misspelled name ends with 2 and close matches, before anything is solved."""
    answer = corridor("users", "corridor=nowhere", "--dataset", tiny_folder)
    assert (answer.code, answer.out) == (2, "")
    assert 'unknown corridor "nowhere"' in answer.err
