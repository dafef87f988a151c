"""First prices and ways of congested questions, by an interior point that gathers ways as it goes.

Where much is scarce, the simplex method needs thousands of pivots after every search, as its prices leap from one
extreme to the next. The prices of an interior point lie between the extremes, so that few searches gather most of
the ways an optimum needs, and little is left to the simplex method (J. Gondzio, P. González-Brevis, P. Munari,
*European Journal of Operational Research* 224, 2013). It is Mehrotra's predictor and corrector (S. Mehrotra,
*SIAM Journal on Optimization* 2, 1992) with a search after every step. What every pair pays is set below all its ways,
so that the dual side stays feasible; the rows of demands are a diagonal, which leaves one dense system of the scarce
capacities.

Nothing that comes out is taken on trust: the program of `optimizer.formulations.path_master` starts from it and is
solved and proven like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.formulations.first_plan import Offers
from optimizer.formulations.path_master import Seeds, ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scipy.sparse import csr_matrix

    from network.model import Mask, Numbers
    from optimizer.formulations.path_flow import Search
    from optimizer.formulations.path_master import Pairs, Passages, TimeLeft
    from optimizer.formulations.priced_ways import Way
    from optimizer.resources import Rows

CONGESTED = 200_000
"""Capacities that the first ways exceed, times pairs, from which on this pays."""
CLOSE = 1e-3
"""Relative gap at which the simplex method takes over."""
MOST_STEPS = 90
PATIENCE = 20
"""Steps without a better bound after which no more are made."""
CENTERING = 0.2
"""Complementarity is kept above this share of what the missing ways are worth, so that no step is spent on a program
that lacks ways."""
START = 0.3
"""What a unit costs at first beyond what is paid, as a share of what a way usually costs."""
FEW = 0.1
"""New ways by pair below which only every other step is followed by a search."""
AT_ONCE = 256
"""Rows of the system that are worked out at a time: bounds what sparse products take."""
LOOSE = 0.5
"""Slack of a row, as a share of its limit, from which on it is left out until it is exceeded again."""
KEPT = 0.5
"""What must be left of a column's cost beyond what is paid when rows are taken out, as a share."""
LITTLE = 1e-4
"""Share of what would be used that is given where nothing is free."""
INSIDE = 0.98
"""Share of the way to the boundary that a step may take."""
ROOM = 0.1
"""Slack of a new row, as a share of its limit: the other 90 % are what it is exceeded from."""
SHARE = 0.2
"""Share of a demand that a new way carries at first."""
NEGLIGIBLE = 1e-6
"""Share of a demand's curvature below which a column is left out of the system that gives the direction."""
WORTH_KEEPING = 0.02
"""Share of its demand that a way must carry in the end to be handed on."""
TIGHT = 0.3
"""Slack of a row, as a share of its limit, up to which it is handed on."""


class Warmed(NamedTuple):
    """Pairs with the ways that carry most as their first, and where the program over them may begin.

    `bound` is the best one proven for the pairs, by `price`.
    """

    pairs: Pairs
    seeds: Seeds
    bound: float
    price: Numbers


class Stopped(NamedTuple):
    """What is in hand where something has stopped the steps: `reason`.

    `bound` is the best one proven for the pairs, by `price`; `offers` tells what goes which way.
    """

    reason: BaseException
    bound: float
    price: Numbers
    offers: Offers


