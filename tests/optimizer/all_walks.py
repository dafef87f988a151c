"""Every route of a small network, walked one by one from its rows: an oracle that shares nothing with the searches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from made_network import Row

    from optimizer.trip import Constraint

SUMMER = range(4, 12)
"""The only season used: rows that are not open all year have ``open_months = "4-11"``."""

State = tuple[str, str]


@dataclass(frozen=True)
class Walk:
    """What is met on a way, with its hours and its USD for one unit."""

    nodes: frozenset[str]
    modes: frozenset[str]
    links: frozenset[str]
    time_h: float
    cost_usd: float
    is_open_all_year: bool


@dataclass
class World:
    """The rows of a small network, from one place to another."""

    links: Sequence[Row]
    transfers: Sequence[Row]
    countries: dict[str, str]
    origin: str
    destination: str
    known: dict[tuple[str, ...], list[Walk]] = field(default_factory=dict)

    def obeying(self, constraints: Iterable[Constraint], quantity: float) -> list[Walk]:
        """Return the walks that obey constraints, limits on money for a quantity."""
        constraints = list(constraints)
        vias = tuple(str(constraint.value) for constraint in constraints if constraint.kind == "via")
        if vias not in self.known:
            self.known[vias] = list(dict.fromkeys(self._walks(vias)))
        return [
            walk
            for walk in self.known[vias]
            if all(self._is_obeyed(walk, constraint, quantity) for constraint in constraints)
        ]

    def _is_obeyed(self, walk: Walk, constraint: Constraint, quantity: float) -> bool:
        kind, value = constraint
        avoided: dict[str, Iterable[str]] = {
            "avoid country": {self.countries[node] for node in walk.nodes},
            "avoid mode": walk.modes,
            "avoid node": walk.nodes,
            "avoid link": walk.links,
        }
        if kind in avoided:
            return value not in avoided[kind]
        if kind == "month":
            return walk.is_open_all_year or value in SUMMER
        if kind == "max time":
            return walk.time_h <= float(value) * (1 + 1e-9)
        return kind == "via" or walk.cost_usd * quantity <= float(value) * (1 + 1e-9)

    def _walks(self, vias: tuple[str, ...]) -> Iterator[Walk]:
        """Walk on from every state of the origin, no state twice between two vias."""
        steps: dict[State, list[tuple[State, str, Row]]] = {}
        for row in self.links:
            start, end = (str(row["from_node"]), str(row["mode"])), (str(row["to_node"]), str(row["mode"]))
            steps.setdefault(start, []).append((end, str(row["link_id"]), row))
            steps.setdefault(end, [])
            if not row.get("directed"):
                steps[end].append((start, str(row["link_id"]), row))
        for row in self.transfers:
            start, end = (str(row["node_id"]), str(row["from_mode"])), (str(row["node_id"]), str(row["to_mode"]))
            steps.setdefault(start, []).append((end, "", row))
            steps.setdefault(end, []).append((start, "", row))

        def go(state: State, stage: int, met: frozenset[State], passed: tuple[tuple[State, str, Row], ...]) -> None:
            if stage == len(vias) and state[0] == self.destination:
                ends.append(passed)
            if stage < len(vias) and state[0] == vias[stage]:
                go(state, stage + 1, frozenset({state}), passed)
            for step in steps[state]:
                if step[0] not in met:
                    go(step[0], stage, met | {step[0]}, (*passed, step))

        for first in [state for state in steps if state[0] == self.origin]:
            ends: list[tuple[tuple[State, str, Row], ...]] = []
            go(first, 0, frozenset({first}), ())
            for passed in ends:
                states = [first, *(state for state, _, _ in passed)]
                yield Walk(
                    nodes=frozenset(node for node, _ in states),
                    modes=frozenset(mode for _, mode in states),
                    links=frozenset(link_id for _, link_id, _ in passed if link_id),
                    time_h=sum(float(str(row["time_h"])) for _, _, row in passed),
                    cost_usd=sum(float(str(row["cost_usd_per_teu"])) for _, _, row in passed),
                    is_open_all_year=not any(row.get("open_months") for _, _, row in passed),
                )
