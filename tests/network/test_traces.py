"""Traces of corridors: which links follow them, how long they are, and what is told where they are broken."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network import Dataset, DatasetError
from network.findings import network_findings
from network.traces import OWN_MODES, Branch, main_line_km, split_trace, traces_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network import Finding

Row = tuple[str, str, str, float]
"""Mode, both ends and length of a link; all are of the corridor."""


def traced(rows: Sequence[Row], trace: str, kind: str = "", directed: int = 0) -> Dataset:
    """Return a dataset of nodes A to E whose links all belong to the one corridor that it has."""
    links = [
        {
            "link_id": f"l{at}",
            "mode": mode,
            "from_node": start,
            "to_node": end,
            "length_km": km,
            "gauge_mm": 1520 if mode == "rail" else None,
            "time_h": 1.0,
            "cost_usd_per_teu": 1.0,
            "directed": directed,
            "corridors": "way",
        }
        for at, (mode, start, end, km) in enumerate(rows)
    ]
    nodes = [
        {"node_id": node, "name": node, "country": "KZ", "lat": 45 + at / 1000, "lon": 60.0}
        for at, node in enumerate("ABCDE")
    ]
    corridors = [{"corridor_id": "way", "name": "Way", "kind": kind, "trace": trace}]
    return Dataset.from_frames(
        nodes=pd.DataFrame(nodes), links=pd.DataFrame(links), corridors=pd.DataFrame(corridors), base_year=2024
    )


def told(data: Dataset) -> list[Finding]:
    """Return the warnings about broken traces."""
    return [finding for finding in network_findings(data) if finding.code == "W219"]


@pytest.mark.parametrize(
    ("cell", "branches"),
    [
        ("", ()),
        (" | ;", ()),
        ("a", (("a",),)),
        (" a ; b ;;", (("a", "b"),)),
        ("a;b|b;c|", (("a", "b"), ("b", "c"))),
    ],
)
def test_split_trace(cell: str, branches: tuple[tuple[str, ...], ...]) -> None:
    """Branches are separated by bars, nodes by semicolons; empty ones do not count."""
    assert split_trace(cell) == branches


def test_the_shortest_links_between_the_nodes() -> None:
    """Of two ways the shorter one is followed; the nodes of the trace are passed in their order, there and back."""
    rows = [("rail", "A", "B", 10.0), ("rail", "A", "C", 4.0), ("rail", "C", "B", 5.0), ("rail", "B", "D", 7.0)]
    network = traced(rows, "A;B;D;B", "rail").network
    (branch,) = traces_of(network)["way"]
    assert branch == Branch(("A", "B", "D", "B"), (1, 2, 3, 3), ())
    assert main_line_km(network, (branch,)) == pytest.approx(23.0)


@pytest.mark.parametrize(
    ("kind", "km"), [("rail", 50.0), ("road", 10.0), ("multimodal", 34.0), ("sea", 34.0), ("", 10.0)]
)
def test_a_trace_keeps_to_the_modes_of_its_kind(kind: str, km: float) -> None:
    """Links of other modes are followed as little as can be, however much shorter they are."""
    rows = [("rail", "A", "B", 50.0), ("road", "A", "B", 10.0), ("sea", "A", "C", 30.0), ("rail", "C", "B", 4.0)]
    network = traced(rows, "A;B", kind).network
    assert main_line_km(network, traces_of(network)["way"]) == km


def test_a_gap_is_crossed_by_another_mode() -> None:
    """Where the corridor's own mode has a gap, a road of the corridor fills it, no longer than it must."""
    rows = [("rail", "A", "B", 10.0), ("road", "A", "C", 12.0), ("road", "B", "C", 5.0), ("rail", "C", "D", 10.0)]
    network = traced(rows, "A;D", "rail").network
    (branch,) = traces_of(network)["way"]
    assert branch.links == (0, 2, 3)


