"""Who uses a thing: the demands told for it add up to what the plan uses of it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from flow_instances import busy_network
from hypothesis import given, settings
from made_network import CONTAINER, GRAIN, dataset, link, transfer
from plan_instances import Instance, instances

from network import NoPlanError, Scenario, UnknownIdError, apply
from network.selection import with_table
from optimizer import Weights, plan_flows
from optimizer.report.document import plain
from optimizer.report.users import users_csv, users_document
from optimizer.users import users_of


def port_network(**columns: object):
    """Return rail to a port, two ferries that share its berths, and a road round; one demand of each commodity."""
    links = [
        link("rail", "rail1520", "A", "P", cost_usd_per_teu=1, cost_usd_per_t=1, corridors="north"),
        link("ferry", "sea", "P", "B", shared_capacity_id="berths", corridors="north", length_km=400),
        link("ship", "sea", "P", "C", shared_capacity_id="berths"),
        link("road", "road", "A", "B", cost_usd_per_teu=500, cost_usd_per_t=500),
    ]
    demands = [
        {"demand_id": "boxes", "origin": "A", "destination": "B", "commodity": "container", "volume": 100},
        {"demand_id": "back", "origin": "B", "destination": "P", "commodity": "container", "volume": 30},
        {"demand_id": "corn", "origin": "P", "destination": "C", "commodity": "grain", "volume": 500},
    ]
    return dataset(
        links,
        [transfer("P", "rail1520", "sea")],
        demands=[row | columns for row in demands],
        commodities=[CONTAINER, GRAIN],
        countries={"A": "CN", "B": "AZ", "C": "IR"},
        corridors=[{"corridor_id": "north", "name": "North"}],
        shared_capacities=[
            {"shared_capacity_id": "berths", "name": "Berths", "capacity": 1200, "capacity_unit": "t/year"}
            | {"background": 100}
        ],
    )


@pytest.fixture(scope="module")
def port():
    """Return the plan of the port: the berths have 1100 t a year left for 1000 + 300 + 500 t."""
    return plan_flows(port_network(unmet_cost_usd_per_unit=10000))


def test_a_shared_capacity_names_who_shares_it(port) -> None:
    """All that passes the berths is told with its direction, and adds up to what is used of them, 100 t apart."""
    users = users_of(port, "berths")
    (berths,) = users.capacities
    assert (berths.capacity, berths.unit, berths.from_node) == (1200.0, "t/year", None)
    assert sum(user.used for user in users.users) == pytest.approx(berths.used - 100.0)
    assert sum(user.share for user in users.users) == pytest.approx(1.0)
    assert {user.direction for user in users.users} <= {"P → B", "B → P", "P → C"}
    back = next(user for user in users.users if user.demand_id == "back")
    assert (back.volume, back.t, back.teu, back.used) == pytest.approx((30.0, 300.0, 30.0, 300.0))
    assert (back.origin, back.destination, back.corridor) == ("B", "P", "north")


def test_a_node_tells_what_starts_ends_changes_and_passes(port) -> None:
    """What starts or ends at a node is told from what changes modes there; a place passed in one mode is passed."""
    kinds = {user.demand_id: user.direction for user in users_of(port, "P").users}
    assert kinds["corn"] == "from"
    assert kinds["back"] == "to"
    assert kinds["boxes"] == "transshipped"
    line = [link("one", "road", "A", "B"), link("two", "road", "B", "C")]
    demand = {"demand_id": "far", "origin": "A", "destination": "C", "commodity": "container", "volume": 5}
    plan = plan_flows(dataset(line, demands=[demand], countries={"A": "CN", "B": "KZ", "C": "RU"}))
    assert [user.direction for user in users_of(plan, "B").users] == ["through"]
    assert [user.direction for user in users_of(plan, "country=KZ").users] == ["through"]
    assert [user.direction for user in users_of(plan, "country=cn").users] == ["from"]


def test_links_and_transfers_have_directions(port) -> None:
    """A sign behind the name asks for one direction; modes may be told in either order."""
    both = {user.demand_id for user in users_of(port, "ferry").users}
    assert both == {"boxes", "back"}
    assert [user.demand_id for user in users_of(port, "ferry<").users] == ["back"]
    assert [user.demand_id for user in users_of(port, "ferry>").users] == ["boxes"]
    for name in ("P:rail1520-sea>", "P:rail1520-sea", "P:sea-rail1520<", "p:sea-rail1520"):
        users = users_of(port, name)
        assert users.thing.id == "P:rail1520-sea"
        assert [user.demand_id for user in users.users] == ["boxes"]
    assert users_of(port, "P:sea-rail1520>").users == ()


def test_groups_add_up(port) -> None:
    """A corridor, mode or country is asked for by its key; sums by commodity, corridor and country agree."""
    north = users_of(port, "corridor=north")
    assert {user.corridor for user in north.users} == {"north"}
    sea = users_of(port, "mode=sea")
    t = sum(user.t for user in sea.users)
    for totals in (sea.by_commodity(), sea.by_corridor(), sea.by_origin_country(), sea.by_destination_country()):
        assert sum(total.t for total in totals) == pytest.approx(t)
        assert sum(total.share for total in totals) == pytest.approx(1.0)
    assert {total.name for total in sea.by_destination_country()} == {"AZ", "KZ", "IR"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("berth", "berths"),
        ("ferri", "ferry"),
        ("P:rail-road", "P:rail1520-sea"),
        ("corridor=nort", "north"),
        ("mode=boat", "road"),
        ("town=A", "country"),
        ("country=Kazakhstan", "KZ"),
        ("P>", "only links and transfers have a direction"),
    ],
)
def test_unknown_names_are_told_with_close_ones(port, name: str, hint: str) -> None:
    """A name that fits nothing is refused with what may have been meant."""
    with pytest.raises(UnknownIdError, match=hint):
        users_of(port, name)


def test_one_id_of_two_things_is_ambiguous() -> None:
    """An id that a node and a shared capacity bear is refused."""
    links = [link("ab", "road", "A", "B", shared_capacity_id="A")]
    limit = {"shared_capacity_id": "A", "name": "A", "capacity": 10, "capacity_unit": "teu/year"}
    demand = {"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 1}
    plan = plan_flows(dataset(links, demands=[demand], shared_capacities=[limit]))
    with pytest.raises(UnknownIdError, match="several things"):
        users_of(plan, "A")


def test_a_plan_without_an_answer_has_no_users() -> None:
    """Nobody uses anything where there is no plan."""
    with pytest.raises(NoPlanError):
        users_of(plan_flows(port_network(volume=2000)), "P")


@settings(max_examples=60, deadline=None)
@given(instances(hard=False))
def test_users_sum_to_the_use_of_every_capacity(instance: Instance) -> None:
    """Over the demands told for it, every capacity is used as the plan uses it, background apart."""
    plan = plan_flows(instance.dataset())
    resources = plan.blocks.graph.resources
    for thing in dict.fromkeys(resources.ids.tolist()):
        users = users_of(plan, thing)
        used = sum(record.used - record.background for record in users.capacities)
        assert sum(user.used for user in users.users) == pytest.approx(used, rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(instances(hard=False))
def test_users_of_links_are_the_legs_of_routes(instance: Instance) -> None:
    """Volumes by demand and direction are those of the legs of the plan's routes."""
    plan = plan_flows(instance.dataset())
    expected: dict[tuple[str, str], float] = defaultdict(float)
    for route in plan.routes:
        for leg in route.legs:
            if getattr(leg, "link_id", "") == "L0":
                expected[route.demand_id, f"{leg.from_node} → {leg.to_node}"] += route.volume
    found: dict[tuple[str, str], float] = defaultdict(float)
    for user in users_of(plan, "L0").users:
        found[user.demand_id, user.direction] += user.volume
        assert 0.0 < user.share_of_demand <= 1.0 + 1e-9
    assert found == pytest.approx(dict(expected))


