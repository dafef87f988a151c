"""Who moved from where to where: what the ways of each demand lose, paired with what others gain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SLIVER = 1e-6
"""Part of what a way loses or gains below which a remainder is rounding and no move of its own."""


class Move(NamedTuple):
    """Volume of a demand, in `unit` and in tonnes per year, that one plan brings by one way and the other by another.

    Ways are those of `optimizer.shifts.Shift`, with their names.
    """

    demand_id: str
    name: str
    commodity: str
    unit: str
    volume: float
    t: float
    from_way: str
    from_name: str
    to_way: str
    to_name: str


def moves_of(shifts: Iterable[Mapping[str, Any]]) -> list[Move]:
    """Return who moved from where to where, most tonnes first, given shifts as mappings; only those by demand count.

    Of each demand the ways that lose are paired with those that gain, largest first: where several lose and several
    gain, the split among them is one of many, while what every way loses and gains is not.
    """
    of_demand: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in shifts:
        if row["by"] == "demand":
            of_demand.setdefault((row["id"], row["commodity"]), []).append(row)
    moves = [move for rows in of_demand.values() for move in _paired(rows)]
    return sorted(moves, key=lambda move: (-move.t, move.demand_id))


def _paired(rows: Sequence[Mapping[str, Any]]) -> Iterator[Move]:
    """Pair what some ways of a demand lose with what others gain; the shifts of a demand sum to 0."""
    left = {row["way"]: abs(row["delta"]) for row in rows}
    lost, gained = ([row for row in rows if sign * row["delta"] > 0.0] for sign in (-1, 1))
    while lost and gained:
        source, target = lost[0], gained[0]
        volume = min(left[source["way"]], left[target["way"]])
        yield Move(
            demand_id=source["id"],
            name=source["name"],
            commodity=source["commodity"],
            unit=source["unit"],
            volume=volume,
            t=volume * source["delta_t"] / source["delta"],
            from_way=source["way"],
            from_name=source["way_name"],
            to_way=target["way"],
            to_name=target["way_name"],
        )
        for side in (lost, gained):
            row = side[0]
            left[row["way"]] -= volume
            if left[row["way"]] <= SLIVER * abs(row["delta"]):
                side.pop(0)
