"""The cut holds back what no plan can carry, and its proof finds what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from made_network import GRAIN, dataset, link
from plan_instances import Instance, instances
from shortage import TONNES, demand, in_tonnes, line

from optimizer import plan_flows
from optimizer.blocks import DemandBlocks, blocks_of
from optimizer.cut_off import has_way
from optimizer.cuts import find_cut, verify_cut
from optimizer.graph import expand
from optimizer.weights import Weights

if TYPE_CHECKING:
    from network import Dataset


def asked_of(data: Dataset) -> tuple[DemandBlocks, np.ndarray]:
    """Return the blocks of a dataset and the mask of its demands that have a way."""
    blocks = blocks_of(expand(data), Weights())
    return blocks, has_way(blocks, np.ones(blocks.n_demands, dtype=np.bool_))


def test_a_full_road_is_the_cut() -> None:
    """150 TEU of 10 t want to pass where 100 can: 500 t stay, and one more TEU a year lets 10 t pass."""
    blocks, counted = asked_of(line(50))
    cut = find_cut(blocks, counted)
    assert cut is not None
    assert (cut.wanted_t, cut.passes_t, cut.shortfall_t) == pytest.approx((1500.0, 1000.0, 500.0))
    assert cut.behind == ("boxes",)
    (road,) = cut.capacities
    assert (road.id, road.from_node, road.free, road.t_per_unit) == ("road", "A", 100.0, pytest.approx(10.0))
    assert (road.passes_t, road.passes_teu) == pytest.approx((1000.0, 100.0))
    assert verify_cut(blocks, counted, cut) == []


def test_a_season_is_told_and_counts() -> None:
    """A road of 20 TEU a month that is open for 8 months lets 160 TEU pass."""
    blocks, counted = asked_of(line(50, capacity=20, capacity_unit="teu/month", open_months="4-11"))
    assert find_cut(blocks, counted) is None
    blocks, counted = asked_of(line(50, capacity=12, capacity_unit="teu/month", open_months="4-11"))
    cut = find_cut(blocks, counted)
    assert cut is not None
    assert cut.capacities[0].open_months == "4-11"
    assert (cut.passes_t, cut.shortfall_t) == pytest.approx((960.0, 540.0))


def test_a_detour_is_no_cut_however_dear() -> None:
    """What can be carried at any cost is not held back."""
    links = [link("road", "road", "A", "B", capacity=100, capacity_unit="teu/year")]
    links += [link("round", "sea", "A", "B", cost_usd_per_teu=1e6)]
    blocks, counted = asked_of(dataset(links, demands=[demand("boxes", "AB", 150, 50)]))
    assert find_cut(blocks, counted) is None


def test_what_is_not_counted_leaves_its_capacity_to_others() -> None:
    """Of two demands that share a road the one that may stay behind does not hold back the other."""
    road = link("road", "road", "A", "B", capacity=100, capacity_unit="teu/year")
    data = dataset([road], demands=[demand("hard", "AB", 90, None), demand("soft", "AB", 90, 5)])
    blocks, counted = asked_of(data)
    assert find_cut(blocks, blocks.must_carry) is None
    cut = find_cut(blocks, counted)
    assert cut is not None
    assert cut.shortfall_t == pytest.approx(800.0)


def test_a_cut_that_does_not_hold_is_found_out() -> None:
    """A changed figure, a price taken away and a demand that has a way around are each told."""
    links = [link("road", "road", "A", "B", capacity=100, capacity_unit="teu/year"), link("free", "road", "A", "C")]
    data = dataset(links, demands=[demand("boxes", "AB", 150, 50), demand("others", "AC", 7, 50)])
    blocks, counted = asked_of(data)
    cut = find_cut(blocks, counted)
    assert cut is not None
    assert verify_cut(blocks, counted, cut) == []
    codes = [finding.code for finding in verify_cut(blocks, counted, replace(cut, shortfall_t=600.0))]
    assert codes == ["V460"]
    codes = [finding.code for finding in verify_cut(blocks, counted, replace(cut, behind=("boxes", "others")))]
    assert codes == ["V461"]
    codes = [finding.code for finding in verify_cut(blocks, counted, replace(cut, price=np.zeros(len(cut.price))))]
    assert codes == ["V460", "V461"]


def test_goods_that_weigh_nothing_count_by_the_unit() -> None:
    """A commodity without weight is held back all the same."""
    feathers = GRAIN | {"commodity_id": "feathers", "t_per_unit": 0, "units_per_truck": 1}
    road = link("road", "road", "A", "B", capacity=1, capacity_unit="truck/day")
    blocks, counted = asked_of(
        dataset([road], commodities=[feathers], demands=[demand("light", "AB", 1000, 5, commodity="feathers")])
    )
    cut = find_cut(blocks, counted)
    assert cut is not None
    assert cut.shortfall_t == pytest.approx(635.0)


@settings(max_examples=120, deadline=None)
@given(instances())
def test_the_cut_is_the_least_that_stays_and_separates(instance: Instance) -> None:
    """What is held back is the optimum of an oracle written from the rows, and every cut verifies."""
    blocks, counted = asked_of(instance.dataset())
    cut = find_cut(blocks, counted)
    wanted = sum(float(row["volume"]) * TONNES[str(row["commodity"])] for row in instance.demands)
    least = in_tonnes(instance).optimum()
    assert least is not None
    tonnes = np.array([TONNES[str(row["commodity"])] for row in instance.demands])
    no_way = float((blocks.volume * tonnes)[~counted].sum())
    found = 0.0 if cut is None else cut.shortfall_t
    assert found + no_way == pytest.approx(least, rel=1e-6, abs=2e-6 * wanted)
    if cut is not None:
        assert verify_cut(blocks, counted, cut) == []
        assert float((cut.left * tonnes).sum()) == pytest.approx(cut.shortfall_t, rel=1e-6, abs=1e-6 * wanted)
        plan = plan_flows(instance.dataset())
        if plan.cost_usd is not None:
            assert float((plan.unmet_volume * tonnes).sum()) >= cut.shortfall_t - 2e-6 * wanted
