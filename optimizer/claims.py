"""What a PLAN.json claims, read with suspicion: every missing key, wrong type and number that is none is a finding."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, get_args

from network.errors import Finding
from optimizer.flows import Bottleneck, UnmetDemand
from optimizer.linear import HAS_ANSWER, Status
from optimizer.route import Leg, TransferLeg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MONEY = ("cost_usd", "transport_cost_usd", "unmet_cost_usd", "objective_usd", "bound", "gap")
REMEDY = "give verify the JSON as `corridor plan --format json` wrote it"


@dataclass(frozen=True, slots=True)
class RunClaim:
    """What was planned; `scenarios`, `weights` and `demands` are still as they were written."""

    dataset: str
    version: str
    year: int
    scenarios: tuple[Mapping[str, object], ...]
    weights: Mapping[str, object]
    demands: tuple[Mapping[str, object], ...] | None


@dataclass(frozen=True, slots=True)
class FlowClaim:
    """Yearly volume of a commodity over a link in one direction."""

    link_id: str
    from_node: str
    to_node: str
    commodity: str
    volume: float


@dataclass(frozen=True, slots=True)
class RouteClaim:
    """Part of a demand on one path."""

    demand_id: str
    volume: float
    legs: tuple[Leg | TransferLeg, ...]


@dataclass(frozen=True, slots=True)
class PlanClaim:
    """A plan as claimed: right in form, not yet in content.

    `money` holds the keys of `MONEY`; it is empty where the status has no answer.
    """

    run: RunClaim
    status: Status
    money: Mapping[str, float]
    unmet: tuple[UnmetDemand, ...]
    flows: tuple[FlowClaim, ...]
    bottlenecks: tuple[Bottleneck, ...]
    routes: tuple[RouteClaim, ...]


def plan_finding(key: str, code: str, message: str, remedy: str) -> Finding:
    """Return a finding about the plan at a key path like ``routes[3].legs[1].cost_usd``."""
    return Finding("plan", 0, key, code, message, remedy)


def read_claim(plan: object) -> tuple[PlanClaim | None, list[Finding]]:
    """Return what a plan's JSON claims, None with all problems of its form where it has any."""
    reader = _Reader([])
    root = reader.mapping(plan, "")
    run = _run(reader, reader.mapping(root.get("run"), "run"))
    status = reader.text(root, "status", "")
    if status and status not in get_args(Status):
        reader.refuse("status", f'"{status}" is no status of a plan')
    money: dict[str, float] = {}
    for name in MONEY:
        if status in HAS_ANSWER or root.get(name) is not None:
            money[name] = reader.number(root, name, "")
        elif name not in root:
            reader.refuse(name, "is missing")
    claim = PlanClaim(
        run=run,
        status=status,  # type: ignore[arg-type]  # checked just above
        money=money,
        unmet=tuple(
            UnmetDemand(reader.text(row, "demand_id", key), reader.number(row, "volume", key))
            for key, row in reader.rows(root, "unmet", "")
        ),
        flows=tuple(
            FlowClaim(
                link_id=reader.text(row, "link_id", key),
                from_node=reader.text(row, "from_node", key),
                to_node=reader.text(row, "to_node", key),
                commodity=reader.text(row, "commodity", key),
                volume=reader.number(row, "volume", key),
            )
            for key, row in reader.rows(root, "flows", "")
        ),
        bottlenecks=tuple(_bottleneck(reader, row, key) for key, row in reader.rows(root, "bottlenecks", "")),
        routes=tuple(
            RouteClaim(
                reader.text(row, "demand_id", key),
                reader.number(row, "volume", key),
                tuple(_leg(reader, leg, place) for place, leg in reader.rows(row, "legs", key)),
            )
            for key, row in reader.rows(root, "routes", "")
        ),
    )
    return (None if reader.found else claim), reader.found


