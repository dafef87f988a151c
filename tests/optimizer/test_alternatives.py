"""Alternatives against the rules themselves, checked on all pairs of places by code that shares nothing with theirs."""

from __future__ import annotations

from itertools import pairwise, product
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_network import CONTAINER, Row, dataset, labels_of, link, links_of, transfer

from network import NoRouteError
from optimizer import Weights, find_routes
from optimizer.alternatives import LOCAL, MOST_SHARED, MOST_STRETCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network import Dataset
    from optimizer import Route

NODES = "ABCDEFG"
COUNTRIES = dict.fromkeys(NODES, "KZ")
MANY = 1000
ALIKE = 1e-9
Place = tuple[int, str, str]
"""Stage (vias passed), node and mode; the stages -1 and 99 are where all ends of a route meet."""
Label = tuple[str, ...]
START, END = (-1, "", ""), (99, "", "")


class Move(NamedTuple):
    """A passage of a link or transfer, or a free one (without label) out of the start, past a via, into the end."""

    tail: Place
    head: Place
    label: Label
    weight: float
    cost_usd: float
    time_h: float
    km: float


def moves_of(
    links: Sequence[Row], transfers: Sequence[Row], via: Sequence[str] = (), time_per_h: float = 0.0, cost: float = 1.0
) -> list[Move]:
    """Every move from A to E past the vias, straight from the rows."""
    moves: list[Move] = []
    for stage in range(len(via) + 1):
        for row in (*links, *transfers):
            usd, hours = float(str(row["cost_usd_per_teu"])), float(str(row["time_h"]))
            weight = cost * usd + time_per_h * hours
            if "link_id" in row:
                mode, ends = str(row["mode"]), (str(row["from_node"]), str(row["to_node"]))
                both = [((tail, mode), (head, mode), ("link", str(row["link_id"]), tail, head))
                        for tail, head in (ends, ends[::-1])]  # fmt: skip
            else:
                node, modes = str(row["node_id"]), (str(row["from_mode"]), str(row["to_mode"]))
                both = [((node, old), (node, new), ("transfer", node, old, new)) for old, new in (modes, modes[::-1])]
            for tail, head, label in both[: 1 if row.get("directed") else 2]:
                km = float(str(row.get("length_km", 0)))
                moves.append(Move((stage, *tail), (stage, *head), label, weight, usd, hours, km))
    places = sorted({place for move in moves for place in move[:2]})
    for stage, node, mode in places:
        here = (stage, node, mode)
        if stage == 0 and node == "A":
            moves.append(Move(START, here, (), 0, 0, 0, 0))
        if stage < len(via) and node == via[stage]:
            moves.append(Move(here, (stage + 1, node, mode), (), 0, 0, 0, 0))
        if stage == len(via) and node == "E":
            moves.append(Move(here, END, (), 0, 0, 0, 0))
    return moves


Way = tuple[Move, ...]


class Ways(NamedTuple):
    """The least sum between all pairs of places, and one way that has it."""

    least: dict[tuple[Place, Place], float]
    way: dict[tuple[Place, Place], Way]
    ties: bool


def all_pairs(moves: Sequence[Move], values: Sequence[float]) -> Ways:
    """Floyd (1962) and Warshall (1962): every place in turn becomes one that may be passed."""
    places = sorted({place for move in moves for place in move[:2]} | {START, END})
    least = {(place, place): 0.0 for place in places}
    way: dict[tuple[Place, Place], Way] = {(place, place): () for place in places}
    ties = False
    for move, value in zip(moves, values, strict=True):
        ties |= value == least.get(move[:2])
        if value < least.get(move[:2], inf):
            least[move[:2]], way[move[:2]] = value, (move,)
    for by, tail, head in product(places, repeat=3):
        if by in (tail, head) or tail == head:
            continue
        through = least.get((tail, by), inf) + least.get((by, head), inf)
        if through < inf:
            known = least.get((tail, head), inf)
            ties |= through == known
            if through < known:
                least[tail, head], way[tail, head] = through, way[tail, by] + way[by, head]
    return Ways(least, way, ties)


