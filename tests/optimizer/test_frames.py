"""Everything that returns several records gives a pandas table of them, with the same numbers, empty ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from network import apply
from network.scenario import Scenario
from optimizer import (
    capacity_curve,
    cheapest_extensions,
    compare_corridors,
    disrupt,
    explain_unmet,
    find_pareto,
    find_routes,
    pareto_front,
    plan_flows,
    users_of,
    what_if,
)
from optimizer.flows import (
    BOTTLENECK_COLUMNS,
    FLOW_ROUTE_COLUMNS,
    LINK_FLOW_COLUMNS,
    SHARE_COLUMNS,
    UNMET_COLUMNS,
    LinkFlows,
)
from optimizer.ledger import LEDGER_COLUMNS, ledger_of
from optimizer.listing import headers
from optimizer.measures import WORK_COLUMNS, measures_of
from optimizer.replanning import prepare
from optimizer.route import LEG_ROW_COLUMNS, ROUTE_COLUMNS, Leg
from optimizer.shifts import SHIFT_COLUMNS as SHIFT_ATTRIBUTES
from optimizer.shifts import Shifts
from optimizer.whatif_records import BOTTLENECK_COLUMNS as WHATIF_BOTTLENECK_COLUMNS
from optimizer.whatif_records import SHIFT_COLUMNS, SUMMARY_COLUMNS, bottleneck_records

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from network import Dataset
    from optimizer import Plan

SMALL_PORT = {"table": "shared_capacities", "where": {"id": "aktau-containers"}, "set": {"capacity": 60_000.0}}


@pytest.fixture(scope="module")
def narrow(tiny: Dataset) -> Dataset:
    """Return the tiny dataset with a port that is far too small."""
    return apply(tiny, Scenario.from_mapping({"name": "small port", "changes": [SMALL_PORT]}))


@pytest.fixture(scope="module")
def plan(narrow: Dataset) -> Plan:
    """Return its plan, with bottlenecks and demand left behind."""
    return plan_flows(narrow)


def assert_table(frame: pd.DataFrame, columns: Sequence[str], n_rows: int) -> None:
    """Compare the columns and the number of rows of a table; there are some rows."""
    assert list(frame.columns) == list(columns)
    assert len(frame) == n_rows > 0


def test_routes(tiny: Dataset) -> None:
    """Routes one per row, the legs of each of them too."""
    routes = find_routes(tiny, "Xi'an", "Duisburg", k=2)
    frame = routes.to_frame()
    assert_table(frame, ROUTE_COLUMNS, len(routes))
    assert frame["cost_usd"].tolist() == [route.cost_usd for route in routes]
    assert frame["countries"][0] == ";".join(routes[0].countries)
    legs = routes[0].to_frame()
    assert_table(legs, LEG_ROW_COLUMNS, len(routes[0].legs))
    assert legs["time_h"].sum() == pytest.approx(routes[0].time_h)
    assert (legs["kind"] == "link").tolist() == [isinstance(leg, Leg) for leg in routes[0].legs]
    assert legs["length_km"].sum() == pytest.approx(routes[0].length_km)


def test_comparisons_of_routes(tiny: Dataset) -> None:
    """A front and a comparison, as lists and as what they are."""
    front = pareto_front(tiny, "Xi'an", "Duisburg")
    for frame in (front.to_frame(), find_pareto(tiny, "Xi'an", "Duisburg").to_frame()):
        assert_table(frame, ROUTE_COLUMNS, len(front.routes))
    comparison = compare_corridors(tiny, "Xi'an", "Duisburg")
    assert_table(comparison.to_frame(), comparison.records()[0].keys(), len(comparison.rows))


def test_plans(plan: Plan) -> None:
    """Flows, paths, sums, bottlenecks and what is left behind."""
    for listing, columns in (
        (plan.link_flows, LINK_FLOW_COLUMNS),
        (plan.routes, FLOW_ROUTE_COLUMNS),
        (plan.bottlenecks(), BOTTLENECK_COLUMNS),
        (plan.by_corridor(), SHARE_COLUMNS),
        (plan.by_mode(), SHARE_COLUMNS),
        (plan.unmet, UNMET_COLUMNS),
    ):
        assert_table(listing.to_frame(), columns, len(listing))
    assert plan.unmet.to_frame()["volume"].sum() == pytest.approx(sum(record.volume for record in plan.unmet))
    measures = measures_of(plan)
    assert_table(measures.to_frame(), WORK_COLUMNS, len(measures.work))


def test_paths_sum_to_the_plan(plan: Plan) -> None:
    """Their money is the transport cost, their tonnes are those carried, their ends those of the demands."""
    frame = plan.routes.to_frame()
    assert frame["cost_usd"].sum() == pytest.approx(plan.transport_cost_usd)
    assert frame["t"].sum() == pytest.approx(measures_of(plan).t)
    assert frame["co2_kg"].sum() == pytest.approx(measures_of(plan).co2_kg)
    demands = plan.data.demands
    country = dict(zip(plan.data.network.nodes.row_of, plan.data.network.nodes.text("country"), strict=True))
    for route in plan.routes:
        row = demands.row_of[route.demand_id]
        assert (route.origin, route.destination) == tuple(demands.text(end)[row] for end in ("origin", "destination"))
        assert (route.countries[0], route.countries[-1]) == (country[route.origin], country[route.destination])
        assert route.time_h == pytest.approx(sum(leg.time_h for leg in route.legs))


def test_what_a_plan_lacks(plan: Plan) -> None:
    """Why demand stays behind, what would serve it, who uses the port, and how far its prices hold."""
    shortfall = explain_unmet(plan)
    frame = shortfall.to_frame()
    assert frame["demand_id"].tolist() == [record.demand_id for record in shortfall.demands]
    assert frame["scarce_ids"].str.contains("aktau-containers").any()
    extensions = cheapest_extensions(plan)
    assert extensions.to_frame()["rounded"].tolist() == [each.rounded for each in extensions.extensions] != []
    users = users_of(plan, "aktau-containers")
    assert users.to_frame()["used"].tolist() == [user.used for user in users.users] != []
    assert users.by_commodity().to_frame()["t"].sum() == pytest.approx(sum(user.t for user in users.users))
    ledger = ledger_of(prepare(plan.data))
    assert_table(ledger.to_frame(), headers(LEDGER_COLUMNS), len(ledger))
    assert ledger.to_frame()["id"].tolist() == [entry.bottleneck.id for entry in ledger]


def test_what_ifs(tiny: Dataset) -> None:
    """The summary is the table of a what-if; a failed scenario is a row of it."""
    wrong = Scenario.from_mapping({"name": "wrong", "changes": [SMALL_PORT | {"where": {"id": "nowhere"}}]})
    small = Scenario.from_mapping({"name": "small port", "changes": [SMALL_PORT]})
    result = what_if(tiny, [small, wrong])
    assert_table(result.to_frame(), SUMMARY_COLUMNS, 2)
    assert result.to_frame()["error"].tolist() == ["", result.outcomes[1]["error"]["code"]]
    assert_table(result.shifts(), SHIFT_COLUMNS, len(result.outcomes[0]["shifts"]))
    assert_table(result.bottlenecks(), WHATIF_BOTTLENECK_COLUMNS, len(bottleneck_records(result.outcomes)))


def test_columns_stay_without_rows(tiny: Dataset) -> None:
    """Nothing left behind, nothing that binds, nothing that differs: the columns are there."""
    roomy = apply(tiny, Scenario.from_mapping({"name": "nothing asked", "changes": [NOTHING_ASKED]}))
    plan = plan_flows(roomy)
    empty = {
        "flows": (plan.link_flows.to_frame(), LINK_FLOW_COLUMNS),
        "routes": (plan.routes.to_frame(), FLOW_ROUTE_COLUMNS),
        "unmet": (plan.unmet.to_frame(), UNMET_COLUMNS),
        "bottlenecks": (plan.bottlenecks().to_frame(), BOTTLENECK_COLUMNS),
        "corridors": (plan.by_corridor().to_frame(), SHARE_COLUMNS),
        "work": (measures_of(plan).to_frame(), WORK_COLUMNS),
        "ledger": (ledger_of(prepare(roomy)).to_frame(), headers(LEDGER_COLUMNS)),
        "shifts": (Shifts((), is_tie=False).to_frame(), SHIFT_ATTRIBUTES),
        "rows": (LinkFlows(()).to_frame(), LINK_FLOW_COLUMNS),
    }
    nothing = what_if(roomy, [Scenario("nothing")])
    empty |= {
        "shifts of a what-if": (nothing.shifts(), SHIFT_COLUMNS),
        "bottlenecks of a what-if": (nothing.bottlenecks(), WHATIF_BOTTLENECK_COLUMNS),
    }
    for name, (frame, columns) in empty.items():
        assert (len(frame), list(frame.columns)) == (0, list(columns)), name


NOTHING_ASKED = {"table": "demands", "set": {"volume": 0.0}}


def test_rankings_and_curves(tiny: Dataset) -> None:
    """The worst closing first; the points of a curve in order."""
    result = disrupt(tiny, only=["Aktau", "Almaty"])
    assert result.to_frame().equals(result.ranking())
    assert result.to_frame()["id"].tolist() == [record["id"] for record in result.records] != []
    curve = capacity_curve(tiny, "aktau-containers")
    assert curve.to_frame()["at"].tolist() == [point.at for point in curve.points] != []
