"""No document of a report keeps an English word when another language is spoken, and none loses a number."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_network import CONTAINER, GRAIN, dataset, link, transfer

from network import Change, Scenario
from optimizer import (
    Weights,
    capacity_curve,
    compare_corridors,
    cost_curve,
    demand_curve,
    disrupt,
    find_pareto,
    find_routes,
    plan_flows,
    users_of,
    what_if,
)
from optimizer import language as spoken
from optimizer.extensions import cheapest_extensions
from optimizer.language import speaking
from optimizer.matrix import iter_routes_many
from optimizer.report.comparison import comparison_document
from optimizer.report.curves import curve_document
from optimizer.report.disruption import disruption_document
from optimizer.report.document import plain
from optimizer.report.front import front_document
from optimizer.report.key_findings import plan_findings
from optimizer.report.matrix import matrix_document, refusals
from optimizer.report.plans import plan_document
from optimizer.report.routes import route_document, week_later
from optimizer.report.shortfall import shortfall_document
from optimizer.report.users import users_document
from optimizer.report.whatif import whatif_document
from optimizer.shortfall import explain_unmet

if TYPE_CHECKING:
    from collections.abc import Callable

    from network import Dataset
    from optimizer.report.document import Document

WORD = re.compile(r"[A-Za-z]{2,}")
BRACES = re.compile(r"(\{[^}]*\})")
EXPECTED = {"KZ", "CN"}
"""Words that stay: codes of countries."""


class Cyrillic:
    """The messages of the package, each translated by Cyrillic letters in the place of all Latin ones."""

    def __init__(self) -> None:
        path = Path(__file__).parents[2] / "docs" / "make_messages.py"
        spec = importlib.util.spec_from_file_location("make_messages", path)
        assert spec is not None
        assert spec.loader is not None
        program = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(program)
        ids = [message.id for message in program.template()]
        self.ids = {text for found in ids for text in ([found] if isinstance(found, str) else found)}

    def text(self, message: str) -> str:
        """Return a message with no Latin letter but those of its placeholders."""
        parts = BRACES.split(message)
        return "".join(part if part.startswith("{") else re.sub("[A-Za-z]", "ж", part) for part in parts)

    def get(self, message: str, otherwise: str) -> str:
        """Return the translation of a message, as the catalog does."""
        return self.text(message) if message in self.ids else otherwise


class CyrillicPlurals(Cyrillic):
    """Messages that count, in all their forms."""

    def get(self, message: str, _otherwise: object = None) -> tuple[str, ...] | None:
        """Return the forms of a message, as the catalog does."""
        return (self.text(message),) * 3 if message in self.ids else None


@pytest.fixture(scope="module")
def messages() -> tuple[Cyrillic, CyrillicPlurals]:
    """Return the messages and those that count."""
    return Cyrillic(), CyrillicPlurals()


@pytest.fixture
def in_russian(
    monkeypatch: pytest.MonkeyPatch, messages: tuple[Cyrillic, CyrillicPlurals]
) -> Callable[[Callable[[], Document | str]], str]:
    """Return what gives a document in a language that has a translation of every message."""
    monkeypatch.setattr(spoken, "_messages", lambda _chosen: messages[0])
    monkeypatch.setattr(spoken, "_plurals", lambda _chosen: messages[1])

    def told(document: Callable[[], Document | str]) -> str:
        with speaking("ru"):
            found = document()
            text = found if isinstance(found, str) else plain(found)
        left = {word for word in WORD.findall(text) if word not in EXPECTED}
        assert left == set(), text
        return text

    return told


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Return boxes and grain by rail and sea over a border with a break of gauge, or by road; names are Cyrillic."""
    road = {"corridors": "c2", "capacity": 40_000, "capacity_unit": "t/year"}
    links = [
        link("l1", "rail1435", "A", "B", cost_usd_per_teu=10, corridors="c1", capacity=1, capacity_unit="train/day"),
        link("l2", "rail1520", "B", "C", cost_usd_per_teu=10, corridors="c1"),
        link("l3", "sea", "C", "D", cost_usd_per_teu=10, corridors="c1"),
        link("l4", "road", "A", "D", cost_usd_per_teu=60, time_h=24, **road),
    ]
    transfers = [
        transfer("B", "rail1435", "rail1520", cost_usd_per_teu=5, time_h=24),
        transfer("C", "rail1520", "sea", shared_capacity_id="q1", time_h=24),
    ]
    row = {"origin": "A", "destination": "D", "unmet_cost_usd_per_unit": 1000}
    limit = {"shared_capacity_id": "q1", "name": "Порт", "capacity": 20_000, "capacity_unit": "t/year"}
    return dataset(
        links,
        transfers,
        commodities=[CONTAINER | {"name": "Ящики"}, GRAIN | {"name": "Зерно"}],
        shared_capacities=[limit],
        demands=[
            row | {"demand_id": "d1", "commodity": "container", "volume": 5000},
            row | {"demand_id": "d2", "commodity": "grain", "volume": 30_000},
        ],
        corridors=[{"corridor_id": "c1", "name": "Север"}, {"corridor_id": "c2", "name": "Юг"}],
        names={"A": "Альфа", "B": "Бета", "C": "Гамма", "D": "Дельта"},
        countries={"A": "CN"},
    )


