"""The bundled network against its published figures, and the page that says so."""

from __future__ import annotations

import importlib.util
import shutil
from collections import Counter
from pathlib import Path

import pytest

from network import load, read_dataset
from optimizer import validate

ROOT = Path(__file__).parents[1]
FEWEST_TARGETS = 40
FEWEST_PASS = 0.85


@pytest.fixture(scope="module")
def checks():
    return validate(load()).checks


def test_most_targets_pass(checks) -> None:
    """At least 85 % of at least 40 targets, and targets of every kind that can have them."""
    results = Counter(check.result for check in checks)
    n_targets = results["pass"] + results["miss"]
    assert n_targets >= FEWEST_TARGETS
    assert results["pass"] / n_targets >= FEWEST_PASS, [check for check in checks if check.result == "miss"]
    assert {check.kind for check in checks if check.result != "context"} == {
        "distance",
        "time",
        "cost",
        "flow",
        "order",
    }


def test_every_row_says_what_it_must(checks) -> None:
    """Context says why it is none, every miss why the model misses, and every target has a figure and a source."""
    sources = load().info.sources
    for check in checks:
        assert check.source in sources, check.observation_id
        assert check.result == "pass" or check.remark, check.observation_id
        assert check.result == "context" or check.modelled is not None, check.observation_id


PAIRS = (
    ("CNCKG", "PLWAW"),
    ("CNCGO", "DEHAM"),
    ("CNYIU", "HUBUD"),
    ("CNCTU", "CZPRG"),
    ("CNCAN", "DEDUI"),
    ("CNBJS", "DEBER"),
)
LAND = "northern:rail;titr:rail+sea-RU"
RANKINGS = (("d", f"air;road;{LAND};ocean-cape:sea+rail+road"), ("USD/TEU", f"{LAND};road;air"))


def test_orders_hold_beyond_the_table(tmp_path: Path) -> None:
    """The published orders hold for pairs that no row names: in full by time, without the ship by cost.

    By cost the place of the ship depends on how far a box must go by rail to the sea: docs/validation.md tells where.
    """
    folder = tmp_path / "eurasia"
    shutil.copytree(ROOT / "network" / "data" / "eurasia", folder)
    rows = [
        f"{origin}-{destination}-{at},order,{origin},{destination},{ranking},{unit},1"
        for origin, destination in PAIRS
        for at, (unit, ranking) in enumerate(RANKINGS)
    ]
    header = "observation_id,kind,origin,destination,ranking,unit,target"
    (folder / "observations.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    (folder / "claims.csv").unlink(missing_ok=True)
    found = validate(read_dataset(folder)).checks
    assert len(found) == len(PAIRS) * len(RANKINGS)
    assert [check for check in found if check.result != "pass"] == []


def test_the_page_is_what_the_program_says() -> None:
    """Made anew, docs/validation.md has the same bytes; where not, ``make validation`` writes it."""
    spec = importlib.util.spec_from_file_location("make_validation", ROOT / "docs" / "make_validation.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
