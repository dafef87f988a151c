"""Every corridor and every main mode side by side, and what each loser lacks, as records."""

from __future__ import annotations

from dataclasses import dataclass
from math import isinf
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.figures import Figures
    from optimizer.route import Route
    from optimizer.thresholds import Interval, Threshold

Kind = Literal["corridor", "mode"]


class WhyNot(NamedTuple):
    """What keeps a route from being the best one, and at which prices its corridor or mode is.

    Attributes
    ----------
    gap_usd
        Weight beyond that of the best route, in USD for the whole quantity.
    must_drop_usd
        By how much its money for the whole quantity must fall to tie. None where money has no weight, or is less than
        that: it does not win by price alone.
    must_drop_h
        By how many hours it must be faster to tie, its 90th percentile being as many hours less. None where time has no
        weight, or where it has not as many.
    beats_best_at_time_value
        Where this very route ties with the best one as the price of an hour changes, in USD per hour and unit.
    beats_best_at_carbon_price
        The same for the price of CO2, in USD per tonne.
    best_at_time_values, best_at_carbon_prices
        All intervals of the two prices, all else as asked, at which the best of all routes, perhaps another one than
        this, belongs to the corridor or mode. Empty where it never does; the last may end at infinity.
    """

    gap_usd: float
    must_drop_usd: float | None
    must_drop_h: float | None
    beats_best_at_time_value: Threshold | None
    beats_best_at_carbon_price: Threshold | None
    best_at_time_values: tuple[Interval, ...]
    best_at_carbon_prices: tuple[Interval, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values; an interval without an upper end has null there."""
        mapping = self._asdict()
        for name in ("beats_best_at_time_value", "beats_best_at_carbon_price"):
            threshold = getattr(self, name)
            mapping[name] = None if threshold is None else threshold._asdict()
        for name in ("best_at_time_values", "best_at_carbon_prices"):
            mapping[name] = [[low, None if isinf(high) else high] for low, high in getattr(self, name)]
        return mapping


class Way(NamedTuple):
    """The best route of a corridor or of a main mode.

    Attributes
    ----------
    id
        Id of the corridor, or the mode.
    route, figures, why_not
        None where there is no route; `reason` then says why. `why_not` is given for the best route too: its gap is 0.
    same_as
        Id of the corridor that has the same route as this mode, empty where none has.
    is_best
        Whether this is the best route of all.
    """

    kind: Kind
    id: str
    route: Route | None = None
    figures: Figures | None = None
    why_not: WhyNot | None = None
    same_as: str = ""
    is_best: bool = False
    reason: str = ""

    def to_mapping(self) -> dict[str, Any]:
        """Return the row as plain values."""
        head = {"kind": self.kind, "id": self.id, "is_best": self.is_best, "same_as": self.same_as}
        if self.route is None or self.figures is None or self.why_not is None:
            return {**head, "route": None, "reason": self.reason}
        return {
            **head,
            "route": self.route.to_mapping(),
            **self.figures._asdict(),
            "weak_share": self.route.weak_share,
            **self.why_not.to_mapping(),
        }


@dataclass(frozen=True)
class Comparison:
    """The best routes of all corridors and main modes; see `optimizer.compare_corridors`.

    Attributes
    ----------
    best
        The best route of all, in the row of its corridor and in that of its main mode.
    rows
        Those with a route by weight, the others after them.
    year
        The year of the network.
    unit
        Unit of the quantity, ``teu`` or ``t``.
    time_value_usd_per_unit_h, carbon_price_usd_per_t
        The two prices asked for, which the thresholds are to be compared with.
    p90_price_usd_per_unit_h
        The price asked for an hour of the 90th percentile of the time, which is the same at all thresholds.
    cost_weight
        Weight of a USD. Where it is 0 there are no prices in USD: gaps and thresholds are then in what is minimized.
    """

    best: Route
    rows: tuple[Way, ...]
    year: int
    unit: str
    time_value_usd_per_unit_h: float
    carbon_price_usd_per_t: float
    p90_price_usd_per_unit_h: float = 0.0
    cost_weight: float = 1.0

    def to_mapping(self) -> dict[str, Any]:
        """Return the comparison as plain values with the keys of the command line's JSON."""
        best = self.best
        return {
            "origin": best.origin,
            "destination": best.destination,
            "commodity": best.commodity,
            "quantity": best.quantity,
            "unit": self.unit,
            "year": self.year,
            "time_value_usd_per_unit_h": self.time_value_usd_per_unit_h,
            "carbon_price_usd_per_t": self.carbon_price_usd_per_t,
            "p90_price_usd_per_unit_h": self.p90_price_usd_per_unit_h,
            "cost_weight": self.cost_weight,
            "best": best.to_mapping(),
            "rows": [row.to_mapping() for row in self.rows],
        }

    def records(self) -> list[dict[str, str | float | int | bool | None]]:
        """Return one flat record per row, for tables; intervals are texts like ``1.5-3;8-``."""
        return [_record(row) for row in self.rows]

    def to_frame(self) -> pd.DataFrame:
        """Return `records` as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.records(), columns=list(RECORD_COLUMNS))


def _record(row: Way) -> dict[str, str | float | int | bool | None]:
    """Return a row as one flat record; without a route it has the same keys."""
    route, figures, why_not = row.route, row.figures, row.why_not
    time_value = why_not and why_not.beats_best_at_time_value
    carbon_price = why_not and why_not.beats_best_at_carbon_price
    return {
        "kind": row.kind,
        "id": row.id,
        "is_best": row.is_best,
        "same_as": row.same_as,
        "reason": row.reason,
        "time_h": route and route.time_h,
        "time_p90_h": route and route.time_p90_h,
        "arrive": None if route is None or route.arrive is None else route.arrive.isoformat(),
        "cost_usd": route and route.cost_usd,
        "co2_kg": route and route.co2_kg,
        "co2_kg_per_unit": route and route.co2_kg / route.quantity,
        "length_km": route and route.length_km,
        "waiting_share": figures and figures.waiting_share,
        "borders": figures and figures.n_borders,
        "gauge_changes": figures and figures.n_gauge_changes,
        "transfers": figures and figures.n_transfers,
        "weak_share": route and route.weak_share,
        "gap_usd": why_not and why_not.gap_usd,
        "must_drop_usd": why_not and why_not.must_drop_usd,
        "must_drop_h": why_not and why_not.must_drop_h,
        "beats_best_at_time_value": time_value and time_value.value,
        "beats_best_time_value_direction": time_value and time_value.direction,
        "beats_best_at_carbon_price": carbon_price and carbon_price.value,
        "beats_best_carbon_price_direction": carbon_price and carbon_price.direction,
        "best_at_time_values": why_not and _interval_text(why_not.best_at_time_values),
        "best_at_carbon_prices": why_not and _interval_text(why_not.best_at_carbon_prices),
    }


def _interval_text(intervals: tuple[Interval, ...]) -> str:
    """Return intervals as ``low-high;low-``."""
    return ";".join(f"{low!r}-{'' if isinf(high) else repr(high)}" for low, high in intervals)


RECORD_COLUMNS = tuple(_record(Way("corridor", "")))
"""Keys of the flat records, in their order."""
