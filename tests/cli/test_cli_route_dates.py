"""``corridor route --depart``: days of arrival, what a week later changes, and dates that are none."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

FERRY = ("Almaty", "Baku")
TOLL = ("Moscow", "Duisburg", "--avoid-mode", "rail", "--minimize", "time")


@pytest.fixture
def ask(corridor, tiny_folder):
    """Ask for one route on the tiny network, whose ferry leaves on Wednesdays at 18:00 and on Sundays."""
    path = Path(tiny_folder, "links.csv")
    header, *rows = path.read_text().splitlines()
    cells = [f"{row},{'wed 18:00;sun' if row.startswith('sea-aktau-baku,') else ''}" for row in rows]
    path.write_text("\n".join([f"{header},departures", *cells]) + "\n")

    def run(*options):
        return corridor("route", "-k", 1, "--dataset", tiny_folder, *options)

    return run


def routes_of(answer):
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def test_the_table_tells_every_arrival(ask):
    """Question, heading, each leg and the total are dated, and the wait is in sight."""
    answer = ask(*FERRY, "--depart", "2026-12-01")
    assert answer.code == 0
    assert "leaving 2026-12-01 00:00" in answer.out
    # 2,900 km at 30 km/h and 30 h in port end on Sunday 06:40; the next ship leaves on Wednesday 18:00.
    assert "arrives 2026-12-11 20:00" in answer.out
    legs = [line for line in answer.out.splitlines() if line.startswith(("rail", "transfer", "sea", "total"))]
    assert [line[-12:] for line in legs] == ["05 Dec 00:40", "06 Dec 06:40", "11 Dec 20:00", "11 Dec 20:00"]
    assert legs[2].split()[-7:-6] == ["83.3"]


def test_a_week_later(ask):
    """The last line says when one arrives then, how much longer and dearer it is, and whether by another way."""
    same = ask(*FERRY, "--depart", "2026-12-01").out.splitlines()[-1]
    assert same.startswith("Leaving a week later (2026-12-08): arrives 2026-12-18 20:00, ")
    assert same.endswith(" days (+0.0), 1,563 USD (+0), by the same way")
    # The toll road closes with November.
    other = ask(*TOLL, "--depart", "2026-11-25").out.splitlines()[-1]
    assert other == (
        "Leaving a week later (2026-12-02): arrives 2026-12-04 11:49, 2.5 days (+0.7), 3,880 USD (-220), by another way"
    )


def test_json_has_the_moments_and_the_week_later(ask):
    """`depart` and `arrive` stand in each route, `a_week_later` beside them has the keys of a route."""
    answer = routes_of(ask(*TOLL, "--depart", "2026-11-25T06:30", "--format", "json"))
    assert set(answer) == {"routes", "a_week_later"}
    route, later = answer["routes"][0], answer["a_week_later"]
    assert (route["depart"], later["depart"]) == ("2026-11-25T06:30:00", "2026-12-02T06:30:00")
    assert set(later) == set(route)
    for each in (route, later):
        end = datetime.fromisoformat(each["depart"]) + timedelta(hours=each["time_h"])
        assert datetime.fromisoformat(each["arrive"]) == end
        assert sum(leg["time_h"] for leg in each["legs"]) == pytest.approx(each["time_h"])
    assert [leg["link_id"] for leg in route["legs"]] == ["road-moscow-duisburg-toll"]
    assert [leg["link_id"] for leg in later["legs"]] == ["road-moscow-duisburg"]


def test_without_a_date_nothing_is_dated(ask):
    """No moments in the JSON, no column of arrivals, no week later."""
    assert set(routes_of(ask(*FERRY, "--format", "json"))) == {"routes"}
    assert not {"depart", "arrive"} & set(routes_of(ask(*FERRY, "--format", "json"))["routes"][0])
    assert "rrives" not in ask(*FERRY).out
    assert "week" not in ask(*FERRY).out


def test_csv_and_geojson_have_the_waits_of_the_date(ask):
    """Both list the legs of the JSON with what is really waited."""
    asked = (*FERRY, "--depart", "2026-12-01")
    legs = routes_of(ask(*asked, "--format", "json"))["routes"][0]["legs"]
    rows = list(csv.DictReader(io.StringIO(ask(*asked, "--format", "csv").out)))
    features = json.loads(ask(*asked, "--format", "geojson").out)["features"]
    assert [float(row["time_h"]) for row in rows] == [leg["time_h"] for leg in legs]
    assert [feature["properties"]["time_h"] for feature in features] == [leg["time_h"] for leg in legs]
    assert float(rows[-1]["waiting_h"]) == features[-1]["properties"]["waiting_h"] == pytest.approx(83 + 1 / 3)


def test_a_limit_on_hours_counts_waits(ask):
    """A ship that leaves days later breaks the limit; the refusal says what would do."""
    without_wait = 2900 / 30 + 30 + 26 + 24
    refused = ask(*FERRY, "--depart", "2026-12-01", "--max-time-h", without_wait)
    assert refused.code == 3
    assert "max time" in refused.err
    # Leaving 6.67 h before Wednesday less the way to the port, the ship is caught without a wait.
    assert ask(*FERRY, "--depart", "2026-12-04T11:20", "--max-time-h", without_wait).code == 0


def test_the_end_of_the_calendar(ask):
    """A week after the last days there is no date; the route is found all the same, in every format."""
    asked = (*FERRY, "--depart", "9999-12-30")
    answer = routes_of(ask(*asked, "--format", "json"))
    assert set(answer) == {"routes"}
    assert answer["routes"][0]["arrive"] is None
    table = ask(*asked)
    assert table.code == 0
    assert "week" not in table.out
    assert "arrives" not in table.out


def test_a_week_later_may_have_no_route(ask):
    """What obeys the limits only today is told without a week later."""
    answer = ask(*TOLL, "--depart", "2026-11-25", "--max-time-h", 43)
    assert answer.code == 0
    assert "week" not in answer.out
    assert set(routes_of(ask(*TOLL, "--depart", "2026-11-25", "--max-time-h", 43, "--format", "json"))) == {"routes"}


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-02-30", "2025-02-29", "01.12.2026", "2026-12-01T00:00Z", "10000-01-01"]
)
def test_what_is_no_date_is_refused(ask, text):
    """The message quotes the text and shows how a date is written."""
    answer = ask(*FERRY, "--depart", text)
    assert (answer.code, answer.out) == (2, "")
    assert f'"{text}" is no date such as 2026-12-01' in answer.err
    assert "%" not in answer.err


def test_a_date_has_its_own_month(ask):
    """--month beside --depart is refused."""
    answer = ask(*FERRY, "--depart", "2026-12-01", "--month", 3)
    assert (answer.code, answer.out) == (2, "")
    assert "leave --month out" in answer.err
