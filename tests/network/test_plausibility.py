import numpy as np
import pandas as pd
import pytest

from network import Dataset
from network.plausibility import DETOURS, SPEEDS_KMH, few, odd_rows

NODES = pd.DataFrame(
    {"node_id": ["a", "b"], "name": ["A", "B"], "country": "KZ", "lat": [50.0, 50.0], "lon": [60.0, 70.0]}
)
# On the sphere, 10 degrees of longitude at 50 degrees north are 714 km.
BASE = {"link_id": "l", "mode": "road", "from_node": "a", "to_node": "b", "length_km": 800.0, "time_h": 10.0}
RATES = pd.DataFrame({"mode": list(SPEEDS_KMH), "country": "*", "cost_usd_per_teu_km": 1.0, "co2_wtw_g_per_tkm": 5.0})


def findings(*links, nodes=NODES, rates=RATES):
    """Return the odd rows of a network of two nodes."""
    table = pd.DataFrame([{**BASE, "link_id": f"l{row}", **link} for row, link in enumerate(links)])
    if "rail" in set(table["mode"]):
        table["gauge_mm"] = 1520
    return list(odd_rows(Dataset.from_frames(nodes=nodes, links=table, rates=rates).network))


@pytest.mark.parametrize(
    ("link", "column", "code", "words"),
    [
        ({"time_h": 4.0}, "time_h", "W204", "road at 200 km/h; 5 to 120 km/h is plausible; check length and time"),
        ({"time_h": 400.0}, "time_h", "W204", "road at 2 km/h"),
        ({"time_h": None, "speed_kmh": 150.0}, "speed_kmh", "W204", "road at 150 km/h"),
        ({"time_h": 0.0}, "time_h", "W204", "road in no time; 5 to 120 km/h is plausible"),
        ({"mode": "sea", "time_h": 5.0}, "time_h", "W204", "sea at 160 km/h"),
        ({"mode": "river", "time_h": 10.0}, "time_h", "W204", "river at 80 km/h"),
        ({"mode": "air", "time_h": 10.0}, "time_h", "W204", "air at 80 km/h"),
        ({"mode": "rail", "time_h": 3.0}, "time_h", "W204", "rail at 266.7 km/h"),
        ({"length_km": 0.0}, "length_km", "W205", "the link has length 0"),
        ({"length_km": 650.0}, "length_km", "W206", "650 km is shorter than the great circle of 714 km"),
        ({"length_km": 3000.0, "time_h": 50.0}, "length_km", "W207", "3000 km is 4.2 times its great circle"),
        ({"mode": "air", "length_km": 1100.0, "time_h": 2.0}, "length_km", "W207", "1.5 times"),
        ({"open_months": "4-11"}, "open_months", "W211", "plans use the link all year; give the capacity"),
        (
            {"capacity": 5.0, "capacity_unit": "truck/day", "background": 6.0},
            *("background", "W212", "background 6 exceeds the capacity 5: none is left"),
        ),
    ],
)
def test_odd_links(link, column, code, words):
    """Each oddity is told once, at its row and column, as a warning with a remedy."""
    (finding,) = findings(link)
    assert (finding.file, finding.line, finding.column, finding.code) == ("links.csv", 2, column, code)
    assert words in f"{finding.message}; {finding.remedy}"
    assert finding.severity == "warning"
    assert finding.remedy


@pytest.mark.parametrize(
    "link",
    [
        {},
        {"length_km": 705.0},
        {"length_km": 2800.0, "time_h": 40.0},
        {"mode": "sea", "length_km": 9000.0, "time_h": 400.0},
        {"capacity": 0.0, "background": 5.0, "capacity_unit": "truck/day"},
        {"capacity": 5.0, "background": 5.0, "capacity_unit": "truck/day", "open_months": "4-11"},
    ],
)
def test_plausible_links(link):
    """What may well be so is not told: 2 % under the great circle, a long way by sea, a closed link's background."""
    assert findings(link) == []


def test_short_links_may_be_slow_but_not_fast():
    """Below 50 km only the upper bound of the speed holds."""
    near = NODES.assign(lon=[60.0, 60.3])
    assert findings({"length_km": 30.0, "time_h": 20.0}, nodes=near) == []
    assert [finding.code for finding in findings({"length_km": 30.0, "time_h": 0.1}, nodes=near)] == ["W204"]


def test_an_odd_rate_is_told_once():
    """The speed of a rate is told at the rate, not at each link that uses it."""
    rates = RATES.assign(speed_kmh=[50.0, 300.0, 10.0, 20.0, 700.0])
    (finding,) = findings({"time_h": None}, {"time_h": None, "length_km": 801.0}, rates=rates)
    assert (finding.file, finding.line, finding.column, finding.code) == ("rates.csv", 3, "speed_kmh", "W204")


def test_links_without_a_co2_rate_are_told_by_mode_and_country():
    """One finding for a mode and country names a few of its links."""
    links = ({"length_km": 801.0 + row} for row in range(5))
    (finding,) = findings(*links, rates=RATES.drop(columns="co2_wtw_g_per_tkm"))
    assert (finding.file, finding.line, finding.column, finding.code) == ("rates.csv", 0, "co2_wtw_g_per_tkm", "W210")
    assert finding.message == "no rate for road in KZ: l0, l1, l2 and 2 more count as free of CO2"


def test_nodes_at_zero_zero():
    """A node without coordinates lies in the Gulf of Guinea."""
    nodes = pd.DataFrame({"node_id": ["a", "b"], "name": ["A", "B"], "country": "GH", "lat": 0.0, "lon": [0.0, 10.0]})
    found = findings({"length_km": 1200.0, "time_h": 20.0}, nodes=nodes)
    assert [(finding.file, finding.line, finding.code) for finding in found] == [("nodes.csv", 2, "W203")]


def test_twins_are_told_and_parallel_links_are_not():
    """Only a link that repeats an earlier one in every value is a twin; its note and source do not matter."""
    found = findings({}, {"length_km": 810.0}, {"note": "again"}, {"from_node": "b", "to_node": "a"}, {})
    assert [(finding.line, finding.code) for finding in found] == [(4, "W213"), (6, "W213")]
    assert found[0].message == "the same as l0 in every value"


def test_every_mode_has_speeds():
    """The bounds cover all modes and leave room between them."""
    assert all(low < high for low, high in SPEEDS_KMH.values())
    assert set(DETOURS) < set(SPEEDS_KMH)


def test_few_names():
    """Up to three names are listed, the rest is counted."""
    assert few(["a"]) == "a"
    assert few(np.array(["a", "b", "c"])) == "a, b, c"
    assert few("abcde") == "a, b, c and 2 more"
