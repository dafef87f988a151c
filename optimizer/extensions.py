"""What would serve the demand left behind: the least capacity to add, resource by resource, as a scenario.

Where demands must be carried and cannot be, the least added tonnes are found first and then the cheapest flows among
these. Where a plan leaves demand behind, what is added has to be worth it to the plan itself, which uses new capacity
for what pays most: the price per added tonne is the highest at which the cheapest system carries all that pays to carry
at all (`optimizer.elastic`). At fixed additions such a solution is an optimal plan, so that the plan of the extended
network is it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from math import ceil, floor, log10
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from network.applying import apply
from network.changes import Change
from network.model import freeze
from network.scenario import Scenario
from optimizer.cut_off import has_way
from optimizer.cuts import open_months
from optimizer.elastic import LEAST, PAYS, Excess, least_excess, tonnes_carried, worthy_excess
from optimizer.linear import HAS_ANSWER
from optimizer.listing import frame_of
from optimizer.options import SolveOptions
from optimizer.proof import cheapest, question_of
from optimizer.replanning import Prepared, replan

if TYPE_CHECKING:
    import pandas as pd

    from network.model import Dataset, Numbers
    from optimizer.blocks import DemandBlocks
    from optimizer.result import Plan


@dataclass(frozen=True, slots=True)
class Extension:
    """A capacity to raise.

    Attributes
    ----------
    id, kind, from_node, to_node, capacity, background, unit
        As in `optimizer.flows.Bottleneck`; `capacity` is what it is today.
    open_months
        Months in which a link is open, such as ``4-11``; empty = all year.
    needed
        The capacity that is needed, in `unit`.
    rounded
        `needed` rounded up: to whole vehicles a period, or to three significant digits of tonnes or TEU.
    added_t
        Tonnes of goods per year that the needed addition can carry.
    """

    id: str
    kind: str
    from_node: str | None
    to_node: str | None
    capacity: float
    background: float
    unit: str
    open_months: str
    needed: float
    rounded: float
    added_t: float

    def to_mapping(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)


EXTENSION_COLUMNS = tuple(field.name for field in fields(Extension))


@dataclass(frozen=True, eq=False)
class Extensions:
    """The capacities to raise so that demand left behind is carried, the one with most added tonnes first.

    Attributes
    ----------
    plan, options
        The plan that leaves demand behind, and how it is solved.
    extensions
        What to raise; empty where nothing helps or nothing is needed.
    added_t
        Sum of the added tonnes per year.
    price_usd_per_t
        The highest price of an added tonne of yearly capacity at which all that pays is carried; None where the demand
        must be carried whatever it costs.
    relief
        What an added yearly unit of each resource was counted at, (n_resources,), inf for what cannot be raised.
    no_way, too_dear
        Ids of demands that no capacity serves: no way leads there in time, or leaving them costs less than the cheapest
        way where nothing is scarce.
    """

    plan: Plan
    options: SolveOptions
    extensions: tuple[Extension, ...]
    added_t: float
    price_usd_per_t: float | None
    relief: Numbers
    no_way: tuple[str, ...]
    too_dear: tuple[str, ...]

    def to_scenario(self) -> Scenario:
        """Return the extensions, rounded up, as a scenario to write or to apply."""
        values: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        for extension in self.extensions:
            # Both directions of a row have one capacity: the larger need decides.
            key = _row_of(extension)
            values[key] = max(extension.rounded, values.get(key, 0.0))
        changes = tuple(
            Change(table, where=dict(where), set={"capacity": capacity}) for (table, where), capacity in values.items()
        )
        return Scenario(
            f"extensions for {self.plan.year}",
            self.plan.year,
            changes=changes,
            description="The least added capacity, rounded up, at which the plan carries what it left behind.",
        )

    @cached_property
    def after(self) -> Plan:
        """The plan of the extended network, verified like every plan."""
        data = _without_steps(self.plan.data)
        if self.extensions:
            data = apply(data, self.to_scenario())
        return replan(Prepared(self.plan, self.options, self.plan.start), data).plan

    def to_frame(self) -> pd.DataFrame:
        """Return one row per capacity to raise, with the attributes of `Extension` as columns."""
        return frame_of(self.extensions, EXTENSION_COLUMNS)

    def to_mapping(self) -> dict[str, Any]:
        """Return the extensions as plain values, with what stays behind once they are made."""
        return {
            "capacities": [extension.to_mapping() for extension in self.extensions],
            "added_t": self.added_t,
            "price_usd_per_t": self.price_usd_per_t,
            "no_way": list(self.no_way),
            "too_dear": list(self.too_dear),
            "scenario": self.to_scenario().to_mapping() if self.extensions else None,
            "after": {
                "status": self.after.status,
                "cost_usd": self.after.cost_usd,
                "unmet": [record.to_mapping() for record in self.after.unmet],
            },
        }


def cheapest_extensions(plan: Plan, options: SolveOptions = SolveOptions()) -> Extensions:
    """Return the least capacity to add so that the demand a plan leaves behind is carried.

    Parameters
    ----------
    plan
        A plan with demand left behind; of an infeasible one, only the demands that must be carried are asked for.
    options
        Tolerances of the solver, and how the extended network is planned.

    Raises
    ------
    SolverError
        The solver failed.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> cheapest_extensions(plan_flows(load())).extensions  # doctest: +SKIP
    ()
    """
    blocks = plan.blocks
    has_volume = blocks.volume > 0.0
    left = plan.unmet_volume > 0.0 if plan.status in HAS_ANSWER else blocks.must_carry & has_volume
    open_mask = has_way(blocks, freeze(has_volume))
    free_way = cheapest(question_of(blocks.graph, blocks.weights), np.zeros(len(blocks.graph.resources)))
    pays = blocks.must_carry | (free_way < blocks.unmet_cost * (1.0 - PAYS))
    goods_t = tonnes_carried(blocks, freeze(has_volume & open_mask))
    price, excess = None, Excess(np.zeros(len(goods_t)), np.full(len(goods_t), np.inf))
    if (left & open_mask & pays).any():
        if plan.status in HAS_ANSWER:
            price, excess = worthy_excess(plan, goods_t, free_way, freeze(has_volume & open_mask & pays), options)
        else:
            excess = least_excess(blocks, goods_t, freeze(left & open_mask), options)
    ids = np.array(blocks.demand_ids, dtype=object)
    extensions = _records(blocks, excess.over, goods_t)
    return Extensions(
        plan=plan,
        options=options,
        extensions=extensions,
        added_t=sum(extension.added_t for extension in extensions),
        price_usd_per_t=price,
        relief=freeze(excess.relief),
        no_way=tuple(ids[left & ~open_mask].tolist()),
        too_dear=tuple(ids[left & open_mask & ~pays].tolist()),
    )


def _records(blocks: DemandBlocks, over: Numbers, goods_t: Numbers) -> tuple[Extension, ...]:
    """Return the records of the resources that are exceeded by more than rounding."""
    resources = blocks.graph.resources
    added_t = np.where(over > 0.0, over * np.where(np.isfinite(goods_t), goods_t, 0.0), 0.0)
    raised = np.flatnonzero(added_t > LEAST * added_t.max(initial=0.0))
    records = []
    for at in sorted(raised.tolist(), key=lambda at: -added_t[at]):
        capacity, background = float(resources.capacity[at]), float(resources.background[at])
        needed = max(capacity, background) + float(over[at] / resources.per_year[at])
        unit = str(resources.unit[at])
        records.append(
            Extension(
                id=str(resources.ids[at]),
                kind=str(resources.kind[at]),
                from_node=str(resources.from_node[at]) or None,
                to_node=str(resources.to_node[at]) or None,
                capacity=capacity,
                background=background,
                unit=unit,
                open_months=open_months(blocks.graph, at),
                needed=needed,
                rounded=rounded_up(needed, unit),
                added_t=float(added_t[at]),
            )
        )
    return tuple(records)


def rounded_up(value: float, unit: str) -> float:
    """Return a capacity rounded up: to whole vehicles a period, or to three significant digits of tonnes or TEU.

    Examples
    --------
    >>> rounded_up(28.2, "train/day"), rounded_up(1234567.0, "t/year")
    (29.0, 1240000.0)
    """
    whole = 1.0
    if unit.startswith(("t/", "teu/")) and value > 0.0:
        whole = 10.0 ** (floor(log10(value)) - 2)
    # Rounding of floats must not add a whole train.
    return float(f"{ceil(value / whole * (1.0 - 1e-9)) * whole:.12g}")


def _row_of(extension: Extension) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the table of an extension and the conditions that select its row."""
    if extension.kind == "transfer":
        node, _, modes = extension.id.rpartition(":")
        start, _, end = modes.partition("-")
        return "transfers", (("node_id", node), ("from_mode", start), ("to_mode", end))
    return ("links" if extension.kind == "link" else "shared_capacities"), (("id", extension.id),)


def _without_steps(data: Dataset) -> Dataset:
    """Return the dataset without the parallel links of price steps, itself where it has none."""
    links = data.network.links
    if "step_of" not in links.columns:
        return data
    plain = links.take(links.number("step_of") == np.arange(len(links)))
    kept = {name: column for name, column in plain.columns.items() if name not in ("step_of", "steps")}
    header = tuple(name for name in plain.header if name in kept)
    return replace(
        data, network=replace(data.network, links=replace(plain, columns=MappingProxyType(kept), header=header))
    )
