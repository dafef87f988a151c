"""How much of a price rests on weak numbers: grade D, an engineering estimate, or no grade at all."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.field_sources import COLUMN as FIELD_SOURCES
from network.field_sources import grades_of
from network.model import Mask, Numbers, freeze
from network.values import haulage_usd, or_zero

if TYPE_CHECKING:
    from network.model import Network, Table

WEAK_GRADES = ("D", "")
GRADED_TABLES = ("links", "transfers", "rates")


class WeakCosts(NamedTuple):
    """USD per unit that rest on weak numbers, of every link, shape (n_links,), and transfer, shape (n_transfers,)."""

    links: Numbers
    transfers: Numbers


@lru_cache(maxsize=8)
def weak_costs(network: Network, unit: str) -> WeakCosts | None:
    """Return the part of every price per `unit` (``teu`` or ``t``) that rests on weak numbers; the last few are kept.

    A link's own price, its fixed cost and the price of a transfer each have their own grade where ``field_sources``
    names them, else that of their row. A price by rate and length has that of the rate, for a length is seldom far off.
    None where no link, transfer or rate has a grade: then nothing is known of any.
    """
    links, transfers = network.links, network.transfers
    if not any(_is_graded(getattr(network, name)) for name in GRADED_TABLES):
        return None
    own, fixed = f"cost_usd_per_{unit}", f"fixed_cost_usd_per_{unit}"
    has_own_price = ~np.isnan(links.number(own))
    of_haulage = np.where(has_own_price, _is_weak(links, own), _has_weak_rate(network, f"cost_usd_per_{unit}_km"))
    haulage = np.nan_to_num(haulage_usd(network, unit), nan=0.0)
    return WeakCosts(
        freeze(of_haulage * haulage + _is_weak(links, fixed) * or_zero(links, fixed)),
        freeze(_is_weak(transfers, own) * or_zero(transfers, own)),
    )


def _is_graded(table: Table) -> bool:
    """Whether any row, or any number of one, has a grade."""
    return any(bool((table.text(column) != "").any()) for column in ("confidence", FIELD_SOURCES))


def _is_weak(table: Table, column: str) -> Mask:
    """Mask of rows in which the grade of a column is weak."""
    return np.isin(grades_of(table, column).astype(str), WEAK_GRADES)


def _has_weak_rate(network: Network, column: str) -> Mask:
    """Mask of links whose rate comes from a weak row; False where no row gives one. Rows as in `rate_of_links`."""
    rates = network.rates
    given = ~np.isnan(rates.number(column))
    rows = zip(rates.text("mode"), rates.text("country"), given.tolist(), _is_weak(rates, column).tolist(), strict=True)
    weak_of = {(mode, country): weak for mode, country, is_given, weak in rows if is_given}
    keys, key_of_link = network.rate_keys
    chosen = [weak_of.get(key, weak_of.get((key[0], "*"), False)) for key in keys]
    return np.array([*chosen, False], dtype=np.bool_)[key_of_link]
