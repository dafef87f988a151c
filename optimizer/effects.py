"""What a change saves or costs, in words: money, and beside it what is minimized where the two differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.phrases import money
from optimizer.shifts import SAME

if TYPE_CHECKING:
    from optimizer.result import Plan
    from optimizer.weights import Weights


def effect_of(before: Plan, after: Plan, *, n_causes: int, is_saving: bool) -> str:
    """Return the difference in cost of two plans as a predicate: ``saves 18.5 m USD a year``.

    Parameters
    ----------
    n_causes
        How many things change: the number of the verb.
    is_saving
        Whether less money is money saved. It is not where volumes to carry or what is counted for them differ: then the
        words say only that it is less.

    Raises
    ------
    ValueError
        One of the plans has no answer.
    """
    if before.cost_usd is None or before.objective_usd is None or after.cost_usd is None or after.objective_usd is None:
        raise ValueError("a plan without an answer has no cost to compare")
    spent, counted = after.cost_usd - before.cost_usd, after.objective_usd - before.objective_usd
    scale = SAME * max(abs(before.objective_usd), abs(after.objective_usd))
    terms = _beside_money(after.blocks.weights)
    plural = "" if n_causes > 1 else "s"

    def told(usd: float) -> str:
        if not is_saving:
            return f"{'lower' if usd < 0.0 else 'raise'}{plural} the yearly cost by {money(usd)}"
        return f"save{plural} {money(usd)} a year" if usd < 0.0 else f"cost{plural} {money(usd)} a year more"

    if abs(spent - counted) <= scale:
        return told(counted)
    if abs(spent) <= scale:
        return f"{told(counted)} {terms}; the money spent stays the same"
    if (spent < 0.0) == (counted < 0.0):
        return f"{told(spent)}, {money(counted)} {terms}"
    return f"{told(counted)} {terms}, while {money(spent)} {'less' if spent < 0.0 else 'more'} is spent"


def _beside_money(weights: Weights) -> str:
    """Return what is minimized beside money."""
    if weights.cost != 1.0 or weights.calibration:
        return "in what is minimized"
    names = [
        name
        for name, counts in (
            ("the value of time", weights.time_per_h != 0.0),
            ("the price of CO2e", weights.co2_per_kg != 0.0),
        )
        if counts
    ]
    return f"counting {' and '.join(names)}" if names else "in what is minimized"