def weight_of(way: Sequence[Move]) -> float:
    return sum(move.weight for move in way)


def totals_of(way: Sequence[Move]) -> tuple[float, float]:
    """What routes are put in order by: weight, then hours; money is the weight here."""
    return weight_of(way), sum(move.time_h for move in way)


def labels_along(way: Sequence[Move]) -> list[Label]:
    return [move.label for move in way if move.label]


def km_of(way: Sequence[Move]) -> dict[str, float]:
    return {move.label[1]: move.km for move in way if move.label and move.label[0] == "link"}


def shares_too_much(way: Sequence[Move], before: Sequence[Move]) -> bool:
    """Over the share of the kilometers of an earlier route, or nothing but its links."""
    ours, theirs = km_of(way), km_of(before)
    shared = sum(km for link_id, km in ours.items() if link_id in theirs)
    return shared > MOST_SHARED * sum(theirs.values()) + ALIKE or set(ours) == set(theirs)


def has_a_needless_detour(way: Sequence[Move], values: Sequence[float], ways: Ways) -> bool:
    """Try every part of a way that is short enough: is there a better way between its ends?"""
    most = LOCAL * ways.least[START, END]
    for first in range(len(way)):
        for last in range(first, len(way)):
            part = sum(values[first : last + 1])
            if part > most * (1 + 2 * ALIKE):
                break
            if ways.least[way[first].tail, way[last].head] < part * (1 - 2 * ALIKE):
                return True
    return False


def single_via(moves: Sequence[Move], ways: Ways) -> list[Way]:
    """The best way through each move, if it passes no place twice, each once."""
    found: dict[Way, None] = {}
    for move in moves:
        ends = (START, move.tail), (move.head, END)
        if move.label and all(pair in ways.way for pair in ends):
            way = (*ways.way[ends[0]], move, *ways.way[ends[1]])
            if len({step.head for step in way}) == len(way):
                found[way] = None
    return list(found)


def as_ways(route: Route, moves: Sequence[Move]) -> list[Way]:
    """Every way of moves that is the route; there are several where a via is passed in several modes."""
    begun: list[Way] = [(move,) for move in moves if move.tail == START]
    for label in [*labels_of(route), None]:
        # Past vias for free as often as is possible, then on by the leg.
        for way in begun:
            begun += [(*way, move) for move in moves if not move.label and move.tail == way[-1].head]
        begun = [way for way in begun if label is not None or way[-1].head == END]
        if label is not None:
            begun = [
                (*way, move) for way in begun for move in moves if move.label == label and move.tail == way[-1].head
            ]
    return begun


def routes_or_none(data: Dataset, *names: str, **options: object) -> list[Route]:
    try:
        return find_routes(data, *names, **options)  # type: ignore[arg-type]
    except NoRouteError:
        return []


