"""What a plan comes to in a few numbers: money, work, time and CO2, in all and by mode."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from network.model import MODES
from optimizer.listing import frame_of
from optimizer.passages import passages_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from network.model import Mask
    from optimizer.passages import Passages
    from optimizer.result import Plan

TRANSFERS = "transfers"
"""Name of the work that is done between modes."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one mode does in a year, or all transfers together.

    Attributes
    ----------
    mode
        The mode, or ``transfers``.
    t
        Tonnes that use it, each counted once.
    t_km
        Tonne-kilometers.
    time_h
        Hours that a tonne that uses it spends on it on average; None where none does.
    co2_kg, cost_usd
        Per year.
    """

    mode: str
    t: float
    t_km: float
    time_h: float | None
    co2_kg: float
    cost_usd: float


WORK_COLUMNS = tuple(field.name for field in fields(Work))


@dataclass(frozen=True, slots=True)
class Measures:
    """A plan in a few numbers per year.

    Attributes
    ----------
    cost_usd, transport_cost_usd, unmet_cost_usd, objective_usd
        As in the plan; None without an answer.
    unmet
        Volume left behind by unit of the commodities, ``teu`` and ``t``.
    t
        Tonnes carried.
    t_km
        Tonne-kilometers.
    co2_kg
        Kilograms of CO2e, transfers included.
    time_h
        Hours from door to door of a tonne carried, on average; None where nothing is carried.
    work
        The same by mode, modes without traffic left out, and of all transfers together: its `t_km`, `co2_kg` and
        `cost_usd` sum to those of the plan.
    """

    cost_usd: float | None
    transport_cost_usd: float | None
    unmet_cost_usd: float | None
    objective_usd: float | None
    unmet: Mapping[str, float]
    t: float
    t_km: float
    co2_kg: float
    time_h: float | None
    work: tuple[Work, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per mode and one for all transfers, with the attributes of `Work` as columns."""
        return frame_of(self.work, WORK_COLUMNS)

    def to_mapping(self) -> dict[str, Any]:
        """Return the measures as plain values; `work` is a list."""
        return {
            "cost_usd": self.cost_usd,
            "transport_cost_usd": self.transport_cost_usd,
            "unmet_cost_usd": self.unmet_cost_usd,
            "objective_usd": self.objective_usd,
            "unmet": dict(self.unmet),
            "t": self.t,
            "t_km": self.t_km,
            "co2_kg": self.co2_kg,
            "time_h": self.time_h,
            "work": [asdict(work) for work in self.work],
        }


def measures_of(plan: Plan) -> Measures:
    """Return what a plan comes to per year.

    A tonne of a demand takes the hours of its path, and the mean over all tonnes is that of their paths: half a
    headway counts as the wait for a departure, as in the data.
    """
    graph = plan.blocks.graph
    passages = passages_of(plan)
    unit_is_teu = plan.data.commodities.text("unit") == "teu"
    n_arcs = graph.n_arcs
    of_arc = np.bincount(passages.arc, passages.t[passages.path], minlength=n_arcs)
    cost_usd = np.zeros(n_arcs)
    for is_teu, price in ((True, graph.cost_usd_per_teu), (False, graph.cost_usd_per_t)):
        counts = unit_is_teu[passages.commodity[passages.path]] == is_teu
        volume = np.bincount(passages.arc[counts], passages.volume[passages.path[counts]], minlength=n_arcs)
        # Arcs without a price in this unit carry none of it.
        cost_usd += np.where(volume > 0.0, volume * price, 0.0)
    t_h, t_km, co2_kg = of_arc * graph.time_h, of_arc * graph.length_km, of_arc * graph.co2_kg_per_t
    link_mode = graph.data.network.links.text("mode")
    mode = np.where(graph.link >= 0, link_mode[graph.link], TRANSFERS)

    def work_of(name: str, on: Mask) -> Work:
        t = _tonnes(passages, on)
        return Work(
            mode=name,
            t=t,
            t_km=float(t_km[on].sum()),
            time_h=float(t_h[on].sum()) / t if t else None,
            co2_kg=float(co2_kg[on].sum()),
            cost_usd=float(cost_usd[on].sum()),
        )

    carried_t = float(passages.t.sum())
    works = (work_of(name, mode == name) for name in (*MODES, TRANSFERS))
    return Measures(
        cost_usd=plan.cost_usd,
        transport_cost_usd=plan.transport_cost_usd,
        unmet_cost_usd=plan.unmet_cost_usd,
        objective_usd=plan.objective_usd,
        unmet=_unmet(plan),
        t=carried_t,
        t_km=float(t_km.sum()),
        co2_kg=float(co2_kg.sum()),
        time_h=float(t_h.sum()) / carried_t if carried_t else None,
        work=tuple(work for work in works if work.t),
    )


def _tonnes(passages: Passages, on: Mask) -> float:
    """Return the tonnes that pass at least one of some arcs, each counted once."""
    passes = np.zeros(len(passages.t), dtype=np.bool_)
    passes[passages.path[on[passages.arc]]] = True
    return float(passages.t[passes].sum())


def _unmet(plan: Plan) -> dict[str, float]:
    """Return the volume left behind by unit."""
    unit = plan.data.commodities.text("unit")[passages_of(plan).demand_commodity]
    return {name: float(plan.unmet_volume[unit == name].sum()) for name in ("teu", "t")}
