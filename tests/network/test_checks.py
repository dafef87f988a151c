"""Errors that take several tables to see: prices, times, factors and ids, each told once where it can be mended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from network.checks import dataset_errors
from network.dataset import check_dataset, read_dataset
from network.reading import Sheet, rows_to_table
from network.references import find_dangling

if TYPE_CHECKING:
    from pathlib import Path

    from network.errors import Finding
    from network.model import Dataset


def edit(folder: Path, file: str, *pairs: tuple[str, str]) -> None:
    """Replace texts in a file of a dataset, everywhere."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def errors_of(folder: Path) -> list[Finding]:
    """Return the errors of a folder."""
    return [finding for finding in check_dataset(folder) if finding.severity == "error"]


def with_links(data: Dataset, **columns: object) -> Dataset:
    """Return a dataset with some columns of its links replaced."""
    links = data.network.links.with_columns({name: np.array(values) for name, values in columns.items()})
    return replace(data, network=replace(data.network, links=links))


def test_a_sound_dataset_has_no_errors(tiny: Dataset) -> None:
    """The check of a dataset in memory agrees with the check of its folder."""
    assert dataset_errors(tiny) == []


def test_one_finding_stands_for_all_commodities(tiny_folder: Path) -> None:
    """A link without a price is told once per price column, not once per commodity."""
    edit(tiny_folder, "rates.csv", ("sea,*,0.6,0.03", "sea,*,,"))
    edit(tiny_folder, "commodities.csv", ("grain,Grain", "coal,Coal,t,1,0,4000,20,,5000,,,,,,\ngrain,Grain"))
    found = [(error.line, error.column, error.code) for error in errors_of(tiny_folder)]
    assert found == [(8, "cost_usd_per_t", "E130"), (8, "cost_usd_per_teu", "E130")]


def test_prices_are_asked_only_of_modes_in_use(tiny_folder: Path) -> None:
    """A commodity that may not use a mode asks for no price, time or factor there; transfers need both modes."""
    edit(tiny_folder, "rates.csv", ("sea,*,0.6,0.03", "sea,*,0.6,"))
    edit(tiny_folder, "transfers.csv", ("30,110,8", "30,110,"), ("20,90,7", "20,90,"))
    edit(tiny_folder, "commodities.csv", ("rail;road;sea", "rail;road"), ("t,1,0,", "t,1,,"))
    edit(tiny_folder, "transfers.csv", ("500000,teu/year", ",,"), ("400000,teu/year", ",,"))
    text = (tiny_folder / "transfers.csv").read_text(encoding="utf-8").replace(",,,both", ",,both")
    (tiny_folder / "transfers.csv").write_text(text, encoding="utf-8")
    assert errors_of(tiny_folder) == []


def test_price_of_the_other_unit_does_not_count(tiny_folder: Path) -> None:
    """A price per tonne is none for a commodity counted in TEU."""
    edit(tiny_folder, "rates.csv", ("sea,*,0.6", "sea,*,"))
    edit(tiny_folder, "links.csv", ("480,,26,,24,3,,,", "480,,26,,24,3,,15,"))
    assert [(error.line, error.column) for error in errors_of(tiny_folder)] == [(8, "cost_usd_per_teu")]
    edit(tiny_folder, "links.csv", ("480,,26,,24,3,,15,", "480,,26,,24,3,200,15,"))
    assert errors_of(tiny_folder) == []


def test_rate_of_the_country_or_of_all(tiny_folder: Path) -> None:
    """A rate for the from-node's country is enough; one for another country is not."""
    edit(tiny_folder, "rates.csv", ("sea,*", "sea,KZ"))
    assert errors_of(tiny_folder) == []
    edit(tiny_folder, "rates.csv", ("sea,KZ", "sea,AZ"))
    assert {(error.line, error.code) for error in errors_of(tiny_folder)} == {(8, "E130")}


def test_factor_of_zero_is_given(tiny_folder: Path) -> None:
    """A factor of 0 is an answer; an empty one is an error, for own capacities, transfers and shared ones."""
    edit(tiny_folder, "commodities.csv", ("0,4000,20", "0,0,0"))
    assert errors_of(tiny_folder) == []
    edit(tiny_folder, "commodities.csv", ("1,0,0,0", "1,,,"))
    found = [(error.file, error.line, error.column, error.code) for error in errors_of(tiny_folder)]
    assert found == [
        ("commodities.csv", 3, column, "E132") for column in ("teu_per_unit", "units_per_train", "units_per_truck")
    ]


