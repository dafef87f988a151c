"""The linear program over the ways known so far: columns are added as they are found, rows as they are broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.solvers.highs import Master

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from network.model import Numbers
    from optimizer.formulations.priced_ways import Way
    from optimizer.linear import Codes
    from optimizer.options import SolveOptions
    from optimizer.resources import Resources, Rows


ROUNDING = 1e-12
"""Share of a limit by which a sum of loads may exceed it."""
NEARLY = 0.8
"""Share of a limit above which a row comes along with those that are broken."""
LOOSENING = 1e3
"""How much more than its tolerance of a row is more than rounding to HiGHS."""

TimeLeft = Callable[[], float | None]
"""Tells the seconds left, None without a limit; raises `OutOfTimeError` where there are none."""


Cheaper = tuple["Numbers", list[tuple[int, "Way"]]]
"""What the cheapest way of each pair costs at some prices, and the ways cheaper than asked, with their pairs."""


class OutOfTimeError(Exception):
    """The time limit is reached."""


class Draws(NamedTuple):
    """What a unit takes on its way: item ``item[k]`` takes ``use[k]`` of ``resource[k]``, by item and resource."""

    item: Rows
    resource: Rows
    use: Numbers


@dataclass(frozen=True, eq=False)
class Pairs:
    """The demands of each block and destination that may be worth carrying, each pair with its first way.

    Attributes
    ----------
    block, destination
        Position of the block, row of the node; shape (n_pairs,).
    kind
        Which of the kinds of goods it carries: all blocks of a kind pay and take the same on every arc.
    volume
        Commodity units per year of all its demands.
    way, cost
        The cheapest way where nothing is scarce, and its weight per unit.
    demand, pair
        Positions of the demands in `DemandBlocks` and of their pairs, shape (n_carried,).
    unmet_cost, demand_volume
        USD per unit and units per year of these demands.
    """

    block: Rows
    destination: Rows
    kind: Rows
    volume: Numbers
    way: tuple[Way, ...]
    cost: Numbers
    demand: Rows
    pair: Rows
    unmet_cost: Numbers
    demand_volume: Numbers

    def __len__(self) -> int:
        return len(self.block)


@dataclass(frozen=True, eq=False)
class Passages:
    """Which resources the arcs draw on, by arc, and what one unit of each kind takes of them (n_kinds, n_resources)."""

    resources: Resources
    first: Rows
    count: Rows
    resource: Rows
    use: Numbers

    def draws(self, ways: Sequence[Way], kind: Rows) -> Draws:
        """Return what ways of some kinds take; what is passed twice is taken twice."""
        item, resource = self.passed(ways)
        key, times = np.unique(item * max(1, len(self.resources)) + resource, return_counts=True)
        return self.taken(key, times, kind)

    def passed(self, ways: Sequence[Way]) -> tuple[Rows, Rows]:
        """Return what is passed on some ways: position of the way and resource, once for every time."""
        length = np.fromiter(map(len, ways), dtype=np.int64, count=len(ways))
        arcs = np.fromiter(chain.from_iterable(ways), dtype=np.int64, count=int(length.sum()))
        count = self.count[arcs]
        return np.repeat(np.repeat(np.arange(len(ways)), length), count), self.resource[ranges(self.first[arcs], count)]

    def taken(self, key: Rows, times: Rows, kind: Rows) -> Draws:
        """Return what items of some kinds take, by key: item times number of resources plus resource, ascending."""
        item, resource = np.divmod(key, max(1, len(self.resources)))
        use = times * self.use[kind[item], resource]
        takes = np.flatnonzero(use)
        return Draws(item[takes], resource[takes], use[takes])


def passages_of(resources: Resources, n_arcs: int, use: Numbers) -> Passages:
    """Return the passages of a graph's arcs."""
    order = np.argsort(resources.arc, kind="stable")
    count = np.bincount(resources.arc, minlength=n_arcs)
    return Passages(resources, np.cumsum(count) - count, count, resources.resource[order], use)


def ranges(first: Rows, count: Rows) -> Rows:
    """Return the whole numbers from each first on, as many as its count, one after another."""
    return np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())


class Point(NamedTuple):
    """A plan over the ways known: `x` (n_columns,), its `objective`, and the `price` of each resource."""

    x: Numbers
    objective: float
    price: Numbers


