"""``corridor curve`` on the tiny network."""

from __future__ import annotations

import csv
import io
import json

import pytest


@pytest.fixture
def limited(tiny):
    """Return the id of a link of the tiny network that has a capacity."""
    links = tiny.network.links
    return next(
        str(name) for name, limit in zip(links.text("link_id"), links.number("capacity"), strict=True) if limit > 0.0
    )


def test_table_json_and_csv_tell_the_same_points(corridor, tiny_folder, limited):
    """All three forms have one row per point, the present capacity among them."""
    told = corridor("curve", limited, "--dataset", tiny_folder)
    assert told.code == 0
    assert "today" in told.out
    curve = json.loads(corridor("curve", limited, "--dataset", tiny_folder, "--format", "json").out)
    assert curve["kind"] == "capacity"
    assert curve["present"] in [point["at"] for point in curve["points"]]
    rows = list(
        csv.DictReader(io.StringIO(corridor("curve", limited, "--dataset", tiny_folder, "--format", "csv").out))
    )
    assert [float(row["at"]) for row in rows] == [point["at"] for point in curve["points"]]
    objectives = [point["objective_usd"] for point in curve["points"]]
    assert objectives == pytest.approx(sorted(objectives, reverse=True))


def test_the_table_explains_what_is_saved_and_speaks_in_words(corridor, tiny_folder, limited):
    """Savings are of what is minimized, 0 means nearly 0, units are words; no blank lines where nothing is to say."""
    text = corridor("curve", limited, "--dataset", tiny_folder).out
    assert "of what is minimized: money, and the value of time" in text
    port = corridor("curve", "aktau-containers", "--dataset", tiny_folder).out
    assert "At 0 the curve means a capacity as near to 0 as may be." in port
    assert "/day" not in text
    assert "/year" not in text
    beyond = corridor("curve", "aktau-containers", "--from", 60000, "--dataset", tiny_folder).out
    assert "as near to 0" not in beyond
    cost = corridor("curve", "all", "--kind", "cost", "--from", 0.9, "--to", 1.0, "--dataset", tiny_folder).out
    assert "At present one percent of cost less saves " in cost
    later = corridor("curve", "all", "--kind", "cost", "--from", 1.1, "--to", 1.2, "--dataset", tiny_folder).out
    assert "\n\n\n" not in later


@pytest.mark.parametrize("kind", ["cost", "demand"])
def test_costs_and_demands_rise(corridor, tiny_folder, kind):
    """More cost or volume never makes the plan cheaper, and the selection is named."""
    asked = ("curve", "all", "--kind", kind, "--from", "0.5", "--dataset", tiny_folder)
    curve = json.loads(corridor(*asked, "--format", "json").out)
    assert (curve["kind"], curve["name"], curve["low"], curve["high"]) == (kind, "all", 0.5, 2.0)
    objectives = [point["objective_usd"] for point in curve["points"]]
    assert objectives == sorted(objectives)
    assert objectives[0] < objectives[-1]
    told = corridor(*asked)
    assert "one percent" in told.out
    assert "today" in told.out


def test_picture_is_the_same_every_time(corridor, tiny_folder, limited, tmp_path):
    """The SVG holds the labels as text and has the same bytes twice; the PNG is one."""
    pictures = [tmp_path / name for name in ("one.svg", "two.svg", "three.png")]
    for picture in pictures:
        assert corridor("curve", limited, "--dataset", tiny_folder, "--picture", picture).code == 0
    svg = pictures[0].read_text(encoding="utf-8")
    assert "USD a year" in svg
    assert "today" in svg
    assert pictures[0].read_bytes() == pictures[1].read_bytes()
    assert pictures[2].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nonsense-port",), "unknown capacity"),
        (("{limited}", "--from", "5", "--to", "2"), "not below"),
        (("{limited}", "--from", "-1"), "not in the range"),
        (("{limited}", "--picture", "curve.jpg"), "neither .svg nor .png"),
        (("mode=rode", "--kind", "cost"), "unknown mode"),
        (("id=nothing", "--kind", "demand"), "selects no row|unknown"),
        (("all", "--kind", "demand", "--from", "3"), "give both"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_drawn(corridor, tiny_folder, limited, arguments, says):
    """Unknown names and ends that make no sense exit with 2 and say what is wrong."""
    told = corridor("curve", *(text.format(limited=limited) for text in arguments), "--dataset", tiny_folder)
    assert told.code == 2
    assert any(part in told.err for part in says.split("|"))
