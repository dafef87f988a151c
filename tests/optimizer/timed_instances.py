"""Random plans with deadlines, and an oracle: one variable per way, all ways without loops listed one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from plan_instances import Instance, Oracle, instances, use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from made_network import Row

State = tuple[str, str]


@dataclass(frozen=True)
class TimedInstance(Instance):
    """A planning problem some of whose demands have ``max_time_h``."""

    def optimum(self) -> float | None:
        """Return the optimum over all ways that keep the limits, None where what must be carried cannot be."""
        return WayOracle(self).solve()


class WayOracle(Oracle):
    """A linear program with a variable for every way that a demand may take."""

    def _add_demand(self, demand: Row) -> None:
        """Add every way of a demand that keeps its deadline, and what stays behind."""
        commodity = next(row for row in self.instance.commodities if row["commodity_id"] == demand["commodity"])
        name, volume = demand["demand_id"], float(demand["volume"])
        per_h = float(commodity.get("time_value_usd_per_unit_h") or 0.0)
        for way in self.ways(commodity, demand):
            column = self._column(sum(cost + hours * per_h for _, _, cost, hours, _ in way))
            self._add(name, column, 1.0, volume, volume)
            for key, free, unit in (limit for *_, limits in way for limit in limits):
                self._add(key, column, use(commodity, unit), float("-inf"), free)
        price = demand.get("unmet_cost_usd_per_unit")
        left = self._column(0.0 if price is None else float(price), 0.0 if price is None else volume)
        self._add(name, left, 1.0, volume, volume)

    def ways(self, commodity: Row, demand: Row) -> Iterator[list[tuple]]:
        """Yield the passages of every way without loops from origin to destination that keeps the limit."""
        out: dict[State, list[tuple]] = {}
        for passage in self._passages(commodity, demand):
            out.setdefault(passage[0], []).append(passage)
        states = set(out) | {passage[1] for passages in out.values() for passage in passages}
        most_h = demand.get("max_time_h")

        def onward(state: State, way: list[tuple], met: set[State]) -> Iterator[list[tuple]]:
            if way and state[0] == demand["destination"]:
                yield list(way)
            for passage in out.get(state, []):
                hours = sum(hours for *_, hours, _ in [*way, passage])
                if passage[1] not in met and (most_h is None or hours <= most_h):
                    yield from onward(passage[1], [*way, passage], met | {passage[1]})

        for state in sorted(states):
            if state[0] == demand["origin"]:
                yield from onward(state, [], {state})


@st.composite
def timed_instances(draw: st.DrawFn, *, hard: bool = True) -> TimedInstance:
    """Draw a plan in which most demands have a deadline, some of them the same demand twice with another one."""
    made = draw(instances(hard=hard))
    hours = st.one_of(st.none(), st.integers(1, 120), st.sampled_from([1000.0]))
    demands = [row | {"max_time_h": draw(hours)} for row in made.demands]
    if draw(st.booleans()):
        twin = demands[0] | {"demand_id": "twin", "max_time_h": draw(st.integers(1, 120))}
        demands.append(twin)
    return TimedInstance(made.links, demands, made.transfers, made.shared, made.countries, made.commodities)


def without_limits(instance: TimedInstance) -> TimedInstance:
    """Return the same problem without its deadlines."""
    return replace(instance, demands=[row | {"max_time_h": None} for row in instance.demands])
