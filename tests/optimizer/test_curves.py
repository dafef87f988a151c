"""Curves against plans made from nothing: at breakpoints, between them, on random and on the bundled network."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_network import dataset, link
from plan_instances import Instance, instances

from network import Dataset, NoPlanError, Scenario, UnknownIdError, apply, load
from network.selection import with_table
from optimizer import plan_flows
from optimizer.curves import Curve, capacity_curve, cost_curve, demand_curve

EXAMPLES = settings(max_examples=15, deadline=None)


def demand(demand_id: str, origin: str, destination: str, volume: float, **columns: object) -> dict[str, object]:
    """Return a row of demands.csv for containers that must be carried unless an unmet cost is given."""
    row = {"demand_id": demand_id, "origin": origin, "destination": destination, "commodity": "container"}
    return row | {"volume": volume} | columns


def with_cell(data: Dataset, table: str, row: int, column: str, value: float) -> Dataset:
    """Return the data with one number changed."""
    values = data.tables[table].number(column).copy()
    values[row] = value
    return with_table(data, table, data.tables[table].with_columns({column: values}))


def places(curve: Curve) -> list[float]:
    """Return places between the points: one in the middle of each stretch, and one near either end."""
    return [
        low + share * (high - low)
        for low, high in pairwise(point.at for point in curve.points)
        for share in (0.01, 0.5, 0.99)
    ]


def check_slopes(curve: Curve, sign: float) -> None:
    """Prices are the slopes on either side, and bend one way."""
    for point, following in pairwise(curve.points):
        slope = (following.objective_usd - point.objective_usd) / (following.at - point.at)
        assert point.price_right_usd_per_unit == following.price_left_usd_per_unit
        rounding = 1e-9 * abs(point.objective_usd) / (following.at - point.at)
        assert sign * slope == pytest.approx(point.price_right_usd_per_unit, rel=1e-6, abs=rounding + 1e-6)


@given(instance=instances(), pick=st.integers(0, 20))
@EXAMPLES
def test_capacity_curve_is_the_optimum_at_every_capacity(instance: Instance, pick: int) -> None:
    """On random networks a curve is the cold optimum at and between its points, and flat as far as the background."""
    closed = {row["shared_capacity_id"] for row in instance.shared if row["capacity"] == 0}
    links = enumerate(instance.links)
    limited = [at for at, row in links if row.get("capacity") and row.get("shared_capacity_id") not in closed]
    assume(limited)
    at = limited[pick % len(limited)]
    data = instance.dataset()
    name = str(instance.links[at]["link_id"])
    try:
        curve = capacity_curve(data, name)
    except NoPlanError:
        grown = with_cell(data, "links", at, "capacity", 1e7)
        assert plan_flows(grown).status == "infeasible"
        return
    check_slopes(curve, -1.0)
    for place in places(curve):
        cold = plan_flows(with_cell(data, "links", at, "capacity", place)).objective_usd
        assert curve.objective_at(place) == pytest.approx(cold, rel=1e-7, abs=1e-6)
    first = curve.points[0].at
    if first > curve.low:
        assert plan_flows(with_cell(data, "links", at, "capacity", first * (1.0 - 1e-4))).status == "infeasible"


@given(instance=instances(), links=st.sampled_from(["all", "mode=road", "mode=rail"]))
@EXAMPLES
def test_cost_curve_is_concave_and_exact(instance: Instance, links: str) -> None:
    """Costs multiplied give the cold optimum of data with those costs; the curve bends down."""
    assume(links == "all" or any(row["mode"] == links[5:] for row in instance.links))
    data = instance.dataset()
    try:
        curve = cost_curve(data, links, low=0.5, high=3.0)
    except NoPlanError:
        assert plan_flows(data).status == "infeasible"
        return
    check_slopes(curve, 1.0)
    slopes = [point.price_right_usd_per_unit for point in curve.points[:-1]]
    assert slopes == sorted(slopes, reverse=True)
    meant = [at for at, row in enumerate(instance.links) if links in ("all", f"mode={row['mode']}")]
    for place in places(curve):
        changed = data
        for column in ("cost_usd_per_teu", "cost_usd_per_t", "fixed_cost_usd_per_teu", "fixed_cost_usd_per_t"):
            values = changed.network.links.number(column).copy()
            values[meant] *= place
            changed = with_table(changed, "links", changed.network.links.with_columns({column: values}))
        assert curve.objective_at(place) == pytest.approx(plan_flows(changed).objective_usd, rel=1e-7, abs=1e-6)


@given(instance=instances())
@EXAMPLES
def test_demand_curve_is_convex_and_exact(instance: Instance) -> None:
    """Volumes multiplied give the cold optimum of data with those volumes; it ends where demands cannot be carried."""
    data = instance.dataset()
    first = str(instance.demands[0]["demand_id"])
    volume = float(instance.demands[0]["volume"])
    assume(volume > 0.0)
    try:
        curve = demand_curve(data, f"id={first}", low=0.25, high=4.0)
    except NoPlanError:
        assert plan_flows(with_cell(data, "demands", 0, "volume", 0.25 * volume)).status == "infeasible"
        return
    check_slopes(curve, 1.0)
    slopes = [point.price_right_usd_per_unit for point in curve.points[:-1]]
    assert slopes == pytest.approx(sorted(slopes))
    for place in places(curve):
        cold = plan_flows(with_cell(data, "demands", 0, "volume", place * volume)).objective_usd
        assert curve.objective_at(place) == pytest.approx(cold, rel=1e-7, abs=1e-6)
    last = curve.points[-1].at
    if last < curve.high:
        beyond = with_cell(data, "demands", 0, "volume", last * (1.0 + 1e-4) * volume)
        assert plan_flows(beyond).status == "infeasible"


def two_ways(**columns: object) -> Dataset:
    """Return a cheap limited way, a dearer limited one and 1,000 TEU to carry or to leave at 50 USD."""
    return dataset(
        [
            link("cheap", "road", "A", "B", cost_usd_per_teu=10, capacity=300, capacity_unit="teu/year", **columns),
            link("dear", "road", "A", "B", cost_usd_per_teu=30, capacity=400, capacity_unit="teu/year"),
        ],
        demands=[demand("all", "A", "B", 1000, unmet_cost_usd_per_unit=50)],
    )


def test_points_are_what_a_pencil_finds() -> None:
    """More of the cheap way first replaces what is left behind (40 USD), then the dear way (20 USD), then nothing."""
    curve = capacity_curve(two_ways(background=100), "cheap")
    found = [
        (point.at, point.cost_usd, point.used, point.price_left_usd_per_unit, point.price_right_usd_per_unit)
        for point in curve.points
    ]
    assert found == [
        (0.0, pytest.approx(42_000), 100.0, None, 0.0),
        (100.0, pytest.approx(42_000), 100.0, 0.0, pytest.approx(40.0)),
        (300.0, pytest.approx(34_000), 300.0, pytest.approx(40.0), pytest.approx(40.0)),
        (pytest.approx(700.0), pytest.approx(18_000), pytest.approx(700.0), pytest.approx(40.0), pytest.approx(20.0)),
        (pytest.approx(1100.0), pytest.approx(10_000), pytest.approx(1100.0), pytest.approx(20.0), 0.0),
        (pytest.approx(1210.0), pytest.approx(10_000), pytest.approx(1100.0), 0.0, None),
    ]
    assert (curve.present, curve.background, curve.unit) == (300.0, 100.0, "teu/year")


def test_places_are_told_without_rounding_of_the_solver() -> None:
    """Breakpoints, the end and what is used have 12 significant digits: thirds of a train are no longer than that."""
    curve = capacity_curve(two_ways(background=100.1), "cheap")
    for number in (value for point in curve.points[1:] for value in (point.at, point.used)):
        assert number == float(f"{number:.12g}")
    assert [point.at for point in curve.points] == [0.0, 100.1, 300.0, 700.1, 1100.1, 1210.11]


def test_one_direction_both_and_a_closed_link() -> None:
    """A direction is asked for by itself; the link alone means both; a closed link has a curve from 0 on as well."""
    data = dataset(
        [
            link("thin", "road", "A", "B", cost_usd_per_teu=10, capacity=1, capacity_unit="teu/day"),
            link("wide", "road", "A", "B", cost_usd_per_teu=30),
        ],
        demands=[demand("there", "A", "B", 1095), demand("back", "B", "A", 730)],
    )
    prices = {
        name: [point.price_right_usd_per_unit for point in capacity_curve(data, name, low=0.5).points]
        for name in ("thin>", "thin<", "thin")
    }
    day = 365.0 * 20.0
    assert prices["thin>"] == [pytest.approx(day), pytest.approx(day), pytest.approx(0.0), None]
    assert prices["thin"] == [
        pytest.approx(2 * day),
        pytest.approx(2 * day),
        pytest.approx(day),
        pytest.approx(0.0),
        None,
    ]
    assert [point.at for point in capacity_curve(data, "thin<", low=0.5).points][2] == pytest.approx(2.0)
    closed = capacity_curve(with_cell(data, "links", 0, "capacity", 0.0), "thin")
    assert (closed.present, closed.points[0].at) == (0.0, 0.0)
    assert closed.points[0].price_right_usd_per_unit == pytest.approx(2 * day)


def test_begins_where_demand_can_be_carried_and_ends_where_it_no_longer_can() -> None:
    """What must be carried gives a first capacity and a last volume; too small an end is refused with the first one."""
    data = dataset(
        [
            link("cheap", "road", "A", "B", cost_usd_per_teu=10, capacity=700, capacity_unit="teu/year"),
            link("dear", "road", "A", "B", cost_usd_per_teu=30, capacity=400, capacity_unit="teu/year"),
        ],
        demands=[demand("all", "A", "B", 1000)],
    )
    assert capacity_curve(data, "cheap").points[0].at == pytest.approx(600.0)
    assert demand_curve(data, "id=all").points[-1].at == pytest.approx(1.1)
    with pytest.raises(NoPlanError, match=r"below 600"):
        capacity_curve(data, "cheap", high=500)
    with pytest.raises(NoPlanError, match="times the volumes"):
        demand_curve(data, "id=all", low=1.5)
    small = with_cell(data, "links", 0, "capacity", 100.0)
    assert capacity_curve(small, "cheap").points[0].at == pytest.approx(600.0)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("chaep", "did you mean cheap"),
        ("free", "has no capacity, so that nothing limits it"),
        ("A", "is a place, not a capacity; name one of its capacities: port, cheap, both"),
        ("A:road-sea", "unknown transfer"),
        ("both>", "counts both directions together"),
        ("shut", '"shut" is closed, as "port" has a capacity of 0'),
    ],
)
def test_names_that_cannot_be_used_are_told_with_a_remedy(name: str, says: str) -> None:
    """Unknown names have close matches, a place its capacities, and what has no limit says how to give it one."""
    limits = {"capacity": 300, "capacity_unit": "teu/year"}
    data = dataset(
        [
            link("cheap", "road", "A", "B", **limits),
            link("both", "road", "A", "B", capacity_scope="both", **limits),
            link("free", "road", "A", "B"),
            link("shut", "road", "A", "B", shared_capacity_id="port", **limits),
        ],
        shared_capacities=[
            {"shared_capacity_id": "port", "name": "Port", "capacity": 0, "capacity_unit": "teu/year"},
        ],
        demands=[demand("all", "A", "B", 1000)],
    )
    with pytest.raises(UnknownIdError, match=says):
        capacity_curve(data, name)


def test_selections_that_cannot_be_used_are_told() -> None:
    """A selection that cannot be read, or selects nothing, is no empty curve."""
    data = two_ways()
    with pytest.raises(UnknownIdError, match="write key=value"):
        cost_curve(data, "cheap")
    with pytest.raises(UnknownIdError, match="unknown"):
        cost_curve(data, "mode=rode")
    with pytest.raises(UnknownIdError, match="selects no row"):
        demand_curve(data, "group=none")
    with pytest.raises(ValueError, match="to a larger one"):
        capacity_curve(data, "cheap", low=5, high=5)


def test_aktau_on_the_bundled_network() -> None:
    """With the demand of 2030 more container capacity at Aktau is worth money up to 104,000 TEU, and nothing beyond."""
    data = load()
    data = apply(data, data.scenarios["titr-2030"])
    curve = capacity_curve(data, "aktau-containers", low=60_000)
    assert curve.present == 140_000
    check_slopes(curve, -1.0)
    useful = [point for point in curve.points if point.price_left_usd_per_unit]
    assert useful[-1].at == pytest.approx(104_000, rel=1e-6)
    assert json.loads(json.dumps(curve.to_mapping()))["points"][0]["at"] == 60_000
    assert list(curve.to_frame()["at"]) == [point.at for point in curve.points]
    for place in (60_000.0, useful[-2].at, 101_000.0, 140_000.0):
        setting = [{"table": "shared_capacities", "where": {"id": "aktau-containers"}, "set": {"capacity": place}}]
        cold = plan_flows(apply(data, Scenario.from_mapping({"name": "set", "changes": setting})))
        assert curve.objective_at(place) == pytest.approx(cold.objective_usd, rel=1e-9)