@pytest.mark.parametrize("ranges", [True, False])
def test_a_what_if(data: Dataset, in_russian, ranges: bool) -> None:
    """Tables, notes and key findings in the place of the story."""
    scenarios = [
        Scenario("Порт", changes=(Change.from_text("shared_capacities[id=q1].capacity=30000"),)),
        Scenario("Дорога", changes=(Change("links", where={"id": "l4"}, close=1.0),)),
    ]
    result = what_if(data, scenarios, ranges=ranges).to_mapping()
    text = in_russian(partial(whatif_document, data, result))
    assert "30\u00a0000" in text
    assert text.count("\n- ") >= 2 * 7


def test_a_plan(data: Dataset, in_russian) -> None:
    """With demand left behind, why, and what would serve it."""
    plan = plan_flows(data)
    assert plan.unmet
    in_russian(partial(plan_document, data, plan))
    in_russian(lambda: "\n".join(plan_findings(data, plan)))
    shortfall, extensions = explain_unmet(plan), cheapest_extensions(plan)
    assert {record.reason for record in shortfall.demands} == {"capacity"}
    in_russian(partial(shortfall_document, shortfall, extensions))


@pytest.mark.parametrize("thing", ["q1", "l1", "l4>", "B", "C:rail1520-sea", "corridor=c1", "mode=road", "country=KZ"])
def test_users(data: Dataset, in_russian, thing: str) -> None:
    """Of each kind of thing; what is asked for stands there as it was asked for."""
    users = users_of(plan_flows(data), thing)
    text = in_russian(lambda: "".join(plain(users_document(users)).split(f"({users.thing.id})")))
    assert "Альфа" in text


def test_disruption(data: Dataset, in_russian) -> None:
    """For all year and for a part of it, things of every kind."""
    for share in (None, 0.5):
        result = disrupt(data, share=share, only=["l1", "l4", "q1", "B", "C:rail1520-sea", "rail:A:B"])
        assert {record["kind"] for record in result.records} >= {"link", "node", "shared", "transfer", "crossing"}
        in_russian(partial(disruption_document, result, share=share, top=None))


def test_routes(data: Dataset, in_russian) -> None:
    """Leg by leg with a date, a week later, and corridors, fronts and pairs side by side."""
    at = datetime(2026, 11, 2)
    routes = find_routes(data, "A", "D", commodity="container", depart=at)
    assert {leg.mode for leg in routes[0].legs if hasattr(leg, "mode")} | {"road"} == {"rail", "sea", "road"}
    text = in_russian(partial(route_document, data, routes))
    assert "нояб." in text
    in_russian(partial(week_later, routes[0], routes[-1]))
    for weights in (Weights(), Weights(cost=0.0, time_per_h=1.0)):
        comparison = compare_corridors(data, "A", "D", commodity="container", weights=weights)
        in_russian(partial(comparison_document, data, comparison))
    front = find_pareto(data, "A", "D", commodity="container")
    assert len(front) > 1
    for criteria in (("cost", "time", "co2"), ("cost", "time")):
        in_russian(partial(front_document, data, front, criteria=criteria))
        in_russian(partial(front_document, data, front[:1], criteria=criteria))


def test_curves(data: Dataset, in_russian) -> None:
    """Of a capacity, of costs and of volumes."""
    for curve in (
        capacity_curve(data, "q1"),
        capacity_curve(data, "l1>"),
        cost_curve(data, "all", low=0.5, high=2.0),
        demand_curve(data, "all", low=0.5, high=2.0),
    ):
        in_russian(partial(curve_document, data, curve))


def test_pairs(data: Dataset, in_russian) -> None:
    """Side by side and in a list, with the reason why there is none."""
    cells = list(iter_routes_many(data, ["A", "C"], ["D", "A"], commodity="container", avoid_modes={"road"}))
    reasons = Counter(cell.reason for cell in cells if cell.reason)
    assert reasons
    in_russian(partial(refusals, reasons, len(cells)))
    in_russian(partial(matrix_document, data, cells, 2))
    in_russian(partial(matrix_document, data, cells, 13))