def test_directed_links_count_both_ways() -> None:
    """A trace is a line on the map: it may run against a directed link."""
    network = traced([("rail", "B", "A", 10.0)], "A;B", "rail", directed=1).network
    assert main_line_km(network, traces_of(network)["way"]) == 10.0


def test_a_broken_trace_is_told() -> None:
    """Nodes that no link of the corridor joins are told once, with both ends; the main line has no length then."""
    rows = [("rail", "A", "B", 10.0), ("rail", "C", "D", 10.0)]
    data = traced(rows, "A;B;C;D|A;E", "rail")
    (found,) = told(data)
    assert (found.file, found.column, found.severity) == ("corridors.csv", "trace", "warning")
    assert found.message == "no links of way join B and C, A and E"
    assert found.remedy == "put way on the links between, or correct the trace"
    branches = traces_of(data.network)["way"]
    assert branches[0] == Branch(("A", "B", "C", "D"), (0, 1), (("B", "C"),))
    assert main_line_km(data.network, branches) is None
    assert told(traced(rows, "A;B|C;D")) == []


def test_links_of_others_do_not_carry_a_trace() -> None:
    """A link without the corridor does not join its nodes."""
    data = traced([("rail", "A", "B", 10.0)], "A;B")
    assert told(data) == []
    links = data.network.links
    frame = pd.DataFrame({name: links.columns[name] for name in links.header})
    nodes = pd.DataFrame({name: data.network.nodes.columns[name] for name in data.network.nodes.header})
    other = pd.DataFrame([{"corridor_id": "way", "trace": "A;B"}, {"corridor_id": "other"}])
    changed = Dataset.from_frames(nodes=nodes, links=frame.assign(corridors="other"), corridors=other, base_year=2024)
    assert [finding.message for finding in told(changed)] == ["no links of way join A and B"]


def test_a_node_of_a_trace_must_be_there() -> None:
    """An id that is no node is an error, in any branch."""
    with pytest.raises(DatasetError) as error:
        traced([("rail", "A", "B", 10.0)], "A;B|B;X")
    (finding,) = error.value.findings
    assert (finding.file, finding.column, finding.code) == ("corridors.csv", "trace", "E121")
    assert '"X" is not in nodes.csv' in finding.message


@given(
    st.lists(
        st.tuples(st.sampled_from(["rail", "road"]), st.sampled_from("ABCDE"), st.sampled_from("ABCDE"))
        .filter(lambda row: row[1] != row[2])
        .flatmap(lambda row: st.integers(1, 9).map(lambda km: (*row, float(km)))),
        min_size=1,
        max_size=9,
    ),
    st.sampled_from(["rail", "multimodal", ""]),
)
def test_against_all_simple_paths(rows: list[Row], kind: str) -> None:
    """What is followed has the least kilometers of other modes, then the least in all, of all ways there are."""
    own = OWN_MODES[kind]

    def weights(start: str, end: str, used: frozenset[int]) -> list[tuple[float, float]]:
        if start == end:
            return [(0.0, 0.0)]
        found = []
        for at, (mode, a, b, km) in enumerate(rows):
            if at not in used and start in (a, b):
                for foreign, total in weights(b if start == a else a, end, used | {at}):
                    found.append((foreign + (0.0 if mode in own else km), total + km))
        return found

    network = traced(rows, "A;E", kind).network
    (branch,) = traces_of(network)["way"]
    ways = weights("A", "E", frozenset())
    assert bool(branch.gaps) == (not ways)
    if ways:
        followed = [rows[row] for row in branch.links]
        foreign = sum(km for mode, _, _, km in followed if mode not in own)
        assert (foreign, sum(km for *_, km in followed)) == min(ways)
        here = "A"
        for _, a, b, _ in followed:
            assert here in (a, b)
            here = b if here == a else a
        assert here == "E"
    assert len(set(itertools.chain(branch.links))) == len(branch.links)