def warm_up(
    search: Search, passages: Passages, clock: TimeLeft, stops: tuple[type[BaseException], ...] = ()
) -> Warmed | Stopped | None:
    """Return first ways and seeds for the program of a congested question, None where there is no need.

    Only what is of the kinds of `stops` ends the steps with what is in hand; all else is raised.
    """
    pairs, free = search.pairs, passages.resources.free
    first = passages.draws(pairs.way, pairs.kind)
    volume = pairs.volume[first.item]
    load = np.bincount(first.resource, first.use * volume, minlength=len(free)).astype(np.float64, copy=False)
    n_exceeded = int((load > free).sum())
    if not n_exceeded or n_exceeded * len(pairs) < CONGESTED:
        return None
    from threadpoolctl import threadpool_limits

    interior = Interior(pairs, passages, load)
    interior.add_ways(np.arange(len(pairs)), pairs.way, pairs.cost)
    known = set(enumerate(pairs.way))
    best, proving = -np.inf, interior.price
    # Whole at any time, unlike the point amid a step.
    columns = interior.demand, interior.way_of, interior.x
    waited, n_new = 0, len(pairs)
    # The system is small: threads of a linear algebra library would cost more than they save and change last digits.
    # Where numbers leave the range of floats no step is taken, and what is known by then is handed on.
    try:
        with threadpool_limits(1, user_api="blas"), np.errstate(all="ignore"):
            for turn in range(MOST_STEPS):
                if not interior.step():
                    break
                if n_new < FEW * len(pairs) and turn % 2:
                    continue
                pays = interior.paid_by_pair()
                distance, cheaper = search.cheaper(interior.price, pays, clock)
                bound = interior.bound(distance)
                waited = 0 if bound > best else waited + 1
                if bound > best:
                    best, proving = bound, interior.price.copy()
                new = [found for found in cheaper if found not in known]
                n_new = len(new)
                if new:
                    known.update(new)
                    pair, ways = np.array([at for at, _ in new], dtype=np.int64), [way for _, way in new]
                    interior.enter(pair, ways, search.costs_of(pair, ways), distance[pair])
                columns = interior.demand, interior.way_of, interior.x
                if interior.complementarity + interior.missing <= CLOSE * abs(best) or waited > PATIENCE:
                    break
    except stops as reason:
        return Stopped(reason, best, proving, interior.offers(*columns))
    return Warmed(*interior.handed_on(), best, proving)


@dataclass(frozen=True, eq=False)
class _Step:
    """A direction: of columns and slacks, of what they cost beyond what is paid, of prices and of what is paid."""

    x: Numbers
    slack: Numbers
    z: Numbers
    price: Numbers
    paid: Numbers


