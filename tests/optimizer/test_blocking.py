"""What a refusal says: the constraints that block, and what lifting them gives."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, GRAIN, dataset, link, transfer

from network import Dataset, NoRouteError
from optimizer import find_routes


@pytest.fixture(scope="module")
def three_ways() -> Dataset:
    """Three ways from A to Z: through Russia, over the sea in summer, and by a dear flight."""
    return dataset(
        [
            link("north-1", "rail1520", "A", "R", cost_usd_per_teu=100, time_h=200),
            link("north-2", "rail1520", "R", "Z", cost_usd_per_teu=100, time_h=40),
            link("south", "sea", "A", "Z", cost_usd_per_teu=150, time_h=700, open_months="4-11"),
            link("flight", "air", "A", "Z", cost_usd_per_teu=9000, time_h=12),
        ],
        countries={"R": "RU"},
        names={"A": "Aktau", "Z": "Zürich"},
    )


def refusal(data: Dataset, *names: str, **options: object) -> NoRouteError:
    with pytest.raises(NoRouteError) as caught:
        find_routes(data, *names, **options)  # type: ignore[arg-type]
    return caught.value


def test_each_single_relief_is_named_best_first(three_ways: Dataset) -> None:
    """Every constraint that alone blocks is listed with the days and money of the route it would open."""
    error = refusal(three_ways, "A", "Z", avoid_countries={"RU"}, avoid_modes={"air", "sea"})
    assert error.blocking == ("avoid mode sea", "avoid country RU", "avoid mode air")
    message = str(error)
    assert message.startswith("no route from Aktau to Zürich for container obeys every constraint; ")
    assert "without 'avoid mode sea' there is a route: 29.2 d, 150 USD" in message
    assert "without 'avoid country RU' there is a route: 10.0 d, 200 USD" in message
    assert "without 'avoid mode air' there is a route: 0.5 d, 9,000 USD" in message


def test_a_month_may_be_what_blocks(three_ways: Dataset) -> None:
    """A link closed in the month asked for is named as the month."""
    error = refusal(three_ways, "A", "Z", month=2, avoid="R", avoid_modes="air")
    assert error.blocking == ("month 2", "avoid node R", "avoid mode air")


def test_limits_say_what_is_possible(three_ways: Dataset) -> None:
    """A time or money limit that no route meets is refused with the fastest and cheapest possible."""
    error = refusal(three_ways, "A", "Z", max_time_h=11)
    assert error.blocking == ("max time 11 h",)
    assert "the fastest takes 12.0 h" in str(error)
    error = refusal(three_ways, "A", "Z", max_cost_usd=1000, quantity=10)
    assert error.blocking == ("max cost 1000 USD",)
    assert "the cheapest costs 1,500.00 USD" in str(error)
    error = refusal(three_ways, "A", "Z", max_time_h=100, max_cost_usd=1000)
    assert error.blocking == ("max time 100 h", "max cost 1000 USD")
    assert "the fastest takes 240.0 h" in str(error)
    assert "the cheapest costs 9,000.00 USD" in str(error)


def test_several_constraints_at_once(three_ways: Dataset) -> None:
    """Where lifting one is not enough the message says so and names some that are, together."""
    error = refusal(three_ways, "A", "Z", avoid=["A"], avoid_modes={"sea", "rail", "air"})
    assert error.blocking == ()
    assert "lifting a single constraint is not enough" in str(error)
    assert "'avoid mode" in str(error)
    assert "'avoid node A'" in str(error)


def test_vias_and_links_are_constraints_too(three_ways: Dataset) -> None:
    """A via that cannot be reached is named, and so is an avoided link."""
    data = dataset([link("a", "road", "A", "B"), link("x", "sea", "C", "D"), link("b", "road", "B", "Z")])
    assert refusal(data, "A", "Z", via=["B", "C"]).blocking == ("via C",)
    assert refusal(data, "A", "Z", avoid=["b"]).blocking == ("avoid link b",)


def test_an_unconnected_pair_is_no_matter_of_constraints() -> None:
    """Without any route at all the message names the modes the commodity may use and blames no constraint."""
    data = dataset([link("a", "air", "A", "B"), link("c", "road", "B", "C")], commodities=[CONTAINER, GRAIN])
    error = refusal(data, "A", "B", commodity="grain", avoid_countries={"RU"})
    assert error.blocking == ()
    assert "rail, road or sea" in str(error)
    assert "2024" in str(error)
    assert "rail, road, river, sea or air" in str(refusal(data, "A", "C"))


def test_a_round_trip_keeps_its_via() -> None:
    """There and back, the via is part of the question: it is never the one to lift."""
    data = dataset(
        [link("a", "road", "A", "B"), link("b", "road", "B", "C", directed=1)], [transfer("A", "road", "sea")]
    )
    assert refusal(data, "A", "A", via=["B"], avoid=["a"]).blocking == ("avoid link a",)
    assert "does not connect" in str(refusal(data, "A", "A", via=["C"], avoid_modes={"sea"}))
    error = refusal(data, "A", "A", via=["B"], avoid=["a"], avoid_modes={"road"})
    assert error.blocking == ()
    assert "'avoid mode road' and 'avoid link a'" in str(error)


@given(
    st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.sampled_from(["road", "sea", "air"]))),
    st.sets(st.sampled_from(["B", "C", "D"])),
    st.sets(st.sampled_from(["road", "sea", "air"])),
)
@settings(max_examples=60, deadline=None)
def test_blocking_is_what_lifting_shows(ends: list[tuple[str, str, str]], avoid: set[str], modes: set[str]) -> None:
    """The blocking constraints are those whose removal by the caller gives a route; tried one by one."""
    links = [link("far", "road", "Y", "D")]
    links += [link(f"l{at}", mode, tail, head) for at, (tail, head, mode) in enumerate(ends) if tail != head]
    data = dataset(links, [transfer("B", "road", "sea"), transfer("C", "sea", "air")], countries={"A": "CN"})

    def opens(names: set[str], without: set[str]) -> bool:
        try:
            return bool(find_routes(data, "A", "D", avoid=names, avoid_modes=without))
        except NoRouteError:
            return False

    if opens(avoid, modes):
        return
    expected = {f"avoid node {node}" for node in avoid if opens(avoid - {node}, modes)}
    expected |= {f"avoid mode {mode}" for mode in modes if opens(avoid, modes - {mode})}
    error = refusal(data, "A", "D", avoid=avoid, avoid_modes=modes)
    assert set(error.blocking) == expected
    named = {str(label) for label in (*avoid, *modes) if f" {label}'" in str(error)}
    if opens(set(), set()) and not expected:
        assert opens(avoid - named, modes - named)
        assert not any(opens(avoid - set(fewer), modes - set(fewer)) for fewer in combinations(named, len(named) - 1))