class Seeds(NamedTuple):
    """Where to begin: further ways of a `pair` each and their weight, `resources` and `pairs` to give rows, a basis.

    `columns` holds the basis codes of unmet demands and then of `ways`; `resource_rows` and `pair_rows` those of rows.
    """

    pair: Rows
    ways: Sequence[Way]
    cost: Numbers
    columns: Codes
    resources: Rows
    resource_rows: Codes
    pairs: Rows
    pair_rows: Codes


class Stand(NamedTuple):
    """Where a program stands: the ways it has columns for, the resources and pairs with rows, its basis as `Seeds`."""

    pair: Rows
    ways: tuple[Way, ...]
    cost: Numbers
    columns: Codes
    resources: Rows
    resource_rows: Codes
    pairs: Rows
    pair_rows: Codes


class PathMaster:
    """The ways known so far and the linear program over them, in which the first way of each pair has no column.

    Column j is what leaves the first way of ``pair[j]`` for ``way[j]``, or stays unmet where that is None; the columns
    of unmet demands come first. Its `cost` and its entries are differences to the first way. `unmet_cost` (n_carried,)
    is what leaving a unit costs, `free` what there is of each resource, `known` holds all ways with their pairs.
    """

    def __init__(self, pairs: Pairs, passages: Passages, options: SolveOptions) -> None:
        self.pairs = pairs
        self.passages = passages
        self.options = options
        self.free = passages.resources.free
        self._free = self.free
        item, self._passed = passages.passed(pairs.way)
        self._count = np.bincount(item, minlength=len(pairs))
        self._begin = np.cumsum(self._count) - self._count
        key, times = np.unique(item * max(1, len(self.free)) + self._passed, return_counts=True)
        self._first = passages.taken(key, times, pairs.kind)
        self._first_load = self._load_of_first_ways()
        self._size = passages.use.max(axis=0, initial=0.0)
        self._master = Master(options, np.concatenate([pairs.cost, pairs.unmet_cost]), pairs.volume)
        self._slack = self._master.slack(self._size)
        self._volume_slack = self._master.slack(np.ones(len(pairs)))
        self._row = np.full(len(self._free), -1, dtype=np.int64)
        self._pair_row = np.full(len(pairs), -1, dtype=np.int64)
        self._n_rows = 0
        self._relief = np.full(len(self._free), np.inf)
        # Where columns stand in the program, which has some of its own for relief.
        self._place = np.zeros(0, dtype=np.int64)
        self._n_columns = 0
        self.known = set(enumerate(pairs.way))
        self.unmet_cost = pairs.unmet_cost.copy()
        self.pair = np.zeros(0, dtype=np.int64)
        self.cost = np.zeros(0)
        self.way: list[Way | None] = []
        self._draws = Draws(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
        self._add(pairs.pair, pairs.unmet_cost, pairs.demand_volume, [None] * len(pairs.demand))

    def relieve(self, relief: Numbers) -> None:
        """Let resources be exceeded for USD per yearly unit, inf where they may not, before the first row is added."""
        self._relief = relief

    def begin(self, seeds: Seeds) -> None:
        """Add the ways and rows known from another plan, and start from its basis."""
        if len(seeds.pair):
            self.add_ways(seeds.pair, seeds.ways, seeds.cost)
        self._add_rows(seeds.resources, seeds.pairs)
        columns = np.zeros(self._n_columns, dtype=np.int8)
        columns[self._place] = seeds.columns
        self._master.begin(columns, np.concatenate([seeds.resource_rows, seeds.pair_rows]))

    def stand(self) -> Stand:
        """Return the columns, the rows and the basis of the last solution."""
        columns, rows = self._master.basis()
        resources, pairs = np.flatnonzero(self._row >= 0), np.flatnonzero(self._pair_row >= 0)
        of_resources, of_pairs = rows[self._row[resources]], rows[self._pair_row[pairs]]
        n_unmet = len(self.pairs.demand)
        pair, ways = self.pair[n_unmet:], tuple(way for way in self.way if way is not None)
        cost = self.cost[n_unmet:] + self.pairs.cost[pair]
        return Stand(pair, ways, cost, columns[self._place], resources, of_resources, pairs, of_pairs)

    @property
    def largest_cost(self) -> float:
        """Largest cost of leaving a unit behind that keeps prices exact."""
        return self._master.largest_cost

    def add_ways(self, pair: Rows, ways: Sequence[Way], cost: Numbers) -> None:
        """Add ways of some pairs, of a weight per unit: columns of equations (8) to (10)."""
        self._add(pair, cost, self.pairs.volume[pair], ways)
        self.known.update(zip(pair.tolist(), ways, strict=True))

    def change_unmet_costs(self, demands: Rows, cost: float) -> None:
        """Give some of the pairs' demands, by position, another cost of being left behind."""
        self.unmet_cost[demands] = cost
        self.cost[demands] = cost - self.pairs.cost[self.pair[demands]]
        self._master.change_costs(demands, self.cost[demands])

    def change_free(self, free: Numbers) -> None:
        """Give resources other free capacities, at least 0, inf for any; (n_resources,)."""
        self.free = self._free = free
        self._limit()

    def loosen(self) -> None:
        """Give a little more of every capacity: more than rounding, less than a number in a result."""
        self._free = self.free + LOOSENING * self._slack
        self._limit()

    def load(self, point: Point) -> Numbers:
        """Return what is taken of each resource, (n_resources,); ways that came later than the point carry nothing."""
        x = np.zeros(len(self.cost))
        x[: len(point.x)] = point.x
        taken = np.bincount(self._draws.resource, self._draws.use * x[self._draws.item], minlength=len(self.free))
        load: Numbers = self._first_load + taken
        return load

    def _limit(self) -> None:
        """Give the rows of resources their limits."""
        resource = np.flatnonzero(self._row >= 0)
        self._master.change_limits(
            self._row[resource], np.full(len(resource), -np.inf), (self._free - self._first_load)[resource]
        )

    def _add(self, pair: Rows, cost: Numbers, upper: Numbers, ways: Sequence[Way | None]) -> None:
        """Add columns of some pairs; what their first ways cost and take is taken off here."""
        n_resources, n_old = max(1, len(self._free)), len(self.cost)
        begin, count = self._begin[pair], self._count[pair]
        item, resource = self.passages.passed([way for way in ways if way is not None])
        of_first = np.repeat(np.arange(len(pair)), count) * n_resources + self._passed[ranges(begin, count)]
        key, which = np.unique(np.concatenate([item * n_resources + resource, of_first]), return_inverse=True)
        more, less = np.bincount(which[: len(item)], minlength=len(key)), np.bincount(which[len(item) :])
        more[: len(less)] -= less
        column, resource, use = self.passages.taken(key, more, self.pairs.kind[pair])
        difference = cost - self.pairs.cost[pair]
        row = self._row[resource]
        limited = np.flatnonzero(row >= 0)
        pair_row = self._pair_row[pair]
        full = np.flatnonzero(pair_row >= 0)
        self._master.add_columns(
            difference,
            upper,
            np.concatenate([column[limited], full]),
            np.concatenate([row[limited], pair_row[full]]),
            np.concatenate([use[limited], np.ones(len(full))]),
        )
        self._place = np.concatenate([self._place, self._n_columns + np.arange(len(pair))])
        self._n_columns += len(pair)
        self.pair = np.concatenate([self.pair, pair])
        self.cost = np.concatenate([self.cost, difference])
        self.way.extend(ways)
        self._draws = Draws(
            np.concatenate([self._draws.item, column + n_old]),
            np.concatenate([self._draws.resource, resource]),
            np.concatenate([self._draws.use, use]),
        )

    def solve(self, clock: TimeLeft) -> Point | None:
        """Return the best plan over the ways known; rows that it breaks are added until it keeps to all.

        ======== ==================================================================================================
        Equation Rows added here
        ======== ==================================================================================================
        (9)      capacity, per resource that would be exceeded: Σ use·flow ≤ free
        (10)     pair, where more would leave the first way than it carries: Σ flow + Σ unmet ≤ volume
        ======== ==================================================================================================

        Returns
        -------
        Point | None
            None where HiGHS finds no optimum, which is rounding: leaving everything behind is always a plan.

        Raises
        ------
        OutOfTimeError
            The time is up.
        """
        x, dual, more = np.zeros(len(self.cost)), np.zeros(self._n_rows), 0.0
        while True:
            # Without a column there is nothing to choose, and without a row only what is cheaper than a first way.
            if self._n_columns and (self._n_rows or (self.cost < 0.0).any()):
                found = self._master.solve(clock())
                if found.status in ("feasible", "no_answer"):
                    raise OutOfTimeError
                if found.status != "optimal":
                    return None
                x, dual, more = found.x[self._place], found.dual, found.objective
            if not self._add_broken_rows(x):
                break
        price = np.zeros(len(self._free))
        limited = np.flatnonzero(self._row >= 0)
        price[limited] = np.clip(-dual[self._row[limited]], 0.0, self._relief[limited])
        first = float((self.pairs.cost * self.pairs.volume).sum())
        return Point(x, first + more, price)

    def _add_broken_rows(self, x: Numbers) -> bool:
        """Add the rows that a solution breaks; False where there are none."""
        load = self.load(Point(x, 0.0, self.free))
        left = np.bincount(self.pair, x, minlength=len(self.pairs))
        has_no_row, pair_has_no_row = self._row < 0, self._pair_row < 0
        over = (load > self._free * (1.0 + ROUNDING) + self._slack) & has_no_row
        full = (left > self.pairs.volume * (1.0 + ROUNDING) + self._volume_slack) & pair_has_no_row
        if not over.any() and not full.any():
            return False
        # What is nearly full is likely to be next, and a row more costs less than another solve.
        over |= (load > NEARLY * self._free) & has_no_row
        full |= (left > NEARLY * self.pairs.volume) & pair_has_no_row
        self._add_rows(np.flatnonzero(over), np.flatnonzero(full))
        return True

    def _add_rows(self, over: Rows, full: Rows) -> None:
        """Add the rows (9) of some resources and (10) of some pairs."""
        position = np.full(len(self._free), -1, dtype=np.int64)
        position[over] = np.arange(len(over))
        kept = np.flatnonzero(position[self._draws.resource] >= 0)
        pair_position = np.full(len(self.pairs), -1, dtype=np.int64)
        pair_position[full] = np.arange(len(over), len(over) + len(full))
        leaving = np.flatnonzero(pair_position[self.pair] >= 0)
        upper = np.concatenate([(self._free - self._first_load)[over], self.pairs.volume[full]])
        self._master.add_rows(
            np.full(len(upper), -np.inf),
            upper,
            np.concatenate([self._size[over], np.ones(len(full))]),
            np.concatenate([position[self._draws.resource[kept]], pair_position[self.pair[leaving]]]),
            self._place[np.concatenate([self._draws.item[kept], leaving])],
            np.concatenate([self._draws.use[kept], np.ones(len(leaving))]),
        )
        self._row[over] = self._n_rows + position[over]
        self._pair_row[full] = self._n_rows + pair_position[full]
        self._n_rows += len(upper)
        relieved = over[np.isfinite(self._relief[over])]
        if len(relieved):
            every, rows = np.arange(len(relieved)), self._row[relieved]
            free_of = np.full(len(relieved), np.inf)
            self._master.add_columns(self._relief[relieved], free_of, every, rows, -np.ones(len(relieved)))
            self._n_columns += len(relieved)

    def cheapest_known(self, price: Numbers) -> Numbers:
        """Return what the cheapest way known of each pair costs per unit at prices, (n_pairs,)."""
        n_pairs = len(self.pairs)
        first = self.pairs.cost + np.bincount(
            self._first.item, self._first.use * price[self._first.resource], minlength=n_pairs
        )
        more = self.cost + np.bincount(
            self._draws.item, self._draws.use * price[self._draws.resource], minlength=len(self.cost)
        )
        cheapest = first.copy()
        ways = np.arange(len(self.pairs.demand), len(self.cost))
        np.minimum.at(cheapest, self.pair[ways], first[self.pair[ways]] + more[ways])
        return cheapest

    def carried(self, point: Point) -> Iterator[tuple[int, Way, float]]:
        """Yield pair, way and volume of all that flows, first ways before others."""
        rest = self.pairs.volume - np.bincount(self.pair[: len(point.x)], point.x, minlength=len(self.pairs))
        for at in np.flatnonzero(rest > 0.0).tolist():
            yield at, self.pairs.way[at], float(rest[at])
        for column in np.flatnonzero(point.x > 0.0).tolist():
            way = self.way[column]
            if way is not None:
                yield int(self.pair[column]), way, float(point.x[column])

    def _load_of_first_ways(self) -> Numbers:
        """Return what is taken of each resource where everything goes its first way, (n_resources,)."""
        volume = self.pairs.volume[self._first.item]
        return np.bincount(self._first.resource, self._first.use * volume, minlength=len(self._free)).astype(np.float64)