@st.composite
def rows_of_networks(draw: st.DrawFn, most_usd: int = 4) -> tuple[list[Row], list[Row]]:
    """Draw two lines from A to E and links across; prices up to 4 make ties, up to millions none."""
    # Prices of several sizes, so that a route has short parts.
    usd = st.integers(0, 4) if most_usd == 4 else st.one_of(*(st.integers(1, most_usd // by) for by in (1, 5, 30)))
    hours = st.integers(0, 3) if most_usd == 4 else st.integers(1, 10_000)
    middle = draw(st.permutations([node for node in NODES if node not in "AE"]))
    at = draw(st.integers(0, len(middle)))
    any_pair = st.sampled_from([(tail, head) for tail in NODES for head in NODES if tail != head])
    pairs = [*pairwise(["A", *middle[:at], "E"]), *pairwise(["A", *middle[at:], "E"])]
    pairs += draw(st.lists(any_pair, max_size=8))
    modes = st.sampled_from(["road", "road", "road", "road", "sea", "river"])
    links = [
        link(
            f"l{row}",
            draw(modes),
            *ends,
            directed=draw(st.sampled_from([0, 0, 0, 1])),
            cost_usd_per_teu=draw(usd),
            time_h=draw(hours),
            length_km=draw(st.sampled_from([0, 1, 5, 5, 20, 100])),
        )
        for row, ends in enumerate(pairs)
    ]
    changes = st.tuples(st.sampled_from(NODES), st.sampled_from([("road", "sea"), ("road", "river"), ("river", "sea")]))
    transfers = [
        transfer(node, *ends, cost_usd_per_teu=draw(usd), time_h=draw(hours))
        for node, ends in draw(st.lists(changes, max_size=5, unique=True))
    ]
    return links, transfers


@st.composite
def long_lines(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Draw a line of many short links and long ones beside it, where hardly anything but detours rules routes out."""
    line = ["A", *(f"n{at}" for at in range(9)), "E"]
    spans = st.tuples(st.integers(0, len(line) - 2), st.integers(1, 4))
    links = [
        link(f"l{row}", "road", tail, head, length_km=1, cost_usd_per_teu=draw(st.integers(90_000, 200_000)))
        for row, (tail, head) in enumerate(pairwise(line))
    ]
    for detour, (at, span) in enumerate(draw(st.lists(spans, min_size=2, max_size=6))):
        stops = [f"d{detour}{stop}" for stop in range(draw(st.integers(0, 3)))]
        for ends in pairwise([line[at], *stops, line[min(at + span, len(line) - 1)]]):
            usd = draw(st.integers(span * 90_000, span * 300_000)) // (len(stops) + 1)
            links.append(link(f"l{len(links)}", "road", *ends, length_km=1000, cost_usd_per_teu=usd))
    # The arc through which a way is found is the first of its arcs in the order of input: anywhere on a detour.
    return draw(st.permutations(links)), []


Rows = tuple[list[Row], list[Row]]


@given(st.one_of(rows_of_networks(most_usd=2_000_000), long_lines()), st.integers(1, 6))
@settings(max_examples=200, deadline=None)
def test_exactly_the_ways_through_an_arc_that_keep_every_rule(rows: Rows, k: int) -> None:
    """Best first, a best way through an arc is an alternative if and only if it keeps the rules; nothing else is."""
    moves = moves_of(*rows)
    weights = [move.weight for move in moves]
    ways = all_pairs(moves, weights)
    assume(not ways.ties)
    found = [labels_of(route) for route in routes_or_none(dataset(*rows, countries=COUNTRIES), "A", "E", k=k)]
    if (START, END) not in ways.least:
        assert found == []
        return
    best = ways.least[START, END]
    expected = [ways.way[START, END]]
    candidates = sorted(single_via(moves, ways), key=totals_of)
    # What ties in money and hours alike comes in the order of input, which is not retold here.
    assume(all(totals_of(way) < totals_of(after) for way, after in pairwise(candidates)))
    for way in candidates:
        if (
            weight_of(way) <= MOST_STRETCH * best
            and not any(shares_too_much(way, before) for before in expected)
            and not has_a_needless_detour(way, [move.weight for move in way], ways)
        ):
            expected.append(way)
    assert found == [labels_along(way) for way in expected[:k]]


@given(rows_of_networks(), st.lists(st.sampled_from("BCD"), max_size=2), st.sampled_from([0, 1, 2]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_rule_is_kept_where_ties_abound(rows: Rows, via: list[str], time_per_h: int, by_time: bool) -> None:
    """Ties, zero prices, links without length, parallel links and vias: each returned route keeps each rule."""
    weights = Weights(cost=0, time_per_h=1) if by_time else Weights(time_per_h=float(time_per_h))
    data = dataset(*rows, countries=COUNTRIES)
    found = routes_or_none(data, "A", "E", k=MANY, via=via, weights=weights)
    plain = routes_or_none(data, "A", "E", k=1, via=via, weights=weights, plain=True)
    assert found[:1] == plain
    assert len({tuple(labels_of(route)) for route in found}) == len(found)
    moves = moves_of(*rows, via, 1.0 if by_time else time_per_h, 0.0 if by_time else 1.0)
    ways = all_pairs(moves, [move.weight for move in moves])
    totals = [(weight_of(as_ways(route, moves)[0]), route.cost_usd, route.time_h) for route in found]
    assert totals == sorted(totals)
    for at, route in enumerate(found):
        same = as_ways(route, moves)
        assert weight_of(same[0]) <= MOST_STRETCH * ways.least[START, END]
        assert not any(shares_too_much(same[0], as_ways(before, moves)[0]) for before in found[:at])
        assert any(not has_a_needless_detour(way, [move.weight for move in way], ways) for way in same)


@given(rows_of_networks(), st.integers(1, 4), st.lists(st.sampled_from("BCD"), max_size=1), st.booleans())
@settings(max_examples=80, deadline=None)
def test_fewer_are_the_first_of_more(rows: Rows, k: int, via: list[str], on_a_date: bool) -> None:
    """The list for k begins the list for any larger k, and one that is too large gives all there are."""
    data = dataset(*rows, countries=COUNTRIES)
    options = {"via": via, "depart": "2026-03-02" if on_a_date else None}
    every = routes_or_none(data, "A", "E", k=MANY, **options)
    assert routes_or_none(data, "A", "E", k=k, **options) == every[:k]
    assert routes_or_none(data, "A", "E", k=10**30, **options) == every


@given(rows_of_networks(most_usd=2_000_000), st.data())
@settings(max_examples=120, deadline=None)
def test_with_limits_and_avoided_places(rows: Rows, data: st.DataObject) -> None:
    """Every route keeps the limits; each best way in weight, hours or money that keeps all rules is there.

    A way is straight in the first of these measures that finds it.
    """
    avoid = data.draw(st.lists(st.sampled_from([*"BCD", "l0", "l1"]), max_size=2))
    max_time_h = data.draw(st.one_of(st.none(), st.integers(1_000, 20_000)))
    max_cost_usd = data.draw(st.one_of(st.none(), st.integers(500_000, 10_000_000)))
    assume(max_time_h is not None or max_cost_usd is not None)
    network, options = dataset(*rows, countries=COUNTRIES), {"max_time_h": max_time_h, "max_cost_usd": max_cost_usd}
    known = {*NODES, *(str(row["link_id"]) for row in rows[0])}
    avoid = [name for name in avoid if name in known]
    found = routes_or_none(network, "A", "E", k=MANY, avoid=avoid, weights=Weights(time_per_h=150.0), **options)
    assert found[:1] == routes_or_none(
        network, "A", "E", k=1, plain=True, avoid=avoid, weights=Weights(time_per_h=150.0), **options
    )
    kept = [
        row
        for row in rows[0]
        if not {str(row["link_id"]), str(row["from_node"]), str(row["to_node"])} & set(avoid)
    ]  # fmt: skip
    moves = moves_of(kept, [row for row in rows[1] if row["node_id"] not in avoid], time_per_h=150.0)
    if not found:
        return
    taken = [as_ways(route, moves)[0] for route in found]
    most = MOST_STRETCH * weight_of(taken[0])
    for way in taken:
        assert sum(move.time_h for move in way) <= (inf if max_time_h is None else max_time_h)
        assert sum(move.cost_usd for move in way) <= (inf if max_cost_usd is None else max_cost_usd)
        assert weight_of(way) <= most
    assert [weight_of(way) for way in taken] == sorted(weight_of(way) for way in taken)
    for at, way in enumerate(taken):
        assert not any(shares_too_much(way, before) for before in taken[:at])
    is_good: dict[tuple[Label, ...], bool] = {}
    has_ties = False
    for measure in ("weight", "time_h", "cost_usd"):
        ways = all_pairs(moves, [getattr(move, measure) for move in moves])
        has_ties |= ways.ties
        for way in single_via(moves, ways):
            is_straight = not has_a_needless_detour(way, [getattr(move, measure) for move in way], ways)
            is_good.setdefault(tuple(labels_along(way)), is_straight)
            obeys = (
                sum(move.time_h for move in way) <= (inf if max_time_h is None else max_time_h)
                and sum(move.cost_usd for move in way) <= (inf if max_cost_usd is None else max_cost_usd)
                and weight_of(way) <= most
            )
            before = [one for one in taken if weight_of(one) <= weight_of(way)]
            if not has_ties and obeys and is_good[tuple(labels_along(way))] and way not in taken:
                assert any(shares_too_much(way, one) for one in before)
    # Which of several best ways is tried is left open where ties abound.
    assert has_ties or all(is_good[tuple(labels_along(way))] for way in taken[1:])


@pytest.fixture(scope="module")
def corridors() -> Dataset:
    """A main line with twin tracks in three short places, a line to the south 30 % dearer, and a sea way."""
    links = []
    for tail, head in pairwise(["A", "M1", "M2", "M3", "E"]):
        links.append(link(f"{tail}{head}", "road", tail, head, length_km=400, cost_usd_per_teu=100, time_h=8))
    for tail, head in pairwise(["M1", "M2", "M3"]):
        links.append(link(f"{tail}{head}-twin", "road", tail, head, length_km=401, cost_usd_per_teu=101, time_h=8))
    links += [
        link("south-1", "road", "A", "S", length_km=900, cost_usd_per_teu=260, time_h=20),
        link("south-2", "road", "S", "E", length_km=900, cost_usd_per_teu=260, time_h=20),
        link("ocean", "sea", "A", "E", length_km=5000, cost_usd_per_teu=700, time_h=300),
        link("flight", "air", "A", "E", length_km=1500, cost_usd_per_teu=5000, time_h=3),
    ]
    return dataset(links)


def test_alternatives_differ_where_the_shortest_are_copies(corridors: Dataset) -> None:
    """The three best routes are one line with other tracks; the alternatives are three lines, the dear flight none."""
    plain = find_routes(corridors, "A", "E", k=3, plain=True)
    assert {links_of(route)[0] for route in plain} == {"AM1"}
    assert [route.cost_usd for route in plain] == [400, 401, 401]
    found = find_routes(corridors, "A", "E", k=9)
    assert [links_of(route) for route in found] == [
        ["AM1", "M1M2", "M2M3", "M3E"],
        ["south-1", "south-2"],
        ["ocean"],
    ]


def test_a_detour_that_serves_nothing_is_no_alternative() -> None:
    """A loop off the main line, as different in kilometers as can be, is left out; where it saves money it is not."""
    links = [
        link("in", "road", "A", "B", length_km=10, cost_usd_per_teu=100),
        link("middle", "road", "B", "C", length_km=1000, cost_usd_per_teu=20),
        link("out", "road", "C", "E", length_km=10, cost_usd_per_teu=100),
        link("loop-1", "road", "B", "D", length_km=600, cost_usd_per_teu=15),
        link("loop-2", "road", "D", "C", length_km=600, cost_usd_per_teu=15),
    ]
    assert [links_of(route) for route in find_routes(dataset(links), "A", "E", k=9)] == [["in", "middle", "out"]]
    # The same loop is a longer part than a quarter of the route once the ends cost less: a choice of its own.
    short = [row | {"cost_usd_per_teu": 15} if row["link_id"] in ("in", "out") else row for row in links]
    assert len(find_routes(dataset(short), "A", "E", k=9)) == 2


@pytest.mark.parametrize(("usd", "n_routes"), [(199.99, 2), (200, 2), (200.01, 1)])
def test_twice_the_weight_is_the_most(usd: float, n_routes: int) -> None:
    """A route of just twice the best one's money is an alternative however slow it is; a cent more is too much."""
    links = [
        link("best", "road", "A", "E", cost_usd_per_teu=100, time_h=1),
        link("other", "sea", "A", "E", cost_usd_per_teu=usd, time_h=900),
    ]
    assert len(find_routes(dataset(links), "A", "E")) == n_routes


@pytest.mark.parametrize(("km", "n_routes"), [(100 * MOST_SHARED, 2), (100 * MOST_SHARED + 1, 1)])
def test_a_share_of_the_kilometers_may_be_shared(km: float, n_routes: int) -> None:
    """Sharing just `MOST_SHARED` of the better route is allowed, more is not."""
    links = [
        link("trunk", "road", "A", "B", length_km=km, cost_usd_per_teu=1),
        link("best", "road", "B", "E", length_km=100 - km, cost_usd_per_teu=1),
        link("other", "sea", "B", "E", length_km=500, cost_usd_per_teu=1.5),
    ]
    data = dataset(links, [transfer("B", "road", "sea")])
    assert len(find_routes(data, "A", "E")) == n_routes


@pytest.mark.parametrize("hours", [(10, 11), (10.123456, 11.654321)])
def test_of_equal_ways_none_is_a_detour(hours: tuple[float, float]) -> None:
    """By time alone, a way that takes as long for more money is as good, in whole hours as in crooked ones."""
    trunk_h, last_h = hours
    links = [
        link("a", "road", "A", "B", length_km=10, time_h=trunk_h),
        link("b", "road", "B", "C", length_km=1000, time_h=1, cost_usd_per_teu=1),
        link("c", "road", "C", "E", length_km=10, time_h=last_h),
        link("twin", "road", "B", "C", length_km=1000, time_h=1, cost_usd_per_teu=50),
    ]
    found = find_routes(dataset(links), "A", "E", weights=Weights(cost=0, time_per_h=1))
    assert [links_of(route) for route in found] == [["a", "b", "c"], ["a", "twin", "c"]]


def test_links_without_length_and_a_change_at_the_end_make_no_copy() -> None:
    """Routes of the same links are one, also where no link has a kilometer to share."""
    links = [
        link("a", "road", "A", "E", length_km=0, cost_usd_per_teu=4),
        link("b", "sea", "A", "E", length_km=0, cost_usd_per_teu=5),
    ]
    data = dataset(links, [transfer("A", "road", "sea"), transfer("E", "sea", "road", cost_usd_per_teu=1)])
    assert [links_of(route) for route in find_routes(data, "A", "E", k=9)] == [["a"], ["b"]]
    assert len(find_routes(data, "A", "E", k=9, plain=True)) == 8


def test_a_symmetric_network_gives_each_way_once() -> None:
    """Four equal ways side by side are four routes, in the order of input; a grid of ties ends and repeats nothing."""
    fan = [link(f"{side}{at}", "road", *ends) for side in "WXYZ" for at, ends in enumerate((("A", side), (side, "E")))]
    found = find_routes(dataset(fan), "A", "E", k=9)
    assert [links_of(route) for route in found] == [[f"{side}0", f"{side}1"] for side in "WXYZ"]
    size = range(4)
    grid = [link(f"e{x}{y}", "road", f"n{x}{y}", f"n{x + 1}{y}") for x, y in product(size[:-1], size)]
    grid += [link(f"s{x}{y}", "road", f"n{x}{y}", f"n{x}{y + 1}") for x, y in product(size, size[:-1])]
    ways = [set(links_of(route)) for route in find_routes(dataset(grid), "n00", "n33", k=MANY)]
    assert len(ways) > 2
    assert all(len(way & before) <= 3 for at, way in enumerate(ways) for before in ways[:at])


def test_weights_beyond_what_a_float_holds() -> None:
    """Prices twenty magnitudes apart keep stretch and local optimality exact."""
    links = [
        link("tiny", "road", "A", "B", cost_usd_per_teu=1e-9, length_km=1),
        link("huge", "road", "B", "E", cost_usd_per_teu=1e12),
        link("twin", "sea", "B", "E", cost_usd_per_teu=2e12),
        link("more", "river", "B", "E", cost_usd_per_teu=2.000001e12),
    ]
    changes = [transfer("B", "road", mode) for mode in ("sea", "river")]
    found = find_routes(dataset(links, changes, commodities=[CONTAINER]), "A", "E", k=9)
    assert [links_of(route) for route in found] == [["tiny", "huge"], ["tiny", "twin"]]
