"""The demand of the bundled network: published totals, the forecast of 2030, and plans of both years that hold."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from network import Dataset, apply, load
from optimizer import plan_flows, verify

DATA_PAGE = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
FORECAST = 2030
MOST_BASE_ROWS = 260
TRAINS_2024, TRAINS_WEST, TRAINS_EAST, TRAIN_TEU = 19_392, 10_546, 8_846, 2_077_216
CN_EU, TITR_TEU, TITR_CHINA = 412_000.0, 56_500.0, 27_000 * 12 / 11

# What was published, as the sum of a group in 2024: TEU, t. Groups of estimates stand in docs/data.md alone.
PUBLISHED = {
    "cn-eu-rail": (CN_EU, 0),
    "eu-cn-rail": (0.15 * CN_EU, 0),
    "cn-ru-rail": (TRAIN_TEU * TRAINS_WEST / TRAINS_2024 - CN_EU - TITR_CHINA, 0),
    "ru-cn-rail": (TRAIN_TEU * TRAINS_EAST / TRAINS_2024 - 0.15 * CN_EU, 0),
    "titr-container": (TITR_TEU, 0),
    "cn-kz": (1.5e6 / 10, 1.5e6),
    "cn-kz-road": (0, 1.8e6 * 6.6 / 5.5),
    "cn-eu-road": (262_000 * 12 / 9 / 10, 0),
    "kz-cn": (0, 13.7e6),
    "ns-east": (29_000, 2.5e6 - 29_000 * 12),
    "ns-caspian": (0, 3.2e6 * 12 / 7 * 0.9),
    "ns-west-transit": (0, 814_000),
    "ir-af": (0, 1.95e6 * 12 / 10),
    "ocean-w": (17.5e6 / 10, 0),
    "ocean-e": (6.5e6 / 10, 0),
}
# Forecasts of a level, not of a growth: TEU, t in 2030.
FORESEEN = {
    "titr-container": (TITR_TEU * 11 / 4.5, 0),
    "cn-eu-road": (1e6 / 10, 0),
    "ns-west-transit": (0, 5e6),
    "ns-india": (325_000, 0),
}


@pytest.fixture(scope="module")
def data() -> Dataset:
    return load()


def totals(data: Dataset) -> dict[tuple[str, int], dict[str, float]]:
    """Return the volume of each group and year by unit."""
    sums: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: {"TEU": 0.0, "t": 0.0})
    rows = zip(data.demands.text("group"), data.demand_years, data.demands.text("commodity"), strict=True)
    for (group, year, commodity), volume in zip(rows, data.demands.number("volume"), strict=True):
        sums[group, int(year)]["TEU" if commodity.startswith("container") else "t"] += float(volume)
    return dict(sums)


@pytest.mark.parametrize("group", PUBLISHED)
def test_a_group_adds_up_to_its_published_figure(data: Dataset, group: str) -> None:
    """Within 1 %, which is what rounding a published figure to three digits costs."""
    sums = totals(data)[group, data.base_year]
    assert (sums["TEU"], sums["t"]) == pytest.approx(PUBLISHED[group], rel=0.01)


@pytest.mark.parametrize("group", FORESEEN)
def test_a_forecast_level_is_reached(data: Dataset, group: str) -> None:
    sums = totals(data)[group, FORECAST]
    assert (sums["TEU"], sums["t"]) == pytest.approx(FORESEEN[group], rel=0.01)


def test_the_page_shows_the_sums_of_both_years(data: Dataset) -> None:
    """Every group has a row in docs/data.md with its volumes, and no row is without a group."""
    shown = {}
    for line in DATA_PAGE.splitlines():
        if found := re.match(r"\| `([a-z-]+)` \| [^|]+ \| ([\d,]+ (?:TEU|t)[^|]*) \| [^|]+ \| ([^|]+) \|", line):
            shown[found[1]] = (found[2].strip(), found[3].strip())
    sums = totals(data)

    def said(group: str, year: int) -> str:
        return " + ".join(f"{round(v):,} {u}" for u, v in sums[group, year].items() if v)

    groups = set(data.demands.text("group"))
    assert shown == {group: (said(group, data.base_year), said(group, FORECAST)) for group in groups}


def test_every_row_has_a_source_and_a_price(data: Dataset) -> None:
    """A source that is declared, a grade, a note, and a cost of not being carried; few enough rows to plan fast."""
    demands = data.demands
    assert set(demands.text("source")) <= set(data.info.sources)
    for column in ("confidence", "note", "group"):
        assert all(demands.text(column)), column
    assert (demands.number("unmet_cost_usd_per_unit") > 0).all()
    assert np.count_nonzero(data.demand_years == data.base_year) < MOST_BASE_ROWS


def test_every_row_of_2024_has_its_row_of_2030(data: Dataset) -> None:
    """Same relation, goods and avoid lists, grown and not shrunk; the years are these two alone."""
    assert set(data.demand_years) == {data.base_year, FORECAST}
    demands, in_base = data.demands, data.demand_years == data.base_year
    later = [demands.row_of[f"{name}-{FORECAST}"] for name in demands.text("demand_id")[in_base]]
    assert len(set(later)) * 2 == len(demands)
    for column in ("origin", "destination", "commodity", "avoid_countries", "avoid_modes", "group"):
        assert (demands.text(column)[in_base] == demands.text(column)[later]).all(), column
    assert (demands.number("volume")[later] >= demands.number("volume")[in_base]).all()


def test_the_low_and_the_high_forecast_lie_around_the_base(data: Dataset) -> None:
    """Group by group; the demand of 2024 is left alone."""
    scenarios = {scenario.name: scenario for scenario in data.scenarios.values()}
    low, high = (apply(data, scenarios[f"Demand of 2030, {name}"]) for name in ("low", "high"))
    sums = [totals(dataset) for dataset in (low, data, high)]
    for (group, of_year), middle in sums[1].items():
        for name in middle:
            volumes = [every[group, of_year][name] for every in sums]
            if of_year == data.base_year:
                assert volumes[0] == volumes[1] == volumes[2], group
            else:
                assert all(less <= more for less, more in pairwise(volumes)), group


@pytest.mark.parametrize("year", [None, FORECAST])
def test_a_plan_of_either_year_is_proved_and_carries_all(data: Dataset, year: int | None) -> None:
    plan = plan_flows(data, year=year)
    assert plan.status == "optimal"
    assert not list(plan.unmet)
    assert verify(plan, data) == []


def test_the_high_forecast_shows_what_breaks(data: Dataset) -> None:
    """Cargo stays behind on the eastern North-South branch and before Uzbekistan, at its price; the rest is carried."""
    high = apply(data, next(s for s in data.scenarios.values() if s.name == "Demand of 2030, high"))
    plan = plan_flows(high, year=FORECAST)
    assert plan.status == "optimal"
    assert verify(plan, high) == []
    left = {high.demands.text("group")[high.demands.row_of[unmet.demand_id]] for unmet in plan.unmet}
    assert {"ns-east", "kz-export"} <= left
    assert plan.unmet_cost_usd is not None
    assert plan.unmet_cost_usd > 0