def test_who_takes_nothing_of_a_shared_capacity_is_no_user_of_it() -> None:
    """Corn passes berths that count containers and takes none of them; who takes most comes first, not the heaviest."""
    data = port_network(unmet_cost_usd_per_unit=10000)
    berths = data.network.shared_capacities.with_columns({"capacity_unit": np.array(["teu/year"], dtype=object)})
    plan = plan_flows(with_table(data, "shared_capacities", berths))
    users = users_of(plan, "berths")
    assert [user.demand_id for user in users.users] == ["boxes", "back"]
    assert [(user.demand_id, user.used) for user in users.idle] == [("corn", 0.0)]
    assert "corn" not in users_csv(users)
    assert "Another 0.5 kt a year pass and take nothing of it" in plain(users_document(users))
    assert [user["demand_id"] for user in users.to_mapping()["idle"]] == ["corn"]


def test_rows_are_not_called_demands_where_there_are_more_of_them() -> None:
    """A demand on two ways has two rows, which the heading does not count as two demands."""
    links = [
        link("one", "road", "A", "P", cost_usd_per_teu=1),
        link("ferry", "sea", "P", "B", capacity=60, capacity_unit="teu/year", cost_usd_per_teu=1),
        link("road", "road", "P", "B", cost_usd_per_teu=9),
    ]
    row = {"demand_id": "boxes", "origin": "A", "destination": "B", "commodity": "container", "volume": 100}
    plan = plan_flows(dataset(links, [transfer("P", "road", "sea")], demands=[row]))
    text = plain(users_document(users_of(plan, "P")))
    assert "of 1 demand, each tonne counted once" in text
    assert "By demand and way (2)" in text
    assert "By demand (1)" in plain(users_document(users_of(plan, "ferry")))