class Interior:
    """An interior point of the program over the ways known so far.

    Columns are what of each demand stays unmet, then what of a demand takes a way; a demand whose pair has others has
    columns of its own for the ways of the pair. `x` is what they carry, `z` what they cost beyond what their demand
    pays, `paid`; rows are the resources with a price, `slack` what is left of them.

    Attributes
    ----------
    price
        USD per yearly unit of each resource, shape (n_resources,), above 0 where there is a row.
    missing
        What the ways found last are worth at most.
    """

    def __init__(self, pairs: Pairs, passages: Passages, load: Numbers) -> None:
        self.pairs, self.passages = pairs, passages
        self.volume = pairs.demand_volume
        free = passages.resources.free
        # A capacity of 0 has no inside; a little is given for the time being.
        size = passages.use.max(axis=0, initial=0.0) * float(self.volume.mean())
        self.free = np.maximum(free, LITTLE * np.maximum(load, size))
        self.price = np.zeros(len(free))
        self.slack = np.zeros(len(free))
        n_demands = len(pairs.demand)
        self._count = np.bincount(pairs.pair, minlength=len(pairs))
        self._first = np.cumsum(self._count) - self._count
        self.demand = np.arange(n_demands)
        self.way_of = np.full(n_demands, -1, dtype=np.int64)
        self.ways: list[Way] = []
        self.pair_of_way = np.zeros(0, dtype=np.int64)
        self.cost_of_way = np.zeros(0)
        self._use: csr_matrix | None = None
        self.missing = np.inf
        way_cost = pairs.cost[pairs.pair]
        usual = float((way_cost * self.volume).sum() / self.volume.sum())
        self.usual = usual or float(pairs.unmet_cost.mean()) or 1.0
        beyond = START * np.maximum(self.usual, way_cost)
        self.paid = way_cost - beyond
        self.z = pairs.unmet_cost - self.paid
        # Shared out so that cost beyond what is paid times volume is the same for the first way and what stays unmet.
        self.x = self.volume * beyond / (beyond + self.z)

    @property
    def complementarity(self) -> float:
        """What columns and rows are away from where they would stand in an optimum, in USD per year."""
        return float((self.x * self.z).sum() + (self.price * self.slack).sum())

    @property
    def center(self) -> float:
        """Complementarity per column and row."""
        return self.complementarity / (len(self.x) + int((self.price > 0.0).sum()))

    def paid_by_pair(self) -> Numbers:
        """Return the most that a demand of each pair pays per unit."""
        most: Numbers = np.maximum.reduceat(self.paid, self._first)
        return most

    def bound(self, distance: Numbers) -> float:
        """Return what prices prove, given what the cheapest way of each pair costs at them, or what is paid if less."""
        least = np.minimum(self.paid, distance[self.pairs.pair])
        self.missing = float(((self.paid - least) * self.volume).sum())
        scarce = np.flatnonzero(self.price)
        return float((least * self.volume).sum() - (self.price[scarce] * self.free[scarce]).sum())

    def add_ways(self, pair: Rows, ways: Sequence[Way], cost: Numbers) -> None:
        """Add the first ways of all pairs."""
        demand, way = self._columns(pair, ways, cost)
        self.x = np.concatenate([self.x, self.volume[demand] - self.x[demand]])
        self.z = np.concatenate([self.z, cost[way] - self.paid[demand]])

    def enter(self, pair: Rows, ways: Sequence[Way], cost: Numbers, priced: Numbers) -> None:
        """Add ways that cost less at prices than what is paid; what is paid falls below that."""
        demand, way = self._columns(pair, ways, cost)
        center = self.center
        below = priced[way] - center / (SHARE * self.volume[demand])
        fall = np.zeros(len(self.paid))
        fall[demand] = np.maximum(self.paid[demand] - below, 0.0)
        self.paid = self.paid - fall
        self.z = self.z + fall[self.demand[: len(self.z)]]
        z = priced[way] - self.paid[demand]
        carried = center / z
        kept = np.ones(len(self.paid))
        kept[demand] = np.maximum(1.0 - carried / self.volume[demand], 0.5)
        self.x = np.concatenate([self.x * kept[self.demand[: len(self.x)]], carried])
        self.z = np.concatenate([self.z, z])

    def _columns(self, pair: Rows, ways: Sequence[Way], cost: Numbers) -> tuple[Rows, Rows]:
        """Take up ways; return demand and position among these ways of every column they add."""
        from scipy.sparse import csr_matrix, vstack

        draws = self.passages.draws(ways, self.pairs.kind[pair])
        limited = np.isfinite(self.free[draws.resource])
        count = self._count[pair]
        way = np.repeat(np.arange(len(pair)), count)
        demand = ranges(self._first[pair], count)
        shape = (len(ways), len(self.free))
        at = (draws.item[limited], draws.resource[limited])
        added = csr_matrix((draws.use[limited], at), shape=shape)[way]
        self._use = added if self._use is None else vstack([self._use, added], format="csr")
        self.demand = np.concatenate([self.demand, demand])
        self.way_of = np.concatenate([self.way_of, len(self.ways) + way])
        self.ways.extend(ways)
        self.pair_of_way = np.concatenate([self.pair_of_way, pair])
        self.cost_of_way = np.concatenate([self.cost_of_way, cost])
        return demand, way

    def step(self) -> bool:
        """Take one step toward the optimum over the ways known; False where rounding leaves no direction."""
        from scipy.linalg import LinAlgError

        rows, use = self._rows()
        price, slack = self.price[rows], self.slack[rows]
        short = self.free[rows] - use.T @ self.x[len(self.volume) :] - slack
        lacking = self.volume - np.bincount(self.demand, self.x, minlength=len(self.volume))
        try:
            direction = self._system(use, price, slack, short, lacking)
        except LinAlgError:
            return False
        ahead = direction(-self.x, -slack)
        center = self.center
        primal, dual = self._lengths(ahead, slack, price)
        left = ((self.x + primal * ahead.x) * (self.z + dual * ahead.z)).sum()
        left += ((slack + primal * ahead.slack) * (price + dual * ahead.price)).sum()
        n_terms = len(self.x) + len(rows)
        aim = center * min(1.0, max((float(left) / n_terms / center) ** 3, 1e-3))
        aim = max(aim, min(center, CENTERING * self.missing / n_terms) if np.isfinite(self.missing) else 0.3 * center)
        step = direction((aim - ahead.x * ahead.z) / self.z - self.x, (aim - ahead.slack * ahead.price) / price - slack)
        primal, dual = (min(1.0, INSIDE * most) for most in self._lengths(step, slack, price))
        x, z = self.x + primal * step.x, self.z + dual * step.z
        if not (np.isfinite(x).all() and np.isfinite(z).all() and (x > 0.0).all() and (z > 0.0).all()):
            return False
        self.x, self.z = x, z
        self.slack[rows] = slack + primal * step.slack
        self.price[rows] = price + dual * step.price
        self.paid = self.paid + dual * step.paid
        return True

    def _rows(self) -> tuple[Rows, csr_matrix]:
        """Return the resources with rows, new ones for what is exceeded, and what way columns take of them."""
        assert self._use is not None
        load = self._use.T @ self.x[len(self.volume) :]
        self._drop(
            self._use,
            np.flatnonzero((self.price > 0.0) & (np.minimum(self.slack, self.free - load) > LOOSE * self.free)),
        )
        new = np.flatnonzero((load > self.free) & (self.price == 0.0))
        if len(new):
            self.slack[new] = ROOM * self.free[new]
            self.price[new] = self.center / self.slack[new]
            self.z[len(self.volume) :] += self._use[:, new] @ self.price[new]
        rows = np.flatnonzero(self.price > 0.0)
        return rows, self._use[:, rows]

    def _drop(self, use: csr_matrix, rows: Rows) -> None:
        """Take rows out of which much is left; what is paid falls where a column would cost less than it without."""
        if not len(rows):
            return
        n_demands = len(self.volume)
        before = self.z[n_demands:]
        z = before - use[:, rows] @ self.price[rows]
        fall = np.zeros(n_demands)
        np.maximum.at(fall, self.demand[n_demands:], KEPT * before - z)
        self.price[rows] = self.slack[rows] = 0.0
        self.paid = self.paid - fall
        self.z = np.concatenate([self.z[:n_demands], z]) + fall[self.demand]

    def _system(
        self, use: csr_matrix, price: Numbers, slack: Numbers, short: Numbers, lacking: Numbers
    ) -> Callable[[Numbers, Numbers], _Step]:
        """Return a function that gives the direction for how far columns and slacks are to move by themselves.

        With D = x/z the change of prices p solves (A D A' − C E⁻¹ C' + S) p = q, where E sums D by demand, C sums it by
        row and demand, and S is slack over price.
        """
        from scipy.linalg import cho_factor, cho_solve
        from scipy.sparse import csr_matrix

        n_demands, demand = len(self.volume), self.demand
        pull = self.x / self.z
        total = np.bincount(demand, pull, minlength=n_demands)
        of_ways, way_demand = pull[n_demands:], demand[n_demands:]
        some = np.flatnonzero(of_ways > NEGLIGIBLE * total[way_demand])
        small = use[some]
        across = small.T.tocsr()
        weighed = across.copy()
        weighed.data = across.data * of_ways[some][across.indices]
        to_demand = csr_matrix(
            (np.ones(len(some)), way_demand[some], np.arange(len(some) + 1)), shape=(len(some), n_demands)
        )
        joint = (weighed @ to_demand).tocsr()
        shared = joint.copy()
        shared.data = joint.data / total[joint.indices]
        matrix = np.empty((len(price), len(price)))
        for part in (slice(begin, begin + AT_ONCE) for begin in range(0, len(price), AT_ONCE)):
            matrix[part] = (weighed[part] @ small - shared[part] @ joint.T).toarray()
        matrix[np.diag_indices(len(price))] += slack / price
        # As it is symmetric, its transpose is the same in the order that is factored in place.
        factor = cho_factor(matrix.T, lower=True, overwrite_a=True, check_finite=False) if len(price) else None

        def direction(own: Numbers, own_slack: Numbers) -> _Step:
            by_demand = np.bincount(demand, own, minlength=n_demands)
            right = use.T @ own[n_demands:] + own_slack - short + joint @ ((lacking - by_demand) / total)
            rise = np.zeros(0) if factor is None else cho_solve(factor, right, check_finite=False)
            paid = (lacking - by_demand + joint.T @ rise) / total
            z = -paid[demand]
            z[n_demands:] += use @ rise
            return _Step(own - pull * z, own_slack - slack / price * rise, z, rise, paid)

        return direction

    def _lengths(self, step: _Step, slack: Numbers, price: Numbers) -> tuple[float, float]:
        """Return how far a step may go on the primal and on the dual side before something is 0, at most 1."""
        primal = min(_to_zero(self.x, step.x), _to_zero(slack, step.slack))
        return primal, min(_to_zero(self.z, step.z), _to_zero(price, step.price))

    def offers(self, demand: Rows, way: Rows, x: Numbers) -> Offers:
        """Return what of each demand goes which way in some columns, what saves most by being carried first."""
        n_demands = len(self.volume)
        demand, way = demand[n_demands:], way[n_demands:]
        saves = self.pairs.unmet_cost[demand] - self.cost_of_way[way]
        order = np.argsort(-saves, kind="stable")
        return Offers(demand[order], [self.ways[at] for at in way[order].tolist()], x[n_demands:][order])

    def handed_on(self) -> tuple[Pairs, Seeds]:
        """Return the ways that carry most as first ways, and others, rows and a basis to begin with."""
        pairs, n_demands = self.pairs, len(self.volume)
        carried = np.bincount(self.way_of[n_demands:], self.x[n_demands:], minlength=len(self.ways))
        beyond = np.full(len(self.ways), np.inf)
        np.minimum.at(beyond, self.way_of[n_demands:], self.z[n_demands:])
        order = np.lexsort((carried, self.pair_of_way))
        last = np.append(np.diff(self.pair_of_way[order]) != 0, True)
        first = order[last]
        is_first: Mask = np.zeros(len(self.ways), dtype=np.bool_)
        is_first[first] = True
        share = carried / pairs.volume[self.pair_of_way]
        kept = np.flatnonzero(~is_first & (share > WORTH_KEEPING))
        rows = np.flatnonzero(self.price > 0.0)
        rows = rows[self.slack[rows] < TIGHT * self.free[rows]]
        unmet, left = self.x[:n_demands] / self.volume, self.z[:n_demands] / self.usual
        # Codes of HiGHS: 0 at the lower limit, 1 basic, 2 at the upper one.
        of_unmet = np.where(unmet > left, np.where(1.0 - unmet > left, 1, 2), 0)
        of_ways = np.where(share[kept] > beyond[kept] / self.usual, 1, 0)
        of_rows = np.where(self.slack[rows] / self.free[rows] > self.price[rows] * self._worth(rows), 1, 2)
        return (
            replace(pairs, way=tuple(self.ways[at] for at in first.tolist()), cost=self.cost_of_way[first]),
            Seeds(
                pair=self.pair_of_way[kept],
                ways=[self.ways[at] for at in kept.tolist()],
                cost=self.cost_of_way[kept],
                columns=np.concatenate([of_unmet, of_ways]).astype(np.int8),
                resources=rows,
                resource_rows=of_rows.astype(np.int8),
                pairs=np.zeros(0, dtype=np.int64),
                pair_rows=np.zeros(0, dtype=np.int8),
            ),
        )

    def _worth(self, rows: Rows) -> Numbers:
        """Return what brings prices of rows to the scale of shares: the largest use of a unit over the usual cost."""
        largest: Numbers = self.passages.use.max(axis=0)[rows]
        return largest / self.usual


def _to_zero(values: Numbers, step: Numbers) -> float:
    """Return how many steps values above 0 may take before one of them is 0, at most 1."""
    falling = np.flatnonzero(step < 0.0)
    return min(1.0, float((-values[falling] / step[falling]).min())) if len(falling) else 1.0
