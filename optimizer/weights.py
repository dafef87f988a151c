"""What a route or plan minimizes."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of money, time and CO2 in the objective, in USD.

    Parameters
    ----------
    cost
        USD per USD: 1 counts money, 0 ignores it.
    time_per_h
        USD per commodity unit and hour. None takes each commodity's own time value, so that coal and phones do not
        pay alike.
    co2_per_kg
        USD per kg of CO2 equivalent, well-to-wheel.
    p90_per_h
        USD per commodity unit and hour of the 90th percentile of a route's time (see `optimizer.labels.Price`), beside
        `time_per_h`. It is no sum over links, so plans, which are linear, refuse it.
    calibration
        USD per USD of the fitted adjustments in ``calibration.csv`` (docs/calibration.md): 0 leaves them out, 1 counts
        them. They are in what is minimized, never in what is paid.

    Raises
    ------
    ValueError
        A weight is negative or not finite.
    """

    cost: float = 1.0
    time_per_h: float | None = None
    co2_per_kg: float = 0.0
    p90_per_h: float = 0.0
    calibration: float = 0.0

    def __post_init__(self) -> None:
        for name in ("cost", "time_per_h", "co2_per_kg", "p90_per_h", "calibration"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value >= 0.0):
                raise ValueError(f"weight {name} must be a finite number of at least 0, not {value}")

    def to_mapping(self) -> dict[str, float | None]:
        """Return the weights as plain values."""
        weights = {"cost": self.cost, "time_per_h": self.time_per_h, "co2_per_kg": self.co2_per_kg}
        further = {"p90_per_h": self.p90_per_h, "calibration": self.calibration}
        return {**weights, **{name: value for name, value in further.items() if value}}