def test_closed_and_unlimited_need_no_factor(tiny_folder: Path) -> None:
    """A capacity of 0 or none asks for no factor and for no unit."""
    edit(tiny_folder, "links.csv", ("12,train/day", "0,"), ("10,train/day", ",train/day"))
    for number in ("6", "20", "9", "14", "3"):
        edit(tiny_folder, "links.csv", (f",{number},train/day", ",,train/day"))
    edit(tiny_folder, "commodities.csv", ("0,4000,20", "0,,20"))
    assert errors_of(tiny_folder) == []


def test_only_the_shared_capacity_asks(tiny_folder: Path) -> None:
    """A factor can be missing for a shared capacity alone, and the message names it."""
    edit(tiny_folder, "transfers.csv", (",500000,teu/year", ",,"), (",400000,teu/year", ",,"))
    edit(tiny_folder, "commodities.csv", ("t,1,0,", "t,1,,"))
    (error,) = errors_of(tiny_folder)
    assert error.message == (
        "grain may use link sea-aktau-baku under aktau-containers, whose capacity counts in teu, "
        "but gives no teu_per_unit"
    )


def test_free_labels_without_a_table_of_corridors(tiny_folder: Path) -> None:
    """Corridor ids are checked against corridors.csv, and are free where it is absent."""
    edit(tiny_folder, "corridors.csv", ("wewc,", "western,"))
    assert {error.code for error in errors_of(tiny_folder)} == {"E121"}
    (tiny_folder / "corridors.csv").unlink()
    assert errors_of(tiny_folder) == []


def test_default_commodity(tiny_folder: Path) -> None:
    """Without commodities.csv there are containers by the TEU, with every factor."""
    (tiny_folder / "commodities.csv").unlink()
    edit(tiny_folder, "demands.csv", ("AZBAK,grain", "AZBAK,container"))
    commodities = read_dataset(tiny_folder).commodities
    assert commodities.text("commodity_id").tolist() == ["container"]
    assert commodities.number("units_per_train").tolist() == [107.0]
    assert np.isnan(commodities.number("time_value_usd_per_unit_h")).all()


def test_suggestions_stay_cheap_for_many_dangling_ids() -> None:
    """Thousands of dangling ids in a large table are all told, with suggestions as far as the budget goes."""
    n_known = 20_000
    ids = np.array([f"node-{row}" for row in range(n_known)], dtype=object)
    node = {"node_id": "x", "name": "x", "country": "KZ", "lat": 0, "lon": 0}
    nodes = rows_to_table("nodes", [node]).take(np.zeros(n_known, dtype=np.int64)).with_columns({"node_id": ids})
    rows = [
        {"demand_id": row, "origin": f"nodes-{row}", "destination": "node-1", "commodity": "c", "volume": 1}
        for row in range(3000)
    ]
    demands = rows_to_table("demands", rows)
    found = find_dangling("demands", Sheet(demands, "demands.csv"), {"nodes": Sheet(nodes, "nodes.csv")})
    assert len(found) == 3000
    assert 1 <= sum("did you mean" in error.remedy for error in found) < 20


@pytest.mark.parametrize(
    ("columns", "code", "column"),
    [
        ({"gauge_mm": np.full(13, np.nan)}, "E123", "gauge_mm"),
        ({"to_year": np.full(13, 1990.0), "from_year": np.full(13, 2000.0)}, "E125", "to_year"),
        ({"capacity_unit": np.full(13, "", dtype=object)}, "E124", "capacity_unit"),
        ({"shared_capacity_id": np.full(13, "port", dtype=object)}, "E121", "shared_capacity_id"),
    ],
)
def test_errors_of_a_changed_dataset(tiny: Dataset, columns: dict[str, object], code: str, column: str) -> None:
    """A dataset changed in memory is judged by the rules of a file, with the lines of its rows."""
    found = dataset_errors(with_links(tiny, **columns), only={"links"})
    assert {(error.file, error.column, error.code) for error in found} == {("links.csv", column, code)}
    assert all(2 <= error.line <= 14 for error in found)


def test_only_the_tables_asked_for_are_judged(tiny: Dataset) -> None:
    """With `only`, problems of other tables are left out."""
    spoiled = with_links(tiny, shared_capacity_id=np.full(13, "port", dtype=object))
    assert dataset_errors(spoiled, only={"demands"}) == []
    assert len(dataset_errors(spoiled)) == 13


def test_a_missing_price_names_only_those_that_need_it(tiny_folder: Path) -> None:
    """A commodity that may not use the link is not listed among those without a price there."""
    edit(tiny_folder, "rates.csv", ("sea,*,0.6,0.03", "sea,*,0.6,"))
    edit(tiny_folder, "commodities.csv", ("grain,Grain", "coal,Coal,t,1,0,4000,20,,5000,rail,,,,,\ngrain,Grain"))
    messages = [error.message for error in errors_of(tiny_folder)]
    assert messages == ["link sea-aktau-baku has no price for grain"]