def test_tables_and_csv_name_the_users(port) -> None:
    """The document names demands, places and corridors; the CSV has a row per record."""
    users = users_of(port, "berths")
    text = plain(users_document(users))
    assert "Who uses the shared capacity Berths (berths) · plan 2024" in text
    assert "1,200 of 1,200 t/year used (100 %), 100 of it by other traffic" in text
    assert "By corridor of the whole way" in text
    assert len(users_csv(users).splitlines()) == len(users.users) + 1
    assert "No demand of this plan passes it." in plain(users_document(users_of(port, "road<")))


def test_busy_network_knows_every_kind_of_thing() -> None:
    """Every id that a plan's bottlenecks name can be asked for."""
    plan = plan_flows(busy_network())
    assert plan.bottlenecks()
    for bottleneck in plan.bottlenecks():
        assert users_of(plan, bottleneck.id).users


def test_a_link_is_told_with_its_price_steps() -> None:
    """What takes the step of a link under a calibration uses the link, and its capacity."""
    row = {"calibration_id": "fit", "links": "road>", "calibration_unit": "teu", "calibration_usd_per_unit": -0.4}
    rows = [row | {"step": 40.0, "margin_usd_per_unit": 0.1}]
    fit = Scenario.from_mapping({"name": "fit", "changes": [{"table": "calibration", "rows": rows}]})
    road = link("road", "road", "A", "B", capacity=100, capacity_unit="teu/year")
    demand = {"demand_id": "d", "origin": "A", "destination": "B", "commodity": "container", "volume": 70}
    plan = plan_flows(apply(dataset([road], demands=[demand]), fit), weights=Weights(calibration=1.0))
    assert len(plan.paths) == 2
    (user,) = users_of(plan, "road").users
    assert (user.volume, user.used, user.share_of_demand) == pytest.approx((70.0, 70.0, 1.0))