def _run(reader: _Reader, run: Mapping[str, object]) -> RunClaim:
    year = reader.number(run, "year", "run")
    if year != int(year):
        reader.refuse("run.year", f"{year} is no year")
    has_demands = run.get("demands") is not None
    return RunClaim(
        dataset=reader.text(run, "dataset", "run"),
        version=reader.text(run, "version", "run"),
        year=int(year),
        scenarios=tuple(row for _, row in reader.rows(run, "scenarios", "run")),
        weights=reader.mapping(run.get("weights"), "run.weights"),
        demands=tuple(row for _, row in reader.rows(run, "demands", "run")) if has_demands else None,
    )


def _bottleneck(reader: _Reader, row: Mapping[str, object], key: str) -> Bottleneck:
    return Bottleneck(
        id=reader.text(row, "id", key),
        kind=reader.text(row, "kind", key),
        from_node=reader.text(row, "from_node", key) if row.get("from_node") is not None else None,
        to_node=reader.text(row, "to_node", key) if row.get("to_node") is not None else None,
        capacity=reader.number(row, "capacity", key),
        background=reader.number(row, "background", key),
        unit=reader.text(row, "unit", key),
        used=reader.number(row, "used", key),
        price_usd_per_unit=reader.number(row, "price_usd_per_unit", key),
    )


def _leg(reader: _Reader, row: Mapping[str, object], key: str) -> Leg | TransferLeg:
    if row.get("transfer") is True:
        return TransferLeg(
            node_id=reader.text(row, "node_id", key),
            from_mode=reader.text(row, "from_mode", key),
            to_mode=reader.text(row, "to_mode", key),
            time_h=reader.number(row, "time_h", key),
            cost_usd=reader.number(row, "cost_usd", key),
            co2_kg=reader.number(row, "co2_kg", key),
        )
    return Leg(
        link_id=reader.text(row, "link_id", key),
        mode=reader.text(row, "mode", key),
        from_node=reader.text(row, "from_node", key),
        to_node=reader.text(row, "to_node", key),
        length_km=reader.number(row, "length_km", key),
        time_h=reader.number(row, "time_h", key),
        moving_h=reader.number(row, "moving_h", key),
        waiting_h=reader.number(row, "waiting_h", key),
        border_h=reader.number(row, "border_h", key),
        cost_usd=reader.number(row, "cost_usd", key),
        co2_kg=reader.number(row, "co2_kg", key),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads values by key, noting in `found` what cannot be read and going on with an empty value."""

    found: list[Finding]

    def refuse(self, key: str, message: str) -> None:
        self.found.append(plan_finding(key, "V402", message, REMEDY))

    def mapping(self, value: object, key: str) -> Mapping[str, object]:
        if isinstance(value, dict):
            return value
        self.refuse(key, "is missing" if value is None else f"expects an object, got {_shown(value)}")
        return {}

    def rows(self, mapping: Mapping[str, object], name: str, key: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Yield key path and object of every item of a list."""
        key = f"{key}.{name}" if key else name
        value = mapping.get(name)
        if not isinstance(value, list | tuple):
            self.refuse(key, "is missing" if value is None else f"expects a list, got {_shown(value)}")
            return
        for at, item in enumerate(value):
            if isinstance(item, dict):
                yield f"{key}[{at}]", item
            else:
                self.refuse(f"{key}[{at}]", f"expects an object, got {_shown(item)}")

    def text(self, mapping: Mapping[str, object], name: str, key: str) -> str:
        value = mapping.get(name)
        if isinstance(value, str):
            return value
        message = "is missing" if value is None else f"expects a text, got {_shown(value)}"
        self.refuse(f"{key}.{name}" if key else name, message)
        return ""

    def number(self, mapping: Mapping[str, object], name: str, key: str) -> float:
        value = mapping.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            # An integer of JSON may be longer than any float.
            number = float(value) if abs(value) < 1e300 else float("inf")
            if isfinite(number):
                return number
        message = "is missing" if value is None else f"expects a finite number, got {_shown(value)}"
        self.refuse(f"{key}.{name}" if key else name, message)
        return 0.0


def _shown(value: object) -> str:
    """Return a value for a message, cut short."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
