"""How much of every price rests on weak numbers, told by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from network import Dataset
from network.grades import weak_costs

NODES = pd.DataFrame(
    [
        {"node_id": node, "name": node, "country": country, "lat": 45, "lon": 60, "kind": "city"}
        for node, country in (("A", "KZ"), ("B", "CN"))
    ]
)
ROAD = {"mode": "road", "from_node": "A", "to_node": "B", "length_km": 100, "time_h": 1}
LINKS = [
    ROAD | {"link_id": "own-weak", "cost_usd_per_teu": 70, "fixed_cost_usd_per_teu": 5, "confidence": "D"},
    ROAD | {"link_id": "own-strong", "cost_usd_per_teu": 70, "fixed_cost_usd_per_teu": 5, "confidence": "B"},
    ROAD | {"link_id": "rate-and-weak-fixed", "fixed_cost_usd_per_teu": 5, "confidence": "D"},
    ROAD | {"link_id": "weak-rate", "from_node": "B", "to_node": "A", "fixed_cost_usd_per_teu": 5, "confidence": "A"},
    ROAD | {"link_id": "no-grade", "fixed_cost_usd_per_teu": 5},
]
TRANSFERS = pd.DataFrame(
    [
        {"node_id": "A", "from_mode": "road", "to_mode": "sea", "time_h": 1, "cost_usd_per_teu": 9, "confidence": "D"},
        {"node_id": "B", "from_mode": "road", "to_mode": "sea", "time_h": 1, "cost_usd_per_teu": 9, "confidence": "C"},
    ]
)
RATES = pd.DataFrame(
    [
        {"mode": "road", "country": "KZ", "cost_usd_per_teu_km": 2, "speed_kmh": 50, "confidence": "C"},
        {"mode": "road", "country": "CN", "cost_usd_per_t_km": 1, "speed_kmh": 50, "confidence": "A"},
        {"mode": "road", "country": "*", "cost_usd_per_teu_km": 3, "speed_kmh": 50, "confidence": "D"},
    ]
)


def graded(**columns: str) -> Dataset:
    """Return the dataset with the grades of its rows, or with others."""
    links = pd.DataFrame([row | columns for row in LINKS])
    transfers, rates = TRANSFERS.assign(**columns), RATES.assign(**columns)
    return Dataset.from_frames(nodes=NODES, links=links, transfers=transfers, rates=rates, base_year=2024)


def test_each_part_has_the_grade_of_its_row() -> None:
    """Own and fixed prices have the grade of the link, rates that of the row they come from, column by column."""
    weak = weak_costs(graded().network, "teu")
    assert weak is not None
    # The Chinese row has no price per TEU, so the general row, an estimate, gives the rate from B.
    assert weak.links.tolist() == [75.0, 0.0, 5.0, 300.0, 5.0]
    assert weak.transfers.tolist() == [9.0, 0.0]


def test_a_price_per_tonne_has_its_own_rates() -> None:
    """Per tonne the Chinese row gives the rate from B, which is an official one; from A there is none at all."""
    weak = weak_costs(graded().network, "t")
    assert weak is not None
    assert weak.links.tolist() == [0.0] * 5


@pytest.mark.parametrize(("grade", "expected"), [("A", 0.0), ("D", 205.0)])
def test_all_rows_of_one_grade(grade: str, expected: float) -> None:
    """Where all is weak all of a price is weak, where nothing is nothing is: 100 km at 2 USD and 5 USD."""
    weak = weak_costs(graded(confidence=grade).network, "teu")
    assert weak is not None
    assert weak.links[2] == expected


def test_a_dataset_without_grades_says_nothing() -> None:
    assert weak_costs(graded(confidence="").network, "teu") is None


def test_a_price_named_in_its_row_has_its_own_grade() -> None:
    """Strong prices in a weak row and weak ones in a strong row, of links, transfers and rates alike."""
    strong = "cost_usd_per_teu=tariff/B;fixed_cost_usd_per_teu=survey/A"
    weak = "fixed_cost_usd_per_teu=guess/D;length_km=map/D"
    links = pd.DataFrame(LINKS).assign(field_sources=[strong, weak, "", "", ""])
    transfers = TRANSFERS.assign(field_sources=["cost_usd_per_teu=tariff/B", "cost_usd_per_teu=guess/D"])
    rates = RATES.assign(field_sources=["cost_usd_per_teu_km=guess/D", "", "cost_usd_per_teu_km=index/C"])
    data = Dataset.from_frames(nodes=NODES, links=links, transfers=transfers, rates=rates, base_year=2024)
    told = weak_costs(data.network, "teu")
    assert told is not None
    # The rate of Kazakhstan is now a guess: 200 USD over 100 km beside the weak fixed cost; the general one is not.
    assert told.links.tolist() == [0.0, 5.0, 205.0, 0.0, 205.0]
    assert told.transfers.tolist() == [0.0, 9.0]


def test_grades_of_numbers_alone_are_grades() -> None:
    """A dataset without a grade of any row still knows what its named numbers rest on."""
    links = pd.DataFrame([row | {"confidence": ""} for row in LINKS])
    links = links.assign(field_sources=["cost_usd_per_teu=tariff/A", "", "", "", ""])
    data = Dataset.from_frames(nodes=NODES, links=links, rates=RATES.assign(confidence=""), base_year=2024)
    told = weak_costs(data.network, "teu")
    assert told is not None
    assert told.links.tolist()[:2] == [5.0, 75.0]
